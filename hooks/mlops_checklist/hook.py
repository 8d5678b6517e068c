"""What a hook is, and how one runs: arguments, files, outcomes, output, exit status."""

import argparse
import gc
import os
import re
import sys
from argparse import Namespace as Options
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_checklist.outcome import Edit, Kind, Outcome, Place
from mlops_checklist.settings import Option, Settings, SettingsError
from mlops_checklist.sources.files import File, Unreadable

if TYPE_CHECKING:
    from mlops_checklist.sources.repository import Repository

__all__ = [
    "DECLARED",
    "File",
    "Hook",
    "Option",
    "Options",
    "all_options",
    "declared",
    "gathered",
    "gathered_by_file",
    "judge",
    "keeping",
    "run",
]

_MOST_KEPT = 200_000  # objects of files that are judged, before what refers to itself goes
FORMATS = ("text", "json", "github", "sarif", "gitlab")


class Hook(NamedTuple):
    """A hook that judges each file it is given.

    `reads` tells which kinds of file (`sources.files.kind`) it judges, and for each the regular
    expression that the bytes must match before anything is decoded or parsed; an empty one
    always matches. The kind "*" stands for every kind not named, the unknown one included.
    `rules` maps each rule's name to a sentence. `check` yields what it has to say of one file;
    outcomes with edits are what `--fix` writes, where `fixes` is set.

    With `follows`, the hook looks beyond the file: names are followed into the repository's other
    modules, and with a Python file those that import it are judged as well. It is the regular
    expression that some file of a program must match. Outcomes may then carry another path.

    With `finds`, the hook looks for what it judges itself, and files that are given do not count.
    It is asked with the options, and with what tells whether the settings leave a path to judge.
    `seeks` are the expressions that it looks for in all files (`sources.tracked.holding`), so that
    those who run several hooks can look for them all at once.
    """

    id: str
    description: str
    reads: Mapping[str, bytes]
    rules: Mapping[str, str]
    check: Callable[[File, Options], Iterable[Outcome]]
    options: tuple[Option, ...] = ()
    fixes: bool = False
    follows: bytes = b""
    finds: Callable[[Options, Callable[[str], bool]], Iterable[File]] | None = None
    seeks: tuple[bytes, ...] = ()


# For items whose evidence may live outside the repository, on the platform or in a wiki.
DECLARED = Option("declared", "where the evidence is, if not in the repository: a URL or path", "")


def declared(options: Options) -> str:
    """Return what the option `declared` names. Raises SettingsError for a path that is none."""
    named: str = options.declared
    if named and not re.match(r"[a-z][a-z+.-]*://", named) and not os.path.exists(named):
        raise SettingsError(f"declared: '{named}' is no URL, and no such path exists")
    return named


def run(hook: Hook, argv: Sequence[str] | None = None) -> int:
    """Run `hook` on the command line `argv` and return the exit status.

    0: nothing found; 1: violations, or a file that could not be read or parsed; 2: wrong usage
    or settings, said on stderr.
    """
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    options = all_options(hook)
    arguments, paths = _arguments(hook, options, sys.argv[1:] if argv is None else list(argv))
    if arguments.version:
        from importlib.metadata import version

        print(f"{hook.id} {version('mlops-checklist')}")
        return 0
    given = {option.key: getattr(arguments, option.key) for option in options}
    given = {key: value for key, value in given.items() if value is not None}
    try:
        settings = Settings(hook.id, options, given, arguments.config)
        with keeping():
            return _run(hook, settings, paths, write_baseline=arguments.write_baseline)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2


@contextmanager
def keeping() -> Iterator[None]:
    """Keep Python's garbage collector from what is parsed inside, now and at exit.

    A collection looks through all of it, again and again. Where files are judged one by one,
    `_collect` says when it is time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def _run(hook: Hook, settings: Settings, paths: Iterable[str], *, write_baseline: bool) -> int:
    whole = settings.of_the_run()
    baseline = _Baseline(None if write_baseline else whole.baseline)
    outcomes: list[Outcome] = []
    failing: set[Outcome] = set()
    for file, options, said in _judged(hook, settings, sorted(set(paths)), None):
        found = baseline.new(said)
        if hook.fixes and options.fix:
            found = _repair(file, found)
        failing.update(outcome for outcome in found if _fails(outcome, options))
        outcomes += found
    if write_baseline:
        _write_baseline(whole.baseline, outcomes)
        return 0
    shown = outcomes if whole.verbose or whole.format == "json" else failing
    _print(hook, sorted(shown, key=lambda outcome: outcome.order), whole.format)
    return int(bool(failing))


def _collect() -> None:
    """Let go of what was parsed of files that are judged: modules refer to themselves."""
    if gc.get_count()[0] > _MOST_KEPT:
        gc.collect(0)


Judged = tuple[File, Options, list[Outcome]]


def gathered(
    hook: Hook,
    settings: Settings,
    paths: Iterable[str],
    repository: "Repository",
) -> list[Outcome]:
    """Return what `hook` says of the files at `paths`, less what the baseline knows, sorted.

    For those who run several hooks in one process: `repository` has the files of those that follow
    names, so that each is read and parsed once.
    """
    baseline = _Baseline(settings.of_the_run().baseline)
    outcomes: list[Outcome] = []
    for _, _, said in _judged(hook, settings, sorted(set(paths)), repository):
        outcomes += baseline.new(said)
    return sorted(outcomes, key=lambda outcome: outcome.order)


def gathered_by_file(
    asked: Iterable[tuple[Hook, Settings, Iterable[str]]],
    repository: "Repository",
    tell: Callable[[str], None],
) -> dict[str, list[Outcome]]:
    """Return, by hook, what hooks that judge each file alone say of the files at their paths.

    As `gathered`, but all of them judge a file before the next one is read, and no file is kept
    but those that `repository` has; `tell` is told how many files are judged.
    """
    judging = [
        (hook, settings, _Baseline(settings.of_the_run().baseline), frozenset(paths))
        for hook, settings, paths in asked
    ]
    found: dict[str, list[Outcome]] = {hook.id: [] for hook, _, _, _ in judging}
    every = sorted(frozenset().union(*(paths for _, _, _, paths in judging)))
    for number, path in enumerate(every, 1):
        _collect()
        tell(f"file {number} of {len(every)}")
        file = repository.apart(path)
        for hook, settings, baseline, paths in judging:
            if path in paths and (options := settings.options_for(path)) is not None:
                found[hook.id] += baseline.new(judge(hook, file, options))
        del file
    return {
        hook: sorted(outcomes, key=lambda outcome: outcome.order)
        for hook, outcomes in found.items()
    }


def _judged(
    hook: Hook,
    settings: Settings,
    paths: Sequence[str],
    repository: "Repository | None",
) -> Iterator[Judged]:
    """Yield each file with what the hook says of it."""
    if hook.follows:
        yield from _judged_together(hook, settings, paths, repository)
    elif hook.finds is not None:
        options = settings.of_the_run()
        for file in hook.finds(options, settings.judges):
            yield file, options, judge(hook, file, options)
    else:
        for path in paths:
            _collect()
            of_file = settings.options_for(path)
            if of_file is not None:
                file = File(path)
                yield file, of_file, judge(hook, file, of_file)
                del file


def _judged_together(
    hook: Hook, settings: Settings, paths: Sequence[str], repository: "Repository | None"
) -> Iterator[Judged]:
    """Yield each file with what the hook says of it and of the programs that it is part of."""
    if repository is None:
        from mlops_checklist.sources.repository import Repository

        repository = Repository(paths, settings.of_the_run().root)
        for path in paths:
            repository.add(File(path))
    said: dict[str, set[Outcome]] = {path: set() for path in paths}
    for path in repository.affected(paths, hook.follows):
        options = settings.options_for(path)
        if options is not None:
            file = repository.file(path)
            for outcome in judge(hook, file, options):
                said.setdefault(outcome.path, set()).add(outcome)
    for path in sorted(said):
        options = settings.options_for(path)
        if options is not None:
            found = sorted(said[path], key=lambda outcome: outcome.order)
            yield repository.file(path), options, found


def judge(hook: Hook, file: File, options: Options) -> list[Outcome]:
    """Return what `hook` says of `file`, sorted; whatever goes wrong becomes an error outcome.

    Of a hook that follows names, an outcome may be one of another file of the repository.
    """
    found: list[Outcome] = []
    try:
        if _concerns(hook, file):
            found.extend(hook.check(file, options))  # keeps what comes before an error
    except Unreadable as error:
        kind: Kind = "undecided" if error.undecided else "error"
        found.append(Outcome(kind, error.rule, error.place, str(error)))
    except (RecursionError, MemoryError):
        found.append(Outcome("error", "unparseable", Place(), "cannot judge: nested too deeply"))
    except SettingsError:
        raise
    except Exception as error:  # the other files must still be judged
        message = f"cannot judge: {type(error).__name__}: {error}; please report this defect"
        found.append(Outcome("error", "defect", Place(), message))
    if not found:
        return found
    from mlops_checklist.suppression import without_ignored

    owned: dict[str, set[Outcome]] = {}
    for outcome in found:
        path = outcome.path or file.path
        owned.setdefault(path, set()).add(outcome._replace(path=path, hook=hook.id))
    kept: list[Outcome] = []
    for path, outcomes in owned.items():
        around = file.repository
        other = file if path == file.path or around is None else around.file(path)
        kept += without_ignored(other, outcomes)
    return sorted(kept, key=lambda outcome: outcome.order)


def _concerns(hook: Hook, file: File) -> bool:
    file.check()  # nothing that was asked for is silently skipped
    pattern = hook.reads.get(file.kind, hook.reads.get("*"))
    if not pattern and hook.follows and file.kind in ("python", "notebook"):
        if file.repository is not None:
            return file.repository.program_matches(file.path, hook.follows)
        pattern = hook.follows
    return pattern is not None and (not pattern or file.matches(pattern))


def all_options(hook: Hook) -> tuple[Option, ...]:
    """Return the options of `hook`: its own, and those of every hook."""
    fix = (Option("fix", "repair what can be repaired safely, and exit 1", False),)
    root = (Option("root", "a folder that imports are looked for in", ()),)
    common = (
        Option("format", "output form (default: text)", "text", FORMATS),
        Option("strict", "undecided counts as a violation", False),
        Option("require", "missing counts as a violation", False),
        Option("baseline", "known findings to pass over (default: .mlops-checklist-baseline)", ""),
        Option("verbose", "print evidence and undecided as well", False),
    )
    return (*hook.options, *fix * hook.fixes, *root * bool(hook.follows), *common)


def _arguments(
    hook: Hook, options: Iterable[Option], argv: list[str]
) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog=hook.id,
        description=hook.description,
        usage="%(prog)s [options] [FILES...]",
        allow_abbrev=False,
        # A given width spares every start the import that asks the terminal for it.
        formatter_class=lambda prog: argparse.HelpFormatter(prog, width=96),
    )
    for option in options:
        names = ["-v"] * (option.name == "verbose") + [f"--{option.name}"]
        keywords: dict[str, Any] = {"help": option.help, "default": None, "dest": option.key}
        if isinstance(option.default, bool):
            keywords["action"] = argparse.BooleanOptionalAction  # --no-strict undoes a setting
        elif isinstance(option.default, tuple):
            keywords |= {"action": "append", "help": f"{option.help}; may be repeated"}
        if option.choices:
            keywords["choices"] = option.choices
        elif not isinstance(option.default, bool):
            keywords["metavar"] = option.name.rpartition("-")[2].upper()
        parser.add_argument(*names, **keywords)
    # These are of one run, and no settings.
    parser.add_argument("--config", metavar="FILE", help="settings file (default: the nearest)")
    parser.add_argument(
        "--write-baseline",
        action="store_true",
        help="add what is found to the baseline, and exit 0",
    )
    parser.add_argument("--version", action="store_true", help="print the version, and exit 0")
    # pre-commit appends the files to the options: a file's name may look like an option.
    cut = argv.index("--") if "--" in argv else len(argv)
    dashed = [word for word in argv[:cut] if word.startswith("-") and os.path.lexists(word)]
    words = [word for word in argv[:cut] if word not in dashed]
    arguments, paths = parser.parse_known_args(words)
    if arguments.write_baseline and getattr(arguments, "fix", False):
        parser.error("--fix and --write-baseline exclude each other")
    if unknown := [path for path in paths if path.startswith("-")]:
        parser.error(f"unknown option: {' '.join(unknown)}")
    return arguments, paths + dashed + argv[cut + 1 :]


def _fails(outcome: Outcome, options: Options) -> bool:
    return (
        outcome.kind in ("violation", "error")
        or (outcome.kind == "undecided" and bool(options.strict))
        or (outcome.kind == "missing" and bool(options.require))
    )


def _print(hook: Hook, outcomes: Sequence[Outcome], form: str) -> None:
    if not outcomes and form in ("text", "github"):
        return
    from importlib import import_module

    render = import_module(f"mlops_checklist.output.{form}").render
    rules = {f"{hook.id}/{rule}": sentence for rule, sentence in hook.rules.items()}
    try:
        sys.stdout.write(render(outcomes, rules))
        sys.stdout.flush()
    except BrokenPipeError:  # `... | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _repair(file: File, outcomes: list[Outcome]) -> list[Outcome]:
    """Write the edits of `outcomes` to the file, and mark the outcomes that they repair."""
    chosen: list[Edit] = []
    result = []
    for outcome in outcomes:
        if outcome.edits and not any(_collides(edit, chosen) for edit in outcome.edits):
            chosen += [edit for edit in outcome.edits if edit not in chosen]
            outcome = outcome._replace(message=f"fixed: {outcome.message}")
        result.append(outcome)
    if not chosen:
        return outcomes
    data = file.data
    for edit in sorted(chosen, reverse=True):
        data = data[: edit.start] + edit.new + data[edit.end :]
    try:
        with open(file.path, "wb") as opened:
            opened.write(data)
    except OSError as error:
        failure = Outcome(
            "error", "unreadable", Place(), f"cannot write: {error.strerror}", path=file.path
        )
        return [*outcomes, failure._replace(hook=outcomes[0].hook)]
    return result


def _collides(edit: Edit, chosen: Iterable[Edit]) -> bool:
    """Tell whether `edit` overlaps another one; the same edit twice is one edit."""
    return any(
        edit != other
        and edit.start < max(other.end, other.start + 1)
        and other.start < max(edit.end, edit.start + 1)
        for other in chosen
    )


class _Baseline:
    """The known findings, read when the first finding asks for them; None: there are none."""

    def __init__(self, given: str | None) -> None:
        self._given = given
        self._known: frozenset[str] | None = None

    def new(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Leave out the violations, missing, undecided and errors that the baseline knows."""
        if not outcomes or self._given is None:
            return outcomes
        from mlops_checklist.suppression import baseline_path, fingerprints, read_baseline

        if self._known is None:
            path = baseline_path(self._given)
            if self._given and not os.path.exists(path):
                raise SettingsError(f"{path}: the baseline does not exist")
            try:
                self._known = read_baseline(path) if os.path.exists(path) else frozenset()
            except OSError as error:
                raise SettingsError(f"{path}: cannot read the baseline: {error.strerror}") from None
        if not self._known:
            return outcomes
        return [
            outcome
            for outcome, fingerprint in zip(outcomes, fingerprints(outcomes), strict=True)
            if outcome.kind == "evidence" or fingerprint not in self._known
        ]


def _write_baseline(given: str, outcomes: Iterable[Outcome]) -> None:
    """Add the fingerprints of what is found to the baseline."""
    from mlops_checklist.suppression import baseline_path, fingerprints, write_baseline

    found = [outcome for outcome in outcomes if outcome.kind != "evidence"]
    path = baseline_path(given)
    try:
        write_baseline(path, fingerprints(found))
    except OSError as error:
        raise SettingsError(f"{path}: cannot write the baseline: {error.strerror}") from None
