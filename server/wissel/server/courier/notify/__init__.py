"""Telling requesters what there is to fetch."""
