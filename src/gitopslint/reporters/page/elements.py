"""HTML that is escaped by construction: text becomes markup in one place only."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from gitopslint.model.moment import day, minute
from gitopslint.reporters.escape import visible

_VOID = frozenset({"br", "input", "meta"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | None | Iterable[str | None]
"""Markup is taken as it is, any other text is escaped, and None is nothing."""


def element(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """Return an element. `class_` stands for `class`, `data_app` for `data-app`; None is no attribute."""
    written = "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{escape(visible(str(value)))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{name}{written}>" if name in _VOID else f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Child) -> Markup:
    """Return children as one piece of markup."""
    written: list[str] = []
    for child in children:
        if isinstance(child, Markup):
            written.append(child)
        elif isinstance(child, str):
            written.append(escape(visible(child), quote=False))
        elif child is not None:
            written.append(join(*child))
    return Markup("".join(written))


def verbatim(name: str, content: str) -> Markup:
    """Return our own style or script: the browser takes it as it is, so nothing in it is escaped."""
    return Markup(f"<{name}>{content}</{name}>")


def date(time: int) -> Markup:
    """Return the day of a point in time; the script adds how long ago that is."""
    written = minute(time).replace(" ", "T")
    return element("time", day(time), datetime=f"{written}Z")


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
