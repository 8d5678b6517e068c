"""Each recommendation, by real shapes that speak for it and real ones that do not."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from test_docs import examples

from mlops_checklist.report.recommendations import HOOK, NONE, main

FLOW = "from flytekitplugins.domino.task import DominoJobTask\n"
APP = "import joblib\nfrom fastapi import FastAPI\napp = FastAPI()\nm = joblib.load('model.pkl')\n"
ROUTE = "@app.post('/predict')\ndef predict(row: dict):\n    return m.predict([row])\n"
RUNS = "import subprocess\nsubprocess.run(['python', 'a.py'])\nsubprocess.run(['python', 'b.py'])\n"
JOBS = "from domino import Domino\nd = Domino('me/churn')\n"
CRON = "import requests\nrequests.post(url, json={'schedule': {'cronString': '%s'}})\n"

FOR = {
    "scheduled-jobs": [
        (
            "job.py",
            "import time\nEVERY = 3600\nwhile True:\n    retrain()\n    time.sleep(EVERY)\n",
        ),
        (
            "job.py",
            "import schedule, time\nschedule.every().day.do(train)\n"
            "while True:\n    schedule.run_pending()\n    time.sleep(1)\n",
        ),
        (
            "run.sh",
            "#!/bin/sh\nwhile true; do  # for ever\n  python train.py\n  sleep 3600\ndone\n",
        ),
        ("run.sh", "while :\ndo\n  for x in a b; do ./score $x; done\n  sleep 1d\ndone\n"),
        ("run.sh", "until false; do python train.py || true; sleep 1h 30m; done\n"),
        ("run.sh", "while sleep 600; do dvc repro; done\n"),
        ("README.md", "# Use\n\nRun `python train.py` every Monday.\n"),
        ("README.md", "The notebook must be re-run by hand\nevery month.\n"),
        ("job.py", CRON % "0 5 * * 1"),
    ],
    "model-monitoring": [
        ("app.py", APP + ROUTE),
        (
            "app.py",
            APP.replace("fastapi import FastAPI", "flask import Flask").replace(
                "FastAPI()", "Flask('a')"
            )
            + ROUTE,
        ),
        ("model.py", JOBS + "d.model_publish('predict.py', 'predict', 'env', 'churn', '')\n"),
    ],
    "snapshots-first": [
        ("a.py", "import shutil\nshutil.rmtree('/mnt/data/churn/raw')\n"),
        ("a.py", "from pathlib import Path\nPath('/mnt/data/churn/old.csv').unlink()\n"),
        (
            "a.py",
            "import pandas as pd\np = '/mnt/data/churn/all.csv'\n"
            "df = pd.read_csv(p)\ndf.dropna().to_csv(p)\n",
        ),
    ],
    "environment-versions": [
        ("Dockerfile", "FROM python:latest\n"),
        ("Dockerfile", "FROM python\n"),
        ("job.json", '{"environmentRevisionSpec": "ActiveRevision"}\n'),
    ],
    "flows": [
        ("p.py", RUNS + "subprocess.run(['python', 'c.py'])\n"),
        ("p.py", JOBS + "".join(f"d.job_start_blocking('{n}.py')\n" for n in "abc")),
        ("p.py", FLOW + "from flytekit import task\n@task\ndef f() -> int:\n    return 1\n"),
        ("p.py", FLOW + "DominoJobTask(name='a', use_latest=True)\n"),
    ],
}
AGAINST = [
    ("job.py", "import time\nwhile True:\n    if done():\n        break\n    time.sleep(60)\n"),
    ("job.py", "import time\nwhile True:\n    time.sleep(86400)\n"),
    ("job.py", "import time\nwhile True:\n    poll_queue()\n    time.sleep(1)\n"),
    ("job.py", "import time\nwhile True:\n    work()\n    time.sleep( 59.5 )\n"),
    ("run.sh", "while true; do\n  if test -f done; then break; fi\n  sleep 60\ndone\n"),
    ("run.sh", "while true; do sleep 86400; done\n"),
    ("run.sh", "while true; do python poll.py; sleep 5; done\nsleep 3600\n"),
    ("run.sh", "while true; do echo waiting; done\npython train.py\nsleep 3600\n"),
    ("run.sh", "# while true; do python train.py; sleep 3600; done\n"),
    ("run.sh", "for x in 1 2; do python train.py; sleep 3600; done\n"),
    ("run.sh", "while read -r line; do python train.py $line; sleep 60; done\n"),
    ("run.sh", "while true; do python train.py; sleep $EVERY; done\n"),
    ("README.md", "Airflow runs the training every Monday.\n"),
    ("README.md", "Run the weekly report with `make report`.\n"),
    ("CHANGELOG.md", "- Run the benchmarks every week.\n"),
    ("job.py", CRON % "0 0 5 ? * MON"),
    ("app.py", "import prometheus_client\nprometheus_client.Counter('a', 'b')\n" + APP + ROUTE),
    ("app.py", "from fastapi import FastAPI\napp = FastAPI()\n"),
    ("train.py", "import joblib\njoblib.dump(m, 'model.pkl')\n"),
    ("a.py", "import shutil\nshutil.rmtree('/mnt/data/churn/tmp')\n"),
    ("a.py", "import shutil\nshutil.rmtree('/tmp/raw')\n"),
    ("a.py", "import shutil\ncreate_snapshot('churn')\nshutil.rmtree('/mnt/data/churn/raw')\n"),
    ("a.py", "import pandas as pd\npd.DataFrame().to_csv('/mnt/data/churn/new.csv')\n"),
    ("Dockerfile", "FROM python:3.12.11-slim\n"),
    ("Dockerfile", "FROM scratch\n"),
    ("job.json", '{"environmentRevisionSpec": "SomeRevision"}\n'),
    ("p.py", RUNS),
    ("p.py", JOBS + "".join(f"d.job_start('train.py --seed {n}')\n" for n in "123")),
    ("p.py", "from flytekit import task\n@task\ndef f() -> int:\n    return 1\n"),
]
Recommend = Callable[..., list[str]]


@pytest.fixture
def recommend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Recommend:
    """Returns the lines about one tracked file, and what stands beside it."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    subprocess.run(["git", "init", "--quiet"], check=True)

    def ask(*files: tuple[str, str]) -> list[str]:
        for path, text in files:
            Path(path).write_text(text, "utf-8")
        subprocess.run(["git", "add", "--all"], check=True)
        assert main([]) == 0
        return capsys.readouterr().out.splitlines()[2:]

    return ask


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [(rule, *shape) for rule, shapes in FOR.items() for shape in shapes],
    ids=[f"{rule}-{number}" for rule, shapes in FOR.items() for number, _ in enumerate(shapes)],
)
def test_recommended(recommend: Recommend, rule: str, path: str, text: str) -> None:
    said = recommend((path, text))
    assert [line for line in said if line.startswith(f"- {HOOK.rules[rule]}: {path}:")], said


@pytest.mark.parametrize(("path", "text"), AGAINST)
def test_not_recommended(recommend: Recommend, path: str, text: str) -> None:
    assert recommend((path, text)) == [NONE]


@pytest.mark.parametrize("example", [*examples(HOOK.id)], ids=lambda e: f"{e.rule}-{e.good}")
def test_examples_of_the_page(recommend: Recommend, example) -> None:  # type: ignore[no-untyped-def]
    said = recommend((example.path, example.text))
    if example.good:
        assert said == [NONE]
    else:
        assert [line.partition(":")[0] for line in said] == [f"- {HOOK.rules[example.rule]}"]


def test_what_cannot_be_parsed_is_said(recommend: Recommend) -> None:
    said = recommend(("a.py", "import subprocess\nsubprocess.run('a.py', 'b.py', 'c.py'\n"))
    assert said[:3] == [NONE, "", "Not judged"]
    assert said[3].startswith("- a.py: cannot parse as Python")


@pytest.mark.parametrize(
    ("path", "data", "says"),
    [
        ("a.py", b"while True:\n  \0sleep(60)", "cannot decode: NUL byte in line 2"),
        ("a.md", b"\xff\xfe\xff run", "cannot decode: byte 0x6e in line 1 is not UTF-16"),
        ("a.ipynb", b"job_start('a.py' 'b.py' 'c.py'", "cannot parse"),
        ("a.py", b"job_start('a.py', 'b.py', 'c.py', " + b"(" * 5_000, "cannot parse"),
    ],
    ids=["NUL", "half a sign", "no notebook", "nested"],
)
def test_hostile_files(recommend: Recommend, path: str, data: bytes, says: str) -> None:
    Path(path).write_bytes(data)
    said = recommend()
    assert said[:3] == [NONE, "", "Not judged"]
    assert len(said) == 4 and says in said[3]


def test_arguments_that_are_not_there(recommend: Recommend) -> None:
    code = (
        "import subprocess, shutil, time\nwhile True:\n    time.sleep(*x)\n"
        "while 1: time.sleep(-1)\nsubprocess.run([])\nsubprocess.run()\nsubprocess.run(*a)\n"
        "d.job_start(**k)\nd.job_start([])\nshutil.rmtree(*'/mnt/data/x')\nshutil.rmtree()\n"
        "{**x, 'cronString': 3}\n"
    )
    assert recommend(("a.py", code)) == [NONE]


def test_an_ignore_counts(recommend: Recommend) -> None:
    bad = "import shutil\nshutil.rmtree('/mnt/data/churn/raw')"
    assert recommend(("a.py", f"{bad}  # mlops: ignore[{HOOK.id}]\n")) == [NONE]


def test_json(recommend: Recommend, capsys: pytest.CaptureFixture[str]) -> None:
    recommend(("Dockerfile", "FROM python\n"))
    assert main(["--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (only,) = document["recommendations"]
    assert (only["rule"], only["outcomes"][0]["path"]) == ("environment-versions", "Dockerfile")


def test_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert main([]) == 2
    assert "not a git repository" in capsys.readouterr().err
