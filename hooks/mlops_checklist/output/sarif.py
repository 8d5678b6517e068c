"""SARIF 2.1.0 (OASIS), as code scanning services read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlops_checklist.outcome import Outcome
from mlops_checklist.suppression import fingerprints, from_root

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# SARIF says: a result that is no failure has the level "none".
_KINDS = {
    "violation": ("fail", "error"),
    "missing": ("fail", "warning"),
    "undecided": ("review", "none"),
    "evidence": ("pass", "none"),
}


def render(outcomes: Sequence[Outcome], rules: Mapping[str, str]) -> str:
    """Return one SARIF log with one run; `rules` maps `hook/rule` to the rule's sentence.

    Files that could not be read or parsed are notifications of the run, not results.
    """
    import json

    ids = sorted(rules)
    results = [outcome for outcome in outcomes if outcome.kind != "error"]
    run = {
        "tool": {
            "driver": {
                "name": "mlops-checklist",
                "version": _version(),
                "rules": [{"id": name, "shortDescription": {"text": rules[name]}} for name in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(outcome, ids, fingerprint)
            for outcome, fingerprint in zip(results, fingerprints(results), strict=True)
        ],
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {
                        "level": "error",
                        "message": {"text": outcome.message},
                        "locations": [{"physicalLocation": {"artifactLocation": _file(outcome)}}],
                    }
                    for outcome in outcomes
                    if outcome.kind == "error"
                ],
            }
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(outcome: Outcome, ids: list[str], fingerprint: str) -> dict[str, Any]:
    place = outcome.place
    kind, level = _KINDS[outcome.kind]
    rule = f"{outcome.hook}/{outcome.rule}"
    region = {"startLine": place.file_line or place.line}
    message = outcome.message
    if place.cell is None:
        region["startColumn"] = place.column
    else:
        message = f"cell {place.cell}, line {place.line}: {message}"
    # A file that this reader cannot judge is undecided by no rule of the hook.
    index = {"ruleIndex": ids.index(rule)} if rule in ids else {}
    return {
        "ruleId": rule,
        **index,
        "kind": kind,
        "level": level,
        "message": {"text": message},
        "locations": [{"physicalLocation": {"artifactLocation": _file(outcome), "region": region}}],
        "partialFingerprints": {"mlopsChecklist/v1": fingerprint},
    }


def _file(outcome: Outcome) -> dict[str, str]:
    from urllib.parse import quote

    path = from_root(outcome.path).encode("utf-8", "surrogateescape")
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}


def _version() -> str:
    from importlib.metadata import version

    return version("mlops-checklist")
