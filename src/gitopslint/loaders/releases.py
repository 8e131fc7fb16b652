"""The release layers of an app: which build they name, and the bytes in which they would name another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitopslint.loaders import yaml
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.rewriting import rewritten
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.change import Build, Target
from gitopslint.model.document import Document, KeyPath, Node, dotted, find, leaves, walk
from gitopslint.model.entries import UnwritableError, setting, without
from gitopslint.model.finding import Edit
from gitopslint.model.image import split_reference
from gitopslint.model.namedtuple import NamedTuple


class NoLayerError(Exception):
    """There is no layer that could be changed; the message says why, and what to do."""


class Placed(NamedTuple):
    """What the layers of one environment say of an image, and the file to change for another build.

    `build` is None where they name none yet. `parts` are the values by what they hold, each with its file.
    """

    target: Target
    path: str
    build: Build | None
    parts: Mapping[str, tuple[str, Node]]


def placed(tree: Tree, layout: Layout, target: Target) -> Placed:
    """Find an image in the layers of an environment. Raises NoLayerError."""
    paths = target.keys.paths(target.environment)
    parts: dict[str, tuple[str, Node]] = {}
    last = ""
    for path, document in _documents(tree, layout, target):
        last = path
        for part, keys in paths.items():
            if (node := find(document.root, keys)) is not None:
                parts[part] = path, node
    if not last:
        wanted = " or ".join(layout.path_of(layer, target.app, target.environment) for layer in layout.image_layers)
        raise NoLayerError(f"{target} has no layer yet that names its image: write {wanted} first")
    deciding = next((parts[part] for part in ("reference", "tag", "digest", "repository") if part in parts), None)
    path = deciding[0] if deciding is not None else last
    _require_own(layout, target, path)
    return Placed(target, path, _build(parts), parts)


def changed_layer(data: bytes, found: Placed, build: Build) -> bytes:
    """Return the bytes of the layer in which it names another build. Raises UnwritableError.

    Nothing but that is changed: whatever else an edit would do, by an anchor for example, is refused.
    """
    for keys, text in _wanted(found, build).items():
        data = _with_value(data, found.path, keys, text)
    return data


def _documents(tree: Tree, layout: Layout, target: Target) -> Iterator[tuple[str, Document]]:
    for layer in layout.image_layers:
        path = layout.path_of(layer, target.app, target.environment)
        if path not in layout.layers:
            continue
        try:
            document = yaml.parse(path, tree.read(path))
        except ReadError as error:
            raise NoLayerError(f"{path} cannot be read: {error}") from None
        _require_readable(document)
        yield path, document


def _require_readable(document: Document) -> None:
    if document.problem is not None:
        raise NoLayerError(f"{document.problem.span}: {document.problem.message}: repair the layer first")
    if any(root.value is not None for root in document.roots[1:]) or not isinstance(document.root.value, dict):
        raise NoLayerError(f"{document.path} holds several documents, or no mapping: repair the layer first")


def _require_own(layout: Layout, target: Target, path: str) -> None:
    """Refuse a file whose keys belong to other apps or environments as well. Raises NoLayerError."""
    place = layout.layers[path]
    stacks = layout.stacks()
    if place.app is None and len(stacks) > 1:
        raise NoLayerError(f"{path} names the image for all apps, so it cannot be changed for {target.app} alone")
    if place.environment is None:
        here = target.keys.paths(target.environment)
        others = [one for one in stacks.get(target.app, ()) if one != target.environment]
        if shared := [one for one in others if target.keys.paths(one) == here]:
            raise NoLayerError(
                f"{path} names the image for {' and '.join([target.environment, *shared])} under the same keys, so it "
                f"cannot be changed for {target.environment} alone"
            )


def _build(parts: Mapping[str, tuple[str, Node]]) -> Build | None:
    texts = {part: node.text for part, (_, node) in parts.items() if node.is_scalar and node.value not in (None, "")}
    if (whole := texts.get("reference")) is not None:
        reference = split_reference(whole)
        name, digest = reference.tag or "", reference.digest
    else:
        name, _, inline = texts.get("tag", "").partition("@")
        digest = texts.get("digest") or inline or None
    if name:
        return Build(name, digest)
    return Build(digest) if digest is not None else None


def _wanted(found: Placed, build: Build) -> dict[KeyPath, str | None]:
    """Return the text for each key path that has to change; None for one that must go. Raises UnwritableError."""
    target, parts = found.target, found.parts
    paths = target.keys.paths(target.environment)
    if "reference" in paths:
        whole = parts.get("reference")
        repository = split_reference(whole[1].text).repository if whole is not None and whole[1].is_scalar else ""
        if not repository:
            raise UnwritableError(f"{target} has no image at {dotted(paths['reference'])!r} yet: write it there first")
        return {paths["reference"]: build.of(repository)}
    if elsewhere := [parts[one][0] for one in ("tag", "digest") if one in parts and parts[one][0] != found.path]:
        raise UnwritableError(f"{target} has tag and digest in two files, {found.path} and {elsewhere[0]}: keep one")
    if "digest" in paths and (build.is_digest or "tag" not in paths):
        return {paths["digest"]: build.tag} | ({paths["tag"]: None} if "tag" in parts else {})
    inline = "tag" in parts and "@" in parts["tag"][1].text
    has_digest = "digest" in parts and parts["digest"][1].value not in (None, "")
    if inline or "digest" not in paths:
        wanted: dict[KeyPath, str | None] = {paths["tag"]: str(build)}
        return wanted | ({paths["digest"]: build.digest} if has_digest else {})
    wanted = {paths["tag"]: build.tag}
    return wanted | ({paths["digest"]: build.digest} if has_digest or build.digest is not None else {})


def _with_value(data: bytes, path: str, keys: KeyPath, text: str | None) -> bytes:
    """Return a file in which one value is another one, or gone, and nothing else. Raises UnwritableError."""
    document = yaml.parse(path, data)
    node = find(document.root, keys)
    if node is not None and node.value == text:
        return data
    if text is None:
        edit = without(document, keys)
        if edit is not None and (new := _applied(data, document, edit, keys, None)) is not None:
            return new
        text = ""  # what is left: a value that no template takes for a digest
    edit = setting(document, keys, text)
    new = _applied(data, document, edit, keys, text)
    if new is None:
        raise UnwritableError(
            f"{edit.span}: {dotted(keys)!r} cannot be changed here without changing something else, as an anchor does "
            f"that other values use: write it out"
        )
    return new


def _applied(data: bytes, before: Document, edit: Edit, keys: KeyPath, text: str | None) -> bytes | None:
    """Apply an edit; None where the outcome differs from the file before in anything but this one value."""
    try:
        new = rewritten(data, [edit])
    except ValueError:
        return None
    after = yaml.parse(before.path, new)
    old_values, new_values = _values(before), _values(after)
    expected = {path: value for path, value in old_values.items() if path[: len(keys)] != keys}
    above = [path for path in expected if path == keys[: len(path)]]  # an empty mapping into which it came
    if text is not None:
        expected = {path: value for path, value in expected.items() if path not in above} | {keys: text}
    same = after.problem is None and len(after.roots) == max(1, len(before.roots)) and new_values == expected
    return new if same and len(_duplicates(after)) <= len(_duplicates(before)) else None


def _values(document: Document) -> dict[KeyPath, object]:
    """Return every value of a file with its type: to Python 1 and True are equal."""
    found: dict[KeyPath, object] = {}
    for path, node in leaves(document.root):
        text = isinstance(node.value, str)
        found[path] = node.value if text else (type(node.value).__name__, repr(node.value) if node.is_scalar else "")
    return found


def _duplicates(document: Document) -> list[Node]:
    nodes = (node for root in document.roots for _, node in walk(root))
    return [second for node in nodes for _, second in node.duplicates]
