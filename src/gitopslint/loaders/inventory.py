"""Which file of a repository is read as what. The same units tell it that a check gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from gitopslint.loaders.side import Side
from gitopslint.loaders.unit import Unit
from gitopslint.model.application import Application, Undecidable
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.layer import Layer, Stack
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Build
from gitopslint.model.span import across, is_across

_KNOWN = {"Chart.yaml": "chart", ".sops.yaml": "rules of SOPS"}


class FileUse(NamedTuple):
    """One file of the repository and what it is read as."""

    path: str
    use: str


def inventory(side: Side) -> list[FileUse]:
    """Return every file of a repository with its use, in the order of paths."""
    said: dict[str, tuple[int, str]] = {}
    units = chain.from_iterable(task.load() for task in side.tasks(texts=True))
    for unit in units:
        # What comes first says the most: a manifest that is a layer is a layer, whichever unit says so.
        for rank, found in enumerate(_uses(unit)):
            for path, use in found:
                own = across(path) if side.turned else path
                if is_across(path) == side.turned and (own not in said or rank < said[own][0]):
                    said[own] = (rank, use)
    uses = {path: use for path, (_, use) in said.items()}
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


Use = tuple[str, str]
"""A path, and what it is read as."""


def _uses(unit: Unit) -> Iterator[Iterable[Use]]:
    """Yield what a unit says of files, what says the most first."""
    yield ((layer.path, _layer(layer)) for layer in unit.layers)
    yield chain.from_iterable(map(_of_stack, unit.app.stacks if unit.app is not None else ()))
    yield map(_of_application, unit.applications)
    yield ((encrypted.path, "encrypted by SOPS") for encrypted in unit.sops)
    yield chain.from_iterable(map(_of_build, unit.builds))
    yield ((manifest.document.path, "manifest") for manifest in unit.manifests)
    yield ((document.path, "YAML") for document in unit.documents)
    yield ((file.path, f"not read: {file.limit}" if file.limit is not None else "text") for file in unit.texts)
    yield ((unread.path, f"not read: {unread.reason}") for unread in unit.unread)


def _of_application(one: Application | Undecidable) -> Use:
    if isinstance(one, Application) and one.generator is None:
        return one.path, f"Application {one.name}"
    what = one.generator if isinstance(one, Application) and one.generator is not None else one.name
    return one.path, f"ApplicationSet {what}"


def _of_build(build: Build) -> Iterator[Use]:
    for text, role in ((build.ref, "commit to build"), (build.version, "tag to build")):
        if text is not None:
            yield text.path, f"{role}, {build.app}"


def _of_stack(stack: Stack) -> Iterator[Use]:
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
