"""The same fix in Git: the manifests of the index's role, edited where they stand, and the text of a pull request."""

from __future__ import annotations

from ...ack.objects import mapping
from ...findings.finding import Finding
from ...gate.options import GateOptions
from ...gate.prepare import prepare
from ...runbook.diagnose import Diagnosis
from ..edits.diff import unified
from ..planning.effects import told
from ..planning.propose import Admitted
from ..planning.repair import Repair, repair
from . import objects

_ACCOUNT_RULES = ("not-an-arn", "misdirected-annotation")


def mend(diagnosis: Diagnosis, options: GateOptions, admitted: Admitted) -> Repair:
    """Repairs what the manifests say of this role and of its service account, and nothing else. Raises UsageError for
    paths that cannot be read."""
    case = diagnosis.case
    rules = tuple(dict.fromkeys((*objects.RULES, *_ACCOUNT_RULES)))
    prepared = prepare(options)
    asked = objects.asked_of(case, case.in_git) or prepared.terms.asked
    metadata = mapping(mapping(case.value("ack-role")).get("metadata"))
    role_name, role_namespace = str(metadata.get("name", "")), str(metadata.get("namespace", "")) or case.namespace
    name_in_iam = case.arn.rpartition("/")[2]

    def is_ours(finding: Finding) -> bool:
        item = finding.subject
        if item is None or finding.rule not in rules:
            return False
        if item.kind == "ServiceAccount":
            return item.name == case.account_name and item.namespace in ("", case.namespace)
        if name_in_iam and mapping(item.data.get("spec")).get("name") == name_in_iam:
            return True
        # Roles of several tenants may have one name, each in its own namespace.
        is_there = item.namespace in ("", role_namespace)
        return is_there and bool(item.name) and item.name in (role_name, name_in_iam)

    return repair(prepared._replace(terms=prepared.terms._replace(asked=asked)), admitted, is_ours)


def pull_request(diagnosis: Diagnosis, found: Repair) -> str:
    """Title and description of a pull request, in Markdown, with the diff."""
    case = diagnosis.case
    index = case.record.target.index_name
    cause = diagnosis.causes[0] if diagnosis.causes else None
    titles = dict.fromkeys(item.plan.title for item in found.fixes)
    lines = [f"# {index}: {next(iter(titles), 'mend the role')}", ""]
    if cause is not None:
        lines += [f"`checker live --index {index}` finds: **{cause.title}** ({cause.id}, {cause.confidence}).", ""]
        lines += [*(f"- {evidence}" for evidence in cause.evidence), ""]
    lines += ["What is changed:", "", *(f"- {item.plan.title}: {item.plan.why}" for item in found.fixes), ""]
    lines += [f"- {line}" for effect in found.effects for line in told(effect)]
    lines += [f"- unsafe: {item.plan.danger}" for item in found.fixes if item.plan.danger]
    lines += ["", "```diff", *(line for change in found.changes for line in unified(change)), "```"]
    return "\n".join(lines) + "\n"
