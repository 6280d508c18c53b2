"""Requests to the embedded Kubernetes API: what they ask, whether RBAC allows it, and what an apply carries."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from .kubernetes_answers import Answer, status

PATH = re.compile(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/.))?/(?P<plural>[^/]+)(?:/(?P<name>[^/]+)(?:/(?P<sub>[^/]+))?)?"
)


class Asked(NamedTuple):
    """One request, taken apart; `verb` is RBAC's (get, list)."""

    group: str
    namespace: str
    plural: str
    name: str
    sub: str
    verb: str


class Rule(NamedTuple):
    """A rule of RBAC: groups, resources (`pods/log`) and verbs."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]


EVERYTHING = (Rule(("*",), ("*",), ("*",)),)


def allows(rules: tuple[Rule, ...], asked: Asked) -> bool:
    """Whether RBAC rules allow a request."""
    resource = f"{asked.plural}/{asked.sub}" if asked.sub else asked.plural
    return any(
        {asked.group, "*"} & set(rule.groups)
        and {resource, "*"} & set(rule.resources)
        and {asked.verb, "*"} & set(rule.verbs)
        for rule in rules
    )


def taken_apart(found: re.Match[str], verb: str) -> Asked:
    """A match of PATH as a request."""
    where = (found["group"] or "", found["namespace"] or "", found["plural"])
    return Asked(*where, found["name"] or "", found["sub"] or "", verb)


def body_of(data: bytes, asked: Asked, query: dict[str, str]) -> dict[str, Any] | Answer:
    """The object of an apply, or why it is refused before anybody looks at what it says."""
    if not query.get("fieldManager"):
        told = "fieldManager: Required value: is required for apply patch"
        return status(422, f'PatchOptions.meta.k8s.io "" is invalid: {told}')
    try:
        body = yaml.safe_load(data)
    except yaml.YAMLError as error:
        return status(400, f"error decoding YAML: error converting YAML to JSON: yaml: {error}")
    metadata = body.setdefault("metadata", {}) if isinstance(body, dict) else {}
    name = metadata.setdefault("name", asked.name)
    if name != asked.name:
        told = f"the name of the object ({name}) does not match the name on the URL ({asked.name})"
        return status(400, told)
    if metadata.get("managedFields") is not None:
        return status(400, "metadata.managedFields must be nil")
    return dict(body)
