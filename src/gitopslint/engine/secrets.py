"""Where secrets stand: found once for each file, for the rules about them and for every line that is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitopslint.checks.secrets.allow import covering
from gitopslint.checks.secrets.search import SecretSearch
from gitopslint.engine.faults import where
from gitopslint.loaders import yaml
from gitopslint.loaders.side import Side
from gitopslint.model.document import Document
from gitopslint.model.finding import Doubt
from gitopslint.model.moment import is_past
from gitopslint.model.secret import Exposure, SecretScan, TextFile
from gitopslint.model.secretsettings import SecretAllowance, SecretSettings
from gitopslint.model.source import Source, masked
from gitopslint.model.span import Span, file_start

_YAML = (".yaml", ".yml", ".json")


class SecretWatch:
    """Searches files, and remembers where secrets stand in them, but no secret."""

    def __init__(self, side: Side, today: str | None = None) -> None:
        """`today` decides which allowances have expired; without it none has."""
        self._side = side
        self._today = today
        self._search = SecretSearch(side.patterns, side.own_secrets)
        self._hidden: dict[str, tuple[Span, ...] | None] = {}
        self._searched: set[str] = set()
        self.crashes: list[tuple[str, str]] = []
        self.allowances: set[SecretAllowance] = set()
        """Those of the contract that speak of anything."""

    def scan(self, file: TextFile) -> SecretScan | None:
        """Return what is found in a file, without what the contract allows there; None where that is nothing."""
        path = file.path
        self._searched.add(path)
        reason = file.limit or _unread(file.document)
        exposures: tuple[Exposure, ...] = ()
        if reason is None:
            try:
                exposures = self._found(file)
            except Exception as error:  # noqa: BLE001 - as for any rule: a bug must never look like a clean file
                self.crashes.append((path, where(error)))
                self._hidden[path] = None
                return None
            if not exposures:
                return None
        if hidden := tuple(one.span for one in exposures if not one.shown):
            self._hidden[path] = hidden
        settings = self._side.contract.secrets
        standing = tuple(one for one in exposures if not self._allowed(one, settings) and not one.allowed)
        return SecretScan(path, standing, reason, *self._side.home_of(path))

    def _allowed(self, exposure: Exposure, settings: SecretSettings) -> bool:
        """Tell whether the contract allows a secret, and note which of its entries speak of it."""
        entries = covering(exposure, settings) if settings.allow else ()
        self.allowances.update(entries)
        return any(not is_past(one.until, self._today) for one in entries)

    def hidden_in(self, document: Document) -> tuple[Span, ...] | None:
        """Return where secrets stand in a YAML file; None where nobody could look."""
        self.scan(TextFile(document.path, document.text, document))
        return self._hidden.get(document.path, ())

    def source(self, file: TextFile, more: Sequence[Span] = ()) -> Source:
        """Return a file for excerpts, with all secrets masked, and `more` of it.

        Where nobody could look for them, nothing is shown.
        """
        if file.path not in self._searched:
            self.scan(file)
        hidden = self._hidden.get(file.path, ())
        return Source(()) if hidden is None else masked(file.text, (*hidden, *more))

    def _found(self, file: TextFile) -> tuple[Exposure, ...]:
        if file.document is not None or (file.path.endswith(_YAML) and not self._side.is_template(file.path)):
            if not self._search.may_hold(file):
                return ()
            file = _parsed(file)
        return self._search.exposures(file)


def _parsed(file: TextFile) -> TextFile:
    """Parse a file that is YAML, as JSON is too, unless that was done for other rules."""
    if file.document is not None:
        return file
    document = yaml.parse(file.path, file.text.encode())
    return file._replace(document=document) if document.text == file.text else file


def doubts(scan: SecretScan | None) -> Iterator[Doubt]:
    """Yield why a file could not be searched."""
    if scan is not None and scan.doubt is not None:
        yield Doubt(scan.doubt, "make it readable, or add it to `exclude`", file_start(scan.path))


def _unread(document: Document | None) -> str | None:
    if document is not None and document.problem is not None and not document.text:
        return f"a file was not searched for secrets: {document.problem.message}"
    return None
