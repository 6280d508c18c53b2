"""Plans: what to change, where, why there, and whether it is safe; and what a plan is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from ...findings.finding import Finding
from ...findings.place import Place, at
from ...iam.documents.paths import Path
from ...iam.values import NamedTuple
from ...inventory.objects import Object, PolicyText, Role
from ...requirements.check import RoleCheck
from ...requirements.layers import stack
from ...requirements.rows import Question
from ...rules.facts import Facts
from ...rules.statements._statements import Written
from ...rules.trust import misdirected_annotation
from ...rules.trust.untrusted_service_account import RefusedCaller, refused
from ...schemas import violations
from ..edits.patch import Patch


class Need(NamedTuple):
    """Access that is missing, and is all that a plan may grant; `through` is the service alone through which it is
    needed, "" where it is needed directly."""

    action: str
    resource: str
    through: str = ""


def need_of(question: Question) -> Need:
    """What a question asks for, as a need."""
    return Need(question.action, question.resource, question.through if question.action == "kms:Decrypt" else "")


class Plan(NamedTuple):
    """One way to cure a finding. `why` says why in this place; `danger`, if not empty, why the plan is unsafe: it
    changes what somebody may have meant. `notes` are shown with it. `needs` is the access that it grants, where it does
    nothing else. `reveals`: what it mends could not be judged before, so new findings may come to light.
    """

    title: str
    why: str
    patches: tuple[Patch, ...]
    danger: str = ""
    notes: tuple[str, ...] = ()
    reveals: bool = False
    needs: tuple[Need, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether it may be carried out without being asked for by name."""
        return not self.danger


class NoPlan(NamedTuple):
    """Why there is no edit, and who can mend it instead."""

    reason: str


Candidates = Iterator[Plan | NoPlan]
"""Plans in the order of preference; the first one that holds is taken. A NoPlan is shown where none does."""


@dataclass(frozen=True)
class Survey:
    """What plans are made from: the facts, and who uses what (worked out once). Without `sees_all`, roles that are not
    known here may use a Policy too."""

    facts: Facts
    sees_all: bool = True

    @cached_property
    def users(self) -> Mapping[int, tuple[Role, ...]]:
        """The roles that each Policy object bears on, as attached policy or as boundary, by the object's identity."""
        by_owner: dict[int, dict[int, Role]] = {}
        for role in self.facts.project.inventory.roles:
            for source in stack(role, self.facts.names, None).sources.values():
                if source.text is not None and source.text.owner is not role.object:
                    by_owner.setdefault(id(source.text.owner), {})[id(role.object)] = role
        return {key: tuple(roles.values()) for key, roles in by_owner.items()}

    @cached_property
    def texts(self) -> Mapping[tuple[str, int | None, Path], PolicyText]:
        """Every policy document of the project, by the file, the document and the field it stands in."""
        texts = self.facts.project.inventory.texts
        return {at(text.owner, text.path)[:3]: text for text in texts}

    def text_at(self, place: Place) -> PolicyText | None:
        """The policy document that a place is in."""
        return self.texts.get(place[:3])

    def written_at(self, place: Place) -> Written | None:
        """The statement that a place is in, with its document."""
        text = self.text_at(place)
        document = text.parsed.document if text else None
        inner = place.inner or ()
        if text is None or document is None:
            return None
        statement = next((item for item in document.statements if inner[: len(item.path)] == item.path), None)
        return Written(text, document, statement) if statement else None

    @cached_property
    def refused(self) -> Mapping[tuple[int, str], tuple[RefusedCaller, ...]]:
        """The service accounts that roles keep out, by the identity of the role's object and the service account."""
        callers: dict[tuple[int, str], tuple[RefusedCaller, ...]] = {}
        for item in refused(self.facts):
            key = id(item.role.object), item.service_account
            callers[key] = (*callers.get(key, ()), item)
        return callers

    @cached_property
    def misdirected(self) -> frozenset[int]:
        """The service accounts and associations that name the wrong role, by identity."""
        return frozenset(id(problem.subject) for problem in misdirected_annotation.check_project(self.facts))

    @cached_property
    def checks(self) -> Mapping[int, tuple[RoleCheck, ...]]:
        """What was asked of each role, by the identity of its object."""
        by_role: dict[int, list[RoleCheck]] = {}
        for check in (check for outcome in self.facts.outcomes for check in outcome.checks):
            by_role.setdefault(id(check.role.object), []).append(check)
        return {key: tuple(checks) for key, checks in by_role.items()}

    @cached_property
    def _expected(self) -> dict[int, Mapping[Path, Any]]:
        return {}

    def expected(self, item: Object) -> Mapping[Path, Any]:
        """By the route of each field that the kind of an object does not have, the fields that it has there."""
        if id(item) not in self._expected:
            unknown = (one for one in violations("ack", item.data) if one.keyword == "additionalProperties")
            self._expected[id(item)] = {one.path: one.expected for one in unknown}
        return self._expected[id(item)]

    def others(self, owner: Object, role: Role) -> tuple[Role, ...]:
        """The other roles that a Policy object bears on."""
        return tuple(item for item in self.users.get(id(owner), ()) if item.object is not role.object)


class Planner(Protocol):
    """A module in `plans/`: the rules whose findings it mends, and the ways to mend one, the best first."""

    @property
    def RULES(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the modules
        """The names of the rules."""
        ...

    def plan(self, survey: Survey, finding: Finding) -> Candidates:
        """The plans, or why there is none."""
        ...
