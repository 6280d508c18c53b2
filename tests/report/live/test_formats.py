"""Whole outputs of recorded incidents. UPDATE_EXPECTED=1 writes them; read every line of what changes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest

from checker import __version__
from checker.live.record.record import Reading, Record, dump, load
from checker.report.formats import FORMATS, formatter
from checker.report.style.look import Look
from checker.requirements.load import load_requirements
from checker.requirements.shipped import shipped_policies
from checker.runbook.diagnose import Diagnosis, diagnose
from checker.schemas import load as load_schema

HERE = Path(__file__).parent
RECORDS = ("healthy", "missing-action", "nothing-read")
LOOKS = {"wide": Look(), "narrow": Look(width=60), "verbose": Look(verbose=True), "quiet": Look(quiet=True, width=100)}
REQUIREMENTS = load_requirements((shipped_policies(),)).requirements


def record(name: str) -> Record:
    return load((HERE / f"{name}.json").read_text(encoding="utf-8"), name)


def diagnosed(name: str) -> Diagnosis:
    return diagnose(record(name), REQUIREMENTS)


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("form", [name for name in FORMATS["live"] if name != "html"])
def test_whole_outputs(name: str, form: str) -> None:
    looks = LOOKS if form == "text" else {"plain": Look()}
    shown = ""
    for look_name, look in looks.items():
        shown += f"--- {look_name}\n" + formatter("live", form).render(diagnosed(name), look)
    shown = shown.replace(json.dumps(__version__), '"VERSION"')
    path = HERE / "expected" / f"{name}.{form}.txt"
    if os.environ.get("UPDATE_EXPECTED"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", RECORDS)
def test_json_follows_its_schema(name: str) -> None:
    found = json.loads(formatter("live", "json").render(diagnosed(name), Look()))
    jsonschema.validate(found, load_schema("diagnosis"))


@pytest.mark.parametrize("width", [40, 60, 80, 120, None])
@pytest.mark.parametrize("name", RECORDS)
def test_the_verdict_stands_in_twelve_lines(name: str, width: int | None) -> None:
    shown = formatter("live", "text").render(diagnosed(name), Look(width=width))
    head = shown.split("\n\n")[0].splitlines()
    rows = sum(-(-len(line) // width) for line in head) if width else len(head)
    assert rows <= (12 if width != 40 else 16)
    assert head[0].startswith("VERDICT")
    if name == "missing-action":
        where = "--cluster cell2-MultitenantEKSCluster --region us-east-1"
        assert head[-1] == f"next      checker fix --index acme {where}"
        assert "Add the missing action" in " ".join(" ".join(head).split())
    if width is not None:
        # What is to be copied is never broken.
        assert all(len(line) <= width for line in shown.splitlines() if not line.startswith("next"))


def hostile(text: str) -> Diagnosis:
    """The incident with a log line as somebody hostile would have it."""
    found = record("missing-action")
    (name,) = [key for key in found.readings if key.startswith("log/")]
    value = dict(found.readings[name].value)
    value["lines"] = [{**value["lines"][0], "text": value["lines"][0]["text"] + text}]
    readings = {**found.readings, name: Reading("ok", value, "", "log", 1)}
    return diagnose(found._replace(readings=readings), REQUIREMENTS)


def code_of(marked: str) -> str:
    """What stands in the first fenced block."""
    return marked.split("```")[1]


def test_a_log_line_formats_nothing() -> None:
    text = "\x1b[2J```\n# heading <!channel> @here [x](http://evil)\x07"
    shown = formatter("live", "text").render(hostile(text), Look(color=False))
    assert "\x1b" not in shown
    assert "\x07" not in shown
    marked = formatter("live", "markdown").render(hostile(text), Look())
    assert "\x1b" not in marked
    # The line stands in a block that it does not end, the command in another; nobody is mentioned, nothing is linked.
    assert marked.count("```") == 4
    assert "<!" not in marked
    assert "http://evil" not in formatter("live", "markdown").render(hostile(text), Look()).replace(code_of(marked), "")
    json.loads(formatter("live", "json").render(hostile(text), Look()))


def test_a_record_comes_back_as_it_was() -> None:
    for name in RECORDS:
        assert load(dump(record(name)), name) == record(name)
