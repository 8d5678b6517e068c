"""model-registered: what must be flagged, and what must not."""

from __future__ import annotations

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.models.model_registered import HOOK

TRAIN = """\
import joblib
import mlflow
from sklearn.linear_model import Ridge

with mlflow.start_run():
    model = Ridge(alpha=1.0)
    model.fit(X, y)
"""
LOGGED = f"{TRAIN}    mlflow.sklearn.log_model(model, name='model')\n"


def kinds(files: dict[str, str]) -> set[tuple[str, str, str]]:
    """Return kind, path and rule of what is said of a repository."""
    return {(each.kind, each.path, each.rule) for each in together(HOOK, files)}


UNREGISTERED = {
    "logged": LOGGED,
    "saved": f"{TRAIN}    joblib.dump(model, 'model.pkl')\n",
    "registered as None": LOGGED.replace("name='model'", "'m', registered_model_name=None"),
    "torch": "import torch\nfor x, y in data:\n    loss = f(model(x), y)\n    loss.backward()\n"
    "    optimizer.step()\ntorch.save(model.state_dict(), 'model.pt')\n",
    "a word in a comment": f"{LOGGED}# later: registered_model_name='churn'\n",
    "a word in a docstring": f'"""Uses mlflow.register_model(uri, name)."""\n{LOGGED}',
}


@pytest.mark.parametrize("source", UNREGISTERED.values(), ids=UNREGISTERED)
def test_unregistered(source: str) -> None:
    assert [each.kind for each in outcomes(HOOK, "train.py", source)] == ["missing"]
    assert kinds({"train.py": source}) == {("missing", "train.py", "unregistered-model")}


def test_the_finding_stands_at_what_keeps_the_model() -> None:
    (said,) = outcomes(HOOK, "train.py", LOGGED)
    assert (said.place.line, said.place.column) == (8, 5)
    assert "train.py:7" in said.message or "line 7" in said.message


REGISTERED = {
    "log_model": (
        f"{TRAIN}    mlflow.sklearn.log_model(model, 'model', registered_model_name='churn')\n"
    ),
    "by position": f"{TRAIN}    mlflow.sklearn.log_model(model, 'm', None, None, None, 'churn')\n",
    "register_model": f"{LOGGED}mlflow.register_model('runs:/1/model', 'churn')\n",
    "an alias": f"from mlflow import register_model as put\n{LOGGED}put('runs:/1/m', 'churn')\n",
    "client": f"{LOGGED}mlflow.MlflowClient().create_model_version('churn', 'runs:/1/m', '1')\n",
    "a client of another module": f"{LOGGED}client.create_model_version('churn', uri, run_id)\n",
    "autolog": f"import mlflow\nmlflow.sklearn.autolog(registered_model_name='churn')\n{TRAIN}",
    "feature store": f"{TRAIN}    fs.log_model(model, 'm', registered_model_name='churn')\n",
    "wandb": f"import wandb\n{LOGGED}run = wandb.init()\nrun.link_model('m.pkl', 'churn')\n",
    "wandb artifact": (
        f"import wandb\n{LOGGED}artifact = wandb.Artifact('m', type='model')\n"
        "artifact.link('wandb-registry-model/churn')\n"
    ),
    "sagemaker": (
        f"{LOGGED}from sagemaker.sklearn import SKLearnModel\n"
        "SKLearnModel(role=r).register(model_package_group_name='churn')\n"
    ),
    "boto3": f"{LOGGED}import boto3\nboto3.client('sagemaker').create_model_package(**given)\n",
    "vertex": f"{LOGGED}from google.cloud import aiplatform as ai\nai.Model.upload(name='churn')\n",
    "azure ml": (
        f"{LOGGED}from azure.ai.ml import MLClient\nclient = MLClient(credential)\n"
        "client.models.create_or_update(made)\n"
    ),
    "azure ml, version 1": f"{LOGGED}from azureml.core import Model\nModel.register(ws, 'm')\n",
    "hugging face": (
        "from transformers import Trainer, TrainingArguments\n"
        "trainer = Trainer(args=TrainingArguments('out', push_to_hub=True))\ntrainer.train()\n"
        "trainer.save_model('out')\n"
    ),
    "pushed": f"{TRAIN}    model.push_to_hub('org/churn')\n    joblib.dump(model, 'm.pkl')\n",
    "bentoml": f"import bentoml\n{LOGGED}bentoml.sklearn.save_model('churn', model)\n",
    "domino": f"from domino import Domino\n{LOGGED}Domino('o/p').model_publish(file='m.py')\n",
}


@pytest.mark.parametrize("source", REGISTERED.values(), ids=REGISTERED)
def test_registered(source: str) -> None:
    said = outcomes(HOOK, "train.py", source)
    assert {each.kind for each in said} == {"evidence"}


ELSEWHERE = {
    "another module": (
        "register.py",
        "import mlflow\nmlflow.register_model(uri, 'churn')\n",
        "evidence",
    ),
    "notebook": (
        "register.ipynb",
        notebook("import mlflow\nmlflow.register_model(u, 'c')"),
        "evidence",
    ),
    "pipeline": (
        ".github/workflows/train.yml",
        "jobs:\n  t:\n    steps:\n    - run: az ml model create --name churn --path m\n",
        "evidence",
    ),
    "script": (
        "register.sh",
        "aws sagemaker create-model-package --cli-input-json x\n",
        "evidence",
    ),
    "dvc": ("dvc.yaml", "artifacts:\n  churn:\n    path: m.pkl\n    type: model\n", "evidence"),
    "gto": (".gitlab-ci.yml", "t:\n  script:\n  - gto register churn\n", "evidence"),
    "kedro": (
        "conf/catalog.yml",
        "m:\n  save_args:\n    registered_model_name: churn\n",
        "evidence",
    ),
    "bundle": (
        "resources/m.yml",
        "resources:\n  registered_models:\n    m: {name: x}\n",
        "evidence",
    ),
    "azure": (
        "model.yml",
        "$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\nname: churn\n",
        "evidence",
    ),
    "cloudformation": (
        "stack.yaml",
        "Resources:\n  M:\n    Type: AWS::SageMaker::ModelPackage\n",
        "evidence",
    ),
    "terraform": ("main.tf", 'resource "databricks_registered_model" "m" {\n}\n', "evidence"),
    "perhaps": (
        "register.py",
        "from ours.registry import register_model\nregister_model(m)\n",
        "undecided",
    ),
}


@pytest.mark.parametrize(("path", "text", "kind"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_elsewhere(path: str, text: str, kind: str) -> None:
    said = kinds({"train.py": LOGGED, path: text})
    rule = "unregistered-model"
    more = set() if kind == "evidence" else {("undecided", "train.py", rule)}
    assert said == {(kind, path, rule)} | more


NOT_THERE = {
    "in tests": ("tests/test_it.py", "import mlflow\nmlflow.register_model(uri, 'churn')\n"),
    "a function of the project that only saves": (
        "store.py",
        "import joblib\ndef register_model(m):\n    joblib.dump(m, 'x')\nregister_model(m)\n",
    ),
    "a data set that is pushed": ("push.py", "dataset.push_to_hub('org/data')\n"),
    "an atexit handler": ("a.py", "import atexit\natexit.register(done)\n"),
    "a pipeline that prints": (
        ".github/workflows/t.yml",
        "jobs:\n  t:\n    steps:\n    - run: echo az ml model create\n",
    ),
}


@pytest.mark.parametrize(("path", "text"), NOT_THERE.values(), ids=NOT_THERE)
def test_not_there(path: str, text: str) -> None:
    said = kinds({"train.py": LOGGED, path: text})
    assert ("missing", "train.py", "unregistered-model") in said
    assert path.startswith("tests/") or not any(kind == "evidence" for kind, _, _ in said)


NO_SUBJECT = {
    "nothing is trained": "import joblib\njoblib.dump(model, 'm.pkl')\n",
    "nothing is kept": TRAIN,
    "data alone": "from sklearn.preprocessing import StandardScaler\nStandardScaler().fit(X)\n",
    "a figure": f"{TRAIN}import matplotlib.pyplot as plt\nplt.savefig('x.png')\n",
}


@pytest.mark.parametrize("source", NO_SUBJECT.values(), ids=NO_SUBJECT)
def test_no_subject(source: str) -> None:
    assert outcomes(HOOK, "train.py", source) == []


UNDECIDED = {
    "zenml": f"from zenml import step\n{LOGGED}",
    "clearml": f"from clearml import Task\nTask.init('a', 'b')\n{LOGGED}",
    "a name that may be None": LOGGED.replace("name='model'", "'m', registered_model_name=name"),
}


@pytest.mark.parametrize("source", UNDECIDED.values(), ids=UNDECIDED)
def test_undecided(source: str) -> None:
    if "registered_model_name" in source:
        source = f"name = None if x else 'churn'\n{source}"
    assert "undecided" in {each.kind for each in outcomes(HOOK, "train.py", source)}
    assert "missing" not in {each.kind for each in outcomes(HOOK, "train.py", source)}


# --- Services -----------------------------------------------------------------------------

API = "from fastapi import FastAPI\napp = FastAPI()\n"
LOCAL = {
    "joblib": f"{API}import joblib\nmodel = joblib.load('model.joblib')\n",
    "pickle": f"{API}import pickle\nwith open('models/clf.pkl', 'rb') as opened:\n"
    "    clf = pickle.load(opened)\n",
    "a constant": f"{API}import joblib\nPATH = 'artifacts/m.pkl'\nmodel = joblib.load(PATH)\n",
    "torch": f"{API}import torch\nnet = torch.load('weights.pt')\n",
    "keras": f"{API}from tensorflow import keras\nm = keras.models.load_model('m.h5')\n",
    "onnx": f"{API}import onnxruntime as ort\ns = ort.InferenceSession('m.onnx')\n",
    "xgboost": f"{API}import xgboost as xgb\nb = xgb.Booster()\nb.load_model('m.json')\n",
    "domino": "import joblib\nmodel = joblib.load('/mnt/artifacts/model.pkl')\n"
    "def predict(x):\n    return model.predict(x)\n",
    "mlflow, from a path": f"{API}import mlflow\nm = mlflow.pyfunc.load_model('./model')\n",
    "flask, in a function": (
        "import flask, joblib\napp = flask.Flask(__name__)\n"
        "def load_model():\n    return joblib.load('/app/model.joblib')\nmodel = load_model()\n"
    ),
    "below the file": f"{API}import joblib\nfrom pathlib import Path\n"
    "model = joblib.load(Path(__file__).parent / 'model.joblib')\n",
}


@pytest.mark.parametrize("source", LOCAL.values(), ids=LOCAL)
def test_local(source: str) -> None:
    assert [rule for rule, _, _ in found(outcomes(HOOK, "app.py", source))] == [
        "unregistered-serving"
    ]


def test_a_module_that_the_service_imports() -> None:
    files = {
        "main.py": f"{API}from loading import model\n",
        "loading.py": "import joblib\nmodel = joblib.load('model.joblib')\n",
    }
    assert kinds(files) == {("violation", "loading.py", "unregistered-serving")}


SERVED = {
    "registry": (
        f"{API}import mlflow\nm = mlflow.pyfunc.load_model('models:/c@champion')\n",
        "evidence",
    ),
    "a name put together": (
        f"{API}import mlflow, os\nuri = f\"models:/{{os.environ['M']}}@champion\"\n"
        "model = mlflow.pyfunc.load_model(uri)\n",
        "evidence",
    ),
    "environment": (f"{API}import joblib, os\nm = joblib.load(os.environ['MODEL'])\n", "undecided"),
    "a default": (
        f"{API}import joblib, os\nmodel = joblib.load(os.getenv('M', 'm.pkl'))\n",
        "undecided",
    ),
    "sagemaker": (
        f"{API}import joblib\nmodel = joblib.load('/opt/ml/model/m.joblib')\n",
        "undecided",
    ),
    "kserve": (f"{API}import joblib\nmodel = joblib.load('/mnt/models/m.joblib')\n", "undecided"),
    "downloaded": (
        f"{API}import joblib, mlflow\n"
        "mlflow.artifacts.download_artifacts('models:/c/1', dst_path='m')\n"
        "model = joblib.load('m/model.pkl')\n",
        "undecided",
    ),
    "object store": (
        f"{API}import mlflow\nm = mlflow.pyfunc.load_model('s3://b/m')\n",
        "undecided",
    ),
}


@pytest.mark.parametrize(("source", "kind"), SERVED.values(), ids=SERVED)
def test_served(source: str, kind: str) -> None:
    said = [each for each in outcomes(HOOK, "app.py", source) if each.rule.endswith("serving")]
    assert [each.kind for each in said] == [kind]


NO_SERVICE = {
    "a script": "import joblib\nmodel = joblib.load('model.joblib')\n",
    "a cache": f"{API}import pickle\nrows = pickle.load(open('rows.pkl', 'rb'))\n",
    "a comment": f"{API}# joblib.load('model.joblib')\n",
    "a class of a model": "import joblib\nmodel = joblib.load('model.joblib')\n"
    "class M:\n    def predict(self, x):\n        return model.predict(x)\n",
}


@pytest.mark.parametrize("source", NO_SERVICE.values(), ids=NO_SERVICE)
def test_no_service(source: str) -> None:
    assert outcomes(HOOK, "app.py", source) == []


BROUGHT = {
    "dvc": {"model.joblib.dvc": "outs:\n- path: model.joblib\n  md5: 0123\n"},
    "a command": {"Dockerfile": "FROM python:3.12\nRUN aws s3 cp s3://b/m.joblib model.joblib\n"},
    "by a command of Python": {"get.sh": "gsutil cp gs://b/model.joblib .\n"},
}


@pytest.mark.parametrize("files", BROUGHT.values(), ids=BROUGHT)
def test_brought(files: dict[str, str]) -> None:
    said = kinds({"app.py": LOCAL["joblib"], **files})
    assert said == {("undecided", "app.py", "unregistered-serving")}


def test_a_command_that_brings_something_else() -> None:
    files = {"app.py": LOCAL["joblib"], "get.sh": "aws s3 cp s3://b/data.csv data.csv\n"}
    assert kinds(files) == {("violation", "app.py", "unregistered-serving")}
