"""`mlops-checklist explain HOOK[/RULE]`: what a hook or rule asks for, in the terminal."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Sequence

from mlops_checklist import checklist

# Where an installed package has its pages, and a checkout.
_FOLDERS = (
    os.path.join(sysconfig.get_path("data"), "share", "mlops-checklist", "hooks"),
    os.path.join(os.path.dirname(__file__), "..", "..", "..", "docs", "hooks"),
)


def main(words: Sequence[str]) -> int:
    """Print the page of a hook, or its part on one rule; 2 if there is none, said on stderr."""
    paged = (*checklist.hooks(), "mlops-checklist")
    if len(words) != 1 or words[0].startswith("-"):
        known = "\n".join(f"  {hook}" for hook in paged)
        print(f"usage: mlops-checklist explain HOOK[/RULE]\n\n{known}", file=sys.stderr)
        return 0 if words[:1] in (["-h"], ["--help"]) else 2
    hook, _, rule = words[0].partition("/")
    page = _page(hook) if hook in paged else None
    if page is None:
        print(f"mlops-checklist: no hook '{hook}'", file=sys.stderr)
        return 2
    text = page if not rule else _part(page, rule)
    if text is None:
        rules = ", ".join(re.findall(r"^### (\S+)$", page, re.MULTILINE))
        print(f"mlops-checklist: {hook} has no rule '{rule}'; it has: {rules}", file=sys.stderr)
        return 2
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    print(text)
    return 0


def _page(hook: str) -> str | None:
    for folder in _FOLDERS:
        path = os.path.join(folder, f"{hook}.md")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as opened:
                return _plain(opened.read())
    return None


def _plain(page: str) -> str:
    """Return a page without the marks that only its tests read: `<!-- bad: f -->` is "bad: f"."""
    page = re.sub(r"^<!-- (bad|good|beside): (.*) -->$", r"\1: \2", page, flags=re.MULTILINE)
    return re.sub(r"^<!--.*-->\n", "", page, flags=re.MULTILINE).strip()


def _part(page: str, rule: str) -> str | None:
    found = re.search(rf"^### {re.escape(rule)}$.*?(?=^###? |\Z)", page, re.MULTILINE | re.DOTALL)
    return found[0].strip() if found else None
