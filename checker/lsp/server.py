"""The server: what an editor says and asks, and what it is told. Requests wait for the text that they are about."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from functools import partial

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from ..ack.limits import remember
from ..text.files import EXTENSIONS, work_tree
from ..version import __version__
from .definitions import definitions
from .diagnostics import diagnostics, range_of
from .folder import Folder
from .quick_fixes import FIX_ALL, fix_all, quick_fixes
from .ranges import contains
from .roles import lenses, verdict

_PAUSE = 0.1
"""Seconds without a change after which a text is judged."""
_WATCHED = (
    *(f"**/*{extension}" for extension in (*EXTENSIONS, ".tpl", ".txt")),
    "**/Kustomization", "**/Kptfile", "**/pyproject.toml",
)  # fmt: skip


class Server(LanguageServer):
    """The folders that are open, and what was said of them last."""

    def __init__(self, cell: str | None = None) -> None:
        # Whole texts: an edit of a part is counted in lines, and not every client ends them where we do.
        super().__init__("checker", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.cell = cell
        self.folders: dict[str, Folder] = {}
        self.shown: dict[str, list[lsp.Diagnostic]] = {}
        self.waiting: dict[str, str | None] = {}
        self.timer: asyncio.TimerHandle | None = None

    @property
    def encoding(self) -> str:
        """The units in which columns are counted."""
        return self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16

    def open_folder(self, root: str) -> Folder:
        """Judges a folder, and shows what there is."""
        folder = self.folders[root] = Folder(root, self.cell)
        self.refresh(folder)
        return folder

    def folder_of(self, path: str) -> Folder:
        """The innermost folder that holds a file; one of its own for a file that is opened alone."""
        holding = [folder for folder in self.folders.values() if folder.holds(path)]
        if holding:
            return max(holding, key=lambda folder: len(folder.root))
        return self.open_folder(work_tree(os.path.dirname(path)) or os.path.dirname(path))

    def change(self, uri: str, text: str | None) -> None:
        """Takes a text in, once nothing has changed for a moment."""
        path = to_fs_path(uri)
        if path is None:
            return
        self.waiting[path] = text
        self._forget()
        if self.timer is not None:
            self.timer.cancel()
        self.timer = asyncio.get_running_loop().call_later(_PAUSE, self.flush)

    def _forget(self) -> None:
        """Drops what pygls 2.1 keeps of every change it was told of (json_rpc.py, _execute_handler: the future of a
        generator stays in _request_futures, and nobody takes that of a notification out again)."""
        futures = getattr(self.protocol, "_request_futures", {})
        for key in [key for key, future in futures.items() if future.done()]:
            del futures[key]

    def flush(self) -> None:
        """Judges what is waiting."""
        if self.timer is not None:
            self.timer.cancel()
        waiting, self.waiting, self.timer = self.waiting, {}, None
        for path, text in waiting.items():
            self.folder_of(path)
            # A folder may be open within another, and a file may decide in several.
            for folder in [one for one in self.folders.values() if one.holds(path)]:
                self._guarded(folder, partial(folder.edit, path, text))

    def refresh(self, folder: Folder) -> None:
        """Reads a folder anew. What was read stays for as long as the folder is open: the collector need not go
        through it with every change."""
        gc.unfreeze()
        self._guarded(folder, folder.refresh)
        gc.collect()
        gc.freeze()

    def _guarded(self, folder: Folder, work: Callable[[], None]) -> None:
        """Does the work, and publishes the result. A defect of ours is shown as a message, and no old result stays."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the server must not end, and must not be silent
            folder.cells, folder.report = (), None
            folder.problems = (f"internal error, nothing was decided: {type(error).__name__}: {error}",)
            message = lsp.ShowMessageParams(lsp.MessageType.Error, f"checker: {folder.problems[0]}")
            self.window_show_message(message)
        self.publish()

    def publish(self) -> None:
        """Publishes the diagnostics of each file where they have changed."""
        by_path: dict[str, list[lsp.Diagnostic]] = {}
        for folder in self.folders.values():
            for path, items in diagnostics(folder, self.encoding).items():
                known = by_path.setdefault(path, [])
                known += [item for item in items if item not in known]
        for path in {*by_path, *self.shown}:
            if by_path.get(path, []) != self.shown.get(path, []):
                uri = from_fs_path(path) or ""
                self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, by_path.get(path, [])))
        self.shown = by_path

    def at(self, uri: str) -> tuple[Folder, str] | None:
        """The folder of a file and its name there, after everything that was typed is judged."""
        path = to_fs_path(uri)
        if path is None:
            return None
        self.flush()
        folder = self.folder_of(path)
        return folder, folder.shown(path)


_REMEMBERED = 2_000
"""Objects of which it is remembered what AWS refuses in them: every edit brings new ones."""


def make_server(cell: str | None = None) -> Server:
    """A server with everything it can do."""
    remember(_REMEMBERED)
    server = Server(cell)

    @server.feature(lsp.INITIALIZED)
    def initialized(params: lsp.InitializedParams) -> None:
        for workspace_folder in server.workspace.folders.values():
            path = to_fs_path(workspace_folder.uri)
            if path is not None:
                server.open_folder(path)
        capabilities = server.client_capabilities.workspace
        watching = capabilities.did_change_watched_files if capabilities else None
        if watching is not None and watching.dynamic_registration:
            watchers = [lsp.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
            server.client_register_capability(
                lsp.RegistrationParams([lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)])
            )

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        for workspace_folder in params.event.removed:
            server.folders.pop(to_fs_path(workspace_folder.uri) or "", None)
        for workspace_folder in params.event.added:
            server.open_folder(to_fs_path(workspace_folder.uri) or workspace_folder.uri)
        server.publish()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        changed = [path for one in params.changes if (path := to_fs_path(one.uri)) is not None]
        for folder in server.folders.values():
            # What the editor has open is judged as it is there, saved or not.
            if any(folder.holds(path) and folder.is_stale(path) for path in changed):
                server.refresh(folder)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.change(params.text_document.uri, params.text_document.text)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.change(uri, server.workspace.get_text_document(uri).source)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.change(params.text_document.uri, None)

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix, FIX_ALL])
    )
    def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        target = server.at(params.text_document.uri)
        if target is None or target[0].report is None:
            return []
        folder, name = target
        here = [item for item in folder.report.findings if item.location.file == name] if folder.report else []
        # All at once only where it is asked for by kind, as when a file is saved: a menu opens at every move.
        if params.context.only and not _wants(params.context, lsp.CodeActionKind.QuickFix.value):
            every = fix_all(folder, name, here, server.encoding) if _wants(params.context, FIX_ALL) else None
            return [every] if every is not None else []
        shown = [(item, range_of(item, folder, server.encoding)) for item in here]
        asked = [
            (item, lsp.Diagnostic(shown_range, item.message, code=item.rule, source="checker"))
            for item, shown_range in shown
            if contains(shown_range, params.range.start) or contains(params.range, shown_range.start)
        ]
        return list(quick_fixes(folder, asked, server.encoding))

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        target = server.at(params.text_document.uri)
        if target is None:
            return None
        markdown = _hover(server, *target, params.position)
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, markdown)) if markdown else None

    @server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    def code_lenses(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        target = server.at(params.text_document.uri)
        return list(lenses(*target, server.encoding)) if target else []

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(params: lsp.DefinitionParams) -> list[lsp.Location]:
        target = server.at(params.text_document.uri)
        return definitions(*target, params.position, server.encoding) if target else []

    return server


def _wants(context: lsp.CodeActionContext, kind: str) -> bool:
    """Whether an editor asks for this kind of action, or for one that it belongs to."""
    return any(kind == only or kind.startswith(f"{only}.") for only in map(_as_text, context.only or ()))


def _as_text(kind: lsp.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, lsp.CodeActionKind) else kind


def _hover(server: Server, folder: Folder, name: str, cursor: lsp.Position) -> str:
    """The pages of the rules whose findings are under the cursor, else the verdict of the role there."""
    from ..report.style.pages import as_markdown, page
    from ..rules import BY_ID

    rules = [
        item.rule
        for item in (folder.report.findings if folder.report else ())
        if item.location.file == name and contains(range_of(item, folder, server.encoding), cursor)
    ]
    pages = [f"## {rule}\n\n{as_markdown(page(BY_ID[rule].__doc__), 3)}" for rule in dict.fromkeys(rules)]
    return "\n\n---\n\n".join(pages) or verdict(folder, name, cursor.line, server.encoding)
