"""A run over what `open_checked` has found."""

from __future__ import annotations

from functools import partial

from gitopslint.cli.clock import today
from gitopslint.cli.pair import Checked
from gitopslint.engine.run import run
from gitopslint.engine.selection import Selection
from gitopslint.loaders.side import Side
from gitopslint.model.finding import Report


def looking(checked: Checked, selection: Selection, side: Side | None = None) -> partial[Report]:
    """Return `run` with all that it is told about a repository; how it looks at it is left to say.

    `side` is another state of the same repository, such as one with fixes.
    """
    return partial(
        run,
        side or checked.side,
        checked.catalogue,
        selection,
        prefix=checked.prefix,
        scope=checked.scope,
        contract_file=checked.contract_file,
        today=today(),
    )
