"""Versions of a layer in which the image stood under other keys than today.

A chart that becomes the part of an umbrella, or values that are put in order, move `image.tag` to another place in
the same file. The image tells where it was: the value that stands under today's key for the first time stood in the
version before, word for word, under another one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from gitopslint.loaders import yaml
from gitopslint.loaders.versions import Reading, Versions
from gitopslint.model.document import Document, KeyPath, walk

Aliases = dict[KeyPath, KeyPath]
"""Where a value stood, by where it stands today."""


def followed(
    path: str,
    contents: Sequence[bytes | None],
    readings: Sequence[Reading | None],
    images: Iterable[Mapping[str, KeyPath]],
) -> tuple[list[Reading | None], set[int]]:
    """Return the readings of all versions of a file, the oldest first, in which moved keys count as those of today.

    `images` are the key paths of each image by its parts; a reading is None for a version that says nothing. Also
    return the numbers of versions whose image stood in the one before in a way that cannot be followed.
    """
    read = list(readings)
    carried: set[int] = set()
    for paths in images:
        names = [paths[part] for part in ("tag", "reference", "digest") if part in paths]
        for number in range(len(read) - 1, 0, -1):
            now, before, data = read[number], read[number - 1], contents[number - 1]
            if now is None or before is None or data is None:
                continue
            if not any(_said(now, name) for name in names) or any(_said(before, name) for name in names):
                continue
            texts = {key: now[key][1] for key in paths.values() if _said(now, key)}
            if not any(text.encode("utf-8", "surrogateescape") in data for text in texts.values()):
                continue  # this is where the image begins
            taken = {key for key in now if _said(now, key)}
            document = yaml.parse(path, data)
            if not _stood_apart(document, texts, taken):
                continue  # it stands where another environment or image has it still: that is a copy
            aliases = _aliases(document, texts, taken)
            if not any(name in aliases for name in names):
                carried.add(number)
                continue
            reader = Versions(path, aliases.values())
            for older in range(number - 1, -1, -1):
                found = read[older]
                if found is None or any(_said(found, name) for name in names):
                    break
                read[older] = {**found, **_translated(reader, contents[older], aliases)}
    return read, carried


def _said(reading: Reading, key: KeyPath) -> bool:
    return reading.get(key, (None, ""))[0] not in (None, "")


def _stood_apart(document: Document, texts: Mapping[KeyPath, str], taken: Container[KeyPath]) -> bool:
    """Tell whether one of the values stood anywhere but under keys that are in use today."""
    if document.problem is not None:
        return True  # who knows
    values = (node.text for place, node in walk(document.root) if node.is_scalar and place not in taken)
    return any(text in value for value in values for text in texts.values())


def _aliases(document: Document, texts: Mapping[KeyPath, str], taken: Container[KeyPath]) -> Aliases:
    """Find where values stood in another version; those that stood nowhere, or who knows where, are left out."""
    if document.problem is not None:
        return {}
    places: dict[str, list[KeyPath]] = {}
    for place, node in walk(document.root):
        if node.is_scalar and place not in taken:
            places.setdefault(node.text, []).append(place)
    found = {key: _likest(key, places.get(text, ())) for key, text in texts.items()}
    return {key: place for key, place in found.items() if place is not None}


def _likest(key: KeyPath, places: Sequence[KeyPath]) -> KeyPath | None:
    """Return the place most like a key, by the names on both ways; None where two are equally like it."""
    ranked = sorted((len(set(key) & set(place)), place[-1:] == key[-1:], number) for number, place in enumerate(places))
    if not ranked or (len(ranked) > 1 and ranked[-1][:2] == ranked[-2][:2]):
        return None
    return places[ranked[-1][2]]


def _translated(reader: Versions, data: bytes | None, aliases: Aliases) -> Reading:
    found = (reader.read(data) if data is not None else None) or {}
    return {key: found[place] for key, place in aliases.items() if place in found}
