"""Sources: columns as SARIF counts them, line hashes as GitHub makes them, and masks that hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.model.source import Source, masked
from gitopslint.model.span import Span

texts = st.text(st.characters(codec="utf-8") | st.sampled_from("\n\r \tab"), max_size=300)

# The first two are the vectors of codeql-action's own tests.
HASHES = {
    "an empty file": ("", ["c129715d7a2bc9a3:1"]),
    "blanks do not count": (
        " a\nb\n  \t\tc\n d",
        ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    ),
    "DOS line ends": (
        " a\r\nb\r\n  \t\tc\r\n d",
        ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), HASHES.values(), ids=HASHES)
def test_line_hashes(text: str, expected: list[str]) -> None:
    """Every line has the hash that GitHub gives it, so that an alert stays the same when its line moves."""
    assert masked(text).line_hashes() == expected


def test_equal_lines_are_told_apart() -> None:
    """The number behind the hash counts the lines that look the same for a hundred characters on."""
    hashes = [one.partition(":") for one in masked("x\n" * 101).line_hashes()]
    assert len({value for value, _, _ in hashes[:2]}) == 1
    assert [number for _, _, number in hashes[:3]] == ["1", "2", "3"]
    assert len({value for value, _, _ in hashes[-20:]}) == 20  # they see the end of the file


def codeql_hashes(text: str) -> dict[int, str]:
    """Return the hashes by line, unit by unit as codeql-action's `fingerprints.ts` works."""
    window, lines, index = [0] * 100, [-1] * 100, 0
    value, line, line_start, after_return = 0, 0, True, False
    seen: dict[str, int] = {}
    hashes: dict[int, str] = {}

    def give_out() -> None:
        name = f"{value:x}"
        seen[name] = seen.get(name, 0) + 1
        hashes[lines[index]] = f"{name}:{seen[name]}"
        lines[index] = -1

    def update(unit: int) -> None:
        nonlocal value, index
        begin, window[index] = window[index], unit
        value = (37 * value + unit - pow(37, 100, 1 << 64) * begin) % (1 << 64)
        index = (index + 1) % 100

    raw = text.encode("utf-16-le")
    units = [raw[i] + (raw[i + 1] << 8) for i in range(0, len(raw), 2)]
    for unit in [*units, 65535]:
        if unit in (32, 9) or (after_return and unit == 10):
            after_return = False
            continue
        after_return = unit == 13
        now = 10 if unit == 13 else unit
        if lines[index] != -1:
            give_out()
        if line_start:
            line_start, line = False, line + 1
            lines[index] = line
        line_start = now == 10
        update(now)
    for _ in range(100):
        if lines[index] != -1:
            give_out()
        update(0)
    return hashes


@given(texts)
def test_line_hashes_are_those_of_github(text: str) -> None:
    """Whatever the file, the lines that an editor shows have the hashes of codeql-action."""
    expected = codeql_hashes(text)
    # A carriage return alone starts a line for GitHub, but not for us.
    whole = text.replace("\r\n", "\n")
    starts = [1 + whole.count("\n", 0, at) + whole.count("\r", 0, at) for at in _line_starts(whole)]
    assert masked(text).line_hashes() == [expected[start] for start in starts]


def _line_starts(text: str) -> list[int]:
    return [0, *(position + 1 for position, character in enumerate(text) if character == "\n")]


COLUMNS = {
    "ASCII": ("abc", 3, 3),
    "one unit": ("éü日本 x", 6, 6),
    "two units": ("😀😀 x", 4, 6),
    "behind half of them": ("a😀b😀c", 3, 4),
    "behind the end": ("😀", 2, 3),
    "far behind the end": ("😀", 9, 10),
    "on no line": ("", 5, 5),
}


@pytest.mark.parametrize(("line", "column", "expected"), COLUMNS.values(), ids=COLUMNS)
def test_utf16_columns(line: str, column: int, expected: int) -> None:
    """Columns in code points become columns in UTF-16 units, both from 1."""
    assert Source((line,)).utf16_column(1, column) == expected


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=50), st.integers(0, 50))
def test_utf16_columns_count_units(line: str, before: int) -> None:
    """The column is one more than the UTF-16 units before it."""
    before = min(before, len(line))
    units = len(line[:before].encode("utf-16-le")) // 2
    assert masked(line).utf16_column(1, before + 1) == units + 1


def test_lines() -> None:
    """Lines count from 1, have no line ends, and are empty beyond the end of the file."""
    source = masked("a\r\nb\n\nc\x85d\u2028e\rf")
    assert source.lines == ("a", "b", "", "c\x85d\u2028e\rf")
    assert [source.line(number) for number in (-1, 0, 1, 4, 5)] == ["", "", "a", "c\x85d\u2028e\rf", ""]
    assert Source(()).line_hashes() == []


MASKS = {
    "one": ("a: secret # x\n", [(1, 4, 1, 10)], "a: ****** # x\n"),
    "a whole line": ("secret\nb", [(1, 1, 1, 7)], "******\nb"),
    "over several lines": ("a: |\n  se\n  cret\nb", [(1, 4, 3, 7)], "a: *\n****\n******\nb"),
    "with DOS line ends": ("a: 'se\r\n  cret'\r\nb", [(1, 4, 2, 8)], "a: ***\n*******\nb"),
    "two on a line": ("{a: b, c: d}", [(1, 5, 1, 6), (1, 11, 1, 12)], "{a: *, c: *}"),
    "one inside another": ("a: secret", [(1, 4, 1, 10), (1, 6, 1, 8)], "a: ******"),
    "characters of two units": ("a: 😀😀 b", [(1, 4, 1, 6)], "a: ** b"),
    "beyond the end": ("a: b", [(3, 1, 4, 5)], "a: b"),
    "of nothing": ("a: b", [(1, 4, 1, 4)], "a: b"),
}


@pytest.mark.parametrize(("text", "spans", "expected"), MASKS.values(), ids=MASKS)
def test_masks(text: str, spans: list[tuple[int, int, int, int]], expected: str) -> None:
    """Under a span there is nothing left but asterisks, as many as there were characters; all else stays."""
    assert masked(text, [Span("f", *span) for span in spans]).lines == tuple(expected.split("\n"))


@given(st.lists(st.text(st.characters(exclude_characters="\r\n*"), max_size=9), min_size=1, max_size=6), st.data())
def test_masks_hold(lines: list[str], data: st.DataObject) -> None:
    """Every character under a span is gone, every other one is there, and no line changes its length."""
    places = [(number, column) for number, line in enumerate(lines, 1) for column in range(1, len(line) + 2)]
    first, second = sorted((data.draw(st.sampled_from(places)), data.draw(st.sampled_from(places))))
    found = masked("\n".join(lines), [Span("f", *first, *second)])
    for number, line in enumerate(lines, 1):
        hidden = [first <= (number, column) < second for column in range(1, len(line) + 1)]
        expected = "".join("*" if hide else character for hide, character in zip(hidden, line, strict=True))
        assert found.line(number) == expected
