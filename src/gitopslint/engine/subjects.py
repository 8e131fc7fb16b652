"""What checks are asked about: the subjects of a unit, and the doubt where nobody knows a stack's values."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.moves import Course
from gitopslint.loaders.unit import Unit
from gitopslint.model.application import Application
from gitopslint.model.claim import FileList
from gitopslint.model.finding import Doubt
from gitopslint.model.layer import App, Layer, Manifest, Release, Stack
from gitopslint.model.platform import Build, Misplaced, Unused
from gitopslint.model.secret import SecretScan
from gitopslint.model.sops import SopsFile, SopsGap
from gitopslint.model.span import file_start

Subject = (
    Layer
    | Stack
    | Release
    | App
    | Application
    | Manifest
    | FileList
    | Course
    | SecretScan
    | Build
    | Misplaced
    | SopsFile
    | SopsGap
    | Unused
)


def subjects(unit: Unit) -> Iterator[Subject]:
    """Yield what checks judge of a unit as it is; timelines and secrets come from elsewhere."""
    yield from unit.layers
    if unit.app is not None:
        yield unit.app
        yield from unit.app.stacks
        yield from unit.app.releases
    yield from (one for one in unit.applications if isinstance(one, Application))
    yield from unit.manifests
    yield from unit.sops
    yield from unit.builds
    yield from unit.misplaced
    yield from unit.unused


def unknown_values(stack: Stack) -> Doubt:
    """Say why nobody knows what a stack deploys."""
    broken = next((layer.path for layer in stack.layers if not layer.readable), None)
    if stack.unknown is not None and broken is None:
        return Doubt(
            f"the values of {stack} are not known: {stack.unknown}",
            "check them where those files are, or bring the Application in line",
            stack.span,
        )
    return Doubt(
        f"the values of {stack} are not known, because a layer is not readable",
        "repair the layer",
        file_start(broken) if broken is not None else stack.span,
    )
