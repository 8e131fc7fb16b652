"""One repository, and how it came to stand like that."""

from __future__ import annotations

from gitopslint.loaders.history import Told
from tests.support.situations.kinds import Story

_ROOT = "deploy/env"


def _told(*releases: str, subject: str = "") -> Told:
    """Return a landing that gives environments a tag (`dev=tag`), or takes their layer away (`dev`)."""
    files: dict[str, str | bytes | None] = {}
    for one in releases:
        environment, _, tag = one.partition("=")
        path = f"{_ROOT}/release-{environment}/shop.yaml"
        files[path] = f"image:\n  repository: registry.example.com/shop\n  tag: {tag}\n" if tag else None
    return Told(files, subject=subject)


_THREE = "environments: [dev, stage, prod]\n"
_PROMOTION = ("promotion",)
HISTORIES = {
    "three environments in their order": Story(
        (_told("dev=a1b2c3d4e5f6-r1"), _told("stage=a1b2c3d4e5f6-r1"), _told("prod=a1b2c3d4e5f6-r1")),
        _PROMOTION,
        _THREE,
    ),
    "the one in the middle is passed over": Story(
        (
            _told("stage=4f9d2c7b81ae-r3"),
            _told("dev=a1b2c3d4e5f6-r1"),
            _told("prod=a1b2c3d4e5f6-r1"),
        ),
        _PROMOTION,
        _THREE,
    ),
    "the one in the middle has left": Story(
        (
            _told("stage=4f9d2c7b81ae-r3"),
            _told("stage"),
            _told("dev=a1b2c3d4e5f6-r1"),
            _told("prod=a1b2c3d4e5f6-r1"),
        ),
        _PROMOTION,
        _THREE,
    ),
    "the one in the middle leaves afterwards": Story(
        (
            _told("stage=4f9d2c7b81ae-r3"),
            _told("dev=a1b2c3d4e5f6-r1"),
            _told("prod=a1b2c3d4e5f6-r1"),
            _told("stage"),
        ),
        _PROMOTION,
        _THREE,
    ),
    "the one in the middle comes with the release": Story(
        (_told("dev=a1b2c3d4e5f6-r1"), _told("prod=a1b2c3d4e5f6-r1", "stage=4f9d2c7b81ae-r3")), _PROMOTION, _THREE
    ),
    "prod goes back, and a migration lies between": Story(
        (
            Told({"apps/shop/src/migrations/001.ts": "up\n"}, "a1b2c3d4e5f6"),
            _told("dev=a1b2c3d4e5f6-r1"),
            _told("prod=a1b2c3d4e5f6-r1"),
            _told("prod=4f9d2c7b81ae-r3", subject="Back"),
        ),
        ("rollback",),
    ),
    "an app enters an environment with its files": Story(
        (
            Told(
                {
                    f"{_ROOT}/release-dev/cart.yaml": "image: {repository: registry.example.com/cart, tag: a1b2c3d4e5f6-r1}\n",
                    f"{_ROOT}/dev/cart.yaml": "env: {APP_ENV: dev}\n",
                }
            ),
        ),
        ("mixed-release",),
    ),
    "and with files of another app": Story(
        (
            Told(
                {
                    f"{_ROOT}/release-dev/cart.yaml": "image: {repository: registry.example.com/cart, tag: a1b2c3d4e5f6-r1}\n",
                    f"{_ROOT}/dev/shop.yaml": "env: {APP_ENV: dev}\n",
                }
            ),
        ),
        ("mixed-release",),
    ),
    "a release with five other files": Story(
        (
            Told(
                {
                    f"{_ROOT}/release-dev/shop.yaml": "image: {repository: registry.example.com/shop, tag: a1b2c3d4e5f6-r1}\n",
                    **{f"docs/{number}.md": "text\n" for number in range(5)},
                }
            ),
        ),
        ("mixed-release",),
    ),
    "a tag that came back with another digest": Story(
        tuple(
            Told(
                {
                    f"{_ROOT}/release-dev/shop.yaml": (
                        f"image: {{repository: registry.example.com/shop, tag: a1b2c3d4e5f6-r1, digest: 'sha256:{digit * 64}'}}\n"
                    )
                }
            )
            for digit in "12"
        ),
        ("reused-tag",),
    ),
    "a whole reference under one key": Story(
        (Told({f"{_ROOT}/release-dev/shop.yaml": "image: registry.example.com/shop:0123456789ab-r1\n"}),),
        ("unknown-tag-commit",),
        "images: [{reference: image}]\n",
    ),
    "commits that nobody has": Story((_told("dev=0123456789ab-r1"),), ("unknown-tag-commit", "foreign-tag-commit")),
    "commits that are elsewhere, as the contract says": Story(
        (_told("dev=0123456789ab-r1"),),
        ("unknown-tag-commit", "foreign-tag-commit"),
        "commits: elsewhere\n",
    ),
}
