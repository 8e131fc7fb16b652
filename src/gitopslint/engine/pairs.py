"""Examples of rules about two repositories, checked in memory with the histories that they tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from gitopslint.engine.examples import CLEAN, Files
from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.builds import Commits
from gitopslint.loaders.history import Told, ToldHistory
from gitopslint.loaders.platform import Place, Platform
from gitopslint.loaders.platform_side import Counterpart, PlatformSide
from gitopslint.loaders.product import Product
from gitopslint.loaders.side import Side
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Report
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.rule import Catalogue

COMMIT = "4f9d2c7b81ae5d0c3e6f9a8b7c6d5e4f3a2b1c0d"
"""The commit from which the clean platform builds, and the only one of the clean product."""

_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop-{env}}}
spec:
  source:
    repoURL: https://git.example.com/web-core.git
    path: deploy/charts/web-app
    helm: {{valueFiles: [../../env/release-{env}/shop.yaml, ../../env/{env}/shop.yaml]}}
  destination: {{namespace: shop-{env}}}
  syncPolicy: {{automated: {{selfHeal: {heals}}}}}
"""
_NONCE, _TAG = "tv0t2UXc4/lvYnRjceX+QJjb8ME1Z+eBU+4thj9Qygo=", "psVVkLSQpqbtvWXRImaqNQ=="
_CIPHERTEXT = f"ENC[AES256_GCM,data:pQz3dPo=,iv:{_NONCE},tag:{_TAG},type:str]"
_MANIFEST = """\
apiVersion: v1
kind: Secret
metadata:
  name: shop-{env}-env
  namespace: shop-{env}
stringData:
  DATABASE_URI: {ciphertext}
sops:
  age:
  - recipient: age1hvu3y5v9y2wq0ghg8k5cs9jzafxu6hjpd4rdyy4kuk9rqmdwtu4svkdvn9
  lastmodified: "2026-01-05T10:00:00Z"
  mac: {ciphertext}
  encrypted_regex: ^(data|stringData)$
  version: 3.11.0
"""
CLEAN_PRODUCT: dict[str, str | bytes | None] = {
    **CLEAN,
    **{
        f"deploy/argocd/apps/{env}/shop.yaml": _APPLICATION.format(env=env, heals=heals)
        for env, heals in (("dev", "false"), ("prod", "true"))
    },
}
"""The clean product with Applications, which tell the namespaces."""
CLEAN_PLATFORM: dict[str, str | bytes | None] = {
    "docker/web-shop/WEB_CORE_REF": COMMIT + "\n",
    "docker/web-shop/VERSION": "4f9d2c7b81ae-r3\n",
    ".sops.yaml": (
        "creation_rules:\n- path_regex: ^secrets/.*\\.yaml$\n  encrypted_regex: ^(data|stringData)$\n"
        "  age: age1hvu3y5v9y2wq0ghg8k5cs9jzafxu6hjpd4rdyy4kuk9rqmdwtu4svkdvn9\n"
    ),
    **{f"secrets/shop-{env}.yaml": _MANIFEST.format(env=env, ciphertext=_CIPHERTEXT) for env in ("dev", "prod")},
}
"""A platform repository that breaks no rule and goes with the clean product."""


class PairExample(NamedTuple):
    """Two repositories and from which one they are looked at.

    `past` are earlier states of the platform's files, the oldest first. `commits` are those of the product.
    """

    stands_in: Literal["product", "platform"] = "platform"
    product: Mapping[str, str | None] = {}
    platform: Mapping[str, str | None] = {}
    past: Sequence[Mapping[str, str | None]] = ()
    commits: Sequence[str] = (COMMIT,)
    apart: bool = False
    """Whether the other repository is not at hand."""


def check_pair(example: PairExample, contract: Contract, catalogue: Catalogue, selected: Sequence[str] = ()) -> Report:
    """Check one of two repositories that are laid over the clean ones."""
    product_files: Files = {**CLEAN_PRODUCT, **example.product}
    platform_files: Files = {**CLEAN_PLATFORM, **example.platform}
    past = ToldHistory([Told(files) for files in example.past], {})
    commits = Commits(ToldHistory([Told({}, commit) for commit in example.commits], {}), (40,))
    place = Place(MemoryTree(platform_files), "platform", "", past)
    side: Side
    if example.apart and example.stands_in == "platform":
        side = PlatformSide(Platform(place, contract, None), None)
    else:
        platform = None if example.apart else Platform(place, contract, commits)
        product = Product(MemoryTree(product_files), contract, "", platform=platform)
        side = product
        if platform is not None and example.stands_in == "platform":
            side = PlatformSide(platform, Counterpart(product, "product"))
    return run(side, catalogue, select(catalogue, contract, selected))
