"""The answers that requirements get about a role on one side: required and forbidden access, trust to use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..iam.proofs.prove import Verdict
from ..iam.values import NamedTuple
from ..inventory.objects import Role
from ..requirements.check import RoleCheck
from ..requirements.rows import Question
from ..requirements.ways import lets_in, way_of
from .model import Demand, Kind
from .sides import Side


class DemandKey(NamedTuple):
    """What is asked; `place` tells questions on one action apart: the entry of the requirement, or the account."""

    kind: Kind
    requirement: str
    action: str
    place: object


class DemandAnswer(NamedTuple):
    """The resource that was asked about, and the verdict."""

    resource: str
    verdict: Verdict


Answers = Mapping[DemandKey, DemandAnswer]


def answers(role: Role | None, side: Side) -> dict[DemandKey, DemandAnswer]:
    """The least favourable answer to each question about the role, over all ways in which it is used."""
    worst: dict[DemandKey, DemandAnswer] = {}
    for check in side.checks_of(role):
        for question, answer in (*_of_requirement(check), *_of_trust(check, side)):
            known = worst.get(question)
            if known is None or _is_worse(question.kind, known.verdict, answer.verdict):
                worst[question] = answer
    return worst


def compared(old: Answers, new: Answers) -> Iterator[Demand]:
    """The questions whose answers differ."""
    for question in dict.fromkeys((*old, *new)):
        was, now = old.get(question), new.get(question)
        known = now or was
        if known is not None and (was is None or now is None or was.verdict != now.verdict):
            verdicts = [answer.verdict if answer else None for answer in (was, now)]
            yield Demand(
                kind=question.kind,
                requirement=question.requirement,
                action=question.action,
                resource=known.resource,
                before=verdicts[0],
                after=verdicts[1],
            )


def _is_worse(kind: Kind, one: Verdict, other: Verdict) -> bool:
    return Demand(kind=kind, requirement="", action="", resource="", before=one, after=other).is_worse


def _of_requirement(check: RoleCheck) -> Iterator[tuple[DemandKey, DemandAnswer]]:
    asked: list[tuple[Kind, Question]] = [("required", item) for item in check.required]
    asked += [("forbidden", item) for item in check.excess]
    for kind, item in asked:
        verdict: Verdict = item.proof.verdict if item.proof else "unknown"
        yield DemandKey(kind, check.requirement.name, item.action, item.path), DemandAnswer(item.resource, verdict)


_VERDICTS: dict[bool | None, Verdict] = {True: "granted", False: "not-granted", None: "unknown"}


def _of_trust(check: RoleCheck, side: Side) -> Iterator[tuple[DemandKey, DemandAnswer]]:
    document = check.role.trust.parsed.document if check.role.trust else None
    for user in side.users_of(check.role):
        way = way_of(user.giver)
        account = f"{user.namespace}/{user.name}"
        truth = (
            lets_in(document, way, account, side.facts.parameters, user.giver, user.hop).truth
            if document and way
            else None
        )
        yield (
            DemandKey("trust", check.requirement.name, "sts:AssumeRole", account),
            DemandAnswer(account, _VERDICTS[truth]),
        )
