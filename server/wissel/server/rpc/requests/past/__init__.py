"""Requests about the past."""
