"""A folder that an editor has open: what the gate says of it, unsaved texts included."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ..ack.scan import can_concern
from ..errors import UsageError
from ..gate.cells import JudgedCell, report_of
from ..gate.judge import judge
from ..gate.options import GateOptions
from ..gate.prepare import prepare_cells
from ..gate.prepared import with_texts
from ..gate.report import Report
from ..text.files import read_bytes, unsaved
from ..text.source import decode


class Folder:
    """What is known of a folder. Files are named by their absolute paths here, and from the folder in reports.

    `cells` are the judgements, `report` what they come to together; `problems` are sentences that say why there is none
    (a configuration or a requirement that cannot be read), as the command line says them."""

    def __init__(self, root: str, cell: str | None = None) -> None:
        self.root = os.path.realpath(root)
        self.cell = cell
        self.texts: dict[str, str] = {}
        self.cells: tuple[JudgedCell, ...] = ()
        self.report: Report | None = None
        self.problems: tuple[str, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a file is in this folder."""
        return os.path.realpath(path).startswith(os.path.join(self.root, ""))

    def shown(self, path: str) -> str:
        """A file as reports name it."""
        return os.path.relpath(os.path.realpath(path), self.root)

    def path_of(self, name: str) -> str:
        """The path of a file that a report names."""
        return os.path.normpath(os.path.join(self.root, name))

    def text_of(self, name: str) -> str | None:
        """The text of a file that a report names, as the editor has it; None where it cannot be read."""
        known = self.texts.get(self.path_of(name))
        if known is not None:
            return known
        try:
            return decode(read_bytes(self.path_of(name)))
        except OSError:
            return None

    def refresh(self) -> None:
        """Reads and judges everything anew."""
        with self._here():
            try:
                made = prepare_cells(GateOptions((), cell=self.cell))
                self._take(tuple(JudgedCell(one, judge(*one)) for one in made))
            except UsageError as error:
                self.cells, self.report, self.problems = (), None, error.lines

    def edit(self, path: str, text: str | None) -> None:
        """Takes in the text of a file as the editor has it, None where it is that of the disk again."""
        path = os.path.realpath(path)
        name = self.shown(path)
        known = self._read_as(name)
        if text is None:
            self.texts.pop(path, None)
            text = self.text_of(name)
        else:
            self.texts[path] = text
        if text is None:
            self.refresh()
        elif known is None:
            # Files that hold nothing for us are not kept: it may be a new one, a configuration, a requirement.
            if self.report is None or can_concern(text.encode("utf-8", "replace")) or self._decides(name):
                self.refresh()
        elif known != text:
            self._judge_again(name, text)

    def _read_as(self, name: str) -> str | None:
        """The text that a manifest was judged with; None for a file that is none."""
        for cell in self.cells:
            for item in cell.made.material.files:
                if item.source.name == name:
                    return item.source.text
        return None

    def _decides(self, name: str) -> bool:
        """Whether a file is a configuration or a requirement."""
        return os.path.basename(name) in ("checker.yaml", ".checker.yaml", "pyproject.toml") or any(
            name in map(os.path.relpath, cell.made.terms.requirements.sources) for cell in self.cells
        )

    def _judge_again(self, name: str, text: str) -> None:
        with self._here():
            cells = []
            for made, judged in self.cells:
                changed = made._replace(material=with_texts(made.material, {name: text}, made.terms.placeholders))
                cells.append(JudgedCell(changed, judge(*changed, earlier=judged)))
            self._take(tuple(cells))

    def _take(self, cells: tuple[JudgedCell, ...]) -> None:
        self.cells, self.report, self.problems = cells, report_of(cells, self.cell), ()

    @contextmanager
    def _here(self) -> Iterator[None]:
        """Within this folder, with the texts of the editor."""
        before = os.getcwd()
        os.chdir(self.root)
        try:
            with unsaved({path: text.encode("utf-8", "surrogateescape") for path, text in self.texts.items()}):
                yield
        finally:
            os.chdir(before)
