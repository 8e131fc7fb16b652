"""Which Secrets operators make of resources of their own."""

from __future__ import annotations

import pytest

from gitopslint.loaders.secret_store import find_secrets
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.platform import KnownSecret
from tests.loaders.test_secret_store import shown

ISSUER = "{acme: {privateKeySecretRef: {name: key}}}"

# Group and kind, the spec, and the Secrets that are made of a resource `n/a`.
MADE = {
    "a class of the CSI driver": (
        "secrets-store.csi.x-k8s.io SecretProviderClass",
        "{secretObjects: [{secretName: s, data: [{objectName: o, key: K}]}]}",
        ["n/s: K"],
    ),
    "Infisical": (
        "secrets.infisical.com InfisicalSecret",
        "{managedSecretReference: {secretName: s, secretNamespace: m}}",
        ["m/s: ?"],
    ),
    "Infisical, several": (
        "secrets.infisical.com InfisicalSecret",
        "{managedKubeSecretReferences: [{secretName: s, secretNamespace: m}, {secretName: t}]}",
        ["m/s: ?", "n/t: ?"],
    ),
    "Doppler": ("secrets.doppler.com DopplerSecret", "{managedSecret: {name: s, namespace: m}}", ["m/s: ?"]),
    "1Password": ("onepassword.com OnePasswordItem", "{itemPath: vaults/a/items/b}", ["n/a: ?"]),
    "Bitwarden": ("k8s.bitwarden.com BitwardenSecret", "{secretName: s}", ["n/s: ?"]),
    "Vault, with its keys": ("ricoberger.de VaultSecret", "{keys: [A, B]}", ["n/a: A B"]),
    "Vault, as a whole": ("ricoberger.de VaultSecret", "{path: x}", ["n/a: ?"]),
    "Azure": ("spv.no AzureKeyVaultSecret", "{output: {secret: {name: s, dataKey: K}}}", ["n/s: K"]),
    "a user of Kafka": ("kafka.strimzi.io KafkaUser", "{}", ["n/a: ?"]),
    "a bucket": ("objectbucket.io ObjectBucketClaim", "{}", ["n/a: AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"]),
    "a user of an object store": (
        "ceph.rook.io CephObjectStoreUser",
        "{store: st}",
        ["n/rook-ceph-object-user-st-a: ?"],
    ),
    "Crossplane": (
        "rds.aws.upbound.io Instance",
        "{writeConnectionSecretToRef: {name: s, namespace: m}}",
        ["m/s: ?"],
    ),
    "a database of Zalando": (
        "acid.zalan.do postgresql",
        "{users: {my_app: []}}",
        [f"n/{user}.a.credentials.postgresql.acid.zalan.do: ?" for user in ("my-app", "postgres", "standby")],
    ),
    "a database of Crunchy Data": (
        "postgres-operator.crunchydata.com PostgresCluster",
        "{users: [{name: u}]}",
        ["n/a-pguser-u: ?", "n/a-cluster-cert: ?", "n/a-pgbouncer: ?"],
    ),
    "RabbitMQ": ("rabbitmq.com RabbitmqCluster", "{}", ["n/a-default-user: ?"]),
    "MongoDB": (
        "mongodbcommunity.mongodb.com MongoDBCommunity",
        "{users: [{name: u, db: d}, {name: v}]}",
        ["n/a-d-u: ?", "n/a-admin-v: ?"],
    ),
    "an account at an issuer": ("cert-manager.io Issuer", ISSUER, ["n/key: tls.key"]),
    "an account for all": ("cert-manager.io ClusterIssuer", ISSUER, ["n/key*: tls.key"]),
    "a kind of somebody else": ("example.com Kafka", "{}", []),
}


def found(text: str, more: dict[str, str] | None = None) -> list[KnownSecret]:
    """Return the Secrets that a manifest makes."""
    tree = MemoryTree({"a.yaml": text, **(more or {})})
    return list(find_secrets(tree, tree.paths, {}, lambda _: False).secrets)


def resource(kind: str, spec: str) -> str:
    """Return a resource `n/a` of a kind, given with its group."""
    group, _, name = kind.partition(" ")
    return f"apiVersion: {group}/v1\nkind: {name}\nmetadata: {{name: a, namespace: n}}\nspec: {spec}\n"


@pytest.mark.parametrize(("kind", "spec", "expected"), MADE.values(), ids=MADE)
def test_made(kind: str, spec: str, expected: list[str]) -> None:
    """Each resource makes these Secrets."""
    assert [shown(one) for one in found(resource(kind, spec))] == expected


def test_a_namespace_of_its_own() -> None:
    """A kustomization moves the resource, and not the Secret that it makes somewhere else."""
    text = resource("secrets.doppler.com DopplerSecret", "{managedSecret: {name: s, namespace: m}}")
    (secret,) = found(text, {"kustomization.yaml": "kind: Kustomization\nnamespace: k\nresources: [a.yaml]\n"})
    assert shown(secret) == "m/s: ?"
