"""Ignores that silence nothing: the finding is repaired, the name misspelt, or the place wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from mlops_checklist import checklist
from mlops_checklist.hook import Hook, all_options
from mlops_checklist.outcome import Outcome, missing
from mlops_checklist.report import gathering
from mlops_checklist.settings import Settings
from mlops_checklist.sources import tracked
from mlops_checklist.sources.files import File
from mlops_checklist.suppression import CELL_TAG, Ignore, ignores

SPEAKER = "mlops-checklist"
RULE = "unused-ignore"
RULES = {RULE: "An ignore silences something"}
_HOLDING = rf"mlops:[[:space:]]*ignore\[|{CELL_TAG}".encode()


def unused(
    used: Collection[Ignore], found: Mapping[str, Sequence[Outcome]], config: str | None
) -> list[Outcome]:
    """Return what is to be said of ignores other than those `used`, sorted.

    `found` is what each hook says, and `config` the settings file, as in `gathering.gather`. A name
    counts only where its hook was asked, and could judge the file.
    """
    judges = {hook.id: hook for hook in gathering.hooks() if hook.id in found}

    @cache
    def judged(hook: str) -> frozenset[str]:
        return _judged(judges[hook], config)

    failed = {each.path for said in found.values() for each in said if each.kind == "error"}
    paths = tracked.holding(_HOLDING).intersection(tracked.files(SPEAKER, everywhere=True))
    said = []
    for ignore in (ignore for path in paths - failed for ignore in ignores(File(path))):
        hook, _, rule = ignore.name.partition("/")
        cause = ""
        if ignore in used:
            continue
        if ignore.name == CELL_TAG:
            if tracked.is_passed_over(ignore.path):
                continue  # by most hooks
        elif hook not in checklist.hooks():
            cause = f": there is no hook '{hook}'"
        elif hook not in judges or ignore.path not in judged(hook):
            continue
        elif rule and rule not in judges[hook].rules:
            cause = f": {hook} has no rule '{rule}'"
        message = f"'{ignore.name}' is ignored here, and that silences nothing{cause}; remove it"
        if ignore.name == CELL_TAG:
            message = f"the tag '{CELL_TAG}' silences nothing in this cell; remove it"
        said.append(missing(RULE, ignore.place, message)._replace(path=ignore.path, hook=SPEAKER))
    return sorted(said, key=lambda outcome: outcome.order)


def _judged(hook: Hook, config: str | None) -> frozenset[str]:
    """Return the paths that a hook is asked to judge."""
    settings = Settings(hook.id, all_options(hook), {}, config)
    paths = tracked.files(hook.id, everywhere=hook.id in gathering.EVERYWHERE)
    return frozenset(path for path in paths if settings.judges(path))
