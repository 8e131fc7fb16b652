"""The definition of done, line by line: facts of git, registry, cluster and hosts -> verdicts.

Fail is what the facts show, undecided what they leave open. What nobody answered never passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitopslint.model.landing import FileChange
from gitopslint.model.move import Move
from gitopslint.model.rule import Level
from gitopslint.model.verification import (
    Criterion,
    Job,
    Line,
    Live,
    Publication,
    Record,
    Trouble,
    Verdict,
    Visit,
)

_WORST: tuple[Verdict, ...] = ("fail", "undecided", "pass")
_SERVER_ERROR = 500
_MOST_NAMED = 3


def joined(criterion: Criterion, lines: Sequence[Line]) -> Line:
    """Make one line of several: its verdict is the worst, its message that of the worst, the others are evidence."""
    if len(lines) == 1:
        return lines[0]
    first = min(lines, key=lambda one: _WORST.index(one.verdict))
    evidence = [text for line in lines for text in ((line.message, *line.evidence) if line is not first else ())]
    return first._replace(
        criterion=criterion,
        evidence=(*first.evidence, *dict.fromkeys(evidence)),
        settled=all(line.settled for line in lines if line.verdict == first.verdict),
    )


def recorded(move: Move | None, level: Level | None, environment: str) -> Line:
    """Judge whether git records the tag: a landing brought it, and not against the rules of promotion."""
    if move is None or move.image.name is None:
        return Line(
            "recorded",
            "fail",
            f"no landing ever gave {environment} an image",
            remedy="`gitopslint release APP ENV TAG` sets one",
            settled=True,
        )
    evidence = [f"{move.kind} in {move.landing}"]
    if move.evidence is not None and move.gate is not None:
        evidence.append(f"{move.gate} got {move.evidence.name} in {move.evidence.landing}")
    if move.landing.pending:
        return Line(
            "recorded",
            "fail",
            f"{move.image} is set in {environment}, and has not landed",
            tuple(evidence),
            "commit it and let it land",
            settled=True,
        )
    if move.kind == "undecided":
        reason, remedy = move.doubt or ("nobody knows how it came", "")
        return Line("recorded", "undecided", reason, tuple(evidence), remedy, settled=True)
    if level == "error":
        return Line(
            "recorded",
            "fail",
            f"{move.image} came to {environment} against the contract: {move.kind}",
            tuple(evidence),
            "`gitopslint check` says more",
            settled=True,
        )
    return Line(
        "recorded", "pass", f"{move.image} is recorded by landing {move.landing.short}", tuple(evidence), settled=True
    )


def published(told: Publication, records: Iterable[Record]) -> Line:
    """Judge whether an image is in its registry, and still the one that it was."""
    if told.trouble is not None:
        return Line("published", "undecided", told.trouble.reason, remedy=told.trouble.remedy)
    if told.absent or told.digest is None:
        return Line("published", "fail", f"{told.image} is not in {told.host}", remedy="build and push it")
    evidence = (f"{told.host} has {told.image} as {told.digest}",)
    earlier = [one for one in records if one.image == told.image]
    if told.pinned is not None:
        earlier.insert(0, Record(told.image, told.pinned, "the release layer"))
    for one in earlier:
        if one.digest != told.digest:
            return Line(
                "published",
                "fail",
                f"reused-tag: {told.image} is another image now than {one.where} says",
                (*evidence, f"{one.where} has it as {one.digest}"),
                "build the release under a new tag, and make tags immutable in the registry",
                settled=True,
            )
    seen = tuple(dict.fromkeys(f"{one.where} says the same" for one in earlier))
    return Line("published", "pass", f"{told.image} is published", evidence + seen)


def deployed(live: Live, images: Sequence[str], contains: dict[str, bool | None]) -> Line:
    """Judge an Application. `contains`: for each revision that it synced, whether the landing is part of it.

    None stands for a revision that is no commit of this clone. `images` are those of the release.
    """
    name = live.name
    seen = f"sync {live.sync or 'not told'}, health {live.health or 'not told'}"
    revisions = f"revision {', '.join(one[:12] for one in live.revisions) or 'not told'}"
    evidence = [f"{name}: {seen}, {revisions}"]
    evidence += [f"{what}: {text}" for what, text in _messages(live) if text]
    said = tuple(evidence)
    if live.phase in ("Failed", "Error"):
        return Line(
            "deployed", "fail", f"the last sync of {name} ended as {live.phase}", said, "mend it and sync again"
        )
    if live.phase in ("Running", "Terminating"):
        return Line("deployed", "fail", f"a sync of {name} is going on ({live.phase})", said, "wait: `--wait 10m`")
    if live.sync == "OutOfSync":
        return Line("deployed", "fail", f"{name} is OutOfSync", said, f"sync it: `argocd app sync {name}`")
    if live.health in ("Degraded", "Missing", "Suspended"):
        return Line("deployed", "fail", f"{name} is {live.health}", said, f"look at it: `argocd app get {name}`")
    if live.health == "Progressing":
        return Line("deployed", "fail", f"{name} is still Progressing", said, "wait: `--wait 10m`")
    if live.sync != "Synced" or live.health != "Healthy":
        return Line("deployed", "undecided", f"Argo CD does not know the state of {name}", said, "refresh it")
    known = {revision: held for revision, held in contains.items() if held is not None}
    if any(known.values()):
        return _running(live, images, said)
    if known:
        return Line(
            "deployed",
            "fail",
            f"{name} is Synced to {next(iter(known))[:12]}, which is older than the release",
            said,
            f"refresh and sync it: `argocd app sync {name}`",
        )
    if not contains:
        return Line("deployed", "undecided", f"{name} is Synced, and nobody told to which revision", said, "refresh it")
    return Line(
        "deployed",
        "undecided",
        f"{name} is Synced to a revision that is not in this clone",
        said,
        "fetch it: `git fetch`",
    )


def _running(live: Live, images: Sequence[str], said: tuple[str, ...]) -> Line:
    """Judge what runs, where Argo CD tells it."""
    missing = [image for image in images if live.images and not any(_is_image(image, one) for one in live.images)]
    if missing:
        have = ", ".join(live.images[:_MOST_NAMED])
        return Line(
            "deployed",
            "fail",
            f"{live.name} is Synced and Healthy, and does not run {missing[0]}",
            (*said, f"it runs {have}"),
            "look at what else sets its image: parameters of the Application, the chart",
        )
    return Line("deployed", "pass", f"{live.name} is Synced and Healthy at the release", said)


def _is_image(wanted: str, running: str) -> bool:
    """Tell whether a running image is the one that is wanted; a digest may stand behind it."""
    return running == wanted or running.partition("@")[0] == wanted.partition("@")[0]


def _messages(live: Live) -> Iterable[tuple[str, str]]:
    return (("health", live.health_message), ("last sync", live.phase_message))


def migrated(
    jobs: Sequence[Job], migrations: tuple[FileChange, ...] | Trouble, trouble: Trouble | None, *, asked: bool
) -> Line:
    """Judge the Jobs and hooks of a release. `migrations` are those that it brings, or why nobody knows.

    `asked` tells whether the cluster said anything at all; `trouble` why it did not.
    """
    evidence = tuple(f"{job.name}: {job.state}{f' ({job.message})' if job.message else ''}" for job in jobs)
    for state, words, remedy in (
        ("failed", "failed", "read its log, mend it, and sync again"),
        ("running", "is still running", "wait: `--wait 10m`"),
    ):
        if bad := [job for job in jobs if job.state == state]:
            return Line("migrated", "fail", f"{bad[0].name} {words}", evidence, remedy)
    if unclear := [job for job in jobs if job.state == "unknown"]:
        return Line(
            "migrated", "undecided", f"nobody knows how {unclear[0].name} ended", evidence, "ask again when it ended"
        )
    if jobs:
        return Line("migrated", "pass", "every Job and hook of it succeeded", evidence)
    if isinstance(migrations, Trouble):
        return Line("migrated", "undecided", migrations.reason, remedy=migrations.remedy)
    if not migrations:
        return Line("migrated", "pass", "the release brings no migrations", settled=True)
    names = tuple(f"migration {change.path}" for change in migrations[:_MOST_NAMED])
    if len(migrations) > _MOST_NAMED:
        names += (f"and {len(migrations) - _MOST_NAMED} more",)
    if not asked and trouble is not None:
        return Line("migrated", "undecided", trouble.reason, names, trouble.remedy)
    return Line(
        "migrated",
        "undecided",
        "the release brings migrations, and no Job or hook tells that they ran",
        names,
        "give the Job as well: `kubectl get jobs -o json`",
    )


def serving(visits: Sequence[Visit]) -> Line:
    """Judge what the hosts answered: below 500, and no redirect that leads back."""
    evidence = tuple(_told(one) for one in visits)
    for one in visits:
        if one.loop:
            return Line("serving", "fail", f"{one.url} redirects in a circle", evidence, "mend the redirect")
        if bad := [status for _, status in one.hops if status >= _SERVER_ERROR]:
            return Line("serving", "fail", f"{one.url} answers {bad[0]}", evidence, "read the log of the app")
    for one in visits:
        if one.trouble is not None and not one.unknown_host:
            return Line("serving", "fail", one.trouble.reason, evidence, one.trouble.remedy)
    for one in visits:
        if one.trouble is not None:
            return Line(
                "serving",
                "undecided",
                one.trouble.reason,
                evidence,
                "ask from where its name is known, or ask a port-forward: `--url http://localhost:8080`",
            )
    return Line("serving", "pass", f"{len(visits)} addresses answer below {_SERVER_ERROR}", evidence)


def _told(one: Visit) -> str:
    hops = " -> ".join(f"{url} {status or 'again'}" for url, status in one.hops)
    if one.trouble is None:
        return hops
    return f"{hops} -> {one.trouble.reason}" if hops else one.trouble.reason


def unasked(criterion: Criterion, reason: str, remedy: str) -> Line:
    """Return the line of something about which nobody could be asked."""
    return Line(criterion, "undecided", reason, remedy=remedy, settled=True)
