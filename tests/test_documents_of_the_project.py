"""What the project says of itself stays true: generated pages, links, packaging."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

from checker.cli import build_parser
from checker.report.style.pages import page
from checker.rules import RULES
from checker.rules.rule import Rule

ROOT = Path(__file__).parent.parent


def test_the_pages_are_current() -> None:
    path = ROOT / "scripts" / "update_pages.py"
    spec = importlib.util.spec_from_file_location("update_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, page_of in module.PAGES.items():
        assert (ROOT / name).read_text(encoding="utf-8") == page_of(), f"run scripts/update_pages.py for {name}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.ABOUT.id)
def test_every_page_has_its_sections_and_fits_a_terminal(rule: Rule) -> None:
    text = page(rule.__doc__)
    for section in ("What it does", "Why it matters", "Example", "Use instead"):
        assert f"\n{section}\n" in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))],
)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("name", [".pre-commit-config.yaml", ".pre-commit-hooks.yaml"])
def test_hooks_are_complete(name: str) -> None:
    found = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    hooks = found if isinstance(found, list) else [hook for repo in found["repos"] for hook in repo["hooks"]]
    for hook in hooks:
        assert {"id", "name", "entry", "language"} <= set(hook)
        assert hook["require_serial"] is True


def test_the_shipped_requirement_goes_into_the_wheel() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"policies" = "checker/_policies"' in text


DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_option_that_is_mentioned_exists(path: Path) -> None:
    known: dict[str, set[str]] = {}
    parser = build_parser()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            known = {name: set(command._option_string_actions) for name, command in action.choices.items()}
    pattern = r"\bchecker (static|live|fix|diff|init|explain|demo)\b([^`\n|]*)"
    for command, rest in re.findall(pattern, path.read_text(encoding="utf-8")):
        for option in re.findall(r"(?<![\w-])(--[a-z][a-z-]*)", rest.partition("#")[0].partition("&&")[0]):
            assert option in known[command], f"{path.name}: checker {command} has no {option}"


@pytest.mark.long
def test_getting_started_does_what_it_says(tmp_path: Path) -> None:
    """Every shell block of the page, one after the other, in an empty folder; what is shown is what comes out."""
    text = (ROOT / "docs" / "getting-started.md").read_text(encoding="utf-8")
    script = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    command = tmp_path / "bin" / "checker"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m checker "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    environment = {"PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=work, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    shown = re.findall(r"```text\n(manifests/acme.*?)```", text, re.DOTALL)[0]
    # The page wraps lines as a terminal does.
    assert " ".join(shown.split()) in " ".join(done.stdout.split())
    assert "exit code 1" in done.stdout
    assert done.stdout.rstrip().endswith("1 role.")
    assert "access proven for 1 of 1 role" in done.stdout


def test_blocks_to_copy_are_yaml() -> None:
    text = (ROOT / "docs" / "pipelines.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        yaml.safe_load(textwrap.dedent(block))
