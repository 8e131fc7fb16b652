"""One run: subjects in, report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from gitopslint.checks import layers
from gitopslint.checks.catalogue import CHECKS
from gitopslint.checks.check import Check, Outcome
from gitopslint.checks.moves import Course
from gitopslint.checks.requirements import declared_checks, gatherings
from gitopslint.engine import waivers
from gitopslint.engine.acceptance import accept
from gitopslint.engine.board import board as board_of
from gitopslint.engine.board import track, untold
from gitopslint.engine.deadline import TimeUp, cut_short
from gitopslint.engine.faults import where
from gitopslint.engine.gathering import Gatherer
from gitopslint.engine.identity import identified
from gitopslint.engine.secrets import SecretWatch, doubts
from gitopslint.engine.selection import Selection
from gitopslint.engine.subjects import Subject, subjects, unknown_values
from gitopslint.engine.viewpoint import Viewpoint
from gitopslint.loaders import yaml
from gitopslint.loaders.contract import parameters
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.product import Unit
from gitopslint.loaders.side import Side
from gitopslint.model.application import Application, Undecidable
from gitopslint.model.board import Track
from gitopslint.model.claim import FileList
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.document import Document
from gitopslint.model.finding import Doubt, Fault, Finding, Offence, Report, Undecided, Unread
from gitopslint.model.layer import App, Release, Stack
from gitopslint.model.redaction import without_credentials
from gitopslint.model.rule import Catalogue, Level, milder
from gitopslint.model.secret import SECRET_RULES, TextFile
from gitopslint.model.source import Source
from gitopslint.model.span import Span, file_start, is_across, within


def run(
    side: Side,
    catalogue: Catalogue,
    selection: Selection,
    *,
    prefix: str = "",
    scope: str = "",
    whole: bool = False,
    contract_file: str | None = None,
    today: str | None = None,
    watch: Callable[[Unit], None] | None = None,
    board: bool = False,
) -> Report:
    """Check a repository, product or platform, and return the report.

    `prefix` leads from the top of the git repository to the root. `scope` is a file or folder below the root:
    everything is read, and what lies elsewhere is left out of the report, unless that is to be `whole`, for somebody
    who will leave it out later (`narrowed`). `today` is the day, as `2026-03-01`, that tells which waivers have ended.
    `watch` is told of each unit that has been checked. `board`: the report holds the
    promotion board; it is not gathered for nothing.
    """
    collector = _Collector(side, catalogue, selection, today, board=board)
    try:
        for unit in collector.units():
            collector.take(unit)
            if watch is not None:
                watch(unit)
        collector.doubt_strangers()
        collector.conclude()
    except TimeUp as over:
        collector.doubt_the_rest(over)
    report = collector.report(prefix, scope, contract_file)
    return report if whole else narrowed(report, scope)


def narrowed(report: Report, scope: str) -> Report:
    """Return what a report says of one file or folder."""
    if not scope:
        return report
    return report._replace(
        findings=tuple(one for one in report.findings if within(one.span.path, scope)),
        undecided=tuple(
            one for one in report.undecided if any(not span.path or within(span.path, scope) for span in one.spans)
        ),
        waived=tuple(one for one in report.waived if within(one.finding.span.path, scope)),
        unread=tuple(one for one in report.unread if within(one.path, scope)),
    )


class _Collector:
    """Gathers the outcomes of all units."""

    def __init__(
        self, side: Side, catalogue: Catalogue, selection: Selection, today: str | None, *, board: bool
    ) -> None:
        self._side = side
        self._today = today
        self._view = Viewpoint(side.other, side.turned)
        self._catalogue = catalogue
        self._selection = selection
        self._board = board and not side.turned  # releases are the matter of the product
        self._tracks: list[Track] = []
        self._plan: dict[type[Any], list[tuple[Check[Any], Any]]] = {}
        for check in (*CHECKS, *declared_checks(catalogue)):
            if check.rule in selection.levels:
                given = parameters(catalogue[check.parameters_of], side.contract)
                options = check.parameters(**given)
                self._plan.setdefault(check.over, []).append((check, options))
        self._gatherers = [Gatherer(one) for one in gatherings(catalogue) if one.rule in selection.levels]
        self._secrets = SecretWatch(side, today)
        # The platform keeps Secrets, and has rules of its own about them.
        self._secret_rules = [rule for rule in SECRET_RULES if rule in selection.levels and not side.turned]
        self._applications = side.contract.applications.repository == "platform"
        self._findings: list[Finding] = []
        self._waiting: list[tuple[str, Doubt]] = []
        self._doubts: dict[tuple[str, str], tuple[set[str], set[Any]]] = {}
        self._doubted: set[str] = set()
        self._faults: list[Fault] = []
        self._unread: list[Unread] = []
        self._waivers: list[waivers.Waiver] = []
        self._sources: dict[str, Source] = {}
        self._shared: dict[str, Document] = {}
        self._secret_spans: dict[str, list[Span]] = {}
        self._files: set[str] = set()
        self._documents: set[str] = set()
        self._apps = 0

    def units(self) -> Iterator[Unit]:
        """Yield what is to be checked: all files without the apps around them, where only secrets are looked for."""
        if self._secret_rules and set(self._secret_rules) == set(self._selection.levels):
            return self._side.texts()
        return self._side.units(texts=bool(self._secret_rules), past=Course in self._plan)

    def take(self, unit: Unit) -> None:
        """Check what belongs together; afterwards nothing holds on to the unit's documents."""
        texts = self._register(unit)
        self._apps += len(unit.builds) + (unit.app is not None and not self._side.turned)
        self._unread += unit.unread
        found = len(self._findings)
        for subject in subjects(unit):
            if not isinstance(subject, Application) or self._view.is_own(subject.path):
                self._check(subject)
        for stack in unit.app.stacks if unit.app is not None else ():
            self._applications = self._applications or stack.application is not None
            for gatherer in self._gatherers:
                self._settle(gatherer.rule, partial(gatherer.gather, stack), stack)
        for one in unit.applications:
            if isinstance(one, Undecidable):
                self._doubt_application(one)
        if unit.app is not None:
            self._check_timelines(unit)
            self._doubt_unknown_values(unit.app)
        for finding in self._findings[found:]:
            self._keep_sources([finding.span, *(related.span for related in finding.related)], texts)
        # Looking through all doubts for each unit would take quadratic time.
        doubted = (texts.keys() | self._shared.keys()) & self._doubted
        self._keep_sources(map(file_start, doubted), texts)

    def _register(self, unit: Unit) -> dict[str, TextFile]:
        """Note the files of a unit with their waivers and secrets, and return them by path."""
        for span in unit.secret_spans:
            self._secret_spans.setdefault(span.path, []).append(span)
        if unit.app is None and unit.layers:
            self._shared |= {document.path: document for document in unit.documents}
        files = {file.path: file for file in unit.texts}
        for document in unit.documents:
            # A document that was read for other rules may have a text that shows more than its YAML does.
            file = files.setdefault(document.path, TextFile(document.path, document.text, document))
            if document.path not in self._documents and (found_here := list(waivers.find_waivers(document))):
                self._waivers += found_here
                self._sources[document.path] = self._source(file)
            self._documents.add(document.path)
        for path, file in files.items():
            if path not in self._files:  # an ApplicationSet belongs to several apps
                self._files.add(path)
                self._look_for_secrets(file)
        return files

    def _look_for_secrets(self, file: TextFile) -> None:
        """Judge one file by the rules about secrets; it is searched once for all of them."""
        if not self._secret_rules:
            return
        scan = self._secrets.scan(file)
        for doubt in doubts(scan):
            for rule in self._secret_rules:
                self._doubt(rule, doubt)
        waiver_free = file.document is not None or not waivers.mentioned(file.text)
        if not waiver_free:
            self._waivers += waivers.find_in_text(file, found=bool(scan.exposures))
        if scan.exposures or not waiver_free:
            self._check(scan)
            self._sources[file.path] = self._source(file)

    def doubt_strangers(self) -> None:
        """A file where a layer of another environment would stand must not pass for checked."""
        for name, path in self._side.strangers().items():
            self._doubt(
                "missing-layer",
                Doubt(
                    f"{name!r} stands where the contract has an environment, and is none of its environments",
                    "add it to `environments`, or its files to `exclude`",
                    file_start(path),
                ),
            )

    def conclude(self) -> None:
        """Check what can be judged only when every unit has passed by."""
        if not self._side.turned:
            self._check(FileList(self._side.paths))
        found = len(self._findings)
        for gatherer in self._gatherers:
            self._settle(gatherer.rule, gatherer.judge, "all stacks")
        spans = [
            span
            for finding in self._findings[found:]
            for span in (finding.span, *(related.span for related in finding.related))
        ]
        for rule, doubt in self._waiting if self._applications else ():
            self._doubt(rule, doubt)
            spans.append(doubt.span)
        # No document was kept: what is pointed at only now is read once more.
        again = sorted(path for path in {span.path for span in spans} - self._sources.keys() if not is_across(path))
        read = self._side.tree.read_many(() if self._side.turned else again)
        documents = [yaml.parse(path, data) for path, data in read if isinstance(data, bytes)]
        self._keep_sources(spans, {one.path: TextFile(one.path, one.text, one) for one in documents})

    def doubt_the_rest(self, over: TimeUp) -> None:
        """Nobody knows what a run that was stopped would have found."""
        for rule in self._selection.levels:
            self._doubt(rule, cut_short(over))

    def report(self, prefix: str, scope: str, contract_file: str | None) -> Report:
        """Return what was found, as it is seen from the repository in which the run stands."""
        view = self._view
        own_waivers = [one._replace(span=view.span(one.span)) for one in self._waivers if view.is_own(one.span.path)]
        found = identified(view.findings(self._findings), prefix)
        accepted = accept(
            found,
            own_waivers,
            self._side,
            self._secrets.allowances if self._secret_rules else None,
            self._catalogue,
            self._verdicts(),
            self._today,
        )
        about = [
            self._finding(rule, offence, None, None)
            for rule, offence in accepted.offences
            if rule in self._selection.levels
        ]
        if any(finding.span.path == FILE_NAME for finding in about):
            self._keep_contract()
        findings = identified([*accepted.standing, *about], prefix)
        undecided = sorted(
            Undecided(tuple(sorted(rules)), reason, remedy, tuple(sorted(spans)))
            for rules, reason, remedy, spans in view.doubts(self._doubts)
        )
        return Report(
            catalogue=self._catalogue,
            rules=tuple(self._selection.levels),
            findings=tuple(findings),
            undecided=tuple(undecided),
            waived=tuple(accepted.waived),
            faults=tuple(sorted(self._faults + self._crashes())),
            unread=tuple(sorted(view.unread(self._unread))),
            sources=view.sources(self._sources),
            prefix=prefix,
            contract=contract_file,
            files=sum(map(view.is_own, self._files)),
            apps=self._apps,
            other=view.other,
            board=board_of(self._tracks, self._side.contract, scope) if self._board else None,
        )

    def _verdicts(self) -> waivers.Verdicts:
        """Tell which rules looked at all that they are about."""
        undecided = {rule for rules, _ in self._doubts.values() for rule in rules}
        undecided |= {fault.rule for fault in (*self._faults, *self._crashes())}
        elsewhere = set(SECRET_RULES) if self._side.turned else set()
        return waivers.Verdicts(self._selection.levels.keys() - elsewhere, undecided)

    def _keep_contract(self) -> None:
        """Keep the text of the contract file for excerpts."""
        path = self._view.path(FILE_NAME)
        if path not in self._sources and FILE_NAME in self._side.tree.paths:
            document = yaml.parse(path, self._side.tree.read(FILE_NAME))
            self._sources[path] = self._source(TextFile(path, document.text, document))

    def _crashes(self) -> list[Fault]:
        crashes = self._secrets.crashes
        return [
            Fault(rule, path, error) for path, error in crashes for rule in self._secret_rules or ("plaintext-secret",)
        ]

    def _check(self, subject: Subject) -> None:
        for check, options in self._plan.get(type(subject), ()):
            self._settle(check.rule, partial(check, subject, options), subject, subject.app, subject.environment)

    def _check_timelines(self, unit: Unit) -> None:
        """Judge how today's releases got where they are; the history is read only when a rule wants it."""
        if unit.app is None:
            return
        if not self._plan.get(Course):
            self._tracks += untold(unit.app) if self._board else ()
            return
        found: list[Track] = []
        try:
            fresh = "stale-release" in self._selection.levels  # few questions of git, but none where nobody asks
            for timeline in self._side.timelines(unit, fresh=fresh):
                course = Course(timeline)
                self._check(course)
                found += [track(unit.app, course, self._selection)] if self._board else []
        except HistoryError as error:
            found = list(untold(unit.app, (str(error), error.remedy))) if self._board else []
            for check, _ in self._plan[Course]:
                for release in unit.app.releases:
                    if (node := release.tag or release.digest) is not None:
                        self._doubt(check.rule, Doubt(str(error), error.remedy, node.span))
        self._tracks += found

    def _settle(
        self,
        rule: str,
        judge: Callable[[], Iterator[Outcome]],
        subject: object,
        app: str | None = None,
        environment: str | None = None,
    ) -> None:
        """Turn what a check says into findings and doubts, and its crash into a fault."""
        try:
            for outcome in judge():
                if isinstance(outcome, Offence):
                    self._findings.append(self._finding(rule, outcome, app, environment))
                elif outcome.needs is not None:
                    self._waiting.append((rule, outcome))
                else:
                    self._doubt(rule, outcome)
        except Exception as error:  # noqa: BLE001 - a rule's bug must never look like a clean file
            self._faults.append(Fault(rule, str(subject), where(error)))

    def _finding(self, rule: str, offence: Offence, app: str | None, environment: str | None) -> Finding:
        level: Level = self._selection.levels[rule]
        if offence.at_most is not None:
            level = milder(level, offence.at_most)
        return Finding(
            rule,
            level,
            # A credential may stand where a tag belongs, and rules about tags quote what stands there.
            without_credentials(offence.message),
            offence.span,
            "",
            tuple(one._replace(note=without_credentials(one.note)) for one in offence.related),
            offence.key_path,
            app or offence.app,
            environment or offence.environment,
            offence.fix,
        )

    def _doubt(self, rule: str, doubt: Doubt) -> None:
        reason = without_credentials(doubt.reason)
        rules, spans = self._doubts.setdefault((reason, doubt.remedy), (set(), set()))
        rules.add(rule)
        spans.add(doubt.span)
        self._doubted.add(doubt.span.path)

    def _doubt_unknown_values(self, app: App) -> None:
        """Where a layer cannot be read, nobody knows which image would be deployed."""
        for stack in app.stacks:
            if stack.values is None:
                checks = [check for over in (Release, Stack, Course) for check, _ in self._plan.get(over, ())]
                for rule in {check.rule for check in checks} | {gatherer.rule for gatherer in self._gatherers}:
                    self._doubt(rule, unknown_values(stack))

    def _doubt_application(self, one: Undecidable) -> None:
        """What an ApplicationSet makes, or whether a layer is loaded by it, is not known offline."""
        reason = one.reason if one.remedy else f"what {one.name} deploys is not known here: {one.reason}"
        doubt = Doubt(reason, one.remedy or "check the Applications that it makes, where Argo CD runs", one.span)
        own = self._view.is_own(one.path)
        for check in (*(check for check, _ in self._plan.get(Application, ()) if own), layers.unwired_layer):
            if check.rule in self._selection.levels and (own or not self._side.turned):
                self._doubt(check.rule, doubt)

    def _keep_sources(self, spans: Iterable[Span], texts: dict[str, TextFile]) -> None:
        for span in spans:
            shared = self._shared.get(span.path)
            file = texts.get(span.path)
            if file is None and shared is not None:
                file = TextFile(shared.path, shared.text, shared)
            if span.path not in self._sources and file is not None:
                self._sources[span.path] = self._source(file)

    def _source(self, file: TextFile) -> Source:
        return self._secrets.source(file, self._secret_spans.get(file.path, ()))
