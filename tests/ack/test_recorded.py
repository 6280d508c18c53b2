"""The stand-in for the ACK controller does what the real one was seen to do: the same edits, the same calls in the same
order, the same conditions. `recorded.yaml` says where it comes from."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto import mock_aws

from checker.demo.controller.reconcile import reconcile
from checker.demo.servers.kubernetes_api import KubernetesApi

STORIES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "recorded.yaml").read_text())["stories"]
IAM = "iam.services.k8s.aws/v1alpha1"
_READS = re.compile(r"(?:Get|List)[A-Z]")
_ABOUT = ("PolicyName", "PolicyArn", "PermissionsBoundary", "VersionId")


class World:
    """A Kubernetes API, an IAM, and the calls that change something in it."""

    def __init__(self, iam: Any) -> None:
        self.iam = iam
        self.calls: list[str] = []
        self.kubernetes = KubernetesApi(lambda *_: None)
        iam.meta.events.register("provide-client-params.iam", self._note)

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if _READS.match(model.name):
            return
        if model.name == "TagRole":
            self.calls += [f"TagRole {entry['Key']}" for entry in params["Tags"]]
            return
        about: list[str] = []
        about += params.get("TagKeys", [])
        boundary = params["RoleName"] if model.name == "DeleteRolePermissionsBoundary" else ""
        about += [str(params[key]) for key in _ABOUT if key in params] if not model.name.startswith("Create") else []
        about = about[-1:] if model.name == "DeletePolicyVersion" else about
        if boundary:
            about = [self.iam.get_role(RoleName=boundary)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"]]
        self.calls.append(" ".join([model.name, *about]))

    def get(self, kind: str, name: str) -> dict[str, Any]:
        return self.kubernetes.get(kind, "tenant-acme", name)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    import boto3

    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    with mock_aws():
        yield World(boto3.client("iam", region_name="us-east-1"))


@pytest.mark.long
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["about"])
def test_it_does_what_the_real_one_did(world: World, story: dict[str, Any]) -> None:
    existing = story.get("existing")
    if existing:
        world.iam.create_role(
            RoleName=existing["name"], AssumeRolePolicyDocument=story["role"]["assumeRolePolicyDocument"]
        )
        for name, document in existing["inline"].items():
            world.iam.put_role_policy(RoleName=existing["name"], PolicyName=name, PolicyDocument=document)
    metadata = {"name": "r1", "namespace": "tenant-acme", "annotations": story.get("annotations", {})}
    world.kubernetes.put({"apiVersion": IAM, "kind": "Role", "metadata": metadata, "spec": story["role"]})
    for edit in story["edits"]:
        _make(world, story, edit)
        world.calls.clear()
        reconcile(world.kubernetes, world.iam)
        assert _grouped(world.calls) == _grouped(edit["calls"]), edit["edit"]
        if edit.get("deleted"):
            with pytest.raises(KeyError):
                world.get("Role", "r1")
            continue
        _check(world, edit)
        world.calls.clear()


def _make(world: World, story: dict[str, Any], edit: dict[str, Any]) -> None:
    """The edit, as it reaches the objects; a change of a spec begins with what is terminal forgotten."""
    policy = story.get("policy")
    if policy and not edit.get("without_policy"):
        try:
            held = world.get("Policy", "p1")
        except KeyError:
            metadata = {"name": "p1", "namespace": "tenant-acme"}
            held = {"apiVersion": IAM, "kind": "Policy", "metadata": metadata, "spec": policy}
        _put(world, held, edit.get("set_policy", {}))
    role = world.get("Role", "r1")
    for key in edit.get("unset", ()):
        del role["spec"][key]
    for entry in role["spec"].get("tags", ()):
        entry["value"] = edit.get("tag", {}).get(entry["key"], entry["value"])
    if edit.get("deleted"):
        role["metadata"]["deletionTimestamp"] = "2026-11-27T15:20:00Z"
    _put(world, role, edit.get("set", {}))


def _put(world: World, item: dict[str, Any], fields: Mapping[str, Any]) -> None:
    status = {key: value for key, value in item.get("status", {}).items() if key != "conditions"}
    world.kubernetes.put({**item, "spec": {**item["spec"], **fields}, "status": status})


def _grouped(calls: list[str]) -> list[tuple[str, list[str]]]:
    return [(name, sorted(group)) for name, group in itertools.groupby(calls, lambda call: call.partition(" ")[0])]


def _check(world: World, edit: dict[str, Any]) -> None:
    role = world.get("Role", "r1")
    assert _conditions(role) == edit["conditions"], edit["edit"]
    if "policy_conditions" in edit:
        assert _conditions(world.get("Policy", "p1")) == edit["policy_conditions"], edit["edit"]
    if "finalizers" in edit:
        assert role["metadata"].get("finalizers", []) == edit["finalizers"]
    if "has_arn" in edit:
        assert bool(role["status"].get("ackResourceMetadata")) == edit["has_arn"]
    if "in_iam" in edit:
        assert world.iam.list_role_policies(RoleName="r1")["PolicyNames"] == edit["in_iam"]
        assert list(role["spec"]["inlinePolicies"]) == edit["in_spec"]
    if "late" in edit:
        assert {key: role["spec"][key] for key in edit["late"]} == edit["late"]
        assert [entry["key"] for entry in role["spec"]["tags"]] == edit["tags"]
        assert {"arn", "ownerAccountID", "partition", "region"} == set(role["status"]["ackResourceMetadata"])
        assert {"createDate", "roleID", "roleLastUsed"} < set(role["status"])
        assert [entry["manager"] for entry in role["metadata"]["managedFields"]] == ["controller"]
    if "arrives" in edit:
        from urllib.parse import unquote

        found = world.iam.get_role_policy(RoleName="r1", PolicyName="a")["PolicyDocument"]
        assert edit["arrives"] in unquote(found)


def _conditions(item: dict[str, Any]) -> list[list[str]]:
    keys = ("type", "status", "reason", "message")
    told = [[entry.get(key, "") for key in keys] for entry in item["status"]["conditions"]]
    return [[re.sub(r"RequestID: [^,]*", "RequestID: REQUEST-ID", text) for text in entry] for entry in told]
