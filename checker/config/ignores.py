"""The section `ignore:` of a configuration: findings that are not to be reported, with their reasons."""

from __future__ import annotations

import datetime
import re
from typing import Any

from ..iam.expressions import expression
from ..iam.values import NamedTuple
from ..schemas.validated import InvalidFileError, place
from ..text.documents import YamlDocument
from ..text.nodes import find
from ..text.source import Source
from ..text.yaml_nodes import start_of


class Ignore(NamedTuple):
    """Findings that are not to be reported: of these rules, about `subject` or in `file`, perhaps only in the statement
    `sid` or below `path`, until the day `until` ("" for ever). `offset` and `length` say where it stands in TOML."""

    rules: tuple[str, ...]
    subject: str
    file: str
    path: str
    sid: str
    reason: str
    until: str
    offset: int = 0
    length: int = 1


_HEADER = expression(r"[ \t]*+(\[\[?+)([\w.\"' \t-]++)\]")
_KEY = expression(r"[ \t]*+ignore(?=[ \t]*+=)")


def _toml_places(text: str) -> list[tuple[int, int]]:
    """(offset, length) of each `[[tool.checker.ignore]]`, or of the key `ignore` in `[tool.checker]`."""
    places, table, offset = [], "", 0
    for line in text.splitlines(keepends=True):
        header = _HEADER.match(line)
        if header is not None:
            table = re.sub(r"[\s\"']", "", header[2])
            if table == "tool.checker.ignore":
                places.append((offset, len(line.rstrip())))
        elif table == "tool.checker" and (key := _KEY.match(line)) is not None:
            places.append((offset, len(key[0])))
        offset += len(line)
    return places


def ignores_in(source: Source, document: YamlDocument | None, entries: list[dict[str, Any]]) -> tuple[Ignore, ...]:
    """The entries of `ignore:`. Raises InvalidFileError for mistakes that the schema cannot express."""
    places = _toml_places(source.text) if document is None else []
    ignores, problems = [], []
    for number, entry in enumerate(entries):
        # An inline list has one place for all of its entries.
        offset, length = places[min(number, len(places) - 1)] if places else (0, 1)
        until = str(entry.get("until", ""))
        where = place(source, offset, "")
        if document is not None:
            key = "until" if "until" in entry else "rule"
            node = find(document.root, ("ignore", number, key))
            where = place(source, document.piece.start + start_of(node), "")
        if until and not _is_date(until):
            problems.append(f"{where}ignore[{number}].until is {until}, and there is no such day")
        if "path" in entry and "sid" in entry:
            problems.append(f"{where}ignore[{number}] has both path and sid; write the one that says it all")
        rules = entry["rule"] if isinstance(entry["rule"], list) else [entry["rule"]]
        subject, file, path, sid = (str(entry.get(key, "")) for key in ("subject", "file", "path", "sid"))
        ignores.append(
            Ignore(
                rules=tuple(rules),
                subject=subject,
                file=file,
                path=path,
                sid=sid,
                reason=entry["reason"],
                until=until,
                offset=offset,
                length=length,
            )
        )
    if problems:
        raise InvalidFileError(problems)
    return tuple(ignores)


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
