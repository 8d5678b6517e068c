"""Looking for regular expressions in bytes: the same answers as `re.search` gives."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_checklist.report.gathering import hooks
from mlops_checklist.sources import byte_search
from mlops_checklist.sources.byte_search import Searched, _alternatives

EXPRESSIONS = [
    pytest.param(rb"chmod", id="word"),
    pytest.param(rb"(?i)e-?mail|phone", id="optional letter, any case"),
    pytest.param(rb"(?i:mlflow|wandb)|\baim\b", id="case of a group"),
    pytest.param(rb"(?m)^[ \t]*pip\b[^\n]*\binstall\b|conda", id="lines"),
    pytest.param(rb"[\"']delta\b|a|[|]x\|y", id="bars that part nothing"),
    pytest.param(rb"(?:read|scan)_delta|(?:ab)+c|(?:ab){0,2}d", id="repeated groups"),
    pytest.param(rb"\.(?:partial_)?fit\w*\(", id="dot and bracket"),
    pytest.param(rb"fit(?!ted)|(?<=x)mail", id="looking around"),
    pytest.param(rb"", id="empty"),
    pytest.param(rb"a|", id="empty alternative"),
    pytest.param(rb"\d+", id="no letters"),
    pytest.param(rb"[]|]x|[^]|]y", id="bracket in a set"),
]
TEXTS = [
    *(
        b"",
        b"os.chmod(path)",
        b"E-MAIL",
        b"email",
        b"Wandb",
        b"aim",
        b"claim",
        b"  pip -q install x",
    ),
    *(
        b"'delta'",
        b"|x|y",
        b"]x",
        b"scan_delta",
        b"ababc",
        b"abd",
        b"model.fit_transform(x)",
        b"fitted",
    ),
    *(b"xmail", b"7", b"\xff\xfe", b"pip\ninstall", b"model.partial_fit(x)", b"zy"),
]


@pytest.fixture(autouse=True, params=[0, 10**9], ids=["taken apart", "as a whole"])
def worth(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many bytes an expression is looked for in as it is."""
    monkeypatch.setattr(byte_search, "_WORTH", request.param)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_same_as_re(expression: bytes) -> None:
    assert [text for text in TEXTS if Searched(text).matches(expression)] == [
        text for text in TEXTS if re.search(expression, text)
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    expression=st.sampled_from([expression for each in EXPRESSIONS for expression in each.values]),
    text=st.text("abcdefilmnopstuvwx_.|]'\"( -\nEMA7").map(str.encode),
)
def test_same_as_re_on_any_text(expression: bytes, text: bytes) -> None:
    assert Searched(text).matches(expression) is (re.search(expression, text) is not None)


@pytest.mark.parametrize("expected", [True, False], ids=["told before", "not told"])
def test_words_that_are_held(expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    trigger = rb"(?i)e-?mail|phone|\bssn\b"
    monkeypatch.setattr(byte_search, "_expected", frozenset())
    if expected:
        byte_search.expect([trigger, b"other"])
    assert Searched(b"the Phone, an Email, and another").held(trigger) == [b"mail", b"phone"]


def test_triggers_of_hooks_have_words() -> None:
    """Without a word, a trigger's alternative is looked for in every file at the pace of `re`."""
    triggers = {
        each
        for hook in hooks()
        for each in (*hook.reads.values(), hook.follows, *hook.seeks)
        if each
    }
    assert triggers
    assert [
        alternative
        for trigger in triggers
        for alternative, words in _alternatives(trigger)
        if not words
    ] == []
