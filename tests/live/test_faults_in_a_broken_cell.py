"""Faults while something is broken: the diagnosis names what is broken or cannot tell, and invents nothing."""

from __future__ import annotations

import pytest

from checker.demo import lines
from checker.demo.breaks import edits
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell

from .faults import FAULTS, READ_OF, Faults, look

WHEN_BROKEN = {
    "kms:GetKeyPolicy": "kms-denied", "iam:GetOpenIDConnectProvider": "trust-audience-mismatch",
    "ec2:DescribeVpcEndpoints": "endpoint-policy-denies", "organizations:ListPoliciesForTarget": "scp-denies",
    "get mutatingwebhookconfigurations": "credentials-not-injected", "eks:ListCapabilities": "ack-capability-unwell",
    "eks:DescribeCapability": "ack-capability-unwell",
}  # fmt: skip
"""Calls that only a broken cell gives reason for."""

AS_WELL = {"ack-capability-unwell": ("drift", "likely")}
"""What is true of the broken cell too, and may be named, no surer than this, while the cause itself is out of sight."""


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.mark.slow
@pytest.mark.parametrize("call", WHEN_BROKEN)
def test_a_fault_in_a_broken_cell_gives_the_cause_or_nothing(call: str, faults: Faults) -> None:
    staged = BREAKS[WHEN_BROKEN[call]]
    with Cell(faults.wrap) as cell:
        staged.change(cell, staged.index_name)
        if call == "iam:GetOpenIDConnectProvider":
            cell.log(staged.index_name, lines.WRONG_AUDIENCE)
        for fault in FAULTS:
            diagnosis = look(cell, faults, staged.index_name, call, fault)
            first = (diagnosis.causes[0].id, diagnosis.causes[0].confidence) if diagnosis.causes else ("", "")
            is_right = first[0] == staged.cause or first == AS_WELL.get(staged.cause)
            assert diagnosis.verdict == "inconclusive" or is_right, (fault, diagnosis.causes)


@pytest.mark.slow
@pytest.mark.parametrize("call", READ_OF)
def test_a_fault_does_not_invent_a_cause(call: str, faults: Faults) -> None:
    """With an action missing, a fault may hide that, and nothing else may be named in its place."""
    with Cell(faults.wrap) as cell:
        index = READ_OF[call]

        def rewrite(text: str) -> str:
            return text.replace('"dynamodb:GetItem", ', "")

        if index == "borealis":
            edits.edit_policy(cell, index, "auth-keys-read", rewrite)
        else:
            edits.edit_inline(cell, index, rewrite)
        cell.reconcile()
        cell.log(index, *[lines.denied(index, "GetItem")] * 6)
        for fault in FAULTS:
            diagnosis = look(cell, faults, index, call, fault)
            named = [cause.id for cause in diagnosis.causes if cause.confidence in ("confirmed", "likely")]
            assert set(named) <= {"missing-action"}, (fault, diagnosis.causes)
            assert (diagnosis.verdict == "cause-found") == bool(named)
