"""Edits of a Role or Policy that do something else in AWS than they seem to: nothing, or more than was meant.

Source: aws-controllers-k8s/iam-controller v1.8.1, `pkg/resource/role/sdk.go` and `pkg/resource/policy/sdk.go` (which
fields an update sends), `pkg/resource/role/hooks.go` (tags); runtime v0.61.0, `pkg/runtime/reconciler.go` (what
triggers a loop, annotations); aws-controllers-k8s/community issues 2268 and 2744 (renames), 2102 (a renamed object
deletes the role of its successor).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from ..iam.values import NamedTuple
from ..inventory.objects import Object
from .objects import mapping, sequence, string_map, text
from .role_calls import bad_escape

Kind = Literal["ignored", "orphaned", "recreated", "deleted", "paused"]


class Note(NamedTuple):
    """One such edit: what becomes of it, in a sentence."""

    kind: Kind
    sentence: str


_READ_ONLY = "services.k8s.aws/read-only"
_DELETION = "services.k8s.aws/deletion-policy"


def notes(before: Object, after: Object) -> Iterator[Note]:
    """The edits between two versions of one object that need a word."""
    old, new = (mapping(item.data.get("spec")) for item in (before, after))
    if after.kind == "Role":
        yield from _renamed_role(before, after)
        yield from _ignored(old, new, {"path": "/"})
        yield from _tags(old, new)
        yield from _paused(before, after, old, new)
        yield from _stopped(old, new)
    elif after.kind == "Policy":
        yield from _ignored(old, new, {"name": after.name, "path": "/", "description": ""})
        yield from _paused(before, after, old, new)
    if text(old.get("description")) and not text(new.get("description")) and after.kind == "Role":
        yield Note("ignored", "the description stays in AWS: the controller does not remove one")
    is_paused = before.annotations.get(_READ_ONLY) != after.annotations.get(_READ_ONLY)
    if old == new and before.annotations != after.annotations and not is_paused:
        yield Note(
            "ignored",
            "only annotations change: the controller looks at the object at its next resync, after up to ten hours",
        )


def gone(item: Object) -> Note:
    """What becomes of the AWS side when an object is removed from the cluster."""
    policy = item.annotations.get(_DELETION, "delete")
    kept = policy != "delete"
    name = text(mapping(item.data.get("spec")).get("name")) or item.name
    if kept:
        return Note(
            "orphaned", f"{_DELETION}: {policy} keeps {name} in AWS, with all its access, and nobody manages it"
        )
    return Note("deleted", f"{name} is deleted in AWS as well (unless the namespace or the controller says retain)")


def replaced(before: Object, after: Object) -> Iterator[Note]:
    """An object in the place of another: the controller sees a deletion and a creation, in no certain order."""
    old_name, new_name = _name(before), _name(after)
    if old_name.lower() != new_name.lower():
        yield gone(before)
        yield Note("recreated", f"role {new_name} is made anew; whatever names {old_name} by its ARN does not get it")
        return
    yield Note(
        "recreated",
        f"{before.kind} {before.name} becomes {after.name} and keeps its name in AWS: deleting the old object deletes"
        f" the role that the new one has adopted or made; set {_DELETION}: retain on the old one first, and"
        " services.k8s.aws/adoption-policy: adopt-or-create on the new one",
    )


def _name(item: Object) -> str:
    """The name in AWS."""
    return text(mapping(item.data.get("spec")).get("name")) or item.name


def _renamed_role(before: Object, after: Object) -> Iterator[Note]:
    old_name, new_name = _name(before), _name(after)
    if old_name != new_name:
        yield Note(
            "orphaned",
            f"role {old_name} stays in AWS with all its access, and nobody manages it: the controller makes a new role"
            f" {new_name}; whatever names {old_name} by its ARN still gets the old one",
        )


def _ignored(old: dict[str, Any], new: dict[str, Any], fields: dict[str, str]) -> Iterator[Note]:
    """Fields that no update sends, each with what AWS has where it is not stated."""
    for field, default in fields.items():
        was, now = (text(spec.get(field, default)) for spec in (old, new))
        if was is not None and now is not None and was != now:
            yield Note(
                "ignored",
                f"spec.{field} stays {was or 'empty'} in AWS:"
                " the controller sends no update for it, and says Synced all the same",
            )


def _tags(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Note]:
    def values(spec: dict[str, Any]) -> dict[str, str]:
        return {
            str(entry.get("key")): str(entry.get("value"))
            for entry in sequence(spec.get("tags"))
            if isinstance(entry, dict)
        }

    old_tags, new_tags = values(old), values(new)
    changed = sorted(key for key in old_tags.keys() & new_tags.keys() if old_tags[key] != new_tags[key])
    if changed:
        yield Note(
            "paused",
            f"{', '.join(changed)} (tags) will be missing on the role until the controller's next loop: it sets the new"
            " value and then removes the old one by its key",
        )


def _paused(before: Object, after: Object, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Note]:
    if after.annotations.get(_READ_ONLY, "").lower() == "true":
        if old != new:
            yield Note(
                "ignored", f"{_READ_ONLY} makes the controller write nothing: no part of this change reaches AWS"
            )
        elif before.annotations.get(_READ_ONLY, "").lower() != "true":
            yield Note("paused", f"{_READ_ONLY}: from now on the controller writes nothing, whatever the spec says")
    for plain, reference in (("policies", "policyRefs"), ("permissionsBoundary", "permissionsBoundaryRef")):
        if new.get(plain) and new.get(reference):
            yield Note("ignored", f"{plain} and {reference} are both set: the controller changes nothing on this role")


def _stopped(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Note]:
    """An inline policy with a `%` that begins no escape ends every loop before its first call."""
    old_error, error = (bad_escape(string_map(spec.get("inlinePolicies"))) for spec in (old, new))
    if error and old != new:
        how = "still ends" if old_error else "ends"
        yield Note(
            "ignored",
            f"{error} in an inline policy {how} the controller's loop: no part of this change reaches AWS until it is"
            " mended",
        )
