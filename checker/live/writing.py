"""The only writes of this tool: server-side apply of a Role or a Policy, and the deletion of one pod.

Source: Kubernetes documentation, "Server-Side Apply". Apply is never forced: a conflict names the manager that owns the
field. As whom to apply follows what `kubectl apply --server-side` does: for the manager `kubectl` the API server takes
over what client-side apply last wrote (kubernetes/kubernetes, apiserver `fieldmanager/lastappliedmanager.go`: no
conflict is what the annotation kubectl.kubernetes.io/last-applied-configuration lists and nobody has changed since).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..ack.kinds import PLURALS
from ..ack.objects import mapping, sequence
from .asking import Refused
from .kubernetes import Cluster

MANAGER = "checker"
_KUBECTL = "kubectl"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def path_of(item: Mapping[str, Any]) -> str:
    """The path of an object that is applied."""
    group = str(item["apiVersion"])
    metadata = item["metadata"]
    return f"/apis/{group}/namespaces/{metadata['namespace']}/{PLURALS[item['kind']]}/{metadata['name']}"


def read(cluster: Cluster, item: Mapping[str, Any]) -> dict[str, Any] | None:
    """The object as it is now, whole; None where there is none. Raises Refused."""
    try:
        found = cluster.get(path_of(item))
    except Refused as error:
        if error.status == "absent":
            return None
        raise
    return found if isinstance(found, dict) else None


def apply(cluster: Cluster, body: Mapping[str, Any], manager: str, *, dry_run: bool) -> dict[str, Any]:
    """The object after a server-side apply; with `dry_run`, as it would be. Raises Refused."""
    query = {"fieldManager": manager, "fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}
    sent = json.dumps(body)
    data = cluster.send("PATCH", path_of(body), query, body=sent, content_type="application/apply-patch+yaml")
    found = json.loads(data)
    return found if isinstance(found, dict) else {}


def delete_pod(cluster: Cluster, namespace: str, name: str) -> None:
    """Deletes a pod, so that its workload makes a new one. Raises Refused."""
    cluster.send("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}")


def manager_for(live: Mapping[str, Any] | None) -> str:
    """As whom to apply: as kubectl, where people have applied the object with it, else as ourselves."""
    metadata = mapping((live or {}).get("metadata"))
    applied = {
        str(mapping(entry).get("manager"))
        for entry in sequence(metadata.get("managedFields"))
        if mapping(entry).get("operation") == "Apply"
    }
    return _KUBECTL if _KUBECTL in applied or _LAST_APPLIED in mapping(metadata.get("annotations")) else MANAGER


def body_for(
    manager: str, before: dict[str, Any], after: dict[str, Any], live: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What to send: as kubectl the whole object, which is what it owns; as ourselves what differs, and what we own
    already, since a field that an applier leaves out is taken away.

    With the version of the live object, so that what has changed meanwhile is a conflict.
    """
    metadata = {key: after["metadata"][key] for key in ("name", "namespace")}
    version = mapping((live or {}).get("metadata")).get("resourceVersion")
    if version:
        metadata["resourceVersion"] = version
    if manager == _KUBECTL or live is None:
        return {**after, "metadata": {**after["metadata"], **metadata}}
    spec = _differing(before.get("spec", {}), after.get("spec", {}))
    for entry in sequence(mapping(live["metadata"]).get("managedFields")):
        owned = mapping(entry)
        if owned.get("manager") == MANAGER and owned.get("operation") == "Apply":
            for path in _paths(mapping(mapping(owned.get("fieldsV1")).get("f:spec"))):
                _keep(spec, after.get("spec", {}), path)
    return {key: after[key] for key in ("apiVersion", "kind")} | {"metadata": metadata, "spec": spec}


def _differing(before: Any, after: Any) -> Any:
    """The members that differ; of inline policies those alone, since they are owned one by one."""
    found = {key: value for key, value in after.items() if before.get(key) != value}
    inline = found.get("inlinePolicies")
    if isinstance(inline, dict) and isinstance(before.get("inlinePolicies"), dict):
        found["inlinePolicies"] = {
            key: value for key, value in inline.items() if before["inlinePolicies"].get(key) != value
        }
    return found


def _paths(fields: Mapping[str, Any], route: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, below in fields.items():
        if key.startswith("f:"):
            name = (*route, key[2:])
            inner = mapping(below)
            if any(item.startswith("f:") for item in inner):
                yield from _paths(inner, name)
            else:
                yield name


def _keep(spec: dict[str, Any], whole: Mapping[str, Any], path: tuple[str, ...]) -> None:
    """Puts a member of the whole spec into the part that is sent."""
    for depth, step in enumerate(path):
        if step not in whole:
            return
        if depth == len(path) - 1 or not isinstance(whole[step], dict):
            spec.setdefault(step, whole[step])
            return
        spec, whole = spec.setdefault(step, {}), whole[step]
