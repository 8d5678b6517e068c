"""Checklist section Code & Environment: a module per item."""
