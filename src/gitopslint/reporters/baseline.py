"""The baseline as a file: one entry to a line, so that a difference shows what came and what went."""

from __future__ import annotations

import json

from gitopslint.model.baseline import Baseline, KnownFinding
from gitopslint.model.record import field_names
from gitopslint.reporters.escape import encodable


def render(baseline: Baseline) -> str:
    """Return the text of a baseline file."""
    lines = ",\n".join(map(_line, baseline.findings))
    end = "\n" if lines else ""
    return f'{{"version": {baseline.version}, "findings": [\n{lines}{end}]}}\n'


def _line(one: KnownFinding) -> str:
    # Who reads it wants to know what it is about: the fingerprint comes last, and nothing is said of nothing.
    names = sorted(field_names(KnownFinding), key=lambda name: name == "fingerprint")
    said = {name: encodable(value) for name in names if (value := getattr(one, name))}
    return json.dumps(said, ensure_ascii=False)
