"""Comments, and the `#` that starts none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.loaders.comments import comments
from tests.support.documents import Writer
from tests.support.nodes import values

# Text and its comments: place, text, and `alone` for one that has its line to itself.
CASES = {
    "none": ("a: 1\n", []),
    "on a line of its own": ("# x\na: 1\n", ["1:1 x alone"]),
    "indented": ("a:\n  # x\n  b: 1\n", ["2:3 x alone"]),
    "behind a value": ("a: 1 # x\n", ["1:6 x"]),
    "behind a key": ("a: # x\n  1\n", ["1:4 x"]),
    "behind a tab": ("a: 1\t# x\n", ["1:6 x"]),
    "behind a dash": ("- # x\n  a\n", ["1:3 x"]),
    "without a blank": ("#x\n", ["1:1 x alone"]),
    "with nothing in it": ("#\na: 1 #\n", ["1:1  alone", "2:6 "]),
    "of a comment": ("# x # y\n", ["1:1 x # y alone"]),
    "several": ("# a\n# b\n\nc: 1 # d\n# e", ["1:1 a alone", "2:1 b alone", "4:6 d", "5:1 e alone"]),
    "no blank before it: text": ("a: b#c\nd#e: 1\n", []),
    "in single quotes": ("a: 'b # c' # d\n", ["1:12 d"]),
    "in double quotes": ('a: "b # c" # d\n', ["1:12 d"]),
    "in quotes of several lines": ("a: 'b\n  # c\n  d' # e\n", ["3:6 e"]),
    "in a quoted key": ("'a # b': c # d\n", ["1:12 d"]),
    "in a literal": ("a: |\n  # b\n  c # d\ne: 1 # f\n", ["4:6 f"]),
    "in a folded text": ("a: >-\n  # b\n# c\ne: 1\n", ["3:1 c alone"]),
    "behind the indicator of a literal": ("a: | # b\n  # c\n", ["1:6 b"]),
    "behind the indicator of a tagged literal": ("a: !!str |- # b\n  # c\n", ["1:13 b"]),
    "between a tag and its value": ("a: !!str # b\n  c\n", ["1:10 b"]),
    "between an anchor and its value": ("a: &x # b\n  'c # d'\n", ["1:7 b"]),
    "behind an alias": ("a: &x 1\nb: *x # c\n", ["2:7 c"]),
    "inside brackets": ("a: [b, # c\n  d]\n", ["1:8 c"]),
    "behind brackets": ("a: [b] # c\nd: {e: f}# g\n", ["1:8 c", "2:10 g"]),
    "behind quotes, without a blank": ("a: 'b'# c\n", ["1:7 c"]),
    "behind a comma, without a blank": ("a: [b,# c\n  d]\n", ["1:7 c"]),
    "around documents": ("# a\n--- # b\nc\n... # d\n# e\n", ["1:1 a alone", "2:5 b", "4:5 d", "5:1 e alone"]),
    "behind a directive": ("%YAML 1.1 # a\n---\nb: 1\n", ["1:11 a"]),
    "DOS line ends": ("# a\r\nb: 1 # c\r\n", ["1:1 a alone", "2:6 c"]),
    "a lone carriage return ends it": ("# a\rb: 'c # d'\r# e\n", ["1:1 a alone", "1:16 e"]),
    "NEL ends it": ("a: 1 # b\x85c: 'd # e'\n", ["1:6 b"]),
    "behind a byte order mark": ("\ufeff# a\n", ["1:1 a alone"]),
    "behind other alphabets": ("é: 😀 # ü\n", ["1:6 ü"]),
    "in a file that Helm refuses": ("a: .inf # b\n~: 1 # c\nd: 1 # e\n", ["1:9 b", "2:6 c", "3:6 e"]),
    "before a break": ("a: 1 # b\n# c\nd: e: f # g\n", ["1:6 b", "2:1 c alone"]),
    "behind quotes that never end": ("a: 1 # b\n# c\nd: 'e # f\n# g\n", ["1:6 b", "2:1 c alone"]),
    "behind brackets that never end": ("a: [ # b\n# c\n", ["1:6 b", "2:1 c alone"]),
    "before a second quoted text": ("a: 1\n# b\n'c # d' 'e # f\n", ["2:1 b alone"]),
    "nothing is sure before a control character": ("a: 1 # b\nc: \x07 # d\n", []),
}


@pytest.mark.parametrize("without_libyaml", [False, True], ids=["libyaml", "without libyaml"])
@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_comments(text: str, expected: list[str], without_libyaml: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment is what YAML takes for one, wherever it stands; of a broken file, those before the break."""
    if without_libyaml:
        if "\t" in text:
            pytest.skip("PyYAML's own parser takes no tabs")
        monkeypatch.setattr("gitopslint.loaders.stream._CParser", None)
    found = [
        f"{comment.line}:{comment.column} {comment.text}" + " alone" * comment.alone
        for comment in comments(yaml.parse("f", text.encode()))
    ]
    assert found == expected


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=300)
def test_a_comment_is_all_that_is_not_in_a_text(seed: int, wild: bool) -> None:
    """Without its comments a file has the same values and no comments."""
    text = Writer(random.Random(seed), wild=wild).document()
    document = yaml.parse("f", text.encode())
    lines = dict(enumerate(text.split("\n"), 1))
    for comment in comments(document):
        line = lines.pop(comment.line)
        assert line[comment.column - 1] == "#"
        if not comment.alone:  # an empty line could be one of a text above
            lines[comment.line] = line[: comment.column - 1]
    bare = yaml.parse("f", "\n".join(lines[number] for number in sorted(lines)).encode())
    assert list(comments(bare)) == []
    assert list(map(values, bare.roots)) == list(map(values, document.roots))
    assert (bare.problem and bare.problem.message) == (document.problem and document.problem.message)
