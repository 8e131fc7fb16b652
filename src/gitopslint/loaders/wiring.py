"""Which Applications deploy which app, and what they load."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cached_property

from gitopslint.model.application import Application, Expected, Undecidable
from gitopslint.model.contract import FILE_NAME, Contract
from gitopslint.model.span import file_start


class Wiring:
    """All Applications of a repository, and what could not be decided about them."""

    def __init__(
        self, applications: tuple[Application, ...], undecidable: tuple[Undecidable, ...], expected: Expected
    ) -> None:
        self._applications = applications
        self.undecidable = undecidable
        self.expected = expected

    @property
    def applications(self) -> tuple[Application, ...]:
        """All Applications."""
        return self._applications

    @cached_property
    def by_app(self) -> Mapping[str | None, list[Application]]:
        """The Applications that have to do with layers here, by the app that they deploy."""
        found: dict[str | None, list[Application]] = {}
        for one in self.applications:
            if one.ours:
                found.setdefault(one.app, []).append(one)
        return found

    @cached_property
    def loaded(self) -> Mapping[str, Set[str]]:
        """The files that Applications load, each with the folders of the charts that get it."""
        found: dict[str, Set[str]] = {}
        none: Set[str] = frozenset()
        alone: dict[str, Set[str]] = {}  # most files are loaded by one chart, which loads many
        for application in self.applications:
            for source in application.sources:
                chart = source.chart
                own = none if chart is None else alone.setdefault(chart, frozenset((chart,)))
                for file in source.value_files:
                    for path in file.paths or ():
                        known = found.setdefault(path, own)
                        if not own <= known:
                            found[path] = known | own
        return found

    @property
    def files(self) -> set[str]:
        """The files with Applications, which are looked at together with what these deploy."""
        return {one.path for one in self.applications} | {one.path for one in self.undecidable}

    def of_no_app(self, apps: Set[str]) -> list[Application]:
        """Return the Applications that deploy none of some apps, or have nothing to do with this repository."""
        return [one for one in self.applications if not (one.ours and one.app in apps)]

    def charts_of(self, path: str) -> Set[str]:
        """Return the folders of the charts that get a file."""
        return self.loaded.get(path, frozenset())


def elsewhere(contract: Contract, reason: str, remedy: str) -> Wiring:
    """Return the wiring of a repository whose Applications stand in the platform repository, which is not at hand."""
    one = Undecidable(FILE_NAME, file_start(FILE_NAME), "the Applications", reason, contract, remedy=remedy)
    return Wiring((), (one,), Expected(frozenset(), None, None, declared=False))
