"""What Flux fills in after the build (postBuild), and what it leaves open. Nothing is run for it."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from checker.gate.options import GateOptions
from checker.gate.prepare import check
from checker.gate.report import Report

from ..conftest import CELL
from ..fix.test_refused import pods
from ..hostile.bombs import GOOD, TABLE, role
from ..kustomize.test_kustomize import FLUX, HEAD, POLICY, REFERS, REMOVE, verdicts
from .test_built import Tree, Tried, tried
from .test_charts import chart

__all__ = ["tried"]
FILLED = GOOD.replace("table/cell2-auth-keys", "table/${table}")
NAMES = FLUX.replace("path: ./apps", "path: ./project/apps")


def flux(post_build: str, name: str = "t") -> str:
    return NAMES.replace("name: t,", f"name: {name},") + f"  postBuild: {post_build}\n"


def of(manifest: str, *kustomizations: str) -> Tree:
    return {"apps/role.yaml": manifest} | {f"flux/{place}.yaml": text for place, text in enumerate(kustomizations)}


def asked(report: Report) -> int:
    return sum(len(outcome.checks) for outcome in report.outcomes)


def variables(name: str = "vars", namespace: str = "flux-system", **data: str) -> str:
    metadata = f"{{name: {name}, namespace: {namespace}}}"
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\ndata: {json.dumps(data)}\n"


FROM = "substituteFrom: [{kind: ConfigMap, name: vars}]"
DEFAULTS = GOOD.replace("us-east-1", "${region:=us-east-1}")

ESCAPED = role(
    [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": [f"{TABLE}${{table}}", f"{TABLE}$${{aws:username}}"],
        }
    ]
)

FOUR: dict[str, tuple[Tree, str]] = {
    "a variable": (of(FILLED, flux("{substitute: {table: cell2-auth-keys}}")), "granted"),
    "another table": (of(FILLED, flux("{substitute: {table: other}}")), "not-granted"),
    "a default": (of(GOOD.replace("us-east-1", "${region:=us-east-1}"), flux("{substitute: {x: z}}")), "granted"),
    "a default that does not count": (of(GOOD.replace("us-east-1", "${region:=us-east-1}"), flux("{substitute: {region: eu-west-1}}")), "not-granted"),
    "an empty value with a default": (of(GOOD.replace("cell2-auth-keys", "${table:-cell2-auth-keys}"), flux("{substitute: {table: ''}}")), "granted"),
    "an account": (of(GOOD.replace("111122223333", "${account}"), flux("{substitute: {account: '111122223333'}}")), "granted"),
    "a kustomization below": (
        {**of(FILLED, flux("{substitute: {table: cell2-auth-keys}}")), "apps/kustomization.yaml": HEAD + "resources: [role.yaml]\n"},
        "granted",
    ),
    "a policy by reference": (
        {**of(REFERS, flux("{substitute: {table: cell2-auth-keys}}")), "apps/policy.yaml": POLICY.replace("table/cell2-auth-keys", "table/${table}")},
        "granted",
    ),
    "a ConfigMap": ({**of(FILLED, flux(f"{{{FROM}}}")), "flux/vars.yaml": variables(table="cell2-auth-keys")}, "granted"),
    "a ConfigMap with another table": ({**of(FILLED, flux(f"{{{FROM}}}")), "flux/vars/vars.yaml": variables(table="other")}, "not-granted"),
    "a ConfigMap without the variable, and a default": ({**of(DEFAULTS, flux(f"{{{FROM}}}")), "flux/vars.yaml": variables(table="x")}, "granted"),
    "what the Kustomization states wins": (
        {**of(FILLED, flux(f"{{{FROM}, substitute: {{table: cell2-auth-keys}}}}")), "flux/vars.yaml": variables(table="other")},
        "granted",
    ),
    "the later ConfigMap wins": (
        {
            **of(FILLED, flux("{substituteFrom: [{kind: ConfigMap, name: first}, {kind: ConfigMap, name: vars}]}")),
            "flux/vars.yaml": variables(table="cell2-auth-keys") + "---\n" + variables("first", table="other"),
        },
        "granted",
    ),
    "a Secret before the ConfigMap": (
        {
            **of(FILLED, flux("{substituteFrom: [{kind: Secret, name: s}, {kind: ConfigMap, name: vars}]}")),
            "flux/vars.yaml": variables(table="cell2-auth-keys"),
        },
        "granted",
    ),
    "the ConfigMap of its own cluster": (
        {
            **of(FILLED, flux(f"{{{FROM}}}")),
            "flux/vars.yaml": variables(table="cell2-auth-keys"),
            "staging/vars.yaml": variables(table="other"),
        },
        "granted",
    ),
    "an escaped variable of IAM": (
        of(ESCAPED, flux("{substitute: {table: cell2-auth-keys}}")),
        "granted",
    ),
    "variables from elsewhere beside": (of(FILLED, flux("{substitute: {table: cell2-auth-keys}, substituteFrom: [{kind: Secret, name: s}]}")), "granted"),
}  # fmt: skip


@pytest.mark.parametrize("case", FOUR)
def test_what_is_filled_in_is_judged(case: str, tried: Tried) -> None:
    tree, verdict = FOUR[case]
    report = tried(tree)
    assert not report.failures
    assert verdicts(report) == {verdict}
    assert not [item for item in report.findings if item.rule == "templated-manifest"]


LEFT: dict[str, Tree] = {
    "no value": of(FILLED, flux("{substitute: {x: z}}")),
    "nothing to fill in with": of(GOOD.replace("us-east-1", "${region:=us-east-1}"), flux("{}")),
    "a default, and variables from elsewhere": of(GOOD.replace("us-east-1", "${region:=us-east-1}"), flux("{substituteFrom: [{kind: ConfigMap, name: c}]}")),
    "a ConfigMap of another cluster": {**of(FILLED, flux(f"{{{FROM}}}")), "staging/vars.yaml": variables(table="cell2-auth-keys")},
    "a ConfigMap that a generator changes": {
        **of(FILLED, flux(f"{{{FROM}}}")),
        "flux/vars.yaml": variables(table="cell2-auth-keys"),
        "vars/kustomization.yaml": HEAD + "configMapGenerator: [{name: vars, literals: [table=other]}]\n",
    },
    "a name that Flux does not take": {**of(FILLED, flux(f"{{{FROM}}}")), "flux/vars.yaml": variables(table="cell2-auth-keys", **{"my-var": "x"})},
    "two ConfigMaps, one with an escape in its name": {
        **of(FILLED, flux(f"{{{FROM}}}")),
        "flux/vars.yaml": variables(table="cell2-auth-keys"),
        "flux/more.yaml": variables(table="other").replace("name: vars", 'name: "va\\u0072s"'),
    },
    "a ConfigMap of a chart": {
        **of(FILLED, flux(f"{{{FROM}}}")),
        "flux/c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 0.1.0\n",
        "flux/c/templates/vars.yaml": variables(table="cell2-auth-keys"),
    },
    "a ConfigMap that says it twice": {**of(FILLED, flux(f"{{{FROM}}}")), "flux/vars.yaml": variables(table="x") + "data: {table: cell2-auth-keys}\n"},
    "a Secret behind the ConfigMap": {
        **of(FILLED, flux("{substituteFrom: [{kind: ConfigMap, name: vars}, {kind: Secret, name: s}]}")),
        "flux/vars.yaml": variables(table="cell2-auth-keys"),
    },
    "a ConfigMap in another namespace": {**of(FILLED, flux(f"{{{FROM}}}")), "flux/vars.yaml": variables(namespace="apps", table="cell2-auth-keys")},
    "two ConfigMaps of the name": {
        **of(FILLED, flux(f"{{{FROM}}}")),
        "a/vars.yaml": variables(table="cell2-auth-keys"),
        "b/vars.yaml": variables(table="other"),
    },
    "a ConfigMap that is patched": {
        **of(FILLED, flux(f"{{{FROM}}}")),
        "flux/vars/vars.yaml": variables(table="cell2-auth-keys"),
        "flux/vars/kustomization.yaml": HEAD + "resources: [vars.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '[{\"op\": \"replace\", \"path\": \"/data/table\", \"value\": \"other\"}]'}]\n",
    },
    "a ConfigMap that is a template": {**of(FILLED, flux(f"{{{FROM}}}")), "flux/vars.yaml": variables(table="{{ .Values.table }}")},
    "a ConfigMap with a number": {**of(FILLED, flux(f"{{{FROM}}}")), "flux/vars.yaml": variables().replace("{}", "{table: 12}")},
    "a value that holds a variable": of(FILLED, flux("{substitute: {table: '${cell}-auth-keys'}}")),
    "switched off": of(FILLED.replace("metadata:\n", "metadata:\n  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n"), flux("{substitute: {table: cell2-auth-keys}}")),
    "another folder": of(FILLED, flux("{substitute: {table: cell2-auth-keys}}").replace("project/apps", "project/other")),
    "an operation": of(GOOD.replace("cell2-auth-keys", "${table/a/b}"), flux("{substitute: {table: cell2-auth-keys}}")),
    "without braces": of(GOOD.replace("cell2-auth-keys", "$TABLE"), flux("{substitute: {TABLE: cell2-auth-keys}}")),
    "what would be a number, in part": of(GOOD.replace("  name: acme-reverse-proxy\n  assume", '  name: "1${x}"\n  assume'), flux("{substitute: {x: '3'}}")),
    "an operator that Flux does not have": of(GOOD.replace("cell2-auth-keys", "${table-cell2-auth-keys}"), flux("{substitute: {x: z}}")),
    "a second one that fills nothing in": of(FILLED, flux("{substitute: {table: cell2-auth-keys}}"), NAMES.replace("name: t,", "name: u,")),
    "one that is patched itself": {
        **of(FILLED, flux("{substitute: {table: cell2-auth-keys}}")),
        "flux/kustomization.yaml": HEAD + "resources: [0.yaml]\npatches: [{target: {kind: Kustomization}, patch: '[{\"op\": \"replace\", \"path\": \"/spec/postBuild/substitute/table\", \"value\": \"other\"}]'}]\n",
    },
    "what would be a number": of(GOOD.replace("  name: acme-reverse-proxy\n  assume", '  name: "${x}"\n  assume'), flux("{substitute: {x: '12'}}")),
}  # fmt: skip


@pytest.mark.parametrize("case", LEFT)
def test_what_is_not_known_stays_a_template(case: str, tried: Tried) -> None:
    report = tried(LEFT[case])
    assert not report.failures
    # A name alone that is left open leaves what its policies grant.
    assert verdicts(report) <= {"granted" if case.startswith("what would be a number") else "conditional"}
    assert [item for item in report.findings if item.rule == "templated-manifest"]


def test_two_deployments_are_two_roles(tried: Tried) -> None:
    one, other = flux("{substitute: {table: cell2-auth-keys}}", "one"), flux("{substitute: {table: other}}", "two")
    report = tried(of(FILLED, one, other))
    assert asked(report) == 2
    assert verdicts(report) == {"granted", "not-granted"}


def test_two_deployments_of_the_same_are_one(tried: Tried) -> None:
    one, other = (flux("{substitute: {table: cell2-auth-keys}}", name) for name in ("one", "two"))
    report = tried(of(FILLED, one, other))
    assert asked(report) == 1


def test_a_variable_of_iam_is_spoilt(tried: Tried) -> None:
    def grants(**condition: Any) -> str:
        statement = {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys",
        }
        never = {
            "Effect": "Deny",
            "Action": "dynamodb:GetItem",
            "Resource": "arn:aws:dynamodb:us-east-1:111122223333:table/${aws:PrincipalTag/table}",
        }
        return role([statement, {**never, **condition}], trust=pods())

    report = tried(of(grants(), flux("{substitute: {x: z}}")))
    assert verdicts(report) == {"unknown"}
    assert any("takes ${aws:PrincipalTag/table} for a variable of its own" in item.message for item in report.findings)


@pytest.mark.usefixtures("renderers")
def test_one_overlay_is_not_filled_in_with_the_values_of_another(tried: Tried) -> None:
    tree = {"base/kustomization.yaml": HEAD + "resources: [role.yaml]\n", "base/role.yaml": FILLED}
    for name in ("prod", "stage"):
        tree[f"{name}/kustomization.yaml"] = HEAD + f"namePrefix: {name}-\nresources: [../base]\n"
    values = {"flux/0.yaml": flux("{substitute: {table: cell2-auth-keys}}").replace("project/apps", "project/prod")}
    report = tried({**tree, **values})
    verdict = {
        made.role.object.name: {question.proof.verdict for question in made.required if question.proof}
        for outcome in report.outcomes
        for made in outcome.checks
    }
    assert verdict == {"prod-acme-reverse-proxy": {"granted"}, "stage-acme-reverse-proxy": {"conditional"}}
    assert [item for item in report.findings if item.rule == "templated-manifest"]


def test_a_patch_goes_by_the_name_before_it_is_filled_in(tried: Tried) -> None:
    named = GOOD.replace("name: acme-reverse-proxy\n  namespace", "name: ${n}-reverse-proxy\n  namespace")
    patch = (
        f"  patches: [{{target: {{kind: Role, name: '.n.-reverse-proxy|..n.-reverse-proxy'}}, patch: '{REMOVE}'}}]\n"
    )
    report = tried(of(named, flux("{substitute: {n: acme}}") + patch))
    assert verdicts(report) == {"unknown"}


def test_an_annotation_for_all_may_switch_it_off(tried: Tried) -> None:
    tree = of(FILLED, flux("{substitute: {table: cell2-auth-keys}}"))
    off = HEAD + "resources: [role.yaml]\ncommonAnnotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n"
    assert verdicts(tried({**tree, "apps/kustomization.yaml": off})) == {"unknown"}


@pytest.mark.usefixtures("renderers")
def test_what_helm_renders_is_not_filled_in(tried: Tried) -> None:
    report = tried(
        {
            **{f"apps/{name}": text for name, text in chart(FILLED).items()},
            "flux/0.yaml": flux("{substitute: {table: cell2-auth-keys}}"),
        }
    )
    assert verdicts(report) == {"conditional"}
    assert [item for item in report.findings if item.rule == "templated-manifest"]


def test_who_passes_a_config_map_asks_about_what_it_fills_in(tried: Tried) -> None:
    tried({**of(FILLED, flux(f"{{{FROM}}}")), "flux/vars/vars.yaml": variables(table="other")})
    subprocess.run(["git", "init", "-q", "."], check=True)
    for passed in ("project/flux/vars/vars.yaml", "project/flux/0.yaml", "project/apps/role.yaml"):
        report = check(GateOptions((passed,), parameters=CELL))
        assert {item.rule for item in report.findings} >= {"missing-grant"}, passed
