"""Calls that fetch a dataset from a hub, a registry or a Git host, and what pins them.

Signatures: Hugging Face datasets 4 and huggingface_hub 1, scikit-learn 1.7, TensorFlow Datasets
4.9, kagglehub 0.3, W&B 0.2x, DVC 3, ClearML 2, Domino's flytekit plugin and data SDK, deltalake 1.
The addresses of raw files are those of GitHub, GitLab, Bitbucket and Hugging Face.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.sources import data_reads, python, stored_paths, values
from mlops_checklist.sources.python import Module, argument, has_unpacking


class Fetch(NamedTuple):
    """One call that fetches data: which version it gets.

    `pinned`: True, False, or None where that is not known. `what` names it for people, `advice`
    says how to pin it. `rule` is the group it belongs to: "download", "snapshot", "table", "url".
    """

    node: ast.AST
    rule: str
    pinned: bool | None
    what: str
    advice: str


def fetches(module: Module) -> Iterator[Fetch]:
    """Yield the calls of a module that fetch data, in the order of its source."""
    for call in module.calls:
        name, last = data_reads.full_name(module, call), python.last_name(call.func)
        for pattern, read in _READERS:
            if pattern.fullmatch(name) and not has_unpacking(call):
                yield from read(module, call)
                break
        else:
            if last == "use_artifact" and module.definition(call.func) is None:
                yield from _artifact(module, call)


# --- Texts --------------------------------------------------------------------------------

_MOVING = re.compile(r"(?i)main|master|head|latest|dev(?:elop)?|trunk|active|refs/heads/.*")


def _text(module: Module, node: ast.expr | None) -> str | None:
    """Return the text that an argument is, if it is one for sure."""
    if node is None:
        return None
    return values.literal(module.home(node).file.read(values.values).of(node))


def _is_none(node: ast.expr | None) -> bool:
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _pins(module: Module, node: ast.expr | None) -> bool:
    """Tell whether a revision or version is given, and is no branch."""
    if _is_none(node):
        return False
    text = _text(module, node)
    return text is None or not _MOVING.fullmatch(text)


# --- Hubs -----------------------------------------------------------------------------------

_BUILDERS = frozenset(
    "csv json parquet text arrow pandas xml imagefolder audiofolder videofolder pdffolder "
    "webdataset generator sql hdf5".split()
)


def _load_dataset(module: Module, call: ast.Call) -> Iterator[Fetch]:
    path = argument(call, "path", 0)
    if path is None:
        return
    text = _text(module, path)
    if text is not None and (text in _BUILDERS or text.startswith((".", "/", "~")) or "<" in text):
        return
    if text is not None and text.endswith((".py", ".json", ".csv", ".parquet")):
        return
    revision = argument(call, "revision")
    pinned: bool | None = _pins(module, revision)
    if text is None and not pinned:
        pinned = None  # it may well be a folder
    what = f"dataset '{text}'" if text else "the dataset"
    yield Fetch(call, "download", pinned, what, "pass revision= with a commit")


def _hub_download(module: Module, call: ast.Call) -> Iterator[Fetch]:
    if _text(module, argument(call, "repo_type")) == "dataset":
        name = _text(module, argument(call, "repo_id", 0))
        what = f"dataset '{name}'" if name else "the dataset"
        pinned = _pins(module, argument(call, "revision"))
        yield Fetch(call, "download", pinned, what, "pass revision= with a commit")


def _openml(module: Module, call: ast.Call) -> Iterator[Fetch]:
    name = _text(module, argument(call, "name", 0))
    by_id = not _is_none(argument(call, "data_id"))
    pinned = by_id or _pins(module, argument(call, "version"))
    what = f"OpenML's '{name}'" if name else "the OpenML dataset"
    yield Fetch(call, "download", pinned, what, "pass version= or data_id=")


def _tfds(module: Module, call: ast.Call) -> Iterator[Fetch]:
    name = _text(module, argument(call, "name", 0))
    pinned: bool | None = None
    if name is not None:
        pinned = re.search(r":\d+\.\d+\.\d+$", name) is not None
    if not pinned and not _is_none(argument(call, "version")):
        pinned = True
    what = f"TensorFlow dataset '{name}'" if name else "the TensorFlow dataset"
    yield Fetch(call, "download", pinned, what, "add its version to the name, ':x.y.z'")


def _kaggle(module: Module, call: ast.Call) -> Iterator[Fetch]:
    position = int(python.last_name(call.func) in ("dataset_load", "load_dataset"))
    handle = _text(module, argument(call, "handle", position))
    pinned = None if handle is None else re.search(r"/versions/\d+$", handle) is not None
    what = f"Kaggle dataset '{handle}'" if handle else "the Kaggle dataset"
    yield Fetch(call, "download", pinned, what, "add '/versions/<n>' to its handle")


def _artifact(module: Module, call: ast.Call) -> Iterator[Fetch]:
    node = argument(call, "artifact_or_name", 0) or argument(call, "name", 0)
    name = _text(module, node)
    kind = _text(module, argument(call, "type", 1))
    if node is None or (kind or "") in ("model", "code", "checkpoint"):
        return
    if isinstance(node, ast.Call) or (name is None and not isinstance(node, ast.JoinedStr)):
        yield Fetch(call, "download", None, "the artifact", "name its version, ':v<n>'")
        return
    if name is None:
        texts = [part.value for part in node.values if isinstance(part, ast.Constant)]  # type: ignore[attr-defined]
        name = "".join(map(str, texts))
        last = node.values[-1] if node.values else None  # type: ignore[attr-defined]
        if not isinstance(last, ast.Constant):
            yield Fetch(call, "download", None, "the artifact", "name its version, ':v<n>'")
            return
    alias = name.rpartition(":")[2] if ":" in name else ""
    pinned = bool(alias) and not _MOVING.fullmatch(alias)
    yield Fetch(call, "download", pinned, f"artifact '{name}'", "name its version, ':v<n>'")


def _dvc(module: Module, call: ast.Call) -> Iterator[Fetch]:
    file_system = python.last_name(call.func) == "DVCFileSystem"
    repository = argument(call, "url" if file_system else "repo", 0 if file_system else 1)
    if _is_none(repository) or (_text(module, repository) or "").startswith((".", "/")):
        return  # this repository's own commit says which data it is
    pinned = _pins(module, argument(call, "rev", 1 if file_system else 2))
    yield Fetch(call, "download", pinned, "data of another DVC repository", "pass rev=")


def _clearml(module: Module, call: ast.Call) -> Iterator[Fetch]:
    given = [argument(call, "dataset_id", 0), argument(call, "dataset_version")]
    name = _text(module, argument(call, "dataset_name", 2))
    what = f"ClearML dataset '{name}'" if name else "the ClearML dataset"
    pinned = any(_pins(module, each) for each in given)
    yield Fetch(call, "download", pinned, what, "pass dataset_version= or dataset_id=")


# --- Domino ---------------------------------------------------------------------------------


def _domino_snapshot(module: Module, call: ast.Call) -> Iterator[Fetch]:
    version = argument(call, "Version", 2)
    advice = "give the number of a snapshot, 1 or higher"
    if version is None:
        yield Fetch(call, "snapshot", None, "the version of the dataset", advice)
    elif isinstance(version, ast.Constant):
        pinned = isinstance(version.value, int) and version.value > 0
        yield Fetch(version, "snapshot", pinned, f"Version={version.value!r}", advice)
    else:
        yield Fetch(call, "snapshot", True, "the version of the dataset", advice)


def _domino_dataset(module: Module, call: ast.Call) -> Iterator[Fetch]:
    pinned = not _is_none(argument(call, "snapshot_id"))
    yield Fetch(call, "snapshot", pinned, "DatasetConfig without snapshot_id", "pass snapshot_id=")


# --- Tables ---------------------------------------------------------------------------------

_VERSIONS = {
    "delta": {"versionasof", "timestampasof"},
    "iceberg": {"snapshot-id", "as-of-timestamp", "tag", "versionasof", "timestampasof"},
}


def _spark(module: Module, call: ast.Call) -> Iterator[Fetch]:
    form, options = "", set()
    node: ast.AST = call
    while isinstance(node, (ast.Call, ast.Attribute)):
        if isinstance(node, ast.Call):
            last = python.last_name(node.func)
            first = _text(module, node.args[0]) if node.args else None
            if last == "format":
                form = (first or "").lower()
            elif last == "option":
                options.add((first or "").lower())
            options.update((keyword.arg or "").lower() for keyword in node.keywords)
            form = form or (_text(module, argument(node, "format")) or "").lower()
            node = node.func
        else:
            node = node.value
    if form in _VERSIONS:
        advice = {
            "delta": "add .option('versionAsOf', n)",
            "iceberg": "add .option('snapshot-id', n)",
        }
        pinned = not options.isdisjoint(_VERSIONS[form])
        yield Fetch(call, "table", pinned, f"a table of {form.title()}", advice[form])


def _delta(module: Module, call: ast.Call) -> Iterator[Fetch]:
    pinned = not _is_none(argument(call, "version"))
    yield Fetch(call, "table", pinned, "a table of Delta Lake", "pass version=")


_READERS = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"datasets\.load_dataset", _load_dataset),
        (r"huggingface_hub\.(?:hf_hub_download|snapshot_download)", _hub_download),
        (r"sklearn\.datasets\.fetch_openml", _openml),
        (r"tensorflow_datasets\.(?:load|builder)", _tfds),
        (r"kagglehub\.(?:dataset_download|dataset_load|load_dataset)", _kaggle),
        (r"wandb\.(?:.*\.)?(?:use_artifact|Api\(\)\.artifact)", _artifact),
        (r"dvc\.api\.(?:open|read|get_url|DVCFileSystem)", _dvc),
        (r"(?:clearml|trains)\.Dataset\.get", _clearml),
        (r"flytekitplugins\.domino\..*DatasetSnapshot", _domino_snapshot),
        (r"domino(?:_data)?\.datasets\.DatasetConfig", _domino_dataset),
        (r"(?:pyspark\.sql\.|databricks\.|spark\.).*\bread(?:Stream)?\b.*\.(?:load|table)", _spark),
        (r"deltalake\.DeltaTable|(?:pandas|polars)\.(?:read|scan)_delta", _delta),
        (r"mlflow\.data\.load_delta", _delta),
    )
)


# --- Addresses ------------------------------------------------------------------------------

_RAW = re.compile(
    r"https?://(?:"
    r"raw\.githubusercontent\.com/[^/]+/[^/]+/(?P<raw>refs/(?:heads|tags)/[^/]+|[^/]+)/"
    r"|github\.com/[^/]+/[^/]+/(?:raw|blob)/(?P<github>refs/(?:heads|tags)/[^/]+|[^/]+)/"
    r"|[^/]*gitlab[^/]*/.+?/-/raw/(?P<gitlab>[^/]+)/"
    r"|bitbucket\.org/[^/]+/[^/]+/raw/(?P<bitbucket>[^/]+)/"
    r"|huggingface\.co/datasets/[^/]+/[^/]+/(?:resolve|raw)/(?P<hub>[^/]+)/"
    r")\S"
)
_FIXED = re.compile(r"[0-9a-fA-F]{7,40}|refs/tags/.*|v?\d+(?:\.\d+)+.*|release[-/]?\d.*")
_LAKEFS = re.compile(r"lakefs://[^/]+/(?P<ref>[^/]+)(?:/|$)")


def moving_address(text: str) -> str | None:
    """Return the branch in the address of a raw file on a Git host; None, if there is none."""
    found = _RAW.match(text)
    if found is None:
        return None
    reference = next(filter(None, found.groups()))
    return None if _FIXED.fullmatch(reference) or "<" in reference else reference


def is_raw_address(text: str) -> bool:
    """Tell whether a text is the address of a raw file on a Git host."""
    return _RAW.match(text) is not None


def lakefs_reference(text: str) -> tuple[str, bool] | None:
    """Return what a lakeFS address refers to, and whether it is a commit; None for another one."""
    found = _LAKEFS.match(text)
    if found is None or "<" in found["ref"]:
        return None
    return found["ref"], re.fullmatch(r"[0-9a-f]{12,64}", found["ref"]) is not None


def texts(module: Module, node: ast.expr) -> list[str]:
    """Return the paths or addresses that an argument can be."""
    return [path.text for path in stored_paths.written(module, node)]
