"""Whether a program describes and tags the models that it registers, wherever in it that is done.

A program's modules are looked through together: a helper may register the model whose description
its caller sets, or tag what others registered. `said(registry, registration, what)` tells what is
known for sure, what may be, and what may be done by code that cannot be looked into.
"""

from __future__ import annotations

import ast
import builtins
import functools
import os
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from mlops_checklist.sources import mlflow_registry, programs, python
from mlops_checklist.sources.files import File
from mlops_checklist.sources.mlflow_registry import Key, Registration, Registry, Saying
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import Module
from mlops_checklist.sources.repository import PASSED_OVER

# Without one of these nothing is registered, described or tagged.
TRIGGER = (
    rb"registered_model_name|register_model|create_(?:registered_model|model_version)"
    rb"|update_(?:registered_model|model_version)|set_(?:registered_model|model_version)_tag"
)
_MOST_CALLS = 2_000  # of unknown code that are looked through in one program
_MOST_NAMES = 50  # followed from one argument of such a call
_CONTAINERS = (ast.Dict, ast.List, ast.Tuple, ast.Starred)

# What neither describes nor tags a model, whatever it is given.
_PACKAGES = sys.stdlib_module_names | frozenset(
    "catboost click joblib keras lightgbm loguru matplotlib mlflow numpy pandas rich sklearn "
    "structlog tensorflow torch tqdm transformers typer wandb xgboost".split()
)
_METHODS = re.compile(
    r"(?:get|search|list|delete|transition|load|log|download|wait|copy|rename|print)(?:_\w+)?"
    r"|debug|info|warn|warning|error|exception|critical|set_registered_model_alias"
)
_OF_CONTAINERS = frozenset(
    name for kind in (str, list, dict, set, tuple) for name in dir(kind) if name != "update"
)
_CLIENT = re.compile(r"mlflow\.(?:tracking\.|client\.|tracking\.client\.)?MlflowClient\(\)")


class Said(NamedTuple):
    """What is known of a model's description or tags.

    `how`: "surely" or "perhaps" the program gives them; "elsewhere", code that the program does
    not run may; "handed", it passes the model to code that is not known; "unseen", it makes none
    of the calls that could; "never". `node` in `module` is the call that tells.
    """

    how: str
    module: Module | None = None
    node: ast.AST | None = None

    def seen_from(self, here: Module) -> str:
        """Say where the call stands: "line 12"; from elsewhere "model.py:12"."""
        if self.module is None or self.node is None:
            return ""
        return self.module.seen_from(here, self.node)


class _Handed(NamedTuple):
    """Calls of unknown code, by what they are given: a client, a version, a model's name."""

    clients: list[Said]
    versions: dict[ast.AST, Said]
    names: dict[Key, Said]
    seen: set[ast.AST]  # containers that were looked into


class _Found(NamedTuple):
    """A saying, where it stands, and the names of its model."""

    saying: Saying
    module: Module
    keys: frozenset[Key]


class _Sayings:
    """What is said of models, to be asked by their names."""

    def __init__(self, sayings: Iterable[tuple[Registry, Saying]]) -> None:
        self._by_key: dict[tuple[str, Key], list[_Found]] = {}
        self._loose: dict[str, _Found] = {}  # of a model that may be any, by what is said
        self._first: dict[str, _Found] = {}
        for registry, saying in sayings:
            keys = registry.keys(saying.name) if saying.name is not None else frozenset()
            found = _Found(saying, registry.module, keys)
            self._first.setdefault(saying.what, found)
            if not mlflow_registry.are_texts(keys):
                self._loose.setdefault(saying.what, found)
            for key in keys:
                self._by_key.setdefault((saying.what, key), []).append(found)

    def say(self, what: str) -> bool:
        """Tell whether something is said of any model."""
        return what in self._first

    def surely(self, what: str, keys: frozenset[Key]) -> _Found | None:
        """Return what is said of the model for sure."""
        for found in self._by_key.get((what, next(iter(keys))), ()) if keys else ():
            if found.saying.certain and keys <= found.keys:
                return found
        return None

    def perhaps(self, what: str, keys: frozenset[Key]) -> _Found | None:
        """Return what may be said of the model."""
        for key in sorted(keys):
            if (what, key) in self._by_key:
                return self._by_key[what, key][0]
        known = mlflow_registry.are_texts(keys)
        return (self._loose if known else self._first).get(what)


class Around:
    """The program, or the programs as one, that may run a registration.

    Without `is_run`, nothing in the repository does: others may, with what they like around it.
    """

    def __init__(self, found: Iterable[Program], *, is_run: bool) -> None:
        found = tuple(found)
        self.modules = tuple(dict.fromkeys(module for each in found for module in each.modules))
        self.is_run = is_run
        self._known = frozenset[ast.AST]().union(*(each.known for each in found))

    def runs(self, module: Module, node: ast.AST) -> bool:
        """Tell whether the program may run the code at `node`."""
        return programs.unit_of(module, node) in self._known

    def registries(self) -> Iterator[Registry]:
        """Yield what the modules do with the model registry, those that do nothing left out."""
        for module in self.modules:
            if module.file.matches(TRIGGER):
                yield module.file.read(mlflow_registry.registry)

    @functools.cached_property
    def uses_client(self) -> bool:
        """Whether the program makes calls of a client, which are those that describe a model."""
        return any(
            self.runs(registry.module, call)
            for registry in self.registries()
            for call in registry.client_calls
        )

    @functools.cached_property
    def sayings(self) -> _Sayings:
        """What the program says of models."""
        return _Sayings(
            (registry, saying)
            for registry in self.registries()
            for saying in registry.sayings
            if self.runs(registry.module, saying.call)
        )

    @functools.cached_property
    def sayings_of_others(self) -> _Sayings:
        """What other code of the repository says of models."""
        repository = self.modules[0].file.repository
        if repository is None:
            return _Sayings(())
        paths = [path for path in sorted(repository.python) if not is_passed_over(path)]
        return _Sayings(
            (registry, saying)
            for module in python.readable(repository.matching(paths, TRIGGER))
            for registry in [module.file.read(mlflow_registry.registry)]
            for saying in registry.sayings
            if not self.runs(module, saying.call)
        )

    @functools.cached_property
    def handed(self) -> _Handed:
        """What the program hands to code that cannot be looked into."""
        handed = _Handed([], {}, {}, set())
        unknown = (
            (module, call)
            for module in self.modules
            for call in module.calls
            if (call.args or call.keywords) and _is_unknown(module, call)
        )
        for module, call in islice(unknown, _MOST_CALLS):
            if not self.runs(module, call):
                continue
            said = Said("handed", module, call)
            registry = module.file.read(mlflow_registry.registry)
            _note(handed, registry, call, said)
        return handed


def _is_unknown(module: Module, call: ast.Call) -> bool:
    """Tell whether a call runs code that may describe or tag a model, and cannot be seen."""
    if module.definition(call.func) is not None:
        return False
    if (name := module.qualified(call.func)) is not None:
        first, *rest = re.split(r"[.(]", name)
        known = hasattr(builtins, name) and name != "getattr"
        return not known and not (rest and first in _PACKAGES)
    method = python.last_name(call.func)
    known = method in _OF_CONTAINERS or method in mlflow_registry.FUNCTIONS_OF_MLFLOW
    return not known and not _METHODS.fullmatch(method)


def _note(handed: _Handed, registry: Registry, call: ast.Call, said: Said) -> None:
    """Note what the arguments of a call of unknown code are, and hold, that speaks of a model."""
    waiting: list[ast.AST] = [*call.args, *(keyword.value for keyword in call.keywords)]
    while waiting:
        given = waiting.pop()
        if isinstance(given, _CONTAINERS) and given not in handed.seen:
            handed.seen.add(given)
            waiting += python.children(given)
        if not isinstance(given, (ast.Name, ast.Attribute, ast.Constant)):
            continue
        if _CLIENT.fullmatch(registry.module.home(given).qualified(given) or ""):
            handed.clients.append(said)
        for key in registry.keys(given):
            handed.names.setdefault(key, said)
        base: ast.AST = given
        while isinstance(base, ast.Attribute):  # `version.version`
            base = base.value
        for found in registry.values.expressions(base, _MOST_NAMES):
            if isinstance(found, ast.Call):
                handed.versions.setdefault(found, said)
            elif isinstance(found, _CONTAINERS):
                waiting.append(found)


def around(module: Module, call: ast.Call) -> Around:
    """Return what may run a registration."""
    return module.file.read(_Arounds).of(programs.unit_of(module, call))


class _Arounds:
    """What may run each unit of a file, put together once."""

    def __init__(self, file: File) -> None:
        self._holding = file.read(programs.holding)
        self._known: dict[tuple[int, ...], Around] = {}

    def of(self, unit: ast.AST) -> Around:
        surely = [at for at, each in enumerate(self._holding) if unit in each.reached]
        perhaps = [at for at, each in enumerate(self._holding) if unit in each.known]
        mine = tuple(surely or perhaps)
        if mine not in self._known:
            found = [self._holding[at] for at in mine] or self._holding
            is_run = any(self._holding[at].is_run for at in mine)
            self._known[mine] = Around(found, is_run=is_run)
        return self._known[mine]


def is_run(registry: Registry, registration: Registration) -> bool:
    """Tell whether a program of the repository is known to run a registration."""
    return around(registry.module, registration.call).is_run


def said(registry: Registry, registration: Registration, what: str) -> Said:
    """Tell how a registered model comes by its "description" or "tags"."""
    near = around(registry.module, registration.call)
    name = registration.name
    keys = registry.keys(name) if name is not None else frozenset[Key]()
    if found := near.sayings.surely(what, keys):
        return Said("surely", found.module, found.saying.call)
    if found := near.sayings.perhaps(what, keys):
        return Said("perhaps", found.module, found.saying.call)
    if not near.uses_client and not near.sayings.say(what):
        return Said("unseen")
    if handed := _handed(near.handed, registration, keys):
        return handed
    if found := near.sayings_of_others.perhaps(what, keys):
        return Said("elsewhere", found.module, found.saying.call)
    return Said("never")


def _handed(handed: _Handed, registration: Registration, keys: frozenset[Key]) -> Said | None:
    """Return a call of unknown code that is given the version, the name or the client."""
    if registration.call in handed.versions:
        return handed.versions[registration.call]
    for key in sorted(keys):
        if key in handed.names:
            return handed.names[key]
    return next(iter(handed.clients), None)


def is_passed_over(path: str) -> bool:
    """Tell whether what a file registers or says belongs to no program: tests, vendored code."""
    return PASSED_OVER.search(path.replace(os.sep, "/")) is not None
