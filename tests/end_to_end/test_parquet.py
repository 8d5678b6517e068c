"""Real Parquet files, written and judged where pyarrow is installed, as the extra installs it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from end_to_end.environments import environment

HOOKS = Path(__file__).parents[2] / "hooks"
REQUIREMENTS = ["pyarrow==22.0.0", "python-stdnum==2.2", "phonenumberslite==9.0.42"]
WRITE = """\
import json, sys
import pyarrow as pa
import pyarrow.parquet as parquet
parquet.write_table(pa.table(json.loads(sys.argv[2])), sys.argv[1])
"""
TABLES = {
    "people": (
        {"id": [1, 2, 3], "email": ["ada@uni-k.de", "t.okafor@mailbox.org", "li@tsing.cn"]},
        ["email"],
    ),
    "people without a name of the column": (
        {"info": ["ada@uni-k.de", "t.okafor@mailbox.org", "li@tsing.cn"]},
        ["email"],
    ),
    "nobody": ({"price": [1.5, 2.5], "product": ["box", "lid"]}, []),
    "masked": ({"email": ["***", "***"]}, []),
}


@pytest.mark.parametrize(("columns", "rules"), TABLES.values(), ids=TABLES)
def test_parquet(tmp_path: Path, columns: dict[str, list[object]], rules: list[str]) -> None:
    python = environment("parquet", REQUIREMENTS)
    path = tmp_path / "data.parquet"
    subprocess.run([python, "-c", WRITE, str(path), json.dumps(columns)], check=True)
    done = subprocess.run(
        [python, "-m", "mlops_checklist.data.no_personal_data", "--format", "json", path.name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HOOKS)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    held = json.loads(done.stdout)["outcomes"]
    assert [each["rule"] for each in held if each["kind"] == "violation"] == rules
    assert [each["kind"] for each in held if each["kind"] in ("error", "undecided")] == []
