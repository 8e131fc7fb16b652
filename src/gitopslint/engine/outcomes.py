"""What checks say, as findings, doubts and faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gitopslint.checks.check import Check, Outcome
from gitopslint.engine.deadline import MemoryUp
from gitopslint.engine.faults import where
from gitopslint.model.claim import Claim
from gitopslint.model.finding import Doubt, Fault, Finding, Offence, Undecided
from gitopslint.model.part import RuledClaim, RuledDoubt
from gitopslint.model.redaction import without_credentials
from gitopslint.model.rule import Level, milder
from gitopslint.model.span import Span


class Doubts:
    """Doubts by reason, each with the rules that have it and the places that it is about."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[set[str], set[Span]]] = {}
        self._sorted: tuple[Undecided, ...] | None = None

    def add(self, reason: str, remedy: str, rules: Iterable[str], spans: Iterable[Span]) -> None:
        """Note a doubt."""
        self._sorted = None
        all_rules, all_spans = self._said.setdefault((reason, remedy), (set(), set()))
        all_rules.update(rules)
        all_spans.update(spans)

    def add_one(self, reason: str, remedy: str, rule: str, span: Span) -> None:
        """Note the doubt of one rule about one place: so most come, eight for each app."""
        said = self._said.get((reason, remedy))
        if said is None:
            self.add(reason, remedy, (rule,), (span,))
        else:
            said[0].add(rule)
            said[1].add(span)

    @property
    def rules(self) -> set[str]:
        """The rules that could not decide everything."""
        return {rule for rules, _ in self._said.values() for rule in rules}

    def undecided(self) -> tuple[Undecided, ...]:
        """Return all doubts, each with its rules and places in order."""
        if self._sorted is None:  # it is asked for some times, and thousands of apps have many places
            self._sorted = tuple(
                Undecided(tuple(sorted(rules)), reason, remedy, tuple(sorted(spans)))
                for (reason, remedy), (rules, spans) in self._said.items()
            )
        return self._sorted


class Outcomes:
    """Collects what checks say about some subjects, at the levels of a run."""

    def __init__(self, levels: dict[str, Level]) -> None:
        self._levels = levels
        self.findings: list[Finding] = []
        self.doubts = Doubts()
        self.waiting: list[RuledDoubt] = []
        self.claims: list[RuledClaim] = []
        self.faults: list[Fault] = []

    def judge(self, checks: Iterable[tuple[Check[Any], Any]], subject: Any) -> None:
        """Take what checks, each with its parameters, say about a subject."""
        # A large repository has a hundred such pairs for each app, and hardly any says something.
        for check, parameters in checks:
            try:
                for outcome in check.function(subject, parameters):
                    self._take(check.rule, outcome, subject.app, subject.environment)
            except Exception as error:  # noqa: BLE001 - a rule's bug must never look like a clean file
                self._crashed(check.rule, subject, error)

    def settle(self, rule: str, judge: Callable[[], Iterator[Outcome | Claim]], subject: object) -> None:
        """Take what a rule says, and turn its crash into a fault."""
        try:
            for outcome in judge():
                self._take(rule, outcome)
        except Exception as error:  # noqa: BLE001 - as above
            self._crashed(rule, subject, error)

    def _take(
        self, rule: str, outcome: Outcome | Claim, app: str | None = None, environment: str | None = None
    ) -> None:
        if isinstance(outcome, Offence):
            self.findings.append(self.finding(rule, outcome, app, environment))
        elif isinstance(outcome, Claim):
            self.claims.append(RuledClaim(rule, outcome))
        elif outcome.needs is not None:
            reason = without_credentials(outcome.reason)
            self.waiting.append(RuledDoubt(rule, outcome._replace(reason=reason)))
        else:
            self.doubt(rule, outcome)

    def _crashed(self, rule: str, subject: object, error: Exception) -> None:
        if isinstance(error, MemoryError):  # of the machine; what else it would say is not worth knowing
            raise MemoryUp from None
        self.faults.append(Fault(rule, str(subject), where(error)))

    def doubt(self, rule: str, doubt: Doubt) -> None:
        """Note what a rule could not decide."""
        self.doubts.add_one(without_credentials(doubt.reason), doubt.remedy, rule, doubt.span)

    def finding(self, rule: str, offence: Offence, app: str | None = None, environment: str | None = None) -> Finding:
        """Return an offence at the level that the run gives its rule."""
        level: Level = self._levels[rule]
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
