"""The import graph of a repository, and which files begin a program."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from helpers import notebook

from mlops_checklist.sources.files import File
from mlops_checklist.sources.repository import Repository


def repository(files: Mapping[str, str | bytes]) -> Repository:
    """Return a repository with these files, in memory."""
    made = Repository(files, listed=files)
    for path, text in files.items():
        made.add(File(path, data=text.encode() if isinstance(text, str) else text))
    return made


EVERYTHING = {
    "a.py": "",
    "b.py": "",
    "pkg/__init__.py": "",
    "pkg/a.py": "",
    "pkg/deep/__init__.py": "",
    "pkg/deep/c.py": "",
    "space/d.py": "",
}
# A file, what stands in it, and what it imports.
IMPORTS: dict[str, tuple[str, str | bytes, set[str]]] = {
    "import": ("x.py", "import a\n", {"a.py"}),
    "several": ("x.py", "import os, a as c, b\n", {"a.py", "b.py"}),
    "dotted": (
        "x.py",
        "import pkg.deep.c as c\n",
        {"pkg/__init__.py", "pkg/deep/__init__.py", "pkg/deep/c.py"},
    ),
    "from": ("x.py", "from a import name\n", {"a.py"}),
    "from a package, a module": (
        "x.py",
        "from pkg import a, b as c\n",
        {"pkg/__init__.py", "pkg/a.py"},
    ),
    "brackets": (
        "x.py",
        "from pkg import (\n    name,\n    a,  # the module\n)\n",
        {"pkg/__init__.py", "pkg/a.py"},
    ),
    "relative": ("pkg/x.py", "from . import a\n", {"pkg/__init__.py", "pkg/a.py"}),
    "relative, a name": ("pkg/x.py", "from .a import name\n", {"pkg/a.py"}),
    "relative, further up": ("pkg/deep/x.py", "from ..a import name\n", {"pkg/a.py"}),
    "relative, the package above": (
        "pkg/deep/x.py",
        "from .. import a\n",
        {"pkg/__init__.py", "pkg/a.py"},
    ),
    "in a function": ("x.py", "def f():\n    import a\n", {"a.py"}),
    "after a semicolon": ("x.py", "import os; import a; import b\n", {"a.py", "b.py"}),
    "after a colon": ("x.py", "try:\n    from a import b\nexcept E: pass\n", {"a.py"}),
    "star": ("x.py", "from a import *\n", {"a.py"}),
    "Windows": ("x.py", "import os\r\nimport a\r\nfrom b import c\r\n", {"a.py", "b.py"}),
    "byte order mark": ("x.py", b"\xef\xbb\xbfimport a\n", {"a.py"}),
    "by name": ("x.py", "importlib.import_module('a')\n", {"a.py"}),
    "by path": ("x.py", "import runpy\nrunpy.run_path('a.py')\n", {"a.py"}),
    "executed": ("x.py", "exec(open('a.py').read())\n", {"a.py"}),
    "namespace package": ("x.py", "from space.d import e\n", {"space/d.py"}),
    "namespace package, module": ("x.py", "from space import d\n", {"space/d.py"}),
    "comment": ("x.py", "# import a\n", set()),
    "docstring": ("x.py", '"""Use it:\n\nimport a\n"""\n', set()),
    "text": ("x.py", "s = 'import a'\n", set()),
    "look-alike": ("x.py", "important = a\nfrom_ = import_a\n", set()),
    "elsewhere": ("x.py", "import numpy as np\nfrom sklearn import svm\n", set()),
    "its own name": ("x.py", "import x\n", set()),
    "not Python": ("x.py", b"\xff\xfe\x00import a\x00", set()),
    "further lines": ("x.py", "from pkg import name, \\\n    a\n", {"pkg/__init__.py", "pkg/a.py"}),
    "further lines, modules": ("x.py", "import os, \\\r\n  a, b\r\n", {"a.py", "b.py"}),
    "behind a condition": (
        "x.py",
        "if f('x'): import a\nelse: from b import c\n",
        {"a.py", "b.py"},
    ),
    "behind a word": ("x.py", "print: import a\n", set()),
    "by name, built-in": ("x.py", "__import__('a')\n", {"a.py"}),
    "by name, another function": ("x.py", "my__import__('a')\n", set()),
    "notebook on one line": (
        "x.ipynb",
        json.dumps(json.loads(notebook("import os\nimport a\nfrom b import c"))),
        {"a.py", "b.py"},
    ),
    "notebook with texts": (
        "x.ipynb",
        '{"cells":[{"cell_type":"code","metadata":{},"source":"import os\\nimport a"}]}',
        {"a.py"},
    ),
    "prose of a notebook": (
        "x.ipynb",
        '{"cells":[\n{"cell_type":"markdown","source":[\n"import a"\n]}\n]}',
        set(),
    ),
    "notebook that is none": ("x.ipynb", '{"cells":[\n"import a"\n]}', set()),
    "notebook": ("x.ipynb", notebook("import os\nfrom a import b", "%matplotlib inline"), {"a.py"}),
    "notebook that runs a file": ("x.ipynb", notebook("%run -i ./a.py"), {"a.py"}),
    "notebook that runs a file without suffix": ("x.ipynb", notebook("%run a"), {"a.py"}),
}


@pytest.mark.parametrize(("path", "text", "expected"), IMPORTS.values(), ids=IMPORTS)
def test_imports(path: str, text: str | bytes, expected: set[str]) -> None:
    assert repository(EVERYTHING | {path: text}).imports(path) == expected


LAYOUTS: dict[str, tuple[dict[str, str], str, set[str]]] = {
    "src": (
        {"pyproject.toml": "", "src/fraud/__init__.py": "", "scripts/t.py": "from fraud import x"},
        "scripts/t.py",
        {"src/fraud/__init__.py"},
    ),
    "sibling script": (
        {"scripts/t.py": "import helpers", "scripts/helpers.py": "", "helpers.py": ""},
        "scripts/t.py",
        {"scripts/helpers.py"},
    ),
    "notebook beside src": (
        {"src/fraud/data.py": "", "notebooks/n.ipynb": notebook("from fraud.data import read")},
        "notebooks/n.ipynb",
        {"src/fraud/data.py"},
    ),
    "the own project wins": (
        {
            "one/pyproject.toml": "",
            "one/utils.py": "",
            "two/pyproject.toml": "",
            "two/utils.py": "",
            "two/train.py": "import utils",
        },
        "two/train.py",
        {"two/utils.py"},
    ),
    "package of another project": (
        {
            "libs/common/pyproject.toml": "",
            "libs/common/src/common/__init__.py": "",
            "apps/train.py": "import common",
        },
        "apps/train.py",
        {"libs/common/src/common/__init__.py"},
    ),
    "module of another project": (
        {"one/pyproject.toml": "", "one/utils.py": "", "two/train.py": "import utils"},
        "two/train.py",
        set(),
    ),
    "standard module, not the package's": (
        {"pkg/__init__.py": "", "pkg/logging.py": "", "pkg/train.py": "import logging"},
        "pkg/train.py",
        set(),
    ),
    "standard module, not of the package around": (
        {
            "pkg/__init__.py": "",
            "pkg/typing.py": "",
            "pkg/core/__init__.py": "",
            "pkg/core/t.py": "from typing import Any",
        },
        "pkg/core/t.py",
        set(),
    ),
    "folder that is named like a standard module": (
        {"code/__init__.py": "", "code/a.py": "", "code/t.py": "from code.a import x"},
        "code/t.py",
        {"code/__init__.py", "code/a.py"},
    ),
    "root before the package around": (
        {
            "pkg/__init__.py": "",
            "pkg/data.py": "",
            "data.py": "",
            "pkg/core/__init__.py": "",
            "pkg/core/t.py": "import data",
        },
        "pkg/core/t.py",
        {"data.py"},
    ),
    "script of a package, beside its helper": (
        {"src/__init__.py": "", "src/helpers.py": "", "src/train.py": "import helpers"},
        "src/train.py",
        {"src/helpers.py"},
    ),
    "script that shadows a standard module": (
        {"logging.py": "", "train.py": "import logging"},
        "train.py",
        {"logging.py"},
    ),
    "module of a package, from its root": (
        {"pkg/__init__.py": "", "pkg/data.py": "", "data.py": "", "pkg/t.py": "import data"},
        "pkg/t.py",
        {"data.py"},
    ),
}


@pytest.mark.parametrize(("files", "path", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(files: dict[str, str], path: str, expected: set[str]) -> None:
    assert repository(files).imports(path) == expected


def test_root_option() -> None:
    files = {"code/lib/a.py": "", "train.py": "import a"}
    assert repository(files).imports("train.py") == set()
    rooted = Repository(files, roots=["code/lib"], listed=files)
    rooted.add(File("train.py", data=b"import a"))
    assert rooted.imports("train.py") == {"code/lib/a.py"}


MAIN = 'if __name__ == "__main__":\n    main()\n'


def test_closure_users_and_circles() -> None:
    made = repository({"a.py": "import b", "b.py": "import c", "c.py": "import a", "d.py": ""})
    assert set(made.closure("a.py")) == {"a.py", "b.py", "c.py"}
    assert made.closure("a.py")[0] == "a.py"
    assert set(made.users("c.py")) == {"a.py", "b.py"}


BEGINNINGS: dict[str, tuple[dict[str, str], list[str]]] = {
    "not imported": ({"a.py": "", "b.py": "import a"}, ["b.py"]),
    "main part": ({"a.py": MAIN, "b.py": "import a"}, ["a.py", "b.py"]),
    "main part in single quotes": (
        {"a.py": "if __name__ == '__main__': pass", "b.py": "import a"},
        ["a.py", "b.py"],
    ),
    "test": ({"a.py": "", "tests/test_a.py": "import a", "conftest.py": "import a"}, ["a.py"]),
    "notebook": (
        {"a.py": "", "n.ipynb": notebook("import a"), "m.ipynb": notebook("%run n")},
        ["m.ipynb", "n.ipynb"],
    ),
    "stage of DVC": (
        {"a.py": "", "b.py": "import a", "dvc.yaml": "stages: {t: {cmd: python a.py}}"},
        ["a.py", "b.py"],
    ),
    "shell script, by module": (
        {"pkg/a.py": "", "b.py": "import pkg.a", "run.sh": "exec python3 -m pkg.a --x 1\n"},
        ["b.py", "pkg/a.py"],
    ),
    "Dockerfile": (
        {"src/a.py": "", "b.py": "import src.a", "Dockerfile": 'CMD python "src/a.py"'},
        ["b.py", "src/a.py"],
    ),
    "Makefile": (
        {"a.py": "", "b.py": "import a", "Makefile": "train:\n\tpython -u a.py\n"},
        ["a.py", "b.py"],
    ),
    "console script": (
        {"pkg/a.py": "", "b.py": "import pkg.a", "pyproject.toml": 'train = "pkg.a:main"\n'},
        ["b.py", "pkg/a.py"],
    ),
    "MLproject": (
        {
            "a.py": "",
            "b.py": "import a",
            "MLproject": "entry_points: {main: {command: python a.py}}",
        },
        ["a.py", "b.py"],
    ),
}


@pytest.mark.parametrize(("files", "expected"), BEGINNINGS.values(), ids=BEGINNINGS)
def test_holders(files: dict[str, str], expected: list[str]) -> None:
    made = repository(files)
    target = next(iter(files))
    assert made.holders(target) == expected


# A file with commands, what stands in it, and whether that runs src/a.py.
COMMANDS: dict[str, tuple[str, str, bool]] = {
    "options of Python": ("run.sh", "python3.10 -u -X dev src/a.py --x b.py", True),
    "further lines": ("run.sh", "python \\\n  src/a.py", True),
    "torchrun": ("run.sh", "torchrun --nproc_per_node=4 --nnodes 2 src/a.py --lr 1", True),
    "accelerate": ("run.sh", "accelerate launch --config_file c.yaml src/a.py", True),
    "accelerate, another command": ("run.sh", "accelerate config src/a.py", False),
    "uv": ("run.sh", "uv run src/a.py", True),
    "uv and Python": ("run.sh", "uv run --with x python src/a.py", True),
    "Poetry": ("run.sh", "poetry run python -m src.a", True),
    "module, by torchrun": ("run.sh", "torchrun --nproc_per_node 4 -m src.a", True),
    "variable": ("run.sh", '"$PYTHON" src/a.py', True),
    "variable of Make": ("Makefile", "train:\n\t$(PYTHON) src/a.py data\n", True),
    "list of Docker": ("Dockerfile", 'CMD ["python", "-u", "src/a.py"]', True),
    "short list of Docker": ("Dockerfile", 'CMD ["python","src/a.py"]', True),
    "module in a list": ("Dockerfile", 'ENTRYPOINT ["python", "-m", "src.a"]', True),
    "list of YAML": ("job.yaml", "command:\n  - python\n  - src/a.py\n", True),
    "list of YAML, Windows": ("job.yaml", "cmd:\r\n  - python\r\n  - src/a.py\r\n", True),
    "list of YAML, brackets": ("job.yaml", "command: [python, src/a.py]", True),
    "list of YAML, quotes": ("job.yaml", "cmd:\n  - 'python'\n  - '-m'\n  - 'src.a'\n", True),
    "arguments": ("job.yaml", 'command: ["python"]\nargs: ["src/a.py", "--x"]\n', True),
    "arguments, list": ("job.yaml", "command:\n- python\nargs:\n- src/a.py\n", True),
    "image of the next key": ("job.yaml", "image: python\nfile: src/a.py\n", False),
    "list item of another key": ("job.yaml", "image: python\nfiles:\n  - src/a.py\n", False),
    "settings of Python": ("Dockerfile", "ENV PYTHONUNBUFFERED 1\nCOPY src/a.py .\n", False),
    "comment": ("run.sh", "  # python src/a.py\n", False),
    "dependency of a stage": ("dvc.yaml", "stages: {t: {cmd: ./x, deps: [src/a.py]}}", False),
    "argument of another module": ("Makefile", "test:\n\tpython -m pytest src/a.py\n", False),
    "argument of another script": ("run.sh", "python tool.py src/a.py\n", False),
    "code": ("run.sh", "python -c 'import x' src/a.py\n", False),
}


@pytest.mark.parametrize(("path", "text", "runs"), COMMANDS.values(), ids=COMMANDS)
def test_commands(path: str, text: str, runs: bool) -> None:
    assert repository({"src/a.py": "", path: text}).is_run("src/a.py") is runs


def test_package_that_a_command_runs() -> None:
    made = repository({"p/__init__.py": "", "p/__main__.py": "", "run.sh": "python -m p train"})
    assert [path for path in sorted(made.python) if made.is_run(path)] == ["p/__main__.py"]


@pytest.mark.parametrize("text", ["python -x/python ", "python\n- ", "python ,", "uv  run"])
def test_ten_thousand_commands_that_name_no_script(text: str) -> None:
    assert not repository({"a.py": "", "run.sh": text * 10_000}).is_run("a.py")


def test_affected() -> None:
    made = repository(
        {
            "config.py": "NAME = 1",
            "train.py": "import config\nmodel.fit(X)",
            "other.py": "import config",
            "run.sh": "python train.py",
            "alone.py": "model.fit(X)",
        }
    )
    assert made.affected(["config.py"], rb"\.fit\(") == ["config.py", "train.py"]
    assert made.affected(["run.sh"], rb"\.fit\(") == ["run.sh", "train.py"]
    assert made.affected(["other.py"], rb"\.fit\(") == ["other.py"]
    assert made.affected(["config.py"], rb"nothing") == ["config.py"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "a project with späces"
    (folder / "src" / "lib").mkdir(parents=True)
    (folder / "src" / "lib" / "dätei.py").write_text("", "utf-8")
    (folder / "src" / "train.py").write_text("from lib import dätei\nimport config\n", "utf-8")
    (folder / "src" / "config.py").write_text("", "utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "src/train.py", "src/lib"], cwd=folder, check=True)
    monkeypatch.chdir(folder)
    return folder


def test_git_lists_the_files(project: Path) -> None:
    made = Repository(["src/train.py"])
    assert made.listed == {"src/train.py", "src/lib/dätei.py"}  # config.py is not tracked
    assert made.imports("src/train.py") <= {"src/lib/dätei.py"}


def test_from_a_folder_inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "src" / "lib")
    made = Repository([os.path.join("..", "train.py")])
    assert made.listed == {os.path.join("..", "train.py"), "dätei.py"}


def test_untracked_file_that_is_given(project: Path) -> None:
    made = Repository(["src/config.py"])
    assert "src/config.py" in made.listed
    assert made.affected(["src/config.py"], b"import") == ["src/config.py", "src/train.py"]


def test_file_by_several_names(project: Path) -> None:
    repository = Repository(["./a.py"])
    assert repository.file("./a.py") is repository.file("a.py")


def test_files_that_cannot_be_read(project: Path) -> None:
    (project / "src" / "gone.py").symlink_to("nowhere.py")
    (project / "src" / "folder.py").mkdir()
    made = Repository(["src/gone.py", "src/folder.py", "src/missing.py"])
    for path in ("src/gone.py", "src/folder.py", "src/missing.py"):
        assert made.imports(path) == set()
        assert made.begins(path)
