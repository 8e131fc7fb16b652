"""Helm charts, as far as they decide about values."""

from __future__ import annotations

from typing import Any

from gitopslint.model.document import KeyPath, Node
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.record import record


class ImportValues(NamedTuple):
    """What a chart takes from a subchart's values: the table at `child` goes to `parent`, where `.` is the top."""

    child: str
    parent: str


class Dependency(NamedTuple):
    """One entry of `dependencies` in a `Chart.yaml`. `condition` and `tags` name values that switch it on or off."""

    name: str
    alias: str = ""
    version: str = ""
    repository: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()
    import_values: tuple[ImportValues, ...] = ()


class ChartSchema(NamedTuple):
    """A chart's `values.schema.json`. `fault` says why Helm cannot use the file at all."""

    path: str
    content: Any
    fault: str | None = None


class Absent(NamedTuple):
    """A subchart that is not at hand, and why."""

    name: str
    reason: str


@record
class Chart:
    """One chart with the charts below it.

    `dependencies` is None where `Chart.yaml` has no such key: then Helm takes `charts/` as it stands, down to the
    last level. `faults` are the reasons why Helm does not take the chart, or nobody can tell what it holds.
    """

    name: str
    version: str
    folder: str
    values: Node
    dependencies: tuple[Dependency, ...] | None = None
    subcharts: tuple[Chart, ...] = ()
    json_schema: ChartSchema | None = None
    absent: tuple[Absent, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """Why values of this chart may lack something, for every chart at any depth."""
        own = (*self.faults, *(absent.reason for absent in self.absent))
        return own + tuple(reason for below in self.subcharts for reason in below.unknown)


class Gap(NamedTuple):
    """A part of the merged values that may lack something, and why. The empty path stands for all of them."""

    path: KeyPath
    reason: str


class ChartValues(NamedTuple):
    """What Helm renders a chart with.

    `schemas` are those that Helm then holds the values against, each with the key path of its chart's own part.
    `gaps` are left by charts that are switched on and not at hand.
    """

    values: Node
    schemas: tuple[tuple[KeyPath, ChartSchema], ...] = ()
    gaps: tuple[Gap, ...] = ()
