"""Argo CD Applications: found, read, and matched with apps and environments.

Sources: argo-cd `pkg/apis/application/v1alpha1/types.go`, `reposerver/repository/repository.go`, `util/helm/cmd.go`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from gitopslint.loaders.layout import Layout
from gitopslint.loaders.valuefiles import Files, load_value_files, substituted
from gitopslint.loaders.wiring import Wiring
from gitopslint.model.application import Application, Automation, Expected, Origin, Parameter, Source, Undecidable
from gitopslint.model.contract import Contract
from gitopslint.model.document import Document, Node, find
from gitopslint.model.span import across, is_across

_GROUP = "argoproj.io/"
_DEFAULT_REVISIONS = ("", "HEAD", "main", "master")


def mentions_applications(data: bytes) -> bool:
    """Tell whether a file can hold an Application, without parsing it."""
    return b"argoproj.io" in data and b"Application" in data


def wire(documents: Iterable[Document], files: Files, layout: Layout, expected: Expected | None = None) -> Wiring:
    """Read the Applications in the given documents, with what each of them loads.

    `expected` is what Applications track, where that is known from all documents.
    """
    written: list[tuple[Document, Node, str | None]] = []
    undecidable: list[Undecidable] = []
    for document in documents:
        if document.problem is not None:
            reason = f"it is not readable: {document.problem.message}"
            undecidable.append(
                Undecidable(document.path, document.problem.span, document.path, reason, layout.contract)
            )
        for root in document.roots:
            kind = _text(root, "kind")
            if not _text(root, "apiVersion").startswith(_GROUP) or kind not in ("Application", "ApplicationSet"):
                continue
            if kind == "Application":
                written.append((document, root, None))
                continue
            name = _text(root, "metadata", "name") or document.path
            if is_across(document.path) and "git" in _generators(root):
                reason = "its git generator may read the platform repository, which is not looked through for it"
                undecidable.append(Undecidable(document.path, root.span, name, reason, layout.contract))
                continue
            from gitopslint.loaders import applicationsets  # few repositories have any

            made, reasons = applicationsets.generate(root, files)
            written += [(document, one, name) for one in made]
            undecidable += [
                Undecidable(document.path, node.key_span, name, reason, layout.contract) for node, reason in reasons
            ]
    expected = expected or _expected(written, files, layout.contract)
    applications = [_application(document, root, maker, files, layout, expected) for document, root, maker in written]
    return Wiring(tuple(applications), tuple(undecidable), expected)


def _expected(written: list[tuple[Document, Node, str | None]], files: Files, contract: Contract) -> Expected:
    """Find the URL and the revision by which Applications know this repository."""
    settings = contract.applications
    urls: Counter[str] = Counter()
    revisions: Counter[str] = Counter()
    for _, root, _ in written:
        for url in _urls_by_values(root, files):
            urls[url] += 1
        for source in _sources(root):
            folder = files.from_top(_text(source, "path")) if _text(source, "path") else None
            if folder is not None and files.has_folder(folder):
                urls[normal_url(_text(source, "repoURL"))] += 1
                revisions[_text(source, "targetRevision")] += 1
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


def _urls_by_values(root: Node, files: Files) -> Iterator[str]:
    """Yield the URLs of `ref` sources from which values files are loaded that stand here."""
    sources = _sources(root)
    named = {_text(source, "ref"): _text(source, "repoURL") for source in sources if _text(source, "ref")}
    for source in sources if named else ():
        for item in _list(source.mapping.get("helm") or Node({}, source.span, "block"), "valueFiles"):
            name, _, path = item.text.partition("/")
            if name.startswith("$") and name[1:] in named and files.locate(files.from_top(path) or "") is not None:
                yield normal_url(named[name[1:]])


def _generators(root: Node) -> set[str]:
    """Return the kinds of generators of an ApplicationSet, those inside others included."""
    kinds: set[str] = set()
    waiting = [find(root, ("spec",)) or root]
    while waiting:
        for generator in _list(waiting.pop(), "generators"):
            kinds |= generator.mapping.keys()
            waiting += generator.mapping.values()
    return kinds


def _most_common(counts: Counter[str]) -> str | None:
    if not counts:
        return None
    most = max(counts.values())
    tied = sorted(text for text, count in counts.items() if count == most)
    return next((text for text in _DEFAULT_REVISIONS if text in tied), tied[0])


def _application(
    document: Document, root: Node, maker: str | None, files: Files, layout: Layout, expected: Expected
) -> Application:
    name = _text(root, "metadata", "name")
    namespace = _text(root, "spec", "destination", "namespace") or None
    variables = {
        "ARGOCD_APP_NAME": name,
        "ARGOCD_APP_NAMESPACE": namespace or "",
        "ARGOCD_APP_PROJECT_NAME": _text(root, "spec", "project"),
    }
    written = list(_sources(root))
    refs = {
        _text(source, "ref"): _why_elsewhere(source, files, expected, folder=None)
        for source in written
        if _text(source, "ref")
    }
    sources = tuple(
        _source(source, document, files, expected, refs, variables) for source in written if _renders(source)
    )
    application = Application(
        name,
        document.path,
        root,
        layout.contract,
        tuple(map(_origin, written)),
        sources,
        namespace,
        _automation(root),
        generator=maker,
        expected=expected,
    )
    return _matched(application, layout)


def _sources(root: Node) -> list[Node]:
    """Return the sources; `sources` makes Argo CD ignore `source`."""
    several = find(root, ("spec", "sources"))
    if several is not None and several.items:
        return several.items
    single = find(root, ("spec", "source"))
    return [single] if single is not None and single.mapping else []


def _renders(source: Node) -> bool:
    """Tell whether a source renders a chart, and is not only there for others to refer to."""
    return (
        "chart" in source.mapping or "helm" in source.mapping or ("path" in source.mapping and not _text(source, "ref"))
    )


def _source(
    node: Node,
    document: Document,
    files: Files,
    expected: Expected,
    refs: Mapping[str, str | None],
    variables: dict[str, str],
) -> Source:
    path = _text(node, "path")
    folder = files.from_top(path) if path else None
    elsewhere = _why_elsewhere(node, files, expected, folder)
    chart = folder if elsewhere is None else None
    variables = variables | {
        "ARGOCD_APP_SOURCE_PATH": path,
        "ARGOCD_APP_SOURCE_REPO_URL": _text(node, "repoURL"),
        "ARGOCD_APP_SOURCE_TARGET_REVISION": _text(node, "targetRevision"),
    }
    helm = node.mapping.get("helm") or Node({}, node.span, "block")
    entries = [item for item in _list(helm, "valueFiles") if isinstance(item.value, str)]
    ignore = helm.mapping.get("ignoreMissingValueFiles")
    value_files = load_value_files(
        entries,
        files,
        chart,
        refs,
        variables,
        ignore_missing=ignore is not None and ignore.value is True,
        elsewhere=elsewhere,
    )
    inline, fault = _inline(helm, document)
    return Source(node, chart, elsewhere, value_files, inline, fault, _parameters(helm, files, chart, refs, variables))


def _origin(node: Node) -> Origin:
    return Origin(
        node,
        normal_url(_text(node, "repoURL")),
        node.mapping.get("repoURL"),
        node.mapping.get("targetRevision"),
        "chart" in node.mapping,
    )


def _why_elsewhere(source: Node, files: Files, expected: Expected, folder: str | None) -> str | None:
    """Say why a source is not what stands in this tree; None when it is."""
    url, revision = _text(source, "repoURL"), _text(source, "targetRevision")
    if "chart" in source.mapping:
        return f"the chart {_text(source, 'chart')!r} comes from the registry {_shown_url(url)}"
    if normal_url(url) not in expected.urls:
        known = folder is not None and files.has_folder(folder) and not expected.declared
        if not known:
            return f"{_shown_url(url)} is not known to be this repository"
    if revision not in ("", "HEAD") and expected.revision is not None and revision != expected.revision:
        return f"it tracks the revision {revision!r}, and {expected.revision!r} is what is checked here"
    return None


def _inline(helm: Node, document: Document) -> tuple[Node | None, str | None]:
    """Return the values written into an Application; `valuesObject` takes the place of `values`."""
    structured = helm.mapping.get("valuesObject")
    if structured is not None and structured.value is not None:
        return structured, None
    text = helm.mapping.get("values")
    if text is None or not isinstance(text.value, str) or not text.value.strip():
        return None, None
    from gitopslint.loaders.embedded import embedded  # values stand in files of their own

    inner = embedded(text, document)
    if inner.problem is not None:
        return text, inner.problem.message
    root = inner.root
    return (root, None) if isinstance(root.value, dict) else (text, "they are no mapping")


def _parameters(
    helm: Node, files: Files, chart: str | None, refs: Mapping[str, str | None], variables: dict[str, str]
) -> tuple[Parameter, ...]:
    """Return the parameters in the order in which they take effect; the last of a name wins within its kind."""
    plain: dict[str, Parameter] = {}
    texts: dict[str, Parameter] = {}
    contents: dict[str, Parameter] = {}
    for item in _list(helm, "parameters"):
        name, value = _text(item, "name"), item.mapping.get("value")
        if not name or value is None:
            continue
        forced = item.mapping.get("forceString")
        text = forced is not None and forced.value is True
        written = substituted(value.text, variables)
        (texts if text else plain)[name] = Parameter(name, value.changed(text=written, value=written), text)
    for item in _list(helm, "fileParameters"):
        name, path = _text(item, "name"), item.mapping.get("path")
        if name and path is not None:
            (file,) = load_value_files([path], files, chart, refs, variables, ignore_missing=False, elsewhere=None)
            contents[name] = Parameter(name, path, file=file)
    return (*plain.values(), *texts.values(), *contents.values())


def _automation(root: Node) -> Automation:
    policy = find(root, ("spec", "syncPolicy"))
    automated = find(root, ("spec", "syncPolicy", "automated"))
    if automated is None or automated.value is None:
        at = policy or find(root, ("spec",)) or root
        return Automation(False, False, at.key_span)
    enabled, heals = automated.mapping.get("enabled"), automated.mapping.get("selfHeal")
    if enabled is not None and enabled.value is False:
        return Automation(False, False, enabled.span)
    return Automation(
        True, heals is not None and heals.value is True, heals.span if heals is not None else automated.key_span
    )


def _matched(application: Application, layout: Layout) -> Application:
    """Tell which app and environment an Application deploys."""
    app, environment, certain = _declared(application, layout.contract)
    loaded = {
        path: layout.layers[path]
        for source in application.sources
        for file in source.value_files
        for path in file.paths or ()
        if path in layout.layers
    }
    apps = {place.app for place in loaded.values() if place.app is not None}
    loads = {path: place.environment for path, place in loaded.items() if place.environment is not None}
    environments = set(loads.values())
    return application._replace(
        app=app or (next(iter(apps)) if len(apps) == 1 else None),
        environment=environment or (next(iter(environments)) if len(environments) == 1 else None),
        declared_environment=environment,
        ours=certain or bool(loaded),
        loads=loads,
    )


def _declared(application: Application, contract: Contract) -> tuple[str | None, str | None, bool]:
    """Return app and environment as alias table, path or name say, and whether the first two of these did."""
    for app, names in contract.applications.names.items():
        for environment, name in names.items():
            if name == application.name:
                return app, environment, True
    if contract.applications.path is not None and application.generator is None:
        pattern = re.escape(contract.applications.path)
        pattern = pattern.replace(r"\{app\}", "(?P<app>[^/]+)", 1).replace(r"\{env\}", "(?P<env>[^/]+)", 1)
        path = across(application.path) if is_across(application.path) else application.path
        match = re.fullmatch(pattern, path)
        found = match.groupdict() if match is not None else {}
        if found.get("env", contract.environments[0]) in contract.environments and found:
            return found.get("app"), found.get("env") or _environment_in(application, contract), True
    return None, _environment_in(application, contract), False


def _environment_in(application: Application, contract: Contract) -> str | None:
    """Return the environment that an Application's name or namespace ends or starts with."""
    for text in (application.name, application.namespace or ""):
        words = re.split(r"[-_.]", text)
        found = [word for word in (words[-1], words[0]) if word in contract.environments]
        if found:
            return found[0]
    return None


@lru_cache(256)  # every Application names a repository, and nearly all of them the same one
def normal_url(url: str) -> str:
    """Return what two spellings of one repository have in common: host and path, without scheme or credentials."""
    text = url.strip()
    host, colon, path = text.partition(":")
    if colon and path and not path.startswith("//") and (match := re.fullmatch(r"(?:[^@/:]+@)?([^/:]+)", host)):
        text = f"{match[1]}/{path}"
    text = text.partition("://")[2] or text
    host, slash, path = text.partition("/")
    host = host.rpartition("@")[2].lower()
    return host + slash + path.rstrip("/").removesuffix(".git")


def _shown_url(url: str) -> str:
    return repr(normal_url(url)) if url else "a source without repoURL"


def _text(node: Node, *path: str) -> str:
    found = find(node, path)
    return found.text if found is not None and found.is_scalar and found.value is not None else ""


def _list(node: Node, key: str) -> list[Node]:
    found = node.mapping.get(key)
    return found.items if found is not None else []
