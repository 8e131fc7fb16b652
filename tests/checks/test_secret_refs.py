"""References to Secrets: resolved by namespace, name and key, or undecided for a reason that is said."""

from __future__ import annotations

import pytest

from gitopslint.engine.pairs import CLEAN_PLATFORM, PairExample, check_pair
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Report
from gitopslint.model.platformsettings import ClusterSecret, PlatformSettings, RequiredKeys

ENV = "deploy/env/dev/shop.yaml"
JOB = "deploy/jobs/x.yaml"
RULES = ("unresolved-secret-ref", "missing-secret-key")
Files = dict[str, str | None]


def check(product: Files, platform: Files | None = None, settings: PlatformSettings | None = None) -> Report:
    contract = Contract(platform=settings or PlatformSettings())
    report = check_pair(PairExample("product", product, platform or {}), contract, load_catalogue(), RULES)
    assert report.faults == ()
    return report


def said(report: Report) -> list[str]:
    found = [f"{one.span} {one.rule} {one.level}" for one in report.findings]
    return found + [f"undecided {one.spans[0]}: {one.reason}" for one in report.undecided]


def job(fields: str, namespace: str | None = "shop-dev", kind: str = "Job") -> str:
    """Return a manifest whose references stand on its fourth line."""
    where = f", namespace: {namespace}" if namespace is not None else ""
    return f"apiVersion: batch/v1\nkind: {kind}\nmetadata: {{name: x{where}}}\nspec: {fields}\n"


def secret(name: str, namespace: str | None, *keys: str) -> str:
    where = f", namespace: {namespace}" if namespace is not None else ""
    data = ", ".join(f"{key}: 'ENC[x]'" for key in keys)
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}{where}}}\nstringData: {{{data}}}\n"


OTHER = "{secretRef: other}"
# The manifest, further files of the platform, and what is said.
MANIFESTS: dict[str, tuple[str, Files, list[str]]] = {
    "it is there": (job("{secretRef: shop-dev-env}"), {}, []),
    "a CronJob": (job(OTHER, kind="CronJob"), {}, [f"{JOB}:4:19 unresolved-secret-ref error"]),
    "in another namespace": (job(OTHER), {"a.yaml": secret("other", "x")}, [f"{JOB}:4:19 unresolved-secret-ref error"]),
    "optional": (
        job("{secretKeyRef: {name: other, key: k, optional: true}}"),
        {},
        [f"{JOB}:4:29 unresolved-secret-ref note"],
    ),
    "once for all its keys": (
        job("[{secretKeyRef: {name: other, key: a}}, {secretKeyRef: {name: other, key: b}}]"),
        {},
        [f"{JOB}:4:30 unresolved-secret-ref error"],
    ),
    "without a namespace, and nowhere": (job(OTHER, None), {}, [f"{JOB}:4:19 unresolved-secret-ref error"]),
    "without a namespace, and somewhere": (
        job(OTHER, None),
        {"a.yaml": secret("other", "x")},
        [
            (
                f"undecided {JOB}:4:19: the namespace is not known from which a Secret is referred to: no Application or "
                "manifest says it"
            )
        ],
    ),
    "a Secret without a namespace": (
        job(OTHER),
        {"a.yaml": secret("other", None)},
        [
            f"undecided {JOB}:4:19: a Secret of the right name has no namespace in any file, so it is not known where it is"
        ],
    ),
    "a broken manifest may make it": (
        job(OTHER),
        {"a.yaml": "kind: Secret\na: [\n"},
        [f"undecided {JOB}:4:19: a manifest that may make Secrets is not readable"],
    ),
    "an encrypted name may be it": (
        job(OTHER),
        {"a.yaml": secret("'ENC[AES256_GCM,x]'", "shop-dev")},
        [f"undecided {JOB}:4:19: a Secret has an encrypted name, so nobody can tell which one it is"],
    ),
    "a certificate": (
        job("{tls: [{secretName: other}]}"),
        {},
        [
            (
                f"undecided {JOB}:4:27: the Secret of a certificate is not among those that are known, and the cluster may "
                "make it"
            )
        ],
    ),
    "a key that is there": (job("{secretKeyRef: {name: shop-dev-env, key: DATABASE_URI}}"), {}, []),
    "a key that is not": (
        job("{secretKeyRef: {name: shop-dev-env, key: OTHER}}"),
        {},
        [f"{JOB}:4:48 missing-secret-key error"],
    ),
    "an optional key": (
        job("{secretKeyRef: {name: shop-dev-env, key: OTHER, optional: true}}"),
        {},
        [f"{JOB}:4:48 missing-secret-key note"],
    ),
    "keys that nobody lists": (
        job("{secretKeyRef: {name: other, key: k}}"),
        {
            "a.yaml": "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n"
            "metadata: {name: other, namespace: shop-dev}\nspec: {dataFrom: [{extract: {key: x}}]}\n"
        },
        [
            f"undecided {JOB}:4:41: which keys the Secret 'other' has is not known: its ExternalSecret does not list them"
        ],
    ),
    "a key of one of two": (
        job("{secretKeyRef: {name: other, key: b}}"),
        {"a.yaml": secret("other", "shop-dev", "a"), "b.yaml": secret("other", "shop-dev", "b")},
        [],
    ),
    "no reference": (job("{secretRef: '{{ template }}', existingSecret: ''}"), {}, []),
    "what makes Secrets is no reference": (
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: x, namespace: y}\nspec: {secretName: tls}\n",
        {},
        [],
    ),
}


@pytest.mark.parametrize(("manifest", "platform", "expected"), MANIFESTS.values(), ids=MANIFESTS)
def test_manifest(manifest: str, platform: Files, expected: list[str]) -> None:
    """References of a manifest are looked up in its namespace, and each finding stands on the name or on the key."""
    assert said(check({JOB: manifest}, platform)) == expected


def test_own_secrets_of_the_product() -> None:
    """A sealed Secret beside the values resolves a reference, also without any platform."""
    sealed = (
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: other, namespace: shop-dev}\n"
        "spec: {encryptedData: {A: AgB}}\n"
    )
    files: Files = {JOB: job(OTHER), "deploy/sealed/a.yaml": sealed}
    assert said(check(files)) == []
    pair = PairExample("product", files, apart=True)
    report = check_pair(pair, Contract(), load_catalogue(), RULES)
    assert {span.path for one in report.undecided for span in one.spans} == {ENV, ENV.replace("dev", "prod")}


def test_namespace_of_a_kustomization() -> None:
    """A manifest without a namespace of its own gets that of the kustomization around it."""
    kustomization = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop-dev\nresources: [x.yaml]\n"
    )
    files: Files = {JOB: job("{secretRef: shop-dev-env}", None), "deploy/jobs/kustomization.yaml": kustomization}
    assert said(check(files)) == []


DECLARED = {
    "the cluster makes it": (PlatformSettings(cluster_secrets=(ClusterSecret("oth*"),)), []),
    "in this namespace": (PlatformSettings(cluster_secrets=(ClusterSecret("other", "shop-*"),)), []),
    "in another namespace": (
        PlatformSettings(cluster_secrets=(ClusterSecret("other", "db"),)),
        [f"{JOB}:4:29 unresolved-secret-ref error"],
    ),
    "with its key": (PlatformSettings(cluster_secrets=(ClusterSecret("other", keys=("k",)),)), []),
}


@pytest.mark.parametrize(("settings", "expected"), DECLARED.values(), ids=DECLARED)
def test_secrets_of_the_cluster(settings: PlatformSettings, expected: list[str]) -> None:
    """What the contract says of Secrets that no file makes is taken for true."""
    assert said(check({JOB: job("{secretKeyRef: {name: other, key: k}}")}, settings=settings)) == expected


def test_a_declared_secret_lacks_a_key() -> None:
    """Where the contract lists the keys of a Secret of the cluster, another one is missing."""
    settings = PlatformSettings(cluster_secrets=(ClusterSecret("other", keys=("username",)),))
    report = check({JOB: job("{secretKeyRef: {name: other, key: usrname}}")}, settings=settings)
    assert said(report) == [f"{JOB}:4:41 missing-secret-key error"]
    assert "did you mean 'username'?" in report.findings[0].message


def test_required_keys() -> None:
    """Keys that the contract demands are asked of whoever refers to the Secret as a whole."""
    settings = PlatformSettings(required_keys=(RequiredKeys("shop-*-env", ("DATABASE_URI", "SALT"), "shop-dev"),))
    report = check({}, settings=settings)
    assert said(report) == [f"{ENV}:4:14 missing-secret-key error"]
    assert "it has DATABASE_URI" in report.findings[0].message


def test_where_a_stack_refers_from() -> None:
    """Without an Application nobody knows the namespace, and a Secret that is nowhere is missing all the same."""
    files: Files = {f"deploy/argocd/apps/{env}/shop.yaml": None for env in ("dev", "prod")}
    (one,) = check(files).undecided
    assert "the namespace is not known" in one.reason
    assert len(one.spans) == 2
    files[ENV] = "envFrom: {secretRef: nowhere}\n"
    assert said(check(files))[0] == f"{ENV}:1:22 unresolved-secret-ref error"


def test_certificates_that_the_cluster_makes() -> None:
    """With the annotations of cert-manager the Secret of a certificate needs no file."""
    tls = "ingress: {tls: [{secretName: shop-tls}], annotations: {cert-manager.io/cluster-issuer: x}}\n"
    text = f"env: {{APP_ENV: dev}}\nenvFrom: {{secretRef: shop-dev-env}}\n{tls}"
    assert said(check({ENV: text})) == []
    assert len(check({ENV: text.replace("cert-manager.io", "example.com")}).undecided) == 1


AUTH = "env: {APP_ENV: dev}\nenvFrom: {secretRef: shop-dev-env}\nauth: {existingSecret: db, KEY}\n"
# What stands beside `existingSecret`, the chart's defaults, and the column of the key that is missing.
KEYS = {
    "a key": ("existingSecretPasswordKey: pass", "", 55),
    "a key that is there": ("existingSecretPasswordKey: password", "", None),
    "keys below": ("secretKeys: {adminPasswordKey: admin}", "", 59),
    "keys of a store of objects": ("rootPasswordSecretKey: root", "", 51),
    "a key of the chart": ("x: y", "auth: {secretKeys: {adminPasswordKey: postgres-password}}\n", None),
}


@pytest.mark.parametrize(("beside", "defaults", "column"), KEYS.values(), ids=KEYS)
def test_keys_beside_a_reference(beside: str, defaults: str, column: int | None) -> None:
    """Charts are told in fields of their own which key to take. What only their defaults name may never be asked for."""
    files: Files = {ENV: AUTH.replace("KEY", beside)}
    if defaults:
        files["deploy/charts/web-app/values.yaml"] = defaults
    found = said(check(files, {"db.yaml": secret("db", "shop-dev", "password")}))
    assert found == ([f"{ENV}:3:{column} missing-secret-key error"] if column else [])


def test_a_platform_without_secrets() -> None:
    """A folder in which no file makes a Secret is rather the wrong one than one in which all are missing."""
    platform: Files = dict.fromkeys(path for path in CLEAN_PLATFORM if path.startswith("secrets/"))
    (one,) = check({}, platform).undecided
    assert one.reason == "no file of the platform repository makes a Secret"


UNUSED = {
    "nothing refers to it": ("a.yaml", secret("idle", "x"), {}, ["a.yaml:3:18"]),
    "a chart of the platform does": (
        "a.yaml",
        secret("idle", "x"),
        {"b/values.yaml": "auth: {existingSecret: idle}\n"},
        [],
    ),
    "a manifest beside it does": ("a.yaml", secret("idle", "x") + "---\n" + job("{secretRef: idle}"), {}, []),
    "a script does": ("a.yaml", secret("idle", "x"), {"b.sh": "kubectl get secret idle\n"}, []),
    "a name that only starts so": ("a.yaml", secret("idle", "x"), {"b.yaml": "a: idle-too\n"}, ["a.yaml:3:18"]),
    "a token of Kubernetes": (
        "a.yaml",
        secret("idle", "x") + "type: kubernetes.io/service-account-token\n",
        {},
        [],
    ),
    "a certificate": (
        "a.yaml",
        "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: x, namespace: y}\nspec: {secretName: idle}\n",
        {},
        [],
    ),
}


@pytest.mark.parametrize(("path", "text", "more", "expected"), UNUSED.values(), ids=UNUSED)
def test_unused_secret(path: str, text: str, more: Files, expected: list[str]) -> None:
    """A Secret whose name is written nowhere else, in neither repository, is a note."""
    report = check_pair(PairExample(platform={path: text, **more}), Contract(), load_catalogue(), ["unused-secret"])
    assert [str(one.span) for one in report.findings] == expected
    assert {one.level for one in report.findings} <= {"note"}


def test_a_secret_that_the_product_uses() -> None:
    """A name anywhere in the product counts: in a layer, a job, or a template of its chart."""
    for name, text in {
        ENV: "envFrom: {secretRef: shop-dev-env, extraSecretRefs: [idle]}\n",
        "deploy/charts/web-app/templates/a.yaml": "name: idle\n",
    }.items():
        pair = PairExample(product={name: text}, platform={"a.yaml": secret("idle", "x")})
        assert check_pair(pair, Contract(), load_catalogue(), ["unused-secret"]).findings == ()
