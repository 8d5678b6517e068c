"""The manifest's filters hand a hook the files that it reads, and no others.

Real paths go through identify, as in pre-commit, and through the hook's `kind`: a file that a
hook reads and the manifest holds back would never be judged, one that it does not read costs a
start of the hook for nothing.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from identify.identify import tags_from_path

from mlops_checklist import checklist
from mlops_checklist.hook import Hook
from mlops_checklist.report.gathering import EVERYWHERE
from mlops_checklist.sources.files import kind

ROOT = Path(__file__).parent.parent
MANIFEST = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
ENTRIES = {
    entry["id"]: entry
    for entry in MANIFEST
    if entry.get("pass_filenames", True) and entry["stages"] != ["commit-msg"]
}
MODULES = {item.hook: item.module for item in checklist.ITEMS}

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
SHEBANGS = {
    "bin/deploy": b"#!/usr/bin/env bash\n",
    "bin/serve": b"#!/bin/sh\n",
    "bin/train": b"#!/usr/bin/env python3\n",
    "bin/train-old": b"#!/usr/bin/python2.7\n",
    "bin/report": b"#!/usr/bin/env Rscript\n",
}
# Every path, and the kind that its name (or its first line) says; "" is none of the known.
KINDS = {
    ".bashrc": "",
    ".dockerignore": "",
    ".dvc/config": "",
    ".env": "dotenv",
    ".env-prod": "dotenv",
    ".env.example": "dotenv",
    ".env_local": "dotenv",
    ".envrc": "dotenv",
    ".github/workflows/ci.yml": "yaml",
    ".gitignore": "",
    ".gitlab-ci.yml": "yaml",
    ".pre-commit-config.yaml": "yaml",
    "CODEOWNERS": "codeowners",
    "Containerfile": "dockerfile",
    "Dockerfile": "dockerfile",
    "Dockerfile-gpu": "dockerfile",
    "Dockerfile.dev": "dockerfile",
    "LICENSE": "",
    "MLmodel": "mlmodel",
    "MLproject": "yaml",
    "MODEL_CARD.md": "markdown",
    "Makefile": "",
    "Pipfile": "toml",
    "Pipfile.lock": "",
    "README.md": "markdown",
    "Train Model (final).ipynb": "notebook",
    "app.sh": "shell",
    "bin/deploy": "shell",
    "bin/report": "",
    "bin/serve": "shell",
    "bin/train": "python",
    "bin/train-old": "python",
    "conda.yaml": "yaml",
    "conf/monitoring.yaml": "yaml",
    "constraints.txt": "requirements",
    "data.csv": "table",
    "data/train.csv.dvc": "yaml",
    "deploy/prod.env": "dotenv",
    "deploy/prod.env.csv": "table",
    "dev-requirements.txt": "requirements",
    "docker/Dockerfile_cpu": "dockerfile",
    "dockerfiles/list.csv": "table",
    "docker/train.containerfile": "dockerfile",
    "docker/train.dockerfile": "dockerfile",
    "dvc.lock": "yaml",
    "dvc.yaml": "yaml",
    "environment.yml": "yaml",
    "image.png": "",
    "grants.sql": "sql",
    "main.tf": "terraform",
    "model.pkl": "model",
    "net.onnx": "model",
    "model_card.json": "json",
    "model_card.markdown": "markdown",
    "log.jsonl": "table",
    "train.parquet": "parquet",
    "nb.ipynb": "notebook",
    "myrequirements.txt": "",
    "notes.txt": "",
    "params.json": "json",
    "poetry.lock": "",
    "pyproject.toml": "toml",
    "requirements-dev.in": "requirements",
    "requirements.dev.txt": "requirements",
    "requirements.in": "requirements",
    "requirements/lists/base.txt": "",
    "requirements.txt": "requirements",
    "requirements/base.txt": "requirements",
    "requirements_gpu.txt": "requirements",
    "run.R": "r",
    "run.bash": "shell",
    "run.ksh": "shell",
    "run.sh": "shell",
    "run.zsh": "shell",
    "scripts/plain": "",
    "setup.cfg": "",
    "setup.py": "python",
    "src/app.js": "",
    "src/card.html": "html",
    "src/config.ini": "",
    "src/gui.pyw": "python",
    "src/stub.pyi": "",
    "src/train.PY": "python",
    "tox.ini": "",
    "train.py": "python",
    "train.r": "r",
    "train.Rmd": "",
    "uv.lock": "",
    "\u6a21\u578b/\xe9tude.ipynb": "notebook",
}
BINARY = {"image.png", "model.pkl", "net.onnx"}
# Folders that no hook but no-hardcoded-secrets passes over, and those that each does.
TESTS_AND_DOCS = ("tests/test_{}", "test/{}", "src/tests/unit/{}", "docs/conf_{}")
PASSED_OVER = (
    ".ipynb_checkpoints/{}",
    ".Trash-1000/files/{}",
    ".venv/lib/{}",
    "frontend/node_modules/x/{}",
    "lib/python3.11/site-packages/x/{}",
    "mlartifacts/0/x/{}",
    "mlruns/0/x/artifacts/model/{}",
    "notebooks/.ipynb_checkpoints/{}",
    "venv/{}",
)
NEAR_MISSES = ("attests/{}", "docs_site/{}", "my_mlruns/{}", "latest/{}", "testing/{}")


def selected(hook: str, path: str) -> bool:
    """Tell whether pre-commit hands the file to the hook."""
    entry = ENTRIES[hook]
    tags = tags_from_path(path)
    return (
        set(entry.get("types", ["file"])) <= tags
        and (not entry.get("types_or") or bool(set(entry["types_or"]) & tags))
        and re.search(entry.get("files", ""), path) is not None
        and re.search(entry.get("exclude", "^$"), path) is None
    )


def reads(hook: str, path: str) -> bool:
    """Tell whether the hook judges files of this kind, or the programs that they start."""
    judge: Hook = import_module(MODULES[hook]).HOOK
    starts = judge.follows and kind(path) in ("shell", "yaml")
    return bool(starts) or "*" in judge.reads or kind(path) in judge.reads


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def create(path: str) -> str:
    """Create the file with the first bytes that such a file has, and return its path."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    content = PNG if path in BINARY else SHEBANGS.get(path, b"text\n")
    Path(path).write_bytes(content)
    return path


@pytest.mark.parametrize("path", KINDS)
def test_kind(path: str) -> None:
    assert kind(create(path)) == KINDS[path]


@pytest.mark.parametrize("hook", ENTRIES)
@pytest.mark.parametrize("path", KINDS)
def test_selected_exactly_if_read(hook: str, path: str) -> None:
    create(path)
    text = ENTRIES[hook]["types"] == ["text"]
    expected = reads(hook, path) and not (text and path in BINARY)
    # No filter can tell what the first line of a file without a suffix says: it is selected.
    assert selected(hook, path) == (expected or "." not in Path(path).name)


@pytest.mark.parametrize("hook", ENTRIES)
@pytest.mark.parametrize("folder", PASSED_OVER)
def test_passed_over(hook: str, folder: str) -> None:
    for name in ("MLmodel", "requirements.txt", "train.ipynb", "train.py", "run.sh", ".env"):
        assert not selected(hook, create(folder.format(name)))


@pytest.mark.parametrize("hook", ENTRIES)
@pytest.mark.parametrize("folder", TESTS_AND_DOCS)
def test_tests_and_docs_are_for_two_hooks_alone(hook: str, folder: str) -> None:
    assert selected(hook, create(folder.format("x.py"))) == (hook in EVERYWHERE)


@pytest.mark.parametrize("hook", ENTRIES)
@pytest.mark.parametrize("folder", NEAR_MISSES)
def test_not_passed_over(hook: str, folder: str) -> None:
    path = create(folder.format("train.py"))
    assert selected(hook, path) == reads(hook, path)


def test_links_are_not_selected() -> None:
    create("train.py")
    Path("link.py").symlink_to("train.py")
    assert not any(selected(hook, "link.py") for hook in ENTRIES)
