"""Names of environments: which are some, and in which order code goes through them."""

from __future__ import annotations

import pytest

from gitopslint.model.environments import by_promotion, rank, sources, sure

NAMES = {
    "dev": True,
    "Production": True,
    "pre-prod": True,
    "prod-eu": True,
    "eu-west-1-prod": True,
    "staging2": True,
    "dev_us": True,
    "prod-blue": True,
    "shop": False,
    "shop-prod-tools": False,
    "live-chat": False,
    "dev-prod": False,
    "product": False,
    "devops": False,
    "": False,
}


@pytest.mark.parametrize(("name", "is_one"), NAMES.items())
def test_names(name: str, is_one: bool) -> None:
    """A name is one of the usual words, perhaps with a number or a region, and nothing else."""
    assert (rank(name) is not None) is is_one


ORDERS = [
    ["dev", "test", "staging", "preprod", "prod"],
    ["sandbox", "develop", "int", "qa", "uat", "stage", "production"],
    ["dev", "prod-eu", "prod-us"],
]


@pytest.mark.parametrize("order", ORDERS)
def test_order(order: list[str]) -> None:
    """Environments come in the usual order of promotion, whatever order they were found in."""
    assert list(by_promotion(reversed(order))) == order


def test_sure() -> None:
    """One name alone may be anything but an environment, unless it means nothing else."""
    assert sure(["prod"])
    assert sure(["test", "live"])
    assert not sure(["test"])
    assert not sure([])


SOURCES: dict[str, tuple[list[str], dict[str, str | None]]] = {
    "one after the other": (["dev", "stage", "prod"], {}),
    "names of nobody's": (["alpha", "beta", "gamma"], {}),
    "two regions": (["dev", "stage", "prod-eu", "prod-us"], {"prod-us": "stage"}),
    "regions all the way": (
        ["dev-eu", "dev-us", "prod-eu", "prod-us"],
        {"dev-us": None, "prod-eu": "dev-eu", "prod-us": "dev-us"},
    ),
    "two to develop in": (["dev1", "dev2", "prod"], {"dev2": None}),
    "of the same rank, and not of the same kind": (["dev", "preview", "preprod", "prod"], {}),
}


@pytest.mark.parametrize(("names", "expected"), SOURCES.values(), ids=SOURCES)
def test_sources(names: list[str], expected: dict[str, str | None]) -> None:
    """Environments of one kind stand side by side: none of them waits for the other."""
    assert sources(names) == expected
