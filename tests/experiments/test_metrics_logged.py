"""metrics-logged: what must be flagged, and what must not."""

from __future__ import annotations

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.experiments.metrics_logged import HOOK

BEFORE = """\
import mlflow
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, classification_report, f1_score, roc_auc_score

X_train, X_test, y_train, y_test = load()
"""
TRAINED = """\
with mlflow.start_run():
    model = RandomForestClassifier(n_estimators=50)
    model.fit(X_train, y_train)
    mlflow.log_param("n_estimators", 50)
    predicted = model.predict(X_test)
"""


def judged(rest: str, before: str = BEFORE + TRAINED) -> list[str]:
    """Return the rules that a program breaks which goes on with `rest` in its run."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in rest.splitlines())
    return [rule for rule, _, _ in found(outcomes(HOOK, "train.py", before + lines))]


LOST = {
    "printed in an f-string": 'print(f"acc {accuracy_score(y_test, predicted):.3f}")',
    "printed through a variable": "acc = accuracy_score(y_test, predicted)\nprint('acc', acc)",
    "rounded first": "acc = round(accuracy_score(y_test, predicted), 3)\nprint(acc)",
    "formatted": 'print("accuracy: {:.2%}".format(accuracy_score(y_test, predicted)))',
    "percent": 'print("accuracy: %.3f" % accuracy_score(y_test, predicted))',
    "concatenated": 'print("accuracy " + str(accuracy_score(y_test, predicted)))',
    "in a dictionary": (
        'scores = {"acc": accuracy_score(y_test, predicted)}\n'
        "for name, value in scores.items():\n    print(name, value)"
    ),
    "put into a dictionary": (
        'scores = {}\nscores["acc"] = accuracy_score(y_test, predicted)\nprint(scores)'
    ),
    "appended to a list": (
        "scores = []\nscores.append(accuracy_score(y_test, predicted))\nprint(max(scores))"
    ),
    "to a logger": (
        "import logging\nlogging.getLogger(__name__).info("
        '"accuracy %s", accuracy_score(y_test, predicted))'
    ),
    "its own score": "print(model.score(X_test, y_test))",
    "dropped": "accuracy_score(y_test, predicted)",
    "assigned and forgotten": "acc = accuracy_score(y_test, predicted)",
    "compared and printed": (
        "acc = accuracy_score(y_test, predicted)\nif acc > 0.9:\n    print('good', acc)"
    ),
    "report": "print(classification_report(y_test, predicted))",
    "report in a variable": ("report = classification_report(y_test, predicted)\nprint(report)"),
    "in a helper": (
        "def show(value):\n    print(f'accuracy is {value}')\n"
        "show(accuracy_score(y_test, predicted))"
    ),
}
KEPT = {
    "logged": 'mlflow.log_metric("acc", accuracy_score(y_test, predicted))',
    "printed and logged": (
        "acc = accuracy_score(y_test, predicted)\nprint(acc)\nmlflow.log_metric('acc', acc)"
    ),
    "logged under another name": (
        "acc = accuracy_score(y_test, predicted)\nprint(acc)\nfinal = float(acc)\n"
        "mlflow.log_metric('validation', final)"
    ),
    "computed twice": (
        "print(accuracy_score(y_test, predicted))\n"
        "mlflow.log_metric('acc', accuracy_score(y_test, predicted))"
    ),
    "dictionary of metrics": (
        "scores = {'acc': accuracy_score(y_test, predicted)}\nprint(scores)\n"
        "mlflow.log_metrics(scores)"
    ),
    "put into a dictionary": (
        "scores = {}\nscores['acc'] = accuracy_score(y_test, predicted)\nmlflow.log_metrics(scores)"
    ),
    "updated dictionary": (
        "scores = dict()\nscores.update(acc=accuracy_score(y_test, predicted))\n"
        "mlflow.log_metrics(scores)"
    ),
    "loop over metrics": (
        "scores = {'acc': accuracy_score(y_test, predicted)}\n"
        "for name, value in scores.items():\n    mlflow.log_metric(name, value)"
    ),
    "report as a dictionary": (
        "report = classification_report(y_test, predicted, output_dict=True)\n"
        "mlflow.log_metric('f1', report['macro avg']['f1-score'])"
    ),
    "report as a text": ("mlflow.log_text(classification_report(y_test, predicted), 'report.txt')"),
    "report printed beside a logged f1": (
        "print(classification_report(y_test, predicted))\n"
        "mlflow.log_metric('f1', f1_score(y_test, predicted, average='macro'))"
    ),
    "aliased": (
        "from mlflow import log_metric as lm\nlm('acc', accuracy_score(y_test, predicted))"
    ),
    "client": (
        "client = mlflow.MlflowClient()\nrun_id = mlflow.active_run().info.run_id\n"
        "client.log_metric(run_id, 'acc', accuracy_score(y_test, predicted))"
    ),
    "item of a tensor": (
        "acc = accuracy_score(y_test, predicted).item()\nprint(acc)\nmlflow.log_metric('a', acc)"
    ),
    "mean of several": (
        "import numpy as np\nscores = [accuracy_score(y_test, p) for p in predictions]\n"
        "print(scores)\nmlflow.log_metric('acc', np.mean(scores))"
    ),
    "helper that logs": (
        "def record(name, value):\n    print(name, value)\n    mlflow.log_metric(name, value)\n"
        "record('acc', accuracy_score(y_test, predicted))"
    ),
    "unknown helper": (
        "from company import report\nreport(accuracy_score(y_test, predicted))\n"
        "mlflow.log_metric('auc', roc_auc_score(y_test, predicted))"
    ),
    "written to a file": (
        "import json\njson.dump({'acc': accuracy_score(y_test, predicted)}, open('m.json', 'w'))"
    ),
    "evaluated by MLflow": (
        "mlflow.evaluate('runs:/1/model', X_test, targets='y', model_type='classifier')"
    ),
    "picks the best": (
        "best = 0\nfor p in predictions:\n    score = accuracy_score(y_test, p)\n"
        "    if score > best:\n        best = score\nmlflow.log_metric('best', best)"
    ),
    "only compared": (
        "if accuracy_score(y_test, predicted) > 0.9:\n    promote(model)\n"
        "mlflow.log_metric('loss', 0.1)"
    ),
    "comment and text": (
        "# print(accuracy_score(y_test, predicted))\nmlflow.log_metric('loss', 0.1)\n"
        "print('accuracy_score(y_test, predicted)')"
    ),
}


@pytest.mark.parametrize("rest", LOST.values(), ids=LOST)
def test_printed_metric(rest: str) -> None:
    assert judged(rest) == ["printed-metric"]


@pytest.mark.parametrize("rest", KEPT.values(), ids=KEPT)
def test_logged_metric(rest: str) -> None:
    assert judged(rest) == []


def test_place_and_message() -> None:
    said = outcomes(HOOK, "train.py", BEFORE + TRAINED + "    print(f1_score(y_test, predicted))\n")
    (outcome,) = [each for each in said if each.kind == "violation"]
    assert (outcome.path, outcome.place.line, outcome.place.column) == ("train.py", 11, 11)
    assert outcome.message == "'f1_score' is only printed; log it with log_metric as well"


PARAMETERS = {
    "log_param": "mlflow.log_param('acc', accuracy_score(y_test, predicted))",
    "log_params": "acc = accuracy_score(y_test, predicted)\nmlflow.log_params({'acc': acc})",
    "tag": "mlflow.set_tag('acc', f'{accuracy_score(y_test, predicted):.3f}')",
    "tag and print": (
        "acc = accuracy_score(y_test, predicted)\nprint(acc)\nmlflow.set_tag('acc', str(acc))"
    ),
}


@pytest.mark.parametrize("rest", PARAMETERS.values(), ids=PARAMETERS)
def test_metric_as_param(rest: str) -> None:
    assert judged(rest) == ["metric-as-param"]


def test_metric_and_param() -> None:
    assert (
        judged(
            "acc = accuracy_score(y_test, predicted)\nmlflow.set_tag('acc', acc)\n"
            "mlflow.log_metric('acc', acc)"
        )
        == []
    )


def test_no_metrics() -> None:
    said = outcomes(HOOK, "train.py", BEFORE + TRAINED)
    assert found(said) == [("no-metrics", 6, 6)]


AUTOLOG = {
    "bare": "mlflow.autolog()",
    "flavour": "mlflow.sklearn.autolog()",
    "imported": "from mlflow.sklearn import autolog\nautolog()",
}


@pytest.mark.parametrize("line", AUTOLOG.values(), ids=AUTOLOG)
def test_autolog_logs_metrics(line: str) -> None:
    program = BEFORE + f"{line}\n" + TRAINED + "    print(accuracy_score(y_test, predicted))\n"
    assert found(outcomes(HOOK, "train.py", program)) == []


def test_autolog_of_another_library_does_not() -> None:
    program = BEFORE + "mlflow.xgboost.autolog()\n" + TRAINED
    assert found(outcomes(HOOK, "train.py", program)) == [("no-metrics", 7, 6)]


def test_without_a_run_printing_is_fine() -> None:
    program = BEFORE + "model = RandomForestClassifier()\nmodel.fit(X_train, y_train)\n"
    program += "print(accuracy_score(y_test, model.predict(X_test)))\n"
    assert found(outcomes(HOOK, "train.py", program)) == []


def test_keras_evaluate() -> None:
    program = """\
import mlflow
from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(1)])
with mlflow.start_run():
    mlflow.log_param("epochs", 3)
    model.fit(x, y, epochs=3)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    {}
"""
    lost = program.format("print('Test accuracy:', accuracy)")
    kept = program.format("mlflow.log_metrics({'loss': loss, 'accuracy': accuracy})")
    assert found(outcomes(HOOK, "train.py", lost)) == [("printed-metric", 8, 22)]
    assert found(outcomes(HOOK, "train.py", kept)) == []


EVALUATION = """\
from sklearn.metrics import mean_squared_error, r2_score


def evaluate(actual, predicted):
    return mean_squared_error(actual, predicted), r2_score(actual, predicted)
"""


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("mlflow.log_metric('mse', mse)\n    mlflow.log_metric('r2', r2)", []),
        ("mlflow.log_metrics({'mse': mse, 'r2': r2})", []),
        ("print(mse, r2)", ["printed-metric", "printed-metric"]),
    ],
    ids=["logged", "logged together", "printed"],
)
def test_metric_returned_from_another_module(use: str, expected: list[str]) -> None:
    train = f"""\
import mlflow
from sklearn.linear_model import Ridge
from evaluation import evaluate

with mlflow.start_run():
    model = Ridge(alpha=1.0).fit(X, y)
    mse, r2 = evaluate(y, model.predict(X))
    {use}
"""
    said = together(HOOK, {"train.py": train, "evaluation.py": EVALUATION})
    assert [rule for rule, _, _ in found(said)] == expected
    assert {each.path for each in said if each.kind == "violation"} <= {"evaluation.py"}


def test_metric_of_a_class() -> None:
    program = """\
import mlflow
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score


class Trainer:
    def fit(self, X, y):
        self.model = LogisticRegression().fit(X, y)
        self.auc = roc_auc_score(y, self.model.predict_proba(X)[:, 1])

    def report(self):
        print(self.auc)
        {}


with mlflow.start_run():
    trainer = Trainer()
    trainer.fit(X, y)
    trainer.report()
"""
    assert found(outcomes(HOOK, "t.py", program.format("mlflow.log_metric('a', self.auc)"))) == []
    lost = found(outcomes(HOOK, "t.py", program.format("pass")))
    assert lost == [("printed-metric", 9, 20)]


def test_notebook_shows_a_score() -> None:
    cells = (
        "import mlflow\nfrom sklearn.svm import SVC\nfrom sklearn.metrics import f1_score",
        "mlflow.start_run()\nmodel = SVC(C=2.0)\nmodel.fit(X, y)\nmlflow.log_param('C', 2.0)",
        "f1_score(y, model.predict(X))",
    )
    (outcome,) = [
        each for each in outcomes(HOOK, "train.ipynb", notebook(*cells)) if each.kind == "violation"
    ]
    assert (outcome.rule, outcome.place.cell, outcome.place.line) == ("printed-metric", 3, 1)


TRACKERS = {
    "wandb": (
        "import wandb\nrun = wandb.init(project='churn', config={'C': 1})\n",
        "run.log({'f1': f1})",
    ),
    "comet": (
        "import comet_ml\nexperiment = comet_ml.Experiment(project_name='churn')\n",
        "experiment.log_metric('f1', f1)",
    ),
    "neptune": (
        "import neptune\nrun = neptune.init_run(project='team/churn')\n",
        "run['metrics/f1'] = f1",
    ),
    "neptune series": (
        "import neptune\nrun = neptune.init_run(project='team/churn')\n",
        "run['f1'].append(f1)",
    ),
    "clearml": (
        "from clearml import Task\ntask = Task.init(project_name='churn', task_name='svc')\n",
        "task.get_logger().report_single_value('f1', f1)",
    ),
    "aim": ("from aim import Run\nrun = Run(experiment='churn')\n", "run.track(f1, name='f1')"),
    "dvclive": ("from dvclive import Live\nlive = Live()\n", "live.log_metric('f1', f1)"),
    "tensorboard": (
        "from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter()\n",
        "writer.add_scalar('f1', f1, 0)",
    ),
    "wandb summary": (
        "import wandb\nwandb.init(project='churn', config={'C': 1})\n",
        "wandb.summary['f1'] = f1",
    ),
}


@pytest.mark.parametrize(("start", "log"), TRACKERS.values(), ids=TRACKERS)
def test_trackers(start: str, log: str) -> None:
    program = start + (
        "from sklearn.svm import SVC\nfrom sklearn.metrics import f1_score\n"
        "model = SVC(C=1)\nmodel.fit(X, y)\nf1 = f1_score(y, model.predict(X))\nprint(f1)\n"
    )
    assert found(outcomes(HOOK, "train.py", f"{program}{log}\n")) == []
    # Comet and ClearML log some metrics by themselves: what they leave out is not known.
    kinds = ("violation", "undecided")
    lost = [rule for rule, _, _ in found(outcomes(HOOK, "train.py", program), *kinds)]
    assert lost == ["printed-metric"]


def test_lightning_module_logs() -> None:
    program = """\
import lightning as L
import torch
from lightning.pytorch.loggers import MLFlowLogger


class Net(L.LightningModule):
    def training_step(self, batch, batch_idx):
        loss = torch.nn.functional.mse_loss(self(batch[0]), batch[1])
        self.log("train_loss", loss)
        return loss


trainer = L.Trainer(logger=MLFlowLogger(experiment_name="nets"), max_epochs=3)
trainer.fit(Net(), loader)
"""
    assert found(outcomes(HOOK, "net.py", program)) == []
    silent = program.replace('        self.log("train_loss", loss)\n', "")
    assert [rule for rule, _, _ in found(outcomes(HOOK, "net.py", silent))] == ["no-metrics"]


def test_hugging_face_reports() -> None:
    program = """\
from transformers import Trainer, TrainingArguments

arguments = TrainingArguments("out", report_to="mlflow", learning_rate=2e-5)
trainer = Trainer(model=model, args=arguments, train_dataset=data)
trainer.train()
print(trainer.evaluate())
"""
    assert found(outcomes(HOOK, "tune.py", program)) == []


TORCH = """\
import mlflow
import torch


def train(net, loader, epochs):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for {loop}:
        for x, y in loader:
            loss = ((net(x) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
        {log}


with mlflow.start_run():
    mlflow.log_param("lr", 0.1)
    train(net, loader, 10)
"""


@pytest.mark.parametrize(
    ("loop", "log", "expected"),
    [
        ("epoch in range(epochs)", "mlflow.log_metric('loss', loss.item())", True),
        ("i in range(epochs)", "mlflow.log_metric('loss', loss.item())", True),
        ("epoch in tqdm(range(epochs))", "mlflow.log_metrics({'loss': loss.item()})", True),
        ("epoch, _ in enumerate(rounds)", "mlflow.log_metric('loss', loss.item())", True),
        ("epoch in range(epochs)", "mlflow.log_metric('loss', loss.item(), step=epoch)", False),
        ("epoch in range(epochs)", "mlflow.log_metric('loss', loss.item(), epoch)", False),
        ("epoch in range(epochs)", "mlflow.log_metrics({'l': loss.item()}, step=epoch)", False),
        ("epoch in range(epochs)", "mlflow.log_metric(f'loss_{epoch}', loss.item())", False),
        ("epoch in range(epochs)", "mlflow.log_metric(**record(loss, epoch))", False),
        ("fold in range(5)", "mlflow.log_metric('loss', loss.item())", False),
        ("model in models", "mlflow.log_metric('loss', loss.item())", False),
    ],
)
def test_no_step(loop: str, log: str, expected: bool) -> None:
    program = TORCH.format(loop=loop, log=log)
    assert [rule for rule, _, _ in found(outcomes(HOOK, "train.py", program))] == (
        ["no-step"] if expected else []
    )


def test_a_run_in_each_round_needs_no_step() -> None:
    program = """\
import mlflow

for epochs in (5, 10):
    for iteration in range(3):
        with mlflow.start_run(nested=True):
            mlflow.log_metric("loss", fit(epochs, iteration))
"""
    assert found(outcomes(HOOK, "sweep.py", program)) == []


def test_wrapper_in_another_module_logs() -> None:
    files = {
        "train.py": (
            "from sklearn.svm import SVC\nfrom tracking import tracked, record\n\n\n"
            "@tracked\ndef train():\n    model = SVC(C=1).fit(X, y)\n"
            "    record('accuracy', model.score(X_test, y_test))\n\n\n"
            "if __name__ == '__main__':\n    train()\n"
        ),
        "tracking.py": (
            "import functools\nimport mlflow\n\n\ndef tracked(function):\n"
            "    @functools.wraps(function)\n    def wrapper(*args, **kwargs):\n"
            "        with mlflow.start_run():\n            return function(*args, **kwargs)\n"
            "    return wrapper\n\n\ndef record(name, value):\n    print(name, value)\n"
            "    mlflow.log_metric(name, value)\n"
        ),
    }
    assert found(together(HOOK, files)) == []
    files["tracking.py"] = files["tracking.py"].replace("    mlflow.log_metric(name, value)\n", "")
    said = together(HOOK, files)
    assert [(o.rule, o.path) for o in said if o.kind == "violation"] == [
        ("printed-metric", "train.py")
    ]
