"""health-checks: what must be flagged, and what must not."""

from __future__ import annotations

from pathlib import Path

import pytest
from deployment.manifests import GROUPS, HTTP, PORTS, container, manifest
from helpers import found, of_repository

from mlops_checklist.deployment.health_checks import HOOK


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rules(folder: Path, files: dict[str, str], *kinds: str) -> list[str]:
    return [rule for rule, _, _ in found(of_repository(HOOK, folder, files), *kinds)]


READY, LIVE = f"readinessProbe:\n  {HTTP}\n", f"livenessProbe:\n  {HTTP}\n"
BOTH = ["no-liveness-probe", "no-readiness-probe"]
# As kube-score (pod-probes), kube-linter (no-liveness-probe, no-readiness-probe) and polaris
# (livenessProbeMissing, readinessProbeMissing) have them in their documentation.
PROBES: dict[str, tuple[str, list[str]]] = {
    "none": ("", BOTH),
    "both": (READY + LIVE, []),
    "readiness alone": (READY, ["no-liveness-probe"]),
    "liveness alone": (LIVE, ["no-readiness-probe"]),
    "startup alone": (f"startupProbe:\n  {HTTP}\n", BOTH),
    "empty": ("readinessProbe: {}\nlivenessProbe: {}\n", BOTH),
    "null": ("readinessProbe:\nlivenessProbe: ~\n", BOTH),
    "without an action": ("readinessProbe: {periodSeconds: 5}\n" + LIVE, ["no-readiness-probe"]),
    "tcp": ("readinessProbe: {tcpSocket: {port: 8080}}\n" + LIVE, []),
    "command": ("livenessProbe: {exec: {command: [cat, /tmp/ok]}}\n" + READY, []),
    "grpc": ("livenessProbe: {grpc: {port: 8080}}\n" + READY, []),
    "commented": (f"# livenessProbe: {HTTP}\n" + READY, ["no-liveness-probe"]),
    "of another name": ("livenessprobe: {exec: {command: [x]}}\n" + READY, ["no-liveness-probe"]),
}
RUNNING = [kind for kind in GROUPS if kind not in ("Job", "CronJob")]


@pytest.mark.parametrize("kind", RUNNING)
@pytest.mark.parametrize(("probes", "expected"), PROBES.values(), ids=PROBES)
def test_probes(here: Path, kind: str, probes: str, expected: list[str]) -> None:
    text = manifest(kind, container(PORTS, probes))
    assert rules(here, {"deploy/a.yaml": text}) == expected


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_batch(here: Path, kind: str) -> None:
    text = manifest(kind, container(PORTS))
    assert rules(here, {"a.yaml": text}, "violation", "undecided", "evidence") == []


SIDECAR = container(name="logs", image="fluent/fluent-bit:3.2.1")
FINE = container(PORTS, READY, LIVE)
MANIFESTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a sidecar without ports": (
        manifest("Deployment", FINE + SIDECAR),
        [("undecided", rule) for rule in BOTH],
    ),
    "a second container": (
        manifest("Deployment", FINE + container(PORTS, READY, name="other")),
        [("violation", "no-liveness-probe")],
    ),
    "init containers": (
        manifest("Deployment", FINE, "template: {}\n")
        .replace("  template: {}\n", "")
        .replace(
            "      containers:",
            "      initContainers:\n      - name: wait\n        image: x:1\n      containers:",
        ),
        [],
    ),
    "several documents": (
        f"{manifest('Deployment', FINE)}---\n{manifest('Deployment', container(PORTS, LIVE))}",
        [("violation", "no-readiness-probe")],
    ),
    "a list": (
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n"
        "  spec:\n    containers:\n    - {name: a, image: 'x:1', ports: [{containerPort: 1}]}\n",
        [("violation", rule) for rule in BOTH],
    ),
    "an autoscaler": (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n"
        "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: churn}\n",
        [],
    ),
    "a policy": (
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec:\n"
        "  rules:\n  - match: {any: [{resources: {kinds: [Deployment]}}]}\n",
        [],
    ),
    "a patch of Kustomize": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: churn}\nspec: {replicas: 3}\n",
        [],
    ),
    "KServe, a built-in server": (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\n"
        "spec: {predictor: {sklearn: {storageUri: 's3://b/m'}}}\n",
        [],
    ),
    "KServe, a container": (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: churn}\n"
        "spec: {predictor: {containers: [{name: a, image: 'x:1', ports: [{containerPort: 1}]}]}}\n",
        [],
    ),
    "Seldon": (
        "apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: a}\n"
        "spec: {predictors: [{graph: {name: x}, componentSpecs: [{spec: {containers: "
        "[{name: x, image: 'x:1'}]}}]}]}\n",
        [],
    ),
    "a Service": (
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n",
        [],
    ),
    "a Helm chart with probes in the values": (
        manifest("Deployment", container(PORTS, "{{- toYaml .Values.probes | nindent 8 }}\n")),
        [("undecided", rule) for rule in BOTH],
    ),
    "a Helm chart with a probe": (
        manifest(
            "Deployment",
            container(PORTS, "livenessProbe:\n  {{- toYaml .Values.live | nindent 10 }}", READY),
        ),
        [("undecided", "no-liveness-probe")],
    ),
    "a Helm chart that names its probes": (
        "{{- if .Values.enabled }}\n"
        + manifest("Deployment", container(PORTS, READY, LIVE), name='{{ include "x" . }}')
        + "{{- end }}\n",
        [],
    ),
    "a Helm chart without probes": (
        manifest(
            "Deployment",
            container("ports:\n- containerPort: {{ .Values.port }}\n"),
            name="{{ .n }}",
        ),
        [("violation", rule) for rule in BOTH],
    ),
    "a key twice": (
        manifest("Deployment", container(PORTS, "livenessProbe: {}\n", READY, LIVE)),
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected"), MANIFESTS.values(), ids=MANIFESTS)
def test_manifests(here: Path, text: str, expected: list[tuple[str, str]]) -> None:
    said = of_repository(HOOK, here, {"deploy/a.yaml": text})
    assert [(each.kind, each.rule) for each in said if each.kind != "evidence"] == expected


PORT_CASES: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "by name": (PORTS, "{port: http}", []),
    "by number": (PORTS, "{port: 8080}", []),
    "an unknown name": (PORTS, "{port: metrics}", [("violation", "probe-port")]),
    "a name without ports": ("", "{port: http}", [("violation", "probe-port")]),
    "another number": (PORTS, "{port: 9090}", [("undecided", "probe-port")]),
    "a number without ports": ("", "{port: 9090}", []),
    "a template": (PORTS, "{port: '{{ .Values.port }}'}", []),
    "a port from a template": (
        "ports:\n- name: '{{ .Values.name }}'\n  containerPort: 1\n",
        "{port: http}",
        [],
    ),
}


@pytest.mark.parametrize("action", ["httpGet", "tcpSocket", "grpc"])
@pytest.mark.parametrize(("ports", "port", "expected"), PORT_CASES.values(), ids=PORT_CASES)
def test_ports(
    here: Path, action: str, ports: str, port: str, expected: list[tuple[str, str]]
) -> None:
    probes = f"readinessProbe: {{{action}: {port}}}\nlivenessProbe: {{exec: {{command: [x]}}}}\n"
    said = of_repository(HOOK, here, {"a.yaml": manifest("Deployment", container(ports, probes))})
    assert [(each.kind, each.rule) for each in said if each.rule == "probe-port"] == expected


def test_place(here: Path) -> None:
    text = manifest("Deployment", container(PORTS, LIVE, "readinessProbe: {tcpSocket: {port: x}}"))
    line = text[: text.index("readinessProbe")].count("\n") + 1
    assert found(of_repository(HOOK, here, {"a.yaml": text})) == [("probe-port", line, 44)]
    text = manifest("Deployment", container(PORTS, LIVE))
    line = text[: text.index("- name: web")].count("\n") + 1
    said = [each for each in of_repository(HOOK, here, {"b.yaml": text}) if each.path == "b.yaml"]
    assert found(said) == [("no-readiness-probe", line, 9)]


# --- Code and configuration -------------------------------------------------------------------

APP = "from fastapi import FastAPI\nimport mlflow\napp = FastAPI()\n"
LOADS = "model = mlflow.pyfunc.load_model('models:/churn@champion')\n"
HEALTH = "@app.get('/health')\ndef health():\n    return 'ok'\n"
DOCKER = "FROM python:3.12\nCMD uvicorn app:app --host 0.0.0.0\n"
PATHS: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "a route": (APP + HEALTH, "/health", [("evidence", "probe-path")]),
    "with a slash": (APP + HEALTH, "/health/", [("evidence", "probe-path")]),
    "another one": (APP + HEALTH, "/healthz", [("violation", "probe-path")]),
    "a constant": (
        f"{APP}PATH = '/health'\n{HEALTH.replace(chr(39) + '/health' + chr(39), 'PATH')}",
        "/healthz",
        [("violation", "probe-path")],
    ),
    "a router": (
        "from fastapi import APIRouter, FastAPI\nrouter = APIRouter(prefix='/api')\n"
        "app = FastAPI()\n"
        "@router.get('/health')\ndef f(): ...\napp.include_router(router)\n",
        "/api/health",
        [("evidence", "probe-path")],
    ),
    "a parameter": (
        f"{APP}@app.get('/v1/models/{{name}}/ready')\ndef f(name): ...\n",
        "/v1/models/churn/ready",
        [("evidence", "probe-path")],
    ),
    "flask": (
        "import flask\napp = flask.Flask(__name__)\n@app.route('/ping')\ndef f(): ...\n",
        "/health",
        [("violation", "probe-path")],
    ),
    "a blueprint": (
        "from flask import Blueprint, Flask\nbp = Blueprint('a', __name__, url_prefix='/ops')\n"
        "@bp.route('/ping')\ndef f(): ...\napp = Flask('x')\napp.register_blueprint(bp)\n",
        "/ops/ping",
        [("evidence", "probe-path")],
    ),
    "django": (
        "from django.urls import path\nurlpatterns = [path('health/', view)]\n",
        "/health/",
        [],
    ),
    "starlette": (
        "from starlette.applications import Starlette\nfrom starlette.routing import Route\n"
        "app = Starlette(routes=[Route('/live', f)])\n",
        "/health",
        [("violation", "probe-path")],
    ),
    "aiohttp": (
        "from aiohttp import web\napp = web.Application()\napp.router.add_get('/health', f)\n",
        "/health",
        [("evidence", "probe-path")],
    ),
    "an unknown route": (
        f"{APP}@app.get(path)\ndef f(): ...\n",
        "/x",
        [("undecided", "probe-path")],
    ),
    "metrics of an extension": (
        f"{APP}{HEALTH}from prometheus_fastapi_instrumentator import Instrumentator\n"
        "Instrumentator().instrument(app).expose(app)\n",
        "/metrics",
        [("evidence", "probe-path")],
    ),
}


@pytest.mark.parametrize(("code", "path", "expected"), PATHS.values(), ids=PATHS)
def test_paths(here: Path, code: str, path: str, expected: list[tuple[str, str]]) -> None:
    probes = (
        f"readinessProbe: {{httpGet: {{path: {path}, port: 8080}}}}\n"
        "livenessProbe: {exec: {command: [x]}}\n"
    )
    files = {
        "app.py": code,
        "Dockerfile": DOCKER,
        "k8s/a.yaml": manifest("Deployment", container(PORTS, probes)),
    }
    said = of_repository(HOOK, here, files)
    assert [(each.kind, each.rule) for each in said if each.rule == "probe-path"] == expected


def test_a_workload_that_may_start_something_else(here: Path) -> None:
    probes = "readinessProbe: {httpGet: {path: /api/health, port: 3000}}\n" + LIVE
    grafana = container(PORTS, probes, image="grafana/grafana:11.4.0")
    files = {
        "app.py": APP + HEALTH,
        "a.yaml": manifest("Deployment", grafana, name="grafana"),
        "b.yaml": manifest("Deployment", container(PORTS, READY, LIVE)),
    }
    assert "probe-path" not in rules(here, files, "violation", "undecided", "evidence")


ROUTES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "none": (
        f"{APP}{LOADS}@app.post('/predict')\ndef f(): ...\n",
        [("violation", "no-health-route")],
    ),
    "health": (APP + LOADS + HEALTH, [("evidence", "no-health-route")]),
    "no model": (f"{APP}@app.post('/predict')\ndef f(): ...\n", []),
    "a look-alike": (
        f"{APP}{LOADS}@app.get('/healthcare-claims')\ndef f(): ...\n",
        [("violation", "no-health-route")],
    ),
    "a comment": (
        f"{APP}{LOADS}# @app.get('/health')\n@app.get('/x')\ndef f(): ...\n",
        [("violation", "no-health-route")],
    ),
    "not known": (f"{APP}{LOADS}app.add_api_route(path, f)\n", [("undecided", "no-health-route")]),
    "a Domino endpoint": (
        f"import mlflow\n{LOADS}def predict(x):\n    return model.predict(x)\n",
        [],
    ),
    "streamlit": (f"import streamlit as st\nimport mlflow\n{LOADS}st.title('x')\n", []),
}


@pytest.mark.parametrize(("code", "expected"), ROUTES.values(), ids=ROUTES)
def test_health_routes(here: Path, code: str, expected: list[tuple[str, str]]) -> None:
    said = of_repository(HOOK, here, {"app.py": code})
    assert [(each.kind, each.rule) for each in said] == expected


def test_a_route_of_another_module(here: Path) -> None:
    files = {
        "app/main.py": f"{APP}from app.ops import router\n{LOADS}app.include_router(router)\n",
        "app/ops.py": "from fastapi import APIRouter\nrouter = APIRouter()\n"
        "@router.get('/ready')\ndef f(): ...\n",
    }
    said = of_repository(HOOK, here, files)
    assert [(each.kind, each.path) for each in said] == [("evidence", "app/ops.py")]


IMAGES: dict[str, tuple[str, list[str]]] = {
    "none": (DOCKER, ["no-healthcheck"]),
    "one": (
        "FROM python:3.12\nHEALTHCHECK CMD curl -f localhost\nCMD uvicorn a:b --host 0.0.0.0\n",
        [],
    ),
    "switched off": (
        "FROM python:3.12\nHEALTHCHECK NONE\nCMD uvicorn a:b --host 0.0.0.0\n",
        ["no-healthcheck"],
    ),
    "of another stage": (
        'FROM a:1 AS b\nHEALTHCHECK CMD x\nFROM c:1\nCMD ["uvicorn", "a:b", "--host", "0.0.0.0"]\n',
        ["no-healthcheck"],
    ),
    "training": ("FROM python:3.12\nCMD python train.py\n", []),
    "a notebook": ("FROM python:3.12\nCMD jupyter lab\n", []),
    "a command line": ('FROM python:3.12\nENTRYPOINT ["churn"]\n', []),
    "a model server": ("FROM x:1\nCMD tritonserver --model-repository=/m\n", ["no-healthcheck"]),
    "gunicorn on all": (
        "FROM x:1\nHEALTHCHECK CMD x\nCMD gunicorn -b 0.0.0.0:80 app:app\n",
        [],
    ),
    "localhost": (
        "FROM x:1\nHEALTHCHECK CMD x\nCMD uvicorn a:b --host 127.0.0.1\n",
        ["localhost-bind"],
    ),
    "localhost by default": ("FROM x:1\nHEALTHCHECK CMD x\nCMD uvicorn a:b\n", ["localhost-bind"]),
    "from the environment": (
        "FROM x:1\nENV UVICORN_HOST=0.0.0.0\nHEALTHCHECK CMD x\nCMD uvicorn a:b\n",
        [],
    ),
    "a variable": ("FROM x:1\nHEALTHCHECK CMD x\nCMD uvicorn a:b --host $HOST\n", []),
}


@pytest.mark.parametrize(("text", "expected"), IMAGES.values(), ids=IMAGES)
def test_images(here: Path, text: str, expected: list[str]) -> None:
    assert rules(here, {"Dockerfile": text}) == expected


def test_an_orchestrator_probes(here: Path) -> None:
    files = {"Dockerfile": DOCKER, "a.yaml": manifest("Deployment", container(PORTS, READY, LIVE))}
    assert rules(here, files) == []


BIND: dict[str, tuple[str, list[str]]] = {
    "all": ("uvicorn app:app --host 0.0.0.0 --port 8888\n", []),
    "localhost": ("uvicorn app:app --host localhost\n", ["localhost-bind"]),
    "default of uvicorn": ("exec uvicorn app:app --port 8888\n", ["localhost-bind"]),
    "default of flask": ("python -m flask run\n", ["localhost-bind"]),
    "flask by variable": ("export FLASK_RUN_HOST=0.0.0.0\nflask run\n", []),
    "streamlit": ("streamlit run app.py --server.port 8888\n", []),
    "streamlit on localhost": (
        "streamlit run app.py --server.address=127.0.0.1\n",
        ["localhost-bind"],
    ),
    "gunicorn with a file": ("gunicorn -c conf.py app:app\n", []),
    "a comment": ("# uvicorn app:app\nstreamlit run app.py\n", []),
    "mlflow": ("mlflow models serve -m models:/c@x\n", ["localhost-bind"]),
}


@pytest.mark.parametrize(("text", "expected"), BIND.values(), ids=BIND)
def test_bind(here: Path, text: str, expected: list[str]) -> None:
    assert rules(here, {"app.sh": text}) == expected


COMPOSE: dict[str, tuple[str, list[str]]] = {
    "none": ("services:\n  api:\n    build: .\n    ports: ['80:80']\n", ["no-healthcheck"]),
    "one": (
        "services:\n  api:\n    build: .\n    healthcheck: {test: [CMD, curl, localhost]}\n",
        [],
    ),
    "disabled": (
        "services:\n  api:\n    build: .\n    healthcheck: {disable: true}\n",
        ["no-healthcheck"],
    ),
    "NONE": (
        "services:\n  api:\n    build: .\n    healthcheck: {test: [NONE]}\n",
        ["no-healthcheck"],
    ),
    "NONE as a command": (
        "services:\n  api:\n    build: .\n    healthcheck: {test: NONE}\n",
        [],
    ),
    "somebody else's": (
        "services:\n  db:\n    image: postgres:17\n    ports: ['1:1']\n  api:\n    build: .\n"
        "    healthcheck: {test: [CMD, x]}\n",
        [],
    ),
    "extends": ("services:\n  api:\n    build: .\n    extends: {service: base}\n", []),
}


@pytest.mark.parametrize(("text", "expected"), COMPOSE.values(), ids=COMPOSE)
def test_compose(here: Path, text: str, expected: list[str]) -> None:
    assert rules(here, {"compose.yaml": text, "Dockerfile": DOCKER}) == expected


BROKEN = {
    "yaml": ("a.yaml", "kind: Pod\nspec: [1\n", "error"),
    "template": ("a.yaml", "kind: Pod\n{{- if x }}\nspec: [1\n", "undecided"),
    "nul": ("a.yaml", "kind: Pod\n\x00", "error"),
}


@pytest.mark.parametrize(("path", "text", "kind"), BROKEN.values(), ids=BROKEN)
def test_broken(here: Path, path: str, text: str, kind: str) -> None:
    files = {path: text, "b.yaml": manifest("Deployment", container(PORTS, READY))}
    said = of_repository(HOOK, here, files)
    assert [(each.kind, each.path) for each in said if each.kind != "evidence"] == [
        (kind, path),
        ("violation", "b.yaml"),
    ]
