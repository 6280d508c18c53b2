"""How GitHub's runner reads a line of a step's output, written after its source: the reader of our workflow commands.

Source: actions/runner, src/Runner.Common/ActionCommand.cs: TryParseV2 (`::name key=value,…::data`, after white space) and
TryParse (`##[name key=value;…]data`, anywhere in a line).
"""

from __future__ import annotations

from typing import NamedTuple

_REGISTERED = {
    "error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "add-matcher", "remove-matcher", "echo",
    "set-env", "set-output", "save-state", "add-path", "stop-commands", "internal-set-repo-path",
}  # fmt: skip


class Command(NamedTuple):
    """A command as the runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def parse_command(line: str) -> Command | None:
    """The command in a line, or None."""
    return _second_version(line.lstrip()) or _first_version(line)


def _second_version(line: str) -> Command | None:
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, listed = line[2:end].partition(" ")
    if name not in _REGISTERED:
        return None
    pairs = [item.split("=", 1) for item in listed.strip().split(",") if item]
    marks = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    properties = {pair[0]: _replaced(pair[1], marks) for pair in pairs if len(pair) == 2 and pair[1]}
    return Command(name, properties, _replaced(line[end + 2 :], {"%0D": "\r", "%0A": "\n", "%25": "%"}))


def _first_version(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    name = line[start + 3 : end].partition(" ")[0] if start >= 0 and end >= 0 else ""
    return Command(name, {}, line[end + 1 :]) if name in _REGISTERED else None


def _replaced(text: str, marks: dict[str, str]) -> str:
    for mark, meant in marks.items():
        text = text.replace(mark, meant)
    return text
