"""Pre-commit hooks that verify the MLOps production checklist, one item each."""
