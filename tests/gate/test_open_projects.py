"""What templates leave open of the objects around a role is never taken for absent."""

# ruff: noqa: E501  # manifests on one line

from __future__ import annotations

from pathlib import Path

import pytest

from checker.gate.judge import judge
from checker.gate.options import GateOptions
from checker.gate.prepare import prepare
from checker.gate.report import Report

CELL = {"region": "us-east-1", "account": "111122223333", "authKeysTable": "cell2-auth-keys"}
POD_IDENTITY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},'
    ' "Action": ["sts:AssumeRole", "sts:TagSession"]}]}'
)
ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/ABC"
IRSA = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Federated":'
    f' "arn:aws:iam::111122223333:oidc-provider/{ISSUER}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition":'
    f' {{"StringEquals": {{"{ISSUER}:sub": "SUBJECT", "{ISSUER}:aud": "sts.amazonaws.com"}}}}}}]}}'
)
TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"
READ = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"],'
    f' "Resource": "{TABLE}"}}]}}'
)


def role(grant: str = "inline", name: str = "acme-reverse-proxy", metadata: str = "", trust: str = POD_IDENTITY) -> str:
    grants = (
        f"  inlinePolicies:\n    keys: '{READ}'\n"
        if grant == "inline"
        else f"  policyRefs: [{{from: {{name: {grant}}}}}]\n"
    )
    return (
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n"
        f"  name: {name}\n{metadata or '  namespace: acme' + chr(10)}spec:\n  name: {name}\n"
        f"  assumeRolePolicyDocument: '{trust}'\n{grants}"
    )


def policy(name: str, namespace: str = "acme") -> str:
    return (
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Policy\nmetadata:\n"
        f"  name: {name}\n  namespace: {namespace}\nspec:\n  name: {name}\n  policyDocument: '{READ}'\n"
    )


def table(name: str, more: str, metadata: str = "{name: t, namespace: acme}") -> str:
    return (
        f"apiVersion: dynamodb.services.k8s.aws/v1alpha1\nkind: Table\nmetadata: {metadata}\n"
        f"spec:\n  tableName: {name}\n{more}"
    )


DENY = (
    """  resourcePolicy: '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*","""
    """ "Action": "dynamodb:*", "Resource": "*"}]}'\n"""
)
SEALED = "  sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: KEY}\n"
LIMIT = """apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: {name: acme, namespace: NAMESPACE}
spec:
  clusterName: c
  namespace: acme
  serviceAccount: proxy
  roleRef: {from: {name: ROLE}}
  disableSessionTags: true
  policy: '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
"""
GRAPH = """apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: NAME}
spec:
  schema: {apiVersion: v1alpha1, kind: NAME, spec: {ns: string, name: string, on: boolean}}
  resources:
"""


def graph(name: str, *resources: tuple[str, str]) -> str:
    made = ""
    for number, (more, text) in enumerate(resources):
        inner = "\n".join(f"      {line}" for line in text.splitlines())
        made += f"  - id: r{number}\n{more}    template:\n{inner}\n"
    return GRAPH.replace("NAME", name) + made


OPEN: dict[str, dict[str, str]] = {
    "a policy in a branch": {"r.yaml": role("keys"), "p.yaml": "{{- if .Values.keys }}\n" + policy("keys") + "{{- end }}\n"},
    "a policy in a branch of several documents": {
        "r.yaml": role("keys"),
        "p.yaml": "{{- if .Values.keys }}\n---\n" + policy("other") + "---\n" + policy("keys") + "---\n{{- end }}\n",
    },
    "a policy in a block that begins behind another": {
        "t.yaml": role("keys") + "---\n{{ if .Values.x }}{{ end }}{{ if .Values.b }}\n" + policy("keys") + "{{ end }}\n"
    },
    "a policy that refers to what may not be made": {
        "a.yaml": graph(
            "a",
            ("", role("keys")),
            ("", policy("keys").replace("  namespace", "  labels: {x: '${r2.metadata.name}'}\n  namespace")),
            ('    includeWhen: ["${schema.spec.on}"]\n', "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"),
        )
    },
    "a policy in the other branch": {
        "r.yaml": "{{- if .Values.x }}\n" + role("keys") + "---\n{{- else }}\n" + policy("keys") + "{{- end }}\n"
    },
    "a policy that is made on a condition": {
        "a.yaml": graph("a", ("", role("keys")), ('    includeWhen: ["${schema.spec.on}"]\n', policy("keys")))
    },
    "a policy that is made for each": {
        "a.yaml": graph("a", ("", role("keys")), ('    forEach: [{x: "${schema.spec.names}"}]\n', policy("keys")))
    },
    "a namespace that another graph has too": {
        "a.yaml": graph("a", ("", role("keys", metadata='  namespace: "${schema.spec.ns}"\n'))),
        "b.yaml": graph("b", ("", policy("keys", '"${schema.spec.ns}"'))),
    },
    "a variable that is set anew": {
        "t.yaml": '{{- $p := "a" }}\n' + role("{{ $p }}") + '---\n{{- $p = "b" }}\n' + policy("{{ $p }}")
    },
    "a dot of another loop": {
        "t.yaml": "{{- range .Values.a }}\n---\n" + role("{{ .policy }}") + "{{- end }}\n{{- range .Values.b }}\n---\n" + policy("{{ .policy }}") + "{{- end }}\n",
    },
    "an association in a namespace that is filled in": {
        "r.yaml": role(), "a.yaml": LIMIT.replace("NAMESPACE", '"${NS}"').replace("ROLE", "acme-reverse-proxy")
    },
    "an association for a role that is filled in": {
        "r.yaml": role(), "a.yaml": LIMIT.replace("NAMESPACE", "acme").replace("ROLE", '"${NAME}"')
    },
    "an association in a branch": {
        "r.yaml": role(),
        "a.yaml": "{{- if .Values.x }}\n" + LIMIT.replace("NAMESPACE", "acme").replace("ROLE", "acme-reverse-proxy") + "{{- end }}\n",
    },
    "annotations that are filled in": {"r.yaml": role(metadata='  namespace: acme\n  annotations: "${A}"\n')},
    "annotations that are put in": {
        "r.yaml": role(metadata="  namespace: acme\n  annotations:\n    {{- toYaml .Values.a | nindent 4 }}\n")
    },
    "a table of a name that is filled in": {"r.yaml": role(), "t.yaml": table('"${T}"', DENY)},
    "a table of a name that begins so": {"r.yaml": role(), "t.yaml": table('"cell2-${T}"', DENY)},
    "a table of a region that is filled in": {
        "r.yaml": role(),
        "t.yaml": table("cell2-auth-keys", DENY, '{name: t, namespace: acme, annotations: {services.k8s.aws/region: "${R}"}}'),
    },
    "a table in a branch": {
        "r.yaml": role(), "t.yaml": "{{- if .Values.x }}\n" + table("cell2-auth-keys", DENY) + "{{- end }}\n"
    },
    "a key that is filled in": {"r.yaml": role(), "t.yaml": table("cell2-auth-keys", SEALED.replace("KEY", '"${K}"'))},
    "the same hole in role and table": {
        "r.yaml": role().replace("table/cell2-auth-keys", "table/${table}"), "t.yaml": table('"${table}"', DENY)
    },
    "a trust policy of another service account": {
        "r.yaml": role(trust=IRSA.replace("SUBJECT", "system:serviceaccount:acme:other"), metadata='  namespace: "${NS}"\n')
        + '---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: proxy, namespace: "${NS}", annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/acme-reverse-proxy"}}\n',
    },
    "tags that are filled in": {
        "r.yaml": role().replace('"Resource"', '"Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}, "Resource"')
        + '  tags: "${TAGS}"\n'
    },
}  # fmt: skip
SURE: dict[str, dict[str, str]] = {
    "role and policy in one branch": {
        "t.yaml": "{{- if .Values.x }}\n" + role("keys") + "---\n" + policy("keys") + "{{- end }}\n"
    },
    "role and policy on one condition": {
        "a.yaml": graph("a", *(('    includeWhen: ["${schema.spec.on}"]\n', text) for text in (role("keys"), policy("keys"))))
    },
    "a name that is the same wherever it stands": {
        "r.yaml": role("{{ .Values.p }}"), "p.yaml": policy("{{ .Values.p }}")
    },
    "a dot of the same loop": {
        "t.yaml": "{{- range .Values.a }}\n---\n" + role("{{ .policy }}") + "---\n" + policy("{{ .policy }}") + "{{- end }}\n"
    },
    "a namespace of the same graph": {
        "a.yaml": graph(
            "a",
            ("", role("keys", metadata='  namespace: "${schema.spec.ns}"\n')),
            ("", policy("keys", '"${schema.spec.ns}"')),
        )
    },
    "a table of another name": {"r.yaml": role(), "t.yaml": table('"sessions-${T}"', DENY)},
    "an association of another role": {
        "r.yaml": role(), "a.yaml": LIMIT.replace("NAMESPACE", "acme").replace("ROLE", '"${NAME}-writer"')
    },
    "labels that are put in": {
        "r.yaml": role(metadata='  namespace: acme\n  labels:\n    {{- include "labels" . | nindent 4 }}\n')
    },
    "a service account of the same namespace": {
        "r.yaml": role(trust=IRSA.replace("SUBJECT", "system:serviceaccount:${NS}:proxy"), metadata='  namespace: "${NS}"\n')
        + '---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: proxy, namespace: "${NS}", annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/acme-reverse-proxy"}}\n',
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))


def run(files: dict[str, str], parameters: dict[str, str] | None = None) -> Report:
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    report = judge(*prepare(GateOptions((".",), parameters=parameters or {**CELL, "oidcIssuer": ISSUER}))).report
    assert not report.failures
    assert not [item for item in report.findings if item.rule == "invalid-yaml"]
    return report


def is_proven(report: Report) -> bool:
    checks = [check for outcome in report.outcomes for check in outcome.checks]
    verdicts = {question.proof.verdict for check in checks for question in check.required if question.proof}
    entries = [check.trust or check.entry for check in checks]
    return verdicts == {"granted"} and all(entry.truth is True or entry.is_open for entry in entries)


@pytest.mark.parametrize("case", OPEN)
def test_what_is_open_is_not_taken_for_absent(case: str) -> None:
    report = run(OPEN[case])
    assert not is_proven(report)
    assert any(item.severity == "error" for item in report.findings)
    assert "missing-grant" not in {item.rule for item in report.findings}


@pytest.mark.parametrize("case", SURE)
def test_what_is_the_same_whatever_is_filled_in_is_proven(case: str) -> None:
    report = run(SURE[case])
    assert is_proven(report), [item.message for item in report.findings]
    assert {item.severity for item in report.findings} <= {"warning"}


def test_labels_that_are_put_in_may_select() -> None:
    Path("policies").mkdir()
    Path("checker.yaml").write_text("version: 1\npolicies: [policies]\n", encoding="utf-8")
    requirement = (
        "apiVersion: checker/v1\nkind: AccessRequirement\nmetadata: {name: by-label}\nspec:\n"
        "  appliesTo: {roles: {labels: {app: reverse-proxy}}}\n"
        f"  require: [{{actions: [dynamodb:GetItem], resources: ['{TABLE}']}}]\n"
    )
    Path("policies/by-label.yaml").write_text(requirement, encoding="utf-8")
    well = role(metadata="  namespace: acme\n  labels: {app: reverse-proxy}\n")
    other = role(name="other", metadata='  namespace: acme\n  labels:\n    {{- include "labels" . | nindent 4 }}\n')
    for text in (
        other,
        other.replace("\n    {{- include", ' "{{ include')
        .replace("nindent 4 }}", 'nindent 4 }}"')
        .replace('"labels"', "x"),
    ):
        report = run({"well.yaml": well, "other.yaml": text}, {"region": "us-east-1"})
        (told,) = [item for item in report.findings if item.rule == "templated-manifest"]
        assert "it may be a role that by-label selects" in told.why


@pytest.mark.parametrize(
    "line",
    [
        '  {{- include "annotations" . | nindent 2 }}',
        "    {{- toYaml .Values.more }}",
        "{{ toYaml .Values.more }}",
        "    {{- toYaml .Values.more | nindent 0 }}",
    ],
)
def test_what_may_be_put_beside_labels_is_set_aside(line: str) -> None:
    text = role(metadata=f'  namespace: acme\n  labels:\n    {{{{- include "x" . | nindent 4 }}}}\n{line}\n')
    Path("t.yaml").write_text(text, encoding="utf-8")
    report = judge(*prepare(GateOptions((".",), parameters=CELL))).report
    assert not is_proven(report)
    assert [item.in_part for item in report.skipped] == [False]
