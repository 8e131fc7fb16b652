"""Layouts: from a path to its layer, app and environment, and back."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.loaders.layout import Layout, Place
from gitopslint.model.contract import AppSettings, Contract, LayerPath

DEFAULT = Contract()
NO_SETTINGS: dict[str, AppSettings] = {}


def contract(
    *templates: str, environments: tuple[str, ...] = ("dev", "prod"), apps: dict[str, AppSettings] = NO_SETTINGS
) -> Contract:
    """Return a contract with these layers; `chart:` in front makes a chart layer, all others are `env` layers."""
    layers = tuple(
        LayerPath("chart" if template.startswith("chart:") else "env", template.removeprefix("chart:"))
        for template in templates
    )
    return Contract(environments=environments, layers=layers, apps=apps)


def placed(layout: Layout, path: str) -> str | None:
    """Return what a path is, in one line."""
    place = layout.place(path)
    return None if place is None else f"{place.layer.path} app={place.app} env={place.environment}"


RELEASE, ENV, CHART = (
    "deploy/env/release-{env}/{app}.yaml",
    "deploy/env/{env}/{app}.yaml",
    "deploy/charts/web-app/values.yaml",
)

PLACES = {
    "a release layer": ("deploy/env/release-dev/shop.yaml", f"{RELEASE} app=shop env=dev"),
    "an env layer": ("deploy/env/prod/shop.yaml", f"{ENV} app=shop env=prod"),
    "the chart's values": (CHART, f"{CHART} app=None env=None"),
    "another environment": ("deploy/env/qa/shop.yaml", None),
    "another ending": ("deploy/env/dev/shop.yml", None),
    "a dot is a dot": ("deploy/env/dev/shopxyaml", None),
    "a folder deeper": ("deploy/env/dev/team/shop.yaml", None),
    "a folder higher": ("deploy/env/shop.yaml", None),
    "no name": ("deploy/env/dev/.yaml", None),
    "something in front": ("x/deploy/env/dev/shop.yaml", None),
    "something behind": ("deploy/env/dev/shop.yaml.bak", None),
    "a line end behind": ("deploy/env/dev/shop.yaml\n", None),
    "upper case": ("deploy/env/Dev/shop.yaml", None),
    "any name of an app": ("deploy/env/dev/a b.c+é\n\udcff.yaml", f"{ENV} app=a b.c+é\n\udcff env=dev"),
    "a chart beside the values": ("deploy/env/dev/Chart.yaml", None),
    "a kustomization beside the values": ("deploy/env/dev/kustomization.yaml", None),
    "what is hidden": ("deploy/env/dev/.shop.yaml", None),
    "an app named as an environment": ("deploy/env/dev/prod.yaml", f"{ENV} app=prod env=dev"),
    "an app named as a part of a template": ("deploy/env/dev/release-dev.yaml", f"{ENV} app=release-dev env=dev"),
}


@pytest.mark.parametrize(("path", "expected"), PLACES.values(), ids=PLACES)
def test_default_layout(path: str, expected: str | None) -> None:
    """The default contract knows its layers by their whole path, and no others."""
    assert placed(Layout(DEFAULT, []), path) == expected


# Contract, path, and what it is.
TEMPLATES = {
    "an environment per folder": (contract("{env}/{app}/values.yaml"), "dev/shop/values.yaml", "shop dev"),
    "an app per folder": (contract("apps/{app}/values-{env}.yaml"), "apps/shop/values-prod.yaml", "shop prod"),
    "one name for both": (contract("{app}-{env}.yaml"), "web-shop-dev.yaml", "web-shop dev"),
    "the environment first": (contract("{env}-{app}.yaml"), "dev-web-shop.yaml", "web-shop dev"),
    "nothing between them": (contract("{app}{env}.yaml"), "shopdev.yaml", "shop dev"),
    "an environment that ends like another": (
        contract("{app}-{env}.yaml", environments=("prod", "eu-prod")),
        "shop-eu-prod.yaml",
        "shop eu-prod",
    ),
    "an environment that starts like another": (
        contract("{env}-{app}.yaml", environments=("prod", "prod-eu")),
        "prod-eu-shop.yaml",
        "shop prod-eu",
    ),
    "the app twice": (contract("{app}/{app}-{env}.yaml"), "shop/shop-dev.yaml", "shop dev"),
    "two apps are not one": (contract("{app}/{app}-{env}.yaml"), "shop/cart-dev.yaml", None),
    "the environment twice": (contract("{env}/{app}.{env}.yaml"), "dev/shop.dev.yaml", "shop dev"),
    "two environments are not one": (contract("{env}/{app}.{env}.yaml"), "dev/shop.prod.yaml", None),
    "an environment with regex characters": (
        contract("{env}/{app}.yaml", environments=("d.v", "p*", "(x|y)")),
        "(x|y)/shop.yaml",
        "shop (x|y)",
    ),
    "and they are no regex": (contract("{env}/{app}.yaml", environments=("d.v", "p*")), "dev/shop.yaml", None),
    "a template with regex characters": (contract("a+[b]/{app}(c).yaml"), "a+[b]/shop(c).yaml", "shop None"),
    "an environment with a slash": (
        contract("{env}/{app}.yaml", environments=("eu/prod",)),
        "eu/prod/shop.yaml",
        "shop eu/prod",
    ),
    "the template with more of its own text": (
        contract("{env}/{app}.yaml", "{env}/{app}-release.yaml"),
        "dev/shop-release.yaml",
        "shop dev",
    ),
    "a whole path": (contract("{env}/{app}.yaml", "dev/common.yaml"), "dev/common.yaml", "None None"),
    "a layer for all apps of an environment": (
        contract("{env}/{app}.yaml", "{env}/common.yaml"),
        "dev/common.yaml",
        "None dev",
    ),
    "a layer for all environments of an app": (
        contract("{app}/{env}.yaml", "{app}/base.yaml"),
        "shop/base.yaml",
        "shop None",
    ),
}


@pytest.mark.parametrize(("rules", "path", "expected"), TEMPLATES.values(), ids=TEMPLATES)
def test_templates(rules: Contract, path: str, expected: str | None) -> None:
    """A path says which app and environment it is for; of two readings the one with the longer known part holds."""
    place = Layout(rules, []).place(path)
    assert (None if place is None else f"{place.app} {place.environment}") == expected


def test_names_of_apps_are_held_once() -> None:
    """An app has many files, and a repository thousands of apps."""
    layout = Layout(contract("{env}/{app}.yaml"), ["dev/shop.yaml", "prod/shop.yaml"])
    one, other = layout.layers.values()
    assert one.app == "shop"
    assert one.app is other.app


def test_the_more_special_template_wins_whatever_the_order() -> None:
    """The order of the layers in a contract is the order of merging, and says nothing about paths."""
    templates = ("{env}/{app}.yaml", "{env}/{app}-release.yaml", "{env}/common.yaml", "dev/common.yaml")
    for order in itertools.permutations(templates):
        layout = Layout(contract(*order), [])
        assert placed(layout, "dev/shop-release.yaml") == "{env}/{app}-release.yaml app=shop env=dev"
        assert placed(layout, "prod/common.yaml") == "{env}/common.yaml app=None env=prod"
        assert placed(layout, "dev/common.yaml") == "dev/common.yaml app=None env=None"


names = st.from_regex(r"[a-z{}(+*\\$][a-z0-9{}.+-]{0,8}", fullmatch=True)
templates = st.sampled_from(
    ["{env}/{app}.yaml", "{app}/{env}.yaml", "x/{app}/y-{env}/v.yaml", "{app}/{app}.{env}.yaml", "{env}/a.{env}/{app}"]
)


@given(templates, names, st.lists(names, min_size=1, max_size=4, unique=True))
def test_there_and_back(template: str, app: str, environments: list[str]) -> None:
    """The path of a layer is the path of that app and environment, whatever characters their names have."""
    rules = contract(template, environments=tuple(environments))
    layout = Layout(rules, [])
    for environment in environments:
        path = layout.path_of(rules.layers[0], app, environment)
        assert layout.place(path) == Place(rules.layers[0], app, environment)


@given(
    st.lists(
        st.sampled_from(["{app}-{env}", "{env}-{app}", "{app}{env}", "{env}/{app}", "{app}", "{env}", "a"]),
        min_size=1,
        unique=True,
    ),
    st.lists(st.sampled_from(["a", "b", "a-b", "ab", "a-"]), min_size=1, unique=True),
    st.text("ab-/", max_size=6),
)
def test_every_place_leads_back(some: list[str], environments: list[str], path: str) -> None:
    """Whatever a path is taken for, that app and environment have it there."""
    apps = {} if any("{app}" in template for template in some) else {"a": AppSettings()}
    layout = Layout(contract(*some, environments=tuple(environments), apps=apps), [])
    if (place := layout.place(path)) is not None:
        assert layout.path_of(place.layer, place.app or "", place.environment or "") == path
        assert place.environment is None or place.environment in environments


SHARED = contract(
    "chart:chart/values.yaml",
    "common.yaml",
    "{app}/base.yaml",
    "{app}/{env}.yaml",
    environments=("dev", "stage", "prod"),
)


def with_apps(rules: Contract, **apps: AppSettings) -> Contract:
    return Contract(environments=rules.environments, layers=rules.layers, apps=apps)


# Contract, files, and the stacks that they make.
STACKS = {
    "none": (DEFAULT, ["README.md"], {}),
    "one app in two environments": (
        DEFAULT,
        ["deploy/env/prod/shop.yaml", "deploy/env/dev/shop.yaml"],
        {"shop": "dev prod"},
    ),
    "any layer of an environment will do": (
        DEFAULT,
        ["deploy/env/release-prod/shop.yaml", "deploy/env/dev/shop.yaml"],
        {"shop": "dev prod"},
    ),
    "each app has its own": (
        DEFAULT,
        ["deploy/env/prod/shop.yaml", "deploy/env/dev/cart.yaml"],
        {"cart": "dev", "shop": "prod"},
    ),
    "a chart is no stack": (DEFAULT, [CHART], {}),
    "a chart of each app is none either": (
        contract("chart:{app}/values.yaml", "{app}/{env}.yaml"),
        ["shop/values.yaml"],
        {},
    ),
    "in the order of promotion": (
        SHARED,
        ["b/prod.yaml", "b/dev.yaml", "a/stage.yaml", "b/stage.yaml"],
        {"a": "stage", "b": "dev stage prod"},
    ),
    "a base layer alone is in every environment": (SHARED, ["shop/base.yaml"], {"shop": "dev stage prod"}),
    "a base layer adds no environment": (SHARED, ["shop/base.yaml", "shop/dev.yaml"], {"shop": "dev"}),
    "a layer for everybody is no app": (SHARED, ["common.yaml"], {}),
    "the contract adds environments": (
        with_apps(SHARED, shop=AppSettings(environments=("prod", "dev"))),
        ["shop/stage.yaml"],
        {"shop": "dev prod"},
    ),
    "an app that has no file yet": (
        with_apps(SHARED, shop=AppSettings(environments=("dev",)), cart=AppSettings()),
        [],
        {"shop": "dev"},
    ),
    "an app that is in no environment": (with_apps(SHARED, shop=AppSettings(environments=())), ["shop/dev.yaml"], {}),
    "one app without a name in the paths": (
        contract("{env}.yaml", apps={"shop": AppSettings()}),
        ["dev.yaml"],
        {"shop": "dev"},
    ),
    "the same without an environment in them": (
        contract("chart:chart.yaml", "values.yaml", apps={"shop": AppSettings()}),
        ["values.yaml"],
        {"shop": "dev prod"},
    ),
    "the same without any layer": (
        contract("chart:chart.yaml", "values.yaml", apps={"shop": AppSettings()}),
        ["chart.yaml"],
        {},
    ),
    "environments of a chart layer do not count": (
        contract("chart:{env}/chart.yaml", "{env}/values.yaml", apps={"shop": AppSettings()}),
        ["prod/chart.yaml", "dev/values.yaml"],
        {"shop": "dev"},
    ),
}


@pytest.mark.parametrize(("rules", "paths", "expected"), STACKS.values(), ids=STACKS)
def test_stacks(rules: Contract, paths: list[str], expected: dict[str, str]) -> None:
    """An app is where it has a layer, or where the contract wants it."""
    found = Layout(rules, paths).stacks()
    assert {app: " ".join(environments) for app, environments in found.items()} == expected
    assert list(found) == sorted(found)


def test_path_of() -> None:
    """Names are put in as they are, even if they look like a part of a template."""
    layout = Layout(DEFAULT, [])
    assert layout.path_of(DEFAULT.layers[1], "{env}", "dev") == "deploy/env/release-dev/{env}.yaml"
    assert layout.path_of(DEFAULT.layers[0], "shop", "dev") == CHART


# Contract, files, and the names that stand where an environment should.
STRANGERS = {
    "none": (DEFAULT, ["deploy/env/dev/shop.yaml", "deploy/env/release-prod/shop.yaml", CHART], {}),
    "an unknown environment": (DEFAULT, ["deploy/env/qa/shop.yaml"], {"qa": "deploy/env/qa/shop.yaml"}),
    "a typo": (DEFAULT, ["deploy/env/pord/shop.yaml"], {"pord": "deploy/env/pord/shop.yaml"}),
    "upper case": (DEFAULT, ["deploy/env/Dev/shop.yaml"], {"Dev": "deploy/env/Dev/shop.yaml"}),
    "of a release layer": (DEFAULT, ["deploy/env/release-qa/shop.yaml"], {"qa": "deploy/env/release-qa/shop.yaml"}),
    "the first file of each": (
        DEFAULT,
        ["deploy/env/qa/a.yaml", "deploy/env/qa/b.yaml", "deploy/env/uat/a.yaml"],
        {"qa": "deploy/env/qa/a.yaml", "uat": "deploy/env/uat/a.yaml"},
    ),
    "a file elsewhere": (DEFAULT, ["deploy/other/qa/shop.yaml", "deploy/env/qa.yaml", "deploy/env/qa/x/shop.yaml"], {}),
    "what is hidden": (contract("{env}/{app}.yaml"), [".github/labels.yaml", "qa/.travis.yaml"], {}),
    "a chart": (contract("{env}/{app}.yaml"), ["chart/Chart.yaml"], {}),
    "a layer for all environments": (SHARED, ["shop/base.yaml", "common.yaml"], {}),
    "a layer for all apps": (
        contract("{env}/common.yaml", "{env}/{app}.yaml"),
        ["qa/common.yaml"],
        {"qa": "qa/common.yaml"},
    ),
    "in one name with the app": (contract("{app}-{env}.yaml"), ["shop-qa.yaml"], {"qa": "shop-qa.yaml"}),
    "no place for an environment": (contract("{app}.yaml"), ["shop.yaml", "qa/shop.yaml"], {}),
    "two environments in one path": (
        contract("{env}/{app}.{env}.yaml"),
        ["qa/shop.qa.yaml", "qa/shop.dev.yaml"],
        {"qa": "qa/shop.qa.yaml"},
    ),
}


@pytest.mark.parametrize(("rules", "paths", "expected"), STRANGERS.values(), ids=STRANGERS)
def test_strangers(rules: Contract, paths: list[str], expected: dict[str, str]) -> None:
    """A file where a layer of an unknown environment would stand must not pass unseen."""
    assert Layout(rules, paths).strangers(paths) == expected
