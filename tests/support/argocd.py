"""Applications as tests write them."""

from __future__ import annotations

import textwrap

from gitopslint.loaders.product import Product
from gitopslint.loaders.wiring import Wiring
from gitopslint.model.application import Application
from gitopslint.model.contract import Contract
from tests.support.runs import MemoryTree

URL = "https://git.example.com/web-core.git"


def application(source: str, name: str = "shop-dev", extra: str = "") -> str:
    """Return an Application with one source, given as YAML below `source:`."""
    body = textwrap.indent(textwrap.dedent(source).strip("\n"), "    ")
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\nspec:\n"
        f"  source:\n{body}\n{textwrap.indent(textwrap.dedent(extra), '  ')}"
    )


def chart_source(*files: str, extra: str = "") -> str:
    """Return the source of an Application that loads values files with the default chart."""
    listed = "".join(f"\n  - {file}" for file in files)
    return f"repoURL: {URL}\npath: deploy/charts/web-app\nhelm:\n  valueFiles:{listed or ' []'}\n{extra}"


def wiring_of(files: dict[str, str], contract: Contract | None = None, prefix: str = "") -> Wiring:
    """Return what the Applications among some files come to."""
    return Product(MemoryTree(files), contract or Contract(), prefix).wiring


def only(wiring: Wiring) -> Application:
    """Return the one Application."""
    (one,) = wiring.applications
    return one


def loads(one: Application) -> list[str | None]:
    """Return what each values file of an Application comes to: its paths, or why there are none."""
    return [
        " ".join(file.paths) if file.paths is not None else file.fault or file.elsewhere
        for source in one.sources
        for file in source.value_files
    ]
