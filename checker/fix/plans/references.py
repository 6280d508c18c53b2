"""References and attachments: lists that exclude each other, entries that name nothing or the wrong thing.

Source: iam-controller v1.8.1, references.go: with `policies` and `policyRefs` both filled nothing is reconciled; an
entry without `from` is skipped; references go by metadata.name.
"""

from __future__ import annotations

import difflib
from typing import Any

from ...findings.finding import Finding
from ...findings.place import at
from ...iam.documents.paths import Path
from ...iam.documents.regions import partition_of
from ...inventory.names import policies_by_arn, resolve_policy
from ...inventory.objects import Policy, Reference, Role
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("policies-and-refs", "empty-reference", "dangling-reference")


def plan(survey: Survey, finding: Finding) -> Candidates:
    """The repair by rule."""
    role = next((item for item in survey.facts.project.inventory.roles if item.object is finding.subject), None)
    if role is None:
        yield NoPlan("the reference is not one of a Role")
    elif finding.rule == "policies-and-refs":
        yield from _one_list(survey, role, finding)
    elif finding.rule == "empty-reference":
        yield _without(role, finding)
    else:
        yield from _named(survey, role, finding)


def _one_list(survey: Survey, role: Role, finding: Finding) -> Candidates:
    if finding.place.path[-1] == "permissionsBoundaryRef":
        yield from _one_boundary(survey, role)
        return
    by_arn = [policies_by_arn(survey.facts.names, item.arn, role.object) for item in role.policy_arns]
    policies = at(role.object, ("spec", "policies"))
    references = at(role.object, ("spec", "policyRefs"))
    present = {reference.name for reference in role.policy_refs}
    if all(len(matches) == 1 and _is_beside(matches[0], role) for matches in by_arn):
        names = dict.fromkeys(matches[0].object.name for matches in by_arn)
        added = [{"from": {"name": name}} for name in names if name not in present]
        changes = [patch.append(references, *added)] if added else []
        why = "every ARN in policies is a Policy of this project, and references follow it when it is renamed"
        yield Plan("keep policyRefs, with what policies names", why, (*changes, patch.remove(policies)))
    arns = []
    for reference in role.policy_refs:
        matches = resolve_policy(survey.facts.names, reference).policies
        arn = arn_of(survey, matches[0]) if len(matches) == 1 else ""
        if not arn:
            yield NoPlan(
                f"the ARN of Policy {reference.name or '(no name)'} is not known; give the cell's account with --set"
            )
            return
        arns.append(arn)
    listed = {item.arn for item in role.policy_arns}
    added_arns = [arn for arn in dict.fromkeys(arns) if arn not in listed]
    changes = [patch.append(policies, *added_arns)] if added_arns else []
    why = "an AWS-managed policy has an ARN and no object, so only policies can name them all"
    yield Plan("keep policies, with the ARNs of what policyRefs names", why, (*changes, patch.remove(references)))


def _is_beside(policy: Policy, role: Role) -> bool:
    return policy.object.namespace == role.object.namespace


def arn_of(survey: Survey, policy: Policy) -> str:
    """The ARN of a Policy: from its status, else by name, path and the cell's account; "" where that is not known."""
    status = policy.object.data.get("status")
    metadata = status.get("ackResourceMetadata") if isinstance(status, dict) else None
    if isinstance(metadata, dict) and isinstance(metadata.get("arn"), str):
        return str(metadata["arn"])
    account = survey.facts.parameters.get("account", "")
    partition = partition_of(survey.facts.parameters.get("region", "")) or "aws"
    return f"arn:{partition}:iam::{account}:policy{policy.iam_path}{policy.name}" if account else ""


def _one_boundary(survey: Survey, role: Role) -> Candidates:
    reference, managed = role.boundary_ref, role.boundary_arn
    matches = resolve_policy(survey.facts.names, reference).policies if reference else ()
    if managed is not None and len(matches) == 1 and arn_of(survey, matches[0]) == managed.arn:
        change = patch.remove(at(role.object, ("spec", "permissionsBoundary")))
        yield Plan("keep permissionsBoundaryRef", "both name the same policy", (change,))
    else:
        yield NoPlan("the two boundaries are not the same policy, and which one is meant has to be decided by hand")


def _without(role: Role, finding: Finding) -> Plan | NoPlan:
    path = finding.place.path[len(role.object.origin.path) :]
    if path[:2] != ("spec", "policyRefs"):
        danger = "whoever wrote the reference meant some policy"
        return Plan(f"remove {path[-1]}", "it names nothing", (patch.remove(finding.place),), danger)
    spec: Any = role.object.data.get("spec")
    target = at(role.object, ("spec", "policyRefs")) if len(spec["policyRefs"]) == 1 else finding.place
    return Plan("remove the empty reference", "it attaches nothing", (patch.remove(target),))


def _named(survey: Survey, role: Role, finding: Finding) -> Candidates:
    path: Path = finding.place.path[len(role.object.origin.path) :]
    reference = next(
        (
            item
            for item in (*role.policy_refs, *([role.boundary_ref] if role.boundary_ref else []))
            if (*item.path, "name") == path
        ),
        None,
    )
    if reference is None:
        return
    names = survey.facts.names
    beside = [item for item in names.inventory.policies if item.object.namespace == role.object.namespace]
    by_name = [item for item in beside if item.name == reference.name]
    if len(by_name) == 1:
        name = by_name[0].object.name
        why = f"references go by metadata.name; {reference.name} is the policy's name in IAM"
        yield Plan(f"refer to {name}", why, (patch.replace(finding.place, name),))
    close = difflib.get_close_matches(reference.name, [item.object.name for item in beside], 2, 0.85)
    if len(close) == 1:
        yield _typo(role, reference, close[0], finding)
    yield NoPlan("no Policy of a like name is in this project; add it, or correct the reference")


def _typo(role: Role, reference: Reference, name: str, finding: Finding) -> Plan:
    danger = f"that {name} is meant is a guess from its name"
    if any(item.name == name for item in role.policy_refs) and len(role.policy_refs) > 1:
        change = patch.remove(at(role.object, reference.path[:-1]))
        return Plan(f"remove the reference to {reference.name}", f"{name} is referred to already", (change,), danger)
    return Plan(f"refer to {name}", "it is the only like name here", (patch.replace(finding.place, name),), danger)
