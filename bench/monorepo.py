"""Makes a GitOps monorepo to measure with: a real git repository, the same for the same numbers.

    python -m bench.monorepo FOLDER [--apps N] [--landings M] [--planted K] [--sources S]

Every app has its layers and Applications in two environments, sources and a package file. A root commit brings all of
it; each landing after it releases one app to dev, or promotes to prod what dev runs. What is planted is told, rule and
file, and nowhere in the repository: a measurement begins by finding it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ENVIRONMENTS = ("dev", "prod")
_EPOCH = 1_767_225_600
_WHO = "release-bot <release-bot@example.com>"
_WORDS = tuple(
    "anchor basil cedar delta ember fjord grove heron inlet jasper kelp larch maple north olive prism quill river "  # noqa: SIM905
    "slate thyme ultra vista wharf xylem yarrow zinc".split()
)
_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

_PLANTED = {
    "mutable-tag": "deploy/env/release-prod/{}.yaml",
    "retyped-tag": "deploy/env/release-dev/{}.yaml",
    "duplicate-key": "deploy/env/dev/{}.yaml",
    "plaintext-secret": "deploy/env/prod/{}.yaml",
    "invalid-yaml": "deploy/env/dev/{}.yaml",
    "missing-value-file": "deploy/argocd/apps/prod/{}.yaml",
}
"""The rules that are broken on purpose, each with the file of an app that does it."""


class Planted(NamedTuple):
    """A violation that a check has to report."""

    rule: str
    path: str


class Shape(NamedTuple):
    """How large a repository is: apps, landings after the first, violations of each kind, sources of each app."""

    apps: int
    landings: int = 0
    planted: int = 1
    sources: int = 1


def name(number: int) -> str:
    """Return the name of an app."""
    return f"{_WORDS[number % len(_WORDS)]}-{_WORDS[number // len(_WORDS) % len(_WORDS)]}-{number:05}"


def generate(folder: Path, shape: Shape) -> tuple[Planted, ...]:
    """Make a repository in an empty folder and return what is planted in it."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = _plan(shape)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    with subprocess.Popen(
        ("git", "fast-import", "--quiet"), cwd=folder, env=_environment(), stdin=subprocess.PIPE
    ) as git:
        assert git.stdin is not None
        for commit in _commits(shape, plan):
            git.stdin.write(commit.encode())
    assert git.returncode == 0, "git fast-import refuses what was generated"
    _git(folder, "reset", "--quiet", "--hard", "main")
    return tuple(Planted(rule, _PLANTED[rule].format(name(number))) for number, rule in plan.items())


def _plan(shape: Shape) -> dict[int, str]:
    """Spread the violations over the apps, never two on one."""
    wanted = [rule for rule in _PLANTED for _ in range(shape.planted)]
    assert len(wanted) <= shape.apps, "there are not apps enough for so many violations"
    return {index * shape.apps // len(wanted): rule for index, rule in enumerate(wanted)}


def _commits(shape: Shape, plan: dict[int, str]) -> Iterator[str]:
    chance = random.Random(11)
    yield _commit(0, "Import all apps", _first(shape, plan, chance))
    builds = {(number, environment): 1 for number in range(shape.apps) for environment in ENVIRONMENTS}
    for landing in range(1, shape.landings + 1):
        # As in life, a fifth of the apps gets most of the releases.
        few = chance.random() < 0.7
        number = chance.randrange(max(1, shape.apps // 5) if few else shape.apps)
        promoted = builds[number, "dev"] > builds[number, "prod"] and chance.random() < 0.6
        environment = "prod" if promoted else "dev"
        builds[number, environment] = builds[number, "dev"] + (not promoted)
        path = f"deploy/env/release-{environment}/{name(number)}.yaml"
        layer = _release(number, environment, builds[number, environment], plan.get(number))
        yield _commit(landing, f"release({environment}): {name(number)}", {path: layer})


def _commit(number: int, subject: str, files: dict[str, str]) -> str:
    when = f"{_WHO} {_EPOCH + 60 * number} +0000"
    head = f"commit refs/heads/main\nauthor {when}\ncommitter {when}\ndata {len(subject)}\n{subject}\n"
    return head + "".join(
        f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n" for path, text in files.items()
    )


def _first(shape: Shape, plan: dict[int, str], chance: random.Random) -> dict[str, str]:
    files = {"README.md": _prose("The shop", chance), **_chart()}
    for number in range(0, shape.apps, 5):
        files[f"docs/{name(number)}.md"] = _prose(name(number), chance)
    for number in range(shape.apps):
        app, broken = name(number), plan.get(number)
        for environment in ENVIRONMENTS:
            files[f"deploy/env/release-{environment}/{app}.yaml"] = _release(number, environment, 1, broken)
            files[f"deploy/env/{environment}/{app}.yaml"] = _env(number, environment, broken, chance)
            files[f"deploy/argocd/apps/{environment}/{app}.yaml"] = _application(app, environment, broken)
        for source in range(shape.sources):
            files[f"apps/{app}/src/part{source}.ts"] = "".join(_function(chance) for _ in range(25))
        files[f"apps/{app}/package.json"] = json.dumps({"name": app, "scripts": {"build": "tsc"}}, indent=2) + "\n"
    return files


def _release(number: int, environment: str, build: int, broken: str | None) -> str:
    app = name(number)
    digest = hashlib.sha256(f"{app} {build}".encode()).hexdigest()
    # The code is elsewhere: no tag names a commit of this repository.
    written = f'"1.{build // 20}.{build % 20}-{digest[::-1][:12]}"'
    if broken == "retyped-tag" and environment == "dev":
        written = "1.10"
    pinned = f'  digest: "sha256:{digest}"\n'
    if broken == "mutable-tag" and environment == "prod":  # with a digest it would be none
        written, pinned = "latest", ""
    return (
        f"# What {app} runs in {environment}; written by the pipeline.\nimage:\n"
        f'  repository: "registry.example.com/shop/{app}"\n  tag: {written}\n{pinned}'
    )


def _env(number: int, environment: str, broken: str | None, chance: random.Random) -> str:
    app = name(number)
    host = f"{app}.{environment}.example.com"
    lines = [
        f"# Settings of {app} in {environment}. Names of secrets only.\n",
        "# Здесь только имена секретов.\n" if number % 7 == 0 else "",
        f'\nenv:\n  APP_ENV: "{environment}"\n  PUBLIC_URL: "https://{host}"\n  LOG_LEVEL: info\n',
        f'  FEATURES: "{",".join(chance.sample(_WORDS, 3))}"\n',
        f'  S3_ENDPOINT: "http://storage-{app}.storage.svc.cluster.local:9000"\n  S3_BUCKET: "{app}-{environment}"\n',
        f'\nenvFrom:\n  secretRef: "{app}-{environment}-env"\n  extraSecretRefs:\n    - "{app}-s3-env"\n',
        "\ningress:\n  enabled: true\n  className: traefik\n  annotations:\n",
        '    traefik.ingress.kubernetes.io/router.tls: "true"  # everywhere\n',
        f'  hosts:\n    - host: "{host}"\n      paths:\n        - path: /\n          pathType: Prefix\n',
        f'  tls:\n    - secretName: {app}-tls\n      hosts:\n        - "{host}"\n',
        f"\nreplicas: {1 + number % 4}\n",
        f"resources:\n  requests: {{cpu: {50 + number % 8 * 25}m, memory: 256Mi}}\n  limits:\n    memory: 1Gi\n",
        "\nprobes:\n  liveness: {path: /healthz, port: 3000}\n  readiness: {path: /ready, port: 3000}\n",
    ]
    if number % 11 == 0:
        lines.append("\njobs:\n  common: &job\n    retries: 2\n  migrate:\n    <<: *job\n    args: [migrate, up]\n")
    if number % 13 == 0:
        lines.append("\nconfig: |\n  [server]\n  listen = :3000\n  # no comment of YAML\n")
    if broken == "duplicate-key" and environment == "dev":
        lines.append("replicas: 3\n")
    if broken == "plaintext-secret" and environment == "prod":
        token = "".join(chance.choices(_ALPHABET, k=20))
        lines.append(f'\nrunner:\n  registration: "glrt-{token}"\n')
    if broken == "invalid-yaml" and environment == "dev":
        lines.append("\nbroken:\n  - one\n two: three\n")
    return "".join(lines)


def _application(app: str, environment: str, broken: str | None) -> str:
    lost = broken == "missing-value-file" and environment == "prod"
    layer = "lost" if lost else environment
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata:\n  name: {app}-{environment}\n  namespace: argocd\n  labels:\n    env: {environment}\n"
        "spec:\n  project: shop\n  source:\n    repoURL: https://git.example.com/shop/mono.git\n"
        "    targetRevision: main\n    path: deploy/charts/web-app\n    helm:\n      valueFiles:\n"
        f"        - ../../env/release-{environment}/{app}.yaml\n        - ../../env/{layer}/{app}.yaml\n"
        f"  destination:\n    server: https://kubernetes.default.svc\n    namespace: {app}-{environment}\n"
        f"  syncPolicy:\n    automated:\n      prune: true\n      selfHeal: {str(environment != 'dev').lower()}\n"
    )


def _chart() -> dict[str, str]:
    folder = "deploy/charts/web-app"
    return {
        f"{folder}/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 0.1.0\n",
        f"{folder}/values.yaml": (
            "image:\n  repository: REPLACE_ME\n  tag: REPLACE_ME\n  digest: ''\n  pullPolicy: IfNotPresent\n"
            "replicas: 1\nenv: {}\nenvFrom:\n  secretRef: ''\n  extraSecretRefs: []\n"
            "ingress:\n  enabled: false\n  className: traefik\n  annotations: {}\n  hosts: []\n  tls: []\n"
            "resources: {}\nprobes: {}\npostgres:\n  enabled: false\n"
        ),
        f"{folder}/templates/deployment.yaml": (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n"
            "  replicas: {{ .Values.replicas }}\n  template:\n    spec:\n      containers:\n        - name: app\n"
            '          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n'
        ),
    }


def _function(chance: random.Random) -> str:
    one, other = chance.sample(_WORDS, 2)
    return (
        f"export async function {one}{other.title()}(input: Record<string, string>): Promise<string> {{\n"
        f"  const token = process.env.{one.upper()}_TOKEN ?? ''\n"
        f"  const page = `https://${{input.host}}/api/{one}/{other}?page={chance.randrange(999)}`\n"
        f"  if (!input.{other}) throw new Error('{one} needs {other}')\n"
        f"  return `${{page}}#${{token.length}}-{chance.getrandbits(32):08x}`\n}}\n\n"
    )


def _prose(title: str, chance: random.Random) -> str:
    return f"# {title}\n\n" + "\n\n".join(" ".join(chance.choices(_WORDS, k=60)) + "." for _ in range(10)) + "\n"


def _git(folder: Path, *words: str) -> None:
    subprocess.run(("git", *words), cwd=folder, env=_environment(), check=True)


def _environment() -> dict[str, str]:
    return os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def main() -> int:
    """Make one repository and print what is planted in it, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for word, default in Shape._field_defaults.items():
        parser.add_argument(f"--{word}", type=int, default=default)
    parser.add_argument("--apps", type=int, default=10)
    arguments = parser.parse_args()
    given = vars(arguments)
    planted = generate(given.pop("folder"), Shape(**given))
    print(json.dumps([one._asdict() for one in planted], indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
