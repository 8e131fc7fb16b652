"""`gitopslint values` as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml as pyyaml

from gitopslint.cli import main
from tests.support.repo import Repo
from tests.support.runs import CLEAN, write_files

DEV = "deploy/env/dev/shop.yaml"
CHART = "deploy/charts/web-app"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clean product repository without git, as the working directory."""
    write_files(tmp_path, CLEAN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_text(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Every value tells the line that sets it, and what it overrides."""
    assert main(["values", "shop", "dev"]) == 0
    out, err = capfd.readouterr()
    assert "# deploy/env/release-dev/shop.yaml:4, over deploy/charts/web-app/values.yaml:3 'REPLACE_ME'\n" in out
    assert pyyaml.safe_load(out)["image"]["tag"] == "4f9d2c7b81ae-r3"
    assert err == ""


def test_formats(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """YAML holds the values alone, JSON all that is known of them."""
    assert main(["values", "shop", "dev", "--format", "yaml"]) == 0
    assert pyyaml.safe_load(capfd.readouterr().out)["replicas"] == 1
    assert main(["values", "shop", "dev", "--format", "json"]) == 0
    (stack,) = json.loads(capfd.readouterr().out)["stacks"]
    assert stack["layers"] == [f"{CHART}/values.yaml", "deploy/env/release-dev/shop.yaml", DEV]


def test_one_key(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A key path leads to one value, or to a part of the tree; brackets lead into lists."""
    Path(DEV).write_text("jobs: [{name: a}, {name: b}]\na.b: 1\n")
    for key, expected in {
        "image.tag": "4f9d2c7b81ae-r3\n",
        "jobs[1].name": "b\n",
        "jobs[0]": "name: a\n",
        r"a\.b": "1\n",
    }.items():
        assert main(["values", "shop", "dev", key, "--format=yaml"]) == 0
        assert capfd.readouterr().out == expected


WRONG = {
    "an app": (["shp", "dev"], "there is no app 'shp': did you mean 'shop'?"),
    "an app far from all": (["x", "dev"], "there is no app 'x': known are shop"),
    "an environment": (["shop", "prd"], "shop is in no environment 'prd': did you mean 'prod'?"),
    "a key": (["shop", "dev", "image.tga"], "shop in dev has no value 'image.tga': did you mean 'image.tag'?"),
    "a key that is none": (["shop", "dev", "a..b"], "'a..b' is not a path"),
    "a folder": (["shop", "dev", "--repository", "nowhere"], "nowhere does not exist"),
    "a format": (["shop", "dev", "--format", "xml"], "invalid choice: 'xml'"),
    "no environment": (["shop"], "the following arguments are required: ENV"),
    "--staged without git": (["shop", "dev", "--staged"], "--staged needs a git repository"),
}


@pytest.mark.parametrize(("words", "message"), WRONG.values(), ids=WRONG)
def test_wrong_usage(here: Path, words: list[str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    """What is not there ends with exit code 2 and one line that names what is near."""
    assert main(["values", *words]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err
    assert len(err.splitlines()) == 1


UNKNOWN = {
    "a broken layer": ({DEV: "a: ["}, f"the values of shop in dev are not known: {DEV}:1:5: "),
    "no mapping": (
        {DEV: "- a"},
        f"the values of shop in dev are not known: {DEV} holds several documents, or no mapping",
    ),
    "what Helm refuses": (
        {
            f"{CHART}/Chart.yaml": "{apiVersion: v2, name: web-app, version: 1.0.0}",
            f"{CHART}/charts/db/Chart.yaml": "{apiVersion: v2, name: db, version: 1.0.0}",
            DEV: "db: text",
        },
        "the values of shop in dev are not known: Helm refuses to merge them: 'db' belongs to a subchart",
    ),
}


@pytest.mark.parametrize(("files", "message"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_values(here: Path, files: dict[str, str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Where nobody can tell what is deployed, nothing is printed as if it were."""
    write_files(here, files)
    assert main(["values", "shop", "dev"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err


def test_subcharts(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Values of subcharts are there, and what may be missing is said on standard error."""
    write_files(
        here,
        {
            f"{CHART}/Chart.yaml": "{apiVersion: v2, name: web-app, version: 1.0.0, dependencies: [{name: db, version: 1.x}, {name: cache, version: '*'}]}",
            f"{CHART}/charts/db/Chart.yaml": "{apiVersion: v2, name: db, version: 1.0.0}",
            f"{CHART}/charts/db/values.yaml": "size: 5",
            "deploy/env/dev/shop.yaml": None,
        },
    )
    Path(DEV).unlink()
    assert main(["values", "shop", "dev", "db"]) == 0
    out, err = capfd.readouterr()
    assert f"size: 5     # {CHART}/charts/db/values.yaml:1\n" in out
    assert err == (
        f"gitopslint: {DEV} is missing\n"
        f"gitopslint: cache may lack defaults: the chart 'cache' is not in {CHART}/charts/\n"
    )


def test_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """`--staged` reads the index, and paths start at the top of the repository."""
    repo = Repo(tmp_path / "repo")
    write_files(repo.path / "product", CLEAN | {".gitopslint.yaml": "version: 1\n"})
    repo.git("add", ".")
    monkeypatch.chdir(tmp_path)
    (repo.path / "product" / DEV).write_text("env: {APP_ENV: changed}\n")
    asked = ["values", "shop", "dev", "env.APP_ENV", "--repository", "repo/product"]
    assert main(asked) == 0
    assert capfd.readouterr().out == f"changed  # product/{DEV}:1\n"
    assert main([*asked, "--staged"]) == 0
    assert capfd.readouterr().out == f"dev  # product/{DEV}:2\n"


def test_secrets(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """No format prints a secret."""
    Path(DEV).write_text("database: {password: s3cr3t}\n")
    for name in ("text", "json", "yaml"):
        assert main(["values", "shop", "dev", "--format", name]) == 0
        out = capfd.readouterr().out
        assert "s3cr3t" not in out
        assert "<redacted, 6 characters>" in out


def test_secrets_of_any_shape_are_hidden(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What the rules about secrets find is hidden in every format, under whatever name, and where it is overridden."""
    token = "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"
    write_files(
        here, {CHART + "/values.yaml": f"image: {{}}\nmodel: {token}\n", DEV: f"model: x{token[1:]}\nhub: {token}\n"}
    )
    for kind in ("text", "yaml", "json"):
        assert main(["values", "shop", "dev", "--format", kind]) == 0
        out = capfd.readouterr().out
        assert token not in out
        assert "<redacted, 37 characters>" in out
