"""Every hook over the tracked files of one repository: what each has to say."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from mlops_checklist import checklist
from mlops_checklist.hook import Hook, all_options, gathered, gathered_by_file, keeping
from mlops_checklist.outcome import Outcome
from mlops_checklist.report.aside import aside, can_help
from mlops_checklist.settings import Settings
from mlops_checklist.sources import byte_search, tracked
from mlops_checklist.sources.repository import Repository
from mlops_checklist.suppression import Ignore, note, noting

# It judges the message that is being written; the report judges those that are there.
_NOT_ASKED = frozenset({"meaningful-commit-message"})
_COMMITS = "meaningful-commit-range"
# What stands in tests and documentation is there for all to read as well.
EVERYWHERE = frozenset({"no-hardcoded-secrets", "no-personal-data"})
_MOST_COMMITS = 50
_MANY = 200  # files, from which on a second process helps
Found = dict[str, list[Outcome]]


def hooks() -> Iterator[Hook]:
    """Yield the hooks that the report asks, in the checklist's order."""
    for item in checklist.ITEMS:
        if item.hook not in _NOT_ASKED:
            hook: Hook = import_module(item.module).HOOK
            yield hook


def gather(
    config: str | None = None,
    tell: Callable[[str], None] = lambda step: None,
    judges: Iterable[Hook] | None = None,
) -> Found:
    """Return, by hook, what the hooks say of the repository around the current folder.

    `config` is the settings file, if it is not the nearest; `tell` is told each step; `judges` are
    the hooks to ask, if not those of the checklist. In a large repository a second process helps,
    where there is a second processor. Raises ValueError, with Git's own words, where
    there is no repository to be read, and SettingsError.
    """
    listed = tracked.listed()
    every = tracked.files("mlops-checklist", everywhere=True, among=listed)
    roots: set[str] = set()
    asked = []
    for hook in hooks() if judges is None else judges:
        settings = Settings(hook.id, all_options(hook), _given(hook), config)
        roots.update(getattr(settings.of_the_run(), "root", ()))
        asked.append((hook, settings))
    repository = Repository(every, sorted(roots), listed=every)
    byte_search.expect(
        trigger
        for hook, _ in asked
        for trigger in (*hook.reads.values(), hook.follows, *hook.seeks)
        if trigger
    )

    found: dict[str, list[Outcome]] = {hook.id: [] for hook, _ in asked}
    with keeping():
        judging = [
            (hook, settings, tracked.files(hook.id, everywhere=hook.id in EVERYWHERE, among=listed))
            for hook, settings in asked
            if hook.id != _COMMITS or settings.of_the_run().from_ref
        ]
        # Each of the two parts takes about half of the time.
        following = [each for each in judging if each[0].follows]  # first: they read the files
        finding = [each for each in judging if each[0].finds is not None]
        beyond = [*following, *finding]
        alone = [each for each in judging if each not in beyond]

        def by_file() -> tuple[Found, set[Ignore]]:
            with noting() as used:
                return gathered_by_file(alone, repository, tell), used

        helps = len(every) >= _MANY and bool(beyond and alone) and can_help()
        with tracked.sharing(repository.apart, listed), aside(by_file, helps=helps) as result:
            for hook, settings, paths in beyond:
                tell(hook.id)
                found[hook.id] = gathered(hook, settings, paths, repository)
            of_files, used = result()
            note(used)
    return found | of_files


def _given(hook: Hook) -> dict[str, object]:
    """Return the options that the report gives a hook: which commits it judges."""
    return {"from_ref": first_commit(), "to_ref": "HEAD"} if hook.id == _COMMITS else {}


def first_commit() -> str:
    """Return the commit before those that the report judges; "" where there are none.

    Those since the branch left the default branch, else the last fifty.
    """
    head = git("rev-parse", "--verify", "--quiet", "HEAD")
    if not head:
        return ""
    for branch in (git("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"), "main"):
        base = git("merge-base", "HEAD", branch) if branch else ""
        if base and base != head:
            return base
    parents = git("rev-list", "--first-parent", f"--max-count={_MOST_COMMITS + 1}", "HEAD")
    listed = parents.split()
    return listed[-1] if len(listed) > _MOST_COMMITS else "0" * 40


def git(*arguments: str) -> str:
    """Return what a Git command prints, without blanks around it; "" where it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""
