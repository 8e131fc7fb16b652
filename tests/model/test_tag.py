"""What tags say: the commit in them, and that nobody has filled them in yet."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.model.contract import Contract
from gitopslint.model.tag import (
    check_tag_pattern,
    commit_in,
    placeholder_repository,
    placeholder_tag,
    without_environment,
)

PATTERNS = Contract().tag_patterns
SHA = "4f9d2c7b81aef0123456789abcdef0123456789a"
SHA256 = SHA + "bcdef0123456789abcdef012"

# Tags under the patterns of the default contract, and the commit that they carry.
COMMITS = {
    "a commit": (SHA, SHA),
    "a commit of a sha256 repository": (SHA256, SHA256),
    "seven digits of it": ("4f9d2c7", "4f9d2c7"),
    "six digits": ("4f9d2c", None),
    "65 digits": (SHA256 + "0", None),
    "upper case": (SHA.upper(), None),
    "no hex": ("4f9d2cg", None),
    "behind a version": ("1.2.3-4f9d2c7", "4f9d2c7"),
    "before a number": ("4f9d2c7b81ae-r3", "4f9d2c7b81ae"),
    "from git describe": ("v1.2.3-14-g4f9d2c7", "4f9d2c7"),
    "behind sha-": ("sha-4f9d2c7", "4f9d2c7"),
    "behind a branch and sha-": ("main-sha-4f9d2c7", "4f9d2c7"),
    "in the middle": ("main-4f9d2c7-20240101", "4f9d2c7"),
    "behind a dot": ("1.2.3.4f9d2c7", "4f9d2c7"),
    "behind an underscore": ("1.2.3_4f9d2c7", "4f9d2c7"),
    "digits only": ("6801028", "6801028"),
    "the longest of two": ("4f9d2c7-4f9d2c7b81ae", "4f9d2c7b81ae"),
    "a digest behind": ("4f9d2c7@sha256:0", "4f9d2c7"),
    "only in the digest": ("1.2.3@sha256:4f9d2c7", None),
    "a version": ("1.2.3", None),
    "a date": ("20240101", None),
    "a time": ("202401011230", None),
    "a time to the second": ("20240101123059", None),
    "seconds since 1970": ("1704067200", None),
    "milliseconds since 1970": ("1704067200123", None),
    "a date behind a name": ("main-20240101", None),
    "a date before a commit": ("20240101-4f9d2c7", "4f9d2c7"),
    "a commit before a date": ("4f9d2c7-20240101", "4f9d2c7"),
    "no date of a calendar": ("20241301", "20241301"),
    "a name": ("latest", None),
    "a word of hex letters": ("deadbee", "deadbee"),
    "nothing": ("", None),
    "a line end": ("4f9d2c7\n", None),
}


@pytest.mark.parametrize(("tag", "expected"), COMMITS.values(), ids=COMMITS)
def test_commit_in(tag: str, expected: str | None) -> None:
    """The commit of a tag is found however CI writes it, and what reads as a date or a time is none."""
    assert commit_in(tag, PATTERNS) == expected


OWN = {
    "a number": ("b<n>-<sha>", "b17-4f9d2c7", "4f9d2c7"),
    "no number": ("b<n>-<sha>", "b-4f9d2c7", None),
    "a version": ("<version>_<sha>", "v1.2_4f9d2c7", "4f9d2c7"),
    "no version": ("<version>_<sha>", "main_4f9d2c7", None),
    "a dot is a dot": ("a.<sha>", "ax4f9d2c7", None),
    "a star is a star": ("a*-<sha>", "a*-4f9d2c7", "4f9d2c7"),
    "brackets are brackets": ("(x)[y]<sha>", "(x)[y]4f9d2c7", "4f9d2c7"),
    "no pattern for it": ("sha-<sha>", "4f9d2c7", None),
}


@pytest.mark.parametrize(("pattern", "tag", "expected"), OWN.values(), ids=OWN)
def test_patterns(pattern: str, tag: str, expected: str | None) -> None:
    """A pattern is literal text around its words."""
    check_tag_pattern(pattern)
    assert commit_in(tag, (pattern,)) == expected


@pytest.mark.parametrize("pattern", PATTERNS)
@given(st.from_regex(r"[0-9a-f]{7,40}", fullmatch=True), st.from_regex(r"[a-z][a-z0-9.]{0,9}", fullmatch=True))
@settings(max_examples=20)
def test_every_pattern_finds_the_commit(pattern: str, sha: str, name: str) -> None:
    """A tag made by a pattern of the default contract carries at least its commit, or one that reads as a date."""
    found = commit_in(pattern.replace("<sha>", sha).replace("<any>", name), PATTERNS)
    if found is None:
        assert re.fullmatch(r"(?:19|20|1)[0-9]+", sha)
    else:
        assert sha in found or len(found) >= len(sha)


BROKEN = {
    "no commit": ("v<version>", "'v<version>' must hold <sha> once"),
    "two commits": ("<sha>-<sha>", "must hold <sha> once"),
    "an unknown word": ("<branch>-<sha>", "holds <branch>; known are <sha>, <n>, <version>, <any>"),
    "an empty word": ("<>-<sha>", "holds <>; known are"),
}


@pytest.mark.parametrize(("pattern", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_patterns(pattern: str, message: str) -> None:
    """A pattern that says nothing about a commit is refused, with what it may hold."""
    with pytest.raises(ValueError, match=re.escape(message)):
        check_tag_pattern(pattern)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_default_patterns(pattern: str) -> None:
    """The patterns of the default contract are patterns."""
    check_tag_pattern(pattern)


PLACEHOLDERS = (
    "REPLACE_ME",
    "replace-me",
    "ReplaceMe",
    "REPLACE_WITH_SHA",
    "change-me",
    "CHANGE_THIS",
    "changeme",
    "set-me",
    "FILL_IN",
    "fixme",
    "FIXME",
    "your-tag",
    "YOUR_TAG_HERE",
    "insert-tag",
    "TODO",
    "TODO-tag",
    "TBD",
    "PLACEHOLDER",
    "XXX",
    "XXXX",
    "<tag>",
    "<>",
    "${TAG}",
    "$(TAG)",
    "{{ .tag }}",
    "__TAG__",
    "%TAG%",
    "@TAG@",
    "v${VERSION}",
    "1.2.3-<sha>",
)
ONLY_AS_TAGS = ("todo", "tbd", "tba", "placeholder", "xxx", "n/a", "na", "none", "None", "unset", "undefined", "...")
REAL = (
    "latest",
    "1.2.3",
    SHA,
    "todo-1.2.3",
    "tbdx",
    "replacement",
    "changemexico",
    "v1-fixmeup",
    "your",
    "setme2x",
    "TODOS",
    "xx",
    "nonesuch",
    "",
    "$",
    "{}",
    "a__b",
    "100%",
    "user@host",
    "insert",
    "x-replace-me-not",
)


@pytest.mark.parametrize("text", PLACEHOLDERS + ONLY_AS_TAGS)
def test_placeholder_tags(text: str) -> None:
    """A tag that nobody has filled in is known by its words or its brackets."""
    assert placeholder_tag(text)


@pytest.mark.parametrize("text", REAL)
def test_real_tags(text: str) -> None:
    """A tag that only sounds like one of those words is a tag."""
    assert not placeholder_tag(text)


REPOSITORIES = {
    "in the last part": ("registry.example.com/team/REPLACE_ME", True),
    "in the host": ("<registry>/team/app", True),
    "in the middle": ("registry.example.com/your-team/app", True),
    "over a slash": ("registry.example.com/{{ a/b }}/app", True),
    "an app named todo": ("registry.example.com/team/todo", False),
    "an app named placeholder": ("example/placeholder", False),
    "an app that replaces": ("registry.example.com/team/replacer", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize(("text", "expected"), REPOSITORIES.values(), ids=REPOSITORIES)
def test_placeholder_repositories(text: str, expected: bool) -> None:
    """A repository waits for its value in any part of its path; words that are names of apps do not count."""
    assert placeholder_repository(text) is expected


WITHOUT = {
    "behind a dash": ("main-r27-dev", "main-r27"),
    "behind an underscore": ("main_prod", "main"),
    "in front": ("prod-main-r27", "main-r27"),
    "with a digest behind": ("main-dev@sha256:ab", "main@sha256:ab"),
    "the longer of two environments": ("main-eu-prod", "main"),
    "nothing but the environment": ("-dev", "-dev"),
    "a single letter": ("a-dev", "a"),
    "not in the end": ("main-devel", "main-devel"),
    "of no environment": ("main-r27", "main-r27"),
}


@pytest.mark.parametrize(("tag", "expected"), WITHOUT.values(), ids=WITHOUT)
def test_without_environment(tag: str, expected: str) -> None:
    """What is left of a tag without the name of its environment, by the patterns of the default contract."""
    assert without_environment(tag, Contract().environment_tags, ("dev", "prod", "eu-prod")) == expected


TAG_PATTERNS = {
    "five words": ("<any>-<any>-<sha>-<n>.<version>", None),
    "six words": ("<any>-<any>-<any>-<sha>-<n>.<version>", "holds 6 words, and 5 are the most"),
    "no commit": ("<any>", "must hold <sha> once"),
    "two commits": ("<sha>-<sha>", "must hold <sha> once"),
    "an unknown word": ("<sha>-<x>", "holds <x>; known are <sha>, <n>, <version>, <any>"),
}


@pytest.mark.parametrize(("pattern", "mistake"), TAG_PATTERNS.values(), ids=TAG_PATTERNS)
def test_tag_pattern(pattern: str, mistake: str | None) -> None:
    """A pattern that cannot be used is refused with the reason."""
    if mistake is None:
        check_tag_pattern(pattern)
    else:
        with pytest.raises(ValueError, match=re.escape(mistake)):
            check_tag_pattern(pattern)


def test_the_longest_tag() -> None:
    """A commit is read from a tag of 128 characters, the most that a registry takes, and from none that is longer."""
    tag = "a" * 120 + "-4f9d2c7"
    assert commit_in(tag, ("<any>-<sha>",)) == "4f9d2c7"
    assert commit_in("a" + tag, ("<any>-<sha>",)) is None


HOSTILE = (
    "a-" * 100_000,
    "<" * 200_000,
    "${" * 100_000,
    "__A" * 70_000,
    "%A" * 100_000,
    "0" * 200_000,
    "a." * 60,
    "-a" * 64,
    "replace" * 30_000,
    "/" * 200_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{len(text)} of {text[:4]}")
def test_hostile_texts_take_no_time(text: str) -> None:
    """No text makes the patterns go back and forth in it."""
    start = time.perf_counter()
    assert commit_in(text, PATTERNS) is None
    placeholder_tag(text)
    placeholder_repository(text)
    assert time.perf_counter() - start < 2
