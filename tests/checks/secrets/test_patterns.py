"""The catalogue of patterns: each with its own examples, and none that a text could hold up."""

from __future__ import annotations

import binascii
import re
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.checks.secrets.encoded import crc32_base62
from gitopslint.checks.secrets.keywords import Keywords
from gitopslint.checks.secrets.lines import STEMS
from gitopslint.checks.secrets.search import SecretSearch
from gitopslint.checks.secrets.shapes import Shapes
from gitopslint.loaders.patterns import load_patterns, read_pattern_files
from gitopslint.model.keynames import PASSWORD_WORDS, SECRET_PAIRS, TOKEN_WORDS
from gitopslint.model.secret import Pattern
from tests.support.secrets import drawn, exposures

FILES = read_pattern_files()
LEAKS = [(one["name"], text) for one in FILES for text in one["leaks"]]
HARMLESS = [(one["name"], text) for one in FILES for text in one["harmless"]]
SHAPES = Shapes(load_patterns())
SEARCH = SecretSearch(load_patterns())
PLAIN = SecretSearch(load_patterns(), native=False)


@pytest.mark.parametrize(("name", "text"), LEAKS, ids=[f"{name}-{number}" for number, (name, _) in enumerate(LEAKS)])
def test_leak(name: str, text: str) -> None:
    """A true example is found by its own pattern, and reported as one secret in a file of any format."""
    line = drawn(text)
    assert name in {shape.pattern.name for shape in SHAPES.within(line)}
    for path in ("values.yaml", "shop.properties", "docs/shop.md", "src/shop.ts"):
        if name != "google-api-key" or not path.endswith(".ts"):  # that one is for browsers, too
            assert len(exposures(path, f"a: b\n{line}\n", SEARCH)) == 1, path


@pytest.mark.parametrize(("name", "text"), HARMLESS, ids=[f"{n}-{i}" for i, (n, _) in enumerate(HARMLESS)])
def test_harmless(name: str, text: str) -> None:
    """A false example is not found by its pattern, or by any other."""
    assert [shape.pattern.name for shape in SHAPES.within(drawn(text))] == []


@pytest.mark.parametrize(("name", "text"), LEAKS, ids=[f"{name}-{number}" for number, (name, _) in enumerate(LEAKS)])
def test_no_credential_goes_on_in_the_next_line(name: str, text: str) -> None:
    """No pattern takes in the end of a line: lines are judged one by one, in whatever file they stand."""
    line = drawn(text)
    for shape in SHAPES.within(line):
        for at in range(shape.start + 1, shape.end):
            broken = f"{line[:at]}\n{line[at:]}"
            found = [one for one in SHAPES.within(broken) if one.pattern.name == name]
            assert not any(one.start < at < one.end - 1 for one in found), at


def test_catalogue_is_complete() -> None:
    """Names are unique, and every pattern has both kinds of examples and begins with its keyword."""
    names = [one["name"] for one in FILES]
    assert len(names) == len(set(names))
    for one in FILES:
        assert one["leaks"], one["name"]
        assert one["harmless"], one["name"]
        assert one["what"].startswith(("a ", "an ", "the ")), one["name"]
        assert all(len(word) >= 2 for word in one["keywords"]), one["name"]


ALPHABETS = ("a", "A1", "aA1_-", "ab.", "a:", "a/", "eyJ", "=", "$")


@pytest.mark.parametrize("pattern", load_patterns(), ids=lambda pattern: pattern.name)
def test_no_text_holds_a_pattern_up(pattern: object) -> None:
    """Text made of the keyword and what the pattern repeats takes a time that grows with its length alone."""
    (one,) = (known for known in load_patterns() if known is pattern or known == pattern)
    shapes = Shapes([one])
    for filler in ALPHABETS:
        for word in one.keywords[:2]:
            text = (word + filler * 40) * 200 + word + filler * 20_000
            started = time.perf_counter()
            shapes.within(text)
            assert time.perf_counter() - started < 2, (filler, word)


HOSTILE = {
    "keys": "password" * 20_000,
    "assignments": "password=" * 20_000,
    "quotes": 'password="' * 20_000,
    "addresses": "://a:b" * 20_000,
    "templates": "password: {{" * 10_000,
    "flags": "mysql -p " * 20_000,
    "elements": "<password>" * 20_000,
    "blanks": "password:" + " " * 100_000,
    "dots": "password: " + "a." * 50_000,
    "dashes": "token: " + "a-" * 50_000,
    "base64": "data: " + "QUFB" * 50_000,
    "one line of pairs": ", ".join(f'"password{n}": "hunter{n}x"' for n in range(5_000)),
    "lines": "# password\n" * 20_000,
    "brackets": "key: " + "[" * 50_000,
    "mail": "password: " + "a@" * 50_000,
    "changes": "password: " + "change_" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", ["shop.conf", "shop.md", "values.yaml"])
def test_no_text_holds_the_search_up(path: str, text: str) -> None:
    """Files that are made to be slow are searched in seconds."""
    started = time.perf_counter()
    exposures(path, text, SEARCH)
    assert time.perf_counter() - started < 8


def test_names_are_announced() -> None:
    """Each word under which secrets stand holds a stem, so that no line with it is passed over."""
    words = PASSWORD_WORDS | TOKEN_WORDS | {first + "_" + second for first, second in SECRET_PAIRS}
    missing = [word for word in sorted(words) if not any(stem in f"{word}:" for stem in STEMS)]
    assert missing == []


@given(st.text(alphabet="ghp_sk-AKIA:/eyJ.@ \n0", max_size=80), st.booleans())
def test_both_ways_to_find_keywords_agree(text: str, more: bool) -> None:
    """Without the native library the same keywords are found at the same places."""
    words = ["ghp_", "sk-", "akia", "://", "eyj", "a", "aki", *(["k"] if more else [])]
    lower = text.lower()
    assert sorted(Keywords(words).found_in(lower)) == sorted(Keywords(words, native=False).found_in(lower))


def test_both_searches_agree() -> None:
    """Without the native library the same secrets are found in all examples together."""
    text = "\n".join(drawn(text) for _, text in LEAKS + HARMLESS)
    for path in ("all.properties", "all.md", "all.ts"):
        assert exposures(path, text, SEARCH) == exposures(path, text, PLAIN)


def test_checksum() -> None:
    """The last digits of a token of GitHub are its checksum, and another character breaks it."""
    token = "ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" + "0mLq17"  # the example in GitHub's own announcement
    assert crc32_base62(token)
    assert not crc32_base62(token.replace("zQ", "zR"))


def test_a_checksum_outweighs_words() -> None:
    """A token that happens to hold `example` is one if its checksum fits: nobody makes that up."""
    body = "example" + drawn("{alnum:23}")
    value, checksum = binascii.crc32(body.encode()), ""
    while value:
        value, digit = divmod(value, 62)
        checksum = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + checksum
    token = f"ghp_{body}{checksum.rjust(6, '0')}"
    assert [shape.pattern.name for shape in SHAPES.within(token)] == ["github-token"]
    assert SHAPES.within(token.replace("_example", "_Example")) == []


def test_what_is_filled_up_behind_its_keyword() -> None:
    """The many letters of a keyword do not make a credential of three that come again and again."""
    assert SHAPES.within("t: github_pat_" + "acb" * 20) == []


@pytest.mark.parametrize(("token", "count"), [("q7_Rk2_VxN9_tLw4_ZbY8mPc3", 1), ("q7_Rk2_VxN9_tLw4_ZbY8_mPc3", 0)])
def test_parts_between_underscores(token: str, count: int) -> None:
    """Behind `Bearer`, what has five parts may be a token, and what has more is a name."""
    assert len(SHAPES.within(f"Authorization: Bearer {token}")) == count


def test_a_private_key_is_one_credential() -> None:
    """What has the shape of another inside of its body is no other."""
    body = drawn("{alnum:64}\nghp_{alnum:36}\n{alnum:64}\n")
    key = "-----BEGIN " + f"PRIVATE KEY-----\n{body}-----END " + "PRIVATE KEY-----"
    assert [shape.pattern.name for shape in SHAPES.within(f"a: {key}\n")] == ["private-key"]


def test_two_beside_each_other() -> None:
    """Where a credential may begin ahead of its keyword, one that begins with it right behind another is found, too."""
    shapes = Shapes([Pattern("of-a-shop", "a token of a shop", ("#k",), "(?:[a-z]{4})?#k[a-z0-9]{12}=", before=24)])
    found = shapes.within("abcd#kq7rk2vxn9tlw=#kz4by8mpc3hd7=")
    assert [(shape.start, shape.end) for shape in found] == [(0, 19), (19, 34)]


def test_no_credential_stands_in_a_pattern_file() -> None:
    """Examples are drawn, so that no scanner takes our files for a leak."""
    for one in FILES:
        for text in one["leaks"]:
            assert re.search(r"\{\w+", text), one["name"]
