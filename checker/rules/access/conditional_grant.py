"""A required action that is allowed only under conditions nobody has vouched for.

What it does
    Reports required access that depends on condition keys whose values are not
    known from the manifests, at the first such condition, and lists them all;
    and access of a role in a template that hangs on what is filled in, with the
    values that would grant it.

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

from ...ack.filling import name_of
from ...ack.placeholders import find_in_text
from ...findings.place import Place, inside
from ...findings.problem import Problem
from ...iam.decisions.clauses import Clause
from ...iam.documents.holes import has_hole
from ...iam.proofs.prove import Term, show_condition
from ...iam.values import NamedTuple
from ...requirements.check import Answer
from ..facts import Facts
from ..rule import About
from ._answers import actions_of, by_place, can_call, clause_place, grant_problem, listed, role_place, sharing

ABOUT = About("conditional-grant", "error", asks_the_cell=True)


class _Hanging(NamedTuple):
    place: Place
    witness: str
    conditions: str
    keys: str
    denies: bool = False
    is_about_who: bool = False


def check_project(facts: Facts) -> Iterator[Problem]:
    groups = list(by_place(facts, "conditional", _hanging))
    together = sharing((hanging.place, members) for hanging, members in groups)
    for hanging, members in groups:
        item, actions = members[0].check, actions_of(members)
        message = f"{can_call(item, actions, hanging.witness, 'can')} only if {hanging.conditions}"
        known = f"state {hanging.keys or 'the key'} under spec.context of the requirement"
        hint = f"drop the condition, or {known}"
        if members[0].proof.open:
            message = f"{can_call(item, actions, hanging.witness, 'can')} {hanging.conditions}"
            hint = _filled_in(members[0])
        if hanging.denies:
            hint = f"if every request carries what this Deny asks for, {known}; else narrow the Deny"
        if hanging.is_about_who:
            hint = "name the role by its ARN; instead of NotPrincipal, write a condition on aws:PrincipalArn"
        value = f"{' '.join(actions)} {members[0].question.resource} {hanging.conditions}"
        shared = together[id(item.role.object), hanging.place]
        yield grant_problem(item, hanging.place, message, hint, value, members[0].question, shared)


def _hanging(answer: Answer) -> _Hanging:
    witness = answer.proof.witness or answer.question.resource
    if answer.proof.open:
        return _on_what_is_filled_in(answer, witness)
    alternatives = answer.proof.conditions
    if not alternatives:
        return _on_a_resource(answer, answer.proof.hangs_on[0], witness)
    first = alternatives[0][0]
    shown = ", or ".join(" and ".join(map(_shown, terms)) for terms in alternatives)
    keys = ", ".join(dict.fromkeys(term.condition.key for terms in alternatives for term in terms))
    denies = any(term.clause.effect == "Deny" for terms in alternatives for term in terms)
    return _Hanging(clause_place(answer.check, first.clause, first.condition.path), witness, shown, keys, denies)


def _on_what_is_filled_in(answer: Answer, witness: str) -> _Hanging:
    """The place of a hole that the access depends on, and the values that would grant it."""
    proof = answer.proof
    holes = tuple(dict.fromkeys(hole for case in proof.when for hole, _ in case)) or proof.open
    shown = ", or ".join(" and ".join(f"{hole} is {text or 'empty'}" for hole, text in case) for case in proof.when)
    conditions = f"{'exactly when' if proof.only_then else 'when'} {shown}"
    if not proof.when:
        conditions = f"depending on what is filled in for {listed(holes)}"
    return _Hanging(_place_of(answer, holes), witness, conditions, "")


def _place_of(answer: Answer, holes: tuple[str, ...]) -> Place:
    """Where one of the holes stands in the policies of the role; else where the role is to be mended."""
    for source in answer.check.stack.sources.values():
        document = source.text.parsed.document if source.text is not None else None
        for statement in document.statements if document is not None and document.holes else ():
            entries = [(item.text, item.path) for item in (*statement.resources, *statement.actions)]
            entries += [(value, item.path) for item in statement.conditions for value in (item.key, *item.values)]
            inner = next((path for text, path in entries if has_hole(text, holes)), None)
            if inner is not None and source.text is not None:
                return inside(source.text, inner)
    return role_place(answer.check.role)


_MOST_NAMED = 4


def _filled_in(answer: Answer) -> str:
    """The hint to state what is filled in, by a parameter of the cell where one has the needed value."""
    parameters = {value: name for name, value in answer.check.around.parameters.items()}
    case = dict(answer.proof.when[0]) if answer.proof.when else {}
    named = []
    for hole in case or answer.proof.open[:_MOST_NAMED]:
        hit = find_in_text(hole)
        if hit is not None:
            value = case.get(hole, "…")
            named.append(f"{name_of(hit[0], hole)}: {f'${{{parameters[value]}}}' if value in parameters else value}")
    setting = f"placeholders: {{{', '.join(named)}}}"
    return f"say what the cell fills in, as {setting} in checker.yaml, or render it first"


def _on_a_resource(answer: Answer, clause: Clause, witness: str) -> _Hanging:
    """The Resource string that leaves the answer open: it holds a variable, or fewer fields than an ARN has."""
    resources = clause.statement.resources if clause.statement else ()
    entry = next((item for item in resources if "${" in item.text), resources[0] if resources else None)
    statement = clause.statement
    if statement is not None and statement.principals and (entry is None or "${" not in entry.text):
        named, is_negated = statement.principals[0].entry, statement.not_principals
        # To be let in, or left alone: an Allow has to name it, and so has a Deny of all but some.
        is_to_be_named = (statement.effect == "Allow") is not is_negated
        element = "NotPrincipal" if is_negated else "Principal"
        words = "names its session" if is_to_be_named else "does not name its session"
        place = clause_place(answer.check, clause, named.path)
        return _Hanging(place, witness, f"the {element} {named.text} {words}", "", is_about_who=True)
    if entry is None:
        return _Hanging(clause_place(answer.check, clause), witness, "its resource is covered, which is not known", "")
    keys = ", ".join(dict.fromkeys(re.findall(r"\$\{([^},]*)", entry.text)))
    return _Hanging(clause_place(answer.check, clause, entry.path), witness, f"{entry.text} covers it", keys)


def _shown(term: Term) -> str:
    text = show_condition(term.condition)
    return text if term.holds else f"not ({text})"
