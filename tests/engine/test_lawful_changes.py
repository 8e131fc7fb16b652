"""A law of changes, over generated repositories: refused exactly where the contract forbids it, and clean afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gitopslint.engine.changing import Seen, judged
from gitopslint.engine.run import run
from gitopslint.engine.selection import select
from gitopslint.loaders.history import Told, ToldHistory
from gitopslint.loaders.overlay import OverlayTree
from gitopslint.loaders.product import Product
from gitopslint.loaders.releases import changed_layer, placed
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.change import Build, Change, Target
from gitopslint.model.contract import Contract, ImageKeys, LayerPath

CATALOGUE = load_catalogue()
Files = Mapping[str, str | bytes | None]
Tags = Mapping[str, str]


class Layout(NamedTuple):
    """Where releases stand, and how a file says them."""

    layers: tuple[LayerPath, ...]
    keys: ImageKeys
    write: Callable[[Tags, str], dict[str, str]]


STYLES = {
    "block": "image:\n  repository: r.example.com/shop\n  tag: {}  # CI\n",
    "quoted": "# é🛍\nimage:\n    tag: '{}'\n    repository: r.example.com/shop\nenv: {{APP_NAME: shop}}",
    "double": 'image:\r\n  tag: "{}"\r\n  repository: "r.example.com/shop"\r\n',
    "flow": "\ufeffimage: {{repository: r.example.com/shop, tag: {}}}\n",
    "anchor": "image:\n  repository: r.example.com/shop\n  tag: &tag {}\n",
    "digest": "image:\n  tag: {}\n  repository: r.example.com/shop\n  digest:\n",
}


def apart(path: str) -> Callable[[Tags, str], dict[str, str]]:
    return lambda tags, style: {
        path.format(env=env, app="shop"): STYLES[style].format(tag) for env, tag in tags.items()
    }


def together(tags: Tags, style: str) -> dict[str, str]:
    quote = {"quoted": "'", "double": '"'}.get(style, "")
    entries = (f"{env}:\n  repository: r.example.com/shop\n  tag: {quote}{tag}{quote}\n" for env, tag in tags.items())
    return {"apps/shop.yaml": "".join(entries)}


LAYOUTS = {
    "default": Layout(Contract().layers, ImageKeys(), apart("deploy/env/release-{env}/{app}.yaml")),
    "folders": Layout((LayerPath("release", "{env}/{app}/image.yaml"),), ImageKeys(), apart("{env}/{app}/image.yaml")),
    "no release layer": Layout((LayerPath("env", "{app}/{env}.yaml"),), ImageKeys(), apart("{app}/{env}.yaml")),
    "one file": Layout(
        (LayerPath("release", "apps/{app}.yaml"),), ImageKeys("{env}.repository", "{env}.tag", None), together
    ),
}
TAGS = ("b-1", "b-2", "12345e67", "0x1F", "b-3")
ENVIRONMENTS = ("dev", "stage", "prod")
STEPS = st.lists(st.tuples(st.sampled_from(ENVIRONMENTS), st.sampled_from(TAGS)), max_size=8)


def allowed(past: Sequence[Tags], environment: str, tag: str) -> bool:
    """Say in the simplest words whether the contract lets an environment have a tag now."""
    place = ENVIRONMENTS.index(environment)
    ran = [tags.get(environment) for tags in past]
    is_rollback = tag in ran and ran.index(tag) < ran.index(ran[-1])
    return place == 0 or is_rollback or any(tags.get(ENVIRONMENTS[place - 1]) == tag for tags in past)


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.sampled_from(sorted(STYLES)),
    STEPS,
    st.sampled_from(ENVIRONMENTS),
    st.sampled_from(TAGS),
)
def test_law(name: str, style: str, steps: list[tuple[str, str]], environment: str, tag: str) -> None:
    """Whatever the layout, the style and the history: one environment changes, or it is refused for a reason."""
    layout = LAYOUTS[name]
    contract = Contract(
        environments=ENVIRONMENTS, layers=layout.layers, images=(layout.keys,), commits="elsewhere",
        platform="none", policies=(),
    )  # fmt: skip
    past: list[dict[str, str]] = []
    told = [Told({"README.md": "An app.\n"})]
    for env, one in [*((env, "b-0") for env in ENVIRONMENTS), *steps]:
        past.append({**(past[-1] if past else {}), env: one})
        told.append(Told(layout.write(past[-1], style)))
    target = Target("shop", environment, layout.keys)
    assume(past[-1][environment] != tag)

    before = seen(told, {}, contract)
    found = placed(before.product.tree, before.product.layout, target)
    changed = {found.path: changed_layer(before.product.tree.read(found.path), found, Build(tag))}
    after = seen(told, changed, contract)
    change = Change("release", target, found.build, Build(tag))
    assert judged(before, after, change).refused != allowed(past, environment, tag)

    for env in ENVIRONMENTS:
        other = placed(after.product.tree, after.product.layout, Target("shop", env, layout.keys))
        assert other.build == Build(tag if env == environment else past[-1][env])
    if allowed(past, environment, tag):
        landed = seen([*told, Told(changed)], {}, contract)
        assert not judged(before, landed, change).report.count("error")


def seen(told: Sequence[Told], pending: Files, contract: Contract) -> Seen:
    """Check a told history with a change on top of it."""
    history = ToldHistory(told, pending)
    files = {path: data for path, data in pending.items() if isinstance(data, bytes)}
    tree = OverlayTree(MemoryTree(history.files), files)
    product = Product(tree, contract, open_history=lambda: history)
    return Seen(product, run(product, CATALOGUE, select(CATALOGUE, contract)))
