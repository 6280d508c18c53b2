"""Requests to the embedded Kubernetes API: what they ask, whether RBAC allows it, and what an apply carries."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ...iam.expressions import expression
from ...iam.values import NamedTuple
from .kubernetes_answers import Answer, invalid, status
from .kubernetes_schema import Invalid, typed_patch

PATH = expression(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/.))?/(?P<plural>[^/]+)(?:/(?P<name>[^/]+)(?:/(?P<sub>[^/]+))?)?"
)


class ApiRequest(NamedTuple):
    """One request, taken apart; `verb` is RBAC's (get, list)."""

    group: str
    namespace: str
    plural: str
    name: str
    sub: str
    verb: str


class RbacRule(NamedTuple):
    """A rule of RBAC: groups, resources (`pods/log`) and verbs."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]


EVERYTHING = (RbacRule(("*",), ("*",), ("*",)),)


def allows(rules: tuple[RbacRule, ...], asked: ApiRequest) -> bool:
    """Whether RBAC rules allow a request."""
    resource = f"{asked.plural}/{asked.sub}" if asked.sub else asked.plural
    return any(
        {asked.group, "*"} & set(rule.groups)
        and {resource, "*"} & set(rule.resources)
        and {asked.verb, "*"} & set(rule.verbs)
        for rule in rules
    )


def taken_apart(found: re.Match[str], verb: str) -> ApiRequest:
    """A match of PATH as a request."""
    where = (found["group"] or "", found["namespace"] or "", found["plural"])
    return ApiRequest(*where, found["name"] or "", found["sub"] or "", verb)


def refused_options(query: dict[str, str], method: str) -> Answer | None:
    """Options of a write that the server does not take."""
    kind = "PatchOptions.meta.k8s.io" if method == "PATCH" else "DeleteOptions.meta.k8s.io"
    dry_run = query.get("dryRun", "All")
    if dry_run != "All":
        message = f'Unsupported value: []string{{"{dry_run}"}}: supported values: "All"'
        return invalid(kind, "", [Invalid("dryRun", "FieldValueNotSupported", message)])
    if method == "PATCH" and not query.get("fieldManager"):
        message = "Required value: is required for apply patch"
        return invalid(kind, "", [Invalid("fieldManager", "FieldValueRequired", message)])
    return None


def body_of(data: bytes, asked: ApiRequest, version: str, kind: str) -> dict[str, Any] | Answer:
    """The object of an apply, or why it is refused before it is compared with the existing one. `version` and `kind`
    are those of the resource that the path names."""
    try:
        body = yaml.safe_load(data)
    except yaml.YAMLError as error:
        return status(400, f"error decoding YAML: error converting YAML to JSON: yaml: {error}")
    body = {} if body is None else body
    if not isinstance(body, dict):
        type_name = "array" if isinstance(body, list) else "string"
        message = f"json: cannot unmarshal {type_name} into Go value of type map[string]interface {{}}"
        return status(400, f"error decoding YAML: error unmarshaling JSON: while decoding JSON: {message}")
    if body.get("apiVersion") != version:
        message = f"Specified patch version: {body.get('apiVersion', '')}, expected: {version}"
        return status(400, f"Incorrect version specified in apply patch. {message}")
    stated = body.get("metadata")
    if isinstance(stated, dict) and stated.get("managedFields") is not None:
        return status(400, "metadata.managedFields must be nil")
    is_other = body.get("kind") != kind
    trouble = (
        f"no corresponding type for {version}, Kind={body.get('kind', '')}" if is_other else typed_patch(kind, body)
    )
    if trouble:
        named = f"({asked.namespace}/{asked.name}; {version}, Kind={body.get('kind', '')})"
        return status(500, f"failed to create typed patch object {named}: {trouble}")
    metadata = body["metadata"] = stated or {}
    name, namespace = metadata.setdefault("name", asked.name), metadata.setdefault("namespace", asked.namespace)
    if name != asked.name:
        message = f"the name of the object ({name}) does not match the name on the URL ({asked.name})"
        return status(400, message)
    if namespace != asked.namespace:
        message = f"the namespace of the object ({namespace}) does not match the namespace on the request"
        return status(400, f"{message} ({asked.namespace})")
    return dict(body)


def outdated(asked: ApiRequest, body: dict[str, Any], live: dict[str, Any] | None) -> Answer | None:
    """An apply meant for another object, or another version of it, than the existing one."""
    metadata = body["metadata"]
    version, uid = metadata.pop("resourceVersion", None), metadata.get("uid")
    message = ""
    if live is not None and version not in (None, live["metadata"]["resourceVersion"]):
        message = "the object has been modified; please apply your changes to the latest version and try again"
    if live is None and uid is not None:
        message = f"uid mismatch: the provided object specified uid {uid}, and no existing object was found"
    if not message:
        return None
    named = f'{".".join(filter(None, (asked.plural, asked.group)))} "{asked.name}"'
    return status(409, f"Operation cannot be fulfilled on {named}: {message}")


def moved(body: dict[str, Any], live: dict[str, Any] | None) -> list[Invalid]:
    """An apply that gives the existing object another `uid`."""
    uid = body["metadata"].get("uid")
    if live is None or uid in (None, live["metadata"]["uid"]):
        return []
    return [Invalid("metadata.uid", "FieldValueInvalid", f'Invalid value: "{uid}": field is immutable')]


def other_than_meant(asked: ApiRequest, data: bytes, live: dict[str, Any] | None) -> Answer | None:
    """A deletion meant for an object with another `uid` than the existing one."""
    wanted = ((yaml.safe_load(data) or {}).get("preconditions") or {}).get("uid")
    if live is None or wanted in (None, live["metadata"]["uid"]):
        return None
    uid = live["metadata"]["uid"]
    message = f"the UID in the precondition ({wanted}) does not match the UID in record ({uid})."
    message += " The object might have been deleted and then recreated"
    return status(409, f'Operation cannot be fulfilled on {live["kind"]} "{asked.name}": {message}')
