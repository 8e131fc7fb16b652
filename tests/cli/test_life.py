"""The whole life of one release, by commands only, in a real repository."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitopslint.cli import main
from tests.support.repo import IDENTITY
from tests.support.story import Code, Storyteller


def test_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Released to dev, promoted to prod, rolled back: each landing is what it was meant to be, and check is clean."""
    monkeypatch.chdir(tmp_path)
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)
    layers = {f"deploy/env/{env}/shop.yaml": f"env:\n  APP_ENV: {env}\n" for env in ("dev", "prod")}
    teller = Storyteller(tmp_path)
    teller.tell(
        [
            Code({**layers, ".gitopslint.yaml": "platform: none\npolicies: []\n"}),
            {"dev": "{1}"},
            {"prod": "{1}"},
            Code(),
        ]
    )
    first, second = teller.tag("{1}"), teller.tag("{2}")

    def run(*words: str) -> int:
        code = main(list(words))
        assert main(["check", "--fail-on", "warning", "--undecided", "error"]) == 0
        return code

    assert run("release", "shop", "dev", second, "--commit") == 0
    # Here `verify shop dev` says whether it is live, which takes a registry and a cluster: tests/cli/test_verify.py.
    assert run("promote", "shop", "--commit") == 0
    # And here `verify shop prod` does.
    assert run("rollback", "shop", "prod", "--to", "previous", "--commit") == 0

    capfd.readouterr()
    assert main(["history", "shop", "--format", "json", "--fail-on", "warning"]) == 0
    (app,) = json.loads(capfd.readouterr().out)["apps"]
    told = [
        (landing["subject"], [(move["environment"], move["class"]) for move in landing["moves"]])
        for landing in app["landings"][2:]
    ]
    assert told == [
        (f"chore(release): release shop {second} to dev", [("dev", "release")]),
        (f"chore(release): promote shop {second} to prod", [("prod", "promotion")]),
        (f"chore(release): roll shop back to {first} in prod", [("prod", "rollback")]),
    ]
    assert teller.repo.git("status", "--porcelain") == ""
    assert teller.repo.git("fsck", "--strict") == ""
