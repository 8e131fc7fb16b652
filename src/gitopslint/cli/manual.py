"""Rules for people to read: on the terminal and as pages of the manual. All of it comes from the rule files."""

from __future__ import annotations

from typing import Any

from gitopslint.model.rule import FAMILIES

_TITLES = {"layers": "Layers", "image": "Image", "waivers": "Waivers"}


def rule_page(rule: dict[str, Any]) -> str:
    """Return the manual page of one rule file as Markdown."""
    parts = [
        f"# {rule['name']}",
        rule["summary"],
        f"Default level: **{rule['level']}** · family: `{rule['family']}`",
        f"**Why.** {_line(rule['why'])}",
        f"**What to do.** {_line(rule['fix'])}",
    ]
    if parameters := rule.get("parameters"):
        parts.append("## Parameters")
        parts += [f"- `{name}`: {parameter['summary']}\n\n  Default: {_default(parameter['default'])}"
                  for name, parameter in parameters.items()]  # fmt: skip
    for kind, title in (("bad", "Reported"), ("good", "Not reported")):
        parts.append(f"## {title}")
        for example in rule["examples"][kind]:
            parts.append(f"### {example['title']}")
            parts += [_file(path, text) for path, text in example["files"].items()]
            if at := example.get("at"):
                level = f" ({example['level']})" if "level" in example else ""
                parts.append(f"Reported at {', '.join(f'`{place}`' for place in dict.fromkeys(at))}{level}.")
    return "\n\n".join(parts) + "\n"


def rule_index(rules: list[dict[str, Any]]) -> str:
    """Return the list of all rules as Markdown."""
    parts = ["# Rules", "Each example lies over a clean repository of one app, `shop`, in `dev` and `prod`."]
    for family in FAMILIES:
        rows = [
            f"| [`{rule['name']}`]({rule['name']}.md) | {rule['level']} | {rule['summary']} |"
            for rule in rules if rule["family"] == family
        ]  # fmt: skip
        parts += [f"## {_TITLES[family]}", "\n".join(["| rule | level | what it reports |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _file(path: str, text: str | None) -> str:
    if text is None:
        return f"`{path}` is not there."
    body = text if text.endswith("\n") or not text else text + "\n"
    return f"`{path}`\n\n```yaml\n{body}```"


def _default(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`"


def _line(text: str) -> str:
    return " ".join(text.split())
