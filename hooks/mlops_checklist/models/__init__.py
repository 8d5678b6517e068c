"""Checklist section Models: a module per item."""
