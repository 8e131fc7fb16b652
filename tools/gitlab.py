"""The GitLab files: components with inputs, and plain includes with variables for instances that know no components.

Both are written from one source here, so they cannot drift apart. `make generate` writes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from gitopslint import __version__


class Setting(NamedTuple):
    """Something that users may set: an input of the component, a variable of the include."""

    name: str
    default: str | bool
    description: str
    options: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The name as a CI/CD variable."""
        return f"GITOPSLINT_{self.name.replace('-', '_').upper()}"


class Job(NamedTuple):
    """One job, in one file of its own: an instance that does not know a kind of report refuses the whole file."""

    name: str
    about: str
    settings: tuple[Setting, ...]
    report: str
    """The format of gitopslint, and the key of `artifacts:reports`."""
    key: str
    file: str
    options: str
    """The lines of the script that add options."""


_OTHER = "For a run {0}: a folder with a checkout of the {1}, or the path of its project, which the job clones."

STAGE = Setting("stage", "test", "The stage of the job.")
PREFIX = Setting("job-prefix", "gitopslint", "How the name of the job begins.")
RUNS_IN = Setting(
    "image",
    "docker.io/library/python:3.13",
    "The image that the job runs in: with git, and with Python 3.11 or newer or gitopslint itself.",
)
SHARED = (
    Setting(
        "install",
        f"gitopslint=={__version__}",
        "What pip installs, with its options; empty where the image has gitopslint.",
    ),
    Setting("path", ".", "The folder or file to check."),
    Setting("platform", "", _OTHER.format("in the product", "platform")),
    Setting("platform-ref", "", "The branch or tag of the platform project; empty for its default branch."),
    Setting("product", "", _OTHER.format("in the platform", "product")),
    Setting("product-ref", "", "The branch or tag of the product project; empty for its default branch."),
    Setting("args", "", "Further words for `gitopslint check`, separated by blanks."),
)
GATE = (
    Setting(
        "fail-on", "error", "The lowest level of a finding that fails the job.", options=("error", "warning", "note")
    ),
    Setting(
        "undecided",
        "warn",
        "What cannot be decided is shown, fails the job, or is left out.",
        options=("warn", "error", "ignore"),
    ),
    Setting("new-only", False, "Whether a merge request fails only on findings that it introduces."),
)

JOBS = (
    Job(
        "gitopslint",
        "Checks merge requests and the default branch, and fails on findings. The report feeds the Code Quality\n"
        "widget, which compares a merge request with the last report of its target: why both are checked.",
        (*SHARED, *GATE),
        "gitlab",
        "codequality",
        "gl-code-quality-report.json",
        """\
set -- "$@" --fail-on "$GITOPSLINT_FAIL_ON" --undecided "$GITOPSLINT_UNDECIDED"
if [ "{new-only}" = true ] && [ -n "${CI_MERGE_REQUEST_IID:-}" ]; then set -- "$@" --new-only; fi""",
    ),
    Job(
        "gitopslint-sarif",
        "Feeds findings to vulnerability management (GitLab 18.11 or newer, Ultimate). It never fails on findings,\n"
        "because GitLab reads SARIF only from jobs that succeed. Older instances refuse this file.",
        SHARED,
        "sarif",
        "sarif",
        "gl-gitopslint.sarif",
        'set -- "$@" --exit-zero',
    ),
)

BEFORE = """\
# All that this job adds stands in one folder that git ignores, so that it is not checked itself.
mkdir -p .gitopslint
echo '*' > .gitopslint/.gitignore
# The runner may have cloned as another user than that of this image. Git is told to trust this one clone, here.
export GIT_CONFIG_COUNT="$(( ${GIT_CONFIG_COUNT:-0} + 1 ))"
export "GIT_CONFIG_KEY_$(( GIT_CONFIG_COUNT - 1 ))=safe.directory"
export "GIT_CONFIG_VALUE_$(( GIT_CONFIG_COUNT - 1 ))=$CI_PROJECT_DIR"
if [ -n "$GITOPSLINT_INSTALL" ]; then
  python3 -m venv --clear .gitopslint/venv
  .gitopslint/venv/bin/pip install --quiet --disable-pip-version-check $GITOPSLINT_INSTALL
  export PATH="$PWD/.gitopslint/venv/bin:$PATH"
fi"""

SCRIPT = """\
# The other repository: a folder that is here, or a project ($1), of which a branch or tag ($2) is cloned, whole.
# The token reaches git by a helper: neither the list of processes nor the configuration of the clone shows it.
find_other() {
  other="$1"
  if [ -d "$other" ]; then return; fi
  other=".gitopslint/other/${1##*/}"
  rm -rf "$other"
  git -c credential.helper= \\
    -c 'credential.helper=!f() { echo username=gitlab-ci-token; echo "password=$CI_JOB_TOKEN"; }; f' \\
    clone --quiet ${2:+--branch "$2"} "$CI_SERVER_URL/$1.git" "$other"
}
set -- "$GITOPSLINT_PATH" --report {report}={file}
if [ -n "$GITOPSLINT_PLATFORM" ]; then
  find_other "$GITOPSLINT_PLATFORM" "$GITOPSLINT_PLATFORM_REF"
  set -- "$@" --platform "$other"
fi
if [ -n "$GITOPSLINT_PRODUCT" ]; then
  find_other "$GITOPSLINT_PRODUCT" "$GITOPSLINT_PRODUCT_REF"
  set -- "$@" --product "$other"
fi
{options}
gitopslint check "$@" $GITOPSLINT_ARGS"""

JOB = """\
"{job}":
  stage: {stage}
  image: {image}
  needs: []
  interruptible: true
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  variables:
    # A release is judged by how it got where it is: that needs the whole history, not the newest commits of it.
    GIT_DEPTH: "0"
    GIT_STRATEGY: fetch
    PIP_CACHE_DIR: $CI_PROJECT_DIR/.gitopslint/pip
{variables}  cache:
    key: gitopslint-pip
    paths: [.gitopslint/pip/]
  before_script:
    - |
{before}
  script:
    - |
{script}
  artifacts:
    when: always
    expire_in: 90 days
    reports:
      {key}: {file}
    paths: [{file}]
"""

HEADER = "# Generated by tools/gitlab.py: change it there, then run `make generate`.\n"


def gitlab_files() -> dict[Path, str]:
    """Return the component and the plain include of each job, by their paths from the root."""
    return {
        **{Path(f"templates/{job.name}.yml"): component(job) for job in JOBS},
        **{Path(f"gitlab/{job.name}.yml"): include(job) for job in JOBS},
    }


def component(job: Job) -> str:
    """Return a CI/CD component: the inputs, then the job."""
    settings = (STAGE, PREFIX._replace(default=job.name), RUNS_IN, *job.settings)
    names = {setting.name: f"$[[ inputs.{setting.name} ]]" for setting in settings}
    inputs = "".join(_input(setting) for setting in settings)
    variables = "".join(
        f'    {one.variable}: "{names[one.name]}"\n' for one in job.settings if isinstance(one.default, str)
    )
    body = _job(job, names["job-prefix"], names["stage"], names["image"], variables, names)
    return f"{HEADER}{_comment(job.about)}spec:\n  inputs:\n{inputs}---\n{body}"


def include(job: Job) -> str:
    """Return a plain include: variables with defaults, which a project sets in its own `variables`, then the job."""
    settings = (RUNS_IN, *job.settings)
    names = {setting.name: f"${setting.variable}" for setting in settings}
    variables = "".join(
        f"  # {_described(one)}\n  {one.variable}: {json.dumps(_text(one.default))}\n" for one in settings
    )
    body = _job(job, job.name, "test", names["image"], "", names)
    how = "For instances without components: set the variables below in your own `variables`, and what else you would\n"
    how += f"change, such as the stage, in a job `{job.name}` of your own, which GitLab lays over this one."
    return f"{HEADER}{_comment(job.about)}#\n{_comment(how)}variables:\n{variables}\n{body}"


def _job(job: Job, name: str, stage: str, image: str, variables: str, names: dict[str, str]) -> str:
    options = job.options.replace("{new-only}", names.get("new-only", ""))
    script = SCRIPT.replace("{options}", options).replace("{report}", job.report).replace("{file}", job.file)
    filled = {
        "job": name,
        "stage": stage,
        "image": image,
        "variables": variables,
        "before": _indented(BEFORE),
        "script": _indented(script),
        "key": job.key,
        "file": job.file,
    }
    text = JOB
    for key, value in filled.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _input(setting: Setting) -> str:
    lines = [f"    {setting.name}:", f"      description: {json.dumps(setting.description)}"]
    lines.append(f"      type: {'boolean' if isinstance(setting.default, bool) else 'string'}")
    lines.append(f"      default: {json.dumps(setting.default)}")
    if setting.options:
        lines.append(f"      options: [{', '.join(setting.options)}]")
    return "\n".join(lines) + "\n"


def _described(setting: Setting) -> str:
    choices = setting.options or (("true", "false") if isinstance(setting.default, bool) else ())
    return f"{setting.description} One of {', '.join(choices)}." if choices else setting.description


def _text(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines())
