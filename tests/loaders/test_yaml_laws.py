"""What holds for every YAML file, with real Helm and PyYAML's own parser as witnesses."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.loaders.comments import comments
from gitopslint.model.document import Document, Node
from tests.support import helm
from tests.support.documents import Writer, dumped
from tests.support.nodes import all_nodes, everything, lies_inside, under, values

_LINE_ENDS = "\n\x85\u2028\u2029"
_C_PARSER = ("libyaml",) if hasattr(pyyaml, "CSafeLoader") else ()

# Each example is a batch of files of one seed: a file takes less time than an example.
seeds = st.integers(0, 2**32)
BATCH = 25

words = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=12)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False),
    words,
    st.sampled_from(
        [
            "on",
            "0x1F",
            "1e3",
            " lead",
            "trail ",
            "multi\nline\n",
            "\n",
            "x: y",
            "# c",
            "- ",
            "---",
            "a\tb",
            "'",
            '"',
            "!x",
            "&x",
            "*x",
            "%",
            "\x85nel",
            "\u2028ls",
            "line\n\n\n",
            "\u00a0",
            "word " * 20,
        ]
    ),
)
data = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(words, below, max_size=4), max_leaves=12
)
mappings = st.dictionaries(words, data, max_size=5)

# Pieces of YAML in any order: mostly no YAML at all, and now and then what no grammar would think of.
SOUP = (
    "a",
    "b",
    "1",
    ": ",
    ":",
    ",",
    "- ",
    "-",
    "? ",
    "[",
    "]",
    "{",
    "}",
    "\n",
    "\n  ",
    "\n",
    "\r\n",
    "\r",
    "\x85",
    "\u2028",
    "#",
    " #",
    "# ",
    "'",
    '"',
    "\\",
    "|",
    "|-\n",
    ">",
    "&x ",
    "*x",
    "!",
    "!!str ",
    "!!int ",
    "%",
    "@",
    "`",
    "~",
    "<<",
    "\n---\n",
    "\n...\n",
    "é",
    "😀",
    "\u3000",
    "\x07",
    "\\x41",
    "\\uD800",
    "\\UFFFFFFFF",
    "on",
    " ",
    "%YAML 1.1\n---\n",
    "%YAML 1.2\n---\n",
    "%TAG ! x\n",
    "\t",
    "\ufeff",
    "\0",
)
soups = st.lists(st.sampled_from(SOUP), max_size=16).map("".join)


def written(seed: int, *, wild: bool = False) -> list[str]:
    """Return a batch of files, as people write them."""
    chance = random.Random(seed)
    return [Writer(chance, wild=wild).document() for _ in range(BATCH)]


def read(text: str) -> Document:
    return yaml.parse("f", text.encode())


def alone(node: Node, text: str) -> str | None:
    """Return what the text under a scalar's span says where it stands alone, without its anchor and its tag."""
    if node.style in ("literal", "folded"):
        header, *lines = text.split("\n")
        if indentation := re.search("[1-9]", header.partition("#")[0]):
            # It counts from the parent, which is not there: the content moves to where it counts to now.
            if not node.text.strip() or set(_LINE_ENDS[1:]).intersection(text):
                return node.text
            lost = _indentation(lines) - _indentation(node.text.split("\n"))
            lines = [" " * int(indentation[0]) + line[lost:] for line in lines]
        text = "\n".join([header, *lines, ""])
    else:
        text = text.replace("\n", "\n ")
    events = pyyaml.parse(f"- {text}\n", Loader=getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader))
    found = [event.value for event in events if isinstance(event, pyyaml.ScalarEvent)]
    return found[0] if len(found) == 1 else None


def _indentation(lines: list[str]) -> int:
    return next(len(line) - len(line.lstrip(" ")) for line in lines if line.strip())


def misplaced(document: Document) -> list[str]:
    """Name the scalars whose span covers something else than their text."""
    found = []
    for node in all_nodes(document):
        covered = under(document.text, node.span)
        is_empty = not node.text and node.style == "plain"
        if not node.is_scalar or is_empty or covered.startswith("*"):  # an alias as a key has its own law
            continue
        ends = _LINE_ENDS if node.style in ("literal", "folded") else ""
        if (alone(node, covered) or "").rstrip(ends) != node.text.rstrip(ends):
            found.append(f"{node.span} {covered!r} is not {node.text!r}")
    return found


@given(seeds, st.booleans())
@settings(max_examples=20)
def test_the_text_under_a_span_is_the_value(seed: int, wild: bool) -> None:
    """Whatever is cut out by a scalar's span reads as the same scalar: anchors, tags, comments and blanks are out."""
    for text in written(seed, wild=wild):
        assert misplaced(read(text)) == [], text


@given(mappings, seeds)
@settings(max_examples=70)
def test_the_text_under_a_span_is_the_value_in_dumped_files(content: dict[str, Any], seed: int) -> None:
    """The same for what a library writes, in all its styles, with any text."""
    text = dumped(content, random.Random(seed))
    assert misplaced(read(text)) == [], text


@given(seeds, st.booleans())
@settings(max_examples=30)
def test_uses_cover_aliases(seed: int, wild: bool) -> None:
    """Every place that brings a value in is an alias, and nothing more than that."""
    for text in written(seed, wild=wild):
        document = read(text)
        for node in all_nodes(document):
            assert all(re.fullmatch(r"\*\w+", under(document.text, use)) for use in node.uses), text


@given(soups)
@settings(max_examples=300)
@example("a: [1\r\n")
@example("\ufeff\ufeffa: *b")
def test_spans_lie_inside_the_file(text: str) -> None:
    """No span of a value, key, use, problem or comment ends before it starts, or points beyond a line or the file."""
    document = read(text)
    spans = [span for node in all_nodes(document) for span in (node.span, *node.uses)]
    if document.problem is not None:
        spans.append(document.problem.span)
    assert [span for span in spans if not lies_inside(document.text, span)] == []
    for comment in comments(document):
        assert document.text.split("\n")[comment.line - 1][comment.column - 1] == "#"


@given(seeds, st.booleans())
@settings(max_examples=30)
def test_line_ends_change_nothing(seed: int, wild: bool) -> None:
    """A file with DOS line ends has the same values, spans, comments and problems."""
    for text in written(seed, wild=wild):
        one, other = read(text), read(text.replace("\n", "\r\n"))
        assert one.problem == other.problem
        assert [everything(root) for root in one.roots] == [everything(root) for root in other.roots]
        assert list(comments(one)) == list(comments(other))


@given(seeds, st.booleans())
@settings(max_examples=60)
def test_values_are_those_of_helm(seed: int, wild: bool) -> None:
    """Values, keys, merge keys, second keys, tags: what Helm reads is what we read, and what it refuses we refuse."""
    for text in written(seed, wild=wild):
        document = read(text)
        assert helm.takes(text) == (document.problem is None), f"{text}\n{document.problem}"
        if document.problem is None:
            assert helm.same(values(document.root), helm.read(text)), text


@given(mappings, seeds)
@settings(max_examples=70)
def test_values_of_dumped_files_are_those_of_helm(content: dict[str, Any], seed: int) -> None:
    """The same for what a library writes, in all its styles, with any text."""
    text = dumped(content, random.Random(seed))
    document = read(text)
    assert document.problem is None, text
    assert helm.same(values(document.root), helm.read(text)), text


@given(soups.filter(lambda text: not set("\0\ufeff").intersection(text)))
@settings(max_examples=300)
def test_what_is_no_yaml_to_helm_is_none_here(text: str) -> None:
    """Where Helm sees no YAML, neither do we, and the other way round."""
    document = read(text)
    if document.problem is None and not isinstance(document.root.value, dict):
        assert not helm.takes(text)
    elif not document.roots or document.problem is None:  # Helm does not look behind the first document
        assert helm.takes(text) == (document.problem is None), document.problem


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode) | soups.map(str.encode))
@settings(max_examples=300)
@example(b'"\\UFFFFFFFF"')
@example(b"%YAML " + b"1" * 5000 + b".1\n---\n")
@example(b"\xff\xfe\x00")
def test_nothing_raises(content: bytes) -> None:
    """No content of a file raises anything, with libyaml or without it."""
    for parser in (*_C_PARSER, None):
        with pytest.MonkeyPatch.context() as patch:
            if parser is None:
                patch.setattr("gitopslint.loaders.stream._CParser", None)
            document = yaml.parse("f", content)
            assert list(comments(document)) is not None


@given(seeds, st.booleans())
@settings(max_examples=8)
def test_libyaml_is_only_faster(seed: int, wild: bool) -> None:
    """Without libyaml the same nodes, spans and comments come out, and the same is refused."""
    for text in written(seed, wild=wild):
        one = read(text)
        found = list(comments(one))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gitopslint.loaders.stream._CParser", None)
            other = read(text)
            assert found == list(comments(other)), text
        assert [everything(root) for root in one.roots] == [everything(root) for root in other.roots], text
        assert (one.problem and one.problem.kind) == (other.problem and other.problem.kind), text
        if one.problem is not None and one.problem.kind != "syntax":
            assert one.problem == other.problem, text
