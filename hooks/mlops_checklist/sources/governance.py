"""Governance policies of Domino in YAML: their approvers, and what their schema refuses.

Keys as Domino's policy builder has them: `stages` of `evidenceSet` and `approvals`, `gates` of
`rules` and `approvals`. Approvers are names, or objects with one, by the generation of the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import trees, yaml
from mlops_checklist.sources.files import File
from mlops_checklist.sources.trees import Tree

TRIGGER = rb"(?m)^\s*(?:-\s*)?(?:evidenceSet|approvals)\s*:"
_ARTIFACTS = frozenset(
    "input metadata guidance policyscriptedcheck policymonitoringcheck modelmetric".split()
)
_ACTIONS = frozenset({"CreateApp", "CreateEndpoint", "CreateModelAPI", "CreateJob"})
_OPERATORS = frozenset({">", ">=", "<", "<=", "=", "==", "!="})
_ID = re.compile(r"(?:Local|Global)\.[\w.-]+")


class Problem(NamedTuple):
    """What is wrong with a policy, and where: "policy-invalid" or "policy-without-approvers"."""

    rule: str
    place: Place
    message: str


class Policy(NamedTuple):
    """A policy: where its first approval with approvers stands, if any, and its problems."""

    approved: Place | None
    problems: tuple[Problem, ...]


def policy(file: File) -> Policy | None:
    """Return the policy in a YAML file; None where it is something else. Raises Unreadable."""
    documents = [trees.of_yaml(node) for node in file.read(yaml.documents)]
    for top in documents:
        stages = top.get("stages")
        if any(
            {"evidenceset", "approvals"} & {key.lower() for key in stage.items}
            for stage in stages.entries
        ):
            approvals = [*_approvals(top)]
            approved = next((each.place for each in approvals if _approvers(each)), None)
            return Policy(approved, (*_problems(top), *_unapproved(top, approvals)))
    return None


def _approvals(top: Tree) -> Iterator[Tree]:
    for part in ("stages", "gates"):
        for each in top.get(part).entries:
            yield from each.get("approvals").entries


def _approvers(approval: Tree) -> list[str]:
    """Return the names of those who approve."""
    named = [each.text or each.get("name").text for each in approval.get("approvers").entries]
    return [name for name in named if name and name.strip()]


def _unapproved(top: Tree, approvals: list[Tree]) -> Iterator[Problem]:
    rule = "policy-without-approvers"
    if not approvals:
        message = "the policy has no approvals; say in a stage who approves it"
        yield Problem(rule, top.get("stages").place, message)
    for each in approvals:
        if not _approvers(each):
            name = each.get("name").text
            what = f"approval '{name}'" if name else "this approval"
            yield Problem(rule, each.place, f"{what} names no approvers; add them")


def _problems(top: Tree) -> Iterator[Problem]:
    """Yield what the schema refuses."""

    def wrong(tree: Tree, message: str) -> Problem:
        return Problem("policy-invalid", tree.place, message)

    ordered = top.get("enforceSequentialOrder")
    if ordered.value is not None and not (ordered.is_true or ordered.is_false):
        yield wrong(ordered, "enforceSequentialOrder must be true or false")
    for stage in top.get("stages").entries:
        if not stage.get("name").text:
            yield wrong(stage, "a stage must have a name")
        for evidence in stage.get("evidenceSet").entries:
            named = evidence.get("id")
            if named.text is not None and not _ID.fullmatch(named.text):
                yield wrong(named, f"evidence id '{named.text}' must begin with Local. or Global.")
            if named.text is None and not (evidence.text and _ID.fullmatch(evidence.text)):
                yield wrong(evidence, "evidence must have an id such as Local.validation")
            for definition in evidence.get("definition").entries:
                kind = definition.get("artifactType")
                if kind.text is None or kind.text.lower() not in _ARTIFACTS:
                    shown = f"'{kind.text}'" if kind.text else "nothing"
                    place = kind if kind.text else definition
                    yield wrong(place, f"artifactType is {shown}; use input, metadata or guidance")
    for gate in top.get("gates").entries:
        for rule in gate.get("rules").entries:
            action = rule.get("action")
            if action.text is not None and action.text not in _ACTIONS:
                yield wrong(action, f"gate action '{action.text}' is none of {_listed()}")
    for tree in trees.walk(top):
        operator = tree.get("threshold", "operator") if tree.items else tree
        if tree.items and operator.text is not None and operator.text not in _OPERATORS:
            yield wrong(operator, f"threshold operator '{operator.text}' is no comparison")


def _listed() -> str:
    return ", ".join(sorted(_ACTIONS))
