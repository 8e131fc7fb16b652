"""Reports of every kind that a reporter must be able to write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from gitopslint.model.document import KeyPath
from gitopslint.model.finding import (
    Edit,
    Fault,
    Finding,
    Fix,
    Related,
    Report,
    Undecided,
    Unread,
    Waived,
)
from gitopslint.model.rule import Level, Rule
from gitopslint.model.source import Source, masked
from gitopslint.model.span import Span, file_start

LAYER = "deploy/env/release-prod/shop.yaml"
OTHER_LAYER = "deploy/env/release-dev/shop.yaml"

CATALOGUE = {
    rule.name: rule
    for rule in (
        Rule("missing-layer", "layers", "error", "An app lacks a layer.", "Nothing renders.", "Add the file."),
        Rule(
            "mutable-tag",
            "image",
            "error",
            "An image tag that can move.",
            "The same commit can deploy two images.",
            "Pin the digest.",
            ("supply-chain",),
        ),
        Rule(
            "retyped-tag",
            "image",
            "error",
            "A tag that Helm reads as a number.",
            "Another text is deployed.",
            "Quote it.",
        ),
        Rule(
            "untraceable-tag",
            "image",
            "warning",
            "A tag without a commit.",
            "Nobody knows what runs.",
            "Put the commit into the tag.",
        ),
        Rule(
            "plaintext-secret",
            "image",
            "error",
            "A credential in plain text.",
            "Everybody who can read the repository has it.",
            "Revoke it.",
            ("cwe-312", "cwe-798"),
        ),
        Rule("rollback", "image", "note", "A release went back.", "Migrations do not.", "Nothing, if it was meant."),
        Rule(
            "unused-waiver",
            "waivers",
            "note",
            "A waiver that waives nothing.",
            "It hides the next finding.",
            "Remove it.",
        ),
    )
}


def on(path: str, line: int, first: int, last: int) -> Span:
    """Return the span of the characters `first` to `last` of one line."""
    return Span(path, line, first, line, last + 1)


def finding(
    rule: str = "mutable-tag",
    span: Span | None = None,
    message: str = "shop in prod runs the tag 'latest', which moves",
    *,
    level: Level | None = None,
    related: tuple[Related, ...] = (),
    key_path: KeyPath = ("image", "tag"),
    app: str | None = "shop",
    environment: str | None = "prod",
    fix: Fix | None = None,
) -> Finding:
    """Return a finding; its fingerprint tells it from every other one."""
    span = span or on(LAYER, 3, 8, 13)
    fingerprint = hashlib.sha256(f"{rule}{span}{message}".encode("utf-8", "surrogateescape")).hexdigest()
    return Finding(
        rule, level or CATALOGUE[rule].level, message, span, fingerprint, related, key_path, app, environment, fix
    )


def report(*findings: Finding, sources: dict[str, str] | None = None) -> Report:
    """Return a report in which all rules of the small catalogue ran."""
    texts = {path: masked(text) for path, text in (sources or {}).items()}
    known: dict[str, Source] = {LAYER: masked("image:\n  repository: registry.example.com/shop\n  tag: latest\n")}
    return Report(CATALOGUE, tuple(CATALOGUE), findings, sources=known | texts, files=12, apps=3)


def empty() -> Report:
    """Nothing was found and everything was decided."""
    return report()


def one_finding() -> Report:
    """The simplest report that fails."""
    return report(finding())


def levels() -> Report:
    """One finding of each level, and one about security."""
    return report(
        finding("mutable-tag", on(LAYER, 3, 8, 13)),
        finding("untraceable-tag", on(LAYER, 3, 8, 13), "the tag 'latest' of shop in prod carries no commit"),
        finding("plaintext-secret", on(LAYER, 2, 15, 38), "a password stands in the repository"),
        finding("unused-waiver", on(LAYER, 1, 1, 6), "nothing here breaks mutable-tag any more"),
    )


def twins() -> Report:
    """One rule is broken twice on one line, and once more on another."""
    text = "dev: {tag: latest}\nall: {a: {tag: main}, b: {tag: edge}}\n"
    path = "values/shop.yaml"
    return report(
        finding("mutable-tag", on(path, 1, 12, 17), "shop in dev runs the tag 'latest', which moves", level="warning"),
        finding("mutable-tag", on(path, 2, 16, 19), "shop in dev runs the tag 'main', which moves", level="warning"),
        finding("mutable-tag", on(path, 2, 32, 35), "shop in prod runs the tag 'edge', which moves"),
        sources={path: text},
    )


def non_ascii() -> Report:
    """A path that is no URI as it stands, and characters of two UTF-16 units before the finding."""
    path = "deploy/prod 100%/Läden #1.yaml"
    return report(
        finding("mutable-tag", on(path, 2, 13, 18), "the shop '🛍' in prod runs the tag 'latest', which moves"),
        sources={path: "image:\n  '🛍🛒': {t: latest}\n"},
    )


def not_utf8() -> Report:
    """A path with a byte that is no UTF-8, as Linux and git allow."""
    path = b"deploy/caf\xe9.yaml".decode("utf-8", "surrogateescape")
    return report(finding("mutable-tag", on(path, 1, 6, 11)), sources={path: "tag: latest\n"})


def hostile() -> Report:
    """Text of the repository that tries to be a link, a command to the terminal, and another text than it is."""
    link, red, reversed_text = "[click](https://example.com)\\[1](1)", "\x1b[31mred\x1b[0m", "\u202eetirw\u202c"
    return report(finding(message=f"the tag '{link}' is {red}, {reversed_text}\n{{0}} %s"))


def related() -> Report:
    """A finding that is explained by two other places."""
    notes = (
        Related(on(OTHER_LAYER, 3, 8, 13), "the tag in dev"),
        Related(on("deploy/charts/web-app/values.yaml", 7, 8, 10), "overrides ['1.4']"),
    )
    return report(finding(related=notes), sources={OTHER_LAYER: "image:\n  repository: shop\n  tag: latest\n"})


def fixes() -> Report:
    """A finding with a fix, on a line with a character of two UTF-16 units."""
    at = on("values.yaml", 1, 15, 18)
    message = "the unquoted tag 1.10 of shop in prod is a number to Helm: '1.1' would be deployed; quote it"
    fix = Fix("Quote the tag.", (Edit(at, '"1.10"'),))
    return report(finding("retyped-tag", at, message, fix=fix), sources={"values.yaml": "{x: '🛍', tag: 1.10}\n"})


def whole_file() -> Report:
    """A finding about a file that is not there."""
    return report(
        finding("missing-layer", file_start("deploy/env/prod/shop.yaml"), "shop in prod lacks a layer", key_path=())
    )


def undecided() -> Report:
    """Two rules that lack what they need, one of them in two places, and one without any place."""
    return report()._replace(
        undecided=(
            Undecided(
                ("mutable-tag", "untraceable-tag"),
                "the values of shop are not known",
                "repair the layer",
                (file_start(LAYER), file_start(OTHER_LAYER)),
            ),
            Undecided(("untraceable-tag",), "the history is truncated", "set GIT_DEPTH to 0"),
        ),
    )


def faults() -> Report:
    """A rule crashed on two subjects."""
    return report()._replace(
        faults=(
            Fault("mutable-tag", "shop in dev", "KeyError at checks/images.py:12"),
            Fault("mutable-tag", "shop in prod", "KeyError at checks/images.py:12"),
        ),
    )


def unread() -> Report:
    """A file that nobody could read."""
    return report()._replace(unread=(Unread(LAYER, "Permission denied"),))


def waived() -> Report:
    """A finding that a comment accepts."""
    return report()._replace(waived=(Waived(finding(), "rebuilt every night", on(LAYER, 3, 17, 60)),))


def below_the_top() -> Report:
    """The checked folder is not the top of the git repository."""
    return related()._replace(
        prefix="examples/web core/",
        contract="examples/web core/.gitopslint.yaml",
        faults=faults().faults,
        undecided=undecided().undecided,
        unread=unread().unread,
        waived=waived().waived,
    )


REPORTS: dict[str, Callable[[], Report]] = {
    builder.__name__: builder
    for builder in (
        empty,
        one_finding,
        levels,
        twins,
        non_ascii,
        not_utf8,
        hostile,
        related,
        fixes,
        whole_file,
        undecided,
        faults,
        unread,
        waived,
        below_the_top,
    )
}
