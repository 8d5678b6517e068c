"""Draws the terminal of the README, docs/terminal.svg: what pre-commit says of a first training script.

The project below becomes a Git repository in a temporary folder, uses the hooks of this checkout's
last commit, and is run through real pre-commit; its output is drawn as it is, colours included. A
test holds the picture to that output. Needs Git, and the package index once:

    python examples/picture.py
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "terminal.svg"
COMMAND = "pre-commit run --all-files"
HOOKS = (
    "pinned-requirements",
    "no-hardcoded-secrets",
    "experiment-name-prefix",
    "parameters-logged",
    "metrics-logged",
    "validation-metrics",
)
FILES = {
    "requirements.txt": "mlflow==3.1.4\nscikit-learn>=1.5\n",
    "train.py": """\
import mlflow
import pandas as pd
from huggingface_hub import login
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

login(token="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")
mlflow.set_experiment("churn")

frame = pd.read_parquet("/mnt/data/snapshots/churn/3/data.parquet")
X, y = frame.drop(columns="churned"), frame["churned"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=7)

with mlflow.start_run():
    mlflow.log_param("n_estimators", 300)
    model = RandomForestClassifier(n_estimators=300, max_depth=8, random_state=7)
    model.fit(X_train, y_train)
    auc = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
    mlflow.log_metric("auc", auc)
    mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")
""",
}  # mlops: ignore[no-hardcoded-secrets/hugging-face-token] an invented one, for all to see

_COLUMNS, _CELL, _LINE, _MARGIN = 100, 8.43, 20, 20  # characters; then pixels at 14 a character
# The colours that pre-commit prints with (ECMA-48, SGR), on this ground.
_COLOURS = {"30": "#0d1117", "41": "#ff8f88", "42": "#56d364", "46": "#76e3ea"}
_GROUND, _TEXT, _FAINT = "#0d1117", "#e6edf3", "#9198a1"


class Piece(NamedTuple):
    """Text of one colour, and the colour behind it, if any."""

    text: str
    colour: str
    ground: str


def configuration(repository: str, revision: str) -> str:
    """Return a configuration of pre-commit (JSON, which is YAML) for these hooks."""
    hooks = [{"id": hook} for hook in HOOKS]
    return json.dumps({"repos": [{"repo": repository, "rev": revision, "hooks": hooks}]})


def svg(output: str) -> str:
    """Return a picture of a terminal in which the command printed `output`."""
    lines = [_pieces(line) for line in _wrapped(f"$ {COMMAND}\n{output}")]
    width, height = round(_COLUMNS * _CELL + 2 * _MARGIN), len(lines) * _LINE + 2 * _MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="title">',
        f'<title id="title">{COMMAND} in a terminal: what the hooks find</title>',
        f'<rect width="{width}" height="{height}" rx="8" fill="{_GROUND}"/>',
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">',
    ]
    for number, line in enumerate(lines):
        drawn += _line(line, _MARGIN + number * _LINE)
    return "\n".join([*drawn, "</g>", "</svg>"]) + "\n"


def _line(pieces: list[Piece], top: float) -> Iterator[str]:
    """Yield the elements of one line, each piece as wide as its characters on a terminal."""
    column = 0
    for piece in pieces:
        left, width = round(_MARGIN + column * _CELL, 2), round(len(piece.text) * _CELL, 2)
        column += len(piece.text)
        if piece.ground:
            yield f'<rect x="{left}" y="{top}" width="{width}" height="{_LINE}" fill="{piece.ground}"/>'
        if piece.text.strip():
            yield (
                f'<text x="{left}" y="{top + 15}" textLength="{width}" fill="{piece.colour}" '
                f'xml:space="preserve">{escape(piece.text, quote=False)}</text>'
            )


def _wrapped(text: str) -> Iterator[str]:
    """Yield the lines as a terminal of that width shows them; only plain ones are that long."""
    for line in text.rstrip("\n").split("\n"):
        plain = "\x1b" not in line
        yield from re.findall(rf".{{1,{_COLUMNS}}}", line) or [""] if plain else [line]


def _pieces(line: str) -> list[Piece]:
    pieces = []
    colour, ground = _TEXT, ""
    for part in re.split(r"(\x1b\[[\d;]*m)", line):
        if not part.startswith("\x1b"):
            pieces += [Piece(part, _COLOURS["30"] if ground else colour, ground)] * bool(part)
            continue
        codes = part[2:-1].split(";")
        colour = _FAINT if "2" in codes else _TEXT
        ground = next((_COLOURS[code] for code in codes if code in _COLOURS and code != "30"), "")
    return pieces


def main() -> int:
    """Run the hooks on the project and write the picture; return 1 if they find nothing."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FILES.items():
            Path(folder, name).write_text(content, "utf-8")
        head = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        config = configuration(str(ROOT), head.stdout.strip())
        Path(folder, ".pre-commit-config.yaml").write_text(config, "utf-8")
        for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
            subprocess.run(command, cwd=folder, check=True)
        pre_commit = [sys.executable, "-m", "pre_commit"]
        subprocess.run([*pre_commit, "install-hooks"], cwd=folder, check=True)
        done = subprocess.run(
            [*pre_commit, *COMMAND.split()[1:], "--color", "always"],
            cwd=folder,
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
    PICTURE.write_text(svg(done.stdout), "utf-8")
    return int(done.returncode != 1)


if __name__ == "__main__":
    raise SystemExit(main())
