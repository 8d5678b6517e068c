"""validation-metrics: what must be flagged, and what must not."""

from __future__ import annotations

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.models.validation_metrics import HOOK

HEAD = """\
import mlflow
from sklearn.linear_model import Ridge
from sklearn.metrics import f1_score, mean_absolute_error, roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split

"""
REGISTER = "mlflow.sklearn.log_model(model, name='m', registered_model_name='churn')\n"
FIT = "model = Ridge()\nmodel.fit(X_train, y_train)\n"


def program(middle: str, fit: str = FIT, head: str = HEAD) -> str:
    return f"{head}{fit}{middle}{REGISTER}"


def judged(source: str, *kinds: str) -> list[str]:
    said = outcomes(HOOK, "train.py", source)
    return [rule for rule, _, _ in found(said, *kinds) if rule != "no-threshold"]


NOTHING = {
    "no metric": "",
    "printed": "print(roc_auc_score(y_test, model.predict(X_test)))\n",
    "dropped": "roc_auc_score(y_test, model.predict(X_test))\n",
    "a comment": "# mlflow.log_metric('test_auc', auc)\n",
    "a parameter of that name": "mlflow.log_param('test_size', 0.2)\n",
}


@pytest.mark.parametrize("middle", NOTHING.values(), ids=NOTHING)
def test_nothing_is_recorded(middle: str) -> None:
    assert judged(program(middle)) == ["no-validation-metric"]


TRAINING_ONLY = {
    "by name": "mlflow.log_metric('auc', roc_auc_score(y_train, model.predict(X_train)))\n",
    "through variables": (
        "predicted = model.predict(X_train)\nerror = mean_absolute_error(y_train, predicted)\n"
        "mlflow.log_metric('mae', error)\n"
    ),
    "score": "mlflow.log_metric('r2', model.score(X_train, y_train))\n",
    "columns": "mlflow.log_metric('r2', model.score(training[features], training[target]))\n",
    "an average": (
        "mlflow.log_metric('f', f1_score(y_train, model.predict(X_train), average=how))\n"
    ),
    "a metric's name": "mlflow.log_metric('train_loss', loss)\n",
    "several names": "mlflow.log_metrics({'train_loss': a, 'training_mae': b})\n",
    "printed": "print(model.score(X_train, y_train))\n",
}


@pytest.mark.parametrize("middle", TRAINING_ONLY.values(), ids=TRAINING_ONLY)
def test_training_only(middle: str) -> None:
    assert judged(program(middle)) == ["training-metric-only"]


SAME = {
    "the same variables": (
        "model = Ridge()\nmodel.fit(X, y)\n",
        "mlflow.log_metric('mae', mean_absolute_error(y, model.predict(X)))\n",
    ),
    "parts of a split": (
        "a, b, c, d = train_test_split(X, y)\nmodel = Ridge()\nmodel.fit(a, c)\n",
        "mlflow.log_metric('mae', mean_absolute_error(c, model.predict(a)))\n",
    ),
    "attributes": (
        "model = Ridge()\nmodel.fit(d.train.x, d.train.y)\n",
        "mlflow.log_metric('mae', mean_absolute_error(d.train.y, model.predict(d.train.x)))\n",
    ),
}


@pytest.mark.parametrize(("fit", "middle"), SAME.values(), ids=SAME)
def test_the_very_arrays_that_were_fitted(fit: str, middle: str) -> None:
    assert judged(program(middle, fit)) == ["training-metric-only"]


def test_arrays_of_a_function() -> None:
    source = (
        f"{HEAD}def train(X, y):\n    model = Ridge()\n    model.fit(X, y)\n"
        "    mlflow.log_metric('mae', mean_absolute_error(y, model.predict(X)))\n"
        "    mlflow.sklearn.log_model(model, name='m', registered_model_name='churn')\n"
        "train(load(), labels())\n"
    )
    assert judged(source) == ["training-metric-only"]


RECORDED = {
    "log_metric": "mlflow.log_metric('auc', roc_auc_score(y_test, model.predict(X_test)))\n",
    "through variables": (
        "predicted = model.predict(X_test)\n"
        "metrics = {'mae': mean_absolute_error(y_test, predicted)}\nmlflow.log_metrics(metrics)\n"
    ),
    "a metric's name": "mlflow.log_metric('val_auc', compute())\n",
    "a key": "mlflow.log_metrics({'loss': a, 'validation/loss': b})\n",
    "score": "mlflow.log_metric('r2', model.score(X_val, y_val))\n",
    "cross-validation": "mlflow.log_metric('r2', cross_val_score(model, X, y).mean())\n",
    "evaluate": "mlflow.models.evaluate(model, data=test_df, targets='y')\n",
    "evaluate, version 2": "mlflow.evaluate('runs:/1/m', X_test, targets='y')\n",
    "evaluate, by position": (
        "first, second = train_test_split(frame)\n"
        "mlflow.genai.evaluate(second, scorers=[correctness])\n"
    ),
    "a tag": "mlflow.set_tag('auc', roc_auc_score(y_test, model.predict(X_test)))\n",
    "a helper": (
        "def evaluate_on(features, labels):\n"
        "    return {'mae': mean_absolute_error(labels, model.predict(features))}\n"
        "mlflow.log_metrics(evaluate_on(X_test, y_test))\n"
    ),
    "a file": (
        "import json\njson.dump({'mae': mean_absolute_error(y_test, model.predict(X_test))}, out)\n"
    ),
    "both": (
        "mlflow.log_metric('a', model.score(X_train, y_train))\n"
        "mlflow.log_metric('b', model.score(X_test, y_test))\n"
    ),
}


@pytest.mark.parametrize("middle", RECORDED.values(), ids=RECORDED)
def test_recorded(middle: str) -> None:
    assert judged(program(middle), "violation", "evidence", "undecided") == ["no-validation-metric"]
    assert judged(program(middle), "evidence") == ["no-validation-metric"]


BY_OTHER_MEANS = {
    "parts of a split": (
        f"{HEAD}a, b, c, d = train_test_split(X, y)\nmodel = Ridge()\nmodel.fit(a, c)\n"
        f"mlflow.log_metric('mae', mean_absolute_error(d, model.predict(b)))\n{REGISTER}"
    ),
    "folds": (
        f"{HEAD}for one, other in folds.split(X):\n"
        "    model = Ridge()\n    model.fit(X[one], y[one])\n"
        f"    mlflow.log_metric('mae', mean_absolute_error(y[other], model.predict(X[other])))\n"
        f"{REGISTER}"
    ),
    "search, autologged": (
        f"{HEAD}mlflow.sklearn.autolog()\nmodel = GridSearchCV(Ridge(), grid)\n"
        f"model.fit(X, y)\n{REGISTER}"
    ),
    "score after autologging": (
        f"{HEAD}mlflow.sklearn.autolog()\n{FIT}print(model.score(X_test, y_test))\n{REGISTER}"
    ),
    "keras": (
        "import mlflow\nfrom tensorflow import keras\nmlflow.tensorflow.autolog()\n"
        "model = keras.Sequential()\nmodel.fit(x, y, validation_data=(x_val, y_val))\n"
        "mlflow.tensorflow.log_model(model, name='m', registered_model_name='churn')\n"
    ),
    "xgboost": (
        "import mlflow\nimport xgboost as xgb\nmlflow.xgboost.autolog()\n"
        "model = xgb.train(params, dtrain, evals=[(dvalid, 'valid')])\n"
        "mlflow.xgboost.log_model(model, name='m', registered_model_name='churn')\n"
    ),
    "hugging face": (
        "from transformers import Trainer, TrainingArguments\n"
        "trainer = Trainer(args=TrainingArguments('o', push_to_hub=True), eval_dataset=held)\n"
        "trainer.train()\ntrainer.evaluate()\n"
    ),
    "notebook": notebook(HEAD, FIT, RECORDED["log_metric"], REGISTER),
}


@pytest.mark.parametrize("source", BY_OTHER_MEANS.values(), ids=BY_OTHER_MEANS)
def test_by_other_means(source: str) -> None:
    path = "train.ipynb" if source.startswith("{") else "train.py"
    said = [each for each in outcomes(HOOK, path, source) if each.rule != "no-threshold"]
    assert [each.kind for each in said] == ["evidence"]


UNDECIDED = {
    "unknown data": "mlflow.log_metric('mae', mean_absolute_error(labels, model.predict(rows)))\n",
    "an unknown value": "mlflow.log_metric('auc', compute(model))\n",
    "a run that is handed in": "run.log_metric('auc', auc)\n",
    "evaluate on unknown data": "mlflow.models.evaluate(model, data=frame)\n",
}


@pytest.mark.parametrize("middle", UNDECIDED.values(), ids=UNDECIDED)
def test_undecided(middle: str) -> None:
    assert judged(program(middle), "violation", "undecided") == ["no-validation-metric"]
    assert judged(program(middle)) == []


NO_SUBJECT = {
    "not registered": f"{HEAD}{FIT}mlflow.sklearn.log_model(model, name='m')\n",
    "a model of its own": f"{HEAD}def register_model(m):\n    pass\n{FIT}register_model(model)\n",
}


@pytest.mark.parametrize("source", NO_SUBJECT.values(), ids=NO_SUBJECT)
def test_no_subject(source: str) -> None:
    assert outcomes(HOOK, "train.py", source) == []


def test_trained_elsewhere() -> None:
    said = outcomes(HOOK, "register.py", f"import mlflow\n{REGISTER}")
    assert [each.kind for each in said] == ["undecided"]


def test_a_module_that_evaluates() -> None:
    files = {
        "train.py": f"{HEAD}from scoring import log_scores\n{FIT}log_scores(model)\n{REGISTER}",
        "scoring.py": "import mlflow\ndef log_scores(model):\n"
        "    mlflow.log_metric('test_r2', model.score(X_test, y_test))\n",
    }
    assert found(together(HOOK, files)) == []
    assert {each.path for each in together(HOOK, files) if each.kind == "evidence"} == {
        "scoring.py"
    }


def test_another_script_that_evaluates() -> None:
    files = {"train.py": program(""), "evaluate.py": "mlflow.log_metric('auc', auc)\n"}
    assert [each.kind for each in together(HOOK, files)] == ["undecided"]
    files = {"train.py": program(""), "validators.py": "def is_mail(text):\n    return text\n"}
    assert [each.kind for each in together(HOOK, files)] == ["violation"]


THRESHOLDS = {
    "compared": "auc = roc_auc_score(y_test, model.predict(X_test))\n"
    "mlflow.log_metric('auc', auc)\nassert auc > 0.8\n",
    "mlflow": "from mlflow.models import MetricThreshold\n"
    "mlflow.log_metric('test_auc', a)\nMetricThreshold(threshold=0.8, greater_is_better=True)\n",
}


@pytest.mark.parametrize("middle", THRESHOLDS.values(), ids=THRESHOLDS)
def test_thresholds(middle: str) -> None:
    said = [
        each for each in outcomes(HOOK, "train.py", program(middle)) if each.rule == "no-threshold"
    ]
    assert [each.kind for each in said] == ["evidence"]


def test_without_a_threshold() -> None:
    said = outcomes(HOOK, "train.py", program(RECORDED["log_metric"]))
    assert [each.kind for each in said if each.rule == "no-threshold"] == ["undecided"]


def test_place() -> None:
    source = program(TRAINING_ONLY["by name"])
    line = source[: source.index("roc_auc_score(y_train")].count("\n") + 1
    assert found(outcomes(HOOK, "train.py", source)) == [("training-metric-only", line, 26)]
    source = program("")
    line = source.count("\n")
    assert found(outcomes(HOOK, "train.py", source)) == [("no-validation-metric", line, 1)]
