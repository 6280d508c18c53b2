"""Two sides, compared: for every role what it gains and loses, what requirements say to that, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator

from ..ack.edits import Note, gone, notes, replaced
from ..iam.decisions.policies import Layer
from ..iam.proofs.comparison import compare_readable, says_the_same
from ..iam.proofs.grants import Comparison
from ..inventory.objects import Role
from ..progress import Observe, unobserved
from ..requirements.layers import stack
from ..requirements.select import User
from ..rules import BY_ID
from ..suppression.baseline import Baseline, against, entry_of
from .conditions import in_all, reconditioned
from .consumers import consumers
from .demands import demands
from .model import Difference, NewFinding, ObjectNote, Recondition, RoleChange, RoleUser
from .pairs import Pair, changed_texts, pair_policies, pair_roles
from .sides import Side
from .trust import compare_trust


def compare_sides(before: Side, after: Side, observe: Observe = unobserved) -> Difference:
    """The whole difference; a pure function of both sides."""
    pairs = pair_roles(before, after)
    roles = []
    for done, pair in enumerate(pairs):
        observe("comparing roles", done, len(pairs))
        roles += [found for found in (_role(pair, before, after),) if found is not None]
    policies = pair_policies(before, after)
    others = [
        ObjectNote(other.object, note)
        for one, other in changed_texts(policies)
        for note in notes(one.object, other.object)
    ]
    others += [ObjectNote(one.object, gone(one.object)) for one, other in policies if one and not other]
    unread = [
        f"{one.name}: {line}" for one, other in ((before, after), (after, before)) for line in _unread(one, other)
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
        unread=tuple(unread),
    )


def _notes_on_requirements(before: Side, after: Side) -> Iterator[str]:
    for side in (before, after):
        if side.differing:
            named = ", ".join(dict.fromkeys(side.differing))
            yield f"{named} differs in {side.name}: both sides were put to what the working folder has"


_OF_DEMANDS = ("missing-grant", "denied-grant", "conditional-grant", "unknown-grant", "excess-grant")


def _findings(before: Side, after: Side, roles: list[RoleChange]) -> Iterator[NewFinding]:
    """The errors that the gate would report on the second side and not on the first: what the comparison may miss, such
    as a text that can no longer be read. What is told of a role already is not told again."""
    told = [change.role for change in roles if any(demand.is_worse for demand in change.demands)]
    known = Baseline("", tuple(entry_of(finding, "") for finding in before.findings))
    for finding in against(after.findings, known).new:
        is_told = finding.rule in _OF_DEMANDS and any(finding.subject is role for role in told)
        is_about_access = BY_ID[finding.rule].ABOUT.is_about_access
        if finding.severity == "error" and is_about_access and not is_told:
            yield NewFinding(finding.rule, finding.message, finding.location.file, finding.location.start.line)


def _unread(side: Side, other: Side) -> Iterator[str]:
    """What keeps a side from being known as a whole; what is the same on both sides is no difference."""
    yield from (f"{path}: {reason}" for path, reason in side.unreadable)
    project, same = side.facts.project, _same_files(side, other)
    same -= _open_and_differing(side, other)
    for broken in project.broken:
        if broken.source.name not in same:
            yield f"{broken.source.name} is no YAML: {broken.message}"
    for skipped in project.skipped:
        if skipped.file not in same:
            what = (
                "a change by kustomize" if skipped.reason.startswith("kustomize-") else f"a template ({skipped.reason})"
            )
            yield f"{skipped.file} holds {what}, which was not compared"


def _open_and_differing(side: Side, other: Side) -> set[str]:
    """The files of roles with holes that requirements say something else of on the other side: policies in other files
    have changed."""
    mine, theirs = _open_verdicts(side), _open_verdicts(other)
    return {file for file, verdicts in mine.items() if theirs.get(side.file_of(file), verdicts) != verdicts}


def _open_verdicts(side: Side) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for check in (check for outcome in side.facts.outcomes for check in outcome.checks):
        item = check.role.object
        if item.holes or item.within:
            for question in (*check.required, *check.excess):
                verdict = question.proof.verdict if question.proof else ""
                row = (item.namespace, item.name, question.action, question.resource, verdict)
                found.setdefault(item.origin.file, []).append(row)
    return {file: sorted(rows) for file, rows in found.items()}


def _same_files(side: Side, other: Side) -> set[str]:
    texts = {other.file_of(name): source.text for name, source in other.facts.project.sources.items()}
    sources = side.facts.project.sources.items()
    return {name for name, source in sources if texts.get(side.file_of(name)) == source.text}


def _role(pair: Pair, before: Side, after: Side) -> RoleChange | None:
    role = pair.after or pair.before
    if role is None or _is_the_same(pair, before, after):
        return None
    reach = _reach(pair, before, after)
    access, conditions = _access(pair, before, after)
    accounts = tuple(item.service_account for item in reach)
    trust = compare_trust(pair.before, pair.after, accounts, after.facts.parameters)
    found = RoleChange(
        status="changed" if pair.before and pair.after else "added" if pair.after else "removed",
        role=role.object,
        gained=access.gained,
        lost=access.lost,
        unclear=(*access.unclear, *trust.unclear),
        demands=tuple(demands(pair, before, after, access, trust)),
        let_in=(*trust.let_in, *_given(pair, before, after)),
        shut_out=(*trust.shut_out, *_given(Pair(pair.after, pair.before), after, before)),
        notes=tuple(_notes(pair)),
        reach=reach,
        conditions=conditions,
    )
    is_told = any(
        (*found.gained, *found.lost, *found.unclear, *found.demands, *found.let_in, *found.shut_out, *found.notes)
    )
    return found if is_told or found.status != "changed" else None


def _is_the_same(pair: Pair, before: Side, after: Side) -> bool:
    """Whether nothing that bears on a role differs: itself, its policies, those of tables and keys, who uses it, and
    what requirements say of it."""
    one, other = pair
    if one is None or other is None or one != other or before.users_of(one) != after.users_of(other):
        return False
    users = [user.giver for side, role in ((before, one), (after, other)) for user in side.users_of(role)]
    data = [repr(item.data) for item in (one.object, other.object, *users)]
    if data[0] != data[1] or data[2 : 2 + len(users) // 2] != data[2 + len(users) // 2 :]:
        return False  # To Python, true is 1.
    old, new = before.facts, after.facts
    around = [(facts.project.inventory.tables, facts.project.inventory.keys, facts.parameters) for facts in (old, new)]
    if around[0] != around[1] or before.checks_of(one) != after.checks_of(other):
        return False
    return stack(one, old.names, None) == stack(other, new.names, None)


def _given(pair: Pair, before: Side, after: Side) -> Iterator[str]:
    """To whom an association gives the role on the second side only: with Pod Identity, that is what lets a pod in."""
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


def _notes(pair: Pair) -> Iterator[Note]:
    one, other = pair.before, pair.after
    if one and not other:
        yield gone(one.object)
    if one and other:
        is_same_object = (one.object.namespace, one.object.name) == (other.object.namespace, other.object.name)
        yield from (notes if is_same_object else replaced)(one.object, other.object)


def _access(pair: Pair, before: Side, after: Side) -> tuple[Comparison, tuple[Recondition, ...]]:
    """What the role can do more and less: by itself, and in sessions that a policy limits on either side; and of which
    of it only the conditions differ."""
    limited = [
        account for role, side in ((pair.before, before), (pair.after, after)) for account in _limited(role, side)
    ]
    found = Comparison((), (), ())
    conditions = []
    for account in dict.fromkeys((None, *limited)):
        one, other = _layers(pair.before, before, account), _layers(pair.after, after, account)
        if not says_the_same(one, other):
            part = compare_readable(one, other)
            found = Comparison(
                (*found.gained, *(item for item in part.gained if item not in found.gained)),
                (*found.lost, *(item for item in part.lost if item not in found.lost)),
                tuple(dict.fromkeys((*found.unclear, *part.unclear))),
            )
            conditions.append(reconditioned(one, other, part))
    return found, in_all(conditions)


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
    found: dict[tuple[str, str], list[str]] = {}
    for role, side in ((pair.before, before), (pair.after, after)):
        for user in side.users_of(role):
            workloads = found.setdefault((user.namespace, user.name), [])
            workloads += [
                f"{item.object.kind} {item.object.namespace}/{item.object.name}"
                for item in side.facts.project.inventory.workloads
                if (item.object.namespace, item.service_account) == (user.namespace, user.name)
            ]
    return tuple(RoleUser("/".join(account), tuple(dict.fromkeys(names))) for account, names in found.items())
