"""How much parsed YAML may be held at the same time.

Every file is bounded by itself, but the layers of one app, and all Applications or Secrets of a repository, are held
together. That is counted too, so that the same repository ends the same way on every machine.
"""

from __future__ import annotations

from collections.abc import Callable

from gitopslint.loaders import yaml
from gitopslint.model.document import Document, Node, beyond

Parse = Callable[[str, bytes], Document]

MOST_VALUES = 1_500_000  # about 1,000 MB


class Held:
    """Reads files that are held together."""

    def __init__(self, parse: Parse = yaml.parse) -> None:
        """`parse` reads one file."""
        self._parse = parse
        self._counted = 0
        self._at_most = 0
        self._uncounted: list[Document] = []

    def anew(self) -> Held:
        """Return what reads files that are held together, but not with these."""
        return Held(self._parse)

    def parse(self, path: str, data: bytes) -> Document:
        """Read one more YAML file. One that does not fit beside the others has a problem, and nothing of it is held."""
        document = self._parse(path, data)
        text = document.text
        # A value takes two characters at least, unless an alias stands for many. So hardly any repository is counted.
        self._at_most += yaml.MAX_NODES if "&" in text else len(text) // 2 + 1
        self._uncounted.append(document)
        if self._counted + self._at_most <= MOST_VALUES:
            return document
        self._counted += sum(values_in(root) for one in self._uncounted for root in one.roots)
        self._at_most = 0
        self._uncounted.clear()
        if self._counted <= MOST_VALUES:
            return document
        self._counted -= sum(map(values_in, document.roots))
        return beyond(path, f"with what is held beside it, it has more than {MOST_VALUES:,} values")


def values_in(root: Node) -> int:
    """Count the values of a document, those of an alias as often as it is used."""
    count = 0
    waiting = [root]
    while waiting:
        value = waiting.pop().value
        count += 1
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return count
