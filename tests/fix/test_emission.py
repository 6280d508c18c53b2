"""What is emitted for an index: ready to apply, complete, and withheld where an edit would be lost."""

from __future__ import annotations

import json
import shlex
from typing import Any

import jsonschema
import pytest
import yaml

from checker.ack.cleaning import LAST_APPLIED, clean, gitops_owner
from checker.demo.breaks import edits
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.fix.cluster.emission import Emission
from checker.fix.cluster.withheld import Withheld
from checker.fix.edits.manifest import merge_patch
from checker.live.record.record import Target, dump, load
from checker.live.record.trim import custom
from checker.report.fix.manifest import render, render_json, render_patches
from checker.runbook.diagnose import Diagnosis, diagnose
from checker.schemas import load as load_schema

from .world import REQUIREMENTS, Embedded, make, plan, spec_of

TARGET = Target("acme")


def diagnosed(cell: Cell, index: str = "acme") -> Diagnosis:
    return make(Embedded(cell), cell, index, [], lambda question: True)[1]


def test_the_manifest_is_what_people_write(cell: Cell) -> None:
    edits.annotate_role(cell, "acme", {"services.k8s.aws/adopted": "true", "example.com/team": "search"})
    BREAKS["missing-action"].change(cell, "acme")
    fix = plan(diagnosed(cell))
    assert isinstance(fix, Emission)
    (item,) = yaml.safe_load_all(render(fix, "acme", "now"))
    assert set(item) == {"apiVersion", "kind", "metadata", "spec"}
    assert item["metadata"]["annotations"] == {"example.com/team": "search"}
    assert set(item["metadata"]) == {"name", "namespace", "labels", "annotations"}
    before = spec_of(cell, "acme")
    # The controller's own tags are in the object, and what it filled in from AWS; nobody writes them.
    assert (before["path"], before["maxSessionDuration"]) == ("/", 3600)
    assert [entry["key"].partition("/")[0] for entry in before["tags"]] == ["services.k8s.aws"] * 2
    assert {key: value for key, value in item["spec"].items() if key != "inlinePolicies"} == {
        key: value
        for key, value in before.items()
        if key not in ("inlinePolicies", "tags", "path", "maxSessionDuration")
    }
    granted = json.loads(item["spec"]["inlinePolicies"]["auth-keys"])["Statement"][0]["Action"]
    assert granted == ["dynamodb:GetItem", "dynamodb:Query"]


def test_the_patch_leads_from_the_one_to_the_other(cell: Cell) -> None:
    BREAKS["trust-subject-mismatch"].change(cell, "acme")
    fix = plan(diagnosed(cell))
    assert isinstance(fix, Emission)
    words = shlex.split(render_patches(fix, TARGET))
    assert words[:6] == ["kubectl", "patch", "roles.iam.services.k8s.aws", "acme-reverse-proxy", "-n", "tenant-acme"]
    patch = json.loads(words[words.index("-p") + 1])
    assert set(patch["spec"]) == {"assumeRolePolicyDocument"}
    assert _merged(fix.objects[0].before, patch) == fix.objects[0].after


def _merged(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2, as it stands there."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = _merged(found.get(key), value)
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"a": 1}, {}),
        ({"a": [1]}, {"a": [1, 2]}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}),
        ({"a": 1}, {"a": {"b": 1}}),
    ],
)
def test_merge_patches(before: Any, after: Any) -> None:
    assert _merged(before, merge_patch(before, after)) == after


def test_lists_that_go_are_spelled_out_as_empty(cell: Cell) -> None:
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
    )
    arn = cell.client("iam").create_policy(PolicyName="logs", PolicyDocument=document)["Policy"]["Arn"]
    edits.detach_all(cell, "borealis")
    edits.edit_role(cell, "borealis", lambda spec: spec.update(policies=[arn]))
    BREAKS["stale-credentials"].change(cell, "borealis")
    fix = plan(diagnosed(cell, "borealis"))
    assert isinstance(fix, Emission)
    (item,) = yaml.safe_load_all(render(fix, "borealis", "now"))
    assert item["spec"]["policyRefs"] == []
    assert item["spec"]["policies"] == [arn, "arn:aws:iam::123456789012:policy/Cell2AuthKeysRead"]


@pytest.mark.slow
def test_what_the_controller_will_do_besides_is_said(cell: Cell) -> None:
    """A fix reconciles the whole role: what was attached by hand is detached with it."""
    BREAKS["missing-action"].change(cell, "acme")
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
    )
    cell.client("iam").put_role_policy(RoleName="acme-reverse-proxy", PolicyName="by-hand", PolicyDocument=document)
    fix = plan(diagnosed(cell))
    assert isinstance(fix, Emission)
    assert any("delete the inline policy by-hand" in text for text in fix.warnings)


def test_a_tag_that_changes_its_value_is_gone_for_a_while(cell: Cell) -> None:
    """The controller sets the new value and then takes the tag away, until its next loop (iam-controller v1.8.1,
    hooks.go; recorded); a document that only looks different is not worth a word."""
    BREAKS["missing-action"].change(cell, "acme")
    iam, name = cell.client("iam"), "acme-reverse-proxy"
    iam.tag_role(RoleName=name, Tags=[{"Key": "team", "Value": "search"}, {"Key": "mine", "Value": "x"}])
    edits.edit_role(cell, "acme", lambda spec: spec["tags"].append({"key": "team", "value": "keys"}))
    fix = plan(diagnosed(cell))
    assert isinstance(fix, Emission)
    assert any("set the tag team and then take it away" in text for text in fix.warnings)
    assert any("remove the tag mine, which is in IAM" in text for text in fix.warnings)
    assert not any("inline policy" in text or "remove the tag team" in text for text in fix.warnings)


@pytest.mark.long
@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"annotations": {"services.k8s.aws/read-only": "True"}}, "read only"),
        ({"deletionTimestamp": "2026-11-24T03:00:00Z"}, "being deleted"),
        ({"annotations": {"argocd.argoproj.io/tracking-id": "x"}}, "applied by Argo CD"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "x"}}, "applied by Flux"),
        ({"managedFields": [{"manager": "argocd-controller", "operation": "Apply"}]}, "applied by Argo CD"),
        ({"managedFields": [{"manager": "kustomize-controller", "operation": "Apply"}]}, "applied by Flux"),
    ],
)
def test_an_edit_that_would_be_lost_is_withheld(cell: Cell, metadata: dict[str, Any], said: str) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    for key, value in metadata.items():
        role["metadata"][key] = {**role["metadata"].get(key, {}), **value} if isinstance(value, dict) else value
    cell.kubernetes.put(role)
    found = plan(diagnosed(cell))
    assert isinstance(found, Withheld)
    assert said in found.reason
    assert found.help


@pytest.mark.slow
def test_a_recorded_incident_gives_the_same_manifest(cell: Cell) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    live = diagnosed(cell)
    replayed = diagnose(load(dump(live.case.record), "the record"), REQUIREMENTS)
    one, other = plan(live), plan(replayed)
    assert isinstance(one, Emission)
    assert isinstance(other, Emission)
    assert render(one, "acme", "now") == render(other, "acme", "now")


def test_a_masked_value_is_never_sent(cell: Cell) -> None:
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    role["metadata"]["annotations"]["example.com/api-key"] = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
    cell.kubernetes.put(role)
    BREAKS["missing-action"].change(cell, "acme")
    fix = plan(diagnosed(cell))
    assert isinstance(fix, Emission)
    assert fix.is_masked
    assert "sk_live" not in str(fix)
    assert "redacted" not in render_patches(fix, TARGET)
    edits.edit_role(
        cell, "acme", lambda spec: spec.update(tags=[{"key": "api-key", "value": "sk_live_4eC39HqLyjWDarjtT1z"}])
    )
    found = plan(diagnosed(cell))
    assert isinstance(found, Withheld)
    assert "masked" in found.reason


@pytest.mark.slow
def test_json_follows_its_schema(cell: Cell) -> None:
    schema = load_schema("emission")
    healthy = diagnosed(cell)
    jsonschema.validate(json.loads(render_json(plan(healthy), healthy)), schema)
    BREAKS["missing-action"].change(cell, "acme")
    broken = diagnosed(cell)
    found = json.loads(render_json(plan(broken), broken))
    jsonschema.validate(found, schema)
    assert found["fix"]["patches"][0]["spec"]


def owned(manager: str, *fields: str) -> dict[str, Any]:
    return {"manager": manager, "operation": "Update", "fieldsV1": {"f:spec": {f"f:{field}": {} for field in fields}}}


@pytest.mark.parametrize(
    ("fields", "annotations", "kept"),
    [
        # A value that is not AWS's own was somebody's choice, as with Helm, which leaves no annotation.
        (("path", "maxSessionDuration"), {}, ("maxSessionDuration",)),
        # Client-side apply leaves alone what is there already, and then owns nothing of it.
        (("path", "maxSessionDuration"), {LAST_APPLIED: '{"spec": {"path": "/"}}'}, ("path", "maxSessionDuration")),
        (("path", "maxSessionDuration"), {LAST_APPLIED: "no JSON"}, ("maxSessionDuration",)),
        # Whoever makes the object is its author, whatever the program is called.
        (("name", "path", "maxSessionDuration"), {}, ("path", "maxSessionDuration")),
    ],
)  # fmt: skip
def test_cleaning_takes_out_what_nobody_wrote(
    fields: tuple[str, ...], annotations: dict[str, str], kept: tuple[str, ...]
) -> None:
    spec = {"name": "r", "path": "/", "maxSessionDuration": 43200}
    metadata = {"name": "r", "annotations": annotations, "managedFields": [owned("controller", *fields)]}
    item = {"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Role", "metadata": metadata, "spec": spec}
    assert set(clean(item)["spec"]) == {"name", *kept}
    assert set(clean(custom(item))["spec"]) == {"name", *kept}
    assert clean(item, ())["spec"] == spec


def test_cleaning_keeps_what_people_wrote_as_well_as_the_controller() -> None:
    spec = {"name": "r", "path": "/", "maxSessionDuration": 3600, "inlinePolicies": {"a": "{}"}}
    controller = owned("controller", "path", "maxSessionDuration", "inlinePolicies")
    metadata = {"name": "r", "managedFields": [controller, owned("kubectl-client-side-apply", "name", "path")]}
    found = clean({"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Role", "metadata": metadata, "spec": spec})
    assert found["spec"] == {"name": "r", "path": "/", "inlinePolicies": {"a": "{}"}}


def test_cleaning_keeps_what_people_wrote() -> None:
    item = {
        "apiVersion": "iam.services.k8s.aws/v1alpha1",
        "kind": "Role",
        "metadata": {
            "name": "a", "namespace": "b", "uid": "x", "resourceVersion": "1", "generation": 2, "finalizers": ["f"],
            "labels": {"team": "search"}, "ownerReferences": [{"kind": "x"}], "managedFields": [{"manager": "kubectl"}],
            "annotations": {"services.k8s.aws/adopted": "true", "services.k8s.aws/deletion-policy": "retain"},
        },
        "spec": {"name": "a", "path": "/", "tags": [{"key": "aws:x", "value": "1"}, {"key": "services.k8s.aws/namespace", "value": "b"}, {"key": "eks:cluster", "value": "c"}, {"key": "team", "value": "s"}]},
        "status": {"conditions": []},
    }  # fmt: skip
    assert clean(item) == {
        "apiVersion": "iam.services.k8s.aws/v1alpha1",
        "kind": "Role",
        "metadata": {
            "name": "a",
            "namespace": "b",
            "labels": {"team": "search"},
            "annotations": {"services.k8s.aws/deletion-policy": "retain"},
        },
        "spec": {"name": "a", "path": "/", "tags": [{"key": "team", "value": "s"}]},
    }
    assert gitops_owner(item) == ""


def test_the_table_s_key_is_granted_through_dynamodb_alone(cell: Cell) -> None:
    def without_key(text: str) -> str:
        document = json.loads(text)
        del document["Statement"][1]
        return json.dumps(document)

    from checker.demo import lines

    edits.edit_inline(cell, "acme", without_key)
    cell.reconcile()
    cell.log("acme", *[lines.key_denied(cell.key_arn)] * 7)
    found = diagnosed(cell)
    assert found.causes[0].id == "kms-denied"
    fix = plan(found)
    assert isinstance(fix, Emission), fix
    (item,) = yaml.safe_load_all(render(fix, "acme", "now"))
    added = json.loads(item["spec"]["inlinePolicies"]["auth-keys"])["Statement"][-1]
    assert added == {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": cell.key_arn,
        "Condition": {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}},
    }


def test_a_namesake_of_another_account_is_not_edited(cell: Cell) -> None:
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    cell.kubernetes.delete("Role", "tenant-acme", "acme-reverse-proxy")
    role["metadata"] = {"name": "acme-reverse-proxy", "namespace": "tenant-other"}
    role["status"]["ackResourceMetadata"]["arn"] = "arn:aws:iam::999999999999:role/acme-reverse-proxy"
    cell.kubernetes.put(role)
    BREAKS["drift"].change(cell, "acme")
    assert not isinstance(plan(diagnosed(cell), unsafe=True), Emission)


@pytest.mark.slow
def test_of_two_objects_for_one_role_the_one_with_an_arn_is_meant(cell: Cell) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    cell.kubernetes.put({**role, "metadata": {"name": "aaa-old", "namespace": "tenant-acme"}, "status": {}})
    fix = plan(diagnosed(cell))
    assert isinstance(fix, Emission)
    assert fix.objects[0].after["metadata"]["name"] == "acme-reverse-proxy"


@pytest.mark.slow
@pytest.mark.parametrize("mark", [{"services.k8s.aws/read-only": "true"}, {"argocd.argoproj.io/tracking-id": "x"}])
def test_a_policy_that_must_not_be_edited_is_seen_as_well(cell: Cell, mark: dict[str, str]) -> None:
    BREAKS["boundary-blocks"].change(cell, "borealis")
    policy = cell.kubernetes.get("Policy", "tenant-borealis", "tenant-boundary")
    policy["metadata"]["annotations"] |= mark
    cell.kubernetes.put(policy)
    found = plan(diagnosed(cell, "borealis"), unsafe=True)
    assert isinstance(found, Withheld)
    assert "tenant-boundary" in found.reason + found.help


def test_manifests_that_lack_what_the_cluster_has_are_unsafe(cell: Cell) -> None:
    BREAKS["not-applied"].change(cell, "acme")
    edits.edit_role(
        cell, "acme", lambda spec: spec["inlinePolicies"].update(s3='{"Version":"2012-10-17","Statement":[]}')
    )
    edits.annotate_role(cell, "acme", {"services.k8s.aws/deletion-policy": "retain"})
    found = plan(diagnosed(cell))
    assert isinstance(found, Withheld)
    assert "spec.inlinePolicies.s3" in found.reason
    fix = plan(diagnosed(cell), unsafe=True)
    assert isinstance(fix, Emission)
    assert "annotations" not in render_patches(fix, TARGET)


def test_a_hot_fix_in_iam_that_would_go_is_said(cell: Cell) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    iam = cell.client("iam")
    trust = iam.get_role(RoleName="acme-reverse-proxy")["Role"]["AssumeRolePolicyDocument"]
    trust["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    )
    iam.update_assume_role_policy(RoleName="acme-reverse-proxy", PolicyDocument=json.dumps(trust))
    fix = plan(diagnosed(cell))
    assert isinstance(fix, Emission)
    assert any("replace the trust policy" in text for text in fix.warnings)
    assert not any("nothing else" in text for text in fix.effects)


@pytest.mark.slow
def test_a_boundary_is_widened_only_when_that_is_asked_for(cell: Cell) -> None:
    BREAKS["boundary-blocks"].change(cell, "borealis")
    found = plan(diagnosed(cell, "borealis"))
    assert isinstance(found, Withheld)
    assert "it caps every role" in found.reason
