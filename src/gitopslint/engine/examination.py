"""Checks one unit after the other. What is found of each is a Part, which depends on no other unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from gitopslint.checks import layers
from gitopslint.checks.catalogue import CHECKS
from gitopslint.checks.check import Check
from gitopslint.checks.moves import Course
from gitopslint.checks.requirements import declared_checks, gatherings
from gitopslint.engine import waivers
from gitopslint.engine.acceptance import of_contract
from gitopslint.engine.excerpts import pointed_at, trimmed
from gitopslint.engine.outcomes import Outcomes
from gitopslint.engine.secrets import SecretWatch, doubts
from gitopslint.engine.selection import Selection
from gitopslint.engine.subjects import Subject, subjects, unknown_values
from gitopslint.engine.viewpoint import Viewpoint
from gitopslint.loaders import yaml
from gitopslint.loaders.contract import parameters
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.side import Side
from gitopslint.loaders.unit import Task, Unit
from gitopslint.model.application import Application, Undecidable
from gitopslint.model.board import Doubtful, Track
from gitopslint.model.claim import FileList
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.finding import Doubt, Fault, Finding, Undecided
from gitopslint.model.layer import App, Release, Stack
from gitopslint.model.part import Part
from gitopslint.model.rule import Catalogue, Level
from gitopslint.model.secret import SECRET_RULES, SecretScan, TextFile
from gitopslint.model.share import Share
from gitopslint.model.source import Source
from gitopslint.model.span import Span
from gitopslint.model.timeline import UNREAD, Freshness, Timeline
from gitopslint.model.waiver import Waiver


class _Notes:
    """What is noted while one unit is checked."""

    def __init__(self, levels: dict[str, Level]) -> None:
        self.outcomes = Outcomes(levels)
        self.waivers: list[Waiver] = []
        self.sources: dict[str, Source] = {}


class Examiner:
    """Checks units by the rules of a run."""

    def __init__(
        self, side: Side, catalogue: Catalogue, selection: Selection, today: str | None = None, *, board: bool = False
    ) -> None:
        """`today` decides which allowances have expired. `board`: parts hold what the promotion board shows."""
        self._side = side
        self._selection = selection
        self._board = board and not side.turned  # releases are the matter of the product
        self._view = Viewpoint(side.other, side.turned)
        self._levels = selection.levels
        self._plan: dict[type[Any], list[tuple[Check[Any], Any]]] = {}
        for check in (*CHECKS, *declared_checks(catalogue)):
            if check.rule in selection.levels:
                given = parameters(catalogue[check.parameters_of], side.contract)
                options = check.parameters(**given)
                self._plan.setdefault(check.over, []).append((check, options))
        self._gatherings = [one for one in gatherings(catalogue) if one.rule in selection.levels]
        self._watch = SecretWatch(side, today)
        # The platform keeps Secrets, and has rules of its own about them.
        self.secret_rules = [rule for rule in SECRET_RULES if rule in selection.levels and not side.turned]
        self._elsewhere = side.contract.applications.repository == "platform"
        self._scans: dict[str, SecretScan | None] = {}
        self._hidden: dict[str, tuple[Span, ...]] = {}
        self.unsettled = False
        """Whether something that was judged is about the pending change, or could not be known."""
        self.looked_at_the_clock = False
        self.freshness: dict[str, Freshness] = {}
        """How far the main line had moved on since builds were made, by their commits."""

    def examine(self, unit: Unit) -> Part:
        """Check what belongs together; afterwards nothing holds on to its documents."""
        self.hide(unit)
        notes = _Notes(self._levels)
        outcomes = notes.outcomes
        texts = self._register(unit, notes)
        for subject in subjects(unit):
            if not isinstance(subject, Application) or self._view.is_own(subject.path):
                self._check(subject, outcomes)
        stacks = unit.app.stacks if unit.app is not None else ()
        for stack in stacks:
            for gathering in self._gatherings:
                outcomes.settle(gathering.rule, partial(gathering.gather, stack), stack)
        for one in unit.applications:
            if isinstance(one, Undecidable):
                self._doubt_application(one, outcomes)
        tracks: list[Track] = []
        if unit.app is not None:
            tracks = self._check_timelines(unit, unit.app, outcomes)
            self._doubt_unknown_values(unit.app, outcomes)
        undecided = tuple(outcomes.doubts.undecided())
        self._keep_sources(outcomes.findings, undecided, texts, notes)
        return Part(
            tuple(outcomes.findings),
            undecided,
            tuple(outcomes.waiting),
            tuple(outcomes.faults + self._crashes()),
            unit.unread,
            tuple(notes.waivers),
            tuple(outcomes.claims),
            notes.sources,
            tuple(texts),
            len(unit.builds) + (unit.app is not None and not self._side.turned),
            self._elsewhere or any(stack.application is not None for stack in stacks),
            tuple(tracks) if self._board else (),
            self._allowing(),
        )

    @property
    def looks_at_history(self) -> bool:
        """Whether any rule asks for the history."""
        return bool(self._plan.get(Course))

    @property
    def searches_only(self) -> bool:
        """Whether secrets are all that is looked for."""
        return bool(self.secret_rules) and set(self.secret_rules) == set(self._levels)

    @property
    def hides(self) -> bool:
        """Whether there is text that no excerpt may show, beside what is found to be a secret."""
        return bool(self._hidden)

    def hide(self, unit: Unit) -> None:
        """Note what no excerpt may show. Other units may point into the same files, so this is for all to know."""
        for span in unit.secret_spans:
            known = self._hidden.get(span.path, ())
            if span not in known:
                self._hidden[span.path] = (*known, span)

    def examine_files(self, paths: tuple[str, ...]) -> Part:
        """Check where files are, whatever they hold."""
        outcomes = Outcomes(self._levels)
        self._check(FileList(paths), outcomes)
        return Part(findings=tuple(outcomes.findings), faults=tuple(outcomes.faults))

    def examine_contract(self) -> Part:
        """Return what the contract accepts, with the text of its file for excerpts."""
        found = tuple(one._replace(span=self._view.span(one.span)) for one in of_contract(self._side))
        if not found or FILE_NAME not in self._side.tree.paths:
            return Part(waivers=found)
        path = self._view.path(FILE_NAME)
        document = yaml.parse(path, self._side.tree.read(FILE_NAME))
        source = self._source(TextFile(path, document.text, document))
        return Part(waivers=found, sources={path: source}, faults=tuple(self._crashes()))

    def sources(self, paths: Iterable[str]) -> dict[str, Source]:
        """Read files once more, for lines to show of them: no document was kept."""
        read = self._side.tree.read_many(() if self._side.turned else sorted(paths))
        documents = [yaml.parse(path, data) for path, data in read if isinstance(data, bytes)]
        return {one.path: self._source(TextFile(one.path, one.text, one)) for one in documents}

    def _register(self, unit: Unit, notes: _Notes) -> dict[str, TextFile]:
        """Note the files of a unit with their waivers and secrets, and return them by path."""
        files = {file.path: file for file in unit.texts}
        for document in unit.documents:
            # A document that was read for other rules may have a text that shows more than its YAML does.
            file = files.get(document.path)
            if file is None:
                file = files[document.path] = TextFile(document.path, document.text, document)
            if found_here := list(waivers.find_waivers(document)):
                notes.waivers += found_here
                notes.sources[document.path] = self._source(file)
        if self.secret_rules:
            for file in files.values():
                self._look_for_secrets(file, notes)
        return files

    def _look_for_secrets(self, file: TextFile, notes: _Notes) -> None:
        """Judge one file by the rules about secrets; it is searched once for all of them."""
        scan = self._scan(file)
        for doubt in doubts(scan):
            for rule in self.secret_rules:
                notes.outcomes.doubt(rule, doubt)
        found = scan is not None and bool(scan.exposures)
        waiver_free = file.document is not None or not waivers.mentioned(file.text)
        if not waiver_free:
            notes.waivers += waivers.find_in_text(file, found=found)
        if scan is not None and found:
            self._check(scan, notes.outcomes)
        if found or not waiver_free:
            notes.sources[file.path] = self._source(file)

    def _scan(self, file: TextFile) -> SecretScan | None:
        """Search a file, once where it belongs to several units, as an ApplicationSet may."""
        if file.document is None:
            return self._watch.scan(file)
        if file.path not in self._scans:
            self._scans[file.path] = self._watch.scan(file)
        return self._scans[file.path]

    def _crashes(self) -> list[Fault]:
        """Return what went wrong in the search for secrets since it was last asked."""
        if not self._watch.crashes:
            return []
        rules = self.secret_rules or ("plaintext-secret",)
        found = [Fault(rule, path, error) for path, error in self._watch.crashes for rule in rules]
        self._watch.crashes.clear()
        return found

    def _allowing(self) -> tuple[int, ...]:
        """Return the entries of `secrets.allow` that spoke of something since it was last asked."""
        spoke = self._watch.allowances
        if not spoke:
            return ()
        found = tuple(number for number, one in enumerate(self._side.contract.secrets.allow) if one in spoke)
        spoke.clear()
        return found

    def _check(self, subject: Subject, outcomes: Outcomes) -> None:
        outcomes.judge(self._plan.get(type(subject), ()), subject)

    def _check_timelines(self, unit: Unit, app: App, outcomes: Outcomes) -> list[Track]:
        """Judge how today's releases got where they are, and return the tracks of the app for the board.

        The history is read only when a rule wants it.
        """
        if not self._plan.get(Course):
            return self._untold(app)
        tracks: list[Track] = []
        try:
            fresh = "stale-release" in self._levels  # few questions of git, but none where nobody asks
            for timeline in self._side.timelines(unit, fresh=fresh):
                self._note_pending(timeline)
                course = Course(timeline)
                self._check(course, outcomes)
                if self._board:
                    from gitopslint.engine.board import track  # few formats show it

                    tracks.append(track(app, course, self._selection))
        except HistoryError as error:
            self.unsettled = True
            for check, _ in self._plan[Course]:
                for release in app.releases:
                    if (node := release.tag or release.digest) is not None:
                        outcomes.doubt(check.rule, Doubt(str(error), error.remedy, node.span))
            return self._untold(app, (str(error), error.remedy))
        return tracks

    def _untold(self, app: App, *doubt: Doubtful) -> list[Track]:
        if not self._board:
            return []
        from gitopslint.engine.board import untold

        return list(untold(app, *doubt))

    def _note_pending(self, timeline: Timeline) -> None:
        for trail in timeline.today.values():
            if trail.freshness is not None and trail.built_from is not None:
                self.freshness[trail.built_from] = trail.freshness
        pending = any(step.landing.pending for step in timeline.steps)
        unread = any(image == UNREAD for step in timeline.steps for image in step.images.values())
        unknown = unread or any(trail.unknown is not None for trail in timeline.today.values())
        self.unsettled = self.unsettled or pending or unknown
        # The pending change lands now, so how long a build ran before it is another answer every second.
        self.looked_at_the_clock = self.looked_at_the_clock or (pending and timeline.contract.minimum_soak is not None)

    def _doubt_unknown_values(self, app: App, outcomes: Outcomes) -> None:
        """Where a layer cannot be read, nobody knows which image would be deployed."""
        for stack in app.stacks:
            if stack.values is None:
                checks = [check for over in (Release, Stack, Course) for check, _ in self._plan.get(over, ())]
                for rule in {check.rule for check in checks} | {gathering.rule for gathering in self._gatherings}:
                    outcomes.doubt(rule, unknown_values(stack))

    def _doubt_application(self, one: Undecidable, outcomes: Outcomes) -> None:
        """What an ApplicationSet makes, or whether a layer is loaded by it, is not known offline."""
        reason = one.reason if one.remedy else f"what {one.name} deploys is not known here: {one.reason}"
        doubt = Doubt(reason, one.remedy or "check what it deploys where Argo CD runs", one.span)
        own = self._view.is_own(one.path)
        for check in (*(check for check, _ in self._plan.get(Application, ()) if own), layers.unwired_layer):
            if check.rule in self._levels and (own or not self._side.turned):
                outcomes.doubt(check.rule, doubt)

    def _keep_sources(
        self,
        findings: Sequence[Finding],
        undecided: Sequence[Undecided],
        texts: dict[str, TextFile],
        notes: _Notes,
    ) -> None:
        """Keep the text of files with findings, and of files with doubts the lines in which columns are counted."""
        if not findings and not undecided:  # so it is with nearly all files of no app
            return
        whole = {span.path for span in pointed_at(findings, ())}
        counted = {span.path for span in pointed_at((), undecided) if not span.is_empty}
        found = {path: self._source(texts[path]) for path in (whole | counted) & texts.keys()}
        notes.sources |= trimmed(found, whole | notes.sources.keys(), undecided)

    def _source(self, file: TextFile) -> Source:
        return self._watch.source(file, self._hidden.get(file.path, ()))


def examined(examiner: Examiner, task: Task, share: Share) -> Iterator[Part]:
    """Yield what is found in each unit of a task. What everybody loads, only the first share examines."""
    elsewhere = task.masks and not share.holds("")
    for unit in task.load():
        if elsewhere:
            examiner.hide(unit)
        else:
            yield examiner.examine(unit)
