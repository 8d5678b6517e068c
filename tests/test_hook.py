"""The contract of every hook: options, exit statuses, files of every sort, repair, baseline."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_checklist.hook import File, Hook, Option, Options, run
from mlops_checklist.outcome import Edit, Outcome, Place, evidence, missing, undecided, violation


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Say what the words of each line ask for."""
    for number, line in enumerate(file.lines, 1):
        here = Place(number, 3)
        if "bad" in line:
            start = file.data.find(b"bad")
            edits = (Edit(start, start + 3, b"good"),) if "fixable" in line else ()
            yield violation("bad-word", here, f"'{line}' is bad; write {options.word}", edits)
        if "absent" in line:
            yield missing("no-word", here, "nothing says the word; say it")
        if "fine" in line:
            yield evidence("word", here, "the word is said")
        if "perhaps" in line:
            yield undecided("bad-word", here, "the word is not known")
        if "crash" in line:
            raise ZeroDivisionError("by\nzero")
        if "deep" in line:
            raise RecursionError


HOOK = Hook(
    id="pinned-requirements",  # settings know the hooks of the checklist alone
    description="Words are good.",
    reads={"python": rb"bad|absent|fine|perhaps|crash|deep", "markdown": b""},
    rules={"bad-word": "A word is bad.", "no-word": "No word is there."},
    check=check,
    options=(Option("word", "what to write", "good"), Option("allow", "words", ())),
    fixes=True,
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def hook(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*argv: str) -> tuple[int, str, str]:
        try:
            status = run(HOOK, argv)
        except SystemExit as exit_:
            status = int(str(exit_.code))
        output = capsys.readouterr()
        return status, output.out, output.err

    return call


def test_no_files_is_nothing_to_do(hook) -> None:
    assert hook() == (0, "", "")


def test_violation(hook) -> None:
    Path("a.py").write_text("x\n  bad\n")
    assert hook("a.py") == (
        1,
        "a.py:2:3: '  bad' is bad; write good [pinned-requirements/bad-word]\n",
        "",
    )


def test_output_is_sorted_and_each_file_judged_once(hook) -> None:
    for name in ("b.py", "a.py"):
        Path(name).write_text("bad\nx\nbad\n")
    _, output, _ = hook("b.py", "a.py", "b.py")
    assert [line.split(": ")[0] for line in output.splitlines()] == [
        "a.py:1:3",
        "a.py:3:3",
        "b.py:1:3",
        "b.py:3:3",
    ]


@pytest.mark.parametrize(
    ("word", "argv", "status"),
    [
        ("fine", (), 0),
        ("fine", ("--strict", "--require"), 0),
        ("perhaps", (), 0),
        ("perhaps", ("--strict",), 1),
        ("absent", (), 0),
        ("absent", ("--require",), 1),
    ],
)
def test_statuses(hook, word: str, argv: tuple[str, ...], status: int) -> None:
    Path("a.py").write_text(f"{word}\n")
    assert hook(*argv, "a.py")[0] == status


def test_verbose_names_the_kinds(hook) -> None:
    Path("a.py").write_text("fine\nperhaps\nabsent\n")
    status, output, _ = hook("-v", "a.py")
    assert status == 0
    assert output == (
        "a.py:1:3: evidence: the word is said [pinned-requirements/word]\n"
        "a.py:2:3: undecided: the word is not known [pinned-requirements/bad-word]\n"
        "a.py:3:3: missing: nothing says the word; say it [pinned-requirements/no-word]\n"
    )


def test_other_kinds_and_other_bytes_are_not_opened_up(hook) -> None:
    Path("a.txt").write_text("bad\n")
    Path("b.py").write_bytes(b"nothing \xff here\n")
    assert hook("a.txt", "b.py") == (0, "", "")


# --- Files of every sort ------------------------------------------------------------------


def bad_files(folder: Path) -> dict[str, str]:
    """Make files that cannot be judged; return the line that each must give."""
    (folder / "latin.py").write_bytes(b"# caf\xe9\nbad\n")
    (folder / "nul.py").write_bytes(b"a\nbad\0\n")
    (folder / "folder").mkdir()
    (folder / "dangling.py").symlink_to("nowhere")
    (folder / "crash.py").write_text("crash\n")
    (folder / "deep.py").write_text("deep\n")
    lines = {
        "latin.py": "cannot decode: byte 0xe9 in line 1 is not UTF-8",
        "nul.py": "cannot decode: NUL byte in line 2",
        "folder": "cannot read: it is a directory",
        "dangling.py": "cannot read: symbolic link to nothing",
        "deleted.py": "cannot read: No such file or directory",
        "crash.py": "cannot judge: ZeroDivisionError: by\\nzero; please report this defect",
        "deep.py": "cannot judge: nested too deeply",
    }
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "fifo.py")
        lines["fifo.py"] = "cannot read: it is not a regular file"
    return lines


def test_bad_files_give_one_line_each_and_the_rest_goes_on(hook, project: Path) -> None:
    lines = bad_files(project)
    (project / "good.py").write_text("bad\n")
    status, output, errors = hook(*lines, "good.py")
    assert (status, errors) == (1, "")
    expected = [f"{name}: {line}" for name, line in lines.items()]
    expected.append("good.py:1:3: 'bad' is bad; write good [pinned-requirements/bad-word]")
    assert output.splitlines() == sorted(expected, key=lambda line: line.split(":")[0])


@pytest.fixture
def nobody(project: Path) -> Iterator[None]:
    """Lets the test run as a user who may not read everything, where it runs as root."""
    root = os.geteuid() == 0
    project.chmod(0o755)
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode 000")
def test_unreadable(project: Path, request: pytest.FixtureRequest, hook) -> None:
    (project / "a.py").write_text("bad\n")
    (project / "b.py").write_text("bad\n")
    assert hook("a.py")[0] == 1  # what is imported late is there before the user changes
    (project / "a.py").chmod(0)
    request.getfixturevalue("nobody")
    status, output, errors = hook("a.py", "b.py")
    assert (status, errors) == (1, "")
    assert [line.partition(" [")[0] for line in output.splitlines()] == [
        "a.py: cannot read: Permission denied",
        "b.py:1:3: 'bad' is bad; write good",
    ]


ODD_NAMES = [
    "-x.py",
    "--strict.py",
    "a b.py",
    "模型.py",
    "new\nline.py",
    "mañana/ü.py",
    "v.py",
    "-v.py",
]


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids line breaks in names")
@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(hook, name: str) -> None:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("bad\n")
    status, output, _ = hook("--word", "better", name)
    assert status == 1
    shown = name.replace("\n", "\\n")
    assert output == f"{shown}:1:3: 'bad' is bad; write better [pinned-requirements/bad-word]\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no names that are not text")
def test_name_that_is_not_text(hook) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    Path(name).write_text("bad\n")
    status, output, _ = hook(name)
    assert (status, output[:12]) == (1, "caf\\udce9.py")
    assert json.loads(hook("--format", "json", name)[1])["outcomes"][0]["path"] == name
    assert "caf%E9.py" in hook("--format", "sarif", name)[1]


def test_options_may_stand_behind_files(hook) -> None:
    Path("a.py").write_text("perhaps\n")
    assert hook("a.py", "--strict")[0] == 1


@pytest.mark.parametrize(
    "argv",
    [
        ("--unknown",),
        ("--format", "xml"),
        ("--stric",),
        ("--baseline", "nowhere", "a.py"),
        ("--baseline", ".", "a.py"),
        ("--write-baseline", "--baseline", "no/where", "a.py"),
    ],
    ids=" ".join,
)
def test_wrong_usage(hook, argv: tuple[str, ...]) -> None:
    Path("a.py").write_text("bad\n")
    status, output, errors = hook(*argv)
    assert (status, output) == (2, "")
    assert errors.strip()


# --- Repair, ignores, baseline ------------------------------------------------------------


def test_fix_writes_says_so_and_fails_once(hook) -> None:
    Path("a.py").write_bytes(b"x\r\nbad fixable\r\n")
    status, output, _ = hook("--fix", "a.py")
    assert (status, Path("a.py").read_bytes()) == (1, b"x\r\ngood fixable\r\n")
    assert output == (
        "a.py:2:3: fixed: 'bad fixable' is bad; write good [pinned-requirements/bad-word]\n"
    )
    assert hook("--fix", "a.py") == (0, "", "")


def test_fix_leaves_what_is_ignored(hook) -> None:
    text = "bad fixable  # mlops: ignore[pinned-requirements] on purpose\n"
    Path("a.py").write_text(text)
    assert hook("--fix", "a.py") == (0, "", "")
    assert Path("a.py").read_text() == text


@pytest.mark.parametrize(
    ("text", "status"),
    [
        pytest.param("bad # mlops: ignore[pinned-requirements]\n", 0, id="hook"),
        pytest.param("bad # mlops: ignore[pinned-requirements/bad-word] why\n", 0, id="rule"),
        pytest.param("bad # mlops: ignore[pinned-requirements/other]\n", 1, id="other-rule"),
        pytest.param("bad # mlops: ignore[other, pinned-requirements]\n", 0, id="several"),
        pytest.param("bad # mlops: ignore[]\n", 1, id="none"),
        pytest.param("bad # mlops: ignore\n", 1, id="no-id"),
        pytest.param("# mlops: ignore[pinned-requirements]\nbad\n", 0, id="line-above"),
        pytest.param("x # mlops: ignore[pinned-requirements]\nbad\n", 1, id="not-alone-above"),
        pytest.param("x = '# mlops: ignore[pinned-requirements] bad'\n", 1, id="in-a-text"),
        pytest.param("f(  # mlops: ignore[pinned-requirements]\n  bad\n)\n", 0, id="first-line"),
        pytest.param("f(\n  bad\n)  # mlops: ignore[pinned-requirements]\n", 0, id="last-line"),
        pytest.param("# mlops: ignore[pinned-requirements]\nf(\n  bad)\n", 0, id="above-it"),
        pytest.param("f(\n  x,  # mlops: ignore[pinned-requirements]\n  bad)\n", 1, id="within"),
        pytest.param("# mlops: ignore[pinned-requirements]\nx\nbad\n", 1, id="above-another"),
        pytest.param("bad)  # mlops: ignore[pinned-requirements]\n", 0, id="not-python"),
        pytest.param("# mlops: ignore[pinned-requirements]\n\nbad\n", 1, id="too-far"),
    ],
)
def test_ignores(hook, text: str, status: int) -> None:
    Path("a.py").write_text(text)
    assert hook("a.py")[0] == status


@pytest.mark.parametrize(
    "text",
    [
        "bad // mlops: ignore[pinned-requirements]\n",
        "bad -- mlops: ignore[pinned-requirements]\n",
        "bad <!-- mlops: ignore[pinned-requirements] -->\n",
        "<!-- mlops: ignore[pinned-requirements] -->\nbad\n",
    ],
    ids=["slashes", "dashes", "html", "html-above"],
)
def test_ignores_in_other_comments(hook, text: str) -> None:
    Path("a.md").write_text(text)
    assert hook("a.md")[0] == 0


def test_ignore_in_utf_16(hook) -> None:
    Path("a.md").write_bytes("bad <!-- mlops: ignore[pinned-requirements] -->\n".encode("utf-16"))
    assert hook("a.md")[0] == 0


def test_version(hook) -> None:
    status, output, _ = hook("--version")
    assert (status, output[:20]) == (0, "pinned-requirements ")


def test_another_finding_is_new(hook) -> None:
    Path("a.py").write_text("bad one\n")
    assert hook("--write-baseline", "a.py")[0] == 0
    Path("a.py").write_text("bad two\n")
    assert hook("a.py")[0] == 1


def test_baseline_merges_by_union(hook) -> None:
    Path(".gitattributes").write_text("*.png binary")
    Path("a.py").write_text("bad\n")
    for _ in range(2):
        assert hook("--write-baseline", "a.py")[0] == 0
        text = Path(".gitattributes").read_text()
        assert text == "*.png binary\n.mlops-checklist-baseline merge=union\n"


def test_fix_and_write_baseline_exclude_each_other(hook) -> None:
    assert hook("--fix", "--write-baseline", "a.py")[0] == 2


def test_baseline_lets_the_old_pass_and_the_new_fail(hook) -> None:
    Path("a.py").write_text("bad\nbad\n")
    Path("latin.py").write_bytes(b"bad \xe9\n")
    assert hook("--write-baseline", "a.py", "latin.py") == (0, "", "")
    assert hook("a.py", "latin.py") == (0, "", "")
    lines = Path(".mlops-checklist-baseline").read_text().splitlines()
    assert lines[0].startswith("#")
    assert lines[1:] == sorted(lines[1:])
    assert len(lines) == 4
    Path("a.py").write_text("x\n\nbad\nx\nbad\n")  # moved lines are the same findings
    assert hook("a.py")[0] == 0
    Path("a.py").write_text("bad\nbad\nbad\n")
    status, output, _ = hook("a.py")
    assert (status, output[:8]) == (1, "a.py:3:3")


def test_baseline_is_added_to(hook) -> None:
    for name in ("a.py", "b.py"):
        Path(name).write_text("bad\n")
        assert hook("--write-baseline", name)[0] == 0
    assert hook("a.py", "b.py")[0] == 0
    before = Path(".mlops-checklist-baseline").read_bytes()
    assert hook("--write-baseline", "b.py")[0] == 0
    assert Path(".mlops-checklist-baseline").read_bytes() == before


# --- Settings -----------------------------------------------------------------------------

TABLE = "[tool.mlops-checklist.pinned-requirements]\n"


def test_settings_and_command_line(hook) -> None:
    Path("a.py").write_text("bad\n")
    Path("pyproject.toml").write_text(f'{TABLE}word = "better"\n')
    assert "write better" in hook("a.py")[1]
    assert "write best" in hook("--word", "best", "a.py")[1]
    Path(".mlops-checklist.toml").write_text('[pinned-requirements]\nword = "own"\n')
    assert "write own" in hook("a.py")[1]
    Path("other.toml").write_text(f'{TABLE}word = "other"\nstrict = true\n')
    assert "write other" in hook("--config", "other.toml", "a.py")[1]


def test_the_command_line_wins(hook) -> None:
    Path("a.py").write_text("perhaps\n")
    Path("pyproject.toml").write_text(f"{TABLE}strict = true\n")
    assert hook("a.py")[0] == 1
    assert hook("--no-strict", "a.py")[0] == 0


def test_exclude_of_a_given_file_is_seen_from_the_root(hook) -> None:
    Path("a.py").write_text("bad\n")
    Path("conf").mkdir()
    Path("conf/m.toml").write_text('[tool.mlops-checklist]\nexclude = ["/a.py"]\n')
    assert hook("--config", "conf/m.toml", "a.py")[0] == 0


def test_a_table_of_another_tool_beside_ours(hook) -> None:
    Path("a.py").write_text("perhaps\n")
    Path(".mlops-checklist.toml").write_text("[tool.x]\n[pinned-requirements]\nstrict = true\n")
    status, _, errors = hook("a.py")
    assert (status, errors.partition(" is not a setting")[0]) == (
        2,
        ".mlops-checklist.toml:1: tool",
    )


def test_nearest_settings_win_up_to_the_repository(hook, project: Path) -> None:
    Path("sub/deep").mkdir(parents=True)
    Path("sub/deep/a.py").write_text("bad\n")
    Path("pyproject.toml").write_text(f'{TABLE}word = "root"\n')
    Path("sub/deep/pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert "write root" in hook("sub/deep/a.py")[1]
    Path("sub/pyproject.toml").write_text(f'{TABLE}word = "sub"\n')
    assert "write sub" in hook("sub/deep/a.py")[1]
    Path("sub/.git").mkdir()
    Path("sub/pyproject.toml").unlink()


def test_what_fails_by_a_folders_settings_is_shown(hook) -> None:
    Path("sub").mkdir()
    Path("sub/a.py").write_text("perhaps\n")
    Path("sub/.mlops-checklist.toml").write_text("[pinned-requirements]\nstrict = true\n")
    assert hook("sub/a.py") == (
        1,
        "sub/a.py:1:3: undecided: the word is not known [pinned-requirements/bad-word]\n",
        "",
    )


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe that closes")
def test_nobody_reads_on(project: Path) -> None:
    for number in range(2000):
        (project / f"{number}.yaml").write_text("MLFLOW_EXPERIMENT_NAME: churn\n")
    hook = "mlops_checklist.experiments.experiment_name_prefix"
    done = subprocess.run(
        f"{sys.executable} -m {hook} *.yaml | head -n 1",
        shell=True, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(HOOKS)},
    )  # fmt: skip
    assert (done.stdout.count("\n"), done.stderr) == (1, "")


def test_exclude(hook) -> None:
    Path("vendor").mkdir()
    Path("src/generated").mkdir(parents=True)
    for name in ("vendor/a.py", "src/generated/a.py", "a.py"):
        Path(name).write_text("bad\n")
    Path("pyproject.toml").write_text(
        '[tool.mlops-checklist]\nexclude = ["vendor/", "**/generated/**"]\n'
    )
    _, output, _ = hook("vendor/a.py", "src/generated/a.py", "a.py")
    assert [line.split(":")[0] for line in output.splitlines()] == ["a.py"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param(
            "[tool.mlops-checklist]\n\nexclud = []\n",
            "pyproject.toml:3: exclud is not a setting",
            id="unknown-key",
        ),
        pytest.param(
            f"x = 1\n{TABLE}words = 'x'\n",
            "pyproject.toml:3: pinned-requirements.words is not a setting; known: allow, baseline",
            id="unknown-key-of-the-hook",
        ),
        pytest.param(
            f"{TABLE}word = 3\n",
            "pyproject.toml:2: pinned-requirements.word must be a string, not an integer",
            id="text",
        ),
        pytest.param(
            f"{TABLE}allow = 'x'\n",
            "pyproject.toml:2: pinned-requirements.allow must be a list of strings, not a string",
            id="list",
        ),
        pytest.param(
            f"{TABLE}strict = 'yes'\n",
            "pyproject.toml:2: pinned-requirements.strict must be true or false, not a string",
            id="flag",
        ),
        pytest.param(
            f"{TABLE}format = 'xml'\n",
            "pyproject.toml:2: pinned-requirements.format must be one of text, json, github, "
            "sarif, gitlab, not 'xml'",
            id="choice",
        ),
        pytest.param(
            "[tool]\nmlops-checklist.pinned-requirements = 3\n",
            "pyproject.toml:2: pinned-requirements must be a table",
            id="no-table",
        ),
        pytest.param(
            "[tool.mlops-checklist]\nexclude = ['[z-a]']\n",
            "pyproject.toml:2: exclude holds a pattern that is none: ",
            id="pattern",
        ),
        pytest.param(
            "[tool.mlops-checklist]\nexclude = 'x'\n",
            "pyproject.toml:2: exclude must be a list of strings, not a string",
            id="exclude",
        ),
        pytest.param(
            "[tool.mlops-checklist]\nx = \n", "pyproject.toml: cannot parse as TOML: ", id="broken"
        ),
    ],
)
def test_wrong_settings_name_key_file_and_line(hook, text: str, error: str) -> None:
    Path("a.py").write_text("x\n")
    Path("pyproject.toml").write_text(text)
    status, output, errors = hook("a.py")
    assert (status, output) == (2, "")
    assert errors.startswith(error)
    assert errors.count("\n") == 1


def test_broken_pyproject_without_our_table_is_not_our_business(hook) -> None:
    Path("a.py").write_text("x\n")
    Path("pyproject.toml").write_text("[tool\n")
    assert hook("a.py") == (0, "", "")


# --- The house ----------------------------------------------------------------------------

HEAVY = {
    "yaml", "tomllib", "tomli", "packaging", "pip_requirements_parser", "detect_secrets",
    "pathspec", "subprocess", "json", "tokenize", "dataclasses", "pathlib", "ast",
}  # fmt: skip


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    from mlops_checklist import checklist

    code = (
        f"import sys\nsys.path.insert(0, {str(HOOKS)!r})\n"
        + "".join(f"import {item.module}\n" for item in checklist.ITEMS)
        + "print(sorted(sys.modules))"
    )
    listed = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert HEAVY & set(ast.literal_eval(listed.stdout)) == set()


HOOKS = Path(__file__).parent.parent / "hooks"
