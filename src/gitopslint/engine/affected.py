"""What a change affects: two states of a repository in, images and rollouts out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitopslint.engine.rollouts import Rollouts
from gitopslint.loaders.build_inputs import BuildInputs
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.affected import Affected, AffectedImage, Cause, Reason, Rollout
from gitopslint.model.landing import FileChange

_BEGINNING = "there is nothing to compare with"
_REMEDY = "repair the file; until then whatever may depend on it counts as affected"


def everything(after: Product, prefix: str) -> Affected:
    """Return what a first commit affects: all of it."""
    apps = after.layout.stacks()
    return Affected(
        None,
        tuple(AffectedImage(app, (Cause("beginning", "", _BEGINNING),)) for app in apps),
        tuple(
            Rollout(stack.app, stack.environment, (Reason("beginning", _BEGINNING, stack.span),))
            for app in apps
            for stack in after.stacks(app)
        ),
        prefix=prefix,
        apps=len(apps),
    )


def affected(before: Product, after: Product, changes: Iterable[FileChange], base: str, prefix: str) -> Affected:
    """Return what the change from one state to another affects. `changes` are the files in which they differ."""
    changes = tuple(changes)
    if not changes:
        return Affected(base, (), (), prefix=prefix, apps=len(after.layout.stacks()))
    now = BuildInputs(after.tree, after.layout)
    # The contract of today says what belongs to an app, in either state.
    then = BuildInputs(before.tree, Layout(after.contract, before.paths))
    builds = _Builds(then, now, before.tree, after.tree, changes)
    apps = after.layout.stacks()
    images = tuple(AffectedImage(app, causes) for app in apps if (causes := tuple(builds.causes(app))))
    rollouts = tuple(Rollouts(before, after, {change.path for change in changes}).all())
    told = {cause.detail for image in images for cause in image.causes if cause.kind == "undecided"}
    told |= {reason.detail for one in rollouts for reason in one.reasons if reason.kind == "undecided"}
    doubts = dict.fromkeys((*sorted(told), *now.doubts, *then.doubts))
    return Affected(base, images, rollouts, tuple((one, _REMEDY) for one in doubts), prefix, len(apps))


class _Builds:
    """Tells for each app which changes count for its image, in the state before or in the one after."""

    def __init__(
        self, then: BuildInputs, now: BuildInputs, before: Tree, after: Tree, changes: tuple[FileChange, ...]
    ) -> None:
        self._then = then
        self._now = now
        self._changes = changes
        locks = [one.path for one in changes if now.is_lockfile(one.path) or then.is_lockfile(one.path)]
        self._locks = {path: (_content(before, path), _content(after, path)) for path in locks}

    def causes(self, app: str) -> Iterator[Cause]:
        """Yield why the image of an app is to be built, one cause for each file."""
        for change in self._changes:
            cause = self._now.cause(app, change.path) or self._then.cause(app, change.path)
            if cause is not None and cause.kind == "lockfile":
                old, new = self._locks[change.path]
                cause = self._now.lock_cause(app, change.path, old, new, self._then)
            if cause is not None:
                yield cause


def _content(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path)
    except ReadError:
        return None
