"""Kustomizations that are built: the verdict is that of what kustomize prints, and the places are in the files that
somebody edits.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from checker.errors import UsageError
from checker.findings.finding import Finding
from checker.findings.groups import grouped
from checker.gate.options import GateOptions
from checker.gate.prepare import check
from checker.gate.report import Report

from ..conftest import CELL, every_other
from ..fix.test_refused import ACCOUNT
from ..hostile.bombs import GOOD
from ..kustomize.test_kustomize import FLUX, FRAGMENT, HEAD, POLICY, PROVEN, REFERS, REMOVE, UNKNOWN, verdicts

pytestmark = pytest.mark.usefixtures("renderers")

OVERLAY = "prod/kustomization.yaml"
Tree = dict[str, str]
Tried = Callable[..., Report]

TREES: dict[str, Tree] = {
    "a component": {
        "base/kustomization.yaml": HEAD + "resources: [role.yaml]\n",
        "base/role.yaml": GOOD,
        "c/kustomization.yaml": f"apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n",
        OVERLAY: HEAD + "resources: [../base]\ncomponents: [../c]\n",
    },
    "a replacement": {
        "base/kustomization.yaml": HEAD + "resources: [role.yaml, cm.yaml]\n",
        "base/role.yaml": GOOD,
        "base/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: names}\ndata: {role: umbra-reverse-proxy}\n",
        OVERLAY: HEAD + "resources: [../base]\nreplacements:\n- source: {kind: ConfigMap, fieldPath: data.role}\n  targets: [{select: {kind: Role}, fieldPaths: [spec.name]}]\n",
    },
    "operations in a file": {
        "base/kustomization.yaml": HEAD + "resources: [role.yaml]\n",
        "base/role.yaml": GOOD,
        OVERLAY: HEAD + "resources: [../base]\npatches: [{path: p.yaml, target: {kind: Role}}]\n",
        "prod/p.yaml": REMOVE,
    },
    "a merge patch in a file": {
        "base/kustomization.yaml": HEAD + "resources: [role.yaml]\n",
        "base/role.yaml": GOOD,
        OVERLAY: HEAD + "resources: [../base]\npatches: [{path: p.yaml}]\n",
        "prod/p.yaml": FRAGMENT + "  maxSessionDuration: 99\n  inlinePolicies: {auth-keys: '{}'}\n",
    },
    "a prefix, and references that stay": {
        "base/kustomization.yaml": HEAD + "resources: [all.yaml]\n",
        "base/all.yaml": REFERS + "---\n" + POLICY,
        OVERLAY: HEAD + "namePrefix: prod-\nresources: [../base]\n",
    },
    "a prefix, and references that follow": {
        "base/kustomization.yaml": HEAD + "resources: [all.yaml]\n",
        "base/all.yaml": REFERS + "---\n" + POLICY,
        OVERLAY: HEAD + "namePrefix: prod-\nresources: [../base]\nconfigurations: [names.yaml]\n",
        "prod/names.yaml": "nameReference:\n- kind: Policy\n  group: iam.services.k8s.aws\n  fieldSpecs: [{kind: Role, group: iam.services.k8s.aws, path: spec/policyRefs/from/name}]\n",
    },
    "a namespace": {
        "base/kustomization.yaml": HEAD + "resources: [all.yaml]\n",
        "base/all.yaml": (GOOD + ACCOUNT).replace("namespace: acme", "namespace: other"),
        OVERLAY: HEAD + "namespace: acme\nresources: [../base]\n",
    },
    "a role that an overlay takes away": {
        "base/kustomization.yaml": HEAD + "resources: [role.yaml, other.yaml]\n",
        "base/role.yaml": GOOD,
        "base/other.yaml": GOOD.replace("acme", "umbra"),
        OVERLAY: HEAD + "resources: [../base]\npatches: [{path: p.yaml}]\n",
        "prod/p.yaml": FRAGMENT.replace("spec:\n", "$patch: delete\n"),
    },
    "generators beside it": {
        OVERLAY: HEAD + "resources: [role.yaml]\nnameSuffix: -v2\nconfigMapGenerator: [{name: x, literals: [a=b]}]\n",
        "prod/role.yaml": GOOD,
    },
    "labels that select": {
        "base/kustomization.yaml": HEAD + "resources: [role.yaml]\n",
        "base/role.yaml": GOOD,
        OVERLAY: HEAD + "resources: [../base]\nlabels: [{pairs: {app: proxy}, includeSelectors: true}]\npatches: [{target: {labelSelector: app=nobody}, patch: '" + REMOVE + "'}]\n",
    },
    "two roles in one file": {
        "base/kustomization.yaml": HEAD + "resources: [roles.yaml]\n",
        "base/roles.yaml": GOOD + "---\n" + GOOD.replace("acme-reverse-proxy", "umbra-acme-reverse-proxy"),
        OVERLAY: HEAD + f"resources: [../base]\nnamePrefix: p-\npatches: [{{target: {{kind: Role, name: umbra.*}}, patch: '{REMOVE}'}}]\n",
    },
}  # fmt: skip


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tried:
    """Checks a tree, below the folder `project`."""
    monkeypatch.chdir(tmp_path)

    def run(files: Tree, **options: Any) -> Report:
        for name, text in files.items():
            path = Path("project", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check(GateOptions(("project",), parameters=CELL, **options))

    return run


def built(folder: str) -> Report:
    """What the gate says of what kustomize prints."""
    tool = shutil.which("kustomize")
    command = [tool, "build", folder] if tool else [str(shutil.which("kubectl")), "kustomize", folder]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    Path("built").mkdir(exist_ok=True)
    Path("built/built.yaml").write_text(printed, encoding="utf-8")
    return check(GateOptions(("built",), parameters=CELL, no_render=True))


def said(findings: tuple[Finding, ...]) -> set[tuple[str, str]]:
    return {(item.rule, item.message) for item in findings}


@pytest.mark.parametrize("case", TREES)
def test_the_verdict_is_that_of_what_is_built(case: str, tried: Tried) -> None:
    report = tried(TREES[case])
    other = built("project/prod")
    assert not report.failures
    assert verdicts(report) == verdicts(other)
    assert said(report.findings) == said(other.findings)
    for item in report.findings:
        lines = Path(item.location.file).read_text(encoding="utf-8").splitlines()
        assert item.location.start.line <= len(lines)
        assert item.location.file.startswith(("project/", "policies/")) or not Path(item.location.file).is_relative_to(
            "."
        )


@pytest.mark.long
@pytest.mark.parametrize("case", every_other(sorted({**UNKNOWN, **PROVEN})))
def test_no_verdict_without_building_is_refuted_by_building(case: str, tried: Tried) -> None:
    tree = {
        f"apps/{name}": text for name, text in {"role.yaml": GOOD, **UNKNOWN, **PROVEN}.items() if isinstance(text, str)
    }
    tree |= {f"apps/{name}": text for name, text in {**UNKNOWN, **PROVEN}[case].items()}
    tree = {os.path.normpath(name): text for name, text in tree.items()}
    before = verdicts(tried(tree, no_render=True))
    after = tried(tree)
    assert not after.failures
    if before == {"granted"}:
        assert verdicts(after) == {"granted"}
    if not any(item.rule == "failed-rendering" for item in after.findings):
        assert not (before == {"granted"} and "not-granted" in verdicts(after))


def test_a_finding_about_a_field_that_a_patch_has_written_points_into_the_patch(tried: Tried) -> None:
    report = tried(TREES["a merge patch in a file"])
    places = {item.location.file for item in report.findings if item.path.startswith("spec.inlinePolicies")}
    assert places == {"project/prod/p.yaml"}
    durations = {item.location.file for item in report.findings if item.path == "spec.maxSessionDuration"}
    assert durations == {"project/prod/p.yaml"}


def test_what_took_the_access_away_is_told(tried: Tried) -> None:
    (finding,) = [item for item in tried(TREES["a component"]).findings if item.rule == "missing-grant"]
    assert finding.location.file == "project/base/role.yaml"
    (see,) = finding.related
    assert see.location.file == "project/c/kustomization.yaml"
    assert see.message == "kustomize build project/prod changes spec.inlinePolicies of Role acme/acme-reverse-proxy"


def test_overlays_do_not_share_a_pool(tried: Tried) -> None:
    """Each role gets the policy of its own overlay; taken together, the names would mean two."""
    without = '[{"op": "replace", "path": "/spec/policyDocument", "value": "{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[]}"}]'
    report = tried(
        {
            "base/kustomization.yaml": HEAD + "resources: [all.yaml]\n",
            "base/all.yaml": REFERS + "---\n" + POLICY,
            "one/kustomization.yaml": HEAD + "resources: [../base]\nlabels: [{pairs: {a: one}}]\n",
            "two/kustomization.yaml": HEAD
            + f"resources: [../base]\npatches: [{{target: {{kind: Policy}}, patch: '{without}'}}]\n",
        }
    )
    checks = [made for outcome in report.outcomes for made in outcome.checks]
    assert {
        (made.role.object.pool, question.proof.verdict if question.proof else "")
        for made in checks
        for question in made.required
    } == {("kustomize build project/one", "granted"), ("kustomize build project/two", "not-granted")}
    assert "duplicate-role-name" not in {item.rule for item in report.findings}


def test_a_base_is_judged_through_its_overlays_alone(tried: Tried) -> None:
    tree = TREES["a component"]
    report = tried(tree)
    assert [outcome.selected for outcome in report.outcomes] == [1]
    assert report.summary.roles == 1


def test_what_does_not_build_is_an_error_with_the_words_of_the_tool(tried: Tried) -> None:
    tree = {OVERLAY: HEAD + "resources: [role.yaml]\npatches: [{path: nothing.yaml}]\n", "prod/role.yaml": GOOD}
    report = tried(tree)
    (finding,) = [item for item in report.findings if item.rule == "failed-rendering"]
    assert finding.severity == "error"
    assert finding.message.startswith("kustomize build project/prod failed: ")
    assert "nothing.yaml" in finding.message
    assert str(Path.cwd()) not in finding.message
    assert verdicts(report) == {"unknown"}


@pytest.mark.parametrize("entry", ["https://127.0.0.1:9/x//y?ref=v1", "github.com/example/x", "../../outside"])
def test_nothing_is_fetched_and_nothing_outside_is_read(entry: str, tried: Tried, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kustomization.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "project").mkdir()
    subprocess.run(["git", "init", "-q", "project"], check=True)
    tree = {
        OVERLAY: HEAD + f"resources: [role.yaml, {entry}]\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n",
        "prod/role.yaml": GOOD,
    }
    report = tried(tree)
    assert "failed-rendering" not in {item.rule for item in report.findings}
    assert "was not run: it takes in" in " ".join(item.message for item in report.findings)
    assert verdicts(report) == {"unknown"}


def test_one_that_cannot_be_built_leaves_what_shares_its_files_unknown(tried: Tried) -> None:
    tree = {
        **TREES["labels that select"],
        "stage/kustomization.yaml": HEAD
        + f"resources: [../base, https://127.0.0.1:9/x?ref=v1]\npatches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n",
    }
    assert verdicts(tried(tree)) == {"unknown"}


def test_a_comment_in_the_base_accepts_what_is_built(tried: Tried) -> None:
    tree = TREES["a component"]
    marked = tree["base/role.yaml"].replace(
        "  name: acme-reverse-proxy\n", "  name: acme-reverse-proxy  # checker: ignore[missing-grant] on purpose\n"
    )
    report = tried({**tree, "base/role.yaml": marked})
    assert "missing-grant" not in {item.rule for item in report.findings}
    assert "missing-grant" in {item.finding.rule for item in report.suppressed}


def test_it_can_be_switched_off_and_required(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = TREES["a component"]
    config = "version: 1\nrender: {{kustomize: {}}}\n"
    assert verdicts(tried({**tree, "checker.yaml": config.format("'off'")}, config="project/checker.yaml")) == {
        "unknown"
    }
    required = {**tree, "checker.yaml": config.format("required")}
    assert verdicts(tried(required, config="project/checker.yaml")) == {"not-granted"}
    monkeypatch.setattr("checker.rendering.kustomize.find_kustomize", lambda: None)
    assert verdicts(tried(tree)) == {"unknown"}
    with pytest.raises(
        UsageError, match=r"render\.kustomize is required, and neither kustomize nor kubectl is on PATH"
    ):
        tried(required, config="project/checker.yaml")


def test_what_no_tool_would_build_is_told_without_one(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = {"base/role.yaml": GOOD, OVERLAY: HEAD + "resources: [../base/role.yaml, gone.yaml]\n"}
    with_tool = tried(tree)
    monkeypatch.setenv("PATH", "")
    without = tried(tree)
    (told,) = [item for item in without.findings if item.rule == "failed-rendering"]
    assert "it takes in project/prod/gone.yaml, which is not there" in told.message
    assert verdicts(without) == verdicts(with_tool) == {"unknown"}
    assert verdicts(tried({OVERLAY: HEAD + "resources: [../base/role.yaml]\n"})) == {"granted"}


def test_an_annotation_of_one_overlay_covers_nothing_of_another(tried: Tried) -> None:
    poor = GOOD.replace('"dynamodb:Query"', '"dynamodb:DescribeTable"')
    base = {"base/kustomization.yaml": HEAD + "resources: [role.yaml]\n", "base/role.yaml": poor}
    ignored = "commonAnnotations: {checker/ignore: 'missing-grant — eu only'}\n"
    overlays = {
        "eu/kustomization.yaml": HEAD + "resources: [../base]\n" + ignored,
        "us/kustomization.yaml": HEAD + "resources: [../base]\nlabels: [{pairs: {a: b}}]\n",
    }
    report = tried({**base, **overlays})
    assert [item.rule for item in report.findings].count("missing-grant") == 1
    assert [item.finding.rule for item in report.suppressed] == ["missing-grant"]
    both = tried({"us/kustomization.yaml": HEAD + "resources: [../base]\n" + ignored})
    assert {item.rule for item in both.findings}.isdisjoint({"missing-grant", "unused-suppression"})


def test_what_a_failed_build_hides_is_one_block(tried: Tried) -> None:
    names = ("acme", "umbra", "dagon")
    roles = {f"base/{name}.yaml": GOOD.replace("acme", name) for name in names}
    base = {"base/kustomization.yaml": HEAD + f"resources: [{', '.join(f'{name}.yaml' for name in names)}]\n"}
    report = tried({**roles, **base, OVERLAY: HEAD + "resources: [../base, gone.yaml]\n"})
    assert verdicts(report) == {"unknown"}
    blocks = {group.finding.rule: group for group in grouped(report.findings)}
    assert len(blocks) == len(grouped(report.findings))
    assert len(blocks["unknown-grant"].all) == len(names)
    assert "acme-reverse-proxy and 2 more can call" in blocks["unknown-grant"].message
    assert blocks["unknown-grant"].finding.help == "mend the build, which failed, and check again"
    assert {"failed-rendering"} <= blocks.keys() <= {"failed-rendering", "unknown-grant", "untrusted-service-account"}


def test_fix_says_what_is_to_be_edited(
    tried: Tried, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(TREES["a component"])
    cell = [f"--set={key}={value}" for key, value in CELL.items()]
    monkeypatch.setattr("sys.argv", ["checker", "fix", "project", "--write", *cell])
    before = {path: path.read_bytes() for path in Path("project").rglob("*.yaml")}
    assert main() == 1
    shown = capsys.readouterr().out
    assert "not fixed: it is what kustomize build project/prod makes of it" in shown
    assert before == {path: path.read_bytes() for path in Path("project").rglob("*.yaml")}


@pytest.mark.long
@pytest.mark.parametrize(
    "passed", ["project/prod", "project/prod/kustomization.yaml", "project/c", "project/base/role.yaml"]
)
def test_who_passes_a_part_asks_about_what_is_built_with_it(passed: str, tried: Tried) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    tried(TREES["a component"])
    report = check(GateOptions((passed,), parameters=CELL))
    assert "missing-grant" in {item.rule for item in report.findings}
    assert report.summary.roles == 1


TAKES = """apiVersion: builtin
kind: PatchTransformer
metadata: {name: t}
target: {kind: Role}
patch: '[{op: remove, path: /spec/inlinePolicies}]'
"""


@pytest.mark.long
@pytest.mark.parametrize(
    "field", ["transformers: [t.yaml]\n", "transformers:\n- ./t.yaml\n", 'transformers: ["t.yaml"]\n']
)
def test_a_transformer_by_itself_asks_about_what_it_changes(field: str, tried: Tried) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    base = {key: text for key, text in TREES["operations in a file"].items() if key.startswith("base/")}
    tried({**base, OVERLAY: "resources: [../base]\n" + field, "prod/t.yaml": TAKES})
    report = check(GateOptions(("project/prod/t.yaml",), parameters=CELL))
    assert {"missing-grant", "unknown-grant"} & {item.rule for item in report.findings}


def test_a_file_that_is_built_and_holds_nothing_of_ours_asks_about_nothing(tried: Tried) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    base = {key: text for key, text in TREES["operations in a file"].items() if key.startswith("base/")}
    other = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n"
    tried({**base, OVERLAY: "resources: [../base, x.yaml]\n", "prod/x.yaml": other})
    assert check(GateOptions(("project/prod/x.yaml",), parameters=CELL)).findings == ()


@pytest.mark.parametrize("name", ["p.yaml", "patches/p.yaml", "p.json"])
def test_a_patch_by_itself_is_judged_by_the_command_too(
    name: str, tried: Tried, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    tree = TREES["operations in a file"]
    moved = {OVERLAY: tree[OVERLAY].replace("path: p.yaml", f'"path": "{name}"'), f"prod/{name}": tree["prod/p.yaml"]}
    tried({**{key: text for key, text in tree.items() if key.startswith("base/")}, **moved})
    cell = [f"--set={key}={value}" for key, value in CELL.items()]
    monkeypatch.setattr("sys.argv", ["checker", "static", f"project/prod/{name}", *cell])
    assert main() == 1
    assert "missing-grant" in capsys.readouterr().out


BROKEN = GOOD.replace("cell2-auth-keys", "other")
MENDS = (
    "- op: replace\n  path: /spec/inlinePolicies\n  value:\n    auth-keys: "
    + GOOD.split("auth-keys: ")[1].splitlines()[0]
    + "\n"
)
MENDED: Tree = {
    "base/kustomization.yaml": HEAD + "resources: [role.yaml]\n",
    "base/role.yaml": BROKEN,
    OVERLAY: HEAD + "resources: [../base]\npatches: [{path: p.yaml, target: {kind: Role}}]\n",
    "prod/p.yaml": MENDS,
}
"""A base that is broken, and an overlay that mends it."""

ALSO: dict[str, Tree] = {
    "an overlay that changes nothing": {"dev/kustomization.yaml": HEAD + "resources: [../base]\n"},
    "Flux, the base": {"f.yaml": FLUX.replace("./apps", "./project/base")},
    "Argo CD, the base": {"a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: t}\nspec: {source: {path: project/base}}\n"},
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("case", ALSO)
def test_what_applies_the_base_by_itself_is_judged_too(case: str, tried: Tried) -> None:
    assert verdicts(tried(MENDED)) == {"granted"}
    assert verdicts(tried({**MENDED, **ALSO[case]})) == {"granted", "not-granted"}


FETCHED = {
    "a patch": HEAD + "resources: [role.yaml]\npatches: [{path: 'http://127.0.0.1:9/p.yaml', target: {kind: Role}}]\n",
    "a configuration": HEAD + "resources: [role.yaml]\nnamePrefix: x-\nconfigurations: ['http://127.0.0.1:9/c.yaml']\n",
    "a schema": HEAD + "resources: [role.yaml]\nnamePrefix: x-\nopenapi: {path: 'http://127.0.0.1:9/c.json'}\n",
    "a folder elsewhere": HEAD + "namePrefix: x-\nresources: [role.yaml, ../../../elsewhere/x]\n",
}


@pytest.mark.parametrize("case", FETCHED)
def test_what_is_fetched_or_was_not_read_is_not_built(case: str, tried: Tried) -> None:
    report = tried({OVERLAY: FETCHED[case], "prod/role.yaml": GOOD})
    assert any("was not run: it takes in" in item.message for item in report.findings)
    assert case != "a patch" or verdicts(report) == {"unknown"}


def test_what_one_overlay_takes_away_another_does_not_give(tried: Tried) -> None:
    """A reference goes to what is built with its owner, not to the same name in another overlay."""
    gone = "patches:\n- patch: |\n    apiVersion: iam.services.k8s.aws/v1alpha1\n    kind: Policy\n    metadata: {name: auth-keys-read, namespace: acme}\n    $patch: delete\n"
    report = tried(
        {
            "base/kustomization.yaml": HEAD + "resources: [all.yaml]\n",
            "base/all.yaml": REFERS + "---\n" + POLICY,
            "dev/kustomization.yaml": HEAD + "resources: [../base]\nlabels: [{pairs: {a: b}}]\n",
            OVERLAY: HEAD + "resources: [../base]\n" + gone,
        }
    )
    assert {
        (made.role.object.pool, question.proof.verdict if question.proof else "unknown")
        for outcome in report.outcomes
        for made in outcome.checks
        for question in made.required
    } == {("kustomize build project/dev", "granted"), ("kustomize build project/prod", "unknown")}


def test_a_prefix_does_not_exchange_roles(tried: Tried) -> None:
    """`p-a` is the built name of `a`, and the written name of another role, whose comment is not for it."""
    one = GOOD.replace("cell2-auth-keys", "other").replace("acme-reverse-proxy", "a-reverse-proxy")
    accepted = one.replace("a-reverse-proxy", "p-a-reverse-proxy").replace(
        "spec:\n  name: p-a-reverse-proxy",
        "spec:  # checker: ignore[missing-grant] on purpose\n  name: p-a-reverse-proxy",
    )
    report = tried(
        {OVERLAY: HEAD + "namePrefix: p-\nresources: [all.yaml]\n", "prod/all.yaml": one + "---\n" + accepted}
    )
    names = {
        made.role.object.name: made.role.object.origin.document
        for outcome in report.outcomes
        for made in outcome.checks
    }
    assert names == {"p-a-reverse-proxy": 0, "p-p-a-reverse-proxy": 1}


ODD = {
    "all annotations written anew": '[{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}]',
    "all annotations removed": '[{"op": "remove", "path": "/metadata/annotations"}]',
}


@pytest.mark.parametrize("case", ODD)
def test_a_patch_of_all_annotations_is_no_fault(case: str, tried: Tried) -> None:
    base = GOOD.replace("metadata:\n", "metadata:\n  annotations: {x: z}\n")
    tree = {"base/kustomization.yaml": HEAD + "resources: [role.yaml]\n", "base/role.yaml": base}
    report = tried(
        {**tree, OVERLAY: HEAD + f"resources: [../base]\npatches: [{{target: {{kind: Role}}, patch: '{ODD[case]}'}}]\n"}
    )
    assert verdicts(report) == {"granted"}
    assert report.findings == ()


def test_a_list_and_names_in_two_namespaces_are_told_apart(tried: Tried) -> None:
    item = "\n".join(f"    {line}" for line in GOOD.splitlines())
    listed = f"apiVersion: v1\nkind: List\nitems:\n  -\n{item}\n"
    report = tried(
        {
            OVERLAY: HEAD + "resources: [list.yaml, two.yaml]\nlabels: [{pairs: {a: b}}]\n",
            "prod/list.yaml": listed,
            "prod/two.yaml": BROKEN.replace("namespace: acme", "namespace: one")
            + "---\n"
            + BROKEN.replace("namespace: acme", "namespace: two"),
        }
    )
    assert verdicts(report) == {"granted", "not-granted"}
    assert {
        (made.role.object.namespace, made.role.object.origin.document)
        for outcome in report.outcomes
        for made in outcome.checks
    } == {("acme", 0), ("one", 0), ("two", 1)}


def test_another_overlay_is_another_finding(tried: Tried) -> None:
    tree = {**TREES["a component"], "stage/kustomization.yaml": HEAD + "resources: [../base]\ncomponents: [../c]\n"}
    messages = [item.message for item in tried(tree).findings if item.rule == "missing-grant"]
    assert len(messages) == 2
    assert messages[1].endswith("(kustomize build project/stage)")


def test_a_known_finding_of_one_overlay_is_none_of_another(
    tried: Tried, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    base = {"base/kustomization.yaml": HEAD + "resources: [role.yaml]\n", "base/role.yaml": GOOD}
    bad, fine = f"patches: [{{target: {{kind: Role}}, patch: '{REMOVE}'}}]\n", "labels: [{pairs: {a: b}}]\n"

    def overlays(eu: str, us: str) -> Tree:
        head = HEAD + "resources: [../base]\n"
        return {"eu/kustomization.yaml": head + eu, "us/kustomization.yaml": head + us}

    tried({**base, **overlays(bad, fine)})
    cell = [f"--set={key}={value}" for key, value in CELL.items()]
    assert main(["static", "project", *cell, "--write-baseline", "known.json"]) == 0
    assert main(["static", "project", *cell, "--baseline", "known.json"]) == 0
    tried(overlays(fine, bad))
    assert main(["static", "project", *cell, "--baseline", "known.json"]) == 1
    monkeypatch.chdir("project")
    tried_here = ["static", ".", *cell, "--baseline", "../known.json"]
    Path("eu/kustomization.yaml").write_text(HEAD + "resources: [../base]\n" + bad, encoding="utf-8")
    Path("us/kustomization.yaml").write_text(HEAD + "resources: [../base]\n" + fine, encoding="utf-8")
    assert main(tried_here) == 0
    assert "known.json" not in capsys.readouterr().err.partition("wrote known.json")[2]
