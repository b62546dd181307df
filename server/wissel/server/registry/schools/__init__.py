"""Schools and boards: read from DUO's files, compared, planned, imported and listed."""
