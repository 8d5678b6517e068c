"""mlops-registry-audit asks a real MLflow server, on which the example project has trained."""

from __future__ import annotations

import configparser
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from end_to_end.environments import environment, requirements_of
from end_to_end.test_example_runs import EXAMPLE, run
from test_docs import examples

ROOT = Path(__file__).parents[2]
HOOK = "mlops-registry-audit"
MODULE = "mlops_checklist.models.mlops_registry_audit"
TRAIN = "import mlflow\n\nmlflow.register_model(uri, {name!r})\n"


class Done(NamedTuple):
    """What the hook said: its status, and its stdout and stderr."""

    status: int
    output: str
    errors: str

    @property
    def said(self) -> list[tuple[str, str]]:
        """Kind and rule of each outcome of the JSON form."""
        held = json.loads(self.output)["outcomes"]
        return sorted((each["kind"], each["rule"]) for each in held)

    @property
    def messages(self) -> list[str]:
        return [each["message"] for each in json.loads(self.output)["outcomes"]]


@pytest.fixture(scope="session")
def python() -> str:
    """The Python with which the example trains, and which serves."""
    return environment("mlflow", requirements_of(EXAMPLE / "requirements.txt"))


@pytest.fixture(scope="session")
def auditor() -> str:
    """A Python with what this project requires, and the extra."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    lines = parser["options"]["install_requires"].strip().splitlines()
    (version,) = (
        line.removeprefix("mlflow==")
        for line in requirements_of(EXAMPLE / "requirements.txt")
        if line.startswith("mlflow==")
    )
    return environment("mlflow-skinny", [f"mlflow-skinny=={version}", *lines])


@pytest.fixture(scope="session")
def auditor_2() -> str:
    """A Python with the client of MLflow 2."""
    return environment("mlflow-skinny-2", ["mlflow-skinny==2.22.5", "setuptools<81"])


@pytest.fixture(scope="session")
def server(python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, with its store in SQLite."""
    folder = tmp_path_factory.mktemp("server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables(MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false"),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(process, address, folder / "log")
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server does not start:\n{log.read_text('utf-8')}")


def variables(**given: str) -> dict[str, str]:
    """The environment of a command: nothing of the caller's but what every program needs."""
    outside = ("DOMINO_", "MLFLOW_", "PYTHON", "GIT_", "CI_", "GITHUB_", "GITLAB_")
    held = {name: text for name, text in os.environ.items() if not name.startswith(outside)}
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "NO_PROXY": "127.0.0.1"}
    return {**held, **quiet, **given}


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """A Git repository with these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    for command in (["init", "--quiet"], ["add", "--all", "--force"]):
        subprocess.run(["git", *command], cwd=folder, check=True, env=variables())
    return folder


def audit(folder: Path, auditor: str, address: str, *options: str, **given: str) -> Done:
    """Run the hook in a repository, as pre-commit does."""
    done = subprocess.run(
        [auditor, "-m", MODULE, *options],
        cwd=folder,
        env=variables(MLFLOW_TRACKING_URI=address, PYTHONPATH=str(ROOT / "hooks"), **given),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


# --- A real server ----------------------------------------------------------------------------


def test_the_example(python: str, auditor: str, server: str, tmp_path: Path) -> None:
    """It trains, registers and is promoted; the audit finds all that the hooks ask for."""
    project = tmp_path / "fraud-detection"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("__pycache__", "mlruns"))
    repository(project, {})
    ada = {"DOMINO_PROJECT_NAME": "card-fraud", "DOMINO_STARTING_USERNAME": "ada"}
    before = audit(project, auditor, server, "--format", "json", **ada)
    assert (before.status, before.said) == (0, [("missing", "unknown-model")])

    run(project, python, python, "-m", "fraud_detection.data", "data.csv", "--rows", "1500")
    run(project, python, "scripts/train.sh", "--data", "data.csv", server=server)
    trained = audit(project, auditor, server, "--format", "json", **ada)
    assert (trained.status, trained.said) == (
        0,
        [
            ("evidence", "no-identity"),
            ("evidence", "no-source-run"),
            ("missing", "unknown-version"),  # the alias champion, which predict.py loads
        ],
    )
    promote = (python, "-m", "fraud_detection.promote", "1")
    run(project, python, *promote, server=server, APPROVER="grace")
    done = audit(project, auditor, server, "--strict", "--require", "--verbose", **ada)
    assert (done.status, done.errors) == (0, "")
    assert done.output.splitlines() == [
        "scripts/train.sh:8:32: evidence: experiment 'card-fraud-ada' holds 'card-fraud' "
        f"(DOMINO_PROJECT_NAME) [{HOOK}/no-identity]",
        "src/fraud_detection/train.py:114:13: evidence: version 1 of 'fraud-detection' (newest, "
        "@candidate, @champion) has its run, parameters, a metric on held-out data, datasets, a "
        f"signature, a description, tags and a tag on its approval [{HOOK}/no-source-run]",
    ]


# Makes a model version that lacks all there is to lack, by the client alone.
POOR = """\
import mlflow
client = mlflow.MlflowClient()
client.create_registered_model("poor")
run = client.create_run("0")
client.set_terminated(run.info.run_id)
source = f"{run.info.artifact_uri}/model"
client.log_dict(run.info.run_id, {"flavors": {"python_function": {}}}, "model/MLmodel")
client.create_model_version("poor", source, run.info.run_id)
client.create_model_version("poor", "s3://models/poor")
client.set_registered_model_alias("poor", "champion", "1")
lost = client.create_run(client.create_experiment("shared"))
client.create_model_version("poor", f"{lost.info.artifact_uri}/model", lost.info.run_id)
client.delete_run(lost.info.run_id)
"""


def test_a_poor_model(auditor: str, server: str, tmp_path: Path) -> None:
    """A version with nothing on record, one of no run, and one of a run that was deleted."""
    code = TRAIN.format(name="poor") + "mlflow.set_experiment('shared')\n"
    folder = repository(tmp_path / "shop", {"train.py": code})
    script(auditor, server, POOR)
    done = audit(folder, auditor, server, "--format", "json")
    assert done.status == 1
    assert [each for each in done.said if each[0] != "evidence"] == [
        ("missing", "no-approval"),
        ("undecided", "no-signature"),
        *[("violation", "no-approval")],
        *[("violation", "no-description")] * 2,
        *[("violation", "no-identity")] * 2,
        ("violation", "no-parameters"),
        ("violation", "no-signature"),
        ("violation", "no-source-run"),
        *[("violation", "no-tags")] * 2,
        ("violation", "no-validation-metric"),
        ("violation", "untracked-input"),
    ]
    lines = audit(folder, auditor, server).output.splitlines()
    assert (
        "train.py:3:28: the run of version 3 of 'poor' (newest) was deleted; restore it, or "
        f"register the model of another run [{HOOK}/no-source-run]"
    ) in lines
    assert (
        "train.py:4:23: experiment 'shared' has no user or project in its name that is known "
        f"here; add DOMINO_PROJECT_NAME or DOMINO_STARTING_USERNAME [{HOOK}/no-identity]"
    ) in lines
    ignored = code.replace("'poor')", f"'poor')  # mlops: ignore[{HOOK}]")
    repository(folder, {"train.py": ignored})
    lines = audit(folder, auditor, server).output.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["train.py:4:23"]


def script(python: str, server: str, text: str) -> None:
    """Run a script against the server; it must succeed."""
    done = subprocess.run(
        [python, "-c", text],
        env=variables(MLFLOW_TRACKING_URI=server),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


# What MLflow 2 holds: no logged model, all at the run.
OLD = """\
import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag
client = mlflow.MlflowClient()
run = client.create_run(client.create_experiment("shop-churn"))
run_id = run.info.run_id
client.log_param(run_id, "alpha", 0.3)
client.log_metric(run_id, "test_auc", 0.91)
data = Dataset("customers", "0123", "local", "{}")
client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
signature = {"inputs": "[]", "outputs": "[]"}
model = {"flavors": {"python_function": {}}, "run_id": run_id, "signature": signature}
client.log_dict(run_id, model, "model/MLmodel")
client.set_terminated(run_id)
client.create_registered_model("old", tags={"owner": "ada"}, description="Who will leave.")
tags = {"approval_status": "approved"}
client.create_model_version("old", f"{run.info.artifact_uri}/model", run_id, tags)
client.transition_model_version_stage("old", "1", "Production")
"""


def test_mlflow_2(auditor: str, auditor_2: str, server: str, tmp_path: Path) -> None:
    """What its client recorded is understood, and its client understands the newer server."""
    serve = "import mlflow\n\nmodel = mlflow.pyfunc.load_model('models:/{}')\n"
    files = {
        "train.py": TRAIN.format(name="old"),
        "serve.py": serve.format("old/Production"),
        "batch.py": serve.format("old/7"),
    }
    folder = repository(tmp_path / "shop", files)
    script(auditor_2, server, OLD)
    expected = [
        "experiment 'shop-churn' holds 'shop' (the project's name)",
        "version 1 of 'old' (newest, Production) has its run, parameters, a metric on held-out "
        "data, datasets, a signature, a description, tags and a tag on its approval",
        "'models:/old/7' is loaded here, and the server has none",
    ]
    for each in (auditor, auditor_2):
        done = audit(folder, each, server, "--format", "json")
        assert done.errors == ""
        assert sorted(done.messages) == sorted(expected)


def test_names_that_only_the_program_knows(auditor: str, server: str, tmp_path: Path) -> None:
    code = "import mlflow, os\n\nmlflow.register_model(uri, os.environ['MODEL'])\n"
    folder = repository(tmp_path / "shop", {"train.py": code})
    done = audit(folder, auditor, server, "--strict")
    assert (done.status, done.output) == (
        1,
        "train.py:3:28: undecided: the name of this model is known only when the program runs; "
        f"give it with --model [{HOOK}/unknown-model]\n",
    )
    done = audit(folder, auditor, server, "--model", "nobody's", "--require")
    assert (done.status, done.output) == (
        1,
        "train.py:3:28: missing: the server knows no model 'nobody's'; register it, or ask the "
        f"server that it is on [{HOOK}/unknown-model]\n",
    )


def test_a_model_without_a_version(auditor: str, server: str, tmp_path: Path) -> None:
    folder = repository(tmp_path / "shop", {"train.py": TRAIN.format(name="empty")})
    script(auditor, server, "import mlflow; mlflow.MlflowClient().create_registered_model('empty')")
    done = audit(folder, auditor, server, "--require")
    assert (done.status, done.output) == (
        1,
        "train.py:3:28: missing: the model 'empty' has no version on the server; register one "
        f"[{HOOK}/unknown-version]\n",
    )


# Runs each example of the page against the server, and the hook in a repository that holds it.
PAGE = f"""\
import io, json, os, subprocess, sys
import mlflow
from {MODULE} import main

found = []
for number, (path, text) in enumerate(json.load(sys.stdin)):
    os.makedirs(f"{{number}}/shop")
    os.chdir(f"{{number}}/shop")
    with open(path, "w") as file:
        file.write(text)
    subprocess.run(["git", "init", "--quiet"], check=True)
    subprocess.run(["git", "add", path], check=True)
    client = mlflow.MlflowClient()
    for model in client.search_registered_models("name = 'churn'"):
        client.delete_registered_model(model.name)
    mlflow.set_experiment("Default")
    if path == "serve.py" or "load(" not in text:
        exec(compile(text, path, "exec"), {{"__name__": "example"}})
    stdout, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), "utf-8")
    main(["--format", "json"])
    sys.stdout.flush()
    said = json.loads(sys.stdout.buffer.getvalue())["outcomes"]
    sys.stdout = stdout
    found.append([(each["kind"], each["rule"]) for each in said])
    os.chdir("../..")
json.dump(found, open("found.json", "w"))
"""


def test_page(python: str, server: str, tmp_path: Path) -> None:
    """A bad example of the page gives its rule, and a good one does not."""
    shown = [*examples(HOOK)]
    done = subprocess.run(
        [python, "-c", PAGE],
        cwd=tmp_path,
        input=json.dumps([(example.path, example.text) for example in shown]),
        env=variables(
            MLFLOW_TRACKING_URI=server,
            PYTHONPATH=str(ROOT / "hooks"),
            DOMINO_PROJECT_NAME="retention",
        ),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    for example, said in zip(shown, found, strict=True):
        fails = [rule for kind, rule in said if kind in ("violation", "missing")]
        assert [kind for kind, _ in said if kind == "error"] == []
        assert (example.rule in fails) == (not example.good), (example, said)


# --- Servers that do not answer ---------------------------------------------------------------


@contextmanager
def answering(status: int, bodies: Mapping[str, str], other: str = "") -> Iterator[str]:
    """A server that answers every request with this status, and a body by what is in its path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = next((text for part, text in bodies.items() if part in self.path), None)
            data = (other if body is None else body).encode()
            self.send_response(status if body is None else 200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{served.server_port}"
    finally:
        served.shutdown()
        thread.join()
        served.server_close()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A repository that names two models and an experiment."""
    files = {
        "a.py": TRAIN.format(name="churn"),
        "b.py": TRAIN.format(name="spam") + "mlflow.set_experiment('shared')\n",
    }
    return repository(tmp_path / "shop", files)


def test_nobody_is_there(auditor: str, shop: Path) -> None:
    """One line, without the password, in every form."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://ada:s3cret@127.0.0.1:{port}"
    shown = f"http://127.0.0.1:{port}"
    message = "cannot ask the tracking server: nothing accepts a connection there"
    done = audit(shop, auditor, address)
    assert (done.status, done.output, done.errors) == (1, f"{shown}: {message}\n", "")
    for form in ("json", "github", "gitlab"):
        done = audit(shop, auditor, address, "--format", form)
        assert done.status == 1
        assert message in done.output
        assert "s3cret" not in done.output + done.errors


def test_nobody_answers(auditor: str, shop: Path) -> None:
    """The server accepts, and is silent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = audit(shop, auditor, address, "--timeout", "1")
        assert (done.status, done.output, done.errors) == (
            1,
            f"{address}: cannot ask the tracking server: no answer within 1 s\n",
            "",
        )


DENIED = "it denies access (HTTP 403)"
NONE = "it does not answer as MLflow does"
ANSWERS = {
    "denied": (403, "You shall not pass.", DENIED),
    "denied by MLflow": (403, '{"error_code": "PERMISSION_DENIED", "message": "No"}', DENIED),
    "broken": (500, "oops", "it answers with HTTP 500"),
    "busy": (503, "oops", "it answers with HTTP 503"),
    "too much": (429, "slow down", "it answers with HTTP 429"),
}


@pytest.mark.parametrize(("status", "body", "why"), ANSWERS.values(), ids=ANSWERS)
def test_answers(auditor: str, shop: Path, status: int, body: str, why: str) -> None:
    """A line for each thing that is asked for, and no traceback."""
    with answering(status, {}, body) as address:
        done = audit(shop, auditor, address)
    assert (done.status, done.errors) == (1, "")
    assert done.output.splitlines() == [
        f"a.py: cannot audit 'churn' at {address}: {why}",
        f"b.py: cannot audit 'spam' at {address}: {why}",
        f"b.py: cannot audit experiments at {address}: {why}",
    ]


OTHERS = {
    "no credentials": (
        401,
        "You are not authenticated.",
        "it wants other credentials (HTTP 401): set MLFLOW_TRACKING_USERNAME and "
        "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN",
    ),
    "a login": (302, "", "it answers with HTTP 302"),
    "not there": (404, "<html>", "it answers with HTTP 404"),
    "a page": (200, "<html>", NONE),
    "other JSON": (200, '{"a": 1}', NONE),
    "no object": (200, "[[[1]]]", NONE),
    "no text": (200, "\0\u2028", NONE),
}


@pytest.mark.parametrize(("status", "body", "why"), OTHERS.values(), ids=OTHERS)
def test_others(auditor: str, shop: Path, status: int, body: str, why: str) -> None:
    """One line where all questions would end the same."""
    with answering(status, {}, body) as address:
        done = audit(shop, auditor, address)
    assert (done.status, done.errors) == (1, "")
    assert done.output == f"{address}: cannot ask the tracking server: {why}\n"


def test_one_is_denied(auditor: str, shop: Path) -> None:
    """The others are judged all the same."""
    known = '{"registered_model": {"name": "spam", "latest_versions": [{"name": "spam", '
    known += '"version": "1", "source": "s3://models/spam"}]}}'
    version = '{"model_version": {"name": "spam", "version": "1"}}'
    bodies = {
        "registered-models/get?name=spam": known,
        "get-download-uri": '{"artifact_uri": "s3://models/spam"}',
        "model-versions/get?": version,
    }
    with answering(403, bodies) as address:
        done = audit(shop, auditor, address)
    assert done.errors == ""
    assert done.output.splitlines() == [
        f"a.py: cannot audit 'churn' at {address}: it denies access (HTTP 403)",
        "b.py:3:28: version 1 of 'spam' (newest) has no description, nor has the model; call "
        f"update_model_version(description=...) [{HOOK}/no-description]",
        "b.py:3:28: version 1 of 'spam' (newest) names no run; register it from a 'runs:/' or "
        f"'models:/' URI [{HOOK}/no-source-run]",
        "b.py:3:28: version 1 of 'spam' (newest) has no tags, nor has the model; call "
        f"set_model_version_tag [{HOOK}/no-tags]",
        f"b.py: cannot audit experiments at {address}: it denies access (HTTP 403)",
    ]
