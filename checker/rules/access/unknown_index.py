"""An index that the table does not have.

What it does
    Compares the indexes that requirements and policies name with those of the
    Table (dynamodb-controller) of that name, where the project has it.

Why it matters
    A Query with an IndexName is authorized on the index ARN. A misspelt index
    grants nothing that anybody asks for, and a requirement on it proves
    nothing.

Example
        "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys/index/by-tenent"

Use instead
        "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys/index/by-tenant"

Source
    DynamoDB Developer Guide, "Using IAM with indexes"; the controller's
    TableSpec (globalSecondaryIndexes, localSecondaryIndexes).
"""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import Place
from ...findings.problem import Problem
from ...iam.patterns.globs import arn_glob, matches, wildcard_glob
from ...requirements.model import fill
from ...requirements.resources import indexes_of
from ..facts import Facts
from ..rule import About
from ..statements._statements import problem_in, statements

ABOUT = About("unknown-index", "warning", is_about_the_gate=True, asks_the_cell=True)

_WHY = "no request is ever about such an index, so nothing is granted, denied or proven by naming it"


def check_project(facts: Facts) -> Iterator[Problem]:
    known = indexes_of(facts.project.inventory, facts.parameters)
    if not known:
        return
    for written in statements(facts.project.inventory):
        for entry in written.statement.resources:
            wrong = _wrong(entry.text, known)
            if wrong is not None:
                yield problem_in(written, entry.path, wrong[0], _WHY, wrong[1], entry.text)
    for outcome in facts.outcomes:
        requirement = outcome.requirement
        values = {**requirement.parameters, **facts.parameters}
        for access in (*requirement.require, *requirement.forbid):
            for number, resource in enumerate(access.resources):
                wrong = _wrong(fill(resource, values).text, known)
                if wrong is not None:
                    path = (*access.path, "resources", number)
                    at = Place(requirement.origin.file, requirement.origin.document, path)
                    yield Problem(at, wrong[0], _WHY, wrong[1], value=resource)


def _wrong(resource: str, known: dict[str, frozenset[str]]) -> tuple[str, str] | None:
    """What is wrong with an ARN, and what to write; None where its table is not known, or has such an index."""
    table, separator, index = resource.partition("/index/")
    if not separator or "${" in resource:
        return None
    meant = [arn for arn in known if matches(arn_glob(arn), table)]
    indexes = {name for arn in meant for name in known[arn]}
    if not meant or any(matches(wildcard_glob(index), name) for name in indexes) or index == "*":
        return None
    import difflib

    close = difflib.get_close_matches(index, indexes, 1, 0.6)
    there = f"the table has {', '.join(sorted(indexes))}" if indexes else "the table has none"
    hint = f"did you mean {close[0]}?" if close else there
    return f"{table.rpartition('/')[2]} has no index {index}", hint
