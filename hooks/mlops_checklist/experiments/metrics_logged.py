"""Checklist: Metrics tracked for comparison.

A score on a terminal is gone tomorrow; a score in the run can be compared with last month's. The
hook looks at programs that start a run of an experiment tracker and train: at each script or
notebook together with the modules of the repository that it imports.

What to do: `mlflow.log_metric("validation_auc", auc)`, with `step=` in a loop; or
`mlflow.autolog()` before the fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, evidence, undecided, violation
from mlops_checklist.sources.triggers import TRACKERS

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.scores import Score
    from mlops_checklist.sources.tracking import Fact

RULES = {
    "no-metrics": "A run is started and a model trained, and no metric is logged.",
    "printed-metric": "A score is computed, and only printed or dropped.",
    "metric-as-param": "A score is logged as a parameter or tag, which no chart can show.",
    "no-step": "A metric is logged in each round of a training loop, without the step.",
}


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge the programs that are judged with the file."""
    from mlops_checklist.sources import programs

    for program in programs.programs(file, TRACKERS):
        yield from program.told(judge(program))


def judge(program: Program) -> Iterator[Outcome]:
    """Say of one program whether its metrics are logged."""
    from mlops_checklist.sources import tracking

    yield from _steps(program)
    runs = tracking.told(program, "run")
    if not runs:
        return
    trainings = tracking.told(program, "training")
    covering, unknown = tracking.covering(program, trainings)
    if covering:
        yield tracking.at(covering[0], evidence, "autolog", "autologging logs the metrics")
        return
    metrics = tracking.known(program, "metrics")
    unknown = unknown or any(not fact.sure for fact in metrics)
    untold, elsewhere = _scores(program)
    for outcome in untold:
        yield outcome._replace(kind="undecided") if unknown else outcome
    if sure := [fact for fact in metrics if fact.sure]:
        yield tracking.at(sure[0], evidence, "metrics", "metrics are logged")
    elif trainings and not untold:
        start = min(runs, key=lambda fact: fact.by == "tensorboard")
        if unknown or elsewhere:
            yield tracking.at(start, undecided, "no-metrics", "it is not known what is logged")
        else:
            yield tracking.at(
                start,
                violation,
                "no-metrics",
                f"this run trains a model{tracking.where(start, trainings[0])} and logs no metric; "
                f"{_suggestion(start)}",
            )


def _suggestion(start: Fact) -> str:
    call = {
        "wandb": "wandb.log",
        "comet_ml": "experiment.log_metric",
        "neptune": 'run["..."].append',
        "clearml": "logger.report_single_value",
        "aim": "run.track",
        "dvclive": "live.log_metric",
        "tensorboard": "add_scalar",
        "lightning": "self.log",
    }.get(start.by, "mlflow.log_metric")
    return f"evaluate it and call {call}"


# --- Scores -------------------------------------------------------------------------------


def _scores(program: Program) -> tuple[list[Outcome], bool]:
    """Return what to say of the scores that are lost, and whether some go to unknown code."""
    from mlops_checklist.sources import scores

    found = [
        score
        for module in program.modules
        for score in module.file.read(scores.scores)
        if score.unit in program.reached
    ]
    kept = [score for score in found if score.goes & _KEPT]
    outcomes = [outcome for score in found if (outcome := _judged(score, kept)) is not None]
    return outcomes, any(score.goes & {"elsewhere", "written", "artifacts"} for score in found)


_KEPT = {"metrics", "artifacts"}


def _judged(score: Score, kept: Sequence[Score]) -> Outcome | None:
    from mlops_checklist.sources import scores

    goes = score.goes
    if goes & {"elsewhere", "written", *_KEPT} or any(_is_same(score, other) for other in kept):
        return None
    what = f"'{score.name}'"
    if "parameters" in goes:
        rule, message = (
            "metric-as-param",
            f"{what} is logged as a parameter or tag; log it with log_metric, so that runs can be "
            "compared by it",
        )
    else:
        if score.name in scores.REPORTS and any(_is_in_report(other) for other in kept):
            return None
        if "compared" in goes and "printed" not in goes:
            return None  # it steers the training or picks a model
        verb = "only printed" if "printed" in goes else "computed and dropped"
        rule, message = "printed-metric", f"{what} is {verb}; log it with log_metric as well"
    place = score.module.place(score.call)
    return violation(rule, place, message)._replace(path=score.module.file.path)


def _is_in_report(score: Score) -> bool:
    return any(word in score.name for word in ("f1", "fbeta", "precision", "recall", "report"))


def _is_same(score: Score, other: Score) -> bool:
    """Tell whether two calls compute the same metric of the same data."""
    import ast

    return score.name == other.name and ast.dump(score.call) == ast.dump(other.call)


# --- Steps --------------------------------------------------------------------------------

# Where each call of MLflow takes the step: its position.
_STEPS = {"log_metric": 2, "log_metrics": 1, "Client.log_metric": 4}
_ROUNDS = r"(?i)^_*(?:epochs?|ep|steps?|iterations?|iters?|it|batch(?:_?idx)?|rounds?|episodes?)$"
_COUNTS = r"(?i)epochs?|(?<!n_)steps?$|iterations?|iters?$|rounds?$|episodes?"


def _steps(program: Program) -> Iterator[Outcome]:
    """Look for metrics that each round of a training loop logs without its step."""
    import ast

    from mlops_checklist.sources import tracking
    from mlops_checklist.sources.python import argument, has_unpacking, last_name

    for fact in tracking.told(program, "metrics", by="mlflow"):
        call, module = fact.node, fact.module
        if not isinstance(call, ast.Call) or has_unpacking(call):
            continue
        name = module.qualified(call.func) or ""
        position = _STEPS.get(f"{'Client.' * ('Client()' in name)}{last_name(call.func)}")
        loop = _training_loop(fact)
        if position is None or loop is None:
            continue
        if argument(call, "step", position) is not None:
            yield tracking.at(fact, evidence, "step", "the metric is logged with its step")
        else:
            line = module.seen_from(module, loop)
            yield tracking.at(
                fact,
                violation,
                "no-step",
                f"each round of the loop ({line}) logs this metric as step 0; "
                f"pass step={last_name(loop.target) or 'the round'}",
            )


def _training_loop(fact: Fact) -> ast.For | None:
    """Return the loop over epochs or steps around a call, within the call's function and run."""
    import ast

    from mlops_checklist.sources.python import FUNCTIONS, last_name

    module, node = fact.module, fact.module.parent(fact.node)
    while node is not None and not isinstance(node, (*FUNCTIONS, ast.Lambda)):
        if isinstance(node, ast.With) and any(
            last_name(getattr(item.context_expr, "func", item)) == "start_run"
            for item in node.items
        ):
            return None  # each round is a run of its own
        if isinstance(node, ast.For):
            if _counts_rounds(node):
                names = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
                used = {n.id for n in ast.walk(fact.node) if isinstance(n, ast.Name)}
                return None if _names_series(fact.node, names & used) else node
            return None
        node = module.parent(node)
    return None


def _counts_rounds(loop: ast.For) -> bool:
    """Tell whether a loop counts epochs or steps, by its variable or by what it counts to."""
    import ast
    import re

    from mlops_checklist.sources.python import last_name

    targets = [n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)]
    if any(re.match(_ROUNDS, target) for target in targets):
        return True
    over = loop.iter
    while isinstance(over, ast.Call) and over.args and last_name(over.func) in ("tqdm", "track"):
        over = over.args[0]
    if not isinstance(over, ast.Call) or last_name(over.func) not in ("range", "trange"):
        return False
    counted = [last_name(n) for n in ast.walk(over) if isinstance(n, (ast.Name, ast.Attribute))]
    return any(re.search(_COUNTS, name) for name in counted)


def _names_series(call: ast.AST, rounds: set[str]) -> bool:
    """Tell whether the metric's name holds the round, as `f"loss_{epoch}"` does."""
    import ast

    given = call.args[:1] if isinstance(call, ast.Call) else []
    return any(
        isinstance(node, ast.Name) and node.id in rounds
        for argument in given
        if isinstance(argument, ast.JoinedStr)
        for node in ast.walk(argument)
    )


HOOK = Hook(
    id="metrics-logged",
    description="The metrics of a training run are logged.",
    reads={"python": b"", "notebook": b""},
    rules=RULES,
    check=check,
    follows=TRACKERS,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
