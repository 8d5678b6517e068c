"""Real checkov and our hook over Terraform, CloudFormation and Kubernetes roles: who has access.

Compared where both speak: where a check of checkov passed or failed. Where the verdicts differ,
`DIFFERENCES` says why; a difference that is gone fails the test as well.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from end_to_end import access_cases
from end_to_end.environments import environment
from helpers import outcomes

from mlops_checklist.data.data_access_controls import HOOK

# Public ACLs, public access blocks, any principal, public databases, full privileges, wildcards.
CHECKS = """
CKV_AWS_20 CKV_AWS_57 CKV_AWS_53 CKV_AWS_54 CKV_AWS_55 CKV_AWS_56 CKV_AWS_70 CKV_AWS_17 CKV_AWS_87
CKV_AWS_62 CKV_AWS_1 CKV_AWS_49 CKV_AWS_375 CKV_GCP_28 CKV_AZURE_34 CKV_AZURE_59 CKV_AZURE_190
CKV_K8S_49
""".split()
SUFFIXES = {"terraform": "tf", "cloudformation": "yaml", "kubernetes": "yaml"}

_ACTIONS = "every action on one resource is for its owner; both must be everything"
_GROUPS = "read access to pods in every API group is narrow where the resource is named"
# All are found by checkov alone.
DIFFERENCES = {
    'document-Allow-["*"]-["arn:aws:s3:::x"]': _ACTIONS,
    'document--["*"]-["arn:aws:s3:::x"]': _ACTIONS,
    "azure-account-false": "the check asks for a network rule as well",
    "bucket-Private": "a block that is not there may be that of the account",
    'Role-[get, list]-[pods]-["*"]': _GROUPS,
    'Role-[get, list]-[secrets]-["*"]': _GROUPS,
    'ClusterRole-[get, list]-[pods]-["*"]': _GROUPS,
    'ClusterRole-[get, list]-[secrets]-["*"]': _GROUPS,
}


def test_agreement(tmp_path: Path) -> None:
    cases: dict[str, tuple[str, str]] = {}
    for framework, suffix in SUFFIXES.items():
        for number, (name, text) in enumerate(getattr(access_cases, framework)()):
            path = f"{framework}/{number}/main.{suffix}"
            cases[path] = (name, text)
            (tmp_path / path).parent.mkdir(parents=True)
            (tmp_path / path).write_text(text, "utf-8")
    theirs = checkov(tmp_path)
    assert len(theirs) >= 150, "both must speak of 150 cases"
    only: dict[bool, set[str]] = {True: set(), False: set()}
    for path, is_bad in theirs.items():
        name, text = cases[path]
        ours = any(each.kind == "violation" for each in outcomes(HOOK, path, text))
        if ours != is_bad:
            only[ours].add(name)
    assert only == {True: set(), False: set(DIFFERENCES)}


def checkov(folder: Path) -> dict[str, bool]:
    """Return the files that checkov judges, and whether one of its checks fails."""
    python = environment("checkov", ["checkov==3.3.30"])
    command = [
        *(python, str(Path(python).with_name("checkov")), "--directory", str(folder)),
        *("--framework", *SUFFIXES, "--check", ",".join(CHECKS)),
        *("--output", "json", "--compact", "--skip-download"),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(("[", "{")), done.stdout + done.stderr
    said = json.loads(done.stdout)
    found: dict[str, bool] = {}
    for report in said if isinstance(said, list) else [said]:
        for kind in ("passed_checks", "failed_checks"):
            for check in report["results"].get(kind, ()):
                path = re.search(r"\w+/\d+/main\.\w+$", check["file_path"])
                assert path is not None
                found[path[0]] = found.get(path[0], False) or kind == "failed_checks"
    return found
