"""A requirement that selects no role in the whole project.

What it does
    Reports a requirement whose appliesTo picks no role and no service account,
    judged over all manifests of the project.

Why it matters
    A gate that checks nothing is green for ever. Usually the naming convention
    changed, the manifests moved, or they are still templates.

Example
        appliesTo: {roles: {names: ["*-reverse-proxi"]}}

Use instead
        appliesTo: {roles: {names: ["*-reverse-proxy"]}}
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem
from ..facts import Facts
from ..rule import About

ABOUT = About("no-matching-role", "error", is_about_the_gate=True, asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    inventory = facts.project.inventory
    for outcome in facts.outcomes:
        if outcome.selected:
            continue
        requirement = outcome.requirement
        unread = sum(item.kind == "Role" for item in inventory.unread)
        templates = f", {unread} of them as a template" if unread else ""
        seen = f"{len(inventory.roles) + unread} in the project{templates}"
        yield Problem(
            Place(requirement.origin.file, requirement.origin.document, ("spec", "appliesTo"), "key"),
            f"the requirement {requirement.name} selects none of the roles ({seen})",
            "nothing was checked, so nothing is known about the access that it asks for",
            "say what the cell fills the templates in with (placeholders: in checker.yaml), or render them first"
            if unread
            else "correct appliesTo, or pass the folder that holds the roles",
            value=requirement.name,
        )


_FILL_IN = "say what the cell fills the templates in with (placeholders: in checker.yaml), or render them first"
