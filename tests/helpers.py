"""What several test modules share."""

from __future__ import annotations

import json
import subprocess
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlops_checklist.hook import Hook, judge
from mlops_checklist.outcome import Outcome
from mlops_checklist.sources.files import File
from mlops_checklist.sources.repository import Repository


def outcomes(hook: Hook, path: str, data: str | bytes, **options: object) -> list[Outcome]:
    """Judge `data` as if it were the file `path`, with the hook's default options."""
    defaults = Namespace(**{option.key: option.default for option in hook.options})
    for name, value in options.items():
        setattr(defaults, name, value)
    if isinstance(data, str):
        data = data.encode()
    file = File(path, data=data)
    return judge(hook, file, defaults)


def together(hook: Hook, files: Mapping[str, str], **options: object) -> list[Outcome]:
    """Judge `files`, by path, as if they were a repository, with the hook's default options."""
    defaults = Namespace(**{option.key: option.default for option in hook.options})
    for name, value in options.items():
        setattr(defaults, name, value)
    repository = Repository(files, listed=files)
    for path, text in files.items():
        repository.add(File(path, data=text.encode()))
    said: set[Outcome] = set()
    for path in repository.affected(files, hook.follows):
        said.update(judge(hook, repository.file(path), defaults))
    return sorted(said, key=lambda outcome: outcome.order)


def of_repository(
    hook: Hook, folder: Path, files: Mapping[str, str | bytes], **options: object
) -> list[Outcome]:
    """Judge `files` as Git tracks them in `folder`, where the test stands; for hooks that find."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
    for command in (["init", "--quiet"], ["add", "--all", "--force"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    defaults = Namespace(**{option.key: option.default for option in hook.options})
    for name, value in options.items():
        setattr(defaults, name, value)
    assert hook.finds is not None
    files_found = hook.finds(defaults, lambda path: True)
    said = {outcome for file in files_found for outcome in judge(hook, file, defaults)}
    return sorted(said, key=lambda outcome: outcome.order)


def found(said: Sequence[Outcome], *kinds: str) -> list[tuple[str, int, int]]:
    """Return rule, line and column of the outcomes of such kinds (violations by default)."""
    return [
        (outcome.rule, outcome.place.line, outcome.place.column)
        for outcome in said
        if outcome.kind in (kinds or ("violation",))
    ]


def notebook(*sources: str, language: str = "python", **metadata: object) -> str:
    """Return a notebook (nbformat 4) with these code cells, as Jupyter writes it."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": metadata,
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for number, source in enumerate(sources, 1)
    ]
    kernel = {"display_name": language, "language": language, "name": language}
    document = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": language}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
