"""One repository, as it stands."""

from __future__ import annotations

from tests.support.argocd import application, chart_source
from tests.support.situations.kinds import Product, release


def _both(*environments: str) -> str:
    files = [f"../../env/{layer}{env}/shop.yaml" for env in environments for layer in ("release-", "")]
    return chart_source(*files)


_FOREIGN = chart_source().replace("web-core", "another")

_CHART = {"deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 0.1.0\n"}
_HEALS = {".gitopslint.yaml": "applications: {self_heal: {dev: true, prod: false}}\n"}


def _synced(**policies: str) -> Product:
    """Return Applications with some policies, under a contract that wants dev to heal itself and prod not."""
    files = {
        f"deploy/argocd/apps/{env}/shop.yaml": application(_both(env), f"shop-{env}", policies.get(env, ""))
        for env in ("dev", "prod")
    }
    return Product({**_CHART, **_HEALS, **files}, ("wrong-self-heal",))


APPLICATIONS = {
    "no policy": _synced(),
    "an empty policy": _synced(dev="syncPolicy: {}\n", prod="syncPolicy: {}\n"),
    "an automation that is off": _synced(
        dev="syncPolicy: {automated: {enabled: false, selfHeal: true}}\n",
        prod="syncPolicy: {automated: {enabled: false, selfHeal: true}}\n",
    ),
    "an automation that says nothing": _synced(
        dev="syncPolicy: {automated: {}}\n", prod="syncPolicy: {automated: {}}\n"
    ),
    "an automation that is null": _synced(
        dev="syncPolicy: {automated: null}\n", prod="syncPolicy: {automated: null}\n"
    ),
    "the wrong way round": _synced(
        dev="syncPolicy: {automated: {selfHeal: false}}\n", prod="syncPolicy: {automated: {selfHeal: true}}\n"
    ),
    "an image in values that an Application writes": Product(
        {
            **_CHART,
            "deploy/argocd/apps/dev/shop.yaml": application(
                _both("dev") + "  values: |\n    image:\n      tag: |-\n        latest\n"
            ),
        },
        ("image-outside-release", "mutable-tag"),
    ),
    "layers that one of two Applications loads": Product(
        {
            **_CHART,
            "deploy/argocd/apps/dev/shop.yaml": application(_both("dev")),
            "deploy/argocd/apps/prod/shop.yaml": application(
                chart_source("../../env/release-prod/shop.yaml"), "shop-prod"
            ),
        },
        ("unwired-layer",),
    ),
    "one Application deploys both environments": Product(
        {**_CHART, "deploy/argocd/shop.yaml": application(_both("dev", "prod"), "shop")}, ("crossed-layers",)
    ),
    "an Application of somebody else comes from elsewhere": Product(
        {
            **_CHART,
            "deploy/argocd/apps/dev/shop.yaml": application(_both("dev")),
            "deploy/argocd/apps/prod/shop.yaml": application(_both("prod"), "shop-prod"),
            "deploy/argocd/monitoring.yaml": application(_FOREIGN.replace("deploy/charts", "charts"), "monitoring"),
        },
        ("floating-source",),
    ),
}

_JOB = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: a, image: %s}]}}}\n"
MANIFESTS = {
    f"an image {what}": Product({"deploy/jobs/a.yaml": _JOB % image}, ("mutable-tag",))
    for what, image in {
        "in single quotes": "'ghcr.io/example/tool:latest'",
        "in double quotes": '"ghcr.io/example/tool:latest"',
        "in double quotes with an escape": '"ghcr.io\\/example/tool:latest"',
        "over two lines": '"ghcr.io/example/tool:la\\\n  test"',
        "without a tag": "ghcr.io/example/tool",
        "without a tag at a port": "localhost:5000/tool",
        "with a digest": f"ghcr.io/example/tool:latest@sha256:{'0' * 64}",
        "with a placeholder for a repository": "REPLACE_ME:latest",
        "with a placeholder for a tag": "ghcr.io/example/tool:REPLACE_ME",
        "without a repository": "':latest'",
        "that is empty": "''",
        "of a whole version": "ghcr.io/example/tool:1.2",
        "of a whole version that is a snapshot": "ghcr.io/example/tool:1.2-SNAPSHOT",
    }.items()
} | {
    "images in places of many kinds": Product(
        {
            "deploy/jobs/a.yaml": (
                "apiVersion: example.com/v1\nkind: Workflow\nmetadata: {name: a}\n"
                "image: ghcr.io/example/top:latest\n"
                "spec:\n"
                "  image: ghcr.io/example/spec:latest\n"
                "  initContainers: [{image: ghcr.io/example/init:latest}]\n"
                "  ephemeralContainers: [{image: ghcr.io/example/ephemeral:latest}]\n"
                "  steps: [{image: ghcr.io/example/step:latest}]\n"
                "  sidecars: [{image: ghcr.io/example/sidecar:latest}]\n"
                "  others: [{image: ghcr.io/example/other:latest}]\n"
                "  script: {image: ghcr.io/example/script:latest}\n"
                "  container: {image: ghcr.io/example/container:latest}\n"
                "  any: {image: ghcr.io/example/any:latest}\n"
            )
        },
        ("mutable-tag",),
    ),
    "a list at the top": Product({"deploy/jobs/a.yaml": "- image: a:latest\n"}, ("mutable-tag",)),
    "an image brought in by an alias": Product(
        {
            "deploy/jobs/a.yaml": (
                "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, note: &image ghcr.io/example/tool:latest}\n"
                "spec: {containers: [{image: *image}]}\n"
            )
        },
        ("mutable-tag",),
    ),
    "kustomizations": Product(
        {
            "deploy/a/kustomization.yaml": "images: [{name: a, newTag: latest}, {name: b, newTag: '1.2'}]\n",
            "deploy/b/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
                f"images: [{{name: a, newTag: latest, digest: 'sha256:{'0' * 64}'}}, {{name: b, newTag: dev}}]\n"
            ),
            "deploy/c/other.yaml": "images: [{name: a, newTag: latest}]\n",
            "deploy/d/some.yaml": "apiVersion: v1\nkind: Other\nimages: [{name: a, newTag: latest}]\n",
            "deploy/e/kustomization.yaml": "images: [{name: a, newTag: REPLACE_ME}, {name: b, newTag: 1}, {name: c}]\n",
        },
        ("mutable-tag",),
    ),
    "a manifest that cannot be read": Product({"deploy/jobs/a.yaml": "kind: Job\na: [\n"}, ("mutable-tag",)),
    "a file of another kind that cannot be read": Product(
        {"deploy/jobs/a.yaml": "akind: Job\na: [\n"}, ("mutable-tag",)
    ),
}

IMAGES = {
    "no image in a layer for the image": Product(
        {"deploy/env/release-dev/shop.yaml": "env: {APP_NAME: shop}\n"}, ("image",)
    ),
    "nulls": Product({"deploy/env/release-dev/shop.yaml": "image: {repository: null, tag: ~}\n"}, ("image",)),
    "an empty tag and a mapping": Product(
        {"deploy/env/release-dev/shop.yaml": "image: {repository: {a: b}, tag: ''}\n"}, ("image",)
    ),
    "a word that is a placeholder for a tag only": Product(
        {"deploy/env/release-dev/shop.yaml": "image: {repository: registry.example.com/shop, tag: todo}\n"}, ("image",)
    ),
    "a placeholder in a part of a repository": Product(
        {
            "deploy/env/release-dev/shop.yaml": "image: {repository: registry.example.com/CHANGEME, tag: 4f9d2c7b81ae-r3}\n"
        },
        ("image",),
    ),
    "a digest that is a placeholder": Product(release("tag: 4f9d2c7b81ae-r3, digest: TODO"), ("image",)),
    "two spellings of one repository": Product(
        {
            "deploy/env/release-dev/shop.yaml": "image: {repository: example/shop, tag: 4f9d2c7b81ae-r3}\n",
            "deploy/env/release-prod/shop.yaml": "image: {repository: docker.io/example/shop, tag: 4f9d2c7b81ae-r3}\n",
        },
        ("mismatched-repository",),
    ),
    "a repository at a port and one without": Product(
        {
            "deploy/env/release-dev/shop.yaml": "image: {repository: 'localhost:5000/shop', tag: 4f9d2c7b81ae-r3}\n",
            "deploy/env/release-prod/shop.yaml": "image: {repository: shop, tag: 4f9d2c7b81ae-r3}\n",
        },
        ("mismatched-repository",),
    ),
    "an environment file with two values": Product({".env": "# why\nA=1\nB=2\n"}, ("committed-env-file",)),
    "an environment file without values": Product({".env": "# why\nA=\n"}, ("committed-env-file",)),
    "a registry of its own, and an empty one": Product(
        {
            ".gitopslint.yaml": (
                "images: [{registry: image.registry, repository: image.repository, tag: image.tag, digest: image.digest}]\n"
            ),
            "deploy/env/release-dev/shop.yaml": (
                "image: {registry: docker.io, repository: example/shop, tag: 4f9d2c7b81ae-r3}\n"
            ),
            "deploy/env/release-prod/shop.yaml": (
                "image: {registry: '', repository: example/shop, tag: 4f9d2c7b81ae-r3}\n"
            ),
        },
        ("mismatched-repository",),
    ),
    "templates of sixty characters and of one more": Product(
        {"deploy/env/dev/shop.yaml": f"a: '{{{{ {'b' * 54} }}}}'\nc: '{{{{ {'b' * 55} }}}}'\n"}, ("templated-value",)
    ),
    "a long tag that is malformed": Product(release(f"tag: '{'a' * 140}'"), ("malformed-tag",)),
    "a tag with an anchor that loses its type": Product(release("tag: &tag 1.10"), ("retyped-tag",)),
    "a tag that is zero": Product(release("tag: 0"), ("retyped-tag",)),
    "a tag that is false": Product(release("tag: off"), ("retyped-tag",)),
}
LAYERS = {
    "an app without its layers for prod": Product(
        {"deploy/env/prod/shop.yaml": None, "deploy/env/release-prod/shop.yaml": None}, ("missing-layer",)
    ),
    "an app without one of its layers": Product({"deploy/env/prod/shop.yaml": None}, ("missing-layer",)),
    "another app without one of its layers": Product(
        {"deploy/env/dev/cart.yaml": "a: 1\n", "deploy/env/prod/cart.yaml": "a: 1\n"}, ("missing-layer",)
    ),
    "one value in two layers, the same": Product(
        {
            "deploy/env/dev/shop.yaml": "env: {APP_NAME: shop}\nreplicas: 2\n",
            "deploy/env/release-dev/shop.yaml": (
                "image: {repository: registry.example.com/shop, tag: 4f9d2c7b81ae-r3}\nenv: {APP_NAME: shop}\n"
            ),
        },
        ("overlapping-layers",),
    ),
    "one value in two layers, with a comment": Product(
        {
            "deploy/env/dev/shop.yaml": "env:\n  APP_NAME: shop  # why\n",
            "deploy/env/release-dev/shop.yaml": (
                "image: {repository: registry.example.com/shop, tag: 4f9d2c7b81ae-r3}\nenv:\n  APP_NAME: shop\n"
            ),
        },
        ("overlapping-layers",),
    ),
    "a key twice": Product({"deploy/env/dev/shop.yaml": "a: 1\nb: 2\na: 1\n"}, ("duplicate-key",)),
    "a key twice with two values": Product({"deploy/env/dev/shop.yaml": "a: 1\nb: 2\na: 3\n"}, ("duplicate-key",)),
    "a key twice, one with a comment": Product(
        {"deploy/env/dev/shop.yaml": "a: 1  # why\nb: 2\na: 1\n"}, ("duplicate-key",)
    ),
}


_PATH = "deploy/env/release-dev/shop.yaml"
_WAIVERS = ("mutable-tag", "waivers", "secrets")


def _latest(before: str = "", behind: str = "", tag: str = "latest") -> dict[str, str]:
    return {_PATH: f"image:\n  repository: registry.example.com/shop\n{before}  tag: {tag}{behind}\n"}


def _allowed(entry: str) -> dict[str, str]:
    return {
        ".gitopslint.yaml": f"secrets:\n  allow:\n  - {entry}\n",
        "deploy/env/dev/shop.yaml": "env:\n  APP_ENV: dev\n  DB_PASSWORD: summer2024\nenvFrom:\n  secretRef: shop-dev-env\n",
    }


WAIVERS = {
    title: Product(files, _WAIVERS)
    for title, files in {
        "beside it": _latest(behind="  # gitopslint: ignore[mutable-tag] until the move"),
        "above it": _latest("  # gitopslint: ignore[mutable-tag] until the move\n"),
        "two comments above it": _latest("  # gitopslint: ignore[mutable-tag] why\n  # a word more\n"),
        "two lines above it": _latest("  # gitopslint: ignore[mutable-tag] why\n  pullPolicy: Always\n"),
        "below it": _latest(behind="\n  # gitopslint: ignore[mutable-tag] why"),
        "of two rules": _latest(behind="  # gitopslint: ignore[mutable-tag, malformed-tag] why"),
        "of another rule": _latest(behind="  # gitopslint: ignore[malformed-tag] why"),
        "of a rule that nobody knows": _latest(behind="  # gitopslint: ignore[mutable-tags] why"),
        "of a rule that is like none": _latest(behind="  # gitopslint: ignore[qqqqqqqqqqqq] why"),
        "of no rule": _latest(behind="  # gitopslint: ignore[] why"),
        "without a reason": _latest(behind="  # gitopslint: ignore[mutable-tag]"),
        "without a reason, with decoration": _latest(behind="  # gitopslint: ignore[mutable-tag] --"),
        "until a day to come": _latest(behind="  # gitopslint: ignore[mutable-tag] until 2026-03-01 the move"),
        "until a day that is over": _latest(behind="  # gitopslint: ignore[mutable-tag] until 2026-02-28 the move"),
        "until no day": _latest(behind="  # gitopslint: ignore[mutable-tag] until 2026-02-30 the move"),
        "of nothing any more": _latest(behind="  # gitopslint: ignore[mutable-tag] why", tag="4f9d2c7b81ae-r3"),
        "of nothing any more, without a reason": _latest(
            behind="  # gitopslint: ignore[mutable-tag]", tag="4f9d2c7b81ae-r3"
        ),
        "one that is over, and two flaws behind it": {
            **_latest(behind="  # gitopslint: ignore[mutable-tag] until 2026-02-28 why"),
            "deploy/env/release-prod/shop.yaml": (
                "# gitopslint: ignore[] why\nimage:\n  repository: registry.example.com/shop\n"
                "  tag: 4f9d2c7b81ae-r3  # gitopslint: ignore[mutable-tag] why\n"
            ),
        },
        "in the contract": {
            **_latest(),
            ".gitopslint.yaml": f"waivers: [{{rule: mutable-tag, path: {_PATH}, reason: the move}}]\n",
        },
        "in the contract, of nothing": {
            ".gitopslint.yaml": f"waivers: [{{rule: mutable-tag, path: {_PATH}, reason: the move}}]\n"
        },
        "in the contract, until a day that is over": {
            **_latest(),
            ".gitopslint.yaml": (
                f"waivers: [{{rule: mutable-tag, path: {_PATH}, reason: the move, until: 2026-02-28}}]\n"
            ),
        },
        "a secret that is allowed": _allowed("{path: deploy/env/dev/shop.yaml, reason: a try}"),
        "a secret that is allowed under its key": _allowed("{key: env.DB_PASSWORD, reason: a try}"),
        "an allowance of another rule": _allowed(
            "{path: deploy/env/dev/shop.yaml, rules: [plaintext-secret], reason: a try}"
        ),
        "an allowance that is over": _allowed("{path: deploy/env/dev/shop.yaml, reason: a try, until: 2026-02-28}"),
        "an allowance of nothing": _allowed("{path: deploy/env/prod/shop.yaml, reason: a try}"),
    }.items()
}
