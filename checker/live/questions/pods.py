"""Which pods serve an index: exact matches only, so that `idx-1` never means `idx-10`, nor `acme` mean `acme-eu`.

Tried in this order, the first that gives anything wins: a label whose value is the index; a workload of that name; the
index between what the names of the cell's other workloads have around theirs (`index-acme` beside `index-borealis`).
All pods of one workload are one candidate.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ...ack.objects import mapping, string_map, text
from ...iam.values import NamedTuple
from ..record.redaction import redact_pair
from ..record.workload import workload_of


class Candidate(NamedTuple):
    """The pods of one workload (newest first) and why they were taken for the index."""

    namespace: str
    workload: str
    pods: Sequence[str]
    labels: dict[str, str]
    why: str


class Meaning(NamedTuple):
    """What the alert's account_id means: a pod label of this name, the namespace, an AWS account, or unknown ("")."""

    kind: str = ""
    label: str = ""


def find(items: Iterable[dict[str, Any]], index: str, naming: str = "") -> tuple[Candidate, ...]:
    """The candidates among pods (or their metadata), the surest kind of match only. With `naming`
    (`index-{index}-{hash}`) only a workload of exactly that name is one."""
    if naming:
        wanted = naming.removesuffix("-{hash}").replace("{index}", index)
        exact = [item for item in items if workload_of(mapping(item.get("metadata"))) == wanted]
        return candidates(exact, f"the configuration names its pods {naming}")
    tiers: tuple[list[dict[str, Any]], ...] = ([], [], [])
    whole_words = re.compile(rf"(?:^|-){re.escape(index)}(?:-|$)")
    workloads: set[str] = set()
    for item in items:
        metadata = mapping(item.get("metadata"))
        workload = workload_of(metadata)
        workloads.add(workload)
        if index in string_map(metadata.get("labels")).values():
            tiers[0].append(item)
        elif workload == index:
            tiers[1].append(item)
        elif whole_words.search(workload):
            tiers[2].append(item)
    labelled = candidates(tiers[0], "a label has the index's name as its value")
    named = candidates(tiers[1], "the workload has the index's name")
    named = named or _surest(candidates(tiers[2], "its name contains the index's name"), index, workloads)
    known = {(item.namespace, item.workload) for item in labelled}
    # A label on another workload must not hide the one that is named for the index: then both could be meant.
    return (*labelled, *(item for item in named if (item.namespace, item.workload) not in known))


def nearest(items: Iterable[dict[str, Any]], index: str) -> tuple[str, ...]:
    """The workloads (namespace/name) whose names come closest to the index, closest first; at most five."""
    named = dict.fromkeys(f"{text(meta.get('namespace')) or ''}/{workload_of(meta)}" for meta in map(_metadata, items))
    close = [name for name in named if index in name]
    close += difflib.get_close_matches(index, [name for name in named if name not in close], n=5, cutoff=0.5)
    return tuple(close[:5])


def named_for(names: Iterable[tuple[str, str]], index: str) -> set[tuple[str, str]]:
    """Of (namespace, name) pairs those that are the index's, by the same rules as for pods."""
    pairs = list(names)
    exact = {(namespace, name) for namespace, name in pairs if name == index}
    if exact:
        return exact
    whole_words = re.compile(rf"(?:^|-){re.escape(index)}(?:-|$)")
    near = [(namespace, name) for namespace, name in pairs if whole_words.search(name)]
    others = {name for _, name in pairs}
    alike = {pair for pair in near if _is_named_alike(pair[1], index, others - {pair[1]})}
    beside = {(namespace, name) for namespace, name in alike or near if _ends(namespace, index)}
    return beside if len(beside) == 1 else alike


def _surest(found: tuple[Candidate, ...], index: str, workloads: set[str]) -> tuple[Candidate, ...]:
    """Of workloads whose names contain the index those whose namespace ends with it too; else those that are named as
    the others of the cell are."""
    both = [item for item in found if _ends(item.workload, index) and _ends(item.namespace, index)]
    if both:
        return tuple(item._replace(why="its name and its namespace end with the index's name") for item in both)
    alike = [item for item in found if _is_named_alike(item.workload, index, workloads - {item.workload})]
    return tuple(item._replace(why="its name has the index where others of the cell have theirs") for item in alike)


def _is_named_alike(workload: str, index: str, others: set[str]) -> bool:
    """Whether what stands around the index is what stands around the names of most others of the same family: behind
    `index-acme-eu` stands `-eu`, and `acme` is not its index unless most `index-…` end in `-eu`."""
    before, _, behind = workload.partition(index)
    family = [name for name in others if name.startswith(workload.partition("-")[0] + "-")] if before else list(others)
    alike = [name for name in family if name.startswith(before) and name.endswith(behind) and name != before + behind]
    return bool(alike) and 2 * len(alike) > len(family)


def _metadata(item: dict[str, Any]) -> dict[str, Any]:
    return mapping(item.get("metadata"))


def _ends(name: str, index: str) -> bool:
    return name == index or name.endswith(f"-{index}")


def candidates(items: Iterable[dict[str, Any]], reason: str) -> tuple[Candidate, ...]:
    """All these pods, by workload."""
    by_workload: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in items:
        metadata = mapping(item.get("metadata"))
        by_workload.setdefault((text(metadata.get("namespace")) or "", workload_of(metadata)), []).append(metadata)
    return tuple(_candidate(*key, pods, reason) for key, pods in sorted(by_workload.items()))


def narrow(candidates: tuple[Candidate, ...], account_id: str, meaning: Meaning) -> tuple[Candidate, ...]:
    """The candidates that the alert's account_id fits; all of them where it says nothing about any."""
    if not account_id or meaning.kind == "aws-account":
        return candidates
    fitting = tuple(item for item in candidates if _fits(item, account_id, meaning))
    return fitting if fitting or meaning.kind else candidates


def as_json(candidate: Candidate) -> dict[str, Any]:
    """A candidate as the record keeps it; `Candidate(**it)` reads it back."""
    labels = {key: redact_pair(key, value) for key, value in candidate.labels.items()}
    return {**candidate._asdict(), "pods": list(candidate.pods), "labels": labels}


def _candidate(namespace: str, workload: str, pods: list[dict[str, Any]], reason: str) -> Candidate:
    newest = sorted(pods, key=lambda item: text(item.get("creationTimestamp")) or "", reverse=True)
    alive = [item for item in newest if not item.get("deletionTimestamp")] or newest
    names = tuple(text(item.get("name")) or "" for item in alive)
    return Candidate(namespace, workload, names, string_map(newest[0].get("labels")), reason)


def _fits(candidate: Candidate, account_id: str, meaning: Meaning) -> bool:
    if meaning.kind == "pod-label":
        return candidate.labels.get(meaning.label) == account_id
    is_in_namespace = re.search(rf"(?:^|-){re.escape(account_id)}(?:-|$)", candidate.namespace) is not None
    return is_in_namespace or (not meaning.kind and account_id in candidate.labels.values())
