from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from gitopslint import __version__
from gitopslint.loaders.resources import resource
from gitopslint.loaders.rules import load_catalogue
from gitopslint.model.finding import Edit, Finding, Fix, Report
from gitopslint.model.rule import Rule
from gitopslint.reporters import sarif
from tests.support import reports
from tests.support.reports import LAYER, OTHER_LAYER, REPORTS, on

OASIS = Draft4Validator(json.loads(resource("schemas", "sarif-2.1.0.schema.json").read_text("utf-8")))
# An embedded link as the standard defines it (3.11.6).
LINK = re.compile(r"(?<!\\)(?:\\\\)*\[((?:[^\\\[\]]|\\[\\\[\]])+)\]\(([^)]+)\)")


def all_rules() -> Report:
    """A report in which every rule that ships ran."""
    catalogue = load_catalogue()
    return Report(catalogue, tuple(catalogue))


def run(report: Report) -> Any:
    """Return the one run of a report."""
    log = json.loads(sarif.render(report, __version__))
    assert OASIS.is_valid(log)
    (only,) = log["runs"]
    return only


def results(report: Report) -> Any:
    """Return the results of a report."""
    return run(report)["results"]


def region(report: Report) -> Any:
    """Return where the only result of a report stands."""
    (result,) = results(report)
    return result["locations"][0]["physicalLocation"]["region"]


def message(report: Report) -> str:
    """Return the message of the only result of a report."""
    (result,) = results(report)
    text = result["message"]["text"]
    assert isinstance(text, str)
    return text


def read_by_a_viewer(text: str) -> str:
    """Undo the escapes as viewers do."""
    return re.sub(r"\\([\\\[\]])", r"\1", text)


@pytest.mark.parametrize("name", [*REPORTS, "all_rules"])
def test_validator_has_nothing_to_say(name: str, verdicts: dict[str, list[str]]) -> None:
    """Every kind of report passes the rules of the standard and of GitHub, warnings included."""
    assert verdicts[name] == []


def test_validator_is_awake(verdicts: dict[str, list[str]]) -> None:
    """A broken log does not pass, so the silence about the others means something."""
    assert any("columnKind" in complaint for complaint in verdicts["broken"])
    assert any(complaint.startswith("JSON1") for complaint in verdicts["broken"])


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_schema(build: Any) -> None:
    """Every kind of report satisfies the OASIS schema."""
    assert list(OASIS.iter_errors(json.loads(sarif.render(build(), __version__)))) == []


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_same_bytes(build: Any) -> None:
    """The same report gives the same bytes: UTF-8 without a mark, one log and no stray line."""
    log = sarif.render(build(), __version__)
    assert log == sarif.render(build(), __version__)
    assert log.encode("utf-8").startswith(b"{\n")
    assert log.endswith("\n}\n")
    assert "Utc" not in log


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_promises_about_results(build: Any) -> None:
    """What viewers and servers rely on, and the validator does not look at."""
    places = []
    for result in results(build()):
        if result.get("suppressions"):  # GitLab skips it
            continue
        physical = result["locations"][0]["physicalLocation"]
        lines = (physical["region"]["startLine"], physical["region"]["endLine"])
        places.append((result["ruleId"], physical["artifactLocation"]["uri"], *lines))
        text = result["message"]["text"]
        assert result["kind"] == "fail"
        assert len(text) <= 1000
        assert text.endswith(".")
        ids = [location["id"] for location in result.get("relatedLocations", [])]
        assert {int(target) for _, target in LINK.findall(text)} <= set(ids)
    assert len(set(places)) == len(places), "GitLab would show one of them"


def test_empty() -> None:
    """Without findings there is an empty list of results: GitHub then closes its alerts."""
    assert results(reports.empty()) == []
    assert run(reports.empty())["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_one_finding() -> None:
    """A finding becomes a result with rule, level, message, exact region and both fingerprints."""
    report = reports.one_finding()
    assert results(report) == [
        {
            "ruleId": "mutable-tag",
            "ruleIndex": 1,
            "kind": "fail",
            "level": "error",
            "message": {"text": "shop in prod runs the tag 'latest', which moves."},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": LAYER, "uriBaseId": "%SRCROOT%"},
                        "region": {"startLine": 3, "startColumn": 8, "endLine": 3, "endColumn": 14},
                    }
                }
            ],
            "partialFingerprints": {
                "gitopslint/v1": report.findings[0].fingerprint,
                "primaryLocationLineHash": "e4e11736faf33884:1",
            },
        }
    ]


def test_run() -> None:
    """The run says what columns count and what paths start from, and gives GitHub a category."""
    only = run(reports.one_finding())
    assert only["columnKind"] == "utf16CodeUnits"
    assert only["automationDetails"] == {"id": "gitopslint/"}
    assert only["originalUriBaseIds"] == {
        "%SRCROOT%": {"description": {"text": "The top folder of the git repository."}}
    }
    assert only["tool"]["driver"]["name"] == "gitopslint"


VERSIONS = {"1.2.0": "1.2.0", "1.2.0-rc.1": "1.2.0-rc.1", "1.2.0.dev3": None}


@pytest.mark.parametrize(("version", "semantic"), VERSIONS.items(), ids=VERSIONS)
def test_version(version: str, semantic: str | None) -> None:
    """A version that is no semantic one is not called one."""
    driver = json.loads(sarif.render(reports.empty(), version))["runs"][0]["tool"]["driver"]
    assert (driver["version"], driver.get("semanticVersion")) == (version, semantic)


def test_security_rule() -> None:
    """A rule tells what it is about, why and the way out; a CWE makes it a security rule for both servers."""
    (rule,) = [rule for rule in run(reports.empty())["tool"]["driver"]["rules"] if rule["id"] == "plaintext-secret"]
    weaknesses = ["cwe-312", "cwe-798", "external/cwe/cwe-312", "external/cwe/cwe-798"]
    page = "https://github.com/gitopslint/gitopslint/blob/main/docs/rules/plaintext-secret.md"
    assert rule == {
        "id": "plaintext-secret",
        "name": "PlaintextSecret",
        "shortDescription": {"text": "A credential in plain text."},
        "fullDescription": {"text": "A credential in plain text. Everybody who can read the repository has it."},
        "help": {
            "text": "Everybody who can read the repository has it. Revoke it.",
            "markdown": "**Why:** Everybody who can read the repository has it.\n\n**Fix:** Revoke it.\n\n"
            f"[Examples and parameters]({page})",
        },
        "helpUri": page,
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": [*weaknesses, "security", "image", "gitops"],
            "precision": "high",
            "problem.severity": "error",
            "security-severity": "8.0",
        },
    }


def test_other_rules() -> None:
    """Every rule that ran is there, found or not, and one that is not about security has no such severity."""
    rules = {rule["id"]: rule for rule in run(reports.empty())["tool"]["driver"]["rules"]}
    assert list(rules) == list(reports.CATALOGUE)
    assert "security-severity" not in rules["mutable-tag"]["properties"]
    assert rules["unused-waiver"]["properties"]["problem.severity"] == "recommendation"
    assert "name" not in rules["rollback"], "a name may not be the id in other letters"


def test_no_more_tags_than_the_servers_take() -> None:
    """GitLab refuses a rule with more than ten tags; those that decide where it is shown come first."""
    tags = tuple(f"cwe-{number}" for number in range(20, 24))
    rule = Rule("many-tags", "image", "error", "Many.", "Why.", "Fix.", (*tags, "one", "two", "three"))
    (shown,) = run(Report({"many-tags": rule}, ("many-tags",)))["tool"]["driver"]["rules"]
    assert len(shown["properties"]["tags"]) == 10
    assert set(tags) <= set(shown["properties"]["tags"])


def test_all_rules_fit() -> None:
    """The texts of the shipped rules are within what GitLab takes."""
    for rule in run(all_rules())["tool"]["driver"]["rules"]:
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024


def test_results_on_the_same_lines_are_one() -> None:
    """GitLab keeps one result per rule and lines, so the one holds the words and places of both."""
    first, second = results(reports.twins())
    assert first["message"]["text"] == "shop in dev runs the tag 'latest', which moves."
    assert second["message"]["text"] == (
        "shop in dev runs the tag 'main', which moves. shop in prod runs the tag 'edge', which moves. "
        "Related: [also here](1)."
    )
    assert [first["level"], second["level"]] == ["warning", "error"], "the most serious counts"
    assert second["locations"][0]["physicalLocation"]["region"]["startColumn"] == 16
    (also,) = second["relatedLocations"]
    assert also["physicalLocation"]["region"] == {"startLine": 2, "startColumn": 32, "endLine": 2, "endColumn": 36}


def test_the_same_place_twice_is_no_related_place() -> None:
    """Two environments that share a value have one finding each on it."""
    report = reports.report(reports.finding(), reports.finding(message="shop in dev runs the tag 'latest'"))
    (result,) = results(report)
    assert "relatedLocations" not in result
    assert result["message"]["text"].count(".") == 2


def test_a_crowded_line() -> None:
    """A message that would grow too long says how much it leaves out; every place is still there."""
    crowd = [reports.finding(span=on(LAYER, 3, n, n), message=f"value {n} of this line moves") for n in range(1, 101)]
    (result,) = results(reports.report(*crowd))
    text = result["message"]["text"]
    told = text.count("moves.")
    assert text.endswith(f" And {100 - told} more like it.")
    assert 900 < len(text) <= 1000
    assert len(result["relatedLocations"]) == 99


def test_a_long_message() -> None:
    """A message is cut where GitLab would drop the result, and never inside an escape."""
    for brackets in range(480, 520):
        text = message(reports.report(reports.finding(message="x" + "[" * brackets + "]" * 50)))
        assert len(text) <= 1000
        assert text.endswith(".")
        assert "\\" not in re.sub(r"\\[\\\[\]]", "", text)


def test_text_of_the_repository_is_no_link() -> None:
    """Brackets cannot form links, controls are shown, and a viewer reads what the file says."""
    text = message(reports.hostile())
    assert LINK.findall(text) == []
    assert read_by_a_viewer(text) == (
        r"the tag '[click](https://example.com)\[1](1)' is \x1b[31mred\x1b[0m, \u202eetirw\u202c\x0a{0} %s."
    )


def test_related_places() -> None:
    """Further places have a number, and the message links to it: GitHub shows no others."""
    (result,) = results(reports.related())
    text = result["message"]["text"]
    assert text == (
        r"shop in prod runs the tag 'latest', which moves. Related: [the tag in dev](1), [overrides \['1.4'\]](2)."
    )
    assert [(read_by_a_viewer(words), target) for words, target in LINK.findall(text)] == [
        ("the tag in dev", "1"),
        ("overrides ['1.4']", "2"),
    ]
    first, second = result["relatedLocations"]
    assert first == {
        "id": 1,
        "physicalLocation": {
            "artifactLocation": {"uri": OTHER_LAYER, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 3, "startColumn": 8, "endLine": 3, "endColumn": 14},
        },
        "message": {"text": "the tag in dev"},
    }
    assert second["id"] == 2


def test_uris_are_encoded() -> None:
    """A path is percent-encoded, whatever it holds; what is no UTF-8 byte by byte."""
    (odd,), (broken,) = results(reports.non_ascii()), results(reports.not_utf8())
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in (odd, broken)]
    assert uris == ["deploy/prod%20100%25/L%C3%A4den%20%231.yaml", "deploy/caf%E9.yaml"]


def test_columns_count_utf16_units() -> None:
    """A character beyond the basic plane counts as two, before the start and before the end."""
    assert region(reports.non_ascii()) == {"startLine": 2, "startColumn": 15, "endLine": 2, "endColumn": 21}


def test_without_the_text_there_are_only_lines() -> None:
    """Nobody can tell UTF-16 columns or line hashes without the text, so none are made up."""
    report = reports.fixes()._replace(sources={})
    (result,) = results(report)
    assert region(report) == {"startLine": 1, "endLine": 1}
    assert list(result["partialFingerprints"]) == ["gitopslint/v1"]
    assert "fixes" not in result


def test_a_whole_file() -> None:
    """A finding without a place in its file stands on the first line."""
    assert region(reports.whole_file()) == {"startLine": 1, "endLine": 1}


def test_line_hash_is_the_one_of_github() -> None:
    """The example of GitHub's own implementation: another hash would be another alert."""
    path = "a.yaml"
    findings = [reports.finding(span=on(path, line, 1, 1)) for line in (1, 2, 3, 4)]
    report = reports.report(*findings, sources={path: " a\nb\n  \t\tc\n d"})
    assert [result["partialFingerprints"]["primaryLocationLineHash"] for result in results(report)] == [
        "271789c17abda88f:1",
        "54703d4cd895b18:1",
        "180aee12dab6264:1",
        "a23a3dc5e078b07b:1",
    ]


def test_fix() -> None:
    """A fix replaces exactly the value, in UTF-16 columns."""
    (result,) = results(reports.fixes())
    assert result["fixes"] == [
        {
            "description": {"text": "Quote the tag."},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "values.yaml", "uriBaseId": "%SRCROOT%"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 1, "startColumn": 16, "endLine": 1, "endColumn": 20},
                            "insertedContent": {"text": '"1.10"'},
                        }
                    ],
                }
            ],
        }
    ]


FIXES = {
    "the same edit twice": (['"1.10"', '"1.10"'], [15, 15], ['"1.10"']),
    "two edits side by side": (['"1.10"', "b"], [15, 19], ['"1.10"', "b"]),
    "two edits that touch the same text": (['"1.10"', "b"], [15, 17], None),
    "two edits that contradict each other": (['"1.10"', "b"], [15, 15], None),
    "one finding has no fix": (['"1.10"', None], [15, 15], None),
}


@pytest.mark.parametrize(("texts", "columns", "expected"), FIXES.values(), ids=FIXES)
def test_fix_of_joined_findings(texts: list[str | None], columns: list[int], expected: list[str] | None) -> None:
    """A fix of a joined result mends all of it, or is not offered."""

    def one(text: str | None, column: int) -> Finding:
        at = on("values.yaml", 1, column, column + 3)
        fix = Fix("Quote the tag.", (Edit(at, text),)) if text is not None else None
        return reports.finding("retyped-tag", at, f"{text} at {column}", fix=fix)

    findings = [one(text, column) for text, column in zip(texts, columns, strict=True)]
    (result,) = results(reports.report(*findings, sources={"values.yaml": "{x: '🛍', tag: 1.10, and: more}\n"}))
    fixes = [
        replacement["insertedContent"]["text"]
        for fix in result.get("fixes", [])
        for change in fix["artifactChanges"]
        for replacement in change["replacements"]
    ]
    assert (fixes or None) == expected


def test_undecided() -> None:
    """A doubt is a warning about the run for each of its rules, with its places; the run itself went well."""
    only = run(reports.undecided())
    (invocation,) = only["invocations"]
    assert only["results"] == []
    assert invocation["executionSuccessful"] is True
    assert [
        (one["level"], one["associatedRule"], one["message"]["text"], len(one.get("locations", [])))
        for one in invocation["toolExecutionNotifications"]
    ] == [
        ("warning", {"id": rule, "index": index}, f"{reason}. To decide it: {remedy}.", places)
        for rule, index, reason, remedy, places in (
            ("mutable-tag", 1, "the values of shop are not known", "repair the layer", 2),
            ("untraceable-tag", 3, "the values of shop are not known", "repair the layer", 2),
            ("untraceable-tag", 3, "the history is truncated", "set GIT_DEPTH to 0", 0),
        )
    ]


def test_a_crash_fails_the_run() -> None:
    """A rule that crashed is an error of the run, named with its subject and place in our code."""
    (invocation,) = run(reports.faults())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [(one["level"], one["message"]["text"]) for one in invocation["toolExecutionNotifications"]] == [
        ("error", "The rule 'mutable-tag' crashed on shop in dev: KeyError at checks/images.py:12."),
        ("error", "The rule 'mutable-tag' crashed on shop in prod: KeyError at checks/images.py:12."),
    ]


def test_an_unread_file_fails_the_run() -> None:
    """A file that could not be read is an error of the run, at that file."""
    (invocation,) = run(reports.unread())["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is False
    assert notification["level"] == "error"
    assert notification["message"]["text"] == f"'{LAYER}' could not be read: Permission denied."
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == LAYER


def test_waived_findings_are_suppressed() -> None:
    """Who reads them learns why and where; where one result says so, all say whether they are."""
    (result,) = results(reports.waived())
    (suppression,) = result["suppressions"]
    assert {key: suppression[key] for key in ("kind", "status", "justification")} == {
        "kind": "inSource",
        "status": "accepted",
        "justification": "rebuilt every night",
    }
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == 3
    report = reports.one_finding()
    (waived,) = reports.waived().waived
    place = waived.span._replace(path=".gitopslint.yaml", line=9, end_line=9)
    standing, other = results(report._replace(waived=(waived._replace(external=True, span=place),)))
    assert standing["suppressions"] == []
    (suppression,) = other["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["location"]["physicalLocation"]["artifactLocation"]["uri"] == ".gitopslint.yaml"


def test_paths_start_at_the_top_of_the_repository() -> None:
    """Below the top every path has the prefix, and the category tells two checked folders apart."""
    log = sarif.render(reports.below_the_top(), __version__)
    uris = re.findall(r'"uri": "(.*)"', log)
    assert uris
    assert [uri for uri in uris if not uri.startswith("examples/web%20core/deploy/")] == []
    assert json.loads(log)["runs"][0]["automationDetails"]["id"] == "gitopslint/examples/web core/"


def test_the_validator_is_pinned() -> None:
    """The versions of the validator are exact: it is a program that we run."""
    package = json.loads((Path(__file__).parents[1] / "tools" / "package.json").read_text("utf-8"))
    versions = {*package["devDependencies"].values(), *package["overrides"].values()}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)
