"""How long the whole checklist takes, beside `git grep`, parsing, and the reports of peers.

A repository of 2,000 Python files (those of `programs.py`), 200 notebooks with outputs and 500
YAML files (manifests, alert rules, workflows, conda environments) is made. In turns run
`mlops-checklist`; `git grep` for all words that make a file some hook's business, and one process
that parses the files it names once; ml-project-doctor, reprolint and rrdoctor, each with its own
defaults in an environment of its own. Run it with this project installed (`make bench` does):

    python benchmarks/whole_report.py
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import deployments
import programs

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "end_to_end"))

from environments import environment

PYTHON, NOTEBOOKS, YAML = 2_000, 200, 500
RUNS = 3
BOUND = 1.5  # times `git grep` and the parsing

# Peers, and how each is asked for a report on the current folder.
PEERS = {
    "ml-project-doctor==0.1.1": ("ml-project-doctor", "."),
    "reprolint==0.1.0": ("reprolint", "."),
    "rrdoctor==0.2.24": ("rrdoctor", "scan", "."),
}
PARSE = """\
import ast, gc, json, sys, warnings, yaml
gc.disable()
warnings.simplefilter("ignore")
kept = []
for path in filter(None, sys.stdin.buffer.read().decode().split("\\0")):
    with open(path, "rb") as opened:
        data = opened.read()
    if path.endswith(".py"):
        try:
            kept.append(ast.parse(data))
        except SyntaxError:  # the standard library holds files that are broken on purpose
            continue
    elif path.endswith(".ipynb"):
        cells = json.loads(data)["cells"]
        codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        kept += map(ast.parse, codes)
    elif path.endswith(".yaml"):
        kept += yaml.compose_all(data, Loader=yaml.CSafeLoader)
gc.freeze()
"""
RULES = """\
groups:
  - name: scorer-{number}
    rules:
      - record: scorer_{number}:errors:rate5m
        expr: sum by (pod) (rate(scorer_{number}_errors_total[5m]))
      - alert: Scorer{number}Errors
        expr: scorer_{number}:errors:rate5m / rate(scorer_{number}_requests_total[5m]) > 0.05
        for: 10m
        labels: {{severity: page, team: risk}}
        annotations:
          summary: "{{{{ $labels.pod }}}} fails for {{{{ $value | humanizePercentage }}}}"
"""
WORKFLOW = """\
name: scorer-{number}
on:
  push:
    branches: [main]
    paths: ["src/model_{number}/**"]
jobs:
  test:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        python: ["3.11", "3.12"]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{{{ matrix.python }}}}
      - run: pip install --require-hashes -r requirements.txt
      - run: pytest -q src/model_{number}
"""
CONDA = """\
name: model-{number}
channels: [conda-forge]
dependencies:
  - python=3.12.11
  - numpy=2.2.6
  - pandas=2.3.1
  - pip=25.1
  - pip:
      - mlflow==3.1.4
"""
CELLS = (
    "import matplotlib.pyplot as plt\nimport mlflow\nimport numpy as np\nimport pandas as pd\n"
    "from sklearn.linear_model import LogisticRegression\n"
    "from sklearn.metrics import roc_auc_score\n"
    "from sklearn.model_selection import train_test_split",
    'frame = pd.read_parquet("/mnt/data/snapshots/churn/{number}/data.parquet")\nframe.head(20)',
    'X, y = frame.drop(columns="churned"), frame["churned"]\n'
    "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state={number})",
    "mlflow.set_experiment(f\"{{os.environ['DOMINO_STARTING_USERNAME']}}-churn-{number}\")\n"
    'with mlflow.start_run(run_name="linear-{number}"):\n'
    '    mlflow.log_param("C", 0.5)\n    model = LogisticRegression(C=0.5).fit(X_train, y_train)\n'
    '    mlflow.log_metric("auc", roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]))',
    "for column in X.columns:\n    plt.hist(X[column], bins=30)\n    plt.title(column)\n",
)


def notebook(number: int) -> str:
    """Return a notebook as Jupyter saves it after a run."""
    row = "<tr><th>{0}</th>" + "".join(f"<td>0.{each}{{0}}</td>" for each in range(12)) + "</tr>\n"
    table = "".join(row.format(each) for each in range(20))
    output = {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {
            "text/html": ["<table>\n", *table.splitlines(keepends=True), "</table>"],
            "text/plain": [f"{each}  0.{each}1  0.{each}2\n" for each in range(20)],
        },
    }
    cells = [
        {
            "cell_type": "code",
            "execution_count": index + 1,
            "id": f"cell-{index}",
            "metadata": {},
            "outputs": [output] if index == 1 else [],
            "source": source.format(number=number).splitlines(keepends=True),
        }
        for index, source in enumerate(("import os\n" + CELLS[0], *CELLS[1:]))
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5},
        indent=1,
    )


def write(folder: Path) -> None:
    """Write the repository and stage it."""
    programs.make(folder, PYTHON)
    texts = {f"notebooks/explore_{number}.ipynb": notebook(number) for number in range(NOTEBOOKS)}
    kinds = {
        "k8s/scorer-{number}/deployment.yaml": deployments.DEPLOYMENT,
        "k8s/scorer-{number}/service.yaml": deployments.SERVICE,
        "monitoring/scorer-{number}.yaml": RULES,
        ".github/workflows/scorer-{number}.yaml": WORKFLOW,
        "src/model_{number}/environment.yaml": CONDA,
    }
    for number in range(YAML // len(kinds)):
        for path, text in kinds.items():
            texts[path.format(number=number)] = text.format(number=number)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    identity = ("-c", "user.name=Bench", "-c", "user.email=bench@example.com")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "-qm", "Add the models"]):
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)


def words() -> str:
    """Return the patterns by which hooks choose their files, one a line for `git grep -P -f`."""
    from mlops_checklist.report import gathering, recommendations
    from mlops_checklist.sources.key_formats import FORMATS

    hooks = (*gathering.hooks(), recommendations.HOOK)
    patterns = {pattern for hook in hooks for pattern in (*hook.reads.values(), hook.follows)}
    keys = {f"(?i){re.escape(word)}".encode() for each in FORMATS for word in each.words}
    return b"\n".join(sorted(filter(None, patterns | keys))).decode() + "\n"


def timed(folder: Path, command: list[str], **given: object) -> tuple[float, bytes]:
    """Return the seconds that `command` takes in `folder`, and what it prints."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False, **given)  # type: ignore[call-overload]
    return time.perf_counter() - begin, done.stdout


def main() -> int:
    """Print the best times and their ratios; return 1 if one is above its bound."""
    peers = {
        requirement.partition("==")[0]: [
            str(Path(environment(requirement.partition("==")[0], [requirement])).parent / name),
            *arguments,
        ]
        for requirement, (name, *arguments) in PEERS.items()
    }
    best: dict[str, float] = {}

    def keep(what: str, seconds: float) -> None:
        best[what] = min(best.get(what, float("inf")), seconds)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "tree")
        folder.mkdir()
        write(folder)
        patterns = Path(name, "patterns")
        patterns.write_text(words(), "utf-8")
        grep = ["git", "grep", "-lzPf", str(patterns)]
        ours = [sys.executable, "-m", "mlops_checklist.report.command", "--fail-on", "never"]
        for _ in range(RUNS):
            keep("mlops-checklist", timed(folder, ours)[0])
            seconds, found = timed(folder, grep)
            keep("git grep", seconds)
            keep("parsing once", timed(folder, [sys.executable, "-c", PARSE], input=found)[0])
            for peer, command in peers.items():
                keep(peer, timed(folder, command, stderr=subprocess.DEVNULL)[0])
    print(f"best of {RUNS}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    floor = best["git grep"] + best["parsing once"]
    report = best["mlops-checklist"]
    for what, seconds in best.items():
        print(f"{what:<20} {seconds:6.2f} s")
    print(f"report: {report / floor:.2f} of git grep and parsing (at most {BOUND})")
    for peer in peers:
        print(f"report: {report / best[peer]:.2f} of {peer} (at most 1.0)")
    return int(report > BOUND * floor or any(report > best[peer] for peer in peers))


if __name__ == "__main__":
    raise SystemExit(main())
