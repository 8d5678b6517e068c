"""detect-secrets as a library: the regular expressions and the entropy of its plugins, alone.

Its package imports an HTTP client (0.2 of its 0.25 seconds) in order to ask the services
whether a key is valid. Here its plugins are loaded without: quick, and nothing can leave.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
import sys
import types
from typing import Any

_PACKAGE = "detect_secrets"
_loaded: dict[str, types.ModuleType] = {}


class _NoClient(types.ModuleType):
    """Stands for `requests` while plugins load: any name is an exception that nobody raises."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (Exception,), {})


def _ours(name: str) -> bool:
    return name.partition(".")[0] in (_PACKAGE, "requests")


@functools.cache
def plugin(module: str, name: str, *arguments: Any) -> Any:
    """Return the plugin `name` of `detect_secrets.plugins.<module>`, as an object.

    What is loaded for this does not stay in sys.modules: another import of detect-secrets in
    this process gets the whole package.
    """
    found = _loaded.get(f"{_PACKAGE}.plugins.{module}")
    if found is None:
        found = _load(f"{_PACKAGE}.plugins.{module}")
    return getattr(found, name)(*arguments)


def _load(module: str) -> types.ModuleType:
    before = {name: known for name, known in sys.modules.items() if _ours(name)}
    if not _loaded:
        spec = importlib.util.find_spec(_PACKAGE)
        package = types.ModuleType(_PACKAGE)  # without running its __init__
        package.__path__ = list(spec.submodule_search_locations or []) if spec else []
        _loaded[_PACKAGE] = package
        for name in ("requests", "requests.exceptions"):
            _loaded[name] = _NoClient(name)
    for name in before:
        del sys.modules[name]
    sys.modules.update(_loaded)
    try:
        found = importlib.import_module(module)
        _loaded.update({name: each for name, each in sys.modules.items() if _ours(name)})
    finally:
        for name in [name for name in sys.modules if _ours(name)]:
            del sys.modules[name]
        sys.modules.update(before)
    return found


def patterns(module: str, name: str) -> list[re.Pattern[str]]:
    """Return the regular expressions of a plugin.

    They are used as they are: the plugin's own `analyze_string` gives the first group of a
    match, which for GitHub and GitLab is the prefix instead of the token.
    """
    return list(plugin(module, name).denylist)


@functools.cache
def _high_entropy(kind: str) -> tuple[Any, float]:
    limit = 3.0 if kind == "Hex" else 4.5  # the engine's defaults
    return plugin("high_entropy_strings", f"{kind}HighEntropyString", limit), limit


def is_random(text: str) -> bool:
    """Tell whether the engine's entropy plugins call this string a secret."""
    for kind, alphabet in (("Hex", r"[0-9a-fA-F]{24,}"), ("Base64", r"[\w+/=-]{20,}")):
        if re.fullmatch(alphabet, text):
            detector, limit = _high_entropy(kind)
            return bool(detector.calculate_shannon_entropy(text) > limit)
    return False


def keyword_values(line: str) -> list[str]:
    """Return the quoted values that the engine's keyword plugin sees in `line`."""
    return list(plugin("keyword", "KeywordDetector").analyze_string(line))
