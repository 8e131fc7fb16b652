"""What is looked for before an expression is compiled: nothing that fits is lost by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gitopslint.checks.secrets import assignments, urls, values
from gitopslint.model import keynames, redaction, scalars, tag
from gitopslint.model.lazy import lazy
from gitopslint.reporters import escape

Guard = Callable[[str], bool]


def holds(*marks: str) -> Guard:
    return lambda text: any(mark in text.lower() for mark in marks)


WHOLE: dict[str, tuple[Any, Guard]] = {
    "references": (values._REFERENCE, lambda text: not values._is_bare(text)),
    "paths": (values._PATH, lambda text: not values._is_bare(text)),
    "password hashes": (values._PASSWORD_HASH, lambda text: "$" in text or text.startswith("{")),
    "digests": (values._DIGEST, holds("sha", "md5")),
    "lengths of time": (values._DURATION, lambda text: text[:1].isdigit()),
    "phrases": (tag._PHRASE, lambda text: text.startswith(tag._PHRASE_STARTS)),
    "words in capitals": (tag._WORD_IN_CAPITALS, lambda text: text.startswith(tag._CAPITAL_STARTS)),
    "dates": (scalars._DATE, lambda text: text[4:5] == "-"),
    "dates in tags": (tag._DATE, str.isdigit),
}
SOMEWHERE: dict[str, tuple[Any, Guard]] = {
    "what says so": (values._SAYS_SO, lambda text: values._may_say_so(text.lower())),
    "regular expressions": (values._REGEX, holds("[", "\\", "(?", ".*")),
    "brackets": (tag._BRACKETS, holds(*"<${_%@")),
    "credentials": (redaction._CREDENTIAL, lambda text: any(mark in text for mark in redaction._MARKS)),
    "lines": (assignments._LINE, holds(":", "=")),
    "deceptive characters": (escape.DECEPTIVE, lambda text: not text.isprintable()),
    **{f"form {number}": (form, holds(*marks)) for number, (form, marks) in enumerate(assignments._FORMS)},
    **{f"command {number}": (form, holds(*marks)) for number, (form, marks) in enumerate(assignments._COMMANDS)},
    "programs": (assignments._USER, holds(*assignments._CLIENTS)),
}


def compiled(one: Any) -> re.Pattern[str]:
    return re.compile(vars(one)["_pattern"], vars(one)["_flags"])


@pytest.mark.parametrize(("expression", "guard"), WHOLE.values(), ids=WHOLE)
def test_whole(expression: Any, guard: Guard) -> None:
    """Every text that fits as a whole has what is looked for."""
    check(st.from_regex(compiled(expression), fullmatch=True), guard)


@pytest.mark.parametrize(("expression", "guard"), SOMEWHERE.values(), ids=SOMEWHERE)
def test_somewhere(expression: Any, guard: Guard) -> None:
    """Every text in which something fits has what is looked for."""
    check(st.from_regex(compiled(expression)), guard)


def check(texts: st.SearchStrategy[str], guard: Guard) -> None:
    """Draw texts, and hold each against a guard."""

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(texts)
    def law(text: str) -> None:
        assert guard(text), text

    law()


ADDRESS = re.compile(r"\w{0,3}://[\w:/@. ]{0,12}:[\w/]{0,12}@[\w.:/]{0,6}")


@settings(max_examples=100, deadline=None)
@given(st.from_regex(ADDRESS))
def test_addresses(text: str) -> None:
    """The password of an address is found as by the expressions alone."""
    at = text.index("://")
    match = urls._USER_INFO.match(text, at) or urls._SLASHED.match(text, at)
    found = urls.user_info(text, at)
    assert (found is None) == (match is None)


PLACEHOLDERS = {
    "nothing": "",
    "punctuation": "-- __ !",
    "stars": "****",
    "crosses": "XxX.x",
    "in brackets": "<your password>",
    "in several": "{{ x }}",
    "a filler": "Generated",
    "not applicable": "n/a",
    "in the vault": "see vault",
    "to be set": "to be defined",
    "together": "mychangeme1",
    "dots": "abc ... def",
}
VALUES = {
    "a name": "ember-env",
    "a token": "token-beta",
    "two crosses": "xx",
    "half a bracket": "<x",
    "a vault": "myvault",
}


@pytest.mark.parametrize("text", PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_placeholder(text: str) -> None:
    """What only says that something goes here is told, whichever way."""
    assert values.is_placeholder(text)


@pytest.mark.parametrize("text", VALUES.values(), ids=VALUES)
def test_no_placeholder(text: str) -> None:
    """What only resembles one is a value."""
    assert not values.is_placeholder(text)


KEYS = lazy(
    r"(?:ref|refs|selector|annotations|labels)$|^existing|^use_?existing|^image_?pull_?secrets?$|^pull_?secrets?$"
    r"|^(?:external|sealed)_?secrets?$|secret_?name$|secret_?names$|^secret_?ref",
    re.IGNORECASE,
)
PARTS = (
    "use",
    "existing",
    "image",
    "pull",
    "secret",
    "secrets",
    "external",
    "sealed",
    "name",
    "names",
    "Ref",
    "_",
    "x",
)


@given(st.lists(st.sampled_from(PARTS), max_size=5).map("".join))
def test_keys_of_references(key: str) -> None:
    """A key names a reference as the expression says that it takes the place of."""
    assert keynames.is_reference(key) == (KEYS.search(key) is not None)
