"""`gitopslint history --format intoto` and `--verify`: evidence about releases, and whether git tells the same."""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from gitopslint import __version__
from gitopslint.cli.committed import committed_product
from gitopslint.cli.exits import CLEAN, FINDINGS, UsageError
from gitopslint.cli.hints import expect_app
from gitopslint.cli.output import write_out
from gitopslint.cli.workspace import Ground, nothing, open_ground
from gitopslint.engine.attestation import attested
from gitopslint.engine.selection import select
from gitopslint.loaders.git import Repository
from gitopslint.loaders.git_history import GitHistory, Line, resolve
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.product import Product
from gitopslint.loaders.rules import load_catalogue, rules_in_force
from gitopslint.model.attestation import Attested, Grounds
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue
from gitopslint.reporters.escape import visible
from gitopslint.reporters.intoto import PREDICATE_TYPE, STATEMENT_TYPE, render_statements, statement

_ENVELOPE = "application/vnd.in-toto+json"
_LONGEST = 80
_ABSENT = object()


class _Told(NamedTuple):
    """A Statement of a file, with its line."""

    line: int
    statement: Mapping[str, Any]
    head: str
    release: Mapping[str, Any]

    @property
    def key(self) -> tuple[object, ...]:
        """What tells one release from another."""
        return _key(self.release)


def write_statements(arguments: argparse.Namespace) -> int:
    """Print a Statement for every release that has landed. Raises UsageError."""
    shipped = load_catalogue()
    ground, repository = _open(arguments, shipped)
    head = resolve(repository, "HEAD")
    if head is None:
        raise UsageError("nothing was ever committed here, so there is no release to give evidence of")
    write_out(render_statements(*_evidence(ground, repository, head, shipped, arguments.app)))
    return CLEAN


def verify_statements(arguments: argparse.Namespace) -> int:
    """Hold Statements of a file against what git tells now. Raises UsageError."""
    shipped = load_catalogue()
    ground, repository = _open(arguments, shipped)
    told = [one for one in _read(arguments.verify) if arguments.app in (None, one.release.get("app"))]
    if not told:
        about = f" about {arguments.app!r}" if arguments.app is not None else ""
        raise UsageError(f"{arguments.verify} holds no statement{about}")
    failed = 0
    line = _main_line(repository)
    known: dict[str, dict[tuple[object, ...], Mapping[str, Any]] | str] = {}
    for one in told:
        if one.head not in known:
            known[one.head] = _recomputed(ground, repository, one.head, shipped, line)
        found = known[one.head]
        told_apart = [found] if isinstance(found, str) else _differences(one, found.get(one.key))
        failed += bool(told_apart)
        name = f"{one.release.get('app')} {one.release.get('tag')}"
        for said in told_apart:
            write_out(visible(f"{arguments.verify}:{one.line}: {name}: {said}") + "\n")
    counted = f"{len(told)} statement{'' if len(told) == 1 else 's'}"
    write_out(f"{counted}: {len(told) - failed} as git tells it, {failed} not\n")
    return FINDINGS if failed else CLEAN


def _open(arguments: argparse.Namespace, shipped: Catalogue) -> tuple[Ground, Repository]:
    if arguments.staged or arguments.base is not None or arguments.fail_on is not None:
        raise UsageError("evidence is about what has landed: it takes no --staged, --base or --fail-on")
    ground = open_ground(arguments.repository, shipped)
    if ground.repository is None:
        raise UsageError("evidence needs a git repository")
    return ground, ground.repository


def _evidence(
    ground: Ground, repository: Repository, head: str, shipped: Catalogue, app: str | None = None
) -> tuple[list[Attested], Grounds]:
    product = committed_product(ground, repository, head, shipped)
    known = product.layout.stacks()
    if not known:
        raise UsageError(nothing(ground._replace(contract=product.contract)))
    if app is not None:
        expect_app(app, known)
    selection = select(rules_in_force(product.contract, shipped), product.contract)
    with closing(product):
        try:
            releases = list(attested(product, selection, app))
        except HistoryError as error:
            raise UsageError(f"the history up to {head[:8]} is not known: {error}: {error.remedy}") from None
    return releases, _grounds(product, ground, head)


def _grounds(product: Product, ground: Ground, head: str) -> Grounds:
    tool = f"gitopslint {__version__}"
    if FILE_NAME not in product.tree.paths:
        return Grounds(head, None, None, tool)
    digest = hashlib.sha256(product.tree.read(FILE_NAME)).hexdigest()
    return Grounds(head, ground.prefix + FILE_NAME, digest, tool)


def _main_line(repository: Repository) -> frozenset[str]:
    head = resolve(repository, "HEAD")
    if head is None:
        return frozenset()
    with closing(GitHistory(repository, Line(head), 0)) as history:
        return history.commits_of_line


def _recomputed(
    ground: Ground, repository: Repository, head: str, shipped: Catalogue, line: frozenset[str]
) -> dict[tuple[object, ...], Mapping[str, Any]] | str:
    """Return the Statements that git gives for the history up to a commit, or why there are none."""
    if resolve(repository, head) != head:
        return f"its history ends with {head[:12]}, and that commit is not in this clone"
    if head not in line:
        return f"its history ends with {head[:12]}, which is no part of the main line of HEAD"
    releases, grounds = _evidence(ground, repository, head, shipped)
    statements = [statement(one, grounds) for one in releases]
    return {_key(one["predicate"]["release"]): one for one in statements}


def _key(release: Mapping[str, Any]) -> tuple[object, ...]:
    name = release.get("tag") or next(iter(release.get("digests") or ()), None)
    return tuple(map(str, (release.get("app"), release.get("image"), name)))


def _differences(one: _Told, found: Mapping[str, Any] | None) -> list[str]:
    if found is None:
        return ["git tells of no such release"]
    # Another version of the tool may give the same evidence.
    return [said for said in _apart(one.statement, found) if not said.startswith("predicate.policy.tool ")]


def _apart(written: Any, told: Any, path: str = "") -> Iterator[str]:
    """Yield where two values differ, and what each of them says."""
    if isinstance(written, dict) and isinstance(told, dict):
        for key in dict.fromkeys((*written, *told)):
            yield from _apart(written.get(key, _ABSENT), told.get(key, _ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(written, list) and isinstance(told, list) and len(written) == len(told):
        for number, (one, other) in enumerate(zip(written, told, strict=True)):
            yield from _apart(one, other, f"{path}[{number}]")
    elif written != told or isinstance(written, bool) != isinstance(told, bool):
        yield f"{path} is {_said(written)}, and git says {_said(told)}"


def _said(value: Any) -> str:
    if value is _ABSENT:
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _read(name: str) -> list[_Told]:
    """Read the Statements of a file, one to a line, bare or in envelopes. Raises UsageError."""
    try:
        lines = Path(name).read_text("utf-8").split("\n")
    except OSError as error:
        raise UsageError(f"--verify {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"--verify {name}: it is not UTF-8") from None
    return [_told(name, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _told(name: str, number: int, line: str) -> _Told:
    try:
        found = json.loads(line)
        if isinstance(found, dict) and found.get("payloadType") == _ENVELOPE:
            # Whether a signature holds is for those to say who have the keys.
            found = json.loads(base64.b64decode(found.get("payload", ""), validate=True))
    except (ValueError, RecursionError, TypeError, binascii.Error):
        raise UsageError(f"{name}:{number}: this is no JSON of a statement or its envelope") from None
    if not isinstance(found, dict) or found.get("_type") != STATEMENT_TYPE:
        raise UsageError(f"{name}:{number}: this is no in-toto statement ({STATEMENT_TYPE})")
    if found.get("predicateType") != PREDICATE_TYPE:
        raise UsageError(f"{name}:{number}: its predicate is not of the type {PREDICATE_TYPE}")
    predicate = found.get("predicate")
    head = predicate.get("historyHead") if isinstance(predicate, dict) else None
    release = predicate.get("release") if isinstance(predicate, dict) else None
    if not isinstance(head, str) or not isinstance(release, dict):
        raise UsageError(f"{name}:{number}: its predicate names no release or no historyHead")
    return _Told(number, found, head, release)
