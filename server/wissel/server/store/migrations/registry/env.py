"""Alembic's entry to the history of the registry."""

from wissel.server.store.migrate import History, run

run(History.REGISTRY)
