"""Rules about all stacks together: small claims are kept while the stacks stream by, and judged at the end."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Outcome
from gitopslint.checks.requirements import Gathering
from gitopslint.model.claim import Claim
from gitopslint.model.finding import Doubt
from gitopslint.model.layer import Stack


class Gatherer:
    """One such rule with what it has kept so far."""

    def __init__(self, gathering: Gathering) -> None:
        self.rule = gathering.rule
        self._gathering = gathering
        self._claims: list[Claim] = []

    def gather(self, stack: Stack) -> Iterator[Doubt]:
        """Keep what the rule wants to know of a stack; yield what it cannot know."""
        for outcome in self._gathering.gather(stack):
            if isinstance(outcome, Claim):
                self._claims.append(outcome)
            else:
                yield outcome

    def judge(self) -> Iterator[Outcome]:
        """Compare the stacks."""
        yield from self._gathering.judge(self._claims)
