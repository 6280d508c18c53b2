"""What becomes of access by other ways than the policies of roles: policies of tables and keys, and the webhook."""

from __future__ import annotations

import json

import pytest

from .test_diff import WORLD, Diff, _work_tree, diff, git, one_consumer, one_role, write

__all__ = ["_work_tree", "diff"]

ROLE_ARN = "arn:aws:iam::111122223333:role/cell/acme-reverse-proxy"
TABLE = (
    "apiVersion: dynamodb.services.k8s.aws/v1alpha1\nkind: Table\nmetadata: {name: t, namespace: tenant-acme}\n"
    "spec:\n  tableName: sessions\n"
)
KEY = (
    "apiVersion: kms.services.k8s.aws/v1alpha1\nkind: Key\nmetadata: {name: k, namespace: tenant-acme}\n"
    "status: {ackResourceMetadata: {arn: 'arn:aws:kms:us-east-1:111122223333:key/abc', ownerAccountID: '111122223333',"
    " region: us-east-1}}\nspec:\n"
)


def policy(field: str, effect: str, principal: str, *actions: str) -> str:
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": list(actions), "Resource": "*"}
    return f"  {field}: '{json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}'\n"


@pytest.mark.parametrize("principal", [ROLE_ARN, "*"])
def test_a_table_that_lets_a_role_in(principal: str, diff: Diff) -> None:
    write(TABLE, "t.yaml")
    git("add", "-A")
    git("commit", "-qm", "x")
    write(TABLE + policy("resourcePolicy", "Allow", principal, "dynamodb:PutItem"), "t.yaml")
    (gained,) = one_role(diff())["gained"]
    assert (gained["actions"], gained["witness"]) == (
        ["dynamodb:PutItem"], "arn:aws:dynamodb:us-east-1:111122223333:table/sessions",
    )  # fmt: skip
    git("commit", "-qam", "x")
    write(TABLE, "t.yaml")
    assert len(one_role(diff())["lost"]) == 1


@pytest.mark.parametrize(
    "principal", ["arn:aws:iam::111122223333:root", "111122223333", "arn:aws:iam::111122223333:role/other"]
)
def test_a_table_that_lets_in_somebody_else_or_leaves_it_to_the_account(principal: str, diff: Diff) -> None:
    write(TABLE, "t.yaml")
    git("add", "-A")
    git("commit", "-qm", "x")
    write(TABLE + policy("resourcePolicy", "Allow", principal, "dynamodb:PutItem"), "t.yaml")
    assert diff()["roles"] == []


def test_a_key_that_shuts_a_role_out(diff: Diff) -> None:
    world = WORLD.replace('"dynamodb:Query"]', '"dynamodb:Query", "kms:Decrypt"]').replace(
        'table/cell2-auth-keys"}',
        'table/cell2-auth-keys"}, {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}',
    )
    write(world)
    write(KEY + policy("policy", "Allow", "arn:aws:iam::111122223333:root", "kms:*"), "k.yaml")
    git("add", "-A")
    git("commit", "-qm", "x")
    write(KEY + policy("policy", "Allow", "arn:aws:iam::111122223333:role/other", "kms:*"), "k.yaml")
    (lost,) = one_role(diff())["lost"]
    assert (lost["actions"], lost["witness"]) == (["kms:Decrypt"], "arn:aws:kms:us-east-1:111122223333:key/abc")


SKIPS = "metadata: {annotations: {eks.amazonaws.com/skip-containers: 'NAMES'}}, spec"


@pytest.mark.parametrize(
    ("names", "container"),
    [("reverse-proxy", "reverse-proxy"), ("reverse-proxy,index", "reverse-proxy"), ("index", "")],
)
def test_a_proxy_that_gets_no_credentials_any_more(names: str, container: str, diff: Diff) -> None:
    world = WORLD.replace("containers: [", "containers: [{name: index}, ")
    write(world)
    git("commit", "-qam", "x")
    write(world.replace("template: {spec", "template: {" + SKIPS.replace("NAMES", names)))
    if not container:
        assert diff()["consumers"] == []
        return
    consumers = diff(code=1)["consumers"]
    lost = [item for item in consumers if item["name"].startswith(f"container {container} of Deployment")]
    assert [item["after"] for item in lost] == ["none"]
    git("commit", "-qam", "x")
    write(world)
    assert {item["before"] for item in diff()["consumers"]} == {"none"}


def test_a_pod_without_any_credentials(diff: Diff) -> None:
    write(WORLD.replace("template: {spec", "template: {" + SKIPS.replace("NAMES", "reverse-proxy")))
    assert one_consumer(diff(code=1))["after"] == "none"


def test_a_table_that_may_let_a_role_in(diff: Diff) -> None:
    principal = "arn:aws:sts::111122223333:assumed-role/acme-reverse-proxy/s"
    write(TABLE, "t.yaml")
    git("add", "-A")
    git("commit", "-qm", "x")
    write(TABLE + policy("resourcePolicy", "Allow", principal, "dynamodb:PutItem"), "t.yaml")
    role = one_role(diff())
    assert role["gained"] or role["unclear"]


def test_a_table_in_another_account_that_leaves_it_to_the_role(diff: Diff) -> None:
    """Across accounts the role's own policies count only where the table's policy lets the account in."""
    namespace = (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: tenant-acme, annotations:"
        " {services.k8s.aws/owner-account-id: '999999999999'}}\n"
    )
    write(WORLD)
    write(TABLE.replace("tenant-acme", "far"), "t.yaml")
    write(namespace.replace("tenant-acme", "far"), "n.yaml")
    git("add", "-A")
    git("commit", "-qm", "x")
    root = policy("resourcePolicy", "Allow", "arn:aws:iam::111122223333:root", "dynamodb:*")
    write(TABLE.replace("tenant-acme", "far") + root, "t.yaml")
    assert diff()["roles"] == []
    git("commit", "-qam", "x")
    write(
        WORLD.replace('"Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"', '"Resource": "*"')
    )
    git("commit", "-qam", "x")
    write(TABLE.replace("tenant-acme", "far"), "t.yaml")
    role = one_role(diff())
    assert role["lost"] or role["unclear"]


def test_a_key_without_an_arn_and_a_policy_that_cannot_be_read(diff: Diff) -> None:
    nowhere = KEY.partition("status:")[0] + "spec:\n"
    write(nowhere + policy("policy", "Allow", "arn:aws:iam::111122223333:role/x", "kms:*"), "k.yaml")
    unread = policy("resourcePolicy", "Allow", ROLE_ARN, "dynamodb:GetItem").replace('"Resource"', '"NotResource"')
    write(TABLE + unread, "t.yaml")
    git("add", "-A")
    git("commit", "-qm", "x")
    write(nowhere + policy("policy", "Allow", ROLE_ARN, "kms:Decrypt"), "k.yaml")
    write(TABLE + unread.replace("GetItem", "*"), "t.yaml")
    role = one_role(diff())
    assert [item["actions"] for item in role["gained"]] == [["kms:Decrypt"]]
    assert any("resource policy of Table" in text for text in role["unclear"])


@pytest.mark.parametrize(("old", "new"), [("kind: Deployment", "kind: StatefulSet"), ("index-acme", "index-acme2")])
def test_a_workload_that_takes_the_place_of_another(old: str, new: str, diff: Diff) -> None:
    write(WORLD.replace("template: {spec", "template: {" + SKIPS.replace("NAMES", "reverse-proxy")).replace(old, new))
    assert one_consumer(diff(code=1))["after"] == "none"
