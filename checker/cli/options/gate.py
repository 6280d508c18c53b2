"""The options of the commands that read manifests: what is required, in which cell, by which rules."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .values import names, settings

if TYPE_CHECKING:
    from ...gate.options import GateOptions


def add_requirement_options(group: Any) -> None:
    """What is required, and of which cell."""
    group.add_argument("--config", metavar="FILE", help="configuration (default: checker.yaml, from here upward)")
    group.add_argument(
        "--policies",
        action="append",
        default=[],
        metavar="DIR",
        help="requirements to check instead of the configured or shipped ones",
    )
    group.add_argument("--cell", metavar="NAME", help="take the parameters of this cell")
    group.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="give a parameter a value")


def add_render_option(group: Any) -> None:
    """Whether renderers are run."""
    group.add_argument(
        "--no-render", action="store_true", help="run neither kustomize nor helm, even if they are there"
    )


def add_rule_options(group: Any, does: str) -> None:
    """Which rules; `does` is what the command does with them (`run`, `fix findings of`), for the help."""
    group.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="RULE",
        help=f"{does} only these rules (repeat or separate by commas)",
    )
    group.add_argument("--ignore", action="append", default=[], metavar="RULE", help=f"do not {does} these rules")


def add_suppression_options(group: Any) -> None:
    """What is known and accepted."""
    group.add_argument("--baseline", metavar="FILE", help="report only what this baseline does not know")
    group.add_argument(
        "--no-ignores", action="store_true", help="report what comments, annotations and ignore: suppress"
    )


def gate_options(arguments: argparse.Namespace) -> GateOptions:
    """The options of the gate. Raises UsageError."""
    from ...gate.options import GateOptions

    return GateOptions(
        paths=tuple(arguments.paths),
        config=arguments.config,
        policies=tuple(arguments.policies),
        cell=arguments.cell,
        parameters=settings(arguments.set),
        select=names(arguments.select),
        ignore=names(arguments.ignore),
        no_ignores=arguments.no_ignores,
        baseline=arguments.baseline,
        write_baseline=getattr(arguments, "write_baseline", None),
        changed_since=getattr(arguments, "changed_since", None),
        trusted=getattr(arguments, "trusted", None),
        no_render=getattr(arguments, "no_render", False),
    )
