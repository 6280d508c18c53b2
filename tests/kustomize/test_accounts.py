"""Kustomizations, and objects of Flux and Argo CD, that put Namespaces into an account."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.gate.options import GateOptions
from checker.gate.prepare import check

from ..conftest import CELL
from ..hostile.bombs import GOOD
from .test_kustomize import HEAD, verdicts

OTHER, OWN = "999988887777", CELL["account"]
KEY = "services.k8s.aws/owner-account-id"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: acme}\n"
MOVING = {
    "commonAnnotations": {"ns/kustomization.yaml": HEAD + f"resources: [ns.yaml]\ncommonAnnotations: {{{KEY}: 'ACCOUNT'}}\n"},
    "a patch": {"ns/kustomization.yaml": HEAD + "resources: [ns.yaml]\npatches: [{patch: '[{\"op\": \"add\", \"path\": \"/metadata/annotations/services.k8s.aws~1owner-account-id\", \"value\": \"ACCOUNT\"}]', target: {kind: Namespace}}]\n"},
    "a fragment in a file": {"ns/kustomization.yaml": HEAD + "resources: [ns.yaml]\npatches: [{path: p.yaml}]\n", "ns/p.yaml": f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: acme\n  annotations:\n    {KEY}: 'ACCOUNT'\n"},
    "operations in a file": {"ns/kustomization.yaml": HEAD + "resources: [ns.yaml]\npatches: [{path: p.yaml, target: {kind: Namespace}}]\n", "ns/p.yaml": "- op: add\n  path: /metadata/annotations/services.k8s.aws~1owner-account-id\n  value: 'ACCOUNT'\n"},
    "Flux": {"f/ks.yaml": f"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: n}}\nspec: {{path: ./ns, commonMetadata: {{annotations: {{{KEY}: 'ACCOUNT'}}}}}}\n"},
    "Argo CD": {"a/app.yaml": f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: n}}\nspec: {{destination: {{namespace: acme}}, source: {{path: ns}}, syncPolicy: {{managedNamespaceMetadata: {{annotations: {{{KEY}: 'ACCOUNT'}}}}}}}}\n"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


def judged(case: str, account: str, passed: str = ".") -> set[str]:
    for name, text in {"r/role.yaml": GOOD, "ns/ns.yaml": NAMESPACE, **MOVING[case]}.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text.replace("ACCOUNT", account), encoding="utf-8")
    return verdicts(check(GateOptions((passed,), parameters=CELL)))


@pytest.mark.usefixtures("renderers")
@pytest.mark.parametrize("case", MOVING)
def test_another_account_is_not_the_one_that_is_judged(case: str) -> None:
    assert judged(case, OTHER) == {"unknown"}


@pytest.mark.usefixtures("renderers")
@pytest.mark.parametrize("case", MOVING)
def test_the_account_of_the_cell_is(case: str) -> None:
    assert judged(case, OWN) == {"granted"}


@pytest.mark.usefixtures("renderers")
@pytest.mark.parametrize("case", MOVING)
def test_a_hook_asks_about_the_roles(case: str) -> None:
    assert judged(case, OTHER, next(iter(MOVING[case]))) == {"unknown"}


def test_a_placeholder_is_no_account() -> None:
    assert judged("commonAnnotations", "${ACCOUNT_ID}") == {"granted"}
