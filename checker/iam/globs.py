"""Patterns of the policy language as small automata.

A glob is a row of tokens: a literal character, one free character (`?`) or any run of characters (`*`). It is stored
the way the Shift-And algorithm wants it: state *i* means "the first *i* single-character tokens are matched", a star
is a loop on its state, and one integer holds the set of states. Matching, containment and witnesses all run on this
one form.

How far a wildcard of an ARN pattern reaches (source: IAM User Guide, "IAM JSON policy elements: Resource"): in the
first five colon-separated fields a wildcard stays within its field, except that a `*` which *ends* a field may run
across colons; after the fifth colon wildcards match anything, colons included. AWS's own managed policies depend on
both (`arn:aws:autoscaling:*:*:*:autoScalingGroupName/eks-*`).
"""

from __future__ import annotations

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

    `literal`, `free` and `loops` are masks of the states that a character moves or keeps; `letters` holds, by state,
    the literal character that moves it.
    """

    text: str
    tokens: tuple[Token, ...]
    length: int
    literal: dict[str, int]
    free: dict[Reach, int]
    loops: dict[Reach, int]
    letters: tuple[str | None, ...]
    fixed: str | None

    @property
    def start(self) -> int:
        return 1

    @property
    def accept(self) -> int:
        return 1 << self.length


_EXCLUDED: dict[Reach, str] = {"any": "", "field": ":", "segment": ":/"}


def compile_tokens(text: str, tokens: tuple[Token, ...]) -> Glob:
    """Builds the automaton of a token row. `text` is only kept for messages."""
    literal: dict[str, int] = {}
    free: dict[Reach, int] = {}
    loops: dict[Reach, int] = {}
    letters: list[str | None] = []
    state = 0
    for token in tokens:
        if token.star:
            loops[token.reach] = loops.get(token.reach, 0) | 1 << state
            continue
        if token.char is None:
            free[token.reach] = free.get(token.reach, 0) | 1 << state
        else:
            literal[token.char] = literal.get(token.char, 0) | 1 << state
        letters.append(token.char)
        state += 1
    fixed = None if free or loops else "".join(letter for letter in letters if letter is not None)
    return Glob(text, tokens, state, literal, free, loops, tuple(letters), fixed)


def step(glob: Glob, states: int, char: str) -> int:
    """The set of states after one more character; 0 means that nothing can match any more."""
    moving = glob.literal.get(char, 0)
    staying = 0
    for reach, mask in glob.free.items():
        if char not in _EXCLUDED[reach]:
            moving |= mask
    for reach, mask in glob.loops.items():
        if char not in _EXCLUDED[reach]:
            staying |= mask
    return ((states & moving) << 1) | (states & staying)


def matches(glob: Glob, text: str) -> bool:
    """Whether the whole of `text` is in the glob's language."""
    if glob.fixed is not None:
        return glob.fixed == text
    states = glob.start
    for char in text:
        states = step(glob, states, char)
        if not states:
            return False
    return bool(states & glob.accept)


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


@lru_cache(maxsize=4096)
def wildcard_glob(text: str) -> Glob:
    """A glob whose wildcards match any character (action names, after the service prefix)."""
    return compile_tokens(text, wildcard_tokens(read_wildcards(text)))


@lru_cache(maxsize=8192)
def arn_glob(text: str) -> Glob:
    """The glob of an ARN pattern without policy variables."""
    return compile_tokens(text, arn_tokens(read_wildcards(text)))


def _free_token(char: str, is_wild: bool) -> Token:
    return Token(None, "any", star=char == "*") if is_wild else Token(char)
