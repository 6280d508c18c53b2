"""An action or a service that AWS does not list.

What it does
    Looks every Action string up in AWS's Service Authorization Reference (the
    catalogue shipped with checker): the service prefix, the action's name, and
    for wildcards whether any listed action matches.

Why it matters
    AWS accepts any name. A misspelled action grants nothing, and a Deny of it
    denies nothing, while the policy looks right to a reader. It is a warning,
    since AWS adds actions every week and the catalogue may not have them yet;
    `catalogue:` in checker.yaml names a newer one.

Example
        "Action": ["dynamodb:GetItems", "dynamdb:Query"]

Use instead
        "Action": ["dynamodb:GetItem", "dynamodb:Query"]

Source
    Service Authorization Reference, "Actions, resources, and condition keys
    for AWS services"; checker/iam/catalogue/actions/SOURCE names the collection.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

from ...findings.problem import Problem
from ...iam.catalogue.catalogue import closest_action, edition, expand, find_action, service
from ...iam.catalogue.synonyms import authorized_by
from ...project.project import DocumentFacts
from ..rule import About
from ._statements import problem_in, statements

ABOUT = About("unknown-action", "warning", precision="medium", rests_on=())


def check_document(document: DocumentFacts) -> Iterator[Problem]:
    for written in statements(document.inventory):
        for entry in written.statement.actions:
            wrong = _wrong(entry.text)
            if wrong is not None:
                why = f"AWS takes any name, also one that it does not have; the list is of {edition()}"
                yield problem_in(
                    written, entry.path, wrong[0], why, wrong[1], entry.text, suggest=partial(_meant, entry.text)
                )


_SEE = "see the Service Authorization Reference"


@lru_cache(maxsize=4096)
def _wrong(pattern: str) -> tuple[str, str] | None:
    """What is wrong with an Action string, and what to write."""
    prefix, _, name = pattern.partition(":")
    joined = "".join(pattern.split())
    if joined != pattern:
        return f"{pattern!r} has a space in it, and no action has", f'write "{joined}"'
    if name and ("*" in prefix or "?" in prefix):
        return f"{pattern!r} has a wildcard as its service", "name the service: wildcards count behind the colon"
    if "*" in prefix or "?" in prefix:
        return None
    known = service(prefix)
    if known is None:
        return f"the list of services has no {prefix!r}", _SEE
    if "*" in name or "?" in name:
        if expand(pattern):
            return None
        return f"no listed action of {known.name} matches {pattern!r}", "name the actions, or correct the pattern"
    if find_action(pattern):
        return None
    meant = authorized_by(pattern)
    if meant:
        return f"{name} is an operation of {known.name} and no action: {meant} authorize it", f"write {meant}"
    return f"the list of actions of {known.name} has no {name!r}", _SEE


def _meant(pattern: str) -> str:
    """The service or action that an unknown one was perhaps meant to be, as a question."""
    close = "" if authorized_by(pattern) or any(map(str.isspace, pattern)) else closest_action(pattern)
    return f'did you mean "{close}"?' if close else ""
