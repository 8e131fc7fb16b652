"""Every loader, one by one: what there is to break, how it is broken, and which run would notice."""

from __future__ import annotations

import ast
import importlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from gitopslint.cli import main
from gitopslint.cli.output import FORMATS
from tests.support.attempts import application_set
from tests.support.pairs import RealPair
from tests.support.project import ROOT

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
    "k/kustomization.yaml": "resources: [s.yaml]\nsecretGenerator: [{name: x, literals: [a=b]}]\n",
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
    "the product": ("web-core", ("check", "--platform", "../synestra-platform", "--no-cache")),
    "the platform": ("synestra-platform", ("check", "--product", "../web-core", "--no-cache")),
    "a change": ("web-core", ("check", "--base", "HEAD~1", "--new-only", "--no-cache")),
    "the index": ("web-core", ("check", "--staged", "--no-cache")),
    "a second run": ("web-core", ("check", "--cache-dir", "kept")),
    "a run after a change": ("changed", ("check", "--cache-dir", "kept-too")),
    "a change of the platform": ("synestra-platform", ("check", "--base", "HEAD~1", "--no-cache")),
    "two processes": ("web-core", ("check", "--platform", "../synestra-platform", "--jobs", "2", "--no-cache")),
    "a folder": ("plain", ("check", "--no-cache")),
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
"""Runs by name: the folder in which, and the words. The first in which a loader is called is the one that must notice."""


class Loader(NamedTuple):
    """A public function of a loader, or a public method or property of one of its classes."""

    module: str
    owner: str
    name: str

    def __str__(self) -> str:
        return ".".join(part for part in (self.module, self.owner, self.name) if part)


def all_loaders() -> Iterator[Loader]:
    """Yield everything that another module may call. Protocols only say what others have."""
    for path in sorted(LOADERS.rglob("*.py")):
        module = ".".join(("gitopslint", *path.relative_to(LOADERS.parent).with_suffix("").parts))
        for node in ast.parse(path.read_bytes()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield Loader(module, "", node.name)
            elif isinstance(node, ast.ClassDef) and "Protocol" not in map(ast.unparse, node.bases):
                for below in node.body:
                    if isinstance(below, ast.FunctionDef) and not below.name.startswith("_"):
                        yield Loader(module, node.name, below.name)


def make_scenes(folder: Path) -> None:
    """Make the repositories in which loaders are broken, and what an earlier run would have kept."""
    pair = RealPair(folder, "shop")
    pair.product.commit("Much to load", PRODUCT)
    lock = PRODUCT["package-lock.json"].replace('"name": "shop"', '"name": "shop", "dependencies": {"a": "1"}')
    newer = pair.product.commit("Code", {"apps/shop/a.ts": "2", "package-lock.json": lock})[:12] + "-r2"
    layer = "deploy/env/release-dev/shop.yaml"
    pair.product.commit("release(dev): shop", {layer: pair.of("shop", layer, "dev").replace(pair.tag, newer)})
    for other in ("plain", "bare"):
        shutil.copytree(pair.product.path, folder / other, ignore=shutil.ignore_patterns(".git"))
    (folder / "bare/.gitopslint.yaml").unlink()
    (folder / "wrong").mkdir()
    (folder / "wrong/.gitopslint.yaml").write_text("rules: {mutable-tagg: {}}\nlayers: 3\nlayrs: 3\nrelease_comit: 1\n")
    shutil.copytree(pair.product.path, folder / "changed")
    (folder / "calls.json").write_text(json.dumps(_calls(folder)))


def _calls(folder: Path) -> dict[str, str]:
    """Return the first run in which each function of ours is called."""
    found: dict[str, str] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and str(LOADERS) in code.co_filename:
            module = Path(code.co_filename).relative_to(LOADERS.parent.parent).with_suffix("").as_posix()
            found.setdefault(f"{module.replace('/', '.')}.{code.co_qualname}", name)

    for where, kept in (("web-core", "kept"), ("changed", "kept-too")):
        (folder / kept).mkdir(mode=0o700)
        started(folder / where, ("check", "--cache-dir", f"{folder}/{kept}", "--output-file", os.devnull))
    with (folder / "changed/deploy/env/dev/shop.yaml").open("a") as layer:
        layer.write("image: {tag: latest}\n")
    one = (
        "check",
        "--shard",
        "1/1",
        "--no-cache",
        "--output-format",
        "json",
        "--output-file",
        f"{folder}/kept/share.json",
    )
    started(folder / "web-core", one)
    for name in SCENES:
        sys.setprofile(note)
        try:
            run(folder, name, folder)
        finally:
            sys.setprofile(None)
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
        if isinstance(kind, property | cached_property):
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
    for path in LOADERS.parent.rglob("*.py"):
        parts = path.relative_to(LOADERS.parent).with_suffix("").parts
        if parts[-1] != "__main__":
            importlib.import_module(".".join(("gitopslint", *parts)).removesuffix(".__init__"))
    for name, module in list(sys.modules.items()):
        if name.startswith("gitopslint."):
            for known, value in list(vars(module).items()):
                if value is function:
                    set_attribute(module, known, instead)


def calls(folder: Path) -> Mapping[str, str]:
    """Return the first run in which each function is called, as `make_scenes` noted."""
    found: dict[str, str] = json.loads((folder / "calls.json").read_text())
    return found


if __name__ == "__main__":
    make_scenes(Path(sys.argv[1]))
