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

Known = dict[str, dict[tuple[str, str, str], Workload]]
"""The workloads of the second side's files that were looked up already, by kind, namespace and name."""


def without_account(earlier: Workload, before: Side, after: Side, known: Known) -> Workload | None:
    """The same workload on the second side, where the file it stood in still has it; None where it is gone."""
    item, file = earlier.object, before.file_of(earlier.object.origin.file)
    if file not in known:
        found = _workloads(item.origin.file, after.text_of(file))
        known[file] = {(one.object.kind, one.object.namespace, one.object.name): one for one in found}
    in_file = known[file]
    other = in_file.get((item.kind, item.namespace, item.name)) or in_file.get((item.kind, "", item.name))
    return other._replace(object=other.object._replace(namespace=item.namespace)) if other is not None else None


def _workloads(file: str, text: str) -> Iterator[Workload]:
    for number, piece in enumerate(cut(Source(file, text))):
        try:
            values = [plain(document.root) for document in parse_piece(piece)]
        except (YamlError, TreeError):
            continue
        for value in values:
            if isinstance(value, dict) and (str(value.get("apiVersion")), str(value.get("kind"))) in WORKLOADS:
                yield workload(make_object(value, Origin(file, number, ())))
