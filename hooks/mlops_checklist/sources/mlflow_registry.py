"""The MLflow model registry in a Python program: what is registered, and what is said of it.

`Registry(module)` finds the registrations in all their forms (`registered_model_name=` of
`log_model` and `autolog`, `register_model`, `create_model_version`, `create_registered_model`)
and the later client calls that describe, tag or alias a model. Calls are known by their
qualified names, so a project's own `log_model` or that of another tool is none. Names and what a
helper is passed are followed into the repository's other modules.

Parameter orders are those of MLflow 3.17.2, which keeps those of MLflow 2; an end-to-end test
compares them with an installed MLflow.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.sources import python
from mlops_checklist.sources.files import File
from mlops_checklist.sources.python import (
    FUNCTIONS,
    Function,
    Module,
    argument,
    default_of,
    has_unpacking,
)
from mlops_checklist.sources.values import (
    Choice,
    Environ,
    Joined,
    Literal,
    Named,
    Option,
    Parameter,
    Result,
    Unknown,
    Value,
    Values,
    leaves,
    literal,
)

# Positions in each flavour's log_model.
LOG_MODEL_PARAMETERS = (
    "artifact_path",
    "registered_model_name",
    "signature",
    "input_example",
    "tags",
)
LOG_MODEL: dict[str, tuple[int | None, ...]] = {
    "catboost": (1, 4, 5, 6, 14),
    "diffusers": (3, 6, 7, 8, 14),
    "dspy": (1, 8, 6, 7, 17),
    "h2o": (1, 4, 5, 6, 13),
    "johnsnowlabs": (1, 5, 6, 7, 15),
    "keras": (1, 6, 4, 5, 14),
    "langchain": (1, 4, 5, 6, 20),
    "lightgbm": (1, 4, 5, 6, 14),
    "llama_index": (1, 5, 6, 7, 16),
    "onnx": (1, 4, 5, 6, 17),
    "openai": (2, 5, 6, 7, 15),
    "paddle": (1, 5, 6, 7, 15),
    "pmdarima": (1, 4, 5, 6, 14),
    "prophet": (1, 4, 5, 6, 14),
    "pyfunc": (0, 8, 9, 10, 25),
    "pytorch": (1, 5, 6, 7, 15),
    "sentence_transformers": (1, 5, 6, 7, 17),
    "sklearn": (1, 5, 6, 7, 15),
    "spacy": (1, 4, 5, 6, 13),
    "spark": (1, 5, 6, 7, None),
    "statsmodels": (1, 4, 6, 7, 15),
    "tensorflow": (1, 7, 5, 6, 17),
    "transformers": (1, 7, 8, 9, 21),
    "xgboost": (1, 4, 5, 6, 15),
}
# And those of parameters that only some have.
LOG_MODEL_OF_FLAVOUR = {("dspy", "task"): 2, ("openai", "task"): 1, ("pyfunc", "python_model"): 6}
# Positions in each flavour's autolog, where it has the parameter.
AUTOLOG_PARAMETERS = ("registered_model_name", "log_input_examples", "log_model_signatures")
AUTOLOG: dict[str, tuple[int | None, ...]] = {
    "keras": (11, 6, 3),
    "lightgbm": (8, 0, 1),
    "paddle": (5, None, None),
    "pyspark.ml": (7, 8, 9),
    "pytorch": (8, None, 16),
    "sklearn": (11, 0, 1),
    "statsmodels": (6, None, None),
    "tensorflow": (6, 7, 8),
    "xgboost": (9, 1, 2),
}
# Other calls and their parameters in order.
FUNCTIONS_OF_MLFLOW: dict[str, tuple[str, ...]] = {
    # `tags` must be given by keyword.
    "register_model": ("model_uri", "name", "await_registration_for"),
    "set_model_version_tag": ("name", "version", "key", "value"),
    "create_registered_model": ("name", "tags", "description"),
    "create_model_version": (
        "name",
        "source",
        "run_id",
        "tags",
        "run_link",
        "description",
        "await_creation_for",
        "model_id",
    ),
    "update_registered_model": ("name", "description"),
    "update_model_version": ("name", "version", "description"),
    "set_registered_model_tag": ("name", "key", "value"),
    "set_registered_model_alias": ("name", "alias", "version"),
    "transition_model_version_stage": ("name", "version", "stage", "archive_existing_versions"),
}
# Calls that load a model, and where they take its URI.
LOADS = {"load_model": 0, "load_pyfunc": 0, "spark_udf": 1}

# Aliases and stages of what is in production.
LIVE = re.compile(r"(?i)prod(?:uction)?|champion|live|latest[-_]?prod|release|serving")

_CLIENT = re.compile(r"mlflow\.(?:tracking\.|client\.|tracking\.client\.)?MlflowClient\(\)\.(\w+)")
_LOG_MODEL = re.compile(r"mlflow\.([\w.]+)\.(?:log_model|(?<=shap\.)log_explainer)")
_AUTOLOG = re.compile(r"mlflow\.([\w.]+)\.autolog")
_FLUENT = re.compile(
    r"mlflow\.(?:tracking\._model_registry\.fluent\.)?(register_model|set_model_version_tag)"
)
_LOAD = re.compile(r"mlflow\.[\w.]+\.(?:load_model|load_pyfunc|(?<=pyfunc\.)spark_udf)")
_CHAT = r"mlflow\.(?:[\w.]+\.)?(?:ChatModel|ChatAgent|ResponsesAgent)"
# What else a call says of a model, and in which of its parameters.
_SAYS = {
    "create_registered_model": ("description", "tags"),
    "create_model_version": ("description", "tags"),
    "register_model": ("tags",),
    "update_registered_model": ("description",),
    "update_model_version": ("description",),
    "set_registered_model_tag": ("value",),
    "set_model_version_tag": ("value",),
}


class Registration(NamedTuple):
    """A call that registers a model or a version of it.

    `form` is "log_model", "autolog" or the function's name; `flavour` goes with the first two.
    `certain` is False where the name may be None, which registers nothing.
    """

    form: str
    flavour: str
    call: ast.Call
    name: ast.expr | None
    certain: bool = True


class Saying(NamedTuple):
    """A call that gives a model or a version of it a "description" or "tags".

    `certain` is False where that depends on arguments which are not known.
    """

    what: str
    call: ast.Call
    name: ast.expr | None
    certain: bool


def registry(file: File) -> Registry:
    """Return what a Python file or notebook does with the model registry. Raises Unreadable."""
    return Registry(file.read(python.module))


Key = tuple[str, str]  # what a name is known by: its text, or the code that it comes from


def are_texts(keys: frozenset[Key]) -> bool:
    """Tell whether all names that a model can have are known."""
    return bool(keys) and all(kind == "text" for kind, _ in keys)


class Registry:
    """What one module does with the model registry; all lists in the order of the source."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.values = Values(module)
        self.registrations: list[Registration] = []
        self.sayings: list[Saying] = []
        # Calls of a client: what describes and tags a model can be expected near them.
        self.client_calls: list[ast.Call] = []
        self.logged: dict[ast.Call, str] = {}  # every log_model call, and its flavour
        self.aliases: list[ast.Call] = []
        self.loads: list[tuple[ast.Call, ast.expr]] = []  # and the URI of the model
        self._keys: dict[ast.AST, frozenset[Key]] = {}
        self._by_path: dict[str, list[ast.Call]] | None = None
        named = b"mlflow" in module.file.bytes  # else no call need be asked for its name
        for call in module.calls:
            self._read(call, (module.qualified(call.func) or "") if named else "")

    def _read(self, call: ast.Call, name: str) -> None:
        if found := _LOG_MODEL.fullmatch(name):
            self.logged[call] = found[1]
            self._registered_model_name("log_model", found[1], call)
        elif found := _AUTOLOG.fullmatch(name):
            self._registered_model_name("autolog", found[1], call)
        elif _LOAD.fullmatch(name):
            uri = argument(call, "model_uri", LOADS[name.rpartition(".")[2]])
            if uri is not None:
                self.loads.append((call, uri))
        else:
            found = _CLIENT.fullmatch(name) or _FLUENT.fullmatch(name)
            # What a client of unknown origin says of a model counts as well.
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            function = found[1] if found else method * self._is_passed_client(call)
            self._client_call(function, method, call)

    def _is_passed_client(self, call: ast.Call) -> bool:
        """Tell whether a call is one of a client that a caller of its function passes."""
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in FUNCTIONS_OF_MLFLOW:
            return False
        made = (
            self.module.home(found).qualified(found) or ""
            for found in self.values.expressions(call.func.value)
        )
        return any(_CLIENT.fullmatch(f"{name}.{call.func.attr}") for name in made)

    def _registered_model_name(self, form: str, flavour: str, call: ast.Call) -> None:
        node = self.argument(call, form, "registered_model_name", flavour)
        given = self.given(node)
        idle = form == "autolog" and (_is(call, "disable", True) or _is(call, "log_models", False))
        if given != "no" and not idle:
            certain = given == "yes"
            self.registrations.append(Registration(form, flavour, call, node, certain))
            # The tags of a logged model become those of its version.
            tags = self.given(self.argument(call, form, "tags", flavour), by_all=True)
            if form == "log_model" and (tags != "no" or has_unpacking(call)):
                self.sayings.append(Saying("tags", call, node, tags == "yes"))

    def _client_call(self, function: str, method: str, call: ast.Call) -> None:
        if function in ("register_model", "create_model_version", "create_registered_model"):
            name = self.argument(call, function, "name")
            self.registrations.append(Registration(function, "", call, name))
        elif function == "set_registered_model_alias":
            self.aliases.append(call)
        if function in _SAYS and function != "register_model":
            self.client_calls.append(call)
        called = function or method
        for parameter in _SAYS.get(called, ()):
            given = self.given(self.argument(call, called, parameter), by_all=True)
            if given != "no" or has_unpacking(call):
                what = "description" if parameter == "description" else "tags"
                name = self.argument(call, called, "name")
                self.sayings.append(Saying(what, call, name, given == "yes"))

    def argument(self, call: ast.Call, form: str, name: str, flavour: str = "") -> ast.expr | None:
        """Return the argument `name` of a call, by keyword or at its place in that function."""
        position: int | None = None
        if form == "log_model" and name in LOG_MODEL_PARAMETERS:
            # A flavour that is not in the table has the most usual order.
            order = LOG_MODEL.get(flavour, LOG_MODEL["catboost"])
            position = order[LOG_MODEL_PARAMETERS.index(name)]
        elif form == "log_model":
            position = LOG_MODEL_OF_FLAVOUR.get((flavour, name))
        elif form == "autolog" and name in AUTOLOG_PARAMETERS:
            position = AUTOLOG.get(flavour, (None, None, None))[AUTOLOG_PARAMETERS.index(name)]
        elif name in FUNCTIONS_OF_MLFLOW.get(form, ()):
            position = FUNCTIONS_OF_MLFLOW[form].index(name)
        return argument(call, name, position)

    def given(self, node: ast.expr | None, *, by_all: bool = False) -> str:
        """Tell whether an argument holds something: "yes", "no" (absent, None, empty), "maybe".

        Where it is a parameter, "yes" means that some caller gives it; `by_all`, that all do.
        """
        if node is None:
            return "no"
        answers = {self._given(found) for found in self.values.expressions(node)}
        if by_all and answers == {"yes"} and self._is_optional(node):
            answers |= {"maybe" for _, passed in self._passed(node) if passed is None}
        return answers.pop() if len(answers) == 1 else "maybe"

    def _given(self, node: ast.AST) -> str:
        if isinstance(node, ast.Constant):
            return "no" if node.value is None or node.value == "" else "yes"
        if isinstance(node, ast.Dict):
            return "yes" if node.values else "no"
        if self._is_optional(node) and isinstance(self.values.of(node), Parameter):
            calls = [call for call, _ in self._passed(node)]
            return "no" if calls and not any(map(has_unpacking, calls)) else "maybe"
        return "yes"

    def _is_optional(self, node: ast.AST) -> bool:
        """Tell whether a node names a parameter that is None or empty where a call leaves it."""
        if not isinstance(node, ast.Name):
            return False
        for binding in self.module.home(node).bindings(node.id, node):
            function = binding.statement
            if binding.how == "parameter" and isinstance(function, (*FUNCTIONS, ast.Lambda)):
                default = default_of(function, node.id)
                if isinstance(default, ast.Constant) and not default.value:
                    return True
        return False

    def _passed(self, node: ast.AST) -> Iterator[tuple[ast.Call, ast.expr | None]]:
        """Yield the calls that fill the parameter which `node` names, and what each passes."""
        values = self.values.at(node)
        if isinstance(node, ast.Name):
            for binding in values.module.bindings(node.id, node):
                if binding.how == "parameter":
                    yield from values.passed(binding.node, binding.statement)

    # Which model.

    def title(self, name: ast.expr | None) -> str:
        """Return the model's name in quotes where it is known, else "the model"."""
        text = literal(self.values.of(name)) if name is not None else None
        return f"'{text}'" if text else "the model"

    def same_model(self, one: ast.expr | None, other: ast.expr | None) -> bool | None:
        """Tell whether what `other` names is the model `one`; None where that is not known.

        Where callers of a helper pass several names for `other`, it is each of them.
        """
        if one is None or other is None:
            return None
        first, second = self.keys(one), self.keys(other)
        if first and first <= second:
            return True
        known = are_texts(first) and are_texts(second)
        return False if known and first.isdisjoint(second) else None

    def keys(self, node: ast.AST, depth: int = 0) -> frozenset[Key]:
        """Return what the model names that `node` can be are known by."""
        if node not in self._keys:
            self._keys[node] = frozenset()  # a name that leads back to itself
            text = literal(self.values.of(node))
            found: set[Key] = {("text", text)} if text is not None else set()
            for one in self.values.expressions(node) if text is None else ():
                found |= self._keys_of(one, depth)
            self._keys[node] = frozenset(found)
        return self._keys[node]

    def _keys_of(self, node: ast.AST, depth: int) -> frozenset[Key]:
        value = self.values.of(node)
        if (text := literal(value)) is not None:
            return frozenset({("text", text)})
        if isinstance(value, Environ):
            return frozenset({("environment", value.name)})
        if isinstance(node, ast.Attribute) and node.attr == "name" and depth < 5:
            # `version.name`, where `version` is what a registration returned.
            for found in self.values.expressions(node.value):
                for registration in self.at(found).registrations:
                    if registration.call is found and registration.name is not None:
                        return self.keys(registration.name, depth + 1)
        return frozenset({("code", f"{self.module.home(node).file.path} {ast.dump(node)}")})

    def at(self, node: ast.AST) -> Registry:
        """Return what the module that `node` stands in does with the registry."""
        home = self.module.home(node)
        return self if home is self.module else home.file.read(registry)

    # Where a version comes from.

    def logged_call(self, source: ast.expr) -> ast.Call | None:
        """Return the log_model call that made the model at the URI `source`."""
        value = self.values.of(source)
        for leaf in leaves(value):
            if isinstance(leaf, Unknown) and isinstance(leaf.node, ast.Attribute):
                call = self._info(leaf.node)
                if call is not None:
                    return call
        path = _path_in_run(value)
        if path is None:
            return None
        if self._by_path is None:
            self._by_path = {}
            for call in self.logged:
                self._by_path.setdefault(self._artifact(call), []).append(call)
        matching = self._by_path.get(path, ())
        return matching[0] if len(matching) == 1 else None

    def _info(self, node: ast.Attribute) -> ast.Call | None:
        if node.attr == "model_uri":
            for found in self.values.expressions(node.value):
                if isinstance(found, ast.Call) and found in self.at(found).logged:
                    return found
        return None

    def _artifact(self, call: ast.Call) -> str:
        flavour = self.logged[call]
        name = argument(call, "name") or self.argument(call, "log_model", "artifact_path", flavour)
        return (literal(self.values.of(name)) if name is not None else None) or ""

    def source(self, registration: Registration) -> ast.expr | None:
        """Return the argument that says where a version's files are."""
        name = "model_uri" if registration.form == "register_model" else "source"
        return self.argument(registration.call, registration.form, name)

    def source_run(self, registration: Registration) -> tuple[str, ast.expr]:
        """Tell whether a version names the run it comes from, and the node that tells.

        "named", "unknown", or "bare" where it is made from a path and of no run.
        """
        form, call = registration.form, registration.call
        given = {self.given(self.argument(call, form, name)) for name in ("run_id", "model_id")}
        source = self.source(registration)
        names_run = self.names_run(source) if source is not None else None
        if "yes" in given or names_run:
            return "named", call
        if source is None or names_run is None or "maybe" in given or has_unpacking(call):
            return "unknown", call
        return "bare", source

    def names_run(self, source: ast.expr) -> bool | None:
        """Tell whether the URI `source` leads to a run; None where it is not known.

        `runs:/` and `models:/` URIs and the `model_uri` of a logged model do; other paths do not.
        """
        if self.logged_call(source) is not None:
            return True
        value = self.values.of(source)
        begins = next(leaves(value), None)
        if isinstance(begins, Result) and begins.callee == "mlflow.get_artifact_uri":
            return False
        answers = {_names_run(text) for text, _ in spellings(value)}
        return answers.pop() if len(answers) == 1 else None

    # What MLflow finds out by itself.

    def hints(self, model: ast.expr) -> bool | None:
        """Tell whether MLflow infers a signature from the `python_model` of pyfunc.

        It does for chat models and agents, and from a `list[…]` hint on the input of `predict`.
        None where the model's code is not in this module.
        """
        owner = self.module.class_of(model)
        if owner is None:
            function = self.module.definition(model)
            return self._hint(function, 0) if isinstance(function, FUNCTIONS) else None
        home = self.module.home(owner)
        bases = [home.qualified(base) or "" for base in owner.bases]
        if any(re.fullmatch(_CHAT, base) for base in bases):
            return True
        for found in self.module.attribute(owner, "predict"):
            if isinstance(found, FUNCTIONS):
                names = [item.arg for item in found.args.args]
                hinted = self._hint(found, 2 if names[1:2] == ["context"] else 1)
                return hinted if any(base.startswith("mlflow.") for base in bases) else None
        return None

    def _hint(self, function: Function, position: int) -> bool | None:
        arguments = [*function.args.posonlyargs, *function.args.args]
        hint = arguments[position].annotation if position < len(arguments) else None
        if hint is None:
            return False
        home = self.module.home(function)
        if isinstance(hint, ast.Subscript):
            named = home.qualified(hint.value) or ""
            return True if named in ("list", "typing.List") else None
        named = home.qualified(hint) or ""
        return False if named.startswith(("pandas.", "numpy.", "scipy.")) else None


def _is(call: ast.Call, name: str, value: bool) -> bool:
    node = argument(call, name)
    return isinstance(node, ast.Constant) and node.value is value


def _names_run(text: str) -> bool | None:
    if text.startswith(("runs:/", "models:/")):
        return True
    # A path or a URI with a scheme, or the beginning of one.
    return False if re.match(r"[\w.+-]+:/|/|\./|\.\./|[\w.-]+(?:/|$)", text) else None


UNKNOWN = "\0"  # stands in a spelling for what is not known


def spellings(value: Value) -> list[tuple[str, bool]]:
    """Return the texts that a value can be, with UNKNOWN for unknown parts (at most 16).

    The second is True where a default has its part in the text.
    """
    if isinstance(value, Literal):
        return [(value.text, False)]
    if isinstance(value, Named):
        return spellings(value.value)
    if isinstance(value, Choice):
        return [text for option in value.options for text in spellings(option)][:16]
    if isinstance(value, Joined):
        texts = [("", False)]
        for part in value.parts:
            texts = [
                (before + after, default or also)
                for before, default in texts
                for after, also in spellings(part)
            ][:16]
        return texts
    if isinstance(value, (Environ, Option, Parameter)) and value.default is not None:
        return [(UNKNOWN, False), *((text, True) for text, _ in spellings(value.default))][:16]
    return [(UNKNOWN, False)]


def _path_in_run(value: Value) -> str | None:
    """Return "model" of `runs:/{run_id}/model`, where the run is not a fixed one."""
    for text, _ in spellings(value):
        if found := re.fullmatch(rf"runs:/{UNKNOWN}/([^{UNKNOWN}]+)", text):
            return found[1]
    return None


def moving(uri: str) -> str | None:
    """Say what the model URI `uri` follows: "latest", a stage's name, or None if it stays.

    `models:/name/suffix` is a version where the suffix is a number, the newest version where it
    is `latest`, else a stage (mlflow.store.artifact.utils.models._parse_model_uri). "" means
    that the suffix is not known.
    """
    found = re.fullmatch(r"models:(?://[^/]*)?/+([^/]+)(?:/([^/]+))?/?", uri)
    if not found:
        return None
    name, suffix = found[1], found[2]
    if suffix is None:
        alias = name.partition("@")[2].lower()
        return "latest" if alias == "latest" else None
    if UNKNOWN in suffix or "$" in suffix:
        return ""
    if suffix.isdecimal():
        return None
    return "latest" if suffix.lower() == "latest" else suffix


def bad_alias(alias: str) -> str | None:
    """Say why MLflow refuses an alias (mlflow.utils.validation), or None if it takes it."""
    known = alias.replace(UNKNOWN, "x")
    if not known:
        return "is empty"
    if not re.match(r"^[\w-]*$", known):
        return "holds a character other than letters, digits, '_' and '-'"
    if len(known) > 255:
        return "is longer than 255 characters"
    if alias.lower() == "latest":
        return "is reserved by MLflow for the newest version"
    if re.match(r"^[vV]\d+$", alias):
        return "is reserved by MLflow for version numbers"
    return None
