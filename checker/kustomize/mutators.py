"""What changes objects besides kustomize: the functions of a Kptfile, and policies of the cluster that mutate what it
admits, or delete it. Each is a change of what lies below a folder (Kptfile) or of everything (the others), like one of
Flux.

Sources: kpt book, "Kptfile" (pipeline.mutators, with selectors); Kyverno, "Mutate rules" (spec.rules[].mutate, match)
and "Cleanup Policy" (spec.match);
Gatekeeper, "Mutation" (Assign, AssignMetadata, ModifySet: spec.applyTo, match.kinds, location); Kubernetes,
"MutatingAdmissionPolicy" and "MutatingWebhookConfiguration" (rules by API group and resource).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

from ..ack.kinds import KINDS
from ..ack.objects import mapping, sequence, text
from .model import KustomizePatch, PatchTarget
from .patches import fields_of

MAY_SAY_SO = ("kpt.dev", "kyverno.io", "mutations.gatekeeper.sh", "admissionregistration.k8s.io")

_Change = tuple[str, PatchTarget, tuple[str, ...]]
"""What the change is called, which objects it is for, and the fields it touches (see `KustomizePatch`)."""

_GROUPS = tuple(dict.fromkeys(kind.group for kind in KINDS))
_NAMES = {kind.plural: kind.name for kind in KINDS}


def is_mutator(version: str, kind: str) -> bool:
    """Whether an object of this kind may change others."""
    return _reader_of(version, kind) is not None


def mutations(version: str, kind: str, value: dict[str, Any], file: str, offset: int) -> list[KustomizePatch]:
    """The changes that such an object makes of objects of ours."""
    reader = _reader_of(version, kind)
    if reader is None:
        return []
    part = {"Kptfile": "pipeline", "MutatingWebhookConfiguration": ""}.get(kind, "spec")
    changes = reader(mapping(value.get(part)) if part else value)
    return [KustomizePatch(what, file, offset, target, fields) for what, target, fields in changes]


def _from_kpt(pipeline: dict[str, Any]) -> Iterator[_Change]:
    for entry in map(mapping, sequence(pipeline.get("mutators"))):
        function = text(entry.get("image")) or text(entry.get("exec")) or "a function"
        selectors = [mapping(item) for item in sequence(entry.get("selectors"))] or [{}]
        for selector in selectors:
            kind, name = (re.escape(text(selector.get(key)) or "") for key in ("kind", "name"))
            yield f"the function {function}", PatchTarget("", kind, name), ()


def _from_kyverno(spec: dict[str, Any]) -> Iterator[_Change]:
    for rule in map(mapping, sequence(spec.get("rules"))):
        mutate = mapping(rule.get("mutate"))
        if not mutate:
            continue
        fields = fields_of(mutate.get("patchStrategicMerge")) if set(mutate) == {"patchStrategicMerge"} else ()
        named = [mapping(item).get("kind") for item in sequence(mutate.get("targets"))]
        for target in _matched(mapping(rule.get("match")), named):
            yield f"the rule {text(rule.get('name')) or '(without a name)'}", target, fields


def _from_cleanup(spec: dict[str, Any]) -> Iterator[_Change]:
    for target in _matched(mapping(spec.get("match")), []):
        yield "the deletion", target, ()


def _matched(match: dict[str, Any], named: list[Any]) -> Iterator[PatchTarget]:
    """The kinds that a `match` of Kyverno names, and the `named` ones."""
    filters = [match, *map(mapping, sequence(match.get("any"))), *map(mapping, sequence(match.get("all")))]
    kinds = [kind for item in filters for kind in sequence(mapping(item.get("resources")).get("kinds"))]
    for kind in dict.fromkeys(kind for kind in (*kinds, *named) if isinstance(kind, str)):
        *group, name = kind.split("/")
        pattern = ".*".join(map(re.escape, name.split("*")))
        api_group = re.escape(group[0]) if len(group) > 1 and "*" not in group[0] else ""
        yield PatchTarget(api_group, pattern)


def _from_gatekeeper(spec: dict[str, Any]) -> Iterator[_Change]:
    location = (text(spec.get("location")) or "").replace(".", "/")
    match = mapping(spec.get("match"))
    rows = [*map(mapping, sequence(spec.get("applyTo"))), *map(mapping, sequence(match.get("kinds")))] or [{}]
    fields = (location,) if location and not set(location) & set('[]*"') else ()
    for row in rows:
        groups = [item for item in sequence(row.get("groups", row.get("apiGroups"))) if isinstance(item, str)]
        for kind in [item for item in sequence(row.get("kinds")) if isinstance(item, str)] or ["*"]:
            pattern = "" if kind == "*" else re.escape(kind)
            if not groups or "*" in groups or set(groups) & {*_GROUPS, ""}:
                yield f"the mutation of {location or 'objects'}", PatchTarget("", pattern), fields


def _from_policy(spec: dict[str, Any]) -> Iterator[_Change]:
    yield from _by_rules("a mutation", sequence(mapping(spec.get("matchConstraints")).get("resourceRules")))


def _from_webhooks(value: dict[str, Any]) -> Iterator[_Change]:
    """Webhooks that name a group of ours: those for everything are on every cluster, and say nothing of Roles."""
    for hook in map(mapping, sequence(value.get("webhooks"))):
        rules = [rule for rule in sequence(hook.get("rules")) if "*" not in sequence(mapping(rule).get("apiGroups"))]
        yield from _by_rules(f"the webhook {text(hook.get('name')) or '(without a name)'}", rules)


def _by_rules(what: str, rules: list[Any]) -> Iterator[_Change]:
    for rule in map(mapping, rules):
        groups = sequence(rule.get("apiGroups"))
        for resource in sequence(rule.get("resources")):
            name = str(resource).partition("/")[0]
            for group in _GROUPS if "*" in groups else [item for item in groups if item in _GROUPS]:
                if name == "*" or name in _NAMES:
                    yield what, PatchTarget(re.escape(group), "" if name == "*" else _NAMES[name]), ()
            if name in ("*", "serviceaccounts") and ("" in groups or "*" in groups):
                yield what, PatchTarget("", "ServiceAccount"), ()


def _reader_of(version: str, kind: str) -> Callable[[dict[str, Any]], Iterator[_Change]] | None:
    group = version.partition("/")[0]
    if group == "kpt.dev":
        return _from_kpt if kind == "Kptfile" else None
    if group == "kyverno.io":
        if kind in ("CleanupPolicy", "ClusterCleanupPolicy"):
            return _from_cleanup
        return _from_kyverno if kind in ("ClusterPolicy", "Policy") else None
    if group == "policies.kyverno.io":
        return _from_policy if kind in ("MutatingPolicy", "NamespacedMutatingPolicy") else None
    if group == "mutations.gatekeeper.sh":
        return _from_gatekeeper
    kinds = {"MutatingAdmissionPolicy": _from_policy, "MutatingWebhookConfiguration": _from_webhooks}
    return kinds.get(kind) if group == "admissionregistration.k8s.io" else None


def folder_of(kind: str, file: str, top: str) -> str:
    """The folder, from the top of the repository, whose objects are changed: a Kptfile's own, "" for everything."""
    if kind != "Kptfile":
        return ""
    folder = os.path.relpath(os.path.dirname(file), top).replace(os.sep, "/")
    return "" if folder == "." or folder.startswith("../") else folder
