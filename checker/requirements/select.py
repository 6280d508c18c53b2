"""Which roles a requirement speaks of, and through which service account."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

from ..ack.holes import labels_are_open
from ..iam.catalogue.condition_keys import claim_of
from ..iam.documents.holes import has_hole, pattern_of, with_wildcards
from ..iam.patterns.globs import matches, wildcard_glob
from ..iam.patterns.language import overlap
from ..iam.values import NamedTuple
from ..inventory.names import (
    Names,
    arn_of_role,
    hop_of_association,
    is_of_the_cell,
    role_of_association,
    roles_by_arn,
)
from ..inventory.objects import Association, Inventory, Object, PolicyText, Role, altered
from .model import Requirement, Selector


class Hop(NamedTuple):
    """The role that assumes a target role for the pod: its ARN ("" where it is not known), and the role where the
    project has it."""

    arn: str
    role: Role | None


class Selected(NamedTuple):
    """One way in which a role is used.

    `service_account` is (namespace, name) where one is known, `session` the policy that its Pod Identity association
    puts on top, `giver` the object that gives the role to the service account, `hop` the role in between, if there is
    one. `limits` is an association with a session policy that may be for the role, if it is filled in so.
    """

    role: Role
    service_account: tuple[str, str] | None = None
    session: PolicyText | None = None
    giver: Object | None = None
    hop: Hop | None = None
    limits: Object | None = None


def own_values(selected: Selected) -> dict[str, str]:
    """The parameters that the role itself gives, holes and all: its name, its namespace, its service account. No
    namespace for a template of a kro graph that states none: it goes where its instance is."""
    item = selected.role.object
    values = {"name": selected.role.name}
    if item.namespace or not (item.holes and item.origin.path):
        values["namespace"] = item.namespace or "default"
    if selected.service_account:
        values["serviceAccount"] = selected.service_account[1]
    return values


class Unseen(NamedTuple):
    """A selected service account whose role has no manifest in the project: the object that names it, and the name, ""
    where nothing in the project gives it a role at all."""

    object: Object
    role: str


class User(NamedTuple):
    """A service account and what gives it a role: itself (IRSA) or a Pod Identity association."""

    namespace: str
    name: str
    labels: dict[str, str]
    giver: Object
    roles: tuple[Role, ...]
    role_named: str
    session: PolicyText | None
    hop: Hop | None = None


def select(requirement: Requirement, known_names: Names) -> tuple[tuple[Selected, ...], tuple[Unseen, ...]]:
    """The roles that the requirement's selectors pick, and the selected service accounts whose role is not to be seen.

    A role comes once for each way it is used: by the service accounts that are selected themselves, else by all of
    them. Ways that differ in nothing that bears on access (no session policy, no policy that tells session tags apart)
    are one.
    """
    users = users_of(known_names)
    wanted = [
        user for user in users if selects(requirement.service_accounts, (user.name,), user.labels, user.giver.holes)
    ]
    by_role: dict[int, list[User]] = {}
    for user in users:
        for role in user.roles:
            by_role.setdefault(id(role), []).append(user)
    chosen = set(map(id, wanted))
    through_accounts = {id(role) for user in wanted for role in user.roles}
    picked: list[Selected] = []
    unfilled = [item for item in known_names.inventory.associations if item.session is not None and item.object.holes]
    unfilled = [item for item in unfilled if not role_of_association(known_names, item)]
    tells_apart = _tells_tags_apart(known_names.inventory)
    for role in known_names.inventory.roles:
        names = (role.object.name, role.name, *role.object.built_names)
        by_itself = selects(requirement.roles, names, role.object.labels, role.object.holes)
        if by_itself or id(role) in through_accounts:
            using = by_role.get(id(role), [])
            ways = _ways(role, [user for user in using if id(user) in chosen] or using, tells_apart)
            limits = next((item.object for item in unfilled if _may_mean(item, role)), None)
            picked += [way._replace(limits=limits) for way in ways]
    # Where the giver has holes, its role may be filled in later; the template is reported then.
    unseen = [Unseen(user.giver, user.role_named) for user in wanted if not user.roles and not user.giver.holes]
    return tuple(picked), (*unseen, *_without_role(requirement, known_names, users))


def _without_role(requirement: Requirement, names: Names, users: list[User]) -> list[Unseen]:
    """Selected service accounts, defined or only run as by a workload, to which nothing in the project gives a role.

    Not where a role of their namespace trusts EKS Pod Identity: associations are often made outside of manifests, and
    the role is then selected by its own name.
    """
    served = {(user.namespace, user.name) for user in users}
    with_pod_identity = {role.object.namespace for role in names.inventory.roles if _trusts_pod_identity(role)}
    unseen: dict[tuple[str, str], Unseen] = {}
    accounts = [(item.object, item.object.name) for item in names.inventory.service_accounts]
    accounts += [(item.object, item.service_account) for item in names.inventory.workloads]
    for item, name in accounts:
        key = (item.namespace, name)
        labels = item.labels if item.kind == "ServiceAccount" else {}
        is_open = key not in served and item.namespace not in with_pod_identity and not altered(item, "content")
        if is_open and not item.holes and selects(requirement.service_accounts, (name,), labels):
            unseen.setdefault(key, Unseen(item, ""))
    return list(unseen.values())


def _trusts_pod_identity(role: Role) -> bool:
    document = role.trust.parsed.document if role.trust else None
    statements = document.statements if document else ()
    return any(item.entry.text == "pods.eks.amazonaws.com" for statement in statements for item in statement.principals)


def selects(selector: Selector, names: tuple[str, ...], labels: dict[str, str], holes: tuple[str, ...] = ()) -> bool:
    """Whether one of the names fits one of the globs, or all labels fit; with `holes`, whatever these are filled in
    with."""
    if any(_fits(pattern, name, holes) for pattern in selector.names for name in names):
        return True
    wanted = selector.labels
    return bool(wanted) and all(key in labels and _fits(glob, labels[key], holes) for key, glob in wanted)


def may_select(selector: Selector, role: Role) -> bool:
    """Whether a selector selects a role for some values of its holes; labels that are put in count as holes."""
    item = role.object

    def may_fit(glob: str, text: str) -> bool:
        return overlap(
            wildcard_glob(glob), wildcard_glob(pattern_of(item.holes).sub("*", text) if item.holes else text)
        )

    if any(may_fit(pattern, name) for pattern in selector.names for name in (item.name, role.name)):
        return True
    wanted = selector.labels
    return bool(wanted) and all(
        labels_are_open(item) if key not in item.labels else may_fit(glob, item.labels[key]) for key, glob in wanted
    )


def _fits(pattern: str, text: str, holes: tuple[str, ...]) -> bool:
    """Whether the text matches the pattern whatever its holes are filled in with, of any length: only a `*` matches a
    hole."""
    if not has_hole(text, holes):
        return matches(wildcard_glob(pattern), text)
    return all(matches(wildcard_glob(pattern), pattern_of(holes).sub(value, text)) for value in ("", "\0", "\0" * 7))


def _ways(role: Role, users: list[User], tells_apart: bool) -> list[Selected]:
    ways: dict[Hashable, Selected] = {}
    for user in users:
        key: Hashable = (id(user.session), user.hop is not None)
        if tells_apart:
            key = (key, user.namespace, user.name, user.giver.kind, _session_of(user.giver))
        selected = Selected(role, (user.namespace, user.name), user.session, user.giver, user.hop)
        ways.setdefault(key, selected)
    return list(ways.values()) or [Selected(role)]


def _may_mean(association: Association, role: Role) -> bool:
    """Whether an association that is filled in later may give this role away."""
    owner, reference = association.object, association.role_ref

    def overlaps(one: str, other: Object, text: str) -> bool:
        mine, theirs = with_wildcards(one, owner.holes), with_wildcards(text, other.holes)
        return overlap(wildcard_glob(mine), wildcard_glob(theirs))

    if reference is None:
        whole = f"arn:*:iam::*:role{role.iam_path}{role.name}"
        return association.role_arn is not None and overlaps(association.role_arn, role.object, whole)
    namespace, own = reference.namespace or owner.namespace, role.object.namespace
    is_there = not namespace or not own or overlaps(namespace, role.object, own)
    return is_there and overlaps(reference.name, role.object, role.object.name)


def _session_of(giver: Object) -> tuple[str, ...]:
    """What an association says of its sessions' tags."""
    spec = giver.data.get("spec")
    fields = spec if isinstance(spec, dict) and giver.kind == "PodIdentityAssociation" else {}
    return tuple(str(fields.get(key)) for key in ("clusterName", "disableSessionTags"))


def _tells_tags_apart(inventory: Inventory) -> bool:
    """Whether a policy asks for what differs from way to way: a tag of the principal, which EKS Pod Identity sets for
    each service account, or the identity provider and its claims."""
    for item in inventory.texts:
        if item.kind == "trust" or not item.text:
            continue
        lowered = item.text.lower()
        if "principaltag/" in lowered or "federatedprovider" in lowered:
            return True
        statements = item.parsed.document.statements if item.parsed.document else ()
        if any(claim_of(condition.key) for statement in statements for condition in statement.conditions):
            return True
    return False


def _hop(names: Names, association: Association) -> Hop:
    roles = hop_of_association(names, association)
    role = roles[0] if len(roles) == 1 else None
    return Hop(association.hop_arn or (arn_of_role(names, role) if role else ""), role)


def users_of(names: Names) -> list[User]:
    """Every service account to which the project gives a role, by annotation or by Pod Identity association."""
    users = [
        User(
            namespace=account.object.namespace,
            name=account.object.name,
            labels=account.object.labels,
            giver=account.object,
            roles=roles_by_arn(names, account.role_arn, account.object),
            role_named=account.role_arn,
            session=None,
        )
        for account in names.inventory.service_accounts
        if account.role_arn
    ]
    for association in filter(partial(is_of_the_cell, names), names.inventory.associations):
        role_name = association.role_arn or (association.role_ref.name if association.role_ref else "")
        roles = role_of_association(names, association)
        giver, session = association.object, association.session
        hop = _hop(names, association) if association.hop_arn or association.hop_ref else None
        users.append(
            User(
                namespace=association.namespace,
                name=association.service_account,
                labels={},
                giver=giver,
                roles=roles,
                role_named=role_name,
                session=session,
                hop=hop,
            )
        )
    return users
