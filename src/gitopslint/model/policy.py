"""Rules that a user writes: in the contract under `policies`, or one to a file in a folder that it names."""

from __future__ import annotations

from typing import Any, Literal

from gitopslint.model.lazy import lazy
from gitopslint.model.record import record
from gitopslint.model.requirement import Demand, Requirement, Scope
from gitopslint.model.rule import Level, Rule

_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}
_NAME = lazy(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
FAMILY: Literal["policy"] = "policy"


@record
class Example:
    """Files that show a rule at work."""

    __pydantic_config__ = _STRICT

    files: dict[str, str | None]
    """The files by path; `null` stands for none where the repository of the examples has one."""
    title: str = ""
    """What it shows, in one sentence."""
    at: tuple[str, ...] | None = None
    """Where a bad example is reported, each as `path:line:column`; by default anywhere."""


@record
class Examples:
    """The tests of a rule, which `gitopslint rules --test` runs."""

    __pydantic_config__ = _STRICT

    repository: dict[str, str] = {}  # noqa: RUF012 - a record has no class attributes
    """Files over which those of each example are laid."""
    good: tuple[Example, ...] = ()
    """The rule is silent about each of these."""
    bad: tuple[Example, ...] = ()
    """The rule reports each of these."""


@record
class Policy:
    """A rule without code: `require` or `schema`."""

    __pydantic_config__ = _STRICT

    name: str
    """Lower-case words with hyphens, named after the offence: `shared-bucket`."""
    summary: str
    """The offence in one sentence."""
    level: Level = "warning"
    """The level of its findings."""
    why: str = ""
    """What the offence breaks."""
    fix: str = ""
    """The way out."""
    tags: tuple[str, ...] = ()
    """Words to find it by; `cwe-798` and the like for weaknesses."""
    require: Requirement | None = None
    """What the values of every app and environment must be."""
    schema: dict[str, Any] | None = None
    """A JSON Schema (2020-12) for the merged values of every app and environment."""
    over: Literal["stack", "layer"] = "stack"
    """What the schema is about: `stack` for the merged values, `layer` for each file on its own."""
    role: Literal["chart", "env", "release"] | None = None
    """With `over: layer`: only layers of this role."""
    when: Scope | None = None
    """The rule holds only there."""
    unless: Scope | None = None
    """The rule does not hold there."""
    examples: Examples = Examples()
    """The tests of the rule."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"the name {self.name!r} must be lower-case words with hyphens, such as 'shared-bucket'")
        if (self.require is None) == (self.schema is None):
            raise ValueError("a rule has exactly one of `require` and `schema`")
        if self.schema is None and (self.over != "stack" or self.role is not None):
            raise ValueError("`over` and `role` are for rules with a `schema`")
        if self.role is not None and self.over != "layer":
            raise ValueError("`role` needs `over: layer`")
        if self.require is not None and self.require.forbidden_path is not None and (self.when or self.unless):
            raise ValueError("`forbidden_path` is about files: `when` and `unless` do not apply to it")

    def rule(self) -> Rule:
        """Return the rule as the catalogue has it, without its examples."""
        demand = Demand(self.require, self.schema, self.over, self.role, self.when, self.unless)
        return Rule(self.name, FAMILY, self.level, self.summary, self.why, self.fix, self.tags, demand=demand, own=True)
