"""Which Secrets the files of a repository make: by namespace, name and key, whatever encrypts or fetches the values.

Sources: Kubernetes core/v1, bitnami-labs/sealed-secrets, external-secrets.io, kustomize `secretGenerator`, ksops.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from gitopslint.loaders.held import Held
from gitopslint.loaders.kustomize import Overlay, Overlays
from gitopslint.loaders.operators import KINDS, made_by_operator
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.document import Document, Node, find, items_at, text_at
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.platform import Gap, KnownSecret

MENTIONS_SECRETS = re.compile(
    rb"\"?kind\"?:[ \t]*[\"']?(?:List|Secret|SealedSecret|(?:Cluster)?ExternalSecret|Kustomization|ksops|%b)\b"
    rb"|\b(?:secretGenerator|writeConnectionSecretToRef)\b" % KINDS.encode()
)
_CIPHERTEXT = "ENC[AES256_GCM,"
_COPIED = ("reflector.v1.k8s.emberstack.com/reflection-auto-enabled", "replicator.v1.mittwald.de/replicate-to")
_FOUND_BY_LABEL = (
    "argocd.argoproj.io/secret-type",
    "sealedsecrets.bitnami.com/sealed-secrets-key",
    "grafana_dashboard",
)
_FOUND_BY_TYPE = ("kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token", "helm.sh/release.v1")


class Found(NamedTuple):
    """The Secrets of a repository, and what may hide others."""

    secrets: tuple[KnownSecret, ...]
    gaps: tuple[Gap, ...]
    overlays: Overlays
    documents: dict[str, Document]
    """The files that make them, each by its path in the tree."""


def find_secrets(
    tree: Tree,
    paths: Iterable[str],
    namespaces: Mapping[str, str],
    skip: Callable[[str], bool],
    named: Callable[[str], str] = str,
) -> Found:
    """Read the Secrets that manifests make.

    `namespaces` are those in which Argo CD deploys folders. `skip` names templates of charts, `named` makes of a
    path what reports call the file.
    """
    documents: dict[str, Document] = {}
    gaps: list[Gap] = []
    held = Held()
    wanted = [path for path in paths if path.endswith((".yaml", ".yml", ".json")) and not skip(path)]
    for path, data in tree.read_many(wanted):
        if isinstance(data, ReadError) or not MENTIONS_SECRETS.search(data):
            continue
        document = documents[path] = held.parse(named(path), data)
        if document.problem is not None and document.problem.kind != "helm":
            reason = "a manifest that may make Secrets is not readable"
            gaps.append(Gap(reason, "repair it, or exclude it", document.problem.span))
    overlays = Overlays(documents, tree)
    found: list[KnownSecret] = []
    for path, document in documents.items():
        overlay = overlays.of(path)
        namespace = overlay.namespace or _deployed_to(path, namespaces)
        for root in document.roots:
            found += (_placed(one, namespace, overlay) for one in _made(root, path, tree, overlays))
    encrypted = [one for one in found if one.name.startswith(_CIPHERTEXT)]
    if encrypted:
        reason = "a Secret has an encrypted name, so nobody can tell which one it is"
        remedy = "encrypt data and stringData only: `encrypted_regex: ^(data|stringData)$`"
        gaps.append(Gap(reason, remedy, encrypted[0].span))
    return Found(tuple(one for one in found if one not in encrypted), tuple(gaps), overlays, documents)


def _deployed_to(path: str, namespaces: Mapping[str, str]) -> str | None:
    folder = posixpath.dirname(path)
    while folder:
        if folder in namespaces:
            return namespaces[folder]
        folder = posixpath.dirname(folder)
    return namespaces.get("")


def _placed(secret: KnownSecret, namespace: str | None, overlay: Overlay) -> KnownSecret:
    """Apply what a kustomization does to everything in it."""
    if secret.pinned and secret.namespace is not None:
        return secret
    name = overlay.prefix + secret.name + overlay.suffix
    return secret._replace(name=name, namespace=overlay.namespace or secret.namespace or namespace)


def _made(root: Node, path: str, tree: Tree, overlays: Overlays) -> Iterator[KnownSecret]:
    kind, group = text_at(root, "kind"), text_at(root, "apiVersion").partition("/")[0]
    if kind == "List":
        for item in items_at(root, "items"):
            yield from _made(item, path, tree, overlays)
    elif kind == "Secret" and group == "v1":
        yield _secret(root, "Secret", _keys(root, "data", "stringData"))
    elif kind == "SealedSecret":
        template = find(root, ("spec", "template")) or Node({}, root.span, "block")
        # The controller gives the Secret its own name and namespace, whatever the template says.
        yield _secret(root, kind, _keys_at(root, "spec", "encryptedData") | _keys(template, "data", "stringData"))
    elif kind in ("ExternalSecret", "ClusterExternalSecret"):
        yield from _external(root, kind)
    elif "secretGenerator" in root.mapping:
        yield from _generated(root, path, tree)
    else:
        yield from _by_operator(root, kind, group)


def _by_operator(root: Node, kind: str, group: str) -> Iterator[KnownSecret]:
    for one in made_by_operator(root, kind, group):
        named = isinstance(one.name, Node)
        secret = _secret(root, kind, one.keys, one.name if isinstance(one.name, Node) else None)
        yield secret._replace(
            name=secret.name if named else str(one.name),
            namespace=one.namespace or secret.namespace,
            kept=one.kept,
            everywhere=secret.everywhere or one.everywhere,
            pinned=one.namespace is not None,
        )


def _external(root: Node, kind: str) -> Iterator[KnownSecret]:
    spec = find(root, ("spec",)) or root
    own = spec
    name = find(root, ("metadata", "name"))
    if kind == "ClusterExternalSecret":
        own = spec.mapping.get("externalSecretSpec") or spec
        name = spec.mapping.get("externalSecretName") or name
    policy = text_at(own, "target", "creationPolicy")
    if policy == "None":
        return
    name = find(own, ("target", "name")) or name
    keys: frozenset[str] | None = frozenset(text_at(item, "secretKey") for item in items_at(own, "data"))
    template = find(own, ("target", "template"))
    if template is not None and ("templateFrom" in template.mapping or "data" in template.mapping):
        written = _keys(template, "data")
        merged = text_at(template, "mergePolicy") == "Merge"
        keys = None if "templateFrom" in template.mapping else written | (keys or frozenset() if merged else set())
    elif "dataFrom" in own.mapping:
        keys = None
    made = _secret(root, kind, None if policy == "Merge" else keys, name)
    if kind == "ExternalSecret":
        yield made
        return
    listed = [item.text for item in items_at(spec, "namespaces")]
    chosen = any(key.startswith("namespaceSelector") for key in spec.mapping)
    yield from (made._replace(namespace=namespace) for namespace in listed)
    if chosen or not listed:
        yield made._replace(namespace=None)


def _generated(root: Node, path: str, tree: Tree) -> Iterator[KnownSecret]:
    folder = posixpath.dirname(path)
    everywhere = find(root, ("generatorOptions", "disableNameSuffixHash"))
    for generator in items_at(root, "secretGenerator"):
        own = find(generator, ("options", "disableNameSuffixHash"))
        fixed = any(one is not None and one.value is True for one in (own, everywhere))
        keys = {item.text.partition("=")[0] for item in items_at(generator, "literals")}
        listed = True
        for item in items_at(generator, "files"):
            key, equals, _ = item.text.partition("=")
            keys.add(key if equals else posixpath.basename(key))
        env = generator.mapping.get("env")
        for item in [*items_at(generator, "envs"), *([env] if env is not None else [])]:
            more = _env_keys(posixpath.normpath(posixpath.join(folder, item.text)), tree)
            listed = listed and more is not None
            keys |= more or set()
        name = generator.mapping.get("name")
        if name is not None and name.is_scalar:
            known = frozenset(keys) if listed else None
            place = generator.mapping.get("namespace")
            namespace = place.text if place is not None and place.text else None
            yield KnownSecret(name.text, namespace, known, "secretGenerator", name.span, hashed=not fixed)


def _env_keys(path: str, tree: Tree) -> set[str] | None:
    try:
        text = tree.read(path).decode("utf-8", "replace")
    except ReadError:
        return None
    lines = (line.strip() for line in text.splitlines())
    keys = {line.partition("=")[0].strip() for line in lines if "=" in line and not line.startswith("#")}
    return {key for key in keys if not key.startswith("sops_")}


def _secret(root: Node, maker: str, keys: frozenset[str] | None, name: Node | None = None) -> KnownSecret:
    written = name or find(root, ("metadata", "name")) or root
    notes = (find(root, ("metadata", "annotations")) or root).mapping
    labels = (find(root, ("metadata", "labels")) or root).mapping
    copied = any(key in notes and notes[key].text not in ("false", "") for key in _COPIED)
    kept = any(key in labels for key in _FOUND_BY_LABEL) or text_at(root, "type").startswith(_FOUND_BY_TYPE)
    namespace = text_at(root, "metadata", "namespace") or None
    if namespace is not None and namespace.startswith(_CIPHERTEXT):
        namespace = None
    text = written.text if written.is_scalar else ""
    return KnownSecret(text, namespace, keys, maker, written.span, everywhere=copied, kept=kept)


def _keys(node: Node, *fields: str) -> frozenset[str]:
    return frozenset(
        one.key.text if one.key is not None else key
        for field in fields
        if (below := node.mapping.get(field)) is not None
        for key, one in below.mapping.items()
    )


def _keys_at(node: Node, *path: str) -> frozenset[str]:
    below = find(node, path[:-1])
    return _keys(below, path[-1]) if below is not None else frozenset()
