"""What the policies of tables and keys give a role, or take from it, when they differ between the sides."""

from __future__ import annotations

from ..iam.decisions.policies import Layer
from ..iam.decisions.principals import Caller, account_of
from ..iam.documents.document import Document
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
    both = {arn: Changed(arn, old.get(arn), new.get(arn)) for arn in (*old, *new)}
    return tuple(item for item in both.values() if _said(item.before) != _said(item.after))


def _guards(side: Side) -> dict[str, Guard]:
    inventory = side.facts.project.inventory
    owners = [table.object for table in inventory.tables] + [key.object for key in inventory.keys]
    given = guards(inventory, owners[0], side.facts.parameters) if owners else ()
    return {guard.arns[0]: guard for guard in given}


def _said(guard: Guard | None) -> tuple[Document | None, str] | None:
    return (guard.attached.document, guard.attached.reason) if guard is not None else None


def compare_guarded(role: Role, side: Side, layers: tuple[Layer, ...], changed: tuple[Changed, ...]) -> Comparison:
    """What the changes make of a role's access to these resources; `layers` are the role's own, as they are now."""
    arn = arn_of_role(side.facts.names, role)
    if not arn:
        names = ", ".join(item.arn for item in changed[:3])
        unknown = (f"what the policy of {names} gives it: the role's account is not known",) if changed else ()
        return Comparison((), (), unknown)
    caller = Caller("role", arn)
    parts = [
        compare(_with(layers, item.before), _with(layers, item.after), caller=caller, resource=resource)
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


def _with(layers: tuple[Layer, ...], guard: Guard | None) -> tuple[Layer, ...]:
    return (*layers, Layer(guard.layer, (guard.attached,))) if guard is not None else layers


def _concerns(guard: Guard | None, arn: str) -> bool:
    """Whether a policy may be about a role. What hands the decision to the account leaves it to the role's own
    policies, but of a key nobody is let in without that."""
    document = guard.attached.document if guard is not None else None
    if guard is None or document is None or guard.layer == "key":
        return guard is not None
    return any(
        statement.not_principals
        or (statement.effect == "Deny" and _is_of_account(principal.entry.text, arn))
        or principal.kind == "*"
        or principal.entry.text in ("*", arn)
        for statement in document.statements
        for principal in statement.principals
    )


def _is_of_account(text: str, arn: str) -> bool:
    account = account_of(arn)
    return text == account or text.endswith(f":iam::{account}:root")
