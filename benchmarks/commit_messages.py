"""How well the subjects of commits are told apart: precision and recall on a labelled list.

python benchmarks/commit_messages.py
"""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

from mlops_checklist.sources.commit_message import Message, reading

LIST = Path(__file__).parents[1] / "tests" / "environment" / "commit_messages.py"
BOUND = 0.97


def main() -> int:
    """Print the figures; return 1 if one is below its bound."""
    spec = importlib.util.spec_from_file_location("commit_messages", LIST)
    assert spec is not None and spec.loader is not None
    messages = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(messages)
    begin = time.perf_counter()
    told = [
        (subject, good, reading(Message(subject, 1, "")).kind in ("fine", "exempt"))
        for subject, good in messages.labelled()
    ]
    seconds = time.perf_counter() - begin
    flagged = [good for _, good, fine in told if not fine]
    bad = [fine for _, good, fine in told if not good]
    precision = flagged.count(False) / len(flagged)
    recall = bad.count(False) / len(bad)
    print(f"{len(told)} subjects, {len(bad)} of them meaningless, in {seconds * 1000:.0f} ms")
    print(f"precision {precision:.3f}, recall {recall:.3f} (each at least {BOUND})")
    for subject, good, fine in told:
        if good != fine:
            print(f"{'false alarm' if good else 'miss'}: {subject}")
    return int(min(precision, recall) < BOUND)


if __name__ == "__main__":
    raise SystemExit(main())
