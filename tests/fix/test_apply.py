"""What applying refuses, and how it goes on: on the embedded cell and on a real API server alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.ack.cleaning import LAST_APPLIED
from checker.demo.breaks import edits
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.fix.cluster import writing
from checker.fix.cluster.apply import apply
from checker.fix.cluster.emission import Emission
from checker.fix.cluster.store import StoppedError
from checker.fix.cluster.world import World
from checker.live.asking import Refused
from checker.live.clients.kubernetes import Cluster
from checker.runbook.diagnose import Diagnosis
from tests.live.api_server import VIEWER

from .world import Embedded, Grade, Real, make, plan, yes

pytestmark = pytest.mark.xdist_group("clusters")


@pytest.fixture(params=["embedded", pytest.param("api-server", marks=pytest.mark.slow)])
def grade(request: pytest.FixtureRequest, cell: Cell) -> Grade:
    return Embedded(cell) if request.param == "embedded" else Real(cell, request.getfixturevalue("api_server"), {})


def broken(cell: Cell, grade: Grade, cause: str = "missing-action") -> tuple[World, Diagnosis, Emission, list[str]]:
    BREAKS[cause].change(cell, "acme")
    said: list[str] = []
    world, found = make(grade, cell, "acme", said, yes)
    fix = plan(found)
    assert isinstance(fix, Emission)
    return world, found, fix, said


def put(cell: Cell, grade: Grade, item: dict[str, object]) -> None:
    """Changes an object behind our back, with a client of another name."""
    if isinstance(grade, Real):
        grade.server.put(item)
    else:
        cell.kubernetes.put(item)


def test_what_has_changed_since_the_diagnosis_is_not_overwritten(cell: Cell, grade: Grade) -> None:
    world, found, fix, _ = broken(cell, grade)
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    role["spec"]["description"] = "changed meanwhile"
    put(cell, grade, role)
    with pytest.raises(StoppedError, match="has changed since it was diagnosed"):
        apply(world, found, fix)


def test_nothing_is_written_without_consent(cell: Cell, grade: Grade) -> None:
    world, found, fix, said = broken(cell, grade)
    before = writing.read(world.cluster, fix.objects[0].after)
    with pytest.raises(StoppedError, match="nothing was applied"):
        apply(world._replace(confirm=lambda question: False), found, fix)
    assert writing.read(world.cluster, fix.objects[0].after) == before
    assert any('+            "Action": ["dynamodb:GetItem", "dynamodb:Query"],' in line for line in said)


@pytest.mark.long
def test_the_right_to_read_is_not_the_right_to_write(cell: Cell, grade: Grade) -> None:
    world, found, fix, _ = broken(cell, grade)
    if not isinstance(grade, Real):
        from checker.demo.servers.kubernetes_requests import RbacRule

        cell.kubernetes.users[""] = (RbacRule(("*",), ("*",), ("get", "list")),)
    else:
        world = world._replace(cluster=Cluster(grade.server.connection(VIEWER)))
    with pytest.raises(StoppedError, match=r"403.*deploy/fixer\.yaml|could not be read: 403"):
        apply(world, found, fix)


@pytest.mark.long
def test_what_the_tool_applied_before_stays(cell: Cell, grade: Grade) -> None:
    """An applier that leaves out what it owns takes it away: a second fix must carry the first one along."""
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    role["metadata"]["annotations"].pop("kubectl.kubernetes.io/last-applied-configuration")
    role["metadata"]["managedFields"] = []
    cell.kubernetes.put(role)
    world, _ = make(grade, cell, "acme", [], yes)
    live = writing.read(world.cluster, role)
    assert live is not None
    assert writing.manager_for(live) == "checker"
    for name in ("first", "second"):
        live = writing.read(world.cluster, role)
        assert live is not None
        spec = {**live["spec"], "inlinePolicies": {**live["spec"]["inlinePolicies"], name: "{}"}}
        body = writing.body_for("checker", {"spec": live["spec"]}, {**role, "spec": spec}, live)
        writing.apply(world.cluster, body, "checker", dry_run=False)
    after = writing.read(world.cluster, role)
    assert after is not None
    assert set(after["spec"]["inlinePolicies"]) == {"auth-keys", "first", "second"}


@pytest.mark.long
def test_an_interrupted_run_says_how_far_it_came(cell: Cell, grade: Grade) -> None:
    world, found, fix, said = broken(cell, grade)

    def interrupted(seconds: int, is_restarted: bool) -> Diagnosis:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply(world._replace(look=interrupted), found, fix)
    assert said[-1] == "interrupted: Role tenant-acme/acme-reverse-proxy applied; run this again to go on from here"
    # Running it again: nothing is left to apply, and it goes on with waiting.
    for _ in range(3):
        world.pause(0)
    last = apply(world, found, None)
    assert last.verdict == "healthy"


def test_what_must_not_be_edited_is_seen_on_the_live_object_too(cell: Cell, grade: Grade) -> None:
    world, found, fix, _ = broken(cell, grade)
    edits.annotate_role(cell, "acme", {"services.k8s.aws/read-only": "true"})
    put(cell, grade, cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy"))
    with pytest.raises(StoppedError, match="read only"):
        apply(world, found, fix)


def test_waiting_ends_and_says_where_it_stopped(cell: Cell, grade: Grade) -> None:
    world, found, fix, _ = broken(cell, grade)
    cell.kubernetes.after_write = lambda asked: None
    with pytest.raises(StoppedError, match=r"acme-reverse-proxy applied; IAM does not have it after 0 s"):
        apply(world._replace(patience=0), found, fix)


@pytest.mark.long
def test_an_apply_takes_nothing_away_but_what_was_said(cell: Cell, grade: Grade) -> None:
    """Finalizer, owner, labels and annotations that an applier owns stay, though the fix does not speak of them."""
    BREAKS["missing-action"].change(cell, "acme")
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    role["metadata"]["annotations"] = {}
    role["metadata"]["managedFields"] = []
    cell.kubernetes.put(role)
    world, _ = make(grade, cell, "acme", [], yes)
    live = writing.read(world.cluster, role)
    assert live is not None
    whole = {key: live[key] for key in ("apiVersion", "kind", "spec")}
    metadata = {
        "name": live["metadata"]["name"], "namespace": live["metadata"]["namespace"],
        "labels": {"team": "search"}, "annotations": {"services.k8s.aws/deletion-policy": "retain"},
        "finalizers": ["finalizers.iam.services.k8s.aws/Role"],
    }  # fmt: skip
    # Made anew, so that nobody else owns a field of it.
    if isinstance(grade, Real):
        grade.server.delete("Role", "tenant-acme", "acme-reverse-proxy", role["apiVersion"])
    cell.kubernetes.delete("Role", "tenant-acme", "acme-reverse-proxy")
    writing.apply(world.cluster, {**whole, "metadata": metadata}, "kubectl", dry_run=False)
    before = writing.read(world.cluster, role)
    found = world.look(900, False)
    fix = plan(found)
    assert isinstance(fix, Emission)
    cell.kubernetes.after_write = lambda asked: None
    with pytest.raises(StoppedError, match="IAM does not have it"):
        apply(world._replace(patience=0), found, fix)
    after = writing.read(world.cluster, role)
    assert before is not None
    assert after is not None
    for key in ("labels", "annotations", "finalizers"):
        assert after["metadata"].get(key) == before["metadata"].get(key)
    assert "dynamodb:Query" in after["spec"]["inlinePolicies"]["auth-keys"]


@pytest.mark.slow
def test_what_looks_like_a_secret_is_not_shown(cell: Cell, grade: Grade) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    edits.annotate_role(cell, "acme", {"example.com/api-key": "sk_live_4eC39HqLyjWDarjtT1zdp7dc"})
    said: list[str] = []
    world, found = make(grade, cell, "acme", said, yes)
    fix = plan(found)
    assert isinstance(fix, Emission)
    last = apply(world, found, fix)
    assert last.verdict == "healthy"
    assert "sk_live" not in str(said)


@pytest.mark.long
def test_a_lost_answer_is_not_called_a_refusal(cell: Cell, grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    world, found, fix, said = broken(cell, grade)
    sent = writing.apply

    def lost(cluster: Cluster, body: Any, manager: str, *, dry_run: bool) -> Any:
        answer = sent(cluster, body, manager, dry_run=dry_run)
        if not dry_run:
            raise Refused("timeout", "ReadTimeoutError")
        return answer

    monkeypatch.setattr(writing, "apply", lost)
    assert apply(world, found, fix).verdict == "healthy"
    assert "applied Role tenant-acme/acme-reverse-proxy" in said


@pytest.mark.long
def test_a_restart_is_asked_for_by_itself_and_only_where_the_cause_needs_it(cell: Cell, grade: Grade) -> None:
    BREAKS["expired-token"].change(cell, "borealis")
    said: list[str] = []
    asked: list[str] = []

    def agree(question: str) -> bool:
        asked.append(question)
        return True

    world, found = make(grade, cell, "borealis", said, agree)
    assert found.causes[0].restart_needed
    last = apply(world, found, None)
    assert [question.split(",")[0] for question in asked] == [
        "restart the pod tenant-borealis/index-borealis-7d5b9c8f66-2vqsn"
    ]
    assert any(line.startswith("deleted pod tenant-borealis/") for line in said)
    if not isinstance(grade, Real):
        # On the real API server nobody makes a new pod.
        assert last.verdict == "healthy"


@pytest.mark.slow
def test_a_restart_that_is_declined_is_said(cell: Cell, grade: Grade) -> None:
    BREAKS["expired-token"].change(cell, "borealis")
    said: list[str] = []
    world, found = make(grade, cell, "borealis", said, lambda question: False)
    apply(world._replace(patience=0), found, None)
    assert "the pod was not restarted; it keeps what it was made with" in said


@pytest.mark.long
def test_what_the_controller_filled_in_and_somebody_wrote_down_since_stays(cell: Cell, grade: Grade) -> None:
    """Client-side apply of what is there already: the controller goes on owning it."""
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    annotations = role["metadata"]["annotations"]
    stated = json.loads(annotations[LAST_APPLIED])
    stated["spec"] |= {"path": "/", "maxSessionDuration": 3600}
    annotations[LAST_APPLIED] = json.dumps(stated)
    cell.kubernetes.put(role)
    world, found, fix, _ = broken(cell, grade)
    assert fix.objects[0].after["spec"]["maxSessionDuration"] == 3600
    assert apply(world, found, fix).verdict == "healthy"
