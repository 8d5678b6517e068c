"""Paths as texts: where a file is written, what a path can be, what DVC declares."""

from __future__ import annotations

import re

import pytest

from mlops_checklist.sources import python, stored_paths
from mlops_checklist.sources.files import File

BEFORE = "import glob, io, os, pickle, tempfile\nfrom pathlib import Path\n"


def written(source: str, path: str = "jobs/train.py") -> list[tuple[str, bool]]:
    """Return the paths that the argument of `use(...)` can be, numbers of calls left out."""
    module = python.module(File(path, data=(BEFORE + source).encode()))
    (call,) = [call for call in module.calls if python.last_name(call.func) == "use"]
    return [
        (re.sub(r"#\d+", "", found.text), found.is_known)
        for found in stored_paths.written(module, call.args[0])
    ]


PATHS = {
    "literal": ("use('./out//m.pkl')", [("out/m.pkl", True)]),
    "windows": ("use('out\\\\m.pkl')", [("out/m.pkl", True)]),
    "remote": ("use('s3://b/m/')", [("s3://b/m", True)]),
    "joined": ("d = Path('out')\nuse(d / 'a' / 'm.pkl')", [("out/a/m.pkl", True)]),
    "os.path.join": ("use(os.path.join('out', name))", [("out/<name>", True)]),
    "method": ("use(Path('out').joinpath('a', 'm.pkl'))", [("out/a/m.pkl", True)]),
    "os.sep": ("use('out' + os.sep + 'm.pkl')", [("out/m.pkl", True)]),
    "f-string": ("use(f'm-{i}.pkl')", [("m-<i>.pkl", True)]),
    "unknown": ("use(config.path)", [("<path>", False)]),
    "either": ("use('a.pkl' if b else 'c.pkl')", [("a.pkl", True), ("c.pkl", True)]),
    "opened": ("with open('m.pkl', 'wb') as f:\n    use(f)", [("m.pkl", True)]),
    "opened by a method": ("use(Path('m.pkl').open('wb'))", [("m.pkl", True)]),
    "buffer": ("b = io.BytesIO()\nuse(b)", []),
    "temporary": ("d = tempfile.mkdtemp()\nuse(d + '/m')", [("<tempfile.mkdtemp>/m", False)]),
    "parent": ("use(Path('out/a/m.pkl').parent)", [("out/a", True)]),
    "dirname": ("use(os.path.dirname('out/m.pkl'))", [("out", True)]),
    "suffix": ("use(Path('out/m').with_suffix('.pkl'))", [("out/m.pkl", True)]),
    "name": ("use(Path('out/a').with_name('m.pkl'))", [("out/m.pkl", True)]),
    "of the file": ("use(Path(__file__).parent / 'm.pkl')", [("jobs/m.pkl", True)]),
    "above the file": ("R = Path(__file__).resolve().parents[1]\nuse(R / 'm')", [("m", True)]),
    "above the root": ("use(Path(__file__).parents[2] / 'm')", [("<2>/m", False)]),
    "of the file, by os": (
        "here = os.path.dirname(os.path.realpath(__file__))\nuse(os.path.join(here, 'm'))",
        [("jobs/m", True)],
    ),
    "working folder": ("use(Path.cwd() / 'm.pkl')", [("m.pkl", True)]),
    "files of a folder": ("for p in Path('out').glob('*.pkl'):\n    use(p)", [("out/*.pkl", True)]),
    "files by glob": ("for p in glob.glob('out/*'):\n    use(p)", [("out/*", True)]),
}


@pytest.mark.parametrize(("source", "expected"), PATHS.values(), ids=PATHS)
def test_written(source: str, expected: list[tuple[str, bool]]) -> None:
    assert written(source) == expected


def test_same_expression_same_text() -> None:
    """One temporary folder is one text, another one another."""
    source = BEFORE + "a = tempfile.mkdtemp()\nb = tempfile.mkdtemp()\nuse(a, b, a + '/m')\n"
    module = python.module(File("a.py", data=source.encode()))
    (call,) = [call for call in module.calls if python.last_name(call.func) == "use"]
    a, b, inside = (stored_paths.written(module, each)[0].text for each in call.args)
    assert a != b
    assert stored_paths.is_below(inside, a)
    assert not stored_paths.is_below(inside, b)


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        ("out/m.pkl", "out/m.pkl", True),
        ("out/m.pkl", "out", True),
        ("output/m.pkl", "out", False),
        ("out/m.pkl", ".", True),
        ("/tmp/m.pkl", ".", False),
        ("out/m.pkl", "out/*.pkl", True),
        ("out/a/m.pkl", "out/*", False),
        ("out/a/m.pkl", "out/**", True),
        ("out", "out/m.pkl", False),
    ],
)
def test_is_below(path: str, folder: str, expected: bool) -> None:
    assert stored_paths.is_below(path, folder) is expected


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("out/<name>", "out/m.pkl", True),
        ("out/<name>.png", "out/m.pkl", False),
        ("<folder>", "out/m.pkl", True),
        ("out/m.pkl", "out/m.pkl", False),
        ("<tempfile.mkdtemp#1>/<name>", "out/m.pkl", False),
    ],
)
def test_may_hold(text: str, path: str, expected: bool) -> None:
    assert stored_paths.may_hold(text, path) is expected


def test_places() -> None:
    for path in ("/mnt/artifacts/m", "<DOMINO_ARTIFACTS_DIR>/m", "/workflow/outputs/m", "gs://b/m"):
        assert stored_paths.is_stored(path), path
    for path in ("/mnt/artifacts-old/m", "/mnt/data/m", "out/m", "file:///tmp/m"):
        assert not stored_paths.is_stored(path), path
    assert stored_paths.is_mounted("/mnt/data/m")
    assert not stored_paths.is_mounted("/tmp/m")


DECLARED = """\
stages:
  train:
    cmd: python train.py
    wdir: jobs
    deps:
      - data
    outs:
      - m.pkl
      - big.pkl:
          cache: false
    plots:
      - roc.json
  each:
    foreach: [a, b]
    do:
      cmd: python each.py
      outs:
        - models/${item}.pkl
"""


def test_declared_outs() -> None:
    file = File("p/dvc.yaml", data=DECLARED.encode())
    assert stored_paths.outs(file) == (
        "p/jobs/m.pkl",
        "p/jobs/big.pkl",
        "p/jobs/roc.json",
        "p/models/*.pkl",
    )
    pointer = File("models/m.pkl.dvc", data=b"outs:\n- md5: 0\n  path: m.pkl\n")
    assert stored_paths.outs(pointer) == ("models/m.pkl",)
    assert stored_paths.outs(File("dvc.yaml", data=b"stages: [")) == ()
