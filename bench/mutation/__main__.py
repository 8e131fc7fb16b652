"""How many small faults in our code the tests notice: `make mutation` (docs/mutation.md).

`python -m bench.mutation map [TEST…]` records which test runs which line; `try [MODULE…]` makes changes and looks who
notices; `page` writes what is known into docs/mutation.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from bench.mutation.home import SRC, TEMPORARY

FLOORS = ("checks", "engine", "loaders")
USUAL, JUDGES = 5, 14
"""How many changes of a module are tried, and of one that judges or that others trust blindly."""
JUDGING = {
    *("loaders/yaml", "loaders/helm", "loaders/coalesce", "loaders/main_line", "loaders/timelines"),
    *("engine/waivers", "engine/cache", "engine/federation"),
}


def main(words: list[str]) -> int:
    """Do what the words say."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutation", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    mapping = verbs.add_parser("map", help="record which test runs which line")
    mapping.add_argument("tests", nargs="*", metavar="TEST", help="only these, beside what is recorded")
    trying = verbs.add_parser("try", help="try changes")
    trying.add_argument("modules", nargs="*", metavar="MODULE", help="such as checks/moves, or checks for all there")
    trying.add_argument("--again", action="store_true", help="only what nobody noticed the last time")
    trying.add_argument("--rest", action="store_true", help="only modules that were not tried as they are now")
    trying.add_argument("--patience", type=float, default=1, help="how many times the usual tests for each fault")
    verbs.add_parser("page", help="write docs/mutation.md")
    for verb in (mapping, trying):
        verb.add_argument("--jobs", type=int, default=2, help="how many processes at a time")
    arguments = parser.parse_args(words)
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    match arguments.verb:
        case "map":
            return _map(arguments.tests, arguments.jobs)
        case "try":
            from bench.mutation.ledger import read

            chosen = [one for one in modules(arguments.modules) if not arguments.rest or read(one) is None]
            return _try(chosen, arguments.jobs, again=arguments.again, patience=arguments.patience)
        case _:
            from bench.mutation.page import write

            return write(modules([]))


def modules(named: list[str]) -> list[str]:
    """Return the modules that are named, or in a folder that is."""
    every = [
        path.relative_to(SRC).with_suffix("").as_posix()
        for floor in FLOORS
        for path in sorted((SRC / floor).rglob("*.py"))
        if path.name != "__init__.py"
    ]
    return [one for one in every if not named or any(f"{one}/".startswith(f"{name}/") for name in named)]


def _map(tests: list[str], jobs: int) -> int:
    from bench.mutation.touching import record

    if tests:
        return record("+".join(test.replace("/", ".") for test in tests)[:80], 0, 1, tests)
    return _at_once([lambda job=job: record(str(job), job, jobs, []) for job in range(jobs)])  # type: ignore[misc]


def _try(chosen: list[str], jobs: int, *, again: bool, patience: float) -> int:
    from bench.mutation.touching import recorded
    from bench.mutation.trials import try_changes

    touched = recorded()
    counted = [(module, JUDGES if module in JUDGING or module.startswith("checks/") else USUAL) for module in chosen]
    return _at_once(
        [
            lambda job=job: try_changes(counted[job::jobs], touched, again=again, patience=patience, name=f"try.{job}")  # type: ignore[misc]
            for job in range(jobs)
        ]
    )


def _at_once(tasks: list[Callable[[], int]]) -> int:
    """Run each task in a process of its own; return the worst exit code."""
    children = []
    for task in tasks:
        child = os.fork()
        if not child:
            os._exit(task())
        children.append(child)
    return max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
