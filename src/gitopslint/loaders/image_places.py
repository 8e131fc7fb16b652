"""Where values files set images, as charts usually name the keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitopslint.model.contract import Contract
from gitopslint.model.document import KeyPath, Node, dotted, leaves, walk
from gitopslint.model.image import split_reference
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.proposal import FoundImage
from gitopslint.model.tag import commit_in

_REPOSITORY = ("repository", "name", "image")
_VERSION = ("version", "ver")
_FLAT = (("imageTag", ("imageRepository", "imageName", "image")), ("image_tag", ("image_repository", "image")))
_MOST_IMAGES = 20

Keys = tuple[tuple[str, str], ...]


class ImagePlace(NamedTuple):
    """One image: the key paths of its parts, and the tag that is written there."""

    keys: tuple[tuple[str, KeyPath], ...]
    tag: str | None


def images_in(root: Node) -> Iterator[ImagePlace]:
    """Yield every image of a values file."""
    for path, node in walk(root):
        if any(isinstance(step, int) for step in path):
            continue
        keys = node.mapping
        if (tag := keys.get("tag")) is not None and tag.is_scalar:
            repository = next((name for name in _REPOSITORY if name in keys and keys[name].is_scalar), None)
            if repository is not None or (path and "image" in str(path[-1]).lower()):
                registry = [("registry", (*path, "registry"))] if "registry" in keys else []
                parts = [("repository", (*path, repository or "repository")), ("tag", (*path, "tag"))]
                yield ImagePlace((*registry, *parts, ("digest", (*path, "digest"))), _text(tag))
        elif (version := next((name for name in _VERSION if name in keys and keys[name].is_scalar), None)) is not None:
            yield from _versioned(path, keys, version)
        for name, repositories in _FLAT:
            if name in keys and keys[name].is_scalar:
                repository = next((one for one in repositories if one in keys), repositories[0])
                yield ImagePlace((("repository", (*path, repository)), ("tag", (*path, name))), _text(keys[name]))
        if path and node.is_scalar and _is_reference(path, node):
            reference = split_reference(node.text)
            yield ImagePlace((("reference", path),), reference.tag)


def _versioned(path: KeyPath, keys: Mapping[str, Node], version: str) -> Iterator[ImagePlace]:
    """Yield an image whose tag is called its version, as `image: {repo: ghcr.io/org, name: shop, version: 1.2.3}`."""
    if not path or "image" not in str(path[-1]).lower():
        return
    scalars = [name for name in keys if keys[name].is_scalar]
    holder = next((name for name in ("registry", "repo") if name in scalars), None)
    name = next((name for name in _REPOSITORY if name in scalars), None)
    if name is None:
        holder, name = None, holder
    if name is not None:
        registry = [("registry", (*path, holder))] if holder is not None else []
        yield ImagePlace((*registry, ("repository", (*path, name)), ("tag", (*path, version))), _text(keys[version]))


def proposed(
    files: Iterable[tuple[Node, Sequence[str]]], fallback: Iterable[Node]
) -> tuple[tuple[FoundImage, ...], tuple[str, ...]]:
    """Return the entries for `images`, the most frequent first, and the key paths of those that others build.

    `files` come with the names of environments, which may be keys in them. `fallback` are the defaults of charts,
    which count where nothing else sets an image, and where they know better what a repository is called.
    """
    counts: Counter[Keys] = Counter()
    traced: set[Keys] = set()
    for root, environments in files:
        places = [(_written(place, environments), place.tag) for place in images_in(root)]
        counts.update({keys for keys, _ in places})
        traced |= {keys for keys, tag in places if tag and commit_in(tag, Contract().tag_patterns)}
    defaults = {_written(place, ()) for root in fallback for place in images_in(root)}
    if not counts:
        counts.update(defaults)
    # Where some tags name commits, images whose tags never do are bought in: a database, a proxy.
    others = [keys for keys in counts if traced and keys not in traced]
    by_tag = {dict(keys).get("tag"): keys for keys in defaults if dict(keys).get("tag")}
    # A release layer often sets the tag alone: then the chart says where the rest is.
    better: Counter[Keys] = Counter()
    for keys, count in counts.items():
        if keys not in others:
            better[by_tag.get(dict(keys).get("tag"), keys)] += count
    ranked = sorted(better.items(), key=lambda pair: (-pair[1], pair[0]))
    found = tuple(FoundImage(keys, count) for keys, count in ranked[:_MOST_IMAGES])
    return found, tuple(sorted(keys[-1][1] if len(keys) == 1 else dict(keys)["tag"] for keys in others))


def beside_images(root: Node) -> set[str]:
    """Return the key paths that a file sets besides images."""
    images = {path for place in images_in(root) for _, path in place.keys}
    folders = [path[:-1] for path in images if len(path) > 1]
    rest = (path for path, _ in leaves(root) if path not in images)
    return {_without_positions(path) for path in rest if not any(path[: len(folder)] == folder for folder in folders)}


def _without_positions(path: KeyPath) -> str:
    """Write a key path as a contract has it, which knows no positions in lists."""
    at = next((number for number, step in enumerate(path) if isinstance(step, int)), None)
    return dotted(path) if at is None else f"{dotted(path[:at])}.**"


def _written(place: ImagePlace, environments: Sequence[str]) -> Keys:
    return tuple((part, _key_path(path, environments)) for part, path in place.keys)


def _key_path(path: KeyPath, environments: Sequence[str]) -> str:
    steps = ["{env}" if step in environments else str(step).replace(".", r"\.") for step in path]
    return ".".join(steps)


def _is_reference(path: KeyPath, node: Node) -> bool:
    name = str(path[-1])
    if not (name == "image" or name.endswith("Image")) or not isinstance(node.value, str):
        return False
    reference = split_reference(node.text)
    return (bool(reference.tag) or reference.digest is not None) and " " not in node.text


def _text(node: Node) -> str | None:
    return node.text or None
