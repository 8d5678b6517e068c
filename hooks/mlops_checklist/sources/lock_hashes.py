"""The hash of the manifest that poetry.lock, pdm.lock and Pipfile.lock record, made again.

Each tool hashes the parts of its manifest that it locks from, as JSON with sorted keys, and calls
the lock stale where the hash differs. An unequal hash says nothing where another version of the
tool, one that hashes other parts, may have written the lock.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlops_checklist.sources import requirements, toml
from mlops_checklist.sources.files import File

_NEWEST_POETRY = (2, 5)  # whose way of hashing is known


def is_fresh(manifest: Mapping[str, Any], lock: File) -> bool | None:
    """Tell whether `lock` records the hash of the document `manifest`; None: it cannot be told."""
    judge = {"poetry.lock": _poetry, "pdm.lock": _pdm, "Pipfile.lock": _pipenv}.get(
        os.path.basename(lock.path)
    )
    try:
        return judge(manifest, lock) if judge else None
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return None  # of other types than agreed


def _sha256(content: object, separators: tuple[str, str] | None = None) -> str:
    text = json.dumps(content, sort_keys=True, separators=separators)
    return hashlib.sha256(text.encode()).hexdigest()


def _poetry(manifest: Mapping[str, Any], lock: File) -> bool | None:
    recorded = lock.read(toml.document)["metadata"].get("content-hash")
    if not isinstance(recorded, str) or not ("project" in manifest or _table(manifest, "poetry")):
        return None
    written_by = re.search(r"Poetry (\d+)\.(\d+)", lock.text.partition("\n")[0])
    version = (int(written_by[1]), int(written_by[2])) if written_by else None
    if recorded in map(_sha256, _poetry_contents(manifest, version)):
        return True
    return False if version and version <= _NEWEST_POETRY else None


def _table(manifest: Mapping[str, Any], tool: str) -> dict[str, Any]:
    found: dict[str, Any] = manifest.get("tool", {}).get(tool, {})
    return found


def _poetry_contents(
    manifest: Mapping[str, Any], version: tuple[int, int] | None
) -> Iterator[Mapping[str, Any]]:
    """Yield what the releases hash: [project] from 2.0 on, [dependency-groups] from 2.3 on."""
    table = _table(manifest, "poetry")
    groups = manifest.get("dependency-groups", {})
    declared = manifest.get("project", {})
    keys = ("requires-python", "dependencies", "optional-dependencies")
    project = {key: declared[key] for key in keys if key in declared}
    legacy = ("dependencies", "source", "extras", "dev-dependencies")
    given = {key: table[key] for key in (*legacy, "group") if key in table}
    alone = {**dict.fromkeys(legacy), **given}
    whole: dict[str, Any] = {"project": project} if project else {}
    if groups:
        yield {**whole, "dependency-groups": groups, "tool": {"poetry": given}}
    if not groups or version is None or version < (2, 3):
        yield {**whole, "tool": {"poetry": given}} if whole else alone
    if version is None or version < (2, 0):
        yield alone


def _pdm(manifest: Mapping[str, Any], lock: File) -> bool | None:
    metadata = lock.read(toml.document)["metadata"]
    algorithm, _, recorded = metadata.get("content_hash", "").partition(":")
    project = manifest.get("project")
    settings = _table(manifest, "pdm")
    if (
        algorithm != "sha256"
        or not project  # PDM converts a manifest of Poetry or Flit
        or "lock_inputs" in metadata  # which say it in place of the hash
        or "workspace" in settings  # whose members are hashed with it
    ):
        return None
    of_tool = settings.get("dev-dependencies", {})
    groups: dict[str, list[Any]] = {}
    for table in (manifest.get("dependency-groups", {}), of_tool):
        for name, members in table.items():
            groups.setdefault(re.sub(r"[-_.]+", "-", name).lower(), []).extend(members)
    version = str(metadata.get("lock_version"))
    for development in (groups,) if version == "4.5.1" else (groups, of_tool):  # of old the latter
        content = {
            "sources": settings.get("source", []),
            "dependencies": project.get("dependencies", []),
            "dev-dependencies": development,
            "optional-dependencies": project.get("optional-dependencies", {}),
            "requires-python": project.get("requires-python", ""),
            "resolution": settings.get("resolution", {}),
        }
        if _sha256(content) == recorded:
            return True
    return False if version in ("4.5.0", "4.5.1") else None


_OTHER_SECTIONS = frozenset("source requires scripts pipfile pipenv default develop".split())


def _pipenv(manifest: Mapping[str, Any], lock: File) -> bool | None:
    meta = json.loads(lock.text)["_meta"]
    recorded = meta["hash"].get("sha256")
    if not isinstance(recorded, str):
        return None
    if any(recorded == _sha256(each, (",", ":")) for each in _pipenv_contents(manifest)):
        return True
    # Without a source it is pip's own index, which pip's settings name.
    return False if meta.get("pipfile-spec") == 6 and "source" in manifest else None


def _pipenv_contents(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what the releases hash: of late with canonical names, once without categories."""
    default = {"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": True}
    meta = {
        "sources": manifest.get("source", [default]),
        "requires": manifest.get("requires", {}),
    }
    known = {"packages": "default", "dev-packages": "develop"}
    for naming in (requirements.canonical, str):
        sections = {
            known.get(key, key): {naming(name): value for name, value in values.items()}
            for key, values in {"packages": {}, "dev-packages": {}, **manifest}.items()
            if key not in _OTHER_SECTIONS
        }
        yield {"_meta": meta, **sections}
        yield {"_meta": meta, "default": sections["default"], "develop": sections["develop"]}
