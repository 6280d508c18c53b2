"""A judgement that takes over what has not changed says what one from scratch says, whatever was edited."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from checker.gate.judge import judge
from checker.gate.judged import Judged
from checker.gate.options import GateOptions
from checker.gate.prepare import prepare
from checker.gate.prepared import Prepared, with_texts
from tests.conftest import every_other

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / "tests" / "rules" / "cases"
PARAMETERS = {"region": "us-east-1", "account": "111122223333", "authKeysTable": "cell2-auth-keys"}
OVERLAY = "resources: [a.yaml, b.yaml]\nnamespace: other\npatches:\n- target: {kind: Role}\n  patch: '[]'\n"


def said(judged: Judged) -> list[Any]:
    """All that a judgement says: findings with place, help and answers, and every question with its answer."""
    report = judged.report
    findings = [
        (item.rule, item.severity, item.message, item.help, item.location, item.related, item.path, item.value)
        for item in (*report.findings, *(covered.finding for covered in report.suppressed))
    ]
    answers = [
        (
            check.requirement.name,
            check.role.object.origin,
            check.giver.origin if check.giver else None,
            [(one.action, one.resource, one.proof) for one in (*check.required, *check.excess)],
            check.trust,
            check.entry,
            sorted(check.stack.sources),
        )
        for outcome in report.outcomes
        for check in outcome.checks
    ]
    return [findings, answers, report.summary, report.skipped, report.failures]


def edited(draw: random.Random, text: str) -> str:
    """A text with one change of the kinds that people make, and of those that break it."""
    lines = text.splitlines(keepends=True)
    place = draw.randrange(len(lines))
    kind = draw.randrange(6)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(place, draw.choice(lines))
    elif kind == 2:
        lines.insert(0, "# a comment\n---\n")
    else:
        old, new = draw.choice(
            (
                ("dynamodb:Query", "dynamodb:Scan"),
                ("dynamodb:GetItem", "dynamodb:*"),
                ("Allow", "Deny"),
                ("acme", "globex"),
                ("kind: Role", "kind: Policy"),
                ("policyRefs", "policies"),
                ("name:", "nmae:"),
                ("namespace:", "labels: {}\n  namespace:"),
            )
        )
        return text.replace(old, new, 1 if kind == 3 else -1)
    return "".join(lines)


def several(draw: random.Random, folder: Path) -> dict[str, Path]:
    """A project of some of the rules' own cases, with the shared policies and service accounts of the example cell;
    one in three times below a kustomization."""
    folder.mkdir()
    found = {}
    manifests = sorted((ROOT / "manifests").rglob("*.yaml"))
    cases = [path for path in sorted(CASES.rglob("*.yaml")) if path.stat().st_size < 10_000]
    for number, path in enumerate([*draw.sample(cases, 4), *draw.sample(manifests, 4)]):
        name = "ab"[number] if number < 2 else f"{number}"
        found[name] = Path(shutil.copy(path, folder / f"{name}.yaml"))
    if draw.randrange(3) == 0:
        (folder / "kustomization.yaml").write_text(OVERLAY, encoding="utf-8")
    return found


def compare(seed: int, folder: Path) -> None:
    draw = random.Random(seed)
    files = several(draw, folder)
    made = prepare(GateOptions((folder.name,), parameters=PARAMETERS))
    judged = judge(*made)
    for _ in range(3):
        names = draw.sample(sorted(files), draw.choice((1, 1, 2)))
        texts = {item.source.name: item.source.text for item in made.material.files}
        new = {name: edited(draw, text) for name, text in texts.items() if Path(name).stem in names and text}
        made = made._replace(material=with_texts(made.material, new))
        again = judge(*made, earlier=judged.earlier)
        assert said(again) == said(judge(*made)), (seed, new)
        judged = again


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", every_other(range(20)))
def test_after_an_edit(seed: int, tmp_path: Path) -> None:
    compare(seed, tmp_path / "m")


@pytest.mark.slow
def test_after_a_thousand_edits(tmp_path: Path) -> None:
    for seed in range(100, 430):
        compare(seed, tmp_path / f"m{seed}")


def without_query(tmp_path: Path, kind: str) -> tuple[Prepared, Judged, str]:
    """The example cell, judged; then prepared anew, with an object of this kind that no longer grants Query, and the
    file that it is in."""
    shutil.copytree(ROOT / "manifests", tmp_path / "m")
    made = prepare(GateOptions(("m",), parameters=PARAMETERS))
    name, text = next(
        (item.source.name, item.source.text)
        for item in made.material.files
        if f"kind: {kind}" in item.source.text and '"dynamodb:Query"' in item.source.text
    )
    edited = with_texts(made.material, {name: text.replace("dynamodb:Query", "dynamodb:Scan")})
    return made._replace(material=edited), judge(*made), name


def test_what_is_the_same_is_taken_over(tmp_path: Path) -> None:
    """So that the comparison above compares something."""
    made, judged, name = without_query(tmp_path, "Role")
    again = judge(*made, earlier=judged.earlier)
    old = {id(check.required) for outcome in judged.report.outcomes for check in outcome.checks}
    checks = [check for outcome in again.report.outcomes for check in outcome.checks]
    assert {check.role.object.origin.file for check in checks if id(check.required) not in old} == {name}
    assert len(checks) > 10
    kept = {id(document) for document in judged.facts.project.document_facts}
    fresh = [item for item in again.facts.project.document_facts if id(item) not in kept]
    assert {item.file for item in fresh} == {name}


def test_an_edit_bears_on_the_roles_that_refer_to_the_document(tmp_path: Path) -> None:
    """The role's own file is the same: what it names has changed."""
    made, judged, _ = without_query(tmp_path, "Policy")
    again = judge(*made, earlier=judged.earlier)
    assert {item.rule for item in again.report.findings} >= {"missing-grant"}
    assert said(again) == said(judge(*made))
