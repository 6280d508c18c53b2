"""What was read, with what kustomize and helm make of it: in the working folder, or as a revision has it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..config.file import Config
from ..progress import Observe, unobserved
from .options import GateOptions
from .prepared import Material

if TYPE_CHECKING:
    from ..revisions.git import Revision


def rendered(
    material: Material,
    options: GateOptions,
    config: Config,
    placeholders: Mapping[str, str],
    revision: Revision | None = None,
    observe: Observe = unobserved,
) -> Material:
    """The material with what its kustomizations and charts become, where that is wanted and can be had. For a revision
    the files of the commit are written into a folder that is gone afterwards. Raises UsageError where rendering is
    required and cannot be had."""
    files = (*material.files, *material.background)
    if options.no_render or not (any(item.kustomizations for item in files) or _has_charts(material)):
        return material
    from ..rendering.render import render
    from ..rendering.tree import Tree

    if revision is None:
        renderings, charts = render(files, material.names, config, placeholders, Tree(), observe)
        return material._replace(renderings=renderings, charts=charts)
    from tempfile import TemporaryDirectory

    from ..revisions.git import write_out

    with TemporaryDirectory(prefix="checker-") as folder:
        tree = Tree(*write_out(revision, folder))
        renderings, charts = render(files, material.names, config, placeholders, tree, observe)
    return material._replace(renderings=renderings, charts=charts)


def _has_charts(material: Material) -> bool:
    return any(os.path.basename(name) == "Chart.yaml" for name in material.names)
