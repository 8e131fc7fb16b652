"""Every command of gitopslint by name. A command is one module: its words (`declare`) and what it does.

Each is imported when it is asked for: a hook must not pay for the others.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from gitopslint.model.namedtuple import NamedTuple


class Command(NamedTuple):
    """What a command understands and what it does; `run` returns the exit code."""

    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


class Entry(NamedTuple):
    """One line of `gitopslint --help`."""

    summary: str
    load: Callable[[], Command]


def _check() -> Command:
    from gitopslint.cli.check import check, declare

    return Command(declare, check)


def _merge() -> Command:
    from gitopslint.cli.merge import declare, merge

    return Command(declare, merge)


def _explain() -> Command:
    from gitopslint.cli.explain import declare, explain

    return Command(declare, explain)


def _rules() -> Command:
    from gitopslint.cli.rules import declare, rules

    return Command(declare, rules)


def _values() -> Command:
    from gitopslint.cli.values import declare, values

    return Command(declare, values)


def _history() -> Command:
    from gitopslint.cli.history import declare, history

    return Command(declare, history)


def _baseline() -> Command:
    from gitopslint.cli.baseline import baseline, declare

    return Command(declare, baseline)


def _affected() -> Command:
    from gitopslint.cli.affected import declare, show_affected

    return Command(declare, show_affected)


def _release() -> Command:
    from gitopslint.cli.release import declare, release

    return Command(declare, release)


def _promote() -> Command:
    from gitopslint.cli.promote import declare, promote

    return Command(declare, promote)


def _rollback() -> Command:
    from gitopslint.cli.rollback import declare, rollback

    return Command(declare, rollback)


def _verify() -> Command:
    from gitopslint.cli.verify import declare, verify

    return Command(declare, verify)


def _init() -> Command:
    from gitopslint.cli.init import declare, init

    return Command(declare, init)


def _completion() -> Command:
    from gitopslint.cli.completion import completion, declare

    return Command(declare, completion)


def _lsp() -> Command:
    from gitopslint.cli.lsp import declare, lsp

    return Command(declare, lsp)


def _schema() -> Command:
    from gitopslint.cli.schema import declare, schema

    return Command(declare, schema)


COMMANDS = {
    "check": Entry("Check a repository against its contract.", _check),
    "merge": Entry("Join the reports of shares, or of several repositories, into one.", _merge),
    "explain": Entry("Explain one rule: why it is there and how to satisfy it.", _explain),
    "rules": Entry("List the rules in force here, or test the repository's own.", _rules),
    "values": Entry("Show the merged values of an app, each with the line that sets it.", _values),
    "history": Entry("Show every landing of the release layers, and what it was.", _history),
    "affected": Entry("Say which images a change makes worth building, and what it rolls out.", _affected),
    "baseline": Entry("Write down today's findings, so that only new ones fail.", _baseline),
    "release": Entry("Give an environment a tag that CI has built, if the contract allows it.", _release),
    "promote": Entry("Give the next environment the tag that the one before it runs.", _promote),
    "rollback": Entry("Give an environment a tag that it ran before, or list them.", _rollback),
    "verify": Entry("Hold a release against the definition of done: git, registry, Argo CD, hosts.", _verify),
    "init": Entry("Look at a repository and write a contract that fits it, every line explained.", _init),
    "lsp": Entry("Serve an editor over the Language Server Protocol.", _lsp),
    "schema": Entry("Print a JSON Schema, for editors and other programs.", _schema),
    "completion": Entry("Print a script that completes the words of gitopslint in a shell.", _completion),
}
