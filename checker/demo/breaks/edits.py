"""Changes of the embedded cell's objects, as kubectl, the console or a colleague would make them."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ...ack.kinds import ROLE_ARN_ANNOTATION
from ..servers.field_ownership import applied_by_kubectl

if TYPE_CHECKING:
    from ..cell import Cell

Rewrite = Callable[[str], str]


def edit_role(cell: Cell, index: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes the spec of the index's Role object, with kubectl apply."""
    item = cell.kubernetes.get("Role", f"tenant-{index}", cell.role_of(index))
    change(item["spec"])
    cell.kubernetes.put(applied_by_kubectl(item))


def edit_inline(cell: Cell, index: str, rewrite: Rewrite) -> None:
    """Rewrites the inline policy auth-keys of the Role object."""

    def change(spec: dict[str, Any]) -> None:
        spec["inlinePolicies"]["auth-keys"] = rewrite(spec["inlinePolicies"]["auth-keys"])

    edit_role(cell, index, change)


def edit_trust(cell: Cell, index: str, rewrite: Rewrite) -> None:
    """Rewrites the trust policy of the Role object."""

    def change(spec: dict[str, Any]) -> None:
        spec["assumeRolePolicyDocument"] = rewrite(spec["assumeRolePolicyDocument"])

    edit_role(cell, index, change)


def edit_policy(cell: Cell, index: str, name: str, rewrite: Rewrite) -> None:
    """Rewrites the document of a Policy object."""
    item = cell.kubernetes.get("Policy", f"tenant-{index}", name)
    item["spec"]["policyDocument"] = rewrite(item["spec"]["policyDocument"])
    cell.kubernetes.put(applied_by_kubectl(item))


def annotate_role(cell: Cell, index: str, annotations: dict[str, str]) -> None:
    """Annotates the Role object."""
    item = cell.kubernetes.get("Role", f"tenant-{index}", cell.role_of(index))
    item["metadata"].setdefault("annotations", {}).update(annotations)
    cell.kubernetes.put(item)


def annotate(cell: Cell, index: str, role_arn: str) -> None:
    """Gives the service account a role, or none."""
    item = cell.kubernetes.get("ServiceAccount", f"tenant-{index}", f"reverse-proxy-{index}")
    item["metadata"]["annotations"] = {ROLE_ARN_ANNOTATION: role_arn} if role_arn else {}
    cell.kubernetes.put(item)


def delete_role(cell: Cell, index: str) -> None:
    """Deletes the role in IAM with everything on it."""
    iam, name = cell.client("iam"), cell.role_of(index)
    detach_all(cell, index)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def detach_all(cell: Cell, index: str) -> None:
    """Detaches every managed policy from the role in IAM."""
    iam, name = cell.client("iam"), cell.role_of(index)
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])


def delete_object(cell: Cell, index: str) -> None:
    """Deletes the Role object while an instance profile has the role in it: the controller takes the policies off the
    role, and out of the object, and then IAM does not let it delete the role."""
    name, iam = cell.role_of(index), cell.client("iam")
    iam.create_instance_profile(InstanceProfileName="hosts")
    iam.add_role_to_instance_profile(InstanceProfileName="hosts", RoleName=name)
    item = cell.kubernetes.get("Role", f"tenant-{index}", name)
    item["metadata"]["deletionTimestamp"] = _minutes_ago(20)
    cell.kubernetes.put(item)
    cell.reconcile()


def make_anew(cell: Cell, index: str) -> None:
    """Makes the Role object anew, as in another cluster: without finalizer and status. The role in IAM stays."""
    item = cell.kubernetes.get("Role", f"tenant-{index}", cell.role_of(index))
    metadata = {key: item["metadata"][key] for key in ("name", "namespace", "labels") if key in item["metadata"]}
    fresh = applied_by_kubectl(
        {"apiVersion": item["apiVersion"], "kind": "Role", "metadata": metadata, "spec": item["spec"]}
    )
    cell.kubernetes.delete("Role", f"tenant-{index}", cell.role_of(index))
    for entry in fresh["metadata"].get("managedFields", ()):
        entry["time"] = _minutes_ago(30)
    cell.kubernetes.put(fresh)


def replace_inline(cell: Cell, index: str, name: str) -> None:
    """Has another inline policy in the place of the role's own in IAM, one that grants nothing on the table."""
    iam, role = cell.client("iam"), cell.role_of(index)
    iam.delete_role_policy(RoleName=role, PolicyName="auth-keys")
    statement = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)


def _minutes_ago(minutes: int) -> str:
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def write_manifests(cell: Cell) -> str:
    """Writes the Role and Policy objects into a folder, as Git would have them; returns the folder."""
    import yaml

    folder = tempfile.mkdtemp(prefix="checker-demo-")
    for kind in ("Role", "Policy"):
        for item in cell.kubernetes.all(kind):
            metadata = {key: item["metadata"][key] for key in ("name", "namespace")}
            shown = {**{key: item[key] for key in ("apiVersion", "kind", "spec")}, "metadata": metadata}
            path = os.path.join(folder, f"{metadata['namespace']}-{metadata['name']}.yaml")
            with open(path, "w", encoding="utf-8") as file:
                yaml.safe_dump(shown, file, sort_keys=False)
    return folder
