"""All suppressions that bear on a project."""

from __future__ import annotations

from ..config import Config
from ..project import Project
from ..requirements.load import Loaded
from .annotations import in_annotations
from .comments import in_comments
from .configured import in_configuration
from .model import Suppression


def suppressions(project: Project, requirements: Loaded, config: Config) -> tuple[Suppression, ...]:
    """Those in the comments and annotations of the manifests and requirements, and those of the configuration."""
    inventory = project.inventory
    unparsed = {broken.source.name for broken in project.broken}
    unparsed |= {item.file for item in project.skipped if item.origin is None}
    sources = {**requirements.sources, **project.sources}
    documents = {**requirements.documents, **project.documents}
    return (
        *in_comments(sources.values(), documents, frozenset(unparsed)),
        *in_annotations((*inventory.objects, *inventory.unread)),
        *in_configuration(config),
    )
