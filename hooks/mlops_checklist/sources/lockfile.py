"""Lock files: which one governs a manifest, and the versions that it holds.

uv.lock, poetry.lock, pdm.lock, pylock.toml (PEP 751), Pipfile.lock, pixi.lock, conda-lock.yml,
conda's explicit lists, and requirements files that pip-tools or uv have compiled. A lock that is
empty, broken, without packages or not tracked by Git is none.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_checklist.sources import requirements, toml
from mlops_checklist.sources.files import File, Unreadable, is_tracked, repository_root

if TYPE_CHECKING:
    from mlops_checklist.sources.manifest import Declared

LARGEST_FOLDER = 2_000  # entries of a folder that are looked at


class Lock(NamedTuple):
    """A lock: its path, and the versions that it holds for each canonical name."""

    path: str
    versions: Mapping[str, frozenset[str]]

    @property
    def is_conda(self) -> bool:
        """Tell whether it holds conda packages, whose names may differ from PyPI's."""
        name = os.path.basename(self.path)
        return name == "pixi.lock" or "conda" in name


class Disagreement(NamedTuple):
    """What a lock has otherwise than its manifest: `says` goes on after "the lock is stale: it".

    It is about `declared`, or about what stands under `keys`. `sure` is False where a marker may
    be the reason.
    """

    says: str
    declared: Declared | None = None
    keys: tuple[str, ...] = ()
    sure: bool = True


_TOML = re.compile(r"(?:uv|poetry|pdm)\.lock|pylock(?:\.[^.]+)?\.toml")
_YAML = re.compile(r"pixi\.lock|(?:.*[-_.])?conda-lock\.ya?ml")
_EXPLICIT = re.compile(r"conda.*\.(?:lock|txt)|.*-64\.lock")
_COMPILED = re.compile(r".*requirements.*\.(?:txt|lock)|requirements\.lock.*|.*constraints.*\.txt")


def beside(path: str) -> list[Lock]:
    """Return the locks in the folder of the manifest at `path`, without `path` itself."""
    return list(_in_folder(os.path.dirname(os.path.abspath(path)), os.path.abspath(path)))


def governing(path: str, names: Collection[str]) -> Lock | None:
    """Return the lock beside the manifest at `path` that knows one of `names`, else one above.

    A lock further up may be that of another project: it must know all `names`. The search ends
    at the repository's root. Without `names` (Git sources need none), any lock beside will do.
    """
    for lock in beside(path):
        if lock.is_conda or not names or any(name in lock.versions for name in names):
            return lock
    for lock in above(path):
        if names and all(name in lock.versions for name in names):
            return lock
    return None


def above(path: str) -> Iterator[Lock]:
    """Yield the locks in the folders above that of `path`, up to the repository's root."""
    folder = os.path.dirname(os.path.abspath(path))
    top = repository_root(folder)
    while top and folder != top and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
        yield from _in_folder(folder, os.path.abspath(path))


def unused(path: str) -> str | None:
    """Return why a lock in the folder of `path` is none: "uv.lock is not tracked by Git", or None.

    For a message, where `beside` has found nothing.
    """
    for name in _names(os.path.dirname(os.path.abspath(path))):
        if _TOML.fullmatch(name) or _YAML.fullmatch(name) or name == "Pipfile.lock":
            whole = os.path.join(os.path.dirname(os.path.abspath(path)), name)
            empty = not _versions(whole)
            return f"{name} {'holds no package' if empty else 'is not tracked by Git'}"
    return None


def _in_folder(folder: str, manifest: str) -> Iterator[Lock]:
    for name in _names(folder):
        path = os.path.join(folder, name)
        if path != manifest and (versions := _versions(path)) and is_tracked(path):
            yield Lock(path, versions)


def _names(folder: str) -> list[str]:
    """Return the names in `folder` that a lock may have, the tools' own locks first."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry, _ in zip(entries, range(LARGEST_FOLDER), strict=False)]
    except OSError:
        return []
    shapes = (_TOML, re.compile(r"Pipfile\.lock"), _YAML, _EXPLICIT, _COMPILED)
    ranked = [
        (rank, name)
        for name in names
        for rank in [next((i for i, shape in enumerate(shapes) if shape.fullmatch(name)), None)]
        if rank is not None
    ]
    return [name for _, name in sorted(ranked)]


def _versions(path: str) -> Mapping[str, frozenset[str]]:
    try:
        status = os.stat(path)
    except OSError:
        return {}
    return _read(path, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=256)
def _read(path: str, _changed: int, _size: int) -> Mapping[str, frozenset[str]]:
    """Return name -> versions of the lock at `path`; empty where it is none."""
    return versions(File(path, "lock"))


def versions(file: File) -> Mapping[str, frozenset[str]]:
    """Return the versions that the lock `file` holds for each name; empty where it is none."""
    name = os.path.basename(file.path)
    found: dict[str, set[str]] = {}
    try:
        for package, version in _pairs(file, name):
            found.setdefault(requirements.canonical(package), set()).add(version)
    except Unreadable:
        return {}
    return {package: frozenset(held) for package, held in found.items()}


def _pairs(file: File, name: str) -> Iterator[tuple[str, str]]:
    if _TOML.fullmatch(name):
        document = file.read(toml.document)
        for package in _list(document.get("packages" if name.startswith("pylock") else "package")):
            if isinstance(package, dict) and isinstance(package.get("name"), str):
                source = package.get("source")
                own = isinstance(source, dict) and source.keys() & {"editable", "virtual"}
                version = package.get("version", "")
                if not own and isinstance(version, str):
                    yield package["name"], version
    elif name == "Pipfile.lock":
        yield from _pipfile(file)
    elif _YAML.fullmatch(name):
        yield from _machine_yaml(file.text)
    elif _EXPLICIT.fullmatch(name) and "@EXPLICIT" in file.text:
        yield from _explicit(file.text)
    elif _COMPILED.fullmatch(name) and (
        requirements.is_compiled(file.text) or ".lock" in name or "-lock" in name
    ):
        yield from requirements.pinned_names(file.path).items()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _pipfile(file: File) -> Iterator[tuple[str, str]]:
    import json

    try:
        document = json.loads(file.text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"cannot parse as Pipfile.lock: {error}") from None
    for section, packages in document.items() if isinstance(document, dict) else ():
        if section != "_meta" and isinstance(packages, dict):
            for package, entry in packages.items():
                version = entry.get("version", "") if isinstance(entry, dict) else ""
                yield package, version.lstrip("=") if isinstance(version, str) else ""


# These locks are megabytes of YAML, all of one shape: a scan takes a hundredth of a parser's time.
_NAME_VERSION = re.compile(
    r"^[ -]*name:[ ]*['\"]?([\w.-]+)['\"]?[ ]*\r?\n[ ]*version:[ ]*['\"]?([\w.!+-]+)", re.MULTILINE
)
_URL_LINE = re.compile(r"^[ -]*(?:(?:conda|url):[ ]*)?https?://(\S+)", re.MULTILINE)
_PACKAGE_FILE = re.compile(r"\.(?:conda|tar\.bz2)(?:#.*)?$")


def _machine_yaml(text: str) -> Iterator[tuple[str, str]]:
    for found in _NAME_VERSION.finditer(text):
        yield found[1], found[2]
    yield from _explicit(text)


def _explicit(text: str) -> Iterator[tuple[str, str]]:
    for found in _URL_LINE.finditer(text):
        bare, endings = _PACKAGE_FILE.subn("", found[1].rpartition("/")[2])
        parts = bare.rsplit("-", 2)
        if endings and len(parts) == 3:  # name-version-build
            yield parts[0], parts[1]
