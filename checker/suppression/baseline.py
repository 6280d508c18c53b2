"""The baseline: findings that were there when the gate was introduced, and are not reported until they multiply.

A multiset of (rule, object, path, value). Lines do not count, so moved text brings nothing back; numbers of list items
count only to tell equals apart, and so does the file. A second finding of the same kind is one too many, wherever it
stands.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable

from ..errors import UsageError
from ..findings.finding import Finding
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..kept.recording import exists
from ..project.reading import STDIN_NAME
from ..schemas import violations
from ..schemas.sentences import say
from ..text.files import read_bytes
from ..text.links import LEADS_OUT, leads_out
from .looked_for import LookedFor

Key = tuple[str, ...]


class BaselineEntry(NamedTuple):
    """One known finding. `file` is relative to the folder of the baseline; `cell` is "" where there is only one;
    `message` is for readers only. `rendering` is the overlay or the release that makes the object, "" for none: entries
    of earlier versions do not say it, and stand for any."""

    rule: str
    group: str
    kind: str
    namespace: str
    name: str
    path: str
    value: str
    file: str
    cell: str = ""
    message: str = ""
    rendering: str = ""


class Baseline(NamedTuple):
    """A baseline: its file as shown, its entries, and those of their files that exist."""

    file: str
    entries: tuple[BaselineEntry, ...] = ()
    present: frozenset[str] = frozenset()


class Compared(NamedTuple):
    """Findings compared with a baseline: `new` and `known` ones; entries that are `fixed`, and `unseen` ones, which
    this run did not look for."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    fixed: tuple[BaselineEntry, ...]
    unseen: tuple[BaselineEntry, ...]


def load_baseline(path: str) -> Baseline:
    """Reads a baseline. Raises UsageError."""
    if leads_out(path):
        raise UsageError(f"cannot read the baseline {path}: {LEADS_OUT}")
    try:
        data = read_bytes(path)
    except FileNotFoundError:
        raise UsageError(f"there is no baseline {path}; --write-baseline {path} writes one") from None
    except OSError as error:
        raise UsageError(f"cannot read the baseline {path}: {error.strerror}") from None
    return parse_baseline(path, data)


def parse_baseline(path: str, data: bytes) -> Baseline:
    """The baseline in the bytes of a file. Raises UsageError."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise UsageError(f"{path}: this is not JSON; delete it, and --write-baseline writes it anew") from None
    wrong = violations("baseline", value)
    if wrong:
        message, _ = say(wrong[0], ".".join(map(str, wrong[0].path)) or "the document")
        raise UsageError(f"{path}: this is no baseline: {message}; delete it, and --write-baseline writes it anew")
    entries = tuple(_entry(item) for item in value["findings"])
    files = {entry.file for entry in entries}
    return Baseline(path, entries, frozenset(file for file in files if exists(_path(file, path))))


def as_text(entries: Iterable[BaselineEntry]) -> str:
    """A baseline file: entries in a fixed order, so that two versions can be compared and merged."""
    listed = [_as_json(entry) for entry in sorted(entries)]
    return json.dumps({"schemaVersion": 1, "findings": listed}, indent=2, ensure_ascii=False) + "\n"


def entry_of(finding: Finding, baseline: str, cell: str = "") -> BaselineEntry:
    """The entry for a finding in this cell, in a baseline at this path."""
    item, at = finding.subject, finding.location.file
    file = at if at == STDIN_NAME else os.path.relpath(at, os.path.dirname(baseline) or os.curdir).replace(os.sep, "/")
    named = (item.api_version.rpartition("/")[0], item.kind, item.namespace, item.name) if item else ("", "", "", "")
    # Folders are named from where the command runs, so only their own names count.
    rendering = _FOLDERS.sub("", item.pool) if item else ""
    return BaselineEntry(
        finding.rule, *named, finding.path, _normal(finding.value), file, cell, finding.message, rendering
    )


_FOLDERS = expression(r"[\w.@-]*/")


def against(findings: Iterable[Finding], baseline: Baseline, looked: LookedFor | None = None) -> Compared:
    """Compares findings with a baseline; `looked` says what the run looked for (without it: for everything).

    An entry whose file exists and was not looked at in this run is kept for that file: a finding of its kind in another
    file is a new one.
    """

    def is_looked_for(entry: BaselineEntry) -> bool:
        is_of_cell = looked is None or entry.cell == looked.cell
        return is_of_cell and (looked is None or looked.in_file(entry.rule, _path(entry.file, baseline.file)))

    waiting: dict[Key, list[BaselineEntry]] = {}
    for entry in baseline.entries:
        waiting.setdefault(_key(entry), []).append(entry)
    cell = looked.cell if looked is not None else ""
    paired = [(finding, entry_of(finding, baseline.file, cell)) for finding in findings]
    known: set[int] = set()
    for exactness in _TIES:
        for finding, wanted in paired:
            if id(finding) in known:
                continue
            for entry in waiting.get(_key(wanted), []):
                is_free = entry.file == wanted.file or entry.file not in baseline.present or is_looked_for(entry)
                is_free = is_free and _is_about(entry, wanted)
                if is_free and exactness(entry) == exactness(wanted):
                    waiting[_key(wanted)].remove(entry)
                    known.add(id(finding))
                    break
    unmatched = [entry for entries in waiting.values() for entry in entries]
    return Compared(
        tuple(finding for finding, _ in paired if id(finding) not in known),
        tuple(finding for finding, _ in paired if id(finding) in known),
        tuple(entry for entry in unmatched if is_looked_for(entry)),
        tuple(entry for entry in unmatched if not is_looked_for(entry)),
    )


def _path(file: str, baseline: str) -> str:
    """The path of the file of an entry, relative to the working folder."""
    return file if file == STDIN_NAME else os.path.join(os.path.dirname(baseline), file)


_TIES: tuple[Callable[[BaselineEntry], object], ...] = (
    lambda entry: (entry.file, entry.path),
    lambda entry: entry.file,
    lambda entry: entry.path,
    lambda entry: None,
)
"""How entries with the same key are told apart, the most exact way first."""


def _key(entry: BaselineEntry) -> Key:
    named = entry[1:5] if entry.kind else (entry.file,)
    return (entry.cell, entry.rule, *named, re.sub(r"\[\d+\]", "[]", entry.path), entry.value.partition(_ABOUT)[0])


_ABOUT = " | "
"""What stands before the resource, or the policies, that a finding on access is about. Entries of earlier versions do
not say it, and stand for any."""


def of_its_kind(entry: BaselineEntry) -> BaselineEntry:
    """An entry that stands for all findings of its kind, whatever they are about."""
    return entry._replace(value=entry.value.partition(_ABOUT)[0], rendering="")


def _is_about(entry: BaselineEntry, wanted: BaselineEntry) -> bool:
    is_rendered_so = entry.rendering in ("", wanted.rendering)
    return is_rendered_so and (entry.value == wanted.value or not entry.value.partition(_ABOUT)[2])


def _normal(value: str) -> str:
    return " ".join(value.split())


def _entry(item: dict[str, object]) -> BaselineEntry:
    fields = {**item, **(item["subject"] if isinstance(item["subject"], dict) else {})}
    return BaselineEntry(**{name: str(fields.get(name, "")) for name in BaselineEntry._fields})


def _as_json(entry: BaselineEntry) -> dict[str, object]:
    subject = {"group": entry.group, "kind": entry.kind, "namespace": entry.namespace, "name": entry.name}
    rest = {"path": entry.path, "value": entry.value, "file": entry.file, "message": entry.message}
    rest |= {"cell": entry.cell} if entry.cell else {}
    rest |= {"rendering": entry.rendering} if entry.rendering else {}
    return {"rule": entry.rule, "subject": subject if entry.kind else None, **rest}
