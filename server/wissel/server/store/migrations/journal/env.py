"""Alembic's entry to the history of the journal."""

from wissel.server.store.migrate import History, run

run(History.JOURNAL)
