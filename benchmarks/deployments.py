"""How long the hooks on deployment take over 5,000 manifests, beside loading them once.

A repository of 5,000 Kubernetes manifests is made: deployments with probes, pinned images, limits,
services and autoscalers, as many files as manifests. Each hook runs as pre-commit runs it, and all
four in one process as the report does; beside them, one process loads the same files with PyYAML's
C loader, in turns. Run it with this project installed:

    python benchmarks/deployments.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

MANIFESTS = 5000
RUNS = 3
BOUND = 2.0  # times the loading, for each hook
TOGETHER = "all four, one process"

HOOKS = ("health_checks", "monitoring_dashboards", "alert_thresholds", "rollback_strategy")
LOAD = """\
import subprocess, yaml
listed = subprocess.run(["git", "ls-files", "-z", "*.yaml"], capture_output=True, check=True).stdout
for path in filter(None, listed.decode().split("\\0")):
    with open(path, "rb") as opened:
        list(yaml.load_all(opened, Loader=yaml.CSafeLoader))
"""
ALL = """\
import importlib, sys
for name in sys.argv[1:]:
    assert importlib.import_module("mlops_checklist.deployment." + name).main([]) == 0
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: scorer-{number}
  namespace: models
  labels: {{app: scorer-{number}, team: risk}}
spec:
  replicas: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: {{maxSurge: 1, maxUnavailable: 0}}
  selector:
    matchLabels: {{app: scorer-{number}}}
  template:
    metadata:
      labels: {{app: scorer-{number}}}
    spec:
      containers:
        - name: predictor
          image: registry.example.com/models/scorer:1.{number}.0
          ports:
            - {{name: http, containerPort: 8080}}
          env:
            - name: MODEL_URI
              value: models:/scorer-{number}/3
          resources:
            requests: {{cpu: 500m, memory: 1Gi}}
            limits: {{cpu: "1", memory: 2Gi}}
          startupProbe:
            httpGet: {{path: /health/live, port: http}}
            failureThreshold: 30
          readinessProbe:
            httpGet: {{path: /health/ready, port: http}}
            periodSeconds: 10
          livenessProbe:
            httpGet: {{path: /health/live, port: http}}
            timeoutSeconds: 3
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: scorer-{number}
  namespace: models
spec:
  selector: {{app: scorer-{number}}}
  ports:
    - {{name: http, port: 80, targetPort: http}}
"""
AUTOSCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: scorer-{number}
  namespace: models
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: scorer-{number}}}
  minReplicas: 3
  maxReplicas: 12
  metrics:
    - type: Resource
      resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 70}}}}
"""


def write(folder: Path) -> None:
    """Write the repository and stage it."""
    kinds = {"deployment": DEPLOYMENT, "service": SERVICE, "autoscaler": AUTOSCALER}
    for index in range(MANIFESTS):
        number, kind = index // len(kinds), list(kinds)[index % len(kinds)]
        path = folder / f"k8s/scorer-{number}/{kind}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(kinds[kind].format(number=number))
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def seconds(folder: Path, *command: str) -> float:
    """Return how long `command` takes in `folder`, which must find nothing wrong there."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=folder, check=True)
    return time.perf_counter() - begin


def main() -> int:
    """Print the best times and their ratios; return 1 if one is above the bound."""
    commands = {
        "loading with CSafeLoader": ("-c", LOAD),
        **{name.replace("_", "-"): ("-m", f"mlops_checklist.deployment.{name}") for name in HOOKS},
        TOGETHER: ("-c", ALL, *HOOKS),
    }
    best = dict.fromkeys(commands, float("inf"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        for _ in range(RUNS):
            for what, command in commands.items():
                best[what] = min(best[what], seconds(folder, *command))
    print(f"best of {RUNS}, Python {sys.version.split()[0]}, {MANIFESTS} manifests")
    loading = best.pop("loading with CSafeLoader")
    print(f"loading with CSafeLoader   {loading:5.2f} s")
    ratios = {what: taken / loading for what, taken in best.items()}
    together = ratios.pop(TOGETHER)
    for what, ratio in ratios.items():
        print(f"{what:<26} {best[what]:5.2f} s  {ratio:.2f} of loading (at most {BOUND})")
    print(f"{TOGETHER:<26} {best[TOGETHER]:5.2f} s  {together:.2f} of loading")
    return int(max(ratios.values()) > BOUND)


if __name__ == "__main__":
    raise SystemExit(main())
