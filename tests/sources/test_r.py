"""R scripts: tokens, calls and assignments."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_checklist.outcome import Place
from mlops_checklist.sources import r

NAMES = frozenset({"mlflow_set_experiment", "install.packages"})


def only_call(text: str) -> r.Call:
    (call,) = r.calls(r.tokens(text), NAMES)
    return call


def written(given: r.Argument | None) -> str | None:
    return None if given is None else " ".join(token.text for token in given.tokens)


@pytest.mark.parametrize(
    ("text", "expected", "place"),
    [
        ('mlflow_set_experiment("a")', "a", Place(1, 1)),
        ("mlflow::mlflow_set_experiment('a')", "a", Place(1, 1)),
        ("mlflow:::mlflow_set_experiment('a')", "a", Place(1, 1)),
        ('é <- 1; mlflow_set_experiment(experiment_name = "a b")', "a b", Place(1, 9)),
        ('# mlflow_set_experiment("x")\nmlflow_set_experiment(\n  "a" # why\n)', "a", Place(2, 1)),
        ("mlflow_set_experiment(x, 'a')", "x", Place(1, 1)),
        ("mlflow_set_experiment(f('a', c(1), x[1]))", "f ( a , c ( 1 ) , x [ 1 ] )", Place(1, 1)),
        ("mlflow_set_experiment(other = 'b', 'a')", "a", Place(1, 1)),
        (r"mlflow_set_experiment('it\'s')", r"it\'s", Place(1, 1)),
        ("mlflow_set_experiment(", None, Place(1, 1)),
        ("mlflow_set_experiment()", None, Place(1, 1)),
    ],
)  # fmt: skip
def test_calls(text: str, expected: str | None, place: Place) -> None:
    call = only_call(text)
    assert (call.name, call.place) == ("mlflow_set_experiment", place)
    assert written(call.argument("experiment_name", 0)) == expected


def test_what_is_no_call() -> None:
    text = "x <- mlflow_set_experiment\n'mlflow_set_experiment(1)'\nmy_mlflow_set_experiment(1)"
    assert list(r.calls(r.tokens(text), NAMES)) == []


def test_the_place_of_a_string() -> None:
    (token,) = [token for token in r.tokens('x <-\r\n  "a"') if token.kind == "string"]
    assert (token.text, token.place) == ("a", Place(2, 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x <- 'a'", ["a"]),
        ("x <<- 'a'\ny", ["a"]),
        ("x = 'a'", ["a"]),
        ("x <- paste('a')", None),
        ("x <- 'a'\nx <- 'b'", None),
        ("y <- 'a'", None),
        ("x <- Sys.getenv('A')", None),
    ],
)
def test_assigned(text: str, expected: list[str] | None) -> None:
    given = r.assigned(r.tokens(text), "x")
    assert (given and [token.text for token in given]) == expected


@settings(max_examples=200, deadline=None)
@given(st.text() | st.text(alphabet="install.packages(),=[]{}'\"\\#\n x<-", max_size=60))
def test_any_text_is_read(text: str) -> None:
    read = r.tokens(text)
    assert len(list(r.calls(read, NAMES))) <= text.count("(")
    r.assigned(read, "x")
