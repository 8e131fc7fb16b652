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
    "twice in one text": ("a.yaml", f"a: one {TOKEN[:10]} «{TOKEN}» three\n"),
}


@pytest.mark.parametrize(("path", "text"), FILES.values(), ids=FILES)
def test_from_where_to_where(path: str, text: str) -> None:
    """From the first character of a secret to its last, whatever stands before it in the file."""
    plain, wanted = marked(drawn(text))
    assert places(exposures(path, plain)) == wanted
