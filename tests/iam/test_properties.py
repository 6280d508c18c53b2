"""What holds for all policies: soundness under partial context, proofs against single decisions, comparisons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any, Literal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checker.iam import (
    Attached,
    Caller,
    Context,
    Layer,
    Request,
    compare,
    evaluate,
    grants,
    make_context,
    may_reach,
    parse,
    prove,
)
from checker.iam.decisions.branches import branches, with_examples
from checker.iam.decisions.clauses import Atom, PolicyQuestion, applies, covering
from checker.iam.decisions.combine import is_allowed, situation
from checker.iam.decisions.conditions import Truth
from checker.iam.decisions.policies import LayerName
from checker.iam.documents.document import PolicyKind
from checker.iam.patterns.globs import arn_glob, matches
from checker.iam.proofs.reach import could_allow, may_reach_beyond

T = "arn:aws:dynamodb:us-east-1:111122223333:table/auth-keys"
ROLE = Caller("role", "arn:aws:iam::111122223333:role/proxy", "arn:aws:sts::111122223333:assumed-role/proxy/pod")
DENIED = ("explicit-deny", "implicit-deny")

ACTIONS = ["*", "dynamodb:*", "dynamodb:Get*", "dynamodb:GetItem", "dynamodb:Query", "s3:*"]
RESOURCES = [
    "*", T, T + "*", T + "?", T + "/index/*", T[:-1] + "?", T + "-old", "arn:aws:dynamodb:*:*:table/a*",
    "arn:aws:dynamodb:us-*:111122223333:table/*-old", "arn:aws:dynamodb:us-east-1:111122223333:table/${k:s}",
]  # fmt: skip
PRINCIPALS = ["*", {"AWS": ROLE.arn}, {"AWS": "111122223333"}, {"AWS": ROLE.session}]
CONDITIONS: list[dict[str, Any] | None] = [
    None,
    None,
    {"StringEquals": {"k:s": "a"}},
    {"StringEquals": {"K:S": ["a", "b"]}},
    {"StringNotEquals": {"k:s": "a"}},
    {"StringLike": {"k:s": "a*"}},
    {"StringNotLike": {"k:s": ["*b", "a?"]}},
    {"StringEqualsIfExists": {"k:s": "b"}},
    {"Null": {"k:s": "true"}},
    {"Null": {"k:s": "false"}, "NumericLessThan": {"k:n": "5"}},
    {"NumericGreaterThanEquals": {"k:n": "5"}},
    {"NumericEquals": {"k:n": ["5", "7"]}},
    {"NumericNotEquals": {"k:n": "7"}},
    {"ForAllValues:StringEquals": {"k:m": ["x", "y"]}},
    {"ForAnyValue:StringEquals": {"k:m": "x"}},
    {"ForAnyValue:StringNotEquals": {"k:m": "x"}},
    {"ForAllValues:StringLike": {"k:m": "x*"}},
    {"IpAddress": {"k:i": "10.0.0.0/8"}},
    {"NotIpAddress": {"k:i": ["10.1.0.0/16", "192.0.2.0/24"]}},
    {"DateLessThan": {"k:d": "2026-06-01T00:00:00Z"}},
    {"Bool": {"k:b": "true"}},
]
VALUES: dict[str, list[tuple[str, ...]]] = {
    "k:s": [(), ("a",), ("b",), ("ab",), ("zb",), ("old",)],
    "k:n": [(), ("4",), ("5",), ("6",), ("7",)],
    "k:m": [(), ("x",), ("y",), ("x", "y"), ("x", "z"), ("xx",), ("",)],
    "k:i": [(), ("10.1.2.3",), ("10.9.9.9",), ("192.0.2.1",), ("2001:db8::1",)],
    "k:d": [(), ("2026-01-01T00:00:00Z",), ("2026-12-01T00:00:00Z",)],
    "k:b": [(), ("true",), ("false",)],
}
ARNS = [T, T + "-old", T + "x", T + "/index/by-x", T[:-1] + "z", T[:-4] + "abc", T.replace("us-east-1", "eu-west-1")]


def build(draw: Any, name: LayerName, most: int) -> Layer:
    kind: PolicyKind = "resource" if name in ("resource", "rcp") else "identity"
    statements = []
    for _ in range(draw(st.integers(0, most))):
        negated, other = draw(st.integers(0, 5)) == 0, draw(st.integers(0, 5)) == 0
        found = {
            "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
            "NotAction" if negated else "Action": draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2)),
            "NotResource" if other else "Resource": draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2)),
        }
        condition = draw(st.sampled_from(CONDITIONS))
        if condition is not None:
            found["Condition"] = condition
        if kind == "resource":
            found["Principal"] = draw(
                st.sampled_from(["*", {"AWS": ROLE.arn}, {"AWS": "111122223333"}, {"AWS": ROLE.session}])
            )
        statements.append(found)
    parsed = parse(json.dumps({"Version": "2012-10-17", "Statement": statements}), kind)
    assert parsed.document is not None, parsed.problems
    return Layer(name, (Attached(name, parsed.document),))


@st.composite
def stacks(draw: Any) -> tuple[Layer, ...]:
    found = [build(draw, "identity", 4)]
    for name in ("boundary", "session", "scp", "resource", "rcp"):
        if draw(st.integers(0, 4)) == 0:
            found.append(build(draw, name, 2))
    return tuple(found)


@st.composite
def contexts(draw: Any) -> Context:
    """A whole context: every key has values or is known to be absent."""
    return make_context(
        {key: value for key, rows in VALUES.items() if (value := draw(st.sampled_from(rows)))}, closed=True
    )


def some_of(context: Context, keys: frozenset[str]) -> Context:
    """The same context as far as these keys go; of the others nothing is known."""
    known = {key: values for key, values in context.values.items() if key in keys}
    return Context(known, frozenset(key for key in keys if key not in context.values))


KEYS = st.sets(st.sampled_from(sorted(VALUES))).map(frozenset)
EFFECTS: st.SearchStrategy[Literal["Allow", "Deny"]] = st.sampled_from(["Allow", "Deny"])
ASKED = st.sampled_from(["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"])


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(stacks(), contexts(), KEYS, ASKED, st.sampled_from(ARNS))
def test_what_is_said_with_part_of_the_context_holds_with_all_of_it(
    layers: tuple[Layer, ...], context: Context, keys: frozenset[str], action: str, arn: str
) -> None:
    partial = evaluate(Request(action, arn, some_of(context, keys), ROLE), layers).outcome
    whole = evaluate(Request(action, arn, context, ROLE), layers).outcome
    assume(partial != "unknown" and whole != "unknown")
    assert (partial == "allowed") == (whole == "allowed")


@settings(max_examples=100, deadline=None)
@given(stacks(), st.sampled_from(sorted(VALUES)), ASKED)
def test_what_is_left_open_really_is(layers: tuple[Layer, ...], key: str, action: str) -> None:
    """With one key unknown, "unknown" means that a value allows and another denies, and the branches name both."""
    base = some_of(make_context({}, closed=True), frozenset(VALUES) - {key})
    whole = situation(layers, ROLE, "")
    rows = covering(whole.layers, PolicyQuestion(action, base, ROLE, T))
    assume(all(covered and clause.settled for clause, covered in rows))

    def judge(assumed: Mapping[Atom, bool]) -> Truth:
        return is_allowed(whole, [(clause, applies(clause, covered, assumed)) for clause, covered in rows])

    cases = branches([item for clause, _ in rows for item in clause.open], base, judge)
    assert cases is not None
    for case in cases:
        stated = with_examples(base, case)
        assert stated is not None
        outcome = evaluate(Request(action, T, stated, ROLE), layers).outcome
        assert outcome == "unknown" if case.truth is None else (outcome == "allowed") == case.truth
    unknown = evaluate(Request(action, T, base, ROLE), layers).outcome == "unknown"
    assert unknown == (len({case.truth for case in cases}) > 1 or None in {case.truth for case in cases})


@settings(max_examples=150, deadline=None)
@given(stacks(), contexts(), KEYS, ASKED, st.sampled_from([T, T + "*", T + "/index/*", "arn:aws:dynamodb:*:*:table/*"]))
def test_proofs_agree_with_single_decisions(
    layers: tuple[Layer, ...], context: Context, keys: frozenset[str], action: str, region: str
) -> None:
    partial = some_of(context, keys)
    proof = prove(action, region, layers, partial, ROLE)
    if proof is None:
        return
    if proof.verdict == "not-granted":
        assert proof.witness is not None
        assert evaluate(Request(action, proof.witness, proof.context, ROLE), layers).outcome in DENIED
    if proof.verdict == "granted":
        for arn in (T, T + "-old", T + "x", T + "/index/by-x"):
            inside = prove(action, arn, layers, partial, ROLE)
            if inside is not None and _is_in(arn, region):
                assert evaluate(Request(action, arn, context, ROLE), layers).outcome == "allowed"
    reach = may_reach(action, region, layers, partial, ROLE)
    if reach is None:
        assert proof.verdict == "not-granted"
    elif reach.verdict == "granted":
        assert evaluate(Request(action, reach.witness or "", partial, ROLE), layers).outcome == "allowed"
    if proof.verdict == "granted":
        assert reach is not None
        assert reach.verdict == "granted"


def _is_in(arn: str, region: str) -> bool:
    return matches(arn_glob(region), arn)


def test_a_granted_proof_has_no_counterexample_in_ten_thousand_samples() -> None:
    rng = Random(20261124)
    statements = [
        {"Effect": "Allow", "Action": "dynamodb:Get*", "Resource": T + "*", "Condition": {"StringLike": {"k:s": "a*"}}},
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Condition": {"StringNotLike": {"k:s": "a*"}}},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": {"k:s": "true"}}},
        {"Effect": "Deny", "Action": "*", "Resource": T + "*", "Condition": {"NumericLessThan": {"k:n": "0"}}},
        {"Effect": "Deny", "Action": "*", "NotResource": [T + "*", "arn:aws:dynamodb:*:*:table/b*"]},
    ]
    parsed = parse(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    assert parsed.document is not None
    layers = (Layer("identity", (Attached("identity", parsed.document),)),)
    context = make_context({"k:n": "1"})
    proof = prove("dynamodb:GetItem", T + "*", layers, context)
    assert proof is not None
    assert proof.verdict == "granted"
    letters = "abcxyz-_./:0"
    for _ in range(10_000):
        arn = T + "".join(rng.choice(letters) for _ in range(rng.randint(0, 12)))
        value = "".join(rng.choice("ab*?") for _ in range(rng.randint(0, 4)))
        stated = make_context({"k:n": "1", **({"k:s": value} if value else {})}, closed=True)
        assert evaluate(Request("dynamodb:GetItem", arn, stated), layers).outcome == "allowed", (arn, value)


@pytest.mark.long
@settings(max_examples=100, deadline=None)
@given(stacks(), contexts(), KEYS, ASKED, st.sampled_from(ARNS), st.randoms())
def test_the_order_of_statements_never_matters(
    layers: tuple[Layer, ...], context: Context, keys: frozenset[str], action: str, arn: str, rng: Random
) -> None:
    partial = some_of(context, keys)
    mixed = tuple(_shuffled(layer, rng) for layer in layers)
    assert (
        evaluate(Request(action, arn, partial, ROLE), layers)[:2]
        == evaluate(Request(action, arn, partial, ROLE), mixed)[:2]
    )
    first, second = (prove(action, T + "*", stack, partial, ROLE) for stack in (layers, mixed))
    assert (first and (first.verdict, first.witness)) == (second and (second.verdict, second.witness))


def _shuffled(layer: Layer, rng: Random) -> Layer:
    (attached,) = layer.policies
    assert attached.document is not None
    statements = list(attached.document.statements)
    rng.shuffle(statements)
    return Layer(layer.name, (attached._replace(document=attached.document._replace(statements=tuple(statements))),))


@pytest.mark.long
@settings(max_examples=100, deadline=None)
@given(stacks(), contexts(), ASKED, st.sampled_from(ARNS), EFFECTS, st.data())
def test_more_allows_never_take_access_and_more_denies_never_give_any(
    layers: tuple[Layer, ...],
    context: Context,
    action: str,
    arn: str,
    effect: Literal["Allow", "Deny"],
    data: st.DataObject,
) -> None:
    place = data.draw(st.integers(0, len(layers) - 1))
    extra = build(data.draw, layers[place].name, 2)
    (document,) = (attached.document for attached in extra.policies)
    assert document is not None
    added = tuple(item._replace(effect=effect) for item in document.statements)
    (attached,) = layers[place].policies
    assert attached.document is not None
    grown = attached.document._replace(statements=(*attached.document.statements, *added))
    layer = Layer(layers[place].name, (attached._replace(document=grown),))
    after = (*layers[:place], layer, *layers[place + 1 :])
    rank = {"explicit-deny": 0, "implicit-deny": 0, "unknown": 1, "allowed": 2}
    one, two = (rank[evaluate(Request(action, arn, context, ROLE), stack).outcome] for stack in (layers, after))
    assert two >= one if effect == "Allow" else two <= one


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(stacks(), stacks(), contexts(), st.sampled_from(ARNS))
def test_comparisons_show_what_changed_and_miss_nothing(
    before: tuple[Layer, ...], after: tuple[Layer, ...], context: Context, arn: str
) -> None:
    found = compare(before, after, caller=ROLE)
    for changes, less, more in ((found.gained, before, after), (found.lost, after, before)):
        for change in changes:
            asked = Request(change.actions[0], change.witness, change.context, ROLE)
            assert evaluate(asked, more).outcome == "allowed"
            assert evaluate(asked, less).outcome in DENIED
    assert compare(before, before, caller=ROLE)[:2] == ((), ())
    if found.is_same:
        for action in ("dynamodb:GetItem", "dynamodb:Query", "s3:GetObject"):
            outcomes = {
                evaluate(Request(action, arn, context, ROLE), stack).outcome == "allowed" for stack in (before, after)
            }
            assert len(outcomes) == 1


@settings(max_examples=60, deadline=None)
@given(stacks(), contexts())
def test_grants_are_all_there_is(layers: tuple[Layer, ...], context: Context) -> None:
    granted = {
        action for grant in grants(layers, T, context, ROLE) if grant.verdict == "granted" for action in grant.actions
    }
    for action in ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DescribeTable"):
        outcome = evaluate(Request(action, T, context, ROLE), layers).outcome
        assert outcome == "unknown" or (outcome == "allowed") == (action in granted)


@pytest.mark.long
@given(
    stacks(), contexts(), st.sampled_from(["dynamodb:GetItem", "dynamodb:*", "s3:Get*", "*", "dynamodb:Put*", "x:y"])
)
def test_without_an_allow_nothing_is_reached(layers: tuple[Layer, ...], context: Context, action: str) -> None:
    if not could_allow(action, layers):
        for caller in (None, ROLE):
            assert may_reach(action, "arn:aws:dynamodb:*:*:table/*", layers, context, caller) is None
            assert may_reach_beyond(action, "arn:aws:dynamodb:*:*:table/*", layers, context, caller) is None
