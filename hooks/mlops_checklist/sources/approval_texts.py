"""What documents say of approval: who lets a model or release pass, in words of several languages.

A sentence counts that has all three: a word of approving, what is approved (a model version, a
release, a deployment), and who approves it. A heading counts with a sentence below it that says
who. Loans and credits that somebody approves are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlops_checklist.outcome import Place
from mlops_checklist.sources import markdown
from mlops_checklist.sources.files import File
from mlops_checklist.sources.markdown import Line

APPROVING = (
    r"approv\w*|sign(?:s|ed)?[ -]?offs?|signed off|go/no-go|greenlight\w*"
    r"|freigabe\w*|freigegeben|freigeben|genehmig\w*"
    r"|approba\w*|valid(?:ation|é\w*) par|homologa\w*|aprob\w*|aprova\w*|approva\w*|goedkeur\w*"
    r"|承認|审批|批准"
)
TRIGGER = re.compile(
    rb"(?i)approv|sign(?:s|ed)?[ -]?off|go/no-go|greenlight|freig|genehmig|approba|homologa|aprob"
    rb"|aprova|goedkeur|valid\xc3\xa9|" + "承認|审批|批准".encode()
)
_APPROVING = re.compile(rf"(?i)(?<!\w)(?:{APPROVING})")
_RELEASED = re.compile(
    r"(?i)\bmodels?\b|version|release|deploy|promot|production|champion|registry|rollout|go.?live"
    r"|merge|pull request|modell|einsatz|modèle|mise en production|modelo|produc|modello|produzione"
    r"|モデル|模型|本番|上线"
)
_WHO = re.compile(
    r"(?i)\b(?:owners?|leads?|reviewers?|approvers?|committee|board|managers?|officers?|stewards?"
    r"|teams?|risk|compliance|head of|director|DRI|responsible|product|validators?|maintainers?"
    r"|scientists?|engineers?|person|people|two|second|colleagues?|stakeholders?|sponsor"
    r"|leit\w*|verantwortlich\w*|responsable\w*|comité|equipo|équipe|responsabile|comitato)\b"
    r"|(?<!\w)@[\w-]+|@[\w-]+/[\w-]+|責任者|负责人|委員会"
)
# What else is approved: the subject of the model, and not the model.
_SUBJECT = (
    r"(?:loans?|credits?|mortgages?|applicants?|applications?|claims?|insurances?|visas?|drugs?|fda"
    r"|budgets?|payments?|transactions?|expenses?|kredit\w*|prêts?|préstamos?)"
)
_OTHER = re.compile(
    rf"(?i)\b{_SUBJECT}\W+(?:\w+\W+)?(?:{APPROVING})|(?:{APPROVING})\W+(?:\w+\W+)?{_SUBJECT}\b"
)
_NOT = re.compile(r"(?i)\b(?:no|not|without|never|todo|tbd)\b[^.]{0,30}$")
_DONE = re.compile(
    r"(?i)^\W*(?:approved|signed off|reviewed|freigegeben|approuvé|aprobado)\W*(?:by|von|par|por)\b"
    r"\W*(?P<who>[\w@][^|]*)"
)
_LIST = re.compile(r"[^.,:]*:\s*\w+(?:,\s*\w+)+\W*")  # of words: no sentence
_TODO = re.compile(r"(?i)\b(?:todo|tbd|n/?a|none|xxx|more information needed)\b|[<\[{_]{1,2}\w*")


def approvals(file: File) -> Iterator[Place]:
    """Yield where a Markdown document says who approves a model or release. Raises Unreadable."""
    document = file.read(markdown.markdown)
    titles: dict[int, str] = {}
    for section in document.sections:
        for line in section.lines:
            titles[line.number] = f"{titles.get(line.number, '')} {section.title}."
    for first, text in _paragraphs(document.lines):
        if _is_told(text, titles.get(first.number, "")):
            yield Place(first.number, len(first.text) - len(first.text.lstrip()) + 1)


def _paragraphs(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    """Yield the paragraphs, items and rows of tables: the first line, and the text."""
    held: list[Line] = []
    for line in (*lines, None):
        text = line.visible if line is not None and line.kind == "text" else ""
        if held and (not text.strip() or _BEGINS.match(text)):
            yield held[0], " ".join(each.visible.strip() for each in held)
            held = []
        if line is not None and text.strip():
            held.append(line)


_BEGINS = re.compile(r"\s*(?:[-*+|>]|\d{1,9}[.)])")


def _is_told(text: str, title: str) -> bool:
    done = _DONE.search(re.sub(r"[*|_]", " ", text))
    if done and not _TODO.search(done["who"]):
        return not _OTHER.search(f"{title} {text}")
    approval = _APPROVING.search(title) is not None and not _OTHER.search(title)
    for sentence in re.split(r"(?<=[.!?。])\s+", text):
        approving = _APPROVING.search(sentence)
        if _LIST.fullmatch(sentence) or _OTHER.search(sentence):
            continue
        if approving and _NOT.search(sentence[: approving.start()]):
            continue
        released = _RELEASED.search(sentence) or _RELEASED.search(title)
        if (approving or approval) and released and _WHO.search(sentence):
            return True
    return False
