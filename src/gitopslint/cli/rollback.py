"""`gitopslint rollback`."""

from __future__ import annotations

import argparse

from gitopslint.cli.changing import Place, declare_change, environments_of, find, image_keys, perform, place_of
from gitopslint.cli.exits import USAGE, UsageError, tell
from gitopslint.cli.hints import hint
from gitopslint.cli.output import write_out
from gitopslint.loaders.history import HistoryError
from gitopslint.model.change import Build, Change, Target
from gitopslint.model.landing import CUT_OFF
from gitopslint.model.timeline import Run
from gitopslint.reporters.escape import visible
from gitopslint.reporters.runs import render_runs

_PREVIOUS = "previous"


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("app", metavar="APP", help="the app")
    parser.add_argument("environment", metavar="ENV", help="the environment that goes back")
    parser.add_argument(
        "--to", metavar="TAG", help=f"a tag that it ran before, or `{_PREVIOUS}`; without it they are listed"
    )
    declare_change(parser)


def rollback(arguments: argparse.Namespace) -> int:
    """Give an environment a tag that it ran before. Without a tag, list them. Raises UsageError."""
    with place_of(arguments) as place:
        environments = environments_of(place, arguments.app, arguments.environment)
        target = Target(arguments.app, arguments.environment, image_keys(place, arguments.image, arguments.app))
        found = find(place, target)
        now = found.build.tag if found.build is not None else None
        runs, missing = _earlier(place, target, environments)
        if all(run.name == now for run in runs):
            ever = f"never ran anything else than {now}" if now is not None else "never had an image in its layers"
            ever = f"{target} {ever}, so there is no way back"
            raise UsageError(visible(missing or ever))
        if arguments.to is None:
            previous = _before(runs, now)
            also = f" (`--to {_PREVIOUS}` is {previous.name})" if previous is not None else ""
            write_out(render_runs(runs, now))
            if missing is not None:
                tell(visible(missing))
            tell(visible(f"name the tag to go back to with `--to TAG`{also}"))
            return USAGE
        build = _chosen(arguments.to, runs, now, target, missing)
        return perform(place, found, Change("rollback", target, found.build, build), arguments)


def _chosen(asked: str, runs: tuple[Run, ...], now: str | None, target: Target, missing: str | None) -> Build:
    """Return the build to which an environment goes back. Raises UsageError for one that it never ran."""
    if asked == now:
        return Build(asked)
    if asked == _PREVIOUS:
        run = _before(runs, now)
        if run is None:
            never = f"{target} ran nothing before it first ran {now}: name a tag with `--to TAG`"
            raise UsageError(visible(missing or never))
    else:
        run = next((one for one in reversed(runs) if one.name == asked), None)
        if run is None:
            names = dict.fromkeys(one.name for one in reversed(runs) if one.name != now)
            raise UsageError(visible(missing or f"{target} never ran {asked!r}: {hint(asked, names)}"))
    image = run.images[-1][1]  # as it was last
    return Build(run.name, image.digest if image.digest != run.name else None)


def _earlier(place: Place, target: Target, environments: tuple[str, ...]) -> tuple[tuple[Run, ...], str | None]:
    """Return what an environment ran, the oldest run first, and why older ones may be missing. Raises UsageError."""
    try:
        for timeline in place.product.past(target.app, environments):
            if timeline.keys == target.keys:
                reason, remedy = CUT_OFF
                missing = f"what {target} ran at first is not known: {reason}: {remedy}" if timeline.cut_off else None
                return timeline.runs(target.environment), missing
    except HistoryError as error:
        raise UsageError(f"what {target} ran before is not known: {error}: {error.remedy}") from None
    return (), None


def _before(runs: tuple[Run, ...], now: str | None) -> Run | None:
    """Return the run before the first one of what runs now: after a rollback, the way back still leads further back."""
    first = next((number for number, run in enumerate(runs) if run.name == now), len(runs))
    return runs[first - 1] if first else None
