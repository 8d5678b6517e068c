"""Checklist: Dependencies pinned to specific versions.

A range gives another environment each time it is built: a run cannot be repeated, and what
serves the model is not what trained it. Pin with `==`, commit a lock file, or both.

Judged where they stand: requirements files, conda environments, pyproject.toml and Pipfile (one
finding each, unless a lock governs them), and the installs in Dockerfiles, shell scripts and
notebooks. A lock beside a requirements file or environment stands for what it knows.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.hook import File, Hook, Option, Options, run
from mlops_checklist.outcome import Edit, Outcome, Place, evidence, undecided, violation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.files import Unreadable

if TYPE_CHECKING:
    from mlops_checklist.sources.lockfile import Lock
    from mlops_checklist.sources.r import Package
    from mlops_checklist.sources.shell import Command, Word

RULES = {
    "unpinned": "A dependency is installed without a version.",
    "range": "A dependency admits a range of versions.",
    "wildcard": "A dependency is pinned to a wildcard such as ==1.*.",
    "fuzzy": "A conda dependency such as numpy=1.26 matches every 1.26.*.",
    "moving-ref": "A dependency comes from a branch, which moves.",
    "unverified-url": "A dependency is a URL with neither a version in its name nor a hash.",
    "no-lockfile": "The manifest's dependencies are not exact and no lock file is tracked.",
    "no-hash": "A pinned dependency has no hash (with --require-hashes).",
}
ADVICE = {
    "unpinned": "has no version; pin it with ==",
    "range": "admits a range of versions; pin it with ==",
    "wildcard": "admits every version that matches the wildcard; pin it with ==",
    "fuzzy": "matches every version that begins so; pin it with == or all its numbers",
    "moving-ref": "names no commit and no version tag; add @ and a commit",
    "unverified-url": "names no version and has no hash; add #sha256=",
    "no-hash": "has no hash; add --hash, for example with pip-compile --generate-hashes",
}
R_ADVICE = {
    "unpinned": "has no version; use remotes::install_version or a dated repository",
    "range": "admits a range of versions; name one",
    "moving-ref": "names no commit and no version tag; add @ and a commit",
    "unverified-url": "names no version; name a file with one",
}
# Installed to install others with, as pip is.
R_TOOLS = frozenset({"renv", "remotes", "devtools", "pak", "BiocManager", "pacman", "littler"})
# Posit's and Microsoft's snapshots, and a variable that may name one; Rocker's images of an R
# version install from one.
R_SNAPSHOT = (
    r"https?://\S*/20\d\d-\d\d-\d\d\b|options\(\s*repos\s*=[^\n]*\$"
    r"|^(?i:\s*FROM\s[^#]*\brocker/[\w-]+:\d+\.\d+\.\d+)"
)
# Upgraded by themselves before an install, they build packages and are not part of the result.
BUILD_TOOLS = frozenset({"pip", "setuptools", "wheel"})
# In a pipeline, these are no part of what is built either.
CI_TOOLS = BUILD_TOOLS | frozenset(
    "pytest pytest-cov pytest-xdist coverage codecov ruff black isort flake8 pylint mypy pyright "
    "bandit safety pip-audit pre-commit prek tox nox build twine hatch flit poetry pdm uv pipenv "
    "pip-tools cibuildwheel nbqa nbstripout nbmake awscli azure-cli yamllint checkov sphinx mkdocs "
    "mkdocs-material".split()
)
# What R code that installs packages holds.
IN_R = r"\b(?:install\.packages|install_\w+|pkg_install|pak|install2?\.r|installGithub\.r)\b"
# What a text that installs packages holds.
INSTALLING = (
    r"\b(?:pip3?|conda|mamba|micromamba|uv|pipx|poetry|pdm)\b[^\n]*\b(?:install|add|create)\b"
    r"|" + IN_R
)
# A notebook's command, after a line feed or at the very beginning, which is found faster than `^`.
_MAGIC = rb"[ \t]*(?:# MAGIC |[%!])[^\n]*\b(?:install|create|add)\b"
# What Python code installs by a command, or declares by a keyword.
IN_PYTHON = (
    rb"pip3?[\"', ]+install|conda[\"', ]+install|pip_requirements|conda_env|packages_to_install"
    rb"|runtime_env|ImageSpec"
)
LOCKS = "uv.lock, poetry.lock, pdm.lock, pylock.toml"


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Yield what is not pinned in `file`, and one piece of evidence for all that is."""
    judge = _Judge(options)
    name = os.path.basename(file.path)
    if file.kind in ("requirements", "yaml") and _beside_model(file.path):
        return  # MLflow wrote it
    if file.kind == "requirements":
        yield from _requirements_file(file, judge)
    elif file.kind == "yaml":
        yield from _conda_environment(file, judge)
        for script in _scripts(file):
            yield from _commands(script, judge)
    elif name in ("pyproject.toml", "Pipfile"):
        yield from _manifest(file, judge)
    elif file.kind in ("dockerfile", "shell", "notebook", "python"):
        for script in _scripts(file):
            yield from _commands(script, judge)
        if file.kind in ("python", "notebook"):
            yield from _declared_in_python(file, judge)
    if judge.pinned:
        places = sorted(judge.pinned, key=lambda place: (place.cell or 0, place.line, place.column))
        yield evidence(
            "pinned", places[0], f"{len(places)} requirement{'s' * (len(places) > 1)} pinned"
        )


def _beside_model(path: str) -> bool:
    return os.path.exists(os.path.join(os.path.dirname(path), "MLmodel"))


class _Judge:
    """The options, and the places of what has been found pinned so far."""

    def __init__(self, options: Options) -> None:
        from mlops_checklist.sources.requirements import canonical

        self.require_hashes = bool(options.require_hashes)
        self.library = bool(options.library)
        self.environment: str = options.from_environment
        self.allowed = frozenset(canonical(name) for name in options.allow)
        self.pinned: list[Place] = []

    def requirement(self, text: str, place: Place, hashed: bool = False) -> tuple[str, str | None]:
        """Return name and broken rule ("" and None for what has nothing to pin)."""
        from mlops_checklist.sources import requirements

        found = requirements.parse(text, place, hashed)
        if found is None or found.name in self.allowed:
            return "", None
        problem = requirements.pin_problem(found, self.require_hashes)
        if problem is None:
            self.pinned.append(place)
        return found.name, problem

    def edits(self, file: File, text: str, place: Place) -> tuple[Edit, ...]:
        """Return the repair of pip's requirement `text`; none where it would still need a hash."""
        from mlops_checklist.sources import repairs

        if self.require_hashes:
            return ()
        try:
            return repairs.requirement(file, text, place, _head(text), self.environment)
        except ValueError as error:  # the environment is none
            raise SettingsError(str(error)) from None


def _says(problem: str, place: Place, text: str, edits: tuple[Edit, ...] = ()) -> Outcome:
    return violation(problem, place, f"'{_shown(text)}' {ADVICE[problem]}", edits)


def _shown(text: str) -> str:
    # User and password of a URL, and what it is asked with, may be secrets.
    text = re.sub(r"(://[^\s?#]*\?)[^\s#]*", r"\1***", re.sub(r"://[^/@\s]*@", "://***@", text))
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= 80 else text[:77] + "..."


def _error(error: Unreadable) -> Outcome:
    return Outcome("error", error.rule, error.place, str(error))


_EXPANSION = r"\$\{[^{}]*\}|\$\([^()]*\)|\$\w+|\{\{[^{}]*\}\}|\{[^{}]*\}"


def _open(text: str) -> bool:
    """Tell whether `text` holds what only a shell, a template or IPython fills in."""
    return "$" in text or "{" in text or "`" in text


def _filled(text: str, place: Place, judge: _Judge) -> str | None:
    """Return the rule that `text` breaks whatever fills its open parts; None if that matters."""
    head = re.split(r"[=<>!~@;\[]", text, maxsplit=1)[0]
    if _open(head) or "@" in text or "://" in text:
        return None
    from mlops_checklist.sources import requirements

    try:
        found = requirements.parse(re.sub(_EXPANSION, "0", text), place)
    except Unreadable:
        return None
    if found is None or found.name in judge.allowed:
        return None
    return requirements.pin_problem(found)


# --- Requirements files -----------------------------------------------------------------------


def _requirements_file(file: File, judge: _Judge) -> Iterator[Outcome]:
    from mlops_checklist.sources import lockfile, requirements

    if requirements.is_conda_list(file.text):
        texts = [
            (line.word.text, line.word.place)
            for line in file.read(requirements.lines)
            if not line.option
        ]
        yield from _conda_specs(texts, judge, lambda name: False)
        return
    if file.path.endswith(".in") and _compiled_from(file.path):
        return
    elsewhere: dict[str, str] = {}
    remote = False
    for line in file.read(requirements.lines):
        if line.option not in ("-r", "-c") or line.word.text.startswith("-"):
            continue
        if requirements.is_remote(line.word.text):
            remote = remote or line.option == "-c"
            continue
        path = requirements.target(file.path, line.word.text)
        try:
            elsewhere |= requirements.pinned_names(path, {os.path.normpath(file.path)})
        except Unreadable as error:
            where = line.word.place
            cause = f"'{_shown(line.word.text)}' (line {where.line}): {error}"
            yield Outcome("error", "unreadable", where, f"cannot follow {cause}")
    beside: list[Lock] | None = None
    for line in file.read(requirements.lines):
        if line.option not in ("", "-e") or line.word.text.startswith("-"):
            continue
        text, place = line.word.text, line.word.place
        if _open(text):
            problem = _filled(text, place, judge)
            yield _says(problem, place, text) if problem else _undecided_text(text, place)
            continue
        try:
            name, problem = judge.requirement(text, place, line.hashed)
        except Unreadable as error:
            yield _error(error)
            continue
        if not problem:
            continue
        if problem not in ("no-hash", "moving-ref", "unverified-url") and name in elsewhere:
            judge.pinned.append(place)
            continue
        if remote:
            said = "the constraints at a URL may pin it"
            yield undecided(problem, place, f"'{_shown(text)}' {ADVICE[problem]}; {said}")
            continue
        if beside is None:  # asked for only where it matters
            beside = lockfile.beside(file.path)
        if any(name in lock.versions for lock in beside):
            judge.pinned.append(place)
            continue
        plain = not line.option and not line.hashed
        yield _says(problem, place, text, judge.edits(file, text, place) if plain else ())


def _undecided_text(text: str, place: Place) -> Outcome:
    return undecided("unpinned", place, f"'{_shown(text)}' is filled in elsewhere")


def _compiled_from(path: str) -> bool:
    """Tell whether the compiled file of the .in file at `path` stands beside it, tracked by Git.

    It has the same stem, or a header that names the .in file.
    """
    from mlops_checklist.sources import requirements
    from mlops_checklist.sources.files import is_tracked

    folder, name = os.path.split(path)
    own = name[:-3] + ".txt"
    names = os.listdir(folder or ".") if os.path.isdir(folder or ".") else []
    for other in sorted(names, key=lambda each: each != own):
        if not other.endswith((".txt", ".lock")):
            continue
        there = File(os.path.join(folder, other), "requirements")
        try:
            compiled = requirements.is_compiled(there.text)
            named = re.search(rf"(?m)^#.*[ /]{re.escape(name)}(?:\s|$)", there.text[:4_000])
            exact = (other == own or (compiled and named)) and "==" in there.text
        except Unreadable:
            continue
        if exact and is_tracked(there.path):
            return True
    return False


# --- Conda environments -----------------------------------------------------------------------


def _conda_environment(file: File, judge: _Judge) -> Iterator[Outcome]:
    from mlops_checklist.sources import conda, lockfile

    environment = conda.environment(file)
    if environment is None:
        return
    beside: list[list[Lock]] = []  # asked for only where it matters

    def locked(name: str) -> bool:
        if not beside:
            beside.append(lockfile.beside(file.path))
        return any(lock.is_conda or name in lock.versions for lock in beside[0])

    yield from _conda_specs(environment.conda, judge, locked, file)
    for text, place in environment.pip:
        text = re.sub(r"^-e\s*", "", text)
        if text.startswith("-"):  # -r, --index-url
            continue
        if _open(text):
            yield _undecided_text(text, place)
            continue
        try:
            name, problem = judge.requirement(text, place)
        except Unreadable as error:
            yield _error(error)
            continue
        if problem and locked(name):
            judge.pinned.append(place)
        elif problem and name in BUILD_TOOLS:
            yield undecided(problem, place, f"'{_shown(text)}' {ADVICE[problem]}")
        elif problem:
            yield _says(problem, place, text, judge.edits(file, text, place))


def _conda_specs(
    texts: Sequence[tuple[str, Place]],
    judge: _Judge,
    locked: Callable[[str], bool],
    file: File | None = None,
) -> Iterator[Outcome]:
    from mlops_checklist.sources import conda
    from mlops_checklist.sources.requirements import canonical

    for text, place in texts:
        spec = conda.match_spec(text) if not _open(text) else None
        if spec is None and _open(text):
            yield _undecided_text(text, place)
        elif spec is None:
            cause = f"'{_shown(text)}' (line {place.line})"
            message = f"cannot parse as conda specification: {cause}"
            yield Outcome("error", "unparseable", place, message)
        elif canonical(spec.name) in judge.allowed:
            continue
        elif not (problem := conda.pin_problem(spec)) or locked(canonical(spec.name)):
            judge.pinned.append(place)
        elif spec.name in BUILD_TOOLS:  # conda lists pip only to be able to call it
            yield undecided(problem, place, f"'{_shown(text)}' {ADVICE[problem]}")
        else:
            edits: tuple[Edit, ...] = ()
            if file:
                from mlops_checklist.sources import repairs

                name = canonical(spec.name)
                edits = repairs.conda(file, text, place, name)
            yield _says(problem, place, text, edits)


# --- pyproject.toml and Pipfile ---------------------------------------------------------------


def _manifest(file: File, judge: _Judge) -> Iterator[Outcome]:
    """Yield one finding if any dependency is loose and no lock governs the manifest."""
    from mlops_checklist.sources import lockfile, manifest, toml

    document = file.read(toml.document)
    is_pipfile = os.path.basename(file.path) == "Pipfile"
    declared = list((manifest.pipfile if is_pipfile else manifest.pyproject)(document))
    for each in declared:
        if each.broken:
            place = manifest.place(file, each)
            if _open(each.text):
                yield _undecided_text(each.text, place)
                continue
            said = f"'{_shown(each.text)}' (line {place.line}): {each.broken}"
            yield Outcome("error", "unparseable", place, f"cannot parse as requirement: {said}")
    declared = [each for each in declared if not each.broken]
    exact = [each for each in declared if each.problem is None]
    loose = [each for each in declared if each.problem and each.name not in judge.allowed]
    if exact:
        judge.pinned += [manifest.place(file, exact[0])] * len(exact)
    if not loose or judge.library or manifest.is_published(document):
        return
    first = manifest.place(file, loose[0])
    if lockfile.governing(file.path, {each.name for each in loose if each.name}):
        judge.pinned += [first] * len(loose)
        return
    quoted = ", ".join(f"'{_shown(each.text)}'" for each in loose[:3]) + ", ..." * (len(loose) > 3)
    why = lockfile.unused(file.path) or "no lock file is tracked beside or above"
    advice = "commit Pipfile.lock" if is_pipfile else f"commit one of {LOCKS}"
    message = (
        f"{len(loose)} of {len(declared)} dependencies are not exact ({quoted}) and {why}; {advice}"
    )
    yield violation("no-lockfile", first, message)


# --- Commands ---------------------------------------------------------------------------------


class _Script(NamedTuple):
    """Commands, how their places become the file's, the lines they stand in, and known values.

    In a pipeline of CI, tools that build and test are no part of what is built. `edited` is the
    file where its words stand letter for letter, and may be repaired.
    """

    commands: Sequence[Command]
    place_of: Callable[[Place], Place]
    lines: Sequence[str]
    known: dict[str, str]
    is_ci: bool = False
    edited: File | None = None

    @property
    def has_snapshot(self) -> bool:
        """Tell whether the file names a dated repository of R's, or an image that has one."""
        return any(re.search(R_SNAPSHOT, line) for line in self.lines)

    def is_redirected(self, word: Word) -> bool:
        """Tell whether < or > follows `word` at once, as in `pip install torch>=2`."""
        line, column = word.end
        here = self.lines[line - 1] if line <= len(self.lines) else ""
        return here[column - 1 : column] in ("<", ">")


def _scripts(file: File) -> Iterator[_Script]:
    from mlops_checklist.sources import shell

    def same(place: Place) -> Place:
        return place

    if file.kind == "dockerfile":
        from mlops_checklist.sources import dockerfile

        known: dict[str, str] = {}
        for instruction in file.read(dockerfile.dockerfile).instructions:
            for name, value in dockerfile.variables(instruction):
                if value.text:  # `ARG X` alone keeps what an ARG before FROM says
                    known[name] = dockerfile.expand(value.text, known)
            if instruction.keyword == "RUN":
                commands = dockerfile.run_commands(instruction)
                yield _Script(commands, same, file.lines, dict(known), edited=file)
    elif file.kind == "shell":
        yield _Script(shell.commands(file.text), same, file.lines, {}, edited=file)
    elif file.kind == "yaml":
        yield from _yaml_scripts(file)
    elif file.kind == "python":
        from mlops_checklist.sources import notebook

        for text, line, column in notebook.script_magics(file.text):
            yield _Script(shell.commands(text, line, column), same, file.lines, {})
    else:
        from mlops_checklist.sources import notebook

        for cell in file.read(notebook.notebook).cells:
            if cell.kind != "code" or not re.search(r"install|create| add |pak", cell.source):
                continue
            lines = cell.source.split("\n")
            for text, line, column in notebook.shell_lines(cell):
                yield _Script(shell.commands(text, line, column), cell.place, lines, {})


_CI = re.compile(
    r"(?:^|/)(?:\.github|\.circleci|\.buildkite|\.azure)/|(?:^|/)(?:\.gitlab-ci|azure-pipelines|"
    r"bitbucket-pipelines|buildspec|cloudbuild|\.travis|action)[^/]*\.ya?ml$"
)


def _yaml_scripts(file: File) -> Iterator[_Script]:
    """Yield the scripts in the texts of a YAML file, such as the steps of a workflow."""
    from mlops_checklist.sources import shell, yaml

    is_ci = _CI.search(file.path.replace(os.sep, "/")) is not None
    for holder in yaml.mappings(file.read(yaml.documents)):
        values = [
            value for key, _, value in yaml.items(holder) if key not in ("name", "description")
        ]
        for value in (*values, *yaml.entries(holder)):
            text = yaml.scalar(value)
            if text is not None and re.search(INSTALLING, text):
                word = shell.joined(yaml.pieces(value, file.lines))
                place = word.place
                plain = value.style == "|" or file.lines[place.line - 1].startswith(
                    text, place.column - 1
                )
                yield _Script(
                    shell.commands_in(word),
                    lambda place: place,
                    file.lines,
                    {},
                    is_ci,
                    file if plain else None,
                )


def _declared_in_python(file: File, judge: _Judge) -> Iterator[Outcome]:
    """Judge what Python code installs by a command, or declares for a model or a task."""
    if file.kind == "python" and re.search(rb"(?m)^# /// script", file.bytes):
        from mlops_checklist.sources import python_commands

        for package in python_commands.script_header(file):
            yield from _operand(package.text, package.place, judge, "")
    if not file.matches(IN_PYTHON):
        return
    from mlops_checklist.sources import python_commands

    if file.kind == "python":
        for command, place_of in python_commands.commands(file):
            yield from _commands(_Script([command], place_of, (), {}), judge)
    for package in python_commands.declared(file):
        if package.is_conda:
            yield from _conda_specs([(package.text, package.place)], judge, lambda name: False)
        elif not package.text.startswith("-"):  # `-r requirements.txt`
            yield from _operand(package.text, package.place, judge, "")


def _commands(script: _Script, judge: _Judge) -> Iterator[Outcome]:
    from mlops_checklist.sources import conda, r, requirements, shell
    from mlops_checklist.sources.dockerfile import expand

    known = script.known
    for command in script.commands:
        plain = shell.unwrapped(command)
        if not plain.words:
            for name, value in plain.assignments:
                known[name] = expand(value.text, known)
            continue
        specs = [
            (expand(word.text, known), script.place_of(word.place))
            for word in conda.installed(plain)
        ]
        yield from _conda_specs(specs, judge, lambda name: False)
        for package in r.installed(plain):
            yield from _r_package(package, script, judge)
        install = requirements.installed(plain)
        if install is None:
            continue
        variables = {*known, *(name for name, _ in plain.assignments)}
        why = ""
        if install.locks:
            why = "the command records the version in a lock"
        elif install.constraints or "PIP_CONSTRAINT" in variables:
            why = "a constraints file may pin it"
        elif {_head(word.text) for word in install.words} <= BUILD_TOOLS:
            why = "it only builds the packages"
        for word in install.words:
            text, place = expand(word.text, known), script.place_of(word.place)
            tool = script.is_ci and _head(word.text) in CI_TOOLS
            unsure = why or ("it only builds and tests" if tool else "")
            for outcome in _operand(text, place, judge, unsure):
                if outcome.kind == "violation" and script.is_redirected(word):
                    hint = f"{outcome.message} and quote it: < and > are redirections here"
                    outcome = outcome._replace(message=hint)
                elif outcome.kind == "violation" and script.edited and text == word.text:
                    edits = judge.edits(script.edited, text, word.at(0))
                    outcome = outcome._replace(edits=edits)
                yield outcome


def _r_package(package: Package, script: _Script, judge: _Judge) -> Iterator[Outcome]:
    from mlops_checklist.sources.requirements import canonical

    place = script.place_of(package.place)
    if canonical(package.name) in judge.allowed:
        return
    if not package.problem:
        judge.pinned.append(place)
        return
    said = f"'{_shown(package.text)}' {R_ADVICE[package.problem]}"
    if _open(package.text):
        yield _undecided_text(package.text, place)
    elif package.unsure:
        yield undecided(package.problem, place, f"{said}; a variable may name it")
    elif package.name in R_TOOLS:
        yield undecided(package.problem, place, f"{said}; it only installs the others")
    elif package.by_default and script.has_snapshot:
        yield undecided(package.problem, place, f"{said}; the repository may be a dated one")
    else:
        yield violation(package.problem, place, said)


def _head(text: str) -> str:
    from mlops_checklist.sources.requirements import canonical

    return canonical(re.split(r"[\s=<>!~@;\[]", text.strip(), maxsplit=1)[0])


def _operand(text: str, place: Place, judge: _Judge, why: str) -> Iterator[Outcome]:
    """Judge one operand of an install command; `why` says what leaves it undecided, if anything."""
    from mlops_checklist.sources.requirements import is_local

    if _open(text):
        problem = _filled(text, place, judge)
        if problem is None:
            if not is_local(text):
                yield _undecided_text(text, place)
            return
    else:
        try:
            _, problem = judge.requirement(text, place)
        except Unreadable:
            yield undecided("unpinned", place, f"'{_shown(text)}' is no requirement")
            return
    if problem and why:
        yield undecided(problem, place, f"'{_shown(text)}' {ADVICE[problem]}; {why}")
    elif problem:
        yield _says(problem, place, text)


HOOK = Hook(
    id="pinned-requirements",
    description="Dependencies pinned to specific versions",
    reads={
        "requirements": b"",
        "yaml": rb"(?m)^[ \t]*[\"']?dependencies[\"']?[ \t]*:|" + INSTALLING.encode(),
        "toml": rb"dependenc|packages",
        "dockerfile": rb"\b(?:install|create|add)\b|" + IN_R.encode(),
        "shell": rb"\b(?:install|create|add)\b|" + IN_R.encode(),
        "notebook": rb"\b(?:install|create|add)\b|" + IN_R.encode(),
        "python": rb"\n%b|\A%b|(?m:^# /// script)|" % (_MAGIC, _MAGIC) + IN_PYTHON,
    },
    rules=RULES,
    check=check,
    options=(
        Option("require-hashes", "a pinned requirement needs a hash, a Git one a commit", False),
        Option("allow", "a package that may stay unpinned", ()),
        Option("from-environment", "a virtual environment whose versions --fix writes", ""),
        Option("library", "the manifest is a library's: its ranges need no lock", False),
    ),
    fixes=True,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
