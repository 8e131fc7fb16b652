"""The promotion board as a table: apps by environments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitopslint.model.board import Board, Deployment, Relation, Standing, Track
from gitopslint.model.judgement import Judgement
from gitopslint.model.timeline import Image
from gitopslint.reporters.page.elements import Markup, date, element, join
from gitopslint.reporters.standing import brief, cell_verdict

_SIGNS: dict[Relation, str] = {"same": "=", "behind": "↓", "ahead": "↑", "diverged": "≠", "unknown": "?"}
_SHORT = 8


def board_table(board: Board, judged: Mapping[tuple[str, str], Judgement], apps: Mapping[str, int]) -> Markup:
    """Return the table; `apps` numbers the apps for the filter."""
    tracks = board.tracks
    if not tracks:
        return element("p", "There is no app to show.")
    present = {one.environment for track in tracks for one in track.deployments}
    names = [name for name in board.environments if name in present]
    against = [name for name in names if any(_stands(track, name) for track in tracks)]
    head = element(
        "tr",
        element("th", "app", scope="col"),
        [element("th", name, scope="col") for name in names],
        [element("th", f"{name} stands", scope="col") for name in against],
    )
    rows = [_row(number, track, names, against, judged, apps) for number, track in enumerate(tracks)]
    caption = element("caption", "What every environment runs today, and how it stands to the one before it.")
    table = element("table", caption, element("thead", head), element("tbody", rows), class_="board")
    return element("div", table, class_="scroll", role="group", aria_label="Promotion board", tabindex=0)


def _stands(track: Track, environment: str) -> bool:
    return any(one.environment == environment and one.standing is not None for one in track.deployments)


def _row(
    number: int,
    track: Track,
    names: list[str],
    against: list[str],
    judged: Mapping[tuple[str, str], Judgement],
    apps: Mapping[str, int],
) -> Markup:
    deployments = {one.environment: one for one in track.deployments}
    return element(
        "tr",
        element("th", element("a", str(track), href=f"#track-{number}"), scope="row"),
        [_cell(deployments.get(name), name, judged.get((track.app, name))) for name in names],
        [_standing(deployments.get(name)) for name in against],
        data_app=apps[track.app],
    )


def _cell(deployment: Deployment | None, environment: str, judgement: Judgement | None) -> Markup:
    if deployment is None or judgement is None:
        return element("td", element("span", "not there", class_="quiet"))
    return element(
        "td",
        element("div", image(deployment.image), class_="image"),
        element("div", _origin(deployment), class_="quiet"),
        element("div", "commit ", _commit(deployment.commit), class_="quiet")
        if deployment.commit is not None
        else None,
        verdict(judgement),
        data_environment=environment,
        data_level=judgement.level or judgement.verdict,
        data_undecided=judgement.undecided > 0 or judgement.blind,
    )


def image(image: Image) -> Markup:
    """Return what stands where an image belongs; the name of a state is no tag."""
    name = image.tag or image.digest
    if name is None:
        return element("span", {"absent": "nothing", "corrupt": "a broken layer"}.get(image.state, image.state))
    digest = f"{image.digest[:19]}…" if image.tag and image.digest else None
    return join(
        element("code", name, class_="tag", title=image.repository),
        [" ", element("code", digest, class_="quiet", title=image.digest)] if digest else None,
        element("span", " placeholder", class_="quiet") if image.state == "placeholder" else None,
    )


def _origin(deployment: Deployment) -> Iterator[str]:
    if deployment.landing is None:
        yield "since when is not known"
    elif deployment.landing.pending:
        yield "not landed yet"
    else:
        yield "since "
        yield date(deployment.landing.time)
    if deployment.doubt is not None and (deployment.landing is None or deployment.kind == "undecided"):
        yield f": {deployment.doubt[0]}"


def _commit(commit: str) -> Markup:
    return element("code", commit[:_SHORT], title=commit)


def verdict(judgement: Judgement) -> Markup:
    """Return the verdict about an environment in words; its colour only repeats them."""
    kind = judgement.level or ("undecided" if judgement.verdict == "undecided" else "pass")
    return element("span", cell_verdict(judgement), class_=f"badge {kind}")


def _standing(deployment: Deployment | None) -> Markup:
    standing: Standing | None = deployment.standing if deployment is not None else None
    if standing is None:
        return element("td", element("span", "not there", class_="quiet"))
    return element(
        "td",
        element("span", _SIGNS[standing.relation], class_=f"sign {standing.relation}", aria_hidden="true"),
        brief(standing),
        element("div", standing.reason, class_="quiet") if standing.reason else None,
        class_="standing",
    )
