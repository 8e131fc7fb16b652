"""Configurations of gitleaks: what is read, and what is said of mistakes."""

from __future__ import annotations

import pytest

from gitopslint.loaders.contract import read_contract
from gitopslint.loaders.gitleaks import GitleaksError, read_gitleaks
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.tree import MemoryTree
from gitopslint.loaders.validation import ContractError

PATH = ".gitleaks.toml"
WRONG = {
    "no TOML": ("[[rules]\n", "it is not TOML"),
    "no id": ("[[rules]]\nregex = 'a'\n", "a rule needs an `id`"),
    "nothing to look for": ("[[rules]]\nid = 'a'\n", "neither `regex` nor `path`"),
    "look-around": ("[[rules]]\nid = 'a'\nregex = '(?=x)'\n", "look-around and back references are not known"),
    "no such group": ("[[rules]]\nid = 'a'\nregex = 'x'\nsecretGroup = 2\n", "the number of a group"),
    "keywords": ("[[rules]]\nid = 'a'\nregex = 'x'\nkeywords = 'x'\n", "`keywords` must be a list of texts"),
    "a target": ("[allowlist]\nregexTarget = 'file'\nregexes = ['x']\n", "`regexTarget` must be secret, match or line"),
    "a path": ("[allowlist]\npaths = ['[']\n", "cannot be used"),
    "another file": ("[extend]\npath = 'base.toml'\n", "another file is not followed"),
    "rules": ("rules = 1\n", "`rules` must be a list of tables"),
    "entropy": ("[[rules]]\nid = 'a'\nregex = 'x'\nentropy = 'high'\n", "`entropy` must be a number"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_mistakes(text: str, message: str) -> None:
    """A mistake is named with the file and the rule."""
    with pytest.raises(GitleaksError, match=message) as caught:
        read_gitleaks(PATH, MemoryTree({PATH: text}))
    assert str(caught.value).startswith(PATH)


def test_mistakes_stand_in_the_contract() -> None:
    """A contract that names a broken or missing file is refused at the place where it does so."""
    for files in ({PATH: "rules = 1\n"}, {}):
        with pytest.raises(ContractError, match=r"contract\.yaml:1:21: \.gitleaks\.toml"):
            read_contract(
                "contract.yaml", b"secrets: {gitleaks: .gitleaks.toml}\n", load_catalogue(), MemoryTree(files)
            )


def test_old_and_new_allowlists() -> None:
    """One `allowlist` and several `allowlists` are read, with conditions and the rules that they are about."""
    text = """
[allowlist]
paths = ['a']
[[allowlists]]
condition = "AND"
targetRules = ["k"]
regexes = ['b']
stopwords = ["c"]
[[rules]]
id = "only-changed"
[rules.allowlist]
regexes = ['d']
[[rules]]
id = "k"
regex = 'k(.)'
[rules.allowlist]
regexTarget = "match"
regexes = ['e']
"""
    rules = read_gitleaks(PATH, MemoryTree({PATH: text}))
    assert [pattern.name for pattern in rules.patterns] == ["k"]
    assert rules.patterns[0].allowlists[0].target == "match"
    assert [(one.paths, one.every, one.rules) for one in rules.allowlists] == [(("a",), False, ()), ((), True, ("k",))]


REFUSED = {
    "look-around": ("patterns: [{name: k, regex: '(?=a)'}]", "look-around"),
    "a name": ("patterns: [{name: My Key, regex: a}]", "lower-case words"),
    "a keyword": ("patterns: [{name: k, regex: a, keywords: [a]}]", "too short"),
    "twice": ("patterns: [{name: k, regex: a}, {name: k, regex: b}]", "is there twice"),
    "no reason": ("allow: [{path: a}]", "reason"),
    "an empty reason": ("allow: [{path: a, reason: ' '}]", "needs a reason"),
    "nothing": ("allow: [{reason: because}]", "say what is allowed"),
    "no such rule": ("allow: [{path: a, reason: b, rules: [mutable-tag]}]", "no rule about secrets"),
    "a broken glob": ("allow: [{path: 'a[', reason: b}]", "not closed"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_settings_that_are_refused(text: str, message: str) -> None:
    """What is wrong under `secrets` is said with its place."""
    with pytest.raises(ContractError, match=message) as caught:
        read_contract("c.yaml", f"secrets: {{{text}}}\n".encode(), load_catalogue(), MemoryTree({}))
    assert str(caught.value).startswith("c.yaml:1:")
