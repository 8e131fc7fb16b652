"""Rules for people to read: on the terminal and as pages of the manual. All of it comes from the rule files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from gitopslint.model.namedtuple import NamedTuple
from gitopslint.model.policy import FAMILY, Policy
from gitopslint.model.rule import FAMILIES, Family
from gitopslint.model.scalars import resolve


class Words(NamedTuple):
    """What the manual says around the rules, in one language."""

    level: str
    family: str
    why: str
    fix: str
    rule: str
    parameters: str
    default: str
    bad: str
    good: str
    at: str
    rules: str
    about: str
    header: tuple[str, str, str]
    more: str
    titles: Mapping[Family, str]
    """The heading of each family of rules."""
    manual: str
    """Where the pages of the rules are, from the page that lists them."""


WORDS = {
    "en": Words(
        level="Default level",
        family="family",
        why="Why.",
        fix="What to do.",
        rule="The rule",
        parameters="Parameters",
        default="Default",
        bad="Reported",
        good="Not reported",
        at="Reported at",
        rules="Rules",
        about="Each example lies over a clean repository of one app, `shop`, in `dev` and `prod`; "
        "those about two repositories also over a clean platform that builds it.",
        header=("rule", "level", "what it reports"),
        more="`gitopslint explain RULE` says more about one.",
        titles={
            "layers": "Layers",
            "image": "Image",
            "promotion": "Promotion",
            "argocd": "Argo CD",
            "secrets": "Secrets",
            "platform": "Two repositories",
            "policy": "Policy",
            "waivers": "Waivers",
        },
        manual="",
    ),
    "ru": Words(
        level="Уровень по умолчанию",
        family="семейство",
        why="Почему.",
        fix="Что делать.",
        rule="Правило",
        parameters="Параметры",
        default="По умолчанию",
        bad="Сообщает",
        good="Не сообщает",
        at="Сообщает о",
        rules="Правила",
        about="Примеры каждого правила — на его странице (по-английски) и в `gitopslint explain RULE --lang ru`.",
        header=("правило", "уровень", "о чём сообщает"),
        more="`gitopslint explain RULE --lang ru` расскажет о правиле подробнее.",
        titles={
            "layers": "Слои",
            "image": "Образ",
            "promotion": "Продвижение",
            "argocd": "Argo CD",
            "secrets": "Секреты",
            "platform": "Два репозитория",
            "policy": "Политика",
            "waivers": "Исключения",
        },
        manual="../rules/",
    ),
}
_DEMAND = ("require", "schema", "over", "role", "when", "unless")
_WORD = re.compile(r"[A-Za-z][\w./-]*")


def rule_page(rule: dict[str, Any], words: Words = WORDS["en"]) -> str:
    """Return the manual page of one rule file as Markdown."""
    parts = [
        f"# {rule['name']}",
        rule["summary"],
        f"{words.level}: **{rule['level']}** · {words.family}: `{rule['family']}`",
        *([f"**{words.why}** {_line(rule['why'])}"] if rule.get("why") else []),
        *([f"**{words.fix}** {_line(rule['fix'])}"] if rule.get("fix") else []),
    ]
    if demand := {key: rule[key] for key in _DEMAND if rule.get(key)}:
        parts += [f"## {words.rule}", f"```yaml\n{_as_yaml(demand)}```"]
    if parameters := rule.get("parameters"):
        parts.append(f"## {words.parameters}")
        parts += [
            f"- `{name}`: {parameter['summary']}\n\n  {words.default}: {_default(parameter['default'])}"
            for name, parameter in parameters.items()
        ]
    for kind, title in (("bad", words.bad), ("good", words.good)):
        examples = rule.get("examples", {}).get(kind, [])
        parts += [f"## {title}"] if examples else []
        for example in examples:
            parts += [f"### {example['title']}"] if example.get("title") else []
            parts += _told(example)
            if at := example.get("at"):
                level = f" ({example['level']})" if "level" in example else ""
                parts.append(f"{words.at} {', '.join(f'`{place}`' for place in dict.fromkeys(at))}{level}.")
    return "\n\n".join(parts) + "\n"


def policy_page(policy: Policy) -> str:
    """Return the page of a rule that a repository brings along."""
    from dataclasses import asdict  # whoever has such rules has paid for pydantic already

    said = _without_nothing(asdict(policy))
    if policy.over == "stack":
        del said["over"]
    return rule_page({"family": FAMILY, **said})


def rule_index(rules: list[dict[str, Any]], words: Words = WORDS["en"]) -> str:
    """Return the list of all rules as Markdown."""
    parts = [f"# {words.rules}", words.about]
    head = [f"| {' | '.join(words.header)} |", "|---|---|---|"]
    for family in FAMILIES:
        rows = [
            f"| [`{rule['name']}`]({words.manual}{rule['name']}.md) | {rule['level']} | {rule['summary']} |"
            for rule in rules
            if rule["family"] == family
        ]
        parts += [f"## {words.titles[family]}", "\n".join([*head, *rows])]
    return "\n\n".join(parts) + "\n"


def _told(example: dict[str, Any]) -> list[str]:
    """Return the files of an example, and of both repositories where it is about two."""
    files = [_file(path, text) for path, text in example.get("files", {}).items()]
    if "in" not in example:
        parts = []
        for landing in example.get("landings", ()):
            parts.append(_landing(landing))
            parts += [_file(path, text) for path, text in landing["files"].items()]
        if parts and files:
            parts.append("**Not landed yet**")
        return parts + files
    here, there = ("platform", "product") if example["in"] == "platform" else ("product", "platform")
    parts = [f"In the {here} repository:", *files] if files else []
    if other := example.get("other"):
        parts += [f"In the {there} repository:", *(_file(path, text) for path, text in other.items())]
    for number, past in enumerate(example.get("past", ()), 1):
        parts.append(f"In the platform repository before that ({number}):")
        parts += [_file(path, text) for path, text in past.items()]
    return parts


def _file(path: str, text: str | None) -> str:
    if text is None:
        return f"`{path}` is not there."
    body = text if text.endswith("\n") or not text else text + "\n"
    language = "yaml" if "." in path.rpartition("/")[2] else "text"
    return f"`{path}`\n\n```{language}\n{body}```"


def _landing(landing: dict[str, Any]) -> str:
    commit = f"`{landing['commit']}` " if "commit" in landing else ""
    later = f", {landing['hours']} hours later" if "hours" in landing else ""
    return f"**Landing** {commit}{landing.get('subject', '')}{later}".rstrip()


def _without_nothing(value: Any) -> Any:
    """Leave out what nobody said."""
    if isinstance(value, dict):
        return {key: _without_nothing(below) for key, below in value.items() if below not in (None, (), {}, "")}
    return [_without_nothing(item) for item in value] if isinstance(value, list | tuple) else value


def _as_yaml(value: Any, indent: str = "") -> str:
    """Write plain data as YAML, scalars and keys as JSON where they are not plain words."""
    if isinstance(value, dict) and value:
        return "".join(f"{indent}{_scalar(key)}:{_below(below, indent)}" for key, below in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{indent}- {_as_yaml(item, indent + '  ').lstrip(' ')}" for item in value)
    return f"{indent}{_scalar(value)}\n"


def _below(value: Any, indent: str) -> str:
    if isinstance(value, dict | list) and value:
        return "\n" + _as_yaml(value, indent + "  ")
    return f" {_scalar(value)}\n"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _WORD.fullmatch(value) and resolve(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def _default(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`"


def _line(text: str) -> str:
    return " ".join(text.split())
