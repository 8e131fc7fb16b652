"""The rules about tags find the value wherever and however YAML lets one write it."""

from __future__ import annotations

import pytest

from tests.support.runs import CLEAN, check_files

LAYER = "deploy/env/release-dev/shop.yaml"
REPOSITORY = "registry.example.com/shop"

# `@` is the value; the place is where it starts.
FORMS = {
    "block": ("image:\n  repository: R\n  tag: @\n", "3:8"),
    "comment behind": ("image:\n  repository: R\n  tag: @  # moved by CI\n", "3:8"),
    "flow": ("image: {repository: R, tag: @}\n", "1:29"),
    "flow over lines": ("image: {\n  repository: R,\n  tag: @\n}\n", "3:8"),
    "on the next line": ("image:\n  repository: R\n  tag:\n    @\n", "4:5"),
    "key in quotes": ('"image":\n  \'repository\': R\n  "tag": @\n', "3:10"),
    "explicit key": ("image:\n  repository: R\n  ? tag\n  : @\n", "4:5"),
    "anchored": ("image:\n  repository: R\n  tag: &tag @\n", "3:13"),
    "tagged": ("image:\n  repository: R\n  tag: !custom &tag @\n", "3:21"),
    "through an alias": ("x-tag: &tag @\nimage:\n  repository: R\n  tag: *tag\n", "1:13"),
    "through an alias of the mapping": ("x-image: &image\n  repository: R\n  tag: @\nimage: *image\n", "3:8"),
    "through a merge key": ("x-image: &i {tag: @}\nimage:\n  <<: *i\n  repository: R\n", "1:19"),
    "through a list of merge keys": (
        "x-a: &a {tag: @}\nx-b: &b {repository: R, tag: other}\nimage:\n  <<: [*a, *b]\n",
        "1:15",
    ),
    "after a document start": ("---\nimage:\n  repository: R\n  tag: @\n...\n", "4:8"),
    "below text of other alphabets": ("# Тег ставит CI: 标签 🚀\nimage: {repository: R, tag: @}\n", "2:29"),
}
QUOTES = {"plain": "{}", "single": "'{}'", "double": '"{}"'}
VALUES = {"mutable-tag": "latest", "malformed-tag": "a/b", "placeholder-image": "TBD", "untraceable-tag": "main-r27"}


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("quotes", QUOTES.values(), ids=QUOTES)
@pytest.mark.parametrize(("form", "place"), FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(("rule", "value"), VALUES.items(), ids=VALUES)
def test_the_tag_is_found(rule: str, value: str, form: str, place: str, quotes: str, ends: str) -> None:
    """Each rule reports the text of the value itself, whole and at its own columns."""
    written = quotes.format(value)
    text = form.replace("R", REPOSITORY).replace("@", written).replace("\n", ends)
    (finding,) = [f for f in check_files(CLEAN | {LAYER: text}).findings if f.rule == rule]
    line, column = map(int, place.split(":"))
    shift = len(REPOSITORY) - 1 if "R" in form.split("\n")[line - 1] else 0
    assert str(finding.span) == f"{LAYER}:{line}:{column + shift}"
    assert finding.span.end_column - finding.span.column == len(written)


RETYPED = {"9505540": "9.50554e+06", "1.10": "1.1", "0123456": "42798", "on": "true", "12345e67": "1.2345e+71"}


@pytest.mark.parametrize(("written", "deployed"), RETYPED.items(), ids=RETYPED)
@pytest.mark.parametrize(
    "form", ["image: {{repository: R, tag: {}}}\n", "x: &t {}\nimage: {{repository: R, tag: *t}}\n"]
)
def test_the_deployed_text_is_told(written: str, deployed: str, form: str) -> None:
    """A retyped tag is reported with the exact text that Helm would deploy, and a fix that quotes it in place."""
    text = form.format(written).replace("R", REPOSITORY)
    report = check_files(CLEAN | {LAYER: text}, ["retyped-tag"])
    (finding,) = report.findings
    assert repr(deployed) in finding.message
    assert finding.fix is not None
    (edit,) = finding.fix.edits
    line = text.split("\n")[edit.span.line - 1]
    fixed = line[: edit.span.column - 1] + edit.text + line[edit.span.end_column - 1 :]
    assert f'"{written}"' in fixed
    assert check_files(CLEAN | {LAYER: text.replace(line, fixed)}, ["retyped-tag"]).findings == ()


def test_both_places_of_an_alias_are_told() -> None:
    """A value that an alias brings in is reported where it is written, with the place of use beside it."""
    text = "x-tag: &tag latest\nimage:\n  repository: registry.example.com/shop\n  tag: *tag\n"
    (finding,) = check_files(CLEAN | {LAYER: text}).findings
    assert [(str(related.span), related.note) for related in finding.related] == [(f"{LAYER}:4:8", "used here")]


def test_a_digest_without_a_tag_is_pinned() -> None:
    """A digest decides what is pulled; that nothing names its commit is a warning."""
    digest = "sha256:" + "0" * 64
    text = f'image: {{repository: registry.example.com/shop, digest: "{digest}"}}\n'
    (finding,) = check_files(CLEAN | {"deploy/charts/web-app/values.yaml": "replicas: 1\n", LAYER: text}).findings
    assert (finding.rule, finding.level) == ("missing-tag", "warning")
    assert "latest" not in finding.message


def test_a_manifest_that_cannot_be_decoded_is_undecided() -> None:
    """Bytes that are no UTF-8 do not make a manifest clean."""
    job = "# caf\xe9\nkind: Job\nspec: {containers: [{image: a:latest}]}\n".encode("latin-1")
    (one,) = check_files(CLEAN | {"deploy/jobs/x.yaml": job}).undecided
    assert one.rules == ("mutable-tag",)
