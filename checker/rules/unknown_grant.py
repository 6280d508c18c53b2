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

Use instead Bring the policy's manifest into the project (manifests: in checker.yaml), or grant the access in a
policy that is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..requirements.check import Check, Outcome, Question
from .grants import answers, can_call, clause_place, role_place, seen_from, why
from .problem import Facts, Problem, at, called

ID = "unknown-grant"
SEVERITY = "error"


def check(facts: Facts) -> Iterator[Problem]:
    for answer in answers(facts, "unknown"):
        unread = [clause for clause in answer.proof.decision.clauses if clause.statement is None]
        place = clause_place(answer.check, unread[0]) if unread else role_place(answer.check.role)
        yield Problem(
            place,
            f"cannot tell whether {can_call(answer.check, [answer.question.action], answer.question.resource, 'can')}, "
            f"because of {'; '.join(answer.proof.reasons)}",
            why(answer.check),
            "make the policy readable: mend its document, or add its manifest to the project",
            answer.check.role.object,
            seen_from(answer.check, place),
            value=f"{answer.question.action} {answer.question.resource}",
        )
    for outcome in facts.outcomes:
        for item in outcome.checks:
            yield from _unasked(item)
        yield from _unseen(outcome)


def _unasked(item: Check) -> Iterator[Problem]:
    questions = (*item.required, *item.excess)
    unset = dict.fromkeys(name for question in questions for name in question.unset)
    if unset:
        names = ", ".join(f"${{{name}}}" for name in unset)
        given = " ".join(f"--set {name}=…" for name in unset)
        message = (
            f"cannot tell what {called(item.role.object)} can call: {names} in {item.requirement.name} has no value"
        )
        hint = f"give {given}, or a cell in checker.yaml (--cell NAME)"
        yield Problem(role_place(item.role), message, why(item), hint, item.role.object, value=names)
    for question in questions:
        if question.proof is None and not question.unset:
            yield _unaskable(item, question)
        elif question.proof is not None and question in item.excess and question.proof.verdict == "unknown":
            reasons = "; ".join(question.proof.reasons) or "a policy that cannot be read might allow it"
            reach = can_call(item, [question.action], question.resource, "can")
            message = f"cannot tell whether {reach}, which is forbidden: {reasons}"
            yield Problem(role_place(item.role), message, why(item), "make its policies readable", item.role.object)


def _unaskable(item: Check, question: Question) -> Problem:
    never = can_call(item, [question.action], question.resource, "can never")
    return Problem(
        role_place(item.role),
        f"{never}: the action is not authorized on such a resource",
        "the requirement asks for something that cannot be granted, so nothing is proven",
        f"correct the resources in {item.requirement.name}",
        item.role.object,
        value=question.resource,
    )


def _unseen(outcome: Outcome) -> Iterator[Problem]:
    for unseen in outcome.unseen:
        yield Problem(
            at(unseen.object, ("metadata", "name")),
            f"cannot tell what {called(unseen.object)} can call: the project has no Role {unseen.role}",
            f"{outcome.requirement.description} Nothing is proven here ({outcome.requirement.name})",
            "add the Role's manifest to the project, or correct the role it names",
            unseen.object,
            value=unseen.role,
        )
