"""From a broken index to a healthy one, on the embedded cell and on a real API server."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from checker.demo import edits, lines
from checker.demo.breaks import BREAKS
from checker.demo.cell import Cell
from checker.fix.cluster.apply import apply
from checker.fix.cluster.emission import Emission
from checker.fix.cluster.store import StoppedError

from .world import Grade, make, plan, yes

pytestmark = pytest.mark.xdist_group("clusters")


def both_lists(cell: Cell, index: str) -> None:
    """policies beside policyRefs: nothing is reconciled, and the grant that was taken away does not come back."""
    edits.detach_all(cell, index)
    logs = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [logs]})
    arn = cell.client("iam").create_policy(PolicyName="logs", PolicyDocument=document)["Policy"]["Arn"]
    edits.edit_role(cell, index, lambda spec: spec.update(policies=[arn]))
    cell.reconcile()
    cell.log(index, *[lines.denied(index, "GetItem")] * 7)


STAGED: dict[str, tuple[str, Callable[[Cell, str], None]]] = {
    "missing-action": ("acme", BREAKS["missing-action"].change),
    "trust-subject-mismatch": ("acme", BREAKS["trust-subject-mismatch"].change),
    "policies-and-refs": ("borealis", both_lists),
}


@pytest.mark.parametrize("name", STAGED)
def test_the_index_ends_healthy(name: str, cell: Cell, grade: Grade) -> None:
    index, change = STAGED[name]
    change(cell, index)
    said: list[str] = []
    world, broken = make(grade, cell, index, said, yes)
    assert broken.verdict == "cause-found"
    fix = plan(broken)
    assert isinstance(fix, Emission), fix
    last = apply(world, broken, fix)
    assert last.verdict == "healthy", (last.causes, last.unknowns, said)
    assert any(line.startswith("applied ") for line in said)
    _, again = make(grade, cell, index, [], yes)
    assert not isinstance(plan(again), Emission)


def test_a_field_of_another_manager_is_never_taken(cell: Cell, grade: Grade) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    role["metadata"]["annotations"].pop("kubectl.kubernetes.io/last-applied-configuration")
    role["metadata"]["managedFields"][0]["manager"] = "python-urllib3"
    cell.kubernetes.put(role)
    world, found = make(grade, cell, "acme", [], yes)
    fix = plan(found)
    assert isinstance(fix, Emission)
    with pytest.raises(StoppedError) as stopped:
        apply(world, found, fix)
    assert "409" in str(stopped.value)
    assert '"python-urllib3"' in str(stopped.value)
    assert ".spec.inlinePolicies.auth-keys" in str(stopped.value)
