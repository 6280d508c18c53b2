"""Names the issuer as tokens do. A provider or a key that no token has grants nothing, so nothing is lost; another
cluster's issuer is only replaced when asked for."""

from __future__ import annotations

from ...findings.finding import Finding
from ...findings.place import inside
from ...iam.proofs.trust import is_cluster, issuer_of, oidc_providers
from ...requirements.parameters import issuer_in
from ...rules.statements._statements import Written
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("wrong-issuer",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The statement that the finding is in, mended."""
    written = survey.written_at(finding.place)
    if written is not None:
        yield from _in_statement(survey, written, finding)


def _in_statement(survey: Survey, written: Written, finding: Finding) -> Candidates:
    provider = next(iter(oidc_providers(written.statement)), "")
    issuer = issuer_of(provider)
    if finding.place.part == "key":
        yield _keys(written, issuer, finding.value.rpartition(":")[0])
        return
    entry = next(item.entry for item in written.statement.principals if item.entry.text == provider)
    if not provider.endswith(f":oidc-provider/{issuer}"):
        head = provider.partition(":oidc-provider/")[0]
        change = patch.replace(inside(written.text, entry.path), f"{head}:oidc-provider/{issuer}")
        yield Plan(f"name the provider as {issuer}", "no provider has https:// or a slash at its end", (change,))
        return
    due = issuer_in(survey.facts.parameters)
    if any(role == id(finding.subject) for role, _ in survey.refused):
        yield NoPlan("letting the service account in adds a statement for this cell's issuer")
        return
    if due and is_cluster(provider):
        head = provider.partition(":oidc-provider/")[0]
        changes = [patch.replace(inside(written.text, entry.path), f"{head}:oidc-provider/{due}")]
        for item in written.statement.conditions:
            named, _, claim = item.key.rpartition(":")
            if named == issuer:
                changes.append(patch.rename(inside(written.text, item.path), f"{due}:{claim}"))
        danger = f"service accounts of the cluster {issuer} can no longer assume the role"
        yield Plan(f"name the issuer {due}", "it is the issuer of this cell", tuple(changes), danger)


def _keys(written: Written, issuer: str, named: str) -> Plan | NoPlan:
    taken = {(item.operator, item.key) for item in written.statement.conditions}
    changes = []
    for item in written.statement.conditions:
        owner, _, claim = item.key.rpartition(":")
        if owner == named and claim.lower() in ("sub", "aud"):
            if (item.operator, f"{issuer}:{claim}") in taken:
                return NoPlan(f"the condition has {issuer}:{claim} as well, and which of the two is meant is open")
            changes.append(patch.rename(inside(written.text, item.path), f"{issuer}:{claim}"))
    return Plan(f"ask for claims of {issuer}", "a token has claims of its own issuer only", tuple(changes))
