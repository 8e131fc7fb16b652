"""Which file a path in an Application leads to."""

from __future__ import annotations

import pytest

from gitopslint.loaders.tree import MemoryTree
from gitopslint.loaders.valuefiles import Files

FROM_TOP = {
    "from the top of the repository": ("deploy/envs/prod.yaml", "envs/prod.yaml"),
    "from the root": ("envs/prod.yaml", "envs/prod.yaml"),
    "the root": ("/deploy/", ""),
    "a folder that starts alike": ("deployed/prod.yaml", "deployed/prod.yaml"),
    "outside": ("../prod.yaml", None),
}


@pytest.mark.parametrize(("path", "found"), FROM_TOP.values(), ids=FROM_TOP)
def test_from_top(path: str, found: str | None) -> None:
    """With a root below the top, a path may count from either."""
    assert Files(MemoryTree({}), (), "deploy/").from_top(path) == found


def test_through_a_link() -> None:
    """A values file below a folder that is a symbolic link is the one that the link leads to."""
    tree = MemoryTree({"v1/prod.yaml": "a: 1\n"})
    tree.links |= {"env/current": "../v1", "env/out": "../../v1"}
    files = Files(tree, tree.paths, "")
    assert files.locate("env/current/prod.yaml") == "v1/prod.yaml"
    assert files.locate("env/current/dev.yaml") is None
    assert files.locate("env/out/prod.yaml") is None
