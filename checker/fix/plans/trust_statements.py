"""Small repairs of trust policies: a principal's action, a provider's account, the audience, sts:TagSession."""

from __future__ import annotations

from typing import Any

from ...findings.finding import Finding
from ...findings.place import inside
from ...iam.documents.paths import Path
from ...iam.proofs.trust import is_cluster, issuer_of, oidc_providers
from ...rules.statements._statements import Written
from ...rules.trust.mismatched_principal import action_for
from ..edits import patch
from ..edits.patch import Patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("missing-tag-session", "mismatched-principal", "foreign-provider", "missing-audience")


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The repair of the statement that the finding is in."""
    written = survey.written_at(finding.place)
    if written is not None:
        yield _REPAIRS[finding.rule](survey, written, finding, finding.place.inner or ())


def _tag_session(survey: Survey, written: Written, finding: Finding, inner: Path) -> Plan | NoPlan:
    if written.statement.not_actions:
        return NoPlan("take sts:TagSession out of NotAction by hand")
    change = patch.append(inside(written.text, (*written.statement.path, "Action")), "sts:TagSession")
    others = [item.entry.text for item in written.statement.principals if item.entry.text != "pods.eks.amazonaws.com"]
    danger = f"{', '.join(others)} could tag sessions as well, and policies may trust tags" if others else ""
    return Plan("add sts:TagSession", "EKS Pod Identity tags every session", (change,), danger)


def _principal(survey: Survey, written: Written, finding: Finding, inner: Path) -> Plan | NoPlan:
    statement = written.statement
    principal = next((item for item in statement.principals if item.entry.path == inner), None)
    if principal is None:
        return NoPlan("the principal was not found")
    if principal.entry.text == "eks.amazonaws.com":
        change = patch.replace(inside(written.text, inner), "pods.eks.amazonaws.com")
        return Plan("name pods.eks.amazonaws.com", "it is the service that gives roles to pods", (change,))
    due = action_for(principal)
    if due is None or statement.not_actions or principal.kind == "AWS":
        return NoPlan("who is meant has to be decided by hand")
    place = inside(written.text, (*statement.path, "Action"))
    if len(statement.actions) == 1 and statement.actions[0].path == place.inner and len(statement.principals) == 1:
        return Plan(f"write {due}", "it is the action of this kind of principal", (patch.replace(place, due),))
    return Plan(f"add {due}", "it is the action of this kind of principal", (patch.append(place, due),))


def _provider(survey: Survey, written: Written, finding: Finding, inner: Path) -> Plan | NoPlan:
    head, _, rest = finding.value.partition("::")
    account = survey.facts.parameters.get("account", "")
    change = patch.replace(inside(written.text, inner), f"{head}::{account}:{rest.partition(':')[2]}")
    note = f"the provider has to exist in account {account}"
    return Plan(
        f"name the provider of account {account}", "STS looks in the role's own account", (change,), "", (note,)
    )


def _audience(survey: Survey, written: Written, finding: Finding, inner: Path) -> Plan | NoPlan:
    provider = next((item for item in oidc_providers(written.statement) if is_cluster(item)), "")
    key, value = f"{issuer_of(provider)}:aud", "sts.amazonaws.com"
    path = written.statement.path
    operators = {item.operator for item in written.statement.conditions}
    change: Patch
    if "StringEquals" in operators:
        change = patch.insert(inside(written.text, (*path, "Condition", "StringEquals")), key, value)
    else:
        claim: dict[str, Any] = {key: value}
        change = (
            patch.insert(inside(written.text, (*path, "Condition")), "StringEquals", claim)
            if operators
            else patch.insert(inside(written.text, path), "Condition", {"StringEquals": claim})
        )
    danger = "pods whose tokens are made for another audience can no longer assume the role"
    return Plan(f"ask for the audience {value}", "it is the audience of tokens of EKS", (change,), danger)


_REPAIRS = {
    "missing-tag-session": _tag_session,
    "mismatched-principal": _principal,
    "foreign-provider": _provider,
    "missing-audience": _audience,
}
