"""How long `reproducible-environment` takes over 500 manifests, beside parsing them once.

A repository of 500 projects is made: a pyproject.toml, a uv.lock of sixty packages, a Dockerfile
and a conda environment each. The hook runs as pre-commit runs it; beside it, one process reads the
same files with tomllib and PyYAML's C loader, in turns. Run it with this project installed:

    python benchmarks/manifests.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECTS = 500
RUNS = 3
BOUND = 1.5  # times the parsing

PARSE = """\
import subprocess, sys, yaml
if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib
listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True).stdout
for path in listed.decode().split("\\0"):
    if path.endswith((".toml", ".lock")):
        with open(path, "rb") as opened:
            tomllib.load(opened)
    elif path.endswith(".yml"):
        with open(path, "rb") as opened:
            list(yaml.compose_all(opened, Loader=yaml.CSafeLoader))
    elif path:
        with open(path, encoding="utf-8") as opened:
            opened.read()
"""


def write(folder: Path) -> None:
    """Write the repository and stage it."""
    for number in range(PROJECTS):
        project = folder / f"services/service-{number}"
        project.mkdir(parents=True)
        names = [f"package-{each}" for each in range(60)]
        listed = ", ".join(f'"{name}>=1"' for name in names[:12])
        (project / "pyproject.toml").write_text(
            f'[project]\nname = "service-{number}"\nversion = "1.0"\n'
            f'requires-python = ">=3.11"\ndependencies = [{listed}]\n'
        )
        required = ", ".join(f'{{ name = "{name}", specifier = ">=1" }}' for name in names[:12])
        packages = "".join(
            f'\n[[package]]\nname = "{name}"\nversion = "1.{number}"\n'
            f'source = {{ registry = "https://pypi.org/simple" }}\nwheels = [\n'
            f'    {{ url = "https://example.com/{name}.whl", hash = "sha256:{number:064x}" }},\n]\n'
            for name in names
        )
        (project / "uv.lock").write_text(
            f'version = 1\n\n[[package]]\nname = "service-{number}"\nversion = "1.0"\n'
            f'source = {{ editable = "." }}\n\n[package.metadata]\nrequires-dist = [{required}]\n'
            + packages
        )
        (project / "Dockerfile").write_text("FROM python:3.12.11-slim\nRUN uv sync --locked\n")
        (project / "environment.yml").write_text(
            "channels: [conda-forge]\ndependencies:\n  - python=3.12\n  - numpy=2.2.6\n"
        )
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def seconds(folder: Path, *command: str) -> float:
    """Return how long `command` takes in `folder`, which must find nothing wrong there."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=folder, check=True)
    return time.perf_counter() - begin


def main() -> int:
    """Print the best times and their ratio; return 1 if it is above the bound."""
    module = "mlops_checklist.environment.reproducible_environment"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        pairs = [(seconds(folder, "-m", module), seconds(folder, "-c", PARSE)) for _ in range(RUNS)]
    ours, parsing = (min(column) for column in zip(*pairs, strict=True))
    print(f"best of {RUNS}, Python {sys.version.split()[0]}, {PROJECTS} projects")
    print(f"parsing their files once   {parsing:5.2f} s")
    ratio = ours / parsing
    print(f"reproducible-environment   {ours:5.2f} s  {ratio:.2f} of parsing (at most {BOUND})")
    return int(ratio > BOUND)


if __name__ == "__main__":
    raise SystemExit(main())
