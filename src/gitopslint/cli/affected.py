"""`gitopslint affected`."""

from __future__ import annotations

import argparse
import re
from contextlib import closing

from gitopslint.cli.committed import contract_at
from gitopslint.cli.exits import CLEAN, UsageError, tell
from gitopslint.cli.mainline import base_commit
from gitopslint.cli.output import write_file, write_out
from gitopslint.cli.workspace import nothing, open_ground
from gitopslint.engine.affected import affected, everything
from gitopslint.loaders.above import changed_above
from gitopslint.loaders.changes import changed_files, changed_submodules
from gitopslint.loaders.git import GitError
from gitopslint.loaders.product import Product
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.schemas import SchemaError
from gitopslint.loaders.tree import DiskTree, GitTree, commit_tree
from gitopslint.model.affected import Affected
from gitopslint.model.landing import FileChange
from gitopslint.model.rule import Catalogue
from gitopslint.reporters.affected import render_json, render_text
from gitopslint.reporters.affected_pipeline import Unwritable, render_dotenv, render_pipeline

# What GitLab gives as the commit before the first one of a branch (CI_COMMIT_BEFORE_SHA).
_NO_COMMIT = re.compile(r"0{40}(?:0{24})?")
_TEMPLATE = re.compile(r"\.?[A-Za-z0-9][A-Za-z0-9 ._:/-]*")


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    add = parser.add_argument
    add("path", metavar="PATH", nargs="?", default=".", help="the repository (default: here)")
    add(
        "--base",
        metavar="REF",
        help="what the change is compared with: the last commit that it has in common with REF (default: what the "
        "variables of a merge-request pipeline say, with --staged HEAD)",
    )
    add("--staged", action="store_true", help="look at what is staged for the next commit, not at the files on disk")
    add(
        "--format",
        choices=("text", "json", "dotenv", "gitlab"),
        default="text",
        help="for people (text, default), for programs (json), variables for later jobs of a GitLab pipeline (dotenv), "
        "or a child pipeline with a job for each image (gitlab)",
    )
    add(
        "--job-template",
        metavar="JOB",
        default=".build-image",
        type=_template,
        help="the job that those of the child pipeline extend (default: .build-image)",
    )
    add(
        "--include",
        metavar="FILE",
        action="append",
        default=[],
        help="a file of the repository that the child pipeline includes: the one with that job (repeatable)",
    )
    add("--output-file", metavar="FILE", help="write the answer there instead of to standard output")


def show_affected(arguments: argparse.Namespace) -> int:
    """Print which images a change makes worth building, and what it rolls out. Raises UsageError."""
    if arguments.format == "gitlab" and not arguments.include:
        raise UsageError("--format gitlab needs --include FILE: the child pipeline knows only the jobs of its files")
    found = _found(arguments, load_catalogue())
    try:
        if arguments.format == "json":
            text = render_json(found)
        elif arguments.format == "dotenv":
            text = render_dotenv(found)
        elif arguments.format == "gitlab":
            text = render_pipeline(found, arguments.job_template, arguments.include)
        else:
            text = render_text(found)
    except Unwritable as error:
        raise UsageError(str(error)) from None
    if arguments.format in ("dotenv", "gitlab"):
        for reason, _ in found.undecided:
            tell(f"undecided, so it counts as affected: {reason}")
    if arguments.output_file:
        write_file(arguments.output_file, text)
    else:
        write_out(text)
    return CLEAN


def _found(arguments: argparse.Namespace, shipped: Catalogue) -> Affected:
    ground = open_ground(arguments.path, shipped, staged=arguments.staged)
    first = arguments.base is not None and _NO_COMMIT.fullmatch(arguments.base) is not None
    commit = None
    if not first:
        commit = base_commit(ground.repository, arguments.base, staged=arguments.staged, asked="affected")
    try:
        after = Product(ground.tree, ground.contract, ground.prefix)
        if not after.layout.layers:
            raise UsageError(nothing(ground))
        with closing(after):
            if commit is None or ground.repository is None:
                return everything(after, ground.prefix)
            tree = commit_tree(ground.repository, ground.prefix, commit)
            before = Product(tree, contract_at(tree, ground, commit, shipped), ground.prefix)
            with closing(before):
                assert isinstance(ground.tree, GitTree | DiskTree)  # nothing unsaved was given
                changes = changed_files(ground.repository, ground.prefix, tree, ground.tree)
                linked: tuple[FileChange, ...] = ()
                if ".gitmodules" in {*tree.paths, *ground.tree.paths} or ground.prefix:
                    linked = changed_submodules(ground.repository, ground.prefix, commit)
                above = None
                if ground.prefix:
                    above = changed_above(ground.repository, ground.prefix, commit, staged=arguments.staged)
                return affected(before, after, changes, linked, commit, ground.prefix, above)
    except (GitError, SchemaError) as error:
        raise UsageError(str(error)) from None


def _template(text: str) -> str:
    if _TEMPLATE.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a job")
    return text
