"""Shell commands that open something to others.

Commands and options: coreutils, AWS CLI 2, gsutil and gcloud, Azure CLI, Hugging Face CLI, kubectl,
Jupyter Server 2, code-server, and the clients of databases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mlops_checklist.sources import shell, sql_grants
from mlops_checklist.sources.openings import (
    BLOCK_GONE,
    BLOCK_OFF,
    EVERYBODY,
    NARROW,
    OPEN_SERVER,
    PRIVATE,
    PUBLIC_ACLS,
    Opening,
    granted,
    is_open_server,
    of_policy,
    world_writable,
)
from mlops_checklist.sources.shell import Command, Word
from mlops_checklist.sources.terraform import document
from mlops_checklist.sources.trees import Tree


def of_command(command: Command) -> Iterator[Opening]:
    """Yield what one shell command opens."""
    plain = shell.unwrapped(command)
    words = plain.words
    program = shell.program(plain)
    read = _PROGRAMS.get(program)
    if read is not None:
        yield from read(words, [word.text for word in words])
    elif program.startswith("jupyter") or program == "start-notebook.sh":
        yield from _notebook(words, [word.text for word in words])


def _chmod(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    for word in words[1:]:
        if not word.text.startswith("-"):
            if world_writable(word.text):
                message = f"mode '{word.text}' lets everybody write; {NARROW}"
                yield Opening("world-writable", word.place, message)
            return


def _umask(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    if len(words) == 2 and re.fullmatch(r"0+", texts[1]):
        message = "umask 0 makes every new file writable by everybody; use 027 or 022"
        yield Opening("world-writable", words[1].place, message)


def _value(words: Sequence[Word], *options: str) -> Word | None:
    """Return the value of an option, behind it or behind its equals sign."""
    for number, word in enumerate(words):
        name, equals, _ = word.text.partition("=")
        if name in options:
            if equals:
                return word.part(len(name) + 1)
            return words[number + 1] if number + 1 < len(words) else None
    return None


def _public(word: Word | None, wanted: frozenset[str]) -> Iterator[Opening]:
    if word is not None and word.text in wanted:
        message = f"'{word.text}' opens the storage to everybody; {PRIVATE}"
        yield Opening("public-storage", word.place, message)


def _aws(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    yield from _public(_value(words, "--acl"), PUBLIC_ACLS)
    if texts[1:3] == ["s3api", "delete-public-access-block"]:
        yield Opening("public-storage", words[2].place, BLOCK_GONE)
    block = _value(words, "--public-access-block-configuration")
    if block is not None and re.search(r"(?i)=\s*false|:\s*false", block.text):
        yield Opening("public-storage", block.place, BLOCK_OFF)
    policy = _value(words, "--policy", "--policy-document")
    if policy is not None and policy.text.lstrip().startswith("{"):
        for opening in of_policy(document(Tree(policy.text, policy.place))):
            yield opening._replace(place=policy.place)


_GSUTIL = {*EVERYBODY, *PUBLIC_ACLS, "AllUsers", "AllAuthenticatedUsers"}


def _gsutil(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    if "-d" in texts:  # takes it away
        return
    for word in words[1:]:
        if word.text.partition(":")[0] in _GSUTIL:
            message = f"'{word.text}' opens the storage to everybody; {PRIVATE}"
            yield Opening("public-storage", word.place, message)


def _gcloud(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    if any(text.startswith("add-iam-policy-binding") for text in texts):
        yield from _public(_value(words, "--member"), EVERYBODY)


def _az(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    if texts[1:2] == ["storage"]:
        yield from _public(_value(words, "--public-access"), frozenset({"blob", "container"}))
        yield from _public(_value(words, "--allow-blob-public-access"), frozenset({"true"}))


def _hub(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    creates = "repo" in texts[1:3] and "create" in texts[1:4]
    if creates and "dataset" in texts and "--private" not in texts:
        message = "the dataset's repository is public; add --private"
        yield Opening("public-upload", words[0].place, message)


def _kubectl(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    role = _value(words, "--clusterrole")
    if "clusterrolebinding" in texts and role is not None and role.text == "cluster-admin":
        message = "cluster-admin may do everything; bind a role with what is needed"
        yield Opening("rbac-wildcard", role.place, message)


_TOKEN = re.compile(r"--(?:\w+App|IdentityProvider|PasswordIdentityProvider)\.(?:token|password)")


def _notebook(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    address = _value(words, "--ip", "--ServerApp.ip", "--NotebookApp.ip")
    # Jupyter's images listen everywhere.
    shown = "*" if program_of(words) == "start-notebook.sh" else address and address.text
    for word in words[1:]:
        name, equals, value = word.text.partition("=")
        if _TOKEN.fullmatch(name) and equals and is_open_server(shown, value.strip("'\"")):
            yield Opening("open-notebook", word.place, OPEN_SERVER)
            return


def program_of(words: Sequence[Word]) -> str:
    """Return the name of the program that begins a command, without its folder."""
    return words[0].text.rpartition("/")[2] if words else ""


def _code_server(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    method, address = _value(words, "--auth"), _value(words, "--bind-addr", "--host")
    if method is None or method.text != "none" or address is None:
        return
    if address.text.startswith(("0.0.0.0", "[::]", ":")):
        message = "everybody who reaches the server may run code; use --auth password"
        yield Opening("open-notebook", method.place, message)


def _psql(words: Sequence[Word], texts: Sequence[str]) -> Iterator[Opening]:
    for word in words[1:]:
        if re.search(r"(?i)\bgrant\b", word.text):
            for grant in sql_grants.grants(word.text):
                yield Opening("broad-grant", word.place, granted(grant))


_PROGRAMS = {
    "chmod": _chmod,
    "umask": _umask,
    "aws": _aws,
    "gsutil": _gsutil,
    "gcloud": _gcloud,
    "az": _az,
    "hf": _hub,
    "huggingface-cli": _hub,
    "kubectl": _kubectl,
    "code-server": _code_server,
    **dict.fromkeys(("psql", "mysql", "snowsql", "bq", "sqlcmd"), _psql),
}
