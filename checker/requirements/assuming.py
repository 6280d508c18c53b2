"""The trust policies of the project's roles, where a requirement speaks of assuming roles.

Whoever calls sts:AssumeRole must be let in by the trust policy; in one account it suffices that the policy names the
caller's role, whatever that role's own policies say (STS API Reference, AssumeRole; IAM User Guide, "IAM roles: Trust
policy").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..iam.decisions.policies import Attached
from ..iam.documents.holes import has_hole
from ..iam.patterns.globs import wildcard_glob
from ..iam.patterns.language import overlap
from ..inventory.names import Names, arn_of_role
from ..inventory.objects import Role
from .layers import PolicySource, unreadable, unsettled_trust
from .model import Requirement, fill
from .resources import Guard
from .rows import forbidden_rows, required_rows

_ASSUMING = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


def trust_guards(requirement: Requirement, names: Names) -> tuple[Guard, ...]:
    """The trust policies of all roles whose ARNs are known; nothing where the requirement asks for no role."""
    if not names.account or not any(_is_asked(action) for action in _actions(requirement)):
        return ()
    by_arn: dict[str, list[Role]] = {}
    for role in names.inventory.roles:
        if not has_hole(f"{role.iam_path}{role.name}", role.object.holes):
            by_arn.setdefault(arn_of_role(names, role), []).append(role)
    return tuple(_guard(arn, roles) for arn, roles in by_arn.items())


def bearing_on(
    known: tuple[Guard, ...], requirement: Requirement, caller: str, values: Mapping[str, str]
) -> Iterator[Guard]:
    """Those that bear on what a role (its ARN) is asked: of the roles that the requirement names, and of those that may
    let it in by themselves."""
    asked = {fill(text, dict(values)).text for text in _resources(requirement)} if known else set()
    for guard in known:
        if guard.arns[0] in asked or _names(guard, caller):
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
    """Whether a trust policy names a role itself, or anybody; the account delegates to the role's own policies."""
    document = guard.attached.document
    if document is None:
        return False
    for statement in document.statements if caller else ():
        for principal in statement.principals:
            if statement.effect == "Allow" and (principal.kind == "*" or principal.entry.text in ("*", caller)):
                return True
    return False


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
    return Guard("trust", (arn,), Attached(label, document, why if document is None else ""), source)
