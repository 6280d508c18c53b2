"""Trust policies of roles: what the rules on who may assume a role share."""

from __future__ import annotations

from collections.abc import Iterator

from ...iam.decisions.statements import action_matches
from ...iam.documents.document import Principal
from ...iam.proofs.trust import WEB_IDENTITY, is_cluster, issuer_of, oidc_providers
from ...iam.values import NamedTuple
from ...inventory.names import roles_by_arn
from ...inventory.objects import Inventory, Role
from ..facts import Facts
from ..statements._statements import Written, condition_text, statements


def allowing(inventory: Inventory) -> Iterator[Written]:
    """The Allow statements of trust policies."""
    return (written for written in statements(inventory, "trust") if written.statement.effect == "Allow")


def web_identities(inventory: Inventory) -> Iterator[tuple[Written, str]]:
    """The Allow statements that let web identity tokens in, each with the ARN of the OIDC provider."""
    for written in allowing(inventory):
        if allows(written, WEB_IDENTITY):
            yield from ((written, provider) for provider in oidc_providers(written.statement))


def cluster_identities(inventory: Inventory) -> Iterator[tuple[Written, str]]:
    """Those of `web_identities` whose provider is an EKS cluster: its tokens are those of service accounts."""
    return ((written, provider) for written, provider in web_identities(inventory) if is_cluster(provider))


class NamedRole(NamedTuple):
    """A principal of a trust policy that is a role of the project. `comes_back` says whether that role trusts this one
    in turn, perhaps through others, or is this one."""

    written: Written
    principal: Principal
    role: Role
    comes_back: bool


def named_roles(facts: Facts) -> list[NamedRole]:
    """Every principal of a trust policy that is a role of the project. IAM looks them all up, those of a Deny too."""
    named = []
    trusted: dict[int, set[int]] = {}
    for written in statements(facts.project.inventory, "trust"):
        for principal in written.statement.principals:
            if principal.kind == "AWS" and ":role/" in principal.entry.text:
                for role in roles_by_arn(facts.names, principal.entry.text, written.text.owner):
                    named.append((written, principal, role))
                    trusted.setdefault(id(written.text.owner), set()).add(id(role.object))
    return [
        NamedRole(written, principal, role, _reaches(trusted, id(role.object), id(written.text.owner)))
        for written, principal, role in named
    ]


def _reaches(trusted: dict[int, set[int]], start: int, end: int) -> bool:
    seen: set[int] = set()
    pending = [start]
    while pending:
        role = pending.pop()
        if role == end:
            return True
        if role not in seen:
            seen.add(role)
            pending += trusted.get(role, ())
    return False


def allows(written: Written, action: str) -> bool:
    """Whether the statement's Action, or NotAction, takes in the action for certain."""
    listed = any(action_matches(entry.text, action.lower()) for entry in written.statement.actions)
    return listed != written.statement.not_actions


def subject_text(written: Written, provider: str) -> str:
    """What a statement says of the subject, as offending text: another pattern lets in others."""
    key = f"{issuer_of(provider)}:sub".lower()
    texts = [condition_text(item) for item in written.statement.conditions if item.key.lower() == key]
    return "; ".join(texts) or "sub"
