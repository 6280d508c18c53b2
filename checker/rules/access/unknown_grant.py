"""Required access about which nothing can be said.

What it does
    Reports required access that hangs on something unread: a policy document
    that is broken or not in the project, an AWS-managed policy newer than the
    snapshot, a reference without a target, a parameter without a value, a
    service account whose role has no manifest here.

Why it matters
    "Could not check" is not "is fine". Whether the reverse proxy can read its
    keys is open until the policy can be read.

Example
        policies: ["arn:aws:iam::111122223333:policy/kept-elsewhere"]

Use instead
        Bring the policy's manifest into the project (manifests: in
        checker.yaml), or grant the access in a policy that is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...ack.applied import not_applied
from ...findings.place import Place, at, inside, inside_at
from ...findings.problem import Problem
from ...iam.decisions.clauses import Clause
from ...iam.values import NamedTuple
from ...inventory.objects import called
from ...requirements.check import Answer, Outcome, RoleCheck
from ...requirements.layers import ELSEWHERE
from ...requirements.rows import Question
from ..facts import Facts
from ..rule import About
from ._answers import (
    actions_of,
    by_place,
    can_call,
    clause_place,
    grant_problem,
    how_to_build,
    role_place,
    text_of,
    why,
)

ABOUT = About("unknown-grant", "error", asks_the_cell=True)


class _Unread(NamedTuple):
    place: Place
    resource: str
    reasons: str


def check_project(facts: Facts) -> Iterator[Problem]:
    for unread, members in by_place(facts, "unknown", _unread):
        item = members[0].check
        yield _cannot_tell(item, unread, actions_of(members), "", members[0].question)
    for outcome in facts.outcomes:
        for item in outcome.checks:
            yield from _unasked(item)
            yield from _perhaps_forbidden(item)
        yield from _unseen(outcome)


def _unread(answer: Answer) -> _Unread:
    clauses = [clause for clause in answer.proof.decision.clauses if clause.statement is None]
    place = _mending_place(answer.check, clauses[0]) if clauses else role_place(answer.check.role)
    return _Unread(place, answer.question.resource, "; ".join(answer.proof.reasons))


def _mending_place(item: RoleCheck, clause: Clause) -> Place:
    """Where the policy can be made readable: at the first problem of its document, else where the role names it."""
    text = text_of(item, clause)
    problem = text.parsed.problems[0] if text is not None and text.parsed.problems else None
    if text is None or problem is None:
        return clause_place(item, clause)
    return inside(text, problem.path) if problem.offset is None else inside_at(text, problem.offset)


def _cannot_tell(
    item: RoleCheck, unread: _Unread, actions: tuple[str, ...], forbidden: str, question: Question | None = None
) -> Problem:
    message = f"cannot tell whether {can_call(item, actions, unread.resource, 'can')}{forbidden}: {unread.reasons}"
    layers = item.layers_on(unread.resource)
    is_unread = any(policy.document is None for layer in layers for policy in layer.policies)
    readable = "make the policy readable: mend its document, or add its manifest to the project"
    plain = "every policy was read: spell actions, accounts and ARNs out, or check by hand what no manifest shows"
    hint = readable if is_unread else plain
    if any(policy.refused for layer in item.stack.layers for policy in layer.policies):
        hint = "mend what AWS refuses first: nothing beside it is sure to be in force"
    elif not_applied(item.role.object):
        hint = "take the annotation off, or look at what the role has: checker live --index …"
    elif any(policy.label == ELSEWHERE for layer in item.stack.layers for policy in layer.policies):
        hint = "correct the Namespace's annotation or the selector, or check this role with the cell of that account"
    elif "services.k8s.aws/ignore-field-drift" in item.role.object.annotations:
        hint = "take the field out of the annotation, or look at what the role has: checker live --index …"
    hint = how_to_build(item.role.object, item.giver) or hint
    labels = [policy.label for layer in layers for policy in layer.policies if policy.document is None]
    value = f"{' '.join(actions)} {unread.resource} | {', '.join(dict.fromkeys(labels))}"
    return grant_problem(item, unread.place, message, hint, value, question)


def _perhaps_forbidden(item: RoleCheck) -> Iterator[Problem]:
    """Forbidden access that may be within reach; not reported where the required access is unknown already."""
    if any(question.proof and question.proof.verdict == "unknown" for question in item.required):
        return
    doubtful = [question for question in item.excess if question.proof and question.proof.verdict == "unknown"]
    if doubtful:
        layers = item.layers_on(doubtful[0].resource)
        unread = [policy for layer in layers for policy in layer.policies if policy.document is None]
        doubts = [reason for question in doubtful if question.proof for reason in question.proof.reasons]
        reasons = "; ".join(dict.fromkeys([*(f"{policy.label}: {policy.reason}" for policy in unread), *doubts]))
        actions = tuple(dict.fromkeys(question.action for question in doubtful))
        source = item.stack.sources.get(unread[0].label) if unread else None
        at_fault = role_place(item.role) if source is None else at(source.owner, source.path)
        doubt = _Unread(at_fault, doubtful[0].resource, reasons or "the patterns are too complex")
        yield _cannot_tell(item, doubt, actions, f", which {item.requirement.name} forbids")


def _unasked(item: RoleCheck) -> Iterator[Problem]:
    questions = (*item.required, *item.excess)
    unset = dict.fromkeys(name for question in questions for name in question.unset)
    if unset:
        names = ", ".join(f"${{{name}}}" for name in unset)
        options = " ".join(f"--set {name}=…" for name in unset)
        message = (
            f"cannot tell what {called(item.role.object)} can call: no value for {names} in {item.requirement.name}"
        )
        hint = f"give {options}, or a cell in checker.yaml (--cell NAME)"
        yield Problem(role_place(item.role), message, why(item), hint, item.role.object, value=names)


def _unseen(outcome: Outcome) -> Iterator[Problem]:
    for unseen in outcome.unseen:
        reason = f"the project has no Role {unseen.role}" if unseen.role else "nothing in the project gives it a role"
        yield Problem(
            at(unseen.object, ("metadata", "name")),
            f"cannot tell what {called(unseen.object)} can call: {reason}",
            f"{outcome.requirement.description} Nothing is proven here ({outcome.requirement.name})",
            "add the manifest to the project, or correct what it names: account, path and name must all be right",
            unseen.object,
            value=unseen.role,
        )
