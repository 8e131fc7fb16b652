"""Timelines: what the environments of an app were told to run, read from the history of its layers.

The image of an environment is what its release layers say, the last one that sets a part of it; in a contract without
release layers, what any of its layers says. The chart's defaults and values written into an Application are not
followed: an image that comes from there today stands apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Literal

from gitopslint.loaders.blob_id import blob_id
from gitopslint.loaders.evidence import Evidence
from gitopslint.loaders.history import History, HistoryError
from gitopslint.loaders.layout import Layout, Place
from gitopslint.loaders.lineage import Files, Layer, Parts, Version
from gitopslint.loaders.progress import Inputs, Progress
from gitopslint.loaders.read_ahead import ReadAhead
from gitopslint.loaders.rekeyed import followed
from gitopslint.loaders.versions import Reading, Versions, image_parts
from gitopslint.model.contract import ImageKeys
from gitopslint.model.document import Document, KeyPath
from gitopslint.model.landing import FileChange, Landing
from gitopslint.model.layer import Release
from gitopslint.model.lazy import lazy
from gitopslint.model.tag import placeholder_tag
from gitopslint.model.timeline import ABSENT, CORRUPT, UNREAD, Freshness, Image, Run, Step, TagCommit, Timeline, Trail

_HEX = lazy(rb"(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9A-Za-z])")
_DIGEST = lazy(rb"sha[0-9]+:[0-9a-f]+")
_ENOUGH = 3
_LOOKED_AT = 200

Documents = Callable[[str], Document | None]
"""Return the document of a layer as it is today, by its path from the root; None where there is none."""

Content = Reading | Literal["corrupt", "unread", "gone"]
Past = list[tuple[Landing, str, Content]]
"""What each landing made of the layers of one environment: landing, layer, content; the oldest first."""


class Chronology:
    """The history of all layers that name images."""

    def __init__(
        self, history: History, layout: Layout, prefix: str, expected: Callable[[], Sequence[str]] = tuple
    ) -> None:
        """`prefix` leads from the top of the repository to the root; `expected` are apps to be asked for, sorted."""
        self.history = history
        self._layout = layout
        self._contract = layout.contract
        self._prefix = prefix
        self._followed = layout.image_layers
        self._expected = expected
        self._progress: Progress | None = None
        self._evidence = Evidence(history, layout, prefix, lambda: self.built_elsewhere)
        self._wanted = {
            path
            for keys in self._contract.images
            for environment in self._contract.environments
            for path in keys.paths(environment).values()
        }

    @cached_property
    def files(self) -> Files:
        """The history of the folders in which the layers stand. Raises HistoryError."""
        tops = {(self._prefix + layer.path).split("/")[self._prefix.count("/")] for layer in self._followed}
        if any("{" in top for top in tops):
            return Files(self.history, [self._prefix] if self._prefix else [])
        return Files(self.history, sorted(self._prefix + top for top in tops))

    @cached_property
    def _ahead(self) -> ReadAhead:
        def blobs_of(app: str) -> list[str]:
            layers = self.layers_of(app, self._contract.environments)
            return [blob for layer in layers for blob in self.files.older(self._prefix + layer)]

        return ReadAhead(self.history, self._expected, blobs_of)

    @cached_property
    def built_elsewhere(self) -> bool:
        """Whether the tags name commits, and none of several is one of this repository. Raises HistoryError.

        Then the code is likely to live in another one, and a commit that is not here says nothing.
        """
        layers = set(map(id, self._followed))  # they are those of the contract; to compare them takes 7 µs for a file
        followed = (path for path, place in self._layout.layers.items() if id(place.layer) in layers)
        newest = (self.files.newest(self._prefix + path) for path in islice(followed, _LOOKED_AT))
        blobs = [blob for blob in newest if blob is not None]
        texts = (_DIGEST.sub(b"", content or b"") for content in self.history.contents(blobs))
        seen = list(dict.fromkeys(digits.decode() for text in texts for digits in _HEX.findall(text)))
        # Most answers are in the first few, and a question for each would take longer than one for many.
        for start, end in ((0, 1), (1, 8), (8, len(seen))):
            if any(self.history.commits_of(seen[start:end]).values()):
                return False
        return len(seen) >= _ENOUGH

    def layers_of(self, app: str, environments: Iterable[str]) -> list[str]:
        """Return the layers whose history tells what an app runs, by their paths from the root."""
        paths = (self._layout.path_of(layer, app, one) for one in environments for layer in self._followed)
        return list(dict.fromkeys(paths))

    def told(self, app: str) -> str:
        """Return what decides, beside today's layers, how the timelines of an app come out. Raises HistoryError.

        Landings are named by their ids, which stand for everything before them.
        """
        paths = [self._prefix + path for path in self.layers_of(app, self._contract.environments)]
        told = [self.files.told(path, self._place) for path in paths]
        frame = self.history.frame(max((newest for newest, _ in told), default=-1))
        return "\n".join((frame, str(self.built_elsewhere), *(text for _, text in told)))

    def timelines(self, app: str, environments: Iterable[str], documents: Documents) -> Iterator[Timeline]:
        """Yield the timeline of each image of an app that is in some environments today. Raises HistoryError."""
        current = frozenset(environments)
        versions = {one: self._versions(app, one) for one in self._ever_in(app, current)}
        now = {layer: documents(layer) for layer in self.layers_of(app, versions)}
        readers = {layer: Versions(layer, self._wanted, document) for layer, document in now.items()}
        pasts = self._pasts(app, versions, readers, self._unchanged(now))
        today = {one: "gone" if now[one] is None else _content(reader.today) for one, reader in readers.items()}
        former = frozenset(version.path for found in versions.values() for _, version in found)
        for keys in self._contract.images:
            steps: dict[int, tuple[Landing, dict[str, Image]]] = {}
            untouched = frozenset(one for one in versions if self._is_untouched(app, one, keys, today))
            for environment in versions:
                images = self._images(app, environment, keys, pasts[environment], today)
                for landing, image in images:
                    if landing.pending and environment in untouched:
                        continue
                    steps.setdefault(landing.position, (landing, {}))[1][environment] = image
            yield Timeline(
                app,
                keys,
                tuple(versions),
                tuple(Step(*steps[position]) for position in sorted(steps)),
                self._contract,
                former,
                self.history.cut_off,
                current,
                untouched,
            )

    def traced(
        self, timeline: Timeline, releases: Iterable[Release], inputs: Callable[[], Inputs] | None = None
    ) -> Timeline:
        """Return a timeline with what is known of the releases of today. Raises HistoryError.

        With `inputs` that is also how far the main line has moved on since they were built.
        """
        progress = self._progress_of(inputs) if inputs is not None else None
        today: dict[str, Trail] = {}
        apart: dict[str, Release] = {}
        for release in releases:
            if release.keys != timeline.keys or release.environment in today:
                continue
            node = release.tag or release.digest
            if node is None or not node.is_scalar or node.value in (None, "") or placeholder_tag(node.text):
                continue
            if release.environment in timeline.untouched and self._lags_behind(timeline, release, node.text):
                continue  # the main line has moved on, and the request does not take that back
            place = self._layout.layers.get(node.span.path)
            runs = timeline.runs(release.environment)
            name = node.text.partition("@")[0]
            if place is not None and place.layer in self._followed and runs and runs[-1].name in (name, node.text):
                today[release.environment] = self._fresh(self._evidence.trail(release, runs, timeline.former), progress)
            else:
                apart.setdefault(release.environment, release)
        others = {environment: one for environment, one in apart.items() if environment not in today}
        return timeline._replace(today=today, apart=others)

    def _fresh(self, trail: Trail, progress: Progress | None) -> Trail:
        """Return a trail with how far the main line has moved on since the build, where that is asked for."""
        if progress is None or (commit := trail.built_from) is None:
            return trail
        try:
            return trail._replace(freshness=progress.since(trail.release.app, commit))
        except HistoryError as error:
            return trail._replace(unknown=trail.unknown or (str(error), error.remedy))

    def freshness(self, app: str, commit: str, inputs: Callable[[], Inputs]) -> Freshness | None:
        """Tell how far the main line has moved on since a build; None for a commit that has not landed.

        Raises HistoryError.
        """
        if not self.history.contains(self.history.pending, commit):
            return None
        return self._progress_of(inputs).since(app, commit)

    def moved_since(self, tip: str, inputs: Callable[[], Inputs]) -> frozenset[str] | None:
        """Return the apps for whose images anything counts that landed since the main line ended with a tip.

        None where it is no part of the line, or one of the two has commits beyond it. Raises HistoryError.
        """
        if " " in f"{tip}{self.history.tip}" or not self.history.contains(self.history.pending, tip):
            return None
        return self._progress_of(inputs).touched(tip)

    def _progress_of(self, inputs: Callable[[], Inputs]) -> Progress:
        if self._progress is None:
            self._progress = Progress(self.history, self._prefix, inputs)
        return self._progress

    def commit_of(self, name: str, landing: Landing) -> TagCommit | None:
        """Return what the digits in a tag stand for when a landing is there. Raises HistoryError."""
        return self._evidence.commit(name, landing)

    def migrations(self, app: str, before: Run, run: Run) -> tuple[FileChange, ...]:
        """Return the migrations that came or went between two builds of an app. Raises HistoryError."""
        return self._evidence.migrations(app, before, run)

    def _ever_in(self, app: str, today: frozenset[str]) -> Iterator[str]:
        """Yield the environments in which an app is, or once was."""
        own = [layer.path for layer in self._followed if "{app}" in layer.path and "{env}" in layer.path]
        for environment in self._contract.environments:
            paths = (path.replace("{app}", app).replace("{env}", environment) for path in own)
            if environment in today or any(self.files.knows(self._prefix + path) for path in paths):
                yield environment

    def _versions(self, app: str, environment: str) -> list[tuple[str, Version]]:
        """Return all versions of the layers of one environment in the order of landings, each with its layer."""
        found = []
        for place in self._followed:
            path = self._layout.path_of(place, app, environment)
            layer = Layer(self._prefix + path, app, environment, self._place, self._parts)
            found += [(path, version) for version in self.files.versions(layer)]
        return sorted(found, key=lambda one: one[1].landing.position)

    def _unchanged(self, today: Mapping[str, Document | None]) -> dict[str, bytes]:
        """Return the newest blobs of layers that are on disk as they landed: to ask git takes ten times as long."""
        found = {}
        for path, document in today.items():
            newest = self.files.newest(self._prefix + path)
            if document is not None and newest is not None:
                data = document.text.encode("utf-8", "surrogateescape")
                if blob_id(data, len(newest)) == newest:
                    found[newest] = data
        return found

    def _pasts(
        self,
        app: str,
        versions: Mapping[str, list[tuple[str, Version]]],
        readers: Mapping[str, Versions],
        here: Mapping[str, bytes],
    ) -> dict[str, Past]:
        """Read all versions of the layers of one app, each content once. `here` is what nobody need be asked for."""
        known: dict[tuple[str, str], Content] = {}
        wanted = {version.blob for found in versions.values() for _, version in found if version.blob is not None}
        blobs = sorted(wanted.difference(here))
        contents = {**here, **self._ahead.contents(app, blobs)}
        pasts: dict[str, Past] = {}
        for environment, found in versions.items():
            past = pasts[environment] = []
            for path, version in found:
                if version.carried:
                    version = version._replace(landing=version.landing._replace(start="carried"))
                if version.blob is None:
                    past.append((version.landing, path, "gone"))
                    continue
                if version.link:
                    past.append((version.landing, path, "unread"))
                    continue
                key = (path, version.blob)
                if key not in known:
                    data = contents[version.blob]
                    known[key] = "unread" if data is None else _content(readers[path].read(data))
                past.append((version.landing, path, known[key]))
            self._follow_keys(environment, past, [contents.get(version.blob or "") for _, version in found])
        return pasts

    def _follow_keys(self, environment: str, past: Past, contents: list[bytes | None]) -> None:
        """Read the images that stood under other keys than today, and mark those that are not found."""
        images = [keys.paths(environment) for keys in self._contract.images]
        for path in dict.fromkeys(path for _, path, _ in past):
            numbers = [number for number, (_, layer, _) in enumerate(past) if layer == path]
            readings = [content if isinstance(content := past[number][2], dict) else None for number in numbers]
            read, carried = followed(path, [contents[number] for number in numbers], readings, images)
            for at, (number, reading) in enumerate(zip(numbers, read, strict=True)):
                landing, _, content = past[number]
                if at in carried:
                    landing = landing._replace(start="carried")
                past[number] = landing, path, content if reading is None else reading

    def _images(
        self, app: str, environment: str, keys: ImageKeys, past: Past, today: Mapping[str, Content]
    ) -> Iterator[tuple[Landing, Image]]:
        """Yield what one environment runs from each landing that changes it, the pending one last."""
        paths = keys.paths(environment)
        layers = [self._layout.path_of(layer, app, environment) for layer in self._followed]
        current: dict[str, Content] = {}
        image = ABSENT
        for number, (landing, layer, content) in enumerate(past):
            current[layer] = content
            if number + 1 < len(past) and past[number + 1][0].position == landing.position:
                continue  # the landing changes more than one layer
            if (now := _image([current.get(layer, "gone") for layer in layers], paths)) != image:
                image = now
                yield landing, image
        # What landed last may be a link, of which nobody knows what it led to then.
        if image != UNREAD and (now := _image([today[layer] for layer in layers], paths)) != image:
            yield self.history.pending, now

    def _is_untouched(self, app: str, environment: str, keys: ImageKeys, today: Mapping[str, Content]) -> bool:
        """Tell whether a merge request leaves the image of an environment as it was where the request forked."""
        if not self.history.forked:
            return False
        paths = keys.paths(environment)
        before: list[Content] = []
        layers = self.layers_of(app, [environment])
        for layer in layers:
            data = self.history.at_fork(self._prefix + layer)
            before.append("gone" if data is None else _content(Versions(layer, self._wanted).read(data)))
        return _image(before, paths) == _image([today[layer] for layer in layers], paths)

    def _lags_behind(self, timeline: Timeline, release: Release, text: str) -> bool:
        runs = timeline.runs(release.environment)
        return bool(runs) and runs[-1].name not in (text, text.partition("@")[0])

    def _place(self, path: str) -> Place | None:
        """Tell what a path from the top is by the contract of today."""
        return self._layout.place(path.removeprefix(self._prefix)) if path.startswith(self._prefix) else None

    def _parts(self, environment: str, path: str, blob: str, mentioned: str) -> Parts:
        """Return what a blob says of the first image that it names, if a text occurs in it at all."""
        (data,) = self.history.contents([blob])
        if data is None or mentioned.encode("utf-8", "surrogateescape") not in data:
            return {}
        reading = Versions(path, self._wanted).read(data)
        for keys in self._contract.images:
            if reading and (parts := image_parts(reading, keys.paths(environment))):
                return parts
        return {}


def _content(reading: Reading | None) -> Content:
    return "corrupt" if reading is None else reading


def _image(layers: list[Content], paths: Mapping[str, KeyPath]) -> Image:
    """Return the image that layers make together, the last one that sets a part of it."""
    if "unread" in layers:
        return UNREAD
    if "corrupt" in layers:
        return CORRUPT
    parts: Parts = {}
    for reading in layers:
        if isinstance(reading, dict):
            parts |= image_parts(reading, paths)
    tag, _, digest = parts.get("tag", "").partition("@")
    digest = parts.get("digest") or digest
    repository = parts.get("repository")
    if repository is not None and "registry" in parts:
        repository = f"{parts['registry']}/{repository}"
    if not tag and not digest:
        return ABSENT
    return Image("placeholder" if placeholder_tag(tag) else "image", repository, tag or None, digest or None)
