"""What others wrote neither formats nor links in Markdown; what is measured is what a terminal shows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.report.style.commonmark import plain
from checker.report.style.look import Look
from checker.report.style.paint import paint, unpainted
from checker.report.style.paths import for_readers


@pytest.mark.parametrize("text", ["https://evil.example/x", "www.evil.example/x", "WWW.evil.example", "GH-1", "@admin"])
def test_nothing_becomes_a_link(text: str) -> None:
    assert "\u200b" in plain(text)
    assert plain(text).replace("\u200b", "").replace("\\", "") == text


@pytest.mark.parametrize("text", ["wwwx", "awww", "NIGH-1", "role payments"])
def test_words_like_these_stay(text: str) -> None:
    assert plain(text).replace("\\", "") == text


def test_a_style_takes_no_room() -> None:
    assert unpainted(paint("done", "good", Look(color=True))) == "done"


def test_a_folder_that_begins_with_two_dots_is_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert for_readers(os.path.join(os.getcwd(), "..apps", "role.yaml")) == "..apps/role.yaml"
    assert for_readers("/elsewhere/role.yaml") == "/elsewhere/role.yaml"
