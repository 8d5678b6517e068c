"""mlops-registry-audit: what it says of what a server holds, and whom it asks.

A real server is asked in tests/end_to_end/test_registry_audit.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from helpers import of_repository
from test_docs import DOCS, examples

from mlops_checklist.models.mlops_registry_audit import (
    HOOK,
    Where,
    _fits,
    _people,
    judged,
    main,
    masked,
    named,
)
from mlops_checklist.outcome import Place
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.mlflow_server import Model, Record, Version

MODEL = Model("churn", "Who leaves.", {"owner": "ada"}, ())
VERSION = Version(
    "churn", "3", ("newest",), "Ridge.", {"approval_status": "approved"}, "0123", "", "models:/m-0"
)
RECORD = Record("active", "1", ("alpha",), ("test_auc",), ("training",), {})
BARE = MODEL._replace(description="", tags={})
LIVE = VERSION._replace(labels=("newest", "@champion"))


def said(
    model: Model = MODEL,
    version: Version = VERSION,
    record: Record | None = RECORD,
    signature: bool | None = True,
    tags: tuple[str, ...] = (),
) -> list[tuple[str, str]]:
    found = judged(model, version, record, signature, tags)
    return [(each.kind, each.rule) for each in found if each.kind != "evidence"]


def test_complete() -> None:
    (only,) = judged(MODEL, VERSION, RECORD, True)
    assert only.kind == "evidence"
    assert only.message == (
        "version 3 of 'churn' (newest) has its run, parameters, a metric on held-out data, "
        "datasets, a signature, a description, tags and a tag on its approval"
    )


RECORDS = {
    "no run": (Record(""), [("violation", "no-source-run")]),
    "deleted run": (
        RECORD._replace(run="deleted"),
        [("violation", "no-source-run")],
    ),
    "unknown run": (Record("unknown"), [("violation", "no-source-run")]),
    "no parameters": (RECORD._replace(parameters=()), [("violation", "no-parameters")]),
    "no metrics": (RECORD._replace(metrics=()), [("violation", "no-validation-metric")]),
    "system metrics": (
        RECORD._replace(metrics=("system/cpu_utilization_percentage",)),
        [("violation", "no-validation-metric")],
    ),
    "training metrics": (
        RECORD._replace(metrics=("training_accuracy_score", "train_loss")),
        [("violation", "training-metric-only")],
    ),
    "metrics that do not say": (
        RECORD._replace(metrics=("auc",)),
        [("undecided", "no-validation-metric")],
    ),
    "metrics beside training metrics": (
        RECORD._replace(metrics=("auc", "train_loss")),
        [("undecided", "no-validation-metric")],
    ),
    "metrics beside held-out data": (
        RECORD._replace(metrics=("auc",), contexts=("training", "evaluation")),
        [],
    ),
    "no dataset": (RECORD._replace(contexts=()), [("violation", "untracked-input")]),
    "dataset without a context": (RECORD._replace(contexts=("",)), []),
    "a tag that names the data": (
        RECORD._replace(contexts=(), tags={"dataset.sha256": "01ab"}),
        [],
    ),
    "a parameter that names the data": (
        RECORD._replace(contexts=(), parameters=("alpha", "data_path")),
        [],
    ),
    "what Domino records": (
        RECORD._replace(contexts=(), tags={"mlflow.domino.dataset_info": "01-churn"}),
        [],
    ),
    "what MLflow records of itself": (
        RECORD._replace(contexts=(), tags={"mlflow.source.name": "train.py"}),
        [("violation", "untracked-input")],
    ),
    "a run that may not be read": (None, []),
}


@pytest.mark.parametrize(("record", "expected"), RECORDS.values(), ids=RECORDS)
def test_record(record: Record | None, expected: list[tuple[str, str]]) -> None:
    assert said(record=record) == expected


def test_run_of_another_server() -> None:
    version = VERSION._replace(run="", run_link="https://other.example/runs/7")
    assert said(version=version, record=Record("")) == [("undecided", "no-source-run")]


VERSIONS = {
    "no description at all": (BARE, VERSION._replace(description=" "), ["no-description"]),
    "of the model alone": (MODEL, VERSION._replace(description=""), []),
    "of the version alone": (BARE, VERSION, []),
    "no tags at all": (BARE, VERSION._replace(tags={}), ["no-tags", "no-approval"]),
    "tags of the system": (
        BARE,
        VERSION._replace(tags={"mlflow.source.type": "LOCAL"}),
        ["no-tags", "no-approval"],
    ),
    "a score among the tags": (MODEL, VERSION._replace(tags={"test_auc": "0.9"}), ["no-approval"]),
}


@pytest.mark.parametrize(("model", "version", "expected"), VERSIONS.values(), ids=VERSIONS)
def test_version(model: Model, version: Version, expected: list[str]) -> None:
    assert [rule for _, rule in said(model, version)] == expected


def test_score_among_the_tags() -> None:
    """What the version says of its score counts as recorded."""
    version = VERSION._replace(tags={"validation_auc": "0.8771", "approved_by": "ada"})
    assert said(version=version, record=RECORD._replace(metrics=())) == []


def test_signature() -> None:
    assert said(signature=False) == [("violation", "no-signature")]
    assert said(signature=None) == [("undecided", "no-signature")]


# name of the case: (tags of the version, what is said of one that is newest, of one that is live)
APPROVALS = {
    "none": ({}, "missing", "violation"),
    "of something else": ({"owner": "ada"}, "missing", "violation"),
    "approved": ({"approval_status": "approved"}, "", ""),
    "by": ({"approved_by": "ada"}, "", ""),
    "validation status": ({"validation_status": "approved"}, "", ""),
    "sign-off": ({"sign_off": "2026-03-01 Ada"}, "", ""),
    "pending": ({"validation_status": "pending"}, "", "violation"),
    "in review": ({"approval": "In review"}, "", "violation"),
    "SageMaker's word": ({"approval_status": "PendingManualApproval"}, "", "violation"),
    "rejected": ({"approved": "false"}, "", "violation"),
    "empty": ({"approved_by": ""}, "", "violation"),
    "one of two": ({"validation_status": "pending", "approved_by": "ada"}, "", "violation"),
    "that it is required": ({"approval_required": "true"}, "missing", "violation"),
}


@pytest.mark.parametrize(("tags", "newest", "live"), APPROVALS.values(), ids=APPROVALS)
def test_approval(tags: dict[str, str], newest: str, live: str) -> None:
    for version, kind in ((VERSION, newest), (LIVE, live)):
        expected = [(kind, "no-approval")] if kind else []
        assert said(version=version._replace(tags=tags)) == expected


@pytest.mark.parametrize("label", ["@champion", "@prod", "Production", "@live"])
def test_what_is_live(label: str) -> None:
    assert said(version=VERSION._replace(labels=(label,), tags={})) == [
        ("violation", "no-approval")
    ]


@pytest.mark.parametrize("label", ["@candidate", "@challenger", "Staging", "newest"])
def test_what_is_not_live(label: str) -> None:
    assert said(version=VERSION._replace(labels=(label,), tags={})) == [("missing", "no-approval")]


def test_approval_tag_of_their_own() -> None:
    version = LIVE._replace(tags={"gate": "passed"})
    assert said(version=version) == [("violation", "no-approval")]
    assert said(version=version, tags=("gate",)) == []


NAMES = {
    "project": ("churn-ada", {"churn": "the project's name"}, True, "evidence"),
    "user at the end": ("churn_ada", {"ada": "tag"}, False, "evidence"),
    "case and separators": ("Card Fraud/v2", {"card-fraud": "tag"}, False, "evidence"),
    "a home folder": ("/Users/ada@shop.example/churn", {}, True, "evidence"),
    "part of a word": ("canada", {"ada": "tag"}, False, "undecided"),
    "a text": ("churn", {"ada": "tag"}, True, "violation"),
    "not a text": ("churn", {"ada": "tag"}, False, "undecided"),
    "everybody's": ("Default", {"ada": "tag"}, False, "violation"),
}


@pytest.mark.parametrize(("name", "people", "fixed", "kind"), NAMES.values(), ids=NAMES)
def test_experiment(name: str, people: dict[str, str], fixed: bool, kind: str) -> None:
    outcome = named(name, people, fixed=fixed)
    assert (outcome.kind, outcome.rule) == (kind, "no-identity")
    assert f"'{name}'" in outcome.message


def test_no_person_is_no_evidence() -> None:
    """What is left of a name without its marks may be nothing at all."""
    found = _people(
        Where("train.py", Place()), [{"mlflow.user": "--"}, {"mlflow.user": "root"}], [""]
    )
    assert found.keys().isdisjoint({"", "--", "root"})


SHAPES = {
    "in the middle": ("card-fraud-ada", ["", "-", ""], True),
    "a fixed beginning": ("churn-ada", ["churn-", ""], True),
    "another beginning": ("fraud-ada", ["churn-", ""], False),
    "a fixed end": ("ada/churn", ["", "/churn"], True),
    "another end": ("ada/fraud", ["", "/churn"], False),
    "out of order": ("a-b", ["", "b", "a", ""], False),
    "no room for both ends": ("aba", ["ab", "ba"], False),
    "anything": ("churn", ["", ""], True),
    "many unknown parts": ("a" * 5000, [*[""] * 50, "b"], False),
}


@pytest.mark.parametrize(("name", "parts", "fits"), SHAPES.values(), ids=SHAPES)
def test_shape_of_a_name(name: str, parts: list[str], fits: bool) -> None:
    assert _fits(name, parts) == fits


# --- Whom it asks -----------------------------------------------------------------------------

TRAIN = "import mlflow\nmlflow.register_model(uri, 'churn')\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test stands, with no server in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MLFLOW_")]:
        monkeypatch.delenv(name)
    return tmp_path


def test_masked() -> None:
    assert masked("https://mlflow.example/a") == "https://mlflow.example/a"
    assert masked("https://u:p@w/x@mlflow.example/a") == "https://mlflow.example/a"
    assert masked("http://mlflow.example?token=1") == "http://mlflow.example"


ADDRESSES = {
    "none": ("", "", "give --tracking-uri, or set MLFLOW_TRACKING_URI"),
    "a database": (
        "sqlite:///mlflow.db",
        "",
        "tracking-uri: 'sqlite:///mlflow.db' is no tracking server; its address begins with "
        "http:// or https://",
    ),
    "a database in the environment": (
        "",
        "postgresql://u:secret@db/x",
        "MLFLOW_TRACKING_URI: 'postgresql://db/x' is no tracking server; its address begins with "
        "http:// or https://",
    ),
    **{
        name: (
            "",
            address,
            f"MLFLOW_TRACKING_URI: '{address}' is no tracking server; its address begins with "
            "http:// or https://",
        )
        for name, address in {
            "no host": "http:///x",
            "half an address": "http://[::1",
            "a blank": "http://mlflow .example",
            "no port": "http://mlflow.example:99999",
            "databricks": "databricks",
            "a folder": "./mlruns",
        }.items()
    },
    "credentials": (
        "http://u:secret@mlflow.example",
        "",
        "tracking-uri: 'http://mlflow.example' holds credentials; set MLFLOW_TRACKING_USERNAME "
        "and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the environment",
    ),
}


@pytest.mark.parametrize(("given", "variable", "message"), ADDRESSES.values(), ids=ADDRESSES)
def test_address(
    here: Path, monkeypatch: pytest.MonkeyPatch, given: str, variable: str, message: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", variable)
    with pytest.raises(SettingsError) as error:
        of_repository(HOOK, here, {"train.py": TRAIN}, tracking_uri=given)
    assert str(error.value) == message


@pytest.mark.parametrize("timeout", ["0", "-1", "1.5", "soon", "99999", "\u0663"])
def test_timeout(here: Path, timeout: str) -> None:
    with pytest.raises(SettingsError, match=r"is no number of seconds, 1 to 9999$"):
        of_repository(
            HOOK, here, {"train.py": TRAIN}, tracking_uri="http://localhost", timeout=timeout
        )


VARIABLES = {
    "registry": (
        "MLFLOW_REGISTRY_URI",
        "sqlite:///x.db",
        "MLFLOW_REGISTRY_URI: 'sqlite:///x.db' is no tracking server; its address begins with "
        "http:// or https://",
    ),
    "timeout": (
        "MLFLOW_HTTP_REQUEST_TIMEOUT",
        "soon",
        "MLFLOW_HTTP_REQUEST_TIMEOUT: 'soon' is no number of seconds, 1 to 9999",
    ),
    "retries": (
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES",
        "99",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES: '99' is no number from 0 to 10",
    ),
}


@pytest.mark.parametrize(("variable", "text", "message"), VARIABLES.values(), ids=VARIABLES)
def test_variables(
    here: Path, monkeypatch: pytest.MonkeyPatch, variable: str, text: str, message: str
) -> None:
    """What MLflow would fail on later, with words of its own."""
    monkeypatch.setenv(variable, text)
    with pytest.raises(SettingsError) as error:
        of_repository(HOOK, here, {"train.py": TRAIN}, tracking_uri="http://localhost")
    assert str(error.value) == message


def test_without_the_client(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(SettingsError, match=r"^MLflow's client is not installed: .*mlflow-skinny"):
        of_repository(HOOK, here, {"train.py": TRAIN}, tracking_uri="http://localhost")
    assert main(["--tracking-uri", "http://localhost"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == (
        "MLflow's client is not installed: give the hook `additional_dependencies: "
        "[mlflow-skinny]`, or install mlops-checklist[mlflow]\n"
    )


def test_nothing_to_ask(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no model and no experiment is named, nobody is asked."""
    monkeypatch.setitem(sys.modules, "mlflow", None)
    files = {"train.py": "import mlflow\nmlflow.log_metric('auc', 1)\n", "broken.py": "(models:/x"}
    assert of_repository(HOOK, here, files, tracking_uri="http://localhost") == []


def test_settings(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / ".mlops-checklist.toml").write_text('[mlops-registry-audit]\ntimeout = "soon"\n')
    assert main(["--tracking-uri", "http://localhost"]) == 2
    assert "'soon' is no number of seconds" in capsys.readouterr().err


def test_page() -> None:
    """Every rule has a bad and a good example, which the end-to-end test runs; so has an option."""
    shown = {(example.rule, example.good) for example in examples(HOOK.id)}
    assert shown == {(rule, good) for rule in HOOK.rules for good in (True, False)}
    page = (DOCS / f"{HOOK.id}.md").read_text("utf-8")
    assert [option.name for option in HOOK.options if f"`--{option.name}" not in page] == []
