"""What a run of the gate rests on: what was read, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..config.file import Config
from ..findings.problem import Weakening
from ..iam.values import NamedTuple
from ..project.charts import Chart
from ..project.file_facts import FileFacts, facts_of
from ..project.rendered import Rendering
from ..requirements.load import Loaded
from ..requirements.model import Requirement
from ..suppression.baseline import Baseline
from ..text.documents import YamlDocument
from ..text.source import Source
from .engine import Settings
from .judged import Judged


class Since(NamedTuple):
    """What to report of a change: findings on the `changed` files (None: on all), and those that were not there
    `before`, at this revision. `judged` is the judgement of that revision, most of which still holds."""

    revision: str
    changed: frozenset[str] | None
    before: Baseline
    judged: Judged | None = None


class Trusted(NamedTuple):
    """What decides where a revision is trusted and not the change: how often the revision has each suppression in
    manifests (by anchor), what the change weakens, and the texts that these stand in."""

    revision: str
    known: Mapping[tuple[str, ...], int]
    weakenings: tuple[Weakening, ...]
    sources: Mapping[str, Source]
    documents: Mapping[tuple[str, int], YamlDocument]


class Material(NamedTuple):
    """What was read. `files` were passed, `background` takes part in the inventory; `file_count` counts the files read,
    `passed_over` the documents ruled out by a scan of bytes; `unreadable` and `left_out` are (path, reason);
    `renderings` are what was built of kustomizations in them, `charts` what was rendered of charts;
    `names` are all files of the project that were read."""

    files: tuple[FileFacts, ...]
    background: tuple[FileFacts, ...] = ()
    file_count: int = 0
    passed_over: int = 0
    unreadable: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    renderings: tuple[Rendering, ...] = ()
    charts: tuple[Chart, ...] = ()
    names: tuple[str, ...] = ()


class Terms(NamedTuple):
    """What is asked of it: these requirements, by these rules, in this cell.

    `files` limits the report (None: all). `is_partial`: there are objects beyond the material that nobody looked for.
    `config` holds the suppressions of the configuration; without it nothing is suppressed. `today` is the day (ISO,
    UTC) that they are judged by. `placeholders` are the values that the cell gives to those of templates.
    `is_unconfigured`: nothing says what is required, so that the shipped requirement is taken.
    """

    requirements: Loaded
    asked: tuple[Requirement, ...]
    settings: Settings
    parameters: dict[str, str]
    other_cells: Mapping[str, dict[str, str]] = MappingProxyType({})
    cell: str = ""
    files: frozenset[str] | None = None
    is_partial: bool = False
    config: Config | None = None
    today: str = ""
    baseline: Baseline | None = None
    since: Since | None = None
    trusted: Trusted | None = None
    placeholders: Mapping[str, str] = MappingProxyType({})
    is_unconfigured: bool = False


class Prepared(NamedTuple):
    """What was read, and what is asked of it."""

    material: Material
    terms: Terms


_NONE: Mapping[str, str] = MappingProxyType({})


def with_texts(material: Material, texts: Mapping[str, str], placeholders: Mapping[str, str] = _NONE) -> Material:
    """The material with other texts of these files; what is known of all others stays. What takes them in is rendered
    again."""
    edited = [
        item.source._replace(text=texts[item.source.name]) for item in material.files if item.source.name in texts
    ]
    new = {item.source.name: item for item in facts_of(edited)}
    files = tuple(new.get(item.source.name, item) for item in material.files)
    if not (material.renderings or material.charts):
        return material._replace(files=files)
    from ..rendering.again import render_again

    before = material.renderings, material.charts
    renderings, charts = render_again((*files, *material.background), material.names, placeholders, texts, before)
    return material._replace(files=files, renderings=renderings, charts=charts)
