"""Checklist: Dataset snapshots for reproducibility.

A training that reads data which changes under it cannot be repeated. The hook looks at what
Python, notebooks and shell scripts read from Domino's datasets, hubs, Git hosts and versioned
tables, and at the files in which DVC records its data.

What to do: read `.../snapshots/<dataset>/<number>`; name the revision, version or commit of what is
downloaded; commit `dvc.lock` with `dvc.yaml`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, undecided, violation
from mlops_checklist.sources.triggers import DATASETS, MOUNTS

if TYPE_CHECKING:
    from mlops_checklist.sources.dataset_downloads import Fetch
    from mlops_checklist.sources.domino_paths import Use
    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.python import Module

RULES = {
    "mutable-dataset-path": "A training reads a live dataset, and no snapshot of it.",
    "wrong-snapshot-path": "A path names a snapshot in a way that Domino does not know.",
    "snapshot-write": "Code writes below the snapshots of a dataset, which never change.",
    "unpinned-snapshot": "A job mounts a dataset without the number of a snapshot.",
    "unpinned-download": "A dataset is downloaded without its revision or version.",
    "moving-url": "Data is read from a branch on a Git host.",
    "unversioned-table": "A training reads a versioned table, and not which version.",
    "dvc-not-locked": "DVC does not record which data a stage or file stands for.",
}


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge what one file reads, and the programs that are judged with it."""
    name = os.path.basename(file.path)
    if file.kind in ("python", "notebook"):
        yield from _python(file)
    elif file.kind == "shell":
        yield from _shell(file)
    elif name == "dvc.yaml":
        yield from _stages(file)
    elif name == "domino.yaml":
        yield from _domino_file(file)
    elif name.endswith(".dvc"):
        yield from _dvc_file(file)


def _python(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import programs, python

    if file.matches(DATASETS):
        module = file.read(python.module)
        yield from _fetches(module)
        yield from _urls(module)
    for program in programs.programs(file, MOUNTS):
        yield from program.told(_mounts(program))


# --- Domino's datasets ----------------------------------------------------------------------

_AT_VERSION = re.compile(r"^/[^<>]*?/([^/@]+)@v?\d")
_SAYS_SNAPSHOT = re.compile(
    r"(?i)snapshot|training_?set|(?:data|dataset)\w*?(?:version|hash|sha|md5)"
)
_FLOW = rb"\bDatasetSnapshots?\b|\bdataset_snapshots\s*="


def _mounts(program: Program) -> Iterator[Outcome]:
    """Judge what one program reads from mounted datasets, and writes to them."""
    from mlops_checklist.sources import data_records, domino_paths, tracking

    used = [
        (module, use)
        for module in program.modules
        for use in module.file.read(domino_paths.uses)
        if use.unit in program.reached
    ]
    live: dict[str, tuple[Module, Use]] = {}
    snapshots = 0
    for module, use in used:
        mount = domino_paths.mount(use.path)
        assert mount is not None
        if found := _AT_VERSION.match(use.path):
            yield _wrong_path(module, use, found[1])
        elif use.writes:
            if mount.version is not None:
                yield _at(module, use, violation, "snapshot-write", _WRITES.format(use.path))
        elif mount.version is None:
            live.setdefault(mount.dataset, (module, use))
        else:
            snapshots += 1
            yield _snapshot(module, use, mount.is_numbered, mount.version)
    if not live:
        return
    recorded = any(map(_SAYS_SNAPSHOT.search, data_records.keys(program)))
    trains = any(fact.sure for fact in tracking.told(program, "training"))
    for module, use in live.values():
        if snapshots or recorded:
            message = "the run says which snapshot it uses"
            yield _at(module, use, evidence, "mutable-dataset-path", message)
        elif not trains or _is_of_a_flow(program):
            message = f"'{use.path}' is live, unless a flow mounts a snapshot there"
            yield _at(module, use, undecided, "mutable-dataset-path", message)
        else:
            message = (
                f"the training reads '{use.path}', which anybody may change; read a snapshot, "
                ".../snapshots/<dataset>/<number>"
            )
            yield _at(module, use, violation, "mutable-dataset-path", message)


_WRITES = "'{}' is below the snapshots of a dataset, which never change; write to the live dataset"


def _at(module: Module, use: Use, make: object, rule: str, message: str) -> Outcome:
    outcome: Outcome = make(rule, module.place(use.call), message)  # type: ignore[operator]
    return outcome._replace(path=module.file.path)


def _wrong_path(module: Module, use: Use, dataset: str) -> Outcome:
    message = f"Domino knows no path '{use.path}'; a snapshot is .../snapshots/{dataset}/<number>"
    return _at(module, use, violation, "wrong-snapshot-path", message)


def _snapshot(module: Module, use: Use, is_numbered: bool, version: str) -> Outcome:
    rule = "mutable-dataset-path"
    if is_numbered or not version or "<" in version:
        return _at(module, use, evidence, rule, f"a snapshot is read: '{use.path}'")
    message = f"snapshot '{version}' is a tag, which its owner may move; a number stays"
    return _at(module, use, undecided, rule, message)


def _is_of_a_flow(program: Program) -> bool:
    """Tell whether a flow that runs the program mounts snapshots at paths of live datasets."""
    repository = program.root.file.repository
    name = os.path.basename(program.root.file.path).encode()
    flows = repository.matching(sorted(repository.python), _FLOW) if repository is not None else ()
    return any(name in flow.bytes for flow in flows)


# --- Downloads and tables ---------------------------------------------------------------------

_GROUPS = {
    "download": "unpinned-download",
    "snapshot": "unpinned-snapshot",
    "table": "unversioned-table",
}


def _fetches(module: Module) -> Iterator[Outcome]:
    """Judge the calls that fetch data from hubs, registries and versioned tables."""
    from mlops_checklist.sources import dataset_downloads

    for fetch in dataset_downloads.fetches(module):
        rule, place = _GROUPS[fetch.rule], module.place(fetch.node)
        if fetch.pinned:
            yield evidence(rule, place, f"the version of {fetch.what} is named")
        elif fetch.pinned is None:
            yield undecided(rule, place, f"which version of {fetch.what} is read is not known")
        elif fetch.rule == "table" and not _trains(module):
            yield undecided(rule, place, f"{fetch.what} is read as it is now; {fetch.advice}")
        else:
            yield violation(rule, place, _moves(fetch))


def _moves(fetch: Fetch) -> str:
    if fetch.rule == "snapshot":
        return f"{fetch.what} mounts the live dataset; {fetch.advice}"
    return f"{fetch.what} is read in whatever version is newest; {fetch.advice}"


def _trains(module: Module) -> bool:
    """Tell whether a program that holds the module trains a model."""
    from mlops_checklist.sources import programs, tracking

    repository = module.file.repository
    holders = [module.file]
    if repository is not None:
        holders += [repository.file(path) for path in repository.users(module.file.path)]
    return any(
        fact.sure
        for holder in holders
        for program in programs.programs(holder)
        for fact in tracking.told(program, "training")
    )


_READS_URL = re.compile(
    r"(?i)(?:read|scan|load|fetch|import)(?:_\w+)?|urlretrieve|urlopen|get_file"
)
_DOWNLOADS = re.compile(r"(?:requests|httpx|wget|urllib3)\..*(?:get|download|request)")
_DATA = re.compile(
    r"(?i)\.(?:csv|tsv|parquet|feather|xlsx?|jsonl?|npz|npy|zip|gz|tgz|arff|data|txt)\b"
)


def _urls(module: Module) -> Iterator[Outcome]:
    """Judge the addresses that data is read from: of a Git host, of lakeFS."""
    from mlops_checklist.sources import data_reads, dataset_downloads, python

    for call in module.calls:
        name, last = data_reads.full_name(module, call), python.last_name(call.func)
        downloads = _DOWNLOADS.fullmatch(name) is not None
        if not downloads and not _READS_URL.fullmatch(last) and ".read." not in name:
            continue
        for node in (*call.args[:2], *(keyword.value for keyword in call.keywords)):
            for text in dataset_downloads.texts(module, node):
                if downloads and not _DATA.search(text):
                    continue
                yield from _address(text, module.place(node))


def _address(text: str, place: Place) -> Iterator[Outcome]:
    from mlops_checklist.sources import dataset_downloads

    if (branch := dataset_downloads.moving_address(text)) is not None:
        message = f"this address reads from the branch '{branch}'; put a commit in its place"
        yield violation("moving-url", place, message)
    elif dataset_downloads.is_raw_address(text):
        yield evidence("moving-url", place, "the address names a commit or tag")
    elif (reference := dataset_downloads.lakefs_reference(text)) is not None:
        if reference[1]:
            yield evidence("unversioned-table", place, "the address names a commit of lakeFS")
        else:
            message = f"'{reference[0]}' is a branch of lakeFS; put a commit in its place"
            yield violation("unversioned-table", place, message)


# --- Shell ------------------------------------------------------------------------------------

_HUB = ("huggingface-cli", "hf")


def _shell(file: File) -> Iterator[Outcome]:
    """Judge the commands of a script that download data, or write to snapshots."""
    from mlops_checklist.sources import domino_paths, shell

    for command in shell.commands(file.text):
        plain = shell.unwrapped(command)
        words = [word.text for word in plain.words]
        if words[:2] in (["dvc", "get"], ["dvc", "import"]):
            if not any(word.startswith("--rev") for word in words):
                message = f"`dvc {words[1]}` takes what is newest; add --rev with a commit"
                yield violation("unpinned-download", plain.place, message)
        elif words[:1] and words[0] in _HUB and "download" in words and "dataset" in words:
            if not any(word.startswith("--revision") for word in words):
                message = "the dataset is downloaded as it is now; add --revision with a commit"
                yield violation("unpinned-download", plain.place, message)
        elif words[:1] and words[0] in ("wget", "curl", "aria2c"):
            for word in plain.words:
                if _DATA.search(word.text):
                    yield from _address(word.text, word.place)
        elif words[:1] and words[0] in ("cp", "mv", "rsync", "rm", "mkdir", "touch"):
            target = plain.words[-1]
            mount = domino_paths.mount(target.text)
            if mount is not None and mount.version is not None:
                message = _WRITES.format(target.text)
                yield violation("snapshot-write", target.place, message)


# --- DVC and Domino's files -------------------------------------------------------------------


def _stages(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import dvc_lock, dvc_stages

    found = [*dvc_lock.stale(file)]
    for stage, reason in found:
        place = stage.place
        yield violation("dvc-not-locked", place, f"stage '{stage.name}' is out of date: {reason}")
    stale = {stage.name for stage, _ in found}
    recorded = [each for each in file.read(dvc_stages.stages) if each.name not in stale]
    for stage in recorded:
        yield evidence("dvc-not-locked", stage.place, f"dvc.lock records stage '{stage.name}'")
    if any(stage.written for stage in recorded):
        yield from _remote(file)


def _dvc_file(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import dvc_lock, yaml

    lacking = [*dvc_lock.unhashed(file)]
    for node, path in lacking:
        message = f"'{path}' has no hash here; run `dvc commit`, and commit this file"
        yield violation("dvc-not-locked", yaml.place(node), message)
    if not lacking and yaml.entries(yaml.get(file.read(yaml.document), "outs")):
        yield evidence("dvc-not-locked", Place(), "DVC records which data this is")
        yield from _remote(file)


def _remote(file: File) -> Iterator[Outcome]:
    """Say whether the configuration of DVC names a remote that keeps what DVC tracks."""
    from mlops_checklist.sources import dvc_lock

    config = dvc_lock.configuration(file)
    if config is None:
        return
    if dvc_lock.has_remote(config):
        outcome = evidence("dvc-not-locked", Place(), "DVC has a remote to keep the data in")
    else:
        message = "DVC has no remote: nobody else can get the data; run `dvc remote add --default`"
        outcome = violation("dvc-not-locked", Place(), message)
    yield outcome._replace(path=config.path)


def _domino_file(file: File) -> Iterator[Outcome]:
    """Judge the datasets of a `domino.yaml` (Domino 4): `dataset: name:tag`."""
    from mlops_checklist.sources import yaml

    for node in yaml.mappings([file.read(yaml.document)]):
        dataset = yaml.get(node, "dataset")
        text = yaml.scalar(dataset)
        if text is None or dataset is None:
            continue
        if ":" in text:
            yield evidence("unpinned-snapshot", yaml.place(dataset), f"dataset '{text}' has a tag")
        else:
            message = f"dataset '{text}' has no tag, so the newest is mounted; add ':<tag>'"
            yield violation("unpinned-snapshot", yaml.place(dataset), message)


HOOK = Hook(
    id="dataset-snapshots",
    description="Data is read in a version that does not change.",
    reads={"python": b"", "notebook": b"", "shell": b"", "yaml": b""},
    rules=RULES,
    check=check,
    follows=DATASETS,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
