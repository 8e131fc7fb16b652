"""`gitopslint init`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gitopslint.cli.exits import CLEAN, UsageError, tell
from gitopslint.cli.installation import create, install_hook, install_pipeline
from gitopslint.cli.output import write_out
from gitopslint.loaders.contract import ContractError, read_contract
from gitopslint.loaders.git import GitError, Repository, find_repository
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.survey import survey
from gitopslint.loaders.tree import below, disk_tree
from gitopslint.model.contract import FILE_NAME
from gitopslint.model.proposal import Proposal
from gitopslint.reporters.proposal import not_recognised, render, summary

TEMPLATE = """\
# The contract of this repository, checked by gitopslint. Every key may be left out; what stands here is the default.
# yaml-language-server: $schema=https://raw.githubusercontent.com/gitopslint/gitopslint/main/schemas/contract.schema.json
version: 1

# The environments in the order of promotion.
environments: [dev, prod]

# The values files of an app, in the order in which Helm gets them. {app} and {env} stand for the names.
#   chart    the chart's defaults
#   release  which image an environment runs, and nothing else
#   env      domains, resources, names of secrets
layers:
  - {role: chart, path: deploy/charts/web-app/values.yaml, required: false}
  - {role: release, path: "deploy/env/release-{env}/{app}.yaml"}
  - {role: env, path: "deploy/env/{env}/{app}.yaml"}

# Where an image is set in the values, one entry for each image of an app.
# A chart that takes the whole reference in one value: [{reference: image}]
images:
  - {repository: image.repository, tag: image.tag, digest: image.digest}

# What a release layer may set besides the image. `*` stands for one key, `**` for any number.
release_keys: [env.APP_NAME]

# The platform repository, with the builds and the Secrets; where there is none, say `platform: none`.
# platform:
#   path: ../synestra-platform
#   ref: "docker/web-{app}/WEB_CORE_REF"
#   version: "docker/web-{app}/VERSION"
#   cluster_secrets: [{name: "*-tls"}]
#   required_keys: [{name: "*-env", keys: [DATABASE_URI]}]

# Settings of single apps, for example `shop: {contract_only: true}` for one that is declared but not deployed yet.
apps: {}

# Files that no rule reads, as in .gitignore.
exclude: []

# Rules of your own without code, as docs/contract.md explains. Given, the list replaces the policies that ship with
# gitopslint; `policies: []` is none.
# policies:
#   - {name: debug-in-prod, summary: Debugging is on., require: {path: env.DEBUG, equals: "0"}}

# Levels (error, warning, note, off) and parameters of single rules, for example:
#   mutable-tag: {level: warning, parameters: {names: [latest]}}
rules: {}
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command."""
    add = parser.add_argument
    add("path", metavar="PATH", nargs="?", default=".", help="the repository (default: here)")
    add("--stdout", action="store_true", help="print the contract instead, and write nothing")
    add("--hook", action="store_true", help="also write .pre-commit-config.yaml, or say what to add to it")
    add("--ci", choices=("gitlab", "github"), help="also write a pipeline, or say what to add to it")


def init(arguments: argparse.Namespace) -> int:
    """Write the contract that fits what is there, or print it. Raises UsageError where one is there already."""
    folder = Path(os.path.abspath(arguments.path))  # noqa: PTH100 - `resolve` would follow links that git does not
    if not folder.is_dir():
        raise UsageError(f"{arguments.path} is not a folder")
    repository = find_repository(folder)
    top = repository.top if repository is not None else folder
    prefix = below(folder, top)
    file = folder / FILE_NAME
    if file.exists() and not (arguments.stdout or arguments.hook or arguments.ci):
        raise UsageError(f"{file} is there already; `gitopslint init --stdout` prints a fresh one")
    if arguments.stdout or not file.exists():
        _contract(folder, repository, prefix, file, printed=arguments.stdout)
    if arguments.hook and not arguments.stdout:
        install_hook(top, prefix)
    if arguments.ci and not arguments.stdout:
        install_pipeline(arguments.ci, top, prefix)
    return CLEAN


def _contract(folder: Path, repository: Repository | None, prefix: str, file: Path, *, printed: bool) -> None:
    try:
        found = survey(disk_tree(folder, repository), repository, prefix, folder.name or "app")
    except GitError as error:
        raise UsageError(str(error)) from None
    text = render(found) if found.layers else not_recognised(found, TEMPLATE)
    try:
        read_contract(FILE_NAME, text.encode(), load_catalogue())
    except ContractError as error:  # names so odd that no contract can hold them
        tell(f"the layout that was found makes no contract ({error}), so this is the default one")
        found, text = Proposal(), not_recognised(Proposal(), TEMPLATE)
    if printed:
        write_out(text)
        return
    create(file, text, folder)
    if found.layers:
        tell(f"found {summary(found)}")
    elif found.builds:
        tell("this builds images for another repository: `gitopslint check --product DIR` checks it as a platform")
    else:
        tell("no layout was recognised: say under `layers` where your values files are")
    tell(f"wrote {file}: adapt it, then run `gitopslint check`")
