"""`gitopslint release`."""

from __future__ import annotations

import argparse

from gitopslint.cli.changing import build_of, declare_change, environments_of, find, image_keys, perform, place_of
from gitopslint.model.change import Build, Change, Target


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("app", metavar="APP", help="the app")
    parser.add_argument("environment", metavar="ENV", help="the environment that is to run the tag")
    parser.add_argument("tag", metavar="TAG", help="the tag that CI has built")
    parser.add_argument("--digest", metavar="DIGEST", help="its digest; without it, one that stands there goes away")
    declare_change(parser)


def release(arguments: argparse.Namespace) -> int:
    """Give an environment a tag, if the contract allows it. Raises UsageError."""
    build = build_of(arguments.tag, arguments.digest)
    with place_of(arguments) as place:
        environments_of(place, arguments.app, arguments.environment)
        target = Target(arguments.app, arguments.environment, image_keys(place, arguments.image, arguments.app))
        if build.digest is not None and target.keys.tag is None and target.keys.reference is None:
            build = Build(build.digest)  # where a contract has no key for tags, the digest alone names a build
        found = find(place, target)
        return perform(place, found, Change("release", target, found.build, build), arguments)
