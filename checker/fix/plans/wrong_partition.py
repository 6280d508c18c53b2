"""ARNs of another partition: the right ARN replaces the wrong one and is never added beside it, since IAM refuses the
document as long as an ARN of another partition stands in it."""

from __future__ import annotations

from ...findings.finding import Finding
from ...iam.arns import parse_arn
from ...iam.documents.regions import partition_in, partition_of
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("wrong-partition",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """Writes the ARN with the partition of the cell. Where that ARN is listed already, or the region is foreign too,
    the foreign ARN is taken out, if others stay."""
    due = partition_of(survey.facts.parameters.get("region", ""))
    inner = finding.place.inner or ()
    text = survey.text_at(finding.place)
    if not due or text is None:
        yield NoPlan("which partition is meant is not known; --set region=… tells")
        return
    arn = finding.value
    corrected = f"arn:{due}:{arn.split(':', 2)[2]}"
    named = parse_arn(arn)
    region = named.region if named else ""
    written = survey.written_at(finding.place)
    beside = [entry.text for entry in written.statement.resources] if written else []
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
