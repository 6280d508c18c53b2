"""Templates of Helm without helm: what is said of them holds for what helm makes of them, whatever the values are."""

# manifests on one line

from __future__ import annotations

from pathlib import Path

import pytest

from checker.ack.open_templates import open_text, restore
from checker.config.file import parse_config
from checker.gate.judge import judge
from checker.gate.options import GateOptions
from checker.gate.prepare import prepare
from checker.gate.report import Report
from checker.text.documents import Piece, parse_piece
from checker.text.nodes import plain
from checker.text.source import Source

from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import verdicts
from .test_built import Tried, tried
from .test_charts import chart

__all__ = ["tried"]
ROLE = GOOD.replace("  name: acme-reverse-proxy\n  assume", "  name: {{ .Values.name }}-reverse-proxy\n  assume")
TABLE = "table/cell2-auth-keys"
LACKING = '"dynamodb:GetItem"'
BOTH = '"dynamodb:GetItem", "dynamodb:Query"'
TEMPLATES: dict[str, str] = {
    "a name": ROLE,
    "a table": ROLE.replace(TABLE, "table/{{ .Values.table }}"),
    "a table with a default": ROLE.replace(TABLE, 'table/{{ .Values.table | default "cell2-auth-keys" }}'),
    "actions without quotes": ROLE.replace("[" + BOTH + "]", "{{ .Values.actions | toJson }}"),
    "within a branch": "{{- if .Values.on }}\n" + ROLE + "{{- end }}\n",
    "a branch within": ROLE.replace("  assumeRole", "  {{- if .Values.on }}\n  path: /x/\n  {{- end }}\n  assumeRole"),
    "a comment": "{{- /* two\n   lines */ -}}\n" + ROLE,
    "a variable": "{{- $name := .Values.name }}\n" + ROLE.replace(".Values.name", "$name"),
    "labels": ROLE.replace("  namespace", "  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\n  namespace"),
    "a loop": "{{- range .Values.names }}\n---\n" + ROLE.replace("{{ .Values.name }}", "{{ . }}") + "{{- end }}\n",
    "a boundary": ROLE.replace("  assumeRole", "  permissionsBoundary: {{ .Values.boundary }}\n  assumeRole"),
    "a document as a value": ROLE.split("    auth-keys:")[0]
    + "    auth-keys: |\n      {{- .Values.document | nindent 6 }}\n",
    "annotations": ROLE.replace(
        "  namespace", "  annotations:\n    {{- toYaml .Values.labels | nindent 4 }}\n  namespace"
    ),
    "policies": ROLE.replace("  assumeRole", "  policies: {{ .Values.policies | toJson }}\n  assumeRole"),
}
ODD = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
DENY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}'
DOCUMENT = GOOD.split("auth-keys: '")[1].strip().rstrip("'")
VALUES = {
    "well": f'name: acme\ntable: cell2-auth-keys\nactions: ["dynamodb:GetItem", "dynamodb:Query"]\non: true\nlabels: {{a: b}}\nnames: [acme, umbra]\nboundary: {ODD}\npolicies: []\ndocument: |\n  {DOCUMENT}\n',
    "otherwise": f'name: x\ntable: other\nactions: ["dynamodb:GetItem"]\non: false\nlabels: {{}}\nnames: []\nboundary: {ODD}\npolicies: [{ODD}]\ndocument: x\n',
}


def definite(report: Report) -> set[str]:
    return {verdict for verdict in verdicts(report) if verdict in ("granted", "not-granted")}


@pytest.mark.parametrize("case", TEMPLATES)
def test_a_template_by_itself_is_not_refuted_by_helm(case: str, tried: Tried) -> None:
    report = tried({"project/t.yaml": TEMPLATES[case]})
    assert not report.failures
    assert verdicts(report), [item.message for item in report.findings]
    assert any(item.in_part for item in report.skipped) or case == "a comment"


@pytest.mark.long
@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("case", TEMPLATES)
def test_what_helm_makes_of_it_is_judged_alike(
    case: str, values: str, tmp_path: Path, renderers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.yaml").write_text(TEMPLATES[case], encoding="utf-8")
    parameters = {"region": "us-east-1", "account": "111122223333", "authKeysTable": "cell2-auth-keys"}
    alone = judge(*prepare(GateOptions(("t.yaml",), parameters=parameters))).report
    Path("t.yaml").unlink()
    for path, text in chart(TEMPLATES[case], VALUES[values]).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    made = judge(*prepare(GateOptions((".",), parameters=parameters))).report
    assert not made.failures
    assert all(item.reason == "assumed-values" for item in made.skipped), made.skipped
    if definite(alone) and verdicts(made):
        assert definite(alone) == verdicts(made)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (ROLE, "granted"),
        (ROLE.replace(BOTH, LACKING), "not-granted"),
        (TEMPLATES["a table"], "conditional"),
        ("{{- if .Values.on }}\n" + ROLE.replace(BOTH, LACKING) + "{{- end }}\n", "not-granted"),
        (TEMPLATES["a branch within"], "unknown"),
        (TEMPLATES["a boundary"], "unknown"),
        (TEMPLATES["policies"], "unknown"),
        (ROLE.rstrip() + "\n    {{- if .Values.b }}\n    deny: '" + DENY + "'\n    {{- end }}\n", "unknown"),
        (
            ROLE.replace(
                "  assumeRole",
                "  {{- if .Values.b }}\n  permissionsBoundary: arn:aws:iam::aws:policy/AWSDenyAll\n  {{- end }}\n  assumeRole",
            ),
            "unknown",
        ),
        (ROLE.split("    auth-keys:")[0] + "    auth-keys: |\n{{/* hi */}}\n      " + DOCUMENT + "\n", "granted"),
    ],
)
def test_the_verdict_on_a_template_alone(text: str, verdict: str, tried: Tried) -> None:
    assert verdict in verdicts(tried({"project/t.yaml": text}))


@pytest.mark.parametrize(
    "text",
    [
        ROLE.replace("  assumeRole", "  {{- toYaml .Values.more | nindent 2 }}\n  assumeRole"),
        ROLE.replace("  assumeRole", "  {{ .Values.key }}: x\n  assumeRole"),
        ROLE.replace("{{ .Values.name }}", "{{- .Values.name }}"),
        ROLE.replace("{{ .Values.name }}", "{{ .Values.a\n  }}"),
        ROLE.replace("  assumeRole", "  {{ if .Values.on }}path: /x/{{ end }}\n  assumeRole"),
        ROLE + "#@ if data.values.x:\n",
        ROLE.replace(
            "  assumeRole", "  permissionsBoundary: {{/* why */}}arn:aws:iam::aws:policy/AWSDenyAll\n  assumeRole"
        ),
        ROLE.replace("  assumeRole", "  path: /x/ # keep\n  {{- $x := 1 -}}\n  assumeRole"),
        ROLE.replace("  assumeRole", "  # {{- /* x */ -}}\n  assumeRole"),
        ROLE.replace("  inlinePolicies:\n", "  inlinePolicies:\n    # {{- toYaml .Values.more | nindent 4 }}\n"),
        ROLE.replace("  assumeRole", "  tags: {{ toYaml .Values.t | nindent 2 }}\n  assumeRole"),
        ROLE.replace("  assumeRole", "  tags: {{ toYaml .Values.t }}\n  assumeRole"),
        ROLE + "{{ if .Values.b }}\n---\n{{ end }}\n" + ROLE.replace("reverse-proxy", "other"),
        ROLE.replace("acme", "\ue000"),
    ],
)
def test_what_may_put_in_anything_is_set_aside(text: str, tried: Tried) -> None:
    report = tried({"project/t.yaml": text})
    assert verdicts(report) == set()
    assert {item.rule for item in report.findings} & {"templated-manifest", "invalid-yaml"}


def test_a_finding_stands_where_it_is_written(tried: Tried) -> None:
    text = "{{- if .Values.on }}\n" + ROLE.replace("dynamodb:Query", "dynamodb:Qurey") + "{{- end }}\n"
    text = text.replace(
        '"Effect": "Allow", "Action": ["dynamodb',
        '"Effect": "Allow", "Sid": {{ .Values.id | quote }}, "Action": ["dynamodb',
    )
    assert ".Values.id" in text
    report = tried({"project/t.yaml": text})
    place = next(item.location for item in report.findings if item.rule == "unknown-action")
    line = text.splitlines()[place.start.line - 1]
    assert line[place.start.column - 1 : place.end.column - 1] == '"dynamodb:Qurey"'


def test_a_cell_fills_in_what_has_no_quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.yaml").write_text(TEMPLATES["a table"], encoding="utf-8")
    config = (
        "version: 1\ncells: {c: {region: us-east-1, account: '111122223333', parameters: {authKeysTable: cell2-auth-keys},"
        " placeholders: {.Values.table: '${authKeysTable}', .Values.name: acme}}}\n"
    )
    Path("checker.yaml").write_text(config, encoding="utf-8")
    assert parse_config("checker.yaml", config.encode()).cells[0].placeholders
    report = judge(*prepare(GateOptions(("t.yaml",)))).report
    assert [item.rule for item in report.findings] == []
    assert report.summary.roles == 1


def test_a_branch_is_never_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.yaml").write_text(TEMPLATES["within a branch"], encoding="utf-8")
    Path("checker.yaml").write_text(
        "version: 1\ncells: {c: {region: us-east-1, account: '111122223333', parameters: {authKeysTable: cell2-auth-keys},"
        " placeholders: {.Values.name: acme}}}\n",
        encoding="utf-8",
    )
    report = judge(*prepare(GateOptions(("t.yaml",)))).report
    assert [item.rule for item in report.findings] == ["templated-manifest"]
    assert report.summary.roles == 0


def test_text_keeps_its_length_and_its_values() -> None:
    text = (
        'a: {{ .x }}\nb: "{{ .y | default "q" }}-{{ .x }}"\nc: |\n  x{{ .x }}{{ .x }}\n{{- if .z }}\nd: 1\n{{- end }}\n'
    )
    made = open_text(text)
    assert made is not None
    assert len(made.text) == len(text)
    (document,) = parse_piece(Piece(Source("x", text), 0, made.text))
    restore(document.root, made.expressions)
    assert plain(document.root) == {
        "a": "{{ .x }}", "b": '{{ .y | default "q" }}-{{ .x }}', "c": "x{{ .x }}{{ .x }}\n", "d": 1,
    }  # fmt: skip
    assert [text[offset:].splitlines()[0] for offset in made.branches] == ["{{- if .z }}", "{{- end }}"]
