"""The terminal that the README shows says what real pre-commit prints."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from end_to_end.repositories import ROOT, TOOLS, Project, published

sys.path.insert(0, str(ROOT / "examples"))

import picture


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what pre-commit prints in the project of the picture."""
    made = Project(tmp_path_factory.mktemp("picture"), published())
    made.git("init", "--quiet")
    made.stage(picture.FILES)
    config = picture.configuration(str(made.published.source), made.published.revision)
    made.stage({".pre-commit-config.yaml": config})
    done = made.run(*TOOLS["pre-commit"], *picture.COMMAND.split()[1:], "--color", "always")
    assert done.status == 1, done.output + done.errors
    return done.output


def test_the_picture_is_the_output(output: str) -> None:
    assert picture.PICTURE.read_text("utf-8") == picture.svg(output), (
        "run: python examples/picture.py"
    )


def test_every_line_is_shown(output: str) -> None:
    shown = re.findall(r"<text [^>]*>([^<]*)</text>", picture.svg(output))
    plain = re.sub(r"\x1b\[[\d;]*m", "", output).replace(">", "&gt;")
    assert "".join(shown) == f"$ {picture.COMMAND}{plain}".replace("\n", "")


def test_the_readme_shows_it() -> None:
    readme = Path(ROOT, "README.md").read_text("utf-8")
    assert f"]({picture.PICTURE.relative_to(ROOT).as_posix()})" in readme
