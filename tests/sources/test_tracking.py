"""What a module tells about training and tracking."""

from __future__ import annotations

import pytest

from mlops_checklist.sources import tracking
from mlops_checklist.sources.files import File

# An import, what is made, and whether it is a model that is saved.
OBJECTS: dict[str, tuple[str, str, bool]] = {
    "estimator": ("from sklearn.svm import SVC", "SVC()", True),
    "search": ("from sklearn.model_selection import GridSearchCV", "GridSearchCV(e, g)", True),
    "threshold": (
        "from sklearn.model_selection import FixedThresholdClassifier as T",
        "T(e)",
        True,
    ),
    "booster": ("import xgboost as xgb", "xgb.XGBClassifier()", True),
    "bunch": ("from sklearn.utils import Bunch", "Bunch(a=1)", False),
    "splitter": ("from sklearn.model_selection import KFold", "KFold(5)", False),
    "display": ("from sklearn.metrics import RocCurveDisplay", "RocCurveDisplay(f, t)", False),
    "data of XGBoost": ("import xgboost as xgb", "xgb.DMatrix(X)", False),
    "data of LightGBM": ("import lightgbm as lgb", "lgb.Dataset(X)", False),
    "data of PyTorch": ("from torch.utils.data import TensorDataset", "TensorDataset(X)", False),
}


@pytest.mark.parametrize(("line", "made", "is_model"), OBJECTS.values(), ids=OBJECTS)
def test_what_is_a_model(line: str, made: str, is_model: bool) -> None:
    source = f"import joblib\n{line}\nthing = {made}\njoblib.dump(thing, path)\n"
    told = tracking.facts(File("a.py", data=source.encode()))
    assert [fact.what for fact in told if fact.what == "saved"] == ["saved"] * is_model
