"""What a run depends on, as digests: what differs in anything has another one."""

from __future__ import annotations

from pathlib import Path

from gitopslint.loaders.fingerprint import digest, git_state
from gitopslint.loaders.git import Repository
from tests.support.repo import Repo


def test_where_a_text_ends_counts() -> None:
    """Texts that read the same one behind the other are not the same, or a result of another state would be taken."""
    ways = [("abc",), ("", "abc"), ("abc", ""), ("a", "bc"), ("ab", "c")]
    assert len({digest(*texts) for texts in ways}) == len(ways)


def test_head_counts(tmp_path: Path) -> None:
    """Where only HEAD goes back, with the same index and the same objects, what was kept does not hold."""
    repo = Repo(tmp_path)
    repo.commit("Begin", {"a.txt": "a\n"})
    repo.commit("Go on", {"a.txt": "b\n"})
    before = git_state(Repository(tmp_path), "the same")
    assert git_state(Repository(tmp_path), "the same") == before
    repo.git("reset", "--quiet", "--soft", "HEAD^")
    assert git_state(Repository(tmp_path), "the same") != before
