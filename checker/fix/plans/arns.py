"""Fields that must hold the ARN of a policy or a role: it is written out where only one can be meant."""

from __future__ import annotations

import re

from ...findings.finding import Finding
from ...iam.arns import parse_arn
from ...iam.documents.regions import partition_of
from ...managed import find as find_managed
from ...rules.references.not_an_arn import is_arn
from ...rules.trust.misdirected_annotation import trusting
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey
from .references import arn_of

RULES = ("not-an-arn", "misdirected-annotation")

_RESTART = "the pods have to be restarted: the webhook reads the annotation when a pod is made"


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The ARN that is meant, where there is only one."""
    search = _misdirected if finding.rule == "misdirected-annotation" else _meant
    arns = dict.fromkeys(search(survey, finding))
    account = survey.facts.parameters.get("account", "")
    if len(arns) == 1:
        arn = next(iter(arns))
        notes = (_RESTART,) if "annotations" in finding.place.path else ()
        change = patch.replace(finding.place, arn)
        # With a role to speak of, whether it trusts the service account can be judged for the first time.
        reveals = finding.rule == "not-an-arn"
        yield Plan(
            title=f"write {arn}",
            why="it is the only one that can be meant",
            patches=(change,),
            danger="",
            notes=notes,
            reveals=reveals,
        )
    elif arns:
        yield NoPlan(f"several could be meant: {', '.join(arns)}")
    else:
        yield NoPlan("which one is meant is not clear" + ("" if account else "; --set account=… may tell"))


def _meant(survey: Survey, finding: Finding) -> list[str]:
    text = finding.value.strip().strip("\"'")
    values, inventory = survey.facts.parameters, survey.facts.project.inventory
    partition, account = partition_of(values.get("region", "")) or "aws", values.get("account", "")
    is_role = "annotations" in finding.place.path or finding.place.path[-1] in ("roleARN", "targetRoleARN")
    if is_arn("role" if is_role else "policy", text):
        return [text]
    if not is_role:
        managed = f"arn:aws:iam::aws:policy/{text}"
        aws_managed = [managed.replace(":aws:", f":{partition}:", 1)] if find_managed(managed) is not None else []
        matching = (item for item in inventory.policies if text in (item.name, item.object.name))
        return aws_managed + [arn for item in matching if (arn := arn_of(survey, item))]
    malformed = re.fullmatch(r"arn:(aws[a-z-]*):iam::(\d{12}):(?!role/)/?([\w+=,.@-]+)", text)
    name = malformed[3] if malformed else text.removeprefix("role/")
    partition, account = (malformed[1], malformed[2]) if malformed else (partition, account)
    roles = [role for role in inventory.roles if name in (role.name, role.object.name)]
    return [f"arn:{partition}:iam::{account}:role{role.iam_path}{role.name}" for role in roles if account]


def _misdirected(survey: Survey, finding: Finding) -> list[str]:
    named, values = parse_arn(finding.value), survey.facts.parameters
    if named is None:
        return []
    partition = partition_of(values.get("region", "")) or named.partition
    due = named._replace(partition=partition, account=values.get("account") or named.account)
    if due != named:
        return [str(due)]
    role = next((role for account, role in trusting(survey.facts) if account.object is finding.subject), None)
    return [str(due._replace(resource=f"role{role.iam_path}{role.name}"))] if role else []
