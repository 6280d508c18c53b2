"""A manifest that the kustomization beside it does not build.

What it does
    Reports Roles, Policies and other objects that are read here in a file that
    no kustomization takes in, although one stands in the same folder, or takes
    in other files of it.

Why it matters
    kustomize builds only what it lists. A Policy that is not listed does not
    reach the cluster, and a role that refers to it gets nothing.

Example
        kustomization.yaml:  resources: [role.yaml]
        policy.yaml:         kind: Policy

Use instead
        kustomization.yaml:  resources: [role.yaml, policy.yaml]

Source
    Kustomize reference, "resources".
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem
from ...inventory.objects import called
from ..facts import Facts
from ..rule import About

ABOUT = About("unlisted-manifest", "warning")


def check_project(facts: Facts) -> Iterator[Problem]:
    for unlisted in facts.project.unlisted:
        item = unlisted.object
        text = f"{called(item)} is not built: {unlisted.kustomization} does not list {item.origin.file}"
        why = "the object does not reach the cluster with its neighbours, and what refers to it gets nothing"
        yield Problem(at(item, ("metadata", "name")), text, why, "list the file under resources", item, value=item.name)
