"""What the project says of itself stays true: generated pages, links, packaging."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
import yaml

from checker.pages import page
from checker.rules import RULES

ROOT = Path(__file__).parent.parent


def test_the_pages_are_current() -> None:
    path = ROOT / "scripts" / "update_pages.py"
    spec = importlib.util.spec_from_file_location("update_pages", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == module.rules()
    assert (ROOT / "docs" / "causes.md").read_text(encoding="utf-8") == module.causes()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.ID)
def test_every_page_has_its_sections_and_fits_a_terminal(rule: object) -> None:
    text = page(rule)  # type: ignore[arg-type]  # a module
    for section in ("What it does", "Why it matters", "Example", "Use instead"):
        assert f"\n{section}\n" in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/decisions.md", "docs/live.md"],
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
