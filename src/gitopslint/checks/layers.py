"""Rules about layers: is each a values file that Helm reads as its author meant it?"""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Outcome, check
from gitopslint.checks.foreign_schema import RefusedError, schema_errors
from gitopslint.checks.predicates import UndecidedError
from gitopslint.model.document import (
    KeyPath,
    Node,
    collections,
    dotted,
    find,
    leads_to,
    leaves,
    matches,
    parse_key_path,
)
from gitopslint.model.finding import Doubt, Offence, Related
from gitopslint.model.layer import App, Layer, Stack
from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.span import Span, file_start

_WHO = {
    "env": "the env layer sets",
    "values": "a values file sets",
    "inline": "the Application's own values set",
    "parameters": "a parameter of the Application sets",
}
# A value holds `{{` only where its text does, or where it is escaped or tagged, as `!!binary` is.
_CAN_TEMPLATE = ("{{", "\\", "!")
_ACTION = lazy(r"\{\{[^{}]*\}\}")


@check("invalid-yaml", over=Layer)
def invalid_yaml(layer: Layer, _: object) -> Iterator[Outcome]:
    """Helm must be able to read every layer, and there must be only one way to read it."""
    document = layer.document
    if (problem := document.problem) is not None:
        if problem.kind == "limit":
            yield Doubt(f"a layer is beyond what gitopslint reads: {problem.message}", "split the file", problem.span)
        else:
            lead = "this layer is not YAML" if problem.kind == "syntax" else "Helm cannot read this layer"
            yield Offence(f"{lead}: {problem.message}", problem.span)
        return
    further = [root for root in document.roots[1:] if root.value is not None]
    if further:
        yield Offence(
            f"this layer holds {len(document.roots)} YAML documents: Helm 3 reads only the first and Helm 4 merges all",
            _first_line(further[0].span),
        )
    elif not isinstance(document.root.value, dict):
        kind = "a list" if isinstance(document.root.value, list) else "a single value"
        yield Offence(f"this layer has {kind} at its top, and Helm wants a mapping", _first_line(document.root.span))


@check("duplicate-key", over=Layer)
def duplicate_key(layer: Layer, _: object) -> Iterator[Outcome]:
    """A key counts as the same when Helm takes it for the same: `on` and `yes` are both `true`."""
    if layer.document.unrepeated:  # to look at all mappings of each layer took a fortieth of a run
        return
    seen: set[Span] = set()
    for root in filter(_holds_duplicates, layer.document.roots):
        for path, node in collections(root):
            for first, second in node.duplicates:
                if second.key_span in seen:  # the mapping is used by an alias as well
                    continue
                seen.add(second.key_span)
                name = first.key.text if first.key is not None else ""
                again = second.key.text if second.key is not None else name
                same = "" if again == name else f", which to Helm is the same key as {name!r}"
                by_merge = second.key is not None and second.key.text == "<<"
                earlier = f"line {first.key_span.line}"
                if first.key_span.line == second.key_span.line:
                    earlier = "the one before it"
                from gitopslint.checks.repetition import without_dropped  # few layers need it

                yield Offence(
                    f"the merge key overrides {name!r} from {earlier}, because Helm merges in the order of the file: "
                    f"put the merge key first"
                    if by_merge
                    else f"{again!r} is set again{same}: Helm silently takes this one and drops {earlier}",
                    second.key_span,
                    (Related(first.key_span, "dropped"),),
                    (*path, name),
                    fix=None if by_merge else without_dropped(layer.document, first, second),
                )


def _holds_duplicates(root: Node) -> bool:
    """Tell whether any key is set twice, without working out where: hardly any file has one."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        value = node.value
        if node.duplicates:
            return True
        if isinstance(value, dict):
            waiting += [below for below in value.values() if isinstance(below.value, dict | list)]
        elif isinstance(value, list):
            waiting += [item for item in value if isinstance(item.value, dict | list)]
    return False


@check("missing-layer", over=App)
def missing_layer(app: App, _: object) -> Iterator[Outcome]:
    """An app that has one layer in an environment needs all of them there."""
    told: set[str] = set()
    for stack in app.stacks:
        files = [layer for other in app.stacks for layer in other.layers if layer.app == app.name and _is_file(layer)]
        own = [layer for layer in files if layer.environment == stack.environment]
        near = own or files
        for _, path in stack.missing:
            if path in told:
                continue
            told.add(path)
            at = _top(near[0]) if near else file_start(path)
            reason = f"though {near[0].path} is there" if own else "though the contract puts it there"
            yield Offence(
                f"{stack} has no {path}, {reason}: add the file, or remove the app from {stack.environment}",
                at,
                key_path=(path,),
                environment=stack.environment,
            )


@check("stray-release-key", over=Layer)
def stray_release_key(layer: Layer, _: object) -> Iterator[Outcome]:
    """A release layer says which image runs, and nothing else."""
    if layer.role != "release" or not layer.readable:
        return
    environments = (layer.environment,) if layer.environment else layer.contract.environments
    allowed: list[KeyPath] = [parse_key_path(key) for key in layer.contract.release_keys]
    for paths in (image.paths(one).values() for one in environments for image in layer.contract.images):
        allowed += [(*path[:-1], "**") if len(path) > 1 else path for path in paths]
    # `x-…` is where a file keeps what its anchors need; charts do not read it.
    tops = [(key, node) for key, node in layer.document.root.mapping.items() if not key.startswith("x-")]
    for key, top in tops:
        for path, node in _strays((key,), top, allowed):
            yield Offence(
                f"the release layer sets {dotted(path)!r}: a release only says which image runs; move it to the "
                f"env layer",
                node.key_span,
                _used(node),
                path,
            )


def _strays(path: KeyPath, node: Node, allowed: list[KeyPath]) -> Iterator[tuple[KeyPath, Node]]:
    if any(matches(pattern, path) for pattern in allowed):
        return
    if not any(leads_to(path, pattern) for pattern in allowed) or (node.is_scalar and node.value is not None):
        yield path, node
        return
    for key, below in node.mapping.items():
        yield from _strays((*path, key), below, allowed)
    for position, item in enumerate(node.items):
        yield from _strays((*path, position), item, allowed)


@check("image-outside-release", over=Layer)
def image_outside_release(layer: Layer, _: object) -> Iterator[Outcome]:
    """With a release layer in the contract, no other values file has a say in the image."""
    contract = layer.contract
    has_release = any(place.role == "release" for place in contract.layers)
    if layer.role in ("chart", "release") or not has_release or not layer.readable:
        return
    who = _WHO[layer.role]
    told: set[KeyPath] = set()
    environments = (layer.environment,) if layer.environment else contract.environments
    paths = [
        path
        for environment in environments
        for image in contract.images
        for name, path in image.paths(environment).items()
        if name != "registry"
    ]
    for path in paths:
        for length in range(1, len(path) + 1):
            node = find(layer.document.root, path[:length])
            if node is None or path[:length] in told:
                break
            whole = length < len(path)
            if whole and isinstance(node.value, dict):
                continue
            told.add(path[:length])
            which = dotted(path[:length])
            replaced = ", which replaces the whole image" if whole else ""
            yield Offence(
                f"{who} {which!r}{replaced}: the image belongs to the release layer alone",
                node.span if node.is_scalar else node.key_span,
                _used(node),
                path[:length],
            )
            break


class TemplatedValue(NamedTuple):
    """`passed_on`: beginnings of expressions that are meant for another program than Helm."""

    passed_on: tuple[str, ...]


@check("templated-value", over=Layer, parameters=TemplatedValue)
def templated_value(layer: Layer, parameters: TemplatedValue) -> Iterator[Outcome]:
    """Helm does not template values files; only a chart that calls `tpl` on a value does."""
    if not layer.readable or (_is_file(layer) and not _can_template(layer.document.text)):
        return
    told: set[Span] = set()
    lines: list[str] = []
    for path, node in leaves(layer.document.root):
        if not isinstance(node.value, str) or "{{" not in node.value:
            continue
        actions = [action for action in _ACTION.findall(node.value) if not _is_passed_on(action, parameters)]
        templating = layer.templating
        if not actions or (templating is not None and templating.covers(path)):
            continue
        lines = lines or layer.document.text.split("\n")
        at = _inside(lines, node, actions[0])
        if at in told:
            continue
        told.add(at)
        if templating is not None and templating.opaque:
            yield Doubt(
                "the chart calls tpl on values that are not named there, so a template in a layer may be meant",
                "name the value in the call, or waive the rule on the line",
                at,
            )
            continue
        yield Offence(
            f"{dotted(path)!r} holds {_shown(actions[0])}: Helm does not template values, so it is passed on as it is",
            at,
            _used(node),
            path,
        )


def _can_template(text: str) -> bool:
    return any(mark in text for mark in _CAN_TEMPLATE)


def _is_passed_on(action: str, parameters: TemplatedValue) -> bool:
    return action.strip("{}-~ \t\n").startswith(parameters.passed_on)


@check("schema-violation", over=Layer)
def schema_violation(layer: Layer, _: object) -> Iterator[Outcome]:
    """The values of one layer have the types that a chart can work with."""
    if layer.json_schema is None or not layer.readable:
        return
    root, schema = layer.document.root, layer.json_schema
    try:
        found = schema_errors(schema.content, root)
    except RefusedError as refused:
        yield Doubt(f"{schema.name} {refused}", "repair the schema", file_start(layer.path))
        return
    except UndecidedError as undecided:
        yield Doubt(f"{schema.name} {undecided.reason}", undecided.remedy, file_start(layer.path))
        return
    for path, message in found:
        node = find(root, path) or root
        where = repr(dotted(path)) if path else "the layer"
        at = node.key_span if not node.is_scalar else node.span
        yield Offence(f"{where} {message} ({schema.name})", _first_line(at), _used(node), path)


def _is_file(layer: Layer) -> bool:
    return layer.role not in ("inline", "parameters")


def _used(node: Node) -> tuple[Related, ...]:
    return tuple(Related(use, "used here") for use in node.uses)


def _shown(action: str) -> str:
    return repr(action if len(action) <= 60 else action[:57] + "...")


def _first_line(span: Span) -> Span:
    """Keep a span that covers many lines from underlining a whole file."""
    if span.line == span.end_line:
        return span
    return Span(span.path, span.line, span.column, span.line, span.column)


def _top(layer: Layer) -> Span:
    """Return the first key of a layer, or its start."""
    first = next(iter(layer.document.root.mapping.values()), None) if layer.readable else None
    return first.key_span if first is not None else file_start(layer.path)


def _inside(lines: list[str], node: Node, needle: str) -> Span:
    """Return where `needle` is written inside a scalar, or the scalar where escapes hide it."""
    span = node.span
    head = needle.split("\n")[0]
    for number in range(span.line, span.end_line + 1):
        start = span.column - 1 if number == span.line else 0
        column = lines[number - 1].find(head, start)
        if column >= 0:
            return Span(span.path, number, column + 1, number, column + 1 + len(head))
    return _first_line(span)


@check("unwired-layer", over=Layer)
def unwired_layer(layer: Layer, _: object) -> Iterator[Outcome]:
    """Where there are Applications, each layer is loaded by one."""
    if layer.wired == "unloaded":
        yield Offence("no Application loads this layer: what it says is never deployed", _top(layer))
    elif layer.wired == "unknown":
        yield Doubt(
            "whether an Application loads a layer is not known: some load files from elsewhere",
            "check it where Argo CD runs",
            _top(layer),
        )


@check("overlapping-layers", over=Stack)
def overlapping_layers(stack: Stack, _: object) -> Iterator[Outcome]:
    """Two layers of one rank must not set the same value: then only the order of `valueFiles` decides."""
    if stack.values is None:
        return
    files = [layer for layer in stack.layers if _is_file(layer) and layer.role != "chart"]
    ranks = {layer.path: _rank(layer) for layer in files}
    if len(set(ranks.values())) == len(ranks) or not _meet(files):  # so it is nearly everywhere
        return
    images = {path for keys in stack.contract.images for path in keys.paths(stack.environment).values()}
    for path, node in leaves(stack.values):
        if not node.shadowed or node.span.path not in ranks:
            continue
        hidden = [
            old
            for old in node.shadowed
            if old.span.path in ranks
            and old.span.path != node.span.path
            and ranks[old.span.path] == ranks[node.span.path]
        ]
        if not hidden:
            continue
        from gitopslint.checks.repetition import without_repetition  # few layers need it

        order = " and ".join([repr(old.span.path) for old in hidden])
        same = all(old.value == node.value for old in hidden)
        also = "with the same value" if same else "and only the order of the files decides"
        yield Offence(
            f"{dotted(path)!r} of {stack} is set here and in {order}, {also}: keep one",
            node.span,
            tuple(Related(old.span, "also set here") for old in hidden),
            path,
            at_most="note" if same and path not in images else None if path in images else "warning",
            fix=without_repetition(stack, path, [node, *hidden], of_image=path in images),
        )


def _meet(layers: list[Layer]) -> bool:
    """Tell whether any two layers may set the same value."""
    tops = [layer.root.mapping for layer in layers]
    together = sum(map(len, tops))
    # Helm lays what is `global` over the values of every chart below.
    return together > len(set().union(*tops)) or (len(tops) > 1 and any("global" in top for top in tops))


def _rank(layer: Layer) -> tuple[bool, bool]:
    """Return how far a layer is shared. One that is for an environment overrides one for all on purpose."""
    return layer.app is None, layer.environment is None
