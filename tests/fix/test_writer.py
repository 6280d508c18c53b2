"""Edited files are all as they were where one of them cannot be written, and the message is true."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from checker.fix import writer
from checker.fix.planning.repair import FileChange

REPLACE = os.replace


@pytest.fixture
def changes(tmp_path: Path) -> list[FileChange]:
    made = [FileChange(str(tmp_path / f"{name}.yaml"), f"{name}: 1\n", f"{name}: 2\n") for name in "abc"]
    for change in made:
        Path(change.file).write_text(change.before)
    return made


def test_the_first_is_put_back_where_the_second_cannot_be_replaced(
    changes: list[FileChange], monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(old: str, new: str) -> None:
        if os.path.basename(new) == "b.yaml":
            raise OSError(errno.EBUSY, "Device or resource busy", new)
        REPLACE(old, new)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(writer.NotWrittenError, match=r"^nothing was written: .*b\.yaml: Device or resource busy$"):
        writer.write_in_place(changes)
    assert [Path(change.file).read_text() for change in changes] == [change.before for change in changes]
    assert len(os.listdir(os.path.dirname(changes[0].file))) == 3


def test_what_cannot_be_put_back_is_named(changes: list[FileChange], monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def replace(old: str, new: str) -> None:
        if written:
            raise OSError(errno.EROFS, "Read-only file system", new)
        written.append(new)
        REPLACE(old, new)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(writer.NotWrittenError, match=r"b\.yaml: Read-only file system; written were .*a\.yaml$"):
        writer.write_in_place(changes)


@pytest.mark.skipif(not hasattr(os, "listxattr"), reason="this system has no extended attributes")
def test_a_file_system_without_extended_attributes_is_written_to(
    changes: list[FileChange], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> list[str]:
        raise OSError(errno.ENOTSUP, "Operation not supported", path)

    monkeypatch.setattr(os, "listxattr", refuse)
    writer.write_in_place(changes)
    assert [Path(change.file).read_text() for change in changes] == [change.after for change in changes]
