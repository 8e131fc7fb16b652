"""What a change would make of files, for people: without the secrets that may stand around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitopslint.engine.secrets import SecretWatch
from gitopslint.loaders import yaml
from gitopslint.loaders.side import Side
from gitopslint.model.document import Node
from gitopslint.model.secret import TextFile
from gitopslint.model.source import Source
from gitopslint.model.span import Span

_YAML = (".yaml", ".yml", ".json")


def previews(side: Side, files: Mapping[str, tuple[bytes, bytes]]) -> Iterator[tuple[str, Source, Source]]:
    """Yield each file with its text before and after the change, both with all secrets masked."""
    for path, (before, after) in sorted(files.items()):
        yield path, _source(side, path, before), _source(side, path, after)


def _source(side: Side, path: str, data: bytes) -> Source:
    file = TextFile(path, yaml.decode(data))
    if not path.endswith(_YAML) or side.is_template(path):
        return SecretWatch(side).source(file)
    document = yaml.parse(path, data)
    dropped: list[Span] = []
    other = document._replace(roots=tuple(_as_dropped(root, dropped) for root in document.roots))
    hidden = SecretWatch(side).hidden_in(other)
    return SecretWatch(side).source(file._replace(document=document), (*(hidden or ()), *dropped))


def _as_dropped(node: Node, dropped: list[Span]) -> Node:
    """Return a value with the entries that Helm drops in the place of those that it takes: they may be secrets, too.

    Where one of several is dropped, all of them are added to the spans to hide.
    """
    if isinstance(node.value, list):
        return node.changed(value=[_as_dropped(item, dropped) for item in node.value])
    if not isinstance(node.value, dict):
        return node
    entries = {key: _as_dropped(below, dropped) for key, below in node.value.items()}
    names = {id(below): key for key, below in node.value.items()}
    for first, second in node.duplicates:
        name = names.get(id(second))
        if name is None:
            dropped.append(first.span)
        else:
            entries[name] = first
    return node.changed(value=entries)
