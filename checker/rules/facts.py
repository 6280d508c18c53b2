"""What rules judge."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..findings.problem import Weakening
from ..iam.values import NamedTuple
from ..inventory.names import Names
from ..project.project import Project
from ..requirements.check import Outcome

if TYPE_CHECKING:
    from ..findings.suppression import Suppression


class Facts(NamedTuple):
    """What rules judge: the project, its inventory by name, and every requirement put to it. `parameters` are the
    cell's (region, account, oidcIssuer, …), `other_cells` those of the cells the requirements were not put to, by name.
    `suppressions` are those that bear on the project, on the day `today` (ISO, UTC); `weakened` is what a change
    that is not trusted makes weaker. `files` are those that were asked about (None: all): what concerns none of them
    is not reported, and need not be looked for.
    """

    project: Project
    names: Names
    outcomes: tuple[Outcome, ...]
    other_cells: Mapping[str, dict[str, str]] = MappingProxyType({})
    parameters: Mapping[str, str] = MappingProxyType({})
    suppressions: tuple[Suppression, ...] = ()
    today: str = ""
    weakened: tuple[Weakening, ...] = ()
    files: frozenset[str] | None = None
