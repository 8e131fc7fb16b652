"""Where values and manifests refer to Secrets."""

from __future__ import annotations

import pytest

from gitopslint.loaders.yaml import parse
from gitopslint.model.secretref import makes_certificates, secret_name, secret_uses

USES = {
    "a chart's own field": ("envFrom: {secretRef: a}", ["a"]),
    "further ones": ("envFrom: {secretRef: a, extraSecretRefs: [b, c]}", ["a", "b", "c"]),
    "an empty one": ("envFrom: {secretRef: '', extraSecretRefs: []}", []),
    "as Kubernetes writes it": ("envFrom: [{secretRef: {name: a}}, {configMapRef: {name: x}}]", ["a"]),
    "a key": ("env: [{name: P, valueFrom: {secretKeyRef: {name: a, key: k}}}]", ["a.k"]),
    "optional": ("valueFrom: {secretKeyRef: {name: a, key: k, optional: true}}", ["a.k?"]),
    "to pull images": ("image: {pullSecrets: [{name: a}]}\nimagePullSecrets: [b, {name: c}]", ["a", "b", "c"]),
    "an existing one": ("auth: {existingSecret: a}\nother: {existingSecretName: b}", ["a", "b"]),
    "with its keys": (
        "existingSecret: a\nexistingSecretPasswordKey: p\nexistingSecretUserKey: u",
        ["a.p", "a.u"],
    ),
    "under another name": ("postgres: {appUserSecretName: a, bootstrap: {secretName: b}}", ["a", "b"]),
    "a volume": ("volumes: [{secret: {secretName: a, items: [{key: k, path: p}]}}]", ["a.k"]),
    "an optional volume": ("volumes: [{secret: {secretName: a, optional: true}}]", ["a?"]),
    "projected": ("projected: {sources: [{secret: {name: a, items: [{key: k}]}}]}", ["a.k"]),
    "a certificate": ("ingress: {tls: [{secretName: a, hosts: [h]}]}", ["a!"]),
    "switched off": ("postgres: {enabled: false, secretName: a}\ningress: {enabled: true, secretName: b}", ["b"]),
    "Grafana and Bitnami": ("envFromSecret: a\nextraEnvVarsSecret: b\nenvFromSecrets: [{name: c}]", ["a", "b", "c"]),
    "values of a HelmRelease": (
        "valuesFrom: [{kind: Secret, name: a, valuesKey: v.yaml}, {kind: ConfigMap, name: b}]",
        ["a.v.yaml"],
    ),
    "a store is none": ("secretStoreRef: {name: a}", []),
    "other words": ("secretsEnabled: a\nsecret: {name: b}\nclientSecret: c\nsecretKey: d", []),
    "a number": ("secretRef: 12", []),
    "through an alias": ("x: &x {secretRef: a}\ny: *x", ["a", "a"]),
}


@pytest.mark.parametrize(("text", "expected"), USES.values(), ids=USES)
def test_uses(text: str, expected: list[str]) -> None:
    """References are told by their fields: name, key, `?` for one that need not be there, `!` for a certificate."""
    uses = secret_uses(parse("v.yaml", text.encode()).root)
    assert [f"{u.name}{f'.{u.key}' if u.key else ''}{'?' * u.optional}{'!' * u.made}" for u in uses] == expected


def test_place() -> None:
    """A reference stands where its name is written, and a key where the key is; an alias where it is used."""
    root = parse("v.yaml", b"a:\n  secretKeyRef: {name: one, key: k}\nb: &b two\nc: {secretRef: *b}\n").root
    assert [f"{use.span} {use.key_span}" for use in secret_uses(root)] == [
        "v.yaml:2:24 v.yaml:2:34",
        "v.yaml:4:16 v.yaml:3:7",
    ]


def test_certificates() -> None:
    """Annotations of cert-manager say that the cluster makes the Secret of a certificate."""
    asks = b"ingress: {annotations: {cert-manager.io/cluster-issuer: letsencrypt}}"
    assert makes_certificates(parse("v.yaml", asks).root)
    assert not makes_certificates(parse("v.yaml", b"ingress: {annotations: {a: b}}").root)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a-b.c", True), ("A", False), ("{{ x }}", False), ("-a", False), ("a" * 254, False), ("", False)],
)
def test_name(text: str, expected: bool) -> None:
    """Only what Kubernetes takes as a name is looked up."""
    assert secret_name(text) is expected
