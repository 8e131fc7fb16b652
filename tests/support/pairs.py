"""Pairs of repositories that a test holds in its hands, or makes with git."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from gitopslint.engine.examples import Trial
from gitopslint.engine.pairs import CLEAN_PLATFORM, CLEAN_PRODUCT, COMMIT, PairExample, check_pair
from tests.support.repo import Repo
from tests.support.runs import contract_of

ENVIRONMENTS = ("dev", "prod")


def pair_of(example: dict[str, Any]) -> PairExample:
    """Return what an example of a rule file says about two repositories."""
    files, other = example["files"], example.get("other", {})
    product, platform = (other, files) if example["in"] == "platform" else (files, other)
    past, commits = example.get("past", ()), example.get("commits", (COMMIT,))
    return PairExample(example["in"], product, platform, past, commits)


def try_pair(rule: str, kind: Literal["good", "bad"], example: dict[str, Any]) -> Trial:
    """Check one of the two repositories of an example."""
    pair = pair_of(example)
    contract, catalogue = contract_of(pair.product)
    report = check_pair(pair, contract, catalogue)
    want = () if kind == "good" else tuple(example["at"])
    return Trial(rule, kind, example["title"], want, report)


class RealPair:
    """A product and its platform as two git repositories, clean in every respect."""

    def __init__(self, folder: Path, *apps: str, product_format: str = "sha1") -> None:
        """Build, release and promote each app once, as the contract wants it."""
        self.product = Repo(folder / "web-core", object_format=product_format)
        self.platform = Repo(folder / "synestra-platform")
        self.commit = self.product.commit("Begin", {"deploy/charts/web-app/values.yaml": "replicas: 1\n"})
        self.tag = f"{self.commit[:12]}-r1"
        self.platform.commit("Secrets", {".sops.yaml": str(CLEAN_PLATFORM[".sops.yaml"])})
        for app in apps:
            self.platform.commit(
                f"Build {app}",
                {
                    f"docker/web-{app}/WEB_CORE_REF": self.commit + "\n",
                    f"docker/web-{app}/VERSION": self.tag + "\n",
                    **{
                        f"secrets/{app}-{env}.yaml": self.of(app, "secrets/shop-{env}.yaml", env)
                        for env in ENVIRONMENTS
                    },
                },
            )
            for env in ENVIRONMENTS:
                names = (
                    "deploy/argocd/apps/{env}/shop.yaml",
                    "deploy/env/{env}/shop.yaml",
                    "deploy/env/release-{env}/shop.yaml",
                )
                files = {name.format(env=env).replace("shop", app): self.of(app, name, env) for name in names}
                *others, release = files
                self.product.commit(f"Declare {app} in {env}", {path: files[path] for path in others})
                self.product.commit(f"release({env}): {app}", {release: files[release]})

    def of(self, app: str, template: str, env: str) -> str:
        """Return a file of the clean pair for another app."""
        text = ({**CLEAN_PRODUCT, **CLEAN_PLATFORM})[template.format(env=env)]
        return str(text).replace("4f9d2c7b81ae-r3", self.tag).replace("shop", app)
