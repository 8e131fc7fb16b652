"""The floors and doors of docs/design.md, and what else must hold for every file of the project."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.support.project import ROOT, project_files

PACKAGE = "gitopslint"
SRC = ROOT / "src" / PACKAGE

# Which floor may import which. The empty name is the package itself: its version.
MAY_IMPORT = {
    "": set[str](),
    "__main__": {"cli"},
    "model": set[str](),
    "loaders": {"model"},
    "checks": {"model"},
    "reporters": {"model"},
    "engine": {"model", "loaders", "checks"},
    "cli": {"", "model", "loaders", "engine", "reporters"},
}

_KINDS = ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")

# What one module alone may do, by the names that do it.
DOORS = {
    "parses YAML": ({"loaders/stream.py", "loaders/libyaml.py"}, {"yaml"}),
    "starts processes": (
        {"loaders/process.py", "loaders/docker_auth.py"},
        {
            "subprocess",
            "_posixsubprocess",
            "pty",
            "os.system",
            "os.popen",
            "os.forkpty",
            "os.startfile",
            "os.posix_spawn",
            "os.posix_spawnp",
            "asyncio.create_subprocess_exec",
            "asyncio.create_subprocess_shell",
            *(f"os.{call}{kind}" for call in ("exec", "spawn") for kind in _KINDS),
        },
    ),
    "divides work among processes": (
        {"engine/workers.py"},
        {
            "os.fork",
            "multiprocessing",
            "concurrent.futures.ProcessPoolExecutor",
            "concurrent.futures.process",
            "pickle",
        },
    ),
    "keeps results": ({"loaders/cache_store.py"}, {"secrets.token_hex", "marshal", "shelve", "sqlite3"}),
    "makes temporary folders": ({"loaders/committing.py"}, {"tempfile"}),
    "talks to the network": (
        {"loaders/http.py"},
        {"socket", "ssl", "http", "ftplib", "smtplib", "urllib.request", "requests", "urllib3", "httpx"},
    ),
    "imports by name": (set[str](), {"importlib.import_module", "__import__", "runpy"}),
}

# What a floor that only thinks may not touch: files, git, the clock, chance, the environment.
WORLD = {
    "open",
    "io",
    "os",
    "pathlib.Path",
    "glob",
    "shutil",
    "tempfile",
    "time",
    "datetime.date.today",
    "datetime.datetime.now",
    "random",
    "secrets",
    "uuid",
    "locale",
    "platform",
    "socket",
    "sys.argv",
}
TERMINAL = {"print", "input", "sys.stdin", "sys.stdout", "sys.stderr"}
PURE = ("model", "checks", "reporters")

VAGUE = {"util", "utils", "helper", "helpers", "common", "misc"}
MOST_LINES = 400

Law = Callable[[Path], list[str]]


def floors(source: Path) -> list[str]:
    """Name every import that goes from a floor to one that it may not see."""
    return [
        f"{module}:{line} {floor_of(module) or PACKAGE} imports {floor_of(name) or PACKAGE}"
        for module, tree in modules(source)
        for line, name in imported(tree, module)
        if is_ours(name) and floor_of(name) not in MAY_IMPORT.get(floor_of(module), set()) | {floor_of(module)}
    ]


def doors(source: Path) -> list[str]:
    """Name every module that does what another one is there for."""
    return [
        f"{module}:{line} {what} ({name}): {' or '.join(sorted(allowed)) or 'nobody'} does that"
        for module, tree in modules(source)
        for what, (allowed, names) in DOORS.items()
        if module not in allowed
        for line, name in uses(tree, module, names)
    ]


def purity(source: Path) -> list[str]:
    """Name every place where a floor that only thinks touches the world."""
    return [
        f"{module}:{line} {floor_of(module)} touches the world ({name})"
        for module, tree in modules(source)
        if floor_of(module) in PURE
        for line, name in uses(tree, module, WORLD)
    ]


def printing(source: Path) -> list[str]:
    """Name every place outside the command line that talks to the terminal."""
    return [
        f"{module}:{line} {name} belongs to cli"
        for module, tree in modules(source)
        if floor_of(module) != "cli"
        for line, name in uses(tree, module, TERMINAL)
    ]


def type_checking(source: Path) -> list[str]:
    """Name imports of our own code that only a type checker sees: a need for one means that a floor is wrong."""
    return [
        f"{module}:{line} imports {name} for the type checker only"
        for module, tree in modules(source)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for line, name in imported(block, module)
        if is_ours(name)
    ]


def vague(source: Path) -> list[str]:
    """Name modules whose name says nothing about what is in them."""
    return [
        f"{module} says nothing about what is in it"
        for module, _ in modules(source)
        if VAGUE.intersection(Path(module).with_suffix("").parts)
    ]


def length(source: Path) -> list[str]:
    """Name modules that are too long to be about one thing."""
    lengths = ((module, len((source / module).read_text("utf-8").splitlines())) for module, _ in modules(source))
    return [f"{module} has {lines} lines, more than {MOST_LINES}" for module, lines in lengths if lines > MOST_LINES]


def cheap_to_import(source: Path) -> list[str]:
    """Name classes whose definition costs ten times as much as it has to."""
    return [
        f"{module}:{line} {name}: take it from model/namedtuple.py"
        for module, tree in modules(source)
        if module != "model/namedtuple.py"
        for line, name in uses(tree, module, {"typing.NamedTuple", "collections.namedtuple"})
    ]


LAWS: dict[str, Law] = {
    law.__name__: law for law in (floors, doors, purity, printing, type_checking, vague, length, cheap_to_import)
}

BROKEN = {
    "a check that asks the engine": (
        floors,
        "checks/images.py",
        "import re\n\nfrom gitopslint.engine.run import run\n",
        ["checks/images.py:3 checks imports engine"],
    ),
    "inside a function": (
        floors,
        "model/span.py",
        "def load():\n    import gitopslint.loaders.yaml\n",
        ["model/span.py:2 model imports loaders"],
    ),
    "relative, a floor up": (
        floors,
        "reporters/text.py",
        "from ..cli import output\n",
        ["reporters/text.py:1 reporters imports cli"],
    ),
    "a floor by its name": (
        floors,
        "cli/check.py",
        "from gitopslint import checks, __version__\n",
        ["cli/check.py:1 cli imports checks"],
    ),
    "the package from a floor": (
        floors,
        "reporters/json.py",
        "from gitopslint import __version__\n",
        ["reporters/json.py:1 reporters imports gitopslint"],
    ),
    "a floor nobody has heard of": (
        floors,
        "plugins/one.py",
        "from gitopslint.model import span\n",
        ["plugins/one.py:1 plugins imports model"],
    ),
    "only for types": (
        type_checking,
        "model/layer.py",
        "import typing\nif typing.TYPE_CHECKING:\n    from gitopslint.model.span import Span\n    import decimal\n",
        ["model/layer.py:3 imports gitopslint.model.span.Span for the type checker only"],
    ),
    "a second YAML parser": (
        doors,
        "checks/layers.py",
        "from yaml import safe_load\n",
        ["checks/layers.py:1 parses YAML (yaml): loaders/libyaml.py or loaders/stream.py does that"],
    ),
    "a second door to git": (
        doors,
        "engine/history.py",
        "import subprocess\n",
        ["engine/history.py:1 starts processes (subprocess): loaders/docker_auth.py or loaders/process.py does that"],
    ),
    "a worker elsewhere": (
        doors,
        "loaders/tree.py",
        "from concurrent.futures import ProcessPoolExecutor\n",
        [
            "loaders/tree.py:1 divides work among processes (concurrent.futures.ProcessPoolExecutor): engine/workers.py does that",
        ],
    ),
    "a cache that runs what it reads": (
        doors,
        "engine/cache.py",
        "import pickle\n",
        ["engine/cache.py:1 divides work among processes (pickle): engine/workers.py does that"],
    ),
    "a shell under another name": (
        doors,
        "cli/fix.py",
        "import os as system\n\nsystem.popen('true')\n",
        ["cli/fix.py:3 starts processes (os.popen): loaders/docker_auth.py or loaders/process.py does that"],
    ),
    "a call taken out of its module": (
        doors,
        "cli/fix.py",
        "from os import execvp\n",
        ["cli/fix.py:1 starts processes (os.execvp): loaders/docker_auth.py or loaders/process.py does that"],
    ),
    "a download": (
        doors,
        "loaders/schemas.py",
        "import urllib.request\n",
        ["loaders/schemas.py:1 talks to the network (urllib.request): loaders/http.py does that"],
    ),
    "an import that cannot be seen": (
        doors,
        "engine/plugins.py",
        "import importlib\n\nimportlib.import_module('x')\n",
        ["engine/plugins.py:3 imports by name (importlib.import_module): nobody does that"],
    ),
    "a check with a clock": (
        purity,
        "checks/soak.py",
        "import datetime\n\nNOW = datetime.datetime.now()\n",
        ["checks/soak.py:3 checks touches the world (datetime.datetime.now)"],
    ),
    "a check that opens files": (
        purity,
        "checks/env.py",
        "from pathlib import Path\n\nTEXT = open('.env')\n",
        ["checks/env.py:1 checks touches the world (pathlib.Path)", "checks/env.py:3 checks touches the world (open)"],
    ),
    "a print left behind": (
        printing,
        "engine/run.py",
        "import sys\n\nprint('here')\nsys.stderr.write('there')\n",
        ["engine/run.py:3 print belongs to cli", "engine/run.py:4 sys.stderr belongs to cli"],
    ),
    "a class that is slow to define": (
        cheap_to_import,
        "loaders/charts.py",
        "from typing import Literal, NamedTuple\n",
        ["loaders/charts.py:1 typing.NamedTuple: take it from model/namedtuple.py"],
    ),
    "a drawer": (vague, "loaders/utils.py", "", ["loaders/utils.py says nothing about what is in it"]),
    "a drawer of drawers": (
        vague,
        "common/text.py",
        "",
        ["common/text.py says nothing about what is in it"],
    ),
    "too long": (length, "model/all.py", "x = 1\n" * 401, ["model/all.py has 401 lines, more than 400"]),
}

SOUND = {
    "loaders/process.py": "import os\nimport subprocess\n\nfrom gitopslint.model.span import Span\n",
    "loaders/stream.py": "import yaml\nfrom yaml.events import Event\n",
    "checks/images.py": "from pathlib import PurePosixPath\n\nfrom gitopslint.checks.check import check\n",
    "cli/output.py": "import sys\n\nfrom gitopslint import __version__\n\nprint(sys.stdout)\n",
    "cli/__init__.py": "from . import output\n",
    "__main__.py": "from gitopslint.cli import run\n",
    "model/long.py": "x = 1\n" * 400,
}

MACHINE = re.compile(rb"(?<![\w.~$}/-])/(?:root|home/[\w.-]+|Users/[\w.-]+)/[\w.-]*")
MACHINE_PATHS = {
    "a home": ("cd /" + "home/anna/work", True),
    "the home of root": ('x = "/' + 'root/.venv"', True),
    "on a Mac": ("(/" + "Users/anna/work)", True),
    "a device": (">/dev/null", False),
    "a path of an address": ("https://example.com/" + "home/anna/x", False),
    "a folder of a repository": ("deploy/" + "root/app.yaml", False),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_law(law: Law) -> None:
    """A breach names its file and line, so the fix is to move code, not to argue."""
    assert law(SRC) == []


@pytest.mark.parametrize(("law", "file", "text", "expected"), BROKEN.values(), ids=BROKEN)
def test_law_can_fail(law: Law, file: str, text: str, expected: list[str], tmp_path: Path) -> None:
    """Each law finds its breach, and nothing else, in a small tree that is sound otherwise."""
    write(tmp_path, SOUND | {file: text})
    assert law(tmp_path) == expected


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_law_allows(law: Law, tmp_path: Path) -> None:
    """A sound tree breaks no law."""
    write(tmp_path, SOUND)
    assert law(tmp_path) == []


def test_every_floor_is_there() -> None:
    """The table of floors is about this package: it names all its folders and no others."""
    found = {path.name for path in SRC.iterdir() if path.is_dir() and list(path.glob("*.py"))}
    assert found | {"", "__main__"} == set(MAY_IMPORT)


def test_no_paths_of_a_machine() -> None:
    """No file of the project knows whose machine it was written on."""
    assert [
        f"{path}: {found.decode()}" for path in project_files() for found in MACHINE.findall((ROOT / path).read_bytes())
    ] == []


@pytest.mark.parametrize(("text", "expected"), MACHINE_PATHS.values(), ids=MACHINE_PATHS)
def test_machine_path(text: str, expected: bool) -> None:
    """Homes are found wherever they stand; devices and paths inside something else are not."""
    assert bool(MACHINE.search(text.encode())) is expected


def test_readme_names_every_hook() -> None:
    """Whoever reads the README learns of every hook that is offered."""
    readme = (ROOT / "README.md").read_text("utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    names = {hook["id"] for hook in hooks}
    assert names - set(re.findall(r"(?:`|id: )([\w-]+)", readme)) == set()


@cache
def modules(source: Path) -> tuple[tuple[str, ast.Module], ...]:
    """Return every module: its path from the package, and its syntax tree. All laws look at the same trees."""
    return tuple(
        (path.relative_to(source).as_posix(), ast.parse(path.read_bytes())) for path in sorted(source.rglob("*.py"))
    )


def floor_of(name: str) -> str:
    """Return the floor of a path (`checks/images.py`) or of a dotted name (`gitopslint.checks.images`)."""
    parts = name.removesuffix(".py").split("/") if name.endswith(".py") else name.split(".")[1:]
    return "" if not parts or parts[0] in ("__init__", "__version__") else parts[0]


def is_ours(name: str) -> bool:
    """Tell whether a dotted name is in this package."""
    return name == PACKAGE or name.startswith(f"{PACKAGE}.")


def imported(tree: ast.AST, module: str) -> Iterator[tuple[int, str]]:
    """Yield every imported name in full, with its line, wherever in the module it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            folders = (PACKAGE, *module.split("/")[:-1])
            above = folders[: len(folders) + 1 - node.level] if node.level else ()
            start = ".".join((*above, node.module) if node.module else above)
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def uses(tree: ast.Module, module: str, names: Iterable[str]) -> list[tuple[int, str]]:
    """Return which of the names a module imports or uses, with lines, under whatever name it knows them."""
    wanted = frozenset(names)
    return sorted({(line, name) for line, full in named(tree, module) for name in wanted.intersection(above(full))})


@cache
def named(tree: ast.Module, module: str) -> frozenset[tuple[int, str]]:
    """Return all that a module imports or uses, in full, with lines."""
    nodes = list(ast.walk(tree))
    known = {name: name for name in ("print", "open", "input", "__import__")}
    for node in nodes:
        if isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
            known |= {first: first for alias in node.names if not alias.asname for first in alias.name.split(".")[:1]}
        elif isinstance(node, ast.ImportFrom):
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    found = set(imported(tree, module))
    for node in nodes:
        if isinstance(node, ast.Attribute | ast.Name):
            first, *rest = dotted(node)
            if first in known:
                found.add((node.lineno, ".".join((known[first], *rest))))
    return frozenset(found)


def above(full: str) -> Iterator[str]:
    """Yield a dotted name and all that it stands in: `os.path.join`, `os.path`, `os`."""
    while full:
        yield full
        full = full.rpartition(".")[0]


def dotted(node: ast.expr) -> list[str]:
    """Return the parts of `a.b.c`; the first one is empty where it is no name."""
    if isinstance(node, ast.Attribute):
        return [*dotted(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else [""]


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files below a folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
