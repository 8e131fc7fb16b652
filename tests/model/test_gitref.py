"""What a file that names one commit must hold."""

from __future__ import annotations

import pytest

from gitopslint.model.gitref import full_id, ref_fault, short_id

SHA = "4f9d2c7b81ae5d0c3e6f9a8b7c6d5e4f3a2b1c0d"
FAULTS = {
    "whole": (SHA, None),
    "with a line feed": (SHA + "\n", None),
    "sha-256": ("ab" * 32 + "\n", None),
    "empty": ("", "it is empty"),
    "blank": (" \n", "it is empty"),
    "a branch": ("main\n", "'main' is the name of a branch or tag, which moves"),
    "a remote branch": ("origin/feature-x", "'origin/feature-x' is the name of a branch or tag, which moves"),
    "a tag": ("v1.4.2\n", "'v1.4.2' is the name of a branch or tag, which moves"),
    "short": (SHA[:12], "it is a short id of 12 characters, and a full one has 40 or 64"),
    "a character too many": (SHA + "0", "it is hex text of 41 characters, and a full one has 40 or 64"),
    "a character less": (SHA[:-1], "it is a short id of 39 characters, and a full one has 40 or 64"),
    "upper case": (SHA.upper(), "it is in upper case, so a comparison of texts fails"),
    "short upper case": ("ABCDEF1", "it is a short id of 7 characters, and a full one has 40 or 64"),
    "the null id": ("0" * 40 + "\n", "it is the null id, which stands for no commit"),
    "windows": (SHA + "\r\n", "its line ends with a carriage return (CRLF)"),
    "a blank before": (" " + SHA, "it has blanks around or inside it"),
    "a tab behind": (SHA + "\t\n", "it has blanks around or inside it"),
    "a mark": ("\ufeff" + SHA, "it starts with a byte order mark"),
    "two lines": (f"{SHA}\n{SHA}\n", "it has 2 lines"),
    "an empty line": (SHA + "\n\n", "it has an empty line"),
    "no hex": (SHA[:-1] + "g", f"'{SHA[:-1]}g' is no commit id"),
    "a range": ("main..HEAD", "'main..HEAD' is the name of a branch or tag, which moves"),
    "Cyrillic": ("а" * 40, "it holds characters that no commit id has"),
    "quotes": (f'"{SHA}"\n', "it has more than the commit id on its line"),
    "a comment behind": (f"{SHA} # of today\n", "it has more than the commit id on its line"),
    "an assignment": (f"WEB_CORE_REF={SHA}\n", "it has more than the commit id on its line"),
    "two on a line": (f"{SHA} {SHA}", "it has blanks around or inside it"),
    "an option": ("--upload-pack=x", "'--upload-pack=x' is no commit id"),
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.values(), ids=FAULTS)
def test_fault(text: str, fault: str | None) -> None:
    """One line with one full id; everything else is named for what it is."""
    assert ref_fault(text) == fault
    assert full_id(text) == (text.removesuffix("\n") if fault is None else None)


def test_length_of_the_repository() -> None:
    """Where the product is at hand, its own ids tell how long one is."""
    assert ref_fault("ab" * 32, (40,)) == "it is hex text of 64 characters, and a full one has 40"
    assert ref_fault(SHA, (64,)) == "it is hex text of 40 characters, and a full one has 64"


def test_short_id() -> None:
    """What a fix may write out: the beginning of an id, in whatever case and between whatever blanks."""
    assert short_id(" ABCDEF1\r\n") == "abcdef1"
    assert short_id("main") is None
    assert short_id("abc") is None
