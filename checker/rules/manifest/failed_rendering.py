"""A kustomization or a chart that cannot be rendered.

What it does
    Reports kustomizations that no other one takes in, where kustomize (or
    `kubectl kustomize`) ends with an error, with the words of the tool, or
    prints what cannot be matched to the files it came from; and charts that
    helm does not render with what a release in the project gives them. They
    are not asked where they are not on PATH, with `--no-render` or `render:
    {kustomize: off, helm: off}`, nor for what takes in a remote base. A
    resource that is not there is told without them, except with those.

Why it matters
    What does not build is not applied: the cluster stays as it is. What it
    would have changed of a role is not known, so nothing is proven about it.

Example
        resources: [role.yaml]
        patches:
          - path: patch.yaml      # there is no such file

Use instead
        kustomize build overlays/cell2      # until it prints the objects
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem
from ..facts import Facts
from ..rule import About

ABOUT = About("failed-rendering", "error")


def check_project(facts: Facts) -> Iterator[Problem]:
    for rendering in facts.project.failed_renderings:
        yield Problem(
            Place(rendering.file, None, offset=0),
            f"{rendering.what} failed: {rendering.why}",
            "what it would have built is not known, so nothing is proven about the objects in it",
            f"run {rendering.what} and mend what it says; --no-render judges the files as they are written",
            value=rendering.what,
        )
