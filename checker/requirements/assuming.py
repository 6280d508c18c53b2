"""The trust policies of the project's roles, where a requirement speaks of assuming roles.

Whoever calls sts:AssumeRole must be let in by the trust policy; in one account it suffices that the policy names the
caller's role, whatever that role's own policies say (STS API Reference, AssumeRole; IAM User Guide, "IAM roles: Trust
policy").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..iam.decisions.policies import Attached
from ..iam.documents.holes import has_hole, with_wildcards
from ..iam.patterns.globs import arn_glob, wildcard_glob
from ..iam.patterns.language import overlap
from ..inventory.names import Names
from ..inventory.objects import Role
from .layers import PolicySource, unreadable, unsettled_trust
from .model import Requirement, fill
from .resources import Guard
from .rows import forbidden_rows, required_rows

_ASSUMING = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


def trust_guards(requirement: Requirement, names: Names) -> tuple[Guard, ...]:
    """The trust policies of all roles; nothing where the requirement asks for no role."""
    if not any(_is_asked(action) for action in _actions(requirement)):
        return ()
    by_arn: dict[str, list[Role]] = {}
    for role in names.inventory.roles:
        by_arn.setdefault(_arn(role, names), []).append(role)
    return tuple(_guard(arn, roles) for arn, roles in by_arn.items())


def _arn(role: Role, names: Names) -> str:
    """The role's ARN; what is not known of it is a wildcard. The account is that of the Namespace's annotation, else
    that of the cell (ACK runtime, `getOwnerAccountID`)."""
    around = names.inventory.namespaces.get(role.object.namespace, {})
    account = around.get("services.k8s.aws/owner-account-id") or names.account or "*"
    path_and_name = with_wildcards(f"{role.iam_path}{role.name}", role.object.holes)
    return f"arn:{names.partition or ('aws' if names.account else '*')}:iam::{account}:role{path_and_name}"


def bearing_on(
    known: tuple[Guard, ...], requirement: Requirement, caller: str, values: Mapping[str, str]
) -> Iterator[Guard]:
    """Those that bear on what a role (its ARN) is asked: of the roles that the requirement names, and of those that may
    let it in by themselves."""
    asked = {fill(text, dict(values)).text for text in _resources(requirement)} if known else set()
    for guard in known:
        is_asked = guard.arns[0] in asked or (guard.is_open and any(_meet(text, guard.arns[0]) for text in asked))
        if is_asked or _names(guard, caller):
            yield guard


def _actions(requirement: Requirement) -> Iterator[str]:
    for access in (*requirement.require, *requirement.forbid):
        yield from access.actions


def _resources(requirement: Requirement) -> Iterator[str]:
    for row in (*required_rows(requirement), *forbidden_rows(requirement)):
        if _is_asked(row.action):
            yield row.resource


def _is_asked(action: str) -> bool:
    return any(overlap(wildcard_glob(action.lower()), wildcard_glob(name)) for name in _ASSUMING)


def _names(guard: Guard, caller: str) -> bool:
    """Whether a trust policy may name a role itself, or anybody; the account delegates to the role's own policies."""
    document = guard.attached.document
    if document is None:
        return True
    session = f":assumed-role/{caller.rpartition('/')[2]}/"
    return any(
        principal.kind == "*"
        or principal.entry.text in ("*", caller)
        or session in principal.entry.text
        or has_hole(principal.entry.text, document.holes)
        for statement in document.statements
        if statement.effect == "Allow"
        for principal in statement.principals
    )


def _meet(one: str, other: str) -> bool:
    return overlap(arn_glob(one), arn_glob(other))


def _guard(arn: str, roles: list[Role]) -> Guard:
    role = roles[0]
    item, trust = role.object, role.trust
    label = f"trust policy of Role {f'{item.namespace}/' if item.namespace else ''}{item.name}"
    source = PolicySource(trust, item, trust.path if trust else ("metadata", "name"))
    why = unsettled_trust(role)
    if len({other.trust.text if other.trust else None for other in roles}) > 1:
        why = f"{len(roles)} different Roles could be meant"
    if trust is None:
        why = why or "it has none that can be read"
    document = trust.parsed.document if trust and not why else None
    if document is None and trust and not why:
        why = unreadable(trust)
    attached = Attached(label, document, why if document is None else "")
    return Guard("trust", (arn,), attached, source, is_open="*" in arn)
