"""Where images are set, as `init` proposes it."""

from __future__ import annotations

from gitopslint.loaders import yaml
from gitopslint.loaders.image_places import proposed
from gitopslint.model.document import Node


def root(text: str) -> Node:
    """Return the top of a values file."""
    return yaml.parse("values.yaml", text.encode()).root


def test_the_order_of_images() -> None:
    """The most frequent comes first; those that are as frequent stand in the order of their keys."""
    texts = ("zeta: {image: r/zeta:1}\n", "alpha: {image: r/alpha:1}\n", "web: {image: r/web:1}\n")
    found, _ = proposed([(root(text), ()) for text in (*texts, texts[-1])], ())
    assert [one.keys for one in found] == [(("reference", f"{name}.image"),) for name in ("web", "alpha", "zeta")]
