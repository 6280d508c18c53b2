"""An object that a template engine has yet to fill in, so that not all of it could be checked.

What it does
    Reports Roles, Policies and the other kinds this tool reads when they hold
    placeholders (Helm, kro, Jinja, Backstage, shell variables, `<…>`, `__…__`,
    ACCOUNT_ID; comments of ytt, and branches of Helm or Jinja in comments), and
    names the first one. IAM policy variables such as
    `${aws:username}` are no placeholders. Where the placeholders stand inside
    of strings, the rules on single documents are asked all the same, and what
    holds whatever is filled in is reported: an action that does not exist, a
    field that the kind does not have. Objects without placeholders in the same
    file are checked as a whole.

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

import re
from collections.abc import Iterator

from ...ack.filling import name_of
from ...findings.place import Part, Place
from ...findings.problem import Problem
from ...project.file_facts import Skipped
from ..facts import Facts
from ..rule import About

ABOUT = About("templated-manifest", "warning")


_SAYS_IT = ("assumed-values", "unrendered-chart", "unbuilt-kustomization")
"""Reasons whose detail is a sentence, and no text of the manifest."""

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
    "account-word": "write the account's 12 digits",
    "embedded": "check it as the manifest it becomes: … | checker static -",
}


def check_project(facts: Facts) -> Iterator[Problem]:
    unread = {item.origin: item for item in facts.project.inventory.unread}
    for skipped in facts.project.skipped:
        if skipped.reason.startswith("kustomize-"):
            continue  # kustomize-change says what it changes
        said = f"{_shorten(skipped.detail)} is a placeholder ({skipped.reason})"
        if skipped.reason == "embedded":
            said = f"this holds {skipped.detail}"
        if skipped.reason in _SAYS_IT:
            said = skipped.detail
        if skipped.origin is None:
            place = Place(
                skipped.file,
                None,
                offset=skipped.offset,
                length=1 if skipped.reason in ("embedded", *_SAYS_IT) else len(skipped.detail),
            )
        else:
            route = (*skipped.origin.path, *skipped.path)
            part: Part = "value" if skipped.inner_offset is not None else "key"
            place = Place(
                skipped.file,
                skipped.origin.document,
                route,
                part,
                inner_offset=skipped.inner_offset,
                length=len(skipped.detail),
            )
        checked, proven = "not checked", "nothing is proven about this object"
        if skipped.in_part:
            checked, proven = "checked in part", "only what is literal here was checked, and no access is proven"
        why = f"what the template will say is not known, so {proven}"
        if skipped.reason == "assumed-values":
            why = "a release may be given other values: what is said of its objects holds for these alone"
        yield Problem(
            place,
            f"{checked}: {said}",
            why,
            _help(skipped),
            unread.get(skipped.origin) if skipped.origin else None,
            value=skipped.detail,
        )


def _help(skipped: Skipped) -> str:
    other = _HELP.get(skipped.reason, "fill it in first and check the result: … | checker static -")
    name = name_of(skipped.reason, skipped.detail)
    if not skipped.in_part or skipped.reason == "flux-escape" or not _SIMPLE.fullmatch(name):
        return other
    return f"say what the cell fills in, as placeholders: {{{name}: …}} in checker.yaml, or {other}"


_SIMPLE = re.compile(r"[\w. :-]{1,60}")


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "…"
