"""The only writes of this tool: server-side apply of a Role or a Policy, and the deletion of one pod.

Source: Kubernetes documentation, "Server-Side Apply". Apply is never forced: a conflict names the manager that owns the
field. The field manager is chosen as `kubectl apply --server-side` does: for the manager `kubectl` the API server takes
over what client-side apply last wrote (kubernetes/kubernetes, apiserver `fieldmanager/lastappliedmanager.go`: what the
annotation kubectl.kubernetes.io/last-applied-configuration lists is no conflict, if nobody has changed it since).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...ack.cleaning import LAST_APPLIED
from ...ack.kinds import BY_NAME
from ...ack.objects import mapping, sequence
from ...live.asking import Refused
from ...live.clients.kubernetes import Cluster, parsed

MANAGER = "checker"
_KUBECTL = "kubectl"


def path_of(item: Mapping[str, Any]) -> str:
    """The path of an object that is applied."""
    group = str(item["apiVersion"])
    metadata = item["metadata"]
    return f"/apis/{group}/namespaces/{metadata['namespace']}/{BY_NAME[item['kind']].plural}/{metadata['name']}"


def read(cluster: Cluster, item: Mapping[str, Any]) -> dict[str, Any] | None:
    """The object as it is now, whole; None where there is none. Raises Refused."""
    try:
        live = cluster.get(path_of(item))
    except Refused as error:
        if error.status == "absent":
            return None
        raise
    return live if isinstance(live, dict) else None


def apply(cluster: Cluster, body: Mapping[str, Any], manager: str, *, dry_run: bool) -> dict[str, Any]:
    """The object after a server-side apply; with `dry_run`, as it would be. Raises Refused."""
    query = {"fieldManager": manager, "fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}
    sent = json.dumps(body)
    data = cluster.send("PATCH", path_of(body), query, body=sent, content_type="application/apply-patch+yaml")
    stored: dict[str, Any] = parsed(data)
    return stored


def delete_pod(cluster: Cluster, namespace: str, name: str, uid: str) -> None:
    """Deletes a pod, so that its workload makes a new one: this very pod, where its `uid` is known, and none that has
    taken its place. Raises Refused."""
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}} if uid else None
    body = json.dumps(options) if options else None
    cluster.send("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}", body=body)


def manager_for(live: Mapping[str, Any] | None) -> str:
    """The field manager to apply as: kubectl, where people have applied the object with it, else checker."""
    metadata = mapping((live or {}).get("metadata"))
    is_kubectl_s = any(_is_of(entry, _KUBECTL) for entry in sequence(metadata.get("managedFields")))
    return _KUBECTL if is_kubectl_s or LAST_APPLIED in mapping(metadata.get("annotations")) else MANAGER


def body_for(
    manager: str, before: dict[str, Any], after: dict[str, Any], live: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What to send: what differs in the spec, and what the manager has applied before, since a field that its applier
    leaves out is removed. As kubectl also what client-side apply wrote, which the object keeps as an annotation.

    The body carries the resourceVersion of the live object, so that a change made meanwhile is a conflict.
    """
    if live is None:
        return after
    body: dict[str, Any] = {key: after[key] for key in ("apiVersion", "kind")}
    metadata = mapping(live["metadata"])
    if manager == _KUBECTL:
        body |= _last_applied(live)
    for entry in sequence(metadata.get("managedFields")):
        if _is_of(entry, manager):
            for path in _paths(mapping(mapping(entry).get("fieldsV1"))):
                _keep(body, live, path)
    body["spec"] = {**mapping(body.get("spec"))}
    _put_changes(body["spec"], before.get("spec", {}), after.get("spec", {}))
    applied = mapping(mapping(body.get("metadata")).get("annotations"))
    annotations = {key: value for key, value in applied.items() if key != LAST_APPLIED}
    annotations |= new_annotations(before, after)
    kept = {key: value for key, value in mapping(body.get("metadata")).items() if key != "annotations"}
    named = {key: metadata[key] for key in ("name", "namespace", "resourceVersion") if key in metadata}
    body["metadata"] = {**kept, **({"annotations": annotations} if annotations else {}), **named}
    return body


def new_annotations(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The annotations that a change adds or rewrites."""
    old, new = (mapping(mapping(item.get("metadata")).get("annotations")) for item in (before, after))
    return {key: value for key, value in new.items() if old.get(key) != value}


def _is_of(entry: Any, manager: str) -> bool:
    return bool(mapping(entry).get("manager") == manager and mapping(entry).get("operation") == "Apply")


def _last_applied(live: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that client-side apply wrote last, as they are now."""
    metadata = mapping(live.get("metadata"))
    try:
        stated = mapping(json.loads(str(mapping(metadata.get("annotations")).get(LAST_APPLIED, "{}"))))
    except (ValueError, RecursionError):
        return {}
    wanted, spec = mapping(stated.get("metadata")), mapping(live.get("spec"))
    kept = {
        part: {key: value for key, value in mapping(metadata.get(part)).items() if key in mapping(wanted.get(part))}
        for part in ("labels", "annotations")
    }
    kept_spec = {key: spec[key] for key in mapping(stated.get("spec")) if key in spec}
    return {"metadata": {part: value for part, value in kept.items() if value}, "spec": kept_spec}


def _put_changes(spec: dict[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Puts what differs into a spec; of inline policies only those that differ, since each has its own owner."""
    for key in (*after, *(key for key in before if key not in after)):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if new is None:
            spec.pop(key, None)
        elif key == "inlinePolicies" and isinstance(old, dict) and isinstance(new, dict):
            inner = {**mapping(spec.get(key))}
            _put_changes(inner, old, new)
            spec[key] = inner
        else:
            spec[key] = new


def _paths(fields: Mapping[str, Any], route: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The routes of an entry of managedFields. Keys of list items (`k:…`, `v:…`) are not followed: the list is kept."""
    for key, below in fields.items():
        if key.startswith("f:"):
            name = (*route, key[2:])
            inner = mapping(below)
            if any(item.startswith("f:") for item in inner):
                yield from _paths(inner, name)
            else:
                yield name


def _keep(body: dict[str, Any], whole: Mapping[str, Any], path: tuple[str, ...]) -> None:
    """Puts a field of the whole object into the part that is sent, unless it is there."""
    for depth, step in enumerate(path):
        if step not in whole:
            return
        if depth == len(path) - 1 or not isinstance(whole[step], dict):
            body.setdefault(step, whole[step])
            return
        body[step] = {**mapping(body.get(step))}
        body, whole = body[step], whole[step]
