"""From the facts of files to a project: the inventory in them, what kustomizations make of it, and what could not be
read. Pure: facts come in, values go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from ..ack.build import build, together
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..inventory.objects import Inventory, Object
from ..kustomize.effects import Effects
from ..kustomize.model import Kustomization
from ..text.documents import YamlDocument
from ..text.nodes import Repeated
from ..text.source import Source
from .charts import Chart, FailedRendering, Values, with_charts
from .file_facts import Broken, FileFacts, Skipped, facts_of
from .linker import Linker, Unsupported
from .moved import moved
from .rendered import Rendering


class KustomizeChange(NamedTuple):
    """A change that a kustomization makes to objects, and that is not worked out: `by` names the kustomization, `what`
    the change, which stands in `file` at `offset`; `is_name` where it is one of their names alone."""

    by: str
    what: str
    file: str
    offset: int
    objects: tuple[Object, ...]
    is_name: bool


class Unlisted(NamedTuple):
    """An object in a file that the kustomization beside it does not take in."""

    object: Object
    kustomization: str


_NOTHING = Inventory()
_NONE: Mapping[str, str] = MappingProxyType({})
_NONE_OF_VALUES: Values = MappingProxyType({})


class DocumentFacts(NamedTuple):
    """What is known of one document by itself: the objects in it, as kustomizations make them; keys that stand twice;
    objects of kinds that nobody acts on; text that could not be parsed, and then nothing else. `open` are the objects
    with placeholders in their scalars. `start` is where it begins in the text of its file."""

    file: str
    start: int
    inventory: Inventory = _NOTHING
    repeated: tuple[Repeated, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    broken: tuple[Broken, ...] = ()
    open: Inventory = _NOTHING


_NO_DOCUMENTS: Mapping[tuple[str, int], DocumentFacts] = MappingProxyType({})


class Project(NamedTuple):
    """Everything that was read. `documents` holds, by (file, number), those with an object of ours; `document_facts`
    what is known of each, of broken ones too. `open` are the objects with holes in their values, of which `inventory`
    only has that they were not read. `values` are those of charts (`Chart.values`)."""

    inventory: Inventory
    documents: dict[tuple[str, int], YamlDocument]
    sources: dict[str, Source]
    document_count: int
    passed_over: int
    broken: tuple[Broken, ...]
    repeated: tuple[tuple[str, int, Repeated], ...]
    skipped: tuple[Skipped, ...]
    unsupported: tuple[Unsupported, ...]
    changes: tuple[KustomizeChange, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    kustomizations: tuple[Kustomization, ...] = ()
    document_facts: tuple[DocumentFacts, ...] = ()
    failed_renderings: tuple[FailedRendering, ...] = ()
    open: Inventory = _NOTHING
    values: Values = _NONE_OF_VALUES


def load(sources: Iterable[Source]) -> Project:
    """The project that these texts are."""
    return link(facts_of(sources))


def link(
    files: Sequence[FileFacts],
    background: Sequence[FileFacts] = (),
    *,
    passed_over: int = 0,
    earlier: Mapping[tuple[str, int], DocumentFacts] = _NO_DOCUMENTS,
    placeholders: Mapping[str, str] = _NONE,
    renderings: Iterable[Rendering] = (),
    charts: Sequence[Chart] = (),
) -> Project:
    """The project that these files are. Those in `background` take part in the inventory, but their documents are not
    counted. `passed_over` counts documents already ruled out by a scan of bytes. What is known of a document is taken
    over from an `earlier` state of the project, by file and number, where nothing in it has changed. `placeholders` are
    values for those of templates, by name; an object that they fill in is one like any other. `renderings` are what
    kustomizations build, `charts` what stands in the place of their templates.
    """
    linker = Linker(with_charts((*files, *background), charts), placeholders, renderings)
    effects = linker.link()
    changes = tuple(_changes(effects))
    document_facts = tuple(_document_facts(linker, effects, earlier))
    broken = tuple(one for item in linker.files for one in item.broken)
    inventory = together((item.inventory for item in document_facts), linker.unread)
    inventory = inventory._replace(
        hidden_tables=tuple(_hidden_tables(broken)),
        moved=moved(linker.declared, linker.done, linker.sources.values()),
    )
    return Project(
        inventory=inventory,
        documents=linker.documents,
        sources={one.source.name: one.source for one in charts} | linker.sources,
        document_count=sum(item.document_count for item in files) + passed_over,
        passed_over=sum(item.passed_over for item in files) + passed_over,
        broken=broken,
        repeated=tuple(linker.repeated),
        skipped=(*linker.skipped, *_not_worked_out(changes, linker.skipped), *_not_rendered(linker.failed, charts)),
        unsupported=tuple(linker.unsupported),
        changes=changes,
        unlisted=tuple(
            Unlisted(item, effects.unlisted[item.origin.file].file)
            for item in inventory.objects
            if item.origin.file in effects.unlisted
        ),
        kustomizations=tuple(linker.kustomizations),
        document_facts=document_facts,
        failed_renderings=tuple(_failed(linker.failed, charts)),
        open=together((item.open for item in document_facts if item.open.objects), ()),
        values={key: texts for one in charts for key, texts in one.values.items()},
    )


_NAME = expression(r"\btableName[\"']?\s*:\s*[\"']?([\w.-]+)(?![\w.${-])")


def _hidden_tables(broken: Iterable[Broken]) -> Iterator[tuple[str, str]]:
    """The Tables in documents that cannot be parsed, where these have a policy: it may take access away."""
    for one in broken:
        text = one.source.text
        end = text.find("\n---", one.offset)
        document = text[text.rfind("\n---", 0, one.offset) + 1 : end if end >= 0 else len(text)]
        if "dynamodb.services.k8s.aws" in document and "resourcePolicy" in document:
            name = _NAME.search(document)
            yield name[1] if name else "*", one.source.name


def _failed(renderings: Iterable[Rendering], charts: Iterable[Chart]) -> Iterator[FailedRendering]:
    for rendering in renderings:
        if not rendering.is_unfit:
            yield FailedRendering(rendering.root.kustomization.file, rendering.what, rendering.failed)
    for chart in charts:
        if chart.failed:
            yield FailedRendering(chart.source.name, chart.what, chart.failed)


def _not_rendered(renderings: Iterable[Rendering], charts: Iterable[Chart]) -> Iterator[Skipped]:
    """Which kustomizations and charts were not rendered, and why; and which charts were with assumed values."""
    for rendering in renderings:
        if rendering.is_unfit:
            detail = f"{rendering.what} was not run: {rendering.failed}"
            yield Skipped(rendering.root.kustomization.file, "unbuilt-kustomization", detail, 0)
    for chart in charts:
        if chart.assumed and not (chart.failed or chart.unfit):
            yield Skipped(chart.source.name, "assumed-values", chart.assumed, 0, in_part=True)
        elif chart.unfit:
            yield Skipped(chart.source.name, "unrendered-chart", chart.unfit, 0)


def _document_facts(
    linker: Linker, effects: Effects, earlier: Mapping[tuple[str, int], DocumentFacts]
) -> Iterator[DocumentFacts]:
    objects: dict[tuple[str, int], list[Object]] = {}
    for item in effects.objects:
        objects.setdefault((item.origin.file, item.origin.document), []).append(item)
    repeated: dict[tuple[str, int], list[Repeated]] = {}
    for name, number, key in linker.repeated:
        repeated.setdefault((name, number), []).append(key)
    unsupported: dict[tuple[str, int], list[Unsupported]] = {}
    for kind in linker.unsupported:
        unsupported.setdefault((kind.object.origin.file, kind.object.origin.document), []).append(kind)
    templates: dict[tuple[str, int], list[Object]] = {}
    for item in linker.open:
        templates.setdefault((item.origin.file, item.origin.document), []).append(item)
    for at, document in linker.documents.items():
        read, open_ones = objects.get(at, []), templates.get(at, [])
        facts = DocumentFacts(
            file=at[0],
            start=document.piece.start,
            repeated=tuple(repeated.get(at, ())),
            unsupported=tuple(unsupported.get(at, ())),
        )
        old = earlier.get(at)
        # Objects are values: a document that only looks different is still the same.
        same = old is not None and _are_same((*old.inventory.objects, *old.open.objects), (*read, *open_ones))
        same = same and old is not None and len(old.open.objects) == len(open_ones)
        if old is not None and same and old._replace(inventory=_NOTHING, open=_NOTHING) == facts:
            yield old
        else:
            opened = build(open_ones) if open_ones else _NOTHING
            yield facts._replace(inventory=build(read), open=opened)
    for file in linker.files:
        yield from (DocumentFacts(file.source.name, one.offset, broken=(one,)) for one in file.broken)


def _are_same(ones: tuple[Object, ...], others: tuple[Object, ...]) -> bool:
    """Whether objects are the same, in the types of their fields too: to Python, true is 1."""
    return len(ones) == len(others) and all(
        one is other or (one == other and repr(one.data) == repr(other.data))
        for one, other in zip(ones, others, strict=True)
    )


def _not_worked_out(changes: tuple[KustomizeChange, ...], known: list[Skipped]) -> Iterator[Skipped]:
    """The changes of kustomizations as something that was not checked, without those that are `known` already."""
    seen = {(item.file, item.offset) for item in known}
    for change in changes:
        if (change.file, change.offset) not in seen:
            seen.add((change.file, change.offset))
            reason = "kustomize-name" if change.is_name else "kustomize-patch"
            detail = f"{change.what} of {change.by}"
            yield Skipped(change.file, reason, detail, change.offset)


def _changes(effects: Effects) -> Iterator[KustomizeChange]:
    for one, patch, objects in effects.changes:
        yield KustomizeChange(
            by=one.what, what=patch.what, file=patch.file, offset=patch.offset, objects=objects, is_name=False
        )
    for one, what, offset, objects in effects.renamed:
        yield KustomizeChange(by=one.what, what=what, file=one.file, offset=offset, objects=objects, is_name=True)
