"""Versions of a layer: a mould reads what the parser would read, or refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.loaders.versions import Versions, image_parts

PATHS = {"repository": ("image", "repository"), "tag": ("image", "tag"), "digest": ("image", "digest")}

LAYERS = {
    "block": "# By CI.\nimage:\n  repository: {0}\n  tag: {1}\nreplicas: 1\n",
    "block with a digest": "image:\n  repository: {0}\n  digest: {2}\n  tag: {1}  # moved by CI\n",
    "flow": "image: {{repository: {0}, tag: {1}, digest: {2}}}\n",
    "an alias": "x: &tag {1}\nimage:\n  repository: {0}\n  tag: *tag\n",
    "merged in": "base: &b {{tag: {1}}}\nimage:\n  <<: *b\n  repository: {0}\n",
    "set twice": "image:\n  tag: {0}\n  repository: r.io/a\n  tag: {1}\n",
    "with other line ends": "image:\r\n  repository: {0}\r\n  tag: {1}\r\n",
    "no line end": "image:\n  repository: {0}\n  tag: {1}",
    "a key like the next one": "image:\n  tag: {1}\n  tagged: {2}\n  repository: {0}\n",
}
TOKENS = st.one_of(
    st.sampled_from(
        [
            "latest",
            "1.10",
            "9505540",
            "0123456",
            "on",
            "null",
            "~",
            "''",
            '""',
            "a b",
            "a: b",
            "a #b",
            "#x",
            "*x",
            "&x y",
            *[
                "!!str 5",
                "'it''s'",
                '"a\\tb"',
                "[a]",
                "{a: b}",
                "|\n    x",
                "",
                "a\n    b",
                "-",
                "x:",
                "2024-01-01",
                "1e3",
            ],
            *[
                "registry.example.com:5000/team/shop",
                "sha256:" + "a" * 64,
                "v1.0.0@sha256:" + "b" * 64,
                "<<",
                "=",
                "0x1F",
            ],
        ]
    ),
    st.text("ab01._-/:@\"'# ,{}[]\n\t&*!|>%é", max_size=12),
    st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True),
)
QUOTES = st.sampled_from(["{0}", '"{0}"', "'{0}'"])


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
@given(first=st.tuples(TOKENS, TOKENS, TOKENS), second=st.tuples(TOKENS, TOKENS, TOKENS), quotes=QUOTES)
def test_a_mould_reads_what_the_parser_reads(
    layer: str, first: tuple[str, ...], second: tuple[str, ...], quotes: str
) -> None:
    """Whatever was read before, a version is read as if it were the first one."""
    one, other = (layer.format(*(quotes.format(token) for token in tokens)).encode() for tokens in (first, second))
    used = Versions("f.yaml", PATHS.values())
    used.read(one)
    assert used.read(other) == Versions("f.yaml", PATHS.values()).read(other)


def test_most_versions_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new tag alone is no reason to parse a layer again."""
    layer = LAYERS["block with a digest"]
    versions = Versions("f.yaml", PATHS.values())
    versions.read(layer.format("r.io/a", "v1.0.0", "sha256:" + "a" * 64).encode())
    monkeypatch.delattr("gitopslint.loaders.versions.yaml.parse")
    found = versions.read(layer.format("r.io/a", "v1.0.1", "sha256:" + "b" * 64).encode())
    assert found is not None
    assert image_parts(found, PATHS) == {"repository": "r.io/a", "tag": "v1.0.1", "digest": "sha256:" + "b" * 64}


def test_a_version_that_is_todays_layer_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most layers have one version. What is asked for afterwards is read as ever."""
    layer = LAYERS["block"]
    today = yaml.parse("f.yaml", layer.format("r.io/a", "v1", "").encode())
    versions = Versions("f.yaml", PATHS.values())
    read = versions.read_document(today)
    assert Versions("f.yaml", PATHS.values()).read(layer.format("r.io/b", "on", "").encode()) != read
    with monkeypatch.context() as patched:
        patched.delattr("gitopslint.loaders.versions.yaml.parse")
        assert versions.read(today.text.encode()) == read
    assert versions.read(layer.format("r.io/b", "on", "").encode()) == Versions("f.yaml", PATHS.values()).read(
        layer.format("r.io/b", "on", "").encode()
    )


def test_bytes_that_are_no_text_are_not_an_empty_file() -> None:
    """Today's layer may be empty; a version that cannot be read still says nothing."""
    versions = Versions("f.yaml", PATHS.values())
    assert versions.read_document(yaml.parse("f.yaml", b"")) == {}
    assert versions.read(b"\xff") is None


PARTS = {
    "all of them": ("image: {repository: r.io/a, tag: v1, digest: 'sha256:x'}", {"repository", "tag", "digest"}),
    "empty and null": ("image: {repository: '', tag: null, digest: ~}", set()),
    "a number": ("image: {tag: 1.10}", {"tag"}),
    "no mapping": ("image: r.io/a:v1", set()),
    "a list": ("image: {tag: [v1]}", set()),
}


@pytest.mark.parametrize(("text", "expected"), PARTS.values(), ids=PARTS)
def test_parts(text: str, expected: set[str]) -> None:
    """A part that is empty is not set."""
    found = Versions("f.yaml", PATHS.values()).read(text.encode())
    assert found is not None
    assert set(image_parts(found, PATHS)) == expected


@pytest.mark.parametrize("data", [b"image: [", b"- a", b"a: 1\n---\nb: 2\n", b"\xff"], ids=repr)
def test_what_helm_refuses(data: bytes) -> None:
    """A version that Helm would refuse says nothing."""
    assert Versions("f.yaml", PATHS.values()).read(data) is None
