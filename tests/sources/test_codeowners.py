from __future__ import annotations

import pytest

from mlops_checklist.sources.codeowners import lines, owner
from mlops_checklist.sources.files import File

TEXT = """\
# All of it.
*           @acme/all
*.py        @acme/python
/data/      @acme/data
deploy/*    @acme/ops
docs/**/x   @acme/docs
/data/open/
!no         @acme/nobody
"""
OWNERS = {
    "README.md": ("@acme/all",),
    "src/train.py": ("@acme/python",),
    "data/train.csv": ("@acme/data",),
    "old/data/train.csv": ("@acme/all",),
    "data/open/x.csv": (),
    "deploy/k8s.yaml": ("@acme/ops",),
    "deploy/prod/k8s.yaml": ("@acme/all",),
    "docs/a/b/x": ("@acme/docs",),
    "docs/x": ("@acme/docs",),
    "no": ("@acme/all",),
}


@pytest.mark.parametrize(("path", "owners"), OWNERS.items(), ids=OWNERS)
def test_the_last_match_wins(path: str, owners: tuple[str, ...]) -> None:
    every = lines(File("CODEOWNERS", data=TEXT.encode()))
    line = owner(every, path)
    assert line is not None and line.owners == owners


def test_nobody() -> None:
    assert owner(lines(File("CODEOWNERS", data=b"/data/ @acme/data\n")), "src/x.py") is None
