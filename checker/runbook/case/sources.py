"""From readings to the inventory that rules and requirements understand: the role as IAM has it, as the object in the
cluster wants it, and as the manifests have it.

A policy that could not be read is kept as an unreadable one; it is never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...ack.build import build
from ...ack.kinds import EKS, IAM, ROLE_ARN_ANNOTATION
from ...ack.objects import make_object, mapping, sequence, status_arn, text
from ...iam.arns import role_name
from ...iam.decisions.policies import LAYERS, Attached, Layer, LayerName
from ...iam.documents.document import PolicyKind, parse
from ...iam.values import NamedTuple
from ...inventory.objects import Inventory, Origin, Role
from ...live.record.record import Reading, Record, reading, under, value


class RoleSource(NamedTuple):
    """One view of the role: the inventory around it, and the role itself."""

    inventory: Inventory
    role: Role


def deployed(record: Record, arn: str, namespace: str, service_account: str) -> RoleSource | None:
    """The role with this ARN as IAM has it; None where nothing of it could be read, or there is no such role."""
    role, inline, attached = (reading(record, name) for name in ("role", "inline-names", "attached"))
    named = role_name(arn)
    if named is None or role.status == "absent" or not any(item.status == "ok" for item in (role, inline, attached)):
        return None
    known = mapping(role.value)
    spec: dict[str, Any] = {"name": named.name, "path": known.get("path", "/")}
    spec["inlinePolicies"] = _inline(record, inline)
    spec["policies"] = (
        list(attached.value or ()) if attached.status == "ok" else [_unread_arn(arn, "attached policies")]
    )
    boundary = known.get("boundary", "") if role.status == "ok" else _unread_arn(arn, "boundary")
    spec |= {"permissionsBoundary": boundary} if boundary else {}
    spec |= {"assumeRolePolicyDocument": known["trust"]} if role.status == "ok" else {}
    spec["tags"] = [{"key": key, "value": item} for key, item in mapping(known.get("tags")).items()]
    known_as = mapping(mapping(value(record, "ack-role")).get("metadata"))
    labels, name = mapping(known_as.get("labels")), text(known_as.get("name")) or named.name
    objects = [_object("Role", namespace, name, spec, labels), *_policies(record, namespace)]
    objects += giver(record, arn, namespace, service_account)
    return _source(objects, named.name)


def declared(record: Record, namespace: str, service_account: str) -> RoleSource | None:
    """The role as the ACK Role object in the cluster wants it, with the Policy objects that were found."""
    role = value(record, "ack-role")
    if role is None:
        return None
    # A read-only object still says what it wants; that it does not get it is for the causes to tell.
    metadata = {**role["metadata"], "annotations": {}}
    policies = [*(value(record, "ack-policies") or ())]
    policies += [item.value for item in under(record, "ack-policy/").values() if item.value]
    policies += _known_by_arn(record, role, policies)
    arn = status_arn(role)
    objects = [{**role, "metadata": metadata}, *policies, *giver(record, arn, namespace, service_account)]
    return _source(objects, _iam_name(role))


def _known_by_arn(record: Record, role: Mapping[str, Any], policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The policies that the object names by ARN and that no ACK object describes: their documents come from IAM."""
    stated = [status_arn(item) for item in policies]
    spec, namespace = mapping(role.get("spec")), text(mapping(role.get("metadata")).get("namespace")) or ""
    named = {*sequence(spec.get("policies")), spec.get("permissionsBoundary")} - {*stated, None}
    return [item for item in _policies(record, namespace) if item["metadata"]["name"].partition("@")[2] in named]


def in_git(record: Record, namespace: str, service_account: str) -> RoleSource | None:
    """The role as the manifests have it; None without `--manifests`, or where they do not have it."""
    manifests = value(record, "manifests")
    if manifests is None:
        return None
    objects = [manifests["role"], *manifests["policies"], *giver(record, "", namespace, service_account)]
    return _source(objects, _iam_name(manifests["role"]))


def above(record: Record) -> tuple[Layer, ...]:
    """Layers beyond the role's own: the table's policy, and, where they were read, SCPs, RCPs, endpoint policies."""
    layers: list[Layer] = []
    table_policy = reading(record, "table-policy")
    if table_policy.status != "absent":
        document = mapping(table_policy.value).get("document")
        layers.append(Layer("resource", (attached("the table's resource policy", document, table_policy, "resource"),)))
    names: tuple[tuple[str, LayerName], ...] = (("scps", "scp"), ("rcps", "rcp"))
    for name, layer in names:
        for level in value(record, name) or ():
            policies = [attached(f"{layer.upper()} {item['name']}", item["document"], None, LAYERS[layer].documents)
                        for item in level["policies"]]  # fmt: skip
            layers.append(Layer(layer, tuple(policies)))
    endpoints = list(value(record, "vpc-endpoints") or [])
    if len(endpoints) == 1:
        policy = attached(f"policy of VPC endpoint {endpoints[0]['id']}", endpoints[0]["document"], None, "resource")
        layers.append(Layer("endpoint", (policy,)))
    return tuple(layers)


def attached(label: str, document: str | None, item: Reading | None, kind: PolicyKind) -> Attached:
    """A document as an attached policy; one that was not read or understood carries the reason."""
    if document is None:
        return Attached(label, None, f"it could not be read: {item.detail}" if item and item.detail else "not read")
    parsed = parse(document, kind)
    return Attached(label, parsed.document, "" if parsed.document else "its document cannot be understood")


def _inline(record: Record, names: Reading) -> dict[str, Any]:
    if names.status != "ok":
        return {"(inline policies, which could not be listed)": None}
    readings = under(record, "inline/")
    return {
        name: mapping(readings[name].value).get("document") if name in readings else None for name in names.value or ()
    }


def _policies(record: Record, namespace: str) -> Iterable[dict[str, Any]]:
    for arn, item in under(record, "policy/").items():
        if item.status == "ok":
            spec = {"name": item.value["name"], "path": item.value["path"], "policyDocument": item.value["document"]}
            yield _object("Policy", namespace, f"{item.value['name']}@{arn}", spec)


def giver(record: Record, arn: str, namespace: str, service_account: str) -> Iterable[dict[str, Any]]:
    """What gives the role to the service account: the association, or the account's annotation."""
    association = value(record, "association")
    if association is not None:
        spec: dict[str, Any] = {"namespace": namespace, "serviceAccount": service_account, "roleARN": arn}
        spec |= {"policy": association["policy"]} if association.get("policy") else {}
        spec |= {"clusterName": record.target.cluster} if record.target.cluster else {}
        spec["disableSessionTags"] = bool(association.get("disableSessionTags"))
        yield {**_object("PodIdentityAssociation", namespace, service_account, spec), "apiVersion": EKS}
        return
    metadata = {"name": service_account, "namespace": namespace, "annotations": {ROLE_ARN_ANNOTATION: arn}}
    if arn and service_account:
        yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def _source(whole: Iterable[Mapping[str, Any]], name: str) -> RoleSource | None:
    objects = [make_object(dict(item), Origin("the record", number, ())) for number, item in enumerate(whole)]
    inventory = build(objects, ())
    role = next((role for role in inventory.roles if role.name == name), None)
    return RoleSource(inventory, role) if role is not None else None


def _object(
    kind: str, namespace: str, name: str, spec: Mapping[str, Any], labels: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": dict(labels or {})}
    return {"apiVersion": IAM, "kind": kind, "metadata": metadata, "spec": dict(spec)}


def _iam_name(role: Mapping[str, Any]) -> str:
    return text(mapping(role.get("spec")).get("name")) or text(mapping(role.get("metadata")).get("name")) or ""


def _unread_arn(arn: str, what: str) -> str:
    named = role_name(arn)
    partition, account = (named.partition, named.account) if named else ("aws", "")
    return f"arn:{partition}:iam::{account}:policy/({what}, which could not be read)"
