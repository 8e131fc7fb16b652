"""Rules without code: from what a rule demands to checks over stacks, layers, files, and all stacks together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from gitopslint.checks.check import Check, NoParameters, Outcome
from gitopslint.checks.foreign_schema import RefusedError, schema_errors
from gitopslint.checks.predicates import Context, UndecidedError, complaint, described, holds
from gitopslint.model.claim import Claim, FileList
from gitopslint.model.document import KeyPath, Node, dotted, find
from gitopslint.model.finding import Doubt, Offence, Related
from gitopslint.model.glob import glob_matches, is_glob
from gitopslint.model.layer import Layer, Stack
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.requirement import Demand, Requirement, several
from gitopslint.model.rule import Catalogue, Rule
from gitopslint.model.shown import shown
from gitopslint.model.span import Span, file_start
from gitopslint.model.valuepath import Steps, demanded, is_empty, select, written


class Gathering(NamedTuple):
    """A rule about all stacks together: what to keep of each, and what to say about what was kept."""

    rule: str
    gather: Callable[[Stack], Iterator[Claim | Doubt]]
    judge: Callable[[Iterable[Claim]], Iterator[Outcome]]


def declared_checks(catalogue: Catalogue) -> Iterator[Check[Any]]:
    """Yield the checks of all rules without code that look at one subject at a time."""
    for rule in catalogue.values():
        demand = rule.demand
        if demand is None:
            continue
        if demand.schema is not None:
            by_layer = demand.over == "layer"
            yield _check(rule, demand, *((Layer, layer_by_schema) if by_layer else (Stack, stack_by_schema)))
        elif demand.require is not None and demand.require.forbidden_path is not None:
            yield _check(rule, demand, FileList, forbidden_files)
        elif demand.require is not None and _is_about_one(demand.require):
            yield _check(rule, demand, Stack, required)


def _is_about_one(require: Requirement) -> bool:
    """Tell whether anything is required of a value by itself, and not only beside the values of other stacks."""
    return any(getattr(require, name) is not None for name in ("present", "equals", "matches", "one_of", "url"))


def gatherings(catalogue: Catalogue) -> Iterator[Gathering]:
    """Yield the rules about all stacks together."""
    for rule in catalogue.values():
        demand = rule.demand
        if demand is None or demand.require is None:
            continue
        gather = partial(claims, demand=demand)
        if demand.require.unique is not None:
            yield Gathering(rule.name, gather, shared_values)
        if demand.require.differs is not None:
            yield Gathering(rule.name, gather, equal_values)


def required(stack: Stack, demand: Demand) -> Iterator[Outcome]:
    """Yield where the values of one stack are not what the rule requires."""
    require = demand.require
    if require is None or (context := _context(stack)) is None:
        return
    node: Node | None = None
    try:
        if not _applies(demand, context):
            return
        steps = context.steps(require.path or "")
        if require.present:
            yield from _missing(stack, context, steps)
        for path, node in select(context.values, steps):
            if is_empty(node):
                continue
            if require.present is False:
                said = "must not be set"
            elif (reason := complaint(require, path, node, context)) is not None:
                said = f"is {described(path, node, require)}, and {reason}"
            else:
                continue
            yield Offence(f"{dotted(path)}{_of(stack, node)} {said}", _place(node), _around(path, node), path)
    except UndecidedError as error:
        yield _doubt(error, stack.span if node is None else _place(node))


def claims(stack: Stack, demand: Demand) -> Iterator[Claim | Doubt]:
    """Yield the values that one stack uses where the rule compares stacks."""
    require = demand.require
    if require is None or (context := _context(stack)) is None:
        return
    try:
        if not _applies(demand, context):
            return
        for path, node in select(context.values, context.steps(require.path or "")):
            if isinstance(node.value, dict | list) or is_empty(node):
                continue
            yield Claim(
                stack.app, stack.environment, path, node.value, shown(path, node), _place(node), _around(path, node)
            )
    except UndecidedError as error:
        yield _doubt(error, stack.span)


def shared_values(found: Iterable[Claim]) -> Iterator[Outcome]:
    """Yield where an app in an environment uses a value that another has already."""
    owners: dict[tuple[bool, object], Claim] = {}
    told: set[Span] = set()
    for claim in found:
        owner = owners.setdefault((_is_boolean(claim), claim.value), claim)
        if (owner.app, owner.environment) == (claim.app, claim.environment) or claim.span in told:
            continue
        told.add(claim.span)
        yield Offence(
            f"{dotted(claim.path)} of {claim} is {claim.shown}, which belongs to {owner} already",
            claim.span,
            _with(owner, claim, f"{owner} has it"),
            claim.path,
            claim.environment,
            app=claim.app,
        )


def equal_values(found: Iterable[Claim]) -> Iterator[Outcome]:
    """Yield where an environment of an app uses a value of an earlier one."""
    earlier: dict[tuple[str, bool, object], Claim] = {}
    told: set[tuple[str, Span]] = set()
    for claim in found:
        first = earlier.setdefault((claim.app, _is_boolean(claim), claim.value), claim)
        if first.environment == claim.environment or (claim.app, claim.span) in told:
            continue
        told.add((claim.app, claim.span))
        yield Offence(
            f"{dotted(claim.path)} of {claim.app} is {claim.shown} in {claim.environment} as well as in "
            f"{first.environment}: the environments must differ",
            claim.span,
            _with(first, claim, f"the same in {first.environment}"),
            claim.path,
            claim.environment,
            app=claim.app,
        )


def forbidden_files(files: FileList, demand: Demand) -> Iterator[Outcome]:
    """Yield the files that are where none may be."""
    patterns = several(demand.require.forbidden_path if demand.require is not None else None)
    for pattern in patterns:
        # What a pattern says literally is looked for first: matching is slow, and few files come near.
        parts = [part if not is_glob(part) else "*" for part in pattern.split("/")] if "{" not in pattern else []
        fixed = sorted("/".join(parts).replace("/*", "*").replace("*/", "*").split("*"), key=len, reverse=True)
        for path in files.paths:
            if all(part in path for part in fixed) and glob_matches(pattern, path):
                yield Offence(f"{path!r} is where no file may be ({pattern})", file_start(path), key_path=(path,))


def stack_by_schema(stack: Stack, demand: Demand) -> Iterator[Outcome]:
    """Yield where the merged values of a stack do not satisfy a schema."""
    context = _context(stack)
    if context is None or demand.schema is None:
        return
    try:
        if _applies(demand, context):
            yield from _by_schema(demand.schema, context.values, str(stack), lambda node: _of(stack, node), _top(stack))
    except UndecidedError as error:
        yield _doubt(error, stack.span)


def layer_by_schema(layer: Layer, demand: Demand) -> Iterator[Outcome]:
    """Yield where one layer does not satisfy a schema."""
    if not layer.readable or demand.schema is None or demand.role not in (None, layer.role):
        return
    root = layer.document.root
    try:
        if _applies(demand, Context(root, layer.app, layer.environment)):
            yield from _by_schema(demand.schema, root, "the layer", lambda _: "", _first_key(layer))
    except UndecidedError as error:
        yield _doubt(error, file_start(layer.path))


def _by_schema(
    schema: dict[str, Any], root: Node, name: str, of: Callable[[Node], str], top: Span
) -> Iterator[Outcome]:
    try:
        found = schema_errors(schema, root)
    except RefusedError as error:
        raise UndecidedError(f"its schema {error}", "repair the schema") from None
    for path, message in found:
        node = find(root, path)
        if node is None or not path:
            yield Offence(f"{name} {message}", top, key_path=path)
        else:
            yield Offence(f"{dotted(path)}{of(node)} {message}", _place(node), _around(path, node), path)


def _check(
    rule: Rule, demand: Demand, over: type[Any], judge: Callable[[Any, Demand], Iterator[Outcome]]
) -> Check[Any]:
    return Check(rule.name, over, NoParameters, rule.name, lambda subject, _: judge(subject, demand))


def _context(stack: Stack) -> Context | None:
    if stack.values is None:
        return None
    return Context(stack.values, stack.app, stack.environment, stack.namespace)


def _applies(demand: Demand, context: Context) -> bool:
    if demand.when is not None and not holds(demand.when, context):
        return False
    return demand.unless is None or not holds(demand.unless, context)


def _missing(stack: Stack, context: Context, steps: Steps) -> Iterator[Outcome]:
    for place, there in demanded(context.values, steps):
        if there:
            continue
        span = _place_of_missing(stack, context.values, place)
        if stack.partial is not None:
            yield Doubt(
                f"the chart's defaults are not known: {stack.partial}",
                "set the value in a layer, or check where the chart is",
                span,
            )
            continue
        yield Offence(f"{stack} has no {written(place)}: set it", span, key_path=place)


def _place_of_missing(stack: Stack, values: Node, place: Steps) -> Span:
    """Return the nearest thing around a missing value that a layer above the chart says, or the top of a layer."""
    charts = {layer.path for layer in stack.layers if layer.role == "chart"}
    for length in range(len(place), 0, -1):
        for _, node in select(values, place[:length]):
            if node.span.path not in charts:
                return _first_line(node.span if node.is_scalar else node.key_span)
    return _top(stack)


def _top(stack: Stack) -> Span:
    layers = [layer for layer in stack.layers if layer.role not in ("chart", "inline", "parameters")]
    env = [layer for layer in layers if layer.role == "env"]
    return _first_key((env or layers)[-1]) if layers else stack.span


def _first_key(layer: Layer) -> Span:
    first = next(iter(layer.document.root.mapping.values()), None)
    return _first_line(first.key_span) if first is not None else file_start(layer.path)


def _of(stack: Stack, node: Node) -> str:
    """Name the stack, unless a layer of all stacks sets the value: then one finding stands for all of them."""
    layer = next((layer for layer in stack.layers if layer.path == node.span.path), None)
    if layer is None or (layer.app is not None and layer.environment is not None):
        return f" of {stack}"
    return "" if layer.app is None else f" of {layer.app}"


def _place(node: Node) -> Span:
    return _first_line(node.span if node.is_scalar else node.key_span)


def _first_line(span: Span) -> Span:
    return span if span.line == span.end_line else Span(span.path, span.line, span.column, span.line, span.column)


def _around(path: KeyPath, node: Node) -> tuple[Related, ...]:
    """Return where an alias brings the value in, and which values it hides."""
    used = [Related(use, "used here") for use in node.uses]
    hidden = [Related(_place(old), f"overrides {shown(path, old)}") for old in node.shadowed if not is_empty(old)]
    return (*used, *hidden)


def _is_boolean(claim: Claim) -> bool:
    """Keep apart what Python takes for equal: true and 1."""
    return isinstance(claim.value, bool)


def _with(other: Claim, claim: Claim, note: str) -> tuple[Related, ...]:
    return (*([Related(other.span, note)] if other.span != claim.span else []), *claim.related)


def _doubt(error: UndecidedError, span: Span) -> Doubt:
    return Doubt(error.reason, error.remedy, span, "applications" if error.needs_applications else None)
