"""A service account whose annotation names a role it was not meant for.

What it does
    Compares eks.amazonaws.com/role-arn with the cell (account, partition) and
    with the project: a role of the project that trusts this very service
    account, while the annotation names another one.

Why it matters
    The pod asks STS for a role that does not exist there or does not trust
    it, and gets no credentials.

Example
        annotations:
          eks.amazonaws.com/role-arn: arn:aws:iam::444455556666:role/acme-reverse-proxy

Use instead
        annotations:
          eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/acme-reverse-proxy

Source
    EKS User Guide, "Assign IAM roles to Kubernetes service accounts";
    amazon-eks-pod-identity-webhook, README (the annotation).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...ack.kinds import ROLE_ARN_ANNOTATION
from ...findings.place import at
from ...findings.problem import Problem, Related
from ...iam.arns import Arn, parse_arn
from ...iam.documents.regions import partition_of
from ...inventory.names import roles_by_arn
from ...inventory.objects import Association, Role, ServiceAccount, altered, called
from ..facts import Facts
from ..rule import About

ABOUT = About("misdirected-annotation", "error", asks_the_cell=True)


def check_project(facts: Facts) -> Iterator[Problem]:
    trusted, roles_by_name = _by_subject(facts), _by_name(facts)
    for account in facts.project.inventory.service_accounts:
        named = parse_arn(account.role_arn or "")
        if named is not None:
            yield from _judge(facts, account, named, trusted)
    for association in facts.project.inventory.associations:
        arn = association.hop_arn or (None if association.hop_ref else association.role_arn)
        yield from _of_association(facts, association, arn, roles_by_name) if arn else ()


def _of_association(
    facts: Facts, association: Association, arn: str, named_so: Mapping[str, list[Role]]
) -> Iterator[Problem]:
    """An association's roleARN has to be of the cluster's account, and whole: with the role's path."""
    named, here = parse_arn(arn), facts.parameters.get("account", "")
    if named is None:
        return
    hint = ""
    if here and named.account.isdigit() and named.account != here:
        wrong, hint = f"names a role of account {named.account}, the cell is in {here}", f"write {here} for the account"
    elif not roles_by_arn(facts.names, arn, association.object):
        name = named.resource.rpartition("/")[2]
        meant = named_so.get(name, [])
        if len(meant) == 1:
            whole = f"role{meant[0].iam_path}{name}"
            wrong, hint = f"names {named.resource}, and the role of that name is {whole}", f"write …:{whole}"
    if hint:
        item = association.object
        why = "the pod asks for a role that it does not get, so it has no credentials"
        yield Problem(at(item, ("spec", "roleARN")), f"{called(item)} {wrong}", why, hint, item, value=arn)


def _judge(facts: Facts, account: ServiceAccount, named: Arn, trusted: Mapping[str, list[Role]]) -> Iterator[Problem]:
    here, partition = facts.parameters.get("account", ""), partition_of(facts.parameters.get("region", ""))
    wrong: list[tuple[str, str]] = []
    if here and named.account.isdigit() and named.account != here:
        wrong.append(
            (f"names a role of account {named.account}, the cell is in {here}", f"write {here} for the account")
        )
    if partition and named.partition != partition:
        wrong.append((f"names the partition {named.partition}, the cell is in {partition}", f"write arn:{partition}:…"))
    meant = None if wrong else _trusting(facts, account, trusted)
    if meant is not None:
        wrong.append(
            (
                f"names {named.resource}, and the role that trusts it is role{meant.iam_path}{meant.name}",
                f"write …:role{meant.iam_path}{meant.name}",
            )
        )
    for message, hint in wrong:
        seen = (Related(at(meant.object, ("spec", "name")), f"{called(meant.object)}"),) if meant else ()
        yield Problem(
            place=at(account.object, ("metadata", "annotations", ROLE_ARN_ANNOTATION)),
            message=f"{called(account.object)} {message}",
            why="the pod asks for a role that it does not get, so it has no credentials",
            help=hint,
            subject=account.object,
            related=seen,
            value=account.role_arn or "",
        )


def trusting(facts: Facts) -> Iterator[tuple[ServiceAccount, Role]]:
    """The service accounts whose annotation names another role than the only one that trusts them, and that role."""
    trusted = _by_subject(facts)
    for account in facts.project.inventory.service_accounts:
        role = _trusting(facts, account, trusted) if account.role_arn else None
        if role is not None:
            yield account, role


def _trusting(facts: Facts, account: ServiceAccount, trusted: Mapping[str, list[Role]]) -> Role | None:
    """The only role of the project whose trust policy names this service account, if the annotation names another
    one."""
    item = account.object
    if altered(item, "content", "name", "namespace"):
        return None
    subject = f"system:serviceaccount:{item.namespace}:{item.name}"
    candidates = trusted.get(subject, []) if item.namespace else []
    meant = roles_by_arn(facts.names, account.role_arn or "", item)
    if len(candidates) != 1 or any(role is candidates[0] for role in meant):
        return None
    return candidates[0]


def _by_subject(facts: Facts) -> dict[str, list[Role]]:
    """The roles by the subjects that their trust policies name."""
    roles: dict[str, list[Role]] = {}
    for role in facts.project.inventory.roles:
        for subject in dict.fromkeys(_subjects(role)):
            roles.setdefault(subject, []).append(role)
    return roles


def _subjects(role: Role) -> Iterator[str]:
    document = role.trust.parsed.document if role.trust else None
    for statement in document.statements if document else ():
        for condition in statement.conditions if statement.effect == "Allow" else ():
            if condition.key.lower().endswith(":sub"):
                yield from condition.values


def _by_name(facts: Facts) -> dict[str, list[Role]]:
    roles: dict[str, list[Role]] = {}
    for role in facts.project.inventory.roles:
        roles.setdefault(role.name, []).append(role)
    return roles
