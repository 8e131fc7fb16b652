"""A product with several apps that have something to do with each other, and edits of it drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from tests.support.repo import Repo

TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1zA2"
SHORT_SECRET = "sum" + "mer2024!"
CONTRACT = "platform: none\n"
POLICY = """\
platform: none
policies:
- shared-host
- name: unique-password
  summary: A password belongs to one app.
  require: {path: db.password, unique: across-stacks}
"""
_HEAD = "image:\n  repository: registry.example.com/{app}\n"
_ENV = """\
env:
  NEXT_PUBLIC_SERVER_URL: https://{host}
  SYNESTRA_ENV: {env}
ingress:
  hosts: [{host}]
"""
_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {app}-{env}}}
spec:
  source:
    repoURL: https://git.example.com/web-core.git
    path: deploy/charts/web-app
    helm: {{valueFiles: [../../env/release-{env}/{app}.yaml, ../../env/{env}/{app}.yaml]}}
  destination: {{namespace: {app}-{env}}}
  syncPolicy: {{automated: {{selfHeal: {heals}}}}}
"""
APPS = ("bakery", "cinema", "drugs", "école", "florist")


def files_of(app: str, tag: str) -> dict[str, str]:
    """Return the layers and Applications of an app."""
    found = {}
    for env in ("dev", "prod"):
        host = f"{app}.{env}.example.com"
        found[f"deploy/env/{env}/{app}.yaml"] = _ENV.format(host=host, env=env)
        found[f"deploy/env/release-{env}/{app}.yaml"] = _HEAD.format(app=app) + f"  tag: {tag}\n"
        heals = "true" if env == "prod" else "false"
        found[f"deploy/argocd/apps/{env}/{app}.yaml"] = _APPLICATION.format(app=app, env=env, heals=heals)
    return found


def fleet(path: Path, contract: str = CONTRACT) -> Repo:
    """Make a repository of five apps with a few violations: within an app, between apps, and in a file of no app."""
    repo = Repo(path)
    files = {
        ".gitopslint.yaml": contract,
        "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 1.0.0\n",
        "deploy/charts/web-app/values.yaml": "image: {repository: '', tag: ''}\nreplicas: 1\n",
        "deploy/charts/web-app/templates/deployment.yaml": "kind: Deployment\nspec: {{ .Values.replicas }}\n",
        "README.md": "# Fleet\n",
        "notes/todo.txt": "nothing yet\n",
    }
    for app in APPS:
        files |= files_of(app, "4f9d2c7b81ae")
    code = repo.commit("Begin", files)[:12]
    for app in APPS[:-1]:
        text = _HEAD.format(app=app) + f"  tag: {code}\n"
        repo.commit(f"dev {app}", {f"deploy/env/release-dev/{app}.yaml": text})
        repo.commit(f"prod {app}", {f"deploy/env/release-prod/{app}.yaml": text})
    shared = _ENV.format(host="cinema.dev.example.com", env="dev") + f"db: {{password: {SHORT_SECRET}}}\n"
    repo.commit(
        "Offend",
        {
            "deploy/env/dev/bakery.yaml": shared,
            "deploy/env/prod/drugs.yaml": _ENV.format(host="drügs.example.com", env="dev")
            + f"db: {{password: {SHORT_SECRET}}}\n",
            "deploy/env/release-dev/drugs.yaml": _HEAD.format(app="drugs") + "  tag: 1.10\n",
            "src/client.ts": f"// 𝒳 \nconst token = '{TOKEN}';\n",
            "deploy/env/release-prod/florist.yaml": _HEAD.format(app="florist")
            + "  tag: latest  # gitopslint: ignore[mutable-tag] opening day\n",
            "deploy/env/release-dev/florist.yaml": _HEAD.format(app="florist")
            + "  tag: 9d2c7b81ae  # gitopslint: ignore[mutable-tag] was needed\n",
        },
    )
    return repo


def edit(repo: Repo, chance: random.Random) -> str:
    """Change something, and say what."""
    change = chance.choice(sorted(EDITS))
    EDITS[change](repo, chance)
    return change


def _release(repo: Repo, chance: random.Random) -> None:
    app, env = chance.choice(APPS), chance.choice(("dev", "prod"))
    tag = chance.choice(("latest", "1.10", repo.head()[:12], "", '"1.2.3"', "deadbeef1234"))
    repo.write(f"deploy/env/release-{env}/{app}.yaml", _HEAD.format(app=app) + f"  tag: {tag}\n")


def _host(repo: Repo, chance: random.Random) -> None:
    app, other = chance.choice(APPS), chance.choice(APPS)
    repo.write(f"deploy/env/dev/{app}.yaml", _ENV.format(host=f"{other}.prod.example.com", env="dev"))


def _password(repo: Repo, chance: random.Random) -> None:
    app = chance.choice(APPS)
    text = _ENV.format(host=f"{app}.example.com", env="prod")
    repo.write(f"deploy/env/prod/{app}.yaml", text + f"db: {{password: {SHORT_SECRET}}}\n")


def _break(repo: Repo, chance: random.Random) -> None:
    repo.write(f"deploy/env/prod/{chance.choice(APPS)}.yaml", "env: [\n")


def _new_app(repo: Repo, chance: random.Random) -> None:
    for path, text in files_of(f"new{chance.randrange(3)}", repo.head()[:12]).items():
        repo.write(path, text)


def _remove(repo: Repo, chance: random.Random) -> None:
    (repo.path / f"deploy/env/release-prod/{chance.choice(APPS)}.yaml").unlink(missing_ok=True)


def _application(repo: Repo, chance: random.Random) -> None:
    app = chance.choice(APPS)
    text = _APPLICATION.format(app=app, env="prod", heals="false").replace(
        f"../../env/prod/{app}.yaml", chance.choice((f"../../env/dev/{app}.yaml", "nowhere.yaml", "extra.txt"))
    )
    repo.write(f"deploy/argocd/apps/prod/{app}.yaml", text)


def _extra(repo: Repo, chance: random.Random) -> None:
    repo.write("deploy/charts/web-app/extra.txt", f"replicas: {chance.randrange(9)}\nimage: {{tag: v1}}\n")


def _chart(repo: Repo, chance: random.Random) -> None:
    repo.write("deploy/charts/web-app/templates/more.yaml", f"a: {{{{ tpl .Values.env . }}}} # {chance.randrange(9)}\n")


def _text(repo: Repo, chance: random.Random) -> None:
    text = chance.choice(
        ("nothing\n", f"token={TOKEN}\n", f"x = '{TOKEN}'  # gitopslint: ignore[plaintext-secret] no\n")
    )
    repo.write(chance.choice(("notes/todo.txt", "src/new.py", "src/client.ts")), text)


def _contract(repo: Repo, chance: random.Random) -> None:
    level = chance.choice(("error", "note"))
    repo.write(".gitopslint.yaml", f"{POLICY}rules: {{mutable-tag: {{level: {level}}}}}\n")


def _commit(repo: Repo, chance: random.Random) -> None:
    repo.commit(f"Change {chance.random()}")


def _source(repo: Repo, chance: random.Random) -> None:
    path = f"apps/{chance.choice(APPS)}/main.ts"
    repo.commit(f"Code {chance.random()}", {path: f"export default {chance.randrange(3)};\n"})


EDITS: dict[str, Callable[[Repo, random.Random], None]] = {
    name.strip("_"): function
    for name, function in (
        ("_release", _release),
        ("_host", _host),
        ("_password", _password),
        ("_break", _break),
        ("_new_app", _new_app),
        ("_remove", _remove),
        ("_application", _application),
        ("_extra", _extra),
        ("_chart", _chart),
        ("_text", _text),
        ("_contract", _contract),
        ("_commit", _commit),
        ("_commit again", _commit),
        ("_source", _source),
        ("_source again", _source),
        ("_release again", _release),
    )
}
