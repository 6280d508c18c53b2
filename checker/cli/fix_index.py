"""`checker fix --index NAME`: the corrected manifest of one index, from the live cell or from recorded evidence."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..errors import UsageError
from .options.evidence import read_input, undamaged
from .options.incident import need_packages, options_of
from .terminal.output import look_of, refuse_manifests, write
from .terminal.progress import Progress

if TYPE_CHECKING:
    from ..fix.cluster.emission import Emission
    from ..fix.cluster.withheld import Withheld
    from ..incident.investigate import Investigation
    from ..live.record.record import Record
    from ..requirements.model import Requirement
    from ..runbook.diagnose import Diagnosis


def add_to(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `checker fix --index`."""
    live = parser.add_argument_group("the corrected manifest of one index")
    live.add_argument("--replay", metavar="FILE", help="from recorded evidence instead of the cluster")
    live.add_argument("--patch", action="store_true", help="JSON merge patches, as kubectl commands")
    live.add_argument("--apply", action="store_true", help="apply it, wait for IAM, and diagnose again")
    live.add_argument("--yes", action="store_true", help="with --apply: do not ask")
    live.add_argument("--wait", metavar="SECONDS", type=float, default=180, help="with --apply: for IAM (default: 180)")


def run(arguments: argparse.Namespace) -> int:
    """Diagnoses, shows the manifest or applies it; returns 0 (healthy), 1 (something is wrong) or 3."""
    from ..fix.cluster.emission import Emission, emit

    refuse_manifests(arguments.output, arguments.manifests)
    if arguments.replay and arguments.apply:
        raise UsageError("--apply works on the cluster as it is; leave out --replay")
    if not 0 <= arguments.wait <= 3600:
        raise UsageError(f"--wait {arguments.wait:g}: give a number of seconds from 0 to 3600")
    if arguments.write and not arguments.manifests:
        raise UsageError("--write writes into the manifests; name them with --manifests (--apply edits the cluster)")
    if arguments.apply and arguments.patch:
        raise UsageError("--patch is for you to apply; leave it out, or --apply")
    diagnosis, record, investigation, requirements = _diagnosed(arguments)
    with undamaged(arguments.replay):
        fix = emit(diagnosis, requirements, lambda plan: arguments.unsafe or plan.is_safe)
    if arguments.manifests:
        _in_git(arguments, diagnosis, requirements)
    if arguments.format == "json" and not arguments.apply:
        from ..report.fix.manifest import render_json

        write(render_json(fix, diagnosis), arguments.output)
        return _code(arguments, diagnosis)
    if arguments.apply and investigation is not None and diagnosis.verdict != "healthy":
        return _applied(arguments, diagnosis, record, investigation, fix)
    if isinstance(fix, Emission):
        with undamaged(arguments.replay):
            _show(arguments, diagnosis, fix)
    else:
        _say_withheld(fix)
    return _code(arguments, diagnosis)


def _code(arguments: argparse.Namespace, diagnosis: Diagnosis) -> int:
    from ..runbook.diagnose import EXIT_CODES

    return 0 if arguments.exit_zero else EXIT_CODES[diagnosis.verdict]


def _diagnosed(
    arguments: argparse.Namespace,
) -> tuple[Diagnosis, Record, Investigation | None, tuple[Requirement, ...]]:
    from ..incident.alert import check_account_id, check_index
    from ..incident.investigate import IncidentOptions, investigate, judge, plan, requirements_for
    from ..live.record.record import load

    if arguments.replay:
        record = load(read_input(arguments.replay), arguments.replay)
        requirements = requirements_for(
            IncidentOptions("", config=arguments.config, policies=tuple(arguments.policies))
        )
        with undamaged(arguments.replay):
            return judge(record, requirements), record, None, requirements
    need_packages("checker fix --index")
    account_id = check_account_id(arguments.account_id, "--account-id") if arguments.account_id else ""
    investigation = plan(options_of(arguments, check_index(arguments.index, "--index"), account_id))
    with Progress(sys.stderr, quiet=arguments.quiet) as progress:
        record = investigate(investigation, progress.observe)
    return judge(record, investigation.requirements), record, investigation, investigation.requirements


def _show(arguments: argparse.Namespace, diagnosis: Diagnosis, found: Emission) -> None:
    """The manifest alone goes to standard output, to be piped; the diff is for the eye."""
    from ..fix.edits.diff import unified
    from ..report.fix.manifest import MASKED, render, render_patches
    from ..report.style.frame import safe

    if found.is_masked and not arguments.patch:
        say(f"no manifest: {MASKED}")
        return

    if not arguments.quiet:
        for line in unified(found.change):
            print(safe(line), file=sys.stderr)
        for title in found.titles:
            say(title)
        for text in (*found.effects, *found.warnings):
            say(text)
    record = diagnosis.case.record
    text = (
        render_patches(found, record.target)
        if arguments.patch
        else render(found, record.target.index_name, record.collected_at)
    )
    write(text, arguments.output)


def _say_withheld(found: Withheld | Emission) -> None:
    from ..fix.cluster.withheld import Withheld

    if isinstance(found, Withheld):
        say(f"no manifest: {found.reason}")
        if found.help:
            say(found.help)


def _applied(
    arguments: argparse.Namespace, diagnosis: Diagnosis, record: Record, made: Investigation, found: Emission | Withheld
) -> int:
    from ..fix.cluster.apply import apply
    from ..fix.cluster.store import StoppedError
    from ..fix.cluster.withheld import Withheld
    from ..fix.cluster.world import world_of
    from ..live.asking import Refused
    from ..report.formats import formatter

    if isinstance(found, Withheld) and not found.is_waiting:
        _say_withheld(found)
        return _code(arguments, diagnosis)
    if not arguments.yes and not (sys.stdin is not None and sys.stdin.isatty()):
        raise UsageError("--apply asks before it writes, and there is no terminal to ask on; give --yes")

    try:
        world = world_of(made, record, say, _agreed if arguments.yes else _confirmed, arguments.wait)
        last = apply(world, diagnosis, None if isinstance(found, Withheld) else found)
    except StoppedError as error:
        say(str(error))
        return 3 if diagnosis.verdict == "inconclusive" else 1
    except Refused as error:
        say(f"the cluster was not reached: {error.detail}")
        return 3
    write(formatter("live", arguments.format).render_all([last], look_of(arguments)), arguments.output)
    return _code(arguments, last)


def _agreed(question: str) -> bool:
    say(f"{question} yes, by --yes")
    return True


def _confirmed(question: str) -> bool:
    print(f"checker: {question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _in_git(arguments: argparse.Namespace, diagnosis: Diagnosis, requirements: tuple[Requirement, ...]) -> None:
    """The edit of the same objects in Git: as a diff, or written, and the text of a pull request."""
    from ..fix.cluster.git import mend, pull_request
    from ..fix.writer import NotWrittenError, write_in_place
    from ..gate.options import GateOptions

    options = GateOptions(
        tuple(arguments.manifests),
        arguments.config,
        tuple(arguments.policies),
        arguments.cell,
        dict(diagnosis.case.parameters),
    )
    repair = mend(diagnosis, options, lambda plan: arguments.unsafe or plan.is_safe)
    if not repair.changes:
        reasons = dict.fromkeys(f"{item.finding.message}: {item.reason}" for item in repair.refusals)
        say("; ".join(reasons) or f"{', '.join(arguments.manifests)}: nothing there needs an edit")
        return
    print(pull_request(diagnosis, repair), file=sys.stderr)
    if arguments.write:
        try:
            write_in_place(repair.changes)
        except NotWrittenError as error:
            raise OSError(str(error)) from None
        say(f"wrote {', '.join(change.file for change in repair.changes)}")


def say(text: str) -> None:
    """Prints a text for people, beside the result."""
    from ..report.style.frame import safe

    for line in text.split("\n"):
        print(f"checker: {safe(line)}" if "\n" not in text else safe(line), file=sys.stderr, flush=True)
