"""Go templates as ApplicationSets use them: fields, `if`, and the functions of sprig that names are made with.

Everything else is refused with a reason, never guessed. Sources: Go `text/template`, Masterminds/sprig, argo-cd
`applicationset/utils/utils.go`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.scalars import printed

_DEEPEST = 30
_COST = 20  # what a piece costs beside its characters
_LONGEST = 100_000  # characters of one text on the way
_TOKEN = lazy(
    r"\s*(?:(?P<field>(?:\.[A-Za-z_][A-Za-z0-9_]*)+|\.(?![\w.]))|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`)|(?P<number>-?[0-9]+)(?![\w.])"
    r"|(?P<word>[A-Za-z][A-Za-z0-9]*)(?![\w.])|(?P<sign>[()|]))"
)
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}
_FORMAT = lazy(r"%(.)", re.DOTALL)


_BLOCKS = ("range", "with", "define", "block", "template", "break", "continue")
_Branch = tuple[str | None, list[Any]]


class TemplateError(ValueError):
    """What a template makes is not known here; the message says why, as the end of a sentence about it."""


class _Block(NamedTuple):
    """An `if`: conditions with what each lets through, the last one without a condition for `else`."""

    branches: list[_Branch]


def render(text: str, parameters: Mapping[str, Any], *, strict: bool, spend: Callable[[int], None]) -> str:
    """Return what a template makes of parameters. `strict`: a missing key is an error. Raises TemplateError.

    `spend` is told of every piece how much work it was, so that a caller can set an end to it.
    """
    made = []
    for piece in _rendered(_parsed(text), _Scope(parameters, strict)):
        spend(len(piece) + _COST)
        made.append(piece)
    return "".join(made)


@lru_cache(256)  # a set fills in the same few texts for each Application
def _parsed(text: str) -> list[Any]:
    body, end = _body(iter(list(_pieces(text))), 0)
    if end is not None:
        raise TemplateError(f"it has an {end!r} without a beginning")
    return body


def sanitized(name: str) -> str:
    """Make a name fit for Kubernetes, as `normalize` and `basenameNormalized` do."""
    return re.sub(r"[^-a-z0-9.]", "-", name.lower())[:253].strip("-.")


def as_text(value: Any) -> str | None:
    """Return how Go prints a value that came as JSON; None for one that is no single value."""
    if value is None or isinstance(value, Mapping | list):
        return None
    return value if isinstance(value, str) else printed(value if isinstance(value, bool) else float(value))


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the pieces of a template: actions, and the texts around them without what actions trim."""
    at, trim = 0, False
    while (start := text.find("{{", at)) >= 0:
        end = text.find("}}", start)
        if end < 0:
            raise TemplateError("an action has no end")
        before, action = text[at:start], text[start + 2 : end]
        before = before.lstrip() if trim else before
        if action[:1] == "-" and action[1:2].isspace():
            before, action = before.rstrip(), action[1:]
        trim = action[-1:] == "-" and action[-2:-1].isspace()
        yield False, before
        action = action.removesuffix("-") if trim else action
        if not (action.lstrip().startswith("/*") and action.rstrip().endswith("*/")):
            yield True, action.strip()
        at = end + 2
    yield False, text[at:].lstrip() if trim else text[at:]


def _body(pieces: Iterator[tuple[bool, str]], depth: int) -> tuple[list[Any], str | None]:
    """Read up to the end of a block. Return it, and the action that ended it."""
    if depth > _DEEPEST:
        raise TemplateError("its blocks are too deep")
    found: list[Any] = []
    for action, text in pieces:
        word, _, rest = text.partition(" ")
        if not action:
            found.append(text)
        elif word == "if":
            found.append(_Block(list(_branches(pieces, rest, depth))))
        elif word in ("end", "else"):
            return found, text
        elif word in _BLOCKS:
            raise _more_than_fields()
        else:
            found.append((text,))
    return found, None


def _branches(pieces: Iterator[tuple[bool, str]], condition: str | None, depth: int) -> Iterator[_Branch]:
    while True:
        inside, end = _body(pieces, depth + 1)
        yield condition, inside
        if end is None:
            raise TemplateError("an `if` of it has no end")
        if end == "end":
            return
        words = end.split(None, 2)
        if words[1:2] not in ([], ["if"]) or len(words) == 2:
            raise _more_than_fields()
        condition = words[2] if len(words) == 3 else None


def _rendered(body: list[Any], scope: _Scope) -> Iterator[str]:
    for piece in body:
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, _Block):
            yield ""  # work, too
            for condition, inside in piece.branches:
                if condition is None or _truth(scope.value(condition)):
                    yield from _rendered(inside, scope)
                    break
        else:
            yield _texts([scope.value(piece[0])])[0]


class _Scope:
    """Evaluates pipelines over parameters."""

    def __init__(self, parameters: Mapping[str, Any], strict: bool) -> None:
        self._parameters = parameters
        self._strict = strict
        self._tokens: list[tuple[str, str]] = []

    def value(self, pipeline: str) -> Any:
        """Return what a pipeline comes to."""
        self._tokens = list(_tokens(pipeline))
        found = self._pipeline(0)
        if self._tokens:
            raise _more_than_fields()
        return found

    def _pipeline(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise TemplateError("its parentheses are too deep")
        found = self._command(depth, [])
        while self._tokens and self._tokens[-1] == ("sign", "|"):
            self._tokens.pop()
            found = self._command(depth, [found])
        return found

    def _command(self, depth: int, piped: list[Any]) -> Any:
        kind, text = self._tokens[-1] if self._tokens else ("", "")
        if kind == "word" and text not in ("true", "false"):
            self._tokens.pop()
            arguments = []
            while self._tokens and self._tokens[-1] not in (("sign", "|"), ("sign", ")")):
                arguments.append(self._operand(depth))
            return _called(text, arguments + piped)
        if piped:
            raise _more_than_fields()
        return self._operand(depth)

    def _operand(self, depth: int) -> Any:
        kind, text = self._tokens.pop() if self._tokens else ("", "")
        if kind == "field":
            return self._field(text)
        if kind == "text":
            return text[1:-1] if text[0] == "`" else _unquoted(text[1:-1])
        if kind == "number":
            return int(text[:20])
        if (kind, text) == ("sign", "("):
            found = self._pipeline(depth + 1)
            if not self._tokens or self._tokens.pop() != ("sign", ")"):
                raise _more_than_fields()
            return found
        if text in ("true", "false"):
            return text == "true"
        raise _more_than_fields()

    def _field(self, path: str) -> Any:
        found: Any = self._parameters
        if path == ".":
            return found
        *steps, last = path.split(".")[1:]
        for step in steps:
            found = found.get(step) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping) or (last not in found and self._strict):
            raise _missing(path)
        return found.get(last, _Missing(path))


@lru_cache(1024)
def _tokens(pipeline: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a pipeline, the last one first."""
    found = []
    at = 0
    while at < len(pipeline):
        match = _TOKEN.match(pipeline, at)
        if match is None or match.lastgroup is None:
            raise _more_than_fields()
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tuple(reversed(found))


class _Missing(NamedTuple):
    """A field that is not there: empty to `if` and `default`, and nothing that could be printed."""

    path: str


def _called(name: str, arguments: list[Any]) -> Any:
    """Call a function of sprig or Go."""
    make = _ON_ANY.get(name)
    if make is None:
        for one in arguments:
            if isinstance(one, _Missing):
                raise _missing(one.path)
        make = _FUNCTIONS.get(name)
    if make is None:
        raise TemplateError(f"its template calls {name!r}, which is not known here")
    try:
        found = make(*arguments)
    except TemplateError:
        raise
    except (TypeError, ValueError, LookupError, AttributeError):
        raise TemplateError(f"its template calls {name!r} with what it does not take") from None
    _bound(len(found) if isinstance(found, str) else 0)
    return found


def _missing(path: str) -> TemplateError:
    return TemplateError(f"{path} is not among its parameters")


def _truth(value: Any) -> bool:
    return not isinstance(value, _Missing) and bool(value)


def _texts(values: Iterable[Any]) -> list[str]:
    """Return values as they print. Raises TemplateError for what is no single value."""
    found = []
    for value in values:
        if isinstance(value, _Missing):
            raise _missing(value.path)
        text = as_text(value)
        if text is None:
            raise TemplateError("what it prints is no single value")
        found.append(text)
    return found


def _on_texts(make: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that takes texts only, as most of sprig do."""

    def checked(*arguments: Any) -> Any:
        if not all(isinstance(one, str) for one in arguments):
            raise TypeError
        return make(*arguments)

    return checked


def _equal(first: Any, *others: Any) -> bool:
    if not others or any(type(one) is not type(first) or isinstance(one, dict | list) for one in others):
        raise TypeError  # Go compares values of one kind only
    return first in others


def _and(*values: Any) -> Any:
    return next((one for one in values if not _truth(one)), values[-1])


def _or(*values: Any) -> Any:
    return next((one for one in values if _truth(one)), values[-1])


def _index(value: Any, *steps: Any) -> Any:
    for step in steps:
        if not isinstance(value, list | Mapping) or (isinstance(step, int) and step < 0):
            raise TypeError
        value = value[step]
    return value


def _joined(between: Any, values: Any) -> str:
    parts = _texts(values if isinstance(values, list) else [values])
    _bound(len(between) * len(parts))
    return str(between.join(parts))


def _replaced(old: str, new: str, text: str) -> str:
    _bound(text.count(old) * len(new))
    return text.replace(old, new)


def _bound(length: int) -> None:
    if length > _LONGEST:
        raise TemplateError(f"a function of its template makes more than {_LONGEST:,} characters")


def _truncated(length: Any, text: Any) -> str:
    if not isinstance(length, int) or not isinstance(text, str) or not text.isascii():
        raise TypeError
    return text[length:] if length < 0 else text[:length]


def _quoted(mark: str) -> Callable[..., str]:
    def quoted(value: Any) -> str:
        (text,) = _texts([value])
        if mark == '"' and not re.fullmatch(r"[ !#-\[\]-~]*", text):
            raise TypeError  # Go would write escapes
        return f"{mark}{text}{mark}"

    return quoted


def _formatted(form: Any, *values: Any) -> str:
    waiting = list(values)

    def part(match: re.Match[str]) -> str:
        if match[1] == "%":
            return "%"
        value = waiting.pop(0)
        if match[1] not in "sv" or (match[1] == "s" and not isinstance(value, str)):
            raise TypeError
        return _texts([value])[0]

    made = _FORMAT.sub(part, form)
    if waiting:
        raise TypeError
    return made


_ON_ANY: dict[str, Callable[..., Any]] = {
    "default": lambda given, value=None: value if _truth(value) else given,
    "coalesce": lambda *values: next((one for one in values if _truth(one)), None),
    "empty": lambda value: not _truth(value),
    "not": lambda value: not _truth(value),
    "and": _and,
    "or": _or,
    "ternary": lambda yes, no, value: yes if _truth(value) else no,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "contains": _on_texts(lambda part, text: part in text),
    "eq": _equal,
    "first": lambda values: _index(values, 0),
    "hasPrefix": _on_texts(lambda start, text: text.startswith(start)),
    "hasSuffix": _on_texts(lambda end, text: text.endswith(end)),
    "index": _index,
    "join": _joined,
    "last": lambda values: _index(values, len(values) - 1),
    "lower": _on_texts(str.lower),
    "ne": lambda first, other: not _equal(first, other),
    "normalize": _on_texts(sanitized),
    "printf": _formatted,
    "quote": _quoted('"'),
    "replace": _on_texts(_replaced),
    "splitList": _on_texts(lambda between, text: text.split(between)),
    "squote": _quoted("'"),
    "toString": lambda value: _texts([value])[0],
    "trim": _on_texts(str.strip),
    "trimPrefix": _on_texts(lambda start, text: text.removeprefix(start)),
    "trimSuffix": _on_texts(lambda end, text: text.removesuffix(end)),
    "trunc": _truncated,
    "upper": _on_texts(str.upper),
}


def _more_than_fields() -> TemplateError:
    return TemplateError("its template computes more than fields and the functions that are known here")


def _unquoted(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            raise _more_than_fields()
        return _ESCAPES[match[1]]

    return re.sub(r"\\(.)", plain, text)
