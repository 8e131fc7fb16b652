"""Which Secrets operators make of resources of their own. Most do not say which keys they put in.

Sources, the documentation of each: cert-manager, CloudNativePG, secrets-store-csi-driver, sops-secrets-operator, the
operators of HashiCorp Vault, Infisical, Doppler, 1Password, Bitwarden and Azure Key Vault, Strimzi, Rook, Crossplane,
and those of databases by Zalando, Crunchy Data, Elastic, MongoDB and RabbitMQ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gitopslint.model.document import Node, find, items_at, text_at
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

KINDS = (
    "Certificate|(?:Cluster)?Issuer|Cluster|SopsSecret|Vault(?:Static|Dynamic|PKI)?Secret|SecretProviderClass"
    "|InfisicalSecret|DopplerSecret|OnePasswordItem|BitwardenSecret|AzureKeyVaultSecret|Kafka(?:User)?"
    "|ObjectBucketClaim|CephObjectStoreUser|postgresql|PostgresCluster|RabbitmqCluster|Elasticsearch|Kibana"
    "|MongoDBCommunity"
)
"""The kinds of these resources, as a regular expression; further ones are told by `writeConnectionSecretToRef`."""

_CLUSTER_MADE = ("app", "superuser", "ca", "server", "replication")  # what CloudNativePG makes of one Cluster
_KAFKA_MADE = ("cluster-ca", "cluster-ca-cert", "clients-ca", "clients-ca-cert")
_ELASTIC_MADE = (
    "elastic-user",
    "http-certs-public",
    "http-certs-internal",
    "http-ca-internal",
    "transport-certs-public",
)
_VAULT = lazy(r"Vault(?:Static|Dynamic|PKI)Secret")
_ANYWHERE = "*"

_Names = Iterator["Made"]


class Made(NamedTuple):
    """A Secret that an operator makes: the node with its name, or the name itself; its keys and its namespace.

    `kept`: it comes with something else, so that nobody need use it.
    """

    name: Node | str
    keys: frozenset[str] | None = None
    namespace: str | None = None
    kept: bool = False
    everywhere: bool = False


def made_by_operator(root: Node, kind: str, group: str) -> _Names:
    """Yield what an operator makes of a resource, if there is one for it."""
    make = _MAKERS.get((kind, group)) or _MAKERS.get((kind, _ANYWHERE))
    if make is not None:
        yield from make(root)
    elif _VAULT.fullmatch(kind):
        yield from _named(find(root, ("spec", "destination", "name")))
    target = find(root, ("spec", "writeConnectionSecretToRef"))
    if target is not None:  # what Crossplane makes available
        yield from _named(target.mapping.get("name"), namespace=text_at(target, "namespace"))


def _named(name: Node | None, keys: frozenset[str] | None = None, namespace: str = "") -> _Names:
    if name is not None and name.is_scalar and name.text:
        yield Made(name, keys, namespace or None)


def _own_name(root: Node) -> _Names:
    yield from _named(find(root, ("metadata", "name")))


def _certificate(root: Node) -> _Names:
    yield from _named(find(root, ("spec", "secretName")), frozenset({"tls.crt", "tls.key", "ca.crt"}))


def _issuer(root: Node) -> _Names:
    for made in _named(find(root, ("spec", "acme", "privateKeySecretRef", "name")), frozenset({"tls.key"})):
        yield made._replace(kept=True, everywhere=text_at(root, "kind") == "ClusterIssuer")


def _with_endings(*endings: str) -> Callable[[Node], _Names]:
    def make(root: Node) -> _Names:
        name = text_at(root, "metadata", "name")
        yield from (Made(f"{name}-{ending}", kept=True) for ending in endings if name)

    return make


def _sops_secret(root: Node) -> _Names:
    for template in items_at(root, "spec", "secretTemplates"):
        keys = frozenset(key for field in ("data", "stringData") for key in _mapping(template, field))
        yield from _named(template.mapping.get("name"), keys)


def _provider_class(root: Node) -> _Names:
    for one in items_at(root, "spec", "secretObjects"):
        keys = frozenset(text_at(item, "key") for item in items_at(one, "data"))
        yield from _named(one.mapping.get("secretName"), keys)


def _infisical(root: Node) -> _Names:
    single = find(root, ("spec", "managedSecretReference"))
    for one in [*([single] if single is not None else []), *items_at(root, "spec", "managedKubeSecretReferences")]:
        yield from _named(one.mapping.get("secretName"), namespace=text_at(one, "secretNamespace"))


def _doppler(root: Node) -> _Names:
    name = find(root, ("spec", "managedSecret", "name"))
    yield from _named(name, namespace=text_at(root, "spec", "managedSecret", "namespace"))


def _vault_secret(root: Node) -> _Names:
    listed = frozenset(item.text for item in items_at(root, "spec", "keys"))
    yield from _named(find(root, ("metadata", "name")), listed or None)


def _azure(root: Node) -> _Names:
    target = find(root, ("spec", "output", "secret")) or root
    key = text_at(target, "dataKey")
    yield from _named(find(root, ("spec", "output", "secret", "name")), frozenset({key}) if key else None)


def _bucket(root: Node) -> _Names:
    keys = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
    yield from _named(find(root, ("metadata", "name")), keys)


def _zalando(root: Node) -> _Names:
    name = text_at(root, "metadata", "name")
    users = _mapping(find(root, ("spec",)) or root, "users")
    for user in dict.fromkeys((*users, "postgres", "standby")):
        yield Made(f"{user.replace('_', '-')}.{name}.credentials.postgresql.acid.zalan.do", kept=True)


def _crunchy(root: Node) -> _Names:
    name = text_at(root, "metadata", "name")
    users = [text_at(one, "name") for one in items_at(root, "spec", "users")]
    yield from (Made(f"{name}-pguser-{user}", kept=True) for user in users or [name])
    yield from (Made(f"{name}-{ending}", kept=True) for ending in ("cluster-cert", "pgbouncer"))


def _mongo(root: Node) -> _Names:
    name = text_at(root, "metadata", "name")
    for user in items_at(root, "spec", "users"):
        own = text_at(user, "connectionStringSecretName")
        yield Made(own or f"{name}-{text_at(user, 'db') or 'admin'}-{text_at(user, 'name')}", kept=True)


def _ceph_user(root: Node) -> _Names:
    store, name = text_at(root, "spec", "store"), text_at(root, "metadata", "name")
    yield Made(f"rook-ceph-object-user-{store}-{name}")


_MAKERS: dict[tuple[str, str], Callable[[Node], _Names]] = {
    ("Certificate", _ANYWHERE): _certificate,
    ("Issuer", "cert-manager.io"): _issuer,
    ("ClusterIssuer", "cert-manager.io"): _issuer,
    ("Cluster", "postgresql.cnpg.io"): _with_endings(*_CLUSTER_MADE),
    ("SopsSecret", _ANYWHERE): _sops_secret,
    ("SecretProviderClass", _ANYWHERE): _provider_class,
    ("InfisicalSecret", _ANYWHERE): _infisical,
    ("DopplerSecret", _ANYWHERE): _doppler,
    ("OnePasswordItem", _ANYWHERE): _own_name,
    ("VaultSecret", _ANYWHERE): _vault_secret,
    ("BitwardenSecret", _ANYWHERE): lambda root: _named(find(root, ("spec", "secretName"))),
    ("AzureKeyVaultSecret", _ANYWHERE): _azure,
    ("Kafka", "kafka.strimzi.io"): _with_endings(*_KAFKA_MADE),
    ("KafkaUser", "kafka.strimzi.io"): _own_name,
    ("ObjectBucketClaim", _ANYWHERE): _bucket,
    ("CephObjectStoreUser", _ANYWHERE): _ceph_user,
    ("postgresql", "acid.zalan.do"): _zalando,
    ("PostgresCluster", _ANYWHERE): _crunchy,
    ("RabbitmqCluster", _ANYWHERE): _with_endings("default-user"),
    ("Elasticsearch", "elasticsearch.k8s.elastic.co"): _with_endings(*(f"es-{one}" for one in _ELASTIC_MADE)),
    ("Kibana", "kibana.k8s.elastic.co"): _with_endings("kb-http-certs-public"),
    ("MongoDBCommunity", _ANYWHERE): _mongo,
}


def _mapping(node: Node, key: str) -> list[str]:
    """Return the keys below a key, as they are written."""
    found = node.mapping.get(key)
    below = found.mapping.items() if found is not None else ()
    return [one.key.text if one.key is not None else name for name, one in below]
