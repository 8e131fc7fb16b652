"""Random YAML files as people and tools write them, and worse."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import yaml

SCALARS = (
    "a",
    "b c",
    "x#y",
    "x:y",
    "é",
    "日本",
    "😀",
    "1",
    "-1",
    "0x10",
    "012",
    "08",
    "1_0",
    "1.5",
    "1e3",
    "1e400",
    "12345678",
    "9223372036854775808",
    "-0.0",
    "2024-01-01",
    "1:30",
    "on",
    "yes",
    "y",
    "true",
    "null",
    "~",
    "=",
    "<<",
    "'q'",
    "'it''s'",
    "'a # b'",
    "''",
    '"d"',
    '"\\x41 \\u00e9 \\U0001f600"',
    '"# no comment"',
    '""',
    "aGVsbG8=",
    f'"two\n{" " * 30}lines"',
    f"'two\n\n{' ' * 30}lines'",
    f"two\n{' ' * 30}lines",
)
KEYS = ("a", "b", "c", "d", "e f", "é", "on", "7", "0x8", "2.5", "'q'", '"d"', "true", "1e3", "12345678", ".inf")
TAGS = ("!!str", "!!foo", "!foo", "!", "!<tag:yaml.org,2002:str>")
WILD_TAGS = (*TAGS, "!!int", "!!float", "!!bool", "!!null", "!!binary", "!!timestamp", "!!merge")


class Writer:
    """Writes one document by hand, as no library would: every style, with anchors, tags and merge keys.

    `wild` also gives what Helm refuses: wrong tags, infinities, aliases to nothing or to what stands around them.
    """

    def __init__(self, chance: random.Random, *, wild: bool = False) -> None:
        self._chance = chance
        self._wild = wild
        self._anchors = ["p", "q"] if wild else []
        self._mappings = ["p", "q"] if wild else []

    def document(self) -> str:
        """Return the text of a mapping."""
        lines = []
        for _ in range(self._chance.randint(1, 5)):
            lines += [self._chance.choice(("", "", "", "# a comment\n", "\n")), self._entry(3, 0, flow=False), "\n"]
        return "".join(lines)

    def _entry(self, depth: int, indent: int, *, flow: bool) -> str:
        luck = self._chance.random()
        if luck < 0.1 and self._mappings:
            one, other = self._chance.choices(self._mappings, k=2)
            return f"<<: [*{one}, *{other}]" if luck < 0.03 else f"<<: *{one}" + " " * flow
        key = self._chance.choice(KEYS[:4] if luck < 0.7 else KEYS)
        if luck > 0.97 and not flow:
            return f"? {key}\n{' ' * indent}: {self._value(depth, indent, flow=False)}"
        if luck > 0.94 and self._wild:
            key = self._chance.choice(("*p ", "&p b", "!!int '7'", "! b", "!!str on", "'<<'", "! '<<'", "!!merge b"))
        return f"{key}: {self._value(depth, indent, flow=flow)}"

    def _value(self, depth: int, indent: int, *, flow: bool) -> str:
        luck = self._chance.random()
        if luck < 0.1 and self._anchors:
            return f"*{self._chance.choice(self._anchors)}" + " " * flow
        if depth == 0 or luck < 0.45:
            return self._anchored(0.1, self._scalar)
        mapping = self._chance.random() < 0.6
        if flow or luck < 0.6:
            return self._anchored(0.2, lambda: self._flow(depth - 1, indent, mapping=mapping), mapping=mapping)
        if luck < 0.7:
            return self._anchored(0.1, lambda: self._block_scalar(indent + 2))
        return self._anchored(0.2, lambda: self._block(depth - 1, indent + 2, mapping=mapping), mapping=mapping)

    def _anchored(self, odds: float, write: Callable[[], str], *, mapping: bool = False) -> str:
        if self._chance.random() >= odds:
            return write()
        if self._wild:
            return f"&{self._chance.choice('pq')} {write()}"
        text = write()
        name = f"n{len(self._anchors)}"
        self._anchors.append(name)  # known from here on: an alias never stands inside its own anchor
        self._mappings += [name] * mapping
        return f"&{name} {text}"

    def _scalar(self) -> str:
        text = self._chance.choice(SCALARS)
        if self._wild and self._chance.random() < 0.02:
            text = self._chance.choice((".inf", "-.INF", ".nan"))
        if self._chance.random() < 0.1:
            return f"{self._chance.choice(WILD_TAGS if self._wild else TAGS)} {text}"
        return text

    def _flow(self, depth: int, indent: int, *, mapping: bool) -> str:
        count = range(self._chance.randint(0, 3))
        comma = self._chance.choice((", ", ",", f",  # why\n{' ' * (indent + 8)}"))
        if mapping:
            return "{" + comma.join(self._entry(depth, indent, flow=True) for _ in count) + "}"
        return "[" + comma.join(self._value(depth, indent, flow=True) for _ in count) + "]"

    def _block(self, depth: int, indent: int, *, mapping: bool) -> str:
        lines = [self._chance.choice(("", "", " # why"))]
        for _ in range(self._chance.randint(1, 4)):
            lines.append("\n" + " " * indent)
            lines.append(self._entry(depth, indent, flow=False) if mapping else self._item(depth, indent))
        return "".join(lines)

    def _item(self, depth: int, indent: int) -> str:
        return "- " + ("" if self._chance.random() < 0.1 else self._value(depth, indent, flow=False))

    def _block_scalar(self, indent: int) -> str:
        header = (
            self._chance.choice("|>") + self._chance.choice(("", "", "-", "+")) + self._chance.choice(("", " # why"))
        )
        lines = self._chance.choices(("text", "# no comment", "  deeper", "k: v", "é 😀 ", ""), k=3)
        pad = "\n" + " " * indent
        return header + pad + "first" + "".join(pad + line for line in lines) + self._chance.choice(("", "\n", "\n\n"))


def dumped(data: Any, chance: random.Random) -> str:
    """Return data as PyYAML writes it, in one of its many styles."""
    return str(
        yaml.dump(
            data,
            default_style=chance.choice((None, None, None, "'", '"', "|", ">")),
            default_flow_style=chance.choice((False, False, True, None)),
            width=chance.choice((20, 80, 10_000)),
            indent=chance.choice((2, 4, 7)),
            allow_unicode=chance.random() < 0.7,
            explicit_start=chance.random() < 0.2,
            canonical=chance.random() < 0.1,
            sort_keys=False,
        )
    )
