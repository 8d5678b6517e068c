"""Checklist: All parameters logged.

A run that does not say with which parameters it trained cannot be repeated, nor compared with
another. The hook looks at programs that train: at each script or notebook together with the
modules of the repository that it imports.

What to do: call `mlflow.autolog()` before the fit, or log what the training takes with
`mlflow.log_params`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, enumerated, evidence, undecided, violation
from mlops_checklist.sources.triggers import TRAINING

if TYPE_CHECKING:
    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.tracking import Fact

RULES = {
    "no-parameters": "A run is started and a model trained, and no parameter is logged.",
    "unlogged-parameter": "Some parameters are logged, and another that the training takes is not.",
    "autolog-disabled": "Autologging is switched off, and nothing is logged by hand.",
    "untracked-training": "A model is trained and saved, and no experiment tracker knows of it.",
}


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge the programs that are judged with the file."""
    from mlops_checklist.sources import programs

    for program in programs.programs(file, TRAINING):
        yield from program.told(judge(program))


def judge(program: Program) -> Iterator[Outcome]:
    """Say of one program whether the parameters of its training are logged."""
    from mlops_checklist.sources import tracking

    trainings = tracking.told(program, "training")
    if not trainings:
        return
    autologs = tracking.known(program, "autolog")
    logged = tracking.known(program, "parameters")
    yield from _switched_off(program, autologs, logged)
    runs = tracking.told(program, "run")
    if not runs:
        yield from _untracked(program, trainings)
        return
    start = min(runs, key=lambda fact: fact.by == "tensorboard")
    covering, unknown = tracking.covering(program, trainings)
    sure = [fact for fact in logged if fact.sure]
    if covering:
        yield tracking.at(covering[0], evidence, "autolog", "autologging logs the parameters")
    elif sure:
        yield from _unlogged(program, start, sure, trainings, logged)
    elif logged or unknown or (start.by == "dvclive" and _has_parameters_of_dvc(program)):
        yield tracking.at(start, undecided, "no-parameters", "it is not known what is logged")
    elif late := [fact for fact in autologs if _would_cover(fact, trainings)]:
        yield tracking.at(
            late[0],
            violation,
            "no-parameters",
            "autologging begins after the model is fitted, and no parameter is logged; "
            "call it before the fit",
        )
    else:
        yield tracking.at(
            start,
            violation,
            "no-parameters",
            f"this run trains a model{tracking.where(start, trainings[0])} and logs no parameter; "
            f"{_suggestion(start, autologs, trainings)}",
        )


def _has_parameters_of_dvc(program: Program) -> bool:
    """Tell whether the repository has files that DVC records as an experiment's parameters."""
    import os

    repository = program.root.file.repository
    listed = repository.listed if repository is not None else ()
    return any(os.path.basename(path) in ("dvc.yaml", "params.yaml") for path in listed)


def _suggestion(start: Fact, autologs: Sequence[Fact], trainings: Sequence[Fact]) -> str:
    by_hand = {
        "wandb": "pass config= to wandb.init",
        "comet_ml": "call experiment.log_parameters",
        "neptune": 'assign run["parameters"]',
        "aim": 'assign run["hparams"]',
        "dvclive": "call live.log_params",
        "tensorboard": "call add_hparams",
        "lightning": "call self.save_hyperparameters()",
    }.get(start.by, "call mlflow.log_params")
    library = trainings[0].by
    if autologs and library:
        return f"autologging does not cover {library}; {by_hand}"
    if start.by == "mlflow" and library in ("sklearn", "xgboost", "lightgbm", "keras", "lightning"):
        return f"{by_hand}, or mlflow.autolog() before the fit"
    return by_hand


# --- Autologging --------------------------------------------------------------------------


def _would_cover(autolog: Fact, trainings: Iterable[Fact]) -> bool:
    from mlops_checklist.sources import tracking

    return any(tracking.autologs(autolog, training.by) is not False for training in trainings)


def _switched_off(
    program: Program, autologs: Sequence[Fact], logged: Sequence[Fact]
) -> Iterator[Outcome]:
    from mlops_checklist.sources import tracking

    disabled = [fact for fact in autologs if tracking.flag(fact, "disable", False)]
    if not disabled or len(disabled) < len(autologs) or logged:
        return
    if not tracking.known(program, "metrics", "artifacts"):
        yield tracking.at(
            disabled[0],
            violation,
            "autolog-disabled",
            "autologging is switched off, and nothing is logged by hand; remove disable=True, or "
            "log the parameters and metrics",
        )


# --- Without a tracker --------------------------------------------------------------------


def _untracked(program: Program, trainings: Sequence[Fact]) -> Iterator[Outcome]:
    """Look for a model that is trained and saved, unknown to any tracker."""
    from mlops_checklist.sources import stored_paths, tracking

    saved = [
        fact
        for fact in tracking.told(program, "saved")
        if fact.by != "figure" and not stored_paths.is_in_memory(fact)
    ]
    sure = [fact for fact in trainings if fact.sure]
    if not saved or not sure or tracking.imports_tracker(program):
        return
    if tracking.known(program, "parameters", "metrics"):
        return
    if sure[0].module.file.repository is not None and _is_dvc_stage(program):
        return
    yield tracking.at(
        sure[0],
        violation,
        "untracked-training",
        f"the model trained here is saved{tracking.where(sure[0], saved[0])}, and no tracker "
        "knows of it; start a run with mlflow.start_run() and log its parameters and metrics",
    )


def _is_dvc_stage(program: Program) -> bool:
    """Tell whether a DVC pipeline with parameters or metrics runs the program."""
    import os

    repository = program.root.file.repository
    assert repository is not None
    name = os.path.basename(program.root.file.path).encode()
    stages = [path for path in repository.listed if os.path.basename(path) == "dvc.yaml"]
    stages = [file.path for file in repository.matching(stages, re.escape(name))]
    return bool(repository.matching(stages, rb"\b(?:params|metrics|plots|vars)\b"))


# --- One by one ---------------------------------------------------------------------------


def _unlogged(
    program: Program,
    start: Fact,
    logged: Sequence[Fact],
    trainings: Sequence[Fact],
    perhaps: Sequence[Fact],
) -> Iterator[Outcome]:
    from mlops_checklist.sources import hyperparameters, tracking

    if len(perhaps) > len(logged):
        yield tracking.at(logged[0], evidence, "parameters", "parameters are logged")
        return
    lacking = hyperparameters.lacking(program, trainings, logged)
    if not lacking:
        yield tracking.at(logged[0], evidence, "parameters", "the parameters are logged")
        return
    listed = [
        f"'{name}' ({taken.module.seen_from(start.module, taken.value)})"
        for name, taken in sorted(lacking.items())
    ]
    one = len(listed) == 1
    yield tracking.at(
        start,
        violation,
        "unlogged-parameter",
        f"the training takes {enumerated(listed)}, which {'is' if one else 'are'} not logged; "
        f"log {'it' if one else 'them'} with {_how(logged[0])}",
    )


def _how(logged: Fact) -> str:
    return {"mlflow": "mlflow.log_params", "wandb": "wandb.config.update"}.get(
        logged.by, "the others"
    )


HOOK = Hook(
    id="parameters-logged",
    description="The parameters of a training run are logged.",
    reads={"python": b"", "notebook": b""},
    rules=RULES,
    check=check,
    follows=TRAINING,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
