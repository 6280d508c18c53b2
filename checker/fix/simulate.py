"""What an edit of a policy document does to access, before any text is touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..iam.document import Document, Statement, parse
from ..iam.grants import Comparison, compare
from ..iam.policies import Attached, Layer, LayerName
from ..inventory import PolicyText
from ..requirements.layers import Source, Stack
from .patch import Patch, changed


def is_exact(
    stack: Stack, layer_name: LayerName, statements: list[dict[str, Any]], text: PolicyText, patches: list[Patch]
) -> bool:
    """Whether the edited document grants what the statements say beyond what was granted, and nothing else: it is
    compared with the policies as they were and one more that says just that."""
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


def compare_changed(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> Comparison:
    """`compare`, where only the statements that differ have a say: on the resources that they name. What is decided
    about any other resource rests on the same statements in both."""
    found = [compare(before, after, resource=pattern) for pattern in _concerned(before, after)]
    return Comparison(
        tuple(change for item in found for change in item.gained),
        tuple(change for item in found for change in item.lost),
        tuple(dict.fromkeys(text for item in found for text in item.unclear)),
    )


_MOST_PATTERNS = 20


def _concerned(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> list[str]:
    """The resources of the statements that only one of the two has; everything, where they are too many, or said by
    what they are not."""
    one, other = (_statements(layers) for layers in (before, after))
    differing = [statement for key, statement in (one | other).items() if not (key in one and key in other)]
    named = list(dict.fromkeys(entry.text for statement in differing for entry in statement.resources))
    if any(statement.not_resources for statement in differing) or "*" in named or len(named) > _MOST_PATTERNS:
        return ["*"]
    is_plain = all(name.count(":") >= 5 and "${" not in name for name in named)
    return named if is_plain and _unread(before) == _unread(after) else ["*"]


def _statements(layers: tuple[Layer, ...]) -> dict[object, Statement]:
    """The statements of all documents by what they say and the layer they say it in."""
    return {
        (layer.name, policy.document.version, _said(statement)): statement
        for layer in layers
        for policy in layer.policies
        if policy.document is not None
        for statement in policy.document.statements
    }


def _said(statement: Statement) -> tuple[object, ...]:
    conditions = tuple((item.operator, item.key, item.values) for item in statement.conditions)
    actions = tuple(entry.text for entry in statement.actions)
    resources = tuple(entry.text for entry in statement.resources)
    return statement.effect, actions, statement.not_actions, resources, statement.not_resources, conditions


def _unread(layers: tuple[Layer, ...]) -> list[tuple[str, str]]:
    return [(policy.label, policy.reason) for layer in layers for policy in layer.policies if policy.document is None]


def edited(text: PolicyText, patches: list[Patch]) -> Document | None:
    """The document after patches; None where IAM would not take it."""
    inner = [item._replace(place=item.place._replace(path=item.place.inner or (), inner=None)) for item in patches]
    return parse(json.dumps(changed(json.loads(text.text or ""), inner)), text.kind).document


def labels_of(sources: Mapping[str, Source], text: PolicyText) -> set[str]:
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
