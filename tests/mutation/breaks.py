"""Ways to break each invariant: rule → named edits of a clean product, each of which only that rule must notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitopslint.engine.pairs import CLEAN_PRODUCT

Files = Mapping[str, str | bytes | None]

DEV, PROD = "deploy/env/release-dev/shop.yaml", "deploy/env/release-prod/shop.yaml"
ENV_DEV, ENV_PROD = "deploy/env/dev/shop.yaml", "deploy/env/prod/shop.yaml"
APP_DEV, APP_PROD = "deploy/argocd/apps/dev/shop.yaml", "deploy/argocd/apps/prod/shop.yaml"
TAG, REPOSITORY = "4f9d2c7b81ae-r3", "registry.example.com/shop"
HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def text(path: str) -> str:
    """Return a file of the clean product."""
    return str(CLEAN_PRODUCT[path])


def tags(*written: str) -> dict[str, Files]:
    """Write each tag into prod, in turn as a block and in flow style."""
    styles = ("image:\n  repository: {}\n  tag: {}\n", "image: {{repository: {}, tag: {}}}\n")
    return {f"tag: {one}": {PROD: styles[n % 2].format(REPOSITORY, one)} for n, one in enumerate(written)}


def repositories(*written: str) -> dict[str, Files]:
    """Write each repository into both environments."""
    return {
        f"repository: {one}": dict.fromkeys((DEV, PROD), f"image:\n  repository: {one}\n  tag: {TAG}\n")
        for one in written
    }


def added(path: str, *lines: str) -> dict[str, Files]:
    """Add each text to the end of a file."""
    return {f"{path.split('/')[2]}: {' '.join(one.split())[:120]}": {path: text(path) + one + "\n"} for one in lines}


def instead(path: str, *contents: str) -> dict[str, Files]:
    """Write each text in place of a file."""
    return {f"{path.split('/')[2]} is {one.strip()[:40]!r}": {path: one} for one in contents}


def replaced(path: str, old: str, *new: str) -> dict[str, Files]:
    """Replace a part of a file."""
    assert old in text(path)
    return {f"{path.split('/')[3]}: {one.strip()[-90:]}": {path: text(path).replace(old, one)} for one in new}


def new_files(*files: tuple[str, str]) -> dict[str, Files]:
    """Add each file."""
    return {f"new {path}: {content.strip()[:30]!r}": {path: content} for path, content in files}


def secret_names(*names: str) -> Iterator[str]:
    """Yield entries of `env` with a weak password each."""
    for number, name in enumerate(names):
        yield f"extra{number}: {{{name}: summer{2020 + number}}}"


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\n{}\n"
SET = "image:\n  repository: registry.example.com/shop\n  tag: 4f9d2c7b81ae-r3\n"
VALUES = "helm: {valueFiles: [../../env/release-prod/shop.yaml, ../../env/prod/shop.yaml]"

BREAKS: dict[str, dict[str, Files]] = {
    "mutable-tag": tags(
        "latest", "main", "stable", "prod", '"1.2"', "v1", "nightly", "1.4-alpine", "main-latest", "feature-login"
    ),
    "malformed-tag": tags(
        "-r3", ".hidden", '"a b"', "a/b", "ä", "a:b", "'a+b'", "z1" * 65, "'v1.0.0?'", "a@sha256:abc"
    ),
    "retyped-tag": tags(
        "4e10", "0123456", "9505540e5", "0x4f9d2c7", "1_000_000", "4821e36", "12e3", "0o17", "0b1101", "1234567e8"
    ),
    "placeholder-image": tags(
        "REPLACE_ME",
        "TBD",
        "TODO",
        "CHANGEME",
        "'<tag>'",
        "'${TAG}'",
        "your-tag",
        "__TAG__",
        "replace-me",
        "PLACEHOLDER",
    ),
    "missing-tag": {
        f"tag {name}": {
            PROD: f"image:\n  repository: {REPOSITORY}\n  tag: {value}\n",
            "deploy/charts/web-app/values.yaml": "replicas: 1\n",
        }
        for name, value in {"empty": '""', "null": "null", "tilde": "~", "nothing": "", "single quotes": "''"}.items()
    },
    "missing-repository": {
        f"repository {name}": dict.fromkeys((DEV, PROD), f"image:\n  tag: {TAG}\n  repository: {value}\n")
        | {"deploy/charts/web-app/values.yaml": "replicas: 1\n"}
        for name, value in {"empty": '""', "null": "null", "tilde": "~", "nothing": "", "single quotes": "''"}.items()
    },
    "malformed-repository": repositories(
        "registry.example.com/Shop",
        "'a b'",
        "registry.example.com/shop:1.2.3",
        "https://registry.example.com/shop",
        "registry.example.com//shop",
        "/shop",
        "shop/",
        "a/-b",
        "registry.example.com/shop_",
        "'registry.example.com/shop@x'",
    ),
    "mismatched-repository": {
        f"prod runs {one}": {PROD: f"image:\n  repository: {one}\n  tag: {TAG}\n"}
        for one in (
            "registry.example.com/shop-prod",
            "registry.example.com/other",
            "ghcr.io/shop/shop",
            "docker.io/shop",
            "shop",
            "registry.example.com:5000/shop",
            "registry.example.com/team/shop",
            "mirror.example.com/shop",
            "registry.example.com/shop2",
            "localhost/shop",
        )
    },
    "untraceable-tag": tags(
        "main-r27",
        "2024.05.1",
        "v1.2.3",
        "r27",
        "build-1234",
        "release-2024-05-01",
        "1.2.3-rc.1",
        "shop-17",
        "shop-18",
        "x1",
    ),
    "image-outside-release": added(
        ENV_PROD,
        "image: {tag: 4f9d2c7b81ae-r3}",
        "image: {repository: registry.example.com/shop}",
        f"image: {{digest: 'sha256:{HEX}'}}",
        "image:\n  tag: '4f9d2c7b81ae-r3'",
        "image:\n  repository: registry.example.com/shop\n  tag: 4f9d2c7b81ae-r3",
    )
    | replaced(
        APP_PROD,
        VALUES,
        VALUES + ", parameters: [{name: image.tag, value: 4f9d2c7b81ae-r3}]",
        VALUES + ", values: 'image: {tag: 4f9d2c7b81ae-r3}'",
        VALUES + ", valuesObject: {image: {tag: 4f9d2c7b81ae-r3}}",
        VALUES + ", parameters: [{name: image.repository, value: registry.example.com/shop}]",
        VALUES + ", parameters: [{name: image.tag, value: 4f9d2c7b81ae-r3, forceString: true}]",
    ),
    "stray-release-key": added(
        PROD,
        "replicas: 3",
        "env: {A: b}",
        "ingress: {enabled: true}",
        "resources: {limits: {cpu: 1}}",
        "imagePullPolicy: Always",
        "service: {port: 80}",
        "extra: []",
        "autoscaling:\n  enabled: true",
        "podAnnotations: {a: b}",
        "nodeSelector: {a: b}",
    ),
    "duplicate-key": added(
        ENV_PROD,
        "replicas: 1\nreplicas: 2",
        "a: {b: 1, b: 2}",
        "on: 1\nyes: 2",
        "'x': 1\nx: 2",
        "1: a\n0x1: b",
        "l: [{a: 1, a: 2}]",
        "d:\n  e: 1\n  e: 1",
        "m: &m {q: 1}\nn: {q: 2, <<: *m}",
        '"y": 1\n"y": 2',
        "? k\n: 1\n? k\n: 2",
    ),
    "invalid-yaml": instead(
        ENV_PROD,
        "env: [\n",
        "- a\n",
        "a: 1\n---\nb: 2\n",
        "a: b: c\n",
        "\tx: 1\n",
        "text\n",
        "a: *none\n",
        "a: 'x\n",
        "%YAML 1.2\n---\na: 1\n",
        "? [a]\n: b\n",
        "a: !!int x\n",
        "{a: 1\n",
    ),
    "missing-layer": {
        "dev has no release layer": {DEV: None, APP_DEV: None, APP_PROD: None},
        "dev has no env layer": {ENV_DEV: None, APP_DEV: None, APP_PROD: None},
        "prod has no release layer": {PROD: None, APP_DEV: None, APP_PROD: None},
        "prod has no env layer": {ENV_PROD: None, APP_DEV: None, APP_PROD: None},
    },
    "templated-value": added(
        ENV_PROD,
        "a: '{{ .Values.b }}'",
        "b: 'x {{ y }} z'",
        "c: {d: '{{ e }}'}",
        "f: ['{{ g }}']",
        'h: "{{ include \\"x\\" . }}"',
        "i: |\n  {{ j }}",
        "k: '{{- l -}}'",
        "m: {n: [{o: '{{ p }}'}]}",
        "q: >-\n  {{ r }}",
        "'s': '{{ t }}'",
    ),
    "overlapping-layers": {
        f"{env} sets APP_NAME twice, {how}": {
            f"deploy/env/release-{env}/shop.yaml": SET + f"env: {{APP_NAME: {one}}}\n",
            f"deploy/env/{env}/shop.yaml": text(f"deploy/env/{env}/shop.yaml").replace(
                "env:\n", f"env:\n  APP_NAME: {other}\n", 1
            ),
        }
        for env in ("dev", "prod")
        for how, one, other in (
            ("to different names", "shop", "web"),
            ("to the same", "shop", "shop"),
            ("once in quotes", "'shop'", "web"),
            ("once empty", "''", "shop"),
            ("once to a number", "1", "shop"),
        )
    },
    "unwired-layer": {
        "dev loads no env layer": {APP_DEV: text(APP_DEV).replace(", ../../env/dev/shop.yaml", "")},
        "prod loads no env layer": {APP_PROD: text(APP_PROD).replace(", ../../env/prod/shop.yaml", "")},
        "only the release in a list": {
            APP_DEV: text(APP_DEV)
            .replace(
                "valueFiles: [../../env/release-dev/shop.yaml, ../../env/dev/shop.yaml]",
                "valueFiles:\n      - ../../env/release-dev/shop.yaml\n    ",
            )
            .replace("helm: {", "helm:\n      ")
            .replace("    }\n", "\n")
        },
    },
    "schema-violation": added(
        ENV_PROD,
        "replicaCount: many",
        "ingress: yes please",
        "resources: 3",
        "service: []",
        "autoscaling: 5",
        "service: 3",
        "replicaCount: {}",
        "ingress: []",
        "resources: x",
        "autoscaling: true",
    ),
    "missing-value-file": replaced(
        APP_PROD,
        "../../env/prod/shop.yaml]",
        "../../env/prod/shop.yaml, ../../env/prod/none.yaml]",
        "../../env/prod/shop.yaml, none.yaml]",
        "../../env/prod/shop.yaml, /none.yaml]",
        "../../env/prod/shop.yaml, ../../../../../x.yaml]",
        "../../env/prod/shop.yaml, '$none/x.yaml']",
        "../../env/prod/shop.yaml, '../../env/none/*.yaml']",
        "../../env/prod/shop.yaml, ../../env/prod]",
        "../../env/prod/shop.yaml, ../../env/Prod/shop.yaml]",
        "../../env/prod/shop.yaml, '../../env/prod/shop.yml']",
        "../../env/prod/shop.yaml, ../../env/prod/shop.yaml.gz]",
    ),
    "crossed-layers": replaced(
        APP_PROD,
        "../../env/prod/shop.yaml]",
        "../../env/prod/shop.yaml, ../../env/dev/shop.yaml]",
        "../../env/dev/shop.yaml, ../../env/prod/shop.yaml]",
        "../../env/prod/shop.yaml, /deploy/env/dev/shop.yaml]",
        "../../env/prod/shop.yaml, '../../env/d*/shop.yaml']",
    )
    | replaced(
        APP_DEV,
        "../../env/dev/shop.yaml]",
        "../../env/dev/shop.yaml, ../../env/prod/shop.yaml]",
        "../../env/prod/shop.yaml, ../../env/dev/shop.yaml]",
        "../../env/dev/shop.yaml, /deploy/env/prod/shop.yaml]",
        "../../env/dev/shop.yaml, '../../env/p*/shop.yaml']",
    ),
    "wrong-self-heal": replaced(
        APP_DEV,
        "automated: {selfHeal: false}",
        "automated: {selfHeal: true}",
        "automated: {prune: true, selfHeal: true}",
    )
    | replaced(
        APP_PROD,
        "automated: {selfHeal: true}",
        "automated: {selfHeal: false}",
        "automated: {}",
        "automated: {prune: true}",
    ),
    "floating-source": replaced(
        APP_PROD,
        "path: deploy",
        "targetRevision: feature-login\n    path: deploy",
        "targetRevision: dev\n    path: deploy",
        "targetRevision: v1.2.3\n    path: deploy",
    ),
    "secret-in-values": added(
        ENV_PROD,
        *secret_names(
            "DB_PASSWORD",
            "SMTP_PASS",
            "API_TOKEN",
            "adminPassword",
            "MAIL_PASSWORD",
            "passwort",
            "REDIS_PASSWORD",
            "rootPassword",
            "MYSQL_ROOT_PASSWORD",
            "пароль",
        ),
    ),
    "plaintext-secret": added(
        ENV_PROD,
        *(
            f"u{n}: {scheme}://shop:Th4tWas{n}@db/shop"
            for n, scheme in enumerate(
                ("postgres", "mysql", "mongodb", "amqp", "redis", "https", "postgresql", "mongodb+srv", "amqps", "smtp")
            )
        ),
    ),
    "public-secret": added(
        ENV_PROD,
        *(
            f"x{n}: {{{name}: summer20{20 + n}}}"
            for n, name in enumerate(
                (
                    "NEXT_PUBLIC_DB_PASSWORD",
                    "NEXT_PUBLIC_PASSWORD",
                    "VITE_ADMIN_PASSWORD",
                    "REACT_APP_DB_PASSWORD",
                    "NEXT_PUBLIC_SMTP_PASSWORD",
                    "VITE_DB_PASSWORD",
                    "NUXT_PUBLIC_PASSWORD",
                    "REACT_APP_PASSWORD",
                    "NEXT_PUBLIC_MAIL_PASSWORD",
                    "GATSBY_DB_PASSWORD",
                )
            )
        ),
    ),
    "secret-manifest": new_files(
        *(
            (f"k/{n}.yaml", SECRET.format(body))
            for n, body in enumerate(
                (
                    "data: {a: c2hvcA==}",
                    "stringData: {a: shop}",
                    "data:\n  a: YQ==",
                    "type: Opaque\nstringData: {b: c}",
                    "immutable: true\ndata: {x: eA==}",
                )
            )
        )
    ),
    "secret-ref-with-value": added(
        ENV_PROD,
        "a: {secretRef: 'Th4t Was Not It'}",
        "b: {existingSecret: 'hunter2!'}",
        "c: {secretName: 'Ab_Cd'}",
        "d: {imagePullSecrets: [{name: 'a b'}]}",
        "e: {secretKeyRef: {name: 'Th4t=It', key: x}}",
        "extraSecretRefs: ['pa$$word']",
        "g: {existingSecret: 'postgres://a:b12345@c/d'}",
        "h: {secretRef: UPPER}",
    ),
    "committed-env-file": new_files(
        *(
            (path, "A=b\n")
            for path in (
                ".env",
                ".env.local",
                ".env.production",
                "apps/shop/.env",
                "apps/shop/.env.dev",
                ".env.staging",
                "docker/.env",
                "x/y/.env.prod",
                "a/.env.test",
                ".env.backup",
            )
        )
    ),
    "high-entropy-value": added(
        ENV_PROD,
        *(
            f"v{n}: {value}"
            for n, value in enumerate(
                (
                    "q7Zt2LxVb9RmYc4KsWn8HdPf3JgT",
                    "Xk93hTqLmZ7vRb2WcY5nPdGs8JfA",
                    "aB3dE6gH9jK2mN5pQ8sT1vW4xY7z",
                    "Zp4Yw8Xm2Vk6Tj9Rb3Qd7Nf1Lh5S",
                    "hT8kLq3ZxV7mRw2YcB9nPs4GdJ6f",
                )
            )
        ),
    ),
    "wrong-environment-name": {
        f"{env} says {name}": {
            f"deploy/env/{env}/shop.yaml": text(f"deploy/env/{env}/shop.yaml").replace(
                "env:\n", f"env:\n  SYNESTRA_ENV: {name}\n", 1
            )
        }
        for env in ("dev", "prod")
        for name in ("stage", "production", "develop", "Prod", "test", "PROD-1")
        if name != env
    },
    "wrong-public-url": {
        f"prod: {url}": {
            ENV_PROD: text(ENV_PROD).replace("env:\n", f"env:\n  NEXT_PUBLIC_SERVER_URL: '{url}'\n", 1)
            + "ingress: {hosts: [{host: shop.example.com}]}\n"
        }
        for url in (
            "http://shop.example.com",
            "https://dev.example.com",
            "shop.example.com",
            "https://shop.example.org",
            "https://shop.example.com.evil.org",
            "https://example.com",
            "ftp://shop.example.com",
            "https://x@dev.example.com",
            "https://shop.example.co",
            "https://",
        )
    },
    "shared-host": {
        f"both serve {host}": {
            path: text(path) + f"ingress: {{hosts: [{{host: {host}}}]}}\n" for path in (ENV_DEV, ENV_PROD)
        }
        for host in (
            "example.com",
            "shop.example.com",
            "a.b.c.example.com",
            "localhost",
            "xn--bcher-kva.example",
            "'*.example.com'",
            "shop",
            "10.0.0.1",
            "EXAMPLE.com",
            "shop.internal",
        )
    },
    "shared-bucket": {
        f"both write to {name}": {
            path: text(path).replace("env:\n", f"env:\n  S3_BUCKET: {name}\n", 1) for path in (ENV_DEV, ENV_PROD)
        }
        for name in ("media", "shop", "shop-media", "'1'", "a.b", "shop-prod", "shop-dev", "x", "backup", "static")
    },
    "bundled-database": {
        f"{env}: {one}": {
            f"deploy/env/{env}/shop.yaml": text(f"deploy/env/{env}/shop.yaml") + f"postgres: {{enabled: {one}}}\n"
        }
        for env in ("dev", "prod")
        for one in ("true", "yes", "on", "True", "y")
    },
    "committed-media": new_files(
        *(
            (f"apps/{app}/src/app/{way}api/media/file/{name}", "x")
            for app, way, name in (
                ("shop", "", "a.png"),
                ("shop", "(payload)/", "b.jpg"),
                ("blog", "", "c"),
                ("a", "x/y/", "d.pdf"),
                ("b", "", "e/f.webp"),
            )
        )
    ),
    "foreign-secret-ref": {
        f"{env} uses {name}": {
            f"deploy/env/{env}/shop.yaml": text(f"deploy/env/{env}/shop.yaml").replace(f"shop-{env}-env", name)
        }
        for env in ("dev", "prod")
        for name in ("other-env", f"shop-{env}", "env", f"blog-{env}-env", "shop-stage-env")
    },
    "unexplained-waiver": added(
        ENV_PROD,
        *(
            f"w{n}: x  # gitopslint: ignore[{rule}]"
            for n, rule in enumerate(
                ("mutable-tag", "templated-value", "retyped-tag", "mutable-tag, retyped-tag", "plaintext-secret")
            )
        ),
    ),
    "unknown-waiver": added(
        ENV_PROD,
        *(
            f"w{n}: x  # gitopslint: {words}"
            for n, words in enumerate(
                (
                    "ignore[mutable] why",
                    "ignore why",
                    "ignore[] why",
                    "ignor[mutable-tag] why",
                    "ignore[none-such] because",
                )
            )
        ),
    ),
    "unused-waiver": added(
        ENV_PROD,
        *(
            f"w{n}: x  # gitopslint: ignore[{rule}] for a reason"
            for n, rule in enumerate(
                ("mutable-tag", "templated-value", "retyped-tag", "duplicate-key", "malformed-tag")
            )
        ),
    ),
}
