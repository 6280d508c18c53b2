"""A requirement put to a role: every action on every resource, proven or not."""

from __future__ import annotations

import json
from functools import cached_property, lru_cache

from ..iam.arns import parse_arn
from ..iam.decisions.policies import Attached, Layer
from ..iam.documents.document import Document, parse
from ..iam.documents.holes import has_hole
from ..iam.proofs.action_groups import show_action
from ..iam.proofs.between import Ask, holes_in, prove_between, reach_between
from ..iam.proofs.prove import Proof, prove
from ..iam.proofs.reach import could_allow, may_reach, may_reach_beyond
from ..iam.values import NamedTuple
from ..inventory.names import Names, arn_of_role
from ..inventory.objects import Object, Role
from ..progress import Observe, unobserved
from .assuming import bearing_on, trust_guards
from .layers import Stack, limited, stack
from .model import Requirement, fill
from .requests import Known, Requests, is_of_several_accounts
from .resources import Guard, Sealed, covers, guards, indexes_of, layers_on, sealed, within
from .rows import Question, Row, decrypting_rows, forbidden_rows, required_rows
from .select import Selected, Unseen, may_select, own_values, select
from .trust import check_entry, check_trust
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
    whether the trust policy fits (None where the requirement asks for none), and whether whoever is to use the role can
    assume it at all."""

    required: tuple[Question, ...]
    excess: tuple[Question, ...]
    trust: TrustCheck | None
    entry: TrustCheck


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

    @property
    def _asked(self) -> tuple[object, ...]:
        return self.requirement, self.selected, self.stack, self.around

    @cached_property
    def answers(self) -> Answers:
        """Everything that is asked of the role, answered once."""
        return self.same.answers if self.same is not None else _answers(self)

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

    @property
    def entry(self) -> TrustCheck:
        """Whether whoever is to use the role can assume it."""
        return self.answers.entry

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
        around = (*(guard.source.owner for guard in guarding), *(table.table for table in sealing))
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


def _answers(check: RoleCheck) -> Answers:
    requirement, selected, around = check.requirement, check.selected, check.around
    role = selected.role
    own = own_values(selected)
    # What is filled in later is no value yet.
    holes = (*role.object.holes, *(selected.giver.holes if selected.giver is not None else ()))
    settled = {name: text for name, text in own.items() if not has_hole(text, holes)}
    parameters = {name: text for name, text in around.parameters.items() if name not in ("namespace", "name", *own)}
    values = {**parameters, **settled}

    known = Known(
        selected=selected,
        requirement=requirement,
        values=values,
        layers=check.stack.layers,
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
        entry=check_entry(selected, values),
    )


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
