"""Endpoints in files: many are registered from one, and written to one."""
