"""A copied cell is one that was made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.demo.cell import Cell
from tests.demo import made_cell


def told(cell: Cell) -> dict[str, Any]:
    """What there is in a cell, without what is random in it."""
    iam = cell.client("iam")
    roles = {item["RoleName"]: item["AssumeRolePolicyDocument"] for item in iam.list_roles()["Roles"]}
    inline = {
        (role, name): iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for role in roles
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    attached = {role: iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] for role in roles}
    objects = {(item["kind"], item["metadata"]["name"]): item.get("spec") for item in made_cell.cluster(cell)}
    table = cell.client("dynamodb").describe_table(TableName="cell2-auth-keys")["Table"]["KeySchema"]
    whole = {"roles": roles, "inline": inline, "attached": attached, "objects": objects, "table": table}
    text = json.dumps({str(key): {str(k): v for k, v in item.items()} if isinstance(item, dict) else item
                       for key, item in whole.items()}, sort_keys=True, default=str)  # fmt: skip
    issuer = cell.issuer.removeprefix("https://")
    return dict(json.loads(text.replace(issuer, "ISSUER").replace(cell.key_arn, "KEY")))


@pytest.mark.long
def test_a_copied_cell_is_one_that_was_made(monkeypatch: Any) -> None:
    with Cell() as copied:
        seen = told(copied)
        copied.client("iam").delete_role_policy(RoleName="acme-reverse-proxy", PolicyName="auth-keys")
    with Cell() as copied_again:
        assert told(copied_again) == seen
    monkeypatch.setattr(Cell, "fill", made_cell.make)
    with Cell() as made:
        assert told(made) == seen
