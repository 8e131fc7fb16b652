"""`gitopslint schema`."""

from __future__ import annotations

import argparse

from gitopslint.cli.exits import CLEAN
from gitopslint.cli.output import write_out
from gitopslint.loaders.resources import resource

SCHEMAS = ("contract", "rule", "report", "affected", "release-evidence")


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    parser.add_argument("name", choices=SCHEMAS, metavar="|".join(SCHEMAS), help="which one")


def schema(arguments: argparse.Namespace) -> int:
    """Print one of the published JSON Schemas."""
    write_out(resource("schemas", f"{arguments.name}.schema.json").read_text("utf-8"))
    return CLEAN
