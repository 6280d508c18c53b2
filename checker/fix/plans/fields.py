"""A field that the kind does not have, where one of a like name is meant."""

from __future__ import annotations

import difflib
from typing import Any

from ...findings.finding import Finding
from ...schemas.sentences import is_of_the_same_words
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("unknown-field",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The name that is meant, where only one comes near and the object does not have it yet."""
    item = finding.subject
    if item is None:
        return
    path = finding.place.path[len(item.origin.path) :]
    parent: Any = item.data
    for step in path[:-1]:
        parent = parent[step]
    name, known = str(path[-1]), survey.expected(item).get(path, ())
    same = [field for field in known if field.lower() == name.lower().replace("_", "").replace("-", "")]
    words = [field for field in known if is_of_the_same_words(field, name)]
    close = same or words or difflib.get_close_matches(name, known, 2, 0.8)
    if len(close) == 1 and close[0] not in parent:
        yield Plan(
            f"write {close[0]}",
            "it is the only field of a like name",
            (patch.rename(finding.place, close[0]),),
            reveals=True,
        )
    elif close and close[0] in parent:
        yield NoPlan(f"{close[0]} is there as well, and which of the two counts has to be decided by hand")
    elif close:
        yield NoPlan(f"several fields are like it: {', '.join(close)}")
    else:
        yield NoPlan("no field has a like name; the API server drops it, so remove it or find its place")
