"""What kustomizations change of which objects.

A kustomization changes what it builds: its files, and what the kustomizations below it build. A component changes what
those build that take it in. Flux and Argo CD change what lies below their path. Where two overlays put the same object
into different namespaces, the namespace is not known.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from ..ack.kinds import EKS, IAM_GROUP
from ..inventory import Alteration, Object
from .model import Kustomization, Patch, Target
from .reach import Reach

_HARMLESS = ("metadata/labels", "metadata/annotations", "spec/description", "spec/maxSessionDuration")
"""Fields of Roles and Policies whose change does not change access; labels may change who is selected."""

_ACCOUNT_KINDS = ("ServiceAccount", "PodIdentityAssociation")


class Effects(NamedTuple):
    """What kustomizations change: the objects as they will be, as far as that is plain; each change that is not, with
    the objects it may be for; files that no kustomization takes in although one stands beside them."""

    objects: tuple[Object, ...]
    changes: tuple[tuple[Kustomization, Patch, tuple[Object, ...]], ...]
    renamed: tuple[tuple[Kustomization, str, int, tuple[Object, ...]], ...]
    unlisted: Mapping[str, Kustomization]


def apply(found: Iterable[Kustomization], objects: Iterable[Object]) -> Effects:
    """Puts the changes of all kustomizations to all objects."""
    everything = tuple(objects)
    reach = Reach(tuple(found))
    if not reach.found:
        return Effects(everything, (), (), {})
    files = {item.origin.file: os.path.abspath(item.origin.file) for item in everything}
    alterations: dict[int, list[Alteration]] = {}
    changes = []
    renamed = []
    for one in reach.found:
        reached = [item for item in everything if reach.reaches(one, files[item.origin.file])]
        for patch in one.patches:
            concerned = tuple(item for item in reached if _may_be_for(patch.target, item) and _matters(patch, item))
            if concerned:
                changes.append((one, patch, concerned))
            for item in concerned:
                if not _is_harmless(patch, item):
                    alterations.setdefault(id(item), []).append(
                        Alteration("content", patch.file, patch.offset, f"{patch.what} of {one.what}")
                    )
        for renaming in one.renamings:
            named = tuple(item for item in reached if _has_a_name_that_counts(item, one))
            if named:
                renamed.append((one, renaming.what, renaming.offset, named))
            for item in named:
                alterations.setdefault(id(item), []).append(
                    Alteration("name", one.file, renaming.offset, f"{renaming.what} in {one.what}")
                )
    unlisted = {file: beside for file, path in files.items() if (beside := reach.beside(path)) is not None}
    for item in everything:
        beside = unlisted.get(item.origin.file)
        if beside is not None:
            alterations.setdefault(id(item), []).append(
                Alteration("unlisted", beside.file, 0, f"{beside.what}, which does not list {item.origin.file}")
            )
    made = []
    for item in everything:
        made.append(_as_built(item, reach, files[item.origin.file], alterations.get(id(item), [])))
    return Effects(tuple(made), tuple(changes), tuple(renamed), unlisted)


def _as_built(item: Object, reach: Reach, file: str, alterations: list[Alteration]) -> Object:
    """The object with its namespace and labels as the kustomizations make them, and the names they may give it."""
    variants = reach.variants(file)
    namespaces = {variant.namespace for variant in variants}
    if len(namespaces) > 1:
        named = " and ".join(sorted(name or "its own" for name in namespaces))
        alterations.append(
            Alteration("namespace", item.origin.file, 0, f"overlays that put it into namespaces {named}")
        )
    namespace = next(iter(namespaces)) if len(namespaces) == 1 else ""
    labels = reach.labels(file)
    names = dict.fromkeys(f"{one.prefix}{item.name}{one.suffix}" for one in variants if one.prefix or one.suffix)
    if not (alterations or namespace or labels or names):
        return item
    return item._replace(
        namespace=namespace or item.namespace,
        labels={**item.labels, **labels},
        alterations=tuple(alterations),
        built_names=tuple(names),
    )


def _may_be_for(target: Target, item: Object) -> bool:
    group, slash, _ = item.api_version.partition("/")
    return (
        _may_be(target.group, group if slash else "")
        and _may_be(target.kind, item.kind)
        and (not target.name or _may_be(target.name, item.name) or item.name in target.name)
        and (not item.namespace or _may_be(target.namespace, item.namespace))
    )


@lru_cache(maxsize=4096)
def _may_be(pattern: str, text: str) -> bool:
    """Whether an anchored regular expression may match; only the plainest are looked into, the others may."""
    for choice in pattern.split("|"):
        start, star, end = choice.partition(".*")
        if not choice or not set(start + end) <= _PLAIN:
            return True
        if star and text.startswith(start) and text.endswith(end):
            return True
        if not star and text == choice:
            return True
    return False


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")


def _is_ours(item: Object) -> bool:
    return item.api_version.startswith(f"{IAM_GROUP}/") or item.api_version == EKS or item.kind == "ServiceAccount"


def _matters(patch: Patch, item: Object) -> bool:
    """Whether a patch is worth a word: it is for an object of ours, and not for what nobody here looks at."""
    if not _is_ours(item):
        return False
    if item.kind == "ServiceAccount":
        return any(not field or _starts(field, "metadata") for field in patch.fields or ("",))
    unread = _HARMLESS[1:]
    return not patch.fields or not all(_is_among(field, unread) for field in patch.fields)


def _is_harmless(patch: Patch, item: Object) -> bool:
    """Whether a patch changes neither the access nor the trust of the object."""
    if not patch.fields:
        return False
    return all(_is_among(field, _HARMLESS) for field in patch.fields)


def _is_among(field: str, names: tuple[str, ...]) -> bool:
    return any(_starts(field, name) for name in names) and not _is_of_ack(field)


def _starts(field: str, name: str) -> bool:
    return field == name or field.startswith(f"{name}/")


def _is_of_ack(field: str) -> bool:
    return "services.k8s.aws" in field or "eks.amazonaws.com" in field or field in ("metadata", "metadata/annotations")


def _has_a_name_that_counts(item: Object, one: Kustomization) -> bool:
    """Whether another object means this one by its name, or it means another: references are not renamed with it,
    unless a configuration tells kustomize where they stand (kustomize#3130)."""
    if item.kind in _ACCOUNT_KINDS:
        return True
    if one.keeps_references:
        return False
    spec = item.data.get("spec")
    refers = isinstance(spec, dict) and any(key.endswith(("Ref", "Refs")) for key in spec)
    return _is_ours(item) and (item.kind == "Policy" or refers)
