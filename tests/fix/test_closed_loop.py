"""From a broken index to a healthy one, on the embedded cell and on a real API server."""

from __future__ import annotations

import json

import pytest

from checker.demo import lines
from checker.demo.breaks import edits
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.fix.cluster.apply import apply
from checker.fix.cluster.emission import Emission
from checker.fix.cluster.store import StoppedError
from checker.fix.cluster.withheld import Withheld
from checker.runbook.causes import BY_ID

from .world import Embedded, Grade, Real, make, plan, yes

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


WITHHELD = {
    "ack-read-only": "the annotation services.k8s.aws/read-only makes the controller read only",
    "kms-denied": "no change of the Role object that could be proven mends that",
    "pod-identity-agent-down": "no change of the Role object that could be proven mends that",
    "role-being-deleted": "is being deleted; an edit would not survive",
    "session-duration-refused": "no change of the Role object that could be proven mends that",
}
"""Causes that a manifest can cure, but not by an edit that could be made here, and why."""
CURED = [name for name, staged in BREAKS.items() if BY_ID[name].manifest_helps and name not in WITHHELD]


GUESSED = (
    "ack-not-synced", "adoption-conflict", "boundary-blocks", "explicit-deny", "oidc-provider-missing", "role-missing",
)  # fmt: skip
"""Where the fix is more than what was asked for, so that it has to be admitted."""


OF_EACH_KIND = (
    "missing-action", "trust-subject-mismatch", "adoption-conflict",
)  # fmt: skip
"""One cause for each kind of fix; the others are tried by `make test-slow`."""
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in CURED if name not in OF_EACH_KIND]


@pytest.mark.parametrize("name", [*OF_EACH_KIND, *SLOW])
def test_the_index_ends_healthy(name: str, cell: Cell, grade: Grade) -> None:
    index = BREAKS[name].index_name if name in BREAKS else "borealis"
    change = BREAKS[name].change if name in BREAKS else both_lists
    change(cell, index)
    said: list[str] = []
    world, broken = make(grade, cell, index, said, yes)
    # What a server was given just now was edited just now, and then nothing is said of drift.
    assert broken.verdict == "cause-found" or (name == "drift" and isinstance(grade, Real))
    fix = plan(broken, unsafe=name in GUESSED)
    assert isinstance(fix, Emission), fix
    last = apply(world, broken, fix)
    assert last.verdict == "healthy", (last.causes, last.unknowns, said)
    assert any(line.startswith("applied ") for line in said)
    _, again = make(grade, cell, index, [], yes)
    assert not isinstance(plan(again), Emission)


@pytest.mark.long
@pytest.mark.parametrize("name", WITHHELD)
def test_what_no_edit_here_mends_says_so(name: str, cell: Cell) -> None:
    index = BREAKS[name].index_name
    BREAKS[name].change(cell, index)
    held = plan(make(Embedded(cell), cell, index, [], yes)[1], unsafe=True)
    assert isinstance(held, Withheld)
    assert WITHHELD[name] in held.reason


@pytest.mark.long
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
