"""Checklist: Validation metrics recorded.

How well a model does on the data that it was fitted to says nothing of how it will do tomorrow. The
hook looks at programs that train a model and register it: at each script or notebook together with
the modules of the repository that it imports.

What to do: hold out data, and log a metric on it before the model is registered:
`mlflow.log_metric("test_auc", roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))`; register
only what is better than a bar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, undecided, violation
from mlops_checklist.sources.triggers import REGISTERING

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable

    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.python import Module
    from mlops_checklist.sources.registrations import Registered
    from mlops_checklist.sources.scores import Score
    from mlops_checklist.sources.tracking import Fact

RULES = {
    "no-validation-metric": "A model is registered, and no metric on held-out data is recorded.",
    "training-metric-only": "The metrics are computed on the data that the model was fitted to.",
    "no-threshold": "Nothing compares a metric with a bar before the model is registered.",
}
_RECORDED = frozenset({"metrics", "artifacts", "parameters", "written", "elsewhere"})


class _Found(NamedTuple):
    """A registration, and the module in which it stands."""

    module: Module
    registered: Registered


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge the programs that are judged with the file."""
    from mlops_checklist.sources import programs

    for program in programs.programs(file, REGISTERING):
        yield from program.told(judge(program))


def judge(program: Program) -> Iterator[Outcome]:
    """Say of a program that registers a model what it records of held-out data."""
    from mlops_checklist.sources import held_out, tracking

    registering = _registrations(program)
    trainings = tracking.told(program, "training")
    if not registering:
        return
    if not trainings:
        message = "the model that is registered here is trained elsewhere"
        yield _at(registering[0], undecided, "no-validation-metric", message)
        return
    fitted = held_out.fitted(trainings)
    scores = held_out.all_scores(program)
    on = {score: held_out.data_of(score, fitted) for score in scores}
    autologs, perhaps = tracking.covering(program, trainings)
    where = _validated(program, trainings, on, bool(autologs))
    if where is not None:
        module, node = where
        outcome = evidence(
            "no-validation-metric", module.place(node), "a metric on held-out data is recorded"
        )
        yield outcome._replace(path=module.file.path)
        yield from _threshold(program, scores, registering[0])
    else:
        yield from _unvalidated(program, registering[0], on, perhaps or bool(autologs))


def _registrations(program: Program) -> list[_Found]:
    """Return where a program surely registers a model."""
    from mlops_checklist.sources import registrations
    from mlops_checklist.sources.programs import unit_of

    return [
        _Found(module, each)
        for module in program.modules
        if module.file.matches(REGISTERING)
        for each in module.file.read(registrations.registrations)
        if each.sure and each.call is not None and unit_of(module, each.call) in program.reached
    ]


def _at(
    found: _Found, make: Callable[[str, Place, str], Outcome], rule: str, message: str
) -> Outcome:
    outcome = make(rule, found.registered.place, message)
    return outcome._replace(path=found.module.file.path)


# --- What is recorded ---------------------------------------------------------------------


def _validated(
    program: Program, trainings: Sequence[Fact], on: dict[Score, str], is_autologged: bool
) -> tuple[Module, ast.AST] | None:
    """Return where a program records a metric on held-out data, if it does."""
    import ast

    from mlops_checklist.sources import held_out, tracking

    for score, data in on.items():
        # Autologging records what is computed after the fit as well.
        if data == "held-out" and (is_autologged or score.goes & _RECORDED):
            return score.module, score.call
    metrics = tracking.known(program, "metrics")
    for fact in metrics:
        if _named(fact.node) == "held-out" or _evaluated(fact):
            return fact.module, fact.node
    for fact in trainings:
        validates = isinstance(fact.node, ast.Call) and held_out.validates(fact.module, fact.node)
        if validates and (is_autologged or metrics):
            return fact.module, fact.node
    for module in program.modules:
        for call in module.calls:
            if held_out.evaluates(module, call):
                return module, call
    return None


def _named(node: ast.AST) -> str:
    """Tell from the names in a call that logs metrics whether they speak of held-out data."""
    import ast

    from mlops_checklist.sources import held_out, python

    texts = [
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    names = [
        python.last_name(each)
        for each in ast.walk(node)
        if isinstance(each, (ast.Name, ast.Attribute))
    ]
    if any(map(held_out.HELD_OUT.search, [*texts, *names])):
        return "held-out"
    return "fitted" if texts and all(map(held_out.FITTED.search, texts)) else ""


def _evaluated(fact: Fact) -> bool:
    """Tell whether a fact is `mlflow.evaluate(model, data=…)` of held-out data."""
    import ast

    from mlops_checklist.sources import held_out
    from mlops_checklist.sources.python import argument, last_name

    if not isinstance(fact.node, ast.Call) or last_name(fact.node.func) != "evaluate":
        return False
    name = fact.module.qualified(fact.node.func) or ""
    data = argument(fact.node, "data", int(not name.startswith("mlflow.genai.")))
    return data is not None and held_out.judged(fact.module, [data], frozenset()) == "held-out"


# --- What is not --------------------------------------------------------------------------


def _unvalidated(
    program: Program, registering: _Found, on: dict[Score, str], perhaps: bool
) -> Iterator[Outcome]:
    """Judge a program in which nothing on held-out data is recorded for sure."""
    from mlops_checklist.sources import tracking

    metrics = tracking.known(program, "metrics")
    unknown = [score for score, data in on.items() if data == "unknown"]
    lost = [score for score, data in on.items() if data == "held-out"]
    loose = [fact for fact in metrics if not fact.sure or not _named(fact.node)]
    if lost:
        score = lost[0]
        verb = "only printed" if "printed" in score.goes else "computed and dropped"
        where = score.module.seen_from(registering.module, score.call)
        yield _at(
            registering,
            violation,
            "no-validation-metric",
            f"the model is registered, and '{score.name}' on held-out data ({where}) is {verb}; "
            "log it with mlflow.log_metric before",
        )
    elif (on and not unknown) or (metrics and not loose):
        yield _training_only(registering, [*on], metrics)
    elif unknown or metrics or perhaps or _evaluates_elsewhere(program):
        message = "it is not known on which data the metrics of this model are computed"
        yield _at(registering, undecided, "no-validation-metric", message)
    else:
        yield _at(
            registering,
            violation,
            "no-validation-metric",
            "the model is registered, and no metric on held-out data is recorded before; score it "
            "on test data and call mlflow.log_metric",
        )


def _training_only(
    registering: _Found, scores: Sequence[Score], metrics: Sequence[Fact]
) -> Outcome:
    message = (
        "is computed on the data that the model was fitted to; hold out a part with "
        "train_test_split and score the model on that"
    )
    if scores:
        first = scores[0]
        place, path = first.module.place(first.call), first.module.file.path
        what = f"'{first.name}'"
    else:
        place, path = metrics[0].module.place(metrics[0].node), metrics[0].module.file.path
        what = "the only metric"
    return violation("training-metric-only", place, f"{what} {message}")._replace(path=path)


def _evaluates_elsewhere(program: Program) -> bool:
    """Tell whether another script of the repository evaluates models, as far as its words tell."""
    from mlops_checklist.sources import tracked

    repository = program.root.file.repository
    if repository is None:
        return False
    own = {module.file.path for module in program.modules}
    named = [
        path
        for path in repository.python
        if path not in own
        and not tracked.is_passed_over(path)
        and re.search(r"(?i)eval|valid", path.replace("\\", "/").rpartition("/")[2])
    ]
    return bool(repository.matching(named, rb"log_metric|evaluate\(|wandb\.log|metrics?\.json"))


# --- Thresholds ---------------------------------------------------------------------------


def _threshold(program: Program, scores: Sequence[Score], registering: _Found) -> Iterator[Outcome]:
    """Say whether a metric is compared with a bar before the model is registered."""
    from mlops_checklist.sources.python import last_name

    for score in scores:
        if "compared" in score.goes:
            outcome = evidence(
                "no-threshold", score.module.place(score.call), "the metric is compared with a bar"
            )
            yield outcome._replace(path=score.module.file.path)
            return
    for module in program.modules:
        for call in module.calls:
            if last_name(call.func) in ("validate_evaluation_results", "MetricThreshold"):
                outcome = evidence(
                    "no-threshold", module.place(call), "the evaluation has thresholds"
                )
                yield outcome._replace(path=module.file.path)
                return
    message = (
        "whatever its metric, the model is registered; compare it with a bar or the champion's"
    )
    yield _at(registering, undecided, "no-threshold", message)


HOOK = Hook(
    id="validation-metrics",
    description="A metric on held-out data is recorded before a model is registered.",
    reads={"python": b"", "notebook": b""},
    rules=RULES,
    check=check,
    follows=REGISTERING,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
