"""Ways to grant exactly what is missing: in a statement that nearly does, in a statement of its own, in a new inline
policy.

Source for the order: iam-controller v1.8.1, `pkg/resource/role/hooks.go` and the CRD: `inlinePolicies` is a map that
merges by key and stands beside either style of attachment, while `policies` and `policyRefs` are lists that are taken
as a whole; a Policy object may serve other roles too. Quotas: IAM User Guide, "IAM and AWS STS quotas".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ...findings.place import at, inside
from ...iam.decisions.policies import LayerName
from ...iam.decisions.statements import action_matches
from ...iam.documents.document import Statement
from ...iam.documents.paths import show_path
from ...iam.proofs.comparison import compare_changed
from ...iam.values import NamedTuple
from ...inventory.objects import PolicyText, Role, called
from ...requirements.check import RoleCheck
from ...requirements.layers import stack
from ...rules.documents.oversized_policy import INLINE, MANAGED, counted
from ..edits import patch
from ..edits.flow import document as laid_out
from ..edits.patch import Patch
from .plan import Candidates, Need, NoPlan, Plan, Survey, need_of
from .simulate import edited, is_exact, labels_of, with_document


class WantedGrant(NamedTuple):
    """What to grant, to whom, in which layer: "identity", "boundary" or "session"."""

    survey: Survey
    check: RoleCheck
    needs: tuple[Need, ...]
    layer: LayerName = "identity"

    @property
    def actions(self) -> tuple[str, ...]:
        """The missing actions, each once."""
        return tuple(dict.fromkeys(need.action for need in self.needs))

    @property
    def resources(self) -> tuple[str, ...]:
        """The ARNs they are missing on, each once."""
        return tuple(dict.fromkeys(need.resource for need in self.needs))


def candidates(grant: WantedGrant) -> Candidates:
    """Plans that grant exactly what is missing, the smallest change in the safest place first."""
    if grant.layer != "identity":
        yield from _in_layer(grant)
        return
    role = grant.check.role
    texts = _texts(grant, "identity")
    own = [text for text in texts if text.owner is role.object]
    sole = [text for text in texts if text.owner is not role.object and _is_ours_alone(grant, text)]
    shared = [text for text in texts if text not in own and text not in sole]
    for text in (*own, *sole):
        yield from _extending(grant, text)
    is_mapping = isinstance(_spec(role).get("inlinePolicies", {}), dict)
    has_room = _inline_size(role) + counted(json.dumps(_statements(grant))) + 80 <= INLINE
    if has_room and is_mapping:
        for text in own:
            yield from _adding(grant, text)
        yield _new_key(grant)
    for text in (*sole, *shared):
        yield from _extending(grant, text)
        yield from _adding(grant, text)
    full = f"its inline policies are full ({_inline_size(role):,} of {INLINE:,} characters)"
    yield NoPlan(f"{full}, and no Policy in this project has room" if not has_room else "no edit grants exactly this")


def _in_layer(grant: WantedGrant) -> Candidates:
    """In the boundary or the session policy itself, where it is in the project."""
    texts = _texts(grant, grant.layer)
    labels = [
        policy.label for layer in grant.check.stack.layers if layer.name == grant.layer for policy in layer.policies
    ]
    for text in texts:
        yield from _extending(grant, text)
        yield from _adding(grant, text)
    named = " and ".join(labels) or f"the {grant.layer} policy"
    wanted = f"{', '.join(grant.actions)} on {', '.join(grant.resources)}"
    if grant.layer in ("resource", "key"):
        yield NoPlan(f"the {grant.layer} policy bears on others too; whoever owns it has to allow {wanted}")
    elif not texts:
        yield NoPlan(f"{named} is not in this project; whoever owns it has to allow {wanted}")
    else:
        yield NoPlan(f"no edit of {named} allows exactly {wanted}")


def _texts(grant: WantedGrant, layer: LayerName) -> list[PolicyText]:
    """The documents of a layer that can be edited."""
    sources = grant.check.stack.sources
    labels = [policy.label for item in grant.check.stack.layers if item.name == layer for policy in item.policies]
    texts = [sources[label].text for label in labels if label in sources]
    return [text for text in texts if text is not None and text.text and text.parsed.document is not None]


def _is_ours_alone(grant: WantedGrant, text: PolicyText) -> bool:
    """Whether no other role uses the Policy, or each that does lacks the same access too."""
    if not grant.survey.sees_all:
        return False
    others = grant.survey.others(text.owner, grant.check.role)
    return all(any(_lacks(check, grant) for check in grant.survey.checks.get(id(role.object), ())) for role in others)


def _lacks(check: RoleCheck, grant: WantedGrant) -> bool:
    """Whether a role lacks all that is to be granted."""
    lacking = {need_of(item) for item in check.required if item.proof and item.proof.verdict == "not-granted"}
    return lacking >= set(grant.needs)


def _extending(grant: WantedGrant, text: PolicyText) -> Iterator[Plan]:
    """Plans that extend a statement, the one with the fewest additions first; a statement that only its condition
    keeps from granting this loses the condition."""
    options: list[tuple[int, Statement, list[str], list[str]]] = []
    document = text.parsed.document
    for statement in document.statements if document else ():
        if statement.effect != "Allow" or statement.not_actions or statement.not_resources or not statement.resources:
            continue
        listed = {entry.text for entry in statement.resources}
        actions = [item for item in grant.actions if not _names(statement, item)]
        resources = [item for item in grant.resources if item not in listed]
        if len(actions) + len(resources) < len(grant.actions) + len(grant.resources):
            options.append((len(actions) + 2 * len(resources), statement, actions, resources))
    for _, statement, actions, resources in sorted(options, key=lambda item: item[0]):
        patches = [
            patch.append(inside(text, (*statement.path, name)), *items)
            for name, items in (("Action", actions), ("Resource", resources))
            if items
        ]
        title = f"add {_listed((*actions, *resources))} to {_called(statement)}"
        why = "the statement already grants the action" if resources else "the statement already grants the table"
        danger = ""
        if not patches and statement.conditions:
            patches = [patch.remove(inside(text, (*statement.path, "Condition")))]
            title = f"drop the condition of {_called(statement)}"
            danger = _MEANT
            why = "the statement grants just this, under a condition that these requests do not meet for certain"
        if patches and is_exact(grant.check.stack, grant.layer, _statements(grant), text, patches):
            extension = _plan(grant, text, title, why, patches)
            yield extension._replace(danger=extension.danger or danger)


_MEANT = "somebody may have meant the condition"


def _names(statement: Statement, action: str) -> bool:
    return any(action_matches(entry.text, action.lower()) for entry in statement.actions)


def _adding(grant: WantedGrant, text: PolicyText) -> Iterator[Plan]:
    """A statement of its own in a document that is there."""
    limit = MANAGED if text.owner.kind == "Policy" else INLINE
    statements = _statements(grant)
    if counted(text.text or "") + counted(json.dumps(statements)) > limit:
        return
    patches = [patch.append(inside(text, ("Statement",)), *statements)]
    if is_exact(grant.check.stack, grant.layer, _statements(grant), text, patches):
        title = f"add a statement for {_listed(grant.actions)}"
        yield _plan(grant, text, title, "no statement there can be extended without granting more", patches)


def _new_key(grant: WantedGrant) -> Plan:
    """A new inline policy: no existing text is touched, and no other role is affected."""
    role = grant.check.role
    inline = _spec(role).get("inlinePolicies")
    taken = set(inline) if isinstance(inline, dict) else set()
    name = next(name for name in _keys(grant.check.requirement.name) if name not in taken)
    body = laid_out({"Version": "2012-10-17", "Statement": _statements(grant)}) + "\n"
    body = body.replace("+", "\\u002b").replace("%", "\\u0025")
    if isinstance(inline, dict) and inline:
        change = patch.insert(at(role.object, ("spec", "inlinePolicies")), name, body)
    elif isinstance(inline, dict):
        change = patch.replace(at(role.object, ("spec", "inlinePolicies")), {name: body})
    else:
        change = patch.insert(at(role.object, ("spec",)), "inlinePolicies", {name: body})
    why = "an inline policy of its own touches nothing that is there, and no other role"
    title = f"add the inline policy {name} with {_listed(grant.actions)} ({called(role.object)})"
    return Plan(title, why, (change,), needs=grant.needs)


def _keys(requirement: str) -> Iterator[str]:
    yield requirement
    yield from (f"{requirement}-{number}" for number in range(2, 1000))


def _statements(grant: WantedGrant) -> list[dict[str, Any]]:
    """Statements that grant exactly the needs: those on one ARN together, and the ARNs with the same actions."""
    by_resource: dict[tuple[str, str], list[str]] = {}
    for item in grant.needs:
        by_resource.setdefault((item.resource, item.through), []).append(item.action)
    together: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (resource, through), actions in by_resource.items():
        together.setdefault((tuple(actions), through), []).append(resource)
    return [_statement(list(actions), resources, through) for (actions, through), resources in together.items()]


def _statement(actions: list[str], resources: list[str], through: str) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": actions if len(actions) > 1 else actions[0],
        "Resource": resources if len(resources) > 1 else resources[0],
    }
    if through:
        # The key is needed through DynamoDB alone (DynamoDB Developer Guide, "Encryption at rest: How it works").
        statement["Condition"] = {"StringEquals": {"kms:ViaService": through}}
    return statement


def _plan(grant: WantedGrant, text: PolicyText, title: str, why: str, patches: list[Patch]) -> Plan:
    role, owner = grant.check.role, text.owner
    others = grant.survey.others(owner, role)
    where = f"{called(owner)}, {show_path(text.path[1:])}"
    notes = (f"{called(owner)} also bears on {_roles(others)}",) if others else ()
    gaining = [other for other in others if _gains(grant, other, text, patches)]
    is_ours_alone = _is_ours_alone(grant, text)
    danger = f"{_roles(gaining)} would gain access as well" if gaining and not is_ours_alone else ""
    if not grant.survey.sees_all and owner.kind == "Policy":
        notes = (f"whether {called(owner)} bears on other roles was not looked for",)
        danger = danger or ("it caps every role that it is the boundary of" if grant.layer == "boundary" else "")
    return Plan(
        title=f"{title} ({where})",
        why=why,
        patches=tuple(patches),
        danger=danger,
        notes=notes,
        reveals=grant.layer == "boundary",
        needs=grant.needs,
    )


def _roles(roles: Iterable[Role]) -> str:
    names = [called(role.object) for role in roles]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _gains(grant: WantedGrant, role: Role, text: PolicyText, patches: list[Patch]) -> bool:
    before = stack(role, grant.survey.facts.names, None)
    after = with_document(before.layers, labels_of(before.sources, text), edited(text, patches))
    return not compare_changed(before.layers, after).is_same


def _inline_size(role: Role) -> int:
    return sum(counted(text.text or "") for text in role.inline)


def _spec(role: Role) -> dict[str, Any]:
    spec = role.object.data.get("spec")
    return spec if isinstance(spec, dict) else {}


def _listed(items: Iterable[str]) -> str:
    return " and ".join(items)


def _called(statement: Statement) -> str:
    return f"statement {statement.sid}" if statement.sid else show_path(statement.path)
