"""What a program tells about training and tracking: runs, fits, what is logged, what is saved.

`facts(file)` lists them for one module; `told(program, what)` selects those that the program
reaches. Call names: MLflow 2 and 3, W&B, Comet, Neptune, ClearML, Aim, DVCLive, TensorBoard,
PyTorch Lightning, Hugging Face Trainer, Ray; of the training libraries, their documented ways to
train and to save. Which MLflow flavours log by themselves: mlflow.org, "Automatic Logging".
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Outcome, Place
from mlops_checklist.sources import programs, python, values
from mlops_checklist.sources.files import File
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import FUNCTIONS, Module, argument


class Fact(NamedTuple):
    """One thing that a call (or assignment) does.

    `what`: "run" (a tracker's run begins), "training", "parameters", "metrics", "artifacts"
    (something is logged), "autolog", "saved" (a model or figure goes to a local file).
    `by`: the tracker, library or flavour. Not `sure`: by its name alone.
    """

    what: str
    node: ast.AST
    module: Module
    unit: ast.AST
    by: str
    sure: bool = True


def facts(file: File) -> tuple[Fact, ...]:
    """Return the facts of a Python file or notebook, in the order of its source."""
    module = file.read(python.module)
    return tuple(
        Fact(what, node, module, programs.unit_of(module, node), by, sure)
        for what, node, by, sure in _told(module)
    )


def told(program: Program, *what: str, by: str | None = None) -> list[Fact]:
    """Return what the program does of these kinds, in the order of its modules and their source."""
    return _selected(program, program.reached, what, by)


def known(program: Program, *what: str, by: str | None = None) -> list[Fact]:
    """Return what the program, or code that it may find by a name, does of these kinds."""
    return _selected(program, program.known, what, by)


def _selected(
    program: Program, units: frozenset[ast.AST], what: tuple[str, ...], by: str | None
) -> list[Fact]:
    return [
        fact
        for module in program.modules
        for fact in module.file.read(facts)
        if fact.what in what and fact.unit in units and (by is None or fact.by == by)
    ]


def logging(file: File) -> dict[ast.AST, str]:
    """Return the calls and assignments that log something, and what; metrics, if several."""
    found = file.read(facts)
    order = ("parameters", "artifacts", "metrics")
    return {fact.node: fact.what for what in order for fact in found if fact.what == what}


def at(fact: Fact, make: Callable[[str, Place, str], Outcome], rule: str, message: str) -> Outcome:
    """Return an outcome, made by `make`, that points at a fact."""
    outcome = make(rule, fact.module.place(fact.node), message)
    return outcome._replace(path=fact.module.file.path)


def where(here: Fact, there: Fact) -> str:
    """Say in brackets where another fact stands."""
    return f" ({there.module.seen_from(here.module, there.node)})"


def is_before(one: Fact, other: Fact) -> bool:
    """Tell whether one thing may happen before another: it stands further up, or elsewhere."""
    return one.unit is not other.unit or python.position(one.node) < python.position(other.node)


def imports_tracker(program: Program) -> bool:
    """Tell whether a module of the program imports a tracker, or another package named like one."""
    return any(module.file.read(_imports_tracker) for module in program.modules)


def _imports_tracker(file: File) -> bool:
    module = file.read(python.module)
    names = [alias.name for node in module.nodes(ast.Import) for alias in node.names]
    for node in module.nodes(ast.ImportFrom):
        names += [f"{node.module or ''}.{alias.name}" for alias in node.names]
    return any(re.search(_TRACKING_PACKAGE, name) for name in names)


_TRACKING_PACKAGE = (
    r"^(?:mlflow|wandb|comet_ml|neptune|clearml|trains|aim|dvclive|tensorboard\w*|trackio|sacred"
    r"|azureml|sagemaker|vertexai|kfp|zenml|metaflow|flytekit\w*|kedro\w*|dagshub|swanlab|polyaxon"
    r"|determined|guild|ray|google\.cloud\.aiplatform)(?:\.|$)|tensorboard|(?i:track(?:er|ing)|mlops)"
)


def is_of_a_pipeline(program: Program) -> bool:
    """Tell whether the program imports a framework that keeps what its steps return."""
    return any(
        name.partition(".")[0] in _PIPELINES
        for module in program.modules
        for name in (
            *(node.module or "" for node in module.nodes(ast.ImportFrom)),
            *(alias.name for alias in module.nodes(ast.alias)),
        )
    )


_PIPELINES = {"metaflow", "zenml", "kedro", "flytekit", "kfp", "dagster"}

# --- Trackers -----------------------------------------------------------------------------

_P, _M, _A = "parameters", "metrics", "artifacts"
# By package: what the last name of a call does.
_CALLS: dict[str, dict[str, tuple[str, ...]]] = {
    "mlflow": {
        "start_run": ("run",),
        "create_run": ("run",),
        "log_batch": (_P, _M),
        "evaluate": (_M,),
        "MlflowCallback": (_P, _M),
        "MLflowCallback": ("run", _P, _M),
        **dict.fromkeys(("log_param", "log_params", "log_params_async"), (_P,)),
        **dict.fromkeys(("log_metric", "log_metrics"), (_M,)),
        **dict.fromkeys(
            "log_artifact log_artifacts log_model log_figure log_image log_table log_dict log_text "
            "log_stream log_trained_model log_state_dict".split(),
            (_A,),
        ),
    },
    "wandb": {
        "init": ("run",),
        "log": (_M,),
        "config.update": (_P,),
        "config.setdefaults": (_P,),
        "sweep": (_P,),
        "agent": (_P,),
        "WandbCallback": (_M, _A),
        "WandbMetricsLogger": (_M,),
        "WandbModelCheckpoint": (_A,),
        "WandbEvalCallback": (_M,),
        "wandb_callback": (_M,),
        "summary.update": (_M,),
        "plot_classifier": (_M,),
        "plot_regressor": (_M,),
        **dict.fromkeys(
            "log_artifact log_model link_model link_artifact save log_code log_summary add_file "
            "add_dir".split(),
            (_A,),
        ),
    },
    "comet_ml": {
        # Its experiments read argparse and the usual frameworks by themselves.
        **dict.fromkeys(
            "Experiment start OfflineExperiment ExistingExperiment APIExperiment "
            "CometExperiment".split(),
            ("run", "?parameters", "?metrics"),
        ),
        **dict.fromkeys(("log_parameter", "log_parameters"), (_P,)),
        **dict.fromkeys(
            "log_metric log_metrics log_confusion_matrix log_curve".split(),
            (_M,),
        ),
        **dict.fromkeys(
            "log_model log_asset log_asset_folder log_figure log_image log_table log_text "
            "log_artifact register_model log_asset_data log_dataframe_profile".split(),
            (_A,),
        ),
    },
    "neptune": {
        **dict.fromkeys(("init_run", "init"), ("run",)),
        **dict.fromkeys(("NeptuneCallback", "NeptuneLogger"), (_P, _M, _A)),
        **dict.fromkeys(("append", "extend", "log", "log_metric"), (_M,)),
        **dict.fromkeys(("upload", "upload_files", "track_files", "log_artifact"), (_A,)),
        "assign": ("?parameters", "?metrics"),
        "create_experiment": ("run",),
        "create_summary": (_P, _M, _A),
    },
    "clearml": {
        # Reads argparse and the frameworks, and keeps the models that they save.
        "init": ("run", _P, "?metrics", _A),
        **dict.fromkeys(
            "connect connect_configuration set_parameter set_parameters "
            "set_parameters_as_dict".split(),
            (_P,),
        ),
        **dict.fromkeys(
            "report_scalar report_single_value report_confusion_matrix report_table "
            "report_histogram report_plotly".split(),
            (_M,),
        ),
        **dict.fromkeys("upload_artifact OutputModel update_weights".split(), (_A,)),
    },
    "aim": {
        "Run": ("run",),
        "track": (_M,),
        "set": ("?parameters",),
        **dict.fromkeys(("log_artifact", "log_artifacts"), (_A,)),
        **dict.fromkeys(("AimCallback", "AimLogger"), ("run", _P, _M)),
    },
    "dvclive": {
        "Live": ("run",),
        **dict.fromkeys(("log_param", "log_params"), (_P,)),
        **dict.fromkeys(("log_metric", "log_sklearn_plot"), (_M,)),
        **dict.fromkeys(("log_artifact", "log_image", "log_plot"), (_A,)),
        **dict.fromkeys(("DVCLiveCallback", "DVCLiveLogger"), ("run", _M)),
    },
    "tensorboard": {
        **dict.fromkeys(("SummaryWriter", "create_file_writer"), ("run",)),
        "TensorBoard": ("run", _M),
        "add_hparams": (_P, _M),
        "hparams": (_P,),
        "KerasCallback": (_P,),
        "add_text": (_P,),
        "text": (_P,),
        **dict.fromkeys(
            ("add_scalar", "add_scalars", "scalar", "add_pr_curve", "add_histogram"), (_M,)
        ),
        **dict.fromkeys(("add_figure", "add_graph", "add_image"), (_A,)),
    },
    "lightning": {
        **dict.fromkeys(
            "MLFlowLogger WandbLogger CometLogger NeptuneLogger TensorBoardLogger AimLogger "
            "DVCLiveLogger CSVLogger".split(),
            ("run",),
        ),
        "log_hyperparams": (_P,),
        "log_metrics": (_M,),
        "config.update": (_P,),  # of `logger.experiment`, the tracker's own run
        "experiment.log": (_M,),
    },
    "ray": {
        **dict.fromkeys(
            "MLflowLoggerCallback WandbLoggerCallback setup_mlflow setup_wandb "
            "CometLoggerCallback".split(),
            ("run", _P, "?metrics", "?artifacts"),
        ),
        "report": (_M,),
    },
    "optuna": {"MLflowCallback": ("run", _P, _M), "WeightsAndBiasesCallback": ("run", _P, _M)},
    "accelerate": {"init_trackers": ("run",), "log": (_M,)},
}
_PACKAGES = {
    "trains": "clearml",
    "torch.utils.tensorboard": "tensorboard",
    "tensorboardX": "tensorboard",
    "tensorflow.summary": "tensorboard",
    "tensorflow.keras.callbacks": "tensorboard",
    "keras.callbacks": "tensorboard",
    "tensorboard": "tensorboard",
    "pytorch_lightning": "lightning",
    "lightning": "lightning",
    "optuna_integration": "optuna",
    **{package: package for package in _CALLS},
}
# Names that say what they do on whatever object they are called.
_BY_NAME = {
    **dict.fromkeys(
        "log_param log_params log_parameter log_parameters log_hyperparams log_hparams log_config "
        "log_hyperparameters".split(),
        _P,
    ),
    **dict.fromkeys(
        "log_metric log_metrics log_scalar log_scalars add_scalar add_scalars "
        "report_scalar".split(),
        _M,
    ),
    **dict.fromkeys(
        "log_artifact log_artifacts log_model log_figure upload_artifact log_asset log_image "
        "log_checkpoint".split(),
        _A,
    ),
}
# What puts a file into a store: S3, Google Cloud Storage, Azure Blob Storage, Hugging Face Hub.
_UPLOADS = frozenset(
    "upload_file upload_fileobj put_object upload_from_filename upload_from_string "
    "upload_from_file upload_blob push_to_hub upload_folder upload_large_folder save_to_hub "
    "fput_object".split()
)
_PARAMETER_KEY = r"(?i)param|config|hyper|setting|args|\blr\b|learning|batch|epoch|optimi"
_METRIC_KEY = r"(?i)metric|loss|acc|auc|f1|mse|mae|r2|score|precision|recall|error|test|val|eval"
_LIGHTNING = r"^(?:pytorch_)?lightning\b"


def _told(module: Module) -> Iterator[tuple[str, ast.AST, str, bool]]:
    trains_by_steps = any(python.last_name(call.func) == "step" for call in module.calls)
    for call in module.calls:
        name = module.qualified(call.func) or ""
        last = python.last_name(call.func)
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Subscript):
            series = module.qualified(call.func.value.value)  # `run["accuracy"].append(value)`
            name = f"{series}[].{last}" if series else name
        yield from _tracked(module, call, name, last)
        yield from _trained(module, call, name, last, trains_by_steps)
        yield from _saved(module, call, name, last)
    yield from _assigned(module)


def _tracked(
    module: Module, call: ast.Call, name: str, last: str
) -> Iterator[tuple[str, ast.AST, str, bool]]:
    package = _package(name)
    if package is not None:
        if name.startswith("mlflow.") and last == "autolog":
            yield "autolog", call, name.removeprefix("mlflow.").rpartition(".")[0], True
            return
        table = _CALLS[package]
        tail = ".".join(name.split(".")[-2:])
        done = table.get(last) or table.get(tail, ())
        if package == "lightning" and not done and last in _BY_NAME:
            done = (_BY_NAME[last],)
        by = {"lightning": _LOGGERS.get(last, "lightning"), "ray": "ray"}.get(package, package)
        if last == "log_batch" and not python.has_unpacking(call):
            given = {_P: argument(call, "params", 2), _M: argument(call, "metrics", 1)}
            done = tuple(what for what in done if given[what] is not None)
        elif package in ("neptune", "aim") and last in ("assign", "set"):
            done = _kept(call)
        for what in done:
            yield what.lstrip("?"), call, by, not what.startswith("?")
        if "run" in done:
            yield from _begun(module, call, package, by)
        return
    if name.startswith(("transformers.", "trl.")) and last.endswith(("Arguments", "Config")):
        yield from _hugging_face(call)
    if last in _UPLOADS:
        yield _A, call, "storage", True
    owner = None
    if last in ("log", "log_dict") and isinstance(call.func, ast.Attribute):
        owner = module.class_of(call.func.value)
    if last == "save_hyperparameters":
        yield _P, call, "lightning", True
    elif owner is not None and inherits(module, owner, _LIGHTNING):
        yield _M, call, "lightning", True  # a LightningModule hands it to the trainer's logger
    elif last in _BY_NAME and module.definition(call.func) is None:
        yield _BY_NAME[last], call, "", False
    elif last == "log" and call.args and isinstance(call.args[0], ast.Dict):
        yield _M, call, "", False  # `run.log({"loss": loss})` of a run that is handed in
    elif last == "update" and isinstance(call.func, ast.Attribute) and _is_config(call.func.value):
        yield _P, call, "", False


def _is_config(node: ast.AST) -> bool:
    """Tell whether this is the configuration of a run that is handed in: `run.config`."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "config"
        and re.search(r"(?i)run|wandb|experiment", python.last_name(node.value)) is not None
    )


def _kept(call: ast.Call) -> tuple[str, ...]:
    """Return what `run["parameters"].assign(…)` and `run.set("hparams", …)` log."""
    holder = call.func.value if isinstance(call.func, ast.Attribute) else None
    key = holder.slice if isinstance(holder, ast.Subscript) else argument(call, "key", 0)
    text = str(key.value) if isinstance(key, ast.Constant) else ""
    return (_P,) if re.search(_PARAMETER_KEY, text) else ("?parameters", _M)


_LOGGERS = {
    "MLFlowLogger": "mlflow",
    "WandbLogger": "wandb",
    "CometLogger": "comet_ml",
    "NeptuneLogger": "neptune",
    "AimLogger": "aim",
    "DVCLiveLogger": "dvclive",
    "TensorBoardLogger": "tensorboard",
    "CSVLogger": "tensorboard",  # like it, a folder of numbers
}


def _package(name: str) -> str | None:
    parts = name.split(".")
    for length in (3, 2, 1):
        if (package := _PACKAGES.get(".".join(parts[:length]))) is not None:
            return package
    return None


def _begun(
    module: Module, call: ast.Call, package: str, by: str
) -> Iterator[tuple[str, ast.AST, str, bool]]:
    """Yield what the arguments log with which a run begins."""
    given = {keyword.arg for keyword in call.keywords}
    if "wandb" in (package, by) and given & {"config", None}:
        yield _P, call, by, "config" in given
    if package == "accelerate" and argument(call, "config", 1) is not None:
        yield _P, call, by, True
    if package == "lightning":
        stores = argument(call, "log_model")
        if isinstance(stores, ast.Constant) and stores.value:
            yield _A, call, by, True
    if package == "wandb" and "sync_tensorboard" in given:
        yield _M, call, by, True
    if package == "clearml" and None in given:
        yield _M, call, by, False


def _hugging_face(call: ast.Call) -> Iterator[tuple[str, ast.AST, str, bool]]:
    """Yield what `TrainingArguments` says: from version 5 on, nothing is reported by default."""
    reported = argument(call, "report_to")
    texts = {
        node.value
        for node in (ast.walk(reported) if reported is not None else ())
        if isinstance(node, ast.Constant)
    }
    if reported is None or texts & {"none", None}:
        if reported is None:
            yield _P, call, "transformers", False
            yield _M, call, "transformers", False
    else:
        by = next((str(text) for text in sorted(map(str, texts)) if text in _CALLS), "transformers")
        for what in ("run", _P, _M):
            yield what, call, by, True
    hub = argument(call, "push_to_hub")
    if isinstance(hub, ast.Constant) and hub.value:
        yield _A, call, "storage", True


def _assigned(module: Module) -> Iterator[tuple[str, ast.AST, str, bool]]:
    """Yield what assignments log: `wandb.config.lr = …`, `run["metrics/auc"] = …`."""
    for text in module.nodes(ast.Constant):
        if isinstance(text.value, str):
            if text.value.endswith("dominostats.json"):
                yield _M, text, "domino", True
            elif text.value in ("HF_MLFLOW_LOG_ARTIFACTS", "WANDB_LOG_MODEL"):
                yield _A, text, "transformers", True
    for node in module.nodes(ast.Assign):
        for target in node.targets:
            if isinstance(target, (ast.Attribute, ast.Subscript)):
                holder = module.qualified(target.value) or ""
                package = _package(holder)
                if package == "wandb" and holder.endswith("config"):
                    yield _P, node, package, True
                elif holder == "wandb" and python.last_name(target) == "config":
                    yield _P, node, "wandb", False
                elif package is None and not holder and _is_config(target.value):
                    yield _P, node, "", False
                elif package in ("wandb", "dvclive") and holder.endswith("summary"):
                    yield _M, node, package, True
                elif package in ("neptune", "aim") and isinstance(target, ast.Subscript):
                    key = target.slice.value if isinstance(target.slice, ast.Constant) else ""
                    if re.search(_PARAMETER_KEY, str(key)):
                        yield _P, node, package, True
                    else:
                        yield _M, node, package, True
                        if not re.search(_METRIC_KEY, str(key)):
                            yield _P, node, package, False


def inherits(module: Module, owner: ast.ClassDef, pattern: str) -> bool:
    """Tell whether a class has a base whose name matches, directly or through the repository's."""
    waiting, seen = [owner], set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        home = module.home(current)
        for base in current.bases:
            if re.search(pattern, home.qualified(base) or ""):
                return True
            known = home.definition(base)
            if isinstance(known, ast.ClassDef):
                waiting.append(known)
    return False


# --- Training -----------------------------------------------------------------------------

_FITS = frozenset(
    "fit fit_generator partial_fit incremental_fit fit_predict fit_one_cycle fine_tune "
    "train_on_batch fit_resample_and_train".split()
)
LIBRARIES = {
    "sklearn": "sklearn",
    "imblearn": "sklearn",
    "lightning": "lightning",
    "pytorch_lightning": "lightning",
    "tensorflow": "keras",
    "tf_keras": "keras",
    "trl": "transformers",
    "sentence_transformers": "transformers",
    "setfit": "transformers",
    "fastai": "fastai",
    **{
        name: name
        for name in (
            "xgboost lightgbm catboost keras transformers pyspark statsmodels prophet h2o "
            "ultralytics torch spacy pycaret flaml autogluon tpot ngboost pmdarima darts surprise "
            "implicit gensim fasttext cuml hdbscan lifelines stable_baselines3"
        ).split()
    },
}
# Of scikit-learn, what only prepares data; a pipeline is a model if it is fitted to a target.
_PREPARING = re.compile(
    r"\.(?:preprocessing|impute|feature_extraction|feature_selection|compose|decomposition"
    r"|random_projection|manifold|covariance|over_sampling|under_sampling|model_selection\.\w*Split)"
    r"\.|(?:Scaler|Encoder|Imputer|Vectorizer|Transformer|Binarizer|Tokenizer|Assembler|Indexer"
    r"|ImageDataGenerator|TextVectorization|Normalization|PCA|SMOTE|LDA)\(\)"
)


def prepares(receiver: str) -> bool:
    """Tell whether an object, named by its constructor's call, prepares data and is no model."""
    return _PREPARING.search(f"{receiver}.") is not None


_TRAINING_CALLS = {
    "xgboost.train": "xgboost",
    "xgboost.cv": "xgboost",
    "lightgbm.train": "lightgbm",
    "lightgbm.cv": "lightgbm",
    "catboost.train": "catboost",
    "fasttext.train_supervised": "fasttext",
    "pycaret.classification.compare_models": "pycaret",
    "pycaret.classification.create_model": "pycaret",
    "pycaret.regression.create_model": "pycaret",
}
_TRAINERS = re.compile(
    r"^(?:transformers|trl|ultralytics|setfit|sentence_transformers)\.(?:[\w.]*Trainer|YOLO)\(\)$"
)
_MODEL_NAME = re.compile(
    r"(?i)(?:^|_)(?:model|clf|cls|classifier|reg|regr|regressor|estimator|est|pipe|pipeline|net"
    r"|network|learner|learn|forest|tree|booster|svm|svc|knn|xgb|lgbm|lgb|rf|gbm|lr|mlp|automl"
    r"|search|grid|gs|rs|study|trainer|tuner)\w?\d*$"
)
_FIT_KEYWORDS = {"epochs", "batch_size", "validation_data", "eval_set", "sample_weight"}


def _trained(
    module: Module, call: ast.Call, name: str, last: str, steps: bool
) -> Iterator[tuple[str, ast.AST, str, bool]]:
    if name in _TRAINING_CALLS:
        yield "training", call, _TRAINING_CALLS[name], True
    elif last == "backward" and steps and isinstance(call.func, ast.Attribute):
        yield "training", call, "torch", True
    elif last == "apply_gradients":
        yield "training", call, "keras", True
    elif last == "train" and isinstance(call.func, ast.Attribute):
        receiver = name.rpartition(".")[0]
        if _TRAINERS.match(receiver):
            yield "training", call, LIBRARIES[receiver.partition(".")[0]], True
        elif receiver.startswith("h2o."):
            yield "training", call, "h2o", True
        elif (owner := module.class_of(call.func.value)) is not None:
            own = any(isinstance(known, FUNCTIONS) for known in module.attribute(owner, "train"))
            if not own and inherits(module, owner, r"\bTrainer$"):
                yield "training", call, "transformers", True
    elif last in _FITS and isinstance(call.func, ast.Attribute):
        library = _fitted(module, call, name.rpartition(".")[0])
        if library is not None:
            yield "training", call, library, bool(library)


def _fitted(module: Module, call: ast.Call, receiver: str) -> str | None:
    """Return the library of the model that a `fit` trains, "" if unknown, None if it is none."""
    assert isinstance(call.func, ast.Attribute)
    if receiver:
        library = LIBRARIES.get(receiver.partition(".")[0])
        if receiver.endswith("super()") or receiver == "super()":
            return None
        if library is None and receiver.partition(".")[0] in _OTHERS:
            return None
        if library is not None:
            if prepares(receiver):
                return None
            if re.search(r"ipeline\(\)$", receiver) and library == "sklearn":
                return library if _arguments(call) > 1 else None
            return library
    owner = module.class_of(call.func.value)
    if owner is not None:
        if any(isinstance(known, FUNCTIONS) for known in module.attribute(owner, call.func.attr)):
            return None  # its own method, whose inside tells
        for library, pattern in (("keras", r"\b(?:tf_)?keras\."), ("lightning", _LIGHTNING)):
            if inherits(module, owner, pattern):
                return library
        return "" if owner.bases else None
    given = {keyword.arg for keyword in call.keywords}
    if given & _FIT_KEYWORDS or _arguments(call) > 1 or looks_like_a_model(call.func.value):
        return ""
    return None


def looks_like_a_model(node: ast.AST) -> bool:
    """Tell whether a variable or attribute is named as models are: `model`, `clf`, `xgb_model`."""
    return _MODEL_NAME.search(python.last_name(node)) is not None


_OTHERS = {"scipy", "numpy", "pandas", "re", "datasets", "umap", "lime", "shap"}


def _arguments(call: ast.Call) -> int:
    return len(call.args) + len(call.keywords)


# Which libraries a flavour's autolog covers; without a flavour, all of them.
AUTOLOGGED = {
    "sklearn": {"sklearn"},
    "xgboost": {"xgboost"},
    "lightgbm": {"lightgbm"},
    "tensorflow": {"keras"},
    "keras": {"keras"},
    "pytorch": {"lightning"},
    "pyspark.ml": {"pyspark"},
    "statsmodels": {"statsmodels"},
    "transformers": {"transformers"},
    "fastai": {"fastai"},
}


def autologs(fact: Fact, library: str) -> bool | None:
    """Tell whether an autolog call logs what a library trains; None: the library is unknown."""
    if flag(fact, "disable", False):
        return False
    every: set[str] = set().union(*AUTOLOGGED.values())
    covered = AUTOLOGGED.get(fact.by, set()) if fact.by else every
    return None if not library and covered else library in covered


def covering(program: Program, trainings: Iterable[Fact]) -> tuple[list[Fact], bool]:
    """Return the autolog calls that log what a program trains, and whether others may do so."""
    verdicts = [
        (autologs(autolog, training.by), autolog)
        for autolog in known(program, "autolog")
        for training in trainings
        if is_before(autolog, training)
    ]
    found = dict.fromkeys(autolog for verdict, autolog in verdicts if verdict)
    return [*found], any(verdict is None for verdict, _ in verdicts)


def flag(fact: Fact, keyword: str, default: bool) -> bool:
    """Return what a call gives for a keyword that is True or False, if it says so."""
    given = argument(fact.node, keyword) if isinstance(fact.node, ast.Call) else None
    return bool(given.value) if isinstance(given, ast.Constant) else default


# --- Saving -------------------------------------------------------------------------------

# Where the path stands: keyword and position. And the object, if it is an argument.
_SAVES: dict[str, tuple[str, int]] = {
    "joblib.dump": ("filename", 1),
    "sklearn.externals.joblib.dump": ("filename", 1),
    "pickle.dump": ("file", 1),
    "cloudpickle.dump": ("file", 1),
    "dill.dump": ("file", 1),
    "skops.io.dump": ("file", 1),
    "torch.save": ("f", 1),
    "torch.jit.save": ("f", 1),
    "torch.onnx.export": ("f", 2),
    "onnx.save": ("f", 1),
    "onnx.save_model": ("f", 1),
    "safetensors.torch.save_file": ("filename", 1),
    "safetensors.torch.save_model": ("filename", 1),
    "safetensors.numpy.save_file": ("filename", 1),
    "tensorflow.saved_model.save": ("export_dir", 1),
    "tensorflow.keras.models.save_model": ("filepath", 1),
    "keras.models.save_model": ("filepath", 1),
    "keras.saving.save_model": ("filepath", 1),
    "h2o.save_model": ("path", 1),
    "accelerate.Accelerator().save": ("f", 1),
    "matplotlib.pyplot.savefig": ("fname", 0),
}
# Of these libraries alone, for others mean something else by the name.
_SAVES_OF = {"export": {"keras", "fastai"}, "to_disk": {"spacy"}}
# Methods of a model or a figure.
_SAVE_METHODS: dict[str, tuple[str, int]] = {
    "save_model": ("fname", 0),
    "save_weights": ("filepath", 0),
    "save_pretrained": ("save_directory", 0),
    "save_checkpoint": ("filepath", 0),
    "export": ("filepath", 0),
    "to_disk": ("path", 0),
    "to_onnx": ("file_path", 0),
    "savefig": ("fname", 0),
    "write_image": ("file", 0),
    "write_html": ("file", 0),
    "save": ("filepath", 0),
}


class Saving(NamedTuple):
    """What a saving call gives: the path's expression and the saved object's, as far as known."""

    path: ast.expr | None
    saved: ast.expr | None
    is_figure: bool


def _saved(
    module: Module, call: ast.Call, name: str, last: str
) -> Iterator[tuple[str, ast.AST, str, bool]]:
    if name in _SAVES:
        if _writes_anything(name) and not _serializes_a_model(module, call):
            return
        yield "saved", call, "figure" if last == "savefig" else name.partition(".")[0], True
    elif name.startswith("mlflow.") and last == "save_model":
        yield "saved", call, "mlflow", True
    elif last in _SAVE_METHODS and isinstance(call.func, ast.Attribute):
        receiver = name.rpartition(".")[0]
        library = LIBRARIES.get(receiver.partition(".")[0])
        if last == "savefig" or (last.startswith("write_") and receiver.startswith("plotly")):
            yield "saved", call, "figure", True
        elif last.startswith("write_") or library not in _SAVES_OF.get(last, {library}):
            return
        elif library == "torch" and last == "save":
            if receiver.startswith("torch.jit."):
                yield "saved", call, library, True
        elif library is not None:
            yield "saved", call, library, True
        elif not receiver and last != "save" and module.definition(call.func) is None:
            yield "saved", call, "", True
        elif not receiver and looks_like_a_model(call.func.value):
            owner = module.class_of(call.func.value)
            if owner is None or not module.attribute(owner, last):
                yield "saved", call, "", True
    elif last in _WRITES and (written := _serialized(module, call)) is not None:
        yield "saved", call, "onnx" if _is_onnx(module, written) else "pickle", True


# Methods of a file or path that write bytes.
_WRITES = {"write", "write_bytes"}
_DUMPS = {"pickle.dumps", "cloudpickle.dumps", "dill.dumps"}


def _serialized(module: Module, call: ast.Call) -> ast.Call | None:
    """Return the call that turns a model into the bytes that are written, if it is one."""
    given: ast.AST | None = call.args[0] if call.args else None
    if isinstance(given, ast.Name):
        bindings = module.bindings(given.id, given)
        given = bindings[0].node if len(bindings) == 1 and bindings[0].how == "value" else None
    if not isinstance(given, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    dumps = module.qualified(given.func) in _DUMPS and _serializes_a_model(module, given)
    return given if dumps or _is_onnx(module, given) else None


def _is_onnx(module: Module, call: ast.Call) -> bool:
    """Tell whether a call gives the bytes of an ONNX model, and not those of another message."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "SerializeToString":
        return False
    name = module.qualified(call.func) or ""
    return "onnx" in name or re.search(r"(?i)onn?x", python.last_name(call.func.value)) is not None


# They write any object: what it is must be told from its class, its name or the file's.
_SERIALIZERS = {"joblib", "pickle", "cloudpickle", "dill", "sklearn"}
_OF_TENSORS = {"torch.save", "accelerate.Accelerator().save"}  # of parameters, and of data
_FITTED_NAME = re.compile(
    r"(?i)model|clf|classifier|regress|pipe|estimator|scaler|encoder|vectori[sz]er|transformer"
    r"|imputer|preprocess|weights|forest|booster|(?:^|_)(?:pca|svm|svc|knn|xgb|lgb|lgbm|rf|le|net)"
    r"(?:$|[_.])"
)


# What is made from a model, or says something of it, is none.
_NO_MODEL = re.compile(
    r"(?i)(?:hist|history|params?|parameters|metrics?|results?|scores?|config|names?|info|meta"
    r"|metadata|reports?|features?|columns|cols|preds?|predictions?|data|dataset|mapping|summary"
    r"|args|labels?|importances?_?|encoded|predict(?:_proba)?|(?:fit_)?transform|evaluate)$"
)
_PARAMETERS = re.compile(
    r"(?i)state|checkpoint|ckpt|optimi|generator|discriminator|decoder|actor|critic|policy|agent"
    r"|module|learner|backbone|net$|(?:^|_)(?:ema|gan|vae|unet|student|teacher|best|epoch)(?:$|[_.])"
)


# Of the libraries, classes that are no models: data, splitters, scores, plots.
_NO_ESTIMATOR = re.compile(
    r"^sklearn\.(?:utils|datasets|metrics|inspection|exceptions|gaussian_process\.kernels"
    r"|model_selection\.(?!\w*(?:SearchCV|Threshold)))|^torch\.utils\.|^xgboost\.\w*DMatrix"
    r"|^lightgbm\.Dataset|^catboost\.Pool|Display\b"
)


def _writes_anything(name: str) -> bool:
    return name.partition(".")[0] in _SERIALIZERS or name in _OF_TENSORS


def _named(node: ast.AST) -> Iterator[ast.Name | ast.Attribute]:
    """Yield the variables and attributes in some code; of `model.history`, not the model."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        called = inner.func if isinstance(inner, ast.Call) else inner
        if isinstance(called, (ast.Name, ast.Attribute)):
            if _NO_MODEL.search(python.last_name(called)):
                continue
            if called is inner:
                yield called
        waiting += python.children(inner)


def _serializes_a_model(module: Module, call: ast.Call) -> bool:
    """Tell whether a serializer is given a fitted object, as far as class and names tell."""
    saved = call.args[0] if call.args else argument(call, "value") or argument(call, "obj")
    if saved is None:
        return False
    serializer = module.qualified(call.func) or ""

    def tells(text: str) -> bool:
        parameters = serializer in _OF_TENSORS and _PARAMETERS.search(text)
        return bool(parameters or _FITTED_NAME.search(text)) and not _NO_MODEL.search(text)

    names = [*_named(saved)]
    if any(tells(python.last_name(node)) for node in names):
        return True
    for node in names:
        if (owner := module.class_of(node)) is not None and module.attribute(owner, "fit"):
            return True
        for behind in module.file.read(values.values).expressions(node, 20):
            made = behind.func if isinstance(behind, ast.Call) else behind
            name = module.home(behind).qualified(made) or ""
            if (
                name.partition(".")[0] in LIBRARIES
                and re.search(r"\.[A-Z]\w*(?:\(\)\.fit)?$", name)
                and not _NO_ESTIMATOR.search(name)
            ):
                return True
    target = argument(call, *_SAVES[serializer]) if serializer in _SAVES else None
    opened = [target]
    for binding in module.bindings(target.id, target) if isinstance(target, ast.Name) else ():
        opened.append(binding.node if isinstance(binding.node, ast.expr) else None)
    texts = (node for each in opened if each is not None for node in ast.walk(each))
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and tells(os.path.splitext(node.value)[0])
        for node in texts
    )


def saving(fact: Fact) -> Saving:
    """Return what the call of a "saved" fact saves, and where to."""
    call, module = fact.node, fact.module
    assert isinstance(call, ast.Call)
    name = module.qualified(call.func) or ""
    last = python.last_name(call.func)
    if name.startswith("mlflow.") and last == "save_model":
        return Saving(argument(call, "path", 1), call.args[0] if call.args else None, False)
    if name in _SAVES:
        figure = name.endswith("savefig")
        return Saving(
            argument(call, *_SAVES[name]),
            call.func if figure else call.args[0] if call.args else None,
            figure,
        )
    if last in _WRITES and isinstance(call.func, ast.Attribute):
        made = _serialized(module, call)
        onnx = made is not None and _is_onnx(module, made)
        thing = made.args[0] if made is not None and made.args and not onnx else made
        return Saving(call.func.value, thing, False)
    keyword, position = _SAVE_METHODS[last]
    path = argument(call, keyword, position)
    for other in ("filepath", "filename", "path", "output_dir", "fname", "format"):
        path = path or argument(call, other)
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    if name.endswith("PdfPages().savefig"):
        return Saving(receiver, path, True)
    return Saving(path, receiver, fact.by == "figure")
