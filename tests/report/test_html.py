"""The page is sound HTML, loads nothing, and cannot be broken by what a repository holds."""

from __future__ import annotations

from html.parser import HTMLParser

from mlops_checklist.outcome import Outcome, Place, evidence, missing, violation
from mlops_checklist.report.html import html
from mlops_checklist.report.pages import Recommendation, Report, Subject
from mlops_checklist.report.verdicts import verdicts

SUBJECT = Subject("shop", "0123456789abcdef0123456789abcdef01234567", "2026-11-27T10:00:00Z", "1")
_EMPTY = {"meta", "br", "hr", "img", "link", "input"}


class Reader(HTMLParser):
    """Notes the elements, their attributes and the text, and that each is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def page(path: str = "train.py", message: str = "name it", source: str = "") -> Reader:
    place = Place(3, 5)
    found = {
        "experiment-name-prefix": [
            violation("literal-name", place, message)._replace(path=path, hook="e"),
        ],
        "pinned-requirements": [
            evidence("unpinned", place, "pinned")._replace(path="requirements.txt", hook="p")
        ],
    }
    place = Place(7)
    report = Report(
        SUBJECT,
        verdicts(found),
        errors=[Outcome("error", "unreadable", Place(), message, (), path, "e")],
        recommendations=[
            Recommendation(
                "flows", "Use Flows", (missing("flows", place, message)._replace(path=path),)
            )
        ],
        unused=[missing("unused-ignore", Place(9), message)._replace(path=path)],
    )
    return Reader(html(report, source))


def test_elements_are_closed() -> None:
    assert page().open == []


def test_nothing_is_loaded_or_run() -> None:
    read = page()
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in read.elements}
    assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)


def test_what_is_judged_is_escaped() -> None:
    read = page('<script>alert("x")</script>.py', "<b>'&\x1b[31m</b>")
    assert "script" not in {tag for tag, _ in read.elements}
    assert "b" not in {tag for tag, _ in read.elements}
    assert '<script>alert("x")</script>.py:3' in read.words
    assert "\x1b" not in read.words


def test_places_are_links() -> None:
    read = page("a b/#1.py", source="https://github.com/acme/shop/blob/0123")
    links = [attributes["href"] for tag, attributes in read.elements if tag == "a"]
    assert "https://github.com/acme/shop/blob/0123/a%20b/%231.py#L3" in links
    assert all(link and link.startswith(("#", "https://github.com/")) for link in links)


def test_what_stands_after_the_sections() -> None:
    words = page(message="name it").words
    for title in ("Recommendations", "Unused ignores", "Not judged"):
        assert title in words
    assert "train.py:7 name it" in words
    assert "train.py:9 name it" in words


def test_states_are_told_in_words() -> None:
    words = page().words
    assert "\u2717 Open: Unique experiment names" in words.replace("\n", "")
    assert "\u2713 Done: Dependencies pinned" in words.replace("\n", "")
    assert "No subject" in words


def test_the_anchors_of_the_table_exist() -> None:
    read = page()
    anchors = {attributes.get("id") for _, attributes in read.elements}
    links = {str(attributes["href"]) for tag, attributes in read.elements if tag == "a"}
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= anchors
