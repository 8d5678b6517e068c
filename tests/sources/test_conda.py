"""Conda's match specifications and what its commands install."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_checklist.sources import conda, shell
from mlops_checklist.sources.files import File


@pytest.mark.parametrize(
    ("text", "spec", "problem"),
    [
        ("numpy", ("numpy", "", ""), "unpinned"),
        ("numpy=1.26", ("numpy", "=1.26", ""), "fuzzy"),
        ("numpy=1.26.*", ("numpy", "=1.26.*", ""), "fuzzy"),
        ("numpy==1.*", ("numpy", "==1.*", ""), "wildcard"),
        ("numpy=1.26.4", ("numpy", "=1.26.4", ""), None),
        ("numpy=1.26=py311_0", ("numpy", "=1.26", "py311_0"), None),
        ("numpy=1.26=*", ("numpy", "=1.26", "*"), "fuzzy"),
        ("numpy==1.26", ("numpy", "==1.26", ""), None),
        ("numpy 1.26", ("numpy", "==1.26", ""), None),
        ("numpy 1.26 py_0", ("numpy", "==1.26", "py_0"), None),
        ("numpy >=1,<2", ("numpy", ">=1,<2", ""), "range"),
        ("numpy=1.1|1.2", ("numpy", "=1.1|1.2", ""), "range"),
        ("python=3.11", ("python", "=3.11", ""), None),
        ("python 3.11.*", ("python", "==3.11.*", ""), None),
        ("python=3", ("python", "=3", ""), "fuzzy"),
        ("python>=3.9", ("python", ">=3.9", ""), "range"),
        ("conda-forge::numpy==1", ("numpy", "==1", ""), None),
        ("conda-forge/linux-64::Numpy", ("numpy", "", ""), "unpinned"),
        ("numpy[version='>=1',build=x]", ("numpy", ">=1", "x"), "range"),
        ("numpy[version=1.26]", ("numpy", "==1.26", ""), None),
    ],
)
def test_match_spec(text: str, spec: tuple[str, str, str], problem: str | None) -> None:
    read = conda.match_spec(text)
    assert read == spec
    assert conda.pin_problem(conda.Spec(*spec)) == problem


def test_commands() -> None:
    text = "conda install -y -n base -c conda-forge 'a>=1' b=1.2 --file r.txt; mamba create -n e c"
    words = [w.text for c in shell.commands(text) for w in conda.installed(c)]
    assert words == ["a>=1", "b=1.2", "c"]
    assert not [w for c in shell.commands("conda env create -f e.yml") for w in conda.installed(c)]


def test_python_env_is_pips() -> None:
    data = b"python: 3.10\nbuild_dependencies:\n- pip==23\ndependencies:\n- -r requirements.txt\n"
    read = conda.environment(File("python_env.yaml", data=data))
    assert read is not None
    assert read.conda == ()
    assert [text for text, _ in read.pip] == ["-r requirements.txt", "pip==23"]


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    if spec := conda.match_spec(text):
        conda.pin_problem(spec)
