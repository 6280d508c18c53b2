"""What is known of a pod's requests before they are made: who calls, from where, with which tags.

Source: IAM User Guide, "AWS global condition context keys": who makes a request, in which region and account, over TLS
(every AWS SDK's default), and directly. Whether a web identity session carries aws:MultiFactorAuthPresent is documented
both ways, so that key stays unknown. Tags of the principal are those of the role and of the session; a web identity
session has those of its token alone, and tokens of EKS have none (IAM User Guide, "Pass session tags in AWS STS").
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from ..ack.objects import mapping, text
from ..iam.arns import parse_arn
from ..iam.catalogue.condition_keys import claim_of
from ..iam.decisions.policies import Layer
from ..iam.decisions.principals import Caller, account_of
from ..iam.documents.context import Context, Values, make_context
from ..iam.documents.holes import has_hole, with_wildcards
from ..iam.documents.regions import partition_of
from ..iam.proofs.trust import issuer_of, oidc_providers
from ..iam.values import NamedTuple
from ..inventory.objects import Role
from .layers import tags_may_differ
from .model import Requirement, fill
from .pods import SESSION_TAGS, caller_of, request_of
from .resources import Guard
from .select import Selected


class Known(NamedTuple):
    """What requests depend on: the way the role is used, the requirement, the parameters with their values, the
    policies that may ask for something (the role's, and those of resources), and the day (ISO, "" for none) from which
    on it is made."""

    selected: Selected
    requirement: Requirement
    values: dict[str, str]
    layers: tuple[Layer, ...]
    guards: tuple[Guard, ...] = ()
    today: str = ""


class Requests:
    """The requests that one way of using a role makes: what is known of them is worked out once for each resource."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self._about: dict[str, tuple[Context, Caller | None]] = {}

    def about(self, resource: str) -> tuple[Context, Caller | None]:
        """The condition context and the caller of a request about a resource (an ARN, or a pattern of ARNs)."""
        if resource not in self._about:
            self._about[resource] = context_for(self.known, resource), caller_for(self.known, resource)
        return self._about[resource]


_ABSENT = (
    "aws:username", "aws:CalledVia", "aws:CalledViaFirst",
    "aws:CalledViaLast", "aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:PrincipalServiceName",
)  # fmt: skip


def caller_for(known: Known, resource: str) -> Caller | None:
    """A session of the role; None where its account is not known."""
    arn = _role_arn(known, resource)
    return Caller("role", arn) if arn else None


def context_for(known: Known, resource: str) -> Context:
    """The condition context of a request about a resource (an ARN, or a pattern of ARNs)."""
    role, requirement, values = known.selected.role, known.requirement, known.values
    named = parse_arn(resource)
    region, owner = (named.region, named.account) if named else ("", "")
    facts: dict[str, str | Values] = {
        "aws:PrincipalType": "AssumedRole",
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
    }
    if region and "*" not in region and "?" not in region:
        facts["aws:RequestedRegion"] = region
    if owner.isdigit():
        facts["aws:ResourceAccount"] = owner
    account, arn = _account(known), _role_arn(known, resource)
    facts |= {"aws:PrincipalAccount": account} if account else {}
    facts |= {"aws:PrincipalArn": arn} if arn else {}
    facts |= _role_tags(known)
    facts |= _session_tags(known)
    providers = _providers(role)
    if _is_irsa(known.selected) and len(providers) == 1 and not has_hole(providers[0], role.object.holes):
        facts["aws:FederatedProvider"] = providers[0]
    absent = [*_ABSENT, *_absent_tags(known, facts), *_absent_claims(known)]
    absent += ["aws:FederatedProvider"] if _is_pod_identity(known.selected) else []
    for key, texts in requirement.context.items():
        filled = [fill(item, values) for item in texts]
        if not any(item.unset for item in filled):
            facts[key] = tuple(item.text for item in filled)
    path_and_name = with_wildcards(f"{role.iam_path}{role.name}", role.object.holes)
    shapes = {
        "aws:PrincipalArn": f"arn:*:iam::*:role{path_and_name}",
        "aws:userid": f"{text(mapping(role.object.data.get('status')).get('roleID')) or 'AROA*'}:*",
    }
    return make_context(facts, tuple(absent), shapes=shapes, since=_moment(known.today))


def _moment(day: str) -> float | None:
    try:
        return datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.UTC).timestamp()
    except ValueError:
        return None


def _account(known: Known) -> str:
    """The account of the role: the cell's, else the one that ARNs of the role and of its provider have, else that of
    all that is required. An identity provider is in the account of the roles that trust it (IAM User Guide, "OIDC
    federation")."""
    selected, values = known.selected, known.values
    stated = values.get("roleAccount") or values.get("account") or ""
    if re.fullmatch(r"\d{12}", stated):
        return stated
    giver = selected.giver
    arns: list[str | None] = []
    if giver is not None:
        spec = mapping(giver.data.get("spec"))
        arns += [giver.annotations.get("eks.amazonaws.com/role-arn", "")] if giver.kind == "ServiceAccount" else []
        arns += [text(spec.get("roleARN"))] if selected.hop is None and not spec.get("targetRoleARN") else []
    status = mapping(mapping(selected.role.object.data.get("status")).get("ackResourceMetadata"))
    arns += [text(status.get("arn")), *_providers(selected.role)]
    accounts = _accounts_asked(known)
    from_arns = next((owner for arn in arns if arn and (owner := account_of(arn))), "")
    return from_arns or (accounts.pop() if len(accounts) == 1 else "")


def _accounts_asked(known: Known) -> set[str]:
    resources = (fill(item, known.values).text for access in known.requirement.require for item in access.resources)
    return {account for item in resources if (account := account_of(item))}


def is_of_several_accounts(known: Known) -> bool:
    """Whether what is required is in several accounts, and the role's account is not known: some resource is then in
    another account than the role, and its own policy has to allow as well."""
    return len(_accounts_asked(known)) > 1 and not _account(known)


def _role_arn(known: Known, resource: str) -> str:
    """The role's ARN, in the partition of the resource; "" where the account or the partition is open."""
    partition = partition_of(known.values.get("region", ""))
    partition = resource.split(":", 2)[1] if resource.startswith("arn:") else partition
    account, role = _account(known), known.selected.role
    if has_hole(f"{role.iam_path}{role.name}", role.object.holes):
        return ""
    if not account or not partition or "*" in partition or "?" in partition:
        return ""
    return f"arn:{partition}:iam::{account}:role{role.iam_path}{role.name}"


def _providers(role: Role) -> list[str]:
    document = role.trust.parsed.document if role.trust else None
    arns = (arn for item in (document.statements if document else ()) for arn in oidc_providers(item))
    return list(dict.fromkeys(arns))


def _is_irsa(selected: Selected) -> bool:
    return selected.giver is not None and selected.giver.kind == "ServiceAccount"


def _is_pod_identity(selected: Selected) -> bool:
    return selected.giver is not None and selected.giver.kind == "PodIdentityAssociation"


def _role_tags(known: Known) -> dict[str, str]:
    """The tags of the role, where AWS surely has them as the manifest does; one of the session of the same key wins."""
    role = known.selected.role
    if tags_may_differ(role):
        return {}
    hidden = SESSION_TAGS if _has_session_tags(known) else ()
    return {f"aws:PrincipalTag/{key}": value for key, value in role.tags.items() if key.lower() not in hidden}


def _session_tags(known: Known) -> dict[str, str]:
    """What is known of the session tags: a session policy or disableSessionTags switches them off."""
    selected = known.selected
    if not _has_session_tags(known) or selected.service_account is None or selected.giver is None:
        return {}
    if selected.giver.holes:
        return {}
    request = request_of(caller_of(*selected.service_account, selected.giver, known.values), known.values).values
    return {
        f"aws:PrincipalTag/{name}": request[f"aws:requesttag/{name}"][0]
        for name in SESSION_TAGS
        if f"aws:requesttag/{name}" in request
    }


def _has_session_tags(known: Known) -> bool:
    selected = known.selected
    if not _is_pod_identity(selected) or selected.service_account is None or selected.session is not None:
        return False
    return caller_of(*selected.service_account, selected.giver, known.values).has_tags


def _absent_claims(known: Known) -> Iterator[str]:
    """Keys of claims that no session of the role has, since its trust policy does not name their identity provider."""
    document = known.selected.role.trust.parsed.document if known.selected.role.trust else None
    if document is None or document.holes:
        return
    principals = (item.entry.text for statement in document.statements for item in statement.principals)
    own = {(issuer_of(text) or text).lower() for text in principals}
    for key in dict.fromkeys(_keys_asked_for(known)):
        if claim_of(key) and claim_of(key) not in own:
            yield key


def _absent_tags(known: Known, told: dict[str, str | Values]) -> Iterator[str]:
    """The tags of the principal that policies ask for and that neither the role nor its session has. What the
    controller puts on every resource (`services.k8s.aws/…`) is left open, and so is a role whose tags may differ."""
    selected = known.selected
    is_known = (_is_irsa(selected) or _is_pod_identity(selected)) and selected.hop is None
    role = selected.role
    is_known = is_known and not (selected.giver is not None and selected.giver.holes)
    if not is_known or tags_may_differ(role) or "*" in role.open_tags:
        return
    have = {key.lower() for key in told} | {f"aws:principaltag/{key.lower()}" for key in role.open_tags}
    open_tags = {f"aws:principaltag/{tag}" for tag in SESSION_TAGS} if _has_session_tags(known) else set()
    for key in dict.fromkeys(_keys_asked_for(known)):
        if not key.startswith("aws:principaltag/"):
            continue
        if key not in have | open_tags and not key.startswith("aws:principaltag/services.k8s.aws/"):
            yield key


def _keys_asked_for(known: Known) -> Iterator[str]:
    """The condition keys, in lower case, of conditions and variables."""
    policies = [policy for layer in known.layers for policy in layer.policies]
    policies += [guard.attached for guard in known.guards]
    for policy in policies:
        for statement in policy.document.statements if policy.document else ():
            texts = [entry.text for entry in statement.resources]
            texts += [value for item in statement.conditions for value in item.values]
            keys = [item.key for item in statement.conditions]
            keys += [part.partition("}")[0].partition(",")[0] for item in texts for part in item.split("${")[1:]]
            yield from (key.strip().lower() for key in keys)
