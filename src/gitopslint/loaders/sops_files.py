"""Files that SOPS has to do with, in each of its formats, as values with places and without their texts.

Sources: getsops/sops `stores/yaml`, `stores/json`, `stores/dotenv`, `stores/ini`, `cmd/sops/formats`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from gitopslint.loaders import yaml
from gitopslint.loaders.comments import comments
from gitopslint.loaders.sops_config import NAME, Covering, Selectors, SopsConfigs, recipients_of, selectors
from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.loaders.unit import Unit
from gitopslint.model.document import Document, KeyPath, Node, walk
from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.redaction import is_secret
from gitopslint.model.secret import TextFile
from gitopslint.model.sops import SELECTORS, Form, Leaf, Metadata, Part, Recipient, SopsFile, kind_of
from gitopslint.model.span import Span, file_start

_CIPHERTEXT = b"ENC[AES256_GCM,"
_FORMS: dict[str, Form] = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".env": "dotenv", ".ini": "ini"}
_NEVER = re.compile(
    r"(?:^|/)(?:\.sops\.ya?ml|kustomization\.ya?ml|\.git[^/]*|readme[^/]*|license[^/]*|codeowners)$"
    r"|\.(?:md|txt|rst|pub|sh|py|asc|gpg|crt|example|sample|template|tmpl|tpl|dist)$"
    r"|[._-](?:example|sample|template)\.[a-z]+$",
    re.IGNORECASE,
)
_SECRETIVE = re.compile(r"(?:^|[./_-])(?:secrets?|enc|encrypted|sops|credentials?)(?=[./_-]|$)", re.IGNORECASE)
_KEY_FILE = re.compile(r"\.(?:pem|key|p8|ppk|agekey)$|(?:^|/)id_(?:rsa|dsa|ecdsa|ed25519)$", re.IGNORECASE)
_KEY = re.compile(rb"PRIVATE KEY(?: BLOCK)?-----|AGE-SECRET-KEY-|PuTTY-User-Key-File-")
_INI_VALUE = re.compile(r"\s*([^=:\[\];#\s][^=:]*?)\s*[=:][ \t]*(.*?)\s*$")
_FLAT = re.compile(r"(?:sops_)?(\w+?)__list_\d+__map_(\w+)")


class _Read(NamedTuple):
    """A file of SOPS, and what of its text must never be shown."""

    file: SopsFile
    text: str
    secrets: tuple[Span, ...]


def sops_units(
    tree: Tree,
    paths: Iterable[str],
    configs: SopsConfigs,
    skip: Callable[[str], bool],
    named: Callable[[str], str] = str,
) -> Iterator[Unit]:
    """Yield the files that a creation rule covers or that hold ciphertext, and what of the rules cannot be read.

    `skip` names templates of charts, `named` makes of a path what reports call the file.
    """
    if configs.gaps:
        yield Unit(sops=tuple(configs.gaps))
    for file, text, secrets in _files(tree, paths, configs, skip, named):
        if file.form in ("yaml", "json"):  # a comment there may waive a finding
            yield Unit(sops=(file,), documents=(Document(file.path, text),), secret_spans=secrets)
        else:
            yield Unit(sops=(file,), texts=(TextFile(file.path, text),), secret_spans=secrets)


def _files(
    tree: Tree, paths: Iterable[str], configs: SopsConfigs, skip: Callable[[str], bool], named: Callable[[str], str]
) -> Iterator[_Read]:
    covered = {path: configs.covering(path) for path in paths}
    wanted = [path for path, rule in covered.items() if _form(path) != "binary" or _names_secrets(path, rule)]
    for path, data in tree.read_many(one for one in wanted if posixpath.basename(one) != NAME):
        if isinstance(data, ReadError):
            continue  # who needs the file says so
        rule = covered[path]
        if _CIPHERTEXT not in data and (rule is None or skip(path) or not _may_hold(path, data, rule)):
            continue
        yield _read(named(path), path, data, rule)


def _names_secrets(path: str, rule: Covering | None) -> bool:
    if rule is None or _NEVER.search(path):
        return False
    return rule.rule.reach == "secrets" or bool(_SECRETIVE.search(path) or _KEY_FILE.search(path))


def _is_key(path: str, data: bytes) -> bool:
    """Tell whether a file is a private key: a certificate may have the same ending."""
    return _KEY_FILE.search(path) is not None and _KEY.search(data) is not None


def _may_hold(path: str, data: bytes, rule: Covering) -> bool:
    """Tell whether a covered file without any ciphertext can be one that should have some."""
    if _NEVER.search(path):
        return False
    if _KEY_FILE.search(path) and rule.rule.reach != "secrets" and not _SECRETIVE.search(path):
        return _is_key(path, data)
    return rule.rule.reach != "everything" or b"Secret" in data or bool(_SECRETIVE.search(path))


def _form(path: str) -> Form:
    return _FORMS.get(posixpath.splitext(path)[1].lower(), "dotenv" if path.endswith("/.env") else "binary")


def _read(name: str, path: str, data: bytes, rule: Covering | None) -> _Read:
    form = _form(path)
    secretive = bool(_SECRETIVE.search(path)) or _is_key(path, data)
    covering = rule.rule if rule is not None else None
    try:
        text = yaml.decode(data)
    except UnicodeDecodeError:
        part = Part(file_start(name), (Leaf((), file_start(name), "plain", True),), None)
        return _Read(SopsFile(name, "binary", (part,), covering, None, secretive), "", ())
    if form == "binary":
        form = _form_by_content(text)
    if form in ("dotenv", "ini"):
        flat = _flat_part(name, text, form, rule)
        return _Read(SopsFile(name, form, (flat,), covering, None, secretive), text, _masks(text, (flat,)))
    document = yaml.parse(name, data)
    if form == "binary":
        whole = _whole(name, text)
        part = Part(file_start(name), (Leaf((), file_start(name), kind_of(text.strip()), True),), None)
        return _Read(SopsFile(name, form, (part,), covering, None, secretive), text, (whole,))
    if document.problem is not None and document.problem.kind != "helm":
        problem = f"{name} is not readable: {document.problem.message}"
        return _Read(SopsFile(name, form, (), covering, problem, secretive), text, (_whole(name, text),))
    spoken = _comments(document)
    parts = tuple(_part(root, spoken, rule) for root in document.roots)
    hidden = [below for root in document.roots for _, node in walk(root) for pair in node.duplicates for below in pair]
    more = tuple(node.span for one in hidden for _, node in walk(one) if node.is_scalar)
    return _Read(SopsFile(name, form, parts, covering, None, secretive), text, _masks(text, parts, more))


def _form_by_content(text: str) -> Form:
    """Tell the format of a file whose name does not: SOPS was told it on its command line."""
    if re.search(r"^sops_(?:mac|version)=", text, re.MULTILINE):
        return "dotenv"
    if re.search(r"^\[sops\]$", text, re.MULTILINE):
        return "ini"
    if re.search(r"^sops:", text, re.MULTILINE):
        return "yaml"
    return "json" if text.lstrip().startswith("{") else "binary"


def _part(root: Node, spoken: dict[int, str], rule: Covering | None) -> Part:
    metadata = _metadata(root.mapping.get("sops"))
    said = selectors(dict(metadata.selectors)) if metadata is not None else None
    deciding = said or (rule.selectors if rule is not None else selectors({}))
    kind = root.mapping.get("kind")
    manifest = kind.text if kind is not None and kind.is_scalar and "apiVersion" in root.mapping else None
    leaves = tuple(_leaves(root, (), (), (), deciding, spoken, manifest, metadata is not None))
    twice = tuple(second.key_span for _, node in walk(root) for _, second in node.duplicates)
    return Part(root.span, leaves, metadata, manifest, twice)


def _leaves(
    node: Node,
    path: KeyPath,
    keys: tuple[str, ...],
    said: tuple[str, ...],
    deciding: Selectors,
    spoken: dict[int, str],
    manifest: str | None,
    encrypted: bool,
) -> Iterator[Leaf]:
    def below(step: str | int, one: Node, key: tuple[str, ...]) -> Iterator[Leaf]:
        comment = spoken.get(one.key_span.line)
        more = (*said, comment) if comment is not None else said
        return _leaves(one, (*path, step), keys + key, more, deciding, spoken, manifest, encrypted)

    if isinstance(node.value, dict):
        for name, one in node.value.items():
            if not (name == "sops" and not path and encrypted):
                # A key is its text here: that Helm would take `on` for true is nothing to SOPS.
                yield from below(name, one, (one.key.text if one.key is not None else name,))
    elif isinstance(node.value, list):
        for position, one in enumerate(node.value):
            yield from below(position, one, ())
    else:
        text = None if node.value is None else node.text
        certain = manifest == "Secret" and bool(keys) and keys[0] in ("data", "stringData")
        looks = certain or (text is not None and not isinstance(node.value, bool) and is_secret(keys, text))
        yield Leaf(path, node.span, kind_of(text), deciding.selects(keys, said), looks, certain)


def _metadata(node: Node | None) -> Metadata | None:
    if node is None or not isinstance(node.value, dict):
        return None
    mac = node.mapping.get("mac")
    texts = {name: below.text for name in SELECTORS if (below := node.mapping.get(name)) is not None and below.text}
    return Metadata(
        node.key_span,
        kind_of(mac.text) if mac is not None and mac.is_scalar else None,
        recipients_of(node),
        tuple(texts.items()),
        "version" in node.mapping,
    )


def _flat_part(name: str, text: str, form: Form, rule: Covering | None) -> Part:
    """Read dotenv or ini: one value on each line."""
    values: list[tuple[KeyPath, Span, str]] = []
    said: dict[str, tuple[str, Span]] = {}
    section: tuple[str, ...] = ()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        bare = line.strip()
        if not bare or bare.startswith(("#", ";") if form == "ini" else "#"):
            continue
        if form == "ini" and bare.startswith("["):
            section = (bare.strip("[]"),)
            continue
        key, at, value = _pair(line, form)
        span = Span(name, number, at, number, at + len(value))
        if form == "ini" and section == ("sops",):
            said[key] = (value, span)
        elif form == "dotenv" and key.startswith("sops_"):
            said[key.removeprefix("sops_")] = (value, span)
        else:
            values.append(((*section, key), span, value))
    metadata = _flat_metadata(said)
    deciding = rule.selectors if rule is not None else selectors({})
    if metadata is not None:
        deciding = selectors(dict(metadata.selectors))
    leaves = tuple(
        Leaf(path, span, kind_of(value), deciding.selects(tuple(map(str, path)), ()), is_secret(path, value))
        for path, span, value in values
    )
    return Part(file_start(name), leaves, metadata)


def _pair(line: str, form: Form) -> tuple[str, int, str]:
    """Return the key of a line, the column of its value, and the value."""
    if form == "ini":
        match = _INI_VALUE.match(line)
        return (match[1], match.start(2) + 1, match[2]) if match is not None else (line.strip(), len(line) + 1, "")
    key, equals, value = line.partition("=")
    return key.strip().removeprefix("export "), len(key) + len(equals) + 1, value


def _flat_metadata(said: dict[str, tuple[str, Span]]) -> Metadata | None:
    if not said:
        return None
    fields = {"age": "recipient", "pgp": "fp", "kms": "arn", "gcp_kms": "resource_id"}
    found = set()
    for key, (value, _) in said.items():
        match = _FLAT.fullmatch(key)
        if match is not None and fields.get(match[1]) == match[2]:
            name = value.replace(" ", "").upper()[-16:] if match[1] == "pgp" else value
            found.add(Recipient(match[1], name))
        elif match is not None and match[1] not in fields and match[2] != "enc":
            found.add(Recipient(match[1], value))
    mac = said.get("mac")
    return Metadata(
        next(iter(said.values()))[1],
        kind_of(mac[0]) if mac is not None else None,
        frozenset(found),
        tuple((name, said[name][0]) for name in SELECTORS if name in said and said[name][0]),
        "version" in said,
    )


def _comments(document: Document) -> dict[int, str]:
    """Return the comment in front of each line that has one."""
    found: dict[int, str] = {}
    waiting: list[str] = []
    last = 0
    for comment in comments(document):
        if comment.alone:
            waiting = [*waiting, comment.text] if comment.line == last + 1 else [comment.text]
            last = comment.line
            found[comment.line + 1] = "\n".join(waiting)
    return found


def _masks(text: str, parts: Iterable[Part], more: tuple[Span, ...] = ()) -> tuple[Span, ...]:
    """Return what hides every value that SOPS does not leave in plain text on purpose, to the end of its line.

    Behind a value there may be a comment about it. What only closes a mapping or list in flow style stays to be seen.
    """
    lines = text.replace("\r\n", "\n").split("\n")

    spans = [leaf.span for part in parts for leaf in part.leaves if leaf.selected is not False or leaf.credential]
    spans = [span for span in (*spans, *more) if span.end_line <= len(lines)]
    ends: dict[int, int] = {}
    for span in spans:
        ends[span.end_line] = max(span.end_column, ends.get(span.end_line, 1))
    for number, end in ends.items():
        if lines[number - 1][end - 1 :].strip(" \t,]}"):
            ends[number] = len(lines[number - 1]) + 1
    return tuple(span._replace(end_column=ends[span.end_line]) for span in spans)


def _whole(name: str, text: str) -> Span:
    lines = text.replace("\r\n", "\n").split("\n")
    return Span(name, 1, 1, len(lines), len(lines[-1]) + 1)
