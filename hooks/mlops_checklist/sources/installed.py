"""What is installed in a virtual environment, read from its folder: nothing of it is run.

Format: the PyPA's "Recording installed projects", the `*.dist-info` folders of site-packages.
"""

from __future__ import annotations

import functools
import glob
import os
from collections.abc import Mapping

from mlops_checklist.sources.requirements import canonical


@functools.lru_cache(maxsize=4)
def versions(folder: str) -> Mapping[str, str]:
    """Return canonical name -> version of what the environment in `folder` (".venv") holds.

    Raises ValueError where the folder is no environment.
    """
    root = glob.escape(folder)
    shapes = ("lib/python3*/site-packages", "Lib/site-packages")
    places = [place for shape in shapes for place in glob.glob(os.path.join(root, shape))]
    if not places:
        raise ValueError(f"{folder}: no environment with a site-packages folder")
    from importlib.metadata import distributions

    found: dict[str, str] = {}
    for each in distributions(path=places):
        name = each.metadata["Name"]
        if name and each.version:
            found.setdefault(canonical(name), each.version)
    return found
