"""Argo CD Applications: found, read, and matched with apps and environments.

Sources: argo-cd `pkg/apis/application/v1alpha1/types.go`, `reposerver/repository/repository.go`, `util/helm/cmd.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from gitopslint.loaders.layout import Layout
from gitopslint.loaders.own_repository import expected, normal_url, sources_of, why_elsewhere
from gitopslint.loaders.valuefiles import Files, load_value_files, substituted
from gitopslint.loaders.wiring import Wiring
from gitopslint.model.application import Application, Automation, Expected, Origin, Parameter, Source, Undecidable
from gitopslint.model.contract import Contract
from gitopslint.model.document import Document, Node, find, items_at, text_at
from gitopslint.model.lazy import lazy
from gitopslint.model.span import across, file_start, is_across

_GROUP = "argoproj.io/"
_TARGET = lazy(rb"kind:[ \t]*[\"']?Application")
_RENDERED = "a template of a chart makes Applications, and what they load is not known before it is rendered"
_ASK_ARGO = "check the Applications where Argo CD runs"

Written = tuple[Document, Node, str | None]
"""An Application with its file, and the name of the ApplicationSet that makes it."""


def mentions_applications(data: bytes) -> bool:
    """Tell whether a file can hold an Application, or a patch of one, without parsing it."""
    return b"Application" in data and (b"argoproj.io" in data or (b"patches" in data and bool(_TARGET.search(data))))


def wire(
    documents: Iterable[Document],
    files: Files,
    layout: Layout,
    templates: Sequence[str] = (),
    known: Expected | None = None,
) -> Wiring:
    """Read the Applications in the given documents, with what each of them loads.

    `templates` are those of charts that make Applications. `known` is what Applications track, where these documents
    are not all that tell it.
    """
    documents = tuple(documents)
    written: list[Written] = []
    sets: list[tuple[Document, Node]] = []
    undecidable = [
        Undecidable(path, file_start(path), "Applications", _RENDERED, layout.contract, remedy=_ASK_ARGO)
        for path in templates
    ]
    for document in documents:
        if document.problem is not None:
            reason = f"it is not readable: {document.problem.message}"
            undecidable.append(
                Undecidable(document.path, document.problem.span, document.path, reason, layout.contract)
            )
        for root in _manifests(document):
            kind = text_at(root, "kind")
            if not text_at(root, "apiVersion").startswith(_GROUP) or kind not in ("Application", "ApplicationSet"):
                continue
            if kind == "Application":
                written.append((document, root, None))
            else:
                sets.append((document, root))
    if sets:
        plain = [root for _, root, _ in written]
        templates_of_sets = [find(root, ("spec", "template")) or root for _, root in sets]
        own = (known or expected([*plain, *templates_of_sets], files, layout.contract)).urls
        made, open_sets = _generated(sets, own, files, layout.contract)
        written += made
        undecidable += open_sets
    if _has_parts(written, documents):
        from gitopslint.loaders.patched_applications import without_patched  # few repositories have any

        written, patched = without_patched(written, documents, layout.contract)
        undecidable += patched
    tracked = known or expected([root for _, root, _ in written], files, layout.contract)
    applications = [_application(document, root, maker, files, layout, tracked) for document, root, maker in written]
    return Wiring(tuple(applications), tuple(undecidable), tracked)


def _generated(
    sets: list[tuple[Document, Node]], own: frozenset[str], files: Files, contract: Contract
) -> tuple[list[Written], list[Undecidable]]:
    """Return the Applications that ApplicationSets make, and why others are not known."""
    from gitopslint.loaders import applicationsets  # few repositories have any

    written: list[Written] = []
    undecidable: list[Undecidable] = []
    for document, root in sets:
        name = text_at(root, "metadata", "name") or document.path
        if is_across(document.path) and "git" in _generators(root):
            reason = "its git generator may read the platform repository, which is not looked through for it"
            undecidable.append(Undecidable(document.path, root.span, name, reason, contract))
            continue
        made, reasons = applicationsets.generate(root, files, own)
        written += [(document, one, name) for one in made]
        undecidable += [Undecidable(document.path, node.key_span, name, reason, contract) for node, reason in reasons]
    return written, undecidable


def _manifests(document: Document) -> Iterator[Node]:
    """Yield the manifests of a file, those in a `List` one by one."""
    for root in document.roots:
        if text_at(root, "kind") == "List":
            yield from items_at(root, "items")
        else:
            yield root


def _has_parts(written: Iterable[Written], documents: Iterable[Document]) -> bool:
    """Tell whether kustomize may make other Applications of those that are written."""
    return any("kustomization" in document.path.lower() for document in documents) or any(
        not any(text_at(source, "repoURL") for source in sources_of(root)) for _, root, _ in written
    )


def _generators(root: Node) -> set[str]:
    """Return the kinds of generators of an ApplicationSet, those inside others included."""
    kinds: set[str] = set()
    waiting = [find(root, ("spec",)) or root]
    while waiting:
        for generator in items_at(waiting.pop(), "generators"):
            kinds |= generator.mapping.keys()
            waiting += generator.mapping.values()
    return kinds


def _application(
    document: Document, root: Node, maker: str | None, files: Files, layout: Layout, expected: Expected
) -> Application:
    name = text_at(root, "metadata", "name")
    namespace = text_at(root, "spec", "destination", "namespace") or None
    variables = {
        "ARGOCD_APP_NAME": name,
        "ARGOCD_APP_NAMESPACE": namespace or "",
        "ARGOCD_APP_PROJECT_NAME": text_at(root, "spec", "project"),
    }
    written = list(sources_of(root))
    named = [(text_at(source, "ref"), source) for source in written if text_at(source, "ref")]
    refs, all_refs = (
        {name: why_elsewhere(source, files, expected, None, any_revision=any_one) for name, source in named}
        for any_one in (False, True)
    )
    sources = tuple(
        _source(source, document, files, expected, refs, all_refs, variables) for source in written if _renders(source)
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


def _renders(source: Node) -> bool:
    """Tell whether a source renders a chart, and is not only there for others to refer to."""
    return (
        "chart" in source.mapping
        or "helm" in source.mapping
        or ("path" in source.mapping and not text_at(source, "ref"))
    )


def _source(
    node: Node,
    document: Document,
    files: Files,
    expected: Expected,
    refs: Mapping[str, str | None],
    all_refs: Mapping[str, str | None],
    variables: dict[str, str],
) -> Source:
    """Read a source. `refs` are the other ones, each with why it is elsewhere, `all_refs` the same of any revision."""
    path = text_at(node, "path")
    folder = files.from_top(path) if path else None
    elsewhere = why_elsewhere(node, files, expected, folder)
    chart = folder if elsewhere is None else None
    variables = variables | {
        "ARGOCD_APP_SOURCE_PATH": path,
        "ARGOCD_APP_SOURCE_REPO_URL": text_at(node, "repoURL"),
        "ARGOCD_APP_SOURCE_TARGET_REVISION": text_at(node, "targetRevision"),
    }
    helm = node.mapping.get("helm") or Node({}, node.span, "block")
    entries = [item for item in items_at(helm, "valueFiles") if isinstance(item.value, str)]
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
    if any(file.elsewhere for file in value_files):
        at = folder if why_elsewhere(node, files, expected, folder, any_revision=True) is None else None
        meant = load_value_files(entries, files, at, all_refs, variables, ignore_missing=True, elsewhere=elsewhere)
        value_files = tuple(
            file._replace(meant=other.paths or ()) if file.elsewhere else file
            for file, other in zip(value_files, meant, strict=True)
        )
    inline, fault = _inline(helm, document)
    return Source(node, chart, elsewhere, value_files, inline, fault, _parameters(helm, files, chart, refs, variables))


def _origin(node: Node) -> Origin:
    return Origin(
        node,
        normal_url(text_at(node, "repoURL")),
        node.mapping.get("repoURL"),
        node.mapping.get("targetRevision"),
        "chart" in node.mapping,
    )


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
    for item in items_at(helm, "parameters"):
        name, value = text_at(item, "name"), item.mapping.get("value")
        if not name or value is None:
            continue
        forced = item.mapping.get("forceString")
        text = forced is not None and forced.value is True
        written = substituted(value.text, variables)
        (texts if text else plain)[name] = Parameter(name, value.changed(text=written, value=written), text)
    for item in items_at(helm, "fileParameters"):
        name, path = text_at(item, "name"), item.mapping.get("path")
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
        for path in (*(file.paths or ()), *file.meant)
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
        path = across(application.path) if is_across(application.path) else application.path
        match = _path_pattern(contract.applications.path).fullmatch(path)
        found = match.groupdict() if match is not None else {}
        if found.get("env", contract.environments[0]) in contract.environments and found:
            return found.get("app"), found.get("env") or _environment_in(application, contract), True
    return None, _environment_in(application, contract), False


@lru_cache(8)  # a thousand Applications ask for the one of their contract
def _path_pattern(template: str) -> re.Pattern[str]:
    pattern = re.escape(template)
    return re.compile(pattern.replace(r"\{app\}", "(?P<app>[^/]+)", 1).replace(r"\{env\}", "(?P<env>[^/]+)", 1))


def _environment_in(application: Application, contract: Contract) -> str | None:
    """Return the environment that an Application's name or namespace ends or starts with."""
    for text in (application.name, application.namespace or ""):
        words = re.split(r"[-_.]", text)
        found = [word for word in (words[-1], words[0]) if word in contract.environments]
        if found:
            return found[0]
    return None
