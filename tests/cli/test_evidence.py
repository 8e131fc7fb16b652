"""Evidence about releases: in-toto Statements that git can be asked about later."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from google.protobuf import json_format
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as Message

from gitopslint.cli import main
from tests.support.story import Code, Landing, Step, Storyteller

A, B = "{1}-r1", "{2}-r1"
LIFE: Sequence[Step] = [Code(), {"dev": A}, {"prod": A}, Code(), {"dev": B, "prod": B}, {"prod": A}]
SCHEMA = json.loads(Path("schemas/release-evidence.schema.json").read_text("utf-8"))


@pytest.fixture
def teller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storyteller:
    """A product that has been released, promoted, released to both at once, and rolled back."""
    teller = Storyteller(tmp_path / "product")
    teller.tell(LIFE)
    monkeypatch.chdir(teller.repo.path)
    return teller


def lines(capfd: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """Return the Statements that the command writes."""
    assert main(["history", "--format", "intoto", *words]) == 0
    return capfd.readouterr().out.splitlines()


def statements(capfd: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """Return the Statements that the command writes, read."""
    return [json.loads(line) for line in lines(capfd, *words)]


def verify(capfd: pytest.CaptureFixture[str], file: Path, *words: str) -> tuple[int, list[str]]:
    """Hold a file against git, and return the exit code and the lines."""
    code = main(["history", "--verify", str(file), *words])
    captured = capfd.readouterr()
    return code, (captured.out + captured.err).replace(str(file), "FILE").splitlines()


def test_statement(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """One for each release: its image, its landings, its source, the verdicts, and by what it was judged."""
    first, second = statements(capfd)
    tag, repo = teller.tag(A), teller.repo
    code = repo.git("rev-parse", "HEAD~5")
    assert first["subject"] == [
        {
            "name": f"registry.example.com/shop:{tag}",
            "digest": {"gitCommit": code},
            "annotations": {"identifiedBy": "source"},
        }
    ]
    predicate = first["predicate"]
    assert predicate["source"] == {"status": "landed", "commit": code}
    assert [(one["environment"], one["kind"], one["commit"]) for one in predicate["landings"]] == [
        ("dev", "first release", repo.git("rev-parse", "HEAD~4")),
        ("prod", "promotion", repo.git("rev-parse", "HEAD~3")),
        ("prod", "rollback", repo.head()),
    ]
    assert predicate["landings"][1] | {"commit": ""} == {
        "environment": "prod",
        "commit": "",
        "time": "2023-11-14T22:15:20Z",
        "kind": "promotion",
        "replaced": None,
        "soakSeconds": 60,
    }
    assert predicate["verdicts"]["verdict"] == "pass"
    assert predicate["policy"]["contract"] is None
    assert predicate["historyHead"] == repo.head()
    assert second["predicate"]["verdicts"]["verdict"] == "violation"
    assert [one["rule"] for one in second["predicate"]["verdicts"]["findings"]] == ["simultaneous-promotion"]


def test_published_formats(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """Our schema holds it, and so do the classes of in-toto itself."""
    for one in statements(capfd):
        jsonschema.validate(one, SCHEMA)
        message = json_format.ParseDict(one, Message())
        Statement.copy_from_pb(message).validate()


def test_subjects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A digest that is recorded identifies the image; a tag alone is known by its source, or by its landing."""
    teller = Storyteller(tmp_path)
    teller.tell([Code(), Landing({"dev": "v1"}, digests={"dev": "a"}), {"dev": "v2"}, {"dev": A}])
    monkeypatch.chdir(tmp_path)
    subjects = [one["subject"][0] for one in statements(capfd)]
    assert [one["annotations"]["identifiedBy"] for one in subjects] == ["digest", "landing", "source"]
    assert [one["digest"] for one in subjects] == [
        {"sha256": "a" * 64},
        {"gitCommit": teller.repo.git("rev-parse", "HEAD~1")},
        {"gitCommit": teller.repo.git("rev-parse", "HEAD~3")},
    ]


def test_same_bytes(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """The same history gives the same bytes, whatever lies in the work tree."""
    before = lines(capfd)
    teller.write(Landing({"prod": "v9"}))
    assert lines(capfd) == before
    assert lines(capfd, "shop") == before


def test_verified_later(teller: Storyteller, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Evidence holds when the history has gone on, and under a contract that came later."""
    file = tmp_path / "evidence.jsonl"
    file.write_text("\n".join(lines(capfd)) + "\n", "utf-8")
    teller.tell([{"prod": B}, Code()])
    teller.repo.commit("Contract", {".gitopslint.yaml": "version: 1\nrules: {rollback: {level: 'off'}}\n"})
    assert verify(capfd, file) == (0, ["2 statements: 2 as git tells it, 0 not"])
    assert lines(capfd) != file.read_text("utf-8").splitlines()


CHANGES = {
    "another class": ('"kind":"simultaneous"', '"kind":"promotion"', 'predicate.landings[1].kind is "promotion"'),
    "another verdict": ('"verdict":"violation"', '"verdict":"pass"', 'predicate.verdicts.verdict is "pass"'),
    "another image": ("registry.example.com/shop:", "evil.example.com/shop:", "subject[0].name is "),
    "another policy": ('"contract":null', '"contract":"x.yaml"', 'predicate.policy.contract is "x.yaml"'),
    "a field more": ('"policy":{', '"policy":{"by":"me",', 'predicate.policy.by is "me", and git says absent'),
    "another commit of ours": ('"historyHead":"', '"historyHead":"0', "and that commit is not in this clone"),
    "a release that never was": ('"app":"shop"', '"app":"shop2"', "git tells of no such release"),
}


@pytest.mark.parametrize(("old", "new", "said"), CHANGES.values(), ids=CHANGES)
def test_changed(
    old: str, new: str, said: str, teller: Storyteller, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Whatever is changed is told with both versions, and the exit code is 1."""
    text = lines(capfd)[1]
    assert old in text
    file = tmp_path / "evidence.jsonl"
    file.write_text(text.replace(old, new, 1) + "\n", "utf-8")
    code, told = verify(capfd, file)
    assert code == 1
    assert any(line.startswith("FILE:1: ") and said in line for line in told), told


def test_rewritten_history(teller: Storyteller, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Evidence about commits that are no longer on the main line does not hold, though git still has them."""
    file = tmp_path / "evidence.jsonl"
    file.write_text("\n".join(lines(capfd)) + "\n", "utf-8")
    teller.repo.git("reset", "--quiet", "--hard", "HEAD~1")
    code, told = verify(capfd, file)
    assert code == 1
    assert "is no part of the main line of HEAD" in told[0]


def test_envelopes_and_versions(teller: Storyteller, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Signed evidence comes in envelopes; that another version wrote it says nothing against it."""
    payload = lines(capfd)[0].replace('"tool":"gitopslint ', '"tool":"gitopslint 99.')
    envelope = {
        "payloadType": "application/vnd.in-toto+json",
        "payload": base64.b64encode(payload.encode()).decode(),
        "signatures": [],
    }
    file = tmp_path / "evidence.jsonl"
    file.write_text(json.dumps(envelope) + "\n", "utf-8")
    assert verify(capfd, file) == (0, ["1 statement: 1 as git tells it, 0 not"])


UNUSABLE = {
    "nothing": ("", "holds no statement"),
    "no JSON": ("{\n", "FILE:1: this is no JSON"),
    "another type": ('{"_type": "x"}', "FILE:1: this is no in-toto statement"),
    "another predicate": (
        '{"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1"}',
        "FILE:1: its predicate is not of the type",
    ),
    "an envelope of nonsense": (
        '{"payloadType": "application/vnd.in-toto+json", "payload": 7}',
        "FILE:1: this is no JSON",
    ),
}


@pytest.mark.parametrize(("text", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable(text: str, said: str, teller: Storyteller, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file that holds something else is one message and code 2."""
    file = tmp_path / "evidence.jsonl"
    file.write_text(text, "utf-8")
    code, told = verify(capfd, file)
    assert code == 2
    assert said in "\n".join(told)


def test_only_what_landed(teller: Storyteller, capfd: pytest.CaptureFixture[str]) -> None:
    """A pending change gives no evidence."""
    assert main(["history", "--format", "intoto", "--staged"]) == 2
    assert "about what has landed" in capfd.readouterr().err


def test_shallow(teller: Storyteller, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A clone that was cut off gives no evidence: half of it would be undecided."""
    origin = teller.repo.path
    teller.repo.git("clone", "--quiet", "--depth=2", f"file://{origin}", str(tmp_path / "clone"))
    assert main(["history", "--format", "intoto", "--repository", str(tmp_path / "clone")]) == 2
    assert "the history is cut off (a shallow clone): fetch all of it" in capfd.readouterr().err


def test_no_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """A credential that stands where a tag belongs is in no evidence, and what came after can still be verified."""
    token = "glpat-" + "Zx9yQ2wE7rT4uI1oP3aS"
    teller = Storyteller(tmp_path / "product")
    teller.tell([Code(), {"dev": token}, {"dev": A}])
    monkeypatch.chdir(teller.repo.path)
    told = lines(capfd)
    assert len(told) == 2
    assert token not in "".join(told)
    file = tmp_path / "evidence.jsonl"
    file.write_text("\n".join(told), "utf-8")
    assert verify(capfd, file) == (0, ["2 statements: 2 as git tells it, 0 not"])


def test_a_tag_without_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """That a tag names no commit is a violation in the evidence of its release, and in no other one."""
    Storyteller(tmp_path).tell([Code(), {"dev": A}, {"dev": "0123456789ab-r1"}])
    monkeypatch.chdir(tmp_path)
    first, second = (one["predicate"] for one in statements(capfd))
    assert (first["source"]["status"], first["verdicts"]["verdict"]) == ("landed", "pass")
    assert (second["source"]["status"], second["verdicts"]["verdict"]) == ("unknown", "violation")
    assert [one["rule"] for one in second["verdicts"]["findings"]] == ["unknown-tag-commit"]
