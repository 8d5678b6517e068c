"""registered-model-metadata: what is flagged, where, and what is left alone."""

from __future__ import annotations

import json
from argparse import Namespace

import pytest
from helpers import found, notebook, outcomes, together
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.hook import judge
from mlops_checklist.models.registered_model_metadata import HOOK, RULES
from mlops_checklist.outcome import Outcome
from mlops_checklist.sources.files import File
from mlops_checklist.sources.repository import Repository

CLIENT = "import mlflow\nfrom mlflow import MlflowClient\nclient = MlflowClient()\n"
LOG = "import mlflow\nimport mlflow.sklearn\n"
V, U = "violation", "undecided"


@pytest.mark.parametrize(
    ("code", "violations", "undecided"),
    [
        ("mlflow.sklearn.log_model(m, 'm')", [], []),
        ("mlflow.sklearn.log_model(m, 'm', registered_model_name=None)", [], []),
        (
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.sklearn.log_model(m, name='m', registered_model_name='churn')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn', signature=s)",
            [],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn', input_example=X[:5])",
            [],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='c', signature=s, tags={1: 2})",
            [],
            ["no-description"],
        ),
        (
            "mlflow.sklearn.log_model(m, 'm', None, None, 'skops', 'churn', sig)",
            [],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.sklearn.log_model(m, 'm', None, None, 'skops', 'churn')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.xgboost.log_model(m, 'm', None, None, 'churn')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        ("mlflow.xgboost.log_model(m, 'm', None, None, None, 'churn')", [], []),
        (
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn', signature=False)",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn', signature=None)",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "s = infer(X) if X is not None else None\n"
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn', signature=s)",
            [],
            ["no-signature", "no-description", "no-tags"],
        ),
        (
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn', **options)",
            [],
            ["no-description", "no-signature", "no-tags"],
        ),
        (
            "def log(m, name=None):\n"
            "    mlflow.sklearn.log_model(m, 'm', registered_model_name=name)",
            [],
            ["no-description", "no-signature", "no-tags"],
        ),
        (
            "def log(m, name=None):\n"
            "    mlflow.sklearn.log_model(m, 'm', registered_model_name=name)\n"
            "log(m, 'churn')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "def log(m, name):\n    mlflow.sklearn.log_model(m, 'm', registered_model_name=name)",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.onnx.log_model(m, 'm', registered_model_name='churn', input_example=x)",
            [],
            ["no-signature", "no-description", "no-tags"],
        ),
        (
            "mlflow.transformers.log_model(m, 'm', registered_model_name='churn')",
            [],
            ["no-signature", "no-description", "no-tags"],
        ),
        (
            "mlflow.sentence_transformers.log_model(m, 'm', registered_model_name='churn')",
            [],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.openai.log_model(m, 'chat.completions', 'm', registered_model_name='churn')",
            [],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.dspy.log_model(m, 'm', registered_model_name='churn')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.fastai.log_model(m, 'm', registered_model_name='churn')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "import mlflow.xgboost as mx\nmx.log_model(m, 'm', registered_model_name='churn')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "from mlflow.sklearn import log_model as keep\nkeep(m, 'm', registered_model_name='c')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        ("mlflow.sklearn.autolog(registered_model_name='c')", [], ["no-description", "no-tags"]),
        ("mlflow.sklearn.autolog()", [], []),
        ("mlflow.sklearn.autolog(registered_model_name='c', disable=True)", [], []),
        ("mlflow.sklearn.autolog(registered_model_name='c', log_models=False)", [], []),
        (
            "mlflow.sklearn.autolog(log_model_signatures=False, registered_model_name='c')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.statsmodels.autolog(registered_model_name='c')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        # Not MLflow's.
        ("def log_model(*a, **k): ...\nlog_model(m, registered_model_name='churn')", [], []),
        ("import wandb\nwandb.log_model(m, registered_model_name='churn')", [], []),
        ("import comet_ml\ncomet_ml.Experiment().register_model('churn')", [], []),
        ("from azureml.core import Model\nModel.register_model('churn', 'outputs/m')", [], []),
        ("registry.register_model('churn', 's3://b/m', version='1')", [], []),
        ("class T:\n    def go(self):\n        self.register_model('churn')", [], []),
    ],
)
def test_log_model_and_autolog(code: str, violations: list[str], undecided: list[str]) -> None:
    said = outcomes(HOOK, "train.py", LOG + code)
    assert sorted(rule for rule, _, _ in found(said)) == sorted(violations)
    assert sorted(rule for rule, _, _ in found(said, U)) == sorted(undecided)


CLASS = "class M(mlflow.pyfunc.PythonModel):\n    def predict(self, {}):\n        return 1\n"


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (CLASS.format("context, model_input"), V),
        (CLASS.format("context, model_input: list[str]"), None),
        (CLASS.format("model_input: list[str], params=None"), None),
        (CLASS.format("context, model_input: pd.DataFrame"), V),
        (CLASS.format("context, model_input: Row"), U),
        (CLASS.format("messages").replace("PythonModel", "ChatModel"), None),
        (CLASS.format("request").replace("PythonModel", "ResponsesAgent"), None),
        ("from own import M\n", U),
        ("M = 'agent.py'.format\n", U),
        ("class M: pass\n", U),
    ],
)
def test_pyfunc(model: str, kind: str | None) -> None:
    code = (
        f"import mlflow\nimport pandas as pd\n{model}"
        "mlflow.pyfunc.log_model('m', python_model=M(), registered_model_name='c')\n"
    )
    said = [one for one in outcomes(HOOK, "train.py", code) if one.rule == "no-signature"]
    kinds = [one.kind for one in said if one.kind != "evidence"]
    assert kinds == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("code", "violations", "undecided"),
    [
        ("mlflow.register_model('runs:/1/m', 'churn')", [], ["no-description", "no-tags"]),
        ("mlflow.register_model('models:/m-1', 'churn', tags={'a': 1})", [], ["no-description"]),
        (
            "mlflow.register_model('s3://bucket/m', 'churn')",
            ["no-source-run"],
            ["no-description", "no-tags"],
        ),
        (
            "mlflow.register_model(uri(), 'churn')",
            [],
            ["no-description", "no-source-run", "no-tags"],
        ),
        (
            "info = mlflow.sklearn.log_model(m, 'm')\nmlflow.register_model(info.model_uri, 'c')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "with mlflow.start_run() as run:\n    mlflow.sklearn.log_model(m, 'm')\n"
            "mlflow.register_model(f'runs:/{run.info.run_id}/m', 'c')",
            ["no-signature"],
            ["no-description", "no-tags"],
        ),
        (
            "with mlflow.start_run() as run:\n    mlflow.sklearn.log_model(m, 'm')\n"
            "mlflow.register_model(f'runs:/{run.info.run_id}/other', 'c')",
            [],
            ["no-description", "no-tags"],
        ),
        ("client.create_registered_model('c')", ["no-description", "no-tags"], []),
        ("client.create_registered_model('c', {'a': 1}, 'Predicts churn.')", [], []),
        ("client.create_registered_model('c', description='')", ["no-description", "no-tags"], []),
        (
            "client.create_model_version('c', 's3://b/m')",
            ["no-description", "no-source-run", "no-tags"],
            [],
        ),
        (
            "client.create_model_version('c', 's3://b/m', run.info.run_id)",
            ["no-description", "no-tags"],
            [],
        ),
        (
            "client.create_model_version('c', 'runs:/1/m', None, {'a': 1}, None, 'Text')",
            [],
            [],
        ),
        (
            "client.create_model_version('c', mlflow.get_artifact_uri('m'), tags=t, description=d)",
            ["no-source-run"],
            [],
        ),
        (
            "client.create_registered_model('c')\n"
            "client.create_model_version('c', 'runs:/1/m', '1', description='x', tags={'a': 1})",
            [],
            [],
        ),
        (
            "client.create_registered_model('c', description='x', tags={'a': 1})\n"
            "client.create_model_version('c', 'runs:/1/m', '1')",
            [],
            [],
        ),
        (
            "client.create_registered_model('c', description='x', tags={'a': 1})\n"
            "client.create_model_version('d', 'runs:/1/m', '1')",
            ["no-description", "no-tags"],
            [],
        ),
        (
            "NAME = 'c'\nmlflow.register_model('runs:/1/m', NAME)\n"
            "client.update_registered_model(NAME, 'What it does.')\n"
            "client.set_registered_model_tag(NAME, 'owner', 'me')",
            [],
            [],
        ),
        (
            "v = mlflow.register_model('runs:/1/m', 'c')\n"
            "client.update_model_version(v.name, v.version, 'Text')\n"
            "client.set_model_version_tag(v.name, v.version, 'a', 1)",
            [],
            [],
        ),
        (
            "mlflow.register_model('runs:/1/m', 'c')\n"
            "client.update_model_version('d', '1', 'Text')\n"
            "client.set_model_version_tag('d', '1', 'a', 1)",
            ["no-description", "no-tags"],
            [],
        ),
        (
            "mlflow.register_model('runs:/1/m', 'c')\n"
            "other.update_model_version(find(), '1', description='Text', tags=t)",
            [],
            ["no-description", "no-tags"],
        ),
        (
            "client.create_model_version('c', 'runs:/1/m', **more)",
            [],
            ["no-description", "no-tags"],
        ),
        (
            "from mlflow.tracking.client import MlflowClient as C\n"
            "C().create_registered_model('c')",
            ["no-description", "no-tags"],
            [],
        ),
        (
            "class R:\n    def __init__(self):\n        self.c = mlflow.tracking.MlflowClient()\n"
            "    def go(self):\n        self.c.create_registered_model(self.name)",
            ["no-description", "no-tags"],
            [],
        ),
    ],
)
def test_client(code: str, violations: list[str], undecided: list[str]) -> None:
    said = outcomes(HOOK, "train.py", CLIENT + code)
    assert sorted(rule for rule, _, _ in found(said)) == violations
    assert sorted(rule for rule, _, _ in found(said, U)) == undecided


@pytest.mark.parametrize(
    ("alias", "kind"),
    [
        ("'champion'", "evidence"),
        ("'prod-1_b'", "evidence"),
        ("'Latest'", V),
        ("'v12'", V),
        ("'V1'", V),
        ("'v1a'", "evidence"),
        ("''", V),
        ("'the champion'", V),
        ("'" + "a" * 256 + "'", V),
        ("'" + "a" * 255 + "'", "evidence"),
        ("f'v{version}'", U),
        ("f'prod/{name}'", V),
        ("os.getenv('ALIAS', 'latest')", V),
        ("os.environ['ALIAS']", None),
        ("alias", None),
    ],
)
def test_alias(alias: str, kind: str | None) -> None:
    code = f"import os\n{CLIENT}client.set_registered_model_alias('c', {alias}, '3')\n"
    said = outcomes(HOOK, "promote.py", code)
    assert [(one.kind, one.rule) for one in said] == ([(kind, "bad-alias")] if kind else [])
    assert all(one.place == (5, 40, None, None) for one in said)


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("'models:/c/latest'", V),
        ("'models:/c/Production'", V),
        ("'models:/c/3'", "evidence"),
        ("'models:/c@champion'", "evidence"),
        ("'models:/c@latest'", V),
        ("'models:/m-0123'", "evidence"),
        ("'models:/main.ml.c/Staging'", V),
        ("'models://prod@databricks/c/latest'", V),
        ("f'models:/{name}/latest'", V),
        ("f'models:/{name}/{version}'", None),
        ("f'models:/{name}/{stage}'", U),
        ("f'models:/{name}@{alias}'", "evidence"),
        ("'models:/%s/Production' % name", V),
        ("'models:/{}/{}'.format('c', os.getenv('STAGE', 'Production'))", V),
        ("'runs:/1/m'", None),
        ("uri", None),
    ],
)
def test_model_uri(uri: str, kind: str | None) -> None:
    code = (
        f"import flask, os, mlflow\nTRIGGER = 'models:/'\nmodel = mlflow.pyfunc.load_model({uri})\n"
    )
    said = outcomes(HOOK, "serve.py", code)
    assert [(one.kind, one.rule) for one in said] == ([(kind, "moving-model-uri")] if kind else [])
    assert all((one.place.line, one.place.column) == (3, 34) for one in said)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import mlflow\nbaseline = mlflow.pyfunc.load_model('models:/c/latest')\n", U),
        ("import mlflow\nfrom ray import serve\nmlflow.pyfunc.load_model('models:/c/latest')\n", V),
        (
            "import mlflow\nm = mlflow.pyfunc.load_model('models:/c/Production')\n"
            "def predict(x):\n    return m.predict(x)\n",
            V,
        ),
    ],
    ids=["experiment", "server", "domino-endpoint"],
)
def test_model_uri_moves_where_it_is_served(code: str, kind: str) -> None:
    (said,) = outcomes(HOOK, "app.py", code)
    assert (said.kind, said.rule) == (kind, "moving-model-uri")


def test_spark_udf_takes_the_uri_second() -> None:
    code = "import mlflow\nf = mlflow.pyfunc.spark_udf(spark, 'models:/c/latest')\n"
    assert found(outcomes(HOOK, "x.py", code)) == [("moving-model-uri", 2, 36)]


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("s.sh", "mlflow models serve -m models:/c/latest -p 8080\n", (1, 24)),
        ("s.sh", "exec python -m mlflow models serve --model-uri=models:/c/Production\n", (1, 48)),
        ("s.sh", 'URI="models:/$NAME/Production"\nmlflow models serve -m "$URI"\n', (2, 25)),
        ("s.sh", 'mlflow models serve -m "models:/$NAME/$VERSION"\n', None),
        ("s.sh", "mlflow models serve -m models:/c@champion\n", None),
        ("s.sh", "echo models:/c/latest\n", None),
        ("Dockerfile", 'FROM a:1\nCMD ["mlflow", "models", "serve", "-m", "models:/c/1"]\n', None),
        (
            "Dockerfile",
            'FROM a:1\nCMD ["mlflow", "models", "serve", "-m", "models:/c/latest"]\n',
            (2, 42),
        ),
        (
            "Dockerfile",
            "FROM a:1\nENV URI=models:/c/Staging\nCMD mlflow models serve -m $URI\n",
            (3, 28),
        ),
    ],
)
def test_commands(path: str, text: str, place: tuple[int, int] | None) -> None:
    wanted = [("moving-model-uri", *place)] if place else []
    assert found(outcomes(HOOK, path, text)) == wanted


def test_notebook() -> None:
    text = notebook(
        "import mlflow\n%matplotlib inline",
        "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn')",
        "!mlflow models serve -m models:/churn/latest",
    )
    said = [one for one in outcomes(HOOK, "n.ipynb", text) if one.kind == V]
    assert [(one.rule, *one.place[:3]) for one in said] == [
        ("no-signature", 1, 1, 2),
        ("moving-model-uri", 1, 25, 3),
    ]
    lines = text.splitlines()
    assert [lines[(one.place.file_line or 0) - 1].strip()[:8] for one in said] == [
        '"mlflow.',
        '"!mlflow',
    ]


def test_a_cell_that_is_not_python_is_undecided() -> None:
    text = notebook("import mlflow", "mlflow.register_model(uri, 'churn'")
    said = outcomes(HOOK, "n.ipynb", text)
    assert [(one.kind, one.place.cell) for one in said] == [(U, 2)]


def test_one_evidence_for_each_registration() -> None:
    code = (
        f"{CLIENT}info = mlflow.sklearn.log_model(m, 'm', signature=s)\n"
        "client.create_model_version('churn', info.model_uri, tags={'a': 1}, description='x')\n"
    )
    assert [(one.kind, one.place.line, one.message) for one in outcomes(HOOK, "t.py", code)] == [
        (
            "evidence",
            5,
            "'churn' is registered with its run, a signature, a description, tags",
        )
    ]


@pytest.mark.parametrize(
    ("code", "rule", "message"),
    [
        (
            "mlflow.sklearn.log_model(m, 'm', registered_model_name='churn')",
            "no-signature",
            "'churn' is registered without a signature; pass signature=infer_signature(...) or "
            "input_example=",
        ),
        (
            "client.create_registered_model(name)",
            "no-tags",
            "the model is registered without tags; pass tags= or call set_model_version_tag",
        ),
        (
            "client.create_model_version('c', '/mnt/m')",
            "no-source-run",
            "the version of 'c' is made from a path and names no run; pass run_id= and a 'runs:/' "
            "or 'models:/' URI",
        ),
        (
            "client.set_registered_model_alias('c', 'v3', 3)",
            "bad-alias",
            "alias 'v3' is reserved by MLflow for version numbers; choose another name",
        ),
        (
            "import flask\nmlflow.sklearn.load_model('models:/c/Production')",
            "moving-model-uri",
            "'models:/c/Production' is whatever version is in stage 'Production' when it is "
            "loaded; load an alias ('models:/name@champion') or a version",
        ),
    ],
)
def test_messages(code: str, rule: str, message: str) -> None:
    said = outcomes(HOOK, "train.py", CLIENT + code)
    assert [one.message for one in said if one.kind == V and one.rule == rule] == [message]


# --- Descriptions and tags by the program -----------------------------------------------------

REGISTRY = """\
from mlflow import MlflowClient

def register(uri, name, description=None):
    client = MlflowClient()
    client.create_registered_model(name)
    return client.create_model_version(name, uri, "1", description=description)
"""
DESCRIBING = """\
def describe(client, version, text):
    client.update_model_version(version.name, version.version, description=text)
"""
TAGGING = """\
def tag_model(client, name, version):
    client.set_model_version_tag(name, version, "owner", "retention")
    client.set_model_version_tag(name, version, "data", "2024-06")
"""
TRAIN = """\
from mlflow import MlflowClient
client = MlflowClient()
version = client.create_model_version("churn", "runs:/1/m", "1")
"""
DESCRIBED = "version, 'Trained on June 2024.'"


def texts(said: list[Outcome]) -> list[tuple[str, str, str]]:
    """Return kind, rule and file of what is said of descriptions and tags, evidence left out."""
    return sorted(
        {
            (one.kind, one.rule, one.path)
            for one in said
            if one.kind != "evidence" and one.rule in ("no-description", "no-tags")
        }
    )


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        pytest.param(
            {
                "registry.py": REGISTRY,
                "train.py": "from registry import register\nregister('runs:/1/m', 'churn')\n",
            },
            [(V, "no-description", "registry.py"), (V, "no-tags", "registry.py")],
            id="neither-helper-nor-caller",
        ),
        pytest.param(
            {
                "tagging.py": TAGGING,
                "train.py": "from tagging import tag_model\n"
                + TRAIN
                + "tag_model(client, version.name, version.version)\n",
            },
            [(V, "no-description", "train.py")],
            id="tagged-by-a-helper-and-not-described",
        ),
        pytest.param(
            {
                "describing.py": "from mlflow import MlflowClient\n"
                "MlflowClient().update_registered_model('fraud', 'Who cheats.')\n",
                "train.py": "import describing\nimport mlflow\n"
                "mlflow.register_model('runs:/1/m', 'churn', tags={'a': 1})\n",
            },
            [(V, "no-description", "train.py")],
            id="another-model-is-described",
        ),
        pytest.param(
            {
                "registry.py": REGISTRY,
                "main.py": "from registry import register\n"
                "v = register('runs:/1/m', 'churn', description='')\n",
            },
            [(V, "no-description", "registry.py"), (V, "no-tags", "registry.py")],
            id="the-caller-passes-nothing",
        ),
        pytest.param(
            {"describing.py": DESCRIBING, "tagging.py": TAGGING, "train.py": TRAIN},
            # Nobody in the repository runs them, and others may.
            [(U, "no-description", "train.py"), (U, "no-tags", "train.py")],
            id="helpers-that-are-not-called",
        ),
    ],
)
def test_program_that_leaves_it_out(
    files: dict[str, str], wanted: list[tuple[str, str, str]]
) -> None:
    assert texts(together(HOOK, files)) == wanted


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(
            {
                "describing.py": DESCRIBING,
                "tagging.py": TAGGING,
                "train.py": "from describing import describe\nfrom tagging import tag_model\n"
                + TRAIN
                + f"describe(client, {DESCRIBED})\n"
                + "tag_model(client, 'churn', version.version)\n",
            },
            id="helpers-that-the-script-imports",
        ),
        pytest.param(
            {
                "registry.py": REGISTRY,
                "train.py": "from mlflow import MlflowClient\nimport registry\n"
                "def main(name):\n"
                "    v = registry.register('runs:/1/m', name)\n"
                "    client = MlflowClient()\n"
                "    client.update_model_version(v.name, v.version, 'Trained on June 2024.')\n"
                "    for key, value in {'owner': 'me'}.items():\n"
                "        client.set_registered_model_tag(name, key, value)\n"
                "if __name__ == '__main__':\n    main('churn')\n",
            },
            id="the-caller-of-a-helper-that-registers",
        ),
        pytest.param(
            {
                "registry.py": REGISTRY.replace(
                    "description=description", "description=description, tags={'a': 1}"
                ),
                "train.py": "from registry import register\n"
                "register('runs:/1/m', 'churn', description='Trained on June 2024.')\n",
            },
            id="passed-by-the-caller",
        ),
        pytest.param(
            {
                "names.py": "MODEL = 'churn'\n",
                "train.py": "import mlflow\nfrom names import MODEL\nfrom after import finish\n"
                "mlflow.register_model('runs:/1/m', MODEL)\nfinish()\n",
                "after.py": "import mlflow\nimport names\n"
                "def finish():\n"
                "    client = mlflow.MlflowClient()\n"
                "    client.update_registered_model(names.MODEL, description='Who leaves.')\n"
                "    client.set_registered_model_tag(names.MODEL, 'owner', 'me')\n",
            },
            id="by-a-constant-of-a-third-module",
        ),
        pytest.param(
            {
                "core/__init__.py": "",
                "core/versions.py": "class Versions:\n"
                "    def __init__(self, client, name):\n"
                "        self.client, self.name = client, name\n"
                "    def add(self, uri):\n"
                "        return self.client.create_model_version(self.name, uri, '1')\n",
                "train.py": "from mlflow import MlflowClient\n"
                "from core.versions import Versions\n"
                "client = MlflowClient()\nversions = Versions(client, 'churn')\n"
                "version = versions.add('runs:/1/m')\n"
                "client.update_model_version('churn', version.version, 'Text')\n"
                "client.set_model_version_tag('churn', version.version, 'a', '1')\n",
            },
            id="a-method-registers",
        ),
    ],
)
def test_program_that_describes_and_tags(files: dict[str, str]) -> None:
    said = together(HOOK, files)
    assert texts(said) == []
    assert any("a description, tags" in one.message for one in said if one.kind == "evidence")


@pytest.mark.parametrize(
    ("files", "where"),
    [
        pytest.param(
            {"train.py": f"from acme_mlops import publish\n{TRAIN}publish(client, version)\n"},
            "the call in line 5",
            id="unknown-code-is-given-the-version",
        ),
        pytest.param(
            {"train.py": f"from acme_mlops import publish\n{TRAIN}publish(model='churn')\n"},
            "the call in line 5",
            id="unknown-code-is-given-the-name",
        ),
        pytest.param(
            {
                "train.py": f"import requests\n{TRAIN}payload = {{'description': 'Text'}}\n"
                "payload = {'name': 'churn', 'version': version.version}\n"
                "requests.patch(f'{host}/api/2.0/mlflow/model-versions/update', json=payload)\n"
            },
            "the call in line 7",
            id="the-rest-api-is-given-the-name",
        ),
        pytest.param(
            {"train.py": f"from acme_mlops import publish\n{TRAIN}publish([(version, 'Text')])\n"},
            "the call in line 5",
            id="unknown-code-is-given-a-list",
        ),
        pytest.param(
            {"train.py": f"{TRAIN}for hook in hooks:\n    hook(version.version)\n"},
            "the call in line 5",
            id="a-callback-is-given-the-version",
        ),
        pytest.param(
            {
                "train.py": TRAIN,
                "describe.py": f"{CLIENT}client.update_model_version(*given)\n"
                "client.set_registered_model_tag('churn', 'a', 1)\n",
            },
            "describe.py:",
            id="another-script-may-do-it",
        ),
        pytest.param(
            {
                "registry.py": REGISTRY + "def describe(name, text):\n"
                "    MlflowClient().update_registered_model(name, text)\n"
                "    MlflowClient().set_registered_model_tag(name, 'a', text)\n",
                "describe.py": "from registry import describe\ndescribe('churn', 'Text')\n",
                "train.py": "from registry import register\nregister('runs:/1/m', 'churn')\n",
            },
            "which this program does not run",
            id="another-script-calls-the-helper",
        ),
        pytest.param(
            {
                "registry.py": REGISTRY.replace("return ", "v = ")
                + "    client.set_model_version_tag(name, v.version, 'a', '1')\n"
                + "    return v\n",
                "one.py": "from registry import register\n"
                "register('runs:/1/m', 'one', description='Text')\n",
                "two.py": "from registry import register\nregister('runs:/1/m', 'two')\n",
            },
            "arguments (line 6)",
            id="one-caller-of-two-passes-it",
        ),
    ],
)
def test_program_that_cannot_be_decided(files: dict[str, str], where: str) -> None:
    said = [one for one in together(HOOK, files) if one.rule in ("no-description", "no-tags")]
    assert {one.kind for one in said if one.kind != "evidence"} == {U}
    assert all(where in one.message for one in said if one.kind != "evidence")


@pytest.mark.parametrize(
    "line",
    [
        "print('registered', version.version)",
        "logging.getLogger(__name__).info('%s', version.version)",
        "log.info(version.name, version.version)",
        "client.transition_model_version_stage('churn', version.version, 'Staging')",
        "versions.append(version)",
        "mlflow.set_tag('model', 'churn')",
        "show(version.version)",
    ],
)
def test_calls_that_describe_nothing(line: str) -> None:
    code = f"import logging\nimport mlflow\n{TRAIN}def show(number): ...\n{line}\n"
    assert texts(together(HOOK, {"train.py": code})) == [
        (V, "no-description", "train.py"),
        (V, "no-tags", "train.py"),
    ]


def test_client_calls_that_do_not_run_tell_nothing() -> None:
    files = {
        "registry.py": REGISTRY,
        "train.py": "import mlflow, registry\nmlflow.register_model('runs:/1/m', 'churn')\n",
    }
    said = [one for one in together(HOOK, files) if one.path == "train.py"]
    undecided = [one.message for one in said if one.kind == U]
    assert len(undecided) == 2
    assert all("nothing in this program gives 'churn'" in message for message in undecided)


def test_containers_in_one_another() -> None:
    lines = "".join(f"a{number} = [a{number + 1}, a{number}]\n" for number in range(3_000))
    code = f"{TRAIN}{lines}unknown(a0)\n"
    assert {kind for kind, _, _ in texts(together(HOOK, {"train.py": code}))} == {V}


def test_library_whose_callers_are_not_known() -> None:
    files = {"core/__init__.py": "", "core/registry.py": REGISTRY}
    assert {kind for kind, _, _ in texts(together(HOOK, files))} == {U}


def test_what_a_script_imports_is_judged_with_it() -> None:
    """A commit of the script alone tells that what its helper registers is described no more."""
    files = {
        "registry.py": REGISTRY,
        "train.py": "from registry import register\nregister('s3://bucket/m', 'churn')\n",
    }
    repository = Repository(files, listed=files)
    for path, text in files.items():
        repository.add(File(path, data=text.encode()))
    said = judge(HOOK, repository.file("train.py"), Namespace())
    assert {(one.kind, one.rule, one.path) for one in said} == {
        (V, "no-description", "registry.py"),
        (V, "no-tags", "registry.py"),
    }


def test_source_and_signature_across_modules() -> None:
    files = {
        "registry.py": "import mlflow\ndef register(uri):\n"
        "    mlflow.register_model(uri, 'churn', tags={'a': 1})\n",
        "fitting.py": "import mlflow\ndef fit(m):\n    return mlflow.sklearn.log_model(m, 'm')\n",
        "train.py": "from fitting import fit\nfrom registry import register\n"
        "register(fit(model).model_uri)\n",
        "other.py": "from registry2 import register\nregister('s3://bucket/m')\n",
    }
    files["registry2.py"] = files["registry.py"].replace("churn", "other")
    said = [one for one in together(HOOK, files) if one.kind == V]
    assert [(one.rule, one.path, one.place.line) for one in said] == [
        ("no-signature", "fitting.py", 3),
        ("no-source-run", "registry2.py", 3),
    ]


def test_model_uri_of_another_module() -> None:
    files = {
        "config.py": "URI = 'models:/churn/Production'\n",
        "app.py": "import flask, mlflow\nimport config\n"
        "model = mlflow.pyfunc.load_model(config.URI)\n",
    }
    said = [one for one in together(HOOK, files) if one.kind == V]
    assert [(one.rule, one.path, one.place.line) for one in said] == [
        ("moving-model-uri", "app.py", 3)
    ]


@pytest.mark.parametrize(
    "name", ["name", "os.getenv('MODEL', 'churn')", "settings.name", "f'{catalog}.ml.churn'"]
)
def test_names_that_are_not_known_are_the_same_where_their_code_is(name: str) -> None:
    code = (
        f"{CLIENT}import os\ndef register(name, settings, catalog):\n"
        f"    client.create_model_version({name}, 'runs:/1/m', '1', tags={{'a': 1}})\n"
        f"    client.update_registered_model({name}, 'Text')\n"
    )
    assert texts(outcomes(HOOK, "train.py", code)) == []
    assert texts(together(HOOK, {"train.py": code})) == []


# --- MLmodel files ----------------------------------------------------------------------

MLMODEL = """\
artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
  sklearn:
    sklearn_version: 1.7.2
signature:
  inputs: '[{"type": "double"}]'
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (MLMODEL, []),
        (MLMODEL.partition("signature")[0], [("no-signature", 1, 1)]),
        (MLMODEL.partition("signature")[0] + "signature: null\n", [("no-signature", 10, 12)]),
        (
            MLMODEL.replace("    env:\n      conda: conda.yaml\n", "").replace(
                "      virtualenv: python_env.yaml\n", ""
            ),
            [("no-environment", 3, 3)],
        ),
        (MLMODEL.replace("env:\n      conda: conda.yaml\n      virtualenv:", "env:"), []),
        ("flavors:\n  spark:\n    model_data: sparkml\nsignature: {inputs: x}\n", []),
    ],
)
def test_mlmodel(text: str, wanted: list[tuple[str, int, int]]) -> None:
    assert found(outcomes(HOOK, "models/churn/MLmodel", text)) == wanted


def test_mlmodel_without_flavors_is_an_error() -> None:
    (said,) = outcomes(HOOK, "MLmodel", "a: 1\n")
    assert (said.kind, said.message) == ("error", "cannot parse as MLmodel: no mapping 'flavors'")


# --- Model cards ------------------------------------------------------------------------

CARD = """\
---
license: mit
library_name: sklearn
---
# Churn

## Intended use

Ranks customers for the retention desk.

## Training data

Customers of 2024.

## Evaluation

AUC 0.81.

## Contact

churn@example.com
"""


def lacking(said: list[str]) -> str:
    return f"the model card says nothing of: {', '.join(said)}; add what is missing"


ALL = ["license", "intended use", "training data", "metrics", "owner or contact"]


@pytest.mark.parametrize(
    ("path", "text", "missing"),
    [
        ("README.md", CARD, None),
        ("README.md", CARD.replace("license: mit\n", ""), ALL[:1]),
        ("README.md", CARD.replace("Ranks customers for the retention desk.", ""), ALL[1:2]),
        ("README.md", CARD.replace("Customers of 2024.", "N/A"), ALL[2:3]),
        ("README.md", CARD.replace("AUC 0.81.", "[More Information Needed]"), ALL[3:4]),
        ("README.md", CARD.replace("churn@example.com", "TBD"), ALL[4:]),
        ("README.md", "---\npipeline_tag: text-classification\n---\n# x\n", ALL),
        ("README.md", "# Model Card for Churn\n\nText.\n", ALL),
        ("docs/fraud_model_card.md", "# Fraud\n", ALL),
        ("MODEL_CARD.md", "", ALL),
        (
            "MODEL_CARD.md",
            "- **License:** MIT\n- **Developed by:** us\n- **Uses:** ranking\n"
            "- **Trained on:** rows\n\n| Accuracy | 0.9 |\n",
            None,
        ),
        (
            "MODEL_CARD.md",
            "Modell\n======\n\nLizenz\n------\nMIT\n\n"
            "Training data\n---\nrows\n\n### Zweck und Verwendung\n"
            "Rang\n### Ergebnisse\n0.9\n### Kontakt\nwir\n",
            None,
        ),
        (
            "MODEL_CARD.md",
            "# モデル\n## ライセンス\nMIT\n## 用途\n分類\n"
            "## 学習データ\n行\n## 評価\n0.9\n## 連絡先\nx\n",
            None,
        ),
        (
            "MODEL_CARD.md",
            "# M\nLicensed under MIT, intended for ranking, it was trained on rows.\n"
            "Written to me@example.com.\n## Results\n0.9\n",
            None,
        ),
        (
            "README.md",
            "---\nlibrary_name: transformers\nlicense: mit\n---\n# x\n\nThis model is a fine-tuned "
            "version of [bert](https://hf.co/bert) on the emotion dataset.\n\n"
            "## Intended uses & limitations\n\nMore information needed\n\n"
            "## Training results\n\n| Loss |\n|---|\n| 0.2 |\n",
            ["intended use", "owner or contact"],
        ),
        ("MODEL_CARD.md", "# M\n```\n## License\nMIT\n```\n", ALL),
    ],
)
def test_incomplete_card(path: str, text: str, missing: list[str] | None) -> None:
    said = [one for one in outcomes(HOOK, path, text) if one.rule == "incomplete-card"]
    if missing is None:
        assert [one.kind for one in said] == ["evidence"]
    else:
        assert [(one.kind, one.message) for one in said] == [(V, lacking(missing))]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "# A project\n\nSee MODEL_CARD.md, the model card.\n"),
        ("README.md", "---\ntags:\n- blog\ntitle: Post\n---\n# Post\n"),
        ("README.md", "---\nlicense: mit\ntask_categories:\n- x\nlibrary_name: x\n---\n# Data\n"),
        ("README.md", "---\ntitle: Space\nsdk: gradio\nlicense: mit\n---\n"),
        ("README.md", "# Model Card Toolkit\n\nA library.\n"),
        ("modelcard_template.md", "---\n{{ card_data }}\n---\n# Model Card for {{ model_id }}\n"),
        ("data.json", '{"modelCardUrl": 1}'),
        ("values.yaml", "license: mit\n"),
        ("post.md", "---\na: [b\n---\ntext\n"),
    ],
)
def test_not_a_card(path: str, text: str) -> None:
    assert outcomes(HOOK, path, text) == []


def test_front_matter_that_is_not_yaml() -> None:
    (said,) = outcomes(HOOK, "README.md", "---\nlibrary_name: x\ntags: [a\n---\n")
    assert (said.kind, said.rule, said.place.line) == ("error", "unparseable", 3)


@pytest.mark.parametrize(
    ("line", "column", "quoted"),
    [
        ("- **License:** [More Information Needed]", 16, "[More Information Needed]"),
        ("More information needed", 1, "More information needed"),
        ("Owner: TODO", 8, "TODO"),  # residue, which the rule is to find
        ("<!-- FIXME: metrics -->", 6, "FIXME"),  # and in a comment
        ("Made by {{ developers }}.", 9, "{{ developers }}"),
        ("Ask <your name>.", 5, "<your name>"),
        ("Ask [your name].", 5, "[your name]"),
    ],
)
def test_residue(line: str, column: int, quoted: str) -> None:
    said = outcomes(HOOK, "README.md", f"{CARD}\n{line}\n")
    assert [(one.rule, one.place.line, one.place.column) for one in said if one.kind == V] == [
        ("template-residue", 23, column)
    ]
    assert f"'{quoted}' is left from a template; fill it in or remove it" in {
        one.message for one in said
    }


@pytest.mark.parametrize(
    "line",
    [
        "Todo el mundo puede usarlo.",
        "```\nlogin('<your token>')  # TODO\n```",  # code is no residue of the card
        "Use `{{ prompt }}` in the template.",
        "[your notebook](https://example.com)",
    ],
)
def test_no_residue(line: str) -> None:
    assert found(outcomes(HOOK, "README.md", f"{CARD}\n{line}\n")) == []


def test_residue_in_front_matter() -> None:
    text = CARD.replace("license: mit", "license: {{ license }}")
    said = outcomes(HOOK, "README.md", text)
    assert ("template-residue", 2, 10) in found(said)


MODEL_CARD = {
    "modelParameters": {"datasets": [{"ref": "rows"}]},
    "quantitativeAnalysis": {"performanceMetrics": [{"type": "auc", "value": "0.8"}]},
    "considerations": {"useCases": ["ranking"]},
}
COMPONENT = {
    "type": "machine-learning-model",
    "name": "churn",
    "publisher": "Retention",
    "licenses": [{"license": {"id": "MIT"}}],
    "modelCard": MODEL_CARD,
}


def bom(**changed: object) -> str:
    component = {key: value for key, value in {**COMPONENT, **changed}.items() if value is not None}
    library = {"type": "library", "name": "numpy"}
    document = {"bomFormat": "CycloneDX", "components": [library, component]}
    return json.dumps(document, indent=1)


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("bom.json", bom(), []),
        ("bom.json", bom(publisher=None), [("incomplete-card", 8, 3)]),
        (
            "bom.json",
            bom(publisher="TODO"),  # residue in place of the publisher
            [("incomplete-card", 8, 3), ("template-residue", 11, 17)],
        ),
        ("model_card.json", '{"name": "x"}', [("incomplete-card", 1, 1)]),
        (
            "model_card.json",
            '{"license": "MIT", "intended_use": "x", "training_data": "y",'
            ' "performance": {"auc": 0.8}, "owner": "me"}',
            [],
        ),
        (
            "card.json",
            '{"model_details": {"owners": [{"name": "me"}], "licenses": [{"identifier": "MIT"}]},'
            ' "model_parameters": {"data": [{"name": "rows"}]},'
            ' "considerations": {"use_cases": ["x"]},'
            ' "quantitative_analysis": {"performance_metrics": [{"type": "auc", "value": "1"}]}}',
            [],
        ),
        ("model_card.yaml", "name: x\nlicense: MIT\n", [("incomplete-card", 1, 1)]),
        (
            "model_card.yaml",
            "license: MIT\nintended_use: x\ntraining_data: y\nmetrics:\n  auc: 0.8\nowner: TBD\n",
            [("incomplete-card", 1, 1), ("template-residue", 6, 8)],
        ),
    ],
)
def test_json_and_yaml_cards(path: str, text: str, wanted: list[tuple[str, int, int]]) -> None:
    assert found(outcomes(HOOK, path, text)) == wanted


TOOLKIT = {
    "model_details": {
        "name": "Churn",
        "owners": [{"name": "Retention", "contact": "churn@example.com"}],
        "licenses": [{"identifier": "MIT"}],
    },
    "model_parameters": {"data": [{"name": "Customers of 2024"}]},
    "quantitative_analysis": {
        "performance_metrics": [{"type": "AUC", "value": "0.81"}],
        "graphics": {"collection": [{"name": "ROC", "image": "iVBOR/TODO/TBD+"}]},
    },
    "considerations": {"use_cases": [{"description": "Ranks customers"}]},
}
# As `google.protobuf.json_format` writes it.
PROTO = {
    "modelDetails": {**TOOLKIT["model_details"], "licenses": [{"customText": "Ours alone"}]},
    "modelParameters": TOOLKIT["model_parameters"],
    "quantitativeAnalysis": {"performanceMetrics": [{"type": "AUC", "value": "0.81"}]},
    "considerations": {"useCases": [{"description": "Ranks customers"}]},
}


@pytest.mark.parametrize(
    ("card", "missing"),
    [
        pytest.param(TOOLKIT, None, id="schema"),
        pytest.param(PROTO, None, id="proto"),
        pytest.param({**TOOLKIT, "considerations": {}}, ["intended use"], id="no-use"),
        pytest.param({**PROTO, "considerations": {}}, ["intended use"], id="no-use-in-proto"),
        pytest.param(
            {**TOOLKIT, "model_parameters": {"data": [{"name": ""}]}}, ["training data"], id="empty"
        ),
        pytest.param(
            {"schema_version": "0.0.2", "model_details": {"name": "Churn"}}, ALL, id="details-alone"
        ),
        pytest.param(
            {"model_details": {"name": "Churn"}, "model_parameters": {"data": []}}, ALL, id="begun"
        ),
    ],
)
def test_card_of_the_model_card_toolkit(card: dict[str, object], missing: list[str] | None) -> None:
    said = outcomes(HOOK, "cards/churn.json", json.dumps(card))
    wanted = ("evidence", None) if missing is None else (V, lacking(missing))
    assert [(one.kind, one.rule) for one in said] == [(wanted[0], "incomplete-card")]
    assert missing is None or said[0].message == wanted[1]


def test_residue_in_a_card_of_the_toolkit() -> None:
    text = json.dumps(PROTO, indent=1).replace("Ranks customers", "TODO: who may use it")
    said = outcomes(HOOK, "churn.json", text)
    (residue,) = (one for one in said if one.rule == "template-residue")
    assert text.splitlines()[residue.place.line - 1].strip().startswith('"description": "TODO')


def test_rendered_card_of_the_toolkit() -> None:
    text = (
        "# Model Card for Churn\n\n## Model Details\n\n### Owners\n\n* Retention, a@example.com\n\n"
        "### License\n\nMIT\n\n## Considerations\n\n### Use Cases\n\n* Ranks customers\n\n"
        '## Graphics\n\n### Train Set\n\nage\n\n<img src="data:image/jpeg;base64,iVB/TODO/+">\n\n'
        "#### Metrics\n\n|Name|Value|\n-----|------\n|auc|0.81|\n"
    )
    assert [one.kind for one in outcomes(HOOK, "churn.md", text)] == ["evidence"]
    without = text.replace("### License\n\nMIT\n\n", "")
    assert [one.message for one in outcomes(HOOK, "churn.md", without)] == [lacking(["license"])]


PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<style>h1 {text-align: center;} /* TODO */</style>
<title>
  Model Card for Churn
</title>
</head>
<body>
  <h1>
    Model Card for Churn
  </h1>
  <div class="col card">
    <h2>Model Details</h2>
    <h3>Owners</h3>
      Retention, churn@example.com
    <h3>Licenses</h3>
      <ul><li>MIT</li></ul>
  </div>
  <h2>Considerations</h2>
    <h3>Use Cases</h3>
      <ul><li>Ranks customers</li></ul>
  <h2>Datasets</h2>
    <h3>Customers of 2024</h3>
    <img src='data:image/jpeg;base64,iVB/TODO/+' alt='Ages' />
  <h2>Quantitative Analysis</h2>
  <table><caption>Performance Metrics</caption><tr><td>AUC</td><td>0.81</td></tr></table>
</body>
</html>
"""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param(PAGE, [], id="whole"),
        pytest.param(
            PAGE.replace("<li>MIT</li>", ""), [("incomplete-card", 10, 3)], id="empty-section"
        ),
        pytest.param(
            PAGE.replace("Retention, churn@example.com", ", "),
            [("incomplete-card", 10, 3)],
            id="owner-without-a-name",
        ),
        pytest.param(
            PAGE.replace("Ranks customers", "Ranks TBD"),
            [("template-residue", 22, 21)],
            id="residue",
        ),
        pytest.param(PAGE.replace("Model Card for Churn", "Churn"), [], id="another-page"),
        pytest.param("<h1>Model Card for", [], id="cut-off"),
        pytest.param("<h1>Model Card for x</h1>" + "<h2>" * 9_999 + "<", None, id="hostile"),
    ],
)
def test_card_in_html(text: str, wanted: list[tuple[str, int, int]] | None) -> None:
    wanted = [("incomplete-card", 1, 1)] if wanted is None else wanted
    assert found(outcomes(HOOK, "cards/churn.html", text)) == wanted


PACKAGE = {
    "type": "ai_AIPackage",
    "spdxId": "urn:spdx:churn",
    "name": "churn",
    "suppliedBy": "urn:spdx:team",
    "software_primaryPurpose": "model",
    "ai_domain": ["customer retention"],
    "ai_metric": [{"type": "DictionaryEntry", "key": "AUC", "value": "0.81"}],
}
RELATIONSHIPS = {
    "trainedOn": "urn:spdx:customers",
    "hasDeclaredLicense": "urn:spdx:license",
    "hasConcludedLicense": "expandedlicensing_NoAssertionLicense",
}


def spdx(
    relationships: dict[str, str] = RELATIONSHIPS,
    dataset: str = "Customers of 2024",
    **changed: object,
) -> str:
    package = {key: value for key, value in {**PACKAGE, **changed}.items() if value is not None}
    graph = [
        package,
        {"type": "Organization", "spdxId": "urn:spdx:team", "name": "Retention"},
        {"type": "dataset_DatasetPackage", "spdxId": "urn:spdx:customers", "name": dataset},
        {
            "type": "simplelicensing_LicenseExpression",
            "spdxId": "urn:spdx:license",
            "simplelicensing_licenseExpression": "MIT",
        },
        *(
            {
                "type": "Relationship",
                "spdxId": f"urn:spdx:{kind}",
                "relationshipType": kind,
                "from": "urn:spdx:churn",
                "to": [to],
            }
            for kind, to in relationships.items()
        ),
    ]
    context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    return json.dumps({"@context": context, "@graph": graph}, indent=1)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        pytest.param(spdx(), None, id="whole"),
        pytest.param(spdx({"trainedOn": "urn:spdx:customers"}), ["license"], id="no-license"),
        pytest.param(
            spdx({**RELATIONSHIPS, "hasDeclaredLicense": "expandedlicensing_NoAssertionLicense"}),
            ["license"],
            id="no-assertion",
        ),
        pytest.param(spdx(dataset=""), ["training data"], id="a-data-set-without-a-name"),
        pytest.param(
            spdx(dataset="", ai_informationAboutTraining="On customers of 2024."),
            None,
            id="training-told",
        ),
        pytest.param(
            spdx(ai_informationAboutTraining="NOASSERTION", dataset=""),
            ["training data"],
            id="training-not-asserted",
        ),
        pytest.param(spdx(ai_domain=None), ["intended use"], id="no-domain"),
        pytest.param(
            spdx(ai_domain=None, ai_informationAboutApplication="Ranks customers."),
            None,
            id="application",
        ),
        pytest.param(
            spdx(ai_metric=[{"type": "DictionaryEntry", "key": "AUC"}]),
            ["metrics"],
            id="a-metric-without-a-value",
        ),
        pytest.param(spdx(suppliedBy=None), ["owner or contact"], id="no-supplier"),
        pytest.param(
            spdx(suppliedBy=None, software_copyrightText="Copyright 2024 Retention"),
            None,
            id="copyright",
        ),
        pytest.param(
            spdx(suppliedBy={"type": "Person", "name": "Me"}, spdxId="urn:spdx:churn"),
            None,
            id="supplier-inside",
        ),
    ],
)
def test_ai_package_of_spdx(text: str, missing: list[str] | None) -> None:
    (said,) = outcomes(HOOK, "churn.spdx3.json", text)
    if missing is None:
        assert (said.kind, said.rule) == ("evidence", "incomplete-card")
    else:
        assert (said.kind, said.message) == (V, lacking(missing))
    assert (said.place.line, said.place.column) == (4, 3)


def test_residue_in_an_ai_package() -> None:
    text = spdx(ai_limitation="[More Information Needed]")
    (residue,) = (one for one in outcomes(HOOK, "a.json", text) if one.rule == "template-residue")
    assert "ai_limitation" in text.splitlines()[residue.place.line - 1]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            json.dumps({"model_details": {"name": "gpt"}, "prompt": "x"}), id="settings-of-a-client"
        ),
        pytest.param(json.dumps({"items": [{"model_details": {}}]}), id="inside-something-else"),
        pytest.param(spdx(type="software_Package"), id="software"),
        pytest.param(spdx(software_primaryPurpose="application"), id="application"),
        pytest.param(spdx(ai_domain=None, ai_metric=None), id="a-file-that-a-scanner-lists"),
        pytest.param(
            json.dumps({"@context": {"@vocab": "x"}, "@graph": [PACKAGE]}), id="another-context"
        ),
        pytest.param(json.dumps({"enum": ["ai_AIPackage"]}), id="schema-of-spdx"),
        pytest.param(
            json.dumps({"@context": "https://spdx.org/rdf/3.0.1/", "@graph": {"a": PACKAGE}}),
            id="no-graph",
        ),
    ],
)
def test_json_that_is_no_card(text: str) -> None:
    assert outcomes(HOOK, "deploy/settings.json", text) == []


def test_schema_of_cards_is_no_card() -> None:
    text = json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "properties": {}})
    assert outcomes(HOOK, "schema/model_card.schema.json", text) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"model_details": {', "cannot parse as JSON"),
        ('{"type": "ai_AIPackage", "a": ' + "[" * 5_000, "nested too deeply"),
    ],
)
def test_hostile_json_cards(text: str, message: str) -> None:
    (said,) = outcomes(HOOK, "x.json", text)
    assert (said.kind, said.rule) == ("error", "unparseable")
    assert message in said.message


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["urn:spdx:churn", ""])),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(
                    ["type", "spdxId", "@id", "from", "to", "name", "relationshipType", *PACKAGE]
                ),
                st.one_of(inner, st.sampled_from(["ai_AIPackage", "Relationship", "trainedOn"])),
                max_size=5,
            ),
        ),
        max_leaves=15,
    )
)
@settings(max_examples=200, deadline=None)
def test_no_graph_of_spdx_raises(graph: object) -> None:
    document = {"@context": "https://spdx.org/rdf/3.0.1/", "@graph": [PACKAGE, graph]}
    said = outcomes(HOOK, "x.json", json.dumps(document))
    assert {one.rule for one in said} == {"incomplete-card"}


def test_broken_json_card_is_an_error() -> None:
    (said,) = outcomes(HOOK, "model_card.json", '{"a": ')
    assert (said.kind, said.rule) == ("error", "unparseable")


# --- Whatever comes ---------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        *("mlflow.", "sklearn", ".log_model(", "registered_model_name=", "register_model(", "'c'"),
        *("client.", "create_model_version(", "MlflowClient()", "signature=", "None", "False"),
        *(
            "models:/c/latest",
            "f'{x}'",
            "\n",
            "    ",
            "def f(x=None):",
            "---\n",
            "# Model Card for",
            "<h1>Model Card for",
            "</h1>",
        ),
        *("license: mit", "[More Information Needed]", "{{ x }}", "<!--", "```", "|", "**"),
        "TODO",  # residue, as drawn input
        *(
            '{"modelCard":',
            '"type": "machine-learning-model"',
            "[",
            "]",
            "}",
            "flavors:",
            "&a",
            "*a",
        ),
    ]
)


@given(
    st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=30).map("".join),
    st.sampled_from(
        "a.py n.ipynb s.sh Dockerfile MLmodel README.md model_card.md model_card.json "
        "model_card.yaml a.json a.html".split()
    ),
)
@settings(max_examples=300, deadline=None)
def test_nothing_raises(text: str, path: str) -> None:
    data = f"registered_model_name models:/ {text}".encode("utf-8", "replace")
    for said in (outcomes(HOOK, path, data), outcomes(HOOK, path, text.encode("utf-8", "replace"))):
        assert not [one for one in said if one.rule == "defect"]
        assert {one.rule for one in said} <= {*RULES, "unparseable", "unreadable"}
