"""`checker fix PATH…` as it is typed: diffs, files written, exit codes, JSON."""

from __future__ import annotations

import codecs
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from checker.cli import main
from checker.fix import writer
from checker.report.fix.json import as_json
from checker.report.fix.told import Told
from checker.schemas import load
from tests.conftest import every_other

from ..conftest import CELL
from .manifests import STYLES, grant, manifest, mend, policy, trust

BROKEN = manifest(STYLES["literal"](policy(grant(("dynamodb:GetItem",)))))
CURED = BROKEN.replace('"dynamodb:GetItem"', '"dynamodb:GetItem",\n              "dynamodb:Query"')
PARAMETERS = [word for key, value in CELL.items() for word in ("--set", f"{key}={value}")]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def typed(*words: str) -> tuple[int, str, str]:
        code = main(["fix", *words, *PARAMETERS])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return typed


def test_the_diff_is_shown_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "role.yaml").write_text(BROKEN)
    code, out, _ = run("role.yaml")
    assert code == 1
    assert '+              "dynamodb:Query"' in out
    assert "= why: the statement already grants the table" in out
    assert "and nothing else; it loses nothing" in out
    assert (tmp_path / "role.yaml").read_text() == BROKEN


@pytest.mark.long
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize(
    "change", every_other([("", ""), ("\n", "\r\n"), ("proxy\n", "proxy"), ("referred to", "referred\tto")])
)
@pytest.mark.parametrize("quiet", [pytest.param(True, marks=pytest.mark.slow), False])
def test_what_is_shown_can_be_applied_by_git(run: Run, tmp_path: Path, change: tuple[str, str], quiet: bool) -> None:
    text = BROKEN.replace(*change) if change[1] != "proxy" else BROKEN.rstrip("\n")
    (tmp_path / "role.yaml").write_bytes(text.encode())
    subprocess.run(["git", "init", "-q", "."], check=True)
    _, out, _ = run("role.yaml", *(["-q"] if quiet else []))
    (tmp_path / "d.diff").write_bytes(out.encode())
    subprocess.run(["git", "apply", "-p1", "d.diff"], check=True)
    assert not mend((tmp_path / "role.yaml").read_bytes().decode()).changes


def test_writing_in_place_leaves_a_clean_gate(run: Run, tmp_path: Path) -> None:
    (tmp_path / "role.yaml").write_text(BROKEN)
    code, out, _ = run("--write", "role.yaml")
    assert code == 0
    assert "Wrote 1 fix to 1 file." in out
    assert (tmp_path / "role.yaml").read_text() == CURED
    code, out, _ = run("--write", "role.yaml")
    assert (code, out) == (0, "Nothing to fix.\n")
    assert main(["static", "role.yaml", *PARAMETERS]) == 0


def test_copies_go_below_a_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "role.yaml").write_text(BROKEN)
    code, _, _ = run("--output", "out", "a")
    assert code == 0
    assert (tmp_path / "out" / "a" / "role.yaml").read_text() == CURED
    assert (tmp_path / "a" / "role.yaml").read_text() == BROKEN


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"", "utf-16-le"),
    ],
)
def test_the_encoding_and_its_mark_survive(run: Run, tmp_path: Path, mark: bytes, codec: str) -> None:
    (tmp_path / "role.yaml").write_bytes(mark + BROKEN.encode(codec))
    assert run("--write", "role.yaml")[0] == 0
    assert (tmp_path / "role.yaml").read_bytes() == mark + CURED.encode(codec)


def test_mode_and_symbolic_link_survive(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(BROKEN)
    (tmp_path / "real.yaml").chmod(0o640)
    (tmp_path / "role.yaml").symlink_to("real.yaml")
    assert run("--write", "role.yaml")[0] == 0
    assert (tmp_path / "role.yaml").is_symlink()
    assert (tmp_path / "real.yaml").read_text() == CURED
    assert stat.S_IMODE((tmp_path / "real.yaml").stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["real.yaml", "role.yaml"]


def test_a_hard_link_is_not_cut(run: Run, tmp_path: Path) -> None:
    (tmp_path / "role.yaml").write_text(BROKEN)
    os.link(tmp_path / "role.yaml", tmp_path / "other")
    code, _, err = run("--write", "role.yaml")
    assert code == 3
    assert "2 hard links" in err
    assert (tmp_path / "role.yaml").read_text() == BROKEN


@pytest.mark.parametrize("broken", ["fsync", "replace", "chmod"])
def test_a_full_disk_leaves_the_old_file_whole(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(BROKEN.replace("acme", name[0]))

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, broken, fail)
    code, _, err = run("--write", ".", "--set", "account=111122223333")
    assert code == 3
    assert "nothing was written: a file: No space left on device" in err
    assert (tmp_path / "a.yaml").read_text() == BROKEN.replace("acme", "a")
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "b.yaml"]


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "f0.yaml"
    path.write_text(BROKEN + "# somebody was here\n")
    (change,) = mend(BROKEN).changes
    with pytest.raises(writer.NotWrittenError, match="has changed since it was read"):
        writer.write_in_place([change._replace(file=str(path))])


def test_an_unsafe_fix_has_to_be_asked_for(run: Run, tmp_path: Path) -> None:
    deny = {"Sid": "Lockdown", "Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
    (tmp_path / "role.yaml").write_text(manifest(STYLES["literal"](policy(grant(), deny))))
    code, out, _ = run("--write", "role.yaml")
    assert code == 1
    assert "statement Lockdown denies this on purpose" in out
    assert "--unsafe admits it" in out
    assert run("--write", "--unsafe", "role.yaml")[0] == 0


def test_json_gives_the_edits_as_spans_and_texts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "role.yaml").write_text(BROKEN)
    code, out, _ = run("--format", "json", "role.yaml")
    found = json.loads(out)
    jsonschema.validate(found, load("fix"))
    assert code == 1
    ((edit,),) = (item["edits"] for item in found["files"])
    assert BROKEN[: edit["start"]["offset"]] + edit["text"] + BROKEN[edit["end"]["offset"] :] == CURED
    assert found["fixes"][0]["safe"] is True
    assert found["access"][0]["exact"] is True


def test_the_report_of_the_gate_carries_the_fix(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "role.yaml").write_text(BROKEN)
    assert main(["static", "--format", "json", "role.yaml", *PARAMETERS]) == 1
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, load("report"))
    (finding,) = report["findings"]
    assert finding["fixable"] is True
    ((edit,),) = (item["edits"] for item in finding["fixes"])
    assert BROKEN[: edit["start"]["offset"]] + edit["text"] + BROKEN[edit["end"]["offset"] :] == CURED


def test_json_of_every_outcome_follows_its_schema() -> None:
    for text in (BROKEN, CURED, manifest("'{'"), manifest("'{}'", STYLES["folded"](trust(sub="x")))):
        jsonschema.validate(as_json(Told(mend(text), "shown")), load("fix"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--apply", "role.yaml"], "--apply goes with --index NAME"),
        (["--manifests", ".", "role.yaml"], "--manifests goes with --index NAME"),
        (["nowhere.yaml"], "there is no such file or folder"),
        (["--index", "acme", "role.yaml"], "give paths, or --index"),
        (["--replay", "x", "--apply"], "leave out --replay"),
        (["--select", "missing-grnat", "role.yaml"], "did you mean missing-grant?"),
    ],
)
def test_wrong_usage_is_said_in_one_sentence(run: Run, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "role.yaml").write_text(BROKEN)
    code, _, err = run(*words)
    assert code == 2
    assert said in err


def test_standard_input_cannot_be_edited_in_place(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    class Stdin:
        buffer = io.BytesIO(BROKEN.encode())

    monkeypatch.setattr(sys, "stdin", Stdin())
    code, _, err = run("--write", "-")
    assert code == 2
    assert "standard input cannot be edited in place" in err


@pytest.mark.long
def test_selecting_chooses_what_is_fixed_and_not_what_is_proven(run: Run, tmp_path: Path) -> None:
    any_pod = trust(aud="vault")
    statement = any_pod["Statement"][0]
    statement["Condition"] = {
        "StringLike": {
            key: "system:serviceaccount:*:*" if key.endswith("sub") else value
            for key, value in statement["Condition"]["StringEquals"].items()
        }
    }
    text = manifest(STYLES["literal"](policy()), STYLES["literal"](any_pod))
    (tmp_path / "role.yaml").write_text(text)
    run("--write", "--select", "untrusted-service-account", "role.yaml")
    found = main(["static", "--select", "open-trust,wide-subject", "role.yaml", *PARAMETERS])
    before = mend(text).before.report.findings
    assert found == (1 if any(item.rule in ("open-trust",) for item in before) else 0)


def test_what_could_not_be_read_is_said(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.project import reading

    (tmp_path / "role.yaml").write_text(CURED)
    (tmp_path / "secret.yaml").write_text(CURED)
    from checker.text.files import read_bytes as read

    def refuse(path: str) -> bytes:
        if "secret" in path:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(reading, "read_bytes", refuse)
    code, out, _ = run(".")
    assert code == 3
    assert "secret.yaml: could not be read: Permission denied" in out
    assert "Could not check everything." in out
    _, out, _ = run("--format", "json", ".")
    found = json.loads(out)
    jsonschema.validate(found, load("fix"))
    assert found["unchecked"][0]["reason"] == "Permission denied"


def test_copies_do_not_take_each_other_s_place(run: Run, tmp_path: Path) -> None:
    for name in ("sub/x.yaml", "x.yaml", "sub/.hid/x.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BROKEN.replace("acme", "a" + str(len(name))))
    code, _, _ = run("--output", "out", "sub/x.yaml", "x.yaml", "sub/.hid/x.yaml")
    assert code == 0
    assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.yaml")) == [
        "sub/.hid/x.yaml",
        "sub/x.yaml",
        "x.yaml",
    ]
    code, _, err = run("--output", ".", "x.yaml")
    assert code == 3
    assert "would take the place of another file" in err
