"""What `promote`, `rollback` and `release` share: the place, the verdict before anything is written, the commit."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from gitopslint.cli.clock import today
from gitopslint.cli.exits import CLEAN, FAULT, FINDINGS, UsageError, tell
from gitopslint.cli.hints import expect_app, expect_environment, hint
from gitopslint.cli.mainline import Opener, history_opener, history_under
from gitopslint.cli.output import colourful, write_out
from gitopslint.cli.pair import product_side
from gitopslint.cli.workspace import Ground, nothing, open_ground
from gitopslint.engine.changing import Judgement, Seen, judged
from gitopslint.engine.preview import previews
from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders import committing
from gitopslint.loaders.committing import CommitError, Start
from gitopslint.loaders.git import GitError
from gitopslint.loaders.overlay import OverlayTree, followed
from gitopslint.loaders.product import Product
from gitopslint.loaders.releases import NoLayerError, Placed, changed_layer, placed
from gitopslint.loaders.rewriting import RewriteError, write_all
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.schemas import SchemaError
from gitopslint.loaders.tree import ReadError, Tree, commit_tree, disk_tree
from gitopslint.model.change import Build, Change, Target
from gitopslint.model.contract import FILE_NAME, ImageKeys
from gitopslint.model.entries import UnwritableError
from gitopslint.model.image import digest_fault, tag_fault
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue
from gitopslint.reporters import diff, text
from gitopslint.reporters.escape import visible


class Place(NamedTuple):
    """Where a change is made. `head` is the commit on top of which it will be one; None where it is only written."""

    ground: Ground
    product: Product
    opener: Opener
    platform: str | None
    shipped: Catalogue
    head: str | None

    def with_tree(self, tree: Tree) -> Product:
        """Return the product as it would be with another tree."""
        return _product(self.ground._replace(tree=tree), self.platform, self.opener, self.shipped)


class Writing(NamedTuple):
    """One file as it is on disk and as it will be; with a commit, where it stands and what git will hold."""

    path: str
    on_disk: bytes
    changed: bytes
    begin: Start | None = None
    committed: bytes = b""


def declare_change(parser: argparse.ArgumentParser) -> None:
    """Add the words that all changes have."""
    add = parser.add_argument
    add("--image", metavar="KEY", help="which image of the app, by the key of its tag, where it has several")
    add("--dry-run", action="store_true", help="show the difference and the verdict, and write nothing")
    add("--commit", action="store_true", help="commit the file, alone: whatever else is changed or staged stays so")
    add("--no-verify", action="store_true", help="commit without the hooks and the signature that `git commit` adds")
    add("--platform", metavar="DIR", help="a checkout of the platform repository")
    add("--repository", metavar="DIR", default=".", help="the repository (default: here)")
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours in text (default: auto)")


@contextmanager
def place_of(arguments: argparse.Namespace) -> Iterator[Place]:
    """Open the product in which something is to change, and close it in the end. Raises UsageError."""
    place = _opened(arguments)
    with closing(place.product):
        yield place


def environments_of(place: Place, app: str, *named: str | None) -> tuple[str, ...]:
    """Return the environments of an app, among which all that are named must be. Raises UsageError."""
    known = place.product.layout.stacks()
    expect_app(app, known, " in HEAD" if place.head is not None else "")  # a commit rests on what is committed
    for name in named:
        if name is not None:
            expect_environment(app, name, known)
    return known[app]


def image_keys(place: Place, asked: str | None, app: str) -> ImageKeys:
    """Return the keys of the image of an app that is meant. Raises UsageError."""
    images = {keys.name: keys for keys in place.product.contract.images}
    if asked is None:
        if len(images) == 1:
            return next(iter(images.values()))
        own = {name: keys for name, keys in images.items() if _has(place, app, keys)}
        if len(own) == 1:
            return next(iter(own.values()))
        raise UsageError(f"{app} has several images, so name one with --image: {', '.join(own or images)}")
    meant = [keys for keys in images.values() if _is_meant(asked, keys, place.product.contract.environments)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UsageError(f"{asked!r} leads to several images: {', '.join(one.name for one in meant)}")
    raise UsageError(f"there is no image {asked!r} in the contract: {hint(asked, images)}")


def _is_meant(asked: str, keys: ImageKeys, environments: tuple[str, ...]) -> bool:
    """Tell whether a word is a key of an image, or leads to one, be it with the name of an environment or without."""
    names = ("{env}", *environments)
    written = [text.replace("{env}", name) for text in (keys.name, keys.repository or "") for name in names]
    written += [text.removeprefix("{env}.") for text in written]
    return bool(asked) and any(text == asked or text.startswith(f"{asked}.") for text in written)


def _has(place: Place, app: str, keys: ImageKeys) -> bool:
    """Tell whether a layer of an app names an image."""
    return any(find(place, Target(app, one, keys)).parts for one in place.product.layout.stacks()[app])


def find(place: Place, target: Target) -> Placed:
    """Return what an environment is told to run, and where. Raises UsageError."""
    try:
        return placed(place.product.tree, place.product.layout, target)
    except NoLayerError as error:
        raise UsageError(visible(str(error))) from None


def build_of(tag: str, digest: str | None) -> Build:
    """Return the build that two words of the command line name. Raises UsageError."""
    name, _, inline = tag.partition("@")
    digest = digest or inline or None
    if (fault := tag_fault(name)) is not None and digest_fault(name) is not None:
        raise UsageError(f"{tag!r} is no tag of an image: {fault}")
    if digest is not None and (fault := digest_fault(digest)) is not None:
        raise UsageError(f"{digest!r} is no digest: {fault}")
    return Build(name, digest)


def perform(place: Place, found: Placed, change: Change, arguments: argparse.Namespace) -> int:
    """Judge a change; unless a rule forbids it, make it. Returns the exit code. Raises UsageError."""
    old = found.build
    if old is not None and old.tag == change.new.tag and change.new.digest in (None, old.digest):
        write_out(f"{visible(f'nothing to do: {change.target} runs {old} already')}\n")
        return CLEAN
    path = followed(place.product.tree, found.path)
    before = place.product.tree.read(path)
    after = _rewritten(before, found, change.new)
    writing = _writing(place, found, path, after, change.new)
    with closing(place.with_tree(OverlayTree(place.product.tree, {path: after}))) as changed:
        verdict = judged(_seen(place, place.product), _seen(place, changed), change)
        if arguments.dry_run:
            shown = previews(changed, {path: (before, after)})
            write_out(diff.render(shown, place.ground.prefix, colour=colourful(arguments.color)))
    code = _say(verdict, change, arguments)
    if code != CLEAN or arguments.dry_run:
        return code
    _write(place, writing, change)
    return CLEAN


def _opened(arguments: argparse.Namespace) -> Place:
    shipped = load_catalogue()
    ground = open_ground(arguments.repository, shipped)
    repository = ground.repository
    head: str | None = None
    opener = history_opener(repository, None, staged=False)
    try:
        if arguments.commit:
            if repository is None:
                raise UsageError("--commit needs a git repository")
            head = committing.head_of(repository)
            added = committing.added_by_git(repository)
            if added is not None and not arguments.no_verify:
                raise UsageError(
                    f"`git commit` would add {added}, which gitopslint never runs: "
                    f"leave --commit out and commit by hand, or say --no-verify"
                )
            ground = ground._replace(tree=commit_tree(repository, ground.prefix, head))
            opener = history_under(repository, head)
        product = _product(ground, arguments.platform, opener, shipped)
    except (CommitError, GitError) as error:
        raise UsageError(str(error)) from None
    if not product.layout.layers:
        raise UsageError(nothing(ground))
    return Place(ground, product, opener, arguments.platform, shipped, head)


def _product(ground: Ground, platform: str | None, opener: Opener, shipped: Catalogue) -> Product:
    try:
        return product_side(ground, platform, opener, shipped)
    except (GitError, SchemaError) as error:
        raise UsageError(str(error)) from None


def _rewritten(data: bytes, found: Placed, build: Build) -> bytes:
    try:
        return changed_layer(data, found, build)
    except UnwritableError as error:
        raise UsageError(visible(str(error))) from None


def _writing(place: Place, found: Placed, path: str, after: bytes, build: Build) -> Writing:
    """Return what is to be written, once it is sure that it can be. Raises UsageError."""
    repository = place.ground.repository
    if place.head is None or repository is None:
        return Writing(path, place.product.tree.read(path), after)
    try:
        on_disk = disk_tree(place.ground.root, repository).read(path)
        begin = committing.start(repository, place.head, place.ground.prefix + path)
        changed = _rewritten(on_disk, found, build)
        return Writing(path, on_disk, changed, begin, committing.committed_form(begin, on_disk, changed))
    except ReadError as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    except (CommitError, GitError) as error:
        raise UsageError(str(error)) from None


def _seen(place: Place, product: Product) -> Seen:
    ground = place.ground
    contract_file = ground.prefix + FILE_NAME if ground.file is not None else None
    selection = select(ground.catalogue, product.contract)
    report = run(product, ground.catalogue, selection, prefix=ground.prefix, contract_file=contract_file, today=today())
    return Seen(product, report)


def _say(verdict: Judgement, change: Change, arguments: argparse.Namespace) -> int:
    """Show what a change would bring, and return the exit code."""
    report = verdict.report
    if report.findings or report.undecided or report.faults or report.unread:
        write_out(text.render(report, colour=colourful(arguments.color)))
    for reason in verdict.beyond:
        tell(visible(reason))
    if verdict.refused:
        tell(visible(f"refused, and nothing was changed: {change.summary}"))
        return FAULT if report.faults else FINDINGS
    if arguments.dry_run:
        write_out(f"{visible(f'nothing forbids it: {change.summary}')}\n")
    return CLEAN


def _write(place: Place, writing: Writing, change: Change) -> None:
    """Write the file and commit it: both, or neither. Raises UsageError."""
    root = Path(os.path.abspath(place.ground.root))  # noqa: PTH100 - `resolve` would follow links
    _write_files(root, {writing.path: (writing.on_disk, writing.changed)})
    told = [f"{change.done} ({change.old or 'nothing'} before) in {place.ground.prefix}{writing.path}"]
    repository = place.ground.repository
    if writing.begin is not None and repository is not None:
        settings = place.ground.contract.release_commit
        message = change.message(settings.message, skip_ci=settings.skip_ci)
        try:
            made = committing.commit(repository, writing.begin, writing.committed, message)
        except BaseException as error:  # also when somebody interrupts it
            _write_files(root, {writing.path: (writing.changed, writing.on_disk)})
            if isinstance(error, GitError):
                raise UsageError(f"nothing was changed, because the commit failed: {error}") from None
            raise
        told.append(f"committed as {made[:8]}: {message.rstrip()}")
    write_out("".join(f"{visible(line)}\n" for line in told))


def _write_files(root: Path, files: Mapping[str, tuple[bytes, bytes]]) -> None:
    try:
        write_all(root, files)
    except RewriteError as error:
        raise UsageError(str(error)) from None
