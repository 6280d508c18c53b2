"""ARNs of another partition: the right one is put in its place, never beside it, since IAM refuses the document as long
as one of them stands there."""

from __future__ import annotations

from typing import Any

from ...findings.finding import Finding
from ...iam.arns import parse_arn
from ...iam.documents.document import Statement
from ...iam.documents.partitions import partition_in, partition_of
from ...inventory.objects import PolicyText, policy_texts
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("wrong-partition",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The ARN in the partition of the cell; where that ARN stands there already, or the region is of the other
    partition too, the foreign one is taken out."""
    due = partition_of(survey.facts.parameters.get("region", ""))
    inner = finding.place.inner or ()
    found = _text_at(survey, finding)
    if not due or found is None:
        yield NoPlan("which partition is meant is not known; --set region=… tells")
        return
    arn = finding.value
    corrected = f"arn:{due}:{arn.split(':', 2)[2]}"
    named = parse_arn(arn)
    region = named.region if named else ""
    statement = next((item for item in _statements(found) if inner[: len(item.path)] == item.path), None)
    beside = [entry.text for entry in statement.resources] if statement else []
    is_foreign_region = bool(region) and "*" not in region and partition_of(region) != due
    has_others = sum(partition_in(text) in ("", due) for text in beside) > 0 and isinstance(inner[-1], int)
    why = "IAM refuses the document as long as an ARN of another partition stands in it"
    if has_others and (corrected in beside or is_foreign_region):
        yield Plan(f"take {arn} out", why, (patch.remove(finding.place),), reveals=True)
    elif is_foreign_region:
        yield NoPlan(f"the region {region} is not in the partition {due} either, so what is meant is not clear")
    else:
        danger = ""
        if "Principal" in inner or "NotPrincipal" in inner:
            is_provider = ":oidc-provider/" in arn
            danger = "" if is_provider else "an account of another partition is somebody else's here"
        elif "*" in (named.resource if named else corrected):
            danger = f"the pattern takes in what nobody could reach here before: {corrected}"
        yield Plan(f"write {corrected}", why, (patch.replace(finding.place, corrected),), danger, reveals=True)


def _text_at(survey: Survey, finding: Finding) -> PolicyText | None:
    owner = finding.subject
    return next(
        (
            text
            for text in policy_texts(survey.facts.project.inventory)
            if owner is not None and text.owner is owner and _ends_so(finding.place.path, text.path)
        ),
        None,
    )


def _ends_so(path: tuple[Any, ...], end: tuple[Any, ...]) -> bool:
    return path[len(path) - len(end) :] == end


def _statements(text: PolicyText) -> tuple[Statement, ...]:
    return text.parsed.document.statements if text.parsed.document else ()
