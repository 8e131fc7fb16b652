r"""Regular expressions as Go writes them, with the places that they fit, in time that grows with text times pattern.

For patterns that a repository brings along, such as those of a `gitleaks.toml`. On top of what `model/regex.py` knows
there are groups, flags (`(?i)`, `(?s)`, `(?m)`), `\A`, `\z` and classes such as `[[:alnum:]]`; `\p{…}` is refused.
Source: github.com/google/re2/wiki/Syntax, and Russ Cox, "Regular Expression Matching: the Virtual Machine Approach".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.regex import MOST_STATES, Parser, RegexError, Test, Tree, is_so

_POSIX: dict[str, str] = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
    "space": "\\t\\n\\v\\f\\r ",
    "blank": "\\t ",
    "punct": "!-/:-@\\[-`{-~",
}
_MOST_MATCHES = 10_000


class Match(NamedTuple):
    """Where a pattern fits, and where each of its groups does; None for a group that took no part."""

    start: int
    end: int
    groups: tuple[tuple[int, int] | None, ...]


class _Step(NamedTuple):
    """One state: a test of a character, or a way on that takes none. `mark` is where the place is noted."""

    after: tuple[int, ...]
    test: Test | None = None
    assertion: str | None = None
    mark: int = -1


class GoRegex:
    """A compiled pattern."""

    def __init__(self, pattern: str) -> None:
        """Compile a pattern. Raises RegexError."""
        parser = _GoParser(pattern)
        tree = parser.whole()
        self.groups = parser.groups
        self._steps: list[_Step] = []
        self._end = self._add(_Step(()))
        self._start = self._built(tree, self._end)
        self._first: dict[str, bool] = {}
        self._empty = self._takes_nothing()

    def matches(self, text: str) -> Iterator[Match]:
        """Yield the places where the pattern fits, from left to right, none inside another."""
        at = 0
        for _ in range(_MOST_MATCHES):
            found = self.search(text, at)
            if found is None:
                return
            yield found
            at = found.end if found.end > found.start else found.end + 1

    def found_in(self, text: str) -> bool:
        """Tell whether the pattern fits anywhere."""
        return self.search(text) is not None

    def search(self, text: str, start: int = 0) -> Match | None:
        """Return the first place from an offset on where the pattern fits."""
        threads: list[tuple[int, tuple[int, ...]]] = []
        best: tuple[int, ...] | None = None
        blank = (-1,) * (2 * self.groups + 2)
        for at in range(start, len(text) + 1):
            character = text[at] if at < len(text) else ""
            if best is None and (threads or self._empty or self._may_start(character)):
                threads = self._closed([*threads, (self._start, (at, *blank[1:]))], text, at)
            elif not threads:
                if best is not None:
                    break
                continue
            else:
                threads = self._closed(threads, text, at)
            following: list[tuple[int, tuple[int, ...]]] = []
            for state, places in threads:
                step = self._steps[state]
                if state == self._end:
                    best = (places[0], at, *places[2:])
                    break  # what comes later is less wanted
                if character and step.test is not None and step.test(character):
                    following.append((step.after[0], places))
            threads = following
        return None if best is None else self._match(best)

    def _match(self, places: tuple[int, ...]) -> Match:
        pairs = zip(places[2::2], places[3::2], strict=True)
        return Match(places[0], places[1], tuple(None if -1 in pair else pair for pair in pairs))

    def _may_start(self, character: str) -> bool:
        """Tell whether any match can start with a character."""
        if character not in self._first:
            tests = [self._steps[state].test for state in self._reachable()]
            self._first[character] = bool(character) and any(test is not None and test(character) for test in tests)
        return self._first[character]

    def _reachable(self) -> set[int]:
        seen: set[int] = set()
        waiting = [self._start]
        while waiting:
            state = waiting.pop()
            if state not in seen:
                seen.add(state)
                if self._steps[state].test is None:
                    waiting += self._steps[state].after
        return seen

    def _takes_nothing(self) -> bool:
        return self._end in self._reachable()

    def _closed(
        self, threads: list[tuple[int, tuple[int, ...]]], text: str, at: int
    ) -> list[tuple[int, tuple[int, ...]]]:
        """Follow every step that takes no character, the most wanted way first."""
        reached: set[int] = set()
        closed: list[tuple[int, tuple[int, ...]]] = []
        waiting = threads[::-1]
        while waiting:
            state, places = waiting.pop()
            if state in reached:
                continue
            reached.add(state)
            step = self._steps[state]
            if step.test is not None or state == self._end:
                closed.append((state, places))
                continue
            if step.assertion is not None and not _holds(step.assertion, text, at):
                continue
            if step.mark >= 0:
                places = (*places[: step.mark], at, *places[step.mark + 1 :])
            waiting += [(after, places) for after in reversed(step.after)]
        return closed

    def _add(self, step: _Step) -> int:
        if len(self._steps) >= MOST_STATES:
            raise RegexError("it is too large")
        self._steps.append(step)
        return len(self._steps) - 1

    def _built(self, tree: Tree, after: int) -> int:
        """Return the state from which the tree leads to `after`."""
        match tree.kind:
            case "test":
                return self._add(_Step((after,), tree.test))
            case "assert":
                return self._add(_Step((after,), None, tree.assertion))
            case "sequence":
                for part in reversed(tree.parts):
                    after = self._built(part, after)
                return after
            case "choice":
                return self._add(_Step(tuple(self._built(part, after) for part in tree.parts)))
            case "group":
                closing = self._add(_Step((after,), mark=2 * tree.number + 1))
                return self._add(_Step((self._built(tree.parts[0], closing),), mark=2 * tree.number))
        return self._repeated(tree, after)

    def _repeated(self, tree: Tree, after: int) -> int:
        (part,) = tree.parts

        def fork(inside: int, outside: int) -> tuple[int, ...]:
            return (outside, inside) if tree.lazy else (inside, outside)

        if tree.most is None:
            loop = self._add(_Step(()))
            self._steps[loop] = _Step(fork(self._built(part, loop), after))
            after = loop
        else:
            end = after
            for _ in range(tree.most - tree.least):
                after = self._add(_Step(fork(self._built(part, after), end)))
        for _ in range(tree.least):
            after = self._built(part, after)
        return after


@lru_cache(maxsize=512)
def go_regex(pattern: str) -> GoRegex:
    """Return a pattern that is ready to search. Raises RegexError."""
    return GoRegex(pattern)


def _holds(assertion: str, text: str, at: int) -> bool:
    if assertion == "line-start":
        return at == 0 or text[at - 1] == "\n"
    if assertion == "line-end":
        return at == len(text) or text[at] == "\n"
    return is_so(assertion, text, at)  # type: ignore[arg-type]


class _GoParser(Parser):
    """Knows what Go knows more."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.groups = 0
        self._flags = frozenset[str]()

    def _group(self) -> Tree:
        before = self._flags
        if not self._take("?"):
            tree = self._numbered()
        elif self._peek() in ("P", "<"):
            self._take("P")
            if not self._take("<") or self._peek() in ("=", "!"):
                raise RegexError("look-around and back references are not known here")
            end = self._text.find(">", self._at)
            if end < 0:
                raise RegexError("the name of a group is not closed")
            self._at = end + 1
            tree = self._numbered()
        else:
            self._read_flags()
            if self._take(")"):  # for the rest of the group around it
                return Tree("sequence")
            if not self._take(":"):
                raise RegexError("look-around and back references are not known here")
            tree = self._choice()
        if not self._take(")"):
            raise RegexError("a '(' is not closed")
        self._flags = before
        return tree

    def _numbered(self) -> Tree:
        self.groups += 1
        number = self.groups
        return Tree("group", (self._choice(),), number=number)

    def _read_flags(self) -> None:
        on = True
        while (flag := self._peek()) and flag in "imsU-":
            self._at += 1
            if flag == "-":
                on = False
            elif flag == "U":
                raise RegexError("the flag 'U' is not known here")
            else:
                self._flags = self._flags | {flag} if on else self._flags - {flag}

    def _atom(self) -> Tree:
        character = self._peek()
        if character == "." and "s" in self._flags:
            self._at += 1
            return Tree("test", test=lambda _: True)
        if character == ".":
            self._at += 1
            return Tree("test", test=lambda one: one != "\n")
        if character in ("^", "$") and "m" in self._flags:
            self._at += 1
            return Tree("assert", assertion="line-start" if character == "^" else "line-end")  # type: ignore[arg-type]
        if character == "\\" and self._text[self._at + 1 : self._at + 2] in ("A", "z"):
            self._at += 2
            return Tree("assert", assertion="start" if self._text[self._at - 1] == "A" else "end")
        tree = super()._atom()
        if tree.kind == "test" and tree.test is not None and "i" in self._flags:
            return tree._replace(test=_folded(tree.test))
        return tree

    def _member(self) -> str | Test:
        if self._text.startswith("[:", self._at):
            end = self._text.find(":]", self._at)
            name = self._text[self._at + 2 : end] if end > 0 else ""
            negated = name.startswith("^")
            if (inside := _POSIX.get(name.lstrip("^"))) is None:
                raise RegexError(f"the class '[:{name}:]' is not known here")
            self._at = end + 2
            test = _GoParser(f"[{inside}]").whole().parts[0].test
            assert test is not None
            return (lambda one: not test(one)) if negated else test
        return super()._member()

    def _escaped(self) -> Test:
        if self._peek() in ("p", "P"):
            raise RegexError("classes of Unicode ('\\p') are not known here")
        if self._text.startswith("x{", self._at):
            end = self._text.find("}", self._at)
            digits = self._text[self._at + 2 : end] if end > 0 else ""
            if not 0 < len(digits) <= 6 or any(one not in "0123456789abcdefABCDEF" for one in digits):
                raise RegexError("'\\x{' needs hex digits and '}'")
            self._at = end + 1
            self._literal = chr(min(int(digits, 16), 0x10FFFF))
            return self._literal.__eq__
        if self._peek() == "a":
            self._at += 1
            self._literal = "\a"
            return self._literal.__eq__
        return super()._escaped()


def _folded(test: Test) -> Test:
    return lambda one: test(one) or test(one.lower()) or test(one.upper())
