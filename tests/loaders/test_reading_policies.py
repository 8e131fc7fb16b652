"""Rules of a repository's own: read, and what is wrong with them told with its place."""

from __future__ import annotations

import pytest

from gitopslint.loaders.contract import ContractError, read_contract
from gitopslint.loaders.rules import load_catalogue, rules_in_force
from gitopslint.loaders.tree import MemoryTree
from gitopslint.model.contract import Contract
from gitopslint.model.policy import Policy
from gitopslint.model.requirement import Requirement, Scope, UrlParts

CATALOGUE = load_catalogue()
SHIPPED = [rule.name for rule in CATALOGUE.values() if rule.family == "policy"]


def read(text: str, files: dict[str, str | bytes | None] | None = None) -> Contract:
    return read_contract("shop/.gitopslint.yaml", text.encode(), CATALOGUE, MemoryTree(files or {}))


def policies(text: str, files: dict[str, str | bytes | None] | None = None) -> list[str]:
    in_force = rules_in_force(read(text, files), CATALOGUE)
    return [rule.name for rule in in_force.values() if rule.family == "policy"]


OWN = "{name: own, summary: S., require: {path: a, present: true}}"
IN_FORCE = {
    "nothing said": ("version: 1", {}, SHIPPED),
    "none": ("policies: []", {}, []),
    "one of our own": (f"policies: [{OWN}]", {}, ["own"]),
    "our own and a shipped one": (f"policies: [shared-bucket, {OWN}]", {}, ["shared-bucket", "own"]),
    "a folder": ("policy_folder: p", {"p/a.yaml": OWN, "p/b.txt": "x", "p/c/d.yaml": "x", "pa/b.yaml": "x"}, ["own"]),
    "both": (f"policies: [{OWN}]\npolicy_folder: p/", {"p/a.yml": OWN.replace("own", "other")}, ["own", "other"]),
}


@pytest.mark.parametrize(("text", "files", "expected"), IN_FORCE.values(), ids=IN_FORCE)
def test_in_force(text: str, files: dict[str, str | bytes | None], expected: list[str]) -> None:
    """What the contract says of policies takes the place of the shipped ones; all other rules stay."""
    assert policies(text, files) == expected
    others = [rule for rule in rules_in_force(read(text, files), CATALOGUE).values() if rule.family != "policy"]
    assert others == [rule for rule in CATALOGUE.values() if rule.family != "policy"]


def test_all_words() -> None:
    """Every word of a rule arrives as it is written."""
    (policy,) = (
        read(
            """
        policies:
        - name: http-in-prod
          level: error
          summary: Not encrypted.
          why: Anybody reads along.
          fix: Write https.
          tags: [cwe-319]
          require:
            path: "env.*_URL"
            present: true
            url: {scheme: [https, wss], host: "*.example.com"}
          when: {environments: [prod], apps: ["web-*"]}
          unless: {values: [{path: env.INSECURE, equals: true}]}
          examples:
            repository: {a.yaml: "b: 1"}
            good: [{title: T., files: {a.yaml: "c: 1"}}]
            bad: [{files: {a.yaml: ~}, at: ["a.yaml:1:1"]}]
        """
        ).policies
        or ()
    )
    assert isinstance(policy, Policy)
    assert policy.require == Requirement(
        path="env.*_URL",
        present=True,
        url=UrlParts(("https", "wss"), "*.example.com"),
    )
    assert policy.when == Scope(("web-*",), ("prod",))
    rule = policy.rule()
    assert (rule.family, rule.level, rule.tags, rule.own) == ("policy", "error", ("cwe-319",), True)


def rule(**words: str) -> str:
    given = {"name": "own", "summary": "S.", "require": "{path: a, equals: 1}"} | words
    return f"policies:\n- {{{', '.join(f'{key}: {value}' for key, value in given.items() if value)}}}\n"


WRONG = {
    "no list": ("policies: 1\n", "1:11: policies must be a list of rules, or [] for none"),
    "no rule": ("policies: [[]]\n", "1:12: policies[0] must be a rule with keys such as name, summary"),
    "an unknown shipped rule": (
        "policies: [shared-bukket]\n",
        "1:12: no policy 'shared-bukket' ships with gitopslint; did you mean 'shared-bucket'?",
    ),
    "a shipped rule that is no policy": ("policies: [mutable-tag]\n", "no policy 'mutable-tag' ships with gitopslint"),
    "a typo": (rule(requre="1"), "2:59: 'requre' is no key of 'policies[0]'; did you mean 'require'?"),
    "a typo further down": (
        rule(require="{path: a, eqals: 1}"),
        "2:47: 'eqals' is no key of 'policies[0].require'; did you mean 'equals'?",
    ),
    "no name": (rule(name=""), "2:3: policies[0] needs 'name'"),
    "no kebab": (rule(name="My_Rule"), "2:3: policies[0]: the name 'My_Rule' must be lower-case words with hyphens"),
    "a taken name": (rule(name="mutable-tag"), "2:10: gitopslint has a rule 'mutable-tag' already"),
    "the name of a shipped policy": (rule(name="shared-host"), "2:10: gitopslint has a rule 'shared-host' already"),
    "the name of a family": (rule(name="image"), "2:10: 'image' is the name of a family"),
    "a name twice": (rule() + rule()[10:], "there are 2 policies with the name 'own'"),
    "neither kind": (rule(require=""), "2:3: policies[0]: a rule has exactly one of `require` and `schema`"),
    "both kinds": (rule(schema="{}"), "2:3: policies[0]: a rule has exactly one of `require` and `schema`"),
    "a level": (rule(level="fatal"), "2:66: policies[0].level must be 'error', 'warning', 'note', not 'fatal'"),
    "no predicate": (rule(require="{path: a}"), "2:37: policies[0].require: say what is required: `present`, `equals`"),
    "no path": (rule(require="{equals: 1}"), "2:37: policies[0].require: `path` is missing"),
    "a bad path": (rule(require="{path: a..b, equals: 1}"), "'a..b' is not a path over values"),
    "a bad pattern": (rule(require='{path: a, matches: "[a"}'), "'[a' has a '[' that is not closed"),
    "a long pattern": (rule(require=f"{{path: a, matches: {'a' * 300}}}"), "a pattern has at most 200 characters"),
    "an unknown placeholder": (
        rule(require='{path: a, equals: "{team}"}'),
        "{team} is unknown in '{team}'; known are {app}, {env}, {namespace}",
    ),
    "a namespace in a path": (
        rule(require='{path: "{namespace}", equals: 1}'),
        "{namespace} is unknown in '{namespace}'; known are {app}, {env}",
    ),
    "nothing to choose from": (rule(require="{path: a, one_of: []}"), "`one_of` lists nothing"),
    "a typo in one of two types": (
        rule(require="{path: a, one_of: {path: b, x: 1}}"),
        "2:65: 'x' is no key of 'policies[0].require.one_of'; known are path",
    ),
    "a URL of nothing": (rule(require="{path: a, url: {}}"), "a URL needs `scheme`, `host` or `host_in`"),
    "absent and more": (rule(require="{path: a, present: false, equals: 1}"), "leaves nothing"),
    "files and values": (
        rule(require="{forbidden_path: a, path: b}"),
        "`forbidden_path` is about files and stands alone",
    ),
    "files and when": (rule(require="{forbidden_path: a}", when="{apps: [a]}"), "`when` and `unless` do not apply"),
    "a scope of nothing": (rule(when="{}"), "policies[0].when: say where: `apps`, `environments` or `values`"),
    "a condition of nothing": (rule(when="{values: [{path: a}]}"), "say what the value is"),
    "an unknown environment": (
        rule(when="{environments: [prd]}"),
        "2:81: 'prd' is no environment of the contract; did you mean 'prod'?",
    ),
    "a role without layers": (rule(require="", schema="{}", role="env"), "`role` needs `over: layer`"),
    "layers without a schema": (rule(over="layer"), "`over` and `role` are for rules with a `schema`"),
    "no JSON Schema": (rule(require="", schema="{type: text}"), "2:43: this is no JSON Schema: 'text' is not valid"),
    "a schema from elsewhere": (
        rule(require="", schema='{$ref: "https://example.com/s"}'),
        "2:43: $ref must lead to a place in the same schema",
    ),
    "a schema that leads nowhere": (rule(require="", schema='{$ref: "#/$defs/x"}'), "2:43: $ref must lead to a place"),
    "a pattern that could backtrack": (
        rule(require="", schema='{pattern: "(?=a)"}'),
        "2:46: the pattern cannot be used: look-around",
    ),
    "a pattern further down": (
        rule(require="", schema='{properties: {a: {pattern: "(?=a)"}}}'),
        "the pattern cannot be used: look-around",
    ),
    "an example of nothing": (rule(examples="{bad: [{title: T}]}"), "policies[0].examples.bad[0] needs 'files'"),
    "a level of no rule": (
        rule() + "rules: {onw: {level: note}}\n",
        "3:9: there is no rule 'onw'; did you mean 'own'?",
    ),
    "a parameter": (rule() + "rules: {own: {parameters: {a: 1}}}\n", "own has no parameter 'a'"),
    "a folder outside": ("policy_folder: ../p\n", "'../p' must be a path below the root"),
    "an empty folder": ("policy_folder: q\n", "1:16: policy_folder: there is no *.yaml in 'q'"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told(text: str, message: str) -> None:
    """Each mistake is told with file, line and column, and with what would be right."""
    with pytest.raises(ContractError) as caught:
        read(text)
    lines = str(caught.value).splitlines()
    assert any(message in line for line in lines), lines
    assert all(line.startswith("shop/.gitopslint.yaml:") for line in lines)


WRONG_FILES = {
    "a typo": (
        "name: own\nsumary: S.\nrequire: {path: a, present: true}\n",
        "shop/p/r.yaml:2:1: 'sumary' is no key of the rule; did you mean 'summary'?",
    ),
    "no YAML": ("name: [\n", "shop/p/r.yaml:1:8: the rule is not readable"),
    "a list": ("- name\n", "shop/p/r.yaml:1:1: a rule is a mapping, with keys such as name"),
    "two documents": ("name: a\n---\nname: b\n", "a rule file holds one YAML document"),
    "a key twice": ("name: a\nname: b\n", "shop/p/r.yaml:2:1: 'name' is set twice"),
    "a taken name": (
        OWN.replace("own", "mutable-tag"),
        "shop/p/r.yaml:1:8: gitopslint has a rule 'mutable-tag' already",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_what_is_wrong_in_a_file_is_told(text: str, message: str) -> None:
    """A mistake in a file of the folder is told with that file."""
    with pytest.raises(ContractError) as caught:
        read("policy_folder: p\n", {"p/r.yaml": text})
    assert message in str(caught.value)
