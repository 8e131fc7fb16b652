"""What can be said about a value without code: is it so, and if not, how does it end a sentence?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gitopslint.model.document import KeyPath, Node
from gitopslint.model.glob import alternatives, name_matches
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.requirement import Condition, Expected, Scope, UrlParts, ValuesAt, filled, several
from gitopslint.model.scalars import Scalar, printed
from gitopslint.model.shown import shown, shown_scalar
from gitopslint.model.valuepath import Steps, Wild, is_empty, parse_value_path, select

LONGEST_TEXT = 2000
_SPECIAL = lazy(r"([*?\[\]{},\\])")
_URL = lazy(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#\\]*)(?:[/?#].*)?", re.DOTALL)
_HOST = lazy(r"[^\s/\\@:\[\]<>\"']+|\[[0-9A-Fa-f:.]+\]")
_PORT = lazy(r":[0-9]{0,5}")
_MOST_LISTED = 5


class UndecidedError(Exception):
    """A predicate needs to know what nobody here knows."""

    def __init__(self, reason: str, remedy: str, *, needs_applications: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.needs_applications = needs_applications


class Context(NamedTuple):
    """The values around a value, and the names that placeholders stand for; `namespace` is None while unknown."""

    values: Node
    app: str | None
    environment: str | None
    namespace: str | None = None

    def text(self, written: str) -> str:
        """Fill in the placeholders of a text. Raises UndecidedError."""
        return self._filled(written, self._names()) if "{" in written else written

    def pattern(self, written: str) -> str:
        """Fill in the placeholders of a pattern, without special meanings in what they stand for."""
        if "{" not in written:
            return written
        return self._filled(written, {name: _SPECIAL.sub(r"\\\1", text) for name, text in self._names().items()})

    def steps(self, path: str) -> Steps:
        """Return a path with its placeholders filled in. Raises UndecidedError."""
        if "{" not in path:
            return parse_value_path(path)
        return tuple(
            self.text(step) if isinstance(step, str) and not isinstance(step, Wild) else step
            for step in parse_value_path(path)
        )

    def choices(self, path: str) -> list[tuple[KeyPath, Scalar]]:
        """Return the single values at a path that are there."""
        found = select(self.values, self.steps(path))
        return [
            (where, node.value)
            for where, node in found
            if not isinstance(node.value, dict | list) and not is_empty(node)
        ]

    def _names(self) -> dict[str, str]:
        names = {"app": self.app, "env": self.environment, "namespace": self.namespace}
        return {name: text for name, text in names.items() if text is not None}

    def _filled(self, written: str, names: dict[str, str]) -> str:
        try:
            return filled(written, names)
        except KeyError as missing:
            if missing.args[0] == "namespace":
                raise UndecidedError(
                    "no Argo CD Application says in which namespace this runs, and the rule needs it",
                    "add the Application with its `destination.namespace`",
                    needs_applications=True,
                ) from None
            raise UndecidedError(
                "the rule names an app or environment, and the layer belongs to several", "write the rule over stacks"
            ) from None


def holds(scope: Scope, context: Context) -> bool:
    """Tell whether a scope takes in these values. Raises UndecidedError."""
    if scope.environments is not None and context.environment not in scope.environments:
        return False
    if scope.apps is not None and not any(fits(pattern, context.app or "") for pattern in scope.apps):
        return False
    return all(_is_so(condition, context) for condition in scope.values)


def _is_so(condition: Condition, context: Context) -> bool:
    found = [
        (path, node) for path, node in select(context.values, context.steps(condition.path or "")) if not is_empty(node)
    ]
    if condition.present is False:
        return not found
    return bool(found) and all(_satisfies(condition, path, node, context) for path, node in found)


def _satisfies(condition: Condition, path: KeyPath, node: Node, context: Context) -> bool:
    # Most conditions say what a value equals, and where it does not nobody wants to read why.
    if condition.equals is not None and not _equal(node, _filled(condition.equals, context)):
        return False
    return complaint(condition, path, node, context) is None


def complaint(condition: Condition, path: KeyPath, node: Node, context: Context) -> str | None:
    """Return what a value must be and is not, as the end of a sentence, or None. Raises UndecidedError."""
    if condition.equals is not None and not _equal(node, _filled(condition.equals, context)):
        return f"must be {_expected(path, condition.equals, context)}"
    if condition.matches is not None:
        patterns = [context.pattern(pattern) for pattern in several(condition.matches)]
        if not any(_node_fits(pattern, node) for pattern in patterns):
            return f"must match {' or '.join(map(repr, patterns))}"
    if condition.one_of is not None and (reason := _not_among(condition.one_of, path, node, context)):
        return reason
    return _url_complaint(condition.url, node, context) if condition.url is not None else None


def described(path: KeyPath, node: Node, condition: Condition) -> str:
    """Return a value for a message, with its type where the type alone may be what is wrong."""
    text = shown(path, node)
    if isinstance(node.value, str) and text.startswith(("'", '"')):
        wanted = condition.one_of if isinstance(condition.one_of, tuple) else (condition.equals,)
        if any(not isinstance(one, str) and one is not None for one in wanted):
            return f"the text {text}"
    return text


def fits(pattern: str, text: str) -> bool:
    """Tell whether a whole text fits a pattern. Raises UndecidedError for one that is too long to try."""
    check_length(text)
    return any(name_matches(one, text) for one in alternatives(pattern))


def check_length(text: str) -> None:
    """Raise UndecidedError for a text with which a pattern could take long."""
    if len(text) > LONGEST_TEXT:
        raise UndecidedError(
            f"a text of more than {LONGEST_TEXT:,} characters is too long to be matched with a pattern",
            "shorten the text, or say the rule in another way",
        )


def _node_fits(pattern: str, node: Node) -> bool:
    return not isinstance(node.value, dict | list) and fits(pattern, printed(node.value))


def _filled(expected: Expected, context: Context) -> Expected:
    return context.text(expected) if isinstance(expected, str) else expected


def _equal(node: Node, expected: Expected | None) -> bool:
    value = node.value
    if isinstance(value, bool) or isinstance(expected, bool):
        return value is expected
    if isinstance(value, int | float) and isinstance(expected, int | float):
        return value == expected
    return isinstance(value, str) and value == expected


def _expected(path: KeyPath, expected: Expected, context: Context) -> str:
    value = _filled(expected, context)
    return shown_scalar(path, float(value) if type(value) is int else value)


def _not_among(choices: ValuesAt | tuple[Expected, ...], path: KeyPath, node: Node, context: Context) -> str | None:
    if isinstance(choices, ValuesAt):
        there = context.choices(choices.path)
        if not there or any(_equal(node, value) for _, value in there):
            return None  # with nothing to compare with, nothing can be wrong
        return f"must be one of the values at {choices.path}: {_listed(shown_scalar(*one) for one in there)}"
    if any(_equal(node, _filled(choice, context)) for choice in choices):
        return None
    return f"must be one of {_listed(_expected(path, choice, context) for choice in choices)}"


def _url_complaint(wanted: UrlParts, node: Node, context: Context) -> str | None:
    parts = split_url(node.value) if isinstance(node.value, str) else None
    if parts is None:
        return "must be a URL"
    scheme, host = parts
    if wanted.scheme is not None and scheme not in [context.text(one).lower() for one in several(wanted.scheme)]:
        return f"must have the scheme {' or '.join(several(wanted.scheme))}"
    if wanted.host is not None:
        patterns = [context.pattern(pattern) for pattern in several(wanted.host)]
        if not any(fits(pattern.lower(), host) for pattern in patterns):
            return f"must have a host that matches {' or '.join(map(repr, patterns))}"
    if wanted.host_in is not None:
        there = [(where, value) for where, value in context.choices(wanted.host_in) if isinstance(value, str)]
        if there and not any(_is_host(host, value) for _, value in there):
            return f"must have one of the hosts at {wanted.host_in}: {_listed(shown_scalar(*one) for one in there)}"
    return None


def split_url(text: str) -> tuple[str, str] | None:
    """Return scheme and host of a URL in lower case, without credentials and port; None for what is no URL."""
    match = _URL.fullmatch(text)
    if match is None:
        return None
    authority = match[2].rpartition("@")[2]
    host = _HOST.match(authority)
    if host is None or not (host.end() == len(authority) or _PORT.fullmatch(authority, host.end())):
        return None
    return match[1].lower(), host[0].lower().removesuffix(".")


def _is_host(host: str, allowed: str) -> bool:
    """Compare hosts as an Ingress does: `*.example.com` stands for one label in front."""
    allowed = allowed.lower().removesuffix(".")
    return host == allowed or (allowed.startswith("*.") and host.partition(".")[2] == allowed[2:])


def _listed(texts: Iterable[str]) -> str:
    listed: Iterator[str] = iter(dict.fromkeys(texts))
    first = [text for _, text in zip(range(_MOST_LISTED), listed, strict=False)]
    return ", ".join(first) + (" …" if next(listed, None) is not None else "")
