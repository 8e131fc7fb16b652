"""Secrets in a YAML file, found by its structure."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from gitopslint.checks.secrets import encoded, lines, pem, references, urls, values
from gitopslint.checks.secrets.found import Found
from gitopslint.checks.secrets.manner import Manner, manner_of
from gitopslint.checks.secrets.places import Places
from gitopslint.checks.secrets.randomness import has_digits_and_letters, looks_random
from gitopslint.checks.secrets.shapes import ADDRESS, Shape, Shapes
from gitopslint.checks.secrets.structure import Leaf, is_secret_manifest, leaves_of
from gitopslint.checks.secrets.unnamed import is_unnamed_secret
from gitopslint.model.document import Document, KeyPath, Node
from gitopslint.model.keynames import Name, word_set
from gitopslint.model.lazy import lazy
from gitopslint.model.secret import Confidence

_PROSE_WORDS = word_set("description message text help comment notes note title summary documentation")
_COMMENT = lazy(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_ABOUT_END = ("name", "host", "user", "username", "url", "port", "crt", "cert", "email", "bucket", "region", "server")
_WORD = lazy(r"[A-Za-z]{3}")
_PLAIN_WORD = lazy(r"[A-Za-z]{1,12}")
_DEEPEST = 3


class DocumentSearch:
    """One YAML file that is being searched."""

    def __init__(
        self, document: Document, shapes: Shapes, written: list[Shape], places: Places, manner: Manner
    ) -> None:
        self._document = document
        self._shapes = shapes
        self._written = written
        self._starts = [shape.start for shape in written]
        self._places = places
        self._manner = manner
        self._commented = "#" in document.text
        self._placed: set[int] = set()
        self._scalars: list[tuple[int, int]] = []

    def found(self) -> Iterator[Found]:
        """Yield the secrets in values, then those in comments."""
        for root in self._document.roots:
            for leaf in leaves_of(root):
                yield from self._in_leaf(leaf)
            yield from self._in_manifests(root)
        for number, shape in enumerate(self._written):
            if number not in self._placed and not self._is_explained(shape):
                yield Found("plaintext-secret", shape.start, shape.end, shape.pattern.what, pattern=shape.pattern.name)
        yield from self._in_comments()

    def _in_leaf(self, leaf: Leaf) -> Iterator[Found]:
        node = leaf.node
        if not node.text or isinstance(node.value, bool) or node.value is None:
            return
        if self._written or self._commented:
            start, end = self._places.of_node(node)
            self._scalars.append((start, end))
            if self._written:
                yield from self._shapes_at(leaf, start, end)
        if isinstance(node.value, str):
            if references.is_field(leaf):
                if references.holds_a_value(node.text):
                    yield self._whole(leaf, "secret-ref-with-value", "something that names no Secret")
                return
            if len(node.text) < 3:
                return
            yield from self._named(leaf)
        elif leaf.name.password and len(node.text) >= 4 and leaf.around != "quiet":
            yield self._whole(leaf, _rule(leaf.name), "a password")

    def _shapes_at(self, leaf: Leaf, start: int, end: int) -> Iterator[Found]:
        at = bisect.bisect_left(self._starts, start)
        while at < len(self._written) and self._written[at].start <= end:
            shape = self._written[at]
            self._placed.add(at)
            at += 1
            told = not _PROSE_WORDS.isdisjoint(leaf.name.words) and self._is_explained(shape)
            if not (told or (leaf.name.browser and shape.pattern.browser)):
                yield self._of_shape(leaf, shape, shape.start, shape.end)

    def _is_explained(self, shape: Shape) -> bool:
        """Tell whether an address in a comment or description only shows what one looks like."""
        return shape.pattern is ADDRESS and urls.is_example(self._document.text, shape.end)

    def _of_shape(self, leaf: Leaf, shape: Shape, start: int, end: int) -> Found:
        rule = "public-secret" if leaf.name.browser else "plaintext-secret"
        return Found(rule, start, end, shape.pattern.what, leaf.path, leaf.node.uses, pattern=shape.pattern.name)

    def _whole(self, leaf: Leaf, rule: str, kind: str, *, possible: bool = False) -> Found:
        start, end = self._places.of_node(leaf.node)
        return Found(rule, start, end, kind, leaf.path, leaf.node.uses, "possible" if possible else "certain")

    def _named(self, leaf: Leaf) -> Iterator[Found]:
        """Judge a text by the name of its key, and what is in it."""
        text, name = leaf.node.text, leaf.name
        if leaf.around in ("secret-data", "secret-text"):
            yield from self._in_secret(leaf)
            return
        if leaf.around != "quiet" or name.sense in ("secret", "token"):
            judged = None
            if leaf.around != "quiet":
                judged = lines.judged(leaf.key, text, 0, len(text), self._manner) if "\n" not in text.strip() else None
                if judged is None and leaf.flag:
                    judged = lines.judged(leaf.flag, text, 0, len(text), self._manner)
            if judged is not None:
                start, end = self._places.piece(leaf.node, judged.start, judged.end)
                confidence: Confidence = "possible" if judged.hashed else "certain"
                yield Found(_rule(name), start, end, judged.kind, leaf.path, leaf.node.uses, confidence)
                return
            if leaf.around == "holder" and name.sense == "neutral" and _is_held(text):
                yield self._whole(leaf, _rule(name), "a secret")
                return
        if (found := self._address(leaf)) is not None:
            yield found
        yield from self._inside(leaf)
        if leaf.around != "quiet" and self._manner == "config" and is_unnamed_secret(name, text):
            yield self._whole(leaf, "high-entropy-value", "a random value", possible=True)

    def _in_secret(self, leaf: Leaf) -> Iterator[Found]:
        """Judge an entry of a Secret: whatever is not known to be harmless there is secret."""
        text = leaf.node.text
        if leaf.around == "secret-data":
            inner = encoded.decoded(text)
            if inner is None:
                if encoded.is_base64(text) and not values.harmless(text) and len(text) >= 8:
                    yield self._whole(leaf, "secret-manifest", "a binary value")
                return
            text = inner
        # An address is harmless as such, and may hold a password all the same.
        inside = self._kind_inside(text, 0) if leaf.around == "secret-data" else None
        if inside is not None:
            yield self._whole(leaf, "plaintext-secret", inside)
            return
        if values.harmless(text) and not (leaf.name.password and values.is_word(text)):
            return
        one_line = "\n" not in text.strip()
        judged = lines.judged(leaf.key, text, 0, len(text), "config") if one_line else None
        if judged is not None:
            yield self._whole(leaf, "secret-in-values", judged.kind, possible=judged.hashed)
            return
        if leaf.name.password and values.is_word(text):
            yield self._whole(leaf, "secret-in-values", "a password")
            return
        if leaf.around == "secret-text":
            if (found := self._address(leaf)) is not None:
                yield found
                return
            inner_found = list(self._inside(leaf))
            yield from inner_found
            if inner_found:
                return
        if one_line and _is_entry(leaf.name, text):
            yield self._whole(leaf, "secret-manifest", "a secret")

    def _address(self, leaf: Leaf) -> Found | None:
        text = leaf.node.text
        if "@" not in text or "://" in text or " " in text:
            return None
        found = lines.bare_address(leaf.key, text, self._manner)
        if found is None:
            return None
        start, end = self._places.piece(leaf.node, found.start, found.end)
        return Found(_shape_rule(leaf.name), start, end, ADDRESS.what, leaf.path, leaf.node.uses)

    def _inside(self, leaf: Leaf) -> Iterator[Found]:
        """Look into a text: assignments on its lines, credentials that its style hides from the eye, base64."""
        node, text = leaf.node, leaf.node.text
        if self._is_written_otherwise(node) and not self._holds_written(node):
            for shape in self._shapes.within(text):
                yield self._of_shape(leaf, shape, *self._places.piece(node, shape.start, shape.end))
        if leaf.around != "quiet" and not (_PROSE_WORDS & set(leaf.name.words)) and any(one in text for one in "=: "):
            manner = manner_of(leaf.key) if "." in leaf.key else self._manner
            for named in secrets_in_text(text, manner):
                start, end = self._places.piece(node, named.start, named.end)
                rule = "plaintext-secret" if "address" in named.kind else _rule(leaf.name)
                yield Found(
                    rule, start, end, named.kind, leaf.path, node.uses, "possible" if named.hashed else "certain"
                )
        if "chpasswd" in leaf.path:
            for named in lines.users_in(text):
                start, end = self._places.piece(node, named.start, named.end)
                yield Found("secret-in-values", start, end, named.kind, leaf.path, node.uses)
        if len(text) >= 24 and (kind := self._kind_inside_base64(text, 0)) is not None:
            yield self._whole(leaf, _shape_rule(leaf.name), kind)

    def _holds_written(self, node: Node) -> bool:
        """Tell whether a credential was found in a text as it is written."""
        start, end = self._places.of_node(node)
        at = bisect.bisect_left(self._starts, start)
        return at < len(self._starts) and self._starts[at] <= end

    def _is_written_otherwise(self, node: Node) -> bool:
        if node.style == "literal":
            return False
        folded = node.span.line != node.span.end_line
        return folded or (node.style == "double" and node.span.end_column - node.span.column != len(node.text) + 2)

    def _kind_inside(self, text: str, depth: int) -> str | None:
        """Name the credential that a decoded text holds, or None."""
        shapes = self._shapes.within(text)
        if shapes:
            return shapes[0].pattern.what
        named = next(secrets_in_text(text, "config"), None) if any(one in text for one in "=:") else None
        if named is not None:
            return named.kind
        bare = lines.bare_address("", text.strip(), "config")
        if bare is not None:
            return ADDRESS.what
        return self._kind_inside_base64(text, depth + 1)

    def _kind_inside_base64(self, text: str, depth: int) -> str | None:
        if depth >= _DEEPEST or text.startswith(("data:image", "ENC[", "AgA", "AgB")):
            return None
        inner = encoded.decoded(text.strip())
        return None if inner is None or len(inner) < 8 else self._kind_inside(inner, depth)

    def _in_manifests(self, root: Node) -> Iterator[Found]:
        """Report a Secret as a whole, where none of its entries is reported as such."""
        for path, node in _manifests(root):
            entries = [
                (entry, step)
                for step in ("data", "stringData")
                if step in node.mapping
                for entry in node.mapping[step].mapping.values()
            ]
            if any(_is_literal(entry, step) for entry, step in entries):
                kind = node.mapping["kind"]
                start, end = self._places.of_node(kind)
                yield Found("secret-manifest", start, end, "a Secret in plain text", (*path, "kind"), shown=True)

    def _in_comments(self) -> Iterator[Found]:
        text = self._document.text
        if "#" not in text:
            return
        scalars = sorted(self._scalars)
        starts = [start for start, _ in scalars]
        before, beyond = "", 0
        for match in _COMMENT.finditer(text):
            line = match[0].rstrip()
            if text[beyond : match.start()].strip():
                before = ""
            above, before, beyond = before, line.lstrip("#").lstrip(), match.end()
            if len(line) < 8 or not (lines.mentions(line) or (above and lines.is_value(before))):
                continue
            near = bisect.bisect_right(starts, match.start()) - 1
            if near >= 0 and match.start() < scalars[near][1]:
                continue
            offset = match.start() + len(line) - len(before)
            for named in lines.secrets_in_line(before, "comment", above):
                yield Found(
                    "secret-in-values", offset + named.start, offset + named.end, named.kind, lines.key_path(named.key)
                )


def secrets_in_text(text: str, manner: Manner) -> Iterator[lines.Named]:
    """Yield the secrets under names on the lines of a text, each at its offset."""
    if manner == "code" or not lines.mentions(text):
        return
    offset, before, variable = 0, "", ""
    for line in text.split("\n"):
        if manner == "expression":
            variable = "" if line.startswith("}") else lines.variable(line) or variable
        if lines.mentions(line) or lines.is_value(line) or variable:
            for named in lines.secrets_in_line(line, manner, variable or before):
                yield named._replace(start=named.start + offset, end=named.end + offset)
        if line.strip():
            before = line
        offset += len(line) + 1


def _rule(name: Name) -> str:
    return "public-secret" if name.browser else "secret-in-values"


def _shape_rule(name: Name) -> str:
    return "public-secret" if name.browser else "plaintext-secret"


def _is_held(text: str) -> bool:
    """Tell whether a text below a key such as `secrets` is one, whatever its own key says."""
    if values.harmless(text) or values.is_name(text) or values.is_switch(text) or values.is_prose(text) or "\n" in text:
        return False
    return looks_random(text, 10) or (has_digits_and_letters(text) and len(text) >= 8 and "/" not in text)


def _is_entry(name: Name, text: str) -> bool:
    text = text.strip()
    if name.sense == "harmless" or (name.words and name.words[-1].endswith(_ABOUT_END)):
        return looks_random(text, 20) and not values.is_public(text)
    if len(text) < 4 or text.isdigit() or values.is_switch(text):
        return False
    return _PLAIN_WORD.fullmatch(text) is None


def _manifests(root: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Node]]:
    if is_secret_manifest(root):
        yield path, root
    kind = root.mapping.get("kind")
    if kind is not None and isinstance(kind.value, str) and kind.value.endswith("List") and "items" in root.mapping:
        for position, item in enumerate(root.mapping["items"].items):
            yield from _manifests(item, (*path, "items", position))


def _is_literal(entry: Node, step: str) -> bool:
    if not isinstance(entry.value, str) or not entry.text.strip():
        return entry.is_scalar and isinstance(entry.value, float)
    text = entry.text
    if step == "data" and (inner := encoded.decoded(text)) is not None:
        if values.is_templated(inner) or values.is_placeholder(inner):
            return False
        text = inner
    if "PRIVATE KEY-----" in text and pem.private_key(text, max(0, text.find("-----BEGIN"))) is None:
        return False
    if _holds_place_for_secrets(text):
        return False
    return not (values.is_placeholder(text) or values.without_templates(text) != text or values.is_encrypted(text))


def _holds_place_for_secrets(text: str) -> bool:
    """Tell whether a text of several lines says where a secret goes, and holds none: an example, not a Secret."""
    if "\n" not in text.strip():
        return False
    ends = (line.rpartition(": ")[2].rpartition("=")[2].strip() for line in text.split("\n"))
    waiting = any(_WORD.search(end) and " " not in end and values.is_placeholder(end) for end in ends)
    return waiting and next(secrets_in_text(text, "config"), None) is None
