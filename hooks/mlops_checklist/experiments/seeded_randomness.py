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
from collections.abc import Iterable, Iterator, Sequence
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
    rb"|train_test_split|Fold\(|ShuffleSplit|\.sample\(|random_?[sS]plit|cross_val"
    rb"|[\"']--[\w-]*(?:seed|random.state)|from_pretrained|SentenceTransformer|pipeline\("
    rb"|\btyper\b"
)

# --- Facts --------------------------------------------------------------------------------

# What seeds which generators; transformers, accelerate, Lightning and Keras seed NumPy as well.
_ALL = ("numpy", "torch", "keras")
_SEEDS: dict[str, tuple[str, ...]] = {
    "numpy.random.seed": ("numpy",),
    "numpy.random.set_state": ("numpy",),
    "torch.set_rng_state": ("torch",),
    "torch.random.set_rng_state": ("torch",),
    "torch.manual_seed": ("torch",),
    "torch.random.manual_seed": ("torch",),
    "torch.default_generator.manual_seed": ("torch",),
    "tensorflow.random.set_seed": ("keras",),
    "tensorflow.set_random_seed": ("keras",),
    "polars.set_random_seed": ("polars",),
    "clearml.Task.init": _ALL,  # seeds them with 1337 unless told otherwise
}
_SEEDING = r"(?i)seed|determinis|^LightningCLI$"  # which seeds unless told otherwise
_SEEDING_LIBRARIES = r"^(?:pytorch_lightning|lightning|transformers|accelerate|keras|tensorflow)\."
# Of these, what is not listed above seeds a generator of its own, or none.
_OWN_GENERATORS = (
    r"^(?:random|secrets|numpy|cupy|torch|tensorflow|keras|jax|sklearn|pandas|polars|faker|gym"
    r"|gymnasium)\.(?!(?:.*\.)?set_(?:random_)?seed$)"
)
# The keywords (and position of the first) that seed a split, and what it falls back on.
_SKLEARN = r"^(?:sklearn|cuml)\.model_selection\."
_PANDAS = r"^(?:pandas\.|.*\.to_?[pP]andas\(\)).*"
_DATASETS = (
    r"^datasets\.(?:load_dataset|load_from_disk|concatenate_datasets|Dataset\.from_\w+)\(\).*"
)
_SPLITS: tuple[tuple[str, tuple[str, ...], int | None, str], ...] = (
    (_SKLEARN + r"train_test_split$", ("random_state",), None, "numpy"),
    (_SKLEARN + r"(?:Stratified|StratifiedGroup)?KFold$", ("random_state",), None, "numpy"),
    (_SKLEARN + r"Repeated\w*KFold$", ("random_state",), None, "numpy"),
    (_SKLEARN + r"\w*ShuffleSplit$", ("random_state",), None, "numpy"),
    (_PANDAS + r"\.sample$", ("random_state",), 4, "numpy"),
    (r"^polars\..*\.sample$", ("seed",), None, "polars"),
    (r"^pyspark\.(?:pandas\.|.*\.pandas_api\(\)).*\.sample$", ("random_state",), None, ""),
    (r"^pyspark\..*\.sample$", ("seed",), 2, ""),
    (r"^pyspark\..*\.randomSplit$", ("seed",), 1, ""),
    (r"^torch\.utils\.data\.(?:dataset\.)?random_split$", ("generator",), 2, "torch"),
    (_DATASETS + r"\.train_test_split$", ("seed", "generator"), None, "numpy"),
)
# What a sample is not only looked at for.
_TAKEN_ON = r"to_(?!string|markdown|html|frame)|write|save|apply|map|pipe|foreach"
# Estimators that draw random numbers in each fit, whatever their parameters.
_RANDOM = (
    r"^(?:sklearn|imblearn)\.[\w.]*?\b(?:(?:Balanced)?RandomForest\w+|ExtraTrees?\w+|\w*Bagging\w+"
    r"|AdaBoost\w+|(?:Hist)?GradientBoosting\w+|DecisionTree\w+|MLP\w+|SGD\w+|(?:MiniBatch)?KMeans"
    r"|BisectingKMeans|(?:Bayesian)?GaussianMixture|IsolationForest|RandomizedSearchCV|Perceptron"
    r"|PassiveAggressive\w+)$"
)
_VALIDATIONS = r"^sklearn\.model_selection\.cross_val\w+$"  # they train what they are given
# These hand their own random_state on to the estimator that they are given.
_HANDING_ON = r"\b(?:\w*Bagging|AdaBoost|RUSBoost)\w+$"
_LIBRARIES = {
    "torch": ("torch", "torch.manual_seed(seed)"),
    "keras": ("keras", "keras.utils.set_random_seed(seed)"),
    "lightning": ("torch", "seed_everything(seed, workers=True)"),
}
_TUNING = ("transformers", "torch", "lightning", "keras")  # what a base model is tuned with
_HUB = r"^(?:transformers|diffusers|sentence_transformers|peft|setfit|optimum)\b"
# Where the name stands: keyword and position.
_LOADERS = {
    "from_pretrained": ("pretrained_model_name_or_path", 0),
    "SentenceTransformer": ("model_name_or_path", 0),
    "pipeline": ("model", 1),
}
_REPOSITORY_ID = r"[\w.-]+(?:/[\w.-]+)?"
# Without an organisation, the hub has the first models alone, and those of SentenceTransformer.
_FIRST_MODELS = (
    r"(?i)^(?:distil)?(?:bert|roberta|gpt2)(?:-|$)|^(?:albert|camembert|ctrl|distilbart|electra"
    r"|openai-gpt|t5|xlm|xlnet|all|paraphrase|multi-qa|msmarco|stsb|nli)-"
)
_LOCAL = (
    r"(?i)^[./~]|\.(?:pt|pth|bin|safetensors|json|onnx|gguf)$"
    r"|^(?:\.?models?|outputs?|out|checkpoints?|artifacts?|saved?_?(?:models?)?|data|results?|runs?"
    r"|ckpts?|pretrained|weights|(?:fine_?)?tuned|trained|training|logs|exp|experiments?|assets"
    r"|resources|cache|te?mp|best|final|local|exports?|src|build|mlruns|workspace)(?:[-_/]|$)"
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
    if trainings or any(_reached(program, "validation")):
        yield from _estimators(program, seeded)
    if any(training.by == "transformers" for training in trainings):
        seeded.add("torch")  # the Trainer does, before its first step
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
    """A call that matters: a "split", "estimator", "validation", "base model" or "seed"."""

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
        if not name and last in ("sample", "randomSplit", "train_test_split"):
            name = _of_frame(module, call.func)
        if name in _SEEDS or (re.search(_SEEDING, last) and not re.match(_OWN_GENERATORS, name)):
            what = "seed"
        elif any(re.match(split[0], name) for split in _SPLITS):
            what = "split"
        elif re.match(_RANDOM, name):
            what = "estimator"
        elif re.match(_VALIDATIONS, name):
            what = "validation"
        elif re.match(_HUB, name) and last in _LOADERS:
            what = "base model"
        else:
            continue
        found.append(_Call(what, call, name, programs.unit_of(module, call), module))
    return tuple(found)


def _of_frame(module: Module, node: ast.AST) -> str:
    """Return what a method is called on, by name; rows and columns of a frame are frames."""
    import ast

    behind: list[str] = []
    seen: set[ast.AST] = set()
    while node not in seen:
        seen.add(node)
        if known := module.qualified(node):
            return known + "".join(reversed(behind))
        if isinstance(node, ast.Attribute):
            behind.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Call):
            behind.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Name):
            for binding in module.bindings(node.id, node):
                if binding.how == "value" and binding.node not in seen:
                    node = binding.node
                    break
    return ""


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
    from mlops_checklist.sources.python import argument, has_unpacking

    found: set[str] = set()
    for module, call, name in _reached(program, "seed"):
        given = has_unpacking(call) or not _is_none(argument(call, "seed", 0))
        if name == "numpy.random.seed" and not given:
            continue  # it takes a new seed from the system
        if name in _SEEDS:
            found.update(_SEEDS[name])
        elif module.definition(call.func) is None:  # else its inside tells
            found.update(_ALL)
            if not re.match(_SEEDING_LIBRARIES, name):
                found.add("polars")
    return found


def _is_none(node: ast.expr | None) -> bool:
    import ast

    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def _splits(program: Program, seeded: set[str]) -> Iterator[Outcome]:
    """Look for splits and samples that are other ones in each run."""
    from mlops_checklist.sources.python import argument, has_unpacking, last_name

    for module, call, name in _reached(program, "split"):
        draws = _is_random(module, call, name)
        if draws is False or (name.endswith(".sample") and _is_shown(module, call)):
            continue
        _, keywords, position, fallback = next(
            split for split in _SPLITS if re.match(split[0], name)
        )
        place = module.place(call)
        if name.startswith("pyspark.") and position == 2 and not _is_flag(call.args[:1]):
            position = 1  # `frame.sample(0.1, seed)`
        verdict = _is_given(program, module, call, keywords[0], position)
        if verdict is False and any(argument(call, other) is not None for other in keywords[1:]):
            verdict = True
        if verdict is True or fallback in seeded:
            yield _at(evidence("seeded-split", place, "the split is seeded"), module)
        elif verdict is None or draws is None or has_unpacking(call):
            message = f"it is not known whether {keywords[0]}= is given, or needed"
            yield _at(undecided("unseeded-split", place, message), module)
        else:
            advice = _advice(keywords[0], argument(call, keywords[0], position))
            message = f"'{last_name(call.func)}' draws other rows in each run; {advice}"
            yield _at(violation("unseeded-split", place, message), module)


def _advice(keyword: str, given: ast.expr | None) -> str:
    if given is not None:
        return f"its {keyword}= is given no seed here"
    value = "torch.Generator().manual_seed(seed)" if keyword == "generator" else "..."
    return f"pass {keyword}={value}"


def _is_random(module: Module, call: ast.Call, name: str) -> bool | None:
    """Tell whether a split draws random numbers: folds do if they are shuffled."""
    import ast

    from mlops_checklist.sources.python import argument
    from mlops_checklist.sources.values import values

    given = argument(call, "shuffle")
    if given is None:
        return not name.endswith("Fold") or ".Repeated" in name
    told = {
        bool(node.value) if isinstance(node, ast.Constant) else None
        for node in module.file.read(values).expressions(given)
    }
    return told.pop() if len(told) == 1 else None


def _is_flag(given: Sequence[ast.expr]) -> bool:
    import ast

    return any(isinstance(each, ast.Constant) and isinstance(each.value, bool) for each in given)


def _is_shown(module: Module, call: ast.Call) -> bool:
    """Tell whether a sample is only looked at: `df.sample(5)` alone, or printed."""
    import ast

    from mlops_checklist.sources.python import last_name

    node: ast.AST = call
    while (parent := module.parent(node)) is not None:
        if isinstance(parent, ast.Call) and node is not parent.func:
            return last_name(parent.func) in ("print", "display")
        if isinstance(parent, ast.Attribute) and re.match(_TAKEN_ON, parent.attr):
            return False
        if isinstance(parent, ast.Subscript) and node is not parent.value:
            return False
        if not isinstance(
            parent, (ast.Call, ast.Attribute, ast.Subscript, ast.JoinedStr, ast.FormattedValue)
        ):
            break
        node = parent
    return isinstance(parent, ast.Expr)


def _is_given(
    program: Program, module: Module, call: ast.Call, keyword: str, position: int | None
) -> bool | None:
    """Tell whether a call is given a seed; None: what decides is not known, or may be left out."""
    from mlops_checklist.sources.python import argument
    from mlops_checklist.sources.values import Option, alternatives, values

    given = argument(call, keyword, position)
    if given is None:
        return False
    folder = module.file.read(values)
    verdicts = {_is_seed(module.home(node), node) for node in folder.expressions(given)}
    if verdicts == {False}:
        return False
    left_out = _left_out(program, module, given)
    if left_out == {True}:
        return False
    if verdicts != {True} or left_out:
        return None
    options = [each for each in alternatives(folder.of(given)) if isinstance(each, Option)]
    return None if any(option.default is None for option in options) else True


def _left_out(program: Program, module: Module, node: ast.AST) -> set[bool]:
    """Return whether calls in the program leave out a parameter; none, if none does."""
    import ast

    from mlops_checklist.sources import programs
    from mlops_checklist.sources.python import FUNCTIONS, argument, default_of, has_unpacking

    bindings = module.bindings(node.id, node) if isinstance(node, ast.Name) else []
    if len(bindings) != 1:
        return set()
    function, parameter = bindings[0].statement, bindings[0].node
    if not isinstance(parameter, ast.arg) or not isinstance(function, FUNCTIONS):
        return set()
    default = default_of(function, parameter.arg)
    if function.decorator_list or default is None or not _is_none(default):
        return set()
    names = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
    position = names.index(parameter.arg) if parameter.arg in names else None
    if position is not None and isinstance(module.parent(function), ast.ClassDef):
        position -= 1  # the instance is not passed
    found: set[bool] = set()
    for call in module.calls_to(function):
        home = module.home(call)
        if home in program.modules and programs.unit_of(home, call) in program.reached:
            given = argument(call, parameter.arg, position)
            found.add(given is None and not has_unpacking(call))
    return found if True in found else set()


def _is_seed(module: Module, node: ast.AST) -> bool | None:
    """Tell whether an expression is a seed; None: a parameter or field that may be left out."""
    import ast

    from mlops_checklist.sources.python import FUNCTIONS, default_of, has_unpacking
    from mlops_checklist.sources.values import click_option

    if isinstance(node, ast.Constant):
        assigned = module.parent(node)
        field = assigned is not None and isinstance(module.parent(assigned), ast.ClassDef)
        return True if node.value is not None else None if field else False
    if isinstance(node, ast.Call):
        name = module.qualified(node.func) or ""
        fresh = name in ("numpy.random.RandomState", "numpy.random.default_rng")
        return not (fresh and not node.keywords and (not node.args or _is_none(node.args[0])))
    for binding in module.bindings(node.id, node) if isinstance(node, ast.Name) else ():
        function, parameter = binding.statement, binding.node
        if not isinstance(parameter, ast.arg) or not isinstance(function, FUNCTIONS):
            continue
        default = default_of(function, parameter.arg)
        if default is None or not _is_none(default):
            continue
        calls = module.calls_to(function)  # none of a constructor: fields may be set later
        open_ended = not calls or function.decorator_list or any(map(has_unpacking, calls))
        return None if open_ended or click_option(module, function, parameter.arg) else False
    return True


def _estimators(program: Program, seeded: set[str]) -> Iterator[Outcome]:
    """Look for estimators of scikit-learn that are trained without random_state."""
    from mlops_checklist.sources.python import argument, has_unpacking, last_name

    estimators = [*_reached(program, "estimator")]
    handed = _handed_on(estimators)
    later = any(module.file.read(_sets_states) for module in program.modules)
    for module, call, name in estimators:
        if has_unpacking(call) or call in handed or _begins_fixed(module, call, name):
            continue
        place = module.place(call)
        verdict = _is_given(program, module, call, "random_state", None)
        if verdict is True or "numpy" in seeded:
            yield _at(evidence("seeded-training", place, "the estimator is seeded"), module)
        elif verdict is None or later:
            message = "it is not known whether random_state= is given"
            yield _at(undecided("unseeded-training", place, message), module)
        else:
            advice = _advice("random_state", argument(call, "random_state"))
            message = f"'{last_name(call.func)}' is another model in each run; {advice}"
            yield _at(violation("unseeded-training", place, message), module)


def _begins_fixed(module: Module, call: ast.Call, name: str) -> bool:
    """Tell whether clusters begin with given centres, not with random ones."""
    from mlops_checklist.sources.python import argument
    from mlops_checklist.sources.values import literal, values

    given = argument(call, "init")
    if given is None or not name.endswith(".KMeans"):
        return False
    return literal(module.file.read(values).of(given)) is None


def _handed_on(estimators: Iterable[tuple[Module, ast.Call, str]]) -> set[ast.AST]:
    """Return what stands in estimators that hand their random_state on."""
    import ast

    from mlops_checklist.sources.python import argument
    from mlops_checklist.sources.values import values

    found: set[ast.AST] = set()
    for module, call, name in estimators:
        if not re.search(_HANDING_ON, name):
            continue
        inner = argument(call, "estimator", 0) or argument(call, "base_estimator")
        for node in module.file.read(values).expressions(inner) if inner is not None else ():
            found.update(ast.walk(node))
    return found


def _sets_states(file: File) -> bool:
    """Tell whether a module sets random_state elsewhere than in a constructor."""
    import ast

    from mlops_checklist.sources import python

    module = file.read(python.module)
    for call in module.calls:
        if python.last_name(call.func) == "set_params" and (
            python.has_unpacking(call)
            or any((each.arg or "").endswith("random_state") for each in call.keywords)
        ):
            return True
    for node in module.nodes(ast.Attribute):
        is_set = node.attr == "random_state" and isinstance(node.ctx, ast.Store)
        if is_set and getattr(node.value, "id", "") != "self":
            return True
    for search in module.nodes(ast.Dict):  # `{"forest__random_state": [7]}`
        for key, value in zip(search.keys, search.values, strict=True):
            name = str(key.value) if isinstance(key, ast.Constant) else ""
            if name.endswith("__random_state") or (
                name == "random_state" and isinstance(value, (ast.List, ast.Tuple))
            ):
                return True
    return False


# --- Options ------------------------------------------------------------------------------


def _options(program: Program) -> Iterator[Outcome]:
    """Look for options that take a seed which is never applied."""
    from mlops_checklist.sources import seed_options

    for module in program.modules:
        for declared in module.file.read(seed_options.seed_options):
            if declared.unit not in program.reached:
                continue
            place = module.place(declared.node)
            verdict = seed_options.is_applied(program, module, declared)
            if verdict is None:
                message = "it is not known who reads this option"
                yield _at(undecided("unused-seed", place, message), module)
            elif verdict:
                yield _at(evidence("seed-option", place, "the seed is applied"), module)
            else:
                message = "the program takes a seed and never applies it; seed what it draws from"
                yield _at(violation("unused-seed", place, message), module)


# --- Base models --------------------------------------------------------------------------


def _base_models(program: Program, *, trains: bool) -> Iterator[Outcome]:
    """Look for models of the Hugging Face hub that are loaded at their newest revision."""
    from mlops_checklist.sources.python import argument, has_unpacking, last_name

    told: set[tuple[str, bool]] = set()
    for module, call, name in _reached(program, "base model"):
        keyword, position = _LOADERS[last_name(call.func)]
        if re.match(r"peft\.(?:\w+\.)*PeftModel", name):
            keyword, position = "model_id", 1  # behind the model that it adapts
        given = argument(call, keyword, position)
        text = _hub_id(program, module, given) if given is not None else ""
        newest = _is_newest(module, argument(call, "revision"))
        if not text or (text, newest) in told:
            continue
        told.add((text, newest))
        place = module.place(call)
        if not newest:
            yield _at(evidence("base-model", place, f"'{text}' has a revision"), module)
        elif not has_unpacking(call):
            cached = argument(call, "local_files_only") is not None
            make = violation if trains and not cached else undecided
            message = f"'{text}' is loaded at its newest revision; pass revision= with a commit"
            yield _at(make("unpinned-base-model", place, message), module)


def _is_newest(module: Module, revision: ast.expr | None) -> bool:
    import ast

    from mlops_checklist.sources.values import values

    known = module.file.read(values).expressions(revision) if revision is not None else ()
    return all(isinstance(each, ast.Constant) and each.value in (None, "main") for each in known)


def _hub_id(program: Program, module: Module, node: ast.expr) -> str:
    """Return the repository of the hub that an expression names, or ""."""
    import ast

    from mlops_checklist.sources.values import literal, values

    folder = module.file.read(values)
    text = literal(folder.of(node)) or ""
    if not re.fullmatch(_REPOSITORY_ID, text) or re.search(_LOCAL, text):
        return ""
    if "/" not in text and not re.search(_FIRST_MODELS, text):
        return ""
    plain = (ast.Constant, ast.JoinedStr)
    if not all(isinstance(each, plain) for each in folder.expressions(node)):
        return ""  # joined as paths are
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
