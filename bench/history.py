"""Times `gitopslint history` against git itself on the same landings, whole processes, in turn.

    python -m bench.history [--apps N] [--landings M] [--pairs N]

git's part is what any reader of this history must do at least: `git log --raw` over the release layers, and
`git cat-file --batch` of every version of them. Before timing anything it makes sure that all landings are told.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_EPOCH = 1_767_225_600
_WHO = "release-bot <release-bot@example.com>"
_LOG = ("log", "--raw", "-z", "--no-abbrev", "--no-renames", "--first-parent", "--diff-merges=first-parent")
_LAYERS = ("deploy/env/release-dev", "deploy/env/release-prod")


def main() -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", type=int, default=2_500, help="with two release layers each (default: 2500)")
    parser.add_argument("--landings", type=int, default=20_000, help="releases and promotions (default: 20000)")
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder)
        generate(repository, arguments.apps, arguments.landings)
        _make_sure(repository, arguments.landings)
        times: dict[str, list[float]] = {"git": [], "gitopslint history": [], "gitopslint check": []}
        for _ in range(arguments.pairs):
            times["git"].append(_seconds(lambda: _bare(repository)))
            times["gitopslint history"].append(_seconds(lambda: _ours(repository, "history")))
            times["gitopslint check"].append(_seconds(lambda: _ours(repository, "check")))
    print(f"{arguments.landings} landings over {2 * arguments.apps} layers, {arguments.pairs} pairs, medians")
    for name, measured in times.items():
        ratio = statistics.median(mine / gits for mine, gits in zip(measured, times["git"], strict=True))
        print(f"{name:20} {statistics.median(measured):6.2f} s   {ratio:.2f} times as long as git")
    return 0


def generate(repository: Path, apps: int, landings: int) -> None:
    """Make a repository of some apps in which each landing releases one of them to dev or promotes it to prod."""
    _git(repository, "init", "--quiet", "--initial-branch=main")
    chance = random.Random(7)
    builds = {(app, environment): 0 for app in range(apps) for environment in ("dev", "prod")}
    files = {_path(app, environment): _layer(app, 0) for app, environment in builds}
    files |= {f"deploy/env/{env}/app-{app}.yaml": f"env: {{APP_ENV: {env}}}\n" for app, env in builds}
    told = [_commit(0, "Import", files)]
    for number in range(1, landings + 1):
        app = chance.randrange(apps)
        promoted = builds[app, "dev"] > builds[app, "prod"] and chance.random() < 0.6
        environment = "prod" if promoted else "dev"
        builds[app, environment] = builds[app, "dev"] + (not promoted)
        tag = _layer(app, builds[app, environment])
        told.append(_commit(number, f"release({environment}): app-{app}", {_path(app, environment): tag}))
    _git(repository, "fast-import", "--quiet", stdin="".join(told).encode())
    _git(repository, "reset", "--quiet", "--hard", "main")


def _path(app: int, environment: str) -> str:
    return f"deploy/env/release-{environment}/app-{app}.yaml"


def _layer(app: int, build: int) -> str:
    return f'image:\n  repository: "registry.example.com/app-{app}"\n  tag: "1.{build // 20}.{build % 20}"\n'


def _commit(number: int, subject: str, files: dict[str, str]) -> str:
    when = f"{_WHO} {_EPOCH + 60 * number} +0000"
    head = f"commit refs/heads/main\nauthor {when}\ncommitter {when}\ndata {len(subject)}\n{subject}\n"
    body = (f"M 100644 inline {path}\ndata {len(text)}\n{text}\n" for path, text in files.items())
    return head + "".join(body)


def _make_sure(repository: Path, landings: int) -> None:
    told = json.loads(_ours(repository, "history", "--format", "json"))
    commits = {landing["commit"] for app in told["apps"] for landing in app["landings"]}
    assert len(commits) == landings + 1, f"{len(commits)} of {landings + 1} landings are told"
    assert told["counts"]["promotion"] > landings // 10, "promotions are not recognized"
    assert "undecided" not in told["counts"], "the history is not read"


def _bare(repository: Path) -> None:
    told = _git(repository, *_LOG, "--format=%H%x00%ct%x00%an%x00%s", "--", *_LAYERS)
    blobs = {token.split(b" ")[3] for token in told.split(b"\0") if token.lstrip(b"\n").startswith(b":")}
    _git(repository, "cat-file", "--batch", stdin=b"".join(blob + b"\n" for blob in blobs))


def _ours(repository: Path, command: str, *words: str) -> bytes:
    where = ("--repository", str(repository)) if command == "history" else (str(repository), "--select", "promotion")
    program = Path(sys.executable).parent / "gitopslint"
    return subprocess.run((program, command, *where, *words), capture_output=True, check=True).stdout


def _git(repository: Path, *words: str, stdin: bytes = b"") -> bytes:
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ("git", *words), cwd=repository, input=stdin, env=environment, capture_output=True, check=True
    )
    return done.stdout


def _seconds(work: object) -> float:
    start = time.perf_counter()
    assert callable(work)
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
