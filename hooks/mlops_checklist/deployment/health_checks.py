"""Checklist: Health checks configured.

A container that hangs takes requests until somebody notices; one that is not ready yet answers with
errors. A probe finds both, if it asks a path and a port that are there, and if the server can be
reached at all. The hook reads manifests together with the code that they start.

What to do: a `/health` and a `/ready` route, a `livenessProbe` and a `readinessProbe` that ask
them; `HEALTHCHECK` where no orchestrator probes; listen on 0.0.0.0.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, undecided, violation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.triggers import ANSWERING

if TYPE_CHECKING:
    from mlops_checklist.sources import yaml
    from mlops_checklist.sources.deployed import App, Compose, Deployed
    from mlops_checklist.sources.kubernetes import Container, Workload
    from mlops_checklist.sources.servers import Server

RULES = {
    "no-readiness-probe": "A container that takes requests has no readiness probe.",
    "no-liveness-probe": "A container that takes requests has no liveness probe.",
    "probe-port": "A probe asks a port that the container does not name.",
    "probe-path": "A probe asks a path that the application does not answer.",
    "no-healthcheck": "An image or compose service that serves has no health check.",
    "no-health-route": "An application that serves a model has no route for health checks.",
    "localhost-bind": "The server listens on localhost, where nobody else reaches it.",
}


def find(options: Options, judges: Callable[[str], bool]) -> Iterator[File]:
    """Yield all that says what is deployed, as one, and each manifest that cannot be read."""
    from mlops_checklist.sources import deployed, tracked

    try:
        files = deployed.find(HOOK.id, judges, lambda path, file: False)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    yield from (file for file in files.values() if file.kind in ("yaml", "dockerfile"))
    if files:
        yield tracked.Whole(files)


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge one file alone, which must be readable, or all together."""
    from mlops_checklist.sources import deployed, dockerfile, templates, tracked

    if not isinstance(file, tracked.Whole):
        file.read(templates.documents if file.kind == "yaml" else dockerfile.dockerfile)
        return
    found = deployed.deployed(file.files)
    for at, workload in found.workloads:
        if not workload.is_batch:
            yield from _in(at, _workload(found, workload))
    for image in found.images:
        yield from _in(image.file, _image(found, image.checks, image.at))
    for service in found.compose:
        yield from _in(service.file, _service(found, service))
    for app in found.apps:
        yield from _in(app.file, _app(app))
    for at, server in found.starts:
        yield from _in(at, _bind(server))
    for image in found.images:
        yield from _in(image.file, _bind(image.server))


def _in(file: File, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome if outcome.path else outcome._replace(path=file.path)


# --- Probes -----------------------------------------------------------------------------------

_PROBES = {"readinessProbe": "no-readiness-probe", "livenessProbe": "no-liveness-probe"}
_ACTIONS = ("httpGet", "tcpSocket", "exec", "grpc")


def _workload(found: Deployed, workload: Workload) -> Iterator[Outcome]:
    for container in workload.containers:
        yield from _container(found, workload, container)


def _container(found: Deployed, workload: Workload, container: Container) -> Iterator[Outcome]:
    """Judge the probes of one container."""
    from mlops_checklist.sources import yaml

    name = f"container '{container.name}'" if container.name else "this container"
    for key, rule in _PROBES.items():
        probe = yaml.get(container.node, key)
        what = key.removesuffix("Probe")
        if probe is not None and _asks(probe):
            place = yaml.place(probe)
            yield evidence(rule, place, f"{name} has a {what} probe")
        elif workload.documents.is_open(container.node):
            yield undecided(rule, container.place, f"a template may give {name} a {what} probe")
        elif workload.is_inference:
            continue  # the platform probes what it starts
        elif not yaml.entries(yaml.get(container.node, "ports")):
            message = f"{name} has no {what} probe, and no port that says whether it serves"
            yield undecided(rule, container.place, message)
        else:
            yield violation(rule, container.place, f"{name} has no {what} probe; add {key}")
    for key in ("readinessProbe", "livenessProbe", "startupProbe"):
        probe = yaml.get(container.node, key)
        if probe is not None:
            yield from _port(container, probe, name)
            yield from _path(found, workload, probe)


def _asks(probe: yaml.Node) -> bool:
    """Tell whether a probe says what to ask: an empty one is none."""
    from mlops_checklist.sources import templates, yaml

    named = [value for key, _, value in yaml.items(probe) if key in _ACTIONS]
    return bool(named) or templates.is_opaque(yaml.scalar(probe))


def _port(container: Container, probe: yaml.Node, name: str) -> Iterator[Outcome]:
    from mlops_checklist.sources import templates, yaml

    ports = yaml.entries(yaml.get(container.node, "ports"))
    named = {yaml.scalar(yaml.get(port, "name")) for port in ports}
    numbers = {yaml.scalar(yaml.get(port, "containerPort")) for port in ports}
    for action in _ACTIONS:
        node = yaml.get(probe, action, "port")
        text = yaml.scalar(node)
        opaque = any(map(templates.is_opaque, (text, *named, *numbers)))
        if node is None or text is None or opaque or text in named | numbers:
            continue
        place = yaml.place(node)
        if not text.isdecimal():
            known = ", ".join(sorted(filter(None, named))) or "none"
            message = f"the probe asks port '{text}', which {name} does not name (it has {known})"
            yield violation("probe-port", place, message)
        elif ports:
            message = f"the probe asks port {text}, which {name} does not declare"
            yield undecided("probe-port", place, message)


def _path(found: Deployed, workload: Workload, probe: yaml.Node) -> Iterator[Outcome]:
    """Compare the path that a probe asks with the routes of the application that it starts."""
    from mlops_checklist.sources import routes, templates, yaml

    node = yaml.get(probe, "httpGet", "path")
    text = yaml.scalar(node)
    if node is None or text is None or templates.is_opaque(text):
        return
    app = _started_by(found, workload)
    if app is None:
        return
    place = yaml.place(node)
    if routes.answers(app.routes, text):
        yield evidence("probe-path", place, f"{app.file.path} answers '{text}'")
    elif app.routes.is_known and app.routes.is_app and app.routes.paths:
        known = ", ".join(sorted({route.text for route in app.routes.paths})[:5])
        message = f"the probe asks '{text}', which {app.file.path} does not answer; it has {known}"
        yield violation("probe-path", place, message)
    else:
        yield undecided(
            "probe-path", place, f"whether '{text}' is answered is not told in the code"
        )


def _started_by(found: Deployed, workload: Workload) -> App | None:
    """Return the application that a workload starts, where that is beyond doubt.

    The only application and the only workload of the repository, whose image is not somebody
    else's; or the one whose folder or file the image or the workload is named after.
    """
    apps = [app for app in found.apps if app.routes.is_app]
    if not apps or len(workload.containers) != 1:
        return None
    image = workload.containers[0].image
    repository = re.split(r"[@:]", image.rpartition("/")[2])[0]
    names = {_plain(repository), _plain(workload.name)} - {""}
    named = [app for app in apps if names & {_plain(part) for part in _parts(app.file.path)}]
    if len(named) == 1:
        return named[0]
    if len(apps) > 1 or _PUBLIC.search(image) or not found.images:
        return None
    running = [each for _, each in found.workloads if not each.is_batch]
    return apps[0] if len(running) == 1 else None


_PUBLIC = re.compile(
    r"^(?:docker\.io/|ghcr\.io/|quay\.io/|registry\.k8s\.io/|nvcr\.io/|public\.ecr\.aws/)|^[\w.-]+(?::|@|$)"
)
_COMMON = frozenset({"app", "main", "src", "api", "server", "service", "model", "wsgi", "asgi"})


def _parts(path: str) -> list[str]:
    folders, name = os.path.split(path)
    return [os.path.splitext(name)[0], *folders.split(os.sep)]


def _plain(name: str) -> str:
    plain = re.sub(r"[\W_]+", "", name.lower())
    return "" if plain in _COMMON else plain


# --- Images and compose -------------------------------------------------------------------------


def _image(found: Deployed, checks: bool | None, at: Place) -> Iterator[Outcome]:
    rule = "no-healthcheck"
    if checks:
        yield evidence(rule, at, "the image has a health check")
    elif found.workloads:
        return  # the orchestrator probes, and does not read HEALTHCHECK
    elif checks is False:
        yield violation(rule, at, "HEALTHCHECK NONE switches the health check off; name a command")
    elif any(service.builds for service in found.compose):
        return  # judged with the service
    else:
        message = "the image starts a server and has no HEALTHCHECK; add one that asks its route"
        yield violation(rule, at, message)


def _service(found: Deployed, service: Compose) -> Iterator[Outcome]:
    """Judge a compose service that is built here and takes requests."""
    from mlops_checklist.sources import yaml

    rule = "no-healthcheck"
    node = yaml.get(service.node, "healthcheck")
    image = next((each for each in found.images if each.file.path == service.builds), None)
    test = yaml.get(node, "test")
    words = [yaml.scalar(each) for each in yaml.entries(test)]
    if yaml.scalar(yaml.get(node, "disable")) == "true" or words[:1] == ["NONE"]:
        yield violation(rule, service.place, f"service '{service.name}' switches its check off")
    elif node is not None and (test is not None or (image is not None and image.checks)):
        yield evidence(rule, service.place, f"service '{service.name}' has a health check")
    elif image is not None and image.checks:
        yield evidence(rule, service.place, f"the image of '{service.name}' has a health check")
    elif image is not None and yaml.get(service.node, "extends") is None:
        message = f"service '{service.name}' takes requests and has no health check"
        yield violation(rule, service.place, f"{message}; add healthcheck")


# --- Applications -------------------------------------------------------------------------------


def _app(app: App) -> Iterator[Outcome]:
    from mlops_checklist.sources import routes

    rule = "no-health-route"
    if app.loads is None or not app.routes.is_app or app.is_library:
        return
    found = routes.health(app.routes)
    if found is not None:
        yield evidence(rule, found.place, f"it answers {found.text}")._replace(path=found.path)
    elif not app.routes.is_known or not app.routes.paths:
        yield undecided(rule, Place(), "which routes it has is not told in the code")
    else:
        first = app.routes.paths[0]
        message = "this application serves a model and has no route for health checks; add /health"
        yield violation(rule, first.place, message)._replace(path=first.path)


def _bind(server: Server) -> Iterator[Outcome]:
    from mlops_checklist.sources import servers

    rule = "localhost-bind"
    if servers.is_local(server.host):
        told = f"'{server.program}' listens on {server.host}, where nobody else reaches it"
        yield violation(rule, server.at, f"{told}; listen on 0.0.0.0")
    elif server.host:
        yield evidence(rule, server.at, f"'{server.program}' listens on {server.host}")
    else:
        yield undecided(rule, server.at, f"on which address '{server.program}' listens is not told")


HOOK = Hook(
    id="health-checks",
    description="What is deployed has health checks that ask what is there.",
    reads={"*": b""},
    rules=RULES,
    check=check,
    finds=find,
    seeks=(ANSWERING,),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
