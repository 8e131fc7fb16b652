r"""Regular expressions of JSON Schemas, matched in time that grows with the product of text and pattern.

Python's `re` backtracks, and both pattern and text come from the repository: one short line of each could hold a run
for years. This knows what schemas use — characters, `.`, classes, `\d \w \s \b`, groups, `|`, `*`, `+`, `?`, `{m,n}`,
`^` and `$` — and refuses the rest by name. Source: Thompson's construction, as in Russ Cox, "Regular Expression
Matching Can Be Simple And Fast".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from gitopslint.model.namedtuple import NamedTuple

MOST_STATES = 2000
_MOST_DEPTH = 50
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}

Test = Callable[[str], bool]
Assertion = Literal["start", "end", "boundary", "inside"]


class RegexError(ValueError):
    """A pattern that is malformed, too large, or uses what this module does not know."""


class Tree(NamedTuple):
    """A parsed pattern: `kind` says what `parts` are joined by, or that it is a single test."""

    kind: Literal["test", "assert", "sequence", "choice", "repeat", "group"]
    parts: tuple[Tree, ...] = ()
    test: Test | None = None
    assertion: Assertion | None = None
    least: int = 0
    most: int | None = None
    lazy: bool = False
    number: int = 0


class Regex:
    """A compiled pattern."""

    def __init__(self, tree: Tree) -> None:
        self._tests: list[Test | None] = []
        self._assertions: list[Assertion | None] = []
        self._next: list[tuple[int, ...]] = []
        self._end = self._state()
        self._start = self._built(tree, self._end)

    def found_in(self, text: str) -> bool:
        """Tell whether the pattern fits anywhere in a text, as JSON Schema wants."""
        now: set[int] = set()
        for at in range(len(text) + 1):
            now = self._closed(now | {self._start}, text, at)
            if self._end in now:
                return True
            if at == len(text):
                break
            character = text[at]
            now = {
                after
                for state in now
                if (test := self._tests[state]) is not None and test(character)
                for after in self._next[state]
            }
        return False

    def _closed(self, states: set[int], text: str, at: int) -> set[int]:
        """Follow every step that takes no character."""
        reached: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state in reached:
                continue
            reached.add(state)
            if self._tests[state] is None and is_so(self._assertions[state], text, at):
                waiting += self._next[state]
        return reached

    def _state(self, test: Test | None = None, assertion: Assertion | None = None, *after: int) -> int:
        if len(self._next) >= MOST_STATES:
            raise RegexError("it is too large")
        self._tests.append(test)
        self._assertions.append(assertion)
        self._next.append(after)
        return len(self._next) - 1

    def _built(self, tree: Tree, after: int) -> int:
        """Return the state from which the tree leads to `after`."""
        match tree.kind:
            case "test" | "assert":
                return self._state(tree.test, tree.assertion, after)
            case "sequence":
                for part in reversed(tree.parts):
                    after = self._built(part, after)
                return after
            case "choice":
                return self._state(None, None, *(self._built(part, after) for part in tree.parts))
        (part,) = tree.parts
        if tree.most is None:
            loop = self._state()
            self._next[loop] = (self._built(part, loop), after)
            after = loop
        else:
            end = after
            for _ in range(tree.most - tree.least):
                after = self._state(None, None, self._built(part, after), end)
        for _ in range(tree.least):
            after = self._built(part, after)
        return after


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Regex:
    """Return a pattern that is ready to match. Raises RegexError."""
    parser = Parser(pattern)
    return Regex(parser.whole())


class Parser:
    """Reads one pattern."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def whole(self) -> Tree:
        """Return the tree of the pattern. Raises RegexError."""
        tree = self._choice()
        if self._at < len(self._text):
            raise RegexError(f"')' at {self._at + 1} closes nothing")
        return tree

    def _choice(self) -> Tree:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise RegexError("its groups are nested too deeply")
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Tree("choice", tuple(parts))

    def _sequence(self) -> Tree:
        parts = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            parts.append(self._repeated(self._atom()))
        return Tree("sequence", tuple(parts))

    def _repeated(self, tree: Tree) -> Tree:
        times = self._times()
        if times is None:
            return tree
        lazy = self._take("?")  # for whether it fits at all, that is the same
        if tree.kind == "assert" or self._times() is not None:
            raise RegexError("a repetition, '^' or '$' cannot be repeated")
        return Tree("repeat", (tree,), least=times[0], most=times[1], lazy=lazy)

    def _times(self) -> tuple[int, int | None] | None:
        if self._take("*"):
            return 0, None
        if self._take("+"):
            return 1, None
        return (0, 1) if self._take("?") else self._counted()

    def _counted(self) -> tuple[int, int | None] | None:
        if self._peek() != "{":
            return None
        end = self._text.find("}", self._at)
        least, comma, most = self._text[self._at + 1 : max(end, self._at + 1)].partition(",")
        if not (least.isdecimal() and least.isascii() and (most == "" or (most.isdecimal() and most.isascii()))):
            return None  # a brace without a count is a character
        self._at = end + 1
        low, high = int(least[:5]), int(most[:5]) if most else None if comma else int(least[:5])
        if high is not None and high < low:
            raise RegexError(f"{{{least},{most}}} counts backwards")
        return low, high

    def _atom(self) -> Tree:
        character = self._text[self._at]
        self._at += 1
        if character == "(":
            return self._group()
        if character == "[":
            return Tree("test", test=self._class())
        if character == ".":
            return Tree("test", test=lambda one: one not in "\n\r\u2028\u2029")
        if character in "^$":
            return Tree("assert", assertion="start" if character == "^" else "end")
        if character in "*+?":
            raise RegexError(f"{character!r} at {self._at} repeats nothing")
        if character != "\\":
            return Tree("test", test=character.__eq__)
        if self._peek() in ("b", "B"):
            return Tree("assert", assertion="boundary" if self._next() == "b" else "inside")
        return Tree("test", test=self._escaped())

    def _group(self) -> Tree:
        if self._peek() == "?":
            self._at += 1
            if not self._take(":"):
                raise RegexError("look-around, names and flags of groups are not known here; '(?:' is")
        tree = self._choice()
        if not self._take(")"):
            raise RegexError("a '(' is not closed")
        return tree

    def _class(self) -> Test:
        negated = self._take("^")
        tests: list[Test] = []
        ranges: list[tuple[str, str]] = []
        while not self._take("]"):
            first = self._member()
            if isinstance(first, str):
                ranges.append((first, self._range_end(first)))
            else:
                tests.append(first)

        def test(one: str) -> bool:
            inside = any(low <= one <= high for low, high in ranges) or any(other(one) for other in tests)
            return inside != negated

        return test

    def _range_end(self, first: str) -> str:
        if self._peek() != "-" or self._text[self._at + 1 : self._at + 2] in ("]", ""):
            return first
        self._at += 1
        last = self._member()
        if not isinstance(last, str) or last < first:
            raise RegexError("a range in '[' counts backwards")
        return last

    def _member(self) -> str | Test:
        character = self._next()
        if character != "\\":
            return character
        if self._peek() == "b":
            self._at += 1
            return "\b"
        known = self._peek()
        test = self._escaped()
        return test if known in "dDwWsS" else self._literal

    def _escaped(self) -> Test:
        r"""Read what stands behind a `\`; a plain character is kept in `_literal`."""
        kind = self._next()
        if kind in "dDwWsS":
            inside = {"d": _is_digit, "w": _is_word, "s": str.isspace}[kind.lower()]
            return inside if kind.islower() else lambda one: not inside(one)
        if kind in "xu":
            width = 2 if kind == "x" else 4
            digits = self._text[self._at : self._at + width]
            if len(digits) < width or any(one not in "0123456789abcdefABCDEF" for one in digits):
                raise RegexError(f"'\\{kind}' needs {width} hex digits")
            self._at += width
            self._literal = chr(int(digits, 16))
        elif kind in _ESCAPES:
            self._literal = _ESCAPES[kind]
        elif kind.isalnum():
            raise RegexError(f"'\\{kind}' is not known here")
        else:
            self._literal = kind
        return self._literal.__eq__

    _literal = ""

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise RegexError("it ends in the middle of something")
        self._at += 1
        return self._text[self._at - 1]

    def _take(self, character: str) -> bool:
        if self._peek() == character:
            self._at += 1
            return True
        return False


def is_so(assertion: Assertion | None, text: str, at: int) -> bool:
    """Tell whether an assertion holds at an offset of a text."""
    if assertion is None:
        return True
    if assertion == "start":
        return at == 0
    if assertion == "end":
        return at == len(text)
    words = [0 <= place < len(text) and _is_word(text[place]) for place in (at - 1, at)]
    return (words[0] != words[1]) == (assertion == "boundary")


def _is_digit(one: str) -> bool:
    return "0" <= one <= "9"


def _is_word(one: str) -> bool:
    return one == "_" or (one.isascii() and one.isalnum())
