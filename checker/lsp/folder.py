"""A folder that an editor has open: what the gate says of it, unsaved texts included.

After an edit most of the judgement before still holds, and is taken over where that is certain. Where a kustomization
or a chart may be involved, or where what decides or the set of files has changed, everything is read anew: a wrong
answer is worse than a late one.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..ack.scan import CONFIGURATIONS, KUSTOMIZATIONS, can_concern, may_hold_variables
from ..config.file import find_config
from ..errors import UsageError
from ..gate.cells import JudgedCell, report_of
from ..gate.judge import judge
from ..gate.options import GateOptions
from ..gate.prepare import prepare_cells
from ..gate.prepared import with_texts
from ..gate.report import Report
from ..project.inputs import may_release
from ..text.files import find_files, read_bytes, unsaved
from ..text.limits import FILE_LIMIT
from ..text.source import decode
from .copy import copied

_RENDERED = (*KUSTOMIZATIONS, "Chart.yaml")
_DECIDING = (*CONFIGURATIONS, "pyproject.toml", *_RENDERED)


class Folder:
    """What is known of a folder. Files are named by their real paths here, and from the folder in reports.

    `texts` are those of the editor, saved or not. `cells` are the judgements, `report` what they come to together;
    `problems` are sentences that say why there is none (a configuration or a requirement that cannot be read), as the
    command line says them."""

    def __init__(self, root: str, cell: str | None = None) -> None:
        self.opened = os.path.abspath(root)
        self.root = os.path.realpath(root)
        self.cell = cell
        self.texts: dict[str, str] = {}
        self.cells: tuple[JudgedCell, ...] = ()
        self.report: Report | None = None
        self.problems: tuple[str, ...] = ()
        self._read: frozenset[str] = frozenset()
        self._linked: frozenset[str] = frozenset()

    def holds(self, path: str) -> bool:
        """Whether a file is in this folder, or is read or decides here from elsewhere."""
        real = os.path.realpath(path)
        if real.startswith(os.path.join(self.root, "")) or real in self._deciding() or real in self._read:
            return True
        is_above = os.path.join(self.root, "").startswith(os.path.join(os.path.dirname(real), ""))
        return is_above and os.path.basename(real) in _DECIDING

    def shown(self, path: str) -> str:
        """A file as reports name it."""
        return os.path.relpath(os.path.realpath(path), self.root)

    def path_of(self, name: str) -> str:
        """The path of a file that a report names."""
        return os.path.normpath(os.path.join(self.root, name))

    def contains(self, name: str) -> bool:
        """Whether a file that a report names lies in this folder itself."""
        return self.path_of(name).startswith(os.path.join(self.root, ""))

    def opened_as(self, name: str) -> str:
        """The path of a file that a report names, as the editor has it: it may have opened the folder by a link."""
        return os.path.normpath(os.path.join(self.opened, name))

    def text_of(self, name: str) -> str | None:
        """The text of a file that a report names, as the editor has it; None where it cannot be read."""
        known = self.texts.get(os.path.realpath(self.path_of(name)))
        if known is not None:
            return known
        try:
            return decode(read_bytes(self.path_of(name)))
        except OSError:
            return None

    def refresh(self) -> None:
        """Reads and judges everything anew."""
        unsaved_texts = self._unsaved()
        try:
            # Renderers read the disk, and only files on it are listed: with unsaved texts both need a copy.
            if unsaved_texts and (self._renders(unsaved_texts) or not all(map(os.path.exists, unsaved_texts))):
                with copied(self.root, unsaved_texts) as folder, _within(folder):
                    self._judge_all()
            else:
                with self.here():
                    self._judge_all()
        except UsageError as error:
            self.cells, self.report, self.problems = (), None, error.lines
            if find_config(self.root) is None and not find_files((self.root,)).files:
                self.problems = ()  # a folder without manifests and without a configuration is no business of ours

    def edit(self, path: str, text: str | None) -> None:
        """Takes in the text of a file as the editor has it, None where it is that of the disk again."""
        path = os.path.realpath(path)
        name = self.shown(path)
        before = self.text_of(name)
        if text is None:
            self.texts.pop(path, None)
            text = self.text_of(name)
        else:
            # A byte order mark is no part of the text: files are read without it, too.
            text = self.texts[path] = text.removeprefix("\ufeff")
        if text is not None and self._follows(name, text):
            self._judge_again(name, text)
        elif text is None or self._matters(name, before, text):
            self.refresh()

    def is_of_others(self) -> bool:
        """Whether nothing here is ours and nothing is configured: that a requirement selects nothing is then no
        fault of the folder."""
        counts = self.report.summary if self.report is not None and self.report.is_unconfigured else None
        return counts is not None and not (counts.roles or counts.policies or counts.skipped)

    def _follows(self, name: str, text: str) -> bool:
        """Whether an edit changes only what one manifest says, and that one is judged as it is written."""
        if self.report is None or self._renders({self.path_of(name): text}) or 4 * len(text) > FILE_LIMIT:
            return False
        if self.path_of(name) in self._linked:
            return False  # it is read under several names
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        for made, _ in self.cells:
            old = next((item.source for item in made.material.files if item.source.name == name), None)
            is_limited = made.terms.is_partial or made.terms.files is not None or made.terms.today != today
            if is_limited or old is None or old.refused or ("substituteFrom" in text) != ("substituteFrom" in old.text):
                return False
        return bool(self.cells) and not self._decides(name, text)

    def _matters(self, name: str, before: str | None, text: str) -> bool:
        """Whether an edit may change any finding; most edits of files that were not read do not."""
        if self.report is None or self._renders({self.path_of(name): text}) or self._decides(name, text):
            return True
        is_read = any(item.source.name == name for made, _ in self.cells for item in made.material.files)
        texts = [one.encode("utf-8", "surrogatepass") for one in (before or "", text)]
        return before != text and (is_read or any(can_concern(one) or may_hold_variables(one) for one in texts))

    def _renders(self, more: Mapping[str, str]) -> bool:
        """Whether anything here is rendered, or would be with these texts."""
        names = {name for made, _ in self.cells for name in made.material.names} | more.keys()
        if any(os.path.basename(name) in _RENDERED for name in names) or any(map(may_release, more.values())):
            return True
        return any(
            made.material.renderings or made.material.charts or any(item.kustomizations for item in made.material.files)
            for made, _ in self.cells
        )

    def _decides(self, name: str, text: str) -> bool:
        """Whether a file is a configuration or a requirement, or may be one."""
        is_deciding = os.path.basename(name) in _DECIDING or "checker/v1" in text
        return is_deciding or os.path.realpath(self.path_of(name)) in self._deciding()

    def _deciding(self) -> frozenset[str]:
        """The configuration and the requirements that decide here."""
        names: set[str] = set()
        for made, _ in self.cells:
            names |= {*made.terms.requirements.sources, made.terms.config.file if made.terms.config else ""} - {""}
        return frozenset(os.path.realpath(self.path_of(name)) for name in names)

    def _judge_all(self) -> None:
        prepared = prepare_cells(GateOptions((), cell=self.cell))
        here = os.path.realpath(os.curdir)
        self._take(tuple(JudgedCell(one, judge(*one)) for one in prepared))
        material = [one.material for one in prepared]
        names = {name for one in material for name in one.names}
        names |= {path for one in material for rendering in one.renderings for path in rendering.root.files}
        names |= {item.source.name for one in material for item in (*one.files, *one.background)}
        paths = [(os.path.relpath(os.path.realpath(name), here), os.path.relpath(name)) for name in names]
        # Paths in a copy become those in the folder itself.
        self._read = frozenset(self.path_of(real) for real, _ in paths)
        self._linked = frozenset(self.path_of(real) for real, name in paths if real != os.path.normpath(name))

    def _judge_again(self, name: str, text: str) -> None:
        with self.here():
            cells = []
            for made, judged in self.cells:
                changed = made._replace(material=with_texts(made.material, {name: text}, made.terms.placeholders))
                cells.append(JudgedCell(changed, judge(*changed, earlier=judged.earlier)))
            self._take(tuple(cells))

    def _take(self, cells: tuple[JudgedCell, ...]) -> None:
        self.cells, self.report, self.problems = cells, report_of(cells, self.cell), ()

    def _unsaved(self) -> dict[str, str]:
        """The texts that the disk does not have."""
        return {path: text for path, text in self.texts.items() if _on_disk(path) != text}

    def is_stale(self, path: str) -> bool:
        """Whether a file that somebody has changed on the disk may have another text than was judged. Those that are
        open are judged as the editor has them; what decides is read again all the same."""
        return os.path.realpath(path) not in self.texts or os.path.basename(path) in _DECIDING

    def is_rendered_unsaved(self) -> bool:
        """Whether something was rendered from unsaved texts: a proof from the files on the disk says nothing of it."""
        unsaved_texts = self._unsaved()
        return bool(unsaved_texts) and self._renders(unsaved_texts)

    @contextmanager
    def here(self) -> Iterator[None]:
        """Within this folder, with the texts of the editor."""
        texts = {path: text.encode("utf-8", "surrogatepass") for path, text in self._unsaved().items()}
        with _within(self.root), unsaved(texts):
            yield


def _on_disk(path: str) -> str | None:
    try:
        return decode(read_bytes(path))
    except OSError:
        return None


@contextmanager
def _within(folder: str) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
