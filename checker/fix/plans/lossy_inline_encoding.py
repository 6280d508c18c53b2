"""Writes `+` and `%` of an inline policy as JSON escapes, which no decoding on the way to IAM can touch.

Source: iam-controller v1.8.1, `pkg/resource/role/hooks.go`: inline documents pass through Go's url.QueryUnescape.
"""

from __future__ import annotations

import json
import re

from ...findings.finding import Finding
from ...findings.place import at, stands_in
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("lossy-inline-encoding",)

_LOSSY = re.compile(r"[+%]")


def plan(survey: Survey, finding: Finding) -> Candidates:
    """Every such character of the document at once."""
    texts = (text for role in survey.facts.project.inventory.roles for text in role.inline)
    for text in texts:
        place = at(text.owner, text.path)
        if text.text is None or not stands_in(finding.place, text):
            continue
        changes = [
            patch.retext(place, found.start(), found.end(), f"\\u{ord(found[0]):04x}")
            for found in _LOSSY.finditer(text.text)
        ]
        if _is_same(text.text, _LOSSY.sub(lambda found: f"\\u{ord(found[0]):04x}", text.text)):
            yield Plan("write + and % as JSON escapes", "IAM reads them as what they stand for", tuple(changes))
        else:
            yield NoPlan("the document has to be JSON first, with + and % inside its strings only")


def _is_same(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False
