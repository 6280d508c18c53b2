"""What Flux and Argo CD add to the kustomizations that they deploy: the verdict is that of what they build.

The other side does as they do: it writes what they add into a copy of the folder (fluxcd/pkg,
kustomize/kustomize_generator.go; argo-cd, util/kustomize/kustomize.go), which kustomize then builds.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.gate.report import Report

from ..fix.test_refused import ACCOUNT
from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import FRAGMENT, HEAD, POLICY, REFERS, REMOVE, verdicts
from .test_built import Tree, Tried, built, said, tried

__all__ = ["tried"]
pytestmark = pytest.mark.usefixtures("renderers")

PLAIN = {"apps/kustomization.yaml": HEAD + "resources: [role.yaml]\n", "apps/role.yaml": GOOD}
BOTH = {"apps/kustomization.yaml": HEAD + "resources: [all.yaml]\n", "apps/all.yaml": f"{REFERS}---\n{POLICY}"}
NAMES = "nameReference:\n- kind: Policy\n  group: iam.services.k8s.aws\n  fieldSpecs: [{kind: Role, group: iam.services.k8s.aws, path: spec/policyRefs/from/name}]\n"
BROKEN = GOOD.replace("dynamodb:Query", "dynamodb:Scan")
MEND = GOOD.partition("spec:")[2]
OTHER = GOOD.replace("acme", "umbra")
COMPONENT = f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n"
REMOVED: dict[str, Any] = {"patches": [{"target": {"kind": "Role"}, "patch": REMOVE}]}
MENDED = {"patches": [{"patch": FRAGMENT.partition("spec:")[0] + "spec:" + MEND}]}

TREES: dict[str, tuple[Tree, dict[str, Any]]] = {
    "a patch takes the policies away": (PLAIN, REMOVED),
    "a patch gives what was missing": (PLAIN | {"apps/role.yaml": BROKEN}, MENDED),
    "a prefix, and references that stay": (BOTH, {"namePrefix": "prod-"}),
    "a prefix, and references that follow": (
        BOTH | {"apps/kustomization.yaml": HEAD + "resources: [all.yaml]\nconfigurations: [n.yaml]\n", "apps/n.yaml": NAMES},
        {"nameSuffix": "-eu"},
    ),
    "a namespace": (
        {"apps/kustomization.yaml": HEAD + "resources: [all.yaml]\n", "apps/all.yaml": (GOOD + ACCOUNT).replace("namespace: acme", "namespace: other")},
        {"namespace": "acme"},
    ),
    "an annotation of ACK": (PLAIN, {"commonAnnotations": {"services.k8s.aws/read-only": "true"}}),
    "a component": (PLAIN | {"c/kustomization.yaml": COMPONENT}, {"components": ["../c"]}),
    "an overlay of a base": (
        PLAIN | {"prod/kustomization.yaml": HEAD + f"resources: [../apps]\npatches: [{{target: {{kind: Role, name: umbra.*}}, patch: '{REMOVE}'}}]\n"},
        MENDED,
    ),
    "a folder without a kustomization": ({"apps/role.yaml": GOOD, "apps/notes.yaml": "just: a value\n"}, REMOVED),
    "folders in a folder": (
        {"apps/acme/role.yaml": GOOD, "apps/umbra/kustomization.yaml": HEAD + "resources: [role.yaml]\n", "apps/umbra/role.yaml": OTHER},
        {"patches": [{"target": {"kind": "Role", "name": "umbra.*"}, "patch": REMOVE}]},
    ),
    "a patch for what is none of ours": (
        {"apps/role.yaml": GOOD, "apps/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"},
        {"patches": [{"patch": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n"}]},
    ),
}  # fmt: skip

UNKNOWN: dict[str, tuple[Tree, dict[str, Any]]] = {
    "names that the folder itself gives": (PLAIN | {"apps/kustomization.yaml": HEAD + "namePrefix: x-\nresources: [role.yaml]\n"}, REMOVED),
    "replacements in the folder": (
        PLAIN | {"apps/kustomization.yaml": HEAD + "resources: [role.yaml]\nreplacements: [{source: {kind: Role, fieldPath: metadata.name}, targets: [{select: {kind: Role}, fieldPaths: [spec.name]}]}]\n"},
        REMOVED,
    ),
    "a component before changes of the folder": (
        PLAIN | {"c/kustomization.yaml": COMPONENT, "apps/kustomization.yaml": HEAD + f"resources: [role.yaml]\npatches: [{{target: {{kind: Role, name: umbra.*}}, patch: '{REMOVE}'}}]\n"},
        {"components": ["../c"]},
    ),
    "files that Flux may leave out": ({"apps/role.yaml": GOOD, "apps/.sourceignore": "role.yaml\n"}, REMOVED),
    "a manifest in JSON beside it": ({"apps/role.yaml": GOOD, "apps/policy.json": '{"apiVersion": "iam.services.k8s.aws/v1alpha1", "kind": "Policy"}'}, REMOVED),
}  # fmt: skip


def flux(added: dict[str, Any], path: str = "apps", name: str = "t") -> str:
    common = {"annotations": added.get("commonAnnotations"), "labels": added.get("commonLabels")}
    spec = {
        "path": f"./project/{path}",
        "targetNamespace": added.get("namespace"),
        "commonMetadata": {key: value for key, value in common.items() if value} or None,
        **{key: value for key, value in added.items() if not key.startswith("common") and key != "namespace"},
    }
    return yaml.safe_dump(
        {
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": {"name": name, "namespace": "flux-system"},
            "spec": {key: value for key, value in spec.items() if value},
        }
    )


def argo(added: dict[str, Any], path: str = "apps") -> str:
    spec = {"source": {"path": f"project/{path}", "repoURL": "https://example.com/r.git", "kustomize": added}}
    metadata = {"name": "t", "namespace": "argocd"}
    return yaml.safe_dump(
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}
    )


def merged(added: dict[str, Any], path: str) -> Report:
    """What the gate says of what kustomize builds of a copy with all of it in one kustomization."""
    shutil.copytree("project", "merged")
    folder = Path("merged", path)
    file = folder / "kustomization.yaml"
    own: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else _made(folder)
    for key, value in added.items():
        own[key] = [*own.get(key, []), *value] if isinstance(value, list) else value
    file.write_text(yaml.safe_dump(own), encoding="utf-8")
    report = built(str(folder))
    shutil.rmtree("merged")
    return report


def _made(folder: Path) -> dict[str, Any]:
    """The kustomization that Flux makes of a folder without one."""
    inner = [path.parent for path in sorted(folder.rglob("kustomization.yaml"))]
    files = [
        path
        for path in sorted(folder.rglob("*.yaml"))
        if "apiVersion:" in path.read_text(encoding="utf-8") and not any(path.is_relative_to(one) for one in inner)
    ]
    return {"resources": [os.path.relpath(path, folder) for path in (*inner, *files)]}


def with_argo() -> list[str]:
    """Argo CD takes what it adds for a folder of kustomize's only where there is a kustomization."""
    return [case for case, (tree, _) in TREES.items() if "apps/kustomization.yaml" in tree]


@pytest.mark.parametrize(
    ("case", "by"),
    [*((case, "flux") for case in TREES), *((case, "argo") for case in with_argo())],
)
def test_the_verdict_is_that_of_what_they_build(case: str, by: str, tried: Tried) -> None:
    tree, added = TREES[case]
    path = "prod" if "prod/kustomization.yaml" in tree else "apps"
    report = tried(tree | {f"clusters/{by}.yaml": flux(added, path) if by == "flux" else argo(added, path)})
    other = merged(added, path)
    assert not report.failures
    assert not [item for item in report.skipped if not item.in_part]
    assert verdicts(report) == verdicts(other)
    assert said(report.findings) == said(other.findings)
    assert {item.location.file.partition("/")[0] for item in report.findings} <= {"project", "policies"}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_does_not_come_to_the_same_is_not_guessed(case: str, tried: Tried) -> None:
    tree, added = UNKNOWN[case]
    report = tried(tree | {"clusters/flux.yaml": flux(added)})
    assert verdicts(report) == {"unknown"}
    assert {item.reason for item in report.skipped} & {"unbuilt-kustomization", "kustomize-patch"}


@pytest.mark.parametrize(
    ("name", "override", "verdict"),
    [
        (".argocd-source-t.yaml", {"kustomize": REMOVED}, "unknown"),
        (".argocd-source.yaml", {"kustomize": {"namePrefix": "x-"}}, "unknown"),
        (".argocd-source.yaml", {"kustomize": None}, "unknown"),
        (".argocd-source.yaml", {"plugin": {"name": "x"}}, "unknown"),
        (".argocd-source.yaml", ["kustomize"], "unknown"),
        (".argocd-source-t.yaml", {"kustomize": {"images": ["proxy:v2"]}}, "granted"),
        (".argocd-source-t.yaml", {"path": "elsewhere"}, "granted"),
        (".argocd-source-t.yml", {"kustomize": REMOVED}, "granted"),
    ],
)
def test_a_file_that_changes_what_argo_cd_builds_is_no_proof(
    name: str, override: Any, verdict: str, tried: Tried
) -> None:
    """It is merged into the Application, which stands in another file: what comes of it is not worked out."""
    report = tried(PLAIN | {"clusters/argo.yaml": argo({}), f"apps/{name}": yaml.safe_dump(override)})
    assert verdicts(report) == {verdict}


@pytest.mark.parametrize("by", ["flux", "argo"])
def test_components_that_are_not_there_may_be_left_out(by: str, tried: Tried) -> None:
    deploy = flux if by == "flux" else argo
    ignoring = {"components": ["../none"], "ignoreMissingComponents": True}
    report = tried(PLAIN | {f"clusters/{by}.yaml": deploy(ignoring)})
    assert (verdicts(report), said(report.findings)) == ({"granted"}, set())
    report = tried(PLAIN | {f"clusters/{by}.yaml": deploy({"components": ["../none"]})})
    assert "failed-rendering" in {item.rule for item in report.findings}
    both = {**ignoring, "components": ["../none", "../c"]}
    report = tried(PLAIN | {"c/kustomization.yaml": COMPONENT, f"clusters/{by}.yaml": deploy(both)})
    assert verdicts(report) == {"not-granted"}
    assert "failed-rendering" not in {item.rule for item in report.findings}


def test_each_of_two_deploys_what_it_makes_of_a_folder(tried: Tried) -> None:
    """Two clusters deploy the same folder: with what one of them adds the role loses its access, in the other not."""
    report = tried(PLAIN | {"a/flux.yaml": flux(REMOVED), "b/flux.yaml": flux({"commonLabels": {"cluster": "b"}})})
    by_pool = {
        made.role.object.pool: {question.proof.verdict for question in made.required if question.proof}
        for outcome in report.outcomes
        for made in outcome.checks
    }
    called = "kustomize build project/apps with Flux Kustomization flux-system/t in project/{}/flux.yaml"
    assert by_pool == {called.format("a"): {"not-granted"}, called.format("b"): {"granted"}}


def test_one_that_adds_nothing_deploys_the_folder_as_it_is(tried: Tried) -> None:
    report = tried(PLAIN | {"a/flux.yaml": flux(REMOVED), "b/flux.yaml": flux({}, name="plain")})
    assert verdicts(report) == {"granted", "not-granted"}


def test_variables_are_those_of_the_one_that_deploys(tried: Tried) -> None:
    """Each fills in its own table, after the build."""
    filled = {
        f"{cluster}/flux.yaml": flux({"commonLabels": {"cluster": cluster}}, name=cluster)
        + f"  postBuild: {{substitute: {{table: {table}}}}}\n"
        for cluster, table in (("a", "cell2-auth-keys"), ("b", "other"))
    }
    text = GOOD.replace("table/cell2-auth-keys", "table/${table}")
    report = tried(PLAIN | {"apps/role.yaml": text} | filled)
    checks = [made for outcome in report.outcomes for made in outcome.checks]
    assert sorted(question.proof.verdict for made in checks for question in made.required[:1] if question.proof) == [
        "granted",
        "not-granted",
    ]


def test_what_took_the_access_away_points_into_the_object_of_flux(tried: Tried) -> None:
    (finding,) = [
        item for item in tried(PLAIN | {"a/flux.yaml": flux(REMOVED)}).findings if item.rule == "missing-grant"
    ]
    assert finding.location.file == "project/apps/role.yaml"
    (see,) = finding.related
    assert see.location.file == "project/a/flux.yaml"


BARE = GOOD.replace("  namespace: acme\n", "").replace(", namespace: acme", "")


def application(namespace: str, name: str = "t") -> str:
    spec = {"source": {"path": "project/apps"}, "destination": {"namespace": namespace}}
    metadata = {"name": name, "namespace": "argocd"}
    return yaml.safe_dump(
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}
    )


@pytest.mark.parametrize("tree", [{}, {"apps/kustomization.yaml": PLAIN["apps/kustomization.yaml"]}])
def test_argo_cd_puts_what_states_no_namespace_where_it_deploys(tree: Tree, tried: Tried) -> None:
    report = tried(tree | {"apps/role.yaml": BARE, "clusters/app.yaml": application("acme")})
    assert {made.role.object.namespace for outcome in report.outcomes for made in outcome.checks} == {"acme"}


def test_in_two_namespaces_it_is_not_known(tried: Tried) -> None:
    files = {"apps/role.yaml": BARE, "a/app.yaml": application("acme"), "b/app.yaml": application("umbra", "u")}
    report = tried(files)
    assert {made.role.object.built_namespaces for outcome in report.outcomes for made in outcome.checks} == {
        ("acme", "umbra")
    }


PER_OVERLAY = {
    "base/kustomization.yaml": HEAD + "resources: [role.yaml]\n",
    "base/role.yaml": REFERS,
    "a/kustomization.yaml": HEAD + "resources: [../base, policy.yaml]\n",
    "a/policy.yaml": POLICY,
    "b/kustomization.yaml": HEAD + "resources: [../base]\n",
}


def test_what_one_overlay_takes_in_is_not_there_for_another(tried: Tried) -> None:
    """Neither changes anything: each is what it lists."""
    report = tried(PER_OVERLAY)
    assert sorted(item.rule for item in report.findings if "grant" in item.rule or "reference" in item.rule) == [
        "dangling-reference",
        "unknown-grant",
    ]


def test_each_overlay_has_its_own_policy(tried: Tried) -> None:
    good = {"b/kustomization.yaml": HEAD + "resources: [../base, policy.yaml]\n", "b/policy.yaml": POLICY}
    assert verdicts(tried(PER_OVERLAY | good)) == {"granted"}


OUTSIDE = PLAIN | {
    "apps/kustomization.yaml": HEAD + "resources: [role.yaml]\npatches: [{path: ../patches/p.yaml}]\n",
    "patches/p.yaml": FRAGMENT + "  maxSessionDuration: 7200\n",
}


def test_flux_reads_patches_from_all_of_its_repository(tried: Tried) -> None:
    assert verdicts(tried(OUTSIDE | {"clusters/flux.yaml": flux({})})) == {"granted"}


def test_kustomize_itself_does_not(tried: Tried) -> None:
    assert "failed-rendering" in {item.rule for item in tried(OUTSIDE).findings}


def test_nothing_outside_of_the_project_is_read(tried: Tried, tmp_path: Path) -> None:
    (tmp_path.parent / "outside.yaml").write_text(FRAGMENT + "  maxSessionDuration: 7200\n")
    tree = PLAIN | {
        "apps/kustomization.yaml": HEAD + "resources: [role.yaml]\npatches: [{path: ../../../outside.yaml}]\n",
        "clusters/flux.yaml": flux({}),
    }
    assert verdicts(tried(tree)) == {"unknown"}


def test_a_folder_without_a_kustomization_cannot_be_taken_in(tried: Tried) -> None:
    tree = {"apps/role.yaml": GOOD, "prod/kustomization.yaml": HEAD + "resources: [../apps]\n"}
    assert [item.rule for item in tried(tree).findings if item.rule != "no-matching-role"] == ["failed-rendering"]


BROKEN_LABELS = HEAD + "namespace: acme\nresources: [role.yaml]\nlabels: [{pairs: {x: y}}]\n"


def test_a_folder_that_does_not_build_is_told_beside_what_flux_adds(tried: Tried) -> None:
    added = {"patches": [{"target": {"kind": "Deployment"}, "patch": "[]"}]}
    report = tried(PLAIN | {"apps/kustomization.yaml": BROKEN_LABELS, "clusters/flux.yaml": flux(added)})
    assert "failed-rendering" in {item.rule for item in report.findings}


def test_fields_of_others_that_argo_cd_leaves_alone_change_nothing(tried: Tried) -> None:
    spec = {
        "source": {"path": "project/apps"},
        "syncPolicy": {"syncOptions": ["RespectIgnoreDifferences=true"]},
        "ignoreDifferences": [{"group": "apps", "kind": "Deployment", "jsonPointers": ["/spec/replicas"]}],
    }
    metadata = {"name": "t", "namespace": "argocd"}
    text = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata, "spec": spec}
    report = tried(PLAIN | {"clusters/app.yaml": yaml.safe_dump(text)})
    assert (verdicts(report), report.skipped) == ({"granted"}, ())
