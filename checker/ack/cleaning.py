"""A live ACK object as a manifest: what people write, without what the API server and the controller put there.

Source: iam-controller v1.8.1 and runtime v0.61.0 (see docs/decisions.md): references are resolved in memory only, the
tags `services.k8s.aws/controller-version` and `services.k8s.aws/namespace` leaked into spec before iam-controller 1.7.2
(aws-controllers-k8s/runtime#246), `services.k8s.aws/adopted` on a new object switches creation off. The finalizer is
kept by `kubectl apply`; `kubectl replace` would lose it and turn the role terminal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..iam.expressions import expression
from .objects import mapping, sequence, string_map
from .role_calls import GIVEN_TAGS, OWN_TAGS

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_ANNOTATIONS = (LAST_APPLIED, "services.k8s.aws/adopted")
_LATE = {"path": "/", "maxSessionDuration": 3600}
"""What the controller fills in where a Role leaves it out, and the values that AWS gives by itself (recorded with
iam-controller v1.8.1: tests/ack/recorded.yaml, `late`). Any other value was somebody's choice, whoever owns it now.
Where it adopts a role it fills the policies in as well; those have to stay."""
_CONTROLLER = "controller"
_GITOPS = (
    (expression(r"argocd|argo-cd"), "Argo CD"),
    (expression(r"flux|kustomize-controller|helm-controller"), "Flux"),
)
_MARKS = (
    ("argocd.argoproj.io/tracking-id", "Argo CD"),
    ("argocd.argoproj.io/instance", "Argo CD"),
    ("kustomize.toolkit.fluxcd.io/name", "Flux"),
    ("helm.toolkit.fluxcd.io/name", "Flux"),
)


def late_initialized(item: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a live object's spec that nobody wrote: the controller filled them in from AWS, is their only owner
    and did not make the object, and client-side apply does not state them. Client-side apply and Helm do not become
    owners of a field that has their value already, and Helm leaves no record of it: so only values that AWS gives by
    itself count. `managedFields` tells, or `lateInitialized` in an object as the evidence has it."""
    metadata = mapping(item.get("metadata"))
    owners: dict[str, set[str]] = {}
    for entry in sequence(metadata.get("managedFields")):
        manager, fields = str(mapping(entry).get("manager", "")), mapping(mapping(entry).get("fieldsV1")).get("f:spec")
        is_author = manager == _CONTROLLER and "f:name" in mapping(fields)
        for field in mapping(fields):
            owners.setdefault(str(field).removeprefix("f:"), set()).add(
                f"{manager}, the author" if is_author else manager
            )
    stated, spec = mapping(_last_applied(metadata).get("spec")), mapping(item.get("spec"))
    filled_in = tuple(
        field
        for field, default in _LATE.items()
        if owners.get(field) == {_CONTROLLER} and field not in stated and spec.get(field) == default
    )
    return filled_in or tuple(field for field in sequence(metadata.get("lateInitialized")) if field in _LATE)


def _last_applied(metadata: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return mapping(json.loads(str(mapping(metadata.get("annotations")).get(LAST_APPLIED, "{}"))))
    except (ValueError, RecursionError):
        return {}


def clean(item: Mapping[str, Any], filled_in: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The object as it would be written: apiVersion, kind, name, namespace, labels, annotations and spec, without
    `filled_in`, the fields that the controller filled in (None: what `late_initialized` says of a live object)."""
    metadata = mapping(item.get("metadata"))
    kept: dict[str, Any] = {key: metadata[key] for key in ("name", "namespace") if metadata.get(key)}
    labels = string_map(metadata.get("labels"))
    annotations = {
        key: value for key, value in string_map(metadata.get("annotations")).items() if key not in _ANNOTATIONS
    }
    kept |= {"labels": labels} if labels else {}
    kept |= {"annotations": annotations} if annotations else {}
    manifest: dict[str, Any] = {key: item[key] for key in ("apiVersion", "kind") if key in item}
    manifest["metadata"] = kept
    if "spec" in item:
        manifest["spec"] = _spec(mapping(item["spec"]), late_initialized(item) if filled_in is None else filled_in)
    return manifest


def _spec(spec: dict[str, Any], filled_in: tuple[str, ...]) -> dict[str, Any]:
    kept = {key: value for key, value in spec.items() if value is not None and key not in filled_in}
    if isinstance(kept.get("tags"), list):
        kept["tags"] = [entry for entry in sequence(kept["tags"]) if not _is_generated(entry)]
        if not kept["tags"]:
            del kept["tags"]
    return kept


def _is_generated(entry: Any) -> bool:
    key = mapping(entry).get("key")
    return isinstance(key, str) and (key.startswith(GIVEN_TAGS) or key in OWN_TAGS)


def gitops_owner(item: Mapping[str, Any]) -> str:
    """Who applies the object from Git, by field managers, labels and annotations: "Argo CD", "Flux" or ""; an edit in
    the cluster would be undone by them."""
    metadata = mapping(item.get("metadata"))
    marks = {**string_map(metadata.get("labels")), **string_map(metadata.get("annotations"))}
    for mark, name in _MARKS:
        if mark in marks:
            return name
    managers = [*sequence(metadata.get("managers")), *sequence(metadata.get("managedFields"))]
    for entry in managers:
        manager = str(mapping(entry).get("manager", "")).lower()
        for pattern, name in _GITOPS:
            if pattern.search(manager):
                return name
    return ""
