"""Fixes of what is rendered: they edit the file that the text comes from, and the next run proves them."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from checker.cli import main
from checker.gate.options import GateOptions
from checker.gate.prepare import check

from ..conftest import CELL, every_other
from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import FLUX, FRAGMENT, HEAD, POLICY, REFERS, REMOVE, verdicts
from .test_built import Tree, Tried, tried
from .test_charts import ARGO, RANGE, ROLE, VALUES, WRONG, chart

pytestmark = pytest.mark.usefixtures("renderers")
__all__ = ["tried"]

POORER = GOOD.replace(', "dynamodb:Query"', "")
GET = ', "dynamodb:Query"]'
GRANT = GOOD.partition("    auth-keys: ")[2].strip()
BASE = HEAD + "resources: [role.yaml]\n"
OVERLAY = HEAD + "resources: [../base]\n"
ON_ONE_LINE = (
    ROLE.partition("    auth-keys: |")[0]
    + """    auth-keys: '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem"],"""
    + """ "Resource": "arn:aws:dynamodb:{{ .Values.region }}:{{ .Values.account }}:table/{{ .Values.table }}"}]}'\n"""
)

INLINE = FRAGMENT + f"  inlinePolicies: {{auth-keys: {GRANT.replace(GET, ']')}}}\n"

CURED: dict[str, tuple[Tree, dict[str, int]]] = {
    "the base of two overlays": (
        {
            "base/kustomization.yaml": BASE,
            "base/role.yaml": POORER,
            "one/kustomization.yaml": OVERLAY + "namePrefix: one-\n",
            "two/kustomization.yaml": OVERLAY + "namePrefix: two-\n",
        },
        {"base/role.yaml": 1},
    ),
    "a patch that takes an action away": (
        {
            "base/kustomization.yaml": BASE,
            "base/role.yaml": GOOD,
            "prod/kustomization.yaml": OVERLAY + "patches: [{path: p.yaml}]\n",
            "prod/p.yaml": FRAGMENT + f"  inlinePolicies: {{auth-keys: {GRANT.replace(GET, ']')}}}\n",
        },
        {"prod/p.yaml": 1},
    ),
    "a Policy in a base": (
        {
            "base/kustomization.yaml": HEAD + "resources: [role.yaml, policy.yaml]\n",
            "base/role.yaml": REFERS,
            "base/policy.yaml": POLICY.replace(', "dynamodb:Query"', ""),
            "prod/kustomization.yaml": OVERLAY + "commonLabels: {a: b}\n",
        },
        {"base/policy.yaml": 1},
    ),
    "a template": (chart(ROLE.replace(GET, "]")), {"tenant/templates/role.yaml": 1}),
    "a line that is filled in beside": (chart(ON_ONE_LINE), {"tenant/templates/role.yaml": 1}),
    "tenants in a range": (
        chart(RANGE.replace(GET, "]"), VALUES + "tenants: [acme, umbra, initech]\n"),
        {"tenant/templates/role.yaml": 1},
    ),
    "two releases": (
        {
            **chart(ROLE.replace(GET, "]")),
            "apps/a.yaml": ARGO.replace("name: tenants", "name: a") + "      parameters: [{name: index, value: a}]\n",
            "apps/b.yaml": ARGO.replace("name: tenants", "name: b") + "      parameters: [{name: index, value: b}]\n",
        },
        {"tenant/templates/role.yaml": 1},
    ),
    "a trust policy, and a branch around it": (
        chart("{{- if true }}\n" + ROLE.replace("sts:TagSession", "sts:TagSesion") + "{{- end }}\n"),
        {"tenant/templates/role.yaml": 1},
    ),
}


def fix(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    cell = [f"--set={key}={value}" for key, value in CELL.items()]
    monkeypatch.setattr("sys.argv", ["checker", "fix", "project", *options, *cell])
    return main()


def texts() -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in sorted(Path("project").rglob("*.*"))}


@pytest.mark.long
@pytest.mark.parametrize("case", every_other(CURED))
def test_the_source_is_edited_and_the_next_run_proves_it(
    case: str, tried: Tried, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, wanted = CURED[case]
    first = tried(tree)
    assert [item for item in first.findings if item.severity == "error"]
    before = texts()
    assert fix(monkeypatch) == 1  # shown, and not written
    assert texts() == before
    fix(monkeypatch, "--write", "--unsafe")
    report = check(GateOptions(("project",), parameters=CELL))
    assert verdicts(report) == {"granted"}
    assert not [item for item in report.findings if item.severity == "error"]
    changed: dict[str, int] = {}
    for path, text in texts().items():
        lines = difflib.ndiff(before[path].splitlines(), text.splitlines())
        count = sum(line.startswith("+ ") for line in lines)
        changed |= {path.removeprefix("project/"): count} if count else {}
    assert changed == wanted


REFUSED: dict[str, tuple[Tree, str]] = {
    "a patch by operations": (
        {
            "base/kustomization.yaml": BASE,
            "base/role.yaml": GOOD,
            "prod/kustomization.yaml": OVERLAY + f"patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n",
        },
        "it is what kustomize build project/prod makes of it",
    ),
    "a value": (chart(ROLE, WRONG), "an ARN may differ from release to release"),
    "an action that is filled in": (
        chart(
            ROLE.replace('["dynamodb:GetItem", "dynamodb:Query"]', "{{ .Values.actions | toJson }}"),
            VALUES + "actions: ['dynamodb:GetItem']\n",
        ),
        "of the template is filled in",
    ),
    "a patch in the kustomization itself": (
        {
            "base/kustomization.yaml": BASE,
            "base/role.yaml": GOOD,
            "prod/kustomization.yaml": OVERLAY
            + "patches:\n- patch: |-\n"
            + "".join(f"    {line}\n" for line in INLINE.splitlines()),
        },
        "it is what kustomize build project/prod makes of it",
    ),
    "what two deployments of Flux fill in": (
        {
            "apps/role.yaml": GOOD.partition("  inlinePolicies:")[0].replace("111122223333", "${account}")
            + '  description: "${table}"\n',
            "flux/a.yaml": FLUX.replace("name: t,", "name: a,").replace("./apps", "./project/apps")
            + "  postBuild: {substitute: {table: cell2-auth-keys}}\n",
            "flux/b.yaml": FLUX.replace("name: t,", "name: b,").replace("./apps", "./project/apps")
            + "  postBuild: {substitute: {table: other}}\n",
        },
        "an ARN may differ among the 2 objects that this is made into",
    ),
    "lines that helm makes": (
        chart(
            ROLE.partition("    auth-keys: |")[0]
            + "    auth-keys: |\n{{ .Values.policy | toPrettyJson | indent 6 }}\n",
            VALUES + f"policy: {GRANT.replace(GET, ']').strip(chr(39))}\n",
        ),
        "of the template is filled in",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_written_there_is_left_to_a_person(
    case: str, tried: Tried, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree, reason = REFUSED[case]
    tried(tree)
    before = texts()
    assert fix(monkeypatch, "--write", "--unsafe") == 1
    assert reason in capsys.readouterr().out
    assert texts() == before


def test_what_is_filled_in_is_not_taken_out(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    tried(chart(ROLE.replace('"dynamodb:Query"', '"{{ .Values.act }}"'), VALUES + "act: dynamodb:Scan\n"))
    fix(monkeypatch, "--write", "--unsafe")
    text = Path("project/tenant/templates/role.yaml").read_text(encoding="utf-8")
    assert '["dynamodb:GetItem", "{{ .Values.act }}", "dynamodb:Query"]' in text


def test_each_overlay_is_judged_for_itself(
    tried: Tried, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One overlay takes all policies away: what cures the other one in the base does not cure it."""
    tree: Tree = {
        "base/kustomization.yaml": BASE,
        "base/role.yaml": POORER,
        "one/kustomization.yaml": OVERLAY,
        "two/kustomization.yaml": OVERLAY
        + 'namePrefix: two-\npatches: [{target: {kind: Role}, patch: \'[{"op": "add", "path": "/spec/inlinePolicies", "value": {}}]\'}]\n',
    }
    tried(tree)
    fix(monkeypatch, "--write")
    shown = capsys.readouterr().out
    report = check(GateOptions(("project",), parameters=CELL))
    assert verdicts(report) == {"granted", "not-granted"}
    assert "not fixed" in shown
