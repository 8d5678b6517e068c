"""Checklist section Data: a module per item."""
