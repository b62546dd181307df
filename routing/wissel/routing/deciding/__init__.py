"""Deciding a route: may a system act, which endpoint is meant, why, and who may hear it."""
