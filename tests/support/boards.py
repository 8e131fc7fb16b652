"""Promotion boards that tests hold in their hands."""

from __future__ import annotations

from gitopslint.model.board import Arrival, Change, Deployment, Relation, Standing, Track
from gitopslint.model.landing import Landing
from gitopslint.model.timeline import Image

_MARCH = 1_772_323_200
_DAY = 86_400


def track(
    app: str,
    tag: str,
    other: str,
    relation: Relation = "same",
    builds: int = 0,
    *,
    landings: int = 1,
    said: str = "Release",
) -> Track:
    """Return an app with a tag in dev and another one in prod; `said` is author and subject of its landings."""
    told = [Landing(f"{number:040x}", number, _MARCH + number * _DAY, said, said) for number in range(landings)]
    dev, prod = Image("image", said, tag), Image("image", said, other)
    arrivals = tuple(Arrival(one, (Change("dev", "release", dev), Change("prod", "promotion", prod))) for one in told)
    standing = Standing("dev", relation, builds)
    return Track(
        app,
        None,
        (
            Deployment("dev", dev, told[0], "release", files=(f"dev/{app}",)),
            Deployment("prod", prod, told[0], "promotion", standing=standing, files=(f"prod/{app}",)),
        ),
        arrivals,
    )
