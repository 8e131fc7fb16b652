"""YAML files, table by table: where everything stands, what is doubled, and what is wrong."""

from __future__ import annotations

import time

import pytest
import yaml as pyyaml

from gitopslint.loaders import yaml
from gitopslint.model.document import Document, Node, find, leaves, parse_key_path, walk
from tests.support.nodes import at, values


@pytest.fixture(params=["libyaml", "without libyaml"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read with PyYAML's C extension, and as where there is none."""
    if request.param == "libyaml":
        assert pyyaml.__with_libyaml__, "PyYAML is installed without its C extension"
    else:
        monkeypatch.delattr(pyyaml, "CSafeLoader", raising=False)
    return str(request.param)


def read(text: str | bytes) -> Document:
    """Read a file that nothing is wrong with."""
    document = yaml.parse("f", text.encode() if isinstance(text, str) else text)
    assert document.problem is None, document.problem
    return document


def node_at(document: Document, path: str) -> Node:
    """Return the value at a key path; the empty path is the top."""
    steps = [int(step) if str(step).isdigit() else step for step in parse_key_path(path)] if path else []
    node = find(document.root, tuple(steps))
    assert node is not None, path
    return node


# Text, a key path, and where its key and its value stand. A list item has no key: there the value stands for it.
SPANS = {
    "a plain value": ("a: 1.10\n", "a", "1:1 a", "1:4 1.10"),
    "single quotes": ("a: 'it''s'\n", "a", "1:1 a", "1:4 'it''s'"),
    "double quotes": ('a: "\\"x\\""\n', "a", "1:1 a", '1:4 "\\"x\\""'),
    "quoted keys": ("\"a\" : 'b'\n", "a", '1:1 "a"', "1:7 'b'"),
    "the last line without a line end": ("a: b", "a", "1:1 a", "1:4 b"),
    "blanks and a comment behind it": ("a: b c  # d\n", "a", "1:1 a", "1:4 b c"),
    "several lines, plain": ("a: b\n  c\nd: e\n", "a", "1:1 a", "1:4 b\n  c"),
    "several lines, quoted": ('a: "b\n\n  c"\n', "a", "1:1 a", '1:4 "b\n\n  c"'),
    "on the line below its key": ("a:\n  b\n", "a", "1:1 a", "2:3 b"),
    "a literal ends with its last line": ("a: |\n  x\n  y\n\n\nb: 1\n", "a", "1:1 a", "1:4 |\n  x\n  y"),
    "a literal keeps the blanks of its last line": ("a: |\n  x  \nb: 1\n", "a", "1:1 a", "1:4 |\n  x  "),
    "a literal keeps other spaces": ("a: |-\n  x\u00a0\u3000\n\nb: 1\n", "a", "1:1 a", "1:4 |-\n  x\u00a0\u3000"),
    "a folded text with a comment": ("a: >- # why\n  x\n  y\n", "a", "1:1 a", "1:4 >- # why\n  x\n  y"),
    "an empty literal": ("a: |\nb: 1\n", "a", "1:1 a", "1:4 |"),
    "an empty value is its key": ("a:\nb: 1\n", "a", "1:1 a", "1:1 a"),
    "an empty value before blank lines": ("a:\n\n\n  # x\n\nb: 1\n", "a", "1:1 a", "1:1 a"),
    "an empty value with an anchor": ("a: &x\nb: *x\n", "a", "1:1 a", "1:1 a"),
    "an empty value of a flow mapping": ("{a, b: 1}\n", "a", "1:2 a", "1:2 a"),
    "an empty item": ("a:\n-\n- x\n", "a.0", "2:2", "2:2"),
    "an empty item with a tag": ("a:\n- !!str\n- x\n", "a.0", "2:8", "2:8"),
    "quotes around nothing": ("a: ''\n", "a", "1:1 a", "1:4 ''"),
    "behind an anchor": ("a: &x b\n", "a", "1:1 a", "1:7 b"),
    "behind a tag": ("a: !!str 12\n", "a", "1:1 a", "1:10 12"),
    "behind both": ("a: !foo &x  'b'\n", "a", "1:1 a", "1:13 'b'"),
    "behind a tag of its own": ("a: ! 12\n", "a", "1:1 a", "1:6 12"),
    "behind a tag in full": ("a: !<tag:yaml.org,2002:str> 12\n", "a", "1:1 a", "1:29 12"),
    "behind an anchor and a comment": ("a: &x # y\n  b\n", "a", "1:1 a", "2:3 b"),
    "behind a tag, starting with another space": ("a: !!str \u3000b\n", "a", "1:1 a", "1:10 \u3000b"),
    "a key behind an anchor": ("&x a: b\n", "a", "1:4 a", "1:7 b"),
    "a literal behind an anchor": ("a: &x |\n  y\n", "a", "1:1 a", "1:7 |\n  y"),
    "a mapping below": ("a:\n  b: 1\n  c: 2 # d\ne: 3\n", "a", "1:1 a", "2:3 b: 1\n  c: 2"),
    "a mapping that ends with an empty value": ("a:\n  b: 1\n  c:\n\ne: 3\n", "a", "1:1 a", "2:3 b: 1\n  c"),
    "a mapping with an anchor": ("a: &x\n  b: 1\n", "a", "1:1 a", "2:3 b: 1"),
    "a mapping that ends with an alias": ("x: &x y\na:\n  b: *x\nc: 1\n", "a", "2:1 a", "3:3 b: *x"),
    "a list starts with its first dash": ("a:\n- b\n- c\nd: 1\n", "a", "1:1 a", "2:1 - b\n- c"),
    "a list that starts with an alias": ("x: &x y\na:\n- *x\n- 1\n", "a", "2:1 a", "3:1 - *x\n- 1"),
    "a list with an anchor": ("a: &x\n  - b\n", "a", "1:1 a", "2:3 - b"),
    "a list in a list": ("- - a\n  - b\n- c\n", "0", "1:3 - a\n  - b", "1:3 - a\n  - b"),
    "a mapping in a list": ("a:\n- b: 1\n  c: 2\n- d\n", "a.0", "2:3 b: 1\n  c: 2", "2:3 b: 1\n  c: 2"),
    "a flow mapping": ("a: {b: 1,\n  c: 2} # d\n", "a", "1:1 a", "1:4 {b: 1,\n  c: 2}"),
    "a flow mapping with an anchor": ("a: &x {b: 1}\n", "a", "1:1 a", "1:7 {b: 1}"),
    "an empty flow list with a tag": ("a: !!seq [ ]\n", "a", "1:1 a", "1:10 [ ]"),
    "inside a flow mapping": ("a: {b: 1, 'c' : [2, x y]}\n", "a.c.1", "1:21 x y", "1:21 x y"),
    "a pair in a flow list": ("a: [b: 1]\n", "a.0.b", "1:5 b", "1:8 1"),
    "as compact as JSON": ('{"a":{"b":1}}', "a.b", '1:7 "b"', "1:11 1"),
    "a key with a question mark": ("? a\n: b\n", "a", "1:3 a", "2:3 b"),
    "a key of several lines": ("? 'a\n  b'\n: c\n", "a b", "1:3 'a\n  b'", "3:3 c"),
    "the second document counts on": ("---\na: 1\n", "a", "2:1 a", "2:4 1"),
    "behind other alphabets": ("ключ: [é, 日本]\n", "ключ.1", "1:11 日本", "1:11 日本"),
    "behind characters of two UTF-16 units": ("a: {😀: 😀, b: c}\n", "a.b", "1:11 b", "1:14 c"),
    "DOS line ends": ("a: 1\r\nb: |\r\n  x\r\n\r\nc: 'd\r\n  e'\r\n", "c", "5:1 c", "5:4 'd\n  e'"),
    "a literal with DOS line ends": ("b: |\r\n  x\r\n\r\nc: 1\r\n", "b", "1:1 b", "1:4 |\n  x"),
    "a lone carriage return is no line of an editor": ("a: 1\rb: 2\n", "b", "1:6 b", "1:9 2"),
    "NEL is none": ("a: 'x\x85y'\nb: 1\n", "b", "2:1 b", "2:4 1"),
    "LS and PS are none": ("a: 'x\u2028\u2029y' \nb: 1\n", "b", "2:1 b", "2:4 1"),
    "behind NEL on one line": ("a: 1\x85b: 2\n", "b", "1:6 b", "1:9 2"),
}


@pytest.mark.parametrize(("text", "path", "key", "value"), SPANS.values(), ids=SPANS)
@pytest.mark.usefixtures("parser")
def test_spans(text: str, path: str, key: str, value: str) -> None:
    """A key and a value are exactly what a reader would mark: without anchor, tag, comment, blanks and line end."""
    node = node_at(read(text), path)
    assert (at(text, node.key_span), at(text, node.span)) == (key, value)


# Text, a key path, where the value is written, and the places that bring it in, the innermost first.
USES = {
    "a value of its own": ("a: &x 1\n", "a", "1:7 1", []),
    "an alias": ("a: &x 1\nb: *x\n", "b", "1:7 1", ["2:4 *x"]),
    "an alias of nothing": ("a: &x\nb: *x\n", "b", "1:1 a", ["2:4 *x"]),
    "the latest anchor of a name": ("a: &x 1\nb: &x 2\nc: *x\n", "c", "2:7 2", ["3:4 *x"]),
    "an anchor inside its namesake": ("a: &x\n  b: &x 1\nc: *x\n", "c", "2:9 1", ["3:4 *x"]),
    "below an alias": ("a: &x {b: 1}\nc: *x\n", "c.b", "1:11 1", ["2:4 *x"]),
    "an alias below an alias": ("a: &x 1\nb: &y\n  c: *x\nd: *y\n", "d.c", "1:7 1", ["3:6 *x", "4:4 *y"]),
    "in a list": ("a: &x 1\nb:\n- 0\n- *x\n", "b.1", "1:7 1", ["4:3 *x"]),
    "a merge key": ("a: &x {b: 1}\nc:\n  <<: *x\n", "c.b", "1:11 1", ["3:7 *x"]),
    "a merge key with the mapping itself": ("c:\n  <<: {b: 1}\n", "c.b", "2:11 1", []),
    "merge key over merge key": (
        "a: &x {b: 1}\nc: &y\n  <<: *x\nd:\n  <<: *y\n",
        "d.b",
        "1:11 1",
        ["3:7 *x", "5:7 *y"],
    ),
    "a merge key with a list": (
        "a: &x {b: 1}\nc: &y {b: 2}\nd:\n  <<: [*x, *y]\n",
        "d.b",
        "1:11 1",
        ["4:8 *x"],
    ),
    "an alias below a merge key": ("v: &v 1\na: &x\n  b: *v\nc:\n  <<: *x\n", "c.b", "1:7 1", ["3:6 *v", "5:7 *x"]),
}


@pytest.mark.parametrize(("text", "path", "span", "uses"), USES.values(), ids=USES)
@pytest.mark.usefixtures("parser")
def test_uses(text: str, path: str, span: str, uses: list[str]) -> None:
    """A value from elsewhere knows both places: where it is written, and where it is brought in."""
    node = node_at(read(text), path)
    assert (at(text, node.span), [at(text, use) for use in node.uses]) == (span, uses)


def test_an_alias_as_key_stands_where_it_is_used() -> None:
    """A finding about a key must not point to the anchor, which may be a value of something else."""
    text = "a: &x b\nc:\n  *x : 1\n  d: 2\n"
    document = read(text)
    assert at(text, node_at(document, "c.b").key_span) == "3:3 *x"
    assert at(text, node_at(document, "c").span) == "3:3 *x : 1\n  d: 2"


# Text and the pairs of values that share a key: the hidden one and the one that counts.
DUPLICATES = {
    "no two are the same": ("a: 1\nb: 1\n", []),
    "twice": ("a: 1\nb: 2\na: 3\n", ["1:4 1 < 3:4 3"]),
    "three times": ("a: 1\na: 2\na: 3\n", ["1:4 1 < 2:4 2", "2:4 2 < 3:4 3"]),
    "however it is quoted": ("a: 1\n'a': 2\n\"a\": 3\n", ["1:4 1 < 2:6 2", "2:6 2 < 3:6 3"]),
    "as Helm types keys": ("on: 1\nyes: 2\n'true': 3\n", ["1:5 1 < 2:6 2", "2:6 2 < 3:9 3"]),
    "numbers": ("8: 1\n0x8: 2\n010: 3\n", ["1:4 1 < 2:6 2", "2:6 2 < 3:6 3"]),
    "in a flow mapping": ("a: {b: 1, b: 2}\n", ["1:8 1 < 1:14 2"]),
    "in a mapping that is hidden itself": ("a: {b: 1, b: 2}\na: 3\n", ["1:8 1 < 1:14 2", "1:4 {b: 1, b: 2} < 2:4 3"]),
    "an alias as key": ("a: &x b\nc: {b: 1, *x : 2}\n", ["2:8 1 < 2:16 2"]),
    "a merge key may be overridden": ("a: &x {b: 1}\nc:\n  <<: *x\n  b: 2\n", []),
    "a merge key that overrides": ("a: &x {b: 1}\nc:\n  b: 2\n  <<: *x\n", ["3:6 2 < 1:11 1"]),
    "a merge key that says the same": ("a: &x {b: 1}\nc:\n  b: 1\n  <<: *x\n", []),
}


@pytest.mark.parametrize(("text", "expected"), DUPLICATES.values(), ids=DUPLICATES)
@pytest.mark.usefixtures("parser")
def test_duplicates(text: str, expected: list[str]) -> None:
    """Two values under what Helm takes for one key are told apart, the hidden one first; the last one counts."""
    document = read(text)
    found = [f"{at(text, hidden.span)} < {at(text, counts.span)}" for hidden, counts in _duplicates(document.root)]
    assert sorted(found) == sorted(expected)
    assert document.unrepeated == (not expected)


def _duplicates(root: Node) -> list[tuple[Node, Node]]:
    found = []
    for _, node in walk(root):
        for pair in node.duplicates:
            found += [pair, *_duplicates(pair[0])]
    return found


VALUES = {
    "nothing": ("", {}),
    "a comment": ("# a\n", {}),
    "null": ("~\n", {}),
    "a document of nothing": ("---\n...\n", {}),
    "the first of several documents": ("a: 1\n---\nb: 2\n", {"a": 1}),
    "an empty first document": ("---\n---\nb: 2\n", {}),
    "a byte order mark": ("\ufeffa: 1\n", {"a": 1}),
    "two of them": ("\ufeff\ufeffa: 1\n", {"a": 1}),
    "a directive": ("%YAML 1.1\n---\na: 1\n", {"a": 1}),
    "a merge key before": (
        "a: &x {c: 1, d: 1}\nb:\n  <<: *x\n  d: 2\n",
        {"a": {"c": 1, "d": 1}, "b": {"c": 1, "d": 2}},
    ),
    "a merge key behind": (
        "a: &x {c: 1, d: 1}\nb:\n  d: 2\n  <<: *x\n",
        {"a": {"c": 1, "d": 1}, "b": {"c": 1, "d": 1}},
    ),
    "a merge key replaces mappings": (
        "a: &x {c: {d: 1}}\nb:\n  c: {e: 1}\n  <<: *x\n",
        {"a": {"c": {"d": 1}}, "b": {"c": {"d": 1}}},
    ),
    "the first of several mappings wins": ("a: {<<: [{b: 1}, {b: 2, c: 2}]}\n", {"a": {"b": 1, "c": 2}}),
    "a merge key by its tag": ('a: {!!merge "<<": {b: 1}}\n', {"a": {"b": 1}}),
    "a merge key in quotes is none": ("a: {'<<': {b: 1}}\n", {"a": {"<<": {"b": 1}}}),
    "a merge key through an alias is none": ("a: &x <<\nb: {*x : {c: 1}}\n", {"a": "<<", "b": {"<<": {"c": 1}}}),
    "tags that decide": (
        "a: [!!str 1, !!int '2', !!float 3, !!bool 'on', !!null '', !!binary w6k=, !!timestamp 2024-01-01]\n",
        {"a": ["1", 2, 3, True, None, "é", "2024-01-01"]},
    ),
    "tags that make text": ("a: [!foo 1, ! 1, !!foo 1, !<tag:yaml.org,2002:str> 1]\n", {"a": ["1", "1", "1", "1"]}),
    "tags on collections": ("a: !!map {b: !!seq [1], c: !!set {d}}\n", {"a": {"b": [1], "c": {"d": None}}}),
    "tags on keys": (
        "a: {!!str on: 1, !!int '0x10': 2, !!float 16777217: 3, !!bool 'n': 4, !!binary w6k=: 5, !foo 7: 6}\n",
        {"a": {"on": 1, "16": 2, "1.6777216e+07": 3, "false": 4, "é": 5, "7": 6}},
    ),
    "binary that is no text": ("a: !!binary 4oLi\n", {"a": "\ufffd\ufffd\ufffd"}),
    "an infinity that is hidden": ("a: .inf\na: 1\n", {"a": 1}),
    "an infinity as a key": (".inf: 1\n-.INF: 2\n.nan: 3\n", {".inf": 1, "-.inf": 2, ".nan": 3}),
}


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
@pytest.mark.usefixtures("parser")
def test_values(text: str, expected: dict[str, object]) -> None:
    """What Helm reads from a file: the first document, its keys and values typed by tag or by text."""
    assert values(read(text).root) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    """A byte order mark tells the encoding, and no column counts it."""
    text = "é: 😀\nb: c\n"
    mark = "" if encoding in ("utf-8-sig", "utf-16") else "\ufeff"
    document = read((mark + text).encode(encoding))
    assert document.text == text
    assert at(text, node_at(document, "é").span) == "1:4 😀"


def test_tabs_between_values() -> None:
    """A tab counts as one column. PyYAML's own parser takes none outside of texts: there it is a syntax error."""
    text = "a:\tb\t# c\nd: [\te,\t'f'\t]\n"
    document = read(text)
    assert [at(text, node.span) for _, node in leaves(document.root)] == ["1:4 b", "2:6 e", "2:9 'f'"]


def test_several_documents() -> None:
    """All documents are there, each with its own anchors, and lines count on."""
    text = "a: &x 1\n---\n- 2\n...\n---\nb\n"
    document = read(text)
    assert [values(root) for root in document.roots] == [{"a": 1}, [2], "b"]
    assert [at(text, root.span) for root in document.roots] == ["1:1 a: &x 1", "3:1 - 2", "6:1 b"]


def test_keys_keep_their_order() -> None:
    """Keys come in the order in which they first appear, whatever a merge key adds later."""
    document = read("z: &x {b: 1, d: 1}\ne: {c: 1, <<: *x, a: 1, b: 2}\n")
    assert [".".join(map(str, path)) for path, _ in leaves(document.root)] == ["z.b", "z.d", "e.c", "e.b", "e.d", "e.a"]


# What kind of problem, where, and what its message must say.
PROBLEMS = {
    "no YAML": ("a: b: c\n", "syntax", "1:5", "mapping values are not allowed"),
    "a tab as indentation": ("a:\n\tb: 1\n", "syntax", "2:1", "here is a tab"),
    "quotes that never end": ("a: 1\nb: 'c\n", "syntax", "2:6", "unexpected end"),
    "brackets that never end": ("a: [1,\n", "syntax", "1:7", "did not find expected node content"),
    "the same with DOS line ends": ("a: [1,\r\n", "syntax", "1:7", "did not find expected node content"),
    "an unfinished key": ("a: 1\nb\n", "syntax", "2:2", "could not find expected ':'"),
    "a template": ("a: {{ .Values.b }}\n", "helm", "1:5", "a mapping or list as a key"),
    "a template on a line of its own": ("{{- if .x }}\na: 1\n", "syntax", "1:3", "did not find expected node content"),
    "a percent sign": ("a: 1\n%b: 2\n", "syntax", "2:3", "directive"),
    "a control character": ("a: 1\né: '😀\x07'\n", "syntax", "2:6", "U+0007 is a control character"),
    "a C1 control character": ("a: \x80\n", "syntax", "1:4", "U+0080 is a control character"),
    "a NUL behind a byte order mark": ("\ufeffa: \0\n", "syntax", "1:4", "U+0000 is a control character"),
    "a control character with DOS line ends": ("a: 1\r\nb: \x1b\r\n", "syntax", "2:4", "U+001B is a control character"),
    "half a character": ("a: '\\ud83d'\nb: \"\\ud83d\"\n", "syntax", "2:7", "invalid Unicode character escape"),
    "no UTF-8": (b"a: 1\n\xc3\xa9: '\xff'\n", "syntax", "2:5", "byte 0xff is not valid UTF-8"),
    "no UTF-8 behind a byte order mark": (b"\xef\xbb\xbfa: \xc3(\n", "syntax", "1:4", "byte 0xc3 is not valid UTF-8"),
    "half a UTF-16 character": (b"\xff\xfea\0:\0\n\0x", "syntax", "2:1", "byte 0x78 is not valid UTF-16-LE"),
    "Latin-1": ("a: ä\n".encode("latin-1"), "syntax", "1:4", "byte 0xe4 is not valid UTF-8"),
    "another YAML version": ("%YAML 1.2\n---\na: 1\n", "helm", "1:1", "%YAML directive"),
    "an infinity": ("a: 1\nb: [-.inf]\n", "helm", "2:5", "the number '-.inf'"),
    "no number": ("a: !!float .nan\n", "helm", "1:12", "the number '.nan'"),
    "an infinity through an alias": ("a: {b: &x .inf}\na: *x\n", "helm", "1:11", "the number '.inf'"),
    "a text as a whole number": ("a: 1\nb: !!int x\n", "helm", "2:4", "!!int"),
    "a fraction as a whole number": ("a: !!int 1.5\n", "helm", "1:4", "!!int"),
    "a text as a number": ("a: !!float '1 2'\n", "helm", "1:4", "!!float"),
    "a text as a truth": ("a: !!bool maybe\n", "helm", "1:4", "!!bool"),
    "a text as null": ("a: !!null none\n", "helm", "1:4", "!!null"),
    "a text as a date": ("a: !!timestamp now\n", "helm", "1:4", "!!timestamp"),
    "no base64": ("a: !!binary 'x'\n", "helm", "1:4", "!!binary"),
    "base64 that lacks its end": ("a: !!binary aGVsbG8\n", "helm", "1:4", "!!binary"),
    "a key with a wrong tag": ("!!int a: 1\n", "helm", "1:1", "!!int"),
    "a null key": ("a: 1\n~: 2\n", "helm", "2:1", "null as a key"),
    "an empty key": ("? \n: 1\n", "helm", "1:2", "null as a key"),
    "a null key by its tag": ("!!null '': 2\n", "helm", "1:8", "null as a key"),
    "a number too large for a key": ("18446744073709551615: 1\n", "helm", "1:1", "so large a number as a key"),
    "a list as a key": ("a: 1\n? [b]\n: 1\n", "helm", "2:3", "a mapping or list as a key"),
    "a mapping as a key": ("a: &x {b: 1}\n*x : 1\n", "helm", "2:1", "a mapping or list as a key"),
    "an alias without an anchor": ("a: *x\n", "helm", "1:4", "*x has no anchor before it"),
    "an alias before its anchor": ("a: *x\nb: &x 1\n", "helm", "1:4", "*x has no anchor before it"),
    "an anchor of another document": ("a: &x 1\n---\nb: *x\n", "helm", "3:4", "*x has no anchor before it"),
    "an alias inside its own anchor": ("a: &x\n  b: [*x]\n", "helm", "2:7", "*x stands inside its own anchor"),
    "a merge key without a mapping": ("a: {<<: 1}\n", "helm", "1:9", "behind a merge key"),
    "a merge key with nothing": ("a: {<<: }\n", "helm", "1:5", "behind a merge key"),
    "a merge key with an alias of a text": ("a: &x 1\nb: {<<: *x}\n", "helm", "2:9", "behind a merge key"),
    "a merge key with an alias of a list": ("a: &x [{b: 1}]\nb: {<<: *x}\n", "helm", "2:9", "behind a merge key"),
    "a merge key with a list of lists": ("a: {<<: [{b: 1}, [2]]}\n", "helm", "1:18", "behind a merge key"),
    "too deep, block": ("".join(f"{' ' * i}a:\n" for i in range(200)), "limit", "151:151", "deeper than 150 levels"),
    "too deep, flow": ("[" * 500, "limit", "1:151", "deeper than 150 levels"),
    "too deep, keys": ("? " * 500, "limit", "1:301", "deeper than 150 levels"),
    "too deep through aliases": (
        "a: &a {}\n" + "".join(f"{b}: &{b} {'[' * 50}*{a}{']' * 50}\n" for a, b in zip("abcd", "bcde", strict=True)),
        "limit",
        "4:57",
        "deeper than 150 levels",
    ),
    "too large": (b"#" * (yaml.MAX_BYTES + 1), "limit", "1:1", "larger than 5,000,000 bytes"),
}


@pytest.mark.parametrize(("text", "kind", "place", "message"), PROBLEMS.values(), ids=PROBLEMS)
def test_problems(text: str | bytes, kind: str, place: str, message: str, parser: str) -> None:
    """What is wrong has a kind, a place and words, and no file is beyond that."""
    problem = yaml.parse("f", text.encode() if isinstance(text, str) else text).problem
    assert problem is not None
    assert problem.kind == kind
    if parser == "libyaml" or problem.kind != "syntax":  # each parser has its own words for what is no YAML
        assert (f"{problem.span.line}:{problem.span.column}", message in problem.message) == (place, True), problem


def test_what_stands_before_a_problem_is_read() -> None:
    """Documents before the broken one are there; a value that Helm refuses does not hide its neighbours."""
    assert [values(root) for root in yaml.parse("f", b"a: 1\n---\nb: [\n").roots] == [{"a": 1}]
    assert [values(root) for root in yaml.parse("f", b"a: !!int x\nb: 2\n").roots] == [{"a": "x", "b": 2}]


def _bomb(width: int, depth: int, body: str) -> str:
    levels = (f"a{level}: &a{level} [{','.join([f'*a{level - 1}'] * width)}]\n" for level in range(1, depth))
    return f"a0: &a0 {body}\n" + "".join(levels)


HEAVY = {
    "an alias bomb": _bomb(9, 12, "[x,x,x,x,x,x,x,x,x]"),
    "a bomb of few aliases": _bomb(2, 60, "{x: y}"),
    "a chain of merge keys": "a0: &a0 {k0: 1}\n"
    + "".join(f"a{i}: &a{i}\n  <<: *a{i - 1}\n  k{i}: 1\n" for i in range(1, 3000)),
    "a list of merge keys": "a: &a {"
    + ", ".join(f"k{i}: 1" for i in range(1000))
    + "}\n"
    + "b:\n  <<: ["
    + ",".join(["*a"] * 5000)
    + "]\n",
    "brackets": "[" * 4_000_000,
    "dashes": "- " * 2_000_000,
    "questions": "? " * 2_000_000,
}


@pytest.mark.parametrize("text", HEAVY.values(), ids=HEAVY)
def test_heavy_files_end_at_a_limit(text: str) -> None:
    """A file made to exhaust a parser costs no more than a large one, and nobody calls it clean."""
    start = time.perf_counter()
    problem = yaml.parse("f", text.encode()).problem
    assert time.perf_counter() - start < 5  # a limit of seconds, although each takes a fraction of one
    assert problem is not None
    assert problem.kind == "limit"


def test_an_alias_counts_as_what_it_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds for what a reader of the nodes would walk through, the last alias of a file included."""
    monkeypatch.setattr(yaml, "MAX_NODES", 100)
    items = ", ".join("x" * 60)
    assert values(read(f"a: &a [{items}]\n").root) == {"a": ["x"] * 60}
    for brought_in in ("b: *a", "b: [*a]", "b: {c: *a}"):
        problem = yaml.parse("f", f"a: &a [{items}]\n{brought_in}\n".encode()).problem
        assert problem is not None, brought_in
        assert problem.message.startswith("it holds more than 100 values")


def test_large_files_are_read_in_linear_time() -> None:
    """No way to write a value costs a walk through the whole file."""
    kinds = "a{0}: |\n  x\nb{0}: &b{0} !!str x\nc{0}: 'x\x85y'\rd{0}: &d{0}\n- x\ne{0}: *d{0}\n"
    text = "".join(kinds.format(i) for i in range(2_500))
    start = time.perf_counter()
    read(text)
    assert time.perf_counter() - start < 10  # it takes half a second, and with such walks half a minute


def test_a_file_that_is_nothing_but_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds for the densest file that YAML allows, though no alias brings anything into it."""
    monkeypatch.setattr(yaml, "MAX_NODES", 10)
    assert values(read("{a,b,c,d}").root) == dict.fromkeys("abcd")
    problem = yaml.parse("f", b"{a,b,c,d,e}").problem
    assert problem is not None
    assert problem.message.startswith("it holds more than 10 values")


@pytest.mark.parametrize(("lists", "kind"), [(148, None), (149, "limit")])
def test_an_alias_is_as_deep_as_what_it_brings(lists: int, kind: str | None) -> None:
    """A mapping is too deep at the same level, whether it is written out there or brought in."""
    for inner in ("{}", "*a"):
        problem = yaml.parse("f", f"a: &a {{}}\nb: {'[' * lists}{inner}{']' * lists}\n".encode()).problem
        assert (problem.kind if problem is not None else None) == kind, inner
