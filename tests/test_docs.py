"""The examples in docs/hooks/ are run: a bad one gives its rule, a good one gives nothing."""

from __future__ import annotations

import random
import re
import shlex
import string
import subprocess
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from mlops_checklist import checklist
from mlops_checklist.hook import run

DOCS = Path(__file__).parent.parent / "docs" / "hooks"
_MARK = re.compile(
    r"<!-- (?P<what>bad|good|beside|options): (?P<value>.*?) -->\n(?:```\w*\n(?P<text>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


class Example(NamedTuple):
    hook: str
    rule: str
    good: bool
    path: str
    text: str
    beside: tuple[tuple[str, str], ...]
    options: tuple[str, ...]


def examples(hook: str) -> Iterator[Example]:
    """Yield the examples of a page, each with what its section puts beside it."""
    page = (DOCS / f"{hook}.md").read_text("utf-8")
    for section in page.split("\n### ")[1:]:
        rule = section.partition("\n")[0].strip().strip("`")
        section = section.partition("\n## ")[0]
        beside: list[tuple[str, str]] = []
        options: tuple[str, ...] = ()
        for mark in _MARK.finditer(section):
            what, value, text = mark["what"], mark["value"], mark["text"] or ""
            if what == "options":
                options = tuple(shlex.split(value))
            elif what == "beside":
                beside.append((value, text))
            else:
                text = _filled(text)
                yield Example(hook, rule, what == "good", value, text, tuple(beside), options)
                beside = []


_ALPHABETS: dict[str, Sequence[str]] = {
    "blocks of base64": ["YWJj", "MTIz", "Z2hp", "Nzg5"],
    "hex digits": "0123456789abcdef",
    "capitals": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "letters and digits": string.ascii_letters + string.digits,
}


def _filled(text: str) -> str:
    """Put random texts for `<34 letters and digits>`: no page holds anything like a secret."""
    chance = random.Random(text)
    return re.sub(
        rf"<(\d+) ({'|'.join(_ALPHABETS)})>",
        lambda found: "".join(chance.choices(_ALPHABETS[found[2]], k=int(found[1]))),
        text,
    )


HOOKS = {item.hook: import_module(item.module).HOOK for item in checklist.ITEMS}
EXAMPLES = [example for hook in HOOKS for example in examples(hook)]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_rule_has_a_bad_and_a_good_example(hook: str) -> None:
    shown = {(example.rule, example.good) for example in EXAMPLES if example.hook == hook}
    # A commit is no file that an example could show.
    rules = HOOKS[hook].rules if hook != "meaningful-commit-range" else ()
    assert shown == {(rule, good) for rule in rules for good in (True, False)}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_option_is_in_the_table(hook: str) -> None:
    page = (DOCS / f"{hook}.md").read_text("utf-8")
    for option in HOOKS[hook].options:
        assert f"`--{option.name}" in page, f"docs/hooks/{hook}.md does not tell of --{option.name}"


@pytest.mark.parametrize(
    "example",
    EXAMPLES,
    ids=[f"{e.hook}/{e.rule}-{'good' if e.good else 'bad'}-{e.path}" for e in EXAMPLES],
)
def test_example(
    example: Example,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    for path, text in (*example.beside, (example.path, example.text)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    subprocess.run(["git", "add", "--force", "."], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "mlops_checklist.sources.files.is_tracked", lambda path: Path(path).is_file()
    )
    monkeypatch.setattr(
        "mlops_checklist.sources.repository._tracked",
        lambda top: [str(path.relative_to(top)) for path in Path(top).rglob("*")],
    )
    status = run(HOOKS[example.hook], [*example.options, example.path])
    output = capsys.readouterr().out
    rules = set(re.findall(rf"\[{example.hook}/([\w-]+)\]$", output, re.MULTILINE))
    if example.good:
        assert (status, output) == (0, "")
    else:
        assert (status, rules) == (1, {example.rule}), output
