"""Statements of AWS policies, wherever they are written: who may do what with which resource.

The format: AWS, "IAM JSON policy elements reference". A statement applies to everybody where its
principal is "*" and no condition narrows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.sources.terraform import Block
from mlops_checklist.sources.trees import Tree, walk


class Statement(NamedTuple):
    """One statement: its effect, and the texts of its elements; None where they are not known."""

    tree: Tree
    allows: bool
    principals: Tree
    actions: Tree
    resources: Tree
    is_narrowed: bool

    @property
    def everybody(self) -> Tree | None:
        """The "*" that lets everybody in, if no condition narrows the statement."""
        if not self.allows or self.is_narrowed:
            return None
        return _star(self.principals)

    @property
    def everything(self) -> Tree | None:
        """The "*" of the actions, where the resources are "*" as well."""
        if not self.allows or self.is_narrowed or _star(self.resources) is None:
            return None
        return _star(self.actions)


def _star(tree: Tree) -> Tree | None:
    """Return the "*" in a text, a list, or a dictionary of lists."""
    held = [each for value in tree.items.values() for each in value.entries] or tree.entries
    return next((each for each in held if each.text in ("*", "*:*", "arn:aws:iam::*:root")), None)


def statements(document: Tree) -> Iterator[Statement]:
    """Yield the statements of each policy document in a tree."""
    for tree in walk(document):
        for each in tree.get("Statement").entries if tree.items else ():
            if each.items:
                yield Statement(
                    each,
                    each.get("Effect").text == "Allow",
                    each.get("Principal"),
                    each.get("Action"),
                    each.get("Resource"),
                    bool(each.get("Condition").items),
                )


def of_terraform(block: Block) -> Iterator[Statement]:
    """Yield the statements of a Terraform `aws_iam_policy_document`; they allow by default."""
    for inner in block.blocks:
        if inner.kind != "statement":
            continue
        effect = inner.get("effect").text
        principals = [each for each in inner.blocks if each.kind == "principals"]
        identifiers = [name for each in principals for name in each.get("identifiers").entries]
        yield Statement(
            Tree(None, inner.place),
            effect == "Allow" or "effect" not in inner.arguments,
            Tree(identifiers, inner.place),
            inner.get("actions"),
            inner.get("resources"),
            any(each.kind in ("condition", "dynamic") for each in inner.blocks),
        )
