"""Verify a release: gather the facts of each line of the definition of done, and judge them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from gitopslint.checks import done
from gitopslint.checks.moves import Course
from gitopslint.engine.history import level_of
from gitopslint.engine.selection import Selection
from gitopslint.loaders.cluster import Cluster
from gitopslint.loaders.history import HistoryError
from gitopslint.loaders.product import Product
from gitopslint.loaders.registry import Registries
from gitopslint.model.application import Application
from gitopslint.model.document import Node, find
from gitopslint.model.image import repository_fault
from gitopslint.model.landing import FileChange
from gitopslint.model.layer import Stack
from gitopslint.model.move import Move
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.timeline import Image, Timeline
from gitopslint.model.valuepath import parse_value_path, select
from gitopslint.model.verification import CRITERIA, Criterion, Job, Line, Record, Trouble, Verification, Visit


class World(NamedTuple):
    """Whom to ask about the live systems.

    `cluster` tells of the Application with a name and a namespace; None where there is nobody to ask. `contains` tells
    whether a commit is part of a revision, None where that revision is not in this clone. `visit` asks a host for a
    path. `records` are what tags stood for when somebody looked earlier.
    """

    registries: Registries
    cluster: Callable[[str, str | None], Cluster] | None
    contains: Callable[[str, str], bool | None]
    visit: Callable[[str, str], Visit]
    records: Sequence[Record] = ()


class Verifier:
    """Verifies one app in one environment, as often as somebody waits for it. Git is read once."""

    def __init__(
        self, product: Product, selection: Selection, app: str, environment: str, world: World, skipped: Collection[str]
    ) -> None:
        self._product = product
        self._selection = selection
        self._app = app
        self._environment = environment
        self._world = world
        self._skipped: tuple[Criterion, ...] = tuple(one for one in CRITERIA if one in skipped)
        self._stacks = [stack for stack in product.stacks(app) if stack.environment == environment]
        self._released: list[_Released] = []
        self._unknown: Trouble | None = None
        try:
            self._released = list(self._read())
        except HistoryError as error:
            self._unknown = Trouble(str(error), error.remedy)
        self.records: list[Record] = []
        """What the registry said, for those who keep it."""

    def verify(self, before: Verification | None = None) -> Verification:
        """Return all verdicts. What passed `before`, or cannot change, is not asked again."""
        known = (
            {line.criterion: line for line in before.lines if line.settled or line.verdict == "pass"} if before else {}
        )
        judges: Mapping[Criterion, Callable[[], Line]] = {
            "recorded": self._recorded,
            "published": self._published,
            "deployed": self._deployed,
            "migrated": self._migrated,
            "serving": self._serving,
        }
        self._told: Cluster | None = None
        lines = tuple(
            known[criterion] if criterion in known else judge()
            for criterion, judge in judges.items()
            if criterion not in self._skipped
        )
        return Verification(self._app, self._environment, self._images, lines, self._skipped)

    @property
    def _images(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for one in self._released if (name := _reference(one.image))))

    def _read(self) -> Iterator[_Released]:
        """Yield each image of the release with how it came, and what its tag stood for in git."""
        environments = self._product.layout.stacks().get(self._app, ())
        for timeline in self._product.past(self._app, environments):
            move = Course(timeline).latest(self._environment) if self._environment in timeline.environments else None
            newest = _newest(timeline, self._environment)
            if move is not None and newest is not None:
                move = move._replace(image=newest)
            yield _Released(timeline, move, newest)

    def _recorded(self) -> Line:
        if self._unknown is not None:
            return done.unasked("recorded", self._unknown.reason, self._unknown.remedy)
        lines = []
        for one in self._released:
            level = level_of(one.move, one.timeline.contract, self._selection) if one.move is not None else None
            lines.append(done.recorded(one.move, level, self._environment))
        return done.joined("recorded", lines)

    def _published(self) -> Line:
        lines = []
        for one in self._released:
            image = one.image
            if image is None or image.repository is None or image.name is None:
                lines.append(
                    done.unasked(
                        "published",
                        "no release layer names the repository and the tag",
                        "`gitopslint values` shows them",
                    )
                )
                continue
            told = self._world.registries.publication(image.repository, image.tag, image.digest)
            if told.digest is not None:
                self.records.append(Record(told.image, told.digest, told.host))
            records = [*one.records, *self._world.records]
            lines.append(done.published(told, records))
        if not lines:
            return done.unasked("published", "no image is known", "see the line `recorded`")
        return done.joined("published", lines)

    def _deployed(self) -> Line:
        applications = self._applications
        if not applications:
            return done.unasked(
                "deployed",
                f"no Application deploys {self._app} to {self._environment} in this repository",
                "name it in `applications.names` of the contract, or skip this line: `--skip deployed`",
            )
        cluster = self._cluster
        landings = [one.move.landing.id for one in self._released if one.move is not None and one.move.landing.id]
        lines = []
        for name, _ in applications:
            live = next((one for one in cluster.applications if one.name == name), None)
            if live is None:
                trouble = cluster.trouble or Trouble(
                    f"nobody told of the Application {name}",
                    f"`kubectl get applications -A -o json | gitopslint verify {self._app} {self._environment} "
                    f"--cluster -`, or set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN",
                )
                lines.append(Line("deployed", "undecided", trouble.reason, remedy=trouble.remedy))
                continue
            contains = {
                revision: None if not landings else _all(self._world.contains(one, revision) for one in landings)
                for revision in live.revisions
            }
            lines.append(done.deployed(live, self._images, contains))
        return done.joined("deployed", lines)

    def _migrated(self) -> Line:
        cluster = self._cluster
        names = {name for name, _ in self._applications}
        jobs: list[Job] = [job for live in cluster.applications if live.name in names for job in live.hooks]
        wanted = {image.partition("@")[0] for image in self._images}
        jobs += [
            job
            for job in cluster.jobs
            if wanted & {image.partition("@")[0] for image in job.images} or (not job.images and job.owner in names)
        ]
        asked = any(live.name in names for live in cluster.applications) or bool(jobs)
        trouble = cluster.trouble or Trouble(
            "the release brings migrations, and nobody told of their Job", "give it with `--cluster`"
        )
        return done.migrated(jobs, self._migrations(), trouble, asked=asked)

    def _migrations(self) -> tuple[FileChange, ...] | Trouble:
        """Return the migrations between the build that ran before and this one."""
        if self._unknown is not None:
            return self._unknown
        found: list[FileChange] = []
        for one in self._released:
            move = one.move
            if move is None or move.run is None or move.before is None:
                continue  # the first release brings all that there are: there is nothing that they are new to
            try:
                found += self._product.migrations(self._app, move.before, move.run)
            except HistoryError as error:
                return Trouble(str(error), error.remedy)
        return tuple(dict.fromkeys(found))

    def _serving(self) -> Line:
        settings = self._product.contract.verify
        hosts = list(dict.fromkeys(host for stack in self._stacks for host in _hosts(stack, settings.hosts)))
        if not hosts:
            return done.unasked(
                "serving",
                f"no value names a host of {self._app} in {self._environment} ({', '.join(settings.hosts)})",
                "set `verify.hosts` in the contract to where they stand, or skip this line: `--skip serving`",
            )
        return done.serving([self._world.visit(host, path) for host in hosts for path in settings.paths])

    @property
    def _applications(self) -> list[tuple[str, str | None]]:
        """Return the Applications by name and namespace."""
        found: dict[str, str | None] = {}
        for stack in self._stacks:
            if stack.application is not None:
                found[stack.application.name] = _namespace(stack.application)
        named = self._product.contract.applications.names.get(self._app, {}).get(self._environment)
        if not found and named is not None:
            found[named] = None
        return list(found.items())

    @property
    def _cluster(self) -> Cluster:
        """What the cluster says of all Applications of the release; asked once for all lines."""
        if self._told is None:
            applications: list[Cluster] = []
            if self._world.cluster is not None:
                applications = [self._world.cluster(name, namespace) for name, namespace in self._applications]
            self._told = Cluster(
                tuple(dict.fromkeys(live for one in applications for live in one.applications)),
                tuple(dict.fromkeys(job for one in applications for job in one.jobs)),
                next((one.trouble for one in applications if one.trouble is not None), None),
            )
        return self._told


class _Released(NamedTuple):
    """One image of the release."""

    timeline: Timeline
    move: Move | None
    image: Image | None

    @property
    def records(self) -> Iterator[Record]:
        """What release layers ever said that the tag stands for."""
        for step in self.timeline.steps:
            for environment, image in step.images.items():
                if image.repository is not None and image.tag is not None and image.digest is not None:
                    where = f"{environment} in landing {step.landing.short}"
                    yield Record(f"{image.repository}:{image.tag}", image.digest, where)


def _newest(timeline: Timeline, environment: str) -> Image | None:
    found = [step.images[environment] for step in timeline.steps if environment in step.images]
    return found[-1] if found else None


def _reference(image: Image | None) -> str | None:
    """Write an image as the cluster does."""
    if image is None or image.name is None or image.repository is None or repository_fault(image.repository):
        return None
    tag = f":{image.tag}" if image.tag is not None else ""
    return f"{image.repository}{tag}{f'@{image.digest}' if image.digest is not None else ''}"


def _hosts(stack: Stack, paths: Sequence[str]) -> Iterator[str]:
    """Yield the hosts in the values, without those of an Ingress that is off, and wildcards."""
    if stack.values is None:
        return
    for written in paths:
        for path, node in select(stack.values, parse_value_path(written)):
            if not isinstance(node.value, str) or not node.value or "*" in node.value:
                continue
            around = [find(stack.values, path[:depth]) for depth in range(1, len(path))]
            if not any(_is_off(node) for node in around if node is not None):
                yield node.value.partition("://")[2].partition("/")[0] if "://" in node.value else node.value


def _is_off(node: Node) -> bool:
    enabled = node.mapping.get("enabled")
    return enabled is not None and enabled.value is False


def _namespace(application: Application) -> str | None:
    metadata = application.node.mapping.get("metadata")
    namespace = metadata.mapping.get("namespace") if metadata is not None else None
    return namespace.text if namespace is not None and isinstance(namespace.value, str) else None


def _all(answers: Iterator[bool | None]) -> bool | None:
    """Join answers: one that is not known leaves the whole open, unless another one is no."""
    told = list(answers)
    if False in told:
        return False
    return None if None in told else True
