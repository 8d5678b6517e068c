"""Checklist: Every experiment must be reproducible.

The first of the core principles. A split or training that draws other random numbers in each run
gives another model in each run; and a base model that moves on the hub is another model tomorrow.
The hook looks at programs: at each script or notebook together with the modules of the repository
that it imports.

What to do: pass `random_state=`, `seed=` or `generator=`; call `torch.manual_seed(seed)`,
`keras.utils.set_random_seed(seed)` or `seed_everything(seed)` before the training.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, evidence, undecided, violation
from mlops_checklist.sources.triggers import TRAINING

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.python import Module

RULES = {
    "unseeded-split": "Data is split or sampled at random, without a seed.",
    "unseeded-training": "A model is trained with random numbers that no seed fixes.",
    "unused-seed": "The program takes a seed, and never applies it.",
    "unpinned-base-model": "A pretrained model is loaded without the revision.",
}

TRIGGER = TRAINING + (
    rb"|train_test_split|Fold\(|ShuffleSplit|\.sample\(|random_?[sS]plit"
    rb"|[\"']--[\w-]*(?:seed|random.state)|from_pretrained|SentenceTransformer|pipeline\("
)

# --- Facts --------------------------------------------------------------------------------

# What seeds which generators; transformers, accelerate, Lightning and Keras seed NumPy as well.
_ALL = ("numpy", "torch", "keras")
_SEEDS: dict[str, tuple[str, ...]] = {
    "numpy.random.seed": ("numpy",),
    "torch.manual_seed": ("torch",),
    "torch.random.manual_seed": ("torch",),
    "tensorflow.random.set_seed": ("keras",),
    "tensorflow.set_random_seed": ("keras",),
    "random.seed": (),
    "torch.cuda.manual_seed": (),
    "torch.cuda.manual_seed_all": (),
    "clearml.Task.init": _ALL,  # seeds them with 1337 unless told otherwise
}
_SEEDING = r"(?i)(?:^|_)seed(?:$|_)|seed_?everything|set_?seed|random_?seed|determinis"
# The keyword (and position) that seeds a split, and the generator that it falls back on.
_SKLEARN = r"^(?:sklearn|cuml)\.model_selection\."
_SPLITS: tuple[tuple[str, str, int | None, str], ...] = (
    (_SKLEARN + r"train_test_split$", "random_state", None, "numpy"),
    (_SKLEARN + r"(?:Stratified|StratifiedGroup)?KFold$", "random_state", None, "numpy"),
    (_SKLEARN + r"Repeated\w*KFold$", "random_state", None, "numpy"),
    (_SKLEARN + r"\w*ShuffleSplit$", "random_state", None, "numpy"),
    (r"^pandas\..*\.sample$", "random_state", 4, "numpy"),
    (r"^polars\..*\.sample$", "seed", None, ""),
    (r"^pyspark\..*\.sample$", "seed", 2, ""),
    (r"^pyspark\..*\.randomSplit$", "seed", 1, ""),
    (r"^torch\.utils\.data\.(?:dataset\.)?random_split$", "generator", 2, "torch"),
    (r"^datasets\.load_dataset\(\)\.train_test_split$", "seed", None, "numpy"),
)
# Estimators that draw random numbers in each fit, whatever their parameters.
_RANDOM = (
    r"^(?:sklearn|imblearn)\.[\w.]*?\b(?:(?:Balanced)?RandomForest\w+|ExtraTrees?\w+|\w*Bagging\w+"
    r"|AdaBoost\w+|(?:Hist)?GradientBoosting\w+|DecisionTree\w+|MLP\w+|SGD\w+|(?:MiniBatch)?KMeans"
    r"|BisectingKMeans|(?:Bayesian)?GaussianMixture|IsolationForest|RandomizedSearchCV|Perceptron"
    r"|PassiveAggressive\w+)$"
)
_LIBRARIES = {
    "torch": ("torch", "torch.manual_seed(seed)"),
    "keras": ("keras", "keras.utils.set_random_seed(seed)"),
    "lightning": ("torch", "seed_everything(seed, workers=True)"),
}
_TUNING = ("transformers", "torch", "lightning", "keras")  # what a base model is tuned with
_SEED_OPTION = r"^(?:random_|rng_)?seed$|^random_state$"
_HUB = r"^(?:transformers|diffusers|sentence_transformers|peft|setfit|optimum)\b"
# Where the name stands: keyword and position.
_LOADERS = {
    "from_pretrained": ("pretrained_model_name_or_path", 0),
    "SentenceTransformer": ("model_name_or_path", 0),
    "pipeline": ("model", 1),
}
_REPOSITORY_ID = r"[\w.-]+(?:/[\w.-]+)?"
_LOCAL = (
    r"^[./~]|\.(?:pt|pth|bin|safetensors|json|onnx|gguf)$"
    r"|^(?:\.?models?|outputs?|checkpoints?|artifacts?|saved_?models?|data|results?|runs|ckpts?"
    r"|pretrained|weights|trained|logs)(?:[-_/]|$)"
)


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge the programs that are judged with the file."""
    from mlops_checklist.sources import programs

    for program in programs.programs(file, TRIGGER):
        yield from program.told(judge(program))


def judge(program: Program) -> Iterator[Outcome]:
    """Say of one program whether its random numbers are the same in each run."""
    from mlops_checklist.sources import tracking

    seeded = _seeded(program)
    trainings = tracking.told(program, "training")
    yield from _splits(program, seeded)
    if trainings:
        yield from _estimators(program, seeded)
    for library in dict.fromkeys(training.by for training in trainings):
        if library not in _LIBRARIES:
            continue
        first = next(each for each in trainings if each.by == library)
        generator, advice = _LIBRARIES[library]
        if generator in seeded:
            yield tracking.at(first, evidence, "seeded-training", "a seed is set")
        else:
            yield tracking.at(
                first,
                violation,
                "unseeded-training",
                f"this training draws random numbers that no seed fixes; call {advice} before it",
            )
    yield from _options(program)
    tunes = any(training.by in _TUNING for training in trainings)
    yield from _base_models(program, trains=tunes)


class _Call(NamedTuple):
    """A call that matters here: `what` is "split", "estimator", "base model" or "seed"."""

    what: str
    call: ast.Call
    name: str
    unit: ast.AST
    module: Module


def _calls(file: File) -> tuple[_Call, ...]:
    """Return the calls of a module that draw random numbers, seed them, or load a base model."""
    from mlops_checklist.sources import programs, python

    module = file.read(python.module)
    found = []
    for call in module.calls:
        name = module.qualified(call.func) or ""
        last = python.last_name(call.func)
        if name in _SEEDS or re.search(_SEEDING, last):
            what = "seed"
        elif any(re.match(split[0], name) for split in _SPLITS):
            what = "split"
        elif re.match(_RANDOM, name):
            what = "estimator"
        elif re.match(_HUB, name) and last in _LOADERS:
            what = "base model"
        else:
            continue
        found.append(_Call(what, call, name, programs.unit_of(module, call), module))
    return tuple(found)


def _reached(program: Program, what: str) -> Iterator[tuple[Module, ast.Call, str]]:
    """Yield the calls of one kind that the program reaches; of seeds, those it may reach."""
    units = program.known if what == "seed" else program.reached
    for module in program.modules:
        for each in module.file.read(_calls):
            if each.what == what and each.unit in units:
                yield each.module, each.call, each.name


def _at(outcome: Outcome, module: Module) -> Outcome:
    return outcome._replace(path=module.file.path)


# --- Seeds --------------------------------------------------------------------------------


def _seeded(program: Program) -> set[str]:
    """Return the generators that the program seeds: "numpy", "torch", "keras"."""
    found: set[str] = set()
    for module, call, name in _reached(program, "seed"):
        if name in _SEEDS:
            found.update(_SEEDS[name])
        elif module.definition(call.func) is None:  # else its inside tells
            found.update(_ALL)
    return found


def _splits(program: Program, seeded: set[str]) -> Iterator[Outcome]:
    """Look for splits and samples that are other ones in each run."""
    from mlops_checklist.sources.python import has_unpacking, last_name

    for module, call, name in _reached(program, "split"):
        if not _is_random(call, name) or _is_shown(module, call):
            continue
        _, keyword, position, fallback = next(
            split for split in _SPLITS if re.match(split[0], name)
        )
        place = module.place(call)
        verdict = _is_given(module, call, keyword, position)
        if verdict is True or fallback in seeded:
            yield _at(evidence("seeded-split", place, "the split is seeded"), module)
        elif verdict is None or has_unpacking(call):
            message = f"it is not known whether {keyword}= is given"
            yield _at(undecided("unseeded-split", place, message), module)
        else:
            value = "torch.Generator().manual_seed(seed)" if keyword == "generator" else "..."
            message = (
                f"'{last_name(call.func)}' draws other rows in each run; pass {keyword}={value}"
            )
            yield _at(violation("unseeded-split", place, message), module)


def _is_random(call: ast.Call, name: str) -> bool:
    """Tell whether a split draws random numbers: folds do if they are shuffled."""
    import ast

    from mlops_checklist.sources.python import argument

    shuffle = argument(call, "shuffle")
    told = bool(shuffle.value) if isinstance(shuffle, ast.Constant) else None
    if name.endswith("Fold") and ".Repeated" not in name:
        return told is True
    return told is not False


def _is_shown(module: Module, call: ast.Call) -> bool:
    """Tell whether a sample is only looked at: `df.sample(5)` alone, or printed."""
    import ast

    from mlops_checklist.sources.python import last_name

    parent = module.parent(call)
    if isinstance(parent, ast.Call):
        return last_name(parent.func) in ("print", "display")
    return isinstance(parent, ast.Expr)


def _is_given(module: Module, call: ast.Call, keyword: str, position: int | None) -> bool | None:
    """Tell whether a call is given a seed; None: an option decides that may be left out."""
    import ast

    from mlops_checklist.sources.python import argument
    from mlops_checklist.sources.values import Option, alternatives, values

    given = argument(call, keyword, position)
    if given is None:
        return False
    folder = module.file.read(values)
    nodes = list(folder.expressions(given))
    if all(isinstance(node, ast.Constant) and node.value is None for node in nodes):
        return False
    options = [each for each in alternatives(folder.of(given)) if isinstance(each, Option)]
    return None if any(option.default is None for option in options) else True


def _estimators(program: Program, seeded: set[str]) -> Iterator[Outcome]:
    """Look for estimators of scikit-learn that are trained without random_state."""
    from mlops_checklist.sources.python import has_unpacking, last_name

    for module, call, _ in _reached(program, "estimator"):
        if has_unpacking(call):
            continue
        place = module.place(call)
        verdict = _is_given(module, call, "random_state", None)
        if verdict is True or "numpy" in seeded:
            yield _at(evidence("seeded-training", place, "the estimator is seeded"), module)
        elif verdict is None:
            message = "it is not known whether random_state= is given"
            yield _at(undecided("unseeded-training", place, message), module)
        else:
            message = (
                f"'{last_name(call.func)}' is another model in each run; pass random_state=..."
            )
            yield _at(violation("unseeded-training", place, message), module)


# --- Options ------------------------------------------------------------------------------


def _options(program: Program) -> Iterator[Outcome]:
    """Look for options that take a seed which is never applied."""
    for module in program.modules:
        for declared in module.file.read(_seed_options):
            if declared.unit not in program.reached:
                continue
            reads = (
                _uses(module, declared.parameter)
                if declared.parameter
                else _reads(program, declared)
            )
            place = module.place(declared.call)
            if any(_is_applied(where, read) for where, read in reads):
                yield _at(evidence("seed-option", place, "the seed is applied"), module)
            else:
                message = "the program takes a seed and never applies it; seed what it draws from"
                yield _at(violation("unused-seed", place, message), module)


class _SeedOption(NamedTuple):
    """An option that takes a seed: its name, where it is declared, click's parameter for it."""

    name: str
    call: ast.Call
    unit: ast.AST
    parameter: ast.arg | None


def _seed_options(file: File) -> tuple[_SeedOption, ...]:
    """Return the options of a module that take a seed."""
    from mlops_checklist.sources import programs, python
    from mlops_checklist.sources.values import click_option, declared_options

    module = file.read(python.module)
    found = [
        _SeedOption(name, call, programs.unit_of(module, call), None)
        for name, call in declared_options(module)
        if re.match(_SEED_OPTION, name)
    ]
    for function in file.read(programs.units):
        if not isinstance(function, python.FUNCTIONS):
            continue
        for parameter in python.parameters(function.args):
            if re.match(_SEED_OPTION, parameter.arg):
                call = click_option(module, function, parameter.arg)
                if call is not None:
                    unit = programs.unit_of(module, call)
                    found.append(_SeedOption(parameter.arg, call, unit, parameter))
    return tuple(found)


def _reads(program: Program, declared: _SeedOption) -> Iterator[tuple[Module, ast.AST]]:
    """Yield where the program may read an option: by its name, or all options at once."""
    import ast

    from mlops_checklist.sources import scores

    for module in program.modules:
        for use in scores.uses(module, declared.name):
            yield module, use
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and node.value == declared.name:
                holder = module.parent(node)
                if isinstance(holder, ast.keyword):
                    holder = module.parent(holder)
                if holder is not declared.call:
                    yield module, holder or node
        for call in module.calls:
            if getattr(call.func, "attr", "") in ("parse_args", "parse_known_args"):
                for whole in _wholes(module, call):
                    yield module, whole


def _wholes(module: Module, call: ast.Call) -> Iterator[ast.AST]:
    """Yield the uses of all parsed options at once, in code that is not of the repository."""
    import ast

    from mlops_checklist.sources import scores
    from mlops_checklist.sources.python import last_name

    statement = module.parent(call)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    first = targets[0] if targets else None
    if isinstance(first, ast.Tuple):  # `args, rest = parser.parse_known_args()`
        first = first.elts[0]
    for use in scores.uses(module, last_name(first)) if first is not None else ():
        parent = module.parent(use)
        if isinstance(parent, ast.keyword):
            parent = module.parent(parent)
        if not isinstance(parent, ast.Call) or use is parent.func:
            continue
        if module.definition(parent.func) is None:
            yield use


def _uses(module: Module, parameter: ast.arg) -> Iterator[tuple[Module, ast.AST]]:
    import ast

    from mlops_checklist.sources import scores

    for use in scores.uses(module, parameter.arg):
        if isinstance(use, ast.Name) and any(
            binding.node is parameter for binding in module.bindings(use.id, use)
        ):
            yield module, use


def _is_applied(module: Module, read: ast.AST) -> bool:
    """Tell whether a value that is read does more than being printed and logged."""
    from mlops_checklist.sources import scores

    goes = scores.destinations(module, read)
    return not goes <= {"printed", "parameters", "metrics", "artifacts"}


# --- Base models --------------------------------------------------------------------------


def _base_models(program: Program, *, trains: bool) -> Iterator[Outcome]:
    """Look for models of the Hugging Face hub that are loaded at their newest revision."""
    from mlops_checklist.sources.python import argument, has_unpacking, last_name

    told: set[str] = set()
    for module, call, _ in _reached(program, "base model"):
        keyword, position = _LOADERS[last_name(call.func)]
        given = argument(call, keyword, position)
        text = _hub_id(program, module, given) if given is not None else ""
        if not text or text in told:
            continue
        told.add(text)
        place = module.place(call)
        if argument(call, "revision") is not None:
            yield _at(evidence("base-model", place, f"'{text}' has a revision"), module)
        elif not has_unpacking(call):
            make = violation if trains else undecided
            message = f"'{text}' is loaded at its newest revision; pass revision= with a commit"
            yield _at(make("unpinned-base-model", place, message), module)


def _hub_id(program: Program, module: Module, node: ast.expr) -> str:
    """Return the repository of the hub that an expression names, or ""."""
    from mlops_checklist.sources.values import literal, values

    text = literal(module.file.read(values).of(node)) or ""
    if not re.fullmatch(_REPOSITORY_ID, text) or re.search(_LOCAL, text):
        return ""
    around = program.root.file.repository
    if around is not None and any(path.startswith(f"{text}/") for path in around.listed):
        return ""
    return "" if text in _saved_to(program) else text


def _saved_to(program: Program) -> set[str]:
    """Return the folders that the program itself saves models to."""
    from mlops_checklist.sources.python import argument, last_name
    from mlops_checklist.sources.values import literal, values

    found: set[str] = set()
    for module in program.modules:
        for call in module.calls:
            last = last_name(call.func)
            folder = argument(call, "output_dir")
            if folder is None and last in ("save_pretrained", "save_model", "save"):
                folder = argument(call, "save_directory", 0)
            elif folder is None and last.endswith("Arguments"):
                folder = argument(call, "output_dir", 0)
            if folder is not None:
                found.add(literal(module.file.read(values).of(folder)) or "")
    return found


HOOK = Hook(
    id="seeded-randomness",
    description="Splits and trainings are seeded.",
    reads={"python": b"", "notebook": b""},
    rules=RULES,
    check=check,
    follows=TRIGGER,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
