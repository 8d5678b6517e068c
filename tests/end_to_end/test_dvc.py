"""Real `dvc status` and our hook over one pipeline, changed in every way that files can tell.

Whatever the hook calls out of date, DVC does too. What DVC alone sees stands in `ONLY_DVC`, with
the reason; a difference that is gone fails the test as well.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from end_to_end.environments import environment

from mlops_checklist.data.dataset_snapshots import HOOK
from mlops_checklist.hook import judge
from mlops_checklist.settings import Settings
from mlops_checklist.sources import tracked
from mlops_checklist.sources.repository import Repository

PIPELINE = """\
stages:
  prepare:
    cmd: python src/prepare.py
    deps: [src/prepare.py, data/raw.csv]
    outs: [clean.csv]
  train:
    cmd: python src/train.py
    deps: [src/train.py, clean.csv, lib]
    params: [lr, model.depth]
    outs: [model.pkl]
  report:
    foreach: [north, south]
    do:
      cmd: python src/report.py ${item}
      deps: [src/report.py]
      outs: ["report-${item}.txt"]
"""
FILES = {
    "dvc.yaml": PIPELINE,
    "params.yaml": "lr: 0.1\nseed: 7\nmodel:\n  depth: 3\n",
    "data/raw.csv": "a,b\n1,2\n",
    "lib/tools.py": "X = 1\n",
    "src/prepare.py": "open('clean.csv', 'w').write(open('data/raw.csv').read())\n",
    "src/train.py": "open('model.pkl', 'w').write(open('clean.csv').read())\n",
    "src/report.py": "import sys\nopen(f'report-{sys.argv[1]}.txt', 'w').write(sys.argv[1])\n",
}


def replaced(path: str, old: str, new: str) -> dict[str, str | None]:
    assert old in FILES[path]
    return {path: FILES[path].replace(old, new)}


CHANGES: dict[str, dict[str, str | None]] = {
    "nothing": {},
    "a script": replaced("src/train.py", "clean", "./clean"),
    "two scripts": {"src/train.py": "1\n", "src/prepare.py": "2\n"},
    "a comment in a script": {"src/prepare.py": FILES["src/prepare.py"] + "# Done.\n"},
    "line ends": {"src/train.py": FILES["src/train.py"].replace("\n", "\r\n")},
    "data": {"data/raw.csv": "a,b\n1,3\n"},
    "data is gone": {"data/raw.csv": None},
    "a script is gone": {"src/train.py": None},
    "a file in a folder": {"lib/tools.py": "X = 2\n"},
    "a new file in a folder": {"lib/more.py": "Y = 1\n"},
    "a parameter": replaced("params.yaml", "lr: 0.1", "lr: 0.2"),
    "a nested parameter": replaced("params.yaml", "depth: 3", "depth: 4"),
    "another parameter": replaced("params.yaml", "seed: 7", "seed: 8"),
    "the spelling of a parameter": replaced("params.yaml", "lr: 0.1", "lr: 1.0e-1"),
    "a parameter that becomes a text": replaced("params.yaml", "lr: 0.1", "lr: low"),
    "a parameter is gone": replaced("params.yaml", "lr: 0.1\n", ""),
    "a command": replaced("dvc.yaml", "python src/train.py", "python -u src/train.py"),
    "blanks in a command": replaced("dvc.yaml", "python src/train", "python  src/train"),
    "a command in a block": replaced(
        "dvc.yaml", "cmd: python src/train.py", "cmd: |\n      python src/train.py"
    ),
    "a dependency": replaced("dvc.yaml", "clean.csv, lib]", "clean.csv, lib, src/prepare.py]"),
    "one dependency less": replaced("dvc.yaml", ", clean.csv, lib]", ", clean.csv]"),
    "a parameter is listed": replaced("dvc.yaml", "[lr, model.depth]", "[lr, model.depth, seed]"),
    "an output": replaced("dvc.yaml", "outs: [model.pkl]", "outs: [model.pkl, clean.txt]"),
    "a stage": replaced(
        "dvc.yaml",
        "  report:",
        "  check:\n    cmd: python src/check.py\n    deps: [src/report.py]\n  report:",
    ),
    "a name": replaced("dvc.yaml", "  train:", "  fit:"),
    "a description": replaced("dvc.yaml", "  train:\n", "  train:\n    desc: Fits the model\n"),
    "a stage is gone": {"dvc.yaml": PIPELINE.partition("  report:")[0]},
    "the script of a loop": {"src/report.py": FILES["src/report.py"] + "# Done.\n"},
    "an item of a loop": replaced("dvc.yaml", "[north, south]", "[north, south, east]"),
    "a frozen stage": {
        **replaced("dvc.yaml", "  train:\n", "  train:\n    frozen: true\n"),
        "src/train.py": "1\n",
    },
    "the lock is gone": {"dvc.lock": None},
}
_MISSING = "a file that is not there has no hash; the commit that deletes it is not judged by it"
_FOLDER = "the hash of a folder is DVC's own, and not compared"
_LOOP = "the stages of a loop are not told apart"
ONLY_DVC = {
    "data is gone": ({"prepare"}, _MISSING),
    "a script is gone": ({"train"}, _MISSING),
    "a file in a folder": ({"train"}, _FOLDER),
    "a new file in a folder": ({"train"}, _FOLDER),
    "the script of a loop": ({"report"}, _LOOP),
    "an item of a loop": ({"report"}, _LOOP),
    "the lock is gone": ({"train", "report"}, "one finding says it of the whole pipeline"),
}


def dvc(folder: Path, *arguments: str) -> str:
    python = environment("dvc", ["dvc==3.67.1"])
    known = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    known["PATH"] = f"{Path(python).parent}{os.pathsep}{known['PATH']}"
    command = [python, "-m", "dvc", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=known)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository in which the pipeline has run."""
    folder = tmp_path_factory.mktemp("dvc") / "shop"
    write(folder, {**FILES})
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    dvc(folder, "init", "--quiet")
    dvc(folder, "repro", "--quiet")
    return folder


def write(folder: Path, files: dict[str, str] | dict[str, str | None]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            target.unlink()
        else:
            target.write_bytes(text.encode())


@pytest.mark.parametrize("change", CHANGES)
def test_agreement(
    change: str, pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(pipeline, folder, symlinks=True)
    write(folder, CHANGES[change])
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    status = json.loads(dvc(folder, "status", "--json") or "{}")
    theirs = {name.partition("@")[0] for name, said in status.items() if _is_stale(said)}
    monkeypatch.chdir(folder)
    ours = stale()
    expected, _ = ONLY_DVC.get(change, (set(), ""))
    assert (theirs - ours, ours - theirs) == (expected, set())


def _is_stale(said: list[str | dict[str, object]]) -> bool:
    """Tell whether DVC calls a stage out of date for another reason than an output's content."""
    kinds = {kind for each in said for kind in (each if isinstance(each, dict) else [each])}
    outs = [
        each["changed outs"] for each in said if isinstance(each, dict) and "changed outs" in each
    ]
    return bool(kinds - {"changed outs", "always changed"}) or "deleted" in str(outs)


def stale() -> set[str]:
    """Return the stages that the hook calls out of date in the current folder."""
    paths = tracked.files(HOOK.id)
    repository = Repository(paths, listed=paths)
    options = Settings(HOOK.id, (), {}).of_the_run()
    said = judge(HOOK, repository.file("dvc.yaml"), options)
    found = (re.match(r"stage '(\w+)' is out of date", each.message) for each in said)
    return {each[1] for each in found if each}
