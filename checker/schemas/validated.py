"""Our own YAML files (requirements, configuration): read, checked against their schema, every error with its place."""

from __future__ import annotations

from typing import Any

from ..iam.documents.paths import show_path
from ..iam.values import NamedTuple
from ..text.documents import YamlDocument, cut, parse_piece
from ..text.nodes import TreeError, find, plain, repeated_keys
from ..text.plain_scalars import resolve_core
from ..text.source import Source, line_starts, position
from ..text.yaml_nodes import YamlError, start_of
from . import violations
from .sentences import say


class Validated(NamedTuple):
    """A document of ours and its plain value."""

    document: YamlDocument
    value: Any


class InvalidFileError(Exception):
    """A file of ours that cannot be used. `problems` are sentences, each with file, line and column."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read(source: Source, schema: str) -> list[Validated]:
    """Every document of the source, valid by the schema. Raises InvalidFileError with all that is wrong at once."""
    documents: list[Validated] = []
    problems: list[str] = []
    for piece in cut(source):
        try:
            for document in parse_piece(piece):
                value = plain(document.root, resolve_core)
                problems += _problems(document, value, schema)
                documents.append(Validated(document, value))
        except YamlError as error:
            problems.append(place(source, piece.start + error.offset, f"this is not YAML: {error.message}"))
        except TreeError as error:
            problems.append(place(source, piece.start + start_of(error.node), error.message))
    if problems:
        raise InvalidFileError(problems)
    return documents


def place(source: Source, offset: int, message: str) -> str:
    """`file:line:column: message`."""
    at = position(line_starts(source.text), offset)
    return f"{source.name}:{at.line}:{at.column}: {message}"


def _problems(document: YamlDocument, value: Any, schema: str) -> list[str]:
    base, source = document.piece.start, document.piece.source
    problems = [
        place(source, base + start_of(item.key), f"the key {item.key.value!r} stands twice")
        for item in repeated_keys(document.root)
    ]
    broken = violations(schema, value)
    # A document of another kind breaks all the rules; its wrong apiVersion is all there is to report.
    of_another = [item for item in broken if item.path == ("apiVersion",) and item.keyword != "required"]
    for violation in of_another or broken:
        node = find(document.root, violation.path, "key" if violation.keyword == "additionalProperties" else "value")
        message, hint = say(violation, show_path(violation.path) or "the document")
        problems.append(place(source, base + start_of(node), f"{message}; {hint}" if hint else message))
    return problems
