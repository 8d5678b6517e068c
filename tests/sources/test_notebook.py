"""Notebooks: where things stand, what magics become, and repairs that touch nothing else."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Edit
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.notebook import (
    Cell,
    Line,
    Notebook,
    edit,
    notebook,
    python_source,
    script_magics,
    script_source,
    shell_lines,
)


def read(data: bytes | str) -> Notebook:
    data = data.encode() if isinstance(data, str) else data
    return File("a.ipynb", data=data).read(notebook)


def code(source: Any, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
    }
    return {**fields, "source": source, **more}


def document(*cells: Any, **metadata: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def cell_of(source: Any, **metadata: Any) -> Cell:
    return read(json.dumps(document(code(source), **metadata))).cells[0]


def apply(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    for each in sorted(edits, reverse=True):
        data = data[: each.start] + each.new + data[each.end :]
    return data


# Where things stand

JUPYTER = """\
{
 "cells": [
  {
   "cell_type": "markdown",
   "metadata": {},
   "source": [
    "# Title\\n",
    "text"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "metadata": {"tags": ["parameters", "mlops-ignore"]},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "one\\n",
      "two\\n"
     ]
    }
   ],
   "source": [
    "x = 1\\n",
    "y = 'é'"
   ]
  },
  {
   "cell_type": "code",
   "metadata": {},
   "outputs": [],
   "source": []
  }
 ],
 "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""


def test_jupyter_style() -> None:
    found = read(JUPYTER)
    assert (found.language, found.version) == ("python", 4)
    title, first, second = found.cells
    assert (title.number, title.kind, title.source) == (0, "markdown", "# Title\ntext")
    assert title.file_lines == (7, 8)
    assert (first.number, first.kind, first.source) == (1, "code", "x = 1\ny = 'é'")
    assert first.lines == [Line("x = 1", 26), Line("y = 'é'", 27)]
    assert first.tags == {"parameters", "mlops-ignore"}
    assert (second.number, second.source, second.file_lines) == (2, "", (30,))
    (stream,) = first.outputs
    assert (stream.mime, stream.file_line) == ("stream", 20)
    assert stream.lines == [Line("one", 20), Line("two", 21), Line("", 21)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_tokens_and_lines_of_any_ending(ending: str, mark: bytes) -> None:
    data = mark + JUPYTER.replace("\n", ending).encode()
    cell = read(data).cells[1]
    assert cell.file_lines == (26, 27)
    assert [data[t.start : t.end].decode() for t in cell.tokens] == ['"x = 1\\n"', "\"y = 'é'\""]
    assert [token.text for token in cell.tokens] == ["x = 1\n", "y = 'é'"]


@pytest.mark.parametrize(
    ("written", "source", "file_lines"),
    [
        ('"a\\nb\\n"', "a\nb\n", (1, 1, 1)),
        ('["a\\n",\n"b"]', "a\nb", (1, 2)),
        ('["a\\n",\n"",\n"b"]', "a\nb", (1, 3)),
        ('["a\\n",\n""]', "a\n", (1, 2)),
        ('["a\\n"\n]', "a\n", (1, 1)),
        ('["a",\n"b\\nc"]', "ab\nc", (1, 2)),
        ('["a\\r\\n",\n"b\\rc"]', "a\nb\nc", (1, 2, 2)),
        ('["a\\r",\n"\\nb"]', "a\nb", (1, 2)),
        ('["a\\u2028b\\f"]', "a\u2028b\f", (1,)),
        ('"\\u00e9\\ud83d\\ude00 \\ud800"', "é😀 \ud800", (1,)),
        ('""', "", (1,)),
        ("[]", "", (1,)),
    ],
)
def test_source_lines(written: str, source: str, file_lines: tuple[int, ...]) -> None:
    cell = read('{"cells": [{"cell_type": "code", "source": %s}]}' % written).cells[0]  # noqa: UP031
    assert cell.source == source
    assert cell.file_lines == file_lines
    assert python_source(cell).count("\n") == source.count("\n")


def test_one_line_file_with_characters_of_all_widths() -> None:
    data = json.dumps(
        document(*[code([f"'é€😀{i}'\n", "b"]) for i in range(500)]), ensure_ascii=False
    ).encode()
    for i, cell in enumerate(read(data).cells):
        assert cell.file_lines == (1, 1)
        assert [json.loads(data[t.start : t.end]) for t in cell.tokens] == [f"'é€😀{i}'\n", "b"]


def test_version_3() -> None:
    data = """{"metadata": {"name": ""}, "nbformat": 3, "worksheets": [{"cells": [
{"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Title"]},
{"cell_type": "code", "collapsed": false, "input": ["import os\\n",
"!ls"], "language": "python", "metadata": {}, "outputs": [
{"output_type": "stream", "stream": "stdout", "text": "hello"},
{"output_type": "pyout", "prompt_number": 1, "metadata": {},
 "html": ["<b>\\n", "</b>"], "png": "iVBOR", "text": ["x"]},
{"output_type": "pyerr", "ename": "E", "evalue": "v",
 "traceback": ["\\u001b[0;31mE\\u001b[0m", "v\\nw"]}
], "prompt_number": 1}], "metadata": {}}]}"""
    found = read(data)
    assert found.version == 3
    heading, cell = found.cells
    assert (heading.kind, heading.source) == ("markdown", "Title")
    assert (cell.number, cell.source, cell.file_lines) == (1, "import os\n!ls", (3, 4))
    assert shell_lines(cell) == [("ls", 2, 2)]
    assert [tuple(output) for output in cell.outputs] == [
        ("stream", "hello", 5, (5,)),
        ("text/plain", "x", 7, (7,)),
        ("text/html", "<b>\n</b>", 7, (7, 7)),
        ("error", "E\nv\nw", 9, (9, 9, 9)),
    ]


def test_outputs() -> None:
    data = """{"cells": [{"cell_type": "code", "source": "", "outputs": [
{"output_type": "display_data", "data": {"image/png": "iVBOR", "application/pdf": "JVBE",
"text/html": ["<b>\\n",
"</b>"], "application/json": {"a": [1,
 "b"]}, "application/vnd.x+json": true}},
{"output_type": "error", "ename": "KeyError", "evalue": "k", "traceback": []},
{"output_type": "stream", "name": "stdout", "text": []}]}]}"""
    (cell,) = read(data).cells
    assert [tuple(output) for output in cell.outputs] == [
        ("text/html", "<b>\n</b>", 3, (3, 4)),
        ("application/json", '{"a": [1,\n "b"]}', 4, (4, 5)),
        ("application/vnd.x+json", "true", 2, (2,)),
        ("error", "KeyError\nk", 6, (6, 6)),
        ("stream", "", 7, (7,)),
    ]


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({}, "python"),
        ({"language_info": {"name": "python"}}, "python"),
        ({"language_info": {"name": "R"}, "kernelspec": {"name": "ir"}}, "r"),
        ({"kernelspec": {"name": "ir", "display_name": "R"}}, "r"),
        ({"kernelspec": {"name": "julia-1.9", "language": "julia"}}, "julia"),
        ({"kernelspec": {"name": "julia-1.9"}}, "julia"),
        ({"kernelspec": {"name": "python3"}}, "python"),
        ({"kernelspec": {"name": "bash"}}, "bash"),
    ],
)
def test_kernel_language(metadata: dict[str, Any], language: str) -> None:
    cell = cell_of("%pip install x\nls", **metadata)
    assert cell.language == language
    if language == "bash":
        assert shell_lines(cell) == [("%pip install x\nls", 1, 1)]
    elif language != "python":
        assert (python_source(cell), shell_lines(cell)) == ("\n", [])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b" \n", "empty file"),
        (b"\xef\xbb\xbf", "empty file"),
        ("{}".encode("utf-16"), "UTF-16 instead of UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cells": [\n\n{"cell_type": "co', "Unterminated string starting at (line 3)"),
        (b'{"cells": [\r\n\r\n', "Expecting value (line 3)"),
        (b"{}\n{}", "Extra data (line 2)"),
        (b"[]", "it is an array, not an object (line 1)"),
        (b"3", "it is a whole number, not an object"),
        (b"null", "it is null, not an object"),
        (b'\n{"nbformat": 4}', 'no "cells" (line 2)'),
        (b'{"cells": {}}', '"cells" is an object, not an array (line 1)'),
        (b'{"cells": [\n[]]}', 'an entry of "cells" is an array, not an object (line 2)'),
        (b'{"cells": [], "nbformat": "4"}', '"nbformat" is a string, not a whole number (line 1)'),
        (
            b'{"cells": [], "nbformat": true}',
            '"nbformat" is true or false, not a whole number (line 1)',
        ),
        (b'{"cells": [], "metadata": 1}', '"metadata" is a whole number, not an object (line 1)'),
        (b'{"worksheets": [1]}', 'an entry of "worksheets" is no object'),
        (b'{"worksheets": [{}]}', 'no "cells" (line 1)'),
        (b'{"cells": [{"source": ""}]}', 'no "cell_type" (line 1)'),
        (b'{"cells": [\n{"cell_type": "code"}]}', 'no "source" (line 2)'),
        (
            b'{"cells": [{"cell_type": "code", "source": 1}]}',
            '"source" is a whole number, not a string or an array of strings (line 1)',
        ),
        (
            b'{"cells": [{"cell_type": "code", "source":\n["a", 1]}]}',
            '"source" is an array of other things, not a string or an array of strings (line 2)',
        ),
        (
            b'{"cells": [{"cell_type": "code", "source": "", "outputs": {}}]}',
            '"outputs" is an object, not an array (line 1)',
        ),
        (
            b'{"cells": [{"cell_type": "code", "source": "", "outputs": [1]}]}',
            'an entry of "outputs" is no object',
        ),
        (
            b'{"cells": [{"cell_type": "code", "source": "", "metadata": {"tags": "a\\nb",'
            b' "x": 1}, "outputs": [{"output_type": "x", "data": {"text/plain": 1}}]}]}',
            '"text/plain" is a whole number, not a string (line 1)',
        ),
    ],
)
def test_unreadable(data: bytes, message: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(data)
    assert str(error.value) == f"cannot parse as notebook: {message}"


# Magics

SYSTEM, RUN = "get_ipython().system", "get_ipython().run_line_magic"


@pytest.mark.parametrize(
    ("source", "python", "shell"),
    [
        ("%pip install x", f'{RUN}("pip", "install x")', [("pip install x", 1, 2)]),
        (
            "if 1:\n  %pip  install x ",
            f'if 1:\n  {RUN}("pip", "install x")',
            [("pip  install x", 2, 4)],
        ),
        ("%conda install y", f'{RUN}("conda", "install y")', [("conda install y", 1, 2)]),
        ("%uv pip install y", f'{RUN}("uv", "pip install y")', [("uv pip install y", 1, 2)]),
        ("% pip install x", f'{RUN}("pip", "install x")', [("pip install x", 1, 3)]),
        ("!pip install x", f'{SYSTEM}("pip install x")', [("pip install x", 1, 2)]),
        ("! pip install - q x", f'{SYSTEM}("pip install - q x")', [("pip install - q x", 1, 3)]),
        ("!!ls", 'get_ipython().getoutput("ls")', [("ls", 1, 3)]),
        (
            '!echo "a\\t$b" {c}',
            f'{SYSTEM}("echo \\"a\\\\t$b\\" {{c}}")',
            [('echo "a\\t$b" {c}', 1, 2)],
        ),
        ("!", f'{SYSTEM}("")', []),
        ("x = !ls -l", 'x = get_ipython().getoutput("ls -l")', [("ls -l", 1, 6)]),
        ("a, b = ! ls", 'a, b = get_ipython().getoutput("ls")', [("ls", 1, 10)]),
        ("x['a=b'] = 1 # = !ls", "x['a=b'] = 1 # = !ls", []),
        ('x["a"] =!ls', 'x["a"] =get_ipython().getoutput("ls")', [("ls", 1, 10)]),
        ("x = %env HOME", f'x = {RUN}("env", "HOME")', []),
        ("%env A=b", f'{RUN}("env", "A=b")', []),
        ("%sx ls", f'{RUN}("sx", "ls")', [("ls", 1, 5)]),
        ("%system  pip list", f'{RUN}("system", "pip list")', [("pip list", 1, 10)]),
        ("x = %sx ls", f'x = {RUN}("sx", "ls")', [("ls", 1, 9)]),
        ("%matplotlib inline", f'{RUN}("matplotlib", "inline")', []),
        ("%%time\nf()", "# %%time\nf()", []),
        ("%%capture out\n!ls\nx = 1", f'# %%capture out\n{SYSTEM}("ls")\nx = 1', [("ls", 2, 2)]),
        ("%%timeit -n 3\nf()", "# %%timeit -n 3\nf()", []),
        ("%%prun\nf()", "# %%prun\nf()", []),
        ("% % time\nf()", "# % % time\nf()", []),
        (
            "#@title x\n%%capture\n%pip install x",
            f'#@title x\n# %%capture\n{RUN}("pip", "install x")',
            [("pip install x", 3, 2)],
        ),
        ("%time x = f(1)", "if 1: x = f(1)", []),
        ("%timeit  f(1)", "if 1:    f(1)", []),
        ("%time for x in y: f()", f'{RUN}("time", "for x in y: f()")', []),
        ("%time !pip install x", f'{RUN}("time", "!pip install x")', [("pip install x", 1, 8)]),
        ("?name", "pass", []),
        ("name?", "pass", []),
        ("a.b[0].c?? # why", "pass", []),
        ("%pip?", "pass", []),
        ("if x:\n    name??", "if x:\n    pass", []),
        (
            "if x:\n\t!pip install y\nelse:\n\tpass",
            f'if x:\n\t{SYSTEM}("pip install y")\nelse:\n\tpass',
            [("pip install y", 2, 3)],
        ),
        (
            "!pip install \\\n  a \\\n  b\nx = 1",
            f'{SYSTEM}("pip install a b")\n\n\nx = 1',
            [("pip install \\\n  a \\\n  b", 1, 2)],
        ),
        (
            "%pip install a \\\n  b",
            f'{RUN}("pip", "install a b")\n',
            [("pip install a \\\n  b", 1, 2)],
        ),
        ("x = !a \\\n b", 'x = get_ipython().getoutput("a b")\n', [("a \\\n b", 1, 6)]),
        ("!ls \\", f'{SYSTEM}("ls")', [("ls \\", 1, 2)]),
        ("x = [\n  a\n  % b\n]\n!ls", f'x = [\n  a\n  % b\n]\n{SYSTEM}("ls")', [("ls", 5, 2)]),
        ("s = '''\n!ls\n%pip install x\n'''", "s = '''\n!ls\n%pip install x\n'''", []),
        (
            's = """a\\"""\n!ls\nname?"""\n!ls',
            f's = """a\\"""\n!ls\nname?"""\n{SYSTEM}("ls")',
            [("ls", 4, 2)],
        ),
        ("s = 'a\\\n!b'\n!ls", f"s = 'a\\\n!b'\n{SYSTEM}(\"ls\")", [("ls", 3, 2)]),
        ("x = a \\\n  % b", "x = a \\\n  % b", []),
        ("x = 1  # (\n!ls", f'x = 1  # (\n{SYSTEM}("ls")', [("ls", 2, 2)]),
        ("s = '(' + \"[\"\n!ls", f's = \'(\' + "["\n{SYSTEM}("ls")', [("ls", 2, 2)]),
        ("s = 'x = !ls'\nt = f'{a!r}'", "s = 'x = !ls'\nt = f'{a!r}'", []),
        ("a != b", "a != b", []),
        ("pip install x", f'{RUN}("pip", "install x")', [("pip install x", 1, 1)]),
        ("conda install -y x", f'{RUN}("conda", "install -y x")', [("conda install -y x", 1, 1)]),
        ("cd data", f'{RUN}("cd", "data")', []),
        ("cd ../data", f'{RUN}("cd", "../data")', []),
        ("ls -l", "ls -l", []),
        ("cat = 1\nrun in (\n1,)\npip", "cat = 1\nrun in (\n1,)\npip", []),
        ("%%bash\npip install x\nls", "\n\n", [("pip install x\nls", 2, 1)]),
        ("%%sh\n\n", "\n\n", []),
        ("\n%%script bash -e\nls", "\n\n", [("ls", 3, 1)]),
        ("%%script --bg /bin/zsh\nls", "\n", [("ls", 2, 1)]),
        ("%%script false --no-raise-error\n!pip install x", "\n", []),
        ("%%script python3\nx = 1", "# %%script python3\nx = 1", []),
        ("%%!\nls", "\n", [("ls", 2, 1)]),
        ("%%capture\n%%bash\nls", "\n\n", [("ls", 3, 1)]),
        ("%%writefile x.py\n!ls", "\n", []),
        ("%%sql\nselect 1", "\n", []),
        ("%sql select 1\nx = 1", f'{RUN}("sql", "select 1")\nx = 1', []),
        ("%sql select 1\nfrom x where", "\n", []),
        ("%sh pip install x\nls", "\n", [("pip install x\nls", 1, 5)]),
        ("%md # Title\nSome text", "\n", []),
        ("%python\nx = 1", "# %python\nx = 1", []),
        ("x = '\ud800'", "x = '\ufffd'", []),
        ("", "", []),
        ("\n", "\n", []),
    ],
)
def test_magics(source: str, python: str, shell: list[tuple[str, int, int]]) -> None:
    cell = cell_of(source)
    assert python_source(cell) == python
    ast.parse(python)
    assert python.count("\n") == source.count("\n")
    assert shell_lines(cell) == shell
    for text, line, column in shell:
        here = "\n".join(source.split("\n")[line - 1 :])
        assert here[column - 1 :].startswith(text)


@pytest.mark.parametrize(
    ("first", "language"),
    [
        ("%%bash", "bash"),
        ("%%sh -e", "bash"),
        ("%%script perl", "perl"),
        ("%%script", "script"),
        ("%%SQL", "sql"),
        ("%%html", "html"),
        ("%%HTML", "html"),
        ("%%writefile -a x.py", "writefile"),
        ("%%file x.py", "writefile"),
        ("%%R -i x", "r"),
        ("%%js", "javascript"),
        ("%%javascript", "javascript"),
        ("%%cython -a", "cython"),
        ("%%bigquery df", "bigquery"),
        ("%md", "markdown"),
        ("%scala", "scala"),
        ("%sql", "sql"),
        ("%sqlx", "python"),
        ("%%time", "python"),
        ("x = 1", "python"),
    ],
)
def test_language(first: str, language: str) -> None:
    assert cell_of(first + "\nx").language == language


DATABRICKS = """\
# Databricks notebook source
# MAGIC %md
# MAGIC !ls
# COMMAND ----------
# MAGIC %pip install x
# COMMAND ----------
# MAGIC %sh
# MAGIC pip install \\
# MAGIC   y
x = 1
# MAGIC %run ./setup
"""


def test_databricks_script() -> None:
    assert script_magics(DATABRICKS) == [
        ("pip install x", 5, 10),
        ("pip install \\\n          y\n".rstrip(), 8, 9),
    ]
    assert script_source(DATABRICKS) == DATABRICKS


def test_script_that_begins_with_a_magic() -> None:
    text = "%pip install x\r\n!pip install y\r\nimport os\r\n# MAGIC %pip install z\r\n"
    assert script_magics(text) == [("pip install x", 1, 2), ("pip install y", 2, 2)]
    assert script_source(text) == (
        f'{RUN}("pip", "install x")\n{SYSTEM}("pip install y")\nimport os\n# MAGIC %pip install z\n'
    )


# Repairs


@pytest.mark.parametrize(
    ("tokens", "start", "end", "new", "expected"),
    [
        (r'"abc"', 1, 2, "X", r'"aXc"'),
        (r'"abc"', 3, 3, "X", r'"abcX"'),
        (r'"a\u0062c"', 2, 3, '"\n', r'"a\u0062\"\n"'),
        (r'"\u00e9bc"', 1, 2, "€", r'"\u00e9\u20acc"'),
        (r'"ébc"', 1, 2, "€", r'"é€c"'),
        (r'"abc"', 1, 2, "€", r'"a€c"'),
        (r'"a", "\u00e9"', 0, 1, "😀", r'"\ud83d\ude00", "\u00e9"'),
        (r'"\ud83d\ude00b"', 1, 2, "c", r'"\ud83d\ude00c"'),
        (r'"abc"', 1, 2, "\ud800", r'"a\ud800c"'),
        (r'"a\n", "b\n", "c"', 1, 4, "-", r'"a-", "", "c"'),
        (r'"a\n", "b"', 2, 2, "X", r'"a\n", "Xb"'),
        (r'"a\n", ""', 2, 2, "X", r'"a\n", "X"'),
        (r'"a\r\n", "b"', 2, 3, "X", r'"a\r\n", "X"'),
        (r'"a\r\nb"', 1, 2, "", r'"ab"'),
        (r'"a\r\nb"', 1, 1, "X", r'"aX\r\nb"'),
    ],
)
def test_edit(tokens: str, start: int, end: int, new: str, expected: str) -> None:
    whole = '{"name": "é", "cells": [{"cell_type": "code", "source": [%s], "x": "€"}]}\r\n'
    data = (whole % tokens).encode()
    edits = edit(read(data).cells[0], start, end, new)
    assert apply(data, edits).decode() == whole % expected


@pytest.mark.parametrize(
    ("source", "start", "end"), [("abc", 2, 1), ("abc", -1, 1), ("abc", 0, 4), ([], 0, 0)]
)
def test_edit_of_no_place(source: Any, start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no place"):
        edit(cell_of(source), start, end, "x")


@settings(max_examples=200, deadline=None)
@given(
    parts=st.lists(
        st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=8),
        min_size=1,
    ),
    escapes=st.booleans(),
    indent=st.sampled_from([None, 1]),
    new=st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=8),
    more=st.data(),
)
def test_edit_round_trip(
    parts: list[str], escapes: bool, indent: int | None, new: str, more: st.DataObject
) -> None:
    cells = [code(["é😀"]), code(parts), code("\u20ac")]
    data = json.dumps(document(*cells), ensure_ascii=escapes, indent=indent).encode()
    cell = read(data).cells[1]
    source = "".join(parts)
    assert cell.source == source
    end = more.draw(st.integers(0, len(source)))
    start = more.draw(st.integers(0, end))
    edits = edit(cell, start, end, new)
    changed = apply(data, edits)
    expected = json.loads(data)
    again = read(changed).cells[1]
    assert again.source == source[:start] + new + source[end:]
    expected["cells"][1]["source"] = [token.text for token in again.tokens]
    assert json.loads(changed) == expected
    for each in edits:
        assert any(token.start < each.start <= each.end < token.end for token in cell.tokens)
    if escapes and not cell.source.isascii():
        assert changed.isascii() or not new.isascii()


# Anything at all


def digest(data: bytes) -> None:
    try:
        found = read(data)
    except Unreadable as error:
        assert str(error).startswith("cannot ")
        return
    for cell in found.cells:
        assert len(cell.lines) == len(cell.file_lines)
        assert python_source(cell).count("\n") == cell.source.count("\n")
        shell_lines(cell)
        for output in cell.outputs:
            assert output.lines[0].file_line == output.file_line


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    digest(data)
    digest(JUPYTER.encode()[: len(data) * 20] + data)


KEYS = st.sampled_from(
    [
        "cells",
        "cell_type",
        "source",
        "metadata",
        "outputs",
        "output_type",
        "data",
        "text",
        "traceback",
        "ename",
        "tags",
        "nbformat",
        "worksheets",
        "input",
        "language",
        "kernelspec",
        "language_info",
        "name",
        "text/plain",
        "application/json",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["code", "stream", "error", "pyout", "%%bash\nx", "!x \\\n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
CELLS = st.fixed_dictionaries(
    {"cell_type": st.just("code"), "source": VALUES},
    optional={
        "metadata": VALUES,
        "outputs": st.lists(
            st.fixed_dictionaries(
                {"output_type": st.sampled_from(["stream", "error", "pyout", "display_data"])},
                optional={"data": VALUES, "text": VALUES, "html": VALUES, "traceback": VALUES},
            )
        ),
    },
)


@settings(max_examples=200, deadline=None)
@given(VALUES | st.fixed_dictionaries({"cells": st.lists(CELLS)}, optional={"metadata": VALUES}))
def test_any_json(value: Any) -> None:
    digest(json.dumps(value).encode())


LINES = st.lists(
    st.sampled_from(
        ["!ls", "%pip install x", "x = !a \\", "'''", '"""', "(", ")", "\\", "name?", "%%bash", "x"]
    )
    | st.text("!%?\\ '\"()[]=#xab\t\f\0é", max_size=12)
)


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_any_script(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert script_source(text).count("\n") == text.count("\n")
    for prefix in ("", "# Databricks notebook source\n# MAGIC "):
        for shell, line, column in script_magics(prefix + text.replace("\n", "\n# MAGIC ")):
            assert shell.strip()
            assert line >= 1 <= column
