"""Two sides, compared: for every role what it gains and loses, what requirements say to that, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator

from ..ack.edits import Note, gone, notes, replaced
from ..iam.decisions.policies import Layer
from ..iam.proofs.comparison import compare_readable, says_the_same
from ..iam.proofs.grants import Comparison
from ..inventory.objects import Object, Role
from ..progress import Observe, unobserved
from ..requirements.layers import stack
from ..requirements.select import User
from ..rules import BY_ID
from ..suppression.baseline import Baseline, against, entry_of, of_its_kind
from .conditions import in_all, reconditioned
from .consumers import consumers
from .demands import demands
from .guarded import Changed, changed_guards, compare_guarded
from .model import Difference, NewFinding, ObjectNote, Recondition, RoleChange, RoleUser
from .pairs import Pair, changed_texts, pair_policies, pair_roles
from .sides import Side
from .trust import compare_trust
from .unread import edited_unread, not_compared


def compare_sides(before: Side, after: Side, observe: Observe = unobserved) -> Difference:
    """The whole difference; a pure function of both sides."""
    pairs, guarded = pair_roles(before, after), changed_guards(before, after)
    roles = []
    for done, pair in enumerate(pairs):
        observe("comparing roles", done, len(pairs))
        roles += [change for change in (_role(pair, before, after, guarded),) if change is not None]
    policies = pair_policies(before, after)
    others = [
        ObjectNote(other.object, note)
        for one, other in changed_texts(policies)
        for note in notes(one.object, other.object)
    ]
    others += [
        ObjectNote(one.object, gone(one.object))
        for one, other in policies
        if one and not other and not _is_unreadable_now(one.object, before, after)
    ]
    unread = [
        f"{one.name}: {line}" for one, other in ((before, after), (after, before)) for line in not_compared(one, other)
    ]
    moved = tuple(consumers(pairs, before, after))
    findings = tuple(_findings(before, after, roles))
    judged_by = tuple(_notes_on_requirements(before, after))
    return Difference(
        base=before.name,
        head=after.name,
        roles=tuple(roles),
        consumers=moved,
        findings=findings,
        others=tuple(others),
        notes=judged_by,
        unread=tuple(dict.fromkeys(unread)),
    )


def _notes_on_requirements(before: Side, after: Side) -> Iterator[str]:
    for side in (before, after):
        if side.differing:
            named = ", ".join(dict.fromkeys(side.differing))
            yield f"{named} differs in {side.name}: both sides were put to what the working folder has"


_OF_DEMANDS = ("missing-grant", "denied-grant", "conditional-grant", "unknown-grant", "excess-grant")


def _findings(before: Side, after: Side, roles: list[RoleChange]) -> Iterator[NewFinding]:
    """The errors on access that the gate reports on the second side only: what the comparison may miss, such as a text
    that can no longer be read. Grant findings on a role are left out where its demands are worse already."""
    told = [change.role for change in roles if any(demand.is_worse for demand in change.demands)]
    # What access is about is compared by itself; one unread policy in the place of another is told as such.
    known = Baseline("", tuple(of_its_kind(entry_of(finding, "")) for finding in before.findings))
    for finding in against(after.findings, known).new:
        is_told = finding.rule in _OF_DEMANDS and any(finding.subject is role for role in told)
        is_about_access = BY_ID[finding.rule].ABOUT.is_about_access
        if finding.severity == "error" and is_about_access and not is_told:
            yield NewFinding(finding.rule, finding.message, finding.location.file, finding.location.start.line)


def _role(pair: Pair, before: Side, after: Side, guarded: tuple[Changed, ...]) -> RoleChange | None:
    role = pair.after or pair.before
    if role is None or _is_the_same(pair, before, after):
        return None
    reach = _reach(pair, before, after)
    access, conditions = _access(pair, before, after)
    side = after if pair.after else before
    access = _joined(access, compare_guarded(role, side, _layers(role, side, None), guarded))
    accounts = tuple(item.service_account for item in reach)
    trust = compare_trust(pair.before, pair.after, accounts, after.facts.parameters)
    delta = RoleChange(
        status="changed" if pair.before and pair.after else "added" if pair.after else "removed",
        role=role.object,
        gained=access.gained,
        lost=access.lost,
        unclear=(*access.unclear, *trust.unclear, *_unclear(pair, before, after)),
        demands=tuple(demands(pair, before, after, access, trust)),
        let_in=(*trust.let_in, *_given(pair, before, after)),
        shut_out=(*trust.shut_out, *_given(Pair(pair.after, pair.before), after, before)),
        notes=tuple(_notes(pair, before, after)),
        reach=reach,
        conditions=conditions,
    )
    is_told = any(
        (*delta.gained, *delta.lost, *delta.unclear, *delta.demands, *delta.let_in, *delta.shut_out, *delta.notes)
    )
    return delta if is_told or delta.status != "changed" else None


def _is_the_same(pair: Pair, before: Side, after: Side) -> bool:
    """Whether nothing that bears on a role differs: itself, its policies, those of tables and keys, who uses it, and
    what requirements say of it."""
    was, now = pair
    if was is None or now is None or was != now or before.users_of(was) != after.users_of(now):
        return False
    users = [user.giver for side, role in ((before, was), (after, now)) for user in side.users_of(role)]
    data = [repr(item.data) for item in (was.object, now.object, *users)]
    if data[0] != data[1] or data[2 : 2 + len(users) // 2] != data[2 + len(users) // 2 :]:
        return False  # == takes true for 1.
    old, new = before.facts, after.facts
    around = [(facts.project.inventory.tables, facts.project.inventory.keys, facts.parameters) for facts in (old, new)]
    if around[0] != around[1] or before.checks_of(was) != after.checks_of(now):
        return False
    return stack(was, old.names, None) == stack(now, new.names, None)


def _given(pair: Pair, before: Side, after: Side) -> Iterator[str]:
    """The accounts an association gives the role on the second side only: with Pod Identity, that lets a pod in."""
    if pair.before is None or pair.after is None:
        return
    old = {_association(user) for user in before.users_of(pair.before)}
    for user in after.users_of(pair.after):
        if user.giver.kind == "PodIdentityAssociation" and _association(user) not in old:
            namespace, name, cluster = _association(user)
            where = f" in cluster {cluster}" if cluster else ""
            yield f"{namespace}/{name}{where}, by PodIdentityAssociation {user.giver.name}"


def _association(user: User) -> tuple[str, str, str]:
    spec = user.giver.data.get("spec")
    return user.namespace, user.name, str(spec.get("clusterName") or "") if isinstance(spec, dict) else ""


def _is_unreadable_now(item: Object, before: Side, after: Side) -> bool:
    """Whether the file of an object cannot be read any more, or has it as a template, or as something that no
    controller acts on: then nobody knows that it is gone from the cluster."""
    file, project = before.file_of(item.origin.file), after.facts.project
    if any(after.file_of(broken.source.name) == file for broken in project.broken):
        return True
    odd = [found.object for found in project.unsupported]
    odd += [found for found in (*project.inventory.unread, *project.open.objects) if found.kind == item.kind]
    return any((other.namespace, other.name) == (item.namespace, item.name) for other in odd)


def _unclear(pair: Pair, before: Side, after: Side) -> Iterator[str]:
    if pair.before and not pair.after and _is_unreadable_now(pair.before.object, before, after):
        yield f"whether it is gone, since {pair.before.object.origin.file} does not hold it in a form that can be read"


def _notes(pair: Pair, before: Side, after: Side) -> Iterator[Note]:
    old, new = pair.before, pair.after
    if old and not new and not _is_unreadable_now(old.object, before, after):
        yield gone(old.object)
    if old and new:
        is_same_object = (old.object.namespace, old.object.name) == (new.object.namespace, new.object.name)
        yield from (notes if is_same_object else replaced)(old.object, new.object)


def _access(pair: Pair, before: Side, after: Side) -> tuple[Comparison, tuple[Recondition, ...]]:
    """What the role can do more and less, by itself and in sessions that a policy limits on either side; and the part
    of it where only the conditions differ."""
    limited = [
        account for role, side in ((pair.before, before), (pair.after, after)) for account in _limited(role, side)
    ]
    access = Comparison((), (), ())
    conditions = []
    for account in dict.fromkeys((None, *limited)):
        old_layers, new_layers = _layers(pair.before, before, account), _layers(pair.after, after, account)
        if not says_the_same(old_layers, new_layers):
            part = compare_readable(old_layers, new_layers)
            access = _joined(access, part)
            conditions.append(reconditioned(old_layers, new_layers, part))
        elif unread := edited_unread(pair, before, after):
            access = _joined(access, Comparison((), (), (unread,)))
    return access, in_all(conditions)


def _joined(access: Comparison, part: Comparison) -> Comparison:
    return Comparison(
        (*access.gained, *(item for item in part.gained if item not in access.gained)),
        (*access.lost, *(item for item in part.lost if item not in access.lost)),
        tuple(dict.fromkeys((*access.unclear, *part.unclear))),
    )


def _limited(role: Role | None, side: Side) -> list[tuple[str, str]]:
    """The service accounts whose sessions of the role a policy limits."""
    return [(user.namespace, user.name) for user in side.users_of(role) if user.session is not None]


def _layers(role: Role | None, side: Side, account: tuple[str, str] | None) -> tuple[Layer, ...]:
    if role is None:
        return (Layer("identity", ()),)
    sessions = [user.session for user in side.users_of(role) if (user.namespace, user.name) == account]
    return stack(role, side.facts.names, sessions[0] if sessions else None).layers


def _reach(pair: Pair, before: Side, after: Side) -> tuple[RoleUser, ...]:
    """The service accounts that work with the role on either side, each with what runs its pods."""
    by_account: dict[tuple[str, str], list[str]] = {}
    for role, side in ((pair.before, before), (pair.after, after)):
        for user in side.users_of(role):
            workloads = by_account.setdefault((user.namespace, user.name), [])
            workloads += [
                f"{item.object.kind} {item.object.namespace}/{item.object.name}"
                for item in side.facts.project.inventory.workloads
                if (item.object.namespace, item.service_account) == (user.namespace, user.name)
            ]
    return tuple(RoleUser("/".join(account), tuple(dict.fromkeys(names))) for account, names in by_account.items())
