"""A chart's own `values.schema.json`, applied to the merged values of a stack as Helm does before it renders."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Any

from gitopslint.checks.check import Outcome, check
from gitopslint.checks.linear import linear_validator
from gitopslint.checks.predicates import UndecidedError
from gitopslint.checks.schema import certainly_fits, misfits
from gitopslint.model.chart import ChartSchema
from gitopslint.model.document import KeyPath, Node, dotted, find
from gitopslint.model.finding import Doubt, Offence, Related
from gitopslint.model.layer import Stack
from gitopslint.model.regex import RegexError
from gitopslint.model.span import Span, file_start

_DIALECT = re.compile(
    r"https?://json-schema\.org/(?:(?:draft-0[467]|draft/2019-09|draft/2020-12)/)?schema#?", re.ASCII
)
_ASSERTS_FORMAT = re.compile(r".*/draft-0[467]/.*")
_SIMPLIFY = "say it without that in the schema, or check it where Helm runs"
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)


class _RefusedError(Exception):
    """Helm refuses the schema itself."""


@check("schema-violation", over=Stack)
def schema_violation_of_chart(stack: Stack, _: object) -> Iterator[Outcome]:
    """What is deployed satisfies the schema of the chart and of each chart below it."""
    if stack.values is None or _skips(stack):
        return
    for gap in stack.gaps:
        yield Doubt(f"{gap.reason}, so its values and its schema are not known",
                    "vendor it with `helm dependency build`, unpacked", stack.span)  # fmt: skip
    for way, schema in stack.schemas:
        part = find(stack.values, way)
        if part is None or not isinstance(part.value, dict):
            continue
        try:
            found = _errors(schema, part)
        except _RefusedError as refused:
            yield Offence(f"{schema.path} {refused}: Helm refuses to render {stack}", file_start(schema.path))
        except UndecidedError as undecided:
            yield Doubt(f"{schema.path} {undecided.reason}", undecided.remedy, file_start(schema.path))
        else:
            for path, message in found:
                if not any(_touch((*way, *path), gap.path) for gap in stack.gaps):
                    yield _offence(stack, schema, (*way, *path), message)


def _errors(schema: ChartSchema, part: Node) -> list[tuple[KeyPath, str]]:
    content = schema.content
    if schema.fault is not None:
        raise _RefusedError(schema.fault)
    if not isinstance(content, dict | bool):
        raise _RefusedError("is no JSON Schema")
    declared = content.get("$schema") if isinstance(content, dict) else None
    if declared is not None and not (isinstance(declared, str) and _DIALECT.fullmatch(declared)):
        raise UndecidedError("declares a dialect of JSON Schema that is not known offline", _SIMPLIFY)
    if certainly_fits(content, part):
        return []
    return list(dict.fromkeys(_misfits(content, part, asserts=bool(declared and _ASSERTS_FORMAT.match(declared)))))


def _misfits(content: Any, part: Node, *, asserts: bool) -> Iterator[tuple[KeyPath, str]]:
    """Yield what jsonschema says, which is imported only here: most values fit for certain."""
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.exceptions import NoSuchResource, Unresolvable
    from referencing.jsonschema import DRAFT202012

    def retrieve(address: str) -> Any:
        """Follow no reference out of the schema, and let every `urn:` pass as Helm does."""
        if address.startswith("urn:"):
            return DRAFT202012.create_resource(True)
        raise NoSuchResource(address)

    dialect: Any = validator_for(content, default=Draft202012Validator)
    try:
        dialect.check_schema(content, format_checker=FormatChecker(formats=()))  # Python's patterns are not Go's
    except SchemaError as error:
        place = dotted(tuple(error.absolute_path)) or "the top"
        raise _RefusedError(f"is no valid JSON Schema at {place}") from None
    formats = FormatChecker(formats=())
    formats.checkers = {name: (function, (ValueError,)) for name, function in _FORMATS.items()} if asserts else {}
    registry: Any = Registry(retrieve=retrieve)  # type: ignore[call-arg]
    try:
        yield from misfits(content, part, linear_validator(content, dialect, registry=registry, format_checker=formats))
    except Unresolvable as error:
        if str(error.ref).startswith(("#", "/")):
            raise _RefusedError(f"refers to {error.ref!r}, which is not there") from None
        raise UndecidedError(f"refers to {error.ref!r}, and nothing is fetched", _SIMPLIFY) from None
    except RegexError as error:
        raise UndecidedError(f"has a pattern that is not understood: {error}", _SIMPLIFY) from None
    except RecursionError:
        raise UndecidedError("refers to itself without end", _SIMPLIFY) from None


def _offence(stack: Stack, schema: ChartSchema, path: KeyPath, message: str) -> Offence:
    values = stack.values
    node = find(values, path) if values is not None else None
    if node is None or not path:
        return Offence(f"{stack} {message} ({schema.path})", stack.span, key_path=path)
    # Values are never quoted: they may be secrets.
    related = (
        *(Related(use, "used here") for use in node.uses),
        *(Related(_first_line(old.span), "overrides the value here") for old in node.shadowed),
    )
    at = node.span if node.is_scalar else node.key_span
    if not at.path:  # Helm has made it: no file holds it
        at = stack.span
    return Offence(f"{dotted(path)!r} of {stack} {message} ({schema.path})", _first_line(at), related, path)


def _touch(path: KeyPath, gap: KeyPath) -> bool:
    """Tell whether what is missing at one place could mend what is wrong at the other."""
    shared = min(len(path), len(gap))
    return path[:shared] == gap[:shared]


def _skips(stack: Stack) -> bool:
    """Tell whether the Application asks Argo CD not to look at schemas."""
    sources = stack.application.sources if stack.application is not None else ()
    path = ("helm", "skipSchemaValidation")
    return bool(sources) and all((node := find(one.node, path)) is not None and node.value is True for one in sources)


def _first_line(span: Span) -> Span:
    return span if span.line == span.end_line else Span(span.path, span.line, span.column, span.line, span.column)


def _is_hostname(value: str) -> bool:
    name = value.removesuffix(".")
    return len(name) <= 253 and all(map(_LABEL.fullmatch, name.split(".")))


def _when_text(judge: Callable[[str], object]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or bool(judge(value))


# What Helm's validator asserts below draft 2019-09. It knows more formats; what breaks one of those passes here.
_FORMATS: dict[str, Callable[[object], bool]] = {
    "ipv4": _when_text(ipaddress.IPv4Address),
    "ipv6": _when_text(ipaddress.IPv6Address),
    "email": _when_text(re.compile("@").search),
    "hostname": _when_text(_is_hostname),
    "uri": _when_text(_SCHEME.match),
    "date-time": _when_text(_DATE_TIME.fullmatch),
}
