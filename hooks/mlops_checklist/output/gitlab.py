"""The report that GitLab shows in a merge request as Code Quality.

Form: GitLab's documentation, "Code Quality", section "Code Quality report format".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlops_checklist.outcome import Outcome
from mlops_checklist.suppression import fingerprints, from_root

_SEVERITIES = {"violation": "major", "error": "critical", "missing": "minor"}


def render(outcomes: Sequence[Outcome], rules: Mapping[str, str]) -> str:
    """Return a JSON array with one object for each outcome."""
    import json

    report = [
        {
            "description": outcome.message,
            "check_name": f"{outcome.hook}/{outcome.rule}",
            "fingerprint": fingerprint,
            "severity": _SEVERITIES.get(outcome.kind, "info"),
            "location": {
                "path": from_root(outcome.path),
                "lines": {"begin": outcome.place.file_line or outcome.place.line},
            },
        }
        for outcome, fingerprint in zip(outcomes, fingerprints(outcomes), strict=True)
    ]
    return json.dumps(report, indent=2) + "\n"
