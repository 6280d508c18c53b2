"""Graphs of kro with instances in the project: what is judged is what the controller makes of them."""

# ruff: noqa: E501  # manifests on one line
from __future__ import annotations

import sys
from pathlib import Path

import pytest

from checker.ack.cel import _env
from checker.cli import main
from checker.gate.judge import judge
from checker.gate.options import GateOptions
from checker.gate.prepare import prepare
from checker.gate.report import Report

PARAMETERS = {"region": "us-east-1", "account": "111122223333", "authKeysTable": "cell2-auth-keys"}
GRAPH = """apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: tenant}
spec:
  schema:
    apiVersion: v1alpha1
    kind: Tenant
    spec:
      name: string
      table: string | default="cell2-auth-keys"
      hours: integer | default=3600
      account: string | default="111122223333"
      keys: {read: boolean | default=true}
  resources:
  - id: role
    WHEN
    template:
      apiVersion: iam.services.k8s.aws/v1alpha1
      kind: Role
      metadata:
        name: ${schema.spec.name}-reverse-proxy
      spec:
        name: ${schema.spec.name}-reverse-proxy
        maxSessionDuration: ${schema.spec.hours}
        tags: [{key: account, value: "${schema.spec.account}"}]
        assumeRolePolicyDocument: |
          {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal":
            {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "${schema.metadata.namespace}"}}}]}
        inlinePolicies:
          keys: |
            {"Version": "2012-10-17", "Statement": [
              {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"],
               "Resource": "arn:aws:dynamodb:us-east-1:${schema.spec.account}:table/${schema.spec.table}"}]}
"""
INSTANCE = """apiVersion: kro.run/v1alpha1
kind: Tenant
metadata: {name: acme, namespace: tenant-acme}
spec: {name: acme}
"""


def run(folder: Path, graph: str, *instances: str) -> Report:
    (folder / "graph.yaml").write_text(graph.replace("    WHEN\n", ""), encoding="utf-8")
    for number, instance in enumerate(instances):
        (folder / f"instance{number}.yaml").write_text(instance, encoding="utf-8")
    return judge(*prepare(GateOptions((".",), parameters=PARAMETERS))).report


def told(report: Report) -> list[tuple[str, str]]:
    return [(item.rule, item.message) for item in report.findings if item.rule != "no-matching-role"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_instance_is_judged_as_what_it_makes(tmp_path: Path) -> None:
    report = run(tmp_path, GRAPH, INSTANCE)
    assert told(report) == []
    assert report.skipped == ()
    (check,) = report.outcomes[0].checks
    assert (check.role.object.namespace, check.role.name) == ("tenant-acme", "acme-reverse-proxy")
    assert check.role.object.data["spec"]["maxSessionDuration"] == 3600
    assert check.role.tags == {"account": "111122223333"}
    assert {item.proof.verdict for item in check.required if item.proof} == {"granted"}


def test_each_instance_is_one_more(tmp_path: Path) -> None:
    other = INSTANCE.replace("acme", "globex").replace("name: globex}\n", "name: globex, table: other}\n")
    report = run(tmp_path, GRAPH, INSTANCE, other)
    assert report.summary.roles == 2
    assert {rule for rule, _ in told(report)} == {"missing-grant"}
    assert all("globex-reverse-proxy" in message for _, message in told(report))
    assert {item.location.start.line for item in report.findings} == {33}


def test_without_an_instance_it_stays_a_template(tmp_path: Path) -> None:
    report = run(tmp_path, GRAPH)
    assert told(report)[0] == ("templated-manifest", "checked in part: ${schema.spec.name} is a placeholder (kro)")
    assert {rule for rule, _ in told(report)} == {"templated-manifest", "conditional-grant"}


@pytest.mark.parametrize(
    ("graph", "instance", "shown"),
    [
        (
            GRAPH.replace("${schema.spec.table}", "${hash.md5(schema.spec.table)}"),
            INSTANCE,
            "${hash.md5(schema.spec.table)}",
        ),
        (GRAPH, INSTANCE.replace("{name: acme}\n", "{name: acme, table: true}\n"), "${schema.spec.name}"),
        (GRAPH.replace("${schema.spec.table}", "${table.status.arn}"), INSTANCE, "${table.status.arn}"),
        (GRAPH, INSTANCE.replace("spec: {name: acme}", "spec: {}"), "${schema.spec.name}"),
        (GRAPH, INSTANCE.replace(", namespace: tenant-acme", ""), "${schema.metadata.namespace}"),
        (GRAPH, INSTANCE.replace("kro.run/v1alpha1", "acme.example/v1alpha1"), "${schema.spec.name}"),
        (GRAPH, INSTANCE.replace("kind: Tenant", "kind: Other"), "${schema.spec.name}"),
        (GRAPH.replace("WHEN", "forEach: [{n: '${schema.spec.names}'}]"), INSTANCE, "${schema.spec.name}"),
        (GRAPH.replace("WHEN", "includeWhen: ['${table.status.arn != \"\"}']"), INSTANCE, "${schema.spec.name}"),
    ],
)
def test_what_cannot_be_told_stays_a_template(graph: str, instance: str, shown: str, tmp_path: Path) -> None:
    report = run(tmp_path, graph, instance)
    assert {rule for rule, _ in told(report)} <= {"templated-manifest", "conditional-grant"}
    assert "templated-manifest" in {rule for rule, _ in told(report)}
    assert report.summary.roles == 0
    assert [(item.in_part, item.detail) for item in report.skipped] == [(True, shown)]


OUTER = """apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
metadata: {name: team}
spec:
  schema: {apiVersion: v1alpha1, kind: Team, spec: {name: string}}
  resources:
  - id: tenant
    template:
      apiVersion: kro.run/v1alpha1
      kind: Tenant
      metadata: {name: inner, namespace: tenant-inner}
      spec: {name: inner}
"""


@pytest.mark.parametrize(
    "other",
    [
        OUTER,
        "apiVersion: v1\nkind: List\nitems:\n- " + OUTER.rstrip().replace("\n", "\n  "),
        INSTANCE.replace("name: acme}\n", "name: acme, table: {{ .Values.t }} }\n"),
        INSTANCE.replace("spec: {name: acme}", "{{- if .Values.x }}\nspec: {name: x}\n{{- end }}"),
        f"#@ if data.values.x:\n{INSTANCE}",
        f"# {{{{- if .Values.on }}}}\n{INSTANCE}",
        INSTANCE.replace("name: acme}\n", 'name: acme, "{{ .Values.k }}": other}\n'),
        INSTANCE.replace("kind: Tenant", 'kind: "${KIND}"'),
        INSTANCE.replace("spec: {name: acme}", "spec: {name: acme, self: &a {b: *a}}"),
        GRAPH.replace("    WHEN\n", ""),
        INSTANCE.replace("name: acme}", "name: globex, table: '${TABLE}'}"),
        INSTANCE.replace("tenant-acme", "'${NAMESPACE}'"),
    ],
)
def test_an_instance_that_is_a_template_leaves_the_graph_one(other: str, tmp_path: Path) -> None:
    """What it makes is not known, so that the other instances are not all there is."""
    report = run(tmp_path, GRAPH, INSTANCE, other)
    assert {rule for rule, _ in told(report)} - {"invalid-yaml"} == {"templated-manifest", "conditional-grant"}
    assert report.summary.roles == 0


@pytest.mark.parametrize(
    "changes",
    [
        "patches: [{target: {kind: Tenant}, patch: '[]'}]",
        "patches: [{target: {kind: ResourceGraphDefinition}, patch: '[]'}]",
        "nameSuffix: -blue",
        "namespace: other",
    ],
)
def test_what_kustomize_changes_of_graph_and_instance_is_not_worked_out(changes: str, tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text(f"resources: [graph.yaml, instance0.yaml]\n{changes}\n")
    report = run(tmp_path, GRAPH, INSTANCE)
    assert "templated-manifest" in [rule for rule, _ in told(report)]
    assert report.summary.roles == 0


@pytest.mark.parametrize(
    ("declared", "table"),
    [
        ("string | default=1.10", "1.10"),
        ('string | default="1.10" required=false', "1.10"),
        ("string | default=true", "true"),
        ('string | description="set default=x here"', None),
        ('string | pattern="x default=y "', None),
        ("string | required=true", None),
        ("[]string | default=[]", None),
    ],
)
def test_defaults_are_read_as_kro_reads_them(declared: str, table: str | None, tmp_path: Path) -> None:
    report = run(tmp_path, GRAPH.replace('string | default="cell2-auth-keys"', f"'{declared}'"), INSTANCE)
    assert report.summary.roles == (table is not None)
    if table is not None:
        (check,) = report.outcomes[0].checks
        assert f":table/{table}" in (check.role.inline[0].text or "")


def test_a_list_that_an_instance_states_is_no_default(tmp_path: Path) -> None:
    graph = GRAPH.replace("name: string", "name: string\n      policies: '[]string | default=[\"x\"]'")
    graph = graph.replace("        tags:", "        policies: ${schema.spec.policies}\n        tags:")
    assert run(tmp_path, graph, INSTANCE.replace("{name: acme}\n", "{name: acme, policies: []}\n")).summary.roles == 1
    assert run(tmp_path, graph, INSTANCE).summary.roles == 0


WITH_TENANTS = INSTANCE.replace("{name: acme}\n", "{name: acme, tenants: [acme, globex]}\n")


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("${schema.spec.table}", "${schema.spec.name + '-auth-keys'}", {"missing-grant"}),
        ("${schema.spec.table}", "${schema.spec.keys.read ? schema.spec.table : 'none'}", set()),
        ("${schema.spec.table}", "${!schema.spec.keys.read ? schema.spec.table : 'none'}", {"missing-grant"}),
        ("${schema.spec.table}", "${has(schema.spec.other) ? 'none' : 'cell2-auth-keys'}", set()),
        ("${schema.spec.table}", "${'%s-auth-keys'.format(['cell2'])}", set()),
        ("${schema.spec.hours}", "${schema.spec.hours * 2}", set()),
        (
            "${schema.spec.hours}",
            "${schema.spec.hours / 2}",
            {"invalid-field", "unknown-grant", "untrusted-service-account"},
        ),
        (
            '["dynamodb:GetItem", "dynamodb:Query"]',
            "\"dynamodb:${schema.spec.keys.read ? '*' : 'Scan'}\"",
            {"excess-grant", "broad-action"},
        ),
    ],
)
def test_expressions_are_worked_out(old: str, new: str, wanted: set[str], tmp_path: Path) -> None:
    graph = GRAPH.replace("name: string", "name: string\n      other: string")
    report = run(tmp_path, graph.replace(old, new), INSTANCE)
    assert {rule for rule, _ in told(report)} == wanted
    assert report.summary.roles == 1


def test_a_loop_makes_as_many_as_it_says(tmp_path: Path) -> None:
    graph = GRAPH.replace("name: string", "name: string\n      tenants: '[]string'")
    graph = graph.replace("WHEN", "forEach: [{tenant: '${schema.spec.tenants}'}]").replace(
        "${schema.spec.name}-reverse", "${tenant}-reverse"
    )
    report = run(tmp_path, graph, WITH_TENANTS)
    assert sorted(check.role.name for check in report.outcomes[0].checks) == [
        "acme-reverse-proxy", "globex-reverse-proxy",
    ]  # fmt: skip
    assert told(report) == []
    none = run(tmp_path, graph, WITH_TENANTS.replace("[acme, globex]", "[]"))
    assert (none.summary.roles, none.skipped) == (0, ())


@pytest.mark.parametrize(
    ("declared", "expression"),
    [
        ("table2: Thing", "${has(schema.spec.table2) ? 'a' : 'cell2-auth-keys'}"),
        ("table2: '[]string | default=[\"x\"]'", "${has(schema.spec.table2) ? 'a' : 'cell2-auth-keys'}"),
        ("table2: integer", "${schema.spec.table2 == 1 ? 'a' : 'cell2-auth-keys'}"),
        ("table2: Thing", "${has(schema.spec['table2']) ? 'a' : 'cell2-auth-keys'}"),
        ("table2: Thing", "${size(schema.spec) > 3 ? 'a' : 'cell2-auth-keys'}"),
        ("table2: {table3: Thing}", "${has(schema.spec.table2) ? 'a' : 'cell2-auth-keys'}"),
        ("table2: string", "${[1, 2].all(x, [1, 2].all(y, x > 0 && y > 0)) ? 'cell2-auth-keys' : 'a'}"),
        ("table2: string", "${has(schema.metadata.uid) ? 'cell2-auth-keys' : 'a'}"),
    ],
)
def test_what_is_not_known_of_an_instance_decides_nothing(declared: str, expression: str, tmp_path: Path) -> None:
    graph = GRAPH.replace("name: string", f"name: string\n      {declared}").replace("${schema.spec.table}", expression)
    report = run(tmp_path, graph, INSTANCE)
    assert report.summary.roles == 0
    assert [(item.in_part, item.detail) for item in report.skipped] == [(True, expression)]


HIDDEN = "name: string\n      on: boolean | default=false"
NEVER = GRAPH.replace("WHEN", "includeWhen: ['${schema.spec.on}']").replace("name: string", HIDDEN)


@pytest.mark.parametrize(
    ("graph", "instance"),
    [
        # A list, or a number, within a text is no text.
        (GRAPH.replace('["dynamodb:GetItem", "dynamodb:Query"]', "${schema.spec.acts}").replace("name: string", "name: string\n      acts: '[]string'"), WITH_TENANTS.replace("tenants: [acme, globex]", "acts: ['dynamodb:GetItem', 'dynamodb:Query']")),
        (GRAPH.replace("${schema.spec.table}", "cell${schema.spec.n}-auth-keys").replace("name: string", "name: string\n      n: integer | default=2"), INSTANCE),
        # A group that is stated is there.
        (GRAPH.replace("${schema.spec.table}", "${has(schema.spec.g) ? 'other' : 'cell2-auth-keys'}").replace("name: string", "name: string\n      g: {x: string}"), INSTANCE.replace("{name: acme}\n", "{name: acme, g: {}}\n")),
        # What a marker refuses is not applied.
        (GRAPH.replace("name: string", "name: string\n      foo: string | required=true"), INSTANCE),
        (GRAPH.replace('default="cell2-auth-keys"', 'default="x" enum="x,y"'), INSTANCE.replace("{name: acme}\n", "{name: acme, table: cell2-auth-keys}\n")),
        (GRAPH.replace("hours: integer | default=3600", "hours: integer | default=3600 maximum=10"), INSTANCE.replace("{name: acme}\n", "{name: acme, hours: 3600}\n")),
        (GRAPH, INSTANCE.replace("{name: acme}\n", "{name: acme, keys: 'no'}\n")),
        # A resource that is not made takes those with it that refer to it, however they do.
        *(
            (f"{GRAPH.replace('tags:', f'description: {text!r}' + chr(10) + '        tags:')}  - id: workers\n    includeWhen: ['${{false}}']\n    template: {{apiVersion: v1, kind: ConfigMap, metadata: {{name: x}}}}\n", INSTANCE)
            for text in ("${string(size(workers))}", "${workers[\"status\"].x}", "${ {\"a\": {\"b\": {\"c\": workers.status.x}}}.a.b.c }")
        ),
        # Two of one name in a collection are refused.
        (GRAPH.replace("WHEN", "forEach: [{tenant: '${schema.spec.tenants}'}]").replace("name: string", "name: string\n      tenants: '[]string'"), WITH_TENANTS),
        # A graph in a list.
        ("apiVersion: v1\nkind: List\nitems:\n- " + NEVER.rstrip().replace("\n", "\n  ") + "\n", INSTANCE),
    ],
)  # fmt: skip
def test_nothing_is_proven_of_what_kro_may_not_make(graph: str, instance: str, tmp_path: Path) -> None:
    report = run(tmp_path, graph, instance)
    proven = [
        check.role.name for outcome in report.outcomes for check in outcome.checks if check.role.object.within == ()
    ]
    assert not proven or any(item.severity == "error" for item in report.findings), proven
    assert report.findings


@pytest.mark.parametrize(
    "expression",
    [
        "'a'" + ".replace('a','aaaaaaaaaa')" * 9,
        "cel.bind(a, 'x', " * 20 + "a" + ")" * 20,
        "[1].map(x, [1].map(y, [x, y]))",
        "'%.99999999f'.format([1.0])",
    ],
)
def test_what_costs_without_a_limit_is_not_worked_out(expression: str, tmp_path: Path) -> None:
    report = run(tmp_path, GRAPH.replace("${schema.spec.table}", f"${{{expression}}}"), INSTANCE)
    assert report.summary.roles == 0


def test_who_passes_an_instance_asks_about_what_it_makes(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    run(tmp_path, GRAPH, INSTANCE.replace("{name: acme}\n", "{name: acme, table: other}\n"))
    report = judge(*prepare(GateOptions(("instance0.yaml",), parameters=PARAMETERS))).report
    assert "missing-grant" in {rule for rule, _ in told(report)}


def test_without_the_library_expressions_stay_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    _env.cache_clear()
    report = run(tmp_path, GRAPH.replace("${schema.spec.table}", "${schema.spec.table + ''}"), INSTANCE)
    _env.cache_clear()
    assert report.summary.roles == 0
    assert "templated-manifest" in {rule for rule, _ in told(report)}


ACCOUNT = """  - id: account
    template:
      apiVersion: v1
      kind: ServiceAccount
      metadata:
        name: other
        annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/${schema.spec.name}-reverse-proxy"}
"""


def test_a_service_account_of_a_graph_is_one(tmp_path: Path) -> None:
    trust = '"Principal":\n            {"Service": "pods.eks.amazonaws.com"}'
    oidc = '"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/E"}'
    graph = GRAPH.replace(trust, oidc).replace(
        '["sts:AssumeRole", "sts:TagSession"]', '"sts:AssumeRoleWithWebIdentity"'
    )
    graph = graph.replace(
        '"aws:RequestTag/kubernetes-namespace": "${schema.metadata.namespace}"',
        '"oidc.eks.us-east-1.amazonaws.com/id/E:sub": "system:serviceaccount:tenant-acme:proxy",'
        ' "oidc.eks.us-east-1.amazonaws.com/id/E:aud": "sts.amazonaws.com"',
    )
    report = run(tmp_path, graph + ACCOUNT, INSTANCE)
    assert "untrusted-service-account" in [rule for rule, _ in told(report)]


def test_a_literal_resource_is_made_where_it_is_included(tmp_path: Path) -> None:
    graph = GRAPH.replace("WHEN", "includeWhen: ['${schema.spec.keys.read}']")
    for name, value in (
        ("${schema.spec.name}", "acme"), ("${schema.spec.hours}", "3600"), ("${schema.spec.account}", "111122223333"),
        ("${schema.metadata.namespace}", "tenant-acme"), ("${schema.spec.table}", "cell2-auth-keys"),
    ):  # fmt: skip
        graph = graph.replace(name, value)
    assert run(tmp_path, graph, INSTANCE).summary.roles == 1
    assert (
        run(tmp_path, graph, INSTANCE.replace("{name: acme}\n", "{name: acme, keys: {read: false}}\n")).summary.roles
        == 0
    )


def test_the_items_of_a_list_are_instances(tmp_path: Path) -> None:
    one = "- {apiVersion: kro.run/v1alpha1, kind: Tenant, metadata: {name: NAME, namespace: x}, spec: {name: NAME}}\n"
    items = "".join(one.replace("NAME", name) for name in ("acme", "globex"))
    report = run(tmp_path, GRAPH, f"apiVersion: v1\nkind: List\nitems:\n{items}")
    assert sorted(check.role.name for check in report.outcomes[0].checks) == [
        "acme-reverse-proxy", "globex-reverse-proxy",
    ]  # fmt: skip


def test_what_is_not_included_is_not_made(tmp_path: Path) -> None:
    graph = GRAPH.replace("WHEN", "includeWhen: ['${schema.spec.keys.read}']")
    assert run(tmp_path, graph, INSTANCE).summary.roles == 1
    without = INSTANCE.replace("{name: acme}\n", "{name: acme, keys: {read: false}}\n")
    report = run(tmp_path, graph, without)
    assert (report.summary.roles, report.skipped) == (0, ())


def test_the_fix_is_made_in_the_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, GRAPH.replace(', "dynamodb:Query"]', "]"), INSTANCE, INSTANCE.replace("acme", "globex"))
    sets = [item for name, value in PARAMETERS.items() for item in ("--set", f"{name}={value}")]
    assert main(["fix", ".", "--write", *sets]) == 0
    assert "gains dynamodb:Query" in capsys.readouterr().out
    assert (tmp_path / "graph.yaml").read_text(encoding="utf-8") == GRAPH.replace("    WHEN\n", "")


def test_what_an_instance_leaves_open_is_a_hole(tmp_path: Path) -> None:
    """One instance states the table, the other leaves it to another resource."""
    graph = GRAPH.replace('string | default="cell2-auth-keys"', "string").replace("${schema.spec.table}", "${EXPR}")
    known = run(tmp_path, graph.replace("EXPR", "schema.spec.table"), INSTANCE.replace("acme}", "acme, table: other}"))
    assert {rule for rule, _ in told(known)} == {"missing-grant"}
    report = run(tmp_path, graph.replace("EXPR", "table.status.name"), INSTANCE, INSTANCE.replace("acme", "globex"))
    told_of = [message for rule, message in told(report) if rule == "conditional-grant"]
    assert len(told_of) == 2
    assert all(message.endswith("exactly when ${table.status.name} is cell2-auth-keys") for message in told_of)
    assert {"tenant-acme/acme-reverse-proxy", "tenant-globex/globex-reverse-proxy"} == {
        message.split()[1] for message in told_of
    }


def test_a_resource_that_may_not_be_made_is_judged_as_it_would_be(tmp_path: Path) -> None:
    when = GRAPH.replace("WHEN", "includeWhen: ['${table.status.arn != \"\"}']")
    report = run(tmp_path, when.replace('"dynamodb:GetItem", ', ""), INSTANCE)
    assert {rule for rule, _ in told(report)} == {"templated-manifest", "missing-grant"}
    assert all("tenant-acme/acme-reverse-proxy" in message for rule, message in told(report) if rule == "missing-grant")


def test_a_variable_of_iam_does_not_come_through_kro(tmp_path: Path) -> None:
    """kro takes every ${…} for an expression of its own."""
    graph = GRAPH.replace("table/${schema.spec.table}", "table/${aws:PrincipalTag/table}")
    for instances in ((), (INSTANCE,)):
        report = run(tmp_path, graph, *instances)
        assert {rule for rule, _ in told(report)} >= {"unknown-grant"}, instances
        assert "missing-grant" not in {rule for rule, _ in told(report)}


OF_A_POLICY = """  - id: reader
    template:
      apiVersion: iam.services.k8s.aws/v1alpha1
      kind: Policy
      metadata: {name: "${schema.spec.name}-keys"}
      spec:
        name: "${schema.spec.name}-keys"
        policyDocument: |
"""


@pytest.mark.parametrize(
    ("refers_to", "rule"), [("${reader.metadata.name}", ""), ("${reader.status.x}", "unknown-grant")]
)
def test_the_name_of_another_resource_is_known(refers_to: str, rule: str, tmp_path: Path) -> None:
    """The usual way to have kro make a Policy before the Role."""
    head, _, document = GRAPH.partition("        inlinePolicies:\n          keys: |\n")
    policy = OF_A_POLICY + document
    report = run(tmp_path, f'{head}        policyRefs: [{{from: {{name: "{refers_to}"}}}}]\n{policy}', INSTANCE)
    assert {item for item, _ in told(report) if item.endswith("grant")} == ({rule} if rule else set())
