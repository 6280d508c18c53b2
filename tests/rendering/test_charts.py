"""Charts that are rendered: the verdict is that of what helm prints, and findings point at lines of the templates."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from checker.cli import main
from checker.errors import UsageError
from checker.gate.options import GateOptions
from checker.gate.prepare import check
from checker.gate.report import Report

from ..conftest import CELL
from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import verdicts
from .test_built import Tree, Tried, said, tried

pytestmark = pytest.mark.usefixtures("renderers")
__all__ = ["tried"]

CHART = "apiVersion: v2\nname: tenant\nversion: 0.1.0\n"
TABLE = "arn:aws:dynamodb:{{ .Values.region }}:{{ .Values.account }}:table/{{ .Values.table }}"
TRUST = """  assumeRolePolicyDocument: |
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"]
      }]
    }
"""
ROLE = (
    """apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata:
  name: {{ .Values.index }}-reverse-proxy
  namespace: {{ .Release.Namespace }}
  labels: {{- toYaml .Values.labels | nindent 4 }}
spec:
  name: {{ .Values.index }}-reverse-proxy
"""
    + TRUST
    + f"""  inlinePolicies:
    auth-keys: |
      {{
        "Version": "2012-10-17",
        "Statement": [{{
          "Effect": "Allow",
          "Action": ["dynamodb:GetItem", "dynamodb:Query"],
          "Resource": "{TABLE}"
        }}]
      }}
"""
)
VALUES = 'index: acme\nregion: us-east-1\naccount: "111122223333"\ntable: cell2-auth-keys\nlabels: {app: proxy}\n'


def chart(template: str, values: str = VALUES, **more: str) -> Tree:
    files = {"Chart.yaml": CHART, "values.yaml": values, "templates/role.yaml": template}
    return {f"tenant/{name}": text for name, text in {**files, **more}.items()}


RANGE = (
    "{{- range .Values.tenants }}\n---\n"
    + ROLE.replace(".Values.index", ".").replace(".Values", "$.Values").replace(".Release", "$.Release")
    + "{{- end }}\n"
)
CHARTS: dict[str, Tree] = {
    "one role": chart(ROLE),
    "a role without a grant on this table": chart(ROLE, VALUES.replace("cell2-auth-keys", "other")),
    "tenants in a range": chart(RANGE, VALUES + "tenants: [acme, umbra, initech]\n"),
    "a branch that grants nothing": chart(
        "{{- if .Values.grants }}\n" + ROLE + "{{- else }}\n" + ROLE.split("  inlinePolicies")[0] + "{{- end }}\n",
        VALUES + "grants: false\n",
    ),
    "a document as values": chart(
        ROLE.split("    auth-keys: |")[0] + "    auth-keys: {{ .Values.policy | toJson | quote }}\n",
        VALUES + "policy: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: ['dynamodb:GetItem', 'dynamodb:Qurey'], Resource: 'arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys'}]}\n",
    ),
    "a document of a helper": chart(
        ROLE.split("    auth-keys: |")[0] + '    auth-keys: |\n      {{- include "tenant.policy" . | nindent 6 }}\n',
        **{"templates/_helpers.tpl": '{{- define "tenant.policy" -}}\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "' + TABLE + '"}]}\n{{- end }}\n'},
    ),
    "a policy by reference": chart(
        ROLE.split("  inlinePolicies")[0] + "  policyRefs: [{from: {name: {{ .Release.Name }}-keys}}]\n",
        **{"templates/policy.yaml": "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Policy\nmetadata: {name: {{ .Release.Name }}-keys, namespace: {{ .Release.Namespace }}}\nspec:\n  name: keys\n  policyDocument: '{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"dynamodb:GetItem\", \"dynamodb:Query\"], \"Resource\": \"" + TABLE + "\"}]}'\n"},
    ),
    "a service account with its role": chart(
        ROLE + "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: proxy\n  namespace: {{ .Release.Namespace }}\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::{{ .Values.account }}:role/{{ .Values.index }}-reverse-proxy\n"
    ),
    "a chart in a chart": {
        **{name.replace("tenant/", "tenant/charts/inner/", 1): text.replace("name: tenant", "name: inner") for name, text in chart(ROLE).items()},
        "tenant/Chart.yaml": CHART,
        "tenant/values.yaml": "inner: {table: other}\n",
    },
    "what asks for the API of ACK": chart('{{- if .Capabilities.APIVersions.Has "iam.services.k8s.aws/v1alpha1" }}\n' + ROLE + "{{- end }}\n"),
    "switched off": chart("{{- if .Values.enabled }}\n" + ROLE + "{{- end }}\n", VALUES + "enabled: false\n"),
    "a list of actions": chart(ROLE.replace('["dynamodb:GetItem", "dynamodb:Query"]', "{{ toJson .Values.actions }}"), VALUES + "actions: ['dynamodb:Get*', 'dynamodb:PutItem']\n"),
}  # fmt: skip


def rendered(folder: str, *arguments: str) -> Report:
    """What the gate says of what helm prints."""
    command = [str(shutil.which("helm")), "template", "release", folder, *arguments]
    command += ["--api-versions", "iam.services.k8s.aws/v1alpha1"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    Path("built").mkdir(exist_ok=True)
    Path("built/built.yaml").write_text(printed or "{}\n", encoding="utf-8")
    return check(GateOptions(("built",), parameters=CELL))


@pytest.mark.parametrize("case", CHARTS)
def test_the_verdict_is_that_of_what_is_rendered(case: str, tried: Tried) -> None:
    report = tried(CHARTS[case])
    other = rendered("project/tenant")
    assert not report.failures
    assert verdicts(report) == verdicts(other)
    found = tuple(item for item in report.findings if item.rule != "templated-manifest")
    assert said(found) == said(other.findings)
    for item in found:
        if item.location.file.startswith("project/"):
            assert item.location.file.startswith("project/tenant/")
            lines = Path(item.location.file).read_text(encoding="utf-8").splitlines()
            assert item.location.start.line <= len(lines)
    (note,) = [item for item in report.findings if item.rule == "templated-manifest"]
    assert "the chart was rendered with its default values" in note.message


def test_a_literal_line_is_pointed_at_to_the_character(tried: Tried) -> None:
    template = ROLE.replace('"dynamodb:Query"]', '"dynamodb:Qurey"]')
    (finding,) = [item for item in tried(chart(template)).findings if item.rule == "unknown-action"]
    line = template.splitlines()[finding.location.start.line - 1]
    assert line[finding.location.start.column - 1 : finding.location.end.column - 1] == '"dynamodb:Qurey"'
    assert finding.location.file == "project/tenant/templates/role.yaml"


def test_a_line_that_is_filled_in_is_pointed_at_between_its_actions(tried: Tried) -> None:
    report = tried(CHARTS["a role without a grant on this table"])
    (finding,) = [item for item in report.findings if item.rule == "missing-grant"]
    line = ROLE.splitlines()[finding.location.start.line - 1]
    assert line.strip() == f'"Resource": "{TABLE}"'
    assert line[finding.location.start.column - 1 : finding.location.end.column - 1] == f'"{TABLE}"'


@pytest.mark.parametrize("number", range(3))
def test_each_round_of_a_range_is_found_where_it_is_written(number: int, tried: Tried) -> None:
    names = ["acme", "umbra", "initech"]
    template = RANGE.replace(
        '"dynamodb:Query"',
        f'{{{{ if ne . "{names[number]}" }}}}"dynamodb:Query"{{{{ else }}}}"dynamodb:Qurey"{{{{ end }}}}',
    )
    report = tried(chart(template, VALUES + "tenants: [acme, umbra, initech]\n"))
    (finding,) = [item for item in report.findings if item.rule == "unknown-action"]
    assert "dynamodb:Qurey" in template.splitlines()[finding.location.start.line - 1]
    assert finding.subject is not None
    assert finding.subject.name == f"{names[number]}-reverse-proxy"


ARGO = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: tenants, namespace: argocd}
spec:
  destination: {namespace: tenant-acme}
  source:
    repoURL: https://example.com/x
    path: project/tenant
    helm:
      releaseName: acme
"""
FLUX = """apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: tenants, namespace: flux-system}
spec:
  chart: {spec: {chart: ./project/tenant, sourceRef: {kind: GitRepository, name: x}}}
  targetNamespace: tenant-acme
"""
WRONG = VALUES.replace("cell2-auth-keys", "other")
RELEASES: dict[str, Tree] = {
    "Argo CD, parameters": {"apps/a.yaml": ARGO + "      parameters: [{name: table, value: cell2-auth-keys}]\n"},
    "Argo CD, values as text": {"apps/a.yaml": ARGO + "      values: |\n        table: cell2-auth-keys\n"},
    "Argo CD, values": {"apps/a.yaml": ARGO + "      valuesObject: {table: cell2-auth-keys}\n"},
    "Argo CD, a file": {"apps/a.yaml": ARGO + "      valueFiles: [prod.yaml]\n", "tenant/prod.yaml": "table: cell2-auth-keys\n"},
    "Flux, values": {"apps/f.yaml": FLUX + "  values: {table: cell2-auth-keys}\n"},
    "Flux, a file": {"apps/f.yaml": FLUX.replace("chart: ./project/tenant,", "chart: ./project/tenant, valuesFiles: [project/tenant/prod.yaml],"), "tenant/prod.yaml": VALUES},
    "Flux, two files": {"apps/f.yaml": FLUX.replace("chart: ./project/tenant,", "chart: ./project/tenant, valuesFiles: [project/tenant/values.yaml, project/tenant/prod.yaml],"), "tenant/prod.yaml": "table: cell2-auth-keys\n"},
    "Flux, a file that need not be there": {"apps/f.yaml": FLUX.replace("chart: ./project/tenant,", "chart: ./project/tenant, ignoreMissingValuesFiles: true, valuesFiles: [project/tenant/gone.yaml, project/tenant/prod.yaml],"), "tenant/prod.yaml": VALUES},
    "Argo CD, a namespace of its own": {"apps/a.yaml": ARGO.replace("destination: {namespace: tenant-acme}", "destination: {namespace: other}") + "      namespace: tenant-acme\n" + "      parameters: [{name: table, value: cell2-auth-keys}]\n"},
}  # fmt: skip


@pytest.mark.parametrize("case", RELEASES)
def test_the_values_of_a_release_decide(case: str, tried: Tried) -> None:
    report = tried({**chart(ROLE, WRONG), **RELEASES[case]})
    assert verdicts(report) == {"granted"}
    assert said(report.findings) == set()
    (made,) = [made for outcome in report.outcomes for made in outcome.checks]
    assert made.role.object.namespace == "tenant-acme"


GOOD_VALUES = "      parameters: [{name: table, value: cell2-auth-keys}]\n"
OVERRIDES: dict[str, tuple[str, Tree, str]] = {
    "parameters, which replace those of the Application": (GOOD_VALUES, {".argocd-source-tenants.yaml": "helm: {parameters: [{name: image.tag, value: v2}]}\n"}, "not-granted"),
    "what has to do with images": (GOOD_VALUES, {".argocd-source-tenants.yaml": "kustomize: {images: [proxy:v2]}\n"}, "granted"),
    "what is meant for another one": (GOOD_VALUES, {".argocd-source-others.yaml": "helm: {parameters: []}\n"}, "granted"),
    "one in another namespace": (GOOD_VALUES, {".argocd-source-argocd_tenants.yaml": "helm: {parameters: []}\n"}, "not-granted"),
    "for all": (GOOD_VALUES, {".argocd-source.yaml": "helm: {parameters: null}\n"}, "not-granted"),
    "the one for all before that of the Application": (
        "",
        {".argocd-source.yaml": "helm: {valueFiles: [nothing.yaml]}\n", ".argocd-source-tenants.yaml": "helm: {valueFiles: [prod.yaml]}\n", "prod.yaml": "table: cell2-auth-keys\n"},
        "granted",
    ),
    "where it comes from stays": (GOOD_VALUES, {".argocd-source.yaml": "path: elsewhere\nchart: other\n"}, "granted"),
}  # fmt: skip


@pytest.mark.parametrize("case", OVERRIDES)
def test_files_beside_a_chart_change_what_argo_cd_renders(case: str, tried: Tried) -> None:
    helm, files, verdict = OVERRIDES[case]
    beside = {f"tenant/{name}": text for name, text in files.items()}
    report = tried({**chart(ROLE, WRONG), "apps/a.yaml": ARGO + helm, **beside})
    assert verdicts(report) == {verdict}


BOMB = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{p: *a{n - 1}, q: *a{n - 1}}}\n" for n in range(1, 24))


@pytest.mark.parametrize(
    "override", ["helm: {parameters: [\n", "helm: &a\n  valuesObject: *a\n", f"helm:\n  valuesObject: {{}}\n{BOMB}", "helm: [x]\n", "- x\n"]
)  # fmt: skip
def test_one_that_cannot_be_read_leaves_the_chart_a_template(override: str, tried: Tried) -> None:
    broken = {"tenant/.argocd-source.yaml": override}
    report = tried({**chart(ROLE, WRONG), "apps/a.yaml": ARGO + GOOD_VALUES, **broken})
    assert verdicts(report) == set()
    notes = [item.message for item in report.findings if item.rule == "templated-manifest"]
    assert any(".argocd-source.yaml, which changes what Argo CD renders, cannot be read" in note for note in notes)


UNFIT: dict[str, Tree] = {
    "Flux, suspended": {"apps/f.yaml": FLUX + "  suspend: true\n"},
    "Argo CD, not reconciled": {"apps/a.yaml": ARGO.replace("namespace: argocd}", 'namespace: argocd, annotations: {argocd.argoproj.io/skip-reconcile: "true"}}') + GOOD_VALUES},
    "Flux, values from elsewhere": {"apps/f.yaml": FLUX + "  valuesFrom: [{kind: ConfigMap, name: x}]\n"},
    "Argo CD, values of another source": {"apps/a.yaml": ARGO + "      valueFiles: [$values/x.yaml]\n"},
    "a generator": {"apps/a.yaml": ARGO.replace("kind: Application", "kind: ApplicationSet").replace("spec:\n  destination", "spec:\n template:\n  spec:\n  destination", 1).replace("\n  ", "\n    ").replace("    spec:\n    dest", "  spec:\n    dest") + "        valueFiles: ['{{name}}.yaml']\n"},
    "a file outside of the project": {"apps/a.yaml": ARGO + "      valueFiles: [../../../outside.yaml]\n"},
}  # fmt: skip


@pytest.mark.parametrize("case", UNFIT)
def test_values_that_are_not_in_the_project_leave_it_a_template(case: str, tried: Tried, tmp_path: Path) -> None:
    (tmp_path.parent / "outside.yaml").write_text(VALUES, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], check=True)
    report = tried({**chart(ROLE), **UNFIT[case]})
    assert verdicts(report) == set()
    notes = [item.message for item in report.findings if item.rule == "templated-manifest"]
    assert any("the chart was not rendered" in note for note in notes), notes
    assert any(item.rule == "no-matching-role" for item in report.findings)


REPLACED: dict[str, Tree] = {
    "Flux, files in place of the chart's own": {"apps/f.yaml": FLUX.replace("chart: ./project/tenant,", "chart: ./project/tenant, valuesFiles: [project/tenant/prod.yaml],"), "tenant/prod.yaml": VALUES.replace("table: cell2-auth-keys\n", "")},
    "Argo CD, an object in place of the text": {"apps/a.yaml": ARGO + "      values: |\n        table: cell2-auth-keys\n      valuesObject: {table: other}\n"},
    "Argo CD, an empty object in place of the text": {"tenant/values.yaml": WRONG, "apps/a.yaml": ARGO + "      values: |\n        table: cell2-auth-keys\n      valuesObject: {}\n"},
}  # fmt: skip


@pytest.mark.parametrize("case", REPLACED)
def test_values_that_are_replaced_do_not_count(case: str, tried: Tried) -> None:
    assert verdicts(tried({**chart(ROLE), **REPLACED[case]})) == {"not-granted"}


def test_values_to_try_with_are_taken(tried: Tried) -> None:
    report = tried(
        {**chart(ROLE, WRONG), "tenant/ci/one-values.yaml": VALUES, "tenant/ci/two-values.yaml": "index: umbra\n"}
    )
    checks = {made.role.name: made.required for outcome in report.outcomes for made in outcome.checks}
    assert {name: {item.proof.verdict for item in asked if item.proof} for name, asked in checks.items()} == {
        "acme-reverse-proxy": {"granted"},
        "umbra-reverse-proxy": {"not-granted"},
    }
    (note,) = [item.message for item in report.findings if item.rule == "templated-manifest"]
    assert "ci/one-values.yaml, ci/two-values.yaml" in note


def test_the_cell_gives_values(tried: Tried) -> None:
    config = """version: 1
cells:
  cell2:
    region: us-east-1
    account: "111122223333"
    parameters: {authKeysTable: cell2-auth-keys}
    placeholders: {.Values.table: "${authKeysTable}", .Release.Namespace: tenant-acme}
"""
    report = tried({**chart(ROLE, WRONG), "checker.yaml": config}, config="project/checker.yaml")
    assert verdicts(report) == {"granted"}
    assert "templated-manifest" not in {item.rule for item in report.findings}


def test_a_release_that_fails_is_an_error(tried: Tried) -> None:
    template = ROLE.replace("{{ .Values.index }}", '{{ required "an index is needed" .Values.index }}')
    report = tried({**chart(template, VALUES.replace("index: acme", "")), "apps/f.yaml": FLUX})
    (finding,) = [item for item in report.findings if item.rule == "failed-rendering"]
    assert "an index is needed" in finding.message
    assert finding.location.file == "project/tenant/Chart.yaml"
    assert verdicts(report) == set()


def test_a_file_of_values_that_is_not_there_is_an_error(tried: Tried) -> None:
    report = tried({**chart(ROLE), "apps/a.yaml": ARGO + "      valueFiles: [nothing.yaml]\n"})
    (finding,) = [item for item in report.findings if item.rule == "failed-rendering"]
    assert "Application argocd/tenants names project/tenant/nothing.yaml, which is not there" in finding.message


def test_defaults_that_do_not_suffice_are_no_error(tried: Tried) -> None:
    template = ROLE.replace("{{ .Values.index }}", '{{ required "an index is needed" .Values.index }}')
    report = tried(chart(template, VALUES.replace("index: acme", "")))
    assert "failed-rendering" not in {item.rule for item in report.findings}
    assert any("an index is needed" in item.message for item in report.findings)
    assert verdicts(report) == set()


def test_a_link_that_leads_out_of_the_chart_is_not_followed(tried: Tried, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2", encoding="utf-8")
    Path("project/tenant").mkdir(parents=True)
    os.symlink(tmp_path / "secret", "project/tenant/secret")
    template = ROLE.replace("{{ .Values.index }}", '{{ .Files.Get "secret" }}')
    report = tried(chart(template))
    assert any("is a link that leads out of the chart" in item.message for item in report.findings)
    assert "hunter2" not in str([item.message for item in report.findings])


def test_a_comment_in_a_template_accepts(tried: Tried) -> None:
    template = ROLE.replace("    auth-keys: |\n", "    # checker: ignore[missing-grant] on purpose\n    auth-keys: |\n")
    report = tried(chart("{{- if true }}\n" + template + "{{- end }}\n", WRONG))
    assert verdicts(report) == {"not-granted"}
    assert {item.rule for item in report.findings} == {"templated-manifest"}
    assert {item.finding.rule for item in report.suppressed} == {"missing-grant"}


def test_without_helm_it_is_a_template(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.rendering.helm.find_helm", lambda: None)
    report = tried(chart(ROLE))
    assert verdicts(report) == set()
    assert "templated-manifest" in {item.rule for item in report.findings}
    config = "version: 1\nrender: {helm: required}\n"
    with pytest.raises(UsageError, match=r"render\.helm is required, and helm is not on PATH"):
        tried({**chart(ROLE), "checker.yaml": config}, config="project/checker.yaml")


def test_fix_leaves_templates_alone(
    tried: Tried, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(chart(ROLE, WRONG))
    cell = [f"--set={key}={value}" for key, value in CELL.items()]
    monkeypatch.setattr("sys.argv", ["checker", "fix", "project", "--write", *cell])
    before = {path: path.read_bytes() for path in Path("project").rglob("*.*")}
    assert main() == 1
    assert "not fixed: it is what helm template project/tenant" in capsys.readouterr().out
    assert before == {path: path.read_bytes() for path in Path("project").rglob("*.*")}


@pytest.mark.parametrize(
    "passed", ["project/tenant/prod.yaml", "project/apps/a.yaml", "project/tenant/templates/role.yaml"]
)
def test_a_file_that_changes_what_comes_out_asks_about_it(passed: str, tried: Tried) -> None:
    """As a pre-commit hook passes it: the file alone, in a work tree."""
    release = {"apps/a.yaml": ARGO + "      valueFiles: [prod.yaml]\n", "tenant/prod.yaml": "table: other\n"}
    subprocess.run(["git", "init", "-q"], check=True)
    tried({**chart(ROLE), **release})
    report = check(GateOptions((passed,), parameters=CELL))
    assert verdicts(report) == {"not-granted"}
    assert "missing-grant" in {item.rule for item in report.findings}


def test_assumed_values_are_told_to_who_passes_the_chart(tried: Tried) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    tried({**chart(ROLE), "other/x.yaml": GOOD})
    report = check(GateOptions(("project/tenant",), parameters=CELL))
    assert [item.rule for item in report.findings] == ["templated-manifest"]
    assert check(GateOptions(("project/other",), parameters=CELL)).findings == ()


INJECTED = {
    "an option as the name": FLUX + "  releaseName: --output-dir=/tmp/pwned\n",
    "an option as the namespace": FLUX.replace("targetNamespace: tenant-acme", "targetNamespace: --set=x"),
    "a NUL": FLUX + '  releaseName: "a\\0b"\n',
    "a NUL in a file": FLUX.replace("chart: ./project/tenant,", 'chart: ./project/tenant, valuesFiles: ["a\\0b"],'),
    "several files in one": FLUX.replace("chart: ./project/tenant,", 'chart: ./project/tenant, valuesFiles: ["a.yaml,b.yaml"],'),
    "post-renderers": FLUX + "  postRenderers: [{kustomize: {}}]\n",
    "an old field for a file": FLUX.replace("chart: ./project/tenant,", "chart: ./project/tenant, valuesFile: x.yaml,"),
    "a chart named elsewhere": FLUX.replace("chart: {spec: {chart: ./project/tenant, sourceRef: {kind: GitRepository, name: x}}}", "chartRef: {kind: HelmChart, name: x}"),
    "a chart of its name from a registry": FLUX.replace("chart: ./project/tenant, sourceRef: {kind: GitRepository, name: x}", "chart: tenant, sourceRef: {kind: HelmRepository, name: x}"),
    "a chart of its name from a registry, in Argo CD": ARGO.replace("path: project/tenant", "chart: tenant"),
    "parameters from files": ARGO + "      fileParameters: [{name: table, path: x}]\n",
    "values that are no YAML": ARGO + "      values: 'd: 2024-99-99'\n",
    "a patch of the template": ARGO.replace("kind: Application", "kind: ApplicationSet").replace("spec:\n  dest", "spec:\n  templatePatch: x\n  template:\n   spec:\n    dest", 1).replace("\n  source:\n", "\n    source:\n").replace("\n    repoURL", "\n      repoURL").replace("\n    path:", "\n      path:").replace("\n    helm:\n      releaseName", "\n      helm:\n        releaseName"),
}  # fmt: skip


@pytest.mark.parametrize("case", INJECTED)
def test_a_release_that_cannot_be_followed_is_not_rendered(case: str, tried: Tried) -> None:
    report = tried({**chart(ROLE), "apps/r.yaml": INJECTED[case]})
    assert not report.failures
    assert verdicts(report) == set()
    assert any("the chart was not rendered" in item.message for item in report.findings)
    assert not Path("/tmp/pwned").exists()


ACCOUNT = """apiVersion: v1
kind: ServiceAccount
metadata:
  name: reverse-proxy-{{ required "say who" .Values.who }}
  annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::{{ .Values.account }}:role/x"}
"""


def of_templates(report: Report) -> list[tuple[str, str]]:
    return [(item.location.file, item.message) for item in report.findings if item.rule == "templated-manifest"]


def test_a_chart_that_is_not_rendered_is_told_once(tried: Tried) -> None:
    files = {**chart(ROLE), "tenant/templates/sa.yaml": ACCOUNT}
    ((file, message),) = of_templates(tried(files))
    assert file == "project/tenant/Chart.yaml"
    assert message.endswith("say who; 2 objects in its templates: 1 checked in part, 1 not checked")
    # A suppression in one of them must not hide the others, nor go unseen itself.
    accepted = {**files, "tenant/templates/sa.yaml": f"# checker: ignore[unused] no reason\n{ACCOUNT}"}
    told = of_templates(tried(accepted))
    assert [file for file, _ in told] == ["project/tenant/Chart.yaml", "project/tenant/templates/sa.yaml"]
    assert told[0][1].endswith("say who; 1 object in its templates: not checked")


def test_a_release_that_helm_refuses_is_told_once(tried: Tried) -> None:
    report = tried({**chart(ROLE), "tenant/templates/sa.yaml": ACCOUNT, "apps/r.yaml": ARGO})
    # The other rule may be switched off: what holds placeholders is told as well, once a chart.
    ((_, message),) = of_templates(report)
    assert message.endswith(" is a placeholder (helm), and 1 more object in this chart hold some")
    assert [item.rule for item in report.findings].count("failed-rendering") == 1
    assert report.summary.skipped == 2


def test_a_chart_that_another_takes_in_is_released_with_that_ones_values(tried: Tried) -> None:
    umbrella = CHART.replace("name: tenant", "name: all") + (
        "dependencies: [{name: tenant, version: 0.1.0, repository: 'file://../tenant'}]\n"
    )
    report = tried({**chart(ROLE), "all/Chart.yaml": umbrella, "all/values.yaml": "tenant: {table: other}\n"})
    assert "granted" not in verdicts(report)
    assert any("project/all/Chart.yaml takes it in as a part" in item.message for item in report.findings)


def test_a_release_of_another_chart_from_a_registry_says_nothing_of_it(tried: Tried) -> None:
    other = FLUX.replace("chart: ./project/tenant,", "chart: redis,").replace("GitRepository", "HelmRepository")
    assert verdicts(tried({**chart(ROLE), "apps/r.yaml": other})) == {"granted"}


def test_what_stands_in_values_is_applied_only_by_a_template(tried: Tried) -> None:
    assert tried(chart("a: b\n", "examples:\n- " + GOOD.replace("\n", "\n  ").rstrip() + "\n")).summary.roles == 0


CHANGED = {
    "an overlay": {"apps/kustomization.yaml": "resources: [r.yaml]\npatches: [{target: {kind: HelmRelease}, patch: '[{\"op\": \"add\", \"path\": \"/spec/values\", \"value\": {\"table\": \"other\"}}]'}]\n"},
    "a namespace": {"apps/kustomization.yaml": "resources: [r.yaml]\nnamespace: zed\n"},
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGED)
def test_a_release_that_something_changes_is_not_taken_as_it_is_written(case: str, tried: Tried) -> None:
    report = tried({**chart(ROLE), "apps/r.yaml": FLUX, **CHANGED[case]})
    assert verdicts(report) == set()
    assert any("changes HelmRelease flux-system/tenants" in item.message for item in report.findings)


def test_a_release_in_a_list_is_one(tried: Tried) -> None:
    item = "\n".join(f"    {line}" for line in (FLUX + "  values: {table: other}\n").splitlines())
    report = tried({**chart(ROLE), "apps/r.yaml": f"apiVersion: v1\nkind: List\nitems:\n  -\n{item}\n"})
    assert verdicts(report) == {"not-granted"}


def test_the_name_that_flux_gives_and_values_that_are_no_text(tried: Tried) -> None:
    template = ROLE.replace("{{ .Values.index }}", "{{ .Release.Name }}")
    report = tried({**chart(template), "apps/r.yaml": FLUX})
    assert {made.role.name for outcome in report.outcomes for made in outcome.checks} == {
        "tenant-acme-tenants-reverse-proxy"
    }
    branch = "{{- if .Values.grants }}\n" + ROLE + "{{- end }}\n"
    off = {"apps/r.yaml": ARGO + "      parameters: [{name: grants, value: 'false'}]\n"}
    assert verdicts(tried({**chart(branch, VALUES + "grants: true\n"), **off})) == set()


def test_what_looks_like_a_header_leads_nowhere(tried: Tried) -> None:
    """A comment of the template is none of helm's: no other file is opened, and none is named."""
    lead = "# Source: tenant/../../../../../../etc/passwd\n"
    broken = ROLE.replace('"dynamodb:Query"]', '"dynamodb:Qurey"]')
    report = tried(chart(lead + broken.replace("spec:\n", "# Source: see the wiki\nspec:\n")))
    assert verdicts(report) == {"granted", "not-granted"}
    assert {item.location.file for item in report.findings} == {
        "project/tenant/Chart.yaml",
        "project/tenant/templates/role.yaml",
    }
    forged = tried(chart(f"---\n{lead}{broken}"))
    assert all(item.location.file.startswith("project/tenant/") for item in forged.findings)


def test_a_packed_chart_is_found_at_the_chart(tried: Tried, tmp_path: Path) -> None:
    inner = chart(ROLE.replace('"dynamodb:Query"]', '"dynamodb:Qurey"]'))
    for name, text in inner.items():
        path = tmp_path / "packed" / name.replace("tenant/", "inner/", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("name: tenant", "name: inner"), encoding="utf-8")
    charts = tmp_path / "project" / "tenant" / "charts"
    charts.mkdir(parents=True)
    subprocess.run(
        [str(shutil.which("helm")), "package", "-q", str(tmp_path / "packed/inner"), "-d", str(charts)],
        check=False,
        capture_output=True,
    )
    subprocess.run(["tar", "czf", str(charts / "inner-0.1.0.tgz"), "-C", str(tmp_path / "packed"), "inner"], check=True)
    shutil.rmtree(tmp_path / "packed")
    report = tried({"tenant/Chart.yaml": CHART})
    assert verdicts(report) == {"granted", "not-granted"}
    (finding,) = [item for item in report.findings if item.rule == "unknown-action"]
    assert finding.location.file == "project/tenant/Chart.yaml"


def test_a_role_of_a_helper_is_not_lost(tried: Tried) -> None:
    helper = '{{- define "tenant.role" }}\n' + ROLE + "{{- end }}\n"
    tree = chart('{{ include "tenant.role" . }}\n', WRONG, **{"templates/_role.tpl": helper})
    assert verdicts(tried(tree)) == {"not-granted"}


def test_a_chart_with_many_equal_lines_takes_no_long(tried: Tried) -> None:
    lines = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n" + "".join(
        f"  k{number}: |\n    same\n    same\n" for number in range(6_000)
    )
    report = tried({**chart(ROLE), "tenant/templates/cm.yaml": lines})
    assert verdicts(report) == {"granted"}


@pytest.mark.parametrize("name", ["helmfile.yaml", "helmfile.d/tenants.yaml"])
def test_a_helmfile_may_release_the_chart(name: str, tried: Tried) -> None:
    text = "releases:\n- name: t\n  chart: ./tenant\n  set: [{name: table, value: other}]\n"
    report = tried({**chart(ROLE), name: text})
    assert verdicts(report) == set()
    assert any("helmfiles are not followed" in item.message for item in report.findings)
    assert verdicts(tried({**chart(ROLE), name: text, "apps/f.yaml": FLUX})) == {"granted"}


SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: tenants, namespace: argocd}
spec:
  goTemplate: GO
  generators:
  - list:
      elements:
      - {index: acme, table: cell2-auth-keys}
      - {index: umbra, table: other}
  template:
    metadata: {name: "tenant-{{DOTindex}}"}
    spec:
      destination: {namespace: "tenant-{{ DOTindex }}"}
      source:
        repoURL: https://example.com/x
        path: project/tenant
        helm:
          releaseName: "{{DOTindex}}"
          valuesObject: {index: "{{DOTindex}}", table: "{{DOTtable}}"}
"""


def made_by(text: str, tried: Tried) -> dict[str, set[str]]:
    report = tried({**chart(ROLE), "apps/set.yaml": text})
    assert not report.failures
    return {
        check.role.name: {question.proof.verdict for question in check.required if question.proof}
        for outcome in report.outcomes
        for check in outcome.checks
    }


@pytest.mark.parametrize(("go", "dot"), [("false", ""), ("true", ".")])
def test_a_list_of_elements_makes_a_release_each(go: str, dot: str, tried: Tried) -> None:
    text = SET.replace("GO", go).replace("DOT", dot)
    assert made_by(text, tried) == {"acme-reverse-proxy": {"granted"}, "umbra-reverse-proxy": {"not-granted"}}


@pytest.mark.parametrize(
    "text",
    [
        SET.replace("GO", "false").replace("DOT", "."),
        SET.replace("GO", "true").replace("DOTtable", ".table | lower").replace("DOT", "."),
        SET.replace("GO", "false")
        .replace("DOT", "")
        .replace("- list:\n      elements:", "- clusters: {}\n  - list:\n      elements:"),
        SET.replace("GO", "false")
        .replace("DOT", "")
        .replace("      elements:", "      elementsYaml: x\n      elements:"),
        SET.replace("GO", "false").replace("DOT", "").replace("table: other", "table: {a: b}"),
    ],
)
def test_what_a_generator_makes_otherwise_is_not_known(text: str, tried: Tried) -> None:
    assert all(verdicts <= {"conditional", "unknown"} for verdicts in made_by(text, tried).values())


ASKING = {
    "lookup": '{{- $found := lookup "v1" "ConfigMap" "x" "y" }}\n',
    ".Release.IsUpgrade": "{{- if .Release.IsUpgrade }}\n{{- end }}\n",
    ".Release.Revision": "# {{ .Release.Revision }}\n",
    "IsUpgrade": "{{- with .Release }}{{ if .IsUpgrade }}\n{{- end }}{{ end }}\n",
    "IsInstall": '{{- if index .Release "IsInstall" }}\n{{- end }}\n',
    ".Capabilities.KubeVersion": "{{- if .Capabilities.KubeVersion.GitVersion }}\n{{- end }}\n",
}


@pytest.mark.parametrize("what", ASKING)
def test_a_template_that_asks_the_cluster_is_told(what: str, tried: Tried) -> None:
    told = [item.message for item in tried(chart(ASKING[what] + ROLE)).findings]
    assert [text for text in told if f"goes by {what}, which helm template answers without a cluster" in text]


def test_a_template_that_asks_for_the_groups_of_ack_is_not_told(tried: Tried) -> None:
    guard = '{{- if .Capabilities.APIVersions.Has "iam.services.k8s.aws/v1alpha1" }}\n'
    told = [item.message for item in tried(chart(guard + ROLE + "{{- end }}\n")).findings]
    assert not [text for text in told if "without a cluster" in text]


LOOKUP = '{{- define "x" }}{{ if\n  lookup "v1" "ConfigMap" "x" "y" }}{{ end }}{{ end }}\n'


TAKEN = {
    "templates/helpers.tpl": '{{- include "x" . }}\n',
    "templates/_h.tpl": '{{- template "x" . }}\n',
    "charts/lib/templates/_h.tpl": '{{- include "x" . }}\n',
    "files/t.txt": '{{- tpl (.Files.Get "files/t.txt") . }}\n',
}


def with_lookup(name: str, template: str, tried: Tried) -> list[str]:
    part = {"tenant/charts/lib/Chart.yaml": CHART.replace("tenant", "lib") + "type: library\n"}
    report = tried({**chart(template + ROLE), **part, f"tenant/{name}": LOOKUP})
    return [item.message for item in report.findings if "goes by lookup, which helm template answers" in item.message]


@pytest.mark.parametrize("name", TAKEN)
def test_a_lookup_that_is_put_into_a_role_is_told(name: str, tried: Tried) -> None:
    assert with_lookup(name, TAKEN[name], tried)


@pytest.mark.parametrize("name", [*TAKEN, "README.md"])
def test_a_lookup_that_is_not_is_none(name: str, tried: Tried) -> None:
    assert not with_lookup(name, "", tried)


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_chart_for_anything_that_cannot_be_rendered_is_no_error(is_ours: bool, tried: Tried) -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x, annotations: {{ toJson .Values.anno }}}\n"
    account += "# eks.amazonaws.com/role-arn\n" if is_ours else ""
    needs = "dependencies: [{name: common, version: 1.x.x, repository: https://charts.example/x}]\n"
    given = "  values: {anno: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/other'}}\n"
    files = {"tenant/Chart.yaml": CHART + needs, "tenant/templates/sa.yaml": account, "apps/f.yaml": FLUX + given}
    rules = {item.rule for item in tried(files).findings}
    assert ("failed-rendering" in rules) == is_ours
    assert ("templated-manifest" in rules) != is_ours


def test_a_link_to_nothing_in_a_chart_is_no_end(tried: Tried) -> None:
    files = chart(ROLE)
    Path("project/tenant/docs").mkdir(parents=True)
    Path("project/tenant/docs/x.md").symlink_to("nowhere.md")
    named = FLUX.replace(
        "chart: ./project/tenant,", "chart: ./project/tenant, valuesFiles: [project/tenant/prod.yaml],"
    )
    ignored = {"tenant/.helmignore": "docs\n", "tenant/prod.yaml": VALUES}
    assert verdicts(tried({**files, **ignored, "apps/f.yaml": named})) == {"granted"}


def test_what_a_release_gives_to_a_chart_for_anything_is_seen(tried: Tried) -> None:
    account = (
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ .Values.name }}\n"
        "  {{- with .Values.annotations }}\n  annotations: {{- toYaml . | nindent 4 }}\n  {{- end }}\n"
    )
    poor = GOOD.replace("acme-reverse-proxy", "acme").replace('"dynamodb:Query"', '"dynamodb:DescribeTable"')
    given = "  values: {name: reverse-proxy-acme, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/acme'}}\n"
    report = tried({**chart(account, "name: x\n"), "apps/f.yaml": FLUX + given, "r/role.yaml": poor})
    assert "missing-grant" in {item.rule for item in report.findings}
