"""What the commands share of their output: its options, how it may look, and where it goes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from ...text.links import LEADS_OUT, leads_out

if TYPE_CHECKING:
    from ...report.style.look import Look


def add_output_options(group: Any, formats: tuple[str, ...]) -> None:
    """The options that every command with a result has."""
    listed = f"{', '.join(formats[1:-1])} or {formats[-1]}"
    group.add_argument(
        "--format", choices=formats, default="text", metavar="FORMAT", help=f"output format: text (default), {listed}"
    )
    group.add_argument("--output", metavar="FILE", help="write the result to a file")
    group.add_argument("--exit-zero", action="store_true", help="exit 0 whatever is found")
    add_color_option(group)


def add_report_option(group: Any) -> None:
    """The option for results in further formats."""
    group.add_argument(
        "--report", action="append", default=[], metavar="FORMAT=FILE", help="write the result in this format, too"
    )


def report_files(given: list[str], formats: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(format, file) of every `--report`. Raises UsageError."""
    reports = []
    for item in given:
        name, equals, path = item.partition("=")
        if not equals or not path:
            raise UsageError(f"--report {item}: write --report FORMAT=FILE, such as --report sarif=checker.sarif")
        if name not in formats:
            raise UsageError(f"--report {item}: there is no format {name!r}; there are {', '.join(formats)}")
        reports.append((name, path))
    return tuple(reports)


def check_targets(given: list[str | None], manifest: str | None = None) -> None:
    """Makes sure, before anything is done, that every file can be written and none is written twice; of them
    `manifest` may take the place of one. Raises UsageError."""
    paths = [path for path in (*given, manifest) if path is not None and path != "-"]
    for path in paths:
        folder = os.path.dirname(path) or os.curdir
        if not path or not os.path.isdir(folder):
            raise UsageError(f"cannot write {path or 'a file without a name'}: there is no folder {folder}")
        if leads_out(path):
            raise UsageError(f"cannot write {path}: {LEADS_OUT}")
        real = os.path.realpath(path)
        if ".git" in real.split(os.sep):
            raise UsageError(f"{path} is a file of git's own: give the result another name")
        if path != manifest and os.path.isfile(real) and real.lower().endswith(_NO_REPORTS):
            raise UsageError(f"{path} is there, and a manifest or configuration by its name: give the result another")
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice} is to be written twice; give each its own file")


_NO_REPORTS = (".yaml", ".yml", ".toml")
"""No result has these formats, so a file that has such a name is something else."""


def refuse_what_was_read(given: list[str | None], read: frozenset[str]) -> None:
    """Makes sure that no result takes the place of a file that it comes from (by real paths). Raises UsageError."""
    targets = [path for path in given if path is not None and path != "-"]
    real = frozenset(map(os.path.realpath, read)) if targets else frozenset()
    for path in targets:
        if os.path.realpath(path) in real:
            raise UsageError(f"{path} is one of the files that were checked: give the result another name")


def refuse_manifests(target: str | None, manifests: Sequence[str]) -> None:
    """Makes sure that the result does not overwrite one of the manifests that are the source. Raises UsageError."""
    if target is None or not os.path.isfile(target):
        return
    real = os.path.realpath(target)
    for path in map(os.path.realpath, manifests):
        if real == path or real.startswith(os.path.join(path, "")):
            raise UsageError(f"{target} is one of the manifests: --write edits it, or give the result another name")


def add_color_option(group: Any) -> None:
    """The option for colour alone."""
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colour (also NO_COLOR, FORCE_COLOR)"
    )


def columns() -> int:
    """The width of the terminal, 80 where nothing says it."""
    from shutil import get_terminal_size

    return get_terminal_size().columns


def look_of(arguments: argparse.Namespace) -> Look:
    """How the result may look, by the options, the environment and where it goes."""
    from ...report.style.links import shows_links
    from ...report.style.look import Look

    # What `fix` puts into a folder is not what it shows; with --apply it is the report.
    is_result = arguments.command != "fix" or getattr(arguments, "apply", False)
    to_file = arguments.output not in (None, "", "-") and is_result
    to_terminal = not to_file and sys.stdout is not None and sys.stdout.isatty()
    color = arguments.color == "always"
    if arguments.color == "auto" and not to_file and not os.environ.get("NO_COLOR"):
        color = os.environ.get("FORCE_COLOR", "0") not in ("", "0") or (
            to_terminal and os.environ.get("TERM") != "dumb"
        )
    width = columns() if to_terminal else None
    return Look(
        color=color,
        width=width,
        quiet=arguments.quiet,
        verbose=arguments.verbose,
        statistics=getattr(arguments, "statistics", False),
        links=color and to_terminal and shows_links(os.environ),
    )


def write(text: str, output: str | None) -> None:
    """Writes the result to a file, or to standard output (None, `-`). Raises UsageError where there is none to write
    to."""
    output = None if output == "-" else output
    if output is None and sys.stdout is None:
        raise UsageError("standard output is closed; write the result to a file with --output")
    if output is None:
        # Where the terminal's encoding lacks a character, an escape is better than no output at all.
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # stdout is a text stream
        sys.stdout.write(text)
        return
    from ...text.writing import write_file

    try:
        write_file(output, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None
