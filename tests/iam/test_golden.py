"""The golden tables: every line decided by hand from the rule it stands under."""

from __future__ import annotations

import pytest

from checker.iam import Decision, Request, evaluate, prove
from checker.iam.patterns.globs import arn_glob, matches

from .golden.table import NAMES, Case, read

TABLES = ("layers.txt", "elements.txt", "conditions.txt", "principals.txt", "services.txt")


def shown(decision: Decision) -> str:
    if decision.outcome == "implicit-deny":
        return f"implicit-deny({decision.layer})"
    return f"unknown({','.join(decision.keys)})" if decision.outcome == "unknown" else decision.outcome


@pytest.mark.parametrize("case", [pytest.param(case, id=case.line) for name in TABLES for case in read(name)])
def test_one_request(case: Case) -> None:
    decision = evaluate(case.request, case.layers)
    assert shown(decision) == case.expected, case.rule
    if decision.outcome == "allowed":
        assert decision.clauses or (case.request.caller and case.request.caller.kind == "root")
    if decision.outcome == "explicit-deny":
        assert all(clause.effect == "Deny" and clause.settled is not False for clause in decision.clauses)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.line) for case in read("proofs.txt")])
def test_one_region(case: Case) -> None:
    action, resource, context, caller, _ = case.request
    proof = prove(action, resource, case.layers, context, caller)
    expected, _, witness = case.expected.partition(" ")
    assert (proof.verdict if proof else "not-asked") == expected, case.rule
    if proof is None or not witness:
        return
    head, slash, tail = witness.partition("/")
    due = f"{NAMES[head]}/{tail}" if head in NAMES and slash else NAMES.get(witness, witness)
    assert proof.witness is not None
    if witness.endswith("?"):
        assert matches(arn_glob(NAMES[witness[:-1]] + "?"), proof.witness)
    else:
        assert proof.witness == due
    again = evaluate(Request(proof.action, proof.witness, proof.context, caller), case.layers)
    assert again.outcome in ("explicit-deny", "implicit-deny")


def test_there_are_enough_of_them() -> None:
    cases = [case for name in TABLES for case in read(name)]
    assert len(cases) >= 300
    assert len({case.rule for case in cases}) >= 50
