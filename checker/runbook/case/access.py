"""The verdict on the role's access, over any view of it: the same requirements, the same `prove` as in the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...iam.decisions.policies import Layer
from ...iam.decisions.statements import action_matches
from ...iam.documents.document import Statement
from ...iam.patterns.globs import arn_glob, matches
from ...iam.proofs.prove import WORST_FIRST, Verdict
from ...iam.values import NamedTuple
from ...inventory.names import Names, names_of
from ...requirements.check import Outcome, RoleCheck, check_requirement
from ...requirements.model import Access, Requirement, Selector
from ...requirements.rows import Question
from ...requirements.select import select
from .sources import RoleSource


class LoggedCall(NamedTuple):
    """An action on a resource that a log line names."""

    action: str
    resource: str


class View(NamedTuple):
    """One view of the role and what was asked of it: the requirements, and what the log says was refused."""

    source: RoleSource
    names: Names
    outcomes: tuple[Outcome, ...]

    @property
    def checks(self) -> tuple[RoleCheck, ...]:
        """The checks of this role."""
        return tuple(check for outcome in self.outcomes for check in outcome.checks)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question put to the role."""
        return tuple(question for check in self.checks for question in check.required)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all; "unknown" where nothing could be asked."""
        verdicts = {question.proof.verdict if question.proof else "unknown" for question in self.questions}
        return next((verdict for verdict in WORST_FIRST if verdict in verdicts), "unknown")

    @property
    def refused(self) -> tuple[Question, ...]:
        """The questions whose answer is no."""
        return tuple(item for item in self.questions if item.proof and item.proof.verdict == "not-granted")


def view(
    source: RoleSource | None,
    requirements: Iterable[Requirement],
    parameters: Mapping[str, str],
    above: tuple[Layer, ...],
    refused: tuple[LoggedCall, ...],
    today: str = "",
) -> View | None:
    """Checks the role of a source by the requirements that select it; where none does, by all of them: the alert says
    whose keys fail, and so which role is meant. It must allow the calls in `refused` as well.
    """
    if source is None:
        return None
    names = names_of(source.inventory, parameters.get("roleAccount") or parameters.get("account"))
    given = tuple(requirements)
    asked = [_with(requirement, source, refused) for requirement in selecting(source, given, parameters) or given]
    outcomes = tuple(check_requirement(item, names, dict(parameters), above=above, today=today) for item in asked)
    mine = tuple(
        outcome._replace(checks=tuple(check for check in outcome.checks if check.role is source.role))
        for outcome in outcomes
    )
    return View(source, names, mine)


def selecting(
    source: RoleSource, requirements: Iterable[Requirement], parameters: Mapping[str, str]
) -> list[Requirement]:
    """The requirements that select the role of a source."""
    names = names_of(source.inventory, parameters.get("roleAccount") or parameters.get("account"))
    return [item for item in requirements if any(selected.role is source.role for selected in select(item, names)[0])]


def _with(requirement: Requirement, source: RoleSource, refused: tuple[LoggedCall, ...]) -> Requirement:
    role = source.role
    extra = tuple(
        Access((item.action,), (item.resource,), ("spec", "require", len(requirement.require) + number))
        for number, item in enumerate(refused)
    )
    names = (role.name, role.object.name)
    return requirement._replace(
        roles=Selector(names), service_accounts=Selector(), require=(*requirement.require, *extra)
    )


class AllowingStatement(NamedTuple):
    """An Allow statement of an identity policy that has an action, and the policy's label."""

    statement: Statement
    policy: str


def allowing(check: RoleCheck, action: str) -> list[AllowingStatement]:
    """The Allow statements of the role's identity policies that name the action, whatever their resource."""
    statements = []
    for layer in check.stack.layers:
        if layer.name != "identity":
            continue
        for policy in layer.policies:
            for statement in policy.document.statements if policy.document else ():
                named = any(action_matches(entry.text, action.lower()) for entry in statement.actions)
                if statement.effect == "Allow" and named != statement.not_actions:
                    statements.append(AllowingStatement(statement, policy.label))
    return statements


def covers(statement: Statement, resource: str) -> bool:
    """Whether a statement's Resource covers an ARN, its conditions left aside."""
    named = any(matches(arn_glob(entry.text), resource) for entry in statement.resources)
    return named != statement.not_resources
