"""From Kubernetes objects to the inventory: which fields mean what.

Tolerant on purpose: a field of the wrong type is left out here and reported by its own rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ..iam.documents.document import LONGEST, Parsed, PolicyKind, Problem, parse, too_long
from ..iam.documents.grammar import VERSIONS
from ..iam.documents.paths import Path
from ..iam.expressions import expression
from ..inventory.objects import (
    Association,
    Inventory,
    Key,
    ManagedArn,
    Object,
    Policy,
    PolicyText,
    Reference,
    Role,
    ServiceAccount,
    Table,
    Workload,
)
from .kinds import ROLE_ARN_ANNOTATION, WORKLOADS
from .objects import mapping, sequence, status_arn, text
from .placeholders import find_in_text


def build(objects: Iterable[Object], unread: Iterable[Object] = ()) -> Inventory:
    """The inventory of these objects; `unread` are those a template engine has yet to fill in."""
    everything = tuple(objects)
    of_kind: dict[str, list[Object]] = {}
    for item in everything:
        of_kind.setdefault(item.kind, []).append(item)
    inventory = Inventory(
        objects=everything,
        roles=tuple(role(item) for item in of_kind.get("Role", ())),
        policies=tuple(policy(item) for item in of_kind.get("Policy", ())),
        service_accounts=tuple(service_account(item) for item in of_kind.get("ServiceAccount", ())),
        associations=tuple(association(item) for item in of_kind.get("PodIdentityAssociation", ())),
        workloads=tuple(workload(item) for item in everything if (item.api_version, item.kind) in WORKLOADS),
        unread=tuple(unread),
        tables=tuple(table(item) for item in of_kind.get("Table", ())),
        keys=tuple(key(item) for item in of_kind.get("Key", ())),
        namespaces={item.name: _as_meant(item) for item in of_kind.get("Namespace", ())},
    )
    return inventory._replace(texts=tuple(_texts(inventory)))


def _texts(inventory: Inventory) -> Iterator[PolicyText]:
    for item in inventory.roles:
        yield from (*([item.trust] if item.trust else []), *item.inline)
    yield from (one.document for one in inventory.policies if one.document)
    yield from (one.session for one in inventory.associations if one.session)
    yield from (one.policy for one in inventory.tables if one.policy)
    yield from (one.policy for one in inventory.keys if one.policy)


def together(inventories: Iterable[Inventory], unread: Iterable[Object]) -> Inventory:
    """The inventory of several documents."""
    parts = tuple(inventories)
    values: dict[str, Any] = {
        name: tuple(chain.from_iterable(getattr(part, name) for part in parts)) for name in Inventory._fields
    }
    namespaces = {name: annotations for part in parts for name, annotations in part.namespaces.items()}
    return Inventory(**{**values, "unread": tuple(unread), "namespaces": namespaces})


def role(item: Object) -> Role:
    """An ACK Role with its documents, attachments and boundary."""
    spec = _spec(item)
    inline = mapping(spec.get("inlinePolicies"))
    boundary = text(spec.get("permissionsBoundary"))
    tags = [entry for entry in map(mapping, sequence(spec.get("tags"))) if isinstance(entry.get("key"), str)]
    return Role(
        object=item,
        name=text(spec.get("name")) or item.name,
        iam_path=text(spec.get("path")) or "/",
        trust=_policy_text(item, ("spec", "assumeRolePolicyDocument"), "trust"),
        inline=tuple(_read_text(item, ("spec", "inlinePolicies", name), "identity", inline[name]) for name in inline),
        policy_arns=tuple(
            ManagedArn(item, ("spec", "policies", number), arn)
            for number, arn in enumerate(sequence(spec.get("policies")))
            if isinstance(arn, str)
        ),
        policy_refs=tuple(
            reference
            for number, entry in enumerate(sequence(spec.get("policyRefs")))
            if (reference := _reference(item, ("spec", "policyRefs", number), "Policy", entry))
        ),
        boundary_arn=ManagedArn(item, ("spec", "permissionsBoundary"), boundary) if boundary else None,
        boundary_ref=_reference(item, ("spec", "permissionsBoundaryRef"), "Policy", spec.get("permissionsBoundaryRef")),
        tags={entry["key"]: entry.get("value", "") for entry in tags if _is_settled(entry)},
        open_tags=tuple(
            "*" if find_in_text(entry["key"]) else entry["key"] for entry in tags if not _is_settled(entry)
        ),
    )


def policy(item: Object) -> Policy:
    """An ACK Policy with its document."""
    spec = _spec(item)
    document = _policy_text(item, ("spec", "policyDocument"), "identity")
    document = _of_this_version(document) if document is not None else None
    return Policy(item, text(spec.get("name")) or item.name, text(spec.get("path")) or "/", document)


def _of_this_version(document: PolicyText) -> PolicyText:
    """AWS makes no managed policy of an older version ("Policy document must be version 2012-10-17 or greater",
    Meteor-Community-Packages/Meteor-CollectionFS#630); what an inline policy is written in, it takes."""
    read = document.parsed.document
    if read is None or read.version == VERSIONS[0] or document.owner.holes:
        return document
    is_stated = "Version" in document.data()
    wrong = f"Version {read.version!r}" if is_stated else "a document without a Version"
    wrong += " is none that AWS makes a managed policy of"
    problem = Problem("element", wrong, 'write "Version": "2012-10-17"', ("Version",) if is_stated else ("Statement",))
    return document._replace(parsed=Parsed(None, (problem._replace(at_key=not is_stated),)))


def service_account(item: Object) -> ServiceAccount:
    """A service account; without the annotation, or with an empty one, it has no role of its own."""
    return ServiceAccount(item, item.annotations.get(ROLE_ARN_ANNOTATION))


def association(item: Object) -> Association:
    """A Pod Identity association, reduced to the role the pod ends up with."""
    spec = _spec(item)
    is_chained = "targetRoleARN" in spec or "targetRoleRef" in spec
    arn, reference = ("targetRoleARN", "targetRoleRef") if is_chained else ("roleARN", "roleRef")
    return Association(
        object=item,
        namespace=text(spec.get("namespace")) or "",
        service_account=text(spec.get("serviceAccount")) or "",
        role_arn=text(spec.get(arn)),
        role_ref=_reference(item, ("spec", reference), "Role", spec.get(reference)),
        session=_policy_text(item, ("spec", "policy"), "identity"),
        hop_arn=text(spec.get("roleARN")) if is_chained else None,
        hop_ref=_reference(item, ("spec", "roleRef"), "Role", spec.get("roleRef")) if is_chained else None,
    )


def table(item: Object) -> Table:
    """A DynamoDB table. The key `alias/aws/dynamodb` is AWS's own, which everybody in the account may use through
    DynamoDB (DynamoDB Developer Guide, "Encryption at rest: How it works")."""
    spec = _spec(item)
    encryption = mapping(spec.get("sseSpecification"))
    key_id = text(encryption.get("kmsMasterKeyID")) or ""
    is_own = encryption.get("enabled") is True and not key_id.endswith("alias/aws/dynamodb")
    path = ("spec", "sseSpecification", "kmsMasterKeyRef")
    reference = _reference(item, path, "Key", encryption.get("kmsMasterKeyRef")) if is_own else None
    indexes = [*sequence(spec.get("globalSecondaryIndexes")), *sequence(spec.get("localSecondaryIndexes"))]
    return Table(
        object=item,
        name=text(spec.get("tableName")) or item.name,
        policy=_policy_text(item, ("spec", "resourcePolicy"), "resource"),
        key=key_id if is_own else "",
        key_ref=reference,
        indexes=tuple(name for entry in indexes if (name := text(mapping(entry).get("indexName")))),
    )


def key(item: Object) -> Key:
    """A KMS key."""
    return Key(item, status_arn(item.data), _policy_text(item, ("spec", "policy"), "resource"))


def workload(item: Object) -> Workload:
    """What a Pod or a controller of pods runs as."""
    pod: Any = item.data
    around: dict[str, Any] = {}
    for step in WORKLOADS[item.api_version, item.kind]:
        around = mapping(pod)
        pod = around.get(step)
    pod = mapping(pod)
    annotations = mapping(mapping(around.get("metadata")).get("annotations"))
    account = text(pod.get("serviceAccountName")) or text(pod.get("serviceAccount")) or "default"
    containers = [*sequence(pod.get("containers")), *sequence(pod.get("initContainers"))]
    names_of_all = [name for container in containers if (name := text(mapping(container).get("name")))]
    left_out = _record(text(annotations.get("eks.amazonaws.com/skip-containers")) or "")
    return Workload(item, account, tuple(names_of_all), left_out & frozenset(names_of_all))


def _record(annotation: str) -> frozenset[str]:
    """The containers that an annotation leaves without credentials: its first record of CSV, whose fields keep their
    spaces (` reverse-proxy` is nobody's name); none where it is no CSV (aws/amazon-eks-pod-identity-webhook,
    pkg/annotations/parser.go, with the reader of Go's encoding/csv)."""
    record = _RECORD.match(annotation.lstrip("\r\n"))
    fields = _FIELD.findall(record[0]) if record else ()
    return frozenset(plain or quoted.replace('""', '"') for quoted, plain in fields)


_RECORD = expression(r'(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*(?=\r?\n|$)')
_FIELD = expression(r'"((?:[^"]|"")*)"|([^",]+)')


def _is_settled(tag: dict[str, Any]) -> bool:
    """Whether key and value of a tag are strings that no template has yet to fill in."""
    return all(isinstance(item, str) and find_in_text(item) is None for item in (tag["key"], tag.get("value", "")))


def _as_meant(item: Object) -> dict[str, str]:
    """The annotations of a namespace, numbers too: the API server refuses an account without quotes, and whoever wrote
    it meant it all the same."""
    annotations = mapping(mapping(item.data.get("metadata")).get("annotations"))
    return {key: str(value) for key, value in annotations.items() if isinstance(value, (str, int))}


def _spec(item: Object) -> dict[str, Any]:
    return mapping(item.data.get("spec"))


def _reference(item: Object, path: Path, kind: str, entry: Any) -> Reference | None:
    """A reference wrapper. One without `from` is skipped by the controller (references.go, `f0iter.From != nil`)."""
    source = mapping(entry).get("from")
    if not isinstance(source, dict):
        return None
    return Reference(item, (*path, "from"), kind, text(source.get("namespace")) or None, text(source.get("name")) or "")


def _policy_text(item: Object, path: Path, kind: PolicyKind) -> PolicyText | None:
    value: Any = item.data
    for step in path:
        value = mapping(value).get(str(step))
    return None if value is None else _read_text(item, path, kind, value)


def _read_text(item: Object, path: Path, kind: PolicyKind, value: Any) -> PolicyText:
    if not isinstance(value, str):
        return PolicyText(item, path, kind, None, Parsed(None, ()))
    return PolicyText(
        item, path, kind, value, parse(value, kind, item.holes) if len(value) <= LONGEST else too_long(value)
    )
