"""What Git tracks: the same files hold an expression whether Git or the hooks' files are asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlops_checklist.report.gathering import hooks
from mlops_checklist.sources import tracked
from mlops_checklist.sources.files import File

FILES = {
    "serve.py": b"from fastapi import FastAPI\napp = FastAPI()\n",
    "score.py": b"import os\n\n\ndef predict(x):\n    return client.capturePrediction(x)\n",
    "watch.py": b"import prometheus_client\nimport evidently\nmlflow.log_metric('f1', 1)\n",
    "promote.py": b"client.set_registered_model_alias('churn', 'champion', 3)\nModelXupload\n",
    "alarm.py": b"cloudwatch.put_metric_alarm(AlarmName='drift')\n",
    "environment.py": b"job.use_latest = True\n",
    "deploy.ipynb": b'{"cells": [{"source": "predictor = model.deploy(1)"}]}',
    "job.json": b'{"environment_name": "gpu", "revision": "ActiveRevision"}',
    "folder/deep.py": b"import aiohttp.web\n",
    "look-alikes.py": b"important = rayleigh\nfrom_flask = 'datadogs'\nendpoints = []\n",
    "other.py": b"import importlib\nprint('nothing of it')\n",
    "notes.md": b"from fastapi, capturePrediction, use_latest\n",
    "empty.py": b"",
    "bytes.py": b"\xff\xf0\x00put_metric_alarm\n",
}
SOUGHT = [
    pytest.param(expression, id=f"{hook.id}-{number}")
    for hook in hooks()
    for number, expression in enumerate(hook.seeks)
]


@pytest.mark.parametrize("expression", SOUGHT)
@pytest.mark.parametrize("globs", [tracked.CODE, ("*.json", "*.py"), ()], ids=" ".join)
def test_files_that_hold_an_expression(
    expression: bytes, globs: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path, data in FILES.items():
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).write_bytes(data)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], check=True)
    of_git = tracked.holding(expression, *globs)
    with tracked.sharing(File, tracked.listed()):
        assert tracked.holding(expression, *globs) == of_git
    assert of_git < set(FILES)
