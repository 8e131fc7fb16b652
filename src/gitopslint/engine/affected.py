"""What a change affects: two states of a repository in, images and rollouts out."""

from __future__ import annotations

from collections.abc import Iterable

from gitopslint.engine.rollouts import Rollouts
from gitopslint.loaders.build_inputs import BuildInputs
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.affected import Affected, AffectedImage, Cause, Reason, Rollout
from gitopslint.model.landing import FileChange

_BEGINNING = "there is nothing to compare with"
_SUBMODULE = "a submodule is at another commit, and what is in it is not known here"
_ABOVE = "the workspace begins above the contract, where {} has changed, and is not followed there"
_LIFT = "put the contract at the root of the workspace; until then whatever changes above counts for all"
_INSIDE = "any"  # a file of a submodule: patterns such as `apps/shop/**` are about what is in the folder
_REMEDY = "make it readable here; until then whatever may depend on it counts as affected"


def everything(after: Product, prefix: str) -> Affected:
    """Return what a first commit affects: all of it."""
    apps = after.layout.stacks()
    return Affected(
        None,
        tuple(AffectedImage(app, (Cause("beginning", "", _BEGINNING),)) for app in apps),
        tuple(
            Rollout(app, environment, (Reason("beginning", _BEGINNING, span),))
            for app in apps
            for environment, span in {stack.environment: stack.span for stack in after.stacks(app)}.items()
        ),
        prefix=prefix,
        apps=len(apps),
    )


def affected(
    before: Product,
    after: Product,
    changes: tuple[FileChange, ...],
    submodules: tuple[FileChange, ...],
    base: str,
    prefix: str,
    above: str | None = None,
) -> Affected:
    """Return what the change from one state to another affects.

    `changes` are the files in which they differ, `submodules` those that are at another commit, and `above` is a
    changed file of a workspace that begins above.
    """
    if not changes and not submodules and above is None:
        return Affected(base, (), (), prefix=prefix, apps=len(after.layout.stacks()))
    apps = after.layout.stacks()
    now = BuildInputs(after.tree, after.layout, apps)
    # The contract of today says what belongs to an app, in either state.
    then = BuildInputs(before.tree, Layout(after.contract, before.paths), apps)
    causes = _causes(then, now, before.tree, after.tree, changes)
    for change in submodules:
        # What is in it is in another repository: of an app if it lies there, else perhaps of any.
        found = now.causes(change.path) or now.causes(f"{change.path}/{_INSIDE}")
        found = found or dict.fromkeys(apps, Cause("undecided", change.path, _SUBMODULE))
        for app, cause in found.items():
            causes.setdefault(app, []).append(cause._replace(path=change.path))
    beyond = _ABOVE.format(above)
    for app in apps if above is not None else ():
        causes.setdefault(app, []).append(Cause("undecided", "", beyond))
    images = tuple(AffectedImage(app, tuple(causes[app])) for app in apps if app in causes)
    rollouts = tuple(Rollouts(before, after, {change.path for change in changes}).all())
    told = {cause.detail for image in images for cause in image.causes if cause.kind == "undecided"}
    told |= {reason.detail for one in rollouts for reason in one.reasons if reason.kind == "undecided"}
    doubts = dict.fromkeys((*sorted(told), *now.doubts, *then.doubts))
    return Affected(
        base, images, rollouts, tuple((one, _LIFT if one == beyond else _REMEDY) for one in doubts), prefix, len(apps)
    )


def _causes(
    then: BuildInputs, now: BuildInputs, before: Tree, after: Tree, changes: Iterable[FileChange]
) -> dict[str, list[Cause]]:
    """Return for each app which changes count for its image, in the state before or in the one after."""
    found: dict[str, list[Cause]] = {}
    for change in changes:
        causes = then.causes(change.path) | now.causes(change.path)
        if any(cause.kind == "lockfile" for cause in causes.values()):
            old, new = _content(before, change.path), _content(after, change.path)
            narrowed = ((app, now.lock_cause(app, change.path, old, new, then)) for app in causes)
            causes = {app: cause for app, cause in narrowed if cause is not None}
        for app, cause in causes.items():
            found.setdefault(app, []).append(cause)
    return found


def _content(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path)
    except ReadError:
        return None
