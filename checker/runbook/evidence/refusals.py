"""Why the deployed policies refuse a call: the refusals that most causes on access select from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ...iam.arns import parse_arn
from ...iam.decisions.clauses import Clause
from ...iam.decisions.policies import LAYERS
from ...iam.proofs.prove import show_condition
from ...iam.values import NamedTuple
from ...requirements.check import RoleCheck
from ...requirements.rows import Question
from ..case.access import View, allowing, covers
from ..case.case import Case
from ..case.signatures import Event, recognise
from ..case.witnesses import Api, Log, Seen
from .standing import taken

IN_THE_MANIFEST = (
    "missing-action", "wrong-table-arn", "missing-index-arn", "condition-unmet", "explicit-deny", "boundary",
)  # fmt: skip
"""Refusals by policies that a Role object carries or refers to."""


class AccessRefusal(NamedTuple):
    """A call that the policies refuse, and a sentence that shows it. `how` is the layer that refuses, or, for the
    role's own policies, the id of the cause. `is_open`: conditions that cannot be decided from here may allow the
    call.
    """

    how: str
    question: Question
    sentence: str
    clause: Clause | None = None
    is_open: bool = False


def refusals(view: View | None) -> tuple[AccessRefusal, ...]:
    """Every refusal of a view, in the order of the questions."""
    return tuple(_of_view(view)) if view else ()


def _of_view(view: View) -> Iterator[AccessRefusal]:
    for check in view.checks:
        for question in check.required:
            proof = question.proof
            if proof is None or proof.verdict in ("granted", "unknown"):
                continue
            called = f"{question.action} on {short(question.resource)}"
            if proof.verdict == "conditional":
                shown = " and ".join(
                    ("" if term.holds else "not ") + show_condition(term.condition)
                    for term in (proof.conditions or ((),))[0]
                )
                sentence = f"{called} is allowed only if {shown or 'a condition holds'}"
                yield AccessRefusal("condition-unmet", question, sentence, is_open=True)
            elif proof.decision.outcome == "explicit-deny":
                clause = proof.decision.clauses[0]
                where = _statement(clause)
                how = "explicit-deny" if clause.layer == "identity" else clause.layer
                yield AccessRefusal(how, question, f"{called} is denied by {where}", clause)
            else:
                yield _implicit(check, question, called, proof.decision.layer or "identity")


def _implicit(check: RoleCheck, question: Question, called: str, layer: str) -> AccessRefusal:
    if layer != "identity":
        labels = ", ".join(
            policy.label for item in check.stack.layers if item.name == layer for policy in item.policies
        )
        return AccessRefusal(layer, question, f"{called} is not allowed by {labels or f'the {layer} layer'}")
    witness = (question.proof.witness if question.proof else None) or question.resource
    grants = allowing(check, question.action)
    if not grants:
        return AccessRefusal("missing-action", question, f"no policy of role {check.role.name} allows {called}")
    for grant in grants:
        if covers(grant.statement, witness):
            shown = " and ".join(show_condition(item) for item in grant.statement.conditions)
            return AccessRefusal("condition-unmet", question, f"{grant.policy} allows {called} only if {shown}")
    named = ", ".join(dict.fromkeys(entry.text for grant in grants for entry in grant.statement.resources))
    parent = witness.partition("/index/")[0]
    if parent != witness and any(covers(grant.statement, parent) for grant in grants):
        sentence = f"{question.action} is allowed on the table, not on its index {witness.rpartition('/')[2]}"
        return AccessRefusal("missing-index-arn", question, sentence)
    return AccessRefusal(
        "wrong-table-arn", question, f"{question.action} is allowed on {named}, not on {short(witness)}"
    )


def look_for(case: Case, how: str, signature: str = "", *, manifest_can_grant: bool = True) -> Seen:
    """The view of a cause that is one kind of refusal: by a layer, or by the role's own policies in some way.
    `signature` is that of the log lines that name it. With `manifest_can_grant`, a refusal that the object in the
    cluster or the manifests already mend refutes the cause: the grant has not arrived in IAM, and other causes say why.
    """
    matching = [item for item in refusals(case.deployed) if item.how == how]
    log = _named(case, signature) if signature else _log(case, how, matching)
    evidence = [item.sentence for item in matching] + _quoted(case, signature or "denied-identity")
    api: Api = "unread"
    if case.reading("role").status == "absent":
        api, evidence = "refutes", [f"there is no role {case.arn}"]
    elif matching and all(item.is_open for item in matching):
        api = "unread"
    elif matching and how in IN_THE_MANIFEST and taken(case):
        api, evidence = "refutes", [f"{item.sentence}, but {taken(case)[0]}" for item in matching]
    elif matching:
        api = "shows"
        waiting = [item for item in matching if manifest_can_grant and arrives(case, item.question)]
        if waiting and len(waiting) == len(matching):
            sources = [(item.sentence, arrives(case, item.question)) for item in waiting]
            api = "refutes"
            evidence = [f"{sentence}, but {_GRANTED_BY[source]}" for sentence, source in sources if source]
    elif log == "names" and (hanging := [item for item in refusals(case.deployed) if item.is_open]):
        # What the log names may well be the condition that cannot be decided from here.
        evidence = [item.sentence for item in hanging] + evidence
    elif case.deployed is not None and case.deployed.verdict != "unknown" and _was_read(case, how):
        api, evidence = "refutes", ["every policy was read, and none of them is in the way like this"]
    is_open = case.declared is not None and case.declared.verdict == "unknown"
    if api == "shows" and how in IN_THE_MANIFEST and (is_open or not case.reading("ack-role").is_settled):
        unseen = _UNREAD_POLICY if is_open else _UNSEEN
        return Seen(log, api, tuple(dict.fromkeys([*evidence, unseen])), _LOOK_FIRST, is_partial=True)
    return Seen(log, api, tuple(dict.fromkeys(evidence)))


_UNSEEN = "the ACK Role object was not read: it may grant this already, and the fault be in its delivery"
_UNREAD_POLICY = "what the ACK objects grant is not known (a Policy was not read): they may grant this already"
_LOOK_FIRST = (
    "Look at the ACK Role object first (its spec and its conditions): where it grants this already, the fault is in "
    "its delivery; only where it does not, add it there."
)


def _was_read(case: Case, how: str) -> bool:
    """Whether the layer that refuses took part in the verdict; those above the account mostly cannot be read."""
    if how == "session":
        return case.uses_pod_identity
    if how not in _ABOVE or case.deployed is None:
        return True
    stacks = [check.stack.layers for check in case.deployed.checks]
    return any(layer.name == how for stack in stacks for layer in stack)


_ABOVE = tuple(name for name, kind in LAYERS.items() if kind.part in ("gate", "bar"))


Source = Literal["object", "manifests"]
"""What may have what IAM lacks: the Role object in the cluster, or the manifests."""

_GRANTED_BY: dict[Source, str] = {
    "object": "the ACK Role in the cluster grants it", "manifests": "the manifests grant it",
}  # fmt: skip


def arrives(case: Case, question: Question) -> Source | None:
    """What already grants the access that IAM lacks; None where neither does."""
    views: tuple[tuple[View | None, Source], ...] = ((case.declared, "object"), (case.in_git, "manifests"))
    for view, source in views:
        for item in view.questions if view else ():
            same = (item.action, item.resource) == (question.action, question.resource)
            if same and item.proof is not None and item.proof.verdict == "granted":
                return source
    return None


def undelivered(case: Case) -> tuple[AccessRefusal, ...]:
    """Refusals that the object in the cluster would mend once it is delivered to IAM."""
    return tuple(
        item
        for item in refusals(case.deployed)
        if not item.is_open and item.how in IN_THE_MANIFEST and arrives(case, item.question) == "object"
    )


def _named(case: Case, signature: str) -> Log:
    unexplained = tuple(filter(case.is_mine, case.having("denied")))
    return case.says(_naming(case, signature), unexplained)


def _naming(case: Case, signature: str) -> tuple[Event, ...]:
    """The events that name a layer: refused calls of DynamoDB, and of KMS on its way to the table."""
    of_kms = [event for event in case.having("kms-denied") if layer_named(event) == signature]
    return tuple(filter(case.is_mine, (*case.having(signature), *of_kms)))


def layer_named(event: Event) -> str:
    """The signature of the layer that a refusal by KMS names; "" where it names none."""
    return recognise(event.line.replace("kms:", "dynamodb:")) if "to perform: kms:" in event.line else ""


def _log(case: Case, how: str, found: list[AccessRefusal]) -> Log:
    unexplained = tuple(filter(case.is_mine, case.having("denied")))
    named = tuple(filter(case.is_mine, case.having("denied-identity")))
    if found:
        about = {(item.question.action.lower(), item.question.resource) for item in found}
        same = [event for event in named if (event.action.lower(), event.resource) in about]
        # A refusal of another action, which these policies grant, has another reason.
        actions = {"", *(action for action, _ in about)}
        return case.says(same, [event for event in (*named, *unexplained) if event.action.lower() in actions])
    # Without the policies, the bare message names a missing action; a wrong ARN or a condition would read the same.
    ours = [event for event in named if not case.table_arn or event.resource.startswith(case.table_arn)]
    on_index = [event for event in ours if "/index/" in event.resource]
    on_table = [event for event in ours if "/index/" not in event.resource]
    if how == "missing-index-arn":
        return case.says(on_index, unexplained)
    return case.says(on_table if how == "missing-action" else (), [*on_table, *unexplained])


def _quoted(case: Case, signature: str) -> list[str]:
    """What the log says of it, counted."""
    events = _naming(case, signature)
    return [said(event) for event in events[:2]]


def said(event: Event) -> str:
    """An event as a sentence of evidence."""
    what = f"{event.action or event.signature} refused" if event.signature.startswith("denied") else event.signature
    times = "once" if event.times == 1 else f"{event.times} times"
    return f"log: {what} {times}" + (" before the last restart" if event.is_previous else "")


def short(arn: str) -> str:
    """The last part of an ARN, which is what tells tables apart."""
    named = parse_arn(arn)
    return named.resource if named else arn


def _statement(clause: Clause) -> str:
    sid = clause.statement.sid if clause.statement else None
    return f"{f'statement {sid}' if sid else 'a statement'} of {clause.policy.label}"
