"""Checklist: Unique experiment names (username/project prefix).

One MLflow tracking server serves a whole Domino deployment, and `set_experiment` silently
continues an experiment of the same name, whoever's it is. A name that holds the user or the
project keeps runs apart. The identity may stand anywhere in the name, unless
`--position prefix` asks for it in front.

What to do: build the name from DOMINO_PROJECT_NAME and DOMINO_STARTING_USERNAME.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from mlops_checklist.hook import File, Hook, Option, Options, run
from mlops_checklist.outcome import Outcome, evidence, undecided, violation
from mlops_checklist.sources.identities import HOME, VARIABLES, begins, project_names
from mlops_checklist.sources.triggers import EXPERIMENTS

if TYPE_CHECKING:
    from mlops_checklist.sources.experiment_names import Site
    from mlops_checklist.sources.values import Value

RULES = {
    "literal-name": "The experiment name is a fixed text with neither user nor project in it.",
    "no-identity": "The experiment name is put together from parts that name no user or project.",
    "default-value": "The name falls back to a fixed text with neither user nor project in it.",
    "wrong-position": "The user or project is in the name, but not at its beginning.",
}

IDENTITY_CALLS = ("getpass.getuser", "os.getlogin", "whoami", "id -un", "id -u -n")
_IDENTITY_RESULT = (
    r"(?:^|\.)(?:userName|current_user|currentUser|getUserName|pw_name)\b"
    r"|\bgithub\.(?:actor|triggering_actor|repository|repository_owner)\b"
)
_IDENTITY_NAME = (
    r"(?i)(?:^|[._])(?:user(?:_?name|_?id)?|usuario|project(?:_?name|_?owner|_?id)|owner)$"
)
# Neither who nor unknown: what these return names no user and no project.
_NO_IDENTITY_CALLS = (
    r"(?:datetime|time|uuid|random|secrets|socket|platform|numpy\.random)\."
    r"|(?:pandas\.Timestamp|os\.getpid|str|int|len|round|hash|id)\b"
)
_NO_IDENTITY_NAMES = ("hexsha", "__name__")  # `git.Repo().head.object.hexsha`
_PLACEHOLDER = r"<.*>|\{\{.*\}\}|(?i:your)[-_ ].*|(?i:change[-_]?me|todo|xxx+)"

_BEGINS = "begins with the project's name"
ADVICE = "add DOMINO_PROJECT_NAME or DOMINO_STARTING_USERNAME"


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge every name that the file gives an experiment."""
    from mlops_checklist.sources import python
    from mlops_checklist.sources.experiment_names import sites

    identity = Identity(file.path, options)
    for site in sites(file, lambda: next(iter(identity.prefixes), "project")):
        yield from judge(site, identity, options.position)
    if file.kind == "notebook":
        for cell in file.read(python.module).unparsed:
            if re.search(TRIGGER, cell.source.encode()):
                yield undecided("literal-name", cell.place, cell.message)


# --- The rules ----------------------------------------------------------------------------


def judge(site: Site, identity: Identity, position: str) -> Iterator[Outcome]:
    """Say of one name whether it holds who runs the experiment."""
    from mlops_checklist.sources.values import alternatives

    verdicts = [(identity.verdict(value), value) for value in alternatives(site.value)]
    kinds = {verdict.kind for verdict, _ in verdicts}
    texts = [verdict.text for verdict, _ in verdicts if verdict.kind in ("literal", "default")]
    quoted = " or ".join(f"'{text}'" for text in dict.fromkeys(texts))
    if "identity" in kinds:
        held, named = next(
            (verdict.text, value) for verdict, value in verdicts if verdict.kind == "identity"
        )
        if position == "prefix" and not identity.begins(named):
            yield violation(
                "wrong-position",
                site.place,
                "the user or project is not at the beginning of the experiment name; put it first",
            )
        else:
            yield evidence("identity", site.place, f"the experiment name {held}")
    elif "default" in kinds or {"literal", "unknown"} <= kinds:
        yield violation(
            "default-value",
            site.place,
            f"the experiment name falls back to {quoted}{site.origin}, which has no user or "
            f"project in it; {ADVICE}",
        )
    elif "literal" in kinds:
        yield violation(
            "literal-name",
            site.place,
            f"experiment name {quoted}{site.origin} has no user or project in it; {ADVICE}",
            site.edits,
        )
    elif kinds == {"composed"}:
        yield violation(
            "no-identity",
            site.place,
            f"no part of the experiment name is a user or project; {ADVICE}",
        )
    elif kinds & {"unknown", "composed"}:
        yield undecided("literal-name", site.place, "the experiment name is not known here")


class Verdict(NamedTuple):
    """What one possible name is.

    `kind`: "identity" (`text` says by what), "literal" (`text` is the name), "default" (`text`
    is what it falls back to), "composed" (of known parts, none an identity), "placeholder", or
    "unknown".
    """

    kind: str
    text: str = ""


class Identity:
    """What counts as a user or project for the names in one file."""

    def __init__(self, path: str, options: Options) -> None:
        self._path = path
        self._variables = VARIABLES | set(options.identity)
        self._names = frozenset(name.lower() for name in options.identity)
        self._given: tuple[str, ...] = options.prefix

    @functools.cached_property
    def prefixes(self) -> tuple[str, ...]:
        """What a good literal begins with: `--prefix`, else the project's names."""
        return self._given or project_names(self._path)

    def verdict(self, value: Value) -> Verdict:
        """Say what one possible name is."""
        from mlops_checklist.sources import values

        if held := self.found(value, first=True):
            return Verdict("identity", held)
        text = values.literal(value)
        if text is not None:
            empty = not text.strip() or re.fullmatch(_PLACEHOLDER, text.strip())
            return Verdict("placeholder" if empty else "literal", text)
        while isinstance(value, values.Named):
            value = value.value
        if isinstance(value, (values.Environ, values.Option)) and value.default is not None:
            default = self.verdict(value.default)
            kind = "default" if default.kind == "literal" else default.kind
            return Verdict(kind, default.text)
        known = all(
            isinstance(leaf, values.Literal)
            or (isinstance(leaf, values.Result) and re.match(_NO_IDENTITY_CALLS, leaf.callee))
            or (isinstance(leaf, values.Unknown) and leaf.name in _NO_IDENTITY_NAMES)
            for leaf in values.leaves(value)
        )
        return Verdict("composed" if known else "unknown")

    def begins(self, value: Value) -> bool:
        """Tell whether the first part of a value is a user or project."""
        from mlops_checklist.sources import values

        if isinstance(value, values.Joined):
            return self.begins(value.parts[0])
        if isinstance(value, values.Named) and not self._named(value.name):
            return self.begins(value.value)
        return bool(self.found(value, first=True))

    def found(self, value: Value, *, first: bool) -> str:
        """Say by what a value holds a user or project, or ""; `first`: it begins the name."""
        import ast

        from mlops_checklist.sources import values

        if isinstance(value, values.Joined):
            held = (
                self.found(part, first=first and index == 0)
                for index, part in enumerate(value.parts)
            )
            return next(filter(None, held), "")
        if isinstance(value, values.Choice):
            held = (self.found(option, first=first) for option in value.options)
            return next(filter(None, held), "")
        if isinstance(value, values.Named):
            named = f"holds {value.name}" if self._named(value.name) else ""
            return self.found(value.value, first=first) or named
        if isinstance(value, values.Literal):
            return self._text(value.text, first)
        if isinstance(value, values.Environ):
            if value.name in self._variables:
                return f"holds {value.name}"
        elif isinstance(value, values.Result):
            if value.callee in IDENTITY_CALLS or re.search(_IDENTITY_RESULT, value.callee):
                return f"holds {value.callee}{'()' if isinstance(value.node, ast.Call) else ''}"
        elif self._named(value.name) or re.search(_IDENTITY_RESULT, value.name):
            return f"holds {value.name}"
        if isinstance(value, (values.Environ, values.Option)) and value.default is not None:
            return self.found(value.default, first=first)
        return ""

    def _text(self, text: str, first: bool) -> str:
        if home := re.search(HOME, text):
            return f"holds the home folder {home[0]}"
        prefixes = self.prefixes if first else ()
        prefix = next((prefix for prefix in prefixes if begins(text, prefix)), None)
        if prefix is None:
            return ""
        return f"begins with '{prefix}'" if self._given else f"{_BEGINS} '{prefix}'"

    def _named(self, name: str) -> bool:
        return name.lower() in self._names or re.search(_IDENTITY_NAME, name) is not None


# What must occur in a file before it is parsed.
TRIGGER = EXPERIMENTS
SHELL_TRIGGER = rb"MLFLOW_EXPERIMENT_NAME|--experiment-name|experiments +create"
HOOK = Hook(
    id="experiment-name-prefix",
    description="Experiment names hold the user or the project.",
    reads={
        "python": TRIGGER,
        "notebook": TRIGGER,
        "shell": SHELL_TRIGGER,
        "dockerfile": SHELL_TRIGGER,
        "dotenv": rb"MLFLOW_EXPERIMENT_NAME",
        "yaml": SHELL_TRIGGER,
        "r": rb"mlflow_(?:set|create)_experiment|MLFLOW_EXPERIMENT_NAME",
    },
    rules=RULES,
    check=check,
    options=(
        Option(
            "prefix", "a beginning that makes a fixed name good (default: the project's names)", ()
        ),
        Option("identity", "an environment variable, parameter or name that tells who", ()),
        Option(
            "position", "where the identity must stand (default: any)", "any", ("any", "prefix")
        ),
    ),
    fixes=True,
    follows=TRIGGER,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
