"""YAML: documents as trees of nodes that know their places. Nothing is constructed from a tag.

PyYAML's safe loaders, libyaml's where it is there. libyaml refuses more than 1,000 levels, the
Python loader runs into the recursion limit: both become Unreadable. Aliases are shared nodes;
a document that would grow beyond LARGEST nodes when they are written out is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mlops_checklist.outcome import Place
from mlops_checklist.sources.files import File, Unreadable

Node = Any  # yaml.Node; its published types lack `id` and `style`
LARGEST = 1_000_000  # nodes, aliases written out


def document(file: File) -> Node | None:
    """Return the first document of a YAML file, or None where it holds none."""
    return next(iter(file.read(documents)), None)


def documents(file: File) -> list[Node]:
    """Return the documents of a YAML file. Raises Unreadable; use it as `file.read(documents)`."""
    return parse(file.text)


def parse(text: str) -> list[Node]:
    """Return the documents in `text`, without empty ones. Raises Unreadable.

    What holds template marks and cannot be parsed may be a template: that is undecided.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        nodes = [node for node in yaml.compose_all(text, Loader=loader) if node is not None]
    except RecursionError:
        raise Unreadable("cannot parse as YAML: nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable(error, text) from None
    budget = LARGEST
    for node in nodes if "&" in text and "*" in text else ():
        budget -= _size(node)
        if budget < 0:
            raise Unreadable(f"cannot parse as YAML: aliases make more than {LARGEST} nodes of it")
    return nodes


def place(node: Node) -> Place:
    """Return where `node` begins: at its quote, if it has one."""
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def items(node: Node | None) -> Iterator[tuple[str, Node, Node]]:
    """Yield key, key node and value node of a mapping; nothing for anything else."""
    if node is not None and node.id == "mapping":
        for key, value in node.value:
            if key.id == "scalar":
                yield key.value, key, value


def get(node: Node | None, *keys: str) -> Node | None:
    """Return what stands under the path `keys`, or None. Of equal keys the last counts."""
    for wanted in keys:
        found = None
        for key, _, value in items(node):
            if key == wanted:
                found = value
        node = found
    return node


def entries(node: Node | None) -> list[Node]:
    """Return the entries of a sequence; none for anything else."""
    if node is None or node.id != "sequence":
        return []
    result: list[Node] = node.value
    return result


def scalar(node: Node | None) -> str | None:
    """Return the text of a scalar that is not null, as it is written; else None."""
    if node is None or node.id != "scalar" or node.tag == "tag:yaml.org,2002:null":
        return None
    result: str = node.value
    return result


def mappings(tops: Iterable[Node]) -> Iterator[Node]:
    """Yield every mapping and sequence below the nodes `tops`, each once, in document order."""
    seen: set[int] = set()
    pending = list(reversed(list(tops)))
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            if node.id != "scalar":
                yield node
            pending += reversed(_inner(node))


def pieces(node: Node, lines: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return the text of a scalar in pieces, each with the line and column where it stands.

    `lines` are the file's. A folded or many-line quoted scalar is one piece at its beginning.
    """
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    text: str = node.value
    if node.style != "|":
        return [(text, line, column + (node.style in ("'", '"')))]
    result = []
    for number, part in enumerate(text.splitlines(keepends=True), line + 1):
        stands = lines[number - 1] if number <= len(lines) else ""
        result.append((part, number, max(len(stands) - len(part.rstrip("\r\n")), 0) + 1))
    return result


def _unreadable(error: Exception, text: str) -> Unreadable:
    mark = getattr(error, "problem_mark", None)
    cause = getattr(error, "problem", None) or str(error).split("\n")[0]
    last = text.count("\n") + 1  # the end of the text is said to be on the line after it
    where = Place(min(mark.line + 1, last), mark.column + 1) if mark else Place()
    line = f" (line {where.line})" if mark else ""
    return Unreadable(
        f"cannot parse as YAML: {cause}{line}",
        place=where,
        undecided="{{" in text or "{%" in text,
    )


def _size(top: Node) -> int:
    """Return how many nodes `top` has with its aliases written out; LARGEST + 1 for a cycle."""
    sizes: dict[int, int] = {}
    pending = [(top, False)]
    while pending:
        node, done = pending.pop()
        inner = _inner(node)
        if done:
            sizes[id(node)] = min(1 + sum(sizes[id(child)] for child in inner), LARGEST + 1)
        elif id(node) not in sizes:
            sizes[id(node)] = LARGEST + 1  # what a node sees of itself below itself
            pending.append((node, True))
            pending += ((child, False) for child in inner)
    return sizes[id(top)]


def _inner(node: Node) -> list[Node]:
    if node.id == "sequence":
        return entries(node)
    if node.id == "mapping":
        return [part for pair in node.value for part in pair]
    return []
