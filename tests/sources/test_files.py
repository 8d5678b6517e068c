"""What a name says of a file, and how its bytes become text."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlops_checklist.sources.files import File, Unreadable, is_tracked, kind, repository_root

KINDS = {
    "train.py": "python",
    "TRAIN.PY": "python",
    "x/requirements.txt": "requirements",
    "requirements-dev.txt": "requirements",
    "requirements/base.txt": "requirements",
    "dev_requirements.in": "requirements",
    "app-requirements.txt": "requirements",
    "constraints.txt": "requirements",
    "my-requirementsx.txt": "",
    "notes.txt": "",
    "Dockerfile": "dockerfile",
    "Dockerfile.gpu": "dockerfile",
    "Dockerfile-gpu": "dockerfile",
    "gpu.Dockerfile": "dockerfile",
    "dockerfile": "dockerfile",
    "Containerfile": "dockerfile",
    "Dockerfile.py": "python",
    "dockerfile-DZFCIeNp.js": "",
    "dockerfile.css": "",
    ".env": "dotenv",
    ".env.example": "dotenv",
    "prod.env": "dotenv",
    ".environment": "",
    "MLmodel": "mlmodel",
    "MLproject": "yaml",
    "a.yml": "yaml",
    "data.dvc": "yaml",
    "dvc.lock": "yaml",
    "pyproject.toml": "toml",
    "Pipfile": "toml",
    "train.R": "r",
    "n.ipynb": "notebook",
    "README.md": "markdown",
    ".gitignore": "",
}


@pytest.mark.parametrize("path", KINDS)
def test_kind(path: str) -> None:
    assert kind(path) == KINDS[path]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("#!/usr/bin/env python3\n", "python"),
        ("#!/usr/bin/python\n", "python"),
        ("#!/usr/bin/env -S python3 -u\n", "python"),
        ("#!/bin/bash\n", "shell"),
        ("#!/bin/sh -eu\n", "shell"),
        ("#!/usr/bin/env sh\n", "shell"),
        ("#!/usr/bin/perl\n", ""),
        ("#!\n", ""),
        ("", ""),
    ],
)
def test_kind_by_shebang(tmp_path: Path, first: str, expected: str) -> None:
    path = tmp_path / "script"
    path.write_text(first)
    assert kind(str(path)) == expected


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"a\r\nb", "a\r\nb", id="line-endings-stay"),
        pytest.param(b"\xef\xbb\xbfa", "a", id="utf-8-mark"),
        pytest.param("pandas\n".encode("utf-16"), "pandas\n", id="utf-16-as-powershell-writes-it"),
        pytest.param(b"", "", id="empty"),
    ],
)
def test_text(data: bytes, text: str) -> None:
    assert File("a", "", data).text == text


def test_a_mark_is_not_searched() -> None:
    assert File("a", "", b"\xef\xbb\xbfa: 1").bytes == b"a: 1"


def test_utf_16_is_searched_as_text() -> None:
    assert b"pandas" in File("a", "", "pandas".encode("utf-16")).bytes


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\nb\xff", "cannot decode: byte 0xff in line 2 is not UTF-8"),
        (b"\xff\xfea", "cannot decode: byte 0x61 in line 1 is not UTF-16"),
        (b"a\n\0", "cannot decode: NUL byte in line 2"),
    ],
)
def test_what_is_not_text(data: bytes, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        _ = File("a", "", data).text
    assert str(caught.value) == message


def test_lines_split_where_formats_do() -> None:
    assert File("a", "", "a\nb\r\nc\rd\x0be\u2028f".encode()).lines == [
        "a", "b", "c", "d\x0be\u2028f"
    ]  # fmt: skip


def test_a_reader_runs_once_and_its_failure_is_kept() -> None:
    calls = []

    def reader(file: File) -> str:
        calls.append(file)
        return "read"

    def failing(file: File) -> str:
        calls.append(file)
        raise Unreadable("cannot")

    file = File("a", "", b"")
    assert file.read(reader) == file.read(reader) == "read"
    for _ in range(2):
        with pytest.raises(Unreadable):
            file.read(failing)
    assert len(calls) == 2


def test_is_tracked(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    tracked, untracked = tmp_path / "ü b.txt", tmp_path / "b.txt"
    for path in (tracked, untracked):
        path.write_text("x")
    subprocess.run(["git", "add", tracked.name], cwd=tmp_path, check=True)
    assert is_tracked(str(tracked))
    assert not is_tracked(str(untracked))
    assert not is_tracked(str(tmp_path / "absent"))
    assert repository_root(str(tmp_path / "deeper")) == str(tmp_path)
