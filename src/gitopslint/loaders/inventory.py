"""Which file of a repository is read as what. The same units tell it that a check gets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from gitopslint.loaders.side import Side
from gitopslint.loaders.unit import Unit
from gitopslint.model.application import Application
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.layer import Layer, Stack
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import across, is_across

_KNOWN = {"Chart.yaml": "chart", ".sops.yaml": "rules of SOPS"}


class FileUse(NamedTuple):
    """One file of the repository and what it is read as."""

    path: str
    use: str


def inventory(side: Side) -> list[FileUse]:
    """Return every file of a repository with its use, in the order of paths."""
    uses: dict[str, str] = {}
    units = chain.from_iterable(task.load() for task in side.tasks(texts=True))
    for path, use in chain.from_iterable(map(_uses, units)):
        # The first one says the most: a manifest that is a layer is a layer.
        if is_across(path) == side.turned:
            uses.setdefault(across(path) if side.turned else path, use)
    read = {across(path) if side.turned and is_across(path) else path for path in side.paths}
    links = side.tree.links
    for path in side.tree.paths:
        if path == FILE_NAME:
            uses[path] = "contract"
        elif path == side.contract.baseline:
            uses[path] = "baseline"
        elif path not in read:
            uses[path] = "excluded"
        elif (known := _KNOWN.get(path.rpartition("/")[2])) is not None:
            uses[path] = known
        elif path in links and path not in uses:
            uses[path] = "symbolic link"
        elif side.is_template(path):
            uses[path] = "chart template"
        else:
            uses.setdefault(path, "not read" if side.turned else "binary")
    return [FileUse(path, uses[path]) for path in sorted(uses)]


def _uses(unit: Unit) -> Iterator[tuple[str, str]]:
    for layer in unit.layers:
        yield layer.path, _layer(layer)
    for stack in unit.app.stacks if unit.app is not None else ():
        yield from _of_stack(stack)
    for one in unit.applications:
        generated = isinstance(one, Application) and one.generator is not None
        kind = "Application" if isinstance(one, Application) and not generated else "ApplicationSet"
        what = one.generator if isinstance(one, Application) and one.generator is not None else one.name
        yield one.path, f"{kind} {what}"
    for encrypted in unit.sops:
        yield encrypted.path, "encrypted by SOPS"
    for build in unit.builds:
        for text, role in ((build.ref, "commit to build"), (build.version, "tag to build")):
            if text is not None:
                yield text.path, f"{role}, {build.app}"
    for manifest in unit.manifests:
        yield manifest.document.path, "manifest"
    for document in unit.documents:
        yield document.path, "YAML"
    for file in unit.texts:
        yield file.path, f"not read: {file.limit}" if file.limit is not None else "text"
    for unread in unit.unread:
        yield unread.path, f"not read: {unread.reason}"


def _of_stack(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield the files that an Application loads although the contract does not name them."""
    for layer in stack.layers:
        if layer.role == "values":
            yield layer.path, f"values that an Application loads, {stack}"


def _layer(layer: Layer) -> str:
    home = " in ".join(name for name in (layer.app, layer.environment) if name is not None)
    if layer.app is None and layer.environment is not None:
        home = f"all apps in {layer.environment}"
    elif layer.app is not None and layer.environment is None and layer.role != "chart":
        home += " everywhere"
    return f"layer {layer.role}{', ' if home else ''}{home}"
