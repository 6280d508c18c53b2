"""A small Kubernetes API server: objects in memory, the reads of `checker live` and the writes of `checker fix`.

What it answers is what a real API server answers to the same request; the tests of the collector run against both.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from . import field_ownership
from .kubernetes_answers import conflict, invalid, no_such_resource, status
from .kubernetes_logs import answered_log
from .kubernetes_queries import QueryError, paged, selecting
from .kubernetes_requests import (
    EVERYTHING,
    PATH,
    ApiRequest,
    RbacRule,
    allows,
    body_of,
    moved,
    other_than_meant,
    outdated,
    refused_options,
    taken_apart,
)
from .kubernetes_schema import invalid as invalid_fields

KINDS = {
    "pods": "Pod", "serviceaccounts": "ServiceAccount", "deployments": "Deployment", "roles": "Role",
    "policies": "Policy", "mutatingwebhookconfigurations": "MutatingWebhookConfiguration", "nodes": "Node",
    "namespaces": "Namespace", "configmaps": "ConfigMap", "openidconnectproviders": "OpenIDConnectProvider",
}  # fmt: skip
_PLURALS = {kind: plural for plural, kind in KINDS.items()}
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


Logs = Callable[[str, str, str, bool], "list[tuple[str, str]] | None"]


class KubernetesApi:
    """The objects, the users (bearer token to rules; "" is who sends none), and where logs come from: a function of
    namespace, pod, container and `previous` that gives (RFC 3339 time, line) pairs, or None for no such container.
    """

    def __init__(self, logs: Logs) -> None:
        self._lock = threading.Lock()
        self._objects: dict[tuple[str, str, str, str], dict[str, Any]] = {}
        self._logs = logs
        self._version = 0
        self.users: dict[str, tuple[RbacRule, ...]] = {"": EVERYTHING}
        self.requests: list[ApiRequest] = []
        self.after_write: Callable[[ApiRequest], None] = lambda asked: None

    def put(self, item: dict[str, Any]) -> None:
        """Stores an object, replacing the one of the same name."""
        key = _key(item)
        with self._lock:
            self._version += 1
            self._objects[key] = json.loads(json.dumps(self._stamped(item, self._objects.get(key))))

    def _stamped(self, item: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
        """An object with what the server writes to its metadata."""
        generation = (old or {}).get("metadata", {}).get("generation", 0)
        changed = old is None or old.get("spec") != item.get("spec")
        metadata = {
            "uid": f"uid-{self._version}",
            "creationTimestamp": "2026-11-01T08:00:00Z",
            **item.get("metadata", {}),
            "resourceVersion": str(self._version),
            "generation": generation + changed,
        }
        return {**item, "metadata": metadata}

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Removes an object, if it is there."""
        plural = _PLURALS[kind]
        with self._lock:
            for key in [key for key in self._objects if key[1:] == (namespace, plural, name)]:
                del self._objects[key]

    def get(self, kind: str, namespace: str, name: str) -> dict[str, Any]:
        """A copy of an object. Raises KeyError where there is none."""
        plural = _PLURALS[kind]
        with self._lock:
            for key, item in self._objects.items():
                if key[1:] == (namespace, plural, name):
                    return dict(json.loads(json.dumps(item)))
        raise KeyError(f"{kind} {namespace}/{name}")

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Copies of all objects of a kind, by namespace and name."""
        with self._lock:
            items = [self._objects[key] for key in sorted(self._objects) if key[2] == _PLURALS[kind]]
            return list(json.loads(json.dumps(items)))

    def application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        query = {key: values[-1] for key, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if token not in self.users:
            code, body = status(401, "Unauthorized")
        elif method == "POST" and path == _REVIEWS:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            code, body = self._review(self.users[token], json.loads(environ["wsgi.input"].read(length)))
        elif method in ("PATCH", "DELETE"):
            length = int(environ.get("CONTENT_LENGTH") or 0)
            code, body = self._write(self.users[token], method, path, query, environ["wsgi.input"].read(length))
        elif method != "GET":
            code, body = status(405, "this API takes no such request")
        else:
            code, body = self._read(self.users[token], path, query, environ.get("HTTP_ACCEPT", ""))
        kind = "text/plain" if isinstance(body, bytes) else "application/json"
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        start_response(f"{code} {code}", [("Content-Type", kind), ("Content-Length", str(len(data)))])
        return [data]

    def _read(self, rules: tuple[RbacRule, ...], path: str, query: dict[str, str], accept: str) -> tuple[int, Any]:
        parts = PATH.fullmatch(path)
        if parts is None:
            return status(404, "the server could not find the requested resource")
        asked = taken_apart(parts, "get" if parts["name"] else "list")
        refused = self._refused(rules, asked)
        if refused is not None:
            return refused
        name, sub = asked.name, asked.sub
        if sub == "log":
            return self._log(asked, query)
        if sub:
            return status(404, "the server could not find the requested resource")
        if name:
            return self._one(asked)
        return self._list(
            asked, query, "PartialObjectMetadataList" in accept, f"{parts['group'] or ''}/{parts['version'] or 'v1'}"
        )

    def _refused(self, rules: tuple[RbacRule, ...], asked: ApiRequest) -> tuple[int, Any] | None:
        """The answer to a request that is not allowed, or for an unknown resource; else None."""
        self.requests.append(asked)
        if not allows(rules, asked):
            what = f'resource "{asked.plural}{"/" + asked.sub if asked.sub else ""}" in API group "{asked.group}"'
            shown = f' "{asked.name}"' if asked.name else ""
            where = f'in the namespace "{asked.namespace}"' if asked.namespace else "at the cluster scope"
            message = f'{asked.plural}{shown} is forbidden: User "viewer" cannot {asked.verb} {what} {where}'
            return status(403, message)
        return None if asked.plural in KINDS else no_such_resource()

    def _write(
        self, rules: tuple[RbacRule, ...], method: str, path: str, query: dict[str, str], data: bytes
    ) -> tuple[int, Any]:
        parts = PATH.fullmatch(path)
        if parts is None or not parts["name"]:
            return status(404, "the server could not find the requested resource")
        asked = taken_apart(parts, method.lower())
        refused = self._refused(rules, asked) or refused_options(query, method)
        if refused is not None:
            return refused
        with self._lock:
            live = self._objects.get((asked.group, asked.namespace, asked.plural, asked.name))
        if method == "DELETE":
            return other_than_meant(asked, data, live) or self._delete(asked, live, query)
        group = f"{asked.group}/{parts['version']}" if asked.group else "v1"
        body = body_of(data, asked, group, KINDS[asked.plural])
        if isinstance(body, tuple):
            return body
        if asked.namespace and not self._has_namespace(asked.namespace):
            return status(404, f'namespaces "{asked.namespace}" not found')
        if live is None and not allows(rules, asked._replace(verb="create")):
            return self._refused(rules, asked._replace(verb="create")) or status(403, "")
        return outdated(asked, body, live) or self._apply(asked, body, live, query)

    def _delete(self, asked: ApiRequest, live: dict[str, Any] | None, query: dict[str, str]) -> tuple[int, Any]:
        if live is None:
            return self._one(asked)
        deleted = {**live["metadata"], "deletionTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        if query.get("dryRun"):
            return 200, {**live, "metadata": deleted}
        if live["metadata"].get("finalizers"):
            live["metadata"].setdefault("deletionTimestamp", deleted["deletionTimestamp"])
        else:
            self.delete(live["kind"], asked.namespace, asked.name)
        self.after_write(asked)
        return 200, {"kind": "Status", "apiVersion": "v1", "status": "Success"}

    def _apply(
        self, asked: ApiRequest, body: dict[str, Any], live: dict[str, Any] | None, query: dict[str, str]
    ) -> tuple[int, Any]:
        try:
            merged = field_ownership.apply(live, body, query["fieldManager"])
        except field_ownership.ConflictError as error:
            return conflict(error, body["apiVersion"])
        problems = moved(body, live) or invalid_fields(merged["kind"], merged)
        if problems:
            return invalid(f"{merged['kind']}.{asked.group}", asked.name, problems)
        if query.get("dryRun") == "All":
            return (200 if live else 201), merged if live else self._stamped(merged, None)
        self.put(merged)
        self.after_write(asked)
        return (200 if live else 201), self.get(merged["kind"], asked.namespace, asked.name)

    def _has_namespace(self, name: str) -> bool:
        with self._lock:
            return ("", "", "namespaces", name) in self._objects or any(key[1] == name for key in self._objects)

    def _one(self, asked: ApiRequest) -> tuple[int, Any]:
        with self._lock:
            item = self._objects.get((asked.group, asked.namespace, asked.plural, asked.name))
        if item is None:
            shown = f"{asked.plural}.{asked.group}" if asked.group else asked.plural
            return status(404, f'{shown} "{asked.name}" not found')
        return 200, item

    def _list(self, asked: ApiRequest, query: dict[str, str], is_partial: bool, version: str) -> tuple[int, Any]:
        with self._lock:
            items = [
                item
                for (group, namespace, plural, _), item in sorted(self._objects.items())
                if (group, plural) == (asked.group, asked.plural) and asked.namespace in ("", namespace)
            ]
        try:
            selects = selecting(query, asked.plural)
            page, metadata = paged([item for item in items if selects(item)], query, str(self._version))
        except QueryError as error:
            return status(400, str(error))
        if is_partial:
            of = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
            shown = [{**of, "metadata": item["metadata"]} for item in page]
            kind = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1"}
            return 200, {**kind, "metadata": metadata, "items": shown}
        kind = {"kind": f"{KINDS[asked.plural]}List", "apiVersion": version.lstrip("/")}
        # Items of built-in kinds say nothing of their kind: the list does.
        is_built_in = "." not in asked.group or asked.group.endswith(".k8s.io")
        left_out = ("apiVersion", "kind") if is_built_in else ()
        items = [{key: value for key, value in item.items() if key not in left_out} for item in page]
        return 200, {**kind, "metadata": metadata, "items": items}

    def _log(self, asked: ApiRequest, query: dict[str, str]) -> tuple[int, Any]:
        code, pod = self._one(asked._replace(sub=""))
        if code != 200:
            return code, pod
        return answered_log(
            pod, query, lambda container, past: self._logs(asked.namespace, asked.name, container, past)
        )

    def _review(self, rules: tuple[RbacRule, ...], body: dict[str, Any]) -> tuple[int, Any]:
        attributes = body["spec"]["resourceAttributes"]
        asked = ApiRequest(
            group=attributes.get("group", ""),
            namespace=attributes.get("namespace", ""),
            plural=attributes["resource"],
            name="",
            sub=attributes.get("subresource", ""),
            verb=attributes["verb"],
        )
        self.requests.append(asked._replace(plural="selfsubjectaccessreviews", verb="create"))
        return 201, {**body, "metadata": {}, "status": {"allowed": allows(rules, asked)}}


def _key(item: dict[str, Any]) -> tuple[str, str, str, str]:
    group = item["apiVersion"].rpartition("/")[0]
    metadata = item["metadata"]
    return group, metadata.get("namespace", ""), _PLURALS[item["kind"]], metadata["name"]
