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


ELSEWHERE = {
    "another Namespace": {"b/kustomization.yaml": HEAD + f"resources: [ns.yaml]\npatches: [{{patch: '[{{\"op\": \"add\", \"path\": \"/metadata/annotations\", \"value\": {{\"{KEY}\": \"{OTHER}\"}}}}]', target: {{kind: Namespace, name: team-b}}}}]\n"},
    "another overlay": {"b/kustomization.yaml": HEAD + f"resources: [ns.yaml]\ncommonAnnotations: {{{KEY}: '{OTHER}'}}\n"},
    "a comment": {"r/kustomization.yaml": HEAD + f"resources: [role.yaml]\n# no {KEY} here: one account\n"},
}  # fmt: skip


@pytest.mark.usefixtures("renderers")
@pytest.mark.parametrize("case", ELSEWHERE)
def test_what_is_about_others_is_none_of_ours(case: str) -> None:
    files = {"r/role.yaml": GOOD, "r/kustomization.yaml": HEAD + "resources: [role.yaml]\n"}
    for name, text in {**files, "b/ns.yaml": NAMESPACE.replace("acme", "team-b"), **ELSEWHERE[case]}.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    assert verdicts(check(GateOptions((".",), parameters=CELL))) == {"granted"}


@pytest.mark.usefixtures("renderers")
def test_a_namespace_that_is_built_with_its_role_is_in_that_account() -> None:
    Path("b").mkdir()
    Path("b/role.yaml").write_text(NAMESPACE + "---\n" + GOOD, encoding="utf-8")
    text = HEAD + f"resources: [role.yaml]\ncommonAnnotations: {{{KEY}: '{OTHER}'}}\n"
    Path("b/kustomization.yaml").write_text(text, encoding="utf-8")
    report = check(GateOptions((".",), parameters=CELL))
    assert verdicts(report) == {"unknown"}
    assert "failed-rendering" not in {item.rule for item in report.findings}
