"""The edge of the core: what it knows of actions nobody listed, of keys without a value, and of who calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.iam import (
    Attached,
    Caller,
    Context,
    Layer,
    Request,
    compare,
    evaluate,
    make_context,
    may_reach,
    parse,
    prove,
)
from checker.iam.proofs.grants import grants

T = "arn:aws:dynamodb:us-east-1:111122223333:table/Books"
ROLE = Caller("role", "arn:aws:iam::111122223333:role/proxy")
NOW = 1_795_000_000.0
"""2026-11-18."""


def identity(*statements: dict[str, Any]) -> tuple[Layer, ...]:
    rows = [{"Effect": "Allow", "Action": "*", "Resource": "*", **item} for item in statements]
    parsed = parse(json.dumps({"Version": "2012-10-17", "Statement": rows}))
    assert parsed.document is not None, parsed.problems
    return (Layer("identity", (Attached("p", parsed.document),)),)


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def outcome(layers: tuple[Layer, ...], context: Context, action: str = "dynamodb:GetItem") -> str:
    return evaluate(Request(action, T, context, ROLE), layers).outcome


# A list of actions lags behind AWS.


@pytest.mark.parametrize("granted", ["dynamodb:ReadMinds", "dynamodb:Read*", "dynamodb:*", "*", "dynamodb:GetItem?*"])
@pytest.mark.parametrize("asked", ["dynamodb:*", "dynamodb:?*"])
def test_a_pattern_takes_in_actions_that_are_not_listed(granted: str, asked: str) -> None:
    layers = identity({"Action": granted}, {"Effect": "Deny", "Action": listed()})
    proof = may_reach(asked, T, layers)
    assert proof is not None
    assert proof.verdict == "granted"


@pytest.mark.parametrize("granted", ["dynamodb:GetItem", "dynamodb:Get*", "dynamodb:ReadMinds", "s3:*"])
def test_a_pattern_takes_in_no_more_than_it_says(granted: str) -> None:
    layers = identity({"Action": granted}, {"Effect": "Deny", "Action": listed()})
    assert may_reach("dynamodb:Put*", T, layers) is None


def test_what_is_denied_by_a_pattern_is_denied_beyond_the_list_as_well() -> None:
    layers = identity({"Action": "dynamodb:*"}, {"Effect": "Deny", "Action": ["dynamodb:Put*", *listed()]})
    assert may_reach("dynamodb:Put*", T, layers) is None
    assert may_reach("dynamodb:P*", T, layers) is not None


def test_grants_have_them_too() -> None:
    found = {action for grant in grants(identity({"Action": "dynamodb:ReadMinds"}), T) for action in grant.actions}
    assert found == {"dynamodb:ReadMinds"}


def test_listed_names_that_a_pattern_begins_with_hide_no_other() -> None:
    lost = compare(identity({"Action": "dynamodb:GetItem*"}), identity({"Action": "dynamodb:GetItem"})).lost
    assert {action for change in lost for action in change.actions} == {"dynamodb:GetItem* (those that are not listed)"}


def listed() -> list[str]:
    from checker.iam.catalogue.catalogue import expand

    return list(expand("dynamodb:*"))


# What has several values, and what has none.


@pytest.mark.parametrize("values", [("a",), ("a", "b")])
def test_a_list_under_an_operator_for_one_value_has_no_answer(values: tuple[str, ...]) -> None:
    context = make_context({"dynamodb:LeadingKeys": values})
    assert outcome(identity(when("StringEquals", "dynamodb:LeadingKeys", "a")), context) == "unknown"
    assert outcome(identity(when("ForAllValues:StringEquals", "dynamodb:LeadingKeys", "a", "b")), context) == "allowed"


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "StringNotEquals"])
def test_an_empty_string_is_no_value_for_any(operator: str) -> None:
    context = make_context({"aws:TagKeys": ("",)})
    assert outcome(identity(when(f"ForAnyValue:{operator}", "aws:TagKeys", "", "*")), context) == "implicit-deny"


# Who calls.


@pytest.mark.parametrize("context", [Context(), make_context({}, closed=True)])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("aws:PrincipalArn", ROLE.arn),
        ("aws:PrincipalAccount", "111122223333"),
        ("aws:PrincipalType", "AssumedRole"),
    ],
)
def test_a_caller_has_what_it_is(context: Context, key: str, value: str) -> None:
    assert outcome(identity(when("StringEquals", key, value)), context) == "allowed"
    assert outcome(identity(when("StringEquals", key, value + "x")), context) == "implicit-deny"
    proof = prove("dynamodb:GetItem", T, identity(when("StringEquals", key, value)), context, ROLE)
    assert proof is not None
    assert proof.verdict == "granted"


# Two actions of STS ask no policy.


def test_who_am_i_needs_no_permission_and_cannot_be_denied() -> None:
    for layers in (identity({"Action": "s3:*"}), identity({"Effect": "Deny"}), ()):
        assert evaluate(Request("sts:GetCallerIdentity", "*", Context(), ROLE), layers).outcome == "allowed"
        proof = prove("sts:GetCallerIdentity", "*", layers, Context(), ROLE)
        assert proof is not None
        assert proof.verdict == "granted"


def test_only_long_term_credentials_may_ask_for_a_session() -> None:
    user = Caller("user", "arn:aws:iam::111122223333:user/ada")
    everything = identity({})
    assert evaluate(Request("sts:GetSessionToken", "*", Context(), user), ()).outcome == "allowed"
    assert evaluate(Request("sts:GetSessionToken", "*", Context(), ROLE), everything).outcome == "implicit-deny"


def test_other_actions_of_sts_ask_policies() -> None:
    layers = identity({"Action": "s3:*"})
    proof = prove(["sts:GetCallerIdentity", "sts:DecodeAuthorizationMessage"], "*", layers, Context(), ROLE)
    assert proof is not None
    assert proof.verdict == "not-granted"


# What is decided without a value.

FROM_NOW = make_context({}, since=NOW)


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", "implicit-deny"),
        ("DateGreaterThan", "aws:CurrentTime", "2020-01-01T00:00:00Z", "allowed"),
        ("DateNotEquals", "aws:CurrentTime", "2020-01-01T00:00:00Z", "allowed"),
        ("DateLessThan", "aws:CurrentTime", "2099-01-01T00:00:00Z", "unknown"),
        ("DateGreaterThan", "aws:CurrentTime", "2099-01-01T00:00:00Z", "unknown"),
        ("DateLessThan", "aws:TokenIssueTime", "2020-01-01T00:00:00Z", "implicit-deny"),
        ("NumericLessThan", "aws:EpochTime", "1600000000", "implicit-deny"),
        ("DateLessThan", "aws:CurrentTime", "2026-11-17T23:00:00Z", "implicit-deny"),
        # A session may have begun twelve hours before its last request.
        ("DateLessThan", "aws:TokenIssueTime", "2026-11-18T09:00:00Z", "unknown"),
    ],
)
def test_dates_that_have_passed(operator: str, key: str, value: str, expected: str) -> None:
    assert outcome(identity(when(operator, key, value)), FROM_NOW) == expected


def test_sessions_of_long_ago_are_no_sessions_of_today() -> None:
    revoked = {"Effect": "Deny", **when("DateLessThan", "aws:TokenIssueTime", "2021-05-05T00:00:00Z")}
    proof = prove("dynamodb:GetItem", T, identity({}, revoked), FROM_NOW, ROLE)
    assert proof is not None
    assert proof.verdict == "granted"


def test_without_a_day_dates_stay_open() -> None:
    past = when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z")
    assert outcome(identity(past), Context()) == "unknown"


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringLike", "aws:userid", "AIDA*", "implicit-deny"),
        ("StringNotLike", "aws:userid", "AIDA*", "allowed"),
        ("StringLike", "aws:userid", "AROAEXAMPLE:*", "unknown"),
        ("StringEquals", "aws:userid", "someone", "implicit-deny"),
        ("StringEqualsIgnoreCase", "aws:userid", "someone", "unknown"),
        ("StringLike", "aws:userid", "*", "allowed"),
    ],
)
def test_the_form_of_a_value_is_enough_to_rule_it_out(operator: str, key: str, value: str, expected: str) -> None:
    context = make_context({}, shapes={"aws:userid": "AROA*:*"})
    assert outcome(identity(when(operator, key, value)), context) == expected


@pytest.mark.parametrize(
    ("action", "key", "expected"),
    [
        ("dynamodb:GetItem", "kms:ViaService", "implicit-deny"),
        ("dynamodb:Scan", "dynamodb:LeadingKeys", "implicit-deny"),
        ("dynamodb:GetItem", "dynamodb:LeadingKeys", "unknown"),
        ("dynamodb:GetItem", "aws:SourceVpce", "unknown"),
        ("dynamodb:GetItem", "aws:ResourceTag/team", "unknown"),
        ("dynamodb:GetItem", "dynamodb:NobodyKnowsThisKey", "unknown"),
        ("dynamodb:BrandNew", "dynamodb:LeadingKeys", "unknown"),
    ],
)
def test_a_key_that_no_request_for_an_action_carries(action: str, key: str, expected: str) -> None:
    assert outcome(identity(when("ForAnyValue:StringEquals", key, "x")), Context(), action) == expected


def test_actions_whose_requests_carry_other_keys_are_asked_about_each() -> None:
    limited = identity(
        {"Action": ["dynamodb:Query", "dynamodb:Scan"], **when("StringEquals", "dynamodb:Select", "COUNT")}
    )
    keyed = identity(
        {
            "Action": ["dynamodb:Query", "dynamodb:Scan"],
            **when("ForAllValues:StringEquals", "dynamodb:LeadingKeys", "x"),
        }
    )
    both = prove(["dynamodb:Query", "dynamodb:Scan"], T, keyed)
    assert both is not None
    assert both.verdict == "conditional"
    first = prove(["dynamodb:Scan"], T, keyed)
    assert first is not None
    assert first.verdict == "granted"
    one = prove(["dynamodb:Scan"], T, limited)
    assert one is not None
    assert one.verdict == "conditional"


def test_the_regions_and_partitions_are_those_of_botocore() -> None:
    from botocore.loaders import Loader

    from checker.iam.documents.regions import PARTITIONS, REGIONS, partition_of

    for row in Loader().load_data("partitions")["partitions"]:
        assert row["id"] in PARTITIONS
        for region in row["regions"]:
            if not region.endswith("-global"):
                assert region in REGIONS
                assert partition_of(region) == row["id"]
