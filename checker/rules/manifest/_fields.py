"""Objects against the schema of their kind: what the three rules on fields share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ...ack.kinds import READ
from ...findings.place import at
from ...findings.problem import Problem
from ...iam.documents.paths import show_path
from ...inventory.objects import Object, called
from ...schemas import Violation, is_valid, violations
from ...schemas.sentences import say, suggest
from ..facts import Facts


def field_problems(facts: Facts, wanted: Callable[[str], bool], why: str) -> Iterator[Problem]:
    """A problem for each violation whose keyword is wanted."""
    for item, found in _broken(facts.project.inventory.objects):
        if found is None:
            unlisted = f"{called(item)}: this object, and perhaps others behind it, break the schema as well"
            yield Problem(at(item), unlisted, why, "mend the others first", item, value="unlisted")
        yield from (_problem(item, violation, why) for violation in found or () if wanted(violation.keyword))


Broken = tuple[Object, list[Violation] | None]

_last: list[tuple[tuple[Object, ...], list[Broken]]] = []
"""What `_broken` has found last: three rules ask about the same objects, one behind the other."""


def _broken(objects: tuple[Object, ...]) -> list[Broken]:
    """The objects that break the schema of their kind, each with what does; None for the first of too many."""
    if _last and _last[0][0] is objects:
        return _last[0][1]
    found: list[Broken] = []
    for item in objects:
        if (item.api_version, item.kind) in READ and not is_valid("ack", item.data):
            found.append((item, _explained(item.data) if len(found) < _MOST_EXPLAINED else None))
            if found[-1][1] is None:
                break
    _last[:] = [(objects, found)]
    return found


def _explained(data: dict[str, Any]) -> list[Violation]:
    return violations("ack", _shortened(data)) or violations("ack", data)


def _shortened(value: Any) -> Any:
    """A value without what lies behind the first items of a list: it is wrong in the same ways, as a rule."""
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    return [_shortened(item) for item in value[:_MOST_ITEMS]] if isinstance(value, list) else value


_MOST_EXPLAINED, _MOST_ITEMS = 200, 1_000
"""Objects whose broken fields are explained, and items of a list: to explain takes far longer than to see that it is
needed."""


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
