"""The gate's own rules over the deployed policies: the same modules, the same names, no place in a file."""

from __future__ import annotations

from collections.abc import Iterable

from ...findings.severity import Severity
from ...iam.values import NamedTuple
from ...project.project import link
from ...requirements.model import Requirement
from ...rules.access import conditional_grant, denied_grant, excess_grant, missing_grant, unknown_grant
from ...rules.facts import Facts
from ..case.access import view
from ..case.case import Case

_RULES = (missing_grant, denied_grant, conditional_grant, unknown_grant, excess_grant)


class RuleFinding(NamedTuple):
    """What a rule of the gate says of the role as it is in IAM."""

    rule: str
    severity: Severity
    message: str


def rule_findings(case: Case, requirements: Iterable[Requirement]) -> tuple[RuleFinding, ...]:
    """The findings on the deployed role, each once; () where its policies were not read. As in the gate, only the
    role's own policies count, and only the calls that are required."""
    source = case.deployed.source if case.deployed else None
    asked = view(source, requirements, case.parameters, (), (), case.record.collected_at[:10])
    if asked is None:
        return ()
    project = link(())._replace(inventory=asked.source.inventory)
    facts = Facts(project, asked.names, asked.outcomes, parameters=case.parameters)
    findings = [
        RuleFinding(rule.ABOUT.id, rule.ABOUT.severity, problem.message)
        for rule in _RULES
        for problem in rule.check_project(facts)
    ]
    return tuple(dict.fromkeys(findings))
