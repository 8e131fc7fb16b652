"""Where and how a tag may be written: each place is filled with a tag that breaks a rule."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.mutation.breaks import APP_DEV, APP_PROD, DEV, ENV_DEV, ENV_PROD, PROD, REPOSITORY, TAG, Files, text

TAGS = {
    "mutable-tag": "latest",
    "malformed-tag": "-r3",
    "placeholder-image": "REPLACE_ME",
    "untraceable-tag": "main-r27",
}
"""A tag for each rule about tags, which is a text however it is written."""
_GONE: Files = dict.fromkeys((DEV, PROD, ENV_DEV, ENV_PROD, APP_DEV, APP_PROD))
_IMAGES = ".gitopslint.yaml"


def _layout(path: str, release: str, env: str) -> Files:
    """Return a layout of its own with two environments, of which only prod runs the tag."""
    layers = f"layers:\n- {{role: release, path: '{path}/release.yaml'}}\n- {{role: env, path: '{path}/values.yaml'}}\n"
    files: dict[str, str | bytes | None] = {**_GONE, _IMAGES: layers}
    for name, content in (("dev", f"image: {{repository: {REPOSITORY}, tag: {TAG}}}\n"), ("prod", release)):
        folder = path.replace("{env}", name).replace("{app}", "shop")
        files |= {f"{folder}/release.yaml": content, f"{folder}/values.yaml": env}
    return files


def _image(tag: str) -> str:
    return f"image: {{repository: {REPOSITORY}, tag: {json.dumps(tag)}}}\n"


PLACES: dict[str, Callable[[str], Files]] = {
    "dev, in a block": lambda tag: {DEV: f"image:\n  repository: {REPOSITORY}\n  tag: '{tag}'\n"},
    "prod, in JSON": lambda tag: {PROD: json.dumps({"image": {"repository": REPOSITORY, "tag": tag}}, indent=1) + "\n"},
    "behind an anchor": lambda tag: {PROD: f"image: &image\n  repository: {REPOSITORY}\n  tag: &tag '{tag}'\n"},
    "by its tag of YAML": lambda tag: {PROD: f"image:\n  repository: {REPOSITORY}\n  tag: !!str '{tag}'\n"},
    "folded": lambda tag: {PROD: f"image:\n  repository: {REPOSITORY}\n  tag: >-\n    {tag}\n"},
    "as a block of text": lambda tag: {PROD: f"image:\n  repository: {REPOSITORY}\n  tag: |-\n    {tag}\n"},
    "with an escape": lambda tag: {
        PROD: f'image:\n  repository: {REPOSITORY}\n  tag: "\\x{ord(tag[0]):02x}{tag[1:]}"\n'
    },
    "with lines that end as on Windows": lambda tag: {
        PROD: f"image:\r\n  repository: {REPOSITORY}\r\n  tag: '{tag}'\r\n"
    },
    "in UTF-16": lambda tag: {PROD: f"\ufeff{_image(tag)}".encode("utf-16-le")},
    "behind an explicit key": lambda tag: {PROD: f"? image\n: ? repository\n  : {REPOSITORY}\n  ? tag\n  : '{tag}'\n"},
    "a second image": lambda tag: {
        _IMAGES: "images:\n- {repository: image.repository, tag: image.tag}\n- {repository: job.repository, tag: job.tag}\n"
        "release_keys: [job.*]\n",
        DEV: _image(TAG) + f"job: {{repository: {REPOSITORY}-job, tag: {TAG}}}\n",
        PROD: _image(TAG) + f"job: {{repository: {REPOSITORY}-job, tag: '{tag}'}}\n",
    },
    "below the name of a subchart": lambda tag: {
        _IMAGES: "images: [{repository: web.image.repository, tag: web.image.tag}]\nrelease_keys: [web.image.*]\n",
        **{
            path: f"web: {{image: {{repository: {REPOSITORY}, tag: '{one}'}}}}\n"
            for path, one in ((DEV, TAG), (PROD, tag))
        },
    },
    "in one value": lambda tag: {
        _IMAGES: "images: [{reference: image}]\nrelease_keys: [image]\n",
        "deploy/charts/web-app/values.yaml": "replicas: 1\n",
        **{path: f"image: '{REPOSITORY}:{one}'\n" for path, one in ((DEV, TAG), (PROD, tag))},
    },
    "in another layout": lambda tag: _layout("envs/{env}/{app}", _image(tag), "a: 1\n"),
    "in a layout by app": lambda tag: _layout("{app}/deploy/{env}", _image(tag), "a: 1\n"),
    "of another app": lambda tag: {
        APP_DEV: None,
        APP_PROD: None,
        "deploy/env/dev/blog.yaml": "a: 1\n",
        "deploy/env/release-dev/blog.yaml": _image(tag),
    },
    "in a third environment": lambda tag: {
        _IMAGES: "environments: [dev, stage, prod]\n",
        APP_DEV: None,
        APP_PROD: None,
        "deploy/env/stage/shop.yaml": text(ENV_DEV).replace("dev", "stage"),
        "deploy/env/release-stage/shop.yaml": _image(tag),
    },
}
"""Ways to write a tag into a release."""
