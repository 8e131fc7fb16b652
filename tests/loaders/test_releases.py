"""Another build in a release layer: the smallest edit, or a refusal, whatever way the layer is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.loaders.layout import Layout
from gitopslint.loaders.releases import NoLayerError, Placed, changed_layer, placed
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.change import Build, Target
from gitopslint.model.contract import AppSettings, Contract, ImageKeys, LayerPath
from gitopslint.model.document import find
from gitopslint.model.entries import UnwritableError

PATH = "deploy/env/release-dev/shop.yaml"
OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
DEFAULT = ImageKeys()
REFERENCE = ImageKeys(None, None, None, reference="image")


def place(data: bytes, keys: ImageKeys = DEFAULT) -> Placed:
    tree = MemoryTree({PATH: data})
    return placed(tree, Layout(Contract(images=(keys,)), tree.paths), Target("shop", "dev", keys))


def changed(text: str, build: Build, keys: ImageKeys = DEFAULT) -> str:
    data = text.encode()
    return changed_layer(data, place(data, keys), build).decode()


# How a layer looks before and after it gets the tag `t2`.
TAGS = {
    "plain, with a comment": ("image:\n  tag: t1  # why\n", "image:\n  tag: t2  # why\n"),
    "in single quotes": ("image:\n  tag: 't1'\n", "image:\n  tag: 't2'\n"),
    "in double quotes": ('image:\n  tag: "t1"\n', 'image:\n  tag: "t2"\n'),
    "a flow mapping": ("image: {repository: r, tag: t1}\n", "image: {repository: r, tag: t2}\n"),
    "JSON": ('{"image": {"tag": "t1"}}\n', '{"image": {"tag": "t2"}}\n'),
    "Windows": ("image:\r\n  tag: t1\r\n", "image:\r\n  tag: t2\r\n"),
    "a byte order mark": ("\ufeffimage:\n  tag: t1\n", "\ufeffimage:\n  tag: t2\n"),
    "no final newline": ("image:\n  tag: t1", "image:\n  tag: t2"),
    "no value yet": ("image:\n  tag:\n  x: 1\n", "image:\n  tag: t2\n  x: 1\n"),
    "no value, but a comment": ("image:\n  tag: # CI\n", "image:\n  tag: t2 # CI\n"),
    "null": ("image:\n  tag: ~\n", "image:\n  tag: t2\n"),
    "an empty text": ("image:\n  tag: ''\n", "image:\n  tag: 't2'\n"),
    "no key yet": ("image:\n  repository: r  # ours\nx: 1\n", "image:\n  repository: r  # ours\n  tag: t2\nx: 1\n"),
    "no key yet, at the end": ("image:\n    repository: r", "image:\n    repository: r\n    tag: t2"),
    "no key yet, Windows": ("image:\r\n  repository: r\r\n", "image:\r\n  repository: r\r\n  tag: t2\r\n"),
    "no key in a flow mapping": ("image: {repository: r}\n", "image: {repository: r, tag: t2}\n"),
    "no key in JSON": ('{"image": {"repository": "r"}}\n', '{"image": {"repository": "r", "tag": "t2"}}\n'),
    "no mapping in JSON": ('{"x": 1}\n', '{"x": 1, "image": {"tag": "t2"}}\n'),
    "an empty mapping in JSON": ('{"image": {}}\n', '{"image": {"tag": "t2"}}\n'),
    "an empty flow mapping": ("image: {}\n", "image: {tag: t2}\n"),
    "nothing below the key": ("image:  # soon\nx: 1\n", "image:  # soon\n  tag: t2\nx: 1\n"),
    "no mapping yet": ("# The image.\nx: 1\n", "# The image.\nx: 1\nimage:\n  tag: t2\n"),
    "an empty file": ("", "image:\n  tag: t2\n"),
    "comments alone": ("# The image.\n", "# The image.\nimage:\n  tag: t2\n"),
    "an alias": ("x: &x t1\nimage:\n  tag: *x\n", "x: &x t1\nimage:\n  tag: t2\n"),
    "an anchor that nothing uses": ("image:\n  tag: &x t1\n", "image:\n  tag: &x t2\n"),
    "a merge key": ("x: &x {tag: t1}\nimage:\n  <<: *x\n", "x: &x {tag: t1}\nimage:\n  <<: *x\n  tag: t2\n"),
    "a block of text": ("image:\n  tag: |-\n    t1\n  x: 1\n", "image:\n  tag: t2\n  x: 1\n"),
    "a tag of YAML": ("image:\n  tag: !!str 12\n", "image:\n  tag: !!str t2\n"),
    "set twice: Helm takes the last": ("image:\n  tag: t0\n  tag: t1\n", "image:\n  tag: t0\n  tag: t2\n"),
    "a digest of the old tag": (f"image:\n  tag: t1\n  digest: {OLD}\nx: 1\n", "image:\n  tag: t2\nx: 1\n"),
    "a digest alone": (f"image:\n  digest: {OLD}", "image:\n  tag: t2"),
    "a digest in a flow mapping": (f"image: {{tag: t1, digest: {OLD}}}\n", 'image: {tag: t2, digest: ""}\n'),
    "a digest behind the tag": (f"image:\n  tag: t1@{OLD}\n", "image:\n  tag: t2\n"),
    "behind the start of a document": ("---\nimage:\n  tag: t1\n...\n", "---\nimage:\n  tag: t2\n...\n"),
}


@pytest.mark.parametrize(("before", "after"), TAGS.values(), ids=TAGS)
def test_tag(before: str, after: str) -> None:
    """Comments, quotes, line ends and anchors stay."""
    assert changed(before, Build("t2")) == after


DIGESTS = {
    "none yet": ("image:\n  tag: t1\n", f"image:\n  tag: t2\n  digest: {NEW}\n"),
    "of the old tag": (f"image:\n  tag: t1\n  digest: '{OLD}' # x\n", f"image:\n  tag: t2\n  digest: '{NEW}' # x\n"),
    "behind the tag": (f"image:\n  tag: t1@{OLD}\n", f"image:\n  tag: t2@{NEW}\n"),
    "emptied before": ('image: {tag: t1, digest: ""}\n', f'image: {{tag: t2, digest: "{NEW}"}}\n'),
}


ALONE = {
    "of the old image": (f"image:\n  digest: {OLD}\n", f"image:\n  digest: {NEW}\n"),
    "in the place of a tag": (f"image:\n  tag: t1\n  digest: {OLD}\n", f"image:\n  digest: {NEW}\n"),
    "none yet": ("image:\n  repository: r\n  tag: t1\n", f"image:\n  repository: r\n  digest: {NEW}\n"),
}


@pytest.mark.parametrize(("before", "after"), ALONE.values(), ids=ALONE)
def test_a_digest_alone(before: str, after: str) -> None:
    """A build without a tag has its digest where digests stand, and leaves no tag of another one."""
    assert changed(before, Build(NEW)) == after


LISTED = {
    "the tag of an item": ("images:\n- tag: t0\n- tag: t1  # why\n", "images:\n- tag: t0\n- tag: t2  # why\n"),
    "no tag yet": ("images:\n- tag: t0\n- name: b\n", "images:\n- tag: t0\n- name: b\n  tag: t2\n"),
    "a flow list": ("images: [{tag: t0}, {tag: t1}]\n", "images: [{tag: t0}, {tag: t2}]\n"),
}


@pytest.mark.parametrize(("before", "after"), LISTED.values(), ids=LISTED)
def test_an_image_in_a_list(before: str, after: str) -> None:
    """A position in a list leads to an image as a key does."""
    assert changed(before, Build("t2"), ImageKeys("images[1].name", "images[1].tag", None)) == after


def test_an_item_that_is_not_there() -> None:
    """Where a list is too short, nobody guesses what the item would be."""
    with pytest.raises(UnwritableError, match=r"there is no 'images\[1\]'"):
        changed("images:\n- tag: t0\n", Build("t2"), ImageKeys("images[1].name", "images[1].tag", None))


@pytest.mark.parametrize(("before", "after"), DIGESTS.values(), ids=DIGESTS)
def test_digest(before: str, after: str) -> None:
    """A digest comes with its tag, in the form that stood there."""
    assert changed(before, Build("t2", NEW)) == after


REFERENCES = {
    "a tag": ("image: r.example.com:5000/shop:t1 # x\n", Build("t2"), "image: r.example.com:5000/shop:t2 # x\n"),
    "no tag yet": ("image: 'r/shop'\n", Build("t2"), "image: 'r/shop:t2'\n"),
    "tag and digest": (f'image: "r/shop:t1@{OLD}"\n', Build("t2", NEW), f'image: "r/shop:t2@{NEW}"\n'),
    "the digest of another tag": (f"image: r/shop:t1@{OLD}\n", Build("t2"), "image: r/shop:t2\n"),
}

REFERENCES |= {
    "a digest without a tag": (f"image: r/shop:t1@{OLD}\n", Build(NEW), f"image: r/shop@{NEW}\n"),
    "a tag after a digest alone": (f"image: r/shop@{OLD}\n", Build("t2"), "image: r/shop:t2\n"),
}


@pytest.mark.parametrize(("before", "build", "after"), REFERENCES.values(), ids=REFERENCES)
def test_reference(before: str, build: Build, after: str) -> None:
    """Where one value holds the whole reference, the repository in it stays."""
    assert changed(before, build, REFERENCE) == after


@pytest.mark.parametrize(
    ("text", "build"),
    [
        ("r/shop:t1", Build("t1")),
        (f"r/shop:t1@{OLD}", Build("t1", OLD)),
        (f"r/shop@{OLD}", Build(OLD)),
        ("r/shop", None),
    ],
)
def test_the_build_in_a_reference(text: str, build: Build | None) -> None:
    """Where one value holds the whole reference, the build that runs now is what stands behind the repository."""
    assert place(f"image: {text}\n".encode(), REFERENCE).build == build


def test_a_tag_that_no_file_can_hold() -> None:
    """A tag that came as bytes of no encoding is refused like anything that cannot be written."""
    with pytest.raises(UnwritableError):
        changed("image:\n  tag: t1\n", Build("t\udcff"))


@pytest.mark.parametrize("tag", ["1.10", "0123456", "9505540", "12345e67", "y", "on", "0x1F", "1_0", "0b11", "007"])
def test_retyped(tag: str) -> None:
    """A tag of which Helm would make something else is put in quotes, unless it stands in some already."""
    assert changed("image:\n  tag: t1\n", Build(tag)) == f'image:\n  tag: "{tag}"\n'
    assert changed("image:\n  tag: 't1'\n", Build(tag)) == f"image:\n  tag: '{tag}'\n"
    assert changed("image:\n  repository: r\n", Build(tag)) == f'image:\n  repository: r\n  tag: "{tag}"\n'


REFUSED = {
    "another value uses the anchor": ("image:\n  tag: &x t1\nx: *x\n", "3:11|2:11"),
    "the mapping is an alias": ("x: &x {tag: t1}\nimage: *x\n", "write the mapping out"),
    "a mapping in its place": ("image:\n  tag: {a: 1}\n", "not one value"),
    "no mapping": ("image: shop\n", "is no mapping"),
    "a block of text with a comment": ("image:\n  tag: |- # x\n    t1\n", "write it on one line"),
    "the digest is used by an anchor": (f"image:\n  tag: t1\n  digest: &x {OLD}\nx: *x\n", "anchor"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, message: str) -> None:
    """What cannot be changed alone is refused, with the place and the way out."""
    with pytest.raises(UnwritableError, match=message):
        changed(text, Build("t2"))


def test_one_file_for_all() -> None:
    """Where `{env}` is a key, only the keys of one environment change, and an anchor does not carry it on."""
    keys = ImageKeys("{env}.repository", "{env}.tag", None)
    contract = Contract(layers=(LayerPath("release", "{app}.yaml"),), images=(keys,))
    for prod, expected in (("t1", "t2"), ("*x", None)):
        text = f"dev:\n  tag: {'&x ' if expected is None else ''}t1\nprod:\n  tag: {prod}\n"
        tree = MemoryTree({"shop.yaml": text})
        found = placed(tree, Layout(contract, tree.paths), Target("shop", "dev", keys))
        if expected is None:
            with pytest.raises(UnwritableError, match="anchor"):
                changed_layer(text.encode(), found, Build("t2"))
        else:
            assert changed_layer(text.encode(), found, Build("t2")) == b"dev:\n  tag: t2\nprod:\n  tag: t1\n"


NOT_ALONE = {
    "one key for all environments": (("{app}.yaml",), {"shop.yaml": "image: {tag: t1}\n"}, "for dev and prod under"),
    "one file for all apps": (
        ("release-{env}.yaml", "{env}/{app}.yaml"),
        {"release-dev.yaml": "image: {tag: t1}\n", "dev/shop.yaml": "", "dev/blog.yaml": ""},
        "for all apps",
    ),
    "no layer yet": (("{env}/{app}.yaml",), {"prod/shop.yaml": "image: {tag: t1}\n"}, "write dev/shop.yaml first"),
    "a broken layer": (("{env}/{app}.yaml",), {"dev/shop.yaml": "image: [\n"}, "repair the layer"),
    "two documents": (("{env}/{app}.yaml",), {"dev/shop.yaml": "a: 1\n---\nb: 1\n"}, "several documents"),
}


@pytest.mark.parametrize(("paths", "files", "message"), NOT_ALONE.values(), ids=NOT_ALONE)
def test_no_layer(paths: tuple[str, ...], files: dict[str, str], message: str) -> None:
    """A layer that is not there, or not of this environment alone, is no place for a change."""
    roles = ("release", "env")
    layers = tuple(LayerPath(role, path) for role, path in zip(roles, paths, strict=False))  # type: ignore[arg-type]
    contract = Contract(layers=layers, apps={"shop": AppSettings(environments=("dev", "prod"))})
    tree = MemoryTree(files)
    with pytest.raises(NoLayerError, match=message):
        placed(tree, Layout(contract, tree.paths), Target("shop", "dev", ImageKeys()))


def test_the_last_layer_decides() -> None:
    """Of several layers that may name the image, the one that Helm takes it from is changed."""
    contract = Contract(layers=(LayerPath("release", "base.yaml"), LayerPath("release", "{env}/{app}.yaml")))
    tree = MemoryTree({"base.yaml": "image: {repository: r, tag: t0}\n", "dev/shop.yaml": "image: {tag: t1}\n"})
    found = placed(tree, Layout(contract, tree.paths), Target("shop", "dev", ImageKeys()))
    assert (found.path, found.build) == ("dev/shop.yaml", Build("t1"))


LINES = st.lists(
    st.sampled_from(["", "# é", "x: 1", "y: [a, b]", "z: {a: '🛍'}", "w: |\n  text\n  more"]), unique=True, max_size=5
)
VALUES = st.sampled_from(["t1", "'t1'", '"t1"', "&a t1", "!!str t1", "t1  # why", "|-\n    t1", "", "~"])
CODINGS = st.sampled_from(
    [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)


@given(LINES, st.integers(0, 5), VALUES, st.booleans(), CODINGS)
def test_law(around: list[str], split: int, value: str, windows: bool, coding: tuple[bytes, str]) -> None:
    """However a layer is written, it names the new tag afterwards, and all its other lines are the same bytes."""
    own = ["image:", "  repository: r", *f"  tag: {value}".split("\n")]
    lines = ["# The first line.", *around[:split], *own, *around[split:], "# The last line."]
    marks, codec = coding
    newline = "\r\n" if windows else "\n"
    lines = "\n".join(lines).split("\n")
    new = changed_layer(data := marks + newline.join(lines).encode(codec), place(data), Build("1e7"))
    node = find(yaml.parse(PATH, new).root, ("image", "tag"))
    assert node is not None
    assert node.value == "1e7"
    at = next(number for number, line in enumerate(lines) if line.startswith("  tag:"))
    gone = 2 if "|" in lines[at] else 1
    changed_lines = new[len(marks) :].decode(codec).split(newline)
    assert new.startswith(marks)
    assert changed_lines == [*lines[:at], changed_lines[at], *lines[at + gone :]]
    assert changed_lines[at].startswith("  tag: ")


PIECES = [
    "image:",
    "  repository: r",
    "  tag: t1",
    "  tag: &a t1",
    "  tag: *a",
    "  <<: *b",
    "b: &b {tag: x}",
    "x: *a",
    "- a",
    "  tag: 'a\\",
    "    b'",
    "? image",
    ": tag: q",
    "image: {tag: t1,",
    "  repository: r}",
    "  tag: >-",
    "    t1",
    "# c",
    "  tag:",
    "  tag: !!int 5",
    "'image':",
    "---",
    "...",
    "x: \x85y",
    "image: &i",
    "o: *i",
    "<<: [*b, *i]",
    "  ? tag",
    "  : t1",
    "image: !!map",
    "null: 1",
    "\t",
    "  digest: d",
    "image: {}",
    "image: r:t1",
]


@given(st.lists(st.sampled_from(PIECES), max_size=7), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_nothing_but_a_refusal(pieces: list[str], newline: str, whole: bool) -> None:
    """Whatever stands in a layer, it names the new tag afterwards or the change is refused with a reason."""
    data = newline.join([*pieces, ""]).encode()
    keys = REFERENCE if whole else DEFAULT
    try:
        new = changed_layer(data, place(data, keys), Build("t2"))
    except (NoLayerError, UnwritableError):
        return
    assert place(new, keys).build == Build("t2")
