"""`gitopslint promote`."""

from __future__ import annotations

import argparse

from gitopslint.cli.changing import (
    Place,
    declare_change,
    environments_of,
    find,
    image_keys,
    perform,
    place_of,
)
from gitopslint.cli.exits import CLEAN, UsageError, tell
from gitopslint.cli.output import write_out
from gitopslint.loaders.releases import Placed
from gitopslint.model.change import Build, Change, Target
from gitopslint.model.contract import ImageKeys
from gitopslint.model.tag import in_environment
from gitopslint.reporters.escape import visible


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("app", metavar="APP", help="the app")
    parser.add_argument(
        "--from",
        dest="source",
        metavar="ENV",
        help="the environment whose tag is taken (default: the first one whose successor runs another tag)",
    )
    parser.add_argument("--to", metavar="ENV", help="the environment that gets it (default: the next one)")
    declare_change(parser)


def promote(arguments: argparse.Namespace) -> int:
    """Give the next environment the tag of the one before, if the contract allows it. Raises UsageError."""
    with place_of(arguments) as place:
        environments = environments_of(place, arguments.app, arguments.source, arguments.to)
        keys = image_keys(place, arguments.image, arguments.app)
        pair = _pair(place, environments, keys, arguments)
        if pair is None:
            where = " in HEAD" if arguments.commit else ""  # what is not committed is no part of a commit
            write_out(f"{visible(f'nothing to do: all environments of {arguments.app} run the same build{where}')}\n")
            return CLEAN
        source, found = pair
        if source.build is None:
            raise UsageError(f"{source.target} has no tag that could be promoted")
        build = _as_in(place, source.build, found)
        taken, given = source.target.environment, found.target.environment
        tell(visible(f"promote {arguments.app} from {taken} to {given}: {build}"))
        return perform(place, found, Change("promote", found.target, found.build, build, taken), arguments)


def _pair(
    place: Place, environments: tuple[str, ...], keys: ImageKeys, arguments: argparse.Namespace
) -> tuple[Placed, Placed] | None:
    """Return the environment that gives and the one that gets; None where all run the same. Raises UsageError."""
    app = arguments.app
    contract = place.product.contract
    before = {name: [one for one in contract.before(name) if one in environments] for name in environments}
    pairs = [(earlier[0], name) for name, earlier in before.items() if earlier]
    if len(environments) < 2:
        raise UsageError(
            f"{app} is in one environment only, {environments[0]}, so nothing can be promoted: write its layers in "
            f"another one first"
        )
    if not pairs:
        raise UsageError(f"by the contract no tag of {app} goes from one of {', '.join(environments)} to another")
    source, to = arguments.source, arguments.to
    if source is None and to is None:
        without: Placed | None = None
        for one, other in pairs:
            gives, gets = (find(place, Target(app, name, keys)) for name in (one, other))
            if gives.build is None:
                without = without or gives
            elif _is_other(_as_in(place, gives.build, gets), gets.build):
                return gives, gets
        if without is not None:
            raise UsageError(f"{without.target} has no tag that could be promoted")
        return None
    if source is None:
        source = next((one for one, other in pairs if other == to), to)
    elif to is None:
        after = [other for one, other in pairs if one == source]
        if len(after) > 1:
            raise UsageError(f"{source} comes before {' and '.join(after)}: name one of them with --to")
        to = after[0] if after else source
    if source not in before[to]:
        order = " -> ".join([*reversed(before[to]), to] if before[to] else environments)
        raise UsageError(f"a promotion goes forward ({order}), and not from {source} to {to}")
    return find(place, Target(app, source, keys)), find(place, Target(app, to, keys))


def _is_other(build: Build, now: Build | None) -> bool:
    """Tell whether an environment runs another build than the one that it would get."""
    if now is not None and build.digest is not None and build.digest == now.digest:
        return False
    return now is None or build.tag != now.tag or build.digest not in (None, now.digest)


def _as_in(place: Place, build: Build, found: Placed) -> Build:
    """Return a build under the name that it has in another environment, by the contract."""
    contract = place.product.contract
    if contract.tag_equality == "exact":
        return build
    like = found.build.tag if found.build is not None else None
    tag = in_environment(build.tag, found.target.environment, like, contract.environment_tags, contract.environments)
    return build if tag == build.tag else Build(tag)
