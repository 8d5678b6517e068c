"""Domino's Monitoring Config JSON: which variables a monitored model has, and where its data is.

Rules of Domino's documentation, "Monitoring Config JSON": at least one feature; at most one
prediction, timestamp and row identifier; an identifier is a string, a timestamp a datetime; a
prediction probability names the prediction that it belongs to; dataset and model are described.
"""

from __future__ import annotations

from collections.abc import Iterator

from mlops_checklist.outcome import Place
from mlops_checklist.sources.trees import Tree

TRIGGER = rb"\"variableType\""
_VALUES = frozenset("categorical numerical datetime string".split())
_KINDS = frozenset(
    "feature prediction timestamp row_identifier ground_truth sample_weight "
    "prediction_probability".split()
)
_ONCE = ("prediction", "timestamp", "row_identifier")
_DETAILS = {
    "datasetDetails": ("name", "datasetType"),
    "modelMetadata": ("name", "modelType", "version"),
}


def problems(top: Tree) -> Iterator[tuple[Place, str]]:
    """Yield what the schema refuses, and where."""
    variables = top.get("variables")
    kinds: dict[str, list[Tree]] = {}
    for each in variables.entries:
        kind, value = each.get("variableType"), each.get("valueType")
        name = each.get("name").text
        if not name:
            yield each.place, "a variable has no name"
        if kind.text not in _KINDS:
            yield each.place, f"variableType of '{name}' is '{kind.text}', which is no such type"
            continue
        if value.text not in _VALUES:
            yield each.place, f"valueType of '{name}' is '{value.text}', which is no such type"
        kinds.setdefault(kind.text or "", []).append(each)
        if kind.text == "row_identifier" and value.text != "string":
            yield value.place, f"row identifier '{name}' must be of valueType string"
        if kind.text == "timestamp" and value.text != "datetime":
            yield value.place, f"timestamp '{name}' must be of valueType datetime"
        if kind.text == "prediction_probability" and each.get("forPredictionOutput").text is None:
            yield each.place, f"'{name}' needs forPredictionOutput"
    if not kinds.get("feature"):
        yield variables.place, "no variable is a feature"
    for kind_name in _ONCE:
        for more in kinds.get(kind_name, [])[1:]:
            yield more.place, f"'{more.get('name').text}' is a second {kind_name}"
    for part, keys in _DETAILS.items():
        held = top.get(part)
        if held.value is None:
            yield top.place, f"{part} is missing"
            continue
        for key in keys:
            if held.get(key).text is None:
                yield held.place, f"{part} has no {key}"
