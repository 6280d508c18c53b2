"""What `helm template` makes of the charts of a project, and from which line of a template each line of it comes.

A chart is rendered once for each release of it in the project. Without one, the values are assumed and that is said. A
chart with a link that leads out of it is not rendered.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress

import yaml

from ..ack.kinds import EKS, IAM, KNOWN_IAM_KINDS
from ..ack.scan import text_can_concern
from ..iam.expressions import expression
from ..progress import Observe, unobserved
from ..project.charts import Chart, RenderedFile
from ..project.file_facts import facts_of
from ..text.files import read_bytes
from ..text.source import Source, decode
from .lines import source_lines
from .plan import Planned
from .programs import Answer, run, side_by_side
from .releases import Release
from .tree import HERE, Tree

MOST_RENDERED = 500
"""Releases that are rendered in a run, a sixth of a second each; with more, charts stay templates."""

_SOURCE = expression(r"^---\n# Source: (?P<path>\S[^\n]*)\n", re.MULTILINE)
_VERSIONS = (IAM, EKS, *(f"{IAM}/{kind}" for kind in KNOWN_IAM_KINDS), f"{EKS}/PodIdentityAssociation")
"""What a template may ask of the cluster: a cell has the ACK controllers."""


def find_helm() -> str | None:
    """The helm on PATH, if there is one."""
    return shutil.which("helm")


def render(charts: Sequence[Planned], helm: str, tree: Tree = HERE, observe: Observe = unobserved) -> tuple[Chart, ...]:
    """Renders these charts."""
    rendered = []
    with side_by_side() as pool:
        unfit = [next(filter(None, (_unfit(one, tree) for one in chart.releases)), "") for chart in charts]
        jobs = [
            [] if why else [pool.submit(_template, one, helm, tree) for one in chart.releases]
            for chart, why in zip(charts, unfit, strict=True)
        ]
        for done, (chart, why, answers) in enumerate(zip(charts, unfit, jobs, strict=True)):
            observe("rendering charts", done, len(charts))
            rendered.append(_chart(chart, tree, why, [answer.result() for answer in answers]))
    return tuple(rendered)


_ADVICE = "Use --debug flag to render out invalid YAML"
"""What helm says below every error of a template (cmd/helm/template.go): nobody here can give it that option."""


def _template(release: Release, helm: str, tree: Tree) -> Answer:
    missing = next((file for file in release.files if not os.path.isfile(tree.there(file))), None)
    if missing is not None:
        return Answer("", f"{release.what} names {os.path.relpath(missing)}, which is not there")
    with tempfile.TemporaryDirectory(prefix="checker-") as folder:
        home = os.path.realpath(folder)
        command = [helm, "template"]
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
        command += release.sets
        try:
            chart = _chart_of(release, tree, home)
        except OSError:
            return Answer("", f"its folder holds what cannot be copied, so that {release.what} cannot be followed")
        # Behind `--` nothing is an option, whatever a release is called.
        answer = run([*command, "--", release.name, chart], home)
    said = answer.failed.replace(home, ".").replace(_ADVICE, "").rstrip()
    return answer._replace(failed=tree.told(said))


def _chart_of(release: Release, tree: Tree, home: str) -> str:
    """The folder of a release's chart; a copy without its values.yaml, where files of values stand in its place."""
    chart = tree.there(release.chart)
    if not release.replaces_values:
        return chart
    copy = os.path.join(home, "chart", os.path.basename(chart))
    shutil.copytree(chart, copy, symlinks=True, ignore_dangling_symlinks=True)
    with suppress(FileNotFoundError):
        os.unlink(os.path.join(copy, "values.yaml"))
    return copy


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
        if answer.failed and chart.is_general:
            return nothing._replace(unfit=f"the chart was not rendered as {release.what} says: {answer.failed}")
        if answer.failed:
            return nothing._replace(what=f"{what} (as {release.what} says)", failed=answer.failed)
    texts: dict[str, list[tuple[Release, str]]] = {}
    for release, answer in zip(chart.releases, answers, strict=True):
        for path, text in _by_template(answer.text):
            texts.setdefault(_template_of(path, chart, tree), []).append((release, text))
    files = [_file(path, chart.templates.get(path), documents, what, tree) for path, documents in texts.items()]
    if any(item.facts.broken for item in files):
        broken = next(item for item in files if item.facts.broken).facts
        return nothing._replace(failed=f"what it prints of {broken.source.name}: {broken.broken[0].message}")
    # A chart within the chart knows its values by other names.
    inside = os.path.join(chart.folder, "templates", "")
    own = [item.facts.source.name for path, item in zip(texts, files, strict=True) if path.startswith(inside)]
    values = {(name, _pool(what, one)): tuple(_values(one, tree)) for one in chart.releases for name in own}
    assumed = [release.what for release in chart.releases if release.is_assumed]
    sentences = [f"the chart was rendered with {', '.join(assumed)}: no release of it stands in the project"]
    sentences = (sentences if assumed else []) + list(_asking_the_cluster(chart, files, tree))
    return nothing._replace(files=tuple(files), assumed="; ".join(sentences), values=values)


_MOST_FILES = 1_000

_OF_THE_CLUSTER = expression(
    r"\{\{[^{}]{0,400}?(\blookup\b|\.Release\.(?:IsUpgrade|IsInstall|Revision)\b|\bIs(?:Upgrade|Install)\b"
    r"|\.Capabilities\.(?!APIVersions\.Has \"(?:iam|eks|dynamodb|kms)\.services\.k8s\.aws)\w+)"
)


def _asking_the_cluster(chart: Planned, files: list[RenderedFile], tree: Tree) -> Iterator[str]:
    """Templates of ours that ask what `helm template` does not know, and whatever else in the chart has a `lookup`,
    since it may be put into them: that it answers with nothing. It takes every release for a first one and the cluster
    for one of its own version (Helm, "Template Functions")."""
    asking = [(item.facts.source.name, item.facts.source.written or item.facts.source.text) for item in files]
    own = len(asking)
    asking += _put_into([text for _, text in asking], chart, tree)
    for number, (name, text) in enumerate(asking):
        for asked in _OF_THE_CLUSTER.finditer(text):
            if asked[1] == "lookup" or number < own:
                yield f"{name} goes by {asked[1]}, which helm template answers without a cluster"
                return


def _put_into(texts: list[str], chart: Planned, tree: Tree) -> list[tuple[str, str]]:
    """The files of a chart that may be put into these templates, by name: helpers that they include, and, where they
    read files or fill in values as templates, all others."""
    files: dict[str, str] = {}
    for folder, _, names in os.walk(tree.there(chart.folder)):
        for name in names if len(files) < _MOST_FILES else ():
            with suppress(OSError):
                path = os.path.join(folder, name)
                files[path] = decode(read_bytes(path)) if os.path.isfile(path) else ""
    taken: dict[str, str] = {}
    pending = list(texts)
    while pending:
        text = pending.pop()
        included = set(_INCLUDED.findall(text))
        reads_any = ".Files" in text or re.search(r"\btpl\b", text) is not None
        for path, other in files.items():
            is_helper = not included.isdisjoint(_DEFINED.findall(other)) if "define" in other else False
            if path not in taken and (is_helper or (reads_any and not path.endswith(".md"))):
                taken[path] = other
                pending.append(other)
    return [(os.path.basename(path), text) for path, text in taken.items() if "lookup" in text]


_INCLUDED = expression(r"\b(?:include|template)\s+\"([^\"]+)\"")
_DEFINED = expression(r"\bdefine\s+\"([^\"]+)\"")


def _pool(what: str, release: Release) -> str:
    by = f"{release.what} in {os.path.relpath(release.source)}" if release.source else release.what
    return f"{what} (with {by})"


def _values(release: Release, tree: Tree) -> Iterator[tuple[Source, str]]:
    """What states the values of a release, the strongest first: the release itself, its files, those of the chart."""
    own = [] if release.replaces_values else [os.path.join(release.chart, "values.yaml")]
    paths = [*reversed(release.files), *own]
    texts = [(release.source, release.what)] if release.source else []
    for path, what in (*texts, *((path, "") for path in paths)):
        try:
            yield Source(os.path.relpath(path), decode(read_bytes(tree.there(path)))), what
        except OSError:
            continue


def _by_template(text: str) -> Iterator[tuple[str, str]]:
    """What was printed, cut by the template (`chart/templates/role.yaml`) that each document comes from."""
    headers = list(_SOURCE.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=False):
        yield header["path"], text[header.end() : end].rstrip() + "\n"


def _template_of(path: str, chart: Planned, tree: Tree) -> str:
    """The file of a template (real path); the Chart.yaml where there is none of that name: a template of a packed
    chart, of one whose folder is called otherwise, or what only looks like a header of helm's."""
    folder = os.path.join(chart.folder, "")
    template = os.path.normpath(os.path.join(folder, *path.split("/")[1:]))
    inside = template.startswith(folder) and "\0" not in template and os.path.isfile(tree.there(template))
    return template if inside else os.path.join(chart.folder, "Chart.yaml")


def _file(path: str, shown: str | None, made: list[tuple[Release, str]], what: str, tree: Tree) -> RenderedFile:
    shown = shown or os.path.relpath(path)
    written = decode(read_bytes(tree.there(path)))
    own = written.splitlines() or [""]
    text, lines = "", []
    pools: list[tuple[int, str, str]] = []
    known: dict[str, list[int]] = {}
    count = 0
    for release, document in made:
        # A chart may be large, and nearly all of it is none of our business.
        if not text_can_concern(document):
            continue
        text += f"---\n{document}"
        if document not in known:
            known[document] = source_lines(document.splitlines(), own)
        lines += [1, *known[document]]
        (facts,) = facts_of([Source(shown, document)])
        pools.append((count, _pool(what, release), release.namespace))
        count += facts.document_count
    (facts,) = facts_of([Source(shown, text, written=written, lines=tuple(lines) or (1,))])
    return RenderedFile(facts, tuple(pools))
