"""Prepare and fetch: what a hub keeps and signs for it."""
