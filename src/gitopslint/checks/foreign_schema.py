"""JSON Schemas from the repository, held against values: nothing is fetched, and nothing takes for ever."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from gitopslint.checks.predicates import UndecidedError
from gitopslint.checks.schema import certainly_fits, misfits
from gitopslint.model.document import KeyPath, Node, dotted
from gitopslint.model.lazy import lazy

_DIALECTS = frozenset(
    f"{scheme}://json-schema.org/{draft}schema{fragment}"
    for scheme in ("http", "https")
    for draft in ("", "draft-04/", "draft-06/", "draft-07/", "draft/2019-09/", "draft/2020-12/")
    for fragment in ("", "#")
)
_ASSERTS_FORMAT = lazy(r".*/draft-0[467]/.*")
_ADDRESSES = ("$id", "id", "$ref", "$dynamicRef", "$recursiveRef", "$schema")
_DEEPEST = 100
_SIMPLIFY = "say it without that in the schema, or check it where Helm runs"
_LABEL = lazy(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_SCHEME = lazy(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DATE_TIME = lazy(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)


class RefusedError(Exception):
    """Helm refuses the schema itself."""


def schema_errors(content: Any, node: Node) -> list[tuple[KeyPath, str]]:
    """Return the place of every mismatch and what is wrong there, never with the value itself.

    Raises RefusedError for what is no schema, and UndecidedError where the answer cannot be known here.
    """
    if not isinstance(content, dict | bool):
        raise RefusedError("is no JSON Schema")
    declared = content.get("$schema") if isinstance(content, dict) else None
    if declared is not None and not (isinstance(declared, str) and declared in _DIALECTS):
        raise UndecidedError("declares a dialect of JSON Schema that is not known offline", _SIMPLIFY)
    if certainly_fits(content, node):
        return []
    return list(dict.fromkeys(_misfits(content, node, asserts=bool(declared and _ASSERTS_FORMAT.match(declared)))))


def _misfits(content: Any, node: Node, *, asserts: bool) -> Iterator[tuple[KeyPath, str]]:
    """Yield what jsonschema says, which is imported only here: most values fit for certain."""
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import NoSuchResource, Unresolvable
    from referencing.jsonschema import DRAFT202012

    from gitopslint.checks.linear import linear_validator
    from gitopslint.model.regex import RegexError

    def retrieve(address: str) -> Any:
        """Follow no reference out of the schema, and let every `urn:` pass as Helm does."""
        if address.startswith("urn:"):
            return DRAFT202012.create_resource(True)
        raise NoSuchResource(address)

    dialect: Any = validator_for(content, default=Draft202012Validator)
    _check_shape(content)
    try:
        dialect.check_schema(content, format_checker=FormatChecker(formats=()))  # Python's patterns are not Go's
    except SchemaError as error:
        place = dotted(tuple(error.absolute_path)) or "the top"
        raise RefusedError(f"is no valid JSON Schema at {place}") from None
    formats = FormatChecker(formats=())
    formats.checkers = {name: (function, (ValueError,)) for name, function in _FORMATS.items()} if asserts else {}
    registry: Any = Registry(retrieve=retrieve)  # type: ignore[call-arg]
    try:
        yield from misfits(content, node, linear_validator(content, dialect, registry=registry, format_checker=formats))
    except Unresolvable as error:
        if str(error.ref).startswith(("#", "/")):
            raise RefusedError(f"refers to {error.ref!r}, which is not there") from None
        raise UndecidedError(f"refers to {error.ref!r}, and nothing is fetched", _SIMPLIFY) from None
    except RegexError as error:
        raise UndecidedError(f"has a pattern that is not understood: {error}", _SIMPLIFY) from None
    except BaseException as error:
        # Where Python's depth is used up inside the Rust below jsonschema, it panics with an exception of its own.
        if isinstance(error, RecursionError) or type(error).__name__ == "PanicException":
            raise UndecidedError("is nested too deeply", _SIMPLIFY) from None
        raise


def _check_shape(content: Any, left: int = _DEEPEST) -> None:
    """Refuse addresses on which the library below jsonschema fails, and leave alone what is too deep for it."""
    from urllib.parse import urlsplit

    if not left:
        raise UndecidedError("is nested too deeply", _SIMPLIFY)
    for key in _ADDRESSES if isinstance(content, dict) else ():
        if isinstance(address := content.get(key), str):
            try:
                urlsplit(address)
            except ValueError:
                raise RefusedError(f"has a {key!r} that is no address") from None
    for below in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        _check_shape(below, left - 1)


def _is_hostname(value: str) -> bool:
    name = value.removesuffix(".")
    return len(name) <= 253 and all(map(_LABEL.fullmatch, name.split(".")))


def _is_ipv4(value: str) -> bool:
    from ipaddress import IPv4Address  # hardly any schema asks

    return bool(IPv4Address(value))


def _is_ipv6(value: str) -> bool:
    from ipaddress import IPv6Address

    return bool(IPv6Address(value))


def _when_text(judge: Callable[[str], object]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or bool(judge(value))


# What Helm's validator asserts below draft 2019-09. It knows more formats; what breaks one of those passes here.
_FORMATS: dict[str, Callable[[object], bool]] = {
    "ipv4": _when_text(_is_ipv4),
    "ipv6": _when_text(_is_ipv6),
    "email": _when_text(lambda value: "@" in value),
    "hostname": _when_text(_is_hostname),
    "uri": _when_text(lambda value: _SCHEME.match(value)),
    "date-time": _when_text(lambda value: _DATE_TIME.fullmatch(value)),
}
