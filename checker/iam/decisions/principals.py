"""Who makes a request, and how a policy names them.

Source: IAM User Guide, "AWS JSON policy elements: Principal" and "Policy evaluation logic", section "Evaluating
identity-based policies with resource-based policies": what a resource-based policy grants depends on how it names the
principal. The account (`arn:aws:iam::ACCOUNT:root`, or its 12 digits) only hands the decision to that account; a role
ARN names the role's sessions and leaves them bounded; a session ARN names one session; `*` names everyone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, get_args

from ..documents.context import Context
from ..documents.document import Principal, Statement
from ..documents.operators import split_operator
from ..expressions import expression
from ..patterns.globs import arn_glob, matches
from ..values import NamedTuple
from .conditions import Truth, any_of

CallerKind = Literal["role", "user", "root", "Federated", "Service"]
_KINDS: tuple[str, ...] = get_args(CallerKind)
Naming = Literal["account", "role", "session", "user", "anyone-by-arn", "anyone", "outsider"]
"""How a statement names a caller; "outsider" stands for federated identities and services, in trust policies."""

_ACCOUNT = expression(r"(?:arn:[^:]*:iam::)?(\d{12})(?::root)?")
_UNIQUE_ID = expression(r"A[A-Z]{3}[A-Z0-9]{12,}")


class Caller(NamedTuple):
    """The principal of a request.

    `arn` is the role's ARN for sessions of a role, the user's for users; an identity provider's ARN pattern or a
    service name for those who come from outside. `session` is the ARN of the role session (`arn:…:sts::…:assumed-
    role/ROLE/SESSION`), or "" where it is not known.
    """

    kind: CallerKind
    arn: str
    session: str = ""

    @property
    def account(self) -> str:
        """The caller's account, 12 digits; "" for services, and where the ARN has none."""
        return account_of(self.arn)

    @property
    def has_policies(self) -> bool:
        """Whether identity policies and boundaries of an account can bear on the caller."""
        return self.kind not in ("Federated", "Service")


_TYPES = {"role": "AssumedRole", "user": "User", "root": "Account"}


def known_of(caller: Caller | None, context: Context) -> Context:
    """The context with the keys that follow from the caller, where it lacks them: these are never absent, and
    aws:PrincipalArn of a session is the role's ARN (IAM User Guide, "AWS global condition context keys")."""
    if caller is None:
        return context
    if caller.kind not in _KINDS:
        raise ValueError(f"there is no caller {caller.kind!r}; there is {', '.join(_KINDS)}")
    if caller.kind not in _TYPES or "*" in caller.arn:
        return context
    principal_keys = {"aws:principalarn": caller.arn, "aws:principaltype": _TYPES[caller.kind]}
    principal_keys |= {"aws:principalaccount": caller.account} if caller.account else {}
    missing = {key: (value,) for key, value in principal_keys.items() if value and not context.values.get(key)}
    return context._replace(values={**context.values, **missing}) if missing else context


@lru_cache(maxsize=4096)
def account_of(arn: str) -> str:
    """The account in an ARN or ARN pattern, if it is 12 digits; else ""."""
    fields = arn.split(":", 5)
    return fields[4] if len(fields) == 6 and len(fields[4]) == 12 and fields[4].isdigit() else ""


def namings(statement: Statement, caller: Caller | None) -> Iterator[tuple[Naming, Truth]]:
    """The ways in which the Principal of a statement names the caller, each with whether it does (False only of
    NotPrincipal).

    Without a caller, all that is known is that it is a role or user of some account. Allow with NotPrincipal is
    not supported by AWS: it might name anyone.
    """
    if statement.not_principals:
        yield "user", (None if statement.effect == "Allow" else _beyond_the_listed(statement, caller))
        return
    seen: dict[Naming, list[Truth]] = {}
    for principal in statement.principals:
        naming, truth = _naming(principal, statement, caller)
        if truth is not False:
            seen.setdefault(naming, []).append(truth)
    for naming, truths in seen.items():
        yield naming, any_of(truths)


def _naming(principal: Principal, statement: Statement, caller: Caller | None) -> tuple[Naming, Truth]:
    kind, name = principal.kind, principal.entry.text
    if name == "*" and kind in ("*", "AWS"):
        # What a bare star in a trust policy means for a federated caller is documented nowhere.
        open_to = None if caller is not None and not caller.has_policies else True
        return ("anyone-by-arn" if _asks_for_the_arn(statement) else "anyone"), open_to
    if kind in ("Federated", "Service"):
        if caller is None or caller.kind != kind:
            return "outsider", False
        return "outsider", matches(arn_glob(caller.arn), name) if kind == "Federated" else name == caller.arn
    if kind != "AWS" or (caller is not None and not caller.has_policies):
        return "user", False
    account = _ACCOUNT.fullmatch(name)
    if caller is None:
        return ("account" if account else "role" if ":role/" in name else "user"), None
    if account is not None:
        return "account", account[1] == caller.account if caller.account else None
    if _UNIQUE_ID.fullmatch(name):
        # The unique id of a role or user, which an ARN turns into when the principal is deleted.
        return "user", None
    if name == caller.arn:
        return ("role" if caller.kind == "role" else "user"), True
    if ":assumed-role/" in name and caller.kind == "role":
        if caller.session:
            return "session", name == caller.session
        if account_of(name) and caller.account and account_of(name) != caller.account:
            return "session", False
        return "session", None if name.split("/")[1:2] == [caller.arn.rpartition("/")[2]] else False
    return "user", False


def _asks_for_the_arn(statement: Statement) -> bool:
    """Whether a condition narrows the star to certain ARNs: one that holds for an absent or another ARN does not."""
    for item in statement.conditions:
        operator = split_operator(item.operator) if item.key.lower() == "aws:principalarn" else None
        if operator is None or operator.family != "text":
            continue
        if not (operator.negated or operator.if_exists or operator.sets == "forallvalues"):
            return True
    return False


def _beyond_the_listed(statement: Statement, caller: Caller | None) -> Truth:
    """Whether Deny with NotPrincipal hits the caller: unless the session, the role and the account are all listed AWS
    says that the caller may be denied (IAM User Guide, "Specifying NotPrincipal with Deny")."""
    if caller is None:
        return None
    listed = {naming for item in statement.principals for naming, truth in [_naming(item, statement, caller)] if truth}
    if "anyone" in listed or "anyone-by-arn" in listed or "outsider" in listed:
        return False
    needed = {"role": {"session", "role", "account"}, "root": {"account"}}.get(caller.kind, {"user", "account"})
    if needed <= listed:
        return False
    return None if listed else True
