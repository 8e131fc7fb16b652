"""A proposed contract as a file that explains itself: every line with what it means and what it was found by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gitopslint.model.environments import sources
from gitopslint.model.proposal import FoundLayer, Proposal
from gitopslint.model.scalars import resolve
from gitopslint.reporters.escape import visible

SCHEMA = "https://raw.githubusercontent.com/gitopslint/gitopslint/main/schemas/contract.schema.json"

_PLAIN = re.compile(r"[A-Za-z][\w./-]*")
_MEANING = {
    "chart": "the chart's defaults",
    "env": "domains, resources, names of secrets",
    "release": "which image an environment runs, and nothing else",
}


def render(found: Proposal) -> str:
    """Return the text of a contract file."""
    parts = [
        _head(),
        _environments(found),
        _layers(found),
        _images(found),
        _releases(found),
        _applications(found),
        _commits(found),
        _platform(),
        _apps(found),
        _exclude(found),
        _notes(found),
        _rules(),
    ]
    return "\n".join(part for part in parts if part)


def summary(found: Proposal) -> str:
    """Return in one sentence what was found."""
    apps = len(found.apps) or 1
    layers = sum(layer.files for layer in found.layers)
    return (
        f"{_counted(apps, 'app')} in {', '.join(found.environments)}, {_counted(layers, 'values file')} "
        f"in {_counted(len(found.layers), 'layer')}"
    )


def _head() -> str:
    return (
        "# The contract of this repository, as `gitopslint init` found it. Correct what is wrong, then run\n"
        f"# `gitopslint check`.\n# yaml-language-server: $schema={SCHEMA}\nversion: 1\n"
    )


def _rules() -> str:
    return (
        "# Levels (error, warning, note, off) and parameters of single rules, for example:\n"
        "#   mutable-tag: {level: warning}\nrules: {}\n"
    )


def _environments(found: Proposal) -> str:
    text = (
        "# The environments in the order of promotion, which is guessed from their names.\n"
        f"environments: {_list(found.environments)}\n"
    )
    if not (others := sources(found.environments)):
        return text
    listed = ", ".join(f"{_text(name)}: {'null' if one is None else _text(one)}" for name, one in others.items())
    return (
        f"{text}\n# From which one a tag comes, where that is not the one before. `null`: it gets releases itself.\n"
        f"promoted_from: {{{listed}}}\n"
    )


def _layers(found: Proposal) -> str:
    order = "as the Applications load them" if found.ordered else "guessed: say in which order your charts get them"
    lines = [
        "# The values files of an app in the order in which Helm gets them, " + order + ".",
        "# {app} and {env} stand for the names. `required: false`: not every app has it in each of its environments.",
    ]
    roles = dict.fromkeys(layer.role for layer in found.layers)
    lines += [f"#   {role:<8} {_MEANING[role]}" for role in roles]
    lines.append("layers:")
    return "\n".join([*lines, *map(_layer, found.layers)]) + "\n"


def _layer(layer: FoundLayer) -> str:
    required = "" if layer.required else ", required: false"
    remark = f"  # {_counted(layer.files, 'file')}, such as {_comment(layer.example)}"
    return f"  - {{role: {layer.role}, path: {_text(layer.path)}{required}}}{remark}"


def _images(found: Proposal) -> str:
    if not found.images:
        return (
            "# Where an image is set in the values. None was seen, so this is the default: correct it, for example to\n"
            "# [{registry: image.repo, repository: image.name, tag: image.version}] or [{reference: image}].\n"
            "images:\n  - {repository: image.repository, tag: image.tag, digest: image.digest}\n"
        )
    lines = ["# Where an image is set in the values, one entry for each image of an app.", "images:"]
    for image in found.images:
        keys = ", ".join(f"{part}: {_text(path)}" for part, path in image.keys)
        lines.append(f"  - {{{keys}}}  # in {_counted(image.files, 'file')}")
    return "\n".join(lines) + "\n"


def _releases(found: Proposal) -> str:
    if not any(layer.role == "release" for layer in found.layers):
        return ""
    return (
        "# What a release layer may set besides the image. `*` stands for one key, `**` for any number.\n"
        f"release_keys: {_list(found.release_keys)}\n"
    )


def _applications(found: Proposal) -> str:
    if not found.applications:
        return "# No Argo CD Application was seen, so the order of `layers` holds.\n"
    lines = [
        f"# Argo CD: {_counted(found.applications, 'Application')} say which files are loaded, and in which order."
    ]
    settings = []
    if found.application_path is not None:
        lines.append("# The path tells which app and environment an Application deploys.")
        settings.append(f"  path: {_text(found.application_path)}")
    if found.self_heal:
        healing = ", ".join(f"{_text(name)}: {str(heals).lower()}" for name, heals in found.self_heal.items())
        lines.append("# self_heal: whether changes by hand are undone, as it is today.")
        settings.append(f"  self_heal: {{{healing}}}")
    return "\n".join([*lines, *(["applications:", *settings] if settings else [])]) + "\n"


def _commits(found: Proposal) -> str:
    tags = f"{found.tags} {'tag names a commit' if found.tags == 1 else 'tags name commits'}"
    if found.commits == "elsewhere" and not found.tags:
        text = (
            "# No tag names a commit, so none can be traced; `gitopslint explain untraceable-tag` says what would.\n"
            "# Nothing that images are built from was seen either: the code is in another repository.\n"
            "commits: elsewhere\n"
        )
    elif found.commits == "elsewhere":
        text = f"# {tags}, and none is of this repository: the code is in another one.\ncommits: elsewhere\n"
    elif found.commits == "here":
        text = f"# {tags}, and those of this repository are found: `commits: here` is the default.\n"
    elif found.tags:
        text = f"# {tags}; whether of this repository could not be told here (`commits: here` or `elsewhere`).\n"
    else:
        text = "# No tag names a commit, so none can be traced; `gitopslint explain untraceable-tag` says what would.\n"
    if found.sources and found.commits != "elsewhere":
        text += (
            "# What the image of an app is built from: the folders with a Dockerfile. A release must not change them.\n"
        )
        text += f"sources: {_list(found.sources)}\n"
    return text


def _platform() -> str:
    return (
        "# A second repository that builds the images and keeps the Secrets. None is known here; with one, say\n"
        "# for example `platform: {path: ../platform}`.\n"
        "platform: none\n"
    )


def _apps(found: Proposal) -> str:
    if found.single_app is not None:
        return f"# The one app: no path holds its name.\napps: {{{_text(found.single_app)}: {{}}}}\n"
    names = _comment(", ".join(found.apps[:8])) + (" …" if len(found.apps) > 8 else "")
    return (
        "# Settings of single apps, such as `shop: {contract_only: true}` for one that is not deployed yet.\n"
        f"# Found: {names}\n"
        "apps: {}\n"
    )


def _exclude(found: Proposal) -> str:
    lines = [f"  - {_text(pattern)}" for pattern in found.exclude]
    if not lines:
        return "# Files that no rule reads, as in .gitignore.\nexclude: []\n"
    return (
        "\n".join(
            [
                "# Files that no rule reads, as in .gitignore: these stand where a layer would, and are none.",
                "exclude:",
                *lines,
            ]
        )
        + "\n"
    )


def _notes(found: Proposal) -> str:
    if not found.notes:
        return ""
    return (
        "\n".join(["# Seen, but no layer can be made of it:", *(f"# - {_comment(one)}" for one in found.notes)]) + "\n"
    )


def not_recognised(found: Proposal, template: str) -> str:
    """Return the commented default, with a word about what was seen instead."""
    seen: Iterator[str] = (f"# - {_comment(one)}\n" for one in found.notes)
    return (
        "# No layout was recognised: no values files were found whose paths tell app and environment. What follows\n"
        "# is the default contract; say under `layers` where yours are. Without one of them nothing is checked.\n"
        + "".join(seen)
        + template
    )


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """Write a text as YAML, in quotes where it could be read as anything else."""
    if _PLAIN.fullmatch(text) and resolve(text) == text:
        return text
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    return visible(text)


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
