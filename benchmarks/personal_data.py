"""How right and how quick `no-personal-data` is, beside piilint and presidio-analyzer.

Tables are made of invented people of twenty countries and of nobody, by
`personal_cases/make_tables.py`. Each tool says which of their columns are personal; presidio is
asked by its pattern recognizers alone. The time is that of a large table with nothing personal,
beside reading it with `csv.reader`. Run it with this project installed:

    python benchmarks/personal_data.py            the figures
    python benchmarks/personal_data.py --show     also what ours misses, and its false alarms
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "end_to_end")]

from environments import environment  # noqa: E402

CASES = ROOT / "benchmarks" / "personal_cases"
PEERS = ["piilint==0.2.0", "presidio-analyzer==2.2.366", "faker==40.63.0"]
MODULE = "mlops_checklist.data.no_personal_data"
NUMERIC_BOUND = 0.005
TIME_BOUND = 2.0
ROWS = 300_000


def printed(*command: str, cwd: Path) -> Any:
    """Return the JSON that a command prints in a folder; it may fail, for it may have findings."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if not done.stdout:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def found_by_ours(folder: Path) -> set[str]:
    """Return the columns, each as `file:name`, that ours calls personal."""
    names = sorted(path.name for path in folder.glob("*.csv"))
    outcomes = printed(sys.executable, "-m", MODULE, "--format", "json", *names, cwd=folder)
    columns = set()
    for outcome in outcomes["outcomes"]:
        if outcome["kind"] == "violation" and outcome["rule"] != "person-record":
            header = (folder / outcome["path"]).read_text("utf-8").partition("\n")[0]
            before = header[: outcome["column"] - 1]
            columns.add(f"{outcome['path']}:{header.split(',')[before.count(',')].strip()}")
    return columns


def found_by_piilint(python: str, folder: Path) -> set[str]:
    """Return the columns that piilint names, its rule for IP addresses switched on."""
    program = str(Path(python).with_name("piilint"))
    command = (program, "scan", ".", "--format", "json", "--enable-ip")
    findings = printed(*command, cwd=folder)["findings"]
    return {f"{Path(each['path']).name}:{each['column']}" for each in findings if each["column"]}


def report(name: str, found: set[str], kinds: dict[str, str], numeric: list[str]) -> float:
    """Print precision, recall, F1 and the false alarms on numeric columns; return F1."""
    personal = {column for column, kind in kinds.items() if kind}
    right = len(found & personal)
    precision, recall = right / max(1, len(found)), right / len(personal)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    alarms = len(found & set(numeric)) / len(numeric)
    print(f"{name:<20}{precision:>10.3f}{recall:>8.3f}{f1:>8.3f}{alarms:>22.2%}")
    return f1


def show(found: set[str], kinds: dict[str, str]) -> None:
    """Print what ours misses by kind and name, and its false alarms by name."""
    for title, columns in (
        ("missed", [column for column, kind in kinds.items() if kind and column not in found]),
        (
            "false alarms",
            [column for column, kind in kinds.items() if not kind and column in found],
        ),
    ):
        counted = Counter(f"{kinds[each]} {each.partition(':')[2]}" for each in columns)
        print(f"{title}: {dict(counted.most_common())}")


def times(folder: Path) -> float:
    """Print how long ours takes for a large table of nobody, as a ratio to `csv.reader`."""
    draw = random.Random(3)
    path = folder / "large.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["order_id", "price", "latitude", "created_at", "product", "sha", "count"])
        for number in range(ROWS):
            price, latitude = f"{draw.uniform(1, 900):.2f}", f"{draw.uniform(-90, 90):.6f}"
            day = f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T10:00:00"
            sha = f"{draw.getrandbits(160):040x}"
            row = [number * 7919, price, latitude, day, f"Large box {number % 90}", sha, number % 9]
            writer.writerow(row)
    read = f"import csv; [0 for _ in csv.reader(open({path.name!r}, encoding='utf-8', newline=''))]"
    best = []
    for command in (["-c", read], ["-m", MODULE, path.name]):
        seconds = []
        for _ in range(3):
            begin = time.perf_counter()
            subprocess.run([sys.executable, *command], cwd=folder, check=True)
            seconds.append(time.perf_counter() - begin)
        best.append(min(seconds))
    ratio = best[1] / best[0]
    size = path.stat().st_size / 1e6
    print(
        f"{size:.0f} MB of nobody: csv.reader {best[0]:.2f} s, ours {best[1]:.2f} s, x {ratio:.2f}"
    )
    return ratio


def main(arguments: list[str]) -> int:
    """Print everything; return 2 where ours is over a bound."""
    python = environment("personal-data-peers", PEERS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([python, str(CASES / "make_tables.py"), name], check=True)
        held = json.loads((folder / "labels.json").read_text("utf-8"))
        (folder / "labels.json").unlink()
        kinds, numeric = held["labels"], held["numeric"]
        of_people = sum(map(bool, kinds.values()))
        print(f"{len(kinds)} columns, {of_people} of people, {len(numeric)} numeric")
        print(f"{'':<20}{'precision':>10}{'recall':>8}{'F1':>8}{'alarms on numeric':>22}")
        ours = found_by_ours(folder)
        f1 = report("no-personal-data", ours, kinds, numeric)
        others = [
            report("piilint", found_by_piilint(python, folder), kinds, numeric),
            report(
                "presidio, patterns",
                set(printed(python, str(CASES / "presidio_columns.py"), name, cwd=folder)),
                kinds,
                numeric,
            ),
        ]
        if "--show" in arguments:
            show(ours, kinds)
        ratio = times(folder)
    alarms = len(ours & set(numeric)) / len(numeric)
    is_over = f1 <= max(others) or alarms >= NUMERIC_BOUND or ratio > TIME_BOUND
    return 2 if is_over else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
