"""What people type wrong: each gets one clear sentence, with a place or the name that was meant, and exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cli import main

from ..hostile.bombs import GOOD

CELLS = """version: 1
cells:
  east: {region: us-east-1, account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}}
  west: {region: us-west-2, account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}}
"""
# ruff: noqa: E501  # a row a case
TYPED: tuple[tuple[str, str], ...] = (
    ("statc role.yaml", "checker: there is no command 'statc'; did you mean checker static?"),
    ("verify role.yaml", "checker: there is no command 'verify'; there is static, live, fix"),
    ("role.yaml", "checker: role.yaml is a path: checker static role.yaml checks it"),
    (".", "checker: . is a path: checker static . checks it"),
    ("--fail-on warning", "checker: no command was given; did you mean checker static --fail-on warning?"),
    ("static --fromat json role.yaml", "checker static: there is no option --fromat; did you mean --format?"),
    ("static --format jsn role.yaml", "--format jsn: there is no such value; did you mean json?"),
    ("static --format 2000 role.yaml", "--format 2000: there is no such value; there is text"),
    ("static --fail-on warn role.yaml", "--fail-on warn: there is no such value; did you mean warning?"),
    ("static --cell", "checker static: argument --cell: expected one argument"),
    ("static --cell eats role.yaml", "there is no cell 'eats' in checker.yaml; did you mean east?"),
    ("static --cell mars role.yaml", "there is no cell 'mars' in checker.yaml; it has east, west"),
    ("static role.yaml", "checker: checker.yaml has several cells; choose one with --cell: east, west"),
    ("static --cell east rol.yaml", "checker: rol.yaml: there is no such file or folder"),
    ("static --cell east empty", "checker: empty: no YAML or JSON file was found there"),
    ("static --cell east --select missing-grnt", "there is no rule 'missing-grnt'; did you mean missing-grant?"),
    ("static --cell east --ignore zzz", "there is no rule 'zzz'; `checker explain` lists the rules"),
    ("static --cell east --set regon=x role.yaml", "--set regon: no requirement uses a parameter of this name; did you mean region?"),
    ("static --cell east --set region role.yaml", "--set region"),
    ("static --cell east --config none.yaml role.yaml", "none.yaml"),
    ("static --cell east --policies nowhere role.yaml", "nowhere: there is no such file or folder of requirements"),
    ("static --cell east --policies role.yaml role.yaml", 'role.yaml:1:13: apiVersion is "iam.services.k8s.aws/v1alpha1", which is not one of the allowed values; write checker/v1'),
    ("static --cell east --baseline none.json role.yaml", "there is no baseline none.json; --write-baseline none.json writes one"),
    ("static --cell east --baseline role.yaml role.yaml", "role.yaml: this is not JSON"),
    ("static --cell east --report sarf=x role.yaml", "--report sarf=x: there is no format 'sarf'"),
    ("static --cell east --report sarif role.yaml", "--report sarif: write --report FORMAT=FILE"),
    ("static --cell east --output nowhere/x role.yaml", "cannot write nowhere/x: there is no folder nowhere"),
    ("static --cell east --output role.yaml role.yaml", "role.yaml is there, and a manifest or configuration by its name"),
    ("static --cell east --changed-since nothing role.yaml", "nothing"),
    ("static --cell east --diff role.yaml", "--diff goes with --fix"),
    ("static --cell east --fix --changed-since HEAD role.yaml", "--fix does not go with --changed-since"),
    ("static --cell east --fix -", "standard input cannot be edited in place"),
    ("fix --cell east --apply role.yaml", "--apply goes with --index NAME"),
    ("fix --cell east rol.yaml", "rol.yaml: there is no such file or folder"),
    ("diff", "checker diff: the following arguments are required: BASE"),
    ("diff nothing", "nothing: there is no such folder, and no such git revision here"),
    ("explain missing-grnt", "there is no rule or cause 'missing-grnt'; did you mean missing-grant?"),
    ("rules --about acess", "--about acess: no rule is about that; did you mean access?"),
    ("rules zzz", "no rule is like that"),
    ("config", "checker config: the following arguments are required: show"),
    ("config shw", "did you mean show?"),
    ("demo --break nothing", "nothing"),
    ("live", "--index"),
    ("live --indx acme", "checker live: there is no option --indx; did you mean --index?"),
)  # fmt: skip
WRITTEN: tuple[tuple[str, str], ...] = (
    ("", "checker.yaml:1:1: the file is empty"),
    ("version: 2\n", "checker.yaml:1:10: version is 2, which is not one of the allowed values; write 1"),
    ("version: 1\nmanifest: [x]\n", "checker.yaml:2:1: manifest is not a known field; write manifests"),
    ("version: 1\nmanifests: x\n", 'checker.yaml:2:12: manifests is the string "x", and must be a list'),
    ("version: 1\nmanifests: [nowhere]\n", "checker.yaml:2:1: manifests names nowhere, which does not exist"),
    ("version: 1\npolicies: [nowhere]\n", "checker.yaml:2:1: policies names nowhere, which does not exist"),
    ("version: 1\n\tmanifests: [x]\n", "checker.yaml:2:1: this is not YAML"),
    ("- a\n", "checker.yaml:1:1: the document is a list, and must be a mapping"),
    ("version: 1\ncells: [a]\n", "checker.yaml:2:8: cells is a list, and must be a mapping"),
    ("version: 1\ncells: {a: {account: 111122223333}}\n", "cells.a.account is the number 111122223333, and must be a string; put it in quotes"),
    ("version: 1\ncells: {a: {acount: '1'}}\n", "checker.yaml:2:13: cells.a.acount is not a known field; write account"),
    ("version: 1\ncells: {a: {parameters: {authKeyTable: x}}}\n", "checker.yaml:2:26: cells.a.parameters.authKeyTable: no requirement uses a parameter of this name; did you mean authKeysTable?"),
    ("version: 1\nrules: {missing-grnt: {severity: warning}}\n", "checker.yaml:2:9: there is no rule 'missing-grnt'; did you mean missing-grant?"),
    ("version: 1\nrules: {missing-grant: {severity: warn}}\n", 'rules.missing-grant.severity is "warn", which is not one of the allowed values; write error, warning, note or off'),
    ("version: 1\nrules: {missing-grant: warning}\n", 'rules.missing-grant is the string "warning", and must be a mapping'),
    ("version: 1\nrender: {kustomize: yes}\n", 'render.kustomize is "yes", which is not one of the allowed values; write auto, off or required'),
    ("version: 1\ncache: false\n", "checker.yaml:2:8: cache is the boolean false, and must be a string; put it in quotes"),
    ("version: 1\nversion: 1\n", "checker.yaml:2:1: the key 'version' stands twice"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["checker"])
    Path("role.yaml").write_text(GOOD, encoding="utf-8")
    Path("checker.yaml").write_text(CELLS, encoding="utf-8")
    Path("empty").mkdir()


def refused(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    try:
        code = main(given)
    except SystemExit as ended:
        code = int(str(ended.code))
    shown = capsys.readouterr()
    assert code == 2, shown
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert "usage:" not in shown.err
    assert len(shown.err.splitlines()) == 1, shown.err
    assert shown.err.startswith("checker")
    return shown.err


@pytest.mark.parametrize(("typed", "wanted"), TYPED, ids=[typed for typed, _ in TYPED])
def test_what_is_typed(typed: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert wanted in refused(capsys, *typed.split())


@pytest.mark.parametrize(("text", "wanted"), WRITTEN, ids=[repr(text) for text, _ in WRITTEN])
def test_what_is_written(text: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("checker.yaml").write_text(text, encoding="utf-8")
    assert wanted in refused(capsys, "static", "role.yaml")


def test_the_overview_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().out.startswith("usage: checker ")


@pytest.mark.parametrize("given", [["help", "static"], ["static", "--help"], ["help"]])
def test_help(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: checker")


def test_options_may_stand_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cell", "east", "-q", "static", "role.yaml"]) == 0
    assert capsys.readouterr().out == ""
