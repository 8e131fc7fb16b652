"""What is wrong with a text that is no YAML, in our words. Errors are PyYAML's."""

from __future__ import annotations

from typing import Any

from gitopslint.loaders.positions import Positions
from gitopslint.model.document import Problem
from gitopslint.model.span import file_start


def syntax_problem(error: Any, path: str, text: str, positions: Positions, deepest: int) -> Problem:
    """Say what the parser did not understand. `deepest` is how many levels are read."""
    mark = error.problem_mark or error.context_mark
    at = file_start(path) if mark is None else positions.offsets(mark.index, mark.index)
    message = error.problem or error.context or "not valid YAML"
    if error.context and error.problem:
        message = f"{error.problem} {error.context}"
    if "maximum nesting depth" in message:  # libyaml's own bound, since PyYAML 6.0.4, comes before ours
        return Problem("limit", f"it is nested deeper than {deepest} levels", at)
    if mark is not None and text[mark.index : mark.index + 1] == "\t":
        message = "YAML is indented with blanks, and here is a tab"
    return Problem("syntax", message.strip(), at)


def character_problem(error: Any, text: str, positions: Positions, *, in_bytes: bool) -> Problem:
    """Say which character YAML does not allow. The C parser counts bytes, the other one characters."""
    position = error.position
    if in_bytes:
        position = len(text.encode()[:position].decode("utf-8", "ignore"))
    character = text[position : position + 1]
    name = f"U+{ord(character):04X}" if character else "a character"
    message = f"{name} is a control character that YAML does not allow"
    return Problem("syntax", message, positions.offsets(position, position + 1))
