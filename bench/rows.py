"""The rows of the table: what is measured, against whom, and how it is made sure that both do their work."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bench import peers
from bench.monorepo import Planted, Shape, generate
from bench.stopwatch import Work, allowed, most_memory, piece, process
from gitopslint.cli.ahead import ask_ahead
from gitopslint.cli.arguments import parse
from gitopslint.cli.pair import open_checked
from gitopslint.loaders.moulds import Moulds
from gitopslint.loaders.product import Product
from gitopslint.loaders.rules import load_catalogue

ROOT = Path(__file__).parent.parent
_HERE = Path(sys.executable).parent
_GIT_LOG = (
    *("git", "log", "--raw", "-z", "--no-abbrev", "--no-renames", "--first-parent", "--diff-merges=first-parent"),
    "--format=%H%x00%ct%x00%an%x00%s",
)

Pair = Mapping[str, Work]
"""Ours first, then the peer; where there are several, the cheaper one counts."""


class Rows:
    """Makes what the rows need, each repository once, in a folder that the caller throws away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._repository = cache(self._made)

    def pair(self, row: str) -> Pair:
        """Return what a row measures, after making sure that it does something."""
        make: Callable[[], Pair] = getattr(self, "_" + row.replace("-", "_"))
        return make()

    def memory(self) -> float:
        """Return the most memory in MB that a check of the largest repository takes."""
        place, _ = self._repository(_FIVE_THOUSAND)
        return most_memory(_words(place))

    def _made(self, shape: Shape) -> tuple[Path, tuple[Planted, ...]]:
        place = self._folder / "-".join(map(str, shape))
        return place, generate(place, shape)

    def _check(self, shape: Shape) -> tuple[Path, Work]:
        """Return how to check a repository in which all that is planted is reported, and all files are read."""
        place, planted = self._repository(shape)
        command = _words(place)
        report = _report(command)
        found = {(one["rule"], one["path"]) for one in report["findings"]}
        assert planted, "nothing is planted"
        assert set(planted) <= found, f"not reported: {set(planted) - found}"
        assert report["summary"]["apps"] == shape.apps, "not all apps are read"
        assert report["summary"]["files"] >= 6 * shape.apps, "not all files are read"
        return place, process(command)

    def _against(self, shape: Shape, peer: str) -> Pair:
        place, check = self._check(shape)
        return {"check": check, peer: process(peers.command(peer, place), place)}

    def _version(self) -> Pair:
        said = subprocess.run([_HERE / "gitopslint", "--version"], capture_output=True, check=True).stdout
        assert said.startswith(b"gitopslint "), "it does not say its version"
        return {"--version": process([_HERE / "gitopslint", "--version"]), "python -c pass": _bare_python()}

    def _ten_apps(self) -> Pair:
        return {"check": self._check(Shape(10, landings=50))[1], "python -c pass": _bare_python()}

    def _example(self) -> Pair:
        place = ROOT / "examples/web-core"
        command = [str(_HERE / "gitopslint"), "check", str(place)]
        rules = {one["rule"] for one in _report(command)["findings"]}
        assert {"mutable-tag", "retyped-tag", "duplicate-key"} <= rules, "the planted violations are not reported"
        files = sorted(path for path in place.rglob("*.yaml") if "templates" not in path.parts)
        return {"check": process(command), "yamllint": process(peers.yamllint_here(files))}

    def _thirty_apps(self) -> Pair:
        place, check = self._check(Shape(30, landings=30))
        files = sorted(place.glob("deploy/*/**/*.yaml"))
        return {"check": check, "yamllint": process(peers.yamllint_here(files))}

    def _events(self) -> Pair:
        """Read each file once, as a check does: with nothing known of those before."""
        place, _ = self._repository(Shape(150, landings=30))
        texts = [(path.name, path.read_bytes()) for path in sorted(place.glob("deploy/*/*/*.yaml"))]
        nodes = sum(len(Moulds().parse(name, data).roots) for name, data in texts)
        assert nodes >= len(texts) - 5, "hardly any file is read"

        def bare() -> None:
            for _, data in texts:
                try:
                    for _event in yaml.parse(data.decode(), Loader=yaml.CSafeLoader):
                        pass
                except yaml.YAMLError:
                    continue

        def documents() -> None:
            reader = Moulds()
            for name, data in texts:
                reader.parse(name, data)

        gc.disable()  # as in a run
        return {"documents": piece(documents), "events": piece(bare)}

    def _hundred_yamllint(self) -> Pair:
        return self._against(Shape(100, landings=100, planted=2), "yamllint")

    def _hundred_detect_secrets(self) -> Pair:
        return self._against(Shape(100, landings=100, planted=2), "detect-secrets")

    def _hundred_checkov(self) -> Pair:
        return self._against(Shape(100, landings=100, planted=2), "checkov")

    def _thousand_gitleaks(self) -> Pair:
        return self._against(_THOUSAND, "gitleaks")

    def _thousand_betterleaks(self) -> Pair:
        return self._against(_THOUSAND, "betterleaks")

    def _thousand_kingfisher(self) -> Pair:
        return self._against(_THOUSAND, "kingfisher")

    def _thousand_ryl(self) -> Pair:
        return self._against(_THOUSAND, "ryl")

    def _warm_ryl(self) -> Pair:
        place, _ = self._check(_THOUSAND)
        return {"second check": self._kept(place), "ryl": process(peers.command("ryl", place), place)}

    def _unchanged(self) -> Pair:
        place, first = self._check(_FIVE_THOUSAND)
        return {"second check": self._kept(place), "first check": first}

    def _one_file(self) -> Pair:
        """Change one layer before every check; the time of that counts as well."""
        place, first = self._check(_FIVE_THOUSAND)
        layer = min(place.glob("deploy/env/dev/*.yaml"))
        words = [*self._kept_words(place), "--base", "HEAD"]
        _report(words)
        change = 'date \'+# %s%N\' >> "$1"; shift; exec "$@"'
        return {"after a change": process(["sh", "-c", change, "sh", str(layer), *words]), "first check": first}

    def _kept(self, place: Path) -> Work:
        words = self._kept_words(place)
        assert _report(words) == _report(words), "the second check says something else than the first"
        return process(words)

    def _kept_words(self, place: Path) -> list[str]:
        return [
            str(_HERE / "gitopslint"),
            "check",
            str(place),
            "--cache-dir",
            str(self._folder / f"{place.name}-cache"),
        ]

    def _growth(self) -> Pair:
        return {"5,000 apps": self._check(_FIVE_THOUSAND)[1], "1,000 apps": self._check(_THOUSAND)[1]}

    def _history_unchanged(self) -> Pair:
        """Nothing has landed since the last run, and one app is asked about, as after an edit of its layer.

        Measured is the part that history takes: the repository is open, and a check would go on with its files.
        """
        past = _Past(self._repository(_LONG)[0], self._folder / "unchanged-cache")
        return {"history": piece(past.told, past.open), "50 ms": allowed(0.05)}

    def _history_new(self) -> Pair:
        """Before each run something landed, and all apps are asked about, as a check does to know which to look at."""
        past = _Past(self._repository(_LONG)[0], self._folder / "new-cache")
        return {"history": piece(past.told_all, past.land), "50 ms": allowed(0.05)}

    def _history(self) -> Pair:
        shape = _LONG
        place, _ = self._repository(shape)
        command = [str(_HERE / "gitopslint"), "history", "--repository", str(place), "--no-cache"]
        told = json.loads(subprocess.run([*command, "--format", "json"], capture_output=True, check=True).stdout)
        commits = {landing["commit"] for app in told["apps"] for landing in app["landings"]}
        assert len(commits) == shape.landings + 1, f"{len(commits)} landings are told"
        assert told["counts"]["promotion"] > shape.landings // 10, "promotions are not recognized"
        return {
            "history": process(command),
            "git log": process(_GIT_LOG, place),
            "git log -- deploy": process((*_GIT_LOG, "--", "deploy"), place),
        }


class _Past:
    """What a run asks of the history of a repository that an earlier run has read."""

    def __init__(self, place: Path, folder: Path) -> None:
        self._place, self._folder = place, folder
        self._landed = 0
        gc.disable()  # as in a run
        self.open()
        self.told_all()
        assert any(folder.glob("line-*")), "nothing is kept"

    def open(self) -> None:
        """Read everything but the history, as a check does."""
        words = parse(["check", str(self._place), "--cache-dir", str(self._folder)])
        opened = open_checked(words, load_catalogue(), cached=True, ahead=ask_ahead(words.path))
        assert isinstance(opened.side, Product)
        self._product = opened.side
        self._apps = list(self._product.layout.stacks())

    def land(self) -> None:
        """Let a release land."""
        self._landed += 1
        layer = min(self._place.glob("deploy/env/release-dev/*.yaml"))
        layer.write_text(f"{layer.read_text('utf-8')}# {self._landed}\n", "utf-8")
        words = ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=Release")
        subprocess.run(("git", *words, "--", layer), cwd=self._place, check=True)
        self.open()

    def told(self) -> None:
        """Ask what decides about one app."""
        self._ask(self._apps[:1])

    def told_all(self) -> None:
        """Ask what decides about every app."""
        self._ask(self._apps)

    def _ask(self, apps: list[str]) -> None:
        for app in apps:
            assert self._product.chronicle.told(app), "nothing is told"
        self._product.close()


_LONG = Shape(5_000, landings=20_000, planted=0, sources=0)  # a planted tag would make landings without a change
_THOUSAND = Shape(1_000, landings=1_000, planted=2)
_FIVE_THOUSAND = Shape(5_000, landings=5_000, planted=10)


def _words(place: Path) -> list[str]:
    return [str(_HERE / "gitopslint"), "check", str(place), "--no-cache"]


def _report(command: list[str]) -> dict[str, Any]:
    done = subprocess.run([*command, "--output-format", "json"], capture_output=True, check=False)
    assert done.returncode == 1, f"the check ended with {done.returncode}: {done.stderr.decode()[-500:]}"
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def _bare_python() -> Work:
    return process([sys.executable, "-c", "pass"])
