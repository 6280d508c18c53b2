"""`checker live --index NAME`: the runbook in one command, read-only."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..report.live import FORMATS, formatter
from .output import add_output_options, look_of, write
from .values import duration, settings

if TYPE_CHECKING:
    from ..incident import Options
    from ..live.record import Record
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
    what = parser.add_argument_group("what is diagnosed")
    what.add_argument("--index", metavar="NAME", help="the index, the alert's label index_name")
    what.add_argument("--account-id", metavar="ID", default="", help="the alert's label account_id")
    what.add_argument("--alert", metavar="FILE", help="take both from an Alertmanager webhook payload (- for stdin)")
    what.add_argument("--namespace", metavar="NAME", default="", help="look for the pod in this namespace only")
    what.add_argument("--pod", metavar="NAME", default="", help="the pod, where several could be meant")
    what.add_argument("--container", metavar="NAME", default="", help="the sidecar (default: reverse-proxy)")
    what.add_argument("--since", metavar="TIME", default="15m", help="how far to read the log back (default: 15m)")
    what.add_argument("--manifests", metavar="DIR", action="append", default=[], help="compare with these manifests")
    where = parser.add_argument_group("where")
    where.add_argument("--context", metavar="NAME", default="", help="the kubeconfig context")
    where.add_argument("--cluster", metavar="NAME", default="", help="the EKS cluster, through AWS credentials alone")
    where.add_argument("--region", metavar="NAME", default="", help="the AWS region")
    where.add_argument("--deadline", metavar="SECONDS", type=float, help="for everything (default: 30)")
    chosen = parser.add_argument_group("what is required")
    chosen.add_argument("--config", metavar="FILE", help="configuration (default: checker.yaml, from here upward)")
    chosen.add_argument("--policies", action="append", default=[], metavar="DIR", help="requirements to check")
    chosen.add_argument("--cell", metavar="NAME", help="take the parameters of this cell")
    chosen.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="give a parameter a value")
    kept = parser.add_argument_group("evidence")
    kept.add_argument("--record", metavar="FILE", help="write the evidence, redacted, to a file")
    kept.add_argument("--replay", metavar="FILE", help="diagnose recorded evidence instead of the cluster")
    kept.add_argument(
        "--watch", metavar="SECONDS", type=int, nargs="?", const=15, help="repeat until healthy (default: every 15 s)"
    )
    shown = parser.add_argument_group("what is shown")
    add_output_options(shown, FORMATS)
    shown.add_argument("-q", "--quiet", action="store_true", help="the verdict only, no steps")
    shown.add_argument("-v", "--verbose", action="store_true", help="everything that was seen")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Diagnoses, prints, and returns 0, 1 or 3; raises UsageError for 2."""
    if arguments.replay:
        diagnosis = _replayed(arguments)
        _show(diagnosis, arguments)
        return _code(diagnosis, arguments)
    targets = _targets(arguments)
    codes = [_watched(options, arguments) for options in targets]
    # One that has a cause outweighs one that could not be told, as everywhere.
    return 1 if 1 in codes else max(codes)


def _targets(arguments: argparse.Namespace) -> list[Options]:
    """One index, or those that an alert fires for."""
    from ..live.alert import check_account_id, check_index, parse_alerts

    if arguments.alert and arguments.index:
        raise UsageError("--alert names the index itself; leave out --index")
    if arguments.alert:
        alerts = parse_alerts(_read(arguments.alert), "standard input" if arguments.alert == "-" else arguments.alert)
        if alerts[0].left_out:
            _say(f"the alert says that {alerts[0].left_out} more alerts were left out of it")
        for alert in alerts:
            if alert.is_resolved:
                _say(f"the alert for index {alert.index_name} is resolved; looking whether it is")
        return [_options(arguments, alert.index_name, alert.account_id) for alert in alerts]
    if not arguments.index:
        raise UsageError("which index? Give --index NAME, or --alert FILE")
    account_id = check_account_id(arguments.account_id, "--account-id") if arguments.account_id else ""
    return [_options(arguments, check_index(arguments.index, "--index"), account_id)]


def _options(arguments: argparse.Namespace, index: str, account_id: str) -> Options:
    from ..incident import Options

    return Options(
        index,
        account_id,
        arguments.namespace,
        arguments.pod,
        arguments.container,
        arguments.context,
        arguments.cluster,
        arguments.region,
        duration(arguments.since, "--since"),
        _deadline(arguments.deadline),
        tuple(arguments.manifests),
        arguments.config,
        tuple(arguments.policies),
        arguments.cell,
        settings(arguments.set),
    )


def _deadline(given: float | None) -> float | None:
    if given is not None and not 1 <= given <= 600:
        raise UsageError(f"--deadline {given:g}: give a number of seconds from 1 to 600")
    return given


def _watched(options: Options, arguments: argparse.Namespace) -> int:
    """Diagnoses once, or with --watch again and again until all is well."""
    while True:
        diagnosis = _diagnosed(options, arguments)
        _show(diagnosis, arguments)
        code = _code(diagnosis, arguments)
        if not arguments.watch or diagnosis.verdict == "healthy":
            return code
        sys.stdout.flush()
        _say(f"looking again in {arguments.watch} s; ^C ends it")
        time.sleep(arguments.watch)


def _diagnosed(options: Options, arguments: argparse.Namespace) -> Diagnosis:
    try:
        import botocore  # noqa: F401
        import urllib3  # noqa: F401
    except ImportError:
        raise UsageError("checker live needs boto3 and kubernetes: pip install 'ack-iam-checker[live]'") from None
    from ..incident import investigate, judge, plan
    from .progress import Progress

    made = plan(options)
    with Progress(sys.stderr, quiet=arguments.quiet) as progress:
        record = investigate(made, progress.observe)
    if arguments.record:
        _write_record(record, arguments.record)
    return judge(record, made.requirements)


def _replayed(arguments: argparse.Namespace) -> Diagnosis:
    from ..incident import judge
    from ..live.record import load

    if arguments.index or arguments.alert:
        raise UsageError("--replay says itself which index it is about; leave out --index and --alert")
    record = load(_read(arguments.replay), arguments.replay)
    return judge(record, _requirements(arguments))


def _requirements(arguments: argparse.Namespace) -> tuple[Requirement, ...]:
    from ..incident import Options, requirements_for

    return requirements_for(Options("", config=arguments.config, policies=tuple(arguments.policies)))


def _show(diagnosis: Diagnosis, arguments: argparse.Namespace) -> None:
    write(formatter(arguments.format).render(diagnosis, look_of(arguments)), arguments.output)


def _code(diagnosis: Diagnosis, arguments: argparse.Namespace) -> int:
    from ..runbook.diagnose import EXIT_CODES

    return 0 if arguments.exit_zero else EXIT_CODES[diagnosis.verdict]


def _write_record(record: Record, path: str) -> None:
    """The evidence names roles and pods of the cell, so nobody else need read it."""
    from ..live.record import dump

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(dump(record))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _read(path: str) -> str:
    if path == "-":
        return sys.stdin.read()
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: this is not UTF-8 text") from None


def _say(text: str) -> None:
    print(f"checker: {text}", file=sys.stderr)
