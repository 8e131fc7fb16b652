"""Plain scalars: their type, their printed text and the keys that they make, compared with a real Helm."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.model.scalars import KINDS, key_text, printed, resolve, resolve_as
from tests.support import helm
from tests.support.skips import without

VECTORS = [json.loads(line) for line in (Path(__file__).parent / "scalars.jsonl").read_text("utf-8").splitlines()]
FACTS = Path(__file__).parents[3] / "shared/facts/helm-scalars.jsonl"

seeds = st.integers(0, 2**32)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["text"])
def test_vectors(row: dict[str, Any]) -> None:
    """Value, printed text and key of every scalar in `scalars.jsonl`; a key that Helm refuses is null there."""
    value = resolve(row["text"])
    if row.get("refused"):
        assert isinstance(value, float)
        assert not math.isfinite(value)
    else:
        assert helm.same(value, row["value"])
        assert printed(value) == row["prints"]
    if "key" in row:
        assert key_text(row["text"]) == row["key"]


def test_vectors_are_what_helm_says(tmp_path: Path) -> None:
    """The table is no opinion: a real Helm gives every value, text and key in it."""
    taken = [row for row in VECTORS if not row.get("refused")]
    assert [helm.takes(f"a: {row['text']}\n") for row in VECTORS] == [row in taken for row in VECTORS]
    found = helm.read("all:\n" + "".join(f"- {row['text']}\n" for row in taken))["all"]
    assert all(helm.same(row["value"], value) for row, value in zip(taken, found, strict=True))
    assert [text for text, _ in helm.printed(tmp_path, [row["text"] for row in taken])] == [
        row["prints"] for row in taken
    ]
    keys = [(row["text"], row["key"]) for row in VECTORS if "key" in row]
    assert [(text, helm_key(text)) for text, _ in keys] == keys


def test_facts() -> None:
    """The vectors that were measured with Helm's Go libraries before this module was written."""
    if not FACTS.exists():
        without(f"{FACTS.name}, measured vectors that are not part of the repository")
    for line in FACTS.read_text("utf-8").splitlines():
        row = json.loads(line)
        value = resolve(row["in"])
        if row.get("err"):
            assert isinstance(value, float), row
            assert not math.isfinite(value), row
            continue
        kinds = {"float64": float, "string": str, "bool": bool, "<nil>": type(None)}
        assert type(value) is kinds[row["sigs_type"]], row
        assert helm.same(value, json.loads(row["json"])["tag"]), row
        assert printed(value) == ("" if value is None else row["tpl"]), row


def helm_key(text: str) -> str | None:
    """Return the key that Helm makes of a scalar, or None where it refuses the file."""
    try:
        return next(iter(helm.read(f"? {text}\n: 1\n")))
    except helm.Refused:
        return None


def plain_scalars(seed: int, count: int) -> list[str]:
    """Return different plain scalars, most of them numbers and words, or nearly."""
    chance = random.Random(seed)
    made = (_plain_scalar(chance) for _ in range(count))
    return sorted({text for text in made if _is_plain(text)})


def _plain_scalar(chance: random.Random) -> str:
    def letters(alphabet: str, most: int, least: int = 1) -> str:
        return "".join(chance.choices(alphabet, k=chance.randint(least, most)))

    sign = chance.choice(("", "", "-", "+"))
    return chance.choice(
        (
            lambda: letters("0123456789_+-.eExXobBO:", 8),
            lambda: letters("0123456789abcdefABCDEF_xob.+-eTZ: ", 24).strip(),
            lambda: (
                sign
                + chance.choice(("0b", "0x", "0o", "0", "0B", "0X"))
                + chance.choice(("", "-", "+"))
                + letters("01_79af", 70)
            ),
            lambda: (
                sign
                + chance.choice(
                    (
                        "y",
                        "yes",
                        "true",
                        "on",
                        "n",
                        "off",
                        "false",
                        "null",
                        "~",
                        ".inf",
                        ".nan",
                        "inf",
                        "nan",
                        "infinity",
                        "=",
                        "<",
                    )
                )
            ),
            lambda: sign + letters("yesnotrufalYESNOTRUFALIi.", 5),
            lambda: (
                sign + letters("0123456789", 45) + chance.choice(("", ".", "e5", "e300", "E-300", "e400", ".5e-7", "_"))
            ),
            lambda: (
                sign
                + letters("0123456789", 4, 0)
                + "."
                + letters("0123456789_", 6, 0)
                + chance.choice(("", "e7", "e1_0"))
            ),
            lambda: repr(
                chance.choice(
                    (chance.uniform(-1e9, 1e9), chance.uniform(0, 1) ** 40, 10.0 ** chance.randint(-320, 308))
                )
            ),
            lambda: (
                f"{chance.randint(0, 9999):04}-{chance.randint(0, 99)}-{chance.randint(0, 99)}"
                + chance.choice(("", "T1:2:3Z", " 1:2:3", "t01:02:03.5+01:00"))
            ),
            lambda: letters("0123456789abcdef", 12, 6),
        )
    )()


def _is_plain(text: str) -> bool:
    try:
        events = list(pyyaml.parse(f"- {text}\n", Loader=pyyaml.CSafeLoader))
    except pyyaml.YAMLError:
        return False
    found = [event for event in events if isinstance(event, pyyaml.ScalarEvent)]
    return len(events) == 7 and len(found) == 1 and found[0].value == text != "<<"


def _finite(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if not isinstance(value := resolve(text), float) or math.isfinite(value)]


@given(seeds)
@settings(max_examples=25)
def test_values_and_printed_texts_are_those_of_helm(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """`{{ .Values.x }}` and `{{ .Values.x | quote }}` print what `printed` says, for any scalar; null prints nothing."""
    texts = _finite(plain_scalars(seed, 250))
    found = helm.read("all:\n" + "".join(f"- {text}\n" for text in texts))["all"]
    shown = helm.printed(tmp_path_factory.getbasetemp() / "scalars", texts)
    for text, value, (bare, quoted) in zip(texts, found, shown, strict=True):
        ours = resolve(text)
        assert helm.same(ours, value), text
        assert bare == printed(ours), text
        assert quoted == ("" if ours is None else json.dumps(printed(ours), ensure_ascii=False)), text


@given(seeds)
@settings(max_examples=25)
def test_what_is_not_finite_is_refused(seed: int) -> None:
    """An infinity or NaN from `resolve` means that Helm refuses the file, and nothing else does."""
    texts = plain_scalars(seed, 100)
    refused = sorted(set(texts) - set(_finite(texts)))
    assert [text for text in refused if helm.takes(f"a: {text}\n")] == []


@given(seeds)
@settings(max_examples=25)
def test_keys_are_those_of_helm(seed: int) -> None:
    """A plain scalar as a key becomes the text that Helm makes of it, or Helm refuses the file."""
    for text in plain_scalars(seed, 50):
        assert key_text(text) == helm_key(text), text


@given(seeds)
@settings(max_examples=25)
def test_tags_mean_what_they_mean_to_helm(seed: int) -> None:
    """Under a tag, however it is quoted, a scalar has the value and the key that Helm gives it, or is refused."""
    for number, text in enumerate(plain_scalars(seed, 50)):
        for kind in set(KINDS) - {"timestamp"}:
            tagged = f"!!{kind} " + (text if number % 2 else "'" + text.replace("'", "''") + "'")
            try:
                ours = resolve_as(kind, text)
            except ValueError:
                assert not helm.takes(f"a: {tagged}\n"), tagged
                continue
            if isinstance(ours, float) and not math.isfinite(ours):
                assert not helm.takes(f"a: {tagged}\n"), tagged
            else:
                assert helm.same(helm.read(f"a: {tagged}\n")["a"], ours), tagged
            if not isinstance(ours, str):
                assert helm_key(tagged) == key_text(text, as_float=kind == "float"), tagged


@given(st.text(max_size=30))
def test_nothing_raises(text: str) -> None:
    """Any text has a value, and its printed form reads as the same text or value again."""
    value = resolve(text)
    key_text(text)
    if isinstance(value, str):
        assert value == text
    assert resolve(printed(value)) == value or isinstance(value, float)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_printed_numbers_keep_their_value(number: float) -> None:
    """What a template prints for a number is that number, to the last digit."""
    assert float(printed(number)) == number


HUGE = {
    "digits": "1" * 100_000,
    "hexadecimal": "0x" + "f" * 100_000,
    "underscores": "1" + "_" * 100_000,
    "a fraction": "1." + "1" * 100_000,
    "an exponent": "1e" + "9" * 100_000,
    "dots": "." * 100_000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_huge_texts(text: str) -> None:
    """Python refuses numbers of thousands of digits; this module does not."""
    value = resolve(text)
    assert isinstance(value, str | float)
    assert key_text(text)
