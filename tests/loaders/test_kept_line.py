"""What is kept of a main line: whatever happens to the repository in between, it tells what git tells."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitopslint.loaders import kept_line
from gitopslint.loaders.annals import Keeper
from gitopslint.loaders.git import Repository
from gitopslint.loaders.git_history import GitHistory, Line, resolve
from gitopslint.loaders.history import HistoryError
from gitopslint.model.packing import packed
from tests.support.fleet import TOKEN
from tests.support.repo import Repo

NOW = 1_800_000_000
FOLDERS = ("deploy",)


class Kept:
    """Keeps JSON in memory, and counts how often something is written."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.written = 0

    def get(self, name: str) -> Any | None:
        """Return what is kept under a name."""
        return json.loads(self.texts[name]) if name in self.texts else None

    def put(self, name: str, value: Any) -> None:
        """Keep a value under a name."""
        self.written += 1
        self.texts[name] = json.dumps(value, default=packed)


def told(path: Path, store: Kept | None = None, tip: str = "HEAD", folders: tuple[str, ...] = FOLDERS) -> Any:
    """Return all that can be asked of the landings of a repository."""
    repository = Repository(path)
    keeper = Keeper(store, "this program", str(path)) if store is not None else None
    history = GitHistory(repository, Line(resolve(repository, tip)), NOW, keeper)
    try:
        annals = history.annals(folders)
        made = {name: annals.made(name) for name in sorted(annals.paths)}
        positions = sorted({one.position for several in made.values() for one in several})
        landings = annals.landings(positions)
        return (
            made,
            landings,
            [annals.commit(one) for one in positions],
            [annals.changed_in(one) for one in positions],
            [history.changes(one) for one in landings if one.start != "shallow"],
            list(annals.appearances()),
            history.pending,
            sorted(history.commits_of_line),
            [history.contains(history.pending, commit) for commit in sorted(history.commits_of_line)],
        )
    finally:
        history.close()


def _land(repo: Repo, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 4)):
        files = {f"deploy/{chance.choice('abc')}/{chance.choice('xyz')}.yaml": f"tag: {chance.random()}\n"}
        files |= {"src/main.ts": str(chance.random())} if chance.random() < 0.3 else {}
        files |= {"deploy/note.md": str(chance.random())} if chance.random() < 0.2 else {}
        repo.commit(f"Landing {chance.random()}", files)


def _delete(repo: Repo, chance: random.Random) -> None:
    files = sorted(repo.path.glob("deploy/*/*.yaml"))
    if files:
        chance.choice(files).unlink()
    repo.commit("Delete")


def _link(repo: Repo, chance: random.Random) -> None:
    name = f"deploy/{chance.choice('abc')}/{chance.choice('xyz')}.yaml"
    (repo.path / name).unlink(missing_ok=True)
    repo.link(name, "other.yaml")
    repo.commit("Link")


def _amend(repo: Repo, chance: random.Random) -> None:
    repo.write("deploy/a/x.yaml", f"tag: {chance.random()}\n")
    repo.git("commit", "--quiet", "--all", "--amend", "--allow-empty", f"--message=Amended {chance.random()}")


def _reset(repo: Repo, chance: random.Random) -> None:
    commits = repo.git("rev-list", "--first-parent", "HEAD").split()
    repo.git("reset", "--quiet", "--hard", chance.choice(commits[:6]))


def _merge(repo: Repo, chance: random.Random) -> None:
    name = f"branch-{chance.random()}"
    repo.git("switch", "--quiet", "--create", name)
    _land(repo, chance)
    repo.git("switch", "--quiet", "-")
    repo.commit("Meanwhile", {"other.txt": str(chance.random())})
    repo.git("merge", "--quiet", "--no-ff", "--message=Merge", name)


def _second_parent(repo: Repo, chance: random.Random) -> None:
    """Go on from a branch that was merged: its commits are part of the known end, and not of its chain."""
    merges = repo.git("rev-list", "--merges", "HEAD").split()
    if merges:
        repo.git("reset", "--quiet", "--hard", f"{chance.choice(merges)}^2")
    _land(repo, chance)


def _anew(repo: Repo, chance: random.Random) -> None:
    repo.git("checkout", "--quiet", "--orphan", f"orphan-{chance.random()}")
    repo.commit("Anew", {"deploy/a/x.yaml": str(chance.random())})


def _forget(repo: Repo, chance: random.Random) -> None:
    """Let git throw away what was rewritten."""
    _amend(repo, chance)
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "--quiet", "--prune=now")


HAPPENINGS: tuple[Callable[[Repo, random.Random], None], ...] = (
    *(_land, _land, _delete, _link, _amend, _reset, _merge, _merge, _second_parent, _anew, _forget),
)


@pytest.mark.parametrize("seed", range(6))
def test_a_line_that_is_known(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Landings, rewritten history, other branches: with what is kept all is told as without, also where it is old."""
    chance = random.Random(seed)
    if seed % 2:
        monkeypatch.setattr(kept_line, "_WORTH_WRITING", 2)  # so that more than the newest landing is continued
    repo = Repo(tmp_path, object_format="sha256" if seed == 5 else "sha1")
    repo.commit("Begin", {"deploy/a/x.yaml": "tag: 1\n", "src/main.ts": "1"})
    store = Kept()
    done = []
    for _ in range(8):
        happening = chance.choice(HAPPENINGS)
        happening(repo, chance)
        done.append(happening.__name__)
        assert told(tmp_path, store) == told(tmp_path), done
    assert store.written


def test_what_git_can_be_told_to_believe(tmp_path: Path) -> None:
    """Grafts and replaced objects claim other parents and other commits: no reading believes them."""
    repo = Repo(tmp_path)
    for number in range(4):
        repo.commit(f"Number {number}", {"deploy/a.yaml": f"{number}\n"})
    store = Kept()
    before = told(tmp_path, store)
    repo.git("replace", "HEAD~1", "HEAD~3")
    repo.write(".git/info/grafts", f"{repo.head()}\n")
    assert told(tmp_path, store) == told(tmp_path) == before


def test_a_clone_that_grows(tmp_path: Path) -> None:
    """Where a shallow clone is cut off is no part of its commits: deepened or cut off elsewhere, it is read anew."""
    origin = Repo(tmp_path / "origin")
    for number in range(9):
        origin.commit(f"Number {number}", {"deploy/a.yaml": f"{number}\n"})
    clone = tmp_path / "clone"
    origin.git("clone", "--quiet", "--depth=3", f"file://{origin.path}", str(clone))
    store = Kept()
    for arguments in (("--deepen=2",), ("--depth=1",), ("--deepen=3",), ("--unshallow",)):
        assert told(clone, store) == told(clone)
        origin.commit("More", {"deploy/a.yaml": f"{arguments}\n"})
        origin.git("-C", str(clone), "fetch", "--quiet", *arguments, "origin", "main")
        origin.git("-C", str(clone), "reset", "--quiet", "--hard", "FETCH_HEAD")
        assert told(clone, store) == told(clone), arguments
    assert len(told(clone, store)[1]) == 13


def test_a_partial_clone(tmp_path: Path) -> None:
    """A clone that left folders on the server can tell less than the one that was there before, so it says so."""
    origin = Repo(tmp_path / "origin")
    origin.git("config", "uploadpack.allowFilter", "true")
    for number in range(3):
        origin.commit(f"Number {number}", {"deploy/a.yaml": f"{number}\n"})
    store = Kept()
    told(origin.path, store)
    url = f"file://{origin.path}"
    origin.git("clone", "--quiet", "--filter=tree:0", "--no-checkout", url, str(tmp_path / "clone"))
    repository = Repository(tmp_path / "clone")
    keeper = Keeper(store, "this program", str(origin.path))
    history = GitHistory(repository, Line(resolve(repository, "HEAD")), NOW, keeper)
    with pytest.raises(HistoryError, match="partial clone"):
        history.annals(FOLDERS)
    history.close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the commands of git that read trees, as they are asked."""
    asked: list[str] = []
    ask = Repository.ask

    def noted(self: Repository, *question: str, **more: Any) -> bytes:
        asked.append(question[0])
        return ask(self, *question, **more)

    monkeypatch.setattr(Repository, "ask", noted)
    return asked


def test_only_what_is_new_is_read(tmp_path: Path, counted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing new: no commit is listed and no folder compared. One landing: only that one. Little is written again."""
    monkeypatch.setattr(kept_line, "_WORTH_WRITING", 10)
    repo = Repo(tmp_path)
    for number in range(12):
        repo.commit("Landing", {"deploy/a.yaml" if number % 3 else "src/main.ts": f"{number}\n"})
    store = Kept()
    whole = told(tmp_path, store)
    assert store.written == 1
    counted.clear()
    assert told(tmp_path, store) == whole
    assert {"rev-list", "diff-tree"} & set(counted) == set()
    repo.commit("Landing", {"deploy/a.yaml": "new\n"})
    counted.clear()
    assert told(tmp_path, store)[1][:-1] == whole[1]
    assert counted.count("diff-tree") == 2
    assert store.written == 1
    assert told(tmp_path, store, tip="HEAD~4") == told(tmp_path, tip="HEAD~4")


def test_what_was_written_by_others(tmp_path: Path) -> None:
    """What is not whole is read anew: whoever wrote it, nothing crashes."""
    repo = Repo(tmp_path)
    _land(repo, random.Random(1))
    store, fresh = Kept(), told(tmp_path)
    told(tmp_path, store)
    ((name, text),) = store.texts.items()
    record = json.loads(text)
    for number, field in enumerate(record):
        others: tuple[Any, ...] = (
            None,
            7,
            "x",
            [],
            {},
            [None],
            [2],
            [3, -3],
            {"deploy/a/x.yaml": [9]},
            {"a": [-1]},
            "f" * len(str(field)),
        )
        for other in others:
            if other != field:
                broken = [*record[:number], other, *record[number + 1 :]]
                store.texts[name] = json.dumps(broken)
                assert told(tmp_path, store)
    for whole in (None, 1, [], "x", record[:-1], [*record, 1]):
        store.texts[name] = json.dumps(whole)
        assert told(tmp_path, store) == fresh


def test_nothing_that_gives_secrets_away(tmp_path: Path) -> None:
    """Neither what people wrote nor ids of files, from which a weak password could be guessed."""
    repo = Repo(tmp_path)
    repo.git("config", "user.name", "Ada")
    repo.commit(f"Rotate {TOKEN}", {"deploy/a.yaml": "password: summer\n"})
    store = Kept()
    fresh = told(tmp_path, store)
    (text,) = store.texts.values()
    blobs = {repo.git("rev-parse", "HEAD:deploy/a.yaml"), repo.git("rev-parse", "HEAD^{tree}")}
    assert TOKEN not in text
    assert not blobs & set(re.findall(r"[0-9a-f]{40}", text))
    assert "Author" not in text
    assert told(tmp_path, store) == fresh


def test_words_in_another_encoding(tmp_path: Path) -> None:
    """What is asked of git again says what the first reading said, however the commit is encoded."""
    repo = Repo(tmp_path)
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.write("deploy/a.yaml", "1")
    repo.git("add", "--all")
    message = "Grüße\n\nand more".encode("latin-1")
    repo.git("commit", "--quiet", "--file=-", stdin=message, GIT_AUTHOR_NAME="J\udcf6rg")
    store = Kept()
    fresh = told(tmp_path, store)
    assert fresh[1][0].subject == "Grüße"
    assert told(tmp_path, store) == fresh
