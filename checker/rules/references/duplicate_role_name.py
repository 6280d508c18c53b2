"""Two Role objects for the same IAM role, or two Policy objects for the same IAM policy.

What it does
    Reports objects of the same kind and spec.name (IAM ignores case) that
    would be applied to the same account: in the same file or the same folder,
    with different Kubernetes names or namespaces.

Why it matters
    The controller of the second object finds the role taken and turns terminal
    ("Resource already exists"), or both objects undo each other's policies on
    every resync, and the grant comes and goes.

Example
        kind: Role            kind: Role
        metadata.name: a      metadata.name: b
        spec.name: proxy      spec.name: proxy

Use instead
        One object for each IAM name.

Source
    IAM User Guide, "IAM identifiers" (names are unique in an account,
    case-insensitively); iam-controller (Resource already exists is terminal
    for a Role); community issues 2671 and 1403.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...findings.place import at
from ...findings.problem import Problem, Related
from ...inventory.objects import Object, called
from ..facts import Facts
from ..rule import About

ABOUT = About("duplicate-role-name", "error")


def check_project(facts: Facts) -> Iterator[Problem]:
    inventory = facts.project.inventory
    first: dict[tuple[str, ...], Object] = {}
    named = [(role.object, role.name) for role in inventory.roles]
    named += [(policy.object, policy.name) for policy in inventory.policies]
    for item, name in named:
        # Other folders are often other cells, that is, other accounts; there the same name is right.
        key = (item.kind, name.lower(), os.path.dirname(item.origin.file), item.pool)
        holder = first.setdefault(key, item)
        if holder is item or (holder.namespace, holder.name) == (item.namespace, item.name):
            continue
        yield Problem(
            place=at(item, ("spec", "name")),
            message=f"{called(item)}: the IAM name {name} already belongs to {called(holder)}",
            why="the two objects fight over one role: one turns terminal, or each undoes the other's policies",
            help="give each object an IAM name of its own, or delete one of them",
            subject=item,
            related=(Related(at(holder, ("spec", "name")), f"{called(holder)} has the name"),),
            value=name,
        )
