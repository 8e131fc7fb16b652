"""What the README and the pages show is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gitopslint.cli import main
from gitopslint.cli.arguments import parse
from gitopslint.loaders.contract import read_contract
from gitopslint.loaders.rules import load_catalogue
from gitopslint.loaders.translations import load_translation
from gitopslint.loaders.tree import MemoryTree

PAGES = [Path("README.md"), *sorted(Path().glob("README.*.md")), *sorted(Path("docs").rglob("*.md"))]
TEXTS = {str(page): page.read_text("utf-8") for page in PAGES}
GENERATED = "docs/rules/"
CONSOLES = [
    (page, command, output)
    for page, text in TEXTS.items()
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
# A page whose commands belong together is played from top to bottom by a test of its own.
PLAYED = {"docs/affected.md", "docs/evidence.md", "docs/guide.md", "docs/releasing.md"}
SHOWN = [one for one in CONSOLES if one[2] and one[1].startswith("gitopslint ") and one[0] not in PLAYED]
WORDS = [(page, command) for page, command, _ in CONSOLES if "gitopslint " in command]


@pytest.mark.parametrize(("page", "command", "output"), SHOWN, ids=[f"{page}: {command}" for page, command, _ in SHOWN])
def test_output(page: str, command: str, output: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Every output is what its command prints."""
    main(shlex.split(command)[1:])
    assert capfd.readouterr().out == output


@pytest.mark.parametrize(("page", "command"), WORDS, ids=[f"{page}: {command}" for page, command in WORDS])
def test_words(page: str, command: str) -> None:
    """Every command that a page shows is one, with the options that there are."""
    for part in command.split("|"):
        words = shlex.split(part, comments=True)
        if words[0] == "gitopslint":
            words = [word for word in words[1:] if word not in ("<", ">") and not word.startswith((">", "<"))]
            assert callable(parse(words).command)


def test_something_is_shown() -> None:
    """The README shows a real run."""
    assert any(page == "README.md" for page, *_ in SHOWN)


@pytest.mark.parametrize("page", TEXTS)
def test_contracts(page: str) -> None:
    """What is shown as a contract is one."""
    for text in re.findall(r"```yaml\n(# \.gitopslint\.yaml\n.*?)```", TEXTS[page], re.DOTALL):
        assert read_contract(page, text.encode(), load_catalogue(), MemoryTree({})).environments


@pytest.mark.parametrize("page", TEXTS)
def test_links(page: str) -> None:
    """Every relative link leads to a file, and to a heading that is there."""
    folder = Path(page).parent
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)]*)?\)", TEXTS[page]):
        path = folder / target if target else Path(page)
        assert path.exists(), target
        if anchor and path.suffix == ".md":
            assert anchor[1:] in anchors(path.read_text("utf-8")), f"{target}{anchor}"


def anchors(text: str) -> set[str]:
    """Return the anchors that code hosts make of headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_translation_is_whole() -> None:
    """Every rule is said in Russian, and nothing else; names, values and commands are the same as in English."""
    said = load_translation("ru")
    rules = load_catalogue()
    assert list(said) == sorted(rules)
    for name, words in said.items():
        assert list(words) == ["summary", "why", "fix"], name
        for part, text in words.items():
            english = getattr(rules[name], part)
            assert sorted(re.findall(r"`[^`]*`", text)) == sorted(re.findall(r"`[^`]*`", english)), f"{name}.{part}"
            assert re.search("[а-яё]", text), f"{name}.{part}"
