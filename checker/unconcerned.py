"""`checker static FILE…` over files that hold nothing for us, as hooks are handed all day: told before anything else is
imported. What is not as plain as that (a folder, a link, a configuration, a ConfigMap, a chart or a kustomization
around) is left to the command, and so is everything that is not asked for in this way."""

from __future__ import annotations

import os
import stat
import sys

from .ack.scan import (
    FOLDERS_ABOVE,
    KUSTOMIZATIONS,
    can_concern,
    counts_by_its_name,
    documents_in,
    is_of_this_tool,
    may_be_an_input,
    may_hold_variables,
)
from .text.limits import FILE_LIMIT

_QUIET = ("-q", "--quiet")


def answered(given: list[str]) -> bool:
    """Whether these arguments of `checker static` were answered: files of which none concerns us. The exit code is 0
    then."""
    if sys.stdout is None or sys.stdout.isatty() or os.environ.get("FORCE_COLOR"):
        return False
    names = _files(given)
    counts = [_documents(name) for name in names]
    if not counts or None in counts:
        return False
    if _QUIET[0] in given or _QUIET[1] in given:
        return True
    try:
        # Past the buffer: what cannot be written must not be left in it for the command.
        os.write(sys.stdout.fileno(), _text(len(names), sum(filter(None, counts))).encode("ascii"))
    except (OSError, ValueError):
        return False  # the command itself says what is wrong with its output
    return True


def _text(files: int, documents: int) -> str:
    """What the text format says of them (tests/test_costs.py holds both to be the same)."""
    read = f"{files} file{'' if files == 1 else 's'} with {documents} document{'' if documents == 1 else 's'}"
    return f"No problems.\nRead {read}: 0 roles, {documents} unrelated document{'' if documents == 1 else 's'}.\n"


def _files(given: list[str]) -> list[str]:
    """The files that are named behind the options; none where there are other options than these, where a file has the
    name of an option, or where a path is not plain (`link/../a.yaml`)."""
    first = next((number for number, item in enumerate(given) if not item.startswith("-") or item == "--"), len(given))
    options, names = given[:first], given[first:]
    if any(item not in (*_QUIET, "--no-cache") or os.path.lexists(item) for item in options):
        return []
    if names[:1] == ["--"]:
        names = names[1:]
    elif any(item.startswith("-") for item in names):
        return []
    if "-" in names or "--" in names or len(set(map(os.path.abspath, names))) != len(names):
        return []
    # What has to be looked up to be told apart, such as `link/../a.yaml` or `a.yaml/`, is left to the command.
    return names if all(os.path.normpath(item) == item.removeprefix("./") for item in names) else []


def _documents(path: str) -> int | None:
    """How many documents a file holds; None where it may concern us."""
    whole = os.path.abspath(path)
    name = os.path.basename(whole)
    try:
        status = os.lstat(whole)
        if not stat.S_ISREG(status.st_mode) or status.st_size > FILE_LIMIT or os.path.realpath(whole) != whole:
            return None
        with open(whole, "rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError:
        return None
    if len(data) > FILE_LIMIT or counts_by_its_name(name) or can_concern(data) or may_hold_variables(data):
        return None
    if is_of_this_tool(name, data) or may_be_an_input(name, data):
        return None
    return None if _is_taken_in(os.path.dirname(whole)) else documents_in(data)


def _is_taken_in(folder: str) -> bool:
    """Whether there is a chart or a kustomization around, which may render a file."""
    for _ in range(FOLDERS_ABOVE):
        if any(os.path.lexists(os.path.join(folder, name)) for name in (*KUSTOMIZATIONS, "Chart.yaml")):
            return True
        folder = os.path.dirname(folder)
    return False
