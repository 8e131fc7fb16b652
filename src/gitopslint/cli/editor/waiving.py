"""Where a waiver for a finding would go. It is only offered where it would be understood as one."""

from __future__ import annotations

from gitopslint.engine.waivers import find_in_text, find_waivers
from gitopslint.loaders import yaml
from gitopslint.model.edits import edited
from gitopslint.model.finding import Edit, Finding, Fix
from gitopslint.model.secret import TextFile
from gitopslint.model.span import Span, file_start
from gitopslint.model.waiver import Waiver

_YAML = (".yaml", ".yml")
_SLASHES = (".c", ".cpp", ".cs", ".go", ".java", ".js", ".jsx", ".kt", ".rs", ".scala", ".swift", ".ts", ".tsx")
_NO_COMMENTS = (".json",)


def waiver_for(finding: Finding, text: str) -> Fix | None:
    """Return a change that writes a waiver above the line of a finding, or at its end; None where neither would work.

    It gives no reason yet: that is for who waives, and until then the finding stands.
    """
    path, line = finding.span.path, finding.span.line
    lines = text.split("\n")
    if path.endswith(_NO_COMMENTS) or line > len(lines) or "\r" in text.replace("\r\n", ""):
        return None
    mark = "//" if path.endswith(_SLASHES) else "#"
    comment = f"{mark} gitopslint: ignore[{finding.rule}] "
    row = lines[line - 1].removesuffix("\r")
    end = "\r\n" if lines[0].endswith("\r") else "\n"
    indent = row[: len(row) - len(row.lstrip(" \t"))]
    above = Edit(Span(path, line, 1, line, 1), f"{indent}{comment}{end}")
    behind = Edit(Span(path, line, len(row) + 1, line, len(row) + 1), f"  {comment}")
    whole_file = finding.span == file_start(path)
    for edit, lands_on in ((above, line + 1), (behind, line)):
        if whole_file and edit is above:
            continue  # what is said of a file as a whole stays on its first line
        if any(one.line == lands_on and finding.rule in one.rules for one in _waivers(path, edited(text, [edit]))):
            return Fix(f"Waive {finding.rule} here: write the reason behind it", (edit,))
    return None


def _waivers(path: str, text: str) -> list[Waiver]:
    if path.endswith(_YAML):
        document = yaml.parse(path, text.encode())
        return [] if document.problem is not None else list(find_waivers(document))
    return list(find_in_text(TextFile(path, text), found=True))
