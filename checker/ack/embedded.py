"""Objects of the ACK IAM controller that stand as text inside another object: in a ConfigMap, in the values of a
HelmRelease. The API server keeps such text as it is; whether somebody makes objects of it later cannot be told here.
"""

from __future__ import annotations

from collections.abc import Iterator

from yaml.nodes import ScalarNode

from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..text.documents import YamlDocument
from ..text.nodes import walk
from ..text.yaml_nodes import start_of
from .kinds import IAM_GROUP

_KIND = expression(r"""\bkind["']?:\s?["']?(Role|Policy)\b""")


class Embedded(NamedTuple):
    """Text that holds an object: its kind, and where the text begins (offset into the source)."""

    kind: str
    offset: int


def embedded(document: YamlDocument, *, has_patches: bool = False) -> Iterator[Embedded]:
    """The texts in a document that hold a Role or a Policy of ACK, in reading order. What stands in the patches of a
    kustomization (`has_patches`) is none: it is read as what it changes."""
    if IAM_GROUP not in document.piece.text:
        return
    for path, node in walk(document.root):
        if has_patches and any(str(part).startswith("patches") for part in path):
            continue
        if isinstance(node, ScalarNode) and f"{IAM_GROUP}/" in node.value:
            kind_field = _KIND.search(node.value)
            if kind_field is not None:
                yield Embedded(kind_field[1], document.piece.start + start_of(node))
