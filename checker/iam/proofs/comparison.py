"""Two versions of the policies of one role: whether they differ, and what the difference does to access."""

from __future__ import annotations

from ..decisions.policies import Attached, Layer
from ..documents.document import Statement
from .grants import Comparison, compare


def says_the_same(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> bool:
    """Whether both have the same documents in the same layers."""
    return _documents(before) == _documents(after)


def _documents(layers: tuple[Layer, ...]) -> list[object]:
    # Of what is not read, the name is all that tells it from another.
    return [(layer.name, [(item.document, item.reason, _name(item)) for item in layer.policies]) for layer in layers]


def _name(policy: Attached) -> str:
    return policy.label if policy.document is None else ""


def compare_readable(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> Comparison:
    """`compare_changed`; where there are policies that cannot be read on both sides, only what the others grant is
    compared, and what the unread ones do is one thing that cannot be told, not one for each action."""
    unread, now_unread = _unread(before), _unread(after)
    if not unread or not now_unread:
        return compare_changed(before, after)
    comparison = compare_changed(_readable(before), _readable(after))
    old, new = (dict.fromkeys(label for label, _ in side) for side in (unread, now_unread))
    come, gone = (", ".join(label for label in side if label not in other) for side, other in ((new, old), (old, new)))
    said = [f"what {come} may allow or deny"] if come else []
    said += [f"what {gone} did"] if gone else []
    same = f"what {', '.join(new)} may allow or deny besides"
    return comparison._replace(unclear=(*comparison.unclear, " and ".join(said) or same))


def _readable(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """The layers without the policies that cannot be read; one that has no other is left out."""
    kept = [(layer, tuple(policy for policy in layer.policies if policy.document is not None)) for layer in layers]
    return tuple(layer._replace(policies=policies) for layer, policies in kept if policies or layer.name == "identity")


def compare_changed(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> Comparison:
    """`compare`, only on the resources that the differing statements name: what is decided about any other resource
    rests on the same statements in both."""
    comparisons = [compare(before, after, resource=pattern) for pattern in compared_by(before, after)]
    return Comparison(
        tuple(change for item in comparisons for change in item.gained),
        tuple(change for item in comparisons for change in item.lost),
        tuple(dict.fromkeys(text for item in comparisons for text in item.unclear)),
    )


_MOST_PATTERNS = 20


def compared_by(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> list[str]:
    """The resources of the statements that only one of the two has; `*` where they are too many, negated or not plain
    ARNs, or where the layers or the unread policies differ."""
    old, new = (_statements(layers) for layers in (before, after))
    differing = [statement for key, statement in (old | new).items() if not (key in old and key in new)]
    named = list(dict.fromkeys(entry.text for statement in differing for entry in statement.resources))
    # A layer that comes or goes bears on every resource, whatever its statements name.
    is_layered = [layer.name for layer in before] != [layer.name for layer in after]
    is_wide = any(statement.not_resources for statement in differing) or "*" in named or len(named) > _MOST_PATTERNS
    if is_layered or is_wide:
        return ["*"]
    is_plain = all(name.count(":") >= 5 and "${" not in name for name in named)
    return named if is_plain and _unread(before) == _unread(after) else ["*"]


def _statements(layers: tuple[Layer, ...]) -> dict[object, Statement]:
    """The statements of all documents by what they say and the layer they say it in: several may have one name."""
    return {
        (level, policy.document.version, _said(statement)): statement
        for level, layer in enumerate(layers)
        for policy in layer.policies
        if policy.document is not None
        for statement in policy.document.statements
    }


def _said(statement: Statement) -> tuple[object, ...]:
    conditions = tuple((item.operator, item.key, item.values) for item in statement.conditions)
    actions = tuple(entry.text for entry in statement.actions)
    resources = tuple(entry.text for entry in statement.resources)
    principals = tuple((item.kind, item.entry.text) for item in statement.principals)
    about = (principals, statement.not_principals, actions, statement.not_actions, resources, statement.not_resources)
    return statement.effect, *about, conditions


def _unread(layers: tuple[Layer, ...]) -> list[tuple[str, str]]:
    return [(policy.label, policy.reason) for layer in layers for policy in layer.policies if policy.document is None]
