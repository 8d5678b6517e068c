"""`lock_agreement`: what a uv.lock says of its manifest, and the hashes that other locks record."""

from __future__ import annotations

import json

import pytest

from mlops_checklist.sources import lock_agreement, markers
from mlops_checklist.sources.files import File

PYPROJECT = """\
[project]
name = "churn"
version = "1"
requires-python = ">=3.11"
dependencies = [
    "numpy[dev]>=2,<3",
    "torch; sys_platform == 'linux'",
]
[project.optional-dependencies]
cli = ["rich"]
[dependency-groups]
test = ["pytest>=8"]
"""
UV_LOCK = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "churn"
version = "1"
source = { virtual = "." }

[package.metadata]
requires-dist = [
    { name = "numpy", extras = ["dev"], specifier = ">=2,<3" },
    { name = "rich", marker = "extra == 'cli'" },
    { name = "torch", marker = "sys_platform == 'linux'" },
]
provides-extras = ["cli"]

[package.metadata.requires-dev]
test = [{ name = "pytest", specifier = ">=8" }]

[[package]]
name = "numpy"
version = "2.2.6"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "pytest"
version = "8.4.2"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "rich"
version = "14.2.0"
source = { registry = "https://pypi.org/simple" }
"""
NUMPY, TORCH = '"numpy[dev]>=2,<3"', "\"torch; sys_platform == 'linux'\""
UV = {
    "as-locked": ("", "", None),
    "spelling": (NUMPY, '"NumPy[Dev] <3, >=2.0"', None),
    "marker-reversed": (TORCH, "\"torch; 'linux' == sys_platform\"", None),
    "marker-that-python-implies": (
        TORCH,
        "\"torch; sys_platform == 'linux' and python_version > '3.10'\"",
        None,
    ),
    "marker-not-understood": (TORCH, "\"torch; platform_release > '5'\"", None),
    "marker-of-another-system": (TORCH, "\"torch; sys_platform == 'darwin'\"", "another marker"),
    "marker-on-newer-pythons": (
        TORCH,
        "\"torch; sys_platform == 'linux' and python_version > '3.11'\"",
        "another marker",
    ),
    "without-marker": (TORCH, '"torch"', "another marker"),
    "extra-of-a-requirement": (NUMPY, '"numpy>=2,<3"', "has 'numpy[dev]>=2,<3', not"),
    "same-versions": (NUMPY, '"numpy[dev]~=2.0"', None),
    "local-version": (NUMPY, '"numpy[dev]==2.2.6+cpu"', "has 'numpy[dev]>=2,<3', not"),
    "wider": (NUMPY, '"numpy[dev]>=1,<3"', "has 'numpy[dev]>=2,<3', not"),
    "added": (NUMPY, f'{NUMPY}, "httpx"', "does not know 'httpx'"),
    "removed": (TORCH, "", "requires 'torch' among the dependencies"),
    "python": ('">=3.11"', '">=3.12"', "is for Python '>=3.11', not '>=3.12'"),
    "python-without-a-release": ('">=3.11"', '">=3.11,!=3.11.4"', None),
    "moved-to-another-list": ('"rich"', '"pytest>=8"', "does not have 'pytest>=8' in the extra"),
    "extra-removed": ('cli = ["rich"]', "", "extra 'cli'"),
    "empty-extra-added": ('cli = ["rich"]', 'cli = ["rich"]\nweb = []', "the extra 'web'"),
    "group-removed": ('test = ["pytest>=8"]', "", "group 'test'"),
    "group-that-includes": (
        'test = ["pytest>=8"]',
        'Test = [{ include-group = "t" }]\nt = ["pytest>=8"]',
        "the group 't'",
    ),
    "extra-in-a-marker": (TORCH, "\"torch; sys_platform == 'linux' or extra == 'cli'\"", None),
    "from-git": (
        "[dependency-groups]",
        '[tool.uv.sources]\nnumpy = { git = "https://example.com/n" }\n[dependency-groups]',
        "takes 'numpy' from elsewhere",
    ),
    "source-under-a-marker": (
        "[dependency-groups]",
        "[tool.uv.sources]\nnumpy = { path = 'n', marker = \"os_name == 'nt'\" }\n"
        "[dependency-groups]",
        None,
    ),
    "dynamic": (
        f"dependencies = [\n    {NUMPY},\n    {TORCH},\n]",
        'dynamic = ["dependencies"]',
        None,
    ),
    "group-for-some-pythons": (
        '["pytest>=8"]',
        "[\"pytest>=8; python_version > '3.12'\"]\n[tool.uv.dependency-groups]\n"
        'test = { requires-python = ">=3.13" }',
        None,
    ),
}


def judged(name: str, text: str, lock_name: str, lock: str) -> list[str] | None:
    file, lock_file = File(name, data=text.encode()), File(lock_name, data=lock.encode())
    found = lock_agreement.disagreements(file, lock_file)
    return None if found is None else [each.says for each in found if each.sure]


@pytest.mark.parametrize(("old", "new", "says"), UV.values(), ids=UV)
def test_uv(old: str, new: str, says: str | None) -> None:
    assert old in PYPROJECT
    text = PYPROJECT.replace(old, new, 1) if old else PYPROJECT
    found = judged("pyproject.toml", text.replace("    ,\n", ""), "uv.lock", UV_LOCK)
    assert found is not None
    assert bool(found) == (says is not None), found
    assert says is None or says in " ".join(found)


def test_version_that_uv_overrides() -> None:
    lock = UV_LOCK.replace("2.2.6", "1.26.4")
    assert judged("pyproject.toml", PYPROJECT, "uv.lock", lock) == [
        "holds 1.26.4 of 'numpy[dev]>=2,<3'"
    ]
    overrides = (
        '[manifest]\noverrides = [{ name = "numpy", specifier = "==1.26.4" }]\n\n[[package]]'
    )
    text = PYPROJECT + '[tool.uv]\noverride-dependencies = ["numpy==1.26.4"]\n'
    assert (
        judged("pyproject.toml", text, "uv.lock", lock.replace("[[package]]", overrides, 1)) == []
    )


# The hashes are those of the tools: Poetry 2.5.1, PDM 2.29.4, pipenv 2026.10.3.
POETRY_HASH = "c5c72bac1033411bee6e27e5f5c1a56def2701f399be6666ae7d71376afd8ef1"
PDM_HASH = "411a88296ede15f4a5b599a6901c08998e5155f41f0ad8942d5b05d405ecf91c"
PIPENV_HASH = "4a6ca7ebf7aa349613636ff7357d4ffead49637137d81c26ff4f892a6b7917fc"
SOURCE = '[[source]]\nname = "pypi"\nurl = "https://pypi.org/simple"\nverify_ssl = true\n'
PIPFILE = SOURCE + '[packages]\nNumPy = ">=2"\n[dev-packages]\npytest = "*"\n'
PACKAGES = "".join(
    f'[[package]]\nname = "{name}"\nversion = "{version}"\n'
    for name, version in [("numpy", "2.2.6"), ("torch", "2.9"), ("rich", "14"), ("pytest", "8.4")]
)


def hashed(tool: str) -> tuple[str, str, str, str]:
    """Return name and text of a manifest, and of a lock that the tool made of it."""
    if tool == "poetry":
        text = f'{PACKAGES}[metadata]\nlock-version = "2.1"\ncontent-hash = "{POETRY_HASH}"\n'
        header = "# This file is automatically @generated by Poetry 2.5.1\n"
        return "pyproject.toml", PYPROJECT, "poetry.lock", header + text
    if tool == "pdm":
        text = f'[metadata]\nlock_version = "4.5.1"\ncontent_hash = "sha256:{PDM_HASH}"\n'
        return "pyproject.toml", PYPROJECT, "pdm.lock", text + PACKAGES
    meta = {"hash": {"sha256": PIPENV_HASH}, "pipfile-spec": 6}
    default = {"numpy": {"version": "==2.2.6"}, "pytest": {"version": "==8.4"}}
    return "Pipfile", PIPFILE, "Pipfile.lock", json.dumps({"_meta": meta, "default": default})


@pytest.mark.parametrize("tool", ["poetry", "pdm", "pipenv"])
def test_hash(tool: str) -> None:
    name, text, lock_name, lock = hashed(tool)
    assert judged(name, text, lock_name, lock) is None
    assert judged(name, f"# why\n{text}", lock_name, lock) is None
    wider = text.replace(">=2", ">=1")
    assert judged(name, wider, lock_name, lock) == [f"was made from another {name}"]
    excluded = judged(name, text.replace(">=2", ">=2.3"), lock_name, lock)
    assert excluded is not None
    assert "holds 2.2.6 of" in excluded[0]


UNKNOWN = {
    "newer-poetry": ("poetry", "Poetry 2.5.1", "Poetry 3.0.0"),
    "no-header": ("poetry", "# This file", "# That file"),
    "newer-pdm": ("pdm", "4.5.1", "4.6.0"),
    "pdm-lock-inputs": ("pdm", "[metadata]\n", "[metadata]\nlock_inputs = {}\n"),
    "no-hash": ("pdm", "content_hash", "hash_of_content"),
    "other-pipfile": ("pipenv", '"pipfile-spec": 6', '"pipfile-spec": 7'),
    "not-a-text": ("pipenv", f'"{PIPENV_HASH}"', "1"),
}


@pytest.mark.parametrize(("tool", "old", "new"), UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_hash(tool: str, old: str, new: str) -> None:
    name, text, lock_name, lock = hashed(tool)
    assert old in lock
    changed = lock.replace(old, new).replace("Poetry 2.5.1", "?" if tool == "poetry" else "")
    assert judged(name, text.replace(">=2", ">=1"), lock_name, changed) == []


def test_hash_of_a_pipfile_without_source() -> None:
    """It has the index of pip's settings, which are not known."""
    name, text, lock_name, lock = hashed("pipenv")
    assert judged(name, text.replace(SOURCE, ""), lock_name, lock) is None
    wider = text.replace(SOURCE, "").replace(">=2", ">=1")
    assert judged(name, wider, lock_name, lock) == []


MARKERS = [
    ("python_version < '3.12'", "python_full_version < '3.12'", False),
    ("platform_system == 'Linux'", "sys_platform == 'linux'", False),
    ("os_name == 'nt' or os_name == 'posix'", "", False),
    ("python_version >= '3.9'", "", False),
    ("python_version != '3.11.*'", "", False),
    ("sys_platform == 'linux' and sys_platform == 'win32'", "os_name == 'java'", False),
    ("python_version in '3.11'", "python_version == '3.12'", False),
    ("python_version >= '3.12'", "", True),
    ("platform_machine == 'arm64'", "", True),
    ("implementation_name == 'cpython'", "", True),
    ("os_name == 'nt' or sys_platform == 'darwin'", "os_name == 'nt'", True),
]


@pytest.mark.parametrize(("one", "other", "differ"), MARKERS)
def test_markers(one: str, other: str, differ: bool) -> None:
    assert markers.differ(one, other, ">=3.11") == differ
    assert markers.differ(other, one, ">=3.11") == differ
