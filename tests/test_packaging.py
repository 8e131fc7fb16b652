"""What is published: an sdist and a wheel that hold all they need and nothing else, and work anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.product import clean_product
from tests.support.project import ROOT, copy_project, once, project_files, python
from tests.support.repo import Repo

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Built:
    """What was built, and the copy of the project that it was built from."""

    tree: Path
    sdist: Path
    wheel: Path
    wheel_from_sdist: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Built:
    """The sdist, the wheel built from it, and the wheel built from the tree, with litter lying around."""
    folder = once(tmp_path_factory, "built", build_all, worker_id)
    return Built(
        tree=folder / "tree",
        sdist=next(folder.glob("both/*.tar.gz")),
        wheel=next(folder.glob("wheel/*.whl")),
        wheel_from_sdist=next(folder.glob("both/*.whl")),
    )


def build_all(folder: Path) -> None:
    """Build from a copy of the project that has what a developer's tree has."""
    tree = copy_project(folder / "tree")
    Repo(tree)
    for litter in (".venv/lib/x.py", "tests/tools/node_modules/x/index.js", ".mypy_cache/x.json", "dist/x.whl"):
        (tree / litter).parent.mkdir(parents=True)
        (tree / litter).write_text("{}")
    build = ("-m", "build", "--no-isolation")
    python(*build, "--outdir", folder / "both", tree)
    python(*build, "--wheel", "--outdir", folder / "wheel", tree)


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_sdist_is_the_project(built: Built) -> None:
    """The sdist holds every file of the project as it is, and nothing that only lies in the same folder."""
    with tarfile.open(built.sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if not member.isdir()}
    assert names - {"PKG-INFO"} == set(project_files(built.tree))


def test_wheel_holds_rules_and_schemas(built: Built) -> None:
    """The wheel holds the package with every rule, every schema, the catalogue, the parts of the page and the mark of typed code."""
    files = project_files(built.tree)
    expected = {path.removeprefix("src/"): path for path in files if path.startswith("src/")} | {
        f"gitopslint/_data/{path}": path for path in files if path.startswith(("rules/", "schemas/", "translations/"))
    }
    found = {name: data for name, data in contents(built.wheel).items() if ".dist-info/" not in name}
    assert found == {name: (built.tree / path).read_bytes() for name, path in expected.items()}
    assert {
        "gitopslint/py.typed",
        "gitopslint/loaders/catalogue.json",
        "gitopslint/_data/rules/mutable-tag.yaml",
        "gitopslint/_data/schemas/contract.schema.json",
        "gitopslint/reporters/page/style.css",
        "gitopslint/reporters/page/script.js",
    } <= found.keys()


def test_wheel_tells_its_licence_and_command(built: Built) -> None:
    """The wheel carries the licence and one command."""
    files = {name.partition(".dist-info/")[2]: data for name, data in contents(built.wheel).items()}
    assert files["licenses/LICENSE"] == (built.tree / "LICENSE").read_bytes()
    assert files["entry_points.txt"] == b"[console_scripts]\ngitopslint = gitopslint.cli:run\n"


def test_wheel_from_the_sdist_is_the_same(built: Built) -> None:
    """Whoever builds from the sdist gets the very same files as from the tree."""
    assert contents(built.wheel_from_sdist) == contents(built.wheel)


def test_wheel_is_reproducible(built: Built) -> None:
    """Built twice, in two folders, one of them from the sdist, the wheel has the same bytes."""
    assert built.wheel_from_sdist.read_bytes() == built.wheel.read_bytes()


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The wheel's `gitopslint` in an environment of its own, which borrows the dependencies from this one."""

    def install(folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        python("-m", "pip", "--python", folder / "bin/python", "install", "--no-deps", "--no-index", built.wheel)
        packages = sysconfig.get_path("purelib", vars={"base": str(folder)})
        # A folder that a .pth names is searched after the wheel's, and its own .pth files, that of the
        # editable install among them, are not read.
        (Path(packages) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")

    return once(tmp_path_factory, "installed", install, worker_id) / "bin"


COMMANDS = {
    "rules": (["rules"], "mutable-tag"),
    "explain": (["explain", "mutable-tag"], "# mutable-tag\n"),
    "schema": (["schema", "contract"], '"$schema"'),
    "init": (["init", "--stdout"], "version: 1\n"),
    "check": (["check"], "1 undecided (1 app, 5 files against the default contract)\n"),
}


@pytest.mark.parametrize(("words", "expected"), COMMANDS.values(), ids=COMMANDS)
def test_installed_command(words: list[str], expected: str, installed: Path, tmp_path: Path) -> None:
    """From any folder, the installed command finds the rules and schemas that came with it."""
    clean_product(tmp_path)
    done = run([installed / "gitopslint", *words], tmp_path)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout
    assert done.stderr == ""


def test_installed_schema_is_ours(built: Built, installed: Path, tmp_path: Path) -> None:
    """The schema that an installed gitopslint prints is the published one."""
    printed = run([installed / "gitopslint", "schema", "contract"], tmp_path).stdout
    assert json.loads(printed) == json.loads((built.tree / "schemas/contract.schema.json").read_text("utf-8"))


def test_installed_package_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    """These tests are about the wheel: nothing of the checkout is in reach of the installed command."""
    look = "import gitopslint, sys; print(gitopslint.__file__); print(*sys.path, sep='\\n')"
    lines = run([installed / "python", "-c", look], tmp_path).stdout.splitlines()
    assert Path(lines[0]).is_relative_to(installed.parent)
    assert str(ROOT / "src") not in lines


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with nothing in the environment that could point to the checkout."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
