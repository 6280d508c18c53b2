"""The command line: one module a command. Each takes arguments and returns an exit code; none holds logic."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..errors import UsageError
from ..version import __version__

if TYPE_CHECKING:
    import argparse


class Command(Protocol):
    """The module of a command: it adds its parser, whose default `run` is the function that carries it out."""

    __name__: str

    def add_to(self, commands: Any) -> None:
        """Adds the command to the parsers of commands."""
        ...


COMMANDS = ("static", "live", "fix", "diff", "who-can", "init", "config", "rules", "explain", "lsp", "demo")
"""The commands, each a module of this name beside this one. Only the one that is asked for is imported."""

EXIT_USAGE, EXIT_COULD_NOT_CHECK, EXIT_INTERRUPTED, EXIT_SIGNALLED = 2, 3, 130, 128

_WIDTH = 78
"""Columns of the usage that is shown with an error."""

_COMPLETION = "--print-completion"

_EPILOG = """exit codes:
  0  clean
  1  findings at or above --fail-on
  2  wrong usage or configuration, or no input
  3  could not check"""


def build_parser(
    prog: str = "checker", names: Iterable[str] = COMMANDS, width: int | None = None
) -> argparse.ArgumentParser:
    """The parser with the named commands. `prog` is the name that it was called by, `width` the columns of its texts;
    None asks the terminal, which takes longer than to read a file."""
    import argparse
    from functools import partial

    from .terminal.completion import PrintCompletion
    from .terminal.parser import Parser, formatted

    parser = Parser(
        allow_abbrev=False,
        prog=prog,
        description="Checks that reverse-proxy roles (ACK IAM) can read the auth keys table,\nand no more.",
        epilog=_EPILOG,
        formatter_class=formatted(argparse.RawDescriptionHelpFormatter, width),
    )
    parser.add_argument("--version", action="version", version=f"checker {__version__}")
    parser.add_argument(
        _COMPLETION, action=PrintCompletion, metavar="SHELL", help="print completions for bash, zsh or fish"
    )
    factory = partial(Parser, allow_abbrev=False, formatter_class=formatted(argparse.HelpFormatter, width))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=cast(Any, factory))
    for name in names:
        cast(Command, import_module(f".{name.replace('-', '_')}", __package__)).add_to(commands)
    return parser


def _called_as(path: str) -> str:
    """`kubectl checker` where kubectl runs it as a plugin, else `checker`."""
    name = os.path.basename(path).removesuffix(".exe")
    return name.replace("-", " ", 1) if name == "kubectl-checker" else "checker"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. Results go to stdout, everything else to stderr."""
    typed = sys.argv[1:] if argv is None else list(argv)
    if typed == ["--version"]:
        print(f"checker {__version__}")
        return 0
    try:
        _refuse_files_as_options(typed)
    except UsageError as error:
        return _usage(error)
    try:
        arguments = _parsed(typed)
        if arguments is None:
            return EXIT_USAGE
        _end_on_request()
        code: int = arguments.run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except UsageError as error:
        return _usage(error)
    except BrokenPipeError:
        # The reader went away (head, less): nothing more can be shown.
        _show_no_more()
        return EXIT_COULD_NOT_CHECK
    except OSError as error:
        # Inputs that cannot be read are reported where they are read; what is left is output that cannot be written.
        print(f"checker: could not write the result: {_safe(error.strerror or str(error))}", file=sys.stderr)
        _show_no_more()
        return EXIT_COULD_NOT_CHECK
    except KeyboardInterrupt:
        print("checker: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    # The last resort: a defect of ours must be one clear sentence and exit 3, never a traceback.
    except Exception as error:  # noqa: BLE001
        return _internal_error(error)


def _parsed(given: list[str]) -> argparse.Namespace | None:
    """The parsed arguments; None where there were none, and the overview was shown. Raises UsageError."""
    prog = _called_as(sys.argv[0])
    given, is_overview = _as_meant(given)
    asks_for_help = not {"-h", "--help", _COMPLETION}.isdisjoint(item.partition("=")[0] for item in given)
    width = None if asks_for_help else _WIDTH
    wrong = _no_command(given, prog)
    if wrong is not None:
        raise UsageError(wrong)
    parser = build_parser(prog, _asked_for(given), width)
    if is_overview:
        parser.print_help()
        return None
    arguments, left = parser.parse_known_args(given)
    if left:
        _parser_of(parser, arguments.command).refuse(left)
    return arguments


def _as_meant(given: list[str]) -> tuple[list[str], bool]:
    """The arguments with the command first (options may stand before it, and `help NAME` is `NAME --help`), and whether
    there were none. The overview is shown then, without success: a pipeline that lost its arguments checked nothing."""
    if given[:1] == ["help"]:
        return [*given[1:2], "--help"], False
    at = next((at for at, item in enumerate(given) if item in COMMANDS and not _is_value(given, at)), None)
    if at and given[0].startswith("-"):
        given = [given[at], *given[:at], *given[at + 1 :]]
    return given, not given


def _is_value(given: list[str], number: int) -> bool:
    """Whether the argument at this position is the value of the option before it, as the command there knows it."""
    before = given[number - 1] if number else ""
    if not before.startswith("-") or "=" in before:
        return False
    parser = _parser_of(build_parser(names=(given[number],), width=_WIDTH), given[number])
    return bool(parser.takes_value(before))


def _no_command(given: list[str], prog: str) -> str | None:
    """The error where the arguments name no command; None where they do, or where none is needed (`--help`)."""
    first = given[0] if given else "-"
    if (
        first in COMMANDS
        or not given
        or {"-h", "--help"} & {*given}
        or first.partition("=")[0] in (_COMPLETION, "--version")
    ):
        return None
    if first.startswith("-"):
        return f"no command was given; did you mean {prog} static {' '.join(given)}?"
    from .terminal.parser import nearest

    close = nearest(first, COMMANDS)
    if not close and os.path.lexists(first):
        return f"{first} is a path: {prog} static {first} checks it"
    return f"there is no command {first!r}; " + (
        f"did you mean {prog} {close}?" if close else f"there is {', '.join(COMMANDS)}"
    )


def _parser_of(parser: argparse.ArgumentParser, command: str) -> Any:
    """The parser of a command, which knows its options."""
    return next(action.choices[command] for action in parser._actions if isinstance(action.choices, dict))


def _asked_for(given: list[str]) -> Sequence[str]:
    """The commands whose parsers are needed: the one that was typed, else all."""
    return given[:1] if given and given[0] in COMMANDS else COMMANDS


def _refuse_files_as_options(given: list[str]) -> None:
    """A file may have the name of an option, and hooks hand over names as they are: such a file in a pull request would
    choose the configuration. Raises UsageError."""
    for item in given:
        if item == "--":
            return
        if item.startswith("-") and len(item) > 1 and os.path.lexists(item):
            raise UsageError(f"{item} is a file here, and could be taken for an option: put -- before the file names")


def _end_on_request() -> None:
    """Ends on SIGTERM as on ^C, with all cleanup. Python takes signal handlers from the main thread only."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)


def _terminated(number: int, frame: object) -> None:
    raise SystemExit(EXIT_SIGNALLED + number)


def _usage(error: UsageError) -> int:
    for line in error.lines:
        print(f"checker: {_safe(line)}", file=sys.stderr)
    return EXIT_USAGE


def _show_no_more() -> None:
    """Discards what is left in the buffer: Python would write it at exit, fail again, and end with its own code."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # there is no such stream


def _safe(text: str) -> str:
    from ..report.style.frame import safe

    return safe(text)


def _internal_error(error: Exception) -> int:
    if os.environ.get("CHECKER_TRACEBACK"):
        import traceback

        traceback.print_exc()
    kind = type(error).__name__
    print(f"checker: internal error, nothing was decided: {kind}: {_safe(str(error))}", file=sys.stderr)
    print("checker: this is a defect; run again with CHECKER_TRACEBACK=1 and report what it prints", file=sys.stderr)
    return EXIT_COULD_NOT_CHECK
