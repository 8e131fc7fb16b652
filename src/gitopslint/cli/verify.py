"""`gitopslint verify`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from gitopslint import __version__
from gitopslint.cli.exits import CLEAN, FINDINGS, UsageError, tell
from gitopslint.cli.hints import expect_app, expect_environment
from gitopslint.cli.output import colourful, write_file, write_out
from gitopslint.cli.workspace import Workspace, open_workspace
from gitopslint.engine.selection import select
from gitopslint.engine.verification import Verifier, World
from gitopslint.loaders.cluster import Cluster, ClusterError, ask_argocd, read_cluster
from gitopslint.loaders.docker_auth import auth_files, credential_for
from gitopslint.loaders.git import Repository, find_repository
from gitopslint.loaders.git_history import merge_base, resolve
from gitopslint.loaders.http import Client
from gitopslint.loaders.registry import Registries
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.smoke import visit
from gitopslint.model.image import digest_fault
from gitopslint.model.moment import parse_length
from gitopslint.model.shown import spoken
from gitopslint.model.verification import CRITERIA, Record, Verification
from gitopslint.reporters.verification import render_json, render_junit, render_text

_FIRST_WAIT, _LONGEST_WAIT = 2.0, 30.0


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    add = parser.add_argument
    add("app", metavar="APP", help="the name of the app")
    add("environment", metavar="ENV", help="the environment, such as dev")
    add("--repository", metavar="DIR", default=".", help="the repository (default: here)")
    add(
        "--cluster",
        metavar="FILE",
        help="what the cluster says: the JSON of `argocd app get -o json` or `kubectl get applications,jobs -o json`; "
        "`-` is standard input",
    )
    add(
        "--argocd",
        metavar="URL",
        help="the server of Argo CD to ask (default: ARGOCD_SERVER); the token is in ARGOCD_AUTH_TOKEN",
    )
    add("--url", metavar="URL", help="ask this address in the name of the hosts, such as that of a port-forward")
    add(
        "--skip",
        metavar="LINE",
        action="append",
        choices=list(CRITERIA),
        default=[],
        help=f"leave out: {', '.join(CRITERIA)}",
    )
    add(
        "--record",
        metavar="FILE",
        help="keep there which digest each tag had, and hold it against what is there already",
    )
    add("--wait", metavar="TIME", type=_length, help="ask again until all is done, for 90s, 10m or 1h at most")
    add("--timeout", metavar="SECONDS", type=_seconds, default=10.0, help="for each request (default: 10)")
    add("--ca-file", metavar="FILE", help="the certificates that are trusted, in PEM (default: those of the system)")
    add("--format", choices=("text", "json", "junit"), default="text", help="one of text (default), json, junit")
    add("--output-file", metavar="FILE", help="write the verdicts there instead of to standard output")
    add(
        "--undecided",
        choices=("error", "warn"),
        default="error",
        help="what is undecided fails (error, default), or only what failed does (warn)",
    )
    add("--color", choices=("auto", "always", "never"), default="auto", help="colours in text (default: auto)")


def verify(arguments: argparse.Namespace) -> int:
    """Hold one release against the definition of done. Raises UsageError."""
    workspace = open_workspace(arguments.repository, load_catalogue())
    _known(workspace, arguments.app, arguments.environment)
    repository = find_repository(Path(os.path.abspath(arguments.repository)))  # noqa: PTH100 - as in `open_ground`
    records = _records(arguments.record)
    with closing(workspace.product) as product:
        verifier = Verifier(
            product,
            select(workspace.catalogue, product.contract),
            arguments.app,
            arguments.environment,
            _world(arguments, repository, records, os.environ),
            arguments.skip,
        )
        told = verifier.verify()
        if arguments.wait is not None:
            told = _waited(verifier, told, arguments.wait, time.monotonic, time.sleep)
    if arguments.record:
        _keep(arguments.record, records, verifier.records)
    text = _rendered(told, arguments)
    if arguments.output_file:
        write_file(arguments.output_file, text)
    else:
        write_out(text)
    if told.count("fail") or (told.count("undecided") and arguments.undecided == "error"):
        return FINDINGS
    return CLEAN


def _known(workspace: Workspace, app: str, environment: str) -> None:
    known = workspace.product.layout.stacks()
    expect_app(app, known)
    expect_environment(app, environment, known)


def _world(
    arguments: argparse.Namespace, repository: Repository | None, records: list[Record], environment: Mapping[str, str]
) -> World:
    try:
        client = Client(timeout=arguments.timeout, ca_file=arguments.ca_file, agent=f"gitopslint/{__version__}")
    except OSError as error:
        raise UsageError(f"--ca-file {arguments.ca_file}: {error.strerror or 'no certificates are in it'}") from None
    files = auth_files(environment, Path.home())
    if arguments.url is not None and not arguments.url.startswith(("http://", "https://")):
        raise UsageError(f"--url {arguments.url}: an address starts with http:// or https://")

    def contains(commit: str, revision: str) -> bool | None:
        if repository is None or resolve(repository, revision) != revision:
            return None  # a version of a chart, or a commit that was not fetched
        return merge_base(repository, commit, revision) == commit

    return World(
        Registries(client, lambda host: credential_for(host, files)),
        _cluster(arguments, client, environment),
        contains,
        lambda host, path: visit(client, host, path, arguments.url),
        records,
    )


def _cluster(
    arguments: argparse.Namespace, client: Client, environment: Mapping[str, str]
) -> Callable[[str, str | None], Cluster] | None:
    """Return whom to ask about Applications: what was given, or the server of Argo CD."""
    server = arguments.argocd or environment.get("ARGOCD_SERVER")
    if arguments.cluster is not None:
        if arguments.argocd is not None:
            raise UsageError("--cluster tells what the cluster says, and --argocd whom to ask: give one")
        if arguments.wait is not None:
            tell("--cluster is read once: waiting changes nothing about it")
        try:
            data = sys.stdin.buffer.read() if arguments.cluster == "-" else Path(arguments.cluster).read_bytes()
            given = read_cluster(data)
        except OSError as error:
            raise UsageError(f"--cluster {arguments.cluster} cannot be read: {error.strerror}") from None
        except ClusterError as error:
            raise UsageError(f"--cluster {arguments.cluster}: {error}") from None
        return lambda _name, _namespace: given
    if server is None:
        return None
    token = environment.get("ARGOCD_AUTH_TOKEN", "")
    return lambda name, namespace: ask_argocd(client, server, token, name, namespace)


def _waited(
    verifier: Verifier,
    told: Verification,
    patience: int,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Verification:
    """Ask again, each time after a longer while, until nothing that can change is left or the time is over."""
    until = clock() + patience
    pause = _FIRST_WAIT
    while waiting := [line.criterion for line in told.lines if line.verdict != "pass" and not line.settled]:
        left = until - clock()
        if left <= 0:
            tell(f"the time is over; still waiting for: {', '.join(waiting)}")
            break
        tell(f"waiting for: {', '.join(waiting)}")
        sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST_WAIT)
        told = verifier.verify(told)
    return told


def _rendered(told: Verification, arguments: argparse.Namespace) -> str:
    if arguments.format == "json":
        return render_json(told)
    if arguments.format == "junit":
        return render_junit(told, undecided_fails=arguments.undecided == "error")
    return render_text(told, colour=colourful(arguments.color) and not arguments.output_file)


def _records(name: str | None) -> list[Record]:
    """Read what tags stood for when somebody looked earlier: one JSON object a line. Raises UsageError."""
    if name is None or not Path(name).exists():
        return []
    records = []
    try:
        lines = Path(name).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--record {name} cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}") from None
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            image, digest = told["image"], told["digest"]
            valid = isinstance(image, str) and isinstance(digest, str) and digest_fault(digest) is None
        except (ValueError, KeyError, TypeError, RecursionError):
            valid = False
        if not valid:
            raise UsageError(f'--record {name}:{number}: a record looks like {{"image": …, "digest": …}}')
        records.append(Record(image, digest, f"an earlier look ({Path(name).name}:{number})"))
    return records


def _keep(name: str, records: list[Record], seen: list[Record]) -> None:
    """Add what is new. What a tag stood for first stays, so that an overwrite is told each time."""
    first = {one.image: one.digest for one in reversed(records)}
    for one in seen:
        first.setdefault(one.image, one.digest)
    lines = [json.dumps({"image": image, "digest": digest}) + "\n" for image, digest in sorted(first.items())]
    write_file(name, "".join(lines))


def _length(text: str) -> int:
    seconds = text.removesuffix("s")
    if text.endswith("s") and seconds.isdecimal() and len(seconds) <= 6:
        return int(seconds)
    try:
        return parse_length(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time such as '90s', '10m' or '1h'") from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 3_600:
        raise argparse.ArgumentTypeError(f"{spoken(text)!r} is no number of seconds")
    return seconds
