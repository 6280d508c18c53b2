"""What a run of the gate is asked, and what decides in it."""

from __future__ import annotations

from collections.abc import Mapping

from ..config.file import Config
from ..iam.values import NamedTuple
from ..requirements.load import Loaded
from ..suppression.baseline import Baseline
from .prepared import Trusted


class GateOptions(NamedTuple):
    """What the command line asks for. `config` None means: search; `policies` and `paths` empty: the configured
    ones. `no_ignores` reports what is suppressed, too; `write_baseline` is a baseline that is to be brought up to date;
    `changed_since` a git revision, `trusted` the one that decides instead of the working folder; `no_render`
    runs no renderer, whatever the configuration says.
    """

    paths: tuple[str, ...]
    config: str | None = None
    policies: tuple[str, ...] = ()
    cell: str | None = None
    parameters: Mapping[str, str] = {}
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    no_ignores: bool = False
    baseline: str | None = None
    write_baseline: str | None = None
    changed_since: str | None = None
    trusted: str | None = None
    no_render: bool = False


class Chosen(NamedTuple):
    """What decides: the configuration, the requirements, the accepted findings; and, where a revision decides, how the
    working folder differs from it. `cache` is the folder where answers are kept: "" for the user's, "off" for none."""

    config: Config
    requirements: Loaded
    baseline: Baseline | None
    trusted: Trusted | None = None
    cache: str = "off"
