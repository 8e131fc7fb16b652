"""`gitopslint values`."""

from __future__ import annotations

import argparse
import sys

from gitopslint.cli import deadline, memory
from gitopslint.cli.exits import CLEAN, UsageError, tell
from gitopslint.cli.hints import expect_app, expect_environment, hint
from gitopslint.cli.output import write_out
from gitopslint.cli.workspace import Workspace, open_workspace
from gitopslint.engine.secrets import SecretWatch
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.document import KeyPath, dotted, find, walk
from gitopslint.model.layer import Stack
from gitopslint.model.redaction import judged_path, marked
from gitopslint.model.span import Span
from gitopslint.model.valuepath import parse_value_path
from gitopslint.reporters.escape import visible
from gitopslint.reporters.values import View, render_json, render_text, render_yaml


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    add = parser.add_argument
    add("app", metavar="APP", help="the name of the app")
    add("environment", metavar="ENV", help="the environment, such as dev")
    add("key", metavar="KEY", nargs="?", help="only what stands at this key path, such as image.tag")
    add(
        "--format",
        choices=("text", "json", "yaml"),
        default="text",
        help="a tree with places (text, default), every leaf with its place (json), or the plain values (yaml)",
    )
    add("--repository", metavar="DIR", default=".", help="the repository (default: here)")
    add("--staged", action="store_true", help="read what is staged for the next commit, not the files on disk")
    deadline.declare(parser)
    memory.declare(parser)


def values(arguments: argparse.Namespace) -> int:
    """Print the merged values of one app in one environment. Raises UsageError."""
    workspace = open_workspace(arguments.repository, load_catalogue(), staged=arguments.staged)
    stacks = _stacks(workspace, arguments.app, arguments.environment)
    path = _key_path(arguments.key)
    watch = SecretWatch(workspace.product)
    views = [_view(without_secrets(stack, watch), path) for stack in stacks]
    for stack in stacks:
        _remark(stack, workspace.prefix)
    if arguments.format == "json":
        write_out(render_json(views, workspace.prefix))
    elif arguments.format == "yaml":
        write_out(render_yaml(views))
    else:
        write_out(render_text(views, workspace.prefix))
    return CLEAN


def _stacks(workspace: Workspace, app: str, environment: str) -> list[Stack]:
    product = workspace.product
    known = product.layout.stacks()
    expect_app(app, known)
    expect_environment(app, environment, known)
    return [stack for stack in product.stacks(app) if stack.environment == environment]


def without_secrets(stack: Stack, watch: SecretWatch) -> Stack:
    """Mark what the rules about secrets find in the files of a stack, whether these rules are on or not."""
    if stack.values is None:
        return stack
    hidden: dict[str, list[Span]] = {}
    for layer in stack.layers:
        found = watch.hidden_in(layer.document)
        whole = Span(layer.path, 1, 1, sys.maxsize, 1)
        hidden.setdefault(layer.path, []).extend((whole,) if found is None else found)
    return stack._replace(values=marked(stack.values, hidden))


def _key_path(text: str | None) -> KeyPath:
    if text is None:
        return ()
    try:
        return parse_value_path(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _view(stack: Stack, path: KeyPath) -> View:
    if stack.values is None:
        raise UsageError(f"the values of {stack} are not known: {_reason(stack)}")
    node = find(stack.values, path)
    if node is None:
        keys = [dotted(known) for known, _ in walk(stack.values) if known]
        raise UsageError(f"{stack} has no value {dotted(path)!r}: {hint(dotted(path), keys)}")
    return View(stack, path, judged_path(stack.values, path), node)


def _reason(stack: Stack) -> str:
    for layer in stack.layers:
        problem = layer.document.problem
        if problem is not None:
            return f"{problem.span}: {problem.message}"
        if not layer.readable:
            return f"{layer.path} holds several documents, or no mapping"
    return stack.unknown or "a layer cannot be read"


def _remark(stack: Stack, prefix: str) -> None:
    """Say what may be missing from the values."""
    for _, path in stack.missing:
        tell(visible(f"{prefix}{path} is missing"))
    if stack.partial is not None:
        tell(visible(f"the chart's defaults are not known: {stack.partial}"))
    for gap in stack.gaps:
        where = f"{dotted(gap.path)} may lack defaults" if gap.path else "these values may lack defaults"
        tell(visible(f"{where}: {gap.reason}"))
