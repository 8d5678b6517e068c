"""Checklist section Experiments: a module per item."""
