"""Ask a real MLflow tracking server whether what the code claims is so.

The other hooks read the code: they see that a signature is passed and a metric logged. What the
registry holds may still differ: a version was registered by hand, a run was deleted, an older
script ran. For every model that the repository names, the newest version and those with an alias
are looked at, and the experiments of their runs.

What to do: train and register again with the code as it is; describe, tag and approve the version
by `MlflowClient`. It is the only hook that goes over the network, and is run by hand or in CI.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from mlops_checklist.hook import File, Hook, Option, Options, run
from mlops_checklist.outcome import (
    Outcome,
    Place,
    enumerated,
    evidence,
    missing,
    undecided,
    violation,
)
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.files import Unreadable

if TYPE_CHECKING:
    from mlops_checklist.sources.experiment_names import Site
    from mlops_checklist.sources.mlflow_server import (
        Experiment,
        Model,
        Record,
        Refused,
        Server,
        Version,
    )
    from mlops_checklist.sources.named_models import Named

Found = TypeVar("Found")

RULES = {
    "unknown-model": "The code names a model that the server does not know.",
    "unknown-version": "The code loads a version, stage or alias that the model does not have.",
    "no-source-run": "The version names no run that it came from.",
    "no-parameters": "The run of the version has no parameters.",
    "no-validation-metric": "The run of the version has no metric on held-out data.",
    "training-metric-only": "The only metrics are those of the data that the model was fitted to.",
    "untracked-input": "The run of the version does not say which data it used.",
    "no-signature": "The version has no signature: nothing checks what the model is given.",
    "no-description": "Nothing describes the registered model or its version.",
    "no-tags": "The registered model and its version have no tags.",
    "no-approval": "No tag of the version says that it is approved.",
    "no-identity": "The name of the experiment holds neither a user nor a project.",
}


# --- What is judged ---------------------------------------------------------------------------


class Where(NamedTuple):
    """A place in the repository."""

    path: str
    place: Place

    def told(self, outcome: Outcome) -> Outcome:
        """Return the outcome at this place."""
        return outcome._replace(path=self.path, place=self.place)


class _Audit(File):
    """The server, and what the repository names; its path is the server's address."""

    def __init__(
        self,
        address: str,
        server: Server,
        models: Sequence[tuple[str, Named]],
        sites: Sequence[tuple[str, Site]],
    ) -> None:
        super().__init__(address, "server", b"")
        self.server = server
        self.models = models
        self.sites = sites
        self.runs: list[tuple[Where, Record]] = []  # of the versions that are judged
        self.is_answered = False

    def refused(self, what: str, where: Where, error: Refused) -> Outcome:
        """Return the error for what is not told. Raises Unreadable if nobody is there at all."""
        self.is_answered = self.is_answered or error.answered
        if not self.is_answered:
            raise Unreadable(f"cannot ask the tracking server: {error}", "unreadable")
        message = f"cannot audit {what} at {self.path}: {error}"
        return Outcome("error", "unreadable", where.place, message, path=where.path)


def find(options: Options, judges: Callable[[str], bool]) -> Iterator[File]:
    """Yield all that the repository names, with the server to ask."""
    from mlops_checklist.sources import named_models, tracked
    from mlops_checklist.sources.mlflow_server import Server
    from mlops_checklist.sources.repository import Repository
    from mlops_checklist.sources.triggers import EXPERIMENTS

    address = _address(options)
    try:
        listed = [each for each in tracked.files(HOOK.id) if judges(each)]
        naming = tracked.holding(named_models.TRIGGER)
        running = tracked.holding(EXPERIMENTS + rb"|experiments +create")
    except ValueError as error:
        raise SettingsError(str(error)) from None
    repository = Repository([each for each in listed if each in naming | running], listed=listed)
    models, sites = [], []
    for path in listed:
        if path in naming:
            models += _read(repository.file(path), named_models.named)
        if path in running:
            sites += _read(repository.file(path), _sites)
    if models or sites or options.model:
        try:
            server = Server(address, options.timeout)
        except ImportError:
            raise SettingsError(
                "MLflow's client is not installed: give the hook `additional_dependencies: "
                "[mlflow-skinny]`, or install mlops-checklist[mlflow]"
            ) from None
        audit = _Audit(masked(address), server, models, sites)
        audit.repository = repository
        yield audit


def _address(options: Options) -> str:
    """Return the server's address. Raises SettingsError for that, or what MLflow reads besides."""
    given: str = options.tracking_uri
    if given and masked(given) != given:
        raise SettingsError(
            f"tracking-uri: '{masked(given)}' holds credentials; set MLFLOW_TRACKING_USERNAME and "
            "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the environment"
        )
    address = given or os.environ.get("MLFLOW_TRACKING_URI", "")
    if not address:
        raise SettingsError("give --tracking-uri, or set MLFLOW_TRACKING_URI")
    _check_address("tracking-uri" if given else "MLFLOW_TRACKING_URI", address)
    if registry := os.environ.get("MLFLOW_REGISTRY_URI", ""):
        _check_address("MLFLOW_REGISTRY_URI", registry)
    _check_number("timeout", options.timeout, r"[1-9]\d{0,3}", "of seconds, 1 to 9999")
    for name, shape, what in (
        ("MLFLOW_HTTP_REQUEST_TIMEOUT", r"[1-9]\d{0,3}", "of seconds, 1 to 9999"),
        ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", r"\d|10", "from 0 to 10"),
    ):
        _check_number(name, os.environ.get(name, ""), shape, what)
    return address


def _check_address(name: str, address: str) -> None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        is_server = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_server = False
    if not is_server or re.search(r"\s", address):
        raise SettingsError(
            f"{name}: '{masked(address)}' is no tracking server; its address begins with http:// "
            "or https://"
        )


def _check_number(name: str, text: str, shape: str, what: str) -> None:
    if text and not re.fullmatch(shape, text, re.ASCII):
        raise SettingsError(f"{name}: '{text}' is no number {what}")


def masked(address: str) -> str:
    """Return an address without user, password and query, which may hold a token."""
    return re.sub(r"(?<=//).*@|[?#].*", "", address)


def _read(file: File, read: Callable[[File], Sequence[Found]]) -> list[tuple[str, Found]]:
    try:
        return [(file.path, each) for each in read(file)]
    except Unreadable:
        return []  # whoever judges the file says why


def _sites(file: File) -> list[Site]:
    from mlops_checklist.sources import experiment_names

    if file.kind not in experiment_names.KINDS:
        return []
    return [*experiment_names.sites(file, lambda: "project")]


# --- The audit --------------------------------------------------------------------------------


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge every model that is named, then the experiments of the runs."""
    assert isinstance(file, _Audit)
    for path, unnamed in file.models if not options.model else ():
        if unnamed.registers and not unnamed.name:
            yield undecided("unknown-model", unnamed.place, _UNNAMED)._replace(path=path)
    for name, where in _places(file, options).items():
        yield from _model(file, name, where, options)
    yield from _experiments(file, options)


_UNNAMED = "the name of this model is known only when the program runs; give it with --model"


def _places(audit: _Audit, options: Options) -> dict[str, Where]:
    """Return where each model is named; where it is registered, if that is known."""
    ordered = sorted(audit.models, key=lambda each: (bool(each[1].name), not each[1].registers))
    somewhere = Where(audit.path, Place())
    if ordered:
        somewhere = Where(ordered[0][0], ordered[0][1].place)
    places: dict[str, Where] = {}
    for path, named in ordered:
        if named.name:
            places.setdefault(named.name, Where(path, named.place))
    for name in options.model:
        places.setdefault(name, somewhere)
    return dict(sorted(places.items()))


def _model(audit: _Audit, name: str, where: Where, options: Options) -> Iterator[Outcome]:
    """Judge a model. Raises Unreadable where the server has answered nothing so far."""
    from mlops_checklist.sources.mlflow_server import Refused

    try:
        yield from _asked(audit, name, where, options)
    except Refused as error:
        yield audit.refused(f"'{name}'", where, error)


def _asked(audit: _Audit, name: str, where: Where, options: Options) -> Iterator[Outcome]:
    """Judge what the server holds of a model. Raises Refused."""
    model = audit.server.model(name)
    audit.is_answered = True
    if model is None:
        message = (
            f"the server knows no model '{name}'; register it, or ask the server that it is on"
        )
        yield where.told(missing("unknown-model", where.place, message))
        return
    if not model.versions:
        message = f"the model '{name}' has no version on the server; register one"
        yield where.told(missing("unknown-version", where.place, message))
    for path, named in audit.models:
        if named.name == name and named.wanted and not _has(audit.server, model, named.wanted):
            what = named.wanted if named.wanted[0] == "@" else f"/{named.wanted}"
            message = f"'models:/{name}{what}' is loaded here, and the server has none"
            yield missing("unknown-version", named.place, message)._replace(path=path)
    for version in model.versions:
        found = _record(audit, version, where)
        record = None if isinstance(found, Outcome) else found
        if isinstance(found, Outcome):
            yield found
        else:
            audit.runs.append((where, found))
        signature = audit.server.has_signature(version)
        for outcome in judged(model, version, record, signature, options.approval_tag):
            yield where.told(outcome)


def _record(audit: _Audit, version: Version, where: Where) -> Record | Outcome:
    """Return what the run holds, or the error that nobody may know it."""
    from mlops_checklist.sources.mlflow_server import Refused

    try:
        return audit.server.record(version)
    except Refused as error:
        what = f"the run of version {version.number} of '{version.model}'"
        return audit.refused(what, where, error)


def _has(server: Server, model: Model, wanted: str) -> bool:
    if wanted.isdecimal():
        return server.has_version(model.name, wanted)
    labels = {label.lower() for version in model.versions for label in version.labels}
    return wanted.lower() in labels


# --- Versions ---------------------------------------------------------------------------------

Said = tuple[str, str, str]  # kind, rule, message


def judged(
    model: Model,
    version: Version,
    record: Record | None,
    signature: bool | None,
    approval_tags: Sequence[str] = (),
) -> Iterator[Outcome]:
    """Judge one version; what it has becomes one evidence. No record: it may not be read."""
    title = f"version {version.number} of '{model.name}'"
    if version.labels:
        title += f" ({', '.join(version.labels)})"
    said = [
        *(_of_run(title, version, record) if record is not None else ()),
        *_of_version(title, model, version, signature),
        _approval(title, version, approval_tags),
    ]
    has = [each for each in said if each[0] == "evidence"]
    if has:
        parts = enumerated([message for _, _, message in has])
        yield evidence(has[0][1], Place(), f"{title} has {parts}")
    for kind, rule, message in said:
        if kind != "evidence":
            make = {"violation": violation, "missing": missing, "undecided": undecided}[kind]
            yield make(rule, Place(), message)


def _of_run(title: str, version: Version, record: Record) -> Iterator[Said]:
    """Say what the run, and the logged model of MLflow 3, hold."""
    if record.run == "active":
        yield "evidence", "no-source-run", "its run"
    elif version.run_link:
        yield "undecided", "no-source-run", f"the run of {title} is on another server"
        return
    elif record.run:
        was = "was deleted" if record.run == "deleted" else "is unknown to the server"
        yield (
            "violation",
            "no-source-run",
            f"the run of {title} {was}; restore it, or register the model of another run",
        )
    else:
        yield (
            "violation",
            "no-source-run",
            f"{title} names no run; register it from a 'runs:/' or 'models:/' URI",
        )
    if record.run != "active" and not (record.parameters or record.metrics):
        return  # said once
    if record.parameters:
        yield "evidence", "no-parameters", "parameters"
    else:
        yield (
            "violation",
            "no-parameters",
            f"the run of {title} has no parameters; log them with mlflow.log_params",
        )
    yield _metrics(title, version, record)
    yield _data(title, version, record)


def _metrics(title: str, version: Version, record: Record) -> Said:
    from mlops_checklist.sources.held_out import by_name

    names = [name for name in record.metrics if not name.startswith("system/")]
    scores = [name for name, text in version.tags.items() if re.fullmatch(r"-?[\d.]+", text)]
    on = [by_name(name) for name in names]
    if "held-out" in (*on, *map(by_name, scores)):
        return "evidence", "no-validation-metric", "a metric on held-out data"
    if names and "held-out" in map(by_name, record.contexts):
        return "evidence", "no-validation-metric", "metrics beside held-out data"
    if names and set(on) == {"fitted"}:
        return (
            "violation",
            "training-metric-only",
            f"the run of {title} has metrics on training data alone, such as '{names[0]}'; log "
            "one on held-out data",
        )
    if names:
        return (
            "undecided",
            "no-validation-metric",
            f"the metrics of {title}, such as '{names[0]}', do not say on which data",
        )
    return (
        "violation",
        "no-validation-metric",
        f"the run of {title} has no metrics; log one on held-out data with mlflow.log_metric",
    )


def _data(title: str, version: Version, record: Record) -> Said:
    from mlops_checklist.sources.data_records import tells_which

    if record.contexts:
        return "evidence", "untracked-input", "datasets"
    keys = [key.removeprefix("mlflow.domino.") for key in (*record.tags, *version.tags)]
    if any(tells_which(key) for key in (*keys, *record.parameters)):
        return "evidence", "untracked-input", "what names its data"
    return (
        "violation",
        "untracked-input",
        f"the run of {title} has no dataset; log it with mlflow.log_input",
    )


def _of_version(
    title: str, model: Model, version: Version, signature: bool | None
) -> Iterator[Said]:
    """Say what the registry and the files of the version hold."""
    if signature:
        yield "evidence", "no-signature", "a signature"
    elif signature is None:
        message = f"the files of {title} cannot be read, so its signature is not known"
        yield "undecided", "no-signature", message
    else:
        yield (
            "violation",
            "no-signature",
            f"{title} has no signature; log the model with signature=infer_signature(...)",
        )
    if (version.description or model.description).strip():
        yield "evidence", "no-description", "a description"
    else:
        yield (
            "violation",
            "no-description",
            f"{title} has no description, nor has the model; call "
            "update_model_version(description=...)",
        )
    if any(not key.startswith("mlflow.") for key in (*version.tags, *model.tags)):
        yield "evidence", "no-tags", "tags"
    else:
        yield (
            "violation",
            "no-tags",
            f"{title} has no tags, nor has the model; call set_model_version_tag",
        )


_APPROVAL = re.compile(r"(?i)approv|sign_?off|(?:validation|review|governance)[-_. ]?status")
_REQUIRED = re.compile(r"(?i)requir|need")
_NOT_YET = re.compile(
    r"(?i)\s*(?:|no|none|false|0|todo|open|draft|pending|waiting|requested|submitted|in[-_ ]?review"
    r"|(?:not|un)[-_ ]?approved|pending[-_ ]?\w+|rejected|declined|denied|failed)\s*"
)


def _approval(title: str, version: Version, names: Sequence[str]) -> Said:
    """Say whether a version is approved; one that is live must be."""
    from mlops_checklist.sources.mlflow_registry import LIVE

    rule = "no-approval"
    tags = {
        key: text
        for key, text in version.tags.items()
        if key in names or (_APPROVAL.search(key) and not _REQUIRED.search(key))
    }
    live = next((each for each in version.labels if LIVE.fullmatch(each.lstrip("@"))), None)
    waiting = next((key for key, text in tags.items() if _NOT_YET.fullmatch(text)), None)
    if waiting is not None and live:
        return (
            "violation",
            rule,
            f"{title} is live, and its tag '{waiting}' is '{tags[waiting]}'; move '{live}' to a "
            "version that is approved",
        )
    if tags:
        return "evidence", rule, "a tag on its approval"
    return (
        "violation" if live else "missing",
        rule,
        f"no tag of {title} says that it is approved; set 'approval_status', or name yours with "
        "--approval-tag",
    )


# --- Experiments ------------------------------------------------------------------------------

# Users whom many share, and no people.
_SHARED = frozenset(
    "root ubuntu debian domino jovyan runner jenkins airflow user users admin app default nobody "
    "vscode codespace gitlab-runner ec2-user azureuser spark".split()
)
_TELLING = re.compile(r"mlflow\.(?:user|domino\.(?:user|user_?name|project|project_?name))")


def _experiments(audit: _Audit, options: Options) -> Iterator[Outcome]:
    """Judge the experiments of the runs, and those that the code names outright."""
    from mlops_checklist.sources.mlflow_server import Refused

    texts: dict[str, Where] = {}
    for path, site in audit.sites:
        for text in _texts(site):
            texts.setdefault(text, Where(path, site.place))
    asked: dict[str, tuple[Where, list[Mapping[str, str]]]] = {}
    found: dict[str, Experiment] = {}
    try:
        for where, record in audit.runs:
            experiment = audit.server.experiment(record.experiment) if record.experiment else None
            if experiment is not None:
                found[experiment.id] = experiment
                at = texts.get(experiment.name) or _fitting(audit, experiment.name) or where
                asked.setdefault(experiment.id, (at, []))[1].append(record.tags)
        for text, where in texts.items():
            experiment = audit.server.experiment_named(text)
            if experiment is not None:
                found[experiment.id] = experiment
                tags = audit.server.tags_of_runs(experiment)
                asked.setdefault(experiment.id, (where, []))[1].extend(tags)
    except Refused as error:
        where = audit.runs[0][0] if audit.runs else next(iter(texts.values()))
        yield audit.refused("experiments", where, error)
    for number, (where, tags) in asked.items():
        experiment = found[number]
        people = _people(where, [experiment.tags, *tags], options.identity)
        yield where.told(named(experiment.name, people, fixed=experiment.name in texts))


def _texts(site: Site) -> list[str]:
    """Return the names that a place gives an experiment for sure."""
    from mlops_checklist.sources.mlflow_registry import UNKNOWN, spellings

    spelled = spellings(site.value)
    return [text for text, default in spelled if text and UNKNOWN not in text and not default]


def _fitting(audit: _Audit, name: str) -> Where | None:
    """Return the place whose name this may be, when the program runs."""
    from mlops_checklist.sources.mlflow_registry import UNKNOWN, spellings

    for path, site in audit.sites:
        for text, _ in spellings(site.value):
            if UNKNOWN in text and _fits(name, text.split(UNKNOWN)):
                return Where(path, site.place)
    return None


def _fits(name: str, parts: Sequence[str]) -> bool:
    """Tell whether a name has these parts in their order, from its beginning to its end."""
    at = len(parts[0])
    for part in parts[1:-1]:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return name.startswith(parts[0]) and name[at:].endswith(parts[-1])


def _people(
    where: Where, tags: Sequence[Mapping[str, str]], given: Sequence[str]
) -> dict[str, str]:
    """Return the users and projects that the name may hold, and what says so."""
    from mlops_checklist.sources import identities

    found = dict.fromkeys(given, "--identity")
    found |= dict.fromkeys(identities.project_names(where.path), "the project's name")
    for name in sorted(identities.VARIABLES):
        found.setdefault(os.environ.get(name, "").rpartition("/")[2], name)
    for each in tags:
        for key, text in sorted(each.items()):
            if _TELLING.fullmatch(key):
                found.setdefault(text, f"tag {key}")
                found.setdefault(text.partition("@")[0], f"tag {key}")
            elif key == "mlflow.source.git.repoURL":
                last = re.split(r"[/:]", text.rstrip("/"))[-1]
                found.setdefault(last.removesuffix(".git"), f"tag {key}")
    return {
        who: source
        for who, source in found.items()
        if _plain(who) and (source == "--identity" or (len(who) > 1 and who.lower() not in _SHARED))
    }


def named(name: str, people: Mapping[str, str], *, fixed: bool) -> Outcome:
    """Judge the name of an experiment; `fixed`: the code has it as a text."""
    from mlops_checklist.sources import identities

    rule, advice = "no-identity", "add DOMINO_PROJECT_NAME or DOMINO_STARTING_USERNAME"
    plain = _plain(name)
    for who, source in people.items():
        if re.search(rf"(?<!\w){re.escape(_plain(who))}(?!\w)", plain):
            return evidence(rule, Place(), f"experiment '{name}' holds '{who}' ({source})")
    if home := re.search(identities.HOME, name):
        return evidence(rule, Place(), f"experiment '{name}' is in the home folder {home[0]}")
    if name == "Default":
        message = "the run is in the experiment 'Default', where everybody's are; call "
        return violation(rule, Place(), f"{message}mlflow.set_experiment with a name of your own")
    message = f"experiment '{name}' has no user or project in its name that is known here"
    if fixed:
        return violation(rule, Place(), f"{message}; {advice}")
    return undecided(rule, Place(), f"{message}; name yours with --identity")


def _plain(text: str) -> str:
    return re.sub(r"[-_.\s/@]+", "-", text.lower()).strip("-")


HOOK = Hook(
    id="mlops-registry-audit",
    description="An MLflow server holds what the code claims of models and experiments.",
    reads={"*": b""},
    rules=RULES,
    check=check,
    finds=find,
    options=(
        Option("tracking-uri", "the server's address (default: MLFLOW_TRACKING_URI)", ""),
        Option("timeout", "seconds to wait for an answer (default: 10)", ""),
        Option("model", "a model whose name is known only when the program runs", ()),
        Option("identity", "a user or project that names of experiments may hold", ()),
        Option("approval-tag", "a tag of a version that says that it is approved", ()),
    ),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
