"""The scalars of a document under the names that they go by."""

from __future__ import annotations

import pytest

from gitopslint.checks.secrets.references import holds_a_value, is_field
from gitopslint.checks.secrets.structure import leaves_of
from gitopslint.loaders import yaml
from tests.support.secrets import drawn

# A document, and for each scalar its key path, the name that counts, and where it is (`around`, and the flag before).
DOCUMENTS = {
    "a name and a value": ("- {name: DB_PASSWORD, value: x}\n", ["0.name name", "0.value DB_PASSWORD"]),
    "a name alone": ("- {name: DB_PASSWORD, other: x}\n", ["0.name name", "0.other other"]),
    "a name that is no text": ("- {name: 7, value: x}\n", ["0.name name", "0.value value"]),
    "an empty name": ("- {name: '', key: A, value: x}\n", ["0.name name", "0.key key", "0.value A"]),
    "a value below the name of a secret": (
        "password: {value: x, other: y}\n",
        ["password.value password holder", "password.other other holder"],
    ),
    "a value below another name": ("setting: {value: x}\n", ["setting.value value"]),
    "data of a Secret": (
        "kind: Secret\napiVersion: v1\ndata: {A: x}\nstringData: {B: {c: y}}\ntype: z\n",
        ["kind kind", "apiVersion apiVersion", "data.A A secret-data", "stringData.B.c c secret-text", "type type"],
    ),
    "a Secret without a version": ("kind: Secret\ndata: {A: x}\n", ["kind kind", "data.A A secret-data"]),
    "another kind of Secret": (
        "kind: Secret\napiVersion: example.com/v1\ndata: {A: x}\n",
        ["kind kind", "apiVersion apiVersion", "data.A A"],
    ),
    "a name and a value in a Secret": (
        "kind: Secret\nstringData: {name: A, value: x}\n",
        ["kind kind", "stringData.name name secret-text", "stringData.value value secret-text"],
    ),
    "data that is no mapping": ("a: {data: x}\n", ["a.data data"]),
    "data of another kind": ("kind: ConfigMap\ndata: {A: x}\n", ["kind kind", "data.A A"]),
    "below annotations": ("metadata: {annotations: {a: x}}\n", ["metadata.annotations.a a quiet"]),
    "below a reference": ("secretRef: {name: x}\n", ["secretRef.name name quiet"]),
    "below secrets": ("secrets: {a: x, metadata: {b: y}}\n", ["secrets.a a holder", "secrets.metadata.b b quiet"]),
    "annotations of secrets": ("annotations: {secrets: {a: x}}\n", ["annotations.secrets.a a quiet"]),
    "the key inside a Secret": (
        "auth: {secretName: a, password: password}\n",
        ["auth.secretName secretName quiet", "auth.password password quiet"],
    ),
    "a kind that refers": ("kind: ExternalSecret\nspec: {a: x}\n", ["kind kind quiet", "spec.a a quiet"]),
    "arguments": (
        "args: [--password, x, --a=b, y, '-c d', z, e, f]\n",
        [
            "args.0 args",
            "args.1 args password",
            "args.2 args",
            "args.3 args",
            "args.4 args",
            "args.5 args",
            "args.6 args",
            "args.7 args",
        ],
    ),
    "a flag, and something between": ("args: [--password, {a: x}, y]\n", ["args.0 args", "args.1.a a", "args.2 args"]),
}


@pytest.mark.parametrize(("text", "expected"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_names_of_scalars(text: str, expected: list[str]) -> None:
    """A value goes by the name beside it, below it or before it, whichever says what it is."""
    (root,) = yaml.parse("a.yaml", text.encode()).roots
    found = [
        " ".join(filter(None, (".".join(map(str, one.path)), one.key, one.around, one.flag))) for one in leaves_of(root)
    ]
    assert found == expected


FIELDS = {
    "secretRef": True,
    "extraSecretRefs": True,
    "existingSecret": True,
    "existingDatabaseSecret": True,
    "secretName": True,
    "imagePullSecret": True,
    "secretKeyRef.name": True,
    "imagePullSecrets.name": True,
    "tlsSecretRef.name": True,
    "other.name": False,
    "name": False,
    "secret": False,
    "existing": False,
    "secretRef.other": False,
    "appSecret": False,
}


@pytest.mark.parametrize(("path", "expected"), FIELDS.items(), ids=FIELDS)
def test_fields_that_name_a_secret(path: str, expected: bool) -> None:
    """They are told by their last words, whatever stands before."""
    text = "x\n"
    for step in reversed(path.split(".")):
        text = f"{{{step}: {text.strip()}}}\n"
    (root,) = yaml.parse("a.yaml", text.encode()).roots
    (leaf,) = leaves_of(root)
    assert is_field(leaf) is expected


HELD = {
    "a name": ("shop-env", False),
    "a name with dots": ("shop.env", False),
    "nothing": (" ", False),
    "a placeholder": ("CHANGEME", False),
    "a template": ("{{ .Values.name }}", False),
    "a reference": ("vault:secret/shop", False),
    "a path": ("/run/secrets/a", True),
    "capitals": ("Shop_Env", True),
    "as long as a name may be": ("a" * 253, False),
    "longer": ("a" * 254, True),
    "what was drawn": (drawn("{lower:32}"), True),
    "what was drawn, behind a name": ("shop-" + drawn("{lower:32}"), False),
}


@pytest.mark.parametrize(("text", "expected"), HELD.values(), ids=HELD)
def test_what_stands_in_the_place_of_a_name(text: str, expected: bool) -> None:
    """What Kubernetes would refuse as a name, or nobody would think of, is a value."""
    assert holds_a_value(text) is expected
