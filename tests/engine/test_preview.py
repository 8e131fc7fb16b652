"""What a change would make of a file is shown without the secrets around it."""

from __future__ import annotations

from gitopslint.engine.preview import previews
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract
from tests.support.runs import CLEAN

PATH = "deploy/env/dev/shop.yaml"


def test_values_that_helm_drops_are_masked_too() -> None:
    """Each of several values under one key may be a secret, in a list as well; what is none is shown."""
    before = b"a: 1\ndb:\n  password: summer2024\n  password: winter2025\n  password: spring2026\n"
    after = b"a: 2\nusers:\n- password: autumn2027\n  password: one\n"
    ((path, old, new),) = previews(Product(MemoryTree(CLEAN), Contract()), {PATH: (before, after)})
    assert path == PATH
    assert old.lines == ("a: 1", "db:", *("  password: **********",) * 3, "")
    assert new.lines == ("a: 2", "users:", "- password: **********", "  password: ***", "")


def test_text_that_is_no_yaml() -> None:
    """There it is the shape of a secret, or the name before it, that tells it."""
    data = b"password=summer2024\nport=8080\n"
    ((_, old, new),) = previews(Product(MemoryTree(CLEAN), Contract()), {"a.conf": (data, b"port=1\n")})
    assert old.lines == ("password=**********", "port=8080", "")
    assert new.lines == ("port=1", "")
