"""Keys with values, however a line of text writes them: `KEY=x`, `"key": "x"`, `--key x`, `<key>x</key>`, and more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitopslint.model.lazy import lazy
from gitopslint.model.namedtuple import NamedTuple

_QUOTED = r'"(?:[^"\\\n]|\\.){0,4000}"' + r"|'(?:[^'\\\n]|\\.|''){0,4000}'"
_LINE = lazy(
    r"""[\s>|]{0,200}(?:[-*]\s{1,8})?\$?(?:(?:export|set|setx|ENV|ARG|declare|local|readonly|SET|val|var|let|const|-e|--env)\s{1,8}(?:-x\s)?)?
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
_SPACED = lazy(
    rf"\s{{0,40}}ENV\s{{1,8}}(?P<key>[A-Za-z_]\w{{1,80}})[ \t]{{1,8}}(?P<value>{_QUOTED}|[^\s=]\S{{0,2000}})\s{{0,40}}"
)
"""A variable in a Dockerfile, as it was written once and still can be: `ENV KEY value`."""
_QUERY = lazy(r"[?&](?P<key>[\w.-]{2,60})=(?P<value>[^\s&\"'<>#]{3,2000})")
_PIPED = lazy(
    rf"""\becho\s{{1,4}}(?:-n\s{{1,4}})?(?P<value>{_QUOTED}|[^\s"'$|]{{1,200}})\s{{0,4}}\|"""
    r"""[^\n|;]{0,300}(?:--password-stdin|\bpasswd\s{1,4}--stdin|\bsudo\s{1,4}-S\b)"""
)
_ELEMENT = lazy(r"<(?P<key>[A-Za-z][\w:.-]{1,60})(?:\s[^<>]{0,200})?>(?P<value>[^<>\n]{1,1000})</")
_DIRECTIVE = lazy(
    rf"""(?<![\w-])(?P<key>requirepass|masterauth|masterpass|(?<=^)[ \t]{{0,40}}passw(?:or)?d|auth-?token|rpcpassword
    |(?:login|user)\s{{1,4}}\S{{1,60}}\s{{1,4}}(?:insecure-)?password|(?:encrypted|with|set|login)\s{{1,4}}password
    |(?:aws_)?secret_access_key|convertto-securestring(?:\s{{1,4}}-string)?
    |identified\s{{1,4}}(?:with\s{{1,4}}\S{{1,40}}\s{{1,4}})?by
    |sshpass\s{{1,4}}-p|-(?:src|dest)?storepass|-keypass|pass(?=:))
    [ \t:]{{1,4}}(?P<value>{_QUOTED}|[^\s"';,=:(){{}}<>|][^\s"';,<>|]{{0,500}})""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE = rf"""{_QUOTED}|[^\s"';|$-][^\s"';|]{{0,200}}"""
_LAST = rf"(?:{_BARE})(?=\s{{0,4}}(?:$|[>|;&\\]))"
_OF_PROGRAMS = tuple(
    (lazy(rf"(?:{programs})\b[^\n|;]{{0,300}}?\s{flag}(?P<value>{value})"), marks)
    for marks, programs, flag, value in (
        (("mysql", "maria"), r"mysql\w{0,20}|mariadb[\w-]{0,20}", "-p", rf"""{_QUOTED}|[^\s"';|$]{{1,200}}"""),
        # Elsewhere than in `login`, `-p` of these programs is a port or a project.
        (
            (" login",),
            r"(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|argocd|oc|az|cosign)\b[^\n|;]{0,200}? login",
            r"-p\s{1,4}",
            _BARE,
        ),
        (("mongo", "sqlcmd", "ldap"), r"mongo\w{0,10}|sqlcmd|ldap\w{1,10}", r"-[pPw]\s{1,4}", _BARE),
        (("redis-cli",), "redis-cli", r"-a\s{1,4}", _BARE),
        (("twine",), r"twine\s{1,4}upload", r"-p\s{1,4}", _BARE),
        # What they take stands behind no flag at all: `htpasswd -b file user password`.
        (
            ("htpasswd",),
            r"htpasswd(?=[^\n|;]{0,60}?\s-[A-Za-z]{0,8}b)",
            r"(?<=\s)-[A-Za-z]{1,8}(?:\s{1,4}[^\s-][^\s|;]{0,200})?\s{1,4}[\w.@-]{1,64}\s{1,4}",
            _LAST,
        ),
        (
            ("rabbitmqctl",),
            "rabbitmqctl",
            r"(?:add_user|change_password)\s{1,4}[^\s|;-][^\s|;]{0,63}\s{1,4}",
            _LAST,
        ),
        (
            ("mc alias", "mc config"),
            r"\bmc (?:alias\s{1,4}set|config\s{1,4}host\s{1,4}add)(?:\s{1,4}[^\s|;]{1,200}){2}",
            r"[^\s|;]{1,200}\s{1,4}",
            _LAST,
        ),
    )
)
"""Programs that take a password behind a flag of one letter, or as a word of its own."""
_COMMANDS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = ((_PIPED, ("echo",)), *_OF_PROGRAMS)
_CONFIGURED = lazy(
    rf"""\bconfig(?:ure)?[ ](?:-\S{{1,20}}\s{{1,4}}){{0,3}}set\s{{1,4}}(?P<key>[\w./:@-]{{2,120}})"""
    rf"""\s{{1,4}}(?P<value>{_BARE})"""
)
"""`aws configure set aws_secret_access_key x`, `npm config set //registry.example.com/:_authToken x`."""
_ATTRIBUTES = lazy(
    r"""\b(?:name|key)\s?=\s?["'](?P<key>[\w.:-]{2,80})["']\s{1,8}value ?=\s?"""
    r"""(?P<value>"[^"\n]{1,1000}"|'[^'\n]{1,1000}')""",
    re.IGNORECASE,
)
"""`<add key="ApiKey" value="x"/>`, as in settings of .NET and Java."""
_HEADER = lazy(
    r"""\b(?P<key>authorization)["']?\s{0,4}[:=]\s{0,4}["']?(?:token|api-?key|key)[ =]{1,4}"""
    r"""(?P<value>[^\s"'<>]{16,2000})""",
    re.IGNORECASE,
)
_FORMS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (_PAIR, (":", "=")),
    (_QUERY, ("=",)),
    (_FLAG, ("-",)),
    (_ELEMENT, ("</",)),
    (_DIRECTIVE, ("pass", "auth", "identified", "secret_access_key", "securestring")),
    (_ATTRIBUTES, ("value=", "value =")),
    (_HEADER, ("authorization",)),
    (_CONFIGURED, ("config set", "config -", "configure set", "configure -")),
)
"""Each with what a line must hold, in lower case, to be looked at: most hold hardly any of it."""
_CLIENTS = ("curl", "wget", "http", "xh")
_PROGRAM = lazy("|".join([*_CLIENTS, *(mark for _, marks in _COMMANDS for mark in marks)]))
_USER = lazy(
    rf"""(?:curl|wget|http|https|xh)\b[^\n|;]{{0,400}}?\s(?:-u|--user|--proxy-user|-a)[ =]{{0,2}}"""
    rf"""(?P<value>{_QUOTED}|[^\s"';|$][^\s"';|]{{0,300}})"""
)


_ESCAPED = lazy(r"""(?:(?P<opening>(?<![^\s{[,:("'=]))|)\\\"""")
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
    command: bool = False
    """Whether a program is known to take it so: then it is a value, whatever the language around it."""


def assignments(line: str) -> Iterator[Assignment]:
    """Yield the assignments of a line, the one that is the whole line first, and those inside of quotes after them."""
    for one in _written(line):
        yield one
        # What is in quotes may be a line of its own, an address has parameters, `--from-literal=key=x` has two signs.
        if "=" in one.value and (one.quoted or not one.whole or "://" in one.value):
            for inner in _written(one.value):
                if not inner.whole or inner.quoted or " " not in inner.value:
                    yield inner._replace(start=one.start + inner.start, end=one.start + inner.end, whole=False)
    if '\\"' in line:
        # JSON in a string of a shell: its quotes stand where they would stand without their backslashes.
        yield from (one for one in _written(_ESCAPED.sub(_bare_quote, line)) if not one.whole)


def whole_assignment(line: str) -> Assignment | None:
    """Return the assignment that is the whole line; None where it is anything else."""
    match = _spaced(line) or _signed(line)
    return _whole(match) if match is not None else None


def _spaced(line: str) -> re.Match[str] | None:
    return _SPACED.fullmatch(line) if "ENV " in line else None


def _signed(line: str) -> re.Match[str] | None:
    match = _LINE.match(line) if ":" in line or "=" in line else None
    if match is None or not (match["sign"] != ":" or match["gap"] or match["value"][:1] in "\"'"):
        return None
    return match


def _written(line: str) -> Iterator[Assignment]:
    lower = line.lower()
    spaced = _spaced(line)
    match = spaced or _signed(line)
    if match is not None and (whole := _whole(match)) is not None:
        yield whole
    if spaced is not None:
        return
    for form, marks in _FORMS:
        for match in form.finditer(line) if any(mark in lower for mark in marks) else ():
            key = match["key"] if form is not _DIRECTIVE or "token" in match["key"] else "password"
            if key == "key" and (form is _QUERY or line[match.start() - 1 : match.start()] in ("?", "&")):
                key = "api-key"  # as a parameter of an address it opens something
            yield _part(key, match, "value", line)._replace(loose=form is _DIRECTIVE)
    if " " not in line or _PROGRAM.search(line) is None:
        return
    for command, programs in _COMMANDS:
        for match in command.finditer(line) if any(program in line for program in programs) else ():
            yield _part("password", match, "value", line)._replace(command=True)
    for match in _USER.finditer(line) if any(mark in line for mark in _CLIENTS) else ():
        found = _part("user-pass", match, "value", line)
        user, colon, password = found.value.partition(":")
        if colon and user and password:
            at = found.start + len(user) + 1
            yield found._replace(key="password", value=password, start=at, command=True)


def _bare_quote(match: re.Match[str]) -> str:
    return ' "' if match["opening"] is not None else '" '


def _whole(match: re.Match[str]) -> Assignment | None:
    text, start = match["value"], match.start("value")
    key = match["key"].strip()
    quoted = "quote" in match.re.groupindex and bool(match["quote"])
    if text[:1] in ("'", '"'):
        quote = text[0]
        end = _closing(text, quote)
        return Assignment(key, text[1:end], start + 1, start + end, True, True) if end > 0 else None
    bare = text.rstrip()
    for mark in (" #", "\t#", " //"):
        at = bare.find(mark)
        if at >= 0:
            bare = bare[:at].rstrip()
    if bare.endswith(",") and quoted:
        bare = bare[:-1]
    if bare.startswith("$(") and ")" not in bare:  # what stands there is cut off
        return None
    if not bare or (bare[0] in "{[|>&*!#" and not bare.startswith("{{")):
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
