"""What requirements say of a role before and after."""

from __future__ import annotations

from collections.abc import Iterator

from ..iam.patterns.globs import arn_glob, matches
from ..iam.proofs.grants import Change, Comparison
from ..requirements.rows import Question
from .answers import answers, compared
from .consumers import accounts_on
from .model import Demand, Kind
from .pairs import Pair
from .sides import Side
from .trust import TrustChange


def demands(pair: Pair, before: Side, after: Side, access: Comparison, trust: TrustChange) -> Iterator[Demand]:
    """The questions about the role whose answers differ, or have got worse without another verdict.

    What a new role lacks was never there to lose. A role that goes is missed if somebody still names it, or
    if nobody is known to work with it: somebody unknown may.
    """
    reported: set[tuple[Kind, str, str]] = set()
    for demand in compared(answers(pair.before, before), answers(pair.after, after)):
        if demand.kind == "trust" and (demand.before is None or demand.after is None):
            continue  # the service account came or went, or works with another role: see `consumers`
        if pair.before is None and demand.kind != "forbidden":
            continue
        if pair.after is None and (demand.kind == "forbidden" or not _is_missed(pair, before, after)):
            continue
        reported.add((demand.kind, demand.requirement, demand.action))
        yield demand
    if pair.after is not None:
        worsened = [
            *_changed(pair, before, after, access),
            *_shut_out(pair, before, after, trust),
            *_deleted(pair, before),
        ]
        yield from (item for item in worsened if (item.kind, item.requirement, item.action) not in reported)


def _is_missed(pair: Pair, before: Side, after: Side) -> bool:
    users = before.users_of(pair.before)
    still = {
        (user.giver.kind, user.namespace, user.name, after.file_of(user.giver.origin.file), user.role_named)
        for user in after.users
    }
    return not users or any(
        (user.giver.kind, user.namespace, user.name, before.file_of(user.giver.origin.file), user.role_named) in still
        for user in users
    )


def _changed(pair: Pair, before: Side, after: Side, access: Comparison) -> Iterator[Demand]:
    """Required access that is lost, and forbidden access that is gained, in part: on some ARN, in some request."""
    for check in before.checks_of(pair.before):
        yield from _met("required", check.requirement.name, check.required, access.lost)
    for check in after.checks_of(pair.after):
        yield from _met("forbidden", check.requirement.name, check.excess, access.gained)


def _met(kind: Kind, requirement: str, asked: tuple[Question, ...], changes: tuple[Change, ...]) -> Iterator[Demand]:
    for question in asked:
        for change in changes:
            is_meant = bool(question.unset) or matches(arn_glob(question.resource), change.witness)
            if question.action in change.actions and is_meant:
                verdict = question.proof.verdict if question.proof else "unknown"
                yield Demand(
                    kind=kind,
                    requirement=requirement,
                    action=question.action,
                    resource=question.resource,
                    before=verdict,
                    after=verdict,
                    witness=change.witness,
                )
                break


def _shut_out(pair: Pair, before: Side, after: Side, trust: TrustChange) -> Iterator[Demand]:
    """Callers that can no longer assume a role which a requirement selects; not those that are gone themselves, or that
    the way they now take lets in."""
    fine = {"/".join(account) for account in accounts_on(before) - accounts_on(after)}
    for question, answer in answers(pair.after, after).items():
        if question.kind == "trust" and answer.verdict == "granted":
            fine.add(answer.resource)
    for check in before.checks_of(pair.before)[:1]:
        for who in trust.shut_out:
            if who.partition(" ")[0] not in fine:
                yield Demand(
                    kind="trust",
                    requirement=check.requirement.name,
                    action="sts:AssumeRole",
                    resource=who,
                    before="granted",
                    after="not-granted",
                )


def _deleted(pair: Pair, before: Side) -> Iterator[Demand]:
    """Required access of a role that another object takes over: deleting the first object deletes the role."""
    old, new = pair.before, pair.after
    if old is None or new is None or old.object.name == new.object.name or old.name.lower() != new.name.lower():
        return
    for check in before.checks_of(old):
        for item in check.required:
            if item.proof and item.proof.verdict == "granted":
                yield Demand(
                    kind="required",
                    requirement=check.requirement.name,
                    action=item.action,
                    resource=item.resource,
                    before="granted",
                    after="unknown",
                )
