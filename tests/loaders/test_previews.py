"""Environments for previews, which `init` leaves out of the promotion."""

from __future__ import annotations

from gitopslint.loaders import yaml
from gitopslint.loaders.path_patterns import Guess
from gitopslint.loaders.previews import without_previews


def remaining(*environments: str) -> tuple[list[str | None], tuple[str, ...]]:
    """Return the environments that stay, and those that are left out, where no file says which build runs."""
    found = [Guess(f"apps/shop/{one}.yaml", "apps/{app}/{env}.yaml", "shop", one) for one in environments]
    kept, previews = without_previews(found, {one.path: yaml.parse(one.path, b"a: 1\n") for one in found})
    return [one.environment for one in kept], previews


def test_two_environments_remain() -> None:
    """A preview is left out beside two others, and stays beside one, which alone would be promoted to from nowhere."""
    assert remaining("dev", "preview", "prod") == (["dev", "prod"], ("preview",))
    assert remaining("preview", "prod") == (["preview", "prod"], ())
