"""Which file is which layer: the contract's path templates, read in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitopslint.model.contract import Contract, LayerPath
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

_PARTS = lazy(r"(\{app\}|\{env\})")
_NO_VALUES = frozenset({"Chart.yaml", "kustomization.yaml", "kustomization.yml"})


class Place(NamedTuple):
    """What a layer's path says about it; None for a name that its template does not hold."""

    layer: LayerPath
    app: str | None
    environment: str | None


class Layout:
    """The layers of a contract against the files of one tree."""

    def __init__(self, contract: Contract, paths: Iterable[str]) -> None:
        self.contract = contract
        self._exact: dict[str, LayerPath] = {}
        patterns = []
        for layer in contract.layers:
            if _PARTS.search(layer.path):
                patterns.append((layer, _pattern(layer.path, contract.environments)))
            else:
                self._exact[layer.path] = layer
        # `{env}/{app}-release.yaml` must win over `{env}/{app}.yaml`: the template with more fixed text knows more.
        patterns.sort(key=lambda pair: len(_PARTS.sub("", pair[0].path)), reverse=True)
        self._patterns = patterns
        release = tuple(layer for layer in contract.layers if layer.role == "release")
        self.image_layers = release or tuple(layer for layer in contract.layers if layer.role != "chart")
        """The layers that say which image runs: release layers; where there are none, all but the chart's defaults."""
        self.layers: dict[str, Place] = {}
        self._names: dict[str | None, str | None] = {}  # those of thousands of apps and their files, each held once
        starts = tuple(layer.path.partition("{")[0] for layer in contract.layers)
        for path in paths:
            # Most files are elsewhere, and to see that costs a twentieth of the expressions.
            if path.startswith(starts) and (place := self.place(path)) is not None:
                self.layers[path] = place

    def place(self, path: str) -> Place | None:
        """Return what a path is by the contract's templates, or None for a file that is no layer."""
        if (layer := self._exact.get(path)) is not None:
            return Place(layer, None, None)
        for layer, pattern in self._patterns:
            if (match := pattern.fullmatch(path)) is not None and not _is_known(path, layer):
                found = match.groupdict()
                app, environment = found.get("app"), found.get("env")
                share = self._names.setdefault
                return Place(layer, share(app, app), share(environment, environment))
        return None

    def stacks(self) -> dict[str, tuple[str, ...]]:
        """Return the environments of every app, apps by name and environments in their order.

        An app is in an environment when it has a layer there, or when the contract says so.
        """
        found: dict[str, set[str]] = {}
        everywhere: set[str] = set()
        for place in self.layers.values():
            if place.layer.role == "chart":
                continue
            if place.app is not None and place.environment is not None:
                found.setdefault(place.app, set()).add(place.environment)
            elif place.app is not None:
                everywhere.add(place.app)
        single = self._single_app()
        if single is not None:
            own = [place.environment for place in self.layers.values() if place.layer.role != "chart"]
            found[single] = {environment for environment in own if environment is not None}
            if own and not found[single]:
                found[single] = set(self.contract.environments)
        for app in everywhere - found.keys():
            found[app] = set(self.contract.environments)
        for app, settings in self.contract.apps.items():
            if settings.environments is not None:
                found[app] = set(settings.environments)
        order = self.contract.environments
        return {app: tuple(env for env in order if env in found[app]) for app in sorted(found) if found[app]}

    def path_of(self, layer: LayerPath, app: str, environment: str) -> str:
        """Return where a layer of one stack belongs."""
        if "{" not in environment:  # for each layer of each app: a quarter of the time of the expression
            return layer.path.replace("{env}", environment).replace("{app}", app)
        names = {"{app}": app, "{env}": environment}
        return _PARTS.sub(lambda part: names[part[0]], layer.path)

    def strangers(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the names that stand where an environment should, though the contract has no such one.

        By name, with one such file each. A typo or a new environment must not pass unseen.
        """
        loose = [
            (layer, _pattern(layer.path, ("[^/]+",), literal=False))
            for layer, _ in self._patterns
            if "{env}" in layer.path
        ]
        found: dict[str, str] = {}
        for path in paths:
            if path in self.layers:
                continue
            for layer, pattern in loose:
                if (match := pattern.fullmatch(path)) is not None and not _is_known(path, layer):
                    found.setdefault(match["env"], path)
                    break
        return found

    def _single_app(self) -> str | None:
        """Return the app of a repository whose paths name none."""
        if any("{app}" in layer.path for layer in self.contract.layers) or len(self.contract.apps) != 1:
            return None
        return next(iter(self.contract.apps))


def _is_known(path: str, layer: LayerPath) -> bool:
    """Tell whether a file that a name of an app fits is none, because its name says what else it is."""
    return path.rpartition("/")[2] in _NO_VALUES and "{app}" in layer.path.rpartition("/")[2]


def _pattern(template: str, environments: tuple[str, ...], *, literal: bool = True) -> re.Pattern[str]:
    # Where a name can be divided in two ways, as `shop-eu-prod` with `prod` and `eu-prod`, the longer environment wins.
    environments = tuple(sorted(environments, key=len, reverse=True))
    names = "|".join(map(re.escape, environments)) if literal else "|".join(environments)
    parts: list[str] = []
    for part in _PARTS.split(template):
        if part == "{app}" or (part == "{env}" and not literal):
            # As in a shell, a name does not fit what is hidden: `.github`, or our own `.gitopslint.yaml`.
            parts += [r"(?!\.)"] if parts[-1].endswith("/") or parts == [""] else []
        if part == "{app}":
            parts.append("(?P=app)" if "(?P<app>[^/]+?)" in parts else "(?P<app>[^/]+?)")
        elif part == "{env}":
            first = f"(?P<env>{names})"
            parts.append("(?P=env)" if first in parts else first)
        else:
            parts.append(re.escape(part))
    return re.compile("".join(parts), re.DOTALL)
