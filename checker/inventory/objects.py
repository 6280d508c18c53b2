"""The cell as values: roles, policies, service accounts, associations and workloads, each with its origin.

Filled from files (and, the same way, from a cluster); read by rules and requirements. Nothing here knows where it came
from beyond `Origin`, which the engine turns into a place to show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from ..iam.documents.document import Parsed, PolicyKind
from ..iam.documents.holes import as_json
from ..iam.documents.paths import Path
from ..iam.values import NamedTuple


class Origin(NamedTuple):
    """Where an object was found: the file as shown, the number of the document in it, the route to the object."""

    file: str
    document: int
    path: Path


class Alteration(NamedTuple):
    """Something that changes an object before it reaches the cluster, in a way that is not worked out: its content, its
    name (so that references miss it), or its namespace; "unlisted" says that it is not built with its neighbours.
    `what` names it for people; it stands in `file` at `offset`.
    """

    aspect: Literal["content", "name", "namespace", "unlisted"]
    file: str
    offset: int
    what: str


class Elsewhere(NamedTuple):
    """A field of an object whose value does not come from where the object is written, but from `offset` of `file`."""

    path: Path
    file: str
    offset: int


class Branch(NamedTuple):
    """Something that decides whether there is an object, or how often: a line of a template, a condition of a graph.
    Objects with the same `key` are there together; `shown` is how it is written."""

    key: str
    shown: str


class Object(NamedTuple):
    """A Kubernetes object. `namespace` is "" where the manifest states none. `data` is the whole object, plain.
    `built_names` are the names that kustomizations may give it instead of `name`, `built_namespaces` the namespaces
    they put it into where there are several. `nulls` are the fields that state null; `data` is without them. `pool` is
    what it was rendered from together with others ("" for what is applied as it is written); `elsewhere` says which of
    its fields are not written where the object is. `written_name` is the name with the placeholders that are filled in
    ("" where it has none): patches go by it. `holes` are the texts in it that a template engine has yet to fill in,
    `within` what decides whether it is there."""

    api_version: str
    kind: str
    namespace: str
    name: str
    labels: dict[str, str]
    annotations: dict[str, str]
    data: dict[str, Any]
    origin: Origin
    alterations: tuple[Alteration, ...] = ()
    built_names: tuple[str, ...] = ()
    built_namespaces: tuple[str, ...] = ()
    nulls: tuple[Path, ...] = ()
    pool: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()
    written_name: str = ""
    holes: tuple[str, ...] = ()
    within: tuple[Branch, ...] = ()


class PolicyText(NamedTuple):
    """A policy document in a field of an object, as text and as parsed. `text` is None where the field holds no
    string.
    """

    owner: Object
    path: Path
    kind: PolicyKind
    text: str | None
    parsed: Parsed

    def data(self) -> Any:
        """The document as plain values, holes as their texts. Raises ValueError for what is no JSON."""
        return json.loads(as_json(self.text or "", self.owner.holes) if self.owner.holes else self.text or "")


class Reference(NamedTuple):
    """A reference to another object by metadata.name. Without a `namespace`, the owner's is meant. `name` may be ""."""

    owner: Object
    path: Path
    kind: str
    namespace: str | None
    name: str


class ManagedArn(NamedTuple):
    """The ARN of a managed policy as a field names it, whatever it looks like."""

    owner: Object
    path: Path
    arn: str


class Role(NamedTuple):
    """An ACK Role. `name` is the IAM role's name (spec.name); `iam_path` and it make up the ARN; `tags` are its own,
    `open_tags` the keys of those whose value a template has yet to fill in ("*" where the key itself is open).
    """

    object: Object
    name: str
    iam_path: str
    trust: PolicyText | None
    inline: tuple[PolicyText, ...]
    policy_arns: tuple[ManagedArn, ...]
    policy_refs: tuple[Reference, ...]
    boundary_arn: ManagedArn | None
    boundary_ref: Reference | None
    tags: dict[str, str]
    open_tags: tuple[str, ...] = ()


class Policy(NamedTuple):
    """An ACK Policy. `name` and `iam_path` make up its ARN."""

    object: Object
    name: str
    iam_path: str
    document: PolicyText | None


class ServiceAccount(NamedTuple):
    """A service account, with the role ARN its IRSA annotation names."""

    object: Object
    role_arn: str | None


class Association(NamedTuple):
    """An EKS Pod Identity association: it gives a service account a role, perhaps limited by a session policy.

    With a target role, the first role only serves to assume that one: the target is what the pod works with, and
    what the session policy limits. So `role_arn` and `role_ref` name the target where there is one, and `hop_arn` and
    `hop_ref` then the role that assumes it.
    """

    object: Object
    namespace: str
    service_account: str
    role_arn: str | None
    role_ref: Reference | None
    session: PolicyText | None
    hop_arn: str | None = None
    hop_ref: Reference | None = None


class Table(NamedTuple):
    """An ACK Table: its name (or ARN) in DynamoDB, its resource policy, the key that encrypts it ("" for none of the
    customer's; a reference where the key is an object), and its indexes."""

    object: Object
    name: str
    policy: PolicyText | None
    key: str
    key_ref: Reference | None
    indexes: tuple[str, ...]


class Key(NamedTuple):
    """An ACK Key: its ARN, as far as the status tells it ("" otherwise), and its key policy; without one KMS gives it
    the default policy, which leaves the decision to the account."""

    object: Object
    arn: str
    policy: PolicyText | None


class Workload(NamedTuple):
    """What runs pods: the service account of the pods and the names of their containers, native sidecars included;
    `skipped` are those that the webhook of EKS is told to leave without credentials."""

    object: Object
    service_account: str
    containers: tuple[str, ...]
    skipped: frozenset[str] = frozenset()

    @property
    def without_credentials(self) -> frozenset[str]:
        """The containers that lack the role where it is needed: the proxy, or all of them."""
        is_everything = bool(self.skipped) and self.skipped == set(self.containers)
        return self.skipped if is_everything or PROXY in self.skipped else frozenset()


PROXY = "reverse-proxy"
"""The container that reads the keys."""


class Moved(NamedTuple):
    """Annotations that something (`what`) gives to Namespaces: to those of these `names`, or, where it has none, to
    those of the objects in these `files`."""

    what: str
    annotations: Mapping[str, str]
    names: tuple[str, ...]
    files: frozenset[str]


class Inventory(NamedTuple):
    """Everything that was found. `unread` are objects of our kinds that a template engine has yet to fill in,
    `namespaces` the annotations of the Namespaces, by name; `hidden_tables` are (name or `*`, file) of Tables with a
    policy of their own in text that cannot be parsed; `moved` are annotations that something gives to Namespaces which
    stand elsewhere. `texts` are the policy documents of all the others: trust
    policies, inline and managed policies, session policies, and those of tables and keys."""

    objects: tuple[Object, ...] = ()
    roles: tuple[Role, ...] = ()
    policies: tuple[Policy, ...] = ()
    service_accounts: tuple[ServiceAccount, ...] = ()
    associations: tuple[Association, ...] = ()
    workloads: tuple[Workload, ...] = ()
    unread: tuple[Object, ...] = ()
    tables: tuple[Table, ...] = ()
    keys: tuple[Key, ...] = ()
    namespaces: Mapping[str, dict[str, str]] = MappingProxyType({})
    hidden_tables: tuple[tuple[str, str], ...] = ()
    moved: tuple[Moved, ...] = ()
    texts: tuple[PolicyText, ...] = ()


def altered(item: Object, *aspects: str) -> str:
    """What changes the object in one of these respects, as a reason that nothing can be said of it; "" for nothing."""
    return next((f"{entry.what} changes it" for entry in item.alterations if entry.aspect in aspects), "")


def may_be_absent(item: Object, owner: Object) -> str:
    """Why an object need not be there where another one is, as a reason; "" where it is."""
    missing = next((branch for branch in item.within if branch not in owner.within), None)
    return f"{missing.shown} decides whether it is there" if missing is not None else ""


def called(item: Object) -> str:
    """An object as sentences name it: `Role payments/acme-reverse-proxy`."""
    name = f"{item.namespace}/{item.name}" if item.namespace else item.name
    return f"{item.kind or 'object'} {name or '(without a name)'}"
