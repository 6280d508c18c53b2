"""Terminal manners: help, completions, names, interrupts, pipes, colours, widths."""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from checker.cli import COMMANDS, _called_as, build_parser, main
from checker.cli.terminal.bar import Bar
from tests.report.worlds import lay_out

NAMES = list(COMMANDS)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("command", ["", *NAMES])
def test_help_fits_80_columns(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        main([command, "--help"] if command else ["--help"])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "exit codes" in "\n".join(lines) or command


def test_as_a_plugin_of_kubectl() -> None:
    assert _called_as("/usr/local/bin/kubectl-checker") == "kubectl checker"
    assert _called_as("C:\\bin\\kubectl-checker.exe".replace("\\", os.sep)) == "kubectl checker"
    assert _called_as("/usr/bin/checker") == "checker"
    assert build_parser("kubectl checker").format_usage().startswith("usage: kubectl checker ")


def completion(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["--print-completion", shell])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_completions_of_bash(capsys: pytest.CaptureFixture[str]) -> None:
    Path("checker.bash").write_text(completion("bash", capsys), encoding="utf-8")
    asked = [["checker", "st"], ["checker", "static", "--format", "s"], ["checker", "explain", "missing-g"]]
    words = "\n".join(
        f"COMP_WORDS=({' '.join(line)}); COMP_CWORD={len(line) - 1}; COMPREPLY=();"
        f" _shtab_checker checker '{line[-1]}' '{line[-2]}'; echo ${{COMPREPLY[@]}}"
        for line in asked
    )
    shell = shutil.which("bash")
    assert shell is not None
    done = subprocess.run([shell, "-c", f"source checker.bash\n{words}"], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["static", "sarif", "missing-grant"], done.stderr


@pytest.mark.parametrize(("shell", "check"), [("zsh", ["-n"]), ("fish", ["--no-execute"])])
def test_completions_of_other_shells(shell: str, check: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    text = completion(shell, capsys)
    for word in (*NAMES, "sarif", "missing-grant", "write-baseline"):
        assert word in text
    Path("completion").write_text(text, encoding="utf-8")
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed, so it could not be asked whether it takes the file")
    assert subprocess.run([path, *check, "completion"], capture_output=True, check=False).returncode == 0


def test_no_completions_for_what_is_no_shell(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--print-completion", "cmd"])
    assert ended.value.code == 2
    assert "write bash, zsh, fish" in capsys.readouterr().err


def run(*arguments: str, **named: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "checker", *arguments], capture_output=True, check=False, **named)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    lay_out("findings")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "checker", "static"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert done.returncode == 3
    assert done.stderr == b""


def test_an_interrupt_ends_with_130() -> None:
    command = [sys.executable, "-m", "checker", "static", "-"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdin is not None
    child.stdin.write(b"#" * 1_000_000)  # more than a pipe holds: it is being read once this has been written
    child.stdin.flush()
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=20)
    assert child.returncode == 130
    assert said == b"checker: interrupted\n"


def on_a_terminal(columns: int, **environment: str) -> str:
    """What `checker static` shows on a terminal of this width."""
    parent, child = pty.openpty()
    # CI: no bar, however slow the machine is
    variables = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", "CI": "1", **environment}
    process = subprocess.Popen([sys.executable, "-m", "checker", "static"], stdout=child, stderr=child, env=variables)
    os.close(child)
    shown = b""
    while True:
        try:
            part = os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    process.wait(timeout=20)
    os.close(parent)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_lines_keep_to_the_width_but_for_words_that_are_copied(columns: int) -> None:
    lay_out("findings")
    shown = re.sub(r"\x1b\[[0-9;]*[mK]|\r", "", on_a_terminal(columns))
    for line in shown.splitlines():
        assert len(line) <= columns or len(max(line.split(), key=len)) + 4 > columns - 20


@pytest.mark.long
def test_colours_only_where_they_are_wanted() -> None:
    lay_out("findings")
    assert "\x1b[" in on_a_terminal(80)
    assert "\x1b[3" not in on_a_terminal(80, NO_COLOR="1")
    assert "\x1b[3" not in on_a_terminal(80, TERM="dumb")
    assert b"\x1b" not in run("static").stdout
    assert b"\x1b[" in run("static", env={**os.environ, "FORCE_COLOR": "1"}).stdout
    assert b"\x1b" not in run("static", "--output", "out.txt", env={**os.environ, "FORCE_COLOR": "1"}).stdout


@pytest.mark.long
def test_places_are_links_where_the_terminal_has_them() -> None:
    lay_out("findings")
    path = quote(str(Path("manifests/bórealis.yaml").resolve()))
    shown = on_a_terminal(80, VTE_VERSION="7600")
    assert f"\x1b]8;;file://{os.uname().nodename}{path}\x1b\\" in shown
    assert shown.count("\x1b]8;;\x1b\\") == shown.count("\x1b]8;;file:")
    modern = {"VTE_VERSION": "7600"}
    for without in ({}, {"VTE_VERSION": "4000"}, {**modern, "TMUX": "x"}, {**modern, "NO_COLOR": "1"}):
        assert "\x1b]8" not in on_a_terminal(80, **without)
    assert "\x1b]8" in on_a_terminal(80, FORCE_HYPERLINK="1")
    assert b"\x1b]8" not in run("static", env={**os.environ, "FORCE_HYPERLINK": "1"}).stdout


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_long_work_shows_a_bar_on_a_terminal_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("checker.cli.terminal.bar._PATIENCE", 0)
    monkeypatch.setattr("checker.cli.terminal.bar._PAUSE", 0)
    stream = _Terminal()
    with Bar(stream) as bar:
        bar.observe("reading files", 5, 10)
    assert stream.getvalue() == "\r\x1b[K[##########..........] reading files: 5 of 10\r\x1b[K"
    for silent in (Bar(io.StringIO()), Bar(_Terminal(), quiet=True), Bar(None)):
        with silent as bar:
            bar.observe("reading files", 5, 10)
            assert bar._stream is None


def test_the_gate_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    lay_out("findings")
    monkeypatch.setattr("checker.cli.terminal.bar.Bar.observe", lambda self, doing, done, total: told.append(doing))
    assert main(["static"]) == 1
    assert set(told) == {"reading files", "proving reverse-proxy-auth-keys for roles", "asking rules"}
