"""Argo CD Applications: which values files are loaded, from where, in which order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gitopslint.model.contract import Contract
from gitopslint.model.document import Node, find
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span


class ValueFile(NamedTuple):
    """One entry of `valueFiles` and what it comes to.

    `written` is the text after Argo CD's own variables. `paths` are the files it loads, from the root; None when
    they stand elsewhere. `fault` says why there are none where there should be some. `meant` are the files here that
    have the names of those that it loads from another revision.
    """

    node: Node
    written: str
    paths: tuple[str, ...] | None = None
    fault: str | None = None
    elsewhere: str | None = None
    meant: tuple[str, ...] = ()


class Parameter(NamedTuple):
    """One of `parameters` or `fileParameters`, with Argo CD's own variables replaced."""

    name: str
    value: Node
    text: bool = False
    """Whether the value stays a text (`forceString`)."""
    file: ValueFile | None = None


class Origin(NamedTuple):
    """Where a source comes from. `url` is its repository without scheme and credentials, so that two compare."""

    node: Node
    url: str
    repo_url: Node | None
    revision: Node | None
    registry: bool

    @property
    def tracked(self) -> str:
        """The revision that it tracks; empty for the default branch."""
        return self.revision.text if self.revision is not None and self.revision.value is not None else ""

    @property
    def span(self) -> Span:
        """Where its revision stands, or what stands for it."""
        return (self.revision or self.repo_url or self.node).span


class Source(NamedTuple):
    """One source of an Application that renders a Helm chart.

    `chart` is the folder of the chart from the root; None when it is not in this repository, for the reason in
    `elsewhere`. `inline` are the values written into the Application itself.
    """

    node: Node
    chart: str | None
    elsewhere: str | None
    value_files: tuple[ValueFile, ...] = ()
    inline: Node | None = None
    inline_fault: str | None = None
    parameters: tuple[Parameter, ...] = ()


class Automation(NamedTuple):
    """`syncPolicy.automated` as it takes effect, and the most exact place where it is set."""

    enabled: bool
    self_heal: bool
    span: Span


class Expected(NamedTuple):
    """What Applications of this repository track: declared in the contract, or else what most of them do.

    `urls` are the spellings of this repository's own URL, without scheme and credentials.
    """

    urls: frozenset[str]
    url: str | None
    revision: str | None
    declared: bool

    def is_tracked(self, revision: str) -> bool:
        """Tell whether a revision is the expected one. HEAD is the default branch, which is called main or master."""
        wanted = self.revision or "HEAD"
        names = {revision or "HEAD", wanted}
        return self.revision is None or len(names) == 1 or names in ({"HEAD", "main"}, {"HEAD", "master"})


class Application(NamedTuple):
    """An Argo CD Application, written as such or made by an ApplicationSet.

    `app` and `environment` are what it deploys; None where nothing says so. `declared_environment` is the one that
    its path, its name or the contract tells, whatever it loads. `ours` tells whether it has to do with the layers of
    this repository at all. `expected` is what Applications of this repository track.
    """

    name: str
    path: str
    node: Node
    contract: Contract
    origins: tuple[Origin, ...]
    sources: tuple[Source, ...]
    namespace: str | None
    automation: Automation
    app: str | None = None
    environment: str | None = None
    declared_environment: str | None = None
    generator: str | None = None
    ours: bool = False
    loads: Mapping[str, str] = MappingProxyType({})
    """The layers of single environments that it loads, by path."""
    expected: Expected | None = None

    @property
    def span(self) -> Span:
        """Where its name stands."""
        name = find(self.node, ("metadata", "name"))
        return self.node.span if name is None else name.span

    def __str__(self) -> str:
        return self.name


class Undecidable(NamedTuple):
    """An Application or ApplicationSet of which nobody can tell offline what it deploys, and why.

    With a `remedy` the reason stands for itself, and is not about this one alone.
    """

    path: str
    span: Span
    name: str
    reason: str
    contract: Contract
    app: None = None
    environment: None = None
    remedy: str = ""

    def __str__(self) -> str:
        return self.name
