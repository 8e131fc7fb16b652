"""Templates with the names of app and environment, from the paths of values files alone."""

from __future__ import annotations

import pytest

from gitopslint.loaders.path_patterns import guesses

# The path, its template, the app and the environment.
PATHS = [
    ("envs/dev/shop/values.yaml", "envs/{env}/{app}/values.yaml", "shop", "dev"),
    ("envs/prod/common.yaml", "envs/{env}/common.yaml", None, "prod"),
    ("apps/shop/values-prod-eu.yaml", "apps/{app}/values-{env}.yaml", "shop", "prod-eu"),
    ("apps/shop/pre-prod-values.yaml", "apps/{app}/{env}-values.yaml", "shop", "pre-prod"),
    ("apps/shop/values.yaml", "apps/{app}/values.yaml", "shop", None),
    ("values.prod.yml", "values.{env}.yml", None, "prod"),
    ("deploy/env/release-dev/shop.yaml", "deploy/env/release-{env}/{app}.yaml", "shop", "dev"),
    ("config/shop-cart.prod.yaml", "config/{app}.{env}.yaml", "shop-cart", "prod"),
    ("services/test/dev/values.yaml", "services/{app}/{env}/values.yaml", "test", "dev"),
    ("shop/shop-dev.yaml", "{app}/{app}-{env}.yaml", "shop", "dev"),
    ("envs/dev/values-shop.yaml", "envs/{env}/values-{app}.yaml", "shop", "dev"),
    ("teams/pay/apps/shop/dev/ingress-values.yaml", "teams/pay/apps/{app}/{env}/ingress-values.yaml", "shop", "dev"),
    ("clusters/eu-west-1-prod/shop.yaml", "clusters/{env}/{app}.yaml", "shop", "eu-west-1-prod"),
    ("envs/dev/live-chat.yaml", "envs/{env}/{app}.yaml", "live-chat", "dev"),
]


@pytest.mark.parametrize(("path", "template", "app", "environment"), PATHS)
def test_one_path(path: str, template: str, app: str | None, environment: str | None) -> None:
    """A path tells its names by the words around them."""
    assert guesses([path]) == [(path, template, app, environment)]


def test_environments_with_names_of_their_own() -> None:
    """Where no name is a usual one, the folders below one for environments are it."""
    found = guesses(["envs/red/shop/values.yaml", "envs/green/shop/values.yaml", "envs/common/values.yaml"])
    assert [(one.template, one.environment) for one in found] == [
        ("envs/{env}/{app}/values.yaml", "red"),
        ("envs/{env}/{app}/values.yaml", "green"),
        ("envs/common/values.yaml", None),
    ]
    assert guesses(["env/shop/values.yaml", "env/shop/values-dev.yaml"])[0].template == "env/{app}/values.yaml"


def test_what_varies_is_the_app() -> None:
    """Of two names that could be the app, the one that differs from path to path is it."""
    found = guesses(["acme/shop/dev/x.yaml", "acme/cart/dev/x.yaml", "acme/blog/prod/x.yaml"])
    assert {one.template for one in found} == {"acme/{app}/{env}/x.yaml"}
