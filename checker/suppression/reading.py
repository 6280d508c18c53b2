"""All suppressions that bear on a project."""

from __future__ import annotations

import os

from ..config.file import Config
from ..findings.suppression import OnLine, OnObject, Suppression
from ..project.project import Project
from ..requirements.load import Loaded
from ..text.nodes import find
from ..text.source import line_starts, line_text
from ..text.yaml_nodes import end_of, start_of
from .annotations import in_annotations
from .comments import in_comments
from .configured import in_configuration


def suppressions(project: Project, requirements: Loaded, config: Config) -> tuple[Suppression, ...]:
    """Those in the comments and annotations of the manifests and requirements, and those of the configuration."""
    return (*in_manifests(project, requirements), *in_configuration(config))


def in_manifests(project: Project, requirements: Loaded | None = None) -> tuple[Suppression, ...]:
    """Those in comments and annotations alone."""
    inventory = project.inventory
    unparsed = {broken.source.name for broken in project.broken}
    unparsed |= {item.file for item in project.skipped if item.origin is None}
    sources = {**(requirements.sources if requirements else {}), **project.sources}
    documents = {**(requirements.documents if requirements else {}), **project.documents}
    return (
        *in_comments(sources.values(), documents, frozenset(unparsed)),
        *in_annotations((*inventory.objects, *inventory.unread)),
    )


def anchor_of(item: Suppression, project: Project, requirements: Loaded | None = None) -> tuple[str, ...]:
    """What identifies a suppression in a manifest when lines move: its file, its rule and scope, and the object and the
    text of the line that it is for."""
    file, target = os.path.realpath(item.place.file), item.target
    sources = {**(requirements.sources if requirements else {}), **project.sources}
    about = ""
    if isinstance(target, OnLine) and target.file in sources:
        text = sources[target.file].text
        starts = line_starts(text)
        if target.line <= len(starts):
            line = line_text(text, starts, target.line).strip()
            about = f"{_object_at(project, target.file, starts[target.line - 1])}: {line}"
    elif isinstance(target, OnObject):
        objects = (*project.inventory.objects, *project.inventory.unread)
        annotated = next((candidate for candidate in objects if candidate.origin == target.origin), None)
        about = f"{annotated.kind} {annotated.namespace}/{annotated.name}" if annotated else ""
    return item.how, file, item.rule, item.scope, about


def _object_at(project: Project, file: str, offset: int) -> str:
    """The innermost object that a place of a file is in; "" for none."""
    best: tuple[int, str] = (-1, "")
    for item in (*project.inventory.objects, *project.inventory.unread):
        document = project.documents.get((file, item.origin.document)) if item.origin.file == file else None
        if document is None:
            continue
        node = find(document.root, item.origin.path)
        start, end = (document.piece.start + edge(node) for edge in (start_of, end_of))
        if start <= offset <= end and len(item.origin.path) > best[0]:
            best = len(item.origin.path), f"{item.kind} {item.namespace}/{item.name}"
    return best[1]
