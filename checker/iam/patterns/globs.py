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
from typing import Literal

from ..values import NamedTuple

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
    """A pattern, ready to be matched. `text` is its source, `tokens` its language.

    Every match begins with `prefix`. `fixed` is the one text it matches, if it has no wildcard; with a `suffix`,
    anything may stand between prefix and suffix; otherwise `regex` says what may follow the prefix, or is "" where
    trying it could take too long.
    """

    text: str
    tokens: tuple[Token, ...]
    fixed: str | None
    prefix: str
    suffix: str | None = None
    regex: str = ""


class Automaton(NamedTuple):
    """The tokens as Shift-And wants them: masks of the states that a character moves, that any character of a reach
    moves, and that a star keeps. State `length` accepts.
    """

    length: int
    literal: dict[str, int]
    free: dict[Reach, int]
    loops: dict[Reach, int]


EXCLUDED: dict[Reach, str] = {"any": "", "field": ":", "segment": ":/"}
"""The characters that a wildcard of each reach does not match."""

_CLASSES: dict[Reach, str] = {"any": ".", "field": "[^:]", "segment": "[^:/]"}
_STARS_TO_TRY = 3
_LONGEST_TO_TRY = 256
"""A regular expression tries every way to share a text among its stars: with more of them, or on longer texts, the
automaton is faster. A star that can end in one place only shares nothing."""


def make_glob(text: str, tokens: tuple[Token, ...]) -> Glob:
    """The glob of a token row. `text` is only kept for messages."""
    wild = [position for position, token in enumerate(tokens) if token.char is None]
    if not wild:
        fixed = _spelled(tokens)
        return Glob(text, tokens, fixed, fixed)
    prefix = _spelled(tokens[: wild[0]])
    if len(wild) == 1 and tokens[wild[0]] == _ANYTHING:
        return Glob(text, tokens, None, prefix, _spelled(tokens[wild[0] + 1 :]))
    stars = sum(tokens[position].star and not _ends_at(tokens, position) for position in wild)
    regex = "".join(map(_as_regex, tokens[wild[0] :])) if stars <= _STARS_TO_TRY else ""
    return Glob(text=text, tokens=tokens, fixed=None, prefix=prefix, suffix=None, regex=regex)


def _ends_at(tokens: tuple[Token, ...], position: int) -> bool:
    """Whether the run of a star can end in one place only: it is followed by a character that it does not match."""
    following = tokens[position + 1].char if position + 1 < len(tokens) else None
    return following is not None and following in EXCLUDED[tokens[position].reach]


_ANYTHING = Token(None, "any", star=True)


def _spelled(tokens: tuple[Token, ...]) -> str:
    return "".join(token.char or "" for token in tokens)


def _as_regex(token: Token) -> str:
    if token.char is not None:
        return re.escape(token.char)
    return _CLASSES[token.reach] + ("*" if token.star else "")


@lru_cache(maxsize=2048)
def automaton(glob: Glob) -> Automaton:
    """The automaton of a glob."""
    literal: dict[str, int] = {}
    free: dict[Reach, int] = {}
    loops: dict[Reach, int] = {}
    state = 0
    for token in glob.tokens:
        if token.star:
            loops[token.reach] = loops.get(token.reach, 0) | 1 << state
            continue
        if token.char is None:
            free[token.reach] = free.get(token.reach, 0) | 1 << state
        else:
            literal[token.char] = literal.get(token.char, 0) | 1 << state
        state += 1
    return Automaton(state, literal, free, loops)


def matches(glob: Glob, text: str) -> bool:
    """Whether the whole of `text` is in the glob's language."""
    if glob.fixed is not None:
        return glob.fixed == text
    prefix, suffix = glob.prefix, glob.suffix
    if not text.startswith(prefix):
        return False
    if suffix is not None:
        return text.endswith(suffix) and len(text) >= len(prefix) + len(suffix)
    if glob.regex and len(text) <= _LONGEST_TO_TRY:
        return _pattern(glob.regex).fullmatch(text, len(prefix)) is not None
    return _walk(automaton(glob), text)


@lru_cache(maxsize=8192)
def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.DOTALL)


def _walk(machine: Automaton, text: str) -> bool:
    length, literal, free, loops = machine
    states = 1
    for char in text:
        moving, staying = literal.get(char, 0), 0
        for reach, mask in free.items():
            if char not in EXCLUDED[reach]:
                moving |= mask
        for reach, mask in loops.items():
            if char not in EXCLUDED[reach]:
                staying |= mask
        states = ((states & moving) << 1) | (states & staying)
        if not states:
            return False
    return bool(states >> length & 1)


@lru_cache(maxsize=8192)
def read_wildcards(text: str) -> Text:
    """Marks the `*` and `?` of a policy string as wildcards."""
    return tuple(map(_marked, text))


@lru_cache(maxsize=4096)
def _marked(char: str) -> tuple[str, bool]:
    """A character of a policy string; every string shares the same few."""
    return char, char in "*?"


def wildcard_tokens(text: Text) -> tuple[Token, ...]:
    """Free wildcards, everything else literal: the language of StringLike and of action names."""
    return tuple(_free_token(char, is_wild) for char, is_wild in text)


def arn_tokens(text: Text) -> tuple[Token, ...]:
    """The tokens of an ARN pattern, with wildcards reaching as the module says.

    A string that is no ARN pattern (`table/Books`) matches only itself, so never a real ARN.
    """
    tokens: list[Token] = []
    colons = 0
    for position, (char, is_wild) in enumerate(text):
        if char == ":":
            colons += 1
            tokens.append(_free_token(":", False))
        elif colons >= 5 or not is_wild:
            tokens.append(_free_token(char, is_wild))
        elif char == "*" and (position + 1 == len(text) or text[position + 1][0] == ":"):
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
        tokens.append(
            Token(None, "any" if colons >= 5 else "field", star=char == "*") if is_wild else _free_token(char, False)
        )
    return tuple(tokens)


@lru_cache(maxsize=8192)
def text_glob(text: Text) -> Glob:
    """A glob whose wildcards match any character (StringLike)."""
    return make_glob(_plain(text), wildcard_tokens(text))


@lru_cache(maxsize=8192)
def field_glob(text: Text) -> Glob:
    """A glob under ArnLike."""
    return make_glob(_plain(text), field_tokens(text))


@lru_cache(maxsize=8192)
def resource_glob(text: Text) -> Glob:
    """The glob of an ARN pattern with its policy variables put in."""
    return make_glob(_plain(text), arn_tokens(text))


@lru_cache(maxsize=8192)
def wildcard_glob(text: str) -> Glob:
    """A glob whose wildcards match any character (action names, after the service prefix)."""
    return text_glob(read_wildcards(text))


@lru_cache(maxsize=8192)
def arn_glob(text: str) -> Glob:
    """The glob of an ARN pattern without policy variables."""
    return resource_glob(read_wildcards(text))


def _plain(text: Text) -> str:
    return "".join(char for char, _ in text)


@lru_cache(maxsize=4096)
def _free_token(char: str, is_wild: bool) -> Token:
    return Token(None, "any", star=char == "*") if is_wild else Token(char)
