"""Which Secrets the files of a repository make."""

from __future__ import annotations

import pytest

from gitopslint.loaders.secret_store import find_secrets
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.platform import KnownSecret

Files = dict[str, str | bytes | None]
META = "metadata: {name: a, namespace: n}\n"
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
SECRET = f"apiVersion: v1\nkind: Secret\n{META}"
BARE = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {K: x}\n"


def shown(secret: KnownSecret) -> str:
    """Write a Secret as `namespace/name: its keys`."""
    keys = "?" if secret.keys is None else " ".join(sorted(secret.keys))
    marks = "#" * secret.hashed + "*" * secret.everywhere
    return f"{secret.namespace}/{secret.name}{marks}: {keys}"


def found(files: Files, namespaces: dict[str, str] | None = None) -> list[str]:
    """Return the Secrets that files make."""
    tree = MemoryTree(files)
    return [shown(one) for one in find_secrets(tree, tree.paths, namespaces or {}, lambda _: False).secrets]


MAKERS = {
    "plain": (SECRET + "data: {A: eA==}\nstringData: {B: x}\n", ["n/a: A B"]),
    "as JSON": ('{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"A": ""}}', ["None/a: A"]),
    "no kind of ours": (f"apiVersion: x/v1\nkind: Secret\n{META}", []),
    "a key that YAML would retype": (SECRET + "stringData: {on: x, 'no': y}\n", ["n/a: no on"]),
    "a list": (
        f"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  {META}  data: {{A: x}}\n",
        ["n/a: A"],
    ),
    "several documents": (f"{SECRET}---\napiVersion: v1\nkind: Secret\nmetadata: {{name: b}}\n", ["n/a: ", "None/b: "]),
    "a sealed one": (
        (
            f"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n{META}spec:\n  encryptedData: {{A: AgB}}\n"
            "  template: {data: {B: x}}\n"
        ),
        ["n/a: A B"],
    ),
    "a sealed one keeps its name": (
        (
            f"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n{META}spec:\n  encryptedData: {{A: AgB}}\n"
            "  template: {metadata: {name: b}}\n"
        ),
        ["n/a: A"],
    ),
    "fetched": (
        (
            f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n{META}spec:\n  target: {{name: b}}\n"
            "  data: [{secretKey: A}, {secretKey: B}]\n"
        ),
        ["n/b: A B"],
    ),
    "fetched as a whole": (
        f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n{META}spec: {{dataFrom: [{{extract: {{key: x}}}}]}}\n",
        ["n/a: ?"],
    ),
    "fetched into a template": (
        (
            f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n{META}spec:\n"
            "  target: {template: {data: {URL: '{{ .A }}'}}}\n  data: [{secretKey: A}]\n"
        ),
        ["n/a: URL"],
    ),
    "fetched, and made by somebody else": (
        f"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n{META}spec: {{target: {{creationPolicy: None}}}}\n",
        [],
    ),
    "fetched for several namespaces": (
        (
            f"apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\n{META}spec:\n  namespaces: [x, y]\n"
            "  externalSecretSpec: {data: [{secretKey: A}]}\n"
        ),
        ["x/a: A", "y/a: A"],
    ),
    "generated": (
        KUSTOMIZATION + "namespace: k\nsecretGenerator:\n- {name: g, literals: [A=1], files: [B=b.txt, c.txt]}\n",
        ["k/g#: A B c.txt"],
    ),
    "generated without a hash": (
        KUSTOMIZATION
        + "generatorOptions: {disableNameSuffixHash: true}\nsecretGenerator: [{name: g, literals: [A=1]}]\n",
        ["None/g: A"],
    ),
    "generated from a file that is not there": (
        KUSTOMIZATION + "secretGenerator: [{name: g, envs: [x.env]}]\n",
        ["None/g#: ?"],
    ),
    "a certificate": (
        f"apiVersion: cert-manager.io/v1\nkind: Certificate\n{META}spec: {{secretName: tls}}\n",
        ["n/tls: ca.crt tls.crt tls.key"],
    ),
    "by the operator of SOPS": (
        (
            f"apiVersion: isindir.github.com/v1alpha3\nkind: SopsSecret\n{META}"
            "spec: {secretTemplates: [{name: s, stringData: {A: x}}]}\n"
        ),
        ["n/s: A"],
    ),
    "by the operator of Vault": (
        f"apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultStaticSecret\n{META}spec: {{destination: {{name: v}}}}\n",
        ["n/v: ?"],
    ),
    "copied to other namespaces": (
        (
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: n\n"
            "  annotations: {replicator.v1.mittwald.de/replicate-to: '.*'}\n"
        ),
        ["n/a*: "],
    ),
    "with an encrypted namespace": (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: 'ENC[AES256_GCM,data:x]'}\n",
        ["None/a: "],
    ),
}


@pytest.mark.parametrize(("text", "expected"), MAKERS.values(), ids=MAKERS)
def test_made(text: str, expected: list[str]) -> None:
    """Names, namespaces and keys are read from whatever makes a Secret; keys that no file lists are unknown."""
    assert found({"a.json" if text.startswith("{") else "kustomization.yaml": text}) == expected


def test_database_clusters() -> None:
    """CloudNativePG makes several Secrets of one cluster, and no file lists their keys."""
    text = f"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\n{META}spec: {{instances: 1}}\n"
    assert "n/a-app: ?" in found({"db.yaml": text})
    assert found({"k.yaml": text.replace("postgresql.cnpg.io", "cluster.x-k8s.io")}) == []


def test_keys_of_an_env_file() -> None:
    """Keys of a generated Secret come from its env file, also of an encrypted one."""
    files: Files = {
        "k/kustomization.yaml": KUSTOMIZATION + "secretGenerator: [{name: g, envs: [a.env]}]\n",
        "k/a.env": "# note\nA=ENC[x]\nB=\nsops_mac=x\n",
    }
    assert found(files) == ["None/g#: A B"]


KUSTOMIZED = {
    "its namespace": ("namespace: k\nresources: [a.yaml]\n", "k/a: K"),
    "a folder": ("namespace: k\nresources: [../base]\n", "k/a: K"),
    "prefix and suffix": ("namePrefix: x-\nnameSuffix: -y\nresources: [a.yaml]\n", "None/x-a-y: K"),
    "what is elsewhere": ("namespace: k\nresources: [other.yaml, 'https://example.com/x']\n", "None/a: K"),
}


@pytest.mark.parametrize(("text", "expected"), KUSTOMIZED.values(), ids=KUSTOMIZED)
def test_kustomized(text: str, expected: str) -> None:
    """A kustomization gives what it brings in a namespace and longer names."""
    files: Files = {"k/kustomization.yaml": KUSTOMIZATION + text}
    if "../base" in text:
        files |= {"base/kustomization.yaml": KUSTOMIZATION + "resources: [a.yaml]\n", "base/a.yaml": BARE}
    else:
        files["k/a.yaml"] = BARE
    assert found(files) == [expected]


def test_ksops() -> None:
    """What a ksops generator decrypts is a resource like any other."""
    files: Files = {
        "k/kustomization.yaml": KUSTOMIZATION + "namespace: k\ngenerators: [gen.yaml]\n",
        "k/gen.yaml": "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: g}\nfiles: [./a.enc.yaml]\n",
        "k/a.enc.yaml": BARE,
    }
    assert found(files) == ["k/a: K"]


def test_kustomizations_in_a_ring() -> None:
    """Two kustomizations that bring in each other end the search, and nothing hangs."""
    files: Files = {
        "a/kustomization.yaml": KUSTOMIZATION + "resources: [../b, s.yaml]\n",
        "b/kustomization.yaml": KUSTOMIZATION + "namespace: b\nresources: [../a]\n",
        "a/s.yaml": BARE,
    }
    assert found(files) == ["b/a: K"]


def test_namespace_of_a_deployed_folder() -> None:
    """Argo CD puts what has no namespace of its own into that of the Application; the innermost folder counts."""
    files: Files = {"apps/x/a.yaml": BARE, "apps/y/deep/a.yaml": BARE, "b.yaml": BARE}
    namespaces = {"apps": "outer", "apps/x": "inner"}
    assert found(files, namespaces) == ["inner/a: K", "outer/a: K", "None/a: K"]


def test_encrypted_names_and_broken_manifests_are_gaps() -> None:
    """What may hide a Secret is named, so that no reference passes for unresolved."""
    tree = MemoryTree(
        {"a.yaml": SECRET.replace("name: a", "name: 'ENC[AES256_GCM,x]'"), "b.yaml": "kind: Secret\na: [\n"}
    )
    result = find_secrets(tree, tree.paths, {}, lambda _: False)
    assert result.secrets == ()
    assert [(gap.span.path, gap.reason.partition(",")[0]) for gap in result.gaps] == [
        ("b.yaml", "a manifest that may make Secrets is not readable"),
        ("a.yaml", "a Secret has an encrypted name"),
    ]


def test_hashed_names() -> None:
    """A generated Secret is known by its name with and without the hash that kustomize adds, and by no other."""
    (one,) = find_secrets(
        tree := MemoryTree({"kustomization.yaml": KUSTOMIZATION + "secretGenerator: [{name: g}]\n"}),
        tree.paths,
        {},
        lambda _: False,
    ).secrets
    assert [one.is_named(name) for name in ("g", "g-5k2h7d9f8m", "g-other", "gg")] == [True, True, False, False]
