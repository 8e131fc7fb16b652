"""Go templates of ApplicationSets: what is known here comes out as from Go itself, and everything else is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gitopslint.loaders.gotemplate import TemplateError, render

PARAMETERS: dict[str, Any] = {
    "app": "Shop-Web",
    "env": "prod",
    "empty": "",
    "on": True,
    "off": False,
    "port": 8080.0,
    "many": 12345678.0,
    "path": {"path": "apps/Shop-Web/prod", "segments": ["apps", "Shop-Web", "prod"]},
}
TEMPLATES = {
    "no action": "apps/web",
    "fields": "{{ .app }}-{{.env}}-{{ .path.path }}",
    "printed": "{{ .on }} {{ .port }} {{ .many }}",
    "trimmed": "a \n {{- .env -}} \n b {{ .env }} c",
    "a comment": "a{{/* nothing */}}b",
    "index": "{{ index .path.segments 1 }}/{{ index . `env` }}",
    "a pipe": "{{ .app | lower | trimPrefix `shop-` | upper }}",
    "arguments": '{{ trimSuffix "-Web" .app }} {{ replace "-" "." .app }} {{ trunc 4 .app }} {{ .app | trunc -3 }}',
    "parentheses": '{{ lower (printf "%s-%v-%%" .app .on) }}',
    "quotes": "{{ .app | quote }} {{ .app | squote }} {{ .port | toString }}",
    "defaults": "{{ .empty | default .env }} {{ default `x` .app }} {{ coalesce .empty .env }} {{ empty .empty }}",
    "lists": '{{ first .path.segments }} {{ last .path.segments }} {{ join "+" (splitList "/" .path.path) }}',
    "if": "{{ if .on }}a{{ else }}b{{ end }}{{ if .off }}c{{ end }}{{ if .empty }}d{{ else if .app }}e{{ else }}f{{ end }}",
    "nested": '{{ if eq .env "prod" }}{{ if ne .app "x" }}a{{ end }}b{{ end }}c',
    "one of several": '{{ eq .env "dev" "prod" }} {{ and .on .app }} {{ or .empty .env }} {{ not .off }}',
    "tests": '{{ hasPrefix "Sh" .app }} {{ hasSuffix "x" .app }} {{ contains "op" .app }} {{ ternary "a" "b" .off }}',
}


def rendered(text: str, *, strict: bool = False) -> str:
    return render(text, PARAMETERS, strict=strict, spend=lambda _: None)


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_as_go(text: str, tmp_path: Path) -> None:
    """The templates of real Helm, which are those of Go with the functions of sprig, come to the same."""
    helm = pytest.importorskip("tests.support.helm")
    chart = helm.Chart(tmp_path, "{{ with .Values }}" + text + "{{ end }}")
    assert rendered(text) == chart.rendered(PARAMETERS)


def test_names_of_kubernetes() -> None:
    """`normalize` is Argo CD's own."""
    assert rendered("{{ normalize .app }} {{ normalize `-A_b.` }}") == "shop-web a-b"


REFUSED = {
    "a missing field": ("{{ .z }}", ".z is not among its parameters"),
    "a missing field further down": ("{{ .z.y }}", ".z.y is not among"),
    "a field of a text": ("{{ .app.y }}", ".app.y is not among"),
    "a list": ("{{ .path.segments }}", "no single value"),
    "a function that is not known": ("{{ .app | sha256sum }}", "calls 'sha256sum'"),
    "too few arguments": ("{{ replace `a` .app }}", "calls 'replace' with what it does not take"),
    "a number for a text": ("{{ lower .port }}", "calls 'lower' with"),
    "two kinds compared": ("{{ eq .port 8080 }}", "calls 'eq' with"),
    "an index too far": ("{{ index .path.segments 7 }}", "calls 'index' with"),
    "a number in a format for texts": ("{{ printf `%s` .port }}", "calls 'printf' with"),
    "a loop": ("{{ range .path.segments }}{{ . }}{{ end }}", "more than fields"),
    "a variable": ("{{ $a := .app }}", "more than fields"),
    "an action without an end": ("{{ .app", "an action has no end"),
    "an end without a beginning": ("{{ end }}", "without a beginning"),
    "no end": ("{{ if .on }}", "has no end"),
    "nothing": ("{{ }}", "more than fields"),
    "deep blocks": ("{{ if .on }}" * 40 + "{{ end }}" * 40, "too deep"),
    "deep parentheses": ("{{ lower " + "(" * 40 + ".app" + ")" * 40 + " }}", "too deep"),
    "a text that grows": ("{{ replace `` .long .long }}", "makes more than"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, reason: str) -> None:
    """What is not known is never guessed."""
    with pytest.raises(TemplateError, match=reason):
        render(text, PARAMETERS | {"long": "x" * 1000}, strict=False, spend=lambda _: None)


def test_a_missing_field_that_may_be_missing() -> None:
    """Unless the set says that it is an error."""
    text = "{{ default `x` .z }}{{ if .z }}a{{ end }}"
    assert rendered(text) == "x"
    with pytest.raises(TemplateError):
        rendered(text, strict=True)
