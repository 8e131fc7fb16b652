"""Times our hook under pre-commit and prek beside those of yamllint and of a search for secrets, in turn.

    python -m bench.hooks [--rounds N]

In a copy of `examples/web-core` one layer with a bad tag and a file with a credential are staged, and each hook runs as
in a commit. Before timing anything it makes sure that each reports what is meant for it. `nothing` is a hook that does
nothing: what the manager itself takes. The others come from PyPI, into an environment of their own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.peers import installed
from bench.stopwatch import process

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
MANAGERS = ("pre-commit", "prek")
_LAYER = "deploy/env/release-dev/storefront.yaml"
_TOKEN = "gh" + "p_" + "F3kQ9sLx2VbN7cTz4WpR8mYd1HjA6uG0eKqB"  # nobody's


class Hook(NamedTuple):
    """A hook as its own manifest has it: what it runs, whether it gets file names, and a word that proves it ran."""

    entry: str
    filenames: bool
    proof: str


def main() -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    # Whoever runs this inside of a hook must not have its index read.
    for name in [name for name in os.environ if name.startswith(("GIT_", "PRE_COMMIT", "PREK_"))]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "web-core"
        hooks = _hooks()
        _prepare(repository, hooks)
        os.chdir(repository)
        commands = {(manager, hook): [str(BIN / manager), "run", hook] for manager in MANAGERS for hook in hooks}
        for (_, hook), command in commands.items():
            _make_sure(command, hooks[hook].proof)
        times: dict[tuple[str, str], list[float]] = {key: [] for key in commands}
        for _ in range(arguments.rounds):
            for key, command in commands.items():
                times[key].append(process(command)().seconds)
        os.chdir(ROOT)
    print(f"one layer and one script staged, {arguments.rounds} rounds, medians in ms (what the hook adds)")
    print(f"{'':12}" + "".join(f"{manager:>20}" for manager in MANAGERS))
    for hook in hooks:
        cells = (_cell(times, manager, hook) for manager in MANAGERS)
        print(f"{hook:12}" + "".join(f"{cell:>20}" for cell in cells))
    return 0


def _cell(times: dict[tuple[str, str], list[float]], manager: str, hook: str) -> str:
    added = [mine - bare for mine, bare in zip(times[manager, hook], times[manager, "nothing"], strict=True)]
    median = statistics.median(times[manager, hook]) * 1000
    return f"{median:.0f}" if hook == "nothing" else f"{median:.0f} (+{statistics.median(added) * 1000:.0f})"


def _hooks() -> dict[str, Hook]:
    return {
        "nothing": Hook("true", False, ""),
        "gitopslint": Hook(f"{BIN}/gitopslint check --staged", False, "error[mutable-tag]"),
        "yamllint": Hook(f"{BIN}/yamllint -d relaxed", True, "trailing spaces"),
        "gitleaks": Hook(f"{installed('gitleaks')} git --pre-commit --redact --staged --verbose", False, "github"),
        "betterleaks": Hook(f"{installed('betterleaks')} git --staged --redact", False, "github"),
    }


def _prepare(repository: Path, hooks: dict[str, Hook]) -> None:
    shutil.copytree(ROOT / "examples/web-core", repository)
    lines = ["repos:", "- repo: local", "  hooks:"]
    for name, hook in hooks.items():
        names = str(hook.filenames).lower()
        types = "[yaml]" if hook.filenames else "[]"
        lines.append(
            f"  - {{id: {name}, name: {name}, language: system, entry: '{hook.entry}', pass_filenames: {names}, "
            f"types: {types}, require_serial: true}}"
        )
    (repository / ".pre-commit-config.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    _git(repository, "init", "--quiet")
    _git(repository, "add", "--all")
    _git(repository, "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "--quiet", "-m", "Begin")
    layer = repository / _LAYER
    before, _, _ = layer.read_text("utf-8").partition("tag:")
    layer.write_text(f"{before}tag: latest \n", "utf-8")
    (repository / "deploy.sh").write_text(f"export GITHUB_TOKEN={_TOKEN}\n", "utf-8")
    _git(repository, "add", "--all")


def _make_sure(command: list[str], proof: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert (done.returncode != 0) == bool(proof), said
    assert proof in said.lower(), said


def _git(repository: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(repository), *words], check=True, capture_output=True)


if __name__ == "__main__":
    raise SystemExit(main())
