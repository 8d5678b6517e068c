"""detect-secrets' own baseline, `.secrets.baseline`: what it allows, and how findings get into it.

The format is that of detect-secrets 1.5: for each file, the SHA-1 of each secret with its type.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable
from typing import Any, NamedTuple

from mlops_checklist.sources.files import repository_root

NAME = ".secrets.baseline"


class Entry(NamedTuple):
    """A finding: its line in the file (from 1), the text of that line, and what it may be."""

    line: int
    text: str
    values: tuple[str, ...]


def is_known(path: str, values: Iterable[str]) -> bool:
    """Tell whether the baseline of the repository around `path` has one of the texts for it."""
    root, name = _located(path)
    hashes = _read(os.path.join(root, NAME)).get(name, frozenset()) if root else frozenset()
    return bool(hashes) and not hashes.isdisjoint(map(_hash, values))


def _hash(value: str) -> str:
    import hashlib

    return hashlib.sha1(value.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _located(path: str) -> tuple[str, str]:
    """Return the root of the repository, "" outside of one, and the path from there."""
    absolute = os.path.abspath(path)
    root = repository_root(os.path.dirname(absolute))
    return (root, os.path.relpath(absolute, root)) if root else ("", path)


@functools.cache
def _read(path: str) -> dict[str, frozenset[str]]:
    """Return the hashes for each file. What cannot be read allows nothing."""
    if not os.path.exists(path):
        return {}
    import json

    try:
        with open(path, encoding="utf-8") as opened:
            results = json.load(opened)["results"]
        return {
            os.path.normpath(name): frozenset(str(each["hashed_secret"]) for each in entries)
            for name, entries in results.items()
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def update(path: str, entries: Iterable[Entry]) -> None:
    """Write the findings in `path` into the baseline of its repository; what it holds stays.

    Raises ValueError where there is no baseline to be read or written.
    """
    from detect_secrets.core import baseline
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.exceptions import UnableToReadBaselineError
    from detect_secrets.settings import default_settings, transient_settings

    root, name = _located(path)
    file = os.path.join(root or os.curdir, NAME)
    try:
        held = baseline.load_from_file(file) if os.path.exists(file) else None
        with default_settings() if held is None else transient_settings(held):
            secrets = SecretsCollection() if held is None else baseline.load(held, file)
            known_before = {each.secret_hash for each in secrets[name]}
            found = (_potential(name, entry) for entry in entries)
            secrets[name].update(each for each in found if each.secret_hash not in known_before)
            baseline.save_to_file(secrets, file)
    except (UnableToReadBaselineError, LookupError, TypeError, AttributeError, ValueError):
        raise ValueError(f"{file}: not a baseline of detect-secrets") from None
    except OSError as error:
        raise ValueError(f"{file}: cannot write the baseline: {error.strerror}") from None
    _read.cache_clear()


def _potential(name: str, entry: Entry) -> Any:
    """Return the secret as that plugin of the engine sees it which finds it in the line.

    `detect-secrets audit` looks for it there again. Where none does, it is a keyword's.
    """
    from detect_secrets.core.potential_secret import PotentialSecret
    from detect_secrets.settings import get_plugins
    from detect_secrets.util.code_snippet import get_code_snippet
    from detect_secrets.util.inject import call_function_with_arguments

    for plugin in get_plugins():
        found = call_function_with_arguments(
            plugin.analyze_line,
            filename=name,
            line=entry.text,
            line_number=entry.line,
            context=get_code_snippet([entry.text], 1),
            enable_eager_search=True,
        )
        for secret in found or ():
            if secret.secret_value in entry.values:
                return secret
    return PotentialSecret("Secret Keyword", name, entry.values[0], entry.line)
