"""A required action that is allowed only under conditions nobody has vouched for.

What it does
    Reports required access that depends on condition keys whose values are not
    known from the manifests, at the first such condition, and lists them all.

Why it matters
    If the condition does not hold for the sidecar's requests (a VPC endpoint
    that is not used, a leading key that differs), the keys go stale exactly as
    without the grant.

Example
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}

Use instead
        Drop the condition, or state in the requirement what every request carries:
        spec:
          context: {aws:SourceVpce: vpce-1a2b3c4d}

Source
    IAM User Guide, "IAM JSON policy elements: Condition".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...findings.place import Place
from ...findings.problem import Problem
from ...iam.decisions.clauses import Clause
from ...iam.proofs.prove import Term, show_condition
from ...requirements.check import Answer
from ..facts import Facts
from ..rule import About
from ._answers import actions_of, by_place, can_call, clause_place, grant_problem, sharing

ABOUT = About("conditional-grant", "error", asks_the_cell=True)


class _Hanging(NamedTuple):
    place: Place
    witness: str
    conditions: str
    keys: str
    denies: bool = False


def check_project(facts: Facts) -> Iterator[Problem]:
    groups = list(by_place(facts, "conditional", _hanging))
    together = sharing((hanging.place, members) for hanging, members in groups)
    for hanging, members in groups:
        item, actions = members[0].check, actions_of(members)
        message = f"{can_call(item, actions, hanging.witness, 'can')} only if {hanging.conditions}"
        known = f"state {hanging.keys or 'the key'} under spec.context of the requirement"
        hint = f"drop the condition, or {known}"
        if hanging.denies:
            hint = f"if every request carries what this Deny asks for, {known}; else narrow the Deny"
        value = f"{' '.join(actions)} {members[0].question.resource} {hanging.conditions}"
        found = together[id(item.role.object), hanging.place]
        yield grant_problem(item, hanging.place, message, hint, value, members[0].question, found)


def _hanging(answer: Answer) -> _Hanging:
    witness = answer.proof.witness or answer.question.resource
    alternatives = answer.proof.conditions
    if not alternatives:
        return _on_a_resource(answer, answer.proof.hangs_on[0], witness)
    first = alternatives[0][0]
    shown = ", or ".join(" and ".join(map(_shown, terms)) for terms in alternatives)
    keys = ", ".join(dict.fromkeys(term.condition.key for terms in alternatives for term in terms))
    denies = any(term.clause.effect == "Deny" for terms in alternatives for term in terms)
    return _Hanging(clause_place(answer.check, first.clause, first.condition.path), witness, shown, keys, denies)


def _on_a_resource(answer: Answer, clause: Clause, witness: str) -> _Hanging:
    """The Resource string that leaves it open: a variable in it, or fewer fields than an ARN has."""
    resources = clause.statement.resources if clause.statement else ()
    entry = next((item for item in resources if "${" in item.text), resources[0] if resources else None)
    if entry is None:
        return _Hanging(clause_place(answer.check, clause), witness, "its resource is covered, which is not known", "")
    keys = ", ".join(dict.fromkeys(re.findall(r"\$\{([^},]*)", entry.text)))
    return _Hanging(clause_place(answer.check, clause, entry.path), witness, f"{entry.text} covers it", keys)


def _shown(term: Term) -> str:
    text = show_condition(term.condition)
    return text if term.holds else f"not ({text})"
