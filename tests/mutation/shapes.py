"""More ways to break what the history and the platform hold: shapes of history, other places, other forms."""

from __future__ import annotations

from collections.abc import Sequence

from gitopslint.engine.pairs import CLEAN_PLATFORM, COMMIT
from gitopslint.loaders.history import Told
from tests.mutation.breaks import DEV, PROD, Files, text
from tests.mutation.landings import REF, SHA, VERSION, Pair, at, built, in_platform, in_product, tag


def _soak(length: str) -> Files:
    return {".gitopslint.yaml": f"minimum_soak: {length}\n"}


def _promoted(hours: int, number: int = 1) -> Sequence[Told]:
    """Release a build to dev, and promote it some hours later."""
    return (
        built(number),
        Told({DEV: at(tag(number))}, subject="release(dev)"),
        Told({PROD: at(tag(number))}, subject="promote(prod)", hours=hours),
    )


def _through(*numbers: int) -> list[Told]:
    """Release builds one after the other, each to dev and then to prod."""
    return [
        one
        for number in numbers
        for one in (
            built(number),
            Told({DEV: at(tag(number))}, subject="release(dev)"),
            Told({PROD: at(tag(number))}, subject="promote(prod)"),
        )
    ]


_BACK = {"dev": Told({DEV: text(DEV)}, subject="back"), "prod": Told({PROD: text(PROD)}, subject="back")}
_WORKSPACE = {
    "package.json": '{"name": "root", "workspaces": ["apps/*", "packages/*"]}',
    "apps/shop/package.json": '{"name": "shop", "dependencies": {"ui": "*"}}',
    "packages/ui/package.json": '{"name": "ui", "dependencies": {"core": "*"}}',
    "packages/core/package.json": '{"name": "core"}',
}


def _after_release(**files: str | None) -> Sequence[Told]:
    """Change files after the release of a workspace."""
    return (
        Told({**_WORKSPACE, "apps/shop/a.ts": "1"}, SHA[1], "Begin a workspace"),
        Told({DEV: at(tag(1))}, subject="release(dev)"),
        Told(dict(files), subject="Change"),
    )


MORE_HISTORY: dict[str, dict[str, Sequence[Told]]] = {
    "rollback": {
        "dev goes back two builds": (*_through(1, 2), _BACK["dev"]),
        "prod goes back two builds": (*_through(1, 2), _BACK["prod"]),
        "dev goes back one of two builds": (*_through(1, 2), Told({DEV: at(tag(1))}, subject="back")),
        "prod goes back one of two builds": (*_through(1, 2), Told({PROD: at(tag(1))}, subject="back")),
        "both go back at once": (*_through(1), Told({DEV: text(DEV), PROD: text(PROD)}, subject="back")),
        "prod goes back before dev": (*_through(1), _BACK["prod"], _BACK["dev"]),
        "back in flow style": (
            *_through(1, 2),
            Told({PROD: f"image: {{repository: registry.example.com/shop, tag: {tag(1)}}}\n"}, subject="back"),
        ),
        "back within the hour": (*_through(1), Told({PROD: text(PROD)}, subject="back", hours=0)),
    },
    "foreign-tag-commit": {
        f"{one} was built before it landed": (Told({DEV: at(one)}, subject="release(dev)"), built(1))
        for one in (
            *(f"{SHA[1]}{ending}" for ending in ("-r1", "", "-b7", "-rc1", "-0")),
            SHA[1][:7],
            f"{SHA[1][:9]}-r1",
            f"sha-{SHA[1]}",
            f"main-{SHA[1]}",
            f"v1.2.3-4-g{SHA[1]}",
        )
    },
    "stale-release": {
        "a file of the app": _after_release(**{"apps/shop/b.ts": "x"}),
        "a file in a folder": _after_release(**{"apps/shop/src/x/b.ts": "x"}),
        "a changed file": _after_release(**{"apps/shop/a.ts": "2"}),
        "a file that is gone": _after_release(**{"apps/shop/a.ts": None}),
        "a renamed file": _after_release(**{"apps/shop/a.ts": None, "apps/shop/b.ts": "1"}),
        "its manifest": _after_release(**{"apps/shop/package.json": '{"name": "shop", "dependencies": {"ui": "1"}}'}),
        "a package": _after_release(**{"packages/ui/b.ts": "x"}),
        "a package of a package": _after_release(**{"packages/core/b.ts": "x"}),
        "the manifest of the workspace": _after_release(
            **{"package.json": '{"name": "root", "workspaces": ["apps/*", "packages/*"], "overrides": {"a": "1"}}'}
        ),
        "two landings": (*_after_release(**{"apps/shop/b.ts": "x"}), Told({"apps/shop/c.ts": "x"}, subject="More")),
    },
}
SOAK: dict[str, tuple[Files, Sequence[Told]]] = {
    f"{hours} hours of {length}": (_soak(length), _promoted(hours))
    for length, hours in (
        ("24h", 1),
        ("24h", 23),
        ("1d", 12),
        ("2d", 47),
        ("2w", 24),
        ("90m", 1),
        ("1w", 167),
        ("48h", 0),
        ("30m", 0),
        ("100d", 99),
    )
}


def _secret(env: str, old: str, new: str) -> Pair:
    path = f"secrets/shop-{env}.yaml"
    manifest = str(CLEAN_PLATFORM[path])
    assert old in manifest
    return in_product({}, {path: manifest.replace(old, new)})


MORE_PAIRS: dict[str, dict[str, Pair]] = {
    "unresolved-secret-ref": {
        "the name in capitals": _secret("prod", "name: shop-prod-env", "name: Shop-Prod-Env"),
        "the name with an ending": _secret("dev", "name: shop-dev-env", "name: shop-dev-env2"),
    },
    "reused-version": {
        f"{one}: {shape}": in_platform(
            {REF: COMMIT + "\n", VERSION: now + "\n"},
            past=[
                *({REF: ref + "\n", VERSION: name + "\n"} for ref, name in past),
                {REF: COMMIT + "\n", VERSION: now + "\n"},
            ],
        )
        for one, shape, now, past in (
            (
                "r3",
                "two commits before",
                "4f9d2c7b81ae-r3",
                (("a" * 40, "4f9d2c7b81ae-r3"), ("b" * 40, "4f9d2c7b81ae-r3")),
            ),
            ("r3", "long before", "4f9d2c7b81ae-r3", (("a" * 40, "4f9d2c7b81ae-r3"), ("b" * 40, "b" * 12))),
            ("r4", "with a number", "4f9d2c7b81ae-r4", (("a" * 40, "4f9d2c7b81ae-r4"),)),
            ("b1", "with another ending", "4f9d2c7b81ae-b1", (("c" * 40, "4f9d2c7b81ae-b1"),)),
            ("g", "as git describes", "v1.2.3-4-g4f9d2c7b81ae", (("a" * 40, "v1.2.3-4-g4f9d2c7b81ae"),)),
        )
    },
}
