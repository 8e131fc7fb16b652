"""Which tags move, whoever deploys them."""

from __future__ import annotations

import pytest

from gitopslint.checks.moving import MovingTags, why_it_moves
from gitopslint.model.contract import Contract

KNOWN = MovingTags(names=("latest", "main"), variants=("alpine", "slim"), branches=("feature", "fix"))

TAGS = {
    "latest": "a name that the next build takes over",
    "MAIN": "a name that the next build takes over",
    "alpine": "a name that the next build takes over",
    "prod": "the name of an environment, which the next release takes over",
    "latest-alpine": "which moves with 'latest'",
    "web_latest": "which moves with 'latest'",
    "1.2.latest": "which moves with 'latest'",
    "1-latest-2": None,
    "notlatest": None,
    "1.2.3-SNAPSHOT": "a snapshot, which the next build takes over",
    "snapshot": "a snapshot, which the next build takes over",
    "snapshot-3": None,
    "16": "a floating version, which the next patch takes over",
    "v1.2": "a floating version, which the next patch takes over",
    "16-alpine": "a floating version, which the next patch takes over",
    "16-alpine3.20": "a floating version, which the next patch takes over",
    "16-alpine-slim": "a floating version, which the next patch takes over",
    "16-alpine-custom": None,
    "1.2.3": None,
    "1234": None,
    "pr-12": "the name of a merge request, which its next push takes over",
    "mr12": "the name of a merge request, which its next push takes over",
    "pr-12-1": None,
    "feature-login": "the name of a branch, which its next push takes over",
    "fix_login": "the name of a branch, which its next push takes over",
    "feature": None,
    "login-feature": None,
    "feature-login-r3": None,
    "feature-login-1.2.0": None,
    "feature-4f9d2c7b81ae": None,
    "4f9d2c7b81ae-latest": "which moves with 'latest'",
    "12-4f9d2c7b81ae": None,
}


@pytest.mark.parametrize(("tag", "why"), TAGS.items(), ids=TAGS)
def test_why_a_tag_moves(tag: str, why: str | None) -> None:
    """Names, floating versions, merge requests and branches move; what carries a commit or a count stays."""
    assert why_it_moves(tag, KNOWN, ("dev", "prod"), Contract().tag_patterns) == why
