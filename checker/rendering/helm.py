"""What `helm template` makes of the charts of a project, and from which line of a template each line of it comes.

A chart is rendered once for each release of it in the project. Without one, the values are assumed and that is said. A
chart with a link that leads out of it is not rendered.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import yaml

from ..ack.kinds import EKS, IAM, KNOWN_IAM_KINDS
from ..progress import Observe, unobserved
from ..project.charts import Chart, RenderedFile
from ..project.file_facts import FileFacts, facts_of
from ..project.inputs import may_release
from ..text.files import read_bytes
from ..text.source import Source, decode
from .programs import Answer, run
from .releases import Release, own_values, releases_in
from .tree import HERE, Tree

MOST_RENDERED = 500
"""Releases that are rendered in a run, a sixth of a second each; with more, charts stay templates."""

_SOURCE = re.compile(r"^# Source: (?P<path>\S[^\n]*)$", re.MULTILINE)
_VERSIONS = (IAM, EKS, *(f"{IAM}/{kind}" for kind in KNOWN_IAM_KINDS), f"{EKS}/PodIdentityAssociation")
"""What a template may ask of the cluster: a cell has the ACK controllers."""


def find_helm() -> str | None:
    """The helm on PATH, if there is one."""
    return shutil.which("helm")


class Planned(NamedTuple):
    """A chart (real path of its folder), its templates in the project as they are shown, and what it is released
    with."""

    folder: str
    templates: Mapping[str, str]
    releases: tuple[Release, ...]


def planned(files: Iterable[FileFacts], placeholders: Mapping[str, str], tree: Tree = HERE) -> list[Planned]:
    """The charts to render: those with a template in which something of ours stands."""
    files = tuple(files)
    templates: dict[str, dict[str, str]] = {}
    for item in files:
        if not (item.seen or item.skipped or item.broken) or "templates" not in item.source.name:
            continue
        path = os.path.realpath(item.source.name)
        folder = _chart_of(path, tree)
        if folder is not None:
            templates.setdefault(folder, {})[path] = item.source.name
    if not templates:
        return []
    released: dict[str, list[Release]] = {}
    for item in files:
        top = tree.top_of(item.source.name) if may_release(item.source.text) else ""
        for one in releases_in(item.source, top, tree) if top else ():
            released.setdefault(one.chart, []).append(one)
    return [
        Planned(folder, names, tuple(released.get(folder) or own_values(folder, tree, placeholders)))
        for folder, names in templates.items()
    ]


def render(charts: Sequence[Planned], helm: str, tree: Tree = HERE, observe: Observe = unobserved) -> tuple[Chart, ...]:
    """Renders these charts."""
    made = []
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        unfit = [next(filter(None, (_unfit(one, tree) for one in chart.releases)), "") for chart in charts]
        jobs = [
            [] if why else [pool.submit(_template, one, helm, tree) for one in chart.releases]
            for chart, why in zip(charts, unfit, strict=True)
        ]
        for done, (chart, why, answers) in enumerate(zip(charts, unfit, jobs, strict=True)):
            observe("rendering charts", done, len(charts))
            made.append(_chart(chart, tree, why, [answer.result() for answer in answers]))
    return tuple(made)


def _chart_of(path: str, tree: Tree) -> str | None:
    """The chart that a template is rendered with: of charts within charts the outermost."""
    found, folder = None, os.path.dirname(path)
    while folder != os.path.dirname(folder):
        if os.path.isfile(tree.there(os.path.join(folder, "Chart.yaml"))):
            inside = os.path.relpath(path, folder).replace(os.sep, "/")
            if inside.startswith(("templates/", "charts/")):
                found = folder
        folder = os.path.dirname(folder)
    return found


def _template(release: Release, helm: str, tree: Tree) -> Answer:
    missing = next((file for file in release.files if not os.path.isfile(tree.there(file))), None)
    if missing is not None:
        return Answer("", f"{release.what} names {os.path.relpath(missing)}, which is not there")
    with tempfile.TemporaryDirectory(prefix="checker-") as made:
        home = os.path.realpath(made)
        command = [helm, "template", release.name, tree.there(release.chart)]
        command += ["--namespace", release.namespace] if release.namespace else []
        for version in _VERSIONS:
            command += ["--api-versions", version]
        for file in release.files:
            command += ["--values", tree.there(file)]
        if release.values:
            path = os.path.join(home, "values.yaml")
            with open(path, "w", encoding="utf-8") as file_:
                yaml.safe_dump(dict(release.values), file_)
            command += ["--values", path]
        for value in release.sets:
            command += ["--set-string", value]
        answer = run(command, home)
    return answer._replace(failed=tree.told(answer.failed.replace(home, ".")))


def _unfit(release: Release, tree: Tree) -> str:
    """Why a release is not rendered: what it is given is not in the project; "" where it can be."""
    if release.unknown:
        return release.unknown
    top = os.path.join(tree.top_of(release.chart), "")
    for file in release.files:
        if not tree.real(file).startswith(top):
            return f"{release.what} names {os.path.basename(file)}, which is outside of the project"
    chart = os.path.realpath(tree.there(release.chart))
    inside = os.path.join(chart, "")
    for folder, folders, names in os.walk(chart):
        for name in (*folders, *names):
            path = os.path.join(folder, name)
            if os.path.islink(path) and not os.path.realpath(path).startswith(inside):
                return f"{tree.told(path)} is a link that leads out of the chart"
    return ""


def _chart(chart: Planned, tree: Tree, unfit: str, answers: list[Answer]) -> Chart:
    shown = os.path.relpath(os.path.join(chart.folder, "Chart.yaml"))
    source = Source(shown, decode(read_bytes(tree.there(os.path.join(chart.folder, "Chart.yaml")))))
    what = f"helm template {os.path.dirname(shown) or '.'}"
    inputs = {os.path.realpath(path) for one in chart.releases for path in (*one.files, one.source) if path}
    nothing = Chart(source, what, frozenset(chart.templates), inputs=frozenset(inputs))
    if unfit:
        return nothing._replace(unfit=f"the chart was not rendered: {unfit}")
    for release, answer in zip(chart.releases, answers, strict=True):
        if answer.failed and release.is_assumed:
            return nothing._replace(unfit=f"the chart was not rendered: with {release.what} helm says {answer.failed}")
        if answer.failed:
            return nothing._replace(what=f"{what} (as {release.what} says)", failed=answer.failed)
    texts: dict[str, list[tuple[Release, str]]] = {}
    for release, answer in zip(chart.releases, answers, strict=True):
        for path, text in _by_template(answer.text):
            texts.setdefault(os.path.join(chart.folder, *path.split("/")[1:]), []).append((release, text))
    files = [_file(path, chart.templates.get(path), made, what, tree) for path, made in texts.items()]
    if any(item.facts.broken for item in files):
        broken = next(item for item in files if item.facts.broken).facts
        return nothing._replace(failed=f"what it prints of {broken.source.name}: {broken.broken[0].message}")
    assumed = [release.what for release in chart.releases if release.is_assumed]
    said = f"the chart was rendered with {', '.join(assumed)}: no release of it stands in the project"
    return nothing._replace(files=tuple(files), assumed=said if assumed else "")


def _by_template(text: str) -> Iterator[tuple[str, str]]:
    """What was printed, cut by the template (`chart/templates/role.yaml`) that each document comes from."""
    found = list(_SOURCE.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    for one, end in zip(found, ends, strict=False):
        yield one["path"].strip(), text[one.end() + 1 : end].rstrip().removesuffix("---").rstrip() + "\n"


def _file(path: str, shown: str | None, made: list[tuple[Release, str]], what: str, tree: Tree) -> RenderedFile:
    shown = shown or os.path.relpath(path)
    written = decode(read_bytes(tree.there(path)))
    own = written.splitlines()
    text, lines = "", []
    pools: list[tuple[int, str, str]] = []
    count = 0
    for release, document in made:
        pool = f"{what} (with {release.what})"
        text += f"---\n{document}"
        lines += [1, *_lines(document.splitlines(), own)]
        (facts,) = facts_of([Source(shown, document)])
        pools.append((count, pool, release.namespace))
        count += facts.document_count
    (facts,) = facts_of([Source(shown, text, written=written, lines=tuple(lines) or (1,))])
    return RenderedFile(facts, tuple(pools))


def _lines(made: list[str], own: list[str]) -> list[int]:
    """For each line that was rendered the line of the template that it comes from: the same one where the renderer left
    it as it is, between such lines the one that stands as far down, and no further than the next."""
    matcher = difflib.SequenceMatcher(None, [line.strip() for line in made], [line.strip() for line in own], False)
    found = [1] * len(made)
    last, last_own = 0, 0
    for start, start_own, size in matcher.get_matching_blocks():
        for offset in range(start - last):
            found[last + offset] = min(last_own + offset + 1, max(start_own, last_own + 1), max(len(own), 1))
        for offset in range(size):
            found[start + offset] = start_own + offset + 1
        last, last_own = start + size, start_own + size
    return found
