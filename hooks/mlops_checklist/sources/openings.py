"""What is opened to others, and in which words: shared by what reads commands, calls and files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlops_checklist.outcome import Place
from mlops_checklist.sources import sql_grants
from mlops_checklist.sources.policies import Statement, statements
from mlops_checklist.sources.trees import Tree

PUBLIC_ACLS = frozenset({"public-read", "public-read-write", "authenticated-read"})
EVERYBODY = frozenset({"allUsers", "allAuthenticatedUsers"})
NARROW = "give it to the user or group that needs it"
PRIVATE = "make it private, and grant access to those who need it"
BLOCK_OFF = "the bucket's public access block is switched off; keep it on"
BLOCK_GONE = "the bucket's public access block is taken away; keep it"
OPEN_SERVER = "everybody who reaches the server may run code; leave the token to Jupyter"


class Opening(NamedTuple):
    """Something that is opened: which rule it breaks, where, and what to say of it."""

    rule: str
    place: Place
    message: str


def world_writable(mode: str) -> bool:
    """Tell whether a mode of chmod lets everybody write: octal, or symbolic ("a+w").

    With the sticky bit, as /tmp has it, nobody can take away another's file.
    """
    if re.fullmatch(r"[0-7]{3,5}", mode):
        return lets_everybody_write(int(mode, 8))
    return any(
        re.fullmatch(r"[ug]*[oa][ugoa]*[+=][rxXst]*w[rwxXst]*", part) for part in mode.split(",")
    )


def lets_everybody_write(bits: int) -> bool:
    """Tell whether the bits of a mode do."""
    return bool(bits & 0o002) and not bits & 0o1000


def is_open_server(address: str | None, token: str | None) -> bool:
    """Tell whether a notebook server listens everywhere and asks for no token."""
    return address in ("0.0.0.0", "*", "::") and token == ""


def granted(grant: sql_grants.Grant) -> str:
    """Say what is wrong with a GRANT."""
    if grant.everybody:
        return f"'{grant.everybody}' is everybody; grant it to the role that needs it"
    return "GRANT ALL gives every privilege; grant those that are needed"


def of_policy(document: Tree) -> Iterator[Opening]:
    """Yield what the statements of an AWS policy open."""
    for statement in statements(document):
        yield from of_statement(statement)


def of_statement(statement: Statement) -> Iterator[Opening]:
    """Yield what one statement of a policy opens."""
    if (star := statement.everybody) is not None:
        message = "the policy lets everybody in; name the accounts or roles, or add a condition"
        yield Opening("public-storage", star.place, message)
    if (star := statement.everything) is not None:
        message = "the policy allows every action on every resource; name those that are needed"
        yield Opening("broad-grant", star.place, message)
