"""What policies grant, as lines for people."""

from __future__ import annotations

import json

import pytest

from checker.iam import Attached, Layer, grants, parse, show_grants
from checker.iam.proofs.grants import compact

T = "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"


def shown(resource: str, *statements: dict[str, object]) -> tuple[str, ...]:
    text = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **item} for item in statements]})
    layers = (Layer("identity", (Attached("mine", parse(text).document),)),)
    return show_grants(grants(layers, resource))


def test_grants_are_shown_by_what_they_reach_and_on_what_terms() -> None:
    assert shown(T, {"Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": T}) == (
        f"dynamodb:GetItem, dynamodb:Query on {T}",
    )
    assert shown(T + "*", {"Action": "dynamodb:Get*", "Resource": T + "*"}) == (
        f"dynamodb:Get* (those that are not listed), dynamodb:GetItem, dynamodb:GetResourcePolicy on {T}",
        f"dynamodb:GetRecords, dynamodb:GetShardIterator on {T}/stream/x",
    )
    condition = {"StringEquals": {"aws:SourceVpce": "v"}}
    assert shown(T + "*", {"Action": "dynamodb:GetItem", "Resource": T, "Condition": condition}) == (
        f"dynamodb:GetItem on {T} (some, conditional)",
    )
    assert shown(T, {"Action": "s3:*", "Resource": "*"}) == ()


@pytest.mark.parametrize(
    ("actions", "short"),
    [
        (["dynamodb:Query", "dynamodb:GetItem"], ("dynamodb:GetItem", "dynamodb:Query")),
        (["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"], ("dynamodb:Batch*",)),
        (["dynamodb:BatchGetItem"], ("dynamodb:BatchGetItem",)),
        ([], ()),
    ],
)
def test_actions_are_joined_only_where_the_pattern_says_the_same(actions: list[str], short: tuple[str, ...]) -> None:
    assert compact(actions) == short
