"""What an MLflow tracking server holds of models, their versions, runs and experiments.

Asked through MLflow's own client (mlflow-skinny is enough), which takes credentials from the
environment. Servers of MLflow 2 and 3 answer; what they hold is handed on as plain facts. Of what
goes wrong, no word of the client is repeated: its messages hold the whole address.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from mlops_checklist.sources.files import File, Unreadable

Answer = TypeVar("Answer")


class Refused(Exception):
    """The server does not give what it is asked for; `str(error)` says why.

    `answered` is False where nobody answers, or what answers would say the same to all questions.
    """

    def __init__(self, why: str, *, answered: bool) -> None:
        super().__init__(why)
        self.answered = answered


class Version(NamedTuple):
    """A version of a model: `labels` are "newest", its aliases as "@champion", and its stage."""

    model: str
    number: str
    labels: tuple[str, ...] = ()
    description: str = ""
    tags: Mapping[str, str] = {}
    run: str = ""
    run_link: str = ""
    source: str = ""
    logged: str = ""  # the id of the logged model, of MLflow 3


class Model(NamedTuple):
    """A registered model, with its newest version and those that have an alias or a stage."""

    name: str
    description: str
    tags: Mapping[str, str]
    versions: tuple[Version, ...]


class Experiment(NamedTuple):
    """An experiment: its id, name and tags."""

    id: str
    name: str
    tags: Mapping[str, str]


class Record(NamedTuple):
    """What the run of a version and its logged model hold.

    `run` is the run's state: "active", "deleted", "unknown", or "" where the version names none.
    `contexts` are what its datasets were used for, one for each.
    """

    run: str = "active"
    experiment: str = ""  # its id
    parameters: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}


class Server:
    """A tracking server. Raises ImportError where MLflow's client is not installed."""

    def __init__(self, address: str, seconds: str = "") -> None:
        # MLflow reads these when it asks. What the environment says counts before the default.
        for name, value, given in (
            ("MLFLOW_HTTP_REQUEST_TIMEOUT", seconds or "10", bool(seconds)),
            ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0", False),
            ("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false", True),
            ("MLFLOW_DISABLE_TELEMETRY", "true", True),
        ):
            if given or name not in os.environ:
                os.environ[name] = value
        import mlflow

        self._mlflow: Any = mlflow
        self._address = address
        self._seconds = os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"]
        self._experiments: dict[str, Experiment | None] = {}
        self._named: dict[str, Experiment | None] = {}

    @functools.cached_property
    def _client(self) -> Any:
        self._mlflow.set_tracking_uri(self._address)
        return self._mlflow.MlflowClient()

    # Each returns None for what the server does not know, and raises Refused.

    def model(self, name: str) -> Model | None:
        """Return a registered model."""
        found = self._ask(lambda: self._client.get_registered_model(name))
        if found is None:
            return None
        if found.name != name:
            raise Refused("it does not answer as MLflow does", answered=False)
        latest = list(found.latest_versions or ())
        if not latest:  # registries without stages need not tell
            clause = f"name={_quoted(name)}"
            search = self._client.search_model_versions
            latest = list(self._ask(lambda: search(clause, max_results=1000)) or ())
        newest = max((_number(each.version) for each in latest), default=0)
        labels: dict[str, list[str]] = {str(newest): ["newest"]} if newest else {}
        for alias, number in sorted(dict(found.aliases or {}).items()):
            labels.setdefault(str(number), []).append(f"@{alias}")
        for each in latest:
            if each.current_stage not in (None, "", "None", "Archived"):
                labels.setdefault(str(each.version), []).append(str(each.current_stage))
        known = {str(each.version): each for each in latest}
        versions = []
        for number in sorted(labels, key=_number):
            version = known.get(number) or self._version(name, number)
            if version is not None:
                versions.append(_version(version, tuple(labels[number])))
        return Model(name, found.description or "", dict(found.tags or {}), tuple(versions))

    def has_version(self, name: str, number: str) -> bool:
        """Tell whether a model has the version of this number."""
        return self._version(name, number) is not None

    def _version(self, name: str, number: str) -> Any:
        return self._ask(lambda: self._client.get_model_version(name, number))

    def record(self, version: Version) -> Record:
        """Return what the version's run and logged model hold."""
        logged = self._logged(version)
        run_id = version.run or (getattr(logged, "source_run_id", None) or "")
        run = self._ask(lambda: self._client.get_run(run_id)) if run_id else None
        metrics = {str(each.key): each for each in getattr(logged, "metrics", None) or ()}
        parameters = set(getattr(logged, "params", None) or ())
        contexts: list[str] = []
        state, experiment, tags = "unknown" if run_id else "", "", {}
        if run is not None:
            state = "deleted" if run.info.lifecycle_stage == "deleted" else "active"
            experiment = str(run.info.experiment_id)
            tags = dict(run.data.tags)
            metrics |= dict.fromkeys(map(str, run.data.metrics))
            parameters |= set(run.data.params)
            for used in getattr(run.inputs, "dataset_inputs", None) or ():
                told = [tag.value for tag in used.tags if tag.key == "mlflow.data.context"]
                contexts.append(str(told[0]) if told else "")
        return Record(
            state,
            experiment,
            tuple(sorted(parameters)),
            tuple(sorted(metrics)),
            tuple(contexts),
            tags,
        )

    def _logged(self, version: Version) -> Any:
        if not version.logged or not hasattr(self._client, "get_logged_model"):
            return None
        return self._ask(lambda: self._client.get_logged_model(version.logged))

    def has_signature(self, version: Version) -> bool | None:
        """Tell whether the files of a version have a signature; None if they are not to be read.

        The tag `mlflow.log-model.history` of a run does not tell: signatures are left out of it.
        """
        import tempfile

        from mlops_checklist.sources import yaml

        uri = f"models:/{version.model}/{version.number}/MLmodel"
        with tempfile.TemporaryDirectory() as folder:
            try:
                from mlflow.artifacts import download_artifacts

                path = self._ask(lambda: download_artifacts(artifact_uri=uri, dst_path=folder))
                top = yaml.document(File(path, "mlmodel")) if path else None
            except (Refused, Unreadable, ImportError):
                return None
        if yaml.get(top, "flavors") is None:
            return None
        signature = yaml.get(top, "signature")
        return signature is not None and bool(yaml.scalar(signature) or signature.id == "mapping")

    def experiment(self, number: str) -> Experiment | None:
        """Return the experiment with this id."""
        if number not in self._experiments:
            found = self._ask(lambda: self._client.get_experiment(number))
            self._experiments[number] = _experiment(found)
        return self._experiments[number]

    def experiment_named(self, name: str) -> Experiment | None:
        """Return the experiment of this name."""
        if name not in self._named:
            found = self._ask(lambda: self._client.get_experiment_by_name(name))
            self._named[name] = _experiment(found)
        return self._named[name]

    def tags_of_runs(self, experiment: Experiment) -> list[Mapping[str, str]]:
        """Return the tags of an experiment's last runs."""
        found = self._ask(lambda: self._client.search_runs([experiment.id], max_results=20))
        return [dict(run.data.tags) for run in found or ()]

    def _ask(self, question: Callable[[], Answer]) -> Answer | None:
        """Return the answer; None where the server does not know what is asked for."""
        import logging

        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)  # what fails is said once, by us
        try:
            return question()
        except Exception as error:  # whatever a server sends, and a client makes of it
            if getattr(error, "error_code", "") in ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"):
                return None
            raise _refusal(error, self._seconds) from None
        finally:
            logging.disable(before)


def _version(found: Any, labels: tuple[str, ...]) -> Version:
    source = str(found.source or "")
    by_source = re.fullmatch(r"models:/(m-\w+)(?:/.*)?", source)
    return Version(
        str(found.name),
        str(found.version),
        labels,
        found.description or "",
        dict(found.tags or {}),
        str(found.run_id or ""),
        str(getattr(found, "run_link", None) or ""),
        source,
        str(getattr(found, "model_id", None) or (by_source[1] if by_source else "")),
    )


def _experiment(found: Any) -> Experiment | None:
    if found is None:
        return None
    return Experiment(str(found.experiment_id), str(found.name), dict(found.tags or {}))


def _number(version: object) -> int:
    return int(str(version)) if str(version).isdecimal() else 0


def _quoted(name: str) -> str:
    return f'"{name}"' if "'" in name else f"'{name}'"


# --- What goes wrong --------------------------------------------------------------------------

_STATUSES = {
    401: "it wants other credentials (HTTP 401): set MLFLOW_TRACKING_USERNAME and "
    "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN",
    403: "it denies access (HTTP 403)",
}
# By the name of the error that is beneath all others.
_UNANSWERED = {
    "NameResolutionError": "its name is not known",
    "gaierror": "its name is not known",
    "NewConnectionError": "nothing accepts a connection there",
    "ConnectionRefusedError": "nothing accepts a connection there",
    "RemoteDisconnected": "it closes the connection",
    "ConnectionResetError": "it closes the connection",
    "ProtocolError": "it closes the connection",
    "InvalidURL": "that is no address",
    "LocationParseError": "that is no address",
    "ProxyError": "the proxy does not let it through",
    "SSLError": "no secure connection can be made",
    "SSLCertVerificationError": "its certificate is not trusted",
}


def _refusal(error: BaseException, seconds: str) -> Refused:
    """Say in our words why a question was not answered."""
    chain = [*_beneath(error)]
    names = [type(each).__name__ for each in chain]
    if any("Timeout" in name for name in names):
        return Refused(f"no answer within {seconds} s", answered=False)
    for name in reversed(names):
        if name in _UNANSWERED:
            return Refused(_UNANSWERED[name], answered=False)
    for each in chain:
        if found := re.search(r"too many (\d{3}) error responses", str(each)):
            return Refused(f"it answers with HTTP {found[1]}", answered=True)
    said = re.search(r"failed with error code (\d{3})", str(error))
    if said or names[0] == "RestException":
        status = int(said[1]) if said else error.get_http_status_code()  # type: ignore[attr-defined]
        why = _STATUSES.get(status, f"it answers with HTTP {status}")
        return Refused(why, answered=status in (400, 403, 429) or status >= 500)
    if "not in a valid JSON" in str(error):
        return Refused("it does not answer as MLflow does", answered=False)
    return Refused(f"MLflow's client fails with {names[-1]}", answered=False)


def _beneath(error: BaseException) -> list[BaseException]:
    """Return an error and those that it comes from, the first cause last."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(found) < 20:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            waiting += [getattr(each, "reason", None), each.__cause__, each.__context__, *each.args]
    return found
