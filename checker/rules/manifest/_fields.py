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
    for item, flaws in _broken(inventory.objects):
        yield from (_problem(item, violation, why) for violation in flaws if wanted(violation.keyword))


Broken = tuple[Object, list[Violation]]

_last: list[tuple[tuple[Object, ...], list[Broken]]] = []
"""The last result of `_broken`: three rules ask about the same objects, one after the other."""


def _broken(objects: tuple[Object, ...]) -> list[Broken]:
    """The objects that break the schema of their kind, each with its violations."""
    if _last and _last[0][0] is objects:
        return _last[0][1]
    broken = [
        (item, _explained(item.data))
        for item in objects
        if is_checked(item.api_version, item.kind) and not is_valid("ack", item.data)
    ]
    _last[:] = [(objects, broken)]
    return broken


def _explained(data: dict[str, Any]) -> list[Violation]:
    """The violations of an object; those of the last one again where it says the same: lists repeat themselves."""
    shown = repr(data)
    if not _last_explained or _last_explained[0][0] != shown:
        _last_explained[:] = [(shown, violations("ack", _shortened(data)) or violations("ack", data))]
    return _last_explained[0][1]


_last_explained: list[tuple[str, list[Violation]]] = []


def _shortened(value: Any) -> Any:
    """A value with only the first items of each list: as a rule it breaks the schema in the same ways."""
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    return [_shortened(item) for item in value[:_MOST_ITEMS]] if isinstance(value, list) else value


_MOST_ITEMS = 1_000
"""Most items of a list that are explained: explaining a violation takes far longer than detecting it."""


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
