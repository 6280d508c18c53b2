"""The policies that bear on a request, by the way they are attached."""

from __future__ import annotations

from typing import Literal

from ..documents.document import Document, PolicyKind
from ..values import NamedTuple

LayerName = Literal["identity", "boundary", "session", "scp", "rcp", "endpoint", "resource", "key", "trust"]


class LayerKind(NamedTuple):
    """What the policies of a layer are, and what they do to a request.

    `documents` is the kind of document that stands in it: one of another kind names principals that would not be
    looked at, or lacks those that are. `part`: "own" policies are the caller's, and all of them must allow; a "gate"
    must allow whoever calls; a "bar" only ever denies; a resource's policy "may grant", or "must grant" for anybody to
    get in. `lacking` ends the sentence on a role that is not allowed something. With `for_members`, it bears on
    principals of the organization's accounts only.
    """

    documents: PolicyKind
    part: Literal["own", "gate", "bar", "may grant", "must grant"]
    lacking: str
    for_members: bool = False


LAYERS: dict[LayerName, LayerKind] = {
    "identity": LayerKind("identity", "own", "none of its policies allows it"),
    "boundary": LayerKind("identity", "own", "its permissions boundary does not allow it"),
    "session": LayerKind("identity", "own", "the session policy of its Pod Identity association does not allow it"),
    "scp": LayerKind("identity", "gate", "a service control policy does not allow it", for_members=True),
    "rcp": LayerKind("resource", "bar", "a resource control policy does not allow it"),
    "endpoint": LayerKind("resource", "gate", "the policy of the VPC endpoint does not allow it"),
    "resource": LayerKind("resource", "may grant", "the policy of the resource itself does not allow it"),
    "key": LayerKind("resource", "must grant", "the key policy does not allow it"),
    "trust": LayerKind("trust", "must grant", "the trust policy does not allow it"),
}
"""Every layer there is; for what they do to each other see `combine`."""

WITH_PRINCIPALS = tuple(name for name, kind in LAYERS.items() if kind.documents != "identity")
"""Layers whose statements say whom they are about; the others are about the caller, whoever it is."""

OWN = tuple(name for name, kind in LAYERS.items() if kind.part == "own")
GRANTING = tuple(name for name, kind in LAYERS.items() if kind.part in ("may grant", "must grant"))
NEVER_GRANT = tuple(name for name in LAYERS if name not in ("identity", *GRANTING))
"""Layers that take access away from what others allow, and give none (IAM User Guide, "Policy evaluation logic")."""


class Attached(NamedTuple):
    """A policy as it is attached. `label` names it for people; without a document, `reason` says why there is none.

    With `refused`, AWS certainly rejects it: it allows nothing, and since whoever applies it may have stopped there,
    the policies beside it need not be in force either.
    """

    label: str
    document: Document | None
    reason: str = ""
    refused: bool = False


class Layer(NamedTuple):
    """Policies of one kind that bear on the request together; for what layers do to each other see `combine`.

    Several layers may have one name: each level of SCPs or RCPs (root, organizational units, account) is one. A layer
    without policies allows nothing.
    """

    name: LayerName
    policies: tuple[Attached, ...]
