"""Writes every generated file. `make generate` runs it, and a test says so when one is stale.

python -m tools.generate            write them
python -m tools.generate --check    say which are stale, and fail
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gitopslint.cli.manual import WORDS, rule_index, rule_page
from gitopslint.loaders.patterns import read_pattern_files
from gitopslint.loaders.rules import read_rule_file, rule_files
from gitopslint.loaders.translations import load_translation, translated
from gitopslint.model.contract import Contract
from gitopslint.model.policy import FAMILY, Policy
from gitopslint.model.record import described, field_names
from gitopslint.model.requirement import Demand
from gitopslint.model.rule import FAMILIES
from gitopslint.model.secret import Pattern
from gitopslint.reporters.affected import AffectedEntry
from gitopslint.reporters.intoto import PREDICATE_TYPE, STATEMENT_TYPE, PredicateEntry, SubjectEntry
from gitopslint.reporters.json import ReportEntry
from tools.gitlab import gitlab_files
from tools.reference import command_reference, contract_reference

ROOT = Path(__file__).parent.parent
_DEMAND = list(field_names(Demand))


def generated() -> dict[Path, str]:
    """Return the content of every generated file by its path from the root."""
    rules = sorted((read_rule_file(path) for path in rule_files()), key=_manual_order)
    files = {
        Path("src/gitopslint/loaders/catalogue.json"): _json([_compiled(rule) for rule in rules]),
        Path("src/gitopslint/loaders/patterns.json"): _json([_pattern(one) for one in read_pattern_files()]),
        Path("schemas/contract.schema.json"): _json(contract_schema(rules)),
        Path("schemas/report.schema.json"): _json(report_schema()),
        Path("schemas/affected.schema.json"): _json(affected_schema()),
        Path("schemas/release-evidence.schema.json"): _json(evidence_schema()),
        Path("schemas/rule.schema.json"): _json(rule_schema()),
        Path("docs/rules/README.md"): rule_index(rules),
        Path("docs/ru/rules.md"): rule_index([translated(rule, load_translation("ru")) for rule in rules], WORDS["ru"]),
        Path("docs/credentials.md"): credentials(),
        **gitlab_files(),
        Path("docs/contract-reference.md"): contract_reference(contract_schema(rules)),
        Path("docs/cli.md"): command_reference(),
    }
    return files | {Path(f"docs/rules/{rule['name']}.md"): rule_page(rule) for rule in rules}


def contract_schema(rules: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON Schema of `.gitopslint.yaml`, with every rule and its parameters by name."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(described(Contract)).json_schema()
    settings = schema["$defs"]["RuleSettings"]
    properties = {}
    for rule in rules:
        own = json.loads(json.dumps(settings))
        own["description"] = rule["summary"]
        own["properties"]["parameters"] = {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                name: _parameter_schema(parameter) for name, parameter in rule.get("parameters", {}).items()
            },
        }
        properties[rule["name"]] = own
    own_rule = {**settings, "description": "A rule of your own."}
    own_rule["properties"] = {"level": settings["properties"]["level"]}
    schema["properties"]["rules"] |= {"additionalProperties": own_rule, "properties": properties}
    schema |= {
        "if": {"not": {"anyOf": [{"required": ["policies"]}, {"required": ["policy_folder"]}]}},
        "then": {"properties": {"rules": {"propertyNames": {"enum": list(properties)}}}},
    }
    del schema["$defs"]["RuleSettings"]
    shipped = {"enum": [rule["name"] for rule in rules if rule["family"] == FAMILY], "description": "A shipped policy."}
    choices = schema["properties"]["policies"]["anyOf"][0]["items"]["anyOf"]
    choices[:] = [shipped if choice.get("type") == "string" else choice for choice in choices]
    _one_kind(schema["$defs"]["Policy"])
    return _published("contract", schema)


def rule_schema() -> dict[str, Any]:
    """Return the JSON Schema of a rule without code, as a file of a policy folder holds it."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(described(Policy)).json_schema()
    _one_kind(schema)
    return _published("rule", schema)


def _one_kind(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [{"required": ["require"]}, {"required": ["schema"]}]


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `gitopslint check --output-format json` writes."""
    from pydantic import TypeAdapter

    return _published("report", TypeAdapter(ReportEntry).json_schema(mode="serialization"))


def affected_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `gitopslint affected --format json` writes."""
    from pydantic import TypeAdapter

    return _published("affected", TypeAdapter(AffectedEntry).json_schema(mode="serialization"))


def evidence_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line that `gitopslint history --format intoto` writes."""
    from pydantic import TypeAdapter

    parts = {
        "subject": TypeAdapter(SubjectEntry).json_schema(mode="serialization"),
        "predicate": TypeAdapter(PredicateEntry).json_schema(mode="serialization"),
    }
    definitions: dict[str, Any] = {}
    for part in parts.values():
        definitions |= part.pop("$defs", {})
    return _published(
        "release-evidence",
        {
            "title": "An in-toto Statement about a release",
            "type": "object",
            "additionalProperties": False,
            "required": ["_type", "subject", "predicateType", "predicate"],
            "properties": {
                "_type": {"const": STATEMENT_TYPE},
                "subject": {"type": "array", "minItems": 1, "items": parts["subject"]},
                "predicateType": {"const": PREDICATE_TYPE},
                "predicate": parts["predicate"],
            },
            "$defs": definitions,
        },
    )


def _published(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://github.com/gitopslint/gitopslint/blob/main/schemas/{name}.schema.json",
        **schema,
    }


def _compiled(rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": rule["name"],
        "family": rule["family"],
        "level": rule["level"],
        "tags": rule.get("tags", []),
        "summary": rule["summary"],
        "why": rule["why"],
        "fix": rule["fix"],
        "parameters": {name: parameter["default"] for name, parameter in rule.get("parameters", {}).items()},
        **({"demand": demand} if (demand := {key: rule[key] for key in _DEMAND if key in rule}) else {}),
    }


def credentials() -> str:
    """Return the list of all patterns as Markdown."""
    rows = sorted(f"| `{one['name']}` | {one['what']} |" for one in read_pattern_files())
    own = [
        "| `private-key` | a private key in its armour, or one of PuTTY |",
        "| `password-in-address` | the password in `scheme://user:password@host` |",
    ]
    intro = (
        "What [`plaintext-secret`](rules/plaintext-secret.md) knows by its shape. The names are for `pattern` in "
        "an entry of\n`secrets.allow` in the [contract](contract.md). Each pattern stands with examples in `patterns/`."
    )
    return "\n\n".join(["# Credentials", intro, "\n".join(["| name | what it is |", "|---|---|", *own, *rows])]) + "\n"


def _pattern(pattern: dict[str, Any]) -> dict[str, Any]:
    return {key: pattern[key] for key in Pattern._fields if key in pattern}


def _parameter_schema(parameter: dict[str, Any]) -> dict[str, Any]:
    default = parameter["default"]
    kind: dict[str, Any]
    if isinstance(default, list):
        kind = {"type": "array", "items": {"type": "string"}}
    else:
        kind = {"type": {bool: "boolean", int: "integer", str: "string"}[type(default)]}
    return kind | {"description": parameter["summary"], "default": default}


def _manual_order(rule: dict[str, Any]) -> tuple[int, str]:
    return FAMILIES.index(rule["family"]), rule["name"]


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check; the exit code is 1 when a checked file is stale."""
    stale = [path for path, text in generated().items() if not _is(ROOT / path, text)]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path} is stale: run `make generate`")
        return 1 if stale else 0
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(generated()[path], "utf-8")
        print(f"wrote {path}")
    return 0


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


if __name__ == "__main__":
    raise SystemExit(main())
