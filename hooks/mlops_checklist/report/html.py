"""The checklist as one HTML page for people who sign off: nothing to load, nothing to run.

Colours have a contrast of 4.5 to 1 or more in both schemes (WCAG 2.1, success criterion 1.4.3), and
no state is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from mlops_checklist.outcome import Outcome
from mlops_checklist.output.text import one_line
from mlops_checklist.report.pages import TITLE, Recommendation, Report, where
from mlops_checklist.report.verdicts import Verdict

_STATES = {
    "done": ("Done", "\u2713"),
    "open": ("Open", "\u2717"),
    "consider": ("Consider", "?"),
    "not applicable": ("No subject", "\u2013"),
}
_STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --faint: #57606a; --page: #fff; --line: #d0d7de;
  --box: #f6f8fa; --done: #116329; --open: #a40e26; --consider: #744500; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --faint: #9198a1; --page: #0d1117;
  --line: #30363d; --box: #161b22; --done: #56d364; --open: #ff8f88; --consider: #e3b341;
  --link: #79c0ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page);
  margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { margin: .5rem 0 0; } h2 { margin: 2rem 0 .5rem; font-size: 1.25rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0; } .faint { color: var(--faint); }
a { color: var(--link); } a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--faint); }
th, td { text-align: left; padding: .35rem .5rem; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; }
ul.items { list-style: none; padding: 0; }
ul.items > li { border: 1px solid var(--line); border-left-width: 6px; border-radius: 6px;
  padding: .6rem .8rem; margin: .5rem 0; break-inside: avoid; }
li.done { border-left-color: var(--done) !important; }
li.open { border-left-color: var(--open) !important; }
li.consider { border-left-color: var(--consider) !important; }
.state { font-weight: 600; } .done .state { color: var(--done); }
.open .state { color: var(--open); } .consider .state { color: var(--consider); }
code { font: .875em/1.4 ui-monospace, monospace; background: var(--box); padding: .1em .3em;
  border-radius: 4px; overflow-wrap: anywhere; }
details ul { padding-left: 1.25rem; margin: .25rem 0; } details li { overflow-wrap: anywhere; }
@media (max-width: 32rem) { th, td { padding: .35rem .2rem; font-size: .8rem; } }
@media print { body { max-width: none; font-size: 11pt; } a { color: inherit; } }
"""


def html(report: Report, source: str = "") -> str:
    """Return the page. `source` is the address of the files at the commit, to link places to."""
    return "\n".join(_page(report, source)) + "\n"


def _page(report: Report, source: str) -> Iterator[str]:
    subject, verdicts = report.subject, report.verdicts
    name = escape(one_line(subject.name))
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{TITLE}: {name}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>"
    yield f"<h1>{TITLE}: {name}</h1>"
    commit = f"Commit <code>{escape(subject.commit[:12])}</code>" if subject.commit else "No commit"
    date = f' of <time datetime="{escape(subject.date)}">{escape(subject.date)}</time>'
    yield f'<p class="faint">{commit}{date if subject.date else ""}, judged by mlops-checklist '
    yield f"{escape(subject.version)}.</p>\n</header>\n<main>"
    yield from _glance(verdicts)
    for section, items in groupby(verdicts, key=lambda verdict: verdict.section):
        yield f'<section aria-labelledby="{_anchor(section)}">'
        yield f'<h2 id="{_anchor(section)}">{escape(section)}</h2>\n<ul class="items">'
        for verdict in items:
            yield from _item(verdict, source)
        yield "</ul>\n</section>"
    recommended = (_recommended(each, source) for each in report.recommendations)
    yield from _further("Recommendations", "items", recommended)
    yield from _further("Unused ignores", "", (_finding(each, source) for each in report.unused))
    yield from _further("Not judged", "", map(_error, report.errors))
    yield "</main>\n</body>\n</html>"


def _anchor(section: str) -> str:
    return "-".join("".join(sign if sign.isalnum() else " " for sign in section.lower()).split())


def _glance(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield the table of how many items of each section are in which state."""
    yield '<table>\n<caption>At a glance</caption>\n<thead><tr><th scope="col">Section</th>'
    for title, symbol in _STATES.values():
        yield f'<th scope="col" class="number">{symbol} {title}</th>'
    yield "</tr></thead>\n<tbody>"
    for section, items in groupby(verdicts, key=lambda verdict: verdict.section):
        states = [verdict.state for verdict in items]
        link = f'<a href="#{_anchor(section)}">{escape(section)}</a>'
        cells = "".join(f'<td class="number">{states.count(state)}</td>' for state in _STATES)  # type: ignore[arg-type]
        yield f'<tr><th scope="row">{link}</th>{cells}</tr>'
    yield "</tbody>\n</table>"


def _item(verdict: Verdict, source: str) -> Iterator[str]:
    title, symbol = _STATES[verdict.state]
    kind = verdict.state.replace(" ", "-")
    yield f'<li class="{kind}">\n<h3><span class="state">{symbol} {title}:</span> '
    yield f'{escape(verdict.text)}</h3>\n<p class="faint">{escape(verdict.reason)}</p>'
    if verdict.outcomes:
        yield _where(verdict.outcomes, source, is_open=verdict.state == "open")
    yield "</li>"


def _where(outcomes: Sequence[Outcome], source: str, *, is_open: bool) -> str:
    findings = "\n".join(_finding(outcome, source) for outcome in outcomes)
    head = f"<details{' open' * is_open}>\n<summary>Where ({len(outcomes)})</summary>"
    return f"{head}\n<ul>\n{findings}\n</ul>\n</details>"


def _further(title: str, kind: str, shown: Iterable[str]) -> Iterator[str]:
    """Yield a section after those of the checklist, if it has anything to show."""
    listed = [*shown]
    if listed:
        anchor = _anchor(title)
        yield f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{title}</h2>'
        yield from (f'<ul class="{kind}">' if kind else "<ul>", *listed, "</ul>\n</section>")


def _recommended(each: Recommendation, source: str) -> str:
    where = _where(each.outcomes, source, is_open=True)
    return f"<li>\n<h3>{escape(each.text)}</h3>\n{where}\n</li>"


def _finding(outcome: Outcome, source: str) -> str:
    message, rule = escape(one_line(outcome.message)), escape(f"{outcome.hook}/{outcome.rule}")
    return f'<li>{_place(outcome, source)} {message} <span class="faint">[{rule}]</span></li>'


def _error(error: Outcome) -> str:
    return f"<li><code>{escape(one_line(error.path))}</code> {escape(one_line(error.message))}</li>"


def _place(outcome: Outcome, source: str) -> str:
    from urllib.parse import quote

    shown = f"<code>{escape(one_line(where(outcome)))}</code>"
    if not source:
        return shown
    path = quote(outcome.path.encode("utf-8", "surrogateescape"))
    line = outcome.place.file_line or outcome.place.line
    return f'<a href="{escape(source)}/{path}#L{line}">{shown}</a>'
