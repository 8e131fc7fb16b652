"""The contract: what a repository promises, as `.gitopslint.yaml` says it.

Plain records, so that a check without a contract file never imports pydantic; the loader validates files
against these same classes and the published JSON Schema is generated from them, descriptions included.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import Literal

from gitopslint.model.commandsettings import CommitSettings, VerifySettings
from gitopslint.model.document import KeyPath, dotted, parse_place
from gitopslint.model.glob import alternatives, check_ignore_pattern
from gitopslint.model.moment import parse_length
from gitopslint.model.places import (
    PLACEHOLDER,
    MistakeError,
    check_fixed,
    check_source,
    check_template,
    placed,
)
from gitopslint.model.platformsettings import PlatformSettings, ProductSettings
from gitopslint.model.policy import Policy
from gitopslint.model.record import record
from gitopslint.model.rule import Level
from gitopslint.model.secretsettings import SecretSettings
from gitopslint.model.tag import check_environment_pattern, check_tag_pattern
from gitopslint.model.waiversettings import WaiverSettings

FILE_NAME = ".gitopslint.yaml"
Role = Literal["chart", "env", "release"]
_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}
_SPECIAL = frozenset("*?[]{}\\")


@record
class LayerPath:
    """One values file of a stack."""

    __pydantic_config__ = _STRICT

    role: Role
    """`chart`: the chart's defaults. `env`: domains, resources, secret names. `release`: which image."""
    path: str
    """Where the layer stands, from the root of the repository; `{app}` and `{env}` stand for the names."""
    required: bool = True
    """Whether an app must have this layer in each of its environments."""
    json_schema: str | None = None
    """A JSON Schema in the repository that takes the place of the built-in one for this role."""

    def __post_init__(self) -> None:
        placed(lambda path: check_template(path, {"app", "env"}), self.path, "path")


@record
class ImageKeys:
    """Where an image is set in the values, as key paths such as `image.tag`; `{env}` is the environment's name."""

    __pydantic_config__ = _STRICT

    repository: str | None = "image.repository"
    """The repository, for example `registry.example.com/team/web-shop`."""
    tag: str | None = "image.tag"
    """The tag."""
    digest: str | None = "image.digest"
    """The digest, if the chart has a key for it."""
    registry: str | None = None
    """The registry, where the chart keeps it apart from the repository."""
    reference: str | None = None
    """The whole reference `repository:tag@digest` in one value, instead of the other keys."""

    def __post_init__(self) -> None:
        if self.reference is None and self.repository is None:
            raise ValueError("an image needs `repository` (with `tag`) or `reference`")
        for name in ("repository", "tag", "digest", "registry", "reference"):
            if (path := getattr(self, name)) is not None:
                placed(_check_keys, path, name)

    @property
    def name(self) -> str:
        """What people call the image where an app has several: the key of its tag."""
        paths = self.paths("{env}")
        return next((dotted(paths[part]) for part in ("tag", "reference", "digest") if part in paths), "")

    def paths(self, environment: str) -> dict[str, KeyPath]:
        """Return the key paths for one environment by what they hold. A `reference` takes the place of all others."""
        known = self._paths.get(environment)
        if known is None:
            names = ("reference",) if self.reference else ("registry", "repository", "tag", "digest")
            written = {name: path for name in names if (path := getattr(self, name))}
            known = {name: parse_place(path.replace("{env}", environment)) for name, path in written.items()}
            self._paths[environment] = known
        return known

    @cached_property
    def _paths(self) -> dict[str, dict[str, KeyPath]]:
        return {}  # every rule about images asks for them, in every app


def _check_keys(path: str) -> None:
    """Raise ValueError for a text that leads to no value."""
    for name in PLACEHOLDER.findall(path):
        if name != "env":
            raise ValueError(f"{{{name}}} is unknown in a key path; known is {{env}}")
    parse_place(path)


@record
class AppSettings:
    """What holds for one app only."""

    __pydantic_config__ = _STRICT

    contract_only: bool = False
    """The app is declared but not deployed yet: placeholder images are warnings."""
    environments: tuple[str, ...] | None = None
    """The environments in which the app must have its layers; by default those where it has any."""
    sources: tuple[str, ...] | None = None
    """What its image is built from, where that is not what `sources` of the contract says; patterns of paths."""


@record
class ApplicationSettings:
    """Where the Argo CD Applications are and what is expected of them."""

    __pydantic_config__ = _STRICT

    path: str | None = "deploy/argocd/apps/{env}/{app}.yaml"
    """The file of an Application; its names tell which app and environment it deploys."""
    repository: Literal["product", "platform"] = "product"
    """In which repository the Applications stand."""
    repo_url: str | None = None
    """The URL of this repository in `repoURL`. By default the one that the Applications use for charts found here."""
    revision: str | None = None
    """The `targetRevision` that Applications track. By default the one that most of them do."""
    names: dict[str, dict[str, str]] = {}  # noqa: RUF012 - a record has no class attributes
    """Names of Applications by app and environment, where neither path nor name tells them."""
    self_heal: dict[str, bool] = {"dev": False, "prod": True}  # noqa: RUF012
    """Whether Argo CD undoes changes by hand, by environment."""

    def __post_init__(self) -> None:
        if self.path is not None:
            check_template(self.path, {"app", "env"})


@record
class RuleSettings:
    """How one rule is applied here."""

    __pydantic_config__ = _STRICT

    level: Level | Literal["off"] | None = None
    """The level of its findings, or `off`."""
    parameters: dict[str, str | int | bool | list[str]] = {}  # noqa: RUF012 - a record has no class attributes
    """Values for the rule's own parameters (`gitopslint explain RULE` lists them)."""


_ONE_OF = {"environments": "environment", "layers": "layer", "images": "image"}
_CHECKED: dict[str, Callable[[str], object]] = {
    "tag_patterns": check_tag_pattern,
    "environment_tags": check_environment_pattern,
    "minimum_soak": parse_length,
    "sources": check_source,
    "shared_sources": alternatives,
    "ignored_sources": alternatives,
    "migrations": alternatives,
    "exclude": check_ignore_pattern,
    "policy_folder": check_fixed,
    "baseline": check_fixed,
}
"""What is demanded of texts, by the key under which they stand."""


@record
class Contract:
    """The contract of one product repository."""

    __pydantic_config__ = _STRICT

    version: Literal[1] = 1
    """The version of this format."""
    environments: tuple[str, ...] = ("dev", "prod")
    """The environments in the order of promotion, the first one first."""
    promoted_from: dict[str, str | None] = {}  # noqa: RUF012 - a record has no class attributes
    """From which environment a tag comes, where that is not the one before: `{prod-us: stage}`. `null`: from none."""
    layers: tuple[LayerPath, ...] = (
        LayerPath("chart", "deploy/charts/web-app/values.yaml", required=False),
        LayerPath("release", "deploy/env/release-{env}/{app}.yaml"),
        LayerPath("env", "deploy/env/{env}/{app}.yaml"),
    )
    """The values files of an app in the order in which Helm gets them, the chart's defaults first."""
    images: tuple[ImageKeys, ...] = (ImageKeys(),)
    """The images of an app, one entry each."""
    release_keys: tuple[str, ...] = ("env.APP_NAME",)
    """Key paths that a release layer may set besides the image; `*` stands for one key, `**` for any number."""
    tag_patterns: tuple[str, ...] = (
        "<sha>",
        "<sha>-<any>",
        "<any>-<sha>",
        "<any>-g<sha>",
        "sha-<sha>",
        "<any>-sha-<sha>",
        "<any>-<sha>-<any>",
        "<any>.<sha>",
        "<any>_<sha>",
    )
    """How a tag carries its commit: `<sha>` is 7 to 64 hex digits, `<n>` a number, `<version>` dotted numbers
    with or without a `v`, `<any>` anything."""
    promotion: Literal["strict", "prod-first"] = "strict"
    """`strict`: an environment gets a tag that the one before it ran in an earlier landing. `prod-first`: the last
    environment may get any tag."""
    tag_equality: Literal["exact", "without-environment"] = "exact"
    """Whether two tags are the same only to the letter, or also when they differ by the name of the environment."""
    environment_tags: tuple[str, ...] = ("<tag>-{env}", "<tag>_{env}", "<tag>.{env}", "{env}-<tag>")
    """How a tag may carry the name of its environment; `<tag>` is the rest."""
    minimum_soak: str | None = None
    """How long a tag has to run in one environment before the next one gets it: `30m`, `24h`, `3d`, `2w`."""
    commits: Literal["here", "elsewhere"] = "here"
    """Whether the commits in tags are those of this repository, or of another one with the code."""
    sources: tuple[str, ...] = ("apps/{app}/**",)
    """What the image of an app is built from, as patterns of paths; `{app}` stands for its name."""
    shared_sources: tuple[str, ...] = ()
    """What the images of all apps are built from, beside what a JavaScript workspace shares by itself."""
    ignored_sources: tuple[str, ...] = ("docs/**",)
    """What no image is built from, whatever else matches it."""
    migrations: tuple[str, ...] = ("**/{migrations,migrate}/**",)
    """Which of these sources are database migrations."""
    applications: ApplicationSettings = ApplicationSettings()
    """The Argo CD Applications."""
    platform: PlatformSettings | Literal["none"] = PlatformSettings()
    """The platform repository; `none` where there is none, so that no rule asks for it."""
    product: ProductSettings | None = None
    """Says that this repository is the platform, and where its product lies."""
    apps: dict[str, AppSettings] = {}  # noqa: RUF012 - a record has no class attributes
    """Settings of single apps, by name."""
    exclude: tuple[str, ...] = ()
    """Files that no rule reads, in the syntax of `.gitignore`."""
    secrets: SecretSettings = SecretSettings()
    """What is a secret here besides what gitopslint knows, and what is none."""
    release_commit: CommitSettings = CommitSettings()
    """What the commits of `promote`, `rollback` and `release` say."""
    verify: VerifySettings = VerifySettings()
    """What a release that is live must answer, for `gitopslint verify`."""
    policies: tuple[Policy | str, ...] | None = None
    """Rules of your own, and the names of those shipped policies that you keep. By default all of these; `[]` is
    none."""
    policy_folder: str | None = None
    """A folder of such rules, one to a file `*.yaml`."""
    rules: dict[str, RuleSettings] = {}  # noqa: RUF012 - a record has no class attributes
    """Settings of single rules, by name."""
    waivers: tuple[WaiverSettings, ...] = ()
    """Findings that are accepted, each with its reason."""
    baseline: str | None = None
    """A file of findings that were there when gitopslint came, written by `gitopslint baseline`. They do not fail."""

    def __post_init__(self) -> None:
        for name in ("environments", "layers", "images"):
            if not getattr(self, name):
                raise MistakeError(f"a contract needs at least one {_ONE_OF[name]}", name)
        for number, environment in enumerate(self.environments):
            if not environment.strip():
                raise MistakeError("an environment needs a name", "environments", number)
        if (again := _repeated(self.environments)) is not None:
            twice = self.environments[again]
            raise MistakeError(f"the environment {twice!r} is listed twice", "environments", again)
        if (again := _repeated([layer.path for layer in self.layers])) is not None:
            path = self.layers[again].path
            raise MistakeError(f"{path!r} is the path of another layer already", "layers", again, "path")
        if (again := _repeated(self.images)) is not None:
            raise MistakeError("the same image is listed twice", "images", again)
        if not any("{app}" in layer.path for layer in self.layers) and len(self.apps) != 1:
            raise MistakeError("no path holds {app}: then `apps` must name the one app that there is", "layers")
        for name, check in _CHECKED.items():
            value = getattr(self, name)
            for at, text in enumerate(value) if isinstance(value, tuple) else [(None, value)]:
                if text is not None:
                    placed(check, text, name, *(() if at is None else (at,)))
        self._check_names()

    def _check_names(self) -> None:
        """Raise MistakeError for a name that stands for no environment, or for one that comes too late."""
        for environment, source in self.promoted_from.items():
            self._check_environment(environment, "promoted_from", environment)
            if source is None:
                continue
            self._check_environment(source, "promoted_from", environment)
            if self.environments.index(source) >= self.environments.index(environment):
                raise MistakeError(f"{source!r} does not come before it", "promoted_from", environment)
        for name, app in self.apps.items():
            for number, pattern in enumerate(app.sources or ()):
                placed(check_source, pattern, "apps", name, "sources", number)
            for number, environment in enumerate(app.environments or ()):
                self._check_environment(environment, "apps", name, "environments", number)
        for environment in self.applications.self_heal.keys() - ApplicationSettings().self_heal.keys():
            self._check_environment(environment, "applications", "self_heal", environment)
        for name, environments in self.applications.names.items():
            for environment in environments:
                self._check_environment(environment, "applications", "names", name, environment)

    def _check_environment(self, name: str, *at: str | int) -> None:
        if name not in self.environments:
            known = ", ".join(self.environments)
            raise MistakeError(f"{name!r} is no environment of the contract; known are {known}", *at)

    def before(self, environment: str) -> tuple[str, ...]:
        """Return the environments through which a tag comes to one, the nearest first."""
        if environment not in self._before:
            place = self.environments.index(environment)
            nearest = self.promoted_from.get(environment, self.environments[place - 1]) if place else None
            self._before[environment] = () if nearest is None else (nearest, *self.before(nearest))
        return self._before[environment]

    @cached_property
    def _before(self) -> dict[str, tuple[str, ...]]:
        return {}  # every landing is judged by it

    def is_last(self, environment: str) -> bool:
        """Tell whether no tag goes on from an environment."""
        return not any(environment in self.before(other) for other in self.environments)

    @property
    def builds(self) -> PlatformSettings:
        """The settings of the platform, also where there is none."""
        return PlatformSettings() if isinstance(self.platform, str) else self.platform

    def app(self, name: str) -> AppSettings:
        """Return the settings of an app; the defaults where the contract says nothing."""
        return self.apps.get(name, AppSettings())

    def sources_of(self, app: str) -> tuple[str, ...]:
        """Return the patterns of what the image of an app is built from."""
        own = self.app(app).sources
        name = "".join(f"\\{one}" if one in _SPECIAL else one for one in app)
        return tuple(pattern.replace("{app}", name) for pattern in (self.sources if own is None else own))


def _repeated(things: Iterable[Hashable]) -> int | None:
    """Return the position of the first thing that stood before; None where each stands once."""
    seen: set[Hashable] = set()
    for number, thing in enumerate(things):
        if thing in seen:
            return number
        seen.add(thing)
    return None
