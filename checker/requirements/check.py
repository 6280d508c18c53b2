"""A requirement put to a role: every action on every resource, proven or not.

What is known about the proxy's requests before they are made (source: IAM User Guide, "AWS global condition context
keys"): who makes them, in which region and account, over TLS (every AWS SDK's default), and directly. Whether a web
identity session carries aws:MultiFactorAuthPresent is documented both ways, so that key stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..iam.catalogue import expand
from ..iam.context import Context, Values, make_context
from ..iam.paths import Path
from ..iam.policies import Layer
from ..iam.principals import Caller
from ..iam.prove import Proof, may_reach, prove
from ..inventory import Object, Role
from ..observing import Observe, unobserved
from ..resolution import Index
from .layers import Stack, stack
from .model import Access, Requirement, fill
from .pods import SESSION_TAGS, caller_of, request_of
from .select import Selected, Unseen, select
from .trust import TrustCheck, check_entry, check_trust


class Question(NamedTuple):
    """One action on one resource, and what came of it. Without a proof, `unset` names the parameters that have no
    value; where that is empty too, the action is never authorized on such a resource and cannot be asked for.
    """

    action: str
    resource: str
    proof: Proof | None
    unset: tuple[str, ...]
    path: Path


class Check(NamedTuple):
    """A requirement put to one way of using a role: what is required, what is forbidden but within
    reach, whether the trust policy fits (None where the requirement asks for none), the object that gives the role to
    its service account, and whether whoever is to use the role can assume it at all.
    """

    requirement: Requirement
    role: Role
    stack: Stack
    required: tuple[Question, ...]
    excess: tuple[Question, ...]
    trust: TrustCheck | None
    giver: Object | None
    entry: TrustCheck


class Outcome(NamedTuple):
    """A requirement put to the project: how many roles it selects, and the checks of those that were asked about."""

    requirement: Requirement
    selected: int
    checks: tuple[Check, ...]
    unseen: tuple[Unseen, ...]


_ABSENT = (
    "aws:username", "aws:CalledVia", "aws:CalledViaFirst",
    "aws:CalledViaLast", "aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:PrincipalServiceName",
)  # fmt: skip


def check_project(
    requirement: Requirement,
    index: Index,
    parameters: dict[str, str],
    files: frozenset[str] | None = None,
    above: tuple[Layer, ...] = (),
    observe: Observe = unobserved,
) -> Outcome:
    """Puts one requirement to the roles it selects; with `files`, to those that a file in it has a part in.

    `parameters` are the cell's; they win over the requirement's own. `above` are layers that bear on every role besides
    its own: resource policies, SCPs, endpoint policies.
    """
    selected, unseen = select(requirement, index)
    values = {**requirement.parameters, **parameters}
    checks: list[Check] = []
    for done, item in enumerate(selected):
        observe(f"proving {requirement.name} for roles", done, len(selected))
        attached = stack(item.role, index, item.session, above, item.giver)
        if _touches(item, attached, files):
            checks.append(_check(requirement, item, attached, values))
    asked = tuple(item for item in unseen if files is None or item.object.origin.file in files)
    return Outcome(requirement, len(selected) + len(unseen), tuple(checks), asked)


def _touches(selected: Selected, attached: Stack, files: frozenset[str] | None) -> bool:
    if files is None or selected.role.object.origin.file in files:
        return True
    if selected.giver is not None and selected.giver.origin.file in files:
        return True
    texts = (source.text for source in attached.sources.values())
    return any(text is not None and text.owner.origin.file in files for text in texts)


def _check(requirement: Requirement, selected: Selected, attached: Stack, parameters: dict[str, str]) -> Check:
    role = selected.role
    values = {**parameters, "namespace": role.object.namespace or "default", "name": role.name}
    if selected.service_account:
        values["serviceAccount"] = selected.service_account[1]

    known = _Known(selected, requirement, values)
    required = [_ask(prove, *row, attached, known) for row in _rows(requirement.require)]
    forbidden = [_forbidden(*row, attached, known) for row in _rows(requirement.forbid)]
    askable = {question.action for question in required if question.proof or question.unset}
    return Check(
        requirement,
        role,
        attached,
        tuple(item for item in required if item.proof or item.unset or item.action not in askable),
        tuple(item for item in forbidden if item.proof or item.unset),
        check_trust(requirement, selected, values),
        selected.giver,
        check_entry(selected, values),
    )


Ask = Callable[[str, str, tuple[Layer, ...], Context, "Caller | None"], "Proof | None"]


def _forbidden(action: str, resource: str, path: Path, attached: Stack, known: _Known) -> Question:
    """Looks first where the role is at home, for a witness that people recognise, then everywhere."""
    near = _ask(may_reach, action, _at_home(resource, known.values), path, attached, known)
    if near.proof is not None and near.proof.verdict == "granted":
        return near
    anywhere = _ask(may_reach, action, resource, path, attached, known)
    is_as_bad = near.proof is not None and anywhere.proof is not None and near.proof.verdict == anywhere.proof.verdict
    return near if is_as_bad else anywhere


def _at_home(resource: str, values: dict[str, str]) -> str:
    parts = resource.split(":", 5)
    for place, name in ((3, "region"), (4, "account")):
        if parts[place] == "*" and name in values:
            parts[place] = values[name]
    return ":".join(parts)


class _Known(NamedTuple):
    selected: Selected
    requirement: Requirement
    values: dict[str, str]


def _rows(accesses: tuple[Access, ...]) -> list[tuple[str, str, Path]]:
    """Every action on every resource; a pattern stands for the listed actions it matches, or, where there are none, for
    itself, about which nothing can be told."""
    return [
        (action, resource, (*access.path, "resources", index))
        for access in accesses
        for index, resource in enumerate(access.resources)
        for pattern in access.actions
        for action in expand(pattern) or (pattern,)
    ]


def _ask(question: Ask, action: str, resource: str, path: Path, attached: Stack, known: _Known) -> Question:
    filled = fill(resource, known.values)
    if filled.unset:
        return Question(action, resource, None, filled.unset, path)
    context = _context(*known, filled.text)
    caller = _caller(known.selected.role, known.values, filled.text)
    return Question(action, filled.text, question(action, filled.text, attached.layers, context, caller), (), path)


def _caller(role: Role, values: dict[str, str], resource: str) -> Caller | None:
    """A session of the role; None where its account is not known."""
    arn = _role_arn(role, values, resource)
    return Caller("role", arn) if arn else None


def _role_arn(role: Role, values: dict[str, str], resource: str) -> str:
    """The role's ARN, in the partition of the resource; "" where the account or the partition is open. The role is in
    the cell's account, unless `roleAccount` says otherwise.
    """
    partition, account = resource.split(":")[1], values.get("roleAccount") or values.get("account")
    if not account or "*" in partition or "?" in partition:
        return ""
    return f"arn:{partition}:iam::{account}:role{role.iam_path}{role.name}"


def _context(selected: Selected, requirement: Requirement, values: dict[str, str], resource: str) -> Context:
    role = selected.role
    _, _, region, owner = resource.split(":")[1:5]
    known: dict[str, str | Values] = {
        "aws:PrincipalType": "AssumedRole",
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
    }
    if region and "*" not in region and "?" not in region:
        known["aws:RequestedRegion"] = region
    if owner.isdigit():
        known["aws:ResourceAccount"] = owner
    if "account" in values:
        known["aws:PrincipalAccount"] = values.get("roleAccount") or values["account"]
        arn = _role_arn(role, values, resource)
        if arn:
            known["aws:PrincipalArn"] = arn
    known |= {f"aws:PrincipalTag/{key}": value for key, value in role.tags.items() if key not in SESSION_TAGS}
    known |= _session_tags(selected, values)
    for key, texts in requirement.context.items():
        filled = [fill(text, values) for text in texts]
        if not any(item.unset for item in filled):
            known[key] = tuple(item.text for item in filled)
    has_no_tags = selected.giver is not None and selected.giver.kind == "ServiceAccount"
    untagged = tuple(f"aws:PrincipalTag/{key}" for key in SESSION_TAGS if has_no_tags and key not in role.tags)
    return make_context(known, (*_ABSENT, *untagged))


def _session_tags(selected: Selected, values: dict[str, str]) -> dict[str, str]:
    """What is known of the session tags: a session policy or disableSessionTags switches them off."""
    giver = selected.giver
    if giver is None or giver.kind != "PodIdentityAssociation" or selected.service_account is None:
        return {}
    pod = caller_of(*selected.service_account, giver, values)
    if selected.session is not None or not pod.has_tags:
        return {}
    known = request_of(pod, values).values
    return {
        f"aws:PrincipalTag/{name}": known[f"aws:requesttag/{name}"][0]
        for name in SESSION_TAGS
        if f"aws:requesttag/{name}" in known
    }
