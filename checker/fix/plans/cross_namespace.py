"""References into another namespace: the policy is written into the role, where no reference is needed. A copy of the
Policy would need another name in IAM, and its users would no longer share one."""

from __future__ import annotations

from ...ack.limits import refusal
from ...findings.finding import Finding
from ...findings.place import at
from ...inventory.names import resolve_policy
from ...inventory.objects import Reference, Role
from ...requirements.layers import not_pushed
from ..edits import patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey

RULES = ("cross-namespace-reference",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """An inline policy with the document of the Policy that is meant, in place of the reference."""
    role = next((item for item in survey.facts.project.inventory.roles if item.object is finding.subject), None)
    reference = _reference(role, finding) if role is not None else None
    if role is None or reference is None:
        yield NoPlan("a boundary cannot be written into the role; keep a Policy for it in the role's namespace")
        return
    meant = resolve_policy(survey.facts.names, reference).policies
    odd = next((reason for item in meant if (reason := not_pushed(item.object) or refusal(item.object))), "")
    if odd:
        yield NoPlan(f"what the Policy grants is not sure: {odd}")
        return
    text = meant[0].document.text if len(meant) == 1 and meant[0].document else None
    if text is None:
        yield NoPlan("which Policy is meant cannot be read here")
        return
    name = meant[0].object.name
    if any(inline.path[-1] == name for inline in role.inline):
        yield NoPlan(f"the role has an inline policy {name} already")
        return
    spec = role.object.data.get("spec")
    has_inline = isinstance(spec, dict) and isinstance(spec.get("inlinePolicies"), dict)
    if has_inline:
        added = patch.insert(at(role.object, ("spec", "inlinePolicies")), name, text)
    else:
        added = patch.insert(at(role.object, ("spec",)), "inlinePolicies", {name: text})
    whole = reference.path[:3] if len(role.policy_refs) > 1 else reference.path[:2]
    why = "an inline policy needs no reference, and the controller refuses those into other namespaces"
    yield Plan(
        f"write the policy into the role, as inlinePolicies.{name}",
        why,
        (added, patch.remove(at(role.object, whole))),
        reveals=True,
    )


def _reference(role: Role, finding: Finding) -> Reference | None:
    for reference in role.policy_refs:
        place = at(reference.owner, (*reference.path, "namespace"))
        if place[:3] == finding.place[:3]:
            return reference
    return None
