"""`checker live --index NAME`: the runbook in one command, read-only."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..report.formats import FORMATS, formatter
from ..text.writing import write_file
from .options.evidence import read_input, read_log, undamaged
from .options.incident import add_incident_options, need_packages, options_of
from .terminal.output import add_output_options, check_targets, look_of, refuse_manifests, write

if TYPE_CHECKING:
    from ..incident.investigate import IncidentOptions
    from ..live.record.record import Record
    from ..requirements.model import Requirement
    from ..runbook.diagnose import Diagnosis


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    parser = commands.add_parser(
        "live",
        help="the runbook: diagnose one index during an incident, read-only",
        description="Walks the runbook of auth_keys_refresh_failure for one index and names the cause with evidence.",
        epilog="exit codes: 0 healthy, 1 cause found, 2 wrong usage, 3 could not tell",
    )
    add_incident_options(parser)
    kept = parser.add_argument_group("evidence")
    kept.add_argument(
        "--log", metavar="FILE", help="take the sidecar's log from a file (- for stdin), not from the cluster"
    )
    kept.add_argument("--record", metavar="FILE", help="write the evidence, redacted, to a file")
    kept.add_argument("--replay", metavar="FILE", help="diagnose recorded evidence instead of the cluster")
    kept.add_argument("--emit-fix", metavar="FILE", help="write the corrected manifest to a file, where there is one")
    kept.add_argument(
        "--watch", metavar="SECONDS", type=int, nargs="?", const=15, help="repeat until healthy (default: every 15 s)"
    )
    shown = parser.add_argument_group("what is shown")
    add_output_options(shown, FORMATS["live"])
    shown.add_argument("-q", "--quiet", action="store_true", help="the verdict only, no steps")
    shown.add_argument("-v", "--verbose", action="store_true", help="everything that was seen")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Diagnoses, prints, and returns 0, 1 or 3; raises UsageError for 2."""
    check_targets([arguments.output, arguments.record], arguments.emit_fix)
    refuse_manifests(arguments.emit_fix, arguments.manifests)
    if arguments.replay and arguments.log:
        raise UsageError("--replay has the log in it; leave out --log")
    if arguments.replay:
        replayed = _replayed(arguments)
        code = _shown([replayed], arguments)
        if arguments.emit_fix:
            _emit(replayed, arguments)
        return code
    targets, is_whole = _targets(arguments)
    if arguments.log:
        log = read_log(arguments.log)
        targets = [options._replace(log=log) for options in targets]
    need_packages("checker live")
    for option in ("record", "emit_fix", "log"):
        if getattr(arguments, option) and len(targets) > 1:
            named = f"--{option.replace('_', '-')}"
            raise UsageError(f"{named} holds one index, and the alert names {len(targets)}; diagnose them one by one")
    if arguments.log and arguments.watch is not None:
        raise UsageError("--log is a log that has been written, so --watch would see the same again; leave one out")
    if arguments.watch is not None and arguments.watch < 1:
        raise UsageError(f"--watch {arguments.watch}: give a number of seconds, 1 at least")
    while True:
        diagnosed = [_diagnosed(options, arguments) for options in targets]
        code = _shown([diagnosis for diagnosis, _ in diagnosed], arguments)
        if arguments.emit_fix:
            _emit(diagnosed[0][0], arguments)
        failed = [problem for _, problem in diagnosed if problem]
        for problem in failed:
            _say(problem)
        # An index that was not looked at may be broken, so the whole is never "healthy".
        is_open = failed or not (is_whole or arguments.exit_zero)
        code = max(code, 3) if is_open and code != 1 else code
        if not arguments.watch or all(diagnosis.verdict == "healthy" for diagnosis, _ in diagnosed):
            return code
        if sys.stdout is not None:
            sys.stdout.flush()
        _say(f"looking again in {arguments.watch} s; ^C ends it")
        time.sleep(arguments.watch)


def _targets(arguments: argparse.Namespace) -> tuple[list[IncidentOptions], bool]:
    """The options of each index to diagnose, and whether these are all that the alert is about."""
    from ..incident.alert import check_account_id, check_index, parse_alerts

    if arguments.alert and arguments.index:
        raise UsageError("--alert names the index itself; leave out --index")
    if arguments.alert:
        payload = parse_alerts(
            read_input(arguments.alert), "standard input" if arguments.alert == "-" else arguments.alert
        )
        for sentence in payload.odd:
            _say(sentence)
        if payload.left_out:
            _say(f"the alert says that {payload.left_out} more alerts were left out of it")
        for alert in payload.alerts:
            if alert.is_resolved:
                _say(f"the alert for index {alert.index_name} is resolved; looking whether it is")
        targets = [options_of(arguments, alert.index_name, alert.account_id) for alert in payload.alerts]
        return targets, not payload.odd and not payload.left_out
    if not arguments.index:
        raise UsageError("which index? Give --index NAME, or --alert FILE")
    account_id = check_account_id(arguments.account_id, "--account-id") if arguments.account_id else ""
    return [options_of(arguments, check_index(arguments.index, "--index"), account_id)], True


def _diagnosed(options: IncidentOptions, arguments: argparse.Namespace) -> tuple[Diagnosis, str]:
    """The diagnosis of one index, and why its record could not be written, if so."""
    from ..incident.investigate import investigate, judge, plan
    from .terminal.progress import Progress

    investigation = plan(options)
    with Progress(sys.stderr, quiet=arguments.quiet) as progress:
        record = investigate(investigation, progress.observe)
    problem = _write_record(record, arguments.record) if arguments.record else ""
    return judge(record, investigation.requirements), problem


def _emit(diagnosis: Diagnosis, arguments: argparse.Namespace) -> None:
    """Writes the corrected manifest, or says why there is none."""
    from ..fix.cluster.emission import emit
    from ..fix.cluster.withheld import Withheld
    from ..report.fix.manifest import MASKED, render

    with undamaged(arguments.replay):
        fix = emit(diagnosis, _requirements(arguments), lambda plan: plan.is_safe)
    if isinstance(fix, Withheld):
        _say(f"no manifest: {fix.reason}" + (f"; {fix.help}" if fix.help else ""))
        return
    if fix.is_masked:
        _say(f"no manifest: {MASKED}")
        return
    record = diagnosis.case.record
    write(render(fix, record.target.index_name, record.collected_at), arguments.emit_fix)
    _say(f"wrote {arguments.emit_fix}; kubectl diff -f {arguments.emit_fix} shows it, kubectl apply -f applies it")


def _replayed(arguments: argparse.Namespace) -> Diagnosis:
    from ..incident.investigate import judge
    from ..live.record.record import load

    if arguments.index or arguments.alert:
        raise UsageError("--replay says itself which index it is about; leave out --index and --alert")
    record = load(read_input(arguments.replay), arguments.replay)
    requirements = _requirements(arguments)
    with undamaged(arguments.replay):
        return judge(record, requirements)


def _requirements(arguments: argparse.Namespace) -> tuple[Requirement, ...]:
    from ..incident.investigate import IncidentOptions, requirements_for

    return requirements_for(IncidentOptions("", config=arguments.config, policies=tuple(arguments.policies)))


def _shown(diagnoses: list[Diagnosis], arguments: argparse.Namespace) -> int:
    """Writes all diagnoses and returns the exit code: a cause (1) outweighs what could not be told (3)."""
    from ..runbook.diagnose import EXIT_CODES

    look = look_of(arguments)
    write(formatter("live", arguments.format).render_all(diagnoses, look), arguments.output)
    codes = [EXIT_CODES[diagnosis.verdict] for diagnosis in diagnoses]
    return 0 if arguments.exit_zero else 1 if 1 in codes else max(codes)


def _write_record(record: Record, path: str) -> str:
    """Writes the evidence for its owner only: it names roles and pods of the cell. Returns what went wrong, or ""."""
    from ..live.record.record import dump

    try:
        write_file(path, dump(record).encode("utf-8"), 0o600)
    except OSError as error:
        return f"cannot write {path}: {error.strerror}"
    return ""


def _say(text: str) -> None:
    from ..report.style.frame import safe

    print(f"checker: {safe(text)}", file=sys.stderr)
