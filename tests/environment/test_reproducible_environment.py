"""reproducible-environment: images, locks, Pythons, start scripts, Domino jobs and CI."""

from __future__ import annotations

import json
import subprocess
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

import pytest
from helpers import found, outcomes
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.environment.reproducible_environment import HOOK, _Repository
from mlops_checklist.hook import judge, run
from mlops_checklist.sources.files import File

IMAGES = {
    "no-tag": ("python", "violation"),
    "registry-with-port": ("registry:5000/ml/serve", "violation"),
    "registry-with-port-and-tag": ("registry:5000/ml/serve:2.1", "evidence"),
    "latest": ("nvidia/cuda:latest", "violation"),
    "latest-within": ("quay.io/domino/base:release-6.1.1.latest", "violation"),
    "latest-at-the-end": ("quay.io/domino/base:snowpark-latest", "violation"),
    "word-that-holds-it": ("acme/base:latestgreatest-1.2", "evidence"),
    "version": ("pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime", "evidence"),
    "digest": ("python@sha256:" + "0" * 64, "evidence"),
    "tag-and-digest": ("python:latest@sha256:" + "0" * 64, "evidence"),
    "channel": ("rocm/pytorch:nightly", "undecided"),
    "variable": ("${BASE_IMAGE}", "undecided"),
    "variable-tag": ("python:${PYTHON_VERSION}", "undecided"),
    "default-in-braces": ("python:${PYTHON_VERSION:-3.12}-slim", "evidence"),
    "scratch": ("scratch", None),
}


@pytest.mark.parametrize(("image", "kind"), IMAGES.values(), ids=IMAGES)
def test_image(image: str, kind: str | None) -> None:
    said = outcomes(HOOK, "Dockerfile", f"# trains\nFROM {image}\nRUN true\n")
    assert [(each.rule, each.kind, each.place[:2]) for each in said] == (
        [("moving-base-image", kind, (2, 6))] if kind else []
    )


DOCKERFILES = {
    "stages": ("FROM python:3.12 AS build\nFROM build\nFROM build AS test\n", []),
    "stage-of-other-case": ("FROM python:3.12 AS Build\nFROM build\n", []),
    "stage-used-before": ("FROM build\nFROM python:3.12 AS build\n", [(1, 6)]),
    "argument-with-default": ("ARG BASE=python\nFROM ${BASE}\n", [(2, 6)]),
    "argument-with-pinned-default": ("ARG TAG=3.12.1\nFROM python:$TAG\n", []),
    "platform": ("FROM --platform=linux/amd64 ubuntu\n", [(1, 29)]),
    "comment": ("# FROM python\nFROM python:3.12\n", []),
    "copied-from": ("FROM python:3.12\nCOPY --from=ghcr.io/a/b:1 /uv /uv\n", []),
    "instructions-of-domino": ("USER root\nRUN pip install x==1\nUSER ubuntu\n", []),
}


@pytest.mark.parametrize(("text", "places"), DOCKERFILES.values(), ids=DOCKERFILES)
def test_dockerfile(text: str, places: list[tuple[int, int]]) -> None:
    said = outcomes(HOOK, "docker/train.Dockerfile", text)
    assert found(said) == [("moving-base-image", *place) for place in places]


START = {
    "upgrade": ("app.sh", "pip install --upgrade mlflow\n", 1),
    "unpinned": ("app.sh", "pip install streamlit\n", 1),
    "range": ("entrypoint.sh", "python -m pip install 'torch>=2'\n", 1),
    "upgrade-pinned": ("app.sh", "pip install -U mlflow==3.1.0\n", 1),
    "pinned": ("app.sh", "pip install mlflow==3.1.0\n", 0),
    "requirements": ("app.sh", "pip install -r requirements.txt\n", 0),
    "own-package": ("app.sh", "pip install -e .\n", 0),
    "pip-itself": ("app.sh", "pip install --upgrade pip\n", 0),
    "constraints": ("app.sh", "pip install -c constraints.txt mlflow\n", 0),
    "comment": ("app.sh", "# pip install mlflow\nexec uvicorn app:app\n", 0),
    "echo": ("app.sh", "echo 'pip install mlflow'\n", 0),
    "command": ("Dockerfile", "FROM a:1\nCMD pip install mlflow && python serve.py\n", 1),
    "entrypoint": ("Dockerfile", 'FROM a:1\nENTRYPOINT ["pip", "install", "mlflow"]\n', 1),
    "run": ("Dockerfile", "FROM a:1\nRUN pip install mlflow\n", 0),
    "compose": (
        "compose.yaml",
        "services:\n  api:\n    image: a:1\n    command: sh -c 'pip install mlflow && serve'\n",
        1,
    ),
}


@pytest.mark.parametrize(("path", "text", "count"), START.values(), ids=START)
def test_start(path: str, text: str, count: int) -> None:
    rules = [rule for rule, *_ in found(outcomes(HOOK, path, text))]
    assert rules == ["runtime-upgrade"] * count


OTHER_IMAGES = {
    "compose": ("compose.yml", "services:\n  db:\n    image: postgres\n", [(3, 12)]),
    "compose-that-builds": ("compose.yml", "services:\n  a:\n    build: .\n    image: a\n", []),
    "github-container": (
        ".github/workflows/ci.yml",
        "jobs:\n  test:\n    container: python:latest\n    steps: []\n",
        [(3, 16)],
    ),
    "github-service": (
        ".github/workflows/ci.yml",
        'jobs:\n  test:\n    services:\n      db:\n        image: "postgres"\n',
        [(5, 17)],
    ),
    "github-expression": (
        ".github/workflows/ci.yml",
        "jobs:\n  test:\n    container: ${{ matrix.image }}\n",
        [],
    ),
    "gitlab": (
        ".gitlab-ci.yml",
        "image: python:3.12\ntest:\n  image:\n    name: r-base\n",
        [(4, 11)],
    ),
    "azure-resource": ("azure-pipelines.yml", "jobs:\n- job: a\n  container: linux\n", []),
    "devcontainer": (
        ".devcontainer/devcontainer.json",
        '{\n  // "image": "old",\n  "image": "mcr.microsoft.com/devcontainers/python"\n}\n',
        [(3, 13)],
    ),
    "deeper-in-devcontainer": (
        ".devcontainer/devcontainer.json",
        '{"image": "a:1", "customizations": {"image": "python"}}\n',
        [],
    ),
}


@pytest.mark.parametrize(("path", "text", "places"), OTHER_IMAGES.values(), ids=OTHER_IMAGES)
def test_image_elsewhere(path: str, text: str, places: list[tuple[int, int]]) -> None:
    assert found(outcomes(HOOK, path, text)) == [("moving-base-image", *each) for each in places]


MOVING = {
    "latest": ("a.py", "DominoJobTask(name='a', use_latest=True)\n", 1),
    "defaults": ("a.py", "run_domino_job_task(use_project_defaults_for_omitted=True)\n", 1),
    "not-latest": ("a.py", "DominoJobTask(name='a', use_latest=False)\n", 0),
    "other-call": ("a.py", "load(use_latest=True)\n", 0),
    "name-and-revision": (
        "a.py",
        "run_domino_job_task(environment_name='a', environment_revision_id='1')\n",
        0,
    ),
    "payload": ("job.json", '{"environmentRevisionSpec": "ActiveRevision"}\n', 1),
    "comment": ("a.py", "# use_latest=True\n", 0),
}


@pytest.mark.parametrize(("path", "text", "count"), MOVING.values(), ids=MOVING)
def test_moving_environment(path: str, text: str, count: int) -> None:
    rules = [rule for rule, *_ in found(outcomes(HOOK, path, text))]
    assert rules == ["moving-environment"] * count


# --- The repository as a whole ----------------------------------------------------------------


def judged(folder: Path, files: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return `path:line rule kind` of what the hook says of a repository of `files`."""
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    subprocess.run(["git", "add", "--force", "."], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    import contextlib
    import io

    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO(), "utf-8")) as printed:
        run(HOOK, ["--format", "json"])
        printed.seek(0)
        document = json.load(printed)
    return [
        f"{each['path']}:{each['line']} {each['rule']} {each['kind']}"
        for each in document["outcomes"]
    ]


def project(*dependencies: str, python: str = ">=3.11") -> str:
    listed = ", ".join(f'"{each}"' for each in dependencies)
    return (
        f'[project]\nname = "churn"\nversion = "1"\nrequires-python = "{python}"\n'
        f"dependencies = [{listed}]\n"
    )


def uv_lock(requires: Mapping[str, str], **versions: str) -> str:
    listed = ", ".join(f'{{ name = "{n}", specifier = "{s}" }}' for n, s in requires.items())
    own = (
        'version = 1\n\n[[package]]\nname = "churn"\nversion = "1"\nsource = { editable = "." }\n\n'
        f"[package.metadata]\nrequires-dist = [{listed}]\n"
    )
    return own + "".join(
        f'\n[[package]]\nname = "{n}"\nversion = "{v}"\nsource = {{ registry = "x" }}\n'
        for n, v in versions.items()
    )


def poetry_lock(**versions: str) -> str:
    return "".join(f'[[package]]\nname = "{n}"\nversion = "{v}"\n\n' for n, v in versions.items())


POETRY = (
    '[tool.poetry]\nname = "churn"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
    'numpy = "^2.1"\nPandas_Extra = { version = "~1.4", optional = true }\n'
    'torch = { git = "https://example.com/torch.git", rev = "v1.2.0" }\n'
)
COMPILED = "# This file is autogenerated by pip-compile\n#    pip-compile {}\nnumpy==2.2.6\n"
LOCKS = {
    "uv-agrees": (
        {
            "pyproject.toml": project("numpy>=2"),
            "uv.lock": uv_lock({"numpy": ">=2"}, numpy="2.2.6"),
        },
        "evidence",
    ),
    "uv-lacks-a-requirement": (
        {
            "pyproject.toml": project("numpy>=2", "httpx"),
            "uv.lock": uv_lock({"numpy": ">=2"}, numpy="2.2.6"),
        },
        "violation",
    ),
    "uv-holds-an-older-version": (
        {
            "pyproject.toml": project("numpy>=3"),
            "uv.lock": uv_lock({"numpy": ">=2"}, numpy="2.2.6"),
        },
        "violation",
    ),
    "uv-lacks-an-extra": (
        {
            "pyproject.toml": project("numpy[dev]>=2"),
            "uv.lock": uv_lock({"numpy": ">=2"}, numpy="2.2.6"),
        },
        "violation",
    ),
    "uv-other-spelling": (
        {
            "pyproject.toml": project("Typing_Extensions>=4"),
            "uv.lock": uv_lock({"typing-extensions": ">=4"}) + "\n[[package]]\n"
            'name = "typing-extensions"\nversion = "4.12"\nsource = { registry = "x" }\n',
        },
        "evidence",
    ),
    "uv-marker-leaves-nothing": (
        {
            "pyproject.toml": project("tomli; python_version < '3.11'", "numpy>=2"),
            "uv.lock": uv_lock({"tomli": "", "numpy": ">=2"}, numpy="2.2.6").replace(
                '"tomli", specifier = ""',
                '"tomli", marker = "python_full_version < \'3.11\'"',
            ),
        },
        "evidence",
    ),
    "uv-of-another-project": (
        {
            "pyproject.toml": project("numpy>=2"),
            "uv.lock": uv_lock({"numpy": ">=2"}, numpy="2.2.6").replace("churn", "other"),
        },
        "violation",
    ),
    "empty-lock": ({"pyproject.toml": project("numpy>=2"), "poetry.lock": ""}, "violation"),
    "poetry-agrees": (
        {
            "pyproject.toml": POETRY,
            "poetry.lock": poetry_lock(numpy="2.2.6", **{"pandas-extra": "1.4.7", "torch": "0"}),
        },
        "evidence",
    ),
    "poetry-outside-the-caret": (
        {
            "pyproject.toml": POETRY,
            "poetry.lock": poetry_lock(numpy="3.0", **{"pandas-extra": "1.4.7", "torch": "0"}),
        },
        "violation",
    ),
    "poetry-lacks-under-marker": (
        {
            "pyproject.toml": POETRY.replace('"^2.1"', '{ version = "^2.1", python = "<3.9" }'),
            "poetry.lock": poetry_lock(**{"pandas-extra": "1.4.7", "torch": "0"}),
        },
        "undecided",
    ),
    "pdm-group-not-locked": (
        {
            "pyproject.toml": project("numpy>=2") + '[dependency-groups]\ndev = ["ruff"]\n',
            "pdm.lock": '[metadata]\ngroups = ["default"]\n' + poetry_lock(numpy="2.2.6"),
        },
        "evidence",
    ),
    "pdm-group-lacks": (
        {
            "pyproject.toml": project("numpy>=2") + '[dependency-groups]\ndev = ["ruff"]\n',
            "pdm.lock": '[metadata]\ngroups = ["default", "dev"]\n' + poetry_lock(numpy="2.2.6"),
        },
        "violation",
    ),
    "pipenv-agrees": (
        {
            "Pipfile": '[packages]\nnumpy = "*"\n',
            "Pipfile.lock": '{"_meta": {}, "default": {"numpy": {"version": "==2.2.6"}}}',
        },
        "evidence",
    ),
    "pipenv-lacks": (
        {
            "Pipfile": '[packages]\nnumpy = "*"\n[dev-packages]\nruff = "*"\n',
            "Pipfile.lock": '{"_meta": {}, "default": {"numpy": {"version": "==2.2.6"}}}',
        },
        "violation",
    ),
    "pylock-holds-another": (
        {
            "pyproject.toml": project("numpy==2.3.0"),
            "pylock.toml": poetry_lock(numpy="2.2.6").replace("package", "packages"),
        },
        "violation",
    ),
    "compiled-agrees": (
        {"requirements.in": "numpy\n", "requirements.txt": COMPILED.format("requirements.in")},
        "evidence",
    ),
    "compiled-lacks": (
        {
            "requirements.in": "numpy\nmlflow\n",
            "requirements.txt": COMPILED.format("requirements.in"),
        },
        "violation",
    ),
    "compiled-lacks-under-marker": (
        {
            "requirements.in": "numpy\npywin32; sys_platform == 'win32'\n",
            "requirements.txt": COMPILED.format("requirements.in"),
        },
        "undecided",
    ),
    "compiled-from-the-root": (
        {
            "req/requirements.in": "numpy>=3\n",
            "req/requirements.txt": COMPILED.format("req/requirements.in"),
        },
        "violation",
    ),
    "compiled-removed": (
        {
            "requirements.in": "pandas\n",
            "requirements.txt": COMPILED.format("requirements.in")
            + "    # via\n    #   -r requirements.in\n    #   pandas\npandas==2.3.1\n",
        },
        "violation",
    ),
    "compiled-needed-by-another": (
        {
            "requirements.in": "pandas\n",
            "requirements.txt": COMPILED.format("requirements.in")
            + "    # via pandas\npandas==2.3.1\n    # via -r requirements.in\n",
        },
        "evidence",
    ),
    "compiled-removed-but-a-path-may-be-it": (
        {
            "requirements.in": "./libs/numpy\n",
            "requirements.txt": COMPILED.format("requirements.in")
            + "    # via -r requirements.in\n",
        },
        "evidence",
    ),
    "compiled-other-marker": (
        {
            "requirements.in": "numpy; sys_platform == 'darwin'\n",
            "requirements.txt": COMPILED.format("requirements.in")
            .replace("pip-compile\n", "pip-compile with Python 3.12\n")
            .replace("2.2.6\n", "2.2.6 ; sys_platform == 'linux'\n    # via -r requirements.in\n"),
        },
        "violation",
    ),
    "compiled-for-a-python-that-the-marker-leaves-out": (
        {
            "requirements.in": "numpy\ntomli; python_version < '3.11'\n",
            "requirements.txt": COMPILED.format("requirements.in").replace(
                "pip-compile\n", "pip-compile with Python 3.12\n"
            ),
        },
        "evidence",
    ),
    "compiled-by-marker-in-two-versions": (
        {
            "requirements.in": "numpy<2; python_version < '3.9'\n"
            "numpy>=2; python_version >= '3.9'\n",
            "requirements.txt": COMPILED.format("requirements.in").replace(
                "numpy==2.2.6\n",
                "numpy==1.24.4 ; python_version < '3.9'\nnumpy==2.2.6 ; python_version >= '3.9'\n",
            ),
        },
        "evidence",
    ),
    "compiled-lacks-what-is-included": (
        {
            "requirements.in": "-r base.in\nnumpy\n",
            "base.in": "mlflow\n",
            "requirements.txt": COMPILED.format("requirements.in"),
        },
        "violation",
    ),
    "compiled-without-unsafe": (
        {
            "requirements.in": "numpy\nsetuptools\n",
            "requirements.txt": COMPILED.format("requirements.in")
            + "\n# The following packages are considered to be unsafe in a requirements file:\n"
            "# setuptools\n",
        },
        "evidence",
    ),
    "compiled-with-overrides": (
        {
            "requirements.in": "numpy>=3\n",
            "requirements.txt": COMPILED.format("--override=o.txt requirements.in"),
        },
        None,
    ),
    "compiled-from-pyproject": (
        {"pyproject.toml": project("numpy"), "requirements.txt": COMPILED.format("pyproject.toml")},
        "evidence",
    ),
    "compiled-from-pyproject-lacks": (
        {
            "pyproject.toml": project("numpy", "mlflow"),
            "requirements.txt": COMPILED.format("pyproject.toml"),
        },
        "violation",
    ),
    "compiled-from-pyproject-with-an-extra": (
        {
            "pyproject.toml": project("numpy")
            + '[project.optional-dependencies]\nserve = ["fastapi"]\nplots = ["seaborn"]\n',
            "requirements.txt": COMPILED.format("--extra=serve pyproject.toml"),
        },
        "violation",
    ),
    "compiled-from-pyproject-without-extras": (
        {
            "pyproject.toml": project("numpy")
            + '[project.optional-dependencies]\nserve = ["fastapi"]\n',
            "requirements.txt": COMPILED.format("pyproject.toml"),
        },
        "evidence",
    ),
    "compiled-from-a-group": (
        {
            "pyproject.toml": project("mlflow") + '[dependency-groups]\ndev = ["numpy", "ruff"]\n',
            "requirements.txt": "# This file was autogenerated by uv via the following command:\n"
            "#    uv pip compile --group dev\nnumpy==2.2.6\n",
        },
        "violation",
    ),
    "compiled-from-pyproject-removed": (
        {
            "pyproject.toml": project("pandas"),
            "requirements.txt": COMPILED.format("pyproject.toml")
            + "    # via churn (pyproject.toml)\npandas==2.3.1\n    # via churn (pyproject.toml)\n",
        },
        "violation",
    ),
    "not-compiled": ({"requirements.in": "mlflow\n", "requirements.txt": "numpy==1\n"}, None),
    "no-lock": ({"pyproject.toml": project("numpy>=2")}, None),
}


@pytest.mark.parametrize(("files", "kind"), LOCKS.values(), ids=LOCKS)
def test_lock(
    files: dict[str, str], kind: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [each for each in judged(tmp_path, files, monkeypatch) if "stale-lock" in each]
    assert [each.split()[-1] for each in said] == ([kind] if kind else [])


def test_lock_of_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = uv_lock({"numpy": ">=2"}, numpy="2.2.6")
    files = {
        "uv.lock": lock,
        "packages/churn/pyproject.toml": project("numpy>=2", "httpx"),
        "packages/other/pyproject.toml": project("httpx").replace("churn", "other"),
    }
    said = [each for each in judged(tmp_path, files, monkeypatch) if "stale" in each]
    assert said == ["packages/churn/pyproject.toml:5 stale-lock violation"]


PYTHONS = {
    "agree": ({"pyproject.toml": project(), ".python-version": "3.12.4\n"}, []),
    "outside-the-range": (
        {"pyproject.toml": project(), ".python-version": "3.10\n"},
        [".python-version:1"],
    ),
    "patch-of-the-range": (
        {"pyproject.toml": project(python="~=3.11.2"), ".python-version": "3.11\n"},
        [],
    ),
    "image": (
        {"pyproject.toml": project(), "docker/Dockerfile": "FROM python:3.10-slim\n"},
        ["docker/Dockerfile:1"],
    ),
    "image-of-an-earlier-stage": (
        {
            "pyproject.toml": project(),
            "Dockerfile": "FROM python:3.9 AS old\nFROM python:3.12 AS new\nFROM new\n",
        },
        [],
    ),
    "domino-image": (
        {
            "runtime.txt": "python-3.11.4\n",
            "requirements.txt": "numpy==2\n",
            "Dockerfile": "FROM quay.io/domino/base:ubuntu22-py3.10-r4.4-domino6.1\n",
        },
        ["Dockerfile:1"],
    ),
    "conda-and-runtime": (
        {
            "environment.yml": "channels: [a]\ndependencies:\n  - python=3.11\n",
            "runtime.txt": "python-3.12.1\n",
        },
        ["environment.yml:3"],
    ),
    "conda-range": (
        {
            "environment.yml": "channels: [a]\ndependencies:\n  - python>=3.10\n",
            "runtime.txt": "python-3.12.1\n",
        },
        [],
    ),
    "two-images": (
        {"a.Dockerfile": "FROM python:3.10\n", "b.Dockerfile": "FROM python:3.12\n"},
        [],
    ),
    "two-projects": (
        {
            "a/pyproject.toml": project(python=">=3.12"),
            "b/requirements.txt": "numpy==2\n",
            "b/Dockerfile": "FROM python:3.10\n",
        },
        [],
    ),
    "several-for-pyenv": ({"pyproject.toml": project(), ".python-version": "3.10\n3.12\n"}, []),
    "poetry": ({"pyproject.toml": POETRY, "runtime.txt": "python-3.10.2\n"}, ["runtime.txt:1"]),
    "written-by-mlflow": (
        {
            "pyproject.toml": project(),
            "model/MLmodel": "flavors: {}\n",
            "model/python_env.yaml": "python: 3.8.1\ndependencies: [numpy==1]\n",
        },
        [],
    ),
    "below-tests": ({"pyproject.toml": project(), "tests/Dockerfile": "FROM python:3.8\n"}, []),
}


@pytest.mark.parametrize(("files", "places"), PYTHONS.values(), ids=PYTHONS)
def test_python_versions(
    files: dict[str, str], places: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = judged(tmp_path, files, monkeypatch)
    conflicts = [each for each in said if "conflict violation" in each]
    assert conflicts == [f"{place} python-version-conflict violation" for place in places]


def test_no_python_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = judged(tmp_path, {"requirements.txt": "numpy==2\n"}, monkeypatch)
    assert "requirements.txt:1 no-python-version missing" in said
    said = judged(tmp_path, {"app/runtime.txt": "python-3.12.1\n"}, monkeypatch)
    assert not [each for each in said if "no-python-version" in each]


GITHUB = "jobs:\n  check:\n    steps:\n      - run: |\n          {}\n          {}\n"
CI = {
    "github": (
        ".github/workflows/a.yml",
        GITHUB.format("uv sync --locked", "pytest -q"),
        "evidence",
    ),
    "tests-without-install": (".github/workflows/a.yml", GITHUB.format("ls", "ls"), "missing"),
    "only-lint": (".github/workflows/a.yml", GITHUB.format("uv sync", "ruff check"), "missing"),
    "only-named": (
        ".github/workflows/a.yml",
        GITHUB.format("# uv sync", "echo 'pip install -r a.txt; pytest'"),
        "missing",
    ),
    "make": (".github/workflows/a.yml", GITHUB.format("make", "true"), "undecided"),
    "reusable": (
        ".github/workflows/a.yml",
        "jobs:\n  a:\n    uses: acme/ci/.github/workflows/test.yml@v1\n",
        "undecided",
    ),
    "gitlab": (
        ".gitlab-ci.yml",
        "before_script:\n  - poetry install\ntest:\n  script: poetry run pytest\n",
        "evidence",
    ),
    "azure": (
        "azure-pipelines.yml",
        "steps:\n- script: pip install -r requirements.txt\n- bash: python -m pytest\n",
        "evidence",
    ),
    "jenkins": (
        "Jenkinsfile",
        "pipeline { stages { stage('t') { steps {\n sh 'pip install -r requirements.txt'\n"
        " sh '''\n  pytest\n '''\n} } } }\n",
        "evidence",
    ),
    "jenkins-comment": ("Jenkinsfile", "// sh 'tox'\n", "missing"),
}


@pytest.mark.parametrize(("path", "text", "kind"), CI.values(), ids=CI)
def test_tested(
    path: str, text: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = judged(tmp_path, {path: text, "requirements.txt": "numpy==2\n"}, monkeypatch)
    assert [each.split()[-1] for each in said if "untested" in each] == [kind]


def test_what_is_broken_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "Dockerfile": "FROM python\n",
        "environment.yml": "dependencies: [\n",
        "pyproject.toml": "[project\n",
        "uv.lock": "version = \n",
    }
    said = [each for each in judged(tmp_path, files, monkeypatch) if "missing" not in each]
    assert said == [
        "Dockerfile:1 moving-base-image violation",
        "environment.yml:2 unparseable error",
        "pyproject.toml:1 unparseable error",
        "uv.lock:1 unparseable error",
    ]


def test_filters_of_pre_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        ".pre-commit-config.yaml": "exclude: ^vendor/\nrepos:\n- repo: local\n  hooks:\n"
        "  - id: reproducible-environment\n    exclude: ^old/\n",
        "vendor/Dockerfile": "FROM python\n",
        "old/Dockerfile": "FROM python\n",
        "new/Dockerfile": "FROM python\n",
        "untracked/.gitkeep": "",
    }
    said = judged(tmp_path, files, monkeypatch)
    (tmp_path / "untracked/Dockerfile").write_text("FROM python\n")
    assert said == ["new/Dockerfile:1 moving-base-image violation"]


def test_git_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert run(HOOK, []) == 2
    assert "cannot list what Git tracks: fatal: not a git repository" in capsys.readouterr().err


def test_settings_exclude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        ".mlops-checklist.toml": 'exclude = ["vendor/"]\n',
        "vendor/Dockerfile": "FROM python\n",
    }
    assert judged(tmp_path, files, monkeypatch) == []


# --- Whatever stands in the files -------------------------------------------------------------

ODD = st.sampled_from(
    '1 "x" [] ["a>=1"] [1,"b[x]==2"] {} {a=1} {version="^1"} {version=3} true "^" "||" ">=3," '
    '"*" [{name="a"}] [{name=1,extras=[1]}] [[1]] "3.11" {git="x"} {source=1} '
    '[{name="a",extras="s"}]'.split()
)
MANIFESTS = st.sampled_from(
    [
        "[project]\nname = {}\nrequires-python = {}\ndependencies = {}\n",
        "[tool.poetry.dependencies]\npython = {}\nnumpy = {}\nx = {}\n",
        "[dependency-groups]\ndev = {}\n[tool.pdm]\ndev-dependencies = {}\n"
        "[tool.uv]\nsources = {}\n",
        "project = {}\ntool = {}\nx = {}\n",
    ]
)
LOCK_TEXTS = st.sampled_from(
    [
        "package = {}\nmetadata = {}\npackages = {}\n",
        "[[package]]\nname = {}\nversion = {}\nsource = {}\n",
        '[[package]]\nname = "x"\nsource = {{ editable = "." }}\n'
        "[package.metadata]\nrequires-dist = {}\nrequires-dev = {}\nextra = {}\n",
    ]
)
NODES = st.sampled_from(
    "1|x|[]|[1, 2]|{a: 1}|null|[{run: pip install x}]|[{run: 1}, 2]|&a [*a]|{image: [1]}|{name: a}"
    '|"pip install \'x"|[python=3.1, python, {pip: [a]}, {pip: 3}]'.split("|")
)
TREES = st.sampled_from(
    [
        "services: {}\njobs: {}\n",
        "services:\n  a:\n    image: {}\n    command: {}\n",
        "jobs:\n  a:\n    container: {}\n    steps: {}\n",
        "dependencies: {}\nchannels: {}\n",
        "before_script: {}\ntest:\n  script: {}\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_input_is_a_defect(data: st.DataObject) -> None:
    files = [
        File(name, data=data.draw(texts).format(*(data.draw(values) for _ in range(3))).encode())
        for names, texts, values in (
            (("pyproject.toml", "Pipfile"), MANIFESTS, ODD),
            (("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml"), LOCK_TEXTS, ODD),
            ((".gitlab-ci.yml", "compose.yml", "environment.yml"), TREES, NODES),
            ((".github/workflows/a.yml", "azure-pipelines.yml"), TREES, NODES),
        )
        for name in names
    ]
    for file in [*files, _Repository(files)]:
        said = judge(HOOK, file, Namespace())
        assert not [outcome for outcome in said if outcome.rule == "defect"]
