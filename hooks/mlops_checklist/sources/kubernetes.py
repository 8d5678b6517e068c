"""Kubernetes manifests: the workloads in a file, with their containers, ports and probes.

Kinds with a pod template (apps/v1, batch/v1), bare Pods, Argo Rollouts, Knative Services, KServe's
InferenceService and Seldon's deployments, whose containers are found by their shape. Lists are
looked into; what has no image, as patches of Kustomize have, is no container.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import templates, yaml
from mlops_checklist.sources.files import File

TRIGGER = rb"(?m)^[ \t-]*['\"]?kind['\"]?[ \t]*:"
RUNNING = frozenset(
    "Deployment StatefulSet DaemonSet ReplicaSet ReplicationController Pod Rollout".split()
)
BATCH = frozenset({"Job", "CronJob", "ScaledJob"})
# They serve models, whatever they are called.
INFERENCE = frozenset(
    "InferenceService SeldonDeployment Model BentoDeployment BentoMLDeployment RayService "
    "InferenceGraph LLMInferenceService".split()
)
_INFERENCE_GROUPS = re.compile(r"kserve\.io|kubeflow\.org|seldon\.io|bentoml|yatai|ray\.io")


class Container(NamedTuple):
    """A container: its name and image ("" where not given), its mapping, and where it stands."""

    name: str
    image: str
    node: yaml.Node
    place: Place


class Workload(NamedTuple):
    """A workload: its kind and name, its mapping, its containers, and whether it serves models.

    `open`: a template may add what is not seen.
    """

    kind: str
    name: str
    group: str
    node: yaml.Node
    place: Place
    containers: tuple[Container, ...]
    documents: templates.Documents

    @property
    def is_batch(self) -> bool:
        """Whether it ends by itself."""
        return self.kind in BATCH

    @property
    def is_inference(self) -> bool:
        """Whether its kind serves models."""
        return self.kind in INFERENCE and _INFERENCE_GROUPS.search(self.group) is not None


def workloads(file: File) -> tuple[Workload, ...]:
    """Return the workloads in a manifest, those of lists too. Raises Unreadable."""
    documents = file.read(templates.documents)
    return tuple(
        workload for node in objects(documents) if (workload := _workload(node, documents))
    )


def objects(documents: templates.Documents) -> Iterator[yaml.Node]:
    """Yield the mappings of a file that are Kubernetes objects, those in lists too."""
    waiting = list(reversed(documents.nodes))
    while waiting:
        node = waiting.pop()
        kind = yaml.scalar(yaml.get(node, "kind")) or ""
        if kind.endswith("List") and yaml.entries(yaml.get(node, "items")):
            waiting += reversed(yaml.entries(yaml.get(node, "items")))
        elif kind and yaml.scalar(yaml.get(node, "apiVersion")):
            yield node


def _workload(node: yaml.Node, documents: templates.Documents) -> Workload | None:
    kind = yaml.scalar(yaml.get(node, "kind")) or ""
    group = yaml.scalar(yaml.get(node, "apiVersion")) or ""
    knative = kind == "Service" and group.startswith("serving.knative.dev/")
    if kind not in RUNNING | BATCH | INFERENCE and not knative:
        return None
    key, name = next(
        (
            (key, yaml.scalar(value) or "")
            for each, key, value in yaml.items(yaml.get(node, "metadata"))
            if each == "name"
        ),
        (node, ""),
    )
    containers = tuple(_containers(yaml.get(node, "spec"), kind in INFERENCE))
    return Workload(kind, name, group, node, yaml.place(key), containers, documents)


def _containers(spec: yaml.Node | None, anywhere: bool) -> Iterator[Container]:
    """Yield the containers of a workload: those of its pods, and of an inference service any."""
    if spec is None:
        return
    if not anywhere:
        for path in (
            ("template", "spec"),
            ("jobTemplate", "spec", "template", "spec"),
            ("jobTargetRef", "template", "spec"),
            (),
        ):
            listed = yaml.entries(
                yaml.get(spec, *path, "containers") if path else yaml.get(spec, "containers")
            )
            if listed:
                yield from map(_container, listed)
                return
        return
    for node in yaml.mappings([spec]):
        for each in yaml.entries(yaml.get(node, "containers")):
            yield _container(each)


def _container(node: yaml.Node) -> Container:
    name = yaml.scalar(yaml.get(node, "name")) or ""
    image = yaml.scalar(yaml.get(node, "image")) or ""
    return Container(name, image, node, yaml.place(node))
