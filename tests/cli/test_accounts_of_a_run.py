"""What a run says beside its report: counts, the files that it reads, and how far it has got."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.cli.progress import progress
from gitopslint.model.part import Part
from tests.support.repo import Repo
from tests.support.runs import CLEAN, write_files

DEV = "deploy/env/release-dev/shop.yaml"
PROD = "deploy/env/release-prod/shop.yaml"
HEAD = "image:\n  repository: registry.example.com/shop\n"
TABLES = """\
rule         error  warning  note  waived  undecided
mutable-tag      1        -     -       1          -

app   error  warning  note
shop      1        -     -
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one finding and one that is waived, as the working directory."""
    waived = HEAD + "  tag: latest  # gitopslint: ignore[mutable-tag] a demo\n"
    write_files(
        tmp_path, {**CLEAN, DEV: waived, PROD: HEAD + "  tag: latest\n", ".gitopslint.yaml": "platform: none\n"}
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_statistics_below_the_text(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts follow the text; the times go to standard error, so that the report stays the same."""
    assert main(["check", "--select", "mutable-tag", "--statistics"]) == 1
    told = capsys.readouterr()
    assert told.out.endswith("\n\n" + TABLES)
    assert told.err.startswith("gitopslint: time: open ")


def test_statistics_beside_another_format(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A report for programs is not disturbed."""
    assert main(["check", "--select", "mutable-tag", "--statistics", "--output-format", "json"]) == 1
    told = capsys.readouterr()
    assert told.out.endswith("}\n")
    assert told.err.startswith(TABLES)


def test_statistics_of_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing is found there is no table."""
    main(["check", "--select", "retyped-tag", "--statistics"])
    assert "rule" not in capsys.readouterr().out


FILES = {
    ".gitopslint.yaml": "platform: none\nexclude: [old/]\nbaseline: known.json\n",
    "known.json": '{"version": 1, "findings": []}',
    "deploy/charts/web-app/Chart.yaml": "name: web-app\nversion: 1.0.0\n",
    "deploy/charts/web-app/templates/a.yaml": "{{ .Values.x }}\n",
    "deploy/argocd/apps/dev/shop.yaml": "kind: Application\napiVersion: argoproj.io/v1alpha1\nmetadata: {name: s-dev}\n"
    "spec:\n  source:\n    repoURL: https://example.com/x.git\n    path: deploy/charts/web-app\n"
    "    helm: {valueFiles: [../../env/dev/shop.yaml, ../../more.yaml]}\n  destination: {namespace: s}\n",
    "deploy/more.yaml": "a: 1\n",
    "jobs/job.yaml": "kind: Job\nspec: {image: 'a/b:1.2.3'}\n",
    "README.md": "x\n",
    "logo.png": "\0\0",
    "old/x.yaml": "a: 1\n",
}
USES = """\
.gitopslint.yaml	contract
README.md	text
deploy/argocd/apps/dev/shop.yaml	Application s-dev
deploy/charts/web-app/Chart.yaml	chart
deploy/charts/web-app/templates/a.yaml	chart template
deploy/charts/web-app/values.yaml	layer chart
deploy/env/dev/shop.yaml	layer env, shop in dev
deploy/env/prod/shop.yaml	layer env, shop in prod
deploy/env/release-dev/shop.yaml	layer release, shop in dev
deploy/env/release-prod/shop.yaml	layer release, shop in prod
deploy/more.yaml	values that an Application loads, shop in dev
jobs/job.yaml	manifest
known.json	baseline
logo.png	binary
old/x.yaml	excluded
"""


def test_show_files(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file is listed once with what it is read as; nothing is checked."""
    write_files(root, FILES)
    assert main(["check", "--show-files"]) == 0
    assert capsys.readouterr().out == USES
    assert main(["check", "--show-files", "deploy/env/dev"]) == 0
    assert capsys.readouterr().out == "deploy/env/dev/shop.yaml\tlayer env, shop in dev\n"


def test_show_files_of_the_index(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--staged` it lists what a hook reads; paths start at the top of the git repository."""
    repo = Repo(root.parent / "repo")
    for path, text in {**CLEAN, **FILES}.items():
        repo.stage({f"below/{path}": str(text)})
    repo.write("below/deploy/env/dev/cart.yaml", "a: 1\n")
    assert main(["check", "--show-files", "--staged", str(repo.path / "below")]) == 0
    out = capsys.readouterr().out
    assert "below/deploy/env/dev/shop.yaml\tlayer env, shop in dev\n" in out
    assert "cart" not in out


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Tell that somebody looks at it."""
        return True


PART = Part(files=("a", "b"), apps=1)


def watched(stream: io.StringIO, seconds: list[float], choice: str = "auto") -> str:
    """Return what a run writes that sees a part at each of these times."""
    times = iter([0.0, *seconds])
    with progress(choice, stream, lambda: next(times)) as watch:
        for _ in seconds:
            if watch is not None:
                watch("shop", PART)
    return stream.getvalue()


@pytest.fixture
def at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pipeline, and a terminal that can erase."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.usefixtures("at_a_desk")
def test_progress() -> None:
    """After a second a line says how far it is, is written anew now and then, and is erased in the end."""
    assert watched(Terminal(), [0.2, 0.9]) == ""
    assert watched(Terminal(), [0.5, 1.0, 1.05, 2.0]) == (
        "\r\x1b[Kgitopslint: 2 apps and 4 files in 1 s, shop\r\x1b[Kgitopslint: 4 apps and 8 files in 2 s, shop\r\x1b[K"
    )


@pytest.mark.usefixtures("at_a_desk")
def test_progress_is_erased_after_a_crash() -> None:
    """Whatever ends the run, the line is gone before anything else is said."""
    stream = Terminal()

    def crash() -> None:
        times = iter([0.0, 5.0])
        with progress("auto", stream, lambda: next(times)) as watch:
            assert watch is not None
            watch("shop", PART)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()
    assert stream.getvalue().endswith("\r\x1b[K")


NOBODY_WAITS = {
    "no terminal": (io.StringIO, "auto", {}),
    "a pipeline": (Terminal, "auto", {"CI": "true"}),
    "a terminal that cannot erase": (Terminal, "auto", {"TERM": "dumb"}),
    "nobody wants it": (Terminal, "never", {}),
}


@pytest.mark.usefixtures("at_a_desk")
@pytest.mark.parametrize(("stream", "choice", "environment"), NOBODY_WAITS.values(), ids=NOBODY_WAITS)
def test_no_progress(
    stream: type[io.StringIO], choice: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody waits nothing is written."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert watched(stream(), [5.0, 9.0], choice) == ""
