"""From the paths of values files to templates with `{app}` and `{env}`, by what environments are usually called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from gitopslint.model.environments import rank
from gitopslint.model.namedtuple import NamedTuple

_CONTAINERS = frozenset({"apps", "applications", "services", "workloads", "components", "releases"})
# What says what kind of file or folder something is, and not which app it belongs to.
# fmt: off
_GENERIC = _CONTAINERS | {
    "projects", "products", "tenants", "teams",
    "app", "application", "env", "envs", "environment", "environments", "overlay", "overlays", "base", "bases",
    "deploy", "deployment", "deployments", "helm", "chart", "charts", "values", "value", "config", "configs", "k8s",
    "kubernetes", "kube", "cluster", "clusters", "service", "argocd", "argo-cd", "argo", "gitops", "flux", "infra",
    "infrastructure", "release", "image", "images", "version", "versions", "tag", "tags", "common", "global",
    "shared", "default", "defaults", "main", "override", "overrides", "resources", "settings", "manifests",
    "stages", "root", "all", "helmfile", "secrets", "helmrelease", "helm-release", "hr",
}
# fmt: on
_ENVIRONMENTS = frozenset({"env", "envs", "environment", "environments", "stages", "overlays"})
_SEPARATOR = re.compile(r"([-_.])")
_NOISE = re.compile(r"values|value|config|override|overrides|image|images|release|tag|version|helm")


class Guess(NamedTuple):
    """One values file with the template of its path; None for a name that the template does not hold."""

    path: str
    template: str
    app: str | None
    environment: str | None


class _Piece(NamedTuple):
    text: str
    kind: str
    """`text`, `mark` (a separator) or `env`."""


def guesses(paths: Iterable[str]) -> list[Guess]:
    """Return a template for each path."""
    every = list(paths)
    cut = {path: _cut(path, _environment) for path in every}
    if not any(piece.kind == "env" for pieces in cut.values() for piece in pieces):
        cut = {path: _cut(path, _below_environments) for path in every}
    # What stands at the same place in many different paths is the name that varies.
    variety: dict[tuple[str, ...], set[str]] = {}
    for pieces in cut.values():
        for at in _candidates(pieces):
            variety.setdefault(_around(pieces, at), set()).add(pieces[at].text)
    return [_guess(path, pieces, variety) for path, pieces in cut.items()]


def _guess(path: str, pieces: list[_Piece], variety: dict[tuple[str, ...], set[str]]) -> Guess:
    candidates = _candidates(pieces)
    at = max(
        candidates,
        key=lambda one: (_after_container(pieces, one), len(variety[_around(pieces, one)]), one),
        default=None,
    )
    app = pieces[at].text if at is not None else None
    environment = next((piece.text for piece in pieces if piece.kind == "env"), None)
    template = "".join(
        "{env}" if piece.kind == "env" else "{app}" if number == at or _is_app(piece, app) else piece.text
        for number, piece in enumerate(pieces)
    )
    return Guess(path, template, app, environment)


def _is_app(piece: _Piece, app: str | None) -> bool:
    """Tell whether a piece is the name of the app once more, as in `shop/shop-dev.yaml`."""
    return piece.kind == "text" and piece.text == app


def _around(pieces: Sequence[_Piece], at: int) -> tuple[str, ...]:
    return tuple(
        "\0" if number == at else "{env}" if piece.kind == "env" else piece.text for number, piece in enumerate(pieces)
    )


def _candidates(pieces: Sequence[_Piece]) -> list[int]:
    return [at for at, one in enumerate(pieces) if one.kind == "text" and one.text.lower() not in _GENERIC]


def _after_container(pieces: Sequence[_Piece], at: int) -> bool:
    return at > 1 and pieces[at - 1].text == "/" and pieces[at - 2].text.lower() in _CONTAINERS


def _cut(path: str, find: Callable[[Sequence[str]], str | None]) -> list[_Piece]:
    """Cut a path into names, separators and the name of its environment."""
    folders, _, file = path.rpartition("/")
    stem, dot, ending = file.rpartition(".")
    segments = [*(folders.split("/") if folders else []), stem]
    environment = find(segments)
    pieces: list[_Piece] = []
    for number, segment in enumerate(segments):
        if number:
            pieces.append(_Piece("/", "mark"))
        pieces += _cut_segment(segment, environment, last=number == len(segments) - 1)
    return [*pieces, _Piece(dot + ending, "mark")]


def _environment(segments: Sequence[str]) -> str | None:
    """Return the environment that a path names: a folder of its own rather than a part of a name."""
    whole = [segment for segment in segments if rank(segment) is not None]
    if whole:  # an app may be called `test`
        after = {name for name, above in zip(segments[1:], segments, strict=False) if above.lower() in _CONTAINERS}
        return next((one for one in whole if one not in after), whole[0])
    for segment in reversed(segments):
        words = _SEPARATOR.split(segment)[0::2]
        marks = _SEPARATOR.split(segment)[1::2]
        found = [
            text
            for size in range(1, len(words))
            for text in (_joined(words[:size], marks), _joined(words[-size:], marks[-size + 1 :] if size > 1 else []))
            if rank(text) is not None
        ]
        if found:
            return max(found, key=len)
    return None


def _below_environments(segments: Sequence[str]) -> str | None:
    """Return the folder below one for environments: where none has a usual name, they have names of their own."""
    folders = segments[:-1]
    below = [name for above, name in pairwise(folders) if above.lower() in _ENVIRONMENTS]
    return next((name for name in below if name.lower() not in _GENERIC), None)


def _joined(words: Sequence[str], marks: Sequence[str]) -> str:
    return words[0] + "".join(mark + word for mark, word in zip(marks, words[1:], strict=False))


def _cut_segment(segment: str, environment: str | None, *, last: bool) -> list[_Piece]:
    if environment is None:
        return _named(segment) if last else [_Piece(segment, "text")]
    if segment == environment:
        return [_Piece(segment, "env")]
    for separator in "-_.":
        if segment.endswith(separator + environment):
            before = segment[: -len(separator + environment)]
            return [*_named(before), _Piece(separator, "mark"), _Piece(environment, "env")]
        if segment.startswith(environment + separator):
            after = segment[len(environment + separator) :]
            return [_Piece(environment, "env"), _Piece(separator, "mark"), *_named(after)]
    return _named(segment) if last else [_Piece(segment, "text")]


def _named(text: str) -> list[_Piece]:
    """Cut `shop-values` and `values.shop`, so that the name of the app stands alone."""
    for pattern in (r"(?P<noise>[a-z]+)(?P<mark>[-_.])(?P<name>.+)", r"(?P<name>.+)(?P<mark>[-_.])(?P<noise>[a-z]+)"):
        match = re.fullmatch(pattern, text)
        if match is not None and _NOISE.fullmatch(match["noise"]):
            name, noise = _Piece(match["name"], "text"), _Piece(match["noise"], "mark")
            mark = _Piece(match["mark"], "mark")
            return [noise, mark, name] if match.start("noise") == 0 else [name, mark, noise]
    return [_Piece(text, "text")]


def common_template(found: Sequence[Guess]) -> str | None:
    """Return the template that most paths have, where it holds both names."""
    counts = Counter(one.template for one in found if one.app is not None and one.environment is not None)
    return counts.most_common(1)[0][0] if counts else None
