"""Random charts with subcharts, and what a real Helm makes of their values."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python

from tests.support.helm import Refused, quiet

KEYS = ("a", "b", "c")
SUBCHARTS = ("sub", "other", "leaf")


class Random:
    """Makes charts and values in which the same few keys meet again and again."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def chart(self, name: str = "top", depth: int = 2) -> dict[str, str]:
        """Return the files of a chart by path, its subcharts among them."""
        below = self._chance.sample(SUBCHARTS, self._chance.choice((0, 1, 1, 2))) if depth else []
        files = {"values.yaml": json.dumps(self.values(below))}
        dependencies = {one.get("alias", one["name"]): one for sub in below for one in self._dependencies(sub)}
        about: dict[str, Any] = {"apiVersion": "v2", "name": name, "version": self._chance.choice(("1.0.0", "1.2.3"))}
        if dependencies or self._chance.random() < 0.1:
            about["dependencies"] = list(dependencies.values())
        files["Chart.yaml"] = json.dumps(about)
        for sub in below:
            if self._chance.random() < 0.95:
                files |= {f"charts/{sub}/{path}": text for path, text in self.chart(sub, depth - 1).items()}
        return files

    def values(self, below: list[str]) -> dict[str, Any]:
        """Return values that also speak of the given subcharts, of globals and tags."""
        keys = (*KEYS, *below, *below, "global", "tags", "alias")
        found = {key: self._value(2) for key in self._chance.sample(keys, self._chance.randint(0, 5))}
        for key in found:
            if key in (*below, "global", "tags", "alias") and self._chance.random() < 0.9:
                found[key] = self._table(3, inner=(*SUBCHARTS, "global", "exports", "on"))
        return found

    def _dependencies(self, sub: str) -> Iterator[dict[str, Any]]:
        if self._chance.random() < 0.15:
            return
        for alias in self._chance.choice(([""], [""], [""], ["alias"], ["alias", ""], [sub])):
            one: dict[str, Any] = {"name": sub, "version": self._chance.choice(("*", "1.x.x", ">=1", "^1.2.0", ""))}
            if alias:
                one["alias"] = alias
            if self._chance.random() < 0.4:
                one["condition"] = self._chance.choice(
                    (f"{alias or sub}.on", "a", "a.b,b", "global.a", f"{sub}.on , b")
                )
            if self._chance.random() < 0.3:
                one["tags"] = self._chance.sample(KEYS, 2)
            if self._chance.random() < 0.4:
                one["import-values"] = [self._import() for _ in range(self._chance.randint(1, 2))]
            yield one

    def _import(self) -> Any:
        if self._chance.random() < 0.5:
            return self._chance.choice(KEYS)
        child = self._chance.choice((*KEYS, "a.b", "exports", "global"))
        return {"child": child, "parent": self._chance.choice((*KEYS, ".", "a.b", "sub.a", "global"))}

    def _value(self, depth: int) -> Any:
        luck = self._chance.random()
        if luck < 0.4 and depth:
            return self._table(depth)
        if luck < 0.55:
            return None
        if luck < 0.65:
            return [self._value(0) for _ in range(self._chance.randint(0, 2))]
        return self._chance.choice((1, 2.5, True, False, "", "text"))

    def _table(self, depth: int, inner: tuple[str, ...] = ()) -> dict[str, Any]:
        keys = self._chance.sample((*KEYS, *inner), self._chance.randint(0, 3))
        return {
            key: self._value(depth - 1)
            if key not in inner or self._chance.random() < 0.3
            else self._table(depth - 1)
            if depth and key != "on"
            else self._chance.random() < 0.5
            for key in keys
        }


def write_chart(folder: Path, files: dict[str, str]) -> None:
    """Write a chart, with nothing of an earlier one left in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def rendered_values(folder: Path, files: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    """Return `.Values` as the templates of a chart see them. Raises Refused."""
    write_chart(folder, files | {"templates/all.yaml": "{{ toJson .Values }}"})
    with quiet():
        try:
            chart = helm_python.Chart.load(folder)
            (text,) = (text for path, text in chart.render(values).items() if path.count("/") == 2)
        except helm_python.HelmError as error:
            raise Refused(str(error)) from None
    found: dict[str, Any] = json.loads(text)
    return found
