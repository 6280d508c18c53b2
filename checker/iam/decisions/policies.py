"""The policies that bear on a request, by the way they are attached."""

from __future__ import annotations

from typing import Literal

from ..documents.document import Document
from ..values import NamedTuple

LayerName = Literal["identity", "boundary", "session", "scp", "rcp", "endpoint", "resource", "key", "trust"]

WITH_PRINCIPALS: tuple[LayerName, ...] = ("rcp", "endpoint", "resource", "key", "trust")
"""Layers whose statements say whom they are about."""


class Attached(NamedTuple):
    """A policy as it is attached. `label` names it for people; without a document, `reason` says why there is none.

    With `refused`, AWS takes it for certain not: it allows nothing, and since whoever applies it may have stopped
    there, what stands beside it need not be in force either.
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
