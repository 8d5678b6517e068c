"""Checklist: Model registered in registry.

A model that no registry knows has no version, no owner and no way back: nobody can tell which file
answers the requests, nor put the one of last week in its place. The hook looks at programs that
train a model and keep it, at whatever in the repository registers one, and at services.

What to do: `mlflow.<flavour>.log_model(model, name="model", registered_model_name="churn")`, and in
the service `mlflow.pyfunc.load_model("models:/churn@champion")`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, evidence, missing, undecided, violation
from mlops_checklist.sources.triggers import REGISTERING, SERVING, TRAINING

if TYPE_CHECKING:
    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.repository import Repository
    from mlops_checklist.sources.services import Load
    from mlops_checklist.sources.tracking import Fact

RULES = {
    "unregistered-model": "A program trains a model and keeps it, and no registry knows any.",
    "unregistered-serving": "A service loads its model from a file that no registry knows.",
}


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge what the file registers, and the programs that are judged with it."""
    from mlops_checklist.sources import programs, registrations

    if file.matches(REGISTERING):
        for each in file.read(registrations.registrations):
            make = evidence if each.sure else undecided
            how = f"registered: {each.how}" if each.sure else f"{each.how} may register a model"
            yield make("unregistered-model", each.place, how)
    if file.kind in ("python", "notebook"):
        for program in programs.programs(file, TRAINING):
            yield from program.told(_trained(program))
        for program in programs.programs(file, SERVING):
            yield from _served(program)


# --- Models that are trained ----------------------------------------------------------------


def _trained(program: Program) -> Iterator[Outcome]:
    """Say of a program that trains and keeps a model when nothing registers one."""
    from mlops_checklist.sources import tracking

    trainings = tracking.told(program, "training")
    kept = _kept(program)
    if not trainings or not kept or (found := _registered(program)) == "yes":
        return
    place = kept[0]
    if found == "maybe" or _hands_on(program):
        message = "it is not known whether the model is registered"
        yield tracking.at(place, undecided, "unregistered-model", message)
        return
    yield tracking.at(
        place,
        missing,
        "unregistered-model",
        f"the model that is trained{tracking.where(place, trainings[0])} is kept here, and nothing "
        "in the repository registers one; pass registered_model_name= to log_model, or call "
        "mlflow.register_model",
    )


def _kept(program: Program) -> list[Fact]:
    """Return where the program saves or logs a model, those that log it first."""
    from mlops_checklist.sources import python, tracking

    logged = [
        fact
        for fact in tracking.told(program, "artifacts")
        if python.last_name(getattr(fact.node, "func", fact.node)) == "log_model"
    ]
    return logged + [fact for fact in tracking.told(program, "saved") if fact.by != "figure"]


def _registered(program: Program) -> str:
    """Tell whether something in the repository registers a model: "yes", "maybe" or "no"."""
    from mlops_checklist.sources import registrations
    from mlops_checklist.sources.files import Unreadable

    answer = "no"
    for file in _registering(program):
        try:
            found = file.read(registrations.registrations)
        except Unreadable:
            continue  # judged itself, it gives an error
        if any(each.sure for each in found):
            return "yes"
        if found:
            answer = "maybe"
    return answer


def _registering(program: Program) -> list[File]:
    """Return the files of the repository that may register a model."""
    repository = program.root.file.repository
    if repository is None:
        return [module.file for module in program.modules]
    own = [module.file.path for module in program.modules]
    return repository.matching(dict.fromkeys((*own, *_judged(repository))), REGISTERING)


@functools.lru_cache(maxsize=1)
def _judged(repository: Repository) -> list[str]:
    from mlops_checklist.sources import tracked
    from mlops_checklist.sources.files import kind

    return [
        path
        for path in sorted(repository.listed)
        if not tracked.is_passed_over(path) and (kind(path) in HOOK.reads or "akefile" in path)
    ]


def _hands_on(program: Program) -> bool:
    """Tell whether a framework may register what the program makes, without a call that says so."""
    from mlops_checklist.sources import tracking

    runs = tracking.known(program, "run", by="clearml")  # keeps what the libraries save
    return bool(runs) or tracking.is_of_a_pipeline(program)


# --- Models that are served ---------------------------------------------------------------

# The platform puts the model there: SageMaker, KServe, Azure ML, Vertex AI.
_PLATFORM = re.compile(r"^/opt/ml/|^/mnt/models\b|^/var/azureml-app|AZUREML_MODEL_DIR|SM_MODEL_DIR")
_REMOTE = re.compile(
    r"^(?:models|runs|mlflow-artifacts|s3a?|gs|az|abfss?|wasbs?|dbfs|hdfs|https?):/"
)
# Something fetches the file before the service starts.
_FETCHING = (
    rb"download_artifacts|artifacts download|hf_hub_download|snapshot_download|download_file\w*\("
    rb"|download_to_filename|download_blob|\.download\(|get_model_path|models?\.get\(|use_model"
    rb"|dvc[ \"',]+(?:pull|get|import)|\bs3[ \"',]+(?:cp|sync)|gsutil|storage (?:cp|rsync)"
    rb"|urlretrieve|model download|(?:huggingface-cli|hf) download|artifact get|AIP_STORAGE_URI"
)


def _served(program: Program) -> Iterator[Outcome]:
    """Say of a service where the models come from that it loads."""
    from mlops_checklist.sources import services

    if not any(module.file.read(services.serves) for module in program.modules):
        return
    for load in services.loads(program):
        yield _loaded(program, load)._replace(path=load.module.file.path)


def _loaded(program: Program, load: Load) -> Outcome:
    from mlops_checklist.sources import stored_paths

    rule, place = "unregistered-serving", load.module.place(load.call)
    paths = stored_paths.written(load.module, load.source)
    texts = [path.text for path in paths]
    if any(text.startswith(("models:/", "<models:/")) for text in texts):
        return evidence(rule, place, f"the service loads '{texts[0]}'")
    known = texts and all(path.is_known and "<" not in path.text for path in paths)
    if not known or any(_REMOTE.match(text) or _PLATFORM.search(text) for text in texts):
        return undecided(rule, place, "where the model comes from is not told here")
    if _is_fetched(program, texts):
        message = f"'{texts[0]}' may come from a registry: something fetches files"
        return undecided(rule, place, message)
    return violation(
        rule,
        place,
        f"the service loads its model from the file '{texts[0]}', of which no registry knows the "
        "version; load it with mlflow.pyfunc.load_model('models:/<name>@<alias>')",
    )


def _is_fetched(program: Program, texts: Sequence[str]) -> bool:
    """Tell whether the program, a command or DVC may bring the file that a service loads."""
    from mlops_checklist.sources import commands, stored_paths
    from mlops_checklist.sources.files import Unreadable

    if any(module.file.matches(_FETCHING) for module in program.modules):
        return True
    repository = program.root.file.repository
    if repository is None:
        return False
    names = {
        part for text in texts for part in text.split("/")[-2:] if part not in ("", ".", "app")
    }
    for file in repository.matching(repository.commanding, _FETCHING):
        with suppress(Unreadable):  # whoever judges the file says why
            for command, _ in commands.commands(file):
                said = " ".join(word.text for word in command.words)
                if re.search(_FETCHING, said.encode()) and any(name in said for name in names):
                    return True
    outs = stored_paths.dvc_outs(program.root.file)
    return any(stored_paths.is_below(text, out) for text in texts for out in outs)


HOOK = Hook(
    id="model-registered",
    description="Models that are trained are registered, and services load them from there.",
    reads={
        "python": b"",
        "notebook": b"",
        **dict.fromkeys(("shell", "dockerfile", "yaml", "terraform"), REGISTERING),
    },
    rules=RULES,
    check=check,
    follows=TRAINING + b"|" + REGISTERING + b"|" + SERVING,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
