"""The words in which git is asked, and what a run asks first: git begins with that before all else is imported."""

from __future__ import annotations

HARDENED = (
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    "--work-tree=.",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "core.quotePath=false",
    "-c",
    "safe.bareRepository=explicit",
    # What would change the words in which history is told, or read files that the configuration names.
    "-c",
    "diff.renames=false",
    "-c",
    "diff.orderFile=/dev/null",
    "-c",
    "log.showSignature=false",
    "-c",
    "log.showRoot=true",
    "-c",
    "log.mailmap=false",
    "-c",
    "i18n.logOutputEncoding=UTF-8",
    "-c",
    "color.ui=false",
    "-c",
    "advice.graftFileDeprecated=false",
    # Where folders of 5,000 layers are compared, it fills any limit: no faster with 96 MB than with 32, and by two
    # thirds slower with 8. A limit for what it maps of packs would make it slower to tell files; processes share that.
    "-c",
    "core.deltaBaseCacheLimit=32m",
)
"""Switches that turn off whatever a repository could make git do."""

FILES = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
HEAD = ("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
CLONE = ("rev-parse", "--is-shallow-repository", "--git-path", "shallow", "--git-path", "objects/pack")
"""Its files, its commit, and whether the clone is whole."""

RAW = ("--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv")
WORDS = "--format=%H%x00%ct%x00%an%x00%s"
"""How changes are told, and the commits that made them."""

FIRST_PARENT = ("log", *RAW, "--first-parent", "--diff-merges=first-parent", "--no-show-signature")
NEWEST = (
    *FIRST_PARENT,
    "--no-decorate",
    "--ignore-submodules=none",
    "--max-count=200",
    f"{WORDS}%x00%P",
    "--end-of-options",
    "HEAD",
)
"""The newest landings of HEAD with all that they change: for a small repository, its whole main line."""
