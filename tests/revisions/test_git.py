"""What is written out of a commit that somebody else made."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from checker.revisions.git import find_revision, write_out


def committed(folder: Path) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for arguments in (("init", "-q"), ("add", "-A"), (*name, "commit", "-q", "-m", "x")):
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_links_lead_out_by_way_of_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, copy = tmp_path / "work", tmp_path / "x" / "copy"
    (work / "x" / "y").mkdir(parents=True)
    (work / "z").mkdir()
    (work / "z" / "k.yaml").write_text("a: 1\n")
    for path, target in {
        "inside.yaml": "z/k.yaml", "x/y/folder": "../../z", "chain.yaml": "x/y/folder/k.yaml",
        "out.yaml": "../secret.yaml", "whole.yaml": str(tmp_path / "secret.yaml"),
        "by-another.yaml": "x/y/folder/../../../secret.yaml",
    }.items():  # fmt: skip
        os.symlink(target, work / path)
    committed(work)
    monkeypatch.chdir(work)
    revision = find_revision("HEAD")
    assert revision is not None
    write_out(revision, str(copy))
    links = {path.name for path in copy.rglob("*") if path.is_symlink()}
    assert links == {"inside.yaml", "folder", "chain.yaml"}
    assert (copy / "chain.yaml").read_text() == "a: 1\n"
