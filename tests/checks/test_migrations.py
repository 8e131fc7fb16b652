"""Whether the migrations of a release ran."""

from __future__ import annotations

import pytest

from gitopslint.checks import done
from gitopslint.model.landing import FileChange
from gitopslint.model.verification import Job, Trouble

SOME = tuple(FileChange(f"migrations/{number}.ts", None, "1", False) for number in range(5))
SILENT = Trouble("the cluster does not answer", "log in")
UNKNOWN = Trouble("the clone is cut off", "fetch all")
GOOD, BAD = Job("Job migrate", "succeeded"), Job("Job seed", "failed", "exit code 1")
NAMES = ("migration migrations/0.ts", "migration migrations/1.ts", "migration migrations/2.ts", "and 2 more")

# The Jobs, the migrations, why the cluster is silent, and whether it said anything.
CASES: dict[str, tuple[tuple[Job, ...], tuple[FileChange, ...] | Trouble, Trouble | None, bool, tuple[object, ...]]] = {
    "a Job succeeded": ((GOOD,), SOME, None, True, ("pass", ("Job migrate: succeeded",))),
    "one of two failed": (
        (GOOD, BAD),
        (),
        None,
        True,
        ("fail", ("Job migrate: succeeded", "Job seed: failed (exit code 1)")),
    ),
    "one is not known": (
        (GOOD, Job("x", "unknown")),
        (),
        None,
        True,
        ("undecided", ("Job migrate: succeeded", "x: unknown")),
    ),
    "no migrations, and no Jobs": ((), (), None, True, ("pass", ())),
    "no migrations, and a silent cluster": ((), (), SILENT, False, ("pass", ())),
    "migrations, and no Job": ((), SOME, None, True, ("undecided", NAMES)),
    "three migrations": ((), SOME[:3], None, True, ("undecided", NAMES[:3])),
    "migrations, and a silent cluster": ((), SOME, SILENT, False, ("undecided", NAMES)),
    "nobody knows the migrations": ((), UNKNOWN, None, True, ("undecided", ())),
}


@pytest.mark.parametrize(("jobs", "migrations", "trouble", "asked", "expected"), CASES.values(), ids=CASES)
def test_migrated(
    jobs: tuple[Job, ...],
    migrations: tuple[FileChange, ...] | Trouble,
    trouble: Trouble | None,
    asked: bool,
    expected: tuple[object, ...],
) -> None:
    """What nobody answered never passes, and what failed is told first."""
    line = done.migrated(jobs, migrations, trouble, asked=asked)
    assert (line.verdict, line.evidence) == expected


def test_the_reason_of_silence() -> None:
    """Where the cluster did not answer, that is the reason; where it did, that no Job tells."""
    silent = done.migrated((), SOME, SILENT, asked=False)
    assert (silent.message, silent.remedy) == (SILENT.reason, SILENT.remedy)
    answered = done.migrated((), SOME, SILENT, asked=True)
    assert answered.message == "the release brings migrations, and no Job or hook tells that they ran"
