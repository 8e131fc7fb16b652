"""What kind of text a file is, by its path: that decides how much a name in it says."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from gitopslint.model.keynames import word_set
from gitopslint.model.lazy import lazy

Manner = Literal["config", "expression", "comment", "example", "prose", "code"]
"""`config`: what stands behind a key is its value. `expression`: only what is quoted is. `comment`: in a configuration,
where settings are switched off as well as explained. `example`: a configuration to copy and fill in, where weak values
are those of developers' machines. `prose`: text for people, with examples. `code`: names mean
variables, columns and labels, so only the shape of a credential counts."""
FOR_PEOPLE: tuple[Manner, ...] = ("prose", "comment", "example")
"""Where what looks weak only shows what belongs there."""

_CODE = word_set(
    "ts tsx js jsx mjs cjs mts cts py pyi go rs java kt kts scala rb php cs fs vb c cc cpp cxx h hh hpp m mm "
    "swift dart lua pl pm ex exs erl clj cljs hs ml mli vue svelte astro graphql gql proto css scss sass less "
    "html htm svg xsd xsl ipynb snap r jl zig nim sol wat d elm re res po pot xlf xliff arb strings resx "
    "stories feature csv tsv lock sum map diff patch log prisma mdx"
)
_PROSE = word_set("md markdown rst adoc asciidoc txt text org tex man 1 5 8")
_EXPRESSION = word_set("tf hcl nomad libsonnet jsonnet bicep groovy gradle star bzl cue dhall nix rego ps1 psm1 mk")
_LOCKS = word_set(
    "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lockb composer.lock poetry.lock uv.lock "
    "Pipfile.lock Cargo.lock go.sum Gemfile.lock flake.lock mix.lock pubspec.lock packages.lock.json "
    ".terraform.lock.hcl Chart.lock requirements.lock deno.lock checksums.txt SHA256SUMS .gitleaksignore "
    ".secrets.baseline gitleaks.toml .gitleaks.toml .betterleaks.toml tsconfig.json package.json"
)
_LANGUAGES = (
    "en|de|fr|es|it|pt|ru|uk|be|pl|nl|sv|da|no|nb|nn|fi|cs|sk|hu|ro|bg|hr|sr|sl|bs|mk|sq|et|lv|lt|el|tr|ar|he|fa|hi|bn|ta"
    "|te|ur|th|vi|id|ms|ja|ko|zh|ka|hy|az|kk|uz|ca|eu|gl|is|ga|mt"
)
_FOLDERS = word_set(
    "locale locales i18n l10n lang langs language languages translation translations messages intl __snapshots__ "
    "node_modules vendor"
)
"""Where texts for people stand, in all languages; snapshots; other people's files."""
_WORDS = lazy(
    r"(?:[\w.-]*[._-])?(?:messages|translations?|i18n|locale)[._-][\w.-]*json"
    rf"|(?:{_LANGUAGES})(?:[-_][a-z]{{2,4}})?\.json"
)
"""Names of files with texts for people."""
_SCHEMAS = (".schema.json", ".schema.yaml", ".schema.yml")
_INTERFACE = lazy(r"(?:^|/)(?:openapi|swagger)[\w.-]*(?:/|\.(?:ya?ml|json)$)")
_EXAMPLE = lazy(r"\.env[._-](?:[\w-]+\.)*(?:template|tmpl|tpl|defaults?|schema)|(?:[\w-]+\.)?(?:example|sample)\.env")
"""Environment files to copy. Of `template` alone nobody knows whether it is filled in by a person or by a program."""
_ENDINGS: dict[str, Manner] = {
    **dict.fromkeys(("example", "examples", "sample", "dist"), "example"),
    **dict.fromkeys(_EXPRESSION, "expression"),
    **dict.fromkeys(_PROSE, "prose"),
    **dict.fromkeys(_CODE, "code"),
}
_NAMES: dict[str, Manner] = {
    "makefile": "expression",
    "gnumakefile": "expression",
    "jenkinsfile": "expression",
    "tiltfile": "expression",
    "vagrantfile": "expression",
    "license": "prose",
    "codeowners": "prose",
    "changelog": "prose",
    "readme": "prose",
}


def manner_of(path: str) -> Manner:
    """Return what kind of text stands at a path; configuration where nothing says otherwise."""
    folder, _, name = path.rpartition("/")
    lower = name.lower()
    if name in _LOCKS or lower.endswith(_SCHEMAS) or _is_in_folder_of_others(folder) or _is_of_others(path, lower):
        return "code"
    if lower in _NAMES:
        return _NAMES[lower]
    if ".env" in lower and _EXAMPLE.fullmatch(lower) is not None:
        return "example"
    return _ENDINGS.get(lower.rpartition(".")[2], "config") if "." in lower.lstrip(".") else "config"


@lru_cache(256)  # files come folder by folder
def _is_in_folder_of_others(folder: str) -> bool:
    """Tell whether files of a folder hold texts for people, or are copies."""
    return not _FOLDERS.isdisjoint(folder.lower().split("/"))


def _is_of_others(path: str, name: str) -> bool:
    """Tell whether a file, with this name in lower case, holds texts for people, or describes an interface."""
    # One expression over the path did the same, in ten times the time.
    if name.endswith("json") and _WORDS.fullmatch(name) is not None:
        return True
    path = path.lower()
    return ("openapi" in path or "swagger" in path) and _INTERFACE.search(path) is not None
