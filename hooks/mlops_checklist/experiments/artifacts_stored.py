"""Checklist: Artifacts stored for reproducibility.

A model on the disk of a workspace is gone when the workspace is; one in Git makes every clone
heavier for ever. The hook looks at programs that start a run of an experiment tracker and train: at
each script or notebook together with the modules of the repository that it imports; and at the
model files that Git tracks.

What to do: `mlflow.log_artifact(path)` or `mlflow.<flavour>.log_model(model, name="model")`; write
what need not be in the run below DOMINO_ARTIFACTS_DIR; track model files with DVC or Git LFS.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, undecided, violation
from mlops_checklist.sources.triggers import TRACKERS

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.stored_paths import Path
    from mlops_checklist.sources.tracking import Fact

RULES = {
    "local-only-artifact": "A model or figure is written to the local disk alone.",
    "no-artifacts": "A run is started and a model trained, and nothing of it is stored.",
    "model-in-git": "A model file is in Git, outside of Git LFS and DVC.",
}


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge the programs that are judged with the file, or the file if it is a model."""
    if file.kind == "model":
        yield from _model_file(file)
        return
    from mlops_checklist.sources import programs

    for program in programs.programs(file, TRACKERS):
        yield from program.told(judge(program))


def judge(program: Program) -> Iterator[Outcome]:
    """Say of one program whether what it makes is stored."""
    from mlops_checklist.sources import tracking

    runs = tracking.told(program, "run")
    if not runs:
        return
    artifacts = tracking.known(program, "artifacts")
    trainings = tracking.told(program, "training")
    autologs, _ = tracking.covering(program, trainings)
    storing = [autolog for autolog in autologs if tracking.flag(autolog, "log_models", True)]
    if storing:
        yield tracking.at(storing[0], evidence, "autolog", "autologging stores the model")
    if sure := [fact for fact in artifacts if fact.sure]:
        yield tracking.at(sure[0], evidence, "artifacts", "artifacts are stored")
    # TensorBoard has no place for files.
    weak = all(run.by == "tensorboard" for run in runs)
    saved = [*_saved(program, artifacts, storing)]
    for outcome in saved:
        bad = outcome.kind == "violation"
        yield outcome._replace(kind="undecided") if bad and weak else outcome
    if not trainings or artifacts or storing or saved or weak:
        return
    if autologs:
        message = "autologging leaves the model out (log_models=False), and nothing else logs it"
        advice = "call mlflow.<flavour>.log_model"
        yield tracking.at(autologs[0], violation, "no-artifacts", f"{message}; {advice}")
        return
    start = runs[0]
    yield tracking.at(
        start,
        violation,
        "no-artifacts",
        f"this run trains a model{tracking.where(start, trainings[0])} and stores neither it nor "
        "anything else; log it with log_model, or its file with log_artifact",
    )


# --- What is saved ------------------------------------------------------------------------


def _saved(
    program: Program, artifacts: Sequence[Fact], storing: Sequence[Fact]
) -> Iterator[Outcome]:
    """Say of each file that the program saves whether it is stored."""
    from mlops_checklist.sources import stored_paths, tracking

    saved = tracking.told(program, "saved")
    if not saved:
        return
    passed = _Passed(program)
    logging = {fact.node for fact in artifacts}
    objects = {name for fact in artifacts for name in _names(fact.node)}
    models = bool(storing) or any(_keeps_models(fact) for fact in artifacts)
    outs = stored_paths.dvc_outs(program.root.file)
    for fact in saved:
        saving = tracking.saving(fact)
        paths = stored_paths.written(fact.module, saving.path) if saving.path is not None else None
        if paths == []:
            continue  # into a buffer
        kept = not saving.is_figure and models
        kept = kept or (saving.saved is not None and bool(_names(saving.saved) & objects))
        if kept or (paths and all(_is_kept(path.text, passed, logging, outs) for path in paths)):
            yield tracking.at(fact, evidence, "stored", "what is saved here is stored as well")
        elif not paths or any(_is_open(fact, path, passed) for path in paths):
            message = "it is not known whether what is saved here is stored"
            yield tracking.at(fact, undecided, "local-only-artifact", message)
        else:
            name = next((path.text for path in paths if "<" not in path.text), "")
            what = f"'{name}'" if name else "the figure" if saving.is_figure else "the model"
            yield tracking.at(
                fact,
                violation,
                "local-only-artifact",
                f"{what} is written to the local disk alone; log it with mlflow.log_artifact, or "
                "write it below DOMINO_ARTIFACTS_DIR",
            )


class _Passed:
    """The paths that the program's calls are given, read when they are asked for."""

    def __init__(self, program: Program) -> None:
        self._program = program

    @functools.cached_property
    def all(self) -> list[tuple[ast.Call, str]]:
        """Each call with a path, or what may be one."""
        from mlops_checklist.sources import stored_paths

        return [
            (each.call, each.path)
            for module in self._program.modules
            for each in module.file.read(stored_paths.passed)
            if each.unit in self._program.known
        ]


def _is_kept(path: str, passed: _Passed, logging: set[ast.AST], outs: Iterable[str]) -> bool:
    from mlops_checklist.sources.stored_paths import is_below, is_stored

    return (
        is_stored(path)
        or any(is_below(path, out) or out.endswith(f"/{path}") for out in outs)
        or any(call in logging and is_below(path, text) for call, text in passed.all)
    )


def _is_open(fact: Fact, path: Path, passed: _Passed) -> bool:
    """Tell whether other code may store the file: one that is passed its path, or that names it."""
    from mlops_checklist.sources.stored_paths import is_below, is_mounted

    if not path.is_known or is_mounted(path.text):
        return True
    if any(is_below(path.text, text) for _, text in passed.all if text != "."):
        return True
    repository = fact.module.file.repository
    name = path.text.rpartition("/")[2]
    if repository is None or "<" in name:
        return False
    return bool(repository.matching(repository.commanding(), re.escape(name.encode())))


def _names(node: ast.AST) -> set[str]:
    """Return the variables and attributes in some code, that of what is called left out."""
    import ast

    called = node.func if isinstance(node, ast.Call) else None
    found: set[str] = set()
    waiting = [child for child in ast.iter_child_nodes(node) if child is not called]
    waiting += [node] if isinstance(node, (ast.Name, ast.Attribute)) else []
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Name) and inner.id != "self":
            found.add(inner.id)
        elif isinstance(inner, ast.Attribute) and getattr(inner.value, "id", "") == "self":
            found.add(inner.attr)
        waiting += ast.iter_child_nodes(inner)
    return found - {"mlflow", "wandb", "os", "str", "np", "torch", "pd"}


def _keeps_models(fact: Fact) -> bool:
    """Tell whether a tracker keeps the models that a framework saves, whatever their path."""
    from mlops_checklist.sources.python import last_name

    last = last_name(getattr(fact.node, "func", fact.node))
    return (
        (fact.by == "clearml" and last == "init")
        or last.endswith(("Callback", "Checkpoint", "Logger", "Arguments", "Config"))
        or last.startswith("push_to_hub")
    )


# --- Model files in Git -------------------------------------------------------------------

_PERHAPS_MODELS = frozenset(".pkl .pickle .joblib .bin .h5 .hdf5 .model .pb".split())
_MODEL_WORDS = (
    r"(?i)model|clf|classifier|regress|pipeline|checkpoint|weights|estimator|scaler|encoder"
    r"|vectorizer|booster"
)
_MODEL_BYTES = rb"sklearn|xgboost|lightgbm|catboost|torch|keras|tensorflow|statsmodels"
_BEGINNING = 2**16  # bytes that are looked at
_POINTER = b"version https://git-lfs"  # git-lfs/docs/spec.md


def _model_file(file: File) -> Iterator[Outcome]:
    """Judge a file that is named as models are."""
    beginning = file.head(_BEGINNING)
    if beginning.startswith(_POINTER):
        yield evidence("large-file", Place(), "the model is in Git LFS")
        return
    if not beginning or b"/annex/objects/" in beginning[:400]:
        return
    name = file.path.replace(os.sep, "/")
    perhaps = os.path.splitext(name)[1].lower() in _PERHAPS_MODELS
    if perhaps and not re.search(_MODEL_WORDS, name) and not re.search(_MODEL_BYTES, beginning):
        return
    from mlops_checklist.sources.files import is_tracked

    if not is_tracked(file.path) or os.path.islink(file.path):
        return
    if _is_in_lfs(file.path):
        yield evidence("large-file", Place(), "the model is in Git LFS")
        return
    size = os.path.getsize(file.path)
    shown = f"{size / 2**20:.1f} MiB" if size >= 2**20 else f"{max(size // 1024, 1)} KiB"
    yield violation(
        "model-in-git",
        Place(),
        f"this model file ({shown}) is in Git; track it with DVC or Git LFS, or log it with "
        "mlflow.log_model",
    )


def _is_in_lfs(path: str) -> bool:
    """Tell whether Git's attributes give a file to LFS, which puts the real bytes here."""
    import subprocess

    folder, name = os.path.split(os.path.abspath(path))
    try:
        said = subprocess.run(
            ["git", "check-attr", "-z", "filter", "--", name],
            cwd=folder,
            capture_output=True,
            check=False,
        ).stdout
    except OSError:
        return False
    return said.split(b"\0")[2:3] == [b"lfs"]


HOOK = Hook(
    id="artifacts-stored",
    description="The models and figures of a training run are stored.",
    reads={"python": b"", "notebook": b"", "model": b""},
    rules=RULES,
    check=check,
    follows=TRACKERS,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
