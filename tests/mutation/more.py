"""More ways to break the invariants of a work tree: other formats, places, names and styles."""

from __future__ import annotations

import json

from tests.mutation.breaks import (
    APP_DEV,
    APP_PROD,
    DEV,
    ENV_DEV,
    ENV_PROD,
    PROD,
    REPOSITORY,
    TAG,
    Files,
    added,
    new_files,
    replaced,
    text,
)

_BARE: Files = {"deploy/charts/web-app/values.yaml": "replicas: 1\n"}
_UNWIRED: Files = {APP_DEV: None, APP_PROD: None}
_BLOG = f"image: {{repository: {REPOSITORY}, tag: {TAG}}}\n"


def _nothing(part: str, other: str) -> dict[str, Files]:
    """Return ways to say nothing where a part of the image belongs, for both environments."""
    ways = {
        "the key is not there": f"image: {{{other}}}\n",
        "a null by its tag": f"image:\n  {other}\n  {part}: !!null ''\n",
        "an anchor of nothing": f"x-none: &none ~\nimage: {{{other}, {part}: *none}}\n".replace("x-none", "image-none"),
        "the key in capitals": f"image:\n  {other}\n  {part.upper()}: x\n",
        "only a comment": f"image:\n  {other}\n  # {part}: x\n",
        "a null in capitals": f"image:\n  {other}\n  {part}: NULL\n",
        "JSON": json.dumps({"image": {other.partition(": ")[0]: other.partition(": ")[2], part: ""}}) + "\n",
        "lines that end as on Windows": f"image:\r\n  {other}\r\n  {part}: ''\r\n",
    }
    strays = ("an anchor of nothing", "the key in capitals")
    return {f"{part}: {how}": {**_BARE, DEV: one, PROD: one} for how, one in ways.items() if how not in strays}


def _both(old: str, new: str) -> Files:
    """Replace a part of the Applications of both environments."""
    for path in (APP_DEV, APP_PROD):
        assert old in text(path)
    return {path: text(path).replace(old, new) for path in (APP_DEV, APP_PROD)}


def _as_json(path: str, old: str, new: str) -> Files:
    """Replace a part of an Application, and write it as JSON, which is YAML as well."""
    from gitopslint.loaders import yaml
    from gitopslint.model.document import plain

    assert old in text(path)
    return {path: json.dumps(plain(yaml.parse("x", text(path).replace(old, new).encode()).root), indent=2) + "\n"}


def _second(path: str, old: str, new: str) -> Files:
    """Let the Application be the second document of its file."""
    assert old in text(path)
    return {path: "# nothing here\n---\n" + text(path).replace(old, new)}


def _set(env: str, values: str, heals: str, revision: str = "") -> Files:
    """Let an ApplicationSet make the Application of an environment."""
    return {
        f"deploy/argocd/apps/{env}/shop.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n"
        "metadata: {name: shop}\nspec:\n"
        f"  generators: [{{list: {{elements: [{{env: {env}}}]}}}}]\n"
        "  template:\n    metadata: {name: 'shop-{{env}}'}\n    spec:\n      source:\n"
        "        repoURL: https://git.example.com/web-core.git\n        path: deploy/charts/web-app\n"
        f"{revision}"
        f"        helm: {{valueFiles: [{values}]}}\n"
        "      destination: {namespace: 'shop-{{env}}'}\n"
        f"      syncPolicy: {{automated: {{selfHeal: {heals}}}}}\n"
    }


_LAYERS = "'../../env/release-{{env}}/shop.yaml', '../../env/{{env}}/shop.yaml'"
_HEALS = "automated: {selfHeal: true}"
_PROD_FILES = "valueFiles: [../../env/release-prod/shop.yaml, ../../env/prod/shop.yaml]"
_SOURCE = "path: deploy"
_SECRETS = {
    "in a list": "kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: x}, stringData: {a: shop}}\n",
    "as the second document": "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n---\n"
    "kind: Secret\napiVersion: v1\nmetadata: {name: x}\nstringData: {a: shop}\n",
    "in quotes": '"kind": "Secret"\n"apiVersion": "v1"\n"metadata": {"name": "x"}\n"data": {"a": "c2hvcA=="}\n',
    "with lines that end as on Windows": "kind: Secret\r\napiVersion: v1\r\nmetadata: {name: x}\r\nstringData: {a: shop}\r\n",
    "with its kind at the end": "stringData: {a: shop}\nmetadata: {name: x}\napiVersion: v1\nkind: Secret\n",
}
_RANDOM = "q7Zt2LxVb9RmYc4KsWn8HdPf3JgT"

MORE: dict[str, dict[str, Files]] = {
    "missing-tag": _nothing("tag", f"repository: {REPOSITORY}"),
    "missing-repository": _nothing("repository", f"tag: {TAG}"),
    "missing-layer": {
        "blog has an env layer only": {**_UNWIRED, "deploy/env/dev/blog.yaml": "a: 1\n"},
        "blog has a release only": {**_UNWIRED, "deploy/env/release-dev/blog.yaml": _BLOG},
        "blog has no env layer in prod": {
            **_UNWIRED,
            "deploy/env/dev/blog.yaml": "a: 1\n",
            "deploy/env/release-dev/blog.yaml": _BLOG,
            "deploy/env/release-prod/blog.yaml": _BLOG,
        },
        "the layer has another ending": {
            PROD: None,
            PROD.replace(".yaml", ".yml"): text(PROD),
            APP_PROD: None,
            APP_DEV: None,
        },
        "the layer begins with a capital": {
            ENV_PROD: None,
            ENV_PROD.replace("shop", "Shop"): text(ENV_PROD),
            APP_PROD: None,
            APP_DEV: None,
        },
        "the layer lies one folder deeper": {
            ENV_PROD: None,
            ENV_PROD.replace("shop", "old/shop"): text(ENV_PROD),
            APP_PROD: None,
            APP_DEV: None,
        },
    },
    "unwired-layer": {
        "dev loads its release twice": replaced(
            APP_DEV, ", ../../env/dev/shop.yaml]", ", ../../env/release-dev/shop.yaml]"
        ).popitem()[1],
        "an Application of dev in JSON": _as_json(APP_DEV, ", ../../env/dev/shop.yaml", ""),
        "an ApplicationSet of dev": _set("dev", "'../../env/release-{{env}}/shop.yaml'", "false"),
        "an ApplicationSet loads no env layer": _set("prod", "'../../env/release-{{env}}/shop.yaml'", "true"),
        "an Application in JSON": _as_json(APP_PROD, ", ../../env/prod/shop.yaml", ""),
        "the second document of its file": _second(APP_PROD, ", ../../env/prod/shop.yaml", ""),
        "a path in a comment": {
            APP_PROD: text(APP_PROD).replace(
                f"helm: {{{_PROD_FILES}}}",
                "helm:\n      valueFiles:\n      - ../../env/release-prod/shop.yaml\n      # - ../../env/prod/shop.yaml",
            )
        },
    },
    "wrong-self-heal": {
        "in JSON": _as_json(APP_PROD, _HEALS, "automated: {selfHeal: false}"),
        "in the second document": _second(APP_PROD, _HEALS, "automated: {selfHeal: false}"),
        "by an ApplicationSet": _set("prod", _LAYERS, "false"),
        "in a block": {APP_PROD: text(APP_PROD).replace(f"{{{_HEALS}}}", "\n    automated:\n      selfHeal: false")},
        "by a word for false": {APP_PROD: text(APP_PROD).replace("selfHeal: true", "selfHeal: off")},
    },
    "floating-source": {
        "dev tracks a branch": {APP_DEV: text(APP_DEV).replace(_SOURCE, f"targetRevision: next\n    {_SOURCE}")},
        "prod tracks a commit": {
            APP_PROD: text(APP_PROD).replace(_SOURCE, f"targetRevision: {'4f9d2c7b81ae' * 3}abcd\n    {_SOURCE}")
        },
        "in JSON": _as_json(APP_PROD, _SOURCE, f"targetRevision: next\n    {_SOURCE}"),
        "in the second document": _second(APP_PROD, _SOURCE, f"targetRevision: next\n    {_SOURCE}"),
        "by an ApplicationSet": _set("prod", _LAYERS, "true", "        targetRevision: next\n"),
        "a revision in quotes": {APP_PROD: text(APP_PROD).replace(_SOURCE, f"targetRevision: '1.0'\n    {_SOURCE}")},
        "a range of versions": {APP_PROD: text(APP_PROD).replace(_SOURCE, f"targetRevision: '^1.0'\n    {_SOURCE}")},
    },
    "crossed-layers": {
        "by an ApplicationSet": _set("prod", f"{_LAYERS}, ../../env/dev/shop.yaml", "true"),
        "in JSON": _as_json(
            APP_PROD, "../../env/prod/shop.yaml]", "../../env/prod/shop.yaml, ../../env/dev/shop.yaml]"
        ),
    },
    "secret-manifest": {
        **new_files(*((f"k/{name.replace(' ', '-')}.yaml", one) for name, one in _SECRETS.items())),
        "in JSON": {
            "k/x.json": json.dumps(
                {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "x"}, "stringData": {"a": "shop"}}
            )
        },
    },
    "secret-ref-with-value": added(
        ENV_DEV,
        "pullSecrets: [{name: 'Th4t Was Not It'}]",
        "z: {valueFrom: {secretKeyRef: {name: 'UPPER', key: x}}}",
    ),
    "high-entropy-value": {
        "in an item": added(ENV_PROD, f"list: [a, {_RANDOM}]").popitem()[1],
        "in quotes": added(ENV_PROD, f'v9: "{_RANDOM}"').popitem()[1],
        "in a file of properties": {"x.properties": f"v={_RANDOM}\n"},
        "in a manifest": {
            "k/x.yaml": f"kind: ConfigMap\napiVersion: v1\nmetadata: {{name: x}}\ndata: {{v: {_RANDOM}}}\n"
        },
        "in JSON": {"k/x.json": json.dumps({"v": _RANDOM})},
    },
    "committed-media": new_files(
        *(
            (path, "x")
            for path in (
                "apps/shop/src/app/(frontend)/(x)/api/media/file/a.png",
                "apps/shop/src/app/api/media/file/a b.png",
                "apps/shop/src/app/api/media/file/é.png",
                "apps/shop/src/app/api/media/file/.hidden",
                "apps/shop/src/app/api/media/file/x/y/z",
            )
        )
    ),
    "unexplained-waiver": {
        "in a release layer": {PROD: text(PROD) + "# gitopslint: ignore[mutable-tag]\n"},
        "above a line": added(ENV_DEV, "# gitopslint: ignore[templated-value]\ny: x").popitem()[1],
        "with spaces for a reason": added(ENV_DEV, "y: x  # gitopslint: ignore[templated-value]   ").popitem()[1],
        "in a manifest": {"k/x.yaml": "image: a@sha256:" + "a" * 64 + "  # gitopslint: ignore[mutable-tag]\n"},
        "in a file of text": {"k/x.properties": "a=b  # gitopslint: ignore[plaintext-secret]\n"},
    },
    "unknown-waiver": {
        "in a release layer": {PROD: text(PROD) + "# gitopslint: ignore[mutable] x\n"},
        "above a line": added(ENV_DEV, "# gitopslint: ignore[none-such] why\ny: x").popitem()[1],
        "of a family that is none": added(ENV_DEV, "y: x  # gitopslint: ignore[imagess] why").popitem()[1],
        "in capitals": added(ENV_DEV, "y: x  # gitopslint: ignore[Mutable-Tag] why").popitem()[1],
        "with other brackets": added(ENV_DEV, "y: x  # gitopslint: ignore(mutable-tag) why").popitem()[1],
    },
    "unused-waiver": {
        "in a release layer": {PROD: text(PROD) + "# gitopslint: ignore[mutable-tag] x\n"},
        "above a line": added(ENV_DEV, "# gitopslint: ignore[templated-value] why\ny: x").popitem()[1],
        "on another line": {
            PROD: f"image:\n  repository: {REPOSITORY}  # gitopslint: ignore[retyped-tag] why\n  tag: {TAG}\n"
        },
        "in a manifest": {"k/x.yaml": "image: a@sha256:" + "a" * 64 + "  # gitopslint: ignore[mutable-tag] why\n"},
        "of two rules": added(ENV_DEV, "y: x  # gitopslint: ignore[templated-value, duplicate-key] why").popitem()[1],
    },
}
"""Rule → named edits, on top of those in `breaks`."""
