"""One shape for what YAML, JSON, Terraform and Python literals say, with the places of values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import yaml
from mlops_checklist.sources.files import Unreadable

DEEPEST = 60  # levels that are looked into


class Tree(NamedTuple):
    """A value and where it stands: a text, a list, a dictionary, or None for what is not known.

    Numbers and booleans are texts as they are written; keys keep the places of their values.
    """

    value: str | list[Tree] | dict[str, Tree] | None
    place: Place

    @property
    def text(self) -> str | None:
        """The text, if it is one."""
        return self.value if isinstance(self.value, str) else None

    @property
    def items(self) -> dict[str, Tree]:
        """The entries of a dictionary; none for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def entries(self) -> list[Tree]:
        """The entries of a list; a single value is a list of one, nothing an empty one."""
        if isinstance(self.value, list):
            return self.value
        return [] if self.value is None else [self]

    def get(self, *keys: str) -> Tree:
        """Return what stands under a path of keys, in any case; unknown where there is nothing."""
        tree = self
        for wanted in keys:
            lowered = {key.lower(): value for key, value in tree.items.items()}
            tree = lowered.get(wanted.lower(), Tree(None, self.place))
        return tree

    @property
    def is_true(self) -> bool:
        """Tell whether it is the boolean true, however it is written."""
        return (self.text or "").lower() == "true"

    @property
    def is_false(self) -> bool:
        """Tell whether it is the boolean false, however it is written."""
        return (self.text or "").lower() == "false"


def of_yaml(node: yaml.Node, depth: int = 0) -> Tree:
    """Return the tree of a YAML node; what a tag such as `!Ref` makes is not known."""
    place = yaml.place(node)
    if depth > DEEPEST or not node.tag.startswith("tag:yaml.org,2002:"):
        return Tree(None, place)
    if node.id == "mapping":
        return Tree(
            {key: of_yaml(value, depth + 1) for key, _, value in yaml.items(node)},
            place,
        )
    if node.id == "sequence":
        return Tree([of_yaml(each, depth + 1) for each in yaml.entries(node)], place)
    return Tree(yaml.scalar(node), place)


def of_json(text: str, line: int = 1, column: int = 1) -> Tree:
    """Return the tree of a JSON text that begins at a place. Raises Unreadable.

    JSON is YAML but for tabs, which stand between its tokens alone.
    """
    documents = yaml.parse(text.replace("\t", " "))
    if not documents:
        raise Unreadable("cannot parse as JSON: it is empty")
    return _moved(of_yaml(documents[0]), line - 1, column - 1)


def _moved(tree: Tree, lines: int, columns: int) -> Tree:
    place = Place(tree.place.line + lines, tree.place.column + columns * (tree.place.line == 1))
    value = tree.value
    if isinstance(value, list):
        return Tree([_moved(each, lines, columns) for each in value], place)
    if isinstance(value, dict):
        return Tree({key: _moved(each, lines, columns) for key, each in value.items()}, place)
    return Tree(value, place)


def of_python(node: ast.AST, place: Callable[[ast.AST], Place], depth: int = 0) -> Tree:
    """Return the tree of a Python literal; `place` tells where a node stands."""
    here = place(node)
    if depth > DEEPEST:
        return Tree(None, here)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return Tree(
            {
                key.value: of_python(value, place, depth + 1)
                for key, value in pairs
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            },
            here,
        )
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return Tree([of_python(each, place, depth + 1) for each in node.elts], here)
    if isinstance(node, ast.Constant) and node.value is not None:
        return Tree(str(node.value), here)
    return Tree(None, here)


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield a tree and all trees in it."""
    waiting = [tree]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed([*current.items.values()])
        waiting += reversed(current.value if isinstance(current.value, list) else [])
