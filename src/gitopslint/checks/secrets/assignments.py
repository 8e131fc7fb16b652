"""Keys with values, however a line of text writes them: `KEY=x`, `"key": "x"`, `--key x`, `<key>x</key>`, and more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

_QUOTED = r'"(?:[^"\\\n]|\\.){0,4000}"' + r"|'(?:[^'\\\n]|\\.|''){0,4000}'"
_LINE = lazy(
    r"""[\s>|]{0,200}(?:[-*]\s{1,8})?(?:(?:export|set|setx|ENV|ARG|declare|local|readonly|SET|val|var|let|const|-e|--env)\s{1,8}(?:-x\s)?)?
    (?P<quote>["'`]?)(?P<key>[^\s=:"'`#{}\[\](),;<>|&$]{1,99}(?:[ ][^\s=:"'`#{}\[\](),;<>|&$.]{1,30}){0,2})(?P=quote)
    \s{0,8}(?P<sign>:=|=>|\?=|\+=|=|:)(?P<gap>[ \t]{0,40})(?P<value>.{0,8000})""",
    re.VERBOSE,
)
_PAIR = lazy(
    rf"""(?<![\w$])(?P<quote>["']?)(?P<key>[^\W\d_][\w.-]{{0,79}}|_[A-Za-z_]\w{{0,60}})(?P=quote)
    (?:[ \t]{{0,3}}(?:=>|:=|=)[ \t]{{0,3}}|[ ]?:[ \t]{{1,8}}|[ ]?:(?=["']))
    (?P<value>{_QUOTED}|[^\s"'&;,<>|)\]}}][^\s&;"'<>]{{0,2000}})""",
    re.VERBOSE,
)
_FLAG = lazy(
    rf"""(?<![\w-])--?(?P<key>[A-Za-z][\w.-]{{2,60}})(?:=|[ \t]{{1,4}})"""
    rf"""(?P<value>{_QUOTED}|[^\s"'-][^\s"';|&)]{{0,1000}})"""
)
_QUERY = lazy(r"[?&](?P<key>[\w.-]{2,60})=(?P<value>[^\s&\"'<>#]{3,2000})")
_PIPED = lazy(
    rf"""\becho\s{{1,4}}(?:-n\s{{1,4}})?(?P<value>{_QUOTED}|[^\s"'$|]{{1,200}})\s{{0,4}}\|[^\n|;]{{0,300}}--password-stdin"""
)
_ELEMENT = lazy(r"<(?P<key>[A-Za-z][\w:.-]{1,60})(?:\s[^<>]{0,200})?>(?P<value>[^<>\n]{1,1000})</")
_DIRECTIVE = lazy(
    rf"""(?<![\w-])(?P<key>requirepass|masterauth|masterpass|(?<=^)password|(?<=^)passwd|auth-?token|rpcpassword
    |(?:login|user)\s{{1,4}}\S{{1,60}}\s{{1,4}}password|(?:encrypted|with|set)\s{{1,4}}password
    |identified\s{{1,4}}(?:with\s{{1,4}}\S{{1,40}}\s{{1,4}})?by
    |sshpass\s{{1,4}}-p|-(?:src|dest)?storepass|-keypass|pass(?=:))
    [ \t:]{{1,4}}(?P<value>{_QUOTED}|[^\s"';,=:(){{}}<>|][^\s"';,<>|]{{0,500}})""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE = rf"""{_QUOTED}|[^\s"';|$-][^\s"';|]{{0,200}}"""
_COMMANDS = tuple(
    lazy(rf"(?:{programs})\b[^\n|;]{{0,300}}?\s{flag}(?P<value>{value})")
    for programs, flag, value in (
        (r"mysql\w{0,20}|mariadb[\w-]{0,20}", "-p", rf"""{_QUOTED}|[^\s"';|$]{{1,200}}"""),
        (
            r"docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|argocd|oc|az|mongo\w{0,10}|sqlcmd|ldap\w{1,10}",
            r"-[pPw]\s{1,4}",
            _BARE,
        ),
        ("redis-cli", r"-a\s{1,4}", _BARE),
    )
)
"""Programs that take a password behind a flag of one letter."""
_FORMS = (
    (_PAIR, (":", "=")),
    (_QUERY, ("=",)),
    (_FLAG, ("-",)),
    (_ELEMENT, ("</",)),
    (_DIRECTIVE, ("pass", "auth", "identified")),
)
"""Each with what a line must hold, in lower case, to be looked at: most hold hardly any of it."""
_USER = lazy(
    rf"""(?:curl|wget|http|https|xh)\b[^\n|;]{{0,400}}?\s(?:-u|--user|--proxy-user|-a)[ =]{{0,2}}"""
    rf"""(?P<value>{_QUOTED}|[^\s"';|$][^\s"';|]{{0,300}})"""
)


_EXPRESSIONS = ("$(", "${", "`", "{{", "<(", "$[[", "<%", "{", "[")


class Assignment(NamedTuple):
    """One key with its value, which stands from `start` to `end` of the line without its quotes."""

    key: str
    value: str
    start: int
    end: int
    quoted: bool
    whole: bool = False
    """Whether the line is nothing but this."""
    loose: bool = False
    """Whether nothing but a blank ties the value to the key, as in sentences."""


def assignments(line: str) -> Iterator[Assignment]:
    """Yield the assignments of a line, the one that is the whole line first, and those inside of quotes after them."""
    for one in _written(line):
        yield one
        # What is in quotes may be a line of its own, and an address has parameters.
        if "=" in one.value and (one.quoted or "://" in one.value):
            for inner in _written(one.value):
                yield inner._replace(start=one.start + inner.start, end=one.start + inner.end, whole=False)


def whole_assignment(line: str) -> Assignment | None:
    """Return the assignment that is the whole line; None where it is anything else."""
    match = _LINE.match(line) if ":" in line or "=" in line else None
    if match is None or not (match["sign"] != ":" or match["gap"] or match["value"][:1] in "\"'"):
        return None
    return _whole(match)


def _written(line: str) -> Iterator[Assignment]:
    lower = line.lower()
    if (whole := whole_assignment(line)) is not None:
        yield whole
    for form, marks in _FORMS:
        for match in form.finditer(line) if any(mark in lower for mark in marks) else ():
            key = match["key"] if form is not _DIRECTIVE or "token" in match["key"] else "password"
            if key == "key" and (form is _QUERY or line[match.start() - 1 : match.start()] in ("?", "&")):
                key = "api-key"  # as a parameter of an address it opens something
            yield _part(key, match, "value", line)._replace(loose=form is _DIRECTIVE)
    if " -" in line:
        for match in _PIPED.finditer(line):
            yield _part("password", match, "value", line)
        for command in _COMMANDS:
            for match in command.finditer(line):
                yield _part("password", match, "value", line)
        for match in _USER.finditer(line):
            found = _part("user-pass", match, "value", line)
            user, colon, password = found.value.partition(":")
            if colon and user and password:
                yield found._replace(key="password", value=password, start=found.start + len(user) + 1)


def _whole(match: re.Match[str]) -> Assignment | None:
    text, start = match["value"], match.start("value")
    key = match["key"].strip()
    if text[:1] in ("'", '"'):
        quote = text[0]
        end = _closing(text, quote)
        return Assignment(key, text[1:end], start + 1, start + end, True, True) if end > 0 else None
    bare = text.rstrip()
    for mark in (" #", "\t#", " //"):
        at = bare.find(mark)
        if at >= 0:
            bare = bare[:at].rstrip()
    if bare.endswith(",") and match["quote"]:
        bare = bare[:-1]
    if not bare or bare[0] in "{[|>&*!#":
        return None
    return Assignment(key, bare, start, start + len(bare), False, True)


def _closing(text: str, quote: str) -> int:
    at = 1
    while at < len(text):
        if text[at] == "\\" and quote == '"':
            at += 1
        elif text[at] == quote:
            return at
        at += 1
    return -1


def _part(key: str, match: re.Match[str], group: str, line: str) -> Assignment:
    start, end = match.span(group)
    if line.startswith(_EXPRESSIONS, start):
        return Assignment(key, "", start, start, False)
    quoted = line[start] in "\"'"
    if quoted:
        return Assignment(key, line[start + 1 : end - 1], start + 1, end - 1, True)
    value = line[start:end]
    while value and value[-1] in ",;)]}\\" and not (value[-1] in ")]}" and "([{"[")]}".index(value[-1])] in value):
        value = value[:-1]
    return Assignment(key, value, start, start + len(value), False)
