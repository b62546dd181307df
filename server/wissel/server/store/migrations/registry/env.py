"""Alembic's entry to the history of the registry."""

from wissel.server.store.migrate import run
from wissel.server.store.schema import History

run(History.REGISTRY)
