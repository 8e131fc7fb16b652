"""What is installed to work on gitopslint, and with it: pinned, hashed, justified and listed."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import requires

from tests.support.project import ROOT
from tools.sbom import sbom

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKED = (ROOT / "requirements-dev.txt").read_text("utf-8")
ENTRIES = re.findall(r"^(\S+)==(\S+).*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", LOCKED, re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[ ;<>=!~\[(]", name, maxsplit=1)[0]).lower()


def test_every_pin_is_locked() -> None:
    """requirements-dev.txt has each tool of the group `dev` in its version; `make lock` writes it."""
    locked = {normal(name): version for name, version, _ in ENTRIES}
    pinned = [re.fullmatch(r"([\w.-]+)==([^ ;]+).*", one) for one in PROJECT["dependency-groups"]["dev"]]
    assert all(pinned), "every tool is pinned"
    assert {normal(one[1]): one[2] for one in pinned if one} == {
        normal(one[1]): locked.get(normal(one[1]), "not locked: make lock") for one in pinned if one
    }


def test_everything_is_hashed() -> None:
    """Nothing is in the lock without a hash, and nothing says from where it is to be taken."""
    lines = [line for line in LOCKED.splitlines() if line and not line.lstrip().startswith(("#", "--hash="))]
    assert len(lines) == len(ENTRIES)
    assert "://" not in LOCKED
    assert "-index-url" not in LOCKED


def test_run_time_dependencies_are_locked_and_justified() -> None:
    """What an installation needs is tested in the version that is locked, and docs/design.md says why it is needed."""
    design = (ROOT / "docs/design.md").read_text("utf-8").partition("## Dependencies")[2]
    names = {normal(one) for one in PROJECT["project"]["dependencies"]}
    assert names <= {normal(name) for name, _, _ in ENTRIES}
    assert names == {normal(name) for name in re.findall(r"^\| ([\w.-]+) \| (?!why)", design, re.MULTILINE)} - {
        "package"
    }


def test_bill_of_materials() -> None:
    """It lists what an installation consists of, with hashes, and the same checkout makes the same bytes."""
    text = sbom()
    assert text == sbom()
    bill = json.loads(text)
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "gitopslint"
    listed = {one["name"] for one in bill["components"]}
    direct = {normal(one) for one in PROJECT["project"]["dependencies"]}
    below = {normal(one) for name in listed for one in requires(name) or () if "extra ==" not in one and ";" not in one}
    assert direct | below <= listed
    assert all(one["hashes"] for one in bill["components"])
