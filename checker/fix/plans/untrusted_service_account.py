"""Lets in the service account that runs the reverse proxy. Its subject, audience or tag goes into the statement of its
cluster: in place of an entry that can serve nobody, else beside the entries there. Failing that, a statement is added,
with the conditions of those it stands beside. Nobody who is let in now is shut out.

Source: EKS User Guide, "IAM roles for service accounts" and "EKS Pod Identity" (trust policies of both).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...findings.finding import Finding
from ...findings.place import inside
from ...iam.decisions.conditions import condition_holds
from ...iam.documents.context import Context, look_up
from ...iam.documents.document import Condition, Statement
from ...iam.documents.regions import partition_of
from ...iam.proofs.trust import WEB_IDENTITY, issuer_of, oidc_providers
from ...iam.values import NamedTuple
from ...inventory.objects import Object, PolicyText, Role
from ...requirements.parameters import issuer_in
from ...requirements.pods import SERVICE, caller_of, request_of
from ...requirements.ways import Way, lets_in, way_of
from ...rules.documents.oversized_policy import TRUST, counted
from ...rules.trust.untrusted_service_account import RefusedCaller, is_of_another_tenant
from ..edits import patch
from ..edits.patch import Patch
from ..planning.plan import Candidates, NoPlan, Plan, Survey
from ..planning.simulate import edited

RULES = ("untrusted-service-account",)


def plan(survey: Survey, finding: Finding) -> Candidates:
    """Candidates for each way in which the service account may get the role."""
    for item in survey.refused.get((id(finding.subject), finding.value), ()):
        yield from _for(survey, item)


def _for(survey: Survey, item: RefusedCaller) -> Candidates:
    text, account = item.role.trust, item.service_account
    if "${" in account:
        yield NoPlan("which service account is meant is not known; its annotation or association tells")
    elif item.giver is not None and id(item.giver) in survey.misdirected:
        yield NoPlan("the service account's annotation names the wrong role; that is what is to be mended")
    elif text is None or text.parsed.document is None:
        yield NoPlan("the trust policy has to be readable first")
    else:
        danger = ""
        if is_of_another_tenant(item.role, account):
            danger = "the role is trusted to others, and this service account may have been given the wrong one"
        for way in _likely_first(item.ways, item.role, item.giver):
            yield from _through(survey, text, account, way, item.giver, danger)


def _likely_first(ways: tuple[Way, ...], role: Role, giver: Object | None) -> list[Way]:
    """The ways, the one that the trust policy already mentions first; a way that is known is the only one."""
    known = way_of(giver) if giver is not None else None
    speaks_of_pods = "pods.eks.amazonaws.com" in (role.trust.text or "" if role.trust else "")
    possible = [known] if known else list(ways)
    return sorted(possible, key=lambda way: (way == "pod-identity") != speaks_of_pods)


def _through(survey: Survey, text: PolicyText, account: str, way: Way, giver: Object | None, danger: str) -> Candidates:
    values = survey.facts.parameters
    issuer = issuer_in(values)
    association = giver if giver is not None and giver.kind == "PodIdentityAssociation" else None
    attempts = _pods(text, account, association, values)
    if way == "irsa":
        attempts = _web_identity(text, account, issuer, values)
    known = {"oidcIssuer": issuer or _only_issuer(text), **values}
    for attempt in attempts:
        after = edited(text, attempt.patches)
        if after is None or lets_in(after, way, account, known, giver).truth is not True:
            continue
        size = counted(text.text or "") + sum(counted(json.dumps(item.value)) for item in attempt.patches)
        if size > TRUST:
            yield NoPlan(f"the trust policy would have {size:,} characters, and AWS takes {TRUST:,}")
            continue
        yield Plan(attempt.title, attempt.why, tuple(attempt.patches), danger or attempt.danger)
    if way == "irsa" and not (issuer and values.get("account")):
        yield NoPlan("oidcIssuer and account of the cell are needed to write a statement; give them with --set")
    else:
        yield NoPlan("something else in the trust policy shuts it out (a Deny, or a further condition)")


class _Attempt(NamedTuple):
    title: str
    why: str
    patches: list[Patch]
    danger: str = ""


def _web_identity(text: PolicyText, account: str, issuer: str, values: Mapping[str, str]) -> Iterator[_Attempt]:
    subject = f"system:serviceaccount:{account.replace('/', ':')}"
    due = {"sub": subject, "aud": "sts.amazonaws.com"}
    own = [item for item in _allowing(text) if _is_of(item, issuer)]
    for statement in own:
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
                patches = [_entered(text, item, value, _is_dead_subject) for item, value in chosen]
                why = "the statement is about this cluster already, and keeps those it names"
                if any(item.kind == "replace" for item in patches):
                    why = "the statement is about this cluster already, and what stood there can serve nobody"
                yield _Attempt(f"let {names} in", why, patches)
    if issuer and values.get("account"):
        partition = partition_of(values.get("region", "")) or "aws"
        claims = {f"{issuer}:{claim}": value for claim, value in sorted(due.items())}
        carried = _carried(text)
        new_statement = {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:{partition}:iam::{values['account']}:oidc-provider/{issuer}"},
            "Action": WEB_IDENTITY,
            "Condition": _joined(carried, {"StringEquals": claims}),
        }
        title, why = f"add a statement that lets {subject} in", "no statement is about this cluster"
        yield _Attempt(title, why, [_statement(text, new_statement)])


def _pods(text: PolicyText, account: str, association: Object | None, values: Mapping[str, str]) -> Iterator[_Attempt]:
    namespace, _, name = account.partition("/")
    pod = caller_of(namespace, name, association, values)
    context = request_of(pod, values)
    ours = ("aws:requesttag/kubernetes-namespace", "aws:requesttag/kubernetes-service-account", "aws:sourceaccount")
    for statement in _allowing(text):
        if not any(item.entry.text == SERVICE for item in statement.principals) or text.parsed.document is None:
            continue
        failing = [
            item for item in statement.conditions if condition_holds(text.parsed.document, item, context) is False
        ]
        wanted = {key: (look_up(context, key) or ("",))[0] for key in ours}
        if failing and all(_can_be_entered(item) and wanted.get(item.key.lower()) for item in failing):
            names = " and ".join(f"{wanted[item.key.lower()]} for {item.key}" for item in failing)
            patches = [_entered(text, item, wanted[item.key.lower()], _is_dead_for_pods(context)) for item in failing]
            why = "the statement is for EKS Pod Identity already, and keeps its other conditions"
            yield _Attempt(f"write {names}", why, patches)
    new_statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": ["sts:AssumeRole"]}
    fitting = _fitting(text, context)
    condition = _joined(_carried(text), fitting)
    for_pods = [item for item in _allowing(text) if any(who.entry.text == SERVICE for who in item.principals)]
    danger = (
        "the trust policy restricts EKS Pod Identity otherwise, and the new statement gets around that"
        if for_pods
        else ""
    )
    if pod.has_tags:
        new_statement["Action"] = ["sts:AssumeRole", "sts:TagSession"]
        tags = {"kubernetes-namespace": namespace, "kubernetes-service-account": name}
        named = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        condition = _joined(condition, {"StringEquals": named})
    elif not condition:
        danger = "without session tags, every association of the account may take the role then"
    new_statement |= {"Condition": condition} if condition else {}
    title = f"add a statement that lets {account} in through EKS Pod Identity"
    why = "what stands there shuts it out" if for_pods else "no statement does"
    yield _Attempt(title, why, [_statement(text, new_statement)], danger)


def _can_be_entered(item: Condition) -> bool:
    """Whether the condition accepts more once a value is added to it."""
    return item.operator.lower() in ("stringequals", "stringlike")


def _fitting(text: PolicyText, context: Context) -> dict[str, dict[str, Any]]:
    """The conditions of the statements for EKS Pod Identity that this pod's call fulfils: they stay."""
    fulfilled: dict[str, dict[str, Any]] = {}
    for statement in _allowing(text):
        if any(item.entry.text == SERVICE for item in statement.principals) and text.parsed.document is not None:
            for item in statement.conditions:
                if condition_holds(text.parsed.document, item, context):
                    values = item.values[0] if len(item.values) == 1 else list(item.values)
                    fulfilled.setdefault(item.operator, {}).setdefault(item.key, values)
    return fulfilled


def _allowing(text: PolicyText) -> list[Statement]:
    document = text.parsed.document
    return [item for item in document.statements if item.effect == "Allow"] if document else []


def _carried(text: PolicyText) -> dict[str, dict[str, Any]]:
    """The conditions that a new statement takes over from those it stands beside: restrictions that hold for everybody
    (a VPC, an organization), but not those that name a caller or belong to EKS Pod Identity alone."""
    carried: dict[str, dict[str, Any]] = {}
    own = ("aws:requesttag/", "aws:sourcearn", "aws:sourceaccount", "aws:tagkeys")
    for statement in _allowing(text):
        for item in statement.conditions:
            if not item.key.lower().endswith((":sub", ":aud")) and not item.key.lower().startswith(own):
                values = item.values[0] if len(item.values) == 1 else list(item.values)
                carried.setdefault(item.operator, {}).setdefault(item.key, values)
    return carried


def _joined(one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: {**one.get(name, {}), **other.get(name, {})} for name in dict.fromkeys((*one, *other))}


def _entered(text: PolicyText, item: Condition, value: str, is_dead: Callable[[Condition, str], bool]) -> Patch:
    """Puts the value in place of one that can serve nobody, else beside the values there."""
    place = inside(text, item.path)
    dead = next((number for number, entry in enumerate(item.values) if is_dead(item, entry)), None)
    if dead is None:
        return patch.append(place, value)
    return patch.replace(inside(text, item.path if _is_one(text, item) else (*item.path, dead)), value)


def _is_one(text: PolicyText, item: Condition) -> bool:
    """Whether the condition's value is a string, and no list."""
    value: Any = json.loads(text.text or "{}")
    for step in item.path:
        value = value[step]
    return not isinstance(value, list)


def _is_dead_subject(item: Condition, entry: str) -> bool:
    """Whether no service account's token has this subject: it has a wildcard that is compared literally, or is no
    subject of a service account at all."""
    if not item.key.lower().endswith(":sub"):
        return False
    is_literal = item.operator.lower() == "stringequals"
    parts = entry.split(":")
    is_subject = entry.startswith("system:serviceaccount:") and len(parts) == 4 and all(parts)
    return (is_literal and ("*" in entry or "?" in entry)) or not (is_subject or "*" in entry or "?" in entry)


def _is_dead_for_pods(context: Context) -> Callable[[Condition, str], bool]:
    """Tells whether no call of this cell has a value: another account, or a wildcard that is compared literally."""

    def is_dead(item: Condition, entry: str) -> bool:
        if item.key.lower() == "aws:sourceaccount":
            return (entry,) != look_up(context, item.key)
        return item.operator.lower() == "stringequals" and ("*" in entry or "?" in entry)

    return is_dead


def _statement(text: PolicyText, made: dict[str, Any]) -> Patch:
    return patch.append(inside(text, ("Statement",)), made)


def _is_of(statement: Statement, issuer: str) -> bool:
    listed = [issuer_of(provider) for provider in oidc_providers(statement)]
    return bool(listed) and (not issuer or issuer in listed)


def _only_issuer(text: PolicyText) -> str:
    statements = text.parsed.document.statements if text.parsed.document else ()
    issuers = {issuer_of(provider) for statement in statements for provider in oidc_providers(statement)}
    return issuers.pop() if len(issuers) == 1 else ""
