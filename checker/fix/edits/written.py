"""Translates edits of rendered text into edits of the template.

A line that helm left as it is can be edited in the template, character by character; in a line with template actions,
only the text between them. What helm filled in is not text of the template, and is not edited.
"""

from __future__ import annotations

from ...text.alignment import column_in_template
from ...text.source import Source, line_starts, line_text, position
from ...text.splices import Splice
from .realize import Edited, NoEditError


def in_what_is_written(edit: Edited, source: Source) -> Edited:
    """The edits of a rendered text as edits of its file. Raises NoEditError where they have no place in it."""
    if source.written is None:
        return edit
    # Text that is rendered several times from one template is edited once.
    splices = {_splice(item, source, source.written) for item in edit.splices}
    if any("arn:" in item.text for item in splices):
        raise NoEditError("an ARN may differ from release to release")
    return Edited(edit.file, tuple(sorted(splices)))


def _splice(one: Splice, source: Source, written: str) -> Splice:
    starts, own = line_starts(source.text), line_starts(written)
    first, last = position(starts, one.start), position(starts, one.end)
    if first.column == 1 and first.line > 1 and one.start == one.end and one.text.endswith("\n"):
        # A new line is anchored to the line before it: the one after it may be filled in by helm.
        line = source.line_of(first.line - 1)
        _literal(source, written, first.line - 1)
        offset = own[line] if line < len(own) else len(written)
        return Splice(offset, offset, one.text)
    _consecutive(source, written, first.line, last.line, one.text)
    start = _offset(source, written, first.line, first.column)
    end = _offset(source, written, last.line, last.column)
    if "{{" in written[start:end]:
        raise NoEditError(f"helm fills line {source.line_of(first.line)} of the template in there")
    return Splice(start, end, one.text)


def _offset(source: Source, written: str, made_line: int, column: int) -> int:
    line = source.line_of(made_line)
    starts = line_starts(written)
    own_column = column_in_template(
        line_text(source.text, line_starts(source.text), made_line), line_text(written, starts, line), column - 1
    )
    if own_column is None:
        raise NoEditError(f"line {line} of the template is filled in there")
    return starts[line - 1] + own_column


def _consecutive(source: Source, written: str, first: int, last: int, text: str) -> None:
    """Refuses an edit over several lines unless they stand in the template as they were rendered."""
    if first == last and "\n" not in text:
        return
    for line in range(first, last + 1):
        if source.line_of(line) - source.line_of(first) != line - first:
            raise NoEditError("its lines do not stand together in the template")
        _literal(source, written, line)


def _literal(source: Source, written: str, line: int) -> None:
    rendered = line_text(source.text, line_starts(source.text), line)
    own = line_text(written, line_starts(written), source.line_of(line))
    if rendered != own:
        raise NoEditError(f"line {source.line_of(line)} of the template is filled in")
