"""Version constraints, with a real Helm as the witness: does a dependency take the chart that is there?"""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopslint.model.semver import satisfies
from tests.support.charts import rendered_values
from tests.support.helm import Refused

BATCH = 10

CASES = {
    "any": ("1.2.3", "*", True),
    "no constraint": ("1.2.3", "", False),
    "exact": ("1.2.3", "1.2.3", True),
    "exact with v": ("v1.2.3", "=1.2.3", True),
    "build metadata does not count": ("1.2.3+b1", "1.2.3", True),
    "a wildcard": ("1.2.3", "1.2.x", True),
    "a short version is a wildcard": ("1.2.3", "1", True),
    "caret": ("1.9.0", "^1.2", True),
    "caret stops at the next major": ("2.0.0", "^1.2", False),
    "caret below 1": ("0.3.0", "^0.2.3", False),
    "tilde": ("1.2.9", "~1.2.3", True),
    "tilde stops at the next minor": ("1.3.0", "~1.2.3", False),
    "all of several": ("1.5.0", ">=1.2 <2", True),
    "with a comma": ("2.5.0", ">=1.2, <2", False),
    "one of several": ("3.1.0", "1.x || 3.x", True),
    "a range": ("1.5.0", "1.2 - 1.6", True),
    "a pre-release is not asked for": ("1.2.3-rc.1", ">=1", False),
    "a pre-release is asked for": ("1.2.3-rc.1", ">=1-0", True),
    "numbers in pre-releases": ("1.0.0-rc.10", ">1.0.0-rc.9", True),
    "not this one": ("1.2.3", "!=1.2.3", False),
    "no version": ("latest", "*", False),
    "four numbers": ("1.2.3.4", "*", False),
    "no constraint at all": ("1.2.3", "latest", False),
    "an operator alone": ("1.2.3", ">", False),
    "a number out of range": ("1.2.3", ">99999999999999999999", False),
}


@pytest.mark.parametrize(("version", "constraint", "expected"), CASES.values(), ids=CASES)
def test_satisfies(version: str, constraint: str, expected: bool) -> None:
    """A constraint fits the versions that its author means, and what is none fits nothing."""
    assert satisfies(version, constraint) is expected


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_as_helm(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Random versions and constraints, wildcards in odd places among them: Helm takes the same charts."""
    chance = random.Random(seed)
    for _ in range(BATCH):
        version, constraint = _version(chance), _constraint(chance)
        files = {
            "Chart.yaml": json.dumps(
                {
                    "apiVersion": "v2",
                    "name": "top",
                    "version": "1.0.0",
                    "dependencies": [
                        {"name": "sub", "alias": "found", "version": constraint},
                    ],
                }
            ),
            "charts/sub/Chart.yaml": json.dumps({"apiVersion": "v2", "name": "sub", "version": version}),
            "charts/sub/values.yaml": "a: 1",
        }
        try:
            found = "found" in rendered_values(Path(tmp_path_factory.getbasetemp()) / "semver", files, {})
        except Refused:
            continue  # it does not even take the version
        assert satisfies(version, constraint) is found, (version, constraint)


def _version(chance: random.Random) -> str:
    return chance.choice(("", "", "v")) + ".".join(chance.choices("0123", k=3)) + _end(chance)


def _end(chance: random.Random) -> str:
    return chance.choice((*("",) * 4, "-0", "-alpha.1", "-rc.2", "-beta", "-1.2", "+b1"))


def _constraint(chance: random.Random) -> str:
    luck = chance.random()
    if luck < 0.5:
        return _one(chance)
    if luck < 0.8:
        return _one(chance) + chance.choice((" ", ", ", ",", "||", " || ")) + _one(chance)
    if luck < 0.95:
        first, second = (".".join(chance.choices("0123", k=chance.randint(1, 3))) for _ in range(2))
        return f"{first} - {second}{_end(chance)}{chance.choice(('', ' ', ' <3'))}"
    return chance.choice(("*", " ", "latest", "1.2.3.4", "||", "1||", "x.1", "1.x.2"))


def _one(chance: random.Random) -> str:
    numbers = chance.choices(("0", "1", "2", "3", "0", "1", "2", "x", "*", "X"), k=chance.choice((1, 2, 3, 3, 3)))
    operator = chance.choice(("", "=", "!=", ">", "<", ">=", "<=", "~", "^", "=>", "=<", "~>"))
    return operator + chance.choice(("", " ")) + chance.choice(("", "", "v")) + ".".join(numbers) + _end(chance)
