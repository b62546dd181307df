"""Several processes on one port: `wissel-server serve --workers N` (design.md#workers)."""
