"""Workloads that named a service account and name none now: they run as `default` (Kubernetes, "Configure Service
Accounts for Pods"). A manifest that names none concerns no role, so that nobody has read it: it is looked up here.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ack.build import workload
from ..ack.kinds import WORKLOADS
from ..ack.objects import make_object
from ..inventory.objects import Origin, Workload
from ..text.documents import cut, parse_piece
from ..text.nodes import TreeError, plain
from ..text.source import Source
from ..text.yaml_nodes import YamlError
from .sides import Side


def without_account(earlier: Workload, before: Side, after: Side) -> Workload | None:
    """The same workload on the second side, where the file it stood in still has it; None where it is gone."""
    item = earlier.object
    text = after.text_of(before.file_of(item.origin.file))
    for other in _workloads(item.origin.file, text):
        same = (other.object.kind, other.object.name) == (item.kind, item.name)
        if same and other.object.namespace in ("", item.namespace):
            return other._replace(object=other.object._replace(namespace=item.namespace))
    return None


def _workloads(file: str, text: str) -> Iterator[Workload]:
    for number, piece in enumerate(cut(Source(file, text))):
        try:
            values = [plain(document.root) for document in parse_piece(piece)]
        except (YamlError, TreeError):
            continue
        for value in values:
            if isinstance(value, dict) and (str(value.get("apiVersion")), str(value.get("kind"))) in WORKLOADS:
                yield workload(make_object(value, Origin(file, number, ())))
