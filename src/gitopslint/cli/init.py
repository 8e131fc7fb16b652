"""`gitopslint init`."""

from __future__ import annotations

import argparse
from pathlib import Path

from gitopslint.cli.exits import CLEAN, UsageError, tell
from gitopslint.cli.output import write_out
from gitopslint.model.contract import FILE_NAME

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
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="the repository (default: here)")
    parser.add_argument("--stdout", action="store_true", help="print it instead")


def init(arguments: argparse.Namespace) -> int:
    """Write the contract file, or print it. Raises UsageError where one is there already."""
    if arguments.stdout:
        write_out(TEMPLATE)
        return CLEAN
    folder = Path(arguments.path)
    if not folder.is_dir():
        raise UsageError(f"{arguments.path} is not a folder")
    file = folder / FILE_NAME
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(TEMPLATE)
    except FileExistsError:
        raise UsageError(f"{file} is there already; `gitopslint init --stdout` prints a fresh one") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
    tell(f"wrote {file}: adapt it, then run `gitopslint check`")
    return CLEAN
