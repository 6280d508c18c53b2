"""Decisions and proofs: tables by AWS's documented rules, and the properties that hold for all of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.iam import Attached, Context, Layer, Request, evaluate, make_context, may_reach, parse, prove
from checker.iam.decisions.statements import action_matches
from checker.managed import _SNAPSHOT, find, provenance

T = "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"
GET, QUERY = "dynamodb:GetItem", "dynamodb:Query"


def statement(**parts: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", **parts}
    return {key: value for key, value in found.items() if value is not None}


def layer(*statements: dict[str, Any], name: Any = "identity", version: str = "2012-10-17") -> Layer:
    parsed = parse(json.dumps({"Version": version, "Statement": list(statements)}))
    assert parsed.document, parsed.problems
    return Layer(name, (Attached(name, parsed.document),))


def outcome(*layers: Layer, action: str = GET, resource: str = T, context: Context = Context()) -> str:  # noqa: B008
    return evaluate(Request(action, resource, context), layers).outcome


DENY = statement(Effect="Deny")


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        pytest.param([layer(statement())], "allowed", id="allow"),
        pytest.param([layer()], "implicit-deny", id="nothing-allows"),
        pytest.param([layer(statement(), DENY)], "explicit-deny", id="deny-wins"),
        pytest.param([layer(DENY)], "explicit-deny", id="deny-alone"),
        pytest.param([layer(statement(Action="dynamodb:Query"))], "implicit-deny", id="other-action"),
        pytest.param([layer(statement(Action="DYNAMODB:getitem"))], "allowed", id="actions-ignore-case"),
        pytest.param([layer(statement(Action="*"))], "allowed", id="star-action"),
        pytest.param([layer(statement(Action="dynamodb:Get?tem"))], "allowed", id="question-mark"),
        pytest.param([layer(statement(Action=None, NotAction="iam:*"))], "allowed", id="not-action"),
        pytest.param(
            [layer(statement(Action=None, NotAction=["iam:*", "dynamodb:Get*"]))], "implicit-deny", id="excluded"
        ),
        pytest.param([layer(statement(Resource=None, NotResource="arn:aws:s3:::*"))], "allowed", id="not-resource"),
        pytest.param([layer(statement(Resource=None, NotResource=[T + "*"]))], "implicit-deny", id="excluded-resource"),
        pytest.param([layer(statement()), layer(statement(), name="boundary")], "allowed", id="boundary-allows"),
        pytest.param([layer(statement()), layer(name="boundary")], "implicit-deny", id="boundary-does-not"),
        pytest.param([layer(), layer(statement(), name="boundary")], "implicit-deny", id="a-boundary-grants-nothing"),
        pytest.param([layer(statement()), layer(DENY, name="boundary")], "explicit-deny", id="boundary-denies"),
        pytest.param(
            [
                layer(statement()),
                layer(statement(), name="session"),
                layer(statement(Resource=T + "2"), name="session"),
            ],
            "implicit-deny",
            id="layers-of-one-name-stay-apart",
        ),
        pytest.param([Layer("identity", (Attached("x", None, "gone"),))], "unknown", id="unreadable"),
        pytest.param(
            [layer(statement()), Layer("boundary", (Attached("x", None, "gone"),))], "unknown", id="unreadable-boundary"
        ),
        pytest.param(
            [Layer("identity", (Attached("x", None, "gone"),)), layer(name="boundary")],
            "implicit-deny",
            id="unreadable-does-not-matter",
        ),
        pytest.param(
            [Layer("identity", (Attached("x", None, "gone"), *layer(DENY).policies))],
            "explicit-deny",
            id="deny-is-certain",
        ),
    ],
)
def test_layers(layers: list[Layer], expected: str) -> None:
    assert outcome(*layers) == expected


KNOWN = make_context(
    {"aws:RequestedRegion": "us-east-1", "aws:TagKeys": ("a", "b"), "aws:SourceIp": "10.1.2.3", "s3:n": "5",
     "aws:CurrentTime": "2026-11-23T10:00:00Z", "aws:PrincipalArn": "arn:aws:iam::111122223333:role/team/proxy",
     "aws:SecureTransport": "true", "k:bin": "aGk=", "k:empty": ""},
    ("aws:username",),
)  # fmt: skip
ABSENT, OPEN = "aws:username", "aws:SourceVpce"


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", "aws:RequestedRegion", "us-east-1", True),
        ("StringEquals", "AWS:requestedregion", "us-east-1", True),
        ("stringequals", "aws:RequestedRegion", "us-east-1", True),
        ("StringEquals", "aws:RequestedRegion", "US-EAST-1", False),
        ("StringEquals", "aws:RequestedRegion", "us-*", False),
        ("StringEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"], True),
        ("StringNotEquals", "aws:RequestedRegion", ["eu-west-1", "us-east-1"], False),
        ("StringNotEquals", "aws:RequestedRegion", ["eu-west-1"], True),
        ("StringEqualsIgnoreCase", "aws:RequestedRegion", "US-East-1", True),
        ("StringLike", "aws:RequestedRegion", "us-*-?", True),
        ("StringLike", "aws:RequestedRegion", "US-*", False),
        ("StringNotLike", "aws:RequestedRegion", "us-*", False),
        ("NumericEquals", "s3:n", "5.0", True),
        ("NumericLessThan", "s3:n", 6, True),
        ("NumericGreaterThanEquals", "s3:n", ["7", "5"], True),
        ("NumericEquals", "s3:n", "five", None),
        ("NumericEquals", "s3:n", "1_0", None),
        ("NumericNotEquals", "s3:n", "Infinity", None),
        ("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", True),
        ("DateLessThan", "aws:CurrentTime", "2026-01-01", False),
        ("DateGreaterThan", "aws:CurrentTime", "1700000000", True),
        ("DateGreaterThan", "aws:CurrentTime", "2024", None),
        ("DateGreaterThan", "aws:CurrentTime", "9" * 400, None),
        ("Bool", "aws:SecureTransport", "True", True),
        ("Bool", "aws:SecureTransport", False, False),
        ("BinaryEquals", "k:bin", "aGk=", True),
        ("BinaryEquals", "k:bin", "not base64", None),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", True),
        ("IpAddress", "aws:SourceIp", ["192.168.0.0/16", "10.1.2.3"], True),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", False),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/team/*", True),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/proxy", False),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/team/*", False),
        ("ArnLike", "aws:PrincipalArn", "*", None),
        # A key that is absent: positive fails, negated holds, IfExists holds, Null tests for it.
        ("StringEquals", ABSENT, "x", False),
        ("StringNotEquals", ABSENT, "x", True),
        ("StringEqualsIfExists", ABSENT, "x", True),
        ("StringNotEqualsIfExists", ABSENT, "x", True),
        ("Null", ABSENT, "true", True),
        ("Null", ABSENT, "false", False),
        ("Null", "aws:RequestedRegion", "false", True),
        ("Null", "aws:RequestedRegion", True, False),
        ("ForAllValues:StringEquals", ABSENT, "x", True),
        ("ForAnyValue:StringEquals", ABSENT, "x", False),
        ("ForAnyValue:StringNotEquals", ABSENT, "x", False),
        ("ForAnyValue:StringEqualsIfExists", ABSENT, "x", None),
        # A key nobody knows about.
        ("StringEquals", OPEN, "x", None),
        ("StringEqualsIfExists", OPEN, "x", None),
        ("Null", OPEN, "true", None),
        # Multivalued keys.
        ("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b", "c"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["a"], False),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["b", "z"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["z"], False),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["a"], True),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["a"], False),
        ("ForAllValues:StringEquals", "k:empty", "x", True),
        ("StringEquals", "aws:TagKeys", "a", None),
        # An empty list matches only where the key is missing anyway.
        ("StringEquals", "aws:RequestedRegion", [], False),
        ("StringNotEquals", "aws:RequestedRegion", [], False),
        ("StringNotEquals", ABSENT, [], False),
        ("ForAllValues:StringEquals", ABSENT, [], True),
        ("StringEqualsIfExists", ABSENT, [], True),
        # Variables: known, unknown, without a value, literal.
        ("StringEquals", "aws:RequestedRegion", "${aws:RequestedRegion}", True),
        ("StringLike", "aws:RequestedRegion", "${aws:SourceVpce}", None),
        ("StringEquals", "aws:RequestedRegion", "${aws:username}", False),
        ("StringNotEquals", "aws:RequestedRegion", "${aws:username}", True),
        ("StringEquals", "aws:RequestedRegion", "${aws:username, 'us-east-1'}", True),
        ("StringLike", "aws:RequestedRegion", "us${*}", False),
    ],
)  # fmt: skip
def test_conditions(operator: str, key: str, values: Any, expected: bool | None) -> None:
    allow = layer(statement(Condition={operator: {key: values}}))
    verdict = {True: "allowed", False: "implicit-deny", None: "unknown"}[expected]
    assert outcome(allow, context=KNOWN) == verdict


def test_variables_are_literal_under_the_old_version() -> None:
    named = statement(Resource="arn:aws:dynamodb:us-east-1:111122223333:table/${aws:PrincipalTag/t}")
    context = make_context({"aws:PrincipalTag/t": "auth-keys"})
    assert outcome(layer(named), context=context) == "allowed"
    assert outcome(layer(named, version="2008-10-17"), context=context) == "implicit-deny"


@pytest.mark.parametrize("resource", ["arn:aws:dynamodb", "arn:aws:dynamodb:*:table/auth-keys"])
def test_an_arn_with_too_few_fields_is_not_guessed_at(resource: str) -> None:
    assert outcome(layer(statement(Resource=resource))) == "unknown"


def test_a_wildcard_in_a_value_is_no_wildcard() -> None:
    named = statement(Resource="arn:aws:dynamodb:us-east-1:111122223333:table/${aws:PrincipalTag/t}")
    assert outcome(layer(named), context=make_context({"aws:PrincipalTag/t": "auth-*"})) == "implicit-deny"


@pytest.mark.parametrize("front", ["${aws:PrincipalAccount}", "11112222${aws:x}"])
def test_a_variable_before_the_fifth_colon_is_not_guessed_at(front: str) -> None:
    deny = statement(Effect="Deny", Resource=f"arn:aws:dynamodb:us-east-1:{front}:table/auth-keys")
    assert outcome(layer(statement(), deny)) == "unknown"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("*", True), ("dynamodb:*", True), ("dynamodb:GetItem", True), ("dynamodb:get*", True), ("s3:*", False),
     ("dynamo*:GetItem", None), ("*:GetItem", None), ("*:Put*", False), ("dynamodb: GetItem", False)],
)  # fmt: skip
def test_action_patterns(pattern: str, expected: bool | None) -> None:
    assert action_matches(pattern, "dynamodb:getitem") is expected


def verdict(action: str, resource: str, *layers: Layer, context: Context = Context()) -> tuple[str, str | None] | None:  # noqa: B008
    proof = prove(action, resource, layers, context)
    return (proof.verdict, proof.witness) if proof else None


READ = statement(Action=[GET, QUERY], Resource=T)


def test_proofs() -> None:
    allow, index = layer(READ), T + "/index/*"
    assert verdict(GET, T, allow) == ("granted", T)
    assert verdict(GET, index, allow) is None, "GetItem is never authorized on an index"
    assert verdict(QUERY, index, allow) == ("not-granted", T + "/index/zzz")
    assert verdict(QUERY, index, layer(statement(Action=QUERY, Resource=index))) == ("granted", T + "/index/zzz")
    assert verdict(QUERY, T + "*", allow) == ("not-granted", T + "x")
    assert verdict(QUERY, T + "*", layer(statement(Resource=T + "*"))) == ("granted", T)
    assert verdict(GET, T, allow, layer(statement(Resource=T + "2"), name="boundary")) == ("not-granted", T)
    hole = statement(Effect="Deny", Resource=T + "-secret")
    assert verdict(GET, T + "*", layer(statement(), hole)) == ("not-granted", T + "-secret")
    assert verdict(GET, T, layer(statement(), hole)) == ("granted", T)
    open_allow = statement(Condition={"StringEquals": {"aws:SourceVpce": "v"}})
    assert verdict(GET, T, layer(open_allow)) == ("conditional", T)
    assert verdict(GET, T, layer(open_allow), layer(name="boundary")) == ("not-granted", T)


def test_what_may_be_reached() -> None:
    everywhere = "arn:aws:dynamodb:*:*:table/auth-keys*"
    assert may_reach(GET, everywhere, (layer(statement(Action=QUERY)),), Context()) is None
    found = may_reach("dynamodb:PutItem", everywhere, (layer(statement(Resource=T)),), Context())
    assert found is not None
    assert (found.verdict, found.witness) == ("granted", T)
    guarded = layer(statement(), statement(Effect="Deny", Condition={"StringEquals": {"aws:SourceVpc": "v"}}))
    found = may_reach(GET, T, (guarded,), Context())
    assert found is not None
    assert found.verdict == "conditional"
    assert [clause.effect for clause in found.allowing] == ["Allow"]


ACTIONS = st.sampled_from(["*", "dynamodb:*", "dynamodb:Get*", GET, QUERY, "s3:*"])
RESOURCES = st.sampled_from(
    ["*", T, T + "*", T + "/index/*", T[:-1] + "?", T + "-old", "arn:aws:dynamodb:*:*:table/a*"]
)
CONDITIONS = st.sampled_from(
    [
        None,
        {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"StringEquals": {"aws:SourceVpce": "v"}},
        {"Null": {"aws:SourceVpce": "true"}},
    ]
)
STATEMENTS = st.builds(
    lambda effect, negated, actions, other, resources, condition: statement(
        Effect=effect,
        Action=None if negated else actions,
        NotAction=actions if negated else None,
        Resource=None if other else resources,
        NotResource=resources if other else None,
        Condition=condition,
    ),
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from([False, False, True]),
    st.lists(ACTIONS, min_size=1, max_size=2),
    st.sampled_from([False, False, True]),
    st.lists(RESOURCES, min_size=1, max_size=2),
    CONDITIONS,
)
STACKS = st.tuples(
    st.lists(STATEMENTS, max_size=4).map(lambda items: layer(*items)),
    st.one_of(st.none(), st.lists(STATEMENTS, max_size=3).map(lambda items: layer(*items, name="boundary"))),
).map(lambda pair: tuple(item for item in pair if item is not None))
REGION = make_context({"aws:RequestedRegion": "us-east-1"})
SAMPLES = [T, T + "-old", T + "x", T + "/index/idx", T + "/index/by-tenant", T[:-1] + "z", T[:-4] + "abc"]


@pytest.mark.long
@settings(max_examples=400, deadline=None)
@given(STACKS, st.sampled_from([GET, QUERY, "dynamodb:PutItem"]), st.sampled_from([T, T + "*", T + "/index/*"]))
def test_a_proof_agrees_with_every_single_decision(layers: tuple[Layer, ...], action: str, region: str) -> None:
    proof = prove(action, region, layers, REGION)
    if proof is None:
        return
    on_index = region.endswith("/index/*")
    asked = [item for item in SAMPLES if (item.startswith(region.rstrip("*")) and ("/index/" in item) == on_index)]
    asked = [item for item in asked if region.endswith("*") or item == region]
    decisions = [evaluate(Request(action, item, REGION), layers).outcome for item in asked]
    if proof.verdict == "granted":
        assert set(decisions) <= {"allowed"}
    elif proof.verdict == "not-granted":
        assert proof.witness is not None
        shown = evaluate(Request(action, proof.witness, proof.context), layers)
        assert shown.outcome in ("implicit-deny", "explicit-deny")
    else:
        assert not {"implicit-deny", "explicit-deny"} & set(decisions)
    reach = may_reach(action, region, layers, REGION)
    if reach is None:
        assert "allowed" not in decisions
        assert "unknown" not in decisions
    elif reach.verdict == "granted":
        assert evaluate(Request(action, reach.witness or "", REGION), layers).outcome == "allowed"


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(
    st.lists(STATEMENTS, min_size=1, max_size=4), STATEMENTS, st.sampled_from([GET, QUERY]), st.sampled_from(SAMPLES)
)
def test_more_statements_move_a_decision_one_way_only(
    statements: list[dict[str, Any]], extra: dict[str, Any], action: str, resource: str
) -> None:
    rank = {"explicit-deny": 0, "implicit-deny": 0, "unknown": 1, "allowed": 2}
    before = rank[outcome(layer(*statements), action=action, resource=resource, context=REGION)]
    after = rank[outcome(layer(*statements, extra), action=action, resource=resource, context=REGION)]
    assert after >= before if extra["Effect"] == "Allow" else after <= before
    backwards = rank[outcome(layer(extra, *statements[::-1]), action=action, resource=resource, context=REGION)]
    assert backwards == after


def test_every_aws_managed_policy_is_read_without_a_problem() -> None:
    with open(_SNAPSHOT, encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert lines[0].startswith("# AWS-managed policies from moto")
    problems = [line.split("\t")[0] for line in lines[1:] if parse(line.split("\t", 2)[2]).problems]
    assert problems == []
    assert len(lines) > 1_500


def test_managed_policies_are_found_by_their_arn() -> None:
    found = find("arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess")
    assert found is not None
    assert found.document is not None
    assert find("arn:aws:iam::aws:policy/AmazonDynamoDBReadOnly") is None
    assert find("arn:aws-cn:iam::aws:policy/AmazonDynamoDBReadOnlyAccess") is None
    assert "moto" in provenance()
