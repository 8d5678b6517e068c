"""pip's requirements: lines with places, single requirements, commands."""

from __future__ import annotations

from pathlib import Path

import pip_requirements_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Place
from mlops_checklist.sources import requirements, shell
from mlops_checklist.sources.files import File, Unreadable

TEXT = """\
# head
numpy==1.26.4  # why
  torch>=2 \\
    ; python_version < "3.11"
-r other.txt
-cconstraints.txt
--requirement=more.txt
-e git+https://h/a/b@main#egg=b
--extra-index-url https://h/simple
flask==3.0 --hash=sha256:aaa \\
    --hash=sha256:bbb
url @ https://h/x-1.0.tar.gz#sha256=aaaa
"""


def test_lines() -> None:
    read = File("requirements.txt", data=TEXT.encode()).read(requirements.lines)
    assert [(line.option, line.word.text, *line.word.place[:2], line.hashed) for line in read] == [
        ("", "numpy==1.26.4", 2, 1, False),
        ("", 'torch>=2     ; python_version < "3.11"', 3, 3, False),
        ("-r", "other.txt", 5, 4, False),
        ("-c", "constraints.txt", 6, 3, False),
        ("-r", "more.txt", 7, 15, False),
        ("-e", "git+https://h/a/b@main#egg=b", 8, 4, False),
        ("--extra-index-url", "https://h/simple", 9, 19, False),
        ("", "flask==3.0", 10, 1, True),
        ("", "url @ https://h/x-1.0.tar.gz#sha256=aaaa", 12, 1, False),
    ]


def test_pip_requirements_parser_sees_the_same_requirements(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text(TEXT)
    theirs = pip_requirements_parser.RequirementsFile.from_file(str(path)).requirements
    ours = File(str(path)).read(requirements.lines)
    lines = [line.word.place.line for line in ours if line.option in ("", "-e")]
    assert sorted(each.requirement_line.line_number for each in theirs) == lines


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("A_b.C[x]==1", "a-b-c", None),
        ("a (>=1,<2)", "a", "range"),
        ("a==1.*", "a", "wildcard"),
        ("a==1.*,!=1.2", "a", "wildcard"),
        ("a>=1,==1.2", "a", None),
        ("a @ git+https://h/a@abc1234", "a", None),
        ("git+https://h/a@release/1.x#egg=A_b", "a-b", "moving-ref"),
        ("git+https://h/a@deadbee1", "", None),
        ("git+https://h/a@facade", "", "moving-ref"),
        ("git+https://user@h/a", "", "moving-ref"),
        ("git+ssh://git@h:22/a@v2.0-rc1", "", None),
        ("https://h/whl/torch-2.1.0%2Bcpu-cp311-cp311-linux_x86_64.whl", "", None),
        ("https://h/whl/torch-latest.whl", "", "unverified-url"),
    ],
)
def test_single(text: str, name: str, problem: str | None) -> None:
    read = requirements.parse(text, Place())
    assert read is not None
    assert (read.name, requirements.pin_problem(read)) == (name, problem)


@pytest.mark.parametrize("text", [".", "..[x]", "./a", "a/b", "/w/*.whl", "x.whl", "a @ file:///x"])
def test_local(text: str) -> None:
    assert requirements.parse(text, Place()) is None


@pytest.mark.parametrize("text", ["foo bar", "a==", "=1", "a" * 3000])
def test_broken(text: str) -> None:
    with pytest.raises(Unreadable, match=r"cannot parse as requirement: '.*' \(line 3\)"):
        requirements.parse(text, Place(3))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pip install -U -i https://h/s 'a>=1' b -r r.txt -e .", ["a>=1", "b", "."]),
        ("pip --no-cache-dir --proxy p install a", ["a"]),
        ("/usr/bin/python3.11 -m pip install -qr r.txt a", ["a"]),
        ("{sys.executable} -m pip install a", ["a"]),
        ("uv pip install --python 3.11 a", ["a"]),
        ("uv tool install --with b a", ["b", "a"]),
        ("pipx install a", ["a"]),
        ("uv add a", ["a"]),
        ("pip download a", None),
        ("pip freeze", None),
        ("pip", None),
        ("uv", None),
        ("uv sync", None),
        ("pipenv install", []),
        ("apt-get install pip", None),
    ],
)
def test_commands(text: str, words: list[str] | None) -> None:
    install = requirements.installed(shell.commands(text)[0])
    assert (install and [word.text for word in install.words]) == words


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text(alphabet="ab-=.@:/+#git[]<>~!;' \\\n", max_size=40))
def test_nothing_but_unreadable(text: str) -> None:
    try:
        file = File("requirements.txt", data=text.encode("utf-8", "surrogatepass"))
        for line in file.read(requirements.lines):
            if read := requirements.parse(line.word.text, line.word.place):
                requirements.pin_problem(read)
                requirements.pin_problem(read, True)
    except Unreadable:
        pass
    for command in shell.commands(text):
        requirements.installed(command)
