"""Every version of a layer, also from the time when it stood elsewhere.

A layer that appears in the middle of the history may have been another file before: renamed, moved to a new layout,
split off from a file that several environments shared, or taken out of the layer that held the image until then. The
image tells: the same repository and the same tag in a file that was there when the layer appeared.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence

from gitopslint.loaders.annals import LAYERS
from gitopslint.loaders.history import History
from gitopslint.loaders.layout import Place
from gitopslint.model.landing import Landing
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

_WORD = lazy(r"[^/.]+")
_MOST_CANDIDATES = 64
_MOST_ARRIVALS = 16

Parts = dict[str, str]
"""What a version says of an image: repository, tag, digest, registry."""


class Version(NamedTuple):
    """The content that a file got in a landing; None where it was deleted."""

    landing: Landing
    path: str
    blob: str | None
    carried: bool = False
    """Whether the landing took the image over from a file that names it in a way that is not followed."""
    link: bool = False
    """Whether it is a symbolic link, whose content is the way to another file."""


class Layer(NamedTuple):
    """A layer whose past is asked for. `place` says what any path is by the contract of today."""

    path: str
    app: str
    environment: str
    place: Callable[[str], Place | None]
    read: Callable[[str, str, str, str], Parts]
    """Return what a blob says of an image, by environment, path and blob; nothing if a text does not occur in it."""


class Files:
    """All landings of the YAML files in some folders, by path from the top of the repository."""

    def __init__(self, history: History, folders: Sequence[str]) -> None:
        """Read the history once. Raises HistoryError."""
        self._history = history
        self._folders = folders
        self._annals = history.annals(folders)
        self._versions: dict[str, list[Version]] = {}
        self._by_word: dict[str, list[str]] = {}
        self._outside: dict[int, list[str]] = {}
        self._others: dict[int, dict[str, list[str]]] = {}
        self._arriving: dict[str, list[int]] | None = None

    def knows(self, path: str) -> bool:
        """Tell whether a file ever was there."""
        return path in self._annals or path in self._versions

    def told(self, path: str, place: Callable[[str], Place | None]) -> tuple[int, str]:
        """Return the position of the newest version of a file, and what decides how all its versions are read.

        The landing of the newest stands for all that were before.
        """
        position = self._annals.last(path)
        if position is None:
            return -1, path
        return position, repr((path, self._annals.commit(position), self._arrivals(place).get(path)))

    def newest(self, path: str) -> str | None:
        """Return the blob that a file holds at the end of the history."""
        return self._annals.newest(path)

    def older(self, path: str) -> list[str]:
        """Return what a file held before the newest version, without what it was under other paths."""
        return self._annals.older(path)

    def versions(self, layer: Layer, seen: frozenset[str] = frozenset()) -> list[Version]:
        """Return the versions of a layer, the oldest first, those under other paths included. Raises HistoryError."""
        found: list[Version] = []
        gone: Landing | None = None
        for number, version in enumerate(own := self._versions_of(layer.path)):
            appears = version.blob is not None and (number == 0 or own[number - 1].blob is None)
            if appears and version.landing.start is None:
                before, carried = self._predecessor(layer, version, seen | {layer.path})
                version = version._replace(carried=carried)
                since = -1 if gone is None else gone.position
                found += [one for one in before if since < one.landing.position < version.landing.position]
            if version.blob is None:
                gone = version.landing
            found.append(version)
        return found

    def _predecessor(self, layer: Layer, first: Version, seen: frozenset[str]) -> tuple[list[Version], bool]:
        """Return the versions of the file that a layer was before it appeared.

        Where there is none, also tell whether a file that the landing changed, or one with the name of the app, held
        the image in other words.
        """
        image = layer.read(layer.environment, layer.path, first.blob or "", "")
        if not image:
            return [], False
        carried = False
        ranked = []
        mentioned = image.get("repository") or image.get("tag") or ""
        for path in self._candidates(layer, first.landing):
            if path in seen or not self._may_be(layer, path, first.landing):
                continue
            blob = self._blob_before(path, first.landing)
            said = layer.read(layer.environment, path, blob, mentioned) if blob is not None else {}
            if not said and blob is not None and image.get("tag"):
                carried = carried or self._mentions(blob, mentioned, image["tag"])
                # With the name of an app its repository can change. Then nobody knows whether that is the same image.
                leaves = _is_of(layer, path) and self._leaves(path, first.landing)
                carried = carried or (leaves and self._mentions(blob, image["tag"]))
            if not said or said.get("repository") != image.get("repository"):
                continue
            same = said.get("tag") == image.get("tag")
            leaves = self._leaves(path, first.landing)
            if same or (leaves and layer.app in _words(path)):
                ranked.append((same, layer.environment in _words(path), leaves, _tail(path, layer.path), path))
        if not ranked and not carried and (copied := self._copied_from(layer, first, seen)) is not None:
            return self.versions(layer._replace(path=copied), seen), False
        if not ranked:
            return [], carried
        older = self.versions(layer._replace(path=max(ranked)[-1]), seen)
        return older, False

    def _copied_from(self, layer: Layer, first: Version, seen: frozenset[str]) -> str | None:
        """Return the file in another folder of which a layer was a copy, to the letter, when it appeared.

        So begins a move to another layout whose old files are deleted in a later landing.
        """
        if not any(first.landing.position in positions for positions in self._arrivals(layer.place).values()):
            return None
        found = [
            path
            for path in self._copies_of(first, layer)
            # A copy of another environment is a promotion.
            if path not in seen and {layer.app, layer.environment} <= set(_words(path))
        ]
        if not found:
            return None
        best = max(found, key=lambda path: (_tail(path, layer.path), path))
        if not self.knows(best):
            self._read_file(best)
        return best if self._blob_before(best, first.landing) == first.blob else None

    def _arrivals(self, place: Callable[[str], Place | None]) -> dict[str, list[int]]:
        """Return the newest landings in which layers appeared, by layer. Looking for copies takes time, so others
        are left out.

        Which they are depends on no order in which layers are asked for.
        """
        if self._arriving is None:
            found: dict[str, list[int]] = {}
            positions: set[int] = set()
            for position, path in self._annals.appearances():
                if position not in positions and len(positions) == _MOST_ARRIVALS:
                    break
                if place(path) is not None:
                    positions.add(position)
                    found.setdefault(path, []).append(position)
            self._arriving = found
        return self._arriving

    def _copies_of(self, first: Version, layer: Layer) -> list[str]:
        """Return the YAML files, no layers, that hold the same as a layer did when it appeared."""
        position = first.landing.position
        if position not in self._others:
            others: dict[str, list[str]] = {}
            for path, blob in self._history.files_at(first.landing):
                if path.endswith(LAYERS) and layer.place(path) is None:
                    others.setdefault(blob, []).append(path)
            self._others[position] = others
        return self._others[position].get(first.blob or "", [])

    def _mentions(self, blob: str, *texts: str) -> bool:
        (data,) = self._history.contents([blob])
        return data is not None and all(text.encode("utf-8", "surrogateescape") in data for text in texts)

    def _candidates(self, layer: Layer, landing: Landing) -> list[str]:
        """Return the files that changed in a landing, and those that bear the name of the app."""
        if not self._by_word:
            for path in [*self._annals.paths, *self._versions]:
                for word in _words(path):
                    self._by_word.setdefault(word, []).append(path)
        changed = [path for path, old in self._annals.changed_in(landing.position) if old is not None]
        changed += self._moved_in(landing)
        named = self._by_word.get(layer.app, ())
        # In a landing that changes very many files, one without the name of the app is not looked at.
        nameless = changed if len(changed) <= _MOST_CANDIDATES else ()
        return list(dict.fromkeys([*nameless, *named, *(path for path in changed if layer.app in _words(path))]))

    def _moved_in(self, landing: Landing) -> list[str]:
        """Return the files in other folders that a landing deletes or changes, and read their history."""
        if landing.position not in self._outside:
            self._outside[landing.position] = [
                change.path
                for change in (self._history.changes(landing) if self._folders else ())
                if change.old is not None and not self.knows(change.path) and change.path.endswith(LAYERS)
            ][:_MOST_CANDIDATES]
            for path in self._outside[landing.position]:
                self._read_file(path)
        return self._outside[landing.position]

    def _may_be(self, layer: Layer, path: str, landing: Landing) -> bool:
        """Tell whether a file is not today the layer of something else."""
        place = layer.place(path)
        if place is None:
            return True
        if place.environment not in (None, layer.environment):
            return False
        return place.app in (None, layer.app) or self._leaves(path, landing)

    def _leaves(self, path: str, landing: Landing) -> bool:
        return any(one.landing.position == landing.position and one.blob is None for one in self._versions_of(path))

    def _blob_before(self, path: str, landing: Landing) -> str | None:
        versions = self._versions_of(path)
        at = bisect.bisect_left([one.landing.position for one in versions], landing.position)
        return versions[at - 1].blob if at else None

    def _read_file(self, path: str) -> None:
        """Read the history of one file that stands in none of the folders."""
        versions = [
            Version(landed.landing, path, change.new, link=change.link)
            for landed in self._history.steps_of(path)
            for change in landed.changes
            if change.path == path
        ]
        self._versions[path] = versions[::-1]

    def _versions_of(self, path: str) -> list[Version]:
        """Return the versions of a file under this path, the oldest first."""
        if path not in self._versions and path in self._annals:
            made = self._annals.made(path)
            landings = self._annals.landings([one.position for one in made])
            self._versions[path] = [
                Version(landing, path, one.new, link=one.link) for landing, one in zip(landings, made, strict=True)
            ]
        return self._versions.get(path, [])


def _is_of(layer: Layer, path: str) -> bool:
    """Tell whether a file is of the environment of a layer, by the contract or by its name."""
    place = layer.place(path)
    return layer.environment in ((place.environment,) if place is not None else _words(path))


def _words(path: str) -> list[str]:
    """Return the names of folders and of the file, as a whole and without its ending."""
    parts = path.split("/")
    return [*parts, *_WORD.findall(parts[-1]), parts[-1].rpartition(".")[0]]


def _tail(one: str, other: str) -> int:
    """Return how many parts two paths share at their ends."""
    count = 0
    for left, right in zip(reversed(one.split("/")), reversed(other.split("/")), strict=False):
        if left != right:
            break
        count += 1
    return count
