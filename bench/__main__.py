"""Measures gitopslint side by side with its peers and prints the table of targets.

    python -m bench [--quick] [--hold] [--pairs N] [ROW …]

Every row is a ratio: how many times as long as the peer, whole processes, run in turn, the median of the pairs; the
second ratio is of the time of processors, which others on the machine disturb less. What is aimed at stands in
`bench/targets.json`, with the limit that `--hold` compares with, which is generous: it is about a change that makes
something several times as slow. `--quick` takes the rows that need a few seconds and no program from elsewhere.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.rows import Rows
from bench.stopwatch import Usage, in_turn, ratio

_TARGETS = Path(__file__).with_name("targets.json")


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; the code is 1 where a limit is broken."""
    targets: dict[str, dict[str, Any]] = json.loads(_TARGETS.read_text("utf-8"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", metavar="ROW", nargs="*", help=f"one of {', '.join(targets)}")
    parser.add_argument("--quick", action="store_true", help="only the rows for every change")
    parser.add_argument("--hold", action="store_true", help="end with 1 where a ratio is beyond its limit")
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args(words)
    if unknown := [row for row in arguments.rows if row not in targets]:
        parser.error(f"there is no row {unknown[0]!r}")
    chosen = arguments.rows or [row for row, target in targets.items() if target.get("quick") or not arguments.quick]
    broken = []
    print(f"{'':24} {'ours':>10} {'peer':>10} {'ratio':>7} {'(cpu)':>7} {'target':>7}   peer")
    with tempfile.TemporaryDirectory() as folder:
        rows = Rows(Path(folder))
        for row in chosen:
            measured = in_turn(rows.pair(row), arguments.pairs)
            broken += _told(row, targets[row], measured)
            if (most := targets[row].get("memory")) is not None:
                memory = rows.memory()
                met = "met" if memory <= most else "missed"
                print(f"{'':24} {memory:8.0f}MB {'':>10} {'':7} {'':7} {most:5}MB {met}", flush=True)
    for one in broken:
        print(one)
    return 1 if broken and arguments.hold else 0


def _told(row: str, target: dict[str, Any], measured: dict[str, list[Usage]]) -> list[str]:
    """Print one row, and return in which of its limits it is not held."""
    (_, ours), *others = measured.items()
    name, peer = min(others, key=lambda one: _middle(one[1]))
    clock, processor = ratio(ours, peer)
    wanted = target["target"]
    met = "met" if clock <= wanted else "missed"
    times = f"{_middle(ours) * 1000:8.0f}ms {_middle(peer) * 1000:8.0f}ms"
    print(f"{row:24} {times} {clock:7.2f} {processor:7.2f} {wanted:7.2f} {met:6} {name}", flush=True)
    broken = []
    # A machine with other work to do disturbs one of the two more than the other.
    if (limit := target.get("limit")) is not None and min(clock, processor) > limit:
        broken.append(f"{row}: {min(clock, processor):.2f} times as long as {name}, and the limit is {limit}")
    return broken


def _middle(measured: list[Usage]) -> float:
    return statistics.median(one.seconds for one in measured)


if __name__ == "__main__":
    raise SystemExit(main())
