"""The contract: what a repository promises, as `.gitopslint.yaml` says it.

Plain records, so that a check without a contract file never imports pydantic; the loader validates files
against these same classes and the published JSON Schema is generated from them, descriptions included.
"""

from __future__ import annotations

import re
from typing import Literal

from gitopslint.model.document import KeyPath, parse_key_path
from gitopslint.model.policy import Policy
from gitopslint.model.record import record
from gitopslint.model.rule import Level
from gitopslint.model.secretsettings import SecretSettings
from gitopslint.model.tag import check_tag_pattern

FILE_NAME = ".gitopslint.yaml"
Role = Literal["chart", "env", "release"]
_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _check_template(path: str, known: set[str]) -> None:
    if path.startswith("/") or ".." in path.split("/") or not path:
        raise ValueError(f"{path!r} must be a path below the root of the repository")
    for name in _PLACEHOLDER.findall(path):
        if name not in known:
            listed = ", ".join(f"{{{one}}}" for one in sorted(known))
            raise ValueError(f"{{{name}}} is unknown in a path; known are {listed}")


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
        _check_template(self.path, {"app", "env"})


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
                parse_key_path(path)

    def paths(self, environment: str) -> dict[str, KeyPath]:
        """Return the key paths for one environment by what they hold. A `reference` takes the place of all others."""
        names = ("reference",) if self.reference else ("registry", "repository", "tag", "digest")
        written = {name: path for name in names if (path := getattr(self, name))}
        return {name: parse_key_path(path.replace("{env}", environment)) for name, path in written.items()}


@record
class AppSettings:
    """What holds for one app only."""

    __pydantic_config__ = _STRICT

    contract_only: bool = False
    """The app is declared but not deployed yet: placeholder images are warnings."""
    environments: tuple[str, ...] | None = None
    """The environments in which the app must have its layers; by default those where it has any."""


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
            _check_template(self.path, {"app", "env"})


@record
class RuleSettings:
    """How one rule is applied here."""

    __pydantic_config__ = _STRICT

    level: Level | Literal["off"] | None = None
    """The level of its findings, or `off`."""
    parameters: dict[str, str | int | bool | list[str]] = {}  # noqa: RUF012 - a record has no class attributes
    """Values for the rule's own parameters (`gitopslint explain RULE` lists them)."""


@record
class Contract:
    """The contract of one product repository."""

    __pydantic_config__ = _STRICT

    version: Literal[1] = 1
    """The version of this format."""
    environments: tuple[str, ...] = ("dev", "prod")
    """The environments in the order of promotion, the first one first."""
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
    applications: ApplicationSettings = ApplicationSettings()
    """The Argo CD Applications."""
    apps: dict[str, AppSettings] = {}  # noqa: RUF012 - a record has no class attributes
    """Settings of single apps, by name."""
    exclude: tuple[str, ...] = ()
    """Files that no rule reads, in the syntax of `.gitignore`."""
    secrets: SecretSettings = SecretSettings()
    """What is a secret here besides what gitopslint knows, and what is none."""
    policies: tuple[Policy | str, ...] | None = None
    """Rules of your own, and the names of those shipped policies that you keep. By default all of these; `[]` is
    none."""
    policy_folder: str | None = None
    """A folder of such rules, one to a file `*.yaml`."""
    rules: dict[str, RuleSettings] = {}  # noqa: RUF012 - a record has no class attributes
    """Settings of single rules, by name."""

    def __post_init__(self) -> None:
        if not self.environments:
            raise ValueError("a contract needs at least one environment")
        if len(set(self.environments)) < len(self.environments):
            raise ValueError("an environment is listed twice")
        if not self.layers:
            raise ValueError("a contract needs at least one layer")
        if not any("{app}" in layer.path for layer in self.layers) and len(self.apps) != 1:
            raise ValueError("no layer path holds {app}: then `apps` must name the one app that there is")
        if self.policy_folder is not None:
            _check_template(self.policy_folder, set())
        for pattern in self.tag_patterns:
            check_tag_pattern(pattern)
        for name, app in self.apps.items():
            if unknown := [env for env in app.environments or () if env not in self.environments]:
                raise ValueError(f"apps.{name}.environments names {unknown[0]!r}, which is no environment here")

    def app(self, name: str) -> AppSettings:
        """Return the settings of an app; the defaults where the contract says nothing."""
        return self.apps.get(name, AppSettings())
