"""Who may assume a role: the trust policy, asked about one caller.

Source: IAM User Guide, "IAM roles: Trust policy" (a trust policy must itself allow; an explicit Deny wins) and "AWS
JSON policy elements: Principal". What a bare `*` or NotPrincipal means for a federated caller is documented nowhere:
None.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from .conditions import Truth, all_of, any_of, negation, statement_holds
from .context import Context
from .document import Document, Statement
from .globs import arn_glob, matches
from .policies import action_matches


class Caller(NamedTuple):
    """A principal as trust policies name it; `name` is an ARN pattern for Federated, a service name for Service."""

    kind: Literal["Federated", "Service"]
    name: str


def may_assume(document: Document, caller: Caller, action: str, context: Context) -> Truth:
    """Whether the trust policy lets the caller use the action (`sts:AssumeRole…`): True, False or None (cannot
    tell).
    """

    def applies(statement: Statement) -> Truth:
        listed = any_of(action_matches(entry.text, action.lower()) for entry in statement.actions)
        named = negation(listed) if statement.not_actions else listed
        return all_of((named, _is_named(statement, caller), statement_holds(document, statement, context)))

    denied = any_of(applies(statement) for statement in document.statements if statement.effect == "Deny")
    allowed = any_of(applies(statement) for statement in document.statements if statement.effect == "Allow")
    return all_of((negation(denied), allowed))


def _is_named(statement: Statement, caller: Caller) -> Truth:
    if statement.not_principals:
        return None
    return any_of(_is_principal(kind, entry.text, caller) for kind, entry in statement.principals)


def _is_principal(kind: str, name: str, caller: Caller) -> Truth:
    if kind == "*" or name == "*":
        return None
    if kind != caller.kind:
        return False
    return matches(arn_glob(caller.name), name) if kind == "Federated" else name == caller.name
