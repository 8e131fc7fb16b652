"""Scalars as YAML: every reader gets the value back, and nobody is deceived."""

from __future__ import annotations

import helm_python
import pytest
import yaml as pyyaml
from hypothesis import example, given
from hypothesis import strategies as st

from gitopslint.loaders import yaml
from gitopslint.model.scalars import Scalar
from gitopslint.reporters.escape import visible
from gitopslint.reporters.scalars import yaml_scalar

WRITTEN: dict[str, tuple[Scalar, str]] = {
    "a word": ("shop", "shop"),
    "an image": ("registry.example.com:5000/shop", "registry.example.com:5000/shop"),
    "an address": ("https://example.com/a?b", '"https://example.com/a?b"'),
    "two words": ("two words", "two words"),
    "a number in quotes": ("1.10", '"1.10"'),
    "a commit that is a number": ("12e4567", '"12e4567"'),
    "a boolean in quotes": ("on", '"on"'),
    "a date in quotes": ("2024-01-01", '"2024-01-01"'),
    "empty": ("", '""'),
    "blank at the end": ("a ", '"a "'),
    "a colon at the end": ("a:", '"a:"'),
    "a comment": ("a #b", '"a #b"'),
    "lines": ("a\nb", '"a\\nb"'),
    "control characters": ("\x1b[31m\x7f\x9b", '"\\u001b[31m\\u007f\\u009b"'),
    "turned direction": ("a\u202eb", '"a\\u202eb"'),
    "the end of a document": ("...", '"..."'),
    "a whole number": (9505540.0, "9505540"),
    "an exact number": (9505540, "9505540"),
    "a fraction": (2.5, "2.5"),
    "a large number": (1e300, "1.0e+300"),
    "a small number": (1e-7, "1.0e-07"),
    "less than nothing": (-0.0, "-0.0"),
    "true": (True, "true"),
    "null": (None, "null"),
}


@pytest.mark.parametrize(("value", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_written(value: Scalar, expected: str) -> None:
    """What could be read as anything else stands in double quotes."""
    assert yaml_scalar(value) == expected


texts = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text("0123456789abcdefxoEXO_.,:+- ", max_size=8),
    st.sampled_from(
        ("yes", "y", "N", "NULL", "~", "=", "<<", ".inf", "0o17", "1:30", "1_000", "0x", "-", "---", "? a", "!x")
    ),
)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@given(value=st.one_of(texts, numbers, st.booleans(), st.none()))
@example(value="0b1")
@example(value="\ufeff")
def test_read_back(value: Scalar) -> None:
    """Our reader, Helm's and PyYAML's get the same value from it; it is one line that hides nothing."""
    written = yaml_scalar(value)
    assert visible(written) == written
    assert len(written.splitlines()) == 1
    assert repr(yaml.parse("f", f"a: {written}\n".encode()).root.mapping["a"].value) == repr(value)
    if isinstance(value, str):
        assert list(yaml.parse("f", f"{written}: 1\n".encode()).root.mapping) == [value]
    helm = helm_python.values_from_yaml(f"a: {written}\n")["a"]
    assert (float(helm) if isinstance(value, float) else helm) == value
    assert isinstance(helm, bool) == isinstance(value, bool)
    assert pyyaml.safe_load(f"a: {written}\n")["a"] == value
