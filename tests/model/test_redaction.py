"""Which values are shown: a secret never is, and a reference to one always."""

from __future__ import annotations

import pytest

from gitopslint.loaders import yaml
from gitopslint.model.document import KeyPath, Node, dotted, find
from gitopslint.model.redaction import judged, judged_path, redacted, without_credentials

# Assembled, so that no scanner takes this file for a leak.
GITHUB = "ghp_" + "a1B2" * 9
GITLAB = "glpat-" + "a1B2c3D4e5" * 2
AMAZON = "AKIA" + "ABCDEFGH12345678"
WEB_TOKEN = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0" + ".c2lnbmF0dXJl"
PRIVATE = "-----BEGIN RSA PRIVATE " + "KEY-----\\nMIIE\\n"

SECRET = {
    "password": "password: hunter2",
    "camel case": "dbPassword: hunter2",
    "capitals": "DB_PASSWORD: hunter2",
    "dashes": "db-password: hunter2",
    "an abbreviation before it": "SMTPPassword: hunter2",
    "a number": "password: 12345678",
    "a digit behind it": "password2: hunter2",
    "two words": "apiKey: abc",
    "two words in one": "APIKEY: abc",
    "a key of a kind": "AWS_SECRET_ACCESS_KEY: abc",
    "a token": "slackToken: abc",
    "a client secret": "oauth: {clientSecret: abc}",
    "a passphrase": "passphrase: open sesame",
    "authorization": "auth: abc",
    "below a holder": "secrets: {DATABASE: abc}",
    "an address below a holder": "secrets: {DATABASE_URL: abc}",
    "in a list": "tokens: [abc]",
    "by the name beside it": "env: [{name: DB_PASSWORD, value: hunter2}]",
    "a private key by its shape": f'tls: "{PRIVATE}"',
    "a user and a password in an address": "db: postgres://app:hunter2@db.example.com/app",
    "a GitHub token": f"text: use {GITHUB} here",
    "a GitLab token": f"text: {GITLAB}",
    "an Amazon key": f"id: {AMAZON}",
    "a web token": f"header: Bearer {WEB_TOKEN}",
    "an address of a webhook": "webhookUrl: https://example.com/abc",
    "a connection string": "connectionString: Server=db;User=app",
}

SHOWN = {
    "a reference": "passwordSecretRef: db",
    "what stands in one": "valueFrom: {secretKeyRef: {name: db, key: password}}",
    "a name": "secretName: db",
    "the name of a user": "auth: {username: app, database: shop}",
    "an existing secret": "auth: {existingSecret: db}",
    "keys in it": "auth: {existingSecretPasswordKey: password}",
    "secrets to pull with": "imagePullSecrets: [{name: registry}]",
    "secrets to load": "envFrom: {secretRef: shop, extraSecretRefs: [one, two]}",
    "a switch": "token: true",
    "nothing": "password: ''",
    "null": "password: ~",
    "a mapping": "password: {}",
    "a lifetime": "tokenTTL: 3600",
    "a path": "passwordFile: /run/secrets/db",
    "an address": "tokenUrl: https://sso.example.com/token",
    "a template": 'password: "{{ .Values.x }}"',
    "a variable": "password: ${DB_PASSWORD}",
    "a path in a vault": "password: <path:secret/data/db#password>",
    "a reference into a vault": "password: ref+vault://secret/db#/password",
    "encrypted": "password: ENC[AES256_GCM,data:x,iv:x,tag:x,type:str]",
    "what is said about a secret": "secret: {create: true, name: db, type: Opaque, annotations: {a: b}}",
    "external secrets": "externalSecrets: {data: [{secretKey: DB, remoteRef: {key: prod/db}}]}",
    "a name that only looks like it": "passenger: anna",
    "an author": "authors: anna",
    "a key": "keyboard: qwertz",
    "a user without a password": "db: postgres://app@db.example.com/app",
    "a port in an address": "url: http://db:5432/x@y",
    "a password from elsewhere in an address": "db: postgres://app:$(DB_PASSWORD)@db.example.com/app",
    "a tag": "image: {tag: 6b1f0c9d24ae-r12}",
    "by the name beside it": "env: [{name: DB_HOST, value: db.example.com}]",
}


def shown_of(text: str) -> list[tuple[str, str | None]]:
    """Return every scalar and empty collection with its path and what stands for it."""
    root = yaml.parse("f", text.encode()).root

    def below(way: KeyPath, node: Node) -> list[tuple[str, str | None]]:
        inside = [found for _, path, one in judged(way, node) for found in below(path, one)]
        return inside or [(dotted(way), redacted(way, node))]

    return below((), root)


@pytest.mark.parametrize("text", SECRET.values(), ids=SECRET)
def test_secret(text: str) -> None:
    """A value that is secret by its key or by its shape is replaced by its length."""
    shown = [shown for path, shown in shown_of(text) if not path.endswith("name")]
    assert [one for one in shown if one is not None and one.startswith("<redacted, ")] == shown
    assert shown


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_shown(text: str) -> None:
    """References, switches, empty values and names are no secrets."""
    assert {shown for _, shown in shown_of(text)} == {None}


def test_length() -> None:
    """Only the length of what a template would print is told."""
    assert shown_of("password: hunter2") == [("password", "<redacted, 7 characters>")]


def test_judged_path() -> None:
    """Whoever asks for one value gets it judged as if he had asked for all."""
    root = yaml.parse("f", b"env: [{name: A, value: b}, {name: DB_PASSWORD, value: hunter2}]").root
    path: KeyPath = ("env", 1, "value")
    way = judged_path(root, path)
    assert way == ("env", 1, "DB_PASSWORD")
    node = find(root, path)
    assert node is not None
    assert redacted(path, node) is None
    assert redacted(way, node) is not None
    assert judged_path(root, ("env", 1, "name")) == ("env", 1, "name")
    assert judged_path(root, ()) == ()


@pytest.mark.parametrize("credential", [GITHUB, GITLAB, AMAZON, WEB_TOKEN])
def test_messages_hold_no_credential(credential: str) -> None:
    """What a message quotes is hidden as a whole where it has the shape of a credential, and nothing else is."""
    text = "shop in dev runs the tag '{}' of registry.example.com/shop, see 4f9d2c7b81ae-r3"
    assert without_credentials(text.format(credential)) == text.format("***")
    assert without_credentials(text.format("sha256:" + "a1" * 32)) == text.format("sha256:" + "a1" * 32)
