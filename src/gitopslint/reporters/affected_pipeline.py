"""What a change affects, for pipelines of GitLab: variables of a dotenv report, and a child pipeline.

Names of apps come from names of files, so anyone who may open a merge request can choose them. Only names that mean
nothing to a shell or to YAML get this far; the rest is quoted as JSON, which is YAML.

Sources: GitLab's documentation of `artifacts:reports:dotenv`, of downstream pipelines and of `variables:expand`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from gitopslint.model.affected import Affected

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_LARGEST_DOTENV = 5 * 1024


class Unwritable(ValueError):  # noqa: N818 - what is wrong is what was asked for
    """A format cannot hold what was found; the message says why and what to do."""


def render_dotenv(affected: Affected) -> str:
    """Return variables for `artifacts:reports:dotenv`. Raises Unwritable."""
    apps = [_named(image.app) for image in affected.images]
    rollouts = [f"{_named(one.app)}:{_named(one.environment)}" for one in affected.rollouts]
    text = "".join(
        f"{name}={value}\n"
        for name, value in (
            ("AFFECTED_BASE", affected.base or "none"),
            ("AFFECTED_IMAGES", " ".join(apps)),
            ("AFFECTED_IMAGES_COUNT", str(len(apps))),
            ("AFFECTED_ROLLOUTS", " ".join(rollouts)),
            ("AFFECTED_ROLLOUTS_COUNT", str(len(rollouts))),
            ("AFFECTED_UNDECIDED_COUNT", str(len(affected.undecided))),
        )
    )
    if len(text) > _LARGEST_DOTENV:
        raise Unwritable("GitLab takes no dotenv report of more than 5 KB: use `--format gitlab` or `--format json`")
    return text


def render_pipeline(affected: Affected, template: str, includes: Iterable[str]) -> str:
    """Return a child pipeline with one job for each image, which extends a job of the included files.

    Raises Unwritable. A pipeline without a job is none, so one says that there is nothing to build.
    """
    lines = ["# Written by `gitopslint affected --format gitlab`."]
    if included := [{"local": f"/{file.lstrip('/')}"} for file in includes]:
        lines.append(f"include: {json.dumps(included)}")
    jobs = list(_jobs(affected, template))
    lines += jobs or [
        '"nothing to build":',
        '  variables: {"GIT_STRATEGY": "none"}',
        "  script: [\"echo 'No image is affected.'\"]",
    ]
    return "\n".join(lines) + "\n"


def _jobs(affected: Affected, template: str) -> Iterator[str]:
    for image in affected.images:
        name = _named(image.app)
        yield f"{json.dumps(f'build {name}')}:"
        yield f"  extends: {json.dumps(template)}"
        yield "  variables:"
        yield f"    GITOPSLINT_APP: {json.dumps(name)}"
        yield f"    GITOPSLINT_BASE: {json.dumps(affected.base or 'none')}"


def _named(name: str) -> str:
    """Return a name that no shell and no YAML reads as more than a name. Raises Unwritable."""
    if _NAME.fullmatch(name) is None:
        raise Unwritable(
            f"{name!r} is no name for a variable or a job (letters, digits and single . _ - between them): "
            f"rename its files, or use `--format json`"
        )
    return name
