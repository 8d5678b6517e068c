"""`mlops-checklist init`: the hooks that fit a repository, written into its configuration.

A configuration that is there keeps its comments and its order: what is added is added as text.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version

from mlops_checklist import checklist
from mlops_checklist.outcome import Outcome
from mlops_checklist.report import gathering
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources import yaml
from mlops_checklist.sources.files import File, Unreadable

CONFIG = ".pre-commit-config.yaml"
REPOSITORY = "https://github.com/mlops-checklist/mlops-checklist"
_COMMIT_MESSAGES = "meaningful-commit-message"
_ALWAYS = {
    _COMMIT_MESSAGES: "every repository has commits",
    "no-hardcoded-secrets": "a secret may come into any file",
}


def main(words: Sequence[str]) -> int:
    """Write or extend the configuration in the current folder; 2 where that cannot be done."""
    parser = argparse.ArgumentParser(
        prog="mlops-checklist init",
        description="Write the hooks that fit this repository into .pre-commit-config.yaml.",
    )
    parser.add_argument("--dry-run", action="store_true", help="print it, and write nothing")
    arguments = parser.parse_args(words)
    try:
        found = gathering.gather()
        chosen = dict(_fitting(found))
        text, added = extended(_present(), chosen)
    except (SettingsError, ValueError, Unreadable, OSError) as error:
        print(f"mlops-checklist init: {error}", file=sys.stderr)
        return 2
    if arguments.dry_run:
        print(text, end="")
        return 0
    if added:
        with open(CONFIG, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
    _tell(added, chosen, found)
    return 0


def _fitting(found: Mapping[str, Sequence[Outcome]]) -> Iterator[tuple[str, str]]:
    """Yield the hooks that have a subject in the repository, and why each fits."""
    for item in checklist.ITEMS:
        said = [outcome for outcome in found.get(item.hook, ()) if outcome.kind != "error"]
        if item.hook in _ALWAYS:
            yield item.hook, _ALWAYS[item.hook]
        elif said and item.hook != "meaningful-commit-range":
            paths = [*dict.fromkeys(outcome.path for outcome in said)]
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            yield item.hook, f"{paths[0]}{more}"


def _present() -> str:
    if not os.path.exists(CONFIG):
        return ""
    with open(CONFIG, encoding="utf-8", newline="") as opened:
        return opened.read()


def extended(text: str, hooks: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the configuration `text` with what it lacks of `hooks` (id: why), and their ids.

    Raises Unreadable where it cannot be parsed, ValueError where it has no list of `repos`.
    """
    if not text.strip():
        head = "default_install_hook_types: [pre-commit, commit-msg]\nrepos:\n"
        return head + _entry(sorted(hooks), "  "), sorted(hooks)
    top = yaml.document(File(CONFIG, "yaml", text.encode()))
    repos = yaml.get(top, "repos")
    if repos is None or repos.id != "sequence" or repos.flow_style:
        raise ValueError(f"{CONFIG} has no list of repos that can be extended")
    known = {
        yaml.scalar(yaml.get(hook, "id"))
        for repository in yaml.entries(repos)
        for hook in yaml.entries(yaml.get(repository, "hooks"))
    }
    lacking = sorted(set(hooks) - known)
    if not lacking:
        return text, []
    lines = text.splitlines(keepends=True)
    entries = yaml.entries(repos)
    indent = " " * repos.start_mark.column
    last = entries[-1].end_mark.line if entries else repos.end_mark.line
    while last > 0 and (last > len(lines) or not lines[last - 1].strip()):
        last -= 1  # a block ends where the next thing begins
    while last > 0 and lines[last - 1].lstrip().startswith("#"):
        last -= 1
    new = _entry(lacking, indent)
    ending = "\r\n" if "\r\n" in text else "\n"
    before = "".join(lines[:last])
    before += "" if before.endswith("\n") else ending
    return before + new.replace("\n", ending) + "".join(lines[last:]), lacking


def _entry(hooks: Sequence[str], indent: str) -> str:
    lines = [
        f"- repo: {REPOSITORY}",
        f"  rev: v{version('mlops-checklist')}",
        "  hooks:",
        *(f"    - id: {hook}" for hook in hooks),
    ]
    return "".join(f"{indent}{line}\n" for line in lines)


def _tell(added: Sequence[str], why: Mapping[str, str], found: Mapping[str, object]) -> None:
    """Say what was added and why, and what to do next."""
    if not added:
        print(f"{CONFIG} has every hook that fits.")
        return
    width = max(map(len, added))
    print(f"Added to {CONFIG}:")
    for hook in added:
        print(f"  {hook:{width}}  {why[hook]}")
    print("Next: pre-commit install --install-hooks, and pre-commit run --all-files.")
    types = "--hook-type pre-commit --hook-type commit-msg"
    if _COMMIT_MESSAGES in added:
        print(f"For commit messages: pre-commit install {types}.")
    print("To let what is there already pass: mlops-checklist --write-baseline.")
