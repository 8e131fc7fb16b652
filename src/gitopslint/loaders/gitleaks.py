"""Reads the rules and allowlists of a `gitleaks.toml`. Source: github.com/gitleaks/gitleaks, `config/config.go`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitopslint.loaders.tree import ReadError, Tree
from gitopslint.model.goregex import go_regex
from gitopslint.model.regex import RegexError
from gitopslint.model.secret import Allowlist, OwnPattern, OwnRules

_TARGETS = {"": "secret", "secret": "secret", "match": "match", "line": "line"}


class GitleaksError(Exception):
    """The file cannot be used. One line for each mistake, each with a way out."""


def read_gitleaks(path: str, tree: Tree) -> OwnRules:
    """Return what a configuration of gitleaks in the repository says. Raises GitleaksError.

    The rules that ship with gitleaks (`extend.useDefault`) are not read: ours take their place.
    """
    import tomllib  # few repositories have such a file

    try:
        data = tomllib.loads(tree.read(path).decode("utf-8"))
    except ReadError as error:
        raise GitleaksError(f"{path}: {error}") from None
    except UnicodeDecodeError:
        raise GitleaksError(f"{path}: it is not valid UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise GitleaksError(f"{path}: it is not TOML: {error}") from None
    except ValueError:  # a number of thousands of digits, which Python refuses to read
        raise GitleaksError(f"{path}: it holds a number that is far too large") from None
    except RecursionError:
        raise GitleaksError(f"{path}: it is nested too deeply") from None
    mistakes: list[str] = []
    if isinstance(extend := data.get("extend"), dict) and extend.get("path"):
        mistakes.append(f"{path}: extend.path: another file is not followed: name that file, or put both into one")
    rules = _tables(data, "rules", path, mistakes)
    patterns = tuple(one for number, rule in enumerate(rules) if (one := _pattern(rule, number, path, mistakes)))
    allowlists = tuple(_allowlists(data, path, mistakes))
    if mistakes:
        raise GitleaksError("\n".join(mistakes))
    return OwnRules(patterns, allowlists)


def _pattern(rule: dict[str, Any], number: int, path: str, mistakes: list[str]) -> OwnPattern | None:
    name = rule.get("id")
    where = f"{path}: rules[{number}]"
    if not isinstance(name, str) or not name:
        mistakes.append(f"{where}: a rule needs an `id`")
        return None
    where = f"{path}: the rule {name!r}"
    regex, path_regex = _regex(rule, "regex", where, mistakes), _regex(rule, "path", where, mistakes)
    if "regex" not in rule and "path" not in rule:
        if "secretGroup" not in rule and not rule.get("allowlist") and not rule.get("allowlists"):
            mistakes.append(f"{where} has neither `regex` nor `path`")
        return None  # it only changes a rule that ships with gitleaks
    if (regex is None and "regex" in rule) or (path_regex is None and "path" in rule):
        return None
    group, entropy = rule.get("secretGroup", 0), rule.get("entropy", 0)
    if not isinstance(group, int) or (regex is not None and not 0 <= group <= go_regex(regex).groups):
        mistakes.append(f"{where}: `secretGroup` must be the number of a group of its regex")
        return None
    if not isinstance(entropy, int | float):
        mistakes.append(f"{where}: `entropy` must be a number")
        return None
    allowlists = tuple(_allowlists(rule, where, mistakes))
    what = f"what the rule {name!r} of {path} looks for"
    keywords = _texts(rule, "keywords", where, mistakes)
    return OwnPattern(name, what, regex, keywords, group, float(entropy), None, path_regex, allowlists)


def _allowlists(table: dict[str, Any], where: str, mistakes: list[str]) -> Iterator[Allowlist]:
    single = table.get("allowlist")
    for one in ([single] if isinstance(single, dict) else []) + _tables(table, "allowlists", where, mistakes):
        target = one.get("regexTarget", "")
        if target not in _TARGETS:
            mistakes.append(f"{where}: `regexTarget` must be secret, match or line")
            continue
        paths, regexes = _texts(one, "paths", where, mistakes), _texts(one, "regexes", where, mistakes)
        for text in (*paths, *regexes):
            _check(text, f"{where}: an allowlist", mistakes)
        yield Allowlist(
            paths,
            regexes,
            _texts(one, "stopwords", where, mistakes),
            _TARGETS[target],  # type: ignore[arg-type]
            str(one.get("condition", "OR")).upper() in ("AND", "&&"),
            _texts(one, "targetRules", where, mistakes),
        )


def _regex(table: dict[str, Any], key: str, where: str, mistakes: list[str]) -> str | None:
    text = table.get(key)
    if text is None:
        return None
    if not isinstance(text, str):
        mistakes.append(f"{where}: `{key}` must be a text")
        return None
    return text if _check(text, f"{where}: `{key}`", mistakes) else None


def _check(text: str, where: str, mistakes: list[str]) -> bool:
    try:
        go_regex(text)
    except RegexError as error:
        mistakes.append(f"{where} has the regular expression {text[:60]!r}, which cannot be used: {error}")
        return False
    return True


def _texts(table: dict[str, Any], key: str, where: str, mistakes: list[str]) -> tuple[str, ...]:
    given = table.get(key, [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        mistakes.append(f"{where}: `{key}` must be a list of texts")
        return ()
    return tuple(given)


def _tables(table: dict[str, Any], key: str, where: str, mistakes: list[str]) -> list[dict[str, Any]]:
    given = table.get(key, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        mistakes.append(f"{where}: `{key}` must be a list of tables")
        return []
    return given
