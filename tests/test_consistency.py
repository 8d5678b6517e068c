"""A hook is entered in six places; whichever is forgotten, a sentence here says so."""

from __future__ import annotations

import configparser
import re
from importlib import import_module
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from mlops_checklist import checklist
from mlops_checklist.report.gathering import EVERYWHERE

ROOT = Path(__file__).parent.parent
MANIFEST = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
ENTRIES = {entry["id"]: entry for entry in MANIFEST}
HOOKS = {item.hook: item.module for item in checklist.ITEMS}
KEYS = {
    *("id", "name", "description", "entry", "language", "types", "types_or", "files", "exclude"),
    *("stages", "minimum_pre_commit_version", "pass_filenames", "always_run", "require_serial"),
}
STAGES = ["pre-commit", "pre-merge-commit", "pre-push", "manual"]
# They judge no item, and print even when they pass.
REPORTS = {
    "mlops-checklist": "mlops_checklist.report.command",
    "mlops-recommendations": "mlops_checklist.report.recommendations",
    "mlops-registry-audit": "mlops_checklist.models.mlops_registry_audit",
}
OTHER_STAGES = {
    **{report: ["manual"] for report in REPORTS},
    "meaningful-commit-message": ["commit-msg"],
    "meaningful-commit-range": ["pre-push", "manual"],
}


def scripts() -> dict[str, str]:
    """Return the console scripts of setup.cfg: their names and what they call."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    lines = parser["options.entry_points"]["console_scripts"].strip().splitlines()
    return {
        name.strip(): target.strip() for name, _, target in (line.partition("=") for line in lines)
    }


def known() -> set[str]:
    """Return every hook that any of the places names, or that has a module."""
    sections = (ROOT / "hooks" / "mlops_checklist").glob("*/*.py")
    modules = {
        path.stem.replace("_", "-")
        for path in sections
        if path.parent.name != "report" and "HOOK = Hook(" in path.read_text("utf-8")
    }
    return (modules | set(HOOKS) | set(ENTRIES) | set(scripts())) - set(REPORTS)


def in_readme() -> set[str]:
    return set(
        re.findall(
            r"^\| \[`([\w-]+)`\]\(docs/hooks/", (ROOT / "README.md").read_text("utf-8"), re.M
        )
    )


PLACES = {
    "checklist.py has no item for it": lambda hook: hook in HOOKS,
    ".pre-commit-hooks.yaml has no entry": lambda hook: hook in ENTRIES,
    "setup.cfg has no console script": lambda hook: hook in scripts(),
    "docs/hooks/ has no page": lambda hook: (ROOT / "docs" / "hooks" / f"{hook}.md").is_file(),
    "the README's table has no row": lambda hook: hook in in_readme(),
    "tests/ has no test module": lambda hook: any(
        (ROOT / "tests").glob(f"*/test_{hook.replace('-', '_')}.py")
    ),
}


@pytest.mark.parametrize("hook", sorted(known()))
@pytest.mark.parametrize("lack", PLACES)
def test_hook_is_entered_everywhere(hook: str, lack: str) -> None:
    assert PLACES[lack](hook), f"hook {hook}: {lack}"


@pytest.mark.parametrize("hook", sorted(HOOKS))
def test_names_agree(hook: str) -> None:
    module = import_module(HOOKS[hook])
    assert module.HOOK.id == hook, f"the HOOK of {HOOKS[hook]} has another id than {hook}"
    assert HOOKS[hook].rpartition(".")[2] == hook.replace("-", "_"), "the module is named otherwise"
    assert scripts()[hook] == f"{HOOKS[hook]}:main", "the console script calls something else"
    assert ENTRIES[hook]["entry"] == hook, "the entry runs something else"
    assert module.__doc__.startswith("Checklist: "), "the docstring does not begin with the item"
    item = next(item for item in checklist.ITEMS if item.hook == hook)
    assert item.text in module.__doc__.replace("\n", " "), "the docstring has not the item's words"


@pytest.mark.parametrize("hook", sorted(ENTRIES))
def test_manifest_entry(hook: str) -> None:
    entry = ENTRIES[hook]
    verbose = {"verbose"} if hook in REPORTS else set()
    assert set(entry) <= KEYS | verbose, f"{hook} has keys that users cannot override well"
    assert entry["language"] == "python"
    assert entry["stages"] == OTHER_STAGES.get(hook, STAGES)
    assert entry["minimum_pre_commit_version"] == "3.2.0"
    assert len(entry["name"]) <= 50, f"the name of {hook} has more than 50 characters"
    assert entry["description"].endswith("."), f"the description of {hook} has no full stop"


def test_reports_are_entered() -> None:
    for report, module in REPORTS.items():
        entry = ENTRIES[report]
        assert (entry["verbose"], entry["always_run"], entry["pass_filenames"]) == (
            True,
            True,
            False,
        )
        assert scripts()[report] == f"{module}:main"
    assert set(checklist.OTHERS) < set(REPORTS)
    for hook in REPORTS:
        assert (ROOT / "docs" / "hooks" / f"{hook}.md").is_file()
        assert hook in in_readme()


def test_the_report_looks_into_the_same_folders() -> None:
    """The manifest and the report pass over the same paths, for each hook."""
    for hook, entry in ENTRIES.items():
        if "exclude" in entry:
            everywhere = "tests?" not in entry["exclude"]
            assert everywhere == (hook in EVERYWHERE), hook


def test_each_section_stands_in_one_place() -> None:
    sections = [section for section, _ in groupby(item.section for item in checklist.ITEMS)]
    assert len(sections) == len(set(sections))


def test_manifest_is_sorted() -> None:
    assert list(ENTRIES) == sorted(ENTRIES)


def test_hooks_is_a_source_root_and_no_package() -> None:
    assert not (ROOT / "hooks" / "__init__.py").exists()


def test_version_is_the_same_everywhere() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    version = parser["metadata"]["version"]
    assert f"rev: v{version}" in (ROOT / "README.md").read_text("utf-8")
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_test_module_is_collected() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        has_tests = "\ndef test_" in path.read_text("utf-8")
        assert has_tests == path.name.startswith("test_"), f"{path} is not named as what it is"
