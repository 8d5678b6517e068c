"""What a program records of the data that its run uses: inputs, artifacts, tags, parameters.

Calls: MLflow 2 and 3, W&B, Comet, Neptune, ClearML, DVCLive, OpenLineage, Domino training sets.
What MLflow records by itself: autologging of version 3.17, whose flavours pytorch, statsmodels and
transformers take `log_datasets` and record no dataset.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops_checklist.sources import (
    hyperparameters,
    programs,
    python,
    stored_paths,
    tracking,
    values,
)
from mlops_checklist.sources.data_reads import Read, Where
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import Module, argument

# The flavours of MLflow whose autolog records the datasets that a model is fitted on.
AUTOLOG_FLAVOURS = ("keras", "lightgbm", "pyspark.ml", "sklearn", "tensorflow", "xgboost")

# Whatever object they are called on.
_RECORDERS = re.compile(
    r"log_inputs?|use_artifact|log_dataset_hash|log_dataset_info|log_remote_asset|track_files"
    r"|\w*training_set_version|link_dataset|add_reference"
)
_RECORDING = re.compile(
    r"mlflow\.(?:models\.|genai\.)?evaluate"
    r"|(?:clearml|trains)\.(?:Dataset|HyperDataset)\.\w+|domino(?:_data)?\.training_sets\..*"
    r"|openlineage\.client\..*\.emit|mlflow\.spark\.autolog|wandb\.(?:\w+\.)*use_artifact"
)
_MAY_RECORD = re.compile(
    r"(?i)_?(?:log|track|record|register|report|capture|emit)_?(?:the_)?"
    r"(?:training_?|train_?|raw_?)?(?:data(?:set)?s?|inputs?|lineage|provenance)(?:$|_)\w*"
)
_DATA_TYPE = re.compile(r"(?i)data|corpus|table|split")


class Recorded(NamedTuple):
    """What records the data of a program: the node where it does, or what may do so."""

    sure: Where | None
    perhaps: Where | None


def recorded(program: Program, reads: Sequence[Read]) -> Recorded:
    """Return what a program records of the data that it reads, beside autologging."""
    sure = next(_recording(program, reads), None)
    return Recorded(sure, None if sure else next(_perhaps(program, reads), None))


def _recording(program: Program, reads: Sequence[Read]) -> Iterator[Where]:
    for module, call in _calls(program):
        if _records(module, call):
            yield Where(module, call)
    facts = [*tracking.known(program, "parameters"), *_tags(program)]
    for fact in facts:
        held = hyperparameters.covered([fact])
        if any(map(tells_which, held.keys)) or any(_names(held, each) for each in reads):
            yield Where(fact.module, fact.node)
    for fact in tracking.known(program, "artifacts"):
        if isinstance(fact.node, ast.Call) and any(_is_given(fact, each) for each in reads):
            yield Where(fact.module, fact.node)


def _calls(program: Program) -> Iterator[tuple[Module, ast.Call]]:
    for module in program.modules:
        for call in module.calls:
            if programs.unit_of(module, call) in program.known:
                yield module, call


def _records(module: Module, call: ast.Call) -> bool:
    """Tell whether a call is one that records data, whatever it is given."""
    name, last = module.qualified(call.func) or "", python.last_name(call.func)
    if _RECORDERS.fullmatch(last):
        return module.definition(call.func) is None
    if last in ("log_metric", "log_metrics"):
        return argument(call, "dataset") is not None
    return bool(_RECORDING.fullmatch(name)) or _is_dataset_artifact(name, last, call)


def _is_dataset_artifact(name: str, last: str, call: ast.Call) -> bool:
    """Tell whether an artifact of W&B, Comet or DVCLive is made whose type says that it is data."""
    if last not in ("Artifact", "log_artifact"):
        return False
    given = argument(call, "type", 1 if name.endswith("Artifact") else None)
    given = given or argument(call, "artifact_type")
    return isinstance(given, ast.Constant) and _DATA_TYPE.search(str(given.value)) is not None


def _tags(program: Program) -> Iterator[tracking.Fact]:
    """Yield what sets tags of a run, as facts that `hyperparameters.covered` reads."""
    for module, call in _calls(program):
        last = python.last_name(call.func)
        if last in ("set_tag", "set_tags") or (
            last in ("start_run", "create_run") and argument(call, "tags") is not None
        ):
            yield tracking.Fact("tags", call, module, module.tree, "")


_WHICH = re.compile(
    r"(?:data|dataset|datasets|train|training|test|input|source|raw|corpus|table|features?|csv"
    r"|parquet|file|s3|gcs|delta|lake\w*)_?(?:\w+_)?(?:path|paths|file|files|dir|folder|uri|url"
    r"|version|versions|hash|md5|sha\w*|digest|checksum|rev|revision|snapshot|id|commit|tag|location"
    r"|source|table|timestamp|key|query|artifact)"
    r"|(?:dvc|snapshot|training_set|lakefs|delta|lineage|dataset_info)(?:_\w+)?"
)


def tells_which(key: str) -> bool:
    """Tell whether a parameter or tag of this name says which data a run uses."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\W+", "_", key).strip("_").lower()
    return _WHICH.fullmatch(words) is not None


def _names(held: hyperparameters.Covered, read: Read) -> bool:
    """Tell whether what is logged holds where the data is read from."""
    if read.source is None:
        return False
    marks = hyperparameters.marks(read.source, read.module)
    if marks & held.names or any(
        mark == root or mark.startswith(f"{root}.") for mark in marks for root in held.roots
    ):
        return True
    texts = {repr(path.text) for path in read.paths}
    return any(value in texts for _, value in held.constants)


def _is_given(fact: tracking.Fact, read: Read) -> bool:
    """Tell whether what is read is stored itself, or the file in which DVC keeps its hash."""
    call = fact.node
    assert isinstance(call, ast.Call)
    names = {path.text for path in read.paths}
    for given in call.args[:1]:
        texts = {path.text for path in stored_paths.written(fact.module, given)}
        if any(text.endswith((".dvc", "dvc.lock")) for text in texts):
            return True
        if any(stored_paths.is_below(name, text) for name in names for text in texts):
            return True
    return False


def _perhaps(program: Program, reads: Sequence[Read]) -> Iterator[Where]:
    for fact in (*tracking.known(program, "parameters"), *_tags(program)):
        if _is_of_clearml(fact):
            unknown = any(_is_an_option(each) for each in reads)
        else:
            unknown = hyperparameters.covered([fact]).everything
        if unknown:
            yield Where(fact.module, fact.node)
    for module, call in _calls(program):
        last = python.last_name(call.func)
        if _MAY_RECORD.fullmatch(last) and module.definition(call.func) is None:
            yield Where(module, call)


def _is_of_clearml(fact: tracking.Fact) -> bool:
    """Tell whether this is `Task.init`, which logs the options of the command line alone."""
    call = fact.node
    is_init = isinstance(call, ast.Call) and python.last_name(call.func) == "init"
    return fact.by == "clearml" and is_init


def _is_an_option(read: Read) -> bool:
    options = read.module.file.read(values.values).options()
    marks = hyperparameters.marks(read.source, read.module) if read.source is not None else ()
    return not options.keys().isdisjoint(marks)


def keys(program: Program) -> set[str]:
    """Return the names of all parameters and tags that a program gives its runs."""
    facts = (*tracking.known(program, "parameters"), *_tags(program))
    return set().union(*(hyperparameters.covered([fact]).keys for fact in facts))


_NAMING = re.compile(r"(?i)(?:data(?:_?set)?|training_data|table)(?:_?name)?")


def naming(program: Program) -> Where | None:
    """Return where a parameter or tag names the data, and not which version of it."""
    for fact in (*tracking.known(program, "parameters"), *_tags(program)):
        if any(map(_NAMING.fullmatch, hyperparameters.covered([fact]).keys)):
            return Where(fact.module, fact.node)
    return None


# --- Without a call of the program ----------------------------------------------------------


def autologged(program: Program) -> tuple[Where | None, bool]:
    """Return the autolog call that records the data of a fit, and whether another one may."""
    recording = set().union(*(tracking.AUTOLOGGED[flavour] for flavour in AUTOLOG_FLAVOURS))
    trainings = tracking.told(program, "training")
    covering, unknown = tracking.covering(program, trainings)
    for fact in covering:
        if not tracking.flag(fact, "log_datasets", True):
            continue
        if any(
            training.by in recording and tracking.autologs(fact, training.by)
            for training in trainings
            if tracking.is_before(fact, training)
        ):
            return Where(fact.module, fact.node), False
    return None, unknown or (bool(tracking.known(program, "autolog")) and not trainings)


def is_followed(program: Program, read: Read) -> bool:
    """Tell whether DVC or a Domino flow keeps account of what is read."""
    outs = stored_paths.dvc_outs(program.root.file)
    return any(
        path.text.startswith(("/workflow/inputs/", "<dvc."))
        or any(stored_paths.is_below(path.text, out) for out in outs)
        for path in read.paths
    )
