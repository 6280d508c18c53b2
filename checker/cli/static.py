"""`checker static [PATH…]`: the gate over manifests."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..report import FORMATS, formatter
from ..severity import SEVERITIES

if TYPE_CHECKING:
    from ..report.model import Look, Report


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "static",
        help="the gate: check manifests in files, folders or stdin (-)",
        description="Checks manifests: can every reverse-proxy role do what the requirements ask, and no more?",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files, folders, or - for stdin (default: manifests: of the configuration)",
    )
    source = parser.add_argument_group("what is checked")
    source.add_argument("--config", metavar="FILE", help="configuration (default: checker.yaml, from here upward)")
    source.add_argument(
        "--policies",
        action="append",
        default=[],
        metavar="DIR",
        help="requirements to check instead of the configured or shipped ones",
    )
    source.add_argument("--cell", metavar="NAME", help="take the parameters of this cell")
    source.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="give a parameter a value")
    source.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="RULE",
        help="run only these rules (repeat or separate by commas)",
    )
    source.add_argument("--ignore", action="append", default=[], metavar="RULE", help="do not run these rules")
    shown = parser.add_argument_group("what is shown")
    shown.add_argument("--format", choices=FORMATS, default="text", help="output format (default: text)")
    shown.add_argument("--output", metavar="FILE", help="write the result to a file")
    shown.add_argument(
        "--fail-on", choices=SEVERITIES, default="error", help="exit 1 from this severity on (default: error)"
    )
    shown.add_argument("--exit-zero", action="store_true", help="exit 0 whatever is found")
    shown.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colour (also NO_COLOR, FORCE_COLOR)"
    )
    shown.add_argument("-q", "--quiet", action="store_true", help="findings only, no summary")
    shown.add_argument("-v", "--verbose", action="store_true", help="also what was skipped and what was proven")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Checks, prints, and returns 0, 1 or 3; raises UsageError for 2."""
    report = _report(arguments)
    _write(formatter(arguments.format).render(report, _look(arguments)), arguments.output)
    counts = (report.summary.errors, report.summary.warnings, report.summary.notes)
    if arguments.exit_zero:
        return 0
    if any(counts[: SEVERITIES.index(arguments.fail_on) + 1]):
        return 1
    return 3 if report.failures or report.unreadable else 0


def _report(arguments: argparse.Namespace) -> Report:
    """What the gate says. Files that hold nothing for us are told before the gate, and all it needs, is imported."""
    from ..reading import holds_nothing, read_named
    from ..report.model import nothing_for_us

    read = read_named(tuple(arguments.paths))
    if read is not None and holds_nothing(read):
        return nothing_for_us(len(read.names), read.passed_over)
    from ..gate import Options, check

    options = Options(
        tuple(arguments.paths),
        arguments.config,
        tuple(arguments.policies),
        arguments.cell,
        _settings(arguments.set),
        _names(arguments.select),
        _names(arguments.ignore),
    )
    return check(options, read)


def _look(arguments: argparse.Namespace) -> Look:
    from ..report.model import Look

    to_terminal = not arguments.output and sys.stdout is not None and sys.stdout.isatty()
    color = arguments.color == "always"
    if arguments.color == "auto" and not arguments.output and not os.environ.get("NO_COLOR"):
        color = os.environ.get("FORCE_COLOR", "0") not in ("", "0") or (
            to_terminal and os.environ.get("TERM") != "dumb"
        )
    width = shutil.get_terminal_size().columns if to_terminal else None
    return Look(color, width, arguments.quiet, arguments.verbose)


def _write(text: str, output: str | None) -> None:
    if output is None and sys.stdout is None:
        raise UsageError("standard output is closed; write the result to a file with --output")
    if output is None:
        # Where the terminal's encoding lacks a character, an escape is better than no output at all.
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # stdout is a text stream
        sys.stdout.write(text)
        return
    try:
        with open(output, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None


def _settings(given: list[str]) -> dict[str, str]:
    settings = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not equals or not key.isidentifier() or not value:
            raise UsageError(f"--set {item}: write --set KEY=VALUE")
        settings[key] = value
    return settings


def _names(given: list[str]) -> tuple[str, ...]:
    return tuple(name.strip() for item in given for name in item.split(",") if name.strip())
