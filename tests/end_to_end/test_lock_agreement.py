"""`stale-lock` against the tools' own checks: what the hook calls stale, the tool calls stale."""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from end_to_end.environments import environment

TOOLS = {
    "uv": "uv==0.13.9",
    "poetry": "poetry==2.5.1",
    "pdm": "pdm==2.29.4 hishel==1.4.0",  # it fails with hishel 2, which it allows
    "pipenv": "pipenv==2026.10.3",
    "pip-tools": "pip-tools==7.6.2",
}
WHEELS = [
    *(("alpha", version, "") for version in ("1.0", "1.1", "2.0")),
    ("beta", "1.0", "Requires-Dist: gamma\nProvides-Extra: more\n"
     "Requires-Dist: zeta; extra == 'more'\n"),
    *((name, "1.0", "") for name in ("gamma", "delta_name", "epsilon", "zeta")),
]  # fmt: skip
PYPROJECT = """\
[project]
name = "demo"
version = "0.1"
requires-python = ">=3.10"
dependencies = [
    "alpha>=1.0,<2",
    "beta",
    "Delta_Name",
    "epsilon; sys_platform == 'linux'",
]
[project.optional-dependencies]
plots = ["gamma"]
[dependency-groups]
dev = ["gamma"]
"""
SOURCES = {
    "uv": '[[tool.uv.index]]\nurl = "URL"\ndefault = true\n[tool.uv]\npackage = false\n',
    "poetry": '[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = "local"\n'
    'url = "URL"\npriority = "primary"\n',
    "pdm": '[[tool.pdm.source]]\nname = "pypi"\nurl = "URL"\nverify_ssl = false\n'
    "[tool.pdm]\ndistribution = false\n",
}
PIPFILE = """\
[[source]]
name = "local"
url = "URL"
verify_ssl = false
[packages]
alpha = ">=1.0,<2"
beta = "*"
Delta_Name = "*"
epsilon = {version = "*", markers = "sys_platform == 'linux'"}
[dev-packages]
gamma = "*"
"""
REQUIREMENTS = "alpha>=1.0,<2\nbeta\nDelta_Name\nepsilon; sys_platform == 'linux'\n"
MANIFESTS = {
    **{tool: ("pyproject.toml", PYPROJECT + source) for tool, source in SOURCES.items()},
    "pipenv": ("Pipfile", PIPFILE),
    "pip-tools": ("requirements.in", REQUIREMENTS),
    "pip-tools-pyproject": ("pyproject.toml", PYPROJECT),
    "uv-compile": ("pyproject.toml", PYPROJECT),
}
# Replacements in the manifest, for the flavours of MANIFESTS: the first that is found is made.
EDITS = {
    "add": [('    "beta",', '    "zeta",\n    "beta",'), ('beta = "*"', 'beta = "*"\nzeta = "*"'),
            ("beta\n", "beta\nzeta\n")],
    "remove": [('    "beta",\n', ""), ('beta = "*"\n', ""), ("beta\n", "")],
    "remove-needed": [('    "gamma",\n', ""), ('    "alpha>=1.0,<2",\n', ""),
                      ('alpha = ">=1.0,<2"\n', ""), ("alpha>=1.0,<2\n", "")],
    "raise": [(">=1.0,<2", ">=2.0")],
    "pin": [(">=1.0,<2", "==1.0")],
    "loosen": [(">=1.0,<2", ">=0.5,<2")],
    "respell": [('"alpha>=1.0,<2"', '"alpha <2, >=1.0"'), ("alpha>=1.0,<2", "alpha <2, >=1.0")],
    "extra": [('"beta"', '"beta[more]"'),
              ('beta = "*"', 'beta = {version = "*", extras = ["more"]}'),
              ("beta\n", "beta[more]\n")],
    "marker": [("'linux'", "'darwin'")],
    "no-marker": [("; sys_platform == 'linux'", ""),
                  (", markers = \"sys_platform == 'linux'\"", "")],
    "same-marker": [("sys_platform == 'linux'\"", "'linux' == sys_platform\""),
                    ("sys_platform == 'linux'\n", "'linux' == sys_platform\n")],
    "group": [('dev = ["gamma"]', 'dev = ["gamma", "zeta"]'),
              ('gamma = "*"', 'gamma = "*"\nzeta = "*"')],
    "no-group": [('dev = ["gamma"]', ""), ('gamma = "*"\n', "")],
    "optional": [('plots = ["gamma"]', 'plots = ["gamma", "zeta"]')],
    "optional-extra": [('plots = ["gamma"]', 'plots = ["gamma", "beta[more]"]')],
    "rename": [("Delta_Name", "delta-name")],
    "python": [('">=3.10"', '">=3.11"')],
    "comment": [("dependencies = [", "# what it needs\ndependencies = ["),
                ("[packages]", "# what it needs\n[packages]"), ("beta\n", "# why\nbeta\n")],
}  # fmt: skip
MUST = ("add", "raise", "pin", "remove", "extra")  # the tool and the hook say stale

# Where the tool says stale and the hook is silent, and why.
_TEXT = {"same-marker": "only the text differs: the lock installs the same"}
_EXTRA = {"optional-extra": "two requirements of one name; what is written may be from either"}
SILENT = {
    "uv": {},
    "poetry": {},
    "pdm": {},
    "pipenv": {},
    "pip-tools": _TEXT,
    "pip-tools-pyproject": {**_TEXT, **_EXTRA},
    "uv-compile": {
        **_EXTRA,
        "marker": "uv leaves out what the oldest Python implies, and the file does not name it",
        "no-marker": "the same",
        "no-group": "the group that the command names is not there",
    },
}


class Bench(NamedTuple):
    """A folder of tools' projects, and the local index that they resolve from."""

    folder: Path
    url: str


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("locks")
    for name, version, more in WHEELS:
        simple = folder / "index" / "simple" / name.replace("_", "-")
        simple.mkdir(parents=True, exist_ok=True)
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(simple / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            wheel.writestr(f"{info}/METADATA", head + more)
            wheel.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{info}/RECORD", "")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Handler, directory=str(folder / "index"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Bench(folder, f"http://127.0.0.1:{server.server_port}/simple/")
    server.shutdown()
    server.server_close()


def run(tool: str, where: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    name = tool if tool in TOOLS else {"uv-compile": "uv"}.get(tool, "pip-tools")
    python = Path(environment(name, TOOLS[name].split()))
    command = python.parent / ("pip-compile" if name == "pip-tools" else name)
    return subprocess.run(
        [str(command), *arguments],
        cwd=where,
        capture_output=True,
        text=True,
        timeout=300,
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))},
            "PIP_INDEX_URL": url,
            "NO_PROXY": "127.0.0.1",
            "PIPENV_PYTHON": str(python),
            "PIPENV_VENV_IN_PROJECT": "1",
            "PDM_CHECK_UPDATE": "0",
            "UV_PYTHON": str(python),
            "UV_DEFAULT_INDEX": url,
        },
    )


COMPILED = ["-o", "requirements.txt", "--no-emit-index-url", "--no-strip-extras"]
LOCK = {
    "uv": ["lock"],
    "poetry": ["lock", "--no-interaction"],
    "pdm": ["lock", "-G", ":all"],
    "pipenv": ["lock"],
    "pip-tools": ["requirements.in", *COMPILED],
    "pip-tools-pyproject": ["pyproject.toml", "--extra", "plots", *COMPILED],
    "uv-compile": ["pip", "compile", "pyproject.toml", "--extra", "plots", "--group", "dev",
                   "--universal", *COMPILED],
}  # fmt: skip
CHECK = {
    "uv": ["lock", "--check"],
    "poetry": ["check", "--lock"],
    "pdm": ["lock", "--check"],
    "pipenv": ["verify"],
}


def is_stale(tool: str, where: Path, url: str) -> bool:
    if tool in CHECK:
        return run(tool, where, url, *CHECK[tool]).returncode != 0
    # Who compiles has no check: it is run again, on top of the file that it has written.
    lock = where / "requirements.txt"
    before = lock.read_text("utf-8")
    done = run(tool, where, url, *LOCK[tool])
    after = lock.read_text("utf-8")
    lock.write_text(before, "utf-8")
    return done.returncode != 0 or before != after


def hook_says(where: Path) -> bool:
    subprocess.run(["git", "init", "-q"], cwd=where, check=True)
    subprocess.run(["git", "add", "."], cwd=where, check=True)
    module = "mlops_checklist.environment.reproducible_environment"
    done = subprocess.run(
        [sys.executable, "-m", module, "--format", "json"],
        cwd=where,
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1), done.stderr
    return any(
        each.get("rule") == "stale-lock" and each.get("kind") == "violation"
        for each in objects(json.loads(done.stdout))
    )


def objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from objects(each)


@functools.cache
def locked(tool: str, bench: Bench) -> tuple[str, str, str, str]:
    """Return name and text of the manifest, and of the lock that the tool has made of it."""
    name, text = MANIFESTS[tool]
    where = bench.folder / tool / "locked"
    where.mkdir(parents=True)
    text = text.replace("URL", bench.url)
    (where / name).write_text(text, "utf-8")
    done = run(tool, where, bench.url, *LOCK[tool])
    assert not done.returncode, done.stdout + done.stderr
    lock = "Pipfile.lock" if tool == "pipenv" else f"{tool}.lock"
    lock = lock if tool in CHECK else "requirements.txt"
    return name, text, lock, (where / lock).read_text("utf-8")


def edited(edit: str, text: str) -> str:
    """Return the manifest's text after the edit; as it was where it has no such thing."""
    for old, new in EDITS.get(edit, []):
        if old in text:
            return text.replace(old, new, 1)
    return text


@pytest.mark.parametrize(
    ("tool", "edit"),
    [
        (tool, edit)
        for tool in MANIFESTS
        for edit in ["base", *EDITS]
        if edit == "base" or edited(edit, MANIFESTS[tool][1]) != MANIFESTS[tool][1]
    ],
)
def test_agreement(tool: str, edit: str, bench: Bench) -> None:
    name, text, lock, held = locked(tool, bench)
    where = bench.folder / tool / edit
    where.mkdir(parents=True)
    (where / name).write_text(edited(edit, text), "utf-8")
    (where / lock).write_text(held, "utf-8")
    hook, stale = hook_says(where), is_stale(tool, where, bench.url)
    assert not hook or stale, "a false alarm"
    assert (stale and not hook) == (edit in SILENT[tool]), SILENT[tool].get(edit)
    if edit == "base":
        assert not stale
    if edit in MUST:
        assert stale
        assert hook
