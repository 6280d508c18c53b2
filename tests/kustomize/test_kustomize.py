"""What kustomize, Flux and Argo CD change is not green: each way of taking a role's access away that stands in another
file than the role, beside ways that leave it as it is. Where kustomize itself is at hand, it is asked whether the cases
are what they claim to be.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.gate.options import GateOptions
from checker.gate.prepare import check
from checker.gate.report import Report

from ..conftest import CELL
from ..fix.test_refused import GRANTS, pods
from ..hostile.bombs import GOOD, TABLE, role

HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
POLICY = f"""apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: {{name: auth-keys-read, namespace: acme}}
spec:
  name: auth-keys-read
  policyDocument: '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"], "Resource": "{TABLE}cell2-auth-keys"}}]}}'
"""
REFERS = GOOD.split("  inlinePolicies")[0] + "  policyRefs: [{from: {name: auth-keys-read}}]\n"
REMOVE = '[{"op": "remove", "path": "/spec/inlinePolicies"}]'
FLUX = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: t, namespace: flux-system}\nspec:\n  path: ./apps\n"
ARGO = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t, namespace: argocd}\nspec:\n  source:\n    path: apps\n    kustomize:\n"
FRAGMENT = "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: acme-reverse-proxy, namespace: acme}\nspec:\n"

UNKNOWN: dict[str, dict[str, str]] = {
    "a bare list of operations in a file": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\npatches: [{path: p.yaml, target: {kind: Role}}]\n",
        "p.yaml": "- op: remove\n  path: /spec/inlinePolicies\n",
    },
    "the same as JSON": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\npatchesJson6902: [{path: p.json, target: {group: iam.services.k8s.aws, version: v1alpha1, kind: Role, name: acme-reverse-proxy}}]\n",
        "p.json": '[{"op": "remove", "path": "/spec/inlinePolicies"}]',
    },
    "a file named Kustomization": {"Kustomization": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "kustomization.yml": {"kustomization.yml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "no apiVersion": {"kustomization.yaml": f"resources: [role.yaml]\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "a target that names only a name": {"kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{name: acme-.*}}, patch: '{REMOVE}'}}]\n"},
    "a target of expressions": {"kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{kind: '(Role|Policy)', name: '[a-z]+-reverse-proxy'}}, patch: '{REMOVE}'}}]\n"},
    "a target by label": {"kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{labelSelector: app in (proxy)}}, patch: '{REMOVE}'}}]\n"},
    "a merge patch in a file": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\npatches: [{path: p.yaml}]\n",
        "p.yaml": FRAGMENT + "  inlinePolicies: null\n",
    },
    "a merge patch in place": {"kustomization.yaml": HEAD + "resources: [role.yaml]\npatchesStrategicMerge:\n- |\n  " + (FRAGMENT + "  inlinePolicies: null\n").replace("\n", "\n  ").rstrip() + "\n"},
    "a merge patch as data": {"kustomization.yaml": HEAD + "resources: [role.yaml]\npatches:\n- patch: |\n    " + (FRAGMENT + "  inlinePolicies: null\n").replace("\n", "\n    ").rstrip() + "\n"},
    "a merge patch that deletes": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\npatches: [{path: p.yaml}]\n",
        "p.yaml": FRAGMENT.replace("spec:\n", "$patch: delete\n"),
    },
    "an overlay": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\n",
        "../prod/kustomization.yaml": HEAD + f"resources: [../apps]\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n",
    },
    "a component": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\n",
        "../prod/kustomization.yaml": HEAD + "resources: [../apps]\ncomponents: [../c]\n",
        "../c/kustomization.yaml": f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n",
    },
    "a replacement": {"kustomization.yaml": HEAD + "resources: [role.yaml]\nreplacements: [{source: {kind: Role, fieldPath: metadata.name}, targets: [{select: {kind: Role}, fieldPaths: [spec.inlinePolicies.auth-keys]}]}]\n"},
    "a transformer": {"kustomization.yaml": HEAD + "resources: [role.yaml]\ntransformers: [t.yaml]\n", "t.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\n"},
    "an annotation of ACK for all": {"kustomization.yaml": HEAD + "resources: [role.yaml]\ncommonAnnotations: {services.k8s.aws/read-only: 'true'}\n"},
    "null in a patch file, beside a field that does not matter": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\npatches: [{path: p.yaml}]\n",
        "p.yaml": FRAGMENT + "  description: x\n  inlinePolicies: null\n",
    },
    "a patch file that is not read": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\npatches: [{path: remove.patch}]\n",
        "remove.patch": FRAGMENT + "  inlinePolicies: null\n",
    },
    "a component from elsewhere": {"kustomization.yaml": HEAD + "resources: [role.yaml]\ncomponents: ['https://github.com/o/r//c?ref=v1']\n"},
    "a component of a component": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\n",
        "../prod/kustomization.yaml": HEAD + "resources: [../apps]\ncomponents: [../c1]\n",
        "../c1/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: [../c2]\n",
        "../c2/kustomization.yaml": f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n",
    },
    "a dot that is any character": {"kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{kind: R..e, name: acme.reverse.proxy}}, patch: '{REMOVE}'}}]\n"},
    "a target by the name of an earlier prefix": {
        "kustomization.yaml": HEAD + "namePrefix: prod-\nresources: [role.yaml]\n",
        "../over/kustomization.yaml": HEAD + f"resources: [../apps]\npatches: [{{target: {{kind: Role, name: 'prod-acme.*'}}, patch: '{REMOVE}'}}]\n",
    },
    "a target in the namespace of the overlay": {
        "kustomization.yaml": HEAD + "namespace: prod\nresources: [role.yaml]\n",
        "../over/kustomization.yaml": HEAD + f"resources: [../apps]\npatches: [{{target: {{kind: Role, namespace: prod}}, patch: '{REMOVE}'}}]\n",
    },
    "configurations that teach nothing of the sort": {
        "role.yaml": REFERS, "policy.yaml": POLICY, "c.yaml": "images: [{path: spec/image, kind: Foo}]\n",
        "kustomization.yaml": HEAD + "namePrefix: prod-\nresources: [role.yaml, policy.yaml]\nconfigurations: [c.yaml]\n",
    },
    "a policy in a folder that is not listed": {"role.yaml": REFERS, "policies/policy.yaml": POLICY, "kustomization.yaml": HEAD + "resources: [role.yaml]\n"},
    "Flux, for an overlay of it": {
        "kustomization.yaml": HEAD + "resources: [role.yaml]\n",
        "../over/kustomization.yaml": HEAD + "resources: [../apps]\n",
        "../flux.yaml": FLUX.replace("./apps", "./over") + f"  patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n",
    },
    "Flux, for a path to be filled in": {"../flux.yaml": FLUX.replace("./apps", "./${dir}") + f"  patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "Flux, in a list": {"../flux.yaml": "apiVersion: v1\nkind: List\nitems:\n- apiVersion: kustomize.toolkit.fluxcd.io/v1\n  kind: Kustomization\n  metadata: {name: t}\n" + f"  spec: {{path: ./apps, patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]}}\n"},
    "a Namespace that is put into another account": {"kustomization.yaml": "resources: [role.yaml]\npatches: [{target: {kind: Namespace}, patch: '[{\"op\": \"add\", \"path\": \"/metadata/annotations/services.k8s.aws~1owner-account-id\", \"value\": \"999988887777\"}]'}]\n"},
    "Flux, patched by a kustomization": {
        "../flux/flux.yaml": FLUX,
        "../flux/kustomization.yaml": "resources: [flux.yaml]\npatches: [{target: {kind: Kustomization}, patch: '[{\"op\": \"add\", \"path\": \"/spec/targetNamespace\", \"value\": \"other\"}]'}]\n",
    },
    "Flux, patched by an overlay of a base": {
        "../base/flux.yaml": FLUX,
        "../base/kustomization.yaml": "resources: [flux.yaml]\n",
        "../prod/kustomization.yaml": "resources: [../base]\npatches: [{patch: '{\"apiVersion\": \"kustomize.toolkit.fluxcd.io/v1\", \"kind\": \"Kustomization\", \"metadata\": {\"name\": \"t\"}, \"spec\": {\"patches\": []}}'}]\n",
    },
    "Flux, patched by another of Flux": {
        "../flux/flux.yaml": FLUX,
        "../parent.yaml": FLUX.replace("./apps", "./flux").replace("name: t,", "name: parent,") + "  patches: [{target: {kind: Kustomization}, patch: '[{\"op\": \"add\", \"path\": \"/spec/namePrefix\", \"value\": \"x-\"}]'}]\n",
    },
    "Flux, suspended": {"../flux.yaml": FLUX + "  suspend: true\n"},
    "Argo CD, by a plugin": {"../app.yaml": ARGO.replace("    kustomize:\n", "    plugin: {name: secrets}\n")},
    "Argo CD, a set that patches its template": {
        "../app.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: t}\nspec:\n  templatePatch: |\n    spec: {source: {kustomize: {patches: []}}}\n  template: {spec: {source: {path: apps}}}\n"
    },
    "Argo CD, which keeps what is there": {
        "../app.yaml": ARGO.replace("    kustomize:\n", "") + "  syncPolicy: {syncOptions: [RespectIgnoreDifferences=true]}\n  ignoreDifferences: [{kind: Role, group: '*', jqPathExpressions: [.spec.inlinePolicies]}]\n"
    },
    "Flux": {"../flux.yaml": FLUX + f"  patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "Flux, older": {"../flux.yaml": FLUX.replace("/v1\n", "/v1beta1\n") + f"  patchesJson6902: [{{target: {{kind: Role}}, patch: {REMOVE}}}]\n"},
    "Argo CD": {"../app.yaml": ARGO + f"      patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "Argo CD, a set": {
        "../app.yaml": f"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: t}}\nspec: {{template: {{spec: {{sources: [{{path: '{{{{.path}}}}', kustomize: {{patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]}}}}]}}}}}}\n"
    },
    "a prefix": {"role.yaml": REFERS, "policy.yaml": POLICY, "kustomization.yaml": HEAD + "namePrefix: prod-\nresources: [role.yaml, policy.yaml]\n"},
    "a suffix from Flux": {"role.yaml": REFERS, "policy.yaml": POLICY, "../flux.yaml": FLUX + "  nameSuffix: -eu\n"},
    "a policy that is not listed": {"role.yaml": REFERS, "policy.yaml": POLICY, "kustomization.yaml": HEAD + "resources: [role.yaml]\n"},
    "a patch of the policy": {"role.yaml": REFERS, "policy.yaml": POLICY, "kustomization.yaml": HEAD + "resources: [role.yaml, policy.yaml]\npatches: [{target: {kind: Policy}, patch: '[{op: replace, path: /spec/policyDocument, value: x}]'}]\n"},
}  # fmt: skip

PROVEN: dict[str, dict[str, str]] = {
    "no kustomization": {},
    "a plain one": {"kustomization.yaml": HEAD + "resources: [role.yaml]\n"},
    "labels and images": {"kustomization.yaml": HEAD + "resources: [role.yaml]\ncommonLabels: {team: x}\nimages: [{name: a, newTag: b}]\n"},
    "Flux, not suspended": {"../flux.yaml": FLUX + "  suspend: false\n"},
    "Kyverno, which deletes pods": {
        "../cleanup.yaml": "apiVersion: kyverno.io/v2\nkind: ClusterCleanupPolicy\nmetadata: {name: t}\nspec: {schedule: '* * * * *', match: {any: [{resources: {kinds: [Pod]}}]}}\n"
    },
    "a namespace": {"kustomization.yaml": HEAD + "namespace: acme\nresources: [role.yaml]\n"},
    "a patch of a Deployment": {"kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{kind: Deployment}}, patch: '{REMOVE}'}}]\n"},
    "a patch of RBAC": {"kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{group: rbac.authorization.k8s.io, kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "a patch of another role": {"kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{kind: Role, name: other}}, patch: '{REMOVE}'}}]\n"},
    "a patch of what has a label": {"kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{labelSelector: app=web}}, patch: '{REMOVE}'}}]\n"},
    "a patch of the description": {"kustomization.yaml": HEAD + "resources: [role.yaml]\npatches: [{target: {kind: Role}, patch: '[{\"op\": \"add\", \"path\": \"/spec/description\", \"value\": \"x\"}]'}]\n"},
    "an overlay of something else": {"../other/kustomization.yaml": HEAD + f"resources: [x.yaml]\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "a Namespace with an annotation of others": {"kustomization.yaml": "resources: [role.yaml]\npatches: [{target: {kind: Namespace}, patch: '[{\"op\": \"add\", \"path\": \"/metadata/annotations/linkerd.io~1inject\", \"value\": \"999988887777\"}]'}]\n"},
    "Flux, patched in its interval": {
        "../flux/flux.yaml": FLUX,
        "../flux/kustomization.yaml": "resources: [flux.yaml]\npatches: [{target: {kind: Kustomization}, patch: '[{\"op\": \"replace\", \"path\": \"/spec/interval\", \"value\": \"5m\"}]'}]\n",
    },
    "Flux, another one patched": {
        "../flux/flux.yaml": FLUX,
        "../flux/kustomization.yaml": "resources: [flux.yaml]\npatches: [{target: {kind: Kustomization, name: other}, patch: '[{\"op\": \"add\", \"path\": \"/spec/namePrefix\", \"value\": \"x-\"}]'}]\n",
    },
    "Flux for another path": {"../flux.yaml": FLUX.replace("./apps", "./infra") + f"  patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"},
    "a prefix without references": {"kustomization.yaml": HEAD + "namePrefix: prod-\nresources: [role.yaml]\n"},
    "a prefix, and the built name in the reference": {
        "role.yaml": REFERS.replace("{name: auth", "{name: prod-auth"), "policy.yaml": POLICY, "kustomization.yaml": HEAD + "namePrefix: prod-\nresources: [role.yaml, policy.yaml]\n",
    },
    "a listed policy": {"role.yaml": REFERS, "policy.yaml": POLICY, "kustomization.yaml": HEAD + "resources: [role.yaml, policy.yaml]\n"},
    "configurations that teach references": {
        "role.yaml": REFERS, "policy.yaml": POLICY,
        "c.yaml": "nameReference: [{kind: Policy, fieldSpecs: [{kind: Role, path: spec/policyRefs/from/name}]}]\n",
        "kustomization.yaml": HEAD + "resources: [role.yaml, policy.yaml]\nconfigurations: [c.yaml]\n",
        "../over/kustomization.yaml": HEAD + "namePrefix: prod-\nresources: [../apps]\n",
    },
    "folders that list each other": {
        "kustomization.yaml": HEAD + "resources: [role.yaml, ../prod]\n", "../prod/kustomization.yaml": HEAD + "resources: [../apps]\n",
    },
}  # fmt: skip


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Report]:
    monkeypatch.chdir(tmp_path)

    def run(files: dict[str, str]) -> Report:
        for name, text in {"role.yaml": GOOD, **files}.items():
            path = Path("project/apps", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check(GateOptions(("project",), parameters=CELL, no_render=True))

    return run


def verdicts(report: Report) -> set[str]:
    return {
        question.proof.verdict if question.proof else "unknown"
        for outcome in report.outcomes
        for made in outcome.checks
        for question in made.required
    }


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_changed_is_unknown(case: str, checked: Callable[[dict[str, str]], Report]) -> None:
    report = checked(UNKNOWN[case])
    assert not report.failures
    assert verdicts(report) == {"unknown"}
    rules = {finding.rule: finding for finding in report.findings}
    assert rules["unknown-grant"].severity == "error"
    named = rules.get("kustomize-change") or rules["unlisted-manifest"]
    assert named.severity == "warning"
    told = rules["unknown-grant"].message
    assert "kustomization" in told.lower() or "Argo CD" in told, told


@pytest.mark.parametrize("case", PROVEN)
def test_what_is_not_changed_is_proven(case: str, checked: Callable[[dict[str, str]], Report]) -> None:
    report = checked(PROVEN[case])
    assert not report.failures
    assert verdicts(report) == {"granted"}
    assert [finding.rule for finding in report.findings if finding.severity == "error"] == []
    if "prefix" not in case and "references" not in case:
        assert [finding.message for finding in report.findings] == []


def test_a_component_that_nobody_uses_may_be_for_anything_it_names(checked: Callable[[dict[str, str]], Report]) -> None:
    text = f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"
    assert verdicts(checked({"../c/kustomization.yaml": text})) == {"unknown"}


def test_labels_and_names_that_are_put_in_select(checked: Callable[[dict[str, str]], Report]) -> None:
    hidden = GOOD.replace("acme-reverse-proxy", "reverse-proxy")
    report = checked({"role.yaml": hidden, "kustomization.yaml": HEAD + "namePrefix: acme-\nresources: [role.yaml]\n"})
    assert [outcome.selected for outcome in report.outcomes] == [1]
    assert "no-matching-role" not in {finding.rule for finding in report.findings}


@pytest.mark.parametrize(("asks", "told"), [(True, True), (False, False)])
def test_two_overlays_leave_the_namespace_open(
    asks: bool, told: bool, checked: Callable[[dict[str, str]], Report]
) -> None:
    overlays = {
        f"../{name}/kustomization.yaml": HEAD + f"namespace: {name}\nresources: [../apps]\n" for name in ("one", "two")
    }
    trust = pods(StringEquals={"aws:RequestTag/kubernetes-namespace": "one"}) if asks else pods()
    report = checked(
        {"role.yaml": role(GRANTS, trust=trust), "kustomization.yaml": HEAD + "resources: [role.yaml]\n", **overlays}
    )
    assert verdicts(report) == {"granted"}
    requirement = (Path(__file__).parents[1] / "rules" / "with-trust.yaml").read_text(encoding="utf-8")
    Path("trust.yaml").write_text(requirement.replace("${serviceAccount}", "proxy"), encoding="utf-8")
    asked = check(GateOptions(("project",), parameters=CELL, policies=("trust.yaml",)))
    found = [finding.message for finding in asked.findings if finding.rule == "untrusted-service-account"]
    assert len(found) == told
    assert not told or "overlays that put it into namespaces one and two" in found[0]


def test_a_stream_is_a_project_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io
    import sys

    from checker.cli import main

    monkeypatch.chdir(tmp_path)
    Path("m").mkdir()
    Path("m/policy.yaml").write_text(POLICY, encoding="utf-8")
    Path("checker.yaml").write_text("version: 1\nmanifests: [m]\n", encoding="utf-8")
    cell = [f"--set={key}={value}" for key, value in CELL.items()]
    for paths, code in ((["-"], 1), (["-", "m"], 0)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(REFERS.encode())))
        monkeypatch.setattr(sys, "argv", ["checker", "static", *paths, *cell])
        assert main() == code, capsys.readouterr().out
        assert ("dangling-reference" in capsys.readouterr().out) == bool(code)


BUILT = [
    "a bare list of operations in a file", "no apiVersion", "a component", "a component of a component", "a prefix",
    "a policy that is not listed", "null in a patch file, beside a field that does not matter",
    "a patch file that is not read", "a dot that is any character", "a target by the name of an earlier prefix",
    "a target in the namespace of the overlay", "configurations that teach nothing of the sort",
]  # fmt: skip
KUBECTL = shutil.which("kubectl")


@pytest.mark.skipif(not KUBECTL, reason="kubectl is not installed, so kustomize cannot be asked what it builds")
@pytest.mark.parametrize(
    "case",
    ["a bare list of operations in a file", "no apiVersion", "a component", "a prefix", "a policy that is not listed"],
)
def test_kustomize_itself_takes_the_access_away(case: str, checked: Callable[[dict[str, str]], Report]) -> None:
    checked(UNKNOWN[case])
    folder = next(f"project/{name}" for name in ("prod", "over", "apps") if Path("project", name).exists())
    done = subprocess.run([str(KUBECTL), "kustomize", folder], capture_output=True, text=True, check=True)
    Path("built.yaml").write_text(done.stdout, encoding="utf-8")
    assert verdicts(check(GateOptions(("built.yaml",), parameters=CELL))) <= {"not-granted", "unknown"}
