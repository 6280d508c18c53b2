"""What an earlier run knew of the files of a project, so that the next one works out only what has changed.

Nothing is taken over by name or time. The facts of a file hold where its text is the same, character by character; what
was found in a document where its facts are; what was proven of a role where the requirement, its policies, and all that
bears on it are equal. What is kept is a file of the user's own (see `kept.entry`), in the folder where answers are
kept, written by this very code, and unpickled into values of this tool and nothing else.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any

from ..ack.kinds import WORKLOADS
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..kept.entry import begun, finished, own, unsealed
from ..kept.key import folder, is_anything_kept, name_of
from ..kept.recording import unheard, write_kept
from ..project.file_facts import FileFacts
from ..project.project import DocumentFacts
from ..requirements.check import Outcome, RoleCheck
from ..text.documents import YamlDocument
from .cells import JudgedCell
from .engine import Found, active_rules
from .judged import Earlier
from .options import Chosen
from .prepared import Terms

_NOTHING_JUDGED: Mapping[str, Earlier] = MappingProxyType({})


class Known(NamedTuple):
    """What is kept: the facts of files, and by the name of the cell what was judged. `rules` are those that were asked
    of each document; `is_whole`: all documents were judged, and not only those of some files."""

    files: tuple[FileFacts, ...] = ()
    judged: Mapping[str, Earlier] = _NOTHING_JUDGED
    rules: tuple[str, ...] = ()
    is_whole: bool = False

    def of(self, terms: Terms) -> Earlier | None:
        """What may be taken over where these terms are put to the project."""
        known = self.judged.get(terms.cell)
        return known if known is None or self.rules == active_rules(terms.settings) else known._replace(found={})


NOTHING = Known()
_MAGIC = b"checker kept facts 1\n"
_FEWEST = 50
"""Files below which nothing is kept: to read them again costs less than to write anything down."""
_NEW = 10
"""One file in so many has to be new: to write everything down for one that was edited costs more than it saves."""


def load(chosen: Chosen, *, is_wanted: bool = True) -> Known:
    """What is kept of the project of this folder; nothing where there is none, and where it cannot be relied on."""
    where = _where(chosen) if is_wanted else None
    if where is None:
        return NOTHING
    try:
        with unheard():
            body = unsealed(_MAGIC, own(os.path.join(where, name_of("facts"))))
        if body is None:
            return NOTHING
        return _restored(body)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, everything can be worked out anew
        return NOTHING


def keep(known: Known, chosen: Chosen, cells: Sequence[JudgedCell]) -> None:
    """Keeps what a run has found out besides what was `known`, where it is much. What cannot be written is not kept,
    and nothing is said."""
    where = _where(chosen)
    materials = [cell.made.material for cell in cells]
    files = {item.source: item for one in materials for item in (*one.files, *one.background)}
    is_whole = all(cell.made.terms.files is None and not cell.made.terms.is_partial for cell in cells)
    if where is None or len(files) < _FEWEST or (known.is_whole and not is_whole):
        return
    worth = list(filter(_can_be_kept, files.values()))
    taken_over = set(map(id, known.files))
    new = sum(id(item) not in taken_over for item in worth)
    if _NEW * new < len(worth) and (known.is_whole or not is_whole):
        return
    try:
        os.makedirs(where, mode=0o700, exist_ok=True)
        data = _pickled(worth, cells, is_whole=is_whole)
        with unheard():
            write_kept(where, name_of("facts"), data)
    except Exception:  # noqa: BLE001 - what is not kept is worked out again; that must not fail the run
        return


def _where(chosen: Chosen) -> str | None:
    return (chosen.cache or folder()) if chosen.cache != "off" and is_anything_kept() else None


def _can_be_kept(item: FileFacts) -> bool:
    """Whether the facts of a file follow from its text, and hold no node: where a kustomization leads hangs on links
    and on work trees as well; keys that stand twice are nodes, and so is a text that was opened up. And whether nothing
    in it may be a secret: the file holds roles, policies and service accounts, and nothing else at all (a Deployment
    may state a password, a Secret does)."""
    is_of_text = all(not seen.repeated and seen.document.branches is None for seen in item.seen)
    if not is_of_text or item.kustomizations or item.passed_over or item.skipped or item.broken or item.config_maps:
        return False
    objects = [one.object for seen in item.seen for one in seen.sightings]
    is_plain = all((one.api_version, one.kind) not in WORKLOADS for one in objects)
    return is_plain and _OF_A_SECRET.search(item.source.text) is None


_OF_A_SECRET = expression(r"\bkind[\"']?\s*:\s*[\"']?\w*Secret")


_Document = tuple[tuple[str, int], DocumentFacts, Found | None]
"""A document by file and number, what is known of it, and what was found in it (None: nobody looked)."""

_Check = tuple[int, int, RoleCheck]
"""The number of the outcome, that of the check in it, and the check."""

_PART = 2_000
"""Files that are written down together: the pickler remembers every object until they are, and that takes more room
than the objects."""


def _pickled(files: list[FileFacts], cells: Sequence[JudgedCell], *, is_whole: bool) -> memoryview:
    from _pickle import Pickler

    documents = {cell.made.terms.cell: _documents(cell, is_whole=is_whole) for cell in cells}
    outcomes = {cell.made.terms.cell: cell.judged.earlier.outcomes if is_whole else () for cell in cells}
    checks = {name: _checks(given) for name, given in outcomes.items()}
    without = {
        name: tuple(item._replace(checks=(), unseen=(), perhaps=()) for item in given)
        for name, given in outcomes.items()
    }
    buffer = begun(_MAGIC)
    pickler = Pickler(buffer, 5)
    pickler.dispatch_table = {MappingProxyType: _as_dict}
    parts = [files[start : start + _PART] for start in range(0, len(files), _PART)]
    names = [[item.source.name for item in part] for part in parts]
    kept = {name for part in names for name in part}
    # What was rendered may come from files that are not kept, and is proven all the same.
    others = list(dict.fromkeys(name for by_file in checks.values() for name in by_file if name not in kept))
    pickler.dump((active_rules(cells[0].made.terms.settings), is_whole, without, len(parts) + 1))
    for part, these in zip((*parts, []), (*names, others), strict=True):
        pickler.clear_memo()
        pickler.dump((part, _of(these if part else [], documents), _of(these, checks)))
    return finished(buffer, _MAGIC)


def _of(names: list[str], by_cell: Mapping[str, Mapping[str, list[Any]]]) -> dict[str, list[Any]]:
    """By cell what belongs to these files."""
    return {cell: [one for name in names for one in by_file.get(name, ())] for cell, by_file in by_cell.items()}


def _documents(cell: JudgedCell, *, is_whole: bool) -> dict[str, list[_Document]]:
    """The documents of a cell, by file."""
    earlier = cell.judged.earlier
    by_file: dict[str, list[_Document]] = {}
    for at, facts in earlier.documents.items():
        found = earlier.found.get(id(facts)) if is_whole else None
        # What looks for a better help is code.
        is_plain = found is not None and all(one.suggest is None for problems in found.values() for one in problems)
        by_file.setdefault(at[0], []).append((at, facts, found if is_plain else None))
    return by_file


def _checks(outcomes: Sequence[Outcome]) -> dict[str, list[_Check]]:
    """The checks of all outcomes, by the file of the role: what a check rests on is mostly written there."""
    by_file: dict[str, list[_Check]] = {}
    for number, outcome in enumerate(outcomes):
        for position, check in enumerate(outcome.checks):
            by_file.setdefault(check.role.object.origin.file, []).append((number, position, check))
    return by_file


def _as_dict(mapping: Mapping[Any, Any]) -> tuple[type, tuple[dict[Any, Any]]]:
    return dict, (dict(mapping),)


def _restored(body: bytes) -> Known:
    stream = io.BytesIO(body)
    rules, is_whole, outcomes, parts = _next(stream)
    files: list[FileFacts] = []
    documents: dict[str, list[_Document]] = {name: [] for name in outcomes}
    checks: dict[str, list[_Check]] = {name: [] for name in outcomes}
    for _ in range(parts):
        more, documents_of, checks_of = _next(stream)
        files += more
        for name in outcomes:
            documents[name] += documents_of[name]
            checks[name] += checks_of[name]
    judged = {name: _earlier(documents[name], given, checks[name]) for name, given in outcomes.items()}
    return Known(tuple(files), judged, rules, is_whole)


def _earlier(documents: list[_Document], outcomes: tuple[Outcome, ...], checks: list[_Check]) -> Earlier:
    ordered: list[list[RoleCheck]] = [[] for _ in outcomes]
    for number, _, check in sorted(checks, key=lambda one: one[:2]):
        ordered[number].append(check)
    return Earlier(
        documents={at: facts for at, facts, _ in documents},
        outcomes=tuple(one._replace(checks=tuple(these)) for one, these in zip(outcomes, ordered, strict=True)),
        found={id(facts): found for _, facts, found in documents if found is not None},
    )


def _next(stream: io.BytesIO) -> Any:
    """What was written down next. Each part has a reader of its own: what one remembers means nothing in another."""
    from _pickle import Unpickler

    class Reader(Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            """The values of this tool, and nothing that does anything."""
            if (module, name) == ("builtins", "dict"):
                return dict
            found = getattr(import_module(module), name) if module.startswith("checker.") else None
            is_value = isinstance(found, type) and (issubclass(found, tuple) or found in (RoleCheck, YamlDocument))
            if not is_value:
                raise ValueError(f"{module}.{name} is no value of this tool")
            return found

    return Reader(stream).load()
