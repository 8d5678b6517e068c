"""Hostile files: one clear line each, no traceback, no hang, and the other files still judged."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from mlops_checklist import checklist
from mlops_checklist.hook import run

ALL = {item.hook: import_module(item.module).HOOK for item in checklist.ITEMS}
HOOKS = {name: hook for name, hook in ALL.items() if hook.finds is None}
EVERY = frozenset(HOOKS) - {"meaningful-commit-message"}  # any bytes are a message
SECRETS = frozenset({"no-hardcoded-secrets"})
NAMES = frozenset({"experiment-name-prefix"})
MODELS = frozenset({"registered-model-metadata"})
PINS = frozenset({"pinned-requirements"})
PROGRAMS = frozenset(
    {
        "artifacts-stored",
        "data-lineage",
        "dataset-snapshots",
        "metrics-logged",
        "model-registered",
        "parameters-logged",
        "seeded-randomness",
        "validation-metrics",
    }
)

# What makes a file the business of every hook that reads its kind.
WORDS = (
    "MLFLOW_EXPERIMENT_NAME chmod rbac email load_dataset set_experiment registered_model_name "
    "models:/ %pip install pip install password = token api_key mlflow model.fit( train_test_split("
)
NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": ["%s"]}], '
    '"metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)
RUN = "import mlflow, sklearn.svm\nmlflow.start_run(); sklearn.svm.SVC(C=2).fit(X, y)\n"
PLANTED = {
    "meaningful-commit-message": ("good.py", "update\n"),
    **dict.fromkeys(PROGRAMS, ("good.py", RUN)),
    "dataset-snapshots": ("good.py", "import datasets\ndatasets.load_dataset('squad')\n"),
    "data-access-controls": ("good.py", "import os\nos.chmod('x', 0o777)\n"),
    "no-personal-data": ("good.py", "print(df['email'])\n"),
    "data-lineage": (
        "good.py",
        "import mlflow, pandas\npandas.read_csv('/d/x.csv')\nmlflow.start_run()\n",
    ),
    "model-registered": (
        "good.py",
        "import flask, joblib\nmodel = joblib.load('model.pkl')\n",
    ),
    "validation-metrics": (
        "good.py",
        "import mlflow, sklearn.svm\nsklearn.svm.SVC().fit(X, y); mlflow.register_model(u, 'm')\n",
    ),
    "seeded-randomness": (
        "good.py",
        "from sklearn.model_selection import train_test_split\na, b = train_test_split(x)\n",
    ),
    "experiment-name-prefix": ("good.py", "import mlflow\nmlflow.set_experiment('churn')\n"),
    "no-hardcoded-secrets": ("good.py", "password = 'Wq7" + "vTz9Lr2xKd4'\n"),
    "pinned-requirements": ("app/requirements.txt", "numpy\n"),
    "registered-model-metadata": (
        "good.py",
        "import mlflow\nmlflow.register_model('/tmp/m', 'churn')\n",
    ),
}

# name of the file: (its bytes, the hooks that must say that they cannot judge it, and why).
FILES: dict[str, tuple[bytes, frozenset[str], str]] = {
    "latin.py": (
        b"# caf\xe9 " + WORDS.encode() + b"\nx = 1\n",
        NAMES | MODELS | SECRETS | PINS | PROGRAMS,
        "not UTF-8",
    ),
    "nul.py": (
        b"x = 1\n# \0 " + WORDS.encode() + b"\n",
        NAMES | MODELS | PINS | PROGRAMS,
        "NUL byte in line 2",
    ),
    "cookie.py": (
        b"# -*- coding: nonsense -*-\n# " + WORDS.encode(),
        NAMES | MODELS | PROGRAMS,
        "not nonsense",
    ),
    "python2.py": (
        f"# {WORDS}\nprint 'x'\n".encode(),
        NAMES | MODELS | PROGRAMS,
        "looks like Python 2",
    ),
    "syntax.py": (f"# {WORDS}\nx = = 1\n".encode(), NAMES | MODELS | PROGRAMS, "(line 2)"),
    "deep.py": (
        f"# {WORDS}\nx = {'(' * 50_000}\n".encode(),
        NAMES | MODELS | PROGRAMS,
        "cannot parse as Python",
    ),
    "truncated.ipynb": ((NOTEBOOK % WORDS)[:-60].encode(), EVERY, "cannot parse as notebook"),
    "empty.ipynb": (b"", PINS, "empty file"),
    "deep.ipynb": (
        (NOTEBOOK % WORDS).replace('"metadata": {}', '"metadata": ' + "[" * 99_999).encode(),
        EVERY,
        "nested too deeply",
    ),
    "no_notebook.ipynb": (
        f'{{"cells": 3, "x": "{WORDS}"}}'.encode(),
        EVERY,
        "cannot parse as notebook",
    ),
    "broken.yaml": (f"a: [1\nb: {WORDS}\n".encode(), NAMES, "cannot parse as YAML"),
    "deep.yaml": (f"# {WORDS}\n{'[' * 100_000}".encode(), NAMES, "cannot parse as YAML"),
    "environment.yml": (b"dependencies: {" * 50_000, PINS, "cannot parse as YAML"),
    "bomb.yaml": (
        f"# {WORDS}\na0: &a0 [x]\n".encode()
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b"*a%d, " % (n - 1) * 9) for n in range(1, 30)),
        NAMES,
        "aliases",
    ),
    "MLmodel": (b"flavors: [", MODELS, "cannot parse as YAML"),
    "model_card.json": (b'{"a": ', MODELS, "cannot parse as JSON"),
    "deep_model_card.json": (b'{"a": ' * 50_000, MODELS, "nested too deeply"),
    "Dockerfile": (f"FORM x\nRUN {WORDS}\n".encode(), NAMES | PINS, "cannot parse as Dockerfile"),
    "pyproject.toml": (b"[project\n", PINS, "cannot parse as TOML"),
    "requirements-bad.txt": (b"numpy==\n", PINS, "cannot parse as requirement"),
    "requirements-latin.txt": (b"numpy  # caf\xe9\n", PINS, "not UTF-8"),
}
SPECIAL = ("folder", "folder.py", "dangling.py", "deleted.py", "fifo.py", "loop.py")


@pytest.fixture
def output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[str]]]:
    """Runs a hook on files, beside one that it must still judge."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def judged(hook: str, *names: str) -> tuple[int, list[str]]:
        name, text = PLANTED[hook]
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)
        status = run(HOOKS[hook], [*names, name])
        lines = capsys.readouterr().out.splitlines()
        found = [line for line in lines if line.startswith(f"{name}:1:") or f"{name}:2:" in line]
        assert found, f"{name} was not judged"
        return status, [line for line in lines if line not in found]

    return judged


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", FILES)
def test_bad_content(output: Callable, hook: str, name: str) -> None:
    data, complaining, why = FILES[name]
    Path(name).write_bytes(data)
    status, lines = output(hook, name)
    assert status == 1
    assert not [line for line in lines if "report this defect" in line]
    errors = [line for line in lines if line.startswith(f"{name}: cannot ")]
    assert len(errors) <= 1
    if hook in complaining and kind_is_read(hook, name):
        assert len(errors) == 1, lines
        assert why in errors[0]
        assert len(errors[0]) < 300


def kind_is_read(hook: str, name: str) -> bool:
    """Tell whether the bytes make the file the hook's business at all."""
    from mlops_checklist.sources.files import kind

    reads = HOOKS[hook].reads
    pattern = reads.get(kind(name), reads.get("*"))
    return pattern is not None and (not pattern or re.search(pattern, FILES[name][0]) is not None)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFOs")
@pytest.mark.parametrize("hook", HOOKS)
def test_what_is_no_file(output: Callable, hook: str) -> None:
    Path("folder").mkdir()
    Path("folder.py").mkdir()
    Path("dangling.py").symlink_to("nowhere")
    Path("loop.py").symlink_to("loop.py")
    os.mkfifo("fifo.py")
    status, lines = output(hook, *SPECIAL)
    assert status == 1
    assert [line.partition(": cannot read: ")[0] for line in lines] == sorted(SPECIAL)


@pytest.mark.slow
@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    "name", ["long.py", "long.ipynb", "long.yaml", "requirements-long.txt", "long.sh"]
)
def test_a_line_of_50_megabytes(output: Callable, hook: str, name: str) -> None:
    """It is judged or refused, in a time that the whole test run can bear."""
    line = f"# {WORDS} " + "x " * 25_000_000
    Path(name).write_text(NOTEBOOK % line if name.endswith("ipynb") else line)
    status, lines = output(hook, name)
    assert status == 1
    assert not [text for text in lines if "report this defect" in text]
    assert all(len(text) < 500 for text in lines)
