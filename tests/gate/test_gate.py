"""The gate from the user's side: what is read, what is reported on, and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checker.cli import main
from checker.rules import RULES
from checker.runbook.causes import CAUSES
from checker.schemas import load

ROOT = Path(__file__).parent.parent.parent
SET = ["--set", "region=us-east-1", "--set", "account=111122223333", "--set", "authKeysTable=cell2-auth-keys"]
CASES = ROOT / "tests" / "rules" / "cases"
CLEAN = CASES / "missing-grant" / "silent" / "two-statements.yaml"
BROKEN = CASES / "missing-grant" / "fires" / "query-removed.yaml"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


def static(*arguments: str | Path) -> int:
    return main(["static", *map(str, arguments), *SET])


def report(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    capsys.readouterr()
    static(*arguments, "--format", "json")
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, load("report"))
    return found


def rules_of(found: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in found["findings"]]


def test_the_example_cell_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "manifests", "manifests")
    assert static("manifests") == 0
    shown = capsys.readouterr().out
    assert "reverse-proxy-auth-keys: access proven for 15 of 15 roles." in shown


def test_one_tenant_without_query(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "manifests", "manifests")
    role = Path("manifests/tenants/acme/role.yaml")
    text = role.read_text(encoding="utf-8")
    role.write_text(text.replace('"dynamodb:GetItem", "dynamodb:Query"', '"dynamodb:GetItem"'), encoding="utf-8")
    found = report(capsys, "manifests")
    assert rules_of(found) == ["missing-grant"]
    finding = found["findings"][0]
    start, end = finding["location"]["start"], finding["location"]["end"]
    assert finding["location"]["file"] == "manifests/tenants/acme/role.yaml"
    assert role.read_text(encoding="utf-8")[start["offset"] : end["offset"]] == '["dynamodb:GetItem"]'
    assert finding["path"] == "spec.inlinePolicies.auth-keys#Statement[0].Action"
    assert [item["verdict"] for item in found["access"]].count("not-granted") == 1


def test_a_trailing_comma(capsys: pytest.CaptureFixture[str]) -> None:
    case = CASES / "invalid-policy-json" / "fires" / "trailing-comma-in-a-list.yaml"
    shutil.copy(case, "broken.yaml")
    assert static("broken.yaml") == 1
    assert capsys.readouterr().out.startswith("broken.yaml:15:78: error[invalid-policy-json]: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.yaml"], "nowhere.yaml: there is no such file or folder"),
        (["empty"], "empty: no YAML or JSON file was found there"),
        (["clean.yaml", "--select", "mising-grant"], "there is no rule 'mising-grant'; did you mean missing-grant?"),
        (["clean.yaml", "--cell", "cell9"], "there is no cell 'cell9'"),
        (["clean.yaml", "--policies", "nowhere"], "nowhere: there is no such file or folder of requirements"),
        (["clean.yaml", "--policies", "empty"], "empty: no requirement was found"),
        (["clean.yaml", "--config", "nowhere.yaml"], "cannot read the configuration nowhere.yaml"),
        (["clean.yaml", "--set", "region"], "--set region: write --set KEY=VALUE"),
    ],
)
def test_wrong_usage_exits_2_with_a_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty").mkdir()
    shutil.copy(CLEAN, "clean.yaml")
    assert static(*arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_files_that_hold_nothing_for_us_pass(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
    assert static("config.yaml") == 0
    assert "1 unrelated document" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {serviceAccountName: a}\n",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n",
        "kind: RoleBinding\nsubjects: [{kind: ServiceAccount, name: a}]\n",
    ],
)
def test_workloads_alone_have_no_say_in_who_may_read(text: str) -> None:
    Path("config.yaml").write_text(text, encoding="utf-8")
    assert static("config.yaml") == 0


def test_a_folder_in_which_nothing_can_be_proven_is_not_green(capsys: pytest.CaptureFixture[str]) -> None:
    Path("k8s").mkdir()
    Path("k8s/config.yaml").write_text("kind: ConfigMap\n", encoding="utf-8")
    assert rules_of(report(capsys, "k8s")) == ["no-matching-role"]


def test_findings_are_reported_on_the_files_passed_references_resolve_over_the_project(
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = (CASES / "missing-grant" / "fires" / "in-the-referenced-policy.yaml").read_text(encoding="utf-8")
    role, policy = whole.split("---\n")
    Path("checker.yaml").write_text("version: 1\nmanifests: [k8s]\n", encoding="utf-8")
    Path("k8s/roles").mkdir(parents=True)
    Path("k8s/role.yaml").write_text(role, encoding="utf-8")
    Path("k8s/policy.yaml").write_text(policy, encoding="utf-8")
    shutil.copy(BROKEN, "k8s/roles/other.yaml")
    for passed in ("k8s/role.yaml", "k8s/policy.yaml"):
        found = report(capsys, passed)
        assert rules_of(found) == ["missing-grant"]
        assert found["findings"][0]["location"]["file"] == "k8s/policy.yaml"
        assert found["summary"]["files"] == 1
    assert len(rules_of(report(capsys, "k8s"))) == 2
    assert len(rules_of(report(capsys))) == 2


def test_a_changed_service_account_brings_up_the_trust_of_its_role(capsys: pytest.CaptureFixture[str]) -> None:
    case = CASES / "untrusted-service-account" / "fires" / "subject-of-another-service-account.yaml"
    role, account = case.read_text(encoding="utf-8").split("---\n")
    Path("checker.yaml").write_text("version: 1\nmanifests: [k8s]\n", encoding="utf-8")
    Path("k8s").mkdir()
    Path("k8s/role.yaml").write_text(role, encoding="utf-8")
    Path("k8s/account.yaml").write_text(account, encoding="utf-8")
    requirement = ROOT / "tests" / "rules" / "with-trust.yaml"
    issuer = "oidcIssuer=https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE"
    found = report(capsys, "k8s/account.yaml", "--policies", requirement, "--set", issuer)
    assert rules_of(found) == ["untrusted-service-account"]
    assert found["findings"][0]["location"]["file"] == "k8s/role.yaml"
    assert found["findings"][0]["related"][0]["location"]["file"] == "k8s/account.yaml"


def test_manifests_of_the_configuration_that_do_not_exist_are_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(CLEAN, "role.yaml")
    Path("checker.yaml").write_text("version: 1\nmanifests: [moved]\n", encoding="utf-8")
    assert static("role.yaml") == 2
    assert "checker.yaml:2:1: manifests names moved, which does not exist" in capsys.readouterr().err


def test_without_a_configuration_the_work_tree_is_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    whole = (CASES / "dangling-reference" / "silent" / "same-namespace.yaml").read_text(encoding="utf-8")
    role, policy = whole.split("---\n")
    Path(".git").mkdir()
    Path("a").mkdir()
    Path("a/role.yaml").write_text(role, encoding="utf-8")
    Path("policy.yaml").write_text(policy, encoding="utf-8")
    assert report(capsys, "a/role.yaml")["findings"] == []


def test_the_nearest_policy_of_a_name_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    whole = (CASES / "missing-grant" / "fires" / "in-the-referenced-policy.yaml").read_text(encoding="utf-8")
    good = whole.replace('["dynamodb:GetItem"]', '["dynamodb:GetItem", "dynamodb:Query"]')
    for cell, text in (("cell1", whole), ("cell2", good)):
        role, policy = text.split("---\n")
        Path(cell).mkdir()
        Path(cell, "role.yaml").write_text(role, encoding="utf-8")
        Path(cell, "policy.yaml").write_text(policy, encoding="utf-8")
    found = report(capsys, ".")
    assert [finding["location"]["file"] for finding in found["findings"]] == ["cell1/policy.yaml"]


def test_absolute_and_relative_paths_to_one_file_are_one_file(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(BROKEN, "role.yaml")
    found = report(capsys, "role.yaml", Path.cwd() / "role.yaml", ".")
    assert found["summary"]["files"] == 1


def test_loops_of_links_end(capsys: pytest.CaptureFixture[str]) -> None:
    Path("k8s").mkdir()
    shutil.copy(CLEAN, "k8s/role.yaml")
    Path("k8s/again").symlink_to(Path("k8s").resolve())
    Path("k8s/more").symlink_to("again")
    assert static("k8s") == 0


def test_a_file_that_cannot_be_read_is_said_and_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    Path("k8s").mkdir()
    shutil.copy(CLEAN, "k8s/role.yaml")
    Path("k8s/gone.yaml").symlink_to("nowhere.yaml")
    assert static("k8s") == 3
    assert "k8s/gone.yaml: could not be read: No such file or directory" in capsys.readouterr().out
    assert report(capsys, "k8s")["unchecked"] == [{"what": "k8s/gone.yaml", "reason": "No such file or directory"}]
    shutil.copy(BROKEN, "k8s/broken.yaml")
    assert static("k8s") == 1


def test_kustomize_patches_are_fragments(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(CLEAN, "role.yaml")
    Path("patch.yaml").write_text(
        "apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata: {name: acme-reverse-proxy}\n"
        "spec: {maxSessionDuration: 7200}\n",
        encoding="utf-8",
    )
    Path("kustomization.yaml").write_text("resources: [role.yaml]\npatches:\n  - path: patch.yaml\n", encoding="utf-8")
    found = report(capsys, ".")
    detail = "a kustomize patch changes Role acme-reverse-proxy"
    assert found["skipped"] == [{"file": "patch.yaml", "reason": "kustomize-patch", "detail": detail, "inPart": False}]
    assert found["findings"] == []  # a session's duration is nobody's access
    Path("kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [role.yaml]\npatches:\n"
        "  - target: {group: iam.services.k8s.aws, kind: Role}\n    patch: '[]'\n",
        encoding="utf-8",
    )
    Path("patch.yaml").unlink()
    found = report(capsys, ".")
    assert [item["reason"] for item in found["skipped"]] == ["kustomize-patch"]
    assert found["findings"][0]["rule"] == "kustomize-change"
    assert found["findings"][0]["location"]["start"]["line"] == 5


@pytest.mark.parametrize("version", ["kustomize.config.k8s.io/v1beta1", "example.com/v1"])
def test_an_alias_inside_itself_in_somebody_elses_document_ends_nothing(
    version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"apiVersion: {version}\nkind: X # iam.services.k8s.aws\npatches: &a [*a]\n---\n"
    Path("role.yaml").write_text(text + BROKEN.read_text(encoding="utf-8"), encoding="utf-8")
    assert "missing-grant" in rules_of(report(capsys, "role.yaml"))


def test_select_ignore_severity_and_fail_on(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(BROKEN, "role.yaml")
    assert static("role.yaml", "--ignore", "missing-grant") == 0
    assert static("role.yaml", "--select", "invalid-yaml,duplicate-key") == 0
    assert static("role.yaml", "--exit-zero") == 0
    Path("checker.yaml").write_text(
        "version: 1\nmanifests: [role.yaml]\nrules: {missing-grant: {severity: warning}}\n", encoding="utf-8"
    )
    assert static("role.yaml") == 0
    assert static("role.yaml", "--fail-on", "warning") == 1


def test_cells_of_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(CLEAN, "role.yaml")
    cell = "  {name}: {{region: us-east-1, account: '111122223333', parameters: {{authKeysTable: {table}}}}}\n"
    one = "version: 1\ncells:\n" + cell.format(name="cell2", table="cell2-auth-keys")
    Path("checker.yaml").write_text(one, encoding="utf-8")
    assert main(["static", "role.yaml"]) == 0
    Path("checker.yaml").write_text(one + cell.format(name="cell1", table="cell1-keys"), encoding="utf-8")
    assert main(["static", "role.yaml"]) == 2
    assert "choose one with --cell: cell2, cell1" in capsys.readouterr().err
    assert main(["static", "role.yaml", "--cell", "cell2"]) == 0
    assert main(["static", "role.yaml", "--cell", "cell1"]) == 1


def test_a_role_of_another_cell_is_not_told_to_change_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(CASES / "missing-grant" / "silent" / "old-version.yaml", "role.yaml")
    cell = "  {name}: {{region: us-east-1, account: '111122223333', parameters: {{authKeysTable: {name}-auth-keys}}}}\n"
    text = "version: 1\ncells:\n" + cell.format(name="cell1") + cell.format(name="cell2")
    Path("checker.yaml").write_text(text, encoding="utf-8")
    assert main(["static", "role.yaml", "--cell", "cell1"]) == 1
    assert "this is the resource of cell2: check this file with --cell cell2" in capsys.readouterr().out


def test_a_parameter_without_a_value_is_unknown_never_green(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(CLEAN, "role.yaml")
    assert main(["static", "role.yaml"]) == 1
    shown = capsys.readouterr().out
    assert "error[unknown-grant]: cannot tell what Role tenant-acme/acme-reverse-proxy can call" in shown
    assert "give --set region=… --set account=… --set authKeysTable=…" in shown


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("checker.yaml", "version: 2\n", "checker.yaml:1:10: version is 2"),
        (
            "checker.yaml",
            "version: 1\nmanifest: [a]\n",
            "checker.yaml:2:1: manifest is not a known field; write manifests",
        ),
        (
            "checker.yaml",
            "version: 1\ncells: {a: {account: 111122223333}}\n",
            "checker.yaml:2:22: cells.a.account is the number",
        ),
        ("checker.yaml", "version: [\n", "checker.yaml:2:1: this is not YAML"),
        ("checker.yaml", "version: 1\nrules: {no-rule: {severity: off}}\n", "there is no rule 'no-rule'"),
        (
            "pyproject.toml",
            "[tool.checker]\nmanifest = []\n",
            "pyproject.toml: tool.checker.manifest is not a known field",
        ),
    ],
)
def test_a_broken_configuration_exits_2_with_a_place(
    name: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(CLEAN, "role.yaml")
    Path(name).write_text(text, encoding="utf-8")
    assert static("role.yaml") == 2
    assert said in capsys.readouterr().err


def test_pyproject_configures_as_well() -> None:
    shutil.copy(BROKEN, "role.yaml")
    Path("pyproject.toml").write_text(
        '[tool.checker]\nrules = {missing-grant = {severity = "off"}}\n', encoding="utf-8"
    )
    assert static("role.yaml") == 0


REQUIREMENT = (ROOT / "policies" / "reverse-proxy-auth-keys.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "dynamodb:GetItem,",
            "dynamodb GetItem,",
            "my.yaml:17:17: spec.require[0].actions[0] has a form that is not allowed",
        ),
        ("require:", "requires:", "my.yaml:16:3: spec.requires is not a known field; write require"),
        ('"arn:aws:dynamodb:${region}', '"table:${region}', "spec.require[0].resources[0] has a form"),
        ("${authKeysTable}", "${aws:username}", "${aws:username} is not a parameter"),
        ("checker/v1", "checker/v2", 'my.yaml:3:13: apiVersion is "checker/v2"'),
    ],
)
def test_a_broken_requirement_exits_2_with_a_place(
    old: str, new: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(CLEAN, "role.yaml")
    Path("my.yaml").write_text(REQUIREMENT.replace(old, new), encoding="utf-8")
    assert static("role.yaml", "--policies", "my.yaml") == 2
    assert said in capsys.readouterr().err


def test_indexes_are_proven_when_the_requirement_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    text = REQUIREMENT.replace('table/${authKeysTable}"]', 'table/${authKeysTable}/index/*"]', 1)
    Path("my.yaml").write_text(text.replace("dynamodb:GetItem, ", ""), encoding="utf-8")
    shutil.copy(CASES / "missing-grant" / "silent" / "two-statements.yaml", "good.yaml")
    assert static("good.yaml", "--policies", "my.yaml") == 0
    shutil.copy(CASES / "missing-grant" / "silent" / "no-version.yaml", "bad.yaml")
    found = report(capsys, "bad.yaml", "--policies", "my.yaml")
    assert rules_of(found) == ["missing-version", "missing-grant"]
    assert found["access"][0]["witness"]["resource"].endswith("table/cell2-auth-keys/index/zzz")
    assert "does not cover its indexes" in found["findings"][1]["help"]


def test_context_of_a_requirement_settles_conditions() -> None:
    shutil.copy(CASES / "conditional-grant" / "fires" / "vpc-endpoint.yaml", "role.yaml")
    assert static("role.yaml") == 1
    for value, code in (("vpce-1a2b3c4d", 0), ("vpce-other", 1)):
        text = REQUIREMENT.replace("  require:", f"  context: {{aws:SourceVpce: {value}}}\n  require:")
        Path("my.yaml").write_text(text, encoding="utf-8")
        assert static("role.yaml", "--policies", "my.yaml") == code


def run_in_shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        ["bash", "-c", command.replace("checker ", f"{sys.executable} -m checker ")],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "LANG": "C", **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    command, environment = [sys.executable, "-c", code], {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.long
def test_stdin_and_pipes() -> None:
    shutil.copy(BROKEN, "role.yaml")
    done = run_in_shell(f"cat role.yaml | checker static {' '.join(SET)} -")
    assert done.returncode == 1
    assert done.stdout.startswith(b"<stdin>:15:41: error[missing-grant]")
    assert done.stderr == b""
    closed = run_in_shell(f"checker static {' '.join(SET)} role.yaml | head -c 1; exit ${{PIPESTATUS[0]}}")
    assert b"Traceback" not in closed.stderr


@pytest.mark.long
def test_colour_is_asked_for_or_absent() -> None:
    shutil.copy(BROKEN, "role.yaml")
    command = f"checker static {' '.join(SET)} role.yaml"
    assert b"\x1b[" not in run_in_shell(command).stdout
    assert b"\x1b[31;1m" in run_in_shell(command, FORCE_COLOR="1").stdout
    assert b"\x1b[" not in run_in_shell(command, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert b"\x1b[" in run_in_shell(command + " --color always").stdout


def test_escapes_in_a_manifest_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text = BROKEN.read_text(encoding="utf-8").replace("namespace: tenant-acme", 'namespace: "a\\x1b[31mb"')
    Path("role.yaml").write_text(text, encoding="utf-8")
    static("role.yaml")
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "a\\x1b[31mb" in shown


HEAVY = {
    "boto3",
    "botocore",
    "kubernetes",
    "asyncio",
    "jsonschema",
    "pydantic",
    "rich",
    "concurrent",
    "multiprocessing",
    "ssl",
}


def test_the_gate_imports_nothing_heavy() -> None:
    shutil.copy(CLEAN, "role.yaml")
    code = (
        "import sys; from checker.cli import main; "
        f"code = main(['static', 'role.yaml', *{SET!r}]); "
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stdout + done.stderr
    imported = set(eval(done.stderr))
    assert imported & HEAVY == set()
    assert "yaml" in imported


def test_a_file_without_anything_of_ours_is_not_even_parsed() -> None:
    Path("config.yaml").write_text("kind: ConfigMap\ndata: {a: [\n", encoding="utf-8")
    code = (
        f"import sys; from checker.cli import main; code = main(['static', 'config.yaml', *{SET!r}]); "
        "print(code, 'yaml' in sys.modules, 'jsonschema_rs' in sys.modules)"
    )
    done = run_python(code)
    assert done.stdout.splitlines()[-1] == "0 False False"


def test_a_configuration_or_requirement_among_the_files_concerns_everything(capsys: pytest.CaptureFixture[str]) -> None:
    Path("k8s").mkdir()
    Path("policies").mkdir()
    shutil.copy(BROKEN, "k8s/role.yaml")
    shutil.copy(ROOT / "policies/reverse-proxy-auth-keys.yaml", "policies/keys.yaml")
    Path("checker.yaml").write_text("version: 1\nmanifests: [k8s]\npolicies: [policies]\n", encoding="utf-8")
    for passed in ("checker.yaml", "policies/keys.yaml"):
        assert rules_of(report(capsys, passed)) == ["missing-grant"]
    Path("checker.yaml").write_text("version: 1\nnonsense: 1\n", encoding="utf-8")
    assert static("checker.yaml") == 2


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    listed = capsys.readouterr().out
    assert len(listed.splitlines()) == len(RULES) + len(CAUSES)
    assert main(["explain", "missing-grant"]) == 0
    shown = capsys.readouterr().out
    for section in ("What it does", "Why it matters", "Example", "Use instead"):
        assert section in shown
    assert main(["explain", "mising-grant"]) == 2
    assert "did you mean missing-grant?" in capsys.readouterr().err


@pytest.mark.slow
def test_a_pyyaml_without_libyaml_gives_the_same_findings(capsys: pytest.CaptureFixture[str]) -> None:
    for rule in ("invalid-policy-json", "missing-grant", "templated-manifest"):
        for case in sorted((CASES / rule / "fires").iterdir()):
            (shutil.copytree if case.is_dir() else shutil.copy)(case, f"{rule}-{case.name}")
    expected = report(capsys, ".")["findings"]
    code = (
        "import sys; sys.modules['yaml.cyaml'] = None; from checker.cli import main; "
        f"sys.exit(main(['static', '.', '--format', 'json', *{SET!r}]))"
    )
    done = run_python(code)
    assert len(expected) > 30
    assert json.loads(done.stdout)["findings"] == expected


def test_actions_of_a_requirement_may_be_patterns(capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(CLEAN, "role.yaml")
    wide = REQUIREMENT.replace("dynamodb:GetItem", "dynamodb:GetIte?")
    Path("my.yaml").write_text(wide, encoding="utf-8")
    found = report(capsys, "role.yaml", "--policies", "my.yaml")
    assert {item["action"] for item in found["access"]} >= {"dynamodb:GetItem"}
    assert not any("?" in item["action"] for item in found["access"])


def test_a_forbidden_pattern_that_nobody_lists_is_not_green(capsys: pytest.CaptureFixture[str]) -> None:
    text = CLEAN.read_text(encoding="utf-8").replace(
        '"Action": "dynamodb:Query"', '"Action": ["dynamodb:Query", "newsvc:DeleteAll"]'
    )
    Path("role.yaml").write_text(text, encoding="utf-8")
    Path("my.yaml").write_text(REQUIREMENT.replace("dynamodb:PutItem", "newsvc:*"), encoding="utf-8")
    found = report(capsys, "role.yaml", "--policies", "my.yaml")
    assert "unknown-grant" in rules_of(found)
    message = next(item["message"] for item in found["findings"] if item["rule"] == "unknown-grant")
    assert "no listed action matches newsvc:*" in message


def test_patterns_too_complex_are_said_to_be_so_and_not_called_unreadable(capsys: pytest.CaptureFixture[str]) -> None:
    text = REQUIREMENT.replace('table/${authKeysTable}"]', 'table/${authKeysTable}/index/*"]', 1)
    Path("my.yaml").write_text(text.replace("dynamodb:GetItem, ", ""), encoding="utf-8")
    bombs = ", ".join(f'"arn:aws:dynamodb:*:*:table/*a{"?" * size}"' for size in range(20, 40))
    clean = (CASES / "missing-grant" / "silent" / "no-version.yaml").read_text(encoding="utf-8")
    resource = '"arn:aws:dynamodb:us-east-1:111122223333:table/cell2-auth-keys"'
    assert resource in clean
    Path("role.yaml").write_text(clean.replace(resource, f"[{bombs}]"), encoding="utf-8")
    found = report(capsys, "role.yaml", "--policies", "my.yaml")
    finding = next(item for item in found["findings"] if item["rule"] == "unknown-grant")
    assert "too complex to decide" in finding["message"]
    assert finding["help"].startswith("every policy was read")


BROKEN_TABLE = """---
apiVersion: dynamodb.services.k8s.aws/v1alpha1
kind: Table
metadata: {name: t, namespace: ${x}}
spec:
  tableName: NAME
  resourcePolicy: '{"Version": "2012-10-17", "Statement": []}'
"""


@pytest.mark.parametrize(
    ("broken", "verdict"),
    [
        (BROKEN_TABLE.replace("NAME", "cell2-auth-keys"), "unknown"),
        (BROKEN_TABLE.replace("NAME", "${name}"), "unknown"),
        (BROKEN_TABLE.replace("NAME", "sessions"), "granted"),
        (BROKEN_TABLE.replace("NAME", "cell2-auth-keys").partition("  resourcePolicy")[0], "granted"),
        (BROKEN_TABLE.replace("dynamodb", "s3"), "granted"),
    ],
)
def test_a_table_that_cannot_be_parsed_may_refuse(
    broken: str, verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("role.yaml").write_text(CLEAN.read_text("utf-8") + broken, encoding="utf-8")
    found = report(capsys, "role.yaml")
    assert {item["verdict"] for item in found["access"]} == {verdict}
    assert "invalid-yaml" in rules_of(found)
