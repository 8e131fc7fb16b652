"""What an editor shows about the place under the pointer: where a value counts, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitopslint.model.document import KeyPath, Node, dotted
from gitopslint.model.finding import Finding, Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.redaction import redacted
from gitopslint.model.shown import shown
from gitopslint.reporters.escape import visible

_LONGEST = 100
MOST_READINGS = 12  # a layer of all apps is part of hundreds of stacks
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")


class Reading(NamedTuple):
    """The value at a key path in one stack. `way` is the path by which to judge whether it is secret."""

    stack: str
    way: KeyPath
    node: Node


def values_page(path: KeyPath, readings: Sequence[Reading], file: str, prefix: str) -> str:
    """Return, as Markdown, what wins at a key path in each stack that a file takes part in, and what it overrides."""
    lines = [f"**{_escaped(dotted(path))}**", ""]
    for reading in readings[:MOST_READINGS]:
        node = reading.node
        verdict = "from this file" if node.span.path == file else f"from {_place(node, prefix)}"
        lines.append(f"- {_escaped(reading.stack)}: {_value(reading.way, node)}, {verdict}")
        lines += [f"  - overrides {_value(reading.way, old)} at {_place(old, prefix)}" for old in node.shadowed]
    if len(readings) > MOST_READINGS:
        lines.append("- and in more stacks")
    return "\n".join(lines)


def finding_page(finding: Finding, report: Report) -> str:
    """Return, as Markdown, why a rule is there and how to satisfy it."""
    lines = [f"**{finding.rule}** ({finding.level}): {_escaped(finding.message)}"]
    rule = report.catalogue.get(finding.rule)
    if rule is not None:
        lines += [f"{label}: {_escaped(text)}" for label, text in (("Why", rule.why), ("Fix", rule.fix)) if text]
    return "\n\n".join(lines)


def _value(way: KeyPath, node: Node) -> str:
    hidden = redacted(way, node)
    text = hidden if hidden is not None else shown(way, node)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    blank = " " if "`" in text else ""
    return f"{fence}{blank}{visible(text)}{blank}{fence}"


def _place(node: Node, prefix: str) -> str:
    return _escaped(f"{prefix}{node.span.path}:{node.span.line}")


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", visible(text))
