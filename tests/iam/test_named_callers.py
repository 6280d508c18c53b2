"""What is decided of trust policies by look-up is what the slow way says."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.iam import parse
from checker.iam.decisions.principals import Caller
from checker.iam.proofs import trust
from checker.iam.proofs.trust import WEB_IDENTITY, may_assume, names_its_callers, token_context

ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/A"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
POD = "system:serviceaccount:a:b"
SUBJECTS = (POD, "system:serviceaccount:a:*", "system:serviceaccount:${aws:PrincipalTag/x}:b", "*", "")
KEYS = (f"{ISSUER}:sub", f"{ISSUER}:SUB", f"{ISSUER}:aud", "other:sub", "aws:SourceVpc")
OPERATORS = (
    "StringEquals", "stringequals", "StringLike", "StringNotEquals", "StringEqualsIfExists", "Null",
    "ForAnyValue:StringEquals", "ForAllValues:StringEquals", "StringEqualsIgnoreCase",
)  # fmt: skip


@st.composite
def policies(draw: st.DrawFn) -> str:
    statements: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 3))):
        conditions: dict[str, dict[str, Any]] = {}
        for _ in range(draw(st.integers(0, 2))):
            values = st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=2)
            conditions.setdefault(draw(st.sampled_from(OPERATORS)), {})[draw(st.sampled_from(KEYS))] = draw(values)
        statement: dict[str, Any] = {
            "Effect": draw(st.sampled_from(("Allow", "Allow", "Allow", "Deny"))),
            "Principal": {"Federated": draw(st.sampled_from((PROVIDER, PROVIDER + "x")))},
            "Action": draw(st.sampled_from((WEB_IDENTITY, "sts:*"))),
        }
        statements.append({**statement, "Condition": conditions} if conditions else statement)
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@settings(max_examples=1_000, deadline=None)
@given(policies(), st.sampled_from(("system:serviceaccount:other:one", "system:serviceaccount:a:c", "x")))
def test_who_names_all_callers_lets_in_nobody_else(text: str, stranger: str) -> None:
    document = parse(text, "trust").document
    if document is None or not names_its_callers(document, PROVIDER):
        return
    assert tuple(trust._let_in(document, PROVIDER)) == ()
    context = token_context(document, ISSUER, {"aud": "sts.amazonaws.com", "sub": stranger})
    assert may_assume(document, Caller("Federated", PROVIDER), WEB_IDENTITY, context) is not True


def test_most_trust_policies_are_of_that_kind() -> None:
    condition = {"StringEquals": {f"{ISSUER}:sub": POD, f"{ISSUER}:aud": "sts.amazonaws.com"}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": WEB_IDENTITY,
        "Condition": condition,
    }
    document = parse(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "trust").document
    assert document is not None
    assert names_its_callers(document, PROVIDER)
    assert not names_its_callers(document, PROVIDER + "x")
