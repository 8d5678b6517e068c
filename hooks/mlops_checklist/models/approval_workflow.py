"""Checklist: Approval workflow documented.

A model that its own training script puts into production was looked at by nobody. Who lets a model
pass, and where, must be written down, or better, be a gate that no script opens by itself.

What to do: let the training register a version, and promote it in a job of its own behind a
protected environment or a manual step; say in GOVERNANCE.md or the model card who approves.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from mlops_checklist.hook import DECLARED, File, Hook, Options, declared, run
from mlops_checklist.outcome import Outcome, Place, evidence, missing, undecided, violation
from mlops_checklist.settings import SettingsError
from mlops_checklist.sources.files import Unreadable

if TYPE_CHECKING:
    import ast

    from mlops_checklist.sources.programs import Program
    from mlops_checklist.sources.python import Module

RULES = {
    "self-promotion": "The program that trains or registers a model puts it into production.",
    "no-approval": "Models are registered, and nothing says who approves them.",
    "policy-without-approvers": "An approval of a governance policy names no approvers.",
    "policy-invalid": "A governance policy breaks the schema.",
}
_PROMOTING = (
    rb"transition_model_version_stage|set_registered_model_alias|approval_status|ModelApprovalStatus"
    rb"|link_model|link_artifact|registered_model_name|register_model|create_model_version"
    rb"|push_to_hub|model_package|Model.upload|model_publish"
)
# Without one of these a program puts nothing into production.
_LIVING = rb"transition_model_version_stage|registered_model_alias|[aA]pproval_?[sS]tatus|aliases"
_CODEOWNERS = ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")


# --- What is judged ---------------------------------------------------------------------------


class _Repository(File):
    """All that is judged, as one: code that registers models, and what may speak of approval."""

    def __init__(self, code: Sequence[str], others: Mapping[str, File]) -> None:
        super().__init__("", "repository", b"")
        self.code = code
        self.others = others


def find(options: Options, judges: Callable[[str], bool]) -> Iterator[File]:
    """Yield each policy, then all that is judged together as one."""
    from mlops_checklist.sources import approval_texts, governance, tracked

    try:
        listed = [each for each in tracked.files(HOOK.id, everywhere=True) if judges(each)]
        holding = tracked.holding(_PROMOTING, *tracked.CODE)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    code = [path for path in listed if path in holding and not tracked.is_passed_over(path)]
    others: dict[str, File] = {}
    for path in listed:
        file = File(path)
        if file.kind == "markdown":
            trigger: re.Pattern[bytes] | bytes = approval_texts.TRIGGER
        elif file.kind == "yaml" or os.path.basename(path).startswith("Jenkinsfile"):
            trigger = rb"environment|manual|dispatch|pause|suspend|confirm-|input|Validation|approv"
        elif path.replace(os.sep, "/") in _CODEOWNERS:
            trigger = b""
        else:
            continue
        if re.search(trigger, _bytes(file)):
            others[path] = file
            if file.kind == "yaml" and file.matches(governance.TRIGGER):
                yield file
    if code or any(file.kind == "yaml" for file in others.values()):
        yield _Repository(code, others)


def _bytes(file: File) -> bytes:
    try:
        return file.bytes
    except Unreadable:
        return b""  # whoever judges the file says why


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge a policy, or all that is judged together."""
    from mlops_checklist.sources import governance

    if not isinstance(file, _Repository):
        policy = governance.policy(file)
        for problem in policy.problems if policy is not None else ():
            yield violation(problem.rule, problem.place, problem.message)
        return
    for program in _programs(file.code):
        yield from program.told(_promotions(program))
    subject = _subject(file.code)
    if subject is None:
        return
    named = declared(options)
    found = [*_evidence(file, subject[0])]
    yield from found
    if named:
        said = evidence("no-approval", subject[1], f"declared: {named}")
        yield said._replace(path=subject[0])
    elif not found:
        yield missing(
            "no-approval",
            subject[1],
            "a model is registered here, and nothing says who approves it; promote it behind a "
            "protected environment, or say in GOVERNANCE.md who approves",
        )._replace(path=subject[0])


def _programs(code: Sequence[str]) -> Iterator[Program]:
    if not code:
        return
    from mlops_checklist.sources import programs, tracked
    from mlops_checklist.sources.repository import Repository

    repository = Repository(code, listed=tracked.files(HOOK.id))
    promoting = [file.path for file in repository.matching(code, _LIVING)]
    for path in repository.affected(promoting, _LIVING) if promoting else ():
        with suppress(Unreadable):  # whoever judges the file says why
            yield from programs.programs(repository.file(path), _LIVING)


def _subject(code: Sequence[str]) -> tuple[str, Place] | None:
    """Return the first place where a model is surely registered."""
    from mlops_checklist.sources import registrations

    for path in code:
        with suppress(Unreadable):
            for each in File(path).read(registrations.registrations):
                if each.sure and each.call is not None:
                    return path, each.place
    return None


def _registers(program: Program) -> tuple[str, Place] | None:
    """Return where a program surely registers a model, if it does."""
    from mlops_checklist.sources import registrations
    from mlops_checklist.sources.programs import unit_of

    for module in program.modules:
        if module.file.matches(_PROMOTING):
            for each in module.file.read(registrations.registrations):
                if each.sure and each.call and unit_of(module, each.call) in program.reached:
                    return module.file.path, each.place
    return None


# --- Promotion --------------------------------------------------------------------------------

_PENDING = "PendingManualApproval"  # SageMaker's own
_PERSON = re.compile(r"(?i)approv|review|confirm|sign_?off|manual|^input$")


def _promotions(program: Program) -> Iterator[Outcome]:
    """Judge each call of a program that trains or registers, if it puts a model into production."""
    from mlops_checklist.sources import tracking
    from mlops_checklist.sources.programs import unit_of

    trains = bool(tracking.told(program, "training"))
    for module in program.modules:
        for call in module.calls:
            if unit_of(module, call) not in program.reached:
                continue
            target = _target(module, call)
            if target is None:
                continue
            outcome = _promotion(program, module, call, target, trains)
            yield outcome._replace(path=module.file.path)


def _promotion(
    program: Program, module: Module, call: ast.Call, target: str, trains: bool
) -> Outcome:
    rule, place = "self-promotion", module.place(call)
    gate = _gate(module, call)
    if target == _PENDING:
        return evidence(rule, place, "the version waits for an approval")
    if gate == "person":
        return evidence(rule, place, "the model is promoted behind an approval")
    does = "trains" if trains else "registers"
    if not trains and _registers(program) is None:
        return evidence(rule, place, "the model is promoted by a program of its own")
    message = f"the program that {does} the model sets it to '{target}'"
    if gate:
        return undecided(rule, place, f"{message}, if a comparison or an option lets it")
    advice = "let a job of its own do that, behind an approval"
    return violation(rule, place, f"{message} itself; {advice}")


def _place(function: str, parameter: str) -> int:
    from mlops_checklist.sources.mlflow_registry import FUNCTIONS_OF_MLFLOW

    return FUNCTIONS_OF_MLFLOW[function].index(parameter)


def _target(module: Module, call: ast.Call) -> str | None:
    """Return "Production", "champion" or the like, if the call puts a model there."""
    from mlops_checklist.sources.mlflow_registry import LIVE
    from mlops_checklist.sources.python import argument, last_name
    from mlops_checklist.sources.values import literal, values

    last = last_name(call.func)
    node = {
        "transition_model_version_stage": lambda: argument(call, "stage", _place(last, "stage")),
        "set_registered_model_alias": lambda: argument(call, "alias", _place(last, "alias")),
        "link_model": lambda: argument(call, "aliases", 3),
        "link_artifact": lambda: argument(call, "aliases", 2),
    }.get(
        last, lambda: argument(call, "approval_status") or argument(call, "ModelApprovalStatus")
    )()
    if node is None:
        return None
    listed = getattr(node, "elts", [node])
    for each in listed:
        text = literal(module.file.read(values).of(each))
        if text and (LIVE.fullmatch(text) or text in ("Approved", _PENDING)):
            return text
    return None


def _gate(module: Module, call: ast.Call) -> str:
    """Tell what the call waits for: a "person", another "condition", "" for nothing."""
    import ast

    from mlops_checklist.sources.python import FUNCTIONS

    child: ast.AST = call
    node = module.parent(call)
    found = ""
    while node is not None and not isinstance(node, FUNCTIONS):
        if isinstance(node, (ast.If, ast.IfExp)) and child is not node.test and not _is_main(node):
            names = _words(node.test)
            if any(map(_PERSON.search, names)):
                return "person"
            found = "condition"
        child, node = node, module.parent(node)
    return found


def _is_main(node: ast.If | ast.IfExp) -> bool:
    return "__name__" in _words(node.test)


def _words(node: ast.AST) -> list[str]:
    import ast

    from mlops_checklist.sources.python import last_name

    return [
        str(each.value) if isinstance(each, ast.Constant) else last_name(each)
        for each in ast.walk(node)
        if isinstance(each, (ast.Name, ast.Attribute))
        or (isinstance(each, ast.Constant) and isinstance(each.value, str))
    ]


# --- Evidence ---------------------------------------------------------------------------------


def _evidence(repository: _Repository, subject: str) -> Iterator[Outcome]:
    """Yield what enforces or documents an approval."""
    from mlops_checklist.sources import approval_texts, codeowners, gates, governance

    for path, file in repository.others.items():
        said: list[tuple[Place, str]] = []
        try:
            if file.kind == "markdown":
                places = approval_texts.approvals(file)
                said = [(place, "says who approves") for place in [*places][:1]]
            elif path.replace(os.sep, "/") in _CODEOWNERS:
                line = codeowners.owner(file.read(codeowners.lines), subject.replace(os.sep, "/"))
                if line is not None and line.owners:
                    message = f"{' '.join(line.owners)} must approve changes of {subject}"
                    said = [(Place(line.number), message)]
            else:
                said = [(gate.place, gate.what) for gate in gates.gates(file)]
                policy = governance.policy(file) if file.kind == "yaml" else None
                if policy is not None and policy.approved is not None:
                    said.append((policy.approved, "the policy names its approvers"))
        except Unreadable:
            continue  # whoever judges the file says why
        for place, message in said:
            yield evidence("no-approval", place, message)._replace(path=path)


HOOK = Hook(
    id="approval-workflow",
    description="Models are approved by somebody before they go live.",
    reads={"*": b""},
    rules=RULES,
    check=check,
    options=(DECLARED,),
    finds=find,
    seeks=(_PROMOTING,),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
