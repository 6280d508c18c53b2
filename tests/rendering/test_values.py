"""A finding in a line that helm fills in says where the values stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from .test_built import Tree, Tried, tried
from .test_charts import ARGO, CHART, ROLE, VALUES, WRONG, chart

pytestmark = pytest.mark.usefixtures("renderers")
__all__ = ["tried"]

FLUX = """apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: NAME, namespace: flux-system}
spec:
  chart: {spec: {chart: project/tenant, sourceRef: {kind: GitRepository, name: x}}}
  targetNamespace: acme
  values:
    index: NAME
    table: TABLE
"""
CASES: dict[str, tuple[Tree, tuple[str, int, str]]] = {
    "the chart's own values": (chart(ROLE, WRONG), ("project/tenant/values.yaml", 4, "other")),
    "a file of values": (
        {**chart(ROLE), "apps/a.yaml": ARGO + "      valueFiles: [prod.yaml]\n", "tenant/prod.yaml": "a: b\ntable: other\n"},
        ("project/tenant/prod.yaml", 2, "other"),
    ),
    "parameters": (
        {**chart(ROLE), "apps/a.yaml": ARGO + "      parameters:\n      - {name: table, value: other}\n"},
        ("project/apps/a.yaml", 12, "other"),
    ),
    "values in an Application": (
        {**chart(ROLE), "apps/a.yaml": ARGO + "      valuesObject:\n        table: other\n"},
        ("project/apps/a.yaml", 12, "other"),
    ),
    "the second of two releases in a file": (
        {
            **chart(ROLE),
            "apps/a.yaml": FLUX.replace("NAME", "one").replace("TABLE", "cell2-auth-keys")
            + "---\n"
            + FLUX.replace("NAME", "two").replace("TABLE", "other"),
        },
        ("project/apps/a.yaml", 19, "other"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_value_is_pointed_at(case: str, tried: Tried) -> None:
    tree, wanted = CASES[case]
    report = tried(tree)
    (finding,) = [item for item in report.findings if item.rule == "missing-grant"]
    (related,) = [item for item in finding.related if item.message.startswith(".Values.table")]
    file, line, value = wanted
    assert (related.location.file, related.location.start.line, related.message) == (
        file,
        line,
        f".Values.table is {value}",
    )
    text = Path(file).read_text(encoding="utf-8")
    assert text[related.location.start.offset : related.location.end.offset] == value


def test_values_of_a_chart_within_a_chart_are_not_guessed(tried: Tried) -> None:
    tree = chart(
        "kind: ConfigMap\n",
        VALUES + "part: {index: acme, region: us-east-1, account: '111122223333', table: other, labels: {a: b}}\n",
    )
    tree |= {
        "tenant/Chart.yaml": CHART + "dependencies: [{name: part, version: 0.1.0}]\n",
        "tenant/charts/part/Chart.yaml": CHART.replace("name: tenant", "name: part"),
        "tenant/charts/part/templates/role.yaml": ROLE,
        "tenant/charts/part/values.yaml": VALUES,
    }
    report = tried(tree)
    (finding,) = [item for item in report.findings if item.rule == "missing-grant"]
    assert not [item for item in finding.related if item.message.startswith(".Values")]
