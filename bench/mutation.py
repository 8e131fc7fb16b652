"""How many small faults in our code the tests notice: `python -m bench.mutation MODULE… [--most N]` (`make mutation`).

cosmic-ray changes a copy of the project, one place at a time, and runs the tests that are about the module. Of a large
module every n-th change is tried, the same ones each time.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPY = ROOT / ".cache/mutation"
TESTS = {
    "checks/moves": "tests/checks/test_promotion.py tests/engine/test_history.py",
    "checks/promotion": "tests/checks/test_promotion.py tests/engine/test_history.py",
    "checks/provenance": "tests/engine/test_history.py tests/rules/test_examples.py",
    "engine/waivers": "tests/engine/test_waivers.py tests/engine/test_secrets.py",
    "engine/identity": "tests/engine/test_run.py",
    "loaders/sops_config": "tests/checks/test_sops.py",
    "loaders/helm": "tests/loaders/test_helm.py",
    "loaders/coalesce": "tests/loaders/test_helm.py tests/loaders/test_helm_charts.py",
}
"""The tests that are about a module, where they are not those of its own name."""


def main(words: list[str]) -> int:
    """Try every module, and print its score and what nobody noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="+", metavar="MODULE", help="for example checks/moves")
    parser.add_argument("--most", type=int, default=80, help="the most changes to try in one module")
    arguments = parser.parse_args(words)
    for module in arguments.modules:
        killed, tried, survivors = _tried(module, arguments.most)
        print(f"{module}: {killed} of {tried} noticed ({killed / max(tried, 1):.0%})", flush=True)
        for line, operator, diff in survivors:
            print(f"  line {line} {operator}\n    {diff}", flush=True)
    return 0


def _tried(module: str, most: int) -> tuple[int, int, list[tuple[int, str, str]]]:
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for path in filter(None, os.fsdecode(listed).split("\0")):
        (COPY / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, COPY / path)
    floor, name = module.split("/", 1)
    tests = TESTS.get(module, f"tests/{floor}/test_{name}.py")
    command = f"{sys.executable} -m pytest -q -x -p no:cacheprovider -p no:xdist {tests}"
    config = COPY / "mutation.toml"
    config.write_text(
        f'[cosmic-ray]\nmodule-path = "src/gitopslint/{module}.py"\ntimeout = 120.0\nexcluded-modules = []\n'
        f'test-command = {json.dumps(command)}\n[cosmic-ray.distributor]\nname = "local"\n'
    )
    session = COPY / "session.sqlite"
    _cosmic_ray("init", config, session)
    with sqlite3.connect(session) as database:
        _thin_out(database, COPY / f"src/gitopslint/{module}.py", most)
    _cosmic_ray("exec", config, session)
    question = (
        "select start_pos_row, operator_name, diff, test_outcome from mutation_specs join work_results using (job_id)"
    )
    with sqlite3.connect(session) as database:
        rows = list(database.execute(question))
    survivors = sorted(
        (row, name.rpartition("/")[2], _changed(diff)) for row, name, diff, out in rows if out == "SURVIVED"
    )
    return len(rows) - len(survivors), len(rows), survivors


def _thin_out(database: sqlite3.Connection, file: Path, most: int) -> None:
    """Leave out changes of annotations, which no run can notice, and of the rest all but every n-th."""
    notes = _annotated(ast.parse(file.read_bytes()))
    found = database.execute(
        "select job_id, start_pos_row, start_pos_col from mutation_specs "
        "order by start_pos_row, start_pos_col, operator_name, occurrence"
    ).fetchall()
    real = [job for job, row, column in found if not any(a <= (row, column) < b for a, b in notes)]
    step = max(1, -(-len(real) // most))
    kept = set(real[::step])
    for job, _, _ in found:
        if job not in kept:
            database.execute("delete from mutation_specs where job_id = ?", (job,))
            database.execute("delete from work_items where job_id = ?", (job,))


def _annotated(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    notes: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            notes.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            notes.append(node.returns)
    return [
        ((one.lineno, one.col_offset), (one.end_lineno or one.lineno, one.end_col_offset or 0))
        for one in notes
        if one is not None
    ]


def _cosmic_ray(verb: str, *files: Path) -> None:
    paths = os.pathsep.join([str(COPY / "src"), str(COPY)])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(Path(sys.executable).parent / "cosmic-ray"), verb, *map(str, files)]
    subprocess.run(command, cwd=COPY, env=environment, check=True)


def _changed(diff: str | None) -> str:
    lines = (diff or "").splitlines()
    return " → ".join(line[1:].strip() for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
