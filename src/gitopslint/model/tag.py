"""What a tag says about itself: the commit in it, the name that moves, the text that nobody filled in."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from gitopslint.model.lazy import lazy

_WORDS = {
    "<sha>": r"(?P<sha>[0-9a-f]{7,64})",
    "<n>": r"[0-9]+",
    "<version>": r"v?[0-9]+(?:\.[0-9]+)*",
    "<any>": r"[A-Za-z0-9_.-]+?",
}
_WORD = lazy("|".join(map(re.escape, _WORDS)))
_DATE = lazy(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[0-9]{2}){0,3}")
_EPOCH = lazy(r"1[0-9]{9}(?:[0-9]{3})?")

# Phrases that nobody uses as a name, whatever follows them, and words that are also names: `todo` is an app.
_PHRASE = lazy(
    r"(?:replace[-_ ]?(?:me|this|with)|change[-_ ]?(?:me|this)|set[-_ ]?me|fill[-_ ]?(?:me|in)|fix[-_ ]?me"
    r"|your[-_ ][a-z]+|insert[-_ ][a-z]+)(?![a-z0-9]).*"
)
"""To be held against lower case: letters of either case take twice as long to compile."""
_WORD_IN_CAPITALS = lazy(r"(?:TODO|TBD|TBA|PLACEHOLDER|XXX+)(?![A-Za-z0-9]).*")
_WORDS_AS_TAG = frozenset({"todo", "tbd", "tba", "placeholder", "na", "n/a", "none", "unset", "undefined", "..."})
# Hardly a tag starts as a phrase does, or holds a bracket: then no expression need be compiled.
_PHRASE_STARTS = ("rep", "cha", "set", "fil", "fix", "you", "ins")
_CAPITAL_STARTS = ("TODO", "TBD", "TBA", "PLACEHOLDER", "XXX")
_BRACKETS = lazy(r"<[^<>]*>|\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|__[A-Za-z][A-Za-z0-9_]*__|%[A-Z_]+%|@[A-Z_]+@")
_LONGEST_TAG = 128
_MOST_WORDS = 5
_LONGEST = 512  # far beyond any reference; keeps the patterns above cheap on hostile text


@lru_cache(256)  # several rules ask about one tag, in several environments
def commit_in(tag: str, patterns: tuple[str, ...]) -> str | None:
    """Return the prefix of a commit id that a tag carries by one of the contract's patterns, or None.

    Of several candidates the longest wins. Digits that read as a date or a time are none: `20240101` could be
    hexadecimal, but nobody means a commit by it.
    """
    name = tag.partition("@")[0]
    if len(name) > _LONGEST_TAG:
        return None
    # Most tags lack the words of most patterns, which then need not be compiled.
    near = [pattern for pattern in patterns if all(word in name for word in _between(pattern))]
    found = [match["sha"] for pattern in near if (match := _compiled(pattern).fullmatch(name))]
    found = [sha for sha in found if not (sha.isdigit() and (_DATE.fullmatch(sha) or _EPOCH.fullmatch(sha)))]
    return max(found, key=len, default=None)


def without_environment(tag: str, patterns: tuple[str, ...], environments: tuple[str, ...]) -> str:
    """Return what is left of a tag without the name of its environment: `main-r27` of `main-r27-dev`.

    `patterns` say how a tag carries it: `<tag>-{env}`. A tag that fits none of them is returned as it is.
    """
    name, at, digest = tag.partition("@")
    for pattern in patterns:
        before, _, after = pattern.partition("<tag>")
        for environment in sorted(environments, key=len, reverse=True):
            start, end = before.replace("{env}", environment), after.replace("{env}", environment)
            if name.startswith(start) and name.endswith(end) and len(name) > len(start) + len(end):
                return name[len(start) : len(name) - len(end)] + at + digest
    return tag


def in_environment(
    tag: str, environment: str, like: str | None, patterns: tuple[str, ...], environments: tuple[str, ...]
) -> str:
    """Return the name of a tag in another environment, which carries it as its tag `like` does, or not at all."""
    bare = without_environment(tag, patterns, environments)
    for pattern in patterns:
        before, _, after = pattern.replace("{env}", environment).partition("<tag>")
        if like and like.startswith(before) and like.endswith(after) and len(like) > len(before) + len(after):
            return before + bare + after
    return bare


def check_environment_pattern(pattern: str) -> None:
    """Raise ValueError for a pattern that does not hold a tag and an environment, once each."""
    if pattern.count("<tag>") != 1 or pattern.count("{env}") != 1:
        raise ValueError(f"{pattern!r} must hold <tag> and {{env}}, once each")


def check_tag_pattern(pattern: str) -> None:
    """Raise ValueError for a tag pattern that names no commit, or more than one."""
    if pattern.count("<sha>") != 1:
        raise ValueError(f"the tag pattern {pattern!r} must hold <sha> once")
    words = re.findall(r"<[^>]*>", pattern)
    if len(words) > _MOST_WORDS:  # every word more multiplies the ways to divide a tag
        raise ValueError(f"the tag pattern {pattern[:60]!r} holds {len(words)} words, and {_MOST_WORDS} are the most")
    for word in words:
        if word not in _WORDS:
            raise ValueError(f"the tag pattern {pattern!r} holds {word}; known are {', '.join(_WORDS)}")


@lru_cache(256)
def placeholder_tag(text: str) -> bool:
    """Tell whether a tag still waits for its value: `REPLACE_ME`, `TBD`, `<tag>`, `${TAG}` …"""
    lower = text.lower()
    return _is_placeholder(text) or lower in _WORDS_AS_TAG or (len(lower) >= 3 and not lower.strip("x"))


@lru_cache(256)
def placeholder_repository(text: str) -> bool:
    """Tell whether a repository still waits for its value, in any part of its path."""
    return any(map(_is_placeholder, text[:_LONGEST].split("/"))) or _is_placeholder(text)


def _is_placeholder(text: str) -> bool:
    text = text[:_LONGEST]
    lower = text.lower()
    return bool(
        (lower.startswith(_PHRASE_STARTS) and _PHRASE.fullmatch(lower))
        or (text.startswith(_CAPITAL_STARTS) and _WORD_IN_CAPITALS.fullmatch(text))
        or (any(mark in text for mark in "<${_%@") and _BRACKETS.search(text))
    )


@cache
def _between(pattern: str) -> list[str]:
    """Return what a pattern holds literally."""
    return _WORD.split(pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = []
    at = 0
    for match in _WORD.finditer(pattern):
        parts += [re.escape(pattern[at : match.start()]), _WORDS[match[0]]]
        at = match.end()
    return re.compile("".join(parts) + re.escape(pattern[at:]))
