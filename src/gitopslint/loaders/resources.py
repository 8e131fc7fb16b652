"""Where the rules and schemas that ship with gitopslint are."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def resource(*parts: str) -> Path:
    """Return the path of a shipped file, such as `resource("rules", "mutable-tag.yaml")`.

    A wheel holds these folders as `_data`. An editable install runs from the checkout, where they stand at the
    top; a stale copy may lie in site-packages, so the checkout is found from this file and nowhere else.
    """
    installed = _PACKAGE / "_data"
    return (installed if installed.is_dir() else _PACKAGE.parent.parent).joinpath(*parts)


def page_parts() -> tuple[str, str]:
    """Return the style and the script of the HTML report."""
    folder = _PACKAGE / "reporters" / "page"
    return (folder / "style.css").read_text("utf-8"), (folder / "script.js").read_text("utf-8")
