"""`checker fix --index` as people type it, against the embedded cell through a kubeconfig and AWS_ENDPOINT_URL."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from checker.cli import main
from checker.demo.breaks.edits import write_manifests
from checker.demo.breaks.registry import BREAKS
from checker.demo.cell import Cell
from checker.demo.serving import write_files
from checker.schemas import load

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name, value in write_files(cell, str(tmp_path)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        code = main([*words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_the_manifest_alone_goes_to_standard_output(cell: Cell, typed: Run) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    code, out, err = typed("fix", "--index", "acme")
    assert code == 1
    (item,) = yaml.safe_load_all(out)
    assert item["metadata"] == {
        "name": "acme-reverse-proxy",
        "namespace": "tenant-acme",
        "labels": {"app.kubernetes.io/name": "reverse-proxy"},
    }
    assert '+            "Action": ["dynamodb:GetItem", "dynamodb:Query"],' in err
    assert "and nothing else; it loses nothing" in err


@pytest.mark.long
def test_the_same_beside_a_diagnosis_and_from_its_record(cell: Cell, typed: Run, tmp_path: Path) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    code, out, err = typed("live", "--index", "acme", "--emit-fix", "fix.yaml", "--record", "evidence.json")
    assert code == 1
    assert out.startswith("VERDICT   cause found: missing-action")
    assert "kubectl apply -f applies it" in err
    _, replayed, _ = typed("fix", "--replay", "evidence.json")
    assert replayed == (tmp_path / "fix.yaml").read_text()
    code, out, _ = typed("fix", "--index", "acme", "--format", "json")
    jsonschema.validate(json.loads(out), load("emission"))
    assert code == 1


def test_apply_ends_healthy(cell: Cell, typed: Run) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    cell.live_on()
    code, out, err = typed("fix", "--index", "acme", "--apply", "--yes")
    assert code == 0
    assert "yes, by --yes" in err
    assert "applied Role tenant-acme/acme-reverse-proxy" in err
    assert out.startswith("VERDICT   healthy (index acme)\n")


@pytest.mark.long
def test_what_only_a_restart_mends_is_restarted(cell: Cell, typed: Run) -> None:
    BREAKS["credentials-not-injected"].change(cell, "acme")
    cell.live_on()
    code, out, err = typed("fix", "--index", "acme", "--apply", "--yes")
    assert (code, out.splitlines()[0]) == (0, "VERDICT   healthy (index acme)")
    assert "deleted pod tenant-acme/index-acme-6c9f8d7b54-xk2lp" in err
    assert not [asked for asked in cell.kubernetes.requests if asked.verb == "patch"]


def test_apply_without_a_terminal_needs_yes(cell: Cell, typed: Run) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    cell.kubernetes.requests.clear()
    code, _, err = typed("fix", "--index", "acme", "--apply")
    assert code == 2
    assert "give --yes" in err
    assert not [asked for asked in cell.kubernetes.requests if asked.verb in ("patch", "delete")]


def test_nothing_but_apply_writes(cell: Cell, typed: Run) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    cell.kubernetes.requests.clear()
    typed("fix", "--index", "acme", "--patch", "--yes")
    assert not [asked for asked in cell.kubernetes.requests if asked.verb in ("patch", "delete")]


def test_what_no_manifest_mends_is_said_with_what_does(cell: Cell, typed: Run) -> None:
    BREAKS["service-account-unannotated"].change(cell, "acme")
    code, out, err = typed("fix", "--index", "acme")
    assert (code, out) == (1, "")
    assert "no change of the Role object mends that" in err
    assert "kubectl --context demo annotate serviceaccount reverse-proxy-acme -n tenant-acme" in err


def test_a_healthy_index_needs_nothing(typed: Run) -> None:
    code, out, err = typed("fix", "--index", "acme")
    assert (code, out) == (0, "")
    assert "nothing is wrong" in err


@pytest.mark.long
def test_git_is_edited_and_the_pull_request_is_written(cell: Cell, typed: Run) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    role = cell.kubernetes.get("Role", "tenant-acme", "acme-reverse-proxy")
    role["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"] = "cell2:Role"
    cell.kubernetes.put(role)
    cell.manifests = write_manifests(cell)
    path = Path(cell.manifests, "tenant-acme-acme-reverse-proxy.yaml")
    before = path.read_text()
    code, out, err = typed("fix", "--index", "acme", "--manifests", cell.manifests)
    assert code == 1
    assert out == ""
    assert "# acme: add dynamodb:Query to statement ReadAuthKeys" in err
    assert "is applied by Argo CD" in err
    assert path.read_text() == before
    typed("fix", "--index", "acme", "--manifests", cell.manifests, "--write")
    assert path.read_text() != before
    inline = yaml.safe_load(path.read_text())["spec"]["inlinePolicies"]["auth-keys"]
    assert json.loads(inline)["Statement"][0]["Action"] == ["dynamodb:GetItem", "dynamodb:Query"]
    _, _, err = typed("fix", "--index", "acme", "--manifests", cell.manifests)
    assert "nothing there needs an edit" in err


def test_roles_of_other_tenants_are_left_alone_in_git(cell: Cell, typed: Run) -> None:
    BREAKS["missing-action"].change(cell, "acme")
    cell.manifests = write_manifests(cell)
    mine = Path(cell.manifests, "tenant-acme-acme-reverse-proxy.yaml")
    other = Path(cell.manifests, "tenant-other.yaml")
    theirs = yaml.safe_load(mine.read_text())
    theirs["metadata"]["namespace"] = "tenant-other"
    theirs["spec"]["name"] = "other-reverse-proxy"
    other.write_text(before := yaml.safe_dump(theirs))
    typed("fix", "--index", "acme", "--manifests", cell.manifests, "--write")
    assert "dynamodb:Query" in mine.read_text()
    assert other.read_text() == before


def test_nothing_is_written_where_no_manifests_are_named(typed: Run) -> None:
    code, _, err = typed("fix", "--index", "acme", "--write")
    assert code == 2
    assert "name them with --manifests" in err


def test_an_interrupted_apply_exits_130(cell: Cell, typed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.fix.cluster import apply as applying

    BREAKS["missing-action"].change(cell, "acme")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(applying, "_arrived", interrupt)
    code, _, err = typed("fix", "--index", "acme", "--apply", "--yes")
    assert code == 130
    assert "interrupted: Role tenant-acme/acme-reverse-proxy applied; run this again" in err


@pytest.mark.slow
def test_damaged_evidence_ends_in_one_sentence(typed: Run, tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "report" / "live" / "missing-action.json").read_text()
    whole = json.loads(text)
    for key in whole["readings"]:
        for odd in ("x", 7, [], {}, None, [None], {"metadata": 3}):
            damaged = {**whole, "readings": {**whole["readings"], key: {**whole["readings"][key], "value": odd}}}
            Path("damaged.json").write_text(json.dumps(damaged))
            code, out, err = typed("fix", "--replay", "damaged.json", "--unsafe")
            assert "internal error" not in err, (key, odd, err)
            assert code in (0, 1, 2, 3)
            assert out == "" or list(yaml.safe_load_all(out))
