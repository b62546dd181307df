"""Several processes on one port: `wissel-server serve --workers N` (DESIGN section 7)."""
