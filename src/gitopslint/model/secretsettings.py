"""What a contract says about secrets: further patterns, and what is allowed where."""

from __future__ import annotations

from gitopslint.model.document import parse_key_path
from gitopslint.model.lazy import lazy
from gitopslint.model.moment import check_day
from gitopslint.model.record import record
from gitopslint.model.requirement import check_pattern
from gitopslint.model.secret import SECRET_RULES, OwnPattern

_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}
_NAME = lazy(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_SHORTEST_KEYWORD = 2


@record
class SecretPattern:
    """The shape of a credential of your own."""

    __pydantic_config__ = _STRICT

    name: str
    """Lower-case words with hyphens."""
    regex: str
    """What it looks like. Where there is a group, only that is the secret. Look-around and back references are not
    known, so that no text can hold up a run."""
    keywords: tuple[str, ...] = ()
    """Only files that hold one of these words, in whatever case, are searched. Without any, all are."""
    what: str = ""
    """What it is, with its article, as in `an access key of our shop`."""
    entropy: float = 0
    """The least entropy of the secret, in bits for each character."""
    path: str | None = None
    """A glob: only these files are searched."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"the name {self.name!r} must be lower-case words with hyphens, such as 'shop-key'")
        from gitopslint.model.goregex import go_regex  # few contracts hold a pattern
        from gitopslint.model.regex import RegexError

        try:
            go_regex(self.regex)
        except RegexError as error:
            raise ValueError(f"the regex of {self.name} cannot be used: {error}") from None
        for word in self.keywords:
            if len(word) < _SHORTEST_KEYWORD:
                raise ValueError(f"the keyword {word!r} of {self.name} is too short to tell files apart")
        if self.path is not None:
            check_pattern(self.path, path=True)

    def own(self) -> OwnPattern:
        """Return the pattern as the search takes it."""
        words = self.name.replace("-", " ").replace("_", " ")
        what = self.what or f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
        return OwnPattern(self.name, what, self.regex, self.keywords, 0, self.entropy, self.path)


@record
class SecretAllowance:
    """What is no offence, and why. All that is said must hold."""

    __pydantic_config__ = _STRICT

    reason: str
    """Why it may stand there."""
    path: str | None = None
    """A glob for files, such as `docs/**`."""
    key: str | None = None
    """A key path, such as `auth.password`; `*` stands for one key, `**` for any number."""
    rules: tuple[str, ...] = ()
    """Only findings of these rules."""
    pattern: str | None = None
    """Only credentials of this shape, by the names in docs/credentials.md."""
    until: str | None = None
    """The last day on which it counts, as in `2027-01-31` (UTC)."""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("an entry of `allow` needs a reason")
        if self.path is None and self.key is None and self.pattern is None:
            raise ValueError("say what is allowed: `path`, `key` or `pattern`")
        if self.path is not None:
            check_pattern(self.path, path=True)
        if self.key is not None:
            parse_key_path(self.key)
        for rule in self.rules:
            if rule not in SECRET_RULES:
                raise ValueError(f"{rule!r} is no rule about secrets; they are {', '.join(SECRET_RULES)}")
        if self.until is not None:
            check_day(self.until)


@record
class SecretSettings:
    """How secrets are looked for."""

    __pydantic_config__ = _STRICT

    patterns: tuple[SecretPattern, ...] = ()
    """The shapes of your own credentials."""
    allow: tuple[SecretAllowance, ...] = ()
    """What is no offence."""
    gitleaks: str | None = None
    """A configuration of gitleaks in the repository, whose rules and allowlists are read as well."""

    def __post_init__(self) -> None:
        names = [pattern.name for pattern in self.patterns]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"the pattern {twice[0]!r} is there twice")
