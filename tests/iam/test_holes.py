"""Documents with holes: what is said of them holds for whatever a template engine fills in."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from checker.iam import Attached, Caller, Context, Layer, make_context, may_reach, parse, prove
from checker.iam.documents.filling import least, most
from checker.iam.proofs.between import holes_in, prove_between, reach_between

T = "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"
ROLE = Caller("role", "arn:aws:iam::111122223333:role/proxy")
HOLES = ("${schema.spec.table}", "{{ .Values.x }}", "$REGION", "${T}")


def policy(*statements: dict[str, Any], holes: tuple[str, ...] = HOLES, label: str = "p") -> Attached:
    parsed = parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), holes=holes)
    assert parsed.document is not None, parsed.problems
    return Attached(label, parsed.document)


def identity(*statements: dict[str, Any]) -> tuple[Layer, ...]:
    return (Layer("identity", (policy(*statements),)),)


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def front(region: str = "us-east-1", account: str = "111122223333") -> str:
    return f"arn:aws:dynamodb:{region}:{account}:table/"


CASES: dict[str, tuple[tuple[dict[str, Any], ...], str, tuple[dict[str, str], ...], bool]] = {
    "a literal grant beside a hole": ((allow("dynamodb:GetItem", [T, front() + "${T}"]),), "granted", (), False),
    "another table for certain": ((allow("dynamodb:GetItem", front() + "${T}-other"),), "not-granted", (), False),
    "another action": ((allow("dynamodb:PutItem", front() + "${T}"),), "not-granted", (), False),
    "a table that is filled in": (
        (allow("dynamodb:GetItem", front() + "${T}"),), "conditional", ({"${T}": "auth-keys"},), True,
    ),
    "the beginning of its name": (
        (allow("dynamodb:GetItem", front() + "${T}-keys"),), "conditional", ({"${T}": "auth"},), True,
    ),
    "a region and an account": (
        (allow("dynamodb:GetItem", front("$REGION", "${T}") + "auth-keys"),),
        "conditional", ({"$REGION": "us-east-1", "${T}": "111122223333"},), True,
    ),
    "one hole twice": (
        (allow("dynamodb:GetItem", front() + "${T}-keys"), allow("dynamodb:GetItem", front() + "auth-${T}")),
        "conditional", ({"${T}": "auth"}, {"${T}": "keys"}), True,
    ),
    "a whole resource": ((allow("dynamodb:GetItem", "${T}"),), "conditional", ({"${T}": T},), False),
    "an action": ((allow("dynamodb:{{ .Values.x }}", T),), "conditional", ({"{{ .Values.x }}": "GetItem"},), False),
    "a deny on a hole": (
        (allow("dynamodb:GetItem", T), deny("dynamodb:*", front() + "${T}")), "conditional", (), False,
    ),
    "a deny of something else": (
        (allow("dynamodb:GetItem", T), deny("dynamodb:*", front() + "${T}-other")), "granted", (), False,
    ),
    "NotResource": (
        ({"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": front() + "${T}"},), "conditional", (), False,
    ),
    "NotAction": (
        ({"Effect": "Allow", "NotAction": ["s3:*", "dynamodb:${T}"], "Resource": T},), "conditional", (), False,
    ),
    "a condition on what is known": (
        (allow("dynamodb:GetItem", T, Condition={"StringEquals": {"aws:RequestedRegion": "$REGION"}}),),
        "conditional", ({"$REGION": "us-east-1"},), False,
    ),
    "two ways to share": ((allow("dynamodb:GetItem", front() + "${T}$REGION"),), "conditional",
        ({"${T}": "auth-keys", "$REGION": ""},), False),
    "a wildcard beside it": (
        (allow("dynamodb:GetItem", front() + "${T}*"),), "conditional", ({"${T}": "auth-keys"},), False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_verdict_says_what_would_have_to_be_filled_in(name: str) -> None:
    statements, verdict, when, only = CASES[name]
    context = make_context({"aws:RequestedRegion": "us-east-1"})
    proof = prove_between("dynamodb:GetItem", T, identity(*statements), context, ROLE)
    assert proof is not None
    assert (proof.verdict, tuple(map(dict, proof.when)), proof.only_then) == (verdict, when, only)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "$REGION"]}},
        {"StringLike": {"aws:RequestedRegion": ["us-*", "$REGION"]}},
        {"StringEquals": {"aws:RequestedRegion": "{{ .Values.x }}-$REGION"}},
        {"StringEqualsIgnoreCase": {"aws:RequestedRegion": "$REGION"}},
    ],
)
def test_exactly_is_not_said_of_conditions(condition: dict[str, Any]) -> None:
    context = make_context({"aws:RequestedRegion": "us-east-1"})
    layers = identity(allow("dynamodb:GetItem", front() + "${T}", Condition=condition))
    proof = prove_between("dynamodb:GetItem", T, layers, context, ROLE)
    assert proof is not None
    assert proof.verdict == "conditional"
    assert not proof.only_then


@pytest.mark.parametrize(
    ("first", "second", "is_read"),
    [("${T}", "${T}", False), ("a b ${T}", "x", False), ("${T}", "x", True), ("a${T}", "a", True)],
)
def test_a_sid_is_wrong_whatever_is_filled_in(first: str, second: str, is_read: bool) -> None:
    statements = [{"Sid": sid, **allow("s3:*", "*")} for sid in (first, second)]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert (parse(text, holes=("${T}",)).document is not None) == is_read


def test_an_open_document_is_never_decided_by_itself() -> None:
    proof = prove("dynamodb:GetItem", T, identity(allow("dynamodb:GetItem", front() + "${T}")), Context(), ROLE)
    assert proof is not None
    assert proof.verdict == "unknown"


def test_a_boundary_and_a_policy_need_their_values_together() -> None:
    layers = (
        *identity(allow("dynamodb:GetItem", front() + "${T}")),
        Layer("boundary", (policy(allow("dynamodb:*", front("$REGION") + "*"), label="b"),)),
    )
    proof = prove_between("dynamodb:GetItem", T, layers, Context(), ROLE)
    assert proof is not None
    assert proof.when == ((("$REGION", "us-east-1"), ("${T}", "auth-keys")),)
    assert proof.only_then


def test_what_is_forbidden_is_within_reach_for_certain_or_perhaps() -> None:
    layers = identity(allow("dynamodb:*", [T, front() + "${T}"]))
    sure = reach_between(may_reach, "dynamodb:PutItem", T, layers, Context(), ROLE)
    perhaps = reach_between(may_reach, "dynamodb:PutItem", T + "-old", layers, Context(), ROLE)
    never = reach_between(may_reach, "s3:PutObject", "arn:aws:s3:::b/*", layers, Context(), ROLE)
    assert sure is not None
    assert sure.verdict == "granted"
    assert perhaps is not None
    assert (perhaps.verdict, perhaps.open) == ("unknown", ("${T}",))
    assert never is None


READABLE = {
    "a string": '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"${T}","Resource":"${T}"}]}',
    "quotes in it": '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::{{ default "b" }}"}]}',
    "escaped quotes in it": r'{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"{{ index \"b\" }}"}]}',
    "without quotes around it": '{"Statement":[{"Effect":"Allow","Action":{{ toJson .a }},"Resource":"*"}]}',
    "a Sid": '{"Statement":[{"Sid":"${T}","Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
}


@pytest.mark.parametrize("name", READABLE)
def test_text_with_holes_is_json(name: str) -> None:
    text = READABLE[name]
    holes = ("${T}", '{{ default "b" }}', r"{{ index \"b\" }}", "{{ toJson .a }}")
    document = parse(text, holes=holes).document
    assert document is not None
    assert document.holes
    for bound in (least(document), most(document)):
        assert not bound.holes
        texts = [entry.text for item in bound.statements for entry in (*item.actions, *item.resources)]
        assert not any(hole in text for hole in holes for text in texts)


UNREADABLE = {
    "${T}": "the whole document is ${T}",
    '{"Statement":[{"Effect":"${T}","Action":"s3:*","Resource":"*"}]}': "Statement[0].Effect is ${T}",
    '{"Version":"${T}","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}': "Version is ${T}",
    '{"Statement":"${T}"}': "Statement is ${T}",
    '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"${T}":{"a":"b"}}}]}': "is ${T}",
    '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":${T}}]}': "Condition is ${T}",
    '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","${T}":"x"}]}': "is ${T}",
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_where_a_hole_makes_out_the_structure_it_is_named(text: str) -> None:
    parsed = parse(text, holes=("${T}",))
    assert parsed.document is None
    assert [problem.code for problem in parsed.problems] == ["hole"]
    assert UNREADABLE[text] in parsed.problems[0].message


def test_what_is_wrong_beside_a_hole_is_told() -> None:
    text = '{"Statement":[{"Effect":"Allow","Action":["${T}","dynamodb"],"Resource":"${T}","Foo":1}]}'
    problems = parse(text, holes=("${T}",)).problems
    assert [problem.code for problem in problems] == ["element", "element"]


ACTIONS = [
    "*",
    "dynamodb:*",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:${T}",
    "${T}",
    "s3:*",
    "dynamodb:Get$REGION",
]
RESOURCES = [
    "*", T, T + "*", front() + "${T}", front("$REGION") + "auth-keys", front() + "${T}-keys", front() + "auth-${T}",
    front("$REGION") + "${T}", "${T}", front() + "${T}$REGION", front() + "${k:s}${T}", "arn:aws:dynamodb:*:*:${T}",
    front() + "${T}*",
]  # fmt: skip
CONDITIONS: list[dict[str, Any] | None] = [
    None, None, None, {"StringEquals": {"k:s": "a"}}, {"StringEquals": {"k:s": "${T}"}},
    {"StringNotLike": {"k:s": ["$REGION", "b"]}}, {"StringEquals": {"k:${T}": "a"}},
    {"ForAllValues:StringLike": {"k:s": "${T}*"}},
]  # fmt: skip
VALUES = [
    "", "*", "?", "auth-keys", "auth", "keys", "a", "GetItem", "Item", "us-east-1", "eu-west-1", "dynamodb:GetItem",
    T, "table/auth-keys", "auth*", "${k:s}", "*:*", "x",
]  # fmt: skip
ARNS = [T, T + "-old", T + "/index/by-x", front() + "x", T.replace("us-east-1", "eu-west-1")]


def document_text(draw: Random) -> str:
    statements = []
    for _ in range(draw.randint(1, 3)):
        action, resource = (
            draw.choice(("Action", "Action", "NotAction")),
            draw.choice(("Resource", "Resource", "NotResource")),
        )
        made = {
            "Effect": draw.choice(("Allow", "Allow", "Deny")),
            action: draw.sample(ACTIONS, draw.randint(1, 2)),
            resource: draw.sample(RESOURCES, draw.randint(1, 2)),
        }
        condition = draw.choice(CONDITIONS)
        statements.append({**made, **({"Condition": condition} if condition else {})})
    return json.dumps({"Version": draw.choice(("2012-10-17", "2012-10-17", "2008-10-17")), "Statement": statements})


def put_in(text: str, values: Mapping[str, str]) -> str:
    for hole, value in values.items():
        text = text.replace(hole, json.dumps(value)[1:-1])
    return text


def contradicts(seed: int) -> str:
    """Why what is said of documents with holes is not so of the same documents filled in; "" where it is."""
    draw = Random(seed)
    names = ["identity", *(["boundary"] if draw.random() < 0.3 else [])]
    texts = [document_text(draw) for _ in names]
    values = {"${T}": draw.choice(VALUES), "$REGION": draw.choice(VALUES)}
    action, resource = draw.choice(("dynamodb:GetItem", "dynamodb:Query")), draw.choice(ARNS)
    context = make_context({"k:s": draw.choice(("a", "b"))} if draw.random() < 0.5 else {})
    caller = draw.choice((ROLE, None))

    def layers(made: list[str], holes: tuple[str, ...]) -> tuple[Layer, ...] | None:
        documents = [parse(text, holes=holes).document for text in made]
        if any(document is None for document in documents):
            return None
        return tuple(Layer(name, (Attached(name, one),)) for name, one in zip(names, documents, strict=True))  # type: ignore[arg-type]  # names of layers

    written = layers(texts, ("${T}", "$REGION"))
    rendered = layers([put_in(text, values) for text in texts], ())
    if written is None or rendered is None:
        return ""
    said = prove_between(action, resource, written, context, caller)
    true = prove(action, resource, rendered, context, caller)
    shown = [(one.verdict, one.when, one.only_then) if one else None for one in (said, true)]
    told = f"{seed}: {texts} {values} {action} {resource} {context.values} {shown}"
    if (said is None) != (true is None):
        return told
    if said is None or true is None:
        return ""
    if said.verdict in ("granted", "not-granted") and true.verdict not in (said.verdict, "unknown"):
        return told
    is_one = any(all(values[hole] == value for hole, value in case) for case in said.when)
    if is_one and true.verdict != "granted":
        return told
    is_plain = not any(mark in value for value in values.values() for mark in "*?$")
    if said.only_then and is_plain and not is_one and true.verdict != "not-granted":
        return told
    reached = reach_between(may_reach, action, resource, written, context, caller)
    there = may_reach(action, resource, rendered, context, caller)
    if reached is None and there is not None:
        return told
    if reached is not None and reached.verdict == "granted" and (there is None or there.verdict == "conditional"):
        return told
    return ""


def test_whatever_is_filled_in_does_not_contradict_what_was_said() -> None:
    start = 0 if os.environ.get("CI") else Random().randrange(10**9)
    found = [told for seed in range(start, start + 500) if (told := contradicts(seed))]
    assert not found, found[0]


@pytest.mark.slow
def test_the_same_for_many_more() -> None:
    found = [told for seed in range(20_000) if (told := contradicts(seed))]
    assert not found, found[0]


def test_holes_are_named_once() -> None:
    layers = identity(allow("dynamodb:${T}", front() + "${T}"), allow("s3:*", "{{ .Values.x }}"))
    assert holes_in(layers) == ("{{ .Values.x }}", "${T}")
