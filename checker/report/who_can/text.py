"""Who can do something: a block a role, actions on the same terms in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...iam.proofs.grants import compact
from ...iam.proofs.prove import show_condition
from ...inventory.objects import called
from ...requirements.check import Outcome, RoleCheck
from ...requirements.rows import Question
from ..style.wrapping import count
from .answers import Asked, answers, identity

_MOST = 10
"""Actions of one line that are named; JSON has all."""


def lines(asked: Asked, outcomes: Sequence[tuple[str, Outcome]], unread: Sequence[str]) -> Iterator[str]:
    """Roles that surely can first, then those that may; last, how many were asked, what was not looked into."""
    rows = answers(outcomes)
    cells = {id(check): cell for cell, outcome in outcomes for check in outcome.checks}
    by_check: dict[int, tuple[RoleCheck, list[Question]]] = {}
    for check, question in rows:
        by_check.setdefault(id(check), (check, []))[1].append(question)
    for check, questions in by_check.values():
        item = check.role.object
        cell = f"{cells[id(check)]}: " if len(outcomes) > 1 else ""
        there = f" (if it is there: {item.within[0].shown})" if item.within else ""
        first, *more = _said(asked, check, questions)
        yield f"{cell}{called(item)}{there} {first}"
        yield from (f"  and {line}" for line in more)
        yield f"  used by {_by(check)}"
    every = {identity(check) for _, outcome in outcomes for check in outcome.checks}
    yield f"{len({identity(check) for check, _ in rows})} of {count(len(every), 'role')}."
    yield from (f"not looked into: {line}" for line in unread)


def _said(asked: Asked, check: RoleCheck, questions: Sequence[Question]) -> Iterator[str]:
    """What a role can do, actions on the same terms together."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for question in questions:
        alike.setdefault(_how(asked, check, question), []).append(_action(question))
    for (can, where, condition), actions in alike.items():
        named = compact(dict.fromkeys(actions))
        more = f" and {len(named) - _MOST} more" if len(named) > _MOST else ""
        what = "it" if actions == [asked.action] and not where else f"{', '.join(named[:_MOST])}{more}{where}"
        yield f"{can} {what}{condition}"


def _action(question: Question) -> str:
    return question.proof.action if question.proof is not None else question.action


def _how(asked: Asked, check: RoleCheck, question: Question) -> tuple[str, str, str]:
    """Whether the role can, where, and on what condition or why it is not certain."""
    proof = question.proof
    if proof is None or proof.verdict not in ("granted", "conditional"):
        # What is not known does not depend on an ARN, so none is named.
        return "may be able to do", "", f": {_unknown(check, question)}"
    where = f" on {proof.witness}" if proof.witness and proof.witness != asked.resource else ""
    if proof.verdict == "granted":
        return "can do", where, ""
    if not proof.conditions:
        return "may be able to do", where, f": it hangs on {_hanging(question)}"
    alternatives = (
        " and ".join(f"{'' if term.holds else 'not '}{show_condition(term.condition)}" for term in terms)
        for terms in proof.conditions
    )
    return "can do", where, f" only if {', or '.join(alternatives)}"


def _hanging(question: Question) -> str:
    """What a grant depends on, where it is no list of alternatives: conditions, variables in resources."""
    clauses = question.proof.hangs_on if question.proof is not None else ()
    reasons = [
        f"{show_condition(condition)} in {clause.policy.label}"
        for clause in clauses
        if clause.statement is not None
        for condition in clause.statement.conditions
    ]
    reasons += [
        f"{entry.text} in {clause.policy.label}"
        for clause in clauses
        if clause.statement is not None
        for entry in clause.statement.resources
        if "${" in entry.text
    ]
    return " and ".join(dict.fromkeys(reasons)) or "more than can be told apart"


def _unknown(check: RoleCheck, question: Question) -> str:
    """Why it cannot be told: what the proof says, else the policies that could not be read."""
    proof = question.proof
    if proof is not None and proof.reasons:
        return "; ".join(proof.reasons)
    unread = [
        f"{policy.label}: {policy.reason}"
        for layer in check.stack.layers
        for policy in layer.policies
        if policy.document is None and policy.reason
    ]
    return "; ".join(dict.fromkeys(unread)) or "something in its policies is not known"


def _by(check: RoleCheck) -> str:
    account = check.selected.service_account
    if check.entry.truth is False:
        return f"nobody: {check.entry.reason}" if check.entry.reason else "nobody who is known: its trust policy"
    if account is None:
        return "no service account that is known here"
    giver = check.selected.giver
    return f"{account[0]}/{account[1]}" + (f" (by {giver.kind})" if giver is not None else "")
