"""The questions of a requirement about one way of using a role, answered: what is required, what is forbidden, and
whether the trust policy lets in whom it names."""

from __future__ import annotations

import json
from functools import lru_cache

from ..iam.arns import parse_arn
from ..iam.decisions.policies import Attached, Layer
from ..iam.documents.document import Document, parse
from ..iam.documents.holes import has_hole
from ..iam.proofs.action_groups import show_action
from ..iam.proofs.between import Ask, holes_in, prove_between, reach_between
from ..iam.proofs.prove import Proof, prove
from ..iam.proofs.reach import could_allow, may_reach, may_reach_beyond
from ..iam.values import NamedTuple
from .layers import Stack
from .model import Requirement, fill
from .requests import Known, Requests, is_of_several_accounts
from .resources import Guard, Sealed, covers, layers_on, within
from .rows import Question, Row, decrypting_rows, forbidden_rows, required_rows
from .select import Selected, own_values
from .trust import check_trust
from .ways import TrustCheck


class Surroundings(NamedTuple):
    """What bears on every question put to a role besides its own policies: the parameters, the policies of the
    resources themselves, the tables that a key of the customer's encrypts, the ARNs of the tables that the project has,
    and the day (ISO) from which on requests are made."""

    parameters: dict[str, str]
    guards: tuple[Guard, ...]
    sealed: tuple[Sealed, ...]
    tables: tuple[str, ...]
    today: str


class Answers(NamedTuple):
    """What comes of a requirement put to one way of using a role: what is required, what is forbidden but within reach,
    and whether the trust policy fits (None where the requirement asks for none)."""

    required: tuple[Question, ...]
    excess: tuple[Question, ...]
    trust: TrustCheck | None


def answer(requirement: Requirement, selected: Selected, attached: Stack, around: Surroundings) -> Answers:
    """Answers everything that a requirement asks of one way of using a role; `attached` are the policies that bear on
    it."""
    values = values_of(selected, around)
    known = Known(
        selected=selected,
        requirement=requirement,
        values=values,
        layers=attached.layers,
        guards=around.guards,
        today=around.today,
    )
    requests = Requests(known)
    required = [_ask(prove, row, requests) for row in required_rows(requirement)]
    required += [_ask(prove, row, requests) for row in decrypting_rows(required, around.sealed)]
    forbidden = [_forbidden(row, requests) for row in forbidden_rows(requirement)]
    askable = {question.action for question in required if question.proof or question.unset}
    return Answers(
        required=tuple(item for item in required if item.proof or item.unset or item.action not in askable),
        excess=tuple(item for item in forbidden if item.proof or item.unset),
        trust=check_trust(requirement, selected, values),
    )


def values_of(selected: Selected, around: Surroundings) -> dict[str, str]:
    """The parameters, and the names that this way of using a role has of its own, as far as they are settled."""
    own = own_values(selected)
    # What is filled in later is no value yet.
    holes = (*selected.role.object.holes, *(selected.giver.holes if selected.giver is not None else ()))
    settled = {name: text for name, text in own.items() if not has_hole(text, holes)}
    parameters = {name: text for name, text in around.parameters.items() if name not in ("namespace", "name", *own)}
    return {**parameters, **settled}


def _forbidden(row: Row, asked: Requests) -> Question:
    """Looks first where the role is at home, for a witness that people recognise, then everywhere."""
    filled = fill(row.resource, asked.known.values)
    layers = (*asked.known.layers, *layers_on(filled.text, asked.known.guards), *row.layers)
    parts = within(filled.text, asked.known.guards)
    of_parts = tuple(Layer(part.layer, (part.attached,)) for part in parts)
    if not filled.unset and not could_allow(row.action, (*layers, *of_parts)):
        return _question(row, filled.text)
    question: Ask = may_reach_beyond if row.is_beyond else may_reach
    closed = tuple(part for part in parts if not part.is_open)
    near = _ask(question, row._replace(resource=_at_home(row.resource, asked.known.values)), asked, closed)
    if near.proof is not None and near.proof.verdict == "granted":
        return near
    anywhere = _ask(question, row, asked, closed)
    is_as_bad = near.proof is not None and anywhere.proof is not None and near.proof.verdict == anywhere.proof.verdict
    answers = [near if is_as_bad else anywhere]
    answers += [_on_a_part(part, question, row, filled.text, asked) for part in parts]
    return min(answers, key=_how_bad)


def _on_a_part(part: Guard, question: Ask, row: Row, resource: str, asked: Requests) -> Question:
    """The answer on what a policy is of. Where that may be another resource, nobody knows whether it is meant."""
    if not part.is_open:
        return _ask(question, row._replace(resource=part.arns[0]), asked)
    own = Layer(part.layer, (part.attached,))
    answer = _ask(question, row._replace(resource=part.arns[0], layers=(*row.layers, own)), asked)
    if answer.proof is None or answer.proof.verdict in ("not-granted", "unknown") or covers(resource, part.arns[0]):
        return answer
    reason = f"the {part.attached.label} would let it in, and which resource that is of is not known here"
    return answer._replace(resource=resource, proof=answer.proof._replace(verdict="unknown", reasons=(reason,)))


def _how_bad(answer: Question) -> int:
    verdict = answer.proof.verdict if answer.proof is not None else ""
    return _WORST.index(verdict) if verdict in _WORST else len(_WORST)


_WORST = ("granted", "conditional", "unknown", "not-granted")
"""What is forbidden, the worst first."""


def _at_home(resource: str, values: dict[str, str]) -> str:
    arn = parse_arn(resource)
    if arn is None:
        return resource
    region = values.get("region", "*") if arn.region == "*" else arn.region
    account = values.get("account", "*") if arn.account == "*" else arn.account
    return str(arn._replace(region=region, account=account))


def _ask(question: Ask, row: Row, asked: Requests, but: tuple[Guard, ...] = ()) -> Question:
    """The answer for a row; with `but`, on all of its resource besides that of these policies."""
    known = asked.known
    filled = fill(row.resource, known.values)
    if filled.unset:
        return _question(row, row.resource)._replace(unset=filled.unset)
    context, caller = asked.about(filled.text)
    if row.carries:
        carried = {key.lower(): (value,) for key, value in row.carries}
        kept = {key: values for key, values in context.values.items() if not (row.because and key in _OF_THE_NETWORK)}
        context = context._replace(values={**kept, **carried})
    layers = (*known.layers, *layers_on(filled.text, known.guards, but), *row.layers)
    layers += _not_meant(row, known, but)
    if not holes_in(layers):
        proof = question(row.action, filled.text, layers, context, caller)
    elif question is prove:
        proof = _fillable(prove_between(row.action, filled.text, layers, context, caller))
    else:
        proof = reach_between(question, row.action, filled.text, layers, context, caller)
    if proof is not None and question is prove and proof.verdict != "not-granted" and is_of_several_accounts(known):
        proof = proof._replace(verdict="unknown", reasons=(*proof.reasons, _SEVERAL_ACCOUNTS))
    if proof is not None and row.is_unresolved and proof.verdict != "granted":
        proof = proof._replace(verdict="unknown", reasons=("which key the table names is not known here",))
    action = show_action(proof.action, (layers,)) if proof is not None and row.is_beyond else row.action
    through = context.values.get("kms:viaservice", ("",))[0]
    return _question(row, filled.text)._replace(action=action, proof=proof, through=through)


def _question(row: Row, resource: str) -> Question:
    """A row as a question about this resource that has no proof."""
    return Question(
        action=row.action,
        resource=resource,
        proof=None,
        unset=(),
        path=row.path,
        instead=row.instead,
        because=row.because,
        through="",
        cause=row.cause,
    )


def _fillable(proof: Proof | None) -> Proof | None:
    """The proof without cases that give a value to an escape (`$${…}`): nobody fills that in."""
    if proof is None or not any(hole.startswith("$${") for case in proof.when for hole, _ in case):
        return proof
    when = tuple(case for case in proof.when if not any(hole.startswith("$${") for hole, _ in case))
    return proof._replace(when=when, only_then=False)


_SEVERAL_ACCOUNTS = "the required resources are in several accounts, and which one the role is in is not known"
_OF_THE_NETWORK = frozenset(
    {"aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpcsourceip", "aws:sourceip", "aws:vpceaccount"}
)
"""Keys of the network that a request comes through: what a service asks in the caller's name comes through another (KMS
Developer Guide, "Using VPC endpoint conditions")."""


def _not_meant(row: Row, known: Known, but: tuple[Guard, ...]) -> tuple[Layer, ...]:
    """A layer that denies the action on resources where it is required, or that are asked about by themselves."""
    resources = [fill(item, known.values) for item in row.but]
    texts = [item.text for item in resources if not item.unset]
    texts += [guard.arns[0] for guard in but]
    if not texts:
        return ()
    deny = {"Effect": "Deny", "Action": row.action, "Resource": texts}
    document = parse(json.dumps({"Version": "2012-10-17", "Statement": [deny]})).document
    return (Layer("scp", (Attached("what is allowed to all", _everything()), Attached("what is required", document))),)


@lru_cache(maxsize=1)
def _everything() -> Document | None:
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return parse(json.dumps({"Version": "2012-10-17", "Statement": [allow]})).document
