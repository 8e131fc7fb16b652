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
from gitopslint.engine.board import board as board_of
from gitopslint.engine.board import track, untold
from gitopslint.engine.deadline import TimeUp, cut_short
from gitopslint.engine.faults import where
from gitopslint.engine.gathering import Gatherer
from gitopslint.engine.identity import identified
from gitopslint.engine.secrets import SecretWatch, doubts
from gitopslint.engine.selection import Selection
from gitopslint.engine.viewpoint import Viewpoint
from gitopslint.loaders import yaml
from gitopslint.loaders.contract import parameters
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.product import Unit
from gitopslint.loaders.side import Side
from gitopslint.model.application import Application, Undecidable
from gitopslint.model.board import Track
from gitopslint.model.claim import FileList
from gitopslint.model.document import Document
from gitopslint.model.finding import Doubt, Fault, Finding, Offence, Report, Undecided, Unread
from gitopslint.model.layer import App, Layer, Manifest, Release, Stack
from gitopslint.model.platform import Build, Unused
from gitopslint.model.redaction import without_credentials
from gitopslint.model.rule import Catalogue, Level, milder
from gitopslint.model.secret import SECRET_RULES, SecretScan, TextFile
from gitopslint.model.sops import SopsFile, SopsGap
from gitopslint.model.source import Source
from gitopslint.model.span import Span, file_start, is_across
from gitopslint.model.timeline import Timeline

Subject = (
    Layer
    | Stack
    | Release
    | App
    | Application
    | Manifest
    | FileList
    | Timeline
    | SecretScan
    | Build
    | SopsFile
    | SopsGap
    | Unused
)


def run(
    side: Side,
    catalogue: Catalogue,
    selection: Selection,
    *,
    prefix: str = "",
    scope: str = "",
    contract_file: str | None = None,
    board: bool = False,
) -> Report:
    """Check a repository, product or platform, and return the report.

    `prefix` leads from the top of the git repository to the root. `scope` is a file or folder below the root:
    everything is read, and what lies elsewhere is left out of the report. `board`: the report holds the promotion
    board; it is not gathered for nothing.
    """
    collector = _Collector(side, catalogue, selection, board=board)
    try:
        for unit in collector.units():
            collector.take(unit)
        collector.doubt_strangers()
        collector.conclude()
    except TimeUp as over:
        collector.doubt_the_rest(over)
    return collector.report(prefix, scope, contract_file)


class _Collector:
    """Gathers the outcomes of all units."""

    def __init__(self, side: Side, catalogue: Catalogue, selection: Selection, *, board: bool) -> None:
        self._side = side
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
        self._secrets = SecretWatch(side)
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
        return self._side.units(texts=bool(self._secret_rules))

    def take(self, unit: Unit) -> None:
        """Check what belongs together; afterwards nothing holds on to the unit's documents."""
        texts = self._register(unit)
        self._apps += len(unit.builds) + (unit.app is not None and not self._side.turned)
        self._unread += unit.unread
        found = len(self._findings)
        for subject in _subjects(unit):
            if not isinstance(subject, Application) or self._view.is_own(subject.path):
                self._check(subject)
        for stack in unit.app.stacks if unit.app is not None else ():
            self._applications = self._applications or stack.application is not None
            for gatherer in self._gatherers:
                self._settle(gatherer.rule, partial(gatherer.gather, stack), str(stack))
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
        findings, waived, used = waivers.apply(found, own_waivers)
        undecided_rules = {rule for rules, _ in self._doubts.values() for rule in rules}
        about_waivers = [
            self._finding(rule, offence, None, None)
            for rule, offence in waivers.offences(own_waivers, used, self._catalogue, self._selection, undecided_rules)
            if rule in self._selection.levels
        ]
        findings = identified([*findings, *about_waivers], prefix)
        undecided = sorted(
            Undecided(tuple(sorted(rules)), reason, remedy, tuple(sorted(spans)))
            for rules, reason, remedy, spans in view.doubts(self._doubts)
        )
        return Report(
            catalogue=self._catalogue,
            rules=tuple(self._selection.levels),
            findings=tuple(finding for finding in findings if _within(finding.span.path, scope)),
            undecided=tuple(
                one for one in undecided if any(not span.path or _within(span.path, scope) for span in one.spans)
            ),
            waived=tuple(one for one in waived if _within(one.finding.span.path, scope)),
            faults=tuple(sorted(self._faults + self._crashes())),
            unread=tuple(one for one in sorted(view.unread(self._unread)) if _within(one.path, scope)),
            sources=view.sources(self._sources),
            prefix=prefix,
            contract=contract_file,
            files=sum(map(view.is_own, self._files)),
            apps=self._apps,
            other=view.other,
            board=board_of(self._tracks, self._side.contract, scope) if self._board else None,
        )

    def _crashes(self) -> list[Fault]:
        crashes = self._secrets.crashes
        return [
            Fault(rule, path, error) for path, error in crashes for rule in self._secret_rules or ("plaintext-secret",)
        ]

    def _check(self, subject: Subject) -> None:
        for check, options in self._plan.get(type(subject), ()):
            self._settle(check.rule, partial(check, subject, options), str(subject), subject.app, subject.environment)

    def _check_timelines(self, unit: Unit) -> None:
        """Judge how today's releases got where they are; the history is read only when a rule wants it."""
        if unit.app is None:
            return
        if not self._plan.get(Timeline):
            self._tracks += untold(unit.app) if self._board else ()
            return
        found: list[Track] = []
        try:
            for timeline in self._side.timelines(unit):
                self._check(timeline)
                found += [track(unit.app, Course(timeline), self._selection)] if self._board else []
        except HistoryError as error:
            found = list(untold(unit.app, (str(error), error.remedy))) if self._board else []
            for check, _ in self._plan[Timeline]:
                for release in unit.app.releases:
                    if (node := release.tag or release.digest) is not None:
                        self._doubt(check.rule, Doubt(str(error), error.remedy, node.span))
        self._tracks += found

    def _settle(
        self,
        rule: str,
        judge: Callable[[], Iterator[Outcome]],
        subject: str,
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
            self._faults.append(Fault(rule, subject, where(error)))

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
                checks = [check for over in (Release, Stack, Timeline) for check, _ in self._plan.get(over, ())]
                for rule in {check.rule for check in checks} | {gatherer.rule for gatherer in self._gatherers}:
                    self._doubt(rule, _unknown_values(stack))

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


def _subjects(unit: Unit) -> Iterator[Subject]:
    yield from unit.layers
    if unit.app is not None:
        yield unit.app
        yield from unit.app.stacks
        yield from unit.app.releases
    yield from (one for one in unit.applications if isinstance(one, Application))
    yield from unit.manifests
    yield from unit.sops
    yield from unit.builds
    yield from unit.unused


def _unknown_values(stack: Stack) -> Doubt:
    """Say why nobody knows what a stack deploys."""
    broken = next((layer.path for layer in stack.layers if not layer.readable), None)
    if stack.unknown is not None and broken is None:
        return Doubt(
            f"the values of {stack} are not known: {stack.unknown}",
            "check them where those files are, or bring the Application in line",
            stack.span,
        )
    return Doubt(
        f"the values of {stack} are not known, because a layer is not readable",
        "repair the layer",
        file_start(broken) if broken is not None else stack.span,
    )


def _within(path: str, scope: str) -> bool:
    return not scope or path == scope or path.startswith(scope.rstrip("/") + "/")
