"""Python calls that open something to others.

Calls: the standard library, boto3, google-cloud-storage, azure-storage-blob, huggingface_hub and
transformers, W&B, python-domino, and SQL that a call executes.
"""

from __future__ import annotations

import ast
import re
import stat
from collections.abc import Iterator

from mlops_checklist.sources import python, sql_grants, values
from mlops_checklist.sources.openings import (
    BLOCK_GONE,
    BLOCK_OFF,
    EVERYBODY,
    NARROW,
    PRIVATE,
    PUBLIC_ACLS,
    Opening,
    granted,
    lets_everybody_write,
    of_policy,
)
from mlops_checklist.sources.python import Module, argument
from mlops_checklist.sources.terraform import document
from mlops_checklist.sources.trees import Tree, of_python


def of_calls(module: Module) -> Iterator[Opening]:
    """Yield what the calls of a Python file or notebook open."""
    has_umask = module.file.matches(b"umask")
    names_everybody = module.file.matches("|".join(sorted(EVERYBODY)).encode())
    for call in module.calls:
        last = python.last_name(call.func)
        if has_umask or last in _CALLED or any(each.arg in _GIVEN for each in call.keywords):
            name = module.qualified(call.func) or ""
            yield from _modes(module, call, name, last)
            yield from _storage(module, call, last)
            yield from _uploads(module, call, name, last)
        if last in ("execute", "executemany", "sql", "execute_sql", "query", "text"):
            yield from _sql(module, call)
        if names_everybody and last in _ADDING:
            yield from _members(module, call)


# The calls and keywords that may open something, whatever they are called on or passed to.
_CALLED = frozenset(
    "chmod fchmod lchmod make_public put_public_access_block delete_public_access_block "
    "put_bucket_policy create_policy put_role_policy put_user_policy create_container "
    "set_container_access_policy get_container_client push_to_hub create_repo upload_folder "
    "save_to_hub project_create project_create_v4".split()
)
_GIVEN = frozenset({"ACL", "acl", "predefined_acl", "ExtraArgs", "anonymous"})
_ADDING = frozenset("append add update set_iam_policy extend Binding AccessEntry".split())
# In the bytes of a program in which one of these calls may stand.
TRIGGER = rb"\b(?:%(called)s)\s*\(|\b(?:%(given)s)\s*=[^=]|%(everybody)s|umask|(?i:\bgrant\b)" % {
    b"called": "|".join(sorted(_CALLED)).encode(),
    b"given": "|".join(sorted(_GIVEN)).encode(),
    b"everybody": "|".join(sorted(EVERYBODY)).encode(),
}


_MODES = {
    name: getattr(stat, name)
    for name in (
        *("S_IRWXU", "S_IRUSR", "S_IWUSR", "S_IXUSR", "S_IRWXG", "S_IRGRP", "S_IWGRP", "S_IXGRP"),
        *("S_IRWXO", "S_IROTH", "S_IWOTH", "S_IXOTH", "S_ISVTX"),
    )
}


def _mode(module: Module, node: ast.expr | None) -> int | None:
    """Return the number that a mode is: a constant, or names of `stat` joined by "|"."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = _mode(module, node.left), _mode(module, node.right)
        return None if left is None or right is None else left | right
    if isinstance(node, ast.Name):
        bindings = module.bindings(node.id, node)
        if len(bindings) == 1 and isinstance(bindings[0].node, ast.Constant):
            return _mode(module, bindings[0].node)
    name = module.qualified(node) if node is not None else None
    return _MODES.get(name.removeprefix("stat.")) if name else None


def _modes(module: Module, call: ast.Call, name: str, last: str) -> Iterator[Opening]:
    if name == "os.umask":
        alone = isinstance(module.parent(call), ast.Expr)  # who keeps the old one restores it
        if alone and _mode(module, argument(call, "mask", 0)) == 0:
            message = "umask 0 makes every new file writable by everybody; use 0o027 or 0o022"
            yield Opening("world-writable", module.place(call), message)
        return
    if last not in ("chmod", "fchmod", "lchmod"):
        return
    node = argument(call, "mode", 1 if name.startswith("os.") else 0)
    mode = _mode(module, node)
    if mode is not None and node is not None and lets_everybody_write(mode):
        message = f"mode {mode:#o} lets everybody write; {NARROW}"
        yield Opening("world-writable", module.place(node), message)


def _storage(module: Module, call: ast.Call, last: str) -> Iterator[Opening]:
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    for name in ("ACL", "acl", "predefined_acl", "ExtraArgs"):
        for inner in ast.walk(given[name]) if name in given else ():
            text = _text(module, inner) if isinstance(inner, (ast.Constant, ast.Name)) else None
            if text in PUBLIC_ACLS or text in ("publicRead", "publicReadWrite"):
                message = f"'{text}' opens the storage to everybody; {PRIVATE}"
                yield Opening("public-storage", module.place(inner), message)
    if last == "make_public" and not call.args:
        message = f"make_public opens the storage to everybody; {PRIVATE}"
        yield Opening("public-storage", module.place(call), message)
    elif last == "put_public_access_block" and "PublicAccessBlockConfiguration" in given:
        tree = of_python(given["PublicAccessBlockConfiguration"], module.place)
        for value in tree.items.values():
            if value.is_false:
                yield Opening("public-storage", value.place, BLOCK_OFF)
                break
    elif last == "delete_public_access_block":
        yield Opening("public-storage", module.place(call), BLOCK_GONE)
    elif last in ("put_bucket_policy", "create_policy", "put_role_policy", "put_user_policy"):
        yield from _policy(module, given.get("Policy") or given.get("PolicyDocument"))
    elif last in ("create_container", "set_container_access_policy", "get_container_client"):
        node = given.get("public_access")
        text = _text(module, node) or python.last_name(node).lower() if node is not None else ""
        if node is not None and text in ("blob", "container"):
            message = f"'{text}' opens the container to everybody; {PRIVATE}"
            yield Opening("public-storage", module.place(node), message)


def _text(module: Module, node: ast.expr | None) -> str | None:
    if node is None:
        return None
    return values.literal(module.home(node).file.read(values.values).of(node))


def _policy(module: Module, node: ast.expr | None) -> Iterator[Opening]:
    """Judge a policy that is given as a dictionary, through json.dumps, or as a text."""
    if node is None:
        return
    for found in module.file.read(values.values).expressions(node):
        inner = found
        if isinstance(found, ast.Call) and python.last_name(found.func) == "dumps" and found.args:
            inner = found.args[0]
        for each in module.file.read(values.values).expressions(inner):
            if isinstance(each, ast.Dict):
                yield from of_policy(of_python(each, module.home(each).place))
            elif isinstance(each, ast.Constant) and str(each.value).lstrip().startswith("{"):
                for opening in of_policy(document(Tree(str(each.value), module.place(each)))):
                    yield opening._replace(place=module.place(each))


def _members(module: Module, call: ast.Call) -> Iterator[Opening]:
    """Judge what is added to the members of a Google Cloud policy."""
    for given in (*call.args, *(keyword.value for keyword in call.keywords)):
        for node in ast.walk(given):
            if isinstance(node, ast.Constant) and node.value in EVERYBODY:
                message = f"'{node.value}' is everybody; grant it to those who need it"
                yield Opening("public-storage", module.place(node), message)


_HUB_CALLS = re.compile(r"(?:huggingface_hub|datasets|transformers|trl|diffusers|peft)\..*")


def _uploads(module: Module, call: ast.Call, name: str, last: str) -> Iterator[Opening]:
    private = argument(call, "private")
    off = isinstance(private, ast.Constant) and private.value is False
    if last in ("push_to_hub", "create_repo", "upload_folder", "save_to_hub") and off:
        assert private is not None
        message = "private=False puts it where everybody can read it; pass private=True"
        yield Opening("public-upload", module.place(private), message)
    elif last == "create_repo" and _HUB_CALLS.fullmatch(name) and private is None:
        if _text(module, argument(call, "repo_type")) == "dataset" and not python.has_unpacking(
            call
        ):
            message = "a new dataset on the hub is public; pass private=True"
            yield Opening("public-upload", module.place(call), message)
    elif name == "wandb.init" and _text(module, argument(call, "anonymous")) in ("must", "allow"):
        message = "an anonymous run can be read by everybody who has its address; leave it out"
        yield Opening("public-upload", module.place(argument(call, "anonymous") or call), message)
    elif last in ("project_create_v4", "project_create"):
        visibility = argument(call, "visibility")
        if visibility is not None and (_text(module, visibility) or "").lower() == "public":
            message = "everybody on the platform can read a public project; pass 'Private'"
            yield Opening("broad-grant", module.place(visibility), message)


def _sql(module: Module, call: ast.Call) -> Iterator[Opening]:
    node = call.args[0] if call.args else None
    text = _text(module, node) if isinstance(node, (ast.Constant, ast.Name)) else None
    if node is not None and text and re.match(r"(?i)\s*grant\b", text):
        for grant in sql_grants.grants(text):
            yield Opening("broad-grant", module.place(node), granted(grant))
