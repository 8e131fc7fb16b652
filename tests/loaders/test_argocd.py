"""Applications: what they load, in which order, for which app and environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.loaders.own_repository import normal_url
from gitopslint.loaders.product import Product
from gitopslint.loaders.tree import disk_tree
from gitopslint.model.contract import ApplicationSettings, Contract
from gitopslint.model.document import find, plain
from gitopslint.model.layer import Stack
from tests.support.argocd import URL, application, chart_source, loads, only, wiring_of
from tests.support.runs import CLEAN, MemoryTree
from tests.support.skips import without

FILES = {path: text for path, text in CLEAN.items() if isinstance(text, str)} | {
    "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 0.1.0\n",
    "deploy/env/common.yaml": "a: common\n",
    "deploy/env/extra/one.yaml": "a: 1\n",
    "deploy/env/extra/sub/two.yaml": "a: 2\n",
}
PATH = "deploy/argocd/apps/dev/shop.yaml"

# The value files of an Application, and what they come to.
VALUE_FILES = {
    "relative to the chart": (["values.yaml"], ["deploy/charts/web-app/values.yaml"]),
    "two dots inside the repository": (["../../env/dev/shop.yaml"], ["deploy/env/dev/shop.yaml"]),
    "from the top": (["/deploy/env/dev/shop.yaml"], ["deploy/env/dev/shop.yaml"]),
    "out of the repository": (["../../../../x.yaml"], ["it leaves the repository"]),
    "out of it from the top": (["/../x.yaml"], ["it leaves the repository"]),
    "absent": (["../../env/dev/shpo.yaml"], ["there is no deploy/env/dev/shpo.yaml"]),
    "twice": (
        ["../../env/common.yaml", "../../env/dev/shop.yaml", "../../env/common.yaml"],
        ["deploy/env/common.yaml", "deploy/env/dev/shop.yaml", ""],
    ),
    "a glob": (
        ["../../env/release-*/shop.yaml"],
        ["deploy/env/release-dev/shop.yaml deploy/env/release-prod/shop.yaml"],
    ),
    "a folder's own files before those of its folders": (
        ["../../env/extra/**/*.yaml"],
        ["deploy/env/extra/one.yaml deploy/env/extra/sub/two.yaml"],
    ),
    "a named file keeps its place before a glob": (
        ["../../env/extra/**", "../../env/extra/one.yaml"],
        ["deploy/env/extra/sub/two.yaml", "deploy/env/extra/one.yaml"],
    ),
    "a glob that fits nothing": (["../../env/qa/*.yaml"], ["no file matches deploy/env/qa/*.yaml"]),
    "a malformed glob": (["../../env/{dev/shop.yaml"], ["'deploy/env/{dev/shop.yaml' has a '{' that is not closed"]),
    "a URL": (["secrets://vault/x"], ["secrets URLs are only known where Argo CD runs"]),
    "an unknown ref": (["$values/a.yaml"], ["no source has the ref 'values'"]),
    "Argo CD's own variable": (["../../env/dev/${ARGOCD_APP_NAME}.yaml"], ["there is no deploy/env/dev/shop-dev.yaml"]),
}


@pytest.mark.parametrize(("entries", "expected"), VALUE_FILES.values(), ids=VALUE_FILES)
def test_value_files(entries: list[str], expected: list[str]) -> None:
    """Each entry comes to its files, or to the reason why there are none."""
    quoted = [f"'{entry}'" for entry in entries]
    assert loads(only(wiring_of(FILES | {PATH: application(chart_source(*quoted))}))) == expected


def test_a_file_of_two_charts() -> None:
    """A file belongs to every chart that gets it, and no other file does."""
    common, own = "deploy/env/common.yaml", "deploy/env/dev/shop.yaml"
    sources = (chart_source("/" + common, "/" + own), chart_source("/" + common).replace("web-app", "other"))
    files = {f"deploy/argocd/apps/dev/{number}.yaml": application(one) for number, one in enumerate(sources)}
    wiring = wiring_of(FILES | files)
    assert wiring.charts_of(common) == {"deploy/charts/web-app", "deploy/charts/other"}
    assert wiring.charts_of(own) == {"deploy/charts/web-app"}
    assert wiring.charts_of("README.md") == set()


def test_missing_files_may_be_ignored() -> None:
    """`ignoreMissingValueFiles` makes an absent file no file."""
    source = chart_source("../../env/local.yaml", "'../../none/*'", extra="  ignoreMissingValueFiles: true\n")
    assert loads(only(wiring_of(FILES | {PATH: application(source)}))) == ["", ""]


def test_below_the_top_of_the_repository() -> None:
    """Argo CD counts from the top of the repository, wherever the contract stands."""
    source = chart_source(
        "/examples/web-core/deploy/env/dev/shop.yaml",
        "../../env/common.yaml",
        "../../../../../x.yaml",
        "../../../../../../x",
    )
    source = source.replace("path: deploy", "path: examples/web-core/deploy")
    wiring = wiring_of(FILES | {PATH: application(source)}, prefix="examples/web-core/")
    assert loads(only(wiring)) == [
        "deploy/env/dev/shop.yaml",
        "deploy/env/common.yaml",
        "it stands outside examples/web-core/, which is all that is read",
        "it leaves the repository",
    ]


def test_several_sources() -> None:
    """`$ref/…` counts from the root of its own source, and `source` is ignored beside `sources`."""
    text = application("repoURL: ignored\npath: ignored") + (
        "  sources:\n"
        "  - repoURL: oci://registry.example.com/charts\n    chart: web-app\n    targetRevision: 1.2.3\n"
        "    helm: {valueFiles: [$values/deploy/env/dev/shop.yaml, $other/x.yaml, own.yaml]}\n"
        f"  - {{repoURL: {URL}, ref: values, path: deploy/charts/web-app}}\n"
        "  - {repoURL: https://git.example.com/other.git, ref: other}\n"
    )
    one = only(wiring_of(FILES | {PATH: text}))
    assert loads(one) == [
        "deploy/env/dev/shop.yaml",
        "'git.example.com/other' is not known to be this repository",
        "the chart 'web-app' comes from the registry 'registry.example.com/charts'",
    ]
    assert (one.app, one.environment) == ("shop", "dev")


def test_another_revision_is_elsewhere() -> None:
    """Values of another revision than the others track are not those that stand here."""
    pinned = application(chart_source("../../env/prod/shop.yaml") + "targetRevision: v1.2.3\n", "shop-prod")
    others = {
        f"deploy/argocd/apps/dev/{name}.yaml": application(
            chart_source("../../env/dev/shop.yaml") + "targetRevision: main\n", name
        )
        for name in ("one", "two")
    }
    wiring = wiring_of(FILES | others | {"deploy/argocd/apps/prod/shop.yaml": pinned})
    last = wiring.applications[-1]
    assert wiring.expected.revision == "main"
    assert loads(last) == ["it tracks the revision 'v1.2.3', and 'main' is what is checked here"]


# Name, namespace, path and what it loads; and the app and environment that it deploys.
MATCHED = {
    "by its path": ("x", PATH, "../../env/dev/shop.yaml", ("shop", "dev")),
    "by its path, whatever it loads": ("x", PATH, "../../env/prod/shop.yaml", ("shop", "dev")),
    "by its layers": ("x", "argo/x.yaml", "../../env/prod/shop.yaml", ("shop", "prod")),
    "by its name, against its layers": ("shop-dev", "argo/x.yaml", "../../env/prod/shop.yaml", ("shop", "dev")),
    "by the alias": ("web-legacy", "argo/x.yaml", "../../env/common.yaml", ("shop", "prod")),
    "by nothing": ("x", "argo/x.yaml", "../../env/common.yaml", (None, None)),
}


@pytest.mark.parametrize(("name", "path", "loaded", "expected"), MATCHED.values(), ids=MATCHED)
def test_app_and_environment(name: str, path: str, loaded: str, expected: tuple[str | None, str | None]) -> None:
    """Alias table, path, name and layers tell what an Application deploys, in this order."""
    contract = Contract(applications=ApplicationSettings(names={"shop": {"prod": "web-legacy"}}))
    one = only(wiring_of(FILES | {path: application(chart_source(loaded), name)}, contract))
    assert (one.app, one.environment) == expected


URLS = {
    "git.example.com/team/web-core": [
        "https://git.example.com/team/web-core.git",
        "https://token:x@GIT.example.com/team/web-core/",
        "git@git.example.com:team/web-core.git",
        "ssh://git@git.example.com/team/web-core",
        "ssh://git@git.example.com:2222/team/web-core.git",
        "https://git.example.com:443/team/web-core",
    ],
    "git.example.com:8443/team/web-core": ["https://git.example.com:8443/team/web-core"],
}


def test_spellings_of_one_repository() -> None:
    """Scheme, credentials and `.git` do not make another repository; nor are credentials kept."""
    for normal, spellings in URLS.items():
        assert {normal_url(spelling) for spelling in spellings} == {normal}


def stack_of(text: str, files: dict[str, str] | None = None) -> Stack:
    product = Product(MemoryTree(FILES | (files or {}) | {PATH: text}), Contract())
    return product.stacks("shop")[0]


def test_precedence() -> None:
    """Chart < files in order < valuesObject or else values < parameters < forced texts < file contents."""
    extra = (
        "  values: 'b: from values'\n"
        "  valuesObject: {c: from the object, d: from the object, e: from the object, f: from the object}\n"
        "  parameters:\n"
        "  - {name: d, value: from a parameter}\n  - {name: e, value: from a parameter}\n"
        "  - {name: e, value: '1', forceString: true}\n  - {name: g.h, value: '12'}\n  - {name: g.h, value: '13'}\n"
        "  fileParameters: [{name: f, path: note.txt}]\n"
    )
    files = {
        "deploy/charts/web-app/values.yaml": "{a: chart, b: chart, c: chart, z: chart}",
        "deploy/env/dev/shop.yaml": "{a: file, c: file}",
        "deploy/charts/web-app/note.txt": "from a file\n",
    }
    stack = stack_of(application(chart_source("../../env/dev/shop.yaml", extra=extra)), files)
    assert stack.values is not None
    assert plain(stack.values) == {
        "a": "file",
        "b": "chart",
        "c": "from the object",
        "d": "from a parameter",
        "e": "1",
        "f": "from a file\n",
        "g": {"h": 13},
        "z": "chart",
    }
    places = {name: find(stack.values, (name,)) for name in "adcz"}
    assert {name: node.span.path for name, node in places.items() if node is not None} == {
        "a": "deploy/env/dev/shop.yaml",
        "d": PATH,
        "c": PATH,
        "z": "deploy/charts/web-app/values.yaml",
    }
    assert [layer.role for layer in stack.layers] == ["chart", "env", "inline", "parameters"]


def test_places_in_a_block_of_values() -> None:
    """Values written as a block have their exact places in the Application."""
    extra = "  values: |\n    # inline\n    image:\n      tag: latest\n"
    text = application(chart_source("../../env/dev/shop.yaml", extra=extra))
    stack = stack_of(text)
    assert stack.values is not None
    node = find(stack.values, ("image", "tag"))
    assert node is not None
    line = text.split("\n")[node.span.line - 1]
    assert line[node.span.column - 1 : node.span.end_column - 1] == "latest"


def test_what_is_not_known_makes_values_unknown() -> None:
    """A file from elsewhere, or one that is missing, may set anything."""
    for entry in ("secrets://vault/x", "../../env/dev/none.yaml"):
        stack = stack_of(application(chart_source("../../env/dev/shop.yaml", entry)))
        assert stack.values is None
        assert stack.unknown is not None
        assert entry in stack.unknown


def test_a_chart_from_a_registry_leaves_values_partial() -> None:
    """The layers are known, the chart's defaults are not."""
    text = application("repoURL: ignored") + (
        "  sources:\n  - repoURL: registry.example.com\n    chart: web\n    helm: {valueFiles: [$v/deploy/env/release-dev/shop.yaml]}\n"
        f"  - {{repoURL: {URL}, ref: v, path: deploy}}\n"
    )
    stack = stack_of(text)
    assert stack.values is not None
    assert stack.partial is not None
    assert "registry" in stack.partial


def test_the_users_applications(capfd: pytest.CaptureFixture[str]) -> None:
    """All Applications of a real repository resolve, and the image comes from the release layer in each."""
    sample = Path("../shared/samples/web-core")
    if not sample.is_dir():
        without("../shared/samples/web-core")
    product = Product(disk_tree(sample, None), Contract())
    applications = product.wiring.applications
    assert len(applications) == 8
    for one in applications:
        assert one.ours
        assert all(file.paths for source in one.sources for file in source.value_files)
    for app in ("landings", "payload-core", "saas", "synestra-io"):
        for stack in product.stacks(app):
            assert stack.application is not None
            assert stack.values is not None
            for part in ("tag", "repository"):
                node = find(stack.values, ("image", part))
                assert node is not None
                assert node.span.path == f"deploy/env/release-{stack.environment}/{app}.yaml"
    assert main(["check", str(sample), "--select", "argocd,layers"]) == 0
    assert "overlapping-layers" in capfd.readouterr().out
