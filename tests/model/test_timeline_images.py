"""Images of a timeline, as a report may call them."""

from __future__ import annotations

import pytest

from gitopslint.model.timeline import ABSENT, CORRUPT, UNREAD, Image
from tests.support.fleet import TOKEN

DIGEST = "sha256:" + "a" * 64
IMAGES = {
    "a tag": Image("image", "r.io/a", "v1", DIGEST),
    "a digest": Image("image", "r.io/a", None, DIGEST),
    "a credential for a tag": Image("image", "r.io/a", TOKEN),
    "a credential for a digest": Image("image", None, None, TOKEN),
    "a placeholder": Image("placeholder", None, "TBD"),
    "a placeholder with a credential": Image("placeholder", None, TOKEN),
    "no tag": Image("placeholder"),
    "absent": ABSENT,
    "corrupt": CORRUPT,
    "unread": UNREAD,
}


@pytest.mark.parametrize("image", IMAGES.values(), ids=IMAGES)
def test_label(image: Image) -> None:
    """What an image is called is what it is called when no part of it may give anything away."""
    assert image.label == str(image.presentable)
    assert TOKEN not in image.label
