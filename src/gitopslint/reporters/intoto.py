"""Evidence about releases as in-toto Statements, one to a line.

The classes below are the predicate. `schemas/release-evidence.schema.json` is generated from them, docstrings included.
A field that is renamed, removed or gets another meaning needs a new predicate type; a new field does not.
Source: the in-toto Attestation Framework, version 1, with its field types ResourceDescriptor and DigestSet.
"""

# ruff: noqa: N815 - in-toto writes names of fields so

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gitopslint.model.attestation import Attested, Grounds, SourceStatus
from gitopslint.model.finding import Verdict
from gitopslint.model.moment import stamp
from gitopslint.model.move import Kind
from gitopslint.model.rule import Level
from gitopslint.reporters.escape import encodable

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://github.com/gitopslint/gitopslint/release-evidence/v1"

IdentifiedBy = Literal["digest", "source", "landing"]
"""By what a subject is identified: the digest of the image; or where none is recorded, the commit from which its tag
says that it was built; or where that is not known either, the landing that first recorded it."""


@dataclass(frozen=True, slots=True)
class AnnotationsEntry:
    """How the digest of a subject is to be read."""

    identifiedBy: IdentifiedBy


@dataclass(frozen=True, slots=True)
class SubjectEntry:
    """An image. Its digest is that of the image (`sha256`), or of a commit (`gitCommit`): see the annotation."""

    name: str
    digest: dict[str, str]
    annotations: AnnotationsEntry


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """What was released. `image` is the key of the image where an app has several."""

    app: str
    image: str | None
    repository: str | None
    tag: str | None
    digests: list[str]


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """The commit from which the tag says that the image was built, and whether its first landing contains it."""

    status: SourceStatus
    commit: str | None


@dataclass(frozen=True, slots=True)
class LandingEntry:
    """A commit of the main line that brought the release to an environment, and what it did there."""

    environment: str
    commit: str
    time: str
    kind: Kind
    replaced: str | None
    soakSeconds: int | None


@dataclass(frozen=True, slots=True)
class JudgementEntry:
    """A rule that the release breaks, or that has no verdict on it."""

    rule: str
    verdict: Verdict
    environment: str
    commit: str
    level: Level | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class VerdictsEntry:
    """The verdict on the release, the rules that were held against it, and what they found.

    What is a note only, such as a rollback, makes no violation.
    """

    verdict: Verdict
    rules: list[str]
    findings: list[JudgementEntry]


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """By what it was judged: the contract, with the SHA-256 of its bytes, and the tool. No contract is the default."""

    contract: str | None
    contractSha256: str | None
    tool: str


@dataclass(frozen=True, slots=True)
class PredicateEntry:
    """How a release got where it is, as the git history up to one commit tells it."""

    release: ReleaseEntry
    source: SourceEntry
    landings: list[LandingEntry]
    verdicts: VerdictsEntry
    policy: PolicyEntry
    historyHead: str


def render_statements(releases: Iterable[Attested], grounds: Grounds) -> str:
    """Return a Statement for each release, one to a line. The same history gives the same bytes."""
    return "".join(
        json.dumps(statement(one, grounds), ensure_ascii=False, separators=(",", ":")) + "\n" for one in releases
    )


def statement(release: Attested, grounds: Grounds) -> dict[str, Any]:
    """Return the Statement about a release."""
    predicate = PredicateEntry(
        ReleaseEntry(
            encodable(release.app),
            release.image,
            _text(release.repository),
            _text(release.tag),
            [encodable(one) for one in release.digests],
        ),
        SourceEntry(release.source.status, release.source.commit),
        [
            LandingEntry(
                move.environment,
                move.landing.id,
                stamp(move.landing.time),
                move.kind,
                _text(move.before.image.presentable.name) if move.before is not None else None,
                move.soak,
            )
            for move in release.moves
        ],
        VerdictsEntry(
            release.verdict,
            list(release.rules),
            [
                JudgementEntry(one.rule, one.verdict, one.environment, one.landing, one.level, one.reason)
                for one in release.judgements
            ],
        ),
        PolicyEntry(_text(grounds.contract), grounds.digest, grounds.tool),
        grounds.head,
    )
    return {
        "_type": STATEMENT_TYPE,
        "subject": [asdict(one) for one in _subjects(release)],
        "predicateType": PREDICATE_TYPE,
        "predicate": asdict(predicate),
    }


def _subjects(release: Attested) -> list[SubjectEntry]:
    repository = release.repository or release.app
    name = encodable(f"{repository}:{release.tag}" if release.tag is not None else repository)
    hashed = [one.partition(":") for one in release.digests]
    if found := [{algorithm: value} for algorithm, colon, value in hashed if colon and value.isalnum()]:
        return [SubjectEntry(name, digest, AnnotationsEntry("digest")) for digest in found]
    if release.source.status == "landed" and release.source.commit is not None:
        return [SubjectEntry(name, {"gitCommit": release.source.commit}, AnnotationsEntry("source"))]
    return [SubjectEntry(name, {"gitCommit": release.moves[0].landing.id}, AnnotationsEntry("landing"))]


def _text(text: str | None) -> str | None:
    return None if text is None else encodable(text)
