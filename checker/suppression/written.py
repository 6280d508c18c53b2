"""How suppressions are written in manifests: `rule, rule@scope` and a reason."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ..findings.suppression import How, OnLine, OnObject, Suppression
from ..iam.expressions import expression
from ..rules import BY_ID

if TYPE_CHECKING:
    from ..findings.place import Place

_LEADING = expression(r"\A[\s:,;\u2012-\u2015-]+")


_MOST_RULES = 100
"""Rules that one suppression may name; there are fewer."""


def read_rules(
    text: str, reason: str, how: How, place: Place, target: OnLine | OnObject | None
) -> Iterator[Suppression]:
    """A suppression for each rule of a list such as `broad-action, excess-grant@WriteKeys`."""
    listed = [item.strip() for item in _split(text) if item.strip()]
    tidied = tidy(reason)
    if not listed:
        yield invalid("it names no rule", how, place)
    if len(listed) > _MOST_RULES:
        yield invalid(f"it names {len(listed):,} rules, and {_MOST_RULES} at most are read", how, place)
        return
    for item in listed:
        rule, at, scope = (part.strip() for part in item.partition("@"))
        problem = problem_of(rule)
        if at and not scope:
            problem = problem or f"the scope of {rule} is missing behind the @: a Sid, or a path such as Statement[0]"
        yield Suppression(
            how=how, rule=rule, scope=scope, reason=tidied, until="", place=place, target=target, problem=problem
        )


def invalid(problem: str, how: How, place: Place) -> Suppression:
    """A suppression that cannot be used, and why."""
    return Suppression(how=how, rule="", scope="", reason="", until="", place=place, target=None, problem=problem)


@lru_cache(maxsize=1024)
def problem_of(rule: str) -> str:
    """What is wrong with the name of a rule in a suppression; "" for nothing."""
    if rule not in BY_ID:
        import difflib

        close = difflib.get_close_matches(rule, BY_ID, 1)
        return f"there is no rule {rule!r}" + (f"; did you mean {close[0]}?" if close else "")
    if BY_ID[rule].ABOUT.judges_suppressions:
        return f"{rule} is about suppressions and cannot be suppressed; its severity can be changed in checker.yaml"
    return ""


def tidy(reason: str) -> str:
    """A reason on one line, without the dash that introduces it; "" where it says nothing."""
    line = _LEADING.sub("", " ".join(reason.split()), count=1)
    return line if any(char.isalnum() for char in line) else ""


def _split(text: str) -> Iterator[str]:
    """The parts between commas; a comma inside brackets, as those of `Statement[0]`, does not separate."""
    start, depth = 0, 0
    for offset, char in enumerate(text):
        depth += {"[": 1, "]": -1}.get(char, 0)
        if char == "," and depth <= 0:
            yield text[start:offset]
            start = offset + 1
    yield text[start:]
