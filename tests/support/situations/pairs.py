"""Two repositories."""

from __future__ import annotations

from collections.abc import Mapping

from gitopslint.engine.pairs import CLEAN_PLATFORM, COMMIT, PairExample
from gitopslint.model.contract import FILE_NAME
from tests.support.situations.kinds import Pair, release

_REF, _VERSION = "docker/web-shop/WEB_CORE_REF", "docker/web-shop/VERSION"
_A, _B = "a" * 40, "b" * 40
_ENCRYPTED = str(CLEAN_PLATFORM["secrets/shop-dev.yaml"])
_CIPHERTEXT = _ENCRYPTED.partition("DATABASE_URI: ")[2].partition("\n")[0]
_PLAIN = "apiVersion: v1\nkind: Secret\nmetadata: {name: pay, namespace: pay}\nstringData:\n"
_SECRETS = ("unencrypted-secret",)


def _platform(files: Mapping[str, str | None], *rules: str) -> Pair:
    return Pair(PairExample(platform=files), rules or _SECRETS)


def _product(files: Mapping[str, str | None], platform: Mapping[str, str | None], *rules: str) -> Pair:
    return Pair(PairExample("product", files, platform), rules)


SECRETS_OF_THE_PLATFORM = {
    "five values in plain text": _platform(
        {"secrets/pay.yaml": _PLAIN + "".join(f"  KEY_{number}: some\n" for number in range(5))}
    ),
    "two values in plain text": _platform({"secrets/pay.yaml": _PLAIN + "  ONE: some\n  TWO: other\n"}),
    "ciphertext without a block, three times": _platform(
        {"secrets/pay.yaml": _PLAIN + "".join(f"  KEY_{number}: {_CIPHERTEXT}\n" for number in range(3))}
    ),
    "a document without a block beside one that has it": _platform(
        {"secrets/pay.yaml": _ENCRYPTED + "---\n" + _PLAIN + "  ONE: some\n  TWO: other\n"}
    ),
    "a block for many others": _platform(
        {
            "secrets/pay.yaml": _ENCRYPTED.replace(
                "  lastmodified",
                "".join(f"  - recipient: age1{letter * 58}\n" for letter in "qpzry") + "  lastmodified",
            )
        }
    ),
    "a value in plain text that SOPS leaves, beside ciphertext": _platform(
        {"secrets/pay.yaml": _ENCRYPTED.replace("metadata:\n", "metadata:\n  note: plain\n")}
    ),
}
BUILDS = {
    "a short id, and a line feed": _platform({_REF: COMMIT[:10] + "\n"}, "malformed-ref"),
    "a short id, and none": _platform({_REF: COMMIT[:10]}, "malformed-ref"),
    "a short id, and the end of a line of Windows": _platform({_REF: COMMIT[:10] + "\r\n"}, "malformed-ref"),
    "a short id that none of the commits has": _platform({_REF: "0123456789\n"}, "malformed-ref", "unknown-ref"),
    "an id that is unknown": _platform({_REF: _A + "\n"}, "unknown-ref"),
    "a placeholder that is long": _platform({_VERSION: f"<{'t' * 90}>\n"}, "placeholder-image"),
    "a placeholder that is just short enough": _platform({_VERSION: f"<{'t' * 78}>\n"}, "placeholder-image"),
    "a tag that stood for two commits and still runs": Pair(
        PairExample(
            "product",
            release("tag: '1'"),
            {_VERSION: "2\n", _REF: _B + "\n"},
            [{_VERSION: f"{tag}\n", _REF: ref + "\n"} for tag, ref in (("1", _A), ("1", _B), ("2", _B))],
        ),
        ("reused-version",),
    ),
    "the same, and the VERSION is gone": Pair(
        PairExample(
            "product",
            release("tag: '1'"),
            {_VERSION: None, _REF: _B + "\n"},
            [{_VERSION: "1\n", _REF: _A + "\n"}, {_REF: _B + "\n"}, {_VERSION: None}],
        ),
        ("reused-version",),
    ),
    "a tag without a commit, and a VERSION without a WEB_CORE_REF": _product(
        release("tag: release-7"), {_VERSION: "release-7\n", _REF: None}, "untraceable-tag"
    ),
    "a tag without a commit, and a VERSION beside a WEB_CORE_REF": _product(
        release("tag: release-7"), {_VERSION: "release-7\n"}, "untraceable-tag"
    ),
    "a tag without a commit, and the platform is not at hand": Pair(
        PairExample("product", release("tag: release-7"), apart=True), ("untraceable-tag",)
    ),
    "a tag without a commit that VERSION named before": Pair(
        PairExample(
            "product",
            release("tag: release-6"),
            {_VERSION: "release-7\n"},
            [{_VERSION: f"release-{number}\n", _REF: f"{ref}\n"} for number, ref in ((6, _A), (7, COMMIT))],
        ),
        ("untraceable-tag",),
    ),
    "a tag that was never built": _product(release("tag: release-7"), {}, "unbuilt-release"),
    "a tag that was never built, and VERSION is malformed": _product(
        release("tag: release-7"), {_VERSION: "a b\n"}, "unbuilt-release"
    ),
    "an app that is not built": _product(release("tag: release-7"), {_VERSION: None, _REF: None}, "unbuilt-release"),
}
_JOB_WITH = (
    "apiVersion: batch/v1\nkind: Job\nmetadata: {name: refresh%s}\n"
    "spec: {template: {spec: {containers: [{name: a, image: ghcr.io/example/tool:1.2.3, env: [{name: A, valueFrom: "
    "{secretKeyRef: {name: %s, key: %s%s}}}]}]}}}\n"
)


def _asking(name: str, key: str, *, namespace: str = "shop-dev", optional: bool = False) -> dict[str, str]:
    place = f", namespace: {namespace}" if namespace else ""
    return {"deploy/jobs/a.yaml": _JOB_WITH % (place, name, key, ", optional: true" if optional else "")}


def _settings(text: str) -> dict[str, str]:
    return {FILE_NAME: f"platform:\n{text}"}


_MANY = _ENCRYPTED.replace(
    "  DATABASE_URI", "".join(f"  KEY_{n}: {_CIPHERTEXT}\n" for n in range(9)) + "  DATABASE_URI"
)
_ASKED = ("unresolved-secret-ref", "missing-secret-key")
_MADE = "  cluster_secrets: [{name: made, namespace: shop-dev, keys: [ONE, TWO]}]\n"
SECRET_REFS = {
    "a key that is there": _product(_asking("shop-dev-env", "DATABASE_URI"), {}, *_ASKED),
    "a key that is not": _product(_asking("shop-dev-env", "DATABASE_URL"), {}, *_ASKED),
    "a key that is like none": _product(_asking("shop-dev-env", "Q"), {}, *_ASKED),
    "a key that is not there and may be missing": _product(_asking("shop-dev-env", "Q", optional=True), {}, *_ASKED),
    "a key of many others": _product(_asking("shop-dev-env", "Q"), {"secrets/shop-dev.yaml": _MANY}, *_ASKED),
    "a name that is nearly right": _product(_asking("shop-dev-en", "A"), {}, *_ASKED),
    "a name that is nearly right and may be missing": _product(_asking("shop-dev-en", "A", optional=True), {}, *_ASKED),
    "a name of another namespace": _product(_asking("shop-prod-env", "A"), {}, *_ASKED),
    "a name that is like none": _product(_asking("another", "A"), {}, *_ASKED),
    "a name without a namespace": _product(_asking("shop-dev-env", "A", namespace=""), {}, *_ASKED),
    "a Secret without a namespace": _product(
        _asking("shop-dev-env", "A"),
        {"secrets/shop-dev.yaml": _ENCRYPTED.replace("  namespace: shop-dev\n", "")},
        *_ASKED,
    ),
    **{
        f"a Secret that {what} deploys": _product(
            _asking("shop-dev-env", "A"),
            {
                "secrets/dev/shop.yaml": _ENCRYPTED.replace("  namespace: shop-dev\n", ""),
                "secrets/shop-dev.yaml": None,
                "apps/secrets.yaml": (
                    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: secrets}\n"
                    f"spec: {{{source}, destination: {{namespace: shop-dev}}}}\n"
                ),
            },
            *_ASKED,
        )
        for what, source in {
            "an Application of one source": "source: {path: secrets/dev}",
            "an Application of several sources": "sources: [{chart: other}, {path: secrets/dev/}]",
            "an Application of another folder": "source: {path: secrets/prod}",
        }.items()
    },
    "the platform is not at hand": Pair(PairExample("product", _asking("another", "A"), apart=True), _ASKED),
    "a Secret that the cluster makes": _product({**_settings(_MADE), **_asking("made", "ONE")}, {}, *_ASKED),
    "a key that the cluster does not make": _product({**_settings(_MADE), **_asking("made", "SIX")}, {}, *_ASKED),
    "the same, and it may be missing": _product(
        {**_settings(_MADE), **_asking("made", "SIX", optional=True)}, {}, *_ASKED
    ),
    "a Secret that the cluster makes in another namespace": _product(
        {**_settings(_MADE), **_asking("made", "ONE", namespace="shop-prod")}, {}, *_ASKED
    ),
    "a key that the contract demands": _product(
        _settings("  required_keys: [{name: '*-env', keys: [DATABASE_URI, SALT]}]\n"), {}, *_ASKED
    ),
    "a Secret that nothing refers to": _platform(
        {"secrets/more.yaml": _ENCRYPTED.replace("shop-dev-env", "unused")}, "unused-secret"
    ),
    "the same, and the product is not at hand": Pair(
        PairExample(platform={"secrets/more.yaml": _ENCRYPTED.replace("shop-dev-env", "unused")}, apart=True),
        ("unused-secret",),
    ),
}
