"""What requirements say of a role before and after: required and forbidden access, and the trust it takes to use it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from ..iam.prove import Verdict
from ..inventory import Role
from ..requirements.check import Check, Question
from ..requirements.select import User, users_of
from ..requirements.trust import lets_in, way_of
from .model import Demand
from .pairs import Pair
from .sides import Side

Kind = Literal["required", "forbidden", "trust"]


class _Question(NamedTuple):
    kind: Kind
    requirement: str
    action: str
    place: object


class _Answer(NamedTuple):
    resource: str
    verdict: Verdict


def demands(pair: Pair, before: Side, after: Side) -> Iterator[Demand]:
    """The questions whose answers differ. What a new role lacks was never there to lose, and a role that goes together
    with its users is not missed."""
    old, new = _answers(pair.before, before), _answers(pair.after, after)
    for question in dict.fromkeys((*old, *new)):
        one, other = old.get(question), new.get(question)
        is_lost_with_its_users = pair.after is None and (
            question.kind == "forbidden" or not is_missed(pair.before, after)
        )
        is_new = pair.before is None and question.kind != "forbidden"
        if question.kind == "trust" and _is_only_moved(pair):
            continue
        if is_lost_with_its_users or is_new or (one and other and one.verdict == other.verdict):
            continue
        resource = (other or one or _Answer("", "unknown")).resource
        verdicts = [answer.verdict if answer else None for answer in (one, other)]
        yield Demand(question.kind, question.requirement, question.action, resource, verdicts[0], verdicts[1])


def _is_only_moved(pair: Pair) -> bool:
    """Whether the path is edited, which the controller ignores: ARNs with the old one still lead to the role."""
    return pair.before is not None and pair.after is not None and pair.before.iam_path != pair.after.iam_path


def users_on(side: Side, role: Role | None) -> list[User]:
    """The service accounts that get this role on a side."""
    return [user for user in users_of(side.facts.names) if any(item is role for item in user.roles)]


def is_missed(role: Role | None, after: Side) -> bool:
    """Whether service accounts still name a role that is gone."""
    if role is None:
        return False
    return any(
        not user.roles and user.role_named.rpartition("/")[2] == role.name for user in users_of(after.facts.names)
    )


_WORST_FIRST: tuple[Verdict, ...] = ("not-granted", "unknown", "conditional", "granted")


def _answers(role: Role | None, side: Side) -> dict[_Question, _Answer]:
    """The least favourable answer to each question about the role, over all ways in which it is used."""
    found: dict[_Question, _Answer] = {}
    checks = [check for outcome in side.facts.outcomes for check in outcome.checks if check.role is role]
    for check in checks:
        for question, answer in (*_of_requirement(check), *_of_trust(check, side)):
            known = found.get(question)
            ranks = [_WORST_FIRST.index(item.verdict) for item in (answer, known or answer)]
            is_worse = ranks[0] > ranks[1] if question.kind == "forbidden" else ranks[0] < ranks[1]
            if known is None or is_worse:
                found[question] = answer
    return found


def _of_requirement(check: Check) -> Iterator[tuple[_Question, _Answer]]:
    asked: list[tuple[Kind, Question]] = [("required", item) for item in check.required]
    asked += [("forbidden", item) for item in check.excess]
    for kind, item in asked:
        verdict: Verdict = item.proof.verdict if item.proof else "unknown"
        yield _Question(kind, check.requirement.name, item.action, item.path), _Answer(item.resource, verdict)


_VERDICTS: dict[bool | None, Verdict] = {True: "granted", False: "not-granted", None: "unknown"}


def _of_trust(check: Check, side: Side) -> Iterator[tuple[_Question, _Answer]]:
    document = check.role.trust.parsed.document if check.role.trust else None
    for user in users_on(side, check.role):
        way = way_of(user.giver)
        account = f"{user.namespace}/{user.name}"
        truth = lets_in(document, way, account, side.facts.parameters).truth if document and way else None
        question = _Question("trust", check.requirement.name, "sts:AssumeRole", account)
        yield question, _Answer(account, _VERDICTS[truth])
