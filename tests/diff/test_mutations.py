"""Manifests mutated at random: no command breaks down, outputs keep to their schemas, and whatever the gate newly fails
on is not green for `diff`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sarif_kit.validate

from checker.cli import main
from checker.gate.judge import judge, judge_both
from checker.gate.judged import Judged
from checker.gate.prepared import Prepared
from checker.progress import Observe
from checker.schemas import load
from tests.diff.test_diff import BOUNDARY, ISSUER, OTHER, POD_IDENTITY, WORLD, git
from tests.report.worlds import CONFIG

BASE = WORLD + OTHER + BOUNDARY + "---\n" + POD_IDENTITY.replace("acme", "borealis").replace("AuthKeysRead", "Keys")
REMOVED = ['"', ":", "{", "}", "[", "]", "acme", "dynamodb", "name"]
PUT = ["", "x", "*", "null", "[]", "{}", '"', "#", "---\n"]
VALUES = ["null", "1", "[a]", "{a: b}", "true", '"\\u0000"', "|", "&a *a", "!!binary x", ""]


def mutated(seed: int) -> str:
    choose = random.Random(seed)
    lines = BASE.splitlines()
    for _ in range(choose.randint(1, 4)):
        place, kind = choose.randrange(len(lines)), choose.randrange(5)
        if kind == 0:
            del lines[place]
        elif kind == 1:
            lines.insert(place, choose.choice(lines))
        elif kind == 2:
            lines[place] = lines[place].replace(choose.choice(REMOVED), choose.choice(PUT), 1)
        elif kind == 3:
            lines[place] = f"{lines[place].partition(':')[0]}: {choose.choice(VALUES)}"
        else:
            lines[place] = " " * choose.randint(0, 4) + lines[place]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(n, marks=pytest.mark.slow) for n in range(6, 60))])
def test_mutations(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("manifests").mkdir()
    issuer = f'    oidcIssuer: "https://{ISSUER}"\n    parameters'
    Path("checker.yaml").write_text(CONFIG.replace("    parameters", issuer), encoding="utf-8")
    Path("manifests/a.yaml").write_text(BASE, encoding="utf-8")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "base")

    def run(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(list(arguments))
        shown = capsys.readouterr()
        assert "internal error" not in shown.err
        assert "checker-internal" not in shown.out
        return code, json.loads(shown.out) if code != 2 else None

    before = run("static", "--format", "json")[1]["summary"]["errors"]
    Path("manifests/a.yaml").write_text(mutated(seed), encoding="utf-8")
    _, report = run("static", "--format", "json")
    code, difference = run("diff", "HEAD", "--format", "json")
    _, changed = run("static", "--changed-since", "HEAD", "--format", "json")
    _, sarif = run("static", "--format", "sarif", "-v")
    for value, name in ((report, "report"), (difference, "diff"), (changed, "report")):
        jsonschema.validate(value, load(name))
    assert sarif_kit.validate.validation_errors(sarif) == []
    if report["summary"]["errors"] > before:
        assert code != 0
        assert changed["summary"]["errors"] > 0


def in_files(text: str) -> None:
    """Each document in a file of its own, so that most are the same on both sides."""
    for number, document in enumerate(text.split("---\n")):
        Path(f"manifests/{number:02}.yaml").write_text(document, encoding="utf-8")


def both_as_a_whole(first: Prepared, second: Prepared, observe: Observe, _: object) -> tuple[Judged, Judged]:
    judged = judge(*first, observe)
    return judged, judge(*second, observe, earlier=judged.earlier)


@pytest.mark.parametrize("seed", [*range(60, 68), *(pytest.param(n, marks=pytest.mark.slow) for n in range(68, 160))])
def test_what_is_the_same_on_both_sides_need_not_be_judged(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("manifests").mkdir()
    Path("checker.yaml").write_text(CONFIG, encoding="utf-8")
    in_files(BASE)
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "base")
    in_files(mutated(seed))
    told = []
    for how in (judge_both, both_as_a_whole):
        monkeypatch.setattr("checker.diff.sides.judge_both", how)
        told.append((main(["diff", "HEAD", "--format", "json"]), capsys.readouterr().out))
    assert told[0] == told[1]
