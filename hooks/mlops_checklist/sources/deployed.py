"""What a repository deploys: workloads, compose services, images, web applications, endpoints.

A *model is deployed* where a long-running workload serves one: its kind is an inference service,
its image, command or name says so, or a web application of the repository loads a model; an
endpoint of SageMaker, Vertex AI or Azure ML; a Domino app (`app.sh`) or endpoint (`predict`).
Training images, batch jobs, command lines and libraries are none.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import (
    commands,
    dockerfile,
    kubernetes,
    programs,
    python,
    routes,
    servers,
    services,
    tracked,
    triggers,
    yaml,
)
from mlops_checklist.sources.files import File, Unreadable
from mlops_checklist.sources.kubernetes import Workload
from mlops_checklist.sources.repository import Repository
from mlops_checklist.sources.routes import Routes
from mlops_checklist.sources.servers import Server

_COMPOSE = re.compile(r"(?:docker-)?compose[^/]*\.ya?ml")
_APP = re.compile(r"app[^/]*\.sh")
_MODEL = re.compile(
    r"(?i)(?:^|[^a-z])(?:models?|predict\w*|predictor|inference|infer|scor(?:e|er|ing)|classif\w*"
    r"|recommend\w*|llm|ml|mlflow|triton\w*|torchserve|sklearn|xgboost|vllm|tgi|embedd\w*|kserve"
    r"|detection|detector|forecast\w*|bento\w*)(?:$|[^a-z])"
)
_ENDPOINTS = re.compile(
    r"boto3\.(?:client|Session\(\)\.client)\(\)\.create_endpoint(?:_config)?"
    r"|sagemaker\..*\.deploy|google\.cloud\.aiplatform\..*(?:\.deploy|Endpoint\.create)"
    r"|azure\.ai\.ml\.entities\.Managed\w*Endpoint|azureml\.core\..*\.deploy"
    r"|domino\.(?:domino\.)?Domino\(\)\.(?:model_publish|model_version_publish|endpoint_publish)"
)
_ENDPOINT_SCHEMA = re.compile(r"managedOnline(?:Endpoint|Deployment)\.schema\.json")


class Compose(NamedTuple):
    """A service of a compose file: its name, mapping and place, and the Dockerfile it builds."""

    file: File
    name: str
    node: yaml.Node
    place: Place
    builds: str | None


class Image(NamedTuple):
    """A Dockerfile whose last stage starts a server: where, and whether it has a health check.

    `checks` is True or False, None where nothing is said.
    """

    file: File
    server: Server
    checks: bool | None
    at: Place


class App(NamedTuple):
    """A web application: its first file, all its files, its routes, and a load of a model.

    `is_library`: it is a module of a package that others install, and nothing here runs it.
    """

    file: File
    paths: frozenset[str]
    routes: Routes
    loads: tuple[str, Place] | None  # in which file, and where
    is_library: bool


class Subject(NamedTuple):
    """Where a model is deployed: the file, the place, and what it is in words."""

    path: str
    place: Place
    what: str


class Deployed(NamedTuple):
    """All that a repository deploys."""

    workloads: tuple[tuple[File, Workload], ...]
    compose: tuple[Compose, ...]
    images: tuple[Image, ...]
    apps: tuple[App, ...]
    starts: tuple[tuple[File, Server], ...]  # of app.sh
    subjects: tuple[Subject, ...]


def find(
    hook: str, judges: Callable[[str], bool], more: Callable[[str, File], bool]
) -> dict[str, File]:
    """Return the tracked files that say what is deployed, and those that `more` asks for.

    Raises ValueError, with Git's own words, where there is no repository to be read.
    """
    answering = tracked.holding(triggers.ANSWERING, *tracked.CODE)
    found = {}
    for path in tracked.files(hook, everywhere=True):
        if not judges(path):
            continue
        file = tracked.opened(path)
        code = file.kind in ("python", "notebook")
        asked = path in answering if code else _may_deploy(file)
        if (asked and not tracked.is_passed_over(path)) or more(path, file):
            found[path] = file
    return found


def _may_deploy(file: File) -> bool:
    name = os.path.basename(file.path)
    if file.kind in ("python", "notebook"):
        return True
    if file.kind == "yaml":
        return _COMPOSE.fullmatch(name) is not None or file.holds(
            kubernetes.TRIGGER + rb"|\$schema"
        )
    return file.kind == "dockerfile" or _APP.fullmatch(name) is not None


def deployed(files: Mapping[str, File]) -> Deployed:
    """Return what the files deploy; what cannot be read or parsed is left out."""
    asked = {path: file for path, file in files.items() if not tracked.is_passed_over(path)}
    return _deployed(tuple(file for file in asked.values() if _may_deploy(file)))


@functools.lru_cache(maxsize=4)  # several hooks ask for the same
def _deployed(files: tuple[File, ...]) -> Deployed:
    workloads: list[tuple[File, Workload]] = []
    compose: list[Compose] = []
    images: list[Image] = []
    starts: list[tuple[File, Server]] = []
    endpoints: list[Subject] = []
    for file in files:
        path = file.path
        try:
            if file.kind == "yaml":
                if _COMPOSE.fullmatch(os.path.basename(path)):
                    compose += _services(file)
                elif file.holds(kubernetes.TRIGGER):
                    workloads += [(file, each) for each in file.read(kubernetes.workloads)]
                elif file.holds(rb"schema\.json") and _ENDPOINT_SCHEMA.search(file.text):
                    endpoints.append(Subject(path, Place(), "an endpoint of Azure ML"))
            elif file.kind == "dockerfile":
                images += filter(None, [_image(file)])
            elif _APP.fullmatch(os.path.basename(path)):
                starts += [(file, each) for each in _started(file)]
            elif file.kind in ("python", "notebook"):
                endpoints += _endpoints(file)
        except Unreadable:
            continue  # whoever judges the file says why
    started = [each.server.app for each in images] + [each.app for _, each in starts]
    apps = tuple(
        app._replace(is_library=app.is_library and not _is_started(app, started))
        for app in _apps(files)
    )
    found = Deployed(tuple(workloads), tuple(compose), tuple(images), apps, tuple(starts), ())
    return found._replace(subjects=(*_subjects(found), *endpoints))


# --- Compose, images, apps ----------------------------------------------------------------------


def _services(file: File) -> Iterator[Compose]:
    for name, key, service in yaml.items(yaml.get(yaml.document(file), "services")):
        build = yaml.get(service, "build")
        builds = None
        if build is not None:
            context = yaml.scalar(build) or yaml.scalar(yaml.get(build, "context")) or "."
            named = yaml.scalar(yaml.get(build, "dockerfile")) or "Dockerfile"
            folder = os.path.dirname(file.path)
            builds = os.path.normpath(os.path.join(folder, context, named))
        yield Compose(file, name, service, yaml.place(key), builds)


def _image(file: File) -> Image | None:
    """Return what the last stage of a Dockerfile starts, if it is a server."""
    parsed = file.read(dockerfile.dockerfile)
    start: Server | None = None
    checks: bool | None = None
    at = Place()
    names: set[str] = set()
    for instruction in parsed.instructions:
        if instruction.keyword == "FROM":
            start, checks, names = None, None, set()
        elif instruction.keyword == "ENV":
            names |= {name for name, _ in dockerfile.variables(instruction)}
        elif instruction.keyword == "HEALTHCHECK":
            checks = bool(dockerfile.run_commands(instruction))
            at = instruction.place
        elif instruction.keyword in ("CMD", "ENTRYPOINT"):
            for command in dockerfile.run_commands(instruction):
                start = servers.server(command, frozenset(names)) or start
    if start is None:
        return None
    return Image(file, start, checks, at if checks is not None else start.at)


def _started(file: File) -> Iterator[Server]:
    names: set[str] = set()
    for command, _ in commands.commands(file):
        names |= {name for name, _ in command.assignments}
        if command.words and command.words[0].text == "export":
            names |= {word.text.partition("=")[0] for word in command.words[1:]}
        if (found := servers.server(command, frozenset(names))) is not None:
            yield found


def _apps(files: Sequence[File]) -> Iterator[App]:
    """Yield the web applications among the Python files, each with the modules that it imports."""
    code = {file.path: file for file in files if file.kind in ("python", "notebook")}
    if not code:
        return
    repository = Repository(code, listed=tracked.files("mlops-checklist"))
    for file in code.values():
        repository.add(file)
    taken: set[str] = set()
    for path in sorted(code, key=lambda each: -len(repository.closure(each))):
        if path in taken:
            continue
        try:
            app = _app(repository, repository.file(path))
        except (Unreadable, RecursionError):
            continue
        if app is not None:
            taken |= app.paths
            yield app


MOST = 100  # modules of an application that are looked into


def _app(repository: Repository, file: File) -> App | None:
    """Return the application that a file begins; of more than MOST modules, its own part alone."""
    path = os.path.normpath(file.path)
    whole = repository.closure(path)
    paths = whole if len(whole) <= MOST else (path,)
    files = repository.matching(paths, _ROUTING)
    parts = [each.read(routes.routes) for each in files if each.kind in ("python", "notebook")]
    if not any(part.is_app for part in parts) and not file.read(services.serves):
        return None
    joined = Routes(
        tuple(route for part in parts for route in part.paths),
        frozenset(prefix for part in parts for prefix in part.prefixes),
        any(part.is_app for part in parts),
        all(part.is_known for part in parts) and paths == whole,
    )
    loads = None
    if repository.matching(paths, _LOADING):
        found = file.read(services.loading)
        if paths == whole:
            reached = [services.loads(program) for program in programs.programs(file)]
            found = tuple(load for listed in reached for load in listed)
        if found:
            loads = (found[0].module.file.path, found[0].module.place(found[0].call))
    installed = repository.is_of_a_package(path) and not repository.is_run(path)
    return App(file, frozenset(paths), joined, loads, installed and _is_published(repository))


# Without one of these in its bytes a file has no routes, and loads no model.
_ROUTING = (
    rb"\.(?:get|post|route|websocket|head|add_\w+|view)\(|\b(?:Route|Mount|path|url|Router|APIRouter"
    rb"|FastAPI|Flask|Starlette|Blueprint|Application|Litestar|Sanic|Quart|App)\(|metrics|[Hh]ealth"
)
_LOADING = rb"\bload|InferenceSession|Booster|YOLO|import_mojo"


def _is_published(repository: Repository) -> bool:
    """Tell whether the repository is built into a package."""
    listed = repository.listed
    if "setup.py" in listed:
        return True
    return "pyproject.toml" in listed and tracked.opened("pyproject.toml").holds(rb"build-system")


def _endpoints(file: File) -> Iterator[Subject]:
    module = file.read(python.module)
    for call in module.calls:
        name = module.qualified(call.func) or ""
        if _ENDPOINTS.fullmatch(name):
            yield Subject(file.path, module.place(call), f"an endpoint ({name.rpartition('.')[2]})")
            return


# --- Models -------------------------------------------------------------------------------------


def _subjects(found: Deployed) -> Iterator[Subject]:
    """Yield where a model is deployed."""
    apps = [app for app in found.apps if app.loads is not None and not app.is_library]
    serves = bool(apps)
    for file, workload in found.workloads:
        if workload.is_batch:
            continue
        said = " ".join([workload.name, *map(_words, workload.containers)])
        if workload.is_inference or _MODEL.search(said):
            yield Subject(file.path, workload.place, f"the {workload.kind} '{workload.name}'")
    for image in found.images:
        if image.server.models or serves:
            yield Subject(image.file.path, image.server.at, "this image")
    for service in found.compose:
        if service.builds is not None and serves and yaml.get(service.node, "ports") is not None:
            yield Subject(service.file.path, service.place, f"the service '{service.name}'")
    for file, start in found.starts:
        yield Subject(file.path, start.at, "this Domino app")
    for app in apps:
        assert app.loads is not None
        what = "this application" if app.routes.is_app else "this endpoint"
        yield Subject(*app.loads, what)


def _is_started(app: App, started: Sequence[str]) -> bool:
    """Tell whether a command starts an application: `fraud.predict:app`, or its file."""
    stem = os.path.splitext(app.file.path)[0].replace(os.sep, ".")
    names = (re.sub(r":.*|\.py$", "", text).replace("/", ".") for text in started if text)
    return any(f".{stem}".endswith(f".{name}") for name in names)


def _words(container: kubernetes.Container) -> str:
    texts = [container.name, container.image]
    for key in ("command", "args"):
        node = yaml.get(container.node, key)
        texts += [yaml.scalar(each) or "" for each in yaml.entries(node)]
    return " ".join(texts)
