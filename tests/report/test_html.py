"""Pages: one file that loads nothing, in which no text of others is markup; looked at by a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from checker.cli import main

from ..hostile.bombs import GOOD

ROOT = Path(__file__).parent
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EVIL = '"><script>document.title="owned"</script><img src=x onerror=alert(1)>'
VOID = {"meta", "input", "br", "line", "img"}


class Reader(HTMLParser):
    """What a browser would make of a page: its elements, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "data", "action")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cell = 'region: us-east-1, account: "111122223333", parameters: {authKeysTable: cell2-auth-keys}'
    Path("checker.yaml").write_text(f"version: 1\ncells: {{c: {{{cell}}}}}\n", encoding="utf-8")
    wrong = GOOD.replace(', "dynamodb:Query"', "").replace("Version", f"Version {EVIL}".replace('"', "'"))
    Path("wrong.yaml").write_text(GOOD.replace(', "dynamodb:Query"', ""), encoding="utf-8")
    Path("evil.yaml").write_text(wrong.replace("acme-reverse-proxy", "umbra-reverse-proxy"), encoding="utf-8")
    Path("a<b>&'.yaml").write_text(GOOD.replace("acme-reverse-proxy", "initech-reverse-proxy"), encoding="utf-8")


def page(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    capsys.readouterr()
    main([*given, "--format", "html"])
    return capsys.readouterr().out


def pages(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    Path("before").mkdir(exist_ok=True)
    shutil.copy("wrong.yaml", "before/wrong.yaml")
    Path("after").mkdir(exist_ok=True)
    Path("after/wrong.yaml").write_text(GOOD.replace("dynamodb:GetItem", "dynamodb:<b>x"), encoding="utf-8")
    evidence = str(ROOT / "live" / "missing-action.json")
    return {
        "static": page(capsys, "static", "."),
        "diff": page(capsys, "diff", "./before", "./after"),
        "live": page(capsys, "live", "--replay", evidence),
        "healthy": page(capsys, "live", "--replay", str(ROOT / "live" / "healthy.json")),
    }


def test_pages_load_nothing_and_hold_no_markup_of_others(capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in pages(capsys).items():
        found = Reader(text)
        assert found.loads == [], name
        assert found.handlers == [], name
        assert found.tags.count("script") == 1, name
        assert "img" not in found.tags, name
        assert "b" not in found.tags, name
        opened = [tag for tag in found.tags if tag not in VOID]
        assert opened.count("article") == text.count("</article>"), name
        assert "default-src 'none'" in text


def test_what_is_found_is_on_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    made = pages(capsys)
    static = Reader(made["static"]).text
    for wanted in ("missing-grant", "wrong.yaml:", "add dynamodb:Query", "not granted", "access proven for"):
        assert wanted in static, wanted
    assert made["static"].count("<rect") == 4
    assert "acme-reverse-proxy" in Reader(made["diff"]).text
    live = Reader(made["live"]).text
    for wanted in ("Index acme: cause found", "missing-action", "denied-identity", "policies", "failed"):
        assert wanted in live, wanted
    assert 'class="broken"' in made["live"]
    assert 'class="broken"' not in made["healthy"]


@pytest.mark.skipif(BROWSER is None, reason="no chromium on PATH: the pages are not looked at by a browser")
def test_a_browser_shows_them(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name, text in pages(capsys).items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/{name}"]
        done = subprocess.run(
            [*command, "--window-size=390,900", "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=60
        )
        title = re.search(r"<title>(.*?)</title>", done.stdout)
        assert title is not None, (name, done.stderr)
        assert title[1].startswith("checker: "), name
        if name == "static":
            # The script ran: it counts what is shown.
            assert re.search(r"<output[^>]*>\d+ shown</output>", done.stdout)
