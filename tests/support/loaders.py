"""Every loader, one by one: what there is to break, how it is broken, and which run would notice."""

from __future__ import annotations

import ast
import importlib
import json
import os
import shutil
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NamedTuple

from gitopslint.cli import main
from gitopslint.cli.formats import FORMATS
from tests.support.attempts import application_set
from tests.support.pairs import RealPair
from tests.support.project import ROOT
from tests.support.repo import clean_git_environment

LOADERS = ROOT / "src/gitopslint/loaders"
PREFIX = "gitopslint.loaders."
SECRET = "s3cr3t-of-the-repository"

PRODUCT = {
    ".gitopslint.yaml": "secrets: {gitleaks: .gitleaks.toml, allow: [{path: nothing, reason: x}]}\n"
    "waivers: [{rule: mutable-tag, path: nothing, reason: x}]\nexclude: [vendor/]\npolicies:\n- {name: own-rule, level: error, "
    "summary: x, require: {path: env.APP_ENV, matches: '.+'}}\npolicy_folder: rules\nbaseline: known.json\nminimum_soak: 1h\n"
    "layers:\n- {role: chart, path: deploy/charts/web-app/values.yaml}\n"
    "- {role: env, path: 'deploy/env/{env}/{app}.yaml', json_schema: env.schema.json}\n"
    "- {role: release, path: 'deploy/env/release-{env}/{app}.yaml'}\n",
    "rules/own.yaml": "{name: other-rule, level: note, summary: x, require: {path: env.APP_ENV, present: true}}\n",
    "env.schema.json": '{"properties": {"env": {"type": "object"}}}',
    "known.json": '{"version": 1, "findings": [{"fingerprint": "'
    + "0123456789abcdef" * 4
    + '", "rule": "mutable-tag", '
    '"path": "x.yaml", "reason": "x"}]}',
    ".gitleaks.toml": '[[rules]]\nid = "own"\nregex = "own-[0-9]{9}"\nkeywords = ["own-"]\n',
    "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 1.0.0\ndependencies:\n"
    '- {name: sub, version: ^1, repository: "file://../sub"}\n',
    "deploy/charts/web-app/templates/a.yaml": "{{ tpl .Values.x . }}\n",
    "deploy/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "deploy/charts/sub/values.yaml": "a: 1\n",
    "deploy/argocd/sets.yaml": application_set(
        "[{git: {directories: [{path: 'deploy/env/*'}]}}, {list: {elements: [{a: b}]}}]",
        "{source: {repoURL: x, path: '{{path}}', helm: {parameters: [{name: 'a[0].b', value: '{{a}}'}]}}}",
    ),
    "deploy/argocd/other.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop-dev-2}\nspec:\n"
    "  source: {repoURL: 'https://git.example.com/web-core.git', path: deploy/charts/web-app,\n"
    "    helm: {valueFiles: [../../env/release-dev/shop.yaml, ../../env/dev/shop.yaml],\n"
    "      parameters: [{name: 'a[0].b', value: '1'}]}}\n  destination: {namespace: shop-dev}\n",
    "deploy/argocd/go.yaml": application_set(
        "[{merge: {mergeKeys: [env], generators: [{list: {elements: [{env: dev}, {env: prod}]}},\n"
        "{matrix: {generators: [{list: {elements: [{a: b}]}}, {list: {elements: [{env: dev}]}}]}}]},\n"
        "selector: {matchLabels: {env: dev}}}, {git: {repoURL: 'https://git.example.com/web-core.git',\n"
        "directories: [{path: 'deploy/argocd/apps/*'}]}}]",
        "{source: {repoURL: x, path: x, helm: {parameters: [{name: a, value: '{{.env | upper}}'}]}}}",
        go=True,
    ),
    "deploy/argocd/kustomization.yaml": "resources: [other.yaml]\npatches:\n- target: {kind: Application, name: nothing}\n"
    "  patch: '{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: shop-dev-2}}'\n",
    "k/kustomization.yaml": "resources: [s.yaml]\nsecretGenerator: [{name: x, literals: [a=b]}]\n"
    "images: [{name: a/b, newTag: v1.2.3}]\n",
    "k/certificate.yaml": "kind: Certificate\napiVersion: cert-manager.io/v1\nmetadata: {name: x}\nspec: {secretName: x-tls}\n",
    "k/s.yaml": "kind: Secret\napiVersion: v1\nmetadata: {name: x}\nstringData: {password: summer2024}\n",
    "package.json": '{"name": "root", "workspaces": ["apps/*"], "packageManager": "npm@10.0.0"}',
    "package-lock.json": '{"lockfileVersion": 3, "packages": {"": {"workspaces": ["apps/*"]}, "apps/shop": {"name": "shop"}}}',
    "turbo.json": "{ // comment\n}",
    "apps/shop/package.json": '{"name": "shop", "version": "1.0.0"}',
    "apps/shop/a.ts": "1",
    "deploy/env/dev/blog.yaml": "env: {APP_ENV: dev}\n",
    "deploy/env/release-dev/blog.yaml": "image: {repository: a.example.com/blog, tag: latest}\n",
    "k/control.yaml": "kind: Deployment\na: \0\n",
    "k/broken.yaml": "kind: Deployment\na: [\n",
    "k/flux.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\n"
    "spec: {values: {image: {repository: a/b, tag: latest}}}\n",
    "k/map.yaml": "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\ndata:\n  a.yaml: |\n    password: summer2024\n",
    "shop.properties": "password=summer2024  # gitopslint: ignore[secret-in-values] test\n",
    "chart/values.yaml": "image: a:b  # not ours\n",
}
"""What is laid over a clean product, so that most loaders have something to load."""

SCENES: dict[str, tuple[str, tuple[str, ...]]] = {
    "a folder": ("plain", ("check", "--no-cache")),
    "the product": ("web-core", ("check", "--platform", "../synestra-platform", "--no-cache")),
    "the platform": ("synestra-platform", ("check", "--product", "../web-core", "--no-cache")),
    "a change": ("web-core", ("check", "--base", "HEAD~1", "--new-only", "--no-cache")),
    "the index": ("web-core", ("check", "--staged", "--no-cache")),
    "a second run": ("web-core", ("check", "--cache-dir", "kept")),
    "a run after a change": ("changed", ("check", "--cache-dir", "kept-too")),
    "a first run": ("landed", ("check", "--cache-dir", "kept-nothing")),
    "two landings later": ("landed", ("check", "--cache-dir", "kept-landings")),
    "what git told an earlier run": ("landed", ("history", "--cache-dir", "kept-landings")),
    "a landing taken back": ("rewound", ("history", "--cache-dir", "kept-rewound")),
    "an object that is broken": ("damaged", ("history",)),
    "a sparse checkout": ("sparse", ("check", "--no-cache")),
    "many layers": ("many", ("check", "--select", "mutable-tag", "--no-cache")),
    "Applications that are not at hand": ("apart", ("check", "--no-cache")),
    "Applications of the platform": ("apart", ("check", "--platform", "../synestra-platform", "--no-cache")),
    "a change of the platform": ("synestra-platform", ("check", "--base", "HEAD~1", "--no-cache")),
    "two processes": ("web-core", ("check", "--platform", "../synestra-platform", "--jobs", "2", "--no-cache")),
    "the history": ("web-core", ("history",)),
    "the values": ("web-core", ("values", "shop", "prod")),
    "what is affected": ("web-core", ("affected", "--base", "HEAD~2")),
    "a fix": ("web-core", ("check", "--fix", "--diff", "--no-cache")),
    "a promotion": ("web-core", ("promote", "shop", "--dry-run", "--platform", "../synestra-platform")),
    "a way back": ("web-core", ("rollback", "shop", "dev", "--dry-run")),
    "only secrets": ("web-core", ("check", "--select", "secrets", "--no-cache")),
    "the platform in two processes": (
        "synestra-platform",
        ("check", "--product", "../web-core", "--jobs", "2", "--no-cache"),
    ),
    "a list of files": ("web-core", ("check", "--show-files")),
    "a wrong contract": ("wrong", ("check", "--no-cache")),
    "another language": ("web-core", ("explain", "mutable-tag", "--lang", "ru")),
    "its own rules": ("web-core", ("rules", "--test")),
    "what is known": ("web-core", ("baseline", "--output-file", "-")),
    "all shares": ("kept", ("merge", "share.json")),
    "a proposal": ("bare", ("init", "--stdout")),
}
"""Runs by name: the folder in which, and the words. The first in which a loader is called is the one that must notice.

So the quick ones stand first: a folder without git needs no process.
"""

KEPT = {"web-core": "kept", "changed": "kept-too", "landed": "kept-landings", "rewound": "kept-rewound"}
"""The repositories in which a run came before, each with what that one kept."""


class Loader(NamedTuple):
    """A public function of a loader, or a public method or property of one of its classes, and where it stands."""

    module: str
    owner: str
    name: str
    file: str
    line: int
    sets: bool = False

    def __str__(self) -> str:
        return ".".join(part for part in (self.module, self.owner, self.name, "setter" * self.sets) if part)


@cache
def all_loaders() -> tuple[Loader, ...]:
    """Return everything that another module may call. Protocols only say what others have."""
    return tuple(_all_public())


def _all_public() -> Iterator[Loader]:
    for path in sorted(LOADERS.rglob("*.py")):
        module = ".".join(("gitopslint", *path.relative_to(LOADERS.parent).with_suffix("").parts))
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef):
                yield from _public(node, module, "", path)
            elif isinstance(node, ast.ClassDef) and "Protocol" not in map(ast.unparse, node.bases):
                for below in node.body:
                    if isinstance(below, ast.FunctionDef):
                        yield from _public(below, module, node.name, path)


def _public(node: ast.FunctionDef, module: str, owner: str, path: Path) -> Iterator[Loader]:
    """Yield a function if it is public. Its code begins with its decorators, and the setter of a property has one."""
    if not node.name.startswith("_"):
        line = min((node.lineno, *(one.lineno for one in node.decorator_list)))
        sets = any(ast.unparse(one) == f"{node.name}.setter" for one in node.decorator_list)
        yield Loader(module, owner, node.name, str(path), line, sets)


def make_scenes(folder: Path) -> None:
    """Make the repositories in which loaders are broken, and what an earlier run would have kept."""
    pair = RealPair(folder, "shop")
    pair.product.commit("Code", {"apps/shop/a.ts": "0"})
    for other in ("changed", "landed", "rewound"):
        shutil.copytree(pair.product.path, folder / other)
    for other, contract in (("apart", "applications: {repository: platform}\n"), ("many", "platform: none\n")):
        shutil.copytree(pair.product.path, folder / other, ignore=shutil.ignore_patterns(".git"))
        (folder / other / ".gitopslint.yaml").write_text(contract)
    for number in range(50):
        for layer in ("deploy/env/dev/shop.yaml", "deploy/env/release-dev/shop.yaml"):
            text = pair.of(f"shop-{number}", layer, "dev")
            (folder / "many" / layer).with_stem(f"shop-{number}").write_text(text)
    _load(pair)
    for other in ("plain", "bare"):
        shutil.copytree(pair.product.path, folder / other, ignore=shutil.ignore_patterns(".git"))
    (folder / "bare/.gitopslint.yaml").unlink()
    (folder / "wrong").mkdir()
    (folder / "wrong/.gitopslint.yaml").write_text("rules: {mutable-tagg: {}}\nlayers: 3\nlayrs: 3\nrelease_comit: 1\n")
    _check_out_sparsely(pair.product.path, folder / "sparse")
    shutil.copytree(pair.product.path, folder / "damaged")
    former = pair.product.git("rev-parse", "HEAD~1:deploy/env/release-dev/shop.yaml")
    damaged = folder / "damaged/.git/objects" / former[:2] / former[2:]
    damaged.chmod(0o600)
    damaged.write_bytes(zlib.compress(b"blob 100\0" + bytes(100), level=0)[:20])  # git dies of it
    _run_before(folder)
    (folder / "calls.json").write_text(json.dumps(_calls(folder)))


def _load(pair: RealPair) -> None:
    """Lay much over a clean product, and release what a merge brought."""
    product, layer = pair.product, "deploy/env/release-dev/shop.yaml"
    product.commit("Much to load", PRODUCT)
    product.git("checkout", "--quiet", "-b", "side")
    lock = PRODUCT["package-lock.json"].replace('"name": "shop"', '"name": "shop", "dependencies": {"a": "1"}')
    newer = product.commit("Code", {"apps/shop/a.ts": "2", "package-lock.json": lock})[:12] + "-r2"
    product.git("checkout", "--quiet", "main")
    product.git("merge", "--quiet", "--no-ff", "--message=Code", "side")
    product.commit("release(dev): shop", {layer: pair.of("shop", layer, "dev").replace(pair.tag, newer)})


def _run_before(folder: Path) -> None:
    """Run what keeps something for a later run, and change what has changed by then."""
    (folder / "kept-nothing").mkdir(mode=0o700)
    for where, kept in KEPT.items():
        (folder / kept).mkdir(mode=0o700)
        words = ("check", "--cache-dir", f"{folder}/{kept}", "--output-file", os.devnull)
        started(folder / where, (*words, "--report", f"html={folder}/kept.html"))  # runs with it are kept apart
    with (folder / "changed/deploy/env/dev/shop.yaml").open("a") as layer:
        layer.write("image: {tag: latest}\n")
    for text in "12":
        (folder / "landed/apps/shop/a.ts").write_text(text)
        _git(folder / "landed", "commit", "--quiet", "--all", "--message=Code")
    _git(folder / "rewound", "reset", "--quiet", "--hard", "HEAD~1")
    share = f"{folder}/kept/share.json"
    one = ("check", "--shard", "1/1", "--no-cache", "--output-format", "json", "--output-file", share)
    started(folder / "web-core", one)
    _forget()


def _forget() -> None:
    """Let no run find what one before it has worked out already: what is remembered is not called."""
    for module in _modules():
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _check_out_sparsely(origin: Path, target: Path) -> None:
    """Clone a repository in which some files are neither on disk nor in the clone."""
    _git(origin, "config", "uploadpack.allowFilter", "true")
    clone = ("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{origin}", str(target))
    _git(origin, "-c", "protocol.file.allow=always", *clone)
    _git(target, "sparse-checkout", "set", "--no-cone", "/deploy/", "/.gitopslint.yaml")
    _git(target, "checkout", "--quiet")


def _git(where: Path, *words: str) -> None:
    subprocess.run(("git", *words), cwd=where, env=clean_git_environment(), check=True)


def _calls(folder: Path) -> dict[str, str]:
    """Return the first run in which each function of ours is called, in whichever thread."""
    loaders = {(one.file, one.line): str(one) for one in all_loaders()}
    found: dict[str, str] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            place = frame.f_code.co_filename, frame.f_code.co_firstlineno
            if place in loaders:
                found.setdefault(loaders[place], name)

    for number, name in enumerate(SCENES):
        reports = folder / f"reports-{number}"
        reports.mkdir()
        threading.setprofile(note)
        sys.setprofile(note)
        try:
            run(folder, name, reports)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
    return found


def run(folder: Path, name: str, reports: Path) -> int:
    """Run one of the scenes, with a report in every format where it makes reports, and return its exit code."""
    where, words = SCENES[name]
    if "--cache-dir" in words:  # each run finds what the first one kept
        shutil.copytree(folder / words[-1], reports / "cache", dirs_exist_ok=True)
        words = (*words[:-1], str(reports / "cache"))
    return started(folder / where, (*words, *_reports(words, reports)))


def started(where: Path, words: tuple[str, ...]) -> int:
    """Run a command in a folder."""
    before = Path.cwd()
    os.chdir(where)
    try:
        return main(words)
    finally:
        os.chdir(before)


def _reports(words: tuple[str, ...], folder: Path) -> Iterator[str]:
    if words[0] == "check" and "--diff" not in words:
        for form in FORMATS:
            yield from ("--report", f"{form}={folder}/report.{form}")


def breaking(loader: Loader, set_attribute: Callable[[Any, str, Any], None]) -> Callable[[], bool]:
    """Let a loader raise an error whose text nobody may see. Returns what tells whether it was called."""
    called = False

    def broken(*_: object, **__: object) -> Any:
        nonlocal called
        called = True
        raise KeyError(SECRET)

    module = importlib.import_module(loader.module)
    if loader.owner:
        owner = getattr(module, loader.owner)
        kind = vars(owner)[loader.name]
        instead: object = broken
        if isinstance(kind, property):
            instead = kind.setter(broken) if loader.sets else kind.getter(broken)
        elif isinstance(kind, cached_property):
            instead = property(broken)
        elif isinstance(kind, staticmethod | classmethod):
            instead = staticmethod(broken)
        set_attribute(owner, loader.name, instead)
    else:
        _in_all_modules(getattr(module, loader.name), broken, set_attribute)
    return lambda: called


def _in_all_modules(function: Any, instead: Any, set_attribute: Callable[[Any, str, Any], None]) -> None:
    """Put another function in the place of one, under every name by which a module knows it.

    All modules are loaded first: one that came later would learn the broken function, and keep it.
    """
    for module in _modules():
        for known, value in list(vars(module).items()):
            if value is function:
                set_attribute(module, known, instead)


@cache
def _modules() -> tuple[ModuleType, ...]:
    """Load all modules of the program but the one that starts it."""
    paths = (path.relative_to(LOADERS.parent).with_suffix("") for path in LOADERS.parent.rglob("*.py"))
    names = (".".join(("gitopslint", *path.parts)).removesuffix(".__init__") for path in paths)
    return tuple(importlib.import_module(name) for name in names if not name.endswith(".__main__"))


def calls(folder: Path) -> Mapping[str, str]:
    """Return the first run in which each function is called, as `make_scenes` noted."""
    found: dict[str, str] = json.loads((folder / "calls.json").read_text())
    return found


if __name__ == "__main__":
    make_scenes(Path(sys.argv[1]))
