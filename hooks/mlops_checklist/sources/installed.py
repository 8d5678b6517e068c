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

    It may be named by its Python too. What was installed from a folder, a repository or a URL has
    no version that an index knows, and is left out, as is a name with two versions.
    Raises ValueError where the folder is no environment.
    """
    if os.path.isfile(folder) and os.path.basename(folder).lower().startswith("python"):
        folder = os.path.dirname(os.path.dirname(folder))
    root = glob.escape(folder)
    shapes = ("lib/python3*/site-packages", "Lib/site-packages")
    places = [place for shape in shapes for place in glob.glob(os.path.join(root, shape))]
    if not places:
        raise ValueError(f"{folder}: no environment with a site-packages folder")
    from importlib.metadata import distributions

    found: dict[str, set[str]] = {}
    for each in distributions(path=sorted({os.path.realpath(place) for place in places})):
        name = each.metadata["Name"]
        if name and each.version and not each.read_text("direct_url.json"):
            found.setdefault(canonical(name), set()).add(each.version)
    return {name: next(iter(held)) for name, held in found.items() if len(held) == 1}
