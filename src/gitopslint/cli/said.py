"""What an earlier run said of the same state, to be said once more.

To make the reports of thousands of apps again out of what was found takes longer than to see that nothing has changed.
"""

from __future__ import annotations

import argparse
from typing import Any

from gitopslint.cli.clock import today
from gitopslint.cli.pair import Checked
from gitopslint.cli.reporting import Render, wanted
from gitopslint.engine.whole_run import WholeRun
from gitopslint.loaders.annals import Store
from gitopslint.loaders.fingerprint import digest
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.packing import PackingError, unpacked

_MOST = 1_000_000  # characters: longer reports are rare, and what they are made of is kept
_NO_MATTER = ("cache_dir", "output_file", "report")  # where things go; in which formats is asked by itself


class _Reports(NamedTuple):
    """The exit code, and the reports by their format, each with whether it has colours."""

    code: int
    texts: tuple[tuple[str, bool, str], ...]


class Said:
    """The reports of a run on some state, asked for in some words."""

    def __init__(self, store: Store, state: str, checked: Checked, arguments: argparse.Namespace) -> None:
        """`state` is a digest of all that the run can see."""
        given = {name: repr(value) for name, value in vars(arguments).items() if not callable(value)}
        words = sorted(given.items() - {(name, given[name]) for name in _NO_MATTER})
        place = (checked.scope, str(checked.contract_file), checked.side.other)
        self._store = store
        self._name = "said-" + digest(state, *place, today(), repr(words), repr(wanted(arguments)))
        self._kept: Any = store.get(self._name)
        self._wanted = set(wanted(arguments))
        self._new: dict[tuple[str, bool], str] = {}

    def again(self) -> tuple[Render, int] | None:
        """Return the reports with the exit code; None where they are to be made."""
        try:
            reports: _Reports = unpacked(_Reports, self._kept)
        except PackingError:
            return None
        texts = {(name, colour): text for name, colour, text in reports.texts}
        if texts.keys() != self._wanted:
            return None
        return (lambda name, colour: texts[name, colour]), reports.code

    def noted(self, rendered: Render) -> Render:
        """Return how to render reports, and note them."""

        def render(name: str, colour: bool) -> str:
            text = self._new[name, colour] = rendered(name, colour)
            return text

        return render

    def keep(self, code: int) -> None:
        """Keep what was noted, for the next run."""
        if sum(map(len, self._new.values())) <= _MOST:
            self._store.put(self._name, _Reports(code, tuple((*key, text) for key, text in self._new.items())))


def said_of(cache: WholeRun | None, checked: Checked, arguments: argparse.Namespace) -> Said | None:
    """Return what was said of the state of a run; None where nobody can know whether it is the same."""
    simple = not (arguments.new_only or arguments.statistics or arguments.baseline or checked.ground.contract.baseline)
    if cache is None or cache.state is None or checked.keeper is None or not simple:
        return None
    return Said(checked.keeper.store, cache.state, checked, arguments)
