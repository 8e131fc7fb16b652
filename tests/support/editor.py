"""An editor that speaks to `gitopslint lsp` over standard input and output, by the client of pygls."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from tests.support.repo import clean_git_environment

_PATIENCE = 60.0


class Editor:
    """An editor with what the server has told it."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.capabilities = types.ServerCapabilities()
        self.shown: dict[str, list[types.Diagnostic]] = {}
        self.logged: list[str] = []
        self._news = asyncio.Event()
        self._versions: dict[str, int] = {}

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def _published(params: types.PublishDiagnosticsParams) -> None:
            self.shown[params.uri] = list(params.diagnostics)
            self._news.set()

        @client.feature(types.WINDOW_LOG_MESSAGE)  # type: ignore[untyped-decorator]
        def _logged(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)
            self._news.set()

    def rules(self, file: Path) -> list[str]:
        """Return what is shown for a file: the rules, without what is undecided."""
        listed = self.shown.get(file.as_uri(), [])
        return sorted(str(one.code) for one in listed if one.severity != types.DiagnosticSeverity.Hint)

    def the(self, file: Path, rule: str) -> types.Diagnostic:
        """Return the only diagnostic of a rule in a file."""
        (one,) = [one for one in self.shown[file.as_uri()] if one.code == rule]
        return one

    async def until(self, wanted: Callable[[], bool]) -> None:
        """Wait until something is so. Fails after a while, with what is shown."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while not wanted():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"never came: {self.shown} {self.logged}") from None

    def open(self, file: Path, text: str | None = None) -> None:
        """Open a file, with the text on disk or another one."""
        self._versions[file.as_uri()] = 1
        text = file.read_text("utf-8") if text is None else text
        item = types.TextDocumentItem(file.as_uri(), "yaml", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, file: Path, text: str) -> None:
        """Change the text of an open file, without saving it."""
        self._versions[file.as_uri()] += 1
        document = types.VersionedTextDocumentIdentifier(self._versions[file.as_uri()], file.as_uri())
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def save(self, file: Path, text: str) -> None:
        """Write a file, and tell the server."""
        file.write_text(text, "utf-8")
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(file.as_uri())))

    def close(self, file: Path) -> None:
        """Close a file."""
        document = types.TextDocumentIdentifier(file.as_uri())
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    async def hover(self, file: Path, line: int, character: int) -> str:
        """Return the page that is shown at a place; nothing where there is none."""
        document = types.TextDocumentIdentifier(file.as_uri())
        position = types.Position(line, character)
        found = await self.client.text_document_hover_async(types.HoverParams(document, position))
        if found is None:
            return ""
        assert isinstance(found.contents, types.MarkupContent)
        return found.contents.value

    async def actions(self, file: Path, at: types.Range, only: list[str] | None = None) -> list[types.CodeAction]:
        """Return what is offered for a range."""
        document = types.TextDocumentIdentifier(file.as_uri())
        context = types.CodeActionContext([], only)
        found = await self.client.text_document_code_action_async(types.CodeActionParams(document, at, context))
        return [one for one in found or [] if isinstance(one, types.CodeAction)]


@asynccontextmanager
async def editor(
    folders: Iterable[Path], *, encodings: Iterable[str] = (), document_changes: bool = True
) -> AsyncIterator[Editor]:
    """Start the server for some folders, and end it as the protocol says."""
    client = LanguageClient("tests", "1")
    one = Editor(client)
    await client.start_io(sys.executable, "-m", "gitopslint", "lsp", env=clean_git_environment())
    offered: list[Any] = [types.PositionEncodingKind(encoding) for encoding in encodings]
    capabilities = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=offered or None),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=document_changes),
            workspace_folders=True,
        ),
    )
    answer = await client.initialize_async(
        types.InitializeParams(capabilities, workspace_folders=[_folder(folder) for folder in folders])
    )
    one.capabilities = answer.capabilities
    client.initialized(types.InitializedParams())
    yield one
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()  # type: ignore[no-untyped-call]


def _folder(folder: Path) -> types.WorkspaceFolder:
    return types.WorkspaceFolder(folder.as_uri(), folder.name)


def changed_folders(added: Iterable[Path], removed: Iterable[Path]) -> types.DidChangeWorkspaceFoldersParams:
    """Return the words for folders that come and go."""
    event = types.WorkspaceFoldersChangeEvent([_folder(one) for one in added], [_folder(one) for one in removed])
    return types.DidChangeWorkspaceFoldersParams(event)


def applied(text: str, action: types.CodeAction) -> str:
    """Return a text of ASCII after an action that changes nothing else."""
    assert action.edit is not None
    edits: list[Any] = []
    for change in action.edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        edits += change.edits
    for listed in (action.edit.changes or {}).values():
        edits += listed
    lines = text.split("\n")
    for edit in sorted(edits, key=lambda edit: edit.range.start, reverse=True):
        start, end = edit.range.start, edit.range.end
        before, after = lines[start.line][: start.character], lines[end.line][end.character :]
        lines[start.line : end.line + 1] = (before + edit.new_text + after).split("\n")
    return "\n".join(lines)
