"""Checklist: Artifacts stored for reproducibility.

A model on the disk of a workspace is gone when the workspace is; one in Git makes every clone
heavier for ever. The hook looks at programs that start a run of an experiment tracker and train: at
each script or notebook together with the modules of the repository that it imports; and at the
model files that Git tracks.

What to do: `mlflow.log_artifact(path)` or `mlflow.<flavour>.log_model(model, name="model")`; write
what need not be in the run below DOMINO_ARTIFACTS_DIR; track model files with DVC or Git LFS.
"""

from __future__ import annotations

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
    from mlops_checklist.sources.python import Module
    from mlops_checklist.sources.tracking import Fact, Saving

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
    autologs, unknown = tracking.covering(program, trainings)
    storing = [autolog for autolog in autologs if tracking.flag(autolog, "log_models", True)]
    if storing:
        yield tracking.at(storing[0], evidence, "autolog", "autologging stores the model")
    if sure := [fact for fact in artifacts if fact.sure]:
        yield tracking.at(sure[0], evidence, "artifacts", "artifacts are stored")
    # TensorBoard has no place for files.
    weak = all(run.by == "tensorboard" for run in runs)
    saved = [*_saved(program, artifacts, storing, perhaps=unknown)]
    for outcome in saved:
        bad = outcome.kind == "violation"
        yield outcome._replace(kind="undecided") if bad and weak else outcome
    if not trainings or artifacts or storing or saved or weak:
        return
    if not autologs and (unknown or _may_store(program, trainings)):
        message = "it is not known whether the model is stored"
        yield tracking.at(runs[0], undecided, "no-artifacts", message)
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


def _may_store(program: Program, trainings: Sequence[Fact]) -> bool:
    """Tell whether DVC keeps what the program makes, or code from elsewhere may store a model."""
    from mlops_checklist.sources import stored_paths, tracking
    from mlops_checklist.sources.programs import unit_of
    from mlops_checklist.sources.python import last_name

    if any(training.by in _TELLING for training in trainings) or tracking.is_of_a_pipeline(program):
        return True
    repository = program.root.file.repository
    if repository is not None:
        name = os.path.basename(program.root.file.path).encode()
        pipelines = [path for path in repository.listed if os.path.basename(path) == "dvc.yaml"]
        for pipeline in repository.matching(pipelines, re.escape(name)):
            if pipeline.read(stored_paths.outs):
                return True
        if repository.matching(repository.commanding, _SWITCHES):
            return True
    saved = {fact.node for fact in tracking.told(program, "saved")}
    for module in program.modules:
        for call in module.calls:
            if not re.search(_STORING, last_name(call.func)) or unit_of(module, call) not in (
                program.known
            ):
                continue
            if call not in saved and module.definition(call.func) is None:
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                subjects = [*given, getattr(call.func, "value", call.func)]
                if any(tracking.looks_like_a_model(subject) for subject in subjects):
                    return True
    return False


# Libraries that give the model to the tracker that they find, if their settings say so.
_TELLING = {"ultralytics", "pycaret", "flaml"}
_SWITCHES = rb"HF_MLFLOW_LOG_ARTIFACTS|WANDB_LOG_MODEL"  # of Hugging Face's callbacks
_STORING = r"(?i)save|store|persist|upload|publish|export|regist|push|deploy|archive|to_disk|dump"


# --- What is saved ------------------------------------------------------------------------


def _saved(
    program: Program, artifacts: Sequence[Fact], storing: Sequence[Fact], *, perhaps: bool
) -> Iterator[Outcome]:
    """Say of each file that the program saves whether it is stored."""
    from mlops_checklist.sources import stored_paths, tracking

    saved = tracking.told(program, "saved")
    if not saved:
        return
    carried = stored_paths.Carried(program, {fact.node for fact in artifacts})
    objects = _Objects(program, artifacts)
    models = bool(storing) or any(_keeps_models(fact) for fact in artifacts)
    for fact in saved:
        saving = tracking.saving(fact)
        paths = stored_paths.written(fact.module, saving.path) if saving.path is not None else None
        if paths == []:
            continue  # into a buffer
        variables = _names(saving.path) if saving.path is not None else ()
        kept = not saving.is_figure and models
        kept = kept or objects.hold(fact.module, saving)
        kept = kept or bool(paths and objects.loaded.issuperset(path.text for path in paths))
        lost = [path for path in paths or () if not carried.is_kept(path)]
        if kept or (paths and not lost):
            yield tracking.at(fact, evidence, "stored", "what is saved here is stored as well")
        elif paths and all(map(carried.is_scratch, lost)):
            continue
        elif (
            not paths
            or (perhaps and not saving.is_figure)
            or objects.may_hold(fact, saving)
            or any(carried.is_open(path, variables) for path in lost)
        ):
            message = "it is not known whether what is saved here is stored"
            yield tracking.at(fact, undecided, "local-only-artifact", message)
        else:
            name = next((path.text for path in lost if "<" not in path.text), "")
            what = f"'{name}'" if name else "the figure" if saving.is_figure else "the model"
            yield tracking.at(
                fact,
                violation,
                "local-only-artifact",
                f"{what} is written to the local disk alone; log it with mlflow.log_artifact, or "
                "write it below DOMINO_ARTIFACTS_DIR",
            )


class _Objects:
    """The models and figures that a program logs as they are."""

    def __init__(self, program: Program, artifacts: Sequence[Fact]) -> None:
        from mlops_checklist.sources import tracking
        from mlops_checklist.sources.python import last_name

        self._logged: set[object] = set()
        self._shown: set[object] = set()
        self._drawing: set[ast.AST] = set()  # units that log a figure
        self.loaded: set[str] = set()  # the files that logged models are loaded from
        for fact in artifacts:
            last = last_name(getattr(fact.node, "func", fact.node))
            if last in ("log_figure", "log_image"):
                self._shown |= _things(fact.module, fact.node, deep=False)
            elif last not in ("log_dict", "log_text", "log_table"):
                things = _things(fact.module, fact.node, deep=last.startswith("log_model"))
                self._logged |= things
                self.loaded |= _files(fact.module, things)
            if "figure" in last:
                self._drawing.add(fact.unit)
        for fact in tracking.known(program, "metrics"):  # `wandb.log({"curve": figure})`
            if fact.by in ("wandb", "neptune", "aim"):
                self._shown |= _things(fact.module, fact.node, deep=False)

    def hold(self, module: Module, saving: Saving) -> bool:
        """Tell whether the saved object is among them."""
        if saving.saved is None:
            return False
        saved = _things(module, saving.saved, deep=False, receiver=True)
        return bool(saved & (self._logged | self._shown if saving.is_figure else self._logged))

    def may_hold(self, fact: Fact, saving: Saving) -> bool:
        """Tell whether what pyplot saves may be the figure that is logged next to it."""
        name = getattr(saving.saved, "value", saving.saved)
        of_pyplot = fact.module.qualified(name) == "matplotlib.pyplot" if name else False
        return of_pyplot and fact.unit in self._drawing


def _things(module: Module, node: ast.AST, *, deep: bool, receiver: bool = False) -> set[object]:
    """Return the variables in some code, and the calls that made what they hold.

    With `deep`, what these calls were given counts too: the steps of a pipeline.
    """
    import ast

    from mlops_checklist.sources import values
    from mlops_checklist.sources.python import last_name

    found: set[object] = {*_names(node, receiver=receiver)}
    folding = module.file.read(values.values)
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Name, ast.Attribute)) and last_name(inner) in found:
            for behind in folding.expressions(inner, _FOLLOWED):
                if isinstance(behind, ast.Call):
                    found.add(behind)
                    found |= _names(behind) if deep else set()
    return found


def _files(module: Module, things: Iterable[object]) -> set[str]:
    """Return the files that the calls among some things load."""
    import ast

    from mlops_checklist.sources import stored_paths
    from mlops_checklist.sources.python import last_name

    return {
        path.text
        for call in things
        if isinstance(call, ast.Call) and "load" in last_name(call.func)
        for given in call.args[:1]
        for path in stored_paths.written(module.home(call), given)
    }


_FOLLOWED = 20  # names behind one that is logged or saved


def _names(node: ast.AST, *, receiver: bool = False) -> set[str]:
    """Return the variables and attributes in some code, that of what is called left out."""
    import ast

    called = node.func if isinstance(node, ast.Call) and not receiver else None
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
    return said.split(b"\0")[2:3] in ([b"lfs"], [b"annex"])


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
