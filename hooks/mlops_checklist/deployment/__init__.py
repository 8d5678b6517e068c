"""Checklist section Deployment: a module per item."""
