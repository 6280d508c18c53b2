"""Objects against the schema of their kind: what the three rules on fields share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ...ack.kinds import is_checked
from ...findings.place import at
from ...findings.problem import Problem
from ...iam.documents.paths import show_path
from ...inventory.objects import Inventory, Object, called
from ...schemas import Violation, is_valid, violations
from ...schemas.sentences import say, suggest


def field_problems(inventory: Inventory, wanted: Callable[[str], bool], why: str) -> Iterator[Problem]:
    """A problem for each violation whose keyword is wanted."""
    for item, found in _broken(inventory.objects):
        yield from (_problem(item, violation, why) for violation in found if wanted(violation.keyword))


Broken = tuple[Object, list[Violation]]

_last: list[tuple[tuple[Object, ...], list[Broken]]] = []
"""What `_broken` has found last: three rules ask about the same objects, one behind the other."""


def _broken(objects: tuple[Object, ...]) -> list[Broken]:
    """The objects that break the schema of their kind, each with what does."""
    if _last and _last[0][0] is objects:
        return _last[0][1]
    found = [
        (item, _explained(item.data))
        for item in objects
        if is_checked(item.api_version, item.kind) and not is_valid("ack", item.data)
    ]
    _last[:] = [(objects, found)]
    return found


def _explained(data: dict[str, Any]) -> list[Violation]:
    return violations("ack", _shortened(data)) or violations("ack", data)


def _shortened(value: Any) -> Any:
    """A value without what lies behind the first items of a list: it is wrong in the same ways, as a rule."""
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    return [_shortened(item) for item in value[:_MOST_ITEMS]] if isinstance(value, list) else value


_MOST_ITEMS = 1_000
"""Items of a list that are explained: to explain takes far longer than to see that it is needed."""


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
