"""Files that are meant to exhaust or to deceive whoever parses them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.support.attempts import ENV, MANIFEST, Attempt, Content, Files, Scene

CONTRACT_FILE, SOPS, CHART = ".gitopslint.yaml", ".sops.yaml", "deploy/charts/web-app/Chart.yaml"
_LETTERS = "abcdefghijk"


def _alias_bomb() -> str:
    first = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    return first + "".join(
        f"{here}: &{here} [{','.join([f'*{before}'] * 10)}]\n" for before, here in pairwise(_LETTERS)
    )


def _merge_bomb() -> str:
    return "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: *a{n - 1}, y{n}: 1}}\n" for n in range(1, 3000))


def _deep() -> str:
    return "a: " + "[" * 100_000 + "]" * 100_000


def _nested() -> str:
    return "".join("  " * depth + "k:\n" for depth in range(1500))


def _at(path: str, content: Content) -> Files:
    return {path: content}


def _job(inner: str) -> str:
    return "apiVersion: batch/v1\nkind: Job\nimage: x\nb:\n" + "".join(f"  {line}\n" for line in inner.splitlines())


TOO_MANY, TOO_DEEP = "more than 500,000 values", "nested deeper than 150 levels"
LARGE = 5_000_001
ATTEMPTS = {
    "an alias bomb as a layer": Attempt(lambda: _at(ENV, _alias_bomb()), 0, TOO_MANY),
    "an alias bomb as a manifest": Attempt(lambda: _at(MANIFEST, _job(_alias_bomb())), 0, TOO_MANY),
    "an alias bomb as the contract": Attempt(lambda: _at(CONTRACT_FILE, _alias_bomb()), 2, TOO_MANY),
    "an alias bomb as the configuration of SOPS": Attempt(lambda: _at(SOPS, _alias_bomb()), 0, TOO_MANY),
    "an alias bomb as Chart.yaml": Attempt(lambda: _at(CHART, _alias_bomb()), 0, "Chart.yaml is not readable"),
    "a chain of merge keys that doubles": Attempt(lambda: _at(ENV, _merge_bomb()), 0, TOO_MANY),
    "a hundred thousand brackets in a layer": Attempt(lambda: _at(ENV, _deep()), 0, TOO_DEEP),
    "a hundred thousand brackets in the contract": Attempt(lambda: _at(CONTRACT_FILE, _deep()), 2, TOO_DEEP),
    "fifteen hundred mappings inside each other": Attempt(lambda: _at(MANIFEST, _job(_nested())), 0, TOO_DEEP),
    "hundreds of thousands of keys": Attempt(
        lambda: _at(ENV, "env:\n" + "".join(f"  k{n}: {n}\n" for n in range(330_000))), 0, "larger than 5,000,000 bytes"
    ),
    "a scalar of megabytes": Attempt(lambda: _at(ENV, 'env: {A: "' + "x" * 4_500_000 + '"}\n'), 0, "no findings"),
    "a whole number of a million digits as a tag": Attempt(
        lambda: {"deploy/env/release-dev/shop.yaml": "image: {repository: a/b, tag: " + "1" * 1_000_000 + "}\n"},
        1,
        "a tag has at most 128",
    ),
    "a sexagesimal number of a million digits": Attempt(
        lambda: _at(ENV, "env: {A: 1" + ":10" * 400_000 + "}\n"), 0, "no findings"
    ),
    "bytes that are no UTF-8 in a layer": Attempt(lambda: _at(ENV, b"env: {A: \xff}\n"), 1, "byte 0xff is not valid"),
    "bytes that are no UTF-8 in a manifest": Attempt(
        lambda: _at(MANIFEST, b"kind: Job\nimage: x\na: \xff\n"), 0, "a manifest is not readable: byte 0xff"
    ),
    "bytes that are no UTF-8 in the contract": Attempt(lambda: _at(CONTRACT_FILE, b"a: \xff\n"), 2, "byte 0xff"),
    "a NUL byte in a layer": Attempt(lambda: _at(ENV, b"env: {A: \0}\n"), 1, "U+0000 is a control character"),
    "a layer in UTF-16": Attempt(
        lambda: _at(ENV, "image: {tag: latest}\n".encode("utf-16")), 1, "error[image-outside-release]"
    ),
    "a manifest in UTF-16, which a search for words would miss": Attempt(
        lambda: _at(
            MANIFEST, "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'a:latest'}]}\n".encode("utf-16")
        ),
        0,
        "warning[mutable-tag]",
    ),
    "a kustomization that says neither kind nor apiVersion": Attempt(
        lambda: _at("k/kustomization.yaml", "images: [{name: x, newTag: latest}]\n"), 0, "warning[mutable-tag]"
    ),
    "a Python object to be made": Attempt(
        lambda: _at(ENV, 'env: {A: !!python/object/apply:os.system ["touch pwned"]}\n'), 1, "error[schema-violation]"
    ),
    "a key that stands twice, the second time as another word for true": Attempt(
        lambda: _at(ENV, "env: {y: a, on: b}\n"), 1, "'on' is set again, which to Helm is the same key as 'y'"
    ),
    "a tag behind a merge key that a reviewer does not see": Attempt(
        lambda: _at(
            "deploy/env/release-dev/shop.yaml",
            "x: &x {tag: latest}\nimage: {repository: registry.example.com/shop, tag: 4f9d2c7b81ae, <<: *x}\n",
        ),
        1,
        "the merge key overrides 'tag'",
    ),
    "a second document in a layer": Attempt(
        lambda: _at(ENV, "env: {}\n---\nimage: {tag: latest}\n"), 1, "invalid-yaml"
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_document(attempt: Attempt, scene: Scene) -> None:
    """No file takes long, none runs anything, and what cannot be read is an error, undecided or refused, never clean."""
    scene.write(attempt.files())
    code, out, err = scene.run("check")
    assert attempt.says in out + err
    assert code == attempt.code
    assert not (scene.path / "pwned").exists()
    assert code == 2 or out.startswith("no findings") == (attempt.says == "no findings")
