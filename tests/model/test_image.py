"""The grammar of image references, row by row as the distribution project tests it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.model.image import digest_fault, repository_fault, split_reference, tag_fault

HEX = "0123456789abcdef" * 4

REFERENCES = {
    "a name": ("nginx", ("nginx", None, None)),
    "a tag": ("nginx:1.27", ("nginx", "1.27", None)),
    "a digest": (f"nginx@sha256:{HEX}", ("nginx", None, f"sha256:{HEX}")),
    "both": (f"nginx:1.27@sha256:{HEX}", ("nginx", "1.27", f"sha256:{HEX}")),
    "a host": ("registry.example.com/team/app:1", ("registry.example.com/team/app", "1", None)),
    "a port without a tag": ("registry.example.com:5000/app", ("registry.example.com:5000/app", None, None)),
    "a port and a tag": ("localhost:5000/app:1", ("localhost:5000/app", "1", None)),
    "an IPv6 host": ("[2001:db8::1]:5000/app:1", ("[2001:db8::1]:5000/app", "1", None)),
    "an IPv6 host alone": ("[::1]", ("[::1]", None, None)),
    "an empty tag": ("nginx:", ("nginx", "", None)),
    "an empty digest": ("nginx@", ("nginx", None, "")),
    "a tag in the digest": ("nginx@sha256:1@x", ("nginx", None, "sha256:1@x")),
    "two tags": ("nginx:1:2", ("nginx", "1:2", None)),
    "a URL": ("https://example.com/app:1", ("https://example.com/app", "1", None)),
    "nothing": ("", ("", None, None)),
}


@pytest.mark.parametrize(("text", "parts"), REFERENCES.values(), ids=REFERENCES)
def test_split_reference(text: str, parts: tuple[str, str | None, str | None]) -> None:
    """The parts are told apart without a judgement; a port is no tag."""
    assert split_reference(text) == parts


@given(st.text(st.sampled_from("ab:/@[].-\u00e9"), max_size=20))
def test_nothing_of_a_reference_is_lost(text: str) -> None:
    """The parts, put together again, are the text."""
    repository, tag, digest = split_reference(text)
    assert repository + (f":{tag}" if tag is not None else "") + (f"@{digest}" if digest is not None else "") == text


TAGS = {
    "a version": ("1.2.3", None),
    "a letter": ("v1", None),
    "an underscore": ("_1", None),
    "upper case": ("Release_1.0-RC.1", None),
    "one character": ("0", None),
    "128 characters": ("x" * 128, None),
    "129 characters": ("x" * 129, "it has 129 characters, and a tag has at most 128"),
    "nothing": ("", "it is empty"),
    "a dot in front": (".1", "a tag cannot start with '.'"),
    "a hyphen in front": ("-1", "a tag cannot start with '-'"),
    "a plus": ("1.2.3+4", "a tag cannot hold '+'"),
    "a blank": ("1 2", "a tag cannot hold ' '"),
    "a line end": ("1.2.3\n", "a tag cannot hold '\\n'"),
    "a line end behind 128 characters": ("x" * 128 + "\n", "it has 129 characters, and a tag has at most 128"),
    "a slash": ("feature/x", "a tag cannot hold '/'"),
    "a colon": ("a:b", "a tag cannot hold ':'"),
    "another letter": ("é", "a tag cannot hold 'é'"),
    "another digit": ("1٣", "a tag cannot hold '٣'"),
    "a template": ("{{ .x }}", "a tag cannot hold '{'"),
    "with a digest": (f"1.2.3@sha256:{HEX}", None),
    "with a bad digest": ("1.2.3@sha256:12", "sha256: needs exactly 64 lower-case hex digits behind it"),
    "with an empty digest": ("1.2.3@", "a digest looks like 'sha256:' and 64 hex digits"),
    "a digest alone": (f"@sha256:{HEX}", "it is empty"),
}


@pytest.mark.parametrize(("tag", "fault"), TAGS.values(), ids=TAGS)
def test_tag_fault(tag: str, fault: str | None) -> None:
    """What a registry would refuse is named, with the first character that it would stumble over."""
    assert tag_fault(tag) == fault


@given(st.text(max_size=140) | st.text(st.sampled_from("aZ0_.-+"), max_size=6))
def test_tag_fault_is_the_grammar(tag: str) -> None:
    """Without a digest, a tag is free of faults if and only if it fits the published grammar."""
    if "@" not in tag:
        assert (tag_fault(tag) is None) == bool(re.fullmatch(r"[\w][\w.-]{0,127}", tag, re.ASCII))


DIGESTS = {
    "sha256": (f"sha256:{HEX}", True),
    "sha512": (f"sha512:{HEX}{HEX}", True),
    "sha384": (f"sha384:{HEX}{HEX[:32]}", True),
    "upper case": (f"sha256:{HEX.upper()}", False),
    "too short": (f"sha256:{HEX[1:]}", False),
    "too long": (f"sha256:{HEX}0", False),
    "no hex": (f"sha256:{HEX[1:]}g", False),
    "other digits": ("sha256:" + "٣" * 64, False),
    "a line end": (f"sha256:{HEX}\n", False),
    "no algorithm": (HEX, False),
    "nothing behind it": ("sha256:", False),
    "nothing": ("", False),
    "another algorithm": (f"blake2+b:{HEX}", True),
    "another one, short": ("md5:" + "0" * 31, False),
    "an algorithm that is none": (f"1sha:{HEX}", False),
}


@pytest.mark.parametrize(("digest", "sound"), DIGESTS.values(), ids=DIGESTS)
def test_digest_fault(digest: str, sound: bool) -> None:
    """A digest has the length of its algorithm, in lower case; of unknown algorithms only the form is judged."""
    assert (digest_fault(digest) is None) is sound


REPOSITORIES = {
    "a name": ("nginx", None),
    "a path": ("library/nginx", None),
    "a host": ("registry.example.com/team/web-shop", None),
    "a host in upper case": ("Registry.Example.com/app", None),
    "a port": ("registry.example.com:5000/app", None),
    "localhost": ("localhost/app", None),
    "an IPv6 host": ("[2001:db8::1]:5000/app", None),
    "separators": ("a.b/c_d/e__f/g-h/i--j---k", None),
    "digits": ("1/2", None),
    "64 hex digits below a name": (f"a/{HEX}", None),
    "64 hex digits": (HEX, "64 hex digits alone are an image id"),
    "255 characters": ("a/" + "b" * 253, None),
    "256 characters": ("a/" + "b" * 254, "it has 256 characters, and a repository has at most 255"),
    "its own tag": ("nginx:1", "it carries its own tag ':1'"),
    "its own digest": ("nginx@sha256:1", "it carries its own digest '@sha256:1'"),
    "a URL": ("https://example.com/app", "an image repository has no URL scheme"),
    "an OCI address": ("oci://example.com/app", "an image repository has no URL scheme"),
    "nothing": ("", "it has an empty part between slashes"),
    "a slash behind": ("a/", "it has an empty part between slashes"),
    "a slash in front": ("/a", "it has an empty part between slashes"),
    "two slashes": ("a//b", "it has an empty part between slashes"),
    "upper case": ("team/Shop", "'Shop' is not a path component of a repository because of upper case"),
    "upper case alone": ("Shop", "'Shop' is not a path component of a repository because of upper case"),
    "three underscores": ("a___b", "'a___b' is not a path component of a repository because of its characters"),
    "two dots": ("a..b", "'a..b' is not a path component of a repository because of its characters"),
    "a separator behind": ("a-", "'a-' is not a path component of a repository because of its characters"),
    "a blank": ("a b", "'a b' is not a path component of a repository because of its characters"),
    "a line end": ("a\n", "'a\\n' is not a path component of a repository because of its characters"),
    "another letter": ("é", "'é' is not a path component of a repository because of its characters"),
    "no host": ("-a.example.com/b", "'-a.example.com' is not a registry host"),
    "no port": ("example.com:http/b", "'example.com:http' is not a registry host"),
    "a host of dots": ("a..b/c", "'a..b' is not a registry host"),
    "a host with an underscore": ("a_b.example.com/c", "'a_b.example.com' is not a registry host"),
    "a host without brackets": ("[::1/c", "'[::1' is not a registry host"),
}


@pytest.mark.parametrize(("repository", "fault"), REPOSITORIES.values(), ids=REPOSITORIES)
def test_repository_fault(repository: str, fault: str | None) -> None:
    """What a registry would refuse is named, with the part that is wrong."""
    assert repository_fault(repository) == fault


HOSTILE = (
    "a" * 200_000,
    "a-" * 100_000,
    "a." * 100_000 + "/b",
    "A" * 200_000 + "/b",
    "[" + ":" * 200_000 + "/b",
    "a/" * 100_000,
    "@" * 200_000,
    "1-" * 100_000 + "@",
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:4])
def test_hostile_texts_take_no_time(text: str) -> None:
    """No text makes the grammar go back and forth in it."""
    start = time.perf_counter()
    split_reference(text)
    tag_fault(text)
    digest_fault(f"x{text}:0")
    repository_fault(text)
    assert time.perf_counter() - start < 2
