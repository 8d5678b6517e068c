"""R scripts: calls and assignments as tokens, enough to see what a call is given."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources.shell import Command, Word, program


class Token(NamedTuple):
    """`kind` is "string" (`text` without its quotes), "name", "number" or "other"."""

    kind: str
    text: str
    place: Place


class Argument(NamedTuple):
    """One argument of a call: its keyword, or "", and the tokens of its value."""

    keyword: str
    tokens: tuple[Token, ...]


class Call(NamedTuple):
    """A call: the function's name without its package, and its arguments."""

    name: str
    arguments: tuple[Argument, ...]
    place: Place

    def argument(self, keyword: str, position: int) -> Argument | None:
        """Return the argument given by keyword, or by its position among those without one."""
        for given in self.arguments:
            if given.keyword == keyword:
                return given
        plain = [given for given in self.arguments if not given.keyword]
        return plain[position] if position < len(plain) else None


_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>(?:[A-Za-z.]|[^\W\d_])[\w.]*(?:::?:?[A-Za-z.][\w.]*)?)
    | (?P<number>\d[\w.]*)
    | (?P<other><<?-|->>?|[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENING = {"(": ")", "[": "]", "{": "}"}


def tokens(text: str, where: Callable[[int], Place] | None = None) -> list[Token]:
    """Return the tokens of an R script, comments left out; `where` tells the place of an index."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    result = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "other"
        if kind != "comment":
            row = bisect_right(starts, found.start()) - 1
            place = Place(row + 1, found.start() - starts[row] + 1)
            place = where(found.start()) if where else place
            result.append(Token(kind, found[0][1:-1] if kind == "string" else found[0], place))
    return result


def calls(read: Sequence[Token], names: frozenset[str]) -> Iterator[Call]:
    """Yield the calls of functions in `names`, whatever package they are taken from."""
    for index, token in enumerate(read[:-1]):
        name = token.text.rpartition(":")[2]
        if token.kind == "name" and name in names and read[index + 1].text == "(":
            yield Call(name, tuple(_arguments(read, index + 2)), token.place)


def _arguments(read: Sequence[Token], index: int) -> Iterator[Argument]:
    current: list[Token] = []
    depth = 0
    for token in read[index:]:
        bracket = token.text if token.kind == "other" else ""
        if depth == 0 and bracket in (",", ")"):
            if current:
                yield _argument(current)
            current = []
            if bracket == ")":
                return
            continue
        depth += (bracket in _OPENING) - (bracket in _OPENING.values())
        current.append(token)


def _argument(read: Sequence[Token]) -> Argument:
    if len(read) > 2 and read[0].kind in ("name", "string") and read[1].text == "=":
        return Argument(read[0].text, tuple(read[2:]))
    return Argument("", tuple(read))


def assigned(read: Sequence[Token], name: str) -> tuple[Token, ...] | None:
    """Return the token that the only assignment of `name` gives it, if it is a single one."""
    found = []
    for index, token in enumerate(read[:-2]):
        arrow = read[index + 1].text
        if token == token._replace(kind="name", text=name) and arrow in ("<-", "<<-", "="):
            value = read[index + 2]
            rest = read[index + 3] if index + 3 < len(read) else None
            alone = rest is None or rest.place.line > value.place.line
            found.append((value,) if alone else ())
    return found[0] or None if len(found) == 1 else None


# --- What R installs --------------------------------------------------------------------------


class Package(NamedTuple):
    """A package that R installs: name, text as written, and the rule that it breaks as a pin.

    `unsure`: a variable says what, or from where. `by_default`: from the default repository.
    """

    name: str
    text: str
    place: Place
    problem: str | None
    unsure: bool = False
    by_default: bool = False


_FROM_REPOSITORY = frozenset({"install.packages", "install_cran"})
_FROM_HOST = frozenset({"install_github", "install_gitlab", "install_bitbucket"})
_BY_PAK = frozenset({"pkg_install", "pak"})
_INSTALLING = _FROM_REPOSITORY | _FROM_HOST | _BY_PAK | {"install_version", "install_git"}
_FIRST = {  # the keyword of what is installed; "repo" of the others
    "install.packages": "pkgs",
    "install_cran": "pkgs",
    "install_version": "package",
    "install_git": "url",
    "pkg_install": "pkg",
    "pak": "pkg",
}
# A snapshot of a day; h2o has a repository for each of its releases.
_DATED = re.compile(r"/20\d\d-\d\d-\d\d(?:/|$)|/h2o/rel-[\w-]+/\d+/")
_R = re.compile(r"R|Rscript|r|littler", re.ASCII)
_SCRIPT_OPTIONS = {  # of littler's scripts: those that take a value
    "install.r": frozenset[str](),
    "install2.r": frozenset("-l --libloc -d --deps -n --ncpus -r --repos -m --method".split()),
    "installGithub.r": frozenset("-d --deps -r --repos".split()),
}


def installed(command: Command) -> Iterator[Package]:
    """Yield what `command` (unwrapped) installs by R, as `R -e "..."` or littler's scripts."""
    name = program(command)
    if name in _SCRIPT_OPTIONS:
        yield from _by_littler(command.words[1:], name)
    elif _R.fullmatch(name):
        given = [
            after
            for option, after in zip(command.words, command.words[1:], strict=False)
            if option.text == "-e"
        ]
        for word in given:
            yield from packages(tokens(word.text, word.at))


def _by_littler(words: Sequence[Word], script: str) -> Iterator[Package]:
    option = ""
    repositories: list[str] = []
    named: list[Word] = []
    for word in words:
        if option:
            repositories += [word.text] * (option in ("-r", "--repos"))
            option = ""
        elif word.text in _SCRIPT_OPTIONS[script]:
            option = word.text
        elif word.text.startswith("-"):
            repositories += [word.text] * word.text.startswith("--repos=")
        else:
            named.append(word)
    dated = any(_DATED.search(each) for each in repositories)
    unsure = any("$" in each for each in repositories)
    for word in named:
        if script == "installGithub.r":
            yield _from_host(word.text, "", word.place)
        else:
            name, problem = _file(word.text) or (word.text, None if dated else "unpinned")
            yield Package(name, word.text, word.place, problem, unsure, not repositories)


def packages(read: Sequence[Token]) -> Iterator[Package]:
    """Yield the packages that R code installs by functions of its own, of remotes and of pak."""
    for call in calls(read, _INSTALLING):
        named = call.argument(_FIRST.get(call.name, "repo"), 0)
        if named is None:
            continue
        if call.name == "install_version":
            version = call.argument("version", 1)
            text = _text(version)
            for token in _strings(named):
                problem = None if text and re.match(r"\d[\w.-]*$", text) else "range"
                problem = "unpinned" if version is None else problem
                unsure = version is not None and text is None
                yield Package(token.text, token.text, token.place, problem, unsure)
        elif call.name in _FROM_HOST or call.name == "install_git":
            ref = call.argument("ref", 1) if call.name != "install_git" else None
            ref = ref or next((each for each in call.arguments if each.keyword == "ref"), None)
            if ref is not None and _text(ref) is None:
                continue  # a variable
            for token in _strings(named):
                yield _from_host(token.text, _text(ref) or "", token.place)
        elif call.name in _BY_PAK:
            for token in _strings(named):
                if (package := _by_pak(token.text, token.place)) is not None:
                    yield package
        else:
            repos = call.argument("repos", 2)
            given = _strings(repos)
            is_file = repos is not None and [each.text for each in repos.tokens] == ["NULL"]
            dated = any(_DATED.search(each.text) for each in given)
            unsure = repos is not None and not given and not is_file
            unsure = unsure or any("$" in each.text for each in given)
            for token in _strings(named):
                archive = _file(token.text)
                if archive is None and is_file:  # a folder
                    continue
                name, problem = archive or (token.text, None if dated else "unpinned")
                yield Package(name, token.text, token.place, problem, unsure, repos is None)


def _strings(argument: Argument | None) -> list[Token]:
    """Return the strings of a value that is one, or a vector of them; none of anything else."""
    if argument is None:
        return []
    read = argument.tokens
    plain = len(read) == 1 or (len(read) > 2 and read[0].text in ("c", "list"))
    return [token for token in read if token.kind == "string" and plain]


def _text(argument: Argument | None) -> str | None:
    found = _strings(argument)
    return found[0].text if argument and len(argument.tokens) == 1 and found else None


def _file(text: str) -> tuple[str, str | None] | None:
    """Return name and problem of a package's file or URL; None for a name."""
    if "/" not in text and not text.endswith((".tar.gz", ".tgz", ".zip")):
        return None
    last = text.rpartition("/")[2]
    is_versioned = re.match(r"[A-Za-z][\w.]*_\d", last) or "://" not in text
    return last.partition("_")[0], None if is_versioned else "unverified-url"


def _from_host(text: str, ref: str, place: Place) -> Package:
    from mlops_checklist.sources.requirements import ref_problem

    path = text.split("://", 1)[-1]
    bare, _, written = path.partition("@")
    name = bare.rpartition("/")[2].removesuffix(".git")
    return Package(name, text, place, ref_problem(written or ref))


def _by_pak(text: str, place: Place) -> Package | None:
    bare = text.partition("?")[0].rpartition("=")[2] if "@>=" not in text else text
    kind, _, rest = bare.rpartition("::")
    if kind in ("local", "deps", "any") or bare.startswith((".", "/", "~")):
        return None
    if kind == "url" or "://" in rest:
        found = _file(rest) or (rest, "unverified-url")
        return Package(found[0], text, place, found[1])
    if "/" in rest:
        return _from_host(rest, "", place)._replace(text=text)
    name, _, version = rest.partition("@")
    problem = None if re.match(r"\d[\w.-]*$", version) else "range"
    return Package(name, text, place, problem if version else "unpinned")
