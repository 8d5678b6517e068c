"""The HTML report in a real browser: axe-core finds nothing, at phone and desktop width.

Chromium is Debian's, axe-core npm's. `make test` says that it could not run them where they are not
there; on CI, which installs both, they must be.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from end_to_end.environments import ENVIRONMENTS, alone

ROOT = Path(__file__).parents[2]
AXE = "axe-core@4.12.1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NPM = shutil.which("npm")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and NPM) and not os.environ.get("CI"),
    reason="the accessibility of the report needs chromium and npm",
)


@pytest.fixture(scope="module")
def axe() -> str:
    """Return the source of axe-core, installed once."""
    assert NPM is not None, "CI installs npm"
    folder = ENVIRONMENTS / AXE.replace("@", "-")
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    with alone(folder.with_suffix(".lock")):
        if not script.exists():
            command = [NPM, "install", "--silent", "--prefix", str(folder), AXE]
            subprocess.run(command, check=True, capture_output=True)
    return script.read_text("utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the report on the broken twin."""
    folder = tmp_path_factory.mktemp("report") / "twin"
    made = [sys.executable, ROOT / "examples" / "broken_twin.py", folder]
    subprocess.run(made, check=True, capture_output=True)
    for command in ("init --quiet", "add --all --force"):
        subprocess.run(["git", *command.split()], cwd=folder, check=True, capture_output=True)
    command = [sys.executable, "-m", "mlops_checklist.report.command", "--format", "html"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout


RUN = """
<script>%s</script>
<script>
  document.querySelectorAll("details").forEach(each => { each.open = true; });
  axe.run().then(result => {
    const said = result.violations.map(each => [each.id, each.nodes.map(node => node.html)]);
    document.documentElement.setAttribute("data-found", JSON.stringify({
      violations: said,
      passes: result.passes.length,
      wide: document.documentElement.scrollWidth - window.innerWidth,
    }));
  });
</script>
</body>
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [500, 1280], ids=["narrow", "wide"])
def test_accessibility(axe: str, page: str, tmp_path: Path, width: int, scheme: str) -> None:
    assert CHROMIUM is not None, "CI installs chromium"
    path = tmp_path / "page.html"
    path.write_text(page.replace("</body>", RUN.replace("%s", axe)), "utf-8")
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
        *(f"--window-size={width},1000", "--virtual-time-budget=20000"),
        *(f"--user-data-dir={tmp_path / 'profile'}", f"file://{path}"),
        *(["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.search(r'data-found="([^"]*)"', done.stdout)
    assert found is not None, "axe-core did not finish"
    result = json.loads(unescape(found[1]))
    assert result["violations"] == []
    assert result["passes"] > 15
    assert result["wide"] <= 0, "the page is wider than the window"
