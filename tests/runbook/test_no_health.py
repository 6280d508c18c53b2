"""States in which a log of successes proves nothing, or the role is another one than it seems."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checker.live.record.record import load
from checker.runbook.diagnose import Diagnosis, diagnose

from .looking import REQUIREMENTS

HEALTHY = (Path(__file__).parents[1] / "report" / "live" / "healthy.json").read_text(encoding="utf-8")


def changed(**changes: Any) -> Diagnosis:
    """The diagnosis of the healthy record with other statuses of the pod or of the proxy, which is a native sidecar
    there, another environment of the proxy, or other fields of the table."""
    record = json.loads(HEALTHY)
    readings = record["readings"]
    pod = next(item["value"] for name, item in readings.items() if name.startswith("pod/"))
    pod["status"].update(changes.get("pod", {}))
    pod["status"]["initContainerStatuses"][0].update(changes.get("container", {}))
    if "env" in changes:
        pod["spec"]["initContainers"][0]["env"] = [{"name": key, "value": text} for key, text in changes["env"].items()]
    pod["spec"]["initContainers"][0]["env"] += [
        {"name": key, "value": text} for key, text in changes.get("more_env", {}).items()
    ]
    if "replica" in changes:
        other = json.loads(json.dumps(pod))
        other["metadata"]["name"] += "-2"
        other["spec"]["initContainers"][0]["env"][0]["value"] = changes["replica"]
        name = next(name for name in readings if name.startswith("pod/"))
        readings[f"{name}-2"] = {**readings[name], "value": other}
    for name in ("table", "eks-cluster"):
        readings[name]["value"].update(changes.get(name, {}))
    log = next(item["value"] for name, item in readings.items() if name.startswith("log/"))
    log.update(changes.get("log", {}))
    if "declared" in changes:
        inline = readings["ack-role"]["value"]["spec"]["inlinePolicies"]
        inline["auth-keys"] = inline["auth-keys"].replace(', "dynamodb:Query"', changes["declared"])
    if "subject" in changes:
        spec = readings["ack-role"]["value"]["spec"]
        trust = spec["assumeRolePolicyDocument"].replace("serviceaccount:tenant-acme:", changes["subject"])
        spec["assumeRolePolicyDocument"] = trust
    return diagnose(load(json.dumps(record), "healthy.json"), REQUIREMENTS)


def restarted(count: int, exit_code: int, ago: int) -> dict[str, Any]:
    started = datetime.fromisoformat(json.loads(HEALTHY)["collectedAt"]) - timedelta(seconds=ago)
    return {
        "restartCount": count,
        "state": {"running": {"startedAt": f"{started:%Y-%m-%dT%H:%M:%SZ}"}},
        "lastState": {"terminated": {"reason": "Completed", "exitCode": exit_code}},
    }


UNKNOWN_NODE = {"type": "Ready", "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status."}


def test_the_record_is_healthy() -> None:
    assert changed().verdict == "healthy"


@pytest.mark.parametrize(
    "changes",
    [
        {"container": restarted(1, 0, 25)},
        {"container": restarted(57, 0, 25)},
        {"container": restarted(57, 137, 190)},
        {"pod": {"phase": "Unknown"}},
        {"pod": {"unmet": [UNKNOWN_NODE]}},
        {"env": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9911/creds"}},
        {"more_env": {"AWS_REGION": "eu-west-1"}},
        {"more_env": {"AWS_DEFAULT_REGION": "eu-west-1"}},
        {"more_env": {"AWS_ENDPOINT_URL_DYNAMODB": "http://localstack:4566"}},
        {"more_env": {"AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.eu-west-1.amazonaws.com"}},
        {"more_env": {"AWS_ENDPOINT_URL": ""}},
        {"more_env": {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-west-1"}},
        {"more_env": {"AWS_ENDPOINT_URL_DYNAMODB": "https://sqs.us-east-1.amazonaws.com"}},
        {"more_env": {"AWS_ENDPOINT_URL": "https://sts.us-east-1.amazonaws.com"}},
        {"log": {"tables": ["arn:aws:dynamodb:eu-west-1:123456789012:table/cell2-auth-keys"]}},
        {"replica": "cell1-auth-keys"},
        {"replica": "arn:aws:dynamodb:us-west-2:123456789012:table/cell2-auth-keys"},
        {"eks-cluster": {"status": "DELETING"}},
        {"eks-cluster": {"status": "FAILED"}},
        {"log": {"tables": ["cell1-auth-keys"]}},
    ],
)
def test_it_is_no_health(changes: dict[str, Any]) -> None:
    diagnosis = changed(**changes)
    assert diagnosis.verdict == "inconclusive"
    assert [cause for cause in diagnosis.causes if cause.confidence in ("confirmed", "likely")] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"more_env": {"AWS_REGION": "us-east-1"}},
        {"more_env": {"AWS_ENDPOINT_URL_DYNAMODB": "https://vpce-0a1b2c-3d4e.dynamodb.us-east-1.vpce.amazonaws.com"}},
        {"more_env": {"AWS_ENDPOINT_URL_STS": "http://localhost:9"}},
        {"more_env": {"IDEMPOTENCY_KEYS_TABLE": "cell2-idempotency"}},
        {"more_env": {"API_KEY_USAGE_TABLE": "usage", "TENANT_KEY_METRICS_TABLE": "metrics"}},
        {"more_env": {"AWS_ENDPOINT_URL_DYNAMODB": "https://123456789012.ddb.us-east-1.amazonaws.com"}},
        {"log": {"tables": ["arn:aws:dynamodb:us-east-1:123456789012:table/cell2-auth-keys"]}},
        {"replica": "arn:aws:dynamodb:us-east-1:123456789012:table/cell2-auth-keys/index/x"},
        {"replica": "cell2-auth-keys"},
        {"replica": "arn:aws:dynamodb:us-east-1:123456789012:table/cell2-auth-keys"},
        {"eks-cluster": {"status": "UPDATING"}},
        {"log": {"tables": ["cell2-auth-keys"]}},
        {"log": {"tables": ["auth_keys"]}},
    ],
)
def test_it_is_health(changes: dict[str, Any]) -> None:
    assert changed(**changes).verdict == "healthy"


def test_what_the_controller_will_take_away_is_told() -> None:
    diagnosis = changed(declared="")
    told = [check.detail for check in diagnosis.checks if check.id == "next-sync"]
    assert diagnosis.verdict == "healthy"
    assert len(told) == 1
    assert "dynamodb:Query" in told[0]
    assert "take it away" in told[0]


def test_whom_the_controller_will_shut_out_is_told() -> None:
    diagnosis = changed(subject="serviceaccount:other:")
    (told,) = [check.detail for check in diagnosis.checks if check.id == "next-sync"]
    assert diagnosis.verdict == "healthy"
    assert "(subject)" in told


def test_a_restart_of_long_ago_is_forgotten() -> None:
    assert changed(container=restarted(1, 0, 400)).verdict == "healthy"
    assert changed(container=restarted(57, 0, 7_200)).verdict == "healthy"


def test_what_is_refused_and_granted_is_not_explained_by_what_is_missing() -> None:
    """The role grants GetItem and lacks Query: the log must refuse Query to confirm that."""
    record = json.loads((Path(__file__).parents[1] / "report" / "live" / "missing-action.json").read_text("utf-8"))
    log = next(name for name in record["readings"] if name.startswith("log/"))
    said = json.dumps(record["readings"][log]).replace(" because no identity-based policy allows", ", and not")
    for action, confidence in (("Query", "confirmed"), ("GetItem", "likely")):
        record["readings"][log] = json.loads(said.replace("Query", action).replace("denied-identity", "denied"))
        cause = diagnose(load(json.dumps(record), "log.json"), REQUIREMENTS).causes[0]
        assert (cause.id, cause.confidence) == ("missing-action", confidence)


def test_a_table_whose_key_cannot_be_used_names_the_key() -> None:
    diagnosis = changed(table={"inaccessibleSince": "2026-11-24T16:40:00+00:00"})
    assert (diagnosis.verdict, diagnosis.causes[0].id) == ("cause-found", "kms-denied")


@pytest.mark.parametrize(
    "status",
    [{"phase": "Unknown"}, {"unmet": [UNKNOWN_NODE]}, {"initContainerStatuses": [restarted(40, 1, 5)]}],
)
def test_a_replica_that_is_lost_or_restarts_is_no_health(status: dict[str, Any]) -> None:
    record = json.loads(HEALTHY)
    readings = record["readings"]
    name = next(name for name in readings if name.startswith("pod/"))
    other = json.loads(json.dumps(readings[name]))
    first = other["value"]["metadata"]["name"]
    other["value"]["metadata"]["name"] = f"{first}-2"
    for key, value in status.items():
        if isinstance(value, list) and key.endswith("Statuses"):
            other["value"]["status"][key][0].update(value[0])
        else:
            other["value"]["status"][key] = value
    readings[f"{name}-2"] = other
    candidate = readings["pods"]["value"]["candidates"][0]
    candidate["pods"] = [first, f"{first}-2"]
    assert diagnose(load(json.dumps(record), "x.json"), REQUIREMENTS).verdict == "inconclusive"
    readings[f"{name}-2"] = {**other, "value": {**readings[name]["value"]}}
    assert diagnose(load(json.dumps(record), "x.json"), REQUIREMENTS).verdict == "healthy"
