"""Conda: environment files, match specifications, and what a conda command installs.

Formats: conda's "Managing environments" and "Package match specifications" documentation, and
MLflow's python_env.yaml, whose dependencies are pip's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File
from mlops_checklist.sources.shell import Command, Word, program

PROGRAMS = frozenset({"conda", "mamba", "micromamba"})


class Environment(NamedTuple):
    """The dependencies of an environment file: conda's and pip's, as written, with places."""

    conda: tuple[tuple[str, Place], ...]
    pip: tuple[tuple[str, Place], ...]


class Spec(NamedTuple):
    """A match specification. `version` is as written, with its operator; `build` may be empty."""

    name: str
    version: str
    build: str


_NAMED = re.compile(r"(?:.*[-_.])?(?:environment|conda|env)(?:[-_.].*)?\.ya?ml", re.IGNORECASE)


def environment(file: File) -> Environment | None:
    """Return the dependencies of an environment file, or None where the YAML is something else.

    It is one where `dependencies` is a list of texts (and a `pip:` list) and the name or
    `channels` says so. Raises Unreadable where it is no YAML.
    """
    from mlops_checklist.sources import yaml

    top = yaml.document(file)
    keys = {key for key, _, _ in yaml.items(top)}
    name = os.path.basename(file.path)
    if "dependencies" not in keys or not (_NAMED.fullmatch(name) or "channels" in keys):
        return None
    own: list[tuple[str, Place]] = []
    pip: list[tuple[str, Place]] = []
    for entry in yaml.entries(yaml.get(top, "dependencies")):
        if (text := yaml.scalar(entry)) is not None:
            own.append((text, yaml.place(entry)))
        for inner in yaml.entries(yaml.get(entry, "pip")):
            if (text := yaml.scalar(inner)) is not None:
                pip.append((text, yaml.place(inner)))
    for entry in yaml.entries(yaml.get(top, "build_dependencies")):  # MLflow's python_env.yaml
        if (text := yaml.scalar(entry)) is not None:
            pip.append((text, yaml.place(entry)))
    if name.startswith("python_env.") or "build_dependencies" in keys:
        return Environment((), tuple(own + pip))
    return Environment(tuple(own), tuple(pip))


_SPEC = re.compile(r"([A-Za-z0-9_][\w.-]*)\s*(?:([=<>!~].*|\s[^\s].*))?", re.ASCII | re.DOTALL)
_BRACKET = re.compile(r"(\w+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|([^,\s\]]+))")
_EXACT = re.compile(r"={0,3}\s*[\w.!+-]+", re.ASCII)


def match_spec(text: str) -> Spec | None:
    """Return the specification in `text`, or None where it is none."""
    bare, opening, inside = text.strip().partition("[")
    found = _SPEC.fullmatch(bare.rpartition("::")[2].strip())
    if not found:
        return None
    version, build = _version_and_build((found[2] or "").strip())
    if opening:
        keys = {key[1]: key[2] or key[3] or key[4] or "" for key in _BRACKET.finditer(inside)}
        version = keys.get("version", version)
        if keys.get("version") and _EXACT.fullmatch(version) and not version.startswith("="):
            version = "==" + version
        build = keys.get("build", build)
    return Spec(found[1].lower(), version, build)


def _version_and_build(text: str) -> tuple[str, str]:
    """Split `=1.2=build`, `==1.2`, `1.2 build`, `>=1,<2`; the form with a blank is exact."""
    if text and text[0] not in "=<>!~":
        version, _, build = text.partition(" ")
        return ("==" + version if re.match(r"\d", version) else version), build.strip()
    if text.startswith("=") and not text.startswith("=="):
        version, _, build = text[1:].partition("=")
        return "=" + version.strip(), build.strip()
    return text, ""


def pin_problem(spec: Spec) -> str | None:
    """Return the rule that `spec` breaks, or None where it admits one version.

    `=1.26` admits 1.26.*; `=1.26.4` admits only 1.26.4 and what nobody releases (1.26.4.1), as
    does what `conda env export --no-builds` writes. For Python two numbers are enough.
    """
    version = spec.version.replace(" ", "")
    if version in ("", "*", "=*", "==*"):
        return "unpinned"
    if any(sign in version for sign in "<>!~,|"):
        return "range"
    number = version.lstrip("=")
    if "*" in number:
        fine = spec.name == "python" and re.fullmatch(r"\d+\.\d+\.\*", number)
        return None if fine else "wildcard" if version.startswith("==") else "fuzzy"
    if version.startswith("==") or (spec.build and spec.build != "*"):
        return None
    parts = number.count(".") + 1
    return None if parts >= (2 if spec.name == "python" else 3) else "fuzzy"


# Options of `conda install` and `conda create` that take a value.
_VALUED = """
-n --name -p --prefix -c --channel -f --file --revision --repodata-fn --solver --platform
--subdir --experimental -r --root-prefix
"""
_WITH_VALUE = frozenset(_VALUED.split())


def installed(command: Command) -> Iterator[Word]:
    """Yield the specifications that `conda install` or `conda create` names; `command` unwrapped.

    Those of `conda env create -f` and `--file` stand in files of their own.
    """
    if program(command) not in PROGRAMS or len(command.words) < 2:
        return
    words: Sequence[Word] = command.words[1:]
    if words[0].text not in ("install", "create"):
        return
    skip = False
    for word in words[1:]:
        if skip or word.text.startswith("-"):
            skip = not skip and word.text in _WITH_VALUE
        elif not word.text.endswith((".conda", ".tar.bz2")):
            yield word
