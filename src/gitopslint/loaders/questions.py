"""What a run asks git before all else, in words of its own so that git can begin before anything else is imported."""

from __future__ import annotations

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
