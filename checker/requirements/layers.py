"""From a role in the inventory to the policy layers that bear on it.

Identity: inline policies and everything attached. Boundary: the permissions boundary, if there is one. Session: the
policy of a Pod Identity association, if it carries one. A policy that cannot be read takes part as such, with the
reason.
"""

from __future__ import annotations

from ..ack.applied import not_applied, other_account
from ..ack.holes import unfilled
from ..ack.kinds import BY_NAME
from ..ack.limits import refusal
from ..ack.objects import mapping
from ..iam.decisions.policies import Attached, Layer
from ..iam.decisions.principals import account_of
from ..iam.documents.document import Parsed
from ..iam.documents.holes import has_hole
from ..iam.documents.partitions import foreign
from ..iam.documents.paths import Path
from ..iam.documents.regions import partition_in
from ..iam.values import NamedTuple
from ..inventory.names import Names, policies_by_arn, resolve_policy
from ..inventory.objects import ManagedArn, Object, Policy, PolicyText, Reference, Role, altered, may_be_absent
from ..managed import closest, provenance
from ..managed import find as find_managed


class PolicySource(NamedTuple):
    """Where a policy's document stands (`text`), and where the role names it (`owner`, `path`)."""

    text: PolicyText | None
    owner: Object
    path: Path


class Stack(NamedTuple):
    """The layers of one role, and for each attached policy, by its label, where it comes from."""

    layers: tuple[Layer, ...]
    sources: dict[str, PolicySource]


def _crossing(reference: Reference, names: Names) -> str:
    """Why a reference into another namespace does not resolve: the controller refuses it by default since v1.10.0
    (aws-controllers-k8s/community#3031, iam-controller#175)."""
    namespace = reference.owner.namespace
    if names.crosses_namespaces or not reference.namespace or not namespace or reference.namespace == namespace:
        return ""
    return f"the controller refuses references from namespace {namespace} to {reference.namespace}"


def _missed(reference: Reference, found: tuple[Policy, ...]) -> str:
    """Why a reference misses the Policies it names once a kustomization has built them: kustomize renames objects, and
    not the references of custom resources (kustomize#3130), and it builds only what it lists."""
    for policy in found:
        renamed = next((entry for entry in policy.object.alterations if entry.aspect == "name"), None)
        if renamed is not None and reference.name not in policy.object.built_names:
            return f"{renamed.what} renames the Policy, and kustomize does not rename references to it"
        unlisted = next((entry for entry in policy.object.alterations if entry.aspect == "unlisted"), None)
        if unlisted is not None and not altered(reference.owner, "unlisted"):
            return f"its manifest is not built by {unlisted.what}"
    return ""


ELSEWHERE = "what the role has in the account that is meant"
"""The label of what is not known of a role that may be made in another account."""

_MOST_POLICIES = 250
"""Policies of one sort that are judged. IAM attaches 25 to a role at most, and its inline policies may have 10,240
characters together (IAM User Guide, "IAM and AWS STS quotas")."""


def _ignored(item: Object, *fields: str) -> str:
    """Why an edit of one of these fields is not pushed, as a reason; "" where it is. Source: ACK documentation, "Ignore
    field drift": paths such as `spec.tags`, which the controller leaves as AWS has them."""
    if _IGNORED not in item.annotations:
        return ""
    listed = [entry.strip() for entry in item.annotations.get(_IGNORED, "").split(",")]
    hit = next((entry for entry in listed if entry and any(_is_at_or_above(entry, field) for field in fields)), "")
    return f"{_IGNORED} lists {hit}, so the controller does not push it" if hit else ""


_IGNORED = "services.k8s.aws/ignore-field-drift"


def _is_at_or_above(entry: str, field: str) -> bool:
    return field == entry or field.startswith(f"{entry}.") or entry.startswith((f"{field}.", f"{field}["))


def not_pushed(item: Object) -> str:
    """Why AWS may not have what a Policy, association, Table or Key says; "" where the controller pushes it."""
    annotations = item.annotations
    if open_part := unfilled(item) or not_applied(item):
        return open_part
    if annotations.get(f"{_ACK}read-only", "").lower() == "true":
        return f"{_ACK}read-only makes the controller write nothing"
    if annotations.get(f"{_ACK}adoption-policy") == "adopt":
        return f"{_ACK}adoption-policy: adopt takes the object's spec from AWS"
    known = BY_NAME.get(item.kind)
    return _ignored(item, *(f"spec.{field}" for field in (known.pushed if known else ())))


_ACK = "services.k8s.aws/"


def unreadable(text: PolicyText) -> str:
    """Why a document cannot be read."""
    hole = next((problem.message for problem in text.parsed.problems if problem.code == "hole"), "")
    return hole or "its document cannot be read"


def refused_trust(role: Role, partition: str, account: str | None) -> str:
    """Why IAM refuses the trust policy, and with it the role; "" where it does not."""
    document = role.trust.parsed.document if role.trust else None
    if document is None:
        return ""
    odd = next(foreign(document, partition), None)
    if odd is not None:
        return f"IAM refuses the trust policy, since {odd.text} is of another partition"
    named = (principal.entry.text for statement in document.statements for principal in statement.principals)
    own = next((text for text in named if text.endswith(f":role{role.iam_path}{role.name}")), "")
    if own and (not account or account_of(own) == account):
        return "IAM refuses to create the role, since its trust policy names the role itself"
    return ""


def ignored_trust(role: Role) -> str:
    """Why an edit of the trust policy is not pushed; "" where it is."""
    return _ignored(role.object, "spec.assumeRolePolicyDocument")


def unsettled_trust(role: Role) -> str:
    """Why the role in AWS may have another trust policy than its manifest; "" where it has this one."""
    return altered(role.object, "content") or _not_ours(role) or ignored_trust(role)


def _not_ours(role: Role) -> str:
    """Why the manifest does not say what the role has: the controller only reads it, or takes its spec from AWS."""
    annotations = role.object.annotations
    if open_part := unfilled(role.object) or not_applied(role.object):
        return open_part
    if annotations.get("services.k8s.aws/read-only", "").lower() == "true":
        return "services.k8s.aws/read-only makes the controller write nothing"
    if annotations.get("services.k8s.aws/adoption-policy") == "adopt":
        return "services.k8s.aws/adoption-policy: adopt takes the role's spec from AWS"
    if "services.k8s.aws/adoption-policy" in annotations and not role.object.data.get("spec"):
        return "the role is adopted without a spec, which then comes from AWS"
    return ""


def tags_may_differ(role: Role) -> bool:
    """Whether the role may have other tags in AWS than its manifest says."""
    is_changed = altered(role.object, "content") or _not_ours(role)
    is_open = isinstance(mapping(role.object.data.get("spec")).get("tags"), str)
    return bool(is_changed or is_open or _ignored(role.object, "spec.tags"))


def stack(
    role: Role,
    names: Names,
    session: PolicyText | None,
    above: tuple[Layer, ...] = (),
    giver: Object | None = None,
) -> Stack:
    """Gathers every policy that bears on the role and on its session; the layers `above` are added as they are. A role,
    a policy, or an association that gives the role, counts as unknown where a kustomization changes its content."""
    sources: dict[str, PolicySource] = {}

    def attach(
        label: str, reading: Parsed | None, reason: str, source: PolicySource, *, refused: bool = False
    ) -> Attached:
        while label in sources:
            label += "'"
        sources[label] = source
        return Attached(label, reading.document if reading else None, reason, refused)

    def from_text(label: str, text: PolicyText, owner: Object, path: Path) -> Attached:
        document = text.parsed.document
        odd = next(foreign(document, names.partition), None) if document is not None else None
        if odd is not None:
            reason = f"IAM refuses it, since {odd.text} is of another partition"
            return attach(label, None, reason, PolicySource(text, owner, path), refused=True)
        reason = unreadable(text) if document is None else ""
        return attach(label, text.parsed, reason, PolicySource(text, owner, path))

    def from_policies(found: tuple[Policy, ...], named: str, missing: str, owner: Object, path: Path) -> Attached:
        documents = {policy.document.text if policy.document else None for policy in found}
        if not found or len(documents) > 1:
            reason = f"{len(found)} different Policies in this project could be meant" if found else missing
            return attach(named, None, reason, PolicySource(None, owner, path))
        text = found[0].document
        changed = altered(found[0].object, "content") or not_pushed(found[0].object)
        changed = changed or may_be_absent(found[0].object, owner)
        refused = refusal(found[0].object)
        if refused:
            return attach(named, None, refused, PolicySource(text, owner, path), refused=True)
        if text is None or changed:
            why = changed or "the Policy has no policyDocument here"
            return attach(named, None, why, PolicySource(None, owner, path))
        return from_text(f"Policy {found[0].object.name}", text, owner, path)

    def from_reference(reference: Reference) -> Attached:
        resolved = resolve_policy(names, reference)
        missing = "a template stands in its place" if resolved.unread else "the project has no such Policy"
        named = f"Policy {reference.name or '(no name)'}"
        missed = _missed(reference, resolved.policies) or _crossing(reference, names)
        if missed:
            return attach(named, None, missed, PolicySource(None, reference.owner, (*reference.path, "name")))
        return from_policies(resolved.policies, named, missing, reference.owner, (*reference.path, "name"))

    def from_arn(managed: ManagedArn) -> Attached:
        partition = partition_in(managed.arn)
        if has_hole(managed.arn, managed.owner.holes) and not policies_by_arn(names, managed.arn, managed.owner):
            source = PolicySource(None, managed.owner, managed.path)
            return attach(managed.arn, None, "which policy it is, is filled in later", source)
        if names.partition and partition not in ("", names.partition):
            reason = f"AWS refuses it, since {partition} is another partition"
            return attach(managed.arn, None, reason, PolicySource(None, managed.owner, managed.path), refused=True)
        if ":iam::aws:policy/" in managed.arn:
            reading = find_managed(managed.arn)
            meant = None if reading else closest(managed.arn)
            reason = f"there is no such policy among the {provenance().split(';')[0]}"
            reason = "" if reading else f"{reason}; did you mean {meant}?" if meant else reason
            return attach(managed.arn, reading, reason, PolicySource(None, managed.owner, managed.path))
        policies = policies_by_arn(names, managed.arn, managed.owner)
        is_foreign = names.account is not None and f"::{names.account}:" not in managed.arn
        missing = f"it is not in account {names.account}" if is_foreign else "its document is not in this project"
        return from_policies(policies, managed.arn, missing, managed.owner, managed.path)

    if max(map(len, (role.inline, role.policy_arns, role.policy_refs))) > _MOST_POLICIES:
        reason = f"it has more than {_MOST_POLICIES} policies of one sort, which AWS refuses"
        unread = attach("the policies of the role", None, reason, PolicySource(None, role.object, ("spec", "name")))
        return Stack((Layer("identity", (unread,)), *above), sources)
    identity = [from_text(f"inline policy {text.path[-1]}", text, text.owner, text.path) for text in role.inline]
    identity += [from_arn(managed) for managed in role.policy_arns]
    identity += [from_reference(reference) for reference in role.policy_refs]
    if role.policy_arns and role.policy_refs:
        reason = "with policies and policyRefs together the controller changes nothing"
        identity.append(
            attach("what the role has now", None, reason, PolicySource(None, role.object, ("spec", "policyRefs")))
        )
    changed_role = altered(role.object, "content")
    if changed_role:
        # What changes it may also take a denial or a boundary out of it.
        unread = attach("what the role has in AWS", None, changed_role, PolicySource(None, role.object, ("metadata",)))
        return Stack((Layer("identity", (unread,)), *above), sources)
    not_ours = _not_ours(role)
    elsewhere = other_account(
        role.object, names.account, names.inventory.namespaces, names.selectors, names.inventory.moved
    )
    if elsewhere:
        source = PolicySource(None, role.object, ("metadata", "namespace"))
        identity.append(attach(ELSEWHERE, None, elsewhere, source))
    not_ours = not_ours or _ignored(role.object, "spec.inlinePolicies", "spec.policies", "spec.policyRefs")
    if not_ours:
        identity.append(
            attach("what the role has in AWS", None, not_ours, PolicySource(None, role.object, ("metadata",)))
        )
    refused = refusal(role.object) or refused_trust(role, names.partition, names.account)
    if refused:
        source = PolicySource(None, role.object, ("spec", "name"))
        identity.append(attach("the role", None, refused, source, refused=True))
    layers = [Layer("identity", tuple(identity))]
    ignored = _ignored(role.object, "spec.permissionsBoundary", "spec.permissionsBoundaryRef")
    if ignored:
        source = PolicySource(None, role.object, ("metadata", "annotations"))
        layers.append(Layer("boundary", (attach("the boundary that the role has now", None, ignored, source),)))
    elif role.boundary_arn is not None and role.boundary_ref is not None:
        reason = "with permissionsBoundary and permissionsBoundaryRef together the controller changes nothing"
        source = PolicySource(None, role.object, ("spec", "permissionsBoundaryRef"))
        layers.append(Layer("boundary", (attach("the boundary that the role has now", None, reason, source),)))
    elif role.boundary_arn is not None:
        layers.append(Layer("boundary", (from_arn(role.boundary_arn),)))
    elif role.boundary_ref is not None:
        layers.append(Layer("boundary", (from_reference(role.boundary_ref),)))
    is_association = giver is not None and giver.kind == "PodIdentityAssociation"
    changed = altered(giver, "content") or not_pushed(giver) if giver is not None and is_association else ""
    changed = changed or (may_be_absent(giver, role.object) if giver is not None and is_association else "")
    if changed and giver is not None:
        label = f"session policy of {giver.kind} {giver.name}"
        layers.append(
            Layer("session", (attach(label, None, changed, PolicySource(None, giver, ("metadata", "name"))),))
        )
    elif session is not None:
        label = f"session policy of {session.owner.kind} {session.owner.name}"
        layers.append(Layer("session", (from_text(label, session, session.owner, session.path),)))
    return Stack((*layers, *above), sources)


def limited(attached: Stack, association: Object | None) -> Stack:
    """The stack of a role with the unknown session policy of an association that may, once filled in, be for it."""
    if association is None:
        return attached
    label = f"session policy of {association.kind} {association.name}"
    reason = f"which role it limits is filled in later ({', '.join(association.holes[:3])})"
    source = PolicySource(None, association, ("metadata", "name"))
    layer = Layer("session", (Attached(label, None, reason),))
    return Stack((*attached.layers, layer), {**attached.sources, label: source})
