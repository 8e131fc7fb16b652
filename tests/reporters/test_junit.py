"""JUnit XML, held against what Jenkins' schema (junit-10.xsd) allows."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from gitopslint.model.finding import Comparison, Fault, Report
from gitopslint.reporters import junit
from tests.support import reports
from tests.support.reports import REPORTS, finding

# Element: its children, the attributes that it must and those that it may have.
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"testsuite"}, set(), {"name", "time", "tests", "failures", "errors"}),
    "testsuite": (
        {"properties", "testcase", "system-out", "system-err"},
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "id", "package", "file"},
    ),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, set()),
    "testcase": ({"skipped", "error", "failure", "system-out", "system-err"}, {"name"}, {"time", "classname"}),
    **{tag: (set[str](), set[str](), {"type", "message"}) for tag in ("skipped", "error", "failure")},
    "system-out": (set(), set(), set()),
}


def read(report: Report, fail_on: Any = "error") -> Element:
    """Return the root of a valid report."""
    text = junit.render(report, fail_on)
    assert re.search("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text) is None
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        children, must, may = SCHEMA[element.tag]
        assert {child.tag for child in element} <= children
        assert must <= set(element.keys()) <= must | may
    for suite in root:
        for kind, tag in {"tests": ".", "failures": "failure", "errors": "error", "skipped": "skipped"}.items():
            assert int(suite.get(kind, "0")) == len(
                [case for case in suite.iter("testcase") if case.find(tag) is not None]
            )
        names = [case.get("name") for case in suite.iter("testcase")]
        assert len(names) == len(set(names))
    return root


def outcome(root: Element, name: str) -> str:
    """Return what became of a case: passed, or the tag that says otherwise."""
    (case,) = (case for case in root.iter("testcase") if case.get("name") == name)
    tags = [child.tag for child in case if child.tag != "system-out"]
    assert len(tags) <= 1, "a case has one outcome"
    return tags[0] if tags else "passed"


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_valid(build: Any) -> None:
    """Every kind of report is valid, and the same again."""
    read(build())
    assert junit.render(build(), "error") == junit.render(build(), "error")


def test_green_is_visible() -> None:
    """Without findings every rule that ran is a case that passed, in the suite of its family."""
    root = read(reports.empty())
    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [
        ("gitopslint.layers", "1"),
        ("gitopslint.image", "5"),
        ("gitopslint.waivers", "1"),
    ]
    assert {outcome(root, rule) for rule in reports.CATALOGUE} == {"passed"}


THRESHOLDS = {
    "error": ("failure", "passed", "passed"),
    "warning": ("failure", "failure", "passed"),
    "note": ("failure",) * 3,
}


@pytest.mark.parametrize(("fail_on", "expected"), THRESHOLDS.items())
def test_threshold(fail_on: str, expected: tuple[str, ...]) -> None:
    """A case fails for what fails the run; the rest is told in it."""
    root = read(reports.levels(), fail_on)
    assert tuple(outcome(root, rule) for rule in ("mutable-tag", "untraceable-tag", "unused-waiver")) == expected
    assert "carries no commit" in ElementTree.tostring(root, "unicode")


def test_several_findings() -> None:
    """All findings of a rule are in its one failure."""
    (failure,) = read(reports.twins(), "note").iter("failure")
    assert [line.rpartition("'")[0].rpartition("'")[2] for line in (failure.text or "").splitlines()] == [
        "latest",
        "main",
        "edge",
    ]
    assert (failure.get("message") or "").startswith("3 places; the first: values/shop.yaml:1:12: warning: ")


def test_known_findings_do_not_fail() -> None:
    """What the base had does not fail the run, so it fails no case."""
    one = finding()
    report = reports.report(one)._replace(comparison=Comparison("main", frozenset({one.fingerprint}), 0))
    root = read(report)
    assert outcome(root, "mutable-tag") == "passed"
    assert "(known) shop in prod" in ElementTree.tostring(root, "unicode")


def test_undecided() -> None:
    """A rule that could not decide is skipped, with what would decide it."""
    root = read(reports.undecided())
    assert outcome(root, "untraceable-tag") == "skipped"
    (message, _) = (skipped.get("message") or "" for skipped in root.iter("skipped"))
    assert message.endswith("to decide it: repair the layer")


def test_undecided_and_broken() -> None:
    """A failure wins over a doubt, and the doubt is told."""
    report = reports.one_finding()._replace(undecided=reports.undecided().undecided)
    root = read(report)
    assert outcome(root, "mutable-tag") == "failure"
    (case,) = (case for case in root.iter("testcase") if case.get("name") == "mutable-tag")
    assert "the values of shop are not known" in (case.findtext("system-out") or "")


def test_crash() -> None:
    """A rule that crashed is an error, whatever else it found."""
    root = read(reports.one_finding()._replace(faults=reports.faults().faults))
    assert outcome(root, "mutable-tag") == "error"
    assert "shop in prod runs" in ElementTree.tostring(root, "unicode")


def test_what_no_rule_stands_for() -> None:
    """An unread file, and a crash of a rule that is not listed, are cases of their own."""
    report = reports.unread()._replace(faults=(Fault("other", "shop", "KeyError"),))
    root = read(report)
    assert outcome(root, "fault other") == "error"
    assert outcome(root, f"unread {reports.LAYER}:1:1") == "error"


def test_waived() -> None:
    """A waived finding passes, and stays visible with its reason."""
    root = read(reports.waived())
    assert outcome(root, "mutable-tag") == "passed"
    assert "waived: " in ElementTree.tostring(root, "unicode")


def test_characters_that_xml_has_no_place_for() -> None:
    """Control characters, half characters and those beyond XML 1.0 do not break the file."""
    hostile = "\x00\x08\x1b\ufffe\uffff\udc80]]><x/>&"
    (failure,) = read(reports.report(finding(message=hostile))).iter("failure")
    assert (failure.text or "").endswith("\\x00\\x08\\x1b\ufffd\ufffd\\x80]]><x/>&")
