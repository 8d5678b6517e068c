"""Where models are registered: calls, commands and configuration of the usual registries.

MLflow by `mlflow_registry`; W&B, Comet, Neptune, ClearML, SageMaker, Vertex AI, Azure ML, Hugging
Face Hub, BentoML, Hopsworks, Kubeflow, Snowflake and Domino by their documented clients; the
commands `az ml model`, `gcloud ai models`, `aws sagemaker`, `gto`, `bentoml`, `hf`; `artifacts:`
of dvc.yaml, Databricks bundles, Azure ML's model files, CloudFormation and Terraform resources.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import commands, mlflow_registry, pipelines, python, shell, yaml
from mlops_checklist.sources.files import File
from mlops_checklist.sources.mlflow_registry import Registry
from mlops_checklist.sources.python import Module


class Registered(NamedTuple):
    """A place where a model is registered, and with what; of a program, the call.

    Not `sure`: by a name alone.
    """

    place: Place
    how: str
    sure: bool = True
    call: ast.Call | None = None


def registrations(file: File) -> tuple[Registered, ...]:
    """Return where a file registers models. Raises Unreadable."""
    found: list[Registered] = []
    if file.kind in ("python", "notebook"):
        found += _in_python(file.read(python.module)) if file.matches(_CALLING) else ()
    elif file.kind == "terraform":
        return tuple(_in_terraform(file))
    elif file.kind == "yaml" and not pipelines.is_pipeline(file.path):
        found += _in_yaml(file)
    return (*found, *_in_commands(file))


# --- Python -------------------------------------------------------------------------------

_CALLS = {
    "W&B": r"wandb\..*\.(?:link_model|link_artifact)|wandb\.(?:Artifact|init|log_artifact).*\.link",
    "Comet": r"comet_ml\..*register_model",
    "Neptune": r"neptune\.init_model(?:_version)?",
    "ClearML": r"clearml\.OutputModel(?:\(\)\.publish)?",
    "SageMaker": r"sagemaker\..*(?:\.register|RegisterModel|ModelStep|ModelPackage\w*\.create)"
    r"|boto3\.(?:client|Session\(\)\.client)\(\)\.create_model_package(?:_group)?",
    "Vertex AI": r"google\.cloud\.aiplatform\..*Model\.upload\w*"
    r"|google_cloud_pipeline_components\..*ModelUploadOp",
    "Azure ML": r"azureml\.core\..*(?:Model\.register|register_model)"
    r"|azure\.ai\.ml\.MLClient(?:\.from_config)?\(\)\.models\.create_or_update",
    "Hugging Face": r"huggingface_hub\.(?:HfApi\(\)\.)?(?:upload_folder|upload_large_folder)"
    r"|(?:transformers|trl|peft|diffusers|sentence_transformers|setfit|keras_hub)\..*push_to_hub"
    r"|huggingface_hub\.push_to_hub_\w+|huggingface_hub\.save_pretrained_keras",
    "BentoML": r"bentoml\.(?:\w+\.)?save_model|bentoml\.models\.create",
    "Hopsworks": r"(?:hopsworks|hsml)\..*\.create_model(?:\(\)\.save)?",
    "Kubeflow": r"model_registry\.ModelRegistry\(\)\.register_model",
    "Snowflake": r"snowflake\.ml\.registry\..*\.log_model",
    "Domino": r"domino\.(?:domino\.)?Domino\(\)\.(?:model_publish|model_version_publish)",
    "GTO": r"gto\.api\.register",
}
_NAMED = re.compile("|".join(f"(?P<_{at}>{shape})" for at, shape in enumerate(_CALLS.values())))
_TOOLS = [*_CALLS]
# The packages that those names begin with: without any of them, no call need be asked for its name.
_PACKAGES = (
    rb"wandb|comet_ml|neptune|clearml|sagemaker|boto3|google|azure|huggingface_hub|transformers|trl"
    rb"|peft|diffusers|sentence_transformers|setfit|keras_hub|bentoml|hopsworks|hsml|model_registry"
    rb"|snowflake|domino|\bgto\b"
)
# Methods whose names say it on whatever object they are called; the others may be one's own.
_BY_NAME = frozenset(
    "create_model_version create_registered_model create_model_package link_model push_to_hub "
    "model_publish model_version_publish".split()
)
_PERHAPS = re.compile(r"\w*register_(?:\w+_)?model\w*|link_artifact|upload_model|publish_model")
# Without any of these, a Python file registers nothing by its calls, and is not parsed for them.
_CALLING = _PACKAGES + (
    rb"|mlflow|registered_model_name|create_model_(?:version|package)|create_registered_model"
    rb"|register_(?:\w+_)?model|link_model|link_artifact|push_to_hub|model_(?:version_)?publish"
    rb"|upload_model|publish_model"
)
_DATA = re.compile(r"(?i)data|^ds$|split|tokenizer")


def _in_python(module: Module) -> Iterator[Registered]:
    registry = module.file.read(mlflow_registry.registry)
    known = {one.call: one for one in registry.registrations}
    named = module.file.matches(_PACKAGES)
    for call in module.calls:
        if call in known:
            how, sure = f"MLflow: {registry.title(known[call].name)}", known[call].certain
        else:
            how, sure = _registered(registry, call, named)
        if how:
            yield Registered(module.place(call), how, sure, call)


def _registered(registry: Registry, call: ast.Call, named: bool) -> tuple[str, bool]:
    """Return with what a call registers a model, "" if it does not, and whether that is sure.

    `named`: the file has one of `_PACKAGES`.
    """
    name = (registry.module.qualified(call.func) or "") if named else ""
    last = python.last_name(call.func)
    if found := _NAMED.fullmatch(name):
        return _TOOLS[int((found.lastgroup or "_0")[1:])], True
    given = registry.given(python.argument(call, "registered_model_name"))
    if given != "no":
        return "MLflow", given == "yes"
    if _is_hub_training(name, call):
        return "Hugging Face", True
    sure = last in _BY_NAME and isinstance(call.func, ast.Attribute)
    if not sure and not _PERHAPS.fullmatch(last):
        return "", False
    if registry.module.definition(call.func) is not None:
        return "", False  # the project's own, whose inside is looked at
    if sure and _DATA.search(python.last_name(getattr(call.func, "value", call.func))):
        return "", True
    return f"{last}()", sure


def _is_hub_training(name: str, call: ast.Call) -> bool:
    pushes = python.argument(call, "push_to_hub")
    of_trainer = name.startswith(("transformers.", "trl.")) and isinstance(pushes, ast.Constant)
    return of_trainer and bool(getattr(pushes, "value", False))


# --- Commands -----------------------------------------------------------------------------

_COMMANDS = {
    ("az", "ml", "model"): ("create", "register"),
    ("gcloud", "ai", "models"): ("upload",),
    ("aws", "sagemaker"): ("create-model-package",),
    ("gto",): ("register", "assign"),
    ("bentoml", "models"): ("push",),
    ("huggingface-cli",): ("upload", "upload-large-folder"),
    ("hf",): ("upload", "upload-large-folder"),
}
_PROGRAMS = rb"\b(?:az|gcloud|aws|gto|bentoml|huggingface-cli|hf)\b"


def _in_commands(file: File) -> Iterator[Registered]:
    for command, place in commands.commands(file) if file.matches(_PROGRAMS) else ():
        words = [word.text for word in shell.unwrapped(command).words if word.text[:1] != "-"]
        words[:1] = [os.path.basename(word) for word in words[:1]]
        for begins, actions in _COMMANDS.items():
            rest = words[len(begins) :]
            if tuple(words[: len(begins)]) == begins and rest and rest[0] in actions:
                yield Registered(place, " ".join((*begins, rest[0])))


# --- Configuration ------------------------------------------------------------------------

_RESOURCES = re.compile(
    r"aws_sagemaker_model_package(?:_group)?|databricks_(?:registered|mlflow)_model"
    r"|azapi_\w*model\w*|google_vertex_ai_model\w*"
)


def _in_terraform(file: File) -> Iterator[Registered]:
    from mlops_checklist.sources import terraform

    for block in file.read(terraform.blocks):
        if block.kind == "resource" and block.labels and _RESOURCES.fullmatch(block.labels[0]):
            yield Registered(block.place, block.labels[0])


def _in_yaml(file: File) -> Iterator[Registered]:
    for document in file.read(yaml.documents):
        if "/model.schema.json" in (yaml.scalar(yaml.get(document, "$schema")) or ""):
            yield Registered(Place(), "Azure ML")
        if os.path.basename(file.path) == "dvc.yaml":
            for name, key, artifact in yaml.items(yaml.get(document, "artifacts")):
                if yaml.scalar(yaml.get(artifact, "type")) in ("model", None):
                    yield Registered(yaml.place(key), f"DVC: '{name}'")
        for node in yaml.mappings([document]):
            for name, key, value in yaml.items(node):
                text = yaml.scalar(value)
                if name == "registered_model_name" and text:
                    yield Registered(yaml.place(key), f"MLflow: '{text}'")
                elif name == "registered_models" and [*yaml.items(value)]:
                    yield Registered(yaml.place(key), "Databricks")
                elif name == "Type" and (text or "").startswith("AWS::SageMaker::ModelPackage"):
                    yield Registered(yaml.place(value), "SageMaker")
