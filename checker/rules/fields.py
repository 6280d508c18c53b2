"""Objects against the schema of their kind: what the three rules on fields share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ..ack.kinds import READ
from ..iam.paths import show_path
from ..inventory import Object
from ..schemas import Violation, violations
from ..schemas.sentences import say, suggest
from .problem import Facts, Problem, at, called


def field_problems(facts: Facts, wanted: Callable[[str], bool], why: str) -> Iterator[Problem]:
    """A problem for each violation whose keyword is wanted."""
    for item in facts.project.inventory.objects:
        if (item.api_version, item.kind) in READ:
            for violation in violations("ack", item.data):
                if wanted(violation.keyword):
                    yield _problem(item, violation, why)


def _problem(item: Object, violation: Violation, why: str) -> Problem:
    where, value = show_path(violation.path), str(violation.found)
    if violation.keyword == "additionalProperties":
        message = f"{called(item)}: {where} is not a known field"
        hint = f"known here: {', '.join(violation.expected[:12])}"
        place = at(item, violation.path, "key")
        return Problem(place, message, why, hint, item, value=value, suggest=partial(suggest, violation))
    message, hint = say(violation, where)
    return Problem(
        at(item, violation.path), f"{called(item)}: {message}", why, hint or "see the CRD", item, value=value
    )
