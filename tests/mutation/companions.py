"""Why some rules speak where another one is broken."""

from __future__ import annotations

COMPANIONS: dict[str, dict[str, str]] = {
    "retyped-tag": {
        "untraceable-tag": "what would be deployed is a number, and unless its digits are those of a commit it carries none"
    },
    "image-outside-release": {
        "overlapping-layers": "where a layer sets the image beside the release layer, the order decides which one counts"
    },
    "crossed-layers": {
        "overlapping-layers": "two layers of the same rank are loaded, and both set the same values",
        "foreign-secret-ref": "the layer of the other environment, where it comes last, brings in its Secret",
    },
    "divergent-promotion": {
        "untraceable-tag": "a commit with `_dev` or `.dev` behind it has none of the forms that the contract declares"
    },
    "release-with-source": {
        "mixed-release": "sources are no release layer",
        "stale-release": "the released build was made before the sources that landed with it",
    },
    "unencrypted-secret": {"unused-secret": "the new Secret that is not encrypted is not referred to, either"},
}
"""By the rule that an edit breaks: each other rule that may speak of the same edit, since it breaks that one as well."""
