"""Checklist: Data lineage tracked.

A model whose training data nobody can name cannot be explained, repeated or withdrawn. The hook
looks at programs that start a run or register a model and read data: at each script or notebook
together with the modules of the repository that it imports; and at the stages of `dvc.yaml`.

What to do: `mlflow.log_input(mlflow.data.from_pandas(df, source=path), context="training")`, or a
tag with the version of the data; in `dvc.yaml`, list as `deps` what the command reads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, undecided, violation
from mlops_checklist.sources.triggers import TRACKERS

if TYPE_CHECKING:
    from mlops_checklist.sources.data_reads import Read, Where
    from mlops_checklist.sources.dvc_stages import Stage
    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.shell import Word

RULES = {
    "untracked-input": "A program starts a run and reads data, and records nothing of it.",
    "lineage-disabled": "Autologging leaves the datasets out, and nothing else records them.",
    "no-source-run": "A model version is made from a path and names no run that it came from.",
    "undeclared-dep": "A DVC stage's command names a file of the repository that is not in deps.",
}


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge the programs that are judged with the file, or the stages of a `dvc.yaml`."""
    if file.kind == "yaml":
        if os.path.basename(file.path) == "dvc.yaml":
            yield from _stages(file)
        return
    from mlops_checklist.sources import programs

    for program in programs.programs(file, TRACKERS):
        yield from program.told(judge(program))
    yield from _source_runs(file)


# --- Programs -----------------------------------------------------------------------------


def judge(program: Program) -> Iterator[Outcome]:
    """Say of one program whether its run records the data that it reads."""
    from mlops_checklist.sources import data_reads, data_records, tracking

    runs = [fact for fact in tracking.told(program, "run") if fact.by in _ADVICE]
    autologs = tracking.told(program, "autolog")
    if not runs and not autologs:
        return
    reads = data_reads.reads(program)
    recorded = data_records.recorded(program, reads)
    if recorded.sure:
        yield _at(recorded.sure, evidence, "the run records the data that it uses")
        return
    disabled = [fact for fact in autologs if not tracking.flag(fact, "log_datasets", True)]
    for fact in disabled:
        yield tracking.at(
            fact,
            violation,
            "lineage-disabled",
            "log_datasets=False keeps autologging from recording the data, and nothing else does; "
            "remove the argument, or call mlflow.log_input",
        )
    if reads and not disabled:
        yield _unrecorded(program, reads, (runs or autologs)[0].by, recorded.perhaps)


def _at(where: Where, make: Callable[[str, Place, str], Outcome], message: str) -> Outcome:
    outcome = make("untracked-input", where.module.place(where.node), message)
    return outcome._replace(path=where.module.file.path)


def _unrecorded(
    program: Program, reads: Sequence[Read], tracker: str, perhaps: Where | None
) -> Outcome:
    """Judge a program in which no call records the data for sure."""
    from mlops_checklist.sources import data_reads, data_records

    autologged, unknown = data_records.autologged(program)
    if autologged is not None:
        return _at(autologged, evidence, "autologging records the data that the model is fitted on")
    lost = [read for read in reads if not data_records.is_followed(program, read)]
    if not lost:
        return _at(reads[0].where, evidence, "DVC or the flow says which data is read here")
    if perhaps is not None or unknown:
        where = perhaps or lost[0].where
        return _at(where, undecided, "it is not known whether the run records the data")
    if (naming := data_records.naming(program)) is not None:
        return _at(naming, undecided, "the run names the data, and not which version of it")
    if all(data_reads.is_pinned(read) or data_reads.is_tracked(read) for read in lost):
        return _at(lost[0].where, undecided, "the commit alone says which data the run uses")
    first = lost[0]
    path = next((each.text for each in first.paths if "<" not in each.text), "")
    what = f"'{path}' is" if path else "the data is"
    more = f" ({len(lost) - 1} more)" if len(lost) > 1 else ""
    advice = _ADVICE.get(tracker, _ADVICE["mlflow"]).format(
        maker=_MAKERS.get(first.library, "from_pandas")
    )
    return _at(
        first.where,
        violation,
        f"{what} read here{more}, and the run records nothing of it; {advice}",
    )


# What records data, by tracker; TensorBoard has no place for it.
_ADVICE = {
    "mlflow": "call mlflow.log_input(mlflow.data.{maker}(...))",
    "wandb": "read it through run.use_artifact('name:version')",
    "comet_ml": "call experiment.log_dataset_info(name=..., version=..., path=...)",
    "neptune": "call run['data'].track_files(path)",
    "clearml": "read it through Dataset.get(dataset_name=..., dataset_version=...)",
    "aim": "set run['dataset'] to its path and version",
    "dvclive": "call live.log_artifact(path, type='dataset')",
    "ray": "log its path and version as parameters",
    "optuna": "log its path and version as parameters",
    "transformers": "log its path and version as parameters",
}
_MAKERS = {
    "polars": "from_polars",
    "spark": "from_spark",
    "numpy": "from_numpy",
    "datasets": "from_huggingface",
    "tensorflow": "from_tensorflow",
}


# --- Model versions -----------------------------------------------------------------------


def _source_runs(file: File) -> Iterator[Outcome]:
    """Say of each version that the file makes in MLflow's registry whether it names its run."""
    from mlops_checklist.sources import mlflow_registry

    if b"create_model_version" not in file.bytes and b"register_model" not in file.bytes:
        return
    registry = file.read(mlflow_registry.registry)
    for registration in registry.registrations:
        if registration.form not in ("register_model", "create_model_version"):
            continue
        answer, node = registry.source_run(registration)
        model = registry.title(registration.name)
        if answer == "named":
            message = f"the version of {model} names its run"
            yield evidence("no-source-run", registry.module.place(node), message)
        elif answer == "unknown":
            message = f"whether the version of {model} names its run is not known"
            yield undecided("no-source-run", registry.module.place(node), message)
        else:
            yield violation(
                "no-source-run",
                registry.module.place(node),
                f"the version of {model} is made from a path, which no run and so no data is known "
                "of; pass a 'runs:/' or 'models:/' URI",
            )


# --- Stages -------------------------------------------------------------------------------

# They read nothing that a result depends on.
_NO_READERS = frozenset(
    "echo printf mkdir rm rmdir touch git dvc pip pip3 conda export source cd set ls chmod".split()
)


def _stages(file: File) -> Iterator[Outcome]:
    """Say of each stage whether the files that its command names are among what it declares."""
    from mlops_checklist.sources import dvc_stages

    every = file.read(dvc_stages.stages)
    made = {path for stage in every for path in stage.written if "*" not in path}
    for stage in every:
        named = [*_named(file, stage, made)]
        lacking = [(word, path) for word, path in named if not stage.declares(path)]
        for word, path in lacking:
            yield violation(
                "undeclared-dep",
                word.place,
                f"stage '{stage.name}' reads '{path}', which is not among its deps: DVC does not "
                "run it again when the file changes; add it",
            )
        if named and not lacking:
            message = f"stage '{stage.name}' declares the files that its command names"
            yield evidence("undeclared-dep", stage.place, message)


def _named(file: File, stage: Stage, made: set[str]) -> Iterator[tuple[Word, str]]:
    """Yield the words of a stage's commands that name files of the repository, and their paths."""
    from mlops_checklist.sources import shell

    for command in stage.commands:
        plain = shell.unwrapped(command)
        program = shell.program(plain)
        if program in ("cd", "pushd"):
            return  # what relative paths mean from here on is not followed
        if program not in _NO_READERS:
            yield from _files_in(file, stage, plain.words, made)


def _files_in(
    file: File, stage: Stage, words: Sequence[Word], made: set[str]
) -> Iterator[tuple[Word, str]]:
    from mlops_checklist.sources import dvc_stages

    repository = file.repository
    listed = repository.listed if repository is not None else frozenset()
    previous = ""
    for word in words:
        text = word.text.rpartition("=")[2] if word.text.startswith("-") else word.text
        path = dvc_stages.path_below(stage.folder, text)
        if previous == "-m" and repository is not None and re.fullmatch(r"[\w.]+", text):
            origin = os.path.join(stage.folder, "dvc.yaml")
            for module in repository.find(origin, text)[-1:]:
                yield word, module
        elif "$" not in text and (path in made or (path in listed and re.search(r"[./]", text))):
            yield word, path
        previous = text


HOOK = Hook(
    id="data-lineage",
    description="Runs record the data that they use, and DVC stages declare what they read.",
    reads={"python": b"", "notebook": b"", "yaml": rb"\bstages\b"},
    rules=RULES,
    check=check,
    follows=TRACKERS,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
