"""What the platform builds: `WEB_CORE_REF` and `VERSION` as they stand, and every pair of them that there ever was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from gitopslint.loaders.history import History, HistoryError, Unavailable
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.contract import Contract
from gitopslint.model.gitref import LENGTHS, full_id, short_id
from gitopslint.model.landing import Landing
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Answer, Build, Gap, Misplaced, Pair, Text
from gitopslint.model.platformsettings import PlatformSettings
from gitopslint.model.span import file_start

_SHORTEST = 7  # git takes four digits, and so few could be many commits in a large repository
_LONGEST = 10_000  # no tag or commit id is nearly as long; nothing longer is read as one
_FETCH_ALL = (
    "fetch the whole history: `GIT_DEPTH: 0` in GitLab, `fetch-depth: 0` in GitHub, `git fetch --unshallow` elsewhere"
)

_LOOSE = re.compile(r"[^/]*\{app\}(?=/)")
"""The folder that a template names after an app."""

Part = Literal["ref", "version"]


class Commits(NamedTuple):
    """The commits of the product. `lengths` are those that their ids can have."""

    history: History | Unavailable
    lengths: tuple[int, ...] = LENGTHS

    def starting(self, prefix: str) -> Answer:
        """Return the commits whose id starts with a text."""
        if isinstance(self.history, Unavailable):
            return Answer(None, f"the commits of the product are not known: {self.history.reason}", self.history.remedy)
        if len(prefix) < _SHORTEST:
            return Answer(None, "so short an id could be many commits", "write it out in full")
        try:
            found = tuple(commit.id for commit in self.history.commits(prefix))
        except HistoryError as error:
            return Answer(None, f"the commits of the product are not known: {error}", error.remedy)
        if not found and self.history.cut_off:
            return Answer(None, "the clone of the product is cut off, so older commits are not known", _FETCH_ALL)
        return Answer(found)


class Slot(NamedTuple):
    """A place for the two files of an app. `exact`: it is where the contract has them."""

    app: str
    exact: bool


class Templates:
    """The paths of a contract for these files, read in both directions."""

    def __init__(self, settings: PlatformSettings, prefix: str = "") -> None:
        """`prefix` leads from the top of the repository to its root."""
        self._apps = {name: app for app, name in settings.names.items()}
        self._templates: dict[Part, str] = {"ref": prefix + settings.ref, "version": prefix + settings.version}
        self._patterns = {part: _pattern(text) for part, text in self._templates.items()}
        self._loose = {part: _pattern(_LOOSE.sub("{app}", text)) for part, text in self._templates.items()}

    @property
    def folders(self) -> list[str]:
        """The folders in which all of these files are."""
        return sorted({text.partition("{")[0].rpartition("/")[0] for text in self._templates.values()} - {""})

    def read(self, path: str) -> tuple[Slot, Part] | None:
        """Return which app a file is about, and what it holds.

        A folder beside those of the template is read as well, under its own name: unseen it would be unchecked.
        """
        for exact, patterns in ((True, self._patterns), (False, self._loose)):
            for part, pattern in patterns.items():
                if (match := pattern.fullmatch(path)) is not None:
                    return Slot(self._apps.get(match["app"], match["app"]), exact), part
        return None

    def path(self, slot: Slot, part: Part) -> str:
        """Return the path of a file."""
        names = {app: name for name, app in self._apps.items()}
        template = self._templates[part] if slot.exact else _LOOSE.sub("{app}", self._templates[part])
        return template.replace("{app}", names.get(slot.app, slot.app))


class _Landed(NamedTuple):
    landing: Landing
    slot: Slot
    ref: str | None
    version: str | None


def read_builds(
    tree: Tree,
    paths: Iterable[str],
    contract: Contract,
    past: History | Unavailable,
    prefix: str,
    commits: Commits | None,
    named: Callable[[str], str] = str,
) -> Iterator[Build]:
    """Yield what the platform builds, by app; where two folders have the name of one, that of the template is last.

    `past` is the history of the platform and `prefix` leads from its top to the root; `commits` are those of the
    product, None where it is not at hand. `named` makes of a path what reports call the file.
    """
    templates = Templates(contract.builds)
    files: dict[Slot, dict[Part, str]] = {}
    for path in paths:
        if (known := templates.read(path)) is not None:
            files.setdefault(known[0], {})[known[1]] = path
    lengths = commits.lengths if commits is not None else LENGTHS
    pairs, gap = _pairs(past, Templates(contract.builds, prefix), lengths)
    for slot in sorted(files.keys() | pairs.keys()):
        here = files.get(slot, {})
        ref, version = (_text(tree, here.get(part), named) for part in ("ref", "version"))
        now = _pair_of(version, ref, lengths)
        yield Build(
            slot.app,
            contract,
            ref,
            version,
            named(templates.path(slot, "ref")),
            named(templates.path(slot, "version")),
            (*pairs.get(slot, ()), *([now] if now is not None else [])),
            gap,
            _answer(ref, commits),
            lengths,
        )


def misplaced_refs(
    paths: Iterable[str], settings: PlatformSettings, named: Callable[[str], str]
) -> Iterator[Misplaced]:
    """Yield the files that are called as those which name a commit, and stand where the contract has none.

    VERSION is the name of many files, so of those alone nothing is said.
    """
    name, templates = settings.ref.rpartition("/")[2], Templates(settings)
    for path in paths:
        if path.rpartition("/")[2] == name and templates.read(path) is None:
            yield Misplaced(named(path), settings.ref)


def _pair_of(version: Text | None, ref: Text | None, lengths: tuple[int, ...]) -> Pair | None:
    if version is None or not (version.text or "").removesuffix("\n"):
        return None
    commit = full_id(ref.text or "", lengths) if ref is not None else None
    return Pair((version.text or "").removesuffix("\n"), commit or "", version.span, "now")


def _answer(ref: Text | None, commits: Commits | None) -> Answer | None:
    if commits is None or ref is None or ref.text is None:
        return None
    prefix = full_id(ref.text) or short_id(ref.text)
    return commits.starting(prefix) if prefix is not None else None


def _text(tree: Tree, path: str | None, named: Callable[[str], str]) -> Text | None:
    if path is None:
        return None
    try:
        data = tree.read(path)
    except ReadError as error:
        return Text(named(path), None, str(error))
    if len(data) > _LONGEST:
        return Text(named(path), None, f"it has more than {_LONGEST:,} bytes")
    return Text(named(path), data.decode("utf-8", "replace"))


def _pairs(
    past: History | Unavailable, templates: Templates, lengths: tuple[int, ...]
) -> tuple[dict[Slot, list[Pair]], Gap | None]:
    """Return the pairs of every app, the oldest first, and why some may be missing."""
    nowhere = file_start("")
    if isinstance(past, Unavailable):
        return {}, Gap(f"the history of the platform is not known: {past.reason}", past.remedy, nowhere)
    try:
        landed = _landed(past, templates)
        blobs = list(dict.fromkeys(blob for one in landed for blob in (one.ref, one.version) if blob is not None))
        texts = dict(zip(blobs, past.contents(blobs), strict=True))
    except HistoryError as error:
        return {}, Gap(f"the history of the platform is not known: {error}", error.remedy, nowhere)
    gap = None
    if past.cut_off:
        gap = Gap("the clone of the platform is cut off, so older versions are not known", _FETCH_ALL, nowhere)
    if any(text is None for text in texts.values()):
        reason = "the clone of the platform lacks the content of older files, so older versions are not known"
        gap = Gap(reason, "clone without `--filter`, or run `git fetch --refetch --no-filter`", nowhere)
    found: dict[Slot, list[Pair]] = {}
    for one in landed:
        version = _decoded(texts.get(one.version or "")).removesuffix("\n")
        if version:
            commit = full_id(_decoded(texts.get(one.ref or "")), lengths)
            found.setdefault(one.slot, []).append(Pair(version, commit or "", nowhere, str(one.landing)))
    return found, gap


def _landed(past: History, templates: Templates) -> list[_Landed]:
    """Return what stood in the files of each app after every landing that touched one of them, the oldest first."""
    state: dict[Slot, dict[Part, str | None]] = {}
    found = []
    for step in reversed(list(past.steps(templates.folders))):
        touched: dict[Slot, None] = {}
        for change in step.changes:
            if (known := templates.read(change.path)) is not None:
                slot, part = known
                state.setdefault(slot, {})[part] = change.new
                touched[slot] = None
        found += [_Landed(step.landing, slot, state[slot].get("ref"), state[slot].get("version")) for slot in touched]
    return found


def _decoded(data: bytes | None) -> str:
    return data.decode("utf-8", "replace") if data is not None and len(data) <= _LONGEST else ""


def _pattern(template: str) -> re.Pattern[str]:
    before, _, after = template.partition("{app}")
    return re.compile(f"{re.escape(before)}(?P<app>[^/]+?){re.escape(after)}", re.DOTALL)
