"""The parser of a command line, with errors that are one sentence: what is wrong, what was meant, where help is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """As argparse has it, but for what it says of errors."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong and ends with 2."""
        message = message.replace(", PATH", "")  # which argparse names though it may be left out
        choice = _invalid_choice(message)
        if choice is not None:
            option, given, known = choice
            message = f"{option} {given}: there is no such value; {meant(given, known)}"
        sys.stderr.write(f"{self.prog}: {message}; {self.prog} --help lists all\n")
        raise SystemExit(2)

    def refuse(self, left: Iterable[str]) -> NoReturn:
        """Says of what was left over what was meant by it, and ends with 2."""
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
    """`did you mean X?`, else all that there is."""
    known = list(known)
    close = nearest(given, known)
    return f"did you mean {close}?" if close else f"there is {', '.join(known)}"


def _invalid_choice(message: str) -> tuple[str, str, list[str]] | None:
    """The option, what was given for it and what there is, of what argparse says of a choice."""
    import re

    found = re.fullmatch(r"argument ([^:]+): invalid choice: '(.*)' \(choose from (.*)\)", message)
    if found is None:
        return None
    return found[1], found[2], [name.strip(" '") for name in found[3].split(",")]


def formatted(make: Callable[..., argparse.HelpFormatter], width: int | None) -> Any:
    """A formatter of this width, as parsers take it."""

    def formatter(prog: str) -> argparse.HelpFormatter:
        return make(prog, width=width)

    return formatter
