"""The YAML files of a product that are no layers: its manifests, and the Applications of Argo CD.

To read all of them is most of a run in which one layer has changed. So what is known of them can be kept, as an
outline: which files hold what, and which Applications have to do with which app. With an outline a file is read when
somebody asks for it. A first run holds the trees of all Applications: without them it would take a tenth longer, and
two processes that share its work hardly less memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Set
from functools import cached_property
from typing import Any, TypeVar

from gitopslint.loaders.argocd import mentions_applications, wire
from gitopslint.loaders.beside import Beside, Noted
from gitopslint.loaders.charts import making_applications
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.texts import as_utf8, mentions_image_or_secret
from gitopslint.loaders.tree import ReadError, UncheckedError
from gitopslint.loaders.valuefiles import Files
from gitopslint.loaders.wiring import Wiring, elsewhere
from gitopslint.model.application import Application, Expected
from gitopslint.model.document import Document, beyond
from gitopslint.model.finding import Unread
from gitopslint.model.namedtuple import NamedTuple

_YAML = (".yaml", ".yml")

Parse = Callable[[str, bytes], Document]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Outline(NamedTuple):
    """What is known of the files of a product that are no layers.

    `images` mention images or Secrets. `applications` are the files that hold Applications, each with the apps that
    these deploy; None is an app that nobody knows. `strange` are those with Applications that have nothing to do with
    this repository. `loaded` are the files that Applications load, each with the
    folders of the charts that get it. The rest is what was noted for Secrets.
    """

    images: tuple[str, ...]
    applications: tuple[tuple[str, tuple[str | None, ...]], ...]
    strange: tuple[str, ...]
    loaded: Mapping[str, tuple[str, ...]]
    expected: Expected
    noted: Noted


class _Reading(Mapping[_Key, _Value]):
    """A mapping that reads what is asked for.

    The `get` of Python takes every KeyError for a key that is absent, and so would a crash while reading be silent.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what is under a key."""
        return self[key] if key in self else default  # noqa: SIM401 - this is what `get` does


class Documents(_Reading[str, Document], MutableMapping[str, Document]):
    """Documents by path. Some of them are read when they are asked for."""

    def __init__(self, read: Callable[[str], Document]) -> None:
        self._read = read
        self._documents: dict[str, Document | None] = {}

    def owe(self, path: str) -> None:
        """Take a document for one that is there, to be read when it is asked for."""
        self._documents[path] = None

    def __contains__(self, path: object) -> bool:
        """Tell whether there is a document."""
        return path in self._documents

    def __getitem__(self, path: str) -> Document:
        """Return a document."""
        found = self._documents[path]
        if found is None:
            found = self._documents[path] = self._read(path)
        return found

    def __setitem__(self, path: str, document: Document) -> None:
        """Add a document."""
        self._documents[path] = document

    def __delitem__(self, path: str) -> None:
        """Leave a document out."""
        del self._documents[path]

    def __iter__(self) -> Iterator[str]:
        """Yield the paths, in the order in which they were added."""
        return iter(self._documents)

    def __len__(self) -> int:
        """Return how many documents there are."""
        return len(self._documents)


class Others:
    """Reads what is no layer: all of it once, or what is asked for."""

    def __init__(
        self,
        files: Files,
        paths: tuple[str, ...],
        layout: Layout,
        beside: Beside,
        parse: Parse,
        is_template: Callable[[str], bool],
    ) -> None:
        """`paths` are the files to look at; those that `is_template` knows are no YAML before a chart renders them.

        `parse` makes documents.
        """
        self._files = files
        self._layout = layout
        self._beside = beside
        self._parse = parse
        self._paths = paths
        self._is_template = is_template
        self._outline: Outline | None = None
        self.documents = Documents(self._document)

    @cached_property
    def found(self) -> tuple[list[str], tuple[Unread, ...]]:
        """The files that mention images or Secrets, and those that cannot be read. Applications are kept."""
        if self._outline is not None:
            return list(self._outline.images), ()
        others = (path for path in self._paths if path.endswith(_YAML) and path not in self._layout.layers)
        images: list[str] = []
        unread: list[Unread] = []
        for path, data in self._files.tree.read_many([path for path in others if not self._is_template(path)]):
            if isinstance(data, UncheckedError):
                self.documents[path] = beyond(path, str(data))
                images.append(path)
                continue
            if isinstance(data, ReadError):
                unread.append(Unread(path, str(data)))
                continue
            data = as_utf8(data)
            if mentions_applications(data):
                self.documents[path] = self._parse(path, data)
            if mentions_image_or_secret(data):
                images.append(path)
            self._beside.note(path, data)
        return images, tuple(unread)

    @cached_property
    def wiring(self) -> Wiring:
        """The Applications."""
        if self._layout.contract.applications.repository == "platform":
            platform = self._beside.platform
            if platform is None:
                return elsewhere(self._layout.contract, self._beside.absent.reason, self._beside.absent.remedy)
            self.documents.update(platform.applications)
            return wire(platform.applications.values(), self._files, self._layout, platform.application_templates)
        _ = self.found  # fills in the documents
        if self._outline is not None:
            return _Outlined(self._outline, self.documents, self._files, self._layout)
        templates = making_applications(self._files.tree, filter(self._is_template, self._paths))
        return wire(self.documents.values(), self._files, self._layout, templates)

    def outline(self) -> Outline | None:
        """Return what is known; None where not all of it is, or where that would not be enough another time."""
        if self._outline is not None or "wiring" not in self.__dict__:
            return self._outline
        wiring = self.wiring
        images, unread = self.found
        if unread or wiring.undecidable or self._layout.contract.applications.repository == "platform":
            return None
        apps: dict[str, list[str | None]] = {path: [] for path in self.documents}
        for app, several in wiring.by_app.items():
            for one in several:
                apps[one.path].append(app)
        return Outline(
            tuple(images),
            tuple((path, tuple(dict.fromkeys(own))) for path, own in apps.items()),
            tuple(dict.fromkeys(one.path for one in wiring.applications if not one.ours)),
            {path: tuple(sorted(charts)) for path, charts in wiring.loaded.items()},
            wiring.expected,
            self._beside.noted,
        )

    def resume(self, outline: Outline) -> None:
        """Go on from what an earlier run knew of the same files, unless they have been read."""
        if "found" in self.__dict__:
            return
        self._outline = outline
        self._beside.noted = outline.noted
        for path, _ in outline.applications:
            self.documents.owe(path)

    def _document(self, path: str) -> Document:
        ((_, data),) = self._files.tree.read_many([path])
        if isinstance(data, bytes):
            return self._parse(path, as_utf8(data))
        return beyond(path, str(data))


class _Outlined(Wiring):
    """Applications that are read app by app."""

    def __init__(self, outline: Outline, documents: Documents, files: Files, layout: Layout) -> None:
        super().__init__((), (), outline.expected)
        self._outline = outline
        self._documents = documents
        self._files = files
        self._layout = layout

    @property
    def applications(self) -> tuple[Application, ...]:
        """All Applications."""
        return self._read(self._documents)

    @cached_property
    def by_app(self) -> Mapping[str | None, list[Application]]:
        """The Applications that have to do with layers here, by the app that they deploy."""
        return _ByApp(self._outline, self._read)

    @cached_property
    def loaded(self) -> Mapping[str, Set[str]]:
        """The files that Applications load, each with the folders of the charts that get it."""
        return {path: set(charts) for path, charts in self._outline.loaded.items()}

    @property
    def files(self) -> set[str]:
        """The files with Applications, which are looked at together with what these deploy."""
        return {path for path, apps in self._outline.applications if apps} | set(self._outline.strange)

    def of_no_app(self, apps: Set[str]) -> list[Application]:
        """Return the Applications that deploy none of some apps, or have nothing to do with this repository."""
        strange = set(self._outline.strange)
        paths = [path for path, own in self._outline.applications if path in strange or not apps >= set(own)]
        return [one for one in self._read(paths) if not (one.ours and one.app in apps)]

    def _read(self, paths: Iterable[str]) -> tuple[Application, ...]:
        documents = [self._documents[path] for path in paths]
        return wire(documents, self._files, self._layout, known=self.expected).applications


class _ByApp(_Reading[str | None, list[Application]]):
    """The Applications of apps, which are read when an app is asked for."""

    def __init__(self, outline: Outline, read: Callable[[Iterable[str]], tuple[Application, ...]]) -> None:
        self._read = read
        self._latest: tuple[str | None, list[Application]] | None = None
        self._files: dict[str | None, list[str]] = {}
        for path, apps in outline.applications:
            for app in apps:
                self._files.setdefault(app, []).append(path)

    def __contains__(self, app: object) -> bool:
        """Tell whether there is an Application of an app."""
        return app in self._files

    def __getitem__(self, app: str | None) -> list[Application]:
        """Return the Applications of an app."""
        if self._latest is None or self._latest[0] != app:  # it is asked for some times in a row
            self._latest = app, [one for one in self._read(self._files[app]) if one.ours and one.app == app]
        return self._latest[1]

    def __iter__(self) -> Iterator[str | None]:
        """Yield the apps."""
        return iter(self._files)

    def __len__(self) -> int:
        """Return how many apps there are."""
        return len(self._files)
