"""Ways out of the repository: paths, links and pipes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.attempts import APPLICATION, CONTRACT, ENV, Scene, application

SECRET = "outside-of-the-repository"
_SCHEMA = CONTRACT + (
    'layers:\n- {{role: release, path: "deploy/env/release-{{env}}/{{app}}.yaml"}}\n'
    '- {{role: env, path: "deploy/env/{{env}}/{{app}}.yaml", json_schema: {path}}}\n'
)


class Way(NamedTuple):
    """How to prepare it in the work tree, given a file outside; the contract; how the run must end."""

    prepare: Callable[[Path, Path], object]
    contract: str
    code: int
    says: str


def _nothing(_: Path, __: Path) -> None:
    """Prepare nothing: the contract alone is the attempt."""


def _link(path: str) -> Callable[[Path, Path], object]:
    def prepare(root: Path, outside: Path) -> None:
        (root / path).unlink(missing_ok=True)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(outside)

    return prepare


def _to_itself(path: str) -> Callable[[Path, Path], object]:
    def prepare(root: Path, _: Path) -> None:
        (root / path).unlink()
        (root / path).symlink_to(Path(path).name)

    return prepare


def _pipe(path: str) -> Callable[[Path, Path], object]:
    def prepare(root: Path, _: Path) -> None:
        (root / path).unlink(missing_ok=True)
        os.mkfifo(root / path)

    return prepare


def _loads(value_file: str) -> Callable[[Path, Path], object]:
    def prepare(root: Path, _: Path) -> None:
        (root / APPLICATION).parent.mkdir(parents=True, exist_ok=True)
        (root / APPLICATION).write_text(application(f"[{value_file}]"))

    return prepare


def _sets_file(root: Path, _: Path) -> None:
    (root / APPLICATION).parent.mkdir(parents=True, exist_ok=True)
    more = ", fileParameters: [{name: env.A, path: ../../../../outside.yaml}]"
    (root / APPLICATION).write_text(application("[../../env/release-dev/shop.yaml]", more))


def _linked_folder(root: Path, outside: Path) -> None:
    (root / "deploy/env/release-stage").symlink_to(outside.parent)


OUT = "it is a symbolic link that leaves the repository"
WAYS = {
    "a layer that is a link to a file outside": Way(_link(ENV), CONTRACT, 2, OUT),
    "a layer that is a link to itself": Way(_to_itself(ENV), CONTRACT, 2, "Too many levels of symbolic links"),
    "a folder of layers that is a link to a folder outside": Way(_linked_folder, CONTRACT, 0, "no findings"),
    "a contract that is a link to a file outside": Way(_link(".gitopslint.yaml"), CONTRACT, 2, OUT),
    "a contract that is a pipe": Way(_pipe(".gitopslint.yaml"), CONTRACT, 2, "it is not a regular file"),
    "a layer that is a pipe": Way(_pipe(ENV), CONTRACT, 1, "missing-layer"),
    "a values file above the repository": Way(_loads("../../../../outside.yaml"), CONTRACT, 1, "leaves the repository"),
    "a values file by its absolute path": Way(_loads("/../outside.yaml"), CONTRACT, 1, "leaves the repository"),
    "a values file that is a link out": Way(
        lambda root, outside: (_link("deploy/env/x.yaml")(root, outside), _loads("../../env/x.yaml")(root, outside)),
        CONTRACT,
        2,
        "unread",
    ),
    "a parameter from a file above the repository": Way(_sets_file, CONTRACT, 1, "leaves the repository"),
    "a JSON Schema by its absolute path": Way(
        _nothing, _SCHEMA.format(path="{outside}"), 2, "it is outside the repository"
    ),
    "a JSON Schema above the repository": Way(
        _nothing, _SCHEMA.format(path="../outside.yaml"), 2, "it is outside the repository"
    ),
    "a JSON Schema that is a pipe": Way(_pipe("s.json"), _SCHEMA.format(path="s.json"), 2, "it is not a regular file"),
    "a JSON Schema from the network": Way(
        lambda root, _: (root / "s.json").write_text('{"$ref": "http://127.0.0.1:9/x"}'),
        _SCHEMA.format(path="s.json"),
        0,
        "and nothing is fetched",
    ),
    "a reference of a JSON Schema to a file outside": Way(
        lambda root, outside: (root / "s.json").write_text(f'{{"$ref": "file://{outside}"}}'),
        _SCHEMA.format(path="s.json"),
        0,
        "and nothing is fetched",
    ),
    "a configuration of gitleaks outside": Way(
        _nothing, CONTRACT + "secrets: {gitleaks: ../outside.yaml}\n", 2, "it is outside the repository"
    ),
    "a folder of policies above the repository": Way(
        _nothing, CONTRACT + "policy_folder: ..\n", 2, "must be a path below the root"
    ),
    "a layer path above the repository": Way(
        _nothing, CONTRACT + 'layers: [{role: env, path: "../{env}/{app}.yaml"}]\n', 2, "must be a path below the root"
    ),
    "the whole machine as the platform": Way(_nothing, "platform: {path: /}\n", 2, "must be a path from the root"),
    "the whole machine as the product": Way(_nothing, "product: {path: /}\n", 2, "must be a path from the root"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_escape(way: Way, scene: Scene, tmp_path: Path) -> None:
    """Nothing outside of the repository is read, and not a word of it is told."""
    outside = tmp_path / "outside.yaml"
    outside.write_text(f'{{"type": "{SECRET}", "image": {{"tag": "{SECRET}"}}}}\n')
    (scene.path / ".gitopslint.yaml").write_text(way.contract.replace("{outside}", str(outside)))
    way.prepare(scene.path, outside)
    code, out, err = scene.run("check")
    assert way.says in out + err
    assert code == way.code
    assert SECRET not in out + err


def test_a_folder_without_end(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that is no repository but a folder of very many files is refused before it fills the memory."""
    monkeypatch.setattr("gitopslint.loaders.tree._MOST_FILES", 20)
    for number in range(21):
        (tmp_path / "many").mkdir(exist_ok=True)
        (tmp_path / f"many/{number}").touch()
    scene.write({".gitopslint.yaml": "platform: {path: ../many}\n"})
    said = scene.run("check")
    assert (said.code, said.out) == (2, "")
    assert "is no git repository and holds more than 20 files: name a checkout" in said.err
