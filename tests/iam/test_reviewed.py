"""What a review with fresh eyes got wrong answers or no answers from: each once, and never again."""

from __future__ import annotations

import json
from collections.abc import Callable
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
from checker.iam.documents.document import Document, PolicyKind

T = "arn:aws:dynamodb:us-east-1:111122223333:table/Books"
KEY = "aws:username"
ROLE = Caller("role", "arn:aws:iam::111122223333:role/R", "arn:aws:sts::111122223333:assumed-role/R/s")


def document(*statements: dict[str, Any], kind: PolicyKind = "identity") -> Document:
    rows = []
    for item in statements:
        row = {"Effect": "Allow", **item}
        row.update({} if "NotAction" in row or "Action" in row else {"Action": "*"})
        row.update({} if kind == "trust" or "Resource" in row else {"Resource": "*"})
        rows.append(row)
    parsed = parse(json.dumps({"Version": "2012-10-17", "Statement": rows}), kind)
    assert parsed.document is not None, parsed.problems
    return parsed.document


def identity(*statements: dict[str, Any]) -> tuple[Layer, ...]:
    return (Layer("identity", (Attached("p", document(*statements)),)),)


def under(effect: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": effect, "Condition": condition}


def proven(layers: tuple[Layer, ...], context: Context | None = None, resource: str = T) -> str | None:
    proof = prove("dynamodb:GetItem", resource, layers, context or Context())
    return proof.verdict if proof else None


DENY_ALL = identity({}, {"Effect": "Deny", "Action": "dynamodb:*"})
DENY_ONE = identity({}, {"Effect": "Deny", "Action": "dynamodb:ZapAll"})


@pytest.mark.parametrize("action", ["*", "dynamodb:Zap*", "newsvc:*"])
def test_a_pattern_that_no_listed_action_matches_is_no_name(action: str) -> None:
    for layers in (DENY_ALL, DENY_ONE, identity({"Action": "newsvc:DeleteAll"})):
        proof = prove(action, T, layers)
        assert proof is not None
        assert proof.verdict == "unknown"


def test_what_a_forbidden_pattern_may_reach() -> None:
    def reached(action: str, *statements: dict[str, Any]) -> str | None:
        proof = may_reach(action, T, identity(*statements))
        return proof.verdict if proof else None

    assert reached("dynamodb:*", {"Action": "dynamodb:GetItem"}) == "granted"
    assert reached("*", {"Action": "dynamodb:*"}) == "unknown"
    assert reached("newsvc:*", {"Action": "newsvc:DeleteAll"}) == "unknown"
    assert reached("newsvc:*", {"Action": "dynamodb:*"}) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Action": "newsvc:Get*"}, {"Action": "newsvc:Delete*"}),
        ({"Action": "dynamodb:Zap*"}, {"Action": "dynamodb:Zip*"}),
        ({"Action": "*"}, {"Action": "*", "Resource": "arn:*"}),
        ({"NotAction": "dynamodb:*"}, {"NotAction": "dynamodb:*", "Resource": "arn:*"}),
    ],
)
def test_policies_that_differ_in_what_is_not_listed_are_not_the_same(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = compare(identity(before), identity(after))
    assert found.lost
    assert compare(identity(before), identity(before)).is_same


EARLY = "2020-01-01T00:00:00Z"


def test_a_known_value_is_not_tried_out_even_where_its_comparison_cannot_be_told() -> None:
    either = identity(
        under("Allow", {"StringEquals": {"aws:TagKeys": "a"}}),
        under("Allow", {"StringNotEquals": {"aws:TagKeys": "a"}}),
    )
    two = make_context({"aws:TagKeys": ("a", "b")}, closed=True)
    assert evaluate(Request("dynamodb:GetItem", T, two), either).outcome == "unknown"
    assert proven(either) == "conditional", "a list under an operator for one value"
    dates = identity(
        under("Allow", {"DateLessThan": {"aws:CurrentTime": EARLY}}),
        under("Allow", {"DateGreaterThanEquals": {"aws:CurrentTime": EARLY}}),
    )
    odd = make_context({"aws:CurrentTime": "2020"}, closed=True)
    assert evaluate(Request("dynamodb:GetItem", T, odd), dates).outcome == "unknown"


@pytest.mark.parametrize("account", ["*", "1111*", "99*"])
def test_other_accounts_must_allow_too(account: str) -> None:
    proof = prove("dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{account}:table/Books", identity({}), caller=ROLE)
    assert proof is not None
    assert proof.verdict == "unknown"


LARGE = 10**29 + 1


@pytest.mark.parametrize(
    "statements",
    [
        [
            under("Allow", {"StringNotEqualsIgnoreCase": {KEY: "ab"}}),
            under("Allow", {"StringEquals": {KEY: ["ab", "AB"]}}),
        ],
        [under("Allow", {"StringLikeIfExists": {KEY: "?*"}})],
        [{}, under("Deny", {"StringNotLike": {KEY: "?*"}, "Null": {KEY: "false"}})],
        [under("Allow", {"BinaryEqualsIfExists": {KEY: "AB=="}})],
        [under("Allow", {"BinaryEqualsIfExists": {KEY: ["AA==", "AQ==", "AAECAwQF"]}})],
        [under("Allow", {"BoolIfExists": {KEY: ["true", "false"]}})],
        [
            under("Allow", {"NumericLessThanEquals": {KEY: str(LARGE)}}),
            under("Allow", {"NumericGreaterThanEquals": {KEY: str(LARGE + 2)}}),
            under("Allow", {"Null": {KEY: "true"}}),
        ],
    ],
)
def test_no_value_that_makes_a_difference_is_left_out(statements: list[dict[str, Any]]) -> None:
    assert proven(identity(*statements)) == "conditional"


def test_scps_do_not_bear_on_who_comes_from_outside() -> None:
    caller = Caller("Federated", "arn:aws:iam::111122223333:oidc-provider/x")
    action = "sts:AssumeRoleWithWebIdentity"
    trust = document({"Principal": {"Federated": caller.arn}, "Action": action}, kind="trust")
    layers = (Layer("scp", (Attached("scp", document({})),)), Layer("trust", (Attached("trust", trust),)))
    assert evaluate(Request(action, ROLE.arn, Context(), caller), layers).outcome == "allowed"


def test_a_star_narrowed_to_other_arns_names_nobody() -> None:
    own = document(
        {"Principal": "*", "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/z"}}},
        kind="resource",
    )
    layers = (Layer("identity", ()), Layer("session", ()), Layer("resource", (Attached("own", own),)))
    assert evaluate(Request("dynamodb:GetItem", T, Context(closed=True), ROLE), layers).outcome == "unknown"


def test_two_set_operators_are_none() -> None:
    condition = {"ForAllValues:ForAnyValue:StringEquals": {"a:b": "c"}}
    text = json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}})
    assert parse(text).document is None


ALL_LETTERS = "*xyzabcdefghijklmnopqrstuvwXYZ0123456789-_.\u2603"


def explosions() -> dict[str, Callable[[], object]]:
    """Questions that once raised or did not end."""
    table = "arn:aws:dynamodb:*:*:table/"
    return {
        "every letter": lambda: proven(identity({}), resource=T[:-5] + ALL_LETTERS),
        "a long prefix": lambda: prove("a" * 5000 + ":b", T, identity({})),
        "spaces in a variable": lambda: proven(identity({"Resource": T + "${" + " " * 20_000 + ", y}"})),
        "three stars": lambda: proven(identity({"Resource": T[:-5] + "*a*a*b"}), resource=T[:-5] + "a" * 1950),
        "values": lambda: proven(identity(*(under("Allow", {"StringEquals": {KEY: f"v{n}"}}) for n in range(150)))),
        "keys": lambda: proven(
            identity(*(under("Allow", {"StringEquals": {f"aws:PrincipalTag/k{n}": "v"}}) for n in range(150)))
        ),
        "very many keys": lambda: proven(
            identity(*(under("Deny", {"StringEquals": {f"aws:PrincipalTag/k{n}": "v"}}) for n in range(900)), {})
        ),
        "sets": lambda: proven(
            identity(
                *(
                    under("Allow", {"ForAnyValue:StringEquals": {"aws:TagKeys": [f"v{n}-{m}" for m in range(200)]}})
                    for n in range(6)
                )
            )
        ),
        "numbers": lambda: proven(
            identity(
                *(
                    under("Allow", {"NumericLessThan": {KEY: [str(n * 1000 + m) for m in range(100)]}})
                    for n in range(30)
                )
            )
        ),
        "actions": lambda: prove(
            "dynamodb:*",
            "arn:aws:dynamodb:*:*:*",
            identity(*({"Action": "dynamodb:*", "Resource": f"{table}*{c}" + "?" * 15} for c in "abc")),
        ),
        "repeated keys": lambda: parse('{"Statement":[' + ",".join(['{"a":1,"a":1}'] * 5000) + "]}"),
        "patterns": lambda: prove(
            "dynamodb:Query",
            table + "*a".join("?" * 12 for _ in range(6)) + "*",
            identity(*({"Action": "*", "Resource": f"{table}*a" + "?" * n} for n in range(20, 40))),
        ),
    }


@pytest.mark.long
@pytest.mark.parametrize("name", explosions())
def test_nothing_raises_and_everything_ends(name: str) -> None:
    explosions()[name]()


def test_patterns_built_to_explode_are_given_up_with_a_reason() -> None:
    proof = explosions()["patterns"]()
    assert getattr(proof, "verdict", None) == "unknown"
    assert getattr(proof, "reasons", None) == ("the patterns are too complex to decide in bounded time",)
