"""deploy/ grants what the tool calls, and nothing that it never calls."""

from __future__ import annotations

import json

import pytest

from checker.demo.breaks import edits
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.names import ACCOUNT
from checker.live.collect import collect
from checker.live.questions.cluster import RIGHTS

from .conftest import ROOT
from .faults import READ_OF, Faults
from .rights import allowed_calls, allowed_reads
from .test_faults_in_a_broken_cell import WHEN_BROKEN

ALWAYS_ALLOWED = {"sts:GetCallerIdentity", "create selfsubjectaccessreviews"}
"""Anybody may ask who they are (STS API Reference) and what they may do (ClusterRole system:basic-user)."""


def calls_of_all_scenarios() -> set[str]:
    seen: set[str] = set()
    scenarios = {*WHEN_BROKEN.values(), "missing-action"}
    for cause in sorted(scenarios):
        faults = Faults()
        with Cell(faults.wrap) as cell:
            index = BREAKS[cause].index_name
            BREAKS[cause].change(cell, index)
            if cause == "scp-denies":
                cell.aws.denied.clear()
                cell.client("organizations").create_organization(FeatureSet="ALL")
            if cause == "trust-audience-mismatch":
                cell.log(index, "level=error sts Incorrect token audience")
            move_a_policy_to_another_namespace(cell)
            # One index with each scenario; with the plainest of them, the neighbours as well.
            for each in {index, "acme", "borealis", "cobalt"} if cause == "missing-action" else {index}:
                faults.seen.clear()
                collect(cell.target(each), cell.access(), cell.search)
                seen |= set(faults.seen)
    return seen


def move_a_policy_to_another_namespace(cell: Cell) -> None:
    policy = cell.kubernetes.get("Policy", "tenant-borealis", "auth-keys-read")
    policy["metadata"]["namespace"] = "shared"
    cell.kubernetes.put(policy)
    reference = {"from": {"name": "auth-keys-read", "namespace": "shared"}}
    edits.edit_role(cell, "borealis", lambda spec: spec["policyRefs"].append(reference))


@pytest.mark.long
def test_what_is_called_is_allowed_and_what_is_allowed_is_called() -> None:
    called = calls_of_all_scenarios() - ALWAYS_ALLOWED
    assert called == allowed_calls() | allowed_reads()
    assert set(READ_OF) - ALWAYS_ALLOWED <= called


def test_the_review_of_rights_asks_for_the_same() -> None:
    asked = {f"{verb} {resource}{'/' + sub if sub else ''}" for _, resource, sub, verb in RIGHTS}
    assert asked == allowed_reads()


@pytest.mark.parametrize("word", ["Put", "Create", "Delete", "Update", "Tag", "GetItem", "Query", "Scan", "*"])
def test_nothing_is_written_and_no_item_is_read(word: str) -> None:
    text = (ROOT / "deploy" / "aws-policy.json").read_text(encoding="utf-8")
    actions = [action for statement in json.loads(text)["Statement"] for action in statement["Action"]]
    assert not [action for action in actions if word in action]
    assert ACCOUNT not in text
