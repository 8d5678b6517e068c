"""`mlops-checklist completion SHELL`: a script by which the shell completes the command's words."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mlops_checklist.report import gathering

COMMANDS = {
    "completion": "print the completion of a shell",
    "explain": "print what a hook or rule asks for",
    "init": "write the hooks that fit this repository",
}
SHELLS = ("bash", "fish", "zsh")

_BASH = """\
_mlops_checklist() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
    case $before in
{cases}
    {files}) COMPREPLY=($(compgen -f -- "$word")) ;;
    *)
        case $word in
        -*) COMPREPLY=($(compgen -W "{options}" -- "$word")) ;;
        *) COMPREPLY=($(compgen -W "{commands}" -- "$word") $(compgen -d -- "$word")) ;;
        esac
    esac
}}
complete -F _mlops_checklist mlops-checklist
"""
_ZSH = """\
autoload -Uz compinit bashcompinit
(( $+functions[compdef] )) || compinit
bashcompinit
"""


def main(argv: Sequence[str], parser: argparse.ArgumentParser) -> int:
    """Print the completion of the shell that `argv` names, for the options of `parser`."""
    words = argparse.ArgumentParser(
        prog="mlops-checklist completion",
        description="Print a script by which a shell completes the words of mlops-checklist.",
        epilog='Bash and zsh: eval "$(mlops-checklist completion bash)".',
        allow_abbrev=False,
    )
    words.add_argument("shell", choices=SHELLS)
    shell = words.parse_args(argv).shell
    options = [action for action in parser._actions if action.option_strings]
    if shell == "fish":
        print(_fish(options), end="")
    else:
        print(_ZSH * (shell == "zsh") + _bash(options), end="")
    return 0


def _values(options: Sequence[argparse.Action]) -> dict[str, list[str]]:
    """Return what may follow a word, where that is a choice."""
    found = {
        name: [*map(str, option.choices)]
        for option in options
        if option.choices
        for name in option.option_strings
    }
    return {**found, "completion": [*SHELLS], "explain": _explained()}


def _explained() -> list[str]:
    return [
        name
        for hook in gathering.hooks()
        for name in (hook.id, *(f"{hook.id}/{rule}" for rule in hook.rules))
    ]


def _bash(options: Sequence[argparse.Action]) -> str:
    cases = [
        f'    {before}) COMPREPLY=($(compgen -W "{" ".join(values)}" -- "$word")) ;;'
        for before, values in _values(options).items()
    ]
    names = [name for option in options for name in option.option_strings]
    files = [name for each in options if each.metavar == "FILE" for name in each.option_strings]
    return _BASH.format(
        cases="\n".join(cases),
        files="|".join(files),
        options=" ".join(names),
        commands=" ".join(COMMANDS),
    )


def _fish(options: Sequence[argparse.Action]) -> str:
    lines = [
        f"complete -c mlops-checklist -n __fish_use_subcommand -a {name} -d '{says}'"
        for name, says in COMMANDS.items()
    ]
    for before in ("completion", "explain"):
        values = " ".join(_values(options)[before])
        seen = f"'__fish_seen_subcommand_from {before}'"
        lines.append(f"complete -c mlops-checklist -f -n {seen} -a '{values}'")
    for option in options:
        name = next(name for name in option.option_strings if name.startswith("--"))
        line = f"complete -c mlops-checklist -l {name.removeprefix('--')}"
        if option.choices:
            line += f" -xa '{' '.join(map(str, option.choices))}'"
        elif option.metavar:
            line += " -r"
        says = (option.help or "").replace("'", "\\'")
        lines.append(f"{line} -d '{says}'")
    return "\n".join(lines) + "\n"
