"""Where exactly a secret stands in files of settings. Each stands between « and »."""

from __future__ import annotations

import base64

import pytest

from tests.support.secrets import drawn, exposures, marked, places

TOKEN = drawn("ghp_{alnum:36}")
INNER = base64.b64encode(f"token={'ghp_'}aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1zA2".encode()).decode()
KEY = "-----BEGIN " + "PRIVATE KEY-----\n" + drawn("{alnum:64}\n{alnum:64}\n") + "-----END " + "PRIVATE KEY-----"

FILES = {
    "a random value on the third line": ("app.conf", "a = 1\nb = 2\nsetting = «{alnum:32}»\nc = 3\n"),
    "behind a colon": ("app.conf", "setting: «{alnum:32}»\n"),
    "two of them": ("app.conf", "one = «{alnum:32}»\ntwo = «{alnum:33}»\n"),
    "twenty characters": ("app.conf", "this_setting = «q7Rk2VxN9tLw4ZbY8mPc»\n"),
    "nineteen": ("app.conf", "this_setting = q7Rk2VxN9tLw4ZbY8mP\n"),
    "without a key": ("app.conf", "some {alnum:32} or other\n"),
    "a credential in base64": ("app.conf", f"a = 1\nsetting = «{INNER}»\n"),
    "a private key behind something": ("app.conf", f"a = 1\n«{KEY}»\nb = 2\n"),
    "a private key in YAML": ("a.yaml", "a: 1\nkey: |\n  «" + KEY.replace("\n", "\n  ") + "»\nb: 2\n"),
    "a token behind a private key": ("app.conf", f"«{KEY}»\nsetting = «{TOKEN}»\n"),
    "a list of names below a reference": (
        "a.yaml",
        "imagePullSecrets:\n- name: shop-pull\n- name: other-pull\npassword: «summer2024»\n",
    ),
    "a password below a list of names": (
        "a.yaml",
        "secretRefs:\n  - shop-env\n\n  - other-env\nother:\n  password: «summer2024»\n",
    ),
    "a password after a line without one": ("a.yaml", "a: 1\nb: 2\npassword: «summer2024»\n"),
    "a password at the top": ("a.yaml", "password: «summer2024»\n"),
    "in quotes": ("a.yaml", "a:\n  password: '«summer2024»'\n  other: \"x\"\n"),
    "in a block": ("a.yaml", "password: |\n  «summer2024»\nb: 1\n"),
    "the second of three in a block": (
        "a.yaml",
        "a: |\n  user: summer2024\n  password: «summer2024»\n  note: summer2024\n",
    ),
    "in a block, with blanks behind": ("a.yaml", "password: |\n  «summer2024»  \nb: 1\n"),
    "a short one with a quote in it": ("a.yaml", "a: 1\npassword: '«a''b»'\n"),
    "a key among the parameters of an address": ("app.conf", "url: https://api.example.com/v1?key=«{alnum:32}»\n"),
    "with a bracket that it opens itself": ("app.conf", "options = user=shop password=«q7-rk2(vx)»\n"),
    "with a slash, in an address": ("a.yaml", "address: postgres://shop:«lan/tern71»@localhost/shop\n"),
    "a binary value of a Secret": ("a.yaml", "kind: Secret\ndata:\n  a: «gIGCgw==»\n"),
    "beside an address in a Secret": (
        "a.yaml",
        "kind: Secret\nstringData:\n  a: https://shop.example.com\n  b: «q7Rk2VxN9tLw4ZbY8mPc»\n",
    ),
    "a program in a ConfigMap": (
        "a.yaml",
        'kind: ConfigMap\ndata:\n  shop.py: |\n    import shop\n    password = "summer2024"\n',
    ),
    "twice in one text": ("a.yaml", f"a: one {TOKEN[:10]} «{TOKEN}» three\n"),
}


@pytest.mark.parametrize(("path", "text"), FILES.values(), ids=FILES)
def test_from_where_to_where(path: str, text: str) -> None:
    """From the first character of a secret to its last, whatever stands before it in the file."""
    plain, wanted = marked(drawn(text))
    assert places(exposures(path, plain)) == wanted


KEYED = {
    "on the first line": "setting = ghp_{alnum:36}\n",
    "in double quotes": 'a = 1\nsetting = "ghp_{alnum:36}"\n',
}


@pytest.mark.parametrize("text", KEYED.values(), ids=KEYED)
def test_under_which_key(text: str) -> None:
    """The key on the line of a credential is told."""
    assert [one.key_path for one in exposures("app.conf", drawn(text))] == [("setting",)]


def test_what_stands_first_in_base64_is_named() -> None:
    """Of several credentials in one text in base64 the first is named."""
    inner = base64.b64encode(drawn("ghp_{alnum:36} glpat-{alnum:20}").encode()).decode()
    assert [one.hidden.kind for one in exposures("app.conf", f"setting = {inner}\n")] == ["a GitHub token"]


# The entries of a Secret, and whether it is reported as a whole.
MANIFESTS = {
    "a password": ("stringData:\n  password: summer2024\n", True),
    "a private key": ("stringData:\n  a: |\n    " + KEY.replace("\n", "\n    ") + "\n", True),
    "where a private key goes": (
        "stringData:\n  a: |\n    " + "\n    ".join((KEY.split("\n")[0], "...", KEY.split("\n")[-1])) + "\n",
        False,
    ),
    "a placeholder in base64": ("data:\n  password: Y2hhbmdlbWU=\n", False),
    "where a password goes": ("stringData:\n  a: |\n    user: shop\n    password: changeme\n", False),
}


@pytest.mark.parametrize(("text", "whole"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_secret_as_a_whole(text: str, whole: bool) -> None:
    """A Secret in plain text is reported at its kind; one that only shows where things go is not."""
    found = exposures("a.yaml", f"kind: Secret\n{text}", whole=True)
    assert [one.rule for one in found if one.shown] == ["secret-manifest"] * whole
