"""Checklist: Environment tested and reproducible.

An environment that is built twice must be the same twice: what trained the model, what tested it
and what serves it. A base image that moves, a lock that its manifest has left behind, two files
that ask for two Pythons, packages upgraded when a container starts: each gives another one.

What to do: name versions of images, lock again after each change of a manifest, say once which
Python it is, install when the image is built, and let a job of CI install from the lock and run
the tests.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, missing, undecided, violation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.files import Unreadable

if TYPE_CHECKING:
    from mlops_checklist.sources.lockfile import Disagreement
    from mlops_checklist.sources.python_versions import Asked
    from mlops_checklist.sources.shell import Command

Found = TypeVar("Found")

RULES = {
    "moving-base-image": "An image has no tag, or one such as latest that moves.",
    "stale-lock": "A lock file does not hold what its manifest declares.",
    "no-python-version": "Nothing says which Python the project runs on.",
    "python-version-conflict": "Two files ask for different Pythons.",
    "runtime-upgrade": "Packages are upgraded or installed without a version at start-up.",
    "moving-environment": "A Domino job takes whatever revision of its environment is active.",
    "untested-environment": "No job of CI installs the environment and runs tests in it.",
}
_LATEST = re.compile(r"(?:^|[._-])latest(?:$|[._-])", re.IGNORECASE)
# Tags that name a line of releases, and not one of them.
_CHANNELS = frozenset("stable edge nightly main master dev devel develop rolling".split())
_COMPOSE = re.compile(r"(?:docker-)?compose[^/]*\.ya?ml")
_START = re.compile(
    r"(?:app|pre-?run[\w-]*|pre-?setup|docker-entrypoint|entry-?point[\w-]*|start[\w-]*|run|serve)"
    r"\.(?:ba)?sh"
)
_MANIFESTS = ("pyproject.toml", "Pipfile", "setup.cfg")
_LOCKS = frozenset({"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "Pipfile.lock"})
_MOVING = rb"use_latest|use_project_defaults_for_omitted|ActiveRevision|environment_name"


# --- What is judged ---------------------------------------------------------------------------


class _Repository(File):
    """All files that are judged, as one: for the rules that compare them."""

    def __init__(self, files: Sequence[File]) -> None:
        super().__init__("", "repository", b"")
        self.files = {file.path: file for file in files}


def find(options: Options, judges: Callable[[str], bool]) -> Iterator[File]:
    """Yield what Git tracks and says something of an environment, then all of it as one."""
    from mlops_checklist.sources import tracked

    try:
        listed = tracked.files("reproducible-environment")
        moving = tracked.holding(_MOVING, *tracked.CODE, "*.json", "*.yml", "*.yaml")
    except ValueError as error:
        raise SettingsError(str(error)) from None
    folders_of_models = {os.path.dirname(path) for path in listed if path.endswith("MLmodel")}
    files = [
        file
        for path in listed
        if os.path.dirname(path) not in folders_of_models
        for file in [File(path)]
        if (_says_something(file) or path in moving) and judges(path)
    ]
    yield from files
    yield _Repository(files)


def _says_something(file: File) -> bool:
    from mlops_checklist.sources import pipelines, python_versions

    name = os.path.basename(file.path)
    return (
        file.kind in ("dockerfile", "requirements")
        or name in _LOCKS
        or name in _MANIFESTS
        or name in python_versions.NAMES
        or _START.fullmatch(name) is not None
        or name in ("devcontainer.json", ".devcontainer.json")
        or (file.kind == "yaml" and re.search(r"env|conda|compose", name) is not None)
        or pipelines.is_pipeline(file.path)
    )


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge one file, or all of them together."""
    from mlops_checklist.sources import pipelines

    if isinstance(file, _Repository):
        yield from _stale_locks(file.files)
        yield from _python_versions(file.files)
        yield from _tested(file.files)
        return
    _readable(file)
    name = os.path.basename(file.path)
    if file.kind == "dockerfile":
        yield from _dockerfile(file)
    elif _COMPOSE.fullmatch(name):
        yield from _compose(file)
    elif name.endswith("devcontainer.json"):
        yield from _devcontainer(file)
    elif pipelines.is_pipeline(file.path):
        for image, place in pipelines.images(file):
            yield from _image(image, place)
    elif file.kind == "shell" or _START.fullmatch(name):
        from mlops_checklist.sources import shell

        yield from _at_start(shell.commands(file.text))
    if file.kind in ("python", "notebook", "json", "yaml") and re.search(_MOVING, file.bytes):
        yield from _moving_environment(file)


def _readable(file: File) -> None:
    """Raise Unreadable unless `file` is what its name says; `_Repository` is judged without it."""
    name = os.path.basename(file.path)
    if file.kind == "yaml":
        from mlops_checklist.sources import yaml

        file.read(yaml.documents)
    elif file.kind == "toml" or (name in _LOCKS and name != "Pipfile.lock"):
        from mlops_checklist.sources import toml

        file.read(toml.document)
    else:
        _ = file.text


# --- Images -----------------------------------------------------------------------------------


def _image(image: str, place: Place, what: str = "image") -> Iterator[Outcome]:
    """Judge the reference of an image as Docker reads it: `registry:5000/name:tag@digest`."""
    bare, _, digest = image.partition("@")
    if image == "scratch":
        return
    tag = bare.rpartition("/")[2].partition(":")[2]
    if digest:
        yield evidence("moving-base-image", place, f"{what} '{image}' is pinned by its digest")
    elif _LATEST.search(tag):
        advice = "name a version, or a digest"
        yield violation("moving-base-image", place, f"{what} '{image}' moves; {advice}")
    elif "$" in image or "{" in image:
        said = f"what fills in {what} '{image}' is not in the file"
        yield undecided("moving-base-image", place, said)
    elif not tag:
        advice = "add the tag of a version, or a digest"
        yield violation("moving-base-image", place, f"{what} '{image}' has no tag; {advice}")
    elif tag.lower() in _CHANNELS:
        said = f"the tag of {what} '{image}' names no version"
        yield undecided("moving-base-image", place, said)
    else:
        yield evidence("moving-base-image", place, f"{what} '{image}' names its version")


def _dockerfile(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import dockerfile

    parsed = file.read(dockerfile.dockerfile)
    for stage in parsed.stages:
        if stage.parent is None and stage.image:
            yield from _image(stage.image, stage.place, "base image")
    for instruction in parsed.instructions:
        if instruction.keyword in ("CMD", "ENTRYPOINT"):
            yield from _at_start(dockerfile.run_commands(instruction))


def _compose(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import shell, yaml

    for _, _, service in yaml.items(yaml.get(yaml.document(file), "services")):
        image = yaml.get(service, "image")
        text = yaml.scalar(image)
        if text and image is not None and yaml.get(service, "build") is None:  # else: its name
            yield from _image(text, yaml.place(image))
        for key in ("command", "entrypoint"):
            node = yaml.get(service, key)
            for each in yaml.entries(node) or [node]:
                if yaml.scalar(each) is not None and each is not None:
                    word = shell.joined(yaml.pieces(each, file.lines))
                    yield from _at_start(shell.commands_in(word))


_JSONC = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|[{}\[\]:,]', re.DOTALL)


def _devcontainer(file: File) -> Iterator[Outcome]:
    """Judge `image` of a devcontainer.json, whose JSON may have comments (containers.dev)."""
    tokens = [found for found in _JSONC.finditer(file.text) if found[0][0] != "/"]
    depth = 0
    for key, colon, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        depth += (key[0] in "{[") - (key[0] in "}]")
        if depth == 1 and key[0] == '"image"' and colon[0] == ":" and value[0][0] == '"':
            before = file.text[: value.start()]
            place = Place(before.count("\n") + 1, len(before) - before.rfind("\n") + 1)
            yield from _image(value[0][1:-1], place)


# --- At start-up ------------------------------------------------------------------------------


def _at_start(commands: Iterable[Command]) -> Iterator[Outcome]:
    """Judge the installs among commands that run whenever the container or the job starts."""
    from mlops_checklist.sources import requirements, shell

    for command in commands:
        plain = shell.unwrapped(command)
        install = requirements.installed(plain)
        if install is None or install.locks or not install.words:
            continue
        upgrades = any(re.fullmatch(r"--upgrade|-[a-zA-Z]*U", word.text) for word in plain.words)
        loose = [word for word in install.words if _is_loose(word.text)]
        if not loose and not upgrades:
            continue
        word = (loose or list(install.words))[0]
        if install.constraints or word.text in ("pip", "setuptools", "wheel"):
            said = f"'{word.text}' is installed at start-up"
            yield undecided("runtime-upgrade", word.place, said)
            continue
        does = "upgrades" if upgrades else "installs"
        advice = "install a pinned version when the environment is built"
        message = f"start-up {does} '{word.text}', whatever version is newest; {advice}"
        if not loose:
            message = f"start-up upgrades '{word.text}'; {advice}"
        yield violation("runtime-upgrade", word.place, message)


def _is_loose(text: str) -> bool:
    from mlops_checklist.sources import requirements

    if "$" in text or "{" in text:
        return False
    try:
        found = requirements.parse(text, Place())
    except Unreadable:
        return False
    return found is not None and requirements.pin_problem(found) is not None


# --- Domino environments ----------------------------------------------------------------------


def _moving_environment(file: File) -> Iterator[Outcome]:
    rule, advice = "moving-environment", "name the environment's revision"
    if file.kind in ("json", "yaml"):
        shape = r"[\"']?environmentRevisionSpec[\"']?[ \t]*:[ \t]*[\"']?(ActiveRevision)"
        for found in re.finditer(shape, file.text):
            before = file.text[: found.start(1)]
            place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
            yield violation(rule, place, f"'ActiveRevision' moves; {advice}")
        return
    from mlops_checklist.sources import python

    module = file.read(python.module)
    for call in module.calls:
        name = python.last_name(call.func)
        arguments = {keyword.arg: keyword.value for keyword in call.keywords}
        if name not in ("DominoJobTask", "run_domino_job_task", "EnvironmentRevisionSpecification"):
            continue
        for key in ("use_latest", "use_project_defaults_for_omitted"):
            if key in arguments and getattr(arguments[key], "value", None) is True:
                said = f"{key}=True takes what is newest when the job runs; set it to False"
                yield violation(rule, module.place(arguments[key]), f"{said} and {advice}")
        if any(python.last_name(value) == "ActiveRevision" for value in arguments.values()):
            yield violation(rule, module.place(call), f"the active revision moves; {advice}")
        elif "environment_revision_id" in arguments or "EnvironmentRevisionId" in arguments:
            yield evidence(rule, module.place(call), "the environment's revision is named")
        elif "environment_name" in arguments and None not in arguments:
            said = "environment_name alone takes the active revision"
            place = module.place(arguments["environment_name"])
            yield violation(rule, place, f"{said}; add environment_revision_id")


# --- Locks ------------------------------------------------------------------------------------


def _stale_locks(files: Mapping[str, File]) -> Iterator[Outcome]:
    """Compare each manifest with the locks beside it, and with uv's lock of a workspace above."""
    from mlops_checklist.sources import compiled_agreement, lock_agreement

    for path, file in files.items():
        folder, name = os.path.split(path)
        if file.kind == "requirements":
            for source in _read(file, compiled_agreement.sources_of):
                if source.path in files:
                    compare = partial(compiled_agreement.disagreements, source, files[source.path])
                    yield from _said(files[source.path], file, _read(file, compare))
            continue
        if name not in ("pyproject.toml", "Pipfile"):
            continue
        names = (
            ("Pipfile.lock",)
            if name == "Pipfile"
            else (*lock_agreement.OF_PYPROJECT, "pylock.toml")
        )
        for each in names:
            lock = files.get(os.path.join(folder, each))
            if lock is not None:
                yield from _agreement(file, lock)
        workspace = _above(folder, "uv.lock", files)
        if workspace is not None and _is_member(file, workspace):
            yield from _agreement(file, workspace)


def _above(folder: str, name: str, files: Mapping[str, File]) -> File | None:
    while folder:
        folder = os.path.dirname(folder)
        if found := files.get(os.path.join(folder, name)):
            return found
    return None


def _is_member(file: File, lock: File) -> bool:
    """Tell whether uv's lock of a workspace holds the project of `file`."""
    from mlops_checklist.sources import lock_agreement, toml

    try:
        document = file.read(toml.document)
        return "project" in document and not lock_agreement.is_foreign(file, lock)
    except Unreadable:
        return False


def _agreement(file: File, lock: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import lock_agreement, lockfile

    try:
        found = lock_agreement.disagreements(file, lock)
        foreign = lock_agreement.is_foreign(file, lock)
    except Unreadable:
        return  # said of that file itself
    if foreign or (found and not lock.read(lockfile.versions)):
        why = "is the lock of another project" if foreign else "holds no package"
        message = f"{_from(file, lock)} {why}; lock this one"
        yield violation("stale-lock", Place(), message)._replace(path=file.path)
    elif found is None or found or lock.read(lockfile.versions):
        yield from _said(file, lock, found or [])


def _said(file: File, lock: File, found: Sequence[Disagreement]) -> Iterator[Outcome]:
    """Say what the lock has otherwise than its manifest `file`, or that they agree."""
    from mlops_checklist.sources import lock_agreement, manifest, toml

    shown = _from(file, lock)
    for each in found:
        if each.declared is None:
            place = Place(toml.line_of(file.text, each.keys) if each.keys else 1)
        elif file.kind == "requirements":
            place = Place(int(each.declared.keys[0]))
        else:
            place = manifest.place(file, each.declared)
        says = each.says if len(each.says) <= 160 else f"{each.says[:157]}..."
        message = f"{shown} is stale: it {says}; {lock_agreement.advice(lock)}"
        outcome = violation("stale-lock", place, message)
        if not each.sure:
            outcome = undecided("stale-lock", place, f"{shown} {says}; a marker may be why")
        yield outcome._replace(path=file.path)
    if not found:
        told = evidence("stale-lock", Place(), f"{shown} agrees with it")
        yield told._replace(path=file.path)


def _from(file: File, lock: File) -> str:
    """Return the path of the lock as seen from the folder of its manifest."""
    relative = os.path.relpath(lock.path, os.path.dirname(file.path) or os.curdir)
    return relative.replace(os.sep, "/")


# --- Python versions --------------------------------------------------------------------------

# Which says it for the others, from the first on.
_ORDER = "pyproject.toml setup.cfg Pipfile .python-version .tool-versions runtime.txt conda"
_RANK = {kind: rank for rank, kind in enumerate([*_ORDER.split(), "python_env.yaml", "base image"])}


def _python_versions(files: Mapping[str, File]) -> Iterator[Outcome]:
    """Compare what the files of each project ask for: a folder with a manifest, and those below."""
    from mlops_checklist.sources import python_versions

    manifests = {path: file for path, file in files.items() if _is_manifest(file)}
    projects = {os.path.dirname(path) for path in manifests}
    said: dict[str, list[tuple[str, Asked]]] = {}
    for path, file in files.items():
        for asked in _read(file, python_versions.asked):
            folder = os.path.dirname(path)
            while folder and folder not in projects:
                folder = os.path.dirname(folder)
            said.setdefault(folder, []).append((path, asked))
    for folder in sorted(said):
        statements = sorted(said[folder], key=lambda each: (_RANK[each[1].kind], each[0]))
        for at, (path, asked) in enumerate(statements):
            other = next(
                (o for o in statements[:at] if python_versions.conflict(o[1], asked)), None
            )
            if other is None:
                said_here = f"asks for Python '{asked.text}'"
                outcome = evidence("python-version-conflict", asked.place, said_here)
            else:
                where = f"{other[0].replace(os.sep, '/')}:{other[1].place.line}"
                message = f"asks for Python '{asked.text}', but {where} for '{other[1].text}'"
                outcome = violation(
                    "python-version-conflict", asked.place, f"{message}; agree on one"
                )
            yield outcome._replace(path=path)
    for folder in sorted(projects - said.keys()):
        if not any(_within(other, folder) or _within(folder, other) for other in said):
            path = min(path for path in manifests if os.path.dirname(path) == folder)
            advice = "add requires-python to pyproject.toml, or a .python-version"
            message = f"nothing says which Python this is for; {advice}"
            yield missing("no-python-version", Place(), message)._replace(path=path)


def _within(folder: str, top: str) -> bool:
    return not top or folder == top or folder.startswith(top + os.sep)


def _is_manifest(file: File) -> bool:
    """Tell whether the file declares what a project depends on, not only how tools behave."""
    name = os.path.basename(file.path)
    if file.kind == "requirements":
        return not file.path.endswith("constraints.txt")
    if name == "pyproject.toml":
        return any("dependencies" in text for text in _read(file, lambda each: [each.text]))
    return name == "Pipfile" or (
        file.kind == "yaml"
        and re.fullmatch(r"(?:.*[-_.])?(?:environment|conda|python_env)\.ya?ml", name) is not None
    )


def _read(file: File, reader: Callable[[File], Iterable[Found]]) -> list[Found]:
    """Return what `reader` finds; nothing where the file cannot be read, which is said once."""
    try:
        return list(reader(file))
    except Unreadable:
        return []


# --- Tested in CI -----------------------------------------------------------------------------

_INSTALLS = re.compile(
    r"\bpip3? install\b.*(?: -r| --requirement| -e| \.(?:$|[\[ ]))|\bpip-sync\b"
    r"|\buv (?:sync|run|pip sync)\b|\buvx? .*--with"
    r"|\b(?:poetry|pdm|pipenv|pixi) (?:install|sync|run)\b"
    r"|\b(?:conda|mamba|micromamba)\b.* (?:create|update)\b|\bconda-lock install\b"
    r"|\bhatch (?:run|test)\b|\b(?:tox|nox)\b|\bdocker(?:[ -]compose)?(?: buildx)? build\b"
    r"|\bdocker(?: |-)compose (?:up|run)\b|renv::restore"
)
_TESTS = re.compile(
    r"\b(?:pytest|py\.test|unittest|tox|nox|nbmake|papermill|testthat)\b|\bhatch test\b"
    r"|\b(?:run|make|just|task|invoke) [\w:.-]*tests?\b|\bdvc repro\b|manage\.py test\b"
)
# A word with blanks is an argument; what it has a shell run is a command of its own.
_ARGUMENT = re.compile(r"\s")
_SCRIPTED = re.compile(r"\b(?:make|just|task|invoke)\b|\.sh\b|\bci/")


def _told(command: Command) -> str:
    from mlops_checklist.sources import shell

    if shell.program(command) in ("echo", "printf"):
        return ""
    return " ".join(word.text for word in command.words if not _ARGUMENT.search(word.text))


def _tested(files: Mapping[str, File]) -> Iterator[Outcome]:
    """Look for a job of CI that installs what a manifest declares and runs tests."""
    from mlops_checklist.sources import pipelines

    rule = "untested-environment"
    manifests = sorted(path for path, file in files.items() if _is_manifest(file))
    if not manifests:
        return
    unsure: Outcome | None = None
    for path, file in files.items():
        if not pipelines.is_pipeline(path) or "/.github/" in path.replace(os.sep, "/"):
            continue  # GitHub reads the repository's own folder alone
        for job in _read(file, pipelines.jobs):
            texts = [_told(each) for each in job.commands]
            installs = next((text for text in texts if _INSTALLS.search(text)), None)
            tests = next((text for text in texts if _TESTS.search(text)), None)
            if installs and tests:
                said = f"job '{job.name}' installs ('{installs[:60]}') and tests ('{tests[:60]}')"
                yield evidence(rule, job.place, said)._replace(path=path)
                return
            if tests or any(_SCRIPTED.search(text) for text in texts) or job.calls:
                said = f"job '{job.name}' runs what is not in the file"
                unsure = unsure or undecided(rule, job.place, said)._replace(path=path)
    if unsure is not None:
        yield unsure
        return
    message = "no job of CI installs this environment and runs tests in it; add one"
    yield missing(rule, Place(), message)._replace(path=manifests[0])


HOOK = Hook(
    id="reproducible-environment",
    description="Environment tested and reproducible",
    reads={"*": b""},
    rules=RULES,
    check=check,
    finds=find,
    seeks=(_MOVING,),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
