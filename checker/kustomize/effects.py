"""What kustomizations change of which objects.

A kustomization changes what it builds: its files, and what the kustomizations below it build. A component changes what
those build that take it in. Flux and Argo CD change what lies below their path. Where two overlays put the same object
into different namespaces, the namespace is not known.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ..ack.applied import DECIDING
from ..ack.kinds import EKS, IAM_GROUP, KINDS, known_kind
from ..iam.patterns.globs import matches, wildcard_glob
from ..iam.values import NamedTuple
from ..inventory.objects import Alteration, Object
from .model import Kustomization, KustomizePatch, PatchTarget
from .reach import Reach, Variant

_HARMLESS = ("metadata/labels", "metadata/annotations", "spec/description", "spec/maxSessionDuration")
"""Fields of Roles and Policies whose change does not change access; labels may change who is selected."""

_ACCOUNT_KINDS = ("ServiceAccount", "PodIdentityAssociation")


class Effects(NamedTuple):
    """What kustomizations change: the objects as they will be, as far as that is known; each patch with the objects it
    may be for; each renaming with the objects whose names count; and the files that no kustomization takes in although
    one stands beside them."""

    objects: tuple[Object, ...]
    changes: tuple[tuple[Kustomization, KustomizePatch, tuple[Object, ...]], ...]
    renamed: tuple[tuple[Kustomization, str, int, tuple[Object, ...]], ...]
    unlisted: Mapping[str, Kustomization]


def apply(found: Iterable[Kustomization], objects: Iterable[Object]) -> Effects:
    """Applies the changes of all kustomizations to all objects."""
    everything = tuple(objects)
    known = tuple(found)
    if not known:
        return Effects(everything, (), (), {})
    if len(known) > _MOST_KUSTOMIZATIONS:
        return Effects(tuple(_unknown(item, known[0]) for item in everything), (), (), {})
    paths = {item.origin.file: os.path.realpath(item.origin.file) for item in everything}
    by_path: dict[str, list[Object]] = {}
    for item in everything:
        by_path.setdefault(paths[item.origin.file], []).append(item)
    reach = Reach(known, by_path)
    effects = _Made({}, {})
    changes = []
    renamed = []
    affixes = frozenset((one.prefix, one.suffix) for one in known if one.prefix or one.suffix)
    keeping = frozenset(path for one in known if one.keeps_references for path in reach.reached(one))
    work = 0
    for one in known:
        if not (one.patches or one.renamings or one.labels):
            continue
        reached = reach.reached(one)
        objects_there = [item for path in by_path if path in reached for item in by_path[path]]
        for path in reached if one.labels else ():
            effects.labels.setdefault(path, {}).update(one.labels)
        ours = [item for item in objects_there if _is_ours(item)]
        patches = _to_look_at(one)
        work += len(ours) * (len(patches) + len(one.renamings))
        if work > _MOST_WORK:
            return Effects(tuple(_unknown(item, one) for item in everything), (), (), {})
        for patch in patches:
            concerned = tuple(
                item for item in ours if _may_be_for(patch.target, item, affixes, one.labels) and _matters(patch, item)
            )
            if concerned:
                changes.append((one, patch, concerned))
            for item in concerned:
                if not _is_harmless(patch, item):
                    effects.add(item, Alteration("content", patch.file, patch.offset, f"{patch.what} of {one.what}"))
        for renaming in one.renamings:
            named = tuple(item for item in ours if _has_a_name_that_counts(item, paths[item.origin.file] in keeping))
            if named:
                renamed.append((one, renaming.what, renaming.offset, named))
            for item in named:
                effects.add(item, Alteration("name", one.file, renaming.offset, f"{renaming.what[:200]} in {one.what}"))
    unlisted = {file: beside for file, path in paths.items() if (beside := reach.beside(path)) is not None}
    for item in everything:
        beside = unlisted.get(item.origin.file)
        if beside is not None:
            what = f"{beside.what}, which does not list {item.origin.file}"
            effects.add(item, Alteration("unlisted", beside.file, 0, what))
    built = []
    for item in everything:
        path = paths[item.origin.file]
        built.append(_as_built(item, reach.variants(path), path, effects))
    return Effects(tuple(built), tuple(changes), tuple(renamed), unlisted)


_MOST_KUSTOMIZATIONS = 1_000
_MOST_PATCHES = 200
"""Kustomizations of a project, and patches of one that may be for an object of ours; with more, anything may change."""

_MOST_WORK = 500_000
"""Changes times objects that are looked at in a project: kustomizations of whole repositories stay far below."""

_LONGEST_NAME = 253


class _Made(NamedTuple):
    """What has been found out so far: alterations by the identity of the object, labels by path."""

    alterations: dict[int, list[Alteration]]
    labels: dict[str, dict[str, str]]

    def add(self, item: Object, alteration: Alteration) -> None:
        known = self.alterations.setdefault(id(item), [])
        if len(known) < _MOST_PATCHES:
            known.append(alteration)


def _unknown(item: Object, first: Kustomization) -> Object:
    what = "one of more kustomizations than are looked into"
    return item._replace(alterations=(Alteration("content", first.file, 0, what),))


def _to_look_at(one: Kustomization) -> list[KustomizePatch]:
    """The patches that may be for an object of ours; with too many of them, one that may be for any."""
    patches = [patch for patch in one.patches if may_concern(patch.target)]
    if len(patches) <= _MOST_PATCHES:
        return patches
    return [KustomizePatch(f"one of {len(patches):,} patches", one.file, patches[0].offset, PatchTarget())]


def may_concern(target: PatchTarget) -> bool:
    """Whether a change may be for an object of ours, by its kind."""
    return any(may_be(target.kind, kind) for kind in _KINDS)


_KINDS = (*(kind.name for kind in KINDS), "ServiceAccount")


def _as_built(item: Object, variants: frozenset[Variant], path: str, made: _Made) -> Object:
    """The object with its namespace and labels as the kustomizations make them, and the names they may give it."""
    alterations = [*item.alterations, *made.alterations.get(id(item), ())]
    namespaces = {variant.namespace or item.namespace or variant.default for variant in variants}
    is_open = any(char in name for name in namespaces for char in "{$")
    if len(namespaces) > 1 or is_open:
        shown = " and ".join(sorted(name or "its own" for name in namespaces)[:5])
        what = f"overlays that put it into namespaces {shown}"
        alterations = [*alterations, Alteration("namespace", item.origin.file, 0, what)]
    namespace = next(iter(namespaces)) if len(namespaces) == 1 and not is_open else ""
    labels = made.labels.get(path, {})
    names = tuple(
        dict.fromkeys(
            f"{one.prefix}{item.name}{one.suffix}"
            for one in variants
            if len(one.prefix) + len(item.name) + len(one.suffix) <= _LONGEST_NAME
        )
    )
    names = () if names == (item.name,) else names
    if not (alterations or namespace or labels or names):
        return item
    return item._replace(
        namespace=namespace or item.namespace,
        labels={**item.labels, **labels},
        alterations=tuple(alterations),
        built_names=names,
        built_namespaces=tuple(sorted(namespaces)) if len(namespaces) > 1 and not is_open else (),
    )


def _may_be_for(
    target: PatchTarget, item: Object, affixes: frozenset[tuple[str, str]], labels: Mapping[str, str]
) -> bool:
    """Whether a target may mean an object, by the name it has or may have been given."""
    group, slash, _ = item.api_version.partition("/")
    if not (may_be(target.group, group if slash else "") and may_be(target.kind, item.kind)):
        return False
    if target.labels and not _may_select(target.labels, {**item.labels, **labels}):
        return False
    written = (item.name, item.written_name) if item.written_name else (item.name,)
    names = (*written, *(f"{prefix}{name}{suffix}" for name in written for prefix, suffix in affixes))
    return not target.name or any(may_be(target.name, name) for name in names)


def _may_select(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether a label selector may select; only equalities are looked into."""
    for part in selector.split(","):
        key, equals, value = part.replace("==", "=").partition("=")
        is_plain = equals and "!" not in part and "(" not in part
        if is_plain and labels.get(key.strip()) != value.strip():
            return False
    return True


@lru_cache(maxsize=4096)
def may_be(pattern: str, text: str) -> bool:
    """Whether an anchored regular expression may match; True for any that has more than `.`, `.*`, `|` and the escaped
    characters of names in it."""
    if len(pattern) > _LONGEST_PATTERN:
        return True
    for escaped in pattern.split("|"):
        choice = escaped.replace("\\.", _DOT).replace("\\-", "-")
        glob = choice.replace(".*", "*").replace(".", "?").replace(_DOT, ".")
        if not choice or not set(choice.replace(".*", "")) <= _PLAIN or matches(wildcard_glob(glob), text):
            return True
    return False


_LONGEST_PATTERN = 500
_DOT = "\0"
_PLAIN = frozenset(_DOT + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./")


def _is_ours(item: Object) -> bool:
    is_of_ack = item.api_version.startswith(f"{IAM_GROUP}/") or item.api_version == EKS
    return is_of_ack or item.kind == "ServiceAccount" or known_kind(item.api_version, item.kind) is not None


def _matters(patch: KustomizePatch, item: Object) -> bool:
    """Whether a patch may touch a field of the object that this tool looks at."""
    if patch.what == "vars" and "$(" not in str(item.data):
        return False
    if item.kind == "ServiceAccount":
        return any(not field or _starts(field, "metadata") for field in patch.fields or ("",))
    known = known_kind(item.api_version, item.kind)
    if known is not None and not known.is_checked:
        watched = tuple(f"spec/{field}" for field in (*known.pushed, *known.watched))
        fields = patch.fields or ("",)
        return any(_is_among(field, watched) or field in ("", "spec") or _is_of_ack(field) for field in fields)
    unread = _HARMLESS[1:]
    return not patch.fields or not all(_is_among(field, unread) for field in patch.fields)


def _is_harmless(patch: KustomizePatch, item: Object) -> bool:
    """Whether a patch changes neither the access nor the trust of the object."""
    if not patch.fields:
        return False
    return all(_is_among(field, _HARMLESS) for field in patch.fields)


def _is_among(field: str, names: tuple[str, ...]) -> bool:
    return any(_starts(field, name) for name in names) and not _is_of_ack(field)


def _starts(field: str, name: str) -> bool:
    return field == name or field.startswith(f"{name}/")


def _is_of_ack(field: str) -> bool:
    return (
        "services.k8s.aws" in field
        or "toolkit.fluxcd.io" in field
        or "eks.amazonaws.com" in field
        or field in ("metadata", "metadata/annotations")
        or field.removeprefix("metadata/annotations/") in DECIDING
    )


def _has_a_name_that_counts(item: Object, keeps_references: bool) -> bool:
    """Whether another object refers to this one by name, or this one to another: kustomize does not rename references,
    unless a configuration tells it where they stand (kustomize#3130)."""
    if item.kind in _ACCOUNT_KINDS:
        return True
    if keeps_references:
        return False
    spec = item.data.get("spec")
    refers = isinstance(spec, dict) and any(key.endswith(("Ref", "Refs")) for key in spec)
    return _is_ours(item) and (item.kind == "Policy" or refers)
