"""Problems found by the parser of policy documents, by kind: what the rules on documents share."""

from __future__ import annotations

from collections.abc import Iterator

from ...findings.place import inside, inside_at
from ...findings.problem import Problem
from ...iam.documents.document import ProblemCode
from ...iam.documents.paths import show_path
from ...inventory.objects import Inventory, called


def document_problems(inventory: Inventory, code: ProblemCode, why: str) -> Iterator[Problem]:
    """A rule's problem for each document problem of this kind."""
    for text in inventory.texts:
        for problem in text.parsed.problems:
            if problem.code == code:
                place = inside(text, problem.path, "key" if problem.at_key else "value")
                if problem.offset is not None:
                    place = inside_at(text, problem.offset)
                yield Problem(
                    place,
                    f"{called(text.owner)}: {problem.message}",
                    why,
                    problem.hint,
                    text.owner,
                    value=show_path(problem.path),
                )
