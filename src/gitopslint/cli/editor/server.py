"""The language server: what it is told by an editor, and what it answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument

from gitopslint import __version__
from gitopslint.cli.editor.pipes import incoming, outgoing
from gitopslint.cli.editor.queue import Queue
from gitopslint.cli.editor.session import Look, Mistake, contracts_below, look, mistakes
from gitopslint.cli.editor.waiving import waiver_for
from gitopslint.cli.exits import UsageError
from gitopslint.cli.workspace import locate
from gitopslint.engine.faults import where
from gitopslint.model.finding import Finding
from gitopslint.model.textmap import Encoding, TextMap
from gitopslint.reporters.lsp.actions import action, touched
from gitopslint.reporters.lsp.diagnostics import SOURCE, diagnostics, mistake
from gitopslint.reporters.lsp.hover import finding_page, values_page
from gitopslint.reporters.lsp.places import Places

_AT_ONCE, _WHILE_TYPING, _LONGEST_WAIT = 0.02, 0.3, 5.0
_WATCHED = "**/*.{yaml,yml,json}"


class Editor:
    """What one editor has open, and what was last seen of it."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server
        self._queue = Queue(self._look)
        self._looks: dict[Path, Look] = {}
        self._shown: dict[Path, dict[str, list[types.Diagnostic]]] = {}
        self._took: dict[Path, float] = {}
        self._said: dict[Path, str] = {}
        self._left: set[Path] = set()

    def begin(self) -> None:
        """Look at the folders of the workspace, and ask to be told of files that change on disk."""
        self._watch()
        workspace = self._server.workspace
        folders = [folder.uri for folder in workspace.folders.values()]
        self.ask_below(folders or ([workspace.root_uri] if workspace.root_uri else []))

    def ask_below(self, uris: Iterable[str]) -> None:
        """Look at folders, and at every contract that stands below them."""
        for uri in uris:
            self.ask([uri])
            path = to_fs_path(uri)
            for folder in contracts_below(Path(path)) if path else ():
                self._left.discard(folder)
                self._queue.ask(folder, _AT_ONCE)

    def ask(self, uris: Iterable[str], *, typing: bool = False) -> None:
        """Look again at the repositories of some files or folders."""
        for root in self._roots(uris):
            self._left.discard(root)
            # Who types must not wait for a large repository, nor it for them.
            delay = min(max(_WHILE_TYPING, self._took.get(root, 0.0)), _LONGEST_WAIT) if typing else _AT_ONCE
            self._queue.ask(root, delay)

    def saved(self, uri: str) -> None:
        """Look again at the repository of a file, and at those that are held against another one: it may be this."""
        self.ask([uri])
        for root, seen in self._looks.items():
            if seen.reads_another:
                self._queue.ask(root, _WHILE_TYPING)

    def changed_on_disk(self, uris: Iterable[str]) -> None:
        """Look again where something changed on disk, at what was looked at before."""
        for root in self._roots(uris):
            if root in self._shown:
                self._queue.ask(root, _WHILE_TYPING)

    def leave(self, uris: Iterable[str]) -> None:
        """Take back what was said about folders that are no part of the workspace any more."""
        folders = [Path(path) for uri in uris if (path := to_fs_path(uri))]
        open_ones = list(self._documents())
        for root in [*self._shown]:
            gone = any(root.is_relative_to(folder) for folder in folders)
            if gone and not any(path.is_relative_to(root) for path in open_ones):
                self._queue.forget(root)
                self._looks.pop(root, None)
                self._publish(root, {})
                self._left.add(root)
                del self._shown[root]

    async def hover(self, uri: str, position: types.Position) -> types.Hover | None:
        """Say where a value counts, and what is wrong with it."""
        seen, path, document = self._seen(uri)
        if seen is None or path is None or document is None:
            return None
        line, column = TextMap(document.source, self._encoding).from_editor(position.line, position.character)
        key_path, readings = await asyncio.to_thread(seen.readings, path, document.source, line, column)
        pages = [values_page(key_path, readings, path, seen.report.prefix)] if readings else []
        if document.source == seen.text(path):
            pages += [finding_page(one, seen.report) for one in seen.report.findings if _at(one, path, line, column)]
        if not pages:
            return None
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(pages)))

    def actions(self, uri: str, wanted: types.Range, only: Iterable[str] | None) -> list[types.CodeAction]:
        """Offer fixes and waivers for the findings in a range."""
        seen, path, document = self._seen(uri)
        kinds = tuple(only or (types.CodeActionKind.QuickFix,))
        if seen is None or path is None or document is None or document.source != seen.text(path):
            return []  # what is typed meanwhile is looked at soon, and then the editor asks again
        if not any(types.CodeActionKind.QuickFix.startswith(kind) for kind in kinds):
            return []
        text = TextMap(document.source, self._encoding)
        first, _ = text.from_editor(wanted.start.line, wanted.start.character)
        last, _ = text.from_editor(wanted.end.line, wanted.end.character)
        places = self._places(seen)
        versions = self._versions(seen) if self._knows_versions() else None
        offered = []
        for finding in touched(seen.report.findings, path, first, last):
            fixes = [finding.fix, waiver_for(finding, document.source)]
            offered += [action(finding, fix, seen.report, places, versions) for fix in fixes if fix is not None]
        return offered

    def fault(self, error: Exception) -> None:
        """Log a fault of ours by its kind and place: its text may quote the repository."""
        self._say(Path(), f"fault of gitopslint itself: {where(error)}", types.MessageType.Error)

    async def _look(self, root: Path) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        unsaved = {path: document.source.encode("utf-8", "replace") for path, document in self._documents().items()}
        try:
            seen = await asyncio.to_thread(look, root, unsaved)
        except UsageError as error:
            self._looks.pop(root, None)
            self._publish(root, self._mistaken(root, error))
        except Exception as error:  # noqa: BLE001 - the editor goes on
            self.fault(error)
        else:
            self._looks[root] = seen
            for fault in seen.report.faults:
                self._say(root, f"the rule {fault.rule} crashed ({fault.error})", types.MessageType.Error)
            found = await asyncio.to_thread(diagnostics, seen.report, self._places(seen))
            uri = self._places(seen).uri
            self._publish(root, {uri(path): listed for path, listed in found.items()})
        self._took[root] = clock() - begun

    def _mistaken(self, root: Path, error: UsageError) -> dict[str, list[types.Diagnostic]]:
        """Return the mistakes of a contract by file; what has no place is only logged."""
        found: dict[str, list[types.Diagnostic]] = {}
        repository = locate(str(root)).repository
        top = repository.top if repository is not None else root
        for one in mistakes(error):
            if not isinstance(one, Mistake):
                self._say(root, one, types.MessageType.Info)
                continue
            file = top / one.path
            places = Places(lambda path: self._uri(top / path), cache(lambda path: self._text_at(top / path)))
            diagnostic = mistake(one.message, one.line, one.column, places, one.path)
            found.setdefault(self._uri(file), []).append(diagnostic)
        return found

    def _publish(self, root: Path, found: dict[str, list[types.Diagnostic]]) -> None:
        """Show diagnostics by file, and take back those that are gone. A file can lie below several contracts."""
        if root in self._left:
            return
        before = self._shown.get(root, {})
        self._shown[root] = found
        for uri in before.keys() | found.keys():
            every = (one for shown in self._shown.values() for one in shown.get(uri, ()))
            once = {(str(one.range), one.code, one.message): one for one in every}
            self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, list(once.values())))

    def _places(self, seen: Look) -> Places:
        encoding = self._encoding
        return Places(lambda path: self._uri(seen.root / path), cache(lambda path: TextMap(seen.text(path), encoding)))

    def _text_at(self, file: Path) -> TextMap:
        document = self._documents().get(file)
        try:
            text = document.source if document is not None else file.read_text("utf-8-sig", "replace")
        except OSError:
            text = ""
        return TextMap(text, self._encoding)

    def _seen(self, uri: str) -> tuple[Look | None, str | None, TextDocument | None]:
        """Return the last look at the repository of an open file, its path there, and the file."""
        file = to_fs_path(uri)
        document = self._server.workspace.text_documents.get(uri)
        for root in self._roots([uri]):
            if (seen := self._looks.get(root)) is not None and file is not None:
                return seen, Path(file).relative_to(root).as_posix(), document
        return None, None, None

    def _roots(self, uris: Iterable[str]) -> list[Path]:
        found: dict[Path, None] = {}
        for path in map(to_fs_path, uris):
            if path and (root := self._root_of(Path(path))) is not None:
                found[root] = None
        return list(found)

    def _root_of(self, path: Path) -> Path | None:
        """Return the root that a file or folder belongs to."""
        folder = path if path.is_dir() else path.parent
        while not folder.exists():  # a file that is new, or gone
            folder = folder.parent
        try:
            return locate(str(folder)).root
        except (UsageError, OSError) as error:
            self._say(folder, str(error), types.MessageType.Warning)
            return None

    def _documents(self) -> dict[Path, TextDocument]:
        documents = list(self._server.workspace.text_documents.items())
        return {Path(path): document for uri, document in documents if (path := to_fs_path(uri))}

    def _uri(self, file: Path) -> str:
        """Return the name that the editor has given to a file, or else its usual one."""
        document = self._documents().get(file)
        return document.uri if document is not None else file.as_uri()

    def _versions(self, seen: Look) -> Callable[[str], int | None]:
        documents = self._documents()

        def version(path: str) -> int | None:
            document = documents.get(seen.root / path)
            return document.version if document is not None else None

        return version

    @property
    def _encoding(self) -> Encoding:
        return cast(Encoding, self._server.workspace.position_encoding or "utf-16")

    def _knows_versions(self) -> bool:
        workspace = self._server.client_capabilities.workspace
        edits = workspace.workspace_edit if workspace is not None else None
        return bool(edits is not None and edits.document_changes)

    def _watch(self) -> None:
        workspace = self._server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is None or not watching.dynamic_registration:
            return
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED)])
        registration = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        self._server.client_register_capability(types.RegistrationParams([registration]))

    def _say(self, root: Path, text: str, kind: types.MessageType) -> None:
        """Write to the log of the editor, once for the same text in a row."""
        if self._said.get(root) != text:
            self._said[root] = text
            self._server.window_log_message(types.LogMessageParams(kind, f"{SOURCE}: {text}"))


def _at(finding: Finding, path: str, line: int, column: int) -> bool:
    span = finding.span
    inside = (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)
    return span.path == path and inside


class _Server(LanguageServer):
    """A server that never sends the text of an error: it may quote the repository."""

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002 - as the library calls it
        """Log the kind and the place of an error that nobody waits for."""
        text = f"{SOURCE}: fault of gitopslint itself: {where(error)}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))


def serve() -> None:
    """Serve an editor over standard input and output until it leaves. Raises UsageError for what is no editor."""
    # The library logs errors with their text, which may quote the repository. `report_server_error` says the rest.
    logging.getLogger().addHandler(logging.NullHandler())
    _make_server().start_io(cast(BinaryIO, incoming()), outgoing())


def _make_server() -> LanguageServer:
    """Return a server that is ready to be started."""
    # Whole texts with each change: the library counts lines as Python does, which is not how editors count them.
    server = _Server(SOURCE, __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
    editor = Editor(server)

    @server.feature(types.INITIALIZED)
    async def _initialized(_: types.InitializedParams) -> None:
        editor.begin()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def _opened(params: types.DidOpenTextDocumentParams) -> None:
        editor.ask([params.text_document.uri])

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def _changed(params: types.DidChangeTextDocumentParams) -> None:
        editor.ask([params.text_document.uri], typing=True)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def _saved(params: types.DidSaveTextDocumentParams) -> None:
        editor.saved(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def _closed(params: types.DidCloseTextDocumentParams) -> None:
        editor.ask([params.text_document.uri])

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def _folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        editor.leave(folder.uri for folder in params.event.removed)
        editor.ask_below(folder.uri for folder in params.event.added)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def _files(params: types.DidChangeWatchedFilesParams) -> None:
        editor.changed_on_disk(change.uri for change in params.changes)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def _hover(params: types.HoverParams) -> types.Hover | None:
        try:
            return await editor.hover(params.text_document.uri, params.position)
        except Exception as error:  # noqa: BLE001 - the library would send its text to the editor
            editor.fault(error)
            return None

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    async def _actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        try:
            return editor.actions(params.text_document.uri, params.range, params.context.only)
        except Exception as error:  # noqa: BLE001 - as above
            editor.fault(error)
            return []

    return server
