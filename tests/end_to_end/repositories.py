"""This project as its users get it, and repositories that use it, for the end-to-end tests.

The working copy becomes a Git repository with a release tag, from which real pre-commit and real
prek install the hooks. Both lie in `.cache/` below the repository root, are shared by all test
processes, and are built once for each state of the working copy. The package index is asked only
for the dependencies' wheels and for uv, which prek installs with, and only when these change:
every run of either tool has no way out (`_offline`). Linux and macOS only.
"""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import yaml
from end_to_end.environments import alone, environment

from mlops_checklist.sources import toml
from mlops_checklist.sources.files import File

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "published"
WHEELS = ROOT / ".cache" / "wheels"
KEPT = 3600  # seconds after its last use for which an earlier state of the project is kept

SCRIPTS = Path(sys.executable).parent
TOOLS = {
    "pre-commit": (sys.executable, "-m", "pre_commit"),
    "prek": (str(SCRIPTS / "prek"),),
}
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody answers

# What both tools print around the words of a hook.
_FRAME = re.compile(
    r".*\.{3,}.*(?:Passed|Failed|Skipped)$|- (?:hook id|description|exit code|files were modified)"
    r"|\[(?:INFO|WARNING)\]|=+$"
)


class Done(NamedTuple):
    """How a command ended: its exit status, and its stdout and stderr."""

    status: int
    output: str
    errors: str

    @property
    def said(self) -> list[str]:
        """The lines of the hooks alone, without the frame and the margin of the tool."""
        lines = (line.strip() for line in self.output.split("\n"))
        return [line for line in lines if line and not _FRAME.match(line)]

    def verdict(self, name: str) -> str:
        """What the tool says of the hook with this display name: "Passed", "Failed", "Skipped"."""
        found = re.findall(rf"^{re.escape(name)}\.+.*?(Passed|Failed|Skipped)$", self.output, re.M)
        return " ".join(found)


class Published(NamedTuple):
    """This project in a Git repository of its own, installed for both tools.

    `environment` is what every command runs with: nothing of the caller's, and no network.
    """

    source: Path
    revision: str
    environment: dict[str, str]

    @property
    def manifest(self) -> list[dict[str, object]]:
        """The hooks that it offers."""
        text = (self.source / ".pre-commit-hooks.yaml").read_text("utf-8")
        hooks: list[dict[str, object]] = yaml.safe_load(text)
        return hooks


class Project(NamedTuple):
    """A repository whose `.pre-commit-config.yaml` names the published hooks."""

    folder: Path
    published: Published

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file and the folders above it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, name: str) -> str:
        """Return what a file holds."""
        return (self.folder / name).read_bytes().decode()

    def stage(self, files: Mapping[str, str | bytes]) -> None:
        """Write files and add them to the index."""
        for name, content in files.items():
            self.write(name, content)
        self.git("add", "--force", "--", *files)

    def configure(self, *hooks: Mapping[str, object]) -> None:
        """Write the configuration with these hooks and add it to the index."""
        repository = {
            "repo": str(self.published.source),
            "rev": self.published.revision,
            "hooks": hooks,
        }
        self.stage({".pre-commit-config.yaml": json.dumps({"repos": [repository]})})  # JSON is YAML

    def commit(self, message: str) -> str:
        """Commit the index without hooks and return the commit's hash."""
        self.git("commit", "--quiet", "--no-verify", "--message", message)
        return self.git("rev-parse", "HEAD").output.strip()

    def git(self, *arguments: str) -> Done:
        """Run Git; raise RuntimeError with its words when it fails."""
        return _checked("git", *arguments, folder=self.folder, env=self.published.environment)

    def run(self, *command: str, **variables: str) -> Done:
        """Run a command, which may fail, in the repository's folder."""
        return _run(command, self.folder, self.published.environment | variables)


def published() -> Published:
    """Return this project's working copy, published and installed.

    Raises RuntimeError, with the tools' own words, when an installation fails. Safe when several
    processes call it at once: one builds, the others wait.
    """
    files = _working_copy()
    key = _key(*files.items(), sys.version, sys.base_prefix, *map(version, ("pre-commit", "prek")))
    folder = CACHE / key
    parser = configparser.ConfigParser()
    parser.read_string(files["setup.cfg"][1].decode())
    wheels = wheels_of([*parser["options"]["install_requires"].splitlines(), *_build_requires()])
    uv = Path(environment("uv", ["uv"])).parent
    result = Published(
        folder / "source", f"v{parser['metadata']['version']}", _offline(folder, wheels, uv)
    )
    with _only_builder():
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _build(result, files)
            (folder / "complete").touch()
        os.utime(folder)
        for other in CACHE.iterdir():
            if other.is_dir() and other.stat().st_mtime < time.time() - KEPT:
                shutil.rmtree(other, ignore_errors=True)
    return result


def _build(result: Published, files: Mapping[str, tuple[int, bytes]]) -> None:
    home = Path(result.environment["HOME"])
    home.mkdir(parents=True)
    (home / ".gitconfig").write_text(
        "[user]\nname = Ada\nemail = ada@example.org\n"
        "[init]\ndefaultBranch = main\n[core]\nautocrlf = false\n[gc]\nauto = 0\n"
    )
    source = Project(result.source, result)
    for name, (mode, data) in files.items():
        source.write(name, data)
        (source.folder / name).chmod(mode)
    source.git("init", "--quiet")
    source.git("add", "--all", "--force")
    source.commit(result.revision)
    source.git("tag", result.revision)
    first = Project(home / "first", result)
    first.folder.mkdir()
    first.git("init", "--quiet")
    first.configure(*({"id": hook["id"]} for hook in result.manifest))
    for tool in TOOLS.values():
        _checked(*tool, "install-hooks", folder=first.folder, env=result.environment)


def _working_copy() -> dict[str, tuple[int, bytes]]:
    """Return mode and bytes of the tracked files, and of those that would be added."""
    listed = _checked(
        *("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        folder=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    )
    paths = ((name, ROOT / name) for name in sorted(set(listed.output.split("\0")) - {""}))
    return {
        name: (path.stat().st_mode & 0o777, path.read_bytes())
        for name, path in paths
        if path.is_file()  # a tracked file may be deleted in the work tree
    }


def _build_requires() -> list[str]:
    document = File(str(ROOT / "pyproject.toml")).read(toml.document)
    requires: list[str] = document["build-system"]["requires"]
    return requires


def wheels_of(lines: Sequence[str]) -> Path:
    """Return a folder with the wheels of these requirements and of what they require."""
    requirements = sorted(line for line in lines if line)
    folder = WHEELS / _key(*requirements, sys.version)
    with _only_builder():
        if not folder.exists():
            building = WHEELS / "building"
            shutil.rmtree(building, ignore_errors=True)
            pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(building))
            _checked(*pip, *requirements, folder=ROOT, env=dict(os.environ))
            building.rename(folder)
    return folder


@contextmanager
def _only_builder() -> Iterator[None]:
    for folder in (CACHE, WHEELS):
        folder.mkdir(parents=True, exist_ok=True)
    with alone(CACHE / "lock"):
        yield


def _offline(folder: Path, wheels: Path, uv: Path) -> dict[str, str]:
    """Return the environment of every command: all homes in `folder`, no network."""
    home = folder / "home"
    # uv, for prek, builds on no virtual environment: it must find the Python beneath this one.
    programs = (SCRIPTS, uv, Path(sys.base_exec_prefix, "bin"))
    date = "2026-01-02T03:04:05+00:00"  # the hash of a commit depends on its content alone
    return {
        "PATH": os.pathsep.join([*map(str, programs), os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PREK_HOME": str(home / "prek"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
        "all_proxy": NOWHERE,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INDEX": "1",
        "PIP_INDEX_URL": NOWHERE,
        "PIP_FIND_LINKS": str(wheels),
        "UV_NO_CONFIG": "1",
        "UV_OFFLINE": "1",
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(wheels),
        "UV_PYTHON_DOWNLOADS": "never",
        "PREK_UV_SOURCE": "pip",
    }


def _key(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:12]


def _checked(*command: str, folder: Path, env: Mapping[str, str]) -> Done:
    done = _run(command, folder, env)
    if done.status:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.output}{done.errors}")
    return done


def _run(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Done:
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
