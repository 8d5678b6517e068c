"""The calls of a program that read data, and where from.

Readers: the documented functions of pandas, Polars, Dask, PyArrow, NumPy, PySpark, Hugging Face
datasets, TensorFlow, torchvision, h2o, Delta Lake, AWS Data Wrangler, Feast and Domino's data
sources.
"""

from __future__ import annotations

import ast
import os
import re
from typing import NamedTuple

from mlops_checklist.sources import hyperparameters, programs, python, stored_paths
from mlops_checklist.sources.files import File
from mlops_checklist.sources.programs import Program
from mlops_checklist.sources.python import Module, argument

_READERS = re.compile(
    r"(?:pandas|modin\.pandas|dask\.dataframe|cudf|geopandas|awswrangler\.\w+)"
    r"\.read_(?!clipboard|html|xml)\w+"
    r"|polars\.(?:read|scan)_(?!clipboard)\w+"
    r"|pyarrow\.(?:parquet|feather|orc)\.read_table|pyarrow\.csv\.read_csv|pyarrow\.dataset\.dataset"
    r"|numpy\.(?:load|loadtxt|genfromtxt|fromfile)"
    r"|datasets\.(?:load_dataset|load_from_disk|Dataset\.from_(?:csv|json|parquet|sql|text))"
    r"|(?:pyspark\.sql\.|databricks\.connect\.|spark\.).*\bread(?:Stream)?\b.*"
    r"\.(?:csv|json|parquet|orc|load|table|jdbc|text|delta)"
    r"|(?:pyspark\.sql\.\w.*|spark)\.table"
    r"|tensorflow\.data\.(?:TFRecordDataset|TextLineDataset|experimental\.make_csv_dataset)"
    r"|(?:tensorflow\.)?keras\.(?:utils|preprocessing)\.(?:image|text|audio)_dataset_from_directory"
    r"|tensorflow_datasets\.load|torchvision\.datasets\.(?:ImageFolder|DatasetFolder)"
    r"|h2o\.(?:import_file|upload_file)|deltalake\.DeltaTable|vaex\.open|datatable\.fread"
    r"|feast\.FeatureStore\(\)\.get_historical_features"
    r"|domino(?:_data)?\.data_sources\..*\.(?:query|get|get_file|download|download_file)"
)
_SPARK_SQL = re.compile(r"(?:pyspark\.sql\.\w.*|spark)\.sql")
# Names of the argument that says where the data is, where it is not the first one.
_SOURCES = (
    "filepath_or_buffer path io source sql table_name path_or_buf filename fname file name "
    "directory root filenames dataset_path path_or_paths query"
).split()
# What is read is no data: a configuration, or what a program says of an earlier run.
_NO_DATA = re.compile(
    r"(?i)(?:^|[/_\-.])(?:config|configs|params|parameters|settings|metrics?|scores?|results?|report"
    r"|history|logs?|predictions?|preds|submission|leaderboard|vocab|labels?_map|mapping|metadata"
    r"|schema|best_params|weights)\.\w+$"
)
# A pinned read: the code says which version, and a run's commit says which code.
_PINS = frozenset({"revision", "version", "rev", "snapshot_id", "versionAsOf", "data_id"})


class Where(NamedTuple):
    """A node, and the module that it stands in."""

    module: Module
    node: ast.AST


class Read(NamedTuple):
    """A call that reads data: where from (an expression, if it is told), with which library."""

    call: ast.Call
    module: Module
    unit: ast.AST
    source: ast.expr | None
    library: str

    @property
    def where(self) -> Where:
        """The call and its module."""
        return Where(self.module, self.call)

    @property
    def paths(self) -> list[stored_paths.Path]:
        """The paths that it may read, as far as they are known."""
        return stored_paths.written(self.module, self.source) if self.source is not None else []


def reads(program: Program) -> list[Read]:
    """Return the calls of a program that read data, in the order of modules and source."""
    return [
        read
        for module in program.modules
        for read in module.file.read(_reads)
        if read.unit in program.reached
    ]


def _reads(file: File) -> tuple[Read, ...]:
    module = file.read(python.module)
    found = []
    for call in module.calls:
        name = full_name(module, call)
        source = _source(call)
        reads = _READERS.fullmatch(name) or (_SPARK_SQL.fullmatch(name) and _selects(source))
        if reads and not _is_no_data(module, source):
            library = "spark" if "spark" in name else name.partition(".")[0]
            found.append(Read(call, module, programs.unit_of(module, call), source, library))
    return tuple(found)


def full_name(module: Module, call: ast.Call) -> str:
    """Return the name of what is called, also below a `spark` that the notebook is given."""
    return module.qualified(call.func) or hyperparameters.dotted(_bare(call.func))


def _bare(node: ast.expr) -> ast.expr:
    """Return `spark.read.format("delta").load` without its calls."""
    if isinstance(node, ast.Attribute):
        return ast.Attribute(_bare(node.value), node.attr, ast.Load())
    return _bare(node.func) if isinstance(node, ast.Call) else node


def _source(call: ast.Call) -> ast.expr | None:
    if call.args and not isinstance(call.args[0], ast.Starred):
        return call.args[0]
    return next(filter(None, (argument(call, name) for name in _SOURCES)), None)


def _selects(source: ast.expr | None) -> bool:
    text = source.value if isinstance(source, ast.Constant) else None
    if isinstance(source, ast.JoinedStr) and source.values:
        text = getattr(source.values[0], "value", None)
    return isinstance(text, str) and re.match(r"(?i)\s*(?:select|with)\b", text) is not None


def _is_no_data(module: Module, source: ast.expr | None) -> bool:
    """Tell whether a read is of something else than data, or of a buffer in memory."""
    if source is None:
        return False
    paths = stored_paths.written(module, source)
    return not paths or all(_NO_DATA.search(path.text) for path in paths)


def is_pinned(read: Read) -> bool:
    """Tell whether the call says which version of the data it reads."""
    options = [keyword.arg for keyword in read.call.keywords]
    inner: ast.AST = read.call.func
    while isinstance(inner, (ast.Attribute, ast.Call)):
        if isinstance(inner, ast.Call):
            options += [str(arg.value) for arg in inner.args[:1] if isinstance(arg, ast.Constant)]
            inner = inner.func
        else:
            inner = inner.value
    return not _PINS.isdisjoint(options)


def is_tracked(read: Read) -> bool:
    """Tell whether Git tracks the file that is read, so that the commit says which data it is."""
    repository = read.module.file.repository
    if repository is None:
        return False
    folders = ("", os.path.dirname(read.module.file.path))
    listed = repository.listed
    return any(
        os.path.normpath(os.path.join(folder, path.text)) in listed
        for path in read.paths
        for folder in folders
    )
