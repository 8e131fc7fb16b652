"""Rules about images: does a release name exactly one image, for good, and can one tell where it came from?"""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.builds import is_built
from gitopslint.checks.check import Outcome, check
from gitopslint.checks.moving import MovingTags, why_it_moves
from gitopslint.model.document import KeyPath, Node, find
from gitopslint.model.finding import Doubt, Edit, Fix, Offence, Related
from gitopslint.model.image import digest_fault, repository_fault, tag_fault
from gitopslint.model.layer import App, Release
from gitopslint.model.rule import Level
from gitopslint.model.scalars import printed
from gitopslint.model.span import Span, file_start
from gitopslint.model.tag import commit_in, placeholder_repository, placeholder_tag


@check("missing-tag", over=Release)
def missing_tag(release: Release, _: object) -> Iterator[Outcome]:
    """Without a tag the container runtime takes `latest`."""
    yield from _missing(release, "tag", "without one the cluster pulls 'latest'; set the tag that was built")


@check("missing-repository", over=Release)
def missing_repository(release: Release, _: object) -> Iterator[Outcome]:
    """Without a repository there is no image."""
    yield from _missing(release, "repository", "without one there is no image; set the repository that CI pushes to")


@check("placeholder-image", over=Release)
def placeholder_image(release: Release, _: object) -> Iterator[Outcome]:
    """A value that somebody was meant to fill in is not deployable."""
    if _lacks_release_layer(release):
        return
    for part, node in (("registry", release.registry), ("repository", release.repository), ("tag", release.tag)):
        if node is None or not _is_placeholder(part, node):
            continue
        path = _path(release, part)
        chart = next((layer for layer in release.stack.layers if layer.role == "chart"), None)
        from_chart = chart is not None and node.span.path == chart.path
        if from_chart:
            # The chart's own placeholder is fine; that nobody replaces it is the release layer's fault.
            yield Offence(
                f"{release} sets no {part}, so the chart's placeholder {node.text!r} would be deployed",
                _place_of_missing(release, part),
                (Related(node.span, "the chart's placeholder"),),
                path,
                at_most=_mildest(release),
            )
            continue
        yield Offence(
            f"{release} has the placeholder {node.text!r} for a {part}: it cannot be deployed",
            node.span,
            _around(node),
            path,
            at_most=_mildest(release),
        )


@check("mutable-tag", over=Release, parameters=MovingTags)
def mutable_tag(release: Release, parameters: MovingTags) -> Iterator[Outcome]:
    """A tag that moves; one with a digest cannot."""
    if (tag := _judged_tag(release)) is None or _digest(release):
        return
    contract = release.stack.contract
    reason = why_it_moves(tag.text, parameters, contract.environments, contract.tag_patterns)
    if reason is not None:
        yield Offence(
            f"{release} runs the tag {tag.text!r}, {reason}",
            tag.span,
            _around(tag),
            _path(release, "tag"),
        )


@check("malformed-tag", over=Release)
def malformed_tag(release: Release, _: object) -> Iterator[Outcome]:
    """A tag or digest that no registry accepts."""
    for part, node in (("tag", release.tag), ("digest", release.digest)):
        if node is None or node.value in (None, ""):
            continue
        if not node.is_scalar:
            yield Offence(
                f"the {part} of {release} must be a text, not a {_collection(node)}",
                node.key_span,
                _around(node),
                _path(release, part),
            )
            continue
        if _is_placeholder(part, node):
            continue
        fault = tag_fault(node.text) if part == "tag" else digest_fault(node.text)
        if fault is not None:
            yield Offence(
                f"the {part} {_short(node.text)} of {release} is malformed: {fault}",
                node.span,
                _around(node),
                _path(release, part),
            )


@check("malformed-repository", over=Release)
def malformed_repository(release: Release, _: object) -> Iterator[Outcome]:
    """A repository that no registry accepts, or one that carries its own tag."""
    node = release.repository
    if node is None or node.value in (None, "") or _is_placeholder("repository", node):
        return
    if not node.is_scalar:
        yield Offence(
            f"the repository of {release} must be a text, not a {_collection(node)}",
            node.key_span,
            _around(node),
            _path(release, "repository"),
        )
    elif (fault := repository_fault(node.text)) is not None:
        yield Offence(
            f"the repository {_short(node.text)} of {release} is malformed: {fault}",
            node.span,
            _around(node),
            _path(release, "repository"),
        )


@check("retyped-tag", over=Release)
def retyped_tag(release: Release, _: object) -> Iterator[Outcome]:
    """Helm's YAML makes a number or a boolean of some tags, and prints it in another way than it was written."""
    node = release.tag
    if node is None or not isinstance(node.value, bool | int | float):
        return
    deployed = printed(node.value)
    falsy = node.value in (False, 0)
    if deployed == node.text and not falsy:
        return
    kind = "a boolean" if isinstance(node.value, bool) else "a number"
    also = ", which counts as empty in a template" if falsy else ""
    yield Offence(
        f"the unquoted tag {node.text} of {release} is {kind} to Helm{also}: {deployed!r} would be deployed; quote it",
        node.span,
        _around(node),
        _path(release, "tag"),
        fix=_quoted(release, node),
    )


def _quoted(release: Release, node: Node) -> Fix | None:
    """Return the fix that quotes a tag: unsafe where it has an anchor, because other values may become a text, too."""
    from gitopslint.model.edits import Lines  # few tags need it
    from gitopslint.model.entries import is_anchored

    layer = next((one for one in release.stack.layers if one.path == node.span.path), None)
    if node.style != "plain" or node.tag is not None or layer is None:
        return None
    shared = is_anchored(Lines(layer.document.text), node)
    return Fix("Quote the tag.", (Edit(node.span, f'"{node.text}"'),), safe=not shared)


@check("untraceable-tag", over=Release, parameters=MovingTags, parameters_of="mutable-tag")
def untraceable_tag(release: Release, parameters: MovingTags) -> Iterator[Outcome]:
    """A tag by which nobody can tell which commit is running."""
    tag = _judged_tag(release)
    if tag is None or tag_fault(tag.text) is not None:
        return
    contract = release.stack.contract
    if tag.text.partition("@")[0].lower().endswith("-dirty"):
        reason = "was built from changes that were never committed, so no commit stands for it"
    elif commit_in(tag.text, contract.tag_patterns) is not None or is_built(release, tag.text.partition("@")[0]):
        return
    elif not _digest(release) and why_it_moves(tag.text, parameters, contract.environments, contract.tag_patterns):
        return  # mutable-tag has said why already
    else:
        reason = f"carries no commit, and {_nothing_else(release)}"
    yield Offence(f"the tag {tag.text!r} of {release} {reason}", tag.span, _around(tag), _path(release, "tag"))


@check("mismatched-repository", over=App)
def mismatched_repository(app: App, _: object) -> Iterator[Outcome]:
    """The same tag in two repositories is not the same image."""
    for keys in app.contract.images:
        known: dict[str, tuple[Release, Node]] = {}
        for release in app.releases:
            node = release.repository
            if release.keys != keys or node is None or not isinstance(node.value, str) or not node.value:
                continue
            if _is_placeholder("repository", node):
                continue
            name = _full_name(release, node.value)
            if known and name not in known:
                other, earlier = next(iter(known.values()))
                yield Offence(
                    f"{release} takes its image from {node.value!r} and {other.environment} from {earlier.value!r}: "
                    f"the same tag is not the same image there",
                    node.span,
                    (Related(earlier.span, f"the repository in {other.environment}"), *_around(node)),
                    _path(release, "repository"),
                    environment=release.environment,
                )
            known.setdefault(name, (release, node))


def _nothing_else(release: Release) -> str:
    links = release.stack.links
    if links is None:
        return "nothing else ties it to one"
    if links.absent is not None:
        return "without the platform repository nothing else ties it to one"
    return "no VERSION of the platform stands for it beside a WEB_CORE_REF"


def _missing(release: Release, part: str, consequence: str) -> Iterator[Outcome]:
    node = getattr(release, part)
    whole = release.reference
    if part not in release.keys.paths(release.environment) and whole is None and not release.keys.reference:
        return  # the contract knows no key for it
    if _lacks_release_layer(release) or (node is not None and node.value not in (None, "")):
        return
    if part == "tag" and whole is not None and whole.value in (None, ""):
        return  # the reference is empty altogether: missing-repository says so
    at = node.span if node is not None else _place_of_missing(release, part)
    if node is None and release.stack.partial is not None:
        yield Doubt(
            f"whether the chart of {release} sets a {part} is not known: {release.stack.partial}",
            "set it in a layer of each environment",
            at,
        )
        return
    if part == "tag" and _digest(release):
        yield Offence(
            f"{release} is pinned by its digest and has no tag, so nothing tells which commit it was built from",
            at,
            _around(node),
            _path(release, part),
            at_most="warning",
        )
        return
    state = "an empty" if node is not None and node.text in ("", "~") else "a null" if node is not None else "no"
    yield Offence(
        f"{release} has {state} {part}: {consequence}",
        at,
        _around(node),
        _path(release, part),
        at_most=_mildest(release),
    )


def _lacks_release_layer(release: Release) -> bool:
    """Tell whether the release layer itself is missing, which `missing-layer` says: the rest only follows."""
    return release.stack.release_layer is None and release.stack.lacks_release


def _judged_tag(release: Release) -> Node | None:
    """Return the tag if it says anything: there, a scalar, and no placeholder."""
    tag = release.tag
    if tag is None or not tag.is_scalar or tag.value in (None, "") or _is_placeholder("tag", tag):
        return None
    return tag


def _digest(release: Release) -> str | None:
    """Return the digest that decides, wherever it stands."""
    if release.digest is not None and isinstance(release.digest.value, str) and release.digest.value:
        return release.digest.value
    return release.tag.text.partition("@")[2] or None if release.tag is not None else None


def _is_placeholder(part: str, node: Node) -> bool:
    if not isinstance(node.value, str):
        return False
    return (placeholder_tag if part in ("tag", "digest") else placeholder_repository)(node.value)


def _place_of_missing(release: Release, part: str) -> Span:
    """Return where a missing part belongs: its own null, the mapping around it, or the top of the layer."""
    stack = release.stack
    if stack.release_layer is None and stack.application is not None:
        return stack.application.span
    layer = stack.release_layer or stack.layers[-1]
    path = _path(release, part)
    for length in range(len(path), 0, -1):
        if (node := find(layer.document.root, path[:length])) is not None:
            return node.span if length == len(path) else node.key_span
    return file_start(layer.path)


def _path(release: Release, part: str) -> KeyPath:
    paths = release.keys.paths(release.environment)
    return paths.get(part) or paths.get("reference") or ()


def _around(node: Node | None) -> tuple[Related, ...]:
    """Return the places where a value is brought in by an alias, and what it overrides."""
    if node is None:
        return ()
    used = [Related(use, "used here") for use in node.uses]
    # That a value replaces an empty or placeholder default goes without saying.
    hidden = [
        Related(old.span, f"overrides {_short(old.text)}")
        for old in node.shadowed
        if old.is_scalar and old.value and not placeholder_tag(old.text)
    ]
    return (*used, *hidden)


def _mildest(release: Release) -> Level | None:
    return "warning" if release.stack.contract.app(release.app).contract_only else None


def _full_name(release: Release, repository: str) -> str:
    """Spell a repository out as Docker does, so that two spellings of one name agree."""
    registry = release.registry.value if release.registry is not None else None
    name = f"{registry}/{repository}" if isinstance(registry, str) and registry else repository
    first, slash, _ = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return name
    return f"docker.io/{name}" if slash else f"docker.io/library/{name}"


def _collection(node: Node) -> str:
    return "mapping" if isinstance(node.value, dict) else "list"


def _short(text: str) -> str:
    return repr(text if len(text) <= 100 else text[:97] + "...")
