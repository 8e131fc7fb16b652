"""Rules about YAML files outside the layers: Jobs, CronJobs and other manifests that somebody applies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitopslint.checks.check import Outcome, check
from gitopslint.checks.moving import MovingTags, why_it_moves
from gitopslint.model.document import KeyPath, Node, walk
from gitopslint.model.finding import Doubt, Offence, Related
from gitopslint.model.image import split_reference
from gitopslint.model.layer import Manifest
from gitopslint.model.lazy import lazy
from gitopslint.model.span import Span
from gitopslint.model.tag import placeholder_repository, placeholder_tag

_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_LISTS = frozenset({"containers", "initContainers", "ephemeralContainers", "steps", "sidecars"})
_SINGLE = frozenset({"container", "script"})
_KIND = lazy(r"^kind:[ \t]*[A-Z]", re.MULTILINE)
_WHOLE_VERSION = lazy(r"v?[0-9]+\.[0-9]+(?!.*(?:latest|snapshot)).*", re.IGNORECASE)


@check("mutable-tag", over=Manifest, parameters=MovingTags)
def mutable_tag_in_manifest(manifest: Manifest, parameters: MovingTags) -> Iterator[Outcome]:
    """Images of containers in manifests: a warning, because no release of ours deploys them."""
    document = manifest.document
    if document.problem is not None:
        # Without text it could not even be decoded, so nobody knows what kind of file it is.
        if not document.text or _KIND.search(document.text) or document.problem.kind == "limit":
            yield Doubt(
                f"a manifest is not readable: {document.problem.message}",
                "repair the file or exclude it",
                document.problem.span,
            )
        return
    for root in document.roots:
        kind = root.mapping.get("kind")
        if document.path.rpartition("/")[2] in _KUSTOMIZATIONS and kind is None:
            yield from _kustomized(root, parameters)  # there kustomize needs neither kind nor apiVersion
        if kind is None or "apiVersion" not in root.mapping:
            continue
        for path, node in walk(root):
            if isinstance(node.value, str) and _is_container_image(path):
                yield from _judged(node, path, parameters, manifest.replaced_images)
        if kind.value == "Kustomization":
            yield from _kustomized(root, parameters)


def _judged(node: Node, path: KeyPath, parameters: MovingTags, replaced: frozenset[str]) -> Iterator[Outcome]:
    repository, tag, digest = split_reference(node.text)
    if repository in replaced:  # what a kustomization says instead is judged there
        return
    if digest or placeholder_repository(repository) or (tag is not None and placeholder_tag(tag)) or not repository:
        return
    used = tuple(Related(use, "used here") for use in node.uses)
    if tag is None:
        yield Offence(
            f"the image {node.text!r} has no tag, so the cluster pulls 'latest': pin a version or a digest",
            node.span,
            used,
            path,
            at_most="warning",
        )
    elif reason := _why(tag, parameters):
        yield Offence(
            f"the image {node.text!r} runs the tag {tag!r}, {reason}: pin a version or a digest",
            _tag_span(node, tag),
            used,
            path,
            at_most="warning",
        )


def _kustomized(root: Node, parameters: MovingTags) -> Iterator[Outcome]:
    images = root.mapping.get("images")
    for position, image in enumerate(images.items if images is not None else []):
        tag = image.mapping.get("newTag")
        if tag is None or not isinstance(tag.value, str) or image.mapping.get("digest") is not None:
            continue
        if not placeholder_tag(tag.text) and (reason := _why(tag.text, parameters)):
            yield Offence(
                f"the new tag {tag.text!r} is {reason}: pin a version or a digest",
                tag.span,
                (),
                ("images", position, "newTag"),
                at_most="warning",
            )


def _why(tag: str, parameters: MovingTags) -> str | None:
    # Other people's images count as they like: 17.7 is a whole PostgreSQL version. Only names surely move.
    return None if _WHOLE_VERSION.fullmatch(tag) else why_it_moves(tag, parameters)


def _is_container_image(path: KeyPath) -> bool:
    if len(path) < 2 or path[-1] != "image":
        return False
    parent = path[-2]
    if isinstance(parent, int):
        return len(path) > 2 and path[-3] in _LISTS
    return parent in _SINGLE


def _tag_span(node: Node, tag: str) -> Span:
    """Return the tag inside a reference, or the whole of it where it is not written in one piece."""
    span = node.span
    width = span.end_column - span.column
    quotes = 1 if node.style in ("single", "double") else 0
    if span.line != span.end_line or width != len(node.text) + 2 * quotes:
        return span
    end = span.end_column - quotes
    return Span(span.path, span.line, end - len(tag), span.line, end)
