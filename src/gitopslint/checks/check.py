"""How a check is declared: a generator over one subject, with typed parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from gitopslint.model.finding import Doubt, Offence
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.record import record

Subject = TypeVar("Subject")
Outcome = Offence | Doubt


class NoParameters(NamedTuple):
    """For rules that have none."""


@record
class Check(Generic[Subject]):
    """One function behind one rule. A rule that judges several kinds of subject has a check for each.

    `parameters_of` is the rule whose parameters it takes: its own, unless it must agree with another one.
    """

    rule: str
    over: type[Subject]
    parameters: type[Any]
    parameters_of: str
    function: Callable[[Subject, Any], Iterator[Outcome]]

    def __call__(self, subject: Subject, parameters: object) -> Iterator[Outcome]:
        """Judge one subject."""
        return self.function(subject, parameters)


Function = Callable[[Subject, Any], Iterator[Outcome]]


def check(
    rule: str, *, over: type[Subject], parameters: type[Any] = NoParameters, parameters_of: str | None = None
) -> Callable[[Function[Subject]], Check[Subject]]:
    """Declare the function below as the check of a rule over one kind of subject."""

    def declare(function: Function[Subject]) -> Check[Subject]:
        return Check(rule, over, parameters, parameters_of or rule, function)

    return declare
