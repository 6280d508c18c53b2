"""What a chart says of itself in its Chart.yaml: its name, and which charts of the project it takes in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import yaml

from ..ack.objects import mapping, sequence, text
from ..text.files import read_bytes
from ..text.source import decode
from .releases import Release
from .tree import Tree


def chart_name(folder: str, tree: Tree) -> str:
    """The name that a chart gives itself; that of its folder where it gives none."""
    return text(_declared(os.path.join(folder, "Chart.yaml"), tree).get("name")) or os.path.basename(folder)


def _declared(chart: str, tree: Tree) -> dict[str, Any]:
    try:
        return mapping(yaml.safe_load(decode(read_bytes(tree.there(os.path.realpath(chart))))))
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return {}


def taking_in(chart: str, tree: Tree) -> Iterator[Release]:
    """For a chart (its Chart.yaml) that takes in others of the project by their folders: they are released as a part of
    it, with its values for them."""
    for entry in map(mapping, sequence(_declared(chart, tree).get("dependencies"))):
        repository = text(entry.get("repository")) or ""
        if repository.startswith("file://"):
            folder = os.path.join(os.path.dirname(os.path.realpath(chart)), repository.removeprefix("file://"))
            unknown = f"{chart} takes it in as a part, with values of its own, and parts are not followed"
            yield Release(tree.real(folder), chart, unknown=unknown)
