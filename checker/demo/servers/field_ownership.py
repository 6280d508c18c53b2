"""Server-side apply as an API server does it, for objects whose lists are atomic, as in ACK's Role and Policy.

Source: Kubernetes documentation, "Server-Side Apply" (conflicts, what an applier leaves out is taken away), and
kubernetes/kubernetes, apiserver `fieldmanager/lastappliedmanager.go` (the manager `kubectl` takes over what client-side
apply last wrote). The tests put the same requests to a real API server.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ...ack.cleaning import clean

Route = tuple[str, ...]
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_NOT_OWNED = {("metadata", "name"), ("metadata", "namespace"), ("metadata", "resourceVersion")}


class ConflictError(Exception):
    """Fields that another manager owns: (manager, route) pairs."""

    def __init__(self, conflicts: list[tuple[str, Route]]) -> None:
        super().__init__(f"{len(conflicts)} conflicts")
        self.conflicts = conflicts


def owned_by(item: Mapping[str, Any], manager: str, operation: str) -> dict[str, Any]:
    """An entry of managedFields for all that an object states."""
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": item["apiVersion"],
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fieldsType": "FieldsV1",
        "fieldsV1": _as_fields(_leaves(item)),
    }


def applied_by_kubectl(item: Mapping[str, Any]) -> dict[str, Any]:
    """An object as `kubectl apply` (client-side) leaves it: its fields, and what was applied as annotation."""
    stated = clean(item)
    metadata = item["metadata"]
    annotations = {**(metadata.get("annotations") or {}), LAST_APPLIED: json.dumps(stated) + "\n"}
    managers = [owned_by(stated, "kubectl-client-side-apply", "Update")]
    return {**item, "metadata": {**metadata, "annotations": annotations, "managedFields": managers}}


def apply(live: Mapping[str, Any] | None, body: Mapping[str, Any], manager: str) -> dict[str, Any]:
    """The object after the apply. Raises ConflictError."""
    if live is None:
        created = copy.deepcopy(dict(body))
        created["metadata"] = {**created["metadata"], "managedFields": [owned_by(body, manager, "Apply")]}
        return created
    merged = copy.deepcopy(dict(live))
    metadata = merged["metadata"]
    entries = list(metadata.get("managedFields") or [])
    # A null leaves a mapping as it is; anywhere else it is a value, and mostly an invalid one.
    wanted = [
        route for route in _leaves(body) if _at(body, route) is not None or not isinstance(_at(merged, route), dict)
    ]
    changed = [route for route in wanted if _at(merged, route) != _at(body, route)]
    others = [(entry, set(_routes(entry["fieldsV1"]))) for entry in entries if not _is_mine(entry, manager)]
    conflicts = [(entry["manager"], route) for entry, routes in others for route in changed if route in routes]
    if conflicts and not (manager == "kubectl" and _last_applied(live) >= {route for _, route in conflicts}):
        raise ConflictError(conflicts)
    mine = {route for entry in entries if _is_mine(entry, manager) for route in _routes(entry["fieldsV1"])}
    still_owned = {route for _, routes in others for route in routes}
    for route in mine - set(wanted) - still_owned:
        _remove(merged, route)
    for route in wanted:
        _put(merged, route, copy.deepcopy(_at(body, route)))
    kept = [
        {**entry, "fieldsV1": _as_fields(left)}
        for entry, routes in others
        if (left := [route for route in routes if route not in changed])
    ]
    metadata["managedFields"] = [*kept, owned_by(body, manager, "Apply")]
    return merged


def _is_mine(entry: Mapping[str, Any], manager: str) -> bool:
    return bool(entry["manager"] == manager and entry["operation"] == "Apply")


def _leaves(item: Mapping[str, Any]) -> list[Route]:
    """The fields of an object that are owned one by one: members of mappings; a list is one field."""
    routes: list[Route] = []

    def walk(value: Any, route: Route) -> None:
        if isinstance(value, dict) and value:
            for key, below in value.items():
                walk(below, (*route, key))
        elif route not in _NOT_OWNED:
            routes.append(route)

    for part in ("metadata", "spec"):
        if part in item:
            stated = {
                key: value for key, value in item[part].items() if part == "spec" or key in ("labels", "annotations")
            }
            walk(stated, (part,))
    return [route for route in routes if len(route) > 1]


def _as_fields(routes: Iterable[Route]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for route in routes:
        inner = fields
        for step in route:
            inner = inner.setdefault(f"f:{step}", {})
    return fields


def _routes(fields: Mapping[str, Any], route: Route = ()) -> list[Route]:
    if not fields:
        return [route]
    return [leaf for key, below in fields.items() for leaf in _routes(below, (*route, key.removeprefix("f:")))]


def _last_applied(live: Mapping[str, Any]) -> set[Route]:
    """What client-side apply wrote last, and nobody has changed since."""
    text = (live["metadata"].get("annotations") or {}).get(LAST_APPLIED, "")
    stated = json.loads(text) if text else {}
    return {route for route in _leaves(stated) if _at(stated, route) == _at(live, route)}


def _at(item: Mapping[str, Any], route: Route) -> Any:
    value: Any = item
    for step in route:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _put(item: dict[str, Any], route: Route, value: Any) -> None:
    for step in route[:-1]:
        item = item.setdefault(step, {})
    item[route[-1]] = value


def _remove(item: dict[str, Any], route: Route) -> None:
    for step in route[:-1]:
        if not isinstance(item.get(step), dict):
            return
        item = item[step]
    item.pop(route[-1], None)
