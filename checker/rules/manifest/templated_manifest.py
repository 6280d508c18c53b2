"""An object that a template engine has yet to fill in, so that not all of it could be checked.

What it does
    Reports Roles, Policies and the other kinds this tool reads when they hold
    placeholders (Helm, kro, Jinja, Backstage, shell variables, `<…>`, `__…__`,
    ACCOUNT_ID; comments of ytt, and branches of Helm or Jinja in comments), and
    names the first one. IAM policy variables such as
    `${aws:username}` are no placeholders. Where the placeholders stand inside
    strings, the rules on single documents still run, and report what holds
    whatever is filled in: an action that does not exist, a field that the
    kind does not have; the placeholders themselves are then reported once a
    file, or with the chart that could not be rendered. Objects without
    placeholders in the same file are checked completely. A program that makes
    manifests (Jsonnet, CUE, Terraform, Pkl, ERB) and names the apiVersion of
    an ACK kind is not read, and reported.

Why it matters
    What the template will say is not known, so it is not proven what access
    the role has.

Example
        name: "{{ .Release.Name }}-reverse-proxy"

Use instead
        helm template . | checker static -
        kustomize build . | checker static -
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from ...ack.filling import name_of
from ...findings.place import Place
from ...findings.problem import Problem
from ...iam.expressions import expression
from ...project.file_facts import Skipped
from ..facts import Facts
from ..rule import About

ABOUT = About("templated-manifest", "warning")


_SAYS_IT = ("assumed-values", "unrendered-chart", "unbuilt-kustomization")
"""Reasons whose detail is a sentence and not text of the manifest."""

_RELEASE = (
    "say what it is rendered with: an Argo CD Application or a Flux HelmRelease in the project, ci/*-values.yaml in "
    "the chart, or placeholders: {.Values.NAME: …} of the cell in checker.yaml"
)
_HELP = {
    "assumed-values": _RELEASE,
    "unrendered-chart": _RELEASE,
    "unbuilt-kustomization": "build it first and check the result: kustomize build … | checker static -",
    "helm": "render it first and check the result: helm template … | checker static -",
    "shell-variable": "fill it in first and check the result: envsubst < FILE | checker static -",
    "kro": "keep placeholders out of the policies, or check the objects that kro makes of it",
    "flux": "name the Flux Kustomization that fills it in: postBuild.substitute of one in the project is read",
    "account-word": "write the account's 12 digits",
    "embedded": "check it as the manifest it becomes: … | checker static -",
}


def check_project(facts: Facts) -> Iterator[Problem]:
    unread = {item.origin: item for item in facts.project.inventory.unread}
    accepting = frozenset(name for name, source in facts.project.sources.items() if _ACCEPTS.search(source.text))
    by_origin = {role.object.origin: outcome for outcome in facts.outcomes for role in outcome.perhaps}
    charts = [item.file for item in facts.project.skipped if item.reason == "unrendered-chart"]
    charts += [item.file for item in facts.project.failed_renderings if os.path.basename(item.file) == "Chart.yaml"]
    for skipped in _by_file(facts.project.skipped, accepting, [file for file in charts if file not in accepting]):
        first, more = skipped[0], len(skipped) - 1
        checked, proven = "not checked", "nothing is proven about this object"
        if first.in_part:
            checked, proven = "checked in part", "only what holds whatever it is filled in with is told and proven"
        why = f"what the template will say is not known, so {proven}"
        if first.reason == "assumed-values":
            why = "a release may be given other values: what is said of its objects holds for these alone"
        outcome = next((by_origin[item.origin] for item in skipped if item.origin in by_origin), None)
        if outcome is not None:
            why += f"; it may be a role that {outcome.requirement.name} selects, and then its access was not checked"
        shown = _said(first)
        if first.reason == "unrendered-chart" and more:
            shown += f"; {_in_templates(skipped[1:])}"
        elif more:
            where = "this file" if len({item.file for item in skipped}) == 1 else "this chart"
            shown += f", and {more} more object{'s' * (more > 1)} in {where} hold some"
        yield Problem(
            _place(first),
            f"{checked}: {shown}",
            why,
            _help(skipped),
            unread.get(first.origin) if first.origin and not more else None,
            value=first.detail,
        )


_ACCEPTS = expression(r"checker(?:\s*:\s*|/)ignore", re.IGNORECASE)
"""In a file with a suppression, each object is reported by itself: a suppression of one must not hide the others."""


def _in_templates(skipped: list[Skipped]) -> str:
    """How many objects a chart's templates hold, and what of them was checked."""
    in_part = sum(item.in_part for item in skipped)
    said = f"{len(skipped)} object{'s' * (len(skipped) > 1)} in its templates: "
    if in_part in (0, len(skipped)):
        return said + ("checked in part" if in_part else "not checked")
    return said + f"{in_part} checked in part, {len(skipped) - in_part} not checked"


def _by_file(skipped: Iterable[Skipped], accepting: frozenset[str], charts: list[str]) -> list[list[Skipped]]:
    """What was left out, grouped by file and engine: a graph with ten roles is one template. The templates of one of
    these `charts` (their Chart.yaml) go with what is said of the chart here; where another rule says it, they are one
    group, since that rule may be switched off. What is not a placeholder is reported one by one, and so is elsewhere
    what was not checked at all."""
    groups: dict[object, list[Skipped]] = {}
    within = {os.path.join(os.path.dirname(file), ""): file for file in charts}
    of_charts: dict[str, list[Skipped]] = {file: [] for file in charts}
    for number, item in enumerate(skipped):
        if item.reason.startswith("kustomize-"):
            continue  # kustomize-change says what it changes
        is_one_of_many = item.in_part and item.origin is not None and item.file not in accepting
        if item.reason == "helm" and item.file not in accepting:
            chart = next((within[folder] for folder in _folders_above(item.file) if folder in within), None)
            if chart is not None:
                of_charts[chart].append(item)
                continue
        key = (item.file, item.reason) if is_one_of_many else number
        groups.setdefault(key, []).append(item)
    for group in groups.values():
        if group[0].reason == "unrendered-chart":
            group += of_charts.pop(group[0].file, [])
    return [*groups.values(), *filter(None, of_charts.values())]


def _folders_above(file: str) -> Iterator[str]:
    """The folders that a file lies in, the innermost first, as prefixes of its name."""
    folder = os.path.dirname(file)
    while folder and folder != os.path.dirname(folder):
        yield os.path.join(folder, "")
        folder = os.path.dirname(folder)
    yield os.path.join(folder, "")


def _said(skipped: Skipped) -> str:
    if skipped.reason in _SAYS_IT:
        return skipped.detail
    if skipped.reason == "embedded":
        return f"this holds {skipped.detail}"
    engine = "Flux or kro" if _is_of_flux_or_kro(skipped) else skipped.reason
    return f"{_shorten(skipped.detail)} is a placeholder ({engine})"


_NAME_ALONE = expression(r"\$\{\w+\}")


def _is_of_flux_or_kro(skipped: Skipped) -> bool:
    """Whether a placeholder may be one of Flux as well: a name alone. What kro fills in has mostly a path."""
    return skipped.reason == "kro" and _NAME_ALONE.fullmatch(skipped.detail) is not None


def _place(skipped: Skipped) -> Place:
    if skipped.origin is None:
        length = 1 if skipped.reason in ("embedded", *_SAYS_IT) else len(skipped.detail)
        return Place(skipped.file, None, offset=skipped.offset, length=length)
    return Place(
        skipped.file,
        skipped.origin.document,
        (*skipped.origin.path, *skipped.path),
        "value" if skipped.inner_offset is not None else "key",
        inner_offset=skipped.inner_offset,
        length=len(skipped.detail),
    )


def _help(skipped: list[Skipped]) -> str:
    first = skipped[0]
    reason = "flux" if _is_of_flux_or_kro(first) else first.reason
    advice = _HELP.get(reason, "fill it in first and check the result: … | checker static -")
    if not first.in_part or first.reason == "flux-escape":
        return advice
    names = dict.fromkeys(name_of(item.reason, item.detail) for item in skipped if item.inner_offset is not None)
    plain = [name for name in names if _SIMPLE.fullmatch(name)][:_MOST_NAMES]
    pairs = ", ".join(f"{name}: …" for name in plain)
    return f"say what the cell fills in, as placeholders: {{{pairs}}} in checker.yaml, or {advice}" if plain else advice


_MOST_NAMES = 4
_SIMPLE = expression(r"[\w. :-]{1,60}")


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "…"
