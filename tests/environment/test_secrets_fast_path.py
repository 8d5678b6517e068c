"""The fast path finds what the slow one finds: every detector on every line, every file parsed."""

from __future__ import annotations

import glob
import itertools
import os
import re
import sysconfig
from argparse import Namespace
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_checklist.environment import no_hardcoded_secrets
from mlops_checklist.outcome import Outcome
from mlops_checklist.sources import known_keys, named_secrets, secret_lines
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.key_formats import FORMATS

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def every_line(text: str, words: tuple[str, ...]) -> Iterator[tuple[int, int, frozenset[str]]]:
    at = 0
    for line in text.split("\n"):
        yield at, at + len(line), frozenset(words)
        at += len(line) + 1


def judged(path: str, data: bytes) -> list[Outcome]:
    found: list[Outcome] = []
    try:
        found.extend(
            no_hardcoded_secrets.check(
                File(path, None, data), Namespace(verbose=False, update_baseline=False)
            )
        )
    except Unreadable as error:
        found.append(Outcome("error", error.rule, error.place, str(error)))
    return sorted(found, key=lambda outcome: outcome.order)


def both(path: str, data: bytes) -> tuple[list[Outcome], list[Outcome]]:
    fast = judged(path, data)
    known_keys._by_word.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secret_lines, "lines", every_line)
        patch.setattr(known_keys, "FORMATS", tuple(each._replace(sure="") for each in FORMATS))
        patch.setattr(named_secrets, "_VALUE", re.compile(""))
        whole = lambda text, start, end, words: [(start, end)]  # noqa: E731
        patch.setattr(named_secrets, "_with_names", whole)
        patch.setattr(named_secrets, "_may_hold_literals", lambda text, lines: True)
        slow = judged(path, data)
    known_keys._by_word.cache_clear()
    return fast, slow


KEYS = [
    "hf_" + LETTERS[5:39],
    "ghp_" + LETTERS[:36],
    "sk-ant-api03-" + LETTERS[::-1],
    "AKIA" + "QRSTUVWX23456723",
    "dapi" + "0123456789abcdef"[::-1] * 2,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0." + LETTERS,
    "https://bob:S3cr3tPa55@h.corp.net/x",
    "Basic Ym9iOlMzY3IzdFBhNTU=",
    "Bearer " + LETTERS[7:47],
    "S3cr3tPa55w0rd",
    "correct horse 7 staple",
    "<your token>",
]
NAMES = "password api_key HF_TOKEN secret auth user login key passwd db-pwd token pad_token".split()
STATEMENTS = [
    '{name} = "{value}"\n',
    "{name}={value}\n",
    "{name}: {value}\n",
    'f({name}="{value}")\n',
    '{{"{name}": "{value}"}}\n',
    'c = g(\n    {name}=\n    "{value}",\n)\n',
    'd = {{\n    "{name}":\n        "{value}",\n}}\n',
    'p.add_argument(\n    "--{name}",\n    default="{value}")\n',
    "ENV {name}={value}\n",
    "- name: {name}\n  value: {value}\n",
    'wandb.login(key="{value}")\n',
    "x --{name} {value}\n",
]
PARTS = [
    *NAMES,
    *KEYS,
    *("=", ": ", '"', "'", "\n", "(", ")", ", ", "    ", "login(", "f(", "default=", "{", "}"),
    *("kind: Secret\n", "data:\n", "# ", "\u0130", "é", "x" * 9_000),
]
STATEMENT = st.builds(
    lambda form, name, value: form.format(name=name, value=value),
    st.sampled_from(STATEMENTS),
    st.sampled_from(NAMES),
    st.sampled_from(KEYS),
)
PATHS = ["a.py", "a.yml", "a.json", ".env", "a.sh", "Dockerfile", "a.md", "a.ini", "a.txt", "a.js"]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(PARTS) | STATEMENT, max_size=12), st.sampled_from(PATHS))
def test_generated_texts(parts: list[str], path: str) -> None:
    fast, slow = both(path, "".join(parts).encode())
    assert fast == slow


@pytest.mark.parametrize("path", ["a.py", "a.yml", "a.js", "Dockerfile"])
def test_statements(path: str) -> None:
    found = 0
    for form, name, value in itertools.product(STATEMENTS, NAMES, KEYS):
        text = form.format(name=name, value=value)
        fast, slow = both(path, f"x\n{text}".encode())
        assert fast == slow, text
        found += len(fast)
    assert found > 500


@pytest.mark.parametrize("path", ["a.js", "a.json", "a.txt"])
def test_in_a_long_line(path: str) -> None:
    """Minified code, in which a secret is given to a name: what is around the name is enough."""
    code = 'var a=b.c(d,function(e){return e.key?e.f:"g"});'
    found = 0
    every = [*itertools.product(STATEMENTS, NAMES, KEYS)]
    for number, (form, name, value) in enumerate(every[::13]):
        text = form.format(name=name, value=value).replace("\n", "")
        before, behind = code * (number % 60 + 40), code * (60 - number % 60)
        fast, slow = both(path, f"{before}{text};{behind}".encode())
        assert fast == slow, text
        found += len(fast)
    assert found > 20


def test_real_texts() -> None:
    """The standard library, with a secret in the middle of each file in turn."""
    found = 0
    paths = sorted(glob.glob(os.path.join(sysconfig.get_path("stdlib"), "*.py")))
    for number, path in enumerate(paths[::3]):
        with open(path, "rb") as opened:
            lines = opened.read(60_000).split(b"\n")
        key = KEYS[number % len(KEYS)]
        statement = STATEMENTS[number % len(STATEMENTS)].format(name="api_key", value=key)
        lines.insert(len(lines) // 2, statement.encode())
        fast, slow = both(os.path.basename(path), b"\n".join(lines))
        assert fast == slow, path
        found += len(fast)
    assert found > 20
