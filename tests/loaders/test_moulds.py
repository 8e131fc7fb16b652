"""Moulds read what the parser reads, whatever stands in the gaps; and they do read."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.loaders import moulds, yaml
from gitopslint.loaders.moulds import Moulds
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract
from gitopslint.model.document import Document
from tests.support.documents import SCALARS, Writer, dumped
from tests.support.nodes import everything, under

BATCH = 20
BARE = """\
# Settings of {0}. Только имена.

env:
  URL: "https://{1}.example.com"
  LOG: {2}  # for now
envFrom:
  secretRef: '{0}-env'
  extra:
    - {3}
resources:
  requests: {{cpu: 50m}}
jobs:
  common: &job
    retries: 2
  migrate:
    <<: *job
    args: [up]
config: |
  # no comment
  name: fixed
replicas: {4}
"""
ODDITIES = (
    *SCALARS,
    *("a: b", "- x", "a:", "#", "a #b", "a#b", ":a", "-", "- -", "?", "{", "}", "[", "]", "a]", "{a: b}", "[a, b]"),
    *(
        "|",
        ">-",
        "&x y",
        "*x",
        "!t v",
        "%",
        "@a",
        "`a",
        "\ta",
        "a\tb",
        "a ",
        "a  b",
        " ",
        "'",
        '"',
        "'a",
        "a'",
        "'a\"b'",
    ),
    *("---", "...", "--- a", "\x85", "a\u2028b", "\ufeff", "\x07", "\x7f", "a\rb", "a\r", ".inf", "1e999", "=", "<<"),
    *("\xa0", "a\xa0", "x" * 1100, '"' + "x" * 1100 + '"', "a :b", "$x", "(x)", "^", "/", "\\", '"a\\', "{{ x }}", ""),
)
LETTERS = " abcX019:#-\"'\\[]{},&*!|>%@`~$.+=?/()<^;_é\u2028\x85\ufeff\t\r"


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a mould of the first entry of a shape."""
    monkeypatch.setattr(moulds, "_PARSED_FIRST", 0)


def told(document: Document) -> Any:
    """Return all that a document says about itself."""
    return document.text, document.problem, document.unrepeated, [everything(root) for root in document.roots]


def by_mould(reader: Moulds, text: str) -> Document | None:
    """Return what a reader makes of a file without the parser; None where it needs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "parse", lambda path, _: Document(path, "asked the parser"))
        document = reader.parse("other", text.encode())
    return None if document.text == "asked the parser" and not document.roots else document


def variants(text: str, chance: random.Random) -> Iterator[str]:
    """Yield a text with other values and comments in some places, most of which fit, and many of which break it."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        starts = [match.end() for match in re.finditer(r"[:-] +[\"']?|#", line)]
        if starts and chance.random() < 0.5:
            start = chance.choice(starts)
            quoted = line[start - 1] in "\"'" and line.endswith(line[start - 1])
            end = len(line) - (quoted and chance.random() < 0.6)
            lines[number] = line[:start] + filling(chance) + line[max(start, end) :]
    yield "\n".join(lines)


def filling(chance: random.Random) -> str:
    """Return what may stand in a gap, or may not."""
    letters = "".join(chance.choices(LETTERS, k=chance.randint(0, 6)))
    return chance.choice((chance.choice(ODDITIES), letters, f'"{letters}"', f"'{letters}'", "word", "1.10"))


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=60)
def test_a_mould_reads_what_the_parser_reads(seed: int, wild: bool) -> None:
    """Values, texts, styles, spans, keys, uses and problems are the same, whether an entry fits or not."""
    chance = random.Random(seed)
    reader = Moulds()
    for _ in range(BATCH):
        data = {chance.choice(ODDITIES): [chance.choice(ODDITIES), {"a": chance.choice(ODDITIES), "b": 1}]}
        text = Writer(chance, wild=wild).document() if chance.random() < 0.7 else dumped(data, chance)
        text = text.replace("\n", "\r\n") if chance.random() < 0.1 else text
        reader.parse("first", text.encode())
        for other in (text, *variants(text, chance), *variants(text, chance)):
            assert told(reader.parse("f", other.encode())) == told(yaml.parse("f", other.encode())), other


@pytest.mark.parametrize("parser", ["libyaml", "without libyaml"])
def test_a_file_of_known_shape_needs_no_parser(parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other values, comments and blank lines between do not matter, and everything stands where it would."""
    if parser == "without libyaml":
        monkeypatch.setattr("gitopslint.loaders.stream._CParser", None)
    reader = Moulds()
    reader.parse("first", BARE.format("shop", "shop", "info", "shop-s3", 1).encode())
    for values in (
        ("longer-name", "a.b", "debug and more", "x:y", "0x10"),
        ("é", "", "on", "日本😀", "~"),
    ):
        text = BARE.format(*values)
        document = by_mould(reader, text)
        assert document is not None
        assert told(document) == told(yaml.parse("other", text.encode()))


def test_what_neighbours_have_in_common_is_held_once() -> None:
    """A text that stands at the same place of the file before is that text, and no node has a place until it is asked.

    A copy with another text stands where the first one does.
    """
    reader = Moulds()
    reader.parse("first", BARE.format("shop", "shop", "info", "shop-s3", 1).encode())
    texts = [BARE.format(name, "a.b", "debug and more", "x y", number) for number, name in enumerate(("one", "two"))]
    one, two = (document for text in texts if (document := by_mould(reader, text)) is not None)
    mine, its = (document.root.mapping["env"].mapping for document in (one, two))
    assert mine["LOG"].text is its["LOG"].text
    assert mine["URL"]._where is its["URL"]._where
    copy = mine["LOG"].changed(text="no")
    assert copy.span == mine["LOG"].span
    assert under(texts[0], copy.span) == "debug and more"
    assert told(one) == told(yaml.parse("other", texts[0].encode()))
    assert told(two) == told(yaml.parse("other", texts[1].encode()))


# Files of which all entries are known, and which mean something else than their entries one by one.
TOGETHER = {
    "the same key twice": "a: 1\nb: 2\na: 3\n",
    "the same key in two spellings": "7: 1\n'7': 2\n",
    "the end of a document": "a: 1\n...\nb: 2\n",
    "a second document": "a: 1\n---\nb: 2\n",
    "a directive": "%YAML 1.2\n---\na: 1\n",
    "an alias to another entry": "a: &x 1\nb: *x\n",
    "a merge key": "a: &x {c: 1}\n<<: *x\n",
    "no line end": "a: |\n  x",
    "an infinity": "a: .inf\n",
    "text in front": "# c\nx\na: 1\n",
    "a list": "- a: 1\n- b: 2\n",
    "nothing": "",
    "a mark": "\ufeffa: 1\nb: 2\n",
    "a quotation over entries": 'a: "x\nb: 2\nc: y"\n',
    "a list over entries": "a: [\nb: 2\n]\n",
}


@pytest.mark.parametrize("text", TOGETHER.values(), ids=TOGETHER)
def test_entries_mean_alone_what_they_mean_together(text: str) -> None:
    """Where they do not, the parser is asked."""
    reader = Moulds()
    for entry in ("a: 1\n", "b: 2\n", "a: 3\n", "7: 1\n", "'7': 2\n", "a: &x 1\n", "a: |\n  x\n", 'c: "y"\n', text):
        reader.parse("first", entry.encode())
    assert told(reader.parse("f", text.encode())) == told(yaml.parse("f", text.encode()))


def test_what_never_repeats_costs_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader keeps as many moulds and counts as it may, and reads on."""
    monkeypatch.setattr(moulds, "_MOST_COUNTED", 50)
    reader = Moulds()
    for number in range(1000):
        document = reader.parse("f", f"k{number}: v\nsame: {number}\n".encode())
        assert document.root.mapping["same"].text == str(number)
    assert reader._made <= moulds._MOST_MOULDS
    assert len(reader._known) <= reader._made
    assert len(reader._parsed) <= 50


def test_many_apps_are_read_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """With many layers moulds read them, and every node of every unit is what the parser makes of it."""
    chance = random.Random(7)
    files = {
        "deploy/charts/web-app/Chart.yaml": "name: web-app\n",
        "deploy/charts/web-app/values.yaml": "replicas: 1\n",
    }
    for number in range(30):
        for environment in ("dev", "prod"):
            name = f"shop-{number}"
            text = BARE.format(name, chance.choice("abc"), chance.choice(ODDITIES), "x", number)
            files[f"deploy/env/{environment}/{name}.yaml"] = text
            files[f"deploy/env/release-{environment}/{name}.yaml"] = f'image: # r\n  tag: "1.{number}"\n'
    found = []
    for many in (0, 10**6):
        monkeypatch.setattr(yaml, "_MANY", many)
        units = Product(MemoryTree(files), Contract()).units()
        found.append([[told(document) for document in unit.documents] for unit in units])
    assert found[0] == found[1]
    assert sum(map(len, found[0])) > 100
