"""Other layouts than the default one: what the contract describes is found, and judged as everywhere."""

from __future__ import annotations

import pytest

from tests.support.runs import check_files, places

GOOD = "image: {repository: registry.example.com/shop, tag: 4f9d2c7b81ae-r3}\n"
MOVING = "image: {repository: registry.example.com/shop, tag: latest}\n"

# The contract, the files, and every finding.
LAYOUTS = {
    "a folder for each environment": (
        """
        layers:
        - {role: release, path: "env/{env}/{app}/image.yaml"}
        - {role: env, path: "env/{env}/{app}/values.yaml"}
        """,
        {
            "env/dev/shop/image.yaml": GOOD,
            "env/dev/shop/values.yaml": "a: 1\n",
            "env/prod/shop/image.yaml": MOVING,
            "env/prod/shop/values.yaml": "a: 1\n",
        },
        ["env/prod/shop/image.yaml:1:53 mutable-tag"],
    ),
    "a chart for each app, no release layer": (
        """
        layers:
        - {role: chart, path: "apps/{app}/chart/values.yaml"}
        - {role: env, path: "apps/{app}/values-{env}.yaml"}
        """,
        {
            "apps/shop/chart/values.yaml": "replicas: 1\n",
            "apps/shop/values-dev.yaml": GOOD,
            "apps/shop/values-prod.yaml": MOVING,
        },
        ["apps/shop/values-prod.yaml:1:53 mutable-tag"],
    ),
    "one file for each app": (
        """
        layers: [{role: env, path: "apps/{app}.yaml"}]
        images: [{repository: "{env}.image.repository", tag: "{env}.image.tag"}]
        """,
        {"apps/shop.yaml": f"dev:\n  {GOOD}prod:\n  {MOVING}"},
        ["apps/shop.yaml:4:55 mutable-tag"],
    ),
    "one app, whose name is in no path": (
        """
        layers: [{role: env, path: "values-{env}.yaml"}]
        apps: {shop: {}}
        """,
        {"values-dev.yaml": GOOD, "values-prod.yaml": MOVING},
        ["values-prod.yaml:1:53 mutable-tag"],
    ),
    "three environments, in which not every app is": (
        """
        environments: [dev, stage, prod]
        layers: [{role: release, path: "{env}/{app}.yaml"}]
        """,
        {"dev/shop.yaml": GOOD, "stage/shop.yaml": MOVING, "prod/shop.yaml": GOOD, "prod/blog.yaml": MOVING},
        ["prod/blog.yaml:1:53 mutable-tag", "stage/shop.yaml:1:53 mutable-tag"],
    ),
    "a layer shared by all environments": (
        """
        layers:
        - {role: env, path: "apps/{app}/common.yaml"}
        - {role: release, path: "apps/{app}/{env}.yaml"}
        """,
        {"apps/shop/common.yaml": "image: {tag: latest}\n", "apps/shop/dev.yaml": GOOD, "apps/shop/prod.yaml": GOOD},
        ["apps/shop/common.yaml:1:14 image-outside-release"],
    ),
    "a layer shared by all apps": (
        """
        layers:
        - {role: env, path: "common-{env}.yaml"}
        - {role: release, path: "apps/{app}/{env}.yaml"}
        """,
        {
            "common-prod.yaml": "image: {tag: latest}\n",
            "common-dev.yaml": "a: 1\n",
            "apps/shop/dev.yaml": GOOD,
            "apps/shop/prod.yaml": GOOD,
        },
        ["common-prod.yaml:1:14 image-outside-release"],
    ),
    "the image under another key path": (
        """
        layers: [{role: release, path: "{env}/{app}.yaml"}]
        images: [{repository: web.container.image, tag: web.container.version, digest: null}]
        """,
        {"prod/shop.yaml": "web: {container: {image: registry.example.com/shop, version: main}}\nreplicas: 2\n"},
        ["prod/shop.yaml:1:62 mutable-tag", "prod/shop.yaml:2:1 stray-release-key"],
    ),
    "several images": (
        """
        layers: [{role: release, path: "{env}/{app}.yaml"}]
        images:
        - {repository: web.repository, tag: web.tag}
        - {repository: worker.repository, tag: worker.tag}
        """,
        {
            "prod/shop.yaml": "web: {repository: a.io/web, tag: 4f9d2c7b81ae}\nworker: {repository: a.io/worker, tag: dev}\n"
        },
        ["prod/shop.yaml:2:40 mutable-tag"],
    ),
    "several images, of which every app has its own": (
        """
        layers: [{role: release, path: "{env}/{app}.yaml"}]
        images:
        - {repository: shop.repository, tag: shop.tag}
        - {repository: cart.repository, tag: cart.tag}
        """,
        {
            "dev/shop.yaml": "shop: {repository: a.io/shop, tag: 4f9d2c7b81ae}\n",
            "dev/cart.yaml": "cart: {repository: a.io/cart, tag: 4f9d2c7b81ae}\n",
            "prod/cart.yaml": "replicas: 1\n",
            "prod/blog.yaml": "other: {tag: latest}\n",
        },
        [
            "prod/blog.yaml:1:1 missing-repository",
            "prod/blog.yaml:1:1 missing-tag",
            "prod/blog.yaml:1:1 stray-release-key",
            "prod/cart.yaml:1:1 missing-repository",
            "prod/cart.yaml:1:1 missing-tag",
            "prod/cart.yaml:1:1 stray-release-key",
        ],
    ),
    "a registry of its own": (
        """
        layers: [{role: release, path: "{env}/{app}.yaml"}]
        images: [{registry: image.registry, repository: image.name, tag: image.tag}]
        """,
        {
            "dev/shop.yaml": "image: {registry: a.io, name: shop, tag: 4f9d2c7b81ae}\n",
            "prod/shop.yaml": "image: {registry: b.io, name: shop, tag: 4f9d2c7b81ae}\n",
        },
        ["prod/shop.yaml:1:31 mismatched-repository"],
    ),
    "the whole reference in one value": (
        """
        layers: [{role: release, path: "{env}/{app}.yaml"}]
        images: [{reference: image}]
        """,
        {
            "dev/a.yaml": "image: a.io:5000/a:latest\n",
            "dev/b.yaml": 'image: "a.io/b"\n',
            "dev/c.yaml": "image: a.io/C:4f9d2c7b81ae\n",
            "dev/d.yaml": "image: a.io/d:4f9d2c7b81ae@sha256:12\n",
            "dev/e.yaml": "image:\n",
            "dev/f.yaml": "image: a.io/f:main@sha256:" + "0" * 64 + "\n",
        },
        [
            "dev/a.yaml:1:20 mutable-tag",
            "dev/b.yaml:1:8 missing-tag",
            "dev/c.yaml:1:8 malformed-repository",
            "dev/d.yaml:1:28 malformed-tag",
            "dev/e.yaml:1:1 missing-repository",
            "dev/f.yaml:1:15 untraceable-tag",
        ],
    ),
}


@pytest.mark.parametrize(("contract", "files", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_layout(contract: str, files: dict[str, str], expected: list[str]) -> None:
    """Each layout is read by its contract, with its findings on the values themselves."""
    report = check_files(files | {".gitopslint.yaml": contract})
    assert places(report) == expected
    assert report.undecided == ()
