"""artifacts-stored: what must be flagged, and what must not."""

from __future__ import annotations

import os
import pickle
import subprocess
from pathlib import Path

import pytest
from helpers import found, notebook, outcomes, together

from mlops_checklist.experiments.artifacts_stored import HOOK
from mlops_checklist.hook import run

BEFORE = """\
import os
import pickle
import tempfile
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import mlflow
from sklearn.linear_model import Ridge

"""
TRAINED = """\
with mlflow.start_run():
    model = Ridge(alpha=1.0)
    model.fit(X, y)
"""


def program(rest: str, before: str = BEFORE) -> str:
    """Return a program that trains, and goes on with `rest` in its run."""
    return before + TRAINED + "".join(f"    {line}\n" for line in rest.splitlines())


def judged(source: str, *kinds: str) -> list[str]:
    return [rule for rule, _, _ in found(outcomes(HOOK, "train.py", source), *kinds)]


LOCAL = {
    "below the folder of the file": (
        "root = Path(__file__).resolve().parent\njoblib.dump(model, root / 'out' / 'm.joblib')"
    ),
    "joined by a method": "joblib.dump(model, Path('out').joinpath('m.joblib'))",
    "loaded again, and another one logged": (
        "joblib.dump(model, 'm.joblib')\nbest = joblib.load('m.joblib')\n"
        "mlflow.sklearn.log_model(other, name='m')"
    ),
    "drawn": ("joblib.dump(model, 'm.joblib')\nmlflow.log_figure(draw(model), 'importance.png')"),
    "one of two": (
        "def save(thing, path):\n    joblib.dump(thing, path)\n"
        "save(model, 'm.joblib')\nsave(scaler, 's.joblib')\nmlflow.log_artifact('m.joblib')"
    ),
    "pages of figures": (
        "from matplotlib.backends.backend_pdf import PdfPages\n"
        "with PdfPages('all.pdf') as pdf:\n    pdf.savefig(fig)"
    ),
    "checkpoint": (
        "import torch\nnet = torch.nn.Linear(1, 1)\n"
        "torch.save({'epoch': 3, 'net': net.state_dict()}, 'a.pt')"
    ),
    "dictionary with the model": "joblib.dump({'model': model, 'columns': columns}, 'm.joblib')",
    "joblib": "joblib.dump(model, 'model.joblib')",
    "joblib by keyword": "joblib.dump(value=model, filename='model.joblib')",
    "pickle": "with open('model.pkl', 'wb') as file:\n    pickle.dump(model, file)",
    "pickle, opened in the call": "pickle.dump(model, open('model.pkl', 'wb'))",
    "pickle, opened by Path": "with Path('m.pkl').open('wb') as f:\n    pickle.dump(model, f)",
    "variable": "path = os.path.join('models', 'ridge.joblib')\njoblib.dump(model, path)",
    "f-string": "joblib.dump(model, f'models/ridge-{alpha}.joblib')",
    "Path": "folder = Path('models')\njoblib.dump(model, folder / 'ridge.joblib')",
    "figure": "plt.plot(y)\nplt.savefig('curve.png')",
    "figure object": "fig, ax = plt.subplots()\nfig.savefig('curve.png')",
    "logged is another file": (
        "joblib.dump(model, 'model.joblib')\nmlflow.log_artifact('report.html')"
    ),
    "logged is another folder": (
        "joblib.dump(model, 'models/model.joblib')\nmlflow.log_artifacts('reports')"
    ),
    "only loaded again": "joblib.dump(model, 'm.joblib')\nmodel = joblib.load('m.joblib')",
    "only printed": "path = 'm.joblib'\njoblib.dump(model, path)\nprint('saved to', path)",
    "MLflow, to the disk": "mlflow.sklearn.save_model(model, 'model')",
    "preprocessing": "scaler = fit_scaler(X)\njoblib.dump(scaler, 'scaler.joblib')",
    "saved in a function": (
        "def save(thing, path):\n    joblib.dump(thing, path)\nsave(model, 'model.joblib')"
    ),
    "gzip": "import gzip\nwith gzip.open('m.pkl.gz', 'wb') as f:\n    pickle.dump(model, f)",
    "bytes of a pickle": "Path('model.pkl').write_bytes(pickle.dumps(model))",
    "bytes in a variable": "data = pickle.dumps(model)\nPath('model.pkl').write_bytes(data)",
    "bytes to a file": "with open('model.pkl', 'wb') as f:\n    f.write(pickle.dumps(model))",
    "ONNX": (
        "from skl2onnx import convert_sklearn\nonx = convert_sklearn(model, initial_types=types)\n"
        "with open('ridge.onnx', 'wb') as f:\n    f.write(onx.SerializeToString())"
    ),
    "figure of an axis": "ax = frame.plot()\nax.get_figure().savefig('curve.png')",
    "best of a search": (
        "from sklearn.model_selection import GridSearchCV\n"
        "search = GridSearchCV(model, {}).fit(X, y)\n"
        "joblib.dump(search.best_estimator_, 'm.joblib')"
    ),
    "path logged as a parameter": (
        "joblib.dump(model, 'm.joblib')\nmlflow.log_param('model_path', 'm.joblib')"
    ),
    "path set as a tag": "path = 'm.joblib'\njoblib.dump(model, path)\nmlflow.set_tag('at', path)",
    "path written to the log": (
        "path = 'm.joblib'\njoblib.dump(model, path)\nlogger.info('saved to %s', path)"
    ),
    "its folder is made": (
        "path = 'out/m.joblib'\nos.makedirs(os.path.dirname(path), exist_ok=True)\n"
        "joblib.dump(model, path)"
    ),
    "folder whose name begins like it": (
        "joblib.dump(model, 'models2/m.joblib')\nmlflow.log_artifacts('models')"
    ),
    "sibling with another suffix": (
        "path = Path('m.joblib')\njoblib.dump(model, path)\n"
        "mlflow.log_artifact(path.with_suffix('.html'))"
    ),
    "folder of another file": (
        "joblib.dump(model, 'out/m.joblib')\n"
        "mlflow.log_artifacts(os.path.dirname('reports/index.html'))"
    ),
    "other files of its folder": (
        "joblib.dump(model, 'out/m.joblib')\nfor path in Path('out').glob('*.png'):\n"
        "    mlflow.log_artifact(str(path))"
    ),
    "another temporary folder": (
        "folder = tempfile.mkdtemp()\njoblib.dump(model, 'out/m.joblib')\n"
        "mlflow.log_artifacts(folder)"
    ),
    "name in the store alone": (
        "joblib.dump(model, 'm.joblib')\n"
        "mlflow.log_artifact('report.html', artifact_path='m.joblib')"
    ),
    "another model logged": (
        "other = Ridge().fit(A, b)\njoblib.dump(model, 'm.joblib')\n"
        "mlflow.sklearn.log_model(other, name='m')"
    ),
    "its score logged": (
        "joblib.dump(model, 'm.joblib')\nmlflow.log_dict({'r2': model.score(X, y)}, 'r2.json')"
    ),
    "figure of it logged": (
        "from sklearn.metrics import RocCurveDisplay\n"
        "curve = RocCurveDisplay.from_estimator(model, X, y)\n"
        "mlflow.log_figure(curve.figure_, 'roc.png')\njoblib.dump(model, 'm.joblib')"
    ),
    "another command": "import os\njoblib.dump(model, 'm.joblib')\nos.system('ls -l out')",
}


@pytest.mark.parametrize("rest", LOCAL.values(), ids=LOCAL)
def test_local_only_artifact(rest: str) -> None:
    assert judged(program(rest)) == ["local-only-artifact"]


STORED = {
    "logged": "joblib.dump(model, 'model.joblib')\nmlflow.log_artifact('model.joblib')",
    "logged through a variable": (
        "path = 'model.joblib'\njoblib.dump(model, path)\nmlflow.log_artifact(local_path=path)"
    ),
    "logged, written in another way": (
        "joblib.dump(model, os.path.join('out', 'm.joblib'))\n"
        "mlflow.log_artifact(str(Path('out') / 'm.joblib'))"
    ),
    "folder logged": (
        "folder = Path('out')\njoblib.dump(model, folder / 'm.joblib')\nplt.savefig('out/c.png')\n"
        "mlflow.log_artifacts(str(folder))"
    ),
    "folder logged, f-string": (
        "joblib.dump(model, f'{out}/model-{alpha}.joblib')\nmlflow.log_artifacts(out)"
    ),
    "working folder logged": "joblib.dump(model, 'm.joblib')\nmlflow.log_artifacts('.')",
    "working folder logged, as it is called": (
        "joblib.dump(model, 'm.joblib')\nmlflow.log_artifacts(os.getcwd())"
    ),
    "below the folder of the file": (
        "root = Path(__file__).resolve().parent\njoblib.dump(model, root / 'out' / 'm.joblib')\n"
        "here = os.path.dirname(os.path.abspath(__file__))\n"
        "mlflow.log_artifact(os.path.join(here, 'out', 'm.joblib'))"
    ),
    "joined by a method": (
        "out = Path('out')\njoblib.dump(model, out.joinpath('m.joblib'))\n"
        "mlflow.log_artifact('out/m.joblib')"
    ),
    "joined by os.sep": (
        "joblib.dump(model, 'out' + os.sep + 'm.joblib')\nmlflow.log_artifact('out/m.joblib')"
    ),
    "loaded again and logged": (
        "joblib.dump(model, 'best.joblib')\nbest = joblib.load('best.joblib')\n"
        "mlflow.sklearn.log_model(best, name='m')"
    ),
    "pages of figures": (
        "from matplotlib.backends.backend_pdf import PdfPages\n"
        "with PdfPages('all.pdf') as pdf:\n    pdf.savefig(fig)\nmlflow.log_artifact('all.pdf')"
    ),
    "told of the model": (
        "pickle.dump(model_history, open('a.pkl', 'wb'))\njoblib.dump(model.predict(X), 'p.pkl')\n"
        "joblib.dump(model.get_params(), 'q.pkl')\nmlflow.log_text('a', 'b.txt')"
    ),
    "tensors of data": (
        "import torch\ntorch.save({'X': X, 'y': y}, 'data/train.pt')\n"
        "torch.save(embeddings, 'e.pt')\nmlflow.log_text('a', 'b.txt')"
    ),
    "state logged": (
        "import torch\nnet = torch.nn.Linear(1, 1)\ntorch.save(net.state_dict(), 'net.pt')\n"
        "mlflow.pytorch.log_state_dict(net.state_dict(), 'net')"
    ),
    "temporary folder": (
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    path = os.path.join(folder, 'model.joblib')\n    joblib.dump(model, path)\n"
        "    mlflow.log_artifact(path)"
    ),
    "temporary folder, as a whole": (
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    joblib.dump(model, Path(folder, 'model.joblib'))\n    mlflow.log_artifacts(folder)"
    ),
    "temporary file": (
        "with tempfile.NamedTemporaryFile(suffix='.pkl') as file:\n"
        "    pickle.dump(model, file)\n    mlflow.log_artifact(file.name)"
    ),
    "made temporary folder": (
        "folder = tempfile.mkdtemp()\njoblib.dump(model, folder + '/m.joblib')\n"
        "mlflow.log_artifacts(folder)"
    ),
    "the same model logged": (
        "joblib.dump(model, 'model.joblib')\nmlflow.sklearn.log_model(model, name='model')"
    ),
    "the same figure logged": (
        "fig, ax = plt.subplots()\nfig.savefig('c.png')\nmlflow.log_figure(fig, 'c.png')"
    ),
    "Domino's artifacts": "joblib.dump(model, '/mnt/artifacts/model.joblib')",
    "Domino's artifacts, by variable": (
        "joblib.dump(model, os.path.join(os.environ['DOMINO_ARTIFACTS_DIR'], 'm.joblib'))"
    ),
    "output of a Flow": "joblib.dump(model, Path('/workflow/outputs/model'))",
    "remote": "mlflow.sklearn.save_model(model, 's3://bucket/model')",
    "in memory": (
        "import io\nbuffer = io.BytesIO()\njoblib.dump(model, buffer)\n"
        "mlflow.log_text('a', 'b.txt')"
    ),
    "uploaded": (
        "import boto3\njoblib.dump(model, 'm.joblib')\n"
        "boto3.client('s3').upload_file('m.joblib', 'bucket', 'm.joblib')"
    ),
    "returned and logged": (
        "def save(thing):\n    path = 'out/model.joblib'\n    joblib.dump(thing, path)\n"
        "    return path\nmlflow.log_artifact(save(model))"
    ),
    "logged in a helper": (
        "def keep(path):\n    mlflow.log_artifact(path)\n"
        "joblib.dump(model, 'm.joblib')\nkeep('m.joblib')"
    ),
    "client": (
        "joblib.dump(model, 'm.joblib')\nclient = mlflow.MlflowClient()\n"
        "client.log_artifact(run_id, 'm.joblib')"
    ),
    "another suffix": (
        "path = Path('m').with_suffix('.joblib')\njoblib.dump(model, path)\n"
        "mlflow.log_artifact('m.joblib')"
    ),
    "another name": (
        "path = Path('out/a').with_name('m.joblib')\njoblib.dump(model, path)\n"
        "mlflow.log_artifact('out/m.joblib')"
    ),
    "its folder, by parent": (
        "path = Path('out/m.joblib')\njoblib.dump(model, path)\nmlflow.log_artifacts(path.parent)"
    ),
    "its folder, by dirname": (
        "path = 'out/m.joblib'\njoblib.dump(model, path)\n"
        "mlflow.log_artifacts(str(os.path.dirname(path)))"
    ),
    "files of its folder": (
        "joblib.dump(model, 'out/m.joblib')\nfor path in sorted(Path('out').glob('*.joblib')):\n"
        "    mlflow.log_artifact(str(path))"
    ),
    "files below its folder": (
        "joblib.dump(model, 'out/a/m.joblib')\nfor path in Path('out').rglob('*'):\n"
        "    mlflow.log_artifact(path)"
    ),
    "files by glob": (
        "import glob\njoblib.dump(model, 'out/m.joblib')\nfor path in glob.glob('out/*.joblib'):\n"
        "    mlflow.log_artifact(path)"
    ),
    "files in a list": (
        "joblib.dump(model, 'm.joblib')\nfor path in ['m.joblib', 'c.png']:\n"
        "    mlflow.log_artifact(path)"
    ),
    "name of a temporary folder": (
        "folder = tempfile.TemporaryDirectory()\njoblib.dump(model, folder.name + '/m.joblib')\n"
        "mlflow.log_artifacts(folder.name)"
    ),
    "name of a temporary file": (
        "with tempfile.NamedTemporaryFile(suffix='.joblib') as file:\n"
        "    joblib.dump(model, file.name)\n    mlflow.log_artifact(file.name)"
    ),
    "artifacts of a pyfunc": (
        "joblib.dump(model, 'm.joblib')\nartifacts = {'model': 'm.joblib'}\n"
        "mlflow.pyfunc.log_model(name='m', python_model=Wrapper(), artifacts=artifacts)"
    ),
    "part of the logged pipeline": (
        "from sklearn.pipeline import Pipeline\npipe = Pipeline([('scale', s), ('model', model)])\n"
        "joblib.dump(model, 'm.joblib')\nmlflow.sklearn.log_model(pipe, name='m')"
    ),
    "the same model by another name": (
        "best = model\njoblib.dump(best, 'm.joblib')\nmlflow.sklearn.log_model(model, name='m')"
    ),
    "the same model in a helper": (
        "def keep(thing):\n    mlflow.sklearn.log_model(thing, name='m')\n"
        "joblib.dump(model, 'm.joblib')\nkeep(model)"
    ),
    "ONNX logged": (
        "from skl2onnx import to_onnx\nonx = to_onnx(model, X[:1])\n"
        "Path('ridge.onnx').write_bytes(onx.SerializeToString())\n"
        "mlflow.log_artifact('ridge.onnx')"
    ),
    "scratch": (
        "joblib.dump(model, 'm.joblib')\nagain = joblib.load('m.joblib')\nos.remove('m.joblib')\n"
        "mlflow.log_text('a', 'b.txt')"
    ),
    "scratch, by Path": (
        "path = Path('m.joblib')\njoblib.dump(model, path)\nagain = joblib.load(path)\n"
        "path.unlink()\nmlflow.log_text('a', 'b.txt')"
    ),
    "text that looks like it": "mlflow.log_dict({}, 'a.json')\n# joblib.dump(model, 'm.joblib')",
}


@pytest.mark.parametrize("rest", STORED.values(), ids=STORED)
def test_stored_artifact(rest: str) -> None:
    assert judged(program(rest), "violation", "undecided") == []


UNDECIDED = {
    "in another working folder": (
        "os.chdir('out')\njoblib.dump(model, 'm.joblib')\nos.chdir('..')\n"
        "mlflow.log_artifacts('out')"
    ),
    "read and sent": (
        "import requests\njoblib.dump(model, 'm.joblib')\n"
        "requests.post(url, data=open('m.joblib', 'rb').read())"
    ),
    "passed on": "joblib.dump(model, 'm.joblib')\npublish('m.joblib')",
    "copied": "import shutil\njoblib.dump(model, 'm.joblib')\nshutil.copy('m.joblib', target)",
    "removed": "joblib.dump(model, 'm.joblib')\nos.remove('m.joblib')",
    "by a command": (
        "import subprocess\njoblib.dump(model, 'm.joblib')\n"
        "subprocess.run(['aws', 's3', 'cp', 'm.joblib', 's3://bucket/'])"
    ),
    "unknown path": "joblib.dump(model, args.path)",
    "by a command in one text": (
        "joblib.dump(model, 'out/m.joblib')\nos.system('aws s3 sync out s3://bucket/')"
    ),
    "by a command in a variable": (
        "import subprocess\npath = 'm.joblib'\njoblib.dump(model, path)\n"
        "command = f'aws s3 cp {path} s3://bucket/'\nsubprocess.run(command.split())"
    ),
    "renamed": (
        "path = Path('m.joblib')\njoblib.dump(model, path)\npath.rename('/mnt/artifacts/m.joblib')"
    ),
    "sent as bytes": (
        "path = Path('m.joblib')\njoblib.dump(model, path)\nclient.put(path.read_bytes())"
    ),
    "logged is an unknown path": (
        "joblib.dump(model, 'm.joblib')\nmlflow.log_artifact(path_of(stage))"
    ),
    "logged are the files of a folder": (
        "joblib.dump(model, 'out/m.joblib')\nfor name in os.listdir('out'):\n"
        "    mlflow.log_artifact(os.path.join('out', name))"
    ),
    "logged are values of a dictionary": (
        "files = {'m': 'm.joblib'}\njoblib.dump(model, files['m'])\n"
        "for path in files.values():\n    mlflow.log_artifact(path)"
    ),
    "archived": (
        "import shutil\njoblib.dump(model, 'out/m.joblib')\n"
        "shutil.make_archive('all', 'zip', 'out')\nmlflow.log_artifact('all.zip')"
    ),
    "another figure logged beside it": (
        "plt.savefig('a.png')\nfig = plt.gcf()\nmlflow.log_figure(fig, 'b.png')"
    ),
    "mounted folder": "joblib.dump(model, '/mnt/data/churn/m.joblib')",
}


@pytest.mark.parametrize("rest", UNDECIDED.values(), ids=UNDECIDED)
def test_undecided_artifact(rest: str) -> None:
    assert judged(program(rest), "violation", "undecided") == ["local-only-artifact"]
    assert judged(program(rest)) == []


def test_option_with_a_local_default() -> None:
    before = BEFORE + (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        "parser.add_argument('--out', default='models')\nargs = parser.parse_args()\n"
    )
    rest = "joblib.dump(model, os.path.join(args.out, 'm.joblib'))\n{}"
    assert judged(program(rest.format("pass"), before)) == ["local-only-artifact"]
    logged = rest.format("mlflow.log_artifacts(args.out)")
    assert judged(program(logged, before), "violation", "undecided") == []


@pytest.mark.parametrize(("default", "expected"), [("out", []), ("r", ["local-only-artifact"])])
def test_option_whose_default_is_the_folder(default: str, expected: list[str]) -> None:
    before = BEFORE + (
        "import argparse\nparser = argparse.ArgumentParser()\n"
        f"parser.add_argument('--out', default='{default}')\nargs = parser.parse_args()\n"
    )
    source = program("joblib.dump(model, 'out/m.joblib')\nmlflow.log_artifacts(args.out)", before)
    assert judged(source) == expected


def test_place_and_message() -> None:
    source = program("joblib.dump(model, 'models/m.joblib')")
    (outcome,) = [each for each in outcomes(HOOK, "a.py", source) if each.kind == "violation"]
    assert (outcome.place.line, outcome.place.column) == (14, 5)
    assert outcome.message == (
        "'models/m.joblib' is written to the local disk alone; log it with mlflow.log_artifact, or "
        "write it below DOMINO_ARTIFACTS_DIR"
    )


def test_no_artifacts() -> None:
    assert found(outcomes(HOOK, "train.py", program("pass"))) == [("no-artifacts", 11, 6)]
    assert judged(program("mlflow.log_artifact('report.html')")) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mlflow.autolog()", []),
        ("mlflow.sklearn.autolog()", []),
        ("mlflow.sklearn.autolog(log_models=False)", [("no-artifacts", 11, 1)]),
        ("mlflow.xgboost.autolog()", [("no-artifacts", 12, 6)]),
        ("mlflow.autolog(disable=True)", [("no-artifacts", 12, 6)]),
    ],
)
def test_autolog(line: str, expected: list[tuple[str, int, int]]) -> None:
    assert found(outcomes(HOOK, "train.py", program("pass", f"{BEFORE}{line}\n"))) == expected


def test_autolog_without_models_and_a_model_by_hand() -> None:
    before = f"{BEFORE}mlflow.sklearn.autolog(log_models=False)\n"
    assert judged(program("mlflow.sklearn.log_model(model, name='m')", before)) == []
    local = program("joblib.dump(model, 'm.joblib')", f"{BEFORE}mlflow.autolog()\n")
    assert judged(local) == []


def test_autolog_of_an_unknown_model() -> None:
    before = f"{BEFORE}from company import build\nmlflow.autolog()\n"
    for rest, rule in (
        ("pass", "no-artifacts"),
        ("joblib.dump(model, 'm.joblib')", "local-only-artifact"),
    ):
        source = program(rest, before).replace("Ridge(alpha=1.0)", "build()")
        assert judged(source, "violation", "undecided") == [rule]
        assert judged(source) == []


MAY_STORE = {
    "code from elsewhere": {"train.py": program("store.persist(model)")},
    "method of the model": {"train.py": program("model.export_somewhere()")},
    "DVC": {
        "train.py": program("write(model)"),
        "dvc.yaml": "stages:\n  t:\n    cmd: python train.py\n    outs:\n    - m.joblib\n",
    },
    "switch of a callback": {
        "train.py": (
            "from transformers import Trainer, TrainingArguments\n"
            "trainer = Trainer(model=m, args=TrainingArguments('o', report_to='mlflow'))\n"
            "trainer.train()\n"
        ),
        "Dockerfile": "ENV HF_MLFLOW_LOG_ARTIFACTS=1\n",
    },
}


@pytest.mark.parametrize("files", MAY_STORE.values(), ids=MAY_STORE)
def test_what_may_store_the_model(files: dict[str, str]) -> None:
    said = together(HOOK, files)
    assert [rule for rule, _, _ in found(said, "violation", "undecided")] == ["no-artifacts"]
    assert found(said) == []
    without = {"train.py": files["train.py"].replace("store.persist(", "score(")}
    without["train.py"] = without["train.py"].replace("model.export_somewhere()", "pass")
    assert [rule for rule, _, _ in found(together(HOOK, without))] == ["no-artifacts"]


@pytest.mark.parametrize(
    "source",
    [
        program("pass", BEFORE + "from metaflow import FlowSpec, step\n"),
        "import mlflow\nfrom ultralytics import YOLO\n\nmlflow.start_run()\n"
        "YOLO('yolo11n.pt').train(data='coco8.yaml')\n",
    ],
    ids=["step of Metaflow", "Ultralytics"],
)
def test_frameworks_that_may_store_the_model(source: str) -> None:
    assert judged(source, "violation", "undecided") == ["no-artifacts"]
    assert judged(source) == []


def test_without_a_run_nothing_is_said() -> None:
    source = BEFORE + "model = Ridge().fit(X, y)\njoblib.dump(model, 'm.joblib')\n"
    assert judged(source, "violation", "undecided", "missing") == []


TORCH = """\
import torch
{start}
net = torch.nn.Linear(3, 1)
optimizer = torch.optim.Adam(net.parameters())
for x, y in loader:
    loss = ((net(x) - y) ** 2).mean()
    loss.backward()
    optimizer.step()
torch.save({{"net": net.state_dict()}}, "net.pt")
{end}
"""
TRACKERS = {
    "mlflow": ("import mlflow\nmlflow.start_run()", "mlflow.log_artifact('net.pt')"),
    "mlflow model": (
        "import mlflow\nmlflow.start_run()",
        "mlflow.pytorch.log_model(net, name='n')",
    ),
    "wandb": ("import wandb\nrun = wandb.init(project='p')", "wandb.save('net.pt')"),
    "wandb glob": ("import wandb\nrun = wandb.init(project='p')", "wandb.save('*.pt')"),
    "wandb artifact": (
        "import wandb\nrun = wandb.init(project='p')",
        "artifact = wandb.Artifact('net', type='model')\nartifact.add_file('net.pt')\n"
        "run.log_artifact(artifact)",
    ),
    "comet": (
        "import comet_ml\nexperiment = comet_ml.Experiment()",
        "experiment.log_model('net', 'net.pt')",
    ),
    "neptune": (
        "import neptune\nrun = neptune.init_run(project='a/b')",
        "run['model'].upload('net.pt')",
    ),
    "clearml": ("from clearml import Task\ntask = Task.init('p', 't')", ""),
    "aim": ("from aim import Run\nrun = Run()", "run.log_artifact('net.pt', name='net')"),
    "wandb image of the file": (
        "import wandb\nrun = wandb.init(project='p')",
        "wandb.log({'net': wandb.Image('net.pt')})",
    ),
    "mlflow, of the weights": (
        "import mlflow\nmlflow.start_run()",
        "net.load_state_dict(torch.load('net.pt'))\nmlflow.pytorch.log_model(net, name='n')",
    ),
    "dvclive": ("from dvclive import Live\nlive = Live()", "live.log_artifact('net.pt')"),
}


@pytest.mark.parametrize(("start", "end"), TRACKERS.values(), ids=TRACKERS)
def test_trackers(start: str, end: str) -> None:
    assert judged(TORCH.format(start=start, end=end), "violation", "undecided") == []
    if end:
        lost = TORCH.format(start=start, end="")
        assert judged(lost) == ["local-only-artifact"]


FIGURES = {
    "object": "figure = plt.figure()\nfigure.savefig('a.png')\nwandb.log({'a': figure})",
    "image": "fig = plt.figure()\nfig.savefig('a.png')\nwandb.log({'a': wandb.Image(fig)})",
    "pyplot": "plt.savefig('a.png')\nwandb.log({'a': wandb.Image(plt)})",
    "folder of the run": "plt.savefig(f'{wandb.run.dir}/a.png')",
}


@pytest.mark.parametrize("rest", FIGURES.values(), ids=FIGURES)
def test_figures_of_wandb(rest: str) -> None:
    before = (
        "import wandb\nimport matplotlib.pyplot as plt\nfrom sklearn.svm import SVC\n"
        "run = wandb.init(project='p')\nmodel = SVC().fit(X, y)\n"
    )
    assert judged(before + rest, "violation", "undecided") == []
    lost = before + "plt.savefig('a.png')\nwandb.log({'accuracy': model.score(X, y)})"
    assert judged(lost) == ["local-only-artifact"]


def test_tensorboard_has_no_place_for_files() -> None:
    source = TORCH.format(
        start="from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter()", end=""
    )
    assert judged(source) == []
    assert judged(source, "undecided") == ["local-only-artifact"]


LIBRARIES = {
    "keras": (
        "import keras\nmodel = keras.Sequential()\nmodel.fit(x, y, epochs=2)",
        "model.save('net.keras')",
    ),
    "xgboost": (
        "import xgboost as xgb\nbooster = xgb.train({'eta': 1}, data)",
        "booster.save_model('b.ubj')",
    ),
    "lightgbm": (
        "import lightgbm as lgb\nbooster = lgb.train({}, data)",
        "booster.save_model('b.txt')",
    ),
    "catboost": (
        "from catboost import CatBoostClassifier\nmodel = CatBoostClassifier()\nmodel.fit(X, y)",
        "model.save_model('m.cbm')",
    ),
    "transformers": (
        "from transformers import Trainer\ntrainer = Trainer(model=m)\ntrainer.train()",
        "trainer.save_model('best')",
    ),
    "pretrained": (
        "from transformers import AutoModel, Trainer\nmodel = AutoModel.from_config(c)\n"
        "Trainer(model=model).train()",
        "model.save_pretrained('best')",
    ),
    "onnx": (
        "import torch\nfrom sklearn.svm import SVC\nmodel = SVC()\nmodel.fit(X, y)",
        "torch.onnx.export(net, sample, 'net.onnx')",
    ),
    "keras, to be served": (
        "import keras\nmodel = keras.Sequential()\nmodel.fit(x, y, epochs=2)",
        "model.export('served')",
    ),
    "fastai": (
        "from fastai.vision.all import vision_learner\nlearn = vision_learner(d, r)\n"
        "learn.fine_tune(1)",
        "learn.export('m.pkl')",
    ),
    "lightning": (
        "import lightning\ntrainer = lightning.Trainer()\ntrainer.fit(net, data)",
        "trainer.save_checkpoint('a.ckpt')",
    ),
    "TorchScript": (
        "import torch\nfrom sklearn.svm import SVC\nSVC().fit(X, y)\n"
        "scripted = torch.jit.script(net)",
        "scripted.save('net.pt')",
    ),
    "spark": (
        "from pyspark.ml.classification import LogisticRegression\n"
        "model = LogisticRegression().fit(data)",
        "model.save('lr')",
    ),
}


@pytest.mark.parametrize(("train", "save"), LIBRARIES.values(), ids=LIBRARIES)
def test_libraries(train: str, save: str) -> None:
    source = f"import mlflow\n\nmlflow.start_run()\n{train}\n{save}\n"
    assert judged(source) == ["local-only-artifact"]
    path = save.partition("'")[2].partition("'")[0]
    assert judged(f"{source}mlflow.log_artifact('{path}')\n") == []


def test_other_saves_are_none() -> None:
    for line in (
        "image.save('a.png')",
        "form.save()",
        "import numpy as np\n    np.save('a.npy', X)",
        "from PIL import Image\n    Image.open('a.png').save('b.png')",
        "import json\n    json.dump({}, open('a.json', 'w'))",
        "pickle.dumps(model)",
        "pickle.dump(rows, open('rows.pkl', 'wb'))",
        "joblib.dump((X, y), 'cache.joblib')",
        "Path('rows.pkl').write_bytes(pickle.dumps(rows))",
        "writer.write(example.SerializeToString())",
        "import ultralytics\n    ultralytics.YOLO('a.pt').export(format='onnx')",
    ):
        assert judged(program(f"mlflow.log_text('a', 'b')\n{line.replace('    ', '')}")) == []


def test_path_constant_of_another_module() -> None:
    files = {
        "train.py": program(
            "joblib.dump(model, MODEL_PATH)\nkeep()",
            BEFORE + "from config import MODEL_PATH\nfrom keep import keep\n",
        ),
        "config.py": "MODEL_PATH = 'models/ridge.joblib'\n",
        "keep.py": (
            "import mlflow\nimport config\n\n\ndef keep():\n"
            "    mlflow.log_artifact(config.MODEL_PATH)\n"
        ),
    }
    assert found(together(HOOK, files), "violation", "undecided") == []
    files["keep.py"] = "def keep():\n    pass\n"
    assert [rule for rule, _, _ in found(together(HOOK, files))] == ["local-only-artifact"]


def test_tracked_by_dvc() -> None:
    source = program("joblib.dump(model, 'models/ridge.joblib')")
    stage = "stages:\n  train:\n    cmd: python train.py\n    {}:\n      - models{}\n"
    assert found(together(HOOK, {"train.py": source, "dvc.yaml": stage.format("outs", "")})) == []
    out = {"train.py": source, "models/ridge.joblib.dvc": "outs:\n- path: ridge.joblib\n  md5: 1\n"}
    assert found(together(HOOK, out)) == []
    cached = stage.format("outs", "/ridge.joblib:\n          cache: true")
    assert found(together(HOOK, {"train.py": source, "dvc.yaml": cached})) == []
    many = (
        "stages:\n  train:\n    foreach: [a, b]\n    do:\n      cmd: python train.py\n"
        "      outs:\n      - models/${item}.joblib\n"
    )
    assert found(together(HOOK, {"train.py": source, "dvc.yaml": many})) == []
    plots = "plots:\n- models/ridge.joblib:\n    x: a\n"
    assert found(together(HOOK, {"train.py": source, "dvc.yaml": plots})) == []
    named = together(HOOK, {"train.py": source, "dvc.yaml": "outs:\n- ${model.path}\n"})
    assert found(named) == []
    assert [rule for rule, _, _ in found(named, "undecided")] == ["local-only-artifact"]
    other = {"train.py": source, "dvc.yaml": stage.format("deps", "")}
    assert [rule for rule, _, _ in found(together(HOOK, other))] == ["local-only-artifact"]


def test_named_in_a_script() -> None:
    source = program("joblib.dump(model, 'ridge.joblib')")
    files = {"train.py": source, "train.sh": "python train.py\naws s3 cp ridge.joblib s3://b/\n"}
    said = together(HOOK, files)
    assert found(said) == []
    assert found(said, "undecided") != []
    files["train.sh"] = "python train.py\naws s3 cp bridge.joblib s3://b/\n"
    assert [rule for rule, _, _ in found(together(HOOK, files))] == ["local-only-artifact"]


def test_root_of_another_module() -> None:
    files = {
        "app/__init__.py": "",
        "app/paths.py": (
            "from pathlib import Path\n\nROOT = Path(__file__).resolve().parents[1]\n"
            "MODELS = ROOT / 'models'\n"
        ),
        "train.py": program(
            "joblib.dump(model, MODELS / 'm.joblib')", BEFORE + "from app.paths import MODELS\n"
        ),
    }
    assert [rule for rule, _, _ in found(together(HOOK, files))] == ["local-only-artifact"]
    files["models/m.joblib.dvc"] = "outs:\n- path: m.joblib\n"
    assert found(together(HOOK, files), "violation", "undecided") == []


def test_notebook() -> None:
    cells = (
        "import joblib, mlflow\nfrom sklearn.svm import SVC",
        "mlflow.start_run()\nmodel = SVC().fit(X, y)",
        "joblib.dump(model, 'svc.joblib')",
    )
    (outcome,) = outcomes(HOOK, "a.ipynb", notebook(*cells))
    assert (outcome.rule, outcome.place.cell) == ("local-only-artifact", 3)
    assert (
        found(outcomes(HOOK, "a.ipynb", notebook(*cells, "mlflow.log_artifact('svc.joblib')")))
        == []
    )


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("!aws s3 cp svc.joblib s3://bucket/", []),
        ("!aws s3 cp {path} s3://bucket/", []),
        ("!gsutil cp $path gs://bucket/", []),
        ("!pip install joblib", ["local-only-artifact"]),
        ("!aws s3 cp other.joblib s3://bucket/", ["local-only-artifact"]),
    ],
)
def test_command_of_a_notebook(command: str, expected: list[str]) -> None:
    cells = (
        "import joblib, mlflow\nfrom sklearn.svm import SVC\npath = 'svc.joblib'",
        "mlflow.start_run()\nmodel = SVC().fit(X, y)\njoblib.dump(model, path)",
        command,
    )
    assert [rule for rule, _, _ in found(outcomes(HOOK, "a.ipynb", notebook(*cells)))] == expected


def test_folder_of_a_helper() -> None:
    files = {
        "train.py": program(
            "save_all(model, 'out')\nmlflow.log_artifacts('out')",
            f"{BEFORE}from lib import save_all\n",
        ),
        "lib.py": (
            "import os\nimport joblib\n\n\ndef save_all(model, folder):\n"
            "    joblib.dump(model, os.path.join(folder, 'model.joblib'))\n"
        ),
    }
    assert found(together(HOOK, files), "violation", "undecided") == []
    files["train.py"] = files["train.py"].replace("log_artifacts('out')", "log_artifacts('plots')")
    (outcome,) = [each for each in together(HOOK, files) if each.kind == "violation"]
    assert (outcome.path, outcome.rule, outcome.place.line) == (
        "lib.py",
        "local-only-artifact",
        6,
    )


# --- Model files --------------------------------------------------------------------------

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in set(os.environ) - set(ENVIRONMENT):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "--quiet"], check=True)
    return tmp_path


def add(path: str, data: bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(data)
    subprocess.run(["git", "add", "--force", path], check=True)


def pickled(module: str) -> bytes:
    return pickle.dumps({"a": 1}) + f"c{module}\nModel\n.".encode()


MODELS = {
    "torch": ("net.pt", b"PK\x03\x04"),
    "onnx": ("export/net.onnx", b"\x08\x07"),
    "safetensors": ("net.safetensors", b"\x10"),
    "pickle, named": ("models/churn.pkl", pickled("a")),
    "pickle of scikit-learn": ("churn.pkl", pickled("sklearn.linear_model._ridge")),
    "joblib": ("scaler.joblib", b"\x80\x04"),
    "upper case": ("NET.PT", b"PK"),
    "in a notebook's folder": ("notebooks/best weights.h5", b"\x89HDF"),
}
OTHERS = {
    "pickle of data": ("data/rows.pkl", pickled("pandas.core.frame")),
    "pointer": ("net.pt", POINTER),
    "empty": ("net.pt", b""),
    "HDF5 of data": ("data/sales.h5", b"\x89HDF\r\n"),
    "binary": ("firmware.bin", b"\x00\x01"),
    "text": ("model.txt", b"tree\nversion=v4\n"),
}


@pytest.mark.parametrize(("path", "data"), MODELS.values(), ids=MODELS)
def test_model_in_git(
    path: str, data: bytes, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(path, data)
    assert run(HOOK, [path]) == 1
    assert capsys.readouterr().out == (
        f"{path}:1:1: this model file (1 KiB) is in Git; track it with DVC or Git LFS, or log it "
        "with mlflow.log_model [artifacts-stored/model-in-git]\n"
    )


@pytest.mark.parametrize(("path", "data"), OTHERS.values(), ids=OTHERS)
def test_no_model_in_git(
    path: str, data: bytes, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(path, data)
    assert (run(HOOK, [path]), capsys.readouterr().out) == (0, "")


def test_model_given_to_lfs(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path(".gitattributes").write_text("*.pt filter=lfs diff=lfs merge=lfs -text\n")
    Path("net.pt").write_bytes(b"PK\x03\x04 the real bytes")
    # Without Git LFS installed, its filter must not run here.
    off = [
        "-c",
        "filter.lfs.clean=cat",
        "-c",
        "filter.lfs.process=",
        "-c",
        "filter.lfs.required=no",
    ]
    subprocess.run(["git", *off, "add", "net.pt"], check=True)
    assert (run(HOOK, ["net.pt"]), capsys.readouterr().out) == (0, "")


def test_model_given_to_lfs_of_its_folder(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add("models/.gitattributes", b"big/** filter=lfs\n")
    off = ["-c", "filter.lfs.clean=cat", "-c", "filter.lfs.process="]
    for path in ("models/big/net.pt", "models/small net.pt"):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(b"PK\x03\x04")
        subprocess.run(["git", *off, "-c", "filter.lfs.required=no", "add", path], check=True)
    assert run(HOOK, ["models/big/net.pt", "models/small net.pt"]) == 1
    assert capsys.readouterr().out.startswith("models/small net.pt:1:1: this model file")


def test_model_in_a_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add("models/net.pt", b"PK\x03\x04")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")  # as Git gives it to the hooks it runs
    assert run(HOOK, ["models/net.pt"]) == 1
    Path("models/other.pt").write_bytes(b"PK\x03\x04")
    assert run(HOOK, ["models/other.pt"]) == 0


def test_untracked_model(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.pt").write_bytes(b"PK\x03\x04")
    assert (run(HOOK, ["net.pt"]), capsys.readouterr().out) == (0, "")


def test_deleted_model(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(HOOK, ["gone.pt"]) == 1
    assert capsys.readouterr().out.startswith("gone.pt: cannot read: No such file")


def test_large_model_is_not_read(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open("net.pt", "wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(300 * 2**20)
    subprocess.run(["git", "update-index", "--add", "--cacheinfo", f"100644,{'0' * 39}1,net.pt"])
    assert run(HOOK, ["net.pt"]) == 1
    assert "(300.0 MiB)" in capsys.readouterr().out


def test_model_beyond_what_is_read(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model of any size is judged by its beginning; in LFS, it is none of Git's."""
    with open("net.gguf", "wb") as file:
        file.write(b"GGUF")
        file.truncate(600 * 2**20)
    assert (run(HOOK, ["net.gguf"]), capsys.readouterr().out) == (0, "")
    subprocess.run(["git", "update-index", "--add", "--cacheinfo", f"100644,{'0' * 39}1,net.gguf"])
    assert run(HOOK, ["net.gguf"]) == 1
    assert "(600.0 MiB)" in capsys.readouterr().out
    Path(".gitattributes").write_text("*.gguf filter=lfs -text\n")
    assert (run(HOOK, ["net.gguf"]), capsys.readouterr().out) == (0, "")
