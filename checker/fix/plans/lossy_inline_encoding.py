"""Writes `+` and `%` of an inline policy as JSON escapes, which no decoding on the way to IAM can touch.

Source: iam-controller v1.8.1, `pkg/resource/role/hooks.go`: inline documents pass through Go's url.QueryUnescape.
"""

from __future__ import annotations

import json
import re

from ...findings.finding import Finding
from ...findings.place import at
from ...iam.expressions import expression
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("lossy-inline-encoding",)

_LOSSY = expression(r"[+%]")


def plan(survey: Survey, finding: Finding) -> Candidates:
    """Every such character of the document at once."""
    text = survey.text_at(finding.place)
    if text is None or text.text is None:
        return
    changes = tuple(
        patch.retext(at(text.owner, text.path), match.start(), match.end(), _escaped(match))
        for match in _LOSSY.finditer(text.text)
    )
    if _is_same(text.text, _LOSSY.sub(_escaped, text.text)):
        yield Plan("write + and % as JSON escapes", "IAM reads them as what they stand for", changes)
    else:
        yield NoPlan("the document has to be JSON first, with + and % inside its strings only")


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _is_same(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False
