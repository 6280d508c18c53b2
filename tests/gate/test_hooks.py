"""A hook is handed one file: where it decides what a role can do, what comes of it is told, wherever that role stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.gate.options import GateOptions
from checker.gate.prepare import check
from checker.gate.report import Report

from ..conftest import CELL
from ..hostile import bombs
from ..kustomize.test_kustomize import HEAD

GOOD = bombs.GOOD.replace("namespace: acme", "namespace: tenant-acme")
POOR = GOOD.replace('"dynamodb:Query"', '"dynamodb:DescribeTable"')
UNSELECTED = POOR.replace("acme-reverse-proxy", "acme")
ROLE_ARN = "arn:aws:iam::111122223333:role/acme"
ACCOUNT = f"apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: reverse-proxy-acme, namespace: tenant-acme, annotations: {{eks.amazonaws.com/role-arn: {ROLE_ARN}}}}}\n"
ASSOCIATION = "apiVersion: eks.services.k8s.aws/v1alpha1\nkind: PodIdentityAssociation\nmetadata: {name: a, namespace: tenant-acme}\nspec: {clusterName: CLUSTER, namespace: tenant-acme, serviceAccount: reverse-proxy-acme, roleRef: {from: {name: acme}}}\n".replace(
    "CLUSTER", CELL["cluster"]
)
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: tenant-acme, annotations: {services.k8s.aws/owner-account-id: '999988887777'}}\n"
SELECTOR = "apiVersion: services.k8s.aws/v1alpha1\nkind: IAMRoleSelector\nmetadata: {name: s}\nspec: {arn: 'arn:aws:iam::999988887777:role/x', namespaceSelector: {names: [tenant-acme]}}\n"
TABLE = "apiVersion: dynamodb.services.k8s.aws/v1alpha1\nkind: Table\nmetadata: {name: t, namespace: x}\nspec: {tableName: cell2-auth-keys, sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyRef: {from: {name: k, namespace: x}}}}\n"
KEY = 'apiVersion: kms.services.k8s.aws/v1alpha1\nkind: Key\nmetadata: {name: k, namespace: x}\nspec:\n  policy: \'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/x"},"Action":"kms:*","Resource":"*"}]}\'\n'
NARROW = '[{"op": "replace", "path": "/spec/policyDocument", "value": "{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[{\\"Effect\\":\\"Allow\\",\\"Action\\":\\"dynamodb:GetItem\\",\\"Resource\\":\\"*\\"}]}"}]'
POLICY = 'apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Policy\nmetadata: {name: p, namespace: tenant-acme}\nspec: {name: p, policyDocument: \'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"*"}]}\'}\n'
REFERRING = GOOD.partition("  inlinePolicies:")[0] + "  policyRefs: [{from: {name: p, namespace: tenant-acme}}]\n"

FIRES: dict[str, tuple[str, dict[str, str], str]] = {
    "an association": ("a.yaml", {"role.yaml": UNSELECTED, "a.yaml": ASSOCIATION}, "missing-grant"),
    "a service account": ("a.yaml", {"role.yaml": UNSELECTED, "a.yaml": ACCOUNT}, "missing-grant"),
    "a namespace": ("n.yaml", {"role.yaml": GOOD, "n.yaml": NAMESPACE}, "unknown-grant"),
    "a selector": ("s.yaml", {"role.yaml": GOOD, "s.yaml": SELECTOR}, "unknown-grant"),
    "a key": ("k.yaml", {"role.yaml": GOOD, "t.yaml": TABLE, "k.yaml": KEY}, "unknown-grant"),
    "a patch of a policy": (
        "p/x.json",
        {
            "role.yaml": REFERRING,
            "p/p.yaml": POLICY,
            "p/kustomization.yaml": HEAD + "resources: [p.yaml]\npatches: [{path: x.json, target: {kind: Policy}}]\n",
            "p/x.json": NARROW,
        },
        "missing-grant",
    ),
}
SILENT: dict[str, tuple[str, dict[str, str]]] = {
    "a role beside a poor one": ("other.yaml", {"role.yaml": POOR, "other.yaml": GOOD.replace("acme", "umbra")}),
    "a namespace of others": ("n.yaml", {"role.yaml": POOR, "n.yaml": NAMESPACE.replace("tenant-acme", "shared")}),
    "an association of another role": (
        "a.yaml",
        {"role.yaml": POOR, "good.yaml": GOOD.replace("acme-reverse-proxy", "acme"), "a.yaml": ASSOCIATION},
    ),
}


def hooked(case: tuple[str, dict[str, str]]) -> Report:
    name, files = case
    for path, text in files.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    return check(GateOptions((name,), parameters=CELL))


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("renderers")
@pytest.mark.parametrize("case", FIRES)
def test_what_a_file_does_to_a_role_elsewhere_is_told(case: str) -> None:
    name, files, rule = FIRES[case]
    assert rule in {item.rule for item in hooked((name, files)).findings}


@pytest.mark.parametrize("case", SILENT)
def test_what_it_does_nothing_to_is_not(case: str) -> None:
    assert "missing-grant" not in {item.rule for item in hooked(SILENT[case]).findings}
