"""Is what the platform builds one commit of the product under one tag, for good?"""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Outcome, check
from gitopslint.checks.moving import MovingTags, why_it_moves
from gitopslint.model.finding import Doubt, Edit, Fix, Offence, Related
from gitopslint.model.gitref import full_id, ref_fault, short_id
from gitopslint.model.image import tag_fault
from gitopslint.model.layer import Release
from gitopslint.model.platform import Build, Misplaced, Pair, Text
from gitopslint.model.rule import Level
from gitopslint.model.span import Span, file_start
from gitopslint.model.tag import commit_in, placeholder_tag

_MOST_SHOWN = 80
_SHORT = 12


@check("malformed-ref", over=Build)
def malformed_ref(build: Build, _: object) -> Iterator[Outcome]:
    """A file that names anything but one commit."""
    if build.ref is None:
        yield Offence(
            f"there is no {_name(build.ref_path)} beside {_name(build.version_path)}, so it is not known what is built",
            file_start(build.version_path),
            app=build.app,
        )
        return
    fault = _read_fault(build.ref) or ref_fault(build.ref.text or "", build.lengths)
    if fault is None:
        return
    wanted = " or ".join(map(str, build.lengths))
    yield Offence(
        f"{_name(build.ref.path)} must hold one full commit id of {wanted} lower-case hex digits, and {fault}",
        build.ref.span,
        app=build.app,
        fix=_full(build),
    )


@check("malformed-ref", over=Misplaced)
def misplaced_ref(file: Misplaced, _: object) -> Iterator[Outcome]:
    """What is built from the commit in such a file is not known."""
    yield Doubt(
        f"what is built from the commit in a file called {_name(file.path)} is not known: it is not where the contract "
        f"has such files ({file.template})",
        "say where they are in `platform.ref` and `platform.version`, or exclude it",
        file_start(file.path),
    )


@check("unknown-ref", over=Build)
def unknown_ref(build: Build, _: object) -> Iterator[Outcome]:
    """The commit that is built is none of the product."""
    if build.ref is None or full_id(build.ref.text or "", build.lengths) is None:
        return
    answer = build.commit
    if answer is None:
        if build.absent is not None:
            yield Doubt(build.absent.reason, build.absent.remedy, build.ref.span)
    elif answer.ids is None:
        yield Doubt(answer.reason, answer.remedy, build.ref.span)
    elif not answer.ids:
        yield Offence(
            f"no commit of the product has the id {(build.ref.text or '').strip()[:_SHORT]}…: push it there, or name "
            f"one that is there",
            build.ref.span,
            app=build.app,
        )


@check("version-ref-mismatch", over=Build)
def version_ref_mismatch(build: Build, _: object) -> Iterator[Outcome]:
    """The tag names one commit, and another one is built."""
    if build.ref is None or build.version is None or build.tag is None:
        return
    sha = commit_in(build.tag, build.contract.tag_patterns)
    ref = full_id(build.ref.text or "", build.lengths)
    if sha is None or ref is None or ref.startswith(sha):
        return
    at = build.version.span
    start = build.tag.find(sha)
    yield Offence(
        f"the tag {build.tag!r} names the commit {sha}, and {_name(build.ref.path)} builds {ref[: max(len(sha), 7)]}",
        at._replace(column=at.column + start, end_column=at.column + start + len(sha)),
        (Related(build.ref.span, "the commit that is built"),),
        app=build.app,
    )


@check("reused-version", over=Build)
def reused_version(build: Build, _: object) -> Iterator[Outcome]:
    """One tag that stood for two commits: the second build took the place of the first."""
    if build.version is None or build.tag is None:
        return
    refs = _refs_of(build, build.tag)
    if len(refs) > 1:
        yield Offence(
            f"the tag {build.tag!r} stood for {len(refs)} commits, so the image under it was overwritten: "
            f"{_told(refs)}; give each commit a tag of its own",
            build.version.span,
            (Related(build.ref.span, "the commit that is built now"),) if build.ref is not None else (),
            app=build.app,
            at_most=_by_certainty(build, build.tag),
        )
    elif build.gap is not None:
        yield Doubt(build.gap.reason, build.gap.remedy, build.version.span)


@check("reused-version", over=Release)
def reused_version_in_release(release: Release, _: object) -> Iterator[Outcome]:
    """A release runs a tag of before that stood for two commits. Of today's VERSION a run in the platform says it."""
    links, node = release.stack.links, release.tag
    build = links.builds.get(release.app) if links is not None else None
    if build is None or node is None or not node.is_scalar or node.text == build.tag:
        return
    if "@" in node.text or (release.digest is not None and release.digest.value):
        return  # the digest decides
    refs = _refs_of(build, node.text)
    if len(refs) > 1:
        yield Offence(
            f"{release} runs the tag {node.text!r}, which stood for {len(refs)} commits in the platform, so nobody "
            f"knows which one runs: {_told(refs)}; release a later build",
            node.span,
            (Related(build.version.span, "the VERSION, which names another tag now"),) if build.version else (),
            release.keys.paths(release.environment).get("tag", ()),
            at_most=_by_certainty(build, node.text),
        )


@check("missing-tag", over=Build)
def missing_version(build: Build, _: object) -> Iterator[Outcome]:
    """Without a VERSION the image gets no tag."""
    if build.version is None and build.ref is not None:
        yield Offence(
            f"there is no {_name(build.version_path)} beside {_name(build.ref_path)}: the image would get no tag",
            file_start(build.ref.path),
            app=build.app,
        )


@check("malformed-tag", over=Build)
def malformed_version(build: Build, _: object) -> Iterator[Outcome]:
    """A VERSION that no registry accepts as a tag."""
    if build.version is None:
        return
    text = build.version.text
    fault = _read_fault(build.version) or tag_fault((text or "").removesuffix("\n"))
    if text is not None and "@" in text:
        fault = "a tag cannot hold '@'"
    if fault is not None and not placeholder_tag((text or "").strip()):
        yield Offence(
            f"{_name(build.version.path)} must hold one tag and nothing else, and {fault}",
            build.version.span,
            app=build.app,
        )


@check("placeholder-image", over=Build)
def placeholder_version(build: Build, _: object) -> Iterator[Outcome]:
    """A VERSION that somebody was meant to fill in."""
    if build.version is not None and build.tag is not None and placeholder_tag(build.tag.strip()):
        yield Offence(
            f"{_name(build.version.path)} has the placeholder {_short(build.tag)} for a tag: the image cannot be found "
            f"under it",
            build.version.span,
            app=build.app,
            at_most=_mildest(build),
        )


@check("mutable-tag", over=Build, parameters=MovingTags)
def mutable_version(build: Build, parameters: MovingTags) -> Iterator[Outcome]:
    """A VERSION that moves: the next build takes it over."""
    if build.version is None or build.tag is None or tag_fault(build.tag) or placeholder_tag(build.tag):
        return
    contract = build.contract
    reason = why_it_moves(build.tag, parameters, contract.environments, contract.tag_patterns)
    if reason is not None:
        yield Offence(
            f"{_name(build.version.path)} gives the image the tag {build.tag!r}, {reason}",
            build.version.span,
            app=build.app,
        )


@check("unbuilt-release", over=Release)
def unbuilt_release(release: Release, _: object) -> Iterator[Outcome]:
    """The product releases a tag that the platform never built."""
    links = release.stack.links
    node = release.tag
    if links is None or node is None or not node.is_scalar or node.value in (None, "") or placeholder_tag(node.text):
        return
    tag = node.text.partition("@")[0]
    if tag_fault(tag) is not None:
        return  # malformed-tag has said so
    if links.absent is not None:
        yield Doubt(links.absent.reason, links.absent.remedy, node.span)
        return
    build = links.builds.get(release.app)
    template = release.stack.contract.builds.version
    if not links.builds:
        yield Doubt(
            f"the platform has no file at {template}, so it is not known what was built",
            "say in `platform.version` and `platform.ref` where these files are",
            node.span,
        )
        return
    if build is not None and tag in {build.tag, *(pair.version for pair in build.past)}:
        return
    if build is not None and build.gap is not None:
        yield Doubt(build.gap.reason, build.gap.remedy, node.span)
        return
    if build is None:
        known = release.stack.contract.builds
        path = template.replace("{app}", known.names.get(release.app, release.app))
        message = f"{release} runs the tag {tag!r}, and the platform builds no image for it: there is no {path}"
        related: tuple[Related, ...] = ()
    else:
        now = f": it is {build.tag!r} now" if build.tag is not None and not tag_fault(build.tag) else ""
        message = f"{release} runs the tag {tag!r}, and no VERSION of the platform ever named it{now}"
        related = (Related(build.version.span, "the VERSION"),) if build.version is not None else ()
    level: Level | None = "warning" if release.stack.contract.app(release.app).contract_only else None
    yield Offence(message, node.span, related, release.keys.paths(release.environment).get("tag", ()), at_most=level)


def is_built(release: Release, tag: str) -> bool:
    """Tell whether the platform ties a tag to a commit: a VERSION that stands beside a full WEB_CORE_REF."""
    links = release.stack.links
    build = links.builds.get(release.app) if links is not None else None
    if build is None:
        return False
    ref = full_id(build.ref.text or "", build.lengths) if build.ref is not None else None
    return (tag == build.tag and ref is not None) or any(pair.version == tag and pair.ref for pair in build.past)


def _refs_of(build: Build, tag: str) -> dict[str, Pair]:
    """Return the commits for which a tag stood, each with the first time that it did."""
    refs: dict[str, Pair] = {}
    for pair in build.past:
        if pair.version == tag and pair.ref:
            refs.setdefault(pair.ref, pair)
    return refs


def _by_certainty(build: Build, tag: str) -> Level | None:
    """Return a milder level where the tag stood for another commit only between two changes that belong together.

    Who changes WEB_CORE_REF in one commit and VERSION in the next may have pushed both at once.
    """
    around = zip((None, *build.past[:-1]), build.past, (*build.past[1:], None), strict=True)
    sure = {pair.ref for before, pair, after in around if pair.version == tag and not _is_half(before, pair, after)}
    return "warning" if len(sure - {""}) < 2 else None


def _is_half(before: Pair | None, pair: Pair, after: Pair | None) -> bool:
    """Tell whether of tag and commit one changed just before, and the other one just after."""
    if before is None or after is None:
        return False
    changes = [(one.version != other.version, one.ref != other.ref) for one, other in ((before, pair), (pair, after))]
    return changes in ([(True, False), (False, True)], [(False, True), (True, False)])


def _told(refs: dict[str, Pair]) -> str:
    return ", then ".join(f"{ref[:_SHORT]} ({pair.landing})" for ref, pair in refs.items())


def _full(build: Build) -> Fix | None:
    """Return the fix that writes a short id out, where exactly one commit starts so."""
    if build.ref is None or build.ref.text is None or build.commit is None or not build.commit.ids:
        return None
    if short_id(build.ref.text) is None or len(build.commit.ids) != 1:
        return None
    from gitopslint.model.edits import Lines  # few files need it

    lines = Lines(build.ref.text)
    if build.ref.text.endswith("\r\n"):  # the end of the line is wrong as well
        return _written(build.ref.path, lines.count, 1, f"{build.commit.ids[0]}\n")
    last = lines.count - build.ref.text.endswith("\n")
    return _written(build.ref.path, last, len(lines.line(last)) + 1, build.commit.ids[0])


def _written(path: str, end_line: int, end_column: int, text: str) -> Fix:
    return Fix("Write the commit id out in full.", (Edit(Span(path, 1, 1, end_line, end_column), text),))


def _read_fault(text: Text) -> str | None:
    return f"it cannot be read: {text.reason}" if text.text is None else None


def _name(path: str) -> str:
    return path.rpartition("/")[2].lstrip("\0")


def _short(text: str) -> str:
    return repr(text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "...")


def _mildest(build: Build) -> Level | None:
    return "warning" if build.contract.app(build.app).contract_only else None
