"""Parameters of a training: which ones it takes, and which of them are logged.

Taken are the keywords of the trained model's constructor, of the optimizer and the data loader,
those of the fit that steer it, a booster's dictionary of parameters, and the count of a training
loop. What only steers input and output (paths, verbosity, workers, devices) is no parameter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mlops_checklist.sources import python, values
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import Module, argument
from mlops_checklist.sources.tracking import LIBRARIES, Fact, prepares

# By a word at the end of the name, by the beginning, or by the whole name.
_NO_PARAMETER = re.compile(
    r"(?i)(?:^|_)(?:path|paths|dir|dirs|directory|folder|files?|filename|verbose|verbosity|silent"
    r"|n_?jobs|n_?threads?|num_threads|thread_count|workers|num_workers|devices?|gpus?|cuda|port"
    r"|host|url|uri|logs?|logging|logger|log_level|logging_level|names?|output|out|input|save|load"
    r"|cache|cache_size|debug|quiet|callbacks?|pin_memory|data|datasets?|tokenizer|params)$"
    r"|^(?:save|eval|evaluation|logging|report|push|hub|load|dataloader|metric_for|do|disable)_"
    r"|^(?:allow_writing_files|use_label_encoder|enable_categorical|copy_x|features?|cat_features"
    r"|validation_data|shape|dim|generator|sampler|collate_fn|distribute_strategy|estimators?"
    r"|base_estimator|steps|missing|model|args|processing_class|scoring|refit|error_score"
    r"|return_train_score|pre_dispatch|param_grid|param_distributions|search_spaces)$"
    r"|(?-i:[a-z]Cols?$)"
)
_SEED = re.compile(r"(?i)(?:^|_)(?:seed|random_state)$")
_FIT = {
    *("epochs", "batch_size", "validation_split", "early_stopping_rounds", "num_boost_round"),
    *("steps_per_epoch", "class_weight", "max_iter", "num_iterations", "learning_rate"),
}
_OPTIMIZER = re.compile(
    r"^(?:torch\.optim\.[A-Z]\w+|(?:tensorflow\.keras|keras|tf_keras)\.optimizers\.[\w.]+"
    r"|transformers\.AdamW)$"
)
_LOADERS = ("torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader")
_BOOSTERS = ("xgboost.train", "xgboost.cv", "lightgbm.train", "lightgbm.cv", "catboost.train")
# Other words for the same parameter.
_SAME = (
    {"lr", "learning_rate", "eta"},
    {"batch_size", "bs", "batch", "train_batch_size"},
    {"epochs", "num_epochs", "n_epochs", "epoch", "max_epochs"},
    {"num_boost_round", "n_estimators", "num_rounds", "num_round", "n_rounds", "iterations"},
    {"seed", "random_state", "random_seed"},
    {"reg_lambda", "lambda", "l2", "weight_decay"},
)


class Taken(NamedTuple):
    """A parameter that the training takes: its name, its value, and the names of the value."""

    name: str
    value: ast.expr
    module: Module
    marks: frozenset[str]


class Covered(NamedTuple):
    """What is logged: names, objects all of whose fields are, or (`everything`) who knows what.

    `keys`: the names that the run shows; `names`: these, and those of the variables in the values.
    `constants`: the name and the value of each that stands in the source.
    """

    keys: set[str]
    names: set[str]
    roots: set[str]
    constants: set[tuple[str, str]]
    everything: bool


# --- What the training takes --------------------------------------------------------------


def taken(program: Program, trainings: Sequence[Fact]) -> Iterator[Taken]:
    """Yield the parameters that the trainings of a program take."""
    for training in trainings:
        yield from _taken_by(training)
    if any(training.by in ("torch", "keras") for training in trainings):
        for module in program.modules:
            for call in module.calls:
                name = module.qualified(call.func) or ""
                if _OPTIMIZER.match(name):
                    rate = argument(call, "lr", 1) if name.startswith("torch") else None
                    if rate is not None and rate in call.args:
                        yield _taken("lr", rate, module)
                    yield from _keywords(call, module)
                elif name in _LOADERS and not _is_for_evaluation(module, call):
                    size = argument(call, "batch_size", 1)
                    yield from _parameter("batch_size", size, module) if size is not None else ()


def _is_for_evaluation(module: Module, loader: ast.Call) -> bool:
    """Tell whether a loader is of validation or test data, by its own or the data's name."""
    statement = module.parent(loader)
    named = statement.targets if isinstance(statement, ast.Assign) else []
    return any(
        re.search(r"(?i)(?:^|_)(?:val|valid|validation|eval|test|dev|predict)", dotted(node))
        for node in (*named, *loader.args[:1])
    )


def _taken_by(training: Fact) -> Iterator[Taken]:
    call, module = training.node, training.module
    assert isinstance(call, ast.Call)
    if module.qualified(call.func) in _BOOSTERS:
        given = argument(call, "params", 0)
        if given is not None:
            yield from _entries(given, module)
        yield from _keywords(call, module, only=_FIT)
    elif training.by == "torch":
        yield from _loop_count(call, module)
    elif isinstance(call.func, ast.Attribute):
        yield from _keywords(call, module, only=_FIT)
        for found in module.file.read(values.values).expressions(call.func.value):
            if isinstance(found, ast.Call):
                yield from _constructed(found, module.home(found))


def _constructed(call: ast.Call, module: Module) -> Iterator[Taken]:
    """Yield the keywords of a model's constructor, and of the models that it wraps."""
    name = module.qualified(call.func) or ""
    if name.partition(".")[0] not in LIBRARIES or prepares(f"{name}()"):
        return
    if _TAKES.match(name):
        yield from _keywords(call, module)
    for given in (*call.args, *(keyword.value for keyword in call.keywords)):
        parts = [given]
        while parts:
            part = parts.pop()
            if isinstance(part, (ast.List, ast.Tuple)):
                parts += part.elts
            elif isinstance(part, (ast.Call, ast.Name)):
                for found in module.file.read(values.values).expressions(part):
                    if isinstance(found, ast.Call) and found is not call:
                        yield from _constructed(found, module.home(found))


# Classes, but for layers, trainers that do not learn themselves, and folds.
_TAKES = re.compile(
    r"(?!keras|tensorflow|tf_keras|(?:pytorch_)?lightning|.*\.metrics\.|.*(?:Fold|Split|LeaveOut)$)"
    r"(?:.*\.)?[A-Z]\w*$"
)


def _keywords(call: ast.Call, module: Module, only: Iterable[str] = ()) -> Iterator[Taken]:
    for keyword in call.keywords:
        if keyword.arg is None:
            if not only:
                yield from _entries(keyword.value, module)
        elif not only or keyword.arg in only:
            yield from _parameter(keyword.arg, keyword.value, module)


def _entries(node: ast.expr, module: Module) -> Iterator[Taken]:
    """Yield the entries of a dictionary of parameters, under the dictionary's names as well."""
    for found in module.file.read(values.values).expressions(node):
        home = module.home(found)
        if isinstance(found, ast.Dict):
            for key, value in zip(found.keys, found.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    for each in _parameter(key.value, value, home):
                        yield each._replace(marks=each.marks | _texts(node))


def _parameter(name: str, value: ast.expr, module: Module) -> Iterator[Taken]:
    if _NO_PARAMETER.search(name):
        return
    value = _converted(value)
    if isinstance(value, ast.Constant) and value.value is None:
        return  # a default
    if _SEED.search(name):
        folded = module.file.read(values.values).of(value)
        if isinstance(value, ast.Constant) or values.literal(folded) is not None:
            return  # it stands in the source
    if isinstance(value, (ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.UnaryOp)):
        if isinstance(value, ast.Name) and _is_an_object(value, module):
            return
        yield _taken(name, value, module)


def _is_an_object(name: ast.Name, module: Module) -> bool:
    """Tell whether a variable holds what a class of a library makes: `cv=folds`."""
    return any(
        isinstance(found, ast.Call)
        and _CLASS.match(module.home(found).qualified(found.func) or "") is not None
        for found in module.file.read(values.values).expressions(name, 20)
    )


_CLASS = re.compile(r"(?:.*\.)[A-Z]\w*$")


def _converted(node: ast.expr) -> ast.expr:
    """Return what a value is before it is converted: of `int(args.depth)`, `args.depth`."""
    while (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("int", "float", "str", "bool", "round")
        and node.args
    ):
        node = node.args[0]
    return node


def _taken(name: str, value: ast.expr, module: Module) -> Taken:
    return Taken(name, value, module, marks(value, module))


def _loop_count(call: ast.Call, module: Module) -> Iterator[Taken]:
    """Yield the count of the `for epoch in range(count)` around a training step."""
    counts: list[ast.expr] = []  # from the inside out
    of_epochs: list[ast.expr] = []
    loop = module.enclosing(call, ast.For)
    while loop is not None:
        over = loop.iter
        while isinstance(over, ast.Call) and over.args and python.last_name(over.func) in _WRAPPERS:
            over = over.args[0]
        if isinstance(over, ast.Call) and python.last_name(over.func) in ("range", "trange"):
            count = over.args[-1] if len(over.args) < 3 else over.args[1]
            counts.append(count)
            if "epoch" in python.last_name(loop.target).lower():
                of_epochs.append(count)
        loop = module.enclosing(loop, ast.For)
    for count in (of_epochs or counts)[-1:]:
        while isinstance(count, ast.BinOp):  # `range(1, epochs + 1)`
            count = count.left
        yield from _parameter("epochs", count, module)


_WRAPPERS = ("tqdm", "enumerate", "track")


def marks(node: ast.expr, module: Module) -> frozenset[str]:
    """Return the names under which a value is known: of variables, options, fields and keys."""
    folder = module.file.read(values.values)
    named = {name.rpartition(".")[2] for name in values.names(folder.of(node)) if name}
    if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.value, ast.Name):
        _, _, rest = dotted(node).partition(".")  # `args = self.args; args.epochs`
        aliases = (dotted(each) for each in folder.expressions(node.value, 10))
        named |= {f"{alias}.{rest}" for alias in aliases if alias and rest}
    if isinstance(node, ast.Name):
        for made in folder.expressions(node, 10):
            if isinstance(made, (ast.Tuple, ast.List, ast.BinOp)):  # `betas = (args.b1, args.b2)`
                named = named.union(*map(_texts, _parts(made)))
    return _texts(node) | named


def _texts(node: ast.expr) -> frozenset[str]:
    """Return an expression as a dotted name, and the last name in it."""
    text = dotted(node)
    return frozenset((text, text.rpartition(".")[2])) if text else frozenset()


def dotted(node: ast.AST) -> str:
    """Return `config["model"].depth` as "config.model.depth", or ""."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        base = dotted(node.value)
        return f"{base}.{node.slice.value!s}" if base else ""
    return ""


# --- What is logged -----------------------------------------------------------------------

_ONE = {"log_param", "log_parameter", "set_parameter", "set_tag"}
_SOME = {
    *("log_params", "log_parameters", "log_hyperparams", "update", "connect", "set_parameters"),
    *("init", "init_trackers", "setup_wandb", "add_hparams", "set_tags"),
    *("start_run", "create_run"),  # their tags
}
_FIELDS_OF = {"vars", "asdict", "dict", "to_container", "model_dump", "as_dict", "to_dict"}


def covered(logged: Iterable[Fact]) -> Covered:
    """Return what the calls and assignments that log parameters cover."""
    noted = Covered(set(), set(), set(), set(), False)
    everything = False
    for fact in logged:
        for given, named in _given(fact):
            if named is not None:
                _note(named, given, fact.module, noted)
            elif given is None or not _cover(given, fact.module, noted):
                everything = True
    return noted._replace(everything=everything)


def _note(name: str, value: ast.expr | None, module: Module, noted: Covered) -> None:
    """Note one parameter that is logged, and what its value is made of."""
    noted.keys.add(name)
    noted.names.add(name)
    for part in (value, *_parts(value)) if value is not None else ():
        noted.names.update(marks(part, module))
        noted.roots.update(_texts(part))  # `log_param("args", args)` holds all of its fields
    if isinstance(value, ast.Constant) and value.value not in (None, True, False):
        noted.constants.add((name, repr(value.value)))


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the variables and fields in a logged value: in `f"{args.lr:.1e}"`, `args.lr`."""
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.expr) and dotted(part):
            yield part
        else:
            waiting += python.children(part)


def _given(fact: Fact) -> Iterator[tuple[ast.expr | None, str | None]]:
    """Yield the values that a fact logs, and the key of each; no key: a collection of them."""
    node, module = fact.node, fact.module
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Attribute):  # `wandb.config.lr = lr`
            yield node.value, target.attr
        elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
            key = str(target.slice.value)
            collection = fact.by in ("neptune", "aim") and "/" not in key
            yield node.value, None if collection else key.rpartition("/")[2]
        return
    assert isinstance(node, ast.Call)
    last = python.last_name(node.func)
    client = re.search(r"Client\(\)|MLFlowLogger\(\)\.exp", module.qualified(node.func) or "")
    if last in _ONE:
        first = 1 if client else 0
        name = argument(node, "key", first) or argument(node, "name", first)
        value = argument(node, "value", first + 1)
        folded = module.file.read(values.values).of(name) if name is not None else None
        text = values.literal(folded) if folded is not None else None
        if text is not None:
            yield value, text
        else:  # `for name, value in params.items(): mlflow.log_param(name, value)`
            yield _iterated(name, module), None
    elif last in _SOME:
        second = 1 if last == "init_trackers" else None
        given = argument(node, "config", second) or argument(node, "hparam_dict")
        given = given or argument(node, "tags")
        yield given or argument(node, "params", 0) or argument(node, "mutable", 0), None
    else:
        yield None, None


def _iterated(key: ast.expr | None, module: Module) -> ast.expr | None:
    """Return the dictionary over whose items a loop gives `key`, or None."""
    for binding in module.bindings(key.id, key) if isinstance(key, ast.Name) else ():
        over = binding.node
        while isinstance(over, ast.Call):
            if python.last_name(over.func) == "items" and isinstance(over.func, ast.Attribute):
                return over.func.value
            over = over.args[0] if over.args else ast.Constant(None)
    return None


def _cover(node: ast.expr, module: Module, noted: Covered) -> bool:
    """Note what a collection of parameters holds; False, if that cannot be told."""
    known = True
    noted.roots.update(_texts(node))
    for key, value in _added(node, module):
        _note(key, value, module, noted)
    for found in module.file.read(values.values).expressions(node):
        home = module.home(found)
        if isinstance(found, ast.Dict):
            for name, value in zip(found.keys, found.values, strict=True):
                if name is None:
                    known = _cover(value, home, noted) and known
                elif isinstance(name, ast.Constant):
                    _note(str(name.value), value, home, noted)
                    if isinstance(value, ast.Dict):
                        known = _cover(value, home, noted) and known
                else:
                    known = False
        elif isinstance(found, ast.BinOp) and isinstance(found.op, ast.BitOr):
            known = _cover(found.left, home, noted) and known
            known = _cover(found.right, home, noted) and known
        elif isinstance(found, ast.Attribute) and found.attr == "__dict__":
            noted.roots.update(_texts(found.value))
        elif isinstance(found, ast.Call) and python.last_name(found.func) in _FIELDS_OF:
            _note_keywords(found, home, noted)
            holder = found.args[0] if found.args else getattr(found.func, "value", None)
            if holder is not None:
                noted.roots.update(_texts(holder))
                noted.keys.update(_options(holder, home))
                noted.names.update(_options(holder, home))
                for made in home.file.read(values.values).expressions(holder):
                    if isinstance(made, ast.Call):
                        _note_keywords(made, home, noted)
        else:
            known = False  # `get_params()`, a comprehension, what a function returns, …
    return known


def _note_keywords(call: ast.Call, module: Module, noted: Covered) -> None:
    for keyword in call.keywords:
        if keyword.arg is not None:
            _note(keyword.arg, keyword.value, module, noted)


def _added(node: ast.expr, module: Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield what is put into a dictionary where it does not stand: `params["depth"] = 3`."""
    name = dotted(node)
    for other in module.nodes(ast.Assign) if name else ():
        for target in other.targets:
            if not isinstance(target, ast.Subscript) or dotted(target.value) != name:
                continue
            if isinstance(target.slice, ast.Constant):
                yield str(target.slice.value), other.value


def _options(holder: ast.expr, module: Module) -> set[str]:
    """Return the options behind `args`: all that the program's parser declares."""
    return {*module.file.read(values.values).options()} if "arg" in dotted(holder) else set()


# --- Comparing ----------------------------------------------------------------------------


def lacking(
    program: Program, trainings: Sequence[Fact], logged: Iterable[Fact]
) -> dict[str, Taken]:
    """Return the parameters that the trainings take and that are not logged, by their names."""
    held = covered(logged)
    every = [*taken(program, trainings)] if not held.everything else []
    words = {word for each in every for word in _words(each)}
    elsewhere = {value for name, value in held.constants if _plain(name) not in words}
    found: dict[str, Taken] = {}
    for each in every:
        constant = repr(each.value.value) if isinstance(each.value, ast.Constant) else ""
        if not _is_covered(each, held) and constant not in elsewhere:
            found.setdefault(each.name, each)
    return found


def _is_covered(taken: Taken, covered: Covered) -> bool:
    """Tell whether a parameter is logged, under whatever of its names."""
    if any(
        mark == root or mark.startswith(f"{root}.")
        for mark in taken.marks
        for root in covered.roots
    ):
        return True
    return any(
        logged == word or logged.endswith(f"_{word}")
        for logged in map(_plain, covered.names)
        for word in _words(taken)
    )


def _words(taken: Taken) -> set[str]:
    """Return the words that a parameter is known by."""
    found = {_plain(name) for name in (taken.name, *taken.marks)}
    return found.union(*(same for same in _SAME if found & same))


def _plain(name: str) -> str:
    """Return a name in lower case with its words joined by "_"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.rpartition(".")[2])
    return re.sub(r"\W+|_+", "_", words).strip("_").lower()
