"""Kubernetes manifests for the tests of the deployment section, put together from parts."""

from __future__ import annotations

import textwrap

GROUPS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "ReplicationController": "v1",
    "Rollout": "argoproj.io/v1alpha1",
    "Pod": "v1",
    "Service": "serving.knative.dev/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
}
HTTP = "httpGet: {path: /health, port: 8080}"
PORTS = "ports:\n- name: http\n  containerPort: 8080\n"


def container(
    *parts: str, image: str = "registry.example.com/churn:1.4.0", name: str = "web"
) -> str:
    """Return a container with such parts, as an item of a list."""
    lines = [f"name: {name}", f"image: {image}", *(line for p in parts for line in p.splitlines())]
    return "- " + "\n  ".join(lines) + "\n"


def manifest(kind: str, containers: str, more: str = "", name: str = "churn") -> str:
    """Return a manifest of that kind; `more` goes into its spec."""
    pod = f"containers:\n{containers}"
    deep = textwrap.indent(pod, " " * 8)
    spec = {"Pod": pod, "CronJob": f"jobTemplate:\n  spec:\n    template:\n      spec:\n{deep}"}
    body = more + spec.get(kind, f"template:\n  spec:\n{textwrap.indent(pod, ' ' * 4)}")
    head = f"apiVersion: {GROUPS[kind]}\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n"
    return head + textwrap.indent(body, "  ")
