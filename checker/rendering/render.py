"""Everything that is rendered before a project is judged, and whether it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..config.file import Config
from ..errors import UsageError
from ..progress import Observe, unobserved
from ..project.charts import Chart
from ..project.file_facts import FileFacts
from ..project.rendered import Rendering
from . import helm, kustomize
from .plan import planned
from .tree import HERE, Tree


def render(
    files: Sequence[FileFacts],
    names: Sequence[str],
    config: Config,
    placeholders: Mapping[str, str],
    tree: Tree = HERE,
    observe: Observe = unobserved,
) -> tuple[tuple[Rendering, ...], tuple[Chart, ...]]:
    """What the kustomizations and charts of a project become; its files lie in this tree, `names` are all of them.
    Nothing where there is nothing to render, where it is switched off, and, except for what no tool would build, where
    there is too much or the tool is missing. Raises UsageError where a missing tool is required."""
    roots = kustomize.roots_of(files, tree) if config.render_kustomize != "off" else []
    charts = planned(files, names, placeholders, tree) if config.render_helm != "off" else []
    build = kustomize.find_kustomize() if roots else None
    template = helm.find_helm() if charts else None
    if roots and build is None and config.render_kustomize == "required":
        raise _missing(config, "kustomize", "neither kustomize nor kubectl is on PATH")
    if charts and template is None and config.render_helm == "required":
        raise _missing(config, "helm", "helm is not on PATH")
    is_few = len(roots) <= kustomize.MOST_BUILT
    built = kustomize.build(roots, build, tree, observe) if build and is_few else kustomize.refused(roots, tree)
    is_few = sum(len(chart.releases) for chart in charts) <= helm.MOST_RENDERED
    return built, helm.render(charts, template, tree, observe) if template and is_few else ()


def _missing(config: Config, what: str, why: str) -> UsageError:
    return UsageError(f"{config.file}: render.{what} is required, and {why}; install it, or say --no-render")
