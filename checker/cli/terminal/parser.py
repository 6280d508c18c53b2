"""The parser of a command line, with errors that are one sentence: what is wrong, what was meant, where help is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """The parser of argparse, with clearer errors."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong and ends with 2."""
        message = message.replace(", PATH", "")  # which argparse names though it may be left out
        choice = _invalid_choice(message)
        if choice is not None:
            option, value, known = choice
            message = f"{option} {value}: there is no such value; {meant(value, known)}"
        sys.stderr.write(f"{self.prog}: {message}; {self.prog} --help lists all\n")
        raise SystemExit(2)

    def takes_value(self, option: str) -> bool:
        """Whether a value stands behind an option; True for one that there is not."""
        known = next((action for action in self._actions if option in action.option_strings), None)
        return known is None or known.nargs != 0

    def refuse(self, left: Iterable[str]) -> NoReturn:
        """Says what is wrong with the first argument that was left over, and ends with 2."""
        options = [name for action in self._actions for name in action.option_strings]
        first = next(iter(left))
        if first.startswith("-") and first != "-":
            name = first.partition("=")[0]
            close = nearest(name, options)
            self.error(f"there is no option {name}" + (f"; did you mean {close}?" if close else ""))
        self.error(f"{first} is one argument too many")


def nearest(given: str, known: Iterable[str]) -> str:
    """The name that was meant, most likely; "" for none."""
    import difflib

    return next(iter(difflib.get_close_matches(given, list(known), 1, 0.6)), "")


def meant(given: str, known: Iterable[str]) -> str:
    """`did you mean X?`, else the list of all names."""
    known = list(known)
    close = nearest(given, known)
    return f"did you mean {close}?" if close else f"there is {', '.join(known)}"


def _invalid_choice(message: str) -> tuple[str, str, list[str]] | None:
    """Option, given value and valid values, from argparse's message about a choice; None for another message."""
    import re

    match = re.fullmatch(r"argument ([^:]+): invalid choice: '(.*)' \(choose from (.*)\)", message)
    if match is None:
        return None
    return match[1], match[2], [name.strip(" '") for name in match[3].split(",")]


def formatted(make: Callable[..., argparse.HelpFormatter], width: int | None) -> Any:
    """A formatter of this width, as parsers take it."""

    def formatter(prog: str) -> argparse.HelpFormatter:
        return make(prog, width=width)

    return formatter
