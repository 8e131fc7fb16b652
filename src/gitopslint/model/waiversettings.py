"""What a contract accepts although a rule is broken: where, why, and until when."""

from __future__ import annotations

from gitopslint.model.document import KeyPath, matches, parse_key_path
from gitopslint.model.glob import glob_matches, name_matches
from gitopslint.model.moment import check_day
from gitopslint.model.record import record
from gitopslint.model.requirement import check_pattern

_STRICT = {"extra": "forbid", "use_attribute_docstrings": True}


@record
class WaiverSettings:
    """Findings that are accepted, and why. All that is said about them must hold."""

    __pydantic_config__ = _STRICT

    rule: str
    """The rule that is broken."""
    reason: str
    """Why that is accepted."""
    path: str | None = None
    """A glob for files, such as `deploy/env/dev/**`."""
    key: str | None = None
    """A key path, such as `image.tag`; `*` stands for one key or item, `**` for any number."""
    app: str | None = None
    """The app; `*` stands for any characters."""
    environment: str | None = None
    """The environment; `*` stands for any characters."""
    until: str | None = None
    """The last day on which it counts, as in `2027-01-31` (UTC)."""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a waiver needs a reason")
        if self.path is None and self.key is None and self.app is None and self.environment is None:
            raise ValueError(
                "say where: `path`, `key`, `app` or `environment`; a rule that nobody wants is turned off under `rules`"
            )
        if self.path is not None:
            check_pattern(self.path, path=True)
        if self.key is not None:
            parse_key_path(self.key)
        for name in (self.app, self.environment):
            if name is not None:
                check_pattern(name, known=())
        if self.until is not None:
            check_day(self.until)

    def fits(self, path: str, key_path: KeyPath, app: str | None, environment: str | None) -> bool:
        """Tell whether a finding of the rule at this place is meant."""
        if self.path is not None and not glob_matches(self.path, path):
            return False
        if self.key is not None and not matches(parse_key_path(self.key), tuple(map(str, key_path))):
            return False
        named = ((self.app, app), (self.environment, environment))
        return all(wanted is None or (name is not None and name_matches(wanted, name)) for wanted, name in named)
