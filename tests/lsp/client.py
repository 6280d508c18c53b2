"""An editor for tests: a real client that starts the server as an editor does, over stdio."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

ROOT = Path(__file__).parent.parent.parent


class Editor:
    """What it has open, and what it was told of each file."""

    def __init__(self, encodings: list[str] | None = None) -> None:
        self.client = LanguageClient("editor", "1")
        self.told: dict[str, list[lsp.Diagnostic]] = {}
        self.said: list[str] = []
        self.encodings = encodings

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]  # pygls leaves it so
        def take(params: lsp.PublishDiagnosticsParams) -> None:
            self.told[params.uri] = list(params.diagnostics)

        @self.client.feature(lsp.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]  # as well
        def hear(params: lsp.ShowMessageParams) -> None:
            self.said.append(params.message)

    async def start(self, *folders: Path, arguments: tuple[str, ...] = ()) -> lsp.InitializeResult:
        """Starts the server with these folders open."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        await self.client.start_io(sys.executable, "-m", "checker", "lsp", *arguments, env=environment)
        capabilities = lsp.ClientCapabilities(
            general=lsp.GeneralClientCapabilities(position_encodings=self.encodings) if self.encodings else None
        )
        opened = [lsp.WorkspaceFolder(uri(folder), folder.name) for folder in folders]
        result = await self.client.initialize_async(lsp.InitializeParams(capabilities, workspace_folders=opened))
        self.client.initialized(lsp.InitializedParams())
        return result

    async def open(self, path: Path, text: str | None = None) -> None:
        """Opens a file, with another text than the disk has where one is given."""
        item = lsp.TextDocumentItem(uri(path), "yaml", 1, path.read_text("utf-8") if text is None else text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        await self.settled(path)

    async def type(self, path: Path, text: str) -> None:
        """Changes the text of a file that is open, without saving it."""
        whole = lsp.TextDocumentContentChangeWholeDocument(text)
        document = lsp.VersionedTextDocumentIdentifier(uri=uri(path), version=2)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [whole]))
        await self.settled(path)

    async def close(self, path: Path) -> None:
        """Closes a file without saving it."""
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri(path))))
        await self.settled(path)

    async def changed(self, path: Path, kind: lsp.FileChangeType) -> None:
        """Says that somebody else has changed a file on the disk."""
        event = lsp.FileEvent(uri(path), kind)
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
        await self.settled(path)

    async def settled(self, path: Path) -> list[lsp.CodeLens]:
        """Waits until everything that was said so far is judged; the lenses of a file."""
        asked = lsp.CodeLensParams(lsp.TextDocumentIdentifier(uri(path)))
        return list(await self.client.text_document_code_lens_async(asked) or [])

    async def fixes(self, path: Path, place: lsp.Range) -> list[lsp.CodeAction]:
        """The fixes that are offered at a place."""
        asked = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri(path)), place, lsp.CodeActionContext([]))
        found = await self.client.text_document_code_action_async(asked)
        return [item for item in found or [] if isinstance(item, lsp.CodeAction)]

    async def all_fixed(self, path: Path, *only: str) -> list[lsp.CodeAction]:
        """What is offered for a whole file where an editor asks for these kinds of actions alone."""
        everything = lsp.Range(lsp.Position(0, 0), lsp.Position(100_000, 0))
        context = lsp.CodeActionContext([], only=list(only))
        asked = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri(path)), everything, context)
        found = await self.client.text_document_code_action_async(asked)
        return [item for item in found or [] if isinstance(item, lsp.CodeAction)]

    async def hover(self, path: Path, place: lsp.Position) -> str:
        """What is said about a place."""
        found = await self.client.text_document_hover_async(
            lsp.HoverParams(lsp.TextDocumentIdentifier(uri(path)), place)
        )
        return found.contents.value if found is not None and isinstance(found.contents, lsp.MarkupContent) else ""

    async def definition(self, path: Path, place: lsp.Position) -> list[lsp.Location]:
        """What a place refers to."""
        asked = lsp.DefinitionParams(lsp.TextDocumentIdentifier(uri(path)), place)
        found = await self.client.text_document_definition_async(asked)
        return [item for item in found if isinstance(item, lsp.Location)] if isinstance(found, (list, tuple)) else []

    def rules(self, path: Path) -> list[str]:
        """The rules of what is shown in a file."""
        return [str(item.code) for item in self.told.get(uri(path), [])]

    async def stop(self) -> None:
        """Ends the server as an editor does."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()  # type: ignore[no-untyped-call]  # pygls leaves it so


def uri(path: Path) -> str:
    return from_fs_path(str(path)) or ""


def applied(text: str, edits: list[lsp.TextEdit]) -> str:
    """A text with edits of whole lines and columns of ASCII made in it, the last one first."""
    lines = text.splitlines(keepends=True)

    def offset(place: lsp.Position) -> int:
        return sum(map(len, lines[: place.line])) + place.character

    for edit in sorted(edits, key=lambda item: offset(item.range.start), reverse=True):
        start, end = offset(edit.range.start), offset(edit.range.end)
        text = text[:start] + edit.new_text + text[end:]
    return text


def run(story: Callable[[Editor], Coroutine[Any, Any, None]], encodings: list[str] | None = None) -> None:
    """Tells a story with an editor, and ends it."""

    async def whole() -> None:
        editor = Editor(encodings)
        try:
            await story(editor)
        finally:
            await asyncio.wait_for(editor.stop(), 30)

    asyncio.run(_bounded(whole()))


async def _bounded(story: Awaitable[None]) -> None:
    await asyncio.wait_for(story, 240)
