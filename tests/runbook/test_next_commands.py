"""Commands to copy: they can be typed as they stand, and whatever a record holds runs nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.demo.cell import Cell
from checker.live.collect import collect
from checker.live.record.record import Reading, Record
from checker.runbook import commands
from checker.runbook.case.case import Case, make_case
from checker.runbook.case.log_view import _latest
from checker.runbook.causes import stale_principal_id

from .looking import REQUIREMENTS


@pytest.fixture
def record(cell: Cell) -> Record:
    return collect(cell.target("acme"), cell.access(), cell.search)


def case(record: Record, **readings: Any) -> Case:
    changed = {name: Reading("ok", value, "", "", 0) for name, value in readings.items()}
    return make_case(record._replace(readings={**record.readings, **changed}), REQUIREMENTS)


def test_a_capability_is_not_restarted(record: Record) -> None:
    assert "rollout restart deployment" in commands.nudge_role(case(record))
    with_capability = case(record, **{"ack-capability": [{"name": "ack", "status": "ACTIVE"}]})
    assert commands.nudge_role(with_capability) == "checker fix --index acme"


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        ({"kind": "ReplicaSet", "name": "acme-5d9"}, "kubectl set env deployment/"),
        ({"kind": "DaemonSet", "name": "acme"}, "kubectl set env daemonset/acme"),
        ({"kind": "Job", "name": "acme-1"}, "kubectl get job/acme-1"),
        (None, "kubectl get pod/"),
    ],
)
def test_the_environment_is_set_where_it_can_be(record: Record, owner: dict[str, str] | None, words: str) -> None:
    (name,) = (name for name in record.readings if name.startswith("pod/"))
    pod = json.loads(json.dumps(record.readings[name].value))
    pod["metadata"]["ownerReferences"] = [owner] if owner else []
    assert commands.set_region(case(record, **{name: pod})).startswith(words)


def test_an_id_is_not_another_roles_while_the_role_was_not_read(record: Record) -> None:
    allow = {"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEEXAMPLE"}, "Action": "dynamodb:*"}
    policy = {"document": json.dumps({"Statement": allow})}
    role = {**record.readings["role"].value, "id": "AROAOTHEROTHEROTHER"}
    known = case(record, **{"table-policy": policy, "role": role})
    assert stale_principal_id.look(known).api == "shows"
    unread = record._replace(readings={**record.readings, "role": Reading("denied", None, "AccessDenied", "", 0)})
    assert stale_principal_id.look(case(unread, **{"table-policy": policy})).api == "unread"


@pytest.mark.parametrize(
    ("statement", "api"),
    [
        ({"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEEXAMPLE"}, "Action": "dynamodb:Get*"}, "shows"),
        ({"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEEXAMPLE"}, "Action": "dynamodb:PutItem"}, "refutes"),
        ({"Effect": "Allow", "Principal": {"AWS": ["AROAEXAMPLEEXAMPLE", "ROLE"]}, "Action": "*"}, "refutes"),
        ({"Effect": "Deny", "Principal": {"AWS": "AROAEXAMPLEEXAMPLE"}, "Action": "*"}, "refutes"),
        ({"Effect": "Deny", "NotPrincipal": {"AWS": "AROAEXAMPLEEXAMPLE"}, "Action": "dynamodb:query"}, "shows"),
        ({"Effect": "Deny", "Principal": "*", "NotAction": "dynamodb:Put*",
          "Condition": {"StringNotLike": {"aws:userId": "AROAEXAMPLEEXAMPLE:*"}}}, "shows"),
        ({"Effect": "Deny", "Principal": "*", "Action": "dynamodb:DeleteTable",
          "Condition": {"StringNotLike": {"aws:userId": "AROAEXAMPLEEXAMPLE:*"}}}, "refutes"),
    ],
)  # fmt: skip
def test_an_id_counts_only_where_a_read_hangs_on_it(record: Record, statement: dict[str, object], api: str) -> None:
    role = {**record.readings["role"].value, "id": "AROAOTHEROTHEROTHER"}
    text = json.dumps({"Statement": [statement]}).replace("ROLE", role["arn"])
    found = stale_principal_id.look(case(record, **{"table-policy": {"document": text}, "role": role}))
    assert found.api == api
    assert found.is_partial == (api == "shows" and statement["Effect"] == "Deny")


@pytest.mark.parametrize(
    ("stamps", "latest"),
    [
        (["2026-11-27T09:00:00Z", "?"], "2026-11-27T09:00:00Z"),
        (["?", ""], "?"),
        ([""], ""),
        (["2026-11-27T09:00:00Z", "2026-11-27T09:00:01Z"], "2026-11-27T09:00:01Z"),
    ],
)
def test_a_log_without_times_is_not_the_latest(stamps: list[str], latest: str) -> None:
    assert _latest(stamps) == latest
