"""What a report says about each environment of each app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitopslint.model.board import Deployment, Track
from gitopslint.model.finding import Finding, Report, Verdict
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import LEVELS, Level

Place = tuple[str, str]
"""App and environment."""


class Judgement(NamedTuple):
    """How many findings of each level there are about an environment of an app, and how many doubts.

    `blind`: something that belongs to it was not checked at all.
    """

    error: int = 0
    warning: int = 0
    note: int = 0
    undecided: int = 0
    blind: bool = False

    @property
    def level(self) -> Level | None:
        """The level of the worst finding."""
        return next((level for level in reversed(LEVELS) if getattr(self, level)), None)

    @property
    def verdict(self) -> Verdict:
        """As for a whole report: only what was checked and decided is a pass."""
        if self.error or self.warning:
            return "violation"
        return "undecided" if self.undecided or self.blind else "pass"


def judgements(report: Report) -> Mapping[Place, Judgement]:
    """Return the judgement about every deployment of the board, by app and environment.

    A finding counts where it says so. One that names no app, and every doubt, counts for all that is made of its file.
    """
    places: dict[Place, Judgement] = {}
    of_app: dict[str, list[Place]] = {}
    of_file: dict[str, set[Place]] = {}
    for track, deployment in _deployments(report):
        place = (track.app, deployment.environment)
        if place not in places:
            places[place] = Judgement()
            of_app.setdefault(track.app, []).append(place)
        # A crash may have hidden a finding anywhere.
        blind = places[place].blind or bool(report.faults) or not deployment.covered
        blind = blind or deployment.image.state in ("corrupt", "unread")
        places[place] = places[place]._replace(blind=blind)
        for file in deployment.files:
            of_file.setdefault(file, set()).add(place)
    for finding in report.findings:
        for place in _about(finding, of_app, of_file):
            if place in places:
                judgement = places[place]
                places[place] = judgement._replace(**{finding.level: getattr(judgement, finding.level) + 1})
    for doubt in report.undecided:
        for place in {place for span in doubt.spans for place in of_file.get(span.path, ())}:
            places[place] = places[place]._replace(undecided=places[place].undecided + 1)
    for unread in report.unread:
        for place in of_file.get(unread.path, ()):
            places[place] = places[place]._replace(blind=True)
    return places


def _about(finding: Finding, of_app: Mapping[str, list[Place]], of_file: Mapping[str, set[Place]]) -> Iterator[Place]:
    if finding.app is None:
        yield from of_file.get(finding.span.path, ())
    elif finding.environment is None:
        yield from of_app.get(finding.app, ())
    else:
        yield finding.app, finding.environment


def _deployments(report: Report) -> Iterator[tuple[Track, Deployment]]:
    for track in report.board.tracks if report.board is not None else ():
        for deployment in track.deployments:
            yield track, deployment
