"""The whole checklist: every hook over what Git tracks, and a verdict for each item."""
