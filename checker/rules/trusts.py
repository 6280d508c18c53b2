"""Trust policies of roles: what the rules on who may assume a role share."""

from __future__ import annotations

from collections.abc import Iterator

from ..iam.document import Principal
from ..iam.statements import action_matches
from ..iam.trust import WEB_IDENTITY, is_cluster, issuer_of, oidc_providers
from ..inventory import Role
from ..resolution import roles_by_arn
from .problem import Facts
from .statements import Written, condition_text, statements


def allowing(facts: Facts) -> Iterator[Written]:
    """The Allow statements of trust policies."""
    return (written for written in statements(facts, "trust") if written.statement.effect == "Allow")


def web_identities(facts: Facts) -> Iterator[tuple[Written, str]]:
    """The Allow statements that let web identity tokens in, each with the ARN of the OIDC provider."""
    for written in allowing(facts):
        if allows(written, WEB_IDENTITY):
            yield from ((written, provider) for provider in oidc_providers(written.statement))


def cluster_identities(facts: Facts) -> Iterator[tuple[Written, str]]:
    """The same for EKS clusters alone, whose tokens are those of service accounts."""
    return ((written, provider) for written, provider in web_identities(facts) if is_cluster(provider))


def named_roles(facts: Facts) -> Iterator[tuple[Written, Principal, Role]]:
    """The principals of trust policies that are roles of the project, each with that role. IAM looks up all of them,
    those of a Deny too."""
    for written in statements(facts, "trust"):
        for principal in written.statement.principals:
            if principal.kind == "AWS" and ":role/" in principal.entry.text:
                for role in roles_by_arn(facts.names, principal.entry.text, written.text.owner):
                    yield written, principal, role


def allows(written: Written, action: str) -> bool:
    """Whether the statement's Action, or NotAction, takes in the action for certain."""
    listed = any(action_matches(entry.text, action.lower()) for entry in written.statement.actions)
    return listed != written.statement.not_actions


def subject_text(written: Written, provider: str) -> str:
    """What a statement says of the subject, as offending text: another pattern lets in others."""
    key = f"{issuer_of(provider)}:sub".lower()
    said = [condition_text(item) for item in written.statement.conditions if item.key.lower() == key]
    return "; ".join(said) or "sub"
