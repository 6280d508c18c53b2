"""Every style of writing a policy document survives a fix: then the gate is clean, and a second one changes nothing."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.fix.edits import block
from checker.text.documents import cut, parse_piece
from checker.text.source import Source
from checker.text.splices import splice
from tests.conftest import every_other

from .manifests import ISSUER, STYLES, TABLE, grant, manifest, mend, policy, texts, trust

LINE_ENDS = {"LF": "\n", "CRLF": "\r\n"}


@pytest.mark.parametrize("ends", every_other(LINE_ENDS))
@pytest.mark.parametrize("style", STYLES)
def test_a_missing_action_is_added_in_place(style: str, ends: str) -> None:
    before = manifest(STYLES[style](policy(grant(("dynamodb:GetItem",))))).replace("\n", LINE_ENDS[ends])
    found = mend(before)
    (after,) = texts(found, before)
    assert [item.finding.rule for item in found.fixes] == ["missing-grant"]
    assert not found.after.report.findings
    assert [effect.is_exact for effect in found.effects] == [True]
    assert after.count("\r\n") == (after.count("\n") if ends == "CRLF" else 0)
    # What was added is the action and what separates it; nothing else has moved.
    ((change,),) = (item.splices for item in found.changes)
    assert before[: change.start] + before[change.end :] == before
    assert re.sub(r"\s|\\n|\\t|\\", "", change.text) in (',"dynamodb:Query"', '"dynamodb:Query",')
    assert not mend(after).changes


@pytest.mark.long
@pytest.mark.parametrize("style", STYLES)
def test_a_statement_is_added_in_the_layout_of_its_neighbour(style: str) -> None:
    other = grant("logs:PutLogEvents", "arn:aws:logs:us-east-1:111122223333:log-group:*", Sid="Log")
    before = manifest(STYLES[style](policy(other)))
    found = mend(before)
    (after,) = texts(found, before)
    assert not found.after.report.findings
    assert [effect.is_exact for effect in found.effects] == [True]
    assert not mend(after).changes


@pytest.mark.long
@pytest.mark.parametrize("style", STYLES)
def test_a_subject_is_let_in_beside_the_one_that_is(style: str) -> None:
    other = "system:serviceaccount:tenant-acme:reverse-proxy"
    before = manifest(STYLES["literal"](policy()), STYLES[style](trust(sub=other)))
    found = mend(before)
    (after,) = texts(found, before)
    assert [item.finding.rule for item in found.fixes] == ["untrusted-service-account"]
    assert not found.after.report.findings
    assert other in after
    assert not mend(after).changes


Break = Callable[[dict[str, Any], dict[str, Any]], None]


def _drop_query(inline: dict[str, Any], trusting: dict[str, Any]) -> None:
    inline["Statement"][0]["Action"] = ["dynamodb:GetItem"]


def _single_action(inline: dict[str, Any], trusting: dict[str, Any]) -> None:
    inline["Statement"][0]["Action"] = "dynamodb:Query"


def _other_table(inline: dict[str, Any], trusting: dict[str, Any]) -> None:
    inline["Statement"][0]["Resource"] = TABLE.replace("cell2", "cell1")


def _one_statement(inline: dict[str, Any], trusting: dict[str, Any]) -> None:
    inline["Statement"] = inline["Statement"][0]


def _lossy(inline: dict[str, Any], trusting: dict[str, Any]) -> None:
    statement = inline["Statement"] if isinstance(inline["Statement"], dict) else inline["Statement"][0]
    statement["Sid"] = "ReadAuthKeys"
    statement["Condition"] = {"StringNotEquals": {"aws:UserAgent": "a+b 100%"}}


def _version_last(inline: dict[str, Any], trusting: dict[str, Any]) -> None:
    inline["Version"] = inline.pop("Version")


def _subject(inline: dict[str, Any], trusting: dict[str, Any]) -> None:
    trusting["Statement"][0]["Condition"]["StringEquals"][f"{ISSUER}:sub"] = "system:serviceaccount:x:y"


def _audience(inline: dict[str, Any], trusting: dict[str, Any]) -> None:
    trusting["Statement"][0]["Condition"]["StringEquals"][f"{ISSUER}:aud"] = ["elsewhere", "other"]


BREAKS: tuple[Break, ...] = (
    _drop_query,
    _single_action,
    _other_table,
    _one_statement,
    _version_last,
    _subject,
    _audience,
)
RULES = {"missing-grant", "untrusted-service-account", "lossy-inline-encoding"}


MANIFESTS = (
    st.sampled_from(sorted(STYLES)),
    st.sampled_from(sorted(STYLES)),
    st.sampled_from(sorted(LINE_ENDS)),
    st.lists(st.sampled_from(BREAKS), min_size=1, max_size=5, unique=True),
    st.booleans(),
)
"""Two styles, the line ends, what is wrong, and whether the last line has an end."""


@pytest.mark.long
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(*MANIFESTS)
def test_a_fix_is_clean_and_a_second_one_changes_nothing(
    style: str, trust_style: str, ends: str, breaks: list[Break], has_final_newline: bool
) -> None:
    inline, trusting = policy(), trust()
    for change in sorted(breaks, key=lambda item: item is _one_statement):
        change(inline, trusting)
    before = manifest(STYLES[style](inline), STYLES[trust_style](trusting))
    before = (before if has_final_newline else before.rstrip("\n")).replace("\n", LINE_ENDS[ends])
    found = mend(before)
    (after,) = texts(found, before)
    assert not [item for item in found.after.report.findings if item.rule in RULES]
    assert not mend(after).changes
    assert [line for line in re.findall(r"#.*", after) if line] == [line for line in re.findall(r"#.*", before) if line]
    # Character by character, what was there is there still, in its order.
    rest = iter(after)
    lost = [char for item in found.changes for edit in item.splices for char in before[edit.start : edit.end]]
    if not lost:
        assert all(char in rest for char in before)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(*MANIFESTS)
def test_the_same_for_many_more(
    style: str, trust_style: str, ends: str, breaks: list[Break], has_final_newline: bool
) -> None:
    test_a_fix_is_clean_and_a_second_one_changes_nothing.hypothesis.inner_test(
        style, trust_style, ends, breaks, has_final_newline
    )


@pytest.mark.long
@pytest.mark.parametrize("style", STYLES)
def test_characters_that_would_be_decoded_are_escaped(style: str) -> None:
    inline = policy()
    _lossy(inline, {})
    before = manifest(STYLES[style](inline))
    found = mend(before)
    (after,) = texts(found, before)
    assert "lossy-inline-encoding" in [item.finding.rule for item in found.fixes]
    assert "lossy-inline-encoding" not in [item.rule for item in found.after.report.findings]
    assert "u002b" in after
    assert "u0025" in after


@pytest.mark.long
@pytest.mark.parametrize(
    ("one", "other"), list(itertools.combinations(["literal", "folded", "single quotes", "double quotes"], 2))
)
def test_fixes_of_several_documents_compose(one: str, other: str) -> None:
    wrong = trust(sub="system:serviceaccount:tenant-acme:reverse-proxy")
    before = manifest(STYLES[one](policy(grant(("dynamodb:GetItem",)))), STYLES[other](wrong))
    found = mend(before)
    assert {item.finding.rule for item in found.fixes} == {"missing-grant", "untrusted-service-account"}
    assert not found.after.report.findings


def test_a_json_manifest_stays_json() -> None:
    role = {
        "apiVersion": "iam.services.k8s.aws/v1alpha1",
        "kind": "Role",
        "metadata": {"name": "acme-reverse-proxy", "namespace": "tenant-acme"},
        "spec": {
            "name": "acme-reverse-proxy",
            "assumeRolePolicyDocument": json.dumps(trust()),
            "inlinePolicies": {"auth-keys": json.dumps(policy(grant(("dynamodb:GetItem",))))},
        },
    }
    for indent in (None, 2, "\t"):
        before = json.dumps(role, indent=indent) + "\n"
        found = mend(before)
        (after,) = texts(found, before)
        inner = json.loads(json.loads(after)["spec"]["inlinePolicies"]["auth-keys"])
        assert inner["Statement"][0]["Action"] == ["dynamodb:GetItem", "dynamodb:Query"]
        assert not [item for item in found.after.report.findings if item.rule in RULES]


def test_a_comment_on_the_next_key_outlives_the_first_of_an_item() -> None:
    text = "- a: 1  # the first\n  # about b\n  b: 2\n- c: 3\n"
    (document,) = parse_piece(next(iter(cut(Source("a.yaml", text)))))
    spliced = block.remove(text, document.root.value[0], [0])
    assert spliced is not None
    assert splice(text, spliced) == "- # about b\n  b: 2\n- c: 3\n"
