"""Policy documents that are not JSON, but can be read in exactly one way: a comma too many or too few, a bracket, a
comment, the wrong kind of quotes.

Every small repair at the place where parsing stops is tried, and again from there; a fix is offered only where all
results that IAM would take as a policy mean the same.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator

from ...findings.finding import Finding
from ...findings.place import at
from ...iam.documents.document import parse
from ...iam.documents.syntax import explain_syntax
from ...iam.expressions import expression
from ...inventory.objects import PolicyText
from ..edits import patch
from ..edits.patch import Patch, meaning
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("invalid-policy-json",)

_MOST_REPAIRS, _MOST_TEXTS, _MOST_COMPARED = 8, 400, 2000
_CURLY = {"\u201c": '"', "\u201d": '"', "\u201e": '"'}
_COMMENT = expression(r"[ \t]*(?://|#)[^\n]*(?=\n)|/\*.*?\*/", re.DOTALL)
"""A comment to the end of its line. In a document that is folded into one line its end cannot be seen."""


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The one reading, as the smallest edits of the text."""
    text = survey.text_at(finding.place)
    readings = _readings(text) if text is not None and text.text is not None else []
    meant = {json.dumps(meaning(json.loads(found)), sort_keys=True) for found in readings}
    if text is not None and len(meant) == 1:
        repaired = min(readings, key=lambda found: len(_edits(text, found)))
        why = "every small repair that makes JSON of it means the same"
        danger = _CUT if _closers(text.text or "", repaired) > 1 else ""
        yield Plan(f"mend the JSON of {text.path[-1]}", why, tuple(_edits(text, repaired)), danger, reveals=True)
    elif meant:
        yield NoPlan(f"it can be read in {len(meant)} ways, and which one is meant has to be decided by hand")
    else:
        yield NoPlan("no small repair makes a policy document of it")


def _readings(text: PolicyText) -> list[str]:
    """The texts nearest to this one, by the number of repairs, that are policy documents."""
    front, seen = {text.text or ""}, {text.text or ""}
    for _ in range(_MOST_REPAIRS):
        documents = [item for item in front if parse(item, text.kind).document is not None]
        if documents:
            return documents
        front = {repaired for item in front for repaired in _repairs(item)} - seen
        seen |= front
        if not front or len(seen) > _MOST_TEXTS:
            break
    return []


def _repairs(text: str) -> Iterator[str]:
    """The text with one repair, for each that may be due where reading stops."""
    try:
        json.loads(text)
        return
    except RecursionError:
        return
    except ValueError as error:
        stop = min(getattr(error, "pos", 0), len(text))
        reported, _, _ = explain_syntax(text, error)
    if text[stop : stop + 1] in _CURLY:
        # Those that delimit: after a bracket, a comma or a colon, or before one.
        yield re.sub(r"(?<=[\[{,:\s])[\u201c\u201d\u201e]|[\u201c\u201d\u201e](?=\s*[\]},:])", '"', text)
        return
    before = len(text[:stop].rstrip()) - 1
    for comma in {reported, stop, before}:
        if text[comma : comma + 1] == ",":
            yield text[:comma] + text[comma + 1 :]
    comment = _COMMENT.match(text, reported) or _COMMENT.match(text, stop)
    if comment:
        yield text[: comment.start()] + text[comment.end() :]
        return
    if text[stop : stop + 1] == "'" and '"' not in text:
        yield text.replace("'", '"')
        return
    if text[stop : stop + 1] == "'":
        quoted = re.compile(r"'([^'\"\n]*)'").match(text, stop)
        if quoted:
            yield f'{text[:stop]}"{quoted[1]}"{text[quoted.end() :]}'
        return
    if before >= 0 and text[before] in '"]}' and text[stop : stop + 1] in ('"', "{", "["):
        yield f"{text[: before + 1]},{text[before + 1 :]}"
    rest = text[stop:].strip()
    if not rest:
        yield from (text.rstrip() + closing for closing in "]}")
    elif text[stop] in "]}":
        yield text[:stop] + text[stop + 1 :]
        yield f"{text[:stop]}{'}' if text[stop] == ']' else ']'}{text[stop:]}"


_CUT = "it ends too early, and more than brackets may be missing: a condition, or a Deny"


def _closers(text: str, repaired: str) -> int:
    """How many brackets were added at the end: behind one, only members no policy needs can be missing."""
    old, new = text.rstrip(), repaired.rstrip()
    tail = len(new) - len(new.rstrip("]} \t\n")) - (len(old) - len(old.rstrip("]} \t\n")))
    return tail if len(new) > len(old) else 0


def _edits(text: PolicyText, repaired: str) -> list[Patch]:
    """The changed characters: one by one where both texts have the same length, else by comparison of what stands
    between the first and the last difference."""
    place, old = at(text.owner, text.path), text.text or ""
    if len(old) == len(repaired):
        differing = [(spot, spot + 1, repaired[spot]) for spot, char in enumerate(old) if char != repaired[spot]]
        return [patch.retext(place, start, end, new) for start, end, new in differing]
    shorter = min(len(old), len(repaired))
    start = next((spot for spot in range(shorter) if old[spot] != repaired[spot]), shorter)
    room = shorter - start
    after = next((i for i in range(room) if old[-1 - i] != repaired[-1 - i]), room)
    old_part, new_part = old[start : len(old) - after], repaired[start : len(repaired) - after]
    if max(len(old_part), len(new_part)) > _MOST_COMPARED:
        return [patch.retext(place, start, len(old) - after, new_part)]
    matcher = difflib.SequenceMatcher(None, old_part, new_part, autojunk=False)
    return [
        patch.retext(place, start + first, start + last, new_part[low:high])
        for kind, first, last, low, high in matcher.get_opcodes()
        if kind != "equal"
    ]
