"""States of a cell that an outsider thought of: what is named first, how surely, and what is said to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from checker.demo import lines
from checker.demo.breaks import edits
from checker.demo.cell import Cell
from checker.demo.names import ACCOUNT, PODS, TABLE_ARN

from .looking import look

GONE = "AROA5GONEGONEGONEGON2"
HUB = f"arn:aws:iam::{ACCOUNT}:role/hub"
UNKNOWN_NETWORK = {"StringNotEquals": {"aws:SourceVpc": "vpc-x"}}
Change = Callable[[Cell, str], None]


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def table_policy(**statement: Any) -> Change:
    def change(cell: Cell, index: str) -> None:
        policy = document(**statement)
        cell.client("dynamodb").put_resource_policy(ResourceArn=TABLE_ARN, Policy=policy)

    return change


def trust(edit: Callable[[str], str]) -> Change:
    def change(cell: Cell, index: str) -> None:
        edits.edit_trust(cell, index, edit)
        cell.reconcile()

    return change


def variable(name: str, value: str) -> Change:
    def change(cell: Cell, index: str) -> None:
        pod = cell.kubernetes.get("Pod", f"tenant-{index}", PODS[index])
        containers = [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
        proxy = next(item for item in containers if item["name"] == "reverse-proxy")
        proxy["env"] = [*(item for item in proxy["env"] if item["name"] != name), {"name": name, "value": value}]
        cell.kubernetes.put(pod)

    return change


def through_a_hub(trusts: str) -> Change:
    def change(cell: Cell, index: str) -> None:
        edits.edit_trust(cell, index, lambda _: trusts)
        cell.reconcile()
        cell.associate(index, roleArn=HUB, targetRoleArn=f"arn:aws:iam::{ACCOUNT}:role/{cell.role_of(index)}")

    return change


def gone_and_read_only(cell: Cell, index: str) -> None:
    edits.annotate_role(cell, index, {"services.k8s.aws/read-only": "true"})
    edits.delete_role(cell, index)


def without_query(cell: Cell, index: str) -> None:
    variable("AWS_ACCESS_KEY_ID", "")(cell, index)
    edits.edit_inline(cell, index, lambda text: text.replace(', "dynamodb:Query"', ""))
    cell.reconcile()


def spaced_annotation(cell: Cell, index: str) -> None:
    edits.annotate(cell, index, f"arn:aws:iam::{ACCOUNT}:role/{cell.role_of(index)}\n")
    cell.start_pod(index)


PODS_EKS = {
    "Effect": "Allow",
    "Principal": {"Service": "pods.eks.amazonaws.com"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
}
OTHER_NAMESPACE = {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "tenant-other"}}
KMS = (
    "User: arn:aws:sts::123456789012:assumed-role/acme-reverse-proxy/1 is not authorized to perform: kms:Decrypt"
    " on resource: arn:aws:kms:us-east-1:123456789012:key/x "
)

STATES: dict[str, tuple[str, Change, str, tuple[str, str, str]]] = {
    "a Deny of the table under a condition that nobody knows": (
        "acme",
        table_policy(Effect="Deny", Principal="*", Action="dynamodb:*", Resource="*", Condition=UNKNOWN_NETWORK),
        lines.denied("acme", "GetItem", why="with an explicit deny in a resource-based policy"),
        ("table-policy-denies", "likely", "change its resource policy"),
    ),
    "condition keys of another cluster": (
        "acme",
        trust(lambda text: text.replace(":sub", "OLD:sub").replace(":aud", "OLD:aud")),
        lines.ASSUME_DENIED,
        ("trust-subject-mismatch", "confirmed", "its own condition keys"),
    ),
    "a network in the trust policy": (
        "acme",
        trust(lambda text: text.replace('"StringEquals": {', '"StringEquals": {"aws:SourceVpc": "vpc-1", ')),
        lines.ASSUME_DENIED,
        ("trust-subject-mismatch", "likely", "the subject is right"),
    ),
    "the token of the API server": (
        "acme",
        variable("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/kubernetes.io/serviceaccount/token"),
        lines.WRONG_AUDIENCE,
        ("trust-audience-mismatch", "confirmed", "audience"),
    ),
    "a line break behind the ARN": (
        "acme",
        spaced_annotation,
        lines.MALFORMED_ARN,
        ("malformed-role-arn", "confirmed", "Correct the annotation"),
    ),
    "a key that is set to nothing": (
        "acme",
        without_query,
        lines.denied("acme", "Query"),
        ("missing-action", "confirmed", "Add the missing action"),
    ),
    "a role that is gone, and an object that only looks": (
        "acme",
        gone_and_read_only,
        lines.ASSUME_DENIED,
        ("role-missing", "confirmed", "by hand"),
    ),
    "a target role that trusts EKS": (
        "cobalt",
        through_a_hub(document(**PODS_EKS)),
        lines.POD_IDENTITY_DENIED,
        ("pod-identity-agent-down", "confirmed", "first role"),
    ),
    "a target role whose first role nobody read": (
        "cobalt",
        through_a_hub(document(Effect="Allow", Principal={"AWS": HUB}, Action=["sts:AssumeRole", "sts:TagSession"])),
        lines.POD_IDENTITY_DENIED,
        ("pod-identity-agent-down", "likely", "first role"),
    ),
    "another namespace in the trust policy": (
        "cobalt",
        trust(lambda _: document(**PODS_EKS, Condition=OTHER_NAMESPACE)),
        lines.POD_IDENTITY_DENIED,
        ("pod-identity-agent-down", "confirmed", "conditions of the trust policy"),
    ),
    "a boundary that keeps the key away": (
        "acme",
        lambda cell, index: None,
        f'level=error msg="refresh failed" err="{KMS}because no permissions boundary allows the kms:Decrypt action"',
        ("kms-denied", "likely", "permissions boundary"),
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_what_is_named_first(state: str, cell: Cell) -> None:
    index, change, line, (cause, sure, remedy) = STATES[state]
    change(cell, index)
    cell.log(index, *[line] * 7)
    first = look(cell, index).causes[0]
    assert (first.id, first.confidence) == (cause, sure)
    assert remedy in first.remediation


def test_the_id_of_a_role_that_is_gone_is_no_cause_where_all_is_granted(cell: Cell) -> None:
    table_policy(Effect="Allow", Principal={"AWS": GONE}, Action="dynamodb:PutItem", Resource=TABLE_ARN)(cell, "acme")
    assert look(cell, "acme").verdict == "healthy"


def test_a_layer_that_keeps_the_key_away_is_named(cell: Cell) -> None:
    line = f'level=error msg="refresh failed" err="{KMS}with an explicit deny in a service control policy"'
    cell.log("acme", *[line] * 7)
    assert "scp-denies" in {cause.id for cause in look(cell, "acme").causes if cause.confidence == "likely"}


def test_an_evicted_pod_beside_the_living_one_refreshes_nothing(cell: Cell) -> None:
    pod = cell.kubernetes.get("Pod", "tenant-acme", PODS["acme"])
    metadata = {**pod["metadata"], "name": "index-acme-6c9f8d7b54-aaaaa", "creationTimestamp": "2026-10-02T08:00:00Z"}
    cell.kubernetes.put({**pod, "metadata": metadata, "status": {"phase": "Failed", "reason": "Evicted"}})
    assert look(cell, "acme").verdict == "healthy"
