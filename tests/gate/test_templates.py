"""What is found in a template holds whatever its placeholders are filled in with; the rest is left to whoever fills
them in."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from checker.ack.filling import name_of
from checker.ack.kinds import IAM
from checker.ack.placeholders import find_in_text
from checker.cli import main
from checker.config.file import parse_config
from checker.errors import UsageError
from checker.findings.finding import Finding
from checker.gate.judge import judge
from checker.gate.judged import Judged
from checker.gate.options import GateOptions
from checker.gate.prepare import prepare
from checker.gate.prepared import Prepared, with_texts
from checker.gate.report import Report
from checker.gate.weakened import in_configuration
from checker.rules import BY_ID
from checker.rules.rule import looks_at_documents
from tests.hostile.bombs import GOOD
from tests.report import worlds

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / "tests" / "rules" / "cases"
FILLED = ("*", "x", "prod-1", "", "arn:aws:iam::111122223333:role/x", "dynamodb:GetItem", "StringEquals", "Allow", "10")
WORD = re.compile(r"[A-Za-z0-9*][\w.*-]*")
KRO = """apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: tenant}
spec:
  schema: {apiVersion: v1alpha1, kind: Tenant, spec: {name: string, table: string, issuer: string}}
  resources:
  - id: role
    template:
      apiVersion: iam.services.k8s.aws/v1alpha1
      kind: Role
      metadata: {name: "${schema.spec.name}-reverse-proxy", namespace: acme}
      spec:
        name: ${schema.spec.name}-reverse-proxy
        FIELD
        assumeRolePolicyDocument: |
          {"Version": "2012-10-17", "Statement": [TRUST]}
        inlinePolicies:
          keys: |
            {"Version": "2012-10-17", "Statement": [GRANT]}
"""
TRUST = (
    '{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/ISSUER"},'
    ' "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals":'
    ' {"ISSUER:sub": "SUB", "ISSUER:aud": "AUD"}}}'
)
WELL = TRUST.replace("ISSUER", "${schema.spec.issuer}").replace("SUB", "system:serviceaccount:acme:proxy")
WELL = WELL.replace("AUD", "sts.amazonaws.com")
GRANT = '{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "arn:aws:dynamodb:*:*:table/${schema.spec.table}"}'


OF_THE_PROJECT = {"templated-manifest", "unknown-grant", "conditional-grant", "untrusted-service-account"}
"""What is asked of the role as a whole, in a cell that says nothing."""


def found(made: Prepared) -> set[tuple[str, str]]:
    """The rule and the place of every finding that is not about the template itself."""
    report = judge(*made).report
    assert report.failures == ()
    about = [item for item in report.findings if item.subject is not None and item.rule not in OF_THE_PROJECT]
    return {(item.rule, item.path) for item in about}


def written(folder: Path, text: str) -> set[tuple[str, str]]:
    (folder / "graph.yaml").write_text(text, encoding="utf-8")
    return found(prepare(GateOptions((str(folder / "graph.yaml"),))))


def graph(field: str = "description: x", trust: str = WELL, grant: str = GRANT) -> str:
    return KRO.replace("FIELD", field).replace("TRUST", trust).replace("GRANT", grant)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "rule", "path"),
    [
        (graph("descriptoin: x"), "unknown-field", "spec.descriptoin"),
        (graph("maxSessionDuration: 60"), "invalid-field", "spec.maxSessionDuration"),
        (
            graph(grant=GRANT.replace("Query", "Qeury")),
            "unknown-action",
            "spec.inlinePolicies.keys#Statement[0].Action",
        ),
        (
            graph(grant=GRANT.replace('"Allow"', '"allow"').replace("${schema.spec.table}", "x")),
            "invalid-policy-element",
            "spec.inlinePolicies.keys#Statement[0].Effect",
        ),
        (
            graph(trust=WELL.replace("${schema.spec.issuer}", "oidc.eks.us-east-1.amazonaws.com/id/E").replace(
                ', "oidc.eks.us-east-1.amazonaws.com/id/E:aud": "sts.amazonaws.com"', ""
            )),
            "missing-audience",
            "spec.assumeRolePolicyDocument#Statement[0].Condition",
        ),
        (
            graph(trust=WELL + ', {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}'),
            "open-trust",
            "spec.assumeRolePolicyDocument#Statement[1].Principal",
        ),
        (
            graph(grant=GRANT + ', {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:x"}'),
            "malformed-resource",
            "spec.inlinePolicies.keys#Statement[1].Resource",
        ),
    ],
)  # fmt: skip
def test_what_is_literal_is_judged(text: str, rule: str, path: str, tmp_path: Path) -> None:
    assert written(tmp_path, text) == {(rule, path)}


@pytest.mark.parametrize(
    "text",
    [
        graph(),
        graph("maxSessionDuration: ${schema.spec.duration}"),
        graph("policies: ${schema.spec.policies}"),
        graph(grant=GRANT.replace("dynamodb:Query", "dynamodb:${schema.spec.action}")),
        graph(grant=GRANT.replace("Allow", "${schema.spec.effect}")),
        graph(grant=GRANT.replace("table/$", "tables/$")),
        graph(trust=WELL.replace(', "${schema.spec.issuer}:aud": "sts.amazonaws.com"', "")),
        graph(trust=WELL.replace("acme:proxy", "${schema.spec.name}:*")),
        graph(grant="${schema.spec.statements}"),
        graph(grant=f"{GRANT}, {GRANT}".replace("table/$", "table/x$", 1)),
    ],
)
def test_what_hangs_on_a_placeholder_is_left_open(text: str, tmp_path: Path) -> None:
    """Filled in, it may be right."""
    assert written(tmp_path, text) == set()


def test_an_api_version_may_be_filled_in(tmp_path: Path) -> None:
    """It is no kind that nobody acts on before it is."""
    text = graph().replace("v1alpha1\n      kind: Role", "${schema.spec.version}\n      kind: Role")
    (tmp_path / "graph.yaml").write_text(text, encoding="utf-8")
    report = judge(*prepare(GateOptions(("graph.yaml",)))).report
    told = {item.rule: item.message for item in report.findings}
    assert told["templated-manifest"] == "not checked: ${schema.spec.version} is a placeholder (kro)"
    assert "unsupported-kind" not in told


@pytest.mark.parametrize(
    "text",
    [
        "# {{- if .Values.enabled }}\n" + graph("descriptoin: x"),
        graph("descriptoin: x\n        {{- toYaml .Values.more | nindent 8 }}"),
        graph("descriptoin: x\n        ${schema.spec.field}: x"),
    ],
)
def test_what_may_change_the_structure_leaves_all_open(text: str, tmp_path: Path) -> None:
    assert {rule for rule, _ in written(tmp_path, text)} <= {"duplicate-key"}


def test_the_template_says_that_it_is_checked_in_part(tmp_path: Path) -> None:
    (tmp_path / "graph.yaml").write_text(graph(), encoding="utf-8")
    report = judge(*prepare(GateOptions(("graph.yaml",)))).report
    told = {item.rule: item.message.partition(":")[0] for item in report.findings}
    assert told["templated-manifest"] == "checked in part"
    assert told.keys() == {"templated-manifest", "unknown-grant"}
    assert report.summary.roles == 0


def opened(draw: random.Random, text: str) -> tuple[str, list[str]]:
    """A text with some of its words as placeholders, and the words."""
    words = [one for one in WORD.finditer(text) if text[one.start() - 1 : one.start()] in "\"/: '"]
    # No keys of YAML, which a cell does not fill in, and nothing that says what an object is.
    keys = list(re.finditer(r"(?m)^.*(apiVersion|kind).*$|#.*$|^[ ]*(?:- )?[^\s\"'{\[#:]+:(?=\s)", text))
    inside = [
        one
        for one in words
        if not any(key.start() <= one.start() < key.end() for key in keys) and text[one.end() : one.end() + 1] != ":"
    ]
    chosen = sorted(draw.sample(inside, min(len(inside), draw.choice((1, 1, 2, 4)))), key=lambda one: -one.start())
    values = []
    for one in chosen:
        values.append(one[0])
        text = f"{text[: one.start()]}${{schema.spec.v{len(values) - 1}}}{text[one.end() :]}"
    return text, values


def _shown(finding: Finding) -> tuple[str, str, str]:
    """A finding as it has to be found again."""
    is_of_the_text = looks_at_documents(BY_ID[finding.rule])
    return finding.rule, finding.path if is_of_the_text else "", finding.subject.kind if finding.subject else ""


def is_definite(finding: Finding) -> bool:
    """Whether a finding says that something is so, and not that it hangs on what is filled in."""
    is_open = finding.rule in ("templated-manifest", "conditional-grant") or "cannot tell" in finding.message
    return not is_open


def hold_when_filled_in(seed: int) -> int:
    """The findings of a random template, each of which the filled in texts have as well."""
    draw = random.Random(seed)
    path = draw.choice([path for path in sorted(CASES.rglob("*.yaml")) if path.stat().st_size < 6_000])
    text, values = opened(draw, path.read_text(encoding="utf-8", errors="replace"))
    Path("m.yaml").write_text(text, encoding="utf-8")
    made = prepare(GateOptions(("m.yaml",)))
    judged = judge(*made)
    templates = [item for document in judged.facts.project.document_facts for item in document.open.objects]
    # Where a finding about access stands may move; what it says may not.
    template = {
        _shown(item)
        for item in judged.report.findings
        if item.subject is not None and item.subject in templates and is_definite(item)
    }
    for filled in (values, *([draw.choice(FILLED) for _ in values] for _ in range(3))):
        rendered = text
        for number, value in enumerate(filled):
            rendered = rendered.replace(f"${{schema.spec.v{number}}}", value)
        again = judge(*made._replace(material=with_texts(made.material, {"m.yaml": rendered}))).report
        has = {_shown(item) for item in again.findings if item.subject is not None}
        broken = {"invalid-yaml", "invalid-policy-json", "invalid-policy-element", "templated-manifest"} & {
            item.rule for item in again.findings
        }
        assert broken or template <= has, (seed, path.name, filled, template - has)
    return len(template)


@pytest.mark.long
def test_a_finding_holds_whatever_is_filled_in() -> None:
    assert sum(hold_when_filled_in(seed) for seed in range(70)) > 4


@pytest.mark.slow
def test_a_finding_holds_in_thousands_of_templates() -> None:
    assert sum(hold_when_filled_in(seed) for seed in range(1_000, 7_000)) > 500


CELL = {"region": "us-east-1", "account": "111122223333", "authKeysTable": "cell2-auth-keys"}
"""Parameters of the cell that fills templates in."""


def verdicts_of(report: Report) -> dict[tuple[object, ...], str]:
    """What is said of each role and question, by where the role stands; and of who can assume it."""
    found: dict[tuple[object, ...], str] = {}
    for check in (check for outcome in report.outcomes for check in outcome.checks):
        role = check.role.object.origin
        for question in check.required:
            key = (role, "required", question.action, question.resource)
            verdict = question.proof.verdict if question.proof else "unknown"
            found[key] = verdict if found.get(key, verdict) == verdict else "unknown"
        trust = check.trust or check.entry
        found[role, "trust"] = {True: "granted", False: "not-granted", None: "unknown"}[trust.truth]
        for question in check.excess:
            if question.proof is not None and question.proof.verdict == "granted":
                found[role, "excess", question.action] = "granted"
    return found


def access_as_rendered(seed: int) -> int:
    """What is definite of a random template is so of the texts that it becomes; the number of what is definite."""
    draw = random.Random(seed)
    path = draw.choice([path for path in sorted(CASES.rglob("*.yaml")) if path.stat().st_size < 6_000])
    text, values = opened(draw, path.read_text(encoding="utf-8", errors="replace"))
    Path("m.yaml").write_text(text, encoding="utf-8")
    made = prepare(GateOptions(("m.yaml",), parameters=CELL))
    said = verdicts_of(judge(*made).report)
    for filled in (values, *([draw.choice(FILLED) for _ in values] for _ in range(2))):
        rendered = text
        for number, value in enumerate(filled):
            rendered = rendered.replace(f"${{schema.spec.v{number}}}", value)
        again = made._replace(material=with_texts(made.material, {"m.yaml": rendered}))
        report = judge(*again).report
        true = verdicts_of(report)
        refused = {
            "invalid-yaml",
            "invalid-policy-json",
            "invalid-policy-element",
            "invalid-field",
            "templated-manifest",
        }
        if refused & {item.rule for item in report.findings}:
            continue
        for key, verdict in said.items():
            if verdict in ("granted", "not-granted") and true.get(key, "unknown") not in (verdict, "unknown"):
                raise AssertionError((seed, path.name, filled, key, verdict, true[key]))
    return sum(verdict in ("granted", "not-granted") for verdict in said.values())


def test_what_is_definite_of_a_template_is_so_when_it_is_filled_in() -> None:
    assert sum(access_as_rendered(seed) for seed in range(30)) > 10


@pytest.mark.slow
def test_what_is_definite_of_thousands_of_templates_is_so() -> None:
    assert sum(access_as_rendered(seed) for seed in range(1_000, 9_000)) > 5_000


def filled_in_as_rendered(seed: int) -> int:
    """A random template whose cell fills it in is judged as the text that it becomes."""
    draw = random.Random(seed)
    path = draw.choice([path for path in sorted(CASES.rglob("*.yaml")) if path.stat().st_size < 6_000])
    text, values = opened(draw, path.read_text(encoding="utf-8", errors="replace"))
    filled = draw.choice((values, values, [draw.choice(FILLED) for _ in values]))
    # kro puts a value in, not text: there `*t` is a string, and no alias of the text; nothing is "", and not null.
    if any(not value or value.startswith(("*", "&", "!")) for value in filled):
        return 0
    rendered = text
    for number, value in enumerate(filled):
        rendered = rendered.replace(f"${{schema.spec.v{number}}}", value)
    Path("m.yaml").write_text(text, encoding="utf-8")
    made = prepare(GateOptions(("m.yaml",), parameters=CELL))
    names = {f"schema.spec.v{number}": value for number, value in enumerate(filled)}
    one = judge(*made._replace(terms=made.terms._replace(placeholders=names)))
    other = judge(*made._replace(material=with_texts(made.material, {"m.yaml": rendered})))
    if one.report.skipped or other.report.skipped:
        return 0
    if "invalid-yaml" in {item.rule for item in (*one.report.findings, *other.report.findings)}:
        return 0
    # An object of a kind that nobody acts on is not filled in, so it has another name.
    said = [
        {
            (item.rule, item.severity, item.path, item.message, item.value)
            for item in judged.report.findings
            if item.rule != "unsupported-kind"
        }
        for judged in (one, other)
    ]
    assert said[0] == said[1], (seed, path.name, names, said[0] ^ said[1])
    return 1


def test_what_a_cell_fills_in_is_judged_as_rendered() -> None:
    assert sum(filled_in_as_rendered(seed) for seed in range(70)) > 25


@pytest.mark.slow
def test_what_a_cell_fills_in_is_judged_as_rendered_in_thousands_of_templates() -> None:
    assert sum(filled_in_as_rendered(seed) for seed in range(1_000, 9_000)) > 3_000


CONFIG = """version: 1
manifests: [graph.yaml]
cells:
  cell2:
    region: us-east-1
    account: "111122223333"
    parameters: {authKeysTable: cell2-auth-keys}
    placeholders:
      schema.spec.name: acme
      schema.spec.table: ${authKeysTable}
      schema.spec.issuer: oidc.eks.us-east-1.amazonaws.com/id/E
      schema.spec.duration: "3600"
"""
BOTH = GRANT.replace('"dynamodb:Query"', '["dynamodb:GetItem", "dynamodb:Query"]').replace(
    "*:*", "us-east-1:111122223333"
)


def configured(folder: Path, config: str, text: str) -> Judged:
    (folder / "checker.yaml").write_text(config, encoding="utf-8")
    (folder / "graph.yaml").write_text(text, encoding="utf-8")
    return judge(*prepare(GateOptions(())))


def test_a_cell_makes_verdicts_definite(tmp_path: Path) -> None:
    text = graph("maxSessionDuration: ${schema.spec.duration}", grant=BOTH)
    report = configured(tmp_path, CONFIG, text).report
    assert report.findings == ()
    assert (report.summary.roles, report.summary.checked, report.skipped) == (1, 1, ())
    without = configured(tmp_path, CONFIG, text.replace(', "dynamodb:Query"]', "]")).report
    assert [(item.rule, item.location.start.line) for item in without.findings] == [("missing-grant", 19)]
    assert "acme-reverse-proxy cannot call dynamodb:Query" in without.findings[0].message


def test_a_name_alone_may_be_filled_in_by_flux(tmp_path: Path) -> None:
    role = GOOD.replace("table/cell2-auth-keys", "table/${table}")
    report = configured(tmp_path, CONFIG.replace("schema.spec.table: ${authKeysTable}", "other: x"), role).report
    told = next(item for item in report.findings if item.rule == "templated-manifest")
    assert told.message == "checked in part: ${table} is a placeholder (Flux or kro)"
    assert "postBuild.substitute" in told.help


def test_what_the_cell_does_not_fill_in_is_named(tmp_path: Path) -> None:
    config = CONFIG.replace("      schema.spec.table: ${authKeysTable}\n", "")
    report = configured(tmp_path, config, graph(grant=BOTH)).report
    told = next(item for item in report.findings if item.rule == "templated-manifest")
    assert told.message == "checked in part: ${schema.spec.table} is a placeholder (kro)"
    assert told.location.start.line == 19
    assert "placeholders: {schema.spec.table: …} in checker.yaml" in told.help


def test_a_value_names_parameters_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        configured(tmp_path, CONFIG.replace("${authKeysTable}", "${authKeyTable}"), graph())
    assert str(error.value) == (
        "checker.yaml:10:7: cells.cell2.placeholders.schema.spec.table: the cell has no parameter authKeyTable;"
        " did you mean authKeysTable?"
    )


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("${schema.spec.table}", "schema.spec.table"),
        ("${{ values.table }}", "values.table"),
        ("{{- .Values.table -}}", ".Values.table"),
        ("${TABLE}", "TABLE"),
        ("${TABLE:-auth-keys}", "TABLE"),
        ("$TABLE", "TABLE"),
        ("<table name>", "table name"),
        ("__TABLE__", "TABLE"),
        ("${AWS::AccountId}", "AWS::AccountId"),
    ],
)
def test_placeholders_go_by_their_names(shown: str, name: str) -> None:
    found = find_in_text(f"arn:aws:dynamodb:us-east-1:111122223333:table/{shown}")
    assert found is not None
    assert name_of(*found[:2]) == name


def test_what_flux_escapes_is_filled_in_with_nothing(tmp_path: Path) -> None:
    text = graph(grant=BOTH.replace("${schema.spec.table}", "$${schema.spec.table}"))
    report = configured(tmp_path, CONFIG, text).report
    assert [item.reason for item in report.skipped] == ["flux-escape"]


@pytest.mark.parametrize(
    ("resource", "field", "values"),
    [
        ("table/${TABLE:+other}", "", {"TABLE": "cell2-auth-keys"}),
        ("table/${TABLE:-cell2-auth-keys}", "", {"TABLE": ""}),
        ("table/${TABLE:0:15}", "", {"TABLE": "cell2-auth-keys-blue"}),
        ("table/ {{- .Values.table }}", "", {".Values.table": "cell2-auth-keys"}),
        ("table/${TABLE}", "", {"TABLE": "a\nb"}),
        ("table/x", "path: ${P}", {"P": "/a/ # x"}),
        ("table/x", "path: ${P}", {"P": "a: b"}),
        ("table/x", 'path: "${P}"', {"P": 'a"b'}),
        ("table/x", "path: '${P}'", {"P": "it's"}),
        ("table/x", "path: ${P}", {"P": "*x"}),
    ],
)
def test_what_an_engine_or_yaml_would_read_otherwise_stays_open(
    resource: str, field: str, values: dict[str, str], tmp_path: Path
) -> None:
    text = graph(field or "description: x", grant=BOTH.replace("table/${schema.spec.table}", resource))
    (tmp_path / "graph.yaml").write_text(text.replace("${schema.spec.name}", "acme"), encoding="utf-8")
    made = prepare(GateOptions(("graph.yaml",), parameters=CELL))
    report = judge(*made._replace(terms=made.terms._replace(placeholders={**values, "schema.spec.issuer": "x"}))).report
    assert report.summary.roles == 0
    assert "templated-manifest" in {item.rule for item in report.findings}


def test_a_policy_of_the_name_description_is_no_free_text(tmp_path: Path) -> None:
    text = graph(grant=BOTH.replace("${schema.spec.table}", "$TABLE"))
    text = text.replace("          keys: |", "          description: |")
    text = text.replace("${schema.spec.name}", "acme").replace("${schema.spec.issuer}", "x")
    (tmp_path / "graph.yaml").write_text(text, encoding="utf-8")
    report = judge(*prepare(GateOptions(("graph.yaml",)))).report
    assert "templated-manifest" in {item.rule for item in report.findings}


def test_a_change_of_what_is_filled_in_is_told(tmp_path: Path) -> None:
    """Of a change that is not trusted, since it decides what is judged."""
    before = parse_config("checker.yaml", CONFIG.encode())
    now = parse_config("checker.yaml", CONFIG.replace("spec.name: acme", "spec.name: globex").encode())
    assert [item.message for item in in_configuration(before, now)] == [
        "cell2 fills schema.spec.name in with 'globex', and with 'acme' so far"
    ]


TWO = """apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {name: a}
spec:
  name: ${A}MARK
---
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {name: b}
spec:
  name: ${B}
"""


@pytest.mark.parametrize(("mark", "told"), [("", 1), ("  # checker: ignore[templated-manifest] on purpose", 1)])
def test_placeholders_are_told_once_a_file_and_accepted_one_by_one(
    mark: str, told: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(TWO.replace("MARK", mark), encoding="utf-8")
    found = [
        item
        for item in judge(*prepare(GateOptions(("m.yaml",), parameters=CELL))).report.findings
        if item.rule == "templated-manifest"
    ]
    assert len(found) == told
    assert ("${B}" in found[0].message) == bool(mark)
    assert ("and 1 more object in this file" in found[0].message) != bool(mark)


HIDDEN = {
    "the group": (f"apiVersion: {IAM}", "apiVersion: ${GROUP}/v1alpha1", {"GROUP": "iam.services.k8s.aws"}),
    "all of it": (f"apiVersion: {IAM}", "apiVersion: {{ .Values.api }}", {".Values.api": IAM}),
    "the version": ("/v1alpha1", "/{{ .Values.v }}", {".Values.v": "v1alpha1"}),
    "the kind": ("kind: Role", "kind: ${KIND}", {"KIND": "Role"}),
}


@pytest.mark.parametrize("case", HIDDEN)
def test_an_object_whose_kind_is_filled_in_later_is_not_taken_for_absent(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written, hole, values = HIDDEN[case]
    (tmp_path / "acme.yaml").write_text(worlds.role("acme", worlds.ONE).replace(written, hole), encoding="utf-8")
    config = worlds.CONFIG.replace("manifests: [manifests]\n", "")
    (tmp_path / "checker.yaml").write_text(config, encoding="utf-8")
    assert main(["static", "--format", "json"]) == 1  # no role is left that the requirement selects
    found = json.loads(capsys.readouterr().out)
    assert [item["file"] for item in found["skipped"]] == ["acme.yaml"]
    # What the cell says of it makes it one of ours.
    named = json.dumps(values)
    (tmp_path / "checker.yaml").write_text(f"{config}    placeholders: {named}\n", encoding="utf-8")
    assert main(["static", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [item["rule"] for item in found["findings"]] == ["missing-grant"]
    assert found["skipped"] == []


G = "apiVersion: ${GROUP}/v1alpha1"
FULL = worlds.role("acme", worlds.BOTH)
GUARDED = {
    "a branch inside": FULL.replace("  inlinePolicies:", "  {{- if .x }}\n  inlinePolicies:") + "  {{- end }}\n",
    "a comment of ytt": f"#@ if x:\n{FULL}#@ end\n",
    "a branch in comments": "# {{ if x }}\n" + FULL + "# {{ end }}\n",
    "a null": FULL + "  permissionsBoundary: null\n",
    "a branch around": "{{- if .x }}\n" + FULL + "{{- end }}\n",
    "a loop around": "{{- range .x }}\n" + FULL + "{{- end }}\n",
    "nothing": FULL,
}


@pytest.mark.parametrize("case", GUARDED)
def test_a_group_that_is_filled_in_is_judged_as_one_that_is_written(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = worlds.CONFIG.replace("manifests: [manifests]\n", "")
    values = "    placeholders: {GROUP: iam.services.k8s.aws}\n"
    (tmp_path / "checker.yaml").write_text(config + values, encoding="utf-8")
    said = []
    for text in (GUARDED[case], GUARDED[case].replace(f"apiVersion: {IAM}", G)):
        (tmp_path / "acme.yaml").write_text(text, encoding="utf-8")
        report = judge(*prepare(GateOptions(()))).report
        said.append(([item.rule for item in report.findings], report.summary.skipped, report.summary.roles))
    assert said[0] == said[1]


REST = "\nmetadata: {name: x, namespace: y}\n"
BEHIND = {
    "a table": f"{G}\nkind: Table{REST}spec: {{tableName: t, resourcePolicy: '{{}}'}}\n",
    "an association": f"{G}\nkind: PodIdentityAssociation{REST}spec: {{clusterName: c, serviceAccount: s}}\n",
    "a provider": f"{G}\nkind: OpenIDConnectProvider{REST}spec: {{url: u, thumbprints: [t]}}\n",
    "policies alone": f"{G}\nkind: Role{REST}spec: {{policies: ['arn:aws:iam::aws:policy/AdministratorAccess']}}\n",
    "all of the spec": f"{G}\nkind: Role{REST}spec: ${{SPEC}}\n",
    **{
        shape: FULL.replace(f"apiVersion: {IAM}", f"apiVersion: {shape}/v1alpha1")
        for shape in ("$group", "((group))", "__group__", "${group}", "<group>")
    },
    **{
        shape: FULL.replace(f"apiVersion: {IAM}", f'apiVersion: "{shape}/v1alpha1"')
        for shape in ("[[ group ]]", "@group@", "%GROUP%", "%{group}", "#{group}#", "{{ group }}")
    },
}


@pytest.mark.parametrize("case", BEHIND)
def test_whatever_stands_for_the_group_the_object_is_said_to_be_unchecked(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = worlds.CONFIG.replace("manifests: [manifests]\n", "")
    (tmp_path / "checker.yaml").write_text(config, encoding="utf-8")
    (tmp_path / "good.yaml").write_text(worlds.role("good", worlds.BOTH), encoding="utf-8")
    (tmp_path / "hidden.yaml").write_text(BEHIND[case], encoding="utf-8")
    report = judge(*prepare(GateOptions(()))).report
    told = {item.file for item in report.skipped} | {item.location.file for item in report.findings}
    assert "hidden.yaml" in told


QUIET = {
    "a role of RBAC": 'apiVersion: {{ include "rbac" . }}\nkind: Role\nmetadata: {name: x}\nrules: []\n',
    "a role of crossplane": "apiVersion: ${X}/v1\nkind: Role\nmetadata: {name: x}\nspec: {forProvider: {a: b}}\n",
    "another kind": "apiVersion: {{ .Values.x }}\nkind: Foo\nmetadata: {name: x}\nspec: {policyDocument: x}\n",
    "a deployment": "apiVersion: {{ .Values.x }}\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: 1}\n",
}


@pytest.mark.parametrize("case", QUIET)
def test_what_is_of_others_makes_no_noise(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = worlds.CONFIG.replace("manifests: [manifests]\n", "")
    (tmp_path / "checker.yaml").write_text(config, encoding="utf-8")
    (tmp_path / "good.yaml").write_text(worlds.role("good", worlds.BOTH), encoding="utf-8")
    (tmp_path / "other.yaml").write_text(QUIET[case], encoding="utf-8")
    report = judge(*prepare(GateOptions(()))).report
    assert (report.findings, report.skipped) == ((), ())
