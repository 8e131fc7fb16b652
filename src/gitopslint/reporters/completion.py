"""Scripts for shells, which complete commands, options and their values.

Names of apps, environments and rules are asked for when they are needed. No script ever evaluates one.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence

from gitopslint.model.commandline import Argument, Verb

Script = Callable[[Sequence[Verb]], str]

_TOP = ("--help", "--version")
_ASKED = {"app": "apps", "environment": "environments", "rule": "rules"}

_BASH = """\
# Completes gitopslint in bash. Put it into ~/.bashrc: source <(gitopslint completion bash)
_gitopslint_words() {
    local word
    for word in "$@"; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
    done
}

# Nothing here expands what it reads: names come from the repository. After a comma the next name begins.
_gitopslint_names() {
    local name head=
    [[ $cur == *,* ]] && head=${cur%,*},
    while IFS= read -r name; do
        [[ $name == "${cur##*,}"* ]] && COMPREPLY+=("$head$name")
    done < <("$program" completion "$1" 2>/dev/null)
}

_gitopslint_paths() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

_gitopslint() {
    local program=${1/#\\~/$HOME} cur=${COMP_WORDS[COMP_CWORD]} option= command= place=0 word i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $option ]]; then
            [[ $word == "=" ]] || option=
        elif [[ -z $command ]]; then
            [[ $word == -* ]] || command=$word
        elif [[ $word == -* ]]; then
            case "$command $word" in
            @VALUED@) option=$word ;;
            esac
        else
            place=$((place + 1))
        fi
    done
    [[ $cur == "=" ]] && cur=
    if [[ -z $command ]]; then
        _gitopslint_words @COMMANDS@
    elif [[ -n $option ]]; then
        case "$command $option" in
@VALUES@
        esac
    elif [[ $cur == -* ]]; then
        case "$command" in
@OPTIONS@
        esac
    else
        case "$command $place" in
@PLACES@
        esac
    fi
}

complete -F _gitopslint gitopslint
"""

_ZSH = """\
#compdef gitopslint
# Completes gitopslint in zsh. Put it into ~/.zshrc, below compinit: source <(gitopslint completion zsh)
_gitopslint_names() {
    local -a names
    names=(${(f)"$("$program" completion $1 2>/dev/null)"})
    compadd -a names
}

_gitopslint_list() {
    compset -P '*,'
    _gitopslint_names $1
}

_gitopslint() {
    local program=${words[1]/#\\~/$HOME} command=$words[2]
    local -a commands
    commands=(
@COMMANDS@
    )
    if (( CURRENT == 2 )); then
        _describe -t commands command commands
        compadd -- @TOP@
        return
    fi
    shift words
    (( CURRENT-- ))
    case $command in
@OPTIONS@
    esac
}

if [[ $funcstack[1] == _gitopslint ]]; then
    _gitopslint "$@"
else
    compdef _gitopslint gitopslint
fi
"""

_FISH = """\
# Completes gitopslint in fish: gitopslint completion fish > ~/.config/fish/completions/gitopslint.fish
function __gitopslint_names
    set -l words (commandline -opc)
    $words[1] completion $argv[1] 2>/dev/null
end

# Tell whether the command is the first argument, and the next place the second one.
function __gitopslint_at
    set -l valued @VALUED@
    set -l words (commandline -opc)
    set -l command ''
    set -l place 0
    set -l value no
    for word in $words[2..-1]
        if test $value = yes
            set value no
        else if test -z "$command"
            string match -q -- '-*' $word; or set command $word
        else if string match -q -- '-*' $word
            contains -- "$command $word" $valued; and set value yes
        else
            set place (math $place + 1)
        end
    end
    test "$command" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or test $place = $argv[2]
end

complete -c gitopslint -f
@LINES@
"""


def bash(verbs: Sequence[Verb]) -> str:
    """Return the script for bash."""
    values = [(f'"{verb.name} {flag}"', one) for verb in verbs for one in verb.options for flag in one.flags]
    places = [
        (f'"{verb.name} "*' if one.repeatable else f'"{verb.name} {place}"', one)
        for verb in verbs
        for place, one in enumerate(verb.places)
    ]
    options = [
        f'        "{verb.name}") _gitopslint_words {" ".join(flag for one in verb.options for flag in one.flags)} ;;'
        for verb in verbs
    ]
    return _filled(
        _BASH,
        VALUED=" | ".join(pattern for pattern, one in values if one.kind != "nothing"),
        COMMANDS=" ".join([*(verb.name for verb in verbs), *_TOP]),
        VALUES=_bash_cases(values),
        OPTIONS="\n".join(options),
        PLACES=_bash_cases(places),
    )


def zsh(verbs: Sequence[Verb]) -> str:
    """Return the script for zsh."""
    cases = []
    for verb in verbs:
        specs = [spec for one in verb.arguments for spec in _zsh_specs(one)]
        cases += [f"    {verb.name})", "        _arguments -S : \\", *_continued(specs), "        ;;"]
    return _filled(
        _ZSH,
        COMMANDS="\n".join(f"        {shlex.quote(f'{verb.name}:{verb.summary}')}" for verb in verbs),
        TOP=" ".join(_TOP),
        OPTIONS="\n".join(cases),
    )


def fish(verbs: Sequence[Verb]) -> str:
    """Return the script for fish."""
    valued = [f"{verb.name} {flag}" for verb in verbs for one in verb.options for flag in one.flags if _has_value(one)]
    lines = [f"complete -c gitopslint -n '__gitopslint_at \"\"' -l {flag.lstrip('-')}" for flag in _TOP]
    for verb in verbs:
        summary = _fish_quoted(verb.summary)
        lines.append(f"complete -c gitopslint -n '__gitopslint_at \"\"' -a {verb.name} -d {summary}")
        for one in verb.options:
            flags = " ".join(f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in one.flags)
            what = f"{flags} {_fish_values(one)} -d {_fish_quoted(one.help)}"
            lines.append(f"complete -c gitopslint -n '__gitopslint_at {verb.name}' {what}")
        for place, one in enumerate(verb.places):
            values = _fish_values(one).removeprefix("-x ").removeprefix("-r ")
            at = "" if one.repeatable else f" {place}"
            if values and values != "-x":
                lines.append(f"complete -c gitopslint -n '__gitopslint_at {verb.name}{at}' {values}")
    return _filled(_FISH, VALUED=" ".join(map(shlex.quote, valued)), LINES="\n".join(lines))


SCRIPTS: dict[str, Script] = {"bash": bash, "zsh": zsh, "fish": fish}


def _filled(template: str, **parts: str) -> str:
    for name, text in parts.items():
        template = template.replace(f"@{name}@", text)
    return template


def _has_value(one: Argument) -> bool:
    return one.kind != "nothing"


def _bash_cases(patterns: Sequence[tuple[str, Argument]]) -> str:
    actions = [(pattern, _bash_action(one)) for pattern, one in patterns]
    return "\n".join(f"        {pattern}) {action} ;;" for pattern, action in actions if action)


def _bash_action(one: Argument) -> str:
    if one.kind == "choice":
        return f"_gitopslint_words {' '.join(one.choices)}"
    if one.kind in _ASKED:
        return f"_gitopslint_names {_ASKED[one.kind]}"
    return {"file": "_gitopslint_paths -f", "folder": "_gitopslint_paths -d"}.get(one.kind, "")


def _zsh_specs(one: Argument) -> Iterator[str]:
    action = _zsh_action(one)
    if not one.flags:
        yield shlex.quote(f"{'*' if one.repeatable else ''}:{_zsh_plain(one.name)}:{action}")
    for flag in one.flags:
        often = "*" if one.repeatable else ""
        glue = "" if not _has_value(one) else "=" if flag.startswith("--") else "+"
        value = f":{_zsh_plain(one.name)}:{action}" if _has_value(one) else ""
        yield shlex.quote(f"{often}{flag}{glue}[{_zsh_plain(one.help)}]{value}")


def _zsh_action(one: Argument) -> str:
    if one.kind == "choice":
        return f"({' '.join(one.choices)})"
    if one.kind in _ASKED:
        # The blank in front keeps zsh from putting options of its own between the two words.
        return f" _gitopslint_{'list' if one.repeatable else 'names'} {_ASKED[one.kind]}"
    return {"file": "_files", "folder": "_files -/"}.get(one.kind, " ")


def _zsh_plain(text: str) -> str:
    """Escape what means something to `_arguments`."""
    return "".join(f"\\{character}" if character in "[]:\\" else character for character in text)


def _continued(specs: Sequence[str]) -> list[str]:
    last = len(specs) - 1
    return [f"            {spec}{'' if number == last else f' {chr(92)}'}" for number, spec in enumerate(specs)]


def _fish_values(one: Argument) -> str:
    if one.kind == "nothing":
        return ""
    if one.kind == "choice":
        return f"-x -a {shlex.quote(' '.join(one.choices))}"
    if one.kind in _ASKED:
        names = f"__gitopslint_names {_ASKED[one.kind]}"
        return f"-x -a '(__fish_append , ({names}))'" if one.repeatable else f"-x -a '({names})'"
    return {"file": "-r -F", "folder": "-x -a '(__fish_complete_directories)'"}.get(one.kind, "-x")


def _fish_quoted(text: str) -> str:
    """Quote for fish, which knows backslashes in single quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
