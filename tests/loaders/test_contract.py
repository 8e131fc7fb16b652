"""The contract file: what is wrong with it is told with its place, and with the nearest thing that is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitopslint.cli.init import TEMPLATE
from gitopslint.loaders.contract import ContractError, default_root, read_contract
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import AppSettings, Contract, ImageKeys, LayerPath, RuleSettings

CATALOGUE = load_catalogue()


def read(text: str | bytes) -> Contract:
    return read_contract(".gitopslint.yaml", text.encode() if isinstance(text, str) else text, CATALOGUE)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "version: 1\n", "---\n...\n", TEMPLATE])
def test_what_is_left_out_is_the_default(text: str) -> None:
    """An empty contract, and the one that `init` writes, are the default contract."""
    assert read(text) == Contract()


def test_all_settings() -> None:
    """Every setting arrives as it is written."""
    contract = read(
        """
        environments: [dev, stage, prod]
        layers:
        - {role: chart, path: "charts/{app}/values.yaml", required: false}
        - {role: env, path: "{env}/{app}.yaml", json_schema: env.json}
        images:
        - {repository: web.image, tag: web.tag, digest: null}
        - {reference: worker.image}
        release_keys: ["jobs.**"]
        tag_patterns: ["b<n>-<sha>"]
        apps: {shop: {contract_only: true, environments: [dev]}}
        exclude: ["docs/"]
        rules:
          mutable-tag: {level: off, parameters: {names: [latest]}}
          missing-tag: {level: note}
        """
    )
    assert contract == Contract(
        environments=("dev", "stage", "prod"),
        layers=(
            LayerPath("chart", "charts/{app}/values.yaml", required=False),
            LayerPath("env", "{env}/{app}.yaml", json_schema="env.json"),
        ),
        images=(ImageKeys("web.image", "web.tag", None), ImageKeys(reference="worker.image")),
        release_keys=("jobs.**",),
        tag_patterns=("b<n>-<sha>",),
        apps={"shop": AppSettings(contract_only=True, environments=("dev",))},
        exclude=("docs/",),
        rules={
            "mutable-tag": RuleSettings("off", {"names": ["latest"]}),
            "missing-tag": RuleSettings("note"),
        },
    )


WRONG = {
    "a typo in a key": (
        "enviroments: [dev]\n",
        "1:1: 'enviroments' is no key of the contract; did you mean 'environments'?",
    ),
    "a typo further down": (
        "version: 1\nlayers:\n- {role: env, path: '{env}/{app}.yaml', requird: true}\n",
        "3:41: 'requird' is no key of 'layers[0]'; did you mean 'required'?",
    ),
    "a key that resembles none": (
        "apps: {shop: {zzz: 1}}\n",
        "1:15: 'zzz' is no key of 'apps.shop'; known are contract_only, environments",
    ),
    "a wrong type": ("environments: dev\n", "1:15: environments must be a list, not 'dev'"),
    "a wrong type in a list": ("environments: [dev, 1]\n", "1:21: environments[1] must be a text, not 1"),
    "a boolean in words": (
        "apps: {shop: {contract_only: maybe}}\n",
        "1:30: apps.shop.contract_only must be true or false, not 'maybe'",
    ),
    "a mapping for a list": ("layers: {role: env}\n", "1:9: layers must be a list"),
    "one of several words": (
        "rules: {mutable-tag: {level: fatal}}\n",
        "1:30: rules.mutable-tag.level must be 'error', 'warning', 'note', 'off', not 'fatal'",
    ),
    "something missing": ("layers:\n- {path: '{env}/{app}.yaml'}\n", "2:3: layers[0] needs 'role'"),
    "a level where the settings of a rule belong": (
        "rules: {mutable-tag: off}\n",
        "1:22: rules.mutable-tag must be a mapping, not 'off': write `{level: off}`",
    ),
    "what no setting of a rule would be": (
        "rules: {mutable-tag: disabled}\n",
        "1:22: rules.mutable-tag must be a mapping, not 'disabled', with keys such as level, parameters",
    ),
    "an unknown version": ("version: 2\n", "1:10: version must be 1, not 2"),
    "an unknown role": (
        "layers: [{role: base, path: '{app}/{env}'}]\n",
        "1:17: layers[0].role must be 'chart', 'env', 'release', not 'base'",
    ),
    "an unknown placeholder": (
        "layers: [{role: env, path: '{team}/{app}.yaml'}]\n",
        "1:28: layers[0].path: {team} is unknown in a path; known are {app}, {env}",
    ),
    "a path out of the repository": (
        "layers: [{role: env, path: '../{app}.yaml'}]\n",
        "1:28: layers[0].path: '../{app}.yaml' must be a path below the root",
    ),
    "a word in the message of commits": (
        "release_commit: {message: 'release {tga}'}\n",
        "1:17: release_commit: {tga} is unknown in a message; known are {summary}",
    ),
    "an environment twice": (
        "environments: [dev, dev]\n",
        "1:21: environments[1]: the environment 'dev' is listed twice",
    ),
    "an environment without a name": (
        'environments: ["", prod]\n',
        "1:16: environments[0]: an environment needs a name",
    ),
    "no image": ("images: []\n", "1:9: images: a contract needs at least one image"),
    "a tag from an environment that comes later": (
        "promoted_from: {dev: prod}\n",
        "1:22: promoted_from.dev: 'prod' does not come before it",
    ),
    "a tag from nowhere": ("promoted_from: {prod: stage}\n", "1:23: promoted_from.prod: 'stage' is no environment"),
    "an image twice": ("images: [{tag: t}, {tag: t}]\n", "1:20: images[1]: the same image is listed twice"),
    "an app in a key path": ('images: [{tag: "{app}.tag"}]\n', "1:16: images[0].tag: {app} is unknown in a key path"),
    "no position in a list": ("images: [{tag: 'a[x].tag'}]\n", "images[0].tag: 'a[x].tag' is not a key path"),
    "a layer twice": (
        "layers: [{role: env, path: '{app}.yaml'}, {role: release, path: '{app}.yaml'}]\n",
        "1:65: layers[1].path: '{app}.yaml' is the path of another layer already",
    ),
    "a source of an unknown name": ("sources: ['apps/{ap}/**']\n", "1:11: sources[0]: {ap} is unknown"),
    "a pattern of numbers only": ("tag_patterns: [<n>]\n", "1:16: tag_patterns[0]: the tag pattern"),
    "a time without a unit": ("minimum_soak: '10'\n", "1:15: minimum_soak: '10' is no length of time"),
    "self-healing where nothing is": (
        "applications: {self_heal: {production: true}}\n",
        "1:40: applications.self_heal.production: 'production' is no environment of the contract",
    ),
    "a name where nothing is": (
        "applications: {names: {shop: {live: web-shop}}}\n",
        "applications.names.shop.live: 'live' is no environment of the contract",
    ),
    "no environment": ("environments: []\n", "1:15: environments: a contract needs at least one environment"),
    "an app in no environment": (
        "apps: {shop: {environments: [qa]}}\n",
        "apps.shop.environments[0]: 'qa' is no environment of the contract; known are dev, prod",
    ),
    "a pattern without a commit": ("tag_patterns: ['v<n>']\n", "the tag pattern 'v<n>' must hold <sha> once"),
    "an unknown word in a pattern": ("tag_patterns: ['<sha>-<date>']\n", "holds <date>; known are <sha>"),
    "an image without keys": ("images: [{repository: null}]\n", "1:10: images[0]: an image needs `repository`"),
    "a bad key path": ("images: [{repository: a..b}]\n", "1:23: images[0].repository: 'a..b' is not a key path"),
    "an unknown rule": (
        "rules: {mutabletag: {level: note}}\n",
        "1:9: there is no rule 'mutabletag'; did you mean 'mutable-tag'?",
    ),
    "an unknown parameter": (
        "rules: {mutable-tag: {parameters: {name: [a]}}}\n",
        "1:36: mutable-tag has no parameter 'name'; did you mean 'names'?",
    ),
    "a parameter of the wrong type": (
        "rules: {mutable-tag: {parameters: {names: latest}}}\n",
        "1:43: mutable-tag wants a list of texts for 'names', not a text",
    ),
    "a key twice": ("version: 1\nversion: 1\n", "2:1: 'version' is set twice; it first stands on line 1"),
    "a list": ("- dev\n", "1:1: a contract is a mapping, with keys such as version"),
    "two documents": ("version: 1\n---\nversion: 1\n", "a contract file holds one YAML document"),
    "no YAML": ("version: [\n", "1:11: the contract is not readable:"),
    "no UTF-8": (b"version: 1 # \xff\n", "1:14: the contract is not readable: byte 0xff"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told(text: str | bytes, message: str) -> None:
    """Each mistake gives one line that starts with its place."""
    with pytest.raises(ContractError) as caught:
        read(text)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(".gitopslint.yaml:")
    assert message in line


def test_all_mistakes_are_told_at_once() -> None:
    """Whoever repairs a contract sees every mistake in one run."""
    with pytest.raises(ContractError) as caught:
        read("versoin: 1\nenvironments: 7\nlayers:\n- {role: env}\n")
    assert len(str(caught.value).splitlines()) == 3


def test_the_root_without_a_contract(tmp_path: Path) -> None:
    """From a folder below, the root is where the layers of the default contract lie."""
    (tmp_path / "shop/deploy/env/dev").mkdir(parents=True)
    assert default_root(tmp_path / "shop/deploy/env/dev", tmp_path) == tmp_path / "shop"
    assert default_root(tmp_path, tmp_path) is None
