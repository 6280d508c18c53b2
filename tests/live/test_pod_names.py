"""Which pods are of an index: never its neighbour's."""

from __future__ import annotations

import pytest

from checker.live.questions.pods import find, nearest


def pods(*names: str) -> list[dict[str, object]]:
    """Pods of Deployments, `namespace/workload` each."""
    found: list[dict[str, object]] = []
    for name in names:
        namespace, workload = name.split("/")
        owner = {"kind": "ReplicaSet", "name": f"{workload}-59d8c7f6b5"}
        labels = {"pod-template-hash": "59d8c7f6b5"}
        metadata = {"name": f"{workload}-59d8c7f6b5-q9wzt", "namespace": namespace, "labels": labels}
        found.append({"metadata": {**metadata, "ownerReferences": [owner]}})
    return found


@pytest.mark.parametrize(
    ("index", "others", "expected"),
    [
        ("acme", ["t/index-acme", "t/index-borealis"], ["index-acme"]),
        ("acme", ["t/index-acme-eu", "t/index-borealis", "t/index-cobalt"], []),
        ("acme", ["t/index-acme-10", "t/index-borealis"], []),
        ("acme", ["t/index-acme-proxy", "t/index-borealis-proxy", "t/index-cobalt-proxy"], ["index-acme-proxy"]),
        ("acme", ["t/index-acme-eu", "t/index-acme", "t/index-borealis"], ["index-acme"]),
        ("acme", ["t/eu-acme"], []),
        ("acme", ["tenant-acme/eu-acme"], ["eu-acme"]),
        ("acme-eu", ["t/index-acme-eu", "t/index-borealis"], ["index-acme-eu"]),
        ("acme", ["t/acme", "t/index-acme"], ["acme"]),
    ],
)
def test_names_match_whole(index: str, others: list[str], expected: list[str]) -> None:
    assert [item.workload for item in find(pods(*others), index)] == expected


def test_a_neighbour_is_named_and_not_taken() -> None:
    cell = pods("t/index-acme-eu", "t/index-borealis", "kube-system/coredns")
    assert find(cell, "acme") == ()
    assert nearest(cell, "acme")[0] == "t/index-acme-eu"
