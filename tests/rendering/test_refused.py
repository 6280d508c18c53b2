"""Kustomizations that change nothing, and that kustomize refuses all the same: what does not build is not applied."""

from __future__ import annotations

import pytest

from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import HEAD, verdicts
from .test_built import Tree, Tried, tried

pytestmark = pytest.mark.usefixtures("renderers")
__all__ = ["tried"]

PLAIN = "resources: [role.yaml]\n"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
REFUSED: dict[str, Tree] = {
    "a field that is none": {"m/kustomization.yaml": PLAIN + "patchs: [{path: p.yaml}]\n"},
    "an object twice": {"m/kustomization.yaml": "resources: [role.yaml, other.yaml]\n", "m/other.yaml": GOOD},
    "a file without an object": {"m/kustomization.yaml": "resources: [role.yaml, x.yaml]\n", "m/x.yaml": "a: b\n"},
    "text that is no YAML": {"m/kustomization.yaml": "resources: [role.yaml, x.yaml]\n", "m/x.yaml": "a: [\n"},
    "a file from elsewhere": {"m/kustomization.yaml": "resources: [role.yaml, ../x.yaml]\n", "x.yaml": GOOD.replace("acme", "umbra")},
    "a component among the resources": {"m/kustomization.yaml": "resources: [role.yaml, ../n]\n", "n/kustomization.yaml": COMPONENT},
}  # fmt: skip
BUILT: dict[str, Tree] = {
    "what a pipeline makes": {"m/kustomization.yaml": PLAIN + "secretGenerator: [{name: s, envs: [secret.env]}]\n"},
    "what a plugin makes": {"m/kustomization.yaml": PLAIN + "generators: [ksops.yaml]\n", "m/ksops.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: s}\n"},
    "images and what is generated": {"m/kustomization.yaml": PLAIN + "images: [{name: proxy, newTag: v2}]\nconfigMapGenerator: [{name: v, literals: [a=b]}]\n"},
    "files of others": {"m/kustomization.yaml": "resources: [role.yaml, d.yaml]\n", "m/d.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"},
    "the same name in two namespaces": {"m/kustomization.yaml": "resources: [role.yaml, other.yaml]\n", "m/other.yaml": GOOD.replace("namespace: acme", "namespace: other")},
    "one below the other": {"m/kustomization.yaml": PLAIN, "n/kustomization.yaml": "resources: [../m]\n"},
}  # fmt: skip


def tree(case: Tree) -> Tree:
    return {"m/role.yaml": GOOD} | {
        name: HEAD + text if "kustomization" in name and "kind:" not in text else text for name, text in case.items()
    }


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_told_and_nothing_is_proven(case: str, tried: Tried) -> None:
    report = tried(tree(REFUSED[case]))
    assert "failed-rendering" in {item.rule for item in report.findings}
    assert verdicts(report) == {"unknown"}


@pytest.mark.parametrize("case", BUILT)
def test_what_builds_is_judged(case: str, tried: Tried) -> None:
    report = tried(tree(BUILT[case]))
    assert "failed-rendering" not in {item.rule for item in report.findings}
    assert verdicts(report) == {"granted"}
