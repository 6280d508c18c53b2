"""Lets the service account in that runs the reverse proxy: one more subject or audience in the statement of its
cluster, else a statement of its own. Nobody who is let in now is shut out.

Source: EKS User Guide, "IAM roles for service accounts" and "EKS Pod Identity" (trust policies of both).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...engine import Finding
from ...iam.document import Statement
from ...iam.partitions import partition_of
from ...iam.trust import WEB_IDENTITY, issuer_of, oidc_providers
from ...inventory import Object, PolicyText, Role
from ...requirements.trust import Way, lets_in, way_of
from ...rules import misdirected_annotation
from ...rules.oversized_policy import TRUST, counted
from ...rules.problem import inside
from ...rules.untrusted_service_account import refused
from .. import patch
from ..patch import Patch
from ..plan import Candidates, NoPlan, Plan, Survey
from ..simulate import edited

RULES = ("untrusted-service-account",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """Candidates for each way in which the service account may get the role."""
    for item in refused(survey.facts):
        role, account = item.role, item.service_account
        if role.object is not finding.subject or account != finding.value:
            continue
        if item.giver is not None and _is_misdirected(survey, item.giver):
            yield NoPlan("the service account's annotation names the wrong role; that is what is to be mended")
            continue
        text = role.trust
        if text is None or text.parsed.document is None:
            yield NoPlan("the trust policy has to be readable first")
            continue
        for way in _likely_first(item.ways, role, item.giver):
            yield from _through(survey, text, account, way)


def _is_misdirected(survey: Survey, giver: Object) -> bool:
    return any(problem.subject is giver for problem in misdirected_annotation.check(survey.facts))


def _likely_first(ways: tuple[Way, ...], role: Role, giver: Object | None) -> list[Way]:
    """The way that the role's trust policy speaks of already comes first; one that is known is the only one."""
    given = way_of(giver) if giver is not None else None
    speaks_of_pods = "pods.eks.amazonaws.com" in (role.trust.text or "" if role.trust else "")
    found = [given] if given else list(ways)
    return sorted(found, key=lambda way: (way == "pod-identity") != speaks_of_pods)


def _through(survey: Survey, text: PolicyText, account: str, way: Way) -> Candidates:
    values = survey.facts.parameters
    issuer = values.get("oidcIssuer", "").removeprefix("https://").rstrip("/")
    attempts = _pods(text) if way == "pod-identity" else _web_identity(text, account, issuer, values)
    for title, why, patches in attempts:
        after = edited(text, patches)
        if (
            after is None
            or lets_in(after, way, account, {"oidcIssuer": issuer or _only_issuer(text), **values}).truth is not True
        ):
            continue
        size = counted(text.text or "") + sum(counted(json.dumps(item.value)) for item in patches)
        if size > TRUST:
            yield NoPlan(f"the trust policy would have {size:,} characters, and AWS takes {TRUST:,}")
            continue
        yield Plan(title, why, tuple(patches))
    if way == "irsa" and not (issuer and values.get("account")):
        yield NoPlan("oidcIssuer and account of the cell are needed to write a statement; give them with --set")
    else:
        yield NoPlan("something else in the trust policy shuts it out (a Deny, or a further condition)")


def _web_identity(
    text: PolicyText, account: str, issuer: str, values: Mapping[str, str]
) -> Iterator[tuple[str, str, list[Patch]]]:
    subject = f"system:serviceaccount:{account.replace('/', ':')}"
    due = {"sub": subject, "aud": "sts.amazonaws.com"}
    for statement in text.parsed.document.statements if text.parsed.document else ():
        if statement.effect != "Allow" or not _is_of(statement, issuer):
            continue
        short = [
            (item, due[item.key.rpartition(":")[2].lower()])
            for item in statement.conditions
            if item.key.rpartition(":")[2].lower() in due and item.operator.lower() in ("stringequals", "stringlike")
            if due[item.key.rpartition(":")[2].lower()] not in item.values
        ]
        named = {value for item in statement.conditions if item.key.lower().endswith(":sub") for value in item.values}
        for wanted in ("sub", "aud"):
            chosen = [(item, value) for item, value in short if value == due[wanted]]
            # Another audience would let in everybody that the statement names, with a token they could not use before.
            if chosen and (wanted == "sub" or named == {subject}):
                names = " and ".join(value for _, value in chosen)
                patches = [patch.append(inside(text, item.path), value) for item, value in chosen]
                yield (
                    f"let {names} in",
                    "the statement is about this cluster already, and keeps those it names",
                    patches,
                )
    if issuer and values.get("account"):
        partition = partition_of(values.get("region", "")) or "aws"
        made = {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:{partition}:iam::{values['account']}:oidc-provider/{issuer}"},
            "Action": WEB_IDENTITY,
            "Condition": {"StringEquals": {f"{issuer}:{claim}": value for claim, value in sorted(due.items())}},
        }
        yield f"add a statement that lets {subject} in", "no statement is about this cluster", [_statement(text, made)]


def _pods(text: PolicyText) -> Iterator[tuple[str, str, list[Patch]]]:
    made = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    yield "add a statement that lets EKS Pod Identity in", "no statement does", [_statement(text, made)]


def _statement(text: PolicyText, made: dict[str, Any]) -> Patch:
    return patch.append(inside(text, ("Statement",)), made)


def _is_of(statement: Statement, issuer: str) -> bool:
    listed = [issuer_of(provider) for provider in oidc_providers(statement)]
    return bool(listed) and (not issuer or issuer in listed)


def _only_issuer(text: PolicyText) -> str:
    statements = text.parsed.document.statements if text.parsed.document else ()
    found = {issuer_of(provider) for statement in statements for provider in oidc_providers(statement)}
    return found.pop() if len(found) == 1 else ""
