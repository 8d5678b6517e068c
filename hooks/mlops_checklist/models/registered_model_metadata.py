"""Checklist: Version metadata complete.

A version in the registry outlives those who made it. Without a signature nobody knows what it
takes, without a description and tags what it is for, without its run where it came from; a card
with empty places tells nobody when not to use it.

What to do: log the model with a signature or an input example, register it from its run, describe
and tag the version, and fill in the model card.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, undecided, violation

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.python import Module
    from mlops_checklist.sources.shell import Command
    from mlops_checklist.sources.values import Value, Values

RULES = {
    "no-signature": "A registered model has neither a signature nor an input example.",
    "no-description": "Neither the registered model nor its version is described.",
    "no-tags": "Neither the registered model nor its version has tags.",
    "no-source-run": "A model version is made from a path, so that its run is not known.",
    "bad-alias": "An alias is one that MLflow refuses.",
    "moving-model-uri": "What serves loads `latest` or a stage, which may change at any time.",
    "no-environment": "An MLmodel file does not say which environment its model needs.",
    "incomplete-card": "A model card leaves out something that its readers need.",
    "template-residue": "A model card holds what its template left to be filled in.",
}

# Where log_model of each flavour takes `registered_model_name`, `signature` and `input_example`
# by position (MLflow 3.17.2; tests/end_to_end/test_mlflow_signatures.py compares).
LOG_MODEL: dict[str, tuple[int, int, int]] = {
    "catboost": (4, 5, 6),
    "diffusers": (6, 7, 8),
    "dspy": (8, 6, 7),
    "h2o": (4, 5, 6),
    "johnsnowlabs": (5, 6, 7),
    "keras": (6, 4, 5),
    "langchain": (4, 5, 6),
    "lightgbm": (4, 5, 6),
    "llama_index": (5, 6, 7),
    "onnx": (4, 5, 6),
    "openai": (5, 6, 7),
    "paddle": (5, 6, 7),
    "pmdarima": (4, 5, 6),
    "prophet": (4, 5, 6),
    "pyfunc": (8, 9, 10),
    "pytorch": (5, 6, 7),
    "sentence_transformers": (5, 6, 7),
    "sklearn": (5, 6, 7),
    "spacy": (4, 5, 6),
    "spark": (5, 6, 7),
    "statsmodels": (4, 6, 7),
    "tensorflow": (7, 5, 6),
    "transformers": (7, 8, 9),
    "xgboost": (4, 5, 6),
}
# Flavours that give a model a signature by themselves: always, or for some models.
SIGNS_ITSELF = frozenset({"diffusers", "sentence_transformers"})
MAY_SIGN_ITSELF = frozenset({"dspy", "langchain", "openai", "pyfunc", "transformers"})
# Flavours that save an input example without inferring a signature from it.
EXAMPLE_IS_NO_SIGNATURE = frozenset({"johnsnowlabs", "keras", "onnx"})

_CLIENT = r"mlflow\.(?:tracking\.|client\.|tracking\.client\.)?MlflowClient\(\)\."
# Calls of the client and the fluent functions of the same names, with their parameters in order.
CALLS: dict[str, tuple[str, ...]] = {
    "register_model": ("model_uri", "name", "await_registration_for"),
    "create_registered_model": ("name", "tags", "description"),
    "create_model_version": ("name", "source", "run_id", "tags", "run_link", "description"),
    "update_registered_model": ("name", "description"),
    "update_model_version": ("name", "version", "description"),
    "set_registered_model_tag": ("name", "key", "value"),
    "set_model_version_tag": ("name", "version", "key", "value"),
    "set_registered_model_alias": ("name", "alias", "version"),
}
REGISTERING = ("create_model_version", "register_model", "create_registered_model")
LOADING = re.compile(r"mlflow\.(?:\w+\.)?(?:load_model|spark_udf)$")
MOVING = frozenset({"latest", "production", "staging", "none", "archived"})
# What a program imports that answers requests.
SERVING = frozenset(
    "fastapi flask starlette litestar aiohttp django sanic tornado bottle falcon quart robyn "
    "bentoml kserve seldon_core mlserver gradio streamlit dash".split()
)
_SERVING_COMMANDS = (["models", "serve"], ["models", "build-docker"], ["deployments", "create"])


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge registrations in programs, MLmodel files, and model cards."""
    if file.kind in ("python", "notebook"):
        yield from _program(file)
    elif file.kind in ("shell", "dockerfile"):
        yield from _commands(_commands_of(file))
    elif file.kind == "mlmodel":
        yield from _mlmodel(file)
    elif _may_be_card(file):
        yield from _cards(file)


# --- Programs -----------------------------------------------------------------------------


class Registration(NamedTuple):
    """A call that registers a model: what it is named (None: not known), and with what."""

    call: ast.Call
    how: str  # "log_model", "autolog", or one of REGISTERING
    name: str | None
    described: bool
    tagged: bool
    unpacks: bool  # arguments that are not spelled out may give anything


def _program(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import python
    from mlops_checklist.sources.values import Values

    module = file.read(python.module)
    values = Values(module)
    calls = [(call, module.qualified(call.func) or "") for call in module.calls]
    yield from _signatures(module, values, calls)
    yield from _descriptions(module, values, calls)
    for call, name in calls:
        verb = _verb(name)
        if verb in ("create_model_version", "register_model"):
            yield from _source_run(module, values, call, verb)
        elif verb == "set_registered_model_alias":
            yield from _alias(module, values, call)
    if _serves(module):
        yield from _loads(module, values, calls)
    for cell in module.unparsed:
        if re.search(TRIGGER, cell.source.encode()):
            yield undecided("no-description", cell.place, cell.message)


def _verb(qualified: str) -> str:
    """Return which of CALLS a qualified name is, or ""."""
    verb = re.sub(rf"^(?:{_CLIENT}|mlflow\.)", "", qualified)
    return verb if verb in CALLS and verb != qualified else ""


def _argument(call: ast.Call, verb: str, name: str) -> ast.expr | None:
    """Return an argument of one of CALLS, given by keyword or position, None if it is None."""
    from mlops_checklist.sources.python import argument

    given = argument(call, name, CALLS[verb].index(name) if name in CALLS[verb] else None)
    return given if given is not None and not _is_empty(given) else None


def _is_empty(node: ast.expr) -> bool:
    """Tell whether an argument says nothing: None, "", {}, or False."""
    import ast

    if isinstance(node, ast.Dict):
        return not node.keys
    return isinstance(node, ast.Constant) and not node.value


def _signatures(
    module: Module, values: Values, calls: Sequence[tuple[ast.Call, str]]
) -> Iterator[Outcome]:
    """Judge each log_model that registers its model, or whose model is registered afterwards."""
    from mlops_checklist.sources.python import argument, has_unpacking

    registered = _logged_and_registered(values, calls)
    for call, name in calls:
        flavour = _flavour(name)
        if name.endswith(".autolog") and name.startswith("mlflow."):
            off = argument(call, "log_model_signatures")
            if _given(call, "registered_model_name") and off is not None and _is_empty(off):
                yield violation(
                    "no-signature",
                    module.place(off),
                    "autolog registers the model without a signature; leave out "
                    "log_model_signatures=False",
                )
            continue
        if flavour is None:
            continue
        positions = LOG_MODEL.get(flavour, (None, None, None))
        model_name = argument(call, "registered_model_name", positions[0])
        if call not in registered and (model_name is None or _is_empty(model_name)):
            continue
        signature = argument(call, "signature", positions[1])
        example = argument(call, "input_example", positions[2])
        turned_off = signature is not None and getattr(signature, "value", None) is False
        place = module.place(call)
        if signature is not None and not _is_empty(signature):
            yield evidence("signature", place, "the registered model has a signature")
        elif not turned_off and example is not None and not _is_empty(example):
            if flavour in EXAMPLE_IS_NO_SIGNATURE:
                yield undecided(
                    "no-signature", place, f"{flavour} infers no signature from the input example"
                )
            else:
                yield evidence("signature", place, "MLflow infers the signature of the example")
        elif not turned_off and (
            has_unpacking(call) or flavour not in LOG_MODEL or flavour in MAY_SIGN_ITSELF
        ):
            yield undecided("no-signature", place, "whether the model has a signature is not known")
        elif not turned_off and flavour in SIGNS_ITSELF:
            yield evidence("signature", place, f"{flavour} models have a signature of their own")
        else:
            yield violation(
                "no-signature",
                place,
                "the model is registered without a signature; pass signature= or input_example="
                if not turned_off
                else "signature=False keeps MLflow from inferring the signature; leave it out",
            )


def _flavour(qualified: str) -> str | None:
    """Return the flavour of a qualified `mlflow.<flavour>.log_model`."""
    found = re.fullmatch(r"mlflow\.(\w+)(?:\.\w+)?\.log_model", qualified)
    return found[1] if found else None


def _given(call: ast.Call, name: str) -> bool:
    from mlops_checklist.sources.python import argument

    given = argument(call, name)
    return given is not None and not _is_empty(given)


def _logged_and_registered(values: Values, calls: Sequence[tuple[ast.Call, str]]) -> list[ast.AST]:
    """Return the log_model calls whose model a later call registers.

    Either what the call returned is registered (`logged.model_uri`), or a URI that ends in the
    name under which it logs.
    """
    import ast

    from mlops_checklist.sources.python import argument
    from mlops_checklist.sources.values import Joined, Literal, literal

    logged = {call: name for call, name in calls if _flavour(name)}
    found: list[ast.AST] = []
    for call, name in calls:
        verb = _verb(name)
        if verb not in ("register_model", "create_model_version"):
            continue
        source = _argument(call, verb, "model_uri" if verb == "register_model" else "source")
        for origin in values.expressions(source) if source is not None else ():
            if isinstance(origin, ast.Attribute):
                found += values.expressions(origin.value)
        value = values.of(source) if source is not None else None
        last = value.parts[-1] if isinstance(value, Joined) else value
        text = last.text if isinstance(last, Literal) else ""
        for log, log_name in logged.items():
            position = {"pyfunc": 0, "openai": 2, "diffusers": 3}.get(_flavour(log_name) or "", 1)
            path = argument(log, "name") or argument(log, "artifact_path", position)
            known = literal(values.of(path)) if path is not None else None
            if known and text and text.split("/")[-1] == known:
                found.append(log)
    return [node for node in found if node in logged]


def _descriptions(
    module: Module, values: Values, calls: Sequence[tuple[ast.Call, str]]
) -> Iterator[Outcome]:
    """Judge each registered model once: described and tagged, itself or its version?

    The client's calls may be elsewhere; only where this file has some is their lack certain.
    """
    groups: dict[str | None, list[Registration]] = {}
    for registration in _registrations(values, calls):
        groups.setdefault(registration.name, []).append(registration)
    updates = list(_updates(values, calls))
    client = bool(updates) or any(
        registration.how.startswith("create_")
        for group in groups.values()
        for registration in group
    )
    for name, group in groups.items():
        first = min(group, key=lambda each: _ORDER.index(each.how))
        place = module.place(first.call)
        concerned = [what for other, what in updates if None in (name, other) or other == name]
        others = [each for each in groups.get(None, ()) if name is not None]
        complete = True
        for rule, done, what in (
            ("no-description", "described", "a description"),
            ("no-tags", "tagged", "tags"),
        ):
            if any(getattr(each, done) for each in group) or done in concerned:
                continue
            complete = False
            said = f"'{name}'" if name is not None else "the model"
            said += f" is registered without {what}"
            unsure = any(each.unpacks for each in group) or others
            if client and not unsure:
                yield violation(rule, place, f"{said}; {_advice(rule, first.how)}")
            else:
                yield undecided(rule, place, f"{said} in this file")
        if complete:
            yield evidence("described", place, "the registered model has a description and tags")


# Of several calls that register one model, the finding stands at the one that makes the version.
_ORDER = (
    "create_model_version",
    "register_model",
    "log_model",
    "autolog",
    "create_registered_model",
)


def _advice(rule: str, how: str) -> str:
    if rule == "no-description":
        return "pass description=" if how.startswith("create_") else "call update_model_version"
    return "call set_model_version_tag" if how in ("log_model", "autolog") else "pass tags="


def _registrations(values: Values, calls: Sequence[tuple[ast.Call, str]]) -> Iterator[Registration]:
    from mlops_checklist.sources.python import argument, has_unpacking
    from mlops_checklist.sources.values import literal

    for call, qualified in calls:
        verb = _verb(qualified)
        flavour = _flavour(qualified)
        named: ast.expr | None = None
        if verb in REGISTERING:
            named = _argument(call, verb, "name")
            how = verb
        elif flavour is not None:
            named = argument(
                call, "registered_model_name", LOG_MODEL.get(flavour, (None, None, None))[0]
            )
            how = "log_model"
        elif qualified.startswith("mlflow.") and qualified.endswith(".autolog"):
            named = argument(call, "registered_model_name")
            how = "autolog"
        if named is None or _is_empty(named):
            if verb not in REGISTERING:
                continue
            name = None
        else:
            name = literal(values.of(named))
        yield Registration(
            call,
            how,
            name,
            verb.startswith("create_") and _argument(call, verb, "description") is not None,
            verb in REGISTERING and _argument(call, verb, "tags") is not None,
            verb in REGISTERING and has_unpacking(call),
        )


def _updates(
    values: Values, calls: Sequence[tuple[ast.Call, str]]
) -> Iterator[tuple[str | None, str]]:
    """Yield the name (None: not known) of each model that a later call describes or tags."""
    from mlops_checklist.sources.values import literal

    for call, qualified in calls:
        verb = _verb(qualified)
        if verb.startswith("update_") and _argument(call, verb, "description") is not None:
            what = "described"
        elif verb.endswith("_tag"):
            what = "tagged"
        else:
            continue
        name = _argument(call, verb, "name")
        yield (literal(values.of(name)) if name is not None else None), what


def _source_run(module: Module, values: Values, call: ast.Call, verb: str) -> Iterator[Outcome]:
    from mlops_checklist.sources.python import has_unpacking
    from mlops_checklist.sources.values import Literal, leaves

    if verb == "create_model_version" and (
        _argument(call, verb, "run_id") is not None or _given(call, "model_id")
    ):
        yield evidence("source-run", module.place(call), "the model version names its run")
        return
    source = _argument(call, verb, "model_uri" if verb == "register_model" else "source")
    if source is None:
        return
    value = values.of(source)
    first = next(leaves(value), None)
    if not isinstance(first, Literal) or has_unpacking(call):
        name = getattr(source, "attr", "")
        if name != "model_uri":  # what log_model returned
            yield undecided(
                "no-source-run", module.place(source), "whether the source names a run is not known"
            )
    elif first.text.startswith(("runs:/", "models:/")):
        yield evidence("source-run", module.place(call), "the model version names its run")
    else:
        advice = "pass run_id=" if verb == "create_model_version" else "register a runs:/ URI"
        yield violation(
            "no-source-run",
            module.place(source),
            f"the model version is made from the path '{_shown(value)}', not from a run; {advice}",
        )


def _shown(value: Value) -> str:
    from mlops_checklist.sources.values import Literal, leaves

    parts = [leaf.text if isinstance(leaf, Literal) else "..." for leaf in leaves(value)]
    text = re.sub(r"://[^/@\s]*@", "://***@", "".join(parts))
    return text if len(text) <= 60 else text[:57] + "..."


def _alias(module: Module, values: Values, call: ast.Call) -> Iterator[Outcome]:
    """Judge an alias by MLflow's own rule (mlflow/utils/validation.py)."""
    from mlops_checklist.sources.values import literal

    given = _argument(call, "set_registered_model_alias", "alias")
    alias = literal(values.of(given)) if given is not None else None
    if given is None or alias is None:
        return
    if alias.lower() == "latest":
        cause = "is reserved"
    elif re.fullmatch(r"[vV]\d+", alias):
        cause = "looks like a version"
    elif not re.fullmatch(r"[\w-]{1,255}", alias):
        cause = "may only have letters, digits, _ and -, 255 at most"
    else:
        return
    yield violation(
        "bad-alias",
        module.place(given),
        f"alias '{alias[:60]}' {cause}; use a name such as champion",
    )


# --- What serves --------------------------------------------------------------------------


def _serves(module: Module) -> bool:
    """Tell whether a program answers requests: a web framework, or a Domino endpoint's function."""
    import ast

    for node in ast.walk(module.tree):
        names: Iterable[str] = ()
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        if any(name.partition(".")[0] in SERVING or name.startswith("ray.serve") for name in names):
            return True
    return any(
        isinstance(line, (ast.FunctionDef, ast.AsyncFunctionDef)) and line.name == "predict"
        for line in module.tree.body
    )


def _loads(
    module: Module, values: Values, calls: Sequence[tuple[ast.Call, str]]
) -> Iterator[Outcome]:
    from mlops_checklist.sources.python import argument
    from mlops_checklist.sources.values import alternatives

    for call, qualified in calls:
        if LOADING.match(qualified):
            position = 1 if qualified.endswith("spark_udf") else 0
            uri = argument(call, "model_uri", position)
            for value in alternatives(values.of(uri)) if uri is not None else ():
                text = _shown(value)
                if _moves(text):
                    assert uri is not None
                    yield _moving(module.place(uri), text)


def _moves(uri: str) -> bool:
    found = re.fullmatch(r"models:/(?!/).+/([A-Za-z]+)", uri)
    return found is not None and found[1].lower() in MOVING


def _moving(place: Place, uri: str) -> Outcome:
    return violation(
        "moving-model-uri",
        place,
        f"'{uri}' changes whenever a version is added or moved; name a version or an alias",
    )


def _commands_of(file: File) -> Iterator[Command]:
    from mlops_checklist.sources import dockerfile, shell

    if file.kind == "shell":
        yield from shell.commands(file.text)
        return
    for instruction in file.read(dockerfile.dockerfile).instructions:
        yield from dockerfile.run_commands(instruction)


def _commands(commands: Iterable[Command]) -> Iterator[Outcome]:
    """Judge the URI that `mlflow models serve -m` is given."""
    from mlops_checklist.sources import shell

    for command in commands:
        words = shell.unwrapped(command).words
        texts = [word.text for word in words]
        if texts[:1] == ["mlflow"] and texts[1:3] in _SERVING_COMMANDS:
            for word in words:  # the URI itself, or --model-uri=URI
                uri = word.text.removeprefix("--model-uri=")
                if _moves(uri):
                    yield _moving(word.at(len(word.text) - len(uri)), uri)


# --- MLmodel files and cards --------------------------------------------------------------


def _mlmodel(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import yaml
    from mlops_checklist.sources.files import Unreadable

    document = yaml.document(file)
    if document is None or document.id != "mapping":
        raise Unreadable("cannot parse as MLmodel: it holds no mapping")
    signature = yaml.get(document, "signature")
    if signature is None or signature.id != "mapping":
        yield violation(
            "no-signature",
            yaml.place(signature or document),
            "the model was saved without a signature; log it with signature= or input_example=",
        )
    else:
        yield evidence("signature", yaml.place(signature), "the model has a signature")
    flavour = yaml.get(document, "flavors", "python_function")
    if flavour is not None:
        environment = yaml.get(flavour, "env")
        if environment is None or not (environment.value or environment.id != "scalar"):
            yield violation(
                "no-environment",
                yaml.place(flavour),
                "the python_function flavour names no environment; save the model with its "
                "requirements",
            )


def _may_be_card(file: File) -> bool:
    if "card" in os.path.basename(file.path).lower():
        return True
    if file.kind == "markdown":
        return re.search(rb"\A(?:\xef\xbb\xbf)?---|(?i:model\W{0,8}card)", file.bytes) is not None
    return (
        file.kind == "json" and re.search(rb'"modelCard"|"model_details"', file.bytes) is not None
    )


def _cards(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import model_card

    for card in model_card.cards(file):
        lacking = model_card.missing_parts(card)
        if lacking:
            yield violation(
                "incomplete-card",
                card.place,
                f"the model card says nothing of {', '.join(lacking)}; add it",
            )
        elif not card.residues:
            yield evidence("card", card.place, "the model card is complete")
        for residue in card.residues:
            yield violation(
                "template-residue",
                residue.place,
                f"'{residue.text[:60]}' is left from a template; fill it in or take it out",
            )


TRIGGER = (
    rb"registered_model_name|register_model|create_model_version|create_registered_model"
    rb"|registered_model_alias|models:/"
)
HOOK = Hook(
    id="registered-model-metadata",
    description="Registered model versions have a signature, a description, tags and a source.",
    reads={
        "python": TRIGGER,
        "notebook": TRIGGER,
        "shell": rb"models:/",
        "dockerfile": rb"models:/",
        "mlmodel": b"",
        "markdown": b"",
        "json": b"",
        "yaml": b"",
    },
    rules=RULES,
    check=check,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
