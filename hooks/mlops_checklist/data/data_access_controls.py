"""Checklist: Access controls configured.

Data that everybody can read or change is neither confidential nor trustworthy. The hook looks at
what code, scripts, images and infrastructure files open to everybody: file modes, storage, grants,
roles, notebook servers.

What to do: keep storage private and grant access to the accounts, roles and groups that need it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_checklist.hook import File, Hook, Options, run
from mlops_checklist.outcome import Outcome, Place, evidence, violation

if TYPE_CHECKING:
    from mlops_checklist.sources.openings import Opening
    from mlops_checklist.sources.python import Module
    from mlops_checklist.sources.terraform import Block
    from mlops_checklist.sources.trees import Tree

RULES = {
    "world-writable": "Files are writable by everybody on the machine.",
    "public-storage": "Storage is open to everybody.",
    "public-upload": "A repository on a hub is created public.",
    "broad-grant": "Everything is granted, or something to everybody.",
    "rbac-wildcard": "A Kubernetes role allows everything, or is bound too widely.",
    "open-notebook": "A notebook server that everybody reaches asks for no token.",
}
# In the bytes of a file that may open something.
_TRIGGER = (
    rb"(?i)chmod|umask|public|container_access|allusers|authenticated|\bgrant\b|\bgrants?\b|private=|anonymous"
    rb"|create_repo|repo create|Statement|policy|cluster-?role|\bRole\b|\.(?:token|password)|--auth"
)
# Programs speak of policies, roles and tokens of many kinds: here the words are those of calls.
_IN_PYTHON = (
    rb"(?i)chmod|umask|public[-_]|[-_]public|publicread|[\"']public[\"']|container_access|allusers"
    rb"|allauthenticated|authenticated-?read|\bgrant\b|private=|anonymous|create_repo|repo create"
    rb"|[\"']Statement|(?:bucket|create|role|user)_policy|cluster-?role"
    rb"|(?:App|Provider)\.(?:token|password)|--auth"
)


def check(file: File, options: Options) -> Iterator[Outcome]:
    """Judge one file, by its kind."""
    reader = {
        "python": _python,
        "notebook": _python,
        "shell": _shell,
        "dockerfile": _dockerfile,
        "terraform": _terraform,
        "yaml": _yaml,
        "json": _json,
        "sql": _sql,
        "codeowners": _owners,
    }[file.kind]
    yield from reader(file)


def _told(openings: Iterable[Opening]) -> Iterator[Outcome]:
    for opening in openings:
        yield violation(opening.rule, opening.place, opening.message)


# --- Code -----------------------------------------------------------------------------------


def _python(file: File) -> Iterator[Outcome]:
    """Judge the calls, the commands that they run, and settings of Jupyter."""
    from mlops_checklist.sources import (
        opening_calls,
        opening_commands,
        python,
        python_commands,
    )

    sets_jupyter = b".ip" in file.bytes and b"App" in file.bytes
    looked_for = opening_calls.TRIGGER, python_commands.STARTING
    if file.kind == "python" and not sets_jupyter and not any(map(file.matches, looked_for)):
        return
    module = file.read(python.module)
    yield from _told(opening_calls.of_calls(module))
    for command, placed in python_commands.commands(file):
        for opening in opening_commands.of_command(command):
            yield violation(opening.rule, placed(opening.place), opening.message)
    if sets_jupyter:
        yield from _jupyter_settings(module)


_SETTING = re.compile(r"^c\.\w*(?:App|Provider)\.(ip|token|password)$")


def _jupyter_settings(module: Module) -> Iterator[Outcome]:
    """Judge a configuration in Python: `c.ServerApp.token = ""`."""
    import ast

    from mlops_checklist.sources.hyperparameters import dotted
    from mlops_checklist.sources.openings import OPEN_SERVER, is_open_server

    given: dict[str, tuple[str, ast.AST]] = {}
    for statement in module.tree.body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Constant):
            continue
        if found := _SETTING.match(dotted(statement.targets[0])):
            given[found[1]] = (str(statement.value.value), statement)
    if {"ip", "token"} <= given.keys() and is_open_server(given["ip"][0], given["token"][0]):
        yield violation("open-notebook", module.place(given["token"][1]), OPEN_SERVER)


def _shell(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import opening_commands, shell

    for command in shell.commands(file.text):
        yield from _told(opening_commands.of_command(command))


def _dockerfile(file: File) -> Iterator[Outcome]:
    """Judge the commands of an image, those that it starts with, and the modes of copies."""
    from mlops_checklist.sources import dockerfile, opening_commands, openings

    for instruction in file.read(dockerfile.dockerfile).instructions:
        if instruction.keyword in ("RUN", "CMD", "ENTRYPOINT"):
            for command in dockerfile.run_commands(instruction):
                yield from _told(opening_commands.of_command(command))
        for flag in instruction.flags:
            name, _, value = flag.partition("=")
            if name == "--chmod" and openings.world_writable(value):
                message = f"mode '{value}' lets everybody write; give it to the image's user"
                yield violation("world-writable", instruction.place, message)


def _sql(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import openings, sql_grants

    for grant in sql_grants.grants(file.text):
        place = Place(grant.line, grant.column)
        yield violation("broad-grant", place, openings.granted(grant))


# --- Terraform ------------------------------------------------------------------------------

# What an argument of a resource must not be, and in which words it opens.
_OPENS = (
    ("aws_s3_(?:bucket(?:_acl|_object)?|object)", "acl", "public-read(?:-write)?|authenticated-.*"),
    ("aws_s3_.*public_access_block", "(?:block|ignore|restrict)_public_.*", "false"),
    ("aws_(?:db|rds|redshift|dms|docdb)_.*", "publicly_accessible", "true"),
    ("google_.*_iam_(?:member|binding)", "members?", "allUsers|allAuthenticatedUsers"),
    ("google_storage_.*_access_control", "entity", "allUsers|allAuthenticatedUsers"),
    ("google_bigquery_dataset.*", "special_group|iam_member", "allUsers|allAuthenticatedUsers"),
    ("azurerm_storage_container", "container_access_type", "blob|container"),
    ("azurerm_storage_account", "allow_(?:nested_items_to_be|blob)_public.*", "true"),
    ("snowflake_grant_.*", "account_role_name", "(?i:public)"),
)


def _terraform(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import openings, policies, terraform

    blocks = file.read(terraform.blocks)
    website = any("website" in label for block in blocks for label in block.labels[:1])
    for block in blocks:
        kind = block.labels[0] if block.kind in ("resource", "data") and block.labels else ""
        if kind == "aws_iam_policy_document":
            for statement in policies.of_terraform(block):
                yield from _told(openings.of_statement(statement))
        elif block.kind == "resource":
            if not website or not kind.startswith("aws_s3_bucket"):
                yield from _resource(kind, block)
            for name in ("policy", "assume_role_policy"):
                for statement in policies.statements(terraform.document(block.get(name))):
                    if name == "policy" or statement.everybody is not None:
                        yield from _told(openings.of_statement(statement))


def _resource(kind: str, block: Block) -> Iterator[Outcome]:
    """Judge the arguments of a resource, and those of the blocks in it."""
    if any(inner.kind == "website" for inner in block.blocks):
        return
    for pattern, wanted, value in _OPENS:
        if not re.fullmatch(pattern, kind):
            continue
        for holder in (block, *block.blocks):
            for name, tree in holder.arguments.items():
                if re.fullmatch(wanted, name):
                    for each in tree.entries:
                        if each.text is not None and re.fullmatch(value, each.text):
                            message = f"{name} = {each.text} opens it to everybody; keep it private"
                            yield violation("public-storage", each.place, message)


# --- YAML and JSON --------------------------------------------------------------------------


def _yaml(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import trees, yaml

    for node in file.read(yaml.documents):
        tree = trees.of_yaml(node)
        items = tree.get("items").entries if tree.get("kind").text == "List" else [tree]
        for each in items:
            yield from _document(each)


def _json(file: File) -> Iterator[Outcome]:
    from mlops_checklist.sources import trees
    from mlops_checklist.sources.openings import OPEN_SERVER, is_open_server

    tree = trees.of_json(file.text)
    yield from _document(tree)
    for name in ("ServerApp", "NotebookApp"):
        server = tree.get(name)
        token = server.get("token")
        if is_open_server(server.get("ip").text, token.text):
            yield violation("open-notebook", token.place, OPEN_SERVER)


def _document(tree: Tree) -> Iterator[Outcome]:
    """Judge a CloudFormation template, an object of Kubernetes' RBAC, or an AWS policy."""
    from mlops_checklist.sources import openings, policies

    kind = tree.get("kind").text or ""
    resources = tree.get("Resources")
    if any((each.get("Type").text or "").startswith("AWS::") for each in resources.items.values()):
        yield from _cloudformation(resources)
    elif kind in ("Role", "ClusterRole") and "rbac" in (tree.get("apiVersion").text or ""):
        yield from _role(tree)
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        yield from _binding(tree)
    elif "Statement" in tree.items:
        for statement in policies.statements(tree):
            yield from _told(openings.of_statement(statement))


_PUBLIC = {"PublicRead", "PublicReadWrite", "AuthenticatedRead"}


def _cloudformation(resources: Tree) -> Iterator[Outcome]:
    from mlops_checklist.sources import openings, policies
    from mlops_checklist.sources.trees import walk

    for resource in resources.items.values():
        properties = resource.get("Properties")
        kind = resource.get("Type").text or ""
        opened = [
            *(each for each in [properties.get("AccessControl")] if each.text in _PUBLIC),
            *(each for each in [properties.get("PubliclyAccessible")] if each.is_true),
        ]
        if properties.get("WebsiteConfiguration").items:
            opened = []
        block = properties.get("PublicAccessBlockConfiguration")
        opened += [each for each in block.items.values() if each.is_false][:1]
        for each in opened if kind.startswith("AWS::") else ():
            message = f"'{each.text}' opens {kind} to everybody; keep it private"
            yield violation("public-storage", each.place, message)
        for held in walk(properties):
            for statement in policies.statements(held) if "Statement" in held.items else ():
                yield from _told(openings.of_statement(statement))
                break


def _role(tree: Tree) -> Iterator[Outcome]:
    rules = tree.get("rules").entries
    wide = False
    for rule in rules:
        for name in ("verbs", "resources"):
            star = next((each for each in rule.get(name).entries if each.text == "*"), None)
            if star is not None:
                wide = True
                message = f"the role allows '*' as {name}; name those that are needed"
                yield violation("rbac-wildcard", star.place, message)
    if rules and not wide:
        yield evidence("rbac-wildcard", tree.place, "the role names what it allows")


def _binding(tree: Tree) -> Iterator[Outcome]:
    role = tree.get("roleRef", "name")
    if role.text == "cluster-admin":
        message = "cluster-admin may do everything; bind a role with what is needed"
        yield violation("rbac-wildcard", role.place, message)
        return
    for subject in tree.get("subjects").entries:
        name = subject.get("name")
        if subject.get("kind").text == "ServiceAccount" and name.text == "default":
            message = "every pod without an account of its own gets this role; bind its own account"
            yield violation("rbac-wildcard", name.place, message)


# --- Evidence -------------------------------------------------------------------------------

_OWNED = re.compile(r"(?:^|/)(?:data|datasets?|features?|models?|deploy\w*|k8s|helm|infra\w*)/")


def _owners(file: File) -> Iterator[Outcome]:
    """Say which folders of data, models and deployments have owners."""
    from mlops_checklist.sources import codeowners, tracked

    try:
        paths = tracked.files(HOOK.id)
    except ValueError:
        return
    every = file.read(codeowners.lines)
    seen = set()
    for path in paths:
        shown = path.replace(os.sep, "/")
        line = codeowners.owner(every, shown) if _OWNED.search(shown) else None
        if line is not None and line.owners and line.number not in seen:
            seen.add(line.number)
            message = f"'{line.pattern}' has owners, who review what changes there"
            yield evidence("broad-grant", Place(line.number), message)


HOOK = Hook(
    id="data-access-controls",
    description="Data and storage are open to those who need them alone.",
    reads={
        **dict.fromkeys(("python", "notebook"), _IN_PYTHON),
        **dict.fromkeys(("shell", "dockerfile", "terraform"), _TRIGGER),
        "yaml": rb"rbac|RoleBinding|AWS::|Statement",
        "json": rb"AWS::|\"Statement\"|ServerApp|NotebookApp",
        "sql": rb"(?i)\bgrant\b",
        "codeowners": b"",
    },
    rules=RULES,
    check=check,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook; see `hook.run`."""
    return run(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
