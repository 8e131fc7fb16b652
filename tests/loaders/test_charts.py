"""Charts as they lie in a repository: what of them is at hand, and what is said about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitopslint.loaders.charts import load_chart, templating
from gitopslint.loaders.tree import DiskTree, disk_tree
from gitopslint.model.chart import Chart, ImportValues
from gitopslint.model.layer import Templating
from tests.support.runs import MemoryTree, write_files

TOP = "apps/web"


def load(files: dict[str, str], folder: str = TOP) -> Chart | None:
    return load_chart(MemoryTree(files), folder)


def loaded(about: str, more: dict[str, str] | None = None) -> Chart:
    chart = load({f"{TOP}/Chart.yaml": about} | (more or {}))
    assert chart is not None
    return chart


NO_CHART: dict[str, dict[str, str]] = {
    "no Chart.yaml": {f"{TOP}/values.yaml": "a: 1"},
    "in another folder": {"apps/web-2/Chart.yaml": "name: web"},
}


@pytest.mark.parametrize("files", NO_CHART.values(), ids=NO_CHART)
def test_no_chart(files: dict[str, str]) -> None:
    """Without Chart.yaml there is no chart."""
    assert load(files) is None


@pytest.mark.parametrize("text", ["name: [", "- name", "name: {<<: 1}\n\t"])
def test_a_broken_chart(text: str) -> None:
    """Where Chart.yaml cannot be read, nobody knows what belongs to the chart, and that is told."""
    assert loaded(text).unknown == (f"{TOP}/Chart.yaml is not readable",)


def test_at_the_root() -> None:
    """A chart may be the whole repository."""
    chart = load({"Chart.yaml": "{name: web, version: 1.0.0}", "values.yaml": "a: 1"}, "")
    assert chart is not None
    assert (chart.name, chart.version, list(chart.values.mapping)) == ("web", "1.0.0", ["a"])


def test_dependencies() -> None:
    """All that decides about values is read from Chart.yaml; what is of another type counts as not there."""
    chart = loaded(
        "name: web\ndependencies:\n"
        "- {name: db, alias: store, version: 1.x, repository: 'https://x', condition: 'a,b', tags: [t, 1], "
        "import-values: [data, {child: a.b, parent: c}, 7]}\n- text\n- {name: 5}\n"
    )
    assert chart.dependencies is not None
    db, other = chart.dependencies
    assert (db.name, db.alias, db.version, db.condition, db.tags) == ("db", "store", "1.x", "a,b", ("t",))
    assert db.import_values == (ImportValues("exports.data", "."), ImportValues("a.b", "c"))
    assert other.name == ""


def test_older_charts_keep_them_in_another_file() -> None:
    """`requirements.yaml` counts, as it does for Helm."""
    chart = loaded("name: web", {f"{TOP}/requirements.yaml": "dependencies: [{name: db}]"})
    assert [one.name for one in chart.dependencies or ()] == ["db"]
    assert loaded("name: web").dependencies is None
    assert loaded("{name: web, dependencies: []}").dependencies == ()


SUB = f"{TOP}/charts/db"
# What else there is, the names of the subcharts, and why something is unknown.
BELOW: dict[str, tuple[dict[str, str], list[str], list[str]]] = {
    "unpacked": ({f"{SUB}/Chart.yaml": "name: db"}, ["db"], []),
    "under another folder name": ({f"{TOP}/charts/x/Chart.yaml": "name: db"}, ["db"], []),
    "packed": (
        {f"{TOP}/charts/db-17.1.0.tgz": ""},
        [],
        [f"{TOP}/charts/db-17.1.0.tgz is a packed chart"],
    ),
    "packed under a name with dashes and digits": (
        {f"{TOP}/charts/web-2-db-v1.2.3.tgz": ""},
        [],
        [f"{TOP}/charts/web-2-db-v1.2.3.tgz is a packed chart", f"the chart 'db' is not in {TOP}/charts/"],
    ),
    "not at all": ({}, [], [f"the chart 'db' is not in {TOP}/charts/"]),
    "with a broken Chart.yaml": (
        {f"{SUB}/Chart.yaml": "name: ["},
        [],
        [f"{SUB} has no Chart.yaml that can be read"],
    ),
    "with broken defaults": (
        {f"{SUB}/Chart.yaml": "name: db", f"{SUB}/values.yaml": "a: ["},
        ["db"],
        [f"{SUB}/values.yaml is not readable"],
    ),
    "ignored by its name": (
        {f"{TOP}/charts/_db/Chart.yaml": "name: db"},
        [],
        [f"the chart 'db' is not in {TOP}/charts/"],
    ),
    "beside a text": ({f"{SUB}/Chart.yaml": "name: db", f"{TOP}/charts/README.md": ""}, ["db"], []),
    "without a chart below": (
        {f"{SUB}/Chart.yaml": "{name: db, dependencies: [{name: common}]}"},
        ["db"],
        [f"the chart 'common' is not in {SUB}/charts/"],
    ),
}


@pytest.mark.parametrize(("more", "names", "unknown"), BELOW.values(), ids=BELOW)
def test_charts_below(more: dict[str, str], names: list[str], unknown: list[str]) -> None:
    """Unpacked charts are loaded; for the rest there is a reason."""
    chart = loaded("{name: web, dependencies: [{name: db}]}", more)
    assert [below.name for below in chart.subcharts] == names
    assert list(chart.unknown) == unknown


LOCAL = {
    "beside": ("apps/web", "file://../db", True),
    "from the root of the repository": ("", "file://apps/db", True),
    "outside of the repository": ("apps/web", "file://../../../db", False),
    "absolute": ("apps/web", "file:///apps/db", False),
    "elsewhere": ("apps/web", "https://charts.example.com", False),
    "nowhere": ("apps/web", "file://../cache", False),
    "under another name": ("apps/web", "file://../other", False),
    "itself": ("apps/web", "file://.", False),
}


@pytest.mark.parametrize(("folder", "repository", "found"), LOCAL.values(), ids=LOCAL)
def test_a_dependency_in_the_same_repository(folder: str, repository: str, found: bool) -> None:
    """What `helm dependency build` would take from the repository itself is taken from there."""
    start = f"{folder}/" if folder else ""
    chart = load(
        {
            f"{start}Chart.yaml": f"{{name: web, dependencies: [{{name: db, repository: '{repository}'}}]}}",
            "apps/db/Chart.yaml": "name: db",
            "apps/db/values.yaml": "a: 1",
            "apps/other/Chart.yaml": "name: other",
        },
        folder,
    )
    assert chart is not None
    assert [below.folder for below in chart.subcharts] == (["apps/db"] if found else [])


def test_charts_that_depend_on_each_other() -> None:
    """A circle ends, and is told."""
    chart = load(
        {
            "a/Chart.yaml": "{name: a, dependencies: [{name: b, repository: file://../b}]}",
            "b/Chart.yaml": "{name: b, dependencies: [{name: a, repository: file://../a}]}",
        },
        "a",
    )
    assert chart is not None
    assert chart.unknown == ("the chart 'b' is not in a/charts/",)


@pytest.mark.parametrize(("target", "found"), [("../../db", True), ("../../../../db", False), ("/db", False)])
def test_a_link_in_charts(target: str, found: bool, tmp_path: Path) -> None:
    """A symbolic link to a chart counts when it stays in the repository."""
    write_files(tmp_path, {"apps/web/Chart.yaml": "name: web", "apps/db/Chart.yaml": "name: db"})
    (tmp_path / "apps/web/charts").mkdir()
    (tmp_path / "apps/web/charts/db").symlink_to(target)
    chart = load_chart(disk_tree(tmp_path, None), "apps/web")
    assert chart is not None
    assert [below.name for below in chart.subcharts] == (["db"] if found else [])
    assert bool(chart.unknown) is not found


SCHEMAS = {
    "an object": ('{"type": "object"}', {"type": "object"}, None),
    "a boolean": ("true", True, None),
    "no JSON": ("{", None, "is not JSON"),
    "no text": (b"\xff", None, "is not JSON"),
    "too deep": ("[" * 100_000, None, "is not JSON"),
}


@pytest.mark.parametrize(("text", "content", "fault"), SCHEMAS.values(), ids=SCHEMAS)
def test_schema(text: str | bytes, content: object, fault: str | None) -> None:
    """The schema of a chart is kept as JSON, or with the reason why it is none."""
    tree = MemoryTree({f"{TOP}/Chart.yaml": "name: web", f"{TOP}/values.schema.json": text})
    chart = load_chart(tree, TOP)
    assert chart is not None
    assert chart.json_schema is not None
    assert (chart.json_schema.content, chart.json_schema.fault) == (content, fault)


def test_given_defaults_are_not_read_again(tmp_path: Path) -> None:
    """Who has read values.yaml already hands it in."""
    write_files(tmp_path, {"Chart.yaml": "name: web", "values.yaml": "a: 1"})
    tree = DiskTree(tmp_path, ["Chart.yaml", "values.yaml"])
    first = load_chart(tree, "")
    assert first is not None
    (tmp_path / "values.yaml").unlink()
    second = load_chart(tree, "", first.values)
    assert second is not None
    assert second.values is first.values


def test_what_is_rendered_as_a_template() -> None:
    """Which values a chart passes to `tpl` is known where its templates are at hand, and else not."""
    files = {f"{TOP}/templates/a.yaml": "a: {{ tpl .Values.web.env . }}\n"}
    assert templating(MemoryTree(files), TOP) == Templating((("web", "env"),), opaque=False)
    assert templating(MemoryTree({f"{TOP}/Chart.yaml": "name: web\n"}), TOP) is None
