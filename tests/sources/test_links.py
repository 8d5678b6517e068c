"""Names that lead into other modules of the repository."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest
from helpers import notebook

from mlops_checklist.sources import python, values
from mlops_checklist.sources.files import File
from mlops_checklist.sources.python import Module
from mlops_checklist.sources.repository import Repository


def last_argument(files: Mapping[str, str], path: str) -> tuple[Module, ast.expr]:
    """Return the argument of the last call of `use` in a file of a repository."""
    made = Repository(files, listed=files)
    for name, text in files.items():
        made.add(File(name, data=text.encode()))
    module = made.file(path).read(python.module)
    call = [call for call in module.calls if python.last_name(call.func) == "use"][-1]
    return module, call.args[0]


def told(files: Mapping[str, str], path: str = "main.py") -> str:
    """Return the text that `use(…)` is given, or the name of its value."""
    module, argument = last_argument(files, path)
    value = module.file.read(values.values).of(argument)
    return " | ".join(_shown(each) for each in values.alternatives(value))


def _shown(value: values.Value) -> str:
    text = values.literal(value)
    if text is not None:
        return text
    while isinstance(value, values.Named):
        value = value.value
    if isinstance(value, (values.Option, values.Environ, values.Parameter)):
        default = f"={_shown(value.default)}" if value.default is not None else ""
        return f"{type(value).__name__} {value.name}{default}"
    return type(value).__name__


LIB = """\
import os
from dataclasses import dataclass

NAME = "churn"
PATH = os.path.join("models", NAME)


def build(kind="forest"):
    return f"{NAME}-{kind}"


@dataclass
class Config:
    name: str = "dataclass"


class Base:
    def __init__(self):
        self.inherited = "base"


class Settings(Base):
    title = "class"

    def __init__(self, given):
        super().__init__()
        self.given = given

    @property
    def made(self):
        return self.title + "!"


settings = Settings("instance")
"""
LITERALS: dict[str, tuple[str, str]] = {
    "from": ("from lib import NAME\nuse(NAME)", "churn"),
    "renamed": ("from lib import NAME as n\nuse(n)", "churn"),
    "by module": ("import lib\nuse(lib.NAME)", "churn"),
    "by renamed module": ("import lib as l\nuse(l.NAME)", "churn"),
    "star": ("from lib import *\nuse(NAME)", "churn"),
    "put together there": ("from lib import PATH\nuse(PATH)", "models/churn"),
    "put together here": ("from lib import NAME\nuse(f'x-{NAME}')", "x-churn"),
    "helper": ("from lib import build\nuse(build())", "churn-forest"),
    "helper with an argument": ("import lib\nKIND = 'tree'\nuse(lib.build(KIND))", "churn-tree"),
    "class": ("from lib import Settings\nuse(Settings.title)", "class"),
    "instance of there": ("from lib import settings\nuse(settings.title)", "class"),
    "instance of there, by module": ("import lib\nuse(lib.settings.title)", "class"),
    "property": ("from lib import settings\nuse(settings.made)", "class!"),
    "given to the constructor": ("from lib import settings\nuse(settings.given)", "instance"),
    "inherited": ("from lib import settings\nuse(settings.inherited)", "base"),
    "instance of here": ("from lib import Config\nc = Config()\nuse(c.name)", "dataclass"),
    "field given": ("from lib import Config\nc = Config(name='own')\nuse(c.name)", "own"),
    "annotated parameter": (
        "from lib import Config\n\n\ndef f(c: Config):\n    use(c.name)\n",
        "dataclass",
    ),
    "base class of there": (
        "from lib import Base\n\n\nclass Own(Base):\n    def f(self):\n"
        "        use(self.inherited)\n",
        "base",
    ),
    "in a function": ("def f():\n    from lib import NAME\n    use(NAME)\n", "churn"),
    "not there": ("from lib import MISSING\nuse(MISSING)", "Unknown"),
    "module of elsewhere": ("from numpy import NAME\nuse(NAME)", "Result"),
}


@pytest.mark.parametrize(("source", "expected"), LITERALS.values(), ids=LITERALS)
def test_name_of_another_module(source: str, expected: str) -> None:
    said = told({"main.py": source, "lib.py": LIB})
    assert said == expected or (expected == "Result" and said in ("Result", "Unknown"))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("main.py", "from pkg import NAME\nuse(NAME)"),
        ("main.py", "import pkg\nuse(pkg.NAME)"),
        ("main.py", "import pkg.lib\nuse(pkg.lib.NAME)"),
        ("main.py", "from pkg import lib\nuse(lib.NAME)"),
        ("pkg/x.py", "from . import NAME\nuse(NAME)"),
        ("pkg/x.py", "from .lib import NAME\nuse(NAME)"),
        ("pkg/x.py", "from . import lib\nuse(lib.NAME)"),
        ("pkg/deep/x.py", "from ..lib import NAME\nuse(NAME)"),
        ("pkg/deep/x.py", "from .. import lib as l\nuse(l.NAME)"),
    ],
)
def test_packages(path: str, line: str) -> None:
    files = {
        "pkg/__init__.py": "from .lib import NAME\n",
        "pkg/lib.py": LIB,
        "pkg/deep/__init__.py": "",
        path: line,
    }
    assert told(files, path) == "churn"


def test_notebook_runs_another_one() -> None:
    files = {
        "setup.ipynb": notebook("NAME = 'churn'"),
        "main.ipynb": notebook("%run ./setup", "use(NAME)"),
    }
    assert told(files, "main.ipynb") == "churn"


def test_caller_in_another_module() -> None:
    files = {
        "lib.py": "def f(name, kind='x'):\n    use(name)\n",
        "main.py": "from lib import f\nf('churn')\n",
        "other.py": "import lib\nlib.f(name='fraud')\n",
        "stranger.py": "def f(name):\n    pass\n\n\nf('not this one')\n",
    }
    assert told(files, "lib.py") == "churn | fraud"


def test_constructor_called_in_another_module() -> None:
    files = {
        "lib.py": (
            "class A:\n    def __init__(self, name):\n        self.name = name\n\n"
            "    def f(self):\n        use(self.name)\n"
        ),
        "main.py": "from lib import A\nA('churn').f()\n",
    }
    assert told(files, "lib.py") == "churn"


def test_option_of_another_module() -> None:
    parser = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', default='1')\n"
    files = {
        "options.py": parser,
        "main.py": "import options\n\n\ndef f(args):\n    use(args.lr)\n",
    }
    assert told(files) == "Option lr=1"


QUALIFIED = {
    "client of another module": (
        {"lib.py": "import mlflow\nclient = mlflow.MlflowClient()\n"},
        "from lib import client\nuse(client.log_metric)",
        "mlflow.MlflowClient().log_metric",
    ),
    "by module": (
        {"lib.py": "from mlflow import MlflowClient\nclient = MlflowClient()\n"},
        "import lib\nuse(lib.client.log_metric)",
        "mlflow.MlflowClient().log_metric",
    ),
    "from a helper": (
        {"lib.py": "import mlflow\n\n\ndef client():\n    return mlflow.MlflowClient()\n"},
        "from lib import client\nuse(client().log_metric)",
        "mlflow.MlflowClient().log_metric",
    ),
    "module handed on": (
        {"lib.py": "import mlflow as tracker\n"},
        "from lib import tracker\nuse(tracker.log_metric)",
        "mlflow.log_metric",
    ),
    "attribute of a class": (
        {
            "lib.py": (
                "import mlflow\n\n\nclass Tracker:\n    def __init__(self):\n"
                "        self.client = mlflow.MlflowClient()\n"
            )
        },
        "from lib import Tracker\ntracker = Tracker()\nuse(tracker.client.log_metric)",
        "mlflow.MlflowClient().log_metric",
    ),
    "function of there": (
        {"lib.py": "def log():\n    pass\n"},
        "from lib import log\nuse(log)",
        "lib.log",
    ),
}


@pytest.mark.parametrize(("files", "source", "expected"), QUALIFIED.values(), ids=QUALIFIED)
def test_qualified(files: dict[str, str], source: str, expected: str) -> None:
    module, argument = last_argument(files | {"main.py": source}, "main.py")
    assert module.qualified(argument) == expected


def test_home_and_place() -> None:
    files = {"main.py": "import lib\nuse(lib.f)", "lib.py": "\n\ndef f():\n    pass\n"}
    module, argument = last_argument(files, "main.py")
    definition = module.definition(argument)
    assert definition is not None
    assert module.home(definition).file.path == "lib.py"
    assert module.home(definition).seen_from(module, definition) == "lib.py:3"
    assert module.home(argument) is module


CIRCLES = {
    "names": {"main.py": "from lib import A\nuse(A)", "lib.py": "from main import A\n"},
    "values": {
        "main.py": "import lib\nA = lib.A\nuse(A)",
        "lib.py": "import main\nA = main.A\n",
    },
    "functions": {
        "main.py": "from lib import g\n\n\ndef f():\n    return g()\n\n\nuse(f())",
        "lib.py": "from main import f\n\n\ndef g():\n    return f()\n",
    },
    "classes": {
        "main.py": "from lib import B\n\n\nclass A(B):\n    pass\n\n\nuse(A().x)",
        "lib.py": "from main import A\n\n\nclass B(A):\n    pass\n",
    },
    "stars": {"main.py": "from lib import *\nuse(x)", "lib.py": "from main import *\n"},
}


@pytest.mark.parametrize("files", CIRCLES.values(), ids=CIRCLES)
def test_circles_end(files: dict[str, str]) -> None:
    assert told(files)


def test_long_chain_ends() -> None:
    files = {f"m{n}.py": f"from m{n + 1} import NAME\n" for n in range(200)}
    files["m200.py"] = "NAME = 'churn'\n"
    files["main.py"] = "from m150 import NAME\nuse(NAME)"
    told(files)
    files["main.py"] = "from m195 import NAME\nuse(NAME)"
    assert told(files) == "churn"
    files["main.py"] = "from m0 import NAME\nuse(NAME)"
    told(files)
