"""Shows the hooks at work: on the example project, which passes, and on its broken twin.

Both become Git repositories in a temporary folder, use the hooks of this checkout's last commit as
the README says, and are run through real pre-commit. Needs Git, and the package index once.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from broken_twin import EXAMPLE, make

ROOT = Path(__file__).parent.parent


def config(repository: str, revision: str) -> str:
    """Return the README's configuration, with another repository and revision."""
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"```yaml\n# \.pre-commit-config\.yaml\n(.*?)```", readme, re.DOTALL)
    assert found is not None
    text = re.sub(r"repo: .*", f"repo: {repository}", found[1])
    return re.sub(r"rev: .*", f"rev: {revision}", text)


def run(folder: Path) -> tuple[int, str]:
    """Commit the project in `folder` and run pre-commit on all of it; return status and output."""
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    (folder / ".pre-commit-config.yaml").write_text(config(str(ROOT), head.stdout.strip()))
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
        cwd=folder,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    """Print both runs; return 1 if they do not end as they must."""
    with tempfile.TemporaryDirectory() as folder:
        good, broken = Path(folder) / "good" / EXAMPLE.name, Path(folder) / "broken" / EXAMPLE.name
        shutil.copytree(EXAMPLE, good)
        print("$ pre-commit run --all-files    # in examples/fraud-detection", flush=True)
        passed, output = run(good)
        print(output)
        planted = make(broken)
        print("$ pre-commit run --all-files    # in its broken twin", flush=True)
        failed, output = run(broken)
        print(output)
    found = re.findall(r"^(\S+:\d+:\d+): .*\[(\S+)\]$", output, re.MULTILINE)
    print(f"{len(planted)} faults are planted; the hooks found {len(set(planted) & set(found))}")
    as_planted = sorted(found) == planted
    if not as_planted:
        for place, rule in sorted(set(planted) ^ set(found)):
            said = "was not found" if (place, rule) in planted else "was not planted"
            print(f"{place}: {rule} {said}")
    return int(passed != 0 or failed != 1 or not as_planted)


if __name__ == "__main__":
    raise SystemExit(main())
