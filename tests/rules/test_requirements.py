"""Rules without code: each predicate, where it reports, and what keeps it silent."""

from __future__ import annotations

from typing import Any

import pytest

from gitopslint.model.finding import Report
from tests.support.runs import check_files

DEV, PROD = "deploy/env/dev/shop.yaml", "deploy/env/prod/shop.yaml"
CHART = "deploy/charts/web-app/values.yaml"
Files = dict[str, str | bytes | None]


def judge(rule: str, files: Files, contract: str = "") -> Report:
    """Check files by one rule, written as the keys of a flow mapping."""
    contract += f"policies: [{{name: the-rule, summary: S., {rule}}}]\n"
    return check_files({".gitopslint.yaml": contract, **files}, ["the-rule"])


def at(report: Report) -> list[str]:
    assert report.faults == ()
    return [f"{finding.environment or '-'} {finding.span.line}:{finding.span.column}" for finding in report.findings]


VALUES = {
    # equals
    "equal": ("require: {path: a, equals: x}", "a: x\n", []),
    "not equal": ("require: {path: a, equals: x}", "a: w\n", ["1:4"]),
    "absent": ("require: {path: a, equals: x}", "b: y\n", []),
    "empty": ("require: {path: a, equals: x}", 'a: ""\n', []),
    "null": ("require: {path: a, equals: x}", "a:\n", []),
    "false is not absent": ("require: {path: a, equals: true}", "a: false\n", ["1:4"]),
    "a text is no boolean": ("require: {path: a, equals: false}", 'a: "false"\n', ["1:4"]),
    "booleans as Helm reads them": ("require: {path: a, equals: off}", "a: no\n", []),
    "numbers by value": ("require: {path: a, equals: 10}", "a: 0xA\n", []),
    "a number is no boolean": ("require: {path: a, equals: 1}", "a: true\n", ["1:4"]),
    "a text is no number": ("require: {path: a, equals: 1}", 'a: "1"\n', ["1:4"]),
    "a mapping is no text": ("require: {path: a, equals: x}", "a: {b: 1}\n", ["1:1"]),
    "each of several": ('require: {path: "l[*].m", equals: x}', "l: [{m: x}, {m: w}, {m: z}]\n", ["1:17", "1:25"]),
    "the app": ('require: {path: a, equals: "{app}"}', "a: shop\n", []),
    "the app and the environment": ('require: {path: a, equals: "{app}-{env}"}', "a: shop-prod\n", ["1:4"]),
    "doubled braces are no placeholder": ('require: {path: a, equals: "{{ env }}"}', 'a: "{{ env }}"\n', []),
    "the environment in a path": ('require: {path: "{env}.a", equals: x}', "dev: {a: y}\nprod: {a: z}\n", ["1:10"]),
    # matches
    "matches": ('require: {path: a, matches: "v*"}', "a: v1\n", []),
    "only the whole text matches": ('require: {path: a, matches: "v?"}', "a: v12\n", ["1:4"]),
    "a class": ('require: {path: a, matches: "[a-c]?[!x]"}', "a: bxy\n", []),
    "one of several patterns": ('require: {path: a, matches: ["v*", "{x,w}"]}', "a: w\n", []),
    "none of several patterns": ('require: {path: a, matches: ["v*", "{x,w}"]}', "a: z\n", ["1:4"]),
    "a number as it is printed": ('require: {path: a, matches: "30*"}', "a: 3000\n", []),
    "a placeholder in a pattern": ('require: {path: a, matches: "{app}-*"}', "a: shop-1\n", []),
    "a list matches nothing": ('require: {path: a, matches: "*"}', "a: [1]\n", ["1:1"]),
    # one_of
    "one of": ("require: {path: a, one_of: [x, 2, true]}", "a: 2\n", []),
    "none of": ("require: {path: a, one_of: [x, 2, true]}", "a: w\n", ["1:4"]),
    "one of those at a path": ('require: {path: a, one_of: {path: "l[*]"}}', "a: x\nl: [w, x]\n", []),
    "none of those at a path": ('require: {path: a, one_of: {path: "l[*]"}}', "a: x\nl: [v, w]\n", ["1:4"]),
    "nothing to be one of": ('require: {path: a, one_of: {path: "l[*]"}}', "a: x\n", []),
    # present
    "present": ("require: {path: a.b, present: true}", "a: {b: 0}\n", []),
    "missing below something": ("require: {path: a.b, present: true}", "x: 1\na: {c: 1}\n", ["2:1"]),
    "missing altogether": ("require: {path: a.b, present: true}", "x: 1\n", ["1:1"]),
    "missing, and there is nothing": ("require: {path: a.b, present: true}", "# nothing\n", ["1:1"]),
    "missing in an item": ('require: {path: "l[*].k", present: true}', "l:\n- {k: 1}\n- {m: 1}\n", ["3:3"]),
    "empty is missing": ("require: {path: a, present: true}", 'a: ""\n', ["1:4"]),
    "must not be set": ("require: {path: a, present: false}", "a: 1\n", ["1:4"]),
    "is not set": ("require: {path: a, present: false}", "a: {}\n", []),
    "there and equal": ("require: {path: a, present: true, equals: x}", "a: x\n", []),
    "there but not equal": ("require: {path: a, present: true, equals: x}", "a: w\n", ["1:4"]),
    # url
    "a URL": ("require: {path: a, url: {scheme: https}}", "a: https://x.example.com/p?q#f\n", []),
    "another scheme": ("require: {path: a, url: {scheme: https}}", "a: http://example.com\n", ["1:4"]),
    "one of the schemes": ("require: {path: a, url: {scheme: [https, wss]}}", "a: WSS://example.com\n", []),
    "no URL": ("require: {path: a, url: {scheme: https}}", "a: example.com\n", ["1:4"]),
    "a URL without a host": ("require: {path: a, url: {scheme: https}}", "a: https:///x\n", ["1:4"]),
    "a host with a trick": ('require: {path: a, url: {host: "b.com"}}', 'a: "https://b.com\\\\@c.com"\n', ["1:4"]),
    "a host behind credentials": ('require: {path: a, url: {host: "b.com"}}', "a: https://b.com@c.com\n", ["1:4"]),
    "a host with a port": ('require: {path: a, url: {host: "*.b.com"}}', "a: https://a.b.com:8443\n", []),
    "an address": ('require: {path: a, url: {host: "*"}}', 'a: "http://[::1]:80/"\n', []),
    "a host by pattern": ('require: {path: a, url: {host: "{app}.{env}.b.com"}}', "a: https://shop.dev.b.com\n", []),
    "hosts do not know case": ('require: {path: a, url: {host_in: "h[*]"}}', "a: https://B.com\nh: [b.COM]\n", []),
    "one label below a wildcard": ("require: {path: a, url: {host_in: h}}", 'a: https://x.b.com\nh: "*.b.com"\n', []),
    "two labels below a wildcard": (
        "require: {path: a, url: {host_in: h}}",
        'a: https://x.y.b.com\nh: "*.b.com"\n',
        ["1:4"],
    ),
    # when and unless
    "when the environment is another": ("require: {path: a, equals: x}, when: {environments: [prod]}", "a: w\n", []),
    "when the environment is this one": (
        "require: {path: a, equals: x}, when: {environments: [dev]}",
        "a: w\n",
        ["1:4"],
    ),
    "when the app is another": ('require: {path: a, equals: x}, when: {apps: ["web-*"]}', "a: w\n", []),
    "unless the app is this one": ('require: {path: a, equals: x}, unless: {apps: ["sh*"]}', "a: w\n", []),
    "when a value says so": (
        "require: {path: a, equals: x}, when: {values: [{path: b, equals: 1}]}",
        "a: w\nb: 1\n",
        ["1:4"],
    ),
    "when a value says no": (
        "require: {path: a, equals: x}, when: {values: [{path: b, equals: 1}]}",
        "a: w\nb: 2\n",
        [],
    ),
    "when a value is absent": ("require: {path: a, equals: x}, when: {values: [{path: b, equals: 1}]}", "a: w\n", []),
    "when a value must be absent": (
        "require: {path: a, equals: x}, when: {values: [{path: b, present: false}]}",
        "a: w\n",
        ["1:4"],
    ),
    "when all is so": (
        "require: {path: a, equals: x}, when: {apps: [shop], values: [{path: b, present: true}, {path: c, present: true}]}",
        "a: w\nb: 1\n",
        [],
    ),
    "unless a value says so": (
        "require: {path: a, equals: x}, unless: {values: [{path: b, equals: 1}]}",
        "a: w\nb: 1\n",
        [],
    ),
    "unless a value is absent": (
        "require: {path: a, equals: x}, unless: {values: [{path: b, equals: 1}]}",
        "a: w\n",
        ["1:4"],
    ),
    # schema
    "a schema": ("schema: {properties: {a: {type: string}}}", "a: x\n", []),
    "a type": ("schema: {properties: {a: {type: string}}}", "b: 1\na: 1\n", ["2:4"]),
    "a key that is missing": ("schema: {required: [a]}", "b: 1\n", ["1:1"]),
    "a key that is missing below": ("schema: {properties: {b: {required: [a]}}}", "x: 1\nb: {c: 1}\n", ["2:1"]),
    "a key that is not allowed": (
        "schema: {properties: {a: {}}, additionalProperties: false}",
        "a: 1\nb: 2\nc: 3\n",
        ["2:4", "3:4"],
    ),
    "keys by pattern": (
        'schema: {patternProperties: {"^x-": {type: string}}, additionalProperties: false}',
        "x-a: b\nx-b: 1\n",
        ["2:6"],
    ),
    "a pattern": ('schema: {properties: {a: {pattern: "^v[0-9]+$"}}}', "a: v1x\n", ["1:4"]),
    "a reference": ('schema: {$defs: {t: {type: string}}, properties: {a: {$ref: "#/$defs/t"}}}', "a: 1\n", ["1:4"]),
    "a schema for layers of one role": ("schema: {required: [a]}, over: layer, role: release", "b: 1\n", []),
    "a schema for each layer": ("schema: {required: [a]}, over: layer", "b: 1\n", ["1:1"]),
}


@pytest.mark.parametrize(("rule", "text", "expected"), VALUES.values(), ids=VALUES)
def test_one_stack(rule: str, text: str, expected: list[str]) -> None:
    """Values of one app in one environment are reported where they are set, or not at all."""
    assert at(judge(rule, {DEV: text})) == [f"dev {place}" for place in expected]


UNIQUE, DIFFERS = (
    'require: {path: "l[*]", unique: across-stacks}',
    'require: {path: "l[*]", differs: between-environments}',
)
BLOG = "deploy/env/prod/blog.yaml"
STACKS: dict[str, tuple[str, Files, list[str]]] = {
    "one value in two environments": (UNIQUE, {DEV: "l: [a]\n", PROD: "l: [a]\n"}, ["prod 1:5"]),
    "one value in two apps": (UNIQUE, {BLOG: "l: [a]\n", PROD: "l: [b, a]\n"}, ["prod 1:8"]),
    "one value twice in one place": (UNIQUE, {DEV: "l: [a, a]\n"}, []),
    "a number and a text": (UNIQUE, {DEV: "l: [1]\n", PROD: 'l: ["1", true]\n'}, []),
    "nothing is no value": (UNIQUE, {DEV: 'l: ["", ~, {}]\n', PROD: 'l: ["", ~, {}]\n'}, []),
    "from a layer of all stacks": (
        UNIQUE,
        {CHART: "l: [a]\n", DEV: "x: 1\n", PROD: "x: 1\n", BLOG: "x: 1\n"},
        ["dev 1:5"],
    ),
    "equal in two environments": (DIFFERS, {DEV: "l: [a]\n", PROD: "l: [a]\n"}, ["prod 1:5"]),
    "different in two environments": (DIFFERS, {DEV: "l: [a]\n", PROD: "l: [b]\n"}, []),
    "equal in two apps": (DIFFERS, {DEV: "l: [a]\n", BLOG: "l: [a]\n"}, []),
    "one of several is equal": (DIFFERS, {DEV: "l: [a, b]\n", PROD: "l: [c, b]\n"}, ["prod 1:8"]),
    "equal, but out of scope": (f"{DIFFERS}, when: {{environments: [prod]}}", {DEV: "l: [a]\n", PROD: "l: [a]\n"}, []),
}


@pytest.mark.parametrize(("rule", "files", "expected"), STACKS.values(), ids=STACKS)
def test_all_stacks(rule: str, files: Files, expected: list[str]) -> None:
    """Stacks are compared with each other, and reported in the one that comes later."""
    assert at(judge(rule, files)) == expected


def test_the_other_place_is_related() -> None:
    """Whoever is told of a clash is led to the other one and to what the value overrides, with an excerpt of both."""
    report = judge(
        "require: {path: a.b, unique: across-stacks}",
        {
            CHART: "a: {b: default}\n",
            DEV: "a:\n  b: x\n",
            PROD: "a: {b: x}\n",
        },
    )
    (finding,) = report.findings
    assert finding.message == "a.b of shop in prod is 'x', which belongs to shop in dev already"
    assert (finding.app, finding.environment) == ("shop", "prod")
    assert [(str(one.span), one.note) for one in finding.related] == [
        (f"{DEV}:2:6", "shop in dev has it"),
        (f"{CHART}:1:8", "overrides 'default'"),
    ]
    assert {DEV, PROD, CHART} <= report.sources.keys()


FORBIDDEN: dict[str, tuple[str, list[str], list[str]]] = {
    "a folder": ("a/**", ["a/b/c", "b/a/c", "ab/c"], ["a/b/c"]),
    "any folder between": (
        "a/**/d/*.txt",
        ["a/d/x.txt", "a/b/c/d/x.txt", "a/d/e/x.txt", "a/d/x.md"],
        ["a/b/c/d/x.txt", "a/d/x.txt"],
    ),
    "one folder": ("a/*/c", ["a/b/c", "a/b/b/c", "a/c"], ["a/b/c"]),
    "alternatives": ("**/*.{png,jpg}", ["a.png", "b/c.jpg", "b/c.gif"], ["a.png", "b/c.jpg"]),
    "folders in alternatives": ("{a/b,c/d}/*", ["a/b/x", "a/d/x", "c/d/x"], ["a/b/x", "c/d/x"]),
    "a class": ("[ab]?", ["ax", "cx", "abc"], ["ax"]),
    "a bracket that is one": (r"app/\[slug\]/*", ["app/[slug]/x", "app/s/x"], ["app/[slug]/x"]),
}


@pytest.mark.parametrize(("pattern", "paths", "expected"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_forbidden_path(pattern: str, paths: list[str], expected: list[str]) -> None:
    """Files where none may be are reported by their path; what they hold is not even read."""
    report = judge(f"require: {{forbidden_path: '{pattern}'}}", {DEV: "a: 1\n", **dict.fromkeys(paths, b"\xff\0")})
    assert [finding.span.path for finding in report.findings] == expected


MESSAGES = {
    "equals": ('path: a, equals: "{env}"', "a: prod", "a of shop in dev is 'prod', and must be 'dev'"),
    "type": ("path: a, equals: false", "a: 'false'", "a of shop in dev is the text 'false', and must be false"),
    "matches": ('path: a, matches: "v*"', "a: x", "a of shop in dev is 'x', and must match 'v*'"),
    "one_of": ("path: a, one_of: [x, 1]", "a: w", "a of shop in dev is the text 'w', and must be one of 'x', 1"),
    "one_of a path": (
        'path: a, one_of: {path: "l[*]"}',
        "a: w\nl: [1, z, z]",
        "a of shop in dev is 'w', and must be one of the values at l[*]: 1, 'z'",
    ),
    "present": ("path: a.b, present: true", "c: 1", "shop in dev has no a.b: set it"),
    "not present": ("path: a, present: false", "a: 1", "a of shop in dev must not be set"),
    "scheme": (
        "path: a, url: {scheme: https}",
        "a: http://b",
        "a of shop in dev is 'http://b', and must have the scheme https",
    ),
    "host": (
        "path: a, url: {host_in: h}",
        "a: http://b\nh: c",
        "a of shop in dev is 'http://b', and must have one of the hosts at h: 'c'",
    ),
    "a secret": (
        "path: env.DB_PASSWORD, equals: hunter2",
        "env: {DB_PASSWORD: summer2024}",
        "env.DB_PASSWORD of shop in dev is a text of 10 characters, and must be a text of 7 characters",
    ),
    "a mapping": ("path: a, equals: 1", "a: {b: 1}", "a of shop in dev is a mapping, and must be 1"),
}


@pytest.mark.parametrize(("require", "text", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_message(require: str, text: str, expected: str) -> None:
    """A message says what, where, with which value, and what it must be; never what may be a secret."""
    (finding,) = judge(f"require: {{{require}}}", {DEV: text + "\n"}).findings
    assert finding.message == expected


def test_what_all_share_is_told_once() -> None:
    """A value that the chart sets for every stack is one finding, not one for each of them."""
    (finding,) = judge("require: {path: a, equals: x}", {CHART: "a: w\n", DEV: "b: 1\n", PROD: "b: 1\n"}).findings
    assert finding.message == "a is 'w', and must be 'x'"


def application(namespace: str | None) -> str:
    destination = f", namespace: {namespace}" if namespace else ""
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop-dev}}
spec:
  source:
    repoURL: https://git.example.com/web.git
    targetRevision: main
    path: deploy/charts/web-app
    helm: {{valueFiles: [../../env/dev/shop.yaml]}}
  destination: {{server: https://kubernetes.default.svc{destination}}}
"""


ARGO = "deploy/argocd/apps/dev/shop.yaml"
REF = 'require: {path: a, equals: "{namespace}-env"}'
NAMESPACES: dict[str, tuple[Files, list[str], int]] = {
    "as it should be": ({ARGO: application("ns"), DEV: "a: ns-env\n"}, [], 0),
    "another": ({ARGO: application("ns"), DEV: "a: shop-env\n"}, ["dev 1:4"], 0),
    "no Applications at all": ({DEV: "a: shop-env\n"}, [], 0),
    "an Application without a namespace": ({ARGO: application(None), DEV: "a: shop-env\n"}, [], 1),
    "no Application for this one": ({ARGO: application("ns"), DEV: "a: ns-env\n", PROD: "a: x\n"}, [], 1),
    "no Application for this one, which sets nothing": (
        {ARGO: application("ns"), DEV: "a: ns-env\n", PROD: "b: 1\n"},
        [],
        0,
    ),
}


@pytest.mark.parametrize(("files", "expected", "undecided"), NAMESPACES.values(), ids=NAMESPACES)
def test_namespace(files: Files, expected: list[str], undecided: int) -> None:
    """The namespace is that of the Application; where there are some but none for a stack, it is undecided."""
    report = judge(
        REF, {CHART: "x: 1\n", "deploy/charts/web-app/Chart.yaml": "name: web-app\nversion: 1.0.0\n", **files}
    )
    assert at(report) == expected
    about = [one for one in report.undecided if "namespace" in one.reason]
    assert len(about) == undecided
    assert all("destination.namespace" in one.remedy for one in about)


UNDECIDED: dict[str, tuple[str, Files, str]] = {
    "a layer that is not readable": ("require: {path: a, equals: x}", {DEV: "a: [\n"}, "a layer is not readable"),
    "the same across stacks": (UNIQUE, {DEV: "a: [\n"}, "a layer is not readable"),
    "a text too long for a pattern": ('require: {path: a, matches: "x*"}', {DEV: f"a: {'x' * 2001}\n"}, "too long"),
    "a text too long for a schema": (
        "schema: {properties: {a: {pattern: x}}}",
        {DEV: f"a: {'w' * 2001}\n"},
        "too long",
    ),
    "a layer of several environments": (
        'schema: {required: [a]}, over: layer, role: chart, when: {values: [{path: b, equals: "{env}"}]}',
        {DEV: "a: 1\n", CHART: "b: 1\n"},
        "belongs to several",
    ),
}


def test_defaults_elsewhere_are_undecided() -> None:
    """Where the chart is not at hand it may set what the layers do not; what they set is judged all the same."""
    sources = """\
  sources:
  - {repoURL: https://charts.example.com, chart: web-app, targetRevision: 1.0.0, helm: {valueFiles: [$v/deploy/env/dev/shop.yaml]}}
  - {repoURL: https://git.example.com/web.git, targetRevision: main, ref: v}
"""
    text = application("ns")
    text = text[: text.index("  source:")] + sources + text[text.index("  destination:") :]
    contract = "applications: {repo_url: https://git.example.com/web.git}\n"
    report = judge("require: {path: a, present: true, equals: x}", {ARGO: text, DEV: "b: 1\n"}, contract)
    assert report.findings == ()
    assert any("defaults are not known" in one.reason for one in report.undecided)
    assert at(judge("require: {path: a, present: true, equals: x}", {ARGO: text, DEV: "a: 1\n"}, contract)) == [
        "dev 1:4"
    ]


@pytest.mark.parametrize(("rule", "files", "reason"), UNDECIDED.values(), ids=UNDECIDED)
def test_undecided(rule: str, files: Files, reason: str) -> None:
    """What a rule cannot know is no finding and no silence."""
    report = judge(rule, files)
    assert report.findings == ()
    (one,) = report.undecided
    assert one.rules == ("the-rule",)
    assert reason in one.reason


def test_a_crash_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash while stacks are gathered or compared names the rule, and tells nothing of the repository."""
    from gitopslint.checks import requirements

    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("s3cr3t")

    for name in ("claims", "shared_values"):
        with monkeypatch.context() as patch:
            patch.setattr(requirements, name, broken)
            report = judge(UNIQUE, {DEV: "l: [a]\n"})
        assert {fault.rule for fault in report.faults} == {"the-rule"}
        assert "s3cr3t" not in repr(report.faults)
