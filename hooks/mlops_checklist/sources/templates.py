"""YAML that a template engine fills in (Helm, Jinja): the documents, expressions as opaque values.

Lines and columns stay as they are. Blocks such as `{{ if }}` and `{{ range }}` are taken as they
stand, once; what an expression gives is not known, and a line that is nothing but an expression may
add any keys to the mapping that it stands in.
"""

from __future__ import annotations

import re

from mlops_checklist.sources import yaml
from mlops_checklist.sources.files import File, Unreadable

OPAQUE = "\ue000"  # stands for each character that an expression takes
_MARKS = ("{{", "{%")
_ACTION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
# They give nothing by themselves.
_CONTROL = re.compile(
    r"\{%|\{#|\{\{-?\s*(?:/\*|\$\w+\s*:?=|(?:if|else|end|range|with|define|block|break|continue)\b)"
)
_ALONE = re.compile(rf"(?m)^[ \t]*(?:- )?{OPAQUE}+[ \t]*$")


class Documents:
    """The documents of a file, and the lines (from 0) where a template may add what is not seen."""

    def __init__(self, nodes: list[yaml.Node], open_lines: frozenset[int]) -> None:
        self.nodes = nodes
        self.open_lines = open_lines

    def is_open(self, node: yaml.Node | None) -> bool:
        """Tell whether a template may add keys to a mapping, or to what is in it."""
        if node is None or not self.open_lines:
            return False
        return any(node.start_mark.line <= line <= node.end_mark.line for line in self.open_lines)


def documents(file: File) -> Documents:
    """Return the documents of a YAML file that may be a template. Raises Unreadable."""
    text = file.text
    if not any(mark in text for mark in _MARKS):
        return Documents(file.read(yaml.documents), frozenset())
    blanked = _ACTION.sub(_replaced, text)
    open_lines = {text.count("\n", 0, found.start()) for found in _ALONE.finditer(blanked)}
    try:
        return Documents(yaml.parse(_ALONE.sub("", blanked)), frozenset(open_lines))
    except Unreadable as error:
        raise Unreadable(str(error), error.rule, place=error.place, undecided=True) from None


def _replaced(found: re.Match[str]) -> str:
    """Return as many characters: blanks for what gives nothing, else opaque ones."""
    sign = " " if _CONTROL.match(found[0]) else OPAQUE
    return re.sub(r"[^\n]", sign, found[0])


def is_opaque(text: str | None) -> bool:
    """Tell whether a template, or a variable of the tool that reads the file, fills a text in."""
    return text is not None and (OPAQUE in text or "$" in text)
