"""Text of a repository that would like to be more than text where a report is shown."""

from __future__ import annotations

import json
import re

import pytest

from gitopslint.cli.formats import FORMATS
from gitopslint.reporters.escape import DECEPTIVE
from tests.support.attempts import MANIFEST, Scene, in_image

PAYLOADS = {
    "colours and cursor moves of a terminal": "\x1b[2J\x1b[31mno findings\x1b[0m",
    "a title for the window": "\x1b]0;pwned\x07",
    "a line of its own": "x\nno findings (1 app, 6 files against .gitopslint.yaml)",
    "a carriage return that writes over the line": "latest\rno findings",
    "a command of GitHub workflows": "\n::error file=x::pwned",
    "a variable of GitHub workflows": "\n::set-output name=x::pwned",
    "a section of a GitLab log": "\x1b[0Ksection_start:1:pwned\r\x1b[0K",
    "text that runs from right to left": "latest\u202e10.2.1v",
    "isolates around a comment": "\u2066latest\u2069",
    "characters without width": "la\u200bte\ufeffst",
    "line ends that only some programs know": "latest\u2028::error::pwned\x85x",
    "the end of a script": "</script><script>alert(1)</script>",
    "an attribute": '" onmouseover="alert(1)',
    "a link of Markdown": "[click](javascript:alert(1))",
    "a link of SARIF": "[click](1)",
    "a quick action and a mention": "\n/approve\n@everyone",
    "half a pair of UTF-16": "\\ud800",
}
_PRINTED = set(map(chr, range(0x20)))
_FORGED = re.compile(
    r"^(?:::error file=x|::set-output|/approve|@everyone|no findings \(1 app, 6|section_)", re.MULTILINE
)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_injection(payload: str, scene: Scene) -> None:
    """In a tag, a key, an image and a file name: every format shows control and bidirectional characters escaped."""
    quoted = json.dumps(payload) if payload != "\\ud800" else '"\\ud800"'
    name = "deploy/jobs/" + payload.replace("/", "∕").replace("\\ud800", "half") + ".yaml"
    scene.write(
        {
            "deploy/env/release-dev/shop.yaml": in_image(quoted),
            "deploy/env/dev/shop.yaml": f"env: {{A: '{{{{ x }}}}', {quoted}: '{{{{ x }}}}'}}\n",
            MANIFEST: f"apiVersion: v1\nkind: Pod\nspec: {{containers: [{{image: {quoted}}}]}}\n",
            name: "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'a:latest'}]}\n",
        }
    )
    reports = [word for form in FORMATS for word in ("--report", f"{form}=report.{form}")]
    code, _, err = scene.run("check", *reports)
    assert code == 1
    assert not DECEPTIVE.search(err.replace("\n", ""))
    for form in FORMATS:
        out = (scene.path / f"report.{form}").read_bytes().decode()
        assert not _FORGED.search(out)
        if form == "html":
            assert "<script>alert" not in out
        if form == "text":
            assert not DECEPTIVE.search(out.replace("\n", ""))
        else:
            assert not set(out.replace("\n", "")) & _PRINTED
        if form in ("json", "sarif", "sarif-github", "gitlab"):
            json.loads(out)


SHOWN = {
    "a message of SARIF": "sarif",
    "a description of Code Quality": "gitlab",
    "a message of the JSON report": "json",
}


@pytest.mark.parametrize("form", SHOWN.values(), ids=SHOWN)
def test_deceptive_characters(form: str, scene: Scene) -> None:
    """What people read in a viewer is escaped in the text itself, not only in the encoding of the file."""
    scene.write({"deploy/env/release-dev/shop.yaml": in_image('"latest\\u202e10.2.1v"')})
    said = scene.run("check", "--output-format", form)
    texts = [text for text in _texts(json.loads(said.out)) if "202e" in text or "\u202e" in text]
    messages = [text for text in texts if "malformed" in text or "runs the tag" in text]
    assert messages
    assert not [text for text in messages if DECEPTIVE.search(text)]


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for below in value.values() for text in _texts(below)]
    if isinstance(value, list):
        return [text for below in value for text in _texts(below)]
    return [value] if isinstance(value, str) else []
