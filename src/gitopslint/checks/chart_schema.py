"""A chart's own `values.schema.json`, applied to the merged values of a stack as Helm does before it renders."""

from __future__ import annotations

from collections.abc import Iterator

from gitopslint.checks.check import Outcome, check
from gitopslint.checks.foreign_schema import RefusedError, schema_errors
from gitopslint.checks.predicates import UndecidedError
from gitopslint.model.chart import ChartSchema
from gitopslint.model.document import KeyPath, dotted, find
from gitopslint.model.finding import Doubt, Offence, Related
from gitopslint.model.layer import Stack
from gitopslint.model.span import Span, file_start


@check("schema-violation", over=Stack)
def schema_violation_of_chart(stack: Stack, _: object) -> Iterator[Outcome]:
    """What is deployed satisfies the schema of the chart and of each chart below it."""
    if stack.values is None or _skips(stack):
        return
    for gap in stack.gaps:
        yield Doubt(
            f"{gap.reason}, so its values and its schema are not known",
            "vendor it with `helm dependency build`, unpacked",
            stack.span,
        )
    for way, schema in stack.schemas:
        part = find(stack.values, way)
        if part is None or not isinstance(part.value, dict):
            continue
        try:
            if schema.fault is not None:
                raise RefusedError(schema.fault)  # noqa: TRY301 - one more reason of the same kind
            found = schema_errors(schema.content, part)
        except RefusedError as refused:
            yield Offence(f"{schema.path} {refused}: Helm refuses to render {stack}", file_start(schema.path))
        except UndecidedError as undecided:
            yield Doubt(f"{schema.path} {undecided.reason}", undecided.remedy, file_start(schema.path))
        else:
            for path, message in found:
                if not any(_touch((*way, *path), gap.path) for gap in stack.gaps):
                    yield _offence(stack, schema, (*way, *path), message)


def _offence(stack: Stack, schema: ChartSchema, path: KeyPath, message: str) -> Offence:
    values = stack.values
    node = find(values, path) if values is not None else None
    if node is None or not path:
        return Offence(f"{stack} {message} ({schema.path})", stack.span, key_path=path)
    # Values are never quoted: they may be secrets.
    related = (
        *(Related(use, "used here") for use in node.uses),
        *(Related(_first_line(old.span), "overrides the value here") for old in node.shadowed),
    )
    at = node.span if node.is_scalar else node.key_span
    if not at.path:  # Helm has made it: no file holds it
        at = stack.span
    return Offence(f"{dotted(path)!r} of {stack} {message} ({schema.path})", _first_line(at), related, path)


def _touch(path: KeyPath, gap: KeyPath) -> bool:
    """Tell whether what is missing at one place could mend what is wrong at the other."""
    shared = min(len(path), len(gap))
    return path[:shared] == gap[:shared]


def _skips(stack: Stack) -> bool:
    """Tell whether the Application asks Argo CD not to look at schemas."""
    sources = stack.application.sources if stack.application is not None else ()
    path = ("helm", "skipSchemaValidation")
    return bool(sources) and all((node := find(one.node, path)) is not None and node.value is True for one in sources)


def _first_line(span: Span) -> Span:
    return span if span.line == span.end_line else Span(span.path, span.line, span.column, span.line, span.column)
