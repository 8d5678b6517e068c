"""Settings: `[tool.mlops-checklist]` of the repository, merged with the command line.

For each judged file the first `.mlops-checklist.toml`, or `pyproject.toml` that has the table,
counts, walking up from the file to the repository's root; tables are not merged. In
`.mlops-checklist.toml` the `tool.mlops-checklist` prefix may be left out.
"""

import os
import re
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mlops_checklist.sources.files import File, Unreadable, repository_root

OWN_FILE = ".mlops-checklist.toml"
_TABLE = ("tool", "mlops-checklist")


class SettingsError(Exception):
    """The settings cannot be used: `str(error)` names the file, the line and the key."""


class Option(NamedTuple):
    """An option of a hook: `--name` on the command line, `name` in its settings table.

    The type of `default` is the option's: False a flag, a string a text, a tuple a list
    (on the command line: given once for each value).
    """

    name: str
    help: str
    default: bool | str | tuple[str, ...]
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The attribute that holds its value."""
        return self.name.replace("-", "_")


class Table:
    """The settings table of one file: where it stands and what it says."""

    def __init__(
        self, path: str, prefix: tuple[str, ...], values: Mapping[str, Any], text: str
    ) -> None:
        self.path = path
        self.prefix = prefix
        self.values = values
        self.text = text
        self.folder = os.path.dirname(os.path.abspath(path))  # that `exclude` is relative to

    def error(self, keys: Sequence[str], problem: str) -> SettingsError:
        """Return an error that names the file, the line and the key."""
        from mlops_checklist.sources import toml

        line = toml.line_of(self.text, (*self.prefix, *keys))
        return SettingsError(f"{self.path}:{line}: {'.'.join(keys)} {problem}")


class Settings:
    """Answers, for each judged file, with which options a hook judges it, if at all."""

    def __init__(
        self,
        hook: str,
        options: Iterable[Option],
        given: Mapping[str, Any],
        config: str | None = None,
    ) -> None:
        self._hook = hook
        self._options = tuple(options)
        self._given = given
        self._config = _table(config) if config else None
        if config and self._config is None:
            raise SettingsError(f"{config}: has no table [{'.'.join(_TABLE)}]")
        if self._config is not None:  # wherever it lies, it speaks of the repository
            self._config.folder = repository_root(os.curdir) or os.path.abspath(os.curdir)
        self._known: dict[str, tuple[Namespace, Any]] = {}

    def options_for(self, path: str) -> Namespace | None:
        """Return the options for `path`, or None if the settings exclude it."""
        options, excluded = self._of_folder(os.path.dirname(path))
        if excluded is not None:
            top, patterns = excluded
            relative = os.path.relpath(os.path.abspath(path), top)
            outside = relative == os.pardir or relative.startswith(os.pardir + os.sep)
            if not outside and patterns.match_file(relative):
                return None
        return options

    def judges(self, path: str) -> bool:
        """Tell whether the settings leave `path` to be judged."""
        return self.options_for(path) is not None

    def of_the_run(self) -> Namespace:
        """Return the options that speak for the run as a whole: those of the current folder."""
        return self._of_folder("")[0]

    def _of_folder(self, folder: str) -> tuple[Namespace, Any]:
        if folder not in self._known:
            table = self._config or _nearest(os.path.abspath(folder))
            self._known[folder] = (self._merge(table), _exclusion(table))
        return self._known[folder]

    def _merge(self, table: Table | None) -> Namespace:
        merged = Namespace(**{option.key: option.default for option in self._options})
        if table is not None:
            _check_names(table)
            own = table.values.get(self._hook, {})
            if not isinstance(own, dict):
                raise table.error((self._hook,), "must be a table")
            by_name = {option.name: option for option in self._options}
            for name, value in own.items():
                if name not in by_name:
                    raise table.error(
                        (self._hook, name), f"is not a setting; known: {', '.join(sorted(by_name))}"
                    )
                option = by_name[name]
                setattr(merged, option.key, _typed(table, self._hook, option, value))
        for key, value in self._given.items():
            setattr(merged, key, value)
        return merged


def _nearest(folder: str) -> Table | None:
    top = repository_root(folder) or folder
    while True:
        for name in (OWN_FILE, "pyproject.toml"):
            if found := _table(os.path.join(folder, name)):
                return found
        if folder == top or os.path.dirname(folder) == folder:
            return None
        folder = os.path.dirname(folder)


def _table(path: str) -> Table | None:
    """Read the table of one file; None where the file or its table does not exist."""
    own = os.path.basename(path) != "pyproject.toml"
    file = File(path, "toml")
    try:
        if not os.path.exists(path) and own and os.path.basename(path) == OWN_FILE:
            return None
        if not own and (not os.path.isfile(path) or b"mlops-checklist" not in file.data):
            return None
        from mlops_checklist.sources import toml

        document: Any = file.read(toml.document)
    except Unreadable as error:
        raise SettingsError(f"{os.path.relpath(path)}: {error}") from None
    tools = document.get("tool")
    prefixed = isinstance(tools, dict) and _TABLE[1] in tools
    prefix = _TABLE if not own or prefixed else ()
    for key in prefix:
        document = document.get(key) if isinstance(document, dict) else None
    if document is None:
        return None
    table = Table(os.path.relpath(path), prefix, document, file.text)
    if not isinstance(document, dict):
        raise table.error(_TABLE[1:], "must be a table")
    return table


def _check_names(table: Table) -> None:
    from mlops_checklist import checklist

    known = {"exclude", *checklist.hooks()}
    for name in table.values:
        if name not in known:
            raise table.error((name,), f"is not a setting; known: {', '.join(sorted(known))}")


def _typed(table: Table, hook: str, option: Option, value: object) -> object:
    keys = (hook, option.name)
    if isinstance(option.default, bool):
        if not isinstance(value, bool):
            raise table.error(keys, f"must be true or false, not {_described(value)}")
        return value
    if isinstance(option.default, tuple):
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise table.error(keys, f"must be a list of strings, not {_described(value)}")
        return tuple(value)
    if not isinstance(value, str):
        raise table.error(keys, f"must be a string, not {_described(value)}")
    if option.choices and value not in option.choices:
        raise table.error(keys, f"must be one of {', '.join(option.choices)}, not {value!r}")
    return value


def _described(value: object) -> str:
    if isinstance(value, list):
        return "this list"
    names = {
        bool: "a boolean",
        int: "an integer",
        float: "a number",
        str: "a string",
        dict: "a table",
    }
    return names.get(type(value), f"a {type(value).__name__}")


def _exclusion(table: Table | None) -> tuple[str, Any] | None:
    """Return the folder and the matcher of `exclude`: patterns as in a .gitignore file."""
    if table is None or "exclude" not in table.values:
        return None
    patterns = table.values["exclude"]
    if not isinstance(patterns, list) or not all(isinstance(entry, str) for entry in patterns):
        raise table.error(("exclude",), f"must be a list of strings, not {_described(patterns)}")
    import pathspec

    try:
        return table.folder, pathspec.PathSpec.from_lines("gitignore", patterns)
    except (ValueError, re.error) as error:
        raise table.error(("exclude",), f"holds a pattern that is none: {error}") from None
