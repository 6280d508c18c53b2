"""`checker demo`: the whole story on an embedded cell, without credentials and without leaving this machine."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from .options.evidence import read_log
from .options.incident import install_line
from .terminal.output import add_output_options, look_of, write

if TYPE_CHECKING:
    from ..demo.story import Story
    from ..report.style.look import Look


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "demo",
        help="the whole story on an embedded cell: healthy, broken, diagnosed, mended",
        description="Starts a small cell on this machine (Kubernetes API, AWS by moto, ACK controller), breaks it, and"
        " diagnoses it, and mends it. Needs no credentials and touches nothing outside loopback.",
        epilog="exit codes: 0 the story ended as told, 1 it did not, 2 wrong usage",
    )
    parser.add_argument("--break", dest="cause", metavar="CAUSE", help="what breaks (default: missing-action)")
    parser.add_argument(
        "--log", metavar="FILE", help="the proxy logs these lines (- for stdin), in a cell that is well or has --break"
    )
    parser.add_argument("--list", action="store_true", help="list what can be broken")
    parser.add_argument(
        "--serve", metavar="DIR", help="leave the broken cell running, its kubeconfig and checker.yaml in DIR, until ^C"
    )
    add_output_options(parser, ("text", "json"))
    parser.add_argument("-q", "--quiet", action="store_true", help="verdicts only")
    parser.add_argument("-v", "--verbose", action="store_true", help="everything that was seen")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tells the story; returns 0 when it ended as told, else 1."""
    try:
        import botocore  # noqa: F401
        import moto  # noqa: F401
    except ImportError:
        raise UsageError(f"checker demo needs moto and boto3: {install_line('live,demo')}") from None
    from ..demo.breaks.registry import BREAKS

    if arguments.list:
        write("".join(f"{name:<28} {item.told}\n" for name, item in BREAKS.items()), arguments.output)
        return 0
    if arguments.cause is None and not arguments.log:
        arguments.cause = "missing-action"
    if arguments.cause is not None and arguments.cause not in BREAKS:
        raise UsageError(f"{arguments.cause!r} cannot be staged; `checker demo --list` shows what can")
    if arguments.log:
        if arguments.serve:
            raise UsageError("--serve leaves a cell running that writes its own log; leave out --log")
        return _play(arguments)
    return _serve(arguments) if arguments.serve else _tell(arguments)


def _play(arguments: argparse.Namespace) -> int:
    """Diagnoses the cell with the lines of a file; 0, since there is no story that could end otherwise."""
    from ..demo.story import play
    from ..report.live.json import as_json
    from ..report.live.text import render

    before = play(read_log(arguments.log), arguments.cause)
    look = look_of(arguments)
    if arguments.format == "json":
        whole = {"schemaVersion": 1, "command": "demo", "cause": arguments.cause, "before": as_json(before)}
        write(json.dumps({**whole, "fix": None, "after": None}, indent=2) + "\n", arguments.output)
    else:
        state = f"broken ({arguments.cause})" if arguments.cause else "well"
        parts = [f"An embedded cell on loopback that is {state}; its proxy logs {arguments.log}.", render(before, look)]
        write("\n".join(parts), arguments.output)
    return 0


def _tell(arguments: argparse.Namespace) -> int:
    from ..demo.story import tell
    from ..report.live.json import as_json
    from ..report.live.text import render

    story = tell(arguments.cause)
    look = look_of(arguments)
    if arguments.format == "json":
        whole = {"schemaVersion": 1, "command": "demo", "cause": arguments.cause, "before": as_json(story.broken)}
        fix, after = _fix_as_json(story), as_json(story.after) if story.after else None
        write(json.dumps({**whole, "fix": fix, "after": after}, indent=2) + "\n", arguments.output)
    else:
        parts = [
            "An embedded cell on loopback: a Kubernetes API, AWS by moto, a stand-in for the ACK controller.",
            f"$ checker live --index {story.staged.index_name}",
            render(story.healthy, look._replace(quiet=True)),
            f"Now something breaks ({story.staged.cause}). {story.staged.told}",
            f"$ checker live --index {story.staged.index_name}",
            render(story.broken, look),
            *_mended(story, look),
        ]
        if not story.ended_as_told:
            named = story.broken.causes[0].id if story.broken.causes else "nothing"
            parts.append(f"This is not how the story goes: {story.staged.cause} was staged, {named} was named.\n")
        write("\n".join(parts), arguments.output)
    return 0 if story.ended_as_told or arguments.exit_zero else 1


def _mended(story: Story, look: Look) -> list[str]:
    """What `checker fix` makes of it."""
    from ..fix.cluster.emission import Emission
    from ..report.live.text import render

    command = f"$ checker fix --index {story.staged.index_name}"
    if not isinstance(story.fix, Emission):
        # With --apply, the command would go on where only time or a restart mends the cell.
        return [command, f"no manifest: {story.fix.reason}\n{story.fix.help}\n"]
    command += " --apply --yes"
    lines = [*story.fix.titles, *(f"access: {text}" for text in story.fix.effects), *story.fix.warnings, *story.steps]
    shown = [command + (" --unsafe" if story.admits_unsafe else ""), "\n".join(lines) + "\n"]
    return [*shown, *([render(story.after, look._replace(quiet=True))] if story.after else [])]


def _fix_as_json(story: Story) -> dict[str, str] | None:
    from ..fix.cluster.emission import Emission
    from ..fix.edits.diff import unified

    if not isinstance(story.fix, Emission):
        return None
    return {"file": story.fix.change.file, "diff": "\n".join(unified(story.fix.change)) + "\n"}


def _serve(arguments: argparse.Namespace) -> int:
    """Leaves the cell running for `checker live` in another terminal."""
    from ..demo.breaks.registry import BREAKS
    from ..demo.cell import Cell
    from ..demo.serving import write_files

    staged = BREAKS[arguments.cause]
    with Cell() as cell:
        staged.change(cell, staged.index_name)
        cell.live_on()
        os.makedirs(arguments.serve, exist_ok=True)
        variables = write_files(cell, arguments.serve)
        for name, value in variables.items():
            print(f"export {name}={value}")
        print(f"# then: checker live --index {staged.index_name} --config {arguments.serve}/checker.yaml")
        sys.stdout.flush()
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0
