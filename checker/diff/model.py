"""What a comparison of two sides comes to."""

from __future__ import annotations

from typing import Literal

from ..ack.edits import Note
from ..iam.proofs.grants import Change
from ..iam.proofs.prove import Verdict
from ..iam.values import NamedTuple
from ..inventory.objects import Object

Status = Literal["added", "removed", "changed"]
Kind = Literal["required", "forbidden", "trust"]


class Demand(NamedTuple):
    """What a requirement says of one access (`required`, `forbidden`) or of a service account's trust, before and
    after; None where it was not asked."""

    kind: Kind
    requirement: str
    action: str
    resource: str
    before: Verdict | None
    after: Verdict | None
    witness: str = ""

    @property
    def is_worse(self) -> bool:
        """Whether required access is less sure than before, or forbidden access more within reach. With a `witness` it
        is so on that ARN, although the verdict is the same word."""
        if self.witness:
            return True
        was, now = (_RANKS[verdict] for verdict in (self.before, self.after))
        return now > was if self.kind == "forbidden" else now < was


_RANKS: dict[Verdict | None, int] = {None: 0, "not-granted": 0, "unknown": 1, "conditional": 2, "granted": 3}


class RoleUser(NamedTuple):
    """A service account that works with the role, and what runs its pods."""

    service_account: str
    workloads: tuple[str, ...]


class Recondition(NamedTuple):
    """Actions that stay granted on `witness`, on other conditions: before and after, "" for none."""

    actions: tuple[str, ...]
    witness: str
    before: str
    after: str


class RoleChange(NamedTuple):
    """One role that changes. `gained` and `lost` are accesses with a witness each, `unclear` says what cannot be told;
    `let_in` names who may assume the role now and could not before, `shut_out` who no longer may. `conditions` are
    those of the gained and lost accesses that both sides grant.
    """

    status: Status
    role: Object
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    unclear: tuple[str, ...]
    demands: tuple[Demand, ...]
    let_in: tuple[str, ...]
    shut_out: tuple[str, ...]
    notes: tuple[Note, ...]
    reach: tuple[RoleUser, ...]
    conditions: tuple[Recondition, ...] = ()

    def is_kept(self, change: Change) -> bool:
        """Whether a gained or lost access is granted on both sides, and only its conditions differ."""
        return any((item.actions, item.witness) == (change.actions, change.witness) for item in self.conditions)


class ConsumerChange(NamedTuple):
    """A service account or workload that works with another role than before; "none" for no role that is known."""

    name: str
    before: str
    after: str
    demands: tuple[Demand, ...]


class NewFinding(NamedTuple):
    """An error of the gate that the first side does not have: the rule, the message, and the place on the second."""

    rule: str
    message: str
    file: str
    line: int


class ObjectNote(NamedTuple):
    """A note on an object that is no role."""

    item: Object
    note: Note


class Difference(NamedTuple):
    """Everything that differs between two sides. `notes` name the files that both were judged by and that differ
    themselves, `unread` what of either could not be read."""

    base: str
    head: str
    roles: tuple[RoleChange, ...]
    consumers: tuple[ConsumerChange, ...]
    findings: tuple[NewFinding, ...]
    others: tuple[ObjectNote, ...]
    notes: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def is_worse(self) -> bool:
        """Whether required access is lost, forbidden access gained, or the gate would fail on something new."""
        return bool(self.worse or self.findings)

    @property
    def worse(self) -> tuple[Demand, ...]:
        """The demands that are met less surely than before."""
        demands = [demand for change in self.roles for demand in change.demands]
        demands += [demand for change in self.consumers for demand in change.demands]
        return tuple(demand for demand in demands if demand.is_worse)
