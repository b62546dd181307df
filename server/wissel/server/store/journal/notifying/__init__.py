"""Notifications and links in the journal."""
