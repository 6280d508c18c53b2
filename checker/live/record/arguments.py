"""The settings that a container is started with: its arguments, and what a shell in it assigns.

Of a shell's script only the last command counts, and what is assigned before it; where it has conditions, what it
assigns is not known.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...ack.objects import mapping, sequence, text
from ...iam.expressions import expression
from .setting_names import as_variable, is_setting

Kept = dict[str, str]
"""What the record keeps of a value: `value`, or where it comes from."""

_FLAG = expression(r"(?:-D|--?)([A-Za-z][\w.-]*)(?:[=:](.*))?", re.DOTALL)
_ASSIGNED = expression(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_OF_OPTIONS = expression(r"(?:OPTS|OPTIONS|ARGS|FLAGS)$")
"""Variables that hold arguments (JAVA_TOOL_OPTIONS, PROXY_ARGS)."""
_SHELLS = ("sh", "bash", "ash", "dash", "busybox")
_STATEMENTS = expression(r"[;\n]|&&|\|\||(?<!&)&(?!&)")
_CONDITIONS = expression(r"\b(?:if|case|while|until|for)\b|\|\||\[|\btest\b")
_DEFAULT = expression(r"\$\{(\w+):?-([^${}]*)\}")
_OF_THE_CLUSTER = expression(r"\$\((\w+)\)")
_OF_THE_SHELL = expression(r"\$(?:\{(\w+)\}|(\w+))")


def arguments(container: Mapping[str, Any], kept: Callable[[str, str], Kept]) -> list[dict[str, str]]:
    """The arguments of a container (as the API has it) that name table, region or endpoint; others may hold secrets.
    `kept` says by the name of the variable, and its value, what the record keeps."""
    words = [text(item) or "" for field in ("command", "args") for item in sequence(container.get(field))]
    options = [mapping(item) for item in sequence(container.get("env"))]
    words_of_options = [
        word
        for item in options
        if _OF_OPTIONS.search(text(item.get("name")) or "")
        for word in _words(text(item.get("value")) or "")
    ]
    stated = {text(mapping(item).get("name")) or "": mapping(item) for item in sequence(container.get("env"))}
    found = []
    for name, value in (*_settings(words), *_of_a_command(words_of_options)):
        variable = as_variable(name)
        filled = _filled(value, stated) if value is not None else None
        if is_setting(variable) and filled != "":
            found.append({"name": name, **(kept(variable, filled) if filled else {"from": "value not recorded"})})
    return found


def _settings(words: list[str]) -> Iterator[tuple[str, str | None]]:
    """The names and values that a command line states; None for a value that is not known."""
    # An init (`tini -- sh -c …`) may stand before the shell.
    shell = next((position for position, word in enumerate(words) if os.path.basename(word) in _SHELLS), len(words))
    rest = words[shell + 1 :]
    script = next((position for position, word in enumerate(rest) if re.fullmatch(r"-\w*c", word)), len(rest))
    if script < len(rest):
        for word in rest[script + 1 : script + 2]:
            yield from _of_a_script(word)
        return
    yield from _of_a_command(words)


def _of_a_command(words: list[str]) -> Iterator[tuple[str, str | None]]:
    for position, word in enumerate(words):
        flag, assigned = _FLAG.fullmatch(word), _ASSIGNED.fullmatch(word)
        if assigned is not None:
            yield assigned[1], assigned[2]
        elif flag is not None and flag[2] is not None:
            yield flag[1], flag[2]
        elif flag is not None:
            following = words[position + 1] if position + 1 < len(words) else "-"
            if not following.startswith("-"):
                yield flag[1], following or None


def _of_a_script(script: str) -> Iterator[tuple[str, str | None]]:
    is_plain = _CONDITIONS.search(script) is None
    own: dict[str, str] = {}
    statements = [_words(item) for item in _STATEMENTS.split(script.replace("\\\n", " ")[:_LONGEST])]
    statements = [words for words in statements if words]
    for words in statements:
        is_last = words is statements[-1]
        for name, value in _of_a_command(words):
            is_assigned = f"{name}={value}" in words
            if not (is_assigned or is_last) or words[0] in ("echo", "printf"):
                continue
            known = _OF_THE_SHELL.sub(lambda it: own.get(it[1] or it[2], it[0]), value) if value else value
            if is_assigned and known:
                own[name] = known
            yield name, known if is_plain or not is_assigned else None


_LONGEST = 20_000


def _words(statement: str) -> list[str]:
    try:
        words = shlex.split(statement, comments=True)
    except ValueError:
        return []
    while words and words[0] in ("export", "exec", "env", "then", "else", "do"):
        words = words[1:]
    return words


def _filled(value: str, stated: Mapping[str, Mapping[str, Any]]) -> str | None:
    """A value with the variables of the container filled in; None where one is not known, "" where it is what the
    environment says anyway."""
    default = _DEFAULT.fullmatch(value)
    if default is not None:
        return "" if is_setting(default[1]) and default[1] in stated else default[2] or None
    for pattern in (_OF_THE_CLUSTER, _OF_THE_SHELL):
        whole = pattern.fullmatch(value)
        named = next(filter(None, whole.groups()), "") if whole else ""
        if is_setting(named):
            return ""
        for reference in pattern.finditer(value):
            name = next(filter(None, reference.groups()), "")
            known = text(stated.get(name, {}).get("value"))
            if not known:
                return None
            value = value.replace(reference[0], known)
    return None if "$" in value or "`" in value else value
