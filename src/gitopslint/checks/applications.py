"""Rules about Argo CD Applications: do they load what they should, from where they should?"""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Outcome, check
from gitopslint.model.application import Application, Source, ValueFile
from gitopslint.model.finding import Doubt, Offence, Related

_WHERE_ARGO_RUNS = "check it where those files are"


@check("missing-value-file", over=Application)
def missing_value_file(application: Application, _: object) -> Iterator[Outcome]:
    """Argo CD cannot render an Application whose values file is not there."""
    for source in application.sources:
        for file in _files(source):
            if file.fault is not None:
                yield Offence(
                    f"{application} loads {file.written!r}, and {file.fault}",
                    file.node.span,
                    environment=application.environment,
                )
            elif file.elsewhere is not None and application.ours:
                yield Doubt(
                    f"{application} loads {file.written!r}, and {file.elsewhere}", _WHERE_ARGO_RUNS, file.node.span
                )


@check("crossed-layers", over=Application)
def crossed_layers(application: Application, _: object) -> Iterator[Outcome]:
    """An environment loads its own layers only."""
    environment = application.declared_environment or application.environment
    others: dict[str, ValueFile] = {}
    for source in application.sources:
        for file in source.value_files:
            for path in file.paths or ():
                loaded = application.loads.get(path)
                if loaded is None:
                    continue
                if environment is not None and loaded != environment:
                    yield Offence(
                        f"{application} deploys to {environment} and loads {path}, a layer of {loaded}",
                        file.node.span,
                        environment=environment,
                    )
                elif environment is None:
                    others.setdefault(loaded, file)
    if len(others) > 1:
        first, *rest = others.items()
        for name, file in rest:
            yield Offence(
                f"{application} loads layers of {first[0]} and of {name}, where it should load those of one "
                f"environment",
                file.node.span,
                (Related(first[1].node.span, f"a layer of {first[0]}"),),
            )


@check("wrong-self-heal", over=Application)
def wrong_self_heal(application: Application, _: object) -> Iterator[Outcome]:
    """Whether changes by hand are undone follows the contract."""
    environment = application.environment
    wanted = application.contract.applications.self_heal.get(environment or "")
    automation = application.automation
    if not application.ours or wanted is None or automation.self_heal == wanted:
        return
    if wanted:
        state = (
            "does not heal itself" if automation.enabled else "is not synced automatically, so it does not heal itself"
        )
        consequence = "changes by hand stay until somebody notices"
    else:
        state, consequence = "heals itself", "changes by hand are undone while somebody works with them"
    yield Offence(
        f"{application} in {environment} {state}: {consequence}; the contract wants selfHeal: {str(wanted).lower()}",
        automation.span,
        environment=environment,
    )


@check("floating-source", over=Application)
def floating_source(application: Application, _: object) -> Iterator[Outcome]:
    """All Applications of this repository track the same repository and revision."""
    expected = application.expected
    if expected is None or not application.ours:
        return
    contract = application.contract.applications
    said = "the contract says" if contract.repo_url is not None else "the other Applications say"
    origins = [origin for origin in application.origins if not origin.registry]
    own = [origin for origin in origins if origin.url == expected.url]
    if expected.url is not None and origins and not own:
        url = origins[0].repo_url
        yield Offence(
            f"{application} comes from {origins[0].url!r}, and {said} {expected.url!r}",
            url.span if url is not None else origins[0].span,
            environment=application.environment,
        )
    said = "the contract says" if contract.revision is not None else "the other Applications track"
    for origin in own:
        tracked = origin.tracked or "HEAD"
        if tracked != contract.revision if contract.revision is not None else not expected.is_tracked(tracked):
            yield Offence(
                f"{application} tracks the revision {tracked!r}, and {said} {expected.revision!r}",
                origin.span,
                environment=application.environment,
            )


def _files(source: Source) -> Iterator[ValueFile]:
    yield from source.value_files
    yield from (parameter.file for parameter in source.parameters if parameter.file is not None)
