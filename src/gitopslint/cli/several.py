"""One report of several repositories."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from gitopslint.cli.output import render
from gitopslint.cli.reporting import Render
from gitopslint.engine.federation import federated
from gitopslint.model.finding import Report
from gitopslint.reporters import several


def rendering_several(reports: Mapping[str, Report], arguments: argparse.Namespace) -> Render:
    """Return how to render the reports: as one for people, side by side where readers resolve paths."""
    one = federated(reports)

    def rendered(name: str, colour: bool) -> str:
        if name not in several.SIDE_BY_SIDE:
            return render(name, one, colour=colour, fail_on=arguments.fail_on)
        texts = {repository: render(name, report, colour=False) for repository, report in reports.items()}
        return several.SIDE_BY_SIDE[name](texts)

    return rendered
