"""Images whose keys moved within a file: what is the same key elsewhere, and what is a copy."""

from __future__ import annotations

import pytest

from gitopslint.loaders.rekeyed import followed
from gitopslint.loaders.versions import Versions

DEV, PROD = ("dev", "tag"), ("prod", "tag")

# Versions of a file, and the tag that prod is read to have had in each.
CASES = {
    "prod gets what dev has still": (
        ["dev: {tag: t1}\n", "dev: {tag: t1}\nprod: {tag: t1}\n"],
        [None, "t1"],
    ),
    "prod gets what dev had until then": (
        ["dev: {tag: t1}\n", "dev: {tag: t2}\nprod: {tag: t1}\n"],
        [None, "t1"],
    ),
    "the key moved": (
        ["dev: {tag: t1}\nlive: {image: t1}\n", "dev: {tag: t1}\nprod: {tag: t1}\n"],
        ["t1", "t1"],
    ),
    "the key moved, and one place has the same names in another order": (
        ["dev: {tag: t1}\nold: {prod: {tag: t1}, tag: {prod: t1}}\n", "dev: {tag: t1}\nprod: {tag: t1}\n"],
        ["t1", "t1"],
    ),
}


@pytest.mark.parametrize(("texts", "tags"), CASES.values(), ids=CASES)
def test_followed(texts: list[str], tags: list[str | None]) -> None:
    """A value under a key that is still in use was copied from there, and has not moved."""
    data: list[bytes | None] = [text.encode() for text in texts]
    readings = [Versions("v.yaml", [DEV, PROD]).read(text.encode()) for text in texts]
    read, carried = followed("v.yaml", data, readings, [{"tag": PROD}])
    assert [None if one is None else one.get(PROD, (None, None))[1] for one in read] == tags
    assert carried == set()
