"""The product repository: its apps with their layers, and its other YAML files, one at a time."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, partial

from gitopslint.loaders import charts, yaml
from gitopslint.loaders.beside import Beside, Neighbour
from gitopslint.loaders.exclusion import included
from gitopslint.loaders.held import Held
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.others import Others
from gitopslint.loaders.past import OpenHistory, Past
from gitopslint.loaders.patterns import load_patterns
from gitopslint.loaders.progress import Inputs
from gitopslint.loaders.schemas import load_schema
from gitopslint.loaders.stacks import Composer, Load, own_images
from gitopslint.loaders.texts import chunks, text_tasks, unread_as_text
from gitopslint.loaders.tree import ReadError, Tree, UncheckedError
from gitopslint.loaders.unit import Mine, Task, all_mine
from gitopslint.loaders.unit import Unit as Unit
from gitopslint.loaders.valuefiles import Files
from gitopslint.loaders.wiring import Wiring
from gitopslint.model.application import Application, Undecidable
from gitopslint.model.contract import Contract
from gitopslint.model.document import Document, beyond
from gitopslint.model.finding import Unread
from gitopslint.model.landing import FileChange, Landing
from gitopslint.model.layer import App, Layer, Manifest, Stack, Templating, Wired
from gitopslint.model.secret import OwnRules, Pattern, TextFile
from gitopslint.model.timeline import Freshness, Run, TagCommit, Timeline

_YAML = (".yaml", ".yml")
_Files = tuple[dict[str, Document], tuple[Unread, ...], tuple[TextFile, ...]]


class Product:
    """One tree seen through one contract."""

    turned = False

    def __init__(
        self,
        tree: Tree,
        contract: Contract,
        prefix: str = "",
        open_history: OpenHistory = lambda: None,
        platform: Neighbour | None = None,
        absent: str | None = None,
    ) -> None:
        """Sort the files of a tree. `prefix` leads from the top of its repository to its root.

        Where `open_history` returns None, as for an example that tells no landings, nothing is asked about the past.
        `absent` says why there is no platform. Raises SchemaError.
        """
        self._beside = Beside(tree, contract, platform, absent)
        self.other = platform.name if platform is not None else "the platform"
        self.tree = tree
        self.contract = contract
        paths = included(tree.paths, contract.exclude)
        self.paths = paths
        self.files = Files(tree, tree.paths, prefix)
        self.layout = Layout(contract, paths)
        self._charts = [path.rpartition("/")[0] for path in paths if f"/{path}".endswith("/Chart.yaml")]
        self._templating: dict[str, Templating | None] = {}
        self._schemas = {place: load_schema(place, tree) for place in contract.layers}
        self._parse = yaml.reader(len(self.layout.layers))
        self._shared_by_all = Held(self._parse)
        self.others = Others(self.files, paths, self.layout, self._beside, self._shared_by_all.parse, self.is_template)
        self._texts = self.others.documents
        self._loaded: dict[str, Layer | None] = {}
        self.chronicle = Past(open_history, self.layout, prefix)
        self._composer = Composer(tree, self.layout, self._texts)

    def units(self, *, texts: bool = False, past: bool = False) -> Iterator[Unit]:
        """Yield what is to be checked, unit by unit."""
        for task in self.tasks(texts=texts, past=past):
            yield from task.load()

    def tasks(self, *, texts: bool = False, past: bool = False, mine: Mine = all_mine) -> Iterator[Task]:
        """Yield what SOPS encrypts, the shared layers, the manifests, every app, and the Applications of no app.

        With `texts` all other files of text come before the apps, so that every file is in some unit. `past`: timelines
        will be asked for: of apps, which come last, because by then git has told the history.
        """
        if past:
            self.chronicle.begin()
        images, unread = self.others.found
        yield Task("sops", lambda: self._beside.units(self.paths, self.is_template), masks=True)
        by_app: dict[str, list[str]] = {}
        for path, place in self.layout.layers.items():
            if place.app is not None:
                by_app.setdefault(place.app, []).append(path)
        stacks = self.layout.stacks()
        apps = sorted(by_app.keys() | stacks.keys())
        if mine(""):
            shared = sorted(path for path, place in self.layout.layers.items() if place.app is None)
            yield Task("shared layers", lambda: [self._shared(shared, unread)])
        for part in chunks([path for path in images if mine(path)]):
            yield Task(f"manifests {part[0]}", partial(self._manifests, part))
        if texts:
            read = self.layout.layers.keys() | set(images) | {one.path for one in unread} | self.wiring.files
            others = [path for path in self.paths if path not in read and mine(path)]
            yield from text_tasks(self.tree, others, self._texts)
        for app in filter(mine, apps):
            own = sorted(by_app.get(app, []))
            yield Task(f"app {app}", partial(self._app, app, stacks.get(app, ()), own), app, tuple(own))
        if mine(""):
            yield Task("of no app", lambda: [self._of_no_app(set(apps))])

    def texts(self, *, mine: Mine = all_mine) -> Iterator[Task]:
        """Yield all files of text, one to a unit, for rules that know no apps."""
        yield from text_tasks(self.tree, list(filter(mine, self.paths)), self._texts)

    def _manifests(self, paths: Sequence[str]) -> Iterator[Unit]:
        for path, data in self.tree.read_many(paths):
            data = b"" if isinstance(data, UncheckedError) else data
            if isinstance(data, bytes):
                document = self._texts.get(path) or self._parse(path, data)
                known = self._beside.links, self._beside.namespace(path), self._beside.images(path)
                manifest = Manifest(document, self.contract, None, None, *known)
                yield Unit(manifests=(manifest,), documents=(document,), texts=unread_as_text(document, data))

    def is_template(self, path: str) -> bool:
        """Tell whether a file is a template of a chart, which is no YAML before it is rendered."""
        return charts.is_template(path, self._charts)

    def home_of(self, path: str) -> tuple[str | None, str | None]:
        """Return the app and the environment to which a file belongs."""
        place = self.layout.layers.get(path)
        return (place.app, place.environment) if place is not None else (None, None)

    @cached_property
    def own_secrets(self) -> OwnRules:
        """What the contract, and a configuration of gitleaks that it names, say about secrets. Raises GitleaksError."""
        settings = self.contract.secrets
        own = tuple(pattern.own() for pattern in settings.patterns)
        if settings.gitleaks is None:
            return OwnRules(own)
        from gitopslint.loaders.gitleaks import read_gitleaks  # few repositories have one

        read = read_gitleaks(settings.gitleaks, self.tree)
        return OwnRules(own + read.patterns, read.allowlists)

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """The shapes of credentials to look for."""
        return load_patterns()

    def strangers(self) -> dict[str, str]:
        """Return names in the place of an environment that the contract does not know, each with a file."""
        return self.layout.strangers(self.paths)

    @property
    def wiring(self) -> Wiring:
        """The Applications of the repository."""
        return self.others.wiring

    def timelines(self, unit: Unit, *, fresh: bool = False) -> Iterator[Timeline]:
        """Yield the timelines of the app of a unit, with what is known of the releases of today.

        `fresh`: also how far the main line has moved on since. Raises HistoryError where there is no history to tell.
        """
        chronology = self.chronicle.chronology
        if unit.app is None or chronology is None:
            return
        own = {document.path: document for document in unit.documents}

        def document(path: str) -> Document | None:
            if path in own or path not in self.layout.layers:
                return own.get(path)
            layer = self._other_layer(path)
            return layer.document if layer is not None else None

        environments = [stack.environment for stack in unit.app.stacks]
        for timeline in chronology.timelines(unit.app.name, environments, document):
            yield chronology.traced(timeline, unit.app.releases, self.inputs if fresh else None)

    @property
    def beside(self) -> Tree | None:
        """The files of the platform, where it is at hand."""
        return self._beside.platform.tree if self._beside.platform is not None else None

    def concerns_all(self, path: str) -> bool:
        """Tell whether a file may matter to every app: it is a shared layer, other YAML, or in a chart."""
        place = self.layout.layers.get(path)
        if place is not None:
            return place.app is None
        return path.endswith(_YAML) or any(path.startswith(f"{folder}/" if folder else "") for folder in self._charts)

    def past(self, app: str, environments: Iterable[str]) -> Iterator[Timeline]:
        """Yield the timelines of an app, for which only the layers are read that they follow. Raises HistoryError."""
        chronology = self.chronicle.chronology
        if chronology is not None:
            layers = [path for path in chronology.layers_of(app, environments) if path in self.layout.layers]
            documents = self._read(layers, self._shared_by_all.anew())[0]
            yield from chronology.timelines(app, environments, documents.get)

    def commit_of(self, name: str, landing: Landing) -> TagCommit | None:
        """Return what the digits in a tag stand for when a landing is there. Raises HistoryError."""
        chronology = self.chronicle.chronology
        return chronology.commit_of(name, landing) if chronology is not None else None

    def freshness(self, app: str, commit: str) -> Freshness | None:
        """Tell how far the main line has moved on since a build; None where that is not known. Raises HistoryError."""
        chronology = self.chronicle.chronology
        return chronology.freshness(app, commit, self.inputs) if chronology is not None else None

    def inputs(self) -> Inputs:
        """Return what the images of the apps are built from."""
        from gitopslint.loaders.build_inputs import BuildInputs  # only where something landed since a build

        return BuildInputs(self.tree, self.layout, self.layout.stacks())

    def migrations(self, app: str, before: Run, run: Run) -> tuple[FileChange, ...]:
        """Return the migrations that came or went between two builds of an app. Raises HistoryError."""
        chronology = self.chronicle.chronology
        return chronology.migrations(app, before, run) if chronology is not None else ()

    def expect(self, apps: Sequence[str]) -> None:
        """Say which apps will be asked for next, sorted: what git knows of them can be read at one go."""
        self.chronicle.expected = apps

    def prepare(self, *, past: bool) -> None:
        """Load what all apps share, before processes that share the work are forked: each asks git by itself."""
        _ = self.wiring, self._beside.links
        if past:
            self.chronicle.told("")
        self.close()

    def close(self) -> None:
        """Let go of the history, if it was ever asked for."""
        self.chronicle.close()

    def stacks(self, app: str) -> tuple[Stack, ...]:
        """Return the stacks of one app, in the order of environments."""
        found = self.app(app)
        return found.stacks if found is not None else ()

    def app(self, app: str) -> App | None:
        """Return one app with its stacks and releases."""
        own = sorted(path for path, place in self.layout.layers.items() if place.app == app)
        (unit,) = self._app(app, self.layout.stacks().get(app, ()), own)
        return unit.app

    def _shared(self, paths: list[str], unread: tuple[Unread, ...]) -> Unit:
        documents, more, texts = self._read(paths, self._shared_by_all)
        layers = tuple(self._layer(path, document) for path, document in documents.items())
        self._loaded |= {layer.path: layer for layer in layers}
        return Unit(layers=layers, documents=tuple(documents.values()), unread=unread + more, texts=texts)

    def _app(self, app: str, environments: tuple[str, ...], own: list[str]) -> Iterator[Unit]:
        documents, unread, texts = self._read(own, self._shared_by_all.anew())
        layers: dict[str, Layer | None] = {path: self._layer(path, document) for path, document in documents.items()}
        failed = {one.path for one in unread}

        def load(path: str) -> Layer | None:
            if path in layers or path in failed:
                return layers.get(path)
            return self._other_layer(path)

        applications = self.wiring.by_app.get(app, [])
        stacks = [stack for environment in environments for stack in self._stacks(app, environment, applications, load)]
        releases = own_images([release for stack in stacks for release in self._composer.releases(stack)])
        written = tuple(layer for stack in stacks for layer in stack.layers if layer.role in ("inline", "parameters"))
        yield Unit(
            App(app, tuple(stacks), releases, self.contract),
            tuple(layer for layer in layers.values() if layer is not None) + written,
            tuple(applications),
            documents=(*documents.values(), *self._documents_of(applications)),
            unread=unread,
            texts=texts,
        )

    def _stacks(self, app: str, environment: str, applications: list[Application], load: Load) -> Iterator[Stack]:
        wired = [
            (application, source)
            for application in applications
            if application.environment == environment
            for source in application.sources
        ]
        for application, source in wired:
            stack = self._composer.by_application(app, environment, application, source, load)
            yield stack._replace(links=self._beside.links)
        if not wired:
            yield self._composer.by_contract(app, environment, load)._replace(links=self._beside.links)

    def _of_no_app(self, apps: set[str]) -> Unit:
        """Return the Applications that belong to no app here, and what could not be decided about any."""
        others = self.wiring.of_no_app(apps)
        undecidable = self.wiring.undecidable
        documents = self._documents_of([*others, *undecidable])
        return Unit(applications=(*others, *undecidable), documents=documents)

    def _documents_of(self, subjects: Iterable[Application | Undecidable]) -> tuple[Document, ...]:
        paths = dict.fromkeys(subject.path for subject in subjects)
        return tuple(self._texts[path] for path in paths if path in self._texts)

    def _layer(self, path: str, document: Document) -> Layer:
        place = self.layout.layers[path]
        return Layer(
            place.layer.role,
            place.app,
            place.environment,
            document,
            self.contract,
            self._templating_of(path),
            self._schemas[place.layer],
            self._wired(path),
        )

    def _other_layer(self, path: str) -> Layer | None:
        """Return a shared layer, or a values file that the contract does not name."""
        if path not in self._loaded:
            document, layer = self._read([path], self._shared_by_all)[0].get(path), None
            if document is not None and path in self.layout.layers:
                layer = self._layer(path, document)
            elif document is not None:
                layer = Layer("values", None, None, document, self.contract, self._templating_of(path))
            self._loaded[path] = layer
        return self._loaded[path]

    def _wired(self, path: str) -> Wired | None:
        """Tell whether any Application loads a file."""
        place = self.layout.layers[path]
        wiring = self.wiring
        if place.layer.role == "chart" or not (wiring.by_app or wiring.undecidable):
            return None
        if path in wiring.loaded:
            return "loaded"
        near = wiring.by_app if place.app is None else (place.app, None)
        open_ones = [
            one
            for app in near
            for one in wiring.by_app.get(app, ())
            if place.environment in (None, one.environment)
            and any(file.paths is None and file.elsewhere for source in one.sources for file in source.value_files)
        ]
        if open_ones:
            return "unknown"
        return None if self.wiring.undecidable else "unloaded"  # the undecidable ones speak for themselves

    def _templating_of(self, path: str) -> Templating | None:
        """Return what the chart that gets a file passes to `tpl`."""
        place = self.layout.layers.get(path)
        folders = self.wiring.charts_of(path)
        if place is not None and place.layer.role == "chart":
            folders = {posixpath.dirname(path)}
        elif not folders:
            app = place.app if place is not None else None
            defaults = [one.path for one in self.contract.layers if one.role == "chart"]
            folders = {posixpath.dirname(one.replace("{app}", app or "")) for one in defaults}
        if len(folders) != 1:
            return Templating((), opaque=True) if folders else None
        (folder,) = folders
        if folder not in self._templating:
            self._templating[folder] = charts.templating(self.tree, folder)
        return self._templating[folder]

    def _read(self, paths: list[str], held: Held) -> _Files:
        documents: dict[str, Document] = {}
        unread = []
        texts: tuple[TextFile, ...] = ()
        for path, data in self.tree.read_many(paths):
            if isinstance(data, UncheckedError):
                documents[path] = beyond(path, str(data))
            elif isinstance(data, ReadError):
                unread.append(Unread(path, str(data)))
            else:
                documents[path] = held.parse(path, data)
                texts += unread_as_text(documents[path], data)
        return documents, tuple(unread), texts
