"""What the rules on access share: the answers by verdict, and the place in the manifests that each one is about."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from ...findings.place import Place, at, inside
from ...findings.problem import Problem, Related
from ...iam.decisions.clauses import Clause
from ...iam.decisions.statements import action_matches
from ...iam.documents.document import Statement
from ...iam.documents.paths import Path, show_path
from ...iam.proofs.prove import Verdict
from ...inventory.objects import Object, PolicyText, Role, called
from ...project.rendered import FAILED_BUILD
from ...requirements.check import Answer, RoleCheck
from ...requirements.rows import Question
from ..facts import Facts

Key = TypeVar("Key", bound=Hashable)
Placed = tuple[int, Place]


def answers(facts: Facts, verdict: Verdict) -> Iterator[Answer]:
    """Every required access with this verdict."""
    for outcome in facts.outcomes:
        for check in outcome.checks:
            for question in check.required:
                if question.proof is not None and question.proof.verdict == verdict:
                    yield Answer(check, question, question.proof)


def by_place(
    facts: Facts, verdict: Verdict, placed: Callable[[Answer], Key | None]
) -> Iterator[tuple[Key, list[Answer]]]:
    """The answers with this verdict, grouped by role and by what `placed` gives for them (None leaves one out)."""
    grouped: dict[tuple[int, Key], list[Answer]] = {}
    for answer in answers(facts, verdict):
        key = placed(answer)
        if key is not None:
            grouped.setdefault((id(answer.check), key), []).append(answer)
    for (_, key), members in grouped.items():
        yield key, members


def sharing(groups: Iterable[tuple[Place, list[Answer]]]) -> dict[Placed, tuple[Answer, ...]]:
    """All answers of one role that lie at one place: what mends one of them has to mend the others as well."""
    shared: dict[Placed, tuple[Answer, ...]] = {}
    for place, members in groups:
        key = id(members[0].check.role.object), place
        shared[key] = (*shared.get(key, ()), *members)
    return shared


def actions_of(members: list[Answer]) -> tuple[str, ...]:
    """The actions of some answers, each once."""
    return tuple(dict.fromkeys(member.question.action for member in members))


def why(check: RoleCheck) -> str:
    """What the missing access means, in the requirement's own words."""
    requirement = check.requirement
    purpose = requirement.description or "The requirement asks for this access."
    return f"{purpose} {requirement.consequence}".rstrip().rstrip(".") + f" ({requirement.name})"


def text_of(check: RoleCheck, clause: Clause) -> PolicyText | None:
    """The document in the project that a clause stands in, if it stands in one."""
    source = check.stack.sources.get(clause.policy.label)
    return source.text if source else None


def clause_place(check: RoleCheck, clause: Clause, inner: Path | None = None) -> Place:
    """Where a clause stands: its statement, or `inner` within the document; else where the role names its policy."""
    text = text_of(check, clause)
    if text is not None and clause.statement is not None:
        return inside(text, inner or clause.statement.path)
    source = check.stack.sources.get(clause.policy.label)
    return at(source.owner, source.path) if source else role_place(check.role)


def action_path(statement: Statement, action: str) -> Path:
    """The Action string of a statement that covers the action, else the whole Action element."""
    for entry in statement.actions:
        if not statement.not_actions and action_matches(entry.text, action.lower()) is not False:
            return entry.path
    return element_path(statement, "actions")


def element_path(statement: Statement, element: str) -> Path:
    """The route to a statement's Action or Resource element as a whole."""
    if element == "actions":
        return (*statement.path, "NotAction" if statement.not_actions else "Action")
    return (*statement.path, "NotResource" if statement.not_resources else "Resource")


def role_place(role: Role) -> Place:
    """Where a role without a fitting statement is to be mended: its inline policies, its attachments, or its name."""
    spec = role.object.data.get("spec")
    for field in ("inlinePolicies", "policyRefs", "policies"):
        if isinstance(spec, dict) and spec.get(field):
            return at(role.object, ("spec", field), "key")
    return at(role.object, ("spec", "name"))


def seen_from(check: RoleCheck, place: Place) -> tuple[Related, ...]:
    """The role itself, if the finding lies in another file or document, and what rendering changed in it and in its
    policies."""
    origin = check.role.object.origin
    changes = tuple(item for item in _changed_in(check) if item.place != place)
    if (place.file, place.document) == (origin.file, origin.document):
        return changes
    return (Related(at(check.role.object, ("spec", "name")), f"the role {check.role.name}"), *changes)


def _changed_in(check: RoleCheck) -> Iterator[Related]:
    texts = (source.text for source in check.stack.sources.values() if source.text is not None)
    owners = {id(item): item for item in (check.role.object, *(text.owner for text in texts))}
    for item in owners.values():
        for field in [field for field in item.elsewhere if field.path[0] == "spec"][:_MOST_CHANGES]:
            message = f"{item.pool} changes {show_path(field.path)} of {called(item)}"
            yield Related(Place(field.file, None, offset=field.offset), message)


_MOST_CHANGES = 3
"""Changed fields of an object that are named at most."""


def grant_problem(
    check: RoleCheck,
    place: Place,
    message: str,
    hint: str,
    value: str,
    question: Question | None = None,
    answers: tuple[Answer, ...] = (),
) -> Problem:
    """A problem with a required access: why it matters and the role behind it are the same for every rule. For a
    question that the requirement does not ask itself, `why` begins with the reason it is asked."""
    meaning, related = why(check), seen_from(check, place)
    if question is not None and question.because:
        meaning = f"{question.because}. {meaning}"
    if question is not None and question.cause is not None:
        cause = question.cause
        related += (Related(at(cause, ("spec", "sseSpecification"), "key"), f"{called(cause)} is encrypted with it"),)
    return Problem(
        place=place,
        message=message,
        why=meaning,
        help=hint,
        subject=check.role.object,
        related=related,
        value=value,
        answers=answers,
    )


def how_to_build(*objects: Object | None) -> str:
    """What to do where something changes one of these objects before it is applied; "" for nothing."""
    changes = [change.what for item in objects if item is not None for change in item.alterations]
    if any(change.startswith(FAILED_BUILD) for change in changes):
        return "mend the build, which failed, and check again"
    return "build it first and check the result: kustomize build … | checker static -" if changes else ""


def can_call(check: RoleCheck, actions: Sequence[str], resource: str, verb: str) -> str:
    """`Role ns/name cannot call dynamodb:GetItem and dynamodb:Query on arn:…`, with the verb that fits."""
    return f"{called(check.role.object)} {verb} call {listed(actions)} on {resource}"


_MOST_LISTED = 6


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: `a`, `a and b`, `a, b and c`; of many the first, and the number of the rest."""
    shown = list(names) if len(names) <= _MOST_LISTED else list(names[: _MOST_LISTED - 1])
    rest = [f"{len(names) - len(shown)} more"] if len(names) > len(shown) else []
    *first, last = (*shown, *rest)
    return f"{', '.join(first)} and {last}" if first else last
