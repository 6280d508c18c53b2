"""What was rendered of charts, in the place of their templates.

Pure: what helm printed comes in, as the facts of one text for each template. Such a text knows from which line of the
template each of its lines comes (`Source.lines`), so that all that is found in it points there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..iam.values import NamedTuple
from ..text.source import Source
from .file_facts import FileFacts

Values = Mapping[tuple[str, str], tuple[tuple[Source, str], ...]]


class FailedRendering(NamedTuple):
    """What could not be rendered: `file` is its kustomization or chart, `what` the command, `why` the tool's words."""

    file: str
    what: str
    why: str


class RenderedFile(NamedTuple):
    """What a template of a chart became: the facts of the text rendered from it; `pools` has for each release the
    number of its first document, its pool and its namespace."""

    facts: FileFacts
    pools: tuple[tuple[int, str, str], ...]


class Chart(NamedTuple):
    """A chart that was rendered, by its Chart.yaml: the templates in it (`covers`, real paths), which are then not read
    for themselves, and what came out of them. Or why it was not: `failed` where a release in the project fails, `unfit`
    where it cannot be told what it is rendered with. `assumed` says which values were taken for want of a release.
    `inputs` are the files beyond the chart in which its values and releases stand (real paths); `values` are,
    by template and pool, the texts that state the values of a release, the strongest first, each with the name of the
    release where the text is the release itself."""

    source: Source
    what: str
    covers: frozenset[str] = frozenset()
    files: tuple[RenderedFile, ...] = ()
    failed: str = ""
    unfit: str = ""
    assumed: str = ""
    inputs: frozenset[str] = frozenset()
    values: Values = MappingProxyType({})


def with_charts(files: Iterable[FileFacts], charts: Iterable[Chart]) -> tuple[FileFacts, ...]:
    """The files, with what was rendered in the place of the templates of charts."""
    charts = tuple(chart for chart in charts if chart.files or (chart.covers and not (chart.failed or chart.unfit)))
    if not charts:
        return tuple(files)
    covered = {path: chart for chart in charts for path in chart.covers}
    rendered = {os.path.realpath(item.facts.source.name): _pooled(item) for chart in charts for item in chart.files}
    kept: list[FileFacts] = []
    folders = {os.path.dirname(os.path.realpath(chart.source.name)) for chart in charts}
    for item in files:
        path = os.path.realpath(item.source.name)
        is_of_values = os.path.dirname(path) in folders and os.path.basename(path).startswith("values")
        if path not in covered and is_of_values:
            # What stands in values is applied only as a template makes it, and that was rendered.
            kept.append(item._replace(seen=(), passed_over=item.document_count))
            continue
        if path not in covered:
            kept.append(item)
            continue
        empty = FileFacts(item.source, document_count=item.document_count, passed_over=item.document_count)
        kept.append(rendered.pop(path, empty))
    return (*kept, *rendered.values())


def _pooled(item: RenderedFile) -> FileFacts:
    """The facts of a rendered file, each object with its pool, and in the namespace of its release."""
    seen = []
    for document in item.facts.seen:
        _, pool, namespace = next(one for one in reversed(item.pools) if one[0] <= document.number)
        sightings = tuple(
            one._replace(
                object=one.object._replace(
                    pool=pool, namespace=one.object.namespace or (namespace if not one.object.origin.path else "")
                )
            )
            for one in document.sightings
        )
        seen.append(document._replace(sightings=sightings))
    return item.facts._replace(seen=tuple(seen))
