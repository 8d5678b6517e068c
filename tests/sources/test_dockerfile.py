"""The Dockerfile reader: against BuildKit's own parser, then what that one does not tell."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Place
from mlops_checklist.sources import dockerfile
from mlops_checklist.sources.dockerfile import (
    Instruction,
    arguments,
    expand,
    logical,
    parse,
    run_commands,
    variables,
)
from mlops_checklist.sources.files import File, Unreadable

FILES = {
    "plain": 'FROM python:3.11\nRUN pip install pandas==2.2.2\nCMD ["python", "a.py"]\n',
    "no newline at the end": "FROM a\nRUN b",
    "crlf": "FROM a\r\nRUN b \\\r\n  c\r\nCMD d\r\n",
    "lower case": "from a as b\nrun c\ncmd d\n",
    "mixed case": "From a As b\nRuN c\n",
    "leading blanks": "   FROM a\n\tRUN b\n",
    "blank lines": "\n\nFROM a\n\n\nRUN b\n\n",
    "comments": "# c\nFROM a\n# d\n  # e\nRUN b # f\n",
    "continuation": "FROM a\nRUN b \\\n    c \\\n    d\nCMD e\n",
    "continuation without blank": "FROM a\nRUN b\\\nc\nCMD e\n",
    "blanks after the backslash": "FROM a\nRUN b \\  \n  c \\\t\n  d\nCMD e\n",
    "comment in a continuation": "FROM a\nRUN b \\\n# why\n  c \\\n   # indented \\\n  d\nCMD e\n",
    "comment ends a continuation": "FROM a\nRUN b \\\n# why\n\nCMD e\n",
    "empty continuation lines": "FROM a\nRUN b \\\n\n  c \\\n   \n\n  d\nCMD e\n",
    "backslash at the end of file": "FROM a\nRUN b \\",
    "backslash and newline at the end": "FROM a\nRUN b \\\n",
    "backslash, then only comments": "FROM a\nRUN b \\\n# c\n\n# d\n",
    "double backslash": "FROM a\nRUN b \\\\\nCMD c\n",
    "backslash inside a line": "FROM a\nRUN echo a\\nb \\ c\n",
    "keyword then continuation": "FROM \\\n  a\nRUN \\\n  b \\\n  c\n",
    "keyword glued to a continuation": "FROM a\nRUN\\\n b\n",
    "escape directive": "# escape=`\nFROM a\nRUN b `\n  c\nCOPY x C:\\y\\\nCMD d\n",
    "escape directive odd spacing": "#  Escape  =  ` \nFROM a\nRUN b `\n  c\n",
    "escape directive too late": "# hello\n# escape=`\nFROM a\nRUN b \\\n  c\n",
    "escape directive after a blank line": "\n# escape=`\nFROM a\nRUN b \\\n  c\n",
    "syntax directive": "# syntax=docker/dockerfile:1.7\nFROM a\nRUN b\n",
    "syntax then escape": "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN b `\n c\n",
    "check directive": "# check=skip=all\n# escape=`\nFROM a\nRUN b `\n c\n",
    "heredoc": "FROM a\nRUN <<EOF\npip install x\n\n# no comment\necho \\\nEOF\nCMD d\n",
    "heredoc quoted": "FROM a\nRUN <<'EOF'\n$x\nEOF\nRUN <<\"END\"\ny\nEND\n",
    "heredoc dash": "FROM a\nRUN <<-EOF\n\tpip install x\n\tEOF\nCMD d\n",
    "heredoc to a program": "FROM a\nRUN python3 <<EOF\nimport x\nEOF\n",
    "heredoc with more behind": "FROM a\nRUN cat <<EOF > /x && y\nz\nEOF\nCMD d\n",
    "two heredocs": "FROM a\nRUN x <<A <<B\n1\nA\n2\nB\nCMD d\n",
    "heredoc in copy": "FROM a\nCOPY <<EOF /x\nbody\nEOF\nCOPY <<a <<b /y/\n1\na\n2\nb\n",
    "heredoc in add": "FROM a\nADD <<robots.txt /x/\nbody\nrobots.txt\n",
    "heredoc with a descriptor": "FROM a\nRUN x 3<<EOF\nbody\nEOF\n",
    "heredoc after a continuation": "FROM a\nRUN x \\\n  <<EOF\nbody\nEOF\nCMD d\n",
    "heredoc empty": "FROM a\nRUN <<EOF\nEOF\nCMD d\n",
    "heredoc with flags": "FROM a\nRUN --mount=type=cache,target=/c <<EOF\nx\nEOF\n",
    "no heredoc in cmd": "FROM a\nCMD cat <<EOF\n",
    "no heredoc in quotes": "FROM a\nRUN echo '<<EOF'\nCMD x\n",
    "here-string": "FROM a\nRUN cat <<<EOF\nCMD x\n",
    "shift": "FROM a\nRUN echo $((1<<2))\nCMD x\n",
    "onbuild": "FROM a\nONBUILD RUN b \\\n  c\nonbuild copy . /x\n",
    "onbuild exec": 'FROM a\nONBUILD CMD ["x", "y"]\n',
    "onbuild flags": "FROM a\nONBUILD COPY --chown=a:b . /x\n",
    "exec form": 'FROM a\nRUN ["a", "b c"]\nENTRYPOINT [ "x" , "y" ]\nCMD []\n',
    "exec form over lines": 'FROM a\nCMD ["a", \\\n  "b", \\\n # c\n  "d"]\n',
    "exec form escapes": 'FROM a\nCMD ["a\\"b", "c\\\\d", "\\u0041", "e\\tf"]\n',
    "exec form single quotes": "FROM a\nCMD ['a', 'b']\n",
    "exec form trailing comma": 'FROM a\nCMD ["a", ]\n',
    "exec form not strings": 'FROM a\nCMD ["a", 1]\n',
    "exec form unclosed": 'FROM a\nCMD ["a", "b"\n',
    "test is no array": "FROM a\nRUN [ -f x ] && y\n",
    "exec form with more behind": 'FROM a\nRUN ["a"] b\n',
    "copy array": 'FROM a\nCOPY ["a b", "c/"]\nADD ["x","y"]\nVOLUME ["/v"]\nSHELL ["b", "-c"]\n',
    "flags": "FROM --platform=linux/amd64 a AS b\nCOPY --from=b --chown=u:g x y\n",
    "flag over lines": "FROM a\nRUN --mount=type=cache,target=/c \\\n  --network=none \\\n  x\n",
    "flag in quotes": 'FROM a\nRUN --mount=type=bind,target="/a b" x\n',
    "option that is no flag": "FROM a\nRUN x --y=z\nCOPY a --b c\n",
    "healthcheck": "FROM a\nHEALTHCHECK --interval=5m --retries=3 CMD curl -f x || exit 1\n",
    "healthcheck exec": 'FROM a\nHEALTHCHECK CMD ["a", "b"]\nHEALTHCHECK NONE\n',
    "healthcheck over lines": "FROM a\nHEALTHCHECK --timeout=3s \\\n  CMD x \\\n  y\n",
    "env": "FROM a\nENV A=b C=\"d e\" F='g h' I=j\\ k\n",
    "env old form": 'FROM a\nENV A b c\nENV D  "e f"  g\n',
    "env over lines": "FROM a\nENV A=b \\\n    C=d \\\n # e\n    F=g\n",
    "env odd": 'FROM a\nENV A= B="" C=x=y D=$A${B:-c} E="a\\"b"\n',
    "arg": "ARG V=1\nARG W\nFROM a:$V\nARG X=y Z\n",
    "label": 'FROM a\nLABEL a=b "c d"="e f" \\\n  g=h\nLABEL old form here\n',
    "stages": "FROM a AS b\nRUN x\nFROM b\nFROM scratch\nCOPY --from=b /x /y\n",
    "no FROM": "RUN pip install x\nUSER root\nRUN y\n",
    "quoted image": "FROM \"a:1\"\nFROM 'b' AS c\n",
    "the rest": "FROM a\nUSER u:g\nWORKDIR /a b\nEXPOSE 80 443/tcp\n"
    "STOPSIGNAL SIGTERM\nMAINTAINER A B <c@d>\n",
    "tabs": "FROM\ta\tAS\tb\nRUN\tc\td\nCOPY\ta\tb\n",
    "several blanks": "FROM   a    AS   b\nCOPY   x    y\nRUN   c    d\n",
    "many lines of shell": "FROM a\nRUN set -eux; \\\n  if x; then \\\n    y; \\\n"
    "  fi; \\\n  # z\n  rm -rf /w\n",
    "hash inside": "FROM a\nRUN echo '#x' \\\n  && b#c\n",
    "non-ascii": 'FROM a\nLABEL x="é ü"\nRUN echo 日本 \\\n  語\n',
    "trailing blanks": 'FROM a   \nRUN b   \nCMD ["x"]  \n',
    "form feed and no-break space": "FROM a\nRUN b\u00a0c\n",
    "unknown further down": "FROM a\nFOO bar\nRUN x\n",
}

# Where the reader differs from this parser on purpose, and why:
DIFFERENCES = {
    "check directive": "the package is older than `# check=`, which today's BuildKit knows",
    "exec form not strings": "BuildKit stops at once; the other instructions are still of use",
    "exec form with more behind": "BuildKit reads the first array and ignores the rest of the line,"
    " today's takes the line for shell",
    "onbuild flags": "BuildKit reads the flags of a wrapped instruction at another place",
    "flag in quotes": "BuildKit takes the quotes away; here flags are as written",
}


def values(instruction: Instruction) -> tuple[str, ...]:
    """Return the argument words in the way in which BuildKit's parser lists them."""
    text = logical(instruction).text
    array = arguments(instruction)
    keyword = instruction.keyword
    if keyword == "HEALTHCHECK" and text.upper().startswith("CMD"):
        inner = instruction._replace(keyword="CMD", text=text[3:].lstrip(), flags=())
        return ("CMD", *values(inner))
    if keyword in {"RUN", "CMD", "ENTRYPOINT"} and text.startswith("["):
        commands = run_commands(instruction)
        if commands and commands[0].words == tuple(array):
            return tuple(word.text for word in array)
        return (text,) if array and array[0].text.startswith("[") else ()
    if keyword in {"RUN", "CMD", "ENTRYPOINT", "WORKDIR", "MAINTAINER", "STOPSIGNAL", "USER"}:
        return (text,)
    if keyword == "ENV":
        return tuple(part for name, word in variables(instruction) for part in (name, word.text))
    return tuple(word.text for word in array)


def unquoted(keyword: str, value: tuple[str, ...]) -> tuple[str, ...]:
    """BuildKit takes the quotes of ENV away in a later step."""
    if keyword != "ENV":
        return value
    quotes = r"""\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'"""

    def bare(found: re.Match[str]) -> str:
        return found[1] or (found[2] or "").replace('\\"', '"') or found[3] or ""

    return tuple(re.sub(quotes, bare, part) for part in value)


@pytest.mark.parametrize("name", FILES)
def test_agrees_with_buildkit(name: str) -> None:
    reference = pytest.importorskip("dockerfile")
    mine = [
        (
            "ONBUILD" if one.onbuild else one.keyword,
            one.keyword if one.onbuild else None,
            one.place.line,
            one.flags,
            values(one) if one.keyword not in {"LABEL", "FOO"} else (),
            [(heredoc.name, heredoc.body) for heredoc in one.heredocs],
        )
        for one in parse(FILES[name]).instructions
    ]
    try:
        parsed = reference.parse_string(FILES[name])
    except reference.GoParseError:
        parsed = ()
    theirs = [
        (
            one.cmd.upper(),
            one.sub_cmd and one.sub_cmd.upper(),
            one.start_line,
            one.flags,
            unquoted(one.cmd.upper(), one.value) if one.cmd not in {"LABEL", "FOO"} else (),
            [(heredoc.name, heredoc.content) for heredoc in one.heredocs],
        )
        for one in parsed
    ]
    if name in DIFFERENCES:
        assert mine != theirs, "the difference is gone: take it off the list"
    else:
        assert mine == theirs


def test_the_table_is_wide() -> None:
    assert len(FILES) >= 60
    assert set(DIFFERENCES) <= set(FILES)


def ran(text: str) -> list[list[str]]:
    """Every command that the file runs, as `word@line:column`."""
    return [
        [f"{word.text}@{word.place.line}:{word.place.column}" for word in command.words]
        for instruction in parse(text).instructions
        for command in run_commands(instruction)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'FROM a\nRUN pip install \\\n    # why\n    pandas==2.2.2 \\\n\n  "numpy" && b\n',
            [["pip@2:5", "install@2:9", "pandas==2.2.2@4:5", "numpy@6:3"], ["b@6:14"]],
            id="continuations",
        ),
        pytest.param("RUN a \\\r\n  b\r\nCMD c\r\n", [["a@1:5", "b@2:3"], ["c@3:5"]], id="crlf"),
        pytest.param(
            "RUN a # note \\\n b\nRUN c\n", [["a@1:5"], ["c@3:5"]], id="comment takes the next line"
        ),
        pytest.param(
            "RUN --mount=type=cache,target=/c \\\n  --network=none pip install x",
            [["pip@2:18", "install@2:22", "x@2:30"]],
            id="flags",
        ),
        pytest.param("# escape=`\nRUN a `\n  b\n", [["a@2:5", "b@3:3"]], id="escape directive"),
        pytest.param('CMD ["python", \\\n  "a.py"]', [["python@1:6", "a.py@2:3"]], id="exec form"),
        pytest.param(
            'RUN ["bash", "-c", "pip install \\"a b\\" c"]',
            [
                ["bash@1:6", "-c@1:14", 'pip install "a b" c@1:20'],
                ["pip@1:21", "install@1:25", "a b@1:33", "c@1:41"],
            ],
            id="exec form of a shell",
        ),
        pytest.param("CMD []", [], id="empty exec form"),
        pytest.param(
            "RUN <<EOF\npip install x\n  y\nEOF\n",
            [["pip@2:1", "install@2:5", "x@2:13"], ["y@3:3"]],
            id="heredoc",
        ),
        pytest.param(
            "RUN <<-'EOF'\n\tpip install x\n\tEOF\n",
            [["pip@2:2", "install@2:6", "x@2:14"]],
            id="heredoc with tabs",
        ),
        pytest.param("RUN <<EOF\n#!/usr/bin/env python\nimport x\nEOF\n", [], id="python shebang"),
        pytest.param("RUN <<EOF\n#!/bin/bash -e\nx\nEOF\n", [["x@3:1"]], id="bash shebang"),
        pytest.param(
            "RUN bash -e <<EOF\npip x\nEOF\n",
            [["bash@1:5", "-e@1:10"], ["pip@2:1", "x@2:5"]],
            id="heredoc to a shell",
        ),
        pytest.param(
            "RUN python3 <<EOF\nimport x\nEOF\n", [["python3@1:5"]], id="heredoc to python"
        ),
        pytest.param(
            "RUN cat <<A > /x && sh <<B\nno\nA\nyes\nB\n",
            [["cat@1:5"], ["sh@1:21"], ["yes@4:1"]],
            id="two heredocs",
        ),
        pytest.param(
            "RUN sh <<A && \\\n  x\nyes\nA\n",
            [["sh@1:5"], ["x@2:3"], ["yes@3:1"]],
            id="heredoc and continuation",
        ),
        pytest.param("COPY <<EOF /x\npip install x\nEOF\n", [], id="copy runs nothing"),
        pytest.param("ONBUILD RUN pip x", [["pip@1:13", "x@1:17"]], id="onbuild"),
        pytest.param(
            "HEALTHCHECK --interval=5s \\\n CMD curl -f x || exit 1",
            [["curl@2:6", "-f@2:11", "x@2:14"], ["exit@2:19", "1@2:24"]],
            id="healthcheck",
        ),
        pytest.param('HEALTHCHECK CMD ["a"]', [["a@1:18"]], id="healthcheck exec"),
        pytest.param("HEALTHCHECK NONE", [], id="healthcheck none"),
        pytest.param(
            "ENTRYPOINT exec gunicorn a",
            [["exec@1:12", "gunicorn@1:17", "a@1:26"]],
            id="entrypoint",
        ),
    ],
)
def test_commands(text: str, expected: list[list[str]]) -> None:
    assert ran(text) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ENV A=b", [("A", "b", 7, True)]),
        ("ENV A=b C=\"d e\" F='$g' H=$I", [("A", "b", 7, True), ("C", "d e", 11, True),
                                       ("F", "$g", 19, True), ("H", "$I", 26, False)]),
        ("ENV A b  c", [("A", "b  c", 7, True)]),
        ("ENV A \"b c\"", [("A", "b c", 7, True)]),
        ("ENV A=b\\ c", [("A", "b c", 7, True)]),
        ("ENV A", [("A", "", 6, True)]),
        ("ARG A", [("A", "", 6, True)]),
        ("ARG A=\"b\" C", [("A", "b", 7, True), ("C", "", 12, True)]),
        ("LABEL a=b", []),
        ("ENV", []),
    ],
)  # fmt: skip
def test_variables(line: str, expected: list[tuple[str, str, int, bool]]) -> None:
    (instruction,) = parse(line).instructions
    found = variables(instruction)
    assert [(name, word.text, word.place.column, word.literal) for name, word in found] == expected


def test_a_variable_on_a_later_line() -> None:
    (instruction,) = parse('ENV A=b \\\n # c\n    D="e f"').instructions
    (_, (name, word)) = variables(instruction)
    assert (name, word.text, word.place, word.at(0)) == ("D", "e f", Place(3, 7), Place(3, 8))
    assert word.end == (3, 12)


def test_text_is_laid_out_as_in_the_file() -> None:
    instruction = parse("\n  RUN a  `\n# c\n\n  b").instructions[0]
    assert instruction.text == "a  `"
    instruction = parse("# escape=`\n  RUN a  ` \n# c\n\n  b").instructions[0]
    assert instruction.text == "a  \\\n\\\n\\\n  b"
    assert (instruction.place, instruction.text_place) == (Place(2, 3), Place(2, 7))


STAGES = """\
ARG VERSION=3.11
ARG TAG=${VERSION}-slim
ARG UNKNOWN
FROM --platform=$BUILDPLATFORM python:${TAG} AS Build
ARG VERSION=9
FROM "registry:5000/a/b"
FROM build
FROM a:$UNKNOWN AS x
FROM ${BASE:-b:1.2@sha256:0f}
FROM a:${V:-1.0}
FROM scratch
"""


def test_stages() -> None:
    read = parse(STAGES)
    assert [(stage.image, stage.name, stage.place, stage.tag, stage.digest, stage.parent)
            for stage in read.stages] == [
        ("python:3.11-slim", "Build", Place(4, 32), "3.11-slim", "", None),
        ("registry:5000/a/b", None, Place(6, 6), "", "", None),
        ("build", None, Place(7, 6), "", "", 0),
        ("a:$UNKNOWN", "x", Place(8, 6), "$UNKNOWN", "", None),
        ("b:1.2@sha256:0f", None, Place(9, 6), "1.2", "sha256:0f", None),
        ("a:1.0", None, Place(10, 6), "1.0", "", None),
        ("scratch", None, Place(11, 6), "", "", None),
    ]  # fmt: skip
    assert read.stages[1].raw == "registry:5000/a/b"
    assert [one.stage for one in read.instructions] == [-1, -1, -1, 0, 0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$A", "1"),
        ("${A}x", "1x"),
        ("$Ax", "$Ax"),
        ("${B}", "${B}"),
        ("${B:-d}", "d"),
        ("${B-d}", "d"),
        ("${A:-d}", "1"),
        ("${A:+d}", "d"),
        ("${B:+d}", ""),
        ("${E:-d}", "d"),
        ("${E-d}", ""),
        ("${B:-$A}", "1"),
        ("${B:-${A}}", "1"),
        ("${A%x}", "${A%x}"),
        ("\\$A", "\\$A"),
        ("a$", "a$"),
    ],
)
def test_expand(value: str, expected: str) -> None:
    assert expand(value, {"A": "1", "E": ""}) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# x\n\nFORM a", "cannot parse as Dockerfile: unknown instruction 'FORM' (line 3)"),
        ("{% if x %}\nFROM a", "cannot parse as Dockerfile: unknown instruction '{%' (line 1),"
                               " it may be a template"),
        ("\\", "cannot parse as Dockerfile: unknown instruction '' (line 1)"),
        ("# escape=x\nFROM a", "cannot parse as Dockerfile: escape directive is neither \\ nor `"
                               " (line 1)"),
        ("FROM a\nRUN <<EOF\nx\n", "cannot parse as Dockerfile: here-document 'EOF' does not end"
                                   " (line 2)"),
    ],
)  # fmt: skip
def test_no_dockerfile(text: str, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert str(caught.value) == message
    assert caught.value.undecided == ("template" in message)


def test_nothing_in_it() -> None:
    assert parse("") == parse("# only\n\n# comments\n") == ((), ())


def test_arguments_that_double_do_not_explode() -> None:
    read = parse("ARG A=ab\n" + "ARG A=$A$A\n" * 500 + "FROM $A\n")
    assert len(read.stages[0].image) <= 500


def test_reads_a_file_once() -> None:
    file = File("Dockerfile", data=b"\xef\xbb\xbfFROM a:1\n")
    assert file.read(dockerfile.dockerfile) is file.read(dockerfile.dockerfile)
    assert file.read(dockerfile.dockerfile).stages[0].image == "a:1"


PARTS = st.sampled_from(
    ["FROM ", "RUN ", "ENV ", "ARG ", "COPY ", "CMD ", "ONBUILD ", "HEALTHCHECK ", "--a=b ", "<<E",
     "E", "\n", "\r\n", "\\", "\\\n", "`", "#", "[", "]", '"', "'", ",", " ", "\t", "$", "${", "}",
     ":-", "=", "x", "\u00a0", "\u2028", "\x0b", "# escape=`\n"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.lists(PARTS, max_size=30).map(lambda parts: "FROM a\n" + "".join(parts)),
                 st.text()))  # fmt: skip
def test_any_text_is_read_or_unreadable(text: str) -> None:
    try:
        read = parse(text)
    except Unreadable as error:
        assert str(error).startswith("cannot parse as Dockerfile: ")
        return
    lines = text.split("\n")
    for instruction in read.instructions:
        line, column = instruction.place[:2]
        assert lines[line - 1][column - 1 :].upper().startswith(instruction.keyword[:1])
        for command in run_commands(instruction):
            assert 1 <= command.place.line <= len(lines)
        for _, word in variables(instruction):
            assert expand(word.text, {"x": "y"}) is not None
