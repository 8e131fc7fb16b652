"""Which repository and revision the Applications of this repository track, and which of their sources stand here.

Source: argo-cd `pkg/apis/application/v1alpha1/types.go`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from gitopslint.loaders.valuefiles import Files
from gitopslint.model.application import Expected
from gitopslint.model.contract import Contract
from gitopslint.model.document import Node, find, items_at, text_at

_PORTS = {"ssh": r":[0-9]+$", "https": r":443$", "http": r":80$"}
_DEFAULT_REVISIONS = ("HEAD", "main", "master")


def expected(roots: Sequence[Node], files: Files, contract: Contract) -> Expected:
    """Find the URL and the revision by which Applications know this repository."""
    settings = contract.applications
    urls: Counter[str] = Counter()
    revisions: Counter[str] = Counter()
    for root in roots:
        sources = sources_of(root)
        for url in _urls_by_values(sources, files):
            urls[url] += 1
        for source in sources:
            folder = files.from_top(path) if (path := text_at(source, "path")) else None
            if _stands_here(folder, files):
                urls[normal_url(text_at(source, "repoURL"))] += 1
                revisions[text_at(source, "targetRevision") or "HEAD"] += 1
    if settings.repo_url is not None:
        return Expected(
            frozenset({normal_url(settings.repo_url)}),
            normal_url(settings.repo_url),
            settings.revision or _most_common(revisions),
            True,
        )
    return Expected(
        frozenset(urls), _most_common(urls), settings.revision or _most_common(revisions), settings.revision is not None
    )


def _urls_by_values(sources: list[Node], files: Files) -> Iterator[str]:
    """Yield the URLs of `ref` sources from which values files are loaded that stand here."""
    named = {ref: text_at(source, "repoURL") for source in sources if (ref := text_at(source, "ref"))}
    for source in sources if named else ():
        for item in items_at(source.mapping.get("helm") or Node({}, source.span, "block"), "valueFiles"):
            name, _, path = item.text.partition("/")
            if name.startswith("$") and name[1:] in named and files.locate(files.from_top(path) or "") is not None:
                yield normal_url(named[name[1:]])


def _most_common(counts: Counter[str]) -> str | None:
    if not counts:
        return None
    most = max(counts.values())
    tied = sorted(text for text, count in counts.items() if count == most)
    return next((text for text in _DEFAULT_REVISIONS if text in tied), tied[0])


def sources_of(root: Node) -> list[Node]:
    """Return the sources; `sources` makes Argo CD ignore `source`. What is hydrated is rendered from its dry source."""
    several = find(root, ("spec", "sources"))
    if several is not None and several.items:
        return several.items
    single = find(root, ("spec", "source")) or find(root, ("spec", "sourceHydrator", "drySource"))
    return [single] if single is not None and single.mapping else []


def why_elsewhere(
    source: Node, files: Files, expected: Expected, folder: str | None, *, any_revision: bool = False
) -> str | None:
    """Say why a source is not what stands in this tree; None when it is.

    `any_revision`: it is enough that it is this repository.
    """
    url, revision = text_at(source, "repoURL"), text_at(source, "targetRevision")
    if "chart" in source.mapping:
        return f"the chart {text_at(source, 'chart')!r} comes from the registry {_shown_url(url)}"
    if normal_url(url) not in expected.urls and (expected.declared or not _stands_here(folder, files)):
        return f"{_shown_url(url)} is not known to be this repository"
    if any_revision or revision in ("", "HEAD") or expected.is_tracked(revision):
        return None
    return f"it tracks the revision {revision!r}, and {expected.revision!r} is what is checked here"


def _stands_here(folder: str | None, files: Files) -> bool:
    """Tell whether a folder is one of this repository. Every repository has a top, so there it takes a chart."""
    return files.locate("Chart.yaml") is not None if folder == "" else folder is not None and files.has_folder(folder)


@lru_cache(256)  # every Application names a repository, and nearly all of them the same one
def normal_url(url: str) -> str:
    """Return what two spellings of one repository have in common: host and path, without scheme or credentials."""
    text = url.strip()
    host, colon, path = text.partition(":")
    if colon and path and not path.startswith("//") and (match := re.fullmatch(r"(?:[^@/:]+@)?([^/:]+)", host)):
        text = f"{match[1]}/{path}"
    scheme, separator, rest = text.partition("://")
    host, slash, path = (rest if separator else text).partition("/")
    host = host.rpartition("@")[2].lower()
    if separator:  # how to get there is not which one it is
        host = re.sub(_PORTS.get(scheme.lower(), r"$^"), "", host)
    return host + slash + path.rstrip("/").removesuffix(".git")


def _shown_url(url: str) -> str:
    return repr(normal_url(url)) if url else "a source without repoURL"
