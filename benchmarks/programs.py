"""How long the hooks that judge programs take, beside compiling the same files.

A repository of 2,000 Python files is made: three quarters are modules of the standard library,
which are none of the hooks' business, one quarter training code: packages of a script and three
modules that it imports. All hooks that follow names run over it in one process, reading and
parsing each file once, then `python -m compileall -f -j1` runs, in turns. Run it with this
project installed (`make bench` does):

    python benchmarks/programs.py
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

FILES = 2_000
BOUND = 2.0  # times the compiling

TRAIN = '''\
"""Train model {number} and log the run."""

import argparse
import os

import joblib
import mlflow
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.model_selection import train_test_split

from .config import EXPERIMENT, Settings
from .data import read, target
from .evaluate import evaluate, report


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="/mnt/data/snapshots/churn/{number}/data.parquet")
    parser.add_argument("--n-estimators", type=int, default={number})
    parser.add_argument("--max-depth", type=int, default=6)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def train(args, settings):
    np.random.seed(args.seed)
    frame = read(args.data)
    X_train, X_test, y_train, y_test = train_test_split(
        frame.drop(columns=target), frame[target], random_state=args.seed
    )
    mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_name=settings.name):
        model = RandomForestClassifier(
            n_estimators=args.n_estimators, max_depth=args.max_depth, random_state=args.seed
        )
        mlflow.log_params({{"n_estimators": args.n_estimators, "max_depth": args.max_depth}})
        model.fit(X_train, y_train)
        scores = evaluate(model, X_test, y_test)
        for name, value in scores.items():
            print(f"{{name}}: {{value:.4f}}")
            mlflow.log_metric(name, value)
        path = os.path.join(settings.folder, "model-{number}.joblib")
        joblib.dump(model, path)
        mlflow.log_artifact(path)
        report(scores)


if __name__ == "__main__":
    train(parse(), Settings())
'''
CONFIG = '''\
"""Settings of model {number}."""

import os
from dataclasses import dataclass, field

PROJECT = os.environ.get("DOMINO_PROJECT_NAME", "churn")
USER = os.environ.get("DOMINO_STARTING_USERNAME", "somebody")
EXPERIMENT = f"{{PROJECT}}-{{USER}}-{number}"


@dataclass
class Settings:
    name: str = "model-{number}"
    folder: str = "models"
    features: list[str] = field(default_factory=lambda: ["age", "income", "tenure"])
    bins: dict[str, int] = field(default_factory=dict)
'''
DATA = '''\
"""Data of model {number}."""

import pandas as pd
from sklearn.preprocessing import StandardScaler

target = "churned"


def read(path):
    frame = pd.read_parquet(path)
    frame["age_squared"] = frame["age"] ** 2
    return clean(frame)


def clean(frame):
    for column in frame.columns:
        if frame[column].dtype == "object":
            frame[column] = frame[column].str.strip().str.lower()
    return frame.dropna(subset=[target])


def scale(frame, columns):
    scaler = StandardScaler()
    frame[columns] = scaler.fit_transform(frame[columns])
    return frame, scaler
'''
EVALUATE = '''\
"""Scores of model {number}."""

import logging

from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

logger = logging.getLogger(__name__)


def evaluate(model, X, y):
    predicted = model.predict(X)
    probabilities = model.predict_proba(X)[:, 1]
    scores = {{"accuracy": accuracy_score(y, predicted), "f1": f1_score(y, predicted)}}
    scores["auc"] = roc_auc_score(y, probabilities)
    return scores


def report(scores):
    for name in sorted(scores):
        logger.info("%s is %.3f", name, scores[name])
'''
PACKAGE = {"train": TRAIN, "config": CONFIG, "data": DATA, "evaluate": EVALUATE}

# Run in a process of its own: reads a JSON list of paths, prints the seconds and what was found.
JUDGE = """
import json, sys, time
from argparse import Namespace
from importlib import import_module

begin = time.perf_counter()
from mlops_checklist.checklist import ITEMS
from mlops_checklist.hook import judge, keeping
from mlops_checklist.sources.repository import Repository

paths = json.load(sys.stdin)
repository = Repository(paths)
hooks = [hook for item in ITEMS if (hook := import_module(item.module).HOOK).follows]
found = {}
with keeping():
    for hook in hooks:
        options = Namespace(**{option.key: option.default for option in hook.options})
        for path in repository.affected(paths, hook.follows):
            for outcome in judge(hook, repository.file(path), options):
                found[outcome.kind] = found.get(outcome.kind, 0) + 1
print(json.dumps([time.perf_counter() - begin, len(hooks), found]))
"""


def make(folder: Path, files: int) -> list[str]:
    """Write the repository to `folder`; return the paths of its Python files."""
    library = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    library += sorted(Path(sysconfig.get_paths()["stdlib"]).glob("[a-z]*/*.py"))
    library = [
        path for path in library if "lib2to3" not in str(path) and path.stat().st_size > 2000
    ]
    paths = []
    for number in range(files // 16):
        package = folder / f"src/model_{number}"
        package.mkdir(parents=True)
        for name, text in PACKAGE.items():
            path = package / f"{name}.py"
            path.write_text(text.format(number=number), "utf-8")
            paths.append(path)
    for number in range(files - len(paths)):
        path = folder / f"lib/part_{number % 40}/module_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(library[number % len(library)].read_bytes())
        paths.append(path)
    return [str(path.relative_to(folder)) for path in paths]


def main() -> int:
    """Print the ratio; return 1 if it is over the bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    judged, compiled = float("inf"), float("inf")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make(folder, arguments.files)
        environment = {key: value for key, value in os.environ.items() if key[:4] != "GIT_"}
        for command in (["init", "--quiet"], ["add", "--all"]):
            subprocess.run(["git", *command], cwd=folder, env=environment, check=True)
        for _ in range(arguments.rounds):
            done = subprocess.run(
                [sys.executable, "-c", JUDGE],
                cwd=folder,
                env=environment,
                input=json.dumps(paths),
                capture_output=True,
                text=True,
                check=True,
            )
            seconds, hooks, found = json.loads(done.stdout)
            judged = min(judged, seconds)
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "compileall", "-f", "-j1", "-q", "."],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                check=False,  # the standard library holds files that cannot be compiled
            )
            compiled = min(compiled, time.perf_counter() - begin)
        size = sum((folder / path).stat().st_size for path in paths)
    print(f"best of {arguments.rounds}, Python {sys.version.split()[0]}")
    print(f"{len(paths)} files, {size / 1e6:.1f} MB; {hooks} hooks found {found}")
    print(f"compileall -f -j1          {compiled:6.2f} s")
    ratio = judged / compiled
    print(
        f"hooks, all in one process  {judged:6.2f} s  {ratio:4.2f} of compileall (at most {BOUND})"
    )
    return int(ratio > BOUND)


if __name__ == "__main__":
    raise SystemExit(main())
