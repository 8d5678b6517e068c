"""The table of contents: the checklist's items, in its order and words, and the hook of each."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """One item: its section and text as the checklist has them, its hook's id and module."""

    section: str
    text: str
    hook: str
    module: str


ITEMS = (
    Item(
        "Code & Environment",
        "Dependencies pinned to specific versions",
        "pinned-requirements",
        "mlops_checklist.environment.pinned_requirements",
    ),
    Item(
        "Code & Environment",
        "Environment tested and reproducible",
        "reproducible-environment",
        "mlops_checklist.environment.reproducible_environment",
    ),
    Item(
        "Code & Environment",
        "Secrets managed via Domino secrets (not hardcoded)",
        "no-hardcoded-secrets",
        "mlops_checklist.environment.no_hardcoded_secrets",
    ),
    Item(
        "Code & Environment",
        "Code version controlled with meaningful commits",
        "meaningful-commit-message",
        "mlops_checklist.environment.meaningful_commit_message",
    ),
    Item(
        "Code & Environment",
        "Code version controlled with meaningful commits",
        "meaningful-commit-range",
        "mlops_checklist.environment.meaningful_commit_range",
    ),
    Item(
        "Data",
        "Dataset snapshots for reproducibility",
        "dataset-snapshots",
        "mlops_checklist.data.dataset_snapshots",
    ),
    Item(
        "Data",
        "Data lineage tracked",
        "data-lineage",
        "mlops_checklist.data.data_lineage",
    ),
    Item(
        "Data",
        "Access controls configured",
        "data-access-controls",
        "mlops_checklist.data.data_access_controls",
    ),
    Item(
        "Data",
        "PII/sensitive data handled appropriately",
        "no-personal-data",
        "mlops_checklist.data.no_personal_data",
    ),
    Item(
        "Experiments",
        "Unique experiment names (username/project prefix)",
        "experiment-name-prefix",
        "mlops_checklist.experiments.experiment_name_prefix",
    ),
    Item(
        "Experiments",
        "All parameters logged",
        "parameters-logged",
        "mlops_checklist.experiments.parameters_logged",
    ),
    Item(
        "Experiments",
        "Metrics tracked for comparison",
        "metrics-logged",
        "mlops_checklist.experiments.metrics_logged",
    ),
    Item(
        "Experiments",
        "Artifacts stored for reproducibility",
        "artifacts-stored",
        "mlops_checklist.experiments.artifacts_stored",
    ),
    Item(
        "Core principles",
        "Every experiment must be reproducible",
        "seeded-randomness",
        "mlops_checklist.experiments.seeded_randomness",
    ),
    Item(
        "Models",
        "Model registered in registry",
        "model-registered",
        "mlops_checklist.models.model_registered",
    ),
    Item(
        "Models",
        "Version metadata complete",
        "registered-model-metadata",
        "mlops_checklist.models.registered_model_metadata",
    ),
    Item(
        "Models",
        "Validation metrics recorded",
        "validation-metrics",
        "mlops_checklist.models.validation_metrics",
    ),
    Item(
        "Models",
        "Approval workflow documented",
        "approval-workflow",
        "mlops_checklist.models.approval_workflow",
    ),
    Item(
        "Deployment",
        "Health checks configured",
        "health-checks",
        "mlops_checklist.deployment.health_checks",
    ),
    Item(
        "Deployment",
        "Monitoring dashboards set up",
        "monitoring-dashboards",
        "mlops_checklist.deployment.monitoring_dashboards",
    ),
    Item(
        "Deployment",
        "Alerting thresholds defined",
        "alert-thresholds",
        "mlops_checklist.deployment.alert_thresholds",
    ),
    Item(
        "Deployment",
        "Rollback strategy documented",
        "rollback-strategy",
        "mlops_checklist.deployment.rollback_strategy",
    ),
)

# Hooks that have no item: they are asked by name alone.
OTHERS = ("mlops-recommendations", "mlops-registry-audit")


def hooks() -> tuple[str, ...]:
    """Return the ids of all hooks, those with an item first."""
    return (*(item.hook for item in ITEMS), *OTHERS)
