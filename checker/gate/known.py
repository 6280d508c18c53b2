"""What an earlier run knew of the files of a project, so that the next one works out only what has changed.

Nothing is taken over by name or time. The facts of a file hold where its text is the same, character by character; what
was found in a document where its facts are; what was proven of a role where the requirement, its policies, and all that
bears on it are equal. What is kept is a file of the user's own (see `kept.entry`), in the folder where answers are
kept, written by this very code, and unpickled into values of this tool and nothing else.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any

from ..ack.kinds import WORKLOADS
from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..kept.entry import own, sealed, unsealed
from ..kept.key import folder, is_anything_kept, name_of
from ..kept.recording import unheard, write_kept
from ..project.file_facts import FileFacts
from ..project.project import DocumentFacts
from ..requirements.check import RoleCheck
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
        files, rules, is_whole, cells = _unpickled(body)
        return Known(files, {name: _restored(*kept) for name, kept in cells.items()}, rules, is_whole)
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
        body = _pickled(worth, cells, is_whole=is_whole)
        with unheard():
            write_kept(where, name_of("facts"), sealed(_MAGIC, body))
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


_Kept = tuple[list[tuple[tuple[str, int], DocumentFacts, Found | None]], tuple[Any, ...]]
"""What is kept of a cell: its documents, what was found in each (None: nobody looked), and the outcomes."""


def _pickled(files: list[FileFacts], cells: Sequence[JudgedCell], *, is_whole: bool) -> bytes:
    from _pickle import Pickler

    names = {item.source.name for item in files}
    kept = {cell.made.terms.cell: _of_cell(cell, names, is_whole=is_whole) for cell in cells}
    rules = active_rules(cells[0].made.terms.settings)
    buffer = io.BytesIO()
    pickler = Pickler(buffer, 5)
    pickler.dispatch_table = {MappingProxyType: _as_dict}
    pickler.dump((tuple(files), rules, is_whole, kept))
    return buffer.getvalue()


def _as_dict(mapping: Mapping[Any, Any]) -> tuple[type, tuple[dict[Any, Any]]]:
    return dict, (dict(mapping),)


def _of_cell(cell: JudgedCell, names: set[str], *, is_whole: bool) -> _Kept:
    earlier = cell.judged.earlier
    documents: list[tuple[tuple[str, int], DocumentFacts, Found | None]] = []
    for at, facts in earlier.documents.items():
        found = earlier.found.get(id(facts)) if is_whole else None
        # What looks for a better help is code.
        is_plain = found is not None and all(one.suggest is None for problems in found.values() for one in problems)
        if at[0] in names:
            documents.append((at, facts, found if is_plain else None))
    outcomes = tuple(item._replace(unseen=(), perhaps=()) for item in earlier.outcomes)
    return documents, outcomes if is_whole else ()


def _restored(documents: Iterable[tuple[tuple[str, int], DocumentFacts, Found | None]], outcomes: Any) -> Earlier:
    documents = tuple(documents)
    return Earlier(
        documents={at: facts for at, facts, _ in documents},
        outcomes=outcomes,
        found={id(facts): found for _, facts, found in documents if found is not None},
    )


def _unpickled(body: bytes) -> Any:
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

    return Reader(io.BytesIO(body)).load()
