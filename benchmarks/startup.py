"""How long a hook takes for a file that is none of its business, beside hooks everybody knows.

Whole processes are timed, in turns, so that a busy moment of the machine meets all of them; the
best of the rounds counts. Run it in an environment that has this project, pre-commit-hooks and
detect-secrets installed as console scripts (`make bench` makes one):

    python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from mlops_checklist.checklist import ITEMS

SCRIPTS = Path(sys.executable).parent
PEERS = ("check-ast", "detect-secrets-hook")
# Git calls those for commit messages once, with the message; some look over the whole repository.
HOOKS = tuple(
    item.hook
    for item in ITEMS
    if not item.hook.startswith("meaningful-commit") and not import_module(item.module).HOOK.finds
)
# A hook, the peer it is held against, and how much of the peer's time it may take.
BOUNDS = (
    *((hook, "check-ast", 1.0) for hook in HOOKS),
    ("no-hardcoded-secrets", "detect-secrets-hook", 0.3),
)


def seconds(command: str, path: Path) -> float:
    """Return how long one process of `command` takes for the file `path`."""
    begin = time.perf_counter()
    subprocess.run([SCRIPTS / command, path], capture_output=True, check=True)
    return time.perf_counter() - begin


def main() -> int:
    """Print the table; return 1 if a hook is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    best = dict.fromkeys((*PEERS, *HOOKS), float("inf"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "greeting.py"
        path.write_text('print("good morning")\n')
        for _ in range(rounds):
            for command in best:
                best[command] = min(best[command], seconds(command, path))
    print(f"best of {rounds}, Python {sys.version.split()[0]}")
    for peer in PEERS:
        print(f"{peer:28} {best[peer] * 1000:6.1f} ms")
    over = False
    for hook, peer, bound in BOUNDS:
        ratio = best[hook] / best[peer]
        over = over or ratio > bound
        print(f"{hook:28} {best[hook] * 1000:6.1f} ms  {ratio:4.2f} of {peer} (at most {bound})")
    return int(over)


if __name__ == "__main__":
    raise SystemExit(main())
