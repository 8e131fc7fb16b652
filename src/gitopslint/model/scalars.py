"""What Helm makes of a plain YAML scalar, and how a template then prints it.

Helm reads values through go-yaml v2 and a JSON round trip: YAML 1.1 booleans, a leading 0 for octal, and every
number a float64. Sources: go-yaml v2 `resolve.go`, sigs.k8s.io/yaml `yaml.go`, Go `strconv/ftoa.go`; the tests
compare this module with a real Helm.
"""

from __future__ import annotations

import binascii
import math
import re
from functools import lru_cache

from gitopslint.model.lazy import lazy

Scalar = str | bool | int | float | None
"""A number from a YAML file is a float, as Helm makes it; only `--set` gives an int, which keeps all its digits."""

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
KINDS = ("binary", "bool", "float", "int", "null", "timestamp")
"""The tags of `tag:yaml.org,2002:` by which a scalar gets another type than its text says, or is refused."""

_NUMBER_START = frozenset("0123456789+-.")
_INTEGER = lazy(r"([-+]?)(?:(0[xX])([0-9a-fA-F]+)|(0[bB])([01]+)|(0[oO]?)([0-7]+)|([1-9][0-9]*|0))", re.ASCII)
_FLOAT = lazy(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_LOOSE_UNDERSCORE = lazy(r"(?<![0-9])_|_(?![0-9])", re.ASCII)
_DATE = lazy(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]*)?(?:Z|[ \t]*[-+][0-9:]{1,6})?)?",
    re.ASCII,
)
_BASE64 = lazy(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_SURROGATE = lazy("[\ud800-\udfff]")
_INT64, _UINT64 = 1 << 63, 1 << 64
_DECIMAL_DIGITS_OF_UINT64 = 20


@lru_cache(4096)  # most plain scalars are keys and words that every file of a repository repeats
def resolve(text: str) -> Scalar:
    """Return the value that Helm gives to a plain (unquoted, untagged) scalar.

    Numbers come back as `float`, because Helm's JSON round trip leaves nothing else. An infinity or NaN means
    that Helm refuses the file. Never raises.
    """
    # A path that starts with `./` or `../` is not asked any further.
    if text[:1] in _NUMBER_START and (text[0] != "." or text[1:2].isdigit()) and (number := _number(text)) is not None:
        return float(number)
    return _WORDS.get(text, text)


def printed(value: Scalar) -> str:
    """Return the text that `{{ .Values.x }}` prints for a scalar (Go's `%v`); `quote` only adds the quotes.

    A null prints as nothing. An exponent appears below 1e-4 and from seven digits on.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _go_float(repr(value))
    return str(value) if isinstance(value, int) else value or ""


def resolve_as(kind: str, text: str) -> Scalar:
    """Return the value that Helm gives to a scalar under one of the tags of `KINDS`, however it is quoted.

    Raises ValueError where Helm refuses the file.
    """
    if kind == "binary":
        return _from_base64(text)
    value, number = resolve(text), _number(text)
    fits = {
        "bool": isinstance(value, bool),
        "float": isinstance(value, float) and not (isinstance(number, int) and number >= _INT64),
        "int": isinstance(number, int),
        "null": value is None,
        "timestamp": _DATE.fullmatch(text) is not None,
    }
    if not fits[kind]:
        raise ValueError(f"Helm cannot read this text as !!{kind}")
    return value


def key_text(text: str, *, as_float: bool = False) -> str | None:
    """Return the mapping key that Helm makes of a plain scalar, or None where it refuses the file.

    Source: sigs.k8s.io/yaml `convertToJSONableObject`. Whole numbers keep all digits; other numbers, and those
    under `!!float`, are printed with the precision of a float32.
    """
    number = _number(text)
    if as_float and number is not None:
        number = float(number)
    if isinstance(number, int):
        return str(number) if number < _INT64 else None  # go-yaml makes it a uint64, which sigs yaml does not know
    if number is not None:
        shortest = _shortest_float32(number)
        return shortest if shortest.endswith("inf") else _go_float(shortest)
    value = _WORDS.get(text, text)
    if isinstance(value, float):  # only the infinities and NaN are left
        return ".nan" if math.isnan(value) else "-.inf" if value < 0 else ".inf"
    return None if value is None else printed(value)


def _from_base64(text: str) -> str:
    data = text.replace("\r", "").replace("\n", "")
    if not _BASE64.fullmatch(data):  # what Go takes; Python takes more
        raise ValueError("not base64")
    # JSON gets U+FFFD for every byte that is no UTF-8.
    return _SURROGATE.sub("\ufffd", binascii.a2b_base64(data).decode("utf-8", "surrogateescape"))


def _number(text: str) -> int | float | None:
    """Return the finite number that go-yaml reads from `text`, or None where it keeps the text."""
    if text[:1] not in _NUMBER_START or (text[4:5] == "-" and _DATE.fullmatch(text)):
        return None
    # go-yaml drops every `_`, but hands a leading `.` to Go's ParseFloat, which wants each between two digits.
    if text[0] == "." and "_" in text and _LOOSE_UNDERSCORE.search(text):
        return None
    plain = text.replace("_", "")
    number: int | float | None = _integer(plain)
    if number is None and _FLOAT.fullmatch(plain):
        number = float(plain)
        # A number too large for a float64 is an error to Go, and go-yaml then keeps the text.
        return None if math.isinf(number) else number
    return number


def _integer(plain: str) -> int | None:
    """Return what Go's `ParseInt(plain, 0, 64)` or else `ParseUint` reads; None where both refuse."""
    if plain.isascii() and plain.isdigit() and (plain[0] != "0" or plain == "0"):  # as most numbers are
        value = int(plain) if len(plain) <= _DECIMAL_DIGITS_OF_UINT64 else _UINT64
        return value if value < _UINT64 else None
    if plain.startswith(("0b-", "0b+")):  # go-yaml cuts the `0b` off itself, and so takes a sign behind it
        plain = f"{plain[2]}0b{plain[3:]}"
    match = _INTEGER.fullmatch(plain)
    if match is None:
        return None
    sign, _, hexadecimal, _, binary, _, octal, decimal = match.groups()
    if decimal and len(decimal) > _DECIMAL_DIGITS_OF_UINT64:  # Python refuses to convert thousands of digits
        return None
    value = (
        int(hexadecimal, 16) if hexadecimal else int(binary, 2) if binary else int(octal, 8) if octal else int(decimal)
    )
    if sign == "-":
        return -value if value <= _INT64 else None
    return value if value < (_INT64 if sign else _UINT64) else None


def _go_float(shortest: str) -> str:
    """Print a number as Go's `FormatFloat(x, 'g', -1, …)` does, from its shortest decimal form."""
    sign = "-" if shortest.startswith("-") else ""
    mantissa, _, exponent = shortest.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return sign + "0"
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if -5 < point - 1 < 6:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{digits}"
        tail = digits[point:]
        return sign + digits[:point].ljust(point, "0") + (f".{tail}" if tail else "")
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+03d}"


def _shortest_float32(value: float) -> str:
    """Return the shortest decimal text that reads back as the same float32."""
    import struct  # keys that are fractions are rare, and the import is not free

    try:
        single = struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return "-.inf" if value < 0 else ".inf"
    for digits in range(1, 9):
        text = f"{single:.{digits}g}"
        if struct.unpack("<f", struct.pack("<f", float(text)))[0] == single:
            return text
    return f"{single:.9g}"
