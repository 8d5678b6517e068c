"""Makes an approved version the champion; the same command rolls back to an older version.

`python -m fraud_detection.promote 7` runs in CI only, behind the protected environment
`production` (see docs/approval.md).
"""

from __future__ import annotations

import argparse
import os

import mlflow

from fraud_detection import MODEL_NAME


def promote(version: str, approver: str) -> None:
    """Moves the alias `champion`; refuses a version with no validation metric on record."""
    client = mlflow.MlflowClient()
    tags = client.get_model_version(MODEL_NAME, version).tags
    if "validation_auc" not in tags:
        raise SystemExit(f"{MODEL_NAME} version {version} has no validation_auc: not promoted")
    client.set_model_version_tag(MODEL_NAME, version, "validation_status", "approved")
    client.set_model_version_tag(MODEL_NAME, version, "approved_by", approver)
    client.set_registered_model_alias(MODEL_NAME, "champion", version)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version")
    options = parser.parse_args()
    promote(options.version, approver=os.environ["APPROVER"])


if __name__ == "__main__":
    main()
