"""Where reports go."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from gitopslint import __version__
from gitopslint.cli.exits import UsageError
from gitopslint.model.finding import Report
from gitopslint.model.rule import Level


def render(name: str, report: Report, *, colour: bool, fail_on: Level = "error") -> str:
    """Return a report in one of the formats of the command line. `fail_on` is the lowest level that fails the run."""
    # Each format is imported when it is asked for.
    match name:
        case "json":
            from gitopslint.reporters import json

            return json.render(report, __version__)
        case "sarif":
            from gitopslint.reporters import sarif

            return sarif.render(report, __version__)
        case "sarif-github":
            from gitopslint.reporters import sarif_github

            return sarif_github.render(report, __version__)
        case "gitlab":
            from gitopslint.reporters import gitlab

            return gitlab.render(report)
        case "github":
            from gitopslint.reporters import github

            return github.render(report)
        case "junit":
            from gitopslint.reporters import junit

            return junit.render(report, fail_on)
        case "markdown":
            from gitopslint.reporters import markdown

            return markdown.render(report)
        case "html":
            from gitopslint.loaders.resources import page_parts
            from gitopslint.reporters import html

            return html.render(report, __version__, *page_parts())
        case _:
            from gitopslint.reporters import text

            return text.render(report, colour=colour)


def colourful(choice: str) -> bool:
    """Decide about colours: the flag, then `NO_COLOR` and `FORCE_COLOR`, then whether a terminal is there."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write_out(text: str) -> None:
    """Write to standard output as UTF-8, whatever the locale says."""
    data = text.encode("utf-8", "backslashreplace")
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # a test or an embedding program has put a text stream in its place
        sys.stdout.write(data.decode("utf-8"))
    else:
        sys.stdout.flush()
        buffer.write(data)
        buffer.flush()


def write_file(name: str, text: str) -> None:
    """Write a file all or nothing: whoever reads it meanwhile sees the old one. Raises UsageError."""
    path = Path(name)
    data = text.encode("utf-8", "backslashreplace")
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        require_no_way_out(path, Path.cwd())
        # A pipe or a device, such as /dev/stderr. A link to one that a commit brought along is replaced like a file.
        if path.exists() and not path.is_file() and not (path.is_symlink() and _below(path, Path.cwd())):
            path.write_bytes(data)
            return
        try:
            beside.write_bytes(data)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"the report {name} cannot be written: {error.strerror}") from None


def require_no_way_out(file: Path, folder: Path) -> None:
    """Refuse to write through a link that stands in a folder and leads out of it. Raises UsageError.

    Commits bring links along: a folder for reports may be one that leads to where programs are started from.
    """
    home = os.path.realpath(folder)
    for above in Path(os.path.abspath(file)).parents:  # noqa: PTH100 - `resolve` would follow the links
        if above.is_symlink() and _below(above, folder):
            target = os.path.realpath(above)
            if target != home and not target.startswith(f"{home}/"):
                raise UsageError(f"{file} would be written through the link {above}, which leads out of {folder}")


def _below(path: Path, folder: Path) -> bool:
    """Tell whether a path stands in a folder, wherever it leads."""
    parent = os.path.realpath(Path(os.path.abspath(path)).parent)  # noqa: PTH100
    home = os.path.realpath(folder)
    return parent == home or parent.startswith(f"{home}/")
