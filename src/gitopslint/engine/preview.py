"""What a change would make of files, for people: without the secrets that may stand around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitopslint.engine.secrets import SecretWatch
from gitopslint.loaders import yaml
from gitopslint.loaders.side import Side
from gitopslint.model.secret import TextFile
from gitopslint.model.source import Source

_YAML = (".yaml", ".yml", ".json")


def previews(side: Side, files: Mapping[str, tuple[bytes, bytes]]) -> Iterator[tuple[str, Source, Source]]:
    """Yield each file with its text before and after the change, both with all secrets masked."""
    for path, (before, after) in sorted(files.items()):
        yield path, _source(side, path, before), _source(side, path, after)


def _source(side: Side, path: str, data: bytes) -> Source:
    text = yaml.decode(data)
    document = yaml.parse(path, data) if path.endswith(_YAML) and not side.is_template(path) else None
    return SecretWatch(side).source(TextFile(path, text, document))
