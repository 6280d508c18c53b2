"""What a review with fresh eyes made it say green, or red, against AWS: each once, and never again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.gate.report import Report
from tests.conftest import CELL
from tests.requirements.test_requests import TABLE, project, verdicts
from tests.requirements.test_resources import DECRYPTS, KEY, READS, ROLE, document, says
from tests.requirements.test_resources import project as with_table

ON_TEAM = {"StringEquals": {"aws:PrincipalTag/team": "acme"}}
Gate = Callable[..., Report]


def asked(gate: Gate, path: Path, spec: dict[str, Any]) -> Report:
    """The gate with a requirement of its own."""
    requirement = {"apiVersion": "checker/v1", "kind": "AccessRequirement", "metadata": {"name": "r"}, "spec": spec}
    requirement["spec"] = {
        "appliesTo": {"roles": {"names": ["acme-*"]}},
        "parameters": {"x": "${authKeysTable}"},
        **spec,
    }
    Path("requirement.json").write_text(json.dumps(requirement), "utf-8")
    return gate(path, policies=("requirement.json",))


def rules(report: Report) -> list[str]:
    return sorted({finding.rule for finding in report.findings if finding.severity == "error"})


@pytest.mark.parametrize(
    "tag", ["{key: kubernetes-namespace, value: acme}", "{key: Kubernetes-Namespace, value: acme}"]
)
def test_a_role_tag_that_is_called_like_one_of_a_session(gate: Gate, tag: str) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/kubernetes-namespace": "acme"}}
    tags = f"  tags: [{tag}]\n"
    assert verdicts(gate(project(condition, "irsa", tags))) == {"granted"}
    other = tags.replace("value: acme", "value: other")
    assert verdicts(gate(project(condition, "irsa", other))) == {"not-granted"}
    assert verdicts(gate(project(condition, "pod-identity", other))) == {"granted"}


@pytest.mark.parametrize("tag", ["{key: team, value: '${TEAM}'}", "{key: '${KEY}', value: acme}"])
def test_a_tag_that_a_template_fills_in_is_open(gate: Gate, tag: str) -> None:
    assert verdicts(gate(project(ON_TEAM, "irsa", f"  tags: [{tag}]\n"))) <= {"conditional", "unknown"}


def test_tags_that_the_controller_does_not_push_are_open(gate: Gate) -> None:
    ignored = ", annotations: {services.k8s.aws/ignore-field-drift: spec.tags}"
    tags = "  tags: [{key: team, value: acme}]\n"
    assert verdicts(gate(project(ON_TEAM, "irsa", tags, extra=ignored))) == {"conditional"}


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_tag_key_with_a_dot_is_no_claim(gate: Gate, effect: str) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/example.com:class": "x"}}
    assert verdicts(gate(project(condition, "irsa", effect=effect))) == {"conditional"}


def test_ways_of_using_a_role_that_decide_differently(gate: Gate) -> None:
    condition = {"StringLike": {"aws:FederatedProvider": "*"}}
    both = project(condition, "irsa").read_text("utf-8") + "---\n" + project(condition, "pod-identity").read_text(
        "utf-8").partition("---\n")[2]  # fmt: skip
    Path("both.yaml").write_text(both, "utf-8")
    Path("project.yaml").unlink()
    assert verdicts(gate("both.yaml")) == {"granted", "not-granted"}


def test_a_numeric_comparison_of_a_date_is_not_decided(gate: Gate) -> None:
    assert verdicts(gate(project({"NumericGreaterThan": {"aws:CurrentTime": "1577836800"}}, "irsa"))) == {"conditional"}
    assert verdicts(gate(project({"NumericGreaterThan": {"aws:EpochTime": "1577836800"}}, "irsa"))) == {"granted"}


def test_a_condition_check_is_part_of_a_transaction(gate: Gate) -> None:
    """DynamoDB Developer Guide, "Using IAM with DynamoDB transactions", examples 2 and 3."""
    in_one = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}
    checks = {"Effect": "Allow", "Action": "dynamodb:ConditionCheckItem", "Resource": TABLE}
    assert rules(gate(with_table(READS, {**checks, "Condition": in_one}))) == ["excess-grant"]
    denied = {
        **checks,
        "Effect": "Deny",
        "Condition": {"StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}},
    }
    assert rules(gate(with_table(READS, checks, denied))) == []


def test_the_account_is_not_guessed_from_each_resource(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CELL, "account")
    reads = {**READS, "Resource": "*"}
    resources = [TABLE.replace("cell2-auth-keys", "${authKeysTable}"), TABLE.replace("111122223333", "444455556666")]
    path = with_table(reads, table="other")
    spec = {"require": [{"actions": ["dynamodb:GetItem"], "resources": resources}]}
    assert verdicts(asked(gate, path, spec)) == {"unknown"}
    monkeypatch.setitem(CELL, "account", "*")
    condition = {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}
    assert "aws:principalaccount" not in str(verdicts(gate(project(condition, "pod-identity"))))


def test_an_action_without_resource_in_another_partition(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CELL, "region", "cn-north-1")
    arn = "arn:aws-cn:iam::111122223333:role/acme-reverse-proxy"
    lists = {"Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*"}
    lists["Condition"] = {"ArnEquals": {"aws:PrincipalArn": arn}}  # type: ignore[assignment]  # a list of strings so far
    path = with_table(lists)
    assert verdicts(asked(gate, path, {"require": [{"actions": ["dynamodb:ListTables"], "resources": ["*"]}]})) == {
        "granted"
    }


def test_another_name_of_a_deed_is_required_elsewhere(gate: Gate) -> None:
    writes = {"Effect": "Allow", "Action": "dynamodb:BatchWriteItem", "Resource": "*"}
    logs = TABLE.replace("cell2-auth-keys", "logs")
    spec = {
        "require": [{"actions": ["dynamodb:BatchWriteItem"], "resources": [logs]}],
        "forbid": [
            {"actions": ["dynamodb:PutItem"], "resources": [TABLE.replace("cell2-auth-keys", "${authKeysTable}") + "*"]}
        ],
    }
    assert rules(asked(gate, with_table(writes), spec)) == ["excess-grant"]
    only_there = {**writes, "Resource": logs}
    assert rules(asked(gate, with_table(only_there), spec)) == []


# Tables and keys.


def a_key(policy: str, status: str = "") -> str:
    return f"""\
---
apiVersion: kms.services.k8s.aws/v1alpha1
kind: Key
metadata: {{name: keys, namespace: acme}}
spec: {{policy: '{policy}'}}
{status}"""


BY_NAME = "kmsMasterKeyRef: {from: {name: keys}}"
EVERY_KEY = {**DECRYPTS, "Resource": "*"}


def test_a_key_policy_counts_without_a_status(gate: Gate) -> None:
    for principal, expected in (("role/admin", {"granted", "unknown"}), ("root", {"granted"})):
        allows = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::111122223333:{principal}"}, "Action": "kms:*"}
        policy = document({**allows, "Resource": "*"})
        assert verdicts(gate(with_table(READS, EVERY_KEY, key=BY_NAME, more=a_key(policy)))) == expected


def test_the_usual_key_policy_for_a_service(gate: Gate) -> None:
    through = {"kms:CallerAccount": "111122223333", "kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}
    allows = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    policy = document({**allows, "Condition": {"StringEquals": through}})
    status = f'status: {{ackResourceMetadata: {{arn: "{KEY}"}}}}\n'
    path = with_table(READS, key=BY_NAME, more=a_key(policy, status))
    assert verdicts(gate(path)) == {"granted"}


def test_two_tables_under_one_key(gate: Gate) -> None:
    for_one = {
        **DECRYPTS,
        "Condition": {"StringEquals": {"kms:EncryptionContext:aws:dynamodb:tableName": "cell2-auth-keys"}},
    }
    more = f"""\
---
apiVersion: dynamodb.services.k8s.aws/v1alpha1
kind: Table
metadata: {{name: zones, namespace: acme}}
spec: {{tableName: zones, sseSpecification: {{enabled: true, kmsMasterKeyID: "{KEY}"}}}}
"""
    everything = {**READS, "Resource": "*"}
    path = with_table(everything, for_one, key=f'kmsMasterKeyID: "{KEY}"', more=more)
    zones = TABLE.replace("cell2-auth-keys", "zones")
    resources = [TABLE.replace("cell2-auth-keys", "${authKeysTable}"), zones]
    spec = {"require": [{"actions": ["dynamodb:GetItem"], "resources": resources}]}
    assert verdicts(asked(gate, path, spec)) == {"granted", "not-granted"}


def test_a_direct_decrypt_is_another_request(gate: Gate) -> None:
    direct = {**DECRYPTS, "Condition": {"Bool": {"aws:ViaAWSService": "false"}}}
    path = with_table(READS, direct, key=f'kmsMasterKeyID: "{KEY}"')
    here = TABLE.replace("cell2-auth-keys", "${authKeysTable}")
    require = [{"actions": ["dynamodb:GetItem"], "resources": [here]}, {"actions": ["kms:Decrypt"], "resources": [KEY]}]
    assert verdicts(asked(gate, path, {"require": require})) == {"granted", "not-granted"}


def test_the_network_of_a_call_by_a_service_is_not_the_pods(gate: Gate) -> None:
    deny = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}},
    }
    path = with_table(READS, DECRYPTS, deny, key=f'kmsMasterKeyID: "{KEY}"')
    here = TABLE.replace("cell2-auth-keys", "${authKeysTable}")
    spec = {
        "context": {"aws:SourceVpce": "vpce-1"},
        "require": [{"actions": ["dynamodb:GetItem"], "resources": [here]}],
    }
    assert verdicts(asked(gate, path, spec)) == {"granted", "conditional"}


@pytest.mark.parametrize("names", [("a.yaml", "b.yaml"), ("b.yaml", "a.yaml")])
def test_two_manifests_of_one_table_that_differ(gate: Gate, names: tuple[str, str]) -> None:
    text = with_table(READS).read_text("utf-8")
    Path("project.yaml").unlink()
    Path("m/r").mkdir(parents=True)
    role, _, table = text.partition("---\n")
    Path("m/r/role.yaml").write_text(role, "utf-8")
    sealed = f'{table}  sseSpecification: {{enabled: true, kmsMasterKeyID: "{KEY}"}}\n'
    for name, content in zip(names, (table, sealed), strict=True):
        Path("m", name).write_text(content, "utf-8")
    assert verdicts(gate("m")) == {"granted", "unknown"}


def test_a_hook_that_is_handed_the_table_alone(gate: Gate) -> None:
    text = with_table(READS, key=f'kmsMasterKeyID: "{KEY}"').read_text("utf-8")
    Path("project.yaml").unlink()
    role, _, table = text.partition("---\n")
    Path("role.yaml").write_text(role, "utf-8")
    Path("table.yaml").write_text(table, "utf-8")
    Path(".git").mkdir()
    assert rules(gate("table.yaml")) == ["missing-grant"]


def test_the_account_and_region_of_a_namespace(gate: Gate) -> None:
    """The controller takes them from there, and ignores the account on the object."""
    owner = '{services.k8s.aws/owner-account-id: "444455556666"}'
    denies = says("Deny", "*", Resource="*")
    assert verdicts(gate(with_table(READS, policy=denies, annotations=owner))) == {"not-granted"}
    # In another account it is another table; and the role, which is made there as well, another role.
    for key, value, verdict in (
        ("default-region", "us-west-2", "granted"), ("owner-account-id", '"444455556666"', "unknown"),
    ):  # fmt: skip
        metadata = f"{{name: acme, annotations: {{services.k8s.aws/{key}: {value}}}}}"
        more = f"---\napiVersion: v1\nkind: Namespace\nmetadata: {metadata}\n"
        assert verdicts(gate(with_table(READS, policy=denies, more=more))) == {verdict}


def test_streams_have_policies_of_their_own(gate: Gate) -> None:
    stream = TABLE.replace("cell2-auth-keys", "${authKeysTable}") + "/stream/x"
    spec = {"require": [{"actions": ["dynamodb:GetRecords"], "resources": [stream]}]}
    allows = says("Allow", {"AWS": ROLE}, ["dynamodb:GetRecords"], Resource="*")
    assert verdicts(asked(gate, with_table(READS, policy=allows), spec)) == {"not-granted"}
    reads = {"Effect": "Allow", "Action": "dynamodb:GetRecords", "Resource": "*"}
    denies = says("Deny", "*", ["dynamodb:*"], Resource="*")
    assert verdicts(asked(gate, with_table(reads, policy=denies), spec)) == {"granted"}


def test_a_finding_stands_in_the_policy_that_it_is_about(gate: Gate) -> None:
    report = gate(with_table(READS, policy=says("Allow", {"AWS": ROLE}, ["dynamodb:PutItem"])))
    (finding,) = [item for item in report.findings if item.rule == "excess-grant"]
    assert "resourcePolicy" in report.sources[finding.location.file].text.splitlines()[finding.location.start.line - 1]


def test_what_no_policy_can_grant_is_no_requirement(gate: Gate) -> None:
    from checker.errors import UsageError

    spec = {"require": [{"actions": ["sts:GetSessionToken"], "resources": ["*"]}]}
    with pytest.raises(UsageError, match="only long-term credentials may call it"):
        asked(gate, with_table(READS), spec)
