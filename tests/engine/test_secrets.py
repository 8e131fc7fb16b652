"""Secrets in a run: reported once, hidden everywhere, waived and allowed where somebody says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitopslint.checks.secrets.search import SecretSearch
from gitopslint.loaders.patterns import load_patterns, read_pattern_files
from gitopslint.model.finding import Report
from gitopslint.reporters import gitlab, sarif, text
from gitopslint.reporters import json as as_json
from tests.support.contexts import HARMLESS, SECRETS
from tests.support.project import ROOT
from tests.support.runs import CLEAN, check_files, places
from tests.support.secrets import drawn, exposures, marked
from tests.support.skips import without

LABELLED = ROOT.parent / "shared" / "bench" / "secrets"
PASSWORD = "lantern-harbor-" + "71"


def need(folder: Path) -> Path:
    """Return a folder beside the repository, or skip the test."""
    if not folder.exists():
        without(f"{folder.name} in ../shared")
    return folder


def every_format(report: Report) -> dict[str, str]:
    """Return a report in every format, in colour as well."""
    return {
        "text": text.render(report),
        "colour": text.render(report, colour=True),
        "json": as_json.render(report, "0.0.1"),
        "sarif": sarif.render(report, "0.0.1"),
        "gitlab": gitlab.render(report),
    }


def secrets_of(path: str, plain: str, wanted: list[str]) -> list[str]:
    """Return the marked texts, line by line."""
    lines = plain.split("\n")
    found = []
    for place in wanted:
        start, end = place.split("-")
        (line, column), (last, stop) = (map(int, one.split(":")) for one in (start, end))
        for number in range(line, last + 1):
            first = column - 1 if number == line else 0
            found.append(lines[number - 1][first : stop - 1 if number == last else None])
    return [one.strip() for one in found if len(one.strip()) >= 5]


def test_no_secret_in_any_report() -> None:
    """What is reported in any context appears in no byte of any format, however the context looks around it."""
    ordinary = every_format(check_files(CLEAN))  # a weak password can be a word that the manual uses
    for name, (path, source) in SECRETS.items():
        plain, wanted = marked(drawn(source))
        report = check_files(CLEAN | {path: plain})
        assert report.findings, name
        assert report.faults == ()
        for secret in secrets_of(path, plain, wanted):
            for kind, page in every_format(report).items():
                if secret in ordinary[kind]:
                    continue
                assert secret not in page, (name, kind)
                assert json.dumps(secret)[1:-1] not in page, (name, kind)


def test_no_credential_of_a_pattern_in_any_report() -> None:
    """All true examples of the catalogue in one file: none of them appears anywhere, whole or in part."""
    lines = [drawn(example) for one in read_pattern_files() for example in one["leaks"]]
    files = CLEAN | {"all.properties": "\n".join(lines), "apps/shop/all.ts": "\n".join(lines)}
    report = check_files(files)
    assert len(report.findings) == 2 * len(lines) - 1  # a key of Google in a program is one for browsers
    pages = every_format(report)
    for exposure in exposures("all.properties", "\n".join(lines)):
        span = exposure.span
        secret = "\n".join(lines).split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]
        for kind, page in pages.items():
            assert secret not in page, kind


def test_no_labelled_secret_in_any_report() -> None:
    """No secret of the labelled files appears in a report about them: no part of its lines that we hold for secret."""
    need(LABELLED)
    rows = [json.loads(line) for line in (LABELLED / "labels.jsonl").read_text("utf-8").splitlines()]
    search = SecretSearch(load_patterns())
    for path in sorted({row["file"] for row in rows if row["label"] == "positive"}):
        file = LABELLED / "files" / path
        data = file.read_bytes()
        lines = data.decode("utf-8", "replace").split("\n")
        report = check_files({path: data}, ["secrets"])
        pages = every_format(report)
        for exposure in exposures(path, "\n".join(lines), search):
            span = exposure.span
            if exposure.shown or span.line != span.end_line:
                continue
            shown = report.sources[path].line(span.line)[span.column - 1 : span.end_column - 1]
            assert set(shown) <= {"*"}, (path, span.line)
            secret = lines[span.line - 1][span.column - 1 : span.end_column - 1]
            if len(secret) >= 8 and not secret.isalpha():  # a weak one can be a word that stands elsewhere
                assert [kind for kind, page in pages.items() if secret in page] == [], (path, span.line)


def test_lines_of_other_findings_hide_secrets() -> None:
    """A finding of another rule in the same file shows its line without the secret, whatever rules are selected."""
    files = CLEAN | {
        "deploy/env/dev/shop.yaml": f"env: {{A: '{{{{ .Values.a }}}}', DB: 'postgres://a:{PASSWORD}@db/x'}}\n"
    }
    for selected in ([], ["templated-value"]):
        report = check_files(files, selected)
        assert any(finding.rule == "templated-value" for finding in report.findings)
        for page in every_format(report).values():
            assert PASSWORD not in page


def test_one_finding_for_one_secret() -> None:
    """The rule that says the most speaks: a token under a secret name for browsers is one finding."""
    token = "ghp_" + "q7Rk2VxN9tLw4ZbY8mPc3HsD6jFg5TaE1uXo"
    report = check_files(CLEAN | {"deploy/env/dev/shop.yaml": f"env: {{NEXT_PUBLIC_TOKEN: {token}}}\n"})
    assert places(report) == ["deploy/env/dev/shop.yaml:1:26 public-secret"]


def test_app_and_environment_are_named() -> None:
    """A finding in a layer belongs to its app and environment, and has a key path."""
    (finding,) = check_files(CLEAN | {"deploy/env/dev/shop.yaml": "env: {DB_PASSWORD: summer2024}\n"}).findings
    assert (finding.app, finding.environment, finding.key_path) == ("shop", "dev", ("env", "DB_PASSWORD"))


WAIVED = {
    "environment file": ("config.env", "DB_PASSWORD=summer2024 # gitopslint: ignore[secret-in-values] only here\n"),
    "on the line above": (
        "shop.properties",
        "# gitopslint: ignore[secret-in-values] only for tests\ndb.password=summer2024\n",
    ),
    "Dockerfile": ("Dockerfile", "# gitopslint: ignore[secret-in-values] built nowhere\nENV DB_PASSWORD=summer2024\n"),
    "shell": ("x.sh", "export PGPASSWORD=summer2024 # gitopslint: ignore[secret-in-values] a throw-away database\n"),
    "program": (
        "src/x.ts",
        "// gitopslint: ignore[plaintext-secret] made up\nconst a = 'ghp_q7Rk2VxN9tLw4ZbY8mPc3HsD6jFg5TaE1uXo';\n",
    ),
    "markup": (
        "x.xml",
        "<!-- gitopslint: ignore[secret-in-values] an example -->\n<password>summer2024</password>\n",
    ),
    "ini": ("x.ini", "; gitopslint: ignore[secret-in-values] an example\npassword = summer2024\n"),
    "sql": ("x.sql.txt", "-- gitopslint: ignore[secret-in-values] an example\nALTER USER a PASSWORD 'Summer2024';\n"),
    "YAML": ("a.yaml", "password: summer2024 # gitopslint: ignore[secret-in-values] a test\n"),
}


@pytest.mark.parametrize(("path", "source"), WAIVED.values(), ids=WAIVED)
def test_waivers_in_comments_of_any_format(path: str, source: str) -> None:
    """A waiver with a reason accepts the secret on its line or the next, and is no offence itself."""
    report = check_files(CLEAN | {path: source})
    assert places(report) == []
    assert len(report.waived) == 1
    assert not report.waived[0].reason.endswith(("-->", "*/"))


def test_waivers_without_a_use_or_reason() -> None:
    """Where nothing is to be waived, and where no reason is given, the waiver is the offence; prose only speaks of it."""
    report = check_files(CLEAN | {"a.env": "A=1 # gitopslint: ignore[secret-in-values] old\n"})
    assert places(report) == ["a.env:1:5 unused-waiver"]
    report = check_files(CLEAN | {"a.env": "PASSWORD=summer2024 # gitopslint: ignore[secret-in-values]\n"})
    assert [finding.rule for finding in report.findings] == ["secret-in-values", "unexplained-waiver"]
    report = check_files(CLEAN | {"a.md": "Write `# gitopslint: ignore[mutable-tag] reason`.\n"})
    assert places(report) == []


ALLOWED = {
    "by path": "[{path: 'test/**', reason: a test}]",
    "by key": "[{key: db.password, reason: a test}]",
    "by key and rule": "[{key: '**.password', rules: [secret-in-values], reason: a test}]",
}
KEPT = {
    "another path": "[{path: 'src/**', reason: a test}]",
    "another key": "[{key: db.user, reason: a test}]",
    "another rule": "[{path: 'test/**', rules: [plaintext-secret], reason: a test}]",
    "another pattern": "[{pattern: github-token, reason: a test}]",
}


@pytest.mark.parametrize(("allow", "count"), [(a, 0) for a in ALLOWED.values()] + [(k, 1) for k in KEPT.values()])
def test_allowed_by_the_contract(allow: str, count: int) -> None:
    """An entry lets pass what fits all that it says, and nothing else."""
    files = CLEAN | {
        ".gitopslint.yaml": f"secrets: {{allow: {allow}}}\n",
        "test/db.json": '{"db": {"password": "summer2024"}}\n',
    }
    assert len(check_files(files, ignored=["unused-waiver"]).findings) == count


def test_patterns_of_the_contract() -> None:
    """A pattern of one's own is found in every kind of file, by its group, and is a secret like any other."""
    contract = "secrets: {patterns: [{name: shop-key, regex: 'shop_key=(SHOP[0-9]{6})', keywords: [shop_key]}]}\n"
    files = CLEAN | {
        ".gitopslint.yaml": contract,
        "a.md": "shop_key=SHOP123456\n",
        "x.yaml": "a: 'shop_key=SHOP654321'\n",
    }
    report = check_files(files)
    assert places(report) == ["a.md:1:10 plaintext-secret", "x.yaml:1:14 plaintext-secret"]
    assert "a shop key (10 characters)" in report.findings[0].message
    assert all("SHOP123456" not in page for page in every_format(report).values())


GITLEAKS = """
title = "ours"
[extend]
useDefault = true
[[rules]]
id = "shop-key"
description = "A key"
regex = '''(?i)shopkey[=:]\\s*['"]?([a-z0-9]{12})\\b'''
secretGroup = 1
entropy = 2.5
keywords = ["shopkey"]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''# example''']
[[rules]]
id = "key-file"
path = '''\\.shopkey$'''
[[allowlists]]
description = "fixtures"
paths = ['''^fixtures/''']
stopwords = ["summer"]
"""


def test_gitleaks() -> None:
    """Rules and allowlists of a `gitleaks.toml` count: groups, entropy, paths, lines and words, also for our own rules."""
    files = CLEAN | {
        ".gitopslint.yaml": "secrets: {gitleaks: .gitleaks.toml}\n",
        ".gitleaks.toml": GITLEAKS,
        "a.txt": "ShopKey: 'a1b2c3d4e5f6'\nshopkey=aaaaaaaaaaaa\nshopkey=b1c2d3e4f5a6 # example\n",
        "fixtures/a.txt": "shopkey=a1b2c3d4e5f6\n",
        "my.shopkey": "x\n",
        "b.env": "PASSWORD=summer2024\nPASSWORD2=winter2024\n",
    }
    assert places(check_files(files)) == [
        "a.txt:1:11 plaintext-secret",
        "b.env:2:11 secret-in-values",
        "my.shopkey:1:1 plaintext-secret",
    ]


def test_what_is_not_text() -> None:
    """Binary files are silent, other encodings are read, and a file that is too large is undecided."""
    files: dict[str, str | bytes | None] = CLEAN | {
        "logo.png": b"\x89PNG\0\0password=summer2024",
        "latin.properties": "# caf\xe9\npassword=summer2024\n".encode("latin-1"),
        "wide.txt": "password=summer2024x!\n".encode("utf-16"),
        "big.sql": b"x" * 10_000_001,
    }
    report = check_files(files)
    assert places(report) == ["latin.properties:2:10 secret-in-values", "wide.txt:1:10 secret-in-values"]
    (doubt,) = report.undecided
    assert [span.path for span in doubt.spans] == ["big.sql"]
    assert "secret-in-values" in doubt.rules


def test_a_layer_that_is_no_text_is_searched_all_the_same() -> None:
    """YAML that cannot be decoded or parsed is read by lines."""
    files: dict[str, str | bytes | None] = CLEAN | {
        "deploy/env/dev/shop.yaml": "# caf\xe9\nDB_PASSWORD: summer2024\n".encode("latin-1"),
        "deploy/env/prod/shop.yaml": "a: [1\nDB_PASSWORD: summer2024\n",
    }
    found = [place for place in places(check_files(files)) if place.endswith("secret-in-values")]
    assert found == [
        "deploy/env/dev/shop.yaml:2:14 secret-in-values",
        "deploy/env/prod/shop.yaml:2:14 secret-in-values",
    ]


def test_a_crash_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in the search is a fault of the rules, and no line of the file is shown any more."""

    def broken(*_: object) -> None:
        raise KeyError(PASSWORD)

    monkeypatch.setattr(SecretSearch, "may_hold", broken)
    report = check_files(CLEAN | {"deploy/env/dev/shop.yaml": f"env: {{A: '{{{{ .Values.a }}}}', B: {PASSWORD}}}\n"})
    assert {fault.rule for fault in report.faults} >= {"plaintext-secret", "secret-in-values"}
    assert all(PASSWORD not in page for page in every_format(report).values())


@pytest.mark.parametrize(("path", "source"), [*SECRETS.values(), *HARMLESS.values()])
def test_what_is_passed_over_holds_nothing(path: str, source: str) -> None:
    """A YAML file that is not read by its structure, because no line looks like it, holds no secret by it either."""
    plain, _ = marked(drawn(source))
    assert exposures(path, plain) == exposures(path, plain, whole=True)


def test_what_was_read_before_changes_nothing() -> None:
    """Lines are judged once, and a line that passed in one file can be what makes another one suspicious."""
    search = SecretSearch(load_patterns())
    for _ in range(2):
        for path, source in (*HARMLESS.values(), *SECRETS.values()):
            plain, _ = marked(drawn(source))
            assert exposures(path, plain, search) == exposures(path, plain), path


def test_what_is_passed_over_among_real_files_holds_nothing() -> None:
    """The same for the labelled files."""
    need(LABELLED)
    search = SecretSearch(load_patterns())
    for file in sorted((LABELLED / "files").rglob("*.y*ml")):
        source = file.read_bytes().decode("utf-8", "replace")
        path = file.relative_to(LABELLED / "files").as_posix()
        assert exposures(path, source, search) == exposures(path, source, search, whole=True), path


def test_examples_are_clean() -> None:
    """Our own examples hold no secret, and what they name is not taken for one."""
    for example in ("clean", "web-core"):
        root = ROOT / "examples" / example
        files = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        assert places(check_files(files, ["secrets"])) == []


def test_a_real_repository_is_clean() -> None:
    """A real product repository without secrets: not one finding."""
    root = need(ROOT.parent / "shared" / "samples" / "web-core")
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in _files(root)}
    assert places(check_files(files, ["secrets"])) == []


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]
