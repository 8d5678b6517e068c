"""Who runs an experiment: the users and projects that its name can hold."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator

from mlops_checklist.sources.files import File, Unreadable, repository_root

# Who: environment variables of Domino, of the system, of JupyterHub and of CI services.
VARIABLES = frozenset(
    {
        "DOMINO_STARTING_USERNAME",
        "DOMINO_USER_NAME",
        "DOMINO_PROJECT_NAME",
        "DOMINO_PROJECT_OWNER",
        "DOMINO_PROJECT_ID",
        "USER",
        "USERNAME",
        "LOGNAME",
        "JUPYTERHUB_USER",
        "NB_USER",
        "GITHUB_ACTOR",
        "GITHUB_REPOSITORY",
        "GITLAB_USER_LOGIN",
        "GITLAB_USER_NAME",
        "CI_PROJECT_NAME",
        "CI_PROJECT_PATH",
    }
)
HOME = r"/Users/[^/@\s]+@[^/\s]+"  # a home folder on Databricks


def begins(text: str, prefix: str) -> bool:
    """Compare as names are compared: case and separators do not matter."""
    wanted, given = (re.sub(r"[-_.\s/]+", "-", part.lower().lstrip("/")) for part in (prefix, text))
    if not wanted or not given.startswith(wanted):
        return False
    # `fraud` begins `fraud-v2`, and is it; it does not begin `fraudulent`.
    return not (wanted[-1].isalnum() and given[len(wanted) : len(wanted) + 1].isalnum())


@functools.cache
def project_names(path: str) -> tuple[str, ...]:
    """Return the name in the nearest pyproject.toml that has one, and the repository's."""
    folder = os.path.dirname(os.path.abspath(path))
    top = repository_root(folder) or folder
    names = _declared_names(folder)
    while not names and folder != top and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
        names = _declared_names(folder)
    name = _repository_name(top)
    return (*names, name) if name else names


@functools.cache
def _declared_names(folder: str) -> tuple[str, ...]:
    """Return the names that the pyproject.toml of a folder gives the project."""
    from mlops_checklist.sources import toml

    pyproject = os.path.join(folder, "pyproject.toml")
    if not os.path.isfile(pyproject):
        return ()
    try:
        document = toml.document(File(pyproject, "toml"))
    except Unreadable:
        return ()  # other hooks report it
    tool = document.get("tool")
    tables = (document.get("project"), tool.get("poetry") if isinstance(tool, dict) else None)
    names = (table.get("name") for table in tables if isinstance(table, dict))
    return tuple(name for name in names if isinstance(name, str))


@functools.cache
def _repository_name(top: str) -> str:
    """Return the repository's name: of its remote, else that of its folder.

    A clone may lie in a folder of any name; its remote is the same for everybody.
    """
    remotes = dict(_remotes(os.path.join(top, ".git")))
    url = remotes.get("origin") or next(iter(remotes.values()), "")
    name = re.split(r"[/:\\]", url.rstrip("/"))[-1].removesuffix(".git")
    if name:
        return name
    # On Domino the code of every project lies in /mnt/code: that names no project.
    return "" if top in ("/mnt/code", "/mnt", "/repo") else os.path.basename(top)


def _remotes(git: str) -> Iterator[tuple[str, str]]:
    """Yield name and URL of the remotes in a repository's configuration (see git-config(1))."""
    # In a worktree or submodule .git is a file that names the folder (gitrepository-layout(5)).
    if link := re.match(r"gitdir:[ \t]*(.+)", _content(git)):
        git = os.path.join(os.path.dirname(git), link[1].strip())
    if common := _content(os.path.join(git, "commondir")).strip():
        git = os.path.join(git, common)
    remote = ""
    for line in _content(os.path.join(git, "config")).splitlines():
        if section := re.match(r"\s*\[\s*(\w+)(?:\s+\"([^\"]*)\")?", line):
            remote = section[2] or "" if section[1].lower() == "remote" else ""
        elif remote and (url := re.match(r"(?i)\s*url\s*=\s*(\"[^\"]*\"|[^\s;#]+)", line)):
            yield remote, url[1].strip('"')


def _content(path: str) -> str:
    """Return the beginning of a small text file, or "" where there is none to be read."""
    try:
        if not os.path.isfile(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as opened:
            return opened.read(100_000)
    except (OSError, ValueError):
        return ""
