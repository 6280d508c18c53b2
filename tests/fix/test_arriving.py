"""Specs that are right and do not arrive: what has to be done besides, on the embedded cell and a real API server."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable

import pytest

from checker.demo import lines
from checker.demo.breaks import edits
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.names import PODS
from checker.demo.servers.kubernetes_requests import ApiRequest
from checker.fix.cluster.apply import apply
from checker.fix.cluster.emission import Emission
from checker.fix.cluster.store import StoppedError
from checker.fix.cluster.withheld import Withheld
from checker.live.record.record import Target
from checker.report.fix.manifest import render_patches

from .world import Embedded, Grade, Real, make, plan, yes

pytestmark = pytest.mark.xdist_group("clusters")


def deleted_by_hand(cell: Cell) -> None:
    """The role is gone from IAM; its object says that it is synced."""
    edits.delete_role(cell, "acme")
    cell.log("acme", *[lines.ASSUME_DENIED] * 7)


def an_arn_that_is_not_there(cell: Cell) -> None:
    """An ARN that AWS does not have keeps the inline policy behind it from arriving."""
    cell.client("iam").delete_role_policy(RoleName="acme-reverse-proxy", PolicyName="auth-keys")
    gone = "arn:aws:iam::123456789012:policy/nope"
    edits.edit_role(cell, "acme", lambda spec: spec.update(policies=[gone]))
    cell.reconcile()
    cell.log("acme", *[lines.denied("acme", "GetItem")] * 7)


def adoption(cell: Cell) -> None:
    """Made anew over the role in IAM, which has a policy of somebody's instead of the object's."""
    BREAKS["adoption-conflict"].change(cell, "acme")


def adoption_and_a_missing_action(cell: Cell) -> None:
    """The same, and the object lacks an action as well."""
    edits.edit_inline(cell, "acme", lambda text: text.replace('"dynamodb:GetItem", ', ""))
    BREAKS["adoption-conflict"].change(cell, "acme")


@pytest.mark.parametrize(
    "change",
    [
        deleted_by_hand,
        adoption_and_a_missing_action,
        *(pytest.param(change, marks=pytest.mark.slow) for change in (an_arn_that_is_not_there, adoption)),
    ],
)
def test_the_index_ends_healthy(change: Callable[[Cell], None], cell: Cell, grade: Grade) -> None:
    change(cell)
    said: list[str] = []
    world, broken = make(grade, cell, "acme", said, yes)
    assert broken.verdict == "cause-found"
    fix = plan(broken, unsafe=change in (adoption, adoption_and_a_missing_action))
    assert isinstance(fix, Emission), fix
    last = apply(world, broken, fix)
    assert last.verdict == "healthy", (last.causes, last.unknowns, said)


def test_an_adoption_that_takes_policies_away_has_to_be_admitted(cell: Cell) -> None:
    adoption(cell)
    _, broken = make(Embedded(cell), cell, "acme", [], yes)
    held = plan(broken)
    assert isinstance(held, Withheld)
    assert "the controller will delete the inline policy logs" in held.reason
    assert held.help == "--unsafe admits it"


def test_the_adopted_manifest_has_both_annotations(cell: Cell) -> None:
    adoption(cell)
    _, broken = make(Embedded(cell), cell, "acme", [], yes)
    fix = plan(broken, unsafe=True)
    assert isinstance(fix, Emission)
    annotations = fix.objects[0].after["metadata"]["annotations"]
    assert annotations["services.k8s.aws/adoption-policy"] == "adopt-or-create"
    assert json.loads(annotations["services.k8s.aws/adoption-fields"]) == {"name": "acme-reverse-proxy"}


def test_an_adoption_that_takes_nothing_away_is_safe(cell: Cell) -> None:
    cell.client("iam").delete_role_policy(RoleName="acme-reverse-proxy", PolicyName="auth-keys")
    edits.make_anew(cell, "acme")
    cell.reconcile()
    cell.log("acme", *[lines.denied("acme", "GetItem")] * 7)
    _, broken = make(Embedded(cell), cell, "acme", [], yes)
    assert isinstance(plan(broken), Emission)


def test_what_never_arrives_is_not_waited_for(cell: Cell) -> None:
    """A condition that was terminal before it began stays so: apply stops at once."""
    BREAKS["ack-terminal"].change(cell, "acme")
    edits.edit_inline(cell, "acme", lambda text: text.replace(",]", "]"))
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    cell.kubernetes.put(role)
    said: list[str] = []
    world, broken = make(Embedded(cell), cell, "acme", said, yes)
    with pytest.raises(StoppedError, match="waiting changes nothing"):
        apply(world, broken, None)


def test_patches_go_to_the_cluster_that_was_diagnosed(cell: Cell) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    _, broken = make(Embedded(cell), cell, "acme", [], yes)
    fix = plan(broken)
    assert isinstance(fix, Emission)
    for context in ("cell2", "a b; rm -rf /"):
        words = shlex.split(render_patches(fix, Target("acme", context=context)))
        assert words[:4] == ["kubectl", "--context", context, "patch"]


def expired(cell: Cell, index: str) -> None:
    """The proxy holds on to credentials that have expired."""
    cell.log(index, *[lines.EXPIRED] * 7)


@pytest.mark.long
@pytest.mark.parametrize(
    ("index", "change", "workload"),
    [
        ("acme", BREAKS["credentials-not-injected"].change, "ReplicaSet"),
        ("acme", expired, "ReplicaSet"),
        ("cobalt", expired, "StatefulSet"),
    ],
)
def test_a_restart_ends_healthy(
    index: str, change: Callable[[Cell, str], None], workload: str, cell: Cell, grade: Grade
) -> None:
    change(cell, index)
    said: list[str] = []
    world, broken = make(grade, cell, index, said, yes)
    pod = broken.case.pod
    assert broken.causes[0].restart_needed
    assert pod is not None
    assert [owner["kind"] for owner in pod["metadata"]["ownerReferences"]] == [workload]
    last = apply(world, broken, None)
    assert last.verdict == "healthy", (last.causes, last.unknowns, said)
    assert f"deleted pod tenant-{index}/{PODS[index]}; its workload makes a new one" in said
    assert last.case.pod is not None
    assert last.case.pod["metadata"]["uid"] != pod["metadata"]["uid"]
    if isinstance(grade, Real) and workload == "ReplicaSet":
        assert last.case.pod["metadata"]["name"] == f"{PODS[index][:-5]}new42"


@pytest.mark.long
def test_a_pod_that_takes_its_time_to_start_is_waited_for(cell: Cell) -> None:
    BREAKS["credentials-not-injected"].change(cell, "acme")
    world, broken = make(Embedded(cell), cell, "acme", [], yes)
    answered = cell.kubernetes.after_write
    waiting = {"state": {"waiting": {"reason": "ContainerCreating"}}, "ready": False}
    pauses: list[float] = []

    def begin(asked: ApiRequest) -> None:
        cell.forget_log("acme")
        cell.start_pod("acme", status={"phase": "Pending"}, container=waiting)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            answered(
                ApiRequest(group="", namespace="tenant-acme", plural="pods", name=PODS["acme"], sub="", verb="delete")
            )

    cell.kubernetes.after_write = begin
    assert apply(world._replace(pause=pause), broken, None).verdict == "healthy"
    assert len(pauses) == 2


@pytest.mark.long
def test_the_time_that_an_answer_takes_is_not_the_pods(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> None:
    BREAKS["credentials-not-injected"].change(cell, "acme")
    clock = [0.0]
    monkeypatch.setattr("checker.fix.cluster.apply.time.monotonic", lambda: clock[0])
    world, broken = make(Embedded(cell), cell, "acme", [], yes)
    answered = cell.kubernetes.after_write

    def agree(question: str) -> bool:
        clock[0] += 1000
        return True

    def begin(asked: ApiRequest) -> None:
        cell.forget_log("acme")
        cell.start_pod("acme", status={"phase": "Pending"})

    def pause(seconds: float) -> None:
        answered(ApiRequest(group="", namespace="tenant-acme", plural="pods", name=PODS["acme"], sub="", verb="delete"))

    cell.kubernetes.after_write = begin
    assert apply(world._replace(confirm=agree, pause=pause), broken, None).verdict == "healthy"


def test_a_pod_that_was_replaced_meanwhile_is_not_deleted(cell: Cell, grade: Grade) -> None:
    expired(cell, "cobalt")
    made: list[str] = []

    def agree(question: str) -> bool:
        """Somebody restarts it by hand while the question stands."""
        cell.start_pod("cobalt")
        pod = cell.kubernetes.get("Pod", "tenant-cobalt", PODS["cobalt"])
        if isinstance(grade, Real):
            grade.server.put(pod)
        made.append(pod["metadata"]["name"])
        return True

    world, broken = make(grade, cell, "cobalt", [], yes)
    with pytest.raises(StoppedError, match=r"the UID in the precondition .* it was replaced meanwhile"):
        apply(world._replace(confirm=agree), broken, None)
    assert made == [PODS["cobalt"]]


@pytest.mark.slow
def test_a_pod_that_does_not_end_is_no_health(cell: Cell) -> None:
    """The old pod goes on logging successes; its deletion hangs."""
    expired(cell, "cobalt")
    world, broken = make(Embedded(cell), cell, "cobalt", [], yes)
    pod = cell.kubernetes.get("Pod", "tenant-cobalt", PODS["cobalt"])
    pod["metadata"]["finalizers"] = ["example.com/hangs"]
    cell.kubernetes.put(pod)

    def lives_on(asked: ApiRequest) -> None:
        cell.forget_log("cobalt")
        cell.log_health("cobalt")

    cell.kubernetes.after_write = lives_on
    with pytest.raises(StoppedError, match="the pod that was deleted still ends"):
        apply(world._replace(patience=0.5, pause=time.sleep), broken, None)


@pytest.mark.long
def test_the_other_replica_gets_the_time_to_refresh_its_keys(cell: Cell) -> None:
    BREAKS["credentials-not-injected"].change(cell, "acme")
    other = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    other["metadata"]["name"] = f"{PODS['acme'][:-5]}other"
    cell.start_pod("acme")
    whole = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])["spec"]
    other |= {"spec": whole, "metadata": {**other["metadata"], "uid": "other"}}
    cell.kubernetes.put(other)
    BREAKS["credentials-not-injected"].change(cell, "acme")
    world, broken = make(Embedded(cell), cell, "acme", [], yes)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        cell.logs[other["metadata"]["name"], False] = [(0.2, lines.REFRESHED)]

    last = apply(world._replace(pause=pause), broken, None)
    assert (last.verdict, len(pauses)) == ("healthy", 1), last.unknowns


@pytest.mark.long
def test_a_pod_that_nobody_makes_again_is_not_deleted(cell: Cell) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    del pod["metadata"]["ownerReferences"]
    pod["metadata"]["labels"] = {"app": "acme"}
    cell.kubernetes.put(pod)
    cell.log("acme", *[lines.EXPIRED] * 7)
    said: list[str] = []
    world, broken = make(Embedded(cell), cell, "acme", said, yes)
    assert broken.causes[0].id == "expired-token"
    assert broken.causes[0].next[0].endswith("-o yaml | kubectl replace --force -f -")
    apply(world._replace(patience=0.5), broken, None)
    assert cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    assert any("has no workload that would make it again" in line for line in said)
