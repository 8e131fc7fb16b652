"""Real Helm, asked what it reads, merges and prints. It runs in this process and needs no network."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import helm_python

_PRINT_ALL = '{{ range .Values.all }}{{ . }}{{ "\\x00" }}{{ . | quote }}{{ "\\x00" }}{{ end }}'


class Refused(Exception):  # noqa: N818 - an answer, and no error of the test
    """Helm does not take the file; the text says why."""


class Chart:
    """A chart of one template, in a folder of its own."""

    def __init__(self, folder: Path, template: str, values: str = "") -> None:
        """Write the chart, and load it as `helm install` would. Raises Refused."""
        (folder / "templates").mkdir(parents=True, exist_ok=True)
        (folder / "Chart.yaml").write_text("apiVersion: v2\nname: oracle\nversion: 1.0.0\n", "utf-8")
        (folder / "values.yaml").write_text(values, "utf-8", newline="")
        (folder / "templates/all.yaml").write_text(template, "utf-8")
        with quiet():
            try:
                self._chart = helm_python.Chart.load(folder)
            except helm_python.HelmError as error:
                raise Refused(str(error)) from None

    def rendered(self, values: dict[str, Any] | None = None) -> str:
        """Return what the template makes of the chart's values under these."""
        with quiet():
            return self._chart.render(values)["oracle/templates/all.yaml"]


def read(text: str) -> dict[str, Any]:
    """Return the values that Helm reads from a file. Raises Refused."""
    try:
        return helm_python.values_from_yaml(text)
    except helm_python.HelmError as error:
        raise Refused(str(error)) from None


def takes(text: str) -> bool:
    """Tell whether Helm takes a values file."""
    try:
        read(text)
    except Refused:
        return False
    return True


def printed(folder: Path, scalars: Sequence[str]) -> list[tuple[str, str]]:
    """Return what `{{ . }}` and `{{ . | quote }}` print for each scalar, written as it is into a values file.

    The values go through a chart's own file, so that nothing but Helm ever holds them.
    """
    values = "all:\n" + "".join(f"- {scalar}\n" for scalar in scalars)
    found = Chart(folder, _PRINT_ALL, values).rendered().split("\x00")[:-1]
    return list(zip(found[::2], found[1::2], strict=True))


def coalesced(chart: dict[str, Any], values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return `.Values` as the templates of a chart with these defaults see them."""
    defaults = json.dumps(chart)
    found: dict[str, Any] = json.loads(Chart(folder, "{{ toJson .Values }}", defaults).rendered(values))
    return found


def same(one: object, other: object) -> bool:
    """Compare values as JSON does: 1 is 1.0, and neither is true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return float(one) == float(other)
    return one == other


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Helm's own remarks about overwritten tables out of the test's output."""
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
