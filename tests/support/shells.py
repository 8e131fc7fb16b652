"""Real shells that complete what a test types."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.skips import without

_BASH = """\
source "$SCRIPT"
mark() { printf '%s' "$1"; shift; printf '|%s' "$@"; echo; }
while IFS= read -r typed; do
    IFS=' ' read -ra COMP_WORDS <<<"$typed"
    [[ $typed == *' ' ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _gitopslint gitopslint
    mark "$typed" "${COMPREPLY[@]}"
done
"""
_FISH = """\
source $SCRIPT
while read -l typed
    set -l found (complete -C $typed | string split -f 1 \\t)
    string join -- '|' $typed $found
end
"""
_ZSH = """\
zmodload zsh/zpty
zpty z "TERM=dumb zsh -f -i"
zpty -w z "source $SETUP"
zpty -r z line "*GOT READY*"
while IFS= read -r typed; do
    zpty -w -n z $'\\C-u'"$typed"$'\\t\\C-t'
    zpty -r z line "*GOT<*>*"
    got=${${line##*GOT<}%%>*}
    print -r -- "$typed|$got"
done
zpty -d z
"""
_ZSH_SETUP = """\
autoload -U compinit
compinit -u -D
source "$SCRIPT"
show() { print -r -- "GOT<$BUFFER>" }
zle -N show
bindkey '^T' show
bindkey '^I' complete-word
unsetopt zle_bracketed_paste prompt_cr
print GOT READY
"""
_PROGRAMS = {"bash": _BASH, "fish": _FISH, "zsh": _ZSH}


def completed(shell: str, script: str, typed: Sequence[str], folder: Path, beside: Path) -> dict[str, list[str]]:
    """Return what a shell offers for each line, in a folder. zsh gives the line as it is afterwards.

    `beside` is a folder for what the shell needs.
    """
    program = shutil.which(shell)
    if program is None:
        without(f"{shell}, as Debian has it")
    beside.mkdir(exist_ok=True)
    for name, text in {"script": script, "setup": _ZSH_SETUP, "program": _PROGRAMS[shell]}.items():
        (beside / name).write_text(text, "utf-8")
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(beside),
        "SCRIPT": str(beside / "script"),
        "SETUP": str(beside / "setup"),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [program, *(["-f"] if shell == "zsh" else []), beside / "program"],
        input="".join(f"{line}\n" for line in typed),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stderr == "", done.stderr
    lines = [line.split("|") for line in done.stdout.replace("\r", "").splitlines()]
    return {first: [one for one in rest if one] for first, *rest in lines}
