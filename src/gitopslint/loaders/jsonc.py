"""JSON with comments, as `turbo.json` may be written: comments, and commas before a closing bracket."""

from __future__ import annotations


def plain_json(text: str) -> str:
    """Return a text without comments and trailing commas, in time that grows with its length. Raises ValueError."""
    parts: list[str] = []
    comma: int | None = None  # where in the parts the latest comma stands, if only blanks came since
    at = 0
    while at < len(text):
        character = text[at]
        if character == '"':
            end = _end_of_text(text, at)
            parts.append(text[at:end])
            comma, at = None, end
        elif text.startswith("//", at):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            if end < 0:
                raise ValueError("a comment is not closed")
            at = end + 2
        else:
            if character in "}]" and comma is not None:
                parts[comma] = ""
            if not character.isspace():
                comma = len(parts) if character == "," else None
            parts.append(character)
            at += 1
    return "".join(parts)


def _end_of_text(text: str, start: int) -> int:
    """Return where a text in quotes ends, the closing quote included."""
    at = start + 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at + 1
