"""Fuzz with coverage: `python -m tests.fuzz SECONDS [TARGET…]` (`make fuzz SECONDS=60`).

Inputs that reach new code are kept in a cache; one that breaks a promise is written to `tests/fuzz/corpus/TARGET`,
where the suite runs it from then on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CACHE = ROOT / ".cache/fuzz"


def main(words: list[str]) -> int:
    """Run each target for its part of the time, in a process of its own, and return how many found something."""
    if words[:1] == ["--one"]:
        _fuzz(*words[1:3])
        return 0
    from tests.fuzz.targets import TARGETS

    names = words[1:] or list(TARGETS)
    seconds = max(1, int(words[0]) // len(names))
    return sum(_run(name, seconds) for name in names)


def _run(name: str, seconds: int) -> bool:
    grown = CACHE / name
    grown.mkdir(parents=True, exist_ok=True)
    (HERE / "corpus" / name).mkdir(parents=True, exist_ok=True)
    print(f"== {name}: {seconds} s", flush=True)
    options: tuple[str, ...] = (
        f"-max_total_time={seconds}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-max_len=4096",
        "-print_final_stats=1",
    )
    if name == "contract":
        options = (*options, f"-dict={_dictionary()}")
    found = f"-artifact_prefix={HERE}/corpus/{name}/"
    command = (sys.executable, "-m", "tests.fuzz", "--one", name, str(seconds), *options, found)
    done = subprocess.run(
        (*command, str(grown), str(HERE / "corpus" / name)),
        check=False,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    lines = done.stderr.splitlines()
    kept = ("stat::number_of_executed_units", "stat::new_units_added", "stat::peak_rss")
    print("\n".join(lines[-30:] if done.returncode else [line for line in lines if line.startswith(kept)]), flush=True)
    return done.returncode != 0


def _dictionary() -> Path:
    """Write down the keys and words of a contract, which no fuzzer would guess."""
    schema = json.loads((ROOT / "schemas/contract.schema.json").read_text("utf-8"))
    file = CACHE / "contract.dict"
    file.write_text("".join(f'"{word}"\n' for word in sorted({*_words(schema)})), "utf-8")
    return file


def _words(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for key in schema.get("properties", ()):
            yield f"{key}: "
        yield from (word for word in schema.get("enum", ()) if isinstance(word, str))
    if isinstance(schema, dict | list):
        for below in schema.values() if isinstance(schema, dict) else schema:
            yield from _words(below)


def _fuzz(name: str, _: str) -> None:
    import atheris

    with atheris.instrument_imports(include=["gitopslint"]):
        from tests.fuzz.targets import TARGETS

    sys.set_int_max_str_digits(640)  # the least that there is: so short inputs meet a limit that long ones have
    atheris.Setup([sys.argv[0], *sys.argv[4:]], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
