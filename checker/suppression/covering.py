"""Which findings a suppression covers, and which suppressions were of use."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from yaml.nodes import ScalarNode

from ..findings.finding import Finding
from ..findings.location import Locator
from ..findings.place import Place
from ..findings.suppression import Described, OnLine, OnObject, Suppression
from ..iam.documents.holes import as_json
from ..iam.documents.paths import show_path
from ..iam.values import NamedTuple
from ..project.project import Project
from ..text.nodes import find


class Covered(NamedTuple):
    """A finding that is not reported, and the suppression that covers it."""

    finding: Finding
    suppression: Suppression


class Sorted(NamedTuple):
    """Findings to report, findings that are suppressed, and all suppressions, with their `use` filled in."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Covered, ...]
    suppressions: tuple[Suppression, ...]


def cover(
    findings: Iterable[Finding],
    suppressions: tuple[Suppression, ...],
    project: Project,
    locator: Locator,
    today: str,
    is_judged: Callable[[Suppression], bool],
) -> Sorted:
    """Sorts findings by whether they are suppressed on the day `today` (ISO). `is_judged` says whether everything that
    a suppression could cover has been looked for."""
    holding = [item for item in suppressions if is_in_force(item, today)]
    used: set[tuple[str, Place]] = set()
    kept: list[Finding] = []
    suppressed: list[Covered] = []
    for finding in findings:
        mine = [item for item in holding if item.rule == finding.rule and _covers(item, finding, project, locator)]
        # What stands once may be rendered several times: it is of use where it covers anything in one of them.
        used.update((item.rule, item.place) for item in mine)
        if mine:
            suppressed.append(Covered(finding, mine[0]))
        else:
            kept.append(finding)
    marked = tuple(
        item._replace(use="used" if (item.rule, item.place) in used else "unused" if is_judged(item) else "not judged")
        for item in suppressions
    )
    return Sorted(tuple(kept), tuple(suppressed), marked)


def is_in_force(item: Suppression, today: str) -> bool:
    """Whether a suppression can cover anything: well written, and not expired."""
    return not item.problem and not (item.until and item.until < today)


def _covers(item: Suppression, finding: Finding, project: Project, locator: Locator) -> bool:
    target = item.target
    if isinstance(target, OnLine):
        is_meant = target.file == finding.location.file and target.line in _lines(finding, locator)
    elif isinstance(target, OnObject):
        is_meant = _is_about(target, finding)
    else:
        is_meant = target is not None and _is_described(target, finding)
    return is_meant and (not item.scope or _is_within(item.scope, finding, project))


def _lines(finding: Finding, locator: Locator) -> tuple[int, ...]:
    """The line of a finding, and that of the key which owns the scalar it is in."""
    place = finding.place
    if place.document is None or (place.inner is None and place.inner_offset is None):
        return (finding.location.start.line,)
    owner = place._replace(inner=None, inner_offset=None, part="key")
    return finding.location.start.line, locator.locate(owner).start.line


def _is_about(target: OnObject, finding: Finding) -> bool:
    if finding.subject is not None:
        return (finding.subject.origin, finding.subject.pool) == (target.origin, target.pool)
    place, origin = finding.place, target.origin
    is_here = (place.file, place.document) == (origin.file, origin.document)
    return is_here and place.path[: len(origin.path)] == origin.path


def _is_described(target: Described, finding: Finding) -> bool:
    if target.file and not _is_in(finding.location.file, target):
        return False
    if not target.subject:
        return True
    item = finding.subject
    if item is None:
        return False
    namespaced = f"{item.namespace}/{item.name}"
    names = (item.name, namespaced, f"{item.kind} {item.name}", f"{item.kind} {namespaced}")
    return any(fnmatchcase(name, target.subject) for name in names)


def _is_in(file: str, target: Described) -> bool:
    """Whether the glob matches a file, or a folder that the file is in."""
    path = os.path.relpath(file, target.folder).replace(os.sep, "/")
    pattern = target.file.removeprefix("./").rstrip("/")
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*")


def _is_within(scope: str, finding: Finding, project: Project) -> bool:
    if scope.startswith("@"):
        return scope[1:] == sid_of(finding.place, project)
    inner = show_path(finding.place.inner or ())
    return any(_is_below(path, scope) for path in (finding.path, inner)) or scope == sid_of(finding.place, project)


def _is_below(path: str, scope: str) -> bool:
    return path == scope or (path.startswith(scope) and path[len(scope)] in ".[#")


def sid_of(place: Place, project: Project) -> str:
    """The Sid of the statement that a place is in; "" for none."""
    document = project.documents.get((place.file, place.document or 0))
    if document is None or not place.inner or place.inner[0] != "Statement":
        return ""
    node = find(document.root, place.path)
    holes = tuple(
        hole
        for item in project.open.objects
        if (item.origin.file, item.origin.document) == (place.file, place.document or 0)
        for hole in item.holes
    )
    try:
        text = node.value if isinstance(node, ScalarNode) else "{}"
        statement = json.loads(as_json(text, holes) if holes else text)["Statement"]
        enclosing = statement[int(place.inner[1])] if isinstance(statement, list) else statement
        return str(enclosing.get("Sid", ""))
    # A text that is no policy: then nothing in it has a Sid.
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return ""
