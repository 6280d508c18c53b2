"""The options that say which index is meant and where it is: shared by the commands that look at a live cell."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ...errors import UsageError
from .gate import add_requirement_options
from .values import duration, name, settings

if TYPE_CHECKING:
    from ...incident.investigate import IncidentOptions


def add_incident_options(parser: argparse.ArgumentParser, *, alone: bool = True) -> None:
    """Adds them; with `alone` also `--alert` and those of requirements, which `checker fix` lacks or adds itself."""
    what = parser.add_argument_group("what is diagnosed")
    what.add_argument("--index", metavar="NAME", help="the index, the alert's label index_name")
    what.add_argument("--account-id", metavar="ID", default="", help="the alert's label account_id")
    if alone:
        what.add_argument("--alert", metavar="FILE", help="take both from a payload of Alertmanager (- for stdin)")
    what.add_argument("--namespace", metavar="NAME", default="", help="look for the pod in this namespace only")
    what.add_argument("--pod", metavar="NAME", default="", help="the pod, where several could be meant")
    what.add_argument("--container", metavar="NAME", default="", help="the sidecar (default: reverse-proxy)")
    what.add_argument("--since", metavar="TIME", default="15m", help="how far to read the log back (default: 15m)")
    what.add_argument("--manifests", metavar="DIR", action="append", default=[], help="the same objects in Git")
    where = parser.add_argument_group("where")
    where.add_argument("--context", metavar="NAME", default="", help="the kubeconfig context")
    where.add_argument("--cluster", metavar="NAME", default="", help="the EKS cluster, through AWS credentials alone")
    where.add_argument("--region", metavar="NAME", default="", help="the AWS region")
    where.add_argument("--deadline", metavar="SECONDS", type=float, help="for everything (default: 30)")
    if alone:
        chosen = parser.add_argument_group("what is required")
        add_requirement_options(chosen)


def options_of(arguments: argparse.Namespace, index: str, account_id: str) -> IncidentOptions:
    """The options of one index. Raises UsageError."""
    from ...incident.investigate import IncidentOptions

    return IncidentOptions(
        index_name=index,
        account_id=account_id,
        namespace=name(arguments.namespace, "--namespace"),
        pod=name(arguments.pod, "--pod"),
        container=name(arguments.container, "--container"),
        context=arguments.context,
        cluster=name(arguments.cluster, "--cluster"),
        region=name(arguments.region, "--region"),
        since_seconds=duration(arguments.since, "--since"),
        deadline_seconds=_deadline(arguments.deadline),
        manifests=tuple(arguments.manifests),
        config=arguments.config,
        policies=tuple(arguments.policies),
        cell=arguments.cell,
        parameters=settings(arguments.set),
    )


def _deadline(given: float | None) -> float | None:
    if given is not None and not 1 <= given <= 600:
        raise UsageError(f"--deadline {given:g}: give a number of seconds from 1 to 600")
    return given


def install_line(extra: str) -> str:
    """How to install this tool with an extra: only from its repository. On PyPI the name is free, and whatever somebody
    publishes under it would be installed."""
    return f"pip install 'ack-iam-checker[{extra}] @ git+https://github.com/OWNER/checker' (OWNER is who hosts it)"


def need_packages(command: str) -> None:
    """Raises UsageError without the packages of the extra `live`: a cluster or account would else seem unreachable."""
    missing = [name for name in ("boto3", "kubernetes", "urllib3") if find_spec(name) is None]
    if missing:
        needed = f"{command} needs boto3 and kubernetes"
        raise UsageError(f"{needed} ({' and '.join(missing)} missing): {install_line('live')}")
