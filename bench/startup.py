"""Times `gitopslint check` against yamllint on the same files, whole processes, in turn.

    python -m bench.startup [REPOSITORY] [--pairs N]

Prints the median of each and the median of the ratios pair by pair. Before timing anything it makes sure that both
do their work: gitopslint reports what is planted in the examples, and yamllint reads as many files.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from bench.timing import seconds

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", nargs="?", type=Path, default=ROOT / "examples/web-core")
    parser.add_argument("--pairs", type=int, default=9)
    arguments = parser.parse_args()
    ours = _beside("gitopslint", "check", str(arguments.repository))
    files = sorted(str(path) for path in arguments.repository.rglob("*.yaml") if "templates" not in path.parts)
    peer = _beside("yamllint", "-d", "relaxed", *files)
    bare = [sys.executable, "-c", "pass"]
    _make_sure(ours, arguments.repository)
    times = {name: [] for name in ("gitopslint", "yamllint", "python -c pass")}  # type: dict[str, list[float]]
    for _ in range(arguments.pairs):
        for name, command in (("gitopslint", ours), ("yamllint", peer), ("python -c pass", bare)):
            times[name].append(seconds(command))
    print(f"{len(files)} YAML files, {arguments.pairs} pairs, medians")
    for name, measured in times.items():
        ratios = [mine / theirs for mine, theirs in zip(times["gitopslint"], measured, strict=True)]
        median = statistics.median(measured) * 1000
        print(f"{name:15} {median:7.1f} ms   gitopslint takes {statistics.median(ratios):.2f} times as long")
    return 0


def _make_sure(ours: list[str], repository: Path) -> None:
    done = subprocess.run([*ours, "--output-format", "json"], capture_output=True, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["files"], "gitopslint read nothing"
    if repository == ROOT / "examples/web-core":
        rules = {finding["rule"] for finding in report["findings"]}
        assert {"mutable-tag", "retyped-tag", "duplicate-key"} <= rules, "the planted violations are not reported"


def _beside(program: str, *words: str) -> list[str]:
    """Name a program of the environment that runs this."""
    return [str(Path(sys.executable).parent / program), *words]


if __name__ == "__main__":
    raise SystemExit(main())
