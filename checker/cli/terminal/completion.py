"""`checker --print-completion SHELL`: completions made from the very parser, so that they never lag behind it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

SHELLS = ("bash", "zsh", "fish")


class PrintCompletion(argparse.Action):
    """Prints the completions of a shell and ends."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: object, values: object, option: object = None
    ) -> None:
        import shtab

        if values not in SHELLS:
            parser.error(f"--print-completion: write {', '.join(SHELLS)}")
        for action in _actions(parser):
            _complete(action, shtab.FILE, shtab.DIRECTORY)
        print(shtab.complete(parser, shell=str(values)))
        parser.exit(0)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)


def _complete(action: argparse.Action, file: object, folder: object) -> None:
    """Says of what kind the values of an option are: files, folders, or names of rules and causes."""
    if action.metavar in ("FILE", "PATH", "BASE", "HEAD"):
        action.complete = file  # type: ignore[attr-defined]  # where shtab looks for it
    elif action.metavar == "DIR":
        action.complete = folder  # type: ignore[attr-defined]  # where shtab looks for it
    elif action.metavar in ("RULE", "RULE|CAUSE"):
        from ...rules import BY_ID
        from ...runbook.causes import BY_ID as CAUSES

        action.choices = [*BY_ID, *(CAUSES if action.metavar == "RULE|CAUSE" else ())]
