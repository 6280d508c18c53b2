"""Patterns of the policy language as small automata.

A glob is a row of tokens: a literal character, one free character (`?`) or any run of characters (`*`). It is stored
the way the Shift-And algorithm wants it: state *i* means "the first *i* single-character tokens are matched", a star
is a loop on its state, and one integer holds the set of states. Containment and witnesses run on this form (see
`language`); one text at a time is matched by a regular expression where that is safe.

How far a wildcard of an ARN pattern reaches (source: IAM User Guide, "IAM JSON policy elements: Resource"): in the
first five colon-separated fields a wildcard stays within its field, except that a `*` which *ends* a field may run
across colons; after the fifth colon wildcards match anything, colons included. AWS's own managed policies depend on
both (`arn:aws:autoscaling:*:*:*:autoScalingGroupName/eks-*`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Reach = Literal["any", "field", "segment"]
"""What a wildcard may match: any character, any but a colon, or any but a colon and a slash."""


Text = tuple[tuple[str, bool], ...]
"""A policy string read once: each character, and whether it is a wildcard there (values put in for variables are
not).
"""


class Token(NamedTuple):
    """One element of a glob: `char` for a literal, else a wildcard; `star` repeats it any number of times."""

    char: str | None
    reach: Reach = "any"
    star: bool = False


class Glob(NamedTuple):
    """A compiled pattern. `text` is its source, `tokens` its language; the rest is the automaton.

    `literal`, `free` and `loops` are masks of the states that a character moves or keeps. `fixed` is the one text it
    matches, if it has no wildcard; else `prefix` is what every match begins with, and `regex` says the same as the
    tokens, or is "" where trying it could take too long.
    """

    text: str
    tokens: tuple[Token, ...]
    length: int
    literal: dict[str, int]
    free: dict[Reach, int]
    loops: dict[Reach, int]
    fixed: str | None
    prefix: str
    regex: str


EXCLUDED: dict[Reach, str] = {"any": "", "field": ":", "segment": ":/"}
"""The characters that a wildcard of each reach does not match."""

_CLASSES: dict[Reach, str] = {"any": ".", "field": "[^:]", "segment": "[^:/]"}
_STARS_TO_TRY = 3
"""A regular expression tries every way to share a text among its stars: with more of them the automaton is faster."""


def compile_tokens(text: str, tokens: tuple[Token, ...]) -> Glob:
    """Builds the automaton of a token row. `text` is only kept for messages."""
    literal: dict[str, int] = {}
    free: dict[Reach, int] = {}
    loops: dict[Reach, int] = {}
    state = stars = 0
    for token in tokens:
        if token.star:
            loops[token.reach] = loops.get(token.reach, 0) | 1 << state
            stars += 1
            continue
        if token.char is None:
            free[token.reach] = free.get(token.reach, 0) | 1 << state
        else:
            literal[token.char] = literal.get(token.char, 0) | 1 << state
        state += 1
    if not free and not loops:
        fixed = "".join(token.char or "" for token in tokens)
        return Glob(text, tokens, state, literal, free, loops, fixed, fixed, "")
    first = next(place for place, token in enumerate(tokens) if token.char is None)
    prefix = "".join(token.char or "" for token in tokens[:first])
    regex = "".join(map(_as_regex, tokens)) if stars <= _STARS_TO_TRY else ""
    return Glob(text, tokens, state, literal, free, loops, None, prefix, regex)


def _as_regex(token: Token) -> str:
    if token.char is not None:
        return re.escape(token.char)
    return _CLASSES[token.reach] + ("*" if token.star else "")


def matches(glob: Glob, text: str) -> bool:
    """Whether the whole of `text` is in the glob's language."""
    if glob.fixed is not None:
        return glob.fixed == text
    if not text.startswith(glob.prefix):
        return False
    if glob.regex:
        return re.fullmatch(glob.regex, text, re.DOTALL) is not None
    states = 1
    for char in text:
        states = _step(glob, states, char)
        if not states:
            return False
    return bool(states >> glob.length & 1)


def _step(glob: Glob, states: int, char: str) -> int:
    moving = glob.literal.get(char, 0)
    staying = 0
    for reach, mask in glob.free.items():
        if char not in EXCLUDED[reach]:
            moving |= mask
    for reach, mask in glob.loops.items():
        if char not in EXCLUDED[reach]:
            staying |= mask
    return ((states & moving) << 1) | (states & staying)


@lru_cache(maxsize=8192)
def read_wildcards(text: str) -> Text:
    """Marks the `*` and `?` of a policy string as wildcards."""
    return tuple((char, char in "*?") for char in text)


def wildcard_tokens(text: Text) -> tuple[Token, ...]:
    """Free wildcards, everything else literal: the language of StringLike and of action names."""
    return tuple(_free_token(char, is_wild) for char, is_wild in text)


def arn_tokens(text: Text) -> tuple[Token, ...]:
    """The tokens of an ARN pattern, with wildcards reaching as the module says.

    A string that is no ARN pattern (`table/Books`) matches only itself, so never a real ARN.
    """
    tokens: list[Token] = []
    colons = 0
    for place, (char, is_wild) in enumerate(text):
        if char == ":":
            colons += 1
            tokens.append(Token(":"))
        elif colons >= 5 or not is_wild:
            tokens.append(_free_token(char, is_wild))
        elif char == "*" and (place + 1 == len(text) or text[place + 1][0] == ":"):
            tokens.append(Token(None, "any", star=True))
        else:
            tokens.append(Token(None, "field", star=char == "*"))
    return tuple(tokens)


def field_tokens(text: Text) -> tuple[Token, ...]:
    """The tokens of a pattern under ArnLike: six fields, each matched on its own, the sixth with its colons (IAM User
    Guide, "Amazon Resource Name (ARN) condition operators")."""
    tokens: list[Token] = []
    colons = 0
    for char, is_wild in text:
        colons += char == ":"
        tokens.append(Token(None, "any" if colons >= 5 else "field", star=char == "*") if is_wild else Token(char))
    return tuple(tokens)


@lru_cache(maxsize=8192)
def wildcard_glob(text: str) -> Glob:
    """A glob whose wildcards match any character (action names, after the service prefix)."""
    return compile_tokens(text, wildcard_tokens(read_wildcards(text)))


@lru_cache(maxsize=8192)
def arn_glob(text: str) -> Glob:
    """The glob of an ARN pattern without policy variables."""
    return compile_tokens(text, arn_tokens(read_wildcards(text)))


def _free_token(char: str, is_wild: bool) -> Token:
    return Token(None, "any", star=char == "*") if is_wild else Token(char)
