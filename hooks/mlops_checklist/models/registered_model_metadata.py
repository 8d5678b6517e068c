"""Checklist: Version metadata complete.

A version in the registry is what others deploy, compare and roll back to. Without a signature
nothing checks the input of the endpoint; without a description, tags and the run it came from
nobody can tell what it is; an alias that MLflow refuses fails when it is set, and a model URI
that moves serves another model tomorrow. The model card says for which use the model is made.

What to do: give `log_model` a `signature=`, the version a description and tags, serve by alias
or version, and fill in the card.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, undecided, violation

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.mlflow_registry import Registration, Registry
    from mlops_checklist.sources.notebook import Cell
    from mlops_checklist.sources.shell import Command

RULES = {
    "no-signature": "The registered model has no signature: nothing checks what it is given.",
    "no-description": "Nothing describes the registered model or its version.",
    "no-tags": "The registered model and its version have no tags.",
    "no-source-run": "The version is made from a path and names no run that it came from.",
    "bad-alias": "The alias is one that MLflow refuses.",
    "moving-model-uri": "The model that is loaded changes without a change in the code.",
    "no-environment": "The MLmodel file names no environment for its Python function.",
    "incomplete-card": "The model card leaves out what it must say.",
    "template-residue": "The model card still holds what its template left to fill in.",
}

# Flavours that give a model a signature when they are given none (MLflow 3.17.2): always, or for
# some models, tasks and chains, which is not to be seen here.
INFERS_ALWAYS = frozenset({"diffusers", "sentence_transformers"})
INFERS_OFTEN = frozenset({"langchain", "openai", "transformers"})
OPENAI_TASKS = ("chat.completions", "completions", "embeddings")
# Flavours that only keep an input example, without inferring a signature from it.
EXAMPLE_ALONE = frozenset({"johnsnowlabs", "keras", "onnx"})


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge every registration, model URI, MLmodel file and model card in the file."""
    if file.kind in ("python", "notebook"):
        yield from _in_python(file)
    elif file.kind in ("shell", "dockerfile"):
        yield from _in_commands(file)
    elif file.kind == "mlmodel":
        yield from _in_mlmodel(file)
    else:
        yield from _in_cards(file)


# --- Registrations ------------------------------------------------------------------------


def _in_python(file: File) -> Iterator[Outcome]:
    if file.matches(_OWN):
        yield from _in_module(file)
    if file.kind == "notebook":
        yield from _in_commands(file)
    yield from _in_imported(file)


def _in_module(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import mlflow_registry, python, services

    module = file.read(python.module)
    registry = file.read(mlflow_registry.registry)
    yield from file.read(_registrations)
    for call in registry.aliases:
        yield from _bad_alias(registry, call)
    serves = file.read(services.serves)
    for call, uri in registry.loads:
        batch = (module.qualified(call.func) or "").endswith("spark_udf")
        for outcome in _moving_model_uri(registry, uri):
            # An experiment may well be compared with what is in production today.
            certain = serves or batch or outcome.kind != "violation"
            yield outcome if certain else outcome._replace(kind="undecided")
    for cell in module.unparsed:
        if re.search(TRIGGER, cell.source.encode("utf-8", "replace")):
            yield undecided("no-signature", cell.place, cell.message)


def _in_imported(file: File) -> Iterator[Outcome]:
    """Judge what the modules register that the file imports: it may describe and tag that."""
    import os

    from mlops_checklist.sources.files import Unreadable
    from mlops_checklist.sources.model_sayings import is_passed_over

    around = file.repository
    imported = around.closure(os.path.normpath(file.path))[1:] if around is not None else ()
    for other in around.matching(imported, TRIGGER) if around is not None else ():
        try:
            said = () if is_passed_over(other.path) else other.read(_registrations)
        except Unreadable:
            continue  # judged itself, it gives an error
        for outcome in said:
            if outcome.rule in ("no-description", "no-tags") and outcome.kind != "evidence":
                yield outcome._replace(path=outcome.path or other.path)


def _registrations(file: File) -> tuple[Outcome, ...]:
    """Return what is to be said of the registrations in a file."""
    from mlops_checklist.sources import mlflow_registry

    registry = file.read(mlflow_registry.registry)
    judged: set[ast.Call] = {one.call for one in registry.registrations}
    return tuple(
        outcome
        for registration in registry.registrations
        for outcome in _in_one(registry, registration, judged)
    )


def _in_one(
    registry: Registry, registration: Registration, judged: set[ast.Call]
) -> Iterator[Outcome]:
    """Judge one registration; what it has becomes one evidence."""
    model = registry.title(registration.name)
    said = [*_metadata(registry, registration, model, judged)]
    for outcome in said:
        if outcome.kind != "evidence":
            certain = registration.certain or outcome.kind != "violation"
            yield outcome if certain else outcome._replace(kind="undecided")
    has = [outcome for outcome in said if outcome.kind == "evidence"]
    if has:
        parts = ", ".join(outcome.message for outcome in has)
        place = registry.module.place(registration.call)
        yield evidence(has[0].rule, place, f"{model} is registered with {parts}")


def _metadata(
    registry: Registry, registration: Registration, model: str, judged: set[ast.Call]
) -> Iterator[Outcome]:
    if registration.form == "autolog":
        yield from _no_signature_in_autolog(registry, registration, model)
    elif registration.form == "log_model":
        yield from _no_signature(registry, registration.call, registration.flavour, model)
    elif registration.form != "create_registered_model":
        yield from _no_source_run(registry, registration, model)
        source = registry.source(registration)
        logged = registry.logged_call(source) if source is not None else None
        if logged is not None and logged not in judged:
            judged.add(logged)
            home = registry.at(logged)
            for outcome in _no_signature(home, logged, home.logged[logged], model):
                yield outcome._replace(path=home.module.file.path)
    elif _has_version(registry, registration):
        return  # which is judged, for both
    yield from _no_text(registry, registration, model, "description")
    yield from _no_text(registry, registration, model, "tags")


def _has_version(registry: Registry, registration: Registration) -> bool:
    """Tell whether the program that makes a model may make a version of it."""
    from mlops_checklist.sources import model_sayings

    return any(
        version.form != registration.form
        and registry.same_model(registration.name, version.name) is not False
        for other in model_sayings.around(registry.module, registration.call).registries()
        for version in other.registrations
    )


def _no_signature(
    registry: Registry, call: ast.Call, flavour: str, model: str
) -> Iterator[Outcome]:
    import ast

    from mlops_checklist.sources.python import has_unpacking

    rule, place = "no-signature", registry.module.place(call)
    signature = registry.argument(call, "log_model", "signature", flavour)
    example = registry.given(registry.argument(call, "log_model", "input_example", flavour))
    given = registry.given(signature)
    if isinstance(signature, ast.Constant) and signature.value is False:
        yield violation(
            rule,
            registry.module.place(signature),
            f"signature=False keeps MLflow from giving {model} a signature; pass "
            "signature=infer_signature(...)",
        )
    elif given == "yes":
        yield evidence(rule, place, "a signature")
    elif example == "yes" and flavour not in EXAMPLE_ALONE:
        yield evidence(rule, place, "an input example")
    elif example == "yes":
        yield undecided(
            rule,
            place,
            f"{model} has an input example, from which mlflow.{flavour} infers no signature; pass "
            "signature=infer_signature(...)",
        )
    elif "maybe" in (given, example) or has_unpacking(call):
        yield undecided(rule, place, f"whether {model} has a signature depends on arguments")
    elif (inferred := _infers(registry, call, flavour)) is True:
        yield evidence(rule, place, "the signature that MLflow infers")
    elif inferred is None:
        yield undecided(
            rule, place, f"whether mlflow.{flavour} infers a signature for {model} is not known"
        )
    else:
        yield violation(
            rule,
            place,
            f"{model} is registered without a signature; pass signature=infer_signature(...) "
            "or input_example=",
        )


def _infers(registry: Registry, call: ast.Call, flavour: str) -> bool | None:
    """Tell whether a flavour infers a signature when it is given none; None if unknown."""
    from mlops_checklist.sources.values import literal

    if flavour == "pyfunc":
        code = registry.argument(call, "log_model", "python_model", flavour)
        return False if code is None else registry.hints(code)
    task = registry.argument(call, "log_model", "task", flavour)
    if flavour == "dspy":
        return registry.given(task) != "no"
    if (
        flavour == "openai"
        and task is not None
        and literal(registry.values.of(task)) in OPENAI_TASKS
    ):
        return True
    return True if flavour in INFERS_ALWAYS else None if flavour in INFERS_OFTEN else False


def _no_signature_in_autolog(
    registry: Registry, registration: Registration, model: str
) -> Iterator[Outcome]:
    import ast

    from mlops_checklist.sources.mlflow_registry import AUTOLOG
    from mlops_checklist.sources.python import has_unpacking

    rule, place = "no-signature", registry.module.place(registration.call)
    call, flavour = registration.call, registration.flavour
    signatures = registry.argument(call, "autolog", "log_model_signatures", flavour)
    examples = registry.argument(call, "autolog", "log_input_examples", flavour)
    if AUTOLOG.get(flavour, (0, 0, 0))[2] is None:
        yield violation(
            rule,
            place,
            f"mlflow.{flavour}.autolog registers {model} without a signature; register it with "
            "log_model(signature=...)",
        )
    elif isinstance(signatures, ast.Constant) and signatures.value is False and examples is None:
        yield violation(
            rule,
            registry.module.place(signatures),
            f"log_model_signatures=False registers {model} without a signature; leave it out",
        )
    elif signatures is not None or has_unpacking(call):
        yield undecided(rule, place, f"whether {model} has a signature depends on arguments")
    else:
        yield evidence(rule, place, "the signature that autolog infers")


def _advice(form: str, what: str) -> str:
    """Say how a call of this form comes by a description or tags."""
    if what == "description":
        later = "call update_model_version(description=...)"
        return f"pass description= or {later}" if form.startswith("create_") else later
    later = "call set_model_version_tag"
    return later if form == "autolog" else f"pass tags= or {later}"


def _no_text(
    registry: Registry, registration: Registration, model: str, what: str
) -> Iterator[Outcome]:
    """Judge description or tags: a later client call may give them, wherever in the program."""
    from mlops_checklist.sources import model_sayings

    rule, place = f"no-{what}", registry.module.place(registration.call)
    said = model_sayings.said(registry, registration, what)
    article = "a description" if what == "description" else "tags"
    advice = _advice(registration.form, what)
    where = said.seen_from(registry.module)
    if said.how == "surely":
        yield evidence(rule, place, article)
    elif said.how == "perhaps":
        yield undecided(
            rule, place, f"whether {model} gets {article} depends on arguments ({where})"
        )
    elif said.how == "handed":
        message = f"whether {model} gets {article} is not known: the call in {where} may do it"
        yield undecided(rule, place, message)
    elif said.how == "elsewhere":
        message = f"{model} may get {article} in {where}, which this program does not run"
        yield undecided(rule, place, message)
    elif said.how == "unseen":
        message = f"nothing in this program gives {model} {article}; {advice}"
        yield undecided(rule, place, message)
    else:
        make = violation if model_sayings.is_run(registry, registration) else undecided
        yield make(rule, place, f"{model} is registered without {article}; {advice}")


def _no_source_run(registry: Registry, registration: Registration, model: str) -> Iterator[Outcome]:
    rule = "no-source-run"
    answer, node = registry.source_run(registration)
    place = registry.module.place(node)
    if answer == "named":
        yield evidence(rule, place, "its run")
    elif answer == "unknown":
        yield undecided(rule, place, f"whether the version of {model} names its run is not known")
    else:
        run_id = "" if registration.form == "register_model" else "run_id= and "
        yield violation(
            rule,
            place,
            f"the version of {model} is made from a path and names no run; pass {run_id}"
            "a 'runs:/' or 'models:/' URI",
        )


# --- Aliases and URIs -----------------------------------------------------------------------


def _bad_alias(registry: Registry, call: ast.Call) -> Iterator[Outcome]:
    from mlops_checklist.sources.mlflow_registry import UNKNOWN, bad_alias, spellings

    node = registry.argument(call, "set_registered_model_alias", "alias")
    if node is None:
        return
    place = registry.module.place(node)
    texts = spellings(registry.values.of(node))
    for text, default in texts:
        if reason := bad_alias(text):
            shown = text.replace(UNKNOWN, "...")
            kind = "the default alias" if default else "alias"
            yield violation("bad-alias", place, f"{kind} '{shown}' {reason}; choose another name")
            return
    if any(re.fullmatch(rf"[vV][\d{UNKNOWN}]*{UNKNOWN}", text) for text, _ in texts):
        yield undecided(
            "bad-alias", place, "an alias of 'v' and a number is reserved by MLflow for versions"
        )
    elif not any(UNKNOWN in text for text, _ in texts):
        yield evidence("bad-alias", place, f"alias '{texts[0][0]}'")


def _moving_model_uri(registry: Registry, node: ast.expr) -> Iterator[Outcome]:
    from mlops_checklist.sources.mlflow_registry import spellings
    from mlops_checklist.sources.values import names

    value = registry.values.of(node)
    texts = [(text, default) for text, default in spellings(value) if text.startswith("models:/")]
    # Which version it is may well be an argument of the program.
    versioned = any("version" in name.lower() for name in names(value))
    yield from _judged_uris(registry.module.place(node), texts, versioned)


def _judged_uris(
    place: Place, texts: Iterable[tuple[str, bool]], versioned: bool
) -> Iterator[Outcome]:
    """Judge the model URIs that may stand in one place; the flag of each marks a default."""
    from mlops_checklist.sources.mlflow_registry import UNKNOWN, moving

    rule = "moving-model-uri"
    follows = [(moving(text), text.replace(UNKNOWN, "..."), default) for text, default in texts]
    for what, text, default in follows:
        if what:
            newest = "newest" if what == "latest" else f"in stage '{what}'"
            shown = f"the default '{text}'" if default else f"'{text}'"
            yield violation(
                rule,
                place,
                f"{shown} is whatever version is {newest} when it is loaded; load an alias "
                "('models:/name@champion') or a version",
            )
            return
    if any(what == "" for what, _, _ in follows):
        if not versioned:
            message = f"whether '{follows[0][1]}' names a version is not known"
            yield undecided(rule, place, message)
    elif follows:
        yield evidence(rule, place, f"loads '{follows[0][1]}'")


def _in_commands(file: File) -> Iterator[Outcome]:
    """Judge `mlflow models serve -m URI` and its like."""
    from mlops_checklist.sources.dockerfile import expand
    from mlops_checklist.sources.shell import program, unwrapped

    known: dict[str, str] = {}
    for cell, command in _commands(file, known):
        known |= {name: word.text for name, word in command.assignments}
        command = unwrapped(command)
        words = command.words
        if program(command).startswith("python") and len(words) > 2 and words[1].text == "-m":
            words = words[2:]
        if not words or words[0].text.rpartition("/")[2] != "mlflow":
            continue
        for word in words[1:]:
            start = re.match(r"(?:--model-uri=|-m=?(?=models:|\$))?", word.text)
            assert start is not None
            uri = expand(word.text[start.end() :], known)
            if uri.startswith("models:/"):
                place = word.at(start.end())
                if cell is not None:
                    place = cell.place(place)
                yield from _judged_uris(place, [(uri, False)], False)


def _commands(file: File, known: dict[str, str]) -> Iterator[tuple[Cell | None, Command]]:
    """Yield the commands in order, with the cell of a notebook; ENV and ARG go to `known`."""
    from mlops_checklist.sources import dockerfile, notebook, shell

    if file.kind == "dockerfile":
        for instruction in file.read(dockerfile.dockerfile).instructions:
            known |= {name: word.text for name, word in dockerfile.variables(instruction)}
            for command in dockerfile.run_commands(instruction):
                yield None, command
    elif file.kind == "notebook":
        for cell in file.read(notebook.notebook).cells:
            for text, line, column in notebook.shell_lines(cell):
                for command in shell.commands(text, line, column):
                    yield cell, command
    else:
        for command in shell.commands(file.text):
            yield None, command


# --- MLmodel files and model cards ----------------------------------------------------------


def _in_mlmodel(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import yaml
    from mlops_checklist.sources.files import Unreadable

    top = yaml.document(file)
    flavours = yaml.get(top, "flavors")
    if flavours is None or flavours.id != "mapping":
        raise Unreadable("cannot parse as MLmodel: no mapping 'flavors'")
    has = []
    signature = yaml.get(top, "signature")
    if signature is None or (signature.id == "scalar" and not yaml.scalar(signature)):
        yield violation(
            "no-signature",
            yaml.place(signature or top),
            "the model was saved without a signature; save it again with "
            "signature=infer_signature(...)",
        )
    else:
        has.append(("no-signature", "a signature"))
    for key, node, function in yaml.items(flavours):
        if key != "python_function":
            continue
        environment = yaml.get(function, "env")
        if environment is None or not (environment.value and environment.value != "null"):
            yield violation(
                "no-environment",
                yaml.place(node),
                "the Python function has no 'env' to be run in; save it again with "
                "pip_requirements= or conda_env=",
            )
        else:
            has.append(("no-environment", "an environment"))
    if has:
        parts = " and ".join(part for _, part in has)
        yield evidence(has[0][0], yaml.place(top), f"the model was saved with {parts}")


def _in_cards(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import model_card

    for card in model_card.cards(file):
        lacking = model_card.missing_parts(card)
        if lacking:
            yield violation(
                "incomplete-card",
                card.place,
                f"the model card says nothing of: {', '.join(lacking)}; add what is missing",
            )
        else:
            parts = ", ".join(model_card.PARTS)
            yield evidence("incomplete-card", card.place, f"the model card tells {parts}")
        for residue in card.residues:
            yield violation(
                "template-residue",
                residue.place,
                f"'{residue.text}' is left from a template; fill it in or remove it",
            )


# What must occur in a file before it is parsed.
TRIGGER = (
    rb"registered_model_name|log_model|register_model|create_(?:registered_model|model_version)"
    rb"|set_registered_model_alias|models:/"
)
# Without one of these a program has nothing for this hook of its own; it may load what it imports.
_OWN = TRIGGER + rb"|load_model|load_pyfunc|spark_udf"
HOOK = Hook(
    id="registered-model-metadata",
    description="Registered model versions have a signature, description and tags.",
    reads={
        "python": b"",
        "notebook": b"",
        "shell": rb"models:/",
        "dockerfile": rb"models:/",
        "mlmodel": b"",
        # Names and front matter decide what is a card.
        "markdown": b"",
        "json": b"",
        "yaml": b"",
        "html": rb"<h1>\s*Model Card for\b",  # as the Model Card Toolkit renders one
    },
    rules=RULES,
    check=check,
    follows=TRIGGER,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
