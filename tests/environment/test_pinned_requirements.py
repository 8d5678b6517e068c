"""pinned-requirements: what is flagged, where, what is left alone, and what --fix writes."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from helpers import found, notebook, outcomes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_checklist.environment.pinned_requirements import HOOK, main
from mlops_checklist.sources.files import File

SHA = "0123456789012345678901234567890123456789"


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    subprocess.run(["git", "init", "-q", "."], check=True)
    return tmp_path


def write(path: str, text: str, track: bool = True) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    if track:
        subprocess.run(["git", "add", "--", path], check=True)


@pytest.mark.parametrize(
    ("line", "rule", "column"),
    [
        ("numpy", "unpinned", 1),
        ("numpy[x]", "unpinned", 1),
        ("  numpy >= 1 # old", "range", 3),
        ("numpy~=1.2", "range", 1),
        ("numpy!=1.2", "range", 1),
        ("numpy>=1,<2 ; python_version<'3.9'", "range", 1),
        ("numpy==1.*", "wildcard", 1),
        ("-e git+https://h/a/b.git@main#egg=b", "moving-ref", 4),
        ("git+https://h/a/b", "moving-ref", 1),
        ("git+ssh://git@h/a/b.git", "moving-ref", 1),
        ("b @ git+https://h/a/b@feature/x", "moving-ref", 1),
        ("https://github.com/a/b/archive/main.zip", "moving-ref", 1),
        ("https://github.com/a/b/archive/refs/heads/dev.tar.gz", "moving-ref", 1),
        ("x @ https://h/latest.tar.gz", "unverified-url", 1),
    ],
)
def test_flagged_lines(line: str, rule: str, column: int) -> None:
    said = outcomes(HOOK, "requirements.txt", f"# head\n{line}\n")
    assert found(said) == [(rule, 2, column)]
    assert found(said, "error", "undecided", "evidence") == []


@pytest.mark.parametrize(
    "line",
    [
        "numpy==1.26.4",
        "numpy===1.26.4",
        "numpy == 1.26.4  # comment",
        "numpy[a,b]==1.26.4; python_version < '3.12'",
        "numpy==1.26.4 --hash=sha256:aa \\\n    --hash=sha256:bb",
        "numpy==1.26.4 \\\n    --hash=sha256:aa",
        "-e .",
        "--editable ./sub[dev]",
        ".",
        "./wheels/x.whl",
        "x @ file:///x",
        "--index-url https://user:pass@h/simple",
        "-i https://h/simple",
        "--require-hashes",
        f"git+https://h/a/b@{SHA}",
        "git+https://h/a/b@v1.2.0#egg=b",
        "git+ssh://git@h/a/b.git@release-1.2",
        "x @ https://h/latest.tar.gz#sha256=0123456789abcdef",
        "https://h/x-1.2-py3-none-any.whl",
        "https://github.com/a/b/archive/refs/tags/v1.0.zip",
        f"https://github.com/a/b/archive/{SHA}.zip",
    ],
)
def test_lines_left_alone(line: str) -> None:
    said = outcomes(HOOK, "requirements.txt", f"{line}\n")
    assert found(said, "violation", "error", "undecided") == []


def test_a_file_gives_one_piece_of_evidence() -> None:
    said = outcomes(HOOK, "requirements.txt", "\na==1\nb==2\n")
    assert [(o.kind, o.rule, o.place.line, o.message) for o in said] == [
        ("evidence", "pinned", 2, "2 requirements pinned")
    ]


@pytest.mark.parametrize("line", ["{{ cookiecutter.package }}", "torch=={{ v }}", "torch==${V}"])
def test_templates_are_undecided(line: str) -> None:
    said = outcomes(HOOK, "requirements.txt", f"{line}\n")
    assert [o.kind for o in said] == ["undecided"]


def test_a_broken_line_is_an_error_and_the_others_are_judged() -> None:
    said = outcomes(HOOK, "requirements.txt", "foo bar\nnumpy\n")
    assert found(said, "error") == [("unparseable", 1, 1)]
    assert "'foo bar' (line 1)" in said[0].message
    assert found(said) == [("unpinned", 2, 1)]


def test_utf_16_requirements() -> None:
    said = outcomes(HOOK, "requirements.txt", "numpy\r\npandas==1\r\n".encode("utf-16"))
    assert found(said) == [("unpinned", 1, 1)]


def test_constraints_pin_and_their_absence_is_an_error() -> None:
    write("c/constraints.txt", "-r more.txt\nScikit_Learn==1.4\n")
    write("c/more.txt", "numpy==1.26\n")
    text = "-c c/constraints.txt\nscikit-learn>=1\nnumpy\npandas\n-r none.txt\n"
    said = outcomes(HOOK, "requirements.txt", text)
    assert found(said) == [("unpinned", 4, 1)]
    assert found(said, "error") == [("unreadable", 5, 4)]
    assert "'none.txt' (line 5)" in next(o.message for o in said if o.kind == "error")


def test_constraints_at_a_url_leave_it_undecided() -> None:
    said = outcomes(HOOK, "requirements.txt", "-c https://h/constraints.txt\napache-airflow\n")
    assert found(said) == []
    assert found(said, "undecided") == [("unpinned", 2, 1)]


def test_options() -> None:
    text = f"numpy==1\npandas==1 --hash=sha256:aa\ngit+https://h/a@v1.0\ngit+https://h/a@{SHA}\n"
    said = outcomes(HOOK, "requirements.txt", text, require_hashes=True)
    assert found(said) == [("no-hash", 1, 1), ("moving-ref", 3, 1)]
    said = outcomes(HOOK, "requirements.txt", "Scikit_Learn\n", allow=("scikit-learn",))
    assert said == []


def test_in_files_are_fine_when_compiled() -> None:
    assert found(outcomes(HOOK, "requirements.in", "numpy\n")) == [("unpinned", 1, 1)]
    write("requirements.txt", "numpy==1\n", track=False)
    assert found(outcomes(HOOK, "requirements.in", "numpy\n")) == [("unpinned", 1, 1)]
    write("requirements.txt", "numpy==1\n")
    assert outcomes(HOOK, "requirements.in", "numpy\n") == []


def test_files_beside_an_mlmodel_are_mlflows() -> None:
    write("m/MLmodel", "flavors: {}\n")
    assert outcomes(HOOK, "m/requirements.txt", "numpy\n") == []
    assert outcomes(HOOK, "m/conda.yaml", "dependencies: [numpy]\n") == []


def test_a_lock_beside_stands_for_what_it_knows() -> None:
    write("uv.lock", '[[package]]\nname = "numpy"\nversion = "1.26.4"\n')
    said = outcomes(HOOK, "requirements.txt", "numpy>=1\npandas>=2\n")
    assert found(said) == [("range", 2, 1)]
    said = outcomes(HOOK, "environment.yml", "dependencies:\n  - pip:\n    - numpy\n")
    assert found(said) == []


ENVIRONMENT = """\
name: x
dependencies:
  - python=3.11
  - numpy=1.26
  - scipy=1.11.1
  - mkl=2024=h1
  - pandas>=2
  - conda-forge::xgboost
  - "lightgbm==4.0"
  - shap[version='>=0.4']
  - pip
  - pip:
    - torch
    - mlflow==2.1
    - -r requirements.txt
"""


def test_conda_environment() -> None:
    said = outcomes(HOOK, "environment.yml", ENVIRONMENT)
    assert found(said) == [
        ("fuzzy", 4, 5),
        ("range", 7, 5),
        ("unpinned", 8, 5),
        ("range", 10, 5),
        ("unpinned", 13, 7),
    ]
    assert found(said, "undecided") == [("unpinned", 11, 5)]
    write("conda-lock.yml", "package:\n- name: numpy\n  version: 1.26.4\n")
    assert found(outcomes(HOOK, "environment.yml", ENVIRONMENT)) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Chart.yaml", "name: c\ndependencies:\n  - name: redis\n    version: 1\n"),
        ("docker-compose.yml", "dependencies: [numpy]\n"),
    ],
)
def test_other_yaml_is_left_alone(path: str, text: str) -> None:
    assert outcomes(HOOK, path, text) == []


PYPROJECT = """\
[project]
name = "x"
dependencies = [
  "numpy==1.26",
  "pandas>=2",
  "x[dev]",
]
[dependency-groups]
dev = ["pytest", {include-group = "x"}]
"""


def test_one_finding_for_a_pyproject() -> None:
    said = outcomes(HOOK, "pyproject.toml", PYPROJECT)
    assert found(said) == [("no-lockfile", 5, 4)]
    assert [o.message for o in said if o.kind == "violation"] == [
        "2 of 3 dependencies are not exact ('pandas>=2', 'pytest') and no lock file is tracked "
        "beside or above; commit one of uv.lock, poetry.lock, pdm.lock, pylock.toml"
    ]
    assert found(outcomes(HOOK, "pyproject.toml", PYPROJECT, library=True)) == []


@pytest.mark.parametrize(
    ("lock", "text", "track", "fine"),
    [
        ("uv.lock", '[[package]]\nname = "pandas"\nversion = "2"\n', True, True),
        ("uv.lock", '[[package]]\nname = "pandas"\nversion = "2"\n', False, False),
        ("uv.lock", "version = 1\n", True, False),
        ("poetry.lock", "", True, False),
        ("poetry.lock", "[[", True, False),
        ("pylock.toml", 'lock-version = "1.0"\n[[packages]]\nname = "pandas"\n', True, True),
        ("requirements.txt", "pandas==2\n", True, False),
        (
            "requirements.txt",
            "# This file is autogenerated by pip-compile\npandas==2\n",
            True,
            True,
        ),
    ],
)
def test_locks_of_a_pyproject(lock: str, text: str, track: bool, fine: bool) -> None:
    write(lock, text, track)
    said = found(outcomes(HOOK, "pyproject.toml", PYPROJECT))
    assert said == ([] if fine else [("no-lockfile", 5, 4)])


def test_a_lock_above_must_know_the_dependencies() -> None:
    lock = '[[package]]\nname = "pandas"\nversion = "2"\n'
    write("uv.lock", lock)
    assert found(outcomes(HOOK, "sub/pyproject.toml", PYPROJECT)) == [("no-lockfile", 5, 4)]
    write("uv.lock", lock + '[[package]]\nname = "pytest"\nversion = "8"\n')
    assert found(outcomes(HOOK, "sub/pyproject.toml", PYPROJECT)) == []


@pytest.mark.parametrize(
    ("classifiers", "library"),
    [
        ('"Development Status :: 4 - Beta"', True),
        ('"Programming Language :: Python :: 3"', False),
        ('"License :: OSI Approved", "Private :: Do Not Upload"', False),
    ],
)
def test_a_published_library_needs_no_lock(classifiers: str, library: bool) -> None:
    text = (
        '[build-system]\nrequires = ["x"]\nbuild-backend = "x"\n'
        f'[project]\nname = "x"\nclassifiers = [{classifiers}]\ndependencies = ["numpy"]\n'
    )
    assert (found(outcomes(HOOK, "pyproject.toml", text)) == []) is library


@pytest.mark.parametrize(
    ("version", "loose"),
    [
        ('"^1.2"', True),
        ('"1.8.1"', False),
        ('"==1.8.1"', False),
        ('"*"', True),
        ('"@latest"', True),
        ('{version = "1.8.1", extras = ["x"]}', False),
        ('{git = "https://h/a", branch = "main"}', True),
        ('{git = "https://h/a", tag = "v1.0"}', False),
        ('{path = "../x"}', False),
        ('[{version = "<2"}, {version = "2.1"}]', True),
    ],
)
def test_poetry_and_pipfile(version: str, loose: bool) -> None:
    text = f'[tool.poetry.dependencies]\npython = "^3.10"\ntorch = {version}\n'
    assert found(outcomes(HOOK, "pyproject.toml", text)) == [("no-lockfile", 3, 1)] * loose
    text = f"[packages]\ntorch = {version}\n"
    assert found(outcomes(HOOK, "Pipfile", text)) == [("no-lockfile", 2, 1)] * loose


DOCKERFILE = """\
ARG TORCH_VERSION=2.1.0
RUN apt-get install -y git && \\
    pip install --no-cache-dir -U pip setuptools wheel && \\
    pip install torch==${TORCH_VERSION} "pandas>=2" numpy>=1 \\
      -i https://h/x mlflow
RUN conda install -y -c conda-forge numpy=1.26 python=3.11 scipy=1.11.1
RUN uv pip install --system ruff==0.1 black && python3 -m pip install -qr requirements.txt . -e .
RUN pipx install poetry; uv tool install hatch==1.0; pip download foo; conda env create -f e.yml
RUN --mount=type=cache,target=/c pip3 install -c constraints.txt keras foo==$X $P; uv add polars
"""


def test_dockerfile() -> None:
    said = outcomes(HOOK, "Dockerfile", DOCKERFILE)
    assert found(said) == [
        ("range", 4, 41),
        ("unpinned", 4, 53),
        ("unpinned", 5, 22),
        ("fuzzy", 6, 37),
        ("unpinned", 7, 39),
        ("unpinned", 8, 18),
    ]
    assert found(said, "undecided") == [
        ("unpinned", 3, 35),
        ("unpinned", 3, 39),
        ("unpinned", 3, 50),
        ("unpinned", 9, 66),
        ("unpinned", 9, 72),
        ("unpinned", 9, 80),
        ("unpinned", 9, 91),
    ]
    assert "redirections" in next(o.message for o in said if o.place[:2] == (4, 53))


def test_shell_script() -> None:
    text = "V=1.2\npip install a==$V b==$W 'c>=1'\nsudo -H pip3 install d\npip list\n"
    said = outcomes(HOOK, "app.sh", text)
    assert found(said) == [("range", 2, 25), ("unpinned", 3, 22)]
    assert found(said, "undecided") == [("unpinned", 2, 19)]


def test_notebook() -> None:
    text = notebook("import x", "%pip install torch mlflow==2.1\n!pip install -U 'a>=1' {b}")
    said = outcomes(HOOK, "n.ipynb", text)
    flagged = [o for o in said if o.kind == "violation"]
    assert found(said) == [("unpinned", 1, 14), ("range", 2, 17)]
    assert [o.place.cell for o in flagged] == [2, 2]
    lines = text.splitlines()
    assert all("install" in lines[(o.place.file_line or 0) - 1] for o in flagged)
    assert found(said, "undecided") == [("unpinned", 2, 24)]


def test_databricks() -> None:
    text = "# Databricks notebook source\n# MAGIC %pip install torch a==1\n%pip install b\n"
    assert found(outcomes(HOOK, "n.py", text)) == [("unpinned", 2, 22), ("unpinned", 3, 14)]
    assert outcomes(HOOK, "n.py", '"""\npip install x\n"""\n') == []


def test_fix_from_a_lock_above(capsys: pytest.CaptureFixture[str]) -> None:
    packages = [("torch", "2.3.1"), ("pandas", "2.2.0"), ("jax", "0.4"), ("jax", "0.5")]
    write("uv.lock", "".join(f'[[package]]\nname = "{n}"\nversion = "{v}"\n' for n, v in packages))
    path = Path("sub/requirements.txt")
    path.parent.mkdir()
    path.write_bytes(
        b"\xef\xbb\xbf# \xc3\xa9\r\ntorch>=2 ; python_version > '3'  # keep\r\n"
        b"Pandas[excel] ~= 2.1\r\njax\r\ntorch <2\r\n  pandas\r\npandas\\\r\n  >=1\r\nother"
    )
    expected = (
        b"\xef\xbb\xbf# \xc3\xa9\r\ntorch==2.3.1 ; python_version > '3'  # keep\r\n"
        b"Pandas[excel]==2.2.0\r\njax\r\ntorch <2\r\n  pandas==2.2.0\r\npandas\\\r\n  >=1\r\nother"
    )
    for _ in range(2):
        assert main(["--fix", str(path)]) == 1
        assert path.read_bytes() == expected
    assert capsys.readouterr().out.count("fixed:") == 3


def test_files_that_name_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"r{number}.txt" for number in range(30)]
    for name in names:
        write(f"requirements/{name}", "".join(f"-r {each}\n" for each in names) + "numpy\n")
    write("requirements/r29.txt", "-c ../constraints.txt\n")
    write("constraints.txt", "numpy==2.2.6\n")
    assert main(["requirements/r0.txt"]) == 0


def test_many_included_files() -> None:
    names = [f"c{number}.txt" for number in range(40)]
    write("x/all.txt", "".join(f"-r {name}\n" for name in names))
    for number, name in enumerate(names):
        write(f"x/{name}", f"p{number}==1\n")
    write("requirements.txt", "-c x/all.txt\np35\np39\n")
    assert main(["requirements.txt"]) == 0


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    write("requirements.txt", "-r b.txt\n-r missing.txt\n")
    write("b.txt", "-r requirements.txt\n-r c.txt\n")
    write("c.txt", "-r gone.txt\n")
    assert main(["requirements.txt"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "requirements.txt: cannot follow 'b.txt' (line 1): c.txt names 'gone.txt': "
        "cannot read: No such file or directory",
        "requirements.txt: cannot follow 'missing.txt' (line 2): "
        "cannot read: No such file or directory",
    ]


TOML_LOCK = '[[package]]\nname = "torch"\nversion = "2.3.1"\n'
LOCKS_ABOVE = {
    "uv": ("uv.lock", TOML_LOCK),
    "poetry": ("poetry.lock", TOML_LOCK),
    "pdm": ("pdm.lock", TOML_LOCK),
    "pep-751": ("pylock.toml", TOML_LOCK.replace("package", "packages")),
    "pipenv": ("Pipfile.lock", '{"_meta": {}, "default": {"torch": {"version": "==2.3.1"}}}'),
    "pip-tools": (
        "requirements.txt",
        "# This file is autogenerated by pip-compile with Python 3.12\ntorch==2.3.1 \\\n"
        "    --hash=sha256:" + "0" * 64 + "\n",
    ),
}
LOOSE = b"torch[opt] >=2 ; python_version > '3'  # keep\r\n# end"
TIGHT = b"torch[opt]==2.3.1 ; python_version > '3'  # keep\r\n# end"


@pytest.mark.parametrize(("name", "text"), LOCKS_ABOVE.values(), ids=LOCKS_ABOVE)
def test_fix_from_each_kind_of_lock(name: str, text: str) -> None:
    write(name, text)
    path = Path("sub/requirements.txt")
    path.parent.mkdir()
    path.write_bytes(LOOSE)
    assert main(["--fix", str(path)]) == 1
    assert path.read_bytes() == TIGHT
    assert main(["--fix", str(path)]) == 0
    assert path.read_bytes() == TIGHT


@pytest.mark.parametrize("place", ["lib/python3.12/site-packages", "Lib/site-packages"])
def test_fix_from_an_environment(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    for name, version in (("Torch", "2.3.1"), ("old_one", "0.9")):
        write(
            f"env/{place}/{name}-{version}.dist-info/METADATA",
            f"Name: {name}\nVersion: {version}\n",
        )
    path = Path("requirements.txt")
    path.write_bytes(LOOSE.replace(b"# end", b"old-one>=1\r\nabsent\r\n# end"))
    assert main(["--fix", "--from-environment", "env", str(path)]) == 1
    assert path.read_bytes() == TIGHT.replace(b"# end", b"old-one>=1\r\nabsent\r\n# end")
    assert capsys.readouterr().out.count("fixed:") == 1


def test_a_lock_wins_over_the_environment() -> None:
    write("uv.lock", TOML_LOCK)
    write(
        "env/lib/python3.12/site-packages/torch-9.dist-info/METADATA", "Name: torch\nVersion: 9\n"
    )
    write("sub/requirements.txt", "torch\n")
    assert main(["--fix", "--from-environment", "env", "sub/requirements.txt"]) == 1
    assert Path("sub/requirements.txt").read_text() == "torch==2.3.1\n"


def test_no_environment(capsys: pytest.CaptureFixture[str]) -> None:
    write("requirements.txt", "torch\n")
    assert main(["--fix", "--from-environment", "nowhere", "requirements.txt"]) == 2
    assert "--from-environment: nowhere: no environment" in capsys.readouterr().err


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(
        ["requirements.txt", "environment.yml", "pyproject.toml", "Pipfile", "Dockerfile", "a.sh"]
    ),
    st.lists(
        st.sampled_from(
            "pip install|conda install|RUN |numpy|==1.*|>=2|[|]|{|}|- |\n|: | |dependencies|"
            "R -e |install.packages(|c(|install2.r |"
            "git+https://|@|#|\\|\"|'|$X|-r x|-e |-c |= |[project]|packages|é".split("|")
        )
        | st.text(max_size=3),
        max_size=25,
    ).map("".join),
)
def test_no_input_is_a_defect(path: str, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    said = outcomes(HOOK._replace(reads=dict.fromkeys(HOOK.reads, b"")), path, data)
    assert [o for o in said if o.rule == "defect"] == []
    assert File(path).kind


def test_what_a_url_is_asked_with_is_not_shown() -> None:
    said = outcomes(
        HOOK, "requirements.txt", "https://me:hush@x.io/foo.tgz?token=9Kd8Lm2Np4Qr6St8#a\n"
    )
    assert "9Kd8" not in str([outcome.message for outcome in said])
    assert "hush" not in str([outcome.message for outcome in said])


# --- Pipelines, and Python that installs or declares ---------------------------------------

WORKFLOW = """\
name: pip install numpy
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - name: Install
        run: |
          python -m pip install --upgrade pip
          {}
      - run: pytest
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pip install pandas", [("unpinned", 11, 23)]),
        ("pip install 'pandas>=2' mlflow==3.1", [("range", 11, 23)]),
        ("pip install -r requirements.txt", []),
        ("pip install -e .[dev]", []),
        ("pip install pytest ruff mypy", []),
        ("pip install pytest pandas", [("unpinned", 11, 30)]),
        ("uv pip install torch", [("unpinned", 11, 26)]),
        ("pip install pandas==2.3.3", []),
        ("pip install ${{ matrix.pandas }}", []),
        ("# pip install pandas", []),
        ("echo pip install pandas", []),
        ("npm install express", []),
    ],
)
def test_workflow(line: str, expected: list[tuple[str, int, int]]) -> None:
    assert found(outcomes(HOOK, ".github/workflows/ci.yml", WORKFLOW.format(line))) == expected


def test_other_yaml_that_installs() -> None:
    gitlab = "test:\n  script:\n    - pip install tox\n    - pip install torch\n"
    assert found(outcomes(HOOK, ".gitlab-ci.yml", gitlab)) == [("unpinned", 4, 19)]
    cluster = "setup_commands:\n  - pip install 'ray[tune]'\n"
    assert found(outcomes(HOOK, "cluster.yaml", cluster)) == [("unpinned", 2, 17)]
    job = "spec:\n  containers:\n  - command: [sh, -c, 'pip install pytest && pytest']\n"
    assert [rule for rule, _, _ in found(outcomes(HOOK, "job.yaml", job))] == ["unpinned"]


INSTALLS: dict[str, tuple[str, list[tuple[str, int]]]] = {
    "subprocess, a list": (
        "import subprocess, sys\n"
        "subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'torch'])\n",
        [("unpinned", 2)],
    ),
    "subprocess, a text": (
        "import subprocess\nsubprocess.run('pip install torch>=2', shell=True)\n",
        [("unpinned", 2)],
    ),
    "os.system": ("import os\nos.system('pip3 install torch')\n", [("unpinned", 2)]),
    "pinned": ("import os\nos.system('pip install torch==2.9.0')\n", []),
    "requirements": ("import os\nos.system('pip install -r requirements.txt')\n", []),
    "unknown package": (
        "import subprocess\nsubprocess.run(['pip', 'install', package])\n",
        [],
    ),
    "text alone": ("print('pip install torch')\n# os.system('pip install torch')\n", []),
    "MLflow": (
        "import mlflow\nmlflow.sklearn.log_model(\n    model,\n"
        "    pip_requirements=['pandas', 'scikit-learn==1.7.2'],\n)\n",
        [("unpinned", 4)],
    ),
    "MLflow, in a variable": (
        "import mlflow\nREQUIREMENTS = [\n    'pandas>=2',\n]\n"
        "mlflow.pyfunc.log_model(python_model=m, extra_pip_requirements=REQUIREMENTS)\n",
        [("range", 3)],
    ),
    "MLflow, a file": (
        "import mlflow\nmlflow.sklearn.log_model(m, pip_requirements='requirements.txt')\n"
        "mlflow.sklearn.log_model(m, pip_requirements=['-r requirements.txt'])\n",
        [],
    ),
    "MLflow, conda": (
        "import mlflow\nmlflow.sklearn.log_model(m, conda_env={\n"
        "    'dependencies': ['python=3.11', 'numpy', {'pip': ['mlflow']}],\n})\n",
        [("unpinned", 3), ("unpinned", 3)],
    ),
    "Kubeflow": (
        "from kfp import dsl\n\n\n@dsl.component(packages_to_install=['pandas', 'numpy==2.2.6'])\n"
        "def step():\n    pass\n",
        [("unpinned", 4)],
    ),
    "Ray": (
        "import ray\nray.init(runtime_env={'pip': ['torch', 'numpy==2.2.6']})\n",
        [("unpinned", 2)],
    ),
    "flytekit": (
        "from flytekit import ImageSpec\nimage = ImageSpec(packages=['pandas~=2.3'])\n",
        [("range", 2)],
    ),
    "look-alike": (
        "def log_model(pip_requirements):\n    pass\n\n\nlog_model(pip_requirements=['pandas'])\n",
        [],
    ),
    "script header": (
        "# /// script\n# requires-python = '>=3.11'\n# dependencies = [\n#   'rich',\n"
        "#   'httpx==0.28.1',\n# ]\n# ///\nimport rich\n",
        [("unpinned", 4)],
    ),
    "no script header": ("# /// other\n# dependencies = ['rich']\n# ///\n", []),
    "broken script header": ("# /// script\n# dependencies = ['rich'\n# ///\n", []),
}


@pytest.mark.parametrize(("source", "expected"), INSTALLS.values(), ids=INSTALLS)
def test_python_that_installs(source: str, expected: list[tuple[str, int]]) -> None:
    said = found(outcomes(HOOK, "train.py", source))
    assert [(rule, line) for rule, line, _ in said] == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("pip install torch a==1", [("unpinned", 1, 13)]),
        ("x = 1\npip install -q torch", [("unpinned", 2, 16)]),
        ("conda install numpy=1.26", [("fuzzy", 1, 15)]),
        ("%conda install -y scipy", [("unpinned", 1, 19)]),
        ("!cd x && pip install torch", [("unpinned", 1, 22)]),
        ("!python -m pip install torch", [("unpinned", 1, 24)]),
        ("%%bash\ncd x\npip install torch", [("unpinned", 3, 13)]),
        ("pip = 1\npip", []),
        ("s = '''\npip install torch\n'''", []),
        ("# pip install torch", []),
        ("!Rscript -e 'install.packages(\"dplyr\")'", [("unpinned", 1, 31)]),
    ],
)
def test_notebook_cells(cell: str, expected: list[tuple[str, int, int]]) -> None:
    assert found(outcomes(HOOK, "n.ipynb", notebook(cell))) == expected


SNAPSHOT = "https://packagemanager.posit.co/cran/2024-05-01"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("""R -e "install.packages('dplyr')" """, ["unpinned dplyr"]),
        (
            """R -e "install.packages(c('a', 'b'), repos='https://h')" """,
            ["unpinned a", "unpinned b"],
        ),
        ("""Rscript --vanilla -e 'x <- 1' -e 'install.packages("a")'""", ["unpinned a"]),
        ("""sudo R -q -e 'utils::install.packages(pkgs = "a")'""", ["unpinned a"]),
        ("""R -e 'remotes::install_github("a/b")'""", ["moving-ref a/b"]),
        ("""R -e 'remotes::install_github("a/b@main")'""", ["moving-ref a/b@main"]),
        ("""R -e 'devtools::install_github("a/b", ref = "dev")'""", ["moving-ref a/b"]),
        ("""R -e 'remotes::install_git("https://h/a/b.git")'""", ["moving-ref https://h/a/b.git"]),
        ("""R -e 'remotes::install_version("a")'""", ["unpinned a"]),
        ("""R -e 'remotes::install_version("a", ">= 1.2")'""", ["range a"]),
        ("""R -e 'remotes::install_cran("a")'""", ["unpinned a"]),
        ("""R -e 'pak::pkg_install(c("a", "b@1.2", "o/r"))'""", ["unpinned a", "moving-ref o/r"]),
        ("""R -e 'pak::pak("a@>=1")'""", ["range a@>=1"]),
        (
            """R -e 'install.packages("https://h/a.tar.gz", repos = NULL)'""",
            ["unverified-url https://h/a.tar.gz"],
        ),
        ("install2.r --error -n 4 a b", ["unpinned a", "unpinned b"]),
        ("install.r a", ["unpinned a"]),
        ("installGithub.r a/b c/d@v1.2", ["moving-ref a/b"]),
        ("""R -e 'remotes::install_version("a", "1.2.3")'""", []),
        ("""R -e 'remotes::install_version(package = "a", version = "1.2-3")'""", []),
        (f"""R -e 'remotes::install_github("a/b@{SHA}")'""", []),
        ("""R -e 'remotes::install_github("a/b", ref = "v1.2")'""", []),
        ("""R -e 'pak::pkg_install("a/b@v1.2.3")'""", []),
        (f"""R -e "install.packages('a', repos = '{SNAPSHOT}')" """, []),
        (f"""R -e "install.packages('a', repos = c(CRAN = '{SNAPSHOT}'))" """, []),
        (f"install2.r -r {SNAPSHOT} a", []),
        ("install2.r --repos 'http://h2o-release.s3.amazonaws.com/h2o/rel-zorn/4/R' h2o", []),
        ("""R -e 'install.packages("https://h/a_1.2.tar.gz", repos = NULL)'""", []),
        ("""R -e 'install.packages("./a", repos = NULL, type = "source")'""", []),
        ("""R -e 'renv::restore()'""", []),
        ("""R -e '# install.packages("a")'""", []),
        ("""echo 'install.packages("a")'""", []),
    ],
)
def test_r(command: str, expected: list[str]) -> None:
    for path, text in (("Dockerfile", f"RUN {command}\n"), ("a.sh", f"{command}\n")):
        said = outcomes(HOOK, path, text)
        assert [o.kind for o in said if o.kind == "error"] == []
        flagged = [o for o in said if o.kind in ("violation", "undecided")]
        assert [f"{o.rule} {o.message.split(chr(39))[1]}" for o in flagged] == expected
        assert {o.kind for o in flagged} <= {"violation"}
        for o in flagged:
            text_there = text.splitlines()[o.place.line - 1][o.place.column - 1 :]
            assert text_there.lstrip("'\"").startswith(o.message.split("'")[1])


@pytest.mark.parametrize(
    "text",
    [
        "FROM rocker/r-ver:4.3.1\nRUN R -e 'install.packages(\"a\")'\n",
        f"ENV CRAN={SNAPSHOT}\nRUN R -e 'install.packages(\"a\")'\n",
        "RUN R -e 'install.packages(\"a\", repos = mine)'\n",
        "RUN R -e 'install.packages(\"renv\")'\n",
        "RUN install2.r --repos $MRAN a\n",
        "RUN R -e \"install.packages('a', repos = '${CRAN}')\"\n",
        "RUN R -e \"remotes::install_github('a/b@${V}')\"\n",
        "RUN echo \"options(repos = c(CRAN='$M'))\" >> Rprofile.site\nRUN install2.r a\n",
        "RUN R -e 'remotes::install_version(\"a\", VERSION)'\n",
    ],
)
def test_r_that_is_undecided(text: str) -> None:
    said = outcomes(HOOK, "Dockerfile", text)
    assert [o.kind for o in said] == ["undecided"]


def test_r_packages_may_be_allowed() -> None:
    text = "RUN install2.r dplyr readr\n"
    assert found(outcomes(HOOK, "Dockerfile", text, allow=("dplyr",))) == [("unpinned", 1, 22)]
    text = "FROM rocker/r-ver:latest\nRUN R -e 'install.packages(\"a\")'\n"
    assert found(outcomes(HOOK, "Dockerfile", text)) == [("unpinned", 2, 28)]
    text = 'FROM rocker/r-ver:4.3.1\nRUN R -e \'install.packages("a", repos = "https://h")\'\n'
    assert found(outcomes(HOOK, "Dockerfile", text)) == [("unpinned", 2, 28)]
    text = "# FROM rocker/r-ver:4.3.1\nFROM r-base\nRUN install2.r a\n"
    assert found(outcomes(HOOK, "Dockerfile", text)) == [("unpinned", 3, 16)]


@pytest.mark.parametrize(
    ("files", "rules"),
    [
        ({"a.txt": "-r b.txt\nnumpy", "b.txt": "-r requirements.txt\nnumpy==1"}, []),
        ({"a.txt": "-c b.txt\nnumpy>=1", "b.txt": "-c c.txt", "c.txt": "numpy==1"}, []),
        ({"a.txt": "-r requirements.txt\nnumpy"}, ["unpinned"]),
        ({"a.txt": "-r b.txt\nnumpy", "b.txt": "numpy==1.*"}, ["unpinned"]),
        ({"a.txt": "-r none.txt\nnumpy==1"}, ["unreadable"]),
        ({"a.txt": "-r b.txt\nnumpy==1", "b.txt": "-c none.txt"}, ["unreadable"]),
    ],
    ids=["cycle", "chain", "itself", "wildcard there", "missing", "missing further on"],
)
def test_chains(files: dict[str, str], rules: list[str]) -> None:
    for name, text in files.items():
        write(name.replace("a.txt", "requirements.txt"), text)
    said = outcomes(HOOK, "requirements.txt", files["a.txt"])
    assert [o.rule for o in said if o.kind != "evidence"] == rules
    for o in said:
        if o.rule == "unreadable":
            assert "none.txt" in o.message
            assert "(line 1)" in o.message
            assert o.place.line == 1


def test_files_that_name_each_other_from_one_folder() -> None:
    names = [f"r{number}.txt" for number in range(30)]
    for name in names:
        write(name, "".join(f"-r {other}\n" for other in names) + "numpy==1\n", track=False)
    said = outcomes(HOOK, "requirements.txt", "-r r0.txt\nnumpy\n")
    assert [o.kind for o in said] == ["evidence"]


def test_require_hashes_and_allow() -> None:
    manifest = '[project]\nname = "x"\ndependencies = ["a>=1", "b_c>=1"]\n'
    assert found(outcomes(HOOK, "pyproject.toml", manifest, allow=("a", "B.C"))) == []
    assert len(found(outcomes(HOOK, "pyproject.toml", manifest, allow=("a",)))) == 1
    environment = "dependencies:\n  - a=1.2.3\n  - b\n  - pip:\n    - c==1\n    - d\n"
    said = outcomes(HOOK, "environment.yml", environment, allow=("B", "d"), require_hashes=True)
    assert found(said) == [("no-hash", 5, 7)]
    said = outcomes(HOOK, "a.sh", "pip install a==1 b", allow=("b",), require_hashes=True)
    assert found(said) == [("no-hash", 1, 13)]


# --- --fix ------------------------------------------------------------------------------------

PACKAGE = '[[package]]\nname = "torch"\nversion = "2.3.1"\n'
PIP_COMPILED = "# This file is autogenerated by pip-compile with Python 3.12\ntorch==2.3.1\n"
CONDA_URL = "https://conda.anaconda.org/conda-forge/linux-64/"
LOCKED = [
    ("uv.lock", PACKAGE),
    ("poetry.lock", PACKAGE),
    ("pdm.lock", PACKAGE),
    ("pylock.toml", PACKAGE.replace("package", "packages")),
    ("pylock.train.toml", PACKAGE.replace("package", "packages")),
    ("Pipfile.lock", '{"_meta": {}, "default": {"torch": {"version": "==2.3.1"}}}'),
    ("requirements-all.txt", PIP_COMPILED),
    ("requirements.lock", PIP_COMPILED.replace("pip-compile with", "uv via")),
]


@pytest.mark.parametrize(("lock", "text"), LOCKED, ids=[name for name, _ in LOCKED])
def test_fix_from_every_lock(lock: str, text: str) -> None:
    write(lock, text)
    write("sub/requirements.txt", "torch>=2  # gpu\n")
    assert main(["--fix", "sub/requirements.txt"]) == 1
    assert Path("sub/requirements.txt").read_text() == "torch==2.3.1  # gpu\n"
    assert main(["--fix", "sub/requirements.txt"]) == 0


@pytest.mark.parametrize(
    ("lock", "text"),
    [
        ("conda-lock.yml", "package:\n- name: numpy\n  version: 1.26.4\n  manager: conda\n"),
        ("conda-linux-64.lock", f"@EXPLICIT\n{CONDA_URL}numpy-1.26.4-py311h1_0.conda#abc\n"),
        ("pixi.lock", f"version: 6\npackages:\n- conda: {CONDA_URL}numpy-1.26.4-py311h1_0.conda\n"),
    ],
)
def test_fix_conda(lock: str, text: str) -> None:
    write(lock, text)
    write("uv.lock", PACKAGE)
    before = (
        b"name: x\r\ndependencies:\r\n  - numpy=1.26 # \xc3\xa9\r\n  - 'numpy >=1,<2'\r\n"
        b"  - conda-forge::numpy\r\n  - numpy=1.25\r\n  - numpy >=2\r\n  - scipy\r\n  - torch\r\n"
        b"  - pip:\r\n    - torch>=2\r\n    - \"torch[x] ; python_version > '3'\"\r\n"
        b"    - numpy\r\n"
    )
    after = before.replace(b"numpy=1.26 #", b"numpy=1.26.4 #").replace(
        b"numpy >=1,<2", b"numpy=1.26.4"
    )
    after = after.replace(b"::numpy", b"::numpy=1.26.4").replace(b"torch>=2", b"torch==2.3.1")
    after = after.replace(b"torch[x]", b"torch[x]==2.3.1")
    path = Path("sub/environment.yml")
    path.parent.mkdir()
    path.write_bytes(before)
    for _ in range(2):
        assert main(["--fix", str(path)]) == 1
        assert path.read_bytes() == after


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("Dockerfile", "RUN pip install torch x", "RUN pip install torch==2.3.1 x"),
        (
            "Dockerfile",
            "RUN a && \\\r\n  pip install 'torch[x]>=2' \\\r\n  # c\r\n  -q",
            "RUN a && \\\r\n  pip install 'torch[x]==2.3.1' \\\r\n  # c\r\n  -q",
        ),
        ("Dockerfile", 'RUN ["pip", "install", "torch"]', 'RUN ["pip", "install", "torch==2.3.1"]'),
        ("Dockerfile", 'RUN sh -c "pip install torch"', 'RUN sh -c "pip install torch==2.3.1"'),
        ("a.sh", "pip install -U torch # c", "pip install -U torch==2.3.1 # c"),
        ("a.sh", 'pip install "torch>=2,<3"', 'pip install "torch==2.3.1"'),
        ("a.sh", "pip install torch>=2", None),
        ("a.sh", 'pip install to"rch"', None),
        ("a.sh", "T=torch\npip install $T", None),
        ("a.sh", "pip install torch==1.*", None),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n    - run: pip install torch\n",
            "jobs:\n  a:\n    steps:\n    - run: pip install torch==2.3.1\n",
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n    - run: |\n        x\n        pip install torch\n",
            "jobs:\n  a:\n    steps:\n    - run: |\n        x\n        pip install torch==2.3.1\n",
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n    - run: >\n        pip install\n        torch\n",
            None,
        ),
    ],
)
def test_fix_commands(path: str, before: str, after: str | None) -> None:
    write("uv.lock", PACKAGE)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        Path(path).write_bytes(before.encode())
        main(["--fix", path])
        before = after or before
        assert Path(path).read_bytes() == before.encode()


def test_fix_leaves_notebooks_and_what_needs_a_hash() -> None:
    write("uv.lock", PACKAGE)
    for path, text in (
        ("n.ipynb", notebook("!pip install torch")),
        ("a.sh", "pip install torch\n"),
    ):
        write(path, text)
        assert main(["--fix", "--require-hashes", path]) == 1
        assert Path(path).read_text() == text
    assert main(["--fix", "n.ipynb"]) == 1
    assert Path("n.ipynb").read_text() == notebook("!pip install torch")


def test_locks_of_one_folder_must_agree() -> None:
    write("requirements-cpu.lock", "torch==2.3.1\n")
    write("requirements-gpu.lock", "torch==2.3.0\n")
    write("sub/requirements.txt", "torch\n")
    assert main(["--fix", "sub/requirements.txt"]) == 1
    assert Path("sub/requirements.txt").read_text() == "torch\n"


def installed(folder: str, name: str, version: str, direct: bool = False) -> None:
    info = Path(folder, "lib", "python3.12", "site-packages", f"{name}-{version}.dist-info")
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if direct:
        (info / "direct_url.json").write_text('{"url": "file:///x", "dir_info": {}}')


def test_what_an_environment_does_not_say(capsys: pytest.CaptureFixture[str]) -> None:
    installed(".venv", "Polars_X", "1.2")
    installed(".venv", "mine", "0.1", direct=True)
    for version in ("1.0", "1.1"):
        installed(".venv", "twice", version)
    write("sub/requirements.txt", "polars.x>=1\nmine\ntwice\nabsent\n")
    assert main(["--fix", "--from-environment", ".venv", "sub/requirements.txt"]) == 1
    expected = "polars.x==1.2\nmine\ntwice\nabsent\n"
    assert Path("sub/requirements.txt").read_text() == expected
    capsys.readouterr()
    assert main(["--from-environment", "sub", "sub/requirements.txt"]) == 2
    assert capsys.readouterr().err.startswith("--from-environment: sub: ")


NAMES = st.sampled_from(["torch", "Torch", "pandas", "unknown"])
SPECIFIERS = st.sampled_from(["", ">=2", " >= 2,<3", "~=2.1", "==2.*", "<1", "!=2.0 , >1"])
MARKERS = st.sampled_from(["", " ; python_version > '3'", ';extra=="x"'])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "  "]),
            NAMES,
            st.sampled_from(["", "[a]", "[a, b]"]),
            SPECIFIERS,
            MARKERS,
            st.sampled_from(["", "  # c >=1", "\t# é"]),
        ),
        max_size=5,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.booleans(),
)
def test_fix_changes_specifiers_only(
    lines: list[tuple[str, ...]], ending: str, mark: bytes, ends: bool
) -> None:
    if not Path("uv.lock").exists():
        write("uv.lock", PACKAGE + PACKAGE.replace("torch", "pandas").replace("2.3.1", "2.2.0"))
    path = Path("sub/requirements.txt")
    path.parent.mkdir(exist_ok=True)
    version = {"torch": "2.3.1", "pandas": "2.2.0"}

    def written(line: tuple[str, ...], fixed: bool) -> str:
        indent, name, extras, specifier, marker, comment = line
        if fixed and name.lower() in version and specifier != "<1":
            specifier = f"=={version[name.lower()]}"
        return indent + name + extras + specifier + marker + comment

    before, after = (
        mark + (ending.join(written(each, fixed) for each in lines) + ending * ends).encode()
        for fixed in (False, True)
    )
    path.write_bytes(before)
    for _ in range(2):
        main(["--fix", str(path)])
        assert path.read_bytes() == after
    left = [each for each in lines if each[1] == "unknown" or each[3] == "<1"]
    assert len(found(outcomes(HOOK, str(path), after))) == len(left)


@pytest.mark.slow
def test_what_is_fixed_installs() -> None:
    info = "tinypackage-1.2.3.dist-info"
    parts = {
        "tinypackage.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tinypackage\nVersion: 1.2.3\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    parts[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*parts, f"{info}/RECORD"])
    Path("wheels").mkdir()
    with zipfile.ZipFile("wheels/tinypackage-1.2.3-py3-none-any.whl", "w") as wheel:
        for name, text in parts.items():
            wheel.writestr(name, text)
    write("uv.lock", PACKAGE.replace("torch", "tinypackage").replace("2.3.1", "1.2.3"))
    write("sub/requirements.txt", "tinypackage>=1 ; python_version > '3'  # keep\n")
    assert main(["--fix", "sub/requirements.txt"]) == 1
    subprocess.run([sys.executable, "-m", "venv", ".venv"], check=True)
    python = ".venv/Scripts/python.exe" if os.name == "nt" else ".venv/bin/python"
    pip = [python, "-m", "pip", "install", "-q", "--no-index", "--find-links", "wheels"]
    subprocess.run([*pip, "-r", "sub/requirements.txt"], check=True)
    Path("uv.lock").unlink()
    for environment in (".venv", python):
        write("other/requirements.txt", "tinypackage\n")
        options = ["--fix", "--from-environment", environment]
        assert main([*options, "other/requirements.txt"]) == 1
        assert Path("other/requirements.txt").read_text() == "tinypackage==1.2.3\n"
