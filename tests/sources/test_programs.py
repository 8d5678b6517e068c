"""What runs when a script or notebook is started."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest
from helpers import notebook, together
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.sources import programs
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.repository import Repository


def repository(files: Mapping[str, str | bytes]) -> Repository:
    made = Repository(files, listed=files)
    for path, text in files.items():
        made.add(File(path, data=text.encode() if isinstance(text, str) else text))
    return made


def reached(files: Mapping[str, str], path: str = "main.py", *, known: bool = False) -> set[str]:
    """Return the functions and methods that the first program judged with `path` reaches."""
    first = programs.programs(repository(files).file(path))[0]
    nodes = first.known if known else first.reached
    return {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


MAIN = '\nif __name__ == "__main__":\n'
LIBRARY = """\
import keras


def train():
    helper()


def helper():
    def inner():
        pass
    inner()


def idle():
    pass


class Model:
    def __init__(self):
        self.setup()

    def setup(self):
        pass

    def fit(self):
        pass

    def save(self):
        pass


class Callback(keras.callbacks.Callback):
    def on_epoch_end(self, epoch):
        pass

    def fit(self):
        pass


if __name__ == "__main__":
    idle()
"""
MODEL = {"Model", "__init__", "setup"}
CALLS: dict[str, tuple[str, set[str]]] = {
    "called": ("from lib import train\ntrain()", {"train", "helper"}),
    "by module": ("import lib as l\nl.train()", {"train", "helper"}),
    "star": ("from lib import *\ntrain()", {"train", "helper"}),
    "imported, and not called": ("from lib import train\nprint('hello')", set()),
    "main part of an imported module": ("import lib", set()),
    "passed": ("from lib import train\nrun(train)", {"train", "helper"}),
    "in a dictionary": (
        "from lib import train\nsteps = {'a': train}\nsteps[x]()",
        {"train", "helper"},
    ),
    "partial": (
        "import functools\nfrom lib import train\nfunctools.partial(train, 1)()",
        {"train", "helper"},
    ),
    "decorator": ("from lib import helper\n\n\n@helper\ndef f():\n    pass", {"helper", "f"}),
    "context manager": ("from lib import helper\nwith helper() as h:\n    pass", {"helper"}),
    "instance": ("from lib import Model\nModel()", MODEL),
    "method": ("from lib import Model\nmodel = Model()\nmodel.fit()", MODEL | {"fit"}),
    "method by text": (
        "from lib import Model\ngetattr(Model(), 'save')()",
        MODEL | {"save"},
    ),
    "callback, called by a framework": (
        "from lib import Callback\nkeras_fit(callbacks=[Callback()])",
        {"Callback", "on_epoch_end"},
    ),
    "in a lambda": ("from lib import train\nrun(lambda: train())", {"train", "helper"}),
    "as a default": (
        "from lib import train\n\n\ndef go(step=train):\n    step()\n",
        {"train", "helper", "go"},
    ),
}


@pytest.mark.parametrize(("source", "expected"), CALLS.values(), ids=CALLS)
def test_reached(source: str, expected: set[str]) -> None:
    start = source if "def " in source else f"pass\n{source}\n"
    names = reached({"main.py": start + MAIN + "    pass\n", "lib.py": LIBRARY})
    assert names - {"go", "f"} == expected - {"go", "f"}


@pytest.mark.parametrize(
    "guard", ["__name__ == '__main__'", '"__main__" == __name__', "__name__ in ('__main__',)"]
)
def test_main_part(guard: str) -> None:
    files = {
        "lib.py": f"def train():\n    pass\n\n\nif {guard}:\n    train()\n",
        "main.py": "import lib\n" + MAIN + "    pass\n",
    }
    assert reached(files) == set()
    assert "train" in reached(files, "lib.py")


def test_a_file_that_nobody_imports_is_reached_as_a_whole() -> None:
    assert reached({"main.py": "def train():\n    pass\n"}) == {"train"}
    files = {
        "pkg/__init__.py": "from .lib import train\n",
        "pkg/lib.py": "def train():\n    pass\n\n\ndef idle():\n    pass\n",
    }
    assert reached(files, "pkg/__init__.py") == {"train"}  # others may import it from here


def test_dispatch_by_name_widens_what_is_known() -> None:
    lib = "def train():\n    pass\n"
    for line in (
        "import hydra\nhydra.utils.instantiate(cfg)",
        "getattr(lib, cfg.name)()",
        "globals()[name]()",
    ):
        files = {"main.py": f"import lib\n{line}\n{MAIN}    pass\n", "lib.py": lib}
        assert reached(files) == set()
        assert reached(files, known=True) == {"train"}


LIB = """\
def train():
    model.fit(X)


def helper():
    pass


class Trainer:
    @classmethod
    def create(cls):
        return cls()

    @property
    def train(self):
        pass

    @staticmethod
    def fit():
        pass


STEPS = {"helper": helper}
"""
# What the main part of a module, which may define more, reaches of itself and of `lib`.
NAMES: dict[str, tuple[str, str, str]] = {
    "method of another object": ("from lib import helper", "model.train()", ""),
    "method of an object of the module": ("from lib import STEPS as s", "s.train()", "helper"),
    "text": ("from lib import helper", "print('train')", ""),
    "parameter": ("import lib\n\n\ndef use(train):\n    train()", "use(1)", "use"),
    "variable": ("import lib", "train = 1\n    print(train)", ""),
    "function of the module": ("import lib", "lib.train()", "train"),
    "module of a package": ("from pkg import lib as l", "l.train()", "train"),
    "star": ("from lib import *", "train()", "train"),
    "imported where it is used": ("", "from lib import train\n    train()", "train"),
    "by getattr": ("import lib", "getattr(lib, 'train')()", "train"),
    "of another object by getattr": ("import lib", "getattr(model, 'train')()", ""),
    "executed": ("exec(open('lib.py').read())", "train()", "train"),
    "renamed": ("from lib import train as go", "go()", "train"),
    "renamed, and not called": ("from lib import train as go", "pass", ""),
    "renamed by a package": ("from pkg import go", "go()", "train"),
    "class whose methods are not called": ("import lib", "lib.Trainer()", "Trainer"),
    "class method": ("import lib", "lib.Trainer.create()", "Trainer create"),
    "static method": ("import lib", "lib.Trainer.fit()", "Trainer fit"),
    "property, and no function": ("import lib", "lib.Trainer().train", "Trainer train"),
    "decorated command": (
        "import lib\n\n\n@app.command()\ndef go():\n    lib.train()",
        "app()",
        "go train",
    ),
    "decorated by a wrapper": (
        "import torch, lib\n\n\n@torch.no_grad()\ndef go():\n    lib.train()",
        "pass",
        "",
    ),
    "decorated method": (
        "class Flow(FlowSpec):\n    @step\n    def train(self):\n        pass",
        "Flow()",
        "Flow train",
    ),
}


@pytest.mark.parametrize(("head", "line", "expected"), NAMES.values(), ids=NAMES)
def test_names(head: str, line: str, expected: str) -> None:
    files = {
        "main.py": f"{head}\n{MAIN}    {line}\n",
        "lib.py": LIB,
        "pkg/__init__.py": "from .lib import train as go\n",
        "pkg/lib.py": LIB,
    }
    assert reached(files) - {"helper"} == {*expected.split()} - {"helper"}
    assert reached(files) <= reached(files, known=True)


@pytest.mark.parametrize(
    ("line", "kinds"), [("model.train()", []), ("lib.train()", ["violation"])], ids=["no", "yes"]
)
def test_service_that_does_not_train(line: str, kinds: list[str]) -> None:
    from mlops_checklist.experiments.parameters_logged import HOOK

    files = {
        "serve.py": f"import lib\n\nmodel = load()\n{MAIN}    {line}\n",
        "lib.py": "import mlflow\nfrom sklearn.svm import SVC\n\n\ndef train():\n"
        "    with mlflow.start_run():\n        SVC(C=2.0).fit(X, y)\n",
    }
    said = [outcome for outcome in together(HOOK, files) if outcome.kind == "violation"]
    assert [outcome.kind for outcome in said] == kinds


def test_what_nobody_calls_is_a_program_of_its_own() -> None:
    files = {
        "main.py": "import lib\nlog()\n\n\ndef log():\n    pass\n" + MAIN + "    pass\n",
        "lib.py": "def train():\n    pass\n",
    }
    (leftover,) = programs.programs(repository(files).file("lib.py"))
    names = {node.name for node in leftover.reached if isinstance(node, ast.FunctionDef)}
    known = {node.name for node in leftover.known if isinstance(node, ast.FunctionDef)}
    assert (names, known) == ({"train"}, {"train", "log"})


def test_what_another_program_runs_is_not_judged_again() -> None:
    files = {"main.py": "import lib\nlib.train()\n", "lib.py": "def train():\n    pass\n"}
    assert programs.programs(repository(files).file("lib.py")) == []


def test_notebook_is_a_program_across_its_cells() -> None:
    files = {"main.ipynb": notebook("def train():\n    pass", "%time train()", "def idle(): pass")}
    made = programs.programs(repository(files).file("main.ipynb"))
    assert [
        sorted(node.name for node in each.reached if isinstance(node, ast.FunctionDef))
        for each in made
    ] == [["train"], ["idle"]]


def test_trigger() -> None:
    made = repository({"main.py": "import lib\n", "lib.py": "model.fit(X)\n", "x.py": "pass\n"})
    assert len(programs.programs(made.file("main.py"), rb"\.fit\(")) == 1
    assert programs.programs(made.file("x.py"), rb"\.fit\(") == []


def test_module_that_cannot_be_parsed_is_left_out() -> None:
    made = repository({"main.py": "import lib\nlib.f()\n", "lib.py": "def f(:\n"})
    (program,) = programs.programs(made.file("main.py"))
    assert [module.file.path for module in program.modules] == ["main.py"]
    with pytest.raises(Unreadable):
        programs.programs(made.file("lib.py"))


def test_without_a_repository() -> None:
    (program,) = programs.programs(File("a.py", data=b"def f():\n    pass\n"))
    assert len(program.reached) == 2


PIECES = (
    "import a",
    "from . import b",
    "from .b import (",
    "c)",
    "from .. import *",
    "%run x.ipynb",
    "class A(B): pass",
    "def f(x=f, *, y): return g()",
    'if __name__ == "__main__": f()',
    "@f",
    "\\",
    '"""',
    "exec(open('a.py').read())",
    "import importlib; importlib.import_module('a')",
    "\t",
    "\x00",
    "é",
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.binary(max_size=40))
def test_nothing_crashes(lines: list[str], other: bytes) -> None:
    made = repository({"p/x.py": "\n".join(lines), "a.py": other, "p/b.py": "import a, x"})
    for path in made.python:
        made.imports(path)
        made.holders(path)
        try:
            programs.programs(made.file(path))
        except Unreadable:
            continue
