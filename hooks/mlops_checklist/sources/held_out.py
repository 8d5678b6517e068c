"""On which data a program computes its metrics: held out, or the very data that it fits.

Names tell (`X_test`, `val_loader`), the places in what `train_test_split` returns, the folds of a
splitter, and whether the same variables were given to a `fit`. Cross-validation and searches hold
out by themselves; so does a `fit` that is given validation data.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from mlops_checklist.sources import python, scores, tracking
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import Module
from mlops_checklist.sources.scores import Score
from mlops_checklist.sources.tracking import Fact

Variable = tuple[ast.AST, str]  # where it is bound, and its name

HELD_OUT = re.compile(
    r"(?i)(?:^|[^a-z]|(?<=[XYxy]))(?:test(?:s|ing|set|data)?|val(?:s|id|idation|set|data)?"
    r"|hold_?out|held_?out|dev|eval(?:uation)?|oos|oof|unseen|cv|fold\w*)(?![a-z])"
)
FITTED = re.compile(r"(?i)(?:^|[^a-z]|(?<=[XYxy]))(?:train(?:ing|set|data)?|tr|fit)(?![a-z])")
_SPLITS = re.compile(r"(?:^|\.)(?:train_test_split|random_split|temporal_train_test_split)$")
_CROSS = re.compile(
    r"(?:^|\.)(?:cross_val_score|cross_validate|cross_val_predict|xgboost\.cv|lightgbm\.cv|cv"
    r"|cross_validation)$"
)
_SEARCHES = re.compile(r"\b\w*SearchCV\b|\b\w+CV\(\)|\bTuneSearchCV|\bCrossValidator\b")
# Arguments of a training that give it data to validate on.
_VALIDATING = frozenset(
    "validation_data validation_split eval_set evals valid_sets eval_dataset val_dataloaders "
    "validation_frame tuning_data valid_loader val_loader".split()
)
# Arguments of a score that are data.
_DATA = frozenset(
    "y_true y_pred y_score y_prob X x y data references predictions preds target labels".split()
)
# They evaluate on data that the trainer was given for it.
_EVALUATING = re.compile(
    r"(?:transformers|trl|setfit|sentence_transformers|(?:pytorch_)?lightning|ultralytics)\.[\w.]*"
    r"(?:Trainer|YOLO)\(\)\.(?:evaluate|validate|test|val|predict)"
)


def data_of(score: Score, fitted: frozenset[Variable]) -> str:
    """Tell on which data a score is computed: "held-out", "fitted" or "unknown".

    `fitted` are the variables that are given to a fit, as `fitted` returns them.
    """
    if _CROSS.search(score.module.qualified(score.call.func) or ""):
        return "held-out"
    given = [*score.call.args]
    given += [keyword.value for keyword in score.call.keywords if keyword.arg in _DATA]
    return judged(score.module, given, fitted)


def fitted(fits: Sequence[Fact]) -> frozenset[Variable]:
    """Return the variables that are given to a fit: where each is bound, and its name."""
    return frozenset(
        (bound, given.id)
        for fact in fits
        if isinstance(fact.node, ast.Call)
        for given in (*fact.node.args, *(keyword.value for keyword in fact.node.keywords))
        if isinstance(given, ast.Name)
        for bound in _places(fact.module, given)
    )


def _places(module: Module, name: ast.Name) -> Iterator[ast.AST]:
    """Yield where a variable is bound; the module, where that is not to be seen."""
    bindings = module.bindings(name.id, name)
    yield from (binding.statement for binding in bindings)
    if not bindings:
        yield module.tree


def judged(module: Module, given: Sequence[ast.expr], fitted: frozenset[Variable]) -> str:
    """Tell of arguments what data they are: "held-out", "fitted" or "unknown"."""
    answers = {answer for node in given for answer in _parts(module, node, fitted)}
    if "held-out" in answers:
        return "held-out"
    return "fitted" if answers == {"fitted"} else "unknown"


def by_name(text: str) -> str:
    """Tell what a name says of the data: "held-out", "fitted", or "" for neither."""
    if HELD_OUT.search(text):
        return "held-out"
    return "fitted" if FITTED.search(text) else ""


_MOST = 60  # nodes that are followed


def _parts(module: Module, node: ast.expr, fitted: frozenset[Variable]) -> Iterator[str]:
    """Yield what each variable tells that an expression is made of: `y_pred` leads to its data."""
    waiting: list[ast.AST] = [node]
    seen: set[ast.AST] = set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if len(seen) > _MOST:
            yield "unknown"
            return
        if isinstance(current, ast.Call):
            waiting += [*current.args, *(keyword.value for keyword in current.keywords)]
            receiver = current.func.value if isinstance(current.func, ast.Attribute) else None
            if receiver is not None and not tracking.looks_like_a_model(receiver):
                waiting.append(receiver)
        elif isinstance(current, ast.Attribute):
            if answer := by_name(_dotted(current)):
                yield answer
            else:
                waiting.append(current.value)
        elif isinstance(current, ast.Name):
            if answer := by_name(current.id):
                yield answer
            else:
                yield from _bound(module, current, fitted, waiting)
        elif isinstance(current, ast.Subscript):
            # `X[test_rows]`, or the columns of `training[features]`.
            chosen = {*_parts(module, current.slice, fitted)} - {"unknown"}
            if chosen:
                yield from chosen
            else:
                waiting.append(current.value)
        elif not isinstance(current, (ast.Constant, ast.Lambda)):
            waiting += python.children(current)


def _bound(
    module: Module, name: ast.Name, fitted: frozenset[Variable], waiting: list[ast.AST]
) -> Iterator[str]:
    """Yield what the assignments of a variable tell, or go on with what is assigned."""
    bindings = module.bindings(name.id, name)
    for binding in bindings:
        if (binding.statement, name.id) in fitted:
            yield "fitted"
        elif part := _part_of_split(module, binding, name.id):
            yield part
        elif binding.how in ("value", "added", "element"):
            waiting.append(binding.node)
        elif binding.how != "import":
            yield "unknown"
    if not bindings:
        yield "fitted" if (module.tree, name.id) in fitted else "unknown"


def _part_of_split(module: Module, binding: python.Binding, name: str) -> str:
    """Tell which part of a split a variable is given: by its place, or as the last of the folds."""
    call = binding.node
    if isinstance(call, ast.Call) and python.last_name(call.func) == "enumerate" and call.args:
        call = call.args[0]
    if not isinstance(call, ast.Call):
        return ""
    called = module.qualified(call.func) or python.last_name(call.func)
    if _SPLITS.search(called) and binding.target.isdecimal():
        return "held-out" if int(binding.target) % 2 else "fitted"
    statement = binding.statement
    if python.last_name(call.func) == "split" and isinstance(
        statement, (ast.For, ast.comprehension)
    ):
        names = [each.id for each in ast.walk(statement.target) if isinstance(each, ast.Name)]
        return "held-out" if names[-1:] == [name] else "fitted"
    return ""


def _dotted(node: ast.Attribute) -> str:
    inner = f"{_dotted(node.value)}." if isinstance(node.value, ast.Attribute) else ""
    return f"{inner}{node.attr}"


def validates(module: Module, call: ast.Call) -> bool:
    """Tell whether a training call, or the trainer that it is called on, validates as it trains."""
    given = [*call.keywords]
    if isinstance(call.func, ast.Attribute):
        receiver = module.qualified(call.func.value) or ""
        if _SEARCHES.search(receiver):
            return True
        if _EVALUATING.fullmatch(f"{receiver}.evaluate"):
            for made in _made(module, call.func.value):
                given += made.keywords
    return any(
        keyword.arg in _VALIDATING
        and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
        and judged(module, [keyword.value], frozenset()) != "fitted"
        for keyword in given
    )


def _made(module: Module, node: ast.expr) -> Iterator[ast.Call]:
    """Yield the calls that make the object in a variable."""
    for binding in module.bindings(node.id, node) if isinstance(node, ast.Name) else ():
        if isinstance(binding.node, ast.Call):
            yield binding.node


def evaluates(module: Module, call: ast.Call) -> bool:
    """Tell whether a call evaluates on data that was given for it: `trainer.evaluate()`."""
    return _EVALUATING.fullmatch(module.qualified(call.func) or "") is not None


def all_scores(program: Program) -> list[Score]:
    """Return the scores that a program computes."""
    return [
        score
        for module in program.modules
        for score in module.file.read(scores.scores)
        if score.unit in program.reached
    ]
