"""What rules say and where: symbolic places, which the engine turns into lines and columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..iam.documents.paths import Path
from ..inventory.names import Index
from ..inventory.objects import Object, PolicyText
from ..project.project import Project
from ..requirements.check import Outcome

if TYPE_CHECKING:
    from ..gate.judge import Weakening
    from .suppression import Suppression

Part = Literal["key", "value"]


class Facts(NamedTuple):
    """What rules judge: the project, its inventory by name, and every requirement put to it. `parameters` are the
    cell's (region, account, oidcIssuer, …), `other_cells` those of the cells the requirements were not put to, by name.
    `suppressions` are those that bear on the project, on the day `today` (ISO, UTC); `weakened` is what a change
    that is not trusted makes weaker.
    """

    project: Project
    names: Index
    outcomes: tuple[Outcome, ...]
    other_cells: Mapping[str, dict[str, str]] = MappingProxyType({})
    parameters: Mapping[str, str] = MappingProxyType({})
    suppressions: tuple[Suppression, ...] = ()
    today: str = ""
    weakened: tuple[Weakening, ...] = ()


class Place(NamedTuple):
    """Somewhere in a file. Either a route to a node of a document, or a plain `offset` into the file's text.

    `inner` is a route inside the policy document that stands in that node's scalar, `inner_offset` an offset into it.
    """

    file: str
    document: int | None
    path: Path = ()
    part: Part = "value"
    inner: Path | None = None
    inner_offset: int | None = None
    offset: int | None = None
    length: int = 1


class Related(NamedTuple):
    """A second place that explains the first."""

    place: Place
    message: str


class Problem(NamedTuple):
    """One thing a rule found: `message` says what is wrong, `why` what it does to the reverse proxy, `help` what to
    write.

    `value` is the offending text, for fingerprints that survive moved lines. `suggest` finds a better `help`, or "" for
    none; it takes time, so it is asked for the first problems of a rule alone.
    """

    place: Place
    message: str
    why: str
    help: str
    subject: Object | None = None
    related: tuple[Related, ...] = ()
    value: str = ""
    suggest: Callable[[], str] | None = None


def at(item: Object, path: Path = (), part: Part = "value") -> Place:
    """The field of an object at this path."""
    return Place(item.origin.file, item.origin.document, (*item.origin.path, *path), part)


def stands_in(place: Place, text: PolicyText) -> bool:
    """Whether a place is (in) this very document of this very object: in other files and objects the same paths come
    again."""
    return (place.file, place.document, place.path) == at(text.owner, text.path)[:3]


def inside(text: PolicyText, inner: Path, part: Part = "value") -> Place:
    """An element of a policy document inside an object's field."""
    return at(text.owner, text.path)._replace(inner=inner, part=part)


def inside_at(text: PolicyText, offset: int) -> Place:
    """A character of a policy document inside an object's field."""
    return at(text.owner, text.path)._replace(inner_offset=offset)


def called(item: Object) -> str:
    """An object as sentences name it: `Role payments/acme-reverse-proxy`."""
    name = f"{item.namespace}/{item.name}" if item.namespace else item.name
    return f"{item.kind or 'object'} {name or '(without a name)'}"
