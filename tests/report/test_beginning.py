from __future__ import annotations

import pytest
import yaml

from mlops_checklist.report.beginning import REPOSITORY, extended
from mlops_checklist.sources.files import Unreadable

WANTED = {"data-lineage": "train.py", "metrics-logged": "train.py"}
RUFF = """\
# Ours.
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.14.0  # the newest
    hooks:
      - id: ruff
"""
TEXTS = {
    "nothing": "",
    "blank lines": "\n\n",
    "another repository": RUFF,
    "no indentation": "repos:\n- repo: local\n  hooks:\n  - id: x\n    name: x\n",
    "keys behind": RUFF + "\n# Old Python.\ndefault_language_version:\n  python: python3.11\n",
    "no line end": RUFF.rstrip("\n"),
    "a comment behind": RUFF + "  # - repo: nothing\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_there_stays(text: str) -> None:
    new, added = extended(text, WANTED)
    assert added == ["data-lineage", "metrics-logged"]
    for line in text.splitlines():
        assert not line or line in new.splitlines()
    before, after = yaml.safe_load(text) or {}, yaml.safe_load(new)
    *others, ours = after["repos"]
    assert others == before.get("repos", [])
    assert ours["repo"] == REPOSITORY
    assert [hook["id"] for hook in ours["hooks"]] == added
    assert {key: value for key, value in after.items() if key in before and key != "repos"} == {
        key: value for key, value in before.items() if key != "repos"
    }
    assert extended(new, WANTED) == (new, [])


def test_windows_line_ends() -> None:
    new, _ = extended(RUFF.replace("\n", "\r\n"), WANTED)
    assert "\n" not in new.replace("\r\n", "")
    assert yaml.safe_load(new)["repos"][-1]["repo"] == REPOSITORY


def test_only_what_is_lacking() -> None:
    text = RUFF + f"  - repo: {REPOSITORY}\n    rev: v0.1.0\n    hooks:\n      - id: data-lineage\n"
    new, added = extended(text, WANTED)
    assert added == ["metrics-logged"]
    assert new.startswith(text)


@pytest.mark.parametrize("text", ["repos: []\n", "repos: 3\n", "hooks: {}\n", "[1, 2]\n"])
def test_no_list_of_repos(text: str) -> None:
    with pytest.raises(ValueError, match="no list of repos"):
        extended(text, WANTED)


def test_what_cannot_be_parsed() -> None:
    with pytest.raises(Unreadable):
        extended("repos: [\n", WANTED)
