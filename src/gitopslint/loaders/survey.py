"""Looks at a repository without a contract, and proposes one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gitopslint.loaders import charts, flux
from gitopslint.loaders.argocd import wire
from gitopslint.loaders.candidates import MOST_FILES, read_candidates
from gitopslint.loaders.exclusion import included
from gitopslint.loaders.generator_files import read_by_generators
from gitopslint.loaders.git import GitError, Repository
from gitopslint.loaders.image_places import beside_images, images_in, proposed
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.path_patterns import Guess, common_template, guesses
from gitopslint.loaders.previews import without_previews
from gitopslint.loaders.sources import has_code, sources
from gitopslint.loaders.tree import Tree
from gitopslint.loaders.valuefiles import Files
from gitopslint.loaders.wiring import Wiring
from gitopslint.model.contract import AppSettings, Contract, LayerPath, Role
from gitopslint.model.environments import by_promotion, rank, sure
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.proposal import Commits, FoundLayer, Proposal
from gitopslint.model.tag import commit_in

_SHARED = re.compile(r"(?:.*[-_.])?(?:values|common|base|shared|global|defaults?|all)(?:[-_.].*)?", re.IGNORECASE)
_MOST_RELEASE_KEYS = 2
_MOST_EXCLUDED = 20
_MOST_NAMED = 8
_BUILDS = re.compile(r"docker/web-[^/]+/WEB_CORE_REF")


def survey(tree: Tree, repository: Repository | None, prefix: str, name: str) -> Proposal:
    """Return the contract that fits a repository best. `name` is what an app is called that no path names."""
    return _Survey(tree, repository, prefix, name).proposal()


class _Loaded(NamedTuple):
    """What Applications load: charts and values files, each with how far behind others it is loaded.

    `open`: some load files that cannot be told, such as those of another revision.
    """

    charts: dict[str, int]
    files: dict[str, list[int]]
    open: bool


class _Survey:
    def __init__(self, tree: Tree, repository: Repository | None, prefix: str, name: str) -> None:
        self._tree = tree
        self._repository = repository
        self._prefix = prefix
        self._name = name
        self._charts = [path.rpartition("/")[0] for path in tree.paths if path.rpartition("/")[2] == "Chart.yaml"]
        self._bases: frozenset[str] = frozenset()
        self._previews: tuple[str, ...] = ()
        self._found = read_candidates(tree, self._charts)
        self._values = self._found.values
        for path in read_by_generators(self._found.applications.values(), self._values):
            del self._values[path]

    def proposal(self) -> Proposal:
        """Return what was found: values files, or else the HelmReleases of Flux that are none."""
        found = self._proposal()
        if found.layers or not self._found.flux:
            return found
        self._values = self._found.flux
        self._bases = flux.bases(self._found.flux)
        return self._proposal()

    def _proposal(self) -> Proposal:
        wiring = self._wiring()
        loaded = _loaded(wiring)
        found, self._previews = without_previews(self._layer_files(loaded, wiring), self._values)
        environments = by_promotion({one.environment for one in found if one.environment is not None})
        inside = self._inside() if not environments else []
        if inside:
            found, environments = inside, by_promotion({env for one in inside for env in self._top_keys(one.path)})
        if not found or not environments:
            return self._nothing(wiring)
        apps = tuple(sorted({one.app for one in found if one.app is not None}))
        single = None if apps else self._name
        found += self._chart_files(found, loaded, apps)
        images, bought = proposed(
            [(self._values[one.path].root, environments) for one in found if not self._is_chart(one.path)],
            [self._values[one.path].root for one in found if self._is_chart(one.path)],
        )
        layers = self._layers(found, loaded, environments)
        release_keys = self._release_keys(layers, found)
        exclude = self._others(layers, found, environments, single)
        commits, tags = self._commits(found)
        return Proposal(
            environments=environments,
            layers=layers,
            images=images,
            release_keys=release_keys,
            apps=apps,
            single_app=single,
            exclude=exclude,
            sources=sources(self._tree.paths, apps, single),
            commits=commits,
            tags=tags,
            applications=len(wiring.applications),
            application_path=self._application_path(environments),
            self_heal=_self_heal(wiring, environments, found),
            ordered=bool(loaded.files),
            builds=self._builds(),
            notes=tuple(self._notes(wiring, bought)),
        )

    def _wiring(self) -> Wiring:
        files = Files(self._tree, self._tree.paths, self._prefix)
        templates = [path for path in self._tree.paths if charts.is_template(path, self._charts)]
        made = charts.making_applications(self._tree, templates)
        return wire(self._found.applications.values(), files, Layout(Contract(), self._tree.paths), made)

    def _layer_files(self, loaded: _Loaded, wiring: Wiring) -> list[Guess]:
        """Return the values files of apps: those that Applications load, or else those that look like it."""
        named = {path for path in loaded.files if path in self._values and not self._is_chart(path)}
        if named:
            found = guesses(sorted(named))
            if any(one.environment is not None for one in found):
                return found + (self._alike(found) if loaded.open or wiring.undecidable else [])
        found = [one for one in guesses(sorted(self._values)) if not self._is_chart(one.path)]
        by_template: dict[str, set[str]] = {}
        for one in found:
            if one.environment is not None:
                by_template.setdefault(one.template, set()).add(one.environment)
        trusted = {environment for names in by_template.values() if sure(names) for environment in names}
        kept = {template for template, names in by_template.items() if names & trusted}
        layers = [one for one in found if one.template in kept]
        if any(one.app is not None for one in layers):
            layers = [one for one in layers if one.app is not None or _SHARED.fullmatch(_stem(one.path))]
        if not self._look_like_values(layers):
            return []
        return layers + self._shared_files(found, layers)

    def _alike(self, found: Sequence[Guess]) -> list[Guess]:
        """Return the other files under the same templates: an Application that nobody can follow may load them."""
        known, templates = {one.path for one in found}, {one.template for one in found}
        others = guesses(sorted(path for path in self._values if not self._is_chart(path)))
        return [one for one in others if one.template in templates and one.path not in known]

    def _look_like_values(self, layers: Sequence[Guess]) -> bool:
        """Tell whether files that are named after environments are values of Helm at all."""
        if any("values" in one.path.lower() or one.path in self._found.flux for one in layers):
            return True
        return any(next(images_in(self._values[one.path].root), None) is not None for one in layers)

    def _shared_files(self, found: Sequence[Guess], layers: Sequence[Guess]) -> list[Guess]:
        """Return the files for all environments of an app, or for all apps, that stand beside those for one."""
        apps = {one.app for one in layers if one.app is not None}
        folders = {_fixed(one.template) for one in layers}
        return [
            one
            for one in found
            if one.environment is None
            and _SHARED.fullmatch(_stem(one.path).replace(one.app or "\0", "values"))
            and (one.app in apps or (one.app is None and any(_fixed(one.template) == folder for folder in folders)))
        ]

    def _inside(self) -> list[Guess]:
        """Return files that hold all environments of an app under their names."""
        found = [one for one in guesses(sorted(self._values)) if sure(self._top_keys(one.path))]
        return [one for one in found if self._look_like_values([one])]

    def _top_keys(self, path: str) -> set[str]:
        keys = self._values[path].root.mapping
        known = [key for key in keys if rank(key) is not None]
        return set(known) if len(known) > 1 and len(known) >= len(keys) - 2 else set()

    def _is_chart(self, path: str) -> bool:
        folder, _, file = path.rpartition("/")
        return path in self._bases or (file in ("values.yaml", "values.yml") and folder in self._charts)

    def _chart_files(self, found: Sequence[Guess], loaded: _Loaded, apps: Sequence[str]) -> list[Guess]:
        """Return the defaults of the charts that the apps are made of."""
        defaults = [path for path in self._values if self._is_chart(path)]
        if loaded.charts:
            defaults = [path for path in defaults if path.rpartition("/")[0] in loaded.charts]
        own = [one for one in guesses(sorted(defaults)) if one.app in apps]
        if own or self._bases:
            return own
        if len(defaults) == 1:
            return [Guess(defaults[0], defaults[0], None, None)]
        beside = {one.path.rpartition("/")[0] for one in found}
        return [Guess(path, path, None, None) for path in defaults if path.rpartition("/")[0] in beside][:1]

    def _layers(self, found: Sequence[Guess], loaded: _Loaded, environments: Sequence[str]) -> tuple[FoundLayer, ...]:
        by_template: dict[str, list[Guess]] = {}
        for one in found:
            by_template.setdefault(one.template, []).append(one)
        stacks = {(one.app, one.environment) for one in found if one.environment is not None}
        if not stacks:
            stacks = {(one.app, environment) for one in found for environment in environments}
        own = [files for template, files in by_template.items() if "{env}" in template]
        pure = any(self._releasing(files, 0) for files in own)
        # Where nothing else differs between environments, more may come into these files.
        mixed = pure or all(self._releasing(files, _MOST_RELEASE_KEYS) for files in own)
        extra = 0 if mixed else _MOST_RELEASE_KEYS
        layers = []
        for template, files in by_template.items():
            chart = self._is_chart(files[0].path)
            release = not chart and "{env}" in template and self._releasing(files, extra)
            role: Role = "chart" if chart else "release" if release else "env"
            have = {(one.app, one.environment) for one in files}
            wanted = {
                (app if "{app}" in template else None, environment if "{env}" in template else None)
                for app, environment in stacks
            }
            required = not chart and wanted <= have
            layers.append(FoundLayer(role, template, required, len(files), files[0].path))
        ranks = {"chart": 0, "env": 1, "release": 2}

        def order(layer: FoundLayer) -> tuple[object, ...]:
            places = [at for one in by_template[layer.path] for at in loaded.files.get(one.path, ())]
            mean = sum(places) / len(places) if places else 0
            holds = ("{app}" in layer.path) + 2 * ("{env}" in layer.path)
            return (layer.role != "chart", mean, ranks[layer.role], holds, layer.path)

        return tuple(sorted(layers, key=order))

    def _releasing(self, files: Sequence[Guess], extra: int) -> bool:
        """Tell whether most files of a kind say which image runs; an odd one will be a finding."""
        return 2 * sum(self._is_release(one, extra) for one in files) > len(files)

    def _is_release(self, one: Guess, extra: int = _MOST_RELEASE_KEYS) -> bool:
        """Tell whether a file says which image runs, and hardly anything else."""
        root = self._values[one.path].root
        images = list(images_in(root))
        return bool(images) and len(beside_images(root)) <= extra

    def _release_keys(self, layers: Sequence[FoundLayer], found: Sequence[Guess]) -> tuple[str, ...]:
        release = {layer.path for layer in layers if layer.role == "release"}
        files = [one for one in found if one.template in release and self._is_release(one)]
        return tuple(sorted({key for one in files for key in beside_images(self._values[one.path].root)}))

    def _others(
        self, layers: Sequence[FoundLayer], found: Sequence[Guess], environments: Sequence[str], single: str | None
    ) -> tuple[str, ...]:
        """Return what to exclude, so that the layers are exactly the files that were found."""
        contract = Contract(
            environments=tuple(environments),
            layers=tuple(LayerPath(layer.role, layer.path) for layer in layers),
            apps={single: AppSettings()} if single is not None else {},
        )
        meant = {one.path for one in found}
        strangers = [path for path in Layout(contract, self._tree.paths).layers if path not in meant]
        patterns = dict.fromkeys("/" + _without_environment(path, environments) for path in strangers)
        exact = included(tuple(sorted(meant)), tuple(patterns))
        if len(exact) < len(meant) or len(patterns) > _MOST_EXCLUDED:
            patterns = dict.fromkeys("/" + path for path in strangers)
        return tuple(patterns)

    def _commits(self, found: Sequence[Guess]) -> tuple[Commits, int]:
        """Tell whether the commits in tags are those of this repository, and how many tags name one."""
        patterns = Contract().tag_patterns
        tags = {place.tag for one in found for place in images_in(self._values[one.path].root) if place.tag}
        prefixes = sorted({sha for tag in tags if (sha := commit_in(tag, patterns)) is not None})
        if not prefixes:
            return ("unknown" if has_code(self._tree.paths, {one.app for one in found}) else "elsewhere"), 0
        if self._repository is None:
            return "unknown", len(prefixes)
        asked = "".join(f"{prefix}^{{commit}}\n" for prefix in prefixes)
        try:
            told = self._repository.ask("cat-file", "--batch-check", stdin=asked.encode())
            shallow = self._repository.ask("rev-parse", "--is-shallow-repository").strip() == b"true"
        except GitError:
            return "unknown", len(prefixes)
        if b" commit " in told:
            return "here", len(prefixes)
        return ("unknown" if shallow else "elsewhere"), len(prefixes)

    def _application_path(self, environments: Sequence[str]) -> str | None:
        found = [one for one in guesses(sorted(self._found.applications)) if one.environment in environments]
        return common_template(found)

    def _builds(self) -> bool:
        return any(_BUILDS.fullmatch(path) for path in self._tree.paths)

    def _notes(self, wiring: Wiring, bought: Sequence[str] = ()) -> Iterator[str]:
        for name in self._previews:
            yield (
                f"{name}: its tags come from elsewhere, as in previews of merge requests, so it is no step of the "
                f"promotion; if it is one, add it to `environments`, else its files to `exclude`"
            )
        if bought:
            yield (
                f"tags that never name a commit, as images that others build have them: "
                f"{', '.join(bought[:_MOST_NAMED])}; add those that are yours to `images`"
            )
        found = self._found
        if found.unseen:
            yield f"{_counted(found.unseen, 'YAML file')} more, because only the first {MOST_FILES} were looked at"
        if found.flux and self._values is found.flux:
            yield "what Flux adds to its HelmReleases: the defaults of charts, `valuesFrom` and substituted variables"
        elif found.flux:
            yield (
                f"{_counted(len(found.flux), 'HelmRelease')} of Flux: `spec.values` and `valuesFrom` in them are not "
                f"read as layers; values files beside them are, where their names tell app and environment"
            )
        if found.kustomizations:
            yield (
                f"{_counted(found.kustomizations, 'kustomization')}: overlays are no layers; images in them are "
                f"checked as those of manifests, without the history of their promotion"
            )
        for one in wiring.undecidable[:3]:
            yield f"{one.name} in {one.path} could not be followed: {one.reason}"

    def _nothing(self, wiring: Wiring) -> Proposal:
        return Proposal(applications=len(wiring.applications), builds=self._builds(), notes=tuple(self._notes(wiring)))


def _loaded(wiring: Wiring) -> _Loaded:
    sources = [source for application in wiring.applications for source in application.sources]
    loaded = _Loaded({}, {}, any(file.elsewhere for source in sources for file in source.value_files))
    for source in sources:
        if source.chart is not None:
            loaded.charts[source.chart] = loaded.charts.get(source.chart, 0) + 1
        for at, file in enumerate(source.value_files):
            for path in file.paths or ():
                loaded.files.setdefault(path, []).append(at)
    return loaded


def _self_heal(wiring: Wiring, environments: Sequence[str], found: Sequence[Guess]) -> dict[str, bool]:
    """Return by environment whether its Applications heal themselves, where all of them say the same."""
    homes = {one.path: one.environment for one in found}
    said: dict[str, set[bool]] = {}
    for application in wiring.applications:
        loads = [file for source in application.sources for file in source.value_files]
        files = [path for file in loads for path in file.paths or file.meant]
        for environment in {homes.get(path) for path in files} - {None}:
            said.setdefault(str(environment), set()).add(application.automation.self_heal)
    return {name: True in said[name] for name in environments if len(said.get(name, ())) == 1}


def _without_environment(path: str, environments: Sequence[str]) -> str:
    return "/".join("*" if part in environments else part for part in path.split("/"))


def _fixed(template: str) -> str:
    """Return the folder of a template up to its first name."""
    return template.partition("{")[0].rpartition("/")[0]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
