"""Declarative rules: what a value must be, said without code."""

from __future__ import annotations

from typing import Any, Literal

from gitopslint.model.glob import GlobError, alternatives, name_matches
from gitopslint.model.lazy import lazy
from gitopslint.model.record import record
from gitopslint.model.valuepath import parse_value_path

_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}
_PLACEHOLDER = lazy(r"(?<!\{)\{([A-Za-z_]+)\}(?!\})")
_NAMES = ("app", "env", "namespace")
LONGEST_PATTERN = 200

Expected = str | bool | int | float
"""What a value is compared with; a text may hold `{app}`, `{env}` and `{namespace}`."""


@record
class ValuesAt:
    """The values at another path of the same app and environment."""

    __pydantic_config__ = _STRICT

    path: str
    """The path, such as `ingress.hosts[*].host`."""

    def __post_init__(self) -> None:
        check_path(self.path)


@record
class UrlParts:
    """What the parts of a URL must be. A text that is no URL does not satisfy it."""

    __pydantic_config__ = _STRICT

    scheme: str | tuple[str, ...] | None = None
    """The scheme, or those that it may be."""
    host: str | tuple[str, ...] | None = None
    """A pattern for the host, or those of which one must fit."""
    host_in: str | None = None
    """A path over values: the host must be one of the values there."""

    def __post_init__(self) -> None:
        if self.scheme is None and self.host is None and self.host_in is None:
            raise ValueError("a URL needs `scheme`, `host` or `host_in`")
        for pattern in several(self.host):
            check_pattern(pattern)
        if self.host_in is not None:
            check_path(self.host_in)


@record
class Condition:
    """What the value at a path is. All that is said must hold."""

    __pydantic_config__ = _STRICT

    path: str | None = None
    """The path over the merged values. `*` is any key, `[*]` any item, `**` any number of both, `\\.` a dot."""
    present: bool | None = None
    """Whether there is a value at all. Null, an empty text, mapping or list count as none."""
    equals: Expected | None = None
    """The value, of the same type."""
    matches: str | tuple[str, ...] | None = None
    """A pattern for the whole text, or several of which one must fit: `*`, `?`, `[a-z]`, `{one,other}`."""
    one_of: ValuesAt | tuple[Expected, ...] | None = None
    """The values that it may be, or `{path: …}` for those at another path."""
    url: UrlParts | None = None
    """It is a URL with these parts."""

    def __post_init__(self) -> None:
        check_condition(self)
        if all(said is None for said in (self.present, self.equals, self.matches, self.one_of, self.url)):
            raise ValueError("say what the value is: `equals`, `matches`, `one_of`, `url` or `present`")


@record
class Requirement(Condition):
    """What the value at a path must be. All that is said must hold; without `present: true` it may be absent."""

    __pydantic_config__ = _STRICT

    unique: Literal["across-stacks"] | None = None
    """A value belongs to one app in one environment."""
    differs: Literal["between-environments"] | None = None
    """The environments of an app do not share a value."""
    forbidden_path: str | tuple[str, ...] | None = None
    """Instead of a path over values: no file may be where this pattern fits, such as `apps/**/node_modules/**`."""

    def __post_init__(self) -> None:
        said = [name for name in _PREDICATES if getattr(self, name) is not None]
        if self.forbidden_path is not None:
            if said or self.path is not None:
                raise ValueError("`forbidden_path` is about files and stands alone")
            for pattern in several(self.forbidden_path):
                check_pattern(pattern, path=True)
            return
        if not said:
            listed = ", ".join(f"`{name}`" for name in _PREDICATES)
            raise ValueError(f"say what is required: {listed} or `forbidden_path`")
        check_condition(self)
        if self.present is False and len(said) > 1:
            raise ValueError("`present: false` leaves nothing that anything else could be said about")


_PREDICATES = ("present", "equals", "matches", "one_of", "url", "unique", "differs")


@record
class Scope:
    """Where a rule holds. All that is said must be so."""

    __pydantic_config__ = _STRICT

    apps: tuple[str, ...] | None = None
    """Patterns for the names of apps; one must fit."""
    environments: tuple[str, ...] | None = None
    """The names of environments; it is one of them."""
    values: tuple[Condition, ...] = ()
    """What values are. A value that is absent only satisfies `present: false`."""

    def __post_init__(self) -> None:
        if self.apps is None and self.environments is None and not self.values:
            raise ValueError("say where: `apps`, `environments` or `values`")
        for pattern in self.apps or ():
            check_pattern(pattern, known=())


@record
class Demand:
    """The declarative part of a rule: a requirement or a JSON Schema, and where it holds.

    `layer` and `role` are for schemas: each layer of its own instead of the merged values.
    """

    require: Requirement | None = None
    schema: dict[str, Any] | None = None
    over: Literal["stack", "layer"] = "stack"
    role: Literal["chart", "env", "release"] | None = None
    when: Scope | None = None
    unless: Scope | None = None


def several(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return what may be said once or several times as several."""
    return () if given is None else (given,) if isinstance(given, str) else given


def placeholders(text: str) -> set[str]:
    """Return the names in braces of a text."""
    return set(_PLACEHOLDER.findall(text))


def filled(text: str, names: dict[str, str]) -> str:
    """Return a text with its placeholders filled in. Raises KeyError for one that has no name here."""
    return _PLACEHOLDER.sub(lambda match: names[match[1]], text) if "{" in text else text


def check_condition(condition: Condition) -> None:
    """Raise ValueError where a path, pattern or placeholder cannot be used."""
    if condition.path is None:
        raise ValueError("`path` is missing: say which value this is about")
    check_path(condition.path)
    for pattern in several(condition.matches):
        check_pattern(pattern)
    choices = condition.one_of if isinstance(condition.one_of, tuple) else ()
    for text in (condition.equals, *choices):
        if isinstance(text, str):
            _check_placeholders(text, _NAMES)
    if condition.one_of == ():
        raise ValueError("`one_of` lists nothing")


def check_path(text: str) -> None:
    """Raise ValueError for a text that is no path over values."""
    _check_placeholders(text, _NAMES[:2])
    parse_value_path(text)


def check_pattern(text: str, *, known: tuple[str, ...] = _NAMES, path: bool = False) -> None:
    """Raise ValueError for a pattern that is malformed, or so long that matching it could take long."""
    if len(text) > LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {LONGEST_PATTERN} characters, and this one {len(text)}")
    _check_placeholders(text, () if path else known)
    try:
        for one in alternatives(text):
            for part in one.split("/") if path else (one,):
                name_matches(part, "")
    except GlobError as error:
        raise ValueError(str(error)) from None


def _check_placeholders(text: str, known: tuple[str, ...]) -> None:
    for name in sorted(placeholders(text)):
        if name not in known:
            listed = ", ".join(f"{{{one}}}" for one in known) or "none"
            raise ValueError(f"{{{name}}} is unknown in {text!r}; known are {listed}")
