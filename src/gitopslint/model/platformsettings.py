"""What a contract says of the platform repository, and of the product in the contract of a platform."""

from __future__ import annotations

from gitopslint.model.glob import name_matches
from gitopslint.model.places import check_beside, check_template
from gitopslint.model.record import record

_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}


def _names_secret(namespaces: str, names: str, namespace: str | None, name: str) -> bool:
    """Tell whether two patterns fit a Secret. Without a namespace only a pattern for all of them fits."""
    place = namespaces == "*" if namespace is None else name_matches(namespaces, namespace)
    return place and name_matches(names, name)


@record
class ClusterSecret:
    """Secrets by name and namespace."""

    __pydantic_config__ = _STRICT

    name: str
    """The name; `*` stands for any characters."""
    namespace: str = "*"
    """The namespace; `*` stands for any characters."""
    keys: tuple[str, ...] | None = None
    """The keys that it has; by default any."""

    def fits(self, namespace: str | None, name: str) -> bool:
        """Tell whether a Secret is meant. Without a namespace only a pattern for all of them fits."""
        return _names_secret(self.namespace, self.name, namespace, name)


@record
class RequiredKeys:
    """Keys that Secrets must have, beyond those that manifests name."""

    __pydantic_config__ = _STRICT

    name: str
    """The name of the Secret; `*` stands for any characters."""
    keys: tuple[str, ...]
    """The keys that it must have."""
    namespace: str = "*"
    """The namespace; `*` stands for any characters."""

    def fits(self, namespace: str | None, name: str) -> bool:
        """Tell whether a Secret is meant."""
        return _names_secret(self.namespace, self.name, namespace, name)


@record
class PlatformSettings:
    """The platform repository: what builds the images, and the Secrets of the cluster."""

    __pydantic_config__ = _STRICT

    path: str | None = None
    """Where a checkout of it lies, from the root of this repository; `--platform DIR` wins."""
    ref: str = "docker/web-{app}/WEB_CORE_REF"
    """The file there that names the commit from which the image of an app is built."""
    version: str = "docker/web-{app}/VERSION"
    """The file there that names the tag which that image gets."""
    names: dict[str, str] = {}  # noqa: RUF012 - a record has no class attributes
    """What stands for `{app}` in these paths, by app, where it is not the name of the app."""
    cluster_secrets: tuple[ClusterSecret, ...] = ()
    """Secrets that something in the cluster makes, so that no file has them."""
    required_keys: tuple[RequiredKeys, ...] = ()
    """Keys that Secrets must have which apps refer to as a whole."""

    def __post_init__(self) -> None:
        check_beside(self.path)
        for template in (self.ref, self.version):
            check_template(template, {"app"})
            if template.count("{app}") != 1:
                raise ValueError(f"{template!r} must hold {{app}} once")


@record
class ProductSettings:
    """The product repository, in the contract of a platform repository."""

    __pydantic_config__ = _STRICT

    path: str | None = None
    """Where a checkout of it lies, from the root of this repository; `--product DIR` wins."""

    def __post_init__(self) -> None:
        check_beside(self.path)
