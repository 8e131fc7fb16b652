"""Ways to break what the history and the platform hold: rule → named landings, or edits of one of two repositories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gitopslint.engine.pairs import CLEAN_PLATFORM, COMMIT, PairExample
from gitopslint.loaders.history import Told
from tests.mutation.breaks import DEV, ENV_PROD, PROD, REPOSITORY, text

SHA = {n: f"{n}a{n}b{n}c{n}d{n}e{n}f" for n in range(1, 6)}


def at(tag: str, digest: str = "") -> str:
    """Return a release layer."""
    more = f"  digest: {digest}\n" if digest else ""
    return f"image:\n  repository: {REPOSITORY}\n  tag: {tag}\n{more}"


def built(number: int) -> Told:
    """Land a commit from which an image is built."""
    return Told({f"apps/shop/{number}.ts": str(number)}, SHA[number], f"Code {number}")


def tag(number: int) -> str:
    """Return a tag that carries the commit `built(number)`."""
    return f"{SHA[number]}-r{number}"


def _variants(*endings: str) -> list[str]:
    return [f"{SHA[1]}{ending}" for ending in endings]


_ENDINGS = ("-r1", "", "-r2", "-b7", "-c1", "-d1", "-x", "-rc1", "-0", "-build9")

HISTORY: dict[str, dict[str, Sequence[Told]]] = {
    "simultaneous-promotion": {
        f"both get {one} at once": (built(1), Told({DEV: at(one), PROD: at(one)}, subject="release"))
        for one in _variants(*_ENDINGS)
    },
    "skipped-environment": {
        f"prod gets {one} alone": (built(1), Told({PROD: at(one)}, subject="release")) for one in _variants(*_ENDINGS)
    },
    "divergent-promotion": {
        f"dev runs {one}{of[0]}, prod {one}{of[1]}": (
            built(1),
            Told({DEV: at(one + of[0])}, subject="release(dev)"),
            Told({PROD: at(one + of[1])}, subject="release(prod)"),
        )
        for one in _variants("-r1", "")
        for of in (("-dev", ""), ("-dev", "-prod"), ("_dev", ""), (".dev", ""), ("_dev", "_prod"))
    },
    "mixed-release": {
        f"with {path}": (built(1), Told({DEV: at(tag(1)), path: content}, subject="release(dev)"))
        for path, content in {
            "README.md": "x",
            "docs/a.md": "x",
            "deploy/charts/web-app/values.yaml": "replicas: 2\n",
            ENV_PROD: text(ENV_PROD) + "replicas: 2\n",
            "package.json": "{}",
            ".gitignore": "x",
            "Makefile": "x",
            "apps/blog/a.ts": "x",
            "packages/ui/a.ts": "x",
            "deploy/jobs/a.yaml": "a: 1\n",
        }.items()
    },
    "release-with-source": {
        f"with {path}": (built(1), Told({DEV: at(tag(1)), f"apps/shop/{path}": "x"}, subject="release(dev)"))
        for path in (
            "a.ts",
            "b/c.ts",
            "package.json",
            "Dockerfile",
            "src/x.tsx",
            ".env.example",
            "README.md",
            "a b",
            "é.ts",
            "x/y/z/w",
        )
    },
    "rollback": {
        f"{env} goes back": (
            built(1),
            Told({DEV: at(tag(1))}, subject="release"),
            Told({PROD: at(tag(1))}, subject="promote"),
            Told({path: text(path)}, subject="back"),
        )
        for env, path in {"dev": DEV, "prod": PROD}.items()
    },
    "unknown-tag-commit": {
        f"dev runs {one}": (built(1), Told({DEV: at(one)}, subject="release(dev)"))
        for one in (
            "dddddddddddd-r1",
            "eeeeeee",
            "f00d123-r2",
            "main-abcdef0",
            "abcdef0123456",
            "v1.2.3-4-gabcdef0",
            "sha-abcdef0",
            SHA[1][:10] + "ff",
            "deadbeefcafe-r1",
            "0badc0de1-r9",
        )
    },
    "reused-tag": {
        f"{env} runs another digest under {one}": (
            built(1),
            Told({path: at(one, "sha256:" + "a" * 64)}, subject="release"),
            Told({path: at(one, "sha256:" + "b" * 64)}, subject="again"),
        )
        for env, path in {"dev": DEV}.items()
        for one in _variants(*_ENDINGS)
    },
}


class Pair(NamedTuple):
    """An edit of one repository, and from which of the two it is looked at."""

    example: PairExample


REF, VERSION = "docker/web-shop/WEB_CORE_REF", "docker/web-shop/VERSION"
SECRETS = "secrets/shop-dev.yaml"


def in_platform(files: Mapping[str, str | None], past: Sequence[Mapping[str, str | None]] = ()) -> Pair:
    """Edit the platform, and look at it from there."""
    return Pair(PairExample("platform", {}, files, past))


def in_product(product: Mapping[str, str | None], platform: Mapping[str, str | None]) -> Pair:
    """Edit both, and look at them from the product."""
    return Pair(PairExample("product", product, platform))


_MANIFEST = str(CLEAN_PLATFORM[SECRETS])
_PLAIN = _MANIFEST.partition("sops:")[0]
_CIPHER = _MANIFEST.partition("DATABASE_URI: ")[2].partition("\n")[0]


def _lost(env: str) -> dict[str, dict[str, str | None]]:
    """Return ways in which the Secret of an environment is not there."""
    path = f"secrets/shop-{env}.yaml"
    manifest = str(CLEAN_PLATFORM[path])
    return {
        "the file is gone": {path: None},
        "another name": {path: manifest.replace(f"name: shop-{env}-env", "name: other")},
        "another namespace": {path: manifest.replace(f"namespace: shop-{env}", "namespace: other")},
        "another kind": {path: manifest.replace("kind: Secret", "kind: ConfigMap")},
    }


PAIRS: dict[str, dict[str, Pair]] = {
    "malformed-ref": {
        f"the ref is {one!r}": in_platform({REF: one})
        for one in (
            "main\n",
            COMMIT[:12] + "\n",
            COMMIT.upper() + "\n",
            COMMIT + "0\n",
            "v1.2.3\n",
            "",
            "\n",
            f"{COMMIT} {COMMIT}\n",
            "HEAD\n",
            "refs/heads/main\n",
        )
    },
    "unknown-ref": {
        f"the ref is {one[:12]}": in_platform({REF: one + "\n", VERSION: f"{one[:12]}-r3\n"})
        for one in (c * 40 for c in "123456789a")
    },
    "version-ref-mismatch": {
        f"the version is {one}": in_platform({VERSION: one + "\n"})
        for one in (
            "aaaaaaaaaaaa-r3",
            "bbbbbbb",
            "ccccccc-r1",
            "main-ddddddd",
            "sha-eeeeeee",
            "v1.2.3-4-gfffffff",
            "abcdef012345",
            "1a1b1c1d1e-r3",
            "4f9d2c7b81af-r3",
            "4f9d2c8-r3",
        )
    },
    "unbuilt-release": {
        f"{env} runs {one}": in_product({f"deploy/env/release-{env}/shop.yaml": at(one)}, {})
        for env in ("dev", "prod")
        for one in ("4f9d2c7b81ae-r4", "4f9d2c7b81ae", "4f9d2c7b81ae-r33", "main-4f9d2c7b81ae", "4f9d2c7")
    },
    "unresolved-secret-ref": {
        f"no Secret of {env}: {what}": in_product({}, files)
        for env in ("dev", "prod")
        for what, files in _lost(env).items()
    },
    "unencrypted-secret": {
        "no sops block": in_platform({SECRETS: _PLAIN.replace(_CIPHER, "hunter2")}),
        "a leaf in plain": in_platform({SECRETS: _MANIFEST.replace(_CIPHER, "hunter2", 1)}),
        "a second leaf in plain": in_platform({SECRETS: _MANIFEST.replace("sops:", "  SECOND: hunter2\nsops:")}),
        "a new file in plain": in_platform(
            {"secrets/new.yaml": _PLAIN.replace(_CIPHER, "hunter2").replace("shop-dev-env", "shop-dev-new")},
        ),
        "data in base64": in_platform({SECRETS: _PLAIN.replace("stringData", "data").replace(_CIPHER, "aHVudGVyMg==")}),
        "a number in plain": in_platform({SECRETS: _MANIFEST.replace(_CIPHER, "12345678", 1)}),
        "a quoted leaf": in_platform({SECRETS: _MANIFEST.replace(_CIPHER, '"hunter2"', 1)}),
        "half a ciphertext": in_platform({SECRETS: _MANIFEST.replace(_CIPHER, _CIPHER[:40], 1)}),
        "a file in flow style": in_platform(
            {
                SECRETS: "{apiVersion: v1, kind: Secret, metadata: {name: shop-dev-env, namespace: shop-dev}, stringData: {DATABASE_URI: hunter2}}\n"
            }
        ),
        "a folded leaf": in_platform({SECRETS: _MANIFEST.replace(_CIPHER, ">-\n    hunter2", 1)}),
    },
    "unused-secret": {
        f"a Secret {name}": in_platform({f"secrets/{name}.yaml": _MANIFEST.replace("shop-dev-env", name)})
        for name in (
            "other",
            "old-shop",
            "shop-dev-env-2",
            "backup",
            "x",
            "legacy.db",
            "a-b-c",
            "tmp",
            "postgres",
            "redis",
        )
    },
    "reused-version": {
        f"the version {one} meant another commit before": in_platform(
            {REF: COMMIT + "\n", VERSION: one + "\n"},
            past=[{REF: "a" * 40 + "\n", VERSION: one + "\n"}, {REF: COMMIT + "\n", VERSION: one + "\n"}],
        )
        for one in ("4f9d2c7b81ae-r3", "4f9d2c7b81ae", "4f9d2c7-r1", "sha-4f9d2c7b81ae", "main-4f9d2c7b81ae")
    },
    "missing-secret-key": {
        f"the key {key} is asked for in {env}": in_product(
            {
                f"deploy/env/{env}/shop.yaml": text(f"deploy/env/{env}/shop.yaml")
                + f"x: {{secretKeyRef: {{name: shop-{env}-env, key: {key}}}}}\n"
            },
            {},
        )
        for env in ("dev", "prod")
        for key in ("NONE", "database_uri", "DATABASE_URL", "a.b", "X-Y")
    },
}
