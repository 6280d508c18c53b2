"""What an edit of a policy document does to access, before any text is touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...iam.decisions.policies import Attached, Layer, LayerName
from ...iam.documents.document import Document, parse
from ...iam.proofs.comparison import compare_changed
from ...inventory.objects import PolicyText
from ...requirements.layers import PolicySource, Stack
from ..edits.patch import Patch, changed


def is_exact(
    stack: Stack, layer_name: LayerName, statements: list[dict[str, Any]], text: PolicyText, patches: list[Patch]
) -> bool:
    """Whether the edited document additionally grants what the statements say, and nothing else: it is compared with
    the old policies plus one that holds just these statements."""
    after = edited(text, patches)
    wanted = parse(json.dumps({"Version": "2012-10-17", "Statement": statements})).document
    if after is None or wanted is None:
        return False
    extra = Attached("what is missing", wanted)
    ideal = tuple(
        layer._replace(policies=(*layer.policies, extra)) if layer.name == layer_name else layer
        for layer in stack.layers
    )
    return compare_changed(ideal, with_document(stack.layers, labels_of(stack.sources, text), after)).is_same


def edited(text: PolicyText, patches: list[Patch]) -> Document | None:
    """The document after patches; None where IAM would not take it."""
    inner = [item._replace(place=item.place._replace(path=item.place.inner or (), inner=None)) for item in patches]
    return parse(json.dumps(changed(json.loads(text.text or ""), inner)), text.kind).document


def labels_of(sources: Mapping[str, PolicySource], text: PolicyText) -> set[str]:
    """The labels under which a document takes part in a stack."""
    return {
        label
        for label, source in sources.items()
        if source.text is not None and source.text.owner is text.owner and source.text.path == text.path
    }


def with_document(layers: tuple[Layer, ...], labels: set[str], after: Document | None) -> tuple[Layer, ...]:
    """The layers with another document under these labels."""
    return tuple(
        layer._replace(
            policies=tuple(
                policy._replace(document=after) if policy.label in labels else policy for policy in layer.policies
            )
        )
        for layer in layers
    )
