"""A required action that no policy of the role allows.

What it does
    Puts every required action to every required resource and decides it with
    all policies that bear on the role: inline, attached, referenced, the
    permissions boundary, a Pod Identity session policy; wildcards, NotAction,
    NotResource, Deny and conditions included. Reports what some layer does not
    allow, at the statement that comes nearest.

Why it matters
    The sidecar gets AccessDeniedException when it refreshes its keys. They go
    stale, end users are locked out, and the alert auth_keys_refresh_failure
    pages somebody.

Example
        "Action": ["dynamodb:GetItem"]

Use instead
        "Action": ["dynamodb:GetItem", "dynamodb:Query"]

Source
    IAM User Guide, "Policy evaluation logic"; DynamoDB Developer Guide, "Using
    IAM with indexes" (a Query with an IndexName is authorized on the index
    ARN).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ...findings.place import Place, at, inside
from ...findings.problem import Problem
from ...iam.arns import Arn, parse_arn
from ...iam.catalogue.condition_keys import claim_of, never_carried
from ...iam.decisions.policies import LAYERS
from ...iam.decisions.statements import action_matches
from ...iam.documents.document import Statement
from ...iam.documents.filling import spread
from ...iam.patterns.globs import arn_glob, matches
from ...iam.proofs.prove import show_condition
from ...iam.values import NamedTuple
from ...inventory.objects import PolicyText
from ...requirements.check import Answer, RoleCheck
from ...requirements.model import fill
from ..facts import Facts
from ..rule import About
from ._answers import actions_of, by_place, can_call, element_path, grant_problem, role_place, sharing

ABOUT = About("missing-grant", "error", asks_the_cell=True)


class _Nearest(NamedTuple):
    """Where to mend: the statement that comes nearest, if there is one, and which of its elements falls short."""

    place: Place
    statement: Statement | None = None
    element: Literal["actions", "excluded", "resources", "conditions", "principals"] | None = None


def check_project(facts: Facts) -> Iterator[Problem]:
    groups = list(by_place(facts, "not-granted", _lacking))
    together = sharing((nearest.place, members) for (nearest, _), members in groups)
    for (nearest, witness), members in groups:
        answer, actions = members[0], actions_of(members)
        layer = answer.proof.decision.layer or "identity"
        reason = f"{LAYERS[layer].lacking}{_refused(answer.check)}"
        message = f"{can_call(answer.check, actions, witness, 'cannot')}: {reason}"
        value = f"{' '.join(actions)} {answer.question.resource}"
        hint = _help(nearest, actions, answer, facts)
        shared = together[id(answer.check.role.object), nearest.place]
        problem = grant_problem(answer.check, nearest.place, message, hint, value, answer.question, shared)
        yield problem._replace(layer=layer)


def _refused(check: RoleCheck) -> str:
    """The role's policies that AWS refuses, as the end of a sentence: in force, they might grant the access."""
    refused = [policy for layer in check.stack.layers for policy in layer.policies if policy.refused]
    return "".join(f"; {policy.label}: {policy.reason}" for policy in refused[:3])


def _lacking(answer: Answer) -> tuple[_Nearest, str] | None:
    if answer.proof.decision.outcome == "explicit-deny":
        return None
    return _nearest(answer), answer.proof.witness or answer.question.resource


def _nearest(answer: Answer) -> _Nearest:
    """The Action list of a statement on this table, else the Resource of one with this action, else the role."""
    check, proof = answer.check, answer.proof
    action, witness, layer = answer.question.action.lower(), proof.witness or "", proof.decision.layer or "identity"
    policies = next(item.policies for item in check.layers_on(answer.question.resource) if item.name == layer)
    next_best: _Nearest | None = None
    refused = next((check.stack.sources[policy.label] for policy in policies if policy.refused), None)
    for policy in policies:
        text = check.stack.sources[policy.label].text
        for statement in policy.document.statements if policy.document and text else ():
            if statement.effect != "Allow" or text is None:
                continue
            if _on_resource(statement, witness, action, policy.document.holes if policy.document else ()):
                return _falling_short(text, statement, action)
            if layer in ("resource", "key") and next_best is None:
                next_best = _falling_short(text, statement, action)
            if next_best is None and any(action_matches(entry.text, action) for entry in statement.actions):
                next_best = _Nearest(inside(text, _closest_resource(statement, witness)), statement, "resources")
    if next_best is not None:
        return next_best
    if refused is not None:
        return _Nearest(at(refused.owner, refused.path))
    source = next((check.stack.sources[policy.label] for policy in policies), None)
    if layer != "identity" and source is not None:
        return _Nearest(at(source.owner, source.path))
    return _Nearest(role_place(check.role))


def _falling_short(text: PolicyText, statement: Statement, action: str) -> _Nearest:
    """What is wrong with a statement on the right resource: its Action, NotAction, Principal or Condition."""
    matching = [entry for entry in statement.actions if action_matches(entry.text, action)]
    if bool(matching) == statement.not_actions:
        if matching:
            return _Nearest(inside(text, matching[0].path), statement, "excluded")
        return _Nearest(inside(text, element_path(statement, "actions")), statement, "actions")
    if not statement.conditions:
        return _Nearest(inside(text, (*statement.path, "Principal"), "key"), statement, "principals")
    return _Nearest(inside(text, (*statement.path, "Condition"), "key"), statement, "conditions")


def _help(nearest: _Nearest, actions: tuple[str, ...], answer: Answer, facts: Facts) -> str:
    resource = answer.question.resource
    if nearest.statement is None and _refused(answer.check):
        return "mend what AWS refuses first: whatever stands there is not in force"
    if nearest.statement is not None and nearest.element == "actions":
        listed = ", ".join(f'"{name}"' for name in (*(entry.text for entry in nearest.statement.actions), *actions))
        return f'write "Action": [{listed}]' if len(listed) < 110 else f"add {_quoted(actions)} to this Action list"
    if nearest.statement is not None and nearest.element == "excluded":
        return f"take this out of NotAction, or allow {_quoted(actions)} in a statement of its own"
    if nearest.statement is not None and nearest.element == "principals":
        return "this statement is not for the role: name the role as a principal, or leave the decision to its account"
    if nearest.statement is not None and nearest.element == "conditions":
        listed = " and ".join(map(show_condition, nearest.statement.conditions))
        keys = [item.key for item in nearest.statement.conditions]
        never = next((key for key in keys if claim_of(key) or never_carried(actions[0], key)), "")
        if claim_of(never):
            return f"no pod's session has {never}, a claim of another identity provider: drop the condition"
        if never:
            return f"no request for {actions[0]} carries {never}: drop the condition, or name actions that do"
        return f"the condition does not hold for these requests: {listed}"
    if nearest.statement is not None:
        cell = _cell_of(nearest.statement, answer, facts)
        if cell is not None:
            return f"this is the resource of {cell}: check this file with --cell {cell}"
        return _other_resource(nearest.statement, resource)
    if (answer.proof.decision.layer or "identity") != "identity":
        return f"allow {_quoted(actions)} on {resource} there as well"
    through = answer.question.through if actions == ("kms:Decrypt",) else ""
    condition = f', "Condition": {{"StringEquals": {{"kms:ViaService": "{through}"}}}}' if through else ""
    return (
        f'add a statement: {{"Effect": "Allow", "Action": [{_quoted(actions)}], "Resource": "{resource}"{condition}}}'
    )


def _quoted(actions: tuple[str, ...]) -> str:
    return ", ".join(f'"{action}"' for action in actions)


def _on_resource(statement: Statement, witness: str, action: str, holes: tuple[str, ...]) -> bool:
    """Whether a statement is about the resource, or may be, and about the service of the action."""
    named = any(matches(arn_glob(spread(entry.text, holes)), witness) for entry in statement.resources)
    service = action.partition(":")[0] + ":"
    about = statement.not_actions or any(entry.text.lower().startswith(service) for entry in statement.actions)
    return named != statement.not_resources and about


def _closest_resource(statement: Statement, witness: str) -> tuple[str | int, ...]:
    import difflib

    if statement.not_resources or not statement.resources:
        return element_path(statement, "resources")
    return max(statement.resources, key=lambda entry: difflib.SequenceMatcher(None, entry.text, witness).ratio()).path


def _cell_of(statement: Statement, answer: Answer, facts: Facts) -> str | None:
    """The other cell whose resource the statement names: then the file is right and was checked with the wrong cell."""
    _, _, entry, _, number = answer.question.path
    required = answer.check.requirement.require[int(entry)].resources[int(number)]
    written = {item.text for item in statement.resources}
    cells = facts.other_cells.items()
    return next((name for name, parameters in cells if fill(required, parameters).text in written), None)


def _other_resource(statement: Statement, wanted: str) -> str:
    if len(statement.resources) != 1 or statement.not_resources:
        return f'add "{wanted}" to the resources of this statement'
    written, due = parse_arn(statement.resources[0].text), parse_arn(wanted)
    differ = zip(Arn._fields, written, due, strict=True) if written and due else ()
    wrong = [name for name, actual, expected in differ if actual != expected]
    if written and due and wrong == ["resource"] and due.resource.startswith(written.resource + "/"):
        return f'"{statement.resources[0].text}" does not cover its indexes: add "{wanted}"'
    return f'the {" and ".join(wrong) or "ARN"} {"differ" if len(wrong) > 1 else "differs"}: write "{wanted}"'
