"""How the ACK objects of the role stand with the controller: what it says of them, and what keeps it from acting.

Source: aws-controllers-k8s/runtime, `pkg/condition/condition.go` and `pkg/runtime/reconciler.go`: conditions are wiped
when a loop starts and written anew when it ends, so the latest of them dates the last loop; an error before the first
call to AWS (a selector conflict, another region or account) leaves the status as it was.
"""

from __future__ import annotations

import re

from ...ack.controller import StatusCondition, conditions, standstill
from ...ack.objects import make_object, mapping, sequence, status_arn, text
from ...iam.arns import parse_arn
from ...iam.expressions import expression
from ...inventory.objects import Object
from ..case.case import Case

_BAD_WHEN_TRUE = ("ACK.Terminal", "ACK.Recoverable")
SLOW_SECONDS = 120
"""A loop takes seconds: an edit this old that the controller has not looked at is not being worked on."""


def objects(case: Case) -> tuple[Object, ...]:
    """The Role object and the Policies it refers to; () where the Role object was not read."""
    if case.declared is None:
        return ()
    inventory = case.declared.source.inventory
    role = make_object(case.value("ack-role"), case.declared.source.role.object.origin)
    return (role, *(policy.object for policy in inventory.policies))


def held_by(case: Case, *kinds: str) -> tuple[tuple[Object, StatusCondition], ...]:
    """The objects of the role that have one of these conditions, in a state that means trouble."""
    return tuple(
        (item, condition)
        for item in objects(case)
        for condition in conditions(item).values()
        if condition.kind in kinds and condition.status != ("False" if condition.kind in _BAD_WHEN_TRUE else "True")
    )


def told(item: Object, at: StatusCondition) -> str:
    """A condition as a sentence. AWS's errors explain themselves in `message`, unresolved references in `reason`: both
    are kept."""
    why = ": ".join(dict.fromkeys(part for part in (at.message, at.reason) if part))
    return f"{item.kind} {item.name}: {at.kind} {at.status}" + (f": {why}" if why else "")


def existing(case: Case) -> tuple[tuple[Object, StatusCondition], ...]:
    """The objects that the controller refuses because AWS already has what they describe, with the condition that says
    so: Terminal for a Role ("Resource already exists"), Recoverable for a Policy (EntityAlreadyExists)."""
    held = held_by(case, "ACK.Terminal", "ACK.Recoverable")
    return tuple((item, at) for item, at in held if _ALREADY.search(f"{at.message} {at.reason}"))


_ALREADY = expression(r"already exists|EntityAlreadyExists", re.IGNORECASE)


def being_deleted(case: Case) -> tuple[str, ...]:
    """The objects that are marked for deletion, as sentences: the controller takes their policies off the role."""
    return tuple(filter(None, map(_going, objects(case))))


def taken(case: Case) -> tuple[str, ...]:
    """The deletions that have taken something from IAM: a Role's once its role has no policy any more, a Policy's once
    it is not attached. Before that, what is missing is missing for another reason."""
    role, inline, attached = case.reading("role"), case.value("inline-names"), case.value("attached")
    deletions = []
    for item in objects(case):
        going = _going(item)
        arn = status_arn(item.data)
        is_bare = role.status == "absent" or (inline == [] and attached == [])
        is_detached = attached is not None and bool(arn) and arn not in attached
        if going and (is_bare if item.kind == "Role" else is_bare or is_detached):
            deletions.append(going)
    return tuple(deletions)


def _going(item: Object) -> str:
    since = mapping(item.data.get("metadata")).get("deletionTimestamp")
    return f"{item.kind} {item.name} is being deleted since {since}" if since else ""


def unreconciled(case: Case) -> str:
    """That the controller has never looked at the Role object: nothing of it was ever written to its status. "" where
    it has."""
    role = next(iter(objects(case)), None)
    created = str(mapping(role.data.get("metadata")).get("creationTimestamp") or "") if role else ""
    age = case.age(created)
    if role is None or conditions(role) or (age is not None and age < SLOW_SECONDS):
        return ""
    return f"Role {role.name} has no condition: the controller has never reconciled it"


def overlooked(case: Case) -> str:
    """That the Role object was edited after the controller's last word on it, longer ago than a loop takes; "" where it
    was not. A label is an edit too, and starts no loop: so this is a sign, and no proof."""
    role = next(iter(objects(case)), None)
    by_kind = conditions(role) if role is not None else {}
    if role is None or not by_kind:
        return ""
    edited, looked = edited_at(role), max((item.since for item in by_kind.values()), default="")
    since_edit, since_look = case.age(edited), case.age(looked)
    if since_edit is None or since_look is None or since_edit < SLOW_SECONDS or since_look <= since_edit + 1:
        return ""
    return f"Role {role.name} was edited at {edited}; the controller last looked at it at {looked}"


def edited_at(item: Object) -> str:
    """When somebody other than the controller last wrote to the object ("" where that is not known)."""
    stamps = [
        text(mapping(entry).get("time")) or ""
        for entry in sequence(mapping(item.data.get("metadata")).get("managers"))
        if mapping(entry).get("manager") != "controller"
    ]
    return max(stamps, default="")


def was_just_edited(case: Case) -> bool:
    """Whether the Role object was edited so recently that the controller may not have acted on it yet."""
    role = next(iter(objects(case)), None)
    since = case.age(edited_at(role)) if role is not None else None
    return role is not None and since is not None and since < SLOW_SECONDS and is_older_than_the_spec(case, role)


def still(case: Case) -> str:
    """Why the controller does nothing for the role, or ""."""
    return next((standstill(item) for item in objects(case) if standstill(item)), "")


def controller_down(case: Case) -> str:
    """That no Deployment of the controller has an available pod, as a sentence; "" where one has, or none was found."""
    deployments = case.value("ack-controller") or ()
    if not deployments or any(mapping(item.get("status")).get("availableReplicas") for item in deployments):
        return ""
    metadata = mapping(deployments[0].get("metadata"))
    return f"Deployment {metadata.get('namespace')}/{metadata.get('name')} has no available pod"


def is_controller_unseen(case: Case) -> bool:
    """Whether nobody knows if a controller runs: neither its Deployment nor an EKS capability was seen."""
    return not case.value("ack-controller") and not case.value("ack-capability")


def is_older_than_the_spec(case: Case, item: Object) -> bool:
    """Whether the conditions of an object are older than the last edit of it: they may speak of another spec."""
    edited = case.age(edited_at(item))
    looked = case.age(max((condition.since for condition in conditions(item).values()), default=""))
    return edited is not None and looked is not None and looked > edited + 1


def says_synced(case: Case) -> bool:
    """Whether the Role object says that it is in sync."""
    role = next(iter(objects(case)), None)
    by_kind = conditions(role) if role is not None else {}
    return any(by_kind[kind].status == "True" for kind in ("ACK.ResourceSynced", "Ready") if kind in by_kind)


def capability_trouble(case: Case) -> tuple[str, ...]:
    """What is wrong with the EKS capability that runs ACK, in sentences; () where it is well, or there is none.

    Source: EKS API Reference, Capability (status, health.issues, AckConfigResponse.disabledServices).
    """
    problems = []
    for item in case.value("ack-capability") or ():
        name = f"EKS capability {item['name']}"
        if item["status"] not in ("ACTIVE", "UPDATING"):
            problems.append(f"{name} is {item['status']}")
        problems += [f"{name}: {issue['code']}: {issue['message']}" for issue in item["issues"]]
        if "iam" in item["disabledServices"]:
            problems.append(f"{name} has the service iam disabled, so no Role is reconciled")
    return tuple(problems)


def managed_elsewhere(case: Case) -> str:
    """That the controller manages the role in another account than the pod's role is in; "" where it does not."""
    role = next(iter(objects(case)), None)
    status = mapping(role.data.get("status")) if role is not None else {}
    owner = str(mapping(status.get("ackResourceMetadata")).get("ownerAccountID") or "")
    named = parse_arn(case.arn)
    account = named.account if named else ""
    if not owner or not account or owner == account:
        return ""
    return f"the controller manages the Role in account {owner}, the pod's role is in {account}"


def not_made(case: Case) -> str:
    """Why the controller has not made what the object describes, as the object itself says; "" where it does not."""
    held = held_by(case, "ACK.Terminal", "ACK.Recoverable", "ACK.ReferencesResolved", "ACK.ResourceSynced", "Ready")
    reasons = [*being_deleted(case), unreconciled(case), controller_down(case), *capability_trouble(case)]
    return next(filter(None, [*reasons, *(told(item, at) for item, at in held)]), "")
