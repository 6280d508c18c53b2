"""What the policies of tables and keys give a role, or take from it, when they differ between the sides."""

from __future__ import annotations

from ..iam.decisions.policies import Layer
from ..iam.decisions.principals import Caller, account_of
from ..iam.proofs.grants import Comparison, compare
from ..iam.values import NamedTuple
from ..inventory.names import arn_of_role
from ..inventory.objects import Role
from ..requirements.resources import Guard, guards
from .sides import Side


class Changed(NamedTuple):
    """The policy of one resource (its ARN) on both sides; None where there is none."""

    arn: str
    before: Guard | None
    after: Guard | None


def changed_guards(before: Side, after: Side) -> tuple[Changed, ...]:
    """The policies of tables and keys that are not the same on both sides."""
    old, new = _guards(before), _guards(after)
    both = {key: Changed(key[0], old.get(key), new.get(key)) for key in (*old, *new)}
    return tuple(item for item in both.values() if _said(item.before) != _said(item.after))


def _guards(side: Side) -> dict[tuple[str, str], Guard]:
    """Each policy by the resource (its ARN) and the object that it stands at. Several objects of one resource are
    compared one by one: which of them a role means, by its place, is left open here."""
    inventory = side.facts.project.inventory
    tables = (
        guard
        for table in inventory.tables
        for guard in guards(inventory._replace(tables=(table,), keys=()), table.object, side.facts.parameters)
    )
    plain = inventory._replace(tables=())
    keys = guards(plain, plain.keys[0].object, side.facts.parameters) if plain.keys else ()
    by_place: dict[tuple[str, str], Guard] = {}
    for guard in (*tables, *keys):
        item = guard.source.owner
        place = f"{item.namespace}/{item.name}"
        place += f" {side.file_of(item.origin.file)}" if (guard.arns[0], place) in by_place else ""
        by_place[guard.arns[0], place] = guard
    return by_place


def _said(guard: Guard | None) -> tuple[object, ...] | None:
    if guard is None:
        return None
    text = guard.source.text
    return guard.attached.document, guard.attached.reason, text.text if text is not None else None


def compare_guarded(role: Role, side: Side, layers: tuple[Layer, ...], changed: tuple[Changed, ...]) -> Comparison:
    """What the changes make of a role's access to these resources; `layers` are the role's own, as they are now."""
    arn = arn_of_role(side.facts.names, role)
    if not arn:
        names = ", ".join(item.arn for item in changed[:3])
        unknown = (f"what the policy of {names} gives it: the role's account is not known",) if changed else ()
        return Comparison((), (), unknown)
    caller = Caller("role", arn)
    parts = [
        _told(item, compare(_with(layers, item.before), _with(layers, item.after), caller=caller, resource=resource))
        for item in changed
        if _concerns(item.before, arn) or _concerns(item.after, arn)
        for guard in (item.after or item.before,)
        for resource in (guard.arns if guard is not None else ())
    ]
    return Comparison(
        tuple(change for part in parts for change in part.gained),
        tuple(change for part in parts for change in part.lost),
        tuple(dict.fromkeys(text for part in parts for text in part.unclear)),
    )


def _told(item: Changed, part: Comparison) -> Comparison:
    """What cannot be told is one thing, not one for each action."""
    guard = item.after or item.before
    label = guard.attached.label if guard is not None else "policy"
    return part._replace(unclear=(f"what the {label} gives it on {item.arn}, or takes",) if part.unclear else ())


def _with(layers: tuple[Layer, ...], guard: Guard | None) -> tuple[Layer, ...]:
    return (*layers, Layer(guard.layer, (guard.attached,))) if guard is not None else layers


def _concerns(guard: Guard | None, arn: str) -> bool:
    """Whether a policy may be about a role. What hands the decision to the account leaves it to the role's own
    policies, but of a key nobody is let in without that."""
    document = guard.attached.document if guard is not None else None
    if guard is None or document is None or guard.layer == "key":
        return guard is not None
    account, name = account_of(arn), arn.rpartition("/")[2]
    crosses = account_of(guard.arns[0]) != account
    return any(
        statement.not_principals
        or ((crosses or statement.effect == "Deny") and _is_of_account(principal.entry.text, account))
        or principal.kind == "*"
        or principal.entry.text in ("*", arn)
        or f":assumed-role/{name}/" in principal.entry.text
        or "${" in principal.entry.text
        for statement in document.statements
        for principal in statement.principals
    )


def _is_of_account(text: str, account: str) -> bool:
    return text == account or text.endswith(f":iam::{account}:root")
