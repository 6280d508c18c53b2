"""A requirement put to a role: every action on every resource, proven or not."""

from __future__ import annotations

from functools import cached_property

from ..iam.decisions.policies import Layer
from ..iam.proofs.prove import Proof
from ..iam.values import NamedTuple
from ..inventory.names import Names, arn_of_role
from ..inventory.objects import Object, Role
from ..progress import Observe, unobserved
from .answering import Answers, Surroundings, answer, values_of
from .assuming import bearing_on, trust_guards
from .layers import Stack, limited, stack
from .model import Requirement
from .resources import guards, indexes_of, layers_on, sealed
from .rows import Question
from .select import Selected, Unseen, may_select, select
from .trust import check_entry
from .ways import TrustCheck


class RoleCheck:
    """A requirement put to one way of using a role. The answers follow from these fields, and are worked out when
    somebody asks, or taken from the `same` check of an earlier state. (No dataclass: that module takes 12 ms to
    import.)"""

    def __init__(
        self,
        requirement: Requirement,
        selected: Selected,
        stack: Stack,
        around: Surroundings,
        same: RoleCheck | None = None,
    ) -> None:
        self.requirement, self.selected, self.stack, self.around = requirement, selected, stack, around
        self.same = same

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RoleCheck) and self._asked == other._asked

    __hash__ = None  # type: ignore[assignment]  # what it is made of has no hash

    def __getstate__(self) -> dict[str, object]:
        """The check with its answers, and without the one that they were taken from."""
        return {**self.__dict__, "answers": self.answers, "same": None}

    @property
    def _asked(self) -> tuple[object, ...]:
        return self.requirement, self.selected, self.stack, self.around

    @cached_property
    def answers(self) -> Answers:
        """Everything that is asked of the role, answered once."""
        return (
            self.same.answers
            if self.same is not None
            else answer(self.requirement, self.selected, self.stack, self.around)
        )

    @property
    def required(self) -> tuple[Question, ...]:
        """What is required of the role."""
        return self.answers.required

    @property
    def excess(self) -> tuple[Question, ...]:
        """What is forbidden to the role."""
        return self.answers.excess

    @property
    def trust(self) -> TrustCheck | None:
        """Whether the trust policy fits."""
        return self.answers.trust

    @cached_property
    def entry(self) -> TrustCheck:
        """Whether whoever is to use the role can assume it."""
        if self.same is not None:
            return self.same.entry
        return check_entry(self.selected, values_of(self.selected, self.around))

    @property
    def role(self) -> Role:
        """The role that is asked about."""
        return self.selected.role

    @property
    def giver(self) -> Object | None:
        """The object that gives the role to its service account."""
        return self.selected.giver

    def layers_on(self, resource: str) -> tuple[Layer, ...]:
        """Every layer that bears on a request about a resource."""
        return (*self.stack.layers, *layers_on(resource, self.around.guards))


class Answer(NamedTuple):
    """One required access of one role, with its proof."""

    check: RoleCheck
    question: Question
    proof: Proof


class Outcome(NamedTuple):
    """A requirement put to the project: how many roles it selects, and the checks of those that were asked about.
    `perhaps` are roles that it selects if their names are filled in so; `cell` is the one it was put to, where there
    are several."""

    requirement: Requirement
    selected: int
    checks: tuple[RoleCheck, ...]
    unseen: tuple[Unseen, ...]
    perhaps: tuple[Role, ...] = ()
    cell: str = ""


def check_requirement(
    requirement: Requirement,
    names: Names,
    parameters: dict[str, str],
    files: frozenset[str] | None = None,
    above: tuple[Layer, ...] = (),
    observe: Observe = unobserved,
    today: str = "",
    earlier: Outcome | None = None,
    is_asked_later: bool = False,
) -> Outcome:
    """Puts one requirement to the roles it selects; with `files`, only to those of which something stands in them.

    `parameters` are the cell's; they win over the requirement's own. `above` are layers that bear on every role besides
    its own: resource policies, SCPs, endpoint policies. Requests are made from the day `today` (ISO) on.
    Answers of an `earlier` outcome of the requirement are taken over where all that they follow from is the same. With
    `is_asked_later`, nothing is proven before somebody asks for it.
    """
    selected, unseen = select(requirement, names)
    values = {**requirement.parameters, **parameters}
    checks: list[RoleCheck] = []
    has_resource_layers = any(layer.name == "resource" for layer in above)
    tables = tuple(indexes_of(names.inventory, values))
    trusting = () if has_resource_layers else trust_guards(requirement, names)
    known = {_use(check.selected): check for check in (earlier.checks if earlier else ())}
    for done, item in enumerate(selected):
        observe(f"proving {requirement.name} for roles", done, len(selected))
        attached = limited(stack(item.role, names, item.session, above, item.giver), item.limits)
        guarding = () if has_resource_layers else guards(names.inventory, item.role.object, values)
        guarding += tuple(bearing_on(trusting, requirement, arn_of_role(names, item.role), values))
        sealing = () if has_resource_layers else sealed(names.inventory, item.role.object, values)
        key_guards = [table.policy for table in sealing if table.policy is not None]
        sources = {guard.attached.label: guard.source for guard in (*guarding, *key_guards)}
        attached = attached._replace(sources={**sources, **attached.sources})
        around = (*(guard.source.owner for guard in (*guarding, *key_guards)), *(table.table for table in sealing))
        if _touches(item, attached, around, files):
            check = RoleCheck(requirement, item, attached, Surroundings(values, guarding, sealing, tables, today))
            before = known.get(_use(item))
            if before is not None and before == check:
                check.same = before.same or before
            if not is_asked_later:
                check.answers  # noqa: B018  # worked out here, where somebody watches how it goes
            checks.append(check)
    asked_unseen = tuple(item for item in unseen if files is None or item.object.origin.file in files)
    chosen = {id(item.role) for item in selected}
    perhaps = tuple(
        role
        for role in names.inventory.roles
        if (role.object.holes or role.object.within) and id(role) not in chosen and may_select(requirement.roles, role)
    )
    return Outcome(requirement, len(selected) + len(unseen), tuple(checks), asked_unseen, perhaps)


def _use(selected: Selected) -> tuple[int, int, tuple[str, str] | None]:
    return id(selected.role.object), id(selected.giver), selected.service_account


def _touches(selected: Selected, attached: Stack, around: tuple[Object, ...], files: frozenset[str] | None) -> bool:
    if files is None or selected.role.object.origin.file in files:
        return True
    if any(item.origin.file in files for item in around):
        return True
    if selected.giver is not None and selected.giver.origin.file in files:
        return True
    texts = (source.text for source in attached.sources.values())
    return any(text is not None and text.owner.origin.file in files for text in texts)
